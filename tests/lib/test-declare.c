/* SPDX-License-Identifier: MIT */
/* Memory of one device's own: dma_declare_coherent_memory() and what it serves. */
#include <linux/dma-map-ops.h>
#include <linux/irqflags.h>

#include "support/rig.h"

static void ram_that_the_kernel_uses_cannot_be_declared(struct rig *rig)
{
	void *p = allocates(rig, PAGE_SIZE);
	phys_addr_t pa = virt_to_phys(p);

	listens(rig);
	assert_int_equal(dma_declare_coherent_memory(rig->dev, pa, pa, PAGE_SIZE), -EINVAL);
	expects_warning(rig, "memremap attempted on ram");
	assert_null(rig->dev->dma_mem);
	kfree(p);
}

static void what_is_no_memory_cannot_be_declared(struct rig *rig)
{
	assert_int_equal(dma_declare_coherent_memory(rig->dev, 0, 0, 0), -EINVAL);
	assert_int_equal(dma_declare_coherent_memory(NULL, 0, 0, PAGE_SIZE), -ENODEV);
	listens(rig);
	assert_int_equal(dma_declare_coherent_memory(rig->dev, 0x10000000, 0, PAGE_SIZE),
			 -EINVAL);
	expects_warning(rig, "no memory answers at 0x10000000");
	dma_release_coherent_memory(rig->dev);
	dma_release_coherent_memory(NULL);
}

/* ---- a board with reserved memory: declare.dts --------------------------------------------- */

#define OWN_PA		0x8c000000u
#define OWN_LEN		0x40000u
#define SPARE_PA	0x8c200000u
#define SPARE_LEN	0x40000u
#define ALL_PA		0x8c400000u
#define SPARE_DMA	0x10000000u	/* what the device calls it */

/* Strategies change nothing about it, but for the one that serves devices without. */
static const struct platform boards[] = {
	{ "reserved-cma",	DECLARE_BOARD,	ON_PL310 | ON_LINE32 },
	{ "reserved-legacy",	DECLARE_BOARD,	ON_PL310 | ON_LINE32 | ON_LEGACY,
	  COHERENT_LEGACY2011 },
	{ "reserved-remap",	DECLARE_BOARD,	ON_PL310 | ON_LINE32 | ON_REMAP, COHERENT_REMAP },
	{ "reserved-pool",	DECLARE_BOARD,	ON_PL310 | ON_LINE32 | ON_POOL, COHERENT_POOL },
	{ "reserved-carveout",	DECLARE_BOARD,	ON_PL310 | ON_LINE32 | ON_CARVEOUT,
	  COHERENT_CARVEOUT },
};

static void becomes(struct rig *rig, const char *name)
{
	rig->dev = harness_device(rig->h, name);
	rig->hw = harness_master(rig->dev);
}

static void a_device_gets_what_its_memory_region_says_and_both_see_it(struct rig *rig)
{
	struct translation t[4];
	dma_addr_t dma;
	void *p;

	becomes(rig, "10020000.mmc");
	p = dma_alloc_coherent(rig->dev, 2 * PAGE_SIZE, &dma, GFP_KERNEL);
	assert_non_null(p);
	assert_int_equal(dma, OWN_PA);
	assert_int_equal(cpu_find_aliases(rig->cpu, dma, t, G_N_ELEMENTS(t)), 1);
	assert_int_equal(t[0].attrs.type, MEM_NORMAL);
	assert_int_equal(t[0].attrs.inner, CACHE_NONE);
	for (unsigned i = 0; i < 3; i++) {
		cpu_fills(rig, p, 2 * PAGE_SIZE, 2 * i);
		expects_device_finds(rig, dma, 2 * PAGE_SIZE, 2 * i);
		device_fills(rig, dma, 2 * PAGE_SIZE, 2 * i + 1);
		expects_cpu_finds(rig, p, 2 * PAGE_SIZE, 2 * i + 1);
	}
	dma_free_coherent(rig->dev, 2 * PAGE_SIZE, p, dma);
	assert_ptr_equal(dma_alloc_coherent(rig->dev, 2 * PAGE_SIZE, &dma, GFP_ATOMIC), p);
	expects_cpu_zeros(rig, p, 2 * PAGE_SIZE);
	dma_free_coherent(rig->dev, 2 * PAGE_SIZE, p, dma);
}

