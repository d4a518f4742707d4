/* SPDX-License-Identifier: MIT */
/*
 * Addresses of the ARM32 backend: bitmaps, first fit, see <asm/dma-iommu.h>.
 *
 * Sizes are those of an Arm, whose word is 32 bits: it decides where a space ends.
 *
 * Linux: arch/arm/mm/dma-mapping.c, __alloc_iova(), __free_iova() and
 * extend_iommu_mapping(); lib/bitmap.c.
 */
#include <linux/bitmap.h>

#include "arm-iommu.h"

#define ARM_WORD_BITS	32u
#define MAX_BITMAP_LEN	PAGE_SIZE

/* ---- bitmaps ------------------------------------------------------------------------ */

int arm_iova_layout(struct dma_iommu_mapping *mapping, dma_addr_t base, u64 size)
{
	u64 nr_pages = size >> PAGE_SHIFT;
	size_t len = (size_t)((nr_pages + ARM_WORD_BITS - 1) / ARM_WORD_BITS) * sizeof(u32);

	if (size > SZ_4G)
		return -ERANGE;
	if (!len)
		return -EINVAL;
	mapping->base = base;
	mapping->extensions = len > MAX_BITMAP_LEN ? (unsigned int)(len / MAX_BITMAP_LEN) : 1;
	mapping->bitmap_size = len > MAX_BITMAP_LEN ? MAX_BITMAP_LEN : len;
	mapping->bits = mapping->bitmap_size * BITS_PER_BYTE;
	return 0;
}

/* Words of the host, which may be longer than an Arm's: what is too much stays clear. */
static int add_bitmap(struct dma_iommu_mapping *mapping)
{
	size_t nr_words = DIV_ROUND_UP(mapping->bits, BITS_PER_LONG);

	if (kernel_fails(mapping->kernel))
		return -ENOMEM;
	mapping->bitmaps[mapping->nr_bitmaps++] = g_new0(unsigned long, nr_words);
	return 0;
}

int arm_iova_init(struct dma_iommu_mapping *mapping)
{
	spin_lock_init(&mapping->lock);
	if (kernel_fails(mapping->kernel))
		return -ENOMEM;
	mapping->bitmaps = g_new0(unsigned long *, mapping->extensions);
	return add_bitmap(mapping);
}

void arm_iova_done(struct dma_iommu_mapping *mapping)
{
	for (unsigned int i = 0; i < mapping->nr_bitmaps; i++)
		g_free(mapping->bitmaps[i]);
	g_free(mapping->bitmaps);
}

/* ---- addresses ----------------------------------------------------------------------- */

struct run {
	unsigned int count, align_mask;		/* pages */
};

static struct run run_of(size_t size)
{
	unsigned int order = (unsigned int)get_order(size);

	if (order > ARM_IOVA_MAX_ORDER)
		order = ARM_IOVA_MAX_ORDER;
	return (struct run){ (unsigned int)(PAGE_ALIGN(size) >> PAGE_SHIFT), (1u << order) - 1 };
}

static dma_addr_t start_of(const struct dma_iommu_mapping *mapping, unsigned int i)
{
	return mapping->base + ((dma_addr_t)mapping->bits << PAGE_SHIFT) * i;
}

/* From bitmap @i, if it has such a run. */
static bool take_run(struct dma_iommu_mapping *mapping, unsigned int i, struct run run,
		     dma_addr_t *ret_iova)
{
	unsigned long first = bitmap_find_next_zero_area(mapping->bitmaps[i], mapping->bits, 0,
							 run.count, run.align_mask);

	if (first > mapping->bits)
		return false;
	bitmap_set(mapping->bitmaps[i], (unsigned int)first, run.count);
	*ret_iova = start_of(mapping, i) + ((dma_addr_t)first << PAGE_SHIFT);
	return true;
}

/* All are searched from their beginning, each time, under the lock. */
static dma_addr_t alloc_locked(struct dma_iommu_mapping *mapping, struct run run)
{
	dma_addr_t iova;
	unsigned int i;

	for (i = 0; i < mapping->nr_bitmaps; i++)
		if (take_run(mapping, i, run, &iova))
			return iova;
	if (i == mapping->extensions || add_bitmap(mapping) ||
	    !take_run(mapping, i, run, &iova))
		return DMA_MAPPING_ERROR;
	return iova;
}

dma_addr_t arm_iova_alloc(struct dma_iommu_mapping *mapping, size_t size)
{
	struct run run = run_of(size);
	unsigned long flags;
	dma_addr_t iova;

	spin_lock_irqsave(&mapping->lock, flags);
	iova = alloc_locked(mapping, run);
	spin_unlock_irqrestore(&mapping->lock, flags);
	return iova;
}

/* Linux has BUG_ON() for what was not handed out here. */
static bool is_inside(const struct dma_iommu_mapping *mapping, dma_addr_t iova, size_t size)
{
	u64 len = (u64)mapping->bits << PAGE_SHIFT;
	u64 offset = iova - mapping->base;

	return iova >= mapping->base && offset / len < mapping->nr_bitmaps &&
	       offset % len + size <= len;
}

void arm_iova_free(struct dma_iommu_mapping *mapping, dma_addr_t iova, size_t size)
{
	u64 page = (iova - mapping->base) >> PAGE_SHIFT;
	unsigned long flags;

	if (!size || WARN(!is_inside(mapping, iova, size),
			  "BUG: %zu bytes at %#llx are not of this address space", size,
			  (unsigned long long)iova))
		return;
	spin_lock_irqsave(&mapping->lock, flags);
	bitmap_clear(mapping->bitmaps[page / mapping->bits], (unsigned int)(page % mapping->bits),
		     (unsigned int)(size >> PAGE_SHIFT));
	spin_unlock_irqrestore(&mapping->lock, flags);
}
