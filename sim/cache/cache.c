/* SPDX-License-Identifier: MIT */
/* Lines that come, change and leave: see cache.h for the invariant kept here. */
#include "../sim.h"

#include <string.h>

bool cache_init(struct cache *c, struct machine *m, int level,
		const struct cache_geometry *g, uint64_t seed)
{
	uint32_t line_bytes = g->bytes ? g->line_bytes : 32;

	c->machine = m;
	c->level = level;
	c->line_shift = (unsigned)__builtin_ctz(line_bytes);
	c->policy = g->replacement;
	c->write_allocate = g->write_allocate;
	c->bytes = m->dram.images[level == 1 ? IMAGE_INNER : IMAGE_OUTER].bytes;
	c->victims = stream_new(seed, level == 1 ? STREAM_L1_VICTIM : STREAM_L2_VICTIM);
	c->state_len = m->dram.len >> c->line_shift;
	c->state = reserve_new(c->state_len);
	if (!c->state)
		return false;
	if (!g->bytes)
		return true;

	uint32_t nr_lines = g->bytes >> c->line_shift;

	c->nr_ways = g->nr_ways;
	c->set_mask = nr_lines / g->nr_ways - 1;
	c->ways = g_new(uint32_t, nr_lines);
	memset(c->ways, 0xff, nr_lines * sizeof(*c->ways));	/* NO_LINE */
	if (c->policy == CACHE_LRU)
		c->used = g_new0(uint64_t, nr_lines);
	return true;
}

void cache_done(struct cache *c)
{
	reserve_free(c->state, c->state_len);
	g_free(c->ways);
	g_free(c->used);
}

/* An event about a whole line: told in pieces that never cross a line of L1. */
static void tell_line(struct cache *c, struct observe_event ev)
{
	size_t left = cache_line_bytes(c);
	size_t piece = cache_line_bytes(&c->machine->l1);

	if (piece > left)
		piece = left;
	for (; left; left -= piece) {
		struct observe_event part = ev;

		part.len = piece;
		machine_tell(c->machine, &part);
		ev.pa += piece;
		if (ev.bytes)
			ev.bytes += piece;
	}
}

static struct observe_event line_event(struct cache *c, enum observe_kind kind,
				       struct place line)
{
	struct observe_event ev = machine_event(c->machine, kind, line, c->bytes + line.off,
						cache_line_bytes(c));

	ev.level = c->level;
	return ev;
}

static uint32_t *slot_of(struct cache *c, struct place line)
{
	return &cache_set(c, line.pa)[cache_way(c, line)];
}

static uint16_t *nr_held(struct cache *c, struct place line)
{
	return &page_summary(&c->machine->pages, line.off)->nr_inner;
}

void cache_write_back(struct cache *c, struct place at, enum observe_cause cause)
{
	struct place line = cache_line(c, at);
	uint8_t *state = cache_state(c, line.off);

	if (!(*state & LINE_DIRTY))
		return;
	if (*state & LINE_WATCHED) {
		struct observe_event ev = line_event(c, OBSERVE_WRITE_BACK, line);

		ev.is_dirty = true;
		ev.cause = cause;
		tell_line(c, ev);
	}
	*state &= (uint8_t)~LINE_DIRTY;
	c->counts.written_back++;
	outer_put_back(c->machine, line, c->bytes + line.off, cache_line_bytes(c),
		       OUTER_WRITE_BACK, true, cause == CAUSE_EVICTION);
}

void cache_drop(struct cache *c, struct place at, enum observe_cause cause)
{
	struct place line = cache_line(c, at);
	uint8_t *state = cache_state(c, line.off);

	if (!(*state & LINE_VALID))
		return;
	if (*state & LINE_WATCHED) {
		struct observe_event ev = line_event(c, OBSERVE_INVALIDATE, line);

		ev.is_dirty = *state & LINE_DIRTY;
		ev.is_speculative = *state & LINE_SPECULATED;
		ev.cause = cause;
		tell_line(c, ev);
	}
	if (*state & LINE_DIRTY)
		c->counts.dropped++;
	*slot_of(c, line) = NO_LINE;
	--*nr_held(c, line);
	*state &= LINE_WATCHED;
}

