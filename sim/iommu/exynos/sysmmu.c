/* SPDX-License-Identifier: MIT */
/*
 * The System MMU at work: blocking, flushes, faults, accesses. <armdma/exynos-iommu.h> is
 * its manual, sysmmu.h says what else there is.
 */
#include <armdma/bus.h>

#include "../../sim.h"
#include "sysmmu.h"

#define PAGE		0x1000u
#define GATES_TRANSLATION	(1u << 8)	/* beside IOMMU_HW_GATES_* */

static bool misbehaves(const struct sysmmu *s, enum sysmmu_misbehaviour how)
{
	return s->misbehaves & how;
}

static void set_reg(struct sysmmu *s, uint32_t reg, uint32_t value)
{
	s->regs.held[reg / 4] = value;
}

static uint32_t int_status(const struct sysmmu *s)
{
	return regs_held(&s->regs, s->layout->int_status);
}

static void set_line(struct sysmmu *s)
{
	iommu_hw_set_irq(s->hw, int_status(s) && regs_held(&s->regs, SYSMMU_CTRL) &
			 SYSMMU_CTRL_INT);
}

/* ---- blocking ---------------- */

static bool is_blocked(const struct sysmmu *s)
{
	return s->block == BLOCK_ON || s->is_fault_blocked;
}

/* Who has waited goes on. */
static void unblock(struct sysmmu *s)
{
	if (is_blocked(s))
		s->epoch++;
	s->block = BLOCK_NONE;
	s->is_fault_blocked = false;
}

/* What was off has nothing in flight. */
static unsigned ticks_until_blocked(struct sysmmu *s)
{
	if (!s->was_on)
		return 0;
	if (s->hw->machine->draws_delays)
		return iommu_hw_choose(s->hw, s->delay + 1);
	return s->delay;
}

static void ask_for_block(struct sysmmu *s)
{
	if (s->block != BLOCK_NONE)
		return;
	s->block = BLOCK_ASKED;
	s->block_due = s->flushes.now + ticks_until_blocked(s);
	s->hw->counts.syncs++;
}

static void block_if_due(struct sysmmu *s)
{
	if (s->block == BLOCK_ASKED && s->block_due <= s->flushes.now &&
	    !misbehaves(s, SYSMMU_NEVER_BLOCKS))
		s->block = BLOCK_ON;
}

/* What has faulted waits until software has seen it. */
void sysmmu_wrote_ctrl(void *opaque, unsigned idx, uint32_t value)
{
	struct sysmmu *s = opaque;

	if (!(value & SYSMMU_CTRL_ENABLE))
		unblock(s);
	else if (value & SYSMMU_CTRL_BLOCK)
		ask_for_block(s);
	else if (!s->is_fault_blocked || !int_status(s))
		unblock(s);
	else
		s->block = BLOCK_NONE;
	block_if_due(s);
	s->was_on = value & SYSMMU_CTRL_ENABLE;
	set_line(s);
}

uint32_t sysmmu_read_status(void *opaque, unsigned idx, uint32_t held)
{
	return is_blocked(opaque) ? SYSMMU_STATUS_BLOCKED : 0;
}

uint32_t sysmmu_read_version(void *opaque, unsigned idx, uint32_t held)
{
	const struct sysmmu *s = opaque;

	return s->version == SYSMMU_VERSION(1, 0) ? SYSMMU_VERSION_LIE :
						    s->version & ~SYSMMU_WITH_VMS;
}

/* ---- what is held of tables ---------------- */

static void flush(struct sysmmu *s, const struct iotlb_scope *scope, bool reaches_flpd)
{
	walk_invalidate(&s->walker, scope, true,
			reaches_flpd && !misbehaves(s, SYSMMU_KEEPS_FLPD));
}

void sysmmu_wrote_cfg(void *opaque, unsigned idx, uint32_t value)
{
	struct sysmmu *s = opaque;
	struct iotlb_scope all = { .is_with_locked = true };
	bool has_flpd = s->flpd_entries && value & SYSMMU_CFG_FLPDCACHE;

	if (s->walker.has_walk_cache && !has_flpd)
		walk_invalidate(&s->walker, &all, false, true);
	s->walker.has_walk_cache = has_flpd;
	s->format.ignores_perms = !(value & SYSMMU_CFG_EAP) ||
				  misbehaves(s, SYSMMU_IGNORES_EAP);
}

