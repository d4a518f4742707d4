/* SPDX-License-Identifier: MIT */
/*
 * Our driver of MSM IOMMUs, on the masters of msm.dts: what Linux's gets wrong among
 * the rest. The contract is played by who plays it for all kinds, and here by pairs that
 * share an IOMMU.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <asm/barrier.h>
#include <linux/of_platform.h>
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>
#include <linux/sizes.h>
#include <armdma/harness.h>
#include <armdma/msm-iommu.h>
#include <armdma/supply.h>

#include "contract.h"
#include "rig.h"
#include "verbs.h"

#define IOVA	0x10000000ul

#define MMCC	"/soc/clock-controller@4000000"

static int start_apq(void **state)
{
	static const struct harness_config cfg = { .board = MSM_BOARD, .no_hazards = true };

	the_harness = harness_start(&cfg, NULL);
	return the_harness ? 0 : -1;
}

/* Registers were touched with their clocks on, all the time. */
static int stop_apq(void **state)
{
	struct iommu_hw_counters c;
	struct iommu_hw *hw;
	uint64_t nr = 0;

	for (size_t n = 0; (hw = machine_iommu(harness_machine(the_harness), n)); n++) {
		iommu_hw_count(hw, &c);
		nr += c.unsupplied;
	}
	if (nr)
		print_error("registers were touched %u times without a clock\n", (unsigned)nr);
	harness_finish(the_harness);
	return nr ? -1 : 0;
}

static struct device *mdp(void)
{
	return device_named("/soc/mdp@5100000");
}

static struct device *rot(void)
{
	return device_named("/soc/rotator@4e00000");
}

static struct device *gpu(void)
{
	return device_named("/soc/adreno-3xx@4300000");
}

static struct device *blit(void)
{
	return device_named("/soc/blitter@5200000");
}

static void maps(struct iommu_domain *domain, unsigned long iova, u64 pa, size_t len)
{
	assert_int_equal(iommu_map(domain, iova, pa, len, RW, GFP_KERNEL), 0);
}

static void all_reach(struct device *dev, unsigned long iova, u64 pa)
{
	for (unsigned port = 0; port < nr_ports(harness_master(dev)); port++)
		assert_int_equal(reaches(dev, port, iova, true), pa);
}

/* ---- every IOMMU of a device -------------------------------------------------------- */

static void every_mid_on_every_iommu_translates(void **state)
{
	struct device *const devs[] = { mdp(), rot(), gpu() };
	static const unsigned ports[] = { 4, 1, 64 };

	for (unsigned n = 0; n < ARRAY_SIZE(devs); n++) {
		struct iommu_domain *domain = attaches(devs[n]);

		assert_int_equal(nr_ports(harness_master(devs[n])), ports[n]);
		maps(domain, IOVA, PA, SZ_16M);
		all_reach(devs[n], IOVA + 0x123456, PA + 0x123456);
		assert_int_equal(iommu_iova_to_phys(domain, IOVA + 0x123456), PA + 0x123456);
		detaches(devs[n], domain);
	}
}

/* H1: Linux's second IOMMU is told of other addresses than the first. */
static void an_unmap_reaches_every_iommu(void **state)
{
	struct iommu_domain *domain = attaches(mdp());

	maps(domain, IOVA, PA, SZ_64K * 2);
	all_reach(mdp(), IOVA, PA);
	all_reach(mdp(), IOVA + SZ_64K, PA + SZ_64K);
	assert_int_equal(iommu_unmap(domain, IOVA, SZ_64K * 2), SZ_64K * 2);
	hushes();
	all_reach(mdp(), IOVA, 0);
	all_reach(mdp(), IOVA + SZ_64K, 0);
	ends_hushing();
	detaches(mdp(), domain);
}

static void what_was_not_there_is_when_it_is_mapped(void **state)
{
	struct iommu_domain *domain = attaches(mdp());

	hushes();
	all_reach(mdp(), IOVA, 0);		/* and the buffer has read what is beside it */
	ends_hushing();
	for (unsigned n = 0; n < 20; n++) {
		maps(domain, IOVA + n * SZ_4K, PA + n * SZ_4K, SZ_4K);
		all_reach(mdp(), IOVA + n * SZ_4K, PA + n * SZ_4K);
	}
	assert_int_equal(iommu_unmap(domain, IOVA, 20 * SZ_4K), 20 * SZ_4K);
	detaches(mdp(), domain);
}

/* ---- several devices of one IOMMU --------------------------------------------------- */

