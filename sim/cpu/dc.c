/* SPDX-License-Identifier: MIT */
/*
 * Data cache maintenance by CP15: by MVA, by set and way, of everything.
 *
 * By MVA an operation reaches the point of coherency of CP15 (level 1 and an integrated
 * level 2), or, DCCMVAU, the point of unification, which is right below level 1. Where
 * the memory is shareable and the core takes part in coherency, its operations by MVA
 * reach all level 1 caches of the cluster (not those of an ARM11 MPCore, which keeps its
 * caches coherent and broadcasts nothing); others are its own affair, always.
 *
 * Leaves out: FW of a Cortex-A9's ACTLR (broadcasting goes with SMP).
 *
 * Spec: DDI 0406C, B2.2.6 "About cache maintenance operations", B4.2.1; DDI 0198D, 2.3.8
 * (test and clean); DDI 0301H, 3.2.22 (whole caches).
 */
#include "access.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define DFSR_CM		(1u << 13)	/* the fault is of a maintenance operation */

static bool has_integrated_l2(const struct machine *m)
{
	return m->outer.nr_ways && !m->has_outer;
}

static bool cleans(enum dc_op op)
{
	return op != DC_INVALIDATE;
}

static bool invalidates(enum dc_op op)
{
	return op == DC_INVALIDATE || op == DC_CLEAN_INVALIDATE;
}

/* Levels of CP15 that @op goes through. */
static unsigned nr_levels(const struct machine *m, enum dc_op op)
{
	return op != DC_CLEAN_POU && has_integrated_l2(m) ? 2 : 1;
}

static void count_level(struct cpu *c, unsigned level, enum dc_op op, uint64_t nr_lines)
{
	if (cleans(op))
		c->counts.level[level].cleaned += nr_lines;
	if (invalidates(op))
		c->counts.level[level].invalidated += nr_lines;
}

static void count_dc(struct cpu *c, enum dc_op op, uint64_t nr_lines)
{
	for (unsigned level = 0; level < nr_levels(c->machine, op); level++)
		count_level(c, level, op, nr_lines);
}

/* ---- by MVA ------------------------------------------------------------------ */

static bool is_broadcast(const struct cpu *c, struct mem_attrs a)
{
	return a.is_shareable && cpu_broadcasts(c) && c->reg[CP15_ACTLR] & ACTLR_SMP;
}

/*
 * Cleaning goes outward level by level; what is invalidated must go from the outer
 * level first, or the inner one's victim could bring it back.
 */
static void dc_levels(struct cpu *c, enum dc_op op, struct seat s, bool is_wide)
{
	bool has_l2 = nr_levels(c->machine, op) == 2;

	if (op == DC_INVALIDATE && has_l2)
		outer_op(c->machine, op, s.at);
	inner_op(c, op == DC_CLEAN_POU ? DC_CLEAN : op, s, is_wide);
	if (op != DC_INVALIDATE && has_l2)
		outer_op(c->machine, op, s.at);
}

/*
 * Found in one look at its summary: no cache holds what @op is about. Not where lines
 * belong to virtual addresses, and so, perhaps, to other memory.
 */
static bool is_nothing_to_do(const struct machine *m, enum dc_op op, struct place at)
{
	const struct page_summary *p = page_summary(&m->pages, at.off);

	return m->inner.nr_views && !(invalidates(op) ? p->nr_inner : p->nr_dirty) &&
	       !(nr_levels(m, op) == 2 && p->nr_outer);
}

static bool has_watched(const struct machine *m, struct place at)
{
	return page_summary(&m->pages, at.off)->flags & PAGE_HAS_WATCHED;
}

/* Level 1 alone, where it is to the point of unification. */
static unsigned levels_of(const struct machine *m, enum dc_op op)
{
	return nr_levels(m, op) == 2 ? LEVEL_1 | LEVEL_2 : LEVEL_1;
}

static void tell_asked(struct cpu *c, enum dc_op op, struct place at, size_t len)
{
	struct machine *m = c->machine;
	struct observe_event ev = machine_event(m, OBSERVE_MAINTAIN, at, NULL, len);

	ev.op = op == DC_CLEAN_POU ? DC_CLEAN : op;
	ev.levels = levels_of(m, op);
	ev.path.is_shareable = m->actor.attrs.is_shareable;
	ev.is_local = m->inner.is_many && !is_broadcast(c, m->actor.attrs);
	machine_tell_aside(m, &ev);
}

