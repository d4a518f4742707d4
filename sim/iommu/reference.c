/* SPDX-License-Identifier: MIT */
/*
 * The reference IOMMU: registers, routes, contexts, commands and faults, put together from
 * the parts of this folder. <armdma/reference-iommu.h> is its manual.
 *
 * Leaves out: stage 1 and 2 of one access, more than one table of a context (TTBR1).
 */
#include <armdma/bus.h>
#include <armdma/reference-iommu.h>

#include "commands.h"
#include "faults.h"
#include "registers.h"
#include "router.h"
#include "walk.h"

#include <string.h>

#define NO_CONTEXT	0xffu

enum stall_kind { STALL_NONE, STALL_WAITS, STALL_RETRY, STALL_TERMINATE };

struct ref {
	struct ref_config cfg;
	struct iommu_hw *hw;
	struct reg_file regs;
	struct walk_unit walker;
	struct command_unit commands;
	struct fault_unit faults;
	struct route routes[REF_MAX_STREAMS];
	struct pt_format formats[REF_MAX_CONTEXTS];
	bool makes_sense[REF_MAX_CONTEXTS];	/* the format is one */
	bool has_lost_command;
	uint8_t stalls[FAULTS_MAX];		/* enum stall_kind, by number modulo that */
	uint32_t next_stall;
};

static bool misbehaves(const struct ref *r, enum ref_misbehaviour how)
{
	return r->cfg.misbehaves & how;
}

/* ---- contexts ------------------------------------------------------------------- */

static const unsigned granules[4] = { 12, 16, 14, 0 };	/* as TG0 says them */

static int first_level_of(enum ref_format format, uint32_t tcr)
{
	unsigned sl0 = tcr >> 6 & 3;

	if (format == REF_LONG32_S2 || !(tcr >> 14 & 3))	/* 4 KiB: counted otherwise */
		return (int)(2 - sl0);
	return (int)(3 - sl0);
}

static bool format_long(const struct ref *r, struct pt_format *f, enum ref_format format,
			uint32_t tcr)
{
	bool is_32 = format == REF_LONG32_S1 || format == REF_LONG32_S2;
	bool is_stage2 = format == REF_LONG32_S2 || format == REF_LONG64_S2;
	unsigned t0sz = tcr & 0x3f;

	return pt_long(f, &(struct pt_long_ask){
		.stage = is_stage2 ? 2 : 1,
		.granule_log2 = is_32 ? 12 : granules[tcr >> 14 & 3],
		.input_bits = (is_32 ? 32 : 64) - MIN(t0sz, is_32 ? 32u : 63u),
		.output_bits = r->cfg.pa_bits,
		.first_level = is_stage2 ? first_level_of(format, tcr) : -1,
	});
}

static bool format_of(const struct ref *r, struct pt_format *f, uint32_t control, uint32_t tcr)
{
	enum ref_format format = control >> 8 & 0xf;

	if (format >= NR_REF_FORMATS || !(r->cfg.formats & 1u << format))
		return false;
	if (format > REF_SHORT_WIDE)
		return format_long(r, f, format, tcr);
	return pt_short(f, &(struct pt_short_ask){
		.input_bits = 32 + (format == REF_SHORT_WIDE ? tcr & 3 : 0),
		.has_access_flag = true,
		.ignores_perms = control & REF_CONTEXT_NO_PERMS,
		.has_wide_pa = format == REF_SHORT_WIDE,
	});
}

static void context_changed(void *opaque, unsigned idx, uint32_t value)
{
	struct ref *r = opaque;

	uint32_t control = regs_held(&r->regs, REF_CONTEXT(idx));
	struct pt_format *f = &r->formats[idx];

	r->makes_sense[idx] = format_of(r, f, control, regs_held(&r->regs, REF_TCR(idx)));
	f->has_attrs = control & REF_CONTEXT_ATTRIBUTES;
	f->mair = regs_held64(&r->regs, REF_MAIR(idx));
}

static struct walk_space space_of(const struct ref *r, unsigned idx)
{
	uint32_t control = regs_held(&r->regs, REF_CONTEXT(idx));
	bool is_mixed = misbehaves(r, REF_MIXES_CONTEXTS);

