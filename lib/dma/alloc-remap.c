/* SPDX-License-Identifier: MIT */
/*
 * remap and legacy2011: any pages, and a second, uncached mapping of them. The linear
 * map is made of sections, so it stays as it is:
 *
 *	linear map     |      cached, 1 MiB          |  <- still filled from, whenever
 *	second mapping        |UNCACHED|                   a CPU likes
 *
 * They differ in where the second mapping is: in the vmalloc area, whose tables are
 * made when needed; or, as up to 2.6.39, in a window of 2 MiB whose tables exist from
 * boot, so that it may be used by those who must not sleep.
 *
 * Linux: arch/arm/mm/dma-mapping.c, __alloc_remap_buffer(); 2.6.39's.
 */
#include "arm-alloc.h"

static bool alloc_double(struct arm_dma_buf *b, struct area_space *s)
{
	struct kernel *k = b->kernel;
	struct page *page = alloc_page_run(k, b->size, b->gfp, NULL);

	if (!page)
		return false;
	arm_dma_clear_buffer(k, page, b->size);
	b->pa = page_pa(k, page);
	if (!b->wants_va)
		return true;
	b->virt = area_map(k, s, b->pa, (u32)b->size, b->prot);
	if (!b->virt)
		free_page_run(page, b->size, NULL);
	return b->virt != NULL;
}

/* The mapping goes first: the pages may have another owner at once. */
static void free_double(struct arm_dma_buf *b, struct area_space *s)
{
	if (b->wants_va)
		area_unmap(b->kernel, s, b->virt);
	free_page_run(kernel_page(b->kernel, b->pa), b->size, NULL);
}

static bool remap_buf_alloc(struct arm_dma_buf *b)
{
	return alloc_double(b, &b->kernel->vmalloc_space);
}

static void remap_buf_free(struct arm_dma_buf *b)
{
	free_double(b, &b->kernel->vmalloc_space);
}

static bool legacy_buf_alloc(struct arm_dma_buf *b)
{
	return alloc_double(b, &b->kernel->consistent_space);
}

static void legacy_buf_free(struct arm_dma_buf *b)
{
	free_double(b, &b->kernel->consistent_space);
}

const struct arm_dma_allocator remap_allocator = { remap_buf_alloc, remap_buf_free };
const struct arm_dma_allocator legacy_allocator = { legacy_buf_alloc, legacy_buf_free };
