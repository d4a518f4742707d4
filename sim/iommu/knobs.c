/* SPDX-License-Identifier: MIT */
/* Knobs over knobs: see <armdma/iommu-knobs.h>. */
#include <armdma/iommu-knobs.h>

struct iommu_hw_knobs iommu_hw_knobs_over(const struct iommu_hw_knobs *over,
					  const struct iommu_hw_knobs *under)
{
#define PICK(what)	.what = over->what ? over->what : under->what
	return (struct iommu_hw_knobs){
		PICK(tlb_entries), PICK(tlb_ways), PICK(walk_cache_entries), PICK(prefetch),
		PICK(delay), PICK(line_len), PICK(version), PICK(misbehaves), PICK(walker),
		PICK(draws_victims), PICK(caches_negative),
	};
#undef PICK
}
