/* SPDX-License-Identifier: MIT */
/*
 * Each class of IOMMU hazard that Allwinner's IOMMU can show, in its own driver with one
 * write, clean or call left out; see hazard-rows.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/io.h>
#include <linux/of_platform.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/sizes.h>
#include <armdma/sun50i-iommu.h>

#include "hazard-rows.h"
#include "lib/iommu/drivers.h"

static void start(struct hazard_bench *b)
{
	hazard_bench_boot(b, &(struct harness_config){
		.board = "iommu-sun50i", .behaviour = LINUX_REPAIRED });
	b->dev = harness_device(b->h, "/soc/display@1000000");
	b->master = harness_master(b->dev);
}

/* ---- plays of its own --------------------------------------------------------- */

/*
 * Another domain had the IOMMU before; what its first level led to is used no more. The new
 * one's tables are whole before it is attached, so that flush is all that there is.
 */
static void play_takes_over(struct hazard_bench *b, bool frees)
{
	struct iommu_domain *first = iommu_paging_domain_alloc(b->dev);

	play_maps(b, PLAY_IOVA + SZ_4K, PLAY_PA, SZ_4K);

	assert_int_equal(iommu_attach_group(first, b->dev->iommu_group), 0);
	assert_int_equal(iommu_map(first, PLAY_IOVA, PLAY_PA + SZ_1M, SZ_4K,
				   IOMMU_READ | IOMMU_WRITE, GFP_KERNEL), 0);
	play_reads(b, PLAY_IOVA);
	play_arms(b);
	iommu_detach_group(first, b->dev->iommu_group);
	assert_int_equal(iommu_attach_group(b->domain, b->dev->iommu_group), 0);
	play_disarms(b);
	if (frees)
		iommu_domain_free(first);
	play_reads(b, PLAY_IOVA + SZ_4K);
	if (!frees)
		iommu_domain_free(first);
}

static void play_other_tables(struct hazard_bench *b)
{
	play_takes_over(b, false);
}

static void play_freed_tables(struct hazard_bench *b)
{
	play_takes_over(b, true);
}

static void play_unclocked_here(struct hazard_bench *b)
{
	u8 __iomem *regs = ioremap(iommu_hw_reg_pa(b->hw), SUN50I_LEN);

	assert_non_null(regs);
	iommu_hw_set_clock(b->hw, !b->is_mutated);
	readl(regs + SUN50I_INT_STA);
	iommu_hw_set_clock(b->hw, true);
	iounmap(regs);
}

static struct device *iommu_device(void)
{
	struct device_node *np = of_find_node_by_path("/soc/iommu@30f0000");
	struct platform_device *pdev = of_find_device_by_node(np);

	put_device(&pdev->dev);
	return &pdev->dev;
}

static void play_system_sleep(struct hazard_bench *b)
{
	const struct dev_pm_ops *pm = sun50i_iommu_driver.driver.pm;

	play_maps(b, PLAY_IOVA, PLAY_PA, SZ_4K);
	play_reads(b, PLAY_IOVA);
	assert_int_equal(pm->suspend_late(iommu_device()), 0);
	play_arms(b);
	assert_int_equal(pm->resume_early(iommu_device()), 0);
	play_disarms(b);
	play_reads(b, PLAY_IOVA);
}

/* What is refused waits until its port is reset, which ends it with an error. */
static void play_refused(struct hazard_bench *b)
{
	play_arms(b);
	play_reads(b, PLAY_IOVA);
}

static const struct hazard_row rows[] = {
	{ "a map that is not cleaned", 'A', HAZARD_IOMMU_TABLE_NOT_CLEAN, play_map,
	  { MUTATE_SKIP_CLEAN }, .says = "in a cache" },
	{ "an unmap that is not cleaned", 'A', HAZARD_IOMMU_TABLE_NOT_CLEAN, play_unmap,
	  { MUTATE_SKIP_CLEAN } },
	{ "an unmap that invalidates nothing", 'B', HAZARD_IOMMU_TLB_STALE, play_unmap,
	  { MUTATE_DROP, .reg = SUN50I_IVLD } },
	{ "an invalidation of another address", 'C', HAZARD_IOMMU_FLUSH_SCOPE, play_unmap,
	  { MUTATE_ALTER, .reg = SUN50I_IVLD_ADDR, .bits = 0x00100000, .value = 0x00100000 } },
	{ "an invalidation of one page of sixteen", 'C', HAZARD_IOMMU_FLUSH_SCOPE, play_unmap_64k,
	  { MUTATE_ALTER, .reg = SUN50I_IVLD_MASK, .bits = 0xf000, .value = 0xf000 } },
	{ "a map where a TLB holds that nothing is there", 'D', HAZARD_IOMMU_NEGATIVE_STALE,
	  play_map_touched, { MUTATE_DROP, .reg = SUN50I_IVLD } },
	{ "a map beside a page that was fetched ahead", 'D', HAZARD_IOMMU_NEGATIVE_STALE,
	  play_map_neighbour, { MUTATE_DROP, .reg = SUN50I_IVLD } },
	{ "a flush that spares the walk cache", 'E', HAZARD_IOMMU_WALK_CACHE_STALE,
	  play_other_tables, { MUTATE_ALTER, .reg = SUN50I_TLB_FLUSH, .bits = SUN50I_WALK_CACHE },
	  .attaches = true },
	{ "tables that are freed while the walk cache has them", 'G', HAZARD_IOMMU_TABLE_FREED,
	  play_freed_tables, { MUTATE_ALTER, .reg = SUN50I_TLB_FLUSH, .bits = SUN50I_WALK_CACHE },
	  .attaches = true },
	{ "a master whose port is not reset", 'I', HAZARD_IOMMU_STALL_HUNG, play_refused,
	  { MUTATE_DROP, .reg = SUN50I_RESET }, .is_refused = true },
	{ "a master that is bypassed", 'J', HAZARD_IOMMU_DIVERTED, play_attach,
	  { MUTATE_ALTER, .reg = SUN50I_BYPASS, .bits = 1, .value = 1 }, .attaches = true },
	{ "an unmap whose store is late", 'K', HAZARD_IOMMU_ORDER, play_unmap_late,
	  { MUTATE_SKIP_BARRIER }, .chooser = CHOOSER_LAZY },
	{ "a register that is read without a clock", 'N', HAZARD_IOMMU_REGISTER_OFF, play_unclocked_here },
	{ "a wake-up that forgets the root", 'N', HAZARD_IOMMU_STATE_LOST, play_system_sleep,
	  { MUTATE_DROP, .reg = SUN50I_TTB } },
	{ "a wake-up that enables nothing", 'N', HAZARD_IOMMU_STATE_LOST, play_system_sleep,
	  { MUTATE_DROP, .reg = SUN50I_ENABLE } },
	{ "another root than the domain's", 'O', HAZARD_IOMMU_WRONG_TRANSLATION, play_attach,
	  { MUTATE_ALTER, .reg = SUN50I_TTB, .bits = 0x01000000, .value = 0x01000000 },
	  .attaches = true },
	{ "an invalidation while clocks may stop", 'Q', HAZARD_IOMMU_TLB_STALE, play_unmap,
	  { MUTATE_DROP, .reg = SUN50I_AUTO_GATING, .mask = 1, .match = 0 } },
};

int main(int argc, char **argv)
{
	static const struct hazard_kind kind = { "sun50i", start, NULL, rows,
						 G_N_ELEMENTS(rows) };

	return hazard_rows_main(&kind, argc, argv);
}
