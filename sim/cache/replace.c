/* SPDX-License-Identifier: MIT */
/*
 * Replacement: which line of a full set must leave.
 *
 * An empty way always goes first, lowest number first, whatever the policy.
 */
#include "cache.h"

uint32_t *cache_set(const struct cache *c, uint64_t pa)
{
	return &c->ways[((uint32_t)(pa >> c->line_shift) & c->set_mask) * c->nr_ways];
}

unsigned cache_way(const struct cache *c, struct place at)
{
	const uint32_t *set = cache_set(c, at.pa);
	uint32_t line = (uint32_t)(at.off >> c->line_shift);
	unsigned way = 0;

	while (set[way] != line)
		way++;
	return way;
}

static unsigned least_recent(const struct cache *c, const uint32_t *set)
{
	const uint64_t *used = &c->used[set - c->ways];
	unsigned oldest = 0;

	for (unsigned way = 1; way < c->nr_ways; way++)
		if (used[way] < used[oldest])
			oldest = way;
	return oldest;
}

unsigned cache_victim(struct cache *c, uint64_t pa)
{
	const uint32_t *set = cache_set(c, pa);

	for (unsigned way = 0; way < c->nr_ways; way++)
		if (set[way] == NO_LINE)
			return way;

	switch (c->policy) {
	case CACHE_LRU:
		return least_recent(c, set);
	case CACHE_ROUND_ROBIN:
		return c->round++ % c->nr_ways;
	default:
		return stream_below(&c->victims, c->nr_ways);
	}
}

void cache_touch(struct cache *c, struct place at)
{
	if (c->policy != CACHE_LRU)
		return;

	c->used[cache_set(c, at.pa) - c->ways + cache_way(c, at)] = ++c->clock;
}
