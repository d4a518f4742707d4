/* SPDX-License-Identifier: MIT */
/*
 * One harness program under many schedules: what `armdma run` is made of.
 *
 *	schedules  -->  children  -->  outcomes  -->  rows
 *	                   ^                            |  the shortest script of each
 *	                   +----------- shrink ---------+
 *
 * A schedule reaches the program by ARMDMA_OPTIONS and ARMDMA_SEED, and what it found
 * comes back as the JSON report of its harness. Children run a few at a time; outcomes are
 * kept by schedule, so nothing that is printed depends on who was done first.
 */
#ifndef TOOLS_RUN_RUN_H
#define TOOLS_RUN_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <glib.h>

/** struct run_config - what to run, and how. Strings are borrowed. */
struct run_config {
	char **argv;			/* the program and its arguments */
	const char *board, *cpu;	/* or NULL: the environment's */
	unsigned nr_jobs;		/* children at a time */
	unsigned patience_s;		/* a child that takes longer hangs */
	bool shrinks;
	char *folder;			/* of files that nobody keeps */
};

/**
 * struct schedule - of one child
 * @chooser: "nominal"... as in ARMDMA_OPTIONS; or NULL: @script
 * @script:  actions, or @ and a file
 * @record:  a file that its script is written to, or NULL
 */
struct schedule {
	const char *chooser, *script, *record;
	uint64_t seed;
};

/**
 * struct finding - a report, or what is none: a crash, a child that hangs, an exit status
 * @key:      what makes it the same in another run
 * @title:    "cpu-read-stale in rx_poll (driver.c:12)"
 * @id:       "ADM-101"; NULL: it is no report
 * @strength: of a report
 * @what:     a sentence; or the last words of who crashed, or NULL
 * @replay:   the environment that gets it again, or NULL
 */
struct finding {
	char *key, *title, *id, *strength, *what, *replay;
};

/** struct outcome - of one child; no findings: clean */
struct outcome {
	GPtrArray *findings;		/* of struct finding *, in the order of the report */
	bool has_report;		/* its harness has written one */
};

/** A child that cannot be started: false, one sentence in @error. */
bool run_children(const struct run_config *cfg, const struct schedule *schedules, unsigned nr,
		  struct outcome *ret_outcomes, void (*progress)(unsigned nr_done, unsigned nr),
		  GError **error);
void outcomes_done(struct outcome *outcomes, unsigned nr);
const struct finding *outcome_find(const struct outcome *o, const char *key);

/** Nobody has seen it; the engine says that a schedule could show it, and which. */
bool finding_is_possible(const struct finding *f);

/** outcome.c: @status as waitpid() has it; @is_late: it was killed for taking too long */
void outcome_read(struct outcome *o, const char *json_path, const char *err_path, int status,
		  bool is_late);

/** The sets of schedules that --chooser names, NULL: all; false: one sentence in @error. */
bool schedules_choose(const char *names, uint64_t first_seed, unsigned nr_seeds,
		      GArray *schedules, GError **error);
/** Those of random, which are the last. */
unsigned schedules_nr_random(const GArray *schedules);
/** "evict, retain, 3 of 100 seeds": where @shows, of bool, is true. Yours. */
char *schedules_text(const GArray *schedules, const GArray *shows);
/** "nominal" or "seed 3". Yours. */
char *schedule_name(const struct schedule *s);

/**
 * struct row - a finding, of all schedules
 * @first:  as the first schedule that shows it has it; borrowed
 * @shows:  by schedule
 * @script: shrunk: the shortest script, "" if none is needed; NULL: none was found, or
 *          nobody tried
 * @nr_recorded: actions before it was shrunk
 * @replay: of the script, or of the first schedule; the environment
 */
struct row {
	const struct finding *first;
	unsigned first_schedule;
	GArray *shows;			/* of bool */
	char *script;
	unsigned nr_recorded;
	char *replay;
};

struct run {
	const struct run_config *cfg;
	GArray *schedules;		/* of struct schedule */
	struct outcome *outcomes;
	GPtrArray *rows;		/* of struct row * */
};

/** merge.c */
void run_merge(struct run *r);
void row_free(void *row);
/** How many schedules show anything that is more than possible; @of_random: random ones. */
unsigned run_nr_showing(const struct run *r, bool of_random);

/** shrink.c: sets @row's script, where one can be had. False: a child could not be started. */
bool run_shrink(const struct run *r, struct row *row, GError **error);

/** report.c */
void run_print(const struct run *r, FILE *out);
char *run_json(const struct run *r);
/** The command line that follows a replay's environment. Yours. */
char *run_command(const struct run_config *cfg);

#define RUN_ERROR (g_quark_from_static_string("armdma-run"))

#endif
