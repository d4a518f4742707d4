/* SPDX-License-Identifier: MIT */
/*
 * Each class of IOMMU hazard that Spreadtrum's IOMMU can show, in our driver with one thing
 * left out; see hazard-rows.h and sprd.dts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/sizes.h>
#include <armdma/sprd-iommu.h>

#include "hazard-rows.h"
#include "lib/iommu/sprd/sprd.h"

static void start(struct hazard_bench *b)
{
	hazard_bench_boot(b, &(struct harness_config){
		.board = SPRD_BOARD, .behaviour = LINUX_REPAIRED, .iommu = IOMMU_PASSTHROUGH });
	b->dev = harness_device(b->h, "/soc/disp@10630000");
	b->master = harness_master(b->dev);
}

/* ---- plays of its own: the aperture is 256 MiB, IOVA is in it ------------------------- */

#define IOVA	0x08000000u

static void sprd_unmap_here(struct hazard_bench *b)
{
	play_maps(b, IOVA, PLAY_PA, SZ_4K);
	play_reads(b, IOVA);
	play_arms(b);
	play_unmaps(b, IOVA, SZ_4K);
	play_disarms(b);
	play_probes(b, IOVA);
}

static void sprd_map_beside(struct hazard_bench *b)
{
	play_maps(b, IOVA + SZ_4K, PLAY_PA + SZ_4K, SZ_4K);
	play_reads(b, IOVA + SZ_4K);
	play_arms(b);
	play_maps(b, IOVA, PLAY_PA, SZ_4K);
	play_disarms(b);
	play_probes(b, IOVA);
}

static void sprd_attach_here(struct hazard_bench *b)
{
	play_maps(b, IOVA, PLAY_PA, SZ_4K);
	play_arms(b);
	assert_int_equal(iommu_attach_device(b->domain, b->dev), 0);
	play_disarms(b);
	play_reads(b, IOVA);
}

/* Nothing is mapped where the device reads; nobody is told. */
static void sprd_nowhere(struct hazard_bench *b)
{
	if (!b->is_mutated)
		play_maps(b, IOVA, PLAY_PA, SZ_4K);
	play_reads(b, IOVA);
}

static void sprd_power_cycle(struct hazard_bench *b)
{
	play_maps(b, IOVA, PLAY_PA, SZ_4K);
	if (b->is_mutated) {
		iommu_hw_set_power(b->hw, false);
		iommu_hw_set_power(b->hw, true);
	}
	play_reads(b, IOVA);
}

static void sprd_clockless(struct hazard_bench *b)
{
	play_maps(b, IOVA, PLAY_PA, SZ_4K);
	iommu_hw_set_clock(b->hw, !b->is_mutated);
	play_reads(b, IOVA);
	iommu_hw_set_clock(b->hw, true);
}

#define CFG_ON	.reg = SPRD_EX_CFG, .mask = SPRD_CFG_EN, .match = SPRD_CFG_EN

static const struct hazard_row rows[] = {
	{ "an unmap without an update", 'B', HAZARD_IOMMU_TLB_STALE, sprd_unmap_here,
	  { MUTATE_DROP, .reg = SPRD_EX_UPDATE } },
	{ "a map beside a page that is held, without an update", 'D',
	  HAZARD_IOMMU_NEGATIVE_STALE,
	  sprd_map_beside, { MUTATE_DROP, .reg = SPRD_EX_UPDATE } },
	{ "a device that reads where nothing is", 'J', HAZARD_DEVICE_ACCESS_UNMAPPED, sprd_nowhere,
	  .says = "a page set aside" },
	{ "an attachment that does not turn it on", 'J', HAZARD_IOMMU_DIVERTED, sprd_attach_here,
	  { MUTATE_DROP, CFG_ON }, .attaches = true },
	{ "an unmap whose store is late", 'K', HAZARD_IOMMU_ORDER, sprd_unmap_here,
	  { MUTATE_SKIP_BARRIER }, .chooser = CHOOSER_LAZY },
	{ "power that went", 'N', HAZARD_IOMMU_STATE_LOST, sprd_power_cycle },
	{ "a device that works without its IOMMU's clock", 'N', HAZARD_IOMMU_OFF, sprd_clockless },
	{ "an attachment with an empty table", 'J', HAZARD_IOMMU_DIVERTED,
	  sprd_attach_here, { MUTATE_ALTER, .reg = SPRD_EX_FIRST_PPN, .bits = 0xfff },
	  .attaches = true },
};

int main(int argc, char **argv)
{
	static const struct hazard_kind kind = { "sprd", start, NULL, rows, G_N_ELEMENTS(rows) };

	return hazard_rows_main(&kind, argc, argv);
}
