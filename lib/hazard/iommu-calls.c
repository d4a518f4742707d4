/* SPDX-License-Identifier: MIT */
/*
 * Calls of the IOMMU API by a driver: what is mapped twice, taken away in part, put where
 * nobody may, or left behind in a domain that the device has left.
 *
 * The DMA API makes such calls, too, and fits them to each other; they have no site, and are
 * not looked into. Leaves out: PASIDs.
 */
#include "iommu.h"

#include <inttypes.h>
#include <linux/errno.h>
#include <linux/iommu.h>

#include "mappings.h"
#include "stranger.h"

/* ---- what a report has in common ---------------------------------------------------------- */

static void row(struct hazard_engine *e, struct report *r, uint64_t step, const void *site,
		bool is_culprit, const char *what)
{
	struct record rec = { .step = step, .site = site, .kind = RECORD_MAPPED };

	report_now(e, r, &rec, is_culprit, what);
}

/* The DMA API's mappings are in the ledger. */
static const void *site_of(struct hazard_engine *e, const struct iommu_space *s,
			   const struct iova_range *range)
{
	for (unsigned n = 0; n < e->iommu->users->len && !range->now.map_site; n++) {
		const struct iommu_user *u = &g_array_index(e->iommu->users, struct iommu_user, n);
		const struct mapping *m = u->space == s || u->left == s
			? ownership_mapping(e, u->master, range->range.first) : NULL;

		if (m)
			return m->site;
	}
	return range->now.map_site;
}

static void rows_of_two(struct hazard_engine *e, struct report *r, uint64_t first_step,
			const void *first, const char *first_what, const void *culprit,
			const char *what)
{
	if (first)
		row(e, r, first_step, first, false, first_what);
	row(e, r, machine_step(e->machine), culprit, true, what);
}

/* ---- map ------------------------------------------------------------------------------------ */

static void report_overlap(struct hazard_engine *e, const struct iommu_space *s,
			   const struct iova_range *range, const struct iommu_call *c)
{
	const void *before = site_of(e, s, range);
	struct report *r = report_begin(e, HAZARD_IOMMU_MAP_OVERLAP, c->site, before);

	if (!r)
		return;
	report_say(r, "0x%zx bytes at iova 0x%" PRIx64 " were to be mapped, but iova "
		   "0x%" PRIx64 "-0x%"
		   PRIx64 " leads to pa 0x%" PRIx64 " already. %s",
		   c->len, c->iova, range->range.first, range->range.last, range->now.pa,
		   c->err ? "The call was refused, and all is as it was."
			  : "The driver of the IOMMU put it over that.");
	rows_of_two(e, r, range->now.map_step, before, "mapped there", c->site,
		    c->err ? "mapped once more, and refused" : "mapped once more");
	report_fix(r, "Likely missing", "iommu_unmap() of what is there, or a look at what "
		   "iommu_map() returned");
	report_end(e, r);
}

static void report_reserved(struct hazard_engine *e, const struct iommu_call *c, const char *why,
			    const char *fix)
{
	struct report *r = report_begin(e, HAZARD_IOVA_RESERVED, c->site, NULL);

	if (!r)
		return;
	report_say(r, "0x%zx bytes at iova 0x%" PRIx64 " %s: %s", c->len, c->iova,
		   c->err ? "were to be mapped, and were refused" : "were mapped", why);
	rows_of_two(e, r, 0, NULL, NULL, c->site, "mapped");
	report_fix(r, "Likely missing", "%s", fix);
	report_end(e, r);
}

static bool is_identity(const struct reserved_range *res, const struct iommu_call *c)
{
	return (res->type == IOMMU_RESV_DIRECT || res->type == IOMMU_RESV_DIRECT_RELAXABLE) &&
	       c->iova == c->pa;
}

static const struct reserved_range *reserved_in(const struct iommu_watch *w,
						const struct iommu_space *s,
						const struct iommu_call *c)
{
	for (unsigned n = 0; n < w->reserved->len; n++) {
		const struct reserved_range *res =
			&g_array_index(w->reserved, struct reserved_range, n);
		const struct iommu_user *u = iommu_user_of_device(w, res->dev);

		if (u && u->space == s && res->first <= c->iova + c->len - 1 &&
		    c->iova <= res->last && !is_identity(res, c))
			return res;
	}
	return NULL;
}

static void check_reserved(struct hazard_engine *e, const struct iommu_space *s,
			   const struct iommu_call *c)
{
	const struct reserved_range *res = reserved_in(e->iommu, s, c);

	if (res)
		report_reserved(e, c, res->type == IOMMU_RESV_MSI || res->type == IOMMU_RESV_SW_MSI
				? "message interrupts go there, and no access reaches what is "
				"mapped."
				: "the device's reserved regions have it.",
				"iommu_get_resv_regions(), and other addresses");
	else if (s->domain->type & __IOMMU_DOMAIN_DMA_API)
		report_reserved(e, c, "the addresses of this domain are the DMA API's to give out, "
				"and it will give this one to somebody else.",
				"a domain of its own: iommu_paging_domain_alloc()");
}

static const struct iova_range *live_in(const struct iommu_space *s, const struct iommu_call *c)
{
	uint64_t last = c->iova + c->len - 1;
	const struct iova_range *r;

	for (uint64_t at = c->iova; at <= last; at = r->range.last + 1) {
		r = space_first(s, at, last);
		if (!r || r->state == RANGE_MAPPED || r->state == RANGE_MAPPING)
			return r;
	}
	return NULL;
}

