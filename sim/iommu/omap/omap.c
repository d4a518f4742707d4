/* SPDX-License-Identifier: MIT */
/*
 * OMAP's MMU: registers, accesses, faults. <armdma/omap-iommu.h> is its manual.
 *
 * Spec: SWPU177, chapter 15; SPRUI30, 20.3 and 20.4.
 */
#include <string.h>
#include <armdma/bus.h>

#include "omap.h"

static bool has_status(const struct omap_mmu *o)
{
	return o->cfg.part != OMAP_MMU_OMAP2;
}

/* ---- faults ---------------------------------------------------------------------- */

static void set_line(struct omap_mmu *o)
{
	bool is_high = omap_held(o, OMAP_MMU_IRQSTATUS) & omap_held(o, OMAP_MMU_IRQENABLE);

	if (o->hw)
		iommu_hw_set_irq(o->hw, is_high &&
				 !(o->cfg.knobs.misbehaves & OMAP_MMU_LOSES_FAULTS));
}

/* Who waits asks again. */
static void let_go(struct omap_mmu *o)
{
	o->first_stall = o->next_stall;
	omap_hold(o, OMAP_MMU_FAULT_STATUS, 0);
}

static void wrote_irqstatus(void *opaque, unsigned idx, uint32_t value)
{
	struct omap_mmu *o = opaque;
	uint32_t left = omap_held(o, OMAP_MMU_IRQSTATUS) & ~value;

	omap_hold(o, OMAP_MMU_IRQSTATUS, left);
	if (!left)
		let_go(o);
	set_line(o);
}

static void wrote_irqenable(void *opaque, unsigned idx, uint32_t value)
{
	set_line(opaque);
}

static uint32_t status_of(const struct iommu_hw_access *a)
{
	return OMAP_MMU_FAULT_RECORDED | (a->is_fetch ? OMAP_MMU_FAULT_FETCH : 0) |
	       (a->is_write ? OMAP_MMU_FAULT_WRITE : 0);
}

/* The first is kept, until IRQSTATUS is zero. */
static void record(struct omap_mmu *o, const struct iommu_hw_access *a, uint32_t irq)
{
	uint32_t before = omap_held(o, OMAP_MMU_IRQSTATUS);

	o->hw->counts.faults_lost += before != 0;
	if (!before && a->stream == OMAP_MMU_STREAM_EMU)
		omap_hold(o, OMAP_MMU_EMU_FAULT_AD, (uint32_t)a->iova);
	else if (!before)
		omap_hold(o, OMAP_MMU_FAULT_AD, (uint32_t)a->iova);
	if (!before && has_status(o))
		omap_hold(o, OMAP_MMU_FAULT_STATUS, status_of(a));
	omap_hold(o, OMAP_MMU_IRQSTATUS, before | irq);
	set_line(o);
}

static void waits(struct omap_mmu *o, struct iommu_hw_result *ret)
{
	ret->outcome = IOMMU_HW_STALL;
	ret->stall = o->next_stall++;
}

static enum iommu_hw_stall_state stall_state(void *opaque, uint32_t stall)
{
	const struct omap_mmu *o = opaque;

	return (int32_t)(stall - o->first_stall) < 0 ? IOMMU_HW_STALL_RETRY :
						       IOMMU_HW_STALL_WAITS;
}

static void refuse(struct omap_mmu *o, const struct iommu_hw_access *a,
		   struct iommu_hw_result *ret, uint32_t irq)
{
	record(o, a, irq);
	if (omap_held(o, OMAP_MMU_GP_REG) & OMAP_MMU_BUS_ERR_BACK)
		ret->outcome = IOMMU_HW_FAULT;
	else
		waits(o, ret);
}

/* ---- accesses -------------------------------------------------------------------- */

static bool is_on(const struct omap_mmu *o)
{
	return omap_held(o, OMAP_MMU_CNTL) & OMAP_MMU_CNTL_MMU_EN &&
	       (!o->system || omap_dsp_system_enables(o->system, o->cfg.id));
}

static struct walk_space space_of(const struct omap_mmu *o)
{
	return (struct walk_space){
		.format = &o->format, .root = omap_held(o, OMAP_MMU_TTB) & ~0x3fffu,
	};
}

/* Tables are asked if the TLB has nothing. @is_emu: a debugger's, which leaves no trace. */
static void walks(struct omap_mmu *o, const struct iommu_hw_access *a, bool is_emu,
		  struct iommu_hw_result *ret)
{
	struct walk_space s = space_of(o);

