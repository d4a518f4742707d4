/* SPDX-License-Identifier: MIT */
/*
 * Contiguous areas as devices see them: their own, or the machine's.
 *
 * Linux: kernel/dma/contiguous.c, with CONFIG_CMA_ALIGNMENT 8.
 */
#include <linux/cma.h>
#include <linux/dma-map-ops.h>

#include "dma.h"

#define CMA_ALIGNMENT	8u

struct cma *dev_get_cma_area(struct device *dev)
{
	struct kernel *k = dev ? dev->kernel : kernel_current();

	if (dev && dev->cma_area)
		return dev->cma_area;
	return k ? k->dma_contiguous_default_area : NULL;
}

struct page *dma_alloc_from_contiguous(struct device *dev, size_t count, unsigned int order,
				       bool no_warn)
{
	return cma_alloc(dev_get_cma_area(dev), count, min(order, CMA_ALIGNMENT), no_warn);
}

bool dma_release_from_contiguous(struct device *dev, struct page *pages, int count)
{
	return cma_release(dev_get_cma_area(dev), pages, (unsigned long)count);
}

struct page *dma_alloc_contiguous(struct device *dev, size_t size, gfp_t gfp)
{
	if (!gfpflags_allow_blocking(gfp) || (!dev->cma_area && size <= PAGE_SIZE))
		return NULL;
	return dma_alloc_from_contiguous(dev, size >> PAGE_SHIFT, (unsigned)get_order(size),
					 gfp & __GFP_NOWARN);
}

/* Pages of an area that nobody has taken are warned about, and are no others' matter. */
static bool is_given_back(struct cma *cma, struct page *page, unsigned long count)
{
	if (!cma_pages_valid(cma, page, count))
		return false;
	cma_release(cma, page, count);
	return true;
}

/* Whichever area it is of. */
bool contiguous_free(struct device *dev, struct page *page, size_t size)
{
	unsigned long count = PAGE_ALIGN(size) >> PAGE_SHIFT;

	return is_given_back(dev->cma_area, page, count) ||
	       is_given_back(dev->kernel->dma_contiguous_default_area, page, count);
}

void dma_free_contiguous(struct device *dev, struct page *page, size_t size)
{
	if (!contiguous_free(dev, page, size))
		__free_pages(page, (unsigned)get_order(size));
}
