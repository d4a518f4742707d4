/* SPDX-License-Identifier: MIT */
/*
 * How an answer of an IOMMU came about, for who observes: what it was taken from, what its
 * tables say now, to its walker and to whoever wrote them last, and which invalidations
 * it has carried out. A look, which moves nothing and is counted nowhere.
 *
 *                      TLB --- hit ---> the answer
 *   walk cache --.      | miss
 *   root --------+---> walk ----------> the answer
 *                |
 *                +---> @seen     the same walk from the root, of what the walker sees now
 *                '---> @newest   of the newest bytes, wherever they are
 *
 * The answer differs from @seen: something that it holds is old. @seen differs from
 * @newest: what software wrote has not got there. All agree: that is what the tables say.
 */
#ifndef ARMDMA_IOMMU_ACCOUNT_H
#define ARMDMA_IOMMU_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>
#include <armdma/iommu.h>

#ifdef __cplusplus
extern "C" {
#endif

#define IOMMU_HW_MAX_LEVELS	4u
#define IOMMU_HW_MAX_PAST	16u

/**
 * struct iommu_hw_descriptor - one, as it was read
 * @pa, @len:  where it lies, 4 or 8 bytes
 * @raw:       what it says
 * @is_late:   of the newest: it is not what the walker sees
 * @is_held:   and the store that makes it so is still in a CPU's store buffer; else it is
 *             in a cache
 */
struct iommu_hw_descriptor {
	uint64_t pa;
	uint64_t raw;
	uint8_t len;
	bool is_late, is_held;
};

/** What a walk comes to: @pa of the access's first byte where @reason is IOMMU_HW_OK. */
struct iommu_hw_reading {
	enum iommu_hw_reason reason;
	uint64_t pa;
	unsigned nr;
	struct iommu_hw_descriptor descriptors[IOMMU_HW_MAX_LEVELS];
};

/**
 * struct iommu_hw_held - what a TLB or walk cache held, that the answer was taken from
 * @iova, @len: what it is of
 * @pa:    of its first byte; of a walk cache: of the table
 * @born:  when it was brought in, a moment; @born_step the step
 * @is_negative: that nothing is there
 */
struct iommu_hw_held {
	bool is_there;
	bool is_negative, is_loaded;
	uint32_t context, asid;
	uint64_t iova, len, pa;
	uint64_t born, born_step;
};

/**
 * struct iommu_hw_invalidation - that was carried out
 * @moment: when (machine_moment()); @step the step
 * @site:  host code address of the register write that did it; NULL: it took a while
 * @has_context, @has_asid, @has_range: it was of that context, ASID, [@iova, @last] alone
 * @in_tlb, @in_walk_cache: where
 * @nr:    entries that went
 */
struct iommu_hw_invalidation {
	uint64_t moment, step;
	const void *site;
	bool has_context, has_asid, has_range;
	bool in_tlb, in_walk_cache;
	uint32_t context, asid;
	uint64_t iova, last;
	unsigned nr;
};

/**
 * struct iommu_hw_account - of the latest access
 * @is_known: it got as far as a TLB or a walk; else nothing but @past says anything
 * @entry:    of the TLB, if that answered
 * @start:    of the walk cache, if that is where the walk began
 * @nr_matches: entries of the TLB that would answer
 * @past:     the latest invalidations, oldest first
 * @lost:     moment at which power or a reset last made it forget everything; 0: never;
 *            @lost_step the step
 */
struct iommu_hw_account {
	bool is_known;
	struct iommu_hw_held entry, start;
	unsigned nr_matches;
	struct iommu_hw_reading seen, newest;
	unsigned nr_past;
	struct iommu_hw_invalidation past[IOMMU_HW_MAX_PAST];
	uint64_t lost, lost_step;
};

/**
 * iommu_hw_account() - how the answer to @a came about, which must be the latest
 *
 * Exact gear, from an observer of OBSERVE_IOMMU.
 */
void iommu_hw_account(struct iommu_hw *i, const struct iommu_hw_access *a,
		      struct iommu_hw_account *ret);

#ifdef __cplusplus
}
#endif
#endif
