/* SPDX-License-Identifier: MIT */
/*
 * The fast lane of the ledger, for lists: see lane.c. A list is mapped and synchronized a
 * segment at a time; an unmap takes its segments away one after the other, each with its
 * region's lock.
 */
#include "lane.h"

/* ---- map ---------------------------------------------------------------- */

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

struct mapping *lane_add_segment(struct hazard_engine *e, struct dev_record *d,
				 struct region *r, enum level level,
				 const struct ledger_note *n)
{
	unsigned slot = latest_slot(&e->live);
	struct mapping *m;
	struct chain c;

	if (!chain_begin(&c, d, r, slot, n->sg_index))
		return NULL;
	m = lane_add(e, d, r, level, n);
	chain_end(&c, d, slot, m);
	return m;
}

/* ---- unmap --------------------------------------------------------------------- */

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

bool lane_unmap_sg(struct hazard_engine *e, struct dev_record *d, const struct ledger_note *n)
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

bool lane_sync_sg(struct hazard_engine *e, struct dev_record *d, const struct ledger_note *n)
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
