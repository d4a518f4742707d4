/* SPDX-License-Identifier: MIT */
/*
 * What level 2 holds of what level 1 holds: the exclusive mode of a PL310, its locks and
 * rules of allocation, and the inclusion of the cores' own.
 */
#include "rig.h"

#define CONTROL		0x100
#define AUX		0x104
#define EXCLUSIVE	(1u << 12)
#define SHARED_INVALIDATE (1u << 13)
#define ALLOCATE_NEVER	(1u << 23)
#define LOCK_DATA	0x900
#define ACTLR_EXCL	(1u << 7)

static struct rig *rig;

static void start_with(uint32_t aux)
{
	rig = rig_a9();
	pl310_writes(rig, CONTROL, 0);
	pl310_writes(rig, AUX, pl310_reads(rig, AUX) | aux);
	pl310_writes(rig, CONTROL, 1);
}

static int stop(void **state)
{
	rig_free(rig);
	return 0;
}

static void sets_excl(void)
{
	cpu_cp15_write(rig->cpu, CP15_ACTLR, cpu_cp15_read(rig->cpu, CP15_ACTLR) | ACTLR_EXCL);
}

/* Other lines of the same set of level 1 push the line of K out of it. */
static void pushes_k_out_of_l1(void)
{
	for (uint32_t i = 1; machine_line(rig->m, 1, PLAY_PA).is_valid; i++)
		touches(rig, K + i * 0x2000 % 0x100000);
}

static void an_exclusive_l2_is_not_filled_by_a_miss(void **state)
{
	start_with(EXCLUSIVE);
	touches(rig, K);
	expects_line(rig, PLAY_PA, "L1 clean, L2 -");
}

static void it_is_filled_by_what_l1_evicts(void **state)
{
	start_with(EXCLUSIVE);
	sets_excl();
	touches(rig, K);
	pushes_k_out_of_l1();
	expects_line(rig, PLAY_PA, "L1 -, L2 clean");
	writes(rig, K, "dirty");
	pushes_k_out_of_l1();
	expects_line(rig, PLAY_PA, "L1 -, L2 dirty");
}

static void clean_lines_go_nowhere_unless_the_core_sends_them(void **state)
{
	start_with(EXCLUSIVE);
	touches(rig, K);
	pushes_k_out_of_l1();
	expects_line(rig, PLAY_PA, "L1 -, L2 -");
}

/* The reason why even clean lines must be purged from level 1 first. */
static void a_clean_eviction_after_an_invalidation_brings_old_bytes_back(void **state)
{
	start_with(EXCLUSIVE);
	sets_excl();
	device_writes(rig, PLAY_PA, "old");
	touches(rig, K);
	device_writes(rig, PLAY_PA, "new");
	pl310_writes(rig, 0x770, PLAY_PA);	/* level 2 alone */
	pushes_k_out_of_l1();
	expects_read(rig, K, "old");
	expects_dram(rig, PLAY_PA, "new");
}

static void full_line_uncached_writes_drop_the_line_if_bit_13_says_so(void **state)
{
	uint8_t line[32] = { 'f', 'u', 'l', 'l' };

	start_with(SHARED_INVALIDATE);
	writes(rig, K, "gone");
	cleans_and_invalidates(rig, K);
	expects_line(rig, PLAY_PA, "L1 -, L2 dirty");
	writes(rig, U + 4, "part");
	expects_line(rig, PLAY_PA, "L1 -, L2 dirty");
	assert_true(cpu_store(rig->cpu, U, line, sizeof(line), NULL));
	expects_line(rig, PLAY_PA, "L1 -, L2 -");
	expects_read(rig, K, "full");
}

