/* SPDX-License-Identifier: MIT */
/*
 * Allwinner's IOMMU: <armdma/sun50i-iommu.h> is its manual.
 *
 *   master m --> micro TLB m --> macro TLB --> walk cache --> tables
 *
 * Authorities are looked up at each access: the TLBs hold their number, not what they allow.
 */
#include <armdma/bus.h>
#include <armdma/sun50i-iommu.h>
#include <armdma/supply.h>

#include "../commands.h"
#include "../registers.h"
#include "../walk.h"

/* What commands do: how wide the invalidation is. */
enum { FLUSH, IVLD, PC_IVLD };

/* What the manual does not say. */
#define USUAL_MICRO	16u
#define USUAL_MACRO	128u
#define USUAL_TABLES	64u

/* A master's access that was refused: it waits until its port is reset. */
enum wait_state { NOBODY_WAITS, WAITS, IS_OVER };

struct sun50i {
	struct iommu_hw *hw;
	struct iommu_hw_knobs knobs;
	struct reg_file regs;
	struct pt_format format;
	struct walk_unit walker;		/* its TLB is the macro TLB */
	struct iotlb micro[SUN50I_MASTERS];
	struct command_unit flushes, ivlds, pc_ivlds;
	uint8_t waits[SUN50I_MASTERS];		/* enum wait_state */
};

/* ---- tables --------------------------------------------------------- */

static void decode(const struct pt_format *f, unsigned level, uint64_t raw, struct pt_entry *ret)
{
	*ret = (struct pt_entry){ .kind = PT_INVALID };
	if (!level && (raw & 3) == 1) {
		ret->kind = PT_TABLE;
		ret->pa = raw & 0xfffffc00u;
	} else if (level && raw & 2) {
		ret->kind = PT_LEAF;
		ret->pa = raw & 0xfffff000u;
		ret->size_log2 = 12;
		ret->perms = 0xff;
		ret->attrs = (uint32_t)raw;
	}
}

static const struct pt_format two_levels = {
	.decode = decode, .stage = 1, .first_level = 1, .nr_levels = 2,
	.input_bits = 32, .output_bits = 32, .granule_log2 = 12, .ignores_perms = true,
	.levels = { { 20, 12, 2 }, { 12, 8, 2 } },
};

/* ---- what is refused --------------------------------------------------------- */

static void set_line(const struct sun50i *s)
{
	uint32_t sta = regs_held(&s->regs, SUN50I_INT_STA);

	iommu_hw_set_irq(s->hw, sta & regs_held(&s->regs, SUN50I_INT_ENABLE));
}

static void hold(struct sun50i *s, uint32_t reg, uint32_t value)
{
	s->regs.held[reg / 4] = value;
}

static void set_bits(struct sun50i *s, uint32_t reg, uint32_t bits)
{
	hold(s, reg, regs_held(&s->regs, reg) | bits);
}

/* The first that is not cleared yet keeps its place. */
static void note_missing(struct sun50i *s, const struct iommu_hw_access *a, unsigned level)
{
	uint32_t bit = level == 1 ? SUN50I_INT_L1 : SUN50I_INT_L2;

	if (!(regs_held(&s->regs, SUN50I_INT_STA) & bit))
		hold(s, level == 1 ? SUN50I_ERR_L1 : SUN50I_ERR_L2, (uint32_t)a->iova);
	else
		s->hw->counts.faults_lost++;
	set_bits(s, level == 1 ? SUN50I_L1PG_INT : SUN50I_L2PG_INT, 1u << a->stream);
	set_bits(s, SUN50I_INT_STA, bit);
}

static void note_refused(struct sun50i *s, const struct iommu_hw_access *a, uint32_t attrs)
{
	hold(s, SUN50I_ERR_IOVA(a->stream), (uint32_t)a->iova);
	hold(s, SUN50I_ERR_DATA(a->stream), attrs);
	set_bits(s, SUN50I_INT_STA, 1u << a->stream);
}