static bool is_ignored(const struct sysmmu *s, enum iommu_hw_scope op)
{
	return (op == IOMMU_HW_VA && misbehaves(s, SYSMMU_IGNORES_ENTRY)) ||
	       (op == IOMMU_HW_RANGE && misbehaves(s, SYSMMU_IGNORES_RANGE));
}

static void carry_out(void *opaque, const struct command *c)
{
	struct sysmmu *s = opaque;
	struct iotlb_scope scope = {
		.has_range = c->op != IOMMU_HW_ALL,
		.iova = c->iova, .last = c->iova + c->len - 1,
	};

	s->hw->counts.invalidations[c->op]++;
	if (!is_ignored(s, c->op))
		flush(s, &scope, c->op == IOMMU_HW_ALL ||
		      (c->op == IOMMU_HW_VA && s->part->entry_reaches_flpd));
}

/* While nothing is in flight, at once. */
static void accept(struct sysmmu *s, const struct command *c)
{
	if (is_blocked(s) || !commands_accept(&s->flushes, c))
		carry_out(s, c);
}

void sysmmu_wrote_flush_all(void *opaque, unsigned idx, uint32_t value)
{
	if (value & SYSMMU_FLUSH_NOW)
		accept(opaque, &(struct command){ .op = IOMMU_HW_ALL });
}

void sysmmu_wrote_flush_entry(void *opaque, unsigned idx, uint32_t value)
{
	if (value & SYSMMU_FLUSH_NOW)
		accept(opaque, &(struct command){
			.op = IOMMU_HW_VA, .iova = value & ~(PAGE - 1), .len = PAGE });
}

void sysmmu_wrote_flush_range(void *opaque, unsigned idx, uint32_t value)
{
	struct sysmmu *s = opaque;
	uint32_t at = s->layout->pt_base - SYSMMU_V5_PT_BASE;
	uint32_t first = regs_held(&s->regs, at + SYSMMU_V5_FLUSH_START) & ~(PAGE - 1);
	uint32_t last = regs_held(&s->regs, at + SYSMMU_V5_FLUSH_END) & ~(PAGE - 1);

	if (value & SYSMMU_FLUSH_NOW && first <= last)
		accept(s, &(struct command){ .op = IOMMU_HW_RANGE, .iova = first,
					     .len = (uint64_t)last - first + PAGE });
}

/* ---- faults ---------------- */

void sysmmu_wrote_int_clear(void *opaque, unsigned idx, uint32_t value)
{
	struct sysmmu *s = opaque;

	set_reg(s, s->layout->int_status, int_status(s) & ~value);
	set_line(s);
}

static bool may_stall(const struct sysmmu *s)
{
	return !s->layout->has_vms || regs_held(&s->regs, SYSMMU_V7_CTRL_VM) &
				      SYSMMU_V7_CTRL_VM_STALL;
}

/* The first of a kind is told, until it is cleared. */
static void tell(struct sysmmu *s, const struct iommu_hw_access *a, enum iommu_hw_reason reason)
{
	struct fault_place at;
	uint32_t status = int_status(s);

	if (!s->layout->place_of(reason, a->is_write, &at))
		return;
	if (status & 1u << at.bit) {
		s->hw->counts.faults_lost++;
		return;
	}
	set_reg(s, s->layout->int_status, status | 1u << at.bit);
	set_reg(s, at.va_reg, (uint32_t)a->iova);
	if (at.info_reg)
		set_reg(s, at.info_reg, a->is_write ? SYSMMU_V7_FAULT_WRITE : 0);
	set_line(s);
}

/* Numbers of stalls: the epoch, and whether it is the fault itself or who waits behind it. */
static void stall(const struct sysmmu *s, struct iommu_hw_result *res, bool is_fault)
{
	res->outcome = IOMMU_HW_STALL;
	res->stall = s->epoch << 1 | is_fault;
}

static enum iommu_hw_stall_state stall_state(void *opaque, uint32_t stall)
{
	const struct sysmmu *s = opaque;

	if (is_blocked(s) && stall >> 1 == (s->epoch & 0x7fffffff))
		return IOMMU_HW_STALL_WAITS;
	if (stall & 1 && misbehaves(s, SYSMMU_ABORTS_FAULTS))
		return IOMMU_HW_STALL_TERMINATE;
	return IOMMU_HW_STALL_RETRY;
}

static void fault(struct sysmmu *s, const struct iommu_hw_access *a, struct iommu_hw_result *res,
		  enum iommu_hw_reason reason)
{
	res->outcome = IOMMU_HW_FAULT;
	res->reason = reason;
	if (misbehaves(s, SYSMMU_LOSES_FAULTS))
		return;
	if (may_stall(s)) {
		stall(s, res, true);
		s->is_fault_blocked = true;
	}
	tell(s, a, reason);
}

