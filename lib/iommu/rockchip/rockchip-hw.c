/* SPDX-License-Identifier: MIT */
/*
 * Registers of Rockchip's IOMMUs: see rockchip.h and <armdma/rockchip-iommu.h>.
 *
 * Every MMU is judged by itself: Linux's driver asks whether all of a node are stalled, and
 * leaves one that is, with its master waiting for ever, when another is not. FORCE_RESET is
 * polled every few microseconds; Linux's swaps the arguments and sleeps 100 ms.
 */
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/printk.h>
#include <armdma/rockchip-iommu.h>

#include "rockchip.h"

#define POLL_US		10
#define TIMEOUT_US	1000
#define RESET_US	100000
#define STALL_TRIES	4		/* each ends one more fault that came in between */
#define MANY_PAGES	8u		/* more than so many are dropped by dropping all */
#define PROBE		0xcafeb000u	/* what DTE_ADDR of either version can hold */
#define INTS		(RK_MMU_INT_PAGE_FAULT | RK_MMU_INT_BUS_ERROR)

static void command(u8 __iomem *regs, enum rk_mmu_command c)
{
	writel(c, regs + RK_MMU_COMMAND);
}

static u32 status_of(u8 __iomem *regs)
{
	return readl(regs + RK_MMU_STATUS);
}

/* Until one of @bits is set, or, with @want 0, none is. */
static int poll_status(u8 __iomem *regs, u32 bits, bool want)
{
	u32 status;

	return readl_poll_timeout(regs + RK_MMU_STATUS, status, !(status & bits) == !want,
				  POLL_US, TIMEOUT_US);
}

/* ---- one MMU ------------------------------------------------------------------------ */

/* A fault that nobody has handled, a boot loader's too, keeps an MMU from being stalled. */
static void end_fault(u8 __iomem *regs)
{
	if (!(status_of(regs) & RK_MMU_STATUS_FAULT))
		return;
	writel(RK_MMU_INT_PAGE_FAULT, regs + RK_MMU_INT_CLEAR);
	command(regs, RK_MMU_FAULT_DONE);
}

/* Without paging nobody needs to be stalled. */
static int stall(u8 __iomem *regs)
{
	for (unsigned n = 0; n < STALL_TRIES; n++) {
		if (!(status_of(regs) & RK_MMU_STATUS_PAGING))
			return 0;
		end_fault(regs);
		command(regs, RK_MMU_ENABLE_STALL);
		poll_status(regs, RK_MMU_STATUS_STALLED | RK_MMU_STATUS_FAULT, true);
		if (status_of(regs) & RK_MMU_STATUS_STALLED)
			return 0;
	}
	return -ETIMEDOUT;
}

static int unstall(u8 __iomem *regs)
{
	if (!(status_of(regs) & RK_MMU_STATUS_STALLED))
		return 0;
	command(regs, RK_MMU_DISABLE_STALL);
	return poll_status(regs, RK_MMU_STATUS_STALLED, false);
}

static int reset_bank(u8 __iomem *regs)
{
	u32 dte;

	writel(PROBE, regs + RK_MMU_DTE_ADDR);
	if (readl(regs + RK_MMU_DTE_ADDR) != PROBE)
		return -EIO;
	command(regs, RK_MMU_FORCE_RESET);
	return readl_poll_timeout(regs + RK_MMU_DTE_ADDR, dte, !dte, POLL_US, RESET_US);
}

/* Nobody is served by it, and it knows nothing. */
static int quiet(struct rk_iommu *rk, u8 __iomem *regs)
{
	int ret = stall(regs);

	if (rk->has_no_reset)
		return ret;
	return reset_bank(regs);
}

static int turn_on(u8 __iomem *regs)
{
	int ret;

	command(regs, RK_MMU_ENABLE_PAGING);
	ret = poll_status(regs, RK_MMU_STATUS_PAGING, true);
	return ret ? ret : unstall(regs);
}

static void turn_off(struct rk_iommu *rk, u8 __iomem *regs)
{
	int ret = stall(regs);

	if (status_of(regs) & RK_MMU_STATUS_PAGING) {
		command(regs, RK_MMU_DISABLE_PAGING);
		ret = poll_status(regs, RK_MMU_STATUS_PAGING, false);
	}
	writel(0, regs + RK_MMU_INT_MASK);
	writel(0, regs + RK_MMU_DTE_ADDR);
	if (!ret)
		ret = unstall(regs);
	if (ret && !rk->has_no_reset)
		ret = reset_bank(regs);
	if (ret)
		dev_err(rk->dev, "cannot be turned off, status %#x\n", status_of(regs));
}

/* ---- all of them ------------------------------------------------------------------------ */

static int quiet_all(struct rk_iommu *rk)
{
	for (unsigned n = 0; n < rk->nr_banks; n++) {
		int ret = quiet(rk, rk->regs[n]);

		if (ret)
			return ret;
	}
	return 0;
}

static void configure(const struct rk_iommu *rk, u8 __iomem *regs, phys_addr_t root)
{
	const struct pt_fmt *f = rk_format(rk->version);

	writel((u32)f->table_entry(f, 0, root), regs + RK_MMU_DTE_ADDR);
	command(regs, RK_MMU_ZAP_CACHE);
	writel(INTS, regs + RK_MMU_INT_CLEAR);
	writel(INTS, regs + RK_MMU_INT_MASK);
	writel(readl(regs + RK_MMU_AUTO_GATING) | RK_MMU_NO_DTE_TIME_LIMIT,
	       regs + RK_MMU_AUTO_GATING);
}