static void refuse(struct sun50i *s, const struct iommu_hw_access *a, struct iommu_hw_result *ret,
		   uint32_t attrs)
{
	if (ret->reason == IOMMU_HW_PERMISSION)
		note_refused(s, a, attrs);
	else
		note_missing(s, a, ret->level);
	s->waits[a->stream] = WAITS;
	ret->outcome = IOMMU_HW_STALL;
	ret->stall = a->stream;
	set_line(s);
}

static enum iommu_hw_stall_state stall_state(void *opaque, uint32_t master)
{
	struct sun50i *s = opaque;

	if (s->waits[master] == WAITS)
		return IOMMU_HW_STALL_WAITS;
	s->waits[master] = NOBODY_WAITS;
	return IOMMU_HW_STALL_TERMINATE;
}

/* ---- accesses --------------------------------------------------------- */

static uint32_t authority_of(const struct sun50i *s, uint32_t attrs)
{
	uint32_t overwrite = regs_held(&s->regs, SUN50I_AUT_OVWT);
	unsigned nr = attrs >> 4 & (SUN50I_AUTHORITIES - 1);

	if (overwrite >> 31)
		return overwrite;
	return regs_held(&s->regs, SUN50I_AUT_CTRL(nr / 2)) >> (nr & 1 ? 16 : 0);
}

static void check_authority(struct sun50i *s, const struct iommu_hw_access *a,
			    struct iommu_hw_result *ret, uint32_t attrs)
{
	uint32_t no = a->is_write ? SUN50I_NO_WRITE(a->stream) : SUN50I_NO_READ(a->stream);

	if (!(authority_of(s, attrs) & no))
		return;
	ret->outcome = IOMMU_HW_FAULT;
	ret->reason = IOMMU_HW_PERMISSION;
}

static bool is_set(const struct sun50i *s, uint32_t reg, uint32_t bit)
{
	return regs_held(&s->regs, reg) & bit;
}

static void in_tables(struct sun50i *s, const struct iommu_hw_access *a,
		      struct iommu_hw_result *ret)
{
	struct iotlb_entry e;

	struct walk_space space = {
		.format = &s->format,
		.root = regs_held(&s->regs, SUN50I_TTB),
		.micro = is_set(s, SUN50I_TLB_ENABLE, 1u << a->stream) ? &s->micro[a->stream] :
									 NULL,
	};

	s->walker.prefetch = is_set(s, SUN50I_PREFETCH, 1u << a->stream) ?
			     iommu_hw_knob(s->knobs.prefetch, 1) : 0;
	ret->context = 0;
	walk_translate_by(&s->walker, &space, a, ret, &e);
	if (ret->outcome == IOMMU_HW_HIT)
		check_authority(s, a, ret, e.attrs);
	if (ret->outcome == IOMMU_HW_FAULT)
		refuse(s, a, ret, e.attrs);
}

static bool is_held_in_reset(const struct sun50i *s, unsigned master)
{
	return !is_set(s, SUN50I_RESET, SUN50I_RESET_ALL) || !is_set(s, SUN50I_RESET, 1u << master);
}

static bool has_no_clock(const struct sun50i *s)
{
	return iommu_hw_missing(s->hw, IOMMU_HW_GATES_REGISTERS);
}

static void translate(void *opaque, const struct iommu_hw_access *a, struct iommu_hw_result *ret)
{
	struct sun50i *s = opaque;
	bool is_master = a->stream < SUN50I_MASTERS;
	bool is_off = s->hw->has_lost || !is_set(s, SUN50I_ENABLE, 1) ||
		      is_set(s, SUN50I_BYPASS, 1u << (a->stream & 31));

	if (is_off) {
		ret->outcome = IOMMU_HW_BYPASS;
	} else if (!is_master || is_held_in_reset(s, a->stream) || has_no_clock(s)) {
		ret->outcome = IOMMU_HW_ABORT;
		ret->reason = is_master ? IOMMU_HW_OFF : IOMMU_HW_NO_STREAM;
	} else {
		in_tables(s, a, ret);
	}
}

/* ---- invalidation --------------------------------------------------------- */

static const struct iotlb_scope everything = { .is_with_locked = true };

static void forget_micro(struct sun50i *s, uint32_t masters, const struct iotlb_scope *scope)
{
	for (unsigned m = 0; m < SUN50I_MASTERS; m++)
		if (masters & 1u << m)
			iotlb_invalidate(&s->micro[m], scope);
}

