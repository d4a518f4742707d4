/* SPDX-License-Identifier: MIT */
/*
 * What is below level 1: level 2, then DRAM. See outer.h.
 *
 *   use             read hit   read miss        write hit         write miss
 *   BYPASS          DRAM       DRAM             DRAM              DRAM
 *   LOOK_UP         L2         DRAM             L2 and DRAM       DRAM
 *   WRITE_THROUGH   L2         fill, L2         L2 and DRAM       DRAM
 *   WRITE_BACK      L2         fill, L2         L2, dirty         fill (if the cache
 *                                                                 write-allocates) or DRAM
 *
 * Spec: DDI 0246D, 2.3.2 "Shareable attribute"; DDI 0246C, 2.3 "Cache operation".
 */
#include "../sim.h"

#include <string.h>

enum outer_use outer_use_of(const struct machine *m, struct mem_attrs a)
{
	if (a.type != MEM_NORMAL || !m->outer.nr_ways)
		return OUTER_BYPASS;
	if (a.outer == CACHE_NONE)
		return m->has_outer && a.is_shareable && !pl310_overrides_shared(&m->pl310)
			? OUTER_LOOK_UP : OUTER_BYPASS;
	return a.outer == CACHE_WT ? OUTER_WRITE_THROUGH : OUTER_WRITE_BACK;
}

static bool passes_by(const struct machine *m, enum outer_use use)
{
	return use == OUTER_BYPASS || !outer_is_on(&m->outer);
}

/* ---- reads ------------------------------------------------------------------- */

/* Within one line of level 2: the tag work of a read. Position, or -1: not held. */
static int look_up(struct machine *m, struct place at, enum outer_use use,
		   bool is_speculative, enum observe_answer *answer)
{
	struct outer *o = &m->outer;
	int i = outer_find(o, at);

	if (likely(i >= 0)) {
		outer_touch(o, i);
		return i;
	}
	*answer = ANSWER_DRAM;
	return use == OUTER_LOOK_UP ? -1 : outer_fill(m, at, is_speculative);
}

static const uint8_t *bytes_of(const struct machine *m, int i, struct place at)
{
	return i < 0 ? dram_bytes(&m->dram, IMAGE_DRAM, at.off) : outer_bytes(&m->outer, i, at);
}

enum observe_answer outer_read(struct machine *m, struct place at, void *buf, size_t len,
			       enum outer_use use)
{
	enum observe_answer answer = ANSWER_L2;

	if (passes_by(m, use)) {
		memcpy(buf, dram_bytes(&m->dram, IMAGE_DRAM, at.off), len);
		return ANSWER_DRAM;
	}
	while (len) {
		size_t piece = outer_piece(&m->outer, at.off, len);
		int i = look_up(m, at, use, false, &answer);

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
		int i = look_up(m, at, use, is_speculative, &answer);

		memcpy(buf + done, bytes_of(m, i, at), outer_line_bytes(&m->outer));
	}
	return (struct fetched){ buf, answer };
}

struct fetched outer_fetch(struct machine *m, struct place line, uint32_t len,
			   enum outer_use use, bool is_speculative, uint8_t *buf)
{
	enum observe_answer answer = ANSWER_L2;
	int i;

	if (passes_by(m, use))
		return (struct fetched){ bytes_of(m, -1, line), ANSWER_DRAM };
	if (unlikely(len > outer_line_bytes(&m->outer)))
		return fetch_joined(m, line, len, use, is_speculative, buf);
	i = look_up(m, line, use, is_speculative, &answer);
	return (struct fetched){ bytes_of(m, i, line), answer };
}

void outer_peek(const struct machine *m, struct place at, void *buf, size_t len)
{
	while (len) {
		size_t piece = outer_piece(&m->outer, at.off, len);
		int i = outer_is_on(&m->outer) ? outer_find(&m->outer, at) : -1;

		memcpy(buf, bytes_of(m, i, at), piece);
		at = place_add(at, piece);
		buf = (char *)buf + piece;
		len -= piece;
	}
}

/* ---- writes ------------------------------------------------------------------- */

/* Within one line of level 2. Position of the line that takes the bytes, or -1: DRAM does. */
static int taker(struct machine *m, struct place at, enum outer_use use)
{
	struct outer *o = &m->outer;
	int i = outer_find(o, at);

	if (i >= 0)
		outer_touch(o, i);
	else if (use == OUTER_WRITE_BACK && o->write_allocate)
		i = outer_fill(m, at, false);
	return i;
}

static void write_piece(struct machine *m, struct place at, const void *buf, size_t len,
			enum outer_use use)
{
	int i = taker(m, at, use);

	if (i >= 0) {
		outer_put(m, i, at, buf, len);
		if (use == OUTER_WRITE_BACK) {
			m->outer.meta[i] |= OUTER_DIRTY;
			return;
		}
	}
	dram_commit(m, at, buf, len);
}

static void write_pieces(struct machine *m, struct place at, const void *buf, size_t len,
			 enum outer_use use)
{
	while (len) {
		size_t piece = outer_piece(&m->outer, at.off, len);

		write_piece(m, at, buf, piece, use);
		at = place_add(at, piece);
		buf = (const char *)buf + piece;
		len -= piece;
	}
}

void outer_write(struct machine *m, struct place at, const void *buf, size_t len,
		 enum outer_use use)
{
	if (passes_by(m, use)) {
		dram_commit(m, at, buf, len);
	} else {
		inner_below_changed(m, at, len);
		write_pieces(m, at, buf, len, use);
	}
}

void outer_put_back(struct machine *m, struct place line, const uint8_t *bytes,
		    uint32_t len, enum outer_use use, bool is_dirty, bool is_eviction)
{
	if (!is_dirty)
		return;
	if (passes_by(m, use))
		dram_commit(m, line, bytes, len);
	else
		write_pieces(m, line, bytes, len, use);
}
