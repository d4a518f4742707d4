/* SPDX-License-Identifier: MIT */
/*
 * The forms in which a run's reports go into files. A form is a row of the table in
 * writers.c, and a file of its own: report-json.c, report-sarif.c, ...
 *
 * Several harnesses of one process go into one file, which is written anew, and whole,
 * each time one of them ends: @add appends what the latest run has to say, @finish puts
 * what all of them said into a document.
 */
#ifndef LIB_HAZARD_WRITERS_H
#define LIB_HAZARD_WRITERS_H

#include "report.h"

struct report_file;

/**
 * struct report_writer - one form
 * @name:       of the option in ARMDMA_OPTIONS
 * @path:       offset of the path's member in struct hazard_config
 * @is_for_one: a document holds one run: each further one gets a file of its own
 */
struct report_writer {
	const char *name;
	size_t path;
	bool is_for_one;
	void (*add)(struct hazard_engine *e, struct report_file *f);
	void (*finish)(const struct report_file *f, GString *doc);
};

/**
 * struct report_file - what one process has said so far in one form and file
 * @nr_runs:    that wrote to it, or to its likes with other numbers
 * @nr_in_file: that are in it, before the one that is being added
 * @head, @more, @body, @nr_points, @nr_bad: the form's own: what its runs added
 */
struct report_file {
	const struct report_writer *writer;
	char *path;			/* as asked for */
	unsigned nr_runs, nr_in_file;
	GString *head, *more, *body;
	unsigned nr_points, nr_bad;
};

/* All files that @e's config asks for. False: at least one was not, and stderr says why. */
bool writers_write(struct hazard_engine *e);
/* @cfg, a copy, owns its paths from now on; until the second. */
void writers_take_paths(struct hazard_config *cfg);
void writers_forget_paths(struct hazard_config *cfg);

/* ---- what several forms say ------------------------------------------------------- */

/* "a9-pl310": the board's file without folder and suffix. Yours. */
char *run_board(const struct hazard_engine *e);
/* Those that count, or those that are excused: where @r is. Borrowed. */
const GPtrArray *reports_like(const struct hazard_engine *e, const struct report *r);
/* "rx-test on a9-pl310". Yours. */
char *run_name(const struct hazard_engine *e);
/* Points of a run that is a test: each report, excused ones too, each vain expectation. */
struct run_sum {
	unsigned nr_points, nr_bad, nr_suppressed;
};
struct run_sum run_sum(const struct hazard_engine *e);
/* "cpu-read-stale in rx_poll", as in the first line of the text. Yours. */
char *report_title(struct hazard_engine *e, const struct report *r);
/* The same; a second one of the run is "... (2)". Yours. */
char *report_title_alone(struct hazard_engine *e, const struct report *r);
/* All of the text's report, without its frame. Yours. */
char *report_text(struct hazard_engine *e, const struct report *r);
/* The folder that source files are named from: @root of the config. Yours; absolute. */
char *run_root(const struct hazard_engine *e);
/* @path below @root, or NULL. Borrowed from @path. */
const char *below_root(const char *root, const char *path);
/* The place to show: the guilty call, else the nearest code that the report knows; or NULL. */
const struct symbol *report_place(struct hazard_engine *e, const struct report *r);

/* ---- the forms -------------------------------------------------------------------- */

void json_add(struct hazard_engine *e, struct report_file *f);
void sarif_add(struct hazard_engine *e, struct report_file *f);
void sarif_finish(const struct report_file *f, GString *doc);
void junit_add(struct hazard_engine *e, struct report_file *f);
void junit_finish(const struct report_file *f, GString *doc);
void tap_add(struct hazard_engine *e, struct report_file *f);
void tap_finish(const struct report_file *f, GString *doc);
void html_page_add(struct hazard_engine *e, struct report_file *f);
void html_page_finish(const struct report_file *f, GString *doc);
void trace_add(struct hazard_engine *e, struct report_file *f);
void trace_finish(const struct report_file *f, GString *doc);

/* report-trace.c: what happened, for trace_add(). */
struct run_trace *run_trace_new(void);
void run_trace_free(struct run_trace *t);	/* NULL is fine */
void run_trace_event(struct hazard_engine *e, const struct observe_event *ev);
void run_trace_record(struct run_trace *t, const struct record *r);

#endif
