/* SPDX-License-Identifier: MIT */
/*
 * What could have happened: hazards that this run had the luck to miss.
 *
 *	observe.h --the program's own events--> may.c     the set of states of each line
 *	                                          |
 *	                     a read that may see two things: verdict.c
 *	                                          |
 *	                      a schedule that makes it so: witness.c
 *	                                          |
 *	                 on a second machine it does: sim/rehearse.h --> report
 *
 * Nothing is reported that a schedule of fills and evictions, written down and carried
 * out, has not shown. Where every read of a run could see but one thing, the run is proof
 * for all of those schedules.
 *
 * Leaves out: store buffers (as if each store were seen at once), other interleavings of
 * CPUs and devices, table walks of IOMMUs, and what was in a cache before the line was
 * first watched.
 */
#ifndef LIB_HAZARD_MAY_MAY_H
#define LIB_HAZARD_MAY_MAY_H

#include "../engine.h"
#include "line.h"
#include "witness.h"

#define MAY_LINE_WORDS	(PAGE_BYTES / LINE_MIN_BYTES / 64)

struct may_page {
	uint64_t pa;
	uint64_t age;			/* of @kind: struct may.age, when it was found out */
	struct may_page_kind kind;
	bool is_known;			/* @kind.below is of a mapping */
	uint32_t hint;			/* a virtual address of the page */
	unsigned nr_followed;		/* lines with a set */
	uint32_t nr_whole;		/* events of the whole page, besides: */
	/*
	 * Lines that are not followed, and that a device has written whole while no cache
	 * held them; once more; and were then invalidated in an outer cache. What was there
	 * before the first time; which events those were.
	 */
	uint64_t bulk[MAY_LINE_WORDS], again[MAY_LINE_WORDS], halfway[MAY_LINE_WORDS];
	uint8_t *old;
	uint32_t *bulk_nr, *halfway_nr;
	uint32_t *nr_events;		/* of each line */
	struct may_line *line[];
};

#define MAY_KNOWN_PAGES	1024u

struct may {
	struct machine *machine;
	struct may_sets *sets;
	GHashTable *pages;		/* pa >> 12 -> struct may_page */
	struct may_page *known[MAY_KNOWN_PAGES];
	unsigned line_bytes, nr_lines;	/* of a page */
	uint64_t age;			/* rises when a translation may be gone */
	/* Of a line that nobody held and a device wrote, the set; by kind.below, can_fill. */
	const struct may_set *written[BELOW_WRITE_ALLOCATE + 1][2];
	GHashTable *told;		/* verdict.c's: reads that were judged before */
	uint64_t nr_reads;		/* judged */
	uint64_t nr_possible;		/* of those, wrong under some schedule */
	uint64_t nr_gaps[NR_MAY_GAPS];
	const void *gap_site[NR_MAY_GAPS];	/* of the first */
	uint64_t gap_pa[NR_MAY_GAPS];
};

/* NULL: not asked for, or nothing to do in this gear. */
void may_begin(struct hazard_engine *e);
void may_done(struct hazard_engine *e);
/* After the rules of what was observed; @has_told: one of them had something to say. */
void may_event(struct hazard_engine *e, const struct observe_event *ev, bool has_told);
/* [pa, pa + len) was invalidated on purpose; or is free memory. */
void may_surrender(struct hazard_engine *e, uint64_t pa, uint64_t len);
void may_forget(struct hazard_engine *e, uint64_t pa, uint64_t len);

void may_note_gap(struct may *may, enum may_gap gap, uint64_t pa, const void *site);

/* verdict.c: @ev, the read that @l has just remembered, may see something else */
void may_judge(struct hazard_engine *e, const struct may_line *l, struct shadow_line *s,
	       const struct observe_event *ev, struct may_wanted wanted);
/* What the summary says of all this; NULL: nothing. Yours. */
char *may_summary(struct hazard_engine *e);
/* Why not everything is covered: a sentence without its end; NULL: it is. Yours. */
char *may_why_not(struct hazard_engine *e);

#endif
