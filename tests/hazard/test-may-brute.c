/* SPDX-License-Identifier: MIT */
/*
 * Every program of a few events on one line, against an enumerator that knows nothing of
 * the engine: what each read may see, over all schedules of fills and evictions, is exactly
 * the same.
 *
 * The enumerator has a machine of its own, of two bytes: caches with those bytes in them,
 * in place of numbers of versions. It walks the tree of programs; at each node it has all
 * the machines that some schedule leads to, found by trying every fill and eviction until
 * nothing is new.
 *
 *	MAY_BRUTE_EVENTS=8	longer programs: minutes
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "lib/hazard/may/sets.h"

#define WHOLE	3u			/* a bit for each byte that a write covers */
#define FIRST	1u
#define SECOND	2u
#define MOST	4096u			/* machines at once */

/* ---- a machine of two bytes ------------------------------------------------------ */

struct kind {
	const char *name;
	bool has_l2, is_exclusive, is_inclusive, allocates_always;
	bool l1_allocates, fetches, device_snoops, uncached_looks_up;
};

static const struct kind kinds[] = {
	{ .name = "level 1 alone", .l1_allocates = true, .fetches = true },
	{ .name = "ARMv5", .fetches = false },
	{ .name = "PL310", .has_l2 = true, .l1_allocates = true, .fetches = true },
	{ .name = "PL310, bit 22 clear", .has_l2 = true, .l1_allocates = true, .fetches = true,
	  .uncached_looks_up = true },
	{ .name = "PL310, exclusive", .has_l2 = true, .is_exclusive = true,
	  .l1_allocates = true, .fetches = true },
	{ .name = "inclusive", .has_l2 = true, .is_inclusive = true, .allocates_always = true,
	  .l1_allocates = true, .fetches = true },
	{ .name = "a device that snoops", .has_l2 = true, .allocates_always = true,
	  .l1_allocates = true, .fetches = true, .device_snoops = true },
};

/* In a cache: 'I', 'C' or 'D', and two bytes. */
struct cached {
	char letter;
	uint8_t byte[2];
};

struct toy {
	struct cached l1, l2;
	uint8_t dram[2];
};

static void lay(uint8_t *to, unsigned which, uint8_t value)
{
	if (which & FIRST)
		to[0] = value;
	if (which & SECOND)
		to[1] = value;
}

static void hold(struct cached *c, char letter, const uint8_t *bytes)
{
	c->letter = letter;
	memcpy(c->byte, bytes, 2);
}

static void lose(struct cached *c)
{
	memset(c, 0, sizeof(*c));
	c->letter = 'I';
}

static bool has(const struct cached *c)
{
	return c->letter != 'I';
}

static void toy_fetch(const struct kind *k, struct toy *t)
{
	if (has(&t->l1))
		return;
	if (k->has_l2 && !has(&t->l2) && !k->is_exclusive)
		hold(&t->l2, 'C', t->dram);
	hold(&t->l1, 'C', k->has_l2 && has(&t->l2) ? t->l2.byte : t->dram);
}

/* Dirty bytes of level 1 go out. A write of an allocating kind always finds a place. */
static void toy_out(const struct kind *k, struct toy *t)
{
	if (k->has_l2)
		hold(&t->l2, 'D', t->l1.byte);
	else
		memcpy(t->dram, t->l1.byte, 2);
}

static void toy_evict(const struct kind *k, struct toy *t)
{
	if (t->l1.letter == 'D')
		toy_out(k, t);
	else if (t->l1.letter == 'C' && k->is_exclusive)
		hold(&t->l2, has(&t->l2) ? t->l2.letter : 'C', t->l1.byte);
	lose(&t->l1);
}

static void toy_clean1(const struct kind *k, struct toy *t)
{
	if (t->l1.letter != 'D')
		return;
	toy_out(k, t);
	t->l1.letter = 'C';
}

static void toy_clean2(struct toy *t)
{
	if (t->l2.letter != 'D')
		return;
	memcpy(t->dram, t->l2.byte, 2);
	t->l2.letter = 'C';
}

static void toy_evict2(const struct kind *k, struct toy *t)
{
	if (k->is_inclusive)
		toy_evict(k, t);
	toy_clean2(t);
	lose(&t->l2);
}

/* ---- events ---------------------------------------------------------------------- */

enum event {
	LOAD, STORE, DEVICE_READ, DEVICE_WRITE, CLEAN, INVALIDATE, UNCACHED_STORE,
	/* the short alphabet ends here */
	UNCACHED_LOAD, FLUSH, INVALIDATE1, INVALIDATE2,
	/* and here the one of whole writes */
	STORE_FIRST, DEVICE_WRITE_SECOND,
	NR_EVENTS
};
#define NR_SHORT	UNCACHED_LOAD
#define NR_WHOLE	STORE_FIRST

