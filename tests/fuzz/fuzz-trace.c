/* SPDX-License-Identifier: MIT */
/*
 * The trace reader on any bytes at all: text, gzip, xz, trace.dat.
 *
 * Beside not crashing, what it hands out must keep its promises: a kind that has a
 * name, a direction of the four, lists as long as they say, strings that end, and
 * every line accounted for.
 */
#include <string.h>

#include "../../lib/trace/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static uint64_t
sum(const uint64_t *list, size_t nr)
{
	uint64_t total = 0;

	for (size_t i = 0; i < nr; i++)
		total += list[i];
	return total;
}

/* To have read all of it is the test: a sanitizer sees what is not the event's. */
static uint64_t
read_all_of(const struct trace_event *ev)
{
	return strlen(ev->task) + strlen(ev->irq_flags) + strlen(ev->dev) +
	       strlen(ev->text) + strlen(trace_kind_name(ev->kind)) +
	       sum(ev->dma_list, ev->nr_dma) + sum(ev->size_list, ev->nr_sizes) +
	       sum(ev->phys_list, ev->nr_phys);
}

static void
keeps_its_promises(const struct trace_event *ev)
{
	g_assert_cmpuint(ev->kind, <, NR_TRACE_KINDS);
	g_assert_cmpuint(ev->dir, <=, TRACE_NONE);
	g_assert_cmpint(ev->cpu, >=, 0);
	g_assert_cmpuint(ev->line, >, 0);
	if (ev->kind == TRACE_MAP_SG) {
		g_assert_cmpuint(ev->nr_dma, ==, ev->nr_sizes);
		g_assert_cmpuint(ev->nr_phys, ==, ev->nents);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(trace_reader) r = trace_open_mem(bytes, len, "fuzz", &error);
	struct trace_event ev;
	uint64_t nr_events = 0;

	g_assert_true(!r == !!error);
	if (!r)
		return 0;
	for (; trace_next(r, &ev); nr_events++) {
		keeps_its_promises(&ev);
		__asm__ volatile("" : : "r"(read_all_of(&ev)));
	}
	g_assert_false(trace_next(r, &ev));
	/* A mark of lost events in a .dat is one more event than records. */
	g_assert_cmpuint(nr_events + trace_stats(r)->foreign +
			 trace_stats(r)->malformed, <=,
			 2 * trace_stats(r)->lines);
	return 0;
}
