/* SPDX-License-Identifier: MIT */
/*
 * How a level 1 data cache keeps its books: who leaves, what a refill need not copy,
 * what the summary of a page says. Facts: DDI 0406C, B2.2; DDI 0301H, 7.2.2 (round
 * robin); DDI 0344, 7.3 (no write-allocate).
 */
#include "rig.h"

#include <string.h>
#include "sim/sim.h"

#define KIB	1024u
#define PAGE	4096u

static int setup(void **state)
{
	*state = rig_a9();
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;
	bool is_valid;

	(void)counts(rig);		/* settles */
	is_valid = inner_valid(rig->m) && outer_valid(rig->m);
	rig_free(rig);
	return is_valid ? 0 : -1;
}

static struct place place(uint32_t pa)
{
	return (struct place){ pa, pa - FIXTURE_DRAM_PA };
}

static bool is_same(const struct rig *rig, uint32_t pa)
{
	return notes_of(&rig->m->notes, place(pa).off) & NOTE_SAME;
}

static const struct page_summary *summary(const struct rig *rig, uint32_t pa)
{
	return page_summary(&rig->m->pages, place(pa).off);
}

/* Something other than a level 1 cache would have put there. */
static void marks_image(struct rig *rig, uint32_t pa, char mark)
{
	rig->m->inner.bytes[place(pa).off] = (uint8_t)mark;
}

static char image(const struct rig *rig, uint32_t pa)
{
	return (char)rig->m->inner.bytes[place(pa).off];
}

/* ---- what need not be copied ------------------------------------------------------ */

static void a_refill_of_the_same_bytes_copies_nothing(void **state)
{
	struct rig *rig = *state;

	touches(rig, K);
	assert_true(is_same(rig, PLAY_PA));
	invalidates(rig, K);
	marks_image(rig, PLAY_PA, '!');
	touches(rig, K);
	assert_int_equal(image(rig, PLAY_PA), '!');
	marks_image(rig, PLAY_PA, 0);
}

static void a_dirty_line_is_not_the_same_until_it_is_written_back(void **state)
{
	struct rig *rig = *state;

	touches(rig, K);
	writes(rig, K, "dirty");
	assert_false(is_same(rig, PLAY_PA));
	invalidates(rig, K);
	expects_read(rig, K, "");
	writes(rig, K, "dirty");
	cleans(rig, K);
	assert_true(is_same(rig, PLAY_PA));
}

static void what_changes_below_is_copied(void **state)
{
	struct rig *rig = *state;

	touches(rig, K);
	invalidates(rig, K);
	pl310_writes(rig, 0x770, PLAY_PA);
	assert_true(is_same(rig, PLAY_PA));
	device_writes(rig, PLAY_PA, "device");
	assert_false(is_same(rig, PLAY_PA));
	expects_read(rig, K, "device");
}

static void a_device_that_level_2_hides_changes_nothing_yet(void **state)
{
	struct rig *rig = *state;

	touches(rig, K);
	invalidates(rig, K);
	device_writes(rig, PLAY_PA, "device");		/* level 2 still has the old line */
	expects_read(rig, K, "");
	invalidates(rig, K);
	pl310_writes(rig, 0x770, PLAY_PA);
	expects_read(rig, K, "device");
}

static void level_2_switched_off_and_on_is_another_memory(void **state)
{
	struct rig *rig = *state;

	writes(rig, K, "in L2");
	cleans_and_invalidates(rig, K);
	pl310_writes(rig, 0x100, 0);
	expects_read(rig, K, "");
	invalidates(rig, K);
	pl310_writes(rig, 0x100, 1);
	expects_read(rig, K, "in L2");
}

static void an_uncached_store_below_is_seen_by_the_next_fill(void **state)
{
	struct rig *rig = *state;

	touches(rig, K);
	invalidates(rig, K);
	writes(rig, U, "uncached");
	expects_read(rig, K, "uncached");
	invalidates(rig, K);
	cpu_before_store(rig->cpu, U, 8, NULL);
	memcpy(machine_ptr(rig->m, U), "UNCACHED", 8);
	expects_read(rig, K, "UNCACHED");
}

