/* SPDX-License-Identifier: MIT */
/*
 * What is mapped and allocated: by device address for each device, by physical
 * address for all. Finding the mapping that a call means, and remembering in the
 * shadow what calls said of it.
 *
 * Mappings of equal address may coexist, so a call is weighed against each: the one
 * that fits best is meant.
 */
#include "exposure.h"

#include <inttypes.h>
#include <linux/dma-direction.h>
#include <linux/dma-mapping.h>

#include "mappings.h"
#include "writers.h"

/* ---- finding ------------------------------------------------------- */

enum mapping_kind ledger_kind_of(enum ledger_kind kind)
{
	switch (kind) {
	case LEDGER_MAP_SG:
	case LEDGER_UNMAP_SG:
		return MAPPING_SG;
	case LEDGER_ALLOC_COHERENT:
	case LEDGER_FREE_COHERENT:
		return MAPPING_COHERENT;
	case LEDGER_ALLOC_PAGES:
	case LEDGER_FREE_PAGES:
		return MAPPING_PAGES;
	case LEDGER_ALLOC_SGT:
	case LEDGER_FREE_SGT:
		return MAPPING_SGT;
	case LEDGER_MAP_RESOURCE:
	case LEDGER_UNMAP_RESOURCE:
		return MAPPING_RESOURCE;
	default:
		return MAPPING_SINGLE;
	}
}

bool ledger_sg_fits(const struct mapping *m, const struct ledger_note *n)
{
	return m->kind != MAPPING_SG || ledger_kind_of(n->kind) != MAPPING_SG ||
	       mapping_nents(m) == n->nents;
}

uint64_t mapping_whole_len(const struct mapping *m)
{
	uint64_t len = m->len;

	if (m->kind == MAPPING_SG)
		return len;
	while ((m = mapping_next_segment(m)) != NULL)
		len += m->len;
	return len;
}

/* An sg list's unmap names the list, not the segments' sizes. */
bool ledger_size_fits(const struct mapping *m, const struct ledger_note *n)
{
	return n->kind == LEDGER_UNMAP_SG || mapping_whole_len(m) == n->len;
}

/* Coherent memory has no direction to get wrong. */
bool ledger_direction_fits(const struct mapping *m, const struct ledger_note *n)
{
	return m->kind == MAPPING_COHERENT || (int)m->dir == n->dir;
}

struct unmap_search {
	const struct ledger_note *note;
	struct mapping *best;
	int best_points;
};

static bool weigh(struct mapping *m, void *data)
{
	struct unmap_search *s = data;
	int points = 1 + (m->kind == ledger_kind_of(s->note->kind)) + ledger_size_fits(m, s->note) +
		     ledger_direction_fits(m, s->note) + ledger_sg_fits(m, s->note);

	if (m->dma != s->note->dma || m->is_later)
		return true;
	if (points > s->best_points) {
		s->best = m;
		s->best_points = points;
	}
	return points < 5;
}

/* The mapping that an unmap most likely means; NULL if none begins there. */
struct mapping *ledger_find_unmapped(struct dev_record *d, const struct ledger_note *n)
{
	struct unmap_search s = { .note = n };

	mapped_each_dma(d, n->dma, n->dma, weigh, &s);
	return s.best;
}

struct segment_search {
	const struct ledger_note *note;
	struct mapping *found;
};

static bool is_segment(struct mapping *m, void *data)
{
	struct segment_search *s = data;

	if ((m->kind != MAPPING_SG && m->kind != MAPPING_SGT) || m->dma != s->note->dma)
		return true;
	if (!s->found || ledger_sg_fits(m, s->note))
		s->found = m;
	return !ledger_sg_fits(m, s->note);
}

/* The segment of a list that begins there; the head of a list of that length first. */
struct mapping *ledger_find_segment(struct dev_record *d, const struct ledger_note *n)
{
	struct segment_search s = { .note = n };

	mapped_each_dma(d, n->dma, n->dma, is_segment, &s);
	return s.found;
}

struct sync_search {
	const struct ledger_note *note;
	struct mapping *whole, *part;	/* covers all of the range; or its first byte */
};

static bool covers(const struct mapping *m, const struct ledger_note *n)
{
	return n->dma - m->dma + n->len <= m->len;
}

bool ledger_sync_direction_fits(const struct mapping *m, const struct ledger_note *n)
{
	return m->dir == DMA_BIDIRECTIONAL || (int)m->dir == n->dir;
}

static bool consider_sync(struct mapping *m, void *data)
{
	struct sync_search *s = data;

	if (!covers(m, s->note)) {
		s->part = m;
		return true;
	}
	if (!s->whole || ledger_sync_direction_fits(m, s->note))
		s->whole = m;
	return !ledger_sync_direction_fits(m, s->note);
}

struct mapping *ledger_find_synced(struct dev_record *d, const struct ledger_note *n,
				   bool *ret_is_whole)
{
	struct sync_search s = { .note = n };

	mapped_each_dma(d, n->dma, n->dma, consider_sync, &s);
	*ret_is_whole = s.whole;
	return s.whole ? s.whole : s.part;
}

static bool consider_owner(struct mapping *m, void *data)
{
	struct mapping **found = data;

	if (!*found || ownership_of_cpu(*found, 0, (*found)->len))
		*found = m;
	return true;
}

struct mapping *ledger_mapping_at(struct hazard_engine *e, uint64_t pa)
{
	struct mapping *m = NULL;

	mapped_each_pa(&e->live, pa, pa, consider_owner, &m);
	return m;
}

/* ---- mappings come and go ------------------------------------------ */

static bool is_in_memory(const struct mapping *m)
{
	return m->kind != MAPPING_RESOURCE;
}

