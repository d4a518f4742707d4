/* SPDX-License-Identifier: MIT */
/*
 * cma: pages of the contiguous area, which the linear map has as 4 KiB pages from boot:
 * those entries become uncached, and all TLBs forget what they were. One mapping, one
 * type. An area in highmem has no entries there: it is mapped in the vmalloc area instead.
 *
 *	linear map  |cached|cached|UNCACHED|cached|
 *
 * The entries change first and the caches are flushed last. The other way round, which
 * is Linux's, a speculative fill in between would leave lines of memory that is now
 * uncached, which a PL310 without shared override would answer from.
 *
 * Linux: arch/arm/mm/dma-mapping.c, __alloc_from_contiguous().
 */
#include <linux/cma.h>
#include <linux/dma-map-ops.h>

#include "arm-alloc.h"

/* The tables of the area exist since boot, so this cannot fail. */
void arm_dma_set_linear(struct kernel *k, phys_addr_t pa, u32 len, pgprot_t prot)
{
	u32 va = port_pa_to_va(&k->port, pa);
	int err = mmu_map(&k->port, va, pa, len, prot);

	g_assert(!err);
	mmu_flush_tlb(&k->port, va, len);
}

/* Boot has no device. */
static struct page *take(struct arm_dma_buf *b)
{
	size_t nr = b->size >> PAGE_SHIFT;
	bool no_warn = b->gfp & __GFP_NOWARN;

	if (b->dev)
		return dma_alloc_from_contiguous(b->dev, nr, (unsigned)get_order(b->size),
						 no_warn);
	return cma_alloc(b->kernel->dma_contiguous_default_area, nr, 0, no_warn);
}

static void release(struct arm_dma_buf *b)
{
	cma_release(cma_at(b->kernel, b->pa), kernel_page(b->kernel, b->pa),
		    b->size >> PAGE_SHIFT);
}

/* Uncached where it is; highmem, or without a wish for an address, only cleared. */
static void clear(struct arm_dma_buf *b, bool is_rewritten)
{
	struct kernel *k = b->kernel;

	if (!is_rewritten) {
		arm_dma_clear_buffer(k, kernel_page(k, b->pa), b->size);
		return;
	}
	phys_zero(k, b->pa, b->size);
	arm_dma_set_linear(k, b->pa, (u32)b->size, b->prot);
	port_flush_memory(&k->port, b->pa, (u32)b->size);
}

static bool cma_buf_alloc(struct arm_dma_buf *b)
{
	struct kernel *k = b->kernel;
	struct page *page = take(b);

	if (!page)
		return false;
	b->pa = page_pa(k, page);
	clear(b, b->wants_va && !page_is_high(k, page));
	if (b->wants_va)
		b->virt = page_is_high(k, page)
			? area_map(k, &k->vmalloc_space, b->pa, (u32)b->size, b->prot)
			: page_address(page);
	if (!b->wants_va || b->virt)
		return true;
	release(b);
	return false;
}

static void cma_buf_free(struct arm_dma_buf *b)
{
	struct kernel *k = b->kernel;

	if (b->wants_va && page_is_high(k, kernel_page(k, b->pa)))
		area_unmap(k, &k->vmalloc_space, b->virt);
	else if (b->wants_va)
		arm_dma_set_linear(k, b->pa, (u32)b->size, PAGE_KERNEL);
	release(b);
}

const struct arm_dma_allocator cma_allocator = { cma_buf_alloc, cma_buf_free };
