/* SPDX-License-Identifier: MIT */
/*
 * Real kernels' logs with the devices behind IOMMUs.
 *
 *   bytes           every one right, strict and lazy, and no access refused
 *   iommu:map       of a machine with an SMMUv3: the kernel's own calls of iommu_map() and
 *                   iommu_unmap(), which ours must equal; each change to one is found
 *   IOVAs           of the strict ones: the same numbers
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "replay-rig.h"
#include "replay/report-iommu.h"

static struct replay_report *replays_real(const char *name, const char *form,
					  const struct replay_config *given)
{
	g_autofree char *file = g_strdup_printf("traces/%s/trace.%s.xz", name, form);
	g_autofree char *path = shared_data(file);
	struct replay_config cfg = *given;
	g_autoptr(GError) error = NULL;
	struct replay_report *rep;

	if (!path) {
		print_message("# no ../shared/data beside the source\n");
		skip();
	}
	cfg.trace = path;
	rep = replay_run(&cfg, &error);
	if (!rep)
		fail_msg("%s: %s", path, error->message);
	return rep;
}

/* ---- bytes ------------------------------------------------------------------------ */

/* What shares lines on a board that is not coherent does so behind an IOMMU, too. */
static void nothing_but_lines_is_wrong(const struct replay_report *rep, const char *name)
{
	for (int f = 0; f < NR_FINDINGS; f++)
		if (f != FIND_LINE_SHARED && finding_infos[f].is_trouble && rep->total.findings[f])
			fail_msg("%s on %s: %s, %" G_GUINT64_FORMAT " times", name,
				 rep->board_label, finding_infos[f].key, rep->total.findings[f]);
	assert_int_equal(rep->total.wrong, 0);
}

static const char *const names[] = {
	"arm64-smmuv3-fault", "arm64-smmuv3-lazy", "arm64-smmuv3-nc-lazy",
	"arm64-smmuv3-strict", "arm64-swiotlb-force", "armhf-virt-coherent",
	"armhf-virt-noncoherent", "orangepi-pc",
};
static const char *const boards[] = {
	"a9-pl310", "a15-lpae", "a9-iommu", "arm926", "pj4b-aurora", "coherent", "arm1176",
};

static void every_byte_is_right_behind_iommus(void **state)
{
	unsigned at = 0;

	for (unsigned t = 0; t < G_N_ELEMENTS(names); t++) {
		struct replay_config cfg = {
			.board = boards[at++ % G_N_ELEMENTS(boards)],
			.iommu = t % 2 ? "strict" : "lazy",
		};
		g_autoptr(replay_report) rep = replays_real(names[t], "txt", &cfg);

		nothing_but_lines_is_wrong(rep, names[t]);
		assert_true(rep->total.checked > 2000000);
		assert_true(report_unit(rep, 0)->counters.misses > 100);
		assert_int_equal(report_unit(rep, 0)->counters.faults, 0);
	}
}

static void no_access_is_refused_in_the_fast_gear(void **state)
{
	for (unsigned t = 0; t < G_N_ELEMENTS(names); t++)
		for (unsigned b = 0; b < G_N_ELEMENTS(boards); b++) {
			struct replay_config cfg = {
				.board = boards[b], .iommu = (t + b) % 2 ? "lazy" : "strict",
				.gear = GEAR_FAST,
			};
			g_autoptr(replay_report) rep = replays_real(names[t], "txt", &cfg);

			nothing_but_lines_is_wrong(rep, names[t]);
			assert_true(rep->total.iommu.probes > 500);
		}
}

/* ---- the kernel's own calls ----------------------------------------------------------- */

struct expected {
	const char *name, *mode;
	uint64_t maps, same_maps, unmaps, mappings;
	uint64_t pieces, bounced, own;	/* of the kernel's maps */
	bool is_strict;			/* there: the same IOVAs are to be had */
};

/* Of what another program counted: README.md's columns, and the IOVAs of its model. */
static const struct expected expected[] = {
	{ "arm64-smmuv3-strict", "strict", 3215, 3170, 1799, 1803, 45, 0, 0, true },
	{ "arm64-smmuv3-fault", "strict", 723, 672, 72, 82, 49, 0, 2, true },
	{ "arm64-smmuv3-lazy", "lazy", 3162, 3140, 1791, 1795, 22, 0, 0, false },
	{ "arm64-smmuv3-nc-lazy", "lazy", 3943, 3924, 1640, 1643, 11, 8, 0, false },
};

static void calls_are_the_kernel_s(const struct expected *e, const char *form)
{
	struct replay_config cfg = { .board = "a15-lpae", .gear = GEAR_FAST, .iommu = e->mode };
	g_autoptr(replay_report) rep = replays_real(e->name, form, &cfg);
	const struct iommu_judgement *v = &rep->iommu_judgement;

	assert_int_equal(v->all.kernel[IOMMU_MAPS], e->maps);
	assert_int_equal(v->all.same[IOMMU_MAPS], e->same_maps);
	assert_int_equal(v->all.kernel[IOMMU_UNMAPS], e->unmaps);
	assert_int_equal(v->all.same[IOMMU_UNMAPS], e->unmaps);
	assert_int_equal(v->all.lists, v->all.same_lists);
	assert_int_equal(v->reasons[REASON_NONE], 0);
	assert_int_equal(v->reasons[REASON_LOST], 0);
	assert_int_equal(v->reasons[REASON_SG_GUESSED], 0);
	assert_int_equal(v->reasons[REASON_BOUNCED_THERE], e->bounced);
	assert_int_equal(v->reasons[REASON_OWN_IOVAS], e->own);
	assert_int_equal(e->same_maps + e->pieces + e->bounced + e->own, e->maps);
	assert_true(v->reasons[REASON_ALLOC_PIECES] >= e->pieces);
	assert_int_equal(v->all.mappings, e->mappings);
	if (e->is_strict)
		assert_int_equal(v->all.same_iova, e->mappings);
	else
		assert_true(v->all.same_iova > 100);
}