	return (struct walk_space){
		.format = &r->formats[idx],
		.root = regs_held64(&r->regs, REF_TTBR(idx)),
		.context = is_mixed ? 0 : idx,
		.asid = is_mixed ? 0 : regs_held(&r->regs, REF_ASID(idx)),
		.sets_access = control & REF_CONTEXT_SET_ACCESS,
		.sets_dirty = control & REF_CONTEXT_SET_DIRTY,
	};
}

/* ---- faults and stalls --------------------------------------------------------------- */

static uint32_t read_fault(void *opaque, unsigned idx, uint32_t held)
{
	const struct ref *r = opaque;
	const struct fault_record *f = faults_head(&r->faults);
	uint32_t value = r->faults.has_overflowed ? REF_FAULT_OVERFLOW : 0;

	if (!f)
		return value;
	return value | REF_FAULT_VALID | (f->access.is_write ? REF_FAULT_WRITE : 0) |
	       (f->is_stalled ? REF_FAULT_STALLED : 0) |
	       (f->access.is_privileged ? REF_FAULT_PRIVILEGED : 0) |
	       (f->access.is_fetch ? REF_FAULT_FETCH : 0) |
	       (uint32_t)f->reason << 8 | (uint32_t)f->level << 12 |
	       MIN(f->context, NO_CONTEXT) << 16;
}

static void wrote_fault(void *opaque, unsigned idx, uint32_t value)
{
	struct ref *r = opaque;

	if (value & REF_FAULT_VALID)
		faults_pop(&r->faults);
	if (value & REF_FAULT_OVERFLOW)
		faults_clear_overflow(&r->faults);
}

static uint32_t read_fault_stream(void *opaque, unsigned idx, uint32_t held)
{
	const struct fault_record *f = faults_head(&((struct ref *)opaque)->faults);

	return f ? f->access.stream : 0;
}

static uint32_t read_fault_iova(void *opaque, unsigned idx, uint32_t held)
{
	const struct fault_record *f = faults_head(&((struct ref *)opaque)->faults);

	return f ? (uint32_t)(f->access.iova >> (idx ? 32 : 0)) : 0;
}

static uint32_t read_fault_stall(void *opaque, unsigned idx, uint32_t held)
{
	const struct fault_record *f = faults_head(&((struct ref *)opaque)->faults);

	return f && f->is_stalled ? f->stall : 0;
}

static void wrote_resume(void *opaque, unsigned idx, uint32_t value)
{
	struct ref *r = opaque;
	uint8_t *stall = &r->stalls[(value & ~REF_RESUME_TERMINATE) % FAULTS_MAX];

	if (*stall == STALL_WAITS)
		*stall = value & REF_RESUME_TERMINATE ? STALL_TERMINATE : STALL_RETRY;
}

static enum iommu_hw_stall_state stall_state(void *opaque, uint32_t stall)
{
	struct ref *r = opaque;
	uint8_t *at = &r->stalls[stall % FAULTS_MAX];
	enum stall_kind was = *at;

	if (was == STALL_WAITS)
		return IOMMU_HW_STALL_WAITS;
	*at = STALL_NONE;
	return was == STALL_RETRY ? IOMMU_HW_STALL_RETRY : IOMMU_HW_STALL_TERMINATE;
}

static bool may_stall(const struct ref *r, const struct iommu_hw_result *res)
{
	return res->context < r->cfg.nr_contexts &&
	       regs_held(&r->regs, REF_CONTEXT(res->context)) & REF_CONTEXT_STALL &&
	       r->faults.nr < r->faults.capacity &&
	       r->stalls[r->next_stall % FAULTS_MAX] == STALL_NONE;
}

static void record(struct ref *r, const struct iommu_hw_access *a, struct iommu_hw_result *res)
{
	struct fault_record f = {
		.access = *a, .reason = res->reason, .level = res->level,
		.context = res->context, .is_stalled = res->outcome == IOMMU_HW_STALL,
		.stall = res->stall,
	};

	if (!misbehaves(r, REF_LOSES_FAULTS))
		faults_record(&r->faults, &f);
}

static void refuse(struct ref *r, const struct iommu_hw_access *a, struct iommu_hw_result *res,
		   enum iommu_hw_outcome outcome)
{
	res->outcome = outcome;
	if (outcome == IOMMU_HW_FAULT && may_stall(r, res)) {
		res->outcome = IOMMU_HW_STALL;
		res->stall = r->next_stall++ & ~REF_RESUME_TERMINATE;
		r->stalls[res->stall % FAULTS_MAX] = STALL_WAITS;
	}
	record(r, a, res);
}

