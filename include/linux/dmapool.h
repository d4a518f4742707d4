/* SPDX-License-Identifier: MIT */
/*
 * Pools of small blocks of coherent memory: descriptors, commands, anything that is
 * smaller than the page that dma_alloc_coherent() would spend on it.
 *
 * The list of free blocks runs through the blocks themselves, in memory that the
 * device can write; as in Linux, a pool believes what it finds there. Using a block
 * after it was freed, past its end, or from the device, breaks the list: that is
 * reported as a hazard when it happens. With dmapool=debug the pool looks for it as
 * a kernel with CONFIG_SLUB_DEBUG_ON does: free blocks are filled with 0xa7, given
 * ones with 0xa9, and what does not fit is said on the console.
 *
 * Source: include/linux/dmapool.h, mm/dmapool.c.
 */
#ifndef _ARMDMA_LINUX_DMAPOOL_H
#define _ARMDMA_LINUX_DMAPOOL_H

#include <linux/gfp.h>
#include <linux/scatterlist.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct device;
struct dma_pool;

/**
 * dma_pool_create() - a pool without blocks, yet
 * @name:     for messages; 31 bytes are kept
 * @dev:      whose memory it is; NULL fails
 * @size:     bytes of a block, 1..INT_MAX; at least two words are taken, and a
 *            multiple of @align
 * @align:    of each block, a power of two; 0 is 1
 * @boundary: no block crosses a multiple of this power of two, at least a block's
 *            size; 0: any block within one allocation, which is a page or, if that
 *            is more, a block
 *
 * Context: process.
 * Return: yours to dma_pool_destroy(); NULL for a wrong argument (a retry cannot
 * help) or when memory is used up (it may).
 */
struct dma_pool *dma_pool_create(const char *name, struct device *dev, size_t size,
				 size_t align, size_t boundary);

/**
 * dma_pool_destroy() - the pool and its memory
 *
 * Every block must be free. A pool that is busy says so and leaves its memory
 * allocated for ever, since a device may still use it. NULL is fine.
 * Context: process.
 */
void dma_pool_destroy(struct dma_pool *pool);

/**
 * dma_pool_alloc() - one block
 * dma_pool_zalloc() - one block, zeroed
 * @mem_flags: as for dma_alloc_coherent(), which is asked when no block is free;
 *             with __GFP_ZERO the block is zeroed, whatever was in it
 * @handle:    the device's address of it; untouched on failure
 *
 * Context: any with GFP_ATOMIC, else process.
 * Return: its address, yours to dma_pool_free(); NULL when memory is used up (a
 * retry may help once something is freed). Not zeroed otherwise.
 */
void *dma_pool_alloc(struct dma_pool *pool, gfp_t mem_flags, dma_addr_t *handle);
void *dma_pool_zalloc(struct dma_pool *pool, gfp_t mem_flags, dma_addr_t *handle);

/**
 * dma_pool_free() - give a block back
 * @vaddr, @addr: both as dma_pool_alloc() gave them. Only with dmapool=debug are
 *                they checked, and then a wrong one is refused with a message
 *
 * The memory stays the pool's until it is destroyed.
 * Context: any.
 */
void dma_pool_free(struct dma_pool *pool, void *vaddr, dma_addr_t addr);

/**
 * dmam_pool_create() - a pool that goes with its driver
 * dmam_pool_destroy() - and early
 *
 * As dma_pool_create() and dma_pool_destroy(); see <linux/device/devres.h>. A pool
 * that @pool's device does not have is a warning, and stays.
 */
struct dma_pool *dmam_pool_create(const char *name, struct device *dev, size_t size,
				  size_t align, size_t boundary);
void dmam_pool_destroy(struct dma_pool *pool);

#ifdef __cplusplus
}
#endif
#endif
