/* SPDX-License-Identifier: MIT */
/*
 * The kernel's own cache maintenance against ours: what is the same, what differs and
 * why, and that nothing that differs goes unseen.
 *
 * Real logs are the oracle: of the two that are mapped directly and not coherent, every
 * call is the same; and each single change made to one of them is found.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "replay-rig.h"

#define FOR_DEVICE(pa, size, dir) \
	"p0: (arch_sync_dma_for_device+0x0/0x44) paddr=" pa " size=" size " dir=" dir "\n"
#define FOR_CPU(pa, size, dir) \
	"p1: (arch_sync_dma_for_cpu+0x0/0x44) paddr=" pa " size=" size " dir=" dir "\n"
#define CLEARED(size) \
	"p2: (__dma_clear_buffer+0x0/0x188) page=0xeffd5900 size=" size " coherent_flag=0\n"
#define OUTER(function, start, end) \
	"p3: (" function "+0x0/0x60) start=" start " end=" end "\n"
#define MAP_LIST(dev, dir) \
	"dma_map_sg: " dev " dir=" dir " nents=2/2 ents=2/2 dma_addrs={0x40001000,0x40003000} " \
	"sizes={0x1000,0x200} phys_addrs={0x40001000,0x40003000} attrs=\n"
#define UNMAP_LIST(dev, dir) \
	"dma_unmap_sg: " dev " dir=" dir " phys_addrs={0x40001000,0x40003000} attrs=\n"

static void judged(const struct replay_report *rep, uint64_t kernel, uint64_t same,
		   uint64_t unexplained)
{
	assert_int_equal(judgement_kernel(&rep->judgement), kernel);
	assert_int_equal(judgement_same(&rep->judgement), same);
	assert_int_equal(rep->judgement.reasons[REASON_NONE], unexplained);
	assert_int_equal(rep->total.findings[FIND_MAINTENANCE], unexplained);
}

static void for_reason(const struct replay_report *rep, enum judge_reason reason, uint64_t nr)
{
	if (rep->judgement.reasons[reason] != nr)
		fail_msg("%s %" G_GUINT64_FORMAT " times", judge_reasons[reason].key,
			 rep->judgement.reasons[reason]);
}

static const struct difference *only_difference(const struct replay_report *rep)
{
	assert_int_equal(rep->judgement.differences->len, 1);
	return &g_array_index(rep->judgement.differences, struct difference, 0);
}

/* ---- the same ------------------------------------------------------------- */

static void calls_before_and_behind_their_events_are_matched(void **state)
{
	g_autoptr(replay_report) rep = replays(
		FOR_DEVICE("0x50000100", "64", "1") MAP("eth0", TO, "50000100", "64")
		FOR_CPU("0x50000100", "64", "1") UNMAP("eth0", TO, "50000100", "64")
		FOR_DEVICE("0x40001000", "4096", "2") FOR_DEVICE("0x40003000", "512", "2")
		MAP_LIST("eth0", FROM)
		UNMAP_LIST("eth0", FROM)
		FOR_CPU("0x40001000", "4096", "2") FOR_CPU("0x40003000", "512", "2")
		CLEARED("4096") ALLOC("eth0", "60000000", "100") FREE("eth0", "60000000", "100"));

	judged(rep, 7, 7, 0);
	is_clean(rep);
}

static void an_interrupt_between_a_call_and_its_event_is_understood(void **state)
{
	g_autoptr(replay_report) rep = replays(
		FOR_DEVICE("0x40001000", "4096", "2") FOR_DEVICE("0x40003000", "512", "2")
		MAP_LIST("eth0", FROM)
		FOR_DEVICE("0x50000100", "64", "1")
		UNMAP_LIST("eth0", FROM)
		FOR_CPU("0x40001000", "4096", "2") FOR_CPU("0x40003000", "512", "2")
		MAP("eth0", TO, "50000100", "64"));

	judged(rep, 5, 5, 0);
}

static void a_sync_of_a_part_and_a_map_that_skips_syncs_are_judged(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP_SKIP("eth0", FROM, "50000000", "4096")
		FOR_DEVICE("0x50000000", "3840", "2") TO_DEV("eth0", FROM, "50000000", "3840")
		FOR_CPU("0x50000040", "128", "2") TO_CPU("eth0", FROM, "50000040", "128")
		UNMAP_SKIP("eth0", FROM, "50000000", "4096"));

	judged(rep, 2, 2, 0);
}

