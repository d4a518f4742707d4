/* SPDX-License-Identifier: MIT */
/*
 * The parts of an MSM IOMMU (<armdma/msm-iommu.h> is its manual):
 *
 *   msm.c         registers, making one
 *   translate.c   from a MID to an address: banks, spaces
 *   fault.c       FSR, ESR, the interrupt, stalls
 *   operations.c  the TLB: operations, V2P, locks, readout
 */
#ifndef SIM_IOMMU_MSM_H
#define SIM_IOMMU_MSM_H

#include <armdma/msm-iommu.h>

#include "../commands.h"
#include "../registers.h"
#include "../walk.h"

/*
 * @format: of its tables, as its registers are. @epoch: a RESUME ends one; @is_waited_for:
 * somebody stalls in this one. @terminated: bit n of epoch n modulo 64, of those that are
 * over: with a bus error.
 */
struct msm_context {
	struct pt_format format;
	uint32_t epoch;
	bool is_waited_for;
	uint64_t terminated;
};

struct msm {
	struct msm_iommu_config cfg;
	struct iommu_hw *hw;
	struct reg_row *rows;		/* as many banks and MIDs as it has */
	struct reg_file regs;
	struct walk_unit walker;
	struct command_unit commands;
	struct msm_context *contexts;
};

static inline bool msm_misbehaves(const struct msm *d, enum msm_misbehaviour how)
{
	return d->cfg.knobs.misbehaves & how;
}

static inline uint32_t msm_get(const struct msm *d, uint32_t reg)
{
	return regs_held(&d->regs, reg);
}

static inline uint32_t msm_get_ctx(const struct msm *d, unsigned ctx, uint32_t reg)
{
	return regs_held(&d->regs, MSM_CTX(ctx) + reg);
}

static inline void msm_put(struct msm *d, uint32_t reg, uint32_t value)
{
	d->regs.held[reg / 4] = value;
}

/* ---- translate.c ------------------------------------------------------------------ */

void msm_context_changed(void *opaque, unsigned ctx, uint32_t value);
void msm_translate(void *opaque, const struct iommu_hw_access *a, struct iommu_hw_result *res);
/* Through a bank that is on, for whom @vmid says: HIT or FAULT. @by: what said so. */
void msm_translate_in(struct msm *d, unsigned ctx, unsigned vmid, const struct iommu_hw_access *a,
		      unsigned policy, struct iommu_hw_result *res, struct iotlb_entry *by);

/* ---- fault.c ------------------------------------------------------------------------- */

/* A bank has refused @a: recorded, and @res says what becomes of it. */
void msm_fault(struct msm *d, const struct iommu_hw_access *a, struct iommu_hw_result *res);
/* No bank is asked: a bus error, in ESR. */
void msm_global_fault(struct msm *d, const struct iommu_hw_access *a,
		      struct iommu_hw_result *res, uint32_t esr);
/* As FSR and PAR have it. */
uint32_t msm_cause(const struct iommu_hw_result *res);
enum iommu_hw_stall_state msm_stall_state(void *opaque, uint32_t stall);
void msm_stalls_reset(struct msm *d);

void msm_irq_changed(void *opaque, unsigned idx, uint32_t value);
void msm_wrote_fsr(void *opaque, unsigned ctx, uint32_t value);
void msm_wrote_fsrrestore(void *opaque, unsigned ctx, uint32_t value);
void msm_wrote_resume(void *opaque, unsigned ctx, uint32_t value);
void msm_wrote_esr(void *opaque, unsigned idx, uint32_t value);
void msm_wrote_esrrestore(void *opaque, unsigned idx, uint32_t value);

/* ---- operations.c ------------------------------------------------------------------- */

void msm_carry_out(void *opaque, const struct command *c);
/* Whatever is on its way arrives now. */
void msm_settle(struct msm *d);

void msm_wrote_global_tlbiall(void *opaque, unsigned idx, uint32_t value);
void msm_wrote_tlbivmid(void *opaque, unsigned idx, uint32_t value);
void msm_wrote_ctx_tlbiall(void *opaque, unsigned ctx, uint32_t value);
void msm_wrote_tlbiasid(void *opaque, unsigned ctx, uint32_t value);
void msm_wrote_tlbiva(void *opaque, unsigned ctx, uint32_t value);
void msm_wrote_tlbivaa(void *opaque, unsigned ctx, uint32_t value);
void msm_wrote_v2ppr(void *opaque, unsigned ctx, uint32_t value);
void msm_wrote_v2ppw(void *opaque, unsigned ctx, uint32_t value);
void msm_wrote_v2pur(void *opaque, unsigned ctx, uint32_t value);
void msm_wrote_v2puw(void *opaque, unsigned ctx, uint32_t value);
void msm_wrote_tlblckr(void *opaque, unsigned ctx, uint32_t value);
uint32_t msm_read_tlblckr(void *opaque, unsigned ctx, uint32_t held);
uint32_t msm_read_tlbtr0(void *opaque, unsigned idx, uint32_t held);
uint32_t msm_read_tlbtr1(void *opaque, unsigned idx, uint32_t held);
uint32_t msm_read_tlbtr2(void *opaque, unsigned idx, uint32_t held);

#endif
