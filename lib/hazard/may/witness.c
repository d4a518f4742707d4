/* SPDX-License-Identifier: MIT */
/*
 * The search for a witness: see witness.h. From the nominal state before the past on, by
 * events, which cost nothing, and by fills and evictions, which cost one each: the first
 * wrong read that is reached has the fewest of them, and has them as late as can be.
 */
#include "../engine.h"
#include "witness.h"

#include <inttypes.h>
#include <string.h>
#include <armdma/rehearse.h>

#define MOST_NODES	100000u
#define MOST_VERSIONS	250u
#define NO_NODE		UINT32_MAX
#define NO_VERSION	UINT8_MAX

struct node {
	struct may_state state;		/* before event @event */
	uint32_t event, parent;
	uint8_t verb;			/* by which it was reached: enum may_verb */
};

struct search {
	struct may_store store;		/* first: over() finds the rest by it */
	const struct may_line *line;
	const struct cache_rules *rules;
	struct may_wanted wanted;
	GPtrArray *events;		/* of const struct may_event * */
	GPtrArray *bytes;		/* what each of them writes, or must see; or NULL */
	GPtrArray *versions;		/* of uint8_t *: whole lines */
	GArray *nodes;			/* of struct node */
	GArray *open, *dearer;		/* of their indices: now, and one action later */
	GHashTable *closed;		/* states that have been looked at */
	unsigned now;			/* event that is being made */
};

/* ---- versions --------------------------------------------------------------- */

static const uint8_t *version_at(const struct search *s, unsigned version)
{
	return g_ptr_array_index(s->versions, version);
}

static uint8_t add_version(struct search *s, const uint8_t *bytes)
{
	for (unsigned i = 0; i < s->versions->len; i++)
		if (!memcmp(version_at(s, i), bytes, s->line->line_bytes))
			return (uint8_t)i;
	if (s->versions->len >= MOST_VERSIONS)
		return NO_VERSION;
	g_ptr_array_add(s->versions, g_memdup2(bytes, s->line->line_bytes));
	return (uint8_t)(s->versions->len - 1);
}

static uint8_t over(struct may_store *store, uint8_t version)
{
	struct search *s = (struct search *)store;
	const struct may_event *ev = g_ptr_array_index(s->events, s->now);
	uint8_t line[MAY_LINE_BYTES];

	if (version == NO_VERSION)
		return version;
	memcpy(line, version_at(s, version), s->line->line_bytes);
	memcpy(line + ev->at, g_ptr_array_index(s->bytes, s->now), ev->len);
	return add_version(s, line);
}

/* ---- the past, joined --------------------------------------------------------- */

static bool has_bytes(const struct may_event *ev)
{
	return ev->op.verb == MAY_STORE || ev->op.verb == MAY_DEVICE_WRITE || ev->must_see;
}

static void take_past(struct search *s, const struct may_past *p)
{
	for (unsigned i = 0; p && i < p->events->len; i++) {
		const struct may_event *ev = &g_array_index(p->events, struct may_event, i);

		g_ptr_array_add(s->events, (gpointer)(uintptr_t)ev);
		g_ptr_array_add(s->bytes, has_bytes(ev) ? p->bytes->data + ev->bytes : NULL);
	}
}

static const struct may_past *first_past(const struct may_line *l)
{
	return l->past[0] ? l->past[0] : l->past[1];
}

static struct may_state first_state(struct search *s)
{
	const struct may_past *p = first_past(s->line);
	unsigned len = s->line->line_bytes;
	struct may_state st = p->state;

	st.l1.version = st.l1.state ? add_version(s, p->bytes->data) : 0;
	st.l2.version = st.l2.state ? add_version(s, p->bytes->data + len) : 0;
	st.dram = add_version(s, p->bytes->data + 2 * len);
	return st;
}

/* ---- the search ----------------------------------------------------------------- */

static struct node *node_at(const struct search *s, uint32_t i)
{
	return &g_array_index(s->nodes, struct node, i);
}

static void reach(struct search *s, const struct may_state *st, uint32_t event, uint32_t parent,
		  enum may_verb verb)
{
	struct node n = { *st, event, parent, (uint8_t)verb };
	uint32_t idx = s->nodes->len;

