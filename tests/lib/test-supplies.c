/* SPDX-License-Identifier: MIT */
/*
 * Clocks, resets and power domains that the tree names, as lines of the hardware; and
 * registers that several share. The board is supplies.dts.
 */
#include <linux/clk.h>
#include <linux/kernel.h>
#include <linux/mfd/syscon.h>
#include <linux/of.h>
#include <linux/of_platform.h>
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>
#include <linux/reset.h>
#include <armdma/supply.h>

#include "../support/rig.h"

static struct device *finds(const char *path)
{
	struct platform_device *pdev = of_find_device_by_node(of_find_node_by_path(path));

	assert_non_null(pdev);
	put_device(&pdev->dev);
	return &pdev->dev;
}

static struct device *first(void)
{
	return finds("/supplied/first@2f100000");
}

static struct device *second(void)
{
	return finds("/supplied/second@2f200000");
}

static bool is_on(struct rig *rig, enum supply_kind kind, const char *provider, uint32_t cell)
{
	return supply_is_on(machine_supply(rig->m, kind, provider, &cell, 1));
}

static bool clock_runs(struct rig *rig, uint32_t cell)
{
	return is_on(rig, SUPPLY_CLOCK, "/clock-controller", cell);
}

static bool reset_is_let_go(struct rig *rig, uint32_t cell)
{
	return is_on(rig, SUPPLY_RESET, "/clock-controller", cell);
}

static bool domain_has_power(struct rig *rig, uint32_t cell)
{
	return is_on(rig, SUPPLY_POWER, "/power-controller", cell);
}

/* ---- clocks -------------------------------------------------------------------------- */

static void a_clock_runs_while_anybody_has_it_enabled(struct rig *rig)
{
	struct clk *core = clk_get(first(), "core"), *same = clk_get(second(), NULL);
	struct clk *bus = clk_get(first(), "bus");

	assert_false(IS_ERR(core) || IS_ERR(same) || IS_ERR(bus));
	assert_true(clk_is_match(core, same));
	assert_false(clk_is_match(core, bus));
	assert_int_equal(clk_prepare(core), 0);
	assert_false(clock_runs(rig, 5));
	assert_int_equal(clk_enable(core), 0);
	assert_int_equal(clk_prepare_enable(same), 0);
	assert_true(clock_runs(rig, 5));
	assert_false(clock_runs(rig, 6));
	clk_disable_unprepare(core);
	assert_true(clock_runs(rig, 5));
	clk_disable(same);
	assert_false(clock_runs(rig, 5));
	clk_unprepare(same);
	clk_put(core);
	clk_put(same);
	clk_put(bus);
}

static void what_the_node_does_not_name_is_not_there(struct rig *rig)
{
	assert_ptr_equal(clk_get(first(), "nosuch"), ERR_PTR(-ENOENT));
	assert_ptr_equal(clk_get(rig->dev, NULL), ERR_PTR(-ENOENT));
	assert_null(clk_get_optional(first(), "nosuch"));
	assert_int_equal(clk_prepare_enable(NULL), 0);	/* which does nothing */
	clk_disable_unprepare(NULL);
	clk_put(NULL);
}

static void a_fixed_clock_has_a_rate_and_never_stops(struct rig *rig)
{
	struct clk *osc = clk_get(first(), "osc"), *core = clk_get(first(), "core");

	assert_int_equal(clk_get_rate(osc), 24000000);
	assert_true(supply_is_on(machine_supply(rig->m, SUPPLY_CLOCK, "/osc", NULL, 0)));
	assert_int_equal(clk_get_rate(core), 0);
	assert_int_equal(clk_set_rate(core, 200000000), 0);
	assert_int_equal(clk_get_rate(core), 200000000);
	clk_put(osc);
	clk_put(core);
}

static void what_is_not_balanced_is_said_and_changes_nothing(struct rig *rig)
{
	struct clk *core = clk_get(first(), "core");

	listens(rig);
	assert_int_equal(clk_enable(core), -ESHUTDOWN);
	expects_warning(rig, "Enabling unprepared /clock-controller 5");
	assert_false(clock_runs(rig, 5));
	listens(rig);
	clk_disable(core);
	expects_warning(rig, "already disabled");
	listens(rig);
	clk_unprepare(core);
	expects_warning(rig, "already unprepared");
	assert_int_equal(clk_prepare_enable(core), 0);
	listens(rig);
	clk_unprepare(core);
	expects_warning(rig, "Unpreparing enabled");
	assert_true(clock_runs(rig, 5));
	clk_disable(core);
	assert_false(clock_runs(rig, 5));
	clk_put(core);
}