/* H7: Linux's driver has no room for the second one. */
static void two_devices_of_an_iommu_have_domains_of_their_own(void **state)
{
	struct iommu_domain *of_mdp = attaches(mdp()), *of_rot = attaches(rot());

	maps(of_mdp, IOVA, PA, SZ_4K);
	maps(of_rot, IOVA, PA + SZ_1M, SZ_4K);
	all_reach(mdp(), IOVA, PA);
	all_reach(rot(), IOVA, PA + SZ_1M);
	assert_int_equal(iommu_unmap(of_rot, IOVA, SZ_4K), SZ_4K);
	hushes();
	all_reach(rot(), IOVA, 0);
	ends_hushing();
	all_reach(mdp(), IOVA, PA);
	detaches(rot(), of_rot);
	detaches(mdp(), of_mdp);
}

static void two_devices_share_a_domain_and_its_bank(void **state)
{
	struct iommu_domain *domain = attaches(mdp());

	maps(domain, IOVA, PA, SZ_4K);
	assert_int_equal(iommu_attach_device(domain, rot()), 0);
	all_reach(mdp(), IOVA, PA);
	all_reach(rot(), IOVA, PA);
	iommu_detach_device(domain, mdp());
	all_reach(rot(), IOVA, PA);
	hushes();
	all_reach(mdp(), IOVA, 0);
	ends_hushing();
	detaches(rot(), domain);
}

/* H3: Linux's has 0 for a bank and for none. */
static void a_device_attaches_again_as_often_as_it_likes(void **state)
{
	struct iommu_domain *of_rot = attaches(rot());

	for (unsigned n = 0; n < 5; n++) {
		struct iommu_domain *domain = attaches(mdp());

		maps(domain, IOVA, PA + n * SZ_1M, SZ_4K);
		all_reach(mdp(), IOVA, PA + n * SZ_1M);
		detaches(mdp(), domain);
	}
	detaches(rot(), of_rot);
}

static void a_domain_in_use_is_replaced_where_no_bank_is_free(void **state)
{
	struct iommu_domain *first = attaches(mdp()), *second = new_domain(mdp());
	struct iommu_domain *of_rot = attaches(rot());	/* the other of two banks */

	maps(first, IOVA, PA, SZ_4K);
	maps(second, IOVA, PA + SZ_1M, SZ_4K);
	all_reach(mdp(), IOVA, PA);
	iommu_detach_device(first, mdp());
	assert_int_equal(iommu_attach_device(second, mdp()), 0);
	all_reach(mdp(), IOVA, PA + SZ_1M);
	detaches(rot(), of_rot);
	detaches(mdp(), second);
	iommu_domain_free(first);
}

/* H8: Linux's goes on without tables. */
static struct iommu_domain *made;

static int makes_one(void)
{
	int ret;

	made = iommu_paging_domain_alloc(mdp());
	if (IS_ERR(made))
		return (int)PTR_ERR(made);
	ret = iommu_attach_device(made, mdp());
	if (ret)
		iommu_domain_free(made);
	return ret;
}

static void unmakes_it(void)
{
	detaches(mdp(), made);
}

static void without_memory_for_tables_nothing_is_attached(void **state)
{
	mdp();
	each_allocation_fails(makes_one, unmakes_it);
}

/* ---- faults ------------------------------------------------------------------------- */

static struct iommu_domain *attaches_hearing(struct device *dev, int answer, size_t maps_len)
{
	struct iommu_domain *domain = attaches(dev);

	listens_for_faults(domain, answer, maps_len);
	return domain;
}

/* H2: Linux's never says RESUME. */
static void a_master_that_faults_does_not_hang(void **state)
{
	struct iommu_domain *domain = attaches_hearing(gpu(), -ENOSYS, 0);
	struct master *m = harness_master(gpu());

	hushes();
	assert_int_equal(master_write(m, IOVA + 8, "abcd", 4).kind, MASTER_IOMMU_FAULT);
	ends_hushing();
	assert_int_equal(heard.nr, 1);
	assert_ptr_equal(heard.dev, gpu());
	assert_int_equal(heard.iova, IOVA + 8);
	assert_int_equal(heard.flags, IOMMU_FAULT_WRITE);
	maps(domain, IOVA, PA, SZ_4K);
	assert_int_equal(master_write(m, IOVA + 8, "abcd", 4).kind, MASTER_OK);
	detaches(gpu(), domain);
}

static void what_a_handler_maps_is_tried_again(void **state)
{
	struct iommu_domain *domain = attaches_hearing(gpu(), 0, SZ_4K);

	assert_int_equal(master_write(harness_master(gpu()), IOVA, "abcd", 4).kind, MASTER_OK);
	assert_int_equal(heard.nr, 1);
	assert_int_equal(iommu_unmap(domain, IOVA, SZ_4K), SZ_4K);
	detaches(gpu(), domain);
}

