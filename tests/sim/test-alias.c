/* SPDX-License-Identifier: MIT */
/*
 * Two mappings of the same memory, one cacheable (K) and one not (U): the four ways
 * in which that goes wrong, with the bytes, and a device in the middle of it.
 */
#include "rig.h"

#define PL310_INV_PA	0x770

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

static void a_line_filled_through_the_cached_alias_hides_what_the_device_wrote(void **state)
{
	struct rig *rig = *state;

	writes(rig, U, "old");
	expects_read(rig, K, "old");			/* the fill that nobody needed */
	device_writes(rig, PLAY_PA, "new");
	expects_dram(rig, PLAY_PA, "new");
	expects_read(rig, K, "old");
	invalidates(rig, K);
	pl310_writes(rig, PL310_INV_PA, PLAY_PA);
	expects_read(rig, K, "new");
}

static void a_dirty_line_reverts_an_uncached_write_when_it_is_evicted(void **state)
{
	struct rig *rig = *state;

	pl310_writes(rig, 0x100, 0);
	writes(rig, K, "dirty");			/* a stray write through the alias */
	writes(rig, U, "fresh");
	expects_dram(rig, PLAY_PA, "fresh");
	for (uint32_t i = 1; i <= 64; i++)		/* pressure on the set: 8 KiB apart */
		touches(rig, K + i * 0x2000);
	expects_line(rig, PLAY_PA, "L1 -, L2 -");
	expects_dram(rig, PLAY_PA, "dirty");
}

static void a_dirty_line_goes_over_what_the_device_wrote(void **state)
{
	struct rig *rig = *state;

	pl310_writes(rig, 0x100, 0);
	writes(rig, K, "0wner");
	device_writes(rig, PLAY_PA, "1done");
	cleans(rig, K);
	expects_dram(rig, PLAY_PA, "0wner");
}

static void pl310_answers_an_uncached_read_from_a_stale_line(void **state)
{
	struct rig *rig = *state;

	writes(rig, U, "old");
	expects_read(rig, K, "old");			/* allocates in L2 as well */
	device_writes(rig, PLAY_PA, "new");
	expects_read(rig, U, "old");			/* "uncached", and stale */
	pl310_writes(rig, PL310_INV_PA, PLAY_PA);
	expects_read(rig, U, "new");
}

static void pl310_with_shared_override_lets_uncached_reads_pass(void **state)
{
	struct rig *rig = *state;

	pl310_writes(rig, 0x100, 0);
	pl310_writes(rig, 0x104, pl310_reads(rig, 0x104) | 1u << 22);
	pl310_writes(rig, 0x100, 1);
	writes(rig, U, "old");
	expects_read(rig, K, "old");
	device_writes(rig, PLAY_PA, "new");
	expects_read(rig, U, "new");
	expects_read(rig, K, "old");
}

static void pl310_leaves_uncached_reads_of_private_memory_alone(void **state)
{
	struct rig *rig = *state;

	maps(rig, U, PLAY_PA, 0x1000, (enum mapping)(UNCACHED | NOT_SHAREABLE));
	writes(rig, U, "old");
	expects_read(rig, K, "old");
	device_writes(rig, PLAY_PA, "new");
	expects_read(rig, U, "new");
}

static void an_uncached_shareable_write_updates_pl310_and_dram(void **state)
{
	struct rig *rig = *state;

	writes(rig, U, "one");
	expects_read(rig, K, "one");
	invalidates(rig, K);
	expects_line(rig, PLAY_PA, "L1 -, L2 clean");
	writes(rig, U, "two");
	expects_line(rig, PLAY_PA, "L1 -, L2 clean");
	expects_dram(rig, PLAY_PA, "two");
	expects_read(rig, K, "two");			/* from L2, up to date */
}

static void an_uncached_read_does_not_allocate(void **state)
{
	struct rig *rig = *state;

	device_writes(rig, PLAY_PA, "data");
	expects_read(rig, U, "data");
	expects_line(rig, PLAY_PA, "L1 -, L2 -");
}

static void strongly_ordered_reads_never_ask_pl310(void **state)
{
	struct rig *rig = *state;

	maps(rig, U, PLAY_PA, 0x1000, STRONGLY_ORDERED);
	device_writes(rig, PLAY_PA, "old!");
	expects_read(rig, K, "old!");
	device_writes(rig, PLAY_PA, "new!");
	expects_read(rig, U, "new!");
}

static void a_line_dirty_in_l1_is_not_seen_through_the_uncached_alias(void **state)
{
	struct rig *rig = *state;

	device_writes(rig, PLAY_PA, "old");
	writes(rig, K, "new");
	expects_read(rig, U, "old");
	cleans(rig, K);					/* to L2, which answers */
	expects_read(rig, U, "new");
	expects_dram(rig, PLAY_PA, "old");
}

#define story(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(a_line_filled_through_the_cached_alias_hides_what_the_device_wrote),
		story(a_dirty_line_reverts_an_uncached_write_when_it_is_evicted),
		story(a_dirty_line_goes_over_what_the_device_wrote),
		story(pl310_answers_an_uncached_read_from_a_stale_line),
		story(pl310_with_shared_override_lets_uncached_reads_pass),
		story(pl310_leaves_uncached_reads_of_private_memory_alone),
		story(an_uncached_shareable_write_updates_pl310_and_dram),
		story(an_uncached_read_does_not_allocate),
		story(strongly_ordered_reads_never_ask_pl310),
		story(a_line_dirty_in_l1_is_not_seen_through_the_uncached_alias),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
