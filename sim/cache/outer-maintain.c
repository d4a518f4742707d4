/* SPDX-License-Identifier: MIT */
/*
 * Maintenance of level 2, one line at a time (DDI 0406C, B2.2.6).
 *
 * An operation on a line that is not held does nothing, and that a clean was
 * asked for is an event even so: it is what an observer wants to know.
 */
#include "../sim.h"

static void tell_clean(struct machine *m, int i, struct place line)
{
	struct observe_event ev = machine_event(m, OBSERVE_CLEAN, line, NULL,
						outer_line_bytes(&m->outer));

	ev.is_dirty = i >= 0 && m->outer.meta[i] & OUTER_DIRTY;
	outer_tell(m, ev);
}

static void op_at(struct machine *m, enum dc_op op, int i)
{
	if (i < 0)
		return;
	if (op != DC_INVALIDATE)
		outer_write_back(m, i, CAUSE_ASKED);
	if (op != DC_CLEAN)
		outer_drop(m, i, CAUSE_ASKED);
}

void outer_count_asked(struct cpu *c, enum dc_op op, uint32_t nr_lines)
{
	if (op != DC_INVALIDATE)
		c->counts.level[1].cleaned += nr_lines;
	if (op != DC_CLEAN)
		c->counts.level[1].invalidated += nr_lines;
}

void outer_op(struct machine *m, enum dc_op op, struct place at)
{
	struct place line = outer_line(&m->outer, at);
	int i = outer_find(&m->outer, line);

	if (op != DC_INVALIDATE && outer_is_watched(m, line))
		tell_clean(m, i, line);
	op_at(m, op, i);
}

static void tell_asked(struct machine *m, enum dc_op op, struct place line)
{
	struct observe_event ev = machine_event(m, OBSERVE_MAINTAIN, line, NULL,
						outer_line_bytes(&m->outer));

	ev.op = op;
	ev.levels = LEVEL_2;
	ev.path.is_shareable = true;
	machine_tell_aside(m, &ev);
}

void outer_op_asked(struct machine *m, enum dc_op op, struct place at)
{
	struct place line = outer_line(&m->outer, at);

	if (outer_is_watched(m, line))
		tell_asked(m, op, line);
	outer_op(m, op, at);
}

bool outer_at_index(const struct machine *m, uint32_t set, unsigned way,
		    struct place *ret_line)
{
	const struct outer *o = &m->outer;
	uint32_t i = set * o->stride + way;

	if (!o->nr_ways || set > o->set_mask || way >= o->nr_ways ||
	    o->tags[i] == OUTER_NO_LINE)
		return false;
	*ret_line = dram_place(&m->dram, (uint64_t)o->tags[i] << o->line_shift);
	return true;
}

void outer_op_index(struct machine *m, enum dc_op op, uint32_t set, unsigned way)
{
	struct place line;

	if (outer_at_index(m, set, way, &line))
		outer_op(m, op, line);
}
