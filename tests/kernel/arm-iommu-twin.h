/* SPDX-License-Identifier: MIT */
/*
 * Included before what is cut from arch/arm/mm/dma-mapping.c under
 * CONFIG_ARM_DMA_USE_IOMMU: it runs on our machine, its memory and maintenance are ours,
 * its addresses and calls of the IOMMU are its own. On top of arm-iova-twin.h.
 *
 * Clearing is left out: that is not what is compared.
 */
#ifndef TESTS_KERNEL_ARM_IOMMU_TWIN_H
#define TESTS_KERNEL_ARM_IOMMU_TWIN_H

#include <asm/device.h>
#include <linux/bitops.h>
#include <linux/dma-map-ops.h>
#include <linux/iommu.h>
#include <linux/scatterlist.h>

#define HAS_DOMAINS
#include "arm-iova-twin.h"

#define NORMAL		0
#define COHERENT	1

#define __dma_clear_buffer(page, size, flag)	((void)(flag))
#define __dma_page_cpu_to_dev(page, offset, size, dir) \
	arch_sync_dma_for_device(page_to_phys(page) + (offset), size, dir)
#define __dma_page_dev_to_cpu(page, offset, size, dir) \
	arch_sync_dma_for_cpu(page_to_phys(page) + (offset), size, dir)
#define __get_dma_pgprot(attrs, prot)		dma_pgprot(dev, prot, attrs)

void *twin_alloc_from_pool(size_t size, struct page **ret_page);
bool twin_in_pool(void *start, size_t size);
int twin_free_from_pool(void *start, size_t size);
#define __alloc_from_pool			twin_alloc_from_pool
#define __in_atomic_pool			twin_in_pool
#define __free_from_pool			twin_free_from_pool
/* Only for what is no array in Linux either. */
#define __atomic_get_pages(va)			((struct page **)NULL)

void *twin_alloc_simple(struct device *dev, size_t size, gfp_t gfp, struct page **ret_page);
void twin_free_simple(struct page *page, size_t size);
#define __alloc_simple_buffer			twin_alloc_simple
#define __dma_free_buffer			twin_free_simple

#define kvzalloc				kzalloc
#define kvfree					free

#endif
