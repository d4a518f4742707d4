/* SPDX-License-Identifier: MIT */
/*
 * A second model of memory, as naive as can be: for each byte that it is told of, every
 * store ever made (unlimited history), and every *world* that could be: which copy in
 * which cache holds which of those stores, clean or dirty, or not at all.
 *
 * A program's step changes every world as the architecture says; then whatever caches
 * may do unasked (fills, evictions, buffered stores that drain) is added until nothing
 * new comes. A load that returned a byte keeps the worlds that would have returned it.
 * None left: the machine did what no cache could. It is sound for every replacement
 * policy, chooser and seed, since it never guesses; where it knows one value only, that
 * is the only one it accepts.
 *
 * Each byte stands for its line: a step on another byte of the line dirties, moves and
 * drops the line all the same. Nothing is shared with sim/.
 *
 *   cpu 0..1  x  view 0..1          store buffer of each CPU
 *   l1 copy: value, state     <--   pending: value, cached or not
 *            |
 *   l2 copy: value, state
 *            |                      store buffer of a PL310
 *   dram: value               <--   value
 *
 * Leaves out: write-through, partial lines, order between different bytes.
 *
 * Spec: DDI 0406C, A3.5, A3.8, B2.2; DDI 0246 for level 2 on the bus.
 */
#ifndef TESTS_SIM_WORLDS_H
#define TESTS_SIM_WORLDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <glib.h>

#define WORLDS_CPUS	2u
#define WORLDS_VIEWS	2u

enum worlds_l2 { WORLDS_NO_L2, WORLDS_L2_CP15, WORLDS_L2_REGISTERS };

/*
 * @nr_views:     cacheable virtual addresses of a byte that do not share a copy: 1 where
 *                level 1 is physically indexed and tagged
 * @is_coherent:  CPUs see each other's stores
 * @is_exclusive: level 2 is filled by what level 1 drops, clean or not
 * @looks_up:     level 2 answers uncached accesses
 * @is_buffered:  CPUs (and a level 2 on the bus) may hold stores back
 */
struct worlds_shape {
	unsigned nr_cpus, nr_views;
	bool is_coherent;
	bool allocates_on_store;
	enum worlds_l2 l2;
	bool is_exclusive;
	bool looks_up;
	bool is_buffered;
};

struct worlds;

struct worlds *worlds_new(const struct worlds_shape *shape, unsigned nr_bytes);
void worlds_free(struct worlds *w);

/* Who: a CPU and which of its virtual addresses. */
struct worlds_who {
	unsigned cpu, view;
};

/*
 * Observations of byte @idx: false if it cannot have read @got. worlds_say() then tells
 * what it could.
 */
bool worlds_load(struct worlds *w, unsigned idx, struct worlds_who who, uint8_t got);
bool worlds_load_uncached(struct worlds *w, unsigned idx, unsigned cpu, uint8_t got);
bool worlds_dma_read(struct worlds *w, unsigned idx, bool is_coherent, uint8_t got);
/* How many different bytes the last observation could have been; 0 of a lost byte. */
unsigned worlds_nr_answers(const struct worlds *w);
char *worlds_say(const struct worlds *w, unsigned idx, uint8_t got);

/* Stores to the line of byte @idx; @value: NULL if to another byte of it. */
void worlds_store(struct worlds *w, unsigned idx, struct worlds_who who, const uint8_t *value);
void worlds_store_uncached(struct worlds *w, unsigned idx, unsigned cpu, const uint8_t *value);
void worlds_dma_write(struct worlds *w, unsigned idx, bool is_coherent, const uint8_t *value);

/* Maintenance of the line, and the DSB that completes it. */
enum worlds_op { WORLDS_CLEAN = 1, WORLDS_INVALIDATE = 2, WORLDS_CLEAN_INVALIDATE = 3 };
void worlds_maintain(struct worlds *w, unsigned idx, struct worlds_who who, enum worlds_op op);
/* By set and way: every view, of level 1 and of nobody else. */
void worlds_maintain_own(struct worlds *w, unsigned idx, unsigned cpu, enum worlds_op op);
void worlds_maintain_l2(struct worlds *w, unsigned idx, unsigned cpu, enum worlds_op op);
/* All bytes: what @cpu, and where @is_bus level 2, held back is done. */
void worlds_barrier(struct worlds *w, unsigned cpu, bool is_bus);

/* More worlds than are worth keeping: it knows nothing until it is told all anew. */
bool worlds_is_lost(const struct worlds *w, unsigned idx);
/* No cache holds the line, no buffer either, and DRAM has @value. */
void worlds_reset(struct worlds *w, unsigned idx, uint8_t value);


#endif
