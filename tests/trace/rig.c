/* SPDX-License-Identifier: MIT */
#include "rig.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <lzma.h>
#include <zlib.h>

/* ---- telling an event -------------------------------------------------- */

static const char *const direction_names[] = {
	"BIDIRECTIONAL", "TO_DEVICE", "FROM_DEVICE", "NONE",
};

static void
tell_hex(GString *s, const char *name, uint64_t value)
{
	if (value)
		g_string_append_printf(s, " %s=%" PRIx64, name, value);
}

static void
tell_number(GString *s, const char *name, int64_t value)
{
	if (value)
		g_string_append_printf(s, " %s=%" PRId64, name, value);
}

static void
tell_list(GString *s, const char *name, const uint64_t *list, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		g_string_append_printf(s, "%s%" PRIx64, i ? "," : name, list[i]);
}

static bool
has_direction(const struct trace_event *ev)
{
	return ev->kind < TRACE_IOMMU_MAP ||
	       ev->kind == TRACE_KPROBE_SYNC_FOR_DEVICE ||
	       ev->kind == TRACE_KPROBE_SYNC_FOR_CPU;
}

static void
tell_entries(GString *s, const struct trace_event *ev)
{
	if (ev->nents || ev->ents)
		g_string_append_printf(s, " nents=%u/%u ents=%u/%u%s", ev->nents,
				       ev->nents_total, ev->ents,
				       ev->ents_total,
				       ev->is_truncated ? " truncated" : "");
	tell_list(s, " dma:", ev->dma_list, ev->nr_dma);
	tell_list(s, " sizes:", ev->size_list, ev->nr_sizes);
	tell_list(s, " phys:", ev->phys_list, ev->nr_phys);
}

char *
event_told(const struct trace_event *ev)
{
	GString *s = g_string_new(trace_kind_name(ev->kind));

	if (*ev->dev)
		g_string_append_printf(s, " %s", ev->dev);
	if (has_direction(ev))
		g_string_append_printf(s, " %s", direction_names[ev->dir]);
	tell_hex(s, "dma", ev->dma);
	tell_hex(s, "end", ev->iova_end);
	tell_hex(s, "phys", ev->phys);
	tell_hex(s, "virt", ev->virt);
	tell_number(s, "size", ev->size);
	tell_number(s, "unmapped", ev->unmapped);
	tell_entries(s, ev);
	tell_hex(s, "mask", ev->dma_mask);
	tell_number(s, "forced", ev->is_forced);
	tell_number(s, "group", ev->group);
	tell_hex(s, "fault", ev->fault_flags);
	tell_number(s, "atomic", ev->is_atomic);
	tell_number(s, "error", ev->error);
	tell_hex(s, "attrs", ev->attrs);
	tell_number(s, "lost", ev->lost);
	if (*ev->text)
		g_string_append_printf(s, " \"%s\"", ev->text);
	return g_string_free(s, FALSE);
}

char *
writer_told(const struct trace_event *ev)
{
	return g_strdup_printf("%s-%d@%d %" PRIu64 ".%06" PRIu64 "%s%s",
			       ev->task, ev->pid, ev->cpu,
			       ev->time_us / 1000000, ev->time_us % 1000000,
			       *ev->irq_flags ? " " : "", ev->irq_flags);
}

/* ---- one line ---------------------------------------------------------- */

/* A header in front, so that a line which is no event does not hide the trace. */
static struct trace_reader *
open_line(const char *line, char **ret_text)
{
	*ret_text = g_strconcat("# tracer: nop\n", line, "\n", NULL);
	return trace_open_mem(*ret_text, strlen(*ret_text), "line", NULL);
}

/* What became of the line: "malformed: why", "foreign", "", or the event. */
static char *
line_told(const char *line)
{
	g_autofree char *text = NULL;
	g_autoptr(trace_reader) r = open_line(line, &text);
	const struct trace_stats *stats = trace_stats(r);
	struct trace_event ev;

	if (trace_next(r, &ev))
		return event_told(&ev);
	if (stats->malformed)
		return g_strdup_printf("malformed: %s", stats->first_malformed);
	return g_strdup(stats->foreign ? "foreign" : "");
}

static void
compare(const char *line, const char *told, const char *expected,
	const char *file, int at)
{
	if (!strcmp(told, expected))
		return;
	print_error("%s:%d: the line\n  %s\nreads as\n  %s\nnot as\n  %s\n",
		    file, at, line, told, expected);
	_fail(file, at);
}

void
line_reads(const char *line, const char *expected, const char *file, int at)
{
	g_autofree char *told = line_told(line);

	compare(line, told, expected, file, at);
}

void
line_counts(const char *line, const char *expected, const char *why,
	    const char *file, int at)
{
	g_autofree char *told = line_told(line);
	g_autofree char *full = g_strconcat(expected, *why ? ": " : "", why, NULL);

	compare(line, told, full, file, at);
}

/* ---- whole files ------------------------------------------------------- */

GBytes *
gzipped(const void *bytes, size_t len)
{
	z_stream z = { .next_in = (void *)bytes, .avail_in = len };
	uint8_t *out;

	deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	out = g_malloc(deflateBound(&z, len));
	z.next_out = out;
	z.avail_out = deflateBound(&z, len);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return g_bytes_new_take(out, z.total_out);
}

GBytes *
xzed(const void *bytes, size_t len)
{
	size_t cap = lzma_stream_buffer_bound(len), used = 0;
	uint8_t *out = g_malloc(cap);

	assert_int_equal(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, NULL,
						 bytes, len, out, &used, cap),
			 LZMA_OK);
	return g_bytes_new_take(out, used);
}

int
nr_events_of(GBytes *file, struct trace_stats *ret_stats)
{
	size_t len;
	const void *bytes = g_bytes_get_data(file, &len);
	g_autoptr(GError) error = NULL;
	g_autoptr(trace_reader) r = trace_open_mem(bytes, len, "mem", &error);
	struct trace_event ev;
	int nr = 0;

	assert_true(!r == !!error);
	if (!r)
		return -1;
	while (trace_next(r, &ev))
		nr++;
	if (ret_stats)
		*ret_stats = *trace_stats(r);
	return nr;
}

int
nr_events_through_stdin(GBytes *file)
{
	g_autoptr(trace_reader) r = NULL;
	struct trace_event ev;
	int ends[2], nr = 0;
	int saved = dup(STDIN_FILENO);

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], g_bytes_get_data(file, NULL),
			       g_bytes_get_size(file)), g_bytes_get_size(file));
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	r = trace_open("-", NULL);
	dup2(saved, STDIN_FILENO);
	close(saved);
	assert_non_null(r);
	while (trace_next(r, &ev))
		nr++;
	return nr;
}

char *
source_file(const char *name)
{
	return g_build_filename(g_getenv("ARMDMA_SOURCE"), name, NULL);
}

char *
shared_data(const char *name)
{
	const char *root = g_getenv("ARMDMA_SHARED");
	g_autofree char *beside = source_file("../shared");
	char *path = g_build_filename(root ? root : beside, "data", name, NULL);

	if (g_file_test(path, G_FILE_TEST_EXISTS))
		return path;
	g_free(path);
	return NULL;
}
