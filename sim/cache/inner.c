/* SPDX-License-Identifier: MIT */
/* Lines of level 1 that come, change and leave: see inner.h for the invariants kept here. */
#include "../sim.h"

#include <string.h>

/*
 * On the way of every miss. A seat that is passed in memory is copied there by vector
 * loads of words that have just been stored one by one; the host waits for those to leave
 * its store buffer, and with them for every miss of its own caches before them.
 */
#define inlined	static inline __attribute__((always_inline))

/* ---- shape ------------------------------------------------------------- */

static unsigned nr_colours(const struct board_cpu *b)
{
	unsigned way_bytes = b->l1d.bytes / MAX(b->l1d.nr_ways, 1u);

	return MAX(way_bytes >> PAGE_SHIFT, 1u);
}

static unsigned nr_views(const struct board_cpu *b)
{
	if (!b->l1d.bytes || b->part->is_mp)
		return 1;
	switch (b->part->l1d_indexing) {
	case INDEX_VIVT:	return 0;
	case INDEX_VIPT:	return nr_colours(b);
	default:		return 1;
	}
}

/* The boot CPU's lines and index serve all: the clusters of one board agree in them. */
void inner_shape_init(struct machine *m, const struct board_cpu *b)
{
	struct inner_shape *s = &m->inner;

	s->line_shift = (unsigned)__builtin_ctz(b->l1d.bytes ? b->l1d.line_bytes : 32);
	s->nr_views = nr_views(b);
	s->view_len = s->nr_views ? m->dram.len : 1ull << 32;
	s->is_many = m->nr_cpus > 1;
	s->is_coherent = s->is_many && b->part->is_mp;
}

uint64_t inner_image_len(const struct machine *m)
{
	return m->inner.view_len * MAX(m->inner.nr_views, 1u);
}

static void init_ways(struct inner *l1, const struct cache_geometry *g, struct stream victims)
{
	uint32_t nr_lines = g->bytes >> l1->line_shift;

	l1->nr_ways = g->nr_ways;
	l1->set_mask = nr_lines / g->nr_ways - 1;
	l1->nr_free = nr_lines;
	l1->write_allocate = g->write_allocate;
	l1->ways = g_new(uint32_t, nr_lines);
	memset(l1->ways, 0xff, nr_lines * sizeof(*l1->ways));	/* INNER_NO_LINE */
	l1->use = g_new0(uint8_t, nr_lines);
	victims_init(&l1->victims, g, l1->set_mask + 1, victims);
	if (!l1->machine->inner.nr_views)
		l1->memory = g_new0(struct place, nr_lines);
	if (l1->machine->inner.is_many)
		l1->own_bytes = g_malloc0(g->bytes);
}

bool inner_init(struct cpu *c, struct stream victims)
{
	struct inner *l1 = &c->l1;

	l1->machine = c->machine;
	l1->line_shift = c->machine->inner.line_shift;
	l1->cpu_bit = (uint8_t)(1u << c->idx % 8);
	for (unsigned i = 0; i < c->machine->nr_cpus; i++)
		if (i != c->idx)
			l1->peer_bits |= (uint8_t)(1u << i % 8);
	l1->nr_state_bytes = inner_image_len(c->machine) >> l1->line_shift;
	l1->state = reserve_new(l1->nr_state_bytes);
	if (!l1->state)
		return false;
	if (c->board->l1d.bytes)
		init_ways(l1, &c->board->l1d, victims);
	return true;
}

void inner_done(struct inner *l1)
{
	reserve_free(l1->state, l1->nr_state_bytes);
	g_free(l1->ways);
	g_free(l1->use);
	g_free(l1->memory);
	g_free(l1->own_bytes);
	victims_done(&l1->victims);
}

/*
 * Shareable memory is cached only by a CPU that takes part in coherency (DDI 0388I,
 * 7.4.3, of the Cortex-A9; on the others software must not do otherwise).
 */
