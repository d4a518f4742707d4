/* SPDX-License-Identifier: MIT */
/*
 * One MMU of Rockchip's IOMMU: <armdma/rockchip-iommu.h> is its manual, and says what is
 * left out.
 *
 *   paging off --> everything passes
 *   paging     --> walk --> served
 *                    `--> a page fault: stopped, until FAULT_DONE
 *   stalled    --> everybody waits, until DISABLE_STALL
 */
#include <armdma/rockchip-iommu.h>

#include "../commands.h"
#include "../registers.h"
#include "../walk.h"
#include "format.h"

#include <string.h>

#define ANY		0xffffffffu
#define LINE		64u
#define ENTRIES		64u
#define ENTRY_BYTES	4u

/* What an access was, to be known again. */
struct asked {
	bool is_set, is_write;
	uint64_t iova;
};

struct rk {
	struct rockchip_iommu_config cfg;
	unsigned version;
	struct iommu_hw *hw;
	struct reg_file regs;
	struct walk_unit walker;
	struct command_unit commands;
	bool is_paging, is_stalled, has_fault, is_hung, is_dead;
	bool is_stalling;		/* accepted, and not yet carried out */
	bool was_written;		/* by software, ever */
	bool fault_is_write;
	uint32_t fault_iova, raw;
	uint32_t next_stall, fault_stall;
	uint32_t first_alive;		/* stalls before it end with a bus error */
	uint32_t nr_waiting;
	struct asked faulted, replay;
};

static bool misbehaves(const struct rk *r, enum rockchip_misbehaviour how)
{
	return r->cfg.knobs.misbehaves & how;
}

static void set_line(struct rk *r)
{
	iommu_hw_set_irq(r->hw, r->raw & regs_held(&r->regs, RK_MMU_INT_MASK));
}

/* ---- what is held --------------------------------------------------------------- */

static uint64_t first_of(uint64_t iova, uint64_t len)
{
	return iova & ~(len - 1);
}

/* All that begins in @len bytes, in TLB or walk cache. */
static void drop(struct rk *r, uint64_t iova, uint64_t len, bool is_tlb)
{
	struct iotlb_scope s = {
		.has_range = true, .iova = first_of(iova, len),
		.last = first_of(iova, len) + len - 1,
	};

	walk_invalidate(&r->walker, &s, is_tlb, !is_tlb);
}

static void wrote_zap_one_line(void *opaque, unsigned idx, uint32_t iova)
{
	struct rk *r = opaque;
	uint64_t per_line = MAX(r->walker.line_len / ENTRY_BYTES, 1u);
	uint64_t zapped = misbehaves(r, ROCKCHIP_ZAPS_ONE_PAGE) ? 1 : per_line;

	r->hw->counts.invalidations[IOMMU_HW_VA]++;
	if (misbehaves(r, ROCKCHIP_IGNORES_ZAP_LINE))
		return;
	drop(r, iova, zapped << 12, true);
	drop(r, iova, per_line << 22, false);
}

static void zap_cache(struct rk *r)
{
	struct iotlb_scope all = { 0 };

	r->hw->counts.invalidations[IOMMU_HW_ALL]++;
	if (!misbehaves(r, ROCKCHIP_IGNORES_ZAP_CACHE))
		walk_invalidate(&r->walker, &all, true, true);
}

/* ---- commands ---------------------------------------------------------------------- */

/* What a boot loader that showed a picture may have left. */
static void as_boot_loader_left(struct rk *r)
{
	r->is_paging = r->has_fault = true;
	r->raw = RK_MMU_INT_PAGE_FAULT;
}

static void forget(struct rk *r)
{
	struct iotlb_scope all = { .is_with_locked = true };

	regs_reset(&r->regs);
	walk_invalidate(&r->walker, &all, true, true);
	r->is_paging = r->is_stalled = r->has_fault = r->is_hung = r->is_stalling = false;
	r->fault_is_write = false;
	r->fault_iova = r->raw = 0;
	r->first_alive = r->next_stall;
	r->nr_waiting = 0;
	r->faulted = r->replay = (struct asked){ 0 };
	set_line(r);
}

