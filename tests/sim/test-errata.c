/* SPDX-License-Identifier: MIT */
/*
 * Five defects of old PL310s: what goes wrong with each switched on, that it goes right
 * without, and that the known sequence avoids it.
 */
#include "rig.h"

#define SYNC		0x730
#define DUMMY_SYNC	0x740
#define INV_PA		0x770
#define CLEAN_PA	0x7b0
#define CLEAN_INV_PA	0x7f0
#define CLEAN_INV_WAY	0x7fc
#define DEBUG		0xf40
#define PREFETCH	0xf60
#define DOUBLE_LINEFILL	(1u << 30)

static struct rig *rig;

static void start_with(unsigned errata)
{
	rig = rig_new(fixture_board_a9_pl310(), &(struct machine_config){ .errata = errata });
	maps(rig, K, PLAY_PA, 0x100000, CACHED);
	maps(rig, U, PLAY_PA, 0x100000, UNCACHED);
	maps(rig, PL310_VA, FIXTURE_PL310_PA, 0x1000, DEVICE);
	pl310_writes(rig, 0x100, 1);
}

static int stop(void **state)
{
	rig_free(rig);
	return 0;
}

/* The CPU has read a buffer; the device writes it; the CPU throws its copies away. */
static void reads_after_dma(void (*flush)(void))
{
	touches(rig, K);
	device_writes(rig, PLAY_PA, "new");
	flush();
	invalidates(rig, K);
}

static void flush_at_once(void)
{
	pl310_writes(rig, CLEAN_INV_PA, PLAY_PA);
}

static void flush_in_two_steps(void)
{
	pl310_writes(rig, DEBUG, 3);
	pl310_writes(rig, CLEAN_PA, PLAY_PA);
	pl310_writes(rig, INV_PA, PLAY_PA);
	pl310_writes(rig, DEBUG, 0);
}

static void by_588369_a_clean_line_survives_clean_and_invalidate(void **state)
{
	char got[4] = "";

	start_with(ERRATUM_588369);
	reads_after_dma(flush_at_once);
	assert_true(machine_line(rig->m, 2, PLAY_PA).is_valid);
	assert_true(cpu_load(rig->cpu, K, got, 3, NULL));
	assert_string_equal(got, "");			/* stale: DRAM has "new" */
	expects_dram(rig, PLAY_PA, "new");
}

static void without_588369_it_goes(void **state)
{
	start_with(0);
	reads_after_dma(flush_at_once);
	expects_read(rig, K, "new");
}

static void clean_then_invalidate_avoids_588369(void **state)
{
	start_with(ERRATUM_588369);
	reads_after_dma(flush_in_two_steps);
	expects_read(rig, K, "new");
}

/* A line of L2 becomes dirty while all ways are cleaned and invalidated. */
static void store_during_a_flush_of_all(void)
{
	touches(rig, K);
	pl310_writes(rig, CLEAN_INV_WAY, 0xff);
	writes(rig, K, "kept");
	cleans(rig, K);
	while (pl310_reads(rig, CLEAN_INV_WAY))
		;
	invalidates(rig, K);
}

static void by_727915_a_store_during_the_operation_is_lost(void **state)
{
	char got[5] = "";

	start_with(ERRATUM_727915);
	store_during_a_flush_of_all();
	assert_true(cpu_load(rig->cpu, K, got, 4, NULL));
	assert_string_equal(got, "");
	assert_int_equal(counts(rig).level[1].dropped, 1);
}

static void without_727915_it_is_not(void **state)
{
	start_with(0);
	store_during_a_flush_of_all();
	expects_read(rig, K, "kept");
}

static void an_inactive_cache_avoids_727915(void **state)
{
	start_with(ERRATUM_727915);
	pl310_writes(rig, DEBUG, 3);
	store_during_a_flush_of_all();
	pl310_writes(rig, DEBUG, 0);
	expects_read(rig, K, "kept");
}

/* Dirty lines all over level 2, then enough double linefills to push them out. */
static unsigned bytes_lost_to_linefills(uint32_t prefetch)
{
	uint32_t way = 64u << 10, lines = 9;
	unsigned nr_lost = 0;

	maps(rig, K, PLAY_PA, 0x200000, CACHED);
	pl310_writes(rig, PREFETCH, prefetch);
	for (uint32_t i = 0; i < lines; i++)
		writes(rig, K + 32 + i * way, "x");
	assert_true(cpu_dc_range(rig->cpu, DC_CLEAN_INVALIDATE, K, lines * way));
	for (uint32_t i = 0; i < lines; i++)
		touches(rig, K + (lines + i) * way);
	for (uint32_t i = 0; i < lines; i++) {
		char got = 0;

		assert_true(machine_peek(rig->m, VIEW_OUTER, PLAY_PA + 32 + i * way, &got, 1));
		nr_lost += got != 'x';
	}
	return nr_lost;
}