void dc_perform(struct cpu *c, enum dc_op op, uint64_t word, uint32_t va, bool is_late)
{
	struct machine *m = c->machine;
	struct place at = place_of(m, word, va);
	unsigned what = event_of_op(op) | (is_late ? EVENT_LATE : 0);

	m->actor.va = va;
	m->actor.attrs = tlb_attrs(word);
	event_begins(m, at, what);
	if (line_is_watched(m, at.off))
		tell_asked(c, op, inner_line_place(&m->inner, at), inner_line_bytes(&m->inner));
	dc_levels(c, op, inner_seat(&m->inner, va, at), is_broadcast(c, m->actor.attrs));
	event_ended(m, at, what);
}

/* ---- which lines -------------------------------------------------------------- */

/* A bit for each line of a page. */
struct lines {
	uint64_t bits[PAGE_BYTES / 16 / 64];
};

static void add_line(struct lines *w, unsigned i)
{
	w->bits[i / 64] |= 1ull << i % 64;
}

/* Lines whose state has all of @wanted; a vector of them at a time. */
static void add_states(struct lines *w, const uint8_t *state, unsigned nr, uint8_t wanted)
{
	unsigned i = 0;

#ifdef __SSE2__
	const __m128i want = _mm_set1_epi8((char)wanted);

	for (; i + 16 <= nr; i += 16) {
		__m128i some = _mm_loadu_si128((const __m128i *)&state[i]);
		uint64_t held = (unsigned)_mm_movemask_epi8(
			_mm_cmpeq_epi8(_mm_and_si128(some, want), want));

		w->bits[i / 64] |= held << i % 64;
	}
#endif
	for (; i < nr; i++)
		if ((state[i] & wanted) == wanted)
			add_line(w, i);
}

static void add_all(struct lines *w)
{
	memset(w, 0xff, sizeof(*w));
}

/* What is told of. @off is the page's. */
static void add_watched(const struct machine *m, struct lines *w, uint64_t off, unsigned nr)
{
	unsigned nr_watched = notes_nr_watched(&m->notes, off);

	if (nr_watched == nr)
		add_all(w);
	for (unsigned i = 0; nr_watched && nr_watched < nr && i < nr; i++)
		if (line_is_watched(m, off + ((uint64_t)i << m->notes.line_shift)))
			add_line(w, i);
}

static void add_held(const struct cpu *c, struct lines *w, enum dc_op op, uint64_t off,
		     unsigned nr)
{
	uint8_t wanted = invalidates(op) ? LINE_VALID : LINE_VALID | LINE_DIRTY;

	if (c->l1.nr_ways)
		add_states(w, inner_state(&c->l1, off), nr, wanted);
}

/*
 * Of the page at @off, the lines that @op, by @c, changes or tells of; or more. An
 * operation on any other does nothing at all.
 */
static struct lines lines_of(const struct cpu *c, enum dc_op op, uint64_t off, bool is_wide)
{
	const struct machine *m = c->machine;
	const struct page_summary *p = page_summary(&m->pages, off);
	unsigned nr = PAGE_BYTES >> m->inner.line_shift;
	struct lines w = { 0 };

	if (nr_levels(m, op) == 2 && p->nr_outer)
		add_all(&w);
	if (p->flags & PAGE_HAS_WATCHED)
		add_watched(m, &w, off, nr);
	for (unsigned i = 0; i < m->nr_cpus; i++)
		if (m->cpus[i] == c || (is_wide && m->inner.is_coherent))
			add_held(m->cpus[i], &w, op, off, nr);
	return w;
}

/* May lines be passed by? Not where each is a point at which others, or chance, come in. */
static bool may_skip(const struct machine *m)
{
	return m->inner.nr_views == 1 && !m->order && !m->acts && !m->run;
}

/* On @nr_lines of one page, those that need it. */
static void dc_wanted(struct cpu *c, enum dc_op op, uint64_t word, uint32_t va,
		      uint32_t nr_lines, uint32_t step)
{
	struct machine *m = c->machine;
	struct place at = place_of(m, word, va);
	struct lines w = lines_of(c, op, at.off & ~(uint64_t)PAGE_MASK,
				  is_broadcast(c, tlb_attrs(word)));

	for (; nr_lines; nr_lines--, va += step) {
		unsigned i = (va & PAGE_MASK) >> m->inner.line_shift;

		if (w.bits[i / 64] >> i % 64 & 1)
			dc_perform(c, op, word, va, false);
	}
}

