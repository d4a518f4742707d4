/* SPDX-License-Identifier: MIT */
/*
 * Freed ranges of 1 to 32 frames, kept by the CPU that freed them, for its next
 * allocation of that size. Linux's magazines, with its numbers:
 *
 *	CPU 0   for each size: loaded, previous     two magazines of 127 ranges
 *	CPU 1   ...
 *	depot   for each size: full magazines       one more or less when a CPU's are
 *	                                            both full or both empty
 *
 * The range that was freed last is not in the loaded magazine but before it: who
 * allocates and frees one again and again waits for no count to come back from memory.
 * It counts as loaded, and is put there before anything else is done to magazines.
 *
 * A CPU's magazines have one biased lock together: a thread that keeps to its CPU, as
 * all do in the fast gear, never executes a locked instruction here, and CPUs share no
 * cache line. Threads that are the same CPU, or none, are safe, and pay for it.
 *
 * Linux: drivers/iommu/iova.c, from "Magazine caches" on.
 */
#include <stdlib.h>
#include <string.h>
#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/mm.h>

#include "../mm/kernel.h"
#include "iova-rcache.h"

unsigned long iova_rcache_range(void)
{
	return PAGE_SIZE << (IOVA_ORDERS - 1);
}

/* ---- magazines ---------------- */

static void *host_alloc(size_t align, size_t len)
{
	struct kernel *k = kernel_current();
	void *p = k && kernel_fails(k) ? NULL : aligned_alloc(align, len);

	return p ? memset(p, 0, len) : NULL;
}

static struct iova_magazine *magazine_new(void)
{
	return host_alloc(IOVA_APART, sizeof(struct iova_magazine));
}

/* The latest is above @limit: take one that is not, for 0 is no range. */
static unsigned long take_lower(struct iova_magazine *m, unsigned long limit)
{
	unsigned long i = m->nr, pfn;

	while (m->pfns[i - 1] > limit)
		if (--i == 0)
			return 0;
	pfn = m->pfns[i - 1];
	m->pfns[i - 1] = m->pfns[--m->nr];
	return pfn;
}

static void magazine_flush(struct iova_domain *iovad, struct iova_magazine *m)
{
	iova_free_pfns(iovad, m->pfns, m->nr);
	m->nr = 0;
}

/* ---- depots: @lock is held ---------------- */

/* True: it shall be trimmed, which it was not to be before. */
static bool depot_put(struct iova_depot *d, struct iova_magazine *m)
{
	m->next = d->first;
	d->first = m;
	d->nr++;
	if (d->trim_at != U64_MAX)
		return false;
	__atomic_store_n(&d->trim_at, ktime_get_ns() + IOVA_DEPOT_DELAY_NS, __ATOMIC_RELAXED);
	return true;
}

static struct iova_magazine *depot_take(struct iova_depot *d)
{
	struct iova_magazine *m = d->first;

	if (m) {
		d->first = m->next;
		d->nr--;
		m->nr = IOVA_MAGAZINE_LEN;
	}
	return m;
}

static struct iova_magazine *depot_take_locked(struct iova_depot *d)
{
	struct iova_magazine *m;

	spin_lock(&d->lock);
	m = depot_take(d);
	spin_unlock(&d->lock);
	return m;
}

/* ---- taking and keeping: the CPU's lock is held ---------------- */

static void exchange(struct iova_kept *k)
{
	struct iova_magazine *m = k->loaded;

	k->loaded = k->previous;
	k->previous = m;
}

/* See that something is loaded. */
static bool reload(struct iova_kept *k, struct iova_depot *d)
{
	struct iova_magazine *m;

	if (k->previous->nr) {
		exchange(k);
		return true;
	}
	m = depot_take_locked(d);
	if (!m)
		return false;
	free(k->loaded);
	k->loaded = m;
	return true;
}

/* See that there is room in what is loaded. */
static noinline bool unload(struct iova_domain *iovad, struct iova_kept *k, unsigned order)
{
	struct iova_depot *d = &iovad->rcaches->depots[order];
	struct iova_magazine *m;
	bool is_first;

	if (k->previous->nr < IOVA_MAGAZINE_LEN) {
		exchange(k);
		return true;
	}
	m = magazine_new();
	if (!m)
		return false;
	spin_lock(&d->lock);
	is_first = depot_put(d, k->loaded);
	spin_unlock(&d->lock);
	k->loaded = m;
	if (is_first && iovad->depot_filled)
		iovad->depot_filled(iovad);
	return true;
}

static unsigned long take(struct iova_rcaches *rc, unsigned order, unsigned long limit)
{
	struct iova_cpu *c = iova_this_cpu(rc);
	struct iova_kept *k = &c->kept[order];
	unsigned long pfn;

	bias_lock(&c->lock);
	c->nr_gets++;
	pfn = iova_take_at_hand(k, limit);
	iova_settle(k);
	if (!pfn && (k->loaded->nr || reload(k, &rc->depots[order])))
		pfn = take_lower(k->loaded, limit);
	if (!pfn)
		c->nr_misses++;
	bias_unlock(&c->lock);
	return pfn;
}

