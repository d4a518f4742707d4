/* SPDX-License-Identifier: MIT */
/*
 * One report: everything that the text and the JSON say, gathered at the moment
 * of the first occurrence. A rule fills one like this:
 *
 *	struct report *r = report_begin(e, HAZARD_..., guilty_site, other_site);
 *
 *	if (!r)
 *		return;			// known: counted, nothing to print
 *	report_say(r, "cpu0 read ...");
 *	report_history(e, r, pa, len);
 *	report_now(e, r, &record, is_culprit);
 *	report_fix(r, "Likely missing", "dma_sync_single_for_cpu(...)");
 *	report_end(e, r);
 */
#ifndef LIB_HAZARD_REPORT_H
#define LIB_HAZARD_REPORT_H

#include "engine.h"

struct report_row {
	struct record record;
	char *what;			/* "line filled, speculatively" */
	const char *place;		/* "L1D": shown where there is no site; static */
	bool is_culprit;
};

struct report_bytes {
	GByteArray *saw, *newest;	/* of the whole access */
	const char *newest_in;		/* "dram", "L2", "L1D", "nowhere"; static */
	unsigned first_wrong;		/* offset into the access */
	unsigned nr_wrong;
};

struct report_mapping {
	char *device;
	enum mapping_kind kind;
	bool is_allocation;
	int dir;
	uint64_t dma, pa, len;
	uint64_t step;
	const void *site;
};

struct report_access {
	char *who;
	bool is_write;
	uint64_t va, pa, dma, len;
	bool has_va, has_pa, has_dma;
};

struct report {
	enum hazard_class class;
	enum hazard_strength strength;
	uint64_t count;
	uint64_t step;
	const void *site;		/* the guilty code; may be NULL */
	char *by;			/* who, where there is no code to blame; or NULL */
	GString *what;
	GArray *rows;			/* of struct report_row */
	struct report_bytes bytes;	/* .saw NULL: none */
	struct report_mapping mapping;	/* .device NULL: none */
	struct report_access access;	/* .who NULL: none */
	char *fix_label, *fix;		/* may be NULL */
	char *schedule;			/* of what is possible: as machine_script_parse() has it */
	struct excuse *excuse;		/* it counts for nothing: excuse.h; or NULL */
	struct story *story;		/* story.h; NULL: none */
	uint64_t stack_step;
	struct stack stack;		/* of the call or access that showed it */
};

/* The line that gets it again, NULL: nobody knows. Yours. */
char *report_replay(const struct hazard_engine *e, const struct report *r);

struct report *report_begin(struct hazard_engine *e, enum hazard_class class,
			    const void *site, const void *other_site);
/*
 * Has that code been told, about bytes, ownership or kinds of memory, of something that did
 * happen or that a rule forbids?
 */
bool report_is_told(const struct hazard_engine *e, const void *site);
void report_by(struct report *r, const char *who);
/* Appends; after a space, unless @format begins with punctuation. */
void report_say(struct report *r, const char *format, ...) G_GNUC_PRINTF(2, 3);
void report_fix(struct report *r, const char *label, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
void report_of_mapping(struct hazard_engine *e, struct report *r, const struct mapping *m);
/* "cpu0 read 4 bytes at pa 0x..., 12 bytes into the 2048 bytes mapped for eth0" */
void report_of_access(struct hazard_engine *e, struct report *r,
		      const struct observe_event *ev, bool is_write);
void report_end(struct hazard_engine *e, struct report *r);
void report_free(void *r);

/* ---- report-rows.c: the timeline ------------------------------------ */

/* Rows for what is remembered about [pa, pa + len), in order. */
void report_history(struct hazard_engine *e, struct report *r, uint64_t pa, uint64_t len);
void report_row(struct hazard_engine *e, struct report *r, const struct record *rec);
/* One more row, the last. @what NULL: as the record's kind says it. */
void report_now(struct hazard_engine *e, struct report *r, const struct record *now,
		bool is_culprit, const char *what);
/* The latest row for which @is holds; NULL if there is none. Borrowed from @r. */
struct report_row *report_row_last(struct report *r, bool (*is)(const struct record *rec));
/* The row of that record is where it went wrong. */
void report_blame(struct report *r, uint64_t seq);
/* A row for a mapping that history has forgotten, or that has no line to remember it. */
void report_row_of_mapping(struct hazard_engine *e, struct report *r,
			   const struct mapping *m);
/* What @m was made by, as the culprit: it happens now. */
void report_now_mapped(struct hazard_engine *e, struct report *r, const struct mapping *m);

/* ---- words.c -------------------------------------------------------- */

/* "DMA_FROM_DEVICE"; static. */
const char *direction_name(int dir);
/* "single", "sg", "coherent", "resource"; static. */
const char *mapping_kind_name(enum mapping_kind kind);
const char *record_kind_name(uint8_t kind);
/* "line filled, speculatively": what a row of the timeline says of it. Yours. */
char *record_text(const struct hazard_engine *e, const struct record *rec);
/* "L1D", of what a cache did; NULL: it was somebody's code or a device. Static. */
const char *record_cache(const struct record *rec);
/* "11 22 33 44": at most @max of them. Yours. */
char *bytes_text(const uint8_t *bytes, size_t len, size_t max);
/* "dma_unmap_single(eth0, 0x80041000, 2048, DMA_FROM_DEVICE)". Yours. */
char *unmap_call(const struct hazard_engine *e, const struct mapping *m);
char *sync_call(const struct hazard_engine *e, const struct mapping *m, bool for_cpu);

/* ---- text ----------------------------------------------------------- */

void report_print(struct hazard_engine *e, const struct report *r);
/* Of a report that has been printed: a line at its 10th, 100th, 1000th ... occurrence. */
void report_print_count(struct hazard_engine *e, const struct report *r);
void summary_print(struct hazard_engine *e);
/* "rx_poll (rx.c:57)". Yours. */
char *symbol_text(struct hazard_engine *e, const void *site);
/* Distinct reports and occurrences. */
uint64_t report_times(const struct hazard_engine *e);

#endif
