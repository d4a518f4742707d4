/* SPDX-License-Identifier: MIT */
/*
 * Allwinner's IOMMU at its registers (armdma/sun50i-iommu.h), with tables that the test
 * writes by itself.
 */
#include "story.h"

#include <string.h>
#include <armdma/bus.h>
#include <armdma/sun50i-iommu.h>
#include <armdma/supply.h>

#define IO_VA		0x70000000u
#define REGS_PA		0x030f0000u
#define TABLES		(PLAY_PA + 0x80000u)
#define SECOND		(TABLES + 0x4000u)
#define IOVA		0x00300000u
#define PAGE_PA		(PLAY_PA + 0x5000u)
#define OTHER_PA	(PLAY_PA + 0x6000u)
#define MASTER		2u
#define RW		4u			/* authorities of the test: nothing refused, ... */
#define READ_ONLY_ACI	2u

struct bench {
	struct rig *rig;
	struct iommu_hw *i;
};

static void writes_reg(struct bench *b, uint32_t reg, uint32_t value)
{
	assert_true(cpu_store(b->rig->cpu, IO_VA + reg, &value, sizeof(value), NULL));
}

static uint32_t reads_reg(struct bench *b, uint32_t reg)
{
	uint32_t value = 0;

	assert_true(cpu_load(b->rig->cpu, IO_VA + reg, &value, sizeof(value), NULL));
	return value;
}

static struct bench *bench_with(const struct iommu_hw_knobs *knobs)
{
	struct bench *b = g_new0(struct bench, 1);

	b->rig = rig_a9();
	b->i = sun50i_iommu_new(b->rig->m, &(struct sun50i_iommu_config){
		.name = "iommu", .reg_pa = REGS_PA, .knobs = *knobs,
	});
	maps(b->rig, IO_VA, REGS_PA, SUN50I_LEN, DEVICE);
	assert_int_equal(master_attach_iommu(b->rig->eth, b->i, MASTER), 0);
	return b;
}

static void bench_free(struct bench *b)
{
	rig_free(b->rig);
	g_free(b);
}

static void turns_on(struct bench *b)
{
	writes_reg(b, SUN50I_TTB, TABLES);
	writes_reg(b, SUN50I_BYPASS, 0);
	writes_reg(b, SUN50I_INT_ENABLE, SUN50I_INT_L1 | SUN50I_INT_L2 | SUN50I_ALL_MASTERS);
	writes_reg(b, SUN50I_AUT_CTRL(READ_ONLY_ACI / 2), SUN50I_NO_WRITE(MASTER));
	writes_reg(b, SUN50I_AUTO_GATING, 0);
	writes_reg(b, SUN50I_ENABLE, 1);
}

static struct bench *bench_on(const struct iommu_hw_knobs *knobs)
{
	struct bench *b = bench_with(knobs);

	turns_on(b);
	return b;
}

static const struct iommu_hw_knobs as_part;
static const struct iommu_hw_knobs alone = { .prefetch = IOMMU_HW_NONE };

static void maps_page(struct bench *b, uint32_t iova, uint32_t pa, uint32_t authority)
{
	writes_descriptor(b->rig, TABLES + (iova >> 20) * 4, SECOND | 1);
	writes_descriptor(b->rig, SECOND + (iova >> 12 & 0xff) * 4, pa | authority << 4 | 2);
}

static void unmaps_page(struct bench *b, uint32_t iova)
{
	writes_descriptor(b->rig, SECOND + (iova >> 12 & 0xff) * 4, 0);
}

static struct iommu_hw_result asks(struct bench *b, uint32_t master, uint32_t iova, bool is_write)
{
	struct iommu_hw_result r = iommu_hw_translate(b->i, &(struct iommu_hw_access){
		.stream = master, .iova = iova, .len = 1, .is_write = is_write,
	});

	return r;
}

/* As software lets go of masters that were refused. */
static void acknowledges(struct bench *b)
{
	writes_reg(b, SUN50I_INT_CLR, reads_reg(b, SUN50I_INT_STA));
	writes_reg(b, SUN50I_RESET, ~SUN50I_ALL_MASTERS);
	writes_reg(b, SUN50I_RESET, 0xffffffff);
}

