/* SPDX-License-Identifier: MIT */
/* Histograms, curves and costs of a replay: see stats.h. */
#include <glib.h>

#include "stats.h"

/* Below HIST_SUB a step is one microsecond; above, 1/32 of a power of two. */
static unsigned step_of(uint64_t us)
{
	if (us < HIST_SUB)
		return us;

	unsigned log2 = 63 - __builtin_clzll(us);
	unsigned sub = (us >> (log2 - 5)) & (HIST_SUB - 1);

	return (log2 - 4) * HIST_SUB + sub;
}

static uint64_t step_floor(unsigned step)
{
	if (step < HIST_SUB)
		return step;

	unsigned log2 = step / HIST_SUB + 4;

	return (uint64_t)(HIST_SUB + step % HIST_SUB) << (log2 - 5);
}

void histogram_add(struct histogram *h, uint64_t us)
{
	if (!h->steps) {
		h->steps = g_new0(uint32_t, HIST_STEPS);
		h->min = us;
	}
	h->steps[step_of(us)]++;
	h->nr++;
	h->min = MIN(h->min, us);
	h->max = MAX(h->max, us);
}

uint64_t histogram_quantile(const struct histogram *h, unsigned permille)
{
	/* The smallest value with at least that share at or below it. */
	uint64_t rank = (h->nr / 1000) * permille + ((h->nr % 1000) * permille + 999) / 1000;
	uint64_t seen = 0;

	for (unsigned i = 0; h->nr && i < HIST_STEPS; i++) {
		seen += h->steps[i];
		if (seen >= MAX(rank, 1))
			return CLAMP(step_floor(i), h->min, h->max);
	}
	return h->max;
}

uint64_t histogram_octave(const struct histogram *h, unsigned log2)
{
	uint64_t n = 0;

	if (!h->steps)
		return 0;
	for (unsigned i = 0; i < HIST_STEPS; i++) {
		uint64_t us = MAX(step_floor(i), 1);

		if (63u - __builtin_clzll(us) == log2)
			n += h->steps[i];
	}
	return n;
}

void histogram_done(struct histogram *h)
{
	g_clear_pointer(&h->steps, g_free);
}

static void curve_halve(struct curve *c)
{
	for (unsigned i = 0; i < CURVE_POINTS / 2; i++)
		c->peak[i] = MAX(c->peak[2 * i], c->peak[2 * i + 1]);
	c->nr = (c->nr + 1) / 2;
	for (unsigned i = c->nr; i < CURVE_POINTS; i++)
		c->peak[i] = 0;
	c->width_us *= 2;
}

void curve_set(struct curve *c, uint64_t us, uint32_t value)
{
	if (!c->width_us)
		c->width_us = 1;
	while (us / c->width_us >= CURVE_POINTS)
		curve_halve(c);

	unsigned at = us / c->width_us;

	for (; c->nr <= at; c->nr++)
		c->peak[c->nr] = c->now;
	c->peak[at] = MAX(c->peak[at], value);
	c->now = value;
}

uint32_t curve_part(const struct curve *c, uint64_t span_us, unsigned i, unsigned n)
{
	/* Parts are ranges of points, so that no peak falls between two parts. */
	uint64_t nr = c->width_us ? span_us / c->width_us + 1 : 1;
	uint64_t first = nr * i / n;
	uint64_t last = MAX(nr * (i + 1) / n, first + 1);
	uint32_t peak = 0;

	for (uint64_t p = first; p < last; p++)
		peak = MAX(peak, p < c->nr ? c->peak[p] : c->now);
	return peak;
}

#define ADD(field) (c->sum.field += after->field - before->field)
void cost_add(struct cost *c, const struct machine_counters *before,
	      const struct machine_counters *after)
{
	c->calls++;
	for (int l = 0; l < 2; l++) {
		ADD(level[l].cleaned);
		ADD(level[l].invalidated);
		ADD(level[l].written_back);
		ADD(level[l].dropped);
		ADD(level[l].filled);
		ADD(level[l].speculated);
		ADD(level[l].evicted);
	}
	ADD(outer_syncs);
	ADD(tlb_fills);
	ADD(tlb_invalidations);
	ADD(barriers);
	ADD(dma_read_bytes);
	ADD(dma_write_bytes);
	ADD(faults);
}
#undef ADD

void cost_sum(struct cost *c, const struct cost *other)
{
	static const struct machine_counters none;
	uint64_t calls = c->calls + other->calls;

	cost_add(c, &none, &other->sum);
	c->calls = calls;
}
