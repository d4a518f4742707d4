/* SPDX-License-Identifier: MIT */
/*
 * A witness: the shortest schedule by which the last event of a line's past, a read, sees
 * bytes that are wrong; found among states, and carried out on a second machine.
 */
#ifndef LIB_HAZARD_MAY_WITNESS_H
#define LIB_HAZARD_MAY_WITNESS_H

#include "line.h"

/* What nobody asked for: before event @nr of the line. */
struct may_action {
	enum may_verb verb;
	uint32_t nr;
};

/* How the line stood when the read came. Bytes of whole lines; NULL: no copy. */
struct may_witness {
	GArray *actions;		/* of struct may_action, in order */
	const uint8_t *seen;		/* what the read got: of the whole line, too */
	const uint8_t *l1, *l2, *dram;
	bool l1_is_dirty, l2_is_dirty;
	GPtrArray *versions;		/* owns those bytes */
};

/* What a read should have seen, where @mask is not 0. */
struct may_wanted {
	const uint8_t *bytes, *mask;
};

/* NULL: there is none within reach of the line's past. Yours. */
struct may_witness *may_witness_find(struct may_sets *t, const struct may_line *l,
				     struct may_wanted wanted);
void may_witness_free(struct may_witness *w);	/* NULL is fine */

/* Does that schedule, on a machine like @m, make the read see these bytes? */
bool may_witness_holds(struct machine *m, const struct may_line *l,
		       const struct may_witness *w);

/* "fill 0x80001040@3, evict 0x80001040@5": as machine_script_parse() reads it. Yours. */
char *may_witness_text(const struct may_line *l, const struct may_witness *w);

#endif
