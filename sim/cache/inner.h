/* SPDX-License-Identifier: MIT */
/*
 * Level 1 data caches: one for each CPU, all over one image of bytes.
 *
 *    cpu 0   state[slot]  ways[set][way] = line \
 *                                                 > image[slot]  the bytes of valid lines
 *    cpu 1   state[slot]  ways[set][way] = line /
 *
 * A line is named by its *slot*, an index into the image and, by line, into the state
 * bytes of every CPU. Nothing moves when a way changes hands, and a hit is one test of
 * one byte, which compiler hooks do inline (window.h):
 *
 *   PIPT   slot = offset of the line in DRAM
 *   VIPT   slot = view * length of DRAM + offset, where the view is by how many pages
 *          the index of va is off from that of pa, modulo the pages of a way. So a
 *          linear mapping is contiguous, and copies of one line that sit in sets of
 *          different colours are different slots, with bytes and dirty bits of their own
 *   VIVT   slot = va. Each way remembers of which memory its line is: an eviction needs
 *          no translation, and lines outlive the mapping that brought them in
 *
 * The way arrays exist to choose victims; they agree with the states at all times:
 *
 *	state[slot] & LINE_VALID  <=>  one way of the slot's set holds it
 *
 * Several CPUs are kept coherent where hardware does it (inner-coherence.c): then valid
 * copies are equal and share the image's bytes, and nothing moves between caches. A
 * line that was filled by a non-shareable access is outside of that (LINE_INCOHERENT).
 * The image is one CPU's then; another's, should it want the line too, has its bytes in
 * its own way (LINE_PRIVATE), and each of its accesses takes the slow path.
 *
 * Leaves out: latency, lockdown, sectored dirty bits, streaming (no-allocate) modes,
 * the store and linefill buffers (store buffers are order.h's).
 *
 * Spec: DDI 0406C, B2.2 "Caches and branch predictors"; the cores' TRMs.
 */
#ifndef SIM_CACHE_INNER_H
#define SIM_CACHE_INNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <glib.h>
#include <armdma/board.h>
#include <armdma/cpu.h>
#include <armdma/observe.h>
#include <armdma/window.h>
#include "victims.h"
#include "../mem/dram.h"

/* Takes part in coherency. Set at reset here, as boot firmware leaves it. */
#define ACTLR_SMP	(1u << 6)

#define INNER_NO_LINE	UINT32_MAX
#define INNER_MAX_LINE	128u		/* bytes */

struct machine;

/* What all level 1 data caches of a machine have in common. */
struct inner_shape {
	uint8_t *bytes;			/* the image */
	uint64_t view_len;		/* bytes of one view of DRAM; VIVT: of all va */
	unsigned line_shift;
	unsigned nr_views;		/* PIPT: 1; VIPT: colours; VIVT: 0 */
	bool is_many;			/* several CPUs have one */
	bool is_coherent;		/* and hardware keeps them coherent */
};

/* A line, or a byte of it: where level 1 has it, and which memory it is of. */
struct seat {
	uint64_t slot;
	struct place at;
};

struct inner_counts {
	uint64_t written_back, dropped, filled, speculated, evicted;
};

struct inner {
	/* Read on every access. */
	uint8_t *state;			/* by line: slot >> line_shift */
	unsigned line_shift;
	unsigned nr_ways;		/* 0: there is no such cache */
	uint32_t set_mask;		/* number of sets - 1 */
	bool write_allocate;

	/* Touched on a miss. */
	uint32_t *ways;			/* [set][way]: line number, or INNER_NO_LINE */
	uint8_t *use;			/* [set][way]: enum outer_use of the line's fill */
	uint32_t nr_free;		/* empty ways, of all sets */
	uint8_t cpu_bit;		/* in page_summary.cpus */
	uint8_t peer_bits;		/* of the other CPUs; from the ninth on, of itself too */
	struct victims victims;
	struct inner_counts counts;
	struct place *memory;		/* [set][way], VIVT only */
	uint8_t *own_bytes;		/* [set][way], of private lines; NULL: there can be none */

