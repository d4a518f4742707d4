/* SPDX-License-Identifier: MIT */
/*
 * Each class of IOMMU hazard that Rockchip's IOMMU can show, in our driver with one thing
 * left out; see hazard-rows.h and rockchip.dts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/pm_runtime.h>
#include <linux/sizes.h>
#include <armdma/rockchip-iommu.h>

#include "hazard-rows.h"
#include "lib/iommu/rockchip/rockchip.h"

#define VOP		"/soc/vop@10930000"
#define ISP		"/soc/isp@10910000"
#define NR_REUSED	64u		/* pages: the freed ones are among them */

/* ->hw of a row. */
struct part {
	const char *path;
	struct iommu_hw_knobs knobs;
};

static const struct part vop = { VOP };
static const struct part isp = { ISP };		/* not reset when it is attached */
static const struct part limited = { VOP, { .misbehaves = ROCKCHIP_DTE_TIME_LIMIT } };

static void start(struct hazard_bench *b)
{
	const struct part *part = b->row->hw ? b->row->hw : &vop;

	hazard_bench_boot(b, &(struct harness_config){
		.board = ROCKCHIP_BOARD, .behaviour = LINUX_REPAIRED, .iommu = IOMMU_PASSTHROUGH,
		.iommu_knobs = part->knobs });
	b->dev = harness_device(b->h, part->path);
	b->master = harness_master(b->dev);
}

static struct rk_iommu *rk_of(const struct hazard_bench *b)
{
	return ((struct rk_master *)dev_iommu_priv_get(b->dev))->iommus[0];
}

/* ---- plays of its own ----------------------------------------------------------------- */

/* Beside a page of the same line that the device used. */
static void play_map_in_line(struct hazard_bench *b)
{
	play_maps(b, PLAY_IOVA + SZ_4K, PLAY_PA + SZ_4K, SZ_4K);
	play_reads(b, PLAY_IOVA + SZ_4K);
	play_map(b);
}

/* Another domain comes, and what the old one's tables lead to is looked for. */
static struct iommu_domain *switches(struct hazard_bench *b)
{
	struct iommu_domain *old = b->domain;

	play_maps(b, PLAY_IOVA, PLAY_PA, SZ_1M);
	play_reads(b, PLAY_IOVA);
	b->domain = iommu_paging_domain_alloc(b->dev);
	assert_false(IS_ERR_OR_NULL(b->domain));
	iommu_detach_device(old, b->dev);
	play_arms(b);
	assert_int_equal(iommu_attach_device(b->domain, b->dev), 0);
	play_disarms(b);
	return old;
}

static void play_switch(struct hazard_bench *b)
{
	struct iommu_domain *old = switches(b);

	play_probes(b, PLAY_IOVA);
	iommu_domain_free(old);
}

/* By a DTE that is held, to a line of the page table that is not. */
static void play_switch_walks(struct hazard_bench *b)
{
	struct iommu_domain *old = switches(b);

	play_probes(b, PLAY_IOVA + SZ_512K);
	iommu_domain_free(old);
}

static void play_switch_reused(struct hazard_bench *b)
{
	unsigned long pages[NR_REUSED];

	iommu_domain_free(switches(b));
	for (unsigned n = 0; n < NR_REUSED; n++)
		pages[n] = get_zeroed_page(GFP_KERNEL);
	play_probes(b, PLAY_IOVA + SZ_512K);
	for (unsigned n = 0; n < NR_REUSED; n++)
		free_page(pages[n]);
}

/* Beside 4 MiB of the same line that the device used. */
static void play_map_in_directory_line(struct hazard_bench *b)
{
	play_maps(b, PLAY_IOVA + SZ_4M, PLAY_PA + SZ_4K, SZ_4K);
	play_reads(b, PLAY_IOVA + SZ_4M);
	play_map(b);
}

static void play_attach_and_demand(struct hazard_bench *b)
{
	play_arms(b);
	assert_int_equal(iommu_attach_device(b->domain, b->dev), 0);
	play_disarms(b);
	play_demand(b);
}

static void wakes(struct hazard_bench *b)
{
	pm_runtime_enable(b->dev);
	assert_int_equal(pm_runtime_resume_and_get(b->dev), 0);
}

static void sleeps(struct hazard_bench *b)
{
	assert_int_equal(pm_runtime_put_sync(b->dev), 0);
	pm_runtime_suspend(rk_of(b)->dev);
	assert_true(pm_runtime_suspended(rk_of(b)->dev));
}

static void ends(struct hazard_bench *b)
{
	pm_runtime_put_sync(b->dev);
	pm_runtime_disable(b->dev);
}

static void play_wakes_again(struct hazard_bench *b)
{
	play_maps(b, PLAY_IOVA, PLAY_PA, SZ_4K);
	wakes(b);
	play_reads(b, PLAY_IOVA);
	sleeps(b);
	play_arms(b);
	assert_int_equal(pm_runtime_resume_and_get(b->dev), 0);
	play_disarms(b);
	play_reads(b, PLAY_IOVA);
	ends(b);
}

