/* SPDX-License-Identifier: MIT */
/*
 * Qualcomm's MSM IOMMU: its registers, and how one is made. <armdma/msm-iommu.h> is its
 * manual, and says what is left out.
 *
 * Linux: drivers/iommu/msm_iommu_hw-8xxx.h.
 */
#include "msm.h"

#include <string.h>
#include <armdma/board.h>
#include <armdma/bus.h>

#include "../kinds.h"

#define BFB_ENTRIES	128u		/* 16 lines of 8 */

static uint32_t read_idr(void *opaque, unsigned idx, uint32_t held)
{
	const struct msm *d = opaque;
	unsigned nr = d->walker.tlb.shape.nr_entries;

	return d->cfg.nr_mids | MSM_IDR_HTW |
	       (nr ? 31u - (unsigned)__builtin_clz(nr) : 15) << 12 |
	       d->cfg.nr_contexts << 16 | 1u << 24;
}

static uint32_t read_rev(void *opaque, unsigned idx, uint32_t held)
{
	return ((const struct msm *)opaque)->cfg.knobs.version;
}

#define ANY		0xffffffffu
#define NR_CTX		MSM_IOMMU_MAX_CONTEXTS	/* in the rows: as many as there are */
#define NR_MID		MSM_IOMMU_MAX_MIDS
#define OF_CTX(reg)	MSM_##reg, MSM_CTX(1), NR_CTX

static const struct reg_row rows[] = {
	{ OF_CTX(SCTLR), .writable = 0x3f, .wrote = msm_context_changed },
	{ OF_CTX(ACTLR), .writable = 0xf7ff7f, .wrote = msm_context_changed },
	{ OF_CTX(CONTEXTIDR), .writable = ANY },
	{ OF_CTX(TTBR0), .writable = ~4u },
	{ OF_CTX(TTBR1), .writable = ~4u },
	{ OF_CTX(TTBCR), .writable = MSM_TTBCR_N | MSM_TTBCR_PD0 | MSM_TTBCR_PD1 },
	{ OF_CTX(PAR), .writable = ANY },
	{ OF_CTX(FSR), .wrote = msm_wrote_fsr },
	{ OF_CTX(FSRRESTORE), .wrote = msm_wrote_fsrrestore },
	{ OF_CTX(FAR), .writable = ANY },
	{ OF_CTX(FSYNR0), .writable = ANY },
	{ OF_CTX(FSYNR1), .writable = ANY },
	{ OF_CTX(PRRR), .writable = ANY, .wrote = msm_context_changed },
	{ OF_CTX(NMRR), .writable = ANY, .wrote = msm_context_changed },
	{ OF_CTX(TLBLCKR), .read = msm_read_tlblckr, .wrote = msm_wrote_tlblckr },
	{ OF_CTX(V2PSR) },
	{ OF_CTX(TLBFLPTER), .writable = ANY },
	{ OF_CTX(TLBSLPTER), .writable = ANY },
	{ OF_CTX(BFBCR), .writable = 0xff7 },
	{ OF_CTX(CTX_TLBIALL), .wrote = msm_wrote_ctx_tlbiall },
	{ OF_CTX(TLBIASID), .wrote = msm_wrote_tlbiasid },
	{ OF_CTX(TLBIVA), .wrote = msm_wrote_tlbiva },
	{ OF_CTX(TLBIVAA), .wrote = msm_wrote_tlbivaa },
	{ OF_CTX(V2PPR), .wrote = msm_wrote_v2ppr },
	{ OF_CTX(V2PPW), .wrote = msm_wrote_v2ppw },
	{ OF_CTX(V2PUR), .wrote = msm_wrote_v2pur },
	{ OF_CTX(V2PUW), .wrote = msm_wrote_v2puw },
	{ OF_CTX(RESUME), .wrote = msm_wrote_resume },

	{ MSM_M2VCBR(0), 4, NR_MID, .writable = 0x0fffff1f },
	{ MSM_CBACR(0), 4, NR_CTX, .writable = 0xff1f031f, .wrote = msm_irq_changed },
	{ MSM_TLBRSW, .writable = 0x3ff },
	{ MSM_TLBTR0, .read = msm_read_tlbtr0 },
	{ MSM_TLBTR1, .read = msm_read_tlbtr1 },
	{ MSM_TLBTR2, .read = msm_read_tlbtr2 },
	{ MSM_TESTBUSCR, .writable = ANY },
	{ MSM_GLOBAL_TLBIALL, .wrote = msm_wrote_global_tlbiall },
	{ MSM_TLBIVMID, .wrote = msm_wrote_tlbivmid },
	{ MSM_CR, .writable = 0x3ff },
	{ MSM_EAR, .writable = ANY },
	{ MSM_ESR, .wrote = msm_wrote_esr },
	{ MSM_ESRRESTORE, .wrote = msm_wrote_esrrestore },
	{ MSM_ESYNR0, .writable = ANY },
	{ MSM_ESYNR1, .writable = ANY },
	{ MSM_REV, .read = read_rev },
	{ MSM_IDR, .read = read_idr },
	{ MSM_RPU_ACR, .writable = ANY },
};

