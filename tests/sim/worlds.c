/* SPDX-License-Identifier: MIT */
/* Every world that could be: see worlds.h. */
#include "worlds.h"

#include <string.h>

#define MAX_WORLDS	512u
#define SEEN_SLOTS	2048u		/* a power of two, several times the above */
#define COPIES		(WORLDS_CPUS * WORLDS_VIEWS)
#define NO_STORE	UINT32_MAX	/* or: to another byte of the line */

enum copy_state { ABSENT, CLEAN, DIRTY };

/* A value is the number of the store that made it. */
struct copy {
	uint32_t store;			/* 0 while absent, so that equal worlds are equal bytes */
	uint32_t state;			/* enum copy_state */
};

/* A store that its CPU holds back. */
struct pending {
	uint32_t is_there;
	uint32_t store;
};

struct world {
	uint32_t dram;
	uint32_t bus;			/* in the buffer of a level 2 on the bus; or NO_STORE */
	struct copy l2;
	struct copy l1[COPIES];
	struct pending cached[COPIES], uncached[WORLDS_CPUS];
};

struct byte {
	GByteArray *stores;		/* every value ever, by number */
	struct world *set;
	unsigned nr;
	bool is_lost;
	bool is_held[WORLDS_CPUS];	/* some world has a store of that CPU pending */
};

struct worlds {
	struct worlds_shape shape;
	struct byte *bytes;
	unsigned nr_bytes;
	struct world old[MAX_WORLDS];	/* the set that a step works on */
	unsigned nr_old;
	uint32_t answers[8];		/* a bit for each byte that could have been read last */
	uint16_t seen[SEEN_SLOTS];	/* 1 + index into the set; 0: nothing */
};

G_STATIC_ASSERT(sizeof(struct world) % sizeof(uint64_t) == 0);

/* ---- sets --------------------------------------------- */

static uint64_t hash_of(const struct world *x)
{
	uint64_t words[sizeof(*x) / sizeof(uint64_t)], hash = 0;

	memcpy(words, x, sizeof(words));
	for (unsigned i = 0; i < G_N_ELEMENTS(words); i++)
		hash = (hash ^ words[i]) * 0x9e3779b97f4a7c15u;
	return hash >> 32;
}

/* Where @x is in the table of what is in the set already, or would be. */
static uint16_t *seen(struct worlds *w, const struct byte *b, const struct world *x)
{
	uint64_t at = hash_of(x);

	for (;; at++) {
		uint16_t *slot = &w->seen[at % SEEN_SLOTS];

		if (!*slot || !memcmp(&b->set[*slot - 1], x, sizeof(*x)))
			return slot;
	}
}

static void put(struct worlds *w, struct byte *b, const struct world *x)
{
	uint16_t *slot = seen(w, b, x);

	if (*slot || b->is_lost)
		return;
	b->is_lost = b->nr == MAX_WORLDS;
	if (b->is_lost)
		return;
	b->set[b->nr++] = *x;
	*slot = (uint16_t)b->nr;
}

/* The set becomes the old one, and a step puts its worlds. */
static struct byte *begin(struct worlds *w, unsigned idx)
{
	struct byte *b = &w->bytes[idx];

	w->nr_old = b->is_lost ? 0 : b->nr;
	memcpy(w->old, b->set, w->nr_old * sizeof(*w->old));
	b->nr = 0;
	memset(w->seen, 0, sizeof(w->seen));
	return b;
}

static unsigned copy_of(const struct worlds *w, struct worlds_who who)
{
	return who.cpu * WORLDS_VIEWS + (w->shape.nr_views > 1 ? who.view : 0);
}

static const struct copy no_copy = { 0, ABSENT };

static struct copy holds(uint32_t store, enum copy_state state)
{
	return (struct copy){ store, state };
}

static uint32_t new_store(struct byte *b, uint8_t value)
{
	g_byte_array_append(b->stores, &value, 1);
	return b->stores->len - 1;
}

/* ---- downward: each way that it can go is a world ------------------------------------- */

