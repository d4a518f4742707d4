/* SPDX-License-Identifier: MIT */
/*
 * Cache lines of this board against the buffers of the trace.
 *
 * A buffer that does not begin and end on a line moves its neighbours along when
 * it is cleaned or invalidated. Two live buffers in one line are trouble as soon
 * as a device writes one of them and a cache sits between: what the CPU keeps
 * dirty for the one goes over what the device wrote to the other. Overlapping
 * bytes are no sharing of a line: that is one buffer, mapped twice.
 */
#include "engine.h"

/* The line of @line_bytes that holds @pa. */
static uint64_t line_of(uint64_t pa, unsigned line_bytes)
{
	return pa & ~(uint64_t)(line_bytes - 1);
}

static void count_edges(struct replay *r, struct mapping *m)
{
	for (unsigned l = 0; l < G_N_ELEMENTS(r->rep->level); l++) {
		unsigned line = r->rep->level[l].line_bytes;
		uint64_t nr = 0;

		for (unsigned i = 0; line && i < m->nr_segs; i++) {
			const struct segment *s = &m->segs[i];

			nr += line_of(s->pa, line) != s->pa;
			nr += line_of(s->pa + s->len, line) != s->pa + s->len;
		}
		TALLY(m->dev, edges[l].unaligned[m->dir], nr);
		TALLY(m->dev, edges[l].mappings, nr > 0);
	}
}

static bool overlap(const struct segment *a, const struct segment *b)
{
	return a->pa < b->pa + b->len && b->pa < a->pa + a->len;
}

/* Bit l: they have a line of level l in common, though no byte. */
static unsigned shared_levels(struct replay *r, const struct segment *a,
			      const struct segment *b, uint64_t *ret_pa)
{
	const struct segment *low = a->pa < b->pa ? a : b, *high = low == a ? b : a;
	unsigned levels = 0;

	if (overlap(a, b))
		return 0;
	for (unsigned l = 0; l < G_N_ELEMENTS(r->rep->level); l++) {
		unsigned line = r->rep->level[l].line_bytes;

		if (line && line_of(low->pa + low->len - 1, line) == line_of(high->pa, line)) {
			levels |= 1u << l;
			*ret_pa = line_of(high->pa, line);
		}
	}
	return levels;
}

static bool pair_matches(const struct shared_pair *p, const struct mapping *a,
			 const struct mapping *b)
{
	return p->a == a->dev && p->b == b->dev && p->a_dir == a->dir && p->b_dir == b->dir &&
	       p->a_len == a->len && p->b_len == b->len;
}

/* One entry for each pair of devices, directions and sizes. Returns its index, or -1. */
static int pair_of(struct replay *r, const struct mapping *older, const struct mapping *newer,
		   unsigned levels, uint64_t pa, bool is_harmful)
{
	GArray *pairs = r->rep->pairs;

	for (unsigned i = 0; i < pairs->len; i++)
		if (pair_matches(&g_array_index(pairs, struct shared_pair, i), older, newer))
			return i;
	if (pairs->len == MAX_PAIRS) {
		r->rep->pairs_unlisted++;
		return -1;
	}

	struct shared_pair p = {
		.a = older->dev, .b = newer->dev, .a_dir = older->dir, .b_dir = newer->dir,
		.a_len = older->len, .b_len = newer->len, .a_line = older->line,
		.b_line = newer->line, .pa = pa, .levels = levels, .is_harmful = is_harmful,
	};

	g_array_append_val(pairs, p);
	return pairs->len - 1;
}

static void remember(struct mapping *m, unsigned pair)
{
	if (!m->sharing)
		m->sharing = g_array_new(FALSE, FALSE, sizeof(unsigned));
	for (unsigned i = 0; i < m->sharing->len; i++)
		if (g_array_index(m->sharing, unsigned, i) == pair)
			return;
	g_array_append_val(m->sharing, pair);
}

/* Its device may write at any time, so also when the CPU has just filled @newer. */
static void add_rival(struct mapping *newer, struct mapping *older)
{
	if (!dir_is_written(older->dir) || !dir_is_read(newer->dir))
		return;
	if (!newer->rivals)
		newer->rivals = g_ptr_array_new();
	if (!g_ptr_array_find(newer->rivals, older, NULL))
		g_ptr_array_add(newer->rivals, older);
}

static void line_is_shared(struct replay *r, struct segment *with, struct segment *s,
			   unsigned levels, uint64_t pa)
{
	struct mapping *older = with->owner, *newer = s->owner;
	const struct segment *low = with->pa < s->pa ? with : s, *high = low == s ? with : s;
	struct shared_pair *p;
	bool is_written = dir_is_written(older->dir) || dir_is_written(newer->dir);
	bool is_cached = mapping_needs_care(older) || mapping_needs_care(newer);
	bool is_harmful = is_written && is_cached;
	int pair = pair_of(r, older, newer, levels, pa, is_harmful);

	replay_find(r, newer->dev, is_harmful ? FIND_LINE_SHARED : FIND_LINE_SHARED_HARMLESS,
		    "%" G_GINT64_MODIFIER "u bytes %s of %s (line %" G_GINT64_MODIFIER
		    "u) beside %" G_GINT64_MODIFIER "u bytes %s of %s", newer->len,
		    dir_name(newer->dir), newer->dev->name, older->line, older->len,
		    dir_name(older->dir), older->dev->name);
	if (is_harmful)
		add_rival(newer, older);
	if (pair < 0)
		return;
	p = &g_array_index(r->rep->pairs, struct shared_pair, pair);
	p->bounced += with->was_bounced || s->was_bounced;
	if (!p->times++)
		p->apart = (unsigned)(high->pa - low->pa - low->len);
	remember(older, pair);
	remember(newer, pair);
}

/* Every live segment that lies in the line at @pa, beside @s. */
static void check_line(struct replay *r, struct segment *s, uint64_t pa)
{
	const GPtrArray *live = rename_group(s, pa)->live;

	for (unsigned i = 0; live && i < live->len; i++) {
		struct segment *other = live->pdata[i];
		uint64_t at = 0;
		unsigned levels;

		if (other->owner == s->owner)
			continue;
		levels = shared_levels(r, s, other, &at);
		if (levels)
			line_is_shared(r, other, s, levels, at);
	}
}

void geometry_of_mapping(struct replay *r, struct mapping *m)
{
	unsigned line = machine_line_max(r->m);

	count_edges(r, m);
	for (unsigned i = 0; i < m->nr_segs; i++) {
		struct segment *s = &m->segs[i];
		uint64_t last = s->pa + s->len - 1;
		bool check_first = line_of(s->pa, line) != s->pa;
		bool check_last = line_of(last + 1, line) != last + 1;

		/* One look covers a whole group, both edges if they are in it. */
		if (check_first)
			check_line(r, s, s->pa);
		if (check_last && (!check_first || s->pa >> GROUP_SHIFT != last >> GROUP_SHIFT))
			check_line(r, s, last);
	}
}

void geometry_blame(struct replay *r, struct mapping *m, uint64_t wrong)
{
	for (unsigned i = 0; m->sharing && i < m->sharing->len; i++) {
		unsigned pair = g_array_index(m->sharing, unsigned, i);

		g_array_index(r->rep->pairs, struct shared_pair, pair).wrong += wrong;
	}
}