static void by_752271_a_double_linefill_loses_a_dirty_victim(void **state)
{
	start_with(ERRATUM_752271);
	assert_int_not_equal(bytes_lost_to_linefills(DOUBLE_LINEFILL), 0);
}

static void without_752271_the_victim_is_written_back(void **state)
{
	start_with(0);
	assert_int_equal(bytes_lost_to_linefills(DOUBLE_LINEFILL), 0);
}

static void single_linefills_avoid_752271(void **state)
{
	start_with(ERRATUM_752271);
	assert_int_equal(bytes_lost_to_linefills(0), 0);
}

/* Two stores to one line after a sync: does the second join the first? */
static uint64_t merges_after(uint32_t sync)
{
	pl310_writes(rig, sync, 0);
	writes(rig, U, "a");
	writes(rig, U + 4, "b");
	return counts(rig).outer_merges;
}

static void by_753970_nothing_merges_after_a_sync(void **state)
{
	start_with(ERRATUM_753970 | ERRATUM_769419);
	assert_int_equal(merges_after(SYNC), 0);
	expects_dram(rig, PLAY_PA, "a");
}

static void without_753970_it_does(void **state)
{
	start_with(ERRATUM_769419);
	assert_int_equal(merges_after(SYNC), 1);
}

static void a_sync_elsewhere_avoids_753970(void **state)
{
	start_with(ERRATUM_753970 | ERRATUM_769419);
	assert_int_equal(merges_after(DUMMY_SYNC), 1);
}

static void by_769419_a_store_stays_until_a_sync(void **state)
{
	start_with(ERRATUM_769419);
	device_writes(rig, PLAY_PA, "old");
	writes(rig, U, "new");
	cpu_dsb(rig->cpu, BARRIER_SY);
	expects_device_read(rig, PLAY_PA, "old");
	expects_read(rig, U, "new");			/* a read of the line forces it */
	expects_device_read(rig, PLAY_PA, "new");
	writes(rig, U, "two");
	pl310_writes(rig, SYNC, 0);
	expects_device_read(rig, PLAY_PA, "two");
}

static void without_769419_it_does_not(void **state)
{
	start_with(0);
	writes(rig, U, "new");
	expects_device_read(rig, PLAY_PA, "new");
}

static void the_id_says_which_revision_has_them(void **state)
{
	start_with(ERRATUM_753970);
	assert_int_equal(pl310_reads(rig, 0) & 0x3f, 5);	/* r3p0 */
	rig_free(rig);
	start_with(ERRATUM_588369);
	assert_int_equal(pl310_reads(rig, 0) & 0x3f, 2);	/* r1p0 */
}

static void errata_that_never_met_are_refused(void **state)
{
	g_autoptr(GError) error = NULL;
	struct board *b = fixture_board_a9_pl310();

	assert_null(machine_new(&(struct machine_config){
		.board = b, .errata = ERRATUM_588369 | ERRATUM_753970 }, &error));
	assert_int_equal(error->code, BOARD_ERROR_UNSUPPORTED);
	board_free(b);
}

#define erratum(name)	cmocka_unit_test_teardown(name, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		erratum(by_588369_a_clean_line_survives_clean_and_invalidate),
		erratum(without_588369_it_goes),
		erratum(clean_then_invalidate_avoids_588369),
		erratum(by_727915_a_store_during_the_operation_is_lost),
		erratum(without_727915_it_is_not),
		erratum(an_inactive_cache_avoids_727915),
		erratum(by_752271_a_double_linefill_loses_a_dirty_victim),
		erratum(without_752271_the_victim_is_written_back),
		erratum(single_linefills_avoid_752271),
		erratum(by_753970_nothing_merges_after_a_sync),
		erratum(without_753970_it_does),
		erratum(a_sync_elsewhere_avoids_753970),
		erratum(by_769419_a_store_stays_until_a_sync),
		erratum(without_769419_it_does_not),
		erratum(the_id_says_which_revision_has_them),
		cmocka_unit_test(errata_that_never_met_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
