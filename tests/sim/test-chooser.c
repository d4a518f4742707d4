/* SPDX-License-Identifier: MIT */
/*
 * The chooser: what hardware may do unasked is done, is drawn from the seed alone,
 * and is never done through a mapping that is not there.
 */
#include "story.h"

#define NR_SEEDS	100u

static void plays(struct rig *rig, unsigned nr_rounds)
{
	for (unsigned i = 0; i < nr_rounds; i++) {
		uint32_t off = i % 7 * 40;

		writes(rig, U + off, "cpu");
		device_writes(rig, PLAY_PA + off, "device");
		touches(rig, K + off);
		cleans_and_invalidates(rig, K + off);
		pl310_writes(rig, 0x7f0, PLAY_PA + off);
	}
}

static guint64 log_of(enum chooser_mode mode, uint64_t seed)
{
	struct rig *rig = rig_a9_with(GEAR_EXACT, mode, seed);
	struct story *s;
	guint64 hash;

	machine_watch(rig->m, PLAY_PA, 4096);
	s = story_new(rig);
	plays(rig, 50);
	hash = s->hash;
	story_free(s);
	rig_free(rig);
	return hash;
}

static void the_same_seed_gives_the_same_log(void **state)
{
	assert_true(log_of(CHOOSER_RANDOM, 1) == log_of(CHOOSER_RANDOM, 1));
	assert_true(log_of(CHOOSER_RANDOM, 0) == log_of(CHOOSER_RANDOM, 0));
}

static void another_seed_gives_another_log(void **state)
{
	assert_true(log_of(CHOOSER_RANDOM, 1) != log_of(CHOOSER_RANDOM, 2));
	assert_true(log_of(CHOOSER_RANDOM, 0) != log_of(CHOOSER_RANDOM, UINT64_MAX));
}

static void nominal_does_nothing_unasked(void **state)
{
	struct rig *rig = rig_a9();

	machine_watch(rig->m, PLAY_PA, 4096);
	plays(rig, 50);
	assert_int_equal(counts(rig).level[0].speculated, 0);
	assert_int_equal(counts(rig).level[1].speculated, 0);
	assert_int_equal(counts(rig).level[0].evicted, 0);
	rig_free(rig);
	assert_true(log_of(CHOOSER_NOMINAL, 1) == log_of(CHOOSER_NOMINAL, 2));
}

/* Receive into memory that is invalidated before the DMA and not after it. */
static bool is_stale_with(uint64_t seed)
{
	struct rig *rig = rig_a9_with(GEAR_EXACT, CHOOSER_RANDOM, seed);
	char got[4];

	machine_watch(rig->m, PLAY_PA, 32);
	invalidates(rig, K);
	pl310_writes(rig, 0x770, PLAY_PA);
	device_writes(rig, PLAY_PA, "new!");
	assert_true(cpu_load(rig->cpu, K, got, 4, NULL));
	rig_free(rig);
	return memcmp(got, "new!", 4) != 0;
}

static void an_invalidate_before_the_dma_alone_fails_for_some_seeds_only(void **state)
{
	unsigned nr_stale = 0;

	for (uint64_t seed = 0; seed < NR_SEEDS; seed++)
		nr_stale += is_stale_with(seed);
	assert_in_range(nr_stale, 1, NR_SEEDS - 1);
}

static void an_invalidate_after_the_dma_never_fails(void **state)
{
	for (uint64_t seed = 0; seed < NR_SEEDS; seed++) {
		struct rig *rig = rig_a9_with(GEAR_EXACT, CHOOSER_RANDOM, seed);

		machine_watch(rig->m, PLAY_PA, 32);
		device_writes(rig, PLAY_PA, "new!");
		pl310_writes(rig, 0x770, PLAY_PA);
		invalidates(rig, K);
		expects_read(rig, K, "new!");
		rig_free(rig);
	}
}

