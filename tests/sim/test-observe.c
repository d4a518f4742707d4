/* SPDX-License-Identifier: MIT */
/* What observers are told, and when: the story is the assertion. */
#include "story.h"

static int setup(void **state)
{
	struct rig *rig = rig_a9();

	touches(rig, K + 0x8000);	/* so that filling the TLB is no part of a story */
	machine_watch(rig->m, PLAY_PA, 64);
	touches(rig, K + 0x200);
	touches(rig, U + 0x200);
	*state = story_new(rig);
	return 0;
}

static int teardown(void **state)
{
	struct story *s = *state;
	struct rig *rig = s->rig;

	story_free(s);
	rig_free(rig);
	return 0;
}

static void a_stale_read_is_a_story(void **state)
{
	struct story *s = *state;

	writes(s->rig, K, "old");
	cleans(s->rig, K);
	pl310_writes(s->rig, 0x7b0, PLAY_PA);
	expects_story(s,
		"cpu0 fill L2 +0 32 ''\n"
		"cpu0 fill L1 +0 32 ''\n"
		"cpu0 store +0 3 'old'\n"
		"cpu0 clean L1 +0 32 dirty\n"
		"cpu0 write-back L1 +0 32 'old' dirty\n"
		"cpu0 clean L2 +0 32 dirty\n"
		"cpu0 write-back L2 +0 32 'old' dirty\n");

	device_writes(s->rig, PLAY_PA, "new");
	expects_read(s->rig, K, "old");
	expects_story(s,
		"eth0 dma-write +0 3 'new'\n"
		"cpu0 load +0 3 'old' from L1\n");

	pl310_writes(s->rig, 0x770, PLAY_PA);
	invalidates(s->rig, K);
	expects_read(s->rig, K, "new");
	expects_story(s,
		"cpu0 invalidate L2 +0 32 'old'\n"
		"cpu0 invalidate L1 +0 32 'old'\n"
		"cpu0 fill L2 +0 32 'new'\n"
		"cpu0 fill L1 +0 32 'new'\n"
		"cpu0 load +0 3 'new' from DRAM\n");
}

static void an_eviction_says_so(void **state)
{
	struct story *s = *state;

	pl310_writes(s->rig, 0x100, 0);
	writes(s->rig, K, "dirty");
	g_string_truncate(s->text, 0);
	for (uint32_t i = 1; machine_line(s->rig->m, 1, PLAY_PA).is_valid; i++)
		touches(s->rig, K + 0x8000 + i * 0x2000);
	assert_non_null(strstr(s->text->str,
		"cpu0 write-back L1 +0 32 'dirty' evicted dirty\n"
		"cpu0 invalidate L1 +0 32 'dirty' evicted\n"));
}

static void dropping_a_dirty_line_shows_what_is_lost(void **state)
{
	struct story *s = *state;

	writes(s->rig, K, "lost");
	g_string_truncate(s->text, 0);
	invalidates(s->rig, K);
	expects_story(s, "cpu0 invalidate L1 +0 32 'lost' dirty\n");
}

static void accesses_are_told_line_by_line(void **state)
{
	struct story *s = *state;

	device_writes(s->rig, PLAY_PA + 30, "abcd");
	expects_device_read(s->rig, PLAY_PA + 30, "abcd");
	expects_read(s->rig, U + 30, "abcd");
	expects_story(s,
		"eth0 dma-write +0x1e 2 'ab'\n"
		"eth0 dma-write +0x20 2 'cd'\n"
		"eth0 dma-read +0x1e 2 'ab'\n"
		"eth0 dma-read +0x20 2 'cd'\n"
		"cpu0 load +0x1e 2 'ab' from DRAM\n"
		"cpu0 load +0x20 2 'cd' from DRAM\n");
}

