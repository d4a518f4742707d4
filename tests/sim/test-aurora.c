/* SPDX-License-Identifier: MIT */
/* Aurora's registers: ranges, ways, write-through. */
#include "rig.h"

#define CONTROL		0x100
#define AUX		0x104
#define SYNC		0x700
#define BASE		0x720
#define INV_RANGE	0x774
#define INV_WAY		0x77c
#define CLEAN_RANGE	0x7b4
#define CLEAN_INV_RANGE	0x7f4
#define CLEAN_INV_WAY	0x7fc

#define LINE		32u

/* The A9's board with another outer cache; its registers stay where they were. */
static struct rig *rig_aurora(uint32_t aux)
{
	struct board *b = fixture_board_a9_pl310();
	struct rig *rig;

	b->outer.kind = OUTER_AURORA;
	b->outer.cache.nr_ways = 4;
	rig = rig_new(b, &(struct machine_config){ .seed = 0 });
	maps(rig, K, PLAY_PA, 0x100000, CACHED);
	maps(rig, PL310_VA, FIXTURE_PL310_PA, 0x1000, DEVICE);
	pl310_writes(rig, AUX, aux);
	pl310_writes(rig, CONTROL, 1);
	return rig;
}

static int setup(void **state)
{
	*state = rig_aurora(0);
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

/* Lines dirty in level 2 alone, from the first of the play area on. */
static void has_dirty_lines(struct rig *rig, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++) {
		writes(rig, K + i * LINE, "dirty");
		cleans_and_invalidates(rig, K + i * LINE);
		expects_line(rig, PLAY_PA + i * LINE, "L1 -, L2 dirty");
	}
}

static void asks(struct rig *rig, uint32_t reg, uint32_t first, uint32_t last)
{
	pl310_writes(rig, BASE, PLAY_PA + first);
	pl310_writes(rig, reg, PLAY_PA + last);
}

/* Nothing has come to DRAM yet. */
static void expects_fresh(struct rig *rig, uint32_t va)
{
	uint32_t value = 1;

	assert_true(cpu_load(rig->cpu, va, &value, sizeof(value), NULL));
	assert_int_equal(value, 0);
}

static void geometry_can_be_read_and_not_written(void **state)
{
	uint32_t aux = pl310_reads(*state, AUX);

	assert_int_equal(2u << (((aux >> 13 & 15) + 1) >> 2), 4);	/* ways */
	assert_int_equal(0x1000u << (aux >> 17 & 7), 128 << 10);	/* of 128 KiB */
	pl310_writes(*state, AUX, ~0u);
	assert_int_equal(pl310_reads(*state, AUX) & 0xfe000, aux & 0xfe000);
}

static void a_range_is_cleaned_from_its_base_to_its_last_line(void **state)
{
	struct rig *rig = *state;

	has_dirty_lines(rig, 4);
	asks(rig, CLEAN_RANGE, LINE, 2 * LINE);
	expects_line(rig, PLAY_PA, "L1 -, L2 dirty");
	expects_line(rig, PLAY_PA + LINE, "L1 -, L2 clean");
	expects_line(rig, PLAY_PA + 2 * LINE, "L1 -, L2 clean");
	expects_line(rig, PLAY_PA + 3 * LINE, "L1 -, L2 dirty");
	expects_dram(rig, PLAY_PA + LINE, "dirty");
}

static void a_range_is_invalidated_or_both(void **state)
{
	struct rig *rig = *state;

	has_dirty_lines(rig, 2);
	asks(rig, INV_RANGE, 0, 0);
	expects_line(rig, PLAY_PA, "L1 -, L2 -");
	asks(rig, CLEAN_INV_RANGE, LINE, LINE);
	expects_line(rig, PLAY_PA + LINE, "L1 -, L2 -");
	expects_dram(rig, PLAY_PA + LINE, "dirty");
}

static void addresses_within_lines_mean_the_lines(void **state)
{
	struct rig *rig = *state;

	has_dirty_lines(rig, 2);
	asks(rig, CLEAN_RANGE, 5, LINE + 31);
	expects_line(rig, PLAY_PA, "L1 -, L2 clean");
	expects_line(rig, PLAY_PA + LINE, "L1 -, L2 clean");
}

