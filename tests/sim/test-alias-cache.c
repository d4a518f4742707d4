/* SPDX-License-Identifier: MIT */
/*
 * A virtually indexed, physically tagged data cache with aliases, as an ARM1176 with
 * 64 KiB has: four colours. Facts: DDI 0301H, 7.2.3 "Page coloring restrictions";
 * DDI 0406C, B3.11.
 *
 *   K   colours as PLAY_PA's      A(n)  the same memory, n colours further on
 */
#include "rig.h"

#include <string.h>
#include "sim/sim.h"

#define KIB	1024u
#define PAGE	4096u
#define A(n)	(0x48000000u + (n) * (0x100000u + PAGE))

static const struct core_part arm1176 = {
	.compatible = "test,arm1176", .name = "ARM1176 with 64 KiB", .arch = 6,
	.is_modelled = true, .tables = TABLES_V7,
	.l1i = { 64 * KIB, 32, 4 }, .l1i_indexing = INDEX_VIPT,
	.l1d = { 64 * KIB, 32, 4 }, .l1d_indexing = INDEX_VIPT,
};

static struct rig *rig_of_colours(enum chooser_mode chooser, uint64_t seed)
{
	struct rig *rig = rig_new(fixture_board_of(&arm1176, 1), &(struct machine_config){
		.chooser = chooser, .seed = seed });

	maps(rig, K, PLAY_PA, 0x40000, CACHED);
	for (unsigned n = 0; n < 4; n++)
		maps(rig, A(n), PLAY_PA, PAGE, CACHED);
	maps(rig, U, PLAY_PA, 0x40000, UNCACHED);
	return rig;
}

static int setup(void **state)
{
	*state = rig_of_colours(CHOOSER_NOMINAL, 0);
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;
	bool is_valid;

	(void)counts(rig);		/* settles */
	is_valid = inner_valid(rig->m);
	rig_free(rig);
	return is_valid ? 0 : -1;
}

/* A core that allocates on reads only: have the line before storing to it. */
static void dirties(struct rig *rig, uint32_t va, const char *text)
{
	touches(rig, va);
	writes(rig, va, text);
}

static void a_mapping_of_the_same_colour_shares_the_line(void **state)
{
	struct rig *rig = *state;

	dirties(rig, K, "bytes");
	expects_read(rig, A(0), "bytes");
	expects_dram(rig, PLAY_PA, "");
}

static void a_mapping_of_another_colour_has_a_line_of_its_own(void **state)
{
	struct rig *rig = *state;

	dirties(rig, K, "bytes");
	for (unsigned n = 1; n < 4; n++)
		expects_read(rig, A(n), "");
	cleans(rig, K);
	for (unsigned n = 1; n < 4; n++)
		expects_read(rig, A(n), "");	/* they were filled before the clean */
	cleans_and_invalidates(rig, A(2));
	expects_read(rig, A(2), "bytes");
}

static void each_colour_has_its_own_dirty_bit_and_the_last_write_back_wins(void **state)
{
	struct rig *rig = *state;

	dirties(rig, K, "kernel");
	dirties(rig, A(1), "user..");
	expects_read(rig, K, "kernel");
	expects_read(rig, A(1), "user..");
	cleans(rig, K);
	expects_dram(rig, PLAY_PA, "kernel");
	cleans(rig, A(1));
	expects_dram(rig, PLAY_PA, "user..");
	expects_read(rig, K, "kernel");
}

/* What dma_map_single() through the linear mapping misses: H66. */
static void maintenance_reaches_the_colour_of_its_address_alone(void **state)
{
	struct rig *rig = *state;

	dirties(rig, A(3), "user data");
	cleans(rig, K);
	expects_device_read(rig, PLAY_PA, "");
	cleans_and_invalidates(rig, K);
	expects_device_read(rig, PLAY_PA, "");
	cleans(rig, A(3));
	expects_device_read(rig, PLAY_PA, "user data");
}

static void plain_accesses_go_to_their_own_colour(void **state)
{
	struct rig *rig = *state;
	char *k = machine_ptr(rig->m, K), *a = machine_ptr(rig->m, A(1));

	touches(rig, K);
	touches(rig, A(1));
	cpu_before_store(rig->cpu, K, 6, NULL);
	memcpy(k, "kernel", 6);
	cpu_before_store(rig->cpu, A(1), 6, NULL);
	memcpy(a, "user..", 6);
	cpu_before_load(rig->cpu, K, 6, NULL);
	assert_memory_equal(k, "kernel", 6);
	cpu_before_load(rig->cpu, A(1), 6, NULL);
	assert_memory_equal(a, "user..", 6);
	expects_dram(rig, PLAY_PA, "");
}

static void the_set_is_that_of_the_virtual_address(void **state)
{
	struct rig *rig = *state;

	/* Four ways: five lines of one set, K's among them, and one must leave. */
	maps(rig, 0x4c000000, PLAY_PA + 0x1000, PAGE, CACHED);	/* pa of another colour */
	for (uint32_t at = 0; at < 4; at++)
		touches(rig, K + at * 0x4000);
	assert_int_equal(counts(rig).level[0].evicted, 0);
	touches(rig, K + 0x1000);		/* its own colour: room there */
	assert_int_equal(counts(rig).level[0].evicted, 0);
	touches(rig, 0x4c000000);		/* the same memory, in K's set */
	assert_int_equal(counts(rig).level[0].evicted, 1);
}

