/* SPDX-License-Identifier: MIT */
/*
 * The shadow: for each line that a device can reach, the newest bytes, their
 * writers, and what happened.
 *
 *	pages[pa >> 26][pa >> 12] --> page --> line[n] --> golden, writer, history
 *	                                |
 *	                                +----> writes, and bits of the lines in bulk
 *
 * A line comes to exist with its first event, not when it is mapped: until then
 * nothing happened to it, so what the machine shows then is still the truth. A
 * page that is mapped and never touched costs one small allocation.
 *
 * Nor does it come to exist, or is it brought up to date, when a device writes all of
 * it, many lines at once: until its next event its newest bytes are those in DRAM, the
 * device wrote them, and the page knows when (LINES_IN_BULK). Whatever changes DRAM
 * afterwards is an event.
 *
 * Leaves out: lines outside DRAM (nothing caches them).
 */
#include "shadow.h"

#include <string.h>

/* Physical addresses have 40 bits, where there are long descriptors. */
#define PAGE_SHIFT	12
#define LEAF_SHIFT	26
#define NR_LEAVES	(1u << (40 - LEAF_SHIFT))
#define LEAF_PAGES	(1u << (LEAF_SHIFT - PAGE_SHIFT))

static size_t page_size(const struct shadow *s)
{
	return sizeof(struct shadow_page) + NR_LINE_BITS * s->nr_words * sizeof(uint64_t);
}

static void line_free(struct shadow_line *l)
{
	if (!l)
		return;
	history_done(&l->history);
	g_free(l);
}

static void page_free(const struct shadow *s, struct shadow_page *p)
{
	for (unsigned i = 0; p->line && i < nr_lines(s); i++)
		line_free(p->line[i]);
	g_free(p->line);
	past_done(&p->calls);
	past_done(&p->writes);
	g_slice_free1(page_size(s), p);
}

void shadow_init(struct shadow *s, struct machine *m)
{
	s->machine = m;
	s->is_idle = machine_gear(m) == GEAR_FAST;
	s->line_bytes = machine_line_max(m);
	s->nr_words = (nr_lines(s) + 63) / 64;
	s->pages = g_new0(struct shadow_page **, NR_LEAVES);
	g_assert(s->line_bytes <= LINE_MAX_BYTES);
}

static void leaf_free(const struct shadow *s, struct shadow_page **leaf)
{
	for (unsigned i = 0; leaf && i < LEAF_PAGES; i++)
		if (leaf[i])
			page_free(s, leaf[i]);
	g_free(leaf);
}

void shadow_done(struct shadow *s)
{
	for (unsigned i = 0; i < NR_LEAVES; i++)
		leaf_free(s, s->pages[i]);
	g_free(s->pages);
}

/* NULL where there cannot be a page, or is none in reach. */
static struct shadow_page **page_slot(const struct shadow *s, uint64_t pa)
{
	struct shadow_page **leaf = pa >> LEAF_SHIFT < NR_LEAVES ? s->pages[pa >> LEAF_SHIFT]
								 : NULL;

	return leaf ? &leaf[pa >> PAGE_SHIFT & (LEAF_PAGES - 1)] : NULL;
}

struct shadow_page *shadow_page_find(const struct shadow *s, uint64_t pa)
{
	struct shadow_page **slot = page_slot(s, pa);

	return slot ? *slot : NULL;
}

/* NULL only beyond what a machine can address. */
static struct shadow_page *page_get(struct shadow *s, uint64_t pa)
{
	struct shadow_page **slot;

	if (pa >> LEAF_SHIFT >= NR_LEAVES)
		return NULL;
	if (!s->pages[pa >> LEAF_SHIFT])
		s->pages[pa >> LEAF_SHIFT] = g_new0(struct shadow_page *, LEAF_PAGES);
	slot = page_slot(s, pa);
	if (!*slot)
		*slot = g_slice_alloc0(page_size(s));
	return *slot;
}

/* ---- bits of lines --------------------------------------------------- */

static void watch_page(struct shadow *s, uint64_t page, uint64_t first, uint64_t end)
{
	struct shadow_page *p = page_get(s, page);

	first = MAX(first, page);
	end = MIN(end, page + PAGE_BYTES);
	for (unsigned w = 0; p && w < s->nr_words; w++)
		bits_of(s, p, LINES_WATCHED)[w] |=
			lines_mask(w, line_idx(s, first), line_idx(s, end - 1) + 1);
}

void shadow_watch(struct shadow *s, uint64_t pa, uint64_t len)
{
	uint64_t first = pa & ~(uint64_t)(s->line_bytes - 1);

	if (s->is_idle)
		return;
	machine_watch(s->machine, pa, len);
	for (uint64_t at = page_of(pa); at < pa + len; at += PAGE_BYTES)
		watch_page(s, at, first, pa + len);
}