/* What software may not write has an end all the same. */
static void a_range_ends_with_its_page_and_never_begins_after_its_end(void **state)
{
	struct rig *rig = *state;
	struct machine_counters was, now;

	machine_count(rig->m, &was);
	asks(rig, CLEAN_RANGE, 0x1000 - LINE, 0x80000);
	asks(rig, CLEAN_RANGE, LINE, 0);
	pl310_writes(rig, BASE, 0xfffff000);
	pl310_writes(rig, CLEAN_RANGE, 0xffffffff);
	machine_count(rig->m, &now);
	assert_int_equal(now.level[1].cleaned - was.level[1].cleaned, 1 + 0 + 128);
}

static void ways_are_emptied_one_by_one(void **state)
{
	struct rig *rig = *state;

	has_dirty_lines(rig, 1);
	pl310_writes(rig, CLEAN_INV_WAY, 0);
	expects_line(rig, PLAY_PA, "L1 -, L2 dirty");
	pl310_writes(rig, CLEAN_INV_WAY, 0xffff);
	assert_int_equal(pl310_reads(rig, CLEAN_INV_WAY), 0);
	expects_line(rig, PLAY_PA, "L1 -, L2 -");
	expects_dram(rig, PLAY_PA, "dirty");
	has_dirty_lines(rig, 1);
	pl310_writes(rig, INV_WAY, 0xf);
	expects_line(rig, PLAY_PA, "L1 -, L2 -");
}

static void forced_write_through_it_never_holds_a_dirty_line(void **state)
{
	struct rig *rig = rig_aurora(2);

	expects_fresh(rig, K);
	writes(rig, K, "through");
	cleans(rig, K);
	expects_line(rig, PLAY_PA, "L1 clean, L2 clean");
	expects_dram(rig, PLAY_PA, "through");
	rig_free(rig);
}

static void disabled_it_is_passed_by(void **state)
{
	struct rig *rig = *state;

	pl310_writes(rig, CONTROL, 0);
	assert_int_equal(pl310_reads(rig, CONTROL), 0);
	writes(rig, K, "down");
	cleans(rig, K);
	expects_line(rig, PLAY_PA, "L1 clean, L2 -");
	expects_dram(rig, PLAY_PA, "down");
}

static void uncached_reads_pass_it_by(void **state)
{
	struct rig *rig = *state;

	maps(rig, U, PLAY_PA, 0x1000, UNCACHED);
	has_dirty_lines(rig, 1);
	expects_fresh(rig, U);
}

static void registers_are_words_and_syncs_are_counted(void **state)
{
	struct rig *rig = *state;
	struct machine_counters was, now;
	uint64_t value = 0;

	machine_count(rig->m, &was);
	pl310_writes(rig, SYNC, 0);
	machine_count(rig->m, &now);
	assert_int_equal(now.outer_syncs - was.outer_syncs, 1);
	assert_false(cpu_load(rig->cpu, PL310_VA + CONTROL, &value, 8, NULL));
	assert_false(cpu_store(rig->cpu, PL310_VA + CONTROL, &value, 1, NULL));
	assert_int_equal(pl310_reads(rig, BASE + 4), 0);
}

#define AURORA_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AURORA_TEST(geometry_can_be_read_and_not_written),
		AURORA_TEST(a_range_is_cleaned_from_its_base_to_its_last_line),
		AURORA_TEST(a_range_is_invalidated_or_both),
		AURORA_TEST(addresses_within_lines_mean_the_lines),
		AURORA_TEST(a_range_ends_with_its_page_and_never_begins_after_its_end),
		AURORA_TEST(ways_are_emptied_one_by_one),
		AURORA_TEST(forced_write_through_it_never_holds_a_dirty_line),
		AURORA_TEST(disabled_it_is_passed_by),
		AURORA_TEST(uncached_reads_pass_it_by),
		AURORA_TEST(registers_are_words_and_syncs_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
