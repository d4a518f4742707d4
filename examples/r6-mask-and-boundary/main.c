// SPDX-License-Identifier: MIT
/*
 * The DMA mask and the segment boundary, in Linux 6.12 on 32-bit Arm behind an IOMMU.
 *
 * iommu_ops of arch/arm/mm/dma-mapping.c has no dma_supported: dma_set_mask() accepts any
 * mask. And __alloc_iova() never looks at it: addresses come from the bottom of the address
 * space, so that a device with 24 address lines works until 16 MiB are mapped. The next
 * buffer gets 0x1000000, of which the device drives 24 bits: it writes the first buffer.
 *
 * arm_iommu_map_sg() makes pages that follow one another one segment up to the device's
 * max_seg_size, and never asks dma_get_seg_boundary(). This engine counts in 16 bits: at a
 * multiple of 64 KiB it goes on 64 KiB further down. Where max_seg_size is no more than
 * the boundary, and that at most 1 MiB, nothing happens: a segment is then aligned to its
 * size.
 *
 * Ours refuses what the mask does not reach, and ends segments at the boundary.
 *
 * Linux: arch/arm/mm/dma-mapping.c; kernel/dma/mapping.c, dma_supported(). Exit status 0:
 * each behaved as announced. 1: one did not.
 */
#include "driver.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../arm32-iommu.h"

#define ADDRESS_LINES	24
#define COUNTER_MASK	0xffffull

/* What one run of the story showed. */
struct outcome {
	int nr_mapped;
	dma_addr_t highest;
	int nr_wrong;			/* buffers that do not hold their number */
	unsigned int nr_segments;
	u64 longest;
	unsigned int wrong_bytes;	/* of the list */
};

/* ---- the hardware --------------------------------------------------------------------- */

static void drive(struct engine *e, dma_addr_t dma, const u8 *bytes, size_t len)
{
	master_write(harness_master(e->dev), dma & DMA_BIT_MASK(ADDRESS_LINES), bytes, len);
}

/* From one multiple of 64 KiB to the next, and around. */
static void engine_fills(struct engine *e, dma_addr_t dma, const u8 *bytes, size_t len)
{
	for (size_t done = 0; done < len;) {
		dma_addr_t at = (dma & ~COUNTER_MASK) | ((dma + done) & COUNTER_MASK);
		size_t room = COUNTER_MASK + 1 - (at & COUNTER_MASK);
		size_t part = len - done < room ? len - done : room;

		drive(e, at, bytes + done, part);
		done += part;
	}
}

/* ---- the mask ---------------------------------------------------------------------------- */

/* One byte each is enough: its number. */
static void plays_buffers(struct engine *e, struct outcome *o)
{
	engine_map_buffers(e);
	o->nr_mapped = e->nr_mapped;
	for (int i = 0; i < o->nr_mapped; i++) {
		u8 number = (u8)i;

		drive(e, e->dma[i], &number, 1);
		if (e->dma[i] > o->highest)
			o->highest = e->dma[i];
	}
	engine_unmap_buffers(e);
	for (int i = 0; i < o->nr_mapped; i++)
		o->nr_wrong += *(u8 *)page_address(e->buffer[i]) != i;
}

/* ---- the boundary -------------------------------------------------------------------------- */

/* Each page is to be filled with its number and 1. */
static void fill_segments(struct engine *e, struct outcome *o)
{
	static u8 bytes[NR_PAGES * PAGE_SIZE];
	struct scatterlist *sg;
	size_t done = 0;
	unsigned int i;

	for (i = 0; i < NR_PAGES; i++)
		memset(bytes + i * PAGE_SIZE, (int)i + 1, PAGE_SIZE);
	o->nr_segments = e->sgt.nents;
	for_each_sgtable_dma_sg(&e->sgt, sg, i) {
		engine_fills(e, sg_dma_address(sg), bytes + done, sg_dma_len(sg));
		done += sg_dma_len(sg);
		if (sg_dma_len(sg) > o->longest)
			o->longest = sg_dma_len(sg);
	}
}

static unsigned int count_wrong(const struct page *page, u8 value)
{
	const u8 *bytes = page_address(page);
	unsigned int nr = 0;

	for (unsigned int i = 0; i < PAGE_SIZE; i++)
		nr += bytes[i] != value;
	return nr;
}

static void plays_list(struct engine *e, struct outcome *o)
{
	for (int i = 0; i < NR_PAGES; i++)
		memset(page_address(e->page[i]), 0, PAGE_SIZE);
	if (engine_map_list(e)) {
		fprintf(stderr, "r6-mask-and-boundary: the list is not mapped\n");
		exit(2);
	}
	fill_segments(e, o);
	engine_unmap_list(e);
	for (int i = 0; i < NR_PAGES; i++)
		o->wrong_bytes += count_wrong(e->page[i], (u8)(i + 1));
}

/* ---- both --------------------------------------------------------------------------------- */

static struct outcome run(enum iova_backend how)
{
	struct harness *h = start_behind_iommu(how, false);
	struct outcome o = { 0 };
	struct engine e = { 0 };

	printf("%s:\n\n", backend_title(how));
	if (engine_probe(&e, harness_device(h, EXAMPLE_DEVICE))) {
		fprintf(stderr, "r6-mask-and-boundary: no memory\n");
		exit(2);
	}
	plays_buffers(&e, &o);
	plays_list(&e, &o);
	engine_remove(&e);
	harness_finish(h);
	printf("\n");
	return o;
}

int main(void)
{
	struct outcome arm32 = run(IOVA_BITMAP), ours = run(IOVA_DMA_IOMMU);

	printf("                                         32-bit Arm      ours\n"
	       "  buffers of 1 MiB mapped, mask 24 bits  %10d%10d\n"
	       "  the highest address                    %#10" PRIx64 "%#10" PRIx64 "\n"
	       "  buffers that hold wrong bytes          %10d%10d\n"
	       "  segments of 32 pages                   %10u%10u\n"
	       "  the longest, boundary 64 KiB           %10" PRIu64 "%10" PRIu64 "\n"
	       "  bytes of the list that are wrong       %10u%10u\n",
	       arm32.nr_mapped, ours.nr_mapped, (uint64_t)arm32.highest, (uint64_t)ours.highest,
	       arm32.nr_wrong, ours.nr_wrong, arm32.nr_segments, ours.nr_segments,
	       (uint64_t)arm32.longest, (uint64_t)ours.longest, arm32.wrong_bytes,
	       ours.wrong_bytes);
	return arm32.highest > DMA_BIT_MASK(ADDRESS_LINES) && arm32.nr_wrong &&
	       arm32.longest > COUNTER_MASK + 1 && arm32.wrong_bytes &&
	       ours.highest <= DMA_BIT_MASK(ADDRESS_LINES) && !ours.nr_wrong &&
	       ours.longest <= COUNTER_MASK + 1 && !ours.wrong_bytes ? 0 : 1;
}