static void calls_of_iommu_map_and_unmap_are_the_kernel_s(void **state)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(expected); i++)
		calls_are_the_kernel_s(&expected[i], "txt");
	calls_are_the_kernel_s(&expected[1], "dat");
	calls_are_the_kernel_s(&expected[2], "dat");
}

/* The kernel was lazy: 10 ms and a tick, and none is missed. */
static void windows_are_as_long_as_the_flush_timer(void **state)
{
	struct replay_config cfg = { .board = "a9-iommu", .gear = GEAR_FAST, .iommu = "lazy" };
	g_autoptr(replay_report) rep = replays_real("arm64-smmuv3-lazy", "txt", &cfg);
	uint64_t queued = 0;

	for (unsigned i = 0; i < rep->iommu.spaces->len; i++) {
		const struct iommu_dma_counters *c = &report_space(rep, i)->counters;

		queued += c->nr_queued_unmaps;
		assert_in_range(c->longest_window_ns, 10000000, 12000000);
		assert_true(c->dead_byte_ns > 0);
	}
	assert_int_equal(queued, 1791);
}

/* ---- one change -------------------------------------------------------------------- */

enum change { LOSE, DOUBLE, GROW, MOVE, NR_CHANGES };

/* A digit of the number behind @key in @line becomes another, of the same weight. */
static char *with_another(const char *line, const char *key, unsigned digit)
{
	char *other = g_strdup(line);
	char *at = strstr(other, key) + strlen(key) + digit;

	*at = *at == '7' ? '8' : '7';
	return other;
}

static void write_changed(GString *s, const char *line, enum change change)
{
	g_autofree char *other = change == GROW ? with_another(line, " size=", 0) :
				 change == MOVE ? with_another(line, "paddr=0x", 11) : NULL;

	if (change == LOSE)
		return;
	if (change == DOUBLE)
		g_string_append_printf(s, "%s\n", line);
	g_string_append_printf(s, "%s\n", other ? other : line);
}

static char *changed(char **lines, unsigned nth, enum change change)
{
	GString *s = g_string_new(NULL);
	unsigned nr = 0;

	for (unsigned i = 0; lines[i] && lines[i][0]; i++) {
		if (strstr(lines[i], " map: IOMMU:") && nr++ == nth)
			write_changed(s, lines[i], change);
		else
			g_string_append_printf(s, "%s\n", lines[i]);
	}
	return g_string_free(s, FALSE);
}

static char *unpacked(const char *name)
{
	g_autofree char *path = shared_data(name);
	g_autofree char *command = path ? g_strdup_printf("xz -dc '%s'", path) : NULL;
	char *text = NULL;

	if (!command || !g_spawn_command_line_sync(command, &text, NULL, NULL, NULL)) {
		print_message("# no ../shared/data beside the source, or no xz\n");
		skip();
	}
	return text;
}

/*
 * Of a list whose maps are not all there the lengths are guesses, and told as such; a line
 * whose size is not its range's cannot be read, and is a gap.
 */
static bool is_seen(const struct replay_report *rep)
{
	const uint64_t *reasons = rep->iommu_judgement.reasons;

	return reasons[REASON_NONE] || reasons[REASON_SG_GUESSED] || reasons[REASON_LOST];
}

/* Of lists and single pages in the middle of the log. */
static void a_single_change_of_a_real_map_is_found(void **state)
{
	static const unsigned which[] = { 250, 1200, 2600, 3100 };
	g_autofree char *text = unpacked("traces/arm64-smmuv3-strict/trace.txt.xz");
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (unsigned i = 0; i < G_N_ELEMENTS(which); i++)
		for (int change = 0; change < NR_CHANGES; change++) {
			g_autofree char *other = changed(lines, which[i], (enum change)change);
			struct replay_config cfg = {
				.trace = file_of(other), .board = "a15-lpae", .gear = GEAR_FAST,
				.iommu = "strict",
			};
			g_autoptr(replay_report) rep = replay_run(&cfg, NULL);

			assert_non_null(rep);
			if (!is_seen(rep))
				fail_msg("change %d of map %u is not seen", change, which[i]);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_is_right_behind_iommus),
		cmocka_unit_test(no_access_is_refused_in_the_fast_gear),
		cmocka_unit_test(calls_of_iommu_map_and_unmap_are_the_kernel_s),
		cmocka_unit_test(windows_are_as_long_as_the_flush_timer),
		cmocka_unit_test(a_single_change_of_a_real_map_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
