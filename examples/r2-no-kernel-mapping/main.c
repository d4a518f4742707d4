// SPDX-License-Identifier: MIT
/*
 * DMA_ATTR_NO_KERNEL_MAPPING in Linux 6.12 on 32-bit Arm, and which bytes go wrong.
 *
 * dma_direct_alloc() serves such a request before it looks for an architecture's own
 * allocator: the pages come from the page allocator with __GFP_ZERO taken away, and are
 * prepared by arch_dma_prep_coherent(), which does nothing here, since Arm does not
 * select ARCH_HAS_DMA_PREP_COHERENT. So the memory is neither cleared nor flushed:
 *
 *	its last owner wrote a secret     dirty lines of the linear map
 *	it is freed, and is the frame     ... stay
 *	a device looks at the frame       sees what was there: a leak
 *	the camera writes the frame       into DRAM
 *	the CPU does other work           the dirty lines are evicted over the frame
 *	a display reads the frame         part of it is the secret
 *
 * The same driver runs on the library as Linux has it, and on the repaired one, where the
 * request goes to Arm's allocator as every other does: it clears the memory and flushes it
 * from all caches, and makes no mapping.
 *
 * Exit status 0: each behaved as announced. 1: one did not.
 */
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/harness.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#define SECRET		0x5e
#define PIXEL		0xc0
#define OTHER_LEN	SZ_4M		/* more than all caches hold */
#define OTHER_ROUNDS	4
#define STEP		32		/* a line of this board */

/* What one run of the story showed. */
struct outcome {
	unsigned int leaked, overwritten;	/* bytes of the frame */
	u64 lost;				/* reports of device-write-lost */
};

static unsigned int count(const u8 *bytes, u8 value)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < FRAME_LEN; i++)
		nr += bytes[i] == value;
	return nr;
}

/* Nothing to do with the frame; only caches are not large enough for both. */
static void other_work(void)
{
	const volatile u8 *p = vmalloc(OTHER_LEN);
	unsigned int sum = 0;

	for (int round = 0; p && round < OTHER_ROUNDS; round++)
		for (unsigned int i = 0; i < OTHER_LEN; i += STEP)
			sum += p[i];
	(void)sum;
	vfree((const void *)(uintptr_t)p);
}

/* The last owner of the memory: some of what it wrote is in DRAM, the rest in caches. */
static void somebody_before(void)
{
	u8 *page = (u8 *)__get_free_page(GFP_KERNEL);

	if (!page) {
		fprintf(stderr, "r2-no-kernel-mapping: no memory\n");
		exit(2);
	}
	memset(page, SECRET, FRAME_LEN);
	other_work();
	memset(page, SECRET, FRAME_LEN);
	free_page((unsigned long)page);
}

static void device_reads_frame(struct camera *c, u8 *ret)
{
	master_read(harness_master(c->dev), c->frame, ret, FRAME_LEN);
}

static void device_writes_frame(struct camera *c)
{
	u8 pixels[FRAME_LEN];

	memset(pixels, PIXEL, sizeof(pixels));
	master_write(harness_master(c->dev), c->frame, pixels, sizeof(pixels));
}

static struct outcome play(struct harness *h)
{
	struct camera c;
	struct outcome o = { 0 };
	u8 seen[FRAME_LEN];

	other_work();			/* makes page tables: what follows takes no more */
	somebody_before();
	if (camera_probe(&c, harness_device_new(h, "camera0", false))) {
		fprintf(stderr, "r2-no-kernel-mapping: no memory\n");
		exit(2);
	}
	device_reads_frame(&c, seen);
	o.leaked = count(seen, SECRET);
	device_writes_frame(&c);
	other_work();
	device_reads_frame(&c, seen);
	o.overwritten = FRAME_LEN - count(seen, PIXEL);
	o.lost = hazard_count(harness_hazards(h), HAZARD_DEVICE_WRITE_LOST);
	camera_remove(&c);
	return o;
}

static struct outcome run(enum linux_behaviour behaviour)
{
	struct harness *h = harness_start_or_exit(&(struct harness_config){
		.board = "a9-pl310", .behaviour = behaviour, .hazards = { .text = stdout },
	});
	struct outcome o = play(h);

	harness_finish(h);
	return o;
}

int main(void)
{
	struct outcome linux_6_12, repaired;

	printf("As Linux 6.12 does it:\n\n");
	linux_6_12 = run(LINUX_6_12);
	printf("\nRepaired:\n\n");
	repaired = run(LINUX_REPAIRED);
	printf("\n  of a frame of %d bytes              6.12  repaired\n"
	       "  a device sees the last owner's  %8u  %8u\n"
	       "  were not the camera's any more  %8u  %8u\n"
	       "  lines lost, as reported         %8llu  %8llu\n", FRAME_LEN,
	       linux_6_12.leaked, repaired.leaked,
	       linux_6_12.overwritten, repaired.overwritten,
	       (unsigned long long)linux_6_12.lost, (unsigned long long)repaired.lost);
	return linux_6_12.leaked && linux_6_12.overwritten && linux_6_12.lost &&
	       !repaired.leaked && !repaired.overwritten && !repaired.lost ? 0 : 1;
}
