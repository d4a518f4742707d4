/* SPDX-License-Identifier: MIT */
/* Histograms and curves of a replay against trivial twins that keep everything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <glib.h>

#include "replay/stats.h"

#define NR	20000u

static uint64_t draw(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 16;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Not above the true value, and at most 1/32 below it. */
static void within_three_percent(uint64_t got, uint64_t truth)
{
	if (got > truth || (truth - got) * 32 > truth)
		fail_msg("%" G_GUINT64_FORMAT " for %" G_GUINT64_FORMAT, got, truth);
}

static void quantiles_are_right_to_three_percent(void **state)
{
	static const unsigned permilles[] = { 1, 100, 500, 900, 990, 999, 1000 };
	g_autofree uint64_t *all = g_new(uint64_t, NR);
	struct histogram h = { 0 };
	uint64_t seed = 1;

	for (unsigned i = 0; i < NR; i++) {
		all[i] = draw(&seed) >> draw(&seed) % 47;
		histogram_add(&h, all[i]);
	}
	qsort(all, NR, sizeof(*all), by_value);
	assert_int_equal(h.nr, NR);
	assert_true(h.min == all[0]);
	assert_true(h.max == all[NR - 1]);
	for (unsigned i = 0; i < G_N_ELEMENTS(permilles); i++)
		within_three_percent(histogram_quantile(&h, permilles[i]),
				     all[NR / 1000 * permilles[i] - 1]);
	histogram_done(&h);
}

static void small_values_are_exact(void **state)
{
	struct histogram h = { 0 };

	for (uint64_t us = 0; us < 32; us++)
		histogram_add(&h, us);
	for (unsigned i = 1; i <= 32; i++)
		assert_int_equal(histogram_quantile(&h, i * 1000 / 32), i - 1);
	histogram_done(&h);
}

static void octaves_hold_every_value_once(void **state)
{
	static const uint64_t values[] = { 0, 1, 2, 3, 4, 31, 32, 33, 63, 64, UINT64_MAX };
	static const uint64_t expected[64] = { [0] = 2, [1] = 2, [2] = 1, [4] = 1, [5] = 3,
					       [6] = 1, [63] = 1 };
	struct histogram h = { 0 };

	for (unsigned i = 0; i < G_N_ELEMENTS(values); i++)
		histogram_add(&h, values[i]);
	for (unsigned i = 0; i < 64; i++)
		assert_int_equal(histogram_octave(&h, i), expected[i]);
	histogram_done(&h);
}

static void an_empty_histogram_is_all_zero(void **state)
{
	struct histogram h = { 0 };

	assert_int_equal(histogram_quantile(&h, 500), 0);
	assert_int_equal(histogram_octave(&h, 3), 0);
}

/* The largest value while [from, to) lasts, the one before it included. */
static uint32_t twin_peak(const uint32_t *at, uint64_t from, uint64_t to)
{
	uint32_t peak = 0;

	for (uint64_t us = from; us < to; us++)
		peak = MAX(peak, at[us]);
	return peak;
}

static void a_curve_keeps_every_peak_at_any_length(void **state)
{
	g_autofree uint32_t *at = g_new0(uint32_t, NR);
	struct curve c = { 0 };
	uint64_t seed = 2;
	uint32_t now = 0;

	for (uint64_t us = 0; us < NR; us++) {
		if (draw(&seed) % 50 == 0) {
			now = draw(&seed) % 1000;
			curve_set(&c, us, now);
		}
		at[us] = now;
	}
	assert_true(c.nr <= CURVE_POINTS);
	assert_true(c.width_us >= NR / CURVE_POINTS);
	for (unsigned i = 0; i + 1 < c.nr; i++) {
		uint32_t truth = twin_peak(at, i * c.width_us, (i + 1) * c.width_us);

		/* What lasts from before counts only until something changes. */
		assert_true(c.peak[i] <= MAX(truth, i ? at[i * c.width_us - 1] : 0));
		assert_true(c.peak[i] >= truth || c.peak[i] >= at[(i + 1) * c.width_us - 1]);
	}
	assert_int_equal(curve_part(&c, NR - 1, 0, 1), twin_peak(at, 0, NR));
}

static void a_curve_is_carried_over_silence(void **state)
{
	struct curve c = { 0 };

	curve_set(&c, 0, 7);
	curve_set(&c, 1000000, 3);
	assert_int_equal(curve_part(&c, 1000000, 5, 10), 7);
	assert_int_equal(c.now, 3);
}

static void a_cost_is_a_difference(void **state)
{
	struct machine_counters before = { .outer_syncs = 5 }, after = { .outer_syncs = 9 };
	struct cost a = { 0 }, b = { 0 };

	before.level[1].cleaned = 10;
	after.level[1].cleaned = 13;
	cost_add(&a, &before, &after);
	cost_add(&a, &before, &after);
	cost_sum(&b, &a);
	cost_sum(&b, &a);
	assert_int_equal(a.sum.level[1].cleaned, 6);
	assert_int_equal(a.sum.outer_syncs, 8);
	assert_int_equal(b.calls, 4);
	assert_int_equal(b.sum.level[1].cleaned, 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantiles_are_right_to_three_percent),
		cmocka_unit_test(small_values_are_exact),
		cmocka_unit_test(octaves_hold_every_value_once),
		cmocka_unit_test(an_empty_histogram_is_all_zero),
		cmocka_unit_test(a_curve_keeps_every_peak_at_any_length),
		cmocka_unit_test(a_curve_is_carried_over_silence),
		cmocka_unit_test(a_cost_is_a_difference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
