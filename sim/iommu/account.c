/* SPDX-License-Identifier: MIT */
/*
 * How the latest answer came about: see <armdma/iommu-account.h>. What it takes is noted by
 * walk.c while it translates, in the exact gear and if anybody observes.
 */
#include "../sim.h"
#include "walk.h"

#include <armdma/iommu-account.h>

G_STATIC_ASSERT(PT_MAX_LEVELS <= IOMMU_HW_MAX_LEVELS);

/* ---- what was held ------------------------------------------------------------- */

static struct iommu_hw_held held_of(const struct iotlb_entry *e)
{
	return (struct iommu_hw_held){
		.is_there = true, .is_negative = e->is_negative, .is_loaded = e->is_loaded,
		.context = e->context, .asid = e->asid, .iova = e->iova,
		.len = 1ull << e->size_log2, .pa = e->pa, .born = e->born,
		.born_step = e->born_step,
	};
}

/* ---- invalidations ----------------------------------------------------------------- */

void account_invalidation(struct iommu_hw *i, const struct iotlb_scope *s, bool in_tlb,
			  bool in_walk_cache, unsigned nr)
{
	struct machine *m = i->machine;

	if (m->is_fast)
		return;
	i->past[i->nr_past++ % IOMMU_HW_MAX_PAST] = (struct iommu_hw_invalidation){
		.moment = machine_moment(m), .step = m->step,
		.site = m->nr_handlers && m->actor.cpu ? m->actor.site : NULL,
		.has_context = s->has_context, .has_asid = s->has_asid,
		.has_range = s->has_range, .in_tlb = in_tlb, .in_walk_cache = in_walk_cache,
		.context = s->context, .asid = s->asid, .iova = s->iova, .last = s->last,
		.nr = nr,
	};
}

void account_loss(struct iommu_hw *i)
{
	if (i->machine->is_fast)
		return;
	i->lost = machine_moment(i->machine);
	i->lost_step = i->machine->step;
}

static void take_past(const struct iommu_hw *i, struct iommu_hw_account *ret)
{
	unsigned first = i->nr_past - MIN(i->nr_past, IOMMU_HW_MAX_PAST);

	for (unsigned n = first; n != i->nr_past; n++)
		ret->past[ret->nr_past++] = i->past[n % IOMMU_HW_MAX_PAST];
}

/* ---- the account ---------------------------------------------------------------------- */

static void compare(struct iommu_hw_reading *newest, struct iommu_hw *i)
{
	for (unsigned n = 0; n < newest->nr; n++) {
		struct iommu_hw_descriptor *d = &newest->descriptors[n];
		uint64_t seen = 0, unheld = 0;

		iommu_hw_walk_read(i, d->pa, &seen, d->len);
		walker_read_newest(i, d->pa, &unheld, d->len, false);
		d->is_late = seen != d->raw;
		d->is_held = d->is_late && unheld == seen;
	}
}

void iommu_hw_account(struct iommu_hw *i, const struct iommu_hw_access *a,
		      struct iommu_hw_account *ret)
{
	const struct walk_unit *u = i->walked;

	*ret = (struct iommu_hw_account){ .lost = i->lost, .lost_step = i->lost_step };
	take_past(i, ret);
	if (!u || i->machine->is_fast)
		return;
	ret->is_known = true;
	if (u->past.is_hit)
		ret->entry = held_of(&u->past.entry);
	if (u->past.start.is_valid)
		ret->start = held_of(&u->past.start);
	ret->nr_matches = iotlb_match(&u->tlb, u->past.space.context, u->past.space.asid,
				      a->iova);
	walk_look(u, &u->past.space, a, false, &ret->seen);
	walk_look(u, &u->past.space, a, true, &ret->newest);
	compare(&ret->newest, i);
}
