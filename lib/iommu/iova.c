/* SPDX-License-Identifier: MIT */
/*
 * IOVAs by search: the highest gap that fits, from where the last search ended.
 *
 * Linux walks from range to range. What it finds, and what this finds without the walk:
 *
 *	first   from the cached range downwards, the first gap that fits; nothing, if
 *	        that is below start_pfn
 *	then    if the cached range ends below the limit, once more from the limit, for a
 *	        gap above the end of the cached range
 *
 * A gap fits if the highest aligned place in it, below the limit, is not below it. Such
 * places only get lower on the way down, hence the first gap that fits decides alone,
 * and one that the limit cuts is the only one whose size the tree does not know.
 *
 * Left out: what Linux does with nonsense (no frames, ranges that end before they begin,
 * frame ~0): a warning here.
 *
 * Source: drivers/iommu/iova.c.
 */
#include <limits.h>
#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>

#include "../mm/kernel.h"
#include "iova.h"
#include "iova-pool.h"
#include "iova-tree.h"

static_assert(sizeof(struct bias_lock) <= sizeof(((struct iova_domain *)NULL)->lock),
	      "a lock has room in struct iova_domain");

static unsigned nr_cache_users;

int iova_cache_get(void)
{
	__atomic_add_fetch(&nr_cache_users, 1, __ATOMIC_RELAXED);
	return 0;
}

void iova_cache_put(void)
{
	unsigned nr = __atomic_load_n(&nr_cache_users, __ATOMIC_RELAXED);

	do {
		if (WARN_ON(!nr))
			return;
	} while (!__atomic_compare_exchange_n(&nr_cache_users, &nr, nr - 1, true,
					      __ATOMIC_RELAXED, __ATOMIC_RELAXED));
}

void init_iova_domain(struct iova_domain *iovad, unsigned long granule,
		      unsigned long start_pfn)
{
	const struct kernel *k = kernel_current();

	BUG_ON(granule > PAGE_SIZE || !is_power_of_2(granule));
	*iovad = (struct iova_domain){
		.granule = granule,
		.start_pfn = start_pfn,
		.cached_node = &iovad->anchor,
		.cached32_node = &iovad->anchor,
		.anchor = { .pfn_lo = IOVA_ANCHOR, .pfn_hi = IOVA_ANCHOR },
		.policy = k && k->config.iova_spread ? IOVA_SPREAD : IOVA_LINUX,
	};
	iovad->dma_32bit_pfn = 1UL << (32 - iova_shift(iovad));
	iovad->max32_alloc_size = iovad->dma_32bit_pfn;
	bias_init(iova_lock(iovad));
	iova_tree_init(&iovad->tree);
}

void put_iova_domain(struct iova_domain *iovad)
{
	if (iovad->rcaches)
		iova_rcaches_free(iovad);
	iova_tree_done(&iovad->tree);
}

/* ---- where searches begin ---------------- */

static void cache_inserted(struct iova_domain *iovad, struct iova *new)
{
	if (new->pfn_hi < iovad->dma_32bit_pfn)
		iovad->cached32_node = new;
	else
		iovad->cached_node = new;
}

static void cache_removed(struct iova_domain *iovad, const struct iova *old, struct iova *next)
{
	if (old == iovad->cached32_node || (old->pfn_hi < iovad->dma_32bit_pfn &&
					    old->pfn_lo >= iovad->cached32_node->pfn_lo))
		iovad->cached32_node = next;
	if (old->pfn_lo < iovad->dma_32bit_pfn)
		iovad->max32_alloc_size = iovad->dma_32bit_pfn;
	if (old->pfn_lo >= iovad->cached_node->pfn_lo)
		iovad->cached_node = next;
}

/* ---- the search ---------------- */

struct request {
	unsigned long size, mask;	/* @mask: of the bits that the place may have */
	bool aligned;
};

/* What a search found: the range above the gap, and the place in it. */
struct place {
	struct iova_at above;
	unsigned long pfn;
};

/* The highest place below @high in the gap that begins at @from. */
static bool fits(const struct request *r, unsigned long from, unsigned long high,
		 unsigned long *pfn)
{
	*pfn = (high - r->size) & r->mask;
	return high >= r->size && *pfn >= from;
}

static bool search_from(struct iova_at at, const struct request *r, struct place *found)
{
	if (!at.leaf)
		return false;
	found->above = iova_tree_fit_below(at, r->size, r->aligned);
	return found->above.leaf &&
	       fits(r, iova_tree_gap(found->above), iova_tree_lo(found->above), &found->pfn);
}

/* The first range that does not end below @limit: the gap below it may be cut. */
static struct iova_at first_above(const struct iova_domain *iovad, unsigned long limit)
{
	struct iova_at at = { NULL, 0 };