#define expects_hit(b, iova, to)	do {					\
	struct iommu_hw_result r_ = asks(b, MASTER, iova, false);		\
										\
	assert_int_equal(r_.outcome, IOMMU_HW_HIT);				\
	assert_int_equal(r_.pa, to);						\
} while (0)

#define expects_miss(b, iova)	do {						\
	assert_int_equal(asks(b, MASTER, iova, false).reason, IOMMU_HW_TRANSLATION); \
	acknowledges(b);							\
} while (0)

static void invalidates_at(struct bench *b, uint32_t iova)
{
	writes_reg(b, SUN50I_IVLD_ADDR, iova);
	writes_reg(b, SUN50I_IVLD_MASK, 0xfffff000);
	writes_reg(b, SUN50I_IVLD, 1);
	while (reads_reg(b, SUN50I_IVLD))
		;
}

static void flushes(struct bench *b, uint32_t what)
{
	writes_reg(b, SUN50I_TLB_FLUSH, what);
	while (reads_reg(b, SUN50I_TLB_FLUSH))
		;
}

/* ---- on and off --------------------------------------------------------- */

static void out_of_reset_everything_is_bypassed(void **state)
{
	struct bench *b = bench_with(&as_part);

	assert_int_equal(reads_reg(b, SUN50I_BYPASS), SUN50I_ALL_MASTERS);
	assert_int_equal(asks(b, MASTER, IOVA, true).outcome, IOMMU_HW_BYPASS);
	writes_reg(b, SUN50I_BYPASS, 0);
	assert_int_equal(asks(b, MASTER, IOVA, true).outcome, IOMMU_HW_BYPASS);
	bench_free(b);
}

static void one_master_may_be_bypassed_and_one_held_in_reset(void **state)
{
	struct bench *b = bench_on(&as_part);

	maps_page(b, IOVA, PAGE_PA, RW);
	writes_reg(b, SUN50I_BYPASS, 1u << 1);
	assert_int_equal(asks(b, 1, IOVA, false).outcome, IOMMU_HW_BYPASS);
	assert_int_equal(asks(b, MASTER, IOVA, false).outcome, IOMMU_HW_HIT);
	writes_reg(b, SUN50I_RESET, ~(1u << MASTER));
	assert_int_equal(asks(b, MASTER, IOVA, false).outcome, IOMMU_HW_ABORT);
	assert_int_equal(asks(b, 3, IOVA, false).outcome, IOMMU_HW_HIT);
	assert_int_equal(asks(b, SUN50I_MASTERS, IOVA, false).reason, IOMMU_HW_NO_STREAM);
	bench_free(b);
}

static void a_device_moves_bytes_through_it(void **state)
{
	struct bench *b = bench_on(&as_part);

	maps_page(b, IOVA, PAGE_PA, RW);
	device_writes(b->rig, IOVA + 0x10, "hello");
	expects_dram(b->rig, PAGE_PA + 0x10, "hello");
	bench_free(b);
}

/* ---- what is refused --------------------------------------------------------- */

static void each_level_that_is_missing_has_its_bit_and_who_is_to_blame(void **state)
{
	struct bench *b = bench_on(&as_part);

	assert_int_equal(asks(b, MASTER, 0x12345678, true).outcome, IOMMU_HW_STALL);
	assert_int_equal(reads_reg(b, SUN50I_INT_STA), SUN50I_INT_L1);
	assert_int_equal(reads_reg(b, SUN50I_ERR_L1), 0x12345678);
	assert_int_equal(reads_reg(b, SUN50I_L1PG_INT), 1u << MASTER);
	assert_true(bus_irq_is_high(b->rig->m, iommu_hw_irq(b->i)));
	acknowledges(b);
	assert_false(bus_irq_is_high(b->rig->m, iommu_hw_irq(b->i)));
	assert_int_equal(reads_reg(b, SUN50I_L1PG_INT), 0);
	maps_page(b, IOVA, PAGE_PA, RW);
	asks(b, MASTER, IOVA + 0x1004, false);
	assert_int_equal(reads_reg(b, SUN50I_INT_STA), SUN50I_INT_L2);
	assert_int_equal(reads_reg(b, SUN50I_ERR_L2), IOVA + 0x1004);
	assert_int_equal(reads_reg(b, SUN50I_L2PG_INT), 1u << MASTER);
	bench_free(b);
}