/* ---- accesses ---------------------------------------------------------------------------- */

static bool is_context_on(const struct ref *r, unsigned context)
{
	return context < r->cfg.nr_contexts && r->makes_sense[context] &&
	       regs_held(&r->regs, REF_CONTEXT(context)) & REF_CONTEXT_ENABLE;
}

static void redirect(const struct ref *r, const struct iommu_hw_access *a,
		     struct iommu_hw_result *res)
{
	uint64_t into = a->iova & 0xfff;

	res->pa = regs_held64(&r->regs, REF_REDIRECT) + into;
	res->room = MIN(res->room, 0x1000 - into);
}

static void in_context(struct ref *r, const struct iommu_hw_access *a, const struct route *to,
		       struct iommu_hw_result *res)
{
	struct walk_space s;

	res->context = to->context;
	if (!is_context_on(r, to->context)) {
		res->reason = IOMMU_HW_CONTEXT_OFF;
		refuse(r, a, res, IOMMU_HW_FAULT);
		return;
	}
	s = space_of(r, to->context);
	walk_translate(&r->walker, &s, a, res);
	if (res->reason == IOMMU_HW_PERMISSION && misbehaves(r, REF_IGNORES_PERMS)) {
		res->outcome = IOMMU_HW_HIT;
		res->reason = IOMMU_HW_OK;
	}
	if (res->outcome != IOMMU_HW_FAULT)
		return;
	refuse(r, a, res, to->kind == ROUTE_REDIRECT ? IOMMU_HW_REDIRECT : IOMMU_HW_FAULT);
	if (res->outcome == IOMMU_HW_REDIRECT)
		redirect(r, a, res);
}

static void no_route(struct ref *r, const struct iommu_hw_access *a, struct iommu_hw_result *res,
		     unsigned nr_matches)
{
	if (!nr_matches && !(regs_held(&r->regs, REF_CONTROL) & REF_CONTROL_REFUSE)) {
		res->outcome = IOMMU_HW_BYPASS;
		return;
	}
	res->reason = nr_matches ? IOMMU_HW_STREAM_TWICE : IOMMU_HW_NO_STREAM;
	refuse(r, a, res, IOMMU_HW_FAULT);
}

static void by_route(struct ref *r, const struct iommu_hw_access *a, const struct route *to,
		     struct iommu_hw_result *res)
{
	switch (to->kind) {
	case ROUTE_BYPASS:
		res->outcome = IOMMU_HW_BYPASS;
		break;
	case ROUTE_FAULT:
	case ROUTE_DROP:
		res->reason = IOMMU_HW_NO_STREAM;
		refuse(r, a, res, to->kind == ROUTE_DROP ? IOMMU_HW_DROP : IOMMU_HW_FAULT);
		break;
	default:
		in_context(r, a, to, res);
		break;
	}
}

static void translate(void *opaque, const struct iommu_hw_access *a, struct iommu_hw_result *res)
{
	struct ref *r = opaque;
	const struct route *to;
	unsigned nr_matches;

	if (!(regs_held(&r->regs, REF_CONTROL) & REF_CONTROL_ENABLE)) {
		res->outcome = IOMMU_HW_BYPASS;
		return;
	}
	to = route_find(r->routes, r->cfg.nr_streams, a->stream, &nr_matches);
	if (nr_matches != 1)
		no_route(r, a, res, nr_matches);
	else
		by_route(r, a, to, res);
}

/* ---- commands ------------------------------------------------------------------------------ */

static const enum iommu_hw_scope scope_of[NR_REF_COMMANDS] = {
	[REF_INV_ALL] = IOMMU_HW_ALL, [REF_INV_CONTEXT] = IOMMU_HW_CONTEXT,
	[REF_INV_ASID] = IOMMU_HW_ASID, [REF_INV_VA] = IOMMU_HW_VA,
	[REF_INV_RANGE] = IOMMU_HW_RANGE, [REF_INV_WALK] = IOMMU_HW_WALK_CACHE,
};

static bool is_ignored(const struct ref *r, uint32_t op)
{
	return (op == REF_INV_VA && misbehaves(r, REF_IGNORES_INV_VA)) ||
	       (op == REF_INV_RANGE && misbehaves(r, REF_IGNORES_INV_RANGE)) ||
	       ((op == REF_INV_CONTEXT || op == REF_INV_ASID) &&
		misbehaves(r, REF_IGNORES_INV_CONTEXT));
}

