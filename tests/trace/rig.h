/* SPDX-License-Identifier: MIT */
/* What tests of the trace reader say: verbs over one line, or over a whole file. */
#ifndef TESTS_TRACE_RIG_H
#define TESTS_TRACE_RIG_H

#include <glib.h>

#include <armdma/trace.h>

#include "../../lib/trace/reader.h"

#if defined(__has_feature)
#define HAS_ASAN	__has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN	1
#else
#define HAS_ASAN	0
#endif

/** The line is an event, and reads as @expected: see event_told(). */
#define reads(line, expected) line_reads(line, expected, __FILE__, __LINE__)
/** The line is counted as malformed, for the reason @why. */
#define is_malformed(line, why) \
	line_counts(line, "malformed", why, __FILE__, __LINE__)
#define is_foreign(line)	line_counts(line, "foreign", "", __FILE__, __LINE__)
#define is_passed_over(line)	line_counts(line, "", "", __FILE__, __LINE__)

void line_reads(const char *line, const char *expected, const char *file,
		int at);
void line_counts(const char *line, const char *expected, const char *why,
		 const char *file, int at);

/** An event in words: its name, then every field that is not zero. */
char *event_told(const struct trace_event *ev);

/** Who logged it, and when: "kworker/0:0-9@0 28.476169 d.h..". */
char *writer_told(const struct trace_event *ev);

/** Bytes that a test made, freed with g_bytes_unref(). */
GBytes *gzipped(const void *bytes, size_t len);
GBytes *xzed(const void *bytes, size_t len);

/** Read to the end; returns how many events, or -1 if it does not open. */
int nr_events_of(GBytes *file, struct trace_stats *ret_stats);

/** The same through a pipe on standard input, as "armdma replay -" has it. */
int nr_events_through_stdin(GBytes *file);

/** @name under ../shared/data beside the source, or ARMDMA_SHARED; NULL if absent. */
char *shared_data(const char *name);

/** @name in the source tree. */
char *source_file(const char *name);

#endif
