/* SPDX-License-Identifier: MIT */
/*
 * Spreadtrum's IOMMU: <armdma/sprd-iommu.h> is its manual, and says what is left out.
 *
 * EX and VAU differ in where registers are: a table for each, over the same functions.
 */
#include <armdma/sprd-iommu.h>

#include "../registers.h"
#include "../walk.h"

#define ANY		0xffffffffu
#define LINE		64u
#define ENTRIES		64u
#define PERMS		0x3fu		/* every enum iotlb_perm */

/* Where a version keeps what. */
struct places {
	uint32_t cfg, first_vpn, vpn_range, first_ppn, default_rd, default_wr;
};

static const struct places places_of[] = {
	[SPRD_VERSION_EX] = { SPRD_EX_CFG, SPRD_EX_FIRST_VPN, SPRD_EX_VPN_RANGE,
			      SPRD_EX_FIRST_PPN, SPRD_EX_DEFAULT_PPN, SPRD_EX_DEFAULT_PPN },
	[SPRD_VERSION_VAU] = { SPRD_VAU_CFG, SPRD_VAU_FIRST_VPN, SPRD_VAU_VPN_RANGE,
			       SPRD_VAU_FIRST_PPN, SPRD_VAU_DEFAULT_PPN_RD,
			       SPRD_VAU_DEFAULT_PPN_WR },
};

struct sprd {
	struct sprd_iommu_config cfg;
	const struct places *at;
	struct iommu_hw *hw;
	struct reg_file regs;
	struct walk_unit walker;
	struct pt_format format;
	bool was_on;
};

static bool misbehaves(const struct sprd *s, enum sprd_misbehaviour how)
{
	return s->cfg.knobs.misbehaves & how;
}

static bool is_on(const struct sprd *s)
{
	return regs_held(&s->regs, s->at->cfg) & SPRD_CFG_EN;
}

/* ---- the table ------------------------------------------------------------------- */

static void decode_page(uint64_t raw, struct pt_entry *ret)
{
	*ret = (struct pt_entry){ .kind = PT_LEAF, .pa = raw << 12, .size_log2 = 12,
				  .perms = PERMS };
}

static void decode(const struct pt_format *f, unsigned level, uint64_t raw, struct pt_entry *ret)
{
	*ret = (struct pt_entry){ .kind = PT_INVALID };
	if (raw)
		decode_page(raw, ret);
}

static void decode_zero_too(const struct pt_format *f, unsigned level, uint64_t raw,
			    struct pt_entry *ret)
{
	decode_page(raw, ret);
}

static void drop_all(struct sprd *s)
{
	struct iotlb_scope all = { .is_with_locked = true };

	walk_invalidate(&s->walker, &all, true, false);
}

/* ---- registers --------------------------------------------------------------------- */

static uint32_t read_version(void *opaque, unsigned idx, uint32_t held)
{
	return SPRD_VERSION_VAU << 8;
}

static void wrote_cfg(void *opaque, unsigned idx, uint32_t value)
{
	struct sprd *s = opaque;

	if (s->was_on && !is_on(s) && !misbehaves(s, SPRD_HOLDS_WHEN_OFF))
		drop_all(s);
	s->was_on = is_on(s);
}

static void wrote_update(void *opaque, unsigned idx, uint32_t value)
{
	struct sprd *s = opaque;

	if (!value)
		return;
	s->hw->counts.invalidations[IOMMU_HW_ALL]++;
	if (!misbehaves(s, SPRD_IGNORES_UPDATE))
		drop_all(s);
}

#define CFG_BITS	(SPRD_CFG_EN | SPRD_CFG_GATE_EN | SPRD_CFG_VAOR_BYPASS)

static const struct reg_row rows_ex[] = {
	{ SPRD_EX_CFG, .writable = CFG_BITS, .wrote = wrote_cfg },
	{ SPRD_EX_UPDATE, .wrote = wrote_update },
	{ SPRD_EX_FIRST_VPN, .writable = ANY },
	{ SPRD_EX_VPN_RANGE, .writable = ANY },
	{ SPRD_EX_FIRST_PPN, .writable = ANY },
	{ SPRD_EX_DEFAULT_PPN, .writable = ANY },
};

static const struct reg_row rows_vau[] = {
	{ SPRD_VERSION, .read = read_version },
	{ SPRD_VAU_CFG, .writable = CFG_BITS, .wrote = wrote_cfg },
	{ SPRD_VAU_UPDATE, .wrote = wrote_update },
	{ SPRD_VAU_AUTH_CFG, .writable = ANY },
	{ SPRD_VAU_FIRST_PPN, .writable = ANY },
	{ SPRD_VAU_DEFAULT_PPN_RD, .writable = ANY },
	{ SPRD_VAU_DEFAULT_PPN_WR, .writable = ANY },
	{ SPRD_VAU_FIRST_VPN, .writable = ANY },
	{ SPRD_VAU_VPN_RANGE, .writable = ANY },
};

static bool read_register(void *opaque, uint64_t reg, unsigned len, uint64_t *ret_value)
{
	struct sprd *s = opaque;

	return regs_read(&s->regs, s, reg, len, ret_value);
}

static bool write_register(void *opaque, uint64_t reg, unsigned len, uint64_t value)
{
	struct sprd *s = opaque;

	return regs_write(&s->regs, s, reg, len, value);
}