static void force_reset(struct rk *r)
{
	if (misbehaves(r, ROCKCHIP_RESET_UNUSABLE))
		r->is_dead = true;
	else
		forget(r);
}

static void unstall(struct rk *r)
{
	r->is_stalled = false;
	r->nr_waiting = 0;
}

static void carry_out(void *opaque, const struct command *c)
{
	struct rk *r = opaque;

	switch (c->op) {
	case RK_MMU_ENABLE_PAGING:
		r->is_paging = true;
		break;
	case RK_MMU_DISABLE_PAGING:
		r->is_paging = false;
		break;
	case RK_MMU_ENABLE_STALL:
		r->is_stalling = false;
		r->is_stalled = !r->has_fault;
		break;
	case RK_MMU_DISABLE_STALL:
		unstall(r);
		break;
	default:
		force_reset(r);
		break;
	}
}

static void fault_done(struct rk *r)
{
	if (!r->has_fault)
		return;
	r->has_fault = false;
	r->nr_waiting = 0;
	if (misbehaves(r, ROCKCHIP_DONE_ENDS))
		r->first_alive = r->fault_stall + 1;
	else
		r->replay = r->faulted;
}

static bool is_right_now(const struct rk *r, uint32_t op)
{
	switch (op) {
	case RK_MMU_ENABLE_STALL:
		return r->is_paging && !r->has_fault && !r->is_hung;
	case RK_MMU_DISABLE_PAGING:
	case RK_MMU_DISABLE_STALL:
		return r->is_stalled;
	default:
		return op <= RK_MMU_FORCE_RESET;
	}
}

static void wrote_command(void *opaque, unsigned idx, uint32_t op)
{
	struct rk *r = opaque;

	if (r->is_dead || !is_right_now(r, op))
		return;
	if (op == RK_MMU_ZAP_CACHE) {
		zap_cache(r);
	} else if (op == RK_MMU_FAULT_DONE) {
		fault_done(r);
	} else {
		r->is_stalling |= op == RK_MMU_ENABLE_STALL;
		commands_accept(&r->commands, &(struct command){ .op = op });
	}
}

/* ---- the other registers --------------------------------------------------------------- */

static uint32_t read_status(void *opaque, unsigned idx, uint32_t held)
{
	const struct rk *r = opaque;

	return (r->is_paging ? RK_MMU_STATUS_PAGING : 0) |
	       (r->has_fault ? RK_MMU_STATUS_FAULT : 0) |
	       (r->is_stalled ? RK_MMU_STATUS_STALLED : 0) |
	       (r->is_hung ? 0 : RK_MMU_STATUS_IDLE) |
	       (r->nr_waiting ? 0 : RK_MMU_STATUS_REPLAY_EMPTY) |
	       (r->fault_is_write ? RK_MMU_STATUS_FAULT_WRITE : 0) |
	       (r->is_stalling ? RK_MMU_STATUS_STALLING : 0);
}

static uint32_t read_fault_addr(void *opaque, unsigned idx, uint32_t held)
{
	return ((const struct rk *)opaque)->fault_iova;
}

static uint32_t read_rawstat(void *opaque, unsigned idx, uint32_t held)
{
	return ((const struct rk *)opaque)->raw;
}

static uint32_t read_int_status(void *opaque, unsigned idx, uint32_t held)
{
	const struct rk *r = opaque;

	return r->raw & regs_held(&r->regs, RK_MMU_INT_MASK);
}

static void wrote_int_clear(void *opaque, unsigned idx, uint32_t value)
{
	struct rk *r = opaque;

	r->raw &= ~value;
	set_line(r);
}

static void wrote_int_mask(void *opaque, unsigned idx, uint32_t value)
{
	set_line(opaque);
}

#define ROWS(dte_addr) {							\
	{ RK_MMU_DTE_ADDR, .writable = dte_addr },				\
	{ RK_MMU_STATUS, .read = read_status },					\
	{ RK_MMU_COMMAND, .wrote = wrote_command },				\
	{ RK_MMU_FAULT_ADDR, .read = read_fault_addr },				\
	{ RK_MMU_ZAP_ONE_LINE, .wrote = wrote_zap_one_line },			\
	{ RK_MMU_RAWSTAT, .read = read_rawstat },				\
	{ RK_MMU_INT_CLEAR, .wrote = wrote_int_clear },				\
	{ RK_MMU_INT_MASK, .writable = 3, .wrote = wrote_int_mask },		\
	{ RK_MMU_INT_STATUS, .read = read_int_status },				\
	{ RK_MMU_AUTO_GATING, .writable = ANY },				\
}

