/* SPDX-License-Identifier: MIT */
/*
 * The reference IOMMU's registers: see reference.h and <armdma/reference-iommu.h>.
 *
 * Its command queue is never more than one deep: each command is followed by a sync, so
 * that nothing is lost, and one spin lock is all that several CPUs need.
 */
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/printk.h>

#include "reference.h"

#define SYNC_TIMEOUT_US		1000000

static void write_reg(struct ref_mmu *mmu, u32 reg, u32 value)
{
	writel(value, mmu->regs + reg);
}

static u32 read_reg(struct ref_mmu *mmu, u32 reg)
{
	return readl(mmu->regs + reg);
}

static void write_reg64(struct ref_mmu *mmu, u32 reg, u64 value)
{
	write_reg(mmu, reg, (u32)value);
	write_reg(mmu, reg + 4, (u32)(value >> 32));
}

static u64 read_reg64(struct ref_mmu *mmu, u32 reg)
{
	u32 low = read_reg(mmu, reg);

	return low | (u64)read_reg(mmu, reg + 4) << 32;
}

/* ---- invalidation ---------------------------------------------------------------- */

static void sync_commands(struct ref_mmu *mmu)
{
	u32 busy;

	write_reg(mmu, REF_SYNC, 1);
	if (readl_poll_timeout_atomic(mmu->regs + REF_SYNC, busy, !(busy & REF_SYNC_BUSY), 0,
				      SYNC_TIMEOUT_US))
		pr_err("%s: TLB sync timed out\n", mmu->name);
}

void ref_hw_invalidate(struct ref_mmu *mmu, enum ref_command op, unsigned context, u64 iova,
		       u64 len)
{
	unsigned long flags;

	spin_lock_irqsave(&mmu->lock, flags);
	write_reg64(mmu, REF_INV_IOVA, iova);
	write_reg64(mmu, REF_INV_LEN, len);
	write_reg(mmu, REF_COMMAND, REF_COMMAND_OF(op, context, context));
	sync_commands(mmu);
	spin_unlock_irqrestore(&mmu->lock, flags);
}

/* ---- contexts and routes ------------------------------------------------------------ */

struct context_regs {
	u64 ttbr, mair;
	u32 tcr;
};

static struct context_regs short_regs(const struct io_pgtable_cfg *cfg)
{
	return (struct context_regs){
		.ttbr = cfg->arm_v7s_cfg.ttbr & ~0x3fffull,
		.mair = cfg->arm_v7s_cfg.prrr | (u64)cfg->arm_v7s_cfg.nmrr << 32,
	};
}

/* T0SZ of the 32-bit formats counts from 32. */
static u32 t0sz(enum ref_format format, u32 tsz)
{
	return format == REF_LONG32_S1 || format == REF_LONG32_S2 ? tsz - 32 : tsz;
}

static struct context_regs regs_of(const struct ref_domain *d)
{
	const struct io_pgtable_cfg *cfg = &d->cfg;

	switch (d->format) {
	case REF_SHORT:
	case REF_SHORT_WIDE:
		return short_regs(cfg);
	case REF_LONG32_S1:
	case REF_LONG64_S1:
		return (struct context_regs){
			.ttbr = cfg->arm_lpae_s1_cfg.ttbr, .mair = cfg->arm_lpae_s1_cfg.mair,
			.tcr = t0sz(d->format, cfg->arm_lpae_s1_cfg.tcr.tsz) |
			       (u32)cfg->arm_lpae_s1_cfg.tcr.tg << 14,
		};
	default:
		return (struct context_regs){
			.ttbr = cfg->arm_lpae_s2_cfg.vttbr,
			.tcr = t0sz(d->format, cfg->arm_lpae_s2_cfg.vtcr.tsz) |
			       (u32)cfg->arm_lpae_s2_cfg.vtcr.sl << 6 |
			       (u32)cfg->arm_lpae_s2_cfg.vtcr.tg << 14,
		};
	}
}

void ref_hw_set_context(struct ref_mmu *mmu, unsigned context, const struct ref_domain *d)
{
	struct context_regs r = regs_of(d);

	write_reg64(mmu, REF_TTBR(context), r.ttbr);
	write_reg(mmu, REF_TCR(context), r.tcr);
	write_reg64(mmu, REF_MAIR(context), r.mair);
	write_reg(mmu, REF_ASID(context), context);
	write_reg(mmu, REF_CONTEXT(context), REF_CONTEXT_ENABLE | REF_CONTEXT_ATTRIBUTES |
		  REF_CONTEXT_FORMAT(d->format) |
		  (d->cfg.quirks & IO_PGTABLE_QUIRK_NO_PERMS ? REF_CONTEXT_NO_PERMS : 0));
}

void ref_hw_clear_context(struct ref_mmu *mmu, unsigned context)
{
	write_reg(mmu, REF_CONTEXT(context), 0);
}

void ref_hw_set_route(struct ref_mmu *mmu, unsigned slot, u32 value)
{
	mmu->slots[slot].value = value;
	write_reg(mmu, REF_ROUTE(slot), 0);
	write_reg(mmu, REF_STREAM(slot), mmu->slots[slot].stream);
	write_reg(mmu, REF_ROUTE(slot), value);
}

/* ---- faults ------------------------------------------------------------------------------ */