	struct machine *machine;	/* borrowed */
	size_t nr_state_bytes;
};

/* How a line is asked for. */
struct inner_ask {
	uint8_t use;			/* enum outer_use */
	bool is_shareable;
	bool is_store;
	bool is_speculative;
};

/* The shape that @g gives all caches of @m; before the images are made. */
void inner_shape_init(struct machine *m, const struct board_cpu *b);
uint64_t inner_image_len(const struct machine *m);
/* False when the host has no room. */
bool inner_init(struct cpu *c, struct stream victims);
void inner_done(struct inner *l1);

static inline uint64_t inner_slot(const struct inner_shape *s, uint32_t va, struct place at)
{
	if (__builtin_expect(s->nr_views == 1, 1))
		return at.off;
	if (!s->nr_views)
		return va;
	return (((va >> PAGE_SHIFT) - (uint32_t)(at.pa >> PAGE_SHIFT)) & (s->nr_views - 1)) *
	       s->view_len + at.off;
}

static inline struct seat inner_seat(const struct inner_shape *s, uint32_t va, struct place at)
{
	return (struct seat){ inner_slot(s, va, at), at };
}

static inline uint32_t inner_line_bytes(const struct inner_shape *s)
{
	return 1u << s->line_shift;
}

/* First byte of the line that holds @s. */
static inline struct seat inner_line(const struct inner_shape *shape, struct seat s)
{
	uint64_t in_line = s.at.off & (inner_line_bytes(shape) - 1);

	return (struct seat){ s.slot - in_line, { s.at.pa - in_line, s.at.off - in_line } };
}

static inline struct place inner_line_place(const struct inner_shape *shape, struct place at)
{
	uint64_t in_line = at.off & (inner_line_bytes(shape) - 1);

	return (struct place){ at.pa - in_line, at.off - in_line };
}

/* How many of the @len bytes at @off lie in the line that holds @off. */
static inline size_t inner_piece(const struct inner_shape *s, uint64_t off, size_t len)
{
	size_t room = inner_line_bytes(s) - (off & (inner_line_bytes(s) - 1));

	return len < room ? len : room;
}

static inline uint8_t *inner_state(const struct inner *l1, uint64_t slot)
{
	return &l1->state[slot >> l1->line_shift];
}

static inline bool inner_hits(const struct inner *l1, uint64_t slot)
{
	return *inner_state(l1, slot) & LINE_VALID;
}

/* Does the level 1 cache of @c hold memory of these attributes, or pass it by? */
bool inner_caches(const struct cpu *c, struct mem_attrs a);

/* ---- inner.c: lines in and out ---------------------------------------- */

/* The line of @s, which is not held, comes in from what is below, or from a peer. */
enum observe_answer inner_fill(struct cpu *c, struct seat s, struct inner_ask ask);
/*
 * The same for an access to write-back memory that is shareable where that matters, of
 * PIPT, with nothing under way; and what a store needs. False: it is not that simple,
 * and nothing was done.
 *
 * Bound: the line's note and its page's summary, a set of level 2, a victim and its
 * page; 32 or 64 bytes are copied unless the image has them already.
 */
bool inner_quick(struct cpu *c, struct place at, bool is_store);
/*
 * The line of @s as it is held: in a VIVT cache its memory may be another than that
 * which @s, by the present translation, is of.
 */
struct seat inner_line_held(const struct inner *l1, struct seat s);
/* A hit on a line that is not LINE_RECENT. */
void inner_touch(struct cpu *c, struct seat s);
/* Its bytes, which may be a private line's. @s may be any byte of it. */
uint8_t *inner_bytes(const struct cpu *c, struct seat s);
/* A store is about to change the held line: it becomes this CPU's alone, and dirty. */
void inner_make_dirty(struct cpu *c, struct seat s);

