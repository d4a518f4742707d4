/* SPDX-License-Identifier: MIT */
/*
 * Which bytes of a block nobody has written since it was given. Of a block that was cleared,
 * none: then there is nothing to keep.
 */
#ifndef LIB_HAZARD_UNWRITTEN_H
#define LIB_HAZARD_UNWRITTEN_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct unwritten {
	bool *is;			/* @len of them; NULL: all are written */
	size_t len;
};

/* All @len bytes are unwritten; 0: none is, and nothing is kept. */
static inline void unwritten_begin(struct unwritten *u, size_t len)
{
	g_free(u->is);
	u->is = len ? g_new(bool, len) : NULL;
	u->len = len;
	if (len)
		memset(u->is, true, len);
}

static inline void unwritten_wrote(struct unwritten *u, size_t at, size_t len)
{
	if (at < u->len)
		memset(u->is + at, false, MIN(len, u->len - at));
}

/* Are all of these? */
static inline bool unwritten_is(const struct unwritten *u, size_t at, size_t len)
{
	for (size_t i = at; i < at + len; i++)
		if (i >= u->len || !u->is[i])
			return false;
	return len > 0;
}

#endif