	o->walker.fills_nothing =
		is_emu && !(omap_held(o, OMAP_MMU_CNTL) & OMAP_MMU_CNTL_EMUTLBUPDATE);
	walk_translate(&o->walker, &s, a, ret);
	o->walker.fills_nothing = false;
	if (ret->outcome != IOMMU_HW_FAULT)
		return;
	if (is_emu)
		ret->outcome = IOMMU_HW_ABORT;
	else
		refuse(o, a, ret, ret->reason == IOMMU_HW_WALK_EXTERNAL ?
		       OMAP_MMU_IRQ_TABLEWALK : OMAP_MMU_IRQ_TRANSLATION);
}

static void looks_up(struct omap_mmu *o, const struct iommu_hw_access *a,
		     struct iommu_hw_result *ret)
{
	bool is_emu = a->stream == OMAP_MMU_STREAM_EMU;
	unsigned nr = iotlb_match(&o->walker.tlb, 0, 0, a->iova);

	ret->context = 0;
	if (nr > 1) {
		ret->reason = IOMMU_HW_TLB_CONFLICT;
		refuse(o, a, ret, OMAP_MMU_IRQ_MULTIHIT);
	} else if (!nr && !(omap_held(o, OMAP_MMU_CNTL) & OMAP_MMU_CNTL_TWL_EN)) {
		o->hw->counts.misses++;
		ret->reason = IOMMU_HW_TRANSLATION;
		refuse(o, a, ret, is_emu ? OMAP_MMU_IRQ_EMUMISS : OMAP_MMU_IRQ_TLBMISS);
	} else {
		walks(o, a, is_emu, ret);
	}
}

static bool is_blocked(const struct omap_mmu *o)
{
	return o->first_stall != o->next_stall;
}

static void translate(void *opaque, const struct iommu_hw_access *a, struct iommu_hw_result *ret)
{
	struct omap_mmu *o = opaque;

	if (!is_on(o)) {
		ret->outcome = IOMMU_HW_BYPASS;
	} else if (is_blocked(o)) {
		ret->reason = IOMMU_HW_BLOCKED;
		waits(o, ret);
	} else {
		looks_up(o, a, ret);
	}
}

/* ---- registers ------------------------------------------------------------------- */

static uint32_t read_revision(void *opaque, unsigned idx, uint32_t held)
{
	static const uint8_t revisions[NR_OMAP_MMU_PARTS] = {
		[OMAP_MMU_OMAP2] = 0x11, [OMAP_MMU_OMAP4] = 0x21, [OMAP_MMU_DRA7] = 0x30,
	};
	const struct omap_mmu *o = opaque;

	return iommu_hw_knob(o->cfg.knobs.version, revisions[o->cfg.part]);
}

static void reset(void *opaque);

static void wrote_sysconfig(void *opaque, unsigned idx, uint32_t value)
{
	struct omap_mmu *o = opaque;

	if (!(value & OMAP_MMU_SOFTRESET))
		return;
	reset(o);
	o->reset_ticks = iommu_hw_knob(o->cfg.knobs.delay, 0);
}

static uint32_t read_sysstatus(void *opaque, unsigned idx, uint32_t held)
{
	return ((const struct omap_mmu *)opaque)->reset_ticks ? 0 : OMAP_MMU_RESETDONE;
}

static void tick(void *opaque)
{
	struct omap_mmu *o = opaque;

	o->reset_ticks -= o->reset_ticks != 0;
}

static void wrote_gp_reg(void *opaque, unsigned idx, uint32_t value)
{
	struct omap_mmu *o = opaque;

	if (!has_status(o))
		omap_hold(o, OMAP_MMU_GP_REG, 0);
}

#define ANY	0xffffffffu

static const struct reg_row rows[] = {
	{ OMAP_MMU_REVISION, .read = read_revision },
	{ OMAP_MMU_SYSCONFIG, .writable = 0x319, .wrote = wrote_sysconfig },
	{ OMAP_MMU_SYSSTATUS, .read = read_sysstatus },
	{ OMAP_MMU_IRQSTATUS, .wrote = wrote_irqstatus },
	{ OMAP_MMU_IRQENABLE, .writable = OMAP_MMU_IRQ_ALL, .wrote = wrote_irqenable },
	{ OMAP_MMU_WALKING_ST },
	{ OMAP_MMU_CNTL, .writable = 0xe },
	{ OMAP_MMU_FAULT_AD },
	{ OMAP_MMU_TTB, .writable = ~0x7fu },
	{ OMAP_MMU_LOCK, .read = omap_read_lock, .wrote = omap_wrote_lock },
	{ OMAP_MMU_LD_TLB, .wrote = omap_wrote_ld_tlb },
	{ OMAP_MMU_CAM, .writable = 0xfffff00f },
	{ OMAP_MMU_RAM, .writable = 0xfffff000 | OMAP_RAM_ATTRS },
	{ OMAP_MMU_GFLUSH, .wrote = omap_wrote_gflush },
	{ OMAP_MMU_FLUSH_ENTRY, .wrote = omap_wrote_flush_entry },
	{ OMAP_MMU_READ_CAM, .read = omap_read_cam },
	{ OMAP_MMU_READ_RAM, .read = omap_read_ram },
	{ OMAP_MMU_EMU_FAULT_AD },
	{ OMAP_MMU_FAULT_PC },
	{ OMAP_MMU_FAULT_STATUS },
	{ OMAP_MMU_GP_REG, .writable = OMAP_MMU_BUS_ERR_BACK, .wrote = wrote_gp_reg },
};

