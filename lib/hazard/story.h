/* SPDX-License-Identifier: MIT */
/*
 * What each place held after each thing that happened to a line: what a picture needs and
 * the text does not. Kept only when a form that draws is asked for.
 */
#ifndef LIB_HAZARD_STORY_H
#define LIB_HAZARD_STORY_H

#include "engine.h"

enum story_place { STORY_L1, STORY_L2, STORY_DRAM, STORY_NEWEST, NR_STORY_PLACES };

/**
 * struct moment - something that happened, and how things were afterwards
 * @record:   what; of a call of the library there is nothing else
 * @times:    merged into one: the same access again, and nothing changed
 * @is_held:  a store that is held back: no place has it yet
 * @is_drain: a store that was held back is seen by others from now on
 * @source:   of an access or fill: where the bytes came from
 * @target:   of a store, write-back or device's write: where they went
 * @has_image: @has, @is_dirty and @image are known
 * @has:      does a cache hold the line? [STORY_L1], [STORY_L2]
 * @image:    the line in each place, one after another; what a machine without caches would
 *            hold is STORY_NEWEST
 */
struct moment {
	struct record record;
	uint32_t times;
	bool is_held, is_drain;
	uint8_t source, target;
	bool has_image;
	bool has[2], is_dirty[2];
	uint8_t image[];
};

/** struct story - of the line of a report, up to it; moments rise in seq */
struct story {
	uint64_t pa;
	unsigned line_bytes;
	GPtrArray *moments;		/* of struct moment * */
};

static inline const uint8_t *moment_image(const struct story *s, const struct moment *m,
					  enum story_place place)
{
	return m->image + place * s->line_bytes;
}

/* enum record_kind of an event of a line; -1: it is none. */
int moment_kind(enum observe_kind kind);

struct stories;
struct stories *stories_new(struct hazard_engine *e);
void stories_free(struct stories *s);	/* NULL is fine */
/* @ev is about @l, whose golden bytes are as before it. */
void stories_event(struct stories *s, const struct shadow_line *l, const struct observe_event *ev);
/* Of the line of @pa, calls of the library included. NULL: nothing is known of it. Yours. */
struct story *stories_tell(struct stories *s, uint64_t pa);
void report_story_free(struct story *s);	/* NULL is fine */

#endif
