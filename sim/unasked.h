/* SPDX-License-Identifier: MIT */
/*
 * What hardware does though nobody asked, and when: at events of watched lines.
 *
 * Arm allows fills and evictions at nearly any time. They matter only around events on the
 * line itself, so that is where a chooser is asked:
 *
 *	event_begins()  counted; before it:  draws (random), looks (worst), reads (script)
 *	    ... a load, a store, an operation, a master's access ...
 *	event_ended()   after it: the same
 *
 * What is taken is noted as an action of a script (armdma/machine.h), so that any run can be
 * told again. Counts are kept without any chooser, too, for who wants to write a script.
 *
 * Leaves out: set and way operations, which are no events of one line.
 *
 * Spec: DDI 0406C, B2.2.2 "Behavior of caches".
 */
#ifndef SIM_UNASKED_H
#define SIM_UNASKED_H

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>
#include <armdma/cpu.h>
#include "mem/dram.h"
#include "script.h"

struct machine;

/* What an event is, for who looks for the worst. */
#define EVENT_READS		0u
#define EVENT_WRITES_BELOW	1u	/* past the caches that may hold the line */
#define EVENT_INVALIDATES	2u
#define EVENT_MAY_WAIT		4u	/* in a store buffer */
#define EVENT_PUT_OFF		8u	/* it waits; it comes later */
#define EVENT_LATE		16u	/* it has waited, and was counted then */

static inline unsigned event_of_op(enum dc_op op)
{
	return op == DC_INVALIDATE || op == DC_CLEAN_INVALIDATE ? EVENT_INVALIDATES : 0;
}

/* How a chooser takes part. Both may be NULL. @at lies in the line. */
struct unasked_ops {
	void (*begins)(struct machine *m, struct place at, unsigned what);
	void (*ended)(struct machine *m, struct place at, unsigned what);
};

struct unasked {
	const struct unasked_ops *ops;
	uint32_t *counts;		/* by line of level 1 */
	uint8_t *behind;		/* the same: unasked-worst.c */
	size_t nr_lines;
	uint64_t line_pa;		/* of the event under way */
	uint32_t nth;
	bool is_after;
	bool holds;			/* a script wants it to wait */
	GHashTable *agenda;		/* offset of a line -> what a script says of it */
	struct machine_script_outcome outcome;
};

/* False: the host has no room. */
bool unasked_new(struct machine *m);
void unasked_free(struct machine *m);	/* NULL is fine */

void event_begins_slow(struct machine *m, struct place at, unsigned what);
void event_ended_slow(struct machine *m, struct place at, unsigned what);
void events_count_slow(struct machine *m, struct place at, uint64_t len);

/* It was done, at the present event. */
void unasked_note(const struct machine *m, enum script_verb verb);

/* ---- stores that wait: order.c asks ------------------------------------------ */

/* Does a script want the event under way to wait? Asked once. */
bool unasked_takes_hold(struct machine *m);
/* And the next one on @line? */
bool unasked_will_hold(const struct machine *m, struct place line);
/* The event under way, on @line, waits. */
void unasked_note_hold(const struct machine *m, struct place line);

/* ---- unasked-script.c, unasked-worst.c ------------------------------------------ */

extern const struct unasked_ops unasked_script, unasked_worst;

void unasked_script_init(struct machine *m);

#endif
