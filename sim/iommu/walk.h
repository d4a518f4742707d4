/* SPDX-License-Identifier: MIT */
/*
 * From an address to a translation: the TLB, then a walk that begins where the walk cache
 * knows the way, and what a TLB brings in unasked.
 *
 * Leaves out: a stage 1 whose tables are translated by a stage 2.
 */
#ifndef SIM_IOMMU_WALK_H
#define SIM_IOMMU_WALK_H

#include "format.h"
#include "hw.h"
#include "tlb.h"

#define WALK_MAX_LINE	256u

/* What an IOMMU walks with. */
struct walk_unit {
	struct iommu_hw *hw;
	struct iotlb tlb, tables;	/* @tables: the walk cache */
	bool has_walk_cache;
	bool caches_negative;		/* that nothing is there is held, too */
	bool uses_contiguous;		/* a run that the hint joins is one entry */
	bool fills_nothing;		/* just now: what is found is used, and not held */
	unsigned prefetch;		/* pages after the one that missed */
	unsigned line_len;		/* bytes of descriptors that one fetch reads: a power of
					 * two up to WALK_MAX_LINE; what it finds beside the one
					 * that was wanted is held, too. 0: that one alone */
};

/* One address space of it. */
struct walk_space {
	const struct pt_format *format;
	uint64_t root;			/* of the first level */
	uint32_t context, asid;
	bool sets_access, sets_dirty;	/* the walker updates descriptors */
};

/* HIT or FAULT, with all that goes with it. */
void walk_translate(struct walk_unit *u, const struct walk_space *s,
		    const struct iommu_hw_access *a, struct iommu_hw_result *ret);

/* Of TLB, walk cache, or both: how many entries went. */
unsigned walk_invalidate(struct walk_unit *u, const struct iotlb_scope *s, bool in_tlb,
			 bool in_walk_cache);

#endif