bool inner_caches(const struct cpu *c, struct mem_attrs a)
{
	const struct core_part *part = c->board->part;

	if (!c->l1.nr_ways || a.type != MEM_NORMAL || a.inner == CACHE_NONE)
		return false;
	if (a.inner == CACHE_WT && part->wt_is_nc)
		return false;
	return !a.is_shareable || !part->is_mp || c->reg[CP15_ACTLR] & ACTLR_SMP;
}

/* ---- where a line is ------------------------------------------------------ */

inlined uint32_t set_of(const struct inner *l1, struct seat line)
{
	const struct inner_shape *s = &l1->machine->inner;
	uint64_t index = line.at.pa;

	if (unlikely(s->nr_views != 1))
		index = s->nr_views ? index + line.slot / s->view_len * PAGE_BYTES : line.slot;
	return (uint32_t)(index >> l1->line_shift) & l1->set_mask;
}

uint32_t inner_find(const struct inner *l1, struct seat s)
{
	uint32_t idx = set_of(l1, s) * l1->nr_ways;
	uint32_t line = (uint32_t)(s.slot >> l1->line_shift);

	while (l1->ways[idx] != line)
		idx++;
	return idx;
}

struct seat inner_seat_of(const struct inner *l1, uint32_t idx)
{
	const struct machine *m = l1->machine;
	uint64_t slot = (uint64_t)l1->ways[idx] << l1->line_shift;

	if (l1->memory)
		return (struct seat){ slot, l1->memory[idx] };
	return (struct seat){ slot, dram_place(&m->dram, slot % m->inner.view_len) };
}

struct seat inner_line_held(const struct inner *l1, struct seat s)
{
	struct seat line = inner_line(&l1->machine->inner, s);

	if (unlikely(l1->memory != NULL) && inner_hits(l1, line.slot))
		line.at = l1->memory[inner_find(l1, line)];
	return line;
}

static uint8_t *bytes_at(const struct inner *l1, uint32_t idx)
{
	uint64_t slot = (uint64_t)l1->ways[idx] << l1->line_shift;

	if (unlikely(*inner_state(l1, slot) & LINE_PRIVATE))
		return &l1->own_bytes[idx << l1->line_shift];
	return l1->machine->inner.bytes + slot;
}

uint8_t *inner_bytes(const struct cpu *c, struct seat s)
{
	const struct inner *l1 = &c->l1;

	if (likely(!(*inner_state(l1, s.slot) & LINE_PRIVATE)))
		return c->machine->inner.bytes + s.slot;
	return bytes_at(l1, inner_find(l1, s)) +
	       (s.slot & (inner_line_bytes(&c->machine->inner) - 1));
}

/* ---- what the image has in common with what is below ---------------------- */

/* A fetch of this kind returns what any cacheable one would. */
inlined bool is_plain_use(const struct machine *m, enum outer_use use)
{
	return use != OUTER_BYPASS || !m->outer.nr_ways;
}

inlined void note_same(struct machine *m, struct seat line, enum outer_use use)
{
	if (m->inner.nr_views != 1 || !is_plain_use(m, use))
		return;
	notes_set(&m->notes, line.at.off, NOTE_SAME);
	page_summary(&m->pages, line.at.off)->flags |= PAGE_HAS_SAME;
}

/* ---- out -------------------------------------------------------------------- */

static struct observe_event line_event(struct inner *l1, enum observe_kind kind, uint32_t idx)
{
	struct observe_event ev = machine_event(l1->machine, kind, inner_seat_of(l1, idx).at,
						bytes_at(l1, idx), 1u << l1->line_shift);

	ev.level = 1;
	return ev;
}

