/* SPDX-License-Identifier: MIT */
/*
 * Whose is it, then? A device, or a call for it, names memory that is not mapped for that
 * device; mostly it is mapped for another, or was for this one, or lies beside what is.
 *
 *	no driver is bound                  device-active-unbound
 *	it was this device's, and unmapped  device-access-unmapped, unmap-unknown
 *	mapped for another of its domain    iommu-group-shared
 *	mapped for another                  wrong-device
 *	the domain it was in maps it        iommu-detach-live
 *	else                                device-access-unmapped, and what lies near
 *
 * What was this device's comes first: addresses are given out again, and a ring's are alike
 * for everybody.
 */
#include "stranger.h"

#include <inttypes.h>
#include <linux/dma-direction.h>

#include "iommu.h"
#include "mappings.h"

/* ---- who else ------------------------------------------------------------------------- */

static bool reaches(const struct mapping *m, const struct observe_event *ev)
{
	if (ev->kind != OBSERVE_DMA_READ && ev->kind != OBSERVE_DMA_WRITE)
		return true;
	return m->kind == MAPPING_RESOURCE ||
	       mapping_device_pa(m) + (ev->dma - m->dma) == ev->pa;
}

struct owner_search {
	const struct observe_event *ev;
	struct mapping *found;
};

static bool consider(struct mapping *m, void *data)
{
	struct owner_search *s = data;

	if (reaches(m, s->ev))
		s->found = m;
	return true;
}

/* The latest mapping of another device that leads where @ev wants to go; NULL: none. */
static struct mapping *of_another(struct hazard_engine *e, const struct dev_record *d,
				  const struct observe_event *ev)
{
	struct owner_search s = { .ev = ev };

	for (unsigned i = 0; i < e->parties.devices->len && !s.found; i++) {
		const struct dev_record *other = g_ptr_array_index(e->parties.devices, i);

		if (other != d && other->master != ev->master)
			mapped_each_dma(other, ev->dma, ev->dma, consider, &s);
	}
	return s.found;
}

static bool covers(const struct record *r, uint64_t dma)
{
	return dma - r->dma < r->len;
}

/* The last time that @dma was taken away from @d; NULL: it has none to remember. */
static const struct record *gone_at(const struct dev_record *d, uint64_t dma)
{
	for (unsigned i = d ? d->gone.nr : 0; i; i--)
		if (covers(history_at(&d->gone, i - 1), dma))
			return history_at(&d->gone, i - 1);
	return NULL;
}

static bool is_start(const struct record *rec)
{
	return rec->kind == RECORD_MAPPED || rec->kind == RECORD_ALLOCATED;
}

/* ---- what a report has in common ---------------------------------------------------------- */

static struct record deed(struct hazard_engine *e, const struct observe_event *ev, bool is_write)
{
	struct record now = engine_record(e, is_write ? RECORD_DEVICE_WROTE : RECORD_DEVICE_READ);

	now.pa = ev->pa;
	now.dma = ev->dma;
	now.len = (uint32_t)ev->len;
	now.party = party_of(&e->parties, ev);
	now.site = ev->site;
	return now;
}

static void say_deed(struct report *r, const struct observe_event *ev, bool is_write)
{
	bool is_done = ev->kind == OBSERVE_DMA_READ || ev->kind == OBSERVE_DMA_WRITE;
	const char *name = master_name(ev->master);

	report_by(r, name);
	if (is_done)
		report_say(r, "%s %s %zu byte%s at dma 0x%" PRIx64 ",", name,
			   is_write ? "wrote" : "read", ev->len, ev->len == 1 ? "" : "s", ev->dma);
	else
		report_say(r, "%s was told to %s dma 0x%" PRIx64 ", and was refused,", name,
			   is_write ? "write" : "read", ev->dma);
}

/* ---- without a driver ----------------------------------------------------------------------- */

static bool report_unbound(struct hazard_engine *e, const struct observe_event *ev, bool is_write)
{
	const struct dev_record *d = party_unbound(&e->parties, ev->master);
	const struct record *last = d && d->gone.nr ? history_at(&d->gone, d->gone.nr - 1) : NULL;
	struct record now = deed(e, ev, is_write);
	struct report *r;

	if (!d)
		return false;
	r = report_begin(e, HAZARD_DEVICE_UNBOUND, last ? last->site : d->gone_site, ev->master);
	if (!r)
		return true;
	say_deed(r, ev, is_write);
	report_say(r, "and no driver is bound to it any more.");
	if (last)
		report_row(e, r, last);
	report_now(e, r, &(struct record){ .step = d->gone_step, .site = d->gone_site,
					   .kind = RECORD_UNMAPPED }, false, "driver unbound");
	report_now(e, r, &now, true, "went on without a driver");
	report_fix(r, "Likely missing", "the write that stops %s, in ->remove()",
		   master_name(ev->master));
	report_end(e, r);
	return true;
}

/* ---- another's ------------------------------------------------------------------------------ */

