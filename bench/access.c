/* SPDX-License-Identifier: MIT */
/*
 * What the exact gear costs, hazards on, beside what it is measured with: loops that
 * `armdma cc` compiled and the same loops through the explicit accessors, DMA,
 * maintenance, and memory.
 *
 * The caches are those that simulators of caches are compared with (32 KiB of 4 ways,
 * 1 MiB of 16 ways, lines of 32 bytes); see access-32k-1m.dts.
 */
#include "access.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/gfp.h>

#define BLOCK_BYTES	(4u << 20)	/* the most that the allocator gives at once */
#define NR_BLOCKS	(MEMORY_BYTES / BLOCK_BYTES)
#define BLOCKS_MAX	(2 * NR_BLOCKS)

struct harness *access_start(const char *file, bool no_hazards, GError **error)
{
	const struct harness_config cfg = {
		.board = file, .no_hazards = no_hazards, .hazards = { .is_quiet = true },
	};

	return harness_start(&cfg, error);
}

static int by_address(const void *a, const void *b)
{
	const char *x = *(char *const *)a, *y = *(char *const *)b;

	return (x > y) - (x < y);
}

/* The first of NR_BLOCKS neighbours. */
static void *find_row(char **blocks, size_t nr)
{
	size_t row = 1;

	for (size_t i = 1; i < nr && row < NR_BLOCKS; i++) {
		row = blocks[i] == blocks[i - 1] + BLOCK_BYTES ? row + 1 : 1;
		if (row == NR_BLOCKS)
			return blocks[i - (NR_BLOCKS - 1)];
	}
	return NULL;
}

/* Blocks that are not part of the row stay taken: the machine is ours alone. */
void *access_memory(void)
{
	char *blocks[BLOCKS_MAX];
	size_t nr = 0;

	while (nr < BLOCKS_MAX && (blocks[nr] = alloc_pages_exact(BLOCK_BYTES, GFP_KERNEL)))
		nr++;
	qsort(blocks, nr, sizeof(*blocks), by_address);
	return find_row(blocks, nr);
}

void say_target(struct access_bench *b, const char *name, const char *unit, double value,
		enum target_kind kind, double bound)
{
	double ratio = kind == AT_MOST ? bound / value : value / bound;
	g_autofree char *full = g_strconcat("target/", name, NULL);

	if (!isfinite(ratio))
		return;
	printf("%-44s %10.2f %s %10.2f %-10s %6.2f %s\n", name, value,
	       kind == AT_MOST ? "<=" : ">=", bound, unit, ratio,
	       ratio >= 1 ? "reached" : "missed");
	bench_report_add(b->report, &(struct bench_row){
		.name = full, .unit = unit, .value = value, .min = value, .vs = "target",
		.ratio = ratio,
	});
}

static bool fail(GError **error, const char *why)
{
	g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, why);
	return false;
}

static bool open_machine(struct access_bench *b, GError **error)
{
	b->h = access_start(BENCH_BOARDS "/access-32k-1m.dtb", false, error);
	if (!b->h)
		return false;
	b->memory = access_memory();
	return b->memory || fail(error, "the board has no 64 MiB in a row");
}

static bool measure(struct access_bench *b, GError **error)
{
	if (!access_footprint(b, error) || !open_machine(b, error))
		return false;
	access_loops(b);
	return access_dma(b, error);
}

static bool count(struct access_bench *b, GError **error)
{
	if (!open_machine(b, error))
		return false;
	access_loops_count(b);
	return true;
}

static int run(struct access_bench *b, const char *json, GError **error)
{
	int status = 2;

	b->report = bench_report_new("access", "exact", 0, json, error);
	if (!b->report)
		return 2;
	b->counts = b->no_valgrind ? g_hash_table_new(g_str_hash, g_str_equal)
				   : bench_counts(MODE_COUNTED);
	if (measure(b, error))
		status = bench_report_finish(b->report, error);
	harness_finish(b->h);
	g_hash_table_unref(b->counts);
	bench_report_free(b->report);
	return status;
}

static int refuse(const GError *error)
{
	fprintf(stderr, "access: %s\n", error->message);
	return 2;
}

static int run_counted(void)
{
	struct access_bench b = { 0 };
	g_autoptr(GError) error = NULL;

	return count(&b, &error) ? 0 : refuse(error);
}

int main(int argc, char **argv)
{
	struct access_bench b = { 0 };
	g_autoptr(GError) error = NULL;
	struct bench_options o = { .ms = 200, .no_valgrind = &b.no_valgrind };
	int status;

	setlocale(LC_CTYPE, "");
	if (argc == 2 && !strcmp(argv[1], MODE_PEER))
		return access_loops_peer();
	if (argc == 2 && !strcmp(argv[1], MODE_COUNTED))
		return run_counted();
	if (!bench_parse(&argc, &argv, "- time the exact gear", &o, &error))
		return refuse(error);
	b.ns = (uint64_t)o.ms * 1000000;
	status = run(&b, o.json, &error);
	g_free(o.json);
	return error ? refuse(error) : status;
}
