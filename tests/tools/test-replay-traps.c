/* SPDX-License-Identifier: MIT */
/* Traps that traces hold, each as a trace of a few lines: calls that go wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "replay-rig.h"
#include "replay/report.h"

/* ---- syncs -------------------------------------------------------------- */

static void a_sync_inside_a_mapping_moves_that_part(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP("eth0", FROM, "40001000", "2048")
		TO_CPU("eth0", FROM, "40001040", "64")
		TO_DEV("eth0", FROM, "40001040", "64")
		UNMAP("eth0", FROM, "40001000", "2048"));

	is_clean(rep);
	assert_int_equal(rep->total.moved[CPU_READ], 64 + 2048);
	assert_int_equal(rep->total.cost[COST_SYNC_CPU].sum.level[0].invalidated, 2);
	assert_int_equal(rep->total.cost[COST_SYNC_DEVICE].sum.level[0].invalidated, 2);
}

static void what_the_cpu_took_the_device_leaves_alone(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP("eth0", FROM, "40001000", "2048")
		TO_CPU("eth0", FROM, "40001000", "256")
		UNMAP("eth0", FROM, "40001000", "2048"));

	is_clean(rep);
	assert_int_equal(rep->total.moved[DEVICE_WROTE], 256 + (2048 - 256));
}

static void a_page_pool_moves_only_what_it_syncs(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP_SKIP("eth0", FROM, "40001000", "4096")
		TO_DEV("eth0", FROM, "40001000", "3840")
		TO_CPU("eth0", FROM, "40001000", "60")
		TO_DEV("eth0", FROM, "40001000", "3840")
		UNMAP_SKIP("eth0", FROM, "40001000", "4096"));

	is_clean(rep);
	assert_int_equal(rep->total.moved[CPU_READ], 60);
	assert_int_equal(rep->total.moved[DEVICE_WROTE], 60);
	assert_int_equal(rep->total.cost[COST_MAP].sum.level[0].invalidated, 0);
}

static void a_table_that_is_synced_word_by_word_is_no_trouble(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP("iommu0", TO, "40001000", "4096")
		TO_DEV("iommu0", TO, "40001008", "8"));

	is_clean(rep);
	found(rep, FIND_SYNC_NOT_TAKEN, 1);
	assert_int_equal(rep->total.moved[DEVICE_READ], 8);
}

static void a_sync_over_the_end_is_trouble(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP("eth0", FROM, "40001000", "2048")
		TO_CPU("eth0", FROM, "40001700", "1024")
		UNMAP("eth0", FROM, "40001000", "2048"));

	only_trouble(rep, FIND_SYNC_RANGE, 1);
	says(rep, FIND_SYNC_RANGE, "bytes 1792 to 2816 of 2048");
}

/* FROM_DEVICE synced TO_DEVICE is not invalidated: the CPU reads what it had. */
static void a_sync_in_the_wrong_direction_reads_stale_bytes(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP("eth0", FROM, "40001000", "2048")
		TO_CPU("eth0", FROM, "40001000", "2048")
		TO_DEV("eth0", FROM, "40001000", "0")
		TO_CPU("eth0", TO, "40001000", "2048")
		UNMAP("eth0", FROM, "40001000", "2048"));

	found(rep, FIND_SYNC_DIRECTION, 1);
	assert_true(rep->total.findings[FIND_CPU_READ_WRONG] > 2000);
}

/* ---- unmaps ------------------------------------------------------------- */

static void what_is_left_mapped_is_a_note_unless_the_trace_is_complete(void **state)
{
	const char *events = MAP("eth0", FROM, "40001000", "2048")
			     ALLOC("eth0", "7f040000", "4096");
	struct replay_config complete = { .is_complete = true };
	g_autoptr(replay_report) a = replays(events);
	g_autoptr(replay_report) b = replays_with(events, &complete);

	is_clean(a);
	found(a, FIND_LEFT_MAPPED, 1);
	found(a, FIND_LEFT_ALLOCATED, 1);
	assert_int_equal(a->total.live, 1);
	assert_int_equal(a->total.allocs, 1);
	only_trouble(b, FIND_LEAKED, 1);
}

static void an_unmap_from_before_the_trace_is_a_note_and_a_second_one_trouble(void **state)
{
	g_autoptr(replay_report) a = replays(UNMAP("eth0", FROM, "40001000", "2048"));
	g_autoptr(replay_report) b = replays(
		MAP("eth0", FROM, "40001000", "2048")
		UNMAP("eth0", FROM, "40001000", "2048")
		UNMAP("eth0", FROM, "40001000", "2048"));

	is_clean(a);
	found(a, FIND_UNMATCHED_UNMAP, 1);
	only_trouble(b, FIND_DOUBLE_UNMAP, 1);
}

