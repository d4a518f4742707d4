/* SPDX-License-Identifier: MIT */
/* L2C-310 registers: see pl310.h. */
#include "../sim.h"

#define PL310_ID		0x000
#define PL310_TYPE		0x004
#define PL310_CONTROL		0x100
#define PL310_AUX_CONTROL	0x104
#define PL310_TAG_LATENCY	0x108
#define PL310_DATA_LATENCY	0x10c
#define PL310_EVENT_CONTROL	0x200
#define PL310_EVENT_CONFIG1	0x204
#define PL310_EVENT_CONFIG0	0x208
#define PL310_EVENT_COUNT1	0x20c
#define PL310_EVENT_COUNT0	0x210
#define PL310_INT_MASK		0x214
#define PL310_INT_MASKED	0x218
#define PL310_INT_RAW		0x21c
#define PL310_INT_CLEAR		0x220
#define PL310_LOCK_FIRST	0x900
#define PL310_LOCK_END		0x940
#define PL310_FILTER_START	0xc00
#define PL310_FILTER_END	0xc04
#define PL310_DEBUG		0xf40
#define PL310_PREFETCH		0xf60
#define PL310_POWER		0xf80

#define ID_L2C310		0x410000c0u	/* Arm, part 3; RTL release in [5:0] */

#define AUX_16_WAYS		(1u << 16)
#define AUX_WAY_SIZE_SHIFT	17
#define AUX_GEOMETRY		(AUX_16_WAYS | 7u << AUX_WAY_SIZE_SHIFT)
#define AUX_WRITABLE		(0x7fff3c01u & ~AUX_GEOMETRY)
#define AUX_ALLOCATION_SHIFT	23
#define AUX_PREFETCH_DATA	(1u << 28)
#define AUX_PREFETCH		(3u << 28)	/* the same bits as in prefetch control */
#define TYPE_CTYPE		(0xeu << 25)	/* lockdown by master, not by line */

#define DEBUG_NO_LINEFILL	(1u << 0)	/* DCL */
#define DEBUG_WRITE_THROUGH	(1u << 1)	/* DWB */
#define PREFETCH_OFFSET		0x1fu
#define PREFETCH_NO_WRAP_DOUBLE	(1u << 27)
#define PREFETCH_DOUBLE		(1u << 30)
#define PREFETCH_WRITABLE	0x79a0001fu
#define EVENT_ENABLE		(1u << 0)
#define INT_COUNTER		(1u << 0)
#define INT_ALL			0x1ffu
#define LATENCY_WRITABLE	0x777u
#define FILTER_ENABLE		(1u << 0)
#define FILTER_BYTES		0xfff00000u

/* ---- which revision, which geometry ------------------------------------------- */

/* Errata of each revision, newest first. */
static const struct {
	uint8_t rtl;
	uint8_t errata;
} revisions[] = {
	{ 0x8, 0 },							/* r3p2 */
	{ 0x6, ERRATUM_752271 | ERRATUM_769419 },			/* r3p1 */
	{ 0x5, ERRATUM_727915 | ERRATUM_752271 | ERRATUM_753970 | ERRATUM_769419 },
	{ 0x4, ERRATUM_727915 | ERRATUM_769419 },			/* r2p0 */
	{ 0x2, ERRATUM_588369 | ERRATUM_769419 },			/* r1p0 */
};

static size_t revision_of(unsigned errata)
{
	size_t i = 0;

	while (i < G_N_ELEMENTS(revisions) && errata & ~revisions[i].errata)
		i++;
	return i;
}

bool pl310_has_revision(unsigned errata)
{
	return revision_of(errata) < G_N_ELEMENTS(revisions);
}

static uint32_t id_of(unsigned errata)
{
	return ID_L2C310 | revisions[revision_of(errata)].rtl;
}

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

/* ---- what registers mean to level 2 --------------------------------------------- */

static uint8_t allocation_of(const struct machine *m)
{
	static const uint8_t forced[] = {
		ALLOCATE_AS_HINTED, ALLOCATE_NEVER, ALLOCATE_ALWAYS, ALLOCATE_AS_HINTED,
	};

	return m->board->outer.cache.write_allocate
		? forced[m->pl310.aux >> AUX_ALLOCATION_SHIFT & 3] : ALLOCATE_NEVER;
}

