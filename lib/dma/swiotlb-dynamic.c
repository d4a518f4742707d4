/* SPDX-License-Identifier: MIT */
/*
 * Bounce buffers that come when they are needed (CONFIG_SWIOTLB_DYNAMIC).
 *
 *	no slots in any pool --> a pool for this mapping alone, gone when it ends
 *	                    `--> ask for one more pool of 1 to 4 MiB, for all
 *
 * Linux makes the pool for all in a worker, since a mapping may not wait; here the
 * worker has run when the next mapping looks for slots. That pool is never given back.
 *
 * Which pool an address lies in is asked at every unmap and sync. Pools for all are
 * only ever added; those of one mapping hang on its device, under a lock that none
 * takes who has none.
 *
 * Linux: kernel/dma/swiotlb.c.
 */
#include "dma.h"

/* ---- memory ----------------------------------------------------------------------------- */

/* What lies too high is given back, and what all devices reach is taken instead. */
static struct page *alloc_memory(struct kernel *k, size_t len, u64 limit, gfp_t gfp)
{
	unsigned order = (unsigned)get_order(len);
	struct page *page;

	if (limit <= k->zone_dma_limit)
		gfp |= __GFP_DMA;
	page = kernel_alloc_pages(k, gfp, order, NULL);
	if (!page || page_pa(k, page) + len - 1 <= limit)
		return page;
	kernel_free_pages(page, order, NULL);
	return gfp & __GFP_DMA ? NULL : alloc_memory(k, len, k->zone_dma_limit, gfp);
}

static void free_memory(struct kernel *k, const struct io_tlb_pool *pool)
{
	kernel_free_pages(kernel_page(k, pool->start),
			  (unsigned)get_order(pool->end - pool->start), NULL);
}

/* What an allocation may need: at most @nr slots, at least @min. */
static struct io_tlb_pool *new_pool(struct kernel *k, size_t min_nr, size_t nr,
				    unsigned nr_areas, u64 limit, gfp_t gfp)
{
	struct io_tlb_pool *pool;
	struct page *page;

	nr = min(nr, (PAGE_SIZE << MAX_PAGE_ORDER) / IO_TLB_SIZE);
	if (kernel_fails(k))
		return NULL;
	while (!(page = alloc_memory(k, nr * IO_TLB_SIZE, limit, gfp))) {
		if (nr <= min_nr)
			return NULL;
		nr = ALIGN(nr / 2, (size_t)IO_TLB_SEGSIZE);
	}
	pool = g_new(struct io_tlb_pool, 1);
	io_tlb_pool_init(pool, page_pa(k, page), nr, max(limit_areas(nr_areas, nr), 1u));
	port_zero(page_address(page), nr * IO_TLB_SIZE);
	return pool;
}

static void free_pool(struct kernel *k, struct io_tlb_pool *pool)
{
	free_memory(k, pool);
	io_tlb_pool_done(pool);
	g_free(pool);
}

/* ---- for all ------------------------------------------------------------------------------ */

void dynamic_grow(struct io_tlb_mem *mem)
{
	struct io_tlb_pool *pool;

	if (likely(!__atomic_load_n(&mem->shall_grow, __ATOMIC_RELAXED)) ||
	    !__atomic_exchange_n(&mem->shall_grow, false, __ATOMIC_ACQ_REL))
		return;
	pool = new_pool(mem->kernel, IO_TLB_MIN_SLOTS, mem->defpool.nr_slots, mem->nr_areas,
			mem->phys_limit, GFP_KERNEL);
	if (pool)
		io_tlb_mem_add_pool(mem, pool);
	else
		pr_warn("software IO TLB: no memory for one more pool\n");
}

void dynamic_exit(struct io_tlb_mem *mem)
{
	struct io_tlb_pool *pool = mem->pools;

	while (pool != &mem->defpool) {
		struct io_tlb_pool *older = pool->next;

		free_pool(mem->kernel, pool);
		pool = older;
	}
}

/* ---- for one mapping ------------------------------------------------------------------------ */

static void hang_on(struct device *dev, struct io_tlb_pool *pool)
{
	spin_lock(&dev->dma_io_tlb_lock);
	pool->next = dev->dma_io_tlb_pools;
	__atomic_store_n(&dev->dma_io_tlb_pools, pool, __ATOMIC_RELAXED);
	spin_unlock(&dev->dma_io_tlb_lock);
}

