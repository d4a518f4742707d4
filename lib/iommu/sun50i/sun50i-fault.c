/* SPDX-License-Identifier: MIT */
/*
 * Interrupts of Allwinner's IOMMU: see sun50i.h. A master that was refused is let go by a
 * reset of its port, which is all that hardware offers.
 *
 * Of several masters that miss an entry of the same level at once the registers tell who
 * they are, and the address of the first; and never whether they read or wrote.
 */
#include <linux/io.h>
#include <linux/log2.h>
#include <linux/printk.h>

#include "sun50i.h"

struct fault {
	unsigned master;
	u32 iova;
	int flags;
	const char *what;
};

static u32 read_reg(const struct sun50i_mmu *mmu, u32 reg)
{
	return readl(mmu->regs + reg);
}

static void report(struct sun50i_mmu *mmu, struct iommu_domain *domain, const struct fault *f)
{
	struct device *dev = mmu->masters[f->master];

	if (domain && dev && !report_iommu_fault(domain, dev, f->iova, f->flags))
		return;
	dev_err(mmu->dev, "%s: master %u (%s), IOVA %#x\n", f->what, f->master,
		dev ? dev_name(dev) : "nobody", f->iova);
}

static struct fault missing(struct sun50i_mmu *mmu, u32 blame, unsigned level)
{
	return (struct fault){
		.master = (unsigned)ilog2(blame),
		.iova = read_reg(mmu, level == 1 ? SUN50I_ERR_L1 : SUN50I_ERR_L2),
		.flags = IOMMU_FAULT_READ,
		.what = level == 1 ? "no first-level entry" : "no second-level entry",
	};
}

/* Its authority forbids the one or the other. */
static struct fault refused(struct sun50i_mmu *mmu, unsigned master)
{
	u32 data = read_reg(mmu, SUN50I_ERR_DATA(master));

	return (struct fault){
		.master = master, .iova = read_reg(mmu, SUN50I_ERR_IOVA(master)),
		.flags = data >> 4 & IOMMU_READ ? IOMMU_FAULT_WRITE : IOMMU_FAULT_READ,
		.what = "not allowed",
	};
}

#define MOST_FAULTS	(SUN50I_MASTERS + 2)

static unsigned collect(struct sun50i_mmu *mmu, u32 status, u32 level1, u32 level2,
			struct fault *ret)
{
	unsigned nr = 0;

	if (status & SUN50I_INT_L1 && level1)
		ret[nr++] = missing(mmu, level1, 1);
	if (status & SUN50I_INT_L2 && level2)
		ret[nr++] = missing(mmu, level2, 2);
	for (unsigned m = 0; m < SUN50I_MASTERS; m++)
		if (status & 1u << m)
			ret[nr++] = refused(mmu, m);
	return nr;
}

static void let_go(struct sun50i_mmu *mmu, u32 status, u32 blame)
{
	u32 masters = (status | blame) & SUN50I_ALL_MASTERS;

	writel(status, mmu->regs + SUN50I_INT_CLR);
	writel(~masters, mmu->regs + SUN50I_RESET);
	writel(~0u, mmu->regs + SUN50I_RESET);
}

irqreturn_t sun50i_irq(int irq, void *cookie)
{
	struct sun50i_mmu *mmu = cookie;
	struct fault faults[MOST_FAULTS];
	struct iommu_domain *domain = NULL;
	u32 status = 0, level1, level2;
	unsigned nr = 0;

	spin_lock(&mmu->lock);
	if (mmu->is_awake)
		status = read_reg(mmu, SUN50I_INT_STA);
	if (status) {
		level1 = read_reg(mmu, SUN50I_L1PG_INT) & SUN50I_ALL_MASTERS;
		level2 = read_reg(mmu, SUN50I_L2PG_INT) & SUN50I_ALL_MASTERS;
		nr = collect(mmu, status, level1, level2, faults);
		domain = mmu->domain ? &mmu->domain->paging.domain : NULL;
		let_go(mmu, status, level1 | level2);
	}
	spin_unlock(&mmu->lock);
	for (unsigned n = 0; n < nr; n++)
		report(mmu, domain, &faults[n]);
	return status ? IRQ_HANDLED : IRQ_NONE;
}