static void several_come_and_go_together(struct rig *rig)
{
	struct clk_bulk_data clks[] = { { .id = "core" }, { .id = "bus" } };
	struct clk_bulk_data wrong[] = { { .id = "core" }, { .id = "nosuch" } }, *all;

	assert_int_equal(clk_bulk_get(first(), 2, clks), 0);
	assert_int_equal(clk_bulk_prepare_enable(2, clks), 0);
	assert_true(clock_runs(rig, 5) && clock_runs(rig, 6));
	clk_bulk_disable_unprepare(2, clks);
	assert_false(clock_runs(rig, 5) || clock_runs(rig, 6));
	clk_bulk_put(2, clks);
	listens(rig);
	assert_int_equal(clk_bulk_get(first(), 2, wrong), -ENOENT);
	expects_warning(rig, "Failed to get clk 'nosuch'");
	assert_null(wrong[0].clk);
	assert_int_equal(clk_bulk_get_optional(first(), 2, wrong), 0);
	assert_null(wrong[1].clk);
	clk_bulk_put(2, wrong);
	assert_int_equal(clk_bulk_get_all(first(), &all), 3);
	assert_string_equal(all[2].id, "osc");
	clk_bulk_put_all(3, all);
}

static void what_is_managed_goes_with_the_driver(struct rig *rig)
{
	struct device *dev = first();

	assert_false(IS_ERR(devm_clk_get_enabled(dev, "core")));
	assert_false(IS_ERR(devm_clk_get_prepared(dev, "bus")));
	assert_false(IS_ERR(devm_reset_control_get_exclusive_deasserted(dev, "b")));
	assert_true(clock_runs(rig, 5) && reset_is_let_go(rig, 2));
	harness_unbind(dev);
	assert_false(clock_runs(rig, 5) || reset_is_let_go(rig, 2));
	assert_false(IS_ERR(devm_reset_control_get_exclusive(dev, "b")));
	assert_null(devm_clk_get_optional(dev, "nosuch"));
	harness_unbind(dev);
}

/* ---- resets -------------------------------------------------------------------------- */

static void an_exclusive_user_has_his_way(struct rig *rig)
{
	struct reset_control *a = reset_control_get_exclusive(first(), "a");

	assert_int_equal(reset_control_status(a), 1);
	assert_int_equal(reset_control_deassert(a), 0);
	assert_int_equal(reset_control_deassert(a), 0);
	assert_true(reset_is_let_go(rig, 1));
	assert_int_equal(reset_control_assert(a), 0);
	assert_false(reset_is_let_go(rig, 1));
	assert_int_equal(reset_control_reset(a), 0);
	assert_int_equal(reset_control_status(a), 0);
	listens(rig);
	assert_ptr_equal(reset_control_get_exclusive(second(), NULL), ERR_PTR(-EBUSY));
	expects_warning(rig, "WARNING");
	reset_control_put(a);
	assert_ptr_equal(reset_control_get(first(), "nosuch"), ERR_PTR(-ENOENT));
	assert_null(reset_control_get_optional(first(), "nosuch"));
	assert_int_equal(reset_control_assert(NULL), 0);
}

static void who_shares_a_reset_lets_it_go_together(struct rig *rig)
{
	struct reset_control *a = reset_control_get_shared(first(), "a");
	struct reset_control *same = reset_control_get_shared(second(), NULL);

	reset_control_deassert(a);
	reset_control_deassert(same);
	reset_control_assert(a);
	assert_true(reset_is_let_go(rig, 1));
	reset_control_assert(same);
	assert_false(reset_is_let_go(rig, 1));
	listens(rig);
	assert_int_equal(reset_control_assert(same), -EINVAL);
	expects_warning(rig, "WARNING");
	reset_control_put(a);
	reset_control_put(same);
}

/* ---- power --------------------------------------------------------------------------- */

static void a_domain_has_power_while_a_device_in_it_is_active(struct rig *rig)
{
	struct device *a = first(), *b = second();

	pm_runtime_enable(a);
	pm_runtime_enable(b);
	assert_false(domain_has_power(rig, 3));
	pm_runtime_get_sync(a);
	assert_true(domain_has_power(rig, 3));
	assert_false(domain_has_power(rig, 4));
	pm_runtime_get_sync(b);
	assert_true(domain_has_power(rig, 4));
	pm_runtime_put_sync(a);
	assert_true(domain_has_power(rig, 3));
	pm_runtime_put_sync(b);
	assert_false(domain_has_power(rig, 3) || domain_has_power(rig, 4));
	pm_runtime_disable(a);
	pm_runtime_disable(b);
}

static struct rig *seen_by;
static bool had_power;

static int looks(struct device *dev)
{
	had_power = domain_has_power(seen_by, 3);
	return 0;
}

static int fails(struct device *dev)
{
	return -EIO;
}

static void callbacks_run_with_power(struct rig *rig)
{
	static const struct dev_pm_ops ops = { RUNTIME_PM_OPS(looks, looks, NULL) };
	static const struct dev_pm_ops bad = { RUNTIME_PM_OPS(NULL, fails, NULL) };
	static struct device_driver driver = { .name = "looks", .pm = &ops };
	struct device *a = first();

	seen_by = rig;
	a->driver = &driver;
	pm_runtime_enable(a);
	pm_runtime_get_sync(a);
	assert_true(had_power);
	had_power = false;
	pm_runtime_put_sync(a);
	assert_true(had_power);
	assert_false(domain_has_power(rig, 3));
	driver.pm = &bad;
	assert_int_equal(pm_runtime_resume_and_get(a), -EIO);
	assert_false(domain_has_power(rig, 3));
	driver.pm = &ops;
	a->driver = NULL;
	pm_runtime_disable(a);
}