static void take_off(struct device *dev, struct io_tlb_pool *pool)
{
	struct io_tlb_pool **at = &dev->dma_io_tlb_pools;

	spin_lock(&dev->dma_io_tlb_lock);
	while (*at != pool)
		at = &(*at)->next;
	__atomic_store_n(at, pool->next, __ATOMIC_RELAXED);
	spin_unlock(&dev->dma_io_tlb_lock);
}

static struct slots make_do(struct io_tlb_mem *mem, const struct want *w)
{
	struct device *dev = w->dev;
	size_t nr = slots_for(w->len);
	/* Of device addresses, and taken for physical ones: as in Linux. */
	u64 limit = min_not_zero(*dev->dma_mask, dev->bus_dma_limit);
	struct slots found = { new_pool(mem->kernel, nr, nr, 1, limit, GFP_NOWAIT), 0 };

	if (!found.pool)
		return found;
	if (!io_tlb_pool_take(found.pool, 0, w, &found.first)) {
		free_pool(mem->kernel, found.pool);
		return (struct slots){ NULL, 0 };
	}
	found.pool->is_transient = true;
	hang_on(dev, found.pool);
	__atomic_add_fetch(&mem->nr_transient, nr, __ATOMIC_RELAXED);
	return found;
}

bool dynamic_drop(struct device *dev, struct io_tlb_pool *pool)
{
	struct io_tlb_mem *mem = bounce_mem(dev);
	size_t nr = pool->nr_slots;

	if (likely(!pool->is_transient))
		return false;
	take_off(dev, pool);
	free_pool(mem->kernel, pool);
	io_tlb_mem_drop_used(mem, nr);
	__atomic_sub_fetch(&mem->nr_transient, nr, __ATOMIC_RELAXED);
	return true;
}

void swiotlb_dev_exit(struct device *dev)
{
	while (dev->dma_io_tlb_pools)
		dynamic_drop(dev, dev->dma_io_tlb_pools);
}

/* ---- among several ------------------------------------------------------------------------ */

/* This CPU's area of every pool first, the newest pool first; then the others. */
static struct slots find_in_pools(struct io_tlb_mem *mem, const struct want *w)
{
	unsigned start = cpu_index(port_cpu(dev_port(w->dev)));

	for (unsigned i = 0; i < mem->nr_areas; i++) {
		struct slots s = { __atomic_load_n(&mem->pools, __ATOMIC_ACQUIRE), 0 };

		for (; s.pool; s.pool = s.pool->next)
			if (i < s.pool->nr_areas &&
			    io_tlb_pool_take(s.pool, (start + i) % s.pool->nr_areas, w,
					     &s.first))
				return s;
	}
	return (struct slots){ NULL, 0 };
}

struct slots dynamic_find_slots(struct io_tlb_mem *mem, const struct want *w)
{
	struct slots found;

	dynamic_grow(mem);
	found = find_in_pools(mem, w);
	if (!found.pool && mem->can_grow) {
		__atomic_store_n(&mem->shall_grow, true, __ATOMIC_RELEASE);
		found = make_do(mem, w);
	}
	if (found.pool)
		__atomic_store_n(&w->dev->dma_uses_io_tlb, true, __ATOMIC_RELEASE);
	return found;
}

static struct io_tlb_pool *pool_among(struct io_tlb_pool *pool, phys_addr_t pa)
{
	while (pool && !is_in_pool(pool, pa))
		pool = pool->next;
	return pool;
}

static struct io_tlb_pool *transient_pool_of(const struct device *dev, phys_addr_t pa)
{
	spinlock_t *lock = (spinlock_t *)(uintptr_t)&dev->dma_io_tlb_lock;
	struct io_tlb_pool *pool;

	if (!__atomic_load_n(&dev->dma_io_tlb_pools, __ATOMIC_RELAXED))
		return NULL;
	spin_lock(lock);
	pool = pool_among(dev->dma_io_tlb_pools, pa);
	spin_unlock(lock);
	return pool;
}

struct io_tlb_pool *dynamic_pool_of(const struct device *dev, phys_addr_t pa)
{
	struct io_tlb_mem *mem = bounce_mem(dev);
	struct io_tlb_pool *pool;

	if (!__atomic_load_n(&dev->dma_uses_io_tlb, __ATOMIC_ACQUIRE))
		return NULL;
	pool = pool_among(__atomic_load_n(&mem->pools, __ATOMIC_ACQUIRE), pa);
	return pool ? pool : transient_pool_of(dev, pa);
}
