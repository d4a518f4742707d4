/* SPDX-License-Identifier: MIT */
/*
 * The ledger: what is mapped for whom, and calls that do not fit it.
 *
 * The rules are those of the kernel's dma-debug, with two differences: reports
 * come for every call site, not for the first error only, and lines shared by two
 * mappings are found at every line, not only at the first one.
 *
 * Identical mappings may coexist (a direct mapping of one buffer has one address),
 * so this is a multiset; an unmap takes the oldest that fits best.
 */
#include "bytes.h"
#include "exposure.h"

#include <inttypes.h>
#include <linux/dma-direction.h>
#include <linux/dma-mapping.h>

#include "mappings.h"
#include "may/may.h"
#include "overtake.h"
#include "pool.h"
#include "stranger.h"

/* ---- notes --------------------------------------------------------- */

/* What the map invalidated on purpose has no newest value until somebody writes it. */
static void surrender(struct hazard_engine *e, const struct mapping *m, uint64_t offset,
		      uint64_t len)
{
	if (!m->is_snooped) {
		shadow_surrender(&e->shadow, mapping_device_pa(m) + offset, len);
		may_surrender(e, mapping_device_pa(m) + offset, len);
	}
	if (m->is_bounced)
		bounce_surrender(e, m, offset, len);
}

static void link_segment(struct dev_record *d, struct mapping *m, int sg_index)
{
	unsigned slot = latest_slot(d->live);
	struct mapping *before = mapping_before(d, slot, sg_index, m->kind);

	if (before)
		mapping_link(before, m);
	mapping_is_segment(d, slot, m);
}

static void note_segment(struct hazard_engine *e, struct dev_record *d, struct mapping *m,
			 const struct ledger_note *n)
{
	link_segment(d, m, n->sg_index);
	limits_check_segment(e, m, n->dev);
	sg_list_mapped(e, m, n);
}

static void note_map(struct hazard_engine *e, struct dev_record *d,
		     const struct ledger_note *n)
{
	struct mapping *m = ledger_mapping_new(e, d, n);

	shadow_watch(&e->shadow, m->pa, m->len);
	e->has_bounced |= m->is_bounced;
	if (m->is_bounced)
		shadow_watch(&e->shadow, mapping_device_pa(m), m->len);
	if (m->dir == DMA_FROM_DEVICE && !m->skips_sync)
		surrender(e, m, 0, m->len);
	ledger_check_line_shared(e, m);
	ledger_check_mapped_twice(e, m);
	given_check_map(e, m, n);
	overtake_given(e, m->pa, m->len);
	ledger_mapping_add(e, m);
	if (m->kind == MAPPING_SG)
		note_segment(e, d, m, n);
	exposure_mapped(e, m, n);
	ledger_remember(e, RECORD_MAPPED, m, n, 0, m->len);
}

static void note_map_resource(struct hazard_engine *e, struct dev_record *d,
			      const struct ledger_note *n)
{
	struct mapping *m = ledger_mapping_new(e, d, n);

	m->is_checked = false;
	ledger_mapping_add(e, m);
	given_check_resource(e, m, n);
}

static void note_alloc(struct hazard_engine *e, struct dev_record *d,
		       const struct ledger_note *n)
{
	struct mapping *m = ledger_mapping_new(e, d, n);

	if (m->kind == MAPPING_COHERENT)
		freed_note_allocated(m, n);
	shadow_watch(&e->shadow, m->pa, m->len);
	ledger_mapping_add(e, m);
	if (n->nents > 1)
		link_segment(d, m, n->sg_index);
	ledger_remember(e, RECORD_ALLOCATED, m, n, 0, m->len);
	alias_check(e, m);
}

/* Or another's: then that. */
static struct mapping *unknown(struct hazard_engine *e, struct dev_record *d,
			       const struct ledger_note *n, enum hazard_class class)
{
	const struct record *gone = ledger_last_gone(d, n->dma);
	struct mapping *m = stranger_called(e, d, n, gone);

	if (m)
		return m;
	ledger_complain(e, d, n, (struct complaint){
		.class = class, .gone = gone,
		.why = gone ? "nothing is mapped there any more."
			    : "nothing is mapped there.",
	});
	return NULL;
}

