/* SPDX-License-Identifier: MIT */
/* Clocks, resets and power domains as lines, and interrupt lines that several hold. */
#include "story.h"

#include <armdma/bus.h>
#include <armdma/reference-iommu.h>
#include <armdma/supply.h>

#define IO_VA	0x70000000u
#define RESET_TTBR	0x1234000u

struct bench {
	struct rig *rig;
	struct iommu_hw *i;
	struct story *story;
};

static struct bench bench_new(void)
{
	struct bench b = { .rig = rig_a9() };

	b.i = ref_iommu_new(b.rig->m, &(struct ref_config){ .name = "mmu" });
	maps(b.rig, IO_VA, (uint32_t)iommu_hw_reg_pa(b.i), REF_LEN, DEVICE);
	assert_int_equal(master_attach_iommu(b.rig->eth, b.i, 0), 0);
	return b;
}

static void bench_free(struct bench *b)
{
	if (b->story)
		story_free(b->story);
	rig_free(b->rig);
}

static struct supply *line(struct bench *b, enum supply_kind kind, const char *provider,
			   uint32_t cell)
{
	return machine_supply(b->rig->m, kind, provider, &cell, 1);
}

static struct supply *stands_on(struct bench *b, enum supply_kind kind)
{
	struct supply *s = line(b, kind, "/provider", 7);

	iommu_hw_add_supply(b->i, "it", s);
	return s;
}

static void listens(struct bench *b)
{
	b->story = story_new(b->rig);
}

static void writes_reg(struct bench *b, uint32_t reg, uint32_t value)
{
	assert_true(cpu_store(b->rig->cpu, IO_VA + reg, &value, sizeof(value), NULL));
}

static bool answers(struct bench *b, uint32_t reg, uint32_t *ret)
{
	return cpu_load(b->rig->cpu, IO_VA + reg, ret, sizeof(*ret), NULL);
}

static void holds(struct bench *b, uint32_t want)
{
	uint32_t value;

	assert_true(answers(b, REF_TTBR(0), &value));
	assert_int_equal(value, want);
}

static enum master_fault_kind device_reads(struct bench *b)
{
	char byte;

	return master_read(b->rig->eth, PLAY_PA, &byte, 1).kind;
}

static void a_specifier_is_one_line_whoever_asks(void **state)
{
	struct bench b = bench_new();
	struct supply *s = line(&b, SUPPLY_CLOCK, "/cmu", 5);

	assert_ptr_equal(s, line(&b, SUPPLY_CLOCK, "/cmu", 5));
	assert_ptr_not_equal(s, line(&b, SUPPLY_CLOCK, "/cmu", 6));
	assert_ptr_not_equal(s, line(&b, SUPPLY_RESET, "/cmu", 5));
	assert_ptr_not_equal(s, line(&b, SUPPLY_CLOCK, "/ccu", 5));
	assert_string_equal(supply_name(s), "/cmu 5");
	assert_false(supply_is_on(s));
	supply_set(s, true);
	assert_true(supply_is_on(s));
	assert_ptr_equal(machine_supply_at(b.rig->m, 0), s);
	assert_null(machine_supply_at(b.rig->m, 4));
	bench_free(&b);
}

static void without_a_clock_nothing_answers_and_nothing_is_lost(void **state)
{
	struct bench b = bench_new();
	struct supply *clock;
	uint32_t value;

	writes_reg(&b, REF_TTBR(0), RESET_TTBR);
	clock = stands_on(&b, SUPPLY_CLOCK);
	assert_false(answers(&b, REF_TTBR(0), &value));
	assert_int_equal(device_reads(&b), MASTER_IOMMU_FAULT);
	assert_ptr_equal(iommu_hw_missing(b.i, IOMMU_HW_GATES_REGISTERS), clock);
	supply_set(clock, true);
	holds(&b, RESET_TTBR);
	assert_int_equal(device_reads(&b), MASTER_OK);
	assert_null(iommu_hw_missing(b.i, IOMMU_HW_GATES_REGISTERS));
	bench_free(&b);
}

static void power_and_reset_take_what_it_held(void **state)
{
	for (enum supply_kind kind = SUPPLY_RESET; kind <= SUPPLY_POWER; kind++) {
		struct bench b = bench_new();
		struct supply *s = stands_on(&b, kind);
		uint32_t value;

		assert_false(answers(&b, REF_TTBR(0), &value));
		supply_set(s, true);
		writes_reg(&b, REF_TTBR(0), RESET_TTBR);
		supply_set(s, true);
		holds(&b, RESET_TTBR);
		supply_set(s, false);
		assert_int_equal(device_reads(&b), MASTER_IOMMU_FAULT);
		supply_set(s, true);
		holds(&b, 0);
		bench_free(&b);
	}
}