static void blocks_are_powers_of_two_and_there_is_nothing_behind_the_last(struct rig *rig)
{
	dma_addr_t dma[16], more = 42;
	void *p[16];

	becomes(rig, "10020000.mmc");
	for (unsigned i = 0; i < 16; i++) {
		p[i] = dma_alloc_coherent(rig->dev, 3 * PAGE_SIZE, &dma[i], GFP_KERNEL);
		assert_non_null(p[i]);
		assert_int_equal(dma[i], OWN_PA + i * 4 * PAGE_SIZE);
	}
	assert_null(dma_alloc_coherent(rig->dev, 1, &more, GFP_KERNEL));
	assert_int_equal(more, 42);
	assert_null(dma_alloc_coherent(rig->dev, 2 * OWN_LEN, &more, GFP_KERNEL));
	for (unsigned i = 0; i < 16; i++)
		dma_free_coherent(rig->dev, 3 * PAGE_SIZE, p[i], dma[i]);
	p[0] = dma_alloc_coherent(rig->dev, OWN_LEN, &dma[0], GFP_KERNEL);
	assert_int_equal(dma[0], OWN_PA);
	dma_free_coherent(rig->dev, OWN_LEN, p[0], dma[0]);
}

static void devices_of_one_region_share_it(struct rig *rig)
{
	struct device *mmc = harness_device(rig->h, "10020000.mmc");
	struct device *usb = harness_device(rig->h, "10030000.usb");
	dma_addr_t of_mmc, of_usb;
	void *p = dma_alloc_coherent(mmc, PAGE_SIZE, &of_mmc, GFP_KERNEL);
	void *q = dma_alloc_coherent(usb, PAGE_SIZE, &of_usb, GFP_KERNEL);

	assert_int_equal(of_mmc, OWN_PA);
	assert_int_equal(of_usb, OWN_PA + PAGE_SIZE);
	dma_free_coherent(mmc, PAGE_SIZE, p, of_mmc);
	dma_release_coherent_memory(mmc);
	assert_null(mmc->dma_mem);
	expects_cpu_zeros(rig, q, PAGE_SIZE);
	dma_free_coherent(usb, PAGE_SIZE, q, of_usb);
}

static void arm_refuses_a_region_that_is_mapped(struct rig *rig)
{
	struct harness *h = harness_start(&(struct harness_config){ .board = rig->on->board },
					  NULL);

	assert_non_null(h);
	assert_null(harness_device(h, "10010000.ethernet")->dma_mem);
	assert_non_null(harness_device(h, "10030000.usb")->dma_mem);
	assert_int_equal(harness_finish(h), 0);
}

static void a_device_without_a_region_asks_the_strategy(struct rig *rig)
{
	dma_addr_t dma;
	void *p = dma_alloc_coherent(rig->dev, PAGE_SIZE, &dma, GFP_KERNEL);

	assert_null(rig->dev->dma_mem);
	if (rig->on->is & ON_CARVEOUT)
		assert_int_equal(dma, ALL_PA);
	else
		assert_false(dma >= OWN_PA && dma < ALL_PA + SZ_1M);
	dma_free_coherent(rig->dev, PAGE_SIZE, p, dma);
}

/* ---- board code that declares it by itself -------------------------------------------------- */

static void what_was_declared_has_the_devices_own_addresses(struct rig *rig)
{
	dma_addr_t dma;
	void *p;

	assert_int_equal(dma_declare_coherent_memory(rig->dev, SPARE_PA, SPARE_DMA, SPARE_LEN), 0);
	assert_int_equal(dma_declare_coherent_memory(rig->dev, SPARE_PA, SPARE_DMA, SPARE_LEN),
			 -EBUSY);
	p = dma_alloc_coherent(rig->dev, PAGE_SIZE, &dma, GFP_KERNEL);
	assert_int_equal(dma, SPARE_DMA);
	p = dma_alloc_coherent(rig->dev, 2 * PAGE_SIZE, &dma, GFP_KERNEL);
	assert_int_equal(dma, SPARE_DMA + 2 * PAGE_SIZE);
	assert_int_equal(cpu_translate(rig->cpu, (uint32_t)(uintptr_t)p, false).pa,
			 SPARE_PA + 2 * PAGE_SIZE);
	dma_release_coherent_memory(rig->dev);
	assert_false(cpu_translate(rig->cpu, (uint32_t)(uintptr_t)p, false).fault.kind ==
		     FAULT_NONE);
	assert_int_equal(dma_declare_coherent_memory(rig->dev, SPARE_PA, SPARE_DMA, SPARE_LEN), 0);
}

