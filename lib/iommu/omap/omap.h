/* SPDX-License-Identifier: MIT */
/*
 * The driver of TI's OMAP and DRA7 MMUs (<armdma/omap-iommu.h> is their manual).
 *
 *	omap.c           struct iommu_ops: devices, domains; mapping is ../paging.h's
 *	omap-hw.c        registers: programming, flushes, preserved entries, power
 *	omap-fault.c     interrupts
 *	omap-format.c    its tables, a row for ../two-level.h
 *	omap-platform.c  the platform driver
 *
 *	omap_client --> omap_mmu --> omap_domain --> io_pgtable_ops
 *	of a device,    one at a time: MMUs of a domain share its tables
 *	in order
 *
 * Where Linux's drivers/iommu/omap-iommu.c is otherwise:
 *
 *	- One set of tables for all MMUs of a domain: none can fail half-way. A domain takes
 *	  any number of devices.
 *	- A table goes after its entry is cleared and cleaned, and the TLB flushed. Empty
 *	  ones stay until a section takes their place.
 *	- Pages are flushed by their addresses, or all at once: LOCK is not moved, so that a
 *	  walk that fills meanwhile finds the victim where it belongs.
 *	- What firmware has left preserved goes when a domain comes.
 *	- Barriers: tables are in memory before a flush is asked for, and that has arrived
 *	  before its caller goes on.
 *	- Registers are not touched while the MMU sleeps; waking flushes all.
 *	- After a fault that nobody mends interrupts stay on; see omap-fault.c.
 *
 * Linux: drivers/iommu/omap-iommu.c.
 */
#ifndef LIB_IOMMU_OMAP_OMAP_H
#define LIB_IOMMU_OMAP_OMAP_H

#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/io-pgtable.h>
#include <linux/iommu.h>
#include <linux/regmap.h>
#include <linux/spinlock.h>
#include <armdma/omap-iommu.h>

#include "../core.h"
#include "../paging.h"
#include "../two-level.h"

#define OMAP_MAX_MMUS	4u		/* that one device is behind */

struct omap_client;

/* An entry that is locked below BASEVALUE, with P. */
struct omap_preserved {
	u32 iova, cam, ram;
	size_t len;
};

/**
 * struct omap_mmu - one MMU
 * @id:        where its registers are: what it is called in a device's fwspec
 * @system, @system_bit: DSP_SYSTEM's, of a DRA7 DSP; or NULL
 * @has_gp_reg: bus errors can be had instead of masters that wait
 * @wants_bus_errors: the board wants them from the start
 * @owner:     the device that it is before; NULL: none yet
 * @link:      to @owner: whose sleep it follows
 * @lock:      of all that follows, and of registers
 * @is_awake:  registers answer
 * @domain:    whose tables it walks; NULL: addresses pass as they are
 * @client:    the device to tell of faults
 * @in_domain: in @domain's mmus; under its lock
 * @is_waiting: a fault is pending that the next map may mend; interrupts are off
 * @told:      the address of a fault that is coming back as a bus error, if @has_told
 */
struct omap_mmu {
	struct iommu_device iommu;
	struct device *dev;
	void __iomem *regs;
	u32 id;
	struct regmap *system;
	u32 system_bit;
	unsigned nr_entries;
	bool has_gp_reg, wants_bus_errors;
	struct omap_client *owner;
	struct device_link *link;

	spinlock_t lock;
	bool is_awake;
	struct omap_domain *domain;
	struct device *client;
	struct list_head in_domain;
	bool is_waiting;
	bool has_told;
	u32 told;
	unsigned nr_preserved;
	struct omap_preserved preserved[OMAP_MMU_MAX_ENTRIES];
};

/* @lock: of @mmus. @is_waiting: one of them is. */
struct omap_domain {
	struct paging_domain paging;
	spinlock_t lock;
	struct list_head mmus;
	bool is_waiting;
};

/* dev_iommu_priv_get() of a device: in the order of its "iommus". */
struct omap_client {
	unsigned nr_mmus;
	struct omap_mmu *mmus[OMAP_MAX_MMUS];
};

static inline struct omap_domain *omap_domain_of(struct iommu_domain *domain)
{
	return container_of(domain, struct omap_domain, paging.domain);
}

/* ---- omap.c ---------------------------------------------------------------------- */

extern const struct iommu_ops omap_ops;

/* @mmu goes; its device may be before others that stay. */
void omap_client_lose(struct omap_mmu *mmu);

/**
 * omap_iommu_preserve() - @dev's TLBs hold the page of @len bytes at @iova until it is
 *                         unmapped, whatever else is needed
 *
 * @iova: mapped, aligned to @len, which is what one page there has. Through sleep, too.
 * Return: 0; -EINVAL: no such page; -ENOSPC: only one entry is left for all others.
 */
int omap_iommu_preserve(struct device *dev, unsigned long iova, size_t len);

/* ---- omap-format.c --------------------------------------------------------------- */

extern const struct pt_fmt omap_format;

/* ---- omap-hw.c: with @mmu->lock held, but those named ---------------------------- */

void omap_hw_program(struct omap_mmu *mmu);
/* All that a domain has mapped there: [@iova, @iova + @len) is in no TLB any more. */
void omap_hw_flush(struct omap_mmu *mmu, u32 iova, u64 len);
/* An entry more, in @mmu->preserved, is loaded. */
void omap_hw_load_preserved(struct omap_mmu *mmu);
int omap_hw_suspend(struct device *dev);		/* not locked */
int omap_hw_resume(struct device *dev);			/* not locked */

static inline u32 omap_read(const struct omap_mmu *mmu, u32 reg)
{
	return readl_relaxed((u8 __iomem *)mmu->regs + reg);
}

static inline void omap_write(const struct omap_mmu *mmu, u32 reg, u32 value)
{
	writel_relaxed(value, (u8 __iomem *)mmu->regs + reg);
}

/* ---- omap-fault.c ---------------------------------------------------------------- */

#define OMAP_FAULTS	(OMAP_MMU_IRQ_ALL & ~OMAP_MMU_IRQ_TLBMISS)	/* the walker is on */

irqreturn_t omap_fault_irq(int irq, void *dev_id);
/* Something was mapped: who waits asks again. Not locked. */
void omap_fault_mapped(struct omap_domain *d);

#endif