/* ---- the newest bytes ---------------------------------------------- */

static bool line_is_dirty(const struct machine *m, uint64_t pa)
{
	return machine_line(m, 1, pa).is_dirty || machine_line(m, 2, pa).is_dirty;
}

/*
 * A clean cached copy that differs from DRAM is stale already: somebody before us
 * made that mess, or nobody ever wrote these bytes. Neither copy is the newest.
 */
static void line_start(const struct shadow *s, struct shadow_line *l)
{
	uint8_t dram[LINE_MAX_BYTES];
	bool is_dirty = line_is_dirty(s->machine, l->pa);

	memset(l->writer, WRITER_NOBODY, s->line_bytes);
	if (!machine_peek(s->machine, VIEW_CPU, l->pa, l->golden, s->line_bytes) ||
	    !machine_peek(s->machine, VIEW_DRAM, l->pa, dram, s->line_bytes))
		return;
	for (unsigned i = 0; i < s->line_bytes; i++)
		if (is_dirty || l->golden[i] == dram[i])
			l->writer[i] = WRITER_INITIAL;
}

/* Writes of many lines that the line has not heard of yet. */
static void absorb(const struct shadow *s, const struct shadow_page *p, struct shadow_line *l)
{
	for (unsigned i = 0; i < p->writes.nr; i++) {
		struct record r = *past_at(&p->writes, i);

		if (r.seq <= l->absorbed || r.pa > l->pa || l->pa + s->line_bytes > r.pa + r.len)
			continue;
		l->absorbed = r.seq;
		r.dma += l->pa - r.pa;
		r.step += l->pa / s->step_bytes - r.pa / s->step_bytes;
		r.pa = l->pa;
		r.len = s->line_bytes;
		history_add(&l->history, &r);
	}
}

/* As a device left it, together with its neighbours. */
static void out_of_bulk(const struct shadow *s, struct shadow_page *p, struct shadow_line *l)
{
	memset(l->writer, WRITER_DEVICE, s->line_bytes);
	machine_peek(s->machine, VIEW_DRAM, l->pa, l->golden, s->line_bytes);
	absorb(s, p, l);
	clear_line_bit(s, p, LINES_IN_BULK, line_idx(s, l->pa));
}

static uint64_t last_write(const struct shadow_page *p)
{
	return p->writes.nr ? past_at(&p->writes, p->writes.nr - 1u)->seq : 0;
}

static struct shadow_line *line_new(struct shadow *s, struct shadow_page *p, uint64_t pa)
{
	struct shadow_line *l = g_malloc0(sizeof(*l) + 2 * s->line_bytes);
	unsigned i = line_idx(s, pa);

	l->pa = pa & ~(uint64_t)(s->line_bytes - 1);
	l->writer = l->golden + s->line_bytes;
	if (!has_bit(s, p, LINES_IN_BULK, i)) {
		line_start(s, l);
		l->absorbed = last_write(p);
	}
	if (!p->line)
		p->line = g_new0(struct shadow_line *, nr_lines(s));
	p->line[i] = l;
	return l;
}

struct shadow_line *shadow_line_get(struct shadow *s, struct shadow_page *p, uint64_t pa)
{
	unsigned i = line_idx(s, pa);
	struct shadow_line *l = line_of(p, i);

	if (!l)
		l = line_new(s, p, pa);
	if (has_bit(s, p, LINES_IN_BULK, i))
		out_of_bulk(s, p, l);
	s->nr_lines += !has_bit(s, p, LINES_SEEN, i);
	set_line_bit(s, p, LINES_SEEN, i);
	return l;
}

struct shadow_line *shadow_find(struct shadow *s, uint64_t pa)
{
	struct shadow_page *p = shadow_page_find(s, pa);
	unsigned i = line_idx(s, pa);

	if (!p || (!has_bit(s, p, LINES_IN_BULK, i) && !line_of(p, i)))
		return NULL;
	return shadow_line_get(s, p, pa);
}

bool shadow_is_watched(const struct shadow *s, uint64_t pa)
{
	struct shadow_page *p = shadow_page_find(s, pa);

	return p && has_bit(s, p, LINES_WATCHED, line_idx(s, pa));
}

struct shadow_line *shadow_line_of(struct shadow *s, const struct observe_event *ev)
{
	struct shadow_page *p = shadow_page_find(s, ev->pa);

	if (!p || !has_bit(s, p, LINES_WATCHED, line_idx(s, ev->pa)))
		return NULL;
	return shadow_line_get(s, p, ev->pa);
}