/* The held line at position @idx of the ways: write it back if dirty; drop it; both. */
void inner_write_back(struct inner *l1, uint32_t idx, enum observe_cause cause);
void inner_drop(struct inner *l1, uint32_t idx, enum observe_cause cause);
void inner_expel(struct inner *l1, uint32_t idx, enum observe_cause cause);
/* Position of a line that is held. */
uint32_t inner_find(const struct inner *l1, struct seat s);
/* The line at position @idx, which holds one. */
struct seat inner_seat_of(const struct inner *l1, uint32_t idx);

/* States, ways, notes and page summaries agree, for all CPUs. Slow; for tests. */
bool inner_valid(const struct machine *m);

/* ---- inner-coherence.c: other CPUs, and what is below ---------------------- */

/* What a fill finds among the peers, and what it has to do. */
struct inner_found {
	bool has_bytes;		/* a peer's copy, in the image: fetch nothing */
	bool was_dirty;		/* and its dirtiness is ours now */
	uint8_t state;		/* LINE_UNIQUE, LINE_INCOHERENT, LINE_PRIVATE */
};
struct inner_found inner_ask_peers(struct cpu *c, struct seat line, struct inner_ask ask);
/* A store: no other coherent cache keeps its copy of the held line. */
void inner_claim(struct cpu *c, struct seat line);
/* A store that this CPU does not allocate for: peers' coherent copies go out, then away. */
void inner_expel_peers(struct cpu *c, struct place line);

/* What a fetch through level 2 would bring of [at, at + len) is no longer what it was. */
void inner_below_changed(struct machine *m, struct place at, size_t len);
/* The same of everything: level 2 was switched on or off. */
void inner_below_changed_all(struct machine *m);
/* An inclusive level 2 is about to lose [at, at + len): no level 1 keeps any of it. */
void inner_back_invalidate(struct machine *m, struct place at, size_t len);
/* The line of @at leaves all caches, for no reason that anybody gave. */
void inner_evict(struct machine *m, struct place at);

/*
 * A coherent port reads within one line: true, with the bytes, if a level 1 cache has
 * them. Or it writes: copies go out, then away; @len may be many lines. It is heard by
 * @cpus, a set of inner.cpu_bit or INNER_EVERY_CPU.
 */
#define INNER_EVERY_CPU	0xffu
bool inner_snoop_read(const struct machine *m, uint8_t cpus, struct place at, void *buf,
		      size_t len);
void inner_snoop_clean_invalidate(struct machine *m, uint8_t cpus, struct place at, size_t len);

/* What a level 1 cache has within one line as @c (NULL: nobody) sees it, moving nothing. */
bool inner_read_copy(const struct machine *m, const struct cpu *c, struct place at, void *buf,
		     size_t len);
/* The newest bytes as the running CPU sees them, moving nothing. */
void inner_peek(const struct machine *m, struct place at, void *buf, size_t len);
/* State of the line in any cache: what one of them holds, the machine holds. */
struct line_state inner_line_state(const struct machine *m, struct place at);
/* State bytes of held copies follow the note. */
void inner_watch(struct machine *m, struct place line, bool is_watched);

/* ---- inner-maintain.c: what operations ask for --------------------------------- */

/* By address, on the line of @s, in this cache or in those of all coherent CPUs. */
void inner_op(struct cpu *c, enum dc_op op, struct seat s, bool is_broadcast);
/* On one way of this cache; out of range does nothing. */
void inner_op_way(struct cpu *c, enum dc_op op, uint32_t set, unsigned way);
/* On all of this cache. */
void inner_op_all(struct cpu *c, enum dc_op op);
/* Clean the first dirty line of this cache: false if there is none. */
bool inner_clean_one(struct cpu *c);
bool inner_is_dirty(const struct cpu *c);

#endif
