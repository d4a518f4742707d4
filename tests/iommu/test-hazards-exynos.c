/* SPDX-License-Identifier: MIT */
/*
 * Each class of IOMMU hazard that System MMUs can show, in their own driver with one write,
 * clean or call left out; see hazard-rows.h and exynos.dtsi.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/io.h>
#include <linux/pm_runtime.h>
#include <linux/sizes.h>
#include <linux/workqueue.h>
#include <armdma/exynos-iommu.h>

#include "hazard-rows.h"

#define DISPLAY		"/soc/display@13440000"

#define V(name, major, minor, ...)						\
	static const struct iommu_hw_knobs name = {				\
		.version = SYSMMU_VERSION(major, minor), __VA_ARGS__ }

V(v1, 1, 0);
V(v2, 2, 0);
V(v3_1, 3, 1);
V(v3_3, 3, 3, .caches_negative = IOMMU_HW_NO);
V(v5, 5, 0);
V(v5_deaf, 5, 0, .misbehaves = SYSMMU_NEVER_BLOCKS);
static const struct iommu_hw_knobs v7 = { .version = SYSMMU_VERSION(7, 2) | SYSMMU_WITH_VMS };

static void start(struct hazard_bench *b)
{
	const struct iommu_hw_knobs *knobs = b->row->hw ? b->row->hw : &v1;

	hazard_bench_boot(b, &(struct harness_config){
		.board = EXYNOS_BOARD, .behaviour = LINUX_REPAIRED, .iommu_knobs = *knobs });
	b->dev = harness_device(b->h, DISPLAY);
	b->master = harness_master(b->dev);
	pm_runtime_enable(b->dev);
	assert_int_equal(pm_runtime_resume_and_get(b->dev), 0);
}

static void stop(struct hazard_bench *b)
{
	if (pm_runtime_active(b->dev))
		pm_runtime_put_sync(b->dev);
	pm_runtime_disable(b->dev);
}

/* ---- plays: a fault blocks, so somebody must say that it may go on --------------------- */

static int goes_on(struct iommu_domain *domain, struct device *dev, unsigned long iova, int flags,
		   void *token)
{
	return 0;
}

static void probes(struct hazard_bench *b, u64 iova)
{
	iommu_set_fault_handler(b->domain, goes_on, NULL);
	play_probes(b, iova);
	mb();			/* the interrupt */
}

static void map_touched(struct hazard_bench *b)
{
	probes(b, PLAY_IOVA);
	play_map(b);
}

static void unmap_and_probe(struct hazard_bench *b, size_t len)
{
	play_maps(b, PLAY_IOVA, PLAY_PA, len);
	for (size_t at = 0; at < len; at += SZ_4K)
		play_reads(b, PLAY_IOVA + at);
	play_arms(b);
	play_unmaps(b, PLAY_IOVA, len);
	play_disarms(b);
	for (size_t at = 0; at < len; at += SZ_4K)
		probes(b, PLAY_IOVA + at);
}

static void unmap_4k(struct hazard_bench *b)
{
	unmap_and_probe(b, SZ_4K);
}

static void unmap_64k(struct hazard_bench *b)
{
	unmap_and_probe(b, SZ_64K);
}

/* The same, of 16 pages that lie together. */
static void unmap_16(struct hazard_bench *b)
{
	for (size_t at = 0; at < SZ_64K; at += SZ_4K) {
		play_maps(b, PLAY_IOVA + at, PLAY_PA + at, SZ_4K);
		play_reads(b, PLAY_IOVA + at);
	}
	play_arms(b);
	play_unmaps(b, PLAY_IOVA, SZ_64K);
	play_disarms(b);
	for (size_t at = 0; at < SZ_64K; at += SZ_4K)
		probes(b, PLAY_IOVA + at);
}

/* In one line of descriptors with a page that is in use. */
static void map_beside(struct hazard_bench *b)
{
	play_maps(b, PLAY_IOVA + SZ_4K, PLAY_PA + SZ_4K, SZ_4K);
	play_reads(b, PLAY_IOVA + SZ_4K);
	play_map(b);
}

