/* SPDX-License-Identifier: MIT */
/*
 * bench/map -i: what a map and an unmap behind an IOMMU cost, beside Linux's own code in the
 * same process (--kernel), in turns of some milliseconds, and against what is wanted.
 *
 *	work       4K, 64K, 2M    dma_map_page() and dma_unmap_page()
 *	           sg32           a list of 32 pages that do not touch, dma_map_sg() and back
 *	           sg32 dense     the same of neighbours, which are one run of memory
 *	hazards    4K once more, on a machine with ledger and rules, against one without
 *	threads    4K on two CPUs at once in one domain, against one CPU: IOVAs as Linux gives
 *	           them out, and spread, so that CPUs share no line of a page table
 *	live       an unmap and a map while so many other mappings are live
 *
 * Bounds. Nobody's TLB is modelled, so strict and lazy differ by the queue alone, and lazy
 * is not the cheaper one. Of a pair some 2 ns are the page table's and the IOVA's own work
 * (pop, walk, set, clear, push); the rest is calls, checks and choices.
 */
#include "map-iommu.h"

#include <dlfcn.h>
#include <math.h>
#include <armdma/cpu.h>
#include <linux/mm.h>
#include "contest.h"

#define NR_SHARES	40	/* a contestant gets this part of -s */

/* One mode: machines of its own. */
struct iommu_run {
	struct map_bench *b;
	const struct map_twin *twin;
	bool is_lazy;
	struct harness *plain, *spread, *watched;
	struct map_iommu *iommu[3];
};

static uint64_t share_ns(const struct iommu_run *r)
{
	return (uint64_t)r->b->options.seconds * 1000000000u / NR_SHARES;
}

static const char *mode_name(const struct iommu_run *r)
{
	return r->is_lazy ? "lazy" : "strict";
}

/* ---- what is wanted ---------------------------------------------------------------------- */

struct goal {
	double goal, best;	/* at most; 0: none */
};

static void print_goal(double ratio, const struct goal *g)
{
	if (!g->goal || !isfinite(ratio))
		g_print("\n");
	else
		g_print("  <= %.2f %s, <= %.2f %s\n", g->goal,
			ratio <= g->goal ? "reached" : "missed", g->best,
			ratio <= g->best ? "reached" : "missed");
}

static void report(const struct iommu_run *r, enum map_format format, const char *what,
		   const char *unit, double value, double min, const char *vs, double ratio)
{
	g_autofree char *name = g_strdup_printf("iommu/%s/%s/%s", map_format_names[format],
						mode_name(r), what);

	bench_report_add(r->b->report, &(struct bench_row){
		.name = name, .unit = unit, .value = value, .min = min, .vs = vs, .ratio = ratio,
	});
}

/* ---- against Linux ----------------------------------------------------------------------- */

static const struct work {
	const char *name;
	size_t len;		/* of a pair */
	bench_op *ours, *theirs;
	struct goal goal;
} works[] = {
	{ "4K", SZ_4K, map_our_pairs, map_their_pairs, { 0.35, 0.17 } },
	{ "64K", SZ_64K, map_our_pairs, map_their_pairs, { 0 } },
	{ "2M", SZ_2M, map_our_pairs, map_their_pairs, { 0 } },
	{ "sg32", SZ_4K, map_our_sparse, map_their_sparse, { 0.33, 0.13 } },
	{ "sg32 dense", SZ_4K, map_our_dense, map_their_dense, { 0 } },
};

static void say_work(const struct iommu_run *r, enum map_format format, const struct work *w,
		     struct contestant *c)
{
	double ours = contest_min(&c[0]), theirs = r->twin ? contest_min(&c[1]) : NAN;
	double ratio = ours / theirs;

	g_print("%-8s %-6s %-10s %8.1f %8.1f %7.2f", map_format_names[format], mode_name(r),
		w->name, ours, contest_median(&c[0]), timing_ratio(&c[0].timing));
	if (r->twin)
		g_print(" %9.1f %8.1f %7.2f %7.3f", theirs, contest_min(&c[2]),
			timing_ratio(&c[1].timing), ratio);
	print_goal(ratio, &w->goal);
	report(r, format, w->name, "ns/pair", contest_median(&c[0]), ours, YARDSTICK,
	       timing_ratio(&c[0].timing));
	if (r->twin) {
		g_autofree char *name = g_strconcat(w->name, "/kernel", NULL);

		report(r, format, name, "ns/pair", contest_median(&c[1]), theirs, "ours",
		       theirs / ours);
	}
}

