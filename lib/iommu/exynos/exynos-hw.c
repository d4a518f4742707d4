/* SPDX-License-Identifier: MIT */
/*
 * Registers of System MMUs: see exynos.h and <armdma/exynos-iommu.h>.
 *
 * What is flushed while it is not blocked arrives some time later, and nothing tells when.
 * So each flush is between a block and its end; where the block is not granted, for as long
 * as one is waited for, the flush is given, time passes, and it is given again if the block
 * has come by then.
 */
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/sizes.h>

#include "exynos.h"

#define CTRL_RUN	(SYSMMU_CTRL_ENABLE | SYSMMU_CTRL_INT)
#define CTRL_BLOCK	(SYSMMU_CTRL_ENABLE | SYSMMU_CTRL_INT | SYSMMU_CTRL_BLOCK)
#define CTRL_STOPPED	(SYSMMU_CTRL_ENABLE | SYSMMU_CTRL_BLOCK)
#define BLOCK_US	1000
#define MOST_ENTRIES	64u		/* beyond, everything is flushed */

/* What an interrupt says. */
struct sysmmu_fault {
	const char *name;
	u32 va;
	bool is_write;
};

/* @flush_range 0: there is none; its first and last page stand 8 and 12 bytes further on. */
struct sysmmu_regs {
	u32 pt_base, flush_all, flush_entry, flush_range, int_status;
	u8 base_shift;
	u32 ctrl_vm;			/* 0: it has no VMs */
	/* False: @bit means nothing. */
	bool (*fault)(const struct exynos_sysmmu *s, unsigned bit, struct sysmmu_fault *ret);
};

static void write_reg(const struct exynos_sysmmu *s, u32 reg, u32 value)
{
	writel(value, s->base + reg);
}

static u32 read_reg(const struct exynos_sysmmu *s, u32 reg)
{
	return readl(s->base + reg);
}

/* ---- faults, as versions tell them ---------------- */

static bool fault_v1(const struct exynos_sysmmu *s, unsigned bit, struct sysmmu_fault *ret)
{
	static const struct {
		const char *name;
		u8 word;		/* of the four that hold a VA */
		bool is_write;
	} faults[] = {
		{ "page", 0, false }, { "several entries", 2, false },
		{ "several entries", 1, true }, { "table walk", 3, false },
		{ "security", 2, false }, { "permission", 2, false },
		{ "security", 1, true }, { "permission", 1, true },
	};

	if (bit >= ARRAY_SIZE(faults))
		return false;
	ret->name = faults[bit].name;
	ret->is_write = faults[bit].is_write;
	ret->va = read_reg(s, SYSMMU_V1_FAULT_VA + 4u * faults[bit].word);
	return true;
}

static bool fault_v5(const struct exynos_sysmmu *s, unsigned bit, struct sysmmu_fault *ret)
{
	static const char *const names[] = {
		"table walk", "page", "several entries", "permission", "security"
	};

	if (bit % 16 >= ARRAY_SIZE(names))
		return false;
	ret->name = names[bit % 16];
	ret->is_write = bit >= 16;
	ret->va = read_reg(s, bit >= 16 ? SYSMMU_V5_FAULT_AW_VA : SYSMMU_V5_FAULT_AR_VA);
	return true;
}

static bool fault_v7_at(const struct exynos_sysmmu *s, unsigned bit, u32 va, u32 info,
			struct sysmmu_fault *ret)
{
	static const char *const names[] = { "table walk", "page", "permission" };

	if (bit >= ARRAY_SIZE(names))
		return false;
	ret->name = names[bit];
	ret->is_write = read_reg(s, info) & SYSMMU_V7_FAULT_WRITE;
	ret->va = read_reg(s, va);
	return true;
}

static bool fault_v7(const struct exynos_sysmmu *s, unsigned bit, struct sysmmu_fault *ret)
{
	return fault_v7_at(s, bit, SYSMMU_V7_FAULT_VA, SYSMMU_V7_FAULT_INFO, ret);
}

static bool fault_v7_vm(const struct exynos_sysmmu *s, unsigned bit, struct sysmmu_fault *ret)
{
	return fault_v7_at(s, bit, SYSMMU_V7_VM_FAULT_VA, SYSMMU_V7_VM_FAULT_INFO, ret);
}

/* ---- which one it is ---------------- */

#define FROM_V5(at)								\
	.pt_base = (at) + SYSMMU_V5_PT_BASE, .flush_all = (at) + SYSMMU_V5_FLUSH_ALL,	\
	.flush_entry = (at) + SYSMMU_V5_FLUSH_ENTRY,				\
	.flush_range = (at) + SYSMMU_V5_FLUSH_RANGE,				\
	.int_status = SYSMMU_V5_INT_STATUS, .base_shift = 12