static void it_needs_everything_that_it_stands_on(void **state)
{
	struct bench b = bench_new();
	struct supply *clock = stands_on(&b, SUPPLY_CLOCK), *power = stands_on(&b, SUPPLY_POWER);
	uint32_t value;

	supply_set(clock, true);
	assert_false(answers(&b, REF_ID, &value));
	supply_set(power, true);
	assert_true(answers(&b, REF_ID, &value));
	iommu_hw_set_clock(b.i, false);
	assert_false(answers(&b, REF_ID, &value));
	iommu_hw_set_clock(b.i, true);
	assert_true(answers(&b, REF_ID, &value));
	bench_free(&b);
}

static void observers_hear_what_is_lost_and_who_asks_in_vain(void **state)
{
	struct bench b = bench_new();
	struct supply *clock = stands_on(&b, SUPPLY_CLOCK), *power = stands_on(&b, SUPPLY_POWER);
	struct iommu_hw_counters c;
	uint32_t value = 0;

	listens(&b);
	supply_set(clock, true);
	supply_set(power, true);
	supply_set(power, false);
	cpu_store(b.rig->cpu, IO_VA + REF_CONTROL, &value, sizeof(value), NULL);
	expects_story(b.story,
		      "supply mmu clock /provider 7 on\n"
		      "supply mmu power domain /provider 7 on\n"
		      "supply mmu power domain /provider 7 off loses\n"
		      "cpu0 tlb-fill va 0x70000000 4096\n"
		      "cpu0 unsupplied mmu power domain /provider 7 write 0x10\n"
		      "cpu0 cpu-fault va 0x70000010 DFSR 0x808\n");
	iommu_hw_count(b.i, &c);
	assert_int_equal(c.unsupplied, 1);
	assert_int_equal(c.losses, 2);
	bench_free(&b);
}

static void register_accesses_are_counted(void **state)
{
	struct bench b = bench_new();
	struct iommu_hw_counters c;

	writes_reg(&b, REF_TTBR(0), RESET_TTBR);
	writes_reg(&b, REF_ASID(0), 1);
	holds(&b, RESET_TTBR);
	iommu_hw_count(b.i, &c);
	assert_int_equal(c.reg_writes, 2);
	assert_int_equal(c.reg_reads, 1);
	bench_free(&b);
}

static void one_that_is_bypassed_passes_without_its_clock(void **state)
{
	struct bench b = bench_new();

	stands_on(&b, SUPPLY_CLOCK);
	iommu_hw_bypass(b.i, true);
	assert_int_equal(device_reads(&b), MASTER_OK);
	iommu_hw_bypass(b.i, false);
	assert_int_equal(device_reads(&b), MASTER_IOMMU_FAULT);
	bench_free(&b);
}

/* ---- interrupt lines ------------------------------------------------------------- */

static void an_interrupt_line_is_high_while_anybody_holds_it(void **state)
{
	struct bench b = bench_new();
	struct machine *m = b.rig->m;
	const uint32_t spi[] = { 0, 23, 4 };
	unsigned irq = machine_irq_line(m, "/gic", spi, 3);

	assert_int_equal(machine_irq_line(m, "/gic", spi, 3), irq);
	assert_int_not_equal(machine_irq_line(m, "/gic", spi, 2), irq);
	bus_hold_irq(m, irq, true);
	bus_set_irq(m, irq, true);
	bus_set_irq(m, irq, true);
	assert_int_equal(bus_irqs_high(m), 1);
	bus_hold_irq(m, irq, false);
	assert_true(bus_irq_is_high(m, irq));
	bus_set_irq(m, irq, false);
	assert_false(bus_irq_is_high(m, irq));
	assert_int_equal(bus_irqs_high(m), 0);
	bench_free(&b);
}

static void a_line_falls_with_the_power_of_who_holds_it(void **state)
{
	struct bench b = bench_new();
	struct supply *power = stands_on(&b, SUPPLY_POWER);

	supply_set(power, true);
	iommu_hw_set_irq(b.i, true);
	assert_true(bus_irq_is_high(b.rig->m, iommu_hw_irq(b.i)));
	supply_set(power, false);
	assert_false(bus_irq_is_high(b.rig->m, iommu_hw_irq(b.i)));
	bench_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_specifier_is_one_line_whoever_asks),
		cmocka_unit_test(without_a_clock_nothing_answers_and_nothing_is_lost),
		cmocka_unit_test(power_and_reset_take_what_it_held),
		cmocka_unit_test(it_needs_everything_that_it_stands_on),
		cmocka_unit_test(observers_hear_what_is_lost_and_who_asks_in_vain),
		cmocka_unit_test(register_accesses_are_counted),
		cmocka_unit_test(one_that_is_bypassed_passes_without_its_clock),
		cmocka_unit_test(an_interrupt_line_is_high_while_anybody_holds_it),
		cmocka_unit_test(a_line_falls_with_the_power_of_who_holds_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