/* Outer non-cacheable: such a fill passes a level 2 by that has newer bytes. */
static void a_fill_past_level_2_is_no_promise_for_one_through_it(void **state)
{
	struct rig *rig = *state;
	uint32_t past = 0x48000000;

	/* Index 5, which Linux leaves alone: Normal, inner WBWA, outer non-cacheable. */
	cpu_cp15_write(rig->cpu, CP15_PRRR, (LINUX_PRRR & ~(3u << 10)) | 2u << 10);
	cpu_cp15_write(rig->cpu, CP15_NMRR, (LINUX_NMRR & ~(3u << 10) & ~(3u << 26)) | 1u << 10);
	maps(rig, past, PLAY_PA, PAGE, (enum mapping)(5 | NOT_SHAREABLE));
	device_writes(rig, PLAY_PA, "in DRAM");
	writes(rig, K, "level 2");
	cleans_and_invalidates(rig, K);
	expects_read(rig, past, "in DRAM");
	invalidates(rig, past);
	expects_read(rig, K, "level 2");
}

struct ear {
	struct observer o;
	char first[5];
};

static void hears(struct observer *o, const struct observe_event *ev)
{
	struct ear *ear = (struct ear *)o;

	if (ev->kind == OBSERVE_FILL && ev->level == 1)
		memcpy(ear->first, ev->bytes, 4);
}

/* The native store is in the image by then; what came in is what was below. */
static void a_line_that_comes_in_for_a_plain_store_has_its_old_bytes(void **state)
{
	struct rig *rig = *state;
	struct ear ear = { .o.event = hears };

	device_writes(rig, PLAY_PA, "old.");
	touches(rig, K);
	invalidates(rig, K);
	machine_observe(rig->m, &ear.o);
	machine_watch(rig->m, PLAY_PA, 32);
	cpu_before_store(rig->cpu, K, 4, NULL);
	memcpy(machine_ptr(rig->m, K), "new!", 4);
	expects_read(rig, K, "new!");
	assert_string_equal(ear.first, "old.");
	machine_unobserve(rig->m, &ear.o);
}

/* ---- what the summary of a page says -------------------------------------------------- */

static void a_page_counts_its_lines(void **state)
{
	struct rig *rig = *state, other = rig_of_cpu(rig, 1);

	touches(rig, K);
	writes(rig, K + 32, "dirty");
	touches(&other, K);
	touches(rig, K + PAGE);
	assert_int_equal(summary(rig, PLAY_PA)->nr_inner, 3);
	assert_int_equal(summary(rig, PLAY_PA)->nr_dirty, 1);
	assert_int_equal(summary(rig, PLAY_PA)->cpus, 3);
	assert_int_equal(summary(rig, PLAY_PA + PAGE)->cpus, 1);
	assert_true(cpu_dc_range(rig->cpu, DC_CLEAN_INVALIDATE, K, PAGE));
	assert_int_equal(summary(rig, PLAY_PA)->nr_inner, 0);
	assert_int_equal(summary(rig, PLAY_PA)->nr_dirty, 0);
	assert_int_equal(summary(rig, PLAY_PA)->cpus, 0);
}

static void a_page_that_nobody_watches_any_longer_says_so(void **state)
{
	struct rig *rig = *state;

	machine_watch(rig->m, PLAY_PA, 64);
	machine_watch(rig->m, PLAY_PA + 2048, 32);
	assert_true(summary(rig, PLAY_PA)->flags & PAGE_HAS_WATCHED);
	assert_false(summary(rig, PLAY_PA + PAGE)->flags & PAGE_HAS_WATCHED);
	machine_unwatch(rig->m, PLAY_PA, 64);
	assert_true(summary(rig, PLAY_PA)->flags & PAGE_HAS_WATCHED);
	machine_unwatch(rig->m, PLAY_PA, PAGE);
	assert_false(summary(rig, PLAY_PA)->flags & PAGE_HAS_WATCHED);
}

