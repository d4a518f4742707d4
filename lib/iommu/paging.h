/* SPDX-License-Identifier: MIT */
/*
 * A domain with io_pgtable_ops, as most drivers have it: mapping is what those do.
 *
 *	KIND_domain --> paging_domain --> iommu_domain
 *	                     '----------> io_pgtable_ops
 *
 * Making the tables, flushing and attaching stay the driver's: .tlb of struct io_pgtable_cfg.
 */
#ifndef LIB_IOMMU_PAGING_H
#define LIB_IOMMU_PAGING_H

#include <linux/io-pgtable.h>
#include <linux/iommu.h>

/* @pgtbl: NULL: no device has shown yet which tables they must be; nothing is mapped. */
struct paging_domain {
	struct iommu_domain domain;
	struct io_pgtable_ops *pgtbl;
};

/* For struct iommu_domain_ops. -ENODEV: without tables. */
int paging_map_pages(struct iommu_domain *domain, unsigned long iova, phys_addr_t pa,
		     size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped);
size_t paging_unmap_pages(struct iommu_domain *domain, unsigned long iova, size_t pgsize,
			  size_t pgcount, struct iommu_iotlb_gather *gather);
phys_addr_t paging_iova_to_phys(struct iommu_domain *domain, dma_addr_t iova);

#endif