static void a_locked_way_takes_no_new_line(void **state)
{
	start_with(0);
	pl310_writes(rig, LOCK_DATA, 0xff);
	touches(rig, K);
	expects_line(rig, PLAY_PA, "L1 clean, L2 -");
	pl310_writes(rig, LOCK_DATA, 0xfe);		/* way 0 is open */
	touches(rig, K + 0x40);
	touches(rig, K + 0x40 + 0x10000);		/* the same set */
	expects_line(rig, PLAY_PA + 0x40, "L1 clean, L2 -");
	expects_line(rig, PLAY_PA + 0x40 + 0x10000, "L1 clean, L2 clean");
}

static void write_back_memory_allocates_by_its_hint(void **state)
{
	start_with(0);
	writes(rig, K, "hinted");
	invalidates(rig, K);
	pl310_writes(rig, 0x770, PLAY_PA);
	maps(rig, K + 0x100000, PLAY_PA + 0x1000, 0x1000, WRITE_BACK);
	writes(rig, K + 0x100000, "not");
	pl310_writes(rig, 0x770, PLAY_PA + 0x1000);	/* it came in for the fill */
	cleans(rig, K + 0x100000);
	expects_line(rig, PLAY_PA + 0x1000, "L1 clean, L2 -");
	expects_dram(rig, PLAY_PA + 0x1000, "not");
	writes(rig, K, "hinted");
	pl310_writes(rig, 0x770, PLAY_PA);
	cleans(rig, K);
	expects_line(rig, PLAY_PA, "L1 clean, L2 dirty");
}

static void auxiliary_control_can_forbid_it(void **state)
{
	start_with(ALLOCATE_NEVER);
	writes(rig, K, "never");
	pl310_writes(rig, 0x770, PLAY_PA);
	cleans(rig, K);
	expects_line(rig, PLAY_PA, "L1 clean, L2 -");
	expects_dram(rig, PLAY_PA, "never");
}

static void an_operation_by_index_is_on_one_way_of_one_set(void **state)
{
	start_with(0);
	writes(rig, K, "by index");
	cleans_and_invalidates(rig, K);
	pl310_writes(rig, 0x7f8, 1u << 28 | (PLAY_PA & 0xffe0));	/* way 1: empty */
	expects_line(rig, PLAY_PA, "L1 -, L2 dirty");
	pl310_writes(rig, 0x7b8, PLAY_PA & 0xffe0);
	expects_line(rig, PLAY_PA, "L1 -, L2 clean");
	expects_dram(rig, PLAY_PA, "by index");
	pl310_writes(rig, 0x7f8, PLAY_PA & 0xffe0);
	expects_line(rig, PLAY_PA, "L1 -, L2 -");
}

static void nothing_else_may_be_asked_for_while_ways_are_worked_on(void **state)
{
	uint32_t value = 0;

	start_with(0);
	pl310_writes(rig, 0x7bc, 0xff);
	assert_false(cpu_store(rig->cpu, PL310_VA + 0x730, &value, 4, NULL));
	assert_int_equal(cpu_last_fault(rig->cpu).kind, FAULT_EXTERNAL);
	assert_int_equal(pl310_reads(rig, 0x7bc), 0);
	pl310_writes(rig, 0x730, 0);
}

static void under_a_seed_ways_take_their_time(void **state)
{
	unsigned nr_busy = 0;

	for (uint64_t seed = 0; seed < 8; seed++) {
		rig = rig_a9_with(GEAR_EXACT, CHOOSER_RANDOM, seed);
		writes(rig, K, "all");
		cleans_and_invalidates(rig, K);
		pl310_writes(rig, 0x7fc, 0xff);
		while (pl310_reads(rig, 0x7fc))
			nr_busy++;
		expects_dram(rig, PLAY_PA, "all");
		expects_line(rig, PLAY_PA, "L1 -, L2 -");
		if (seed < 7)
			rig_free(rig);
	}
	assert_int_not_equal(nr_busy, 0);
}

