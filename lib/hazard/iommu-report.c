/* SPDX-License-Identifier: MIT */
/*
 * What a wrong answer of an IOMMU looks like in a report: which of them, whose access to
 * which IOVA, what was promised and who asked for it, what it holds or its walker sees,
 * and which invalidations came.
 */
#include "iommu.h"

#include <inttypes.h>
#include <armdma/supply.h>
#include <linux/dma-direction.h>

#include "mappings.h"

static const char *device_of(const struct iommu_case *c)
{
	return master_name(c->user->master);
}

static const char *name_of(const struct iommu_case *c)
{
	return iommu_hw_name(c->ev->iommu->iommu);
}

static bool is_through(const struct iommu_case *c)
{
	return iommu_is_through(&c->ev->iommu->result);
}

/* ---- who asked for it ---------------------------------------------------------------- */

/* The DMA API's calls are in the ledger: the mapping that is live there, or the last unmap. */
static const void *map_site(struct hazard_engine *e, const struct iommu_case *c,
			    const struct iova_life *l)
{
	const struct mapping *m = l->map_site ? NULL
			: ownership_mapping(e, c->user->master, c->ev->iommu->access.iova);

	return m ? m->site : l->map_site;
}

static const void *unmap_site(struct hazard_engine *e, const struct iommu_case *c,
			      const struct iova_life *l)
{
	const struct dev_record *d = party_device_of_master(&e->parties, c->user->master);
	const struct record *gone = NULL;

	if (!l->unmap_site && d)
		gone = ledger_last_gone(d, c->ev->iommu->access.iova);
	return gone ? gone->site : l->unmap_site;
}

static bool is_store(const struct record *rec)
{
	return rec->kind == RECORD_CPU_WROTE && rec->site;
}

/* Who stored it, if its memory is watched; NULL: nobody knows. */
static const struct record *store_of(struct hazard_engine *e, const struct iommu_hw_descriptor *d)
{
	const struct shadow_line *l = d ? shadow_find(&e->shadow, d->pa) : NULL;

	for (unsigned i = l ? l->history.nr : 0; i; i--) {
		const struct record *rec = history_at(&l->history, i - 1);

		if (is_store(rec) && d->pa - rec->pa < rec->len)
			return rec;
	}
	return NULL;
}

/* The code to blame: what was done last, and not seen by the hardware. */
static const void *guilty_site(struct hazard_engine *e, const struct iommu_case *c)
{
	const struct record *store = store_of(e, c->late);

	if (c->freed && c->freed->site)
		return c->freed->site;
	if (store)
		return store->site;
	if (c->old && c->old->unmapping && is_through(c))
		return unmap_site(e, c, c->old);
	return c->range ? map_site(e, c, &c->range->now) : NULL;
}

/* ---- rows ---------------------------------------------------------------------------------- */

static void row(struct hazard_engine *e, struct report *r, enum record_kind kind, uint64_t step,
		const void *site, const char *format, ...) G_GNUC_PRINTF(6, 7);

static void row(struct hazard_engine *e, struct report *r, enum record_kind kind, uint64_t step,
		const void *site, const char *format, ...)
{
	struct record rec = { .kind = (uint8_t)kind, .step = step, .site = site };
	g_autofree char *what = NULL;
	va_list args;

	va_start(args, format);
	what = g_strdup_vprintf(format, args);
	va_end(args);
	report_now(e, r, &rec, false, what);
}

static void rows_of_life(struct hazard_engine *e, struct report *r, const struct iommu_case *c,
			 const struct iova_life *l)
{
	uint64_t iova = c->ev->iommu->access.iova;

	row(e, r, RECORD_MAPPED, l->map_step, l->unmapping ? l->map_site : map_site(e, c, l),
	    "iova 0x%" PRIx64 " mapped to pa 0x%" PRIx64, iova, life_pa(c->range, l, iova));
	if (l->unmapping)
		row(e, r, RECORD_UNMAPPED, l->unmap_step, unmap_site(e, c, l),
		    "iova 0x%" PRIx64 " unmapped", iova);
	if (l->synced)
		row(e, r, RECORD_SYNCED_FOR_DEVICE, l->sync_step, NULL,
		    "nothing may reach it any more");
}

static char *scope_text(const struct iommu_hw_invalidation *inv)
{
	GString *s = g_string_new(NULL);

	if (inv->has_range)
		g_string_append_printf(s, " iova 0x%" PRIx64 "-0x%" PRIx64, inv->iova, inv->last);
	if (inv->has_context)
		g_string_append_printf(s, " context %u", inv->context);
	if (inv->has_asid)
		g_string_append_printf(s, " ASID %u", inv->asid);
	if (!s->len)
		g_string_append(s, " everything");
	return g_string_free(s, FALSE);
}

