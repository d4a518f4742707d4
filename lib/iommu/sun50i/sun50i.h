/* SPDX-License-Identifier: MIT */
/*
 * The driver of Allwinner's IOMMU (<armdma/sun50i-iommu.h> is its manual).
 *
 *	sun50i.c          struct iommu_ops: devices, domains; the platform driver; mapping is
 *	                  ../paging.h's
 *	sun50i-hw.c       registers: programming, invalidation
 *	sun50i-fault.c    interrupts
 *	sun50i-format.c   its tables, a row for ../two-level.h
 *
 * One address space for all six masters: they are one group, with one domain. While that
 * translates, the clock runs and the reset line is released; otherwise masters pass it by.
 *
 * Where Linux's drivers/iommu/sun50i-iommu.c is otherwise:
 *
 *	- A device that goes to its identity domain, and the last one that goes, really
 *	  leaves: Linux's count of devices begins at 1, so nothing is ever turned off.
 *	- What is unmapped is invalidated by address where that is cheaper than all of it.
 *	- All pages that were mapped are invalidated, as the TLBs may hold of each that
 *	  nothing was there; Linux does the first two and those after the last.
 *	- A fault names the device, not the IOMMU.
 *	- It sleeps and wakes with the system.
 */
#ifndef LIB_IOMMU_SUN50I_SUN50I_H
#define LIB_IOMMU_SUN50I_SUN50I_H

#include <linux/clk.h>
#include <linux/interrupt.h>
#include <linux/iommu.h>
#include <linux/list.h>
#include <linux/reset.h>
#include <linux/spinlock.h>
#include <armdma/sun50i-iommu.h>

#include "../core.h"
#include "../paging.h"
#include "../two-level.h"

/*
 * @lock:    of registers, @domain and @is_awake
 * @domain:  whose tables it walks; NULL: masters pass
 * @is_awake: its registers answer
 * @masters: who is which, for faults; NULL: nobody
 * @entry:   in @domain's mmus
 */
struct sun50i_mmu {
	struct iommu_device iommu;
	struct device *dev;
	u8 __iomem *regs;
	struct clk *clk;
	struct reset_control *reset;
	spinlock_t lock;
	struct sun50i_domain *domain;
	bool is_awake;
	struct device *masters[SUN50I_MASTERS];
	struct list_head entry;
};

/* @lock: of @mmus, which every invalidation goes through. */
struct sun50i_domain {
	struct paging_domain paging;
	spinlock_t lock;
	struct list_head mmus;
};

extern const struct pt_fmt sun50i_format;

/* ---- sun50i-hw.c: with the lock held, but those named ------------------------------------ */

int sun50i_hw_wake(struct sun50i_mmu *mmu);		/* clock and reset; not locked */
void sun50i_hw_sleep(struct sun50i_mmu *mmu);		/* not locked */
void sun50i_hw_program(struct sun50i_mmu *mmu, phys_addr_t root);
void sun50i_hw_stop(struct sun50i_mmu *mmu);
/* Over when it returns. */
void sun50i_hw_flush(struct sun50i_mmu *mmu);
void sun50i_hw_invalidate(struct sun50i_mmu *mmu, unsigned long iova, size_t len);
void sun50i_hw_forget_tables(struct sun50i_mmu *mmu, unsigned long iova, size_t len);

/* ---- sun50i-fault.c ------------------------------------------------------------------------ */

irqreturn_t sun50i_irq(int irq, void *mmu);

#endif
