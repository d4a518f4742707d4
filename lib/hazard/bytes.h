/* SPDX-License-Identifier: MIT */
/* The rules about bytes that are not the newest, and what they share. bytes.c sees the events. */
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

#define NOWHERE		"nowhere"
#define STORE_BUFFER	"the store buffer"

/* ---- bytes-wrong.c --------------------------------------------------- */

/* Which bytes of @ev differ from the newest; .nr 0: none. */
struct wrong bytes_find_wrong(const struct shadow_line *l, const struct observe_event *ev);
/* Which bytes that a device wrote @ev, on its way to memory, goes over with others. */
struct wrong bytes_find_clobbered(const struct shadow_line *l, const struct observe_event *ev);
/* What it saw is old only because it came before a store that will be seen anyway. */
bool bytes_is_race(const struct hazard_engine *e, const struct shadow_line *l,
		   const struct observe_event *ev);
/* "dram", "L2", "L1D", STORE_BUFFER or NOWHERE; static. */
const char *bytes_newest_in(const struct hazard_engine *e, const struct shadow_line *l,
			    const struct observe_event *ev);
/* Said once: what is gone for good is missed by every reader after this one. */
void bytes_give_up_wrong(struct shadow_line *l, const struct observe_event *ev);
void bytes_give_up_clobbered(struct shadow_line *l, const struct observe_event *ev);

/* ---- bytes-past.c: NULL if it is forgotten --------------------------- */

/* @ev as history keeps it, or the last row of a report. */
struct record bytes_record(struct hazard_engine *e, enum record_kind kind,
			   const struct observe_event *ev);
/* The latest record of that kind about @pa. */
const struct record *bytes_last_of(const struct history *h, enum record_kind kind, uint64_t pa);
/* What took the CPU's bytes away: a dirty line dropped, or one written over them. */
const struct record *bytes_last_loss(const struct history *h, uint64_t pa);
/* The store that made the line dirty, in whatever byte of it. */
const struct record *bytes_last_store(const struct history *h);
/* The latest store to the line, other than @but, that stayed in a cache. */
const struct record *bytes_last_cached_store(const struct history *h, const struct record *but);
/* Who wrote what should have been seen. */
const struct record *bytes_writer_record(const struct shadow_line *l, const struct wrong *w);
/* The library's latest call about @pa, and the one that was under way at @seq. */
const struct record *bytes_last_call(const struct hazard_engine *e, uint64_t pa);
const struct record *bytes_call_at(const struct hazard_engine *e, uint64_t pa, uint64_t seq);
/* The code that last wrote that byte, or called the library about it. */
const void *bytes_writer_site(const struct shadow_line *l, uint64_t pa);
const void *bytes_call_site(const struct hazard_engine *e, uint64_t pa);

/* ---- bytes-report.c -------------------------------------------------- */

/* What @ev got, and the newest, which is in @where: static. */
void bytes_take(struct report *r, const struct shadow_line *l, const struct observe_event *ev,
		const struct wrong *w, const char *where);
void bytes_cpu_read_stale(struct hazard_engine *e, const struct shadow_line *l,
			  const struct observe_event *ev, const struct wrong *w,
			  const char *where);
void bytes_device_read_stale(struct hazard_engine *e, const struct shadow_line *l,
			     const struct observe_event *ev, const struct wrong *w,
			     const char *where);
void bytes_cpu_write_lost(struct hazard_engine *e, struct shadow_line *l,
			  const struct observe_event *ev, const struct wrong *w);
void bytes_device_write_lost(struct hazard_engine *e, const struct shadow_line *l,
			     const struct observe_event *ev, const struct wrong *w);
/*
 * @ev as it could have been: a read whose @bytes are wrong, or a write-back of a whole line
 * over a device's bytes. @where the newest are. e->schedule says how.
 */
void bytes_possible(struct hazard_engine *e, struct shadow_line *l,
		    const struct observe_event *ev, enum hazard_class class, const char *where);

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

#endif
