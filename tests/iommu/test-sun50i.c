/* SPDX-License-Identifier: MIT */
/*
 * Our driver of Allwinner's IOMMU: one address space of all masters, when clock and reset
 * are held, and what it says of faults. The contract is played by who plays it for all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <asm/barrier.h>
#include <linux/of_platform.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/sizes.h>
#include <armdma/harness.h>
#include <armdma/master.h>
#include <armdma/supply.h>
#include <armdma/sun50i-iommu.h>

#include "lib/iommu/drivers.h"
#include "rig.h"
#include "verbs.h"

#define IOVA	0x10000000ul
#define CCU	"/soc/clock@3001000"

static int start_h6(void **state)
{
	static const struct harness_config cfg = { .board = "iommu-sun50i", .no_hazards = true };

	the_harness = harness_start(&cfg, NULL);
	return the_harness ? 0 : -1;
}

/* Registers were touched with the clock on, all the time. */
static int stop_h6(void **state)
{
	struct iommu_hw_counters c;

	iommu_hw_count(machine_iommu(harness_machine(the_harness), 0), &c);
	harness_finish(the_harness);
	return c.unsupplied ? -1 : 0;
}

static struct device *display(void)
{
	return device_named("/soc/display@1000000");
}

static struct device *codec(void)
{
	return device_named("/soc/codec@1c0e000");
}

static const struct supply *line(enum supply_kind kind, uint32_t nr)
{
	return machine_supply(harness_machine(the_harness), kind, CCU, &nr, 1);
}

static bool is_held(void)
{
	return supply_is_on(line(SUPPLY_CLOCK, 53)) && supply_is_on(line(SUPPLY_RESET, 30));
}

/* ---- one address space --------------------------------------------------------- */

static void masters_share_a_group_and_its_domain(void **state)
{
	struct iommu_domain *domain;

	assert_ptr_equal(display()->iommu_group, codec()->iommu_group);
	domain = iommu_get_domain_for_dev(display());
	assert_int_equal(iommu_map(domain, IOVA, PA, SZ_64K, RW, GFP_KERNEL), 0);
	assert_int_equal(reaches(display(), 0, IOVA + 0x5123, true), PA + 0x5123);
	assert_int_equal(reaches(codec(), 0, IOVA + 0x5123, true), PA + 0x5123);
	assert_int_equal(reaches(codec(), 1, IOVA + 0x5123, true), PA + 0x5123);
	assert_int_equal(iommu_unmap(domain, IOVA, SZ_64K), SZ_64K);
}

static struct iommu_domain *takes_over(struct device *dev)
{
	struct iommu_domain *domain = new_domain(dev);

	assert_int_equal(iommu_attach_group(domain, dev->iommu_group), 0);
	return domain;
}

static void another_domain_takes_over_without_a_moment_between(void **state)
{
	struct iommu_domain *first = iommu_get_domain_for_dev(display()), *second;

	assert_int_equal(iommu_map(first, IOVA, PA, SZ_4K, RW, GFP_KERNEL), 0);
	assert_int_equal(reaches(codec(), 0, IOVA, false), PA);
	second = takes_over(display());
	assert_true(is_held());
	assert_int_equal(iommu_map(second, IOVA, PA + SZ_1M, SZ_4K, RW, GFP_KERNEL), 0);
	assert_int_equal(reaches(codec(), 0, IOVA, false), PA + SZ_1M);
	iommu_detach_group(second, display()->iommu_group);
	assert_int_equal(reaches(codec(), 0, IOVA, false), PA);
	assert_int_equal(iommu_unmap(first, IOVA, SZ_4K), SZ_4K);
	iommu_domain_free(second);
}

