/* SPDX-License-Identifier: MIT */
/*
 * One line of memory and its caches as a state of three letters, and what each event
 * makes of it.
 *
 *	level 1   nothing, clean v, dirty v
 *	level 2   nothing, clean v, dirty v
 *	DRAM      v
 *
 * v is the number of a *version*: bytes of the whole line, which somebody else keeps.
 * The coherent level 1 caches of several CPUs are one. What a step does to a state is
 * certain; what is not (fills and evictions that nobody asked for) are steps of their own.
 *
 * The rules are those of sim/cache, said once more, so that a state can be stepped without
 * a machine: a test has both take the same steps.
 *
 * Leaves out: store buffers, lines of level 2 that are longer than those of level 1,
 * copies at several virtual addresses.
 */
#ifndef LIB_HAZARD_MAY_MODEL_H
#define LIB_HAZARD_MAY_MODEL_H

#include <stdbool.h>
#include <stdint.h>
#include <armdma/observe.h>

enum copy_state { COPY_NONE, COPY_CLEAN, COPY_DIRTY };

struct may_copy {
	uint8_t state;			/* enum copy_state */
	uint8_t version;		/* COPY_NONE: 0 */
};

struct may_state {
	struct may_copy l1, l2;
	uint8_t dram;			/* version */
};

enum may_verb {
	/* the program's own */
	MAY_LOAD,
	MAY_STORE,
	MAY_MAINTAIN,
	MAY_DEVICE_READ,
	MAY_DEVICE_WRITE,
	NR_MAY_EVENTS,
	/* what nobody asked for */
	MAY_FILL = NR_MAY_EVENTS,	/* into level 1, by way of level 2 */
	MAY_FILL2,			/* into level 2 alone */
	MAY_EVICT,
	MAY_EVICT2,
	NR_MAY_VERBS
};

/**
 * struct may_op - a step
 * @path:   of an access; of a fill or an eviction, that of the page's cacheable mapping
 * @below:  enum observe_below of that mapping: how lines of level 1 go out
 * @op, @levels: of MAY_MAINTAIN
 * @is_whole: a write of all of the line
 */
struct may_op {
	uint8_t verb;			/* enum may_verb */
	uint8_t below;
	uint8_t op, levels;
	struct observe_path path;
	bool is_whole;
};

/* What a version becomes when the bytes of a write are laid over it. */
struct may_store {
	uint8_t (*over)(struct may_store *s, uint8_t version);
};

/* Of a read: the version that is seen, else UINT8_MAX. @s: of a write. */
uint8_t may_step(const struct cache_rules *r, struct may_state *st, const struct may_op *op,
		 struct may_store *s);

/* Would that step, of what nobody asked for, change anything? */
bool may_is_possible(const struct cache_rules *r, const struct may_state *st,
		     const struct may_op *op);

#endif
