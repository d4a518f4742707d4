/* SPDX-License-Identifier: MIT */
/*
 * The fast lane of the ledger: calls that fit, of which there is nothing to report.
 *
 *	take the region's lock --> find, check --> fits: do it, remember it
 *	                                `--------> else: let go, and change nothing
 *
 * A call that does not fit, or that is rare, is ledger.c's, which has the same rules and
 * reports. No allocation but of records by the batch, no GLib, one lock that other
 * regions' threads do not touch. Lists: lane-sg.c; what both need: lane.h.
 *
 * Fast gear only: in the exact one each call also concerns the shadow.
 */
#include "lane.h"

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

struct mapping *lane_add(struct hazard_engine *e, struct dev_record *d, struct region *r,
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

/* Nothing clashes. Return: NULL if somebody else is in the way. */
static struct mapping *add_note(struct hazard_engine *e, struct dev_record *d, struct region *r,
				enum level level, const struct ledger_note *n)
{
	bool is_bent = n->dma - n->pa != d->shift;
	struct mapping *m;

	if (is_bent && (level != LEVEL_PAGE || !bend_take(d, n->dma)))
		return NULL;
	if (n->kind == LEDGER_MAP_SG)
		m = lane_add_segment(e, d, r, level, n);
	else
		m = lane_add(e, d, r, level, n);
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

/* ---- unmap --------------------------------------------------------------------- */

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
