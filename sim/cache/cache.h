/* SPDX-License-Identifier: MIT */
/*
 * One level of set-associative, physically tagged data cache that carries bytes.
 *
 *    fill  <--- below            state[line]  valid, dirty, watched
 *    line ----> write-back       image        the bytes of valid lines
 *                                ways[set]    which lines sit in a set
 *
 * A line's bytes live in the level's image at the line's own offset, so nothing
 * moves when a way changes hands, and a hit is one test of one byte. The way
 * arrays exist to choose victims; they agree with the states at all times:
 *
 *	state[n] & LINE_VALID  <=>  one way of the set of n holds n
 *
 * Level 1 belongs to the CPUs. Level 2 is integrated (CP15 operations reach it)
 * or a PL310 (only its registers do); below it is DRAM.
 *
 * Leaves out: latency, lockdown, exclusive and inclusive pairs of levels (each
 * level keeps its own copy), sectored dirty bits.
 *
 * Spec: DDI 0406C, B2.2 "Caches and branch predictors".
 */
#ifndef SIM_CACHE_CACHE_H
#define SIM_CACHE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <armdma/board.h>
#include <armdma/observe.h>
#include <armdma/window.h>
#include "../chooser.h"
#include "../mem/dram.h"

#define NO_LINE	UINT32_MAX

struct machine;

struct cache_counts {
	uint64_t written_back, dropped, filled, speculated, evicted;
};

struct cache {
	/* Read on every access. */
	uint8_t *state;			/* by line number: offset >> line_shift */
	uint8_t *bytes;			/* this level's image */
	unsigned line_shift;
	unsigned nr_ways;		/* 0: there is no such cache */
	uint32_t set_mask;		/* number of sets - 1 */
	bool is_enabled;
	bool write_allocate;
	uint8_t policy;			/* enum cache_replacement */
	int level;

	/* Touched on a miss. */
	uint32_t *ways;			/* [set][way] */
	uint64_t *used;			/* [set][way], clock at last use; LRU only */
	uint64_t clock;
	uint32_t round;			/* next victim; round-robin only */
	struct stream victims;
	struct cache_counts counts;

	struct machine *machine;	/* borrowed: who hears of events */
	size_t state_len;
};

/* False when the host has no room. @g->bytes 0 builds a cache that never hits. */
bool cache_init(struct cache *c, struct machine *m, int level,
		const struct cache_geometry *g, uint64_t seed);
void cache_done(struct cache *c);

static inline uint32_t cache_line_bytes(const struct cache *c)
{
	return 1u << c->line_shift;
}

static inline uint8_t *cache_state(const struct cache *c, uint64_t off)
{
	return &c->state[off >> c->line_shift];
}

/* First byte of the line that holds @at. */
static inline struct place cache_line(const struct cache *c, struct place at)
{
	uint64_t in_line = at.off & (cache_line_bytes(c) - 1);

	return (struct place){ at.pa - in_line, at.off - in_line };
}

static inline bool cache_hits(const struct cache *c, uint64_t off)
{
	return *cache_state(c, off) & LINE_VALID;
}

static inline bool cache_is_on(const struct cache *c)
{
	return c->nr_ways && c->is_enabled;
}

/* How many of the @len bytes at @off lie in the line that holds @off. */
static inline size_t cache_piece(const struct cache *c, uint64_t off, size_t len)
{
	size_t room = cache_line_bytes(c) - (off & (cache_line_bytes(c) - 1));

	return len < room ? len : room;
}

/* ---- replace.c ---------------------------------------------------- */

uint32_t *cache_set(const struct cache *c, uint64_t pa);
/* The way of a line that is held. */
unsigned cache_way(const struct cache *c, struct place at);
/* The way that the next line of @pa's set goes to: an empty one, or a victim's. */
unsigned cache_victim(struct cache *c, uint64_t pa);
/* A hit, for the policy that cares. */
void cache_touch(struct cache *c, struct place at);

/* ---- cache.c: lines in and out ------------------------------------- */

/*
 * The line of @at takes a way, whose old line leaves. The caller puts the bytes
 * into the image *before*, since they may come from a line that leaves now.
 */
void cache_admit(struct cache *c, struct place at, bool is_speculative);

/* The line of @at leaves: write it back if dirty, then drop it. */
void cache_expel(struct cache *c, struct place at, enum observe_cause cause);

/* Write the line of @at back if it is dirty; it stays, clean. */
void cache_write_back(struct cache *c, struct place at, enum observe_cause cause);

/* Drop the line of @at with whatever it holds. */
void cache_drop(struct cache *c, struct place at, enum observe_cause cause);

/* Both directions agree, for every line and way. Slow; for tests. */
bool cache_valid(const struct cache *c);

/* ---- maintain.c: what operations by address ask for ------------------ */

/* On the one line that holds @at. */
void cache_op(struct cache *c, enum dc_op op, struct place at);
/* On every line of the ways in @way_mask. */
void cache_op_ways(struct cache *c, enum dc_op op, uint32_t way_mask);

#endif
