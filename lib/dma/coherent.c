/* SPDX-License-Identifier: MIT */
/*
 * Memory that the CPU and a non-coherent device share at any time: it must not be
 * cached.
 *
 *   cma         pages of the contiguous area, which the linear map has as 4 KiB
 *               pages: those entries become uncached. One mapping, one type.
 *
 *               linear map  |cached|cached|UNCACHED|cached|
 *
 *   legacy2011  any pages, and a second mapping in the consistent window, as up to
 *               2.6.39. The linear map is made of sections, so it stays as it is:
 *
 *               linear map  |      cached, 1 MiB          |  <- still filled from,
 *               window                |UNCACHED|             whenever a CPU likes
 *
 *   pool        for those who must not touch page tables: cma memory that was made
 *               uncached at boot.
 *
 * Order, for cma: the entries change first and the caches are flushed last. The other
 * way round a speculative fill in between would leave lines of memory that is now
 * uncached, which a PL310 without shared override would answer from.
 *
 * Linux: arch/arm/mm/dma-mapping.c; 2.6.39's for legacy2011.
 */
#include "dma.h"

/* Caches hold nothing of [pa, +len) any longer, and memory has it all. */
static void flush_memory(struct kernel *k, phys_addr_t pa, u32 len)
{
	dmac_flush_range(&k->port, port_pa_to_va(&k->port, pa), len);
	outer_flush_range(&k->port, pa, len);
}

/* ---- cma ------------------------------------------------------------------------------ */

/* The tables of the area exist since boot, so this cannot fail. */
static void set_memory(struct kernel *k, phys_addr_t pa, u32 len, pgprot_t prot)
{
	u32 va = port_pa_to_va(&k->port, pa);
	int err = mmu_map(&k->port, va, pa, len, prot);

	g_assert(!err);
	mmu_flush_tlb(&k->port, va, len);
}

static struct page *alloc_uncached(struct kernel *k, size_t size)
{
	struct page *page = cma_alloc(k, size >> PAGE_SHIFT);
	phys_addr_t pa;

	if (!page)
		return NULL;
	pa = page_pa(k, page);
	port_zero(page_address(page), size);
	set_memory(k, pa, (u32)size, pgprot_dmacoherent(PAGE_KERNEL));
	flush_memory(k, pa, (u32)size);
	return page;
}

static void free_uncached(struct kernel *k, struct page *page, size_t size)
{
	set_memory(k, page_pa(k, page), (u32)size, PAGE_KERNEL);
	cma_release(k, page, size >> PAGE_SHIFT);
}

/* ---- pool ------------------------------------------------------------------------------ */

static bool pool_holds(const struct kernel *k, const struct page *page)
{
	return k->atomic_pool && (size_t)(page - k->atomic_pool) < k->atomic_pool_used.nr;
}

static struct page *alloc_from_pool(struct kernel *k, size_t size)
{
	struct bits *used = &k->atomic_pool_used;
	size_t align = (size_t)1 << get_order(size);
	size_t nr = size >> PAGE_SHIFT;
	size_t first;

	if (!k->atomic_pool || kernel_fails(k))
		return NULL;
	spin_lock(&k->atomic_pool_lock);
	first = bits_find_clear_run(used, nr, align);
	if (first < used->nr)
		bits_add_run(used, first, nr);
	spin_unlock(&k->atomic_pool_lock);
	if (first == used->nr)
		return NULL;
	port_zero(page_address(k->atomic_pool + first), size);
	return k->atomic_pool + first;
}

static void free_to_pool(struct kernel *k, struct page *page, size_t size)
{
	spin_lock(&k->atomic_pool_lock);
	bits_drop_run(&k->atomic_pool_used, (size_t)(page - k->atomic_pool),
		      size >> PAGE_SHIFT);
	spin_unlock(&k->atomic_pool_lock);
}

/* A board with little memory does without. */
void coherent_init(struct kernel *k)
{
	if (k->config.legacy_coherent || k->cma_len < 4 * ATOMIC_POOL_LEN)
		return;
	k->atomic_pool = alloc_uncached(k, ATOMIC_POOL_LEN);
	g_assert(k->atomic_pool);
	bits_init(&k->atomic_pool_used, ATOMIC_POOL_LEN >> PAGE_SHIFT);
}

void coherent_exit(struct kernel *k)
{
	bits_done(&k->atomic_pool_used);
}

/* ---- legacy2011 --------------------------------------------------------------------------- */

static void *alloc_double(struct kernel *k, size_t size, gfp_t gfp, struct page **ret_page)
{
	struct page *page = alloc_page_run(k, size, gfp, NULL);
	phys_addr_t pa;
	void *va;

	if (!page)
		return NULL;
	pa = page_pa(k, page);
	port_zero(page_address(page), size);
	flush_memory(k, pa, (u32)size);
	va = area_map(k, &k->consistent_space, pa, (u32)size, pgprot_dmacoherent(PAGE_KERNEL));
	if (!va) {
		free_page_run(page, size, NULL);
		return NULL;
	}
	*ret_page = page;
	return va;
}

static void free_double(struct device *dev, void *va, dma_addr_t dma)
{
	struct kernel *k = dev->kernel;
	phys_addr_t pa = dma_to_phys(dev, dma);
	u32 len = area_unmap(k, &k->consistent_space, va);

	if (WARN(!len || !port_is_lowmem(&k->port, pa, len), "%s: freeing invalid buffer",
		 dev_name(dev)))
		return;
	free_page_run(kernel_page(k, pa), len, NULL);
}

/* ---- which -------------------------------------------------------------------------------- */

static struct page *alloc_single(struct kernel *k, size_t size, gfp_t gfp)
{
	return gfpflags_allow_blocking(gfp) ? alloc_uncached(k, size)
					    : alloc_from_pool(k, size);
}

static void free_single(struct device *dev, struct page *page, size_t size)
{
	struct kernel *k = dev->kernel;

	if (WARN(!page || !cma_holds(k, page), "%s: freeing invalid buffer", dev_name(dev)))
		return;
	if (pool_holds(k, page))
		free_to_pool(k, page, size);
	else
		free_uncached(k, page, size);
}

void *arch_dma_alloc(struct device *dev, size_t size, gfp_t gfp, struct page **ret_page)
{
	struct kernel *k = dev->kernel;
	u64 mask = min_not_zero(dev->coherent_dma_mask, dev->bus_dma_limit);
	struct page *page = NULL;
	void *va;

	if (mask < DMA_BIT_MASK(32) || dev->dma_range_map)
		gfp |= GFP_DMA;
	if (k->config.legacy_coherent) {
		va = alloc_double(k, size, gfp, &page);
	} else {
		page = alloc_single(k, size, gfp);
		va = page ? page_address(page) : NULL;
	}
	if (!va)
		return NULL;
	if (!dma_coherent_ok(dev, page_pa(k, page), size)) {
		arch_dma_free(dev, size, va, phys_to_dma(dev, page_pa(k, page)));
		return NULL;
	}
	*ret_page = page;
	return va;
}

void arch_dma_free(struct device *dev, size_t size, void *va, dma_addr_t dma)
{
	if (dev->kernel->config.legacy_coherent)
		free_double(dev, va, dma);
	else
		free_single(dev, virt_to_page(va), size);
}
