/* SPDX-License-Identifier: MIT */
/*
 * What is below level 1: level 2, then DRAM. See outer.h.
 *
 *   use             read hit   read miss   write hit     write miss
 *   BYPASS          DRAM       DRAM        DRAM          DRAM
 *   LOOK_UP         L2         DRAM        L2 and DRAM   DRAM
 *   WRITE_THROUGH   L2         fill        L2 and DRAM   DRAM
 *   WRITE_BACK      L2         fill        L2, dirty     DRAM, or fill where all writes
 *                                                        allocate
 *   WRITE_ALLOCATE  L2         fill        L2, dirty     fill, or DRAM where none do
 *
 * An exclusive level 2 changes two columns for level 1's own lines: a read miss fills
 * level 1 alone, and an eviction that misses always allocates. A hit of a fill leaves
 * the line here, spent: first to go, and good for a hit until then.
 *
 * Spec: DDI 0246D, 2.3.2 "Shareable attribute"; DDI 0246B, 2.3.3 "Exclusive cache
 * configuration"; DDI 0246C, 2.3 "Cache operation".
 */
#include "../sim.h"

#include <string.h>

enum outer_use outer_use_of(const struct machine *m, struct mem_attrs a)
{
	static const enum outer_use use[] = {
		[CACHE_WT] = OUTER_WRITE_THROUGH, [CACHE_WB] = OUTER_WRITE_BACK,
		[CACHE_WBWA] = OUTER_WRITE_ALLOCATE,
	};

	if (a.type != MEM_NORMAL || !m->outer.nr_ways)
		return OUTER_BYPASS;
	if (a.outer == CACHE_NONE)
		return m->has_pl310 && a.is_shareable && !pl310_overrides_shared(&m->pl310)
			? OUTER_LOOK_UP : OUTER_BYPASS;
	return use[a.outer];
}

static bool passes_by(const struct machine *m, enum outer_use use)
{
	return use == OUTER_BYPASS || !outer_is_on(&m->outer);
}

static void count_event(struct machine *m, enum pl310_event event)
{
	if (unlikely(m->outer.is_counting))
		pl310_count(m, event);
}

/* ---- reads ------------------------------------------------------------------- */

/* Within one line of level 2: the tag work of a read. Position, or -1: not held. */
static int look_up(struct machine *m, struct place at, enum outer_use use,
		   bool is_speculative, bool is_inner, enum observe_answer *answer)
{
	struct outer *o = &m->outer;
	bool is_exclusive = unlikely(o->is_exclusive) && is_inner && use >= OUTER_WRITE_BACK;
	bool is_miss = false;
	int i = outer_find(o, at);

	count_event(m, PL310_READ);
	if (likely(i >= 0)) {
		count_event(m, PL310_READ_HIT);
		outer_touch(o, i);
		if (is_exclusive)
			o->meta[i] |= OUTER_SPENT;
	} else {
		*answer = ANSWER_DRAM;
		if (use != OUTER_LOOK_UP && !is_exclusive && !o->fills_nothing) {
			i = outer_fill(m, at, is_speculative);
			is_miss = true;
		}
	}
	if (unlikely(o->ahead | o->is_double) && use != OUTER_LOOK_UP && !is_exclusive) {
		outer_fill_more(m, at, is_miss);
		i = outer_find(o, at);
	}
	return i;
}

static const uint8_t *bytes_of(const struct machine *m, int i, struct place at)
{
	return i < 0 ? dram_bytes(&m->dram, IMAGE_DRAM, at.off) : outer_bytes(&m->outer, i, at);
}

/* What the store buffer holds of it goes to DRAM before a read looks there. */
static void avoid_hazard(struct machine *m, struct place at, size_t len)
{
	if (unlikely(m->stb.nr))
		stb_drain_over(m, at, len);
}

enum observe_answer outer_read(struct machine *m, struct place at, void *buf, size_t len,
			       enum outer_use use)
{
	enum observe_answer answer = ANSWER_L2;