static void a_fault_is_told_with_all_that_is_known(void **state)
{
	struct iommu_domain *domain = attaches(rot());
	char byte, *said;

	listens();
	master_read(harness_master(rot()), IOVA, &byte, 1);
	said = ends_listening();
	assert_non_null(strstr(said, "7500000.iommu: translation fault: 4e00000.rotator (MID 1, "
				     "bank "));
	assert_non_null(strstr(said, ") reads 0x10000000, FSR 0x40000002\n"));
	free(said);
	detaches(rot(), domain);
}

/* ---- other domains ------------------------------------------------------------------ */

static void a_blocked_device_reaches_nothing_and_identity_everything(void **state)
{
	struct iommu_domain *domain = new_domain(rot());
	const struct iommu_ops *ops = domain->owner;

	assert_int_equal(iommu_attach_device(domain, rot()), 0);
	assert_int_equal(ops->identity_domain->ops->attach_dev(ops->identity_domain, rot()), 0);
	assert_int_equal(reaches(rot(), 0, PA, true), PA);
	assert_int_equal(ops->blocked_domain->ops->attach_dev(ops->blocked_domain, rot()), 0);
	assert_int_equal(reaches(rot(), 0, PA, true), 0);
	assert_int_equal(ops->identity_domain->ops->attach_dev(ops->identity_domain, rot()), 0);
	assert_int_equal(domain->ops->attach_dev(domain, rot()), 0);
	maps(domain, IOVA, PA, SZ_4K);
	all_reach(rot(), IOVA, PA);
	detaches(rot(), domain);
}

static void a_mid_of_nobody_reaches_nothing(void **state)
{
	struct iommu_domain *domain = attaches(mdp());
	struct iommu_hw *port0 = master_iommu(harness_master(mdp()), 0, NULL);
	struct iommu_hw_result r;

	maps(domain, IOVA, PA, SZ_4K);
	r = iommu_hw_translate(port0, &(struct iommu_hw_access){
		.stream = 5, .iova = IOVA, .len = 1 });
	assert_int_equal(r.reason, IOMMU_HW_NO_STREAM);
	detaches(mdp(), domain);
}

/* ---- supplies ----------------------------------------------------------------------- */

static bool runs(u32 clock)
{
	return supply_is_on(machine_supply(harness_machine(the_harness), SUPPLY_CLOCK, MMCC,
					   &clock, 1));
}

static void clocks_run_only_while_registers_are_touched(void **state)
{
	struct iommu_domain *domain = attaches(mdp());

	maps(domain, IOVA, PA, SZ_4K);
	assert_false(runs(23));
	assert_false(runs(78));
	all_reach(mdp(), IOVA, PA);		/* masters bring their own */
	detaches(mdp(), domain);
}

static struct supply *island(void)
{
	const u32 cell = 9;

	return machine_supply(harness_machine(the_harness), SUPPLY_POWER, MMCC, &cell, 1);
}

static void what_power_took_is_there_again_when_its_master_wakes(void **state)
{
	struct iommu_domain *domain = attaches(blit());

	pm_runtime_enable(blit());
	maps(domain, IOVA, PA, SZ_4K);
	for (unsigned n = 0; n < 3; n++) {
		assert_int_equal(pm_runtime_resume_and_get(blit()), 0);
		assert_true(supply_is_on(island()));
		all_reach(blit(), IOVA, PA + n * SZ_4K);
		pm_runtime_put_sync(blit());
		flush_workqueue(pm_wq);		/* where its IOMMU follows */
		assert_false(supply_is_on(island()));
		assert_int_equal(iommu_unmap(domain, IOVA, SZ_4K), SZ_4K);
		maps(domain, IOVA, PA + (n + 1) * SZ_4K, SZ_4K);
	}
	pm_runtime_disable(blit());
	detaches(blit(), domain);
}

/* As the system's sleep calls it. */
static void sleeps_and_wakes(struct platform_device *pdev, struct iommu_hw *hw)
{
	const struct dev_pm_ops *pm = pdev->dev.driver->pm;

	assert_int_equal(pm->suspend_late(&pdev->dev), 0);
	iommu_hw_set_power(hw, false);
	iommu_hw_set_power(hw, true);
	assert_int_equal(pm->resume_early(&pdev->dev), 0);
}

static void what_the_system_s_sleep_took_is_there_again(void **state)
{
	struct platform_device *pdev =
		of_find_device_by_node(of_find_node_by_path("/soc/iommu@7500000"));
	struct iommu_domain *domain = attaches(mdp());

	maps(domain, IOVA, PA, SZ_4K);
	all_reach(mdp(), IOVA, PA);
	sleeps_and_wakes(pdev, master_iommu(harness_master(mdp()), 0, NULL));
	all_reach(mdp(), IOVA, PA);
	assert_int_equal(iommu_unmap(domain, IOVA, SZ_4K), SZ_4K);
	hushes();
	all_reach(mdp(), IOVA, 0);
	ends_hushing();
	platform_device_put(pdev);
	detaches(mdp(), domain);
}

