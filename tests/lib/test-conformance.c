/* SPDX-License-Identifier: MIT */
/*
 * The conformance suite over every backend but IOMMUs (test-conformance-iommu.c), coherent
 * or not, with and without bounce buffers; and devices of different backends on one machine.
 */
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>

#include "support/conformance.h"

CONFORMS(direct, without_bouncing, BOUNCES_NEVER)
CONFORMS(direct, bouncing_on_demand, BOUNCES_ON_DEMAND)
CONFORMS(direct, bouncing_always, BOUNCES_ALWAYS)
CONFORMS(direct, bouncing_and_growing, BOUNCES_AND_GROWS)
CONFORMS(window, without_bouncing, BOUNCES_NEVER)
CONFORMS(window, bouncing_on_demand, BOUNCES_ON_DEMAND)
CONFORMS(window, bouncing_always, BOUNCES_ALWAYS)
CONFORMS(ops, without_bouncing, BOUNCES_NEVER)
CONFORMS(ops, bouncing_on_demand, BOUNCES_ON_DEMAND)
CONFORMS(ops, bouncing_always, BOUNCES_ALWAYS)
CONFORMS(bypass, without_bouncing, BOUNCES_NEVER)
CONFORMS(bypass, bouncing_always, BOUNCES_ALWAYS)
CONFORMS(dmabounce, without_swiotlb, BOUNCES_NEVER)
CONFORMS(dmabounce, bouncing_always, BOUNCES_ALWAYS)
CONFORMS(dummy, without_bouncing, BOUNCES_NEVER)
CONFORMS(dummy, bouncing_always, BOUNCES_ALWAYS)

/* ---- side by side ----------------------------------------------------------------- */

static void expects_right_data(struct rig *rig, struct device *dev, struct master *hw, char *p)
{
	struct rig own = *rig;
	dma_addr_t dma;

	own.dev = dev;
	own.hw = hw;
	cpu_writes(&own, p, "to the device");
	dma = maps(&own, p, 256, DMA_BIDIRECTIONAL);
	expects_device_reads(&own, dma, "to the device");
	device_writes(&own, dma, "and from it..");
	dma_unmap_single(dev, dma, 256, DMA_BIDIRECTIONAL);
	expects_cpu_reads(&own, p, "and from it..");
}

static void a_direct_device_and_one_behind_operations_share_a_buffer(struct rig *rig)
{
	struct conform *c = conform_new(rig, &backend_ops, BOUNCES_NEVER);
	struct rig direct = c->rig;
	char *p = allocates(&c->rig, 256);
	dma_addr_t first, second;

	direct.dev = c->direct;
	direct.hw = harness_master(c->direct);
	cpu_writes(&c->rig, p, "for both");
	first = maps(&c->rig, p, 256, DMA_BIDIRECTIONAL);
	second = maps(&direct, p, 256, DMA_BIDIRECTIONAL);
	assert_true(first != second);
	expects_device_reads(&c->rig, first, "for both");
	expects_device_reads(&direct, second, "for both");
	device_writes(&c->rig, first, "one wrote");
	expects_device_reads(&direct, second, "one wrote");
	dma_sync_single_for_cpu(direct.dev, second, 256, DMA_BIDIRECTIONAL);
	expects_cpu_reads(&direct, p, "one wrote");
	dma_unmap_single(direct.dev, second, 256, DMA_BIDIRECTIONAL);
	dma_unmap_single(c->rig.dev, first, 256, DMA_BIDIRECTIONAL);
	conform_free(c, &backend_ops);
}

static void a_backend_may_be_switched_while_nothing_is_mapped(struct rig *rig)
{
	struct conform *c = conform_new(rig, &backend_ops, BOUNCES_NEVER);
	const struct dma_map_ops *ops = get_dma_ops(c->rig.dev);
	struct master *behind_ops = c->rig.hw, *plain = harness_master(c->rig.dev);
	char *p = allocates(&c->rig, 256);

	for (int round = 0; round < 2; round++) {
		expects_right_data(&c->rig, c->rig.dev, behind_ops, p);
		set_dma_ops(c->rig.dev, NULL);
		c->rig.dev->bus_dma_limit = 0;
		arch_setup_dma_ops(c->rig.dev, rig->on->is & ON_COHERENT);
		expects_right_data(&c->rig, c->rig.dev, plain, p);
		assert_int_equal(maps(&c->rig, p, 1, DMA_TO_DEVICE), virt_to_phys(p));
		set_dma_ops(c->rig.dev, ops);
	}
	conform_free(c, &backend_ops);
}

