/* SPDX-License-Identifier: MIT */
/* tests/support/mutate.h: register writes, cleans and barriers that do not arrive. */
#include "rig.h"

#include <asm/barrier.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/slab.h>
#include <armdma/cpu.h>
#include <armdma/reference-iommu.h>

#include "support/mutate.h"

static struct iommu_hw *hw;
static u8 __iomem *regs;

static int start_with_iommu(void **state)
{
	if (start_plain(state))
		return -1;
	hw = ref_iommu_new(harness_machine(the_harness), &(struct ref_config){ .name = "left" });
	regs = ioremap(iommu_hw_reg_pa(hw), REF_LEN);
	return regs ? 0 : -1;
}

static int stop_with_iommu(void **state)
{
	iounmap(regs);
	return stop(state);
}

#define WITH_IOMMU(f)	cmocka_unit_test_setup_teardown(f, start_with_iommu, stop_with_iommu)

static struct mutator *begin(const struct mutation *row)
{
	struct mutator *mu = mutate_begin(harness_machine(the_harness), row);

	mutate_arm(mu);
	return mu;
}

static void writes_ttbrs(u32 first)
{
	for (u32 n = 0; n < 3; n++)
		writel(first + n, regs + REF_TTBR(n));
}

static void expect_ttbrs(u32 v0, u32 v1, u32 v2)
{
	assert_int_equal(readl(regs + REF_TTBR(0)), v0);
	assert_int_equal(readl(regs + REF_TTBR(1)), v1);
	assert_int_equal(readl(regs + REF_TTBR(2)), v2);
}

#define TTBRS	.reg = REF_TTBR(0), .stride = REF_TTBR(1) - REF_TTBR(0), .nr = 8

static void the_second_write_to_a_register_is_dropped(void **state)
{
	struct mutator *mu = begin(&(struct mutation){ MUTATE_DROP, "left", TTBRS, .nth = 2 });

	(void)state;
	writes_ttbrs(0x1000);
	expect_ttbrs(0x1000, 0, 0x1002);
	assert_int_equal(mutate_times(mu), 1);
	mutate_end(mu);
	writes_ttbrs(0x2000);
	expect_ttbrs(0x2000, 0x2001, 0x2002);
}

static void each_write_with_a_value_is_dropped(void **state)
{
	struct mutator *mu = begin(&(struct mutation){ MUTATE_DROP, NULL, TTBRS, .mask = 1,
						       .match = 1 });

	(void)state;
	writes_ttbrs(0x1001);
	expect_ttbrs(0, 0x1002, 0);
	assert_int_equal(mutate_times(mu), 2);
	mutate_end(mu);
}

static void another_iommu_is_left_alone(void **state)
{
	struct mutator *mu = begin(&(struct mutation){ MUTATE_DROP, "right", TTBRS });

	(void)state;
	writes_ttbrs(0x1000);
	expect_ttbrs(0x1000, 0x1001, 0x1002);
	assert_int_equal(mutate_times(mu), 0);
	mutate_end(mu);
}

static void while_it_is_disarmed_nothing_happens(void **state)
{
	struct mutator *mu = begin(&(struct mutation){ MUTATE_DROP, NULL, TTBRS, .nth = 1 });

	(void)state;
	mutate_disarm(mu);
	writes_ttbrs(0x1000);
	expect_ttbrs(0x1000, 0x1001, 0x1002);
	mutate_arm(mu);
	writes_ttbrs(0x2000);
	expect_ttbrs(0x1000, 0x2001, 0x2002);
	mutate_end(mu);
}

static void a_write_is_late_by_so_many_others(void **state)
{
	struct mutator *mu = begin(&(struct mutation){ MUTATE_DELAY, NULL, REF_TTBR(0),
						       .nth = 1, .after = 2 });

	(void)state;
	writel(0x1000, regs + REF_TTBR(0));
	writel(0x2000, regs + REF_TTBR(1));
	expect_ttbrs(0, 0x2000, 0);
	writel(0x3000, regs + REF_TTBR(2));
	expect_ttbrs(0x1000, 0x2000, 0x3000);
	mutate_end(mu);
}

static void a_late_write_comes_at_the_end_if_not_before(void **state)
{
	struct mutator *mu = begin(&(struct mutation){ MUTATE_DELAY, NULL, REF_TTBR(0),
						       .after = 100 });

	(void)state;
	writel(0x1000, regs + REF_TTBR(0));
	expect_ttbrs(0, 0, 0);
	mutate_disarm(mu);
	expect_ttbrs(0x1000, 0, 0);
	mutate_end(mu);
}

