/* SPDX-License-Identifier: MIT */
/*
 * From an address to a translation: the TLB, then a walk that begins where the walk cache
 * knows the way, and what a TLB brings in unasked.
 *
 * A walker that reads a line of descriptors for the one it needs keeps the others in the TLB;
 * or, such as say that nothing is there too, in @lines, which is asked before it walks.
 *
 * Leaves out: a stage 1 whose tables are translated by a stage 2.
 */
#ifndef SIM_IOMMU_WALK_H
#define SIM_IOMMU_WALK_H

#include "format.h"
#include "hw.h"
#include "tlb.h"

#define WALK_MAX_LINE	256u

/* One address space of it. */
struct walk_space {
	const struct pt_format *format;
	uint64_t root;			/* of the first level */
	uint32_t context, asid;
	bool sets_access, sets_dirty;	/* the walker updates descriptors */
	bool never_walks;		/* a miss is a fault */
	bool has_no_lines;		/* descriptors come one by one; @lines is not asked */
	struct iotlb *micro;		/* a TLB of who asks alone, before that of all; or NULL */
};

/* How the latest answer came about, while somebody observes. */
struct walk_past {
	struct walk_space space;
	bool is_hit;
	struct iotlb_entry entry;	/* that answered */
	struct iotlb_entry start;	/* of the walk cache; not valid: from the root */
};

/* What an IOMMU walks with. */
struct walk_unit {
	struct iommu_hw *hw;
	struct iotlb tlb, tables;	/* @tables: the walk cache */
	struct iotlb lines;		/* what came in one line with a descriptor */
	bool has_walk_cache, has_lines;
	bool caches_negative;		/* that nothing is there is held, too */
	bool uses_contiguous;		/* a run that the hint joins is one entry */
	bool fills_nothing;		/* just now: what is found is used, and not held */
	unsigned prefetch;		/* pages after the one that missed */
	unsigned line_len;		/* bytes of descriptors that one fetch reads: a power of
					 * two up to WALK_MAX_LINE; what it finds beside the one
					 * that was wanted is held, too. 0: that one alone */
	struct walk_past past;
};

/* HIT or FAULT, with all that goes with it. */
void walk_translate(struct walk_unit *u, const struct walk_space *s,
		    const struct iommu_hw_access *a, struct iommu_hw_result *ret);
/* The same, and the entry that said so, which the TLB need not hold. */
void walk_translate_by(struct walk_unit *u, const struct walk_space *s,
		       const struct iommu_hw_access *a, struct iommu_hw_result *ret,
		       struct iotlb_entry *ret_entry);

/*
 * What @a would come to from the root, without TLB and walk cache, and without effect: by
 * what the walker sees, or by the newest bytes.
 */
void walk_look(const struct walk_unit *u, const struct walk_space *s,
	       const struct iommu_hw_access *a, bool is_newest, struct iommu_hw_reading *ret);

/* Of TLB and lines, walk cache, or all: how many entries went. */
unsigned walk_invalidate(struct walk_unit *u, const struct iotlb_scope *s, bool in_tlb,
			 bool in_walk_cache);

#endif
