/* SPDX-License-Identifier: MIT */
/*
 * What the allocator offers within the library, beyond <linux/iova.h>: time, CPUs that
 * go away, and figures.
 */
#ifndef LIB_IOMMU_IOVA_H
#define LIB_IOMMU_IOVA_H

#include <linux/iova.h>

#include "../base/bias.h"

#define IOVA_ORDERS		6	/* of ranges that CPUs keep: 1 to 32 frames */
#define IOVA_DEPOT_DELAY_NS	100000000ull

/**
 * iova_domain_trim() - give back to the tree what lies about in the depots
 * @now: simulated nanoseconds
 *
 * Linux's delayed work: 100 ms after a magazine came to a depot, and every 100 ms while
 * one was given back, one is, as long as there are more than CPUs.
 * Return: when to call it again, at the earliest; U64_MAX: not before
 * iova_domain_trim_at() says so.
 */
u64 iova_domain_trim(struct iova_domain *iovad, u64 now);

/* When that is due; U64_MAX: nothing is. One load for each size. */
u64 iova_domain_trim_at(const struct iova_domain *iovad);

/*
 * iovad->depot_filled, or NULL: called when iova_domain_trim_at() is another time than it
 * was, because a magazine came to a depot: once for 127 ranges that were freed, at most.
 * Locks of the allocator are held: it may set a timer, and no more.
 */

/* CPU @cpu went away: what it kept is free. */
void iova_domain_cpu_dead(struct iova_domain *iovad, unsigned cpu);

/**
 * struct iova_stats - how a domain stands
 * @nr_nodes:    ranges in the tree: given out, kept and reserved
 * @nr_kept:     of them, kept by CPUs or in depots
 * @nr_gaps:     free runs below the highest range
 * @largest_gap: frames of the largest free run of all
 * @free_pfns:   frames in the @nr_gaps
 * @nr_gets:     calls of alloc_iova_fast() for up to 32 frames
 * @nr_misses:   of them, those that had to search
 * @nr_bytes:    host memory of tree and ranges
 */
struct iova_stats {
	unsigned long nr_nodes, nr_kept;
	unsigned long nr_gaps, largest_gap, free_pfns;
	u64 nr_gets, nr_misses;
	size_t nr_bytes;
};

/* Looks at every range once. */
void iova_domain_stats(struct iova_domain *iovad, struct iova_stats *stats);

/* ---- between iova.c and iova-rcache.c ---------------- */

static inline struct bias_lock *iova_lock(struct iova_domain *iovad)
{
	return (struct bias_lock *)iovad->lock;
}

/* Free the @nr ranges that begin there. */
void iova_free_pfns(struct iova_domain *iovad, const unsigned long *pfns, unsigned long nr);
/*
 * IOVA_SPREAD_PFNS frames, aligned, as ranges of @size, a power of two, each: @pfns has
 * room for as many of one frame. Return: how many, from the top.
 */
unsigned iova_alloc_run(struct iova_domain *iovad, unsigned long size, unsigned long limit_pfn,
			unsigned long *pfns);
/* What the CPUs kept, and the depots: for a search that failed. */
void iova_rcaches_flush(struct iova_domain *iovad);
void iova_rcaches_free(struct iova_domain *iovad);
void iova_rcaches_stats(struct iova_domain *iovad, struct iova_stats *stats);

#endif
