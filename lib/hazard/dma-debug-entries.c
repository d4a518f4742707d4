/* SPDX-License-Identifier: MIT */
/* Entries of the rule set dma-debug: see dma-debug.h. */
#include "dma-debug.h"

#include <linux/cache.h>
#include <linux/dma-direction.h>

#define NR_BUCKETS	16384u
#define BUCKET_SHIFT	13
#define NR_AT_START	65536u		/* entries before a kernel needs more */
#define NR_AT_ONCE	32u		/* of 128 bytes, in a page */
#define MAX_OVERLAP	7u		/* as many as three tags of its tree count */
#define PERFECT		4

struct debug_table {
	struct debug_entry *buckets[NR_BUCKETS];
	GHashTable *lines;		/* number of a line -> entries that begin there, less 1 */
	unsigned nr_live, nr_entries;
};

struct debug_table *debug_table_new(void)
{
	struct debug_table *t = g_new0(struct debug_table, 1);

	t->lines = g_hash_table_new(NULL, NULL);
	t->nr_entries = NR_AT_START;
	return t;
}

static void entry_free(struct debug_entry *entry)
{
	g_clear_pointer(&entry->list, g_array_unref);
	g_free(entry);
}

void debug_table_free(struct debug_table *t)
{
	for (unsigned i = 0; i < NR_BUCKETS; i++) {
		struct debug_entry *next;

		for (struct debug_entry *entry = t->buckets[i]; entry; entry = next) {
			next = entry->next;
			entry_free(entry);
		}
	}
	g_hash_table_destroy(t->lines);
	g_free(t);
}

static unsigned bucket_of(uint64_t dma)
{
	return (unsigned)(dma >> BUCKET_SHIFT) % NR_BUCKETS;
}

/* ---- lines --------------------------------------------------------------------------- */

static void *line_of(const struct debug_entry *entry)
{
	return GSIZE_TO_POINTER(entry->pa >> L1_CACHE_SHIFT);
}

enum debug_overlap debug_table_use_line(struct debug_table *t, const struct debug_entry *entry)
{
	void *line = line_of(entry), *overlap;

	if (entry->dir == DMA_TO_DEVICE)
		return OVERLAP_NONE;
	if (!g_hash_table_lookup_extended(t->lines, line, NULL, &overlap)) {
		g_hash_table_insert(t->lines, line, GUINT_TO_POINTER(0));
		return OVERLAP_NONE;
	}
	if (GPOINTER_TO_UINT(overlap) == MAX_OVERLAP)
		return OVERLAP_TOO_MANY;
	g_hash_table_insert(t->lines, line, GUINT_TO_POINTER(GPOINTER_TO_UINT(overlap) + 1));
	return OVERLAP_SEEN;
}

/* Those beyond the most that it counts were never counted. */
static void leave_line(struct debug_table *t, const struct debug_entry *entry)
{
	void *line = line_of(entry);
	unsigned overlap;

	if (entry->dir == DMA_TO_DEVICE)
		return;
	overlap = GPOINTER_TO_UINT(g_hash_table_lookup(t->lines, line));
	if (overlap)
		g_hash_table_insert(t->lines, line, GUINT_TO_POINTER(overlap - 1));
	else
		g_hash_table_remove(t->lines, line);
}

/* ---- entries come and go ------------------------------------------------------------- */

unsigned debug_table_add(struct debug_table *t, struct debug_entry *entry)
{
	struct debug_entry **at = &t->buckets[bucket_of(entry->dma)];

	while (*at)
		at = &(*at)->next;
	*at = entry;
	if (t->nr_live++ < t->nr_entries)
		return 0;
	t->nr_entries += NR_AT_ONCE;
	return t->nr_entries % NR_AT_START < NR_AT_ONCE ? t->nr_entries : 0;
}

void debug_table_remove(struct debug_table *t, struct debug_entry *entry)
{
	struct debug_entry **at = &t->buckets[bucket_of(entry->dma)];

	while (*at != entry)
		at = &(*at)->next;
	*at = entry->next;
	t->nr_live--;
	leave_line(t, entry);
	entry_free(entry);
}

/* ---- finding ------------------------------------------------------------------------- */

static bool begins_there(const struct debug_entry *entry, const struct debug_entry *ref)
{
	return entry->dev == ref->dev && entry->dma == ref->dma;
}

static bool holds(const struct debug_entry *entry, const struct debug_entry *ref)
{
	return entry->dev == ref->dev && entry->dma <= ref->dma &&
	       entry->dma + entry->len >= ref->dma + ref->len;
}

static int points(const struct debug_entry *entry, const struct debug_entry *ref)
{
	return (entry->len == ref->len) + (entry->kind == ref->kind) +
	       (entry->dir == ref->dir) + (entry->nents == ref->nents);
}

static struct debug_entry *find_in(struct debug_entry *bucket, const struct debug_entry *ref,
				   bool (*fits)(const struct debug_entry *entry,
						const struct debug_entry *ref))
{
	struct debug_entry *only = NULL;
	unsigned nr = 0;

	for (struct debug_entry *entry = bucket; entry; entry = entry->next) {
		if (!fits(entry, ref))
			continue;
		if (points(entry, ref) == PERFECT)
			return entry;
		only = entry;
		nr++;
	}
	return nr == 1 ? only : NULL;
}

struct debug_entry *debug_table_find(struct debug_table *t, const struct debug_entry *ref)
{
	return find_in(t->buckets[bucket_of(ref->dma)], ref, begins_there);
}

struct debug_entry *debug_table_find_holder(struct debug_table *t,
					    const struct debug_entry *ref)
{
	unsigned limit = (unsigned)MIN((uint64_t)NR_BUCKETS, (ref->dma >> BUCKET_SHIFT) + 1);
	unsigned first = bucket_of(ref->dma);
	struct debug_entry *found = NULL;

	for (unsigned i = 0; i < limit && !found; i++)
		found = find_in(t->buckets[(first - i) % NR_BUCKETS], ref, holds);
	return found;
}

struct debug_entry *debug_table_find_unchecked(struct debug_table *t,
					       const struct device *dev, uint64_t dma)
{
	struct debug_entry *entry = t->buckets[bucket_of(dma)];

	while (entry && (entry->dev != dev || entry->dma != dma || !entry->is_unchecked))
		entry = entry->next;
	return entry;
}

unsigned debug_table_count(struct debug_table *t, const struct device *dev,
			   struct debug_entry **ret_last)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < NR_BUCKETS; i++)
		for (struct debug_entry *entry = t->buckets[i]; entry; entry = entry->next) {
			if (entry->dev != dev)
				continue;
			*ret_last = entry;
			nr++;
		}
	return nr;
}
