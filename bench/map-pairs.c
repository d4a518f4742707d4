/* SPDX-License-Identifier: MIT */
/*
 * Map and unmap pairs per second: coherent and non-coherent device, direct
 * mapping, 4 KiB, 64 KiB and a list of 32 pages that do not touch, on 1..n threads.
 *
 * Bounds. A coherent pair is two calls, a look at the device, a comparison with
 * its mask and an addition: some 20 ns, whatever the length. A non-coherent one
 * asks for cache maintenance as well. By CP15 the fast gear adds up the lines of a
 * range, and the length does not show; behind a PL310 it is one register write for
 * each 32 bytes and call, as on the board, and nothing else shows. A list is 32
 * times the work of a page without 32 times the calls. With the ledger each call is also
 * checked and remembered: a lock of its 2 MiB of memory, a list, two records.
 *
 * No line of the host is shared, so n threads should make n times the pairs as long as
 * there are n CPUs, whether they share a device or each has its own. How nearly is said
 * twice: by what all did in the time, and by each thread's best batch, which tells what
 * the code costs when the host's CPUs are not taken by somebody else.
 */
#include "map.h"

#include <math.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>

#define NR_SG		32
#define NR_TRIES	20	/* a row takes this part of -s */

/* A buffer, or a list: what one thread maps again and again. */
struct load {
	struct device *dev;
	enum dma_data_direction dir;
	void *buf;
	size_t len;
	struct page *pages;
	struct scatterlist sg[NR_SG];
};

struct load_kind {
	const char *name;
	size_t len;		/* of the whole */
	bool (*prepare)(struct load *l);
	void (*release)(struct load *l);
	bench_op *pairs;
};

static bool prepare_buffer(struct load *l)
{
	l->buf = alloc_pages_exact(l->len, GFP_KERNEL);
	return l->buf;
}

static void release_buffer(struct load *l)
{
	if (l->buf)
		free_pages_exact(l->buf, l->len);
}

static void map_buffer(void *arg, size_t nr)
{
	struct load *l = arg;

	while (nr--) {
		dma_addr_t dma = dma_map_single(l->dev, l->buf, l->len, l->dir);

		g_assert(!dma_mapping_error(l->dev, dma));
		dma_unmap_single(l->dev, dma, l->len, l->dir);
	}
}

/* Every second page of a block, so that no two of the list are neighbours. */
static bool prepare_list(struct load *l)
{
	int order = get_order(2 * l->len);

	l->pages = alloc_pages(GFP_KERNEL, (unsigned)order);
	if (!l->pages)
		return false;
	sg_init_table(l->sg, NR_SG);
	for (int i = 0; i < NR_SG; i++)
		sg_set_page(&l->sg[i], l->pages + 2 * i, PAGE_SIZE, 0);
	return true;
}

static void release_list(struct load *l)
{
	if (l->pages)
		__free_pages(l->pages, (unsigned)get_order(2 * l->len));
}

static void map_list(void *arg, size_t nr)
{
	struct load *l = arg;

	while (nr--) {
		g_assert(dma_map_sg(l->dev, l->sg, NR_SG, l->dir) == NR_SG);
		dma_unmap_sg(l->dev, l->sg, NR_SG, l->dir);
	}
}

static const struct load_kind kinds[] = {
	{ "4K", 4096, prepare_buffer, release_buffer, map_buffer },
	{ "64K", 65536, prepare_buffer, release_buffer, map_buffer },
	{ "sg32x4K", NR_SG * 4096, prepare_list, release_list, map_list },
};

/* ---- one row: a kind of load, a device, a number of threads ----------- */

struct pair_thread {
	const struct load_kind *kind;
	struct load load;
	uint64_t duration_ns;
	struct timing timing;
};

struct row {
	const char *device;
	const struct load_kind *kind;
	int nr_threads;
	struct timing all;
	double rate, slowest;	/* pairs per second; of all, of one thread */
	double scaling;		/* rate against that of one thread */
	double best;		/* pairs per second, by each thread's best batch */
	double best_scaling;
};

static void pair_thread(void *ctx)
{
	struct pair_thread *t = ctx;
	size_t batch = bench_batch(t->kind->pairs, &t->load);

	bench_time(t->kind->pairs, &t->load, batch, t->duration_ns, &t->timing);
}

static bool threads_prepare(struct pair_thread *threads, const struct row *row,
			    struct device *dev, const struct map_bench *b)
{
	const struct map_options *o = &b->options;
	bool has_memory = true;

	for (int i = 0; i < row->nr_threads; i++) {
		threads[i].kind = row->kind;
		threads[i].duration_ns = (uint64_t)o->seconds * 1000000000u / NR_TRIES;
		threads[i].load.dev = dev ? dev : b->own[i];
		threads[i].load.dir = o->dma_dir;
		threads[i].load.len = row->kind->len;
		timing_init(&threads[i].timing);
		has_memory = has_memory && row->kind->prepare(&threads[i].load);
	}
	return has_memory;
}

static void threads_release(struct pair_thread *threads, const struct row *row)
{
	for (int i = 0; i < row->nr_threads; i++) {
		row->kind->release(&threads[i].load);
		timing_done(&threads[i].timing);
	}
}

