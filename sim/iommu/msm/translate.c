/* SPDX-License-Identifier: MIT */
/*
 * From a MID to an address: which bank, which tables, whose bytes its walks read.
 *
 * Spec: DDI 0406C, B3.5.4 (TTBCR.N), B3.8.3 (TEX remap); Linux: msm_iommu_hw-8xxx.h.
 */
#include "../../mem/attrs.h"
#include "msm.h"

#define POLICY_WALKS	3u

/* ---- banks -------------------------------------------------------------------------- */

/* Which shareabilities ACTLR sends to level 2, if they are cacheable. */
static unsigned redirected(uint32_t actlr)
{
	return (actlr & MSM_ACTLR_RCNSH ? 1u << NOT_SHARED : 0) |
	       (actlr & MSM_ACTLR_RCISH ? 1u << SHARED_INNER : 0) |
	       (actlr & MSM_ACTLR_RCOSH ? 1u << SHARED_OUTER : 0);
}

void msm_context_changed(void *opaque, unsigned ctx, uint32_t value)
{
	struct msm *d = opaque;
	struct pt_format *f = &d->contexts[ctx].format;
	uint32_t sctlr = msm_get_ctx(d, ctx, MSM_SCTLR);

	pt_short(f, &(struct pt_short_ask){
		.input_bits = 32, .has_access_flag = sctlr & MSM_SCTLR_AFE,
		.ignores_perms = msm_misbehaves(d, MSM_IGNORES_PERMS),
	});
	f->ignores_access_flag = sctlr & MSM_SCTLR_AFFD;
	f->is_remapped = sctlr & MSM_SCTLR_TRE;
	f->has_attrs = f->has_shares = true;
	f->shares = (uint8_t)redirected(msm_get_ctx(d, ctx, MSM_ACTLR));
	f->mair = msm_get_ctx(d, ctx, MSM_PRRR) |
		  (uint64_t)msm_get_ctx(d, ctx, MSM_NMRR) << 32;
	msm_irq_changed(d, ctx, value);
}

/* ---- tables -------------------------------------------------------------------------- */

struct tables {
	uint32_t ttbr;
	uint64_t root;
	bool is_disabled;		/* by PD0 or PD1 */
};

static struct tables tables_for(const struct msm *d, unsigned ctx, uint64_t iova)
{
	uint32_t ttbcr = msm_get_ctx(d, ctx, MSM_TTBCR);
	unsigned n = ttbcr & MSM_TTBCR_N;
	bool is_second = n && (uint32_t)iova >> (32 - n);
	uint32_t ttbr = msm_get_ctx(d, ctx, is_second ? MSM_TTBR1 : MSM_TTBR0);
	unsigned align = is_second ? 14 : 14 - n;

	return (struct tables){
		.ttbr = ttbr, .root = ttbr >> align << align,
		.is_disabled = ttbcr & (is_second ? MSM_TTBCR_PD1 : MSM_TTBCR_PD0),
	};
}

static enum iommu_hw_walker walker_for(const struct msm *d, unsigned ctx, uint32_t ttbr)
{
	enum attrs_share share = attrs_share_of(ttbr & MSM_TTBR_SH, ttbr & MSM_TTBR_NOS);
	bool is_redirected = redirected(msm_get_ctx(d, ctx, MSM_ACTLR)) >> share & 1;

	if (!is_redirected || !(ttbr & MSM_TTBR_ORGN(3)))
		return IOMMU_HW_WALKS_DRAM;
	if (d->cfg.knobs.walker == IOMMU_HW_WALKER_DRAM)
		return IOMMU_HW_WALKS_DRAM;
	return d->cfg.knobs.walker == IOMMU_HW_WALKER_LEVEL2 ? IOMMU_HW_WALKS_LEVEL2 :
							       IOMMU_HW_WALKS_SNOOPING;
}

/* ---- in a bank ---------------------------------------------------------------------- */

