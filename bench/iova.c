/* SPDX-License-Identifier: MIT */
/*
 * What an I/O virtual address costs: allocation and freeing, under both policies, and
 * beside them Linux's own allocator where tests/kernel/iova-bench.py has built it.
 *
 * Bound: a pair that a CPU keeps is two stores and some loads that hit; 2 ns. A search
 * with 100,000 live ranges reads four or five blocks of 576 bytes that are in the second
 * level cache at best.
 */
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <armdma/harness.h>

#include "iova.h"
#include "valgrind.h"

/* ---- rows that leave a domain as it was ------------------------------------------- */

struct row {
	const char *name;
	unsigned long size;
	unsigned nr_live;		/* 0: the pair is alone */
	unsigned nr_each;		/* pairs that are one operation: they differ much */
};

static const struct row rows[] = {
	{ "1 page", 1, 0, 1 },
	{ "32 pages", 32, 0, 1 },
	{ "64 pages", 64, 0, 1 },
	{ "512 pages", 512, 0, 1 },
	{ "1 page, 10k live", 1, 10000, 1 },
	{ "1 page, 100k live", 1, 100000, 1 },
	{ "64 pages, 10k live", 64, 10000, 128 },
	{ "64 pages, 100k live", 64, 100000, 128 },
};
#define NR_COUNTED	6	/* rows whose instructions are counted: Linux walks far in none */

struct load {
	const struct side *s;
	void *d;
	unsigned long size;
	unsigned long *live;
	unsigned nr_live, nr_each;
	uint64_t state;
};

static void pair(void *arg, size_t nr)
{
	struct load *l = arg;

	while (nr--)
		l->s->free(l->d, l->s->alloc(l->d, l->size, LIMIT_PFN), l->size);
}

static void random_pair(void *arg, size_t nr)
{
	struct load *l = arg;

	for (nr *= l->nr_each; nr; nr--) {
		unsigned long *one;

		l->state = l->state * 6364136223846793005u + 1442695040888963407u;
		one = &l->live[(l->state >> 32) * l->nr_live >> 32];
		l->s->free(l->d, *one, l->size);
		*one = l->s->alloc(l->d, l->size, LIMIT_PFN);
	}
}

static void load_init(struct load *l, const struct side *s, const struct row *r)
{
	*l = (struct load){
		.s = s, .d = s->create(1), .size = r->size, .nr_live = r->nr_live,
		.nr_each = r->nr_each,
		.live = g_new(unsigned long, r->nr_live), .state = 1,
	};
	for (unsigned i = 0; i < r->nr_live; i++)
		l->live[i] = s->alloc(l->d, r->size, LIMIT_PFN);
}

static void load_done(struct load *l)
{
	l->s->destroy(l->d);
	g_free(l->live);
}

/* ---- saying it -------------------------------------------------------------------------- */

struct table {
	struct bench_report *report;
	const struct side *sides;
	unsigned nr;
	GHashTable *counts;
};

static void report(struct table *t, const char *row, unsigned side, double ns, double of)
{
	g_autofree char *name = g_strdup_printf("%s, %s", row, t->sides[side].name);

	bench_report_add(t->report, &(struct bench_row){
		.name = name, .unit = "ns/op", .value = ns, .min = ns,
		.vs = isnan(of) ? NULL : "Linux", .ratio = ns / of,
	});
}

static void say_head(const struct table *t, const char *what)
{
	printf("%-26s", what);
	for (unsigned i = 0; i < t->nr; i++)
		printf(" %12s", t->sides[i].name);
	printf("%s\n", t->nr > LINUX ? "  ours/Linux" : "");
}

static void say_row(struct table *t, const char *row, const double *ns)
{
	double of = t->nr > LINUX ? ns[LINUX] : NAN;

	printf("%-26s", row);
	for (unsigned i = 0; i < t->nr; i++) {
		printf(" %12.2f", ns[i]);
		report(t, row, i, ns[i], of);
	}
	if (t->nr > LINUX)
		printf("  %10.5f", ns[OURS] / of);
	printf("\n");
	fflush(stdout);
}

static void say_counts(const struct table *t, const char *row)
{
	for (unsigned i = 0; i < t->nr; i++) {
		g_autofree char *name = g_strdup_printf("%s, %s", row, t->sides[i].name);
		g_autofree char *full = g_strdup_printf("instructions/%s", name);
		double count = bench_count_of(t->counts, name);

		if (isnan(count))
			continue;
		printf("    %.0f instructions, %s\n", count, t->sides[i].name);
		bench_report_add(t->report, &(struct bench_row){
			.name = full, .unit = "instructions/op", .value = count, .min = count,
		});
	}
}

/* ---- measuring ------------------------------------------------------------------------- */

