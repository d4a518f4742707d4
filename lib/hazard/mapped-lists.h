/* SPDX-License-Identifier: MIT */
/*
 * The lists and records of mapped.h, in line, since they are most of what lane.c does.
 * Here nobody locks: the region's lock is held, or all are shut out.
 */
#ifndef LIB_HAZARD_MAPPED_LISTS_H
#define LIB_HAZARD_MAPPED_LISTS_H

#include "engine.h"

#define SPARE_BATCH	16u	/* records that a region takes, or gives back, at once */
#define MANY_SPARES	(3 * SPARE_BATCH)

void mapped_take_spares(struct mapped *l, struct region *r);
void mapped_give_spares(struct mapped *l, struct region *r);

/* ---- lists -------------------------------------------------------------- */

static inline struct bin *top_bin(struct region *r, enum level level, uint64_t pa)
{
	if (level == LEVEL_PAGE)
		return &r->bins[pa >> PAGE_BIN_SHIFT & (NR_PAGE_BINS - 1)];
	return &r->bins[NR_PAGE_BINS + (pa >> BLOCK_BIN_SHIFT & (NR_BLOCK_BINS - 1))];
}

static inline struct bin *fan_of(const struct mapped *l, const struct bin *top)
{
	return shelf_at(&l->fans, top->head & ~FAN);
}

static inline struct bin *fan_bin(const struct mapped *l, const struct bin *top,
				  enum level level, uint64_t pa)
{
	unsigned shift = level == LEVEL_PAGE ? PAGE_BIN_SHIFT : BLOCK_BIN_SHIFT;

	return &fan_of(l, top)[pa >> (shift - 6) & (NR_FAN_BINS - 1)];
}

static inline struct bin *mapped_bin(const struct mapped *l, struct region *r,
				     enum level level, uint64_t pa)
{
	struct bin *top = top_bin(r, level, pa);

	return __builtin_expect(top->head & FAN, 0) ? fan_bin(l, top, level, pa) : top;
}

static inline void push(struct mapped *l, struct bin *b, struct mapping *m)
{
	uint32_t number = mapping_number(l, m);

	m->next = 0;
	if (b->tail)
		nth_mapping(l, b->tail)->next = number;
	else
		b->head = number;
	b->tail = number;
}

/* @m is filled in. */
static inline void mapped_append(struct mapped *l, struct region *r, enum level level,
				 struct mapping *m)
{
	struct bin *top = top_bin(r, level, m->pa);

	r->nr[level]++;
	if (level == LEVEL_BLOCK)
		r->reach = MAX(r->reach, m->pa + m->len);
	if (__builtin_expect(top->head & FAN, 0)) {
		top->tail++;
		top = fan_bin(l, top, level, m->pa);
	}
	push(l, top, m);
}

/* The list that @m is in, and what hangs before it there, or NULL. */
static inline struct bin *mapped_place(const struct mapped *l, struct region *r,
				       enum level level, const struct mapping *m,
				       struct mapping **ret_prev)
{
	struct bin *bin = mapped_bin(l, r, level, m->pa);
	struct mapping *at = nth_mapping(l, bin->head);

	for (*ret_prev = NULL; at != m; at = nth_mapping(l, at->next))
		*ret_prev = at;
	return bin;
}

static inline void leave_fan(struct mapped *l, struct bin *top)
{
	uint32_t fan = top->head & ~FAN;

	if (--top->tail)
		return;
	top->head = 0;
	shelf_give(&l->fans, fan, fan);
}

/* @prev is before it in @bin, or NULL. */
static inline void mapped_unlink(struct mapped *l, struct region *r, enum level level,
				 struct bin *bin, struct mapping *prev, struct mapping *m)
{
	struct bin *top = top_bin(r, level, m->pa);

	if (prev)
		prev->next = m->next;
	else
		bin->head = m->next;
	if (!m->next)
		bin->tail = prev ? mapping_number(l, prev) : 0;
	if (__builtin_expect(top != bin, 0))
		leave_fan(l, top);
	if (!--r->nr[level] && level == LEVEL_BLOCK)
		r->reach = 0;
}

/* ---- records ------------------------------------------------------------ */

static inline struct mapping *mapped_record(struct mapped *l, struct region *r)
{
	struct mapping *m;

	if (__builtin_expect(!r->nr_spare, 0))
		mapped_take_spares(l, r);
	m = nth_mapping(l, r->spare);
	r->spare = *shelf_link(&l->records, r->spare);
	r->nr_spare--;
	return m;
}

static inline void mapped_record_free(struct mapped *l, struct region *r, struct mapping *m)
{
	uint32_t number = mapping_number(l, m);

	m->age = 0;		/* whoever remembers its number sees that it is gone */
	*shelf_link(&l->records, number) = r->spare;
	r->spare = number;
	if (++r->nr_spare >= MANY_SPARES)
		mapped_give_spares(l, r);
}

#endif
