/* SPDX-License-Identifier: MIT */
/*
 * Throughput of dma_map_single() and dma_map_sg() in the fast gear.
 *
 * Takes the flags of the kernel's tools/testing/selftests/dma/dma_map_benchmark
 * and first prints its lines, so that the figures can be set beside a board's
 * (map-kernel.c); then what a batch clock can say (map-pairs.c).
 *
 * Bound: see those two. The whole run takes about twice the seconds of -s for
 * each thread count.
 */
#include "map.h"

#include <locale.h>
#include <stdio.h>

/* ---- what was asked for ----------------------------------------------- */

static bool refuse(GError **error, const char *what, int value, int least, int most)
{
	if (value >= least && value <= most)
		return true;
	g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
		    "%s must be %d to %d, not %d", what, least, most, value);
	return false;
}

static bool options_valid(const struct map_options *o, GError **error)
{
	return refuse(error, "-t, threads,", o->threads, 1, 1024) &&
	       refuse(error, "-s, seconds,", o->seconds, 1, 300) &&
	       refuse(error, "-n, NUMA node,", o->node, -1, NR_NODES - 1) &&
	       refuse(error, "-b, bits of the DMA mask,", o->dma_bits, 20, 64) &&
	       refuse(error, "-d, direction,", o->dma_dir, DMA_BIDIRECTIONAL,
		      DMA_FROM_DEVICE) &&
	       refuse(error, "-x, nanoseconds of transfer,", o->dma_trans_ns, 0, 10000000) &&
	       refuse(error, "-g, pages at once,", o->granule, 1, 1024);
}

static bool parse(int *argc, char ***argv, struct map_options *o, char **ret_json,
		  GError **error)
{
	g_autoptr(GOptionContext) context = g_option_context_new("- time map and unmap");
	const GOptionEntry entries[] = {
		{ "threads", 't', 0, G_OPTION_ARG_INT, &o->threads, "1..1024 [1]", "N" },
		{ "seconds", 's', 0, G_OPTION_ARG_INT, &o->seconds, "1..300 [20]", "N" },
		{ "node", 'n', 0, G_OPTION_ARG_INT, &o->node,
		  "NUMA node, -1 is any [-1]", "N" },
		{ "bits", 'b', 0, G_OPTION_ARG_INT, &o->dma_bits,
		  "of the DMA mask, 20..64 [32]", "N" },
		{ "direction", 'd', 0, G_OPTION_ARG_INT, &o->dma_dir,
		  "0 both, 1 to the device, 2 from it [0]", "N" },
		{ "delay", 'x', 0, G_OPTION_ARG_INT, &o->dma_trans_ns,
		  "ns between map and unmap, 0..10000000 [0]", "N" },
		{ "granule", 'g', 0, G_OPTION_ARG_INT, &o->granule,
		  "pages at once, 1..1024 [1]", "N" },
		{ "json", 0, 0, G_OPTION_ARG_FILENAME, ret_json, "also write the rows", "FILE" },
		G_OPTION_ENTRY_NULL
	};

	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, argc, argv, error))
		return false;
	if (*argc > 1) {
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
			    "unknown argument '%s'", (*argv)[1]);
		return false;
	}
	return options_valid(o, error);
}

/* ---- the run ---------------------------------------------------------- */

bool map_out_of_memory(GError **error)
{
	g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
		    "the machine has no memory for so many threads and pages");
	return false;
}

/* The line that scripts written for the kernel's tool look for. */
static void print_latency(const char *what, const struct map_latency *l)
{
	g_print("average %s latency(us):%.1f standard deviation:%.1f\n", what,
		l->mean / 1000, l->deviation / 1000);
}

/* The kernel's own algorithm, and its lines. */
static bool map_kernel(const struct map_bench *b, GError **error)
{
	static const char *const directions[] = {
		"BIDIRECTIONAL", "TO_DEVICE", "FROM_DEVICE"
	};
	const struct map_options *o = &b->options;
	struct map_latencies found;

	if (!map_kernel_measure(b->machine, b->noncoherent, o, &found))
		return map_out_of_memory(error);
	g_print("dma mapping benchmark: threads:%d seconds:%d node:%d dir:%s granule: %d\n",
		o->threads, o->seconds, o->node, directions[o->dma_dir], o->granule);
	print_latency("map", &found.map);
	print_latency("unmap", &found.unmap);
	return true;
}

static struct device *new_device(struct harness *h, const char *name, bool is_coherent,
				 int bits, GError **error)
{
	struct device *dev = harness_device_new(h, name, is_coherent);

	if (dma_set_mask(dev, DMA_BIT_MASK(bits)) == 0)
		return dev;
	g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
		    "-b %d: no memory of this board is in reach of such a mask", bits);
	return NULL;
}

static bool measure(struct map_bench *b, struct harness *h, GError **error)
{
	int bits = b->options.dma_bits;

	b->machine = harness_machine(h);
	b->coherent = new_device(h, "bench-coherent", true, bits, error);
	b->noncoherent = b->coherent ?
			 new_device(h, "bench-noncoherent", false, bits, error) : NULL;
	return b->noncoherent && map_kernel(b, error) && map_pairs(b, error);
}

static bool run(struct map_bench *b, GError **error)
{
	const struct harness_config cfg = { .gear = GEAR_FAST, .no_hazards = true };
	struct harness *h = harness_start(&cfg, error);
	bool is_done;

	if (!h)
		return false;
	is_done = measure(b, h, error);
	harness_finish(h);
	return is_done;
}

static int say(const GError *error)
{
	fprintf(stderr, "map: %s\n", error->message);
	return 2;
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *json = NULL;
	struct map_bench b = { .options = {
		.threads = 1, .seconds = 20, .node = -1, .dma_bits = 32,
		.dma_dir = DMA_BIDIRECTIONAL, .granule = 1,
	} };
	bool is_done;

	setlocale(LC_CTYPE, "");
	if (!parse(&argc, &argv, &b.options, &json, &error))
		return say(error);
	b.report = bench_report_new("map", "fast", 0, json, &error);
	if (!b.report)
		return say(error);
	is_done = run(&b, &error) && bench_report_finish(b.report, &error) == 0;
	bench_report_free(b.report);
	return is_done ? 0 : say(error);
}