static void remove_all_segments(struct hazard_engine *e, struct mapping *m)
{
	while (m) {
		struct mapping *next = mapping_next_segment(m);

		ledger_mapping_remove(e, m);
		m = next;
	}
}

static bool gives_memory_back(enum ledger_kind kind)
{
	return kind == LEDGER_FREE_COHERENT || kind == LEDGER_FREE_PAGES ||
	       kind == LEDGER_FREE_SGT;
}

static void user_note_all_freed(struct hazard_engine *e, const struct mapping *m,
				const struct ledger_note *n)
{
	for (; m; m = mapping_next_segment(m))
		user_note_freed(e, n, m->pa, m->len);
}

static void give_back(struct hazard_engine *e, const struct mapping *m,
		      const struct ledger_note *n)
{
	ledger_remember(e, ledger_record_kind_of(n), m, n, 0, m->len);
	overtake_given(e, m->pa, m->len);
}

static void note_unmap(struct hazard_engine *e, struct dev_record *d,
		       const struct ledger_note *n)
{
	struct mapping *m;

	if (n->dma == ERROR_DMA) {
		ledger_error_used(e, d, n);
		return;
	}
	m = sg_list_called(e, d, n);
	if (!m)
		m = ledger_find_unmapped(d, n);
	if (!m) {
		unknown(e, d, n, HAZARD_UNMAP_UNKNOWN);
		return;
	}
	ledger_check_unmap(e, m, n);
	freed_check(e, m, n);
	ledger_check_checked(e, m, n);
	if (gives_memory_back(n->kind))
		user_note_all_freed(e, m, n);
	for (const struct mapping *s = m; s; s = mapping_next_segment(s))
		give_back(e, s, n);
	ledger_remember_gone(e, m, n);
	remove_all_segments(e, m);
}

static void sync_beyond(struct hazard_engine *e, const struct mapping *m,
			const struct ledger_note *n)
{
	ledger_complain(e, m->dev, n, (struct complaint){
		.class = HAZARD_SYNC_RANGE, .m = m, .fix = sync_call(e, m, ledger_is_for_cpu(n)),
		.why = "the range ends outside the mapping that it begins in.",
	});
}

static void sync_wrong_way(struct hazard_engine *e, const struct mapping *m,
			   const struct ledger_note *n)
{
	ledger_complain(e, m->dev, n, (struct complaint){
		.class = HAZARD_SYNC_DIRECTION, .m = m,
		.fix = sync_call(e, m, ledger_is_for_cpu(n)),
		.why = "the direction is not the one that was mapped, so the maintenance "
		       "that this mapping needs is not done.",
	});
}

/*
 * A sync for the device with FROM_DEVICE invalidates lines as a map does: what the
 * CPU wrote there and nobody cleaned is given up.
 */
static void sync_part(struct hazard_engine *e, struct mapping *m,
		      const struct ledger_note *n, uint64_t offset, uint64_t len)
{
	if (!e->live.is_fast)		/* where no access is told of */
		ownership_give(m, offset, offset + len, ledger_is_for_cpu(n));
	if (!ledger_is_for_cpu(n) && n->dir == DMA_FROM_DEVICE)
		surrender(e, m, offset, len);
	ledger_remember(e, ledger_record_kind_of(n), m, n, offset, len);
	overtake_given(e, m->pa + offset, len);
}

static void note_sync_single(struct hazard_engine *e, struct dev_record *d,
			     const struct ledger_note *n)
{
	struct mapping *m;
	bool is_whole;

	if (!n->len)
		return;
	m = ledger_find_synced(d, n, &is_whole);
	if (!m) {
		m = unknown(e, d, n, HAZARD_SYNC_UNKNOWN);
		is_whole = true;
	}
	if (!m)
		return;
	if (!is_whole)
		sync_beyond(e, m, n);
	if (!ledger_sync_direction_fits(m, n))
		sync_wrong_way(e, m, n);
	sync_part(e, m, n, n->dma - m->dma, MIN(n->len, m->len - (n->dma - m->dma)));
}

