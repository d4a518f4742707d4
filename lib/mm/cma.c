/* SPDX-License-Identifier: MIT */
/*
 * The contiguous area: memory that is mapped in 4 KiB pages from boot, so that the
 * attributes of each can change. First fit.
 *
 * Leaves out: lending free pages to movable users meanwhile, which is what Linux has
 * the area for. Here they stay unused.
 * Linux: mm/cma.c, kernel/dma/contiguous.c.
 */
#include "kernel.h"

#define CMA_MAX_ALIGN_ORDER	8	/* CONFIG_CMA_ALIGNMENT's default: 1 MiB */

size_t bits_find_clear_run(const struct bits *b, size_t nr, size_t align)
{
	size_t first = 0;

	while (first + nr <= b->nr) {
		size_t set = bits_next(b, first);

		if (set >= first + nr)
			return first;
		first = (set + align) / align * align;
	}
	return b->nr;
}

void bits_add_run(struct bits *b, size_t first, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		bits_add(b, first + i);
}

void bits_drop_run(struct bits *b, size_t first, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		bits_drop(b, first + i);
}

struct page *cma_alloc(struct kernel *k, size_t nr_pages)
{
	int order = min(get_order(nr_pages << PAGE_SHIFT), CMA_MAX_ALIGN_ORDER);
	size_t first;

	if (!nr_pages || kernel_fails(k))
		return NULL;
	spin_lock(&k->cma_lock);
	first = bits_find_clear_run(&k->cma_used, nr_pages, (size_t)1 << order);
	if (first < k->cma_used.nr)
		bits_add_run(&k->cma_used, first, nr_pages);
	spin_unlock(&k->cma_lock);
	return first < k->cma_used.nr ? kernel_page(k, k->cma_pa) + first : NULL;
}

void cma_release(struct kernel *k, struct page *page, size_t nr_pages)
{
	size_t first = (size_t)(page - kernel_page(k, k->cma_pa));

	spin_lock(&k->cma_lock);
	bits_drop_run(&k->cma_used, first, nr_pages);
	spin_unlock(&k->cma_lock);
}

bool cma_holds(const struct kernel *k, const struct page *page)
{
	return page_pa(k, page) - k->cma_pa < k->cma_len;
}