static const struct reg_row rows_v1[] = ROWS(0xfffff000u);
static const struct reg_row rows_v2[] = ROWS(0xfffffff0u);

static bool read_register(void *opaque, uint64_t reg, unsigned len, uint64_t *ret_value)
{
	struct rk *r = opaque;

	return regs_read(&r->regs, r, reg, len, ret_value);
}

static bool write_register(void *opaque, uint64_t reg, unsigned len, uint64_t value)
{
	struct rk *r = opaque;

	r->was_written = true;
	return regs_write(&r->regs, r, reg, len, value);
}

/* ---- accesses ---------------------------------------------------------------------------- */

static void wait(struct rk *r, struct iommu_hw_result *res)
{
	res->outcome = IOMMU_HW_STALL;
	res->stall = r->next_stall++;
	r->nr_waiting++;
}

static void record(struct rk *r, const struct iommu_hw_access *a, uint32_t what)
{
	r->fault_iova = (uint32_t)a->iova;
	r->fault_is_write = a->is_write;
	r->raw |= what;
	set_line(r);
}

static bool is_replay(struct rk *r, const struct iommu_hw_access *a)
{
	struct asked was = r->replay;

	r->replay.is_set = false;
	return was.is_set && was.iova == a->iova && was.is_write == a->is_write;
}

static void page_fault(struct rk *r, const struct iommu_hw_access *a, struct iommu_hw_result *res)
{
	r->has_fault = true;
	r->faulted = (struct asked){ true, a->is_write, a->iova };
	wait(r, res);
	r->fault_stall = res->stall;
	record(r, a, RK_MMU_INT_PAGE_FAULT);
}

static void refuse(struct rk *r, const struct iommu_hw_access *a, struct iommu_hw_result *res,
		   bool is_second)
{
	if (res->reason == IOMMU_HW_WALK_EXTERNAL)
		record(r, a, RK_MMU_INT_BUS_ERROR);
	else if (!is_second && !misbehaves(r, ROCKCHIP_LOSES_FAULTS))
		page_fault(r, a, res);
}

static struct walk_space space_of(const struct rk *r)
{
	return (struct walk_space){
		.format = rockchip_format(r->version),
		.root = rockchip_pa(r->version, regs_held(&r->regs, RK_MMU_DTE_ADDR)),
	};
}

/* Is a DTE to be fetched, and the limit on that a trap? */
static bool hangs(const struct rk *r, const struct iommu_hw_access *a)
{
	return misbehaves(r, ROCKCHIP_DTE_TIME_LIMIT) &&
	       !(regs_held(&r->regs, RK_MMU_AUTO_GATING) & RK_MMU_NO_DTE_TIME_LIMIT) &&
	       !iotlb_find(&r->walker.tlb, 0, 0, a->iova) &&
	       !iotlb_find(&r->walker.tables, 0, 0, a->iova);
}

static void translate(void *opaque, const struct iommu_hw_access *a, struct iommu_hw_result *res)
{
	struct rk *r = opaque;
	struct walk_space s = space_of(r);
	bool is_second;

	if (!r->is_paging) {
		res->outcome = IOMMU_HW_BYPASS;
		return;
	}
	r->is_hung |= !r->is_stalled && !r->has_fault && hangs(r, a);
	if (r->is_stalled || r->has_fault || r->is_hung) {
		res->reason = IOMMU_HW_BLOCKED;
		wait(r, res);
		return;
	}
	res->context = 0;
	is_second = is_replay(r, a);
	walk_translate(&r->walker, &s, a, res);
	if (res->outcome == IOMMU_HW_FAULT)
		refuse(r, a, res, is_second);
}

static enum iommu_hw_stall_state stall_state(void *opaque, uint32_t stall)
{
	const struct rk *r = opaque;