static void measure_row(struct table *t, const struct row *r, uint64_t ns_each)
{
	struct contestant c[NR_SIDES];
	struct load loads[NR_SIDES];
	double ns[NR_SIDES];

	for (unsigned i = 0; i < t->nr; i++) {
		load_init(&loads[i], &t->sides[i], r);
		c[i] = (struct contestant){
			.name = r->name, .op = r->nr_live ? random_pair : pair, .arg = &loads[i],
		};
	}
	contest_run(c, t->nr, ns_each);
	for (unsigned i = 0; i < t->nr; i++)
		ns[i] = contest_min(&c[i]) / r->nr_each;
	say_row(t, r->name, ns);
	say_counts(t, r->name);
	if (r->nr_live)
		printf("    %.0f bytes of host memory for each range, ours\n",
		       t->sides[OURS].bytes_each(loads[OURS].d));
	contest_done(c, t->nr);
	for (unsigned i = 0; i < t->nr; i++)
		load_done(&loads[i]);
}

static void measure_sequences(struct table *t, bool misaligned)
{
	for (unsigned nr_live = 100; nr_live <= 100000; nr_live *= 10) {
		g_autofree char *name = g_strdup_printf("%s, %u live",
							misaligned ? "misaligned" : "sequence",
							nr_live);
		double ns[NR_SIDES];

		measure_sequence(t->sides, t->nr, nr_live, misaligned, ns);
		say_row(t, name, ns);
	}
}

static void say_ratios(const struct table *t, double ns[NR_CREWS][NR_SIDES])
{
	printf("    in one domain against one thread (against domains of their own):");
	for (unsigned i = 0; i < t->nr; i++)
		printf("  %s %.3f (%.3f)", t->sides[i].name, ns[TOGETHER][i] / ns[ONE_THREAD][i],
		       ns[TOGETHER][i] / ns[APART][i]);
	printf("\n");
}

static void measure_crews(struct table *t, struct machine *m)
{
	static const unsigned long sizes[] = { 1, 64 };
	static const char *const crews[] = { "1 thread", "2 threads apart", "2 threads" };

	for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++) {
		double ns[NR_CREWS][NR_SIDES];

		measure_threads(m, t->sides, t->nr, sizes[i], ns);
		for (unsigned k = 0; k < NR_CREWS; k++) {
			g_autofree char *name = g_strdup_printf("%lu pages, %s", sizes[i],
								crews[k]);

			say_row(t, name, ns[k]);
		}
		say_ratios(t, ns);
	}
}

static void measure(struct table *t, struct machine *m, uint64_t ns_each)
{
	say_head(t, "ns for a pair of");
	for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++)
		measure_row(t, &rows[i], ns_each);
	say_head(t, "ns for four operations");
	measure_sequences(t, false);
	measure_sequences(t, true);
	say_head(t, "ns for a pair, each thread");
	measure_crews(t, m);
}

/* As a child, under callgrind. */
static int count_all(void)
{
	struct side sides[NR_SIDES];
	unsigned nr = iova_sides(sides);

	for (unsigned r = 0; r < NR_COUNTED; r++)
		for (unsigned i = 0; i < nr; i++) {
			g_autofree char *name = g_strdup_printf("%s, %s", rows[r].name,
								sides[i].name);
			struct load l;

			load_init(&l, &sides[i], &rows[r]);
			bench_count(name, rows[r].nr_live ? random_pair : pair, &l);
			load_done(&l);
		}
	return 0;
}

/* ---- the run ------------------------------------------------------------------------------ */

static int refuse(const GError *error)
{
	fprintf(stderr, "iova: %s\n", error->message);
	return 2;
}

static bool run(struct bench_report *r, int ms, bool no_valgrind, GError **error)
{
	const struct harness_config cfg = { .gear = GEAR_FAST, .no_hazards = true };
	struct harness *h = harness_start(&cfg, error);
	struct side sides[NR_SIDES];
	struct table t = { .report = r, .sides = sides };

	if (!h)
		return false;
	t.nr = iova_sides(sides);
	t.counts = no_valgrind ? g_hash_table_new(g_str_hash, g_str_equal)
			       : bench_counts("--count");
	measure(&t, harness_machine(h), (uint64_t)ms * 1000000u);
	g_hash_table_unref(t.counts);
	harness_finish(h);
	return bench_report_finish(r, error) == 0;
}

int main(int argc, char **argv)
{
	bool no_valgrind = false, is_done;
	struct bench_options o = { .ms = 200, .no_valgrind = &no_valgrind };
	g_autoptr(GError) error = NULL;
	struct bench_report *r;

	setlocale(LC_CTYPE, "");
	if (argc == 2 && strcmp(argv[1], "--count") == 0)
		return count_all();
	if (!bench_parse(&argc, &argv, "- time I/O virtual addresses", &o, &error))
		return refuse(error);
	r = bench_report_new("iova", "fast", 0, o.json, &error);
	is_done = r && run(r, o.ms, no_valgrind, &error);
	bench_report_free(r);
	g_free(o.json);
	return is_done ? 0 : refuse(error);
}