static bool contest_format(const struct iommu_run *r, enum map_format format)
{
	struct map_side s;
	bool is_done = map_side_begin(&s, r->plain, format, r->is_lazy, r->twin);

	for (size_t i = 0; is_done && i < G_N_ELEMENTS(works); i++) {
		const struct work *w = &works[i];
		bool has_inner = r->twin && w->theirs == map_their_pairs;
		struct contestant c[] = {
			{ "ours", w->ours, &s },
			{ "kernel", r->twin ? w->theirs : NULL, &s },
			{ "inner", has_inner ? map_their_inner : NULL, &s },
		};

		s.len = w->len;
		contest_run(c, G_N_ELEMENTS(c), share_ns(r));
		say_work(r, format, w, c);
		contest_done(c, G_N_ELEMENTS(c));
	}
	map_side_end(&s);
	return is_done;
}

static bool contest(const struct iommu_run *r)
{
	bool is_done = true;

	g_print("\n%-8s %-6s %-10s %8s %8s %7s", "format", "mode", "work", "min ns", "p50 ns",
		"x add");
	if (r->twin)
		g_print(" %9s %8s %7s %7s", "kernel ns", "inner ns", "x add", "ratio");
	g_print("\n");
	if (r->twin)
		r->twin->enter(0);
	for (enum map_format f = 0; is_done && f < NR_MAP_FORMATS; f++)
		is_done = contest_format(r, f);
	return is_done;
}

/* ---- hazards on and off ------------------------------------------------------------------ */

/* Two machines: the thread goes to and fro. As a driver that looks at what it gets. */
static void pairs_there(void *arg, size_t nr)
{
	struct map_side *s = arg;

	map_enter_ours(s, 0);
	while (nr--) {
		dma_addr_t dma = dma_map_page(s->dev, s->page, 0, s->len, DMA_TO_DEVICE);

		g_assert(!dma_mapping_error(s->dev, dma));
		dma_unmap_page(s->dev, dma, s->len, DMA_TO_DEVICE);
	}
}

static void lists_there(void *arg, size_t nr)
{
	map_enter_ours(arg, 0);
	map_our_sparse(arg, nr);
}

static void contest_hazards(const struct iommu_run *r, enum map_format format, const char *name,
			    bench_op *op, struct map_side *off, struct map_side *on)
{
	static const struct goal goal = { 1.5, 1.2 };
	struct contestant c[] = { { "off", op, off }, { "on", op, on } };
	double ratio;

	contest_run(c, G_N_ELEMENTS(c), share_ns(r));
	ratio = contest_min(&c[1]) / contest_min(&c[0]);
	g_print("%-8s %-6s %-10s %8.1f %8.1f %7.3f", map_format_names[format], mode_name(r), name,
		contest_min(&c[0]), contest_min(&c[1]), ratio);
	print_goal(ratio, &goal);
	report(r, format, op == pairs_there ? "4K/hazards" : "sg32/hazards", "ns/pair",
	       contest_median(&c[1]), contest_min(&c[1]), "hazards off", ratio);
	contest_done(c, G_N_ELEMENTS(c));
}

static bool hazards_of(const struct iommu_run *r, enum map_format format)
{
	struct map_side off = { 0 }, on = { 0 };
	bool is_done = map_side_begin(&off, r->plain, format, r->is_lazy, NULL) &&
		       map_side_begin(&on, r->watched, format, r->is_lazy, NULL);

	if (is_done) {
		contest_hazards(r, format, "4K", pairs_there, &off, &on);
		contest_hazards(r, format, "sg32", lists_there, &off, &on);
	}
	if (off.machine)
		map_side_end(&off);
	if (on.machine)
		map_side_end(&on);
	return is_done;
}

static bool hazards(const struct iommu_run *r)
{
	bool is_done = true;

	g_print("\n%-8s %-6s %-10s %8s %8s %7s\n", "format", "mode", "hazards", "off ns", "on ns",
		"ratio");
	for (enum map_format f = 0; is_done && f < NR_MAP_FORMATS; f++)
		is_done = hazards_of(r, f);
	return is_done;
}

/* ---- two threads ------------------------------------------------------------------------- */

static void say_duo(const struct iommu_run *r, enum map_format format, const char *whose,
		    struct map_duo *d, const struct goal *goal)
{
	double alone = samples_min(&d->alone.op), both = samples_min(&d->both.op);
	g_autofree char *name = g_strdup_printf("4K/2 threads/%s", whose);

	g_print("%-8s %-6s %-10s %8.1f %8.1f %8.1f %6.0f %% %7.3f", map_format_names[format],
		mode_name(r), whose, alone, both, samples_quantile(&d->both.op, 500),
		100 * d->share, both / alone);
	print_goal(both / alone, goal);
	if (d->both.op.nr)	/* else the two never ran at once */
		report(r, format, name, "ns/pair", samples_quantile(&d->both.op, 500), both,
		       "1 thread", both / alone);
}

static void duo(const struct iommu_run *r, enum map_format format, const char *whose,
		struct map_duo d, const struct goal *goal)
{
	map_duo_run(&d, share_ns(r));
	say_duo(r, format, whose, &d, goal);
	map_duo_done(&d);
}

