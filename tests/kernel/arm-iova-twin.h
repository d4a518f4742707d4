/* SPDX-License-Identifier: MIT */
/*
 * Included before what is cut from arch/arm/mm/dma-mapping.c, lib/bitmap.c and
 * lib/find_bit.c: its functions get names of their own, its memory is the host's, and,
 * without HAS_DOMAINS, it has no domain.
 *
 * With ARM_WORDS a long is what it is on an Arm: it decides how large a space becomes. Both
 * sizes have their bits at the same places, as the machine is little endian.
 */
#ifndef TESTS_KERNEL_ARM_IOVA_TWIN_H
#define TESTS_KERNEL_ARM_IOVA_TWIN_H

#include <stdlib.h>
#include <asm/dma-iommu.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/kref.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/dma-mapping.h>

struct dma_iommu_mapping *twin_create(struct device *dev, dma_addr_t base, u64 size);
void twin_release(struct dma_iommu_mapping *mapping);
dma_addr_t twin_alloc(struct dma_iommu_mapping *mapping, size_t size);
void twin_free(struct dma_iommu_mapping *mapping, dma_addr_t iova, size_t size);

unsigned long _find_next_bit(const unsigned long *map, unsigned long size, unsigned long from);
unsigned long _find_next_zero_bit(const unsigned long *map, unsigned long size,
				  unsigned long from);
unsigned long bitmap_find_next_zero_area_off(unsigned long *map, unsigned long size,
					     unsigned long start, unsigned int nr,
					     unsigned long align_mask,
					     unsigned long align_offset);
void __bitmap_set(unsigned long *map, unsigned int start, int len);
void __bitmap_clear(unsigned long *map, unsigned int start, int len);

#define find_next_bit				_find_next_bit
#define find_next_zero_bit			_find_next_zero_bit
#define BIT_WORD(nr)				((nr) / BITS_PER_LONG)
#define BITMAP_FIRST_WORD_MASK(start)		(~0UL << ((start) & (BITS_PER_LONG - 1)))
#define BITMAP_LAST_WORD_MASK(nbits)		(~0UL >> (-(nbits) & (BITS_PER_LONG - 1)))
#define __ALIGN_MASK(x, mask)			(((x) + (mask)) & ~(mask))

#ifdef ARM_WORDS
#define CONFIG_ARM_DMA_IOMMU_ALIGNMENT		8
#define BITS_TO_LONGS(nr)			DIV_ROUND_UP(nr, BITS_PER_BYTE * sizeof(long))
#define arm_iommu_create_mapping		twin_create
#define arm_iommu_release_mapping		twin_release
#ifndef HAS_DOMAINS
#define iommu_paging_domain_alloc(dev)		((struct iommu_domain *)(dev))
#define iommu_domain_free(domain)		((void)(domain))
#endif
#define bitmap_find_next_zero_area(map, size, start, nr, mask) \
	bitmap_find_next_zero_area_off(map, size, start, nr, mask, 0)
#define bitmap_set				__bitmap_set
#define bitmap_clear				__bitmap_clear
#define kzalloc(size, gfp)			calloc(1, (size) + 8)
#define kcalloc(nr, size, gfp)			calloc(nr, size)
#define kfree					free
#define long					int
#endif

#endif
