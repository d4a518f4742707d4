/* SPDX-License-Identifier: MIT */
/*
 * One set of a small L1D, drawn after each step; * is dirty, . is empty. The drawing
 * is the assertion.
 */
#include "rig.h"

#include <string.h>

#define NR_WAYS		4u
#define LINE		32u
#define NR_SETS		4u
#define STRIDE		(NR_SETS * LINE)	/* lines this far apart share a set */

static struct rig *rig;

/* Lines 'A', 'B' ... all fall into set 0. */
static uint32_t line_va(char name)
{
	return K + (uint32_t)(name - 'A') * STRIDE;
}

static uint32_t line_pa(char name)
{
	return PLAY_PA + (uint32_t)(name - 'A') * STRIDE;
}

/*
 * Ways are not in any public header, so they are read off the order in which lines
 * of the set were admitted: the model is this test's own, and tiny.
 */
static char ways[NR_WAYS];

static void note_lines(void)
{
	for (unsigned way = 0; way < NR_WAYS; way++)
		if (ways[way] && !machine_line(rig->m, 1, line_pa(ways[way])).is_valid)
			ways[way] = 0;
	for (char name = 'A'; name <= 'Z'; name++) {
		if (!machine_line(rig->m, 1, line_pa(name)).is_valid ||
		    memchr(ways, name, NR_WAYS))
			continue;
		for (unsigned way = 0; way < NR_WAYS; way++) {
			if (!ways[way]) {
				ways[way] = name;
				break;
			}
		}
	}
}

static char *draw(void)
{
	GString *s = g_string_new(NULL);

	note_lines();
	for (unsigned way = 0; way < NR_WAYS; way++) {
		bool is_dirty = ways[way] &&
			machine_line(rig->m, 1, line_pa(ways[way])).is_dirty;

		g_string_append_c(s, ways[way] ? ways[way] : '.');
		g_string_append_c(s, is_dirty ? '*' : ' ');
	}
	return g_string_free(s, false);
}

static void expect_set(const char *verb, char name, const char *drawing, int line)
{
	g_autofree char *got = draw();

	if (strcmp(got, drawing))
		fail_msg("line %d: after %s('%c') the set is [%s], expected [%s]", line, verb, name,
			 got, drawing);
}

static void do_reads(char name)
{
	touches(rig, line_va(name));
}

static void do_writes(char name)
{
	const char text[2] = { name, 0 };

	writes(rig, line_va(name), text);
}

static void do_cleans(char name)
{
	cleans(rig, line_va(name));
}

static void do_invalidates(char name)
{
	invalidates(rig, line_va(name));
}

static void do_flushes(char name)
{
	cleans_and_invalidates(rig, line_va(name));
}

