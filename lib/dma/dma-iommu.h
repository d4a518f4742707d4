/* SPDX-License-Identifier: MIT */
/*
 * Between the files of the DMA API over an IOMMU:
 *
 *	dma-iommu.c           a domain's cookie, one buffer, syncs, limits
 *	dma-iommu-domain.c    what the IOMMU core asks for: cookies come and go
 *	dma-iommu-sg.c        lists
 *	dma-iommu-alloc.c     memory for both sides
 *	dma-iommu-fq.c        flush queues
 *	dma-iommu-msi.c       doorbells
 */
#ifndef LIB_DMA_DMA_IOMMU_H
#define LIB_DMA_DMA_IOMMU_H

#include <armdma/iommu-dma.h>
#include <linux/iommu-dma.h>
#include <linux/iommu.h>
#include <linux/iova.h>
#include <linux/timer.h>

#include "../base/bias.h"
#include "dma.h"

enum iommu_dma_cookie_type { IOMMU_DMA_IOVA_COOKIE, IOMMU_DMA_MSI_COOKIE };

/* What a CPU counts for itself. */
struct dma_iommu_usage {
	u64 nr_strict, rounding, padding;
} __attribute__((__aligned__(64)));

/* How its flush queues work; dma-iommu-fq.c. */
struct dma_iommu_fq_options {
	bool is_single;
	unsigned nr_entries;		/* a power of two */
	unsigned timeout_ms;
};

/* The times of the latest flushes, by their number. */
#define NR_FLUSH_TIMES	16u

struct iova_fq;

/**
 * struct iommu_dma_cookie - what the DMA API knows of a domain
 * @domain:     whose it is
 * @kernel:     the machine of its first device; NULL: there was none
 * @cpus:       of that machine, NULL behind the last
 * @mask:       bytes of the IOMMU's smallest page, less 1
 * @shift:      log2 of them
 * @limit:      the highest address that the domain translates
 * @iovad:      who has which IOVA
 * @msi_iova:   an MSI cookie: the next page for a doorbell
 * @msi_pages:  doorbells that are mapped
 * @mutex:      of setting up; @msi_lock: of @msi_pages
 * @fq_domain:  @domain once there are flush queues, else NULL
 * @fq:         by CPU, or one alone
 * @nr_flushes_started, @nr_flushes_done: of all queues
 * @flushed_at: when the latest were done, by number
 * @fq_timer_on: it is pending
 * @trim_timer: gives back what lies about in @iovad's depots
 */
struct iommu_dma_cookie {
	enum iommu_dma_cookie_type type;
	unsigned shift;
	size_t mask;
	u64 limit;
	struct iommu_domain *domain;
	struct kernel *kernel;
	struct iommu_domain *fq_domain;
	const struct cpu *cpus[PORT_MAX_CPUS];
	struct iova_domain iovad;

	dma_addr_t msi_iova;
	struct list_head msi_pages;
	struct mutex mutex, msi_lock;

	struct dma_iommu_fq_options fq_options;
	struct iova_fq *fq[PORT_MAX_CPUS];
	u64 nr_flushes_started, nr_flushes_done;
	u64 nr_timer_flushes;
	u64 flushed_at[NR_FLUSH_TIMES];
	struct timer_list fq_timer;
	bool fq_timer_on;
	struct timer_list trim_timer;

	struct dma_iommu_usage usage[PORT_MAX_CPUS];
};

static inline struct iommu_dma_cookie *cookie_of(const struct device *dev)
{
	return dev->iommu_dma;
}

static inline size_t page_offset_of(const struct iommu_dma_cookie *c, u64 at)
{
	return at & c->mask;
}

/* Up to whole pages of the IOMMU. */
static inline size_t whole_pages(const struct iommu_dma_cookie *c, size_t len)
{
	return (len + c->mask) & ~c->mask;
}

/* The CPU that this thread is, as an index of arrays of PORT_MAX_CPUS; 0: none of the machine's. */
static inline unsigned cpu_now(const struct iommu_dma_cookie *c)
{
	const struct cpu *cpu = cpu_of_this_thread;

	if (likely(c->cpus[0] == cpu))
		return 0;
	for (unsigned i = 1; i < PORT_MAX_CPUS && c->cpus[i]; i++)
		if (c->cpus[i] == cpu)
			return i;
	return 0;
}

static inline void usage_add(u64 *count, u64 nr)
{
	__atomic_store_n(count, __atomic_load_n(count, __ATOMIC_RELAXED) + nr,
			 __ATOMIC_RELAXED);
}

static inline void count_rounding(struct iommu_dma_cookie *c, size_t bytes)
{
	if (bytes)
		usage_add(&c->usage[cpu_now(c)].rounding, bytes);
}

/* ---- dma-iommu.c ------------------------------------------------------------------------- */

/* By the direction, whether the device snoops, and DMA_ATTR_PRIVILEGED: IOMMU_*. */
int dma_iommu_prot(enum dma_data_direction dir, bool is_coherent, unsigned long attrs);
/* @size bytes of whole pages below @mask and the device's other limits; 0: there are none. */
dma_addr_t dma_iommu_alloc_iova(struct iommu_dma_cookie *c, struct device *dev, size_t size,
				u64 mask);
/* Of what no device was told of. */
void dma_iommu_free_iova(struct iommu_dma_cookie *c, dma_addr_t iova, size_t size);
/* Map memory in one piece, unaligned as it may be; DMA_MAPPING_ERROR. */
dma_addr_t dma_iommu_map_range(struct device *dev, phys_addr_t pa, size_t size, int prot,
			       u64 mask);
/* The device reaches it no more, or will not soon; then its IOVAs are free. */
void dma_iommu_unmap_range(struct device *dev, dma_addr_t dma, size_t size);
/* The attach that was put off until something is mapped. */
int dma_iommu_attach_deferred(struct device *dev);
/* iommu_dma_map_page() of a physical address, saying why it refused. */
dma_addr_t dma_iommu_map_phys(struct device *dev, phys_addr_t pa, size_t size,
			      enum dma_data_direction dir, unsigned long attrs,
			      enum ledger_why *ret_why);
/* The same for who does not want to know why. */
dma_addr_t dma_iommu_map_plain(struct device *dev, phys_addr_t pa, size_t size,
			       enum dma_data_direction dir, unsigned long attrs);
/* What a device does that must not see what shares a page with a buffer. */
bool dma_iommu_may_bounce(struct device *dev, size_t size, enum dma_data_direction dir);

/* ---- dma-iommu-fq.c ---------------------------------------------------------------------- */

void dma_iommu_fq_options(struct dma_iommu_fq_options *o, const struct device *dev);
int dma_iommu_init_fq(struct iommu_domain *domain);
void dma_iommu_free_fq(struct iommu_dma_cookie *c);
/* [@iova, +@size) was unmapped; it is free once that is invalidated. */
void dma_iommu_queue(struct iommu_dma_cookie *c, dma_addr_t iova, size_t size,
		     struct list_head *freelist);
void dma_iommu_count_fq(struct iommu_dma_cookie *c, struct iommu_dma_counters *to);

/* ---- dma-iommu-msi.c, dma-iommu-domain.c ------------------------------------------------- */

/* The hardware has [@start, @end) as doorbells, where no mapping is needed. */
int dma_iommu_keep_msi_region(struct iommu_dma_cookie *c, phys_addr_t start, phys_addr_t end);
void dma_iommu_free_msi(struct iommu_dma_cookie *c);

#endif
