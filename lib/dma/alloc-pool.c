/* SPDX-License-Identifier: MIT */
/*
 * pool: for those who must not touch page tables, memory that was made uncached at boot.
 * It comes from the allocator of those who may; first fit, aligned to its order. It does
 * not grow: when it is used up there is none.
 *
 * Differs from Linux, whose pool does not clear what it hands out a second time, though
 * dma_alloc_coherent() promises zeros.
 *
 * Linux: arch/arm/mm/dma-mapping.c, atomic_pool_init(); the coherent_pool= parameter;
 * kernel/dma/pool.c, which 32-bit Arm leaves out, for who calls it all the same.
 */
#include "arm-alloc.h"

/* The first page of a run of @size bytes; the number of pages when there is none. */
static size_t take_run(struct atomic_pool *pool, size_t size)
{
	size_t align = (size_t)1 << get_order(size);
	size_t nr = PAGE_ALIGN(size) >> PAGE_SHIFT;
	size_t first;

	spin_lock(&pool->lock);
	first = nr ? bits_find_clear_run(&pool->used, nr, align) : pool->used.nr;
	if (first < pool->used.nr)
		bits_add_run(&pool->used, first, nr);
	spin_unlock(&pool->lock);
	return first;
}

static void give_run(struct atomic_pool *pool, size_t first, size_t size)
{
	spin_lock(&pool->lock);
	bits_drop_run(&pool->used, first, PAGE_ALIGN(size) >> PAGE_SHIFT);
	spin_unlock(&pool->lock);
}

static phys_addr_t pa_of(const struct atomic_pool *pool, size_t first)
{
	return pool->memory->pa + (first << PAGE_SHIFT);
}

static void *va_of(const struct atomic_pool *pool, size_t first)
{
	return (char *)pool->memory->virt + (first << PAGE_SHIFT);
}

static bool pool_buf_alloc(struct arm_dma_buf *b)
{
	struct atomic_pool *pool = &b->kernel->atomic_pool;
	size_t first;

	if (WARN(!pool->memory, "coherent pool not initialised!") || kernel_fails(b->kernel))
		return false;
	first = take_run(pool, b->size);
	if (first == pool->used.nr)
		return false;
	b->pa = pa_of(pool, first);
	b->virt = va_of(pool, first);
	port_zero(b->virt, b->size);
	return true;
}

static void pool_buf_free(struct arm_dma_buf *b)
{
	struct atomic_pool *pool = &b->kernel->atomic_pool;

	give_run(pool, (size_t)((b->pa - pool->memory->pa) >> PAGE_SHIFT), b->size);
}

const struct arm_dma_allocator pool_allocator = { pool_buf_alloc, pool_buf_free };

/* ---- of <linux/dma-map-ops.h> ----------------------------------------------------- */

static struct page *alloc_accepted(struct device *dev, size_t size, void **cpu_addr,
				   bool (*phys_addr_ok)(struct device *, phys_addr_t, size_t))
{
	struct atomic_pool *pool = &dev->kernel->atomic_pool;
	size_t first = kernel_fails(dev->kernel) ? pool->used.nr : take_run(pool, size);
	void *va;

	if (first == pool->used.nr)
		return NULL;
	if (phys_addr_ok && !phys_addr_ok(dev, pa_of(pool, first), size)) {
		give_run(pool, first, size);
		return NULL;
	}
	va = va_of(pool, first);
	port_zero(va, size);
	port_copy_in(cpu_addr, &va, sizeof(va));
	return kernel_page(dev->kernel, pa_of(pool, first));
}

struct page *dma_alloc_from_pool(struct device *dev, size_t size, void **cpu_addr, gfp_t gfp,
				 bool (*phys_addr_ok)(struct device *, phys_addr_t, size_t))
{
	struct page *page;

	if (WARN(!dev->kernel->atomic_pool.memory, "Failed to get suitable pool for %s",
		 dev_name(dev)))
		return NULL;
	page = alloc_accepted(dev, size, cpu_addr, phys_addr_ok);
	WARN(!page && !(gfp & __GFP_NOWARN), "DMA pool exhausted for %s", dev_name(dev));
	return page;
}

/* Bytes from its start to @start; more than it has when that is elsewhere. */
static size_t offset_in(const struct atomic_pool *pool, const void *start)
{
	return (size_t)((const char *)start - (const char *)pool->memory->virt);
}

bool atomic_pool_has(const struct kernel *k, const void *start, size_t size)
{
	const struct atomic_pool *pool = &k->atomic_pool;

	return pool->memory && size && offset_in(pool, start) < pool->memory->size &&
	       size <= pool->memory->size - offset_in(pool, start);
}

bool dma_free_from_pool(struct device *dev, void *start, size_t size)
{
	struct atomic_pool *pool = &dev->kernel->atomic_pool;

	if (!atomic_pool_has(dev->kernel, start, size))
		return false;
	give_run(pool, offset_in(pool, start) >> PAGE_SHIFT, size);
	return true;
}

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
