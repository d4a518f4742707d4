/* SPDX-License-Identifier: MIT */
/*
 * The driver of Rockchip's IOMMUs (<armdma/rockchip-iommu.h> is their hardware's manual).
 *
 *	rockchip.c        platform driver and struct iommu_ops: devices, domains, power;
 *	                  mapping is ../paging.h's
 *	rockchip-hw.c     registers: start, stop, zaps, faults, of all MMUs of a node
 *	format.c          what descriptors say; the tables are two-level.c's
 *
 *	rk_master ---> rk_iommu ---> banks[] (an MMU each, all with the same tables)
 *	of a device       |
 *	                  `-- domain --> rk_domain --> io_pgtable_ops
 *
 * Where Linux's driver differs, it is said where; it asks whether the IOMMU is *in use*
 * before it touches registers, here whether it is *on*: a flag under the lock that all
 * register accesses need. What an IOMMU between its last user and its suspend still holds
 * would else never be zapped.
 *
 * Leaves out: several domains for one MMU, which the hardware does not have.
 * Source of the sequences: drivers/iommu/rockchip-iommu.c.
 */
#ifndef LIB_IOMMU_ROCKCHIP_H
#define LIB_IOMMU_ROCKCHIP_H

#include <linux/clk.h>
#include <linux/interrupt.h>
#include <linux/io-pgtable.h>
#include <linux/iommu.h>
#include <linux/list.h>
#include <linux/spinlock.h>

#include "../core.h"
#include "../paging.h"
#include "../pt-format.h"

#define RK_MAX_BANKS	8u		/* of one node */
#define RK_MAX_IOMMUS	4u		/* of one device */
#define RK_NR_CLOCKS	2u

/*
 * @regs:   of the MMU of each range
 * @lock:   of registers and of @is_on
 * @clocks: each may be NULL
 * @is_on:  it has clocks and pages by @domain's tables
 * @domain: attached; NULL: none, it is bypassed. Of attaching, and of runtime PM's callbacks
 *          while nobody attaches
 * @user:   whose accesses are reported: who was attached last, or its own if that has gone
 * @nr_users: devices that are behind it: they share a group
 */
struct rk_iommu {
	struct iommu_device iommu;
	struct device *dev;
	u8 __iomem *regs[RK_MAX_BANKS];
	unsigned nr_banks;
	struct clk_bulk_data clocks[RK_NR_CLOCKS];
	unsigned version;
	bool has_no_reset;
	spinlock_t lock;
	bool is_on;
	struct rk_domain *domain;
	struct device *user;
	unsigned nr_users;
	struct list_head of_domain;
};

/* @lock: of @iommus, which every zap reads. */
struct rk_domain {
	struct paging_domain paging;
	spinlock_t lock;
	struct list_head iommus;		/* of struct rk_iommu, by ->of_domain */
	unsigned version;
};

/* dev_iommu_priv_get() of a device. */
struct rk_master {
	unsigned nr;
	struct rk_iommu *iommus[RK_MAX_IOMMUS];
	struct device_link *links[RK_MAX_IOMMUS];
};

static inline struct rk_domain *rk_domain_of(struct iommu_domain *domain)
{
	return container_of(domain, struct rk_domain, paging.domain);
}

/* ---- format.c ------------------------------------------------------------------- */

extern const struct pt_fmt rk_format_v1, rk_format_v2;

static inline const struct pt_fmt *rk_format(unsigned version)
{
	return version == 2 ? &rk_format_v2 : &rk_format_v1;
}

/* ---- rockchip-hw.c: with its clocks on, and not locked ------------------------------ */

/* All MMUs page by the tables at @root. Return: 0; -EIO, -ETIMEDOUT, and none does. */
int rk_hw_start(struct rk_iommu *rk, phys_addr_t root);
/* None does, whoever has turned it on. */
void rk_hw_stop(struct rk_iommu *rk);
/* If it is on: nothing of [@iova, +@len) is held any more. Context: any. */
void rk_hw_zap(struct rk_iommu *rk, u64 iova, u64 len);
irqreturn_t rk_hw_irq(int irq, void *rk);

#endif
