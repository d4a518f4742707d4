/* SPDX-License-Identifier: MIT */
/*
 * Sets of states: what a line may be in, over all schedules at once.
 *
 *	set --event--> states after it --closure--> set
 *
 * The closure adds what fills and evictions that nobody asked for can make of each state.
 * Sets are shared: equal sets are one object, which lives as long as its table. Steps are
 * remembered, since programs do the same to many lines: a step that was made before is one
 * look.
 *
 * Versions are numbers below MAY_VERSIONS; MAY_OLD stands for any older bytes that are not
 * told apart any more.
 */
#ifndef LIB_HAZARD_MAY_SETS_H
#define LIB_HAZARD_MAY_SETS_H

#include "model.h"

#define MAY_VERSIONS	15u
#define MAY_OLD		15u
#define MAY_MOST_SETS	20000u

struct may_set {
	uint32_t hash;
	uint16_t live;			/* versions in any of the states: a bit each */
	uint16_t in_dram;		/* of those, the ones that DRAM may have */
	uint16_t is_dirty;		/* and those that a dirty copy may have */
	uint16_t nr;
	uint16_t state[];		/* ascending */
};

/* What a page's cacheable mapping allows. */
struct may_page_kind {
	uint8_t below;			/* enum observe_below, of a line that goes out */
	bool can_fill;			/* there is one, and it may be fetched through */
};

struct may_sets;

/* At most @most different sets. */
struct may_sets *may_sets_new(const struct cache_rules *r, unsigned most);
void may_sets_free(struct may_sets *t);
const struct cache_rules *may_sets_rules(const struct may_sets *t);

/* The closure of @nr states. NULL, here and below: there are too many sets. */
const struct may_set *may_set_of(struct may_sets *t, const struct may_state *st, unsigned nr,
				 struct may_page_kind kind);

/* Over which versions may that write go? */
uint16_t may_sets_changed(struct may_sets *t, const struct may_set *set,
			  const struct may_op *op, struct may_page_kind kind);

/* A step of all states. @map: what a write makes of each version, 4 bits each. */
struct may_outcome {
	const struct may_set *set;
	uint16_t seen;			/* versions that a read may see */
};
struct may_outcome may_sets_step(struct may_sets *t, const struct may_set *set,
				 const struct may_op *op, struct may_page_kind kind,
				 uint64_t map);
#define MAY_SAME_MAP	0xfedcba9876543210u

/* Those states in which that read sees one of @versions. */
const struct may_set *may_sets_keep(struct may_sets *t, const struct may_set *set,
				    const struct may_op *op, uint16_t versions);
/* Each version @map says, 4 bits each. */
const struct may_set *may_sets_rename(struct may_sets *t, const struct may_set *set,
				      uint64_t map);
struct may_state may_state_at(const struct may_set *set, unsigned i);

#endif