static const char *const event_names[NR_EVENTS] = {
	[LOAD] = "load", [STORE] = "store", [DEVICE_READ] = "device read",
	[DEVICE_WRITE] = "device write", [CLEAN] = "clean", [INVALIDATE] = "invalidate",
	[UNCACHED_STORE] = "uncached store", [UNCACHED_LOAD] = "uncached load",
	[STORE_FIRST] = "store of the first byte", [DEVICE_WRITE_SECOND] =
	"device write of the second byte", [FLUSH] = "clean and invalidate",
	[INVALIDATE1] = "invalidate level 1", [INVALIDATE2] = "invalidate level 2",
};

static unsigned covers(enum event ev)
{
	return ev == STORE_FIRST ? FIRST
	       : ev == DEVICE_WRITE_SECOND ? SECOND : WHOLE;
}

static void toy_store(const struct kind *k, struct toy *t, unsigned which, uint8_t value)
{
	if (!has(&t->l1) && !k->l1_allocates) {
		lay(t->dram, which, value);
		return;
	}
	toy_fetch(k, t);
	lay(t->l1.byte, which, value);
	t->l1.letter = 'D';
}

static void toy_store_uncached(const struct kind *k, struct toy *t, unsigned which,
			       uint8_t value)
{
	if (k->uncached_looks_up && has(&t->l2))
		lay(t->l2.byte, which, value);
	lay(t->dram, which, value);
}

static void toy_device_writes(const struct kind *k, struct toy *t, unsigned which,
			      uint8_t value)
{
	if (k->device_snoops) {
		toy_clean1(k, t);
		lose(&t->l1);
		toy_clean2(t);
		lose(&t->l2);
	}
	lay(t->dram, which, value);
}

static const uint8_t *toy_device_reads(const struct kind *k, const struct toy *t)
{
	if (k->device_snoops && has(&t->l1))
		return t->l1.byte;
	return k->device_snoops && has(&t->l2) ? t->l2.byte : t->dram;
}

static void toy_maintain(const struct kind *k, struct toy *t, enum event ev)
{
	if (ev == CLEAN || ev == FLUSH) {
		toy_clean1(k, t);
		if (ev == FLUSH)
			lose(&t->l1);
		toy_clean2(t);
		if (ev == FLUSH)
			lose(&t->l2);
		return;
	}
	if (ev != INVALIDATE1)
		lose(&t->l2);
	if (ev != INVALIDATE2)
		lose(&t->l1);
}

/* What a read sees, else NULL. */
static const uint8_t *toy_event(const struct kind *k, struct toy *t, enum event ev,
				uint8_t value)
{
	switch (ev) {
	case LOAD:
		toy_fetch(k, t);
		return t->l1.byte;
	case UNCACHED_LOAD:
		return k->uncached_looks_up && has(&t->l2) ? t->l2.byte : t->dram;
	case DEVICE_READ:
		return toy_device_reads(k, t);
	case STORE:
	case STORE_FIRST:
		toy_store(k, t, covers(ev), value);
		return NULL;
	case UNCACHED_STORE:
		toy_store_uncached(k, t, covers(ev), value);
		return NULL;
	case DEVICE_WRITE:
	case DEVICE_WRITE_SECOND:
		toy_device_writes(k, t, covers(ev), value);
		return NULL;
	default:
		toy_maintain(k, t, ev);
		return NULL;
	}
}

/* ---- all schedules ------------------------------------------------------------------ */

#define NR_SLOTS	(4 * MOST)

/* Machines that differ, and a table to find them by. */
struct crowd {
	unsigned nr;
	struct toy toy[MOST];
	uint16_t slot[NR_SLOTS];	/* index + 1 */
};

static uint32_t toy_hash(const struct toy *t)
{
	const uint8_t *p = (const uint8_t *)t;
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < sizeof(*t); i++)
		hash = (hash ^ p[i]) * 16777619u;
	return hash ^ hash >> 13;
}

static void join(struct crowd *c, const struct toy *t)
{
	uint32_t at = toy_hash(t) % NR_SLOTS;

	for (; c->slot[at]; at = (at + 1) % NR_SLOTS)
		if (!memcmp(&c->toy[c->slot[at] - 1], t, sizeof(*t)))
			return;
	assert_true(c->nr < MOST);
	c->toy[c->nr] = *t;
	c->slot[at] = (uint16_t)++c->nr;
}