	if (limit)
		at = iova_tree_at(&iovad->tree, limit - 1);
	return at.leaf ? iova_tree_next(at) : iova_tree_first(&iovad->tree);
}

/* From @start downwards: the highest place that ends below @limit. */
static bool search(const struct iova_domain *iovad, const struct iova *start,
		   unsigned long limit, const struct request *r, struct place *found)
{
	struct iova_at at;

	at = iova_tree_of(start);
	if (start->pfn_lo < limit)
		return search_from(at, r, found);
	if (iova_tree_gap(at) > limit)
		at = first_above(iovad, limit);
	if (fits(r, iova_tree_gap(at), limit, &found->pfn)) {
		found->above = at;
		return true;
	}
	return search_from(iova_tree_prev(at), r, found);
}

static bool search_twice(struct iova_domain *iovad, unsigned long limit, const struct request *r,
		       struct place *found)
{
	const struct iova *cached = limit <= iovad->dma_32bit_pfn ? iovad->cached32_node
								  : iovad->cached_node;

	if (search(iovad, cached, limit, r, found) && found->pfn >= iovad->start_pfn)
		return true;
	return cached->pfn_hi < limit && search(iovad, &iovad->anchor, limit, r, found) &&
	       found->pfn > cached->pfn_hi;
}

static struct iova *insert(struct iova_domain *iovad, struct iova_at above, unsigned long lo,
			   unsigned long hi)
{
	struct iova *new = iova_pool_alloc(&iovad->tree.iovas);

	*new = (struct iova){ .pfn_lo = lo, .pfn_hi = hi };
	iova_tree_insert(&iovad->tree, above, new);
	return new;
}

static void take_out(struct iova_domain *iovad, struct iova_at at)
{
	struct iova *old = iova_tree_iova(at);

	cache_removed(iovad, old, iova_tree_iova(iova_tree_next(at)));
	iova_tree_remove(&iovad->tree, at);
	iova_pool_free(&iovad->tree.iovas, old);
}

static struct iova *alloc_locked(struct iova_domain *iovad, unsigned long size,
				 unsigned long limit, bool aligned)
{
	struct request r = { .size = size, .mask = ~0UL, .aligned = aligned };
	struct iova *new;
	struct place found;

	if (limit <= iovad->dma_32bit_pfn && size >= iovad->max32_alloc_size)
		return NULL;
	if (aligned)
		r.mask = size > 1UL << 63 ? 0 : -roundup_pow_of_two(size);
	if (!search_twice(iovad, limit, &r, &found)) {
		iovad->max32_alloc_size = size;
		return NULL;
	}
	new = insert(iovad, found.above, found.pfn, found.pfn + size - 1);
	cache_inserted(iovad, new);
	return new;
}

struct iova *alloc_iova(struct iova_domain *iovad, unsigned long size, unsigned long limit_pfn,
			bool size_aligned)
{
	struct iova *new = NULL;

	if (WARN_ON(!size))
		return NULL;
	bias_lock(iova_lock(iovad));
	if (iova_tree_prepare(&iovad->tree, &iovad->anchor))
		new = alloc_locked(iovad, size, limit_pfn + 1, size_aligned);
	bias_unlock(iova_lock(iovad));
	return new;
}

/* Instead of @whole, as many ranges of @size: they will be freed one by one. */
static unsigned cut(struct iova_domain *iovad, const struct iova *whole, unsigned long size,
		    unsigned long *pfns)
{
	unsigned long lo, pfn;
	unsigned nr = 0;

	if (!whole)
		return 0;
	lo = whole->pfn_lo;
	take_out(iovad, iova_tree_at(&iovad->tree, lo));
	for (pfn = lo + IOVA_SPREAD_PFNS; pfn > lo; pfn -= size) {
		if (!iova_tree_prepare(&iovad->tree, &iovad->anchor))
			break;
		pfns[nr++] = pfn - size;
		cache_inserted(iovad, insert(iovad, first_above(iovad, pfn), pfn - size, pfn - 1));
	}
	return nr;
}

unsigned iova_alloc_run(struct iova_domain *iovad, unsigned long size, unsigned long limit_pfn,
			unsigned long *pfns)
{
	unsigned nr = 0;

	bias_lock(iova_lock(iovad));
	if (iova_tree_prepare(&iovad->tree, &iovad->anchor))
		nr = cut(iovad, alloc_locked(iovad, IOVA_SPREAD_PFNS, limit_pfn + 1, true), size,
			 pfns);
	bias_unlock(iova_lock(iovad));
	return nr;
}

/* ---- ranges by frame ---------------- */

/* The range that @pfn is in. */
static struct iova_at at_of(const struct iova_domain *iovad, unsigned long pfn)
{
	struct iova_at at = iova_tree_at(&iovad->tree, pfn);

