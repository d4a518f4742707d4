/* SPDX-License-Identifier: MIT */
/*
 * What page tables of IOMMUs cost, in the fast gear, and what Linux's own cost beside them.
 *
 *	build/bench/pgtable                                   ours alone
 *	bench/pgtable-linux.py build/bench/pgtable SOURCE     both, in turns, in one process
 *
 * Linux's are io-pgtable-arm.c and io-pgtable-arm-v7s.c, unmodified, as a shared object whose
 * path is in $LINUX_PGTABLE. The walker is coherent, the TLB's callbacks do nothing. Each row
 * maps and unmaps again, or looks up; "queued" has a gather for which no page is told of.
 *
 * Bounds: an entry is looked at and stored when it is mapped, and looked at and cleared when
 * it is unmapped.
 */
#include <dlfcn.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <armdma/harness.h>
#include <linux/io-pgtable.h>
#include <linux/sizes.h>

#include "contest.h"
#include "valgrind.h"

#define MODE_COUNTED	"--counted"
#define MOST_COUNTED	16		/* pages: of more, Linux's would be counted for minutes */
#define LOOK_LEN	SZ_64M		/* that translations are drawn from */
#define BASE		SZ_1G		/* of all IOVAs */

enum kind { PAIR, SWEEP, LOOK, CHASE };

/**
 * struct subject - one row
 * @goal: at most this part of Linux's time; 0: nothing is wanted
 */
static const struct subject {
	const char *name;
	enum io_pgtable_fmt fmt;
	unsigned ias;
	enum kind kind;
	size_t pgsize, pgcount;
	bool is_queued;
	double goal, extraordinary;
} subjects[] = {
	{ "v7s 4K", ARM_V7S, 32, PAIR, SZ_4K, 1, true, 0, 0 },
	{ "v7s 4K, gather", ARM_V7S, 32, PAIR, SZ_4K, 1, false, 0, 0 },
	{ "v7s 64K", ARM_V7S, 32, PAIR, SZ_64K, 1, true, 0, 0 },
	{ "v7s 1M", ARM_V7S, 32, PAIR, SZ_1M, 1, true, 0, 0 },
	{ "v7s 4K x 16", ARM_V7S, 32, PAIR, SZ_4K, 16, true, 0, 0 },
	{ "v7s 4K x 512", ARM_V7S, 32, PAIR, SZ_4K, 512, true, 0.05, 0.02 },
	{ "v7s 4K x 512, gather", ARM_V7S, 32, PAIR, SZ_4K, 512, false, 0, 0 },
	{ "v7s 4K, over 64 MiB", ARM_V7S, 32, SWEEP, SZ_4K, 1, true, 0, 0 },
	{ "lpae39 4K", ARM_64_LPAE_S1, 39, PAIR, SZ_4K, 1, true, 0, 0 },
	{ "lpae39 4K, gather", ARM_64_LPAE_S1, 39, PAIR, SZ_4K, 1, false, 0, 0 },
	{ "lpae39 4K x 16", ARM_64_LPAE_S1, 39, PAIR, SZ_4K, 16, true, 0, 0 },
	{ "lpae39 4K x 512", ARM_64_LPAE_S1, 39, PAIR, SZ_4K, 512, true, 0.3, 0.18 },
	{ "lpae39 4K x 512, gather", ARM_64_LPAE_S1, 39, PAIR, SZ_4K, 512, false, 0, 0 },
	{ "lpae39 2M", ARM_64_LPAE_S1, 39, PAIR, SZ_2M, 1, true, 0, 0 },
	{ "lpae39 4K, over 64 MiB", ARM_64_LPAE_S1, 39, SWEEP, SZ_4K, 1, true, 0, 0 },
	{ "lpae48 4K", ARM_64_LPAE_S1, 48, PAIR, SZ_4K, 1, true, 0, 0 },
	{ "lpae48 4K x 512", ARM_64_LPAE_S1, 48, PAIR, SZ_4K, 512, true, 0.3, 0.18 },
	{ "look: v7s 4K", ARM_V7S, 32, LOOK, SZ_4K, 1, true, 0.7, 0.35 },
	{ "look: v7s 4K, dependent", ARM_V7S, 32, CHASE, SZ_4K, 1, true, 0, 0 },
	{ "look: v7s 64K", ARM_V7S, 32, LOOK, SZ_64K, 1, true, 0.7, 0.35 },
	{ "look: v7s 1M", ARM_V7S, 32, LOOK, SZ_1M, 1, true, 0.7, 0.35 },
	{ "look: lpae39 4K", ARM_64_LPAE_S1, 39, LOOK, SZ_4K, 1, true, 0.5, 0.25 },
	{ "look: lpae39 4K, dependent", ARM_64_LPAE_S1, 39, CHASE, SZ_4K, 1, true, 0, 0 },
	{ "look: lpae39 2M", ARM_64_LPAE_S1, 39, LOOK, SZ_2M, 1, true, 0.5, 0.25 },
	{ "look: lpae48 4K", ARM_64_LPAE_S1, 48, LOOK, SZ_4K, 1, true, 0.5, 0.25 },
};

