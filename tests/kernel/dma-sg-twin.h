/* SPDX-License-Identifier: MIT */
/*
 * Between dma-sg-twin.c and the functions of drivers/iommu/dma-iommu.c, before which it is
 * included: their names, and what they call, which tells dma-sg-twin.c of it.
 */
#ifndef TESTS_KERNEL_DMA_SG_TWIN_H
#define TESTS_KERNEL_DMA_SG_TWIN_H

#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/iommu.h>
#include <linux/iova.h>
#include <linux/kernel.h>
#include <linux/scatterlist.h>

/* Of Linux's cookie, what is asked for here. */
struct iommu_dma_cookie {
	struct iova_domain iovad;
	struct iommu_domain *fq_domain;
};

/* The domain that Linux's side believes in; its next address, 0: there is none. */
extern struct iommu_domain twin_domain;
extern dma_addr_t twin_iova;

int twin_map_sg(struct device *dev, struct scatterlist *sg, int nents,
		enum dma_data_direction dir, unsigned long attrs);
void twin_unmap_sg(struct device *dev, struct scatterlist *sg, int nents,
		   enum dma_data_direction dir, unsigned long attrs);

/* Called by it. */
dma_addr_t twin_alloc_iova(size_t size);
ssize_t twin_iommu_map_sg(unsigned long iova, struct scatterlist *sg, unsigned int nents, int prot);
size_t twin_unmap(unsigned long iova, size_t size);

#define iommu_dma_map_sg		twin_map_sg
#define iommu_dma_unmap_sg		twin_unmap_sg
#define iommu_get_dma_domain(dev)	(&twin_domain)
#define iommu_dma_alloc_iova(domain, size, limit, dev)	twin_alloc_iova(size)
#define iommu_dma_free_iova(...)	((void)0)
#define iommu_map_sg(domain, iova, sg, nents, prot, gfp) \
	twin_iommu_map_sg(iova, sg, nents, prot)
#define iommu_unmap_fast(domain, iova, size, gather)	twin_unmap(iova, size)
#define iommu_iotlb_sync(domain, gather)	((void)0)

#define iommu_deferred_attach_enabled	0
#define static_branch_unlikely(key)	0
#define iommu_deferred_attach(dev, domain)	0
#define dev_use_sg_swiotlb(...)		false
#define iommu_dma_map_sg_swiotlb(...)	0
#define iommu_dma_unmap_sg_swiotlb(...)	((void)0)
#define iommu_dma_sync_sg_for_device(...)	((void)0)
#define iommu_dma_sync_sg_for_cpu(...)	((void)0)


struct pci_p2pdma_map_state {
	int nothing;
};
#define is_pci_p2pdma_page(page)	false
#define pci_p2pdma_map_segment(...)	PCI_P2PDMA_MAP_NOT_SUPPORTED

#define overflows_type(n, T) \
	({ __typeof__(T) as_ = (__typeof__(T))(n); (__typeof__(n))as_ != (n); })
#define check_add_overflow(a, b, d)	__builtin_add_overflow(a, b, d)

#endif