static void a_second_unmap_after_lost_events_is_nobodys_fault(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP("eth0", FROM, "40001000", "2048")
		UNMAP("eth0", FROM, "40001000", "2048")
		"CPU:0 [LOST 123 EVENTS]\n"
		UNMAP("eth0", FROM, "40001000", "2048"));

	is_clean(rep);
	found(rep, FIND_UNMATCHED_UNMAP, 1);
	assert_int_equal(rep->hygiene.lost, 123);
}

static void a_freed_list_is_not_a_freed_page(void **state)
{
	g_autoptr(replay_report) rep = replays(
		SG(FROM, "1/1", "1/1", "0x40001000", "0x200", "0x40001000")
		UNMAP_SG(FROM, "0x40001000")
		UNMAP("mmc0", FROM, "40001000", "512")
		SG(FROM, "1/1", "1/1", "0x40001000", "0x200", "0x40001000")
		UNMAP_SG(FROM, "0x40001000")
		UNMAP_SG(FROM, "0x40001000"));

	only_trouble(rep, FIND_DOUBLE_UNMAP, 1);
	found(rep, FIND_UNMATCHED_UNMAP, 1);
}

static void a_wrong_size_is_trouble(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP("eth0", FROM, "40001000", "2048")
		UNMAP("eth0", FROM, "40001000", "64"));

	found(rep, FIND_UNMAP_SIZE, 1);		/* and what may come of it */
	found(rep, FIND_HAZARD, 4);
	says(rep, FIND_UNMAP_SIZE, "64 bytes, mapped in line 1 as 2048");
}

static void a_wrong_direction_is_trouble(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP("eth0", TO, "40001000", "2048")
		UNMAP("eth0", FROM, "40001000", "2048"));

	only_trouble(rep, FIND_UNMAP_DIRECTION, 1);
	says(rep, FIND_UNMAP_DIRECTION, "FROM_DEVICE, mapped in line 1 as TO_DEVICE");
}

static void a_list_ended_as_a_page_is_trouble(void **state)
{
	g_autoptr(replay_report) rep = replays(
		SG(FROM, "1/1", "1/1", "0x40001000", "0x200", "0x40001000")
		UNMAP("mmc0", FROM, "40001000", "512"));

	only_trouble(rep, FIND_UNMAP_FUNCTION, 1);
}

static void a_handle_that_is_live_twice_ends_twice(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP("eth0", TO, "40001000", "64")
		MAP("eth0", TO, "40001000", "128")
		UNMAP("eth0", TO, "40001000", "64")
		UNMAP("eth0", TO, "40001000", "128"));

	is_clean(rep);
	found(rep, FIND_MAPPED_TWICE, 1);
}

/* ---- errors ------------------------------------------------------------- */

static void a_failed_mapping_is_a_note_and_its_use_is_trouble(void **state)
{
	g_autoptr(replay_report) a = replays(
		MAP_AT("eth0", FROM, "ffffffffffffffff", "2048", "40001000")
		MAP_AT("eth0", FROM, "ffffffff", "2048", "40002000")
		"dma_map_sg_err: mmc0 dir=TO_DEVICE dma_addrs={0x1000} err=-5 attrs=\n");
	g_autoptr(replay_report) b = replays(
		MAP_AT("eth0", FROM, "ffffffffffffffff", "2048", "40001000")
		UNMAP("eth0", FROM, "ffffffffffffffff", "2048"));

	is_clean(a);
	found(a, FIND_FAILED, 3);
	only_trouble(b, FIND_ERROR_USED, 1);
}

static void no_bytes_and_no_direction_are_trouble(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP("eth0", TO, "40001000", "0")
		MAP("eth0", "NONE", "40002000", "64"));

	only_trouble(rep, FIND_ARGUMENTS, 2);
}

static void registers_are_counted_and_not_mapped(void **state)
{
	g_autoptr(replay_report) rep = replays(
		"dma_map_resource: eth0 dir=TO_DEVICE dma_addr=1c000000 size=64 "
		"phys_addr=1c000000 attrs=\n"
		"dma_unmap_resource: eth0 dir=TO_DEVICE dma_addr=1c000000 size=64 attrs=\n");

	is_clean(rep);
	found(rep, FIND_RESOURCE, 1);
	assert_int_equal(rep->total.live, 0);
	assert_int_equal(rep->total.live_peak, 1);
}

