/* SPDX-License-Identifier: MIT */
/*
 * A map and an unmap while so many other mappings are live, ledger off and on: the oldest
 * goes and a new one comes (rolling), or any goes and comes again (random).
 *
 *	live[ dma | dma | dma | dma | ... ]     of 4 KiB, coherent, direct
 *	        ^ rolling: next     ^ random: this one
 *
 * Each maps a page of its own as long as the machine has pages; where more are to be
 * live, every page is mapped several times. How many pages there are is said.
 *
 * Bounds. With few live mappings: the calls. With many, rolling goes through memory in
 * order, which the host sees coming. Random cannot beat the host's cache misses: the
 * handle in live[] is one, with or without a ledger, and the ledger adds the head of a
 * page's list, the record that leaves and the one behind which the next is hung. Handle,
 * head and record are found one by the other, so that these three do not overlap.
 */
#include "map.h"

#include <stdio.h>
#include <unistd.h>
#include <armdma/cpu.h>
#include <linux/gfp.h>
#include <linux/mm.h>

#define NR_TRIES	20	/* a row takes this part of -s */
#define RSS_MATTERS	100000	/* mappings, below which it is noise */

struct live_set {
	struct device *dev;
	void **pages;
	size_t nr_pages;
	dma_addr_t *live;
	size_t nr, at;
	uint64_t random;
	double bytes;			/* of the host, for each mapping */
};

static void *page_of(const struct live_set *l, size_t i)
{
	return l->pages[i % l->nr_pages];
}

static void map_one(struct live_set *l, size_t i)
{
	l->live[i] = dma_map_single(l->dev, page_of(l, i), PAGE_SIZE, DMA_TO_DEVICE);
	g_assert(!dma_mapping_error(l->dev, l->live[i]));
}

static void unmap_one(struct live_set *l, size_t i)
{
	dma_unmap_single(l->dev, l->live[i], PAGE_SIZE, DMA_TO_DEVICE);
}

static void roll(void *arg, size_t nr)
{
	struct live_set *l = arg;

	while (nr--) {
		unmap_one(l, l->at);
		map_one(l, l->at);
		l->at = l->at + 1 == l->nr ? 0 : l->at + 1;
	}
}

/* xorshift64 (Marsaglia 2003): a few instructions, beside what is measured. */
static size_t any_of(struct live_set *l)
{
	l->random ^= l->random << 13;
	l->random ^= l->random >> 7;
	l->random ^= l->random << 17;
	return (size_t)((unsigned __int128)l->random * l->nr >> 64);
}

static void shuffle(void *arg, size_t nr)
{
	struct live_set *l = arg;

	while (nr--) {
		size_t i = any_of(l);

		unmap_one(l, i);
		map_one(l, i);
	}
}

/* ---- many of them ------------------------------------------------------------ */

/* All that the machine has but a few, up to @most. */
static void take_pages(struct live_set *l, size_t most)
{
	l->pages = g_new(void *, most);
	while (l->nr_pages < most) {
		void *page = (void *)__get_free_pages(GFP_KERNEL | __GFP_NOWARN, 0);

		if (!page)
			break;
		l->pages[l->nr_pages++] = page;
	}
}

static double resident_bytes(void)
{
	long total, resident = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || fscanf(f, "%ld %ld", &total, &resident) != 2)
		resident = 0;
	if (f)
		fclose(f);
	return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static bool live_begin(struct live_set *l, struct device *dev, size_t nr, size_t most_pages)
{
	double before;

	*l = (struct live_set){ .dev = dev, .nr = nr, .random = 88172645463325252u };
	take_pages(l, most_pages ? MIN(nr, most_pages) : nr);
	if (!l->nr_pages)
		return false;
	l->live = g_new(dma_addr_t, nr);
	for (size_t i = 0; i < nr; i++)		/* the array's own pages come now */
		l->live[i] = i;
	before = resident_bytes();
	for (size_t i = 0; i < nr; i++)
		map_one(l, i);
	l->bytes = (resident_bytes() - before) / (double)nr;
	return true;
}

static void live_end(struct live_set *l)
{
	for (size_t i = 0; l->live && i < l->nr; i++)
		unmap_one(l, i);
	for (size_t i = 0; i < l->nr_pages; i++)
		free_pages((unsigned long)l->pages[i], 0);
	g_free(l->live);
	g_free(l->pages);
}

/* ---- saying it ------------------------------------------------------------------ */

void map_live_head(void)
{
	g_print("\n%9s %-8s %-6s %9s %9s %9s %9s %8s %10s\n", "live", "order", "ledger",
		"pages", "min ns", "p50 ns", "p99 ns", "x add", "host bytes");
}

static bool has_bytes(const struct map_bench *b, const struct live_set *l)
{
	return b->has_ledger && l->nr >= RSS_MATTERS && l->bytes > 0;
}

static void print_row(const struct map_bench *b, const struct live_set *l, const char *order,
		      const struct timing *t)
{
	g_print("%9zu %-8s %-6s %9zu %9.1f %9.1f %9.1f %8.2f ", l->nr, order,
		b->has_ledger ? "on" : "off", l->nr_pages, samples_min(&t->op),
		samples_quantile(&t->op, 500), samples_quantile(&t->op, 990), timing_ratio(t));
	if (has_bytes(b, l))
		g_print("%10.1f\n", l->bytes);
	else
		g_print("%10s\n", "-");
}

static void report_row(const struct map_bench *b, const struct live_set *l, const char *order,
		       const struct timing *t)
{
	g_autofree char *name = g_strdup_printf("%s%slive/%zu/%s/p50", b->where ? b->where : "",
						b->has_ledger ? "ledger/" : "", l->nr, order);

	bench_report_add(b->report, &(struct bench_row){
		.name = name, .unit = "ns/pair", .value = samples_quantile(&t->op, 500),
		.min = samples_min(&t->op), .vs = YARDSTICK, .ratio = timing_ratio(t),
	});
}

static void report_bytes(const struct map_bench *b, const struct live_set *l)
{
	g_autofree char *name = g_strdup_printf("ledger/live/%zu/bytes", l->nr);

	if (has_bytes(b, l))
		bench_report_add(b->report, &(struct bench_row){
			.name = name, .unit = "bytes/mapping", .value = l->bytes,
			.min = l->bytes,
		});
}

static void measure(const struct map_bench *b, struct live_set *l, const char *order,
		    bench_op *op)
{
	uint64_t ns = (uint64_t)b->options.seconds * 1000000000u / NR_TRIES;
	struct timing t;

	timing_init(&t);
	bench_time(op, l, bench_batch(op, l), ns, &t);
	samples_sort(&t.op);
	samples_sort(&t.yardstick);
	print_row(b, l, order, &t);
	report_row(b, l, order, &t);
	timing_done(&t);
}

static bool measure_all(const struct map_bench *b, size_t nr)
{
	struct live_set l;
	bool is_done = live_begin(&l, b->coherent, nr, b->most_pages);

	if (is_done) {
		measure(b, &l, "rolling", roll);
		measure(b, &l, "random", shuffle);
		report_bytes(b, &l);
	}
	live_end(&l);
	return is_done;
}

bool map_live(const struct map_bench *b, GError **error)
{
	static const size_t counts[] = { 1, 100, 10000, 1000000, 10000000, 100000000 };

	cpu_enter(machine_cpu(b->machine, 0));
	for (size_t i = 0; i < G_N_ELEMENTS(counts); i++)
		if (counts[i] <= (size_t)b->most_live && !measure_all(b, counts[i]))
			return map_out_of_memory(error);
	return true;
}
