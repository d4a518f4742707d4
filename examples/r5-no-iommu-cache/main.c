// SPDX-License-Identifier: MIT
/*
 * A device that snoops, behind an IOMMU that heeds memory attributes, in Linux 6.12 on 32-bit
 * Arm.
 *
 * Of a device that is dma-coherent nothing is cleaned: its accesses look into the CPUs'
 * caches. Behind an IOMMU they do so where the page table says that the memory is cacheable
 * and shareable, which is what IOMMU_CACHE asks for. But __dma_info_to_prot() never sets it,
 * whatever dev->dma_coherent is: io-pgtable makes the page Normal, not cached, and the
 * access goes past all caches. The CPU's stores are still in them:
 *
 *	the CPU draws a frame        into its cache
 *	dma_map_single()             cleans nothing: the device snoops
 *	the display reads the frame  from memory: what was there before
 *
 * IOMMUs whose tables hold no attributes (Exynos, Rockchip) are not affected; those of Arm's
 * own formats are. Ours sets IOMMU_CACHE for every device that snoops.
 *
 * Linux: arch/arm/mm/dma-mapping.c; drivers/iommu/dma-iommu.c, dma_info_to_prot();
 * drivers/iommu/io-pgtable-arm.c, arm_lpae_prot_to_pte(). Exit status 0: each behaved as
 * announced. 1: one did not.
 */
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../arm32-iommu.h"

#define PIXEL		0xc0

/* What one run of the story showed. */
struct outcome {
	unsigned int wrong;		/* pixels that the display shows */
	u64 reports;			/* of device-read-stale */
};

static struct outcome play(struct harness *h)
{
	struct display d;
	struct outcome o = { 0 };
	u8 shown[FRAME_LEN] = { 0 };

	if (display_probe(&d, harness_device(h, EXAMPLE_DEVICE)) || display_draw(&d, PIXEL)) {
		fprintf(stderr, "r5-no-iommu-cache: no memory\n");
		exit(2);
	}
	master_read(harness_master(d.dev), d.dma, shown, sizeof(shown));
	for (unsigned int i = 0; i < FRAME_LEN; i++)
		o.wrong += shown[i] != PIXEL;
	display_hide(&d);
	display_remove(&d);
	o.reports = hazard_count(harness_hazards(h), HAZARD_DEVICE_READ_STALE);
	return o;
}

static struct outcome run(enum iova_backend how)
{
	struct harness *h = start_behind_iommu(how, true);
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

	printf("  of a frame of %d pixels    32-bit Arm      ours\n"
	       "  the display shows others     %10u%10u\n"
	       "  stale reads, as reported     %10llu%10llu\n", FRAME_LEN, arm32.wrong, ours.wrong,
	       (unsigned long long)arm32.reports, (unsigned long long)ours.reports);
	return arm32.wrong && !ours.wrong && !ours.reports ? 0 : 1;
}