static void stores_that_miss_go_past_and_leave_other_colours_stale(void **state)
{
	struct rig *rig = *state;

	touches(rig, K);
	writes(rig, A(1), "past");
	assert_false(counts(rig).level[0].filled > 1);
	expects_dram(rig, PLAY_PA, "past");
	expects_read(rig, K, "");
	invalidates(rig, K);
	expects_read(rig, K, "past");
}

static void a_peek_finds_the_dirty_copy_among_colours(void **state)
{
	struct rig *rig = *state;
	char got[6] = "";

	touches(rig, K);
	dirties(rig, A(2), "dirty");
	assert_true(machine_peek(rig->m, VIEW_CPU, PLAY_PA, got, 5));
	assert_string_equal(got, "dirty");
	assert_true(machine_line(rig->m, 1, PLAY_PA).is_dirty);
	cpu_dc_all(rig->cpu, DC_CLEAN_INVALIDATE);
	assert_false(machine_line(rig->m, 1, PLAY_PA).is_valid);
	expects_dram(rig, PLAY_PA, "dirty");
}

struct ear {
	struct observer o;
	unsigned nr_fills, nr_write_backs;
};

static void hears(struct observer *o, const struct observe_event *ev)
{
	struct ear *ear = (struct ear *)o;

	ear->nr_fills += ev->kind == OBSERVE_FILL;
	ear->nr_write_backs += ev->kind == OBSERVE_WRITE_BACK;
}

static void a_watched_line_is_watched_in_every_colour(void **state)
{
	struct rig *rig = *state;
	struct ear ear = { .o.event = hears };

	machine_observe(rig->m, &ear.o);
	touches(rig, A(1));			/* held before it is watched */
	machine_watch(rig->m, PLAY_PA, 32);
	writes(rig, A(1), "dirty");
	touches(rig, A(2));
	cpu_dc_all(rig->cpu, DC_CLEAN);
	assert_int_equal(ear.nr_fills, 1);
	assert_int_equal(ear.nr_write_backs, 1);
	machine_unwatch(rig->m, PLAY_PA, 32);
	writes(rig, A(1), "again");
	cpu_dc_all(rig->cpu, DC_CLEAN);
	assert_int_equal(ear.nr_write_backs, 1);
	machine_unobserve(rig->m, &ear.o);
}

/* With 16 KiB, or ACTLR.CZ's restriction to it, there is one colour and no alias. */
static void sixteen_kib_have_no_aliases(void **state)
{
	static const struct core_part small = {
		.compatible = "test,arm1176", .name = "ARM1176 with 16 KiB", .arch = 6,
		.is_modelled = true, .tables = TABLES_V7,
		.l1i = { 16 * KIB, 32, 4 }, .l1d = { 16 * KIB, 32, 4 },
		.l1d_indexing = INDEX_VIPT,
	};
	struct rig *rig = rig_new(fixture_board_of(&small, 1), &(struct machine_config){
		.seed = 0 });

	maps(rig, K, PLAY_PA, PAGE, CACHED);
	maps(rig, A(1), PLAY_PA, PAGE, CACHED);
	dirties(rig, K, "one line");
	expects_read(rig, A(1), "one line");
	rig_free(rig);
}

/* Speculation, where it may go: into a colour that some mapping has. */
static void speculative_fills_go_to_the_colour_of_a_mapping(void **state)
{
	for (uint64_t seed = 0; seed < 20; seed++) {
		struct rig *rig = rig_new(fixture_board_of(&arm1176, 1),
					  &(struct machine_config){
			.chooser = CHOOSER_RANDOM, .seed = seed });

		maps(rig, A(3), PLAY_PA, PAGE, CACHED);
		touches(rig, A(3) + 0x800);		/* the TLB has it */
		machine_watch(rig->m, PLAY_PA, 64);
		for (unsigned i = 0; i < 8; i++)
			device_writes(rig, PLAY_PA, "from the device");
		assert_true(inner_valid(rig->m));
		if (machine_line(rig->m, 1, PLAY_PA).is_valid) {
			cpu_dc(rig->cpu, DC_INVALIDATE, A(3));
			machine_unwatch(rig->m, PLAY_PA, 64);
			assert_false(machine_line(rig->m, 1, PLAY_PA).is_valid &&
				     !machine_line(rig->m, 1, PLAY_PA).is_speculative);
		}
		rig_free(rig);
	}
}

#define colours(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		colours(a_mapping_of_the_same_colour_shares_the_line),
		colours(a_mapping_of_another_colour_has_a_line_of_its_own),
		colours(each_colour_has_its_own_dirty_bit_and_the_last_write_back_wins),
		colours(maintenance_reaches_the_colour_of_its_address_alone),
		colours(plain_accesses_go_to_their_own_colour),
		colours(the_set_is_that_of_the_virtual_address),
		colours(stores_that_miss_go_past_and_leave_other_colours_stale),
		colours(a_peek_finds_the_dirty_copy_among_colours),
		colours(a_watched_line_is_watched_in_every_colour),
		cmocka_unit_test(sixteen_kib_have_no_aliases),
		cmocka_unit_test(speculative_fills_go_to_the_colour_of_a_mapping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
