/* SPDX-License-Identifier: MIT */
/*
 * The driver of Spreadtrum's IOMMUs (<armdma/sprd-iommu.h> is their hardware's manual).
 *
 *	sprd.c       platform driver and struct iommu_ops
 *	sprd-hw.c    registers
 *
 * One IOMMU, one master, one flat table of a domain, uncached, so that stores to it need no
 * cleaning. A domain may be attached to several IOMMUs.
 *
 * Where Linux's driver differs: it frees a domain's table before it turns the IOMMU off, and
 * turns off the IOMMU of whoever is attached now; it keeps the pointer to a domain that is
 * gone; it overwrites what is mapped; it drops what is held of the first IOMMU alone, and not
 * when another domain is attached. Here a domain that leaves is off first, and forgotten.
 *
 * Leaves out: apertures of other sizes than 256 MiB, and such as begin elsewhere than at 0.
 * Source of the sequences: drivers/iommu/sprd-iommu.c.
 */
#ifndef LIB_IOMMU_SPRD_H
#define LIB_IOMMU_SPRD_H

#include <linux/clk.h>
#include <linux/iommu.h>
#include <linux/list.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>

#include "../core.h"
#include "../table.h"

#define SPRD_APERTURE	SZ_256M
#define SPRD_NR_PAGES	(SPRD_APERTURE / SZ_4K)
#define SPRD_TABLE_LEN	(SPRD_NR_PAGES * sizeof(u32))

struct sprd_domain;

/* @nowhere: the default page, which nobody reads. */
struct sprd_iommu {
	struct iommu_device iommu;
	struct device *dev;
	u8 __iomem *regs;
	struct clk *clock;			/* NULL: it needs none */
	unsigned version;
	void *nowhere;
	dma_addr_t nowhere_dma;
	struct sprd_domain *domain;		/* attached; NULL: none, it is off */
	unsigned nr_users;			/* devices that are behind it */
	struct list_head of_domain;
};

/*
 * @lock:   of the table and of @iommus
 * @tables: how entries are read and stored
 * @table:  uncached; NULL: no device has been seen yet
 */
struct sprd_domain {
	struct iommu_domain domain;
	spinlock_t lock;
	struct list_head iommus;		/* of struct sprd_iommu, by ->of_domain */
	struct tables tables;
	u32 *table;
	dma_addr_t table_dma;
	struct device *table_dev;		/* that it was allocated for */
};

static inline struct sprd_domain *sprd_domain_of(struct iommu_domain *domain)
{
	return container_of(domain, struct sprd_domain, domain);
}

/* ---- sprd-hw.c ---------------------------------------------------------------------- */

/* Which version it is. Return: 0; -ENODEV: one that nobody knows. */
int sprd_hw_identify(struct sprd_iommu *s);
/* It translates by the table at @table. */
void sprd_hw_start(struct sprd_iommu *s, dma_addr_t table);
/* Everything passes, and nothing is held. */
void sprd_hw_stop(struct sprd_iommu *s);
/* Nothing is held any more. */
void sprd_hw_update(struct sprd_iommu *s);

#endif
