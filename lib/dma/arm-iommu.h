/* SPDX-License-Identifier: MIT */
/*
 * Between the files of the ARM32 backend, <asm/dma-iommu.h>:
 *
 *   arm-iommu.c        address spaces, devices in them
 *     arm-iommu-ops.c    one buffer
 *     arm-iommu-sg.c     lists
 *     arm-iommu-alloc.c  memory for both sides
 *       arm-iommu-iova.c   addresses
 *
 * Linux: arch/arm/mm/dma-mapping.c.
 */
#ifndef LIB_DMA_ARM_IOMMU_H
#define LIB_DMA_ARM_IOMMU_H

#include <asm/device.h>
#include <asm/dma-iommu.h>
#include <linux/dma-map-ops.h>

#include "dma.h"

/* CONFIG_ARM_DMA_IOMMU_ALIGNMENT's default: no address needs be a multiple of more. */
#define ARM_IOVA_MAX_ORDER	8

/* ---- arm-iommu-iova.c ------------------------------------------------------------------ */

/*
 * Where @base and @size lie in bitmaps; 0, -ERANGE or -EINVAL. Then make the first, 0 or
 * -ENOMEM; and give all of them back.
 */
int arm_iova_layout(struct dma_iommu_mapping *mapping, dma_addr_t base, u64 size);
int arm_iova_init(struct dma_iommu_mapping *mapping);
void arm_iova_done(struct dma_iommu_mapping *mapping);

/* @size bytes, taken in whole pages; DMA_MAPPING_ERROR when there is no such run. */
dma_addr_t arm_iova_alloc(struct dma_iommu_mapping *mapping, size_t size);
/* @iova, @size: whole pages, of one bitmap; nothing says whether they were handed out. */
void arm_iova_free(struct dma_iommu_mapping *mapping, dma_addr_t iova, size_t size);

/* ---- arm-iommu-ops.c ------------------------------------------------------------------- */

/* IOMMU_* of a mapping: never IOMMU_CACHE, whether the device snoops or not. */
int arm_iommu_prot(enum dma_data_direction dir, unsigned long attrs);
/* Cache maintenance of [@pa, +@size), unless @dev snoops. */
void arm_iommu_give(struct device *dev, phys_addr_t pa, size_t size,
		    enum dma_data_direction dir);
void arm_iommu_take(struct device *dev, phys_addr_t pa, size_t size,
		    enum dma_data_direction dir);
/* Unmap the pages of [@iova, +@size), and give their addresses back. */
void arm_iommu_remove(struct device *dev, dma_addr_t iova, size_t size);

/* Do these map for @dev? They ask iommu_map() for memory that it may sleep for, as in Linux. */
bool arm_iommu_maps(const struct device *dev);
dma_addr_t arm_iommu_map_page(struct device *dev, struct page *page, unsigned long offset,
			      size_t size, enum dma_data_direction dir, unsigned long attrs);
void arm_iommu_unmap_page(struct device *dev, dma_addr_t handle, size_t size,
			  enum dma_data_direction dir, unsigned long attrs);
dma_addr_t arm_iommu_map_resource(struct device *dev, phys_addr_t pa, size_t size,
				  enum dma_data_direction dir, unsigned long attrs);
void arm_iommu_unmap_resource(struct device *dev, dma_addr_t handle, size_t size,
			      enum dma_data_direction dir, unsigned long attrs);
void arm_iommu_sync_single_for_cpu(struct device *dev, dma_addr_t handle, size_t size,
				   enum dma_data_direction dir);
void arm_iommu_sync_single_for_device(struct device *dev, dma_addr_t handle, size_t size,
				      enum dma_data_direction dir);

/* ---- arm-iommu-sg.c -------------------------------------------------------------------- */

int arm_iommu_map_sg(struct device *dev, struct scatterlist *sgl, int nents,
		     enum dma_data_direction dir, unsigned long attrs);
void arm_iommu_unmap_sg(struct device *dev, struct scatterlist *sgl, int nents,
			enum dma_data_direction dir, unsigned long attrs);
void arm_iommu_sync_sg_for_cpu(struct device *dev, struct scatterlist *sgl, int nents,
			       enum dma_data_direction dir);
void arm_iommu_sync_sg_for_device(struct device *dev, struct scatterlist *sgl, int nents,
				  enum dma_data_direction dir);

/* ---- arm-iommu-alloc.c ----------------------------------------------------------------- */

void *arm_iommu_alloc_attrs(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp,
			    unsigned long attrs);
void arm_iommu_free_attrs(struct device *dev, size_t size, void *cpu_addr, dma_addr_t handle,
			  unsigned long attrs);
int arm_iommu_mmap_attrs(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
			 dma_addr_t dma_addr, size_t size, unsigned long attrs);
int arm_iommu_get_sgtable(struct device *dev, struct sg_table *sgt, void *cpu_addr,
			  dma_addr_t dma_addr, size_t size, unsigned long attrs);

/* ---- arm-iommu.c ----------------------------------------------------------------------- */

/*
 * For arch_setup_dma_ops(): @dev, which has an IOMMU, gets an address space of its own and
 * these operations. A line and an error where that fails, and @dev is as before. And back.
 */
int arm_setup_iommu_dma_ops(struct device *dev);
void arm_teardown_iommu_dma_ops(struct device *dev);

#endif