void iommu_check_map(struct hazard_engine *e, const struct iommu_space *s,
		     const struct iommu_call *c)
{
	const struct iova_range *live;

	if (!c->site || !c->len)
		return;
	live = live_in(s, c);
	if (live && (!c->err || c->err == -EEXIST))
		report_overlap(e, s, live, c);
	else if (!c->err)
		check_reserved(e, s, c);
	else if (c->iova + c->len - 1 > s->domain->geometry.aperture_end ||
		 c->iova < s->domain->geometry.aperture_start)
		report_reserved(e, c, "the domain translates no such address.",
				"a look at domain->geometry");
}

/* ---- unmap ---------------------------------------------------------------------------------- */

void iommu_check_unmap(struct hazard_engine *e, const struct iommu_space *s,
		       const struct iommu_call *c, size_t unmapped)
{
	const struct iova_range *range = space_range(s, c->iova);
	const void *before = range ? site_of(e, s, range) : NULL;
	struct report *r;

	if (!c->site || unmapped == c->len)
		return;
	r = report_begin(e, HAZARD_IOMMU_UNMAP_PARTIAL, c->site, before);
	if (!r)
		return;
	report_say(r, "iommu_unmap() was asked for 0x%zx bytes at iova 0x%" PRIx64 ", and took "
		   "0x%zx. %s",
		   c->len, c->iova, unmapped, unmapped > c->len
		   ? "The rest of a larger page went with them, and is missing now."
		   : "What is beyond was not mapped, or is mapped still.");
	rows_of_two(e, r, range ? range->now.map_step : 0, before, "mapped", c->site,
		    "unmapped, another length");
	report_fix(r, "Likely meant", "the range that was given to iommu_map()");
	report_end(e, r);
}

/* ---- domains come and go ------------------------------------------------------------------- */

struct leaving {
	struct hazard_engine *e;
	const void *site;
};

static bool report_left(struct mapping *m, void *data)
{
	const struct leaving *l = data;
	struct hazard_engine *e = l->e;
	g_autofree char *fix = unmap_call(e, m);
	struct report *r;

	if (m->is_later)
		return true;
	r = report_begin(e, HAZARD_IOMMU_DETACH_LIVE, l->site, m->site);
	if (!r)
		return true;
	report_of_mapping(e, r, m);
	report_say(r, "%s left the domain in which %" PRIu64 " bytes are %s for it at dma "
		   "0x%" PRIx64
		   ": that address leads nowhere now, or to something else.",
		   party_name(&e->parties, m->dev->party), mapping_whole_len(m),
		   ledger_is_allocation(m) ? "allocated" : "mapped", m->dma);
	report_row_of_mapping(e, r, m);
	row(e, r, machine_step(e->machine), l->site, true, "another domain attached");
	report_fix(r, "Likely missing", "%s, first", fix);
	report_end(e, r);
	return true;
}

void iommu_check_switch(struct hazard_engine *e, struct iommu_user *u, const void *site)
{
	const struct dev_record *d = party_device_of_master(&e->parties, u->master);
	struct leaving l = { e, site };

	if (u->was == u->space)
		return;
	u->left = u->was;
	u->left_site = site;
	u->left_step = machine_step(e->machine);
	u->was = u->space;
	if (d && u->left && u->left->domain->type & __IOMMU_DOMAIN_DMA_API)
		mapped_each_dma(d, 0, UINT64_MAX, report_left, &l);
}

bool iommu_left_behind(struct hazard_engine *e, const struct observe_event *ev, bool is_write)
{
	const struct iommu_user *u = e->iommu ? iommu_user_of_master(e->iommu, ev->master) : NULL;
	const struct iova_range *range = u && u->left ? space_range(u->left, ev->dma) : NULL;
	const void *before;
	struct report *r;

	if (!range || range->state != RANGE_MAPPED)
		return false;
	before = site_of(e, u->left, range);
	r = report_begin(e, HAZARD_IOMMU_DETACH_LIVE, u->left_site, before);
	if (!r)
		return true;
	report_by(r, NULL);
	report_say(r, "%s was told to %s dma 0x%" PRIx64 ", which is mapped in the domain that "
		   "it was "
		   "detached from, and not where it is now.", master_name(ev->master),
		   is_write ? "write" : "read", ev->dma);
	rows_of_two(e, r, range->now.map_step, before, "mapped", u->left_site, "detached");
	report_fix(r, "Likely missing", "stop %s before the detach", master_name(ev->master));
	report_end(e, r);
	return true;
}

/* ---- who shares ---------------------------------------------------------------------------- */

static const struct iommu_space *space_of_master(const struct hazard_engine *e,
						 const struct master *d)
{
	const struct iommu_user *u = e->iommu && d ? iommu_user_of_master(e->iommu, d) : NULL;

	return u ? u->space : NULL;
}

bool iommu_is_shared(const struct hazard_engine *e, const struct master *a,
		     const struct master *b)
{
	const struct iommu_space *s = space_of_master(e, a);

	return s && s == space_of_master(e, b);
}

bool iommu_is_lazy(const struct hazard_engine *e, const struct master *d)
{
	const struct iommu_space *s = space_of_master(e, d);

	return s && s->domain->type == IOMMU_DOMAIN_DMA_FQ;
}
