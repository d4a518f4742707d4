/* SPDX-License-Identifier: MIT */
/*
 * The ARM32 way behind an IOMMU, CONFIG_ARM_DMA_USE_IOMMU of Linux 6.12: an address space
 * of a device's own, I/O virtual addresses (IOVAs) from bitmaps, and operations in
 * set_dma_ops(). It is here for contrast with the library's own (<linux/iommu.h>), and
 * has the faults that Linux's has; docs/arm32-iommu.md lists them.
 *
 *	bitmaps[0]  |....xxxx..x.....|     a bit for each page of 4 KiB, at most 32768 of
 *	bitmaps[1]  |........|             them in one; the next is made when it is needed
 *	            ^ base
 *
 * First fit, from @base up; the lowest address that is a multiple of the size, rounded up
 * to a power of two pages but at most 1 MiB. None runs from one bitmap into the next: the
 * largest mapping is 128 MiB, or the whole of a smaller space.
 *
 * A space is made of whole words of an Arm, 32 pages each, and where it has more than one
 * bitmap, of whole bitmaps. So it may end after, or long before, the end that was asked
 * for: see arm_iommu_create_mapping().
 *
 * Source: arch/arm/include/asm/dma-iommu.h, arch/arm/mm/dma-mapping.c.
 */
#ifndef _ARMDMA_ASM_DMA_IOMMU_H
#define _ARMDMA_ASM_DMA_IOMMU_H

#include <linux/kref.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct device;
struct iommu_domain;
struct kernel;

/**
 * struct dma_iommu_mapping - one address space, of one or more devices
 * @domain:      whose page tables they are
 * @bitmaps:     @extensions of them, of which the first @nr_bitmaps are there
 * @bitmap_size: bytes of one
 * @bits:        pages in one
 * @base:        the IOVA that bit 0 of the first stands for
 * @lock:        of the bitmaps
 * @kref:        held by who made it, and by each device that is attached
 * @kernel:      whose memory it is; Linux has no such member
 */
struct dma_iommu_mapping {
	struct iommu_domain *domain;
	unsigned long **bitmaps;
	unsigned int nr_bitmaps;
	unsigned int extensions;
	size_t bitmap_size;
	size_t bits;
	dma_addr_t base;
	spinlock_t lock;
	struct kref kref;
	struct kernel *kernel;
};

/**
 * arm_iommu_create_mapping() - an address space from @base on, about @size bytes of it
 * @dev: names the IOMMU; it is not attached yet
 *
 * What can be handed out is @size rounded down to pages, then up to 32 of them. Beyond 128
 * MiB it is that rounded down to 128 MiB, and nothing says so. Two kinds of faults:
 *
 *	40 pages asked for       64 can be handed out, 24 of them outside
 *	200 MiB asked for        128 MiB can be
 *
 * Context: process, may sleep.
 * Return: yours to arm_iommu_release_mapping(); an error pointer:
 *   -EINVAL  less than a page
 *   -ERANGE  more than 4 GiB
 *   -ENOMEM  out of memory; a retry may help
 *   and what iommu_paging_domain_alloc() says, -ENODEV where @dev has no IOMMU
 */
struct dma_iommu_mapping *arm_iommu_create_mapping(struct device *dev, dma_addr_t base,
						   u64 size);

/** Who made it lets it go; it stays while devices are attached. NULL is fine. */
void arm_iommu_release_mapping(struct dma_iommu_mapping *mapping);

/**
 * arm_iommu_attach_device() - @dev uses @mapping, alone or beside others, and maps by the
 *                             operations of this file from now on
 *
 * Nothing may be mapped for it. Context: process, may sleep.
 * Return: 0, and @mapping is held; or what iommu_attach_device() says: -EBUSY where @dev
 * is in another domain already, -EINVAL where it shares a group, or its IOMMU is another.
 */
int arm_iommu_attach_device(struct device *dev, struct dma_iommu_mapping *mapping);

/**
 * arm_iommu_detach_device() - back to what it was before, and direct
 *
 * One line, and nothing else, if it was not attached. Context: process, may sleep.
 */
void arm_iommu_detach_device(struct device *dev);

#ifdef __cplusplus
}
#endif
#endif
