/* SPDX-License-Identifier: MIT */
/*
 * Our driver of System MMUs on their registers, of each version: the contract, what is
 * programmed in which order, and what it does where Linux's does not; see
 * lib/iommu/exynos/exynos.h and exynos.dts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/pm_runtime.h>
#include <linux/printk.h>
#include <linux/sizes.h>
#include <armdma/exynos-iommu.h>
#include <armdma/harness.h>

#include "contract.h"
#include "lib/iommu/exynos/exynos.h"
#include "verbs.h"

#define CODEC		"/soc/codec@13400000"	/* behind two */
#define DISPLAY		"/soc/display@13440000"
#define SCALER		"/soc/scaler@13450000"
#define STEPS		60u

/* ---- a machine with some ----------------------------------------------------------- */

struct row {
	const char *name;
	struct iommu_hw_knobs knobs;
	const char *cpu;		/* in the place of the board's */
	enum chooser_mode chooser;
	enum machine_gear gear;
};

struct bench {
	struct harness *h;
	struct contract c;
};

static struct device *wakes(struct bench *b, const char *path)
{
	struct device *dev = harness_device(b->h, path);

	assert_non_null(dev);
	assert_true(device_iommu_mapped(dev));
	pm_runtime_enable(dev);
	assert_int_equal(pm_runtime_resume_and_get(dev), 0);
	return dev;
}

static void sleeps(struct device *dev)
{
	assert_int_equal(pm_runtime_put_sync(dev), 0);
	pm_runtime_disable(dev);
}

static struct bench *bench_new(const struct row *row)
{
	struct bench *b = g_new0(struct bench, 1);

	b->h = harness_start(&(struct harness_config){
		.board = EXYNOS_BOARD, .gear = row->gear, .chooser = row->chooser, .seed = 7,
		.cpu = row->cpu, .no_hazards = true, .iommu_knobs = row->knobs,
	}, NULL);
	assert_non_null(b->h);
	b->c.devices[0] = wakes(b, CODEC);
	b->c.devices[1] = wakes(b, SCALER);
	for (unsigned n = 0; n < 2; n++)
		b->c.masters[n] = harness_master(b->c.devices[n]);
	b->c.seed = 0x5eed;
	b->c.nr_steps = STEPS;
	return b;
}

static void bench_free(struct bench *b)
{
	sleeps(b->c.devices[0]);
	sleeps(b->c.devices[1]);
	harness_finish(b->h);
	g_free(b);
}

/* ---- the contract -------------------------------------------------------------------- */

#define V(major, minor)	.version = SYSMMU_VERSION(major, minor)
#define VM		.version = SYSMMU_VERSION(7, 2) | SYSMMU_WITH_VMS
#define A15		"cortex-a15,outer=0"

static const struct row rows[] = {
	{ "1.0", { V(1, 0) } },
	{ "2.0", { V(2, 0) } },
	{ "2.0, unbounded", { V(2, 0), .tlb_entries = IOMMU_HW_UNBOUNDED } },
	{ "3.1", { V(3, 1) } },
	{ "3.1, unbounded, lines of 64 bytes", { V(3, 1), .tlb_entries = IOMMU_HW_UNBOUNDED }, A15 },
	{ "3.2", { V(3, 2) } },
	{ "3.3", { V(3, 3) } },
	{ "3.3, everything unbounded", { V(3, 3), .tlb_entries = IOMMU_HW_UNBOUNDED, .walk_cache_entries = 4096 } },
	{ "3.3, lines of 64 bytes", { V(3, 3) }, A15 },
	{ "3.3, random", { V(3, 3), .draws_victims = IOMMU_HW_YES }, .chooser = CHOOSER_RANDOM },
	{ "5.0", { V(5, 0) } },
	{ "5.0, unbounded, through level 2", { V(5, 0), .tlb_entries = IOMMU_HW_UNBOUNDED, .walk_cache_entries = 4096, .walker = IOMMU_HW_WALKER_LEVEL2 } },
	{ "5.0, fetching lines and ahead", { V(5, 0), .line_len = 64, .prefetch = 4 } },
	{ "7.0", { V(7, 0) } },
	{ "7.2 with VMs", { VM } },
	{ "7.2 with VMs, 8 entries of 2 ways", { VM, .tlb_entries = 8, .tlb_ways = 2, .walk_cache_entries = 2 } },
	{ "7.2 with VMs, lazy", { VM }, .chooser = CHOOSER_LAZY },
	{ "7.2 with VMs, lines of 64 bytes", { VM }, A15 },
	{ "5.0, blocks later than Linux waits", { V(5, 0), .delay = 200 } },
	{ "3.3, never blocks", { V(3, 3), .misbehaves = SYSMMU_NEVER_BLOCKS } },
	{ "7.0, never blocks", { V(7, 0), .misbehaves = SYSMMU_NEVER_BLOCKS } },
	{ "2.0, fast gear", { V(2, 0) }, .gear = GEAR_FAST },
	{ "3.3, fast gear", { V(3, 3) }, .gear = GEAR_FAST },
};

