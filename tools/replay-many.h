/* SPDX-License-Identifier: MIT */
/*
 * One trace under several schedules. The report that is kept is that of the first with
 * trouble, else of the first; what the others found is a table.
 */
#ifndef TOOLS_REPLAY_MANY_H
#define TOOLS_REPLAY_MANY_H

#include <stdio.h>
#include <glib.h>
#include "replay/replay.h"

struct replay_many {
	GArray *schedules;		/* of struct schedule (run/run.h); yours */
	GPtrArray *troubles;		/* of struct trouble * */
	GArray *is_broken;		/* of bool, by schedule */
	struct replay_report *shown;
	unsigned shown_idx;
};

/** False: one sentence in @error. Either way replay_many_done(). */
bool replay_many_run(struct replay_many *m, struct replay_config *cfg, GError **error);
void replay_many_done(struct replay_many *m);

/** Nothing if there was one schedule. */
void replay_many_print(const struct replay_many *m, FILE *out);

#endif