/* H54: Linux's never lets go. */
static void nobody_holds_clock_and_reset_when_masters_pass(void **state)
{
	struct harness *h = harness_start(&(struct harness_config){
		.board = "iommu-sun50i", .no_hazards = true, .iommu = IOMMU_PASSTHROUGH }, NULL);
	struct iommu_domain *domain;

	the_harness = h;
	assert_false(is_held());
	assert_int_equal(reaches(display(), 0, PA, true), PA);
	domain = takes_over(display());
	assert_true(is_held());
	iommu_detach_group(domain, display()->iommu_group);
	assert_false(is_held());
	assert_int_equal(reaches(display(), 0, PA, true), PA);
	iommu_domain_free(domain);
	harness_finish(h);
}

/* ---- faults --------------------------------------------------------- */

#define expects_heard(who, at, how) do {					\
	assert_int_equal(heard.nr, 1);						\
	assert_ptr_equal(heard.dev, who);					\
	assert_int_equal(heard.iova, at);					\
	assert_int_equal(heard.flags, how);					\
	heard = (struct heard){ 0 };						\
} while (0)

static void a_fault_names_the_device_and_lets_it_go(void **state)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(display());
	char byte;

	listens_for_faults(domain, 0, 0);
	reaches(codec(), 1, 0x12345678, false);
	expects_heard(codec(), 0x12345678, IOMMU_FAULT_READ);
	assert_int_equal(iommu_map(domain, IOVA, PA, SZ_4K, IOMMU_READ, GFP_KERNEL), 0);
	reaches(display(), 0, IOVA + 8, true);
	expects_heard(display(), IOVA + 8, IOMMU_FAULT_WRITE);
	reaches(display(), 0, IOVA + SZ_4K, false);
	expects_heard(display(), IOVA + SZ_4K, IOMMU_FAULT_READ);
	assert_int_equal(master_read(harness_master(display()), IOVA, &byte, 1).kind, MASTER_OK);
	assert_int_equal(iommu_unmap(domain, IOVA, SZ_4K), SZ_4K);
}

static void a_fault_that_nobody_handles_is_one_line(void **state)
{
	listens();
	reaches(codec(), 0, 0x12345678, true);
	expects_said("30f0000.iommu: no first-level entry: master 3 (1c0e000.codec), "
		     "IOVA 0x12345678\n");
}

/* ---- sleep --------------------------------------------------------- */

/* As the system's sleep calls them. */
static const struct dev_pm_ops *pm_ops(void)
{
	return sun50i_iommu_driver.driver.pm;
}

static struct device *iommu_device(void)
{
	struct device_node *np = of_find_node_by_path("/soc/iommu@30f0000");
	struct platform_device *pdev = of_find_device_by_node(np);

	put_device(&pdev->dev);
	return &pdev->dev;
}

static void it_forgets_in_its_sleep_and_wakes_as_it_was(void **state)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(display());

	assert_int_equal(iommu_map(domain, IOVA, PA, SZ_4K, RW, GFP_KERNEL), 0);
	assert_int_equal(pm_ops()->suspend_late(iommu_device()), 0);
	assert_false(is_held());
	assert_int_equal(iommu_map(domain, IOVA + SZ_4K, PA, SZ_4K, RW, GFP_KERNEL), 0);
	assert_int_equal(pm_ops()->resume_early(iommu_device()), 0);
	assert_true(is_held());
	assert_int_equal(reaches(display(), 0, IOVA, true), PA);
	assert_int_equal(reaches(display(), 0, IOVA + SZ_4K, true), PA);
	assert_int_equal(iommu_unmap(domain, IOVA, 2 * SZ_4K), 2 * SZ_4K);
}

#define H6(f)	cmocka_unit_test_setup_teardown(f, start_h6, stop_h6)

int main(void)
{
	const struct CMUnitTest tests[] = {
		H6(masters_share_a_group_and_its_domain),
		H6(another_domain_takes_over_without_a_moment_between),
		cmocka_unit_test(nobody_holds_clock_and_reset_when_masters_pass),
		H6(a_fault_names_the_device_and_lets_it_go),
		H6(a_fault_that_nobody_handles_is_one_line),
		H6(it_forgets_in_its_sleep_and_wakes_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
