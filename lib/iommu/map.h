/* SPDX-License-Identifier: MIT */
/*
 * One page of a domain's smallest size, in place: what the DMA API does all day. As
 * iommu_map() and iommu_unmap_fast(), without their questions: who calls knows that the
 * domain has page tables, that @len is its smallest page, and that all is aligned to that.
 *
 * Linux: drivers/iommu/iommu.c, where these are loops.
 */
#ifndef LIB_IOMMU_MAP_H
#define LIB_IOMMU_MAP_H

#include <linux/iommu.h>

#include "trace.h"

/* As their namesakes, called by @site for whoever watches; NULL: by the DMA API. */
int iommu_map_for(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr, size_t size,
		  int prot, gfp_t gfp, const void *site);
int iommu_map_nosync_for(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr,
			 size_t size, int prot, gfp_t gfp, const void *site);
ssize_t iommu_map_sg_for(struct iommu_domain *domain, unsigned long iova, struct scatterlist *sg,
			 unsigned int nents, int prot, gfp_t gfp, const void *site);

/* Without iommu_sync_map(), which is the caller's. */
static __always_inline int iommu_map_one_nosync(struct iommu_domain *domain, unsigned long iova,
						phys_addr_t paddr, size_t len, int prot)
{
	const struct iommu_domain_ops *ops = domain->ops;
	size_t done = 0;
	int ret;

	if (unlikely(!ops->map_pages))
		return iommu_map_nosync_for(domain, iova, paddr, len, prot, GFP_ATOMIC, NULL);
	ret = ops->map_pages(domain, iova, paddr, len, 1, prot, GFP_ATOMIC, &done);
	if (likely(!ret))
		trace_map(domain, iova, paddr, len, prot, NULL);
	else if (done)
		iommu_unmap(domain, iova, done);
	return ret;
}

static __always_inline int iommu_map_one(struct iommu_domain *domain, unsigned long iova,
					 phys_addr_t paddr, size_t len, int prot)
{
	int ret;

	if (unlikely(domain->ops->iotlb_sync_map != NULL))
		return iommu_map_for(domain, iova, paddr, len, prot, GFP_ATOMIC, NULL);
	ret = iommu_map_one_nosync(domain, iova, paddr, len, prot);
	if (likely(!ret))
		trace_sync_map(domain, iova, len);
	return ret;
}

static __always_inline size_t iommu_unmap_one(struct iommu_domain *domain, unsigned long iova,
					      size_t len, struct iommu_iotlb_gather *gather)
{
	const struct iommu_domain_ops *ops = domain->ops;
	size_t unmapped;

	if (unlikely(!ops->unmap_pages))
		return iommu_unmap_fast(domain, iova, len, gather);
	trace_unmapping(domain);
	unmapped = ops->unmap_pages(domain, iova, len, 1, gather);
	trace_unmap(domain, iova, len, unmapped, gather, NULL);
	return unmapped;
}

#endif