static void disperse(struct crowd *c)
{
	for (unsigned i = 0; i < c->nr; i++) {
		uint32_t at = toy_hash(&c->toy[i]) % NR_SLOTS;

		for (; c->slot[at]; at = (at + 1) % NR_SLOTS)
			c->slot[at] = 0;
	}
	c->nr = 0;
}

static void let_loose(const struct kind *k, struct crowd *c)
{
	for (unsigned i = 0; i < c->nr; i++) {
		struct toy t = c->toy[i];

		if (k->fetches)
			toy_fetch(k, &t);
		join(c, &t);
		t = c->toy[i];
		if (k->fetches && k->has_l2 && !has(&t.l2))
			hold(&t.l2, 'C', t.dram);
		join(c, &t);
		t = c->toy[i];
		toy_evict(k, &t);
		join(c, &t);
		t = c->toy[i];
		if (has(&t.l2))
			toy_evict2(k, &t);
		join(c, &t);
	}
}

/* ---- the engine's side ----------------------------------------------------------------- */

struct engine {
	struct may_sets *sets;
	struct may_page_kind page;
};

/* A set, and the two bytes of each version. */
struct side {
	const struct may_set *set;
	uint8_t version[MAY_VERSIONS][2];
};

static struct engine engine_new(const struct kind *k)
{
	struct cache_rules r = {
		.l1_line_bytes = 32, .l2_line_bytes = k->has_l2 ? 32 : 0,
		.l1_allocates = k->l1_allocates, .l2_is_exclusive = k->is_exclusive,
		.l1_sends_clean = k->is_exclusive, .l1_tells_victims = k->is_exclusive,
		.l2_is_inclusive = k->is_inclusive, .fetches_unasked = k->fetches,
		.l2_allocation = k->allocates_always ? ALLOCATES_ALWAYS : ALLOCATES_AS_HINTED,
	};

	return (struct engine){
		may_sets_new(&r, 10000000),
		{ k->has_l2 ? BELOW_WRITE_ALLOCATE : BELOW_BYPASSED, k->fetches },
	};
}

static struct may_op op_of(const struct engine *e, const struct kind *k, enum event ev)
{
	struct may_op op = { .levels = LEVEL_1 | LEVEL_2, .is_whole = covers(ev) == WHOLE };

	op.path.is_inner = ev == LOAD || ev == STORE || ev == STORE_FIRST;
	op.path.below = op.path.is_inner ? e->page.below
			: k->uncached_looks_up ? BELOW_LOOKED_UP : BELOW_BYPASSED;
	op.path.is_snooping = k->device_snoops;
	switch (ev) {
	case LOAD: case UNCACHED_LOAD:
		op.verb = MAY_LOAD;
		break;
	case STORE: case STORE_FIRST: case UNCACHED_STORE:
		op.verb = MAY_STORE;
		break;
	case DEVICE_READ:
		op.verb = MAY_DEVICE_READ;
		break;
	case DEVICE_WRITE: case DEVICE_WRITE_SECOND:
		op.verb = MAY_DEVICE_WRITE;
		break;
	default:
		op.verb = MAY_MAINTAIN;
		op.op = ev == CLEAN ? DC_CLEAN : ev == FLUSH ? DC_CLEAN_INVALIDATE
							     : DC_INVALIDATE;
		op.levels = ev == INVALIDATE1 ? LEVEL_1 : ev == INVALIDATE2 ? LEVEL_2
							: LEVEL_1 | LEVEL_2;
	}
	return op;
}

static unsigned version_of(struct side *s, const uint8_t *bytes, uint16_t *in_use)
{
	unsigned free_one = (unsigned)__builtin_ctz(~(unsigned)*in_use);

	for (unsigned i = 0; i < MAY_VERSIONS; i++)
		if (*in_use >> i & 1 && !memcmp(s->version[i], bytes, 2))
			return i;
	assert_true(free_one < MAY_VERSIONS);
	memcpy(s->version[free_one], bytes, 2);
	*in_use |= (uint16_t)(1u << free_one);
	return free_one;
}

/* Values that a read may see: a bit each, two bytes of 0 to 9. */
struct values {
	uint64_t bits[2];
};

static void add_value(struct values *v, const uint8_t *bytes)
{
	unsigned n = bytes[0] * 10u + bytes[1];

	v->bits[n / 64] |= 1ull << n % 64;
}