static bool read_register(void *opaque, uint64_t reg, unsigned len, uint64_t *ret_value)
{
	struct omap_mmu *o = opaque;

	return regs_read(&o->regs, o, reg, len, ret_value);
}

static bool write_register(void *opaque, uint64_t reg, unsigned len, uint64_t value)
{
	struct omap_mmu *o = opaque;

	return regs_write(&o->regs, o, reg, len, value);
}

/* ---- making one ------------------------------------------------------------------ */

static void reset(void *opaque)
{
	const struct iotlb_scope all = { .is_with_locked = true };
	struct omap_mmu *o = opaque;

	regs_reset(&o->regs);
	o->reset_ticks = 0;
	o->walker.tlb.base = o->walker.tlb.victim = 0;
	let_go(o);
	set_line(o);
	if (o->hw)		/* not the very first time */
		walk_invalidate(&o->walker, &all, true, false);
}

static void free_omap(void *opaque)
{
	struct omap_mmu *o = opaque;

	if (o->system)
		omap_dsp_system_put(o->system);
	iotlb_done(&o->walker.tlb);
	regs_done(&o->regs);
	g_free(o);
}

static const struct iommu_hw_ops ops = {
	.reset = reset, .read = read_register, .write = write_register,
	.translate = translate, .tick = tick, .stall_state = stall_state, .free = free_omap,
};

static unsigned nr_entries(const struct omap_iommu_config *cfg)
{
	unsigned part = cfg->nr_entries ? cfg->nr_entries : OMAP_MMU_MAX_ENTRIES;
	unsigned nr = iommu_hw_knob(cfg->knobs.tlb_entries, part);

	return nr ? MIN(nr, OMAP_MMU_MAX_ENTRIES) : OMAP_MMU_MAX_ENTRIES;
}

static void build_walker(struct omap_mmu *o)
{
	const struct iommu_hw_knobs *k = &o->cfg.knobs;

	pt_omap(&o->format);
	o->walker = (struct walk_unit){
		.hw = o->hw, .prefetch = iommu_hw_knob(k->prefetch, 0),
		.line_len = MIN(iommu_hw_knob(k->line_len, 0), WALK_MAX_LINE),
	};
	iotlb_init(&o->walker.tlb, o->hw, (struct iotlb_shape){
		.nr_entries = nr_entries(&o->cfg), .has_pointer = true,
		.draws_victims = iommu_hw_habit(k->draws_victims, false),
	});
}

struct omap_dsp_system *omap_dsp_system_of(const struct iommu_hw *i)
{
	const struct omap_mmu *o = iommu_hw_opaque(i);

	return !strcmp(iommu_hw_kind(i), OMAP_KIND) ? o->system : NULL;
}

struct iommu_hw *omap_iommu_new(struct machine *m, const struct omap_iommu_config *cfg)
{
	uint64_t len = cfg->reg_len ? MIN(cfg->reg_len, OMAP_MMU_LEN) : OMAP_MMU_LEN;
	uint64_t reg_pa = cfg->reg_pa ? cfg->reg_pa : bus_find_room(m, len);
	struct omap_mmu *o;

	if (!reg_pa)
		return NULL;
	o = g_new0(struct omap_mmu, 1);
	o->cfg = *cfg;
	if (cfg->system_pa)
		o->system = omap_dsp_system_get(m, cfg->system_pa);
	regs_init(&o->regs, rows, G_N_ELEMENTS(rows), OMAP_MMU_LEN);
	o->regs.reads_as_zero = true;
	o->hw = iommu_hw_new(m, &(struct iommu_hw_config){
		.name = cfg->name ? cfg->name : "mmu", .kind = OMAP_KIND, .reg_pa = reg_pa,
		.reg_len = len, .walker = cfg->walker, .irq = cfg->irq,
	}, &ops, o);
	build_walker(o);
	return o->hw;
}