static void its_memory_may_be_freed_with_interrupts_off(struct rig *rig)
{
	unsigned long flags;
	dma_addr_t dma;
	void *p;

	becomes(rig, "10020000.mmc");
	p = dma_alloc_coherent(rig->dev, PAGE_SIZE, &dma, GFP_KERNEL);
	listens(rig);
	local_irq_save(flags);
	dma_free_coherent(rig->dev, PAGE_SIZE, p, dma);
	local_irq_restore(flags);
	expects_warning(rig, NULL);
}

static void each_allocation_of_declaring_may_fail(struct rig *rig)
{
	unsigned nth = 1;
	int err;

	for (; nth < 20; nth++) {
		harness_fail_allocation(rig->h, nth);
		err = dma_declare_coherent_memory(rig->dev, SPARE_PA, SPARE_DMA, SPARE_LEN);
		if (!err)
			break;
		assert_true(err == -ENOMEM || err == -EINVAL);
		assert_null(rig->dev->dma_mem);
	}
	harness_fail_allocation(rig->h, 0);
	assert_in_range(nth, 3, 19);
}

/* The low-level calls, as an architecture or a bus makes them. */
static void the_calls_below_say_whether_the_memory_is_theirs(struct rig *rig)
{
	dma_addr_t dma = 42;
	void *p = &dma;

	assert_int_equal(dma_alloc_from_dev_coherent(rig->dev, PAGE_SIZE, &dma, &p), 0);
	assert_ptr_equal(p, &dma);
	becomes(rig, "10020000.mmc");
	assert_int_equal(dma_alloc_from_dev_coherent(rig->dev, PAGE_SIZE, &dma, &p), 1);
	assert_int_equal(dma, OWN_PA);
	assert_int_equal(dma_release_from_dev_coherent(rig->dev, 0, p), 1);
	assert_int_equal(dma_release_from_dev_coherent(rig->dev, 0, rig->dev), 0);
	if (rig->on->is & ON_CARVEOUT)
		return;
	assert_null(dma_alloc_from_global_coherent(rig->dev, PAGE_SIZE, &dma));
	assert_int_equal(dma_init_global_coherent(SPARE_PA, SPARE_LEN), 0);
	p = dma_alloc_from_global_coherent(rig->dev, PAGE_SIZE, &dma);
	assert_int_equal(dma, SPARE_PA);
	assert_int_equal(dma_release_from_global_coherent(0, p), 1);
	assert_int_equal(dma_release_from_global_coherent(0, rig->dev), 0);
}

static const struct rig_test tests[] = {
	/*                                                       needs        never */
	TEST_ON(ram_that_the_kernel_uses_cannot_be_declared,     0,           0),
	TEST_ON(what_is_no_memory_cannot_be_declared,            0,           0),
	TEST_ON(a_device_gets_what_its_memory_region_says_and_both_see_it, 0, 0),
	TEST_ON(blocks_are_powers_of_two_and_there_is_nothing_behind_the_last, 0, 0),
	TEST_ON(devices_of_one_region_share_it,                  0,           0),
	TEST_ON(arm_refuses_a_region_that_is_mapped,             0,           0),
	TEST_ON(a_device_without_a_region_asks_the_strategy,     0,           0),
	TEST_ON(what_was_declared_has_the_devices_own_addresses, 0,           0),
	TEST_ON(its_memory_may_be_freed_with_interrupts_off,     0,           0),
	TEST_ON(each_allocation_of_declaring_may_fail,           0,           0),
	TEST_ON(the_calls_below_say_whether_the_memory_is_theirs, 0,          0),
};

int main(void)
{
	return rig_run_on(boards, G_N_ELEMENTS(boards), tests, G_N_ELEMENTS(tests));
}