/* ---- the contract, by two devices of one IOMMU -------------------------------------- */

struct row {
	const char *name;
	struct iommu_hw_knobs knobs;
	const char *cpu;
	enum machine_gear gear;
	enum chooser_mode chooser;
};

static const struct row rows[] = {
	{ "as the part" },
	{ "unbounded, negative", { .tlb_entries = IOMMU_HW_UNBOUNDED, .caches_negative = IOMMU_HW_YES } },
	{ "eight entries, walk cache, prefetch", { .tlb_entries = 8, .walk_cache_entries = 4, .prefetch = 2 } },
	{ "slow", { .delay = 50 } },
	{ "lines of 64 bytes, fetched by 128", { .line_len = 128 }, "cortex-a15" },
	{ "lines of 32 bytes", { .tlb_ways = 4, .tlb_entries = 16 }, "cortex-a9" },
	{ "drawn", { .draws_victims = IOMMU_HW_YES, .tlb_entries = 16 }, .chooser = CHOOSER_RANDOM },
	{ "lazy", { 0 }, .chooser = CHOOSER_LAZY },
	{ "by ASID alone", { .misbehaves = MSM_TLBIALL_BY_ASID } },
	{ "fast gear", { 0 }, .gear = GEAR_FAST },
};

static char *plays(const struct row *row, struct device *(*first)(void),
		   struct device *(*second)(void))
{
	struct contract c = { .seed = 0x5eed, .nr_steps = 120 };
	char *broken;

	the_harness = harness_start(&(struct harness_config){
		.board = MSM_BOARD, .cpu = row->cpu, .gear = row->gear, .chooser = row->chooser,
		.seed = 7, .iommu_knobs = row->knobs, .no_hazards = true,
		.behaviour = LINUX_REPAIRED }, NULL);
	assert_non_null(the_harness);
	c.devices[0] = first();
	c.devices[1] = second();
	c.masters[0] = harness_master(c.devices[0]);
	c.masters[1] = harness_master(c.devices[1]);
	hushes();
	broken = contract_play(&c);
	ends_hushing();
	assert_int_equal(stop_apq(NULL), 0);
	return broken;
}

static void two_devices_of_an_iommu_keep_the_contract(void **state)
{
	for (unsigned n = 0; n < ARRAY_SIZE(rows); n++) {
		char *broken = plays(&rows[n], mdp, rot);

		if (broken)
			fail_msg("%s: %s", rows[n].name, broken);
	}
}

static void every_defect_of_the_hardware_breaks_it(void **state)
{
	static const struct row defects[] = {
		{ "ignores TLBIVA", { .misbehaves = MSM_IGNORES_TLBIVA } },
		{ "ignores TLBIASID", { .misbehaves = MSM_IGNORES_TLBIALL } },
		{ "keeps its BFB", { .misbehaves = MSM_IGNORES_BFB } },
		{ "loses faults", { .misbehaves = MSM_LOSES_FAULTS } },
		{ "ignores permissions", { .misbehaves = MSM_IGNORES_PERMS } },
	};

	for (unsigned n = 0; n < ARRAY_SIZE(defects); n++) {
		char *broken = plays(&defects[n], mdp, rot);

		if (!broken)
			fail_msg("%s: nothing noticed", defects[n].name);
		g_free(broken);
	}
}

#define APQ(f)	cmocka_unit_test_setup_teardown(f, start_apq, stop_apq)

int main(void)
{
	const struct CMUnitTest tests[] = {
		APQ(every_mid_on_every_iommu_translates),
		APQ(an_unmap_reaches_every_iommu),
		APQ(what_was_not_there_is_when_it_is_mapped),
		APQ(two_devices_of_an_iommu_have_domains_of_their_own),
		APQ(two_devices_share_a_domain_and_its_bank),
		APQ(a_device_attaches_again_as_often_as_it_likes),
		APQ(a_domain_in_use_is_replaced_where_no_bank_is_free),
		APQ(without_memory_for_tables_nothing_is_attached),
		APQ(a_master_that_faults_does_not_hang),
		APQ(what_a_handler_maps_is_tried_again),
		APQ(a_fault_is_told_with_all_that_is_known),
		APQ(a_blocked_device_reaches_nothing_and_identity_everything),
		APQ(a_mid_of_nobody_reaches_nothing),
		APQ(clocks_run_only_while_registers_are_touched),
		APQ(what_power_took_is_there_again_when_its_master_wakes),
		APQ(what_the_system_s_sleep_took_is_there_again),
		cmocka_unit_test(two_devices_of_an_iommu_keep_the_contract),
		cmocka_unit_test(every_defect_of_the_hardware_breaks_it),
	};

	return cmocka_run_group_tests_name("iommu-msm", tests, NULL, NULL);
}