static void refuse(struct iommu_hw_result *res, enum iommu_hw_reason reason)
{
	res->outcome = IOMMU_HW_FAULT;
	res->reason = reason;
}

void msm_translate_in(struct msm *d, unsigned ctx, unsigned vmid, const struct iommu_hw_access *a,
		      unsigned policy, struct iommu_hw_result *res, struct iotlb_entry *by)
{
	struct tables t = tables_for(d, ctx, a->iova);
	struct walk_space s = {
		.format = &d->contexts[ctx].format, .root = t.root, .context = vmid,
		.asid = msm_get_ctx(d, ctx, MSM_CONTEXTIDR) & 0xff,
		.sets_access = msm_get_ctx(d, ctx, MSM_SCTLR) & MSM_SCTLR_HAF,
		.never_walks = policy != POLICY_WALKS || t.is_disabled,
		.has_no_lines = !(msm_get_ctx(d, ctx, MSM_BFBCR) & MSM_BFBCR_BFBDFE),
	};

	*by = (struct iotlb_entry){ .is_negative = true };
	if (iotlb_match(&d->walker.tlb, s.context, s.asid, a->iova) > 1) {
		refuse(res, IOMMU_HW_TLB_CONFLICT);
		return;
	}
	d->hw->walker = walker_for(d, ctx, t.ttbr);
	walk_translate_by(&d->walker, &s, a, res, by);
	if (res->reason == IOMMU_HW_TLB_MISS && t.is_disabled && policy == POLICY_WALKS)
		res->reason = IOMMU_HW_TRANSLATION;
}

/* PRIVCFG. */
static struct iommu_hw_access as_configured(const struct iommu_hw_access *a, uint32_t actlr)
{
	struct iommu_hw_access own = *a;
	unsigned cfg = actlr >> 8 & 3;

	if (cfg >= 2)
		own.is_privileged = cfg == 3;
	return own;
}

static void in_context(struct msm *d, unsigned ctx, unsigned vmid, const struct iommu_hw_access *a,
		       struct iommu_hw_result *res)
{
	uint32_t actlr = msm_get_ctx(d, ctx, MSM_ACTLR);
	struct iommu_hw_access own = as_configured(a, actlr);
	struct iotlb_entry by;

	d->walker.fills_nothing = actlr & MSM_ACTLR_DNA;
	msm_translate_in(d, ctx, vmid, &own, actlr >> 12 & 3, res, &by);
	d->walker.fills_nothing = false;
	if (res->outcome == IOMMU_HW_FAULT)
		msm_fault(d, &own, res);
}

/* ---- by MID ------------------------------------------------------------------------- */

static void bypass(const struct iommu_hw_access *a, struct iommu_hw_result *res)
{
	res->outcome = IOMMU_HW_BYPASS;
	res->pa = a->iova;
}

void msm_translate(void *opaque, const struct iommu_hw_access *a, struct iommu_hw_result *res)
{
	struct msm *d = opaque;
	uint32_t to = a->stream < d->cfg.nr_mids ? msm_get(d, MSM_M2VCBR(a->stream)) : 0;
	unsigned ctx = to >> 8 & 0xff;

	if (msm_get(d, MSM_CR) & MSM_CR_CLIENTPD) {
		bypass(a, res);
	} else if (a->stream >= d->cfg.nr_mids || ctx >= d->cfg.nr_contexts) {
		msm_global_fault(d, a, res, MSM_ESR_CFG);
	} else if (msm_get_ctx(d, ctx, MSM_SCTLR) & MSM_SCTLR_M) {
		res->context = ctx;
		in_context(d, ctx, to & MSM_M2VCBR_VMID, a, res);
	} else if (to & MSM_M2VCBR_BYPASSD) {
		msm_global_fault(d, a, res, MSM_ESR_BYPASS);
	} else {
		bypass(a, res);
	}
}
