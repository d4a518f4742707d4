/* SPDX-License-Identifier: MIT */
/* What the files of this folder that take steps share; may.h says how they hang together. */
#ifndef LIB_HAZARD_MAY_STEPS_H
#define LIB_HAZARD_MAY_STEPS_H

#include "may.h"

/* ---- pages.c ------------------------------------------------------------- */

static inline unsigned may_line_idx(const struct may *may, uint64_t pa)
{
	return (unsigned)(pa % PAGE_BYTES) / may->line_bytes;
}

/* NULL: nothing was ever told of it. */
struct may_page *may_page_find(struct may *may, uint64_t pa);
struct may_page *may_page_get(struct may *may, uint64_t pa);
void may_page_free(struct may *may, struct may_page *p);
struct may_line *may_line_get(struct may *may, struct may_page *p, unsigned i);
/* Follow it no more: for good; or until something happens to it, for all copies are alike. */
void may_give_up(struct may *may, struct may_page *p, struct may_line *l, enum may_gap gap,
		 const void *site);
void may_unfollow(struct may_page *p, struct may_line *l);
struct may_page_kind may_kind_of(struct may *may, struct may_page *p);
/* An access has shown by which mapping; a translation was used. */
void may_learn_kind(struct may *may, struct may_page *p, const struct observe_event *ev);
void may_tlb_fill(struct may *may, const struct observe_event *ev);

/* ---- follow.c ------------------------------------------------------------ */

/* @ev lies within the @i-th line of the page, and is counted. */
void may_on_line(struct hazard_engine *e, struct may_page *p, unsigned i,
		 const struct may_op *op, const struct observe_event *ev, bool has_told);

/* ---- bulk.c -------------------------------------------------------------- */

static inline bool may_has_bit(const uint64_t *bits, unsigned i)
{
	return bits[i / 64] >> i % 64 & 1;
}

static inline bool may_has_any(const uint64_t *bits)
{
	uint64_t any = 0;

	for (unsigned i = 0; i < MAY_LINE_WORDS; i++)
		any |= bits[i];
	return any;
}

/* True: a line that was written in bulk, and that is all that there is to do about it. */
bool may_stays_in_bulk(struct may *may, struct may_page *p, unsigned i, const struct may_op *op,
		       bool is_long);
/* From now on it is followed by itself; false: there is no set for it. */
bool may_out_of_bulk(struct may *may, struct may_page *p, unsigned i);
/* Of a page of which no line is followed, and which @op leaves like that. */
bool may_is_idle(struct may *may, struct may_page *p, const struct may_op *op);

#endif
