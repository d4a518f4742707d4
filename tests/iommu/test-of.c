/* SPDX-License-Identifier: MIT */
/* From the board's tree to IDs, IOMMUs and groups; see behind.dts. */
#include <linux/of_iommu.h>
#include <linux/property.h>

#include "rig.h"

static struct mock_iommu *left, *right, *pci;

static const struct mock_config as_left = {
	.node = "10100000.iommu", .grouping = MOCK_GROUP_BY_ID,
};

static void start_left(void)
{
	left = mock_new(&as_left);
}

static void expects_ids(struct device *dev, const char *text)
{
	struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(dev);
	g_autoptr(GString) is = g_string_new(NULL);

	assert_non_null(fwspec);
	for (unsigned i = 0; i < fwspec->num_ids; i++)
		g_string_append_printf(is, "%s%u", i ? " " : "", fwspec->ids[i]);
	assert_string_equal(is->str, text);
}

static void a_device_shows_every_id_that_the_tree_gives_it(void **state)
{
	struct device *eth, *usb;
	u32 id;

	start_left();
	eth = device_named("10010000.ethernet");
	usb = device_named("10030000.usb");
	expects_ids(eth, "4");
	expects_ids(usb, "7 8");
	assert_true(tegra_dev_iommu_get_stream_id(eth, &id));
	assert_int_equal(id, 4);
	assert_false(tegra_dev_iommu_get_stream_id(usb, &id));
	assert_ptr_equal(dev_iommu_fwspec_get(usb)->iommu_fwnode,
			 of_fwnode_handle(of_find_node_by_path("/soc/iommu@10100000")));
	assert_ptr_equal(usb->iommu->iommu_dev, &left->iommu);
	mock_free(left);
}

static void devices_that_share_an_id_share_a_group(void **state)
{
	struct device *eth, *mmc, *usb;

	start_left();
	eth = device_named("10010000.ethernet");
	mmc = device_named("10020000.mmc");
	usb = device_named("10030000.usb");
	assert_ptr_equal(eth->iommu_group, mmc->iommu_group);
	assert_ptr_not_equal(eth->iommu_group, usb->iommu_group);
	assert_ptr_equal(iommu_get_domain_for_dev(eth), iommu_get_domain_for_dev(mmc));
	mock_free(left);
}

static void a_device_behind_two_iommus_of_one_driver_has_the_ids_of_both(void **state)
{
	struct device *lcd;

	start_left();
	right = mock_new(&(struct mock_config){ .node = "10110000.iommu", .like = left });
	lcd = device_named("10200000.display");
	expects_ids(lcd, "1 9");
	assert_int_equal(left->nr[MOCK_XLATE], 1);
	assert_int_equal(right->nr[MOCK_XLATE], 1);
	mock_free(right);
	mock_free(left);
}

static void two_iommus_of_different_drivers_are_refused(void **state)
{
	struct device *lcd;

	start_left();
	right = mock_new(&(struct mock_config){ .node = "10110000.iommu" });
	lcd = device_named("10200000.display");
	assert_int_equal(of_iommu_configure(lcd, lcd->of_node, NULL), -EINVAL);
	assert_null(lcd->iommu);
	assert_int_equal(left->devs_ever + right->devs_ever, 0);
	mock_free(right);
	mock_free(left);
}

static void a_device_waits_for_the_second_of_its_iommus(void **state)
{
	struct device *lcd;

	start_left();
	lcd = device_named("10200000.display");
	assert_int_equal(of_iommu_configure(lcd, lcd->of_node, NULL), -EPROBE_DEFER);
	assert_null(lcd->iommu);
	right = mock_new(&(struct mock_config){ .node = "10110000.iommu", .like = left });
	assert_false(device_iommu_mapped(lcd));
	assert_ptr_equal(device_named("10200000.display"), lcd);	/* still in use as it is */
	assert_false(device_iommu_mapped(lcd));
	harness_unbind(lcd);
	device_named("10200000.display");
	assert_true(device_iommu_mapped(lcd));
	mock_free(right);
	mock_free(left);
}

static void a_disabled_iommu_and_one_without_a_driver_are_bypassed(void **state)
{
	struct device *gpu = device_named("10210000.gpu");
	struct device *dma = device_named("10040000.dma");
	struct device *usb = device_named("10030000.usb");

	assert_int_equal(of_iommu_configure(gpu, gpu->of_node, NULL), -ENODEV);
	assert_int_equal(of_iommu_configure(dma, dma->of_node, NULL), -ENODEV);
	assert_int_equal(of_iommu_configure(dma, NULL, NULL), -ENODEV);
	assert_int_equal(of_iommu_configure(usb, usb->of_node, NULL), -EPROBE_DEFER);
	assert_false(device_iommu_mapped(usb));
}

static void a_requester_is_translated_by_the_bridge_s_map(void **state)
{
	struct device *bridge, *function;
	u32 id = 0x10f, outside = 0x110;

	pci = mock_new(&(struct mock_config){ .node = "10130000.iommu" });
	bridge = device_named("10300000.pcie");
	expects_ids(bridge, "32");	/* the first, for all behind it */
	function = device_named("function");
	assert_int_equal(of_iommu_configure(function, bridge->of_node, &outside), -ENODEV);
	assert_null(function->iommu);
	assert_int_equal(of_iommu_configure(function, bridge->of_node, &id), 0);
	expects_ids(function, "47");
	assert_int_equal(of_iommu_configure(function, bridge->of_node, &outside), 0); /* done */
	expects_ids(function, "47");
	mock_free(pci);
}

