/* SPDX-License-Identifier: MIT */
/*
 * pool: for those who must not touch page tables, memory that was made uncached at boot.
 * It comes from the allocator of those who may; first fit, aligned to its order. It does
 * not grow: when it is used up there is none.
 *
 * Differs from Linux, whose pool does not clear what it hands out a second time, though
 * dma_alloc_coherent() promises zeros.
 *
 * Linux: arch/arm/mm/dma-mapping.c, atomic_pool_init(); the coherent_pool= parameter.
 */
#include "arm-alloc.h"

static bool pool_buf_alloc(struct arm_dma_buf *b)
{
	struct atomic_pool *pool = &b->kernel->atomic_pool;
	size_t align = (size_t)1 << get_order(b->size);
	size_t nr = b->size >> PAGE_SHIFT;
	size_t first;

	if (WARN(!pool->memory, "coherent pool not initialised!") || kernel_fails(b->kernel))
		return false;
	spin_lock(&pool->lock);
	first = bits_find_clear_run(&pool->used, nr, align);
	if (first < pool->used.nr)
		bits_add_run(&pool->used, first, nr);
	spin_unlock(&pool->lock);
	if (first == pool->used.nr)
		return false;
	b->pa = pool->memory->pa + (first << PAGE_SHIFT);
	b->virt = (char *)pool->memory->virt + (first << PAGE_SHIFT);
	port_zero(b->virt, b->size);
	return true;
}

static void pool_buf_free(struct arm_dma_buf *b)
{
	struct atomic_pool *pool = &b->kernel->atomic_pool;

	spin_lock(&pool->lock);
	bits_drop_run(&pool->used, (size_t)((b->pa - pool->memory->pa) >> PAGE_SHIFT),
		      b->size >> PAGE_SHIFT);
	spin_unlock(&pool->lock);
}

const struct arm_dma_allocator pool_allocator = { pool_buf_alloc, pool_buf_free };

/* ---- boot --------------------------------------------------------------------------- */

/* All devices shall reach it: from below the border of ZONE_DMA. */
static struct arm_dma_buf *make_memory(struct kernel *k, size_t len)
{
	struct arm_dma_buf *b = g_new0(struct arm_dma_buf, 1);

	b->allocator = k->config.coherent == COHERENT_HIGHMEM ? &highmem_allocator
		       : k->cma_len ? &cma_allocator : &remap_allocator;
	b->kernel = k;
	b->size = len;
	b->gfp = GFP_KERNEL | GFP_DMA;
	b->prot = pgprot_dmacoherent(PAGE_KERNEL);
	b->wants_va = true;
	if (!b->allocator->alloc(b))
		g_clear_pointer(&b, g_free);
	return b;
}

/* A board with little memory does without, unless told to have one. */
static bool is_wanted(const struct kernel *k)
{
	if (k->config.coherent == COHERENT_LEGACY2011 ||
	    k->config.coherent == COHERENT_CARVEOUT || k->config.coherent == COHERENT_HARDWARE)
		return false;
	return k->config.coherent_pool_len || !k->cma_len || k->cma_len >= 4 * ATOMIC_POOL_LEN;
}

void atomic_pool_init(struct kernel *k)
{
	size_t len = PAGE_ALIGN(k->config.coherent_pool_len ? k->config.coherent_pool_len
							    : ATOMIC_POOL_LEN);

	if (!is_wanted(k))
		return;
	k->atomic_pool.memory = make_memory(k, len);
	if (k->atomic_pool.memory)
		bits_init(&k->atomic_pool.used, len >> PAGE_SHIFT);
	else
		pr_err("DMA: failed to allocate %zu KiB pool for atomic coherent allocation\n",
		       len / SZ_1K);
}

void atomic_pool_exit(struct kernel *k)
{
	bits_done(&k->atomic_pool.used);
	g_clear_pointer(&k->atomic_pool.memory, g_free);
}
