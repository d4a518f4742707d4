/* SPDX-License-Identifier: MIT */
/*
 * Included at the end of what map-twin.py has cut out of <linux/iommu.h>: the functions that
 * its parts call one another by, and those of other files that do nothing here.
 */
#ifndef MAP_TWIN_IOMMU_H
#define MAP_TWIN_IOMMU_H

#include <linux/dma-mapping.h>

struct iommu_domain *iommu_get_dma_domain(struct device *dev);
phys_addr_t iommu_iova_to_phys(struct iommu_domain *domain, dma_addr_t iova);
int iommu_map(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr, size_t size,
	      int prot, gfp_t gfp);
size_t iommu_unmap(struct iommu_domain *domain, unsigned long iova, size_t size);
size_t iommu_unmap_fast(struct iommu_domain *domain, unsigned long iova, size_t size,
			struct iommu_iotlb_gather *gather);
ssize_t iommu_map_sg(struct iommu_domain *domain, unsigned long iova, struct scatterlist *sg,
		     unsigned int nents, int prot, gfp_t gfp);
dma_addr_t iommu_dma_map_page(struct device *dev, struct page *page, unsigned long offset,
			      size_t size, enum dma_data_direction dir, unsigned long attrs);
void iommu_dma_unmap_page(struct device *dev, dma_addr_t dma, size_t size,
			  enum dma_data_direction dir, unsigned long attrs);
int iommu_dma_map_sg(struct device *dev, struct scatterlist *sg, int nents,
		     enum dma_data_direction dir, unsigned long attrs);
void iommu_dma_unmap_sg(struct device *dev, struct scatterlist *sg, int nents,
			enum dma_data_direction dir, unsigned long attrs);
dma_addr_t dma_map_page_attrs(struct device *dev, struct page *page, size_t offset, size_t size,
			      enum dma_data_direction dir, unsigned long attrs);
void dma_unmap_page_attrs(struct device *dev, dma_addr_t dma, size_t size,
			  enum dma_data_direction dir, unsigned long attrs);
unsigned int dma_map_sg_attrs(struct device *dev, struct scatterlist *sg, int nents,
			      enum dma_data_direction dir, unsigned long attrs);
void dma_unmap_sg_attrs(struct device *dev, struct scatterlist *sg, int nents,
			enum dma_data_direction dir, unsigned long attrs);

/** In dma-iommu.c, which alone knows the cookie's type: of @domain, strict or lazy. */
void twin_cookie_init(struct iommu_domain *domain, bool is_lazy);

/* The formats here are coherent: they ask for no maintenance of their tables. */
#define dma_map_single(dev, p, size, dir)	((void)(dev), virt_to_phys(p))
#define dma_unmap_single(dev, dma, size, dir)	((void)(dma))
#define dma_mapping_error(dev, dma)		((void)(dma), 0)
#define dma_sync_single_for_device(dev, dma, size, dir) ((void)(dma))
#define arch_sync_dma_for_device(pa, size, dir)	((void)(pa))
#define arch_sync_dma_for_cpu(pa, size, dir)	((void)(pa))

#define trace_map(iova, pa, size)		((void)(iova))
#define trace_unmap(iova, size, unmapped)	((void)(iova))
#define trace_swiotlb_bounced(dev, pa, size)	((void)(pa))
#define trace_dma_map_page(...)			((void)0)
#define trace_dma_unmap_page(...)		((void)0)
#define trace_dma_map_sg(...)			((void)0)
#define trace_dma_map_sg_err(...)		((void)0)
#define trace_dma_unmap_sg(...)			((void)0)
#define kmsan_handle_dma(...)			((void)0)
#define kmsan_handle_dma_sg(...)		((void)0)
#define debug_dma_map_page(...)			((void)0)
#define debug_dma_unmap_page(...)		((void)0)
#define debug_dma_map_sg(...)			((void)0)
#define debug_dma_unmap_sg(...)			((void)0)

#define gfpflags_allow_blocking(gfp)		false
#define iommu_deferred_attach(dev, domain)	0
#define dma_kmalloc_needs_bounce(dev, size, dir) false
#define dma_kmalloc_safe(dev, dir)		true
#define dma_kmalloc_size_aligned(size)		true
#define is_swiotlb_active(dev)			false
#define swiotlb_tbl_map_single(...)		DMA_MAPPING_ERROR
#define swiotlb_tbl_unmap_single(dev, pa, ...)	((void)(pa))
#define swiotlb_sync_single_for_cpu(dev, pa, ...) ((void)(pa))
#define swiotlb_sync_single_for_device(dev, pa, ...) ((void)(pa))
#define iommu_dma_sync_single_for_cpu(dev, dma, size, dir) ((void)(dma))
#define iommu_dma_sync_single_for_device(dev, dma, size, dir) ((void)(dma))
#define sg_dma_mark_swiotlb(sg)			((void)(sg))

#define arch_dma_map_page_direct(dev, pa)	false
#define arch_dma_unmap_page_direct(dev, dma)	false
#define arch_dma_map_sg_direct(dev, sg, nents)	false
#define arch_dma_unmap_sg_direct(dev, sg, nents) false
#define dma_direct_map_page(...)		DMA_MAPPING_ERROR
#define dma_direct_unmap_page(...)		((void)0)
#define dma_direct_map_sg(...)			(-EIO)
#define dma_direct_unmap_sg(...)		((void)0)

enum pci_p2pdma_map_type {
	PCI_P2PDMA_MAP_BUS_ADDR,
	PCI_P2PDMA_MAP_THRU_HOST_BRIDGE,
};

struct pci_p2pdma_map_state {
	int unused;
};

#define is_pci_p2pdma_page(p)			((void)(p), false)
#define pci_p2pdma_map_segment(state, dev, sg)	((void)(state), PCI_P2PDMA_MAP_BUS_ADDR)

#endif
