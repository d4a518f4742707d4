/* SPDX-License-Identifier: MIT */
/*
 * An IOMMU's answer that is not what the library promised, and why. Consequence comes
 * first: where the device got what was promised, nothing is looked into.
 *
 *	differs from what the walker sees   it holds something old: of the TLB, that
 *	                                    something or nothing is there; or a table
 *	the walker sees something old       the newest is in a cache, or a store buffer
 *	neither                             the tables say so, or nobody asked them
 *
 * A walk through a table's page that was freed is that, whatever led there.
 */
#include "exposure.h"

#include <linux/iommu.h>

/* ---- what was promised -------------------------------------------------------------- */

static bool is_allowed(const struct iova_range *r, const struct iommu_hw_access *a)
{
	return r->now.prot & (a->is_write ? IOMMU_WRITE : IOMMU_READ);
}

static bool leads_to(const struct iommu_hw_result *res, uint64_t pa)
{
	return iommu_is_through(res) && res->pa == pa;
}

/* What is bypassed gets its own address; the model leaves ->pa alone. */
static struct iommu_hw_result answer_of(const struct observe_iommu *what)
{
	struct iommu_hw_result res = what->result;

	if (res.outcome == IOMMU_HW_BYPASS)
		res.pa = what->access.iova;
	return res;
}

static bool is_kept(const struct iova_range *r, const struct iommu_hw_access *a,
		    const struct iommu_hw_result *res)
{
	switch (r->state) {
	case RANGE_MAPPED:
		if (leads_to(res, life_pa(r, &r->now, a->iova)))
			return true;
		return !is_allowed(r, a) && res->reason == IOMMU_HW_PERMISSION;
	case RANGE_UNMAPPED:
		return !iommu_is_through(res);
	default:
		return true;
	}
}

/* ---- why --------------------------------------------------------------------------------- */

/* Would it have been the answer? */
static bool says(const struct iommu_hw_reading *read, const struct iommu_hw_result *res)
{
	return read->reason == res->reason && (res->reason != IOMMU_HW_OK || read->pa == res->pa);
}

/* A table of that walk lies in memory that was given back since; and not by now a table. */
static const struct freed_range *walked_freed(struct hazard_engine *e,
					      const struct iommu_hw_reading *read, uint64_t since)
{
	for (unsigned n = 0; n < read->nr; n++) {
		const struct freed_range *f = iommu_freed(e->iommu, read->descriptors[n].pa, since);

		if (f)
			return f;
	}
	return NULL;
}

static const struct iommu_hw_descriptor *first_late(const struct iommu_hw_account *a)
{
	for (unsigned n = 0; n < a->newest.nr; n++)
		if (a->newest.descriptors[n].is_late)
			return &a->newest.descriptors[n];
	return NULL;
}

static bool is_of_entry(const struct iommu_hw_invalidation *inv, const struct iommu_hw_held *held)
{
	return (!inv->has_context || inv->context == held->context) &&
	       (!inv->has_asid || inv->asid == held->asid) &&
	       (!inv->has_range || (inv->iova < held->iova + held->len && inv->last >= held->iova));
}

/* What was invalidated for this change: from the step on at which the unmap began. */
static enum hazard_class classify_held(struct iommu_case *c)
{
	const struct iommu_hw_account *a = c->account;
	uint64_t since = c->old ? c->old->unmapping : c->user->since;
	uint64_t until = c->old && c->old->synced ? c->old->synced : UINT64_MAX;
	enum hazard_class class = HAZARD_IOMMU_TLB_STALE;

	for (unsigned n = 0; n < a->nr_past; n++) {
		const struct iommu_hw_invalidation *inv = &a->past[n];

		if (inv->moment < since || inv->moment > until || !inv->in_tlb)
			continue;
		c->last = inv;
		if (is_of_entry(inv, &a->entry))
			return a->entry.born > inv->moment ? HAZARD_IOMMU_ORDER
							 : HAZARD_IOMMU_PAGE_LEFT;
		class = HAZARD_IOMMU_FLUSH_SCOPE;
	}
	return class;
}

static enum hazard_class classify_entry(struct iommu_case *c)
{
	if (c->account->nr_matches > 1)
		return HAZARD_IOMMU_TLB_CONFLICT;
	if (c->account->entry.is_negative)
		return HAZARD_IOMMU_NEGATIVE_STALE;
	return classify_held(c);
}

static enum hazard_class classify_late(struct hazard_engine *e, struct iommu_case *c)
{
	c->late = first_late(c->account);
	c->freed = walked_freed(e, &c->account->seen, c->old ? c->old->mapped : 0);
	if (c->freed && (c->old || !c->freed->taken))
		return HAZARD_IOMMU_TABLE_FREED;
	c->freed = NULL;	/* long ago, and it is somebody's again */
	return c->late && c->late->is_held ? HAZARD_IOMMU_ORDER : HAZARD_IOMMU_TABLE_NOT_CLEAN;
}

/* It walked, by tables that everybody sees alike; or did not come so far. */
static enum hazard_class classify_plain(struct hazard_engine *e, struct iommu_case *c,
					const struct iommu_hw_result *res)
{
	if (res->reason == IOMMU_HW_OFF)
		return HAZARD_IOMMU_OFF;
	if (c->account->lost > c->user->since)
		return HAZARD_IOMMU_STATE_LOST;
	if (res->outcome != IOMMU_HW_HIT && res->outcome != IOMMU_HW_FAULT &&
	    res->outcome != IOMMU_HW_STALL && res->outcome != IOMMU_HW_ABORT)
		return HAZARD_IOMMU_DIVERTED;
	c->freed = walked_freed(e, &c->account->seen, 0);
	if (c->freed && !c->freed->taken)
		return HAZARD_IOMMU_TABLE_FREED;
	return HAZARD_IOMMU_WRONG_TRANSLATION;
}

