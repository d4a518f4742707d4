/* SPDX-License-Identifier: MIT */
/* Mapping by io_pgtable_ops: see paging.h. */
#include "paging.h"

static struct io_pgtable_ops *pgtbl_of(struct iommu_domain *domain)
{
	return container_of(domain, struct paging_domain, domain)->pgtbl;
}

int paging_map_pages(struct iommu_domain *domain, unsigned long iova, phys_addr_t pa,
		     size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	struct io_pgtable_ops *ops = pgtbl_of(domain);

	return ops ? ops->map_pages(ops, iova, pa, pgsize, pgcount, prot, gfp, mapped) : -ENODEV;
}

size_t paging_unmap_pages(struct iommu_domain *domain, unsigned long iova, size_t pgsize,
			  size_t pgcount, struct iommu_iotlb_gather *gather)
{
	struct io_pgtable_ops *ops = pgtbl_of(domain);

	return ops ? ops->unmap_pages(ops, iova, pgsize, pgcount, gather) : 0;
}

phys_addr_t paging_iova_to_phys(struct iommu_domain *domain, dma_addr_t iova)
{
	struct io_pgtable_ops *ops = pgtbl_of(domain);

	return ops ? ops->iova_to_phys(ops, (unsigned long)iova) : 0;
}
