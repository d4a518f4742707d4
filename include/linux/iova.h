/* SPDX-License-Identifier: MIT */
/*
 * I/O virtual addresses of one IOMMU domain: who has which, and which is free.
 *
 * Units are page frame numbers of @granule bytes. Searches go from the top down to
 * @start_pfn and begin where the last one ended, as in Linux 6.12: the addresses are the
 * same ones that its allocator gives out for the same calls on one CPU, and frame 0 is
 * never given out as long as @start_pfn is not 0. What differs is the cost: no search
 * looks at more than some nodes of a balanced tree, however full the space is, and a
 * range of up to 32 frames that one thread allocates and frees takes no locked
 * instruction.
 *
 * Context: any, and any number of threads; nothing sleeps but iova_domain_init_rcaches().
 * A domain must not move in memory between init_iova_domain() and put_iova_domain().
 *
 * Left out: struct rb_node in struct iova; the tree is not Linux's.
 *
 * Source: include/linux/iova.h, drivers/iommu/iova.c.
 */
#ifndef _ARMDMA_LINUX_IOVA_H
#define _ARMDMA_LINUX_IOVA_H

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct iova_block;
struct iova_chunk;
struct iova_rcaches;

/**
 * struct iova - a range that is allocated or reserved
 * @pfn_hi, @pfn_lo: its last and its first frame
 * @leaf, @slot:     where the tree has it; the library's
 */
struct iova {
	unsigned long pfn_hi;
	unsigned long pfn_lo;
	struct iova_block *leaf;
	unsigned long slot;
};

/**
 * enum iova_policy - what alloc_iova_fast() does when a CPU has no range kept
 * @IOVA_LINUX:  takes the highest free one, as Linux does: CPUs that allocate in turns
 *               get neighbours, whose page-table entries share a cache line
 * @IOVA_SPREAD: takes as many as fill 32 frames, aligned, and keeps the rest for this
 *               CPU: 128 bytes of 4-byte entries, 256 of 8-byte ones, are its own
 */
enum iova_policy { IOVA_LINUX, IOVA_SPREAD };

#define IOVA_SPREAD_PFNS	32UL

/* Memory for pieces of one size: lib/iommu/iova-pool.h. */
struct iova_pool {
	struct iova_chunk *roomy, *full;
	unsigned size, nr_each;
	unsigned long nr_free, nr_chunks;
};

/* Ranges and the gaps between them: lib/iommu/iova-tree.h. */
struct iova_tree {
	struct iova_block *root;	/* NULL: nothing but the anchor */
	unsigned levels;
	unsigned long nr;		/* ranges, the anchor included */
	struct iova_pool blocks, iovas;
};

/**
 * struct iova_domain - the space of one domain
 * @granule:          bytes of a frame, a power of two, at most PAGE_SIZE
 * @start_pfn:        the lowest that is ever allocated
 * @dma_32bit_pfn:    the first beyond 4 GiB
 * @max32_alloc_size: below that, as many in one piece are not free: the last failure
 * @policy:           may be set until the first allocation
 *
 * What is below is the library's.
 */
struct iova_domain {
	unsigned long granule;
	unsigned long start_pfn;
	unsigned long dma_32bit_pfn;
	unsigned long max32_alloc_size;
	enum iova_policy policy;

	unsigned long lock[9];		/* struct bias_lock; of all but @rcaches */
	struct iova_tree tree;
	struct iova *cached_node;	/* where the next search begins */
	struct iova *cached32_node;	/* the same below 4 GiB */
	struct iova anchor;		/* above all that may be allocated */
	struct iova_rcaches *rcaches;
	void (*depot_filled)(struct iova_domain *iovad);	/* lib/iommu/iova.h */
};

static inline unsigned long iova_size(struct iova *iova)
{
	return iova->pfn_hi - iova->pfn_lo + 1;
}

static inline unsigned long iova_shift(struct iova_domain *iovad)
{
	return __ffs(iovad->granule);
}

