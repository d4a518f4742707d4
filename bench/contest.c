/* SPDX-License-Identifier: MIT */
/* Turns: see contest.h. */
#include "contest.h"

#include <math.h>

#define NR_TURNS	16

static void prepare(struct contestant *c)
{
	timing_init(&c->timing);
	if (c->op)
		c->batch = bench_batch(c->op, c->arg);
}

void contest_run(struct contestant *c, size_t nr, uint64_t ns_each)
{
	for (size_t i = 0; i < nr; i++)
		prepare(&c[i]);
	for (unsigned turn = 0; turn < NR_TURNS; turn++)
		for (size_t i = 0; i < nr; i++)
			if (c[i].op)
				bench_time(c[i].op, c[i].arg, c[i].batch, ns_each / NR_TURNS,
					   &c[i].timing);
	for (size_t i = 0; i < nr; i++) {
		samples_sort(&c[i].timing.op);
		samples_sort(&c[i].timing.yardstick);
	}
}

void contest_done(struct contestant *c, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		timing_done(&c[i].timing);
}

double contest_min(const struct contestant *c)
{
	return samples_min(&c->timing.op);
}

double contest_median(const struct contestant *c)
{
	return samples_quantile(&c->timing.op, 500);
}
