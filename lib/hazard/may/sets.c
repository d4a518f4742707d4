/* SPDX-License-Identifier: MIT */
/* Sets of states, shared, and what steps make of them: see sets.h. */
#include "sets.h"

#include <glib.h>
#include <string.h>

#define NR_REMEMBERED	8192u		/* steps; a power of two */
#define NR_STATES	65536u

/* A step, whole: what it was made of and what came of it. */
struct memo {
	const struct may_set *set;
	uint64_t op;
	uint64_t map;
	struct may_outcome outcome;
};

struct may_sets {
	struct cache_rules rules;
	unsigned most;
	GHashTable *all;		/* struct may_set -> itself */
	struct memo *memo;		/* NR_REMEMBERED */
	uint64_t seen[NR_STATES / 64];	/* of the set that is being made */
	GArray *work;			/* of uint16_t: its states, in order of appearance */
};

/* ---- states as numbers -------------------------------------------------- */

static uint16_t pack(const struct may_state *st)
{
	return (uint16_t)((st->l1.state << 4 | st->l1.version) << 10 |
			  (st->l2.state << 4 | st->l2.version) << 4 | st->dram);
}

static struct may_state unpack(uint16_t n)
{
	return (struct may_state){
		.l1 = { n >> 14, n >> 10 & 15 }, .l2 = { n >> 8 & 3, n >> 4 & 15 },
		.dram = n & 15,
	};
}

struct may_state may_state_at(const struct may_set *set, unsigned i)
{
	return unpack(set->state[i]);
}

/* ---- sharing -------------------------------------------------------------- */

static guint set_hash(const void *set)
{
	return ((const struct may_set *)set)->hash;
}

static gboolean set_equal(const void *a, const void *b)
{
	const struct may_set *x = a, *y = b;

	return x->nr == y->nr && !memcmp(x->state, y->state, x->nr * sizeof(*x->state));
}

struct may_sets *may_sets_new(const struct cache_rules *r, unsigned most)
{
	struct may_sets *t = g_new0(struct may_sets, 1);

	t->rules = *r;
	t->most = most;
	t->all = g_hash_table_new_full(set_hash, set_equal, g_free, NULL);
	t->memo = g_new0(struct memo, NR_REMEMBERED);
	t->work = g_array_new(FALSE, FALSE, sizeof(uint16_t));
	return t;
}

void may_sets_free(struct may_sets *t)
{
	if (!t)
		return;
	g_hash_table_destroy(t->all);
	g_free(t->memo);
	g_array_free(t->work, TRUE);
	g_free(t);
}

const struct cache_rules *may_sets_rules(const struct may_sets *t)
{
	return &t->rules;
}

/* ---- making one -------------------------------------------------------------- */

static void add(struct may_sets *t, const struct may_state *st)
{
	uint16_t n = pack(st);

	if (t->seen[n / 64] >> n % 64 & 1)
		return;
	t->seen[n / 64] |= 1ull << n % 64;
	g_array_append_val(t->work, n);
}

static uint16_t work_at(const struct may_sets *t, unsigned i)
{
	return g_array_index(t->work, uint16_t, i);
}

static void try_unasked(struct may_sets *t, uint16_t n, enum may_verb verb,
			struct may_page_kind kind)
{
	struct may_op op = { .verb = (uint8_t)verb, .below = kind.below };
	struct may_state st = unpack(n);

	if (!may_is_possible(&t->rules, &st, &op))
		return;
	may_step(&t->rules, &st, &op, NULL);
	add(t, &st);
}

static void close_up(struct may_sets *t, struct may_page_kind kind)
{
	for (unsigned i = 0; i < t->work->len; i++)
		for (unsigned verb = kind.can_fill ? MAY_FILL : MAY_EVICT; verb < NR_MAY_VERBS;
		     verb++)
			try_unasked(t, work_at(t, i), (enum may_verb)verb, kind);
}

