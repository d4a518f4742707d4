/* SPDX-License-Identifier: MIT */
/*
 * A mapping's life in a replay, whoever made it: born, counted, refused, dead. And
 * what a call of the library costs, which is counted around it.
 */
#include <linux/dma-direct.h>
#include <linux/iommu.h>
#include <linux/mm.h>

#include "apply.h"

const char *dir_name(enum trace_dir dir)
{
	static const char *const names[] = {
		"BIDIRECTIONAL", "TO_DEVICE", "FROM_DEVICE", "NONE"
	};

	return names[dir & 3];
}

const char *by_name(enum map_function by)
{
	static const char *const names[] = {
		[BY_PAGE] = "dma_map_page", [BY_SG] = "dma_map_sg",
		[BY_RESOURCE] = "dma_map_resource", [BY_ALLOC] = "dma_alloc",
		[BY_ALLOC_PAGES] = "dma_alloc_pages", [BY_ALLOC_SGT] = "dma_alloc_sgt",
	};

	return names[by];
}

enum dma_data_direction kernel_dir(enum trace_dir dir)
{
	return (enum dma_data_direction)dir;	/* the numbers are the kernel's */
}

bool skips_sync(unsigned long attrs)
{
	return attrs & DMA_ATTR_SKIP_CPU_SYNC;
}

/* ---- cost ------------------------------------------------------------- */

void call_begins(struct replay *r)
{
	machine_count(r->m, &r->before);
}

void call_ends(struct replay *r, struct replay_device *dev, enum cost_kind kind)
{
	struct machine_counters after;

	machine_count(r->m, &after);
	cost_add(&dev->t.cost[kind], &r->before, &after);
	cost_add(&r->rep->total.cost[kind], &r->before, &after);
}

/* ---- what is live -------------------------------------------------------- */

static void tally_live(struct tally *t, int64_t nr, int64_t bytes, uint64_t us)
{
	t->live += nr;
	t->live_bytes += bytes;
	t->live_bytes_peak = MAX(t->live_bytes_peak, t->live_bytes);
	if (t->live > t->live_peak) {
		t->live_peak = t->live;
		t->live_peak_us = us;
	}
	curve_set(&t->curve, us, t->live);
}

static void tally_allocs(struct tally *t, int64_t nr, int64_t bytes)
{
	t->allocs += nr;
	t->alloc_bytes += bytes;
	t->allocs_peak = MAX(t->allocs_peak, t->allocs);
	t->alloc_bytes_peak = MAX(t->alloc_bytes_peak, t->alloc_bytes);
}

void mapping_goes_live(struct replay *r, struct mapping *m)
{
	struct replay_device *dev = m->dev;

	live_insert(dev->live, m);
	if (r->iommus)
		iommus_mapped(r->iommus, m);
	if (by_is_alloc(m->by)) {
		tally_allocs(&dev->t, 1, m->len);
		tally_allocs(&r->rep->total, 1, m->len);
		return;
	}
	TALLY(dev, maps[m->dir], 1);
	TALLY(dev, bytes[m->dir], m->len);
	tally_live(&dev->t, 1, m->len, r->now_us);
	tally_live(&r->rep->total, 1, m->len, r->now_us);
}

void mapping_goes_dead(struct replay *r, struct mapping *m)
{
	struct replay_device *dev = m->dev;
	uint64_t life_us = r->now_us > m->born_us ? r->now_us - m->born_us : 0;

	live_remove(dev->live, m);
	if (r->iommus)
		iommus_unmapped(r->iommus, m);
	if (by_is_alloc(m->by)) {
		tally_allocs(&dev->t, -1, -(int64_t)m->len);
		tally_allocs(&r->rep->total, -1, -(int64_t)m->len);
		return;
	}
	tally_live(&dev->t, -1, -(int64_t)m->len, r->now_us);
	tally_live(&r->rep->total, -1, -(int64_t)m->len, r->now_us);
	histogram_add(&dev->t.lifetimes, life_us);
	histogram_add(&r->rep->total.lifetimes, life_us);
}

void mapping_release(struct replay *r, struct mapping *m)
{
	for (unsigned i = 0; i < m->nr_segs; i++)
		rename_drop(r->renamer, &m->segs[i]);
	mapping_free(m);
}

struct mapping *mapping_new(struct replay *r, struct replay_device *dev,
				   const struct trace_event *ev, enum map_function by)
{
	struct mapping *m = g_new0(struct mapping, 1);

	m->dev = dev;
	m->by = by;
	m->dir = ev->dir;
	m->attrs = ev->attrs;
	m->line = ev->line;
	m->born_us = r->now_us;
	m->ordinal = ++r->ordinal;
	return m;
}

/* One piece, one segment: everything but lists. */
void mapping_is_one(struct mapping *m, uint64_t dma, uint64_t phys, uint64_t len)
{
	m->phys = phys;
	m->len = len;
	m->nr_phys = 1;
	m->nr_pieces = 1;
	m->pieces = g_new(struct piece, 1);
	m->pieces[0] = (struct piece){ .dma = dma, .len = len };
	m->nr_segs = 1;
	m->segs = g_new0(struct segment, 1);
	m->segs[0].owner = m;
}

void see_addresses(struct replay_device *dev, const struct mapping *m)
{
	for (unsigned i = 0; i < m->nr_pieces; i++) {
		const struct piece *p = &m->pieces[i];

		dev->dma_lowest = MIN(dev->dma_lowest, p->dma);
		dev->dma_highest = MAX(dev->dma_highest, p->dma + MAX(p->len, 1) - 1);
	}
}

/* ---- refusals ---------------------------------------------------------------- */

void mapping_refuse(struct replay *r, struct mapping *m, const char *why)
{
	m->is_refused = true;
	judge_refused(r->judge);
	replay_find(r, m->dev, FIND_REFUSED, "%s of " DEC " bytes: %s", by_name(m->by), m->len,
		    why);
}

const char *rename_why(enum rename_result res)
{
	return res == RENAME_TOO_LARGE ? "larger than the board's memory" :
					 "the board's memory is full";
}

uint64_t board_pa(const struct segment *s)
{
	struct replay_device *dev = s->owner->dev;

	return dev->space ? iommu_iova_to_phys(dev->space->domain, s->dma) :
			    dma_to_phys(dev->dev, s->dma);
}

const char *map_why(struct replay_device *dev, const struct mapping *m)
{
	if (dev->space)
		return "no IOVA is free, or no memory for page tables";
	for (unsigned i = 0; i < m->nr_segs; i++) {
		const struct segment *s = &m->segs[i];
		dma_addr_t dma = phys_to_dma(dev->dev, s->pa);

		if (dma == DMA_MAPPING_ERROR)
			return "its memory lies outside the bus's dma-ranges";
		if (!dma_capable(dev->dev, dma, s->len, true))
			return s->len > dev->max_mapping ?
				"out of the device's reach, and too large to bounce" :
				"out of the device's reach, and no bounce buffer is free";
	}
	return "DMA_MAPPING_ERROR";
}
