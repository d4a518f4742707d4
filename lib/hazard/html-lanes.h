/* SPDX-License-Identifier: MIT */
/* What html-lanes.c draws, and html-lanes-rows.c finds out. */
#ifndef LIB_HAZARD_HTML_LANES_H
#define LIB_HAZARD_HTML_LANES_H

#include "html.h"
#include "story.h"

#define VERSION_BYTES	8u
#define NOTHING		-1
#define LANE_CPU	0
#define DEVICES_MAX	3u

struct row {
	const struct record *record;
	const struct moment *moment;	/* NULL: a row of the report alone */
	const char *what;
	char *own_words;
	const char *place;
	bool is_culprit;
	int version[NR_STORY_PLACES];	/* afterwards; NOTHING: it holds none */
	bool is_dirty[2];
	unsigned owners;		/* afterwards: bit n is lane n */
};

struct version {
	uint8_t bytes[VERSION_BYTES];
	const struct row *author;	/* NULL: it was there before */
};

struct lanes {
	struct hazard_engine *e;
	const struct report *r;
	GString *s;
	GArray *rows;			/* of struct row */
	GArray *versions;		/* of struct version */
	bool has_l2, has_bars;
	unsigned from, nr_bytes;	/* of the line: what versions are of */
	uint16_t devices[DEVICES_MAX];
	unsigned nr_devices;
};

static inline struct row *lanes_row(const struct lanes *l, unsigned i)
{
	return &g_array_index(l->rows, struct row, i);
}

static inline bool record_is_write(const struct record *rec)
{
	return rec->kind == RECORD_CPU_WROTE || rec->kind == RECORD_DEVICE_WROTE;
}

static inline bool row_has_image(const struct row *row)
{
	return row->moment && row->moment->has_image;
}

static inline bool record_is_call(const struct record *rec)
{
	return rec->kind <= RECORD_FREED;
}

static inline bool record_is_of_device(const struct record *rec)
{
	return record_is_call(rec) || rec->kind == RECORD_DEVICE_WROTE ||
	       rec->kind == RECORD_DEVICE_READ;
}

static inline unsigned lanes_first_device(const struct lanes *l)
{
	return !l->has_bars ? 1 : l->has_l2 ? 4 : 3;
}

/* All of @l but .e, .r and .s, which are there. lanes_clear() frees what it takes. */
void lanes_fill(struct lanes *l);
void lanes_clear(struct lanes *l);
/* 0: it has no lane. */
unsigned lanes_device_lane(const struct lanes *l, uint16_t party);

#endif