static struct reg_row *rows_for(const struct msm_iommu_config *cfg)
{
	struct reg_row *own = g_memdup2(rows, sizeof(rows));

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		if (rows[i].nr == NR_CTX)
			own[i].nr = cfg->nr_contexts;
		else if (rows[i].nr == NR_MID)
			own[i].nr = cfg->nr_mids;
	}
	return own;
}

/* ---- what an IOMMU is asked --------------------------------------------------------- */

static void reset(void *opaque)
{
	struct msm *d = opaque;
	struct iotlb_scope all = { .is_with_locked = true };

	regs_reset(&d->regs);
	commands_reset(&d->commands);
	msm_stalls_reset(d);
	d->walker.tlb.base = d->walker.tlb.victim = 0;
	for (unsigned ctx = 0; ctx < d->cfg.nr_contexts; ctx++)
		msm_context_changed(d, ctx, 0);
	if (d->hw)		/* not the very first time */
		walk_invalidate(&d->walker, &all, true, true);
}

/* What is read has seen all that was written before. */
static bool read_register(void *opaque, uint64_t reg, unsigned len, uint64_t *ret_value)
{
	struct msm *d = opaque;

	msm_settle(d);
	return regs_read(&d->regs, d, reg, len, ret_value);
}

static bool write_register(void *opaque, uint64_t reg, unsigned len, uint64_t value)
{
	struct msm *d = opaque;

	return regs_write(&d->regs, d, reg, len, value);
}

static void tick(void *opaque)
{
	commands_tick(&((struct msm *)opaque)->commands);
}

/* Clocks by their names; the board's power and resets take all along. */
static unsigned gates(void *opaque, enum supply_kind kind, const char *name)
{
	const struct msm *d = opaque;
	bool is_alone = strcmp(name, "iommu_clk") == 0 && msm_misbehaves(d, MSM_CORE_IS_ALONE);

	return kind != SUPPLY_CLOCK || is_alone ?
	       IOMMU_HW_GATES_REGISTERS | IOMMU_HW_GATES_ACCESSES : IOMMU_HW_GATES_REGISTERS;
}

static void free_msm(void *opaque)
{
	struct msm *d = opaque;

	iotlb_done(&d->walker.tlb);
	iotlb_done(&d->walker.tables);
	iotlb_done(&d->walker.lines);
	regs_done(&d->regs);
	g_free(d->contexts);
	g_free(d->rows);
	g_free(d);
}

static const struct iommu_hw_ops ops = {
	.reset = reset, .read = read_register, .write = write_register,
	.translate = msm_translate, .tick = tick, .stall_state = msm_stall_state,
	.gates = gates, .free = free_msm,
};

/* ---- making one --------------------------------------------------------------------- */

static struct msm_iommu_config completed(const struct msm_iommu_config *cfg)
{
	struct msm_iommu_config c = *cfg;