static int compare(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

static uint32_t hash_of(const struct may_set *set)
{
	uint32_t hash = set->nr;

	for (unsigned i = 0; i < set->nr; i++)
		hash = (hash ^ set->state[i]) * 0x9e3779b1u;
	return hash ^ hash >> 15;
}

static void summarise(struct may_set *set)
{
	for (unsigned i = 0; i < set->nr; i++) {
		struct may_state st = unpack(set->state[i]);

		set->in_dram |= (uint16_t)(1u << st.dram);
		if (st.l1.state)
			set->live |= (uint16_t)(1u << st.l1.version);
		if (st.l2.state)
			set->live |= (uint16_t)(1u << st.l2.version);
		if (st.l1.state == COPY_DIRTY)
			set->is_dirty |= (uint16_t)(1u << st.l1.version);
		if (st.l2.state == COPY_DIRTY)
			set->is_dirty |= (uint16_t)(1u << st.l2.version);
	}
	set->live |= set->in_dram;
}

/* The states that were added, as a set; none are left added. */
static const struct may_set *take(struct may_sets *t)
{
	struct may_set *set = g_malloc0(sizeof(*set) + t->work->len * sizeof(uint16_t));
	struct may_set *known;

	set->nr = (uint16_t)t->work->len;
	for (unsigned i = 0; i < set->nr; i++) {
		set->state[i] = work_at(t, i);
		t->seen[set->state[i] / 64] = 0;
	}
	g_array_set_size(t->work, 0);
	qsort(set->state, set->nr, sizeof(*set->state), compare);
	set->hash = hash_of(set);
	known = g_hash_table_lookup(t->all, set);
	if (known || g_hash_table_size(t->all) >= t->most) {
		g_free(set);
		return known;
	}
	summarise(set);
	g_hash_table_add(t->all, set);
	return set;
}

static const struct may_set *closure_of(struct may_sets *t, const struct may_state *st,
					unsigned nr, struct may_page_kind kind)
{
	for (unsigned i = 0; i < nr; i++)
		add(t, &st[i]);
	close_up(t, kind);
	return take(t);
}

/* ---- steps --------------------------------------------------------------------- */

/* By a map, taking note of what it was asked for. */
struct mapped_store {
	struct may_store store;
	uint64_t map;
	uint16_t changed;
};

static uint8_t over(struct may_store *store, uint8_t version)
{
	struct mapped_store *s = (struct mapped_store *)store;

	s->changed |= (uint16_t)(1u << version);
	return s->map >> 4 * version & 15;
}

static struct may_outcome step(struct may_sets *t, const struct may_set *set,
			       const struct may_op *op, struct may_page_kind kind, uint64_t map)
{
	struct mapped_store s = { { over }, map, 0 };
	struct may_op whole_op = *op;
	struct may_outcome out = { .seen = 0 };

	whole_op.below = kind.below;
	for (unsigned i = 0; i < set->nr; i++) {
		struct may_state st = unpack(set->state[i]);
		uint8_t version = may_step(&t->rules, &st, &whole_op, &s.store);

		if (version <= MAY_OLD)
			out.seen |= (uint16_t)(1u << version);
		add(t, &st);
	}
	close_up(t, kind);
	out.set = take(t);
	return out;
}

static uint16_t changed(const struct may_sets *t, const struct may_set *set,
			const struct may_op *op, struct may_page_kind kind)
{
	struct mapped_store s = { { over }, MAY_SAME_MAP, 0 };
	struct may_op whole_op = *op;

	whole_op.below = kind.below;
	for (unsigned i = 0; i < set->nr; i++) {
		struct may_state st = unpack(set->state[i]);

		may_step(&t->rules, &st, &whole_op, &s.store);
	}
	return s.changed;
}

static uint64_t code_of(const struct may_op *op, struct may_page_kind kind)
{
	const struct observe_path *p = &op->path;

	return op->verb | (uint64_t)op->op << 4 | op->levels << 8 | p->below << 12 |
	       p->is_inner << 16 | p->is_through << 17 | p->is_snooping << 18 |
	       p->is_above_l2 << 19 | op->is_whole << 20 | kind.can_fill << 21 |
	       (uint64_t)kind.below << 24 | (uint64_t)1 << 32;
}

static struct memo *memo_of(struct may_sets *t, const struct may_set *set, uint64_t code,
			    uint64_t map)
{
	uint64_t hash = (set->hash ^ code * 0x9e3779b97f4a7c15u) + map * 0xbf58476d1ce4e5b9u;

	return &t->memo[(hash ^ hash >> 29) & (NR_REMEMBERED - 1)];
}

#define CODE_START	((uint64_t)1 << 34)

/* Lines begin to be followed in few states, and in these all the time. */
const struct may_set *may_set_of(struct may_sets *t, const struct may_state *st, unsigned nr,
				 struct may_page_kind kind)
{
	static const struct may_set none;
	struct may_op op = { .verb = MAY_LOAD };
	uint64_t code = code_of(&op, kind) | CODE_START;
	struct memo *m = memo_of(t, &none, code, pack(st));

	if (nr > 1)
		return closure_of(t, st, nr, kind);
	if (m->set != &none || m->op != code || m->map != pack(st))
		*m = (struct memo){ &none, code, pack(st), {
			.set = closure_of(t, st, 1, kind) } };
	return m->outcome.set;
}

struct may_outcome may_sets_step(struct may_sets *t, const struct may_set *set,
				 const struct may_op *op, struct may_page_kind kind,
				 uint64_t map)
{
	uint64_t code = code_of(op, kind);
	struct memo *m = memo_of(t, set, code, map);

	if (m->set != set || m->op != code || m->map != map)
		*m = (struct memo){ set, code, map, step(t, set, op, kind, map) };
	return m->outcome;
}

#define CODE_CHANGED	((uint64_t)1 << 33)

uint16_t may_sets_changed(struct may_sets *t, const struct may_set *set,
			  const struct may_op *op, struct may_page_kind kind)
{
	uint64_t code = code_of(op, kind) | CODE_CHANGED;
	struct memo *m = memo_of(t, set, code, 0);

	if (m->set != set || m->op != code)
		*m = (struct memo){ set, code, 0, {
			.seen = changed(t, set, op, kind) } };
	return m->outcome.seen;
}

const struct may_set *may_sets_keep(struct may_sets *t, const struct may_set *set,
				    const struct may_op *op, uint16_t versions)
{
	for (unsigned i = 0; i < set->nr; i++) {
		struct may_state st = unpack(set->state[i]), before = st;

		if (versions >> may_step(&t->rules, &st, op, NULL) & 1)
			add(t, &before);
	}
	return take(t);
}

static struct may_copy renamed(struct may_copy c, uint64_t map)
{
	if (c.state)
		c.version = map >> 4 * c.version & 15;
	return c;
}

const struct may_set *may_sets_rename(struct may_sets *t, const struct may_set *set,
				      uint64_t map)
{
	for (unsigned i = 0; i < set->nr; i++) {
		struct may_state st = unpack(set->state[i]);

		st.l1 = renamed(st.l1, map);
		st.l2 = renamed(st.l2, map);
		st.dram = map >> 4 * st.dram & 15;
		add(t, &st);
	}
	return take(t);
}