/* ---- allocations -------------------------------------------------------- */

static void descriptors_go_both_ways_through_an_allocation(void **state)
{
	g_autoptr(replay_report) rep = replays(
		ALLOC("eth0", "7f040000", "2056")
		FREE("eth0", "7f040000", "2056")
		"dma_free: eth0 dir=BIDIRECTIONAL dma_addr=0 size=0 virt_addr=0 attrs=\n");

	is_clean(rep);
	assert_int_equal(rep->total.checked, 2 * 2 * 2 * 64);	/* ends, ways, twice */
	assert_int_equal(rep->total.allocs_peak, 1);
	assert_int_equal(rep->total.allocs, 0);
	found(rep, FIND_FREE_NOTHING, 1);
}

static void a_free_of_another_size_or_twice_is_trouble(void **state)
{
	g_autoptr(replay_report) a = replays(
		ALLOC("eth0", "7f040000", "4096")
		FREE("eth0", "7f040000", "8192"));
	g_autoptr(replay_report) b = replays(
		ALLOC("eth0", "7f040000", "4096")
		FREE("eth0", "7f040000", "4096")
		FREE("eth0", "7f040000", "4096"));

	only_trouble(a, FIND_UNMAP_SIZE, 1);
	only_trouble(b, FIND_DOUBLE_UNMAP, 1);
}

/* ---- masks -------------------------------------------------------------- */

/* The board's DRAM is at 0x80000000: out of reach of 31 bits, and too large to bounce. */
static void a_mask_that_cannot_be_had_is_refused(void **state)
{
	char *masks[] = { (char *)"eth0=30", NULL };
	struct replay_config cfg = { .masks = masks };
	g_autoptr(replay_report) rep = replays_with(
		MAP("eth0", TO, "40001000", "64") UNMAP("eth0", TO, "40001000", "64"), &cfg);

	found(rep, FIND_MASK_REFUSED, 1);
}

static void a_bounce_in_the_trace_tells_the_mask(void **state)
{
	g_autoptr(replay_report) rep = replays(
		"swiotlb_bounced: dev_name: eth0 dma_mask=ffffffffff dev_addr=47318980 size=8 "
		"FORCE\n"
		MAP("eth0", FROM, "47318980", "8")
		UNMAP("eth0", FROM, "47318980", "8"));
	const struct replay_device *eth0 = rep->devices->pdata[0];

	is_clean(rep);
	assert_true(eth0->mask == 0xffffffffff);
	assert_int_equal(rep->total.trace_bounces, 1);
	assert_int_equal(rep->total.trace_bounced_bytes, 8);
	assert_int_equal(rep->total.trace_forced, 1);
	assert_int_equal(rep->total.bounces, 0);
}

static void options_that_make_no_sense_are_refused_in_one_sentence(void **state)
{
	static const struct {
		const char *mask, *device, *words;
	} bad[] = {
		{ "eth0", NULL, "--mask eth0: DEVICE=VALUE is expected" },
		{ "eth0=0", NULL, "1 to 64 bits are expected" },
		{ "eth0=99", NULL, "1 to 64 bits are expected" },
		{ "eth7=32", NULL, "has no device eth7" },
		{ NULL, "eth0=nobody", "the board has no master nobody" },
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
		char *masks[] = { (char *)bad[i].mask, NULL };
		char *devices[] = { (char *)bad[i].device, NULL };
		struct replay_config cfg = { .masks = masks, .devices = devices };
		g_autofree char *sentence = refuses(MAP("eth0", TO, "40001000", "64"), &cfg);

		if (!strstr(sentence, bad[i].words))
			fail_msg("\"%s\" does not say \"%s\"", sentence, bad[i].words);
	}
}

/* ---- the trace itself --------------------------------------------------- */

static void what_is_no_event_is_counted_and_passed_over(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP("eth0", TO, "40001000", "64")
		"sched_switch: prev_comm=a prev_pid=1 ==> next_comm=b next_pid=2\n"
		"dma_map_page: eth0 dir=SIDEWAYS\n"
		UNMAP("eth0", TO, "40001000", "64"));

	is_clean(rep);
	assert_int_equal(rep->hygiene.foreign, 1);
	assert_int_equal(rep->hygiene.malformed, 1);
	assert_int_equal(rep->hygiene.first_malformed_line, 3);
}

