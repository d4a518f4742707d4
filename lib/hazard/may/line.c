/* SPDX-License-Identifier: MIT */
/* A line that is followed: see line.h. */
#include "line.h"

#include <string.h>

struct may_line *may_line_new(uint64_t pa, unsigned line_bytes)
{
	struct may_line *l = g_new0(struct may_line, 1);

	g_assert(line_bytes <= MAY_LINE_BYTES);
	l->pa = pa;
	l->line_bytes = (uint8_t)line_bytes;
	l->va = UINT32_MAX;
	return l;
}

static void past_free(struct may_past *p)
{
	if (!p)
		return;
	g_byte_array_unref(p->bytes);
	g_array_unref(p->events);
	g_free(p);
}

/* The room of the latest part stays: lines settle and begin anew all the time. */
static void forget_past(struct may_line *l)
{
	g_clear_pointer(&l->past[0], past_free);
	if (l->past[1])
		g_array_set_size(l->past[1]->events, 0);
}

static void free_past(struct may_line *l)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(l->past); i++)
		g_clear_pointer(&l->past[i], past_free);
}

void may_line_free(struct may_line *l)
{
	if (!l)
		return;
	free_past(l);
	g_free(l->version);
	g_free(l);
}

void may_line_drop(struct may_line *l, enum may_gap gap)
{
	free_past(l);
	g_clear_pointer(&l->version, g_free);
	l->nr_versions = 0;
	l->set = NULL;
	l->gap = (uint8_t)gap;
	memset(l->nobody, 0, sizeof(l->nobody));
}

/* ---- versions ---------------------------------------------------------- */

static uint16_t live_in(const struct may_state *st)
{
	unsigned live = 1u << st->dram;

	if (st->l1.state)
		live |= 1u << st->l1.version;
	if (st->l2.state)
		live |= 1u << st->l2.version;
	return (uint16_t)live;
}

uint16_t may_line_live(const struct may_line *l)
{
	return l->set ? l->set->live | live_in(&l->nominal) : 0;
}

static int equal_version(const struct may_line *l, const uint8_t *bytes, uint16_t in_use)
{
	for (unsigned left = in_use & ~(1u << MAY_OLD); left; left &= left - 1) {
		unsigned i = (unsigned)__builtin_ctz(left);

		if (!memcmp(may_version(l, i), bytes, l->line_bytes))
			return (int)i;
	}
	return -1;
}

int may_line_version(struct may_line *l, const uint8_t *bytes, uint16_t in_use)
{
	int known = equal_version(l, bytes, in_use);
	unsigned free_one = (unsigned)__builtin_ctz(~(unsigned)in_use);

	if (known >= 0 || free_one >= MAY_VERSIONS)
		return known;
	if (free_one >= l->nr_versions) {
		l->nr_versions = (uint8_t)(free_one + 2);
		l->version = g_realloc(l->version, (size_t)l->nr_versions * l->line_bytes);
	}
	memcpy(may_version(l, free_one), bytes, l->line_bytes);
	l->born[free_one] = ++l->nr_born;
	return (int)free_one;
}

static unsigned oldest(const struct may_line *l, uint16_t versions)
{
	unsigned first = (unsigned)__builtin_ctz(versions);

	for (unsigned i = first; i < MAY_VERSIONS; i++)
		if (versions >> i & 1 && l->born[i] < l->born[first])
			first = i;
	return first;
}

void may_line_age(struct may_sets *t, struct may_line *l)
{
	uint16_t old = l->set->live & (uint16_t)~(live_in(&l->nominal) | 1u << MAY_OLD);
	unsigned nr = (unsigned)__builtin_popcount(old) / 2 + 1;
	uint64_t map = MAY_SAME_MAP;

	for (; nr && old; nr--) {
		unsigned i = oldest(l, old);

		old &= (uint16_t)~(1u << i);
		map |= (uint64_t)MAY_OLD << 4 * i;
	}
	l->set = may_sets_rename(t, l->set, map);
}

void may_line_settle(struct may_sets *t, struct may_line *l)
{
	unsigned only = (unsigned)__builtin_ctz(l->set->live);
	uint64_t map = MAY_SAME_MAP & ~((uint64_t)15 << 4 * only);

	forget_past(l);
	if (!only)
		return;
	memcpy(may_version(l, 0), may_version(l, only), l->line_bytes);
	l->set = may_sets_rename(t, l->set, map);
	l->nominal.dram = l->nominal.l1.version = l->nominal.l2.version = 0;
}

/* ---- the past ------------------------------------------------------------ */

static void put_version(const struct may_line *l, struct may_past *p, unsigned nth,
			uint8_t version)
{
	memcpy(p->bytes->data + (size_t)nth * l->line_bytes,
	       may_version(l, version == MAY_OLD ? 0 : version), l->line_bytes);
}

static struct may_past *past_new(void)
{
	struct may_past *p = g_new0(struct may_past, 1);

	p->bytes = g_byte_array_sized_new(256);
	p->events = g_array_sized_new(FALSE, FALSE, sizeof(struct may_event), 8);
	return p;
}

/* From the state of now on. */
static void past_begin(const struct may_line *l, struct may_past *p)
{
	p->state = l->nominal;
	p->state.l1.version = 0;
	p->state.l2.version = 1;
	p->state.dram = 2;
	g_byte_array_set_size(p->bytes, 3u * l->line_bytes);
	if (p->state.l1.state)
		put_version(l, p, 0, l->nominal.l1.version);
	if (p->state.l2.state)
		put_version(l, p, 1, l->nominal.l2.version);
	put_version(l, p, 2, l->nominal.dram);
}

/* The part that goes on; a full one becomes the older. */
static struct may_past *latest(struct may_line *l)
{
	if (l->past[1] && l->past[1]->events->len >= MAY_PAST) {
		past_free(l->past[0]);
		l->past[0] = g_steal_pointer(&l->past[1]);
	}
	if (!l->past[1])
		l->past[1] = past_new();
	if (!l->past[1]->events->len)
		past_begin(l, l->past[1]);
	return l->past[1];
}

void may_line_remember(struct may_line *l, struct may_event ev, const uint8_t *bytes)
{
	struct may_past *p = latest(l);

	ev.bytes = p->bytes->len;
	if (bytes)
		g_byte_array_append(p->bytes, bytes, ev.len);
	g_array_append_val(p->events, ev);
}

void may_line_must_see(struct may_line *l, const uint8_t *bytes, const uint8_t *mask,
		       unsigned len)
{
	struct may_past *p = l->past[1];
	struct may_event *ev;

	if (!p || !p->events->len)
		return;
	ev = &g_array_index(p->events, struct may_event, p->events->len - 1);
	ev->must_see = true;
	ev->bytes = p->bytes->len;
	g_byte_array_append(p->bytes, bytes, len);
	g_byte_array_append(p->bytes, mask, len);
}