	g_array_append_val(s->nodes, n);
	if (verb < NR_MAY_EVENTS)
		g_array_append_val(s->open, idx);
	else
		g_array_append_val(s->dearer, idx);
}

/* The latest; when there are none left, of those that cost more. */
static bool next_node(struct search *s, uint32_t *ret_idx)
{
	GArray *open = s->open;

	if (!open->len) {
		s->open = s->dearer;
		s->dearer = open;
		open = s->open;
	}
	if (!open->len)
		return false;
	*ret_idx = g_array_index(open, uint32_t, open->len - 1);
	g_array_set_size(open, open->len - 1);
	return true;
}

/* False: it was there before. */
static bool close_node(struct search *s, const struct node *n)
{
	const struct may_state *st = &n->state;
	uint64_t key = (uint64_t)n->event << 32 | (uint64_t)st->dram << 24 |
		       (uint64_t)st->l1.version << 16 | (uint64_t)st->l2.version << 8 |
		       st->l1.state << 4 | st->l2.state;

	return g_hash_table_add(s->closed, g_memdup2(&key, sizeof(key)));
}

static bool differs(const uint8_t *seen, const uint8_t *wanted, const uint8_t *mask, unsigned len)
{
	for (unsigned i = 0; i < len; i++)
		if (mask[i] && seen[i] != wanted[i])
			return true;
	return false;
}

static bool is_missed(const struct search *s, const struct may_event *ev, unsigned event,
		      uint8_t seen)
{
	const uint8_t *must_see = g_ptr_array_index(s->bytes, event);

	return ev->must_see && seen != NO_VERSION &&
	       differs(version_at(s, seen) + ev->at, must_see, must_see + ev->len, ev->len);
}

/* The event that comes next; true: it is the read, and it goes wrong. */
static bool go_on(struct search *s, uint32_t idx)
{
	struct node n = *node_at(s, idx);
	const struct may_event *ev = g_ptr_array_index(s->events, n.event);
	bool is_last = n.event + 1 == s->events->len;
	uint8_t seen;

	s->now = n.event;
	seen = may_step(s->rules, &n.state, &ev->op, &s->store);
	if (is_last)
		return seen != NO_VERSION && differs(version_at(s, seen) + ev->at,
						     s->wanted.bytes, s->wanted.mask, ev->len);
	if (!is_missed(s, ev, n.event, seen))
		reach(s, &n.state, n.event + 1, idx, (enum may_verb)ev->op.verb);
	return false;
}

/* What is tried last is looked at first: a plain fill, where it does. */
static void act(struct search *s, uint32_t idx)
{
	const struct may_event *ev = g_ptr_array_index(s->events, node_at(s, idx)->event);
	unsigned first = ev->can_fill ? MAY_FILL : MAY_EVICT;

	for (unsigned verb = NR_MAY_VERBS - 1; verb >= first; verb--) {
		struct node n = *node_at(s, idx);
		struct may_op op = { .verb = (uint8_t)verb, .below = ev->op.below };

		if (!may_is_possible(s->rules, &n.state, &op))
			continue;
		may_step(s->rules, &n.state, &op, NULL);
		reach(s, &n.state, n.event, idx, (enum may_verb)verb);
	}
}

static bool is_lost(const struct may_state *st)
{
	return st->l1.version == NO_VERSION || st->l2.version == NO_VERSION ||
	       st->dram == NO_VERSION;
}

/* The node from which the read goes wrong, or NO_NODE. */
static uint32_t run(struct search *s)
{
	uint32_t idx;

	while (s->nodes->len < MOST_NODES && next_node(s, &idx)) {
		if (is_lost(&node_at(s, idx)->state) || !close_node(s, node_at(s, idx)))
			continue;
		if (go_on(s, idx))
			return idx;
		act(s, idx);
	}
	return NO_NODE;
}

/* ---- what was found ---------------------------------------------------------------- */

static void take_actions(const struct search *s, uint32_t idx, GArray *actions)
{
	for (; idx != NO_NODE; idx = node_at(s, idx)->parent) {
		const struct node *n = node_at(s, idx);
		const struct may_event *ev = g_ptr_array_index(s->events, n->event);
		struct may_action a = { (enum may_verb)n->verb, ev->nr };

		if (n->parent != NO_NODE && n->verb >= NR_MAY_EVENTS)
			g_array_prepend_val(actions, a);
	}
}