static void sync_wrong_nents(struct hazard_engine *e, const struct mapping *m,
			     const struct ledger_note *n)
{
	ledger_complain(e, m->dev, n, (struct complaint){
		.class = HAZARD_SYNC_RANGE, .m = m, .fix = sync_call(e, m, ledger_is_for_cpu(n)),
		.why = "the number of entries is not the one that was given to dma_map_sg().",
	});
}

/* One note for each entry; what is wrong with the list is said of the first. */
static void note_sync_sg(struct hazard_engine *e, struct dev_record *d,
			 const struct ledger_note *n)
{
	struct ledger_note head = *n;
	struct mapping *m;

	head.kind = LEDGER_UNMAP_SG;
	m = sg_list_called(e, d, n);
	if (!m)
		m = ledger_find_segment(d, &head);
	if (!m) {
		if (!n->sg_index)
			unknown(e, d, n, HAZARD_SYNC_UNKNOWN);
		return;
	}
	if (!n->sg_index && mapping_nents(m) && mapping_nents(m) != n->nents)
		sync_wrong_nents(e, m, n);
	if (!ledger_sync_direction_fits(m, n))
		sync_wrong_way(e, m, n);
	sync_part(e, m, n, 0, m->len);
}

static void note_sync(struct hazard_engine *e, struct dev_record *d,
		      const struct ledger_note *n)
{
	if (n->dma == ERROR_DMA)
		ledger_error_used(e, d, n);
	else if (n->kind == LEDGER_SYNC_FOR_CPU || n->kind == LEDGER_SYNC_FOR_DEVICE)
		note_sync_single(e, d, n);
	else
		note_sync_sg(e, d, n);
}

static bool mark_checked(struct mapping *m, void *data)
{
	if (m->dma != *(uint64_t *)data || m->is_checked)
		return true;
	m->is_checked = true;
	return false;
}

/*
 * One question vouches for one mapping: of identical ones, for the one just made,
 * which is what drivers ask about; else for the oldest in doubt.
 */
static void note_checked(struct hazard_engine *e, struct dev_record *d,
			 const struct ledger_note *n)
{
	struct mapping *latest = ledger_latest(e, d);
	uint64_t dma = n->dma;

	if (latest && !mark_checked(latest, &dma))
		return;
	mapped_each_dma(d, dma, dma, mark_checked, &dma);
}

static void note_refused(struct hazard_engine *e, struct dev_record *d,
			 const struct ledger_note *n)
{
	d->refused = ledger_call_record(e, d, n, RECORD_MAPPED);
	if (!limits_too_large(e, d, n))
		given_note_refused(e, d, n);
}

/* ---- memory that is freed, devices that go ------------------------- */

struct freed {
	struct hazard_engine *e;
	const struct ledger_note *note;
};

static bool report_freed(struct mapping *m, void *data)
{
	struct freed *f = data;
	struct hazard_engine *e = f->e;
	const struct ledger_note *n = f->note;
	struct record now = ledger_call_record(e, m->dev, n, RECORD_FREED);
	g_autofree char *fix = unmap_call(e, m);
	struct report *r;

	if (m->is_freed)	/* the object first, and later its page */
		return true;
	m->is_freed = true;
	r = report_begin(e, HAZARD_FREE_WHILE_MAPPED, n->site, m->site);
	if (!r)
		return true;
	now.party = NO_PARTY;
	report_of_mapping(e, r, m);
	report_say(r, "The %zu bytes at pa 0x%" PRIx64 " were freed while %s may still use "
		   "them (%s). Whoever gets this memory next shares it with the device.",
		   n->len, n->pa, party_name(&e->parties, m->dev->party),
		   direction_name(m->dir));
	report_history(e, r, m->pa, m->len);
	report_row_of_mapping(e, r, m);
	report_now(e, r, &now, true, "freed while mapped");
	report_fix(r, "Likely missing", "%s", fix);
	report_end(e, r);
	return true;
}