static void report_anothers(struct hazard_engine *e, const struct observe_event *ev,
			    const struct mapping *m, bool is_write)
{
	bool is_shared = iommu_is_shared(e, ev->master, m->dev->master);
	const char *owner = party_name(&e->parties, m->dev->party);
	struct record now = deed(e, ev, is_write);
	struct report *r = report_begin(e, is_shared ? HAZARD_IOMMU_GROUP_SHARED
						     : HAZARD_WRONG_DEVICE, m->site, ev->master);

	if (!r)
		return;
	report_of_mapping(e, r, m);
	say_deed(r, ev, is_write);
	report_say(r, "which is mapped for %s (%s)%s.", owner, direction_name(m->dir),
		   is_shared ? ", of the same group: their IOMMU takes them for one" : "");
	report_row_of_mapping(e, r, m);
	report_row_last(r, is_start)->is_culprit = true;
	report_now(e, r, &now, true, "used what is another's");
	report_fix(r, "Likely missing", is_shared ? "one driver for both of %s and %s"
		   : "a mapping for %s, not %s", master_name(ev->master), owner);
	report_end(e, r);
}

/* ---- its own, and not quite ---------------------------------------------------------------- */

struct near {
	const struct dev_record *d;
	uint64_t dma, page_bytes;
	const struct mapping *beside, *physical;
};

static bool look_near(struct mapping *m, void *data)
{
	struct near *s = data;

	if (m->dma / PAGE_BYTES == s->dma / PAGE_BYTES ||
	    (m->len && (m->dma + m->len - 1) / PAGE_BYTES == s->dma / PAGE_BYTES))
		s->beside = m;
	if (m->kind != MAPPING_RESOURCE && s->dma - m->pa < m->len && m->dma != m->pa)
		s->physical = m;
	return true;
}

static void say_near(struct hazard_engine *e, struct report *r, const struct near *s)
{
	const char *name = party_name(&e->parties, s->d->party);

	if (s->physical) {
		report_of_mapping(e, r, s->physical);
		report_say(r, "That is the physical address of memory which is mapped for %s at "
			   "dma "
			   "0x%" PRIx64 ".", name, s->physical->dma + (s->dma - s->physical->pa));
		report_row_of_mapping(e, r, s->physical);
	} else {
		report_of_mapping(e, r, s->beside);
		report_say(r, "It lies in a page of the %" PRIu64 " bytes that are mapped for %s "
			   "at dma "
			   "0x%" PRIx64 ", and outside of them.", s->beside->len, name,
			   s->beside->dma);
		report_row_of_mapping(e, r, s->beside);
	}
}

const void *stranger_blame(struct hazard_engine *e, const struct observe_event *ev,
			   struct stranger *ret)
{
	struct near s = { .d = party_device_of_master(&e->parties, ev->master), .dma = ev->dma };

	*ret = (struct stranger){ .gone = gone_at(s.d, ev->dma) };
	if (ret->gone)
		return ret->gone->site;
	if (s.d)
		mapped_each_dma(s.d, 0, UINT64_MAX, look_near, &s);
	ret->physical = s.physical;
	ret->beside = s.beside;
	return s.physical ? s.physical->site : s.beside ? s.beside->site : NULL;
}

void stranger_say(struct hazard_engine *e, struct report *r, const struct observe_event *ev,
		  const struct stranger *who)
{
	struct near s = { .d = party_device_of_master(&e->parties, ev->master), .dma = ev->dma,
			  .physical = who->physical, .beside = who->beside };

	if (who->gone) {
		report_say(r, "It was unmapped at step %" PRIu64 ".", who->gone->step);
		if (!r->rows->len)
			report_row(e, r, who->gone);
	} else if (who->physical || who->beside) {
		say_near(e, r, &s);
	}
}

/* ---- the rule ------------------------------------------------------------------------------ */

bool stranger_access(struct hazard_engine *e, const struct observe_event *ev, bool is_write)
{
	const struct dev_record *d = party_device_of_master(&e->parties, ev->master);
	const struct mapping *m;

	if (report_unbound(e, ev, is_write))
		return true;
	if (gone_at(d, ev->dma))
		return false;
	m = of_another(e, d, ev);
	if (m) {
		report_anothers(e, ev, m, is_write);
		return true;
	}
	return iommu_left_behind(e, ev, is_write);
}

static bool fits_exactly(const struct mapping *m, const struct ledger_note *n)
{
	return m->kind == ledger_kind_of(n->kind) && ledger_size_fits(m, n) &&
	       ledger_direction_fits(m, n);
}

static bool was_its_own(const struct record *gone, const struct ledger_note *n)
{
	return gone && gone->len == n->len && gone->dir == n->dir;
}

static struct mapping *called_of(struct dev_record *d, const struct ledger_note *n, bool is_sync)
{
	bool is_whole;
	struct mapping *m = is_sync ? ledger_find_synced(d, n, &is_whole)
				    : ledger_find_unmapped(d, n);

	return m && (is_sync ? is_whole : fits_exactly(m, n)) ? m : NULL;
}

struct mapping *stranger_called(struct hazard_engine *e, struct dev_record *d,
				const struct ledger_note *n, const struct record *gone)
{
	bool is_sync = n->kind >= LEDGER_SYNC_FOR_CPU && n->kind <= LEDGER_SYNC_SG_FOR_DEVICE;
	struct mapping *m = NULL;

	if (was_its_own(gone, n))
		return NULL;
	for (unsigned i = 0; i < e->parties.devices->len && !m; i++) {
		struct dev_record *other = g_ptr_array_index(e->parties.devices, i);

		if (other != d)
			m = called_of(other, n, is_sync);
	}
	if (!m)
		return NULL;
	ledger_complain(e, d, n, (struct complaint){
		.class = HAZARD_WRONG_DEVICE, .m = m,
		.fix = is_sync ? sync_call(e, m, ledger_is_for_cpu(n)) : unmap_call(e, m),
		.why = "it was mapped for another device.",
	});
	m->is_told = true;
	return m;
}
