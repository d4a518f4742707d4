/* SPDX-License-Identifier: MIT */
/*
 * What a non-coherent map and unmap cost by size: lines that maintenance was asked of,
 * which are the same in every run, and nanoseconds for each of them.
 *
 *	a9-pl310   L1 by CP15, the outer cache by a register write for each line
 *	a7-quad    L1 and L2, both by CP15
 *
 * Bound. In the fast gear a range is counted, not walked, and the pair costs what its
 * calls cost. In the exact gear a page that no cache holds is one look; of others the
 * state bytes are looked at many at a time. Nobody touches the buffers here: what lines
 * that are held cost is bench/access's.
 */
#include "map.h"

#include <armdma/cpu.h>
#include <linux/gfp.h>
#include <linux/mm.h>

#define NR_TRIES	100	/* a row takes this part of -s */

static const char *const boards[] = { "a9-pl310", "a7-quad" };
static const struct gear {
	const char *name;
	enum machine_gear gear;
} gears[] = { { "fast", GEAR_FAST }, { "exact", GEAR_EXACT } };

struct buffer {
	struct device *dev;
	enum dma_data_direction dir;
	void *at;
	size_t len;
};

static void pairs(void *arg, size_t nr)
{
	struct buffer *b = arg;

	while (nr--) {
		dma_addr_t dma = dma_map_single(b->dev, b->at, b->len, b->dir);

		g_assert(!dma_mapping_error(b->dev, dma));
		dma_unmap_single(b->dev, dma, b->len, b->dir);
	}
}

static uint64_t nr_lines(const struct machine *m)
{
	struct machine_counters c;

	machine_count(m, &c);
	return c.level[0].cleaned + c.level[0].invalidated + c.level[1].cleaned +
	       c.level[1].invalidated;
}

static uint64_t lines_of_a_pair(const struct machine *m, struct buffer *b)
{
	uint64_t before = nr_lines(m);

	pairs(b, 1);
	return nr_lines(m) - before;
}

/* ---- saying it --------------------------------------------------------------- */

static void print_head(void)
{
	g_print("\n%-10s %-6s %6s %12s %9s %9s %8s %8s\n", "board", "gear", "size",
		"lines/pair", "min ns", "p50 ns", "x add", "ns/line");
}

static void say(const struct map_bench *b, const char *where, const char *size,
		double nr, const struct timing *t)
{
	g_autofree char *ns = g_strdup_printf("lines/%s/%s/p50", where, size);
	g_autofree char *lines = g_strdup_printf("lines/%s/%s/lines", where, size);

	bench_report_add(b->report, &(struct bench_row){
		.name = ns, .unit = "ns/pair", .value = samples_quantile(&t->op, 500),
		.min = samples_min(&t->op), .vs = YARDSTICK, .ratio = timing_ratio(t),
	});
	if (nr > 0)
		bench_report_add(b->report, &(struct bench_row){
			.name = lines, .unit = "lines/pair", .value = nr, .min = nr,
		});
	g_print("%6s %12.0f %9.1f %9.1f %8.2f ", size, nr, samples_min(&t->op),
		samples_quantile(&t->op, 500), timing_ratio(t));
	if (nr > 0)
		g_print("%8.3f\n", samples_min(&t->op) / nr);
	else
		g_print("%8s\n", "-");
}

static void measure(const struct map_bench *b, struct machine *m, struct buffer *buf,
		    const char *on, const char *gear)
{
	g_autofree char *where = g_strdup_printf("%s/%s", on, gear);
	g_autofree char *size = buf->len < 1 << 20 ? g_strdup_printf("%zuK", buf->len >> 10)
						  : g_strdup_printf("%zuM", buf->len >> 20);
	double nr = (double)lines_of_a_pair(m, buf);
	struct timing t;

	timing_init(&t);
	bench_time(pairs, buf, bench_batch(pairs, buf),
		   (uint64_t)b->options.seconds * 1000000000u / NR_TRIES, &t);
	samples_sort(&t.op);
	samples_sort(&t.yardstick);
	g_print("%-10s %-6s ", on, gear);
	say(b, where, size, nr, &t);
	timing_done(&t);
}

/* ---- all of them ---------------------------------------------------------------- */

static bool measure_sizes(const struct map_bench *b, struct harness *h, const char *on,
			  const char *gear)
{
	struct buffer buf = { .dir = b->options.dma_dir };

	buf.dev = harness_device_new(h, "bench", false);
	for (buf.len = 4096; buf.len <= 2u << 20; buf.len *= buf.len < 1u << 20 ? 4 : 2) {
		buf.at = alloc_pages_exact(buf.len, GFP_KERNEL);
		if (!buf.at)
			return false;
		measure(b, harness_machine(h), &buf, on, gear);
		free_pages_exact(buf.at, buf.len);
	}
	return true;
}

static bool measure_machine(const struct map_bench *b, const char *on,
			    const struct gear *gear, GError **error)
{
	const struct harness_config cfg = {
		.board = on, .gear = gear->gear, .no_hazards = true,
	};
	struct harness *h = harness_start(&cfg, error);
	bool is_done;

	if (!h)
		return false;
	cpu_enter(machine_cpu(harness_machine(h), 0));
	is_done = measure_sizes(b, h, on, gear->name) || map_out_of_memory(error);
	harness_finish(h);
	return is_done;
}

bool map_lines(const struct map_bench *b, GError **error)
{
	print_head();
	for (size_t i = 0; i < G_N_ELEMENTS(boards); i++)
		for (size_t j = 0; j < G_N_ELEMENTS(gears); j++)
			if (!measure_machine(b, boards[i], &gears[j], error))
				return false;
	return true;
}