	avoid_hazard(m, at, len);
	if (passes_by(m, use)) {
		memcpy(buf, dram_bytes(&m->dram, IMAGE_DRAM, at.off), len);
		return ANSWER_DRAM;
	}
	while (len) {
		size_t piece = outer_piece(&m->outer, at.off, len);
		int i = look_up(m, at, use, false, false, &answer);

		memcpy(buf, bytes_of(m, i, at), piece);
		at = place_add(at, piece);
		buf = (char *)buf + piece;
		len -= piece;
	}
	return answer;
}

/* A line of level 1 that is longer than one of level 2. */
static struct fetched fetch_joined(struct machine *m, struct place line, uint32_t len,
				   enum outer_use use, bool is_speculative, uint8_t *buf)
{
	enum observe_answer answer = ANSWER_L2;

	for (uint32_t done = 0; done < len; done += outer_line_bytes(&m->outer)) {
		struct place at = place_add(line, done);
		int i = look_up(m, at, use, is_speculative, true, &answer);

		memcpy(buf + done, bytes_of(m, i, at), outer_line_bytes(&m->outer));
	}
	return (struct fetched){ buf, answer };
}

struct fetched outer_fetch(struct machine *m, struct place line, uint32_t len,
			   enum outer_use use, bool is_speculative, uint8_t *buf)
{
	enum observe_answer answer = ANSWER_L2;
	int i;

	avoid_hazard(m, line, len);
	if (passes_by(m, use))
		return (struct fetched){ bytes_of(m, -1, line), ANSWER_DRAM };
	if (unlikely(len > outer_line_bytes(&m->outer)))
		return fetch_joined(m, line, len, use, is_speculative, buf);
	i = look_up(m, line, use, is_speculative, true, &answer);
	return (struct fetched){ bytes_of(m, i, line), answer };
}

void outer_peek_past(const struct machine *m, struct place at, void *buf, size_t len)
{
	memcpy(buf, dram_bytes(&m->dram, IMAGE_DRAM, at.off), len);
	if (m->stb.nr)
		stb_overlay(&m->stb, at, buf, len);
}

void outer_peek(const struct machine *m, struct place at, void *buf, size_t len)
{
	while (len) {
		size_t piece = outer_piece(&m->outer, at.off, len);
		int i = outer_is_on(&m->outer) ? outer_find(&m->outer, at) : -1;

		memcpy(buf, bytes_of(m, i, at), piece);
		if (i < 0 && m->stb.nr)
			stb_overlay(&m->stb, at, buf, piece);
		at = place_add(at, piece);
		buf = (char *)buf + piece;
		len -= piece;
	}
}

/* ---- writes ------------------------------------------------------------------- */

/* Why bytes come down. */
enum write_kind { BY_ACCESS, BY_CLEAN, BY_EVICTION, BY_CLEAN_EVICTION };

/* Only a line that level 1 evicts says so; an access may be one of many on the line. */
static bool allocates(const struct outer *o, enum outer_use use, enum write_kind kind)
{
	if (o->fills_nothing || use < OUTER_WRITE_BACK)
		return false;
	if (o->is_exclusive && kind >= BY_EVICTION)
		return true;
	return o->write_allocate == ALLOCATE_ALWAYS ||
	       (o->write_allocate == ALLOCATE_AS_HINTED && use == OUTER_WRITE_ALLOCATE);
}

enum observe_answer outer_taker(const struct machine *m, struct place line,
				enum outer_use use, bool is_eviction)
{
	const struct outer *o = &m->outer;

	if (passes_by(m, use) || use < OUTER_WRITE_BACK || o->writes_through)
		return ANSWER_DRAM;
	return outer_hits(o, line) || allocates(o, use, is_eviction ? BY_EVICTION : BY_CLEAN)
		? ANSWER_L2 : ANSWER_DRAM;
}

/* Within one line of level 2. Position of the line that takes the bytes, or -1: none. */
static int find_taker(struct machine *m, struct place at, enum outer_use use,
		      enum write_kind kind)
{
	struct outer *o = &m->outer;
	int i = outer_find(o, at);

