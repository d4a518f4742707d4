/* SPDX-License-Identifier: MIT */
/*
 * IOMMUs of a board as they hang on it: registers, ports, lines, supplies; see wiring.dts. A
 * driver of this program takes them all and does nothing, as one does that fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/dma-mapping.h>
#include <linux/iommu.h>
#include <linux/mod_devicetable.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <armdma/bus.h>
#include <armdma/harness.h>
#include <armdma/supply.h>

static int idle_probe(struct platform_device *pdev)
{
	return 0;
}

static const struct of_device_id idle_ids[] = {
	{ .compatible = "rockchip,iommu" },
	{ .compatible = "armdma,reference-iommu" },
	{ }
};

static struct platform_driver idle_driver = {
	.probe = idle_probe,
	.driver = { .name = "idle", .of_match_table = idle_ids },
};
builtin_platform_driver(idle_driver);

static char *said;
static size_t said_len;

static struct harness *starts(enum iommu_mode mode)
{
	FILE *sink = open_memstream(&said, &said_len);
	struct harness *h;

	harness_print_to(sink);
	h = harness_start(&(struct harness_config){ .board = WIRING_BOARD, .iommu = mode }, NULL);
	harness_print_to(NULL);
	fclose(sink);
	assert_non_null(h);
	return h;
}

static void ends(struct harness *h)
{
	assert_int_equal(harness_finish(h), 0);
	free(said);
}

static struct iommu_hw *port(struct harness *h, const char *device, unsigned idx)
{
	return master_iommu(harness_master(harness_device(h, device)), idx, NULL);
}

static void a_device_has_a_port_at_each_mmu_of_a_node(void **state)
{
	struct harness *h = starts(IOMMU_AS_BOARD);
	struct iommu_hw *first = port(h, "10510000.vpu", 0), *second = port(h, "10510000.vpu", 1);

	assert_ptr_equal(first, harness_iommu(h, "10500000.iommu", NULL));
	assert_int_equal(iommu_hw_reg_pa(first), 0x10500000);
	assert_int_equal(iommu_hw_reg_pa(second), 0x10500100);
	assert_string_equal(iommu_hw_name(second), "10500000.iommu:1");
	assert_string_equal(iommu_hw_kind(second), "rockchip");
	assert_null(port(h, "10510000.vpu", 2));
	ends(h);
}

static void a_device_has_a_port_at_each_of_its_iommus(void **state)
{
	struct harness *h = starts(IOMMU_AS_BOARD);

	assert_int_equal(iommu_hw_reg_pa(port(h, "10530000.isp", 0)), 0x10520000);
	assert_int_equal(iommu_hw_reg_pa(port(h, "10530000.isp", 1)), 0x10521000);
	assert_null(port(h, "10530000.isp", 2));
	ends(h);
}

static void mmus_have_the_lines_that_the_tree_gives_them(void **state)
{
	struct harness *h = starts(IOMMU_AS_BOARD);
	const uint32_t spi[] = { 0, 21, 4 };
	unsigned irq = machine_irq_line(harness_machine(h), "/soc/interrupt-controller@1e001000",
					spi, 3);

	assert_int_equal(iommu_hw_irq(port(h, "10510000.vpu", 1)), irq);
	assert_int_not_equal(iommu_hw_irq(port(h, "10510000.vpu", 0)), irq);
	assert_int_equal(iommu_hw_irq(port(h, "10530000.isp", 0)),
			 iommu_hw_irq(port(h, "10530000.isp", 1)));
	ends(h);
}

static void turns(struct harness *h, enum supply_kind kind, const char *provider, uint32_t cell,
		  bool is_on)
{
	supply_set(machine_supply(harness_machine(h), kind, provider, &cell, 1), is_on);
}

static void what_a_node_names_gates_all_its_mmus(void **state)
{
	struct harness *h = starts(IOMMU_AS_BOARD);
	struct iommu_hw *second = port(h, "10510000.vpu", 1);

	assert_non_null(iommu_hw_missing(second, IOMMU_HW_GATES_REGISTERS));
	turns(h, SUPPLY_CLOCK, "/soc/clock-controller@10400000", 1, true);
	turns(h, SUPPLY_CLOCK, "/soc/clock-controller@10400000", 2, true);
	turns(h, SUPPLY_POWER, "/soc/power-controller@10401000", 3, true);
	assert_null(iommu_hw_missing(second, IOMMU_HW_GATES_REGISTERS));
	turns(h, SUPPLY_POWER, "/soc/power-controller@10401000", 3, false);
	assert_non_null(iommu_hw_missing(second, IOMMU_HW_GATES_ACCESSES));
	assert_null(iommu_hw_missing(port(h, "10530000.isp", 0), IOMMU_HW_GATES_REGISTERS));
	ends(h);
}

static void receives(struct device *dev)
{
	char *p = kzalloc(SZ_4K, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(dev, p, SZ_4K, DMA_FROM_DEVICE);

	assert_false(dma_mapping_error(dev, dma));
	assert_int_equal(master_write(harness_master(dev), dma, "bytes", 6).kind, MASTER_OK);
	dma_unmap_single(dev, dma, SZ_4K, DMA_FROM_DEVICE);
	kfree(p);
}

static void what_no_driver_registers_for_is_bypassed_and_said(void **state)
{
	struct harness *h = starts(IOMMU_STRICT);

	assert_non_null(strstr(said, "10540000.iommu: no driver for \"armdma,reference-iommu\": "
				     "bypassed\n"));
	assert_non_null(strstr(said, "10500000.iommu: no driver for \"rockchip,iommu\": "
				     "bypassed\n"));
	assert_true(iommu_hw_is_bypassed(harness_iommu(h, "10540000.iommu", NULL)));
	assert_false(device_iommu_mapped(harness_device(h, "10550000.dmac")));
	receives(harness_device(h, "10550000.dmac"));
	receives(harness_device(h, "10510000.vpu"));
	ends(h);
}

static void without_iommus_nothing_is_there_and_nothing_is_said(void **state)
{
	struct harness *h = starts(IOMMU_OFF);

	assert_null(harness_iommu(h, "10500000.iommu", NULL));
	assert_null(port(h, "10510000.vpu", 0));
	assert_null(strstr(said, "bypassed"));
	receives(harness_device(h, "10510000.vpu"));
	ends(h);
}

static const struct {
	struct iommu_hw_knobs knobs;
	const char *fault;
} faults[] = {
	{ { .tlb_entries = 8, .tlb_ways = 3 },
	  "armdma,tlb-ways is 3, which does not divide 8 entries" },
	{ { .tlb_ways = 3 }, "armdma,tlb-ways needs armdma,tlb-entries" },
	{ { .line_len = 24 },
	  "armdma,descriptor-line is 24, not a power of two of 4 to 256" },
	{ { .line_len = 512 },
	  "armdma,descriptor-line is 512, not a power of two of 4 to 256" },
	{ { .prefetch = 1u << 31 }, "armdma,prefetch is 2147483648, more than 65536" },
	{ { .walker = 9 }, "armdma,walker is not one of dram, snooping, level2" },
	{ { .caches_negative = 7 }, "armdma,caches-negative is neither yes nor no" },
	{ { .draws_victims = 7 }, "armdma,draws-victims is neither yes nor no" },
	{ { .version = 7 }, "armdma,version is 0x7, which no IOMMU of kind rockchip has" },
};

static void knobs_that_make_no_sense_are_an_error_with_its_place(void **state)
{
	for (size_t n = 0; n < G_N_ELEMENTS(faults); n++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *sentence = g_strconcat(
			"harness_config.iommu_knobs over /soc/iommu@10500000: ", faults[n].fault,
			NULL);

		assert_null(harness_start(&(struct harness_config){
			.board = WIRING_BOARD, .iommu_knobs = faults[n].knobs,
			.iommu = IOMMU_STRICT }, &error));
		assert_string_equal(error->message, sentence);
	}
}

static void knobs_of_iommus_that_are_not_there_are_nobodys(void **state)
{
	struct harness *h = harness_start(&(struct harness_config){
		.board = WIRING_BOARD, .iommu_knobs = faults[0].knobs, .iommu = IOMMU_OFF }, NULL);

	assert_non_null(h);
	assert_int_equal(harness_finish(h), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_has_a_port_at_each_mmu_of_a_node),
		cmocka_unit_test(a_device_has_a_port_at_each_of_its_iommus),
		cmocka_unit_test(mmus_have_the_lines_that_the_tree_gives_them),
		cmocka_unit_test(what_a_node_names_gates_all_its_mmus),
		cmocka_unit_test(what_no_driver_registers_for_is_bypassed_and_said),
		cmocka_unit_test(without_iommus_nothing_is_there_and_nothing_is_said),
		cmocka_unit_test(knobs_that_make_no_sense_are_an_error_with_its_place),
		cmocka_unit_test(knobs_of_iommus_that_are_not_there_are_nobodys),
	};

	return cmocka_run_group_tests_name("iommu-wiring", tests, NULL, NULL);
}
