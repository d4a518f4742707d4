/* SPDX-License-Identifier: MIT */
/*
 * Pages of page tables that are to be freed once no IOMMU walks them: of order 0, linked by
 * their lru, as in struct iommu_iotlb_gather's freelist.
 *
 * Linux: drivers/iommu/iommu-pages.h.
 */
#ifndef LIB_IOMMU_IOMMU_PAGES_H
#define LIB_IOMMU_IOMMU_PAGES_H

#include <linux/list.h>
#include <linux/mm.h>

static inline void iommu_put_pages_list(struct list_head *head)
{
	while (!list_empty(head)) {
		struct page *page = list_last_entry(head, struct page, lru);

		list_del(&page->lru);
		put_page(page);
	}
}

#endif