/*
 * On lines of one page, @step bytes apart. A fault may tell of a page that is not
 * cached, too, so the translation comes first.
 */
static bool dc_in_page(struct cpu *c, enum dc_op op, uint32_t va, uint32_t len, uint32_t step)
{
	struct machine *m = c->machine;
	uint32_t nr_lines = (len + step - 1) / step;
	struct cpu_fault f;
	uint64_t word = tlb_find(c, va, true, &f);

	if (unlikely(!word)) {
		f.dfsr |= c->board->part->arch >= 7 ? DFSR_CM : 0;
		return cpu_refuse(c, &f, 0, m->actor.site);
	}
	count_dc(c, op, nr_lines);
	if (!is_ram(word) || (is_nothing_to_do(m, op, place_of(m, word, va)) &&
			      !has_watched(m, place_of(m, word, va))))
		return true;

	if (may_skip(m) && nr_lines > 1) {
		dc_wanted(c, op, word, va, nr_lines, step);
		return true;
	}
	for (; nr_lines; nr_lines--, va += step) {
		if (likely(!m->order) || !order_holds_op(c, op, word, va))
			dc_perform(c, op, word, va, false);
		run_point(m);
	}
	return true;
}

/* False: a filter lets none of it through. */
static bool lets_through(struct cpu *c, enum dc_op op, uint32_t *va, size_t *len)
{
	struct machine_filter *f = c->machine->filter;

	return likely(f == NULL) || !f->clean || f->clean(f, c, op, va, len);
}

bool cpu_dc(struct cpu *c, enum dc_op op, uint32_t va)
{
	size_t len = 1;

	if (!lets_through(c, op, &va, &len))
		return true;
	if (c->machine->is_fast) {
		count_dc(c, op, 1);
		return true;
	}
	cpu_begin(c, va, __builtin_return_address(0));
	return dc_in_page(c, op, va, 1, 1);
}

/* ---- ranges ---------------------------------------------------------------- */

/* That it was asked for is an event of each watched line: all of the page's, or none. */
static bool is_told_alike(const struct machine *m, uint64_t off, bool *ret_is_watched)
{
	unsigned nr = notes_nr_watched(&m->notes, off);

	*ret_is_watched = nr;
	return !nr || nr == PAGE_BYTES >> m->notes.line_shift;
}

/* Pages in a row, in memory too, with nothing to do and the same to tell. */
struct idle_run {
	struct place at;
	uint64_t len;
	bool is_watched;
	struct mem_attrs attrs;
};

static bool take_page(struct cpu *c, enum dc_op op, uint32_t va, struct idle_run *run)
{
	struct machine *m = c->machine;
	struct cpu_fault f;
	uint64_t word = tlb_find(c, va, true, &f);
	bool is_watched = false;
	struct place at;

	if (!word || !is_ram(word))
		return false;		/* the long way says what is wrong */
	at = place_of(m, word, va);
	if (!is_nothing_to_do(m, op, at) ||
	    (has_watched(m, at) && !is_told_alike(m, at.off, &is_watched)))
		return false;
	if (!run->len)
		*run = (struct idle_run){ at, 0, is_watched, tlb_attrs(word) };
	else if (at.off != run->at.off + run->len || at.pa != run->at.pa + run->len ||
		 is_watched != run->is_watched)
		return false;
	run->len += PAGE_BYTES;
	return true;
}

static void tell_run(struct cpu *c, enum dc_op op, uint32_t va, const struct idle_run *run)
{
	struct machine *m = c->machine;

	m->actor.va = va;
	m->actor.attrs = run->attrs;
	tell_asked(c, op, run->at, run->len);
	for (unsigned level = 1; cleans(op) && level <= nr_levels(m, op); level++) {
		struct observe_event ev = machine_event(m, OBSERVE_CLEAN, run->at, NULL,
							run->len);

		ev.level = (int)level;
		machine_tell(m, &ev);
	}
}

/* As much of [va, end) as is idle, from @va on: bytes. Whole pages, all at once. */
static uint64_t dc_idle(struct cpu *c, enum dc_op op, uint64_t va, uint64_t end, uint32_t step)
{
	struct machine *m = c->machine;
	struct idle_run run = { .len = 0 };

	if (va & PAGE_MASK || m->order || m->acts || m->run)
		return 0;
	while (va + run.len + PAGE_BYTES <= end &&
	       take_page(c, op, (uint32_t)(va + run.len), &run))
		;
	count_dc(c, op, run.len / step);
	if (run.is_watched) {
		events_count(m, run.at, run.len);
		tell_run(c, op, (uint32_t)va, &run);
	}
	return run.len;
}