static char *plays(const struct row *row, enum contract_mutant mutant)
{
	struct bench *b = bench_new(row);
	char *broken;

	hushes();
	b->c.mutant = mutant;
	broken = contract_play(&b->c);
	ends_hushing();
	bench_free(b);
	return broken;
}

static void every_version_keeps_the_contract(void **state)
{
	for (unsigned n = 0; n < G_N_ELEMENTS(rows); n++) {
		char *broken = plays(&rows[n], MUTANT_NONE);

		if (broken)
			fail_msg("%s: %s", rows[n].name, broken);
	}
}

static void every_defect_of_the_hardware_breaks_it(void **state)
{
	static const struct row defects[] = {
		{ "ignores entries", { V(1, 0), .misbehaves = SYSMMU_IGNORES_ENTRY } },
		{ "ignores ranges", { V(5, 0), .misbehaves = SYSMMU_IGNORES_RANGE } },
		{ "ignores permissions", { V(7, 0), .misbehaves = SYSMMU_IGNORES_EAP } },
		{ "keeps tables", { V(5, 0), .tlb_entries = IOMMU_HW_UNBOUNDED, .misbehaves = SYSMMU_KEEPS_FLPD } },
		{ "keeps links", { V(3, 3), .misbehaves = SYSMMU_KEEPS_FLPD } },
		{ "loses faults", { VM, .misbehaves = SYSMMU_LOSES_FAULTS } },
	};

	for (unsigned n = 0; n < G_N_ELEMENTS(defects); n++) {
		char *broken = plays(&defects[n], MUTANT_NONE);

		if (!broken)
			fail_msg("%s: nothing noticed", defects[n].name);
		g_free(broken);
	}
}

static void every_defect_of_a_driver_breaks_it(void **state)
{
	static const struct {
		struct row row;
		enum contract_mutant mutant;
	} defects[] = {
		{ { "no sync", { V(1, 0) } }, MUTANT_NO_SYNC },
		{ { "a short sync", { VM } }, MUTANT_SHORT_SYNC },
		{ { "no sync of what is new", { V(3, 1) } }, MUTANT_NO_SYNC_MAP },
	};

	for (unsigned n = 0; n < G_N_ELEMENTS(defects); n++) {
		char *broken = plays(&defects[n].row, defects[n].mutant);

		if (!broken)
			fail_msg("%s: nothing noticed", defects[n].row.name);
		g_free(broken);
	}
}

/* ---- one device, page by page --------------------------------------------------------- */

#define IOVA		0x00300000u

struct lone {
	struct harness *h;
	struct device *dev;
	struct master *master;
	struct iommu_hw *hw[2];
	struct iommu_domain *domain;
};

static struct lone *lone_new(const char *path, struct iommu_hw_knobs knobs)
{
	struct lone *l = g_new0(struct lone, 1);

	l->h = harness_start(&(struct harness_config){
		.board = EXYNOS_BOARD, .no_hazards = true, .iommu_knobs = knobs }, NULL);
	l->dev = wakes(&(struct bench){ .h = l->h }, path);
	l->master = harness_master(l->dev);
	l->domain = attaches(l->dev);
	l->hw[0] = master_iommu(l->master, 0, NULL);
	l->hw[1] = master_iommu(l->master, 1, NULL);
	return l;
}

