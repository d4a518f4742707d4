/* SPDX-License-Identifier: MIT */
/*
 * Our driver of Rockchip's IOMMUs on their registers: what it programs, what it does with
 * faults, power and MMUs that are worse than they should be; see lib/iommu/rockchip and
 * rockchip.dts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/device.h>
#include <linux/io.h>
#include <linux/pm_runtime.h>
#include <linux/sizes.h>
#include <armdma/harness.h>
#include <armdma/rockchip-iommu.h>

#include "contract.h"
#include "lib/iommu/rockchip/rockchip.h"
#include "verbs.h"

#define STEPS		80u
#define IOVA		0x12345000u
#define VOP		"/soc/vop@10930000"
#define VPU		"/soc/vpu@109a0000"
#define ISP		"/soc/isp@10910000"
#define OLD		"/soc/old@10920000"

struct bench {
	struct harness *h;
	struct device *dev;		/* the master */
	struct master *master;
	struct rk_iommu *rk;
	struct iommu_domain *domain;
};

static struct harness *starts(const struct harness_config *cfg)
{
	struct harness_config own = *cfg;
	struct harness *h;

	own.board = own.board ? own.board : ROCKCHIP_BOARD;
	own.no_hazards = true;
	h = harness_start(&own, NULL);
	assert_non_null(h);
	return h;
}

static struct bench *bench_as(const char *path, const struct harness_config *cfg)
{
	struct bench *b = g_new0(struct bench, 1);
	struct rk_master *m;

	b->h = starts(cfg);
	b->dev = harness_device(b->h, path);
	b->master = harness_master(b->dev);
	m = dev_iommu_priv_get(b->dev);
	assert_non_null(m);
	b->rk = m->iommus[0];
	b->domain = attaches(b->dev);
	return b;
}

static struct bench *bench_new(const char *path)
{
	return bench_as(path, &(struct harness_config){ 0 });
}

static void bench_free(struct bench *b)
{
	detaches(b->dev, b->domain);
	harness_finish(b->h);
	g_free(b);
}

static u32 reads_reg(struct bench *b, unsigned bank, u32 reg)
{
	return readl(b->rk->regs[bank] + reg);
}

static void maps(struct bench *b, unsigned long iova, phys_addr_t pa, size_t len)
{
	assert_int_equal(iommu_map(b->domain, iova, pa, len, RW, GFP_KERNEL), 0);
}

static void unmaps(struct bench *b, unsigned long iova, size_t len)
{
	assert_int_equal(iommu_unmap(b->domain, iova, len), len);
}

static enum master_fault_kind reads_by(struct bench *b, unsigned port, u64 iova)
{
	const struct master_ask how = { .port = port };
	char byte;

	return master_read_as(b->master, &how, iova, &byte, 1).kind;
}

static enum master_fault_kind reads_at(struct bench *b, u64 iova)
{
	return reads_by(b, 0, iova);
}

static struct iommu_hw_counters counts_of(struct bench *b)
{
	return counts(master_iommu(b->master, 0, NULL));
}

/* ---- the contract ------------------------------------------------------------------ */

struct row {
	const char *name;
	const char *board;		/* NULL: ROCKCHIP_BOARD */
	const char *a, *b;		/* the masters that play */
	const char *cpu;
	enum chooser_mode chooser;
	struct iommu_hw_knobs knobs;
};

static const struct row rows[] = {
	{ "one MMU, and two", NULL, VOP, VPU },
	{ "without reset, and without clocks", NULL, ISP, OLD },
	{ "version 2", ROCKCHIP_V2_BOARD, VPU, OLD },
	{ "version 2 without reset, through a line of one descriptor", ROCKCHIP_V2_BOARD, ISP, VOP,
	  .knobs = { .line_len = 4 } },
	{ "slow", NULL, VOP, ISP, .knobs = { .delay = 9 } },
	{ "unbounded", NULL, VOP, VPU, .knobs = { .tlb_entries = IOMMU_HW_UNBOUNDED,
						  .walk_cache_entries = IOMMU_HW_UNBOUNDED } },
	{ "8 entries of 2 ways, drawn", NULL, VOP, VPU, .chooser = CHOOSER_RANDOM,
	  .knobs = { .tlb_entries = 8, .tlb_ways = 2, .walk_cache_entries = 2,
		     .draws_victims = IOMMU_HW_YES } },
	{ "long lines", NULL, VPU, OLD, .knobs = { .line_len = 256 } },
	{ "fetching far ahead", NULL, VPU, OLD, .knobs = { .prefetch = 40 } },
	{ "nothing negative", NULL, VPU, OLD, .knobs = { .caches_negative = IOMMU_HW_NO } },
	{ "a zap drops one page", NULL, VPU, OLD, .knobs = { .misbehaves = ROCKCHIP_ZAPS_ONE_PAGE } },
	{ "a fault ends the access", NULL, VPU, OLD, .knobs = { .misbehaves = ROCKCHIP_DONE_ENDS } },
	{ "a limit on DTEs", NULL, VPU, ISP, .knobs = { .misbehaves = ROCKCHIP_DTE_TIME_LIMIT } },
	{ "what a boot loader left", NULL, VPU, OLD, .knobs = { .misbehaves = ROCKCHIP_BOOT_FAULT } },
	{ "lines of 64 bytes", NULL, VOP, VPU, .cpu = "cortex-a15,outer=0" },
	{ "snooping", NULL, VOP, VPU, .knobs = { .walker = IOMMU_HW_WALKER_SNOOPING } },
	{ "through level 2", NULL, VOP, VPU, .knobs = { .walker = IOMMU_HW_WALKER_LEVEL2 } },
};