static int maps_once(struct iommu_domain *domain, struct device *dev, unsigned long iova,
		     int flags, void *token)
{
	if (!iommu_iova_to_phys(domain, PLAY_IOVA))
		play_maps(token, PLAY_IOVA, PLAY_PA, SZ_4K);
	return 0;
}

static void demand(struct hazard_bench *b)
{
	iommu_set_fault_handler(b->domain, maps_once, b);
	play_arms(b);
	play_reads(b, PLAY_IOVA);
	play_disarms(b);
}

/* A page is used and gone, and then part of a larger one that is used elsewhere. */
static void two_sizes(struct hazard_bench *b)
{
	iommu_set_fault_handler(b->domain, goes_on, NULL);
	play_maps(b, PLAY_IOVA, PLAY_PA + SZ_4M, SZ_4K);
	play_reads(b, PLAY_IOVA);
	play_arms(b);
	play_unmaps(b, PLAY_IOVA, SZ_4K);
	play_disarms(b);
	play_maps(b, PLAY_IOVA, PLAY_PA, SZ_64K);
	play_reads(b, PLAY_IOVA + SZ_4K);
	play_reads(b, PLAY_IOVA);
}

/* ---- plays with power ------------------------------------------------------------------ */

static void falls_asleep(struct hazard_bench *b)
{
	pm_runtime_put_sync(b->dev);
	flush_workqueue(pm_wq);
}

static void asleep_is_read(struct hazard_bench *b)
{
	u8 __iomem *regs = ioremap(iommu_hw_reg_pa(b->hw), SYSMMU_LEN);

	if (b->is_mutated)
		falls_asleep(b);
	readl(regs + SYSMMU_STATUS);
	iounmap(regs);
}

static void asleep_is_used(struct hazard_bench *b)
{
	play_maps(b, PLAY_IOVA, PLAY_PA, SZ_4K);
	if (b->is_mutated)
		falls_asleep(b);
	play_reads(b, PLAY_IOVA);
}

static void sleeps_and_wakes(struct hazard_bench *b)
{
	play_maps(b, PLAY_IOVA, PLAY_PA, SZ_4K);
	falls_asleep(b);
	play_arms(b);
	assert_int_equal(pm_runtime_resume_and_get(b->dev), 0);
	play_disarms(b);
	play_reads(b, PLAY_IOVA);
}

#define ENTRY	.reg = SYSMMU_V1_FLUSH_ENTRY
#define ENTRY5	.reg = SYSMMU_V5_FLUSH_ENTRY
#define CTRL(v)	.reg = SYSMMU_CTRL, .mask = 7, .match = (v)