/* From here on whoever unmaps zaps, though nobody is served yet. */
static void configure_all(struct rk_iommu *rk, phys_addr_t root)
{
	unsigned long flags;

	spin_lock_irqsave(&rk->lock, flags);
	for (unsigned n = 0; n < rk->nr_banks; n++)
		configure(rk, rk->regs[n], root);
	rk->is_on = true;
	spin_unlock_irqrestore(&rk->lock, flags);
}

static int turn_all_on(struct rk_iommu *rk)
{
	for (unsigned n = 0; n < rk->nr_banks; n++) {
		int ret = turn_on(rk->regs[n]);

		if (ret)
			return ret;
	}
	return 0;
}

int rk_hw_start(struct rk_iommu *rk, phys_addr_t root)
{
	int ret = quiet_all(rk);

	if (!ret) {
		configure_all(rk, root);
		ret = turn_all_on(rk);
	}
	if (!ret)
		return 0;
	dev_err(rk->dev, "cannot be turned on: %d\n", ret);
	rk_hw_stop(rk);
	return ret;
}

void rk_hw_stop(struct rk_iommu *rk)
{
	unsigned long flags;

	for (unsigned n = 0; n < rk->nr_banks; n++)
		turn_off(rk, rk->regs[n]);
	spin_lock_irqsave(&rk->lock, flags);
	rk->is_on = false;
	spin_unlock_irqrestore(&rk->lock, flags);
}

/* ---- zaps ------------------------------------------------------------------------------ */

static void zap_bank(u8 __iomem *regs, u64 iova, u64 nr_pages)
{
	if (nr_pages > MANY_PAGES) {
		command(regs, RK_MMU_ZAP_CACHE);
		return;
	}
	for (; nr_pages; nr_pages--, iova += SZ_4K)
		writel((u32)iova, regs + RK_MMU_ZAP_ONE_LINE);
}

void rk_hw_zap(struct rk_iommu *rk, u64 iova, u64 len)
{
	unsigned long flags;

	spin_lock_irqsave(&rk->lock, flags);
	for (unsigned n = 0; rk->is_on && n < rk->nr_banks; n++)
		zap_bank(rk->regs[n], iova, len / SZ_4K);
	spin_unlock_irqrestore(&rk->lock, flags);
}

/* ---- faults ------------------------------------------------------------------------------ */

struct rk_fault {
	u32 ints, status, iova;
	struct rk_domain *domain;
	struct device *user;
};

/* Of the MMU at @regs, if there is any: read, and its interrupt let go of. */
static bool take_fault(struct rk_iommu *rk, u8 __iomem *regs, struct rk_fault *ret)
{
	unsigned long flags;

	*ret = (struct rk_fault){ .ints = 0 };
	spin_lock_irqsave(&rk->lock, flags);
	if (rk->is_on)
		ret->ints = readl(regs + RK_MMU_INT_STATUS);
	if (ret->ints) {
		ret->iova = readl(regs + RK_MMU_FAULT_ADDR);
		ret->status = status_of(regs);
		ret->domain = rk->domain;
		ret->user = rk->user;
		writel(ret->ints, regs + RK_MMU_INT_CLEAR);
	}
	spin_unlock_irqrestore(&rk->lock, flags);
	return ret->ints;
}

/* Linux names its own device to the handler; here it is the one whose access it was. */
static void report(struct rk_iommu *rk, const struct rk_fault *f)
{
	bool is_write = f->status & RK_MMU_STATUS_FAULT_WRITE;

	if (f->ints & RK_MMU_INT_BUS_ERROR)
		dev_err(rk->dev, "bus error at 0x%x\n", f->iova);
	if (!(f->ints & RK_MMU_INT_PAGE_FAULT))
		return;
	if (f->domain && f->user &&
	    !report_iommu_fault(&f->domain->paging.domain, f->user, f->iova,
				is_write ? IOMMU_FAULT_WRITE : IOMMU_FAULT_READ))
		return;
	dev_err(rk->dev, "page fault: %s %s 0x%x\n", f->user ? dev_name(f->user) : "nobody",
		is_write ? "writes" : "reads", f->iova);
}

/*
 * Its interrupt was let go of before it goes on: were it done after, as in Linux's driver,
 * it would also take away that of a fault which comes at once, and nobody would end that.
 */
static void go_on(struct rk_iommu *rk, u8 __iomem *regs)
{
	unsigned long flags;

	spin_lock_irqsave(&rk->lock, flags);
	if (rk->is_on) {
		command(regs, RK_MMU_ZAP_CACHE);
		command(regs, RK_MMU_FAULT_DONE);
	}
	spin_unlock_irqrestore(&rk->lock, flags);
}

irqreturn_t rk_hw_irq(int irq, void *opaque)
{
	struct rk_iommu *rk = opaque;
	irqreturn_t ret = IRQ_NONE;
	struct rk_fault f;

	for (unsigned n = 0; n < rk->nr_banks; n++) {
		if (!take_fault(rk, rk->regs[n], &f))
			continue;
		ret = IRQ_HANDLED;
		report(rk, &f);
		if (f.ints & RK_MMU_INT_PAGE_FAULT)
			go_on(rk, rk->regs[n]);
	}
	return ret;
}