void shadow_write(struct shadow_line *l, const struct observe_event *ev, enum writer who)
{
	unsigned at = (unsigned)(ev->pa - l->pa);

	memcpy(l->golden + at, ev->bytes, ev->len);
	memset(l->writer + at, who, ev->len);
}

void shadow_undefine(struct shadow_line *l, unsigned at, unsigned len)
{
	memset(l->writer + at, WRITER_NOBODY, len);
}

/* ---- ranges -------------------------------------------------------- */

/* Calls @visit for the part of each existing line that lies in [pa, pa + len). */
static void each_line(struct shadow *s, uint64_t pa, uint64_t len,
		      void (*visit)(struct shadow *s, struct shadow_line **slot,
				    unsigned at, unsigned n))
{
	uint64_t end = pa + len;

	while (pa < end) {
		struct shadow_page *p = shadow_page_find(s, pa);
		uint64_t stop = page_of(pa) + PAGE_BYTES;

		stop = MIN(stop, end);
		while (p && p->line && pa < stop) {
			struct shadow_line **slot = &p->line[line_idx(s, pa)];
			unsigned at = pa & (s->line_bytes - 1);
			unsigned n = (unsigned)MIN(s->line_bytes - at, stop - pa);

			if (*slot)
				visit(s, slot, at, n);
			pa += n;
		}
		pa = stop;
	}
}

/* What the CPU had stored is remembered, but no longer the newest. */
static uint8_t given_up(uint8_t writer)
{
	return writer == WRITER_CPU || writer == WRITER_INITIAL || writer == WRITER_GIVEN_UP
		? WRITER_GIVEN_UP : WRITER_NOBODY;
}

static void surrender_line(struct shadow *s, struct shadow_line **slot,
			   unsigned at, unsigned n)
{
	struct shadow_line *l = *slot;
	uint8_t dram[LINE_MAX_BYTES];

	if (has_bit(s, shadow_page_find(s, l->pa), LINES_IN_BULK, line_idx(s, l->pa)))
		return;		/* no cache has held it since */
	if (!machine_peek(s->machine, VIEW_DRAM, l->pa + at, dram, n))
		return;
	for (unsigned i = 0; i < n; i++)
		if (l->golden[at + i] != dram[i])
			l->writer[at + i] = given_up(l->writer[at + i]);
}

void shadow_surrender(struct shadow *s, uint64_t pa, uint64_t len)
{
	if (!s->is_idle)
		each_line(s, pa, len, surrender_line);
}

/* A line that also holds somebody else's bytes goes on being watched. */
static void forget_line(struct shadow *s, struct shadow_line **slot,
			unsigned at, unsigned n)
{
	shadow_undefine(*slot, at, n);
	if (n < s->line_bytes)
		return;
	line_free(*slot);
	*slot = NULL;
}

static void forget_bits(const struct shadow *s, struct shadow_page *p, unsigned line)
{
	clear_line_bit(s, p, LINES_IN_BULK, line);
	clear_line_bit(s, p, LINES_SEEN, line);
}

/* A device's bytes that are freed before anything more happened to them. */
static void forget_bulk(struct shadow *s, uint64_t pa, uint64_t end)
{
	for (uint64_t at = pa & ~(uint64_t)(s->line_bytes - 1); at < end; at += s->line_bytes) {
		struct shadow_page *p = shadow_page_find(s, at);

		if (!p)
			continue;
		if (at < pa || at + s->line_bytes > end)
			shadow_find(s, at);	/* partly: it gets a line of its own first */
		else
			forget_bits(s, p, line_idx(s, at));
	}
}

static void forget_page(struct shadow *s, uint64_t pa)
{
	struct shadow_page **slot = page_slot(s, pa);

	if (!slot || !*slot)
		return;
	machine_unwatch(s->machine, pa, PAGE_BYTES);
	page_free(s, *slot);
	*slot = NULL;
}

void shadow_forget(struct shadow *s, uint64_t pa, uint64_t len)
{
	uint64_t end = pa + len;
	uint64_t first_page = page_of(pa + PAGE_BYTES - 1), at = first_page;

	if (s->is_idle)
		return;
	for (; at + PAGE_BYTES <= end; at += PAGE_BYTES)
		forget_page(s, at);
	forget_bulk(s, pa, MIN(first_page, end));
	forget_bulk(s, MAX(at, pa), end);
	each_line(s, pa, len, forget_line);
}

void shadow_note(struct shadow *s, const struct record *r)
{
	struct shared_record *shared = shared_record_new(r);

	for (uint64_t at = page_of(r->pa); at < r->pa + r->len; at += PAGE_BYTES) {
		struct shadow_page *p = shadow_page_find(s, at);

		if (p)
			past_add(&p->calls, shared);
	}
	shared_record_unref(shared);
}