static void forget_recent(struct mapped *l, uint64_t pa, uint64_t len)
{
	for (uint64_t at = pa; l->is_fast && at < pa + len; at = (at | (REGION_BYTES - 1)) + 1)
		if (mapped_region(l, at))
			recent_forget(mapped_region(l, at), pa, len);
}

static void note_freed(struct hazard_engine *e, const struct ledger_note *n)
{
	struct freed f = { e, n };

	if (!n->len)
		return;
	mapped_each_pa(&e->live, n->pa, n->pa + n->len - 1, report_freed, &f);
	forget_recent(&e->live, n->pa, n->len);
	user_note_freed(e, n, n->pa, n->len);
	shadow_forget(&e->shadow, n->pa, n->len);
	may_forget(e, n->pa, n->len);
}

struct leaks {
	struct hazard_engine *e;
	const char *when;
};

static bool is_mapped(const struct record *r)
{
	return r->kind == RECORD_MAPPED || r->kind == RECORD_ALLOCATED;
}

static bool report_leak(struct mapping *m, void *data)
{
	struct leaks *l = data;
	struct hazard_engine *e = l->e;
	bool is_memory = ledger_is_allocation(m);
	g_autofree char *fix = unmap_call(e, m);
	struct report *r;

	if (m->is_told || m->is_later)
		return true;		/* the list's first segment speaks for it */
	r = report_begin(e, HAZARD_MAPPING_LEAKED, m->site, NULL);
	if (!r)
		return true;
	report_of_mapping(e, r, m);
	report_say(r, "The %" PRIu64 " bytes that were %s for %s (%s, dma 0x%" PRIx64
		   ") were still %s when %s.", mapping_whole_len(m),
		   is_memory ? "allocated" : "mapped",
		   party_name(&e->parties, m->dev->party),
		   m->kind == MAPPING_COHERENT ? "coherent" : direction_name(m->dir), m->dma,
		   is_memory ? "allocated" : "mapped", l->when);
	report_row_of_mapping(e, r, m);
	report_row_last(r, is_mapped)->is_culprit = true;
	report_fix(r, "Likely missing", "%s", fix);
	report_end(e, r);
	return true;
}

static bool drop(struct mapping *m, void *engine)
{
	ledger_mapping_remove(engine, m);
	return true;
}

static void drop_all(struct hazard_engine *e, struct dev_record *d)
{
	mapped_each_dma(d, 0, UINT64_MAX, drop, e);
}

static void report_leaks(struct hazard_engine *e, struct dev_record *d, const char *when)
{
	struct leaks l = { e, when };

	mapped_each_dma(d, 0, UINT64_MAX, report_leak, &l);
}

struct switched {
	struct hazard_engine *e;
	const struct ledger_note *note;
};

static bool report_switched(struct mapping *m, void *data)
{
	struct switched *s = data;
	struct hazard_engine *e = s->e;
	const char *name = party_name(&e->parties, m->dev->party);
	struct record now = ledger_call_record(e, m->dev, s->note, RECORD_MAPPED);
	g_autofree char *fix = unmap_call(e, m);
	struct report *r;

	if (m->is_later)
		return true;		/* the list's first segment speaks for it */
	r = report_begin(e, HAZARD_BACKEND_SWITCHED, s->note->site, m->site);
	if (!r)
		return true;
	report_of_mapping(e, r, m);
	report_say(r, "%s got other mapping operations while %" PRIu64 " bytes were mapped for "
		   "it (%s, dma 0x%" PRIx64 "). Who maps for it now did not make that mapping.",
		   name, m->len, direction_name(m->dir), m->dma);
	report_history(e, r, m->pa, m->len);
	report_row_of_mapping(e, r, m);
	now.pa = m->pa;
	now.dma = m->dma;
	now.len = (uint32_t)MIN(m->len, UINT32_MAX);
	now.dir = (int8_t)m->dir;
	report_now(e, r, &now, true, "operations switched");
	report_fix(r, "Likely missing", "%s, first", fix);
	report_end(e, r);
	return true;
}

