/* SPDX-License-Identifier: MIT */
/*
 * Between arm-alloc.c and its allocators, alloc-*.c: each takes memory from somewhere,
 * clears it, sees to it that no cache holds any of it, and maps it.
 *
 * Linux: arch/arm/mm/dma-mapping.c.
 */
#ifndef LIB_DMA_ARM_ALLOC_H
#define LIB_DMA_ARM_ALLOC_H

#include "dma.h"

struct arm_dma_allocator;

/**
 * struct arm_dma_buf - one buffer, from when it is asked for to when it is freed
 * @link:       in kernel.arm_dma_bufs
 * @allocator:  who gave it, and takes it back
 * @dev:        NULL for the pool's own memory
 * @size:       whole pages
 * @prot:       what the CPU's mapping shall be
 * @wants_va:   false: DMA_ATTR_NO_KERNEL_MAPPING
 * @site:       whose call it is; arm_dma_set_site()
 * @pa:         where it is; the allocator's answer
 * @virt:       where the CPU finds it: the allocator's answer; of a buffer without a
 *              mapping its first struct page, which is the caller's cookie
 */
struct arm_dma_buf {
	struct list_head link;
	const struct arm_dma_allocator *allocator;
	struct device *dev;
	struct kernel *kernel;
	size_t size;
	gfp_t gfp;
	pgprot_t prot;
	bool wants_va;
	const void *site;
	phys_addr_t pa;
	void *virt;
};

/* @alloc: fills in @pa, and @virt if one is wanted; false: no memory, nothing is kept. */
struct arm_dma_allocator {
	bool (*alloc)(struct arm_dma_buf *b);
	void (*free)(struct arm_dma_buf *b);
};

extern const struct arm_dma_allocator cma_allocator, remap_allocator, legacy_allocator,
	pool_allocator, carveout_allocator, highmem_allocator;

/* Map the carve-out, where there is one. */
void carveout_init(struct kernel *k);

/* Zeros in memory, and nothing in any cache, of [@page, +@size), lowmem or not. */
void arm_dma_clear_buffer(struct kernel *k, struct page *page, size_t size);

/* What the linear map says of pages of a contiguous area: alloc-cma.c. */
void arm_dma_set_linear(struct kernel *k, phys_addr_t pa, u32 len, pgprot_t prot);

/* The pool of those who must not touch page tables: alloc-pool.c. */
void atomic_pool_init(struct kernel *k);
void atomic_pool_exit(struct kernel *k);
/* Is all of [@start, +@size) of it? */
bool atomic_pool_has(const struct kernel *k, const void *start, size_t size);

#endif