static void a_trace_without_such_lines_is_not_judged(void **state)
{
	g_autoptr(replay_report) rep = replays(MAP("eth0", TO, "50000100", "64")
					       UNMAP("eth0", TO, "50000100", "64"));
	g_autofree char *sentence = judgement_sentence(&rep->judgement);

	assert_null(sentence);
	judged(rep, 0, 0, 0);
}

static void a_function_that_was_not_probed_is_not_judged(void **state)
{
	g_autoptr(replay_report) rep = replays(
		FOR_DEVICE("0x50000100", "64", "1") MAP("eth0", TO, "50000100", "64")
		UNMAP("eth0", TO, "50000100", "64"));

	judged(rep, 1, 1, 0);
	assert_int_equal(rep->judgement.differences->len, 0);
}

static void an_outer_cache_is_judged_by_its_driver_s_functions(void **state)
{
	static const char events[] =
		FOR_DEVICE("0x50000100", "64", "1")
		OUTER("l2c210_clean_range", "0x50000100", "0x50000140")
		MAP("eth0", TO, "50000100", "64")
		FOR_CPU("0x50000100", "64", "1") UNMAP("eth0", TO, "50000100", "64")
		FOR_DEVICE("0x50000200", "64", "2")
		OUTER("l2c210_inv_range", "0x50000200", "0x50000240")
		MAP("eth0", FROM, "50000200", "64")
		FOR_CPU("0x50000200", "64", "2")
		OUTER("l2c310_inv_range_erratum", "0x50000200", "0x50000240")
		UNMAP("eth0", FROM, "50000200", "64")
		CLEARED("4096") OUTER("l2c210_flush_range", "0x60000000", "0x60001000")
		ALLOC("eth0", "60000000", "100");
	struct replay_config without = { .board = "a15-lpae" };
	g_autoptr(replay_report) rep = replays(events);
	g_autoptr(replay_report) bare = replays_with(events, &without);

	judged(rep, 9, 9, 0);
	judged(bare, 9, 5, 0);
	for_reason(bare, REASON_NO_OUTER, 4);
}

/* ---- different -------------------------------------------------------------- */

static void a_call_of_another_size_is_trouble(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP_SKIP("eth0", TO, "70000000", "64")
		FOR_DEVICE("0x50000100", "63", "1") MAP("eth0", TO, "50000100", "64"));
	const struct difference *d = only_difference(rep);

	judged(rep, 1, 0, 1);
	only_trouble(rep, FIND_MAINTENANCE, 1);
	says(rep, FIND_MAINTENANCE, "63 bytes, TO_DEVICE, here sync_for_device 0x50000100, 64");
	assert_int_equal(d->kernel.line, 2);
	assert_int_equal(d->line, 3);
	assert_int_equal(d->event, TRACE_MAP_PAGE);
}

static void a_call_in_another_direction_is_trouble(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP_SKIP("eth0", TO, "70000000", "64")
		FOR_DEVICE("0x50000100", "64", "0") MAP("eth0", TO, "50000100", "64"));

	judged(rep, 1, 0, 1);
	says(rep, FIND_MAINTENANCE, "64 bytes, BIDIRECTIONAL, here sync_for_device");
}

static void a_call_at_another_address_is_trouble(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP_SKIP("eth0", TO, "70000000", "64")
		FOR_DEVICE("0x50000140", "64", "1") MAP("eth0", TO, "50000100", "64"));

	judged(rep, 1, 0, 1);
}

static void a_call_that_only_the_kernel_makes_is_trouble(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP_SKIP("eth0", TO, "70000000", "64")
		FOR_DEVICE("0x50000100", "64", "1") MAP_SKIP("eth0", TO, "50000100", "64")
		UNMAP_SKIP("eth0", TO, "50000100", "64"));

	judged(rep, 1, 0, 1);
	assert_int_equal(only_difference(rep)->ours.kind, NR_TRACE_KINDS);
}

static void a_call_that_only_we_make_is_trouble(void **state)
{
	g_autoptr(replay_report) rep = replays(
		FOR_DEVICE("0x50000100", "64", "1") MAP("eth0", TO, "50000100", "64")
		MAP("eth0", TO, "50000200", "64"));

	judged(rep, 1, 1, 1);
	assert_int_equal(only_difference(rep)->kernel.kind, NR_TRACE_KINDS);
}

