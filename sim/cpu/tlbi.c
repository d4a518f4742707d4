/* SPDX-License-Identifier: MIT */
/*
 * TLB maintenance: the operations of CP15 c8.
 *
 * Leaves out: completion. An operation is complete at once on every CPU that it reaches,
 * before the DSB that software needs.
 *
 * Spec: DDI 0406C, B3.10 "TLB maintenance requirements", B4.2.2 "TLB maintenance
 * operations".
 */
#include "mmu.h"
#include "../sim.h"

enum scope { BY_ALL, BY_MVA, BY_ASID, BY_MVA_ANY_ASID };
enum sides { SIDE_INSTRUCTION = 1, SIDE_DATA = 2, BOTH_SIDES = 3 };

static const struct {
	uint8_t scope, sides;
	bool is_broadcast;
} ops[NR_TLBI_OPS] = {
	[TLBI_ALL]	= { BY_ALL, BOTH_SIDES, false },
	[TLBI_MVA]	= { BY_MVA, BOTH_SIDES, false },
	[TLBI_ASID]	= { BY_ASID, BOTH_SIDES, false },
	[TLBI_MVAA]	= { BY_MVA_ANY_ASID, BOTH_SIDES, false },
	[TLBI_ALL_IS]	= { BY_ALL, BOTH_SIDES, true },
	[TLBI_MVA_IS]	= { BY_MVA, BOTH_SIDES, true },
	[TLBI_ASID_IS]	= { BY_ASID, BOTH_SIDES, true },
	[TLBI_MVAA_IS]	= { BY_MVA_ANY_ASID, BOTH_SIDES, true },
	[TLBI_I_ALL]	= { BY_ALL, SIDE_INSTRUCTION, false },
	[TLBI_I_MVA]	= { BY_MVA, SIDE_INSTRUCTION, false },
	[TLBI_I_ASID]	= { BY_ASID, SIDE_INSTRUCTION, false },
	[TLBI_D_ALL]	= { BY_ALL, SIDE_DATA, false },
	[TLBI_D_MVA]	= { BY_MVA, SIDE_DATA, false },
	[TLBI_D_ASID]	= { BY_ASID, SIDE_DATA, false },
};

static bool is_by_address(enum tlbi_op op)
{
	return ops[op].scope == BY_MVA || ops[op].scope == BY_MVA_ANY_ASID;
}

/* What the register that was written, @va, names. */
static struct tlb_which which_of(enum tlbi_op op, uint32_t va)
{
	switch (ops[op].scope) {
	case BY_MVA:
		return (struct tlb_which){ .of_asid = true, .global = true, .asid = va & 0xff };
	case BY_ASID:
		return (struct tlb_which){ .of_asid = true, .asid = va & 0xff };
	default:
		return (struct tlb_which){ .of_any_asid = true };
	}
}

static void invalidate(struct cpu *c, struct tlb *t, enum tlbi_op op, uint32_t va)
{
	bool is_page = is_by_address(op);

	tlb_remove(c, t, is_page ? va & ~PAGE_MASK : 0, is_page ? PAGE_BYTES : WINDOW_BYTES,
		   which_of(op, va));
}

/* Where one TLB serves both sides, an operation on either is one on it. */
static void invalidate_sides(struct cpu *c, enum tlbi_op op, uint32_t va)
{
	if (ops[op].sides & SIDE_DATA || c->itlb == c->tlb)
		invalidate(c, c->tlb, op, va);
	if (ops[op].sides & SIDE_INSTRUCTION && c->itlb != c->tlb)
		invalidate(c, c->itlb, op, va);
}

bool cpu_broadcasts(const struct cpu *c)
{
	return c->board->part->broadcasts;
}

static bool takes_part(const struct cpu *c)
{
	return cpu_broadcasts(c) && c->reg[CP15_ACTLR] & ACTLR_SMP;
}

static bool reaches(const struct cpu *from, enum tlbi_op op, const struct cpu *to)
{
	return from == to || (ops[op].is_broadcast && takes_part(from) && takes_part(to));
}

static void tell(struct cpu *c, enum tlbi_op op, uint32_t va)
{
	struct observe_event ev = { .kind = OBSERVE_TLB_INVALIDATE, .cpu = c };

	if (is_by_address(op)) {
		ev.va = va & ~PAGE_MASK;
		ev.len = PAGE_BYTES;
	}
	machine_tell(c->machine, &ev);
}

void cpu_tlbi(struct cpu *c, enum tlbi_op op, uint32_t va)
{
	struct machine *m = c->machine;

	if (!m->is_fast)
		machine_begin(m);
	c->counts.tlb_invalidations++;
	machine_lock(m);
	for (unsigned i = 0; i < m->nr_cpus; i++)
		if (reaches(c, op, m->cpus[i]))
			invalidate_sides(m->cpus[i], op, va);
	tell(c, op, va);
	machine_unlock(m);
}
