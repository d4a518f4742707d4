/* SPDX-License-Identifier: MIT */
/*
 * Level 2, and DRAM below it, as level 1 and the bus see them.
 *
 *	outer_fetch / outer_put_back      lines of level 1
 *	outer_read / outer_write          what passes level 1 by
 *	        |
 *	tags[set][way], meta[set][way]    which lines, and in what state
 *	        |
 *	image or DRAM                     where a line's bytes are (OUTER_HAS_BYTES)
 *	        |
 *	dram_commit                       the one door to DRAM's bytes
 *
 * Copy on divergence: a line that came in from DRAM has no bytes of its own, since they
 * are DRAM's. It gets them, in the outer image at its own offset, when it is written or
 * right before DRAM changes beneath it. So a fill moves no bytes at all.
 *
 * Level 2 is the cores' own (CP15 operations reach it) or a PL310 (only its registers
 * do). Nothing here depends on which, but for the rules below, set once.
 *
 * Leaves out: latency, sectored dirty bits (a Cortex-A8 keeps one for each 16 bytes).
 *
 * Spec: DDI 0246, 2.3 "Cache operation"; DDI 0438, 7.1; DDI 0464, 7.1; DDI 0344, 8.2.
 */
#ifndef SIM_CACHE_OUTER_H
#define SIM_CACHE_OUTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include <armdma/board.h>
#include <armdma/machine.h>
#include <armdma/observe.h>
#include "../chooser.h"
#include "../mem/dram.h"

struct cpu;
struct machine;

/* Of a line that level 2 holds. */
#define OUTER_DIRTY		0x01u
#define OUTER_HAS_BYTES		0x02u	/* in the image; else its bytes are DRAM's */
#define OUTER_SPECULATED	0x04u
#define OUTER_SPENT		0x08u	/* exclusive: level 1 took it; hits, leaves first */

#define OUTER_MAX_WAYS		16u
#define OUTER_NO_LINE		UINT32_MAX
#define OUTER_NO_WAY		(UINT32_MAX - 1)	/* pads a set to whole vectors */

/* What an access does at level 2. */
enum outer_use {
	OUTER_BYPASS,		/* straight to DRAM */
	OUTER_LOOK_UP,		/* PL310's treatment of uncached shareable accesses */
	OUTER_WRITE_THROUGH,
	OUTER_WRITE_BACK,
	OUTER_WRITE_ALLOCATE	/* write-back with the hint to allocate on a write */
};

/* Does a write that misses bring the line in? */
enum outer_allocation {
	ALLOCATE_NEVER,
	ALLOCATE_AS_HINTED,
	ALLOCATE_ALWAYS		/* all write-back memory */
};

struct outer_counts {
	uint64_t written_back, dropped, filled, speculated, evicted;
};

struct outer {
	/* Read on every miss of level 1. */
	uint32_t *tags;			/* [set][stride]: line number, or OUTER_NO_LINE */
	uint8_t *meta;			/* [set][stride] */
	uint8_t *bytes;			/* the image of lines that have their own */
	unsigned line_shift;
	unsigned nr_ways;		/* 0: there is no such cache */
	unsigned stride;		/* ways, rounded up to whole vectors */
	uint32_t set_mask;
	bool is_enabled;
	uint8_t write_allocate;		/* enum outer_allocation */
	uint8_t policy;			/* enum cache_replacement */
	bool is_inclusive;		/* what leaves here leaves level 1, too */
	bool is_exclusive;		/* filled by what level 1 evicts, not by its fills */
	bool takes_clean;		/* wants level 1's clean victims too */

	/* Set by PL310 registers alone. */
	bool has_locks;			/* some way is locked for somebody */
	bool is_counting;		/* event counters run */
	bool fills_nothing;		/* debug control: no linefills */
	bool writes_through;		/* debug control: no line becomes dirty */
	bool invalidates_shared;	/* full-line uncached shareable writes drop the line */
	bool is_double;			/* a fill brings the other half of 64 bytes, too */
	bool loses_victims;		/* erratum 752271: dirty ones of that other half */
	uint8_t ahead;			/* prefetch that many lines ahead; 0: none */