static struct supply *module_of(struct rig *rig)
{
	return machine_supply(rig->m, SUPPLY_POWER, "/supplied/module@2f300000", NULL, 0);
}

static bool had_module;

static int probes(struct platform_device *pdev)
{
	had_power = domain_has_power(seen_by, 3);
	had_module = supply_is_on(module_of(seen_by));
	return 0;
}

static const struct of_device_id matches[] = {
	{ .compatible = "test,first" }, { .compatible = "test,third" }, { }
};

static struct platform_driver bound = {
	.probe = probes, .driver = { .name = "bound", .of_match_table = matches },
};

static void a_device_without_runtime_pm_keeps_its_domain_on(struct rig *rig)
{
	struct device *a = first();

	seen_by = rig;
	had_power = had_module = false;
	assert_int_equal(platform_driver_register(&bound), 0);
	assert_true(had_power && had_module);
	assert_true(domain_has_power(rig, 3));
	assert_false(supply_is_on(module_of(rig)));
	pm_runtime_enable(a);
	assert_false(domain_has_power(rig, 3));
	pm_runtime_disable(a);
	assert_true(domain_has_power(rig, 3));
	platform_driver_unregister(&bound);
	assert_false(domain_has_power(rig, 3));
}

static void a_module_has_power_while_what_is_in_it_is_active(struct rig *rig)
{
	struct supply *module = module_of(rig);
	struct device *dev = finds("/supplied/module@2f300000/third@100");

	assert_string_equal(dev_name(dev->parent), "2f300000.module");
	assert_false(supply_is_on(module));
	pm_runtime_enable(dev);
	pm_runtime_get_sync(dev);
	assert_true(supply_is_on(module));
	pm_runtime_put_sync(dev);
	assert_false(supply_is_on(module));
	pm_runtime_disable(dev);
	assert_false(supply_is_on(module));
}

/* ---- registers that several share ---------------------------------------------------- */

static void all_who_ask_for_a_syscon_share_its_registers(struct rig *rig)
{
	struct device_node *np = first()->of_node;
	struct regmap *map = syscon_regmap_lookup_by_phandle(np, "test,control");
	unsigned args[2], val;

	assert_false(IS_ERR(map));
	assert_ptr_equal(syscon_regmap_lookup_by_compatible("test,control"), map);
	assert_ptr_equal(syscon_regmap_lookup_by_phandle_args(np, "test,control", 2, args), map);
	assert_int_equal(args[0], 0x10);
	assert_int_equal(regmap_write(map, 0x10, 0xf0), 0);
	assert_int_equal(regmap_update_bits(map, 0x10, 0x3c, 0x14), 0);
	assert_int_equal(regmap_read(map, 0x10, &val), 0);
	assert_int_equal(val, 0xd4);
	assert_int_equal(regmap_set_bits(map, 0x10, 0x1), 0);
	assert_int_equal(regmap_test_bits(map, 0x10, 0x1), 1);
	assert_int_equal(regmap_clear_bits(map, 0x10, 0xff), 0);
	assert_int_equal(regmap_read(map, 0x10, &val), 0);
	assert_int_equal(val, 0);
	assert_int_equal(regmap_read(map, 0x12, &val), -EINVAL);
	assert_int_equal(regmap_read(map, 0x1000, &val), -EINVAL);
	assert_ptr_equal(syscon_regmap_lookup_by_phandle(np, "test,plain"),
			 ERR_PTR(-EPROBE_DEFER));
	assert_ptr_equal(syscon_regmap_lookup_by_phandle(np, "nosuch"), ERR_PTR(-ENODEV));
	assert_null(syscon_regmap_lookup_by_phandle_optional(np, "nosuch"));
}

static const struct rig_test tests[] = {
	TEST_ON(a_clock_runs_while_anybody_has_it_enabled, 0, 0),
	TEST_ON(what_the_node_does_not_name_is_not_there, 0, 0),
	TEST_ON(a_fixed_clock_has_a_rate_and_never_stops, 0, 0),
	TEST_ON(what_is_not_balanced_is_said_and_changes_nothing, 0, 0),
	TEST_ON(several_come_and_go_together, 0, 0),
	TEST_ON(what_is_managed_goes_with_the_driver, 0, 0),
	TEST_ON(an_exclusive_user_has_his_way, 0, 0),
	TEST_ON(who_shares_a_reset_lets_it_go_together, 0, 0),
	TEST_ON(a_domain_has_power_while_a_device_in_it_is_active, 0, 0),
	TEST_ON(callbacks_run_with_power, 0, 0),
	TEST_ON(a_device_without_runtime_pm_keeps_its_domain_on, 0, 0),
	TEST_ON(a_module_has_power_while_what_is_in_it_is_active, 0, 0),
	TEST_ON(all_who_ask_for_a_syscon_share_its_registers, 0, 0),
};

int main(void)
{
	static const struct platform one = { .name = "supplies", .board = SUPPLIES_BOARD };

	return rig_run_on(&one, 1, tests, ARRAY_SIZE(tests));
}
