/* SPDX-License-Identifier: MIT */
/*
 * Store buffers: see order.h.
 *
 * A buffer is a list in program order. A barrier is no entry of it but a number: each
 * DMB begins an epoch, and nothing drains while a store of an earlier epoch is held.
 *
 * A drain may run a device, which may do DMA, which is an event and may drain more: so
 * no index into a list outlives a drain, and an entry leaves the list before it acts.
 */
#include "cpu/access.h"
#include "order.h"

#include <string.h>

#define NR_HELD		16u	/* lines; more than any of our cores has, to see more */
#define PATIENCE	256u	/* events: the architecture wants "a finite time" */
#define NR_OVERTAKERS	32u
#define HELD_BYTES	128u
#define NR_LOADS	2u	/* of memcmp() */

/* Stores of two kinds are never ordered by their address: the aliases are mismatched. */
enum held_kind { HELD_CACHED, HELD_UNCACHED, HELD_OP };

/* One store, or several merged into one; or an operation on a line, all of whose bytes it has. */
struct held {
	uint64_t first_nr, last_nr;	/* program order of the oldest and youngest in it */
	uint64_t epoch;
	uint64_t since;
	enum held_kind kind;
	enum dc_op op;
	uint64_t word;			/* of the TLB, when it was executed */
	uint32_t va;			/* of the line's first byte */
	uint64_t slot;			/* where L1 has the line, if cached; else its offset */
	struct place line;
	const void *site;
	bool has[HELD_BYTES];
	uint8_t bytes[HELD_BYTES];
};

/* A store that drained while an older one was held: who reads it has seen too much. */
struct overtaker {
	const struct cpu *cpu;
	uint64_t nr;
	struct place line;
	bool has[HELD_BYTES];
};

struct store_buffer {
	struct cpu *cpu;
	struct held *held[NR_HELD];	/* in program order */
	unsigned nr;
	uint64_t epoch;
	uint64_t load_epoch;		/* of the last barrier that orders loads, too */
	uint64_t rung_nr;		/* the last register write that was delivered */
};

/* What a master has been shown of one CPU's stores. */
struct seen {
	const struct master *master;
	const struct cpu *cpu;
	uint64_t nr;
};

/* A native load, of which nobody can tell when it happens. */
struct load {
	uint32_t va;
	size_t len;
	uint64_t at;			/* the event that announced it */
};

struct order {
	struct machine *machine;
	struct stream draws;
	bool is_drawn;			/* what drains when is the chooser's; else never unforced */
	bool is_lazy;			/* what may overtake does */
	bool is_scripted;		/* only what a script says is held */
	bool is_concurrent;
	uint64_t now;			/* events so far */
	uint64_t nr_stores;
	struct store_buffer *buffers;	/* by CPU */
	struct held *spare;		/* NR_HELD for each CPU, and one that is draining */
	GPtrArray *free;
	struct overtaker overtakers[NR_OVERTAKERS];
	unsigned nr_overtakers;
	GArray *seen;			/* of struct seen */
	uint8_t forwarded[HELD_BYTES];
	struct load loads[NR_LOADS];	/* native ones in a row, the latest last */
	unsigned nr_loads;
	uint32_t line_bytes;
};

struct order *order_new(struct machine *m)
{
	struct order *o = g_new0(struct order, 1);
	unsigned nr_spare = (NR_HELD + 1) * m->nr_cpus;

	o->machine = m;
	o->draws = stream_new(m->config.seed, STREAM_ORDER);
	o->is_drawn = m->config.chooser == CHOOSER_RANDOM;
	o->is_scripted = m->config.chooser == CHOOSER_SCRIPT;
	o->is_lazy = !o->is_drawn && !o->is_scripted;
	o->line_bytes = inner_line_bytes(&m->inner);
	o->buffers = g_new0(struct store_buffer, m->nr_cpus);
	o->spare = g_new(struct held, nr_spare);
	o->free = g_ptr_array_sized_new(nr_spare);
	o->seen = g_array_new(FALSE, FALSE, sizeof(struct seen));
	for (unsigned i = 0; i < m->nr_cpus; i++)
		o->buffers[i].cpu = m->cpus[i];
	for (unsigned i = 0; i < nr_spare; i++)
		g_ptr_array_add(o->free, &o->spare[i]);
	return o;
}