	/* Touched on a miss. */
	uint64_t *used;			/* [set][stride], clock at last use; LRU only */
	uint64_t clock;
	uint32_t round;
	struct stream victims;
	struct outer_counts counts;

	struct machine *machine;	/* borrowed */
};

/* What a fill of level 1 gets. @bytes are valid until the next call of this file. */
struct fetched {
	const uint8_t *bytes;
	enum observe_answer answer;
};

/* False when the host has no room. @g->bytes 0 builds a cache that never hits. */
bool outer_init(struct machine *m, const struct cache_geometry *g);
void outer_done(struct outer *o);

static inline uint32_t outer_line_bytes(const struct outer *o)
{
	return 1u << o->line_shift;
}

static inline bool outer_is_on(const struct outer *o)
{
	return o->nr_ways && o->is_enabled;
}

/* First byte of the line that holds @at. */
static inline struct place outer_line(const struct outer *o, struct place at)
{
	uint64_t in_line = at.off & (outer_line_bytes(o) - 1);

	return (struct place){ at.pa - in_line, at.off - in_line };
}

/* How many of the @len bytes at @off lie in the line that holds @off. */
static inline size_t outer_piece(const struct outer *o, uint64_t off, size_t len)
{
	size_t room = outer_line_bytes(o) - (off & (outer_line_bytes(o) - 1));

	return len < room ? len : room;
}

/* ---- outer.c: accesses ----------------------------------------------- */

/* What an access with these attributes does at level 2. */
enum outer_use outer_use_of(const struct machine *m, struct mem_attrs a);

/* Who would take the bytes of a line of level 1 that is written back: L2 or DRAM. */
enum observe_answer outer_taker(const struct machine *m, struct place line,
				enum outer_use use, bool is_eviction);

/*
 * Fill of the level 1 line @line, @len bytes. @buf takes the bytes where they have to
 * be put together from several places.
 */
struct fetched outer_fetch(struct machine *m, struct place line, uint32_t len,
			   enum outer_use use, bool is_speculative, uint8_t *buf);

/*
 * The line of level 1 at @line leaves or is cleaned. @bytes may lie in any image but
 * level 2's and DRAM's. A clean line need only be announced where @takes_clean says so.
 */
void outer_put_back(struct machine *m, struct place line, const uint8_t *bytes,
		    uint32_t len, enum outer_use use, bool is_dirty, bool is_eviction);

/* Does @c say of its victims that they are? Only an exclusive level 2 wants to know. */
bool outer_hears_victims(const struct machine *m, const struct cpu *c);

/* Uncached, write-through, not allocated. Who answered; of several lines, the outermost. */
enum observe_answer outer_read(struct machine *m, struct place at, void *buf, size_t len,
			       enum outer_use use);
void outer_write(struct machine *m, struct place at, const void *buf, size_t len,
		 enum outer_use use);

/* The newest bytes below level 1, moving nothing. */
void outer_peek(const struct machine *m, struct place at, void *buf, size_t len);
/* The same for accesses that pass level 2 by. */
void outer_peek_past(const struct machine *m, struct place at, void *buf, size_t len);

/* ---- outer-lines.c: lines in and out, and DRAM ---------------------------- */

/* A set is always OUTER_MAX_WAYS entries, compared at once. */
#ifdef __SSE2__
/* A bit for each way of the set at @base whose tag is @tag. */
static inline unsigned outer_match(const struct outer *o, uint32_t base, uint32_t tag)
{
	const __m128i *set = (const __m128i *)&o->tags[base];
	__m128i want = _mm_set1_epi32((int)tag);
	__m128i low = _mm_packs_epi32(_mm_cmpeq_epi32(set[0], want),
				      _mm_cmpeq_epi32(set[1], want));
	__m128i high = _mm_packs_epi32(_mm_cmpeq_epi32(set[2], want),
				       _mm_cmpeq_epi32(set[3], want));

	return (unsigned)_mm_movemask_epi8(_mm_packs_epi16(low, high));
}
#else
static inline unsigned outer_match(const struct outer *o, uint32_t base, uint32_t tag)
{
	unsigned ways = 0;

	for (unsigned way = 0; way < OUTER_MAX_WAYS; way++)
		ways |= (unsigned)(o->tags[base + way] == tag) << way;
	return ways;
}
#endif