/* The double mapping of 2011: the CPU never touches K, and U goes stale all the same. */
static bool does_double_mapping_fail_with(uint64_t seed)
{
	struct rig *rig = rig_a9_with(GEAR_EXACT, CHOOSER_RANDOM, seed);
	bool is_stale = false;

	machine_watch(rig->m, PLAY_PA, 32);
	for (char c = 'a'; c <= 'z' && !is_stale; c++) {
		char got;

		device_writes(rig, PLAY_PA, (const char[]){ c, 0 });
		assert_true(cpu_load(rig->cpu, U, &got, 1, NULL));
		is_stale = got != c;
	}
	rig_free(rig);
	return is_stale;
}

static void a_cached_alias_that_nobody_touches_makes_uncached_reads_stale(void **state)
{
	unsigned nr_stale = 0;

	for (uint64_t seed = 0; seed < NR_SEEDS; seed++)
		nr_stale += does_double_mapping_fail_with(seed);
	assert_int_equal(nr_stale, NR_SEEDS);
}

static void nothing_is_filled_where_no_cacheable_mapping_is_live(void **state)
{
	struct rig *rig = rig_new(fixture_board_a9_pl310(), &(struct machine_config){
		.chooser = CHOOSER_RANDOM, .seed = 3 });

	maps(rig, U, PLAY_PA, 0x1000, UNCACHED);
	maps(rig, PL310_VA, FIXTURE_PL310_PA, 0x1000, DEVICE);
	pl310_writes(rig, 0x100, 1);
	machine_watch(rig->m, PLAY_PA, 4096);
	for (unsigned i = 0; i < 1000; i++) {
		device_writes(rig, PLAY_PA + i % 4000, "new");
		expects_read(rig, U + i % 4000, "new");
	}
	assert_int_equal(counts(rig).level[0].filled, 0);
	assert_int_equal(counts(rig).level[1].filled, 0);
	rig_free(rig);
}

static void a_translation_that_was_not_invalidated_still_fills(void **state)
{
	struct rig *rig = rig_a9_with(GEAR_EXACT, CHOOSER_RANDOM, 5);
	uint64_t before;

	touches(rig, K);
	unmaps(rig, K);			/* and no TLB invalidation */
	machine_watch(rig->m, PLAY_PA, 32);
	for (unsigned i = 0; i < 100; i++)
		device_writes(rig, PLAY_PA, "x");
	assert_true(counts(rig).level[0].speculated > 0);

	cpu_tlbi(rig->cpu, TLBI_MVA, K);
	before = counts(rig).level[0].speculated;
	for (unsigned i = 0; i < 100; i++)
		device_writes(rig, PLAY_PA, "y");
	assert_int_equal(counts(rig).level[0].speculated, before);
	rig_free(rig);
}

static void a_prefetch_stops_at_the_page(void **state)
{
	struct rig *rig = rig_a9_with(GEAR_EXACT, CHOOSER_RANDOM, 9);

	machine_watch(rig->m, PLAY_PA + 4096 - 32, 32);
	for (unsigned i = 0; i < 500; i++)
		device_writes(rig, PLAY_PA + 4096 - 32, "x");
	expects_line(rig, PLAY_PA + 4096, "L1 -, L2 -");
	rig_free(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_seed_gives_the_same_log),
		cmocka_unit_test(another_seed_gives_another_log),
		cmocka_unit_test(nominal_does_nothing_unasked),
		cmocka_unit_test(an_invalidate_before_the_dma_alone_fails_for_some_seeds_only),
		cmocka_unit_test(an_invalidate_after_the_dma_never_fails),
		cmocka_unit_test(a_cached_alias_that_nobody_touches_makes_uncached_reads_stale),
		cmocka_unit_test(nothing_is_filled_where_no_cacheable_mapping_is_live),
		cmocka_unit_test(a_translation_that_was_not_invalidated_still_fills),
		cmocka_unit_test(a_prefetch_stops_at_the_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
