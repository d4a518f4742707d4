/* SPDX-License-Identifier: MIT */
/*
 * What is below level 1: level 2, then DRAM. And the way up, a fill.
 *
 *   use             read hit   read miss        write hit         write miss
 *   BYPASS          DRAM       DRAM             DRAM              DRAM
 *   LOOK_UP         L2         DRAM             L2 and DRAM       DRAM
 *   WRITE_THROUGH   L2         fill, L2         L2 and DRAM       DRAM
 *   WRITE_BACK      L2         fill, L2         L2, dirty         fill (if the cache
 *                                                                 write-allocates) or DRAM
 *
 * Leaves out: the store buffers of a PL310.
 *
 * Spec: DDI 0246D, 2.3.2 "Shareable attribute"; DDI 0246C, 2.3 "Cache operation".
 */
#include "../sim.h"

#include <string.h>

enum outer_use outer_use_of(const struct machine *m, struct mem_attrs a)
{
	if (a.type != MEM_NORMAL || !m->l2.nr_ways)
		return OUTER_BYPASS;
	if (a.outer == CACHE_NONE)
		return m->has_outer && a.is_shareable && !pl310_overrides_shared(&m->pl310)
			? OUTER_LOOK_UP : OUTER_BYPASS;
	return a.outer == CACHE_WT ? OUTER_WRITE_THROUGH : OUTER_WRITE_BACK;
}

void outer_fill(struct machine *m, struct place at, bool is_speculative)
{
	struct cache *l2 = &m->l2;
	struct place line = cache_line(l2, at);

	memcpy(l2->bytes + line.off, dram_bytes(&m->dram, IMAGE_DRAM, line.off),
	       cache_line_bytes(l2));
	cache_admit(l2, line, is_speculative);
}

static enum observe_answer
read_piece(struct machine *m, struct place at, void *buf, size_t len, enum outer_use use)
{
	struct cache *l2 = &m->l2;
	enum observe_answer answer = ANSWER_L2;

	if (!cache_hits(l2, at.off)) {
		answer = ANSWER_DRAM;
		if (use == OUTER_LOOK_UP) {
			memcpy(buf, dram_bytes(&m->dram, IMAGE_DRAM, at.off), len);
			return answer;
		}
		outer_fill(m, at, false);
	} else {
		cache_touch(l2, at);
	}
	memcpy(buf, l2->bytes + at.off, len);
	return answer;
}

enum observe_answer outer_read(struct machine *m, struct place at, void *buf, size_t len,
			       enum outer_use use)
{
	enum observe_answer answer = ANSWER_L2;

	if (use == OUTER_BYPASS || !cache_is_on(&m->l2)) {
		memcpy(buf, dram_bytes(&m->dram, IMAGE_DRAM, at.off), len);
		return ANSWER_DRAM;
	}
	while (len) {
		size_t piece = cache_piece(&m->l2, at.off, len);

		if (read_piece(m, at, buf, piece, use) == ANSWER_DRAM)
			answer = ANSWER_DRAM;
		at = place_add(at, piece);
		buf = (char *)buf + piece;
		len -= piece;
	}
	return answer;
}

/* Must this write reach DRAM at once? Puts it into level 2 where that holds the line. */
static bool write_piece(struct machine *m, struct place at, const void *buf, size_t len,
			enum outer_use use)
{
	struct cache *l2 = &m->l2;

	if (!cache_hits(l2, at.off)) {
		if (use != OUTER_WRITE_BACK || !l2->write_allocate)
			return true;
		outer_fill(m, at, false);
	} else {
		cache_touch(l2, at);
	}
	memcpy(l2->bytes + at.off, buf, len);
	if (use != OUTER_WRITE_BACK)
		return true;
	*cache_state(l2, at.off) |= LINE_DIRTY;
	return false;
}

void outer_write(struct machine *m, struct place at, const void *buf, size_t len,
		 enum outer_use use)
{
	bool is_bypass = use == OUTER_BYPASS || !cache_is_on(&m->l2);

	while (len) {
		size_t piece = is_bypass ? len : cache_piece(&m->l2, at.off, len);

		if (is_bypass || write_piece(m, at, buf, piece, use))
			memcpy(dram_bytes(&m->dram, IMAGE_DRAM, at.off), buf, piece);
		at = place_add(at, piece);
		buf = (const char *)buf + piece;
		len -= piece;
	}
}

enum observe_answer inner_fill(struct machine *m, struct place at, enum outer_use use,
			       bool is_speculative)
{
	struct cache *l1 = &m->l1;
	struct place line = cache_line(l1, at);
	enum observe_answer answer = outer_read(m, line, l1->bytes + line.off,
						cache_line_bytes(l1), use);

	cache_admit(l1, line, is_speculative);
	return answer;
}

void outer_peek(const struct machine *m, struct place at, void *buf, size_t len)
{
	while (len) {
		size_t piece = cache_piece(&m->l2, at.off, len);
		bool is_hit = cache_is_on(&m->l2) && cache_hits(&m->l2, at.off);

		memcpy(buf, dram_bytes(&m->dram, is_hit ? IMAGE_OUTER : IMAGE_DRAM, at.off),
		       piece);
		at = place_add(at, piece);
		buf = (char *)buf + piece;
		len -= piece;
	}
}

void inner_peek(const struct machine *m, struct place at, void *buf, size_t len)
{
	while (len) {
		size_t piece = cache_piece(&m->l1, at.off, len);

		if (cache_hits(&m->l1, at.off))
			memcpy(buf, m->l1.bytes + at.off, piece);
		else
			outer_peek(m, at, buf, piece);
		at = place_add(at, piece);
		buf = (char *)buf + piece;
		len -= piece;
	}
}
