/* SPDX-License-Identifier: MIT */
/*
 * What may be turned on any IOMMU: sizes and habits of the silicon that software cannot
 * rely on. Zero is what the part has; the model's own header says what that is, and which
 * of these it heeds. No count is more than 65536.
 *
 * Three ways lead here, the later wins: properties of the IOMMU's node, then what
 * harness_start() was given (struct harness_config), then a model's own config.
 *
 *	armdma,tlb-entries = <32>;	0: unbounded
 *	armdma,tlb-ways = <4>;		0: fully associative
 *	armdma,walk-cache-entries = <8>;	0: unbounded
 *	armdma,prefetch = <1>;		0: none
 *	armdma,delay = <5>;		0: none
 *	armdma,descriptor-line = <64>;	0: one descriptor
 *	armdma,version = <0x300>;
 *	armdma,caches-negative;		or = <0>: it does not
 *	armdma,draws-victims;		or = <0>: the oldest goes
 *	armdma,walker = "dram";		or "snooping", "level2"
 *	armdma,misbehaves = <0x1>;
 */
#ifndef ARMDMA_IOMMU_KNOBS_H
#define ARMDMA_IOMMU_KNOBS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Of a TLB: it holds everything. Of any other count: none, though the part has some. */
#define IOMMU_HW_UNBOUNDED	UINT_MAX
#define IOMMU_HW_NONE		UINT_MAX

/** Of a habit. */
enum iommu_hw_habit { IOMMU_HW_AS_PART, IOMMU_HW_YES, IOMMU_HW_NO };

/** Of the walker; see enum iommu_hw_walker. */
enum iommu_hw_walker_knob {
	IOMMU_HW_WALKER_AS_BOARD, IOMMU_HW_WALKER_DRAM, IOMMU_HW_WALKER_SNOOPING,
	IOMMU_HW_WALKER_LEVEL2
};

/**
 * struct iommu_hw_knobs - all zero: the part as it is on the board
 * @tlb_entries, @tlb_ways: of the TLB; IOMMU_HW_UNBOUNDED entries; IOMMU_HW_NONE ways:
 *            fully associative; ways divide the entries, and need them turned as well
 * @walk_cache_entries: of what holds tables, where the part has such
 * @prefetch: pages that a miss brings in after its own
 * @delay:    ticks until a command is carried out, at most
 * @line_len: bytes of descriptors that one fetch reads; a power of two of 4 to 256, or
 *            IOMMU_HW_NONE
 * @version:  as its version register has it
 * @misbehaves: set of the kind's own defects
 * @walker:   enum iommu_hw_walker_knob
 * @draws_victims: enum iommu_hw_habit: the chooser says which entry goes, else the oldest
 * @caches_negative: enum iommu_hw_habit: that nothing is there is held, too
 */
struct iommu_hw_knobs {
	unsigned tlb_entries, tlb_ways;
	unsigned walk_cache_entries;
	unsigned prefetch;
	unsigned delay;
	unsigned line_len;
	unsigned version;
	unsigned misbehaves;
	uint8_t walker;
	uint8_t draws_victims;
	uint8_t caches_negative;
};

/** A count as the shared blocks have it (0: none, or unbounded), where the part has @part. */
static inline unsigned iommu_hw_knob(unsigned knob, unsigned part)
{
	if (knob == IOMMU_HW_NONE)
		return 0;
	return knob ? knob : part;
}

static inline bool iommu_hw_habit(unsigned habit, bool part)
{
	return habit == IOMMU_HW_AS_PART ? part : habit == IOMMU_HW_YES;
}

/** What is turned in @over is so; the rest is as in @under. */
struct iommu_hw_knobs iommu_hw_knobs_over(const struct iommu_hw_knobs *over,
					  const struct iommu_hw_knobs *under);

#ifdef __cplusplus
}
#endif
#endif