static void apply_aux(struct machine *m)
{
	uint32_t aux = m->pl310.aux;
	struct outer *o = &m->outer;

	o->write_allocate = allocation_of(m);
	o->is_exclusive = o->takes_clean = aux & PL310_AUX_EXCLUSIVE;
	o->invalidates_shared = aux & PL310_AUX_SHARED_INVALIDATE;
}

static void apply_prefetch(struct machine *m)
{
	uint32_t v = m->pl310.prefetch;

	m->outer.is_double = v & PREFETCH_DOUBLE && !(v & PREFETCH_NO_WRAP_DOUBLE);
	m->outer.ahead = v & AUX_PREFETCH_DATA ? (uint8_t)((v & PREFETCH_OFFSET) + 1) : 0;
	m->outer.loses_victims = m->pl310.errata & ERRATUM_752271;
}

static void apply_locks(struct machine *m)
{
	uint32_t any = 0;

	for (unsigned i = 0; i < PL310_LOCKS; i++)
		any |= m->pl310.lock_data[i] | m->pl310.lock_instr[i];
	m->outer.has_locks = any;
}

uint32_t pl310_locked(const struct machine *m)
{
	unsigned pair = m->actor.cpu ? m->actor.cpu->idx % PL310_LOCKS : 0;

	return m->pl310.lock_data[pair];
}

/* ---- event counters -------------------------------------------------------------- */

void pl310_count(struct machine *m, enum pl310_event event)
{
	struct pl310 *p = &m->pl310;

	for (unsigned i = 0; i < 2; i++) {
		uint32_t how = p->event_config[i] & 3;

		if (p->event_config[i] >> 2 != event || p->event_count[i] == UINT32_MAX)
			continue;	/* a full counter stays full */
		p->event_count[i]++;
		if (how == 1 || (how == 2 && p->event_count[i] == UINT32_MAX))
			p->int_raw |= INT_COUNTER;
	}
}

static void write_event_control(struct machine *m, uint32_t v)
{
	m->pl310.event_control = v & EVENT_ENABLE;
	m->outer.is_counting = v & EVENT_ENABLE;
	for (unsigned i = 0; i < 2; i++)
		if (v >> (i + 1) & 1)
			m->pl310.event_count[i] = 0;
}

/* ---- registers that only keep what is written -------------------------------------- */

static const struct storage {
	uint16_t reg;
	uint32_t mask;
	size_t field;
} storages[] = {
	{ PL310_TAG_LATENCY, LATENCY_WRITABLE, offsetof(struct pl310, tag_latency) },
	{ PL310_DATA_LATENCY, LATENCY_WRITABLE, offsetof(struct pl310, data_latency) },
	{ PL310_EVENT_CONFIG1, 0x3f, offsetof(struct pl310, event_config[1]) },
	{ PL310_EVENT_CONFIG0, 0x3f, offsetof(struct pl310, event_config[0]) },
	{ PL310_EVENT_COUNT1, UINT32_MAX, offsetof(struct pl310, event_count[1]) },
	{ PL310_EVENT_COUNT0, UINT32_MAX, offsetof(struct pl310, event_count[0]) },
	{ PL310_INT_MASK, INT_ALL, offsetof(struct pl310, int_mask) },
	{ PL310_FILTER_START, FILTER_BYTES | FILTER_ENABLE, offsetof(struct pl310, filter_start) },
	{ PL310_FILTER_END, FILTER_BYTES, offsetof(struct pl310, filter_end) },
	{ PL310_DEBUG, DEBUG_NO_LINEFILL | DEBUG_WRITE_THROUGH, offsetof(struct pl310, debug) },
	{ PL310_PREFETCH, PREFETCH_WRITABLE, offsetof(struct pl310, prefetch) },
	{ PL310_POWER, 3, offsetof(struct pl310, power) },
};

static uint32_t *stored(struct pl310 *p, uint64_t reg, uint32_t *ret_mask)
{
	if (reg >= PL310_LOCK_FIRST && reg < PL310_LOCK_END && !(reg & 3)) {
		unsigned pair = (reg - PL310_LOCK_FIRST) / 8;

		*ret_mask = 0xffff;
		return reg & 4 ? &p->lock_instr[pair] : &p->lock_data[pair];
	}
	for (size_t i = 0; i < G_N_ELEMENTS(storages); i++) {
		if (storages[i].reg == reg) {
			*ret_mask = storages[i].mask;
			return (uint32_t *)((char *)p + storages[i].field);
		}
	}
	return NULL;
}

/* ---- access ------------------------------------------------------------------------ */