void inner_write_back(struct inner *l1, uint32_t idx, enum observe_cause cause)
{
	struct machine *m = l1->machine;
	struct seat line = inner_seat_of(l1, idx);
	uint8_t *state = inner_state(l1, line.slot);

	if (!(*state & LINE_DIRTY))
		return;
	if (unlikely(*state & LINE_WATCHED)) {
		struct observe_event ev = line_event(l1, OBSERVE_WRITE_BACK, idx);

		ev.is_dirty = true;
		ev.cause = cause;
		ev.answer = outer_taker(m, line.at, l1->use[idx], cause == CAUSE_EVICTION);
		machine_tell(m, &ev);
	}
	*state &= (uint8_t)~LINE_DIRTY;
	page_summary(&m->pages, line.at.off)->nr_dirty--;
	l1->counts.written_back++;
	outer_put_back(m, line.at, bytes_at(l1, idx), 1u << l1->line_shift, l1->use[idx], true,
		       cause == CAUSE_EVICTION);
	if (likely(!(*state & LINE_PRIVATE)))
		note_same(m, line, l1->use[idx]);
	else
		inner_below_changed(m, line.at, 1u << l1->line_shift);
}

inlined void leave_page(struct machine *m, uint64_t off)
{
	struct page_summary *page = page_summary(&m->pages, off);

	if (!--page->nr_inner)
		page->cpus = 0;
}

void inner_drop(struct inner *l1, uint32_t idx, enum observe_cause cause)
{
	struct machine *m = l1->machine;
	struct seat line = inner_seat_of(l1, idx);
	uint8_t *state = inner_state(l1, line.slot);

	if (unlikely(*state & LINE_WATCHED)) {
		struct observe_event ev = line_event(l1, OBSERVE_INVALIDATE, idx);

		ev.is_dirty = *state & LINE_DIRTY;
		ev.is_speculative = *state & LINE_SPECULATED;
		ev.cause = cause;
		machine_tell(m, &ev);
	}
	if (*state & LINE_DIRTY) {
		l1->counts.dropped++;
		page_summary(&m->pages, line.at.off)->nr_dirty--;
	}
	*state = 0;
	l1->ways[idx] = INNER_NO_LINE;
	l1->nr_free++;
	leave_page(m, line.at.off);
}

void inner_expel(struct inner *l1, uint32_t idx, enum observe_cause cause)
{
	struct machine *m = l1->machine;
	struct seat line = inner_seat_of(l1, idx);

	if (*inner_state(l1, line.slot) & LINE_DIRTY)
		inner_write_back(l1, idx, cause);
	else if (cause == CAUSE_EVICTION && m->outer.takes_clean)
		outer_put_back(m, line.at, bytes_at(l1, idx), 1u << l1->line_shift,
			       l1->use[idx], false, true);
	if (l1->ways[idx] != INNER_NO_LINE)	/* level 2 may have asked for it back */
		inner_drop(l1, idx, cause);
}

/* ---- in ----------------------------------------------------------------------- */

/* Nearly all victims are clean, and nobody's business. */
inlined void evict(struct inner *l1, uint32_t idx)
{
	struct machine *m = l1->machine;
	uint64_t slot = (uint64_t)l1->ways[idx] << l1->line_shift;
	uint8_t *state = inner_state(l1, slot);

	l1->counts.evicted++;
	if (unlikely(*state & (LINE_DIRTY | LINE_WATCHED | LINE_PRIVATE) ||
		     m->inner.nr_views != 1 || m->outer.takes_clean)) {
		inner_expel(l1, idx, CAUSE_EVICTION);
		return;
	}
	*state = 0;
	l1->ways[idx] = INNER_NO_LINE;
	l1->nr_free++;
	leave_page(m, slot);
}

/* An empty way of the set, made if need be. */
inlined uint32_t make_room(struct inner *l1, uint32_t set)
{
	uint32_t base = set * l1->nr_ways, idx;

	if (l1->nr_free) {
		for (idx = base; idx < base + l1->nr_ways; idx++)
			if (l1->ways[idx] == INNER_NO_LINE)
				return idx;
	}
	idx = base + victims_choose(&l1->victims, set);
	evict(l1, idx);
	return idx;
}