/* An uncached write, or a line that level 2 lets go: into DRAM, or a buffer before it. */
static void to_dram(struct worlds *w, struct byte *b, struct world x, uint32_t store)
{
	if (w->shape.is_buffered && w->shape.l2 == WORLDS_L2_REGISTERS) {
		struct world held = x;

		held.bus = store;
		put(w, b, &held);
	}
	x.bus = NO_STORE;		/* the buffer has one order for one address */
	x.dram = store;
	put(w, b, &x);
}

/* A dirty line of level 1 moves out; @x has lost it already. */
static void to_l2(struct worlds *w, struct byte *b, struct world x, uint32_t store)
{
	if (w->shape.l2 == WORLDS_NO_L2 || x.l2.state == ABSENT)
		to_dram(w, b, x, store);
	if (w->shape.l2 != WORLDS_NO_L2) {
		x.l2 = holds(store, DIRTY);
		put(w, b, &x);
	}
}

/* What a read below level 1 would find. */
static uint32_t below(const struct world *x)
{
	if (x->l2.state != ABSENT)
		return x->l2.store;
	return x->bus != NO_STORE ? x->bus : x->dram;
}

/* ---- what caches do unasked --------------------------------------------- */

static bool is_peer(const struct worlds *w, unsigned one, unsigned other)
{
	return w->shape.is_coherent && one != other && one % WORLDS_VIEWS == other % WORLDS_VIEWS;
}

static uint32_t source(const struct worlds *w, const struct world *x, unsigned copy)
{
	for (unsigned i = 0; i < COPIES; i++)
		if (is_peer(w, copy, i) && x->l1[i].state != ABSENT)
			return x->l1[i].store;
	return below(x);
}

static bool exists(const struct worlds *w, unsigned copy)
{
	return copy / WORLDS_VIEWS < w->shape.nr_cpus && copy % WORLDS_VIEWS < w->shape.nr_views;
}

static void l1_moves(struct worlds *w, struct byte *b, const struct world *x, unsigned i)
{
	struct world next = *x;

	if (x->l1[i].state == ABSENT) {
		next.l1[i] = holds(source(w, x, i), CLEAN);
		put(w, b, &next);
		return;
	}
	next.l1[i] = no_copy;
	if (x->l1[i].state == DIRTY) {
		to_l2(w, b, next, x->l1[i].store);
		return;
	}
	put(w, b, &next);
	if (w->shape.is_exclusive) {	/* a clean victim is written there, newer bytes or not */
		next.l2 = holds(x->l1[i].store, x->l2.state == DIRTY ? DIRTY : CLEAN);
		put(w, b, &next);
	}
}

static void l2_moves(struct worlds *w, struct byte *b, const struct world *x)
{
	struct world next = *x;

	if (w->shape.l2 == WORLDS_NO_L2)
		return;
	if (x->l2.state == ABSENT) {
		next.l2 = holds(below(x), CLEAN);
		put(w, b, &next);
		return;
	}
	next.l2 = no_copy;
	if (x->l2.state == DIRTY)
		to_dram(w, b, next, x->l2.store);
	else
		put(w, b, &next);
}

static void cached_store(struct worlds *w, struct byte *b, const struct world *x,
			 unsigned copy, uint32_t store);
static void uncached_store(struct worlds *w, struct byte *b, const struct world *x,
			   uint32_t store);

static void buffers_drain(struct worlds *w, struct byte *b, const struct world *x)
{
	struct world next = *x;

	if (x->bus != NO_STORE) {
		next.dram = x->bus;
		next.bus = NO_STORE;
		put(w, b, &next);
	}
	for (unsigned i = 0; i < COPIES; i++) {
		next = *x;
		next.cached[i] = (struct pending){ 0 };
		if (x->cached[i].is_there)
			cached_store(w, b, &next, i, x->cached[i].store);
	}
	for (unsigned i = 0; i < WORLDS_CPUS; i++) {
		next = *x;
		next.uncached[i] = (struct pending){ 0 };
		if (x->uncached[i].is_there)
			uncached_store(w, b, &next, x->uncached[i].store);
	}
}

