/* SPDX-License-Identifier: MIT */
/*
 * Real kernels' logs: the two that ship, and, where they lie beside the source,
 * the eight of the data set, against counts made by another program.
 *
 * Those counts are in STATS.md, one section a file. They and ours are brought into
 * the same form, a table "what they count" -> number, and must be the same table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"

static const char *const dirs[] = {
	"arm64-smmuv3-fault", "arm64-smmuv3-lazy", "arm64-smmuv3-nc-lazy",
	"arm64-smmuv3-strict", "arm64-swiotlb-force", "armhf-virt-coherent",
	"armhf-virt-noncoherent", "orangepi-pc",
};

/* ---- tables ------------------------------------------------------------ */

static void G_GNUC_PRINTF(3, 4)
add(GHashTable *table, uint64_t nr, const char *fmt, ...)
{
	va_list ap;
	char *what;

	if (!nr)
		return;
	va_start(ap, fmt);
	what = g_strdup_vprintf(fmt, ap);
	va_end(ap);
	nr += GPOINTER_TO_SIZE(g_hash_table_lookup(table, what));
	g_hash_table_replace(table, what, GSIZE_TO_POINTER(nr));
}

static GHashTable *
table_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static unsigned
differences(GHashTable *ours, GHashTable *theirs, const char *name)
{
	unsigned nr = 0;
	gpointer what, count;
	GHashTableIter it;

	g_hash_table_iter_init(&it, theirs);
	while (g_hash_table_iter_next(&it, &what, &count)) {
		gpointer we = g_hash_table_lookup(ours, what);

		if (we == count)
			continue;
		print_error("%s: %s is %zu, we count %zu\n", name,
			    (char *)what, GPOINTER_TO_SIZE(count),
			    GPOINTER_TO_SIZE(we));
		nr++;
	}
	return nr;
}

/* ---- our counts -------------------------------------------------------- */

static const char *
size_class(uint64_t size)
{
	static const struct { uint64_t max; const char *name; } classes[] = {
		{ 63, "1-63" }, { 64, "64" }, { 511, "65-511" }, { 512, "512" },
		{ 1535, "513-1535" }, { 4095, "1536-4095" }, { 4096, "4096" },
		{ 65535, "4097-65535" }, { UINT64_MAX, ">=64K" },
	};
	unsigned i = 0;

	while (size > classes[i].max)
		i++;
	return classes[i].name;
}

static void
count_size(GHashTable *ours, const struct trace_event *ev)
{
	if (ev->kind == TRACE_MAP_PAGE) {
		add(ours, 1, "size %s", size_class(ev->size));
		add(ours, (ev->phys | ev->size) % 64 != 0, "unaligned");
	}
	if (ev->kind != TRACE_MAP_SG)
		return;
	for (size_t i = 0; i < ev->nr_sizes; i++)
		add(ours, 1, "size %s", size_class(ev->size_list[i]));
	add(ours, 1, "sg lists");
	add(ours, ev->ents_total < ev->nents_total, "sg merged");
}

static void
count_attrs(GHashTable *ours, const struct trace_event *ev)
{
	add(ours, ev->attrs == 1ul << 8, "attrs NO_WARN");
	add(ours, ev->attrs == (1ul << 1 | 1ul << 5),
	    "attrs WEAK_ORDERING|SKIP_CPU_SYNC");
}

static bool
is_in_irq(const struct trace_event *ev)
{
	return strlen(ev->irq_flags) > 2 && strchr("hHszZ", ev->irq_flags[2]);
}

static bool
is_streaming(enum trace_kind kind)
{
	return kind <= TRACE_SYNC_SG_FOR_DEVICE;
}

static void
count_event(GHashTable *ours, const struct trace_event *ev)
{
	static const char *const directions[] = {
		"BIDIRECTIONAL", "TO_DEVICE", "FROM_DEVICE", "NONE",
	};
	const char *name = trace_kind_name(ev->kind);

	add(ours, 1, "event %s", name);
	add(ours, is_in_irq(ev), "irq %s", name);
	if (g_str_has_prefix(name, "dma_"))
		add(ours, 1, "device %s %s", ev->dev, name + strlen("dma_"));
	if (is_streaming(ev->kind))
		add(ours, 1, "direction %s %s", name, directions[ev->dir]);
	count_size(ours, ev);
	count_attrs(ours, ev);
}

static GHashTable *
our_counts(const char *path, struct trace_stats *ret_stats)
{
	g_autoptr(trace_reader) r = trace_open(path, NULL);
	GHashTable *ours = table_new();
	struct trace_event ev;

	assert_non_null(r);
	while (trace_next(r, &ev))
		count_event(ours, &ev);
	*ret_stats = *trace_stats(r);
	return ours;
}