/* ---- accesses ---------------- */

static bool is_on(const struct sysmmu *s)
{
	return regs_held(&s->regs, SYSMMU_CTRL) & SYSMMU_CTRL_ENABLE &&
	       (!s->layout->has_vms || regs_held(&s->regs, SYSMMU_V7_CTRL_VM) &
				       SYSMMU_V7_CTRL_VM_ENABLE);
}

static struct walk_space space_of(const struct sysmmu *s)
{
	uint64_t base = regs_held(&s->regs, s->layout->pt_base);

	return (struct walk_space){
		.format = &s->format, .root = base << s->layout->base_shift & ~0x3fffull,
	};
}

/* More than one entry translates it; such as say that there is nothing do not count. */
static bool hits_several(const struct sysmmu *s, uint64_t iova)
{
	const struct iotlb *t = &s->walker.tlb;
	unsigned nr = 0;

	if (!(t->sizes & (t->sizes - 1)))
		return false;
	for (uint64_t left = t->sizes; left; left &= left - 1) {
		const struct iotlb_entry *e = iotlb_find_size(t, 0, 0, iova,
							      (unsigned)__builtin_ctzll(left));

		nr += e && !e->is_negative;
	}
	return nr > 1;
}

static bool knows_of(const struct sysmmu *s, enum iommu_hw_reason reason)
{
	struct fault_place at;

	return s->layout->place_of(reason, false, &at);
}

static void translate(void *opaque, const struct iommu_hw_access *a, struct iommu_hw_result *res)
{
	struct sysmmu *s = opaque;
	struct walk_space space = space_of(s);

	if (!is_on(s)) {
		res->outcome = IOMMU_HW_BYPASS;
		return;
	}
	res->context = 0;
	if (s->hw->gated & GATES_TRANSLATION) {
		res->outcome = IOMMU_HW_ABORT;
		res->reason = IOMMU_HW_OFF;
	} else if (is_blocked(s)) {
		res->reason = IOMMU_HW_BLOCKED;
		stall(s, res, false);
	} else if (hits_several(s, a->iova) && knows_of(s, IOMMU_HW_TLB_CONFLICT)) {
		fault(s, a, res, IOMMU_HW_TLB_CONFLICT);
	} else {
		walk_translate(&s->walker, &space, a, res);
		if (res->outcome == IOMMU_HW_FAULT)
			fault(s, a, res, res->reason);
	}
}

/* ---- making one ---------------- */

static void reset(void *opaque)
{
	struct sysmmu *s = opaque;
	struct iotlb_scope all = { .is_with_locked = true };

	regs_reset(&s->regs);
	s->was_on = false;
	unblock(s);
	if (!s->hw)		/* the very first time */
		return;
	commands_reset(&s->flushes);
	walk_invalidate(&s->walker, &all, true, true);
	sysmmu_wrote_cfg(s, 0, 0);
	set_line(s);
}

static bool read_register(void *opaque, uint64_t reg, unsigned len, uint64_t *ret_value)
{
	struct sysmmu *s = opaque;

	return regs_read(&s->regs, s, reg, len, ret_value);
}

static bool write_register(void *opaque, uint64_t reg, unsigned len, uint64_t value)
{
	struct sysmmu *s = opaque;

	return regs_write(&s->regs, s, reg, len, value);
}

static void tick(void *opaque)
{
	struct sysmmu *s = opaque;

	commands_tick(&s->flushes);
	block_if_due(s);
}

/*
 * Of the two bus clocks one answers and one translates; what does neither passes accesses
 * on even without. A master without a clock of its own asks for nothing.
 */
static unsigned gates(void *opaque, enum supply_kind kind, const char *name)
{
	if (kind != SUPPLY_CLOCK)
		return IOMMU_HW_GATES_REGISTERS | IOMMU_HW_GATES_ACCESSES;
	if (g_strcmp0(name, "aclk") == 0)
		return GATES_TRANSLATION;
	if (g_strcmp0(name, "pclk") == 0 || g_strcmp0(name, "master") == 0)
		return IOMMU_HW_GATES_REGISTERS;
	return IOMMU_HW_GATES_REGISTERS | GATES_TRANSLATION;
}

static void free_sysmmu(void *opaque)
{
	struct sysmmu *s = opaque;

	iotlb_done(&s->walker.tlb);
	iotlb_done(&s->walker.tables);
	regs_done(&s->regs);
	g_free(s);
}