/* @which: as TLB_FLUSH says it. */
static void forget(struct sun50i *s, uint32_t which, const struct iotlb_scope *scope)
{
	forget_micro(s, which, scope);
	walk_invalidate(&s->walker, scope, which & SUN50I_MACRO, which & SUN50I_WALK_CACHE);
}

static void flush(void *opaque, const struct command *c)
{
	struct sun50i *s = opaque;

	s->hw->counts.invalidations[IOMMU_HW_ALL]++;
	forget(s, (uint32_t)c->iova, &everything);
	hold(s, SUN50I_TLB_FLUSH, 0);
}

/* Bits of MASK count from the lowest one up. */
static void ivld(void *opaque, const struct command *c)
{
	struct sun50i *s = opaque;
	uint32_t mask = (uint32_t)c->len & 0xfffff000u;
	uint32_t low = mask ? (mask & -mask) - 1 : UINT32_MAX;
	struct iotlb_scope scope = {
		.has_range = true, .iova = c->iova & ~low, .last = c->iova | low,
	};

	s->hw->counts.invalidations[IOMMU_HW_VA]++;
	if (!is_set(s, SUN50I_AUTO_GATING, 1))
		forget(s, SUN50I_ALL_MASTERS | SUN50I_MACRO, &scope);
	hold(s, SUN50I_IVLD, 0);
}

static void pc_ivld(void *opaque, const struct command *c)
{
	struct sun50i *s = opaque;
	uint64_t first = c->iova & 0xfff00000u;
	struct iotlb_scope scope = { .has_range = true, .iova = first, .last = first | 0xfffff };

	s->hw->counts.invalidations[IOMMU_HW_WALK_CACHE]++;
	if (!is_set(s, SUN50I_AUTO_GATING, 1))
		forget(s, SUN50I_WALK_CACHE, &scope);
	hold(s, SUN50I_PC_IVLD, 0);
}

/* Written while one is under way: ignored, as there is one of each. */
static void wrote_flush(void *opaque, unsigned idx, uint32_t value)
{
	struct sun50i *s = opaque;

	value &= SUN50I_ALL_MASTERS | SUN50I_MACRO | SUN50I_WALK_CACHE;
	if (value && commands_are_over(&s->flushes)) {
		hold(s, SUN50I_TLB_FLUSH, value);
		commands_accept(&s->flushes, &(struct command){ .op = FLUSH, .iova = value });
	}
}

static void wrote_ivld(void *opaque, unsigned idx, uint32_t value)
{
	struct sun50i *s = opaque;

	if (value & 1 && commands_are_over(&s->ivlds)) {
		hold(s, SUN50I_IVLD, 1);
		commands_accept(&s->ivlds, &(struct command){
			.op = IVLD, .iova = regs_held(&s->regs, SUN50I_IVLD_ADDR),
			.len = regs_held(&s->regs, SUN50I_IVLD_MASK),
		});
	}
}

static void wrote_pc_ivld(void *opaque, unsigned idx, uint32_t value)
{
	struct sun50i *s = opaque;

	if (value & 1 && commands_are_over(&s->pc_ivlds)) {
		hold(s, SUN50I_PC_IVLD, 1);
		commands_accept(&s->pc_ivlds, &(struct command){
			.op = PC_IVLD, .iova = regs_held(&s->regs, SUN50I_PC_IVLD_ADDR),
		});
	}
}

/* ---- the other registers --------------------------------------------------------- */

/* A port that is reset lets go of its access, and what is held in reset forgets. */
static void wrote_reset(void *opaque, unsigned idx, uint32_t value)
{
	struct sun50i *s = opaque;
	uint32_t gone = value & SUN50I_RESET_ALL ? ~value : UINT32_MAX;

	for (unsigned m = 0; m < SUN50I_MASTERS; m++)
		if (gone & 1u << m && s->waits[m] == WAITS)
			s->waits[m] = IS_OVER;
	forget(s, gone, &everything);
}

