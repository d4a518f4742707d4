/* SPDX-License-Identifier: MIT */
/*
 * The reference IOMMU as a board has it: armdma,formats and the knobs of armdma,tlb-entries
 * and so on; at its node's registers if these are enough.
 */
#include <armdma/reference-iommu.h>

#include "../sim.h"
#include "kinds.h"

static struct iommu_hw *make(struct machine *m, const struct iommu_place *at)
{
	const struct iommu_hw_knobs *k = &at->knobs;
	bool fits = at->reg_len >= REF_LEN && !(at->reg_pa & PAGE_MASK);

	return ref_iommu_new(m, &(struct ref_config){
		.name = at->name, .reg_pa = fits ? at->reg_pa : 0, .irq = at->irq,
		.walker = at->walker, .formats = at->iommu->formats,
		.tlb_entries = iommu_hw_knob(k->tlb_entries, 0),
		.tlb_ways = iommu_hw_knob(k->tlb_ways, 0),
		.walk_cache_entries = iommu_hw_knob(k->walk_cache_entries, 0),
		.draws_victims = iommu_hw_habit(k->draws_victims, false),
		.caches_negative = iommu_hw_habit(k->caches_negative, false),
		.prefetch = iommu_hw_knob(k->prefetch, 0), .delay = iommu_hw_knob(k->delay, 0),
		.misbehaves = k->misbehaves,
	});
}

static const char *const compatibles[] = { REF_COMPATIBLE, NULL };

const struct iommu_kind reference_kind = {
	.name = "reference", .compatibles = compatibles, .make = make,
	.flags = IOMMU_KIND_FINDS_ROOM,
};