static void note_backend(struct hazard_engine *e, struct dev_record *d,
			 const struct ledger_note *n)
{
	struct switched s = { e, n };

	if (d)		/* a device that goes has lost what it had */
		mapped_each_dma(d, 0, UINT64_MAX, report_switched, &s);
}

static void note_gone(struct hazard_engine *e, struct dev_record *d,
		      const struct ledger_note *n)
{
	report_leaks(e, d, "the device went away");
	drop_all(e, d);
	d->gone_site = n->site;
	d->gone_step = machine_step(e->machine);
	mapped_forget_device(d);
	party_device_gone(&e->parties, d);
}

/* ---- dispatch ------------------------------------------------------ */

static void (*const on_note[NR_LEDGER_KINDS])(struct hazard_engine *e, struct dev_record *d,
					      const struct ledger_note *n) = {
	[LEDGER_MAP] = note_map,
	[LEDGER_UNMAP] = note_unmap,
	[LEDGER_MAP_SG] = note_map,
	[LEDGER_UNMAP_SG] = note_unmap,
	[LEDGER_MAP_RESOURCE] = note_map_resource,
	[LEDGER_UNMAP_RESOURCE] = note_unmap,
	[LEDGER_SYNC_FOR_CPU] = note_sync,
	[LEDGER_SYNC_FOR_DEVICE] = note_sync,
	[LEDGER_SYNC_SG_FOR_CPU] = note_sync,
	[LEDGER_SYNC_SG_FOR_DEVICE] = note_sync,
	[LEDGER_ALLOC_COHERENT] = note_alloc,
	[LEDGER_FREE_COHERENT] = note_unmap,
	[LEDGER_ALLOC_PAGES] = note_alloc,
	[LEDGER_FREE_PAGES] = note_unmap,
	[LEDGER_ALLOC_SGT] = note_alloc,
	[LEDGER_FREE_SGT] = note_unmap,
	[LEDGER_POOL_PAGE] = pool_note,
	[LEDGER_POOL_ALLOC] = pool_note,
	[LEDGER_POOL_FREE] = pool_note,
	[LEDGER_POOL_DESTROYED] = pool_note,
	[LEDGER_ERROR_CHECKED] = note_checked,
	[LEDGER_MAP_REFUSED] = note_refused,
	[LEDGER_MASK_SET] = limits_note_mask,
	[LEDGER_COHERENT_MASK_SET] = limits_note_mask,
	[LEDGER_DEVICE_GONE] = note_gone,
	[LEDGER_MMAP] = user_note_mmap,
	[LEDGER_SLEEPS] = context_note_sleeps,
	[LEDGER_NO_PAGE] = given_note_no_page,
};

void ledger_note(struct hazard_engine *e, const struct ledger_note *n)
{
	g_assert(n->kind < NR_LEDGER_KINDS);
	iommu_note(e, n);
	if (n->kind == LEDGER_PAGES_FREED || n->kind == LEDGER_SLAB_FREED)
		note_freed(e, n);
	else if (n->kind == LEDGER_AREA_MAPPED || n->kind == LEDGER_AREA_UNMAPPED)
		alias_note(e, n);
	else if (n->kind == LEDGER_BACKEND_SET)
		note_backend(e, party_known_to_call(&e->parties, n->dev), n);
	else if (n->kind == LEDGER_DEVICE_BOUND)
		party_device_bound(&e->parties, n->dev);
	else if (!user_note_any(e, n) && on_note[n->kind])
		on_note[n->kind](e, party_device(&e->parties, n->dev), n);
	exposure_note(e, n);
}

void ledger_finish(struct hazard_engine *e)
{
	for (unsigned i = 0; i < e->parties.devices->len; i++)
		report_leaks(e, g_ptr_array_index(e->parties.devices, i), "the run ended");
}

void ledger_done(struct hazard_engine *e)
{
	for (unsigned i = 0; i < e->parties.devices->len; i++)
		drop_all(e, g_ptr_array_index(e->parties.devices, i));
}