/* What is off holds nothing, and the macro TLB's shape is the walker's. */
static void wrote_tlb_enable(void *opaque, unsigned idx, uint32_t value)
{
	struct sun50i *s = opaque;

	s->walker.fills_nothing = !(value & SUN50I_MACRO);
	s->walker.has_walk_cache = value & SUN50I_WALK_CACHE;
	forget(s, ~value, &everything);
}

static void wrote_int_enable(void *opaque, unsigned idx, uint32_t value)
{
	set_line(opaque);
}

static void wrote_int_clr(void *opaque, unsigned idx, uint32_t value)
{
	struct sun50i *s = opaque;

	hold(s, SUN50I_INT_STA, regs_held(&s->regs, SUN50I_INT_STA) & ~value);
	if (value & SUN50I_INT_L1)
		hold(s, SUN50I_L1PG_INT, 0);
	if (value & SUN50I_INT_L2)
		hold(s, SUN50I_L2PG_INT, 0);
	set_line(s);
}

#define ANY		0xffffffffu
#define INT_BITS	(SUN50I_INT_L1 | SUN50I_INT_L2 | SUN50I_ALL_MASTERS)
#define TLB_BITS	(SUN50I_MACRO | SUN50I_WALK_CACHE | SUN50I_ALL_MASTERS)
#define RESET_BITS	(SUN50I_RESET_ALL | TLB_BITS)

static const struct reg_row rows[] = {
	{ SUN50I_RESET, .reset = RESET_BITS, .writable = RESET_BITS, .wrote = wrote_reset },
	{ SUN50I_ENABLE, .writable = 1 },
	{ SUN50I_BYPASS, .reset = SUN50I_ALL_MASTERS, .writable = SUN50I_ALL_MASTERS },
	{ SUN50I_AUTO_GATING, .reset = 1, .writable = 1 },
	{ SUN50I_WBUF_CTRL, .reset = SUN50I_ALL_MASTERS, .writable = SUN50I_ALL_MASTERS },
	{ SUN50I_OOO_CTRL, .reset = SUN50I_ALL_MASTERS, .writable = SUN50I_ALL_MASTERS },
	{ SUN50I_4KB_BDY, .reset = SUN50I_ALL_MASTERS, .writable = SUN50I_ALL_MASTERS },
	{ SUN50I_TTB, .writable = 0xffffc000u },
	{ SUN50I_TLB_ENABLE, .reset = TLB_BITS, .writable = TLB_BITS, .wrote = wrote_tlb_enable },
	{ SUN50I_PREFETCH, .writable = SUN50I_ALL_MASTERS },
	{ SUN50I_TLB_FLUSH, .wrote = wrote_flush },
	{ SUN50I_IVLD_ADDR, .writable = 0xfffff000u },
	{ SUN50I_IVLD_MASK, .writable = 0xfffff000u },
	{ SUN50I_IVLD, .wrote = wrote_ivld },
	{ SUN50I_PC_IVLD_ADDR, .writable = 0xfff00000u },
	{ SUN50I_PC_IVLD, .wrote = wrote_pc_ivld },
	{ SUN50I_AUT_CTRL(0), 4, SUN50I_AUTHORITIES / 2, .writable = ANY },
	{ SUN50I_AUT_OVWT, .writable = 0x80000fffu },
	{ SUN50I_INT_ENABLE, .writable = INT_BITS, .wrote = wrote_int_enable },
	{ SUN50I_INT_CLR, .wrote = wrote_int_clr },
	{ SUN50I_INT_STA },
	{ SUN50I_ERR_IOVA(0), 4, SUN50I_MASTERS },
	{ SUN50I_ERR_L1 },
	{ SUN50I_ERR_L2 },
	{ SUN50I_ERR_DATA(0), 4, SUN50I_MASTERS },
	{ SUN50I_L1PG_INT },
	{ SUN50I_L2PG_INT },
};

/*
 * Without a clock, or held in reset, registers do not answer. Masters pass an IOMMU that is
 * off, as they do one that is held in reset.
 */
static unsigned gates(void *opaque, enum supply_kind kind, const char *name)
{
	return IOMMU_HW_GATES_REGISTERS;
}

/* ---- making one --------------------------------------------------------- */