/* The set grows while it is gone through, until nothing new comes. */
static void close_set(struct worlds *w, struct byte *b)
{
	for (unsigned i = 0; i < b->nr && !b->is_lost; i++) {
		struct world x = b->set[i];

		for (unsigned copy = 0; copy < COPIES; copy++)
			if (exists(w, copy))
				l1_moves(w, b, &x, copy);
		l2_moves(w, b, &x);
		buffers_drain(w, b, &x);
	}
}

/* ---- stores --------------------------------------------- */

/*
 * Where the line must be there and is not, another world of the closed set has filled it.
 */
static void cached_store(struct worlds *w, struct byte *b, const struct world *x,
			 unsigned copy, uint32_t store)
{
	struct world next = *x;
	bool is_there = x->l1[copy].state != ABSENT;
	uint32_t value = store == NO_STORE ? source(w, x, copy) : store;

	for (unsigned i = 0; i < COPIES; i++)
		if (is_peer(w, copy, i))
			next.l1[i] = no_copy;
	if (is_there) {
		next.l1[copy] = holds(store == NO_STORE ? x->l1[copy].store : store, DIRTY);
		put(w, b, &next);
	} else if (!w->shape.allocates_on_store) {
		to_l2(w, b, next, value);
	}
}

static void uncached_store(struct worlds *w, struct byte *b, const struct world *x,
			   uint32_t store)
{
	struct world next = *x;

	if (w->shape.looks_up && next.l2.state != ABSENT)
		next.l2.store = store;
	to_dram(w, b, next, store);
}

/* A newer store takes the place of one to the same byte; one to another byte joins it. */
static struct pending joined(struct pending old, uint32_t store)
{
	if (store == NO_STORE && old.is_there)
		return old;
	return (struct pending){ true, store };
}

void worlds_store(struct worlds *w, unsigned idx, struct worlds_who who, const uint8_t *value)
{
	struct byte *b = begin(w, idx);
	uint32_t store = value ? new_store(b, *value) : NO_STORE;
	unsigned copy = copy_of(w, who);

	for (unsigned i = 0; i < w->nr_old; i++) {
		struct world x = w->old[i], held = x;

		if (value)
			x.cached[copy] = (struct pending){ 0 };
		cached_store(w, b, &x, copy, store);
		held.cached[copy] = joined(held.cached[copy], store);
		if (w->shape.is_buffered)
			put(w, b, &held);
	}
	b->is_held[who.cpu] = w->shape.is_buffered;
	close_set(w, b);
}

void worlds_store_uncached(struct worlds *w, unsigned idx, unsigned cpu, const uint8_t *value)
{
	struct byte *b;
	uint32_t store;

	if (!value)		/* only that byte changes */
		return;
	b = begin(w, idx);
	store = new_store(b, *value);
	for (unsigned i = 0; i < w->nr_old; i++) {
		struct world x = w->old[i], held = x;

		x.uncached[cpu] = (struct pending){ 0 };
		uncached_store(w, b, &x, store);
		held.uncached[cpu] = joined(held.uncached[cpu], store);
		if (w->shape.is_buffered)
			put(w, b, &held);
	}
	b->is_held[cpu] = w->shape.is_buffered;
	close_set(w, b);
}

/* ---- observations --------------------------------------------- */

/* All that a world allows an observation to return. */
struct answers {
	uint32_t stores[COPIES + 2];
	unsigned nr;
};

static void add_answer(struct answers *a, uint32_t store)
{
	if (store != NO_STORE)
		a->stores[a->nr++] = store;
}

/* From the CPU's own buffer, of whichever kind: two attributes promise no order. */
static void add_forwarded(struct answers *a, const struct world *x, unsigned cpu)
{
	const struct pending *own = &x->cached[cpu * WORLDS_VIEWS];

	for (unsigned i = 0; i < WORLDS_VIEWS; i++)
		if (own[i].is_there)
			add_answer(a, own[i].store);
	if (x->uncached[cpu].is_there)
		add_answer(a, x->uncached[cpu].store);
}

