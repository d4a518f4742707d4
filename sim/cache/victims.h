/* SPDX-License-Identifier: MIT */
/*
 * Replacement: which line of a full set must leave.
 *
 * An empty way always goes first, lowest number first, whatever the policy; that is
 * the caller's to find. Pseudo-random parts have an LFSR; here it is the chooser, whose
 * draw of 64 bits serves many victims.
 */
#ifndef SIM_CACHE_VICTIMS_H
#define SIM_CACHE_VICTIMS_H

#include <stdbool.h>
#include <stdint.h>
#include <armdma/board.h>
#include "../chooser.h"

struct victims {
	uint8_t policy;			/* enum cache_replacement */
	uint8_t nr_ways;
	uint8_t way_bits;		/* of a draw that one victim takes; 0: a draw each */
	uint8_t nr_left;		/* bits of @bits that no victim has taken */
	uint32_t round;			/* next victim; round-robin only */
	uint64_t bits;
	struct stream stream;
	uint8_t *order;			/* [set][rank], the most recent first; LRU only */
};

void victims_init(struct victims *v, const struct cache_geometry *g, uint32_t nr_sets,
		  struct stream stream);
void victims_done(struct victims *v);

static inline bool victims_is_lru(const struct victims *v)
{
	return v->order;
}

static inline unsigned victims_random(struct victims *v)
{
	unsigned way;

	if (!v->way_bits)
		return stream_below(&v->stream, v->nr_ways);
	if (v->nr_left < v->way_bits) {
		v->bits = stream_draw(&v->stream);
		v->nr_left = 64;
	}
	way = (unsigned)v->bits & (v->nr_ways - 1u);
	v->bits >>= v->way_bits;
	v->nr_left = (uint8_t)(v->nr_left - v->way_bits);
	return way;
}

/* The way of @set, all of whose ways are taken, that must make room. */
static inline unsigned victims_choose(struct victims *v, uint32_t set)
{
	switch (v->policy) {
	case CACHE_LRU:
		return v->order[set * v->nr_ways + v->nr_ways - 1];
	case CACHE_ROUND_ROBIN:
		return v->round++ % v->nr_ways;
	default:
		return victims_random(v);
	}
}

/* LRU: the way that was used last. */
static inline unsigned victims_latest(const struct victims *v, uint32_t set)
{
	return v->order[set * v->nr_ways];
}

/* LRU: @way of @set is used now. */
void victims_touch(struct victims *v, uint32_t set, unsigned way);

#endif