/* Only the latest line of a set may be hit without a word to the order of replacement. */
static void make_latest(struct inner *l1, uint32_t set, unsigned way)
{
	uint32_t base = set * l1->nr_ways;
	uint32_t before = l1->ways[base + victims_latest(&l1->victims, set)];

	if (before != INNER_NO_LINE)
		l1->state[before] &= (uint8_t)~LINE_RECENT;
	l1->state[l1->ways[base + way]] |= LINE_RECENT;
	victims_touch(&l1->victims, set, way);
}

void inner_touch(struct cpu *c, struct seat s)
{
	uint32_t set = set_of(&c->l1, s);

	make_latest(&c->l1, set, inner_find(&c->l1, s) - set * c->l1.nr_ways);
}

/*
 * The line takes a way, whose old line leaves. Its bytes are in the image by now, since
 * they may come from a line of level 2 that the victim pushes out; or, of a private
 * line, in @own.
 */
inlined void admit(struct inner *l1, struct seat line, uint8_t state, unsigned use,
			 const uint8_t *own)
{
	struct machine *m = l1->machine;
	uint32_t set = set_of(l1, line), idx = make_room(l1, set);
	struct page_summary *page = page_summary(&m->pages, line.at.off);

	l1->ways[idx] = (uint32_t)(line.slot >> l1->line_shift);
	l1->use[idx] = (uint8_t)use;
	l1->nr_free--;
	if (unlikely(l1->memory != NULL))
		l1->memory[idx] = line.at;
	*inner_state(l1, line.slot) = state | LINE_VALID | LINE_RECENT;
	page->nr_inner++;
	page->cpus |= l1->cpu_bit;
	l1->counts.filled++;
	if (victims_is_lru(&l1->victims))
		make_latest(l1, set, idx - set * l1->nr_ways);
	if (unlikely(state & LINE_PRIVATE))
		memcpy(bytes_at(l1, idx), own, 1u << l1->line_shift);
	if (unlikely(state & LINE_WATCHED)) {
		struct observe_event ev = line_event(l1, OBSERVE_FILL, idx);

		ev.is_speculative = state & LINE_SPECULATED;
		machine_tell(m, &ev);
	}
}

/* From below, into the image: or, where that has the bytes already, from nowhere. */
inlined enum observe_answer fetch(struct machine *m, struct seat line,
					struct inner_ask ask, unsigned notes)
{
	uint8_t *image = m->inner.bytes + line.slot;
	uint32_t len = inner_line_bytes(&m->inner);
	struct fetched f = outer_fetch(m, line.at, len, ask.use, ask.is_speculative, image);

	if (notes & NOTE_SAME && is_plain_use(m, ask.use))
		return f.answer;
	if (f.bytes != image)
		memcpy(image, f.bytes, len);
	if (is_plain_use(m, ask.use))
		note_same(m, line, ask.use);
	else
		notes_clear(&m->notes, line.at.off, NOTE_SAME);
	return f.answer;
}

/* Whole lines, of lengths that the compiler knows. */
inlined void copy_line(uint8_t *to, const uint8_t *from, uint32_t len)
{
	if (len == 32)
		memcpy(to, from, 32);
	else if (len == 64)
		memcpy(to, from, 64);
	else
		memcpy(to, from, len);
}

/* The same where level 2 holds the line, or takes it in without a word to anybody. */
inlined bool fetch_plain(struct machine *m, struct seat line, const struct page_summary *page,
			 unsigned notes)
{
	const struct outer *o = &m->outer;
	const uint8_t *from = dram_bytes(&m->dram, IMAGE_DRAM, 0);
	int i;

	if (unlikely(!outer_is_plain(o) || m->stb.nr || m->inner.line_shift > o->line_shift))
		return false;
	i = outer_find(o, line.at);
	if (i < 0 && (page->flags & PAGE_HAS_WATCHED || !outer_fill_plain(m, line.at)))
		return false;
	if (notes & NOTE_SAME)
		return true;
	if (i >= 0 && o->meta[i] & OUTER_HAS_BYTES)
		from = o->bytes;
	copy_line(m->inner.bytes + line.slot, from + line.at.off, inner_line_bytes(&m->inner));
	notes_set(&m->notes, line.at.off, NOTE_SAME);
	page_summary(&m->pages, line.at.off)->flags |= PAGE_HAS_SAME;
	return true;
}

