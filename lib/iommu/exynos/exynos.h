/* SPDX-License-Identifier: MIT */
/*
 * The driver of Samsung's System MMUs (<armdma/exynos-iommu.h> is their hardware's manual).
 *
 *	exynos.c        struct iommu_ops: devices, domains, attaching; mapping is ../paging.h's
 *	sysmmu.c        platform driver, clocks, runtime PM
 *	exynos-hw.c     registers of all versions: start, stop, block and flush, faults
 *	format.c        what descriptors say; the tables are two-level.c's
 *
 *	exynos_master ---> exynos_sysmmu (one port each)
 *	of a device            |
 *	                       `-- domain --> exynos_domain --> io_pgtable_ops
 *
 * A System MMU works while its master is active, by runtime PM and a device link, and not
 * at all for one that does without runtime PM: then it has neither clocks nor power. What
 * this driver does otherwise than Linux's, and why:
 *
 *	a block that is not granted in time   flushed all the same, waited for, and
 *	                                      flushed again; Linux's skips the flush
 *	a section over an empty table         the table is unlinked and flushed before it is
 *	                                      freed, FLPD cache included
 *	3.x hold what is *no* translation     flushed when it has become one: no holes between
 *	                                      IOVAs are needed, which nobody leaves
 *	formats                               are of a domain, not of the first System MMU
 *	one device of a domain goes           the others stay in it
 *	from domain to domain                 blocked in between, not bypassed
 *	a handler of faults may map           no lock is held while it is called
 *	a fault that nobody mends             the master waits until it is attached anew;
 *	                                      Linux's driver panics
 *
 * Leaves out: pages of 16 MiB; VMs other than 0; prefetch buffers.
 * Source of the sequences: drivers/iommu/exynos-iommu.c.
 */
#ifndef LIB_IOMMU_EXYNOS_H
#define LIB_IOMMU_EXYNOS_H

#include <linux/clk.h>
#include <linux/interrupt.h>
#include <linux/io-pgtable.h>
#include <linux/iommu.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <armdma/exynos-iommu.h>

#include "../core.h"
#include "../paging.h"
#include "../pt-format.h"

#define EXYNOS_MAX_SYSMMUS	8u	/* of one device */
#define EXYNOS_NR_CLOCKS	4u

struct sysmmu_regs;			/* where a version has what: exynos-hw.c */

/*
 * @version:  as its register should have it
 * @lock:     of registers and of the three that follow
 * @is_on:    it has clocks and translates by @domain's tables
 * @in_fault: a handler of the domain's is being asked: it stays blocked meanwhile
 * @is_stopped: by a fault that nobody has mended, until it is started anew
 * @domain:   attached; NULL: none, it is bypassed. Of attaching, and of runtime PM's
 *            callbacks while nobody attaches
 * @user:     whose accesses are reported: who was attached last, or its own if that has gone
 * @first, @nr_users: of the devices that are behind it: they share a group
 */
struct exynos_sysmmu {
	struct iommu_device iommu;
	struct device *dev;
	u8 __iomem *base;
	struct clk *clocks[EXYNOS_NR_CLOCKS];
	unsigned irq;
	u32 version;
	const struct sysmmu_regs *regs;
	bool is_indexed;		/* a page lies in a set for each 4 KiB of it */
	bool holds_faults;		/* that nothing is there, and the neighbours */
	bool has_flpd, flpd_needs_all;	/* only flush all reaches the cache of tables */
	spinlock_t lock;
	bool is_on, in_fault, is_stopped;
	struct exynos_domain *domain;
	struct device *user, *first;
	unsigned nr_users;
	struct list_head of_domain;
};

/* @lock: of @sysmmus, which every flush reads. */
struct exynos_domain {
	struct paging_domain paging;
	spinlock_t lock;
	struct list_head sysmmus;	/* of struct exynos_sysmmu, by ->of_domain */
	const struct pt_fmt *format;
	bool links_empty;
};

/* dev_iommu_priv_get() of a device. */
struct exynos_master {
	unsigned nr;
	struct exynos_sysmmu *sysmmus[EXYNOS_MAX_SYSMMUS];
	struct device_link *links[EXYNOS_MAX_SYSMMUS];
};

static inline struct exynos_domain *exynos_domain_of(struct iommu_domain *domain)
{
	return container_of(domain, struct exynos_domain, paging.domain);
}

/* ---- format.c ------------------------------------------------------------------- */

extern const struct pt_fmt exynos_format_v1, exynos_format_v5;

static inline const struct pt_fmt *exynos_format(const struct exynos_sysmmu *s)
{
	return SYSMMU_MAJOR(s->version) < 5 ? &exynos_format_v1 : &exynos_format_v5;
}

/* ---- exynos.c ------------------------------------------------------------------- */

extern const struct iommu_ops exynos_ops;
/* Its clocks are on, and it has a domain: it translates by that one's tables. */
void exynos_start(struct exynos_sysmmu *s);

/* ---- exynos-hw.c: with its clocks on, and not locked ------------------------------ */

/* Which one it is. */
void exynos_hw_identify(struct exynos_sysmmu *s);
/* It translates by the tables at @root, whatever it did before; what waits goes on. */
void exynos_hw_start(struct exynos_sysmmu *s, phys_addr_t root);
/* It is bypassed, whoever has turned it on. */
void exynos_hw_stop(struct exynos_sysmmu *s);
/*
 * If it is on, nothing of [@iova, @last] is held any more that was so when called, pages of
 * @step bytes or more, the cache of tables aside. Context: any.
 */
void exynos_hw_flush(struct exynos_sysmmu *s, u64 iova, u64 last, size_t step);
/* The same of everything, that cache included. */
void exynos_hw_flush_all(struct exynos_sysmmu *s);
/* What it may hold of an entry of the first level that led nowhere. */
void exynos_hw_flush_empty(struct exynos_sysmmu *s, u64 iova, u64 last);
irqreturn_t exynos_hw_irq(int irq, void *sysmmu);

#endif