/* What few have. */
static void add_more(struct hazard_engine *e, struct mapping *m, const struct ledger_note *n)
{
	uint32_t stack = engine_stack(e, n->site);

	if (n->is_bounced)
		mapping_want_more(m)->bounce_pa = n->bounce_pa;
	if (n->nents > MANY_NENTS && !n->sg_index)
		mapping_want_more(m)->nents = n->nents;
	else if (n->nents && !n->sg_index)
		m->few_nents = (uint8_t)n->nents;
	if (stack != NO_STACK)
		mapping_want_more(m)->stack = stack;
	if (m->skips_sync && !e->live.is_fast)
		ownership_give(m, 0, m->len, true);
}

struct mapping *ledger_mapping_new(struct hazard_engine *e, struct dev_record *d,
				   const struct ledger_note *n)
{
	struct mapping *m = mapped_new(&e->live, n->pa);

	m->dev = d;
	m->kind = ledger_kind_of(n->kind);
	m->dir = (unsigned)n->dir & 3;
	m->dma = n->dma;
	m->pa = n->pa;
	m->len = n->len;
	m->is_snooped = device_snoops(n->dev);
	m->is_bounced = n->is_bounced;
	m->is_later = n->sg_index;
	m->is_checked = n->kind != LEDGER_MAP;
	m->is_wc = !!(n->attrs & DMA_ATTR_WRITE_COMBINE);
	m->skips_sync = n->attrs & DMA_ATTR_SKIP_CPU_SYNC || m->kind == MAPPING_PAGES ||
			m->kind == MAPPING_SGT;
	m->step = machine_step(e->machine);
	m->site = n->site;
	add_more(e, m, n);
	return m;
}

bool ledger_is_streaming(const struct mapping *m)
{
	return m->kind != MAPPING_COHERENT && m->kind != MAPPING_RESOURCE;
}

bool ledger_is_allocation(const struct mapping *m)
{
	return m->kind == MAPPING_COHERENT || m->kind == MAPPING_PAGES || m->kind == MAPPING_SGT;
}

void ledger_mapping_add(struct hazard_engine *e, struct mapping *m)
{
	if (!m->is_later)
		m->dev->latest[latest_slot(&e->live)].mapping = mapping_number(&e->live, m);
	mapped_insert(&e->live, m);
}

struct mapping *ledger_latest(struct hazard_engine *e, const struct dev_record *d)
{
	uint32_t number = d->latest[latest_slot(&e->live)].mapping;
	struct mapping *m = nth_mapping(&e->live, number);

	return m && m->age && m->dev == d ? m : NULL;
}

void ledger_mapping_remove(struct hazard_engine *e, struct mapping *m)
{
	exposure_unmapped(e, m);
	mapped_remove(&e->live, m);
}

static bool is_sync(const struct ledger_note *n)
{
	return n->kind >= LEDGER_SYNC_FOR_CPU && n->kind <= LEDGER_SYNC_SG_FOR_DEVICE;
}

bool ledger_is_for_cpu(const struct ledger_note *n)
{
	return n->kind == LEDGER_SYNC_FOR_CPU || n->kind == LEDGER_SYNC_SG_FOR_CPU;
}

bool ledger_frees_cached(const struct ledger_note *n)
{
	return n->kind == LEDGER_FREE_PAGES || n->kind == LEDGER_FREE_SGT;
}

enum record_kind ledger_record_kind_of(const struct ledger_note *n)
{
	if (is_sync(n))
		return ledger_is_for_cpu(n) ? RECORD_SYNCED_FOR_CPU : RECORD_SYNCED_FOR_DEVICE;
	return n->kind == LEDGER_FREE_COHERENT || ledger_frees_cached(n) ? RECORD_FREED
									 : RECORD_UNMAPPED;
}

static struct record record_of(struct hazard_engine *e, enum record_kind kind,
			       const struct mapping *m, const struct ledger_note *n,
			       uint64_t offset, uint64_t len)
{
	struct record r = engine_record(e, kind);

	r.pa = m->pa + offset;
	r.dma = m->dma + offset;
	r.len = (uint32_t)MIN(len, UINT32_MAX);
	r.dir = (int8_t)n->dir;
	r.party = m->dev->party;
	r.site = n->site;
	r.skips_sync = n->attrs & DMA_ATTR_SKIP_CPU_SYNC;
	r.is_cached = ledger_is_streaming(m);
	r.stack = kind == RECORD_MAPPED || kind == RECORD_ALLOCATED
		? mapping_stack(m) : engine_stack(e, n->site);
	return r;
}

void ledger_remember(struct hazard_engine *e, enum record_kind kind,
		     const struct mapping *m, const struct ledger_note *n,
		     uint64_t offset, uint64_t len)
{
	struct record r = record_of(e, kind, m, n, offset, len);

	if (!is_in_memory(m))
		return;
	if (e->trace)
		run_trace_record(e->trace, &r);
	if (e->live.is_fast)
		recent_note(&e->live, &r);
	else
		shadow_note(&e->shadow, &r);
}

/* History is kept by memory; an address that is no mapping's leads to none. */
void ledger_remember_gone(struct hazard_engine *e, const struct mapping *m,
			  const struct ledger_note *n)
{
	struct record r;

	if (e->live.is_fast && !m->is_bent && is_in_memory(m))
		return;		/* recent.c knows it */
	r = record_of(e, ledger_record_kind_of(n), m, n, 0, m->len);
	history_add(&m->dev->gone, &r);
}

const struct record *ledger_last_gone(const struct dev_record *d, uint64_t dma)
{
	for (unsigned i = d->gone.nr; i; i--)
		if (history_at(&d->gone, i - 1)->dma == dma)
			return history_at(&d->gone, i - 1);
	return recent_unmap(d->live, d->party, dma - d->shift, dma);
}