/* Several CPUs may hold the line's page: see what they have. */
static enum observe_answer fill_among_peers(struct cpu *c, struct seat line,
					    struct inner_ask ask, uint8_t state, unsigned notes)
{
	struct machine *m = c->machine;
	struct inner_found found = inner_ask_peers(c, line, ask);
	enum observe_answer answer = ANSWER_L1;
	uint8_t buf[INNER_MAX_LINE];
	const uint8_t *own = NULL;

	state |= found.state;
	if (state & LINE_PRIVATE) {
		struct fetched f = outer_fetch(m, line.at, inner_line_bytes(&m->inner), ask.use,
					       ask.is_speculative, buf);

		own = f.bytes;
		answer = f.answer;
	} else if (!found.has_bytes) {
		answer = fetch(m, line, ask, notes_of(&m->notes, line.at.off));
	}
	if (found.was_dirty) {
		state |= LINE_DIRTY;
		page_summary(&m->pages, line.at.off)->nr_dirty++;
	}
	admit(&c->l1, line, state, ask.use, own);
	return answer;
}

enum observe_answer inner_fill(struct cpu *c, struct seat s, struct inner_ask ask)
{
	struct machine *m = c->machine;
	struct seat line = inner_line(&m->inner, s);
	unsigned notes = notes_of(&m->notes, line.at.off);
	uint8_t state = notes & NOTE_WATCHED ? LINE_WATCHED : 0;
	enum observe_answer answer;

	if (ask.is_speculative) {
		state |= LINE_SPECULATED;
		c->l1.counts.speculated++;
	}
	if (unlikely(m->inner.is_many))
		return fill_among_peers(c, line, ask, state, notes);
	answer = fetch(m, line, ask, notes);
	admit(&c->l1, line, state | LINE_UNIQUE, ask.use, NULL);
	return answer;
}

/* @s is this CPU's alone. */
inlined void make_dirty(struct cpu *c, struct seat s)
{
	struct machine *m = c->machine;
	uint8_t *state = inner_state(&c->l1, s.slot);

	if (*state & LINE_DIRTY)
		return;
	s = inner_line_held(&c->l1, s);
	*state |= LINE_DIRTY;
	page_summary(&m->pages, s.at.off)->nr_dirty++;
	if (!(*state & LINE_PRIVATE))
		notes_clear(&m->notes, s.at.off, NOTE_SAME);
}

void inner_make_dirty(struct cpu *c, struct seat s)
{
	if (unlikely(!(*inner_state(&c->l1, s.slot) & LINE_UNIQUE)))
		inner_claim(c, inner_line(&c->machine->inner, s));
	make_dirty(c, s);
}

/* ---- the usual case ---------------------------------------------------------- */

/* A hit that the order of replacement, or a store, has something to do with. */
inlined bool quick_hit(struct cpu *c, struct seat s, uint8_t state, bool is_store)
{
	if (state & (LINE_WATCHED | LINE_PRIVATE) || (is_store && !(state & LINE_UNIQUE)))
		return false;
	if (!(state & LINE_RECENT))
		inner_touch(c, s);
	if (is_store)
		make_dirty(c, s);
	return true;
}

/*
 * Admission where the set is full, and nobody has to be told. Everything is read before
 * the first byte is stored: to the compiler such a store may change any of it.
 */
