/* SPDX-License-Identifier: MIT */
/*
 * The shadow: for each line that a device can reach, the newest bytes, their
 * writers, and what happened.
 *
 *	pages[pa >> 12] --> page --> line[n] --> golden, writer, history
 *
 * A line comes to exist with its first event, not when it is mapped: until then
 * nothing happened to it, so what the machine shows then is still the truth. A
 * page that is mapped and never touched costs one small allocation.
 *
 * Leaves out: lines outside DRAM (nothing caches them).
 */
#include "engine.h"

#include <string.h>

static struct shadow_page *page_new(const struct shadow *s, uint64_t pa)
{
	unsigned nr_lines = PAGE_BYTES / s->line_bytes;
	struct shadow_page *p = g_malloc0(sizeof(*p) + nr_lines * sizeof(p->line[0]));

	p->pa = pa;
	return p;
}

static void line_free(struct shadow_line *l)
{
	if (!l)
		return;
	history_done(&l->history);
	g_free(l);
}

static unsigned nr_lines(const struct shadow *s)
{
	return PAGE_BYTES / s->line_bytes;
}

static void page_free(const struct shadow *s, struct shadow_page *p)
{
	for (unsigned i = 0; i < nr_lines(s); i++)
		line_free(p->line[i]);
	history_done(&p->history);
	g_free(p);
}

void shadow_init(struct shadow *s, struct machine *m)
{
	s->machine = m;
	s->line_bytes = machine_line_max(m);
	s->pages = g_hash_table_new(g_int64_hash, g_int64_equal);
	g_assert(s->line_bytes <= LINE_MAX_BYTES);
}

static gboolean free_each_page(void *key, void *page, void *shadow)
{
	page_free(shadow, page);
	return TRUE;
}

void shadow_done(struct shadow *s)
{
	g_hash_table_foreach_remove(s->pages, free_each_page, s);
	g_hash_table_destroy(s->pages);
}

static uint64_t page_of(uint64_t pa)
{
	return pa & ~(uint64_t)(PAGE_BYTES - 1);
}

struct shadow_page *shadow_page_find(const struct shadow *s, uint64_t pa)
{
	uint64_t key = page_of(pa);

	return g_hash_table_lookup(s->pages, &key);
}

static struct shadow_page *page_get(struct shadow *s, uint64_t pa)
{
	struct shadow_page *p = shadow_page_find(s, pa);

	if (!p) {
		p = page_new(s, page_of(pa));
		g_hash_table_insert(s->pages, &p->pa, p);
	}
	return p;
}

static unsigned line_idx(const struct shadow *s, uint64_t pa)
{
	return (pa & (PAGE_BYTES - 1)) / s->line_bytes;
}

G_STATIC_ASSERT(PAGE_BYTES / LINE_MIN_BYTES <=
		8 * sizeof(((struct shadow_page *)NULL)->watched));

struct shadow_line *shadow_find(const struct shadow *s, uint64_t pa)
{
	struct shadow_page *p = shadow_page_find(s, pa);

	return p ? p->line[line_idx(s, pa)] : NULL;
}

static bool is_watched(const struct shadow_page *p, unsigned line)
{
	return p->watched[line / 64] >> line % 64 & 1;
}

static void mark_watched(const struct shadow *s, struct shadow_page *p, uint64_t first,
			 uint64_t end)
{
	for (uint64_t at = MAX(first, p->pa); at < MIN(end, p->pa + PAGE_BYTES);
	     at += s->line_bytes)
		p->watched[line_idx(s, at) / 64] |= (uint64_t)1 << line_idx(s, at) % 64;
}

void shadow_watch(struct shadow *s, uint64_t pa, uint64_t len)
{
	uint64_t first = pa & ~(uint64_t)(s->line_bytes - 1);

	machine_watch(s->machine, pa, len);
	for (uint64_t at = page_of(pa); at < pa + len; at += PAGE_BYTES)
		mark_watched(s, page_get(s, at), first, pa + len);
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

static struct shadow_line *line_new(struct shadow *s, uint64_t pa)
{
	struct shadow_line *l = g_malloc0(sizeof(*l) + 2 * s->line_bytes);

	l->pa = pa & ~(uint64_t)(s->line_bytes - 1);
	l->writer = l->golden + s->line_bytes;
	line_start(s, l);
	s->nr_lines++;
	return l;
}

struct shadow_line *shadow_line_of(struct shadow *s, const struct observe_event *ev)
{
	struct shadow_page *p = shadow_page_find(s, ev->pa);
	struct shadow_line **slot;

	if (!p || !is_watched(p, line_idx(s, ev->pa)))
		return NULL;
	slot = &p->line[line_idx(s, ev->pa)];
	if (!*slot)
		*slot = line_new(s, ev->pa);
	return *slot;
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
		while (p && pa < stop) {
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

static void surrender_line(struct shadow *s, struct shadow_line **slot,
			   unsigned at, unsigned n)
{
	struct shadow_line *l = *slot;
	uint8_t dram[LINE_MAX_BYTES];

	if (!machine_peek(s->machine, VIEW_DRAM, l->pa + at, dram, n))
		return;
	for (unsigned i = 0; i < n; i++)
		if (l->golden[at + i] != dram[i])
			l->writer[at + i] = WRITER_NOBODY;
}

void shadow_surrender(struct shadow *s, uint64_t pa, uint64_t len)
{
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

static void forget_page(struct shadow *s, uint64_t pa)
{
	uint64_t key = pa;
	struct shadow_page *p = g_hash_table_lookup(s->pages, &key);

	if (!p)
		return;
	machine_unwatch(s->machine, pa, PAGE_BYTES);
	g_hash_table_remove(s->pages, &key);
	page_free(s, p);
}

void shadow_forget(struct shadow *s, uint64_t pa, uint64_t len)
{
	uint64_t end = pa + len;

	each_line(s, pa, len, forget_line);
	for (uint64_t at = page_of(pa + PAGE_BYTES - 1); at + PAGE_BYTES <= end; at += PAGE_BYTES)
		forget_page(s, at);
}

void shadow_note(struct shadow *s, const struct record *r)
{
	for (uint64_t at = page_of(r->pa); at < r->pa + r->len; at += PAGE_BYTES) {
		struct shadow_page *p = shadow_page_find(s, at);

		if (p)
			history_add(&p->history, r);
	}
}
