/* SPDX-License-Identifier: MIT */
/* Maintenance operations of an L2C-310: see pl310.h. */
#include "../sim.h"

#define DEBUG_REG_SYNC	0x740	/* no register: erratum 753970's workaround syncs here */

enum reach { BY_SYNC, BY_PA, BY_INDEX, BY_WAY };

struct operation {
	uint16_t reg;
	enum reach reach;
	enum dc_op op;
};

static const struct operation operations[] = {
	{ 0x730, BY_SYNC, DC_CLEAN },
	{ DEBUG_REG_SYNC, BY_SYNC, DC_CLEAN },
	{ 0x770, BY_PA, DC_INVALIDATE },
	{ 0x77c, BY_WAY, DC_INVALIDATE },
	{ 0x7b0, BY_PA, DC_CLEAN },
	{ 0x7b8, BY_INDEX, DC_CLEAN },
	{ 0x7bc, BY_WAY, DC_CLEAN },
	{ 0x7f0, BY_PA, DC_CLEAN_INVALIDATE },
	{ 0x7f8, BY_INDEX, DC_CLEAN_INVALIDATE },
	{ 0x7fc, BY_WAY, DC_CLEAN_INVALIDATE },
};

static const struct operation *operation_at(uint64_t reg)
{
	for (size_t i = 0; i < G_N_ELEMENTS(operations); i++)
		if (operations[i].reg == reg)
			return &operations[i];
	return NULL;
}

bool pl310_is_operation(uint64_t reg)
{
	return operation_at(reg) != NULL;
}

static bool has(const struct machine *m, unsigned erratum)
{
	return m->pl310.errata & erratum;
}

/* Erratum 588369: of a clean line, the invalidation is skipped. */
static enum dc_op as_done(const struct machine *m, enum dc_op op, struct place at)
{
	bool is_clean = op == DC_CLEAN_INVALIDATE && !outer_state(m, at).is_dirty;

	return is_clean && has(m, ERRATUM_588369) ? DC_CLEAN : op;
}

static void on_line(struct machine *m, enum dc_op op, struct place at)
{
	if (m->stb.nr)
		stb_drain_over(m, outer_line(&m->outer, at), outer_line_bytes(&m->outer));
	outer_op_asked(m, as_done(m, op, at), at);
}

static void on_line_asked(struct machine *m, enum dc_op op, struct place at)
{
	event_begins(m, at, event_of_op(op));
	on_line(m, op, at);
	event_ended(m, at, event_of_op(op));
}

static void by_pa(struct machine *m, struct cpu *c, enum dc_op op, uint32_t pa)
{
	struct place at;

	outer_count_asked(c, op, 1);
	if (!m->is_fast && dram_find(&m->dram, pa, &at))
		on_line_asked(m, op, at);
}

static void by_index(struct machine *m, struct cpu *c, enum dc_op op, uint32_t value)
{
	struct place at;

	outer_count_asked(c, op, 1);
	machine_tell_upheaval(m);
	if (!m->is_fast && outer_at_index(m, value >> m->outer.line_shift & m->outer.set_mask,
					  value >> 28, &at))
		on_line(m, op, at);
}

/* ---- by way: in the background ------------------------------------------------ */

static void do_ways(struct machine *m, enum dc_op op, uint32_t ways)
{
	for (uint32_t set = 0; set <= m->outer.set_mask; set++) {
		for (uint32_t left = ways; left; left &= left - 1) {
			struct place at;

			if (outer_at_index(m, set, (unsigned)__builtin_ctz(left), &at))
				outer_op(m, as_done(m, op, at), at);
		}
	}
}

/* The invalidation of erratum 727915 comes when the operation ends, whatever was written. */
static bool is_torn(const struct machine *m, const struct pl310_background *b)
{
	return b->op == DC_CLEAN_INVALIDATE && has(m, ERRATUM_727915);
}

static void finish_ways(struct machine *m, uint32_t ways)
{
	struct pl310_background *b = &m->pl310.background;

	if (is_torn(m, b))
		do_ways(m, DC_INVALIDATE, ways);
	else if (!b->is_applied)
		do_ways(m, b->op, ways);
	b->ways &= ~ways;
}