static void another_order_within_an_event_is_trouble(void **state)
{
	static const char *const events[] = {
		FOR_DEVICE("0x40003000", "512", "2") FOR_DEVICE("0x40001000", "4096", "2")
		MAP_LIST("eth0", FROM),
		UNMAP_LIST("eth0", FROM)
		FOR_CPU("0x40003000", "512", "2") FOR_CPU("0x40001000", "4096", "2"),
	};
	g_autofree char *map = g_strconcat(MAP_SKIP("eth0", TO, "70000000", "64"), events[0],
					   NULL);
	g_autofree char *unmap = g_strconcat(MAP_SKIP("eth0", TO, "70000000", "64")
					     FOR_DEVICE("0x40001000", "4096", "2")
					     FOR_DEVICE("0x40003000", "512", "2")
					     MAP_LIST("eth0", FROM), events[1], NULL);
	g_autoptr(replay_report) mapped = replays(map);
	g_autoptr(replay_report) unmapped = replays(unmap);

	judged(mapped, 2, 1, 1);
	assert_true(only_difference(mapped)->is_order);
	judged(unmapped, 4, 3, 1);
	assert_true(only_difference(unmapped)->is_order);
}

static void memory_that_the_kernel_flushed_and_we_did_not_is_trouble(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP_SKIP("eth0", TO, "70000000", "64")
		CLEARED("8192") ALLOC("eth0", "60000000", "100"));

	judged(rep, 1, 0, 1);
}

/* ---- explained ------------------------------------------------------------------ */

static void a_gap_explains_what_is_missing_beside_it(void **state)
{
	g_autoptr(replay_report) rep = replays(
		FOR_DEVICE("0x50000100", "64", "1") MAP("eth0", TO, "50000100", "64")
		"CPU:0 [LOST 3 EVENTS]\n"
		MAP("eth0", TO, "50000200", "64")
		FOR_DEVICE("0x50000300", "64", "1") MAP("eth0", TO, "50000300", "64"));

	judged(rep, 2, 2, 0);
	for_reason(rep, REASON_LOST, 1);
}

static void an_end_within_an_event_explains_the_rest(void **state)
{
	g_autoptr(replay_report) rep = replays(
		FOR_DEVICE("0x40001000", "4096", "2") FOR_DEVICE("0x40003000", "512", "2")
		MAP_LIST("eth0", FROM)
		UNMAP_LIST("eth0", FROM) FOR_CPU("0x40001000", "4096", "2")
		FOR_DEVICE("0x50000100", "64", "1"));

	judged(rep, 4, 3, 0);
	for_reason(rep, REASON_LOST, 2);
}

static void a_mapping_from_before_the_trace_is_told(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP_SKIP("eth0", TO, "70000000", "64")
		FOR_CPU("0x50000100", "64", "2") UNMAP("eth0", FROM, "50000100", "64")
		UNMAP_LIST("eth0", FROM)
		FOR_CPU("0x40001000", "4096", "2") FOR_CPU("0x40003000", "512", "2"));

	judged(rep, 3, 0, 0);
	for_reason(rep, REASON_NOT_MAPPED, 3);
}

static void coherence_that_differs_is_told_both_ways(void **state)
{
	static const char events[] =
		FOR_DEVICE("0x50000100", "64", "1") MAP("eth0", TO, "50000100", "64")
		FOR_CPU("0x50000100", "64", "1") UNMAP("eth0", TO, "50000100", "64")
		MAP("eth1", TO, "50000200", "64") UNMAP("eth1", TO, "50000200", "64");
	char *devices[] = { (char *)"eth0=coherent", NULL };
	struct replay_config cfg = { .devices = devices };
	g_autoptr(replay_report) rep = replays(events);
	g_autoptr(replay_report) other = replays_with(events, &cfg);

	judged(rep, 2, 2, 0);
	for_reason(rep, REASON_COHERENT_THERE, 2);
	judged(other, 2, 0, 0);
	for_reason(other, REASON_COHERENT_HERE, 2);
	for_reason(other, REASON_COHERENT_THERE, 2);
}

#define BOUNCED(dev, dma, size) \
	"swiotlb_bounced: dev_name: " dev " dma_mask=ffffffff dev_addr=" dma " size=" size \
	" FORCE\n"

