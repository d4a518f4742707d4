/* SPDX-License-Identifier: MIT */
/*
 * Between the files of the ARM32 backend, <asm/dma-iommu.h>:
 *
 *   arm-iommu.c        address spaces, devices in them
 *     arm-iommu-ops.c    one buffer, and lists
 *     arm-iommu-alloc.c  memory for both sides
 *       arm-iommu-iova.c   addresses
 *
 * Linux: arch/arm/mm/dma-mapping.c.
 */
#ifndef LIB_DMA_ARM_IOMMU_H
#define LIB_DMA_ARM_IOMMU_H

#include <asm/dma-iommu.h>

#include "dma.h"

/* CONFIG_ARM_DMA_IOMMU_ALIGNMENT's default: no address needs be a multiple of more. */
#define ARM_IOVA_MAX_ORDER	8

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

#endif