void cache_expel(struct cache *c, struct place at, enum observe_cause cause)
{
	cache_write_back(c, at, cause);
	cache_drop(c, at, cause);
}

void cache_admit(struct cache *c, struct place at, bool is_speculative)
{
	struct place line = cache_line(c, at);
	unsigned way = cache_victim(c, line.pa);
	uint32_t *slot = &cache_set(c, line.pa)[way];
	uint8_t *state = cache_state(c, line.off);

	g_assert(!(*state & LINE_VALID));
	if (*slot != NO_LINE) {
		c->counts.evicted++;
		cache_expel(c, dram_place(&c->machine->dram, (uint64_t)*slot << c->line_shift),
			    CAUSE_EVICTION);
	}
	*slot = (uint32_t)(line.off >> c->line_shift);
	*state = (uint8_t)((*state & LINE_WATCHED) | LINE_LOAD_OK | LINE_UNIQUE |
			   (is_speculative ? LINE_SPECULATED : 0));
	++*nr_held(c, line);
	c->counts.filled++;
	c->counts.speculated += is_speculative;
	cache_touch(c, line);
	if (*state & LINE_WATCHED) {
		struct observe_event ev = line_event(c, OBSERVE_FILL, line);

		ev.is_speculative = is_speculative;
		tell_line(c, ev);
	}
}

enum observe_answer inner_fill(struct machine *m, struct place at, enum outer_use use,
			       bool is_speculative)
{
	struct cache *l1 = &m->l1;
	struct place line = cache_line(l1, at);
	uint8_t *bytes = l1->bytes + line.off;
	struct fetched f = outer_fetch(m, line, cache_line_bytes(l1), use, is_speculative,
				       bytes);

	if (f.bytes != bytes)
		memcpy(bytes, f.bytes, cache_line_bytes(l1));
	cache_admit(l1, line, is_speculative);
	return f.answer;
}

void inner_peek(const struct machine *m, struct place at, void *buf, size_t len)
{
	while (len) {
		size_t piece = cache_piece(&m->l1, at.off, len);

		if (cache_hits(&m->l1, at.off))
			memcpy(buf, m->l1.bytes + at.off, piece);
		else
			outer_peek(m, at, buf, piece);
		at = place_add(at, piece);
		buf = (char *)buf + piece;
		len -= piece;
	}
}

static bool way_agrees(const struct cache *c, uint32_t idx)
{
	uint32_t line = c->ways[idx];

	return line == NO_LINE ||
	       ((c->state[line] & LINE_VALID) &&
		cache_way(c, dram_place(&c->machine->dram, (uint64_t)line << c->line_shift)) ==
		idx % c->nr_ways);
}

/* Eight states at once: nearly all of them are 0. */
static bool states_agree(const struct cache *c, size_t *ret_nr_valid)
{
	size_t nr_valid = 0;

	for (size_t n = 0; n < c->state_len; n += sizeof(uint64_t)) {
		uint64_t eight;

		memcpy(&eight, &c->state[n], sizeof(eight));
		for (; eight; eight >>= 8) {
			if ((eight & (LINE_DIRTY | LINE_VALID)) == LINE_DIRTY)
				return false;
			nr_valid += eight & LINE_VALID;
		}
	}
	*ret_nr_valid = nr_valid;
	return true;
}

bool cache_valid(const struct cache *c)
{
	uint32_t nr_slots = (c->set_mask + 1) * c->nr_ways;
	size_t nr_held = 0, nr_valid = 0;

	for (uint32_t i = 0; i < nr_slots; i++) {
		if (!way_agrees(c, i))
			return false;
		nr_held += c->ways[i] != NO_LINE;
	}
	return states_agree(c, &nr_valid) && nr_held == nr_valid;
}
