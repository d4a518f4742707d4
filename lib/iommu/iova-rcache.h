/* SPDX-License-Identifier: MIT */
/*
 * What of a CPU's kept ranges is done in place: see iova-rcache.c.
 *
 * Linux: drivers/iommu/iova.c, from "Magazine caches" on.
 */
#ifndef LIB_IOMMU_IOVA_RCACHE_H
#define LIB_IOMMU_IOVA_RCACHE_H

#include <linux/build_bug.h>
#include <linux/compiler.h>

#include "../port/port.h"
#include "iova.h"

#define IOVA_MAGAZINE_LEN	127
#define IOVA_APART		128		/* bytes: prefetchers take cache lines in pairs */

/* While it is full, in a depot, the number is implied. */
struct iova_magazine {
	union {
		unsigned long nr;
		struct iova_magazine *next;
	};
	unsigned long pfns[IOVA_MAGAZINE_LEN];
};
static_assert(sizeof(struct iova_magazine) == 1024, "no memory is wasted");

/* @latest: 0: it is in @loaded, which has room for it otherwise. */
struct iova_kept {
	unsigned long latest;
	struct iova_magazine *loaded, *previous;
};

struct iova_cpu {
	struct bias_lock lock;
	u64 nr_gets, nr_misses;
	struct iova_kept kept[IOVA_ORDERS];
} __attribute__((__aligned__(IOVA_APART)));

/* @trim_at: U64_MAX: not to be trimmed. */
struct iova_depot {
	spinlock_t lock;
	unsigned nr;
	struct iova_magazine *first;
	u64 trim_at;
};

struct iova_rcaches {
	struct iova_cpu *cpus;
	unsigned nr_cpus;
	const struct cpu *who[PORT_MAX_CPUS + 1];	/* NULL behind the last */
	struct iova_depot depots[IOVA_ORDERS] __attribute__((__aligned__(IOVA_APART)));
};

/* ---- who ---------------- */

static inline struct iova_cpu *iova_this_cpu(struct iova_rcaches *rc)
{
	const struct cpu *c = cpu_of_this_thread;
	struct iova_cpu *at = rc->cpus;

	if (likely(rc->who[0] == c))
		return at;
	for (const struct cpu **who = rc->who; c && *who; who++, at++)
		if (*who == c)
			return at;
	return rc->cpus;
}

/* ---- at hand: the CPU's lock is held ---------------- */

static inline void iova_settle(struct iova_kept *k)
{
	if (k->latest)
		k->loaded->pfns[k->loaded->nr++] = k->latest;
	k->latest = 0;
}

/* What is at hand: 0 if nothing is, or if it is above @limit. */
static inline unsigned long iova_take_at_hand(struct iova_kept *k, unsigned long limit)
{
	unsigned long pfn = k->latest;
	struct iova_magazine *m;

	if (likely(pfn)) {
		if (unlikely(pfn > limit))
			return 0;
		k->latest = 0;
		return pfn;
	}
	m = k->loaded;
	if (unlikely(!m->nr) || unlikely((pfn = m->pfns[m->nr - 1]) > limit))
		return 0;
	m->nr--;
	return pfn;
}

static inline bool iova_keep_at_hand(struct iova_kept *k, unsigned long pfn)
{
	if (unlikely(k->loaded->nr >= IOVA_MAGAZINE_LEN - (k->latest != 0)))
		return false;
	iova_settle(k);
	k->latest = pfn;
	return true;
}

/* The owner's way: no call, no locked instruction. 0: take() knows more. */
static inline unsigned long iova_take_own(struct iova_rcaches *rc, unsigned order,
				     unsigned long limit)
{
	struct iova_cpu *c = iova_this_cpu(rc);
	unsigned long pfn;

	if (unlikely(!bias_try_own(&c->lock)))
		return 0;
	pfn = iova_take_at_hand(&c->kept[order], limit);
	c->nr_gets += pfn != 0;
	bias_disown(&c->lock);
	return pfn;
}

static inline bool iova_keep_own(struct iova_rcaches *rc, unsigned order, unsigned long pfn)
{
	struct iova_cpu *c = iova_this_cpu(rc);
	bool is_kept;

	if (unlikely(!bias_try_own(&c->lock)))
		return false;
	is_kept = iova_keep_at_hand(&c->kept[order], pfn);
	bias_disown(&c->lock);
	return is_kept;
}

/* ---- one frame ---------------- */

/* alloc_iova_fast(), whatever has to be flushed for it. */
static __always_inline unsigned long alloc_iova_one(struct iova_domain *iovad,
						    unsigned long limit_pfn)
{
	unsigned long pfn = 0;

	if (likely(iovad->rcaches != NULL))
		pfn = iova_take_own(iovad->rcaches, 0, limit_pfn);
	return likely(pfn) ? pfn : alloc_iova_fast(iovad, 1, limit_pfn, true);
}

/* free_iova_fast() */
static __always_inline void free_iova_one(struct iova_domain *iovad, unsigned long pfn)
{
	if (unlikely(!iovad->rcaches) || unlikely(!iova_keep_own(iovad->rcaches, 0, pfn)))
		free_iova_fast(iovad, pfn, 1);
}

#endif
