/* SPDX-License-Identifier: MIT */
/*
 * Maintenance of level 1, one line at a time (DDI 0406C, B2.2.6).
 *
 * An operation on a line that is not held does nothing, and that a clean was
 * asked for is an event even so: it is what an observer wants to know.
 */
#include "../sim.h"

static void tell_clean(struct machine *m, struct place line)
{
	struct observe_event ev = machine_event(m, OBSERVE_CLEAN, line, NULL,
						inner_line_bytes(&m->inner));

	ev.level = 1;
	ev.is_dirty = inner_line_state(m, line).is_dirty;
	machine_tell(m, &ev);
}

static void op_at(struct inner *l1, enum dc_op op, uint32_t idx)
{
	if (op != DC_INVALIDATE)
		inner_write_back(l1, idx, CAUSE_ASKED);
	if (op != DC_CLEAN && l1->ways[idx] != INNER_NO_LINE)
		inner_drop(l1, idx, CAUSE_ASKED);
}

static void op_in(struct inner *l1, enum dc_op op, struct seat line)
{
	if (l1->nr_ways && inner_hits(l1, line.slot))
		op_at(l1, op, inner_find(l1, line));
}

void inner_op(struct cpu *c, enum dc_op op, struct seat s, bool is_broadcast)
{
	struct machine *m = c->machine;
	struct seat line = inner_line_held(&c->l1, s);
	const struct page_summary *page = page_summary(&m->pages, line.at.off);

	if (op != DC_INVALIDATE && line_is_watched(m, line.at.off))
		tell_clean(m, line.at);
	if (!(op == DC_CLEAN ? page->nr_dirty : page->nr_inner))
		return;
	op_in(&c->l1, op, line);
	for (unsigned i = 0; is_broadcast && m->inner.is_coherent && i < m->nr_cpus; i++)
		if (m->cpus[i] != c)
			op_in(&m->cpus[i]->l1, op, line);
}

void inner_op_way(struct cpu *c, enum dc_op op, uint32_t set, unsigned way)
{
	struct inner *l1 = &c->l1;
	uint32_t idx = set * l1->nr_ways + way;

	if (way >= l1->nr_ways || set > l1->set_mask || l1->ways[idx] == INNER_NO_LINE)
		return;

	struct place at = inner_seat_of(l1, idx).at;

	if (op != DC_INVALIDATE && line_is_watched(c->machine, at.off))
		tell_clean(c->machine, at);
	op_at(l1, op, idx);
}

void inner_op_all(struct cpu *c, enum dc_op op)
{
	for (uint32_t set = 0; c->l1.nr_ways && set <= c->l1.set_mask; set++)
		for (unsigned way = 0; way < c->l1.nr_ways; way++)
			inner_op_way(c, op, set, way);
}

/* Position of the first dirty line, or -1. */
static int64_t first_dirty(const struct inner *l1)
{
	uint32_t nr = l1->nr_ways ? (l1->set_mask + 1) * l1->nr_ways : 0;

	for (uint32_t idx = 0; idx < nr; idx++)
		if (l1->ways[idx] != INNER_NO_LINE && l1->state[l1->ways[idx]] & LINE_DIRTY)
			return idx;
	return -1;
}

bool inner_is_dirty(const struct cpu *c)
{
	return first_dirty(&c->l1) >= 0;
}

bool inner_clean_one(struct cpu *c)
{
	int64_t idx = first_dirty(&c->l1);

	if (idx < 0)
		return false;
	inner_op_way(c, DC_CLEAN, (uint32_t)idx / c->l1.nr_ways, (uint32_t)idx % c->l1.nr_ways);
	return true;
}