static const struct hazard_row rows[] = {
	{ "a map that is not cleaned", 'A', HAZARD_IOMMU_TABLE_NOT_CLEAN, play_map,
	  { MUTATE_SKIP_CLEAN }, &v1, .says = "in a cache" },
	{ "a map in words of 36 bits that is not cleaned", 'A', HAZARD_IOMMU_TABLE_NOT_CLEAN,
	  play_map, { MUTATE_SKIP_CLEAN }, &v5 },
	{ "an unmap that is not cleaned", 'A', HAZARD_IOMMU_TABLE_NOT_CLEAN, unmap_4k,
	  { MUTATE_SKIP_CLEAN }, &v1 },
	{ "a large page of which half is cleaned", 'A', HAZARD_IOMMU_TABLE_NOT_CLEAN, unmap_64k,
	  { MUTATE_SHORT_CLEAN, .shift = 0x20 }, &v1 },
	{ "an unmap that flushes nothing", 'B', HAZARD_IOMMU_TLB_STALE, unmap_4k,
	  { MUTATE_DROP, ENTRY }, &v1, .says = "No invalidation was carried out" },
	{ "an unmap with VMs that flushes nothing", 'B', HAZARD_IOMMU_TLB_STALE, unmap_64k,
	  { MUTATE_DROP, .reg = SYSMMU_V7_VM + SYSMMU_V5_FLUSH_RANGE }, &v7 },
	{ "an unmap that flushes nothing, for it is not blocked in time", 'B',
	  HAZARD_IOMMU_TLB_STALE, unmap_4k, { MUTATE_DROP, ENTRY5 }, &v5_deaf },
	{ "a flush of another address", 'C', HAZARD_IOMMU_FLUSH_SCOPE, unmap_4k,
	  { MUTATE_ALTER, ENTRY, .bits = 0x00100000, .value = 0x00100000 }, &v1 },
	{ "a range that is short", 'C', HAZARD_IOMMU_FLUSH_SCOPE, unmap_16,
	  { MUTATE_ALTER, .reg = SYSMMU_V5_FLUSH_END, .bits = 0xf000, .value = 0x7000 }, &v5 },
	{ "a map where it had looked before", 'D', HAZARD_IOMMU_NEGATIVE_STALE, map_touched,
	  { MUTATE_DROP, ENTRY }, &v3_1 },
	{ "a map in the same line as a page that is in use", 'D', HAZARD_IOMMU_NEGATIVE_STALE,
	  map_beside, { MUTATE_DROP, ENTRY }, &v3_1 },
	{ "a table in the place of the empty one", 'E', HAZARD_IOMMU_WALK_CACHE_STALE,
	  map_touched, { MUTATE_DROP, ENTRY }, &v3_3 },
	{ "a section in the place of a table", 'E', HAZARD_IOMMU_WALK_CACHE_STALE,
	  play_table_to_block, { MUTATE_DROP, .reg = SYSMMU_V5_FLUSH_ALL }, &v5 },
	{ "a large page of which one set of 16 is left", 'F', HAZARD_IOMMU_PAGE_LEFT, unmap_64k,
	  { MUTATE_DROP, ENTRY, .nth = 9 }, &v2 },
	{ "a table that is freed and used again", 'G', HAZARD_IOMMU_TABLE_FREED,
	  play_table_reused, { MUTATE_DROP, .reg = SYSMMU_V5_FLUSH_ALL }, &v5 },
	{ "a page and the larger one that took its place", 'H', HAZARD_IOMMU_TLB_CONFLICT,
	  two_sizes, { MUTATE_DROP, ENTRY }, &v1 },
	{ "a fault that is not cleared", 'I', HAZARD_IOMMU_STALL_HUNG, demand,
	  { MUTATE_DROP, .reg = SYSMMU_V1_INT_CLEAR }, &v1 },
	{ "a fault that is cleared, and stays blocked", 'I', HAZARD_IOMMU_STALL_HUNG, demand,
	  { MUTATE_DROP, CTRL(5) }, &v5 },
	{ "an unmap whose store is late", 'K', HAZARD_IOMMU_ORDER, play_unmap_late,
	  { MUTATE_SKIP_BARRIER }, &v5, .chooser = CHOOSER_LAZY, .says = "store buffer" },
	{ "an attachment that leaves it off", 'J', HAZARD_IOMMU_DIVERTED, play_attach,
	  { MUTATE_ALTER, .reg = SYSMMU_CTRL, .bits = 7 }, &v1, .attaches = true },
	{ "a register that is read while it is asleep", 'N', HAZARD_IOMMU_REGISTER_OFF,
	  asleep_is_read, .hw = &v1 },
	{ "a device that works while it is asleep", 'N', HAZARD_IOMMU_OFF, asleep_is_used,
	  .hw = &v1 },
	{ "a resume that forgets the table", 'N', HAZARD_IOMMU_STATE_LOST, sleeps_and_wakes,
	  { MUTATE_DROP, .reg = SYSMMU_V1_PT_BASE }, &v1 },
	{ "a resume that leaves its VM off", 'N', HAZARD_IOMMU_STATE_LOST, sleeps_and_wakes,
	  { MUTATE_DROP, .reg = SYSMMU_V7_CTRL_VM }, &v7 },
	{ "an attachment with another table", 'O', HAZARD_IOMMU_WRONG_TRANSLATION, play_attach,
	  { MUTATE_ALTER, .reg = SYSMMU_V1_PT_BASE, .bits = 0x01000000, .value = 0x01000000 },
	  &v1, .attaches = true },
};

int main(int argc, char **argv)
{
	static const struct hazard_kind kind = { "exynos", start, stop, rows,
						 G_N_ELEMENTS(rows) };

	return hazard_rows_main(&kind, argc, argv);
}