static struct values side_event(const struct engine *e, const struct kind *k,
				const struct side *from, struct side *to, enum event ev,
				uint8_t value)
{
	struct may_op op = op_of(e, k, ev);
	struct values seen = { { 0, 0 } };
	struct may_outcome out;
	uint64_t map = MAY_SAME_MAP;
	uint16_t in_use = from->set->live;
	uint16_t over = op.verb == MAY_STORE || op.verb == MAY_DEVICE_WRITE
		? may_sets_changed(e->sets, from->set, &op, e->page) : 0;

	*to = *from;
	for (unsigned i = 0; i < MAY_VERSIONS; i++) {
		uint8_t bytes[2];

		if (!(over >> i & 1))
			continue;
		memcpy(bytes, from->version[i], 2);
		lay(bytes, covers(ev), value);
		map = (map & ~((uint64_t)15 << 4 * i)) |
		      (uint64_t)version_of(to, bytes, &in_use) << 4 * i;
	}
	out = may_sets_step(e->sets, from->set, &op, e->page, map);
	assert_non_null(out.set);
	to->set = out.set;
	for (unsigned i = 0; i < MAY_VERSIONS; i++)
		if (out.seen >> i & 1)
			add_value(&seen, from->version[i]);
	return seen;
}

/* ---- the tree of programs ----------------------------------------------------------------- */

struct walk {
	const struct kind *kind;
	struct engine engine;
	unsigned depth, nr_events;	/* of the alphabet */
	enum event program[16];
	struct crowd *crowd;		/* [depth + 1] */
	uint64_t nr_reads;
};

static void fail_of(const struct walk *w, unsigned at)
{
	GString *s = g_string_new(w->kind->name);

	for (unsigned i = 0; i <= at; i++)
		g_string_append_printf(s, "%s %s", i ? "," : ":", event_names[w->program[i]]);
	fail_msg("the last event sees other things: %s", s->str);
}

static void visit(struct walk *w, unsigned at, const struct side *from);

static void try_event(struct walk *w, unsigned at, const struct side *from, enum event ev)
{
	struct crowd *before = &w->crowd[at], *after = &w->crowd[at + 1];
	uint8_t value = (uint8_t)(at + 1);
	struct values brute = { { 0, 0 } }, engine;
	struct side to;

	w->program[at] = ev;
	disperse(after);
	for (unsigned i = 0; i < before->nr; i++) {
		struct toy t = before->toy[i];
		const uint8_t *seen = toy_event(w->kind, &t, ev, value);

		if (seen)
			add_value(&brute, seen);
		join(after, &t);
	}
	let_loose(w->kind, after);
	engine = side_event(&w->engine, w->kind, from, &to, ev, value);
	if (memcmp(&brute, &engine, sizeof(brute)))
		fail_of(w, at);
	w->nr_reads += brute.bits[0] || brute.bits[1];
	visit(w, at + 1, &to);
}

static void visit(struct walk *w, unsigned at, const struct side *from)
{
	for (unsigned ev = 0; at < w->depth && ev < w->nr_events; ev++)
		try_event(w, at, from, (enum event)ev);
}

static void walk_all(const struct kind *k, unsigned depth, unsigned nr_events)
{
	struct walk w = {
		.kind = k, .engine = engine_new(k), .depth = depth, .nr_events = nr_events,
		.crowd = g_new0(struct crowd, depth + 1),
	};
	struct may_state st = { .dram = 0 };
	struct side first = { .set = may_set_of(w.engine.sets, &st, 1, w.engine.page) };
	struct toy t = { { 'I', { 0, 0 } }, { 'I', { 0, 0 } }, { 0, 0 } };

	join(&w.crowd[0], &t);
	let_loose(k, &w.crowd[0]);
	visit(&w, 0, &first);
	assert_true(w.nr_reads > 0);
	may_sets_free(w.engine.sets);
	g_free(w.crowd);
}

/* ---- tests --------------------------------------------------------------------------------- */

static unsigned most_events(void)
{
	const char *text = g_getenv("MAY_BRUTE_EVENTS");

	return text ? (unsigned)g_ascii_strtoull(text, NULL, 10) : 6;
}

static void engine_and_enumerator_agree_on_all_short_programs(void **state)
{
	const struct kind *k = *state;

	walk_all(k, most_events(), NR_SHORT);
	walk_all(k, most_events() - 1, NR_WHOLE);
	walk_all(k, 4, NR_EVENTS);
}

int main(void)
{
	struct CMUnitTest tests[G_N_ELEMENTS(kinds)];

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		tests[i] = (struct CMUnitTest){
			g_strdup_printf("engine_and_enumerator_agree_on_all_short_programs@%s",
					kinds[i].name),
			engine_and_enumerator_agree_on_all_short_programs, NULL, NULL,
			(void *)(uintptr_t)&kinds[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