static void the_first_of_a_kind_keeps_its_place(void **state)
{
	struct bench *b = bench_on(&as_part);
	struct iommu_hw_counters c;

	asks(b, MASTER, 0x1000, false);
	asks(b, 4, 0x2000, false);
	assert_int_equal(reads_reg(b, SUN50I_ERR_L1), 0x1000);
	assert_int_equal(reads_reg(b, SUN50I_L1PG_INT), 1u << MASTER | 1u << 4);
	iommu_hw_count(b->i, &c);
	assert_int_equal(c.faults_lost, 1);
	bench_free(b);
}

static void an_authority_says_who_may_do_what(void **state)
{
	struct bench *b = bench_on(&as_part);

	maps_page(b, IOVA, PAGE_PA, READ_ONLY_ACI);
	expects_hit(b, IOVA, PAGE_PA);
	assert_int_equal(asks(b, 3, IOVA, true).outcome, IOMMU_HW_HIT);
	assert_int_equal(asks(b, MASTER, IOVA + 4, true).reason, IOMMU_HW_PERMISSION);
	assert_int_equal(reads_reg(b, SUN50I_INT_STA), 1u << MASTER);
	assert_int_equal(reads_reg(b, SUN50I_ERR_IOVA(MASTER)), IOVA + 4);
	assert_int_equal(reads_reg(b, SUN50I_ERR_DATA(MASTER)), PAGE_PA | READ_ONLY_ACI << 4 | 2);
	acknowledges(b);
	writes_reg(b, SUN50I_AUT_OVWT, 1u << 31);
	assert_int_equal(asks(b, MASTER, IOVA, true).outcome, IOMMU_HW_HIT);
	writes_reg(b, SUN50I_AUT_OVWT, 1u << 31 | SUN50I_NO_READ(MASTER));
	assert_int_equal(asks(b, MASTER, IOVA, false).reason, IOMMU_HW_PERMISSION);
	bench_free(b);
}

static void a_master_that_was_refused_waits_for_its_reset(void **state)
{
	struct bench *b = bench_on(&as_part);
	char byte;

	maps_page(b, IOVA, PAGE_PA, RW);
	assert_int_equal(master_read(b->rig->eth, 0x1000, &byte, 1).kind, MASTER_STALLED);
	assert_int_equal(master_read(b->rig->eth, IOVA, &byte, 1).kind, MASTER_STALLED);
	writes_reg(b, SUN50I_INT_CLR, 0xffffffff);
	assert_int_equal(master_read(b->rig->eth, IOVA, &byte, 1).kind, MASTER_STALLED);
	acknowledges(b);
	assert_int_equal(master_read(b->rig->eth, IOVA, &byte, 1).kind, MASTER_IOMMU_FAULT);
	assert_int_equal(master_read(b->rig->eth, IOVA, &byte, 1).kind, MASTER_OK);
	bench_free(b);
}

/* ---- what is held --------------------------------------------------------- */

static void an_entry_stays_until_it_is_invalidated(void **state)
{
	struct bench *b = bench_on(&alone);

	maps_page(b, IOVA, PAGE_PA, RW);
	expects_hit(b, IOVA, PAGE_PA);
	maps_page(b, IOVA, OTHER_PA, RW);
	expects_hit(b, IOVA, PAGE_PA);
	invalidates_at(b, IOVA + 0x1000);
	expects_hit(b, IOVA, PAGE_PA);
	invalidates_at(b, IOVA);
	expects_hit(b, IOVA, OTHER_PA);
	bench_free(b);
}