/* Each thread's rate while it was timing pairs; together, what all could do. */
static void row_sum(struct row *row, struct pair_thread *threads)
{
	row->slowest = INFINITY;
	for (int i = 0; i < row->nr_threads; i++) {
		const struct timing *t = &threads[i].timing;
		double rate = (double)t->nr_ops * 1e9 / (double)t->busy_ns;

		row->rate += rate;
		row->slowest = fmin(row->slowest, rate);
		samples_sort(&threads[i].timing.op);
		row->best += 1e9 / samples_min(&t->op);
		samples_add_all(&row->all.op, &t->op);
		samples_add_all(&row->all.yardstick, &t->yardstick);
	}
	samples_sort(&row->all.op);
	samples_sort(&row->all.yardstick);
}

static bool row_measure(struct row *row, struct device *dev, const struct map_bench *b)
{
	g_autofree struct pair_thread *threads = g_new0(struct pair_thread, row->nr_threads);
	bool has_memory = threads_prepare(threads, row, dev, b);

	if (has_memory) {
		run_on_cpus(b->machine, pair_thread, threads, sizeof(*threads),
			    row->nr_threads);
		row_sum(row, threads);
	}
	threads_release(threads, row);
	return has_memory;
}

/* ---- saying it -------------------------------------------------------- */

void map_pairs_head(void)
{
	g_print("\n%-12s %-8s %-6s %7s %10s %9s %9s %9s %8s %8s %8s\n", "device", "load",
		"ledger", "threads", "pairs/s", "min ns", "p50 ns", "p99 ns", "x add", "scaling",
		"at best");
}

static void print_row(const struct map_bench *b, const struct row *row)
{
	g_print("%-12s %-8s %-6s %7d %10.0f %9.1f %9.1f %9.1f %8.2f %8.2f %8.2f\n",
		row->device, row->kind->name, b->has_ledger ? "on" : "off", row->nr_threads,
		row->rate, samples_min(&row->all.op), samples_quantile(&row->all.op, 500),
		samples_quantile(&row->all.op, 990), timing_ratio(&row->all), row->scaling,
		row->best_scaling);
}

static char *row_name(const struct map_bench *b, const struct row *row, const char *what)
{
	return g_strdup_printf("%s%s/%s/%dt/%s", b->has_ledger ? "ledger/" : "", row->device,
			       row->kind->name, row->nr_threads, what);
}

static void report_ns(const struct map_bench *b, const struct row *row, const char *what,
		      unsigned permille)
{
	g_autofree char *name = row_name(b, row, what);
	double ns = samples_quantile(&row->all.op, permille);

	bench_report_add(b->report, &(struct bench_row){
		.name = name, .unit = "ns/pair",
		.value = ns, .min = samples_min(&row->all.op), .vs = YARDSTICK,
		.ratio = ns / samples_quantile(&row->all.yardstick, permille),
	});
}

static void report_rate(const struct map_bench *b, const struct row *row, const char *what,
			double rate, double least, double scaling)
{
	g_autofree char *name = row_name(b, row, what);

	bench_report_add(b->report, &(struct bench_row){
		.name = name, .unit = "pairs/s", .value = rate, .min = least,
		.vs = "1 thread", .ratio = scaling,
	});
}

static void say_row(const struct map_bench *b, const struct row *row)
{
	print_row(b, row);
	report_ns(b, row, "p50", 500);
	report_ns(b, row, "p99", 990);
	report_rate(b, row, "rate", row->rate, row->slowest, row->scaling);
	report_rate(b, row, "best", row->best, row->best / row->nr_threads, row->best_scaling);
}

/* ---- all of them ------------------------------------------------------ */

/* 1, 2, 3, 4, then doubling, and the last one asked for. */
static int next_count(int nr, int last)
{
	int next = nr < 4 ? nr + 1 : 2 * nr;

	return nr < last && next > last ? last : next;
}

static bool measure_kind(const struct map_bench *b, const char *device, struct device *dev,
			 const struct load_kind *kind)
{
	int last = b->options.threads;
	double alone = 0, best_alone = 0;

	for (int nr = 1; nr <= last; nr = next_count(nr, last)) {
		struct row row = { .device = device, .kind = kind, .nr_threads = nr };
		bool is_done;

		timing_init(&row.all);
		is_done = row_measure(&row, dev, b);
		if (is_done) {
			alone = nr == 1 ? row.rate : alone;
			best_alone = nr == 1 ? row.best : best_alone;
			row.scaling = row.rate / alone;
			row.best_scaling = row.best / best_alone;
			say_row(b, &row);
		}
		timing_done(&row.all);
		if (!is_done)
			return false;
	}
	return true;
}

bool map_pairs(const struct map_bench *b, GError **error)
{
	bool is_done = true;

	for (size_t i = 0; is_done && i < G_N_ELEMENTS(kinds); i++)
		is_done = measure_kind(b, "coherent", b->coherent, &kinds[i]) &&
			  (i || measure_kind(b, "coherent-own", NULL, &kinds[i])) &&
			  measure_kind(b, "noncoherent", b->noncoherent, &kinds[i]);
	return is_done || map_out_of_memory(error);
}
