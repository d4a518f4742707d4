/* SPDX-License-Identifier: MIT */
/*
 * A line that is followed: what it may hold, and what the program did to it lately.
 *
 *	set        the states that it may be in, by versions
 *	version[]  the bytes of each version
 *	nominal    the state that it is in if nothing happens that nobody asked for
 *	past       the latest events, and the nominal state before them: enough to find a
 *	           schedule that leads from there to any state of the set
 *
 * While all copies are the same in every state there is one version and no past.
 */
#ifndef LIB_HAZARD_MAY_LINE_H
#define LIB_HAZARD_MAY_LINE_H

#include <glib.h>
#include "sets.h"

#define MAY_LINE_BYTES	128u
#define MAY_MOST_LIVE	8u		/* versions of a line, before the older ones go */
#define MAY_PAST	32u		/* events in one part of the past; two are kept */

/* Why not everything about a line can be told. */
enum may_gap {
	GAP_NONE,
	GAP_OTHERS,		/* caches that are not one: a local operation, not shareable */
	GAP_UPHEAVAL,
	GAP_VERSIONS,		/* too many at once */
	GAP_ALIAS,		/* two virtual addresses, in a cache that tells them apart */
	GAP_KINDS,		/* two cacheable mappings of different kinds */
	GAP_OLD,		/* a read that may see bytes from before it was followed */
	GAP_UNOWNED,		/* a read of bytes that are nobody's, of more than one value */
	GAP_NO_WITNESS,		/* a wrong read whose schedule was not found, or did not hold */
	GAP_LINES,		/* level 1 and level 2 have lines of different lengths */
	NR_MAY_GAPS
};

/* An event of the program, as the machine told of it. */
struct may_event {
	struct may_op op;
	struct mem_attrs attrs;
	uint8_t at, len;		/* within the line */
	bool must_see;			/* a read that might be wrong, and was not */
	bool can_fill;			/* the line could have come in before it */
	uint32_t nr;			/* of the line's, from 1 */
	uint32_t va;
	uint32_t bytes;			/* of a write: where in the past's; of a read that
					 * must see some: those, and then a mask of them */
	const struct cpu *cpu;
	const struct master *master;
};

/* Part of the past. @bytes begins with level 1's, level 2's and DRAM's before it. */
struct may_past {
	struct may_state state;		/* with versions 0, 1 and 2 of those */
	GByteArray *bytes;
	GArray *events;			/* of struct may_event */
};

struct may_line {
	uint64_t pa;
	const struct may_set *set;	/* NULL: not followed */
	struct may_state nominal;
	uint8_t gap;			/* enum may_gap: not followed, for good */
	uint8_t nr_versions;		/* that @version has room for */
	uint8_t line_bytes;
	uint32_t va;			/* of level 1's copy; UINT32_MAX: not known yet */
	uint64_t nobody[MAY_LINE_BYTES / 64];
	uint8_t *version;
	uint32_t nr_born;
	uint32_t born[MAY_VERSIONS];	/* of each version, when: among the line's */
	struct may_past *past[2];	/* the older first; NULL or empty: none */
};

struct may_line *may_line_new(uint64_t pa, unsigned line_bytes);
void may_line_free(struct may_line *l);
/* Follow it no more. */
void may_line_drop(struct may_line *l, enum may_gap gap);

static inline uint8_t *may_version(const struct may_line *l, unsigned version)
{
	return l->version + (size_t)version * l->line_bytes;
}

/* The number of a version with these bytes, new if need be; -1: there is no number left. */
int may_line_version(struct may_line *l, const uint8_t *bytes, uint16_t in_use);
/* Versions that the line's states have, the nominal one included. */
uint16_t may_line_live(const struct may_line *l);
/* The older half of what is live is called MAY_OLD; not what the nominal state has. */
void may_line_age(struct may_sets *t, struct may_line *l);
/* All copies are the same: it is version 0 from now on, and has no past. */
void may_line_settle(struct may_sets *t, struct may_line *l);
/* One more event; what is before it must still be as it was. */
void may_line_remember(struct may_line *l, struct may_event ev, const uint8_t *bytes);
/* The event that was remembered last must see @bytes, where @mask is not 0. */
void may_line_must_see(struct may_line *l, const uint8_t *bytes, const uint8_t *mask,
		       unsigned len);

#endif