	count_event(m, use == OUTER_WRITE_THROUGH ? PL310_WRITE_THROUGH : PL310_WRITE);
	if (i >= 0) {
		count_event(m, PL310_WRITE_HIT);
		outer_touch(o, i);
		o->meta[i] &= (uint8_t)~OUTER_SPENT;
	} else if (allocates(o, use, kind)) {
		count_event(m, PL310_WRITE_ALLOCATE);
		i = outer_fill(m, at, false);
	}
	return i;
}

/* DRAM's part of a write. Only what is Normal stays in the store buffer. */
static void write_dram(struct machine *m, struct place at, const void *buf, size_t len,
		       enum write_kind kind)
{
	if (unlikely(m->stb.holds) && outer_is_on(&m->outer) &&
	    (kind != BY_ACCESS || m->actor.attrs.type == MEM_NORMAL)) {
		stb_write(m, at, buf, len);
	} else {
		avoid_hazard(m, at, len);
		dram_commit(m, at, buf, len);
	}
}

/* Aux bit 13: a full line, written at once, replaces what level 2 holds. */
static void invalidate_shared(struct machine *m, struct place at, size_t len)
{
	int i = outer_find(&m->outer, at);

	if (i >= 0 && len == outer_line_bytes(&m->outer))
		outer_drop(m, i, CAUSE_ASKED);
}

/* A clean line may be older than what is below it; most often it is the same. */
static void put_clean(struct machine *m, int i, struct place at, const void *buf, size_t len)
{
	if (!memcmp(outer_bytes(&m->outer, i, at), buf, len))
		return;
	inner_below_changed(m, at, len);
	outer_put(m, i, at, buf, len);
}

static void write_piece(struct machine *m, struct place at, const void *buf, size_t len,
			enum outer_use use, enum write_kind kind)
{
	struct outer *o = &m->outer;
	int i;

	if (unlikely(o->invalidates_shared) && use == OUTER_LOOK_UP)
		invalidate_shared(m, at, len);
	i = find_taker(m, at, use, kind);
	if (kind == BY_CLEAN_EVICTION) {
		if (i >= 0)
			put_clean(m, i, at, buf, len);
		return;
	}
	if (i >= 0) {
		outer_put(m, i, at, buf, len);
		if (use >= OUTER_WRITE_BACK && !o->writes_through) {
			o->meta[i] |= OUTER_DIRTY;
			return;
		}
	}
	write_dram(m, at, buf, len, kind);
}

static void write_pieces(struct machine *m, struct place at, const void *buf, size_t len,
			 enum outer_use use, enum write_kind kind)
{
	while (len) {
		size_t piece = outer_piece(&m->outer, at.off, len);

		write_piece(m, at, buf, piece, use, kind);
		at = place_add(at, piece);
		buf = (const char *)buf + piece;
		len -= piece;
	}
}

void outer_write(struct machine *m, struct place at, const void *buf, size_t len,
		 enum outer_use use)
{
	if (passes_by(m, use)) {
		write_dram(m, at, buf, len, BY_ACCESS);
	} else {
		inner_below_changed(m, at, len);
		write_pieces(m, at, buf, len, use, BY_ACCESS);
	}
}

/* Cortex-A9 and A5 send clean victims, and say of victims that they are, if told to. */
bool outer_hears_victims(const struct machine *m, const struct cpu *c)
{
	return !m->has_outer || c->reg[CP15_ACTLR] & ACTLR_EXCL;
}

static bool tells_evictions(const struct machine *m)
{
	return outer_hears_victims(m, m->actor.cpu ? m->actor.cpu : m->running);
}

void outer_put_back(struct machine *m, struct place line, const uint8_t *bytes,
		    uint32_t len, enum outer_use use, bool is_dirty, bool is_eviction)
{
	enum write_kind kind = BY_CLEAN;

	if (unlikely(m->outer.is_exclusive) && is_eviction && tells_evictions(m))
		kind = is_dirty ? BY_EVICTION : BY_CLEAN_EVICTION;
	if (!is_dirty && kind != BY_CLEAN_EVICTION)
		return;
	if (!passes_by(m, use))
		write_pieces(m, line, bytes, len, use, kind);
	else if (is_dirty)
		write_dram(m, line, bytes, len, kind);
}
