/* SPDX-License-Identifier: MIT */
/*
 * Transfers of many lines at once: see shadow.c for what a line in bulk is.
 *
 * Bound: a page costs a few words, whatever its lines; when read, a line that has bytes
 * of its own costs a comparison.
 */
#include "shadow.h"

#include <string.h>

#define WRITES_KEPT	4u	/* of a page, where later ones cover them */

struct observe_event shadow_part(const struct observe_event *ev, size_t at, size_t len)
{
	struct observe_event part = *ev;
	uint64_t line = ev->pa / ev->line_bytes;

	part.step += (ev->pa + at) / ev->line_bytes - line;
	part.pa += at;
	part.dma += at;
	part.bytes += at;
	part.len = len;
	return part;
}

/* What of a transfer lies in one page, and which lines of it whole. */
struct page_part {
	struct shadow *shadow;
	struct shadow_page *page;
	const struct observe_event *ev;
	uint64_t pa, end;
	unsigned first, last;		/* [first, last): whole lines */
	shadow_visit *visit;
	void *ctx;
};

/* Visited line by line, where the page has nothing better to say. */
static void visit_bytes(const struct page_part *t, uint64_t pa, uint64_t end)
{
	while (pa < end) {
		uint64_t stop = MIN((pa / t->ev->line_bytes + 1) * t->ev->line_bytes, end);
		struct observe_event ev = shadow_part(t->ev, pa - t->ev->pa, stop - pa);

		t->visit(t->ctx, &ev);
		pa = stop;
	}
}

static uint64_t line_pa(const struct page_part *t, unsigned line)
{
	return page_of(t->pa) + (uint64_t)line * t->shadow->line_bytes;
}

static void visit_line(const struct page_part *t, unsigned line)
{
	visit_bytes(t, line_pa(t, line), line_pa(t, line + 1));
}

/* The ragged ends. */
static void visit_ends(const struct page_part *t)
{
	if (t->first >= t->last) {
		visit_bytes(t, t->pa, t->end);
		return;
	}
	visit_bytes(t, t->pa, line_pa(t, t->first));
	visit_bytes(t, line_pa(t, t->last), t->end);
}

static void each_page(struct shadow *s, const struct observe_event *ev,
		      void (*page)(const struct page_part *t, void *data), void *data,
		      shadow_visit *visit, void *ctx)
{
	uint64_t end = ev->pa + ev->len;

	for (uint64_t pa = ev->pa; pa < end;) {
		struct page_part t = {
			.shadow = s, .page = shadow_page_find(s, pa), .ev = ev, .pa = pa,
			.end = MIN(page_of(pa) + PAGE_BYTES, end), .visit = visit, .ctx = ctx,
		};

		t.first = line_idx(s, pa + s->line_bytes - 1);
		if (pa & (PAGE_BYTES - 1) && !t.first)
			t.first = nr_lines(s);	/* it begins in the last line */
		t.last = (unsigned)((t.end - page_of(pa)) / s->line_bytes);
		if (t.page)
			page(&t, data);
		else
			visit_bytes(&t, t.pa, t.end);
		pa = t.end;
	}
}

/* ---- reads --------------------------------------------------------------- */

static bool reads_newest(const struct page_part *t, const struct shadow_line *l)
{
	return !memcmp(l->golden, t->ev->bytes + (l->pa - t->ev->pa), t->shadow->line_bytes);
}

static void see_lines(const struct page_part *t)
{
	for (unsigned w = 0; w < t->shadow->nr_words; w++) {
		uint64_t *seen = &bits_of(t->shadow, t->page, LINES_SEEN)[w];
		uint64_t new = lines_mask(w, t->first, t->last) & ~*seen &
			       bits_of(t->shadow, t->page, LINES_WATCHED)[w];

		*seen |= new;
		t->shadow->nr_lines += (unsigned)__builtin_popcountll(new);
	}
}

static void read_page(const struct page_part *t, void *data)
{
	visit_ends(t);
	see_lines(t);
	for (unsigned i = t->first; t->page->line && i < t->last; i++)
		if (t->page->line[i] && !has_bit(t->shadow, t->page, LINES_IN_BULK, i) &&
		    !reads_newest(t, t->page->line[i]))
			visit_line(t, i);
}

void shadow_bulk_read(struct shadow *s, const struct observe_event *ev, shadow_visit *visit,
		      void *ctx)
{
	each_page(s, ev, read_page, NULL, visit, ctx);
}

/* ---- writes ---------------------------------------------------------------- */

/* Lines of @page that @r wrote all of. */
static uint64_t written_mask(const struct shadow *s, uint64_t page, const struct record *r,
			     unsigned word)
{
	uint64_t from = MAX(r->pa, page) - page;
	uint64_t to = MIN(r->pa + r->len, page + PAGE_BYTES) - page;

	return lines_mask(word, (unsigned)((from + s->line_bytes - 1) / s->line_bytes),
			  (unsigned)(to / s->line_bytes));
}

/* Lines in bulk that only the oldest write tells of. */
static uint64_t only_oldest(const struct page_part *t, unsigned word)
{
	const struct past *w = &t->page->writes;
	uint64_t page = page_of(t->pa);
	uint64_t lines = bits_of(t->shadow, t->page, LINES_IN_BULK)[word] &
			 written_mask(t->shadow, page, past_at(w, 0), word);

	for (unsigned i = 1; lines && i < w->nr; i++)
		lines &= ~written_mask(t->shadow, page, past_at(w, i), word);
	return lines;
}

static bool tells_nothing_alone(const struct page_part *t)
{
	for (unsigned w = 0; w < t->shadow->nr_words; w++)
		if (only_oldest(t, w))
			return false;
	return true;
}

/* Before it is forgotten, such lines hear of it. */
static void pass_on_oldest(const struct page_part *t)
{
	for (unsigned w = 0; w < t->shadow->nr_words; w++)
		for (uint64_t left = only_oldest(t, w); left; left &= left - 1)
			shadow_line_get(t->shadow, t->page,
					line_pa(t, 64 * w + (unsigned)__builtin_ctzll(left)));
}

static void make_room(const struct page_part *t)
{
	struct past *w = &t->page->writes;

	if (w->nr >= WRITES_KEPT && tells_nothing_alone(t)) {
		past_forget_oldest(w);
	} else if (w->nr == HISTORY_MAX) {
		pass_on_oldest(t);
		past_forget_oldest(w);
	}
}

static void write_page(const struct page_part *t, void *wrote)
{
	uint64_t any = 0, mine[LINE_WORDS];

	visit_ends(t);
	see_lines(t);
	for (unsigned w = 0; w < t->shadow->nr_words; w++) {
		uint64_t *bulk = &bits_of(t->shadow, t->page, LINES_IN_BULK)[w];

		mine[w] = lines_mask(w, t->first, t->last) &
			  bits_of(t->shadow, t->page, LINES_WATCHED)[w];
		*bulk &= ~mine[w];	/* what older writes tell of them is old */
		any |= mine[w];
	}
	if (!any)
		return;
	make_room(t);
	for (unsigned w = 0; w < t->shadow->nr_words; w++)
		bits_of(t->shadow, t->page, LINES_IN_BULK)[w] |= mine[w];
	past_add(&t->page->writes, wrote);
}

void shadow_bulk_write(struct shadow *s, const struct observe_event *ev,
		       struct shared_record *wrote, shadow_visit *visit, void *ctx)
{
	s->step_bytes = ev->line_bytes;
	each_page(s, ev, write_page, wrote, visit, ctx);
}