static char *plays(const struct row *row)
{
	struct harness *h = starts(&(struct harness_config){
		.board = row->board, .cpu = row->cpu, .chooser = row->chooser, .seed = 7,
		.iommu_knobs = row->knobs });
	struct contract c = { .seed = 0x5eed, .nr_steps = STEPS };
	const char *paths[] = { row->a, row->b };
	char *broken;

	for (unsigned n = 0; n < 2; n++) {
		c.devices[n] = harness_device(h, paths[n]);
		c.masters[n] = harness_master(c.devices[n]);
		assert_non_null(master_iommu(c.masters[n], 0, NULL));
	}
	hushes();
	broken = contract_play(&c);
	ends_hushing();
	harness_finish(h);
	return broken;
}

static void every_kind_keeps_the_contract(void **state)
{
	for (unsigned n = 0; n < G_N_ELEMENTS(rows); n++) {
		char *broken = plays(&rows[n]);

		if (broken)
			fail_msg("%s: %s", rows[n].name, broken);
	}
}

/* But for what faults hide, whose handler drops everything: see below. */
static void a_defect_of_the_hardware_breaks_it(void **state)
{
	static const struct row defects[] = {
		{ "ignores zaps of all", NULL, VPU, OLD,
		  .knobs = { .misbehaves = ROCKCHIP_IGNORES_ZAP_CACHE } },
		{ "loses faults", NULL, VPU, OLD,
		  .knobs = { .misbehaves = ROCKCHIP_LOSES_FAULTS } },
	};

	for (unsigned n = 0; n < G_N_ELEMENTS(defects); n++) {
		char *broken = plays(&defects[n]);

		if (!broken)
			fail_msg("%s: nothing noticed", defects[n].name);
		g_free(broken);
	}
}

/* ---- what it programs ------------------------------------------------------------------ */

static void attaching_turns_every_mmu_on(void **state)
{
	struct bench *b = bench_new(VPU);

	assert_int_equal(b->rk->nr_banks, 2);
	for (unsigned n = 0; n < 2; n++) {
		assert_int_equal(reads_reg(b, n, RK_MMU_STATUS) &
				 (RK_MMU_STATUS_PAGING | RK_MMU_STATUS_STALLED),
				 RK_MMU_STATUS_PAGING);
		assert_int_equal(reads_reg(b, n, RK_MMU_INT_MASK), 3);
		assert_true(reads_reg(b, n, RK_MMU_AUTO_GATING) & RK_MMU_NO_DTE_TIME_LIMIT);
		assert_int_equal(reads_reg(b, n, RK_MMU_DTE_ADDR),
				 reads_reg(b, 0, RK_MMU_DTE_ADDR));
	}
	assert_int_not_equal(reads_reg(b, 0, RK_MMU_DTE_ADDR), 0);
	bench_free(b);
}

static u32 descriptor(u32 pa, unsigned idx)
{
	return ((const u32 *)phys_to_virt(pa & ~0xfffu))[idx];
}

static void descriptors_are_what_the_manual_says(void **state)
{
	struct bench *b = bench_new(VOP);
	u32 dte;

	maps(b, IOVA, PA, SZ_4K);
	assert_int_equal(iommu_map(b->domain, IOVA + SZ_4K, PA + SZ_4K, SZ_4K, IOMMU_READ,
				   GFP_KERNEL), 0);
	dte = descriptor(reads_reg(b, 0, RK_MMU_DTE_ADDR), IOVA >> 22);
	assert_int_equal(dte & 0xfff, 1);
	assert_int_equal(descriptor(dte, IOVA >> 12 & 0x3ff), PA | 7);
	assert_int_equal(descriptor(dte, (IOVA >> 12 & 0x3ff) + 1), (PA + SZ_4K) | 3);
	unmaps(b, IOVA, 2 * SZ_4K);
	assert_int_equal(descriptor(dte, IOVA >> 12 & 0x3ff) & 1, 0);
	bench_free(b);
}