void order_free(struct order *o)
{
	if (!o)
		return;
	g_ptr_array_unref(o->free);
	g_array_unref(o->seen);
	g_free(o->spare);
	g_free(o->buffers);
	g_free(o);
}

static struct store_buffer *buffer_of(const struct cpu *c)
{
	return &c->machine->order->buffers[c->idx];
}

static enum held_kind kind_of(uint64_t word)
{
	return tlb_kind(word) == PAGE_CACHED ? HELD_CACHED : HELD_UNCACHED;
}

static uint64_t line_slot(const struct cpu *c, uint64_t word, uint32_t va, struct place at)
{
	const struct inner_shape *s = &c->machine->inner;

	return kind_of(word) == HELD_CACHED ? inner_line(s, inner_seat(s, va, at)).slot
					    : inner_line_place(s, at).off;
}

/* ---- who may go before whom ------------------------------------ */

static bool overlaps(const struct held *h, uint64_t off, uint64_t len)
{
	for (unsigned i = 0; i < HELD_BYTES; i++)
		if (h->has[i] && h->line.off + i - off < len)
			return true;
	return false;
}

static bool is_of_line(const struct held *h, enum held_kind kind, uint64_t slot)
{
	return h->kind == kind && h->slot == slot;
}

static bool share_a_byte(const struct held *a, const struct held *b)
{
	if (!is_of_line(a, b->kind, b->slot))
		return false;
	for (unsigned i = 0; i < HELD_BYTES; i++)
		if (a->has[i] && b->has[i])
			return true;
	return false;
}

/* @a is the older one. */
static bool must_precede(const struct held *a, const struct held *b)
{
	bool has_op = a->kind == HELD_OP || b->kind == HELD_OP;

	return a->epoch < b->epoch || share_a_byte(a, b) ||
	       (has_op && a->line.off == b->line.off);
}

/* The oldest that the @i-th must wait for; @i itself when it may go. */
static unsigned waits_for(const struct store_buffer *b, unsigned i)
{
	for (unsigned j = 0; j < i; j++)
		if (must_precede(b->held[j], b->held[i]))
			return j;
	return i;
}

/* ---- what has been overtaken ------------------------------------ */

/* Only while an older store is held does it matter what drained before it. */
static void forget_overtakers(struct order *o)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < o->nr_overtakers; i++) {
		const struct store_buffer *b = &o->buffers[o->overtakers[i].cpu->idx];

		if (b->nr && b->held[0]->first_nr < o->overtakers[i].nr)
			o->overtakers[kept++] = o->overtakers[i];
	}
	o->nr_overtakers = kept;
}

static void note_overtaker(struct order *o, const struct store_buffer *b, const struct held *h)
{
	struct overtaker *t;

	forget_overtakers(o);
	if (!b->nr || b->held[0]->first_nr > h->last_nr)
		return;
	if (o->nr_overtakers == NR_OVERTAKERS) {
		o->nr_overtakers--;
		memmove(o->overtakers, o->overtakers + 1, o->nr_overtakers * sizeof(*t));
	}
	t = &o->overtakers[o->nr_overtakers++];
	*t = (struct overtaker){ .cpu = b->cpu, .nr = h->last_nr, .line = h->line };
	memcpy(t->has, h->has, sizeof(t->has));
}

static bool was_read(const struct overtaker *t, struct place at, size_t len)
{
	for (unsigned i = 0; i < HELD_BYTES; i++)
		if (t->has[i] && t->line.off + i - at.off < len)
			return true;
	return false;
}

static struct seen *seen_of(struct order *o, const struct master *d, const struct cpu *c)
{
	struct seen fresh = { .master = d, .cpu = c };

	for (unsigned i = 0; i < o->seen->len; i++) {
		struct seen *s = &g_array_index(o->seen, struct seen, i);

		if (s->master == d && s->cpu == c)
			return s;
	}
	g_array_append_val(o->seen, fresh);
	return &g_array_index(o->seen, struct seen, o->seen->len - 1);
}

static void note_seen(struct order *o, const struct master *d, struct place at, size_t len)
{
	for (unsigned i = 0; i < o->nr_overtakers; i++) {
		const struct overtaker *t = &o->overtakers[i];

		if (was_read(t, at, len)) {
			struct seen *s = seen_of(o, d, t->cpu);

			s->nr = MAX(s->nr, t->nr);
		}
	}
}