static void a_bounce_slot_is_known_again(void **state)
{
	static const char events[] =
		BOUNCED("eth0", "50000100", "64")
		FOR_DEVICE("0x7e000000", "64", "2")
		MAP_AT("eth0", FROM, "7e000000", "64", "50000100")
		FOR_CPU("0x7e000010", "16", "2") TO_CPU("eth0", FROM, "7e000010", "16")
		FOR_CPU("0x7e000000", "64", "2") UNMAP("eth0", FROM, "7e000000", "64");
	struct replay_config force = { .swiotlb = "force" };
	g_autoptr(replay_report) same = replays_with(events, &force);
	g_autoptr(replay_report) other = replays(events);

	judged(same, 3, 3, 0);
	assert_int_equal(same->judgement.bounced_same, 1);
	judged(other, 3, 0, 0);
	for_reason(other, REASON_BOUNCED_THERE, 3);
	assert_int_equal(other->judgement.bounced_there, 1);
}

static void another_slot_than_it_was_mapped_to_is_trouble(void **state)
{
	struct replay_config force = { .swiotlb = "force" };
	g_autoptr(replay_report) rep = replays_with(
		MAP_SKIP("eth0", TO, "70000000", "64")
		BOUNCED("eth0", "50000100", "64")
		FOR_DEVICE("0x7e000000", "64", "2")
		MAP_AT("eth0", FROM, "7e000000", "64", "50000100")
		FOR_CPU("0x7e000800", "64", "2") UNMAP("eth0", FROM, "7e000000", "64"), &force);

	judged(rep, 2, 1, 1);
}

static void memory_from_a_pool_is_not_flushed_on_either_side(void **state)
{
	g_autoptr(replay_report) rep = replays(
		CLEARED("4096") ALLOC("eth0", "60000000", "100")
		"dma_alloc: eth0 dir=BIDIRECTIONAL dma_addr=60001000 size=64 virt_addr=f0809000 "
		"flags=GFP_ATOMIC attrs=\n");

	judged(rep, 1, 1, 0);
	assert_int_equal(rep->judgement.differences->len, 0);
}

/* ---- real kernels -------------------------------------------------------------- */

static struct replay_report *replays_real(const char *name, const char *form, const char *on,
					  const char *swiotlb)
{
	g_autofree char *file = g_strdup_printf("traces/%s/trace.%s.xz", name, form);
	g_autofree char *path = shared_data(file);
	struct replay_config cfg = {
		.trace = path, .board = on, .gear = GEAR_FAST, .swiotlb = swiotlb,
	};
	g_autoptr(GError) error = NULL;
	struct replay_report *rep;

	if (!path) {
		print_message("# no ../shared/data beside the source\n");
		skip();
	}
	rep = replay_run(&cfg, &error);
	assert_non_null(rep);
	return rep;
}

static void every_call_of_directly_mapped_devices_is_the_kernel_s(void **state)
{
	static const char *const boards[] = { "a15-lpae", "a9-pl310", "arm926", "a7-quad" };
	static const char *const forms[] = { "txt", "dat" };

	for (unsigned b = 0; b < G_N_ELEMENTS(boards); b++) {
		const char *form = forms[b % 2];
		g_autoptr(replay_report) virt = replays_real("armhf-virt-noncoherent", form,
							     boards[b], NULL);
		g_autoptr(replay_report) orange = replays_real("orangepi-pc", form, boards[b],
							       NULL);

		judged(virt, 2838 + 2838 + 25, 2838 + 2838 + 25, 0);
		judged(orange, 2782 + 1758 + 20, 2782 + 1758 + 20, 0);
		assert_int_equal(virt->judgement.differences->len, 0);
		assert_int_equal(orange->judgement.differences->len, 0);
	}
}

static void behind_an_iommu_every_difference_has_its_reason(void **state)
{
	g_autoptr(replay_report) rep = replays_real("arm64-smmuv3-nc-lazy", "txt", "a15-lpae",
						    NULL);

	judged(rep, 9524 + 3912 + 34, 13443, 0);
	/* 8 bounces, mapped and unmapped. What 3 lists lack the IOMMU's mappings tell. */
	for_reason(rep, REASON_SG_TRUNCATED, 0);
	for_reason(rep, REASON_BOUNCED_THERE, 16);
	for_reason(rep, REASON_ALLOC_PIECES, 11);
	/* Three allocations before the probes were on. */
	for_reason(rep, REASON_LOST, 3);
}

static void every_buffer_bounces_that_the_kernel_bounced(void **state)
{
	g_autoptr(replay_report) rep = replays_real("arm64-swiotlb-force", "txt", "a15-lpae",
						    "force");

	assert_int_equal(rep->judgement.bounced_same, 3063);
	assert_int_equal(rep->judgement.bounced_there, 0);
	assert_int_equal(rep->judgement.bounced_here, 0);
}