/* ---- who leaves -------------------------------------------------------------------------- */

static struct rig *rig_with(struct cache_geometry l1d, uint64_t seed)
{
	struct board *b = fixture_board_a9_pl310();
	struct rig *rig;

	fixture_set_l1d(b, l1d);
	rig = rig_new(b, &(struct machine_config){ .seed = seed });
	maps(rig, K, PLAY_PA, 0x40000, CACHED);
	return rig;
}

/* Which of the set's first lines have left, as a string of 0 and 1. */
static char *who_left(struct rig *rig, unsigned nr, uint32_t stride)
{
	GString *s = g_string_new("");

	for (unsigned i = 0; i < nr; i++)
		g_string_append_c(s, machine_line(rig->m, 1, PLAY_PA + i * stride).is_valid
				     ? '0' : '1');
	return g_string_free(s, false);
}

static void expects_left(struct rig *rig, unsigned nr, uint32_t stride, const char *want)
{
	g_autofree char *got = who_left(rig, nr, stride);

	assert_string_equal(got, want);
}

static void least_recently_used_is_exact_however_lines_are_hit(void **state)
{
	struct rig *rig = rig_with((struct cache_geometry){ 4 * KIB, 32, 4, CACHE_LRU, true }, 0);

	for (unsigned i = 0; i < 4; i++)
		touches(rig, K + i * KIB);
	touches(rig, K);				/* 1 is the oldest now */
	cpu_before_load(rig->cpu, K + KIB, 4, NULL);	/* 2 is */
	touches(rig, K + 4 * KIB);
	expects_left(rig, 5, KIB, "00100");
	writes(rig, K + 3 * KIB, "x");			/* 0 is */
	touches(rig, K + 5 * KIB);
	expects_left(rig, 6, KIB, "101000");
	assert_true(inner_valid(rig->m));
	rig_free(rig);
}

static void round_robin_counts_for_all_sets_together(void **state)
{
	struct rig *rig = rig_with((struct cache_geometry){ 4 * KIB, 32, 4, CACHE_ROUND_ROBIN,
							    true }, 0);

	for (unsigned i = 0; i < 4; i++) {
		touches(rig, K + i * KIB);
		touches(rig, K + i * KIB + 32);
	}
	touches(rig, K + 4 * KIB);			/* way 0 of set 0 */
	touches(rig, K + 4 * KIB + 32);			/* way 1 of set 1 */
	touches(rig, K + 5 * KIB);			/* way 2 of set 0 */
	expects_left(rig, 6, KIB, "101000");
	assert_false(machine_line(rig->m, 1, PLAY_PA + KIB + 32).is_valid);
	rig_free(rig);
}

static void pseudo_random_is_the_seeds(void **state)
{
	g_autofree char *first = NULL;
	unsigned nr_others = 0;

	for (uint64_t seed = 0; seed < 8; seed++) {
		for (unsigned again = 0; again < 2; again++) {
			struct rig *rig = rig_with((struct cache_geometry){ 4 * KIB, 32, 4,
						   CACHE_PSEUDO_RANDOM, true }, seed);
			g_autofree char *left = NULL;

			for (unsigned i = 0; i < 40; i++)
				touches(rig, K + i * KIB);
			left = who_left(rig, 40, KIB);
			if (!first)
				first = g_strdup(left);
			assert_true(seed || !strcmp(left, first));
			nr_others += !!strcmp(left, first);
			rig_free(rig);
		}
	}
	assert_true(nr_others >= 8);
}