static bool keep(struct iova_domain *iovad, unsigned order, unsigned long pfn)
{
	struct iova_cpu *c = iova_this_cpu(iovad->rcaches);
	struct iova_kept *k = &c->kept[order];
	bool is_kept;

	bias_lock(&c->lock);
	is_kept = iova_keep_at_hand(k, pfn);
	if (!is_kept) {
		iova_settle(k);
		is_kept = unload(iovad, k, order) && iova_keep_at_hand(k, pfn);
	}
	bias_unlock(&c->lock);
	return is_kept;
}

/* ---- a search when nothing is kept ---------------- */

static unsigned long alloc_pfn(struct iova_domain *iovad, unsigned long size,
			       unsigned long limit_pfn, bool flush)
{
	struct iova *new = alloc_iova(iovad, size, limit_pfn, true);

	if (!new && flush) {
		iova_rcaches_flush(iovad);
		new = alloc_iova(iovad, size, limit_pfn, true);
	}
	return new ? new->pfn_lo : 0;
}

/* IOVA_SPREAD: the highest of what fills a few cache lines; this CPU keeps the rest. */
static unsigned long alloc_run(struct iova_domain *iovad, unsigned order,
			       unsigned long limit_pfn)
{
	unsigned long pfns[IOVA_SPREAD_PFNS];
	unsigned nr = iova_alloc_run(iovad, 1UL << order, limit_pfn, pfns);

	for (unsigned i = nr; i > 1; i--)
		if (!keep(iovad, order, pfns[i - 1]))
			free_iova(iovad, pfns[i - 1]);
	return nr ? pfns[0] : 0;
}

static unsigned order_of(unsigned long size)
{
	return (unsigned)__fls((size - 1) << 1 | 1);
}

static noinline unsigned long alloc_slow(struct iova_domain *iovad, unsigned long size,
					 unsigned long limit_pfn, bool flush)
{
	unsigned order = order_of(size);
	unsigned long pfn = 0;

	if (WARN_ON(!size))
		return 0;
	if (order >= IOVA_ORDERS)
		return alloc_pfn(iovad, size, limit_pfn, flush);
	size = 1UL << order;
	if (iovad->rcaches)
		pfn = take(iovad->rcaches, order, limit_pfn + 1 - size);
	if (!pfn && iovad->rcaches && iovad->policy == IOVA_SPREAD)
		pfn = alloc_run(iovad, order, limit_pfn);
	return pfn ? pfn : alloc_pfn(iovad, size, limit_pfn, flush);
}

unsigned long alloc_iova_fast(struct iova_domain *iovad, unsigned long size,
			      unsigned long limit_pfn, bool flush_rcache)
{
	unsigned order = order_of(size);
	unsigned long pfn = 0;

	if (likely(order < IOVA_ORDERS) && likely(iovad->rcaches != NULL))
		pfn = iova_take_own(iovad->rcaches, order, limit_pfn + 1 - (1UL << order));
	return likely(pfn) ? pfn : alloc_slow(iovad, size, limit_pfn, flush_rcache);
}

static noinline void free_slow(struct iova_domain *iovad, unsigned long pfn, unsigned order)
{
	if (order >= IOVA_ORDERS || !iovad->rcaches || !keep(iovad, order, pfn))
		free_iova(iovad, pfn);
}

void free_iova_fast(struct iova_domain *iovad, unsigned long pfn, unsigned long size)
{
	unsigned order = order_of(size);

	if (unlikely(order >= IOVA_ORDERS) || unlikely(!iovad->rcaches) ||
	    unlikely(!iova_keep_own(iovad->rcaches, order, pfn)))
		free_slow(iovad, pfn, order);
}

/* ---- giving back ---------------- */

static void flush_cpu(struct iova_domain *iovad, struct iova_cpu *c)
{
	bias_lock(&c->lock);
	for (unsigned order = 0; order < IOVA_ORDERS; order++) {
		iova_settle(&c->kept[order]);
		magazine_flush(iovad, c->kept[order].loaded);
		magazine_flush(iovad, c->kept[order].previous);
	}
	bias_unlock(&c->lock);
}

void iova_domain_cpu_dead(struct iova_domain *iovad, unsigned cpu)
{
	if (iovad->rcaches && cpu < iovad->rcaches->nr_cpus)
		flush_cpu(iovad, &iovad->rcaches->cpus[cpu]);
}

static void flush_depot(struct iova_domain *iovad, struct iova_depot *d)
{
	struct iova_magazine *m;

	while ((m = depot_take_locked(d))) {
		magazine_flush(iovad, m);
		free(m);
	}
}

