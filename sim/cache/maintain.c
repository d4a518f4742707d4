/* SPDX-License-Identifier: MIT */
/*
 * Maintenance, one line of one level at a time (DDI 0406C, B2.2.6).
 *
 * An operation on a line that is not held does nothing, and that a clean was
 * asked for is an event even so: it is what an observer wants to know.
 */
#include "../sim.h"

static void tell_clean(struct cache *c, struct place line)
{
	struct observe_event ev = machine_event(c->machine, OBSERVE_CLEAN, line, NULL,
						cache_line_bytes(c));
	size_t inner = cache_line_bytes(&c->machine->l1);

	ev.level = c->level;
	ev.is_dirty = *cache_state(c, line.off) & LINE_DIRTY;
	if (ev.len > inner)
		ev.len = inner;
	for (uint64_t end = line.pa + cache_line_bytes(c); ev.pa < end; ev.pa += ev.len) {
		struct observe_event part = ev;

		machine_tell(c->machine, &part);
	}
}

void cache_op(struct cache *c, enum dc_op op, struct place at)
{
	if (op != DC_INVALIDATE) {
		if (*cache_state(c, at.off) & LINE_WATCHED)
			tell_clean(c, cache_line(c, at));
		cache_write_back(c, at, CAUSE_ASKED);
	}
	if (op != DC_CLEAN)
		cache_drop(c, at, CAUSE_ASKED);
}

void cache_op_ways(struct cache *c, enum dc_op op, uint32_t way_mask)
{
	uint32_t nr_slots = c->nr_ways ? (c->set_mask + 1) * c->nr_ways : 0;

	for (uint32_t i = 0; i < nr_slots; i++) {
		if (c->ways[i] == NO_LINE || !(way_mask >> i % c->nr_ways & 1))
			continue;
		cache_op(c, op, dram_place(&c->machine->dram,
					   (uint64_t)c->ways[i] << c->line_shift));
	}
}
