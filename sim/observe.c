/* SPDX-License-Identifier: MIT */
/* Telling observers, and the watched flags that decide which lines are told of. */
#include "sim.h"

G_STATIC_ASSERT((int)BELOW_BYPASSED == OUTER_BYPASS);
G_STATIC_ASSERT((int)BELOW_LOOKED_UP == OUTER_LOOK_UP);
G_STATIC_ASSERT((int)BELOW_WRITE_THROUGH == OUTER_WRITE_THROUGH);
G_STATIC_ASSERT((int)BELOW_WRITE_BACK == OUTER_WRITE_BACK);
G_STATIC_ASSERT((int)BELOW_WRITE_ALLOCATE == OUTER_WRITE_ALLOCATE);
G_STATIC_ASSERT((int)ALLOCATES_NEVER == ALLOCATE_NEVER);
G_STATIC_ASSERT((int)ALLOCATES_AS_HINTED == ALLOCATE_AS_HINTED);
G_STATIC_ASSERT((int)ALLOCATES_ALWAYS == ALLOCATE_ALWAYS);

void machine_observe(struct machine *m, struct observer *o)
{
	g_ptr_array_add(m->observers, o);
}

void machine_unobserve(struct machine *m, struct observer *o)
{
	g_ptr_array_remove(m->observers, o);
}

struct observe_event machine_event(const struct machine *m, enum observe_kind kind,
				   struct place at, const void *bytes, size_t len)
{
	return (struct observe_event){
		.kind = kind, .pa = at.pa, .bytes = bytes, .len = len,
		.cpu = m->actor.cpu, .master = m->actor.master, .va = m->actor.va,
		.dma = m->actor.dma, .dropped = m->actor.dropped, .attrs = m->actor.attrs,
		.site = m->actor.site,
		.line_bytes = inner_line_bytes(&m->inner),
	};
}

/* An event of many lines takes as many steps. */
static uint64_t nr_more_lines(const struct observe_event *ev)
{
	if (!ev->line_bytes || !ev->len)
		return 0;
	return (ev->pa + ev->len - 1) / ev->line_bytes - ev->pa / ev->line_bytes;
}

static void tell_observers(struct machine *m, const struct observe_event *ev)
{
	m->is_telling = true;
	for (unsigned i = 0; i < m->observers->len; i++) {
		struct observer *o = g_ptr_array_index(m->observers, i);

		o->event(o, ev);
	}
	m->is_telling = false;
}

void observe_store_begins(const struct cpu *c, const void *site)
{
	struct machine *m = c->machine;

	for (unsigned i = 0; i < m->observers->len; i++) {
		struct observer *o = g_ptr_array_index(m->observers, i);

		if (o->store_begins)
			o->store_begins(o, c, site);
	}
}

void machine_tell_aside(struct machine *m, struct observe_event *ev)
{
	ev->step = m->step;
	tell_observers(m, ev);
}

void machine_tell_upheaval(struct machine *m)
{
	struct observe_event ev = {
		.kind = OBSERVE_UPHEAVAL, .cpu = m->actor.cpu, .site = m->actor.site,
	};

	if (!m->is_fast)
		machine_tell_aside(m, &ev);
}

void machine_tell(struct machine *m, struct observe_event *ev)
{
	ev->step = ++m->step;
	m->step += nr_more_lines(ev);
	tell_observers(m, ev);
}

static bool page_is_watched(const struct machine *m, uint64_t off)
{
	uint64_t end = (off | PAGE_MASK) + 1;

	for (off &= ~(uint64_t)PAGE_MASK; off < end; off += inner_line_bytes(&m->inner))
		if (line_is_watched(m, off))
			return true;
	return false;
}

/* Within one page. */
static void note_range(struct machine *m, struct place at, uint64_t len, bool is_watched)
{
	struct page_summary *page = page_summary(&m->pages, at.off);

	for (uint64_t done = 0; done < len; done += inner_line_bytes(&m->inner)) {
		if (is_watched)
			notes_set(&m->notes, at.off + done, NOTE_WATCHED);
		else
			notes_clear(&m->notes, at.off + done, NOTE_WATCHED);
		if (page->nr_inner)
			inner_watch(m, place_add(at, done), is_watched);
	}
	page->flags |= PAGE_HAS_WATCHED;
	if (!is_watched && !page_is_watched(m, at.off))
		page->flags &= (uint8_t)~PAGE_HAS_WATCHED;
}

/* Page by page: [pa, pa + len) may cross banks, or leave DRAM for a while. */
static void mark_range(struct machine *m, uint64_t pa, size_t len, bool is_watched)
{
	uint64_t line_mask = machine_line_max(m) - 1;
	uint64_t end = (pa + len + line_mask) & ~line_mask;

	if (m->is_fast || !len)
		return;
	machine_settle(m);
	for (pa &= ~line_mask; pa < end;) {
		uint64_t piece = MIN(end - pa, PAGE_BYTES - (pa & PAGE_MASK));
		struct place at;

		if (dram_find(&m->dram, pa, &at)) {
			if (m->order)	/* a native access would not find them */
				order_drain_range(m, at.off, piece);
			note_range(m, at, piece, is_watched);
		}
		pa += piece;
	}
}

void machine_watch(struct machine *m, uint64_t pa, size_t len)
{
	mark_range(m, pa, len, true);
}

void machine_unwatch(struct machine *m, uint64_t pa, size_t len)
{
	mark_range(m, pa, len, false);
}

struct cache_rules machine_cache_rules(const struct machine *m)
{
	const struct cpu *c = m->running ? m->running : m->cpus[0];
	const struct outer *o = &m->outer;

	return (struct cache_rules){
		.l1_line_bytes = c->l1.nr_ways ? inner_line_bytes(&m->inner) : 0,
		.l2_line_bytes = outer_is_on(o) ? outer_line_bytes(o) : 0,
		.l1_is_virtual = m->inner.nr_views != 1, .l1_allocates = c->l1.write_allocate,
		.l1_sends_clean = o->takes_clean, .l1_tells_victims = outer_hears_victims(m, c),
		.l2_is_inclusive = o->is_inclusive, .l2_is_exclusive = o->is_exclusive,
		.l2_writes_through = o->writes_through, .l2_fills_nothing = o->fills_nothing,
		.l2_drops_shared = o->invalidates_shared, .l2_allocation = o->write_allocate,
		.fetches_unasked = c->board->part->arch >= 6, .is_many = m->inner.is_many,
	};
}
