/* SPDX-License-Identifier: MIT */
/*
 * Throughput of dma_map_single() and dma_map_sg() in the fast gear.
 *
 * Takes the flags of the kernel's tools/testing/selftests/dma/dma_map_benchmark
 * and first prints its lines, so that the figures can be set beside a board's
 * (map-kernel.c); then what a batch clock can say: pairs by device, load, threads and
 * ledger (map-pairs.c), by how many mappings are live (map-live.c), by how many lines
 * are maintained (map-lines.c), and in instructions (map-count.c). With -i devices are
 * behind an IOMMU, beside Linux's own code where that is given: map-iommu.c instead of all
 * these.
 *
 * Bound: see those. The whole run takes some four times the seconds of -s, and as much
 * again for each thread count.
 */
#include "map-iommu.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

/* ---- what was asked for ----------------------------------------------- */

static bool refuse(GError **error, const char *what, int value, int least, int most)
{
	if (value >= least && value <= most)
		return true;
	g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
		    "%s must be %d to %d, not %d", what, least, most, value);
	return false;
}

static bool options_valid(const struct map_bench *b, GError **error)
{
	const struct map_options *o = &b->options;

	return refuse(error, "-t, threads,", o->threads, 1, 1024) &&
	       refuse(error, "-s, seconds,", o->seconds, 1, 300) &&
	       refuse(error, "-n, NUMA node,", o->node, -1, NR_NODES - 1) &&
	       refuse(error, "-b, bits of the DMA mask,", o->dma_bits, 20, 64) &&
	       refuse(error, "-d, direction,", o->dma_dir, DMA_BIDIRECTIONAL,
		      DMA_FROM_DEVICE) &&
	       refuse(error, "-x, nanoseconds of transfer,", o->dma_trans_ns, 0, 10000000) &&
	       refuse(error, "-g, pages at once,", o->granule, 1, 1024) &&
	       refuse(error, "--live, mappings,", b->most_live, 1, 100000000);
}

struct iommu_options {
	enum map_iommu_mode mode;
	char *name, *kernel;
};

static bool iommu_options_valid(struct iommu_options *o, GError **error)
{
	static const char *const names[] = { "off", "strict", "lazy", "both" };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		if (o->name && strcmp(o->name, names[i]))
			continue;
		o->mode = (enum map_iommu_mode)i;
		if (!o->kernel || o->mode != MAP_IOMMU_OFF)
			return true;
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
			    "--kernel is for what is behind an IOMMU: say -i too");
		return false;
	}
	g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
		    "-i must be off, strict, lazy or both, not '%s'", o->name);
	return false;
}

static bool parse(int *argc, char ***argv, struct map_bench *b, char **ret_json,
		  bool *ret_no_valgrind, struct iommu_options *iommu, GError **error)
{
	struct map_options *o = &b->options;
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
		{ "live", 0, 0, G_OPTION_ARG_INT, &b->most_live,
		  "most mappings live at once, 1..100000000 [10000000]", "N" },
		{ "iommu", 'i', 0, G_OPTION_ARG_STRING, &iommu->name,
		  "devices behind one: off, strict, lazy, both [off]", "MODE" },
		{ "kernel", 0, 0, G_OPTION_ARG_FILENAME, &iommu->kernel,
		  "with -i: Linux's own code beside, from map-twin.py", "FILE" },
		{ "no-valgrind", 0, 0, G_OPTION_ARG_NONE, ret_no_valgrind,
		  "do not count instructions", NULL },
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
	return options_valid(b, error) && iommu_options_valid(iommu, error);
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

static bool make_devices(struct map_bench *b, struct harness *h, GError **error)
{
	int bits = b->options.dma_bits;
	bool is_done;

	b->machine = harness_machine(h);
	b->coherent = new_device(h, "bench-coherent", true, bits, error);
	b->noncoherent = b->coherent ?
			 new_device(h, "bench-noncoherent", false, bits, error) : NULL;
	is_done = b->noncoherent;
	for (int i = 0; is_done && i < b->options.threads; i++) {
		g_autofree char *name = g_strdup_printf("bench-own%d", i);

		b->own[i] = new_device(h, name, true, bits, error);
		is_done = b->own[i];
	}
	return is_done;
}

typedef bool map_part(const struct map_bench *b, GError **error);

/* One part of the run, on a machine of its own. */
static bool run_part(struct map_bench *b, map_part *part, bool has_ledger, GError **error)
{
	const struct harness_config cfg = {
		.gear = GEAR_FAST, .no_hazards = !has_ledger, .hazards = { .is_quiet = true },
	};
	struct harness *h = harness_start(&cfg, error);
	bool is_done;

	if (!h)
		return false;
	b->has_ledger = has_ledger;
	is_done = make_devices(b, h, error) && part(b, error);
	harness_finish(h);
	return is_done;
}

static bool run(struct map_bench *b, GError **error)
{
	if (!run_part(b, map_kernel, false, error))
		return false;
	map_pairs_head();
	if (!run_part(b, map_pairs, false, error) || !run_part(b, map_pairs, true, error))
		return false;
	map_live_head();
	return run_part(b, map_live, false, error) && run_part(b, map_live, true, error) &&
	       map_lines(b, error);
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
	}, .most_live = 10000000 };
	struct iommu_options iommu = { 0 };
	bool is_done, no_valgrind = false;

	setlocale(LC_CTYPE, "");
	if (argc == 2 && !strcmp(argv[1], MAP_COUNTED))
		return map_count_instructions();
	if (argc == 2 && g_str_has_prefix(argv[1], MAP_IOMMU_COUNTED))
		return map_iommu_count(argv[1] + strlen(MAP_IOMMU_COUNTED));
	if (!parse(&argc, &argv, &b, &json, &no_valgrind, &iommu, &error))
		return say(error);
	b.report = bench_report_new("map", "fast", 0, json, &error);
	if (!b.report)
		return say(error);
	is_done = iommu.mode == MAP_IOMMU_OFF ? run(&b, &error) :
		  map_iommu(&b, iommu.mode, iommu.kernel, &error);
	if (is_done && !no_valgrind && iommu.mode == MAP_IOMMU_OFF)
		map_instructions(&b);
	else if (is_done && !no_valgrind)
		map_iommu_instructions(&b, iommu.mode, iommu.kernel);
	is_done = is_done && bench_report_finish(b.report, &error) == 0;
	bench_report_free(b.report);
	g_free(iommu.name);
	g_free(iommu.kernel);
	return is_done ? 0 : say(error);
}
