/* SPDX-License-Identifier: MIT */
/*
 * Each class of IOMMU hazard that MSM IOMMUs can show, in our driver with one thing left
 * out; see hazard-rows.h. The MDP of msm.dts is played, which is behind two of them, and
 * for power its blitter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/pm_runtime.h>
#include <linux/sizes.h>
#include <armdma/msm-iommu.h>

#include "hazard-rows.h"

#define NR_REUSED	32u
#define MDP	"/soc/mdp@5100000"
#define BLIT	"/soc/blitter@5200000"

/* Which device, and how the hardware is. */
struct hw {
	const char *device;
	struct iommu_hw_knobs knobs;
};

static const struct hw plain = { MDP, { 0 } };
static const struct hw no_bfb = { MDP, { .line_len = IOMMU_HW_NONE } };
static const struct hw negative = { MDP, { .line_len = IOMMU_HW_NONE,
					   .caches_negative = IOMMU_HW_YES } };
static const struct hw walk_cache = { MDP, { .line_len = IOMMU_HW_NONE, .walk_cache_entries = 8 } };
static const struct hw powered = { BLIT, { 0 } };

static void start(struct hazard_bench *b)
{
	const struct hw *hw = b->row->hw ? b->row->hw : &plain;

	hazard_bench_boot(b, &(struct harness_config){
		.board = MSM_BOARD, .behaviour = LINUX_REPAIRED, .iommu_knobs = hw->knobs });
	b->dev = harness_device(b->h, hw->device);
	b->master = harness_master(b->dev);
	if (hw != &powered)
		return;
	pm_runtime_enable(b->dev);
	assert_int_equal(pm_runtime_resume_and_get(b->dev), 0);
}

static void stop(struct hazard_bench *b)
{
	if (b->row->hw != &powered)
		return;
	pm_runtime_put_sync(b->dev);
	pm_runtime_disable(b->dev);
}

/* ---- plays of its own --------------------------------------------------------------- */

/* Both IOMMUs hold the page that goes. */
static void play_unmap_everywhere(struct hazard_bench *b)
{
	play_maps(b, PLAY_IOVA, PLAY_PA, SZ_4K);
	play_probes(b, PLAY_IOVA);
	play_arms(b);
	play_unmaps(b, PLAY_IOVA, SZ_4K);
	play_disarms(b);
	play_probes(b, PLAY_IOVA);
}

/* A table that a walk has found empty, which makes way for a block. */
static void leaves_table(struct hazard_bench *b)
{
	play_maps(b, PLAY_IOVA, PLAY_PA + SZ_1M, SZ_4K);
	play_unmaps(b, PLAY_IOVA, SZ_4K);
	play_probes(b, PLAY_IOVA);
	play_arms(b);
	play_maps(b, PLAY_IOVA, PLAY_PA, SZ_2M);
	play_disarms(b);
}

static void play_empty_table(struct hazard_bench *b)
{
	leaves_table(b);
	play_reads(b, PLAY_IOVA);
}

static void play_empty_table_reused(struct hazard_bench *b)
{
	unsigned long pages[NR_REUSED];

	leaves_table(b);
	for (unsigned n = 0; n < NR_REUSED; n++)
		pages[n] = get_zeroed_page(GFP_KERNEL);
	play_reads(b, PLAY_IOVA);
	for (unsigned n = 0; n < NR_REUSED; n++)
		free_page(pages[n]);
}

/* Beside a page that the device used: the buffer has read that nothing is there. */
static void play_map_in_line(struct hazard_bench *b)
{
	play_maps(b, PLAY_IOVA + SZ_4K, PLAY_PA + SZ_4K, SZ_4K);
	play_probes(b, PLAY_IOVA + SZ_4K);
	play_map(b);
}

/* Pages one by one, of which one is used; then all of them as a large one. */
static void play_pages_to_large(struct hazard_bench *b)
{
	for (unsigned n = 0; n < 16; n++)
		play_maps(b, PLAY_IOVA + n * SZ_4K, PLAY_PA + SZ_1M + n * 2 * SZ_4K, SZ_4K);
	play_reads(b, PLAY_IOVA);
	play_arms(b);
	play_unmaps(b, PLAY_IOVA, SZ_64K);
	play_maps(b, PLAY_IOVA, PLAY_PA, SZ_64K);
	play_disarms(b);
	play_probes(b, PLAY_IOVA + SZ_32K);
	play_reads(b, PLAY_IOVA);
}

static int maps_it(struct iommu_domain *domain, struct device *dev, unsigned long iova, int flags,
		   void *token)
{
	return iommu_map(domain, iova & ~(SZ_4K - 1ul), PLAY_PA, SZ_4K, IOMMU_READ, GFP_ATOMIC);
}

/* Until the device leaves its domain, which would let everybody go on. */
static void play_demand_and_leave(struct hazard_bench *b)
{
	iommu_set_fault_handler(b->domain, maps_it, NULL);
	play_arms(b);
	play_reads(b, PLAY_IOVA);
	iommu_detach_device(b->domain, b->dev);
	play_disarms(b);
}