static void row_of_invalidation(struct hazard_engine *e, struct report *r,
				const struct iommu_case *c)
{
	g_autofree char *scope = c->last ? scope_text(c->last) : NULL;

	if (c->last)
		row(e, r, RECORD_INVALIDATED, c->last->step, c->last->site,
		    "%s invalidated%s: %u gone", name_of(c), scope, c->last->nr);
}

static int by_step(const void *a, const void *b)
{
	const struct report_row *x = a, *y = b;

	return x->record.step < y->record.step ? -1 : x->record.step > y->record.step;
}

static void row_of_access(struct hazard_engine *e, struct report *r, const struct iommu_case *c)
{
	const struct observe_iommu *what = c->ev->iommu;
	struct record now = engine_record(e, what->access.is_write ? RECORD_DEVICE_WROTE
								    : RECORD_DEVICE_READ);

	now.dma = what->access.iova;
	now.len = (uint32_t)what->access.len;
	now.party = party_of(&e->parties, &(struct observe_event){ .master = c->user->master });
	report_now(e, r, &now, true, is_through(c) ? "got through" : "was refused");
}

static void rows(struct hazard_engine *e, struct report *r, const struct iommu_case *c)
{
	const struct record *store = store_of(e, c->late);

	if (c->old && c->old != &c->range->now)
		rows_of_life(e, r, c, c->old);
	if (c->range)
		rows_of_life(e, r, c, &c->range->now);
	if (store)
		report_row(e, r, store);
	if (c->freed)
		row(e, r, RECORD_FREED, c->freed->step, c->freed->site,
		    "the table's memory freed");
	row_of_invalidation(e, r, c);
	g_array_sort(r->rows, by_step);
	row_of_access(e, r, c);
}

/* ---- words -------------------------------------------------------------------------------- */

static void say_access(struct report *r, const struct iommu_case *c)
{
	const struct observe_iommu *what = c->ev->iommu;

	report_say(r, "%s was told to %s iova 0x%" PRIx64 " (IOMMU %s, stream %u)", device_of(c),
		   what->access.is_write ? "write" : "read", what->access.iova, name_of(c),
		   what->access.stream);
	if (what->result.outcome == IOMMU_HW_BYPASS)
		report_say(r, "and got through without translation");
	else if (what->result.outcome == IOMMU_HW_HIT)
		report_say(r, "and reached pa 0x%" PRIx64, what->result.pa);
	else if (what->result.outcome == IOMMU_HW_DROP)
		report_say(r, "and the access vanished without an error");
	else if (what->result.outcome == IOMMU_HW_REDIRECT)
		report_say(r, "and reached a page set aside for faults, without an error");
	else
		report_say(r, "and was refused: %s", iommu_hw_reason_name(what->result.reason));
	r->access = (struct report_access){
		.who = g_strdup(device_of(c)), .is_write = what->access.is_write,
		.dma = what->access.iova, .pa = what->result.pa, .len = what->access.len,
		.has_dma = true, .has_pa = what->result.outcome == IOMMU_HW_HIT,
	};
}

static void say_promise(struct report *r, const struct iommu_case *c)
{
	uint64_t iova = c->ev->iommu->access.iova;

	if (!c->range)
		report_say(r, ", where nothing was ever mapped.");
	else if (c->range->state == RANGE_UNMAPPED)
		report_say(r, ", though it was unmapped at step %" PRIu64 ", and nothing may "
			   "reach it from step %" PRIu64 " on.", c->range->now.unmap_step,
			   c->range->now.sync_step);
	else
		report_say(r, ", though it is mapped to pa 0x%" PRIx64 " since step %" PRIu64
			   ".", life_pa(c->range, &c->range->now, iova), c->range->now.map_step);
}

static void say_entry(struct report *r, const struct iommu_case *c)
{
	const struct iommu_hw_held *held = &c->account->entry;

	report_say(r, "Its TLB holds %s for iova 0x%" PRIx64 "-0x%" PRIx64
		   " (context %u, ASID %u) since step %" PRIu64 ", and its tables say something "
		   "else by now.", held->is_negative ? "that nothing is there" : "a translation",
		   held->iova, held->iova + held->len - 1, held->context, held->asid,
		   held->born_step);
}

static void say_no_invalidation(struct report *r, const struct iommu_case *c)
{
	say_entry(r, c);
	report_say(r, "No invalidation was carried out between the unmap and its sync.");
}