/* The line is there: where it is not, another world has filled it. */
static void answers_load(const struct worlds *w, const struct world *x, struct worlds_who who,
			 struct answers *ret)
{
	unsigned copy = copy_of(w, who);
	bool is_hidden = x->cached[copy].is_there && x->cached[copy].store != NO_STORE;

	add_forwarded(ret, x, who.cpu);
	if (!is_hidden && x->l1[copy].state != ABSENT)
		add_answer(ret, x->l1[copy].store);
}

static void answers_uncached(const struct worlds *w, const struct world *x,
			     struct worlds_who who, struct answers *ret)
{
	add_forwarded(ret, x, who.cpu);
	if (!x->uncached[who.cpu].is_there)
		add_answer(ret, w->shape.looks_up ? below(x)
						  : x->bus != NO_STORE ? x->bus : x->dram);
}

static void answers_dma(const struct worlds *w, const struct world *x, struct worlds_who who,
			struct answers *ret)
{
	add_answer(ret, x->dram);
}

/* The newest copy, which a port that snoops finds. */
static void answers_snoop(const struct worlds *w, const struct world *x, struct worlds_who who,
			  struct answers *ret)
{
	for (unsigned i = 0; i < COPIES; i++) {
		if (x->l1[i].state != ABSENT) {
			add_answer(ret, x->l1[i].store);
			return;
		}
	}
	add_answer(ret, below(x));
}

typedef void (*answers_fn)(const struct worlds *w, const struct world *x, struct worlds_who who,
			   struct answers *ret);

static bool is_among(struct worlds *w, const struct byte *b, const struct answers *a, uint8_t got)
{
	bool is_found = false;

	for (unsigned i = 0; i < a->nr; i++) {
		uint8_t value = b->stores->data[a->stores[i]];

		w->answers[value / 32] |= 1u << value % 32;
		is_found |= value == got;
	}
	return is_found;
}

/* Keep the worlds that would have answered so. False if there is none. */
static bool observe(struct worlds *w, unsigned idx, struct worlds_who who, uint8_t got,
		    answers_fn answers_of)
{
	struct byte *b = begin(w, idx);

	memset(w->answers, 0, sizeof(w->answers));
	for (unsigned i = 0; i < w->nr_old; i++) {
		struct answers a = { .nr = 0 };

		answers_of(w, &w->old[i], who, &a);
		if (is_among(w, b, &a, got))
			put(w, b, &w->old[i]);
	}
	if (b->nr != w->nr_old)		/* all that was left is closed; less may not be */
		close_set(w, b);
	return b->nr || b->is_lost;
}

bool worlds_load(struct worlds *w, unsigned idx, struct worlds_who who, uint8_t got)
{
	return observe(w, idx, who, got, answers_load);
}

bool worlds_load_uncached(struct worlds *w, unsigned idx, unsigned cpu, uint8_t got)
{
	return observe(w, idx, (struct worlds_who){ cpu, 0 }, got, answers_uncached);
}

bool worlds_dma_read(struct worlds *w, unsigned idx, bool is_coherent, uint8_t got)
{
	return observe(w, idx, (struct worlds_who){ 0 }, got,
		       is_coherent ? answers_snoop : answers_dma);
}

unsigned worlds_nr_answers(const struct worlds *w)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < G_N_ELEMENTS(w->answers); i++)
		nr += (unsigned)__builtin_popcount(w->answers[i]);
	return nr;
}

/* What a coherent write cleans before it goes out. */
static uint32_t newest_dirty(const struct world *x)
{
	for (unsigned i = 0; i < COPIES; i++)
		if (x->l1[i].state == DIRTY)
			return x->l1[i].store;
	if (x->l2.state == DIRTY)
		return x->l2.store;
	return x->bus != NO_STORE ? x->bus : x->dram;
}

