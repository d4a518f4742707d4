/* SPDX-License-Identifier: MIT */
/*
 * Several ways of doing one thing, timed in turns of some milliseconds: a moment in
 * which the machine is slow is a moment for all of them, so that the ratio of two
 * minima holds where neither of them would.
 */
#ifndef BENCH_CONTEST_H
#define BENCH_CONTEST_H

#include "harness.h"

/**
 * struct contestant - one of them
 * @op, @arg: what it does; NULL: takes no part
 * @timing:   what came of it, sorted; yours to timing_done()
 */
struct contestant {
	const char *name;
	bench_op *op;
	void *arg;
	struct timing timing;
	size_t batch;
};

/** Each of the @nr gets @ns_each in all. */
void contest_run(struct contestant *c, size_t nr, uint64_t ns_each);
void contest_done(struct contestant *c, size_t nr);

/** Least and median nanoseconds of an operation. NAN of one that took no part. */
double contest_min(const struct contestant *c);
double contest_median(const struct contestant *c);

#endif
