/* SPDX-License-Identifier: MIT */
/*
 * The DMA API on boards with IOMMUs, from the device tree to the bytes: devices of
 * a9-iommu, and kinds without a model that the reference IOMMU stands in for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <linux/dma-mapping.h>
#include <linux/iommu.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <armdma/harness.h>

#include "lib/port/port.h"

static struct harness *starts(const char *name, enum iommu_mode mode, enum machine_gear gear)
{
	struct harness *h = harness_start(&(struct harness_config){
		.board = name, .iommu = mode, .gear = gear }, NULL);

	assert_non_null(h);
	return h;
}

/* A page for the device to write by one of its ports, and gone again. */
static void receives(struct device *dev, unsigned port)
{
	const struct master_ask how = { .port = port };
	struct master *hw = harness_master(dev);
	char *p = kzalloc(SZ_4K, GFP_KERNEL), got[6];
	dma_addr_t dma = dma_map_single(dev, p, SZ_4K, DMA_FROM_DEVICE);

	assert_false(dma_mapping_error(dev, dma));
	assert_int_equal(master_write_as(hw, &how, dma + 8, "bytes", 6).kind, MASTER_OK);
	dma_unmap_single(dev, dma, SZ_4K, DMA_FROM_DEVICE);
	port_copy_out(got, p + 8, sizeof(got));
	assert_string_equal(got, "bytes");
	kfree(p);
}

static unsigned nr_ports(struct device *dev)
{
	unsigned nr = 0;

	while (master_iommu(harness_master(dev), nr, NULL))
		nr++;
	return nr;
}

static const struct {
	const char *name;
	unsigned nr_ports;
} devices[] = {
	{ "/soc/ethernet@10010000", 1 }, { "/soc/usb@10030000", 2 },
	{ "/soc/display@10070000", 2 }, { "/soc/camera@10080000", 1 },
	{ "/soc/video-codec@10090000", 1 }, { "/soc/gpu@100a0000", 1 },
	{ "/soc/mmc@10020000", 0 },
};

static void works_in(enum iommu_mode mode, enum machine_gear gear)
{
	struct harness *h = starts("a9-iommu", mode, gear);

	for (unsigned n = 0; n < ARRAY_SIZE(devices); n++) {
		struct device *dev = harness_device(h, devices[n].name);

		assert_int_equal(nr_ports(dev), mode == IOMMU_OFF ? 0 : devices[n].nr_ports);
		assert_int_equal(device_iommu_mapped(dev), nr_ports(dev) != 0);
		receives(dev, 0);
		for (unsigned port = 1; port < nr_ports(dev); port++)
			receives(dev, port);
	}
	assert_int_equal(harness_finish(h), 0);
}

static void every_device_of_a9_iommu_receives(void **state)
{
	works_in(IOMMU_AS_BOARD, GEAR_EXACT);
	works_in(IOMMU_AS_BOARD, GEAR_FAST);
	works_in(IOMMU_LAZY, GEAR_EXACT);
	works_in(IOMMU_PASSTHROUGH, GEAR_EXACT);
	works_in(IOMMU_OFF, GEAR_EXACT);
}

/* ---- the fast gear: CPUs at once, each with a device of its own behind one IOMMU ------ */

#define NR_ROUNDS	300

struct worker {
	struct device *dev;
	struct cpu *cpu;
	unsigned nr_wrong;
};

/* No cmocka in threads: count what is wrong. */
static void receives_quietly(struct worker *w, char *p, unsigned round)
{
	char sent = (char)round, got = 0;
	dma_addr_t dma = dma_map_single(w->dev, p, SZ_4K, DMA_FROM_DEVICE);

	w->nr_wrong += dma_mapping_error(w->dev, dma) ||
		       master_write(harness_master(w->dev), dma + round, &sent, 1).kind;
	dma_unmap_single(w->dev, dma, SZ_4K, DMA_FROM_DEVICE);
	w->nr_wrong += master_read(harness_master(w->dev), dma, &got, 1).kind !=
		       MASTER_IOMMU_FAULT;
	port_copy_out(&got, p + round, 1);
	w->nr_wrong += got != sent;
}

static void *works(void *arg)
{
	struct worker *w = arg;
	char *p;

	cpu_enter(w->cpu);
	p = kzalloc(SZ_4K, GFP_KERNEL);
	for (unsigned round = 0; round < NR_ROUNDS; round++)
		receives_quietly(w, p, round);
	kfree(p);
	return NULL;
}