#define step(verb, name, drawing)	\
	(do_##verb(name), expect_set(#verb, name, drawing, __LINE__))

static void start_on(struct board *b, enum cache_replacement policy, bool write_allocate)
{
	fixture_set_l1d(b, (struct cache_geometry){
		.bytes = NR_WAYS * NR_SETS * LINE, .line_bytes = LINE, .nr_ways = NR_WAYS,
		.replacement = (uint8_t)policy, .write_allocate = write_allocate });
	rig = rig_new(b, &(struct machine_config){ .seed = 7 });
	maps(rig, K, PLAY_PA, 0x10000, CACHED);
	memset(ways, 0, sizeof(ways));
}

static void start_with(enum cache_replacement policy, bool write_allocate)
{
	start_on(fixture_board_a9_pl310(), policy, write_allocate);
}

static int stop(void **state)
{
	rig_free(rig);
	return 0;
}

static void clean_keeps_the_line_and_invalidate_drops_it(void **state)
{
	start_with(CACHE_ROUND_ROBIN, true);
	/*                       way: 0 1 2 3  */
	step(reads,       'A',       "A . . . ");
	step(writes,      'B',       "A B*. . ");
	step(cleans,      'B',       "A B . . ");
	step(writes,      'A',       "A*B . . ");
	step(invalidates, 'A',       ". B . . ");	/* A's dirty bytes are gone */
	step(reads,       'C',       "C B . . ");
	step(writes,      'C',       "C*B . . ");
	step(flushes,     'C',       ". B . . ");
	expects_dram(rig, line_pa('C'), "C");
	expects_dram(rig, line_pa('B'), "B");
	expects_read(rig, line_va('C'), "C");
	assert_int_equal(counts(rig).level[0].dropped, 1);
	assert_int_equal(counts(rig).level[0].written_back, 2);
}

static void maintenance_of_an_absent_line_does_nothing(void **state)
{
	start_with(CACHE_ROUND_ROBIN, true);
	step(cleans,      'A',       ". . . . ");
	step(invalidates, 'A',       ". . . . ");
	step(flushes,     'A',       ". . . . ");
	assert_int_equal(counts(rig).level[0].cleaned, 2);
	assert_int_equal(counts(rig).level[0].invalidated, 2);
	assert_int_equal(counts(rig).level[0].filled, 0);
}

static void round_robin_replaces_in_turn_whatever_was_used(void **state)
{
	start_with(CACHE_ROUND_ROBIN, true);
	step(reads,       'A',       "A . . . ");
	step(reads,       'B',       "A B . . ");
	step(reads,       'C',       "A B C . ");
	step(writes,      'D',       "A B C D*");
	step(reads,       'A',       "A B C D*");
	step(reads,       'E',       "E B C D*");
	step(reads,       'F',       "E F C D*");
	step(reads,       'G',       "E F G D*");
	step(reads,       'H',       "E F G H ");
	expects_dram(rig, line_pa('D'), "D");
	assert_int_equal(counts(rig).level[0].evicted, 4);
}

static void lru_replaces_the_least_recently_used(void **state)
{
	start_with(CACHE_LRU, true);
	step(reads,       'A',       "A . . . ");
	step(reads,       'B',       "A B . . ");
	step(reads,       'C',       "A B C . ");
	step(reads,       'D',       "A B C D ");
	step(reads,       'A',       "A B C D ");
	step(reads,       'E',       "A E C D ");
	step(writes,      'C',       "A E C*D ");
	step(reads,       'F',       "A E C*F ");
	step(reads,       'G',       "G E C*F ");
}

static void an_empty_way_is_taken_before_any_victim(void **state)
{
	start_with(CACHE_LRU, true);
	step(reads,       'A',       "A . . . ");
	step(reads,       'B',       "A B . . ");
	step(reads,       'C',       "A B C . ");
	step(reads,       'D',       "A B C D ");
	step(invalidates, 'C',       "A B . D ");
	step(reads,       'E',       "A B E D ");
	step(reads,       'F',       "F B E D ");
}

static void pseudo_random_replacement_stays_in_the_set_and_replays(void **state)
{
	g_autofree char *first = NULL, *second = NULL;

	for (unsigned run = 0; run < 2; run++) {
		start_with(CACHE_PSEUDO_RANDOM, true);
		for (char name = 'A'; name <= 'P'; name++)
			do_reads(name);
		*(run ? &second : &first) = draw();
		assert_int_equal(counts(rig).level[0].evicted, 12);
		if (!run)
			rig_free(rig);
	}
	assert_string_equal(first, second);
	assert_null(strchr(first, '.'));
}

static void a_store_miss_goes_below_where_the_core_does_not_allocate(void **state)
{
	start_with(CACHE_ROUND_ROBIN, false);
	step(writes,      'A',       ". . . . ");
	expects_dram(rig, line_pa('A'), "A");
	step(reads,       'A',       "A . . . ");
	step(writes,      'A',       "A*. . . ");
}

/* Of the cores that have such memory: a Cortex-A9 has none. */
static void write_through_memory_is_never_dirty(void **state)
{
	static const struct core_part arm1176 = {
		.compatible = "arm,arm1176jzf-s", .name = "ARM1176", .arch = 6,
		.is_modelled = true, .tables = TABLES_V7,
	};

	start_on(fixture_board_of(&arm1176, 1), CACHE_ROUND_ROBIN, true);
	maps(rig, K, PLAY_PA, 0x10000, WRITE_THROUGH);
	step(writes,      'A',       ". . . . ");
	step(reads,       'A',       "A . . . ");
	step(writes,      'A',       "A . . . ");
	expects_dram(rig, line_pa('A'), "A");
	expects_read(rig, line_va('A'), "A");
}

static void an_access_across_two_lines_is_two_accesses(void **state)
{
	start_with(CACHE_ROUND_ROBIN, true);
	writes(rig, K + LINE - 2, "abcd");
	assert_int_equal(counts(rig).level[0].filled, 2);
	expects_read(rig, K + LINE - 2, "abcd");
	invalidates(rig, K);
	expects_read(rig, K + LINE, "cd");
	device_writes(rig, PLAY_PA + LINE - 2, "xy");
	expects_read(rig, K + LINE - 2, "xycd");
}

static void a_range_is_the_lines_that_it_touches(void **state)
{
	start_with(CACHE_ROUND_ROBIN, true);
	assert_true(cpu_dc_range(rig->cpu, DC_CLEAN, K + 31, 2));
	assert_int_equal(counts(rig).level[0].cleaned, 2);
	assert_true(cpu_dc_range(rig->cpu, DC_INVALIDATE, K, LINE));
	assert_int_equal(counts(rig).level[0].invalidated, 1);
	assert_true(cpu_dc_range(rig->cpu, DC_CLEAN_INVALIDATE, K + 5, 0));
	assert_int_equal(counts(rig).level[0].cleaned, 2);
	assert_true(cpu_dc_range(rig->cpu, DC_CLEAN_INVALIDATE, K, 4096));
	assert_int_equal(counts(rig).level[0].cleaned, 2 + 4096 / LINE);
}

static void maintenance_needs_a_translation_but_no_permission(void **state)
{
	start_with(CACHE_ROUND_ROBIN, true);
	writes(rig, K, "kept");
	assert_false(cpu_dc(rig->cpu, DC_CLEAN, 0x12300000));
	assert_int_equal(cpu_last_fault(rig->cpu).kind, FAULT_TRANSLATION);
	assert_int_equal(cpu_last_fault(rig->cpu).dfsr, 0x2805);
	maps(rig, U, PLAY_PA, 0x1000, (enum mapping)(CACHED | READ_ONLY));
	cleans(rig, U);					/* any alias will do */
	expects_dram(rig, PLAY_PA, "kept");
	assert_true(cpu_dc_range(rig->cpu, DC_CLEAN, K + 0xf000, 0x1000));
	assert_false(cpu_dc_range(rig->cpu, DC_CLEAN, K + 0xf000, 0x1001));
}

/* ---- two levels ------------------------------------------------------------- */

static void a15_operations_reach_the_integrated_level_2(void **state)
{
	rig = rig_new(fixture_board_a15(), &(struct machine_config){ .seed = 0 });
	maps(rig, K, PLAY_PA, 0x1000, CACHED);
	writes(rig, K, "down");
	expects_line(rig, PLAY_PA, "L1 dirty, L2 clean");
	cleans(rig, K);
	expects_line(rig, PLAY_PA, "L1 clean, L2 clean");
	expects_dram(rig, PLAY_PA, "down");
	device_writes(rig, PLAY_PA, "more");
	expects_read(rig, K, "down");
	invalidates(rig, K);
	expects_line(rig, PLAY_PA, "L1 -, L2 -");
	expects_read(rig, K, "more");
	assert_int_equal(counts(rig).level[1].cleaned, 1);
	assert_int_equal(counts(rig).level[1].invalidated, 1);
}

/* Krait: 64-byte lines above 128-byte lines. */
static void levels_may_have_lines_of_different_length(void **state)
{
	struct board *b = fixture_board_a15();

	for (unsigned i = 0; i < b->cpus->len; i++) {
		struct board_cpu *cpu = g_ptr_array_index(b->cpus, i);

		cpu->l2 = (struct cache_geometry){ .bytes = 64 << 10, .line_bytes = 128,
						   .nr_ways = 8, .write_allocate = true };
	}
	rig = rig_new(b, &(struct machine_config){ .seed = 0 });
	maps(rig, K, PLAY_PA, 0x1000, CACHED);
	assert_int_equal(machine_line_min(rig->m), 64);
	assert_int_equal(machine_line_max(rig->m), 128);
	device_writes(rig, PLAY_PA, "left");
	device_writes(rig, PLAY_PA + 64, "right");
	expects_read(rig, K, "left");
	expects_line(rig, PLAY_PA + 64, "L1 -, L2 clean");	/* came with its neighbour */
	device_writes(rig, PLAY_PA + 64, "wrong");
	expects_read(rig, K + 64, "right");
	writes(rig, K, "LEFT");
	cleans(rig, K);					/* writes back all 128 bytes of L2 */
	expects_dram(rig, PLAY_PA, "LEFT");
	expects_dram(rig, PLAY_PA + 64, "right");
	invalidates(rig, K + 64);
	expects_line(rig, PLAY_PA, "L1 clean, L2 -");
}

static void lines_of_level_1_may_be_the_longer_ones(void **state)
{
	struct board *b = fixture_board_a9_pl310();

	fixture_set_l1d(b, (struct cache_geometry){ .bytes = 32 << 10, .line_bytes = 64,
						    .nr_ways = 4, .write_allocate = true });
	rig = rig_new(b, &(struct machine_config){ .seed = 0 });
	maps(rig, K, PLAY_PA, 0x1000, CACHED);
	maps(rig, PL310_VA, FIXTURE_PL310_PA, 0x1000, DEVICE);
	pl310_writes(rig, 0x100, 1);
	writes(rig, K + 40, "second half");
	expects_line(rig, PLAY_PA + 32, "L1 dirty, L2 clean");
	cleans(rig, K);
	expects_line(rig, PLAY_PA, "L1 clean, L2 dirty");
	expects_line(rig, PLAY_PA + 32, "L1 clean, L2 dirty");
	pl310_writes(rig, 0x7b0, PLAY_PA + 32);
	expects_line(rig, PLAY_PA, "L1 clean, L2 dirty");
	expects_dram(rig, PLAY_PA + 40, "second half");
}

#define set(name)	cmocka_unit_test_teardown(name, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		set(clean_keeps_the_line_and_invalidate_drops_it),
		set(maintenance_of_an_absent_line_does_nothing),
		set(round_robin_replaces_in_turn_whatever_was_used),
		set(lru_replaces_the_least_recently_used),
		set(an_empty_way_is_taken_before_any_victim),
		set(pseudo_random_replacement_stays_in_the_set_and_replays),
		set(a_store_miss_goes_below_where_the_core_does_not_allocate),
		set(write_through_memory_is_never_dirty),
		set(an_access_across_two_lines_is_two_accesses),
		set(a_range_is_the_lines_that_it_touches),
		set(maintenance_needs_a_translation_but_no_permission),
		set(a15_operations_reach_the_integrated_level_2),
		set(levels_may_have_lines_of_different_length),
		set(lines_of_level_1_may_be_the_longer_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