static void a_page_is_one_zap_and_many_are_one_too(void **state)
{
	struct bench *b = bench_new(VOP);
	u64 before;

	maps(b, IOVA, PA, SZ_4K);
	before = counts_of(b).reg_writes;
	unmaps(b, IOVA, SZ_4K);
	assert_int_equal(counts_of(b).reg_writes - before, 1);
	maps(b, 0x400000, PA, SZ_4M);
	before = counts_of(b).reg_writes;
	unmaps(b, 0x400000, SZ_4M);
	assert_int_equal(counts_of(b).reg_writes - before, 1);
	bench_free(b);
}

/* A few pages are zapped one by one, many all at once; hardware that ignores either shows. */
static void what_is_unmapped_is_gone_at_once(void **state)
{
	static const struct { size_t len; unsigned defect; } ways[] = {
		{ SZ_4K, ROCKCHIP_IGNORES_ZAP_LINE }, { SZ_16K, ROCKCHIP_IGNORES_ZAP_LINE },
		{ SZ_64K, ROCKCHIP_IGNORES_ZAP_CACHE }, { SZ_1M, ROCKCHIP_IGNORES_ZAP_CACHE },
	};

	for (unsigned n = 0; n < 2 * ARRAY_SIZE(ways); n++) {
		bool is_good = n % 2;
		struct bench *b = bench_as(VPU, &(struct harness_config){
			.iommu_knobs = { .misbehaves = is_good ? 0 : ways[n / 2].defect } });

		hushes();
		for (unsigned port = 0; port < 2; port++) {
			maps(b, 0x400000, PA, ways[n / 2].len);
			assert_int_equal(reads_by(b, port, 0x401000 - 1), MASTER_OK);
			unmaps(b, 0x400000, ways[n / 2].len);
			assert_int_equal(reads_by(b, port, 0x401000 - 1),
					 is_good ? MASTER_IOMMU_FAULT : MASTER_OK);
		}
		ends_hushing();
		bench_free(b);
	}
}

static void version_1_refuses_what_its_descriptors_cannot_say(void **state)
{
	struct bench *b = bench_new(VOP);

	assert_int_not_equal(iommu_map(b->domain, IOVA, 0x123456000ull, SZ_4K, RW, GFP_KERNEL), 0);
	bench_free(b);
	b = bench_as(VOP, &(struct harness_config){ .board = ROCKCHIP_V2_BOARD });
	maps(b, IOVA, 0xa123456000ull, SZ_4K);
	assert_true(iommu_iova_to_phys(b->domain, IOVA + 4) == 0xa123456004ull);
	unmaps(b, IOVA, SZ_4K);
	bench_free(b);
}

static void what_is_mapped_twice_is_refused_and_stays(void **state)
{
	struct bench *b = bench_new(VOP);

	maps(b, IOVA, PA, SZ_4K);
	hushes();
	assert_int_not_equal(iommu_map(b->domain, IOVA, PA + SZ_1M, SZ_4K, RW, GFP_KERNEL), 0);
	ends_hushing();
	assert_true(iommu_iova_to_phys(b->domain, IOVA) == PA);
	assert_int_equal(reads_at(b, IOVA), MASTER_OK);
	unmaps(b, IOVA, SZ_4K);
	bench_free(b);
}

/* ---- faults -------------------------------------------------------------------------------- */

static void a_fault_names_device_iova_and_direction_and_the_master_goes_on(void **state)
{
	for (unsigned port = 0; port < 2; port++) {
		struct bench *b = bench_new(VPU);

		maps(b, IOVA, PA, SZ_4K);
		listens();
		assert_int_equal(reads_by(b, port, 0x7654), MASTER_IOMMU_FAULT);
		assert_int_equal(reads_by(b, port, IOVA), MASTER_OK);
		expects_said("page fault: 109a0000.vpu reads 0x7654\n");
		unmaps(b, IOVA, SZ_4K);
		bench_free(b);
	}
}

static void a_handler_that_maps_what_was_missing_lets_the_access_through(void **state)
{
	struct bench *b = bench_new(VOP);

	listens_for_faults(b->domain, 0, SZ_4K);
	assert_int_equal(reads_at(b, IOVA + 0x10), MASTER_OK);
	assert_int_equal(heard.nr, 1);
	assert_ptr_equal(heard.dev, b->dev);
	unmaps(b, IOVA, SZ_4K);
	bench_free(b);
}

/* ---- power ----------------------------------------------------------------------------------- */