static const uint8_t *copy_bytes(const struct search *s, struct may_copy c)
{
	return c.state ? version_at(s, c.version) : NULL;
}

static struct may_witness *witness_of(struct search *s, uint32_t idx)
{
	struct may_witness *w = g_new0(struct may_witness, 1);
	struct may_state st = node_at(s, idx)->state, after = st;
	const struct may_event *ev = g_ptr_array_index(s->events, s->events->len - 1);

	w->actions = g_array_new(FALSE, FALSE, sizeof(struct may_action));
	take_actions(s, idx, w->actions);
	w->seen = version_at(s, may_step(s->rules, &after, &ev->op, &s->store));
	w->l1 = copy_bytes(s, st.l1);
	w->l2 = copy_bytes(s, st.l2);
	w->dram = version_at(s, st.dram);
	w->l1_is_dirty = st.l1.state == COPY_DIRTY;
	w->l2_is_dirty = st.l2.state == COPY_DIRTY;
	w->versions = g_steal_pointer(&s->versions);
	return w;
}

static void search_done(struct search *s)
{
	g_ptr_array_unref(s->events);
	g_ptr_array_unref(s->bytes);
	if (s->versions)
		g_ptr_array_unref(s->versions);
	g_array_unref(s->nodes);
	g_array_unref(s->open);
	g_array_unref(s->dearer);
	g_hash_table_destroy(s->closed);
}

static void search_init(struct search *s, struct may_sets *t, const struct may_line *l,
			struct may_wanted wanted)
{
	*s = (struct search){
		.store = { over }, .line = l, .rules = may_sets_rules(t), .wanted = wanted,
		.events = g_ptr_array_new(), .bytes = g_ptr_array_new(),
		.versions = g_ptr_array_new_with_free_func(g_free),
		.nodes = g_array_new(FALSE, FALSE, sizeof(struct node)),
		.open = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
		.dearer = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
		.closed = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL),
	};
	take_past(s, l->past[0]);
	take_past(s, l->past[1]);
}

struct may_witness *may_witness_find(struct may_sets *t, const struct may_line *l,
				     struct may_wanted wanted)
{
	struct may_witness *w = NULL;
	struct may_state st;
	struct search s;
	uint32_t idx;

	if (!first_past(l) || !l->past[1]->events->len)
		return NULL;
	search_init(&s, t, l, wanted);
	st = first_state(&s);
	reach(&s, &st, 0, NO_NODE, NR_MAY_VERBS);
	idx = run(&s);
	if (idx != NO_NODE)
		w = witness_of(&s, idx);
	search_done(&s);
	return w;
}

void may_witness_free(struct may_witness *w)
{
	if (!w)
		return;
	g_array_unref(w->actions);
	g_ptr_array_unref(w->versions);
	g_free(w);
}

/* ---- as text ---------------------------------------------------------------------- */

static const char *action_name(enum may_verb verb)
{
	static const char *const name[NR_MAY_VERBS] = {
		[MAY_FILL] = "fill", [MAY_FILL2] = "fill2",
		[MAY_EVICT] = "evict", [MAY_EVICT2] = "evict2",
	};

	return name[verb];
}

char *may_witness_text(const struct may_line *l, const struct may_witness *w)
{
	GString *s = g_string_new(NULL);

	for (unsigned i = 0; i < w->actions->len; i++) {
		const struct may_action *a = &g_array_index(w->actions, struct may_action, i);

		g_string_append_printf(s, "%s%s 0x%" PRIx64 "@%u", i ? ", " : "",
				       action_name(a->verb), l->pa, a->nr);
	}
	return g_string_free(s, FALSE);
}

/* ---- on a second machine ------------------------------------------------------------- */

struct rehearsing {
	struct rehearsal *r;
	const struct may_line *line;
	const struct may_witness *w;
	unsigned next;			/* action */
	uint8_t got[MAY_LINE_BYTES];	/* by the latest read */
};

static struct observe_path mapping_path(const struct may_event *ev)
{
	return (struct observe_path){
		.is_inner = true, .below = ev->op.below, .is_shareable = ev->op.path.is_shareable,
	};
}