static inline uint32_t outer_base(const struct outer *o, uint64_t pa)
{
	return ((uint32_t)(pa >> o->line_shift) & o->set_mask) * o->stride;
}

/* Position of the line that holds @at in tags and meta, or -1. Enabled or not. */
static inline int outer_find(const struct outer *o, struct place at)
{
	uint32_t base = outer_base(o, at.pa);
	unsigned ways = o->nr_ways ? outer_match(o, base, (uint32_t)(at.off >> o->line_shift)) : 0;

	return ways ? (int)(base + (unsigned)__builtin_ctz(ways)) : -1;
}

static inline bool outer_hits(const struct outer *o, struct place at)
{
	return outer_find(o, at) >= 0;
}

/* Is finding a line all there is to a read of write-back memory that hits? */
static inline bool outer_is_plain(const struct outer *o)
{
	return o->is_enabled && !(o->is_counting | o->is_double | o->is_exclusive | o->ahead) &&
	       o->policy != CACHE_LRU;
}

/* Bytes of the line at position @i, which starts at @line. */
const uint8_t *outer_bytes(const struct outer *o, int i, struct place line);

/* A hit, for the policy that cares. */
void outer_touch(struct outer *o, int i);

/* Level 2 is used, or passed by. */
void outer_enable(struct machine *m, bool is_enabled);

/* The line of @at, which is not held, comes in from DRAM. Its position, or -1: no room. */
int outer_fill(struct machine *m, struct place at, bool is_speculative);

/*
 * The same where outer_is_plain() and nothing of the page of @at is watched: false, with
 * nothing done, where even then somebody has to be asked. The line has DRAM's bytes.
 */
bool outer_fill_plain(struct machine *m, struct place at);

/* Change bytes of the held line at position @i. */
void outer_put(struct machine *m, int i, struct place at, const void *buf, size_t len);

/* The line at position @i: write it back if dirty; drop it; both. */
void outer_write_back(struct machine *m, int i, enum observe_cause cause);
void outer_drop(struct machine *m, int i, enum observe_cause cause);
void outer_expel(struct machine *m, int i, enum observe_cause cause);

/* Bring in the lines that go with the one of @at, which was just read. */
void outer_fill_more(struct machine *m, struct place at, bool is_miss);

/* The only writer of DRAM's bytes in the exact gear. */
void dram_commit(struct machine *m, struct place at, const void *buf, size_t len);
/* For who changes DRAM's bytes through the window: they are about to change. */
void dram_diverge(struct machine *m, struct place at, size_t len);

struct line_state outer_state(const struct machine *m, struct place at);

/* Tags, meta and page counts agree. Slow; for tests. */
bool outer_valid(const struct machine *m);

/* ---- outer-maintain.c: what operations ask for -------------------------------- */

/* Is any part of the level 2 line at @line watched? */
bool outer_is_watched(const struct machine *m, struct place line);
/* Tell of @ev, which is about the whole line at its @pa. */
void outer_tell(struct machine *m, struct observe_event ev);

/* Registers of level 2 ask @op of @nr_lines lines. */
void outer_count_asked(struct cpu *c, enum dc_op op, uint32_t nr_lines);

/* On the one line that holds @at; and because software named that address. */
void outer_op(struct machine *m, enum dc_op op, struct place at);
void outer_op_asked(struct machine *m, enum dc_op op, struct place at);
/* The line in @way of @set, if there is one. */
bool outer_at_index(const struct machine *m, uint32_t set, unsigned way,
		    struct place *ret_line);
/* On that line. */
void outer_op_index(struct machine *m, enum dc_op op, uint32_t set, unsigned way);
#endif
