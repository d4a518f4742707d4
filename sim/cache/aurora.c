/* SPDX-License-Identifier: MIT */
/* Registers of Aurora: see aurora.h. */
#include "../sim.h"

#define AURORA_CONTROL		0x100
#define AURORA_AUX_CONTROL	0x104
#define AURORA_SYNC		0x700
#define AURORA_RANGE_BASE	0x720
#define AURORA_INV_RANGE	0x774
#define AURORA_INV_WAY		0x77c
#define AURORA_CLEAN_RANGE	0x7b4
#define AURORA_CLEAN_WAY	0x7bc
#define AURORA_CLEAN_INV_PA	0x7f0
#define AURORA_CLEAN_INV_RANGE	0x7f4
#define AURORA_CLEAN_INV_WAY	0x7fc

#define AUX_FORCE_MASK		0x3u	/* 1: write-back, 2: write-through, for all memory */
#define AUX_FORCE_WT		0x2u
#define AUX_WAYS_SHIFT		13
#define AUX_WAY_SIZE_SHIFT	17
#define AUX_GEOMETRY		(0xfu << AUX_WAYS_SHIFT | 0x7u << AUX_WAY_SIZE_SHIFT)

/* Ways are 2 << ((code + 1) / 4), a way is 4 KiB << code. */
static uint32_t aux_at_reset(const struct cache_geometry *g)
{
	uint32_t log_ways = (uint32_t)(31 - __builtin_clz(g->nr_ways));
	uint32_t log_way = (uint32_t)(31 - __builtin_clz(g->bytes / g->nr_ways));

	return (log_ways > 1 ? 4 * (log_ways - 1) - 1 : 0) << AUX_WAYS_SHIFT |
	       MIN(MAX(log_way, 12u) - 12, 7u) << AUX_WAY_SIZE_SHIFT;
}

static void apply_aux(struct machine *m)
{
	m->outer.writes_through = (m->aurora.aux & AUX_FORCE_MASK) == AUX_FORCE_WT;
}

static void op_line(struct machine *m, struct cpu *c, enum dc_op op, uint32_t pa)
{
	struct place at;

	outer_count_asked(c, op, 1);
	if (m->is_fast || !dram_find(&m->dram, pa, &at))
		return;
	event_begins(m, at, event_of_op(op));
	outer_op_asked(m, op, at);
	event_ended(m, at, event_of_op(op));
}

static void op_range(struct machine *m, struct cpu *c, enum dc_op op, uint32_t last)
{
	uint32_t line = outer_line_bytes(&m->outer);
	uint32_t first = m->aurora.range_base & ~(line - 1);
	uint32_t end_of_page = first | PAGE_MASK;

	for (uint32_t pa = first; pa >= first && pa <= MIN(last, end_of_page); pa += line)
		op_line(m, c, op, pa);
}

static void op_way(struct machine *m, enum dc_op op, unsigned way)
{
	struct place at;

	for (uint32_t set = 0; set <= m->outer.set_mask; set++)
		if (outer_at_index(m, set, way, &at))
			outer_op(m, op, at);
}

static void op_ways(struct machine *m, struct cpu *c, enum dc_op op, uint32_t ways)
{
	ways &= (1u << m->outer.nr_ways) - 1;
	outer_count_asked(c, op, (m->outer.set_mask + 1) * (uint32_t)__builtin_popcount(ways));
	if (m->is_fast)
		return;
	machine_tell_upheaval(m);
	for (; ways; ways &= ways - 1)
		op_way(m, op, (unsigned)__builtin_ctz(ways));
}

static bool aurora_read(void *opaque, struct cpu *c, uint64_t reg, unsigned len,
			uint64_t *ret_value)
{
	const struct machine *m = opaque;

	switch (reg) {
	case AURORA_CONTROL:	 *ret_value = m->outer.is_enabled; break;
	case AURORA_AUX_CONTROL: *ret_value = m->aurora.aux; break;
	case AURORA_RANGE_BASE:	 *ret_value = m->aurora.range_base; break;
	default:		 *ret_value = 0; break;
	}
	return len == 4;
}

static void write_aux(struct machine *m, uint32_t value)
{
	m->aurora.aux = (m->aurora.aux & AUX_GEOMETRY) | (value & ~AUX_GEOMETRY);
	machine_tell_upheaval(m);
	apply_aux(m);
}

static bool aurora_write(void *opaque, struct cpu *c, uint64_t reg, unsigned len,
			 uint64_t value)
{
	struct machine *m = opaque;
	uint32_t v = (uint32_t)value;

	if (len != 4)
		return false;
	switch (reg) {
	case AURORA_CONTROL:		outer_enable(m, v & 1); break;
	case AURORA_AUX_CONTROL:	write_aux(m, v); break;
	case AURORA_SYNC:		c->counts.outer_syncs++; break;
	case AURORA_RANGE_BASE:		m->aurora.range_base = v; break;
	case AURORA_INV_RANGE:		op_range(m, c, DC_INVALIDATE, v); break;
	case AURORA_CLEAN_RANGE:	op_range(m, c, DC_CLEAN, v); break;
	case AURORA_CLEAN_INV_RANGE:	op_range(m, c, DC_CLEAN_INVALIDATE, v); break;
	case AURORA_CLEAN_INV_PA:	op_line(m, c, DC_CLEAN_INVALIDATE, v); break;
	case AURORA_INV_WAY:		op_ways(m, c, DC_INVALIDATE, v); break;
	case AURORA_CLEAN_WAY:		op_ways(m, c, DC_CLEAN, v); break;
	case AURORA_CLEAN_INV_WAY:	op_ways(m, c, DC_CLEAN_INVALIDATE, v); break;
	default:			break;
	}
	return true;
}

static const struct bus_ops aurora_ops = { .read = aurora_read, .write = aurora_write };

void aurora_init(struct machine *m)
{
	m->aurora.aux = aux_at_reset(&m->board->outer.cache);
	m->outer.is_enabled = false;
	bus_attach(m, &(struct bus_device){
		.pa = m->board->outer.reg_pa, .len = 0x1000,
		.ops = &aurora_ops, .opaque = m,
	});
}
