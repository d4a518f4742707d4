/* SPDX-License-Identifier: MIT */
/*
 * An MSM IOMMU's interrupt: each bank that has a fault tells its domain; whoever waits goes
 * on, which a handler that returns 0 has made possible, or gets a bus error.
 */
#include <linux/interrupt.h>
#include <linux/printk.h>

#include "msm.h"

struct fault {
	u32 fsr, far, mid, syndrome;
};

static const char *reason(u32 fsr)
{
	static const char *const names[] = {
		NULL, "translation", "access flag", "permission", "TLB miss",
		"no memory at a table", "error at a table", "multi-hit",
	};

	for (unsigned n = 1; n < ARRAY_SIZE(names); n++)
		if (fsr & 1u << n)
			return names[n];
	return "unknown";
}

static void say(const struct msm_mmu *mmu, unsigned bank, const struct fault *f,
		const struct device *dev)
{
	pr_err("%s: %s fault: %s (MID %u, bank %u) %s 0x%x, FSR 0x%x\n", dev_name(mmu->dev),
	       reason(f->fsr), dev ? dev_name(dev) : "nobody's device", f->mid, bank,
	       f->syndrome & MSM_FSYNR1_AWRITE ? "writes" : "reads", f->far, f->fsr);
}

static struct fault fault_of(struct msm_mmu *mmu, unsigned bank)
{
	return (struct fault){
		.fsr = msm_hw_read(mmu, MSM_CTX(bank) + MSM_FSR),
		.far = msm_hw_read(mmu, MSM_CTX(bank) + MSM_FAR),
		.mid = msm_hw_read(mmu, MSM_CTX(bank) + MSM_FSYNR0) & 0xff,
		.syndrome = msm_hw_read(mmu, MSM_CTX(bank) + MSM_FSYNR1),
	};
}

/* Not locked: a handler may map. False: nobody dealt with it. */
static bool report(struct iommu_domain *domain, struct device *dev, const struct fault *f)
{
	int flags = f->syndrome & MSM_FSYNR1_AWRITE ? IOMMU_FAULT_WRITE : IOMMU_FAULT_READ;

	return msm_is_paging(domain) && dev && !report_iommu_fault(domain, dev, f->far, flags);
}

/* All of FSR, MULTI and SL too: a bit that stays would raise the next interrupt. */
static void answer(struct msm_mmu *mmu, unsigned bank, const struct fault *f, bool is_mended)
{
	unsigned long flags;

	spin_lock_irqsave(&mmu->lock, flags);
	if (msm_hw_begin(mmu)) {
		msm_hw_write(mmu, MSM_CTX(bank) + MSM_FSR, f->fsr);
		if (f->fsr & MSM_FSR_SS)
			msm_hw_write(mmu, MSM_CTX(bank) + MSM_RESUME,
				     is_mended ? 0 : MSM_RESUME_TNR);
		msm_hw_end(mmu);
	}
	spin_unlock_irqrestore(&mmu->lock, flags);
}

static bool handle_bank(struct msm_mmu *mmu, unsigned bank)
{
	struct iommu_domain *domain = NULL;
	struct device *dev = NULL;
	struct fault f = { 0 };
	unsigned long flags;
	bool is_mended;

	spin_lock_irqsave(&mmu->lock, flags);
	if (msm_hw_begin(mmu)) {
		f = fault_of(mmu, bank);
		domain = mmu->banks[bank].domain;
		dev = f.mid < mmu->nr_mids ? mmu->mids[f.mid].owner : NULL;
		msm_hw_end(mmu);
	}
	spin_unlock_irqrestore(&mmu->lock, flags);
	if (!f.fsr)
		return false;
	is_mended = report(domain, dev, &f);
	if (!is_mended)
		say(mmu, bank, &f, dev);
	answer(mmu, bank, &f, is_mended);
	return true;
}

static irqreturn_t on_irq(int irq, void *dev_id)
{
	struct msm_mmu *mmu = dev_id;
	irqreturn_t ret = IRQ_NONE;

	for (unsigned bank = 0; bank < mmu->nr_banks; bank++)
		if (handle_bank(mmu, bank))
			ret = IRQ_HANDLED;
	return ret;
}

int msm_request_irq(struct msm_mmu *mmu, int irq)
{
	return devm_request_irq(mmu->dev, (unsigned)irq, on_irq, IRQF_SHARED, dev_name(mmu->dev),
				mmu);
}
