/* SPDX-License-Identifier: MIT */
/*
 * Draws by hashing a counter with the finaliser of splitmix64 (Steele, Lea and
 * Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014): any
 * draw can be recomputed from its index, which a replay needs.
 */
#include "chooser.h"

#define GOLDEN	0x9e3779b97f4a7c15u

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

struct stream stream_new(uint64_t seed, enum stream_id id)
{
	return (struct stream){ .key = mix(seed + GOLDEN * (id + 1u)) };
}

uint64_t stream_draw(struct stream *s)
{
	return mix(s->key + GOLDEN * ++s->nr_draws);
}