static void a_mask_takes_its_neighbours_along(void **state)
{
	struct bench *b = bench_on(&alone);

	maps_page(b, IOVA, PAGE_PA, RW);
	maps_page(b, IOVA + 0x3000, PAGE_PA, RW);
	expects_hit(b, IOVA, PAGE_PA);
	expects_hit(b, IOVA + 0x3000, PAGE_PA);
	maps_page(b, IOVA, OTHER_PA, RW);
	maps_page(b, IOVA + 0x3000, OTHER_PA, RW);
	writes_reg(b, SUN50I_IVLD_ADDR, IOVA + 0x1000);
	writes_reg(b, SUN50I_IVLD_MASK, 0xffffc000);
	writes_reg(b, SUN50I_IVLD, 1);
	expects_hit(b, IOVA, OTHER_PA);
	expects_hit(b, IOVA + 0x3000, OTHER_PA);
	bench_free(b);
}

static void micro_and_macro_tlb_are_flushed_each_for_itself(void **state)
{
	struct bench *b = bench_on(&alone);

	maps_page(b, IOVA, PAGE_PA, RW);
	expects_hit(b, IOVA, PAGE_PA);
	maps_page(b, IOVA, OTHER_PA, RW);
	flushes(b, SUN50I_MACRO);
	expects_hit(b, IOVA, PAGE_PA);				/* the micro TLB has it */
	flushes(b, 1u << MASTER);
	expects_hit(b, IOVA, OTHER_PA);
	maps_page(b, IOVA, PAGE_PA, RW);
	flushes(b, 1u << MASTER);
	expects_hit(b, IOVA, OTHER_PA);				/* the macro TLB has it */
	assert_int_equal(asks(b, 5, IOVA, false).pa, OTHER_PA);	/* for all */
	bench_free(b);
}

static void what_is_off_holds_nothing(void **state)
{
	struct bench *b = bench_on(&alone);

	maps_page(b, IOVA, PAGE_PA, RW);
	writes_reg(b, SUN50I_TLB_ENABLE, 0);
	expects_hit(b, IOVA, PAGE_PA);
	maps_page(b, IOVA, OTHER_PA, RW);
	expects_hit(b, IOVA, OTHER_PA);
	bench_free(b);
}

static void the_walk_cache_is_another(void **state)
{
	struct bench *b = bench_on(&alone);

	maps_page(b, IOVA, PAGE_PA, RW);
	expects_hit(b, IOVA, PAGE_PA);
	writes_descriptor(b->rig, SECOND + 0x400 + (IOVA >> 12 & 0xff) * 4, OTHER_PA | RW << 4 | 2);
	writes_descriptor(b->rig, TABLES + (IOVA >> 20) * 4, (SECOND + 0x400) | 1);
	invalidates_at(b, IOVA);
	expects_hit(b, IOVA, PAGE_PA);
	invalidates_at(b, IOVA);
	writes_reg(b, SUN50I_PC_IVLD_ADDR, IOVA);
	writes_reg(b, SUN50I_PC_IVLD, 1);
	expects_hit(b, IOVA, OTHER_PA);
	bench_free(b);
}

static void that_nothing_is_there_is_held_too(void **state)
{
	struct bench *b = bench_on(&alone);

	maps_page(b, IOVA, PAGE_PA, RW);
	expects_miss(b, IOVA + 0x1000);
	maps_page(b, IOVA + 0x1000, OTHER_PA, RW);
	expects_miss(b, IOVA + 0x1000);
	invalidates_at(b, IOVA + 0x1000);
	expects_hit(b, IOVA + 0x1000, OTHER_PA);
	bench_free(b);
}

static void the_next_page_comes_with_a_miss_where_that_is_on(void **state)
{
	struct bench *b = bench_on(&as_part);

	writes_reg(b, SUN50I_PREFETCH, 1u << MASTER);
	maps_page(b, IOVA, PAGE_PA, RW);
	expects_hit(b, IOVA, PAGE_PA);
	maps_page(b, IOVA + 0x1000, OTHER_PA, RW);
	assert_int_equal(asks(b, MASTER, IOVA + 0x1000, false).reason, IOMMU_HW_TRANSLATION);
	acknowledges(b);
	invalidates_at(b, IOVA + 0x1000);
	expects_hit(b, IOVA + 0x1000, OTHER_PA);
	bench_free(b);
}