static void what_a_driver_says_to_a_specifier_is_passed_on(void **state)
{
	struct device *usb;

	start_left();
	mock_fails(left, MOCK_XLATE, 1, -EINVAL);
	usb = device_named("10030000.usb");
	assert_null(usb->iommu);
	mock_fails(left, MOCK_XLATE, 2, -ENOSPC);
	assert_int_equal(of_iommu_configure(usb, usb->of_node, NULL), -ENOSPC);
	assert_null(usb->iommu);
	mock_fails(left, MOCK_PROBE, 1, -EIO);
	assert_int_equal(of_iommu_configure(usb, usb->of_node, NULL), -EIO);
	assert_int_equal(of_iommu_configure(usb, usb->of_node, NULL), 0);
	expects_ids(usb, "7 8");
	mock_free(left);
}

static struct device *usb_dev;

static int configures_usb(void)
{
	return of_iommu_configure(usb_dev, usb_dev->of_node, NULL);
}

static void releases_usb(void)
{
	expects_ids(usb_dev, "7 8");
	iommu_bus_remove_device(usb_dev);
	iommu_bus_add_device(usb_dev);
	assert_null(usb_dev->iommu);
}

static void a_device_without_memory_for_its_ids_has_none(void **state)
{
	usb_dev = device_named("10030000.usb");
	start_left();
	each_allocation_fails(configures_usb, releases_usb);
	mock_free(left);
}

static void ids_need_a_specification(void **state)
{
	struct device *dma = device_named("10040000.dma");
	static const u32 ids[] = { 5, 6, 7 };

	assert_int_equal(iommu_fwspec_add_ids(dma, ids, 3), -EINVAL);
	start_left();
	assert_int_equal(iommu_fwspec_init(dma, left->iommu.fwnode), 0);
	assert_int_equal(iommu_fwspec_init(dma, left->iommu.fwnode), 0);
	assert_int_equal(iommu_fwspec_init(dma, NULL), -EPROBE_DEFER);
	assert_int_equal(iommu_fwspec_add_ids(dma, ids, 2), 0);
	assert_int_equal(iommu_fwspec_add_ids(dma, ids, 0), 0);
	assert_int_equal(iommu_fwspec_add_ids(dma, ids + 2, 1), 0);
	expects_ids(dma, "5 6 7");
	assert_int_equal(iommu_probe_device(dma), 0);
	assert_true(device_iommu_mapped(dma));
	mock_free(left);
	assert_null(dev_iommu_fwspec_get(dma));
	assert_null(dev_iommu_priv_get(dma));
	assert_int_equal(iommu_probe_device(dma), -ENODEV);
}

static void nodes_are_found_by_path_and_by_name(void **state)
{
	struct device_node *np = of_find_node_by_path("/soc/iommu@10100000");
	struct device *eth = device_named("10010000.ethernet");
	struct device own = { .init_name = "own", .fwnode = of_fwnode_handle(np) };

	assert_non_null(np);
	assert_string_equal(np->path, "/soc/iommu@10100000");
	assert_string_equal(np->full_name, "iommu@10100000");
	assert_ptr_equal(of_find_node_by_path("10100000.iommu"), np);
	assert_null(of_find_node_by_path("/nowhere"));
	assert_true(of_device_is_available(np));
	assert_false(of_device_is_available(of_find_node_by_path("10120000.iommu")));
	assert_false(of_device_is_available(NULL));
	assert_ptr_equal(dev_fwnode(eth), &eth->of_node->fwnode);
	assert_ptr_equal(dev_fwnode(&own), &np->fwnode);
}

/* What their drivers made when they were asked about the first goes, too: half.dts. */
static void a_device_whose_second_iommu_is_disabled_is_behind_none(void **state)
{
	struct harness *h = harness_start(&(struct harness_config){ .board = HALF_BOARD }, NULL);

	assert_non_null(h);
	assert_false(device_iommu_mapped(harness_device(h, "/soc/codec@10520000")));
	assert_false(device_iommu_mapped(harness_device(h, "/soc/isp@10550000")));
	assert_int_equal(harness_finish(h), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHIND(a_device_shows_every_id_that_the_tree_gives_it),
		BEHIND(devices_that_share_an_id_share_a_group),
		BEHIND(a_device_behind_two_iommus_of_one_driver_has_the_ids_of_both),
		BEHIND(two_iommus_of_different_drivers_are_refused),
		BEHIND(a_device_waits_for_the_second_of_its_iommus),
		BEHIND(a_disabled_iommu_and_one_without_a_driver_are_bypassed),
		BEHIND(a_requester_is_translated_by_the_bridge_s_map),
		BEHIND(what_a_driver_says_to_a_specifier_is_passed_on),
		BEHIND(a_device_without_memory_for_its_ids_has_none),
		BEHIND(ids_need_a_specification),
		BEHIND(nodes_are_found_by_path_and_by_name),
		cmocka_unit_test(a_device_whose_second_iommu_is_disabled_is_behind_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
