/* SPDX-License-Identifier: MIT */
/*
 * The parts of bench/map: what was asked for, threads on the machine's CPUs, and
 * the two ways of measuring.
 */
#ifndef BENCH_MAP_H
#define BENCH_MAP_H

#include <stdbool.h>
#include <glib.h>
#include <linux/dma-mapping.h>
#include <armdma/harness.h>
#include "harness.h"

/** What dma_map_benchmark takes, with its names and its defaults. */
struct map_options {
	int threads;		/* -t  1..1024 */
	int seconds;		/* -s  1..300 */
	int node;		/* -n  -1 is any */
	int dma_bits;		/* -b  20..64 */
	int dma_dir;		/* -d  as enum dma_data_direction */
	int dma_trans_ns;	/* -x  0..10 ms */
	int granule;		/* -g  1..1024 pages */
};

struct map_bench {
	struct map_options options;
	struct machine *machine;
	struct device *coherent, *noncoherent;
	struct bench_report *report;
};

/**
 * run_on_cpus() - one thread each for the @nr contexts, started together
 *
 * Thread i is CPU i of the machine, or shares one where there are not as many.
 */
void run_on_cpus(struct machine *m, void (*fn)(void *ctx), void *ctxs, size_t ctx_size,
		 int nr);

/** The kernel's own algorithm, and its lines. False: out of simulated memory. */
bool map_kernel(const struct map_bench *b, GError **error);

/** Pairs per second, batch by batch, and the rows of the report. */
bool map_pairs(const struct map_bench *b, GError **error);

bool map_out_of_memory(GError **error);

#endif
