/* SPDX-License-Identifier: MIT */
/* What the three forms of a report share. */
#ifndef TOOLS_REPLAY_REPORT_H
#define TOOLS_REPLAY_REPORT_H

#include <json-glib/json-glib.h>

#include "engine.h"

/** A counter of the board's work: where it is, its JSON key, its column. */
struct cost_column {
	size_t offset;			/* in struct machine_counters */
	const char *key;
	const char *title;
	int level;			/* 0 or 1; -1: of no level */
};
extern const struct cost_column cost_columns[];
extern const size_t nr_cost_columns;
uint64_t cost_value(const struct cost *c, const struct cost_column *col);
/** Does this board have what the column counts? */
bool cost_column_applies(const struct replay_report *rep, const struct cost_column *col);

extern const char *const cost_kind_names[NR_COST_KINDS];
struct cost cost_total(const struct tally *t);
uint64_t bytes_moved(const struct tally *t);

/** "12 us", "3.4 ms", "1.2 s"; yours. */
char *time_text(uint64_t us);

struct replay_device *report_device(const struct replay_report *rep, unsigned idx);
const char *chooser_name(const struct replay_report *rep);
const char *gear_name(const struct replay_report *rep);
uint64_t span_us(const struct replay_report *rep);
/**
 * What the trace says of how a pair that shares a line fared there, and what to do
 * where it does not say; yours.
 */
char *pair_words(const struct shared_pair *pair);
/** Lists of words the three reports agree on. */
extern const enum trace_dir report_dirs[4];

/* ---- report-json.c: members of an object ------------------------------------ */

void json_put(JsonBuilder *b, const char *key, uint64_t n);
void json_put_text(JsonBuilder *b, const char *key, const char *text);	/* "" is absent */
void json_put_bool(JsonBuilder *b, const char *key, bool is_true);
void json_put_hex(JsonBuilder *b, const char *key, uint64_t n);
void json_begin(JsonBuilder *b, const char *key);

/* ---- report-judge.c: the kernel's cache maintenance and ours ------------------ */

void judge_print(const struct replay_report *rep, FILE *out);
void judge_put(JsonBuilder *b, const struct replay_report *rep);
void judge_page(GString *s, const struct replay_report *rep);

#endif