	if (at.leaf && (pfn == IOVA_ANCHOR || pfn >= iova_tree_gap(iova_tree_next(at))))
		at.leaf = NULL;
	return at;
}

struct iova *find_iova(struct iova_domain *iovad, unsigned long pfn)
{
	struct iova_at at;

	bias_lock(iova_lock(iovad));
	at = at_of(iovad, pfn);
	bias_unlock(iova_lock(iovad));
	return at.leaf ? iova_tree_iova(at) : NULL;
}

void free_iova(struct iova_domain *iovad, unsigned long pfn)
{
	struct iova_at at;

	bias_lock(iova_lock(iovad));
	at = at_of(iovad, pfn);
	if (at.leaf)
		take_out(iovad, at);
	bias_unlock(iova_lock(iovad));
}

void __free_iova(struct iova_domain *iovad, struct iova *iova)
{
	bias_lock(iova_lock(iovad));
	take_out(iovad, iova_tree_of(iova));
	bias_unlock(iova_lock(iovad));
}

void iova_free_pfns(struct iova_domain *iovad, const unsigned long *pfns, unsigned long nr)
{
	bias_lock(iova_lock(iovad));
	for (unsigned long i = 0; i < nr; i++) {
		struct iova_at at = at_of(iovad, pfns[i]);

		if (!WARN(!at.leaf, "a range of frame %#lx was freed twice", pfns[i]))
			take_out(iovad, at);
	}
	bias_unlock(iova_lock(iovad));
}

/* ---- reserving ---------------- */

/* The lowest range with a frame of [@lo, ...); its neighbour if there is none. */
static struct iova_at first_from(const struct iova_domain *iovad, unsigned long lo)
{
	struct iova_at at = iova_tree_at(&iovad->tree, lo);

	if (!at.leaf)
		return iova_tree_first(&iovad->tree);
	return iova_tree_iova(at)->pfn_hi >= lo ? at : iova_tree_next(at);
}

/* Join the ranges that overlap; NULL: [*@lo, @hi] is left, and is to be a new one. */
static struct iova *join_overlaps(struct iova_at at, unsigned long *lo, unsigned long hi)
{
	for (; iova_tree_lo(at) <= hi; at = iova_tree_next(at)) {
		struct iova *iova = iova_tree_iova(at);

		if (*lo < iova->pfn_lo) {
			iova->pfn_lo = *lo;
			iova_tree_extend(at, *lo);
		}
		if (hi <= iova->pfn_hi)
			return iova;
		*lo = iova->pfn_hi + 1;
	}
	return NULL;
}

static struct iova *reserve_locked(struct iova_domain *iovad, unsigned long lo, unsigned long hi)
{
	struct iova *iova = join_overlaps(first_from(iovad, lo), &lo, hi);

	return iova ? iova : insert(iovad, first_from(iovad, lo), lo, hi);
}

struct iova *reserve_iova(struct iova_domain *iovad, unsigned long pfn_lo, unsigned long pfn_hi)
{
	struct iova *iova = NULL;

	if (WARN_ON((pfn_hi | pfn_lo) > ULLONG_MAX >> iova_shift(iovad)) ||
	    WARN_ON(pfn_lo > pfn_hi || pfn_hi == IOVA_ANCHOR))
		return NULL;
	bias_lock(iova_lock(iovad));
	if (iova_tree_prepare(&iovad->tree, &iovad->anchor))
		iova = reserve_locked(iovad, pfn_lo, pfn_hi);
	bias_unlock(iova_lock(iovad));
	return iova;
}

/* ---- figures ---------------- */

static void count_gaps(const struct iova_tree *t, struct iova_stats *s)
{
	struct iova_at at = iova_tree_first(t);

	for (; at.leaf; at = iova_tree_next(at)) {
		unsigned long len = iova_tree_lo(at) - iova_tree_gap(at);

		s->largest_gap = max(s->largest_gap, len);
		if (iova_tree_lo(at) == IOVA_ANCHOR)
			continue;
		s->nr_gaps += len != 0;
		s->free_pfns += len;
	}
}

void iova_domain_stats(struct iova_domain *iovad, struct iova_stats *s)
{
	const struct iova_tree *t = &iovad->tree;

	*s = (struct iova_stats){ .nr_nodes = 0 };
	iova_rcaches_stats(iovad, s);
	bias_lock(iova_lock(iovad));
	s->nr_nodes = t->root ? t->nr - 1 : 0;
	s->largest_gap = t->root ? 0 : IOVA_ANCHOR;
	s->nr_bytes = (t->blocks.nr_chunks + t->iovas.nr_chunks) * IOVA_CHUNK_LEN;
	count_gaps(t, s);
	bias_unlock(iova_lock(iovad));
}