inlined bool admit_plain(struct inner *l1, struct place line, struct page_summary *page,
			 unsigned use)
{
	struct page_summary *summary = l1->machine->pages.summary;
	unsigned shift = l1->line_shift;
	uint8_t *state = l1->state, *uses = l1->use, cpu_bit = l1->cpu_bit;
	uint32_t set = (uint32_t)(line.pa >> shift) & l1->set_mask;
	uint32_t *way, old, idx;

	if (unlikely(l1->nr_free || victims_is_lru(&l1->victims) ||
		     l1->machine->outer.takes_clean))
		return false;
	idx = set * l1->nr_ways + victims_choose(&l1->victims, set);
	way = &l1->ways[idx];
	old = *way;
	if (unlikely(state[old] & (LINE_DIRTY | LINE_WATCHED | LINE_PRIVATE))) {
		l1->counts.evicted++;
		inner_expel(l1, idx, CAUSE_EVICTION);
		l1->nr_free--;
	} else {
		struct page_summary *left = &summary[(uint64_t)old << shift >> PAGE_SHIFT];

		l1->counts.evicted++;
		if (!--left->nr_inner)
			left->cpus = 0;
		state[old] = 0;
	}
	l1->counts.filled++;
	*way = (uint32_t)(line.off >> shift);
	page->nr_inner++;
	page->cpus |= cpu_bit;
	uses[idx] = (uint8_t)use;
	state[line.off >> shift] = LINE_UNIQUE | LINE_VALID | LINE_RECENT;
	return true;
}

/* What a line that the actor's access brings in would be written back as. */
inlined unsigned quick_use(const struct machine *m)
{
	if (!m->outer.nr_ways)
		return OUTER_BYPASS;
	return m->actor.attrs.outer == CACHE_WBWA ? OUTER_WRITE_ALLOCATE : OUTER_WRITE_BACK;
}

bool inner_quick(struct cpu *c, struct place at, bool is_store)
{
	struct machine *m = c->machine;
	struct seat line = { .slot = at.off & ~(uint64_t)(inner_line_bytes(&m->inner) - 1) };
	struct page_summary *page = page_summary(&m->pages, at.off);
	unsigned notes = notes_of(&m->notes, at.off);
	uint8_t state = *inner_state(&c->l1, at.off);
	struct inner_ask ask = { .use = (uint8_t)quick_use(m) };

	line.at = (struct place){ at.pa - (at.off - line.slot), line.slot };
	if (state & LINE_VALID)
		return quick_hit(c, line, state, is_store);
	if (notes & NOTE_WATCHED || page->cpus & c->l1.peer_bits ||
	    (is_store && !c->l1.write_allocate))
		return false;
	if (!fetch_plain(m, line, page, notes))
		fetch(m, line, ask, notes);
	if (!admit_plain(&c->l1, line.at, page, ask.use))
		admit(&c->l1, line, LINE_UNIQUE, ask.use, NULL);
	if (is_store)
		make_dirty(c, line);
	return true;
}

/* ---- checking -------------------------------------------------------------- */

static bool way_agrees(const struct inner *l1, uint32_t idx)
{
	return l1->ways[idx] == INNER_NO_LINE ||
	       (l1->state[l1->ways[idx]] & LINE_VALID &&
		inner_find(l1, inner_seat_of(l1, idx)) == idx);
}

/* Eight states at once: nearly all of them are 0. */
static bool states_agree(const struct inner *l1, size_t *ret_nr_valid)
{
	size_t nr_valid = 0;

	for (size_t n = 0; n < l1->nr_state_bytes; n += sizeof(uint64_t)) {
		uint64_t eight;

		memcpy(&eight, &l1->state[n], sizeof(eight));
		for (; eight; eight >>= 8) {
			if (eight & 0xff && !(eight & LINE_VALID))
				return false;
			nr_valid += eight & LINE_VALID;
		}
	}
	*ret_nr_valid = nr_valid;
	return true;
}

struct page_tally {
	unsigned nr_inner, nr_dirty;
	uint8_t cpus;
};