static void overriding_the_shared_attribute_with_dirty_lines_loses_writes(void **state)
{
	start_with(0);
	writes(rig, K, "dirty in L2");
	cleans_and_invalidates(rig, K);
	pl310_writes(rig, CONTROL, 0);
	pl310_writes(rig, AUX, pl310_reads(rig, AUX) | 1u << 22);
	pl310_writes(rig, CONTROL, 1);
	writes(rig, U, "newer");			/* passes the dirty line by */
	expects_dram(rig, PLAY_PA, "newer");
	pl310_writes(rig, 0x7b0, PLAY_PA);		/* as an eviction would */
	expects_dram(rig, PLAY_PA, "dirty in L2");
}

static void counters_count_what_they_are_set_to(void **state)
{
	start_with(0);
	pl310_writes(rig, 0x208, 3 << 2);		/* counter 0: reads */
	pl310_writes(rig, 0x204, 2 << 2);		/* counter 1: those that hit */
	pl310_writes(rig, 0x200, 7);
	touches(rig, K);
	invalidates(rig, K);
	touches(rig, K);
	assert_int_equal(pl310_reads(rig, 0x210), 2);
	assert_int_equal(pl310_reads(rig, 0x20c), 1);
}

static void prefetch_runs_ahead_within_the_page(void **state)
{
	start_with(0);
	pl310_writes(rig, 0xf60, 1u << 28 | 1);		/* data, two lines ahead */
	touches(rig, K);
	expects_line(rig, PLAY_PA + 64, "L1 -, L2 clean");
	expects_line(rig, PLAY_PA + 32, "L1 -, L2 -");
	assert_true(machine_line(rig->m, 2, PLAY_PA + 64).is_speculative);
	touches(rig, K + 0xfe0);
	expects_line(rig, PLAY_PA + 0x1020, "L1 -, L2 -");
}

/* ---- integrated ------------------------------------------------------------------ */

static void what_leaves_an_inclusive_l2_leaves_l1(void **state)
{
	static struct core_part inclusive;
	struct board *b = fixture_board_a15();

	inclusive = *board_boot_cpu(b)->part;
	inclusive.l2_inclusion = L2_INCLUSIVE;
	for (unsigned i = 0; i < b->cpus->len; i++) {
		struct board_cpu *cpu = g_ptr_array_index(b->cpus, i);

		cpu->part = &inclusive;
		cpu->l2 = (struct cache_geometry){ .bytes = 4096, .line_bytes = 64,
			.nr_ways = 1, .replacement = CACHE_ROUND_ROBIN,
			.write_allocate = true };
	}
	rig = rig_new(b, &(struct machine_config){ .seed = 0 });
	maps(rig, K, PLAY_PA, 0x4000, CACHED);
	writes(rig, K, "goes out whole");
	touches(rig, K + 4096);				/* takes its place in level 2 */
	expects_line(rig, PLAY_PA, "L1 -, L2 -");
	expects_dram(rig, PLAY_PA, "goes out whole");
	expects_line(rig, PLAY_PA + 4096, "L1 clean, L2 clean");
}

#define l2(name)	cmocka_unit_test_teardown(name, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		l2(an_exclusive_l2_is_not_filled_by_a_miss),
		l2(it_is_filled_by_what_l1_evicts),
		l2(clean_lines_go_nowhere_unless_the_core_sends_them),
		l2(a_clean_eviction_after_an_invalidation_brings_old_bytes_back),
		l2(full_line_uncached_writes_drop_the_line_if_bit_13_says_so),
		l2(a_locked_way_takes_no_new_line),
		l2(write_back_memory_allocates_by_its_hint),
		l2(auxiliary_control_can_forbid_it),
		l2(an_operation_by_index_is_on_one_way_of_one_set),
		l2(nothing_else_may_be_asked_for_while_ways_are_worked_on),
		l2(under_a_seed_ways_take_their_time),
		l2(overriding_the_shared_attribute_with_dirty_lines_loses_writes),
		l2(counters_count_what_they_are_set_to),
		l2(prefetch_runs_ahead_within_the_page),
		l2(what_leaves_an_inclusive_l2_leaves_l1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