static void carriage_returns_change_nothing(void **state)
{
	const char *events = MAP("eth0", FROM, "40001000", "64")
			     UNMAP("eth0", FROM, "40001000", "64");
	g_auto(GStrv) lines = g_strsplit(events, "\n", -1);
	g_autofree char *crlf = g_strjoinv("\r\n", lines);
	g_autoptr(replay_report) rep = replays(crlf);

	is_clean(rep);
	assert_int_equal(rep->total.checked, 64);
	assert_int_equal(rep->hygiene.malformed, 0);
}

static void a_trace_without_dma_is_not_called_clean(void **state)
{
	g_autoptr(replay_report) rep = replays("tracing_mark_write: hello\n");
	g_autofree char *verdict = replay_verdict(rep);

	assert_true(replay_is_empty(rep));
	assert_true(g_str_has_prefix(verdict, "NOTHING TO JUDGE on a9-pl310"));
}

static void absurd_numbers_are_refused_and_never_crash(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP("eth0", TO, "fffffffffffffff0", "18446744073709551615")
		UNMAP("eth0", TO, "fffffffffffffff0", "18446744073709551615")
		MAP("eth0", FROM, "ffffffffffff0000", "65535")
		TO_CPU("eth0", FROM, "ffffffffffff0000", "18446744073709551615")
		ALLOC("eth0", "0", "18446744073709551615")
		SG(FROM, "2/2", "2/2", "0xfffffffffffff000,0x1000",
		   "0xffffffffffffffff,0xffffffffffffffff", "0xfffffffffffff000,0x1000")
		UNMAP_SG(TO, "0xfffffffffffff000"));

	assert_false(replay_is_clean(rep));
	assert_true(rep->total.findings[FIND_REFUSED] >= 3);
}

static void what_a_64_bit_kernel_leaves_behind_is_told(void **state)
{
	g_autoptr(replay_report) rep = replays(
		"dma_alloc: eth0 dir=BIDIRECTIONAL dma_addr=b9b00000 size=4096 "
		"virt_addr=ffff24bd39b00000 flags=GFP_KERNEL attrs=\n");

	assert_true(rep->is_arm64);
	assert_int_equal(rep->page_size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sync_inside_a_mapping_moves_that_part),
		cmocka_unit_test(what_the_cpu_took_the_device_leaves_alone),
		cmocka_unit_test(a_page_pool_moves_only_what_it_syncs),
		cmocka_unit_test(a_table_that_is_synced_word_by_word_is_no_trouble),
		cmocka_unit_test(a_sync_over_the_end_is_trouble),
		cmocka_unit_test(a_sync_in_the_wrong_direction_reads_stale_bytes),
		cmocka_unit_test(what_is_left_mapped_is_a_note_unless_the_trace_is_complete),
		cmocka_unit_test(an_unmap_from_before_the_trace_is_a_note_and_a_second_one_trouble),
		cmocka_unit_test(a_second_unmap_after_lost_events_is_nobodys_fault),
		cmocka_unit_test(a_freed_list_is_not_a_freed_page),
		cmocka_unit_test(a_wrong_size_is_trouble),
		cmocka_unit_test(a_wrong_direction_is_trouble),
		cmocka_unit_test(a_list_ended_as_a_page_is_trouble),
		cmocka_unit_test(a_handle_that_is_live_twice_ends_twice),
		cmocka_unit_test(a_failed_mapping_is_a_note_and_its_use_is_trouble),
		cmocka_unit_test(no_bytes_and_no_direction_are_trouble),
		cmocka_unit_test(registers_are_counted_and_not_mapped),
		cmocka_unit_test(descriptors_go_both_ways_through_an_allocation),
		cmocka_unit_test(a_free_of_another_size_or_twice_is_trouble),
		cmocka_unit_test(a_mask_that_cannot_be_had_is_refused),
		cmocka_unit_test(a_bounce_in_the_trace_tells_the_mask),
		cmocka_unit_test(options_that_make_no_sense_are_refused_in_one_sentence),
		cmocka_unit_test(what_is_no_event_is_counted_and_passed_over),
		cmocka_unit_test(carriage_returns_change_nothing),
		cmocka_unit_test(a_trace_without_dma_is_not_called_clean),
		cmocka_unit_test(absurd_numbers_are_refused_and_never_crash),
		cmocka_unit_test(what_a_64_bit_kernel_leaves_behind_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
