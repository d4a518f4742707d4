/* SPDX-License-Identifier: MIT */
/*
 * Transfers of many lines at once, over memory that no cache holds (observe.h).
 *
 *	[=========== one event ===========]
 *	[ mapping ][ mapping ][ unmapped  ]    what one mapping allows, at once;
 *	                                       the rest line by line, by the same rules
 *
 * What comes of it, reports and counts included, is what as many events of one line
 * would have come to.
 */
#include "engine.h"

#include <linux/dma-direction.h>

/* How far one mapping allows the transfer, from its first byte on. */
struct permit {
	const struct hazard_engine *e;
	const struct observe_event *ev;
	bool is_write;
	uint64_t len;
};

static bool reaches_that_memory(const struct mapping *m, const struct observe_event *ev)
{
	return m->kind == MAPPING_RESOURCE || mapping_device_pa(m) + (ev->dma - m->dma) == ev->pa;
}

/* By rules that look at each line of it? */
static bool is_to_be_looked_at(const struct permit *p, const struct mapping *m)
{
	return m->is_bounced || (engine_is_portable(p->e) && ledger_is_streaming(m)) ||
	       (!p->is_write && m->dir == DMA_FROM_DEVICE && !m->is_snooped);
}

static bool consider(struct mapping *m, void *data)
{
	struct permit *p = data;
	uint64_t len = m->len - (p->ev->dma - m->dma);

	if (reaches_that_memory(m, p->ev) && !(p->is_write && m->dir == DMA_TO_DEVICE) &&
	    !is_to_be_looked_at(p, m))
		p->len = MAX(p->len, MIN(len, p->ev->len));
	return true;
}

static size_t allowed(struct hazard_engine *e, const struct observe_event *ev, bool is_write)
{
	const struct dev_record *d = party_device_of_master(&e->parties, ev->master);
	struct permit p = { .e = e, .ev = ev, .is_write = is_write };

	if (d)
		mapped_each_dma(d, ev->dma, ev->dma, consider, &p);
	return p.len;
}

static uint64_t nr_lines_of(const struct observe_event *ev)
{
	return (ev->pa + ev->len - 1) / ev->line_bytes - ev->pa / ev->line_bytes + 1;
}

static void one_line(void *engine, const struct observe_event *ev)
{
	struct hazard_engine *e = engine;

	e->nr_accesses--;	/* counted with the rest, and about to be counted again */
	bytes_event(e, ev);
}

static struct shared_record *wrote(struct hazard_engine *e, const struct observe_event *ev)
{
	struct record r = {
		.seq = ++e->seq, .step = ev->step, .kind = RECORD_DEVICE_WROTE, .pa = ev->pa,
		.dma = ev->dma, .len = (uint32_t)ev->len, .party = party_of(&e->parties, ev),
		.site = ev->site, .stack = engine_stack(e, NULL),
	};

	return shared_record_new(&r);
}

/* @ev is all allowed. */
static void transfer(struct hazard_engine *e, const struct observe_event *ev)
{
	struct shared_record *r;

	e->nr_accesses += nr_lines_of(ev);
	if (ev->kind == OBSERVE_DMA_READ) {
		shadow_bulk_read(&e->shadow, ev, one_line, e);
		return;
	}
	r = wrote(e, ev);
	shadow_bulk_write(&e->shadow, ev, r, one_line, e);
	shared_record_unref(r);
}

/* Bytes of @ev up to the end of its first line. */
static size_t first_line(const struct observe_event *ev)
{
	size_t room = ev->line_bytes - ev->pa % ev->line_bytes;

	return MIN(room, ev->len);
}

void range_event(struct hazard_engine *e, const struct observe_event *ev)
{
	bool is_write = ev->kind == OBSERVE_DMA_WRITE;

	for (size_t done = 0, len; done < ev->len; done += len) {
		struct observe_event rest = shadow_part(ev, done, ev->len - done);

		len = allowed(e, &rest, is_write);
		if (len > first_line(&rest)) {
			rest.len = len;
			transfer(e, &rest);
		} else {
			len = rest.len = first_line(&rest);
			bytes_event(e, &rest);
		}
	}
}
