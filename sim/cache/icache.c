/* SPDX-License-Identifier: MIT */
/* The instruction cache: see icache.h. */
#include "../sim.h"

#include <string.h>

#define ICACHE_NO_LINE	UINT64_MAX

void icache_init(struct icache *ic, const struct cache_geometry *g, uint8_t indexing,
		 struct stream victims)
{
	if (!g->bytes)
		return;

	uint32_t nr_lines = g->bytes / g->line_bytes;

	ic->line_shift = (unsigned)__builtin_ctz(g->line_bytes);
	ic->nr_ways = g->nr_ways;
	ic->set_mask = nr_lines / g->nr_ways - 1;
	ic->indexing = indexing;
	ic->tags = g_new(uint64_t, nr_lines);
	ic->bytes = g_malloc0(g->bytes);
	victims_init(&ic->victims, g, ic->set_mask + 1, victims);
	icache_invalidate_all(ic);
}

void icache_done(struct icache *ic)
{
	g_free(ic->tags);
	g_free(ic->bytes);
	victims_done(&ic->victims);
}

static uint32_t set_of(const struct icache *ic, uint32_t va, uint64_t pa)
{
	uint64_t index = ic->indexing == INDEX_PIPT ? pa : va;

	return (uint32_t)(index >> ic->line_shift) & ic->set_mask;
}

static uint64_t tag_of(const struct icache *ic, uint32_t va, uint64_t pa)
{
	return (ic->indexing == INDEX_VIVT ? va : pa) >> ic->line_shift << ic->line_shift;
}

/* Position of the line, or -1. */
static int64_t find(const struct icache *ic, uint32_t va, uint64_t pa)
{
	uint32_t base = set_of(ic, va, pa) * ic->nr_ways;
	uint64_t tag = tag_of(ic, va, pa);

	for (uint32_t idx = base; idx < base + ic->nr_ways; idx++)
		if (ic->tags[idx] == tag)
			return idx;
	return -1;
}

static uint32_t choose(struct icache *ic, uint32_t set)
{
	for (uint32_t way = 0; way < ic->nr_ways; way++)
		if (ic->tags[set * ic->nr_ways + way] == ICACHE_NO_LINE)
			return way;
	return victims_choose(&ic->victims, set);
}

static uint32_t fill(struct machine *m, struct icache *ic, uint32_t va, struct place at,
		     unsigned use)
{
	uint32_t set = set_of(ic, va, at.pa), len = 1u << ic->line_shift;
	uint64_t in_line = at.off & (len - 1);
	struct place line = { at.pa - in_line, at.off - in_line };
	uint32_t idx = set * ic->nr_ways + choose(ic, set);

	outer_read(m, line, &ic->bytes[idx << ic->line_shift], len, use);
	ic->tags[idx] = tag_of(ic, va, at.pa);
	return idx;
}

size_t icache_read(struct machine *m, struct icache *ic, uint32_t va, struct place at,
		   void *buf, size_t len, unsigned use)
{
	uint32_t line_bytes = 1u << ic->line_shift, in_line = va & (line_bytes - 1);
	int64_t held = find(ic, va, at.pa);
	uint32_t idx = held < 0 ? fill(m, ic, va, at, use) : (uint32_t)held;
	size_t piece = MIN(len, line_bytes - in_line);

	if (victims_is_lru(&ic->victims))
		victims_touch(&ic->victims, idx / ic->nr_ways, idx % ic->nr_ways);
	memcpy(buf, &ic->bytes[(idx << ic->line_shift) + in_line], piece);
	return piece;
}

void icache_invalidate_all(struct icache *ic)
{
	for (uint32_t idx = 0; ic->nr_ways && idx < (ic->set_mask + 1) * ic->nr_ways; idx++)
		ic->tags[idx] = ICACHE_NO_LINE;
}

void icache_invalidate(struct icache *ic, uint32_t va, uint64_t pa)
{
	int64_t idx = ic->nr_ways ? find(ic, va, pa) : -1;

	if (idx >= 0)
		ic->tags[idx] = ICACHE_NO_LINE;
}
