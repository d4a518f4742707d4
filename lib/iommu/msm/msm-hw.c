/* SPDX-License-Identifier: MIT */
/*
 * An MSM IOMMU's registers: see msm.h and <armdma/msm-iommu.h>.
 *
 * A bank's ASID is its number: the TLB knows no banks. Invalidations have no completion of
 * their own, so a register is read behind them.
 */
#include <linux/io.h>

#include "msm.h"

#define TO_NOWHERE	(MSM_M2VCBR_NSCFG(3) | MSM_M2VCBR_CBNDX(0xff))
#define MANY_PAGES	32u		/* beyond, all of the ASID goes at once */

/* Faults interrupt and stall; misses and V2P walk; what is cacheable goes by level 2. */
#define ACTLR_ON	(MSM_ACTLR_CFERE | MSM_ACTLR_CFEIE | MSM_ACTLR_CFCFG | \
			 MSM_ACTLR_TLBMCFG(3) | MSM_ACTLR_V2PCFG(3) | \
			 MSM_ACTLR_RCOSH | MSM_ACTLR_RCISH | MSM_ACTLR_RCNSH)

u32 msm_hw_read(struct msm_mmu *mmu, u32 reg)
{
	return readl(mmu->regs + reg);
}

void msm_hw_write(struct msm_mmu *mmu, u32 reg, u32 value)
{
	writel(value, mmu->regs + reg);
}

static void write_bank(struct msm_mmu *mmu, unsigned bank, u32 reg, u32 value)
{
	msm_hw_write(mmu, MSM_CTX(bank) + reg, value);
}

/* ---- clocks ------------------------------------------------------------------------- */

bool msm_hw_begin(struct msm_mmu *mmu)
{
	if (!mmu->is_powered || clk_enable(mmu->pclk))
		return false;
	if (!clk_enable(mmu->clk))
		return true;
	clk_disable(mmu->pclk);
	return false;
}

void msm_hw_end(struct msm_mmu *mmu)
{
	clk_disable(mmu->clk);
	clk_disable(mmu->pclk);
}

/* ---- invalidation ------------------------------------------------------------------- */

static void finish(struct msm_mmu *mmu, unsigned bank)
{
	msm_hw_read(mmu, MSM_CTX(bank) + MSM_CONTEXTIDR);
}

void msm_hw_invalidate_all(struct msm_mmu *mmu, unsigned bank)
{
	if (!msm_hw_begin(mmu))
		return;
	write_bank(mmu, bank, MSM_TLBIASID, bank);
	finish(mmu, bank);
	msm_hw_end(mmu);
}

void msm_hw_invalidate(struct msm_mmu *mmu, unsigned bank, unsigned long iova, size_t len,
		       size_t granule)
{
	if (len / granule > MANY_PAGES) {
		msm_hw_invalidate_all(mmu, bank);
		return;
	}
	if (!msm_hw_begin(mmu))
		return;
	for (size_t at = 0; at < len; at += granule)
		write_bank(mmu, bank, MSM_TLBIVA, ((u32)(iova + at) & ~0xfffu) | bank);
	finish(mmu, bank);
	msm_hw_end(mmu);
}

/* ---- banks -------------------------------------------------------------------------- */

static void turn_off(struct msm_mmu *mmu, unsigned bank)
{
	static const u32 zero[] = {
		MSM_SCTLR, MSM_ACTLR, MSM_TTBR0, MSM_TTBR1, MSM_TTBCR, MSM_BFBCR, MSM_PAR,
		MSM_FSRRESTORE, MSM_FAR, MSM_TLBLCKR,
	};

	for (unsigned n = 0; n < ARRAY_SIZE(zero); n++)
		write_bank(mmu, bank, zero[n], 0);
	write_bank(mmu, bank, MSM_RESUME, MSM_RESUME_TNR);	/* whoever still waits */
	write_bank(mmu, bank, MSM_CONTEXTIDR, bank);
	msm_hw_write(mmu, MSM_CBACR(bank), 0);
	write_bank(mmu, bank, MSM_TLBIASID, bank);
}

