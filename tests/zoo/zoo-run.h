/* SPDX-License-Identifier: MIT */
/* Between the zoo's board (zoo-board.c), its judge (zoo-judge.c) and its main (zoo.c). */
#ifndef TESTS_ZOO_ZOO_RUN_H
#define TESTS_ZOO_ZOO_RUN_H

#include "zoo.h"

/* ---- zoo-board.c ------------------------------------------------------------------- */

/**
 * zoo_open() - a board as @row wants it, with its devices; NULL with a sentence in @error
 * @options: more of them, as in ARMDMA_OPTIONS; or NULL
 * @reports: where the text of reports goes; NULL: nowhere
 */
struct zoo *zoo_open(const struct zoo_row *row, bool is_wrong, const char *board,
		     const char *options, FILE *reports, GError **error);
/* What @row needs is there, but for what is in @but: a set of enum zoo_needs. */
bool zoo_has(const struct zoo *z, const struct zoo_row *row, unsigned but);
/* Both drivers go away, so that what they leave behind is known. */
void zoo_unbind(struct zoo *z);
/* Return: harness_finish()'s. */
int zoo_close(struct zoo *z);

/* ---- zoo-judge.c ------------------------------------------------------------------- */

enum zoo_verdict {
	ZOO_CAUGHT,		/* as its class and nothing else, with both sites */
	ZOO_OTHERWISE,		/* something was reported, but not that, or more */
	ZOO_SILENT,
	ZOO_HARMLESS,		/* silent, where nothing comes of it */
	ZOO_NOT_HERE,		/* the board has not what the row needs */
	ZOO_BROKEN,		/* no such board */
	NR_ZOO_VERDICTS
};

/**
 * zoo_judge() - play one program on a board of its own
 * @complaints: gets what is not as it should be, a line each
 */
enum zoo_verdict zoo_judge(const struct zoo_row *row, bool is_wrong, const char *board,
			   const char *options, FILE *reports, GString *complaints);

/**
 * zoo_told() - the same, without a judgement
 * @ret_titles: gets the classes that were reported, blanks between
 * Return: false: the board has not what the row needs, or is broken.
 */
bool zoo_told(const struct zoo_row *row, bool is_wrong, const char *board, const char *options,
	      GString *ret_titles);

#endif
