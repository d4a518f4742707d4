/* SPDX-License-Identifier: MIT */
/*
 * The driver of Aurora, the outer cache of the Armada 370: maintenance by ranges of
 * physical addresses, at most 1 KiB and never across a page, and a sync after each.
 *
 * A partly covered line is treated as a whole one by every operation, invalidation
 * included, as in Linux: there level 1 has written it back, and with wt-override, which
 * every tree of these boards asks for, no line of Aurora is dirty.
 *
 * Linux: arch/arm/mm/cache-l2x0.c, aurora_pa_range() and its like.
 */
#include <linux/align.h>
#include <linux/minmax.h>

#include "port.h"

#define LINE_LEN		32u
#define MAX_RANGE_LEN		1024u

#define L2X0_CTRL		0x100
#define L2X0_AUX_CTRL		0x104
#define AURORA_SYNC		0x700
#define AURORA_RANGE_BASE	0x720
#define AURORA_INVAL_RANGE	0x774
#define L2X0_INV_WAY		0x77c
#define AURORA_CLEAN_RANGE	0x7b4
#define AURORA_FLUSH_RANGE	0x7f4
#define L2X0_CLEAN_INV_WAY	0x7fc

#define AUX_FORCE_MASK		3u
#define AUX_FORCE_WT		2u
#define ALL_WAYS		0xffffu

static void aurora_sync(struct port *p)
{
	outer_poke(p, port_cpu(p), AURORA_SYNC, 0);
}

static void op_range(struct port *p, unsigned reg, phys_addr_t pa, u32 len)
{
	u32 start = (u32)pa & ~(LINE_LEN - 1);
	u32 left = ALIGN((u32)pa + len, LINE_LEN) - start;

	while (left) {
		u32 to_page_end = (u32)PAGE_SIZE - (start & ~(u32)PAGE_MASK);
		u32 most = min(MAX_RANGE_LEN, to_page_end);
		u32 piece = min(left, most);

		outer_poke(p, port_cpu(p), AURORA_RANGE_BASE, start);
		outer_poke(p, port_cpu(p), reg, start + piece - LINE_LEN);
		aurora_sync(p);
		start += piece;
		left -= piece;
	}
}

static bool is_write_through(const struct port *p)
{
	return machine_board(p->machine)->outer.wt_override;
}

static void aurora_inv_range(struct port *p, phys_addr_t pa, u32 len)
{
	op_range(p, AURORA_INVAL_RANGE, pa, len);
}

static void aurora_clean_range(struct port *p, phys_addr_t pa, u32 len)
{
	if (!is_write_through(p))
		op_range(p, AURORA_CLEAN_RANGE, pa, len);
}

static void aurora_flush_range(struct port *p, phys_addr_t pa, u32 len)
{
	op_range(p, is_write_through(p) ? AURORA_INVAL_RANGE : AURORA_FLUSH_RANGE, pa, len);
}

static void aurora_flush_all(struct port *p)
{
	outer_poke(p, port_cpu(p), L2X0_CLEAN_INV_WAY, ALL_WAYS);
	aurora_sync(p);
}

const struct outer_ops aurora_ops = {
	.inv_range = aurora_inv_range,
	.clean_range = aurora_clean_range,
	.flush_range = aurora_flush_range,
	.flush_all = aurora_flush_all,
	.sync = aurora_sync,
};

void aurora_boot(struct port *p)
{
	u32 aux = outer_peek_reg(p, port_cpu(p), L2X0_AUX_CTRL) & ~AUX_FORCE_MASK;

	outer_poke(p, port_cpu(p), L2X0_AUX_CTRL, aux | (is_write_through(p) ? AUX_FORCE_WT : 0));
	outer_poke(p, port_cpu(p), L2X0_INV_WAY, ALL_WAYS);
	aurora_sync(p);
	outer_poke(p, port_cpu(p), L2X0_CTRL, 1);
}
