/* SPDX-License-Identifier: MIT */
/*
 * What is counted while a trace streams by, in memory that does not grow.
 *
 * A histogram of lifetimes has 32 steps in each power of two, so a percentile is
 * right to 3 %; minimum and maximum are exact. A curve keeps CURVE_POINTS maxima
 * over time and halves its resolution whenever time outgrows it.
 */
#ifndef TOOLS_REPLAY_STATS_H
#define TOOLS_REPLAY_STATS_H

#include <stdint.h>
#include <armdma/machine.h>

#define HIST_SUB	32		/* steps per power of two */
#define HIST_STEPS	(HIST_SUB * 60)	/* up to 2^64 us, far beyond any trace */

struct histogram {
	uint64_t nr, min, max;
	uint32_t *steps;		/* HIST_STEPS, NULL while empty */
};

void histogram_add(struct histogram *h, uint64_t us);
/** The value that @permille of all are not above; 0 when empty. */
uint64_t histogram_quantile(const struct histogram *h, unsigned permille);
/** How many are in [2^@log2, 2^(@log2 + 1)); those of 0 us count as log2 0. */
uint64_t histogram_octave(const struct histogram *h, unsigned log2);
void histogram_done(struct histogram *h);

#define CURVE_POINTS	256		/* even: resolution is halved by pairs */

struct curve {
	uint64_t width_us;		/* of one point; 0 before the first */
	unsigned nr;			/* points in use */
	uint32_t now;			/* carried into points without an event */
	uint32_t peak[CURVE_POINTS];	/* largest value within the point */
};

/** From @us after the start of the trace on, the value is @value. */
void curve_set(struct curve *c, uint64_t us, uint32_t value);
/** Largest value within point @i of @n equal parts of [0, @span_us]. */
uint32_t curve_part(const struct curve *c, uint64_t span_us, unsigned i, unsigned n);

/** What the board did for one kind of call. */
struct cost {
	uint64_t calls;
	struct machine_counters sum;
};

/** @c gets what happened between @before and @after added. */
void cost_add(struct cost *c, const struct machine_counters *before,
	      const struct machine_counters *after);
void cost_sum(struct cost *c, const struct cost *other);

#endif