void iova_rcaches_flush(struct iova_domain *iovad)
{
	struct iova_rcaches *rc = iovad->rcaches;

	for (unsigned i = 0; rc && i < rc->nr_cpus; i++)
		flush_cpu(iovad, &rc->cpus[i]);
	for (unsigned order = 0; rc && order < IOVA_ORDERS; order++)
		flush_depot(iovad, &rc->depots[order]);
}

/* One magazine less, if it is time and there are enough; @now again in 100 ms if so. */
static void trim(struct iova_domain *iovad, struct iova_depot *d, u64 now)
{
	struct iova_magazine *m = NULL;

	spin_lock(&d->lock);
	if (d->trim_at <= now) {
		m = d->nr > iovad->rcaches->nr_cpus ? depot_take(d) : NULL;
		__atomic_store_n(&d->trim_at, m ? now + IOVA_DEPOT_DELAY_NS : U64_MAX,
				 __ATOMIC_RELAXED);
	}
	spin_unlock(&d->lock);
	if (m)
		magazine_flush(iovad, m);
	free(m);
}

u64 iova_domain_trim_at(const struct iova_domain *iovad)
{
	const struct iova_rcaches *rc = iovad->rcaches;
	u64 at = U64_MAX;

	for (unsigned order = 0; rc && order < IOVA_ORDERS; order++) {
		u64 due = __atomic_load_n(&rc->depots[order].trim_at, __ATOMIC_RELAXED);

		at = due < at ? due : at;
	}
	return at;
}

u64 iova_domain_trim(struct iova_domain *iovad, u64 now)
{
	for (unsigned order = 0; iovad->rcaches && order < IOVA_ORDERS; order++)
		trim(iovad, &iovad->rcaches->depots[order], now);
	return iova_domain_trim_at(iovad);
}

/* ---- beginning and end ---------------- */

static bool fill_cpu(struct iova_cpu *c)
{
	bias_init(&c->lock);
	for (unsigned order = 0; order < IOVA_ORDERS; order++) {
		c->kept[order].loaded = magazine_new();
		c->kept[order].previous = magazine_new();
		if (!c->kept[order].loaded || !c->kept[order].previous)
			return false;
	}
	return true;
}

static bool fill(struct iova_rcaches *rc, const struct port *p)
{
	rc->nr_cpus = p ? min(machine_nr_cpus(p->machine), (unsigned)PORT_MAX_CPUS) : 1;
	rc->cpus = host_alloc(IOVA_APART, rc->nr_cpus * sizeof(*rc->cpus));
	for (unsigned order = 0; order < IOVA_ORDERS; order++)
		rc->depots[order].trim_at = U64_MAX;
	for (unsigned i = 0; rc->cpus && i < rc->nr_cpus; i++) {
		rc->who[i] = p ? machine_cpu(p->machine, i) : NULL;
		if (!fill_cpu(&rc->cpus[i]))
			return false;
	}
	return rc->cpus;
}

int iova_domain_init_rcaches(struct iova_domain *iovad)
{
	iovad->rcaches = host_alloc(IOVA_APART, sizeof(*iovad->rcaches));
	if (!iovad->rcaches)
		return -ENOMEM;
	if (fill(iovad->rcaches, port_current()))
		return 0;
	iova_rcaches_free(iovad);
	return -ENOMEM;
}

static void free_cpu(struct iova_cpu *c)
{
	for (unsigned order = 0; order < IOVA_ORDERS; order++) {
		free(c->kept[order].loaded);
		free(c->kept[order].previous);
	}
}

void iova_rcaches_free(struct iova_domain *iovad)
{
	struct iova_rcaches *rc = iovad->rcaches;

	for (unsigned i = 0; rc->cpus && i < rc->nr_cpus; i++)
		free_cpu(&rc->cpus[i]);
	for (unsigned order = 0; order < IOVA_ORDERS; order++)
		while (rc->depots[order].first)
			free(depot_take(&rc->depots[order]));
	free(rc->cpus);
	free(rc);
	iovad->rcaches = NULL;
}

/* ---- figures ---------------- */

static void count_cpu(struct iova_cpu *c, struct iova_stats *s)
{
	bias_lock(&c->lock);
	s->nr_gets += c->nr_gets;
	s->nr_misses += c->nr_misses;
	for (unsigned order = 0; order < IOVA_ORDERS; order++) {
		iova_settle(&c->kept[order]);
		s->nr_kept += c->kept[order].loaded->nr + c->kept[order].previous->nr;
	}
	bias_unlock(&c->lock);
}

void iova_rcaches_stats(struct iova_domain *iovad, struct iova_stats *s)
{
	struct iova_rcaches *rc = iovad->rcaches;

	for (unsigned i = 0; rc && i < rc->nr_cpus; i++)
		count_cpu(&rc->cpus[i], s);
	for (unsigned order = 0; rc && order < IOVA_ORDERS; order++) {
		spin_lock(&rc->depots[order].lock);
		s->nr_kept += (unsigned long)rc->depots[order].nr * IOVA_MAGAZINE_LEN;
		spin_unlock(&rc->depots[order].lock);
	}
}
