/* SPDX-License-Identifier: MIT */
/*
 * What is mapped now: all mappings of a machine, found by where their memory is.
 *
 *	region[pa >> 21] --> [ page | page | ... 512 ] [ 64 KiB | ... 32 ]
 *	                          |
 *	                          v
 *	                       mapping -> mapping -> ...    oldest first
 *
 * A mapping is in one list, by where it begins: up to 4 KiB in that of its page, up to
 * 2 MiB in that of its 64 KiB, so that whoever asks about a byte looks back no further
 * than that. What is larger, or beyond the 40 bits of physical addresses, is in a treap
 * (interval.h). A list that has grown long is spread over 64 by where in the page its
 * mappings begin.
 *
 *	map:   list head, and the record behind the tail
 *	unmap: list head, record
 *
 * which is one or two misses of the host's caches, however many are live.
 *
 * A device's addresses are mostly its physical ones plus a constant, so its mappings are
 * found by device address in the same lists. Those that are not (behind an IOMMU; bounced;
 * from another bank) are "bent", and in a table (bends.h) or treap of the device as well.
 *
 * Each region has a lock. Either somebody holds one of these and does what lane.c can
 * do, or the engine has shut all of them out and may do anything. Exact gear: the latter,
 * always.
 */
#ifndef LIB_HAZARD_MAPPED_H
#define LIB_HAZARD_MAPPED_H

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <glib.h>
#include <linux/spinlock.h>
#include "interval.h"
#include "shelf.h"

#define REGION_SHIFT	21
#define REGION_BYTES	(1ull << REGION_SHIFT)
#define NR_REGIONS	(1u << (40 - REGION_SHIFT))

enum level { LEVEL_PAGE, LEVEL_BLOCK, NR_LEVELS, LEVEL_FAR = NR_LEVELS };

#define PAGE_BIN_SHIFT	12
#define BLOCK_BIN_SHIFT	16
#define NR_PAGE_BINS	(1u << (REGION_SHIFT - PAGE_BIN_SHIFT))
#define NR_BLOCK_BINS	(1u << (REGION_SHIFT - BLOCK_BIN_SHIFT))
#define NR_FAN_BINS	64u
#define FAN		0x80000000u

/*
 * A list, of numbers of records; 0 is none. Or, with FAN in @head, the number of a fan,
 * and in @tail how many mappings it holds.
 */
struct bin {
	uint32_t head, tail;
};

struct dev_record;
struct mapping;
struct record;
struct recent_calls;

struct region {
	alignas(64) spinlock_t lock;
	uint32_t clock;			/* of what happened here */
	uint32_t nr[NR_LEVELS];		/* live, by level */
	uint32_t spare, nr_spare;	/* records for the next mappings */
	uint64_t reach;			/* no block's mapping ends beyond it */
	struct region *next;		/* of all that there are */
	struct recent_calls *recent;	/* fast gear */
	uint32_t nr_recent;		/* ever; the next one is [nr_recent % NR_RECENT] */
	uint32_t forgotten;		/* a bit for each whose memory was freed since */
	struct bin bins[NR_PAGE_BINS + NR_BLOCK_BINS];
};

struct mapped {
	struct region **region;		/* [NR_REGIONS] */
	struct region *regions;
	unsigned first_region, end_region;
	struct shelf records, mores, fans, bends;
	struct interval *far;		/* by pa */
	uint64_t serial;		/* of those in treaps */
	uint32_t clock;			/* where no region has one */
	bool is_fast;
	bool is_shut;			/* nobody may take a region's lock */
};

void mapped_init(struct mapped *l, bool is_fast);
void mapped_done(struct mapped *l);

/* Until mapped_open() nobody holds a region's lock, or will. Fast gear. */
void mapped_shut(struct mapped *l);
void mapped_open(struct mapped *l);

static inline struct region *mapped_region(const struct mapped *l, uint64_t pa)
{
	if (pa >> REGION_SHIFT >= NR_REGIONS)
		return NULL;
	return __atomic_load_n(&l->region[pa >> REGION_SHIFT], __ATOMIC_ACQUIRE);
}

static inline enum level mapped_level(uint64_t pa, uint64_t len)
{
	if (len > REGION_BYTES || pa >> REGION_SHIFT >= NR_REGIONS)
		return LEVEL_FAR;
	return len > 1u << PAGE_BIN_SHIFT ? LEVEL_BLOCK : LEVEL_PAGE;
}

/* Spread the list of mappings that begin at @pa over a fan. A fan's own lists stay as they are. */
void mapped_spread(struct mapped *l, struct region *r, enum level level, uint64_t pa);

/* ---- with all shut out ------------------------------------------------ */

/* A record, all zeros, of a mapping that begins at @pa. */
struct mapping *mapped_new(struct mapped *l, uint64_t pa);
/* Its place is by pa, dma and len. */
void mapped_insert(struct mapped *l, struct mapping *m);
/* Take it away, and its record. */
void mapped_remove(struct mapped *l, struct mapping *m);
/* @d has no mappings left, and will have none. */
void mapped_forget_device(struct dev_record *d);

/* Return false to stop. The set may change meanwhile; who is visited was decided before. */
typedef bool (*mapped_visit)(struct mapping *m, void *data);

/* Mappings of memory that changes hands: those that meet [first, last], in order. */
bool mapped_each_pa(struct mapped *l, uint64_t first, uint64_t last, mapped_visit visit,
		    void *data);
/* Coherent memory that meets it. */
bool mapped_each_coherent(struct mapped *l, uint64_t first, uint64_t last, mapped_visit visit,
			  void *data);
/* All of a device whose device addresses meet [first, last]; in the same order. */
bool mapped_each_dma(const struct dev_record *d, uint64_t first, uint64_t last, mapped_visit visit,
		   void *data);

#endif