static enum observe_order judge_held(struct order *o, const struct master *d,
				     const struct store_buffer *b, const struct held *h)
{
	if (!d)
		return ORDER_RACE;
	if (h->first_nr < b->rung_nr)
		return ORDER_BROKEN_BY_REGISTER;
	return h->first_nr < seen_of(o, d, b->cpu)->nr ? ORDER_BROKEN_BY_MEMORY : ORDER_RACE;
}

enum observe_order order_judge(struct machine *m, const struct master *d, const struct cpu *c,
			       struct place at, size_t len)
{
	struct order *o = m->order;
	enum observe_order worst = ORDER_KEPT;

	if (d)
		note_seen(o, d, at, len);
	for (unsigned n = 0; n < m->nr_cpus; n++) {
		const struct store_buffer *b = &o->buffers[n];

		for (unsigned i = 0; i < b->nr && b->cpu != c; i++)
			if (b->held[i]->kind != HELD_OP && overlaps(b->held[i], at.off, len))
				worst = MAX(worst, judge_held(o, d, b, b->held[i]));
	}
	return worst;
}

void order_rang(struct cpu *c)
{
	buffer_of(c)->rung_nr = ++c->machine->order->nr_stores;
}

/* ---- draining ------------------------------------ */

static void tell_drain(struct machine *m, const struct held *h, unsigned first, unsigned len)
{
	struct place at = place_add(h->line, first);

	if (line_is_watched(m, at.off)) {
		struct observe_event ev = machine_event(m, OBSERVE_DRAIN, at, h->bytes + first,
							len);

		machine_tell(m, &ev);
	}
}

/* Each run of bytes is a store of its own: what lies between was not written. */
static void take_effect(struct cpu *c, const struct held *h)
{
	struct machine *m = c->machine;

	if (h->kind == HELD_OP) {
		m->actor = (struct actor){ .cpu = c, .site = h->site };
		dc_perform(c, h->op, h->word, h->va, true);
		return;
	}
	for (unsigned i = 0, end; i < HELD_BYTES; i = end) {
		end = i + 1;
		if (!h->has[i])
			continue;
		while (end < HELD_BYTES && h->has[end])
			end++;
		m->actor = (struct actor){
			.cpu = c, .va = h->va + i, .attrs = tlb_attrs(h->word), .site = h->site,
		};
		access_put(c, h->word, h->va + i, place_add(h->line, i), h->bytes + i, end - i);
		tell_drain(m, h, i, end - i);
	}
}

static void drain_one(struct store_buffer *b, unsigned i)
{
	struct machine *m = b->cpu->machine;
	struct order *o = m->order;
	struct actor before = m->actor;
	struct held *h = b->held[i];

	memmove(&b->held[i], &b->held[i + 1], (--b->nr - i) * sizeof(h));
	note_overtaker(o, b, h);
	take_effect(b->cpu, h);
	g_ptr_array_add(o->free, h);
	m->actor = before;
}

/* The @i-th, and before it all that it waits for. */
static void drain(struct store_buffer *b, unsigned i)
{
	const struct held *h = b->held[i];

	for (;;) {
		for (i = 0; i < b->nr && b->held[i] != h; i++)
			;
		if (i == b->nr)
			return;

		unsigned first = waits_for(b, i);

		if (first == i)
			return drain_one(b, i);
		drain(b, first);
	}
}

static void drain_before_epoch(struct store_buffer *b, uint64_t epoch)
{
	while (b->nr && b->held[0]->epoch < epoch)
		drain_one(b, 0);
}

static void drain_overlapping(struct store_buffer *b, uint64_t off, uint64_t len)
{
	for (unsigned i = 0; i < b->nr;) {
		if (overlaps(b->held[i], off, len)) {
			drain(b, i);
			i = 0;
		} else {
			i++;
		}
	}
}

void order_drain_range(struct machine *m, uint64_t off, uint64_t len)
{
	for (unsigned n = 0; n < m->nr_cpus; n++)
		drain_overlapping(&m->order->buffers[n], off, len);
}

/* ---- when the chooser likes ------------------------------------ */

static unsigned nr_free_to_go(const struct store_buffer *b)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < b->nr; i++)
		nr += waits_for(b, i) == i;
	return nr;
}

