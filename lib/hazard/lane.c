/* SPDX-License-Identifier: MIT */
/*
 * The fast lane of the ledger: calls that fit, of which there is nothing to report.
 *
 *	take the region's lock --> find, check --> fits: do it, remember it
 *	                                `--------> else: let go, and change nothing
 *
 * A call that does not fit, or that is rare, is ledger.c's, which has the same rules and
 * reports. No allocation but of records by the batch, no GLib, one lock that other
 * regions' threads do not touch. A list is mapped and synchronized a segment at a time; an
 * unmap takes its segments away one after the other, each with its region's lock.
 *
 * Fast gear only: in the exact one each call also concerns the shadow.
 */
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

static void wait_for(struct region *r)
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

static bool region_leave(struct region *r, bool ret)
{
	spin_unlock(&r->lock);
	return ret;
}

/*
 * With many live, what is wanted is not in the host's caches, and no load passes the lock:
 * so it is asked for before. What is seen here may be untrue by then, which costs time only.
 */
static inline void expect(const struct mapped *l, const struct region *r, const struct bin *top,
			  const uint32_t *number)
{
	if (likely(!(__atomic_load_n(&top->head, __ATOMIC_RELAXED) & FAN)))
		__builtin_prefetch((struct mapping *)l->records.base +
				   __atomic_load_n(number, __ATOMIC_RELAXED), 1);
	__builtin_prefetch(recent_slot(r), 1);
}

/* The one that leaves, or is asked for. */
static inline void expect_head(const struct mapped *l, struct region *r, enum level level,
			       uint64_t pa)
{
	const struct bin *top = top_bin(r, level, pa);

	expect(l, r, top, &top->head);
}

/* The one behind which a new one will hang. */
static inline void expect_tail(const struct mapped *l, struct region *r, enum level level,
			       uint64_t pa)
{
	const struct bin *top = top_bin(r, level, pa);

	expect(l, r, top, &top->tail);
}

/* Set once, while others may be here already. */
static inline bool has_shift(const struct dev_record *d)
{
	return __atomic_load_n(&d->has_shift, __ATOMIC_ACQUIRE);
}

/* ---- map ---------------------------------------------------------------- */

/* Bytes that no mapping should be about, or only some. */
struct wish {
	uint64_t first, last;
	bool (*is_harmless)(const struct wish *w, const struct mapping *m);
	int dir;
};

static bool clashes(const struct wish *w, const struct mapping *m)
{
	if (m->pa > w->last || m->pa + m->len <= w->first)
		return false;
	return m->kind != MAPPING_RESOURCE && !(w->is_harmless && w->is_harmless(w, m));
}

static bool list_clashes(const struct mapped *l, const struct wish *w, uint32_t number)
{
	while (number) {
		const struct mapping *m = nth_mapping(l, number);

		if (clashes(w, m))
			return true;
		number = m->next;
	}
	return false;
}

static bool bins_clash(const struct mapped *l, const struct wish *w, const struct bin *from,
		       const struct bin *to)
{
	for (; from <= to; from++)
		if (from->head && (from->head & FAN || list_clashes(l, w, from->head)))
			return true;
	return false;
}

/* Or may do so: then ledger.c looks closer. */
static bool may_clash(const struct mapped *l, struct region *r, const struct wish *w)
{
	uint64_t back = w->first - (1u << PAGE_BIN_SHIFT) + 1;
	const struct region *before = mapped_region(l, w->first - REGION_BYTES);

	if (l->far || back >> REGION_SHIFT != w->last >> REGION_SHIFT ||
	    (before && before->reach > w->first))
		return true;
	if (r->nr[LEVEL_BLOCK] && r->reach > w->first &&
	    bins_clash(l, w, &r->bins[NR_PAGE_BINS],
		       &r->bins[NR_PAGE_BINS + (w->last >> BLOCK_BIN_SHIFT & (NR_BLOCK_BINS - 1))]))
		return true;
	return r->nr[LEVEL_PAGE] &&
	       bins_clash(l, w, &r->bins[back >> PAGE_BIN_SHIFT & (NR_PAGE_BINS - 1)],
			  &r->bins[w->last >> PAGE_BIN_SHIFT & (NR_PAGE_BINS - 1)]);
}

