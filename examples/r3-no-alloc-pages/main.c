// SPDX-License-Identifier: MIT
/*
 * Memory that is not coherent, for a device behind an IOMMU, in Linux 6.12 on 32-bit Arm.
 *
 * dma_alloc_pages(), dma_alloc_noncoherent() and dma_alloc_noncontiguous() go to
 * dma_map_ops.alloc_pages_op, and the iommu_ops of arch/arm/mm/dma-mapping.c have none: all
 * three return NULL, whatever the size, while memory is plentiful. A driver that uses
 * them, as several of media and SPI do, works on the same chip while it is not behind
 * the IOMMU, and on 64-bit Arm behind one. dma_alloc_coherent() does work; that a cached
 * mapping of its memory stays is another matter, and reported: docs/coherent-memory.md.
 *
 * Linux: kernel/dma/mapping.c, __dma_alloc_pages() and dma_alloc_noncontiguous(). Exit
 * status 0: each behaved as announced. 1: one did not.
 */
#include <stdio.h>

#include <linux/dma-mapping.h>

#include "../arm32-iommu.h"

#define LEN		65536

struct outcome {
	bool pages, noncoherent, noncontiguous, coherent;
};

static struct outcome play(struct device *dev)
{
	struct outcome o = { false };
	struct sg_table *sgt;
	struct page *page;
	dma_addr_t dma;
	void *va;

	page = dma_alloc_pages(dev, LEN, &dma, DMA_BIDIRECTIONAL, GFP_KERNEL);
	o.pages = page;
	if (page)
		dma_free_pages(dev, LEN, page, dma, DMA_BIDIRECTIONAL);
	va = dma_alloc_noncoherent(dev, LEN, &dma, DMA_BIDIRECTIONAL, GFP_KERNEL);
	o.noncoherent = va;
	if (va)
		dma_free_noncoherent(dev, LEN, va, dma, DMA_BIDIRECTIONAL);
	sgt = dma_alloc_noncontiguous(dev, LEN, DMA_BIDIRECTIONAL, GFP_KERNEL, 0);
	o.noncontiguous = sgt;
	if (sgt)
		dma_free_noncontiguous(dev, LEN, sgt, DMA_BIDIRECTIONAL);
	va = dma_alloc_coherent(dev, LEN, &dma, GFP_KERNEL);
	o.coherent = va;
	if (va)
		dma_free_coherent(dev, LEN, va, dma);
	return o;
}

static struct outcome run(enum iova_backend how)
{
	struct harness *h = start_behind_iommu(how, false);
	struct outcome o;

	printf("%s:\n\n", backend_title(how));
	o = play(harness_device(h, EXAMPLE_DEVICE));
	harness_finish(h);
	printf("\n");
	return o;
}

static const char *word(bool is_there)
{
	return is_there ? "memory" : "NULL";
}

int main(void)
{
	struct outcome arm32 = run(IOVA_BITMAP), ours = run(IOVA_DMA_IOMMU);

	printf("  of %d bytes                 32-bit Arm      ours\n"
	       "  dma_alloc_pages()             %10s%10s\n"
	       "  dma_alloc_noncoherent()       %10s%10s\n"
	       "  dma_alloc_noncontiguous()     %10s%10s\n"
	       "  dma_alloc_coherent()          %10s%10s\n", LEN,
	       word(arm32.pages), word(ours.pages), word(arm32.noncoherent),
	       word(ours.noncoherent), word(arm32.noncontiguous), word(ours.noncontiguous),
	       word(arm32.coherent), word(ours.coherent));
	return !arm32.pages && !arm32.noncoherent && !arm32.noncontiguous && arm32.coherent &&
	       ours.pages && ours.noncoherent && ours.noncontiguous && ours.coherent ? 0 : 1;
}