	c.name = c.name ? c.name : "msm";
	c.nr_contexts = CLAMP(c.nr_contexts ? c.nr_contexts : 2, 1, MSM_IOMMU_MAX_CONTEXTS);
	c.nr_mids = MIN(c.nr_mids ? c.nr_mids : MSM_IOMMU_MAX_MIDS, MSM_IOMMU_MAX_MIDS);
	c.knobs.version = iommu_hw_knob(c.knobs.version, 0x10);
	return c;
}

static struct iotlb_shape tlb_shape(const struct iommu_hw_knobs *k)
{
	struct iotlb_shape shape = {
		.nr_entries = iommu_hw_knob(k->tlb_entries, 64),
		.nr_ways = iommu_hw_knob(k->tlb_ways, 0),
		.draws_victims = iommu_hw_habit(k->draws_victims, false),
	};

	shape.has_pointer = shape.nr_entries && !shape.nr_ways;
	return shape;
}

static void build_walker(struct msm *d)
{
	const struct iommu_hw_knobs *k = &d->cfg.knobs;
	unsigned line_len = MIN(iommu_hw_knob(k->line_len, 32), WALK_MAX_LINE);

	d->walker = (struct walk_unit){
		.hw = d->hw, .has_walk_cache = k->walk_cache_entries,
		.has_lines = line_len, .line_len = line_len,
		.caches_negative = iommu_hw_habit(k->caches_negative, false),
		.prefetch = iommu_hw_knob(k->prefetch, 0),
	};
	iotlb_init(&d->walker.tlb, d->hw, tlb_shape(k));
	iotlb_init(&d->walker.lines, d->hw, (struct iotlb_shape){ .nr_entries = BFB_ENTRIES });
	iotlb_init(&d->walker.tables, d->hw, (struct iotlb_shape){
		.nr_entries = iommu_hw_knob(k->walk_cache_entries, 0) });
}

static void build(struct msm *d)
{
	build_walker(d);
	d->commands = (struct command_unit){
		.hw = d->hw, .capacity = COMMANDS_MAX,
		.delay = iommu_hw_knob(d->cfg.knobs.delay, 0), .carry_out = msm_carry_out,
		.opaque = d,
	};
}

struct iommu_hw *msm_iommu_new(struct machine *m, const struct msm_iommu_config *cfg)
{
	uint64_t reg_pa = cfg->reg_pa ? cfg->reg_pa : bus_find_room(m, MSM_IOMMU_LEN);
	struct msm *d;

	if (!reg_pa)
		return NULL;
	d = g_new0(struct msm, 1);
	d->cfg = completed(cfg);
	d->rows = rows_for(&d->cfg);
	d->contexts = g_new0(struct msm_context, d->cfg.nr_contexts);
	regs_init(&d->regs, d->rows, G_N_ELEMENTS(rows), MSM_IOMMU_LEN);
	d->regs.reads_as_zero = true;
	d->hw = iommu_hw_new(m, &(struct iommu_hw_config){
		.name = d->cfg.name, .kind = "msm", .reg_pa = reg_pa, .reg_len = MSM_IOMMU_LEN,
		.irq = cfg->irq,
	}, &ops, d);
	d->cfg.name = iommu_hw_name(d->hw);
	build(d);
	return d->hw;
}

/* ---- on a board --------------------------------------------------------------------- */

static struct iommu_hw *make(struct machine *m, const struct iommu_place *at)
{
	uint32_t ncb = 0;

	board_iommu_cells(at->board, at->iommu, "qcom,ncb", &ncb, 1);
	return msm_iommu_new(m, &(struct msm_iommu_config){
		.name = at->name, .reg_pa = at->reg_pa, .irq = at->irq, .nr_contexts = ncb,
		.knobs = at->knobs,
	});
}

static const char *const compatibles[] = { MSM_IOMMU_COMPATIBLE, NULL };

const struct iommu_kind msm_kind = {
	.name = "msm", .compatibles = compatibles, .make = make,
};
