/* SPDX-License-Identifier: MIT */
/*
 * The driver of the PL310: maintenance by physical address, a register write for each
 * line of 32 bytes, and a sync at the end of each range.
 *
 * On this part the operations by address are atomic: nothing has to be polled. Those by
 * way go on in the background, and must be over before anything else is asked for.
 *
 * What an old revision, by its ID register, cannot do is avoided as Linux does:
 *	588369  before r2p0: no clean+invalidate, but both, with the cache inactive
 *	727915  r2p0 to r3p0: clean+invalidate by way with the cache inactive
 *	752271  r3p0 to r3p1: no double linefills
 *	753970  r3p0: sync by a register that is not there
 * (769419 needs nothing of a driver: an idle loop ends with a barrier.)
 *
 * Leaves out: operations by way for large ranges, which Linux does not use on a PL310
 * either; the full line of zeros, prefetch and power settings of a tree.
 *
 * Spec: DDI 0246, 3.3 "Register descriptions". Linux: arch/arm/mm/cache-l2x0.c.
 */
#include "port.h"

#define LINE_LEN		32u

#define L2X0_CACHE_ID		0x000
#define L2X0_CTRL		0x100
#define L2X0_AUX_CTRL		0x104
#define L2X0_CACHE_SYNC		0x730
#define L2X0_DUMMY_REG		0x740
#define L2X0_INV_LINE_PA	0x770
#define L2X0_INV_WAY		0x77c
#define L2X0_CLEAN_LINE_PA	0x7b0
#define L2X0_CLEAN_INV_LINE_PA	0x7f0
#define L2X0_CLEAN_INV_WAY	0x7fc
#define L2X0_LOCKDOWN_BASE	0x900
#define L2X0_DEBUG_CTRL		0xf40
#define L310_PREFETCH_CTRL	0xf60

#define AUX_SHARED_OVERRIDE	(1u << 22)
#define ALL_WAYS		0xffffu
#define NR_LOCKDOWN_REGS	16u	/* eight for data, eight for instructions */

#define DEBUG_INACTIVE		3u	/* no linefills, and writes go through */
#define PREFETCH_DOUBLE		(1u << 30)

#define ID_RTL_MASK		0x3fu
#define RTL_R2P0		0x4u
#define RTL_R3P0		0x5u
#define RTL_R3P1		0x6u
#define RTL_R3P2		0x8u

/* An operation by way, to its end. */
static void op_ways(struct port *p, struct cpu *c, unsigned reg)
{
	outer_poke(p, c, reg, ALL_WAYS);
	while (outer_peek_reg(p, c, reg))
		;
}

static void op_lines(struct port *p, struct cpu *c, unsigned reg, u32 pa, u32 end)
{
	if (pa < end)
		outer_poke_run(p, c, reg, pa, LINE_LEN, (end - pa + LINE_LEN - 1) / LINE_LEN);
}

static void l2x0_sync(struct port *p)
{
	outer_poke(p, port_cpu(p), p->outer_sync_reg, 0);
}

/* The line at @pa is in memory afterwards, and nowhere else. */
static void flush_line(struct port *p, struct cpu *c, u32 pa)
{
	if (!p->outer_flush_is_split) {
		outer_poke(p, c, L2X0_CLEAN_INV_LINE_PA, pa);
		return;
	}
	outer_poke(p, c, L2X0_DEBUG_CTRL, DEBUG_INACTIVE);
	outer_poke(p, c, L2X0_CLEAN_LINE_PA, pa);
	outer_poke(p, c, L2X0_INV_LINE_PA, pa);
	outer_poke(p, c, L2X0_DEBUG_CTRL, 0);
}

static void op_range(struct port *p, unsigned reg, phys_addr_t pa, u32 len)
{
	op_lines(p, port_cpu(p), reg, (u32)pa & ~(LINE_LEN - 1), (u32)pa + len);
	outer_sync(p);
}

static void l2x0_clean_range(struct port *p, phys_addr_t pa, u32 len)
{
	op_range(p, L2X0_CLEAN_LINE_PA, pa, len);
}

static void l2x0_flush_range(struct port *p, phys_addr_t pa, u32 len)
{
	struct cpu *c = port_cpu(p);
	u32 end = (u32)pa + len;
	u32 line = (u32)pa & ~(LINE_LEN - 1);

	if (!p->outer_flush_is_split)
		op_lines(p, c, L2X0_CLEAN_INV_LINE_PA, line, end);
	else
		for (; line < end; line += LINE_LEN)
			flush_line(p, c, line);
	outer_sync(p);
}

static void l2x0_flush_all(struct port *p)
{
	struct cpu *c = port_cpu(p);

	if (p->outer_ways_tear)
		outer_poke(p, c, L2X0_DEBUG_CTRL, DEBUG_INACTIVE);
	op_ways(p, c, L2X0_CLEAN_INV_WAY);
	if (p->outer_ways_tear)
		outer_poke(p, c, L2X0_DEBUG_CTRL, 0);
	outer_sync(p);
}

static void l2x0_inv_range(struct port *p, phys_addr_t pa, u32 len)
{
	u32 start = (u32)pa, end = (u32)pa + len;
	struct cpu *c = port_cpu(p);

	if (start & (LINE_LEN - 1)) {
		start &= ~(LINE_LEN - 1);
		flush_line(p, c, start);
		start += LINE_LEN;
	}
	if (end & (LINE_LEN - 1)) {
		end &= ~(LINE_LEN - 1);
		flush_line(p, c, end);
	}
	op_lines(p, c, L2X0_INV_LINE_PA, start, end);
	outer_sync(p);
}

const struct outer_ops l2x0_ops = {
	.inv_range = l2x0_inv_range,
	.clean_range = l2x0_clean_range,
	.flush_range = l2x0_flush_range,
	.flush_all = l2x0_flush_all,
	.sync = l2x0_sync,
};

static void avoid_errata(struct port *p, struct cpu *c)
{
	u32 rtl = outer_peek_reg(p, c, L2X0_CACHE_ID) & ID_RTL_MASK;

	p->outer_flush_is_split = rtl < RTL_R2P0;
	p->outer_ways_tear = rtl >= RTL_R2P0 && rtl < RTL_R3P1;
	p->outer_sync_reg = rtl == RTL_R3P0 ? L2X0_DUMMY_REG : L2X0_CACHE_SYNC;
	if (rtl >= RTL_R3P0 && rtl < RTL_R3P2)
		outer_poke(p, c, L310_PREFETCH_CTRL,
			   outer_peek_reg(p, c, L310_PREFETCH_CTRL) & ~PREFETCH_DOUBLE);
}

/* Shared override must be set before the cache is on; what it holds is rubbish. */
void l2x0_boot(struct port *p)
{
	const struct board_outer *o = &machine_board(p->machine)->outer;
	struct cpu *c = port_cpu(p);

	if (o->shared_override)
		outer_poke(p, c, L2X0_AUX_CTRL,
			   outer_peek_reg(p, c, L2X0_AUX_CTRL) | AUX_SHARED_OVERRIDE);
	avoid_errata(p, c);
	for (unsigned i = 0; i < NR_LOCKDOWN_REGS; i++)
		outer_poke(p, c, L2X0_LOCKDOWN_BASE + 4 * i, 0);
	op_ways(p, c, L2X0_INV_WAY);
	outer_sync(p);
	outer_poke(p, c, L2X0_CTRL, 1);
}
