/* SPDX-License-Identifier: MIT */
/*
 * Between the files of swiotlb:
 *
 *   swiotlb.c             what a device has; copying; mapping
 *     swiotlb-pool.c        one pool: its areas, its slots, who has which
 *     swiotlb-dynamic.c     pools that come later: for all, or for one mapping
 *     swiotlb-restricted.c  a device's own pool, from reserved memory
 */
#ifndef LIB_DMA_SWIOTLB_H
#define LIB_DMA_SWIOTLB_H

#include <linux/swiotlb.h>

#include "../mm/kernel.h"

#define SEGMENT_LEN	((size_t)IO_TLB_SIZE * IO_TLB_SEGSIZE)
#define IO_TLB_MIN_SLOTS	(SZ_1M >> IO_TLB_SHIFT)

typedef unsigned __int128 segment_mask;

/**
 * struct io_tlb_slot - 2 KiB of a pool
 * @orig_pa:    physical address of the byte that its first byte stands for;
 *              PHYS_ADDR_MAX: not mapped, or padding
 * @left:       bytes of the allocation from here to its end
 * @pad_slots:  of a mapping's first slot: slots before it that are its padding
 */
struct io_tlb_slot {
	phys_addr_t orig_pa;
	size_t left;
	unsigned pad_slots;
};

struct io_tlb_area {
	spinlock_t lock;
	size_t used;			/* slots */
	size_t next;			/* slot of this area where to look first */
} __attribute__((__aligned__(64)));

/**
 * struct io_tlb_pool - memory in one piece, and who has which slots of it
 * @start, @end:  physical
 * @free:         of each segment; guarded by its area's lock
 * @is_transient: made for one mapping, gone with it
 * @next:         the older one
 */
struct io_tlb_pool {
	phys_addr_t start, end;
	size_t nr_slots;
	size_t area_slots;
	unsigned nr_areas;
	bool is_transient;
	struct io_tlb_area *areas;
	struct io_tlb_slot *slots;
	segment_mask *free;
	struct io_tlb_pool *next;
};

/**
 * struct io_tlb_mem - what devices bounce through
 * @defpool:      the pool that it starts with
 * @pools:        all but the transient ones, newest first. Only ever grows, so that
 *                looking needs no lock
 * @nr_slots:     of @pools
 * @nr_areas:     that a new pool would like
 * @force_bounce: whatever its devices can reach
 * @for_alloc:    restricted: their memory for both sides comes from here, too
 * @is_dynamic:   there may be pools beside @defpool
 * @can_grow:     and more may come
 * @phys_limit:   the highest address that they may have
 * @shall_grow:   somebody found no slots
 * @used, @used_hiwater: slots now, and at most so far
 * @nr_transient: slots of pools made for one mapping
 * @nr_said_full: warnings that it is full
 * @next:         of the machine's restricted ones
 */
struct io_tlb_mem {
	struct kernel *kernel;
	struct io_tlb_pool defpool;
	struct io_tlb_pool *pools;
	size_t nr_slots;
	unsigned nr_areas;
	bool force_bounce;
	bool for_alloc;
	bool is_dynamic;
	bool can_grow;
	u64 phys_limit;
	spinlock_t lock;
	bool shall_grow;
	size_t used, used_hiwater;
	size_t nr_transient;
	unsigned nr_said_full;
	struct io_tlb_mem *next;
};

static inline size_t slots_for(size_t len)
{
	return DIV_ROUND_UP(len, (size_t)IO_TLB_SIZE);
}

static inline struct io_tlb_mem *bounce_mem(const struct device *dev)
{
	return unlikely(dev->dma_io_tlb_mem) ? dev->dma_io_tlb_mem : dev->kernel->io_tlb_mem;
}

static inline bool is_in_pool(const struct io_tlb_pool *pool, phys_addr_t pa)
{
	return pa - pool->start < pool->end - pool->start;
}

/* Among several, see swiotlb-dynamic.c. */
struct io_tlb_pool *dynamic_pool_of(const struct device *dev, phys_addr_t pa);

/* The pool of @dev that @pa lies in; NULL: it is no bounce buffer. */
static inline struct io_tlb_pool *bounce_pool_of(const struct device *dev, phys_addr_t pa)
{
	struct io_tlb_mem *mem = bounce_mem(dev);

	if (likely(!mem))
		return NULL;
	if (unlikely(mem->is_dynamic))
		return dynamic_pool_of(dev, pa);
	return is_in_pool(&mem->defpool, pa) ? &mem->defpool : NULL;
}

static inline bool is_bounced(const struct device *dev, phys_addr_t pa)
{
	return unlikely(bounce_pool_of(dev, pa) != NULL);
}

/* ---- swiotlb-pool.c ------------------------------------------------------------------- */

/* What is asked of a pool. */
struct want {
	struct device *dev;
	phys_addr_t orig_pa;		/* 0: no low bits need be kept */
	size_t len;			/* bytes, padding included */
	unsigned alloc_align_mask;
};

/* Where it was found. @pool is NULL: nowhere. */
struct slots {
	struct io_tlb_pool *pool;
	size_t first;
};

/* Bytes to leave free before a buffer at @pa, so that its low bits survive. */
unsigned swiotlb_align_offset(struct device *dev, unsigned align_mask, u64 pa);
/* As many areas as @nr_slots have room for. */
unsigned limit_areas(unsigned nr_areas, size_t nr_slots);
/* All slots free; the bytes are as they were. */
void io_tlb_pool_init(struct io_tlb_pool *pool, phys_addr_t start, size_t nr_slots,
		      unsigned nr_areas);
void io_tlb_pool_done(struct io_tlb_pool *pool);
/* Take slots of one area; false: it has no such run. */
bool io_tlb_pool_take(struct io_tlb_pool *pool, unsigned area_idx, const struct want *w,
		      size_t *ret_first);
/* Give back all slots of what starts at @pa, padding included. */
void io_tlb_pool_give(struct io_tlb_pool *pool, struct device *dev, phys_addr_t pa);

void io_tlb_mem_add_pool(struct io_tlb_mem *mem, struct io_tlb_pool *pool);
void io_tlb_mem_add_used(struct io_tlb_mem *mem, size_t nr);
void io_tlb_mem_drop_used(struct io_tlb_mem *mem, size_t nr);

/* ---- swiotlb.c ------------------------------------------------------------------------ */

struct slots io_tlb_mem_find_slots(struct io_tlb_mem *mem, const struct want *w);

/* ---- swiotlb-dynamic.c ---------------------------------------------------------------- */

/* Let what was asked for since the last call come true. */
void dynamic_grow(struct io_tlb_mem *mem);
/* Nothing was found: ask for a new pool, and make do with one for this mapping. */
struct slots dynamic_find_slots(struct io_tlb_mem *mem, const struct want *w);
/* Was @pool made for one mapping, which ended? Then it is gone. */
bool dynamic_drop(struct device *dev, struct io_tlb_pool *pool);
/* All that came later. */
void dynamic_exit(struct io_tlb_mem *mem);

#endif