static void every_way_is_a_victim_in_the_end(void **state)
{
	static const uint8_t nr_ways[] = { 1, 2, 4, 8, 16, 64 };

	for (size_t i = 0; i < G_N_ELEMENTS(nr_ways); i++) {
		uint32_t way_bytes = 16 * KIB / nr_ways[i];
		struct rig *rig = rig_with((struct cache_geometry){ 16 * KIB, 32, nr_ways[i],
					   CACHE_PSEUDO_RANDOM, true }, 1);

		for (uint32_t n = 0; n < 0x40000 / way_bytes; n++)
			touches(rig, K + n * way_bytes);
		for (uint32_t n = 0; n < 16 * KIB / way_bytes && nr_ways[i] < 16; n++)
			assert_false(machine_line(rig->m, 1, PLAY_PA + n * way_bytes).is_valid);
		assert_true(inner_valid(rig->m));
		rig_free(rig);
	}
}

/* ---- allocation ---------------------------------------------------------------------------- */

static void a_core_that_never_write_allocates_stores_past(void **state)
{
	struct rig *rig = rig_with((struct cache_geometry){ 32 * KIB, 32, 4,
				   CACHE_PSEUDO_RANDOM, false }, 0);

	writes(rig, K, "past");
	assert_false(machine_line(rig->m, 1, PLAY_PA).is_valid);
	touches(rig, K);
	writes(rig, K, "held");
	assert_true(machine_line(rig->m, 1, PLAY_PA).is_dirty);
	rig_free(rig);
}

/* A coherent copy elsewhere must not go stale for it. */
static void a_store_past_takes_the_peers_copy_away(void **state)
{
	struct rig *rig = rig_with((struct cache_geometry){ 32 * KIB, 32, 4,
				   CACHE_PSEUDO_RANDOM, false }, 0);
	struct rig other = rig_of_cpu(rig, 1);

	touches(&other, K);
	writes(&other, K, "their bytes");
	writes(rig, K + 6, "BYTES");
	expects_read(&other, K, "their BYTES");
	cpu_before_store(rig->cpu, K, 5, NULL);
	memcpy(machine_ptr(rig->m, K), "THEIR", 5);
	expects_read(&other, K, "THEIR BYTES");
	assert_true(inner_valid(rig->m));
	rig_free(rig);
}

static void write_through_memory_may_be_no_memory_for_the_cache(void **state)
{
	static const struct core_part part = {
		.compatible = "test,a7", .name = "WT is NC", .arch = 7, .is_modelled = true,
		.tables = TABLES_V7, .is_mp = true, .wt_is_nc = true,
		.l1d = { 32 * KIB, 64, 4, .write_allocate = true },
	};
	struct rig *rig = rig_new(fixture_board_of(&part, 1), &(struct machine_config){
		.seed = 0 });

	maps(rig, K, PLAY_PA, PAGE, WRITE_THROUGH);
	touches(rig, K);
	assert_false(machine_line(rig->m, 1, PLAY_PA).is_valid);
	writes(rig, K, "below at once");
	expects_dram(rig, PLAY_PA, "below at once");
	rig_free(rig);
}

#define on_a9(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_a9(a_refill_of_the_same_bytes_copies_nothing),
		on_a9(a_dirty_line_is_not_the_same_until_it_is_written_back),
		on_a9(what_changes_below_is_copied),
		on_a9(a_device_that_level_2_hides_changes_nothing_yet),
		on_a9(level_2_switched_off_and_on_is_another_memory),
		on_a9(an_uncached_store_below_is_seen_by_the_next_fill),
		on_a9(a_fill_past_level_2_is_no_promise_for_one_through_it),
		on_a9(a_line_that_comes_in_for_a_plain_store_has_its_old_bytes),
		on_a9(a_page_counts_its_lines),
		on_a9(a_page_that_nobody_watches_any_longer_says_so),
		cmocka_unit_test(least_recently_used_is_exact_however_lines_are_hit),
		cmocka_unit_test(round_robin_counts_for_all_sets_together),
		cmocka_unit_test(pseudo_random_is_the_seeds),
		cmocka_unit_test(every_way_is_a_victim_in_the_end),
		cmocka_unit_test(a_core_that_never_write_allocates_stores_past),
		cmocka_unit_test(a_store_past_takes_the_peers_copy_away),
		cmocka_unit_test(write_through_memory_may_be_no_memory_for_the_cache),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