static void while_clocks_are_gated_an_invalidation_is_lost(void **state)
{
	struct bench *b = bench_on(&alone);

	maps_page(b, IOVA, PAGE_PA, RW);
	expects_hit(b, IOVA, PAGE_PA);
	unmaps_page(b, IOVA);
	writes_reg(b, SUN50I_AUTO_GATING, 1);
	invalidates_at(b, IOVA);
	expects_hit(b, IOVA, PAGE_PA);
	flushes(b, SUN50I_ALL_MASTERS | SUN50I_MACRO);		/* this one is not */
	expects_miss(b, IOVA);
	bench_free(b);
}

static void commands_take_their_time(void **state)
{
	struct bench *b = bench_on(&(struct iommu_hw_knobs){ .delay = 5,
							      .prefetch = IOMMU_HW_NONE });

	maps_page(b, IOVA, PAGE_PA, RW);
	expects_hit(b, IOVA, PAGE_PA);
	unmaps_page(b, IOVA);
	writes_reg(b, SUN50I_TLB_FLUSH, SUN50I_ALL_MASTERS | SUN50I_MACRO);
	expects_hit(b, IOVA, PAGE_PA);
	while (reads_reg(b, SUN50I_TLB_FLUSH))
		;
	expects_miss(b, IOVA);
	bench_free(b);
}

/* ---- clock and reset --------------------------------------------------------- */

static bool reads_at_all(struct bench *b, uint32_t reg)
{
	uint32_t value;

	return cpu_load(b->rig->cpu, IO_VA + reg, &value, sizeof(value), NULL);
}

static void a_reset_line_forgets_all_and_lets_masters_pass(void **state)
{
	struct bench *b = bench_with(&as_part);
	struct supply *reset = machine_supply(b->rig->m, SUPPLY_RESET, "/ccu", NULL, 0);
	struct supply *clock = machine_supply(b->rig->m, SUPPLY_CLOCK, "/ccu", NULL, 0);

	iommu_hw_add_supply(b->i, "", reset);
	iommu_hw_add_supply(b->i, "", clock);
	assert_false(reads_at_all(b, SUN50I_TTB));
	supply_set(reset, true);
	assert_false(reads_at_all(b, SUN50I_TTB));
	supply_set(clock, true);
	maps_page(b, IOVA, PAGE_PA, RW);
	turns_on(b);
	expects_hit(b, IOVA, PAGE_PA);
	supply_set(clock, false);
	assert_int_equal(asks(b, MASTER, IOVA, false).outcome, IOMMU_HW_ABORT);
	supply_set(reset, false);
	assert_int_equal(asks(b, MASTER, IOVA, false).outcome, IOMMU_HW_BYPASS);
	supply_set(reset, true);
	supply_set(clock, true);
	assert_int_equal(reads_reg(b, SUN50I_TTB), 0);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(out_of_reset_everything_is_bypassed),
		cmocka_unit_test(one_master_may_be_bypassed_and_one_held_in_reset),
		cmocka_unit_test(a_device_moves_bytes_through_it),
		cmocka_unit_test(each_level_that_is_missing_has_its_bit_and_who_is_to_blame),
		cmocka_unit_test(the_first_of_a_kind_keeps_its_place),
		cmocka_unit_test(an_authority_says_who_may_do_what),
		cmocka_unit_test(a_master_that_was_refused_waits_for_its_reset),
		cmocka_unit_test(an_entry_stays_until_it_is_invalidated),
		cmocka_unit_test(a_mask_takes_its_neighbours_along),
		cmocka_unit_test(micro_and_macro_tlb_are_flushed_each_for_itself),
		cmocka_unit_test(what_is_off_holds_nothing),
		cmocka_unit_test(the_walk_cache_is_another),
		cmocka_unit_test(that_nothing_is_there_is_held_too),
		cmocka_unit_test(the_next_page_comes_with_a_miss_where_that_is_on),
		cmocka_unit_test(while_clocks_are_gated_an_invalidation_is_lost),
		cmocka_unit_test(commands_take_their_time),
		cmocka_unit_test(a_reset_line_forgets_all_and_lets_masters_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
