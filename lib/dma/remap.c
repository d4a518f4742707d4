/* SPDX-License-Identifier: MIT */
/*
 * Pages in a row where they are not, or mapped another way: DMA memory in the vmalloc
 * area. Linux: kernel/dma/remap.c.
 */
#include <linux/vmalloc.h>

#include "dma.h"

struct page **dma_common_find_pages(void *cpu_addr)
{
	unsigned long flags;
	struct page **pages;

	return area_find(cpu_addr, &flags, &pages) && flags & VM_DMA_COHERENT ? pages : NULL;
}

void *dma_common_pages_remap(struct page **pages, size_t size, pgprot_t prot, const void *caller)
{
	void *va = vmap(pages, (unsigned int)(PAGE_ALIGN(size) >> PAGE_SHIFT), VM_DMA_COHERENT,
			prot);

	if (va)
		area_describe(va, VM_DMA_COHERENT, pages);
	return va;
}

/* One run: no array of its pages is needed. */
void *dma_common_contiguous_remap(struct page *page, size_t size, pgprot_t prot,
				  const void *caller)
{
	struct kernel *k = page_kernel(page);
	void *va;

	might_sleep();
	va = area_map(k, &k->vmalloc_space, page_pa(k, page), (u32)PAGE_ALIGN(size), prot);
	if (va)
		area_describe(va, VM_DMA_COHERENT, NULL);
	return va;
}

void dma_common_free_remap(void *cpu_addr, size_t size)
{
	unsigned long flags;
	struct page **pages;

	if (!WARN(!area_find(cpu_addr, &flags, &pages) || !(flags & VM_DMA_COHERENT),
		  "trying to free invalid coherent area"))
		vunmap(cpu_addr);
}