static void lone_free(struct lone *l)
{
	detaches(l->dev, l->domain);
	sleeps(l->dev);
	harness_finish(l->h);
	g_free(l);
}

static void maps(struct lone *l, u32 iova, u32 len)
{
	assert_int_equal(iommu_map(l->domain, iova, PA, len, RW, GFP_KERNEL), 0);
}

static void unmaps(struct lone *l, u32 iova, u32 len)
{
	assert_int_equal(iommu_unmap(l->domain, iova, len), len);
}

static enum iommu_hw_outcome asks(struct iommu_hw *hw, u32 iova)
{
	struct iommu_hw_result r = iommu_hw_translate(hw, &(struct iommu_hw_access){
		.iova = iova, .len = 1 });

	mb();		/* its interrupt, if there is one */
	return r.outcome;
}

static void a_handler_that_maps_mends_a_fault(void **state)
{
	struct lone *l = lone_new(SCALER, (struct iommu_hw_knobs){ V(3, 3) });
	char byte;

	listens_for_faults(l->domain, 0, SZ_1M);
	assert_int_equal(master_read(l->master, IOVA, &byte, 1).kind, MASTER_OK);
	assert_int_equal(counts(l->hw[0]).stalls, 1);
	lone_free(l);
}

static void a_fault_that_nobody_mends_stops_it_until_it_is_attached_anew(void **state)
{
	struct lone *l = lone_new(SCALER, (struct iommu_hw_knobs){ VM });
	char byte;

	hushes();
	assert_int_equal(master_read(l->master, IOVA, &byte, 1).kind, MASTER_STALLED);
	maps(l, IOVA, SZ_4K);
	assert_int_equal(master_read(l->master, IOVA, &byte, 1).kind, MASTER_STALLED);
	ends_hushing();
	iommu_detach_device(l->domain, l->dev);
	assert_int_equal(iommu_attach_device(l->domain, l->dev), 0);
	assert_int_equal(master_read(l->master, IOVA, &byte, 1).kind, MASTER_OK);
	lone_free(l);
}

static void both_of_a_codec_forget(void **state)
{
	struct lone *l = lone_new(CODEC, (struct iommu_hw_knobs){ V(2, 0) });

	maps(l, IOVA, SZ_64K);
	for (unsigned n = 0; n < 2; n++)
		for (u32 off = 0; off < SZ_64K; off += SZ_4K)
			assert_int_equal(asks(l->hw[n], IOVA + off), IOMMU_HW_HIT);
	unmaps(l, IOVA, SZ_64K);
	hushes();
	assert_int_equal(asks(l->hw[0], IOVA + 0x5000), IOMMU_HW_STALL);
	assert_int_equal(asks(l->hw[1], IOVA + 0xf000), IOMMU_HW_STALL);
	ends_hushing();
	lone_free(l);
}

static void one_device_of_a_domain_may_go_without_the_other(void **state)
{
	struct lone *l = lone_new(CODEC, (struct iommu_hw_knobs){ V(5, 0) });
	struct device *display = wakes(&(struct bench){ .h = l->h }, DISPLAY);
	struct iommu_hw *hw = master_iommu(harness_master(display), 0, NULL);

	assert_int_equal(iommu_attach_device(l->domain, display), 0);
	maps(l, IOVA, SZ_4K);
	assert_int_equal(asks(hw, IOVA), IOMMU_HW_HIT);
	iommu_detach_device(l->domain, l->dev);
	unmaps(l, IOVA, SZ_4K);
	hushes();
	assert_int_equal(asks(hw, IOVA), IOMMU_HW_STALL);
	ends_hushing();
	iommu_detach_device(l->domain, display);
	sleeps(display);
	assert_int_equal(iommu_attach_device(l->domain, l->dev), 0);
	lone_free(l);
}