static uint64_t last_of(const struct ref *r, const struct command *c)
{
	uint64_t len = c->len;

	if (c->op == REF_INV_VA)
		return c->iova;
	if (!len)
		return UINT64_MAX;
	if (misbehaves(r, REF_SHORTENS_RANGES))
		len -= MIN(len - 1, 0x1000u);
	return c->iova + len - 1 < c->iova ? UINT64_MAX : c->iova + len - 1;
}

static struct iotlb_scope scope_of_command(const struct ref *r, const struct command *c)
{
	bool is_mixed = misbehaves(r, REF_MIXES_CONTEXTS);

	return (struct iotlb_scope){
		.has_context = c->op != REF_INV_ALL && !is_mixed,
		.has_asid = c->op >= REF_INV_ASID && !is_mixed,
		.spares_global = c->op == REF_INV_ASID,
		.has_range = c->op >= REF_INV_VA,
		.context = c->context, .asid = c->asid,
		.iova = c->iova, .last = last_of(r, c),
	};
}

static void carry_out(void *opaque, const struct command *c)
{
	struct ref *r = opaque;
	struct iotlb_scope s = scope_of_command(r, c);
	bool in_tables = c->op != REF_INV_VA && c->op != REF_INV_RANGE;

	r->hw->counts.invalidations[scope_of[c->op]]++;
	if (is_ignored(r, c->op))
		return;
	walk_invalidate(&r->walker, &s, true,
			in_tables && !misbehaves(r, REF_IGNORES_INV_WALK));
}

static void wrote_command(void *opaque, unsigned idx, uint32_t value)
{
	struct ref *r = opaque;
	struct command c = {
		.op = value & 0xff, .context = value >> 8 & 0xff, .asid = value >> 16,
		.iova = regs_held64(&r->regs, REF_INV_IOVA),
		.len = regs_held64(&r->regs, REF_INV_LEN),
	};

	if (c.op == REF_INV_NOTHING || c.op >= NR_REF_COMMANDS)
		return;
	r->has_lost_command |= !commands_accept(&r->commands, &c);
}

static uint32_t read_commands(void *opaque, unsigned idx, uint32_t held)
{
	const struct ref *r = opaque;

	return r->commands.nr | (r->commands.capacity - r->commands.nr) << 8 |
	       (r->has_lost_command ? REF_COMMANDS_LOST : 0);
}

static void wrote_commands(void *opaque, unsigned idx, uint32_t value)
{
	struct ref *r = opaque;

	if (value & REF_COMMANDS_LOST)
		r->has_lost_command = false;
}

static uint32_t read_sync(void *opaque, unsigned idx, uint32_t held)
{
	const struct ref *r = opaque;

	bool is_over = commands_are_over(&r->commands) || misbehaves(r, REF_SYNCS_EARLY);

	return is_over ? 0 : REF_SYNC_BUSY;
}

static void wrote_sync(void *opaque, unsigned idx, uint32_t value)
{
	((struct ref *)opaque)->hw->counts.syncs++;
}

/* ---- the other registers --------------------------------------------------------- */

static void wrote_control(void *opaque, unsigned idx, uint32_t value)
{
	faults_enable(&((struct ref *)opaque)->faults, value & REF_CONTROL_IRQ);
}

static void wrote_route(void *opaque, unsigned idx, uint32_t value)
{
	static const enum route_kind kinds[NR_REF_ROUTES] = {
		ROUTE_TRANSLATE, ROUTE_BYPASS, ROUTE_FAULT, ROUTE_DROP, ROUTE_REDIRECT,
	};
	struct ref *r = opaque;
	uint32_t route = regs_held(&r->regs, REF_ROUTE(idx));
	uint32_t stream = regs_held(&r->regs, REF_STREAM(idx));
	unsigned kind = route >> 8 & 0xf;

	r->routes[idx] = (struct route){
		.is_valid = route & REF_ROUTE_VALID,
		.match = stream & 0xffff, .mask = stream >> 16,
		.kind = kind < NR_REF_ROUTES ? kinds[kind] : ROUTE_FAULT,
		.context = route & 0xff,
	};
}