static void drain_any(struct order *o, struct store_buffer *b)
{
	unsigned pick = stream_below(&o->draws, nr_free_to_go(b));

	for (unsigned i = 0; i < b->nr; i++)
		if (waits_for(b, i) == i && !pick--)
			return drain_one(b, i);
}

static void step(struct machine *m)
{
	struct order *o = m->order;

	o->now++;
	for (unsigned n = 0; n < m->nr_cpus; n++) {
		struct store_buffer *b = &o->buffers[n];

		while (o->is_drawn && b->nr && stream_below(&o->draws, 4) == 0)
			drain_any(o, b);
		if (b->nr && o->now - b->held[0]->since > PATIENCE)
			drain_one(b, 0);
	}
}

static void drain_all(struct store_buffer *b)
{
	while (b->nr)
		drain_one(b, 0);
}

bool order_is_concurrent(const struct machine *m)
{
	return m->run || (m->order && m->order->is_concurrent);
}

static void drain_unless_rung(struct order *o, struct store_buffer *b)
{
	if (!order_is_concurrent(o->machine) && b->nr && b->held[0]->first_nr > b->rung_nr)
		drain_all(b);
}

/* Native stores of the others are seen now: none that a DMB put before them may be held. */
void order_step(struct cpu *c)
{
	struct machine *m = c->machine;

	step(m);
	for (unsigned n = 0; n < m->nr_cpus; n++) {
		struct store_buffer *b = &m->order->buffers[n];

		if (b->cpu == c)
			continue;
		drain_before_epoch(b, b->epoch);
		drain_unless_rung(m->order, b);
	}
}

void order_step_master(struct machine *m)
{
	step(m);
	for (unsigned n = 0; n < m->nr_cpus; n++)
		drain_unless_rung(m->order, &m->order->buffers[n]);
}

bool order_set_concurrent(struct machine *m, bool is_concurrent)
{
	bool was_concurrent = m->order && m->order->is_concurrent;

	if (m->order)
		m->order->is_concurrent = is_concurrent;
	return was_concurrent;
}

/* ---- holding ------------------------------------ */

/* Two stores may be one to whoever is outside; two to the same bytes are. */
static struct held *merges_into(struct order *o, struct store_buffer *b, const struct held *h)
{
	for (unsigned i = b->nr; i; i--) {
		struct held *old = b->held[i - 1];

		if (old->epoch != h->epoch)
			return NULL;
		if (!is_of_line(old, h->kind, h->slot))
			continue;
		if (share_a_byte(old, h) ||
		    (o->is_drawn && old->word == h->word && stream_below(&o->draws, 2)))
			return old;
	}
	return NULL;
}

/*
 * Not into one that a store between them, to bytes of theirs, waits for: that one
 * would then wait for its own elder.
 */
static bool is_last_to_its_bytes(const struct store_buffer *b, const struct held *into,
				 const struct held *h)
{
	for (unsigned i = b->nr; i && b->held[i - 1] != into; i--)
		if (must_precede(b->held[i - 1], h))
			return false;
	return true;
}

static void merge(struct held *into, const struct held *h)
{
	for (unsigned i = 0; i < HELD_BYTES; i++) {
		if (h->has[i])
			into->bytes[i] = h->bytes[i];
		into->has[i] |= h->has[i];
	}
	into->last_nr = h->last_nr;
	into->site = h->site;
}

static struct held *add(struct order *o, struct store_buffer *b, const struct held *h)
{
	struct held *own;

	if (b->nr == NR_HELD)
		drain_one(b, 0);
	own = g_ptr_array_remove_index_fast(o->free, o->free->len - 1);
	*own = *h;
	b->held[b->nr++] = own;
	return own;
}

/* Lazy: it may overtake the oldest, so it does. */
static bool may_overtake(const struct store_buffer *b)
{
	return b->nr > 1 && waits_for(b, b->nr - 1) == b->nr - 1;
}

static void hold(struct order *o, struct store_buffer *b, const struct held *h)
{
	struct held *into = h->kind == HELD_OP ? NULL : merges_into(o, b, h);

	if (into && is_last_to_its_bytes(b, into, h)) {
		merge(into, h);
		return;
	}
	add(o, b, h);
	if (o->is_lazy && may_overtake(b))
		drain_one(b, b->nr - 1);
}