static void say_scope(struct report *r, const struct iommu_case *c)
{
	g_autofree char *scope = scope_text(c->last);

	say_entry(r, c);
	report_say(r, "What was invalidated at step %" PRIu64 " is of%s: not of that entry.",
		   c->last->step, scope);
}

static void say_page_left(struct report *r, const struct iommu_case *c)
{
	g_autofree char *scope = scope_text(c->last);

	say_entry(r, c);
	report_say(r, "An invalidation of%s at step %" PRIu64 " took %u of the entries that the "
		   "page has, and this one is left.", scope, c->last->step, c->last->nr);
}

static void say_negative(struct report *r, const struct iommu_case *c)
{
	say_entry(r, c);
	report_say(r, "Mapping did not invalidate it.");
}

static void say_freed(struct report *r, const struct iommu_case *c)
{
	report_say(r, "The table lies in memory that was freed at step %" PRIu64
		   " (pa 0x%" PRIx64 ", %" PRIu64 " bytes).", c->freed->step, c->freed->pa,
		   c->freed->len);
}

static void say_start(struct report *r, const struct iommu_case *c)
{
	const struct iommu_hw_held *start = &c->account->start;

	report_say(r, "It walked from a table at pa 0x%" PRIx64 " that its walk cache holds for "
		   "iova 0x%" PRIx64 "-0x%" PRIx64 " since step %" PRIu64 ", and no descriptor "
		   "leads there any more.", start->pa, start->iova,
		   start->iova + start->len - 1, start->born_step);
	if (c->freed)
		say_freed(r, c);
}

static void say_late(struct report *r, const struct iommu_case *c)
{
	const struct iommu_hw_account *a = c->account;
	uint64_t seen = 0;

	for (unsigned n = 0; n < a->seen.nr; n++)
		if (a->seen.descriptors[n].pa == c->late->pa)
			seen = a->seen.descriptors[n].raw;
	report_say(r, "Its walker sees the descriptor at pa 0x%" PRIx64 " as 0x%" PRIx64
		   "; the newest is 0x%" PRIx64 ", in a %s.", c->late->pa, seen, c->late->raw,
		   c->late->is_held ? "CPU's store buffer" : "cache");
}

static void say_order(struct report *r, const struct iommu_case *c)
{
	if (c->late) {
		say_late(r, c);
		return;
	}
	say_entry(r, c);
	report_say(r, "It was brought in after the invalidation at step %" PRIu64
		   ", while the descriptor was still there.", c->last->step);
}

static void say_conflict(struct report *r, const struct iommu_case *c)
{
	report_say(r, "%u entries of its TLB translate that address. A descriptor of one size "
		   "was replaced by others, or the reverse, and the old ones were not "
		   "invalidated first.", c->account->nr_matches);
}

static void say_lost(struct report *r, const struct iommu_case *c)
{
	report_say(r, "Power or a reset took its registers and its TLB at step %" PRIu64
		   ", and what made it translate for %s was not programmed again.",
		   c->account->lost_step, device_of(c));
}

static void say_off(struct report *r, const struct iommu_case *c)
{
	report_say(r, "The IOMMU has no clock or no power: who lets %s work must keep it on.",
		   device_of(c));
}

static void say_diverted(struct report *r, const struct iommu_case *c)
{
	report_say(r, "The device sees no error; the bytes are not where it thinks.");
}

static void say_tables(struct report *r, const struct iommu_case *c)
{
	const struct iommu_hw_reading *seen = &c->account->seen;

	if (!c->account->is_known || !seen->nr) {
		report_say(r, "It did not look into the tables: what its registers say is not "
			   "what the attachment needs.");
		return;
	}
	report_say(r, "Nothing is stale: the descriptor at pa 0x%" PRIx64 " is 0x%" PRIx64 ".",
		   seen->descriptors[seen->nr - 1].pa, seen->descriptors[seen->nr - 1].raw);
}

