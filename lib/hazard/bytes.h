/* SPDX-License-Identifier: MIT */
/* What bytes.c shares with the rules about bytes that have files of their own. */
#ifndef LIB_HAZARD_BYTES_H
#define LIB_HAZARD_BYTES_H

#include "report.h"

/* Bytes of an access that differ from the newest. */
struct wrong {
	unsigned first;			/* offset into the access */
	unsigned nr;
	uint64_t pa;			/* of the first */
	enum writer writer;		/* of the first */
};

/* ---- bytes.c --------------------------------------------------------- */

/* @ev as history keeps it, or the last row of a report. */
struct record bytes_record(struct hazard_engine *e, enum record_kind kind,
			   const struct observe_event *ev);
/* The latest record of that kind about @pa; NULL if it is forgotten. */
const struct record *bytes_last_of(const struct history *h, enum record_kind kind, uint64_t pa);
/* The library's latest call about @pa. */
const struct record *bytes_last_call(const struct hazard_engine *e, uint64_t pa);
/* What @ev got, and the newest, which is in @where: static. */
void bytes_take(struct report *r, const struct shadow_line *l, const struct observe_event *ev,
		const struct wrong *w, const char *where);

/* ---- bounce.c -------------------------------------------------------- */

/* The other one of buffer and slot is to get these bytes, too. */
void bounce_device_wrote(struct hazard_engine *e, const struct observe_event *ev);
void bounce_cpu_wrote(struct hazard_engine *e, const struct observe_event *ev);
/* It has not: @w of @ev is old. */
void bounce_missed(struct hazard_engine *e, const struct shadow_line *l,
		   const struct observe_event *ev, const struct wrong *w);
/* What the device may have written is given up: it is to write [@offset, +@len) again. */
void bounce_surrender(struct hazard_engine *e, const struct mapping *m, uint64_t offset,
		      uint64_t len);

/* ---- mismatch.c ------------------------------------------------------ */

/* Whose coherence is not what Linux believes: of @m's device, or the last one at @pa; or NULL. */
const struct dev_record *mismatch_at(const struct hazard_engine *e, const struct mapping *m,
				     uint64_t pa);
/* Why it went wrong, and the fix. */
void mismatch_tell(const struct hazard_engine *e, struct report *r, const struct dev_record *d);

/* ---- one-way.c ------------------------------------------------------- */

/* The device read, and saw what it should. */
void one_way_read(struct hazard_engine *e, const struct shadow_line *l,
		  const struct observe_event *ev);

/* ---- vmap.c ---------------------------------------------------------- */

/* True, and reported: old because of lines of another virtual address. */
bool vmap_cpu_read(struct hazard_engine *e, const struct shadow_line *l,
		   const struct observe_event *ev, const struct wrong *w, const char *where);
bool vmap_device_read(struct hazard_engine *e, const struct shadow_line *l,
		      const struct observe_event *ev, const struct wrong *w, const char *where);

/* ---- turn.c ---------------------------------------------------------- */

/* The device did what nobody would notice here. */
void turn_device_access(struct hazard_engine *e, const struct observe_event *ev, bool is_write);

/*
 * @ev as it could have been: a read whose @bytes are wrong, or a write-back of a whole line
 * over a device's bytes. @where the newest are. e->schedule says how.
 */
void bytes_possible(struct hazard_engine *e, struct shadow_line *l,
		    const struct observe_event *ev, enum hazard_class class, const char *where);
#define NOWHERE "nowhere"
/* The code that last wrote that byte, or called the library about it; NULL: nobody knows. */
const void *bytes_writer_site(const struct shadow_line *l, uint64_t pa);
const void *bytes_call_site(const struct hazard_engine *e, uint64_t pa);

#endif
