/* SPDX-License-Identifier: MIT */
/*
 * The DMA API of a device behind an IOMMU, over any driver's iommu_ops: what the functions
 * of <linux/dma-mapping.h> come to when dev->dma_iommu is set. Not for drivers.
 *
 *	phys  |..[==buffer==]...|     IOVA  |..[==buffer==]...|
 *	      `----- pages -----'  ------>  `----- pages -----'
 *
 * The device's addresses come from its group's default domain: never 0, none of a reserved
 * region, none beyond its mask. A page of the IOMMU is the least that can be mapped, so the
 * device reaches what shares the first and the last page with a buffer:
 * <armdma/iommu-dma.h> counts it.
 *
 * A default domain of type DMA invalidates before the unmap returns (strict). One of type
 * DMA_FQ does it later and for many (lazy): in queues of 256 entries a CPU, when one is
 * full, or 10 ms after it was begun; where an invalidation is so expensive that the driver
 * set shadow_on_flush, in one queue of 32768, after 1 s. Until then the device still
 * reaches the old memory, and nobody else gets the IOVA.
 *
 * Source: include/linux/iommu-dma.h, drivers/iommu/dma-iommu.c.
 */
#ifndef _ARMDMA_LINUX_IOMMU_DMA_H
#define _ARMDMA_LINUX_IOMMU_DMA_H

#include <linux/device.h>
#include <linux/dma-direction.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct page;
struct scatterlist;
struct sg_table;
struct vm_area_struct;

static inline bool use_dma_iommu(struct device *dev)
{
	return dev->dma_iommu;
}

dma_addr_t iommu_dma_map_page(struct device *dev, struct page *page, unsigned long offset,
			      size_t size, enum dma_data_direction dir, unsigned long attrs);
void iommu_dma_unmap_page(struct device *dev, dma_addr_t dma_handle, size_t size,
			  enum dma_data_direction dir, unsigned long attrs);

/**
 * iommu_dma_map_sg() - all of a list at IOVAs in a row
 *
 * An entry joins the one before it for the device if that ends with a page and this begins
 * with one, the sum is no longer than dma_get_max_seg_size(), and no multiple of
 * dma_get_seg_boundary() plus one lies between them.
 * Return: entries for the device; those behind them have DMA_MAPPING_ERROR and length 0.
 *   -ENOMEM   no such run of IOVAs, or no memory for tables; a retry may help
 *   -EIO      an entry that must be bounced could not be
 *   -EINVAL   anything else; a retry cannot help
 * After a failure all entries have DMA_MAPPING_ERROR and length 0.
 */
int iommu_dma_map_sg(struct device *dev, struct scatterlist *sg, int nents,
		     enum dma_data_direction dir, unsigned long attrs);
void iommu_dma_unmap_sg(struct device *dev, struct scatterlist *sg, int nents,
			enum dma_data_direction dir, unsigned long attrs);

/** No cache is looked after, and nothing is bounced. */
dma_addr_t iommu_dma_map_resource(struct device *dev, phys_addr_t phys, size_t size,
				  enum dma_data_direction dir, unsigned long attrs);
void iommu_dma_unmap_resource(struct device *dev, dma_addr_t handle, size_t size,
			      enum dma_data_direction dir, unsigned long attrs);

void iommu_dma_sync_single_for_cpu(struct device *dev, dma_addr_t dma_handle, size_t size,
				   enum dma_data_direction dir);
void iommu_dma_sync_single_for_device(struct device *dev, dma_addr_t dma_handle, size_t size,
				      enum dma_data_direction dir);
void iommu_dma_sync_sg_for_cpu(struct device *dev, struct scatterlist *sgl, int nelems,
			       enum dma_data_direction dir);
void iommu_dma_sync_sg_for_device(struct device *dev, struct scatterlist *sgl, int nelems,
				  enum dma_data_direction dir);

/**
 * iommu_dma_alloc() - memory for the CPU and @dev, zeroed
 *
 * Who may sleep, and does not ask for DMA_ATTR_FORCE_CONTIGUOUS, gets pages from anywhere,
 * in pieces as large as the IOMMU's pages if there are such (DMA_ATTR_ALLOC_SINGLE_PAGES:
 * no larger than the smallest), in a row for the device, and for the CPU in the vmalloc
 * area. Others get one piece.
 * Return: yours to iommu_dma_free(); NULL, and @handle is untouched.
 */
void *iommu_dma_alloc(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp,
		      unsigned long attrs);
void iommu_dma_free(struct device *dev, size_t size, void *cpu_addr, dma_addr_t handle,
		    unsigned long attrs);
int iommu_dma_mmap(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
		   dma_addr_t dma_addr, size_t size, unsigned long attrs);
int iommu_dma_get_sgtable(struct device *dev, struct sg_table *sgt, void *cpu_addr,
			  dma_addr_t dma_addr, size_t size, unsigned long attrs);

struct sg_table *iommu_dma_alloc_noncontiguous(struct device *dev, size_t size,
					       enum dma_data_direction dir, gfp_t gfp,
					       unsigned long attrs);
void iommu_dma_free_noncontiguous(struct device *dev, size_t size, struct sg_table *sgt,
				  enum dma_data_direction dir);
void *iommu_dma_vmap_noncontiguous(struct device *dev, size_t size, struct sg_table *sgt);
#define iommu_dma_vunmap_noncontiguous(dev, vaddr)	vunmap(vaddr)
int iommu_dma_mmap_noncontiguous(struct device *dev, struct vm_area_struct *vma, size_t size,
				 struct sg_table *sgt);

/** Bytes of the IOMMU's smallest page, less 1. */
unsigned long iommu_dma_get_merge_boundary(struct device *dev);
/** Beyond that IOVAs are not kept for the next mapping. */
size_t iommu_dma_opt_mapping_size(void);
size_t iommu_dma_max_mapping_size(struct device *dev);

#ifdef __cplusplus
}
#endif
#endif