static const struct words {
	void (*say)(struct report *r, const struct iommu_case *c);
	const char *fix;
} words[NR_HAZARD_CLASSES] = {
	[HAZARD_IOMMU_TABLE_NOT_CLEAN] = { say_late,
		"a clean of that descriptor to where the walker looks, after the store" },
	[HAZARD_IOMMU_ORDER] = { say_order,
		"a barrier between the store to the descriptor and the register write that "
		"follows it" },
	[HAZARD_IOMMU_TLB_STALE] = { say_no_invalidation,
		"an invalidation of the TLB, and its completion, in the unmap's sync" },
	[HAZARD_IOMMU_FLUSH_SCOPE] = { say_scope,
		"the same invalidation for every context, IOMMU and address that the domain is "
		"used with" },
	[HAZARD_IOMMU_PAGE_LEFT] = { say_page_left,
		"an invalidation for each entry that a large page may have" },
	[HAZARD_IOMMU_NEGATIVE_STALE] = { say_negative,
		"an invalidation in ->iotlb_sync_map(): this TLB holds that nothing is there" },
	[HAZARD_IOMMU_WALK_CACHE_STALE] = { say_start,
		"an invalidation of the walk cache when a table is unlinked" },
	[HAZARD_IOMMU_TABLE_FREED] = { say_freed,
		"unlink the table, clean, invalidate, and only then free it" },
	[HAZARD_IOMMU_TLB_CONFLICT] = { say_conflict,
		"clear the old descriptors, invalidate, then write the new ones" },
	[HAZARD_IOMMU_DIVERTED] = { say_diverted, "the IOMMU enabled for that stream" },
	[HAZARD_IOMMU_OFF] = { say_off,
		"pm_runtime_get_sync(), or a device link, before the device works" },
	[HAZARD_IOMMU_STATE_LOST] = { say_lost,
		"programming the registers again, in the resume handler" },
	[HAZARD_IOMMU_WRONG_TRANSLATION] = { say_tables, NULL },
};

/* ---- reports ------------------------------------------------------------------------------- */

void iommu_report(struct hazard_engine *e, const struct iommu_case *c)
{
	const struct words *w = &words[c->class];
	const void *site = guilty_site(e, c);
	struct report *r = report_begin(e, c->class, site, site ? NULL : c->user->master);

	if (!r)
		return;
	report_by(r, device_of(c));
	say_access(r, c);
	say_promise(r, c);
	w->say(r, c);
	rows(e, r, c);
	if (w->fix)
		report_fix(r, "Likely missing", "%s", w->fix);
	report_end(e, r);
}

void iommu_report_stall(struct hazard_engine *e, const struct iommu_stall *s)
{
	const struct iommu_hw_access *a = &s->what.access;
	struct report *r = report_begin(e, HAZARD_IOMMU_STALL_HUNG, NULL, s->master);
	struct record now = engine_record(e, RECORD_FAULT);

	if (!r)
		return;
	report_by(r, master_name(s->master));
	report_say(r, "%s was told to %s iova 0x%" PRIx64 " (IOMMU %s, stream %u), which faulted: "
		   "%s. The IOMMU holds the access until software resumes it, and nobody had "
		   "when the device was detached or the run ended.", master_name(s->master),
		   a->is_write ? "write" : "read",
		   a->iova, iommu_hw_name(s->iommu), a->stream,
		   iommu_hw_reason_name(s->what.result.reason));
	r->access = (struct report_access){
		.who = g_strdup(master_name(s->master)), .is_write = a->is_write, .dma = a->iova,
		.len = a->len, .has_dma = true,
	};
	now.step = s->step;
	now.dma = a->iova;
	now.party = party_of(&e->parties, &(struct observe_event){ .master = s->master });
	report_now(e, r, &now, true, "stalled");
	report_fix(r, "Likely missing", "the register write that resumes or terminates it, in the "
		   "fault's interrupt handler");
	report_end(e, r);
}

void iommu_report_off(struct hazard_engine *e, const struct observe_event *ev)
{
	struct report *r = report_begin(e, HAZARD_IOMMU_REGISTER_OFF, ev->site, NULL);
	struct record now = engine_record(e, RECORD_FAULT);
	const char *cpu = party_name(&e->parties, party_of(&e->parties, ev));
	static const char *const missing[] = {
		[SUPPLY_CLOCK] = "has no clock", [SUPPLY_RESET] = "is held in reset",
		[SUPPLY_POWER] = "has no power",
	};

	if (!r)
		return;
	report_by(r, cpu);
	report_say(r, "%s %s register 0x%" PRIx64 " of IOMMU %s, which %s. On hardware this is an "
		   "external abort, or the bus hangs.", cpu,
		   ev->supply->is_write ? "wrote" : "read", ev->supply->reg,
		   iommu_hw_name(ev->supply->iommu), missing[ev->supply->kind]);
	now.party = party_of(&e->parties, ev);
	now.site = ev->site;
	report_now(e, r, &now, true, "accessed a register");
	report_fix(r, "Likely missing", "pm_runtime_get_sync(), clk_enable() or "
		   "reset_control_deassert() before it");
	report_end(e, r);
}