/* One set of tables at work on one row. */
struct job {
	const struct subject *s;
	struct io_pgtable_ops *ops;
	struct iommu_iotlb_gather gather;
	uint64_t state;
	unsigned long at;
	phys_addr_t sum;
};

typedef struct io_pgtable_ops *alloc_fn(enum io_pgtable_fmt fmt, struct io_pgtable_cfg *cfg,
					void *cookie);

struct pgtable_bench {
	alloc_fn *linux_alloc;		/* NULL: theirs is not here */
	struct bench_report *report;
	GHashTable *counts;
	uint64_t ns;
	bool no_valgrind;
};

/* ---- what is timed ------------------------------------------------------------------ */

static void flush_all(void *cookie)
{
	(void)cookie;
}

static void flush_walk(unsigned long iova, size_t size, size_t granule, void *cookie)
{
	(void)iova, (void)size, (void)granule, (void)cookie;
}

static void add_page(struct iommu_iotlb_gather *gather, unsigned long iova, size_t granule,
		     void *cookie)
{
	(void)cookie;
	iommu_iotlb_gather_add_range(gather, iova, granule);
}

static const struct iommu_flush_ops tlb = { flush_all, flush_walk, add_page };

static void map(struct job *j, unsigned long iova)
{
	size_t mapped = 0;

	g_assert(!j->ops->map_pages(j->ops, iova, SZ_2G + (iova - BASE), j->s->pgsize,
				    j->s->pgcount, IOMMU_READ | IOMMU_WRITE, GFP_ATOMIC,
				    &mapped));
}

static void unmap(struct job *j, unsigned long iova)
{
	g_assert(j->ops->unmap_pages(j->ops, iova, j->s->pgsize, j->s->pgcount, &j->gather) ==
		 j->s->pgsize * j->s->pgcount);
}

static void pair(void *arg, size_t nr)
{
	struct job *j = arg;

	while (nr--) {
		map(j, BASE);
		unmap(j, BASE);
	}
}

static void sweep(void *arg, size_t nr)
{
	struct job *j = arg;

	while (nr--) {
		map(j, BASE + j->at);
		unmap(j, BASE + j->at);
		j->at = (j->at + j->s->pgsize) & (LOOK_LEN - 1);
	}
}

static unsigned long any_iova(struct job *j)
{
	j->state = j->state * 6364136223846793005ull + 1442695040888963407ull;
	return BASE + (j->state >> 32 & (LOOK_LEN - 1));
}

static void look(void *arg, size_t nr)
{
	struct job *j = arg;

	while (nr--)
		j->sum += j->ops->iova_to_phys(j->ops, any_iova(j));
}

/* Each waits for the one before: what it adds is 0. */
static void chase(void *arg, size_t nr)
{
	struct job *j = arg;
	phys_addr_t last = 0;

	while (nr--)
		last = j->ops->iova_to_phys(j->ops, any_iova(j) + (last & 1ull << 63));
	j->sum += last;
}

static bench_op *const ops_of_kind[] = { pair, sweep, look, chase };

static void begin(struct job *j, const struct subject *s, alloc_fn *alloc)
{
	struct io_pgtable_cfg cfg = {
		.pgsize_bitmap = s->fmt == ARM_V7S ? SZ_4K | SZ_64K | SZ_1M | SZ_16M
						   : SZ_4K | SZ_2M | SZ_1G,
		.ias = s->ias, .oas = s->fmt == ARM_V7S ? 32 : 40, .coherent_walk = true,
		.tlb = &tlb,
	};

	*j = (struct job){ .s = s, .ops = alloc(s->fmt, &cfg, j) };
	g_assert(j->ops);
	iommu_iotlb_gather_init(&j->gather);
	j->gather.queued = s->is_queued;
	if (s->kind == LOOK || s->kind == CHASE)
		for (unsigned long at = 0; at < LOOK_LEN; at += s->pgsize)
			map(j, BASE + at);
}

/* ---- saying it ------------------------------------------------------------------------- */

static double count_of(struct pgtable_bench *b, const struct subject *s, const char *whose)
{
	g_autofree char *name = g_strconcat(whose, "/", s->name, NULL);

	return bench_count_of(b->counts, name);
}

static void add_row(struct pgtable_bench *b, const struct subject *s, const char *whose,
		    const struct contestant *c, double ratio)
{
	g_autofree char *name = g_strconcat(whose, "/", s->name, NULL);
	double nr = bench_count_of(b->counts, name);

	bench_report_add(b->report, &(struct bench_row){
		.name = name, .unit = "ns/op", .value = contest_median(c), .min = contest_min(c),
		.vs = isfinite(ratio) ? "Linux" : NULL, .ratio = isfinite(ratio) ? ratio : 0,
	});
	if (isfinite(nr)) {
		g_autofree char *counted = g_strconcat(name, "/instructions", NULL);

		bench_report_add(b->report, &(struct bench_row){
			.name = counted, .unit = "instructions/op", .value = nr, .min = nr,
		});
	}
}

static void say_figure(const char *format, int width, double value)
{
	if (isfinite(value))
		printf(format, width, value);
	else
		printf("%*s", width, "-");
}

