/* SPDX-License-Identifier: MIT */
/* The PL310's registers: what they read as, and what a write to one does. */
#include "rig.h"

#define CONTROL		0x100
#define AUX		0x104

static int setup(void **state)
{
	*state = rig_a9();
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

static void identification_and_geometry_can_be_read(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(pl310_reads(rig, 0x000) >> 24, 0x41);		/* Arm */
	assert_int_equal(pl310_reads(rig, 0x000) >> 6 & 15, 3);		/* L2C-310 */
	assert_int_equal(pl310_reads(rig, AUX) >> 16 & 1, 0);		/* 8 ways */
	assert_int_equal(pl310_reads(rig, AUX) >> 17 & 7, 3);		/* of 64 KiB */
	assert_int_equal(pl310_reads(rig, AUX) >> 25 & 1, 1);		/* round-robin */
	assert_int_equal(pl310_reads(rig, 0x004) >> 20 & 7, 3);
	assert_int_equal(pl310_reads(rig, CONTROL), 1);
	assert_int_equal(pl310_reads(rig, 0xffc), 0);
}

static void the_board_decides_bit_22_at_reset(void **state)
{
	struct board *b = fixture_board_a9_pl310();
	struct rig *rig;

	assert_int_equal(pl310_reads(*state, AUX) >> 22 & 1, 0);
	b->outer.shared_override = true;
	b->outer.cache.nr_ways = 16;
	rig = rig_new(b, &(struct machine_config){ .seed = 0 });
	maps(rig, PL310_VA, FIXTURE_PL310_PA, 0x1000, DEVICE);
	assert_int_equal(pl310_reads(rig, AUX) >> 22 & 1, 1);
	assert_int_equal(pl310_reads(rig, AUX) >> 16 & 1, 1);
	assert_int_equal(pl310_reads(rig, AUX) >> 17 & 7, 2);
	rig_free(rig);
}

static void auxiliary_control_refuses_a_write_while_the_cache_is_on(void **state)
{
	struct rig *rig = *state;
	uint32_t aux = pl310_reads(rig, AUX), value = aux | 1u << 22;

	assert_false(cpu_store(rig->cpu, PL310_VA + AUX, &value, 4, NULL));
	assert_int_equal(cpu_last_fault(rig->cpu).kind, FAULT_EXTERNAL);
	assert_int_equal(pl310_reads(rig, AUX), aux);
	pl310_writes(rig, CONTROL, 0);
	pl310_writes(rig, AUX, value | 1u << 16);
	assert_int_equal(pl310_reads(rig, AUX), value);		/* geometry stays */
}

static void registers_are_words(void **state)
{
	struct rig *rig = *state;
	uint64_t value = 0;

	assert_false(cpu_load(rig->cpu, PL310_VA, &value, 8, NULL));
	assert_false(cpu_load(rig->cpu, PL310_VA, &value, 1, NULL));
	assert_int_equal(cpu_last_fault(rig->cpu).dfsr, 0x008);
}

static void a_disabled_cache_is_passed_by(void **state)
{
	struct rig *rig = *state;

	pl310_writes(rig, CONTROL, 0);
	writes(rig, K, "down");
	cleans(rig, K);
	expects_line(rig, PLAY_PA, "L1 clean, L2 -");
	expects_dram(rig, PLAY_PA, "down");
}

static void cp15_stops_above_it(void **state)
{
	struct rig *rig = *state;

	writes(rig, K, "only L2");
	cleans_and_invalidates(rig, K);
	expects_line(rig, PLAY_PA, "L1 -, L2 dirty");
	expects_dram(rig, PLAY_PA, "");
	assert_int_equal(counts(rig).level[1].cleaned, 0);
}

static void clean_by_pa_writes_one_line_back(void **state)
{
	struct rig *rig = *state;

	writes(rig, K, "one");
	writes(rig, K + 32, "two");
	assert_true(cpu_dc_range(rig->cpu, DC_CLEAN, K, 64));
	pl310_writes(rig, 0x7b0, PLAY_PA + 8);
	expects_dram(rig, PLAY_PA, "one");
	expects_line(rig, PLAY_PA + 32, "L1 clean, L2 dirty");
}

static void invalidate_by_pa_drops_dirty_bytes(void **state)
{
	struct rig *rig = *state;

	device_writes(rig, PLAY_PA, "dram");
	writes(rig, K, "gone");
	cleans_and_invalidates(rig, K);
	pl310_writes(rig, 0x770, PLAY_PA);
	expects_read(rig, K, "dram");
	assert_int_equal(counts(rig).level[1].dropped, 1);
}

static void clean_and_invalidate_by_pa_does_both(void **state)
{
	struct rig *rig = *state;

	writes(rig, K, "kept");
	cleans_and_invalidates(rig, K);
	pl310_writes(rig, 0x7f0, PLAY_PA);
	expects_line(rig, PLAY_PA, "L1 -, L2 -");
	expects_dram(rig, PLAY_PA, "kept");
}

static void operations_by_way_cover_the_whole_cache(void **state)
{
	struct rig *rig = *state;

	for (uint32_t i = 0; i < 100; i++)
		writes(rig, K + i * 4096, "all");
	assert_true(cpu_dc_range(rig->cpu, DC_CLEAN_INVALIDATE, K, 100 * 4096));
	pl310_runs(rig, 0x7bc, 0xffff);
	for (uint32_t i = 0; i < 100; i++) {
		expects_dram(rig, PLAY_PA + i * 4096, "all");
		expects_line(rig, PLAY_PA + i * 4096, "L1 -, L2 clean");
	}
	pl310_runs(rig, 0x77c, 0xff);
	for (uint32_t i = 0; i < 100; i++)
		expects_line(rig, PLAY_PA + i * 4096, "L1 -, L2 -");
	writes(rig, K, "both");
	cleans(rig, K);
	pl310_runs(rig, 0x7fc, 0xff);
	expects_dram(rig, PLAY_PA, "both");
	expects_line(rig, PLAY_PA, "L1 clean, L2 -");
}

static void an_operation_on_some_ways_leaves_the_others(void **state)
{
	struct rig *rig = *state;

	touches(rig, K);			/* the first line of a set takes way 0 */
	pl310_runs(rig, 0x77c, 0xfe);
	expects_line(rig, PLAY_PA, "L1 clean, L2 clean");
	pl310_runs(rig, 0x77c, 0x01);
	expects_line(rig, PLAY_PA, "L1 clean, L2 -");
}

static void syncs_and_lines_are_counted(void **state)
{
	struct rig *rig = *state;

	pl310_writes(rig, 0x7b0, PLAY_PA);
	pl310_writes(rig, 0x7f0, PLAY_PA);
	pl310_writes(rig, 0x770, PLAY_PA);
	pl310_writes(rig, 0x770, 0);		/* no memory there: asked for all the same */
	pl310_writes(rig, 0x730, 0);
	assert_int_equal(counts(rig).level[1].cleaned, 2);
	assert_int_equal(counts(rig).level[1].invalidated, 3);
	assert_int_equal(counts(rig).outer_syncs, 1);
}

#define outer(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		outer(identification_and_geometry_can_be_read),
		outer(the_board_decides_bit_22_at_reset),
		outer(auxiliary_control_refuses_a_write_while_the_cache_is_on),
		outer(registers_are_words),
		outer(a_disabled_cache_is_passed_by),
		outer(cp15_stops_above_it),
		outer(clean_by_pa_writes_one_line_back),
		outer(invalidate_by_pa_drops_dirty_bytes),
		outer(clean_and_invalidate_by_pa_does_both),
		outer(operations_by_way_cover_the_whole_cache),
		outer(an_operation_on_some_ways_leaves_the_others),
		outer(syncs_and_lines_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
