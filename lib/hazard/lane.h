/* SPDX-License-Identifier: MIT */
/*
 * Between the files of the ledger's fast lane:
 *
 *	lane.c		one buffer; memory comes and goes
 *	lane-sg.c	lists, a segment at a time
 *
 * What both do to a region of memory: its lock, what is mapped there, what was done. In place,
 * since all of it is on the way of every call.
 */
#ifndef LIB_HAZARD_LANE_H
#define LIB_HAZARD_LANE_H

#include "bends.h"
#include "mapped-lists.h"
#include "mappings.h"

#include <linux/dma-direction.h>
#include <linux/dma-mapping.h>
#include <sched.h>

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

#define LONG_LIST	8u	/* mappings looked at before the list is spread */

/* ---- a region's lock --------------------------------------------------- */

static inline void wait_for(struct region *r)
{
	unsigned spins = 0;

	while (__atomic_exchange_n(&r->lock.is_locked, true, __ATOMIC_SEQ_CST))
		if (++spins % 100 == 0)
			sched_yield();
}

static inline bool region_enter(const struct mapped *l, struct region *r)
{
	if (unlikely(__atomic_exchange_n(&r->lock.is_locked, true, __ATOMIC_SEQ_CST)))
		wait_for(r);
	if (likely(!__atomic_load_n(&l->is_shut, __ATOMIC_SEQ_CST)))
		return true;
	spin_unlock(&r->lock);
	return false;
}

static inline bool region_leave(struct region *r, bool ret)
{
	spin_unlock(&r->lock);
	return ret;
}

/* Set once, while others may be here already. */
static inline bool has_shift(const struct dev_record *d)
{
	return __atomic_load_n(&d->has_shift, __ATOMIC_ACQUIRE);
}

/* ---- what was done ---------------------------------------------------------- */

/* The first @len bytes of @m. */
static inline void remember(struct hazard_engine *e, struct region *r, enum record_kind kind,
		     const struct mapping *m, const struct ledger_note *n, uint64_t len)
{
	struct record *c = recent_next(r);

	c->step = machine_step(e->machine);
	c->pa = m->pa;
	c->dma = m->dma;
	c->site = n->site;
	c->len = (uint32_t)len;
	c->stack = NO_STACK;
	c->party = m->dev->party;
	c->kind = (uint8_t)kind;
	c->level = 0;
	c->dir = (int8_t)n->dir;
	c->skips_sync = n->attrs & DMA_ATTR_SKIP_CPU_SYNC;
	c->is_dirty = c->is_unasked = false;
}

/* ---- a mapping by its device address --------------------------------------- */

struct search {
	struct bin *bin;
	struct mapping *prev, *found;
	unsigned nr_seen;
};

/* In all that ledger.c would ask. */
static inline bool fits_unmap(const struct mapping *m, const struct dev_record *d,
		       const struct ledger_note *n)
{
	return m->dma == n->dma && m->dev == d && m->kind == MAPPING_SINGLE &&
	       m->len == n->len && (int)m->dir == n->dir;
}

static inline bool sg_fits(const struct mapping *m, const struct ledger_note *n)
{
	return m->kind == MAPPING_SG && mapping_nents(m) == n->nents;
}

static inline bool fits_unmap_sg(const struct mapping *m, const struct dev_record *d,
			  const struct ledger_note *n)
{
	return m->dma == n->dma && m->dev == d && sg_fits(m, n) &&
	       (int)m->dir == n->dir;
}

/* From its beginning on. */
static inline bool fits_sync(const struct mapping *m, const struct dev_record *d,
		      const struct ledger_note *n)
{
	return m->dma == n->dma && m->dev == d && m->kind == MAPPING_SINGLE &&
	       m->len >= n->len && (m->dir == DMA_BIDIRECTIONAL || (int)m->dir == n->dir);
}

static inline bool fits(const struct mapping *m, const struct dev_record *d,
		 const struct ledger_note *n)
{
	if (n->kind == LEDGER_UNMAP)
		return fits_unmap(m, d, n);
	return n->kind == LEDGER_UNMAP_SG ? fits_unmap_sg(m, d, n) : fits_sync(m, d, n);
}

static inline void search_list(const struct mapped *l, struct search *s, const struct dev_record *d,
			const struct ledger_note *n)
{
	uint32_t number = s->bin->head;

	s->prev = s->found = NULL;
	for (s->nr_seen = 0; number; s->nr_seen++) {
		struct mapping *m = nth_mapping(l, number);

		if (!m->is_bent && fits(m, d, n)) {
			s->found = m;
			return;
		}
		number = m->next;
		s->prev = m;
	}
}

