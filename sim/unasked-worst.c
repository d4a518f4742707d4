/* SPDX-License-Identifier: MIT */
/*
 * CHOOSER_EVICT and CHOOSER_RETAIN: two greedy adversaries. Neither is worse than the other
 * in every case, so tools run both.
 *
 * Both fill a line right before it is written from outside, so that a copy is there to be
 * out of date, and right after each invalidation, so that what lies below comes back. Then
 *
 *	evict	lets go of dirty bytes as soon as that overwrites something: right after a
 *		write from outside, or once a store has made a copy dirty that lacks one
 *	retain	never lets go, and holds stores as CHOOSER_LAZY does (order.c)
 *
 * For bugs on one line that is nearly always enough: a fill matters only between the last
 * invalidation and the write from outside, an eviction only after that.
 *
 * Leaves out: choices on two lines that are bad only together; copies of a line under
 * other virtual addresses than the first that is live.
 */
#include "sim.h"

/* Which levels' copies lack a write from outside. */
#define BEHIND_1	1u
#define BEHIND_2	2u

static bool is_dirty(const struct machine *m, struct place at)
{
	return inner_line_state(m, at).is_dirty || outer_state(m, at).is_dirty;
}

static uint8_t held_in(const struct machine *m, struct place at)
{
	return (uint8_t)((inner_line_state(m, at).is_valid ? BEHIND_1 : 0) |
			 (outer_state(m, at).is_valid ? BEHIND_2 : 0));
}

static void fill(struct machine *m, struct place at)
{
	if (speculate_fill(m, at))
		unasked_note(m, SCRIPT_FILL);
	if (speculate_fill_outer(m, at))
		unasked_note(m, SCRIPT_FILL2);
}

static void evict(struct machine *m, struct place at)
{
	if (speculate_evict(m, at))
		unasked_note(m, SCRIPT_EVICT);
	if (speculate_evict_outer(m, at))
		unasked_note(m, SCRIPT_EVICT2);
}

/* A copy that level 1 has taken from one that is behind is behind, too. */
static void note_behind(struct machine *m, struct place at, unsigned what)
{
	uint8_t *behind = &m->unasked->behind[at.off >> m->inner.line_shift];
	uint8_t held = held_in(m, at);

	*behind = what & EVENT_WRITES_BELOW ? held : *behind & held;
	if (*behind & BEHIND_2)
		*behind |= held & BEHIND_1;
}

static void begins(struct machine *m, struct place at, unsigned what)
{
	if (what & EVENT_WRITES_BELOW)
		fill(m, at);
}

static void ended(struct machine *m, struct place at, unsigned what)
{
	note_behind(m, at, what);
	if (m->config.chooser == CHOOSER_EVICT && is_dirty(m, at) &&
	    m->unasked->behind[at.off >> m->inner.line_shift])
		evict(m, at);
	if (what & EVENT_INVALIDATES)
		fill(m, at);
	note_behind(m, at, 0);
}

const struct unasked_ops unasked_worst = { .begins = begins, .ended = ended };