/* The device goes on while its IOMMU sleeps. */
static void play_works_asleep(struct hazard_bench *b)
{
	play_maps(b, PLAY_IOVA, PLAY_PA, SZ_4K);
	wakes(b);
	if (b->is_mutated)
		sleeps(b);
	play_reads(b, PLAY_IOVA);
	if (b->is_mutated)
		assert_int_equal(pm_runtime_resume_and_get(b->dev), 0);
	ends(b);
}

static void play_zap_asleep(struct hazard_bench *b)
{
	wakes(b);
	if (b->is_mutated)
		sleeps(b);
	writel((u32)PLAY_IOVA, rk_of(b)->regs[0] + RK_MMU_ZAP_ONE_LINE);
	if (b->is_mutated)
		assert_int_equal(pm_runtime_resume_and_get(b->dev), 0);
	ends(b);
}

#define ZAP_LINE	.reg = RK_MMU_ZAP_ONE_LINE
#define COMMAND(c)	.reg = RK_MMU_COMMAND, .mask = 0xff, .match = (c)
#define ROOT		.reg = RK_MMU_DTE_ADDR, .mask = 0xfff, .match = 1	/* with VALID */

static const struct hazard_row rows[] = {
	{ "a map that is not cleaned", 'A', HAZARD_IOMMU_TABLE_NOT_CLEAN, play_map,
	  { MUTATE_SKIP_CLEAN }, .says = "in a cache" },
	{ "a map that is cleaned beside the descriptor", 'A', HAZARD_IOMMU_TABLE_NOT_CLEAN,
	  play_map_in_line, { MUTATE_SHIFT_CLEAN, .shift = 0x40 } },
	{ "an unmap that is not cleaned", 'A', HAZARD_IOMMU_TABLE_NOT_CLEAN, play_unmap,
	  { MUTATE_SKIP_CLEAN } },
	{ "an unmap that zaps nothing", 'B', HAZARD_IOMMU_TLB_STALE, play_unmap,
	  { MUTATE_DROP, ZAP_LINE } },
	{ "an unmap of many pages that zaps nothing", 'B', HAZARD_IOMMU_TLB_STALE, play_unmap_64k,
	  { MUTATE_DROP, COMMAND(RK_MMU_ZAP_CACHE) } },
	{ "a zap of another line", 'C', HAZARD_IOMMU_FLUSH_SCOPE, play_unmap,
	  { MUTATE_ALTER, ZAP_LINE, .bits = 0x00100000, .value = 0x00100000 } },
	{ "a map in a line that is held", 'D', HAZARD_IOMMU_NEGATIVE_STALE, play_map_in_line,
	  { MUTATE_DROP, ZAP_LINE } },
	{ "a map of 4 MiB beside such as are held", 'D', HAZARD_IOMMU_NEGATIVE_STALE,
	  play_map_in_directory_line, { MUTATE_DROP, ZAP_LINE } },
	{ "a domain that comes without a zap", 'B', HAZARD_IOMMU_TLB_STALE, play_switch,
	  { MUTATE_DROP, COMMAND(RK_MMU_ZAP_CACHE) }, &isp },
	{ "a DTE of the domain before that is held", 'E', HAZARD_IOMMU_WALK_CACHE_STALE,
	  play_switch_walks, { MUTATE_DROP, COMMAND(RK_MMU_ZAP_CACHE) }, &isp },
	{ "a DTE that leads to a table that is freed", 'G', HAZARD_IOMMU_TABLE_FREED,
	  play_switch_reused, { MUTATE_DROP, COMMAND(RK_MMU_ZAP_CACHE) }, &isp },
	{ "a fault that is not done", 'I', HAZARD_IOMMU_STALL_HUNG, play_demand,
	  { MUTATE_DROP, COMMAND(RK_MMU_FAULT_DONE) } },
	{ "faults that nobody hears of", 'I', HAZARD_IOMMU_STALL_HUNG, play_attach_and_demand,
	  { MUTATE_ALTER, .reg = RK_MMU_INT_MASK, .bits = 3 }, .attaches = true },
	{ "an unmap whose store is late", 'K', HAZARD_IOMMU_ORDER, play_unmap_late,
	  { MUTATE_SKIP_BARRIER }, .chooser = CHOOSER_LAZY, .says = "store buffer" },
	{ "a resume that forgets the root", 'N', HAZARD_IOMMU_STATE_LOST, play_wakes_again,
	  { MUTATE_DROP, ROOT } },
	{ "a device that works while its IOMMU sleeps", 'N', HAZARD_IOMMU_OFF, play_works_asleep },
	{ "a zap while it sleeps", 'N', HAZARD_IOMMU_REGISTER_OFF, play_zap_asleep },
	{ "an attachment with another root", 'O', HAZARD_IOMMU_WRONG_TRANSLATION, play_attach,
	  { MUTATE_ALTER, ROOT, .bits = 0x01000000, .value = 0x01000000 }, .attaches = true },
	{ "a limit on the fetch of DTEs that stays", 'Q', HAZARD_IOMMU_STALL_HUNG, play_attach,
	  { MUTATE_ALTER, .reg = RK_MMU_AUTO_GATING, .bits = RK_MMU_NO_DTE_TIME_LIMIT },
	  &limited, .attaches = true },
};

int main(int argc, char **argv)
{
	static const struct hazard_kind kind = { "rockchip", start, NULL, rows,
						 G_N_ELEMENTS(rows) };

	return hazard_rows_main(&kind, argc, argv);
}