static uint32_t va_of(const struct rehearsing *h, const struct may_event *ev)
{
	uint32_t va = ev->cpu ? ev->va : h->line->va == UINT32_MAX ? 0 : h->line->va;
	uint32_t in_page = (uint32_t)(h->line->pa + ev->at) & (PAGE_BYTES - 1);

	return (va & ~(PAGE_BYTES - 1)) | in_page;
}

static void place_first(struct rehearsing *h)
{
	const struct may_past *p = first_past(h->line);
	const struct may_event *ev = &g_array_index(p->events, struct may_event, 0);
	struct observe_path path = mapping_path(ev);
	unsigned len = h->line->line_bytes;

	rehearsal_place(h->r, h->line->pa, va_of(h, ev), &path, &(struct rehearsal_line){
		.l1 = p->state.l1.state ? p->bytes->data : NULL,
		.l2 = p->state.l2.state ? p->bytes->data + len : NULL,
		.dram = p->bytes->data + 2 * len,
		.l1_is_dirty = p->state.l1.state == COPY_DIRTY,
		.l2_is_dirty = p->state.l2.state == COPY_DIRTY,
	});
}

/* Those that come before @ev; false: one had nothing to do. */
static bool act_before(struct rehearsing *h, const struct may_event *ev)
{
	static const enum rehearsal_verb verb[NR_MAY_VERBS] = {
		[MAY_FILL] = REHEARSE_FILL, [MAY_FILL2] = REHEARSE_FILL2,
		[MAY_EVICT] = REHEARSE_EVICT, [MAY_EVICT2] = REHEARSE_EVICT2,
	};
	bool ok = true;

	for (; h->next < h->w->actions->len; h->next++) {
		const struct may_action *a = &g_array_index(h->w->actions, struct may_action,
							    h->next);

		if (a->nr != ev->nr)
			break;
		ok &= rehearsal_step(h->r, &(struct rehearsal_act){
			.verb = verb[a->verb], .pa = h->line->pa, .va = va_of(h, ev),
			.path = mapping_path(ev) });
	}
	return ok;
}

static void make_event(struct rehearsing *h, const struct may_event *ev, const uint8_t *bytes)
{
	static const enum rehearsal_verb verb[NR_MAY_EVENTS] = {
		[MAY_LOAD] = REHEARSE_LOAD, [MAY_STORE] = REHEARSE_STORE,
		[MAY_MAINTAIN] = REHEARSE_MAINTAIN, [MAY_DEVICE_READ] = REHEARSE_DEVICE_READ,
		[MAY_DEVICE_WRITE] = REHEARSE_DEVICE_WRITE,
	};
	struct rehearsal_act act = {
		.verb = verb[ev->op.verb], .pa = h->line->pa + ev->at, .va = va_of(h, ev),
		.len = ev->len, .bytes = h->got, .cpu = ev->cpu ? cpu_index(ev->cpu) : 0,
		.path = ev->op.path, .attrs = ev->attrs, .op = (enum dc_op)ev->op.op,
		.levels = ev->op.levels,
	};

	if (ev->op.verb == MAY_STORE || ev->op.verb == MAY_DEVICE_WRITE)
		memcpy(h->got, bytes, ev->len);
	rehearsal_step(h->r, &act);
}

static bool rehearse_past(struct rehearsing *h, const struct may_past *p)
{
	for (unsigned i = 0; p && i < p->events->len; i++) {
		const struct may_event *ev = &g_array_index(p->events, struct may_event, i);

		if (!act_before(h, ev))
			return false;
		make_event(h, ev, p->bytes->data + ev->bytes);
	}
	return true;
}

static const struct may_event *last_event(const struct may_line *l)
{
	const GArray *events = l->past[1]->events;

	return &g_array_index(events, struct may_event, events->len - 1);
}

bool may_witness_holds(struct machine *m, const struct may_line *l, const struct may_witness *w)
{
	struct rehearsing h = { .r = rehearsal_new(m, NULL), .line = l, .w = w };
	const struct may_event *read = last_event(l);
	bool holds;

	if (!h.r)
		return false;
	place_first(&h);
	holds = rehearse_past(&h, l->past[0]) && rehearse_past(&h, l->past[1]) &&
		!memcmp(h.got, w->seen + read->at, read->len);
	rehearsal_free(h.r);
	return holds;
}