static struct device *device_of(const struct ref_mmu *mmu, u32 stream)
{
	for (unsigned n = 0; n < mmu->nr_slots; n++) {
		const struct ref_slot *s = &mmu->slots[n];

		if (s->nr_users && !((stream ^ s->stream) & 0xffff & ~(s->stream >> 16)))
			return s->dev;
	}
	return NULL;
}

static void say(const struct ref_mmu *mmu, const struct device *dev, u32 fault, u64 iova,
		u32 stream)
{
	unsigned context = REF_FAULT_CONTEXT(fault);
	char where[32] = "no domain";

	if (context < mmu->nr_contexts)
		snprintf(where, sizeof(where), "domain %u", context);
	pr_err("%s: %s fault: %s (stream %u, %s) %s 0x%llx, level %u\n", mmu->name,
	       iommu_hw_reason_name((enum iommu_hw_reason)REF_FAULT_REASON(fault)),
	       dev ? dev_name(dev) : "nobody's device", stream, where,
	       fault & REF_FAULT_WRITE ? "writes" : "reads", (unsigned long long)iova,
	       REF_FAULT_LEVEL(fault));
}

/* Did a handler deal with it? */
static bool report(struct ref_mmu *mmu, u32 fault, u64 iova, u32 stream)
{
	unsigned context = REF_FAULT_CONTEXT(fault);
	struct device *dev = device_of(mmu, stream);
	struct ref_domain *d = context < mmu->nr_contexts ? mmu->contexts[context] : NULL;
	int flags = fault & REF_FAULT_WRITE ? IOMMU_FAULT_WRITE : IOMMU_FAULT_READ;

	if (d && dev && !report_iommu_fault(&d->paging.domain, dev, (unsigned long)iova, flags))
		return true;
	say(mmu, dev, fault, iova, stream);
	return false;
}

/* What a handler mended is tried again. */
static void answer(struct ref_mmu *mmu, u32 fault, bool is_mended)
{
	u32 stall = read_reg(mmu, REF_FAULT_STALL);

	if (fault & REF_FAULT_STALLED)
		write_reg(mmu, REF_RESUME, stall | (is_mended ? 0 : REF_RESUME_TERMINATE));
	write_reg(mmu, REF_FAULT, REF_FAULT_VALID);
}

static irqreturn_t on_irq(int irq, void *dev_id)
{
	struct ref_mmu *mmu = dev_id;
	irqreturn_t ret = IRQ_NONE;
	u32 fault;

	while ((fault = read_reg(mmu, REF_FAULT)) & (REF_FAULT_VALID | REF_FAULT_OVERFLOW)) {
		ret = IRQ_HANDLED;
		if (fault & REF_FAULT_OVERFLOW) {
			pr_err("%s: faults were lost\n", mmu->name);
			write_reg(mmu, REF_FAULT, REF_FAULT_OVERFLOW);
		}
		if (fault & REF_FAULT_VALID)
			answer(mmu, fault, report(mmu, fault, read_reg64(mmu, REF_FAULT_IOVA),
						  read_reg(mmu, REF_FAULT_STREAM)));
	}
	return ret;
}

/* ---- start, stop, resume -------------------------------------------------------------------- */

static void read_what_it_is(struct ref_mmu *mmu)
{
	u32 sizes = read_reg(mmu, REF_SIZES), features = read_reg(mmu, REF_FEATURES);

	mmu->formats = read_reg(mmu, REF_FORMATS);
	mmu->nr_contexts = min(sizes & 0xff, REF_MAX_CONTEXTS);
	mmu->nr_slots = min(sizes >> 8 & 0xffff, REF_MAX_STREAMS);
	mmu->is_coherent = features & REF_FEATURE_COHERENT;
	mmu->is_negative = features & REF_FEATURE_NEGATIVE;
	mmu->pa_bits = features >> 16 & 0xff;
}

static void turn_on(struct ref_mmu *mmu)
{
	ref_hw_invalidate(mmu, REF_INV_ALL, 0, 0, 0);
	write_reg(mmu, REF_CONTROL, REF_CONTROL_ENABLE | REF_CONTROL_IRQ | REF_CONTROL_REFUSE);
}

int ref_hw_start(struct ref_mmu *mmu)
{
	if (read_reg(mmu, REF_ID) != REF_ID_MAGIC)
		return -ENODEV;
	read_what_it_is(mmu);
	for (unsigned n = 0; n < mmu->nr_slots; n++)
		write_reg(mmu, REF_ROUTE(n), 0);
	turn_on(mmu);
	return mmu->irq ? request_irq(mmu->irq, on_irq, 0, mmu->name, mmu) : 0;
}

void ref_hw_stop(struct ref_mmu *mmu)
{
	if (mmu->irq)
		free_irq(mmu->irq, mmu);
	write_reg(mmu, REF_CONTROL, 0);
}

void ref_hw_resume(struct ref_mmu *mmu)
{
	unsigned long flags;

	spin_lock_irqsave(&mmu->lock, flags);
	for (unsigned n = 0; n < mmu->nr_contexts; n++)
		if (mmu->contexts[n])
			ref_hw_set_context(mmu, n, mmu->contexts[n]);
	for (unsigned n = 0; n < mmu->nr_slots; n++)
		if (mmu->slots[n].nr_users)
			ref_hw_set_route(mmu, n, mmu->slots[n].value);
	spin_unlock_irqrestore(&mmu->lock, flags);
	turn_on(mmu);
}