static const struct sysmmu_regs regs_v1 = {
	SYSMMU_V1_PT_BASE, SYSMMU_V1_FLUSH_ALL, SYSMMU_V1_FLUSH_ENTRY, 0, SYSMMU_V1_INT_STATUS,
	.fault = fault_v1,
};
static const struct sysmmu_regs regs_v5 = { FROM_V5(0), .fault = fault_v5 };
static const struct sysmmu_regs regs_v7 = { FROM_V5(0), .fault = fault_v7 };
static const struct sysmmu_regs regs_v7_vm = {
	FROM_V5(SYSMMU_V7_VM), .ctrl_vm = SYSMMU_V7_CTRL_VM, .fault = fault_v7_vm,
};

static bool has_vms(const struct exynos_sysmmu *s)
{
	return read_reg(s, SYSMMU_V7_CAPA0) & SYSMMU_V7_HAS_CAPA1 &&
	       read_reg(s, SYSMMU_V7_CAPA1) & SYSMMU_V7_HAS_VMS;
}

static const struct sysmmu_regs *regs_of(const struct exynos_sysmmu *s)
{
	if (SYSMMU_MAJOR(s->version) < 5)
		return &regs_v1;
	if (SYSMMU_MAJOR(s->version) < 7)
		return &regs_v5;
	return has_vms(s) ? &regs_v7_vm : &regs_v7;
}

void exynos_hw_identify(struct exynos_sysmmu *s)
{
	u32 version = read_reg(s, SYSMMU_VERSION_REG);
	unsigned major;

	s->version = version == SYSMMU_VERSION_LIE ? SYSMMU_VERSION(1, 0) : version;
	major = SYSMMU_MAJOR(s->version);
	s->regs = regs_of(s);
	s->is_indexed = major == 2;
	s->holds_faults = major == 3;
	s->has_flpd = s->version >= SYSMMU_VERSION(3, 2);
	s->flpd_needs_all = major >= 5;
}

static u32 config_of(const struct exynos_sysmmu *s)
{
	u32 cfg = SYSMMU_CFG_QOS(15) | SYSMMU_CFG_EAP;

	if (s->version < SYSMMU_VERSION(3, 2))
		return cfg | SYSMMU_CFG_LRU;
	if (s->version < SYSMMU_VERSION(3, 3))
		return cfg | SYSMMU_CFG_LRU | SYSMMU_CFG_FLPDCACHE | SYSMMU_CFG_SYSSEL;
	return cfg | SYSMMU_CFG_FLPDCACHE | SYSMMU_CFG_ACGEN;
}

/* ---- block: all with the lock held ---------------- */

static bool block(const struct exynos_sysmmu *s)
{
	u32 status;

	if (!s->is_stopped)
		write_reg(s, SYSMMU_CTRL, CTRL_BLOCK);
	return !readl_poll_timeout_atomic(s->base + SYSMMU_STATUS, status,
					  status & SYSMMU_STATUS_BLOCKED, 0, BLOCK_US);
}

/* What waits because of a fault goes on when that has been dealt with. */
static void unblock(const struct exynos_sysmmu *s)
{
	if (!s->in_fault && !s->is_stopped)
		write_reg(s, SYSMMU_CTRL, CTRL_RUN);
}

/* ---- flush ---------------- */

/* @step 0: everything. */
struct flush {
	u64 iova, last;
	size_t step;
};

static u64 nr_entries(const struct flush *f)
{
	return (f->last - f->iova) / f->step + 1;
}

static void give_entries(const struct exynos_sysmmu *s, const struct flush *f)
{
	for (u64 iova = f->iova; iova <= f->last; iova += f->step)
		write_reg(s, s->regs->flush_entry, ((u32)iova & ~(SZ_4K - 1)) | SYSMMU_FLUSH_NOW);
}

static void give_range(const struct exynos_sysmmu *s, const struct flush *f)
{
	write_reg(s, s->regs->flush_range + 8, (u32)f->iova & ~(SZ_4K - 1));
	write_reg(s, s->regs->flush_range + 12, (u32)f->last & ~(SZ_4K - 1));
	write_reg(s, s->regs->flush_range, SYSMMU_FLUSH_NOW);
}

static void give(const struct exynos_sysmmu *s, const struct flush *f)
{
	if (!f->step)
		write_reg(s, s->regs->flush_all, SYSMMU_FLUSH_NOW);
	else if (s->regs->flush_range && nr_entries(f) > 1)
		give_range(s, f);
	else
		give_entries(s, f);
}

static void flush_blocked(const struct exynos_sysmmu *s, const struct flush *f)
{
	bool is_blocked = block(s);

	give(s, f);
	if (!is_blocked && block(s))
		give(s, f);
}

