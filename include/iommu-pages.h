/* SPDX-License-Identifier: MIT */
/*
 * Pages for an IOMMU driver's tables, cleared. Here the accounting of Linux is left out.
 *
 * In this folder since drivers/iommu includes it by quotes, from beside itself.
 * Context: as far as @gfp allows.
 * Source: drivers/iommu/iommu-pages.h.
 */
#ifndef _ARMDMA_IOMMU_PAGES_H
#define _ARMDMA_IOMMU_PAGES_H

#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>

#ifdef __cplusplus
extern "C" {
#endif

/** 2^@order pages in a row, aligned to their size. Return: NULL: there are none. */
static inline void *iommu_alloc_pages(gfp_t gfp, int order)
{
	struct page *page = alloc_pages(gfp | __GFP_ZERO, (unsigned int)order);

	return page ? page_address(page) : NULL;
}

static inline void *iommu_alloc_pages_node(int nid, gfp_t gfp, int order)
{
	(void)nid;
	return iommu_alloc_pages(gfp, order);
}

static inline void *iommu_alloc_page_node(int nid, gfp_t gfp)
{
	return iommu_alloc_pages_node(nid, gfp, 0);
}

static inline void *iommu_alloc_page(gfp_t gfp)
{
	return iommu_alloc_pages(gfp, 0);
}

static inline void iommu_free_pages(void *virt, int order)
{
	free_pages((unsigned long)virt, (unsigned int)order);
}

static inline void iommu_free_page(void *virt)
{
	iommu_free_pages(virt, 0);
}

/** Pages that are linked by their lru. */
static inline void iommu_put_pages_list(struct list_head *pages)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, pages, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
}

#ifdef __cplusplus
}
#endif
#endif