static void only_masters_are_told_of_where_nobody_watches(void **state)
{
	struct story *s = *state;

	writes(s->rig, K + 64, "cpu");
	cleans_and_invalidates(s->rig, K + 64);
	expects_story(s, "");
	device_writes(s->rig, PLAY_PA + 64, "dma");
	expects_story(s, "eth0 dma-write +0x40 3 'dma'\n");
	machine_unwatch(s->rig->m, PLAY_PA, 32);
	touches(s->rig, K);
	touches(s->rig, K + 32);
	expects_story(s,
		"cpu0 fill L2 +0x20 32 ''\n"
		"cpu0 fill L1 +0x20 32 ''\n"
		"cpu0 load +0x20 1 '' from DRAM\n");
}

static void a_native_store_is_told_by_the_next_event(void **state)
{
	struct story *s = *state;

	touches(s->rig, K);
	g_string_truncate(s->text, 0);
	cpu_before_store(s->rig->cpu, K, 1, NULL);
	*(volatile char *)machine_ptr(s->rig->m, K) = 'x';
	assert_string_equal(s->text->str, "");
	cpu_before_load(s->rig->cpu, K, 1, NULL);
	expects_story(s,
		"cpu0 store +0 1 'x'\n"
		"cpu0 load +0 1 'x' from L1\n");
}

static void translations_and_refusals_are_told(void **state)
{
	struct story *s = *state;
	char byte;

	touches(s->rig, K + 0x3000);
	cpu_tlbi(s->rig->cpu, TLBI_MVA, K + 0x3010);
	cpu_tlbi(s->rig->cpu, TLBI_ALL, 0);
	assert_false(cpu_load(s->rig->cpu, 0x12345678, &byte, 1, NULL));
	assert_int_equal(master_read(s->rig->eth, 0x1000, &byte, 1).kind, MASTER_DECODE_ERROR);
	expects_story(s,
		"cpu0 tlb-fill va 0x40003000 4096\n"
		"cpu0 tlb-invalidate va 0x40003000 4096\n"
		"cpu0 tlb-invalidate va 0 0\n"
		"cpu0 cpu-fault va 0x12345678 DFSR 0x5\n"
		"eth0 master-fault dma 0x1000 kind 1\n");
}

static void a_long_line_of_level_2_is_told_in_lines_of_level_1(void **state)
{
	struct board *b = fixture_board_a15();
	struct rig *rig;
	struct story *s;

	for (unsigned i = 0; i < b->cpus->len; i++) {
		struct board_cpu *cpu = g_ptr_array_index(b->cpus, i);

		cpu->l2.line_bytes = 128;
	}
	rig = rig_new(b, &(struct machine_config){ .seed = 0 });
	maps(rig, K, PLAY_PA, 0x1000, CACHED);
	touches(rig, K + 0x800);
	device_writes(rig, PLAY_PA, "one");
	device_writes(rig, PLAY_PA + 64, "two");
	machine_watch(rig->m, PLAY_PA + 10, 1);	/* widened to 128 bytes */
	s = story_new(rig);
	touches(rig, K);
	touches(rig, K + 64);
	expects_story(s,
		"cpu0 fill L2 +0 64 'one'\n"
		"cpu0 fill L2 +0x40 64 'two'\n"
		"cpu0 fill L1 +0 64 'one'\n"
		"cpu0 load +0 1 'o' from DRAM\n"
		"cpu0 fill L1 +0x40 64 'two'\n"
		"cpu0 load +0x40 1 't' from L2\n");
	story_free(s);
	rig_free(rig);
}

static void steps_rise_by_one(void **state)
{
	struct story *s = *state;
	uint64_t before = machine_step(s->rig->m);

	device_writes(s->rig, PLAY_PA, "x");
	touches(s->rig, U);
	assert_int_equal(machine_step(s->rig->m) - before, 2);
}

#define told(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		told(a_stale_read_is_a_story),
		told(an_eviction_says_so),
		told(dropping_a_dirty_line_shows_what_is_lost),
		told(accesses_are_told_line_by_line),
		told(only_masters_are_told_of_where_nobody_watches),
		told(a_native_store_is_told_by_the_next_event),
		told(translations_and_refusals_are_told),
		cmocka_unit_test(a_long_line_of_level_2_is_told_in_lines_of_level_1),
		told(steps_rise_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