/* As calls.c has it, and twice.c. */
static bool may_share_line(const struct wish *w, const struct mapping *m)
{
	if (m->kind == MAPPING_COHERENT)
		return false;
	return (w->dir == DMA_TO_DEVICE && m->dir == DMA_TO_DEVICE) ||
	       m->skips_sync || m->is_bounced || m->is_snooped;
}

static struct wish lines_of(const struct hazard_engine *e, const struct ledger_note *n)
{
	uint64_t mask = e->shadow.line_bytes - 1;

	return (struct wish){
		.first = n->pa & ~mask, .last = (n->pa + n->len - 1) | mask,
		.is_harmless = may_share_line, .dir = n->dir,
	};
}

static struct mapping *add(struct hazard_engine *e, struct dev_record *d, struct region *r,
			   enum level level, const struct ledger_note *n)
{
	struct mapping *m = mapped_record(&e->live, r);

	m->pa = n->pa;
	m->dma = n->dma;
	m->len = n->len;
	m->dev = d;
	m->site = n->site;
	m->step = machine_step(e->machine);
	m->more = 0;
	m->is_checked = n->kind == LEDGER_MAP_SG;
	m->kind = n->kind == LEDGER_MAP_SG ? MAPPING_SG : MAPPING_SINGLE;
	m->few_nents = n->sg_index ? 0 : (uint8_t)n->nents;
	m->is_later = n->sg_index;
	m->dir = (uint8_t)n->dir & 3;
	m->is_snooped = device_snoops(n->dev);
	m->skips_sync = n->attrs & DMA_ATTR_SKIP_CPU_SYNC;
	m->is_bounced = m->is_freed = m->is_told = false;
	m->is_bent = n->dma - n->pa != d->shift;
	__atomic_store_n(&m->age, ++r->clock, __ATOMIC_RELEASE);	/* now it is one */
	mapped_append(&e->live, r, level, m);
	if (m->is_bent)
		bend_set(d, m->dma, mapping_number(&e->live, m));
	d->latest[latest_slot(&e->live)].mapping = mapping_number(&e->live, m);
	return m;
}