/* The clock stands where somebody reads a register. */
static void play_stopped_clock(struct hazard_bench *b)
{
	u8 __iomem *regs = ioremap(iommu_hw_reg_pa(b->hw), SZ_4K);

	assert_non_null(regs);
	if (b->is_mutated)
		readl(regs + MSM_FSR);
	iounmap(regs);
}

static void play_island_sleeps(struct hazard_bench *b)
{
	play_maps(b, PLAY_IOVA, PLAY_PA, SZ_4K);
	pm_runtime_put_sync(b->dev);
	flush_workqueue(pm_wq);
	play_arms(b);
	assert_int_equal(pm_runtime_resume_and_get(b->dev), 0);
	play_disarms(b);
	play_reads(b, PLAY_IOVA);
}

#define BANKS(what)	.reg = MSM_##what, .stride = 0x1000, .nr = 3
#define MIDS		.reg = MSM_M2VCBR(0), .stride = 4, .nr = MSM_IOMMU_MAX_MIDS
#define FIRST		.iommu = "7500000.iommu"

static const struct hazard_row rows[] = {
	{ "a map that is not cleaned", 'A', HAZARD_IOMMU_TABLE_NOT_CLEAN, play_map,
	  { MUTATE_SKIP_CLEAN }, .says = "in a cache" },
	{ "an unmap that is not cleaned", 'A', HAZARD_IOMMU_TABLE_NOT_CLEAN, play_unmap,
	  { MUTATE_SKIP_CLEAN } },
	{ "an unmap that invalidates nothing", 'B', HAZARD_IOMMU_TLB_STALE, play_unmap,
	  { MUTATE_DROP, BANKS(TLBIVA) }, .says = "No invalidation was carried out" },
	{ "an invalidation of the next page in one of two IOMMUs, as Linux's", 'C',
	  HAZARD_IOMMU_FLUSH_SCOPE, play_unmap_everywhere,
	  { MUTATE_ALTER, FIRST, BANKS(TLBIVA), .bits = 0x1000, .value = 0x1000 },
	  .says = "0x10001000" },
	{ "an invalidation of another ASID", 'C', HAZARD_IOMMU_FLUSH_SCOPE, play_unmap,
	  { MUTATE_ALTER, BANKS(TLBIVA), .bits = 0xff, .value = 9 }, .says = "ASID 9" },
	{ "a map beside what the block fetch buffer has", 'D', HAZARD_IOMMU_NEGATIVE_STALE,
	  play_map_in_line, { MUTATE_DROP, BANKS(TLBIVA) } },
	{ "a map where a TLB holds that nothing is there", 'D', HAZARD_IOMMU_NEGATIVE_STALE,
	  play_map_touched, { MUTATE_DROP, BANKS(TLBIVA) }, &negative },
	{ "a table that the walk cache still has", 'E', HAZARD_IOMMU_WALK_CACHE_STALE,
	  play_empty_table, { MUTATE_DROP, BANKS(TLBIASID) }, &walk_cache },
	{ "a table that is freed and used again", 'G', HAZARD_IOMMU_TABLE_FREED,
	  play_empty_table_reused, { MUTATE_DROP, BANKS(TLBIASID) }, &walk_cache },
	{ "a page and the large one that took its place", 'H', HAZARD_IOMMU_TLB_CONFLICT,
	  play_pages_to_large, { MUTATE_DROP, BANKS(TLBIVA) }, &no_bfb },
	{ "a stall that is not resumed, as Linux's", 'I', HAZARD_IOMMU_STALL_HUNG,
	  play_demand_and_leave, { MUTATE_DROP, BANKS(RESUME) } },
	{ "a bank that stays off", 'J', HAZARD_IOMMU_DIVERTED, play_attach,
	  { MUTATE_ALTER, BANKS(SCTLR), .bits = MSM_SCTLR_M }, .attaches = true },
	{ "an unmap whose store is late", 'K', HAZARD_IOMMU_ORDER, play_unmap_late,
	  { MUTATE_SKIP_BARRIER }, .chooser = CHOOSER_LAZY, .says = "store buffer" },
	{ "a register that is read without a clock, as by Linux's probe", 'N',
	  HAZARD_IOMMU_REGISTER_OFF, play_stopped_clock },
	{ "a resume that forgets a root", 'N', HAZARD_IOMMU_STATE_LOST, play_island_sleeps,
	  { MUTATE_DROP, BANKS(TTBR0) }, &powered },
	{ "a resume that forgets where MIDs go", 'N', HAZARD_IOMMU_STATE_LOST, play_island_sleeps,
	  { MUTATE_DROP, MIDS }, &powered },
	{ "an attachment with another root", 'O', HAZARD_IOMMU_WRONG_TRANSLATION, play_attach,
	  { MUTATE_ALTER, BANKS(TTBR0), .mask = 0x80000000u, .match = 0x80000000u,
	    .bits = 0x01000000, .value = 0x01000000 }, .attaches = true },
};

int main(int argc, char **argv)
{
	static const struct hazard_kind kind = { "msm", start, stop, rows, G_N_ELEMENTS(rows) };

	return hazard_rows_main(&kind, argc, argv);
}
