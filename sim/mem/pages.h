/* SPDX-License-Identifier: MIT */
/*
 * What the caches hold of each 4 KiB page of DRAM, in a few bytes: enough to know,
 * of most pages and at once, that there is nothing to search, snoop or maintain.
 *
 * Indexed by offset, like the images. Reserve-only: a page that no cache ever held
 * costs nothing. Counts are exact; @cpus and @flags may say too much, never too little.
 */
#ifndef SIM_MEM_PAGES_H
#define SIM_MEM_PAGES_H

#include <stdbool.h>
#include <stdint.h>
#include "dram.h"

#define PAGE_HAS_SAME		0x01u	/* some line of it may have NOTE_SAME */
#define PAGE_HAS_WATCHED	0x02u	/* some line of it may have NOTE_WATCHED */

struct page_summary {
	uint16_t nr_inner;	/* lines of it in level 1 caches, those of all CPUs */
	uint16_t nr_dirty;	/* of those, the dirty ones */
	uint16_t nr_outer;	/* lines of it in level 2 */
	uint8_t cpus;		/* CPUs (number modulo 8) that may hold one in level 1 */
	uint8_t flags;
};

struct pages {
	struct page_summary *summary;
	size_t nr_bytes;
};

static inline bool pages_init(struct pages *p, uint64_t dram_len)
{
	p->nr_bytes = (dram_len >> PAGE_SHIFT) * sizeof(*p->summary);
	p->summary = reserve_new(p->nr_bytes);
	return p->summary != NULL;
}

static inline void pages_done(struct pages *p)
{
	reserve_free(p->summary, p->nr_bytes);
}

static inline struct page_summary *page_summary(const struct pages *p, uint64_t off)
{
	return &p->summary[off >> PAGE_SHIFT];
}

/* No cache holds any of the page, and nobody watches it. */
static inline bool page_is_plain(const struct page_summary *p)
{
	return !p->nr_inner && !p->nr_outer && !(p->flags & PAGE_HAS_WATCHED);
}

#endif
