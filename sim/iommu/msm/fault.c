/* SPDX-License-Identifier: MIT */
/*
 * What a bank refuses: FSR and its syndrome, the interrupt, who waits for RESUME; and ESR,
 * of what no bank was asked for.
 */
#include "msm.h"

#define CTX_BITS	7u		/* of a stall's number; the epoch is above */

/* ---- the interrupt ------------------------------------------------------------------ */

static bool wants_irq(const struct msm *d, unsigned ctx)
{
	return msm_get_ctx(d, ctx, MSM_ACTLR) & MSM_ACTLR_CFEIE &&
	       msm_get_ctx(d, ctx, MSM_FSR) & MSM_FSR_CAUSES &&
	       !(msm_get(d, MSM_CBACR(ctx)) >> 24);
}

void msm_irq_changed(void *opaque, unsigned idx, uint32_t value)
{
	struct msm *d = opaque;
	bool is_high = false;

	for (unsigned ctx = 0; ctx < d->cfg.nr_contexts; ctx++)
		is_high |= wants_irq(d, ctx);
	if (d->hw)
		iommu_hw_set_irq(d->hw, is_high);
}

/* ---- who waits ---------------------------------------------------------------------- */

static void stall(struct msm *d, struct iommu_hw_result *res)
{
	struct msm_context *c = &d->contexts[res->context];

	res->outcome = IOMMU_HW_STALL;
	res->stall = c->epoch << CTX_BITS | res->context;
	c->is_waited_for = true;
}

static void answer(struct msm_context *c, bool is_terminated)
{
	uint64_t bit = 1ull << c->epoch % 64;

	if (!c->is_waited_for)
		return;
	c->terminated = (c->terminated & ~bit) | (is_terminated ? bit : 0);
	c->epoch++;
	c->is_waited_for = false;
}

enum iommu_hw_stall_state msm_stall_state(void *opaque, uint32_t stall)
{
	const struct msm *d = opaque;
	const struct msm_context *c = &d->contexts[stall & ((1u << CTX_BITS) - 1)];
	uint32_t epoch = stall >> CTX_BITS;

	if (c->is_waited_for && epoch == c->epoch << CTX_BITS >> CTX_BITS)
		return IOMMU_HW_STALL_WAITS;
	return c->terminated >> epoch % 64 & 1 ? IOMMU_HW_STALL_TERMINATE : IOMMU_HW_STALL_RETRY;
}

void msm_stalls_reset(struct msm *d)
{
	for (unsigned ctx = 0; ctx < d->cfg.nr_contexts; ctx++)
		answer(&d->contexts[ctx], true);
}

void msm_wrote_resume(void *opaque, unsigned ctx, uint32_t value)
{
	struct msm *d = opaque;

	answer(&d->contexts[ctx], value & MSM_RESUME_TNR);
	msm_put(d, MSM_CTX(ctx) + MSM_FSR, msm_get_ctx(d, ctx, MSM_FSR) & ~MSM_FSR_SS);
}

/* ---- a bank's faults ---------------------------------------------------------------- */

uint32_t msm_cause(const struct iommu_hw_result *res)
{
	static const uint32_t causes[NR_IOMMU_HW_REASONS] = {
		[IOMMU_HW_ACCESS_FLAG] = MSM_FSR_AFF, [IOMMU_HW_PERMISSION] = MSM_FSR_APF,
		[IOMMU_HW_TLB_MISS] = MSM_FSR_TLBMF, [IOMMU_HW_WALK_EXTERNAL] = MSM_FSR_HTWDEEF,
		[IOMMU_HW_TLB_CONFLICT] = MSM_FSR_MHF,
	};
	uint32_t cause = causes[res->reason] ? causes[res->reason] : MSM_FSR_TF;

	return cause | (res->level == 2 && cause < MSM_FSR_TLBMF ? MSM_FSR_SL : 0);
}

static uint32_t syndrome(const struct iommu_hw_access *a, uint32_t m2vcbr)
{
	return (a->is_privileged ? MSM_FSYNR1_APRIV : 0) |
	       ((m2vcbr >> 22 & 3) == 2 ? 0 : MSM_FSYNR1_APROTNS) |
	       (a->is_fetch ? MSM_FSYNR1_AINST : 0) | (a->is_write ? MSM_FSYNR1_AWRITE : 0);
}