static enum hazard_class classify(struct hazard_engine *e, struct iommu_case *c,
				  const struct iommu_hw_result *res)
{
	const struct iommu_hw_account *a = c->account;

	if (res->reason == IOMMU_HW_TLB_CONFLICT)
		return HAZARD_IOMMU_TLB_CONFLICT;
	if (!a->is_known)
		return classify_plain(e, c, res);
	if (a->entry.is_there && (a->entry.is_loaded || !says(&a->seen, res)))
		return classify_entry(c);
	if (!says(&a->seen, res) && a->start.is_there) {
		c->freed = iommu_freed(e->iommu, a->start.pa, a->start.born);
		return c->freed && c->freed->taken ? HAZARD_IOMMU_TABLE_FREED
						   : HAZARD_IOMMU_WALK_CACHE_STALE;
	}
	if (!says(&a->newest, res) && first_late(a))
		return classify_late(e, c);
	return classify_plain(e, c, res);
}

/* ---- the rule -------------------------------------------------------------------------- */

/* Which mapping would have had that answer? */
static const struct iova_life *life_of_answer(const struct iova_range *r, uint64_t iova,
					      const struct iommu_hw_result *res)
{
	bool is_old;

	if (!r)
		return NULL;
	is_old = r->has_before &&
		 (!iommu_is_through(res) || leads_to(res, life_pa(r, &r->before, iova)));
	if (is_old && r->state == RANGE_MAPPED)
		return &r->before;
	return r->state == RANGE_UNMAPPED ? &r->now : NULL;
}

/* Nothing is promised where nothing was mapped; but what is held should be somebody's. */
static bool is_foreign(const struct iommu_hw_account *a, const struct iommu_hw_result *res)
{
	return res->outcome == IOMMU_HW_HIT && a->is_known && !a->entry.is_loaded &&
	       a->newest.reason != IOMMU_HW_OK;
}

static void judge(struct hazard_engine *e, const struct observe_event *ev,
		  const struct iommu_user *u)
{
	const struct iommu_hw_access *a = &ev->iommu->access;
	struct iommu_hw_result res = answer_of(ev->iommu);
	struct iova_range *r = space_range(u->space, a->iova);
	struct iommu_hw_account account;
	struct iommu_case c = { .ev = ev, .user = u, .range = r, .account = &account };

	if (r ? is_kept(r, a, &res) : res.outcome != IOMMU_HW_HIT)
		return;
	if (res.reason == IOMMU_HW_BLOCKED)
		return;		/* the fault that it waits for has been told of */
	iommu_hw_account((struct iommu_hw *)(uintptr_t)ev->iommu->iommu, a, &account);
	if (!r && !is_foreign(&account, &res))
		return;
	c.old = life_of_answer(r, a->iova, &res);
	c.class = classify(e, &c, &res);
	iommu_report(e, &c);
	e->iommu->told = u->master;
}

/* What has been told of already hangs for a reason that is known. */
static void note_stall(struct hazard_engine *e, const struct observe_event *ev)
{
	struct iommu_stall s = {
		.iommu = (struct iommu_hw *)(uintptr_t)ev->iommu->iommu, .master = ev->master,
		.what = *ev->iommu, .step = ev->step,
	};

	if (ev->master && ev->iommu->result.outcome == IOMMU_HW_STALL &&
	    e->iommu->told != ev->master)
		g_array_append_val(e->iommu->stalls, s);
}

/* It goes on: so it was resumed, or is another port's. */
static void forget_stalls(struct hazard_engine *e, const struct master *master)
{
	GArray *stalls = e->iommu->stalls;

	for (unsigned n = stalls->len; n && master; n--) {
		const struct iommu_stall *s = &g_array_index(stalls, struct iommu_stall, n - 1);

		if (s->master == master && !iommu_hw_stall_waits(s->iommu, s->what.result.stall))
			g_array_remove_index(stalls, n - 1);
	}
}

void iommu_event(struct hazard_engine *e, const struct observe_event *ev)
{
	const struct iommu_user *u;

	if (!e->iommu)
		return;
	e->iommu->told = NULL;
	forget_stalls(e, ev->master);
	u = iommu_user_of(e, ev);
	if (u) {
		judge(e, ev, u);
		exposure_access(e, ev, u);
	}
	note_stall(e, ev);
}

void iommu_off_event(struct hazard_engine *e, const struct observe_event *ev)
{
	iommu_report_off(e, ev);
	if (e->iommu)
		e->iommu->aborts = ev->cpu;
}

bool iommu_has_told(struct hazard_engine *e, const struct observe_event *ev)
{
	if (!e->iommu)
		return false;
	if (ev->kind == OBSERVE_CPU_FAULT) {
		bool is_told = ev->cpu && e->iommu->aborts == ev->cpu;

		e->iommu->aborts = NULL;
		return is_told;
	}
	return ev->master && e->iommu->told == ev->master;
}

/* ---- the end ------------------------------------------------------------------------------- */

/* Whoever waited so long, of @master or of all, would have waited for ever. */
void iommu_end_stalls(struct hazard_engine *e, const struct master *master)
{
	GArray *stalls = e->iommu->stalls;

	for (unsigned n = stalls->len; n; n--) {
		const struct iommu_stall *s = &g_array_index(stalls, struct iommu_stall, n - 1);

		if (master && s->master != master)
			continue;
		if (iommu_hw_stall_waits(s->iommu, s->what.result.stall))
			iommu_report_stall(e, s);
		g_array_remove_index(stalls, n - 1);
	}
}

void iommu_finish(struct hazard_engine *e)
{
	if (e->iommu)
		iommu_end_stalls(e, NULL);
}