static const struct iommu_hw_ops ops = {
	.reset = reset, .read = read_register, .write = write_register, .translate = translate,
	.tick = tick, .stall_state = stall_state, .gates = gates, .free = free_sysmmu,
};

static const struct sysmmu_layout *layout_of(const struct sysmmu *s)
{
	bool has_vms = s->part->layout == &sysmmu_layout_v7 && s->version & SYSMMU_WITH_VMS;

	return has_vms ? &sysmmu_layout_v7_vm : s->part->layout;
}

static struct iotlb_shape shape_of(const struct sysmmu_part *part, const struct iommu_hw_knobs *k)
{
	unsigned ways = iommu_hw_knob(k->tlb_ways, part->tlb_ways);
	struct iotlb_shape shape = {
		.nr_entries = iommu_hw_knob(k->tlb_entries, part->tlb_entries),
		.draws_victims = iommu_hw_habit(k->draws_victims, false),
	};

	shape.nr_ways = ways && !(shape.nr_entries % ways) ? ways : 0;
	if (part->is_indexed) {
		shape.index_log2 = 12;
		shape.index_sets = !shape.nr_entries ? 64 :
				   shape.nr_ways ? shape.nr_entries / shape.nr_ways : 1;
	}
	return shape;
}

static void build_parts(struct sysmmu *s, const struct iommu_hw_knobs *k)
{
	const struct sysmmu_part *part = s->part;

	s->delay = iommu_hw_knob(k->delay, 4);
	s->flpd_entries = part->flpd_entries ?
			  iommu_hw_knob(k->walk_cache_entries, part->flpd_entries) : 0;
	s->misbehaves = k->misbehaves;
	s->flushes = (struct command_unit){
		.hw = s->hw, .capacity = COMMANDS_MAX, .delay = s->delay,
		.carry_out = carry_out, .opaque = s,
	};
	s->walker = (struct walk_unit){
		.hw = s->hw,
		.caches_negative = part->caches_negative &&
				   iommu_hw_habit(k->caches_negative, true),
		.prefetch = iommu_hw_knob(k->prefetch, part->prefetch),
		.line_len = MIN(iommu_hw_knob(k->line_len, part->line_len), WALK_MAX_LINE),
	};
	iotlb_init(&s->walker.tlb, s->hw, shape_of(part, k));
	iotlb_init(&s->walker.tables, s->hw, (struct iotlb_shape){
		.nr_entries = s->flpd_entries,
		.draws_victims = iommu_hw_habit(k->draws_victims, false) });
}

static struct iommu_hw *put_on_bus(struct machine *m, const struct exynos_iommu_config *cfg,
				   struct sysmmu *s, uint64_t reg_pa, uint64_t reg_len)
{
	return iommu_hw_new(m, &(struct iommu_hw_config){
		.name = cfg->name ? cfg->name : "sysmmu", .kind = "exynos",
		.reg_pa = reg_pa, .reg_len = reg_len, .irq = cfg->irq, .walker = cfg->walker,
	}, &ops, s);
}

struct iommu_hw *exynos_iommu_new(struct machine *m, const struct exynos_iommu_config *cfg)
{
	struct sysmmu *s = g_new0(struct sysmmu, 1);
	uint64_t reg_len, reg_pa;

	s->version = cfg->knobs.version ? cfg->knobs.version : SYSMMU_VERSION(3, 3);
	s->part = sysmmu_part_of(s->version);
	s->layout = layout_of(s);
	s->part->set_format(&s->format);
	reg_len = cfg->reg_len ? cfg->reg_len : s->layout->len;
	reg_pa = cfg->reg_pa ? cfg->reg_pa : bus_find_room(m, reg_len);
	if (!reg_pa) {
		g_free(s);
		return NULL;
	}
	regs_init(&s->regs, s->layout->rows, s->layout->nr_rows,
		  MAX((uint32_t)reg_len, s->layout->len));
	s->regs.reads_as_zero = true;
	s->hw = put_on_bus(m, cfg, s, reg_pa, reg_len);
	build_parts(s, &cfg->knobs);
	return s->hw;
}

void exynos_iommu_misbehave(struct iommu_hw *i, unsigned how)
{
	struct sysmmu *s = iommu_hw_opaque(i);

	s->misbehaves = how;
	sysmmu_wrote_cfg(s, 0, regs_held(&s->regs, SYSMMU_CFG));
}
