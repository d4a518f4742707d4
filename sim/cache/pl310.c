/* SPDX-License-Identifier: MIT */
/* L2C-310 registers: see pl310.h. */
#include "../sim.h"

#define PL310_ID		0x000
#define PL310_TYPE		0x004
#define PL310_SYNC_DUMMY	0x740	/* the sync of erratum 753970's workaround */

#define ID_L2C310_R3P2		0x410000c8u
#define AUX_16_WAYS		(1u << 16)
#define AUX_WAY_SIZE_SHIFT	17
#define AUX_GEOMETRY		(AUX_16_WAYS | 7u << AUX_WAY_SIZE_SHIFT)
#define TYPE_CTYPE		(0xeu << 25)

/* Way size as both registers encode it: 1 is 16 KiB or less, 6 is 512 KiB. */
static uint32_t way_size_code(const struct cache_geometry *g)
{
	uint32_t way_bytes = MAX(g->bytes / g->nr_ways, 16u << 10);

	return (uint32_t)__builtin_ctz(way_bytes >> 13) & 7;
}

static uint32_t aux_at_reset(const struct board_outer *o)
{
	return way_size_code(&o->cache) << AUX_WAY_SIZE_SHIFT |
	       (o->cache.nr_ways == 16 ? AUX_16_WAYS : 0) |
	       (o->shared_override ? PL310_AUX_SHARED_OVERRIDE : 0) |
	       (o->cache.replacement == CACHE_ROUND_ROBIN ? PL310_AUX_ROUND_ROBIN : 0);
}

/* Data fields and instruction fields of the type register repeat aux. */
static uint32_t type_of(uint32_t aux)
{
	uint32_t size = aux >> AUX_WAY_SIZE_SHIFT & 7;
	uint32_t is_16 = !!(aux & AUX_16_WAYS);

	return TYPE_CTYPE | size << 20 | is_16 << 18 | size << 8 | is_16 << 6;
}

static bool pl310_read(void *opaque, struct cpu *c, uint64_t reg, unsigned len,
		       uint64_t *ret_value)
{
	const struct machine *m = opaque;

	if (len != 4)
		return false;
	switch (reg) {
	case PL310_ID:		*ret_value = ID_L2C310_R3P2; break;
	case PL310_TYPE:	*ret_value = type_of(m->pl310.aux); break;
	case PL310_CONTROL:	*ret_value = m->outer.is_enabled; break;
	case PL310_AUX_CONTROL:	*ret_value = m->pl310.aux; break;
	default:		*ret_value = 0; break;
	}
	return true;
}

static void count(struct cpu *c, enum dc_op op, uint32_t nr_lines)
{
	if (op != DC_INVALIDATE)
		c->counts.level[1].cleaned += nr_lines;
	if (op != DC_CLEAN)
		c->counts.level[1].invalidated += nr_lines;
}

static void by_pa(struct machine *m, struct cpu *c, enum dc_op op, uint32_t pa)
{
	struct place at;

	count(c, op, 1);
	if (m->is_fast || !dram_find(&m->dram, pa, &at))
		return;
	speculate(m, at);
	outer_op(m, op, at);
	speculate(m, at);
}

static void by_way(struct machine *m, struct cpu *c, enum dc_op op, uint32_t ways)
{
	ways &= (1u << m->outer.nr_ways) - 1;
	count(c, op, (m->outer.set_mask + 1) * (uint32_t)__builtin_popcount(ways));
	if (!m->is_fast)
		outer_op_ways(m, op, ways);
}

/* Refused while the cache is on (DDI 0246A, 3.3.4). */
static bool write_aux(struct machine *m, uint32_t value)
{
	if (m->outer.is_enabled)
		return false;
	m->pl310.aux = (m->pl310.aux & AUX_GEOMETRY) | (value & ~AUX_GEOMETRY);
	m->outer.policy = value & PL310_AUX_ROUND_ROBIN ? CACHE_ROUND_ROBIN : CACHE_PSEUDO_RANDOM;
	tlb_reconsider(m);	/* which image an uncached page shows hangs on bit 22 */
	return true;
}

/* What a fill would bring changes with it. */
static void enable(struct machine *m, bool is_enabled)
{
	m->outer.is_enabled = is_enabled;
	inner_below_changed_all(m);
}

static bool pl310_write(void *opaque, struct cpu *c, uint64_t reg, unsigned len,
			uint64_t value)
{
	struct machine *m = opaque;
	uint32_t v = (uint32_t)value;

	if (len != 4)
		return false;
	switch (reg) {
	case PL310_CONTROL:		enable(m, v & 1); break;
	case PL310_AUX_CONTROL:		return write_aux(m, v);
	case PL310_SYNC:
	case PL310_SYNC_DUMMY:		c->counts.outer_syncs++; break;
	case PL310_INV_PA:		by_pa(m, c, DC_INVALIDATE, v); break;
	case PL310_CLEAN_PA:		by_pa(m, c, DC_CLEAN, v); break;
	case PL310_CLEAN_INV_PA:	by_pa(m, c, DC_CLEAN_INVALIDATE, v); break;
	case PL310_INV_WAY:		by_way(m, c, DC_INVALIDATE, v); break;
	case PL310_CLEAN_WAY:		by_way(m, c, DC_CLEAN, v); break;
	case PL310_CLEAN_INV_WAY:	by_way(m, c, DC_CLEAN_INVALIDATE, v); break;
	default:			break;
	}
	return true;
}

static const struct bus_ops pl310_ops = { .read = pl310_read, .write = pl310_write };

void pl310_init(struct machine *m)
{
	m->pl310.aux = aux_at_reset(&m->board->outer);
	m->outer.is_enabled = false;
	bus_attach(m, &(struct bus_device){
		.pa = m->board->outer.reg_pa, .len = 0x1000,
		.ops = &pl310_ops, .opaque = m, .is_memory_system = true,
	});
}