static void say_goal(const struct subject *s, double ratio)
{
	if (!(s->goal > 0) || !isfinite(ratio))
		return;
	printf("  <= %.2f: %s", s->goal, ratio <= s->goal ? "reached" : "missed");
	printf(", <= %.2f: %s", s->extraordinary,
	       ratio <= s->extraordinary ? "reached" : "missed");
}

static void say(struct pgtable_bench *b, const struct subject *s, struct contestant *c)
{
	double ratio = c[1].op ? contest_min(&c[0]) / contest_min(&c[1]) : NAN;

	printf("%-27s", s->name);
	say_figure("%*.2f", 9, contest_min(&c[0]));
	say_figure("%*.2f", 9, contest_median(&c[0]));
	say_figure("%*.0f", 8, count_of(b, s, "ours"));
	say_figure("%*.2f", 10, c[1].op ? contest_min(&c[1]) : NAN);
	say_figure("%*.2f", 9, c[1].op ? contest_median(&c[1]) : NAN);
	say_figure("%*.0f", 8, count_of(b, s, "linux"));
	say_figure("%*.3f", 8, ratio);
	say_goal(s, ratio);
	putchar('\n');
	add_row(b, s, "ours", &c[0], ratio);
	if (c[1].op)
		add_row(b, s, "linux", &c[1], NAN);
}

static void measure(struct pgtable_bench *b)
{
	printf("%-27s%9s%9s%8s%10s%9s%8s%8s\n", "map + unmap, or look", "min ns", "p50 ns",
	       "instr.", "Linux min", "p50", "instr.", "ratio");
	for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++) {
		const struct subject *s = &subjects[i];
		struct job ours, theirs;
		struct contestant c[] = {
			{ .name = "ours", .op = ops_of_kind[s->kind], .arg = &ours },
			{ .name = "Linux", .arg = &theirs },
		};

		begin(&ours, s, alloc_io_pgtable_ops);
		if (b->linux_alloc) {
			begin(&theirs, s, b->linux_alloc);
			c[1].op = ops_of_kind[s->kind];
		}
		contest_run(c, 2, b->ns);
		say(b, s, c);
		contest_done(c, 2);
		free_io_pgtable_ops(ours.ops);
	}
}

static void count_one(const struct subject *s, const char *whose, alloc_fn *alloc)
{
	g_autofree char *name = g_strconcat(whose, "/", s->name, NULL);
	struct job j;

	begin(&j, s, alloc);
	bench_count(name, ops_of_kind[s->kind], &j);
}

static void count(struct pgtable_bench *b)
{
	for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++) {
		if (subjects[i].pgcount > MOST_COUNTED)
			continue;
		count_one(&subjects[i], "ours", alloc_io_pgtable_ops);
		if (b->linux_alloc)
			count_one(&subjects[i], "linux", b->linux_alloc);
	}
}

/* ---- the run ------------------------------------------------------------------------------ */

static int refuse(const GError *error)
{
	fprintf(stderr, "pgtable: %s\n", error->message);
	return 2;
}

static struct harness *start(struct pgtable_bench *b, GError **error)
{
	const char *path = g_getenv("LINUX_PGTABLE");
	void *object = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;

	if (path && !object) {
		g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, dlerror());
		return NULL;
	}
	if (object)
		b->linux_alloc = (alloc_fn *)dlsym(object, "linux_alloc_io_pgtable_ops");
	return harness_start(&(struct harness_config){ .gear = GEAR_FAST, .no_hazards = true },
			     error);
}

static int run(struct pgtable_bench *b, const char *json, GError **error)
{
	struct harness *h;
	int status = 2;

	b->report = bench_report_new("pgtable", "fast", 0, json, error);
	if (!b->report)
		return 2;
	b->counts = b->no_valgrind ? g_hash_table_new(g_str_hash, g_str_equal)
				   : bench_counts(MODE_COUNTED);
	h = start(b, error);
	if (h) {
		measure(b);
		status = bench_report_finish(b->report, error);
		harness_finish(h);
	}
	g_hash_table_unref(b->counts);
	bench_report_free(b->report);
	return status;
}

static int run_counted(void)
{
	struct pgtable_bench b = { 0 };
	g_autoptr(GError) error = NULL;
	struct harness *h = start(&b, &error);

	if (!h)
		return refuse(error);
	count(&b);
	harness_finish(h);
	return 0;
}

int main(int argc, char **argv)
{
	struct pgtable_bench b = { 0 };
	g_autoptr(GError) error = NULL;
	struct bench_options o = { .ms = 200, .no_valgrind = &b.no_valgrind };
	int status;

	setlocale(LC_CTYPE, "");
	if (argc == 2 && !strcmp(argv[1], MODE_COUNTED))
		return run_counted();
	if (!bench_parse(&argc, &argv, "- time page tables of IOMMUs", &o, &error))
		return refuse(error);
	b.ns = (uint64_t)o.ms * 1000000;
	status = run(&b, o.json, &error);
	g_free(o.json);
	return error ? refuse(error) : status;
}