static uint32_t read_features(void *opaque, unsigned idx, uint32_t held)
{
	const struct ref_config *cfg = &((const struct ref *)opaque)->cfg;
	bool is_coherent = cfg->walker == IOMMU_HW_WALKS_SNOOPING ||
			   cfg->misbehaves & REF_CLAIMS_COHERENT;

	return (is_coherent ? REF_FEATURE_COHERENT : 0) |
	       (cfg->caches_negative ? REF_FEATURE_NEGATIVE : 0) |
	       (cfg->has_no_walk_cache ? 0 : REF_FEATURE_WALK_CACHE) |
	       REF_FEATURE_STALL | REF_FEATURE_ACCESS_FLAG | REF_FEATURE_DIRTY |
	       16u << 8 | cfg->pa_bits << 16;
}

static uint32_t read_formats(void *opaque, unsigned idx, uint32_t held)
{
	return ((const struct ref *)opaque)->cfg.formats;
}

static uint32_t read_sizes(void *opaque, unsigned idx, uint32_t held)
{
	const struct ref_config *cfg = &((const struct ref *)opaque)->cfg;

	return cfg->nr_contexts | cfg->nr_streams << 8 | cfg->fault_depth << 24;
}

#define ANY	0xffffffffu
#define PER_CONTEXT(reg)	REF_##reg(0), REF_CONTEXT(1) - REF_CONTEXT(0), REF_MAX_CONTEXTS
#define PER_STREAM(reg)		REF_##reg(0), REF_STREAM(1) - REF_STREAM(0), REF_MAX_STREAMS

static const struct reg_row rows[] = {
	{ REF_ID, .reset = REF_ID_MAGIC },
	{ REF_FORMATS, .read = read_formats },
	{ REF_SIZES, .read = read_sizes },
	{ REF_FEATURES, .read = read_features },
	{ REF_CONTROL, .writable = 7, .wrote = wrote_control },
	{ REF_INV_IOVA, 4, 2, .writable = ANY },
	{ REF_INV_LEN, 4, 2, .writable = ANY },
	{ REF_COMMAND, .wrote = wrote_command },
	{ REF_COMMANDS, .read = read_commands, .wrote = wrote_commands },
	{ REF_SYNC, .read = read_sync, .wrote = wrote_sync },
	{ REF_FAULT, .read = read_fault, .wrote = wrote_fault },
	{ REF_FAULT_STREAM, .read = read_fault_stream },
	{ REF_FAULT_IOVA, 4, 2, .read = read_fault_iova },
	{ REF_FAULT_STALL, .read = read_fault_stall },
	{ REF_RESUME, .wrote = wrote_resume },
	{ REF_REDIRECT, 4, 2, .writable = ANY },
	{ PER_STREAM(STREAM), .writable = ANY, .wrote = wrote_route },
	{ PER_STREAM(ROUTE), .writable = ANY, .wrote = wrote_route },
	{ PER_CONTEXT(CONTEXT), .writable = 0xf3f, .wrote = context_changed },
	{ PER_CONTEXT(TTBR), .writable = ANY },
	{ REF_TTBR(0) + 4, REF_CONTEXT(1) - REF_CONTEXT(0), REF_MAX_CONTEXTS, .writable = ANY },
	{ PER_CONTEXT(TCR), .writable = ANY, .wrote = context_changed },
	{ PER_CONTEXT(MAIR), .writable = ANY, .wrote = context_changed },
	{ REF_MAIR(0) + 4, REF_CONTEXT(1) - REF_CONTEXT(0), REF_MAX_CONTEXTS, .writable = ANY,
	  .wrote = context_changed },
	{ PER_CONTEXT(ASID), .writable = 0xffff },
};

/* ---- making one ------------------------------------------------------------------ */

static struct iotlb_scope everything(void)
{
	return (struct iotlb_scope){ .is_with_locked = true };
}

static void reset(void *opaque)
{
	struct ref *r = opaque;
	struct iotlb_scope all = everything();

	regs_reset(&r->regs);
	for (unsigned i = 0; i < REF_MAX_STREAMS; i++)
		wrote_route(r, i, 0);
	for (unsigned i = 0; i < REF_MAX_CONTEXTS; i++)
		context_changed(r, i, 0);
	r->has_lost_command = false;
	memset(r->stalls, STALL_NONE, sizeof(r->stalls));
	if (!r->hw)		/* the very first time */
		return;
	commands_reset(&r->commands);
	faults_reset(&r->faults, r->hw, r->cfg.fault_depth);
	walk_invalidate(&r->walker, &all, true, true);
}

