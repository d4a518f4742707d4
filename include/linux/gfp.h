/* SPDX-License-Identifier: MIT */
/*
 * Pages of simulated memory.
 *
 * The allocator is a buddy system over all memory below 4 GiB, orders 0..MAX_PAGE_ORDER. It takes
 * the smallest block that is enough, the lowest of those, so a run repeats exactly. On a
 * board where some devices reach only part of memory, that part is ZONE_DMA:
 * GFP_DMA takes from it, everything else only when the rest is full, as in Linux.
 * __GFP_HIGHMEM allows memory that the linear map has not got, and takes it first:
 *
 *   GFP_HIGHUSER   ZONE_HIGHMEM, then ZONE_NORMAL, then ZONE_DMA
 *   GFP_KERNEL                        ZONE_NORMAL, then ZONE_DMA
 *   GFP_DMA                                             ZONE_DMA
 *
 * Nothing sleeps or reclaims, so GFP_KERNEL and GFP_ATOMIC differ in one thing:
 * whether dma_alloc_coherent() may change page tables.
 *
 * __GFP_MOVABLE allows memory of a contiguous area, one page at a time; who takes it must
 * be able to let it go again: <linux/migrate.h>. A zone of which more than half of
 * what is free lies in such areas gives from there first, else when the rest is full.
 *
 * Leaves out: NUMA, watermarks.
 * Source: mm/page_alloc.c, include/linux/gfp_types.h.
 */
#ifndef _ARMDMA_LINUX_GFP_H
#define _ARMDMA_LINUX_GFP_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct page;

#define __GFP_DMA		((gfp_t)0x01u)
#define __GFP_HIGHMEM		((gfp_t)0x02u)
#define __GFP_DMA32		((gfp_t)0x04u)
#define __GFP_MOVABLE		((gfp_t)0x08u)	/* its user lets it move */
#define __GFP_HIGH		((gfp_t)0x20u)
#define __GFP_IO		((gfp_t)0x40u)
#define __GFP_FS		((gfp_t)0x80u)
#define __GFP_ZERO		((gfp_t)0x100u)
#define __GFP_DIRECT_RECLAIM	((gfp_t)0x400u)
#define __GFP_KSWAPD_RECLAIM	((gfp_t)0x800u)
#define __GFP_NOWARN		((gfp_t)0x2000u)
#define __GFP_RETRY_MAYFAIL	((gfp_t)0x4000u)
#define __GFP_NOFAIL		((gfp_t)0x8000u)
#define __GFP_NORETRY		((gfp_t)0x10000u)
#define __GFP_COMP		((gfp_t)0x40000u)
#define __GFP_HARDWALL		((gfp_t)0x100000u)
#define __GFP_RECLAIM		(__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)

#define GFP_ATOMIC		(__GFP_HIGH | __GFP_KSWAPD_RECLAIM)
#define GFP_KERNEL		(__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_NOWAIT		(__GFP_KSWAPD_RECLAIM | __GFP_NOWARN)
#define GFP_NOIO		__GFP_RECLAIM
#define GFP_NOFS		(__GFP_RECLAIM | __GFP_IO)
#define GFP_USER		(__GFP_RECLAIM | __GFP_IO | __GFP_FS | __GFP_HARDWALL)
#define GFP_HIGHUSER		(GFP_USER | __GFP_HIGHMEM)
#define GFP_HIGHUSER_MOVABLE	(GFP_HIGHUSER | __GFP_MOVABLE)
#define GFP_DMA			__GFP_DMA
#define GFP_DMA32		__GFP_DMA32

#define MAX_PAGE_ORDER		10	/* 4 MiB */

static inline bool gfpflags_allow_blocking(gfp_t gfp)
{
	return gfp & __GFP_DIRECT_RECLAIM;
}

/**
 * alloc_pages() - 2^@order pages in a row, aligned to their size
 * @gfp:   __GFP_ZERO clears them through a cached mapping; with __GFP_HIGHMEM the
 *         pages may have no page_address()
 * @order: 0..MAX_PAGE_ORDER
 *
 * Context: any.
 * Return: the first page, yours to __free_pages(); NULL when there is no such
 * run. Trying again helps only after something was freed.
 */
struct page *alloc_pages(gfp_t gfp, unsigned int order);
#define alloc_page(gfp)		alloc_pages(gfp, 0)

/** The same by address in the linear map, never from highmem; 0 on failure. */
unsigned long __get_free_pages(gfp_t gfp, unsigned int order);
unsigned long get_zeroed_page(gfp_t gfp);
#define __get_free_page(gfp)	__get_free_pages(gfp, 0)

/**
 * __free_pages() - give them back, as many as were taken
 *
 * The order is the caller's word, as in Linux. Freeing a page that is free is
 * a warning and does nothing.
 */
void __free_pages(struct page *page, unsigned int order);
void free_pages(unsigned long va, unsigned int order);	/* 0 is fine */
#define __free_page(page)	__free_pages(page, 0)
#define free_page(va)		free_pages(va, 0)

/** From now on the 2^@order pages may be freed one by one. */
void split_page(struct page *page, unsigned int order);

/**
 * alloc_pages_exact() - @size bytes of pages, the excess of the order given back
 * Return: address in the linear map, yours to free_pages_exact() with the same
 * @size; NULL on failure.
 */
void *alloc_pages_exact(size_t size, gfp_t gfp);
void free_pages_exact(void *va, size_t size);

#ifdef __cplusplus
}
#endif
#endif