static void what_is_asleep_has_no_power_and_comes_back_as_it_was(void **state)
{
	struct lone *l = lone_new(CODEC, (struct iommu_hw_knobs){ V(3, 2) });

	maps(l, IOVA, 2 * SZ_4K);
	assert_int_equal(asks(l->hw[1], IOVA), IOMMU_HW_HIT);
	assert_int_equal(pm_runtime_put_sync(l->dev), 0);
	flush_workqueue(pm_wq);		/* its suppliers' turn */
	assert_int_equal(asks(l->hw[1], IOVA), IOMMU_HW_ABORT);
	unmaps(l, IOVA, SZ_4K);
	assert_int_equal(pm_runtime_resume_and_get(l->dev), 0);
	assert_int_equal(asks(l->hw[1], IOVA + SZ_4K), IOMMU_HW_HIT);
	hushes();
	assert_int_equal(asks(l->hw[1], IOVA), IOMMU_HW_STALL);
	ends_hushing();
	lone_free(l);
}

static void from_domain_to_domain_nothing_is_bypassed(void **state)
{
	struct lone *l = lone_new(SCALER, (struct iommu_hw_knobs){ V(7, 0) });
	struct iommu_domain *other = iommu_paging_domain_alloc(l->dev);
	u64 before = counts(l->hw[0]).bypasses;

	maps(l, IOVA, SZ_4K);
	assert_int_equal(asks(l->hw[0], IOVA), IOMMU_HW_HIT);
	iommu_detach_device(l->domain, l->dev);
	assert_int_equal(iommu_attach_device(other, l->dev), 0);
	hushes();
	assert_int_equal(asks(l->hw[0], IOVA), IOMMU_HW_STALL);
	ends_hushing();
	assert_int_equal(counts(l->hw[0]).bypasses, before);
	detaches(l->dev, other);
	assert_int_equal(iommu_attach_device(l->domain, l->dev), 0);
	lone_free(l);
}

/* Linux: 1 MiB is 64 entries of version 2, and one of any other. */
static void a_flush_is_as_large_as_its_version_needs(void **state)
{
	static const struct {
		struct iommu_hw_knobs knobs;
		u32 len;
		u64 entries, ranges, all;
	} rows_[] = {
		{ { V(1, 0) }, SZ_4K, 1, 0, 0 }, { { V(1, 0) }, SZ_1M, 1, 0, 0 },
		{ { V(1, 0) }, SZ_64K, 16, 0, 0 },
		{ { V(2, 0) }, SZ_4K, 1, 0, 0 }, { { V(2, 0) }, SZ_64K, 16, 0, 0 },
		{ { V(2, 0) }, SZ_1M, 0, 0, 1 },
		{ { V(5, 0) }, SZ_4K, 1, 0, 0 }, { { V(5, 0) }, SZ_64K, 0, 1, 0 },
		{ { VM }, SZ_64K, 0, 1, 0 }, { { VM }, SZ_1M, 1, 0, 0 },
	};

	for (unsigned n = 0; n < G_N_ELEMENTS(rows_); n++) {
		struct lone *l = lone_new(SCALER, rows_[n].knobs);
		struct iommu_hw_counters was, is;

		maps(l, IOVA, rows_[n].len);
		was = counts(l->hw[0]);
		unmaps(l, IOVA, rows_[n].len);
		is = counts(l->hw[0]);
		assert_int_equal(is.invalidations[IOMMU_HW_VA] - was.invalidations[IOMMU_HW_VA],
				 rows_[n].entries);
		assert_int_equal(is.invalidations[IOMMU_HW_RANGE] -
				 was.invalidations[IOMMU_HW_RANGE], rows_[n].ranges);
		assert_int_equal(is.invalidations[IOMMU_HW_ALL] - was.invalidations[IOMMU_HW_ALL],
				 rows_[n].all);
		lone_free(l);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_version_keeps_the_contract),
		cmocka_unit_test(every_defect_of_the_hardware_breaks_it),
		cmocka_unit_test(every_defect_of_a_driver_breaks_it),
		cmocka_unit_test(a_handler_that_maps_mends_a_fault),
		cmocka_unit_test(a_fault_that_nobody_mends_stops_it_until_it_is_attached_anew),
		cmocka_unit_test(both_of_a_codec_forget),
		cmocka_unit_test(one_device_of_a_domain_may_go_without_the_other),
		cmocka_unit_test(what_is_asleep_has_no_power_and_comes_back_as_it_was),
		cmocka_unit_test(from_domain_to_domain_nothing_is_bypassed),
		cmocka_unit_test(a_flush_is_as_large_as_its_version_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