static bool read_register(void *opaque, uint64_t reg, unsigned len, uint64_t *ret_value)
{
	struct ref *r = opaque;

	return regs_read(&r->regs, r, reg, len, ret_value);
}

static bool write_register(void *opaque, uint64_t reg, unsigned len, uint64_t value)
{
	struct ref *r = opaque;

	return regs_write(&r->regs, r, reg, len, value);
}

static void tick(void *opaque)
{
	commands_tick(&((struct ref *)opaque)->commands);
}

static void free_ref(void *opaque)
{
	struct ref *r = opaque;

	iotlb_done(&r->walker.tlb);
	iotlb_done(&r->walker.tables);
	regs_done(&r->regs);
	g_free(r);
}

static const struct iommu_hw_ops ops = {
	.reset = reset, .read = read_register, .write = write_register,
	.translate = translate, .tick = tick, .stall_state = stall_state, .free = free_ref,
};

static unsigned or_default(unsigned value, unsigned standard)
{
	return value ? value : standard;
}

static struct ref_config completed(const struct ref_config *cfg)
{
	struct ref_config c = *cfg;

	c.name = c.name ? c.name : "reference";
	c.formats = or_default(c.formats, (1u << NR_REF_FORMATS) - 1);
	c.nr_contexts = MIN(or_default(c.nr_contexts, 16), REF_MAX_CONTEXTS);
	c.nr_streams = MIN(or_default(c.nr_streams, 64), REF_MAX_STREAMS);
	c.fault_depth = MIN(or_default(c.fault_depth, 8), FAULTS_MAX);
	c.command_depth = MIN(or_default(c.command_depth, 16), COMMANDS_MAX);
	c.pa_bits = or_default(c.pa_bits, 40);
	return c;
}

static struct iotlb_shape tlb_shape(const struct ref_config *cfg)
{
	return (struct iotlb_shape){
		.nr_entries = cfg->tlb_entries,
		.nr_ways = cfg->tlb_sets ? cfg->tlb_entries / cfg->tlb_sets : cfg->tlb_ways,
		.draws_victims = cfg->draws_victims,
		.index_log2 = cfg->tlb_sets ? 12 : 0, .index_sets = cfg->tlb_sets,
	};
}

static void build_parts(struct ref *r)
{
	const struct ref_config *cfg = &r->cfg;

	r->walker = (struct walk_unit){
		.hw = r->hw, .has_walk_cache = !cfg->has_no_walk_cache,
		.caches_negative = cfg->caches_negative,
		.uses_contiguous = cfg->uses_contiguous, .prefetch = cfg->prefetch,
	};
	iotlb_init(&r->walker.tlb, r->hw, tlb_shape(cfg));
	iotlb_init(&r->walker.tables, r->hw, (struct iotlb_shape){
		cfg->walk_cache_entries, 0, cfg->draws_victims });
	r->commands = (struct command_unit){
		.hw = r->hw, .capacity = cfg->command_depth, .delay = cfg->delay,
		.carry_out = carry_out, .opaque = r,
	};
	faults_reset(&r->faults, r->hw, cfg->fault_depth);
}

struct iommu_hw *ref_iommu_new(struct machine *m, const struct ref_config *cfg)
{
	uint64_t reg_pa = cfg->reg_pa ? cfg->reg_pa : bus_find_room(m, REF_LEN);
	struct ref *r;

	if (!reg_pa)
		return NULL;
	r = g_new0(struct ref, 1);
	r->cfg = completed(cfg);
	regs_init(&r->regs, rows, G_N_ELEMENTS(rows), REF_LEN);
	r->hw = iommu_hw_new(m, &(struct iommu_hw_config){
		.name = r->cfg.name, .kind = "reference", .reg_pa = reg_pa, .reg_len = REF_LEN,
		.walker = r->cfg.walker, .irq = r->cfg.irq,
	}, &ops, r);
	r->cfg.name = iommu_hw_name(r->hw);
	build_parts(r);
	return r->hw;
}

void ref_iommu_misbehave(struct iommu_hw *i, unsigned how)
{
	((struct ref *)iommu_hw_opaque(i))->cfg.misbehaves = how;
}
