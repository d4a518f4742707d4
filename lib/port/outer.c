/* SPDX-License-Identifier: MIT */
/*
 * The outer cache, whichever it is: a switchboard, and its registers.
 *
 * Linux: arch/arm/include/asm/outercache.h.
 */
#include "port.h"

void outer_poke(const struct port *p, struct cpu *c, unsigned reg, u32 value)
{
	bool is_done = cpu_store(c, p->outer_va + reg, &value, sizeof(value), NULL);

	g_assert(is_done);
}

void outer_poke_run(const struct port *p, struct cpu *c, unsigned reg, u32 value, u32 step,
		    u32 nr)
{
	bool is_done = cpu_store_run(c, p->outer_va + reg, value, step, nr, NULL);

	g_assert(is_done);
}

u32 outer_peek_reg(const struct port *p, struct cpu *c, unsigned reg)
{
	u32 value;
	bool is_done = cpu_load(c, p->outer_va + reg, &value, sizeof(value), NULL);

	g_assert(is_done);
	return value;
}

typedef void (*range_fn)(struct port *p, phys_addr_t pa, u32 len);

static void op_range(struct port *p, range_fn op, enum outer_op which, phys_addr_t pa, u32 len)
{
	if (unlikely(p->on_outer != NULL))
		p->on_outer(p->watcher, which, pa, len);
	op(p, pa, len);
}

void outer_clean_range(struct port *p, phys_addr_t pa, u32 len)
{
	if (p->outer)
		op_range(p, p->outer->clean_range, OUTER_CLEAN, pa, len);
}

void outer_inv_range(struct port *p, phys_addr_t pa, u32 len)
{
	if (p->outer)
		op_range(p, p->outer->inv_range, OUTER_INV, pa, len);
}

void outer_flush_range(struct port *p, phys_addr_t pa, u32 len)
{
	if (p->outer)
		op_range(p, p->outer->flush_range, OUTER_FLUSH, pa, len);
}

void outer_flush_all(struct port *p)
{
	if (p->outer)
		p->outer->flush_all(p);
}

void outer_sync(struct port *p)
{
	if (p->outer && p->has_outer_sync)
		p->outer->sync(p);
}

/* As a device tree's node says; @va is where its registers are mapped. */
void outer_boot(struct port *p, u32 va)
{
	const struct board_outer *o = &machine_board(p->machine)->outer;

	p->outer_va = va;
	p->has_outer_sync = !o->is_io_coherent;
	if (o->kind == OUTER_AURORA) {
		p->outer = &aurora_ops;
		aurora_boot(p);
	} else {
		p->outer = &l2x0_ops;
		l2x0_boot(p);
	}
}
