/* SPDX-License-Identifier: MIT */
/*
 * Reports that count for nothing: suppressed by a file, or expected by a test. Each is kept
 * apart from the others (engine.h, @excused), so that it can still be told of.
 */
#ifndef LIB_HAZARD_EXCUSE_H
#define LIB_HAZARD_EXCUSE_H

#include "engine.h"

struct report;

enum excuse_kind { EXCUSE_SUPPRESSED, EXCUSE_EXPECTED };

/**
 * struct excuse - one line of a file, or one hazard_expect()
 * @class:    glob over ids and titles
 * @place:    glob over functions and files, of the site and of the stack behind it
 * @line:     of the file; 0: expected
 * @nr_taken: reports, distinct ones; @nr_times: with their repetitions
 */
struct excuse {
	enum excuse_kind kind;
	char *class, *place;
	unsigned line;
	uint64_t nr_taken, nr_times;
};

/* The file at @path. NULL with one sentence in *@error, by file and line. */
GPtrArray *excuses_read(const char *path, GError **error);
void excuse_free(void *x);
/* The first one that takes @r, which is complete; NULL: none. */
struct excuse *excuse_find(struct hazard_engine *e, const struct report *r);
/* False, and said, if something that was expected has not come. */
bool excuses_are_met(const struct hazard_engine *e);
/* It was expected, and did not come. */
bool excuse_is_unmet(const struct excuse *x);
/* One line: what came of it. Yours. */
char *excuse_text(const struct hazard_engine *e, const struct excuse *x);
/* What was suppressed, and by which lines; which lines took nothing. */
void excuses_print(struct hazard_engine *e, FILE *out);

#endif