static void record(struct msm *d, const struct iommu_hw_access *a,
		   const struct iommu_hw_result *res)
{
	uint32_t bank = MSM_CTX(res->context), fsr = msm_get(d, bank + MSM_FSR);
	uint32_t stalled = res->outcome == IOMMU_HW_STALL ? MSM_FSR_SS : 0;

	if (fsr & MSM_FSR_CAUSES) {
		d->hw->counts.faults_lost++;
		msm_put(d, bank + MSM_FSR, fsr | MSM_FSR_MULTI | stalled);
		return;
	}
	msm_put(d, bank + MSM_FSR, msm_cause(res) | stalled);
	msm_put(d, bank + MSM_FAR, (uint32_t)a->iova);
	msm_put(d, bank + MSM_FSYNR0, a->stream);
	msm_put(d, bank + MSM_FSYNR1, syndrome(a, msm_get(d, MSM_M2VCBR(a->stream))));
}

void msm_fault(struct msm *d, const struct iommu_hw_access *a, struct iommu_hw_result *res)
{
	uint32_t actlr = msm_get_ctx(d, res->context, MSM_ACTLR);

	if (actlr & MSM_ACTLR_CFCFG && !(msm_get(d, MSM_CR) & MSM_CR_STALLD))
		stall(d, res);
	else if (!(actlr & MSM_ACTLR_CFERE))
		res->outcome = IOMMU_HW_DROP;
	if (msm_misbehaves(d, MSM_LOSES_FAULTS))
		return;
	record(d, a, res);
	msm_irq_changed(d, res->context, 0);
}

void msm_wrote_fsr(void *opaque, unsigned ctx, uint32_t value)
{
	struct msm *d = opaque;

	msm_put(d, MSM_CTX(ctx) + MSM_FSR, msm_get_ctx(d, ctx, MSM_FSR) & ~value);
	if (value & MSM_FSR_SS && msm_misbehaves(d, MSM_FSR_RESUMES))
		answer(&d->contexts[ctx], false);
	msm_irq_changed(d, ctx, 0);
}

void msm_wrote_fsrrestore(void *opaque, unsigned ctx, uint32_t value)
{
	msm_put(opaque, MSM_CTX(ctx) + MSM_FSR, value);
	msm_irq_changed(opaque, ctx, 0);
}

/* ---- nobody's faults ---------------------------------------------------------------- */

void msm_global_fault(struct msm *d, const struct iommu_hw_access *a,
		      struct iommu_hw_result *res, uint32_t esr)
{
	uint32_t was = msm_get(d, MSM_ESR);
	uint32_t m2vcbr = a->stream < d->cfg.nr_mids ? msm_get(d, MSM_M2VCBR(a->stream)) : 0;

	res->outcome = IOMMU_HW_FAULT;
	res->reason = esr == MSM_ESR_CFG ? IOMMU_HW_NO_STREAM : IOMMU_HW_CONTEXT_OFF;
	if (msm_misbehaves(d, MSM_LOSES_FAULTS))
		return;
	if (was) {
		d->hw->counts.faults_lost++;
		msm_put(d, MSM_ESR, was | MSM_ESR_MULTI);
		return;
	}
	msm_put(d, MSM_ESR, esr);
	msm_put(d, MSM_EAR, (uint32_t)a->iova);
	msm_put(d, MSM_ESYNR0, (a->stream & 0xff) | (m2vcbr & MSM_M2VCBR_VMID) << 16);
	msm_put(d, MSM_ESYNR1, syndrome(a, m2vcbr));
}

void msm_wrote_esr(void *opaque, unsigned idx, uint32_t value)
{
	msm_put(opaque, MSM_ESR, msm_get(opaque, MSM_ESR) & ~value);
}

void msm_wrote_esrrestore(void *opaque, unsigned idx, uint32_t value)
{
	msm_put(opaque, MSM_ESR, value);
}
