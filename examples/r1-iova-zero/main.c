// SPDX-License-Identifier: MIT
/*
 * The mapping at I/O virtual address 0, in Linux 6.12 on 32-bit Arm.
 *
 * arch_setup_dma_ops() gives each device behind an IOMMU an address space that begins at
 * 0, where its bus has no dma-ranges, and __alloc_iova() takes the lowest address that is
 * free: so the first page to be mapped is at 0. But arm_iommu_unmap_page(),
 * arm_iommu_unmap_resource() and arm_iommu_sync_single_for_*() take an address in page 0 for
 * no mapping at all, and return at once. Nothing of the page is invalidated in any cache,
 * and it stays mapped for good:
 *
 *	the first frame is captured     the CPU reads it, and holds its lines
 *	the second one                  the CPU reads its lines: the first frame again
 *	the driver stops, frees it      somebody else gets the memory
 *	the device, a moment late       reads and writes it
 *
 * It happens once to each device: the address is never handed out again. Lists and
 * coherent memory at 0 are unmapped as they should be.
 *
 * The same driver runs on both backends. Ours never hands out page 0, and what is unmapped
 * cannot be reached.
 *
 * Linux: arch/arm/mm/dma-mapping.c. Exit status 0: each behaved as announced. 1: one did
 * not.
 */
#include "driver.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/slab.h>

#include "../arm32-iommu.h"

#define FIRST		0x11
#define SECOND		0x22
#define SECRET		0x5e

/* What one run of the story showed. */
struct outcome {
	dma_addr_t dma;
	unsigned int stale;		/* bytes of the second frame */
	unsigned int leaked;		/* of who got the memory then, read by the device */
	bool is_written;		/* by the device, too */
};

static void device_captures(struct capture *c, u8 value)
{
	u8 frame[FRAME_LEN];

	memset(frame, value, sizeof(frame));
	master_write(harness_master(c->dev), c->dma, frame, sizeof(frame));
}

/* Its bytes are in memory when it has handed them to a device of its own. */
static void somebody_else(struct harness *h, u8 **ret_page, struct device **ret_dev,
			  dma_addr_t *ret_dma)
{
	u8 *page = kmalloc(FRAME_LEN, GFP_KERNEL);

	*ret_dev = harness_device_new(h, "crypto0", false);
	*ret_page = page;
	if (!page) {
		fprintf(stderr, "r1-iova-zero: no memory\n");
		exit(2);
	}
	memset(page, SECRET, FRAME_LEN);
	*ret_dma = dma_map_single(*ret_dev, page, FRAME_LEN, DMA_TO_DEVICE);
	if (dma_mapping_error(*ret_dev, *ret_dma))
		exit(2);
}

static void device_is_late(struct capture *c, struct outcome *o)
{
	struct master *hw = harness_master(c->dev);
	u8 seen[FRAME_LEN] = { 0 };
	u8 late = 0xff;

	master_read(hw, c->dma, seen, sizeof(seen));
	for (unsigned int i = 0; i < FRAME_LEN; i++)
		o->leaked += seen[i] == SECRET;
	o->is_written = master_write(hw, c->dma, &late, 1).kind == MASTER_OK;
}

static struct outcome play(struct harness *h)
{
	struct capture c;
	struct outcome o = { 0 };
	struct device *crypto;
	dma_addr_t dma;
	u8 *page;

	if (capture_start(&c, harness_device(h, EXAMPLE_DEVICE))) {
		fprintf(stderr, "r1-iova-zero: no memory\n");
		exit(2);
	}
	o.dma = c.dma;
	device_captures(&c, FIRST);
	capture_count(&c, FIRST);
	device_captures(&c, SECOND);
	o.stale = FRAME_LEN - capture_count(&c, SECOND);
	capture_stop(&c);
	somebody_else(h, &page, &crypto, &dma);
	device_is_late(&c, &o);
	dma_unmap_single(crypto, dma, FRAME_LEN, DMA_TO_DEVICE);
	kfree(page);
	return o;
}

static struct outcome run(enum iova_backend how)
{
	struct harness *h = start_behind_iommu(how, false);
	struct outcome o;

	printf("%s:\n\n", backend_title(how));
	o = play(h);
	harness_finish(h);
	printf("\n");
	return o;
}

int main(void)
{
	struct outcome arm32 = run(IOVA_BITMAP), ours = run(IOVA_DMA_IOMMU);

	printf("                                        32-bit Arm        ours\n"
	       "  the frame's address                   %#10" PRIx64 "%#12" PRIx64 "\n"
	       "  stale bytes of the second frame       %10u%12u\n"
	       "  bytes of the next owner, read late    %10u%12u\n"
	       "  and written                           %10s%12s\n",
	       (uint64_t)arm32.dma, (uint64_t)ours.dma, arm32.stale, ours.stale, arm32.leaked,
	       ours.leaked, arm32.is_written ? "yes" : "no", ours.is_written ? "yes" : "no");
	return !arm32.dma && arm32.stale && arm32.leaked && arm32.is_written && ours.dma &&
	       !ours.stale && !ours.leaked && !ours.is_written ? 0 : 1;
}
