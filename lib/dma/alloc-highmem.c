/* SPDX-License-Identifier: MIT */
/*
 * highmem: pages that the linear map has not got, mapped uncached and nowhere else. To be
 * cleared they are mapped cached for a moment, one by one, and their lines flushed before
 * that mapping goes: where it is live no device knows the memory yet.
 *
 *	linear map  |cached ...|             (the pages lie beyond its end)
 *	vmalloc area           |UNCACHED|
 *
 * Differs from Linux, where only a contiguous area in highmem is served like this.
 *
 * Linux: arch/arm/mm/dma-mapping.c, __dma_clear_buffer() and __alloc_remap_buffer().
 */
#include <linux/highmem.h>

#include "arm-alloc.h"

/* Of highmem or not at all. */
static struct page *take_pages(struct arm_dma_buf *b)
{
	struct page *page = alloc_page_run(b->kernel, b->size,
					   (b->gfp & ~(gfp_t)__GFP_DMA) | __GFP_HIGHMEM, NULL);

	if (!page || page_is_high(b->kernel, page))
		return page;
	free_page_run(page, b->size, NULL);
	return NULL;
}

static bool highmem_buf_alloc(struct arm_dma_buf *b)
{
	struct kernel *k = b->kernel;
	struct page *page = take_pages(b);

	if (!page)
		return false;
	arm_dma_clear_buffer(k, page, b->size);
	b->pa = page_pa(k, page);
	if (!b->wants_va)
		return true;
	b->virt = area_map(k, &k->vmalloc_space, b->pa, (u32)b->size, b->prot);
	if (!b->virt)
		free_page_run(page, b->size, NULL);
	return b->virt != NULL;
}

static void highmem_buf_free(struct arm_dma_buf *b)
{
	if (b->wants_va)
		area_unmap(b->kernel, &b->kernel->vmalloc_space, b->virt);
	free_page_run(kernel_page(b->kernel, b->pa), b->size, NULL);
}

const struct arm_dma_allocator highmem_allocator = { highmem_buf_alloc, highmem_buf_free };