static void flush(struct exynos_sysmmu *s, const struct flush *f)
{
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	if (s->is_on) {
		flush_blocked(s, f);
		unblock(s);
	}
	spin_unlock_irqrestore(&s->lock, flags);
}

void exynos_hw_flush_all(struct exynos_sysmmu *s)
{
	flush(s, &(struct flush){ 0 });
}

void exynos_hw_flush(struct exynos_sysmmu *s, u64 iova, u64 last, size_t step)
{
	struct flush f = { iova, last, s->is_indexed ? SZ_4K : step };

	if (!s->regs->flush_range && nr_entries(&f) > MOST_ENTRIES)
		f.step = 0;
	flush(s, &f);
}

void exynos_hw_flush_empty(struct exynos_sysmmu *s, u64 iova, u64 last)
{
	if (s->flpd_needs_all)
		exynos_hw_flush_all(s);
	else if (s->has_flpd)
		flush(s, &(struct flush){ iova, last, SZ_1M });
}

/* ---- start and stop ---------------- */

static void set_tables(const struct exynos_sysmmu *s, phys_addr_t root)
{
	write_reg(s, SYSMMU_CFG, config_of(s));
	write_reg(s, s->regs->pt_base, (u32)(root >> s->regs->base_shift));
	if (s->regs->ctrl_vm)
		write_reg(s, s->regs->ctrl_vm,
			  SYSMMU_V7_CTRL_VM_ENABLE | SYSMMU_V7_CTRL_VM_STALL);
}

/* One that is on has a table to go on with until it is blocked; one that is off has none. */
void exynos_hw_start(struct exynos_sysmmu *s, phys_addr_t root)
{
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	if (s->is_on)
		block(s);
	set_tables(s, root);
	s->is_stopped = false;
	flush_blocked(s, &(struct flush){ 0 });
	write_reg(s, s->regs->int_status + 4, read_reg(s, s->regs->int_status));
	s->is_on = true;
	unblock(s);
	spin_unlock_irqrestore(&s->lock, flags);
}

void exynos_hw_stop(struct exynos_sysmmu *s)
{
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	s->is_on = s->is_stopped = false;
	write_reg(s, SYSMMU_CTRL, 0);
	write_reg(s, SYSMMU_CFG, 0);
	spin_unlock_irqrestore(&s->lock, flags);
}

/* ---- faults ---------------- */

static void say(const struct exynos_sysmmu *s, const struct sysmmu_fault *f)
{
	dev_err(s->dev, "%s %s 0x%08x: %s fault, nobody mends it: stopped\n",
		s->user ? dev_name(s->user) : "nobody's device", f->is_write ? "writes" : "reads",
		f->va, f->name);
}

/* Without the lock: a handler may map. */
static bool is_mended(struct exynos_sysmmu *s, struct exynos_domain *d,
		      const struct sysmmu_fault *f)
{
	int flags = f->is_write ? IOMMU_FAULT_WRITE : IOMMU_FAULT_READ;

	if (d && s->user && !report_iommu_fault(&d->paging.domain, s->user, f->va, flags))
		return true;
	say(s, f);
	return false;
}

/* It waits with its interrupt off, rather than fault for ever. */
static void stop_for_good(struct exynos_sysmmu *s)
{
	s->is_stopped = true;
	write_reg(s, SYSMMU_CTRL, CTRL_STOPPED);
}

/* The lock is held, but while a handler is asked. */
static void deal_with(struct exynos_sysmmu *s, unsigned bit, unsigned long *flags)
{
	struct sysmmu_fault f;
	bool is_known = s->regs->fault(s, bit, &f), is_ok = true;

	s->in_fault = true;
	if (is_known) {
		struct exynos_domain *d = s->domain;

		spin_unlock_irqrestore(&s->lock, *flags);
		is_ok = is_mended(s, d, &f);
		spin_lock_irqsave(&s->lock, *flags);
	}
	s->in_fault = false;
	if (!s->is_on)
		return;
	write_reg(s, s->regs->int_status + 4, 1u << bit);
	if (is_ok)
		unblock(s);
	else
		stop_for_good(s);
}

irqreturn_t exynos_hw_irq(int irq, void *sysmmu)
{
	struct exynos_sysmmu *s = sysmmu;
	irqreturn_t ret = IRQ_NONE;
	unsigned long flags;
	u32 status;

	spin_lock_irqsave(&s->lock, flags);
	status = s->is_on && !s->in_fault && !s->is_stopped ? read_reg(s, s->regs->int_status) : 0;
	if (status) {
		deal_with(s, (unsigned)__builtin_ctz(status), &flags);
		ret = IRQ_HANDLED;
	}
	spin_unlock_irqrestore(&s->lock, flags);
	return ret;
}