	if ((int32_t)(stall - r->first_alive) < 0)
		return IOMMU_HW_STALL_TERMINATE;
	return r->is_stalled || r->has_fault || r->is_hung ? IOMMU_HW_STALL_WAITS
							   : IOMMU_HW_STALL_RETRY;
}

/* ---- making one ------------------------------------------------------------------------------ */

static void reset(void *opaque)
{
	struct rk *r = opaque;

	if (!r->hw)		/* before it is whole: build_parts() does it */
		return;
	forget(r);
	commands_reset(&r->commands);
	r->is_dead = false;
	if (misbehaves(r, ROCKCHIP_BOOT_FAULT) && !r->was_written)
		as_boot_loader_left(r);
}

static void tick(void *opaque)
{
	commands_tick(&((struct rk *)opaque)->commands);
}

static unsigned gates(void *opaque, enum supply_kind kind, const char *name)
{
	if (kind == SUPPLY_CLOCK && strcmp(name, "aclk") == 0)
		return IOMMU_HW_GATES_ACCESSES;
	if (kind == SUPPLY_CLOCK && strcmp(name, "iface") == 0)
		return IOMMU_HW_GATES_REGISTERS;
	return IOMMU_HW_GATES_REGISTERS | IOMMU_HW_GATES_ACCESSES;
}

static void free_rk(void *opaque)
{
	struct rk *r = opaque;

	iotlb_done(&r->walker.tlb);
	iotlb_done(&r->walker.tables);
	regs_done(&r->regs);
	g_free(r);
}

static const struct iommu_hw_ops ops = {
	.reset = reset, .read = read_register, .write = write_register,
	.translate = translate, .tick = tick, .stall_state = stall_state, .gates = gates,
	.free = free_rk,
};

static void build_parts(struct rk *r)
{
	const struct iommu_hw_knobs *k = &r->cfg.knobs;
	bool draws = iommu_hw_habit(k->draws_victims, false);

	r->walker = (struct walk_unit){
		.hw = r->hw, .has_walk_cache = true,
		.caches_negative = iommu_hw_habit(k->caches_negative, true),
		.prefetch = iommu_hw_knob(k->prefetch, 0),
		.line_len = MIN(iommu_hw_knob(k->line_len, LINE), WALK_MAX_LINE),
	};
	iotlb_init(&r->walker.tlb, r->hw, (struct iotlb_shape){
		.nr_entries = iommu_hw_knob(k->tlb_entries, ENTRIES),
		.nr_ways = iommu_hw_knob(k->tlb_ways, 0), .draws_victims = draws });
	iotlb_init(&r->walker.tables, r->hw, (struct iotlb_shape){
		.nr_entries = iommu_hw_knob(k->walk_cache_entries, ENTRIES),
		.draws_victims = draws });
	r->commands = (struct command_unit){
		.hw = r->hw, .capacity = COMMANDS_MAX, .delay = iommu_hw_knob(k->delay, 0),
		.carry_out = carry_out, .opaque = r,
	};
	reset(r);
}

struct iommu_hw *rockchip_iommu_new(struct machine *m, const struct rockchip_iommu_config *cfg)
{
	struct rk *r = g_new0(struct rk, 1);
	uint32_t reg_len = cfg->reg_len ? (uint32_t)cfg->reg_len : RK_MMU_LEN;

	r->cfg = *cfg;
	r->version = cfg->knobs.version == 2 ? 2 : 1;
	regs_init(&r->regs, r->version == 2 ? rows_v2 : rows_v1, G_N_ELEMENTS(rows_v1),
		  MAX(reg_len, RK_MMU_LEN));
	r->regs.reads_as_zero = true;
	r->hw = iommu_hw_new(m, &(struct iommu_hw_config){
		.name = cfg->name ? cfg->name : "rockchip", .kind = "rockchip",
		.reg_pa = cfg->reg_pa, .reg_len = reg_len, .walker = cfg->walker,
		.irq = cfg->irq,
	}, &ops, r);
	r->cfg.name = iommu_hw_name(r->hw);
	build_parts(r);
	return r->hw;
}