static bool is_held(struct machine *m, uint64_t word, struct place at)
{
	return tlb_attrs(word).type == MEM_NORMAL &&
	       (tlb_kind(word) != PAGE_CACHED || line_is_watched(m, at.off));
}

/* Under a script: the youngest goes on at once, unless it became part of one that is held. */
static void pass_on(struct store_buffer *b, uint64_t nr)
{
	const struct held *youngest = b->nr ? b->held[b->nr - 1] : NULL;

	if (youngest && youngest->first_nr == nr)
		drain(b, b->nr - 1);
}

static void hold_or_pass_on(struct order *o, struct store_buffer *b, const struct held *h)
{
	bool is_asked_for = unasked_takes_hold(o->machine);

	if (!o->is_scripted)
		unasked_note_hold(o->machine, h->line);
	hold(o, b, h);
	if (o->is_scripted && !is_asked_for)
		pass_on(b, h->first_nr);
}

void order_store(struct cpu *c, uint64_t word, uint32_t va, struct place at, const void *buf,
		 size_t len)
{
	struct order *o = c->machine->order;
	struct store_buffer *b = buffer_of(c);
	unsigned first = (unsigned)(at.off & (o->line_bytes - 1));
	struct held h = {
		.first_nr = ++o->nr_stores, .last_nr = o->nr_stores, .epoch = b->epoch,
		.since = o->now, .word = word, .va = va - first,
		.kind = kind_of(word),
		.line = { at.pa - first, at.off - first }, .site = c->machine->actor.site,
		.slot = line_slot(c, word, va, at),
	};

	if (!is_held(c->machine, word, at)) {
		drain_before_epoch(b, b->epoch);
		access_put(c, word, va, at, buf, len);
		return;
	}
	memcpy(h.bytes + first, buf, len);
	memset(h.has + first, true, len);
	hold_or_pass_on(o, b, &h);
}

/* ---- what forces a drain ------------------------------------ */

void order_before_register(struct cpu *c, bool is_write)
{
	struct store_buffer *b = buffer_of(c);

	drain_before_epoch(b, is_write ? b->epoch : b->load_epoch);
}

static int find_op(const struct store_buffer *b, uint64_t line_off)
{
	for (unsigned i = 0; i < b->nr; i++)
		if (b->held[i]->kind == HELD_OP && b->held[i]->line.off == line_off)
			return (int)i;
	return -1;
}

void order_before_load(struct cpu *c, struct place at)
{
	struct store_buffer *b = buffer_of(c);
	uint64_t line_off = inner_line_place(&c->machine->inner, at).off;
	int i;

	drain_before_epoch(b, b->load_epoch);
	while ((i = find_op(b, line_off)) >= 0)
		drain(b, (unsigned)i);
}

static bool may_hold_op(const struct order *o, struct place line)
{
	return !o->is_scripted || unasked_will_hold(o->machine, line);
}

bool order_holds_op(struct cpu *c, enum dc_op op, uint64_t word, uint32_t va)
{
	struct machine *m = c->machine;
	struct store_buffer *b = buffer_of(c);
	struct place line = inner_line_place(&m->inner, place_of(m, word, va));
	struct held h = {
		.first_nr = ++m->order->nr_stores, .last_nr = m->order->nr_stores,
		.epoch = b->epoch, .since = m->order->now, .kind = HELD_OP, .op = op, .word = word,
		.va = va, .slot = line.off, .line = line, .site = m->actor.site,
	};

	if (!line_is_watched(m, line.off) || !may_hold_op(m->order, line)) {
		drain_before_epoch(b, b->epoch);
		drain_overlapping(b, line.off, inner_line_bytes(&m->inner));
		return false;
	}
	memset(h.has, true, inner_line_bytes(&m->inner));
	event_waits(m, line);
	hold_or_pass_on(m->order, b, &h);
	return true;
}

void order_barrier(struct cpu *c, enum barrier_kind kind, bool is_dsb)
{
	struct store_buffer *b = buffer_of(c);

	b->epoch++;
	if (kind == BARRIER_SY)
		b->load_epoch = b->epoch;
	if (is_dsb)
		drain_before_epoch(b, b->epoch);
}

/* ---- native accesses ------------------------------------ */

