/* SPDX-License-Identifier: MIT */
/*
 * A correct driver, and one thing that it does that does not arrive: a write to a register
 * of an IOMMU that is dropped, late, early or altered, a cache clean that is skipped or
 * beside the mark, a barrier that is missing. So a failing program is a row of data, and
 * its corrected twin is the same row without the mutation.
 *
 *	struct mutator *mu = mutate_begin(machine, &(struct mutation){
 *		.what = MUTATE_DROP, .reg = REF_COMMAND, .nth = 1 });
 *	... set up: nothing is mutated yet ...
 *	mutate_arm(mu);
 *	iommu_unmap(domain, iova, SZ_4K);	its first command gets lost
 *	mutate_disarm(mu);
 *	... the device goes on ...
 *	assert_true(mutate_times(mu));		else the row shows nothing
 *	mutate_end(mu);
 *
 * Writes and cleans are counted from mutate_arm() on, from 1; while disarmed all pass and
 * none counts. At most one at a time for each machine (armdma/filter.h).
 */
#ifndef TESTS_SUPPORT_MUTATE_H
#define TESTS_SUPPORT_MUTATE_H

#include <stdint.h>
#include <armdma/iommu.h>
#include <armdma/machine.h>

enum mutate_what {
	MUTATE_NOTHING,		/* the twin */
	MUTATE_DROP,		/* the write gets lost */
	MUTATE_DELAY,		/* until @after more writes to that IOMMU have arrived */
	MUTATE_MOVE,		/* until @until was written, and then it arrives */
	MUTATE_EARLY,		/* @value arrives when it is armed, and the write gets lost */
	MUTATE_ALTER,		/* the bits of @bits become those of @value */
	MUTATE_SKIP_CLEAN,	/* a clean by address does nothing */
	MUTATE_SHIFT_CLEAN,	/* it is of @shift bytes further on */
	MUTATE_SHORT_CLEAN,	/* it is of the first @shift bytes alone */
	MUTATE_SKIP_BARRIER,	/* a DSB or DMB orders nothing */
};

/**
 * struct mutation - one row
 * @iommu: whose registers, by name; NULL: of any IOMMU
 * @reg:   offset in its registers; of cleans and barriers it says nothing
 * @stride, @nr: the same register of @nr contexts; 0: just one
 * @nth:   which of those that match; 0: each
 * @mask, @match: only writes with (value & @mask) == @match; 0, 0: any
 * @after, @until, @value, @bits, @shift: see enum mutate_what
 *
 * What still waits when it is disarmed or ended arrives then.
 */
struct mutation {
	enum mutate_what what;
	const char *iommu;
	uint32_t reg, stride, nr;
	unsigned nth;
	uint32_t mask, match;
	unsigned after;
	uint32_t until;
	uint32_t value, bits;
	int64_t shift;
};

struct mutator;

/* Disarmed. Yours to mutate_end(), before the machine goes. */
struct mutator *mutate_begin(struct machine *m, const struct mutation *mu);
void mutate_arm(struct mutator *mu);
void mutate_disarm(struct mutator *mu);
/* How often it has done its harm. */
unsigned mutate_times(const struct mutator *mu);
void mutate_end(struct mutator *mu);	/* NULL is fine */

#endif
