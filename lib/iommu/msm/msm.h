/* SPDX-License-Identifier: MIT */
/*
 * The driver of Qualcomm's MSM IOMMU (<armdma/msm-iommu.h> is its hardware's manual).
 *
 *	msm.c         the IOMMUs: probe, sleep; the devices behind them
 *	msm-domain.c  struct iommu_domain: tables, banks, who is attached
 *	msm-hw.c      registers: banks, MIDs, invalidation
 *	msm-fault.c   the interrupt
 *
 *	msm_place ---> msm_mmu ---> bank n <--- msm_use <--- msm_domain --> io_pgtable_ops
 *	MIDs of a      one IOMMU                one for each IOMMU
 *	device there                            of its devices
 *
 * A domain has one set of tables, and one bank in every IOMMU that a device of it is behind,
 * whatever their number. A MID that nobody has, or whose device is blocked, leads to no
 * bank; identity is a bank that is off.
 *
 * Where Linux 6.12's driver goes wrong (docs/platforms.md has these by their numbers) this
 * one differs: every IOMMU of a domain is invalidated at the same addresses; banks are kept
 * apart from devices, of which one IOMMU may have several; tables that cannot be allocated
 * are an error; a stalled master is always resumed; what is cleared of a fault is all of
 * it; addresses are looked up in the tables, and not by emptying the TLB; and what a power
 * domain has lost is programmed again.
 *
 * Leaves out: locked entries, the second interrupt, PASIDs.
 */
#ifndef LIB_IOMMU_MSM_H
#define LIB_IOMMU_MSM_H

#include <linux/clk.h>
#include <linux/io-pgtable.h>
#include <linux/iommu.h>
#include <linux/spinlock.h>
#include <armdma/msm-iommu.h>

#include "../core.h"
#include "../paging.h"

#define MSM_MAX_PLACES	8u		/* IOMMUs of one device, and of one domain */

struct msm_domain;

/* @domain: NULL: free; @nr_users: places that lead there */
struct msm_bank {
	struct iommu_domain *domain;
	unsigned nr_users;
};

/* @owner: the first device that has it, for reports and groups; @to: what M2VCBR holds */
struct msm_mid {
	struct device *owner;
	unsigned nr_users;
	u32 to;
};

/*
 * @lock: of all that follows, registers included, which it is @is_powered to have. A stopped
 * clock takes nothing along; they run while registers are touched.
 */
struct msm_mmu {
	struct iommu_device iommu;
	struct device *dev;
	u8 __iomem *regs;
	struct clk *pclk, *clk;
	bool is_coherent;		/* its walks, if they are redirected, see caches */
	bool has_power_domain;
	unsigned nr_banks, nr_mids;
	spinlock_t lock;
	bool is_powered;
	struct msm_bank banks[MSM_IOMMU_MAX_CONTEXTS];
	struct msm_mid mids[MSM_IOMMU_MAX_MIDS];
};

/* A domain in one IOMMU. */
struct msm_use {
	struct msm_mmu *mmu;
	unsigned bank;
};

/* @lock: of @uses; every invalidation reads them. Taken before an IOMMU's. */
struct msm_domain {
	struct paging_domain paging;
	spinlock_t lock;
	struct io_pgtable_cfg cfg;
	unsigned nr_uses;
	struct msm_use uses[MSM_MAX_PLACES];
};

/* A device's MIDs in one IOMMU; which bank they lead to, -1: none. */
struct msm_place {
	struct msm_mmu *mmu;
	struct device_link *link;	/* where the IOMMU's power comes and goes */
	int bank;
	unsigned nr_mids;
	u8 mids[MSM_IOMMU_MAX_MIDS];
};

/* dev_iommu_priv_get() of a device. @domain: attached; NULL: none yet */
struct msm_master {
	struct iommu_domain *domain;
	unsigned nr_places;
	struct msm_place places[MSM_MAX_PLACES];
};

extern const struct iommu_ops msm_iommu_ops;		/* msm.c */
extern struct iommu_domain msm_identity, msm_blocked;	/* msm-domain.c */
extern const struct iommu_domain_ops msm_domain_ops;

static inline bool msm_is_paging(const struct iommu_domain *domain)
{
	return domain && domain->type & __IOMMU_DOMAIN_PAGING;
}

static inline struct msm_domain *msm_domain_of(struct iommu_domain *domain)
{
	return container_of(domain, struct msm_domain, paging.domain);
}

/* ---- msm-domain.c ------------------------------------------------------------------- */

struct iommu_domain *msm_domain_alloc_paging(struct device *dev);
/* Out of whatever it is in, for good. */
void msm_detach(struct msm_master *m);

/* ---- msm-hw.c: with @mmu->lock held, but those named -------------------------------- */

#define MSM_NOWHERE	(-1)

/* Clocks, and whether there is anything to be clocked: false: it sleeps. */
bool msm_hw_begin(struct msm_mmu *mmu);
void msm_hw_end(struct msm_mmu *mmu);
u32 msm_hw_read(struct msm_mmu *mmu, u32 reg);
void msm_hw_write(struct msm_mmu *mmu, u32 reg, u32 value);

/* What it is; and nothing leads anywhere. Not locked. */
int msm_hw_start(struct msm_mmu *mmu);
void msm_hw_stop(struct msm_mmu *mmu);			/* not locked */
/* It may have lost everything: as it was before. Not locked. */
void msm_hw_restore(struct msm_mmu *mmu);
/* As its domain has it: on, off or free. */
void msm_hw_set_bank(struct msm_mmu *mmu, unsigned bank);
/* @bank or MSM_NOWHERE, and remembered. */
void msm_hw_route(struct msm_mmu *mmu, const struct msm_place *p, int bank);
/* Of @bank: everything, or all that touches [@iova, +@len) in steps of @granule; over when
 * it returns. */
void msm_hw_invalidate_all(struct msm_mmu *mmu, unsigned bank);
void msm_hw_invalidate(struct msm_mmu *mmu, unsigned bank, unsigned long iova, size_t len,
		       size_t granule);

/* ---- msm-fault.c -------------------------------------------------------------------- */

int msm_request_irq(struct msm_mmu *mmu, int irq);

#endif