static void while_the_master_sleeps_the_iommu_does_and_forgets_nothing_that_matters(void **state)
{
	struct bench *b = bench_new(VOP);
	struct iommu_hw_counters before;

	maps(b, IOVA, PA, SZ_4K);
	maps(b, IOVA + SZ_4K, PA + SZ_4K, SZ_4K);
	pm_runtime_enable(b->dev);
	assert_int_equal(pm_runtime_resume_and_get(b->dev), 0);
	assert_int_equal(reads_at(b, IOVA), MASTER_OK);
	assert_int_equal(pm_runtime_put_sync(b->dev), 0);
	pm_runtime_suspend(b->rk->dev);
	assert_true(pm_runtime_suspended(b->rk->dev));
	assert_int_equal(reads_at(b, IOVA), MASTER_IOMMU_FAULT);
	before = counts_of(b);
	unmaps(b, IOVA, SZ_4K);			/* no register of it is there */
	maps(b, IOVA + 2 * SZ_4K, PA, SZ_4K);
	assert_int_equal(counts_of(b).reg_writes, before.reg_writes);
	assert_int_equal(counts_of(b).unsupplied, before.unsupplied);
	assert_int_equal(pm_runtime_resume_and_get(b->dev), 0);
	hushes();
	assert_int_equal(reads_at(b, IOVA), MASTER_IOMMU_FAULT);
	ends_hushing();
	assert_int_equal(reads_at(b, IOVA + SZ_4K), MASTER_OK);
	assert_int_equal(reads_at(b, IOVA + 2 * SZ_4K), MASTER_OK);
	pm_runtime_put_sync(b->dev);
	pm_runtime_disable(b->dev);
	bench_free(b);
}

/* Between the last user and the suspend, which a worker does later. */
static void what_is_unmapped_while_nobody_uses_it_is_zapped_all_the_same(void **state)
{
	struct bench *b = bench_new(VOP);

	pm_runtime_enable(b->dev);
	assert_int_equal(pm_runtime_resume_and_get(b->dev), 0);
	maps(b, IOVA, PA, SZ_4K);
	assert_int_equal(reads_at(b, IOVA), MASTER_OK);
	pm_runtime_get_noresume(b->rk->dev);
	assert_int_equal(pm_runtime_put_sync(b->dev), 0);
	pm_runtime_put_noidle(b->rk->dev);
	assert_true(pm_runtime_active(b->rk->dev));
	unmaps(b, IOVA, SZ_4K);
	assert_int_equal(pm_runtime_resume_and_get(b->dev), 0);
	hushes();
	assert_int_equal(reads_at(b, IOVA), MASTER_IOMMU_FAULT);
	ends_hushing();
	pm_runtime_put_sync(b->dev);
	pm_runtime_disable(b->dev);
	bench_free(b);
}

static void a_device_of_the_identity_domain_is_bypassed_whatever_was_left(void **state)
{
	struct bench *b = bench_as(VOP, &(struct harness_config){
		.iommu_knobs = { .misbehaves = ROCKCHIP_BOOT_FAULT } });

	struct iommu_domain *identity = b->rk->iommu.ops->identity_domain;

	detaches(b->dev, b->domain);
	assert_int_equal(identity->ops->attach_dev(identity, b->dev), 0);
	assert_int_equal(reads_at(b, PA), MASTER_OK);
	assert_int_equal(reads_reg(b, 0, RK_MMU_STATUS) & RK_MMU_STATUS_PAGING, 0);
	b->domain = attaches(b->dev);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_keeps_the_contract),
		cmocka_unit_test(a_defect_of_the_hardware_breaks_it),
		cmocka_unit_test(attaching_turns_every_mmu_on),
		cmocka_unit_test(descriptors_are_what_the_manual_says),
		cmocka_unit_test(a_page_is_one_zap_and_many_are_one_too),
		cmocka_unit_test(what_is_unmapped_is_gone_at_once),
		cmocka_unit_test(version_1_refuses_what_its_descriptors_cannot_say),
		cmocka_unit_test(what_is_mapped_twice_is_refused_and_stays),
		cmocka_unit_test(a_fault_names_device_iova_and_direction_and_the_master_goes_on),
		cmocka_unit_test(a_handler_that_maps_what_was_missing_lets_the_access_through),
		cmocka_unit_test(while_the_master_sleeps_the_iommu_does_and_forgets_nothing_that_matters),
		cmocka_unit_test(what_is_unmapped_while_nobody_uses_it_is_zapped_all_the_same),
		cmocka_unit_test(a_device_of_the_identity_domain_is_bypassed_whatever_was_left),
	};

	return cmocka_run_group_tests_name("iommu-rockchip", tests, NULL, NULL);
}
