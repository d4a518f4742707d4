/* SPDX-License-Identifier: MIT */
/*
 * The driver of the PL310: maintenance by physical address, a register write for each
 * line of 32 bytes, and a sync at the end of each range.
 *
 * On this part the operations by address are atomic: nothing has to be polled.
 *
 * Leaves out: the errata of old revisions, operations by way for large ranges, which
 * Linux does not use on a PL310 either.
 *
 * Spec: DDI 0246, 3.3 "Register descriptions". Linux: arch/arm/mm/cache-l2x0.c.
 */
#include "port.h"

#define LINE_LEN		32u

#define L2X0_CTRL		0x100
#define L2X0_AUX_CTRL		0x104
#define L2X0_CACHE_SYNC		0x730
#define L2X0_INV_LINE_PA	0x770
#define L2X0_INV_WAY		0x77c
#define L2X0_CLEAN_LINE_PA	0x7b0
#define L2X0_CLEAN_INV_LINE_PA	0x7f0

#define AUX_SHARED_OVERRIDE	(1u << 22)
#define ALL_WAYS		0xffffu

static void poke(struct port *p, struct cpu *c, unsigned reg, u32 value)
{
	bool is_done = cpu_store(c, p->outer_va + reg, &value, sizeof(value), NULL);

	g_assert(is_done);
}

static u32 peek(struct port *p, struct cpu *c, unsigned reg)
{
	u32 value;
	bool is_done = cpu_load(c, p->outer_va + reg, &value, sizeof(value), NULL);

	g_assert(is_done);
	return value;
}

static void op_lines(struct port *p, struct cpu *c, unsigned reg, u32 pa, u32 end)
{
	for (; pa < end; pa += LINE_LEN)
		poke(p, c, reg, pa);
}

void outer_sync(struct port *p)
{
	if (p->outer_va && p->has_outer_sync)
		poke(p, port_cpu(p), L2X0_CACHE_SYNC, 0);
}

static void op_range(struct port *p, unsigned reg, phys_addr_t pa, u32 len)
{
	if (!p->outer_va)
		return;
	op_lines(p, port_cpu(p), reg, (u32)pa & ~(LINE_LEN - 1), (u32)pa + len);
	outer_sync(p);
}

void outer_clean_range(struct port *p, phys_addr_t pa, u32 len)
{
	op_range(p, L2X0_CLEAN_LINE_PA, pa, len);
}

void outer_flush_range(struct port *p, phys_addr_t pa, u32 len)
{
	op_range(p, L2X0_CLEAN_INV_LINE_PA, pa, len);
}

void outer_inv_range(struct port *p, phys_addr_t pa, u32 len)
{
	u32 start = (u32)pa, end = (u32)pa + len;

	if (!p->outer_va)
		return;

	struct cpu *c = port_cpu(p);

	if (start & (LINE_LEN - 1)) {
		start &= ~(LINE_LEN - 1);
		poke(p, c, L2X0_CLEAN_INV_LINE_PA, start);
		start += LINE_LEN;
	}
	if (end & (LINE_LEN - 1)) {
		end &= ~(LINE_LEN - 1);
		poke(p, c, L2X0_CLEAN_INV_LINE_PA, end);
	}
	op_lines(p, c, L2X0_INV_LINE_PA, start, end);
	outer_sync(p);
}

/* Shared override must be set before the cache is on; what it holds is rubbish. */
void l2x0_boot(struct port *p, u32 va)
{
	const struct board_outer *o = &machine_board(p->machine)->outer;
	struct cpu *c = port_cpu(p);

	p->outer_va = va;
	p->has_outer_sync = !o->is_io_coherent;
	if (o->shared_override)
		poke(p, c, L2X0_AUX_CTRL, peek(p, c, L2X0_AUX_CTRL) | AUX_SHARED_OVERRIDE);
	poke(p, c, L2X0_INV_WAY, ALL_WAYS);
	outer_sync(p);
	poke(p, c, L2X0_CTRL, 1);
}
