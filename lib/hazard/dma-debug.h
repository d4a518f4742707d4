/* SPDX-License-Identifier: MIT */
/*
 * The rule set dma-debug: what a kernel with CONFIG_DMA_API_DEBUG and CONFIG_DMA_API_DEBUG_SG
 * would find, and no more. An engine of its own beside the full one: it knows the calls, a
 * table of entries by device address, and of each entry the physical line where it begins.
 *
 *	ledger.h --note--> dma-debug.c           the checks
 *	                      |
 *	                   dma-debug-entries.c   entries, their lines, how one is found
 *
 * Its limits are meant: they are what the full engine is measured against.
 *  - An entry is found by its device address, by points for size, kind, direction and entries
 *    of a list; of several that fit, none perfectly, none counts as found.
 *  - A sync finds only an entry that holds all of it. So one that runs past the end is
 *    reported as unknown, and the kernel's check of the end can never speak up.
 *  - Overlaps are seen at the first line of each entry, up to 7 of them, and not of what is
 *    mapped DMA_TO_DEVICE.
 *  - A list that was not mapped may be synced. Leaks are looked for when a driver is unbound.
 *  - Memory of a device's own is not tracked.
 *
 * As with all_errors=1, every error is told, not the first alone. What a kernel rejects before
 * dma-debug is asked, vmalloc memory, counts as found by it.
 *
 * Leaves out: entries by which an IOMMU merges a list's: ours are the CPU's; errors of
 * dma_map_resource(), of which the kernel keeps an entry; want of memory for entries.
 * Linux: kernel/dma/debug.c.
 */
#ifndef LIB_HAZARD_DMA_DEBUG_H
#define LIB_HAZARD_DMA_DEBUG_H

#include "engine.h"

/* Device address and length of each segment of a list that was mapped; shared by its entries. */
struct debug_segment {
	uint64_t dma, len;
};

struct debug_entry {
	struct debug_entry *next;	/* in its bucket, older ones first */
	const struct device *dev;	/* identity only */
	uint64_t dma, len, pa;
	enum mapping_kind kind;
	int dir;
	int nents;			/* of a list: as passed in; else 0 */
	GArray *list;			/* of struct debug_segment; NULL: it is none of a list */
	bool is_unchecked;		/* dma_mapping_error() would have to be asked */
	bool is_told;			/* that it leaks */
	struct record made;
};

struct dma_debug;
struct dma_debug *dma_debug_new(void);
void dma_debug_free(struct dma_debug *d);		/* NULL is fine */
void dma_debug_note(struct hazard_engine *e, const struct ledger_note *n);
/* Calls that were looked at. */
uint64_t dma_debug_nr_calls(const struct dma_debug *d);

/* ---- dma-debug-entries.c ------------------------------------------------------------- */

struct debug_table;
struct debug_table *debug_table_new(void);
void debug_table_free(struct debug_table *t);

/* Takes @entry. Return: a multiple of what a kernel starts with was reached: as many; or 0. */
unsigned debug_table_add(struct debug_table *t, struct debug_entry *entry);
/* And frees it. */
void debug_table_remove(struct debug_table *t, struct debug_entry *entry);
/* The one that begins where @ref does; NULL: none, or several, none of them exactly. */
struct debug_entry *debug_table_find(struct debug_table *t, const struct debug_entry *ref);
/* The one that holds all of @ref. */
struct debug_entry *debug_table_find_holder(struct debug_table *t,
					    const struct debug_entry *ref);
/* The first that begins there and is in doubt. */
struct debug_entry *debug_table_find_unchecked(struct debug_table *t,
					       const struct device *dev, uint64_t dma);
/* How many are @dev's, and the last of them. */
unsigned debug_table_count(struct debug_table *t, const struct device *dev,
			   struct debug_entry **ret_last);

enum debug_overlap { OVERLAP_NONE, OVERLAP_SEEN, OVERLAP_TOO_MANY };
/* @entry's first line is in use from now on. */
enum debug_overlap debug_table_use_line(struct debug_table *t, const struct debug_entry *entry);

#endif