/* The oldest that fits, and where it hangs. */
static inline void search(struct mapped *l, struct region *r, enum level level, uint64_t pa,
		   struct search *s, const struct dev_record *d, const struct ledger_note *n)
{
	s->bin = mapped_bin(l, r, level, pa);
	search_list(l, s, d, n);
	if (likely(s->nr_seen < LONG_LIST))
		return;
	mapped_spread(l, r, level, pa);
	s->bin = mapped_bin(l, r, level, pa);
	search_list(l, s, d, n);
}

/* Is there any at @pa of the level that was not searched? */
static inline bool has_of_other_level(const struct mapped *l, struct region *r, enum level level,
			       uint64_t pa)
{
	enum level other = level == LEVEL_PAGE ? LEVEL_BLOCK : LEVEL_PAGE;
	uint32_t number = r->nr[other] ? mapped_bin(l, r, other, pa)->head : 0;

	while (number && nth_mapping(l, number)->pa != pa)
		number = nth_mapping(l, number)->next;
	return number;
}

/* ---- a bent mapping by its device address ---------------------------------------- */

static inline bool is_there(struct interval *node, void *ret)
{
	*(bool *)ret = true;
	return false;
}

/* Of all that begin or are where @dma is, is it the only one? Its region's lock is held. */
static inline bool is_only_bend(const struct dev_record *d, uint64_t dma)
{
	bool has_other = false;

	if (d->bent)		/* changes only while all are shut out */
		interval_each(d->bent, dma, dma, is_there, &has_other);
	return !has_other;
}

/* Whose place it is may change until the lock of its region is held. Return: NULL, or it. */
static inline struct mapping *enter_bend(const struct mapped *l, const struct dev_record *d,
				  uint64_t dma, struct region **ret_r)
{
	struct mapping *m = bend_at(d, dma);
	struct region *r = m ? mapped_region(l, __atomic_load_n(&m->pa, __ATOMIC_RELAXED)) : NULL;

	if (!r || !region_enter(l, r))
		return NULL;
	*ret_r = r;
	if (bend_at(d, dma) == m && mapped_region(l, m->pa) == r && m->dma == dma &&
	    is_only_bend(d, dma))
		return m;
	spin_unlock(&r->lock);
	return NULL;
}

/* If not, a mapping like the device's others may be meant. */
static inline bool has_bend(const struct dev_record *d, uint64_t dma)
{
	const struct mapping *m = bend_at(d, dma);

	return m && __atomic_load_n(&m->dma, __ATOMIC_RELAXED) == dma;
}

/* What recent.c would not find by its address. */
static inline void remember_gone(struct dev_record *d, const struct region *r)
{
	const struct record *last = &r->recent->call[(r->nr_recent - 1) % NR_RECENT];

	spin_lock(&d->gone_lock);
	history_add(&d->gone, last);
	spin_unlock(&d->gone_lock);
}

/* ---- the end of a mapping ---------------------------------------------------- */

static inline void remove_segment(struct hazard_engine *e, struct region *r, struct mapping *m,
			   const struct ledger_note *n)
{
	enum level level = mapped_level(m->pa, m->len);
	struct mapping *prev;
	struct bin *bin;

	remember(e, r, RECORD_UNMAPPED, m, n, m->len);
	bin = mapped_place(&e->live, r, level, m, &prev);
	mapped_unlink(&e->live, r, level, bin, prev, m);
	if (m->is_bent)
		bend_set(m->dev, m->dma, 0);
	if (m->is_bent && !m->is_later)
		remember_gone(m->dev, r);
	mapped_record_free(&e->live, r, m);
}

/* ---- lane.c ------------------------------------------------------------------ */

/* Make the mapping that @n tells of; its region's lock is held. */
struct mapping *lane_add(struct hazard_engine *e, struct dev_record *d, struct region *r,
			 enum level level, const struct ledger_note *n);

/* ---- lane-sg.c ---------------------------------------------------------------- */

/* The same of a list's segment. Return: NULL if somebody else is in the way. */
struct mapping *lane_add_segment(struct hazard_engine *e, struct dev_record *d,
				 struct region *r, enum level level,
				 const struct ledger_note *n);
/* False: they do not fit, and nothing has changed. */
bool lane_unmap_sg(struct hazard_engine *e, struct dev_record *d, const struct ledger_note *n);
bool lane_sync_sg(struct hazard_engine *e, struct dev_record *d, const struct ledger_note *n);

#endif
