/* SPDX-License-Identifier: MIT */
/* An observer that writes down what it is told, one line for each event. */
#ifndef TESTS_SIM_STORY_H
#define TESTS_SIM_STORY_H

#include <glib.h>
#include "rig.h"

struct story {
	struct observer observer;
	struct rig *rig;
	GString *text;
	guint64 hash;		/* of every event with its step and bytes */
	guint64 nr_events;
};

/* Starts listening; memory is told of only where the test watches it. */
struct story *story_new(struct rig *rig);
void story_free(struct story *s);
/* What has been told since the last call is exactly this. */
void expects_story(struct story *s, const char *want);

#endif
