/* SPDX-License-Identifier: MIT */
/*
 * The ledger seam: lib/ says what it was asked to do, at the places where the
 * kernel has debug_dma_*, and learns nothing back. lib/hazard listens; without a
 * listener a note costs one predicted branch.
 */
#ifndef LIB_DMA_LEDGER_H
#define LIB_DMA_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct device;
struct machine;

enum ledger_kind {
	LEDGER_MAP,		/* single, page: one entry */
	LEDGER_UNMAP,
	LEDGER_MAP_SG,		/* one note for each DMA segment, @sg_index rising */
	LEDGER_UNMAP_SG,	/* one note: @dma of the first segment */
	LEDGER_MAP_RESOURCE,
	LEDGER_UNMAP_RESOURCE,
	LEDGER_SYNC_FOR_CPU,
	LEDGER_SYNC_FOR_DEVICE,
	LEDGER_SYNC_SG_FOR_CPU,
	LEDGER_SYNC_SG_FOR_DEVICE,
	LEDGER_ALLOC_COHERENT,
	LEDGER_FREE_COHERENT,
	LEDGER_ALLOC_PAGES,	/* cached, mapped at once: dma_alloc_pages() and its like */
	LEDGER_FREE_PAGES,
	LEDGER_ALLOC_SGT,	/* dma_alloc_noncontiguous() */
	LEDGER_FREE_SGT,
	LEDGER_POOL_PAGE,	/* coherent memory, just allocated, becomes a pool's */
	LEDGER_POOL_ALLOC,	/* a block of it is given out */
	LEDGER_POOL_FREE,	/* and given back: @va and @dma as the driver has them */
	LEDGER_POOL_DESTROYED,	/* @len blocks of it were not given back */
	LEDGER_ERROR_CHECKED,	/* dma_mapping_error() was asked about @dma */
	LEDGER_MAP_REFUSED,	/* a mapping was refused: @why */
	LEDGER_PAGES_ALLOCATED,	/* [@pa, +@len) leaves the page allocator */
	LEDGER_PAGES_FREED,	/* and returns to it */
	LEDGER_SLAB_ALLOCATED,	/* kmalloc(): [@pa, +@len) is taken, as much as was asked for */
	LEDGER_SLAB_FREED,	/* kfree(): [@pa, +@len) is dead */
	LEDGER_AREA_MAPPED,	/* [@va, +@len) leads to @pa: vmap(), ioremap() and others */
	LEDGER_AREA_UNMAPPED,	/* all of it, @pa is 0 */
	LEDGER_DEVICE_GONE,	/* the device goes away, or its driver */
	LEDGER_DEVICE_BOUND,	/* it has a driver, maybe again */
	LEDGER_MMAP,		/* dma_mmap_attrs() of the memory at @dma, done */
	LEDGER_USER_MAPPED,	/* [@pa, +@len) is mapped for a process @mm, at @va */
	LEDGER_USER_INHERITED,	/* the same, by a fork */
	LEDGER_USER_UNMAPPED,
	LEDGER_USER_TAKEN,	/* get_user_pages(), or a pin: @is_counted */
	LEDGER_USER_COPIED,	/* @va of @mm led to @pa, and leads to @new_pa */
	LEDGER_BACKEND_SET,	/* set_dma_ops() with other operations than before */
	LEDGER_SLEEPS,		/* @what, which may sleep, was called where nobody may */
	LEDGER_NO_PAGE,		/* a list was asked for over memory that has no pages */
	LEDGER_MASK_SET,	/* dma_set_mask(): @dma is the mask from now on */
	LEDGER_COHERENT_MASK_SET,
	NR_LEDGER_KINDS
};

/** Why a mapping was refused. */
enum ledger_why {
	WHY_NONE,
	WHY_NOT_SIMULATED,	/* host stack or heap: no physical address */
	WHY_VMALLOC,		/* not in the linear map */
	WHY_NOT_RAM,
	WHY_PAST_MEMORY,	/* it begins in memory and ends outside */
	WHY_KMAP,		/* a page's address for a while */
	WHY_RAM,		/* memory, as if it were registers, and not in reach as such */
	WHY_USER,		/* a process's address */
	WHY_MASK,		/* out of the device's reach, and no bounce buffer */
	WHY_NO_SLOTS,		/* swiotlb is full, or the mapping too large for it */
	WHY_FAULT_INJECTED,
	WHY_NO_IOVA,		/* the IOMMU's addresses, or its tables' memory, are used up */
};

/**
 * struct ledger_note - one call
 * @room:       of LEDGER_MAP in the exact gear: bytes from @pa on, at most @len, that are of
 *              one allocation as far as the allocators know; else 0
 * @is_ram:     of LEDGER_MAP_RESOURCE: what was mapped as registers is memory
 * @is_zeroed:  of LEDGER_POOL_ALLOC: the block was cleared for its owner
 * @what:       of LEDGER_SLEEPS: the call; static
 * @dma:        device address, DMA_MAPPING_ERROR included
 * @pa:         physical address of the CPU's buffer (not of a bounce slot)
 * @va:         CPU address, where the call has one; host pointer
 * @len:        bytes
 * @dir:        enum dma_data_direction
 * @attrs:      DMA_ATTR_*
 * @nents:      of sg calls: as passed in
 * @sgl:        of sg calls: the list; identity only
 * @sg_sum:     and a sum over what its @nents entries say of their memory
 * @is_bounced: the device works on a swiotlb slot
 * @bounce_pa:  where that slot is
 * @pool:       identity of a dma_pool; @pool_name its name
 * @mm:         a process's address space; identity only
 * @new_pa:     the copy that was made on a write
 * @is_device_memory: coherent memory of the device's own, which no allocator knows
 * @is_counted: the user's mapping keeps the memory from being freed
 * @site:       return address of the driver's call
 */
struct ledger_note {
	enum ledger_kind kind;
	struct device *dev;
	uint64_t dma;
	uint64_t pa;
	const void *va;
	size_t len;
	int dir;
	unsigned long attrs;
	int nents;
	int sg_index;
	const void *sgl;
	uint64_t sg_sum;
	bool is_bounced;
	uint64_t bounce_pa;
	enum ledger_why why;
	const void *pool;
	const char *pool_name;
	const void *mm;
	uint64_t new_pa;
	size_t room;
	const char *what;
	bool is_counted;
	bool is_ram;
	bool is_zeroed;
	bool is_device_memory;
	const void *site;
};

/*
 * All zero, in two parts, as each of them is cleared by plain stores. Of the whole,
 * compilers make a string instruction, which takes longer than the rest of a note.
 */
static inline void ledger_note_clear(struct ledger_note *n)
{
	size_t half = sizeof(*n) / 16 * 8;

	memset(n, 0, half);
	memset((char *)n + half, 0, sizeof(*n) - half);
}

struct ledger_listener {
	void (*note)(struct ledger_listener *l, const struct ledger_note *n);
};

/** At most one listener per machine; NULL takes it away. Borrowed. */
void ledger_listen(struct machine *m, struct ledger_listener *l);

/** Simulated time, ns; 0 without a library. */
uint64_t ledger_now(const struct machine *m);

#endif