/* ---- accesses ------------------------------------------------------------------------ */

static uint64_t page_at(const struct sprd *s, uint32_t reg)
{
	return (uint64_t)regs_held(&s->regs, reg) << 12;
}

/* To the end of its page, in the default page. */
static void redirect(const struct sprd *s, const struct iommu_hw_access *a,
		     struct iommu_hw_result *res)
{
	uint64_t into = a->iova & 0xfff;

	res->outcome = IOMMU_HW_REDIRECT;
	res->reason = IOMMU_HW_TRANSLATION;
	res->pa = page_at(s, a->is_write ? s->at->default_wr : s->at->default_rd) + into;
	res->room = MIN(res->room, 0x1000 - into);
}

static bool is_in_aperture(const struct sprd *s, uint64_t iova)
{
	uint64_t first = page_at(s, s->at->first_vpn), range = page_at(s, s->at->vpn_range);

	return iova >= first && iova - first < range + 0x1000;
}

/* The walk indexes by the whole page number: the table of page 0 would begin there. */
static struct walk_space space_of(const struct sprd *s)
{
	return (struct walk_space){
		.format = &s->format,
		.root = page_at(s, s->at->first_ppn) -
			(uint64_t)regs_held(&s->regs, s->at->first_vpn) * sizeof(uint32_t),
	};
}

static void beyond(const struct sprd *s, const struct iommu_hw_access *a,
		   struct iommu_hw_result *res)
{
	if (!(regs_held(&s->regs, s->at->cfg) & SPRD_CFG_VAOR_BYPASS)) {
		redirect(s, a, res);
		return;
	}
	res->outcome = IOMMU_HW_BYPASS;
	res->room = MIN(res->room, 0x1000 - (a->iova & 0xfff));
}

static void translate(void *opaque, const struct iommu_hw_access *a, struct iommu_hw_result *res)
{
	struct sprd *s = opaque;
	struct walk_space space = space_of(s);

	if (!is_on(s)) {
		res->outcome = IOMMU_HW_BYPASS;
		return;
	}
	if (!is_in_aperture(s, a->iova)) {
		beyond(s, a, res);
		return;
	}
	res->context = 0;
	walk_translate(&s->walker, &space, a, res);
	if (res->outcome == IOMMU_HW_FAULT && res->reason == IOMMU_HW_TRANSLATION)
		redirect(s, a, res);
}

/* ---- making one ------------------------------------------------------------------------ */

static void reset(void *opaque)
{
	struct sprd *s = opaque;

	if (!s->hw)		/* before it is whole: there is nothing yet */
		return;
	regs_reset(&s->regs);
	s->was_on = false;
	drop_all(s);
}

static void free_sprd(void *opaque)
{
	struct sprd *s = opaque;

	iotlb_done(&s->walker.tlb);
	regs_done(&s->regs);
	g_free(s);
}

static const struct iommu_hw_ops ops = {
	.reset = reset, .read = read_register, .write = write_register, .translate = translate,
	.free = free_sprd,
};

static void build_parts(struct sprd *s)
{
	const struct iommu_hw_knobs *k = &s->cfg.knobs;

	s->format = (struct pt_format){
		.decode = misbehaves(s, SPRD_ZERO_IS_A_PAGE) ? decode_zero_too : decode,
		.stage = 1, .first_level = 1, .nr_levels = 1, .input_bits = 32,
		.output_bits = 44, .granule_log2 = 12, .levels = { { 12, 20, 2 } },
	};
	s->walker = (struct walk_unit){
		.hw = s->hw, .caches_negative = iommu_hw_habit(k->caches_negative, true),
		.prefetch = iommu_hw_knob(k->prefetch, 0),
		.line_len = MIN(iommu_hw_knob(k->line_len, LINE), WALK_MAX_LINE),
	};
	iotlb_init(&s->walker.tlb, s->hw, (struct iotlb_shape){
		.nr_entries = iommu_hw_knob(k->tlb_entries, ENTRIES),
		.nr_ways = iommu_hw_knob(k->tlb_ways, 0),
		.draws_victims = iommu_hw_habit(k->draws_victims, false) });
}

static void build_registers(struct sprd *s, uint32_t len)
{
	bool is_vau = s->cfg.knobs.version == SPRD_VERSION_VAU;

	s->at = &places_of[is_vau ? SPRD_VERSION_VAU : SPRD_VERSION_EX];
	regs_init(&s->regs, is_vau ? rows_vau : rows_ex,
		  is_vau ? G_N_ELEMENTS(rows_vau) : G_N_ELEMENTS(rows_ex), MAX(len, SPRD_LEN));
	s->regs.reads_as_zero = true;
}

struct iommu_hw *sprd_iommu_new(struct machine *m, const struct sprd_iommu_config *cfg)
{
	struct sprd *s = g_new0(struct sprd, 1);
	uint32_t reg_len = cfg->reg_len ? (uint32_t)cfg->reg_len : SPRD_LEN;

	s->cfg = *cfg;
	build_registers(s, reg_len);
	s->hw = iommu_hw_new(m, &(struct iommu_hw_config){
		.name = cfg->name ? cfg->name : "sprd", .kind = "sprd",
		.reg_pa = cfg->reg_pa, .reg_len = reg_len, .walker = cfg->walker,
	}, &ops, s);
	s->cfg.name = iommu_hw_name(s->hw);
	build_parts(s);
	return s->hw;
}