/* The first @len bytes of @m. */
static void remember(struct hazard_engine *e, struct region *r, enum record_kind kind,
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

/* The list's segment before the one being mapped, and its region's lock, if that is another. */
struct chain {
	struct mapping *before;
	struct region *other;
};

/* Nobody waits for a region's lock who holds one. */
static bool try_enter(struct region *r)
{
	return r && !__atomic_exchange_n(&r->lock.is_locked, true, __ATOMIC_SEQ_CST);
}

static bool chain_begin(struct chain *c, const struct dev_record *d, struct region *r,
			unsigned slot, int sg_index)
{
	struct region *other;

	*c = (struct chain){ .before = mapping_before(d, slot, sg_index, MAPPING_SG) };
	other = c->before ? mapped_region(d->live, c->before->pa) : r;
	if (other == r)
		return true;
	if (!try_enter(other))
		return false;
	c->other = other;
	c->before = mapping_before(d, slot, sg_index, MAPPING_SG);
	return true;
}

static void chain_end(const struct chain *c, struct dev_record *d, unsigned slot,
		      const struct mapping *m)
{
	if (c->before)
		mapping_link(c->before, m);
	if (c->other)
		spin_unlock(&c->other->lock);
	mapping_is_segment(d, slot, m);
}

static struct mapping *add_segment(struct hazard_engine *e, struct dev_record *d,
				   struct region *r, enum level level,
				   const struct ledger_note *n)
{
	unsigned slot = latest_slot(&e->live);
	struct mapping *m;
	struct chain c;

	if (!chain_begin(&c, d, r, slot, n->sg_index))
		return NULL;
	m = add(e, d, r, level, n);
	chain_end(&c, d, slot, m);
	return m;
}

/* Nothing clashes. Return: NULL if somebody else is in the way. */
static struct mapping *add_note(struct hazard_engine *e, struct dev_record *d, struct region *r,
				enum level level, const struct ledger_note *n)
{
	bool is_bent = n->dma - n->pa != d->shift;
	struct mapping *m;

	if (is_bent && (level != LEVEL_PAGE || !bend_take(d, n->dma)))
		return NULL;
	m = n->kind == LEDGER_MAP_SG ? add_segment(e, d, r, level, n) : add(e, d, r, level, n);
	if (!m && is_bent)
		bend_set(d, n->dma, 0);
	return m;
}

static bool lane_map(struct hazard_engine *e, struct dev_record *d,
		     const struct ledger_note *n)
{
	struct region *r = mapped_region(&e->live, n->pa);
	enum level level = mapped_level(n->pa, n->len);
	struct wish w = lines_of(e, n);
	struct mapping *m;

	if (!r || level == LEVEL_FAR || n->is_bounced || !n->len || !has_shift(d) ||
	    n->nents > MANY_NENTS)
		return false;
	if ((n->pa + n->len - 1) >> REGION_SHIFT != n->pa >> REGION_SHIFT)
		return false;
	expect_tail(&e->live, r, level, n->pa);
	if (!region_enter(&e->live, r))
		return false;
	if (!device_snoops(n->dev) && !(n->attrs & DMA_ATTR_SKIP_CPU_SYNC) &&
	    may_clash(&e->live, r, &w))
		return region_leave(r, false);
	m = add_note(e, d, r, level, n);
	if (m)
		remember(e, r, RECORD_MAPPED, m, n, n->len);
	return region_leave(r, m);
}

/* ---- a mapping by its device address --------------------------------------- */

struct search {
	struct bin *bin;
	struct mapping *prev, *found;
	unsigned nr_seen;
};

/* In all that ledger.c would ask. */
static bool fits_unmap(const struct mapping *m, const struct dev_record *d,
		       const struct ledger_note *n)
{
	return m->dma == n->dma && m->dev == d && m->kind == MAPPING_SINGLE &&
	       m->len == n->len && (int)m->dir == n->dir;
}

static bool sg_fits(const struct mapping *m, const struct ledger_note *n)
{
	return m->kind == MAPPING_SG && mapping_nents(m) == n->nents;
}

static bool fits_unmap_sg(const struct mapping *m, const struct dev_record *d,
			  const struct ledger_note *n)
{
	return m->dma == n->dma && m->dev == d && sg_fits(m, n) &&
	       (int)m->dir == n->dir;
}

/* From its beginning on. */
static bool fits_sync(const struct mapping *m, const struct dev_record *d,
		      const struct ledger_note *n)
{
	return m->dma == n->dma && m->dev == d && m->kind == MAPPING_SINGLE &&
	       m->len >= n->len && (m->dir == DMA_BIDIRECTIONAL || (int)m->dir == n->dir);
}

static bool fits(const struct mapping *m, const struct dev_record *d,
		 const struct ledger_note *n)
{
	if (n->kind == LEDGER_UNMAP)
		return fits_unmap(m, d, n);
	return n->kind == LEDGER_UNMAP_SG ? fits_unmap_sg(m, d, n) : fits_sync(m, d, n);
}

static void search_list(const struct mapped *l, struct search *s, const struct dev_record *d,
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
static void search(struct mapped *l, struct region *r, enum level level, uint64_t pa,
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
static bool has_of_other_level(const struct mapped *l, struct region *r, enum level level,
			       uint64_t pa)
{
	enum level other = level == LEVEL_PAGE ? LEVEL_BLOCK : LEVEL_PAGE;
	uint32_t number = r->nr[other] ? mapped_bin(l, r, other, pa)->head : 0;

	while (number && nth_mapping(l, number)->pa != pa)
		number = nth_mapping(l, number)->next;
	return number;
}

/* ---- a bent mapping by its device address ---------------------------------------- */

static bool is_there(struct interval *node, void *ret)
{
	*(bool *)ret = true;
	return false;
}

/* Of all that begin or are where @dma is, is it the only one? Its region's lock is held. */
static bool is_only_bend(const struct dev_record *d, uint64_t dma)
{
	bool has_other = false;

	if (d->bent)		/* changes only while all are shut out */
		interval_each(d->bent, dma, dma, is_there, &has_other);
	return !has_other;
}

/* Whose place it is may change until the lock of its region is held. Return: NULL, or it. */
static struct mapping *enter_bend(const struct mapped *l, const struct dev_record *d,
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
static void remember_gone(struct dev_record *d, const struct region *r)
{
	const struct record *last = &r->recent->call[(r->nr_recent - 1) % NR_RECENT];

	spin_lock(&d->gone_lock);
	history_add(&d->gone, last);
	spin_unlock(&d->gone_lock);
}

/* ---- unmap --------------------------------------------------------------------- */

static void remove_segment(struct hazard_engine *e, struct region *r, struct mapping *m,
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

static bool unmap_bend(struct hazard_engine *e, struct dev_record *d,
		       const struct ledger_note *n)
{
	struct region *r;
	struct mapping *m = enter_bend(&e->live, d, n->dma, &r);

	if (!m)
		return false;
	if (!fits_unmap(m, d, n) || !m->is_checked || m->more)
		return region_leave(r, false);
	remove_segment(e, r, m, n);
	return region_leave(r, true);
}

static bool lane_unmap(struct hazard_engine *e, struct dev_record *d,
		       const struct ledger_note *n)
{
	uint64_t pa = n->dma - d->shift;
	struct region *r = mapped_region(&e->live, pa);
	enum level level = mapped_level(pa, n->len);
	struct search s;

	if (has_bend(d, n->dma))
		return unmap_bend(e, d, n);
	if (!r || level == LEVEL_FAR)
		return false;
	expect_head(&e->live, r, level, pa);
	if (!region_enter(&e->live, r))
		return false;
	search(&e->live, r, level, pa, &s, d, n);
	if (!s.found || !s.found->is_checked || s.found->more)
		return region_leave(r, false);
	remember(e, r, RECORD_UNMAPPED, s.found, n, n->len);
	mapped_unlink(&e->live, r, level, s.bin, s.prev, s.found);
	mapped_record_free(&e->live, r, s.found);
	return region_leave(r, true);
}

/* No segment of it asks for more than a list's record. */
static bool is_plain(const struct mapping *m)
{
	for (; m; m = mapping_next_segment(m))
		if (mapping_has_more(m) || mapped_level(m->pa, m->len) == LEVEL_FAR)
			return false;
	return true;
}

/* Unless somebody took the rest of the list away meanwhile, all of the device's. */
static struct region *enter_segment(const struct mapped *l, const struct dev_record *d,
				    const struct mapping *m)
{
	struct region *r = mapped_region(l, m->pa);

	while (r && !region_enter(l, r))
		sched_yield();
	if (!r || (m->age && m->dev == d && m->kind == MAPPING_SG &&
		   mapped_region(l, m->pa) == r))
		return r;
	spin_unlock(&r->lock);
	return NULL;
}

/* From now on nobody finds the list, whose head goes first. Lets go of @r. */
static void remove_list(struct hazard_engine *e, struct dev_record *d, struct region *r,
			struct mapping *m, const struct ledger_note *n)
{
	while (r) {
		struct mapping *next = mapping_next_segment(m);
		struct region *last = r;

		remove_segment(e, r, m, n);
		m = next;
		if (m && mapped_region(&e->live, m->pa) == r)
			continue;
		spin_unlock(&last->lock);
		r = m ? enter_segment(&e->live, d, m) : NULL;
	}
}

static bool unmap_bent_list(struct hazard_engine *e, struct dev_record *d,
			    const struct ledger_note *n)
{
	struct region *r;
	struct mapping *m = enter_bend(&e->live, d, n->dma, &r);

	if (!m)
		return false;
	if (e->live.far || !fits_unmap_sg(m, d, n) || !is_plain(m))
		return region_leave(r, false);
	remove_list(e, d, r, m, n);
	return true;
}

static bool lane_unmap_sg(struct hazard_engine *e, struct dev_record *d,
			  const struct ledger_note *n)
{
	uint64_t pa = n->dma - d->shift;
	struct region *r = mapped_region(&e->live, pa);
	enum level level = mapped_level(pa, n->len);
	struct search s;

	if (has_bend(d, n->dma))
		return unmap_bent_list(e, d, n);
	if (!r || level == LEVEL_FAR || e->live.far || !region_enter(&e->live, r))
		return false;
	search(&e->live, r, level, pa, &s, d, n);
	if (!s.found || has_of_other_level(&e->live, r, level, pa) || !is_plain(s.found))
		return region_leave(r, false);
	remove_list(e, d, r, s.found, n);
	return true;
}

/* ---- sync ---------------------------------------------------------------------- */

static bool sync_bend(struct hazard_engine *e, struct dev_record *d, const struct ledger_note *n)
{
	struct region *r;
	struct mapping *m = n->len ? enter_bend(&e->live, d, n->dma, &r) : NULL;
	bool is_fit;

	if (!m)
		return false;
	is_fit = fits_sync(m, d, n);
	if (is_fit)
		remember(e, r, ledger_record_kind_of(n), m, n, n->len);
	return region_leave(r, is_fit);
}

/* Of all of a mapping, or its first part; what else there is has another list. */
static bool lane_sync(struct hazard_engine *e, struct dev_record *d, const struct ledger_note *n)
{
	uint64_t pa = n->dma - d->shift;
	struct region *r = mapped_region(&e->live, pa);
	enum level level = mapped_level(pa, n->len);
	struct search s;

	if (has_bend(d, n->dma))
		return sync_bend(e, d, n);
	if (!n->len || !r || level == LEVEL_FAR || !region_enter(&e->live, r))
		return false;
	search(&e->live, r, level, pa, &s, d, n);
	if (s.found)
		remember(e, r, ledger_record_kind_of(n), s.found, n, n->len);
	return region_leave(r, s.found);
}

/* Any list's segment there will do for all but the first of a list: ledger_find_segment(). */
static struct mapping *find_segment(const struct mapped *l, uint32_t number,
				    const struct dev_record *d, const struct ledger_note *n)
{
	struct mapping *m, *found = NULL;

	for (; (m = nth_mapping(l, number)); number = m->next) {
		if (m->dma != n->dma || m->dev != d || m->is_bent)
			continue;
		if (m->kind == MAPPING_SG && mapping_nents(m) == n->nents)
			return m;
		if (m->kind == MAPPING_SGT)
			return NULL;
		if (m->kind == MAPPING_SG && !found)
			found = m;
	}
	return found;
}

static bool fits_sync_sg(const struct mapping *m, const struct ledger_note *n)
{
	return (n->sg_index || mapping_nents(m) == n->nents) &&
	       (m->dir == DMA_BIDIRECTIONAL || (int)m->dir == n->dir);
}

static bool sync_bent_segment(struct hazard_engine *e, struct dev_record *d,
			      const struct ledger_note *n)
{
	struct region *r;
	struct mapping *m = enter_bend(&e->live, d, n->dma, &r);
	bool is_fit;

	if (!m)
		return false;
	is_fit = m->dev == d && m->kind == MAPPING_SG && fits_sync_sg(m, n);
	if (is_fit)
		remember(e, r, ledger_record_kind_of(n), m, n, m->len);
	return region_leave(r, is_fit);
}

static bool lane_sync_sg(struct hazard_engine *e, struct dev_record *d,
			 const struct ledger_note *n)
{
	uint64_t pa = n->dma - d->shift;
	struct region *r = mapped_region(&e->live, pa);
	enum level level = mapped_level(pa, n->len);
	struct mapping *m;

	if (has_bend(d, n->dma))
		return sync_bent_segment(e, d, n);
	if (!r || level == LEVEL_FAR || e->live.far || !region_enter(&e->live, r))
		return false;
	m = find_segment(&e->live, mapped_bin(&e->live, r, level, pa)->head, d, n);
	if (!m || has_of_other_level(&e->live, r, level, pa) || !fits_sync_sg(m, n))
		return region_leave(r, false);
	remember(e, r, ledger_record_kind_of(n), m, n, m->len);
	return region_leave(r, true);
}

/* ---- dma_mapping_error() ------------------------------------------------------------- */

/* If not, another region's thread may be making something else of the record. */
static bool is_about(const struct mapping *m, const struct dev_record *d,
		     const struct ledger_note *n)
{
	return __atomic_load_n(&m->age, __ATOMIC_ACQUIRE) &&
	       m->dev == d && m->dma == n->dma && !(m->is_bent && m->more);
}

/*
 * The one that this CPU just made, as a rule; else ledger.c looks for one in doubt. No
 * lock: nobody but its maker has its address yet.
 */
static bool lane_checked(struct hazard_engine *e, struct dev_record *d,
			 const struct ledger_note *n)
{
	struct mapping *m;

	if (n->dma == ERROR_DMA)
		return true;
	m = nth_mapping(&e->live, d->latest[latest_slot(&e->live)].mapping);
	if (!m || !is_about(m, d, n) || m->is_checked)
		return false;
	m->is_checked = true;
	return true;
}

/* ---- memory comes and goes ------------------------------------------------------------ */

/* Memory of one region that is not mapped. */
static bool lane_freed(struct hazard_engine *e, const struct ledger_note *n)
{
	struct region *r = mapped_region(&e->live, n->pa);
	struct wish w = { .first = n->pa, .last = n->pa + n->len - 1 };

	if (!n->len || !r || w.first >> REGION_SHIFT != w.last >> REGION_SHIFT ||
	    !region_enter(&e->live, r))
		return false;
	if (may_clash(&e->live, r, &w))
		return region_leave(r, false);
	recent_forget(r, n->pa, n->len);
	return region_leave(r, true);
}

bool lane_note(struct hazard_engine *e, const struct ledger_note *n)
{
	struct dev_record *d = n->dev ? party_known_device(&e->parties, n->dev) : NULL;

	switch (n->kind) {
	case LEDGER_PAGES_ALLOCATED:
		return true;
	case LEDGER_PAGES_FREED:
	case LEDGER_SLAB_FREED:
		return !e->user_pages && lane_freed(e, n);
	case LEDGER_MAP:
	case LEDGER_MAP_SG:
		return d && !e->config.full_backtrace && lane_map(e, d, n);
	case LEDGER_UNMAP:
		return d && has_shift(d) && !e->config.full_backtrace && lane_unmap(e, d, n);
	case LEDGER_UNMAP_SG:
		return d && has_shift(d) && !e->config.full_backtrace && lane_unmap_sg(e, d, n);
	case LEDGER_SYNC_SG_FOR_CPU:
	case LEDGER_SYNC_SG_FOR_DEVICE:
		return d && has_shift(d) && !e->config.full_backtrace && lane_sync_sg(e, d, n);
	case LEDGER_SYNC_FOR_CPU:
	case LEDGER_SYNC_FOR_DEVICE:
		return d && has_shift(d) && !e->config.full_backtrace && lane_sync(e, d, n);
	case LEDGER_ERROR_CHECKED:
		return d && lane_checked(e, d, n);
	default:
		return false;
	}
}