static bool dc_range(struct cpu *c, enum dc_op op, uint32_t va, size_t len, void *site)
{
	uint32_t step = machine_line_min(c->machine);
	uint64_t end = (uint64_t)va + len;
	uint64_t at = va & ~(step - 1), next;

	if (!len)
		return true;
	if (c->machine->is_fast) {
		count_dc(c, op, (end - at + step - 1) / step);
		return true;
	}
	cpu_begin(c, va, site);
	for (; at < end; at = next) {
		next = at + dc_idle(c, op, at, end, step);
		if (next > at)
			continue;
		next = MIN(end, (at | PAGE_MASK) + 1);
		if (!dc_in_page(c, op, (uint32_t)at, (uint32_t)(next - at), step))
			return false;
	}
	return true;
}

/* Apart, so that the addresses of what a filter may change are taken here alone. */
static __attribute__((noinline)) bool
dc_range_filtered(struct cpu *c, enum dc_op op, uint32_t va, size_t len, void *site)
{
	return !lets_through(c, op, &va, &len) || dc_range(c, op, va, len, site);
}

bool cpu_dc_range(struct cpu *c, enum dc_op op, uint32_t va, size_t len)
{
	void *site = __builtin_return_address(0);

	if (unlikely(c->machine->filter != NULL) && len)
		return dc_range_filtered(c, op, va, len, site);
	return dc_range(c, op, va, len, site);
}

/* ---- by set and way ------------------------------------------------------------ */

/* log2, rounded up: what the width of the way field goes by. */
static unsigned log2_up(unsigned n)
{
	return n > 1 ? 32u - (unsigned)__builtin_clz(n - 1) : 0;
}

static unsigned way_of(uint32_t value, unsigned nr_ways)
{
	unsigned bits = log2_up(nr_ways);

	return bits ? value >> (32 - bits) : 0;
}

static uint32_t set_of(uint32_t value, unsigned line_shift, uint32_t set_mask)
{
	return value >> line_shift & set_mask;
}

/* Bits that name no set, way or level are UNPREDICTABLE; here they are not looked at. */
void cpu_dc_set_way(struct cpu *c, enum dc_op op, uint32_t value)
{
	struct machine *m = c->machine;
	unsigned level = value >> 1 & 7;

	op = op == DC_CLEAN_POU ? DC_CLEAN : op;
	if (level > 1 || (level && !has_integrated_l2(m)))
		return;
	count_level(c, level, op, 1);
	if (m->is_fast)
		return;
	cpu_begin(c, 0, __builtin_return_address(0));
	machine_tell_upheaval(m);
	if (level)
		outer_op_index(m, op, set_of(value, m->outer.line_shift, m->outer.set_mask),
			       way_of(value, m->outer.nr_ways));
	else if (c->l1.nr_ways)
		inner_op_way(c, op, set_of(value, c->l1.line_shift, c->l1.set_mask),
			     way_of(value, c->l1.nr_ways));
}

/* ---- of everything ---------------------------------------------------------------- */

void cpu_dc_all(struct cpu *c, enum dc_op op)
{
	op = op == DC_CLEAN_POU ? DC_CLEAN : op;
	count_level(c, 0, op, c->l1.nr_ways * (c->l1.set_mask + 1ull));
	if (c->machine->is_fast)
		return;
	cpu_begin(c, 0, __builtin_return_address(0));
	machine_tell_upheaval(c->machine);
	inner_op_all(c, op);
}

#define TEST_CLEAN	(1u << 30)	/* where the Z flag goes when Rd is the PC */

uint32_t cpu_dc_test_clean(struct cpu *c, bool is_invalidate)
{
	if (c->machine->is_fast)
		return TEST_CLEAN;
	cpu_begin(c, 0, __builtin_return_address(0));
	machine_tell_upheaval(c->machine);
	if (inner_clean_one(c))
		count_level(c, 0, DC_CLEAN, 1);
	if (inner_is_dirty(c))
		return 0;
	if (is_invalidate)
		cpu_dc_all(c, DC_INVALIDATE);
	return TEST_CLEAN;
}
