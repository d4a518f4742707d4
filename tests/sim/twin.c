/* SPDX-License-Identifier: MIT */
/* The naive twin: see twin.h. Speed does not matter here, being obvious does. */
#include "twin.h"

#include <string.h>
#include <glib.h>

static void cache_setup(struct twin_cache *c, struct cache_geometry g)
{
	c->g = g;
	c->nr_sets = g.bytes / g.line_bytes / g.nr_ways;
	g_assert(g.bytes / g.line_bytes <= TWIN_MAX_LINES);
}

struct twin *twin_new(struct cache_geometry l1, struct cache_geometry l2, uint32_t base,
		      size_t len)
{
	struct twin *t = g_new0(struct twin, 1);

	cache_setup(&t->l1, l1);
	cache_setup(&t->l2, l2);
	t->base = base;
	t->len = len;
	t->dram = g_malloc0(len);
	return t;
}

void twin_free(struct twin *t)
{
	g_free(t->dram);
	g_free(t);
}

static uint32_t line_pa(const struct twin_cache *c, uint32_t pa)
{
	return pa / c->g.line_bytes * c->g.line_bytes;
}

static struct twin_line *set_of(struct twin_cache *c, uint32_t pa)
{
	return &c->lines[pa / c->g.line_bytes % c->nr_sets * c->g.nr_ways];
}

static struct twin_line *find(struct twin_cache *c, uint32_t pa)
{
	struct twin_line *set = set_of(c, pa);

	for (unsigned way = 0; way < c->g.nr_ways; way++)
		if (set[way].is_valid && set[way].pa == line_pa(c, pa))
			return &set[way];
	return NULL;
}

static struct twin_line *choose(struct twin_cache *c, uint32_t pa)
{
	struct twin_line *set = set_of(c, pa), *oldest = set;

	for (unsigned way = 0; way < c->g.nr_ways; way++) {
		if (!set[way].is_valid)
			return &set[way];
		if (set[way].used < oldest->used)
			oldest = &set[way];
	}
	c->nr_evicted++;
	if (c->g.replacement == CACHE_ROUND_ROBIN)
		return &set[c->round++ % c->g.nr_ways];
	return oldest;
}

static struct twin_line *lookup_l2(struct twin *t, uint32_t pa);

/* Bytes leave a line of L1 for L2, or a line of L2 for DRAM. */
static void write_out(struct twin *t, struct twin_cache *c, struct twin_line *l)
{
	if (!l->is_dirty)
		return;
	l->is_dirty = false;
	c->nr_written_back++;
	for (unsigned i = 0; i < c->g.line_bytes; i++) {
		struct twin_line *below = c == &t->l1 ? lookup_l2(t, l->pa + i) : NULL;

		if (below) {
			below->bytes[(l->pa + i) % t->l2.g.line_bytes] = l->bytes[i];
			below->is_dirty = true;
		} else {
			t->dram[l->pa + i - t->base] = l->bytes[i];
		}
	}
}

/* @bytes are what is below; the victim leaves after they were fetched. */
static struct twin_line *bring_in(struct twin *t, struct twin_cache *c, uint32_t pa,
				  const uint8_t *bytes)
{
	struct twin_line *l = choose(c, pa);

	if (l->is_valid)
		write_out(t, c, l);
	*l = (struct twin_line){ .is_valid = true, .pa = line_pa(c, pa), .used = ++c->clock };
	memcpy(l->bytes, bytes, c->g.line_bytes);
	return l;
}

static struct twin_line *lookup_l2(struct twin *t, uint32_t pa)
{
	struct twin_cache *c = &t->l2;
	struct twin_line *l = find(c, pa);

	if (!l)
		return bring_in(t, c, pa, &t->dram[line_pa(c, pa) - t->base]);
	l->used = ++c->clock;
	return l;
}

static struct twin_line *lookup_l1(struct twin *t, uint32_t pa)
{
	struct twin_cache *c = &t->l1;
	struct twin_line *l = find(c, pa);
	uint8_t bytes[TWIN_MAX_LINE];

	if (l) {
		l->used = ++c->clock;
		return l;
	}
	for (unsigned i = 0; i < c->g.line_bytes; i++) {
		uint32_t at = line_pa(c, pa) + i;

		bytes[i] = lookup_l2(t, at)->bytes[at % t->l2.g.line_bytes];
	}
	return bring_in(t, c, pa, bytes);
}

uint8_t twin_load(struct twin *t, uint32_t pa)
{
	return lookup_l1(t, pa)->bytes[pa % t->l1.g.line_bytes];
}

void twin_store(struct twin *t, uint32_t pa, uint8_t value)
{
	struct twin_line *l = lookup_l1(t, pa);

	l->bytes[pa % t->l1.g.line_bytes] = value;
	l->is_dirty = true;
}

uint8_t twin_load_uncached(struct twin *t, uint32_t pa, bool is_looked_up)
{
	struct twin_line *l = is_looked_up ? find(&t->l2, pa) : NULL;

	if (!l)
		return t->dram[pa - t->base];
	l->used = ++t->l2.clock;
	return l->bytes[pa % t->l2.g.line_bytes];
}

void twin_store_uncached(struct twin *t, uint32_t pa, uint8_t value, bool is_looked_up)
{
	struct twin_line *l = is_looked_up ? find(&t->l2, pa) : NULL;

	if (l) {
		l->used = ++t->l2.clock;
		l->bytes[pa % t->l2.g.line_bytes] = value;
	}
	t->dram[pa - t->base] = value;
}

void twin_clean(struct twin *t, struct twin_cache *c, uint32_t pa)
{
	struct twin_line *l = find(c, pa);

	if (l)
		write_out(t, c, l);
}

void twin_invalidate(struct twin *t, struct twin_cache *c, uint32_t pa)
{
	struct twin_line *l = find(c, pa);

	if (l)
		l->is_valid = false;
}