void worlds_dma_write(struct worlds *w, unsigned idx, bool is_coherent, const uint8_t *value)
{
	struct byte *b;
	uint32_t store;

	if (!value && !is_coherent)
		return;
	b = begin(w, idx);
	store = value ? new_store(b, *value) : NO_STORE;
	for (unsigned i = 0; i < w->nr_old; i++) {
		struct world x = w->old[i];

		if (is_coherent) {
			x.dram = value ? store : newest_dirty(&x);
			x.bus = NO_STORE;
			x.l2 = no_copy;
			for (unsigned copy = 0; copy < COPIES; copy++)
				x.l1[copy] = no_copy;
		} else {
			x.dram = store;
		}
		put(w, b, &x);
		if (is_coherent && w->shape.l2 != WORLDS_NO_L2) {	/* or level 2 took it */
			x.l2 = holds(x.dram, DIRTY);
			put(w, b, &x);
		}
	}
	close_set(w, b);
}

/* ---- maintenance --------------------------------------------- */

static bool is_drained(const struct world *x, unsigned cpu)
{
	for (unsigned i = 0; i < WORLDS_VIEWS; i++)
		if (x->cached[cpu * WORLDS_VIEWS + i].is_there)
			return false;
	return !x->uncached[cpu].is_there;
}

/* An operation by address is told to all coherent CPUs; it means one view. */
static unsigned meant_by_address(const struct worlds *w, struct worlds_who who)
{
	unsigned mine = copy_of(w, who), meant = 1u << mine;

	for (unsigned copy = 0; copy < COPIES; copy++)
		if (is_peer(w, mine, copy))
			meant |= 1u << copy;
	return meant;
}

static unsigned all_of_cpu(unsigned cpu)
{
	return ((1u << WORLDS_VIEWS) - 1) << cpu * WORLDS_VIEWS;
}

/* @meant: a bit for each copy. */
static void clean_l1(struct worlds *w, struct byte *b, unsigned meant)
{
	for (unsigned i = 0; i < w->nr_old; i++) {
		struct world x = w->old[i];
		uint32_t dirty = NO_STORE;

		for (unsigned copy = 0; copy < COPIES; copy++) {
			if (!(meant >> copy & 1) || x.l1[copy].state != DIRTY)
				continue;
			dirty = x.l1[copy].store;
			x.l1[copy].state = CLEAN;
		}
		if (dirty == NO_STORE)
			put(w, b, &x);
		else
			to_l2(w, b, x, dirty);
	}
}

static void drop_l1(struct worlds *w, struct byte *b, unsigned meant)
{
	for (unsigned i = 0; i < w->nr_old; i++) {
		struct world x = w->old[i];

		for (unsigned copy = 0; copy < COPIES; copy++)
			if (meant >> copy & 1)
				x.l1[copy] = no_copy;
		put(w, b, &x);
	}
}

static void clean_l2(struct worlds *w, struct byte *b)
{
	for (unsigned i = 0; i < w->nr_old; i++) {
		struct world x = w->old[i];
		bool is_dirty = x.l2.state == DIRTY;

		if (is_dirty)
			x.l2.state = CLEAN;
		if (is_dirty)
			to_dram(w, b, x, x.l2.store);
		else
			put(w, b, &x);
	}
}

static void drop_l2(struct worlds *w, struct byte *b)
{
	for (unsigned i = 0; i < w->nr_old; i++) {
		struct world x = w->old[i];

		x.l2 = no_copy;
		put(w, b, &x);
	}
}

/* What a DSB of @cpu leaves, and a sync of the bus's buffer. */
static void keep_drained(struct worlds *w, unsigned idx, unsigned cpu, bool is_bus)
{
	struct byte *b;

	if (!w->bytes[idx].is_held[cpu] && !is_bus)
		return;
	b = begin(w, idx);
	for (unsigned i = 0; i < w->nr_old; i++)
		if (is_drained(&w->old[i], cpu) && (!is_bus || w->old[i].bus == NO_STORE))
			put(w, b, &w->old[i]);
	b->is_held[cpu] = false;
	if (b->nr != w->nr_old)
		close_set(w, b);
}

void worlds_barrier(struct worlds *w, unsigned cpu, bool is_bus)
{
	for (unsigned idx = 0; idx < w->nr_bytes && w->shape.is_buffered; idx++)
		keep_drained(w, idx, cpu, is_bus);
}

