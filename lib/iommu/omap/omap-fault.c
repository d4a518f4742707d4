/* SPDX-License-Identifier: MIT */
/*
 * Faults of OMAP's MMUs: a master waits, and all that asks after it, until IRQSTATUS is
 * cleared; then it asks again.
 *
 *	a handler of the domain mends it       cleared
 *	nobody does; there is GP_REG           it gets a bus error, and so does what follows,
 *	                                       until the MMU is programmed anew
 *	nobody does; OMAP2 and 3 have none     it waits with interrupts off: cleared now it
 *	                                       would come back at once. The next mapping in
 *	                                       its domain clears it, or detaching
 *	two entries match                      all are flushed
 *
 * Linux clears IRQSTATUS and turns interrupts off for good: what faults afterwards hangs,
 * unheard.
 */
#include <linux/io.h>
#include <linux/printk.h>

#include "omap.h"

static const char *const kinds[] = {
	"TLB miss", "translation fault", "debugger's TLB miss", "error on a table walk",
	"TLB multi-hit",
};

/* What the hardware has to say. */
struct omap_fault {
	u32 status, iova;
	int flags;
	struct omap_domain *domain;
	struct device *client;
};

/* False: it has nothing to say, or sleeps. */
static bool take(struct omap_mmu *mmu, struct omap_fault *f)
{
	if (!mmu->is_awake)
		return false;
	f->status = omap_read(mmu, OMAP_MMU_IRQSTATUS) & omap_read(mmu, OMAP_MMU_IRQENABLE);
	if (!f->status)
		return false;
	f->iova = omap_read(mmu, OMAP_MMU_FAULT_AD);
	f->flags = IOMMU_FAULT_READ;
	if (mmu->has_gp_reg && omap_read(mmu, OMAP_MMU_FAULT_STATUS) & OMAP_MMU_FAULT_WRITE)
		f->flags = IOMMU_FAULT_WRITE;
	f->domain = mmu->domain;
	f->client = mmu->client;
	return true;
}

static bool takes(struct omap_mmu *mmu, struct omap_fault *f)
{
	unsigned long flags;
	bool has_one;

	spin_lock_irqsave(&mmu->lock, flags);
	has_one = take(mmu, f);
	spin_unlock_irqrestore(&mmu->lock, flags);
	return has_one;
}

static bool is_mended(const struct omap_fault *f)
{
	return f->domain && f->client &&
	       !report_iommu_fault(&f->domain->paging.domain, f->client, f->iova, f->flags);
}

static void say(const struct omap_mmu *mmu, const struct omap_fault *f)
{
	dev_err(mmu->dev, "%s: %s %s 0x%x\n", kinds[__builtin_ctz(f->status)],
		f->client ? dev_name(f->client) : "nobody's device",
		f->flags == IOMMU_FAULT_WRITE ? "writes" : "reads", f->iova);
}

static void clear(struct omap_mmu *mmu)
{
	omap_write(mmu, OMAP_MMU_IRQSTATUS, OMAP_MMU_IRQ_ALL);
}

static void refuse(struct omap_mmu *mmu, const struct omap_fault *f)
{
	if (!mmu->has_gp_reg) {
		omap_write(mmu, OMAP_MMU_IRQENABLE, 0);
		mmu->is_waiting = true;
		if (f->domain)
			WRITE_ONCE(f->domain->is_waiting, true);
		return;
	}
	mmu->told = f->iova;
	mmu->has_told = !(omap_read(mmu, OMAP_MMU_GP_REG) & OMAP_MMU_BUS_ERR_BACK);
	omap_write(mmu, OMAP_MMU_GP_REG, OMAP_MMU_BUS_ERR_BACK);
	clear(mmu);
}

static void settle(struct omap_mmu *mmu, const struct omap_fault *f, bool is_over)
{
	unsigned long flags;

	spin_lock_irqsave(&mmu->lock, flags);
	if (mmu->is_awake && f->status & OMAP_MMU_IRQ_MULTIHIT)
		omap_hw_program(mmu);
	else if (mmu->is_awake && is_over)
		clear(mmu);
	else if (mmu->is_awake)
		refuse(mmu, f);
	spin_unlock_irqrestore(&mmu->lock, flags);
}

/* The bus error that ends an access which was spoken of when it began to wait. */
static bool comes_back(struct omap_mmu *mmu, const struct omap_fault *f)
{
	bool was_told = mmu->has_told && mmu->told == f->iova;

	mmu->has_told = false;
	return was_told;
}

irqreturn_t omap_fault_irq(int irq, void *dev_id)
{
	struct omap_mmu *mmu = dev_id;
	struct omap_fault f;
	bool is_over;

	if (!takes(mmu, &f))
		return IRQ_NONE;
	is_over = comes_back(mmu, &f) || is_mended(&f);
	if (!is_over)
		say(mmu, &f);
	settle(mmu, &f, is_over);
	return IRQ_HANDLED;
}

static void wake(struct omap_mmu *mmu)
{
	unsigned long flags;

	spin_lock_irqsave(&mmu->lock, flags);
	if (mmu->is_awake && mmu->is_waiting) {
		mmu->is_waiting = false;
		omap_write(mmu, OMAP_MMU_IRQENABLE, OMAP_FAULTS);
		clear(mmu);
	}
	spin_unlock_irqrestore(&mmu->lock, flags);
}

void omap_fault_mapped(struct omap_domain *d)
{
	struct omap_mmu *mmu;
	unsigned long flags;

	spin_lock_irqsave(&d->lock, flags);
	WRITE_ONCE(d->is_waiting, false);
	list_for_each_entry(mmu, &d->mmus, in_domain)
		wake(mmu);
	spin_unlock_irqrestore(&d->lock, flags);
}