static void a_write_moves_behind_another_register(void **state)
{
	struct mutator *mu = begin(&(struct mutation){ MUTATE_MOVE, NULL, REF_TTBR(0),
						       .until = REF_TTBR(2) });

	(void)state;
	writes_ttbrs(0x1000);
	expect_ttbrs(0x1000, 0x1001, 0x1002);
	writel(0x2000, regs + REF_TTBR(0));
	expect_ttbrs(0x1000, 0x1001, 0x1002);
	mutate_end(mu);
}

static void a_write_comes_too_early(void **state)
{
	struct mutator *mu = begin(&(struct mutation){ MUTATE_EARLY, NULL, REF_TTBR(1),
						       .value = 0x5000 });

	(void)state;
	expect_ttbrs(0, 0x5000, 0);
	writes_ttbrs(0x1000);
	expect_ttbrs(0x1000, 0x5000, 0x1002);
	mutate_end(mu);
}

static void bits_of_a_write_are_altered(void **state)
{
	struct mutator *mu = begin(&(struct mutation){ MUTATE_ALTER, NULL, TTBRS,
						       .bits = 0xf000, .value = 0x7000 });

	(void)state;
	writes_ttbrs(0x1000);
	expect_ttbrs(0x7000, 0x7001, 0x7002);
	mutate_end(mu);
}

/* ---- caches and barriers ----------------------------------------------------------- */

#define BYTES	256u

static dma_addr_t given;

static u8 in_dram(const u8 *p)
{
	u8 byte;

	assert_true(machine_peek(harness_machine(the_harness), VIEW_DRAM, virt_to_phys(p), &byte,
				 1));
	return byte;
}

static void writes(u8 *p, u8 value)
{
	struct cpu *c = machine_cpu(harness_machine(the_harness), 0);

	assert_true(cpu_store(c, (u32)(uintptr_t)p, &value, 1, NULL));
}

/* Bytes 0, 64, ... are written and given to the device under that mutation. */
static u8 *gives_under(const struct mutation *row)
{
	u8 *p = kzalloc(BYTES, GFP_KERNEL);
	struct mutator *mu;

	given = dma_map_single(a, p, BYTES, DMA_TO_DEVICE);
	assert_false(dma_mapping_error(a, given));
	for (unsigned n = 0; n < BYTES; n += 64)
		writes(p + n, 0x11);
	mu = begin(row);
	dma_sync_single_for_device(a, given, BYTES, DMA_TO_DEVICE);
	assert_true(mutate_times(mu));
	mutate_end(mu);
	return p;
}

static void takes_back(u8 *p)
{
	dma_unmap_single(a, given, BYTES, DMA_TO_DEVICE);
	kfree(p);
}

static void a_clean_is_skipped(void **state)
{
	u8 *p = gives_under(&(struct mutation){ MUTATE_SKIP_CLEAN });

	(void)state;
	for (unsigned n = 0; n < BYTES; n += 64)
		assert_int_equal(in_dram(p + n), 0);
	takes_back(p);
}

static void a_clean_is_beside_the_mark(void **state)
{
	u8 *p = gives_under(&(struct mutation){ MUTATE_SHIFT_CLEAN, .shift = 128 });

	(void)state;
	assert_int_equal(in_dram(p), 0);
	assert_int_equal(in_dram(p + 128), 0x11);
	takes_back(p);
}

static void a_clean_is_too_short(void **state)
{
	u8 *p = gives_under(&(struct mutation){ MUTATE_SHORT_CLEAN, .shift = 65 });

	(void)state;
	assert_int_equal(in_dram(p + 64), 0x11);
	assert_int_equal(in_dram(p + 128), 0);
	takes_back(p);
}

static void a_barrier_is_missing(void **state)
{
	struct mutator *mu = begin(&(struct mutation){ MUTATE_SKIP_BARRIER, .nth = 2 });

	(void)state;
	mb();
	assert_int_equal(mutate_times(mu), 0);
	mb();
	mb();
	assert_int_equal(mutate_times(mu), 1);
	mutate_end(mu);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_IOMMU(the_second_write_to_a_register_is_dropped),
		WITH_IOMMU(each_write_with_a_value_is_dropped),
		WITH_IOMMU(another_iommu_is_left_alone),
		WITH_IOMMU(while_it_is_disarmed_nothing_happens),
		WITH_IOMMU(a_write_is_late_by_so_many_others),
		WITH_IOMMU(a_late_write_comes_at_the_end_if_not_before),
		WITH_IOMMU(a_write_moves_behind_another_register),
		WITH_IOMMU(a_write_comes_too_early),
		WITH_IOMMU(bits_of_a_write_are_altered),
		PLAIN(a_clean_is_skipped),
		PLAIN(a_clean_is_beside_the_mark),
		PLAIN(a_clean_is_too_short),
		PLAIN(a_barrier_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