void worlds_maintain(struct worlds *w, unsigned idx, struct worlds_who who, enum worlds_op op)
{
	bool has_l2 = w->shape.l2 == WORLDS_L2_CP15;
	unsigned meant = meant_by_address(w, who);

	keep_drained(w, idx, who.cpu, false);
	if (op & WORLDS_CLEAN) {
		clean_l1(w, begin(w, idx), meant);
		if (has_l2)
			clean_l2(w, begin(w, idx));
	}
	if (op & WORLDS_INVALIDATE) {
		drop_l1(w, begin(w, idx), meant);
		if (has_l2)
			drop_l2(w, begin(w, idx));
	}
	close_set(w, &w->bytes[idx]);
}

/* Dirty copies of two views move out one after another, in either order. */
void worlds_maintain_own(struct worlds *w, unsigned idx, unsigned cpu, enum worlds_op op)
{
	keep_drained(w, idx, cpu, false);
	for (unsigned round = 0; round < 2 && op & WORLDS_CLEAN; round++) {
		for (unsigned view = 0; view < WORLDS_VIEWS; view++)
			clean_l1(w, begin(w, idx), 1u << (cpu * WORLDS_VIEWS + view));
		close_set(w, &w->bytes[idx]);
	}
	if (op & WORLDS_INVALIDATE)
		drop_l1(w, begin(w, idx), all_of_cpu(cpu));
	close_set(w, &w->bytes[idx]);
}

void worlds_maintain_l2(struct worlds *w, unsigned idx, unsigned cpu, enum worlds_op op)
{
	keep_drained(w, idx, cpu, false);
	if (op & WORLDS_CLEAN)
		clean_l2(w, begin(w, idx));
	if (op & WORLDS_INVALIDATE)
		drop_l2(w, begin(w, idx));
	close_set(w, &w->bytes[idx]);
}

/* ---- a life --------------------------------------------- */

void worlds_reset(struct worlds *w, unsigned idx, uint8_t value)
{
	struct byte *b = &w->bytes[idx];
	struct world x = { .dram = new_store(b, value), .bus = NO_STORE };

	begin(w, idx);
	b->is_lost = false;
	memset(b->is_held, 0, sizeof(b->is_held));
	put(w, b, &x);
	close_set(w, b);
}

struct worlds *worlds_new(const struct worlds_shape *shape, unsigned nr_bytes)
{
	struct worlds *w = g_new0(struct worlds, 1);

	w->shape = *shape;
	w->nr_bytes = nr_bytes;
	w->bytes = g_new0(struct byte, nr_bytes);
	for (unsigned i = 0; i < nr_bytes; i++) {
		w->bytes[i].stores = g_byte_array_new();
		w->bytes[i].set = g_new0(struct world, MAX_WORLDS);
		worlds_reset(w, i, 0);
	}
	return w;
}

void worlds_free(struct worlds *w)
{
	for (unsigned i = 0; i < w->nr_bytes; i++) {
		g_byte_array_unref(w->bytes[i].stores);
		g_free(w->bytes[i].set);
	}
	g_free(w->bytes);
	g_free(w);
}

bool worlds_is_lost(const struct worlds *w, unsigned idx)
{
	return w->bytes[idx].is_lost;
}

/* The newest stores are told last; the old set is what was possible before. */
char *worlds_say(const struct worlds *w, unsigned idx, uint8_t got)
{
	const struct byte *b = &w->bytes[idx];
	GString *s = g_string_new(NULL);

	g_string_printf(s, "read %#x; of %u stores, the last were", got, b->stores->len - 1);
	for (unsigned i = b->stores->len > 4 ? b->stores->len - 4 : 0; i < b->stores->len; i++)
		g_string_append_printf(s, " #%u %#x", i, b->stores->data[i]);
	g_string_append(s, "; DRAM could hold");
	for (unsigned i = 0; i < MIN(w->nr_old, 8u); i++)
		g_string_append_printf(s, " #%u", w->old[i].dram);
	return g_string_free(s, false);
}