/* ---- several machines ------------------------------------------------------------------ */

static void machines_and_their_devices_are_kept_apart(struct rig *rig)
{
	static const char *const boards[] = { "a8-up", "a15-lpae", "a7-quad" };
	struct rig other[G_N_ELEMENTS(boards)];
	char *mine = allocates(rig, 256);

	for (size_t i = 0; i < G_N_ELEMENTS(boards); i++) {
		const struct harness_config cfg = { .board = boards[i], .no_hazards = true };
		struct rig *o = &other[i];
		char *p;

		*o = *rig;
		o->h = harness_start(&cfg, NULL);
		o->m = harness_machine(o->h);
		o->cpu = machine_cpu(o->m, 0);
		cpu_enter(o->cpu);
		o->dev = harness_device_new(o->h, "eth0", false);
		o->hw = harness_master(o->dev);
		p = allocates(o, 256);
		expects_right_data(o, o->dev, o->hw, p);
		expects_right_data(rig, rig->dev, rig->hw, mine);
		assert_int_equal(dma_map_single(rig->dev, p, 256, DMA_TO_DEVICE),
				 DMA_MAPPING_ERROR);
		assert_int_equal(dma_map_single(o->dev, mine, 256, DMA_TO_DEVICE),
				 DMA_MAPPING_ERROR);
		assert_int_equal(dma_map_page(o->dev, virt_to_page(mine), 0, 256,
					      DMA_TO_DEVICE), DMA_MAPPING_ERROR);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(boards); i++)
		harness_finish(other[i].h);
	cpu_enter(rig->cpu);
}

/* Memory of one machine, given back to a device of another. */
static void memory_of_another_machine_is_not_freed(struct rig *rig)
{
	const struct harness_config cfg = { .board = "a8-up", .no_hazards = true };
	struct harness *h = harness_start(&cfg, NULL);
	struct device *stranger = harness_device_new(h, "eth0", rig->on->is & ON_COHERENT);
	dma_addr_t dma;
	char *p = dma_alloc_coherent(rig->dev, 256, &dma, GFP_KERNEL);

	listens(rig);
	dma_free_coherent(stranger, 256, p, dma);
	expects_warning(rig, "eth0");
	device_writes(rig, dma, "still here");
	expects_cpu_reads(rig, p, "still here");
	dma_free_coherent(rig->dev, 256, p, dma);
	harness_finish(h);
}

static const struct rig_test tests[] = {
	/*                                            needs  never */
	TEST_ON(direct_conforms_without_bouncing,     0,     ON_BOUNCE),
	TEST_ON(direct_conforms_bouncing_on_demand,   0,     ON_BOUNCE),
	TEST_ON(direct_conforms_bouncing_always,      0,     ON_BOUNCE),
	TEST_ON(direct_conforms_bouncing_and_growing, 0,     ON_BOUNCE),
	TEST_ON(window_conforms_without_bouncing,     0,     ON_BOUNCE),
	TEST_ON(window_conforms_bouncing_on_demand,   0,     ON_BOUNCE),
	TEST_ON(window_conforms_bouncing_always,      0,     ON_BOUNCE),
	TEST_ON(ops_conforms_without_bouncing,        0,     ON_BOUNCE),
	TEST_ON(ops_conforms_bouncing_on_demand,      0,     ON_BOUNCE),
	TEST_ON(ops_conforms_bouncing_always,         0,     ON_BOUNCE),
	TEST_ON(bypass_conforms_without_bouncing,     0,     ON_BOUNCE),
	TEST_ON(bypass_conforms_bouncing_always,      0,     ON_BOUNCE),
	TEST_ON(dmabounce_conforms_without_swiotlb,   0,     ON_BOUNCE),
	TEST_ON(dmabounce_conforms_bouncing_always,   0,     ON_BOUNCE),
	TEST_ON(dummy_conforms_without_bouncing,      0,     ON_BOUNCE),
	TEST_ON(dummy_conforms_bouncing_always,       0,     ON_BOUNCE),
	TEST_ON(a_direct_device_and_one_behind_operations_share_a_buffer, 0, ON_BOUNCE),
	TEST_ON(a_backend_may_be_switched_while_nothing_is_mapped, 0, ON_BOUNCE),
	TEST_ON(machines_and_their_devices_are_kept_apart, 0, 0),
	TEST_ON(memory_of_another_machine_is_not_freed, 0, 0),
};

int main(void)
{
	return rig_run(tests, G_N_ELEMENTS(tests));
}