static void lay_over(const struct held *h, struct place at, uint8_t *bytes, size_t len)
{
	for (unsigned i = 0; i < HELD_BYTES; i++) {
		uint64_t idx = h->line.off + i - at.off;

		if (h->has[i] && idx < len)
			bytes[idx] = h->bytes[i];
	}
}

/* Does @c hold any of it? If so, lay that over @bytes, unless it is NULL. */
static bool lay_own_over(const struct cpu *c, uint64_t word, uint32_t va, struct place at,
			 uint8_t *bytes, size_t len)
{
	const struct store_buffer *b = buffer_of(c);
	uint64_t slot = line_slot(c, word, va, at);
	bool has_some = false;

	for (unsigned i = 0; i < b->nr; i++) {
		if (!is_of_line(b->held[i], kind_of(word), slot) ||
		    !overlaps(b->held[i], at.off, len))
			continue;
		has_some = true;
		if (bytes)
			lay_over(b->held[i], at, bytes, len);
	}
	return has_some;
}

const uint8_t *order_forward(struct cpu *c, uint64_t word, uint32_t va, struct place at,
			     const uint8_t *bytes, size_t len)
{
	uint8_t *buf = c->machine->order->forwarded;

	if (!lay_own_over(c, word, va, at, NULL, len))
		return bytes;
	memcpy(buf, bytes, len);
	lay_own_over(c, word, va, at, buf, len);
	return buf;
}

/* The line of L1's image is as it was by the next event; nobody looks at the nc image. */
static void borrow(struct cpu *c, uint32_t va, struct place at)
{
	struct machine *m = c->machine;
	struct lent_line lent = {
		.slot = inner_line(&m->inner, inner_seat(&m->inner, va, at)).slot,
	};

	memcpy(lent.bytes, m->inner.bytes + lent.slot, inner_line_bytes(&m->inner));
	g_array_append_val(m->lent, lent);
	if (!m->pending.cpu)
		m->pending = (struct pending){ .cpu = c, .va = va };
}

void order_show(struct cpu *c, uint64_t word, uint32_t va, size_t len, bool is_store)
{
	struct machine *m = c->machine;
	struct place at = place_of(m, word, va);

	if (!is_store && !lay_own_over(c, word, va, at, NULL, len))
		return;
	if (tlb_kind(word) == PAGE_CACHED)
		borrow(c, va, at);
	lay_own_over(c, word, va, at, window_bytes(m, word, va, at), len);
}

void order_note_load(struct cpu *c, uint32_t va, size_t len)
{
	struct order *o = c->machine->order;
	bool is_next = o->nr_loads && o->loads[o->nr_loads - 1].at + 1 == o->now;

	if (!is_next)
		o->nr_loads = 0;
	if (o->nr_loads == NR_LOADS)
		memmove(o->loads, o->loads + 1, --o->nr_loads * sizeof(o->loads[0]));
	o->loads[o->nr_loads++] = (struct load){ .va = va, .len = len, .at = o->now };
}

static void show_load(struct cpu *c, uint32_t va, size_t len)
{
	struct machine *m = c->machine;

	while (len) {
		struct cpu_fault f;
		uint64_t word = tlb_find(c, va, false, &f);
		size_t piece = piece_len(m, va, len);

		if (word && is_ram(word))
			order_show(c, word, va, piece, false);
		va += (uint32_t)piece;
		len -= piece;
	}
}

void order_show_loads(struct cpu *c)
{
	const struct order *o = c->machine->order;

	if (!buffer_of(c)->nr || !o->nr_loads || o->loads[o->nr_loads - 1].at + 1 < o->now)
		return;
	for (unsigned i = 0; i < o->nr_loads; i++)
		show_load(c, o->loads[i].va, o->loads[i].len);
}

/* ---- asking ------------------------------------ */

void machine_lay_held_over(const struct machine *m, uint64_t pa, void *buf, size_t len)
{
	for (unsigned n = 0; m->order && n < m->nr_cpus; n++) {
		const struct store_buffer *b = &m->order->buffers[n];

		for (unsigned i = 0; i < b->nr; i++) {
			const struct held *h = b->held[i];
			struct place at = { pa, h->line.off + (pa - h->line.pa) };

			if (h->kind != HELD_OP)
				lay_over(h, at, buf, len);
		}
	}
}
