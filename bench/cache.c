/* SPDX-License-Identifier: MIT */
/*
 * What a plain C access costs when it is a CPU's: nanoseconds for each load and
 * store of code that `armdma cc` compiled, in the exact gear, on board a9-pl310.
 *
 * Bounds. A hit is a call of the hook, three loads that depend on each other and
 * a compare: a few ns, and what the window is for. A load that misses L1 goes
 * through one door, picks a victim, copies 32 bytes inward and, when the victim
 * is dirty, 32 bytes outward: tens of ns. One that also misses the PL310 does it
 * twice. Host memory is what every hooked program pays outside the window.
 */
#include <locale.h>
#include <stdio.h>
#include <glib.h>
#include <armdma/harness.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include "harness.h"

#define LINE_LEN	32u	/* of both caches of the board */
#define L1_FITS		(16u << 10)
#define L2_FITS		(256u << 10)
#define NOTHING_FITS	(4u << 20)

struct walk {
	volatile u32 *words;
	size_t nr_words, stride, at;	/* in words */
};

/* One access after another, round and round, one stride apart. */
static size_t walk_next(struct walk *w)
{
	size_t at = w->at;

	w->at = at + w->stride < w->nr_words ? at + w->stride : 0;
	return at;
}

static void load(void *arg, size_t nr)
{
	struct walk w = *(struct walk *)arg;
	u32 sum = 0;

	while (nr--)
		sum += w.words[walk_next(&w)];
	((struct walk *)arg)->at = w.at;
	g_assert(sum == 0);
}

static void store(void *arg, size_t nr)
{
	struct walk w = *(struct walk *)arg;

	while (nr--)
		w.words[walk_next(&w)] = 0;
	((struct walk *)arg)->at = w.at;
}

struct subject {
	const char *name;
	bench_op *op;
	size_t len, stride;	/* bytes */
	bool is_host;
};

static const struct subject subjects[] = {
	{ "load/host", load, L1_FITS, 4, true },
	{ "store/host", store, L1_FITS, 4, true },
	{ "load/L1-hit", load, L1_FITS, 4, false },
	{ "store/L1-hit", store, L1_FITS, 4, false },
	{ "load/L2-hit", load, L2_FITS, LINE_LEN, false },
	{ "store/L2-hit", store, L2_FITS, LINE_LEN, false },
	{ "load/dram", load, NOTHING_FITS, LINE_LEN, false },
	{ "store/dram", store, NOTHING_FITS, LINE_LEN, false },
};

static void say(struct bench_report *r, const char *name, struct timing *t)
{
	double ns;

	samples_sort(&t->op);
	samples_sort(&t->yardstick);
	ns = samples_quantile(&t->op, 500);
	g_print("%-14s %9.2f %9.2f %9.2f %8.2f\n", name, samples_min(&t->op), ns,
		samples_quantile(&t->op, 990), timing_ratio(t));
	bench_report_add(r, &(struct bench_row){
		.name = name, .unit = "ns/access", .value = ns,
		.min = samples_min(&t->op), .vs = YARDSTICK, .ratio = timing_ratio(t),
	});
}

static void measure(struct bench_report *r, const struct subject *s, void *memory, int ms)
{
	struct walk w = {
		.words = memory, .nr_words = s->len / 4, .stride = s->stride / 4,
	};
	struct timing t;
	size_t batch;

	timing_init(&t);
	batch = bench_batch(s->op, &w);
	bench_time(s->op, &w, batch, (uint64_t)ms * 1000000u, &t);
	say(r, s->name, &t);
	timing_done(&t);
}

static void measure_all(struct bench_report *r, int ms)
{
	g_autofree void *host = g_malloc0(L1_FITS);
	void *simulated = alloc_pages_exact(NOTHING_FITS, GFP_KERNEL | __GFP_ZERO);

	g_assert(simulated);
	g_print("%-14s %9s %9s %9s %8s\n", "access", "min ns", "p50 ns", "p99 ns", "x add");
	for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++)
		measure(r, &subjects[i], subjects[i].is_host ? host : simulated, ms);
	free_pages_exact(simulated, NOTHING_FITS);
}

static int refuse(const GError *error)
{
	fprintf(stderr, "cache: %s\n", error->message);
	return 2;
}

int main(int argc, char **argv)
{
	const struct harness_config cfg = { .board = "a9-pl310", .no_hazards = true };
	g_autoptr(GError) error = NULL;
	struct bench_options o = { .ms = 500 };
	struct bench_report *report;
	struct harness *h;
	int status;

	setlocale(LC_CTYPE, "");
	if (!bench_parse(&argc, &argv, "- time loads and stores", &o, &error))
		return refuse(error);
	report = bench_report_new("cache", "exact", cfg.seed, o.json, &error);
	g_free(o.json);
	if (!report)
		return refuse(error);
	h = harness_start(&cfg, &error);
	if (!h)
		return refuse(error);
	measure_all(report, o.ms);
	harness_finish(h);
	status = bench_report_finish(report, &error);
	bench_report_free(report);
	return status ? refuse(error) : 0;
}