/* ---- their counts ------------------------------------------------------ */

typedef void match_fn(GHashTable *theirs, char **groups);

static void
each_match(const char *regex, const char *text, GHashTable *theirs, match_fn *fn)
{
	g_autoptr(GRegex) re = g_regex_new(regex, 0, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;

	assert_non_null(re);
	for (g_regex_match(re, text, 0, &match); g_match_info_matches(match);
	     g_match_info_next(match, NULL)) {
		g_auto(GStrv) groups = g_match_info_fetch_all(match);

		fn(theirs, groups);
	}
}

static uint64_t
number(const char *digits)
{
	return g_ascii_strtoull(digits, NULL, 10);
}

static void
take_event(GHashTable *theirs, char **g)
{
	add(theirs, number(g[2]), "event %s", g[1]);
}

static void
take_irq(GHashTable *theirs, char **g)
{
	add(theirs, number(g[2]), "irq %s", g[1]);
}

static void
take_device(GHashTable *theirs, char **g)
{
	g_auto(GStrv) counts = g_strsplit(g[2], ", ", -1);

	for (char **count = counts; *count; count++) {
		char *equals = strchr(*count, '=');

		*equals = '\0';
		add(theirs, number(equals + 1), "device %s %s", g[1], *count);
	}
}

static void
take_directions(GHashTable *theirs, char **g)
{
	g_auto(GStrv) counts = g_strsplit(g[2], ", ", -1);

	for (char **count = counts; *count; count++) {
		g_auto(GStrv) word = g_strsplit(*count, "'", 3);

		add(theirs, number(word[2] + 2), "direction %s %s", g[1],
		    word[1]);
	}
}

static void
take_size(GHashTable *theirs, char **g)
{
	add(theirs, number(g[2]), "size %s", g[1]);
}

static void
take_geometry(GHashTable *theirs, char **g)
{
	add(theirs, number(g[1]), "unaligned");
	add(theirs, number(g[2]), "sg lists");
	add(theirs, number(g[3]), "sg merged");
}

static void
take_attrs(GHashTable *theirs, char **g)
{
	add(theirs, number(g[2]), "attrs %s", g[1]);
}

static void
take_total(GHashTable *theirs, char **g)
{
	add(theirs, number(g[1]), "lines that are events");
}

static void
take_line(GHashTable *theirs, const char *line)
{
	static const struct {
		const char *start, *regex;
		match_fn *fn;
	} rules[] = {
		{ "* file ", ": (\\d+) events", take_total },
		{ "* events: ", "(\\w+)=(\\d+)", take_event },
		{ "* in hard/soft irq: ", "(\\w+)=(\\d+)", take_irq },
		{ "* devices ", "([^ ]+) \\(([^)]*=[^)]*)\\)", take_device },
		{ "* directions: ", "(\\w+): \\{([^}]*)\\}", take_directions },
		{ "* map sizes ", "([-0-9>=K]+)=(\\d+)", take_size },
		{ "* dma_map_page not ",
		  "size: (\\d+); sg lists (\\d+), merged by IOMMU (\\d+)",
		  take_geometry },
		{ "* attrs: ", "'([A-Z_|]+)': (\\d+)", take_attrs },
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(rules); i++)
		if (g_str_has_prefix(line, rules[i].start))
			each_match(rules[i].regex, line, theirs, rules[i].fn);
}

static GHashTable *
their_counts(const char *stats, const char *name)
{
	g_autofree char *head = g_strdup_printf("* file `traces/%s/", name);
	g_auto(GStrv) lines = g_strsplit(stats, "\n", -1);
	GHashTable *theirs = table_new();
	bool is_here = false;

	for (char **line = lines; *line; line++) {
		if (g_str_has_prefix(*line, "* file "))
			is_here = g_str_has_prefix(*line, head);
		if (is_here)
			take_line(theirs, *line);
	}
	return theirs;
}

/* ---- tests over the data set ------------------------------------------- */

static char *
trace_of(const char *dir, const char *form)
{
	g_autofree char *name = g_strdup_printf("traces/%s/trace.%s.xz", dir,
						form);

	return shared_data(name);
}

static unsigned
counts_differ(const char *stats, const char *dir)
{
	g_autofree char *path = trace_of(dir, "txt");
	struct trace_stats seen;
	g_autoptr(GHashTable) ours = our_counts(path, &seen);
	g_autoptr(GHashTable) theirs = their_counts(stats, dir);

	add(ours, seen.foreign, "foreign");
	add(ours, seen.lines - 12, "lines that are events");
	assert_int_equal(seen.malformed, 0);
	assert_int_equal(seen.lost, 0);
	assert_int_equal(seen.overwritten, 0);
	assert_false(seen.is_cut_short);
	assert_true(g_hash_table_size(theirs) > 20);
	return differences(ours, theirs, dir);
}

static void
every_count_of_the_data_set_is_ours_too(void **state)
{
	g_autofree char *path = shared_data("traces/STATS.md");
	g_autofree char *stats = NULL;
	unsigned nr = 0;

	if (!path) {
		print_message("# no ../shared/data beside the source\n");
		skip();
	}
	assert_true(g_file_get_contents(path, &stats, NULL, NULL));
	for (unsigned i = 0; i < G_N_ELEMENTS(dirs); i++)
		nr += counts_differ(stats, dirs[i]);
	assert_int_equal(nr, 0);
}

/* What only the text knows is left out: which line it was. */
static char *
told_alike(const struct trace_event *ev)
{
	g_autofree char *writer = writer_told(ev);
	g_autofree char *event = event_told(ev);

	return g_strconcat(writer, " ", event, NULL);
}

static uint64_t
same_events(const char *text_path, const char *dat_path)
{
	g_autoptr(trace_reader) text = trace_open(text_path, NULL);
	g_autoptr(trace_reader) dat = trace_open(dat_path, NULL);
	struct trace_event a, b;
	uint64_t nr = 0;

	assert_non_null(text);
	assert_non_null(dat);
	while (trace_next(text, &a)) {
		g_autofree char *told = told_alike(&a);
		g_autofree char *dat_told = NULL;

		assert_true(trace_next(dat, &b));
		dat_told = told_alike(&b);
		assert_string_equal(dat_told, told);
		nr++;
	}
	assert_false(trace_next(dat, &b));
	assert_int_equal(trace_stats(dat)->foreign, trace_stats(text)->foreign);
	assert_int_equal(trace_stats(dat)->malformed, 0);
	assert_false(trace_stats(dat)->is_cut_short);
	return nr;
}

static void
every_dat_holds_the_same_events_as_its_text(void **state)
{
	unsigned nr_pairs = 0;

	for (unsigned i = 0; i < G_N_ELEMENTS(dirs); i++) {
		g_autofree char *text = trace_of(dirs[i], "txt");
		g_autofree char *dat = trace_of(dirs[i], "dat");

		if (!text || !dat)
			continue;
		assert_true(same_events(text, dat) > 900);
		nr_pairs++;
	}
	if (!nr_pairs) {
		print_message("# no ../shared/data beside the source\n");
		skip();
	}
	assert_int_equal(nr_pairs, 7);
}

/* ---- what ships -------------------------------------------------------- */

static void
ships_with(const char *name, const struct trace_stats *expected,
	   const char *const *counts)
{
	g_autofree char *path = source_file(name);
	struct trace_stats seen;
	g_autoptr(GHashTable) ours = our_counts(path, &seen);
	g_autoptr(GHashTable) theirs = table_new();

	assert_int_equal(seen.lines, expected->lines);
	assert_int_equal(seen.foreign, expected->foreign);
	assert_int_equal(seen.malformed, 0);
	assert_false(seen.is_cut_short);
	for (; *counts; counts++)
		each_match("(\\w+)=(\\d+)", *counts, theirs, take_event);
	assert_int_equal(differences(ours, theirs, name), 0);
}

static void
the_trace_that_ships_has_every_kind_of_streaming_event(void **state)
{
	ships_with("examples/traces/orangepi-pc.trace.xz",
		   &(struct trace_stats){ .lines = 7815 },
		   (const char *const[]){
			"dma_map_page=757 dma_unmap_page=757",
			"dma_map_sg=117 dma_unmap_sg=117",
			"dma_sync_single_for_device=1238",
			"dma_sync_single_for_cpu=214",
			"dma_alloc=22 dma_free=2",
			"sync_for_device=2782 sync_for_cpu=1758",
			"clear_buffer=20", NULL });
}

static void
the_balanced_trace_that_ships_frees_all_it_allocates(void **state)
{
	ships_with("examples/traces/virt-noncoherent.trace.xz",
		   &(struct trace_stats){ .lines = 9095 },
		   (const char *const[]){
			"dma_map_page=1552 dma_unmap_page=1552",
			"dma_map_sg=94 dma_unmap_sg=94",
			"dma_alloc=28 dma_free=29 clear_buffer=25", NULL });
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_trace_that_ships_has_every_kind_of_streaming_event),
		cmocka_unit_test(the_balanced_trace_that_ships_frees_all_it_allocates),
		cmocka_unit_test(every_count_of_the_data_set_is_ours_too),
		cmocka_unit_test(every_dat_holds_the_same_events_as_its_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
