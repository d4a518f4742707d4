/* SPDX-License-Identifier: MIT */
/*
 * Data cache maintenance by MVA, to the point of coherency of CP15.
 *
 * Spec: DDI 0406C, B2.2.6 "About cache maintenance operations", B4.2.1.
 */
#include "access.h"

#define DFSR_CM		(1u << 13)	/* the fault is of a maintenance operation */

static bool has_integrated_l2(const struct machine *m)
{
	return m->outer.nr_ways && !m->has_outer;
}

static void count_dc(struct cpu *c, enum dc_op op, uint64_t nr_lines)
{
	bool has_l2 = has_integrated_l2(c->machine);

	for (unsigned level = 0; level <= has_l2; level++) {
		if (op != DC_INVALIDATE)
			c->counts.level[level].cleaned += nr_lines;
		if (op != DC_CLEAN)
			c->counts.level[level].invalidated += nr_lines;
	}
}

/*
 * Cleaning goes outward level by level; what is invalidated must go from the outer
 * level first, or the inner one's victim could bring it back.
 */
static void dc_levels(struct cpu *c, enum dc_op op, struct seat s, bool is_shareable)
{
	bool has_l2 = has_integrated_l2(c->machine);

	if (op != DC_INVALIDATE) {
		inner_op(c, op, s, is_shareable);
		if (has_l2)
			outer_op(c->machine, op, s.at);
		return;
	}
	if (has_l2)
		outer_op(c->machine, op, s.at);
	inner_op(c, op, s, is_shareable);
}

static bool dc_line(struct cpu *c, enum dc_op op, uint32_t va)
{
	struct machine *m = c->machine;
	struct cpu_fault f;
	uint64_t word = tlb_find(c, va, true, &f);

	if (unlikely(!word)) {
		f.dfsr |= c->board->part->arch >= 7 ? DFSR_CM : 0;
		return cpu_refuse(c, &f, 0, m->actor.site);
	}
	count_dc(c, op, 1);
	if (!is_ram(word))
		return true;

	struct place at = place_of(m, word, va);

	m->actor.va = va;
	m->actor.attrs = tlb_attrs(word);
	if (unlikely(m->order != NULL))
		order_before_maintenance(c, inner_line_place(&m->inner, at),
					 inner_line_bytes(&m->inner));
	speculate(m, at);
	dc_levels(c, op, inner_seat(&m->inner, va, at), m->actor.attrs.is_shareable);
	speculate(m, at);
	return true;
}

bool cpu_dc(struct cpu *c, enum dc_op op, uint32_t va)
{
	if (c->machine->is_fast) {
		count_dc(c, op, 1);
		return true;
	}
	cpu_begin(c, va, __builtin_return_address(0));
	return dc_line(c, op, va);
}

bool cpu_dc_range(struct cpu *c, enum dc_op op, uint32_t va, size_t len)
{
	uint32_t step = machine_line_min(c->machine);
	uint64_t end = (uint64_t)va + len;
	uint64_t at = va & ~(step - 1);

	if (!len)
		return true;
	if (c->machine->is_fast) {
		count_dc(c, op, (end - at + step - 1) / step);
		return true;
	}
	cpu_begin(c, va, __builtin_return_address(0));
	for (; at < end; at += step)
		if (!dc_line(c, op, (uint32_t)at))
			return false;
	return true;
}