static void cpus_at_once_share_an_iommu(void **state)
{
	struct harness *h = harness_start(&(struct harness_config){
		.board = "a9-iommu", .gear = GEAR_FAST, .no_hazards = true }, NULL);
	struct worker workers[2] = {
		{ harness_device(h, "/soc/ethernet@10010000"), machine_cpu(harness_machine(h), 0), 0 },
		{ harness_device(h, "/soc/usb@10030000"), machine_cpu(harness_machine(h), 1), 0 },
	};
	FILE *nowhere = fopen("/dev/null", "w");
	pthread_t threads[2];

	printk_redirect(nowhere);
	for (unsigned n = 0; n < 2; n++)
		assert_int_equal(pthread_create(&threads[n], NULL, works, &workers[n]), 0);
	for (unsigned n = 0; n < 2; n++)
		assert_int_equal(pthread_join(threads[n], NULL), 0);
	printk_redirect(NULL);
	fclose(nowhere);
	assert_int_equal(workers[0].nr_wrong, 0);
	assert_int_equal(workers[1].nr_wrong, 0);
	assert_int_equal(harness_finish(h), 0);
}

static void what_is_unmapped_is_refused_and_a_hazard(void **state)
{
	struct harness *h = starts("a9-iommu", IOMMU_AS_BOARD, GEAR_EXACT);
	struct device *dev = harness_device(h, "/soc/gpu@100a0000");
	FILE *nowhere = fopen("/dev/null", "w");
	char *p = kzalloc(SZ_4K, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(dev, p, SZ_4K, DMA_FROM_DEVICE);
	struct master_fault f;

	assert_false(dma_mapping_error(dev, dma));
	dma_unmap_single(dev, dma, SZ_4K, DMA_FROM_DEVICE);
	printk_redirect(nowhere);
	f = master_write(harness_master(dev), dma, "late", 4);
	printk_redirect(NULL);
	fclose(nowhere);
	assert_int_equal(f.kind, MASTER_IOMMU_FAULT);
	assert_int_equal(f.reason, IOMMU_HW_TRANSLATION);
	assert_ptr_equal(f.iommu, harness_iommu(h, "/soc/iommu@10050000", NULL));
	kfree(p);
	assert_int_equal(harness_finish(h), 1);
}

static void those_who_share_ids_share_a_group(void **state)
{
	struct harness *h = starts("a9-iommu", IOMMU_AS_BOARD, GEAR_EXACT);
	struct device *camera = harness_device(h, "/soc/camera@10080000");
	struct device *codec = harness_device(h, "/soc/video-codec@10090000");
	struct device *gpu = harness_device(h, "/soc/gpu@100a0000");

	assert_ptr_equal(camera->iommu_group, codec->iommu_group);
	assert_ptr_not_equal(camera->iommu_group, gpu->iommu_group);
	assert_int_equal(harness_finish(h), 0);
}

static void the_reference_iommu_stands_in_for_kinds_without_a_model(void **state)
{
	struct harness *h = starts(BEHIND_BOARD, IOMMU_AS_BOARD, GEAR_EXACT);
	bool stands_in = false;

	assert_null(harness_iommu(h, "10130000.iommu", NULL));
	assert_int_equal(nr_ports(harness_device(h, "/soc/pcie@10300000")), 0);
	receives(harness_device(h, "/soc/pcie@10300000"), 0);
	assert_int_equal(harness_finish(h), 0);

	h = starts(BEHIND_BOARD, IOMMU_STRICT, GEAR_EXACT);
	assert_non_null(harness_iommu(h, "10130000.iommu", &stands_in));
	assert_true(stands_in);
	assert_int_equal(nr_ports(harness_device(h, "/soc/pcie@10300000")), 1);
	receives(harness_device(h, "/soc/pcie@10300000"), 0);
	assert_int_equal(harness_finish(h), 0);

	h = starts("a9-iommu", IOMMU_STRICT, GEAR_EXACT);
	assert_non_null(harness_iommu(h, "10040000.iommu", &stands_in));
	assert_false(stands_in);
	assert_int_equal(harness_finish(h), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_device_of_a9_iommu_receives),
		cmocka_unit_test(cpus_at_once_share_an_iommu),
		cmocka_unit_test(what_is_unmapped_is_refused_and_a_hazard),
		cmocka_unit_test(those_who_share_ids_share_a_group),
		cmocka_unit_test(the_reference_iommu_stands_in_for_kinds_without_a_model),
	};

	return cmocka_run_group_tests_name("iommu-boards", tests, NULL, NULL);
}
