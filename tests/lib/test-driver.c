/* SPDX-License-Identifier: MIT */
/*
 * Drivers that register and find their devices in the tree of drivers.dts.
 *
 * They write down what happens to them: "+widget" it probed, "-widget" it was removed,
 * "!widget" it was shut down, "?widget" it wants to be asked again.
 */
#include <string.h>
#include <armdma/bus.h>
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/of_device.h>
#include <linux/platform_device.h>
#include <linux/property.h>

#include "../support/rig.h"

static GString *seen;

static void note(char what, const struct platform_device *pdev)
{
	g_string_append_printf(seen, "%c%s ", what, pdev->dev.of_node ? pdev->dev.of_node->name
								      : pdev->name);
}

static void expects_seen(const char *drawing)
{
	assert_string_equal(seen->str, drawing);
	g_string_truncate(seen, 0);
}

/* ---- initcalls of the program, in another order than theirs -------------------------- */

static GString *levels;

#define DEFINE_LEVEL(level)				\
static int at_##level(void)				\
{							\
	g_string_append(levels, #level " ");		\
	return 0;					\
}							\
level##_initcall(at_##level)

DEFINE_LEVEL(late);
DEFINE_LEVEL(pure);
DEFINE_LEVEL(subsys);
DEFINE_LEVEL(core);
DEFINE_LEVEL(fs);

static int fails_to_load(void)
{
	g_string_append(levels, "module ");
	return harness_current() ? -EIO : -ENODEV;
}
module_init(fails_to_load);

static void leaves(void)
{
	g_string_append(levels, "exit ");
}
module_exit(leaves);

/* ---- a driver that is built in --------------------------------------------------------- */

static const char core_data[] = "two";

static int widget_probe(struct platform_device *pdev)
{
	note('+', pdev);
	platform_set_drvdata(pdev, seen);
	return 0;
}

static void any_remove(struct platform_device *pdev)
{
	note('-', pdev);
}

static const struct of_device_id widget_match[] = {
	{ .compatible = "test,widget" },
	{ .compatible = "test,widget-2", .data = core_data },
	{ .compatible = "" }
};

static struct platform_driver widget_driver = {
	.probe = widget_probe,
	.remove = any_remove,
	.driver = { .name = "widget", .of_match_table = widget_match },
};
builtin_platform_driver(widget_driver);

static struct platform_device *device_of(const char *name)
{
	struct platform_device *pdev =
		of_find_device_by_node(of_find_node_by_name(NULL, name));

	assert_non_null(pdev);
	platform_device_put(pdev);
	return pdev;
}

static void what_is_built_in_has_its_device_when_the_harness_has_started(struct rig *rig)
{
	struct platform_device *pdev = device_of("widget");

	expects_seen("+widget ");
	assert_ptr_equal(pdev->dev.driver, &widget_driver.driver);
	assert_true(device_is_bound(&pdev->dev));
	assert_string_equal(dev_driver_string(&pdev->dev), "widget");
	assert_ptr_equal(of_device_get_match_data(&pdev->dev), core_data);
	assert_ptr_equal(device_get_match_data(&pdev->dev), core_data);
	assert_ptr_equal(platform_get_drvdata(pdev), seen);
	assert_ptr_equal(pdev->dev.kernel, rig->dev->kernel);
	assert_true(pdev->dev.is_bound);
	assert_non_null(harness_master(&pdev->dev));
	harness_unbind(&pdev->dev);
	expects_seen("-widget ");
	assert_null(pdev->dev.driver);
	assert_null(platform_get_drvdata(pdev));
}

static void initcalls_run_by_level_on_every_machine(struct rig *rig)
{
	static const char all[] = "pure core subsys fs module late ";
	struct harness *other;

	assert_string_equal(levels->str, all);
	listens(rig);
	other = harness_start(&(struct harness_config){ .board = DRIVERS_BOARD }, NULL);
	expects_warning(rig, "initcall fails_to_load: error -5");
	assert_ptr_equal(harness_current(), other);	/* this thread is a CPU of it */
	assert_string_equal(levels->str, all);
	harness_finish(other);
	assert_ptr_equal(harness_current(), rig->h);
	assert_int_equal(armdma_module_init(), -EIO);
	g_string_truncate(levels, 0);
	armdma_module_exit();
	armdma_module_exit();
	assert_string_equal(levels->str, "exit ");
}

/* ---- what they ask for -------------------------------------------------------------------- */

static struct resource *widget_res;

static int asking_probe(struct platform_device *pdev)
{
	void __iomem *p = devm_platform_get_and_ioremap_resource(pdev, 0, &widget_res);

	if (IS_ERR(p))
		return (int)PTR_ERR(p);
	assert_ptr_equal(widget_res, platform_get_resource_byname(pdev, IORESOURCE_MEM, "core"));
	assert_false(IS_ERR(devm_platform_ioremap_resource_byname(pdev, "extra")));
	assert_null(platform_get_resource(pdev, IORESOURCE_MEM, 2));
	assert_int_equal(platform_irq_count(pdev), 2);
	assert_true(platform_get_irq(pdev, 0) > 0);
	assert_int_equal(platform_get_irq_byname(pdev, "done"), platform_get_irq(pdev, 1));
	assert_int_equal(platform_get_irq_optional(pdev, 2), -ENXIO);
	assert_int_equal(platform_get_irq_byname_optional(pdev, "nobody"), -ENXIO);
	note('+', pdev);
	return 0;
}

static void a_driver_gets_its_registers_and_lines(struct rig *rig)
{
	struct platform_driver drv = {
		.probe = asking_probe, .driver = { .name = "asking",
						   .of_match_table = widget_match },
	};

	platform_driver_unregister(&widget_driver);
	expects_seen("+widget -widget ");
	listens(rig);
	assert_int_equal(platform_driver_register(&drv), 0);
	expects_warning(rig, NULL);
	expects_seen("+widget ");
	assert_int_equal(widget_res->start, 0x10040000);
	assert_int_equal(resource_size(widget_res), 0x1000);
	assert_null(request_mem_region(0x10040ffc, 8, "too late"));
	platform_driver_unregister(&drv);
	assert_non_null(request_mem_region(0x10040ffc, 8, "now"));
	release_mem_region(0x10040ffc, 8);
}

/* The errors are Linux's, and so is what is said. */
static int refused_probe(struct platform_device *pdev)
{
	void __iomem *p = devm_platform_ioremap_resource(pdev, 0);

	assert_int_equal(platform_get_irq(pdev, 0), -ENXIO);
	return PTR_ERR_OR_ZERO(p);
}

static void what_a_node_has_not_got_is_an_error(struct rig *rig)
{
	static const struct of_device_id match[] = {
		{ .compatible = "test,no-registers" }, { .compatible = "test,broken" },
		{ .compatible = "" }
	};
	struct platform_driver drv = {
		.probe = refused_probe, .driver = { .name = "refused", .of_match_table = match },
	};

	listens(rig);
	assert_int_equal(platform_driver_register(&drv), 0);
	expects_warning(rig, "soc:no-registers: error -EINVAL: invalid resource (null)\n"
			"soc:no-registers: error -ENXIO: IRQ index 0 not found\n"
			"soc:no-registers: probe with driver refused failed with error -22\n"
			"soc:broken@100a0000: error -EINVAL: invalid resource (null)\n"
			"soc:broken@100a0000: error -ENXIO: IRQ index 0 not found\n"
			"soc:broken@100a0000: probe with driver refused failed with error -22\n");
	platform_driver_unregister(&drv);
	assert_null(device_of("broken")->dev.driver);
}

static int overlapping_probe(struct platform_device *pdev)
{
	return PTR_ERR_OR_ZERO(devm_platform_ioremap_resource(pdev, 0));
}

static void registers_of_two_drivers_do_not_overlap(struct rig *rig)
{
	static const struct of_device_id match[] = {
		{ .compatible = "test,overlaps" }, { .compatible = "" }
	};
	struct platform_driver drv = {
		.probe = overlapping_probe,
		.driver = { .name = "overlapping", .of_match_table = match },
	};

	assert_non_null(request_mem_region(0x10040000, 0x1000, "first"));
	listens(rig);
	assert_int_equal(platform_driver_register(&drv), 0);
	expects_warning(rig, "10040800.overlaps: error -EBUSY: can't request region for resource "
			"[mem 0x10040800-0x100408ff]\n"
			"10040800.overlaps: probe with driver overlapping failed with error -16");
	platform_driver_unregister(&drv);
	release_mem_region(0x10040000, 0x1000);
	listens(rig);
	release_mem_region(0x10040000, 0x1000);
	expects_warning(rig, "Trying to free nonexistent resource");
}

/* ---- who is there, and who is not -------------------------------------------------- */

static bool has_device(const char *name)
{
	struct platform_device *pdev =
		of_find_device_by_node(of_find_node_by_name(NULL, name));

	platform_device_put(pdev);
	return pdev;
}

static void nodes_that_a_bus_reaches_are_devices(struct rig *rig)
{
	assert_true(has_device("inner"));
	assert_true(has_device("beyond"));
	assert_true(has_device("no-registers"));
	assert_true(has_device("numbers"));
	assert_false(has_device("client"));
	assert_false(has_device("off"));
	assert_false(has_device("cpu"));
	assert_false(has_device("memory"));
	assert_string_equal(dev_name(&device_of("inner")->dev), "20000400.inner");
	assert_string_equal(dev_name(&device_of("no-registers")->dev), "soc:no-registers");
	assert_ptr_equal(device_of("inner")->dev.parent, &device_of("wrapper")->dev);
	assert_ptr_equal(device_of("wrapper")->dev.parent, &device_of("soc")->dev);
}

static void the_harnesss_masters_are_platform_devices(struct rig *rig)
{
	struct device *dev = harness_device(rig->h, "10020000.mmc");
	struct platform_device *pdev = to_platform_device(dev);

	assert_ptr_equal(pdev, device_of("mmc"));
	assert_int_equal(platform_get_resource(pdev, IORESOURCE_MEM, 0)->start, 0x10020000);
	assert_true(platform_get_irq(pdev, 0) > 0);
	assert_ptr_equal(harness_device(rig->h, "10020000.mmc"), dev);
}

/* ---- who comes first ------------------------------------------------------------------------ */

static bool supplier_is_there;

static int patient_probe(struct platform_device *pdev)
{
	note(supplier_is_there ? '+' : '?', pdev);
	return supplier_is_there ? 0 : dev_err_probe(&pdev->dev, -EPROBE_DEFER, "not said\n");
}

static int supplier_probe(struct platform_device *pdev)
{
	note('+', pdev);
	supplier_is_there = true;
	return 0;
}

static const struct of_device_id plain_match[] = {
	{ .compatible = "test,plain" }, { .compatible = "" }
};
static const struct of_device_id inner_match[] = {
	{ .compatible = "test,inner" }, { .compatible = "" }
};

static void who_must_wait_is_asked_again_when_another_is_bound(struct rig *rig)
{
	struct platform_driver patient = {
		.probe = patient_probe, .remove = any_remove,
		.driver = { .name = "patient", .of_match_table = plain_match },
	};
	struct platform_driver supplier = {
		.probe = supplier_probe, .remove = any_remove,
		.driver = { .name = "supplier", .of_match_table = inner_match },
	};

	supplier_is_there = false;
	g_string_truncate(seen, 0);
	listens(rig);
	assert_int_equal(platform_driver_register(&patient), 0);
	expects_warning(rig, NULL);
	expects_seen("?plain ");
	assert_null(device_of("plain")->dev.driver);
	assert_int_equal(platform_driver_register(&supplier), 0);
	expects_seen("+inner +plain ");
	platform_driver_unregister(&supplier);
	platform_driver_unregister(&patient);
	expects_seen("-inner -plain ");
}

static void who_must_not_wait_is_refused(struct rig *rig)
{
	struct platform_driver drv = {
		.driver = { .name = "hasty", .of_match_table = plain_match },
	};

	supplier_is_there = false;
	g_string_truncate(seen, 0);
	listens(rig);
	assert_int_equal(platform_driver_probe(&drv, patient_probe), -ENODEV);
	expects_warning(rig, "10042000.plain: probe deferral not supported");
	supplier_is_there = true;
	assert_int_equal(platform_driver_probe(&drv, patient_probe), 0);
	expects_seen("?plain +plain ");
	platform_driver_unregister(&drv);
}

/* ---- behind IOMMUs -------------------------------------------------------------------------- */

static int engine_probe(struct platform_device *pdev)
{
	note(device_iommu_mapped(&pdev->dev) ? '+' : '?', pdev);
	return 0;
}

static const struct of_device_id engine_match[] = {
	{ .compatible = "test,engine" }, { .compatible = "test,patient" }, { .compatible = "" }
};

static struct platform_driver engine_driver = {
	.probe = engine_probe, .remove = any_remove,
	.driver = { .name = "engine", .of_match_table = engine_match },
};

static bool registers_engine;

static int engine_init(void)
{
	return registers_engine ? platform_driver_register(&engine_driver) : 0;
}
core_initcall(engine_init);

static void a_consumer_waits_for_the_driver_of_its_iommu_while_it_may_come(struct rig *rig)
{
	struct harness *h;

	registers_engine = true;
	g_string_truncate(seen, 0);
	h = harness_start(&(struct harness_config){ .board = DRIVERS_BOARD }, NULL);
	registers_engine = false;
	/* Not one but the widget before our own IOMMU driver; the other's never came. */
	expects_seen("+widget +engine ?patient ");
	harness_finish(h);
	expects_seen("-patient -engine -widget ");
}

static void without_iommus_nobody_waits_and_nobody_takes_them(struct rig *rig)
{
	struct harness *h;

	registers_engine = true;
	g_string_truncate(seen, 0);
	h = harness_start(&(struct harness_config){
		.board = DRIVERS_BOARD, .iommu = IOMMU_OFF }, NULL);
	registers_engine = false;
	expects_seen("?engine ?patient +widget ");
	harness_finish(h);
	expects_seen("-widget -patient -engine ");
}

/* ---- coming and going ------------------------------------------------------------------------ */

static int declining_probe(struct platform_device *pdev)
{
	note('?', pdev);
	return -ENODEV;
}

static void who_declines_leaves_it_to_the_next(struct rig *rig)
{
	struct platform_driver first = {
		.probe = declining_probe,
		.driver = { .name = "declining", .of_match_table = plain_match },
	};
	struct platform_driver second = {
		.probe = widget_probe, .remove = any_remove,
		.driver = { .name = "second", .of_match_table = plain_match },
	};

	g_string_truncate(seen, 0);
	listens(rig);
	assert_int_equal(platform_driver_register(&first), 0);
	assert_int_equal(platform_driver_register(&second), 0);
	expects_warning(rig, NULL);
	expects_seen("?plain +plain ");
	listens(rig);
	assert_int_equal(platform_driver_register(&first), -EBUSY);
	expects_warning(rig, "Driver 'declining' is already registered");
	platform_driver_unregister(&first);
	expects_seen("");
	platform_driver_unregister(&second);
	expects_seen("-plain ");
	listens(rig);
	platform_driver_unregister(&second);
	expects_warning(rig, "Unexpected driver unregister!");
}

static void names(void *data)
{
	g_string_append_printf(seen, "%s ", (const char *)data);
}

static int managed_probe(struct platform_device *pdev)
{
	note('+', pdev);
	return devm_add_action(&pdev->dev, names, (void *)(uintptr_t)"first") ?:
	       devm_add_action(&pdev->dev, names, (void *)(uintptr_t)"last");
}

static int failing_probe(struct platform_device *pdev)
{
	return managed_probe(pdev) ?: -EINVAL;
}

static void what_is_managed_goes_after_the_driver_and_after_a_probe_that_failed(struct rig *rig)
{
	struct platform_driver drv = {
		.probe = managed_probe, .remove = any_remove,
		.driver = { .name = "managed", .of_match_table = plain_match },
	};

	g_string_truncate(seen, 0);
	assert_int_equal(platform_driver_register(&drv), 0);
	platform_driver_unregister(&drv);
	expects_seen("+plain -plain last first ");
	drv.probe = failing_probe;
	listens(rig);
	assert_int_equal(platform_driver_register(&drv), 0);
	expects_warning(rig, "failed with error -22");
	expects_seen("+plain last first ");
	platform_driver_unregister(&drv);
}

static void a_device_that_is_unbound_is_bound_again(struct rig *rig)
{
	struct platform_driver drv = {
		.probe = widget_probe, .remove = any_remove,
		.driver = { .name = "10020000.mmc" },
	};
	struct device *dev;

	g_string_truncate(seen, 0);
	assert_int_equal(platform_driver_register(&drv), 0);	/* by name */
	dev = harness_device(rig->h, "10020000.mmc");
	assert_ptr_equal(dev->driver, &drv.driver);
	harness_unbind(dev);
	assert_null(dev->driver);
	assert_ptr_equal(harness_device(rig->h, "10020000.mmc"), dev);
	expects_seen("+mmc -mmc +mmc ");
	device_release_driver(dev);
	assert_int_equal(device_attach(dev), 1);
	assert_int_equal(device_attach(dev), 1);
	expects_seen("-mmc +mmc ");
	platform_driver_unregister(&drv);
	assert_int_equal(device_attach(dev), 0);
}

static int id_probe(struct platform_device *pdev)
{
	note('+', pdev);
	return platform_get_device_id(pdev)->driver_data == 7 ? 0 : -EINVAL;
}

static void a_device_of_no_node_is_found_by_its_name(struct rig *rig)
{
	static const struct platform_device_id ids[] = { { "gadget", 7 }, { "", 0 } };
	struct platform_driver drv = {
		.probe = id_probe, .id_table = ids, .driver = { .name = "by-id" },
	};
	struct device *dev;

	g_string_truncate(seen, 0);
	assert_int_equal(platform_driver_register(&drv), 0);
	dev = harness_device(rig->h, "gadget");
	assert_ptr_equal(dev->driver, &drv.driver);
	expects_seen("+gadget ");
	platform_driver_unregister(&drv);
}

static void shuts_down(struct platform_device *pdev)
{
	note('!', pdev);
}

static struct platform_driver staying_driver = {
	.probe = managed_probe, .remove = any_remove, .shutdown = shuts_down,
	.driver = {
		.name = "staying", .of_match_table = plain_match, .suppress_bind_attrs = true,
	},
};

static void who_is_never_unbound_is_shut_down(struct rig *rig)
{
	struct harness *h = harness_start(&(struct harness_config){ .board = DRIVERS_BOARD }, NULL);

	g_string_truncate(seen, 0);
	assert_int_equal(platform_driver_register(&staying_driver), 0);
	cpu_enter(rig->cpu);
	assert_null(device_of("plain")->dev.driver);		/* of the rig's machine */
	harness_finish(h);
	expects_seen("+plain !plain -widget last first ");
}

static int count_devices(struct device *dev, void *data)
{
	return ++*(int *)data == 2 ? -EINTR : 0;
}

static void devices_of_a_driver_are_counted(struct rig *rig)
{
	int nr = 0;

	assert_int_equal(driver_for_each_device(&widget_driver.driver, NULL, &nr, count_devices),
			 0);
	assert_int_equal(nr, 1);
	assert_int_equal(driver_for_each_device(&widget_driver.driver, NULL, &nr, count_devices),
			 -EINTR);
	assert_int_equal(driver_for_each_device(&widget_driver.driver, &device_of("widget")->dev,
						&nr, count_devices), 0);
	assert_int_equal(driver_deferred_probe_check_state(rig->dev), -ENODEV);
}

static void probing_that_finds_no_memory_leaves_nothing(struct rig *rig)
{
	struct platform_driver drv = {
		.probe = overlapping_probe,
		.driver = { .name = "poor", .of_match_table = plain_match },
	};
	unsigned nth = 0;

	do {
		listens(rig);
		harness_fail_allocation(rig->h, ++nth);
		assert_int_equal(platform_driver_register(&drv), 0);
		harness_fail_allocation(rig->h, 0);
		expects_warning(rig, device_of("plain")->dev.driver ? NULL : "failed with error");
		platform_driver_unregister(&drv);
		assert_non_null(request_mem_region(0x10042000, 0x1000, "again"));
		release_mem_region(0x10042000, 0x1000);
	} while (nth < 8);
}

static const struct rig_test tests[] = {
	TEST_ON(what_is_built_in_has_its_device_when_the_harness_has_started, 0, 0),
	TEST_ON(initcalls_run_by_level_on_every_machine, 0, 0),
	TEST_ON(a_driver_gets_its_registers_and_lines, 0, 0),
	TEST_ON(what_a_node_has_not_got_is_an_error, 0, 0),
	TEST_ON(registers_of_two_drivers_do_not_overlap, 0, 0),
	TEST_ON(nodes_that_a_bus_reaches_are_devices, 0, 0),
	TEST_ON(the_harnesss_masters_are_platform_devices, 0, 0),
	TEST_ON(who_must_wait_is_asked_again_when_another_is_bound, 0, 0),
	TEST_ON(who_must_not_wait_is_refused, 0, 0),
	TEST_ON(a_consumer_waits_for_the_driver_of_its_iommu_while_it_may_come, 0, 0),
	TEST_ON(without_iommus_nobody_waits_and_nobody_takes_them, 0, 0),
	TEST_ON(who_declines_leaves_it_to_the_next, 0, 0),
	TEST_ON(what_is_managed_goes_after_the_driver_and_after_a_probe_that_failed, 0, 0),
	TEST_ON(a_device_that_is_unbound_is_bound_again, 0, 0),
	TEST_ON(a_device_of_no_node_is_found_by_its_name, 0, 0),
	TEST_ON(who_is_never_unbound_is_shut_down, 0, 0),
	TEST_ON(devices_of_a_driver_are_counted, 0, 0),
	TEST_ON(probing_that_finds_no_memory_leaves_nothing, 0, 0),
};

/* Initcalls write before a test does: they must have something to write to. */
static int make_notes(void)
{
	g_string_truncate(seen, 0);
	g_string_truncate(levels, 0);
	return 0;
}
early_initcall(make_notes);

int main(void)
{
	static const struct platform one = { .name = "drivers", .board = DRIVERS_BOARD };
	int ret;

	seen = g_string_new(NULL);
	levels = g_string_new(NULL);
	ret = rig_run_on(&one, 1, tests, G_N_ELEMENTS(tests));
	g_string_free(seen, TRUE);
	g_string_free(levels, TRUE);
	return ret;
}