static bool ways_agree(const struct inner *l1, struct page_tally *pages, size_t *ret_nr_held)
{
	uint32_t nr = (l1->set_mask + 1) * l1->nr_ways;

	*ret_nr_held = 0;
	for (uint32_t idx = 0; idx < nr; idx++) {
		if (!way_agrees(l1, idx))
			return false;
		if (l1->ways[idx] == INNER_NO_LINE)
			continue;

		struct seat line = inner_seat_of(l1, idx);
		struct page_tally *page = &pages[line.at.off >> PAGE_SHIFT];

		page->nr_inner++;
		page->nr_dirty += !!(*inner_state(l1, line.slot) & LINE_DIRTY);
		page->cpus |= l1->cpu_bit;
		++*ret_nr_held;
	}
	return *ret_nr_held + l1->nr_free == nr;
}

static bool pages_agree(const struct machine *m, const struct page_tally *pages)
{
	for (uint64_t off = 0; off < m->dram.len; off += PAGE_BYTES) {
		const struct page_summary *said = page_summary(&m->pages, off);
		const struct page_tally *page = &pages[off >> PAGE_SHIFT];

		if (said->nr_inner != page->nr_inner || said->nr_dirty != page->nr_dirty ||
		    page->cpus & ~said->cpus)
			return false;
	}
	return true;
}

/* A slot's bytes are those of all coherent copies, or of one that is not coherent. */
static bool sharing_agrees(const struct machine *m, uint64_t n)
{
	unsigned nr_in_image = 0, nr_dirty = 0, nr_unique = 0, nr_alone = 0;

	for (unsigned i = 0; i < m->nr_cpus; i++) {
		uint8_t s = m->cpus[i]->l1.state[n];

		if (!(s & LINE_VALID) || s & LINE_PRIVATE)
			continue;
		nr_in_image++;
		nr_dirty += !!(s & LINE_DIRTY);
		nr_unique += !!(s & LINE_UNIQUE);
		nr_alone += !!(s & LINE_INCOHERENT);
	}
	return nr_dirty <= 1 && (nr_in_image <= 1 || (!nr_unique && !nr_alone));
}

static bool copies_agree(const struct machine *m)
{
	const struct inner *l1 = &m->cpus[0]->l1;

	for (unsigned i = 0; i < m->nr_cpus; i++) {
		l1 = &m->cpus[i]->l1;
		for (uint32_t idx = 0; idx < (l1->set_mask + 1) * l1->nr_ways; idx++)
			if (l1->ways[idx] != INNER_NO_LINE && !sharing_agrees(m, l1->ways[idx]))
				return false;
	}
	return true;
}

/* What NOTE_SAME promises, of every line that has it. */
static bool notes_agree(const struct machine *m)
{
	uint32_t len = inner_line_bytes(&m->inner);
	uint8_t below[INNER_MAX_LINE];

	for (uint64_t off = 0; off < m->dram.len; off += len) {
		if (!(page_summary(&m->pages, off)->flags & PAGE_HAS_SAME)) {
			off |= PAGE_MASK & ~(uint64_t)(len - 1);
			continue;
		}
		if (!(notes_of(&m->notes, off) & NOTE_SAME))
			continue;
		outer_peek(m, dram_place(&m->dram, off), below, len);
		if (memcmp(below, m->inner.bytes + off, len))
			return false;
	}
	return true;
}

static bool cpus_agree(const struct machine *m, struct page_tally *pages)
{
	for (unsigned i = 0; i < m->nr_cpus; i++) {
		const struct inner *l1 = &m->cpus[i]->l1;
		size_t nr_valid, nr_held;

		if (l1->nr_ways && (!ways_agree(l1, pages, &nr_held) ||
				    !states_agree(l1, &nr_valid) || nr_held != nr_valid))
			return false;
	}
	return true;
}

bool inner_valid(const struct machine *m)
{
	g_autofree struct page_tally *pages =
		g_new0(struct page_tally, m->dram.len >> PAGE_SHIFT);

	return cpus_agree(m, pages) && pages_agree(m, pages) && copies_agree(m) &&
	       notes_agree(m);
}
