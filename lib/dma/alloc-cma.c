/* SPDX-License-Identifier: MIT */
/*
 * cma: pages of the contiguous area, which the linear map has as 4 KiB pages from boot:
 * those entries become uncached, and all TLBs forget what they were. One mapping, one
 * type.
 *
 *	linear map  |cached|cached|UNCACHED|cached|
 *
 * The entries change first and the caches are flushed last. The other way round, which
 * is Linux's, a speculative fill in between would leave lines of memory that is now
 * uncached, which a PL310 without shared override would answer from.
 *
 * Linux: arch/arm/mm/dma-mapping.c, __alloc_from_contiguous().
 */
#include "arm-alloc.h"

/* The tables of the area exist since boot, so this cannot fail. */
static void remap_linear(struct kernel *k, phys_addr_t pa, u32 len, pgprot_t prot)
{
	u32 va = port_pa_to_va(&k->port, pa);
	int err = mmu_map(&k->port, va, pa, len, prot);

	g_assert(!err);
	mmu_flush_tlb(&k->port, va, len);
}

static bool cma_buf_alloc(struct arm_dma_buf *b)
{
	struct kernel *k = b->kernel;
	struct page *page = cma_alloc(k, b->size >> PAGE_SHIFT);

	if (!page)
		return false;
	b->pa = page_pa(k, page);
	if (b->wants_va) {
		port_zero(page_address(page), b->size);
		remap_linear(k, b->pa, (u32)b->size, b->prot);
		dmac_flush_range(&k->port, port_pa_to_va(&k->port, b->pa), (u32)b->size);
		outer_flush_range(&k->port, b->pa, (u32)b->size);
		b->virt = page_address(page);
	} else {
		arm_dma_clear_buffer(k, page, b->size);
	}
	return true;
}

static void cma_buf_free(struct arm_dma_buf *b)
{
	struct kernel *k = b->kernel;

	if (b->wants_va)
		remap_linear(k, b->pa, (u32)b->size, PAGE_KERNEL);
	cma_release(k, kernel_page(k, b->pa), b->size >> PAGE_SHIFT);
}

const struct arm_dma_allocator cma_allocator = { cma_buf_alloc, cma_buf_free };
