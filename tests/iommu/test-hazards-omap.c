/* SPDX-License-Identifier: MIT */
/*
 * Each class of IOMMU hazard that OMAP's MMUs can show, in our driver with one thing left
 * out; see hazard-rows.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/omap-iommu.h>
#include <linux/sizes.h>

#include "hazard-rows.h"
#include "lib/iommu/omap/omap.h"

#define ISP	"/soc/isp@10200000"	/* OMAP3: faults wait */
#define IPU	"/soc/ipu@10210000"	/* OMAP4: bus errors */
#define DSP	"/soc/dsp@10220000"	/* DRA7: two MMUs */

/* @b->row->hw is the master's path. */
static void start(struct hazard_bench *b)
{
	static const struct iommu_hw_knobs none;

	hazard_bench_board(b, OMAP_BOARD, &none, b->row->hw ? b->row->hw : IPU);
}

/* ---- plays of its own ------------------------------------------------------------- */

/* A megabyte at once: all is flushed. */
static void play_unmap_1m(struct hazard_bench *b)
{
	play_maps(b, PLAY_IOVA, PLAY_PA, SZ_1M);
	play_reads(b, PLAY_IOVA);
	play_arms(b);
	play_unmaps(b, PLAY_IOVA, SZ_1M);
	play_disarms(b);
	play_probes(b, PLAY_IOVA);
}

/* Pages that are not one page, in a hole of 64 KiB. */
static void play_unmap_pages(struct hazard_bench *b)
{
	for (u32 at = 0; at < SZ_64K; at += SZ_4K) {
		play_maps(b, PLAY_IOVA + at, PLAY_PA + 2 * SZ_64K - at, SZ_4K);
		play_reads(b, PLAY_IOVA + at);
	}
	play_arms(b);
	play_unmaps(b, PLAY_IOVA, SZ_64K);
	play_disarms(b);
	for (u32 at = 0; at < SZ_64K; at += SZ_4K)
		play_probes(b, PLAY_IOVA + at);
}

/* What a walk has brought in is preserved: software loads it once more. */
static void play_preserve(struct hazard_bench *b)
{
	play_maps(b, PLAY_IOVA + SZ_4K, PLAY_PA + SZ_4K, SZ_4K);
	play_reads(b, PLAY_IOVA + SZ_4K);	/* the place where it is loaded */
	play_maps(b, PLAY_IOVA, PLAY_PA, SZ_4K);
	play_reads(b, PLAY_IOVA);
	play_arms(b);
	assert_int_equal(omap_iommu_preserve(b->dev, PLAY_IOVA, SZ_4K), 0);
	play_disarms(b);
	play_reads(b, PLAY_IOVA);
}

/* Power has been off; the driver is told, or not, or forgets something. */
static void play_power_cycle(struct hazard_bench *b)
{
	play_maps(b, PLAY_IOVA, PLAY_PA, SZ_4K);
	iommu_hw_set_power(b->hw, false);
	iommu_hw_set_power(b->hw, true);
	play_arms(b);
	if (!b->is_mutated || b->mu)
		omap_iommu_restore_ctx(b->dev);
	play_disarms(b);
	play_reads(b, PLAY_IOVA);
}

/* Both MMUs of the DSP are used. */
static void play_unmap_both(struct hazard_bench *b)
{
	play_maps(b, PLAY_IOVA, PLAY_PA, SZ_4K);
	play_probes(b, PLAY_IOVA);
	play_arms(b);
	play_unmaps(b, PLAY_IOVA, SZ_4K);
	play_disarms(b);
	play_probes(b, PLAY_IOVA);
}

#define FLUSHES	.reg = OMAP_MMU_GFLUSH, .stride = OMAP_MMU_FLUSH_ENTRY - OMAP_MMU_GFLUSH, .nr = 2