static inline unsigned long iova_mask(struct iova_domain *iovad)
{
	return iovad->granule - 1;
}

static inline size_t iova_offset(struct iova_domain *iovad, dma_addr_t iova)
{
	return iova & iova_mask(iovad);
}

static inline size_t iova_align(struct iova_domain *iovad, size_t size)
{
	return ALIGN(size, iovad->granule);
}

static inline size_t iova_align_down(struct iova_domain *iovad, size_t size)
{
	return ALIGN_DOWN(size, iovad->granule);
}

static inline dma_addr_t iova_dma_addr(struct iova_domain *iovad, struct iova *iova)
{
	return (dma_addr_t)iova->pfn_lo << iova_shift(iovad);
}

static inline unsigned long iova_pfn(struct iova_domain *iovad, dma_addr_t iova)
{
	return iova >> iova_shift(iovad);
}

/** A user of IOVAs comes and goes. Return: 0. One too many of the latter is a warning. */
int iova_cache_get(void);
void iova_cache_put(void);

/** Bytes from which on a CPU keeps nothing back, with frames of PAGE_SIZE. */
unsigned long iova_rcache_range(void);

/**
 * init_iova_domain() - an empty space
 * @granule: anything else than a power of two up to PAGE_SIZE is a warning
 *
 * Takes no memory. @policy is what the machine was booted with.
 */
void init_iova_domain(struct iova_domain *iovad, unsigned long granule,
		      unsigned long start_pfn);

/**
 * iova_domain_init_rcaches() - let each CPU keep freed ranges of up to 32 frames
 *
 * Once for a domain, before alloc_iova_fast(); without it nothing is kept.
 * Return: 0 or -ENOMEM; trying again helps once memory was freed.
 */
int iova_domain_init_rcaches(struct iova_domain *iovad);

/** Everything of @iovad, all ranges included, is gone. No other call may be going on. */
void put_iova_domain(struct iova_domain *iovad);

/**
 * alloc_iova() - allocate @size frames, the last of them at most @limit_pfn
 * @size_aligned: at a multiple of @size rounded up to a power of two
 *
 * Return: the domain's, until free_iova() or __free_iova(); NULL: no such gap is free,
 * or memory is used up. Trying again helps once something was freed. @size 0 is a
 * warning and NULL.
 */
struct iova *alloc_iova(struct iova_domain *iovad, unsigned long size,
			unsigned long limit_pfn, bool size_aligned);

/** The range that @pfn is in is free; nothing, where it is in none. */
void free_iova(struct iova_domain *iovad, unsigned long pfn);
/** The same of a range that is at hand, and must be @iovad's. */
void __free_iova(struct iova_domain *iovad, struct iova *iova);

/**
 * alloc_iova_fast() - the same from what this CPU keeps; else size-aligned, by search
 * @size:         up to 32 it is rounded up to a power of two
 * @flush_rcache: when there is no gap, free what all CPUs keep, and look again
 *
 * Return: the first frame, for free_iova_fast(); 0 is failure.
 */
unsigned long alloc_iova_fast(struct iova_domain *iovad, unsigned long size,
			      unsigned long limit_pfn, bool flush_rcache);
/** @size as it was allocated, rounded or not. */
void free_iova_fast(struct iova_domain *iovad, unsigned long pfn, unsigned long size);

/**
 * reserve_iova() - never give out [@pfn_lo, @pfn_hi]
 *
 * Ranges that overlap are joined as in Linux: what is there grows downwards, the rest
 * becomes a range of its own.
 * Return: the range with the end of it; NULL: memory is used up, or, with a warning,
 * that is no range.
 */
struct iova *reserve_iova(struct iova_domain *iovad, unsigned long pfn_lo,
			  unsigned long pfn_hi);

/** The range that @pfn is in, given out, kept by a CPU or reserved; NULL: none. */
struct iova *find_iova(struct iova_domain *iovad, unsigned long pfn);

#ifdef __cplusplus
}
#endif
#endif
