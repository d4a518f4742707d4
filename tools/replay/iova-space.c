/* SPDX-License-Identifier: MIT */
/* Live ranges of IOVAs: see iova-space.h. */
#include "iova-space.h"

#define SHIFT	12	/* the smallest page of any format */

struct iova_space *iova_space_new(void)
{
	struct iova_space *s = g_new0(struct iova_space, 1);

	s->lowest = UINT64_MAX;
	s->starts = g_hash_table_new(NULL, NULL);
	s->ends = g_hash_table_new(NULL, NULL);
	return s;
}

void iova_space_free(struct iova_space *s)
{
	if (!s)
		return;
	g_hash_table_unref(s->starts);
	g_hash_table_unref(s->ends);
	g_free(s);
}

static gpointer key_of(uint64_t page)
{
	return GSIZE_TO_POINTER(page);
}

/* What a range adds to the runs, or takes from them: less where it has neighbours. */
static int joins(const struct iova_space *s, uint64_t from, uint64_t to)
{
	return 1 - (int)g_hash_table_contains(s->ends, key_of(from)) -
	       (int)g_hash_table_contains(s->starts, key_of(to));
}

static void note_peaks(struct iova_space *s)
{
	s->runs_peak = MAX(s->runs_peak, s->runs);
	if (s->pages > s->pages_peak) {
		s->pages_peak = s->pages;
		s->runs_at_peak = s->runs;
	}
}

void iova_space_map(struct iova_space *s, uint64_t iova, uint64_t len)
{
	uint64_t from = iova >> SHIFT, to = (iova + len) >> SHIFT;

	s->runs += joins(s, from, to);
	g_hash_table_insert(s->starts, key_of(from), key_of(to - from));
	g_hash_table_add(s->ends, key_of(to));
	s->pages += to - from;
	s->lowest = MIN(s->lowest, iova);
	s->highest = MAX(s->highest, iova + len - 1);
	note_peaks(s);
}

static void remove_range(struct iova_space *s, uint64_t from, uint64_t pages)
{
	g_hash_table_remove(s->starts, key_of(from));
	g_hash_table_remove(s->ends, key_of(from + pages));
	s->runs -= joins(s, from, from + pages);
	s->pages -= pages;
	note_peaks(s);
}

void iova_space_unmap(struct iova_space *s, uint64_t iova, uint64_t len)
{
	uint64_t from = iova >> SHIFT, to = (iova + len) >> SHIFT;

	while (from < to) {
		uint64_t pages = GPOINTER_TO_SIZE(g_hash_table_lookup(s->starts, key_of(from)));

		if (pages)
			remove_range(s, from, pages);
		from += MAX(pages, 1);
	}
}

uint64_t iova_space_span(const struct iova_space *s)
{
	return s->lowest > s->highest ? 0 : s->highest - s->lowest + 1;
}