static void turn_on(struct msm_mmu *mmu, unsigned bank, const struct io_pgtable_cfg *cfg)
{
	write_bank(mmu, bank, MSM_TTBR0, cfg->arm_v7s_cfg.ttbr);
	write_bank(mmu, bank, MSM_PRRR, cfg->arm_v7s_cfg.prrr);
	write_bank(mmu, bank, MSM_NMRR, cfg->arm_v7s_cfg.nmrr);
	write_bank(mmu, bank, MSM_BFBCR, MSM_BFBCR_BFBDFE);
	write_bank(mmu, bank, MSM_ACTLR, ACTLR_ON);
	write_bank(mmu, bank, MSM_SCTLR, MSM_SCTLR_M | MSM_SCTLR_TRE | MSM_SCTLR_AFE);
}

static void program(struct msm_mmu *mmu, unsigned bank)
{
	struct iommu_domain *domain = mmu->banks[bank].domain;

	turn_off(mmu, bank);
	if (msm_is_paging(domain))
		turn_on(mmu, bank, &msm_domain_of(domain)->cfg);
	finish(mmu, bank);
}

void msm_hw_set_bank(struct msm_mmu *mmu, unsigned bank)
{
	if (!msm_hw_begin(mmu))
		return;
	program(mmu, bank);
	msm_hw_end(mmu);
}

void msm_hw_route(struct msm_mmu *mmu, const struct msm_place *p, int bank)
{
	u32 to = bank == MSM_NOWHERE ? TO_NOWHERE :
		 MSM_M2VCBR_NSCFG(3) | MSM_M2VCBR_CBNDX(bank);

	for (unsigned n = 0; n < p->nr_mids; n++)
		mmu->mids[p->mids[n]].to = to;
	if (!msm_hw_begin(mmu))
		return;
	for (unsigned n = 0; n < p->nr_mids; n++)
		msm_hw_write(mmu, MSM_M2VCBR(p->mids[n]), to);
	msm_hw_end(mmu);
}

/* ---- start, stop, restore ----------------------------------------------------------- */

static void program_all(struct msm_mmu *mmu)
{
	msm_hw_write(mmu, MSM_CR, MSM_CR_TLBLKCRWE);	/* so that locks can be undone */
	msm_hw_write(mmu, MSM_ESRRESTORE, 0);
	msm_hw_write(mmu, MSM_GLOBAL_TLBIALL, 0);
	for (unsigned n = 0; n < mmu->nr_banks; n++)
		program(mmu, n);
	for (unsigned n = 0; n < mmu->nr_mids; n++)
		msm_hw_write(mmu, MSM_M2VCBR(n), mmu->mids[n].to);
}

void msm_hw_restore(struct msm_mmu *mmu)
{
	unsigned long flags;

	spin_lock_irqsave(&mmu->lock, flags);
	mmu->is_powered = true;
	if (msm_hw_begin(mmu)) {
		program_all(mmu);
		msm_hw_end(mmu);
	}
	spin_unlock_irqrestore(&mmu->lock, flags);
}

static void read_what_it_is(struct msm_mmu *mmu)
{
	u32 idr = msm_hw_read(mmu, MSM_IDR);

	mmu->nr_banks = min(mmu->nr_banks, idr >> 16 & 0xff);
	mmu->nr_mids = min(idr & 0x1ff, MSM_IOMMU_MAX_MIDS);
	for (unsigned n = 0; n < mmu->nr_mids; n++)
		mmu->mids[n].to = TO_NOWHERE;
}

int msm_hw_start(struct msm_mmu *mmu)
{
	mmu->is_powered = true;
	if (!msm_hw_begin(mmu))
		return -EIO;
	read_what_it_is(mmu);
	if (mmu->nr_banks && mmu->nr_mids)
		program_all(mmu);
	msm_hw_end(mmu);
	return mmu->nr_banks && mmu->nr_mids ? 0 : -ENODEV;
}

void msm_hw_stop(struct msm_mmu *mmu)
{
	unsigned long flags;

	spin_lock_irqsave(&mmu->lock, flags);
	for (unsigned n = 0; n < mmu->nr_banks; n++) {
		mmu->banks[n].domain = NULL;
		msm_hw_set_bank(mmu, n);
	}
	spin_unlock_irqrestore(&mmu->lock, flags);
}