static uint32_t read_stored(struct machine *m, uint64_t reg)
{
	uint32_t mask;
	const uint32_t *value = stored(&m->pl310, reg, &mask);

	return value ? *value : 0;
}

static uint32_t read_register(struct machine *m, uint64_t reg)
{
	if (pl310_is_operation(reg))
		return pl310_poll(m, reg);
	switch (reg) {
	case PL310_ID:			return id_of(m->pl310.errata);
	case PL310_TYPE:		return type_of(m->pl310.aux);
	case PL310_CONTROL:		return m->outer.is_enabled;
	case PL310_AUX_CONTROL:		return m->pl310.aux;
	case PL310_EVENT_CONTROL:	return m->pl310.event_control;
	case PL310_INT_RAW:		return m->pl310.int_raw;
	case PL310_INT_MASKED:		return m->pl310.int_raw & m->pl310.int_mask;
	default:			return read_stored(m, reg);
	}
}

/* The prefetch bits are in two registers. */
static void share_prefetch(struct machine *m, uint32_t value)
{
	m->pl310.aux = (m->pl310.aux & ~AUX_PREFETCH) | (value & AUX_PREFETCH);
	m->pl310.prefetch = (m->pl310.prefetch & ~AUX_PREFETCH) | (value & AUX_PREFETCH);
	apply_prefetch(m);
}

/* Refused while the cache is on (DDI 0246A, 3.3.4). */
static bool write_aux(struct machine *m, uint32_t value)
{
	if (m->outer.is_enabled)
		return false;
	m->pl310.aux = (m->pl310.aux & ~AUX_WRITABLE) | (value & AUX_WRITABLE);
	m->outer.policy = value & PL310_AUX_ROUND_ROBIN ? CACHE_ROUND_ROBIN : CACHE_PSEUDO_RANDOM;
	share_prefetch(m, value);
	apply_aux(m);
	tlb_reconsider(m);	/* which image an uncached page shows hangs on bit 22 */
	return true;
}

static void write_stored(struct machine *m, uint64_t reg, uint32_t value)
{
	uint32_t mask;
	uint32_t *field = stored(&m->pl310, reg, &mask);

	if (!field)
		return;
	*field = value & mask;
	apply_locks(m);
	share_prefetch(m, m->pl310.prefetch);
	machine_tell_upheaval(m);
	m->outer.fills_nothing = m->pl310.debug & DEBUG_NO_LINEFILL;
	m->outer.writes_through = m->pl310.debug & DEBUG_WRITE_THROUGH;
}

static void write_control(struct machine *m, uint32_t value)
{
	stb_drain(m);
	outer_enable(m, value & 1);
}

static bool write_register(struct machine *m, struct cpu *c, uint64_t reg, uint32_t value)
{
	if (pl310_is_operation(reg))
		return pl310_operate(m, c, reg, value);
	switch (reg) {
	case PL310_CONTROL:		write_control(m, value); break;
	case PL310_AUX_CONTROL:		return write_aux(m, value);
	case PL310_EVENT_CONTROL:	write_event_control(m, value); break;
	case PL310_INT_CLEAR:		m->pl310.int_raw &= ~value; break;
	default:			write_stored(m, reg, value); break;
	}
	return true;
}

static bool pl310_read(void *opaque, struct cpu *c, uint64_t reg, unsigned len,
		       uint64_t *ret_value)
{
	*ret_value = len == 4 ? read_register(opaque, reg) : 0;
	return len == 4;
}

static bool pl310_write(void *opaque, struct cpu *c, uint64_t reg, unsigned len,
			uint64_t value)
{
	return len == 4 && write_register(opaque, c, reg, (uint32_t)value);
}

static uint32_t pl310_write_run(void *opaque, struct cpu *c, uint64_t reg, uint32_t value,
				uint32_t step, uint32_t nr)
{
	return pl310_operate_run(opaque, c, reg, value, step, nr);
}

static const struct bus_ops pl310_ops = {
	.read = pl310_read, .write = pl310_write, .write_run = pl310_write_run,
};

void pl310_init(struct machine *m)
{
	m->pl310.aux = aux_at_reset(&m->board->outer);
	m->pl310.errata = m->config.errata;
	m->pl310.progress = stream_new(m->config.seed, STREAM_PL310);
	m->outer.is_enabled = false;
	apply_aux(m);
	stb_init(m);
	bus_attach(m, &(struct bus_device){
		.pa = m->board->outer.reg_pa, .len = 0x1000,
		.ops = &pl310_ops, .opaque = m, .is_memory_system = true,
	});
}