/* ---- one change -------------------------------------------------------------------- */

static struct replay_report *replays_text(const char *text)
{
	struct replay_config cfg = {
		.trace = file_of(text), .board = "a15-lpae", .gear = GEAR_FAST,
	};
	g_autoptr(GError) error = NULL;
	struct replay_report *rep = replay_run(&cfg, &error);

	assert_non_null(rep);
	return rep;
}

/* The @nth line of a kernel's sync is given to @change, which may lose or double it. */
static char *changed(char **lines, unsigned nth, unsigned change)
{
	GString *s = g_string_new(NULL);
	unsigned nr = 0;

	for (unsigned i = 0; lines[i] && lines[i][0]; i++) {
		const char *sync = strstr(lines[i], ": sync_for_");
		bool is_it = sync && nr++ == nth;

		if (is_it && change == 0)
			continue;
		if (is_it && change == 1)
			g_string_append_printf(s, "%s\n", lines[i]);
		g_string_append(s, lines[i]);
		if (is_it && change == 2)
			g_string_append(s, "0");		/* dir=10, which is none */
		g_string_append_c(s, '\n');
	}
	if (change == 3) {
		char *at = s->str;

		for (unsigned i = 0; i <= nth; i++)
			at = strstr(at + 1, ": sync_for_");
		at = strstr(at, " size=");
		g_string_insert(s, at + 6 - s->str, "1");
	}
	return g_string_free(s, FALSE);
}

static void a_single_change_in_a_real_log_is_found(void **state)
{
	g_autofree char *path = source_file("examples/traces/orangepi-pc.trace.xz");
	g_autofree char *command = g_strdup_printf("xz -dc %s", path);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_spawn_command_line_sync(command, &text, NULL, NULL, NULL)) {
		print_message("# no xz here\n");
		skip();
	}
	lines = g_strsplit(text, "\n", -1);
	for (unsigned nth = 100; nth < 4500; nth += 733) {
		for (unsigned change = 0; change < 4; change++) {
			g_autofree char *other = changed(lines, nth, change);
			g_autoptr(replay_report) rep = replays_text(other);

			/* A line that cannot be read is a gap, and told as one. */
			if (change == 2)
				for_reason(rep, REASON_NONE, 0);
			else if (!rep->judgement.reasons[REASON_NONE])
				fail_msg("change %u of sync %u is not seen", change, nth);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_before_and_behind_their_events_are_matched),
		cmocka_unit_test(an_interrupt_between_a_call_and_its_event_is_understood),
		cmocka_unit_test(a_sync_of_a_part_and_a_map_that_skips_syncs_are_judged),
		cmocka_unit_test(a_trace_without_such_lines_is_not_judged),
		cmocka_unit_test(a_function_that_was_not_probed_is_not_judged),
		cmocka_unit_test(an_outer_cache_is_judged_by_its_driver_s_functions),
		cmocka_unit_test(a_call_of_another_size_is_trouble),
		cmocka_unit_test(a_call_in_another_direction_is_trouble),
		cmocka_unit_test(a_call_at_another_address_is_trouble),
		cmocka_unit_test(a_call_that_only_the_kernel_makes_is_trouble),
		cmocka_unit_test(a_call_that_only_we_make_is_trouble),
		cmocka_unit_test(another_order_within_an_event_is_trouble),
		cmocka_unit_test(memory_that_the_kernel_flushed_and_we_did_not_is_trouble),
		cmocka_unit_test(a_gap_explains_what_is_missing_beside_it),
		cmocka_unit_test(an_end_within_an_event_explains_the_rest),
		cmocka_unit_test(a_mapping_from_before_the_trace_is_told),
		cmocka_unit_test(coherence_that_differs_is_told_both_ways),
		cmocka_unit_test(a_bounce_slot_is_known_again),
		cmocka_unit_test(another_slot_than_it_was_mapped_to_is_trouble),
		cmocka_unit_test(memory_from_a_pool_is_not_flushed_on_either_side),
		cmocka_unit_test(every_call_of_directly_mapped_devices_is_the_kernel_s),
		cmocka_unit_test(behind_an_iommu_every_difference_has_its_reason),
		cmocka_unit_test(every_buffer_bounces_that_the_kernel_bounced),
		cmocka_unit_test(a_single_change_in_a_real_log_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