static void by_way(struct machine *m, struct cpu *c, enum dc_op op, uint32_t ways)
{
	struct pl310_background *b = &m->pl310.background;

	ways &= (1u << m->outer.nr_ways) - 1;
	outer_count_asked(c, op, (m->outer.set_mask + 1) * (uint32_t)__builtin_popcount(ways));
	if (m->is_fast)
		return;
	machine_tell_upheaval(m);
	*b = (struct pl310_background){ .ways = ways, .op = op };
	if (is_torn(m, b)) {
		do_ways(m, DC_CLEAN, ways);
	} else if (!m->draws_delays) {
		do_ways(m, op, ways);
		b->is_applied = true;
	}
}

/* How many ways are over since software looked last: all, unless the chooser says less. */
static uint32_t ways_over(struct machine *m, uint32_t ways)
{
	uint32_t nr, over = 0;

	if (!m->draws_delays)
		return ways;
	nr = stream_below(&m->pl310.progress, (uint32_t)__builtin_popcount(ways) + 1);
	for (; nr; nr--)
		over |= (ways & ~over) & -(ways & ~over);
	return over;
}

uint32_t pl310_poll(struct machine *m, uint64_t reg)
{
	const struct operation *o = operation_at(reg);
	struct pl310_background *b = &m->pl310.background;

	if (!b->ways || o->reach != BY_WAY || o->op != b->op)
		return 0;
	finish_ways(m, ways_over(m, b->ways));
	return b->ways;
}

/* ---- all of them ---------------------------------------------------------------- */

static void by_sync(struct machine *m, struct cpu *c, uint64_t reg)
{
	c->counts.outer_syncs++;
	stb_drain(m);
	m->stb.is_stuck_draining = has(m, ERRATUM_753970) && reg != DEBUG_REG_SYNC;
}

bool pl310_operate(struct machine *m, struct cpu *c, uint64_t reg, uint32_t value)
{
	const struct operation *o = operation_at(reg);

	if (m->pl310.background.ways)
		return false;
	m->stb.is_stuck_draining = false;
	switch (o->reach) {
	case BY_SYNC:
		by_sync(m, c, reg);
		break;
	case BY_PA:
		by_pa(m, c, o->op, value);
		break;
	case BY_INDEX:
		by_index(m, c, o->op, value);
		break;
	case BY_WAY:
		by_way(m, c, o->op, value);
		break;
	}
	return true;
}

/* ---- many at once ------------------------------------------------------------------ */

/* Up to the end of the page of @pa: how many, and is there anything to do or to tell? */
static uint32_t nr_in_page(uint32_t pa, uint32_t step)
{
	return (PAGE_BYTES - (pa & PAGE_MASK) + step - 1) / step;
}

static bool is_idle_page(const struct machine *m, struct place at)
{
	const struct page_summary *p = page_summary(&m->pages, at.off);

	return !p->nr_outer && !(p->flags & PAGE_HAS_WATCHED) && !m->stb.nr;
}

/* The first of @nr operations: a page's that has nothing to do, or one. */
static uint32_t operate_some(struct machine *m, enum dc_op op, uint32_t pa, uint32_t step,
			     uint32_t nr)
{
	struct place at;
	bool is_memory = dram_find(&m->dram, pa, &at);

	if (step && step <= PAGE_BYTES && (!is_memory || is_idle_page(m, at)))
		return MIN(nr, nr_in_page(pa, step));
	if (is_memory)
		on_line_asked(m, op, at);
	return 1;
}

uint32_t pl310_operate_run(struct machine *m, struct cpu *c, uint64_t reg, uint32_t pa,
			   uint32_t step, uint32_t nr)
{
	const struct operation *o = operation_at(reg);

	if (!o || o->reach != BY_PA || m->pl310.background.ways)
		return 0;
	m->stb.is_stuck_draining = false;
	outer_count_asked(c, o->op, nr);
	for (uint32_t left = m->is_fast ? 0 : nr, some; left; left -= some, pa += some * step)
		some = operate_some(m, o->op, pa, step, left);
	return nr;
}
