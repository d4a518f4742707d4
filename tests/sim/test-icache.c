/* SPDX-License-Identifier: MIT */
/*
 * Code is bytes, too: what an instruction fetch sees of what was written or loaded by
 * DMA. Facts: DDI 0406C, B2.2.8 and A3.5.4 (no coherency between instruction and data
 * caches), B3.7.2 (XN).
 */
#include "rig.h"

#include <string.h>
#include "sim/sim.h"

#define SCTLR_I		(1u << 12)
#define PAGE		4096u

static int setup(void **state)
{
	struct rig *rig = rig_a9();

	cpu_cp15_write(rig->cpu, CP15_SCTLR, cpu_cp15_read(rig->cpu, CP15_SCTLR) | SCTLR_I);
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

static void expects_fetch(struct rig *rig, uint32_t va, const char *text)
{
	char got[64] = "";

	assert_true(cpu_fetch(rig->cpu, va, got, strlen(text), NULL));
	if (memcmp(got, text, strlen(text)))
		fail_msg("fetched \"%s\", expected \"%s\"", got, text);
}

#define NOTHING	"\0\0\0\0"

static void expects_nothing_fetched(struct rig *rig, uint32_t va)
{
	char got[4] = "????";

	assert_true(cpu_fetch(rig->cpu, va, got, 4, NULL));
	assert_memory_equal(got, NOTHING, 4);
}

static void code_that_is_dirty_in_the_data_cache_is_not_seen(void **state)
{
	struct rig *rig = *state;

	writes(rig, K, "code");
	expects_nothing_fetched(rig, K);
}

static void a_clean_alone_does_not_reach_a_line_already_fetched(void **state)
{
	struct rig *rig = *state;

	expects_nothing_fetched(rig, K);
	writes(rig, K, "code");
	assert_true(cpu_dc(rig->cpu, DC_CLEAN_POU, K));
	expects_nothing_fetched(rig, K);
	assert_true(cpu_ic(rig->cpu, IC_MVA, K));
	expects_fetch(rig, K, "code");
}

static void an_invalidate_before_the_clean_is_too_early(void **state)
{
	struct rig *rig = *state;

	expects_nothing_fetched(rig, K);
	writes(rig, K, "code");
	assert_true(cpu_ic(rig->cpu, IC_MVA, K));
	expects_nothing_fetched(rig, K);		/* a fetch came between */
	assert_true(cpu_dc(rig->cpu, DC_CLEAN_POU, K));
	expects_nothing_fetched(rig, K);
}

static void code_loaded_by_dma_needs_the_instruction_cache_invalidated(void **state)
{
	struct rig *rig = *state;

	device_writes(rig, PLAY_PA, "old code");
	expects_fetch(rig, K, "old code");
	device_writes(rig, PLAY_PA, "new code");
	pl310_writes(rig, 0x770, PLAY_PA);
	expects_fetch(rig, K, "old code");
	assert_true(cpu_ic(rig->cpu, IC_ALL, 0));
	expects_fetch(rig, K, "new code");
}

/* Code goes through level 2, which is as stale for it as for data. */
static void code_loaded_by_dma_is_hidden_by_a_line_of_level_2(void **state)
{
	struct rig *rig = *state;

	device_writes(rig, PLAY_PA, "old code");
	expects_fetch(rig, K, "old code");
	device_writes(rig, PLAY_PA, "new code");
	assert_true(cpu_ic(rig->cpu, IC_ALL, 0));
	expects_fetch(rig, K, "old code");
	pl310_writes(rig, 0x770, PLAY_PA);
	assert_true(cpu_ic(rig->cpu, IC_ALL, 0));
	expects_fetch(rig, K, "new code");
}

static void the_other_cpu_keeps_its_lines_unless_told(void **state)
{
	struct rig *rig = *state, other = rig_of_cpu(rig, 1);

	expects_nothing_fetched(rig, K);
	expects_nothing_fetched(&other, K);
	writes(rig, K, "code");
	assert_true(cpu_dc(rig->cpu, DC_CLEAN_POU, K));
	assert_true(cpu_ic(rig->cpu, IC_ALL, 0));
	expects_fetch(rig, K, "code");
	expects_nothing_fetched(&other, K);
	assert_true(cpu_ic(rig->cpu, IC_ALL_IS, 0));
	expects_fetch(&other, K, "code");
}

static void an_invalidate_by_address_is_broadcast_where_memory_is_shareable(void **state)
{
	struct rig *rig = *state, other = rig_of_cpu(rig, 1);

	maps(rig, 0x48000000, PLAY_PA, PAGE, CACHED | NOT_SHAREABLE);
	expects_nothing_fetched(&other, K);
	writes(rig, K, "code");
	assert_true(cpu_dc(rig->cpu, DC_CLEAN_POU, K));
	assert_true(cpu_ic(rig->cpu, IC_MVA, 0x48000000));
	expects_nothing_fetched(&other, K);
	assert_true(cpu_ic(rig->cpu, IC_MVA, K));
	expects_fetch(&other, K, "code");
}

static void with_the_cache_off_every_fetch_goes_below(void **state)
{
	struct rig *rig = *state;

	cpu_cp15_write(rig->cpu, CP15_SCTLR, cpu_cp15_read(rig->cpu, CP15_SCTLR) & ~SCTLR_I);
	expects_nothing_fetched(rig, K);
	writes(rig, K, "code");
	assert_true(cpu_dc(rig->cpu, DC_CLEAN_POU, K));
	expects_fetch(rig, K, "code");
}

static void predictors_hold_no_bytes(void **state)
{
	struct rig *rig = *state;

	expects_nothing_fetched(rig, K);
	writes(rig, K, "code");
	cleans(rig, K);
	assert_true(cpu_ic(rig->cpu, IC_BP_ALL, 0));
	assert_true(cpu_ic(rig->cpu, IC_BP_ALL_IS, 0));
	assert_true(cpu_ic(rig->cpu, IC_BP_MVA, K));
	expects_nothing_fetched(rig, K);
}

/* 32 KiB of 4 ways: two pages of a way, so aliases sit in sets of their own. */
static void an_alias_of_another_colour_keeps_its_line(void **state)
{
	struct rig *rig = *state;
	uint32_t alias = 0x48001000;

	maps(rig, alias, PLAY_PA, PAGE, CACHED);
	expects_nothing_fetched(rig, K);
	expects_nothing_fetched(rig, alias);
	writes(rig, K, "code");
	assert_true(cpu_dc(rig->cpu, DC_CLEAN_POU, K));
	assert_true(cpu_ic(rig->cpu, IC_MVA, K));
	expects_fetch(rig, K, "code");
	expects_nothing_fetched(rig, alias);
}

static void a_fetch_runs_across_lines_and_pages(void **state)
{
	struct rig *rig = *state;

	device_writes(rig, PLAY_PA + PAGE - 40, "forty bytes before the page ends, and on");
	expects_fetch(rig, K + PAGE - 40, "forty bytes before the page ends, and on");
}

static void more_lines_than_there_are_push_each_other_out(void **state)
{
	struct rig *rig = *state;

	for (uint32_t at = 0; at < 0x40000; at += 32)
		expects_nothing_fetched(rig, K + at);
	device_writes(rig, PLAY_PA, "new!");
	pl310_writes(rig, 0x77c, 0xff);			/* all ways */
	for (unsigned round = 0; round < 8; round++)
		for (uint32_t at = 0x2000; at < 0x40000; at += 0x2000)
			expects_nothing_fetched(rig, K + at);
	expects_fetch(rig, K, "new!");
}

static void execute_never_is_a_prefetch_abort(void **state)
{
	struct rig *rig = *state;
	char byte;

	writes_level2(rig, 0x48000000, PLAY_PA | 3 | 1 << 4 | 3 << 2 | 1 << 6 | 1 << 10);
	touches(rig, 0x48000000);
	assert_false(cpu_fetch(rig->cpu, 0x48000000, &byte, 1, NULL));
	assert_int_equal(cpu_last_fault(rig->cpu).kind, FAULT_PERMISSION);
	assert_true(cpu_last_fault(rig->cpu).is_fetch);
	assert_int_equal(cpu_cp15_read(rig->cpu, CP15_IFSR) & 0xf, 0xf);
	assert_int_equal(cpu_cp15_read(rig->cpu, CP15_IFAR), 0x48000000);
	assert_false(cpu_fetch(rig->cpu, 0x4c000000, &byte, 1, NULL));
	assert_int_equal(cpu_last_fault(rig->cpu).kind, FAULT_TRANSLATION);
	assert_false(cpu_fetch(rig->cpu, PL310_VA, &byte, 1, NULL));
	assert_int_equal(cpu_last_fault(rig->cpu).kind, FAULT_EXTERNAL);
	assert_false(cpu_ic(rig->cpu, IC_MVA, 0x4c000000));
}

#define on_a9(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_a9(code_that_is_dirty_in_the_data_cache_is_not_seen),
		on_a9(a_clean_alone_does_not_reach_a_line_already_fetched),
		on_a9(an_invalidate_before_the_clean_is_too_early),
		on_a9(code_loaded_by_dma_needs_the_instruction_cache_invalidated),
		on_a9(code_loaded_by_dma_is_hidden_by_a_line_of_level_2),
		on_a9(the_other_cpu_keeps_its_lines_unless_told),
		on_a9(an_invalidate_by_address_is_broadcast_where_memory_is_shareable),
		on_a9(with_the_cache_off_every_fetch_goes_below),
		on_a9(predictors_hold_no_bytes),
		on_a9(an_alias_of_another_colour_keeps_its_line),
		on_a9(a_fetch_runs_across_lines_and_pages),
		on_a9(more_lines_than_there_are_push_each_other_out),
		on_a9(execute_never_is_a_prefetch_abort),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
