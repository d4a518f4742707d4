/* SPDX-License-Identifier: MIT */
/* Replacement: see victims.h. */
#include "victims.h"

#include <glib.h>

void victims_init(struct victims *v, const struct cache_geometry *g, uint32_t nr_sets,
		  struct stream stream)
{
	*v = (struct victims){
		.policy = g->replacement, .nr_ways = g->nr_ways, .stream = stream,
	};
	if (g->nr_ways > 1 && !(g->nr_ways & (g->nr_ways - 1)))
		v->way_bits = (uint8_t)__builtin_ctz(g->nr_ways);
	if (v->policy != CACHE_LRU)
		return;
	v->order = g_new(uint8_t, nr_sets * g->nr_ways);
	for (uint32_t i = 0; i < nr_sets * g->nr_ways; i++)
		v->order[i] = (uint8_t)(i % g->nr_ways);
}

void victims_done(struct victims *v)
{
	g_free(v->order);
}

void victims_touch(struct victims *v, uint32_t set, unsigned way)
{
	uint8_t *order = &v->order[set * v->nr_ways];
	uint8_t moved = (uint8_t)way;

	for (unsigned rank = 0; ; rank++) {
		uint8_t here = order[rank];

		order[rank] = moved;
		if (here == way)
			return;
		moved = here;
	}
}