static const struct hazard_row rows[] = {
	{ "a map that is not cleaned", 'A', HAZARD_IOMMU_TABLE_NOT_CLEAN, play_map,
	  { MUTATE_SKIP_CLEAN }, .says = "in a cache" },
	{ "a map that is cleaned beside the descriptor", 'A', HAZARD_IOMMU_TABLE_NOT_CLEAN,
	  play_map, { MUTATE_SHIFT_CLEAN, .shift = 0x40 } },
	{ "an unmap that is not cleaned", 'A', HAZARD_IOMMU_TABLE_NOT_CLEAN, play_unmap,
	  { MUTATE_SKIP_CLEAN } },
	{ "an unmap of a large page that is cleaned in part", 'A', HAZARD_IOMMU_TABLE_NOT_CLEAN,
	  play_unmap_64k, { MUTATE_SHORT_CLEAN, .shift = 0x20 } },
	{ "an unmap that flushes nothing", 'B', HAZARD_IOMMU_TLB_STALE, play_unmap,
	  { MUTATE_DROP, .reg = OMAP_MMU_FLUSH_ENTRY }, .says = "No invalidation" },
	{ "an unmap of much that flushes nothing", 'B', HAZARD_IOMMU_TLB_STALE, play_unmap_1m,
	  { MUTATE_DROP, .reg = OMAP_MMU_GFLUSH } },
	{ "a flush of another address", 'C', HAZARD_IOMMU_FLUSH_SCOPE, play_unmap,
	  { MUTATE_ALTER, .reg = OMAP_MMU_CAM, .bits = 0x00100000, .value = 0x00100000 } },
	{ "a flush that forgets one of a DSP's MMUs", 'C', HAZARD_IOMMU_TLB_STALE,
	  play_unmap_both, { MUTATE_DROP, "40d01000.mmu", OMAP_MMU_FLUSH_ENTRY }, DSP },
	{ "a flush of fifteen pages of sixteen", 'F', HAZARD_IOMMU_FLUSH_SCOPE, play_unmap_pages,
	  { MUTATE_DROP, .reg = OMAP_MMU_FLUSH_ENTRY, .nth = 6 } },
	{ "a table that a walker still finds when it is freed", 'G', HAZARD_IOMMU_TABLE_FREED,
	  play_table_reused, { MUTATE_SKIP_CLEAN } },
	{ "a page and the section that took its place", 'H', HAZARD_IOMMU_TLB_CONFLICT,
	  play_two_sizes, { MUTATE_DROP, FLUSHES } },
	{ "an entry that is loaded beside its like", 'H', HAZARD_IOMMU_TLB_CONFLICT,
	  play_preserve, { MUTATE_DROP, .reg = OMAP_MMU_FLUSH_ENTRY } },
	{ "a fault that is not cleared", 'I', HAZARD_IOMMU_STALL_HUNG, play_demand,
	  { MUTATE_DROP, .reg = OMAP_MMU_IRQSTATUS }, ISP },
	{ "an MMU that is not turned on", 'J', HAZARD_IOMMU_DIVERTED, play_attach,
	  { MUTATE_ALTER, .reg = OMAP_MMU_CNTL, .bits = OMAP_MMU_CNTL_MMU_EN },
	  .attaches = true },
	{ "an unmap whose store is late", 'K', HAZARD_IOMMU_ORDER, play_unmap_late,
	  { MUTATE_SKIP_BARRIER }, .chooser = CHOOSER_LAZY, .says = "store buffer" },
	{ "an unmap without a clock", 'N', HAZARD_IOMMU_REGISTER_OFF, play_unclocked },
	{ "a device that works without its MMU's clock", 'N', HAZARD_IOMMU_OFF,
	  play_unclocked_access },
	{ "a power cycle that nobody is told of", 'N', HAZARD_IOMMU_STATE_LOST,
	  play_power_cycle },
	{ "a resume that forgets the root", 'N', HAZARD_IOMMU_STATE_LOST, play_power_cycle,
	  { MUTATE_DROP, .reg = OMAP_MMU_TTB } },
	{ "a walk from another root", 'O', HAZARD_IOMMU_WRONG_TRANSLATION, play_attach,
	  { MUTATE_ALTER, .reg = OMAP_MMU_TTB, .bits = 0x01000000, .value = 0x01000000 },
	  .attaches = true },
};

int main(int argc, char **argv)
{
	static const struct hazard_kind kind = { "omap", start, NULL, rows, G_N_ELEMENTS(rows) };

	return hazard_rows_main(&kind, argc, argv);
}