static bool threads_of(const struct iommu_run *r, enum map_format format)
{
	static const struct goal goal = { 1.1, 1.02 }, none;
	struct map_side a = { 0 }, b = { 0 }, c = { 0 };
	bool is_done = map_side_begin(&a, r->plain, format, r->is_lazy, r->twin) &&
		       map_side_begin(&b, r->plain, format, r->is_lazy, r->twin) &&
		       map_side_begin(&c, r->spread, format, r->is_lazy, NULL);

	if (is_done)
		duo(r, format, "one domain", (struct map_duo){
			.op = map_our_pairs, .enter = map_enter_ours, .args = { &a, &a } }, &none);
	if (is_done)
		duo(r, format, "spread", (struct map_duo){
			.op = map_our_pairs, .enter = map_enter_ours, .args = { &c, &c } }, &goal);
	if (is_done)
		duo(r, format, "own ones", (struct map_duo){
			.op = map_our_pairs, .enter = map_enter_ours, .args = { &a, &b } }, &none);
	if (is_done && r->twin)
		duo(r, format, "kernel", (struct map_duo){
			.op = map_their_pairs, .enter = map_enter_theirs, .args = { &a, &a } },
		    &none);
	if (a.machine)
		map_side_end(&a);
	if (b.machine)
		map_side_end(&b);
	if (c.machine)
		map_side_end(&c);
	return is_done;
}

static bool threads(const struct iommu_run *r)
{
	bool is_done = true;

	g_print("\n%-8s %-6s %-10s %8s %8s %8s %8s %7s\n", "format", "mode", "2 threads", "1 ns",
		"2 ns", "2 p50", "valid", "ratio");
	for (enum map_format f = 0; is_done && f < NR_MAP_FORMATS; f++)
		is_done = threads_of(r, f);
	return is_done;
}

/* ---- many live ones ---------------------------------------------------------------------- */

static bool live(const struct iommu_run *r, GError **error)
{
	struct map_side s;
	bool is_done = map_side_begin(&s, r->plain, MAP_LPAE48, r->is_lazy, NULL);

	map_side_end(&s);
	if (!is_done)
		return map_out_of_memory(error);
	r->b->machine = s.machine;
	r->b->coherent = s.dev;
	r->b->has_ledger = false;
	r->b->most_pages = 4096;
	r->b->where = r->is_lazy ? "iommu/lpae48/lazy/" : "iommu/lpae48/strict/";
	g_print("\n%s, %s:", map_format_names[MAP_LPAE48], mode_name(r));
	map_live_head();
	return map_live(r->b, error);
}

/* ---- all --------------------------------------------------------------------------------- */

static struct harness *start(bool has_hazards, enum iova_backend iova, GError **error)
{
	const struct harness_config cfg = {
		.gear = GEAR_FAST, .no_hazards = !has_hazards, .hazards = { .is_quiet = true },
		.iova = iova,
	};

	return harness_start(&cfg, error);
}

static bool run_parts(struct iommu_run *r, GError **error)
{
	r->iommu[0] = map_iommu_new(r->plain, r->is_lazy);
	r->iommu[1] = map_iommu_new(r->spread, r->is_lazy);
	r->iommu[2] = map_iommu_new(r->watched, r->is_lazy);
	if (!contest(r) || !hazards(r) || !threads(r))
		return map_out_of_memory(error);
	return live(r, error);
}

static bool run_mode(struct iommu_run *r, GError **error)
{
	bool is_done;

	r->plain = start(false, IOVA_DMA_IOMMU, error);
	r->spread = r->plain ? start(false, IOVA_DMA_SPREAD, error) : NULL;
	r->watched = r->spread ? start(true, IOVA_DMA_IOMMU, error) : NULL;
	is_done = r->watched && run_parts(r, error);
	if (r->watched)
		harness_finish(r->watched);
	if (r->spread)
		harness_finish(r->spread);
	if (r->plain)
		harness_finish(r->plain);
	for (size_t i = 0; i < G_N_ELEMENTS(r->iommu); i++)
		map_iommu_free(r->iommu[i]);
	return is_done;
}

const struct map_twin *map_twin_open(const char *path, GError **error)
{
	void *so = dlopen(path, RTLD_NOW);
	const struct map_twin *twin = so ? dlsym(so, MAP_TWIN_SYMBOL) : NULL;

	if (!twin)
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--kernel %s: %s",
			    path, dlerror());
	return twin;
}

bool map_iommu(struct map_bench *b, enum map_iommu_mode mode, const char *twin_path, GError **error)
{
	struct iommu_run r = { .b = b };
	bool is_done = true;

	if (twin_path) {
		r.twin = map_twin_open(twin_path, error);
		if (!r.twin)
			return false;
	}
	for (int lazy = 0; is_done && lazy < 2; lazy++) {
		if (mode == (lazy ? MAP_IOMMU_STRICT : MAP_IOMMU_LAZY))
			continue;
		r.is_lazy = lazy;
		is_done = run_mode(&r, error);
	}
	return is_done;
}