static void reset(void *opaque)
{
	struct sun50i *s = opaque;

	regs_reset(&s->regs);
	if (!s->hw)		/* the very first time */
		return;
	for (unsigned m = 0; m < SUN50I_MASTERS; m++)
		s->waits[m] = s->waits[m] == WAITS ? IS_OVER : s->waits[m];
	commands_reset(&s->flushes);
	commands_reset(&s->ivlds);
	commands_reset(&s->pc_ivlds);
	s->walker.fills_nothing = false;
	s->walker.has_walk_cache = true;
	forget(s, ANY, &everything);
	set_line(s);
}

static bool read_register(void *opaque, uint64_t reg, unsigned len, uint64_t *ret_value)
{
	struct sun50i *s = opaque;

	return regs_read(&s->regs, s, reg, len, ret_value);
}

static bool write_register(void *opaque, uint64_t reg, unsigned len, uint64_t value)
{
	struct sun50i *s = opaque;

	return regs_write(&s->regs, s, reg, len, value);
}

static void tick(void *opaque)
{
	struct sun50i *s = opaque;

	commands_tick(&s->flushes);
	commands_tick(&s->ivlds);
	commands_tick(&s->pc_ivlds);
}

static void free_sun50i(void *opaque)
{
	struct sun50i *s = opaque;

	for (unsigned m = 0; m < SUN50I_MASTERS; m++)
		iotlb_done(&s->micro[m]);
	iotlb_done(&s->walker.tlb);
	iotlb_done(&s->walker.tables);
	regs_done(&s->regs);
	g_free(s);
}

static const struct iommu_hw_ops ops = {
	.reset = reset, .read = read_register, .write = write_register,
	.translate = translate, .tick = tick, .stall_state = stall_state, .gates = gates,
	.free = free_sun50i,
};

static struct command_unit one_at_a_time(struct sun50i *s,
					 void (*carry_out)(void *opaque, const struct command *c))
{
	return (struct command_unit){
		.hw = s->hw, .capacity = 1, .delay = iommu_hw_knob(s->knobs.delay, 0),
		.carry_out = carry_out, .opaque = s,
	};
}

static void build_tlbs(struct sun50i *s)
{
	const struct iommu_hw_knobs *k = &s->knobs;
	bool draws = iommu_hw_habit(k->draws_victims, false);

	s->walker = (struct walk_unit){
		.hw = s->hw, .has_walk_cache = true,
		.caches_negative = iommu_hw_habit(k->caches_negative, true),
		.line_len = MIN(iommu_hw_knob(k->line_len, 0), WALK_MAX_LINE),
	};
	iotlb_init(&s->walker.tlb, s->hw, (struct iotlb_shape){
		iommu_hw_knob(k->tlb_entries, USUAL_MACRO), iommu_hw_knob(k->tlb_ways, 0), draws });
	iotlb_init(&s->walker.tables, s->hw, (struct iotlb_shape){
		iommu_hw_knob(k->walk_cache_entries, USUAL_TABLES), 0, draws });
	for (unsigned m = 0; m < SUN50I_MASTERS; m++)
		iotlb_init(&s->micro[m], s->hw, (struct iotlb_shape){ USUAL_MICRO, 0, draws });
}

struct iommu_hw *sun50i_iommu_new(struct machine *m, const struct sun50i_iommu_config *cfg)
{
	struct sun50i *s = g_new0(struct sun50i, 1);

	s->knobs = cfg->knobs;
	s->format = two_levels;
	regs_init(&s->regs, rows, G_N_ELEMENTS(rows), SUN50I_LEN);
	s->regs.reads_as_zero = true;
	s->hw = iommu_hw_new(m, &(struct iommu_hw_config){
		.name = cfg->name, .kind = "sun50i", .reg_pa = cfg->reg_pa, .reg_len = SUN50I_LEN,
		.irq = cfg->irq, .walker = cfg->walker,
	}, &ops, s);
	s->flushes = one_at_a_time(s, flush);
	s->ivlds = one_at_a_time(s, ivld);
	s->pc_ivlds = one_at_a_time(s, pc_ivld);
	build_tlbs(s);
	return s->hw;
}
