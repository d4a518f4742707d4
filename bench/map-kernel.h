/* SPDX-License-Identifier: MIT */
/*
 * The kernel's dma_map_benchmark: what it takes, how it measures, and what comes out.
 * For bench/map, and for who answers the kernel's own program (tests/kernel).
 */
#ifndef BENCH_MAP_KERNEL_H
#define BENCH_MAP_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/dma-mapping.h>
#include <armdma/machine.h>
#include "harness.h"

#define NR_NODES	1

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

struct map_latency {
	double mean, deviation;		/* ns */
};

struct map_latencies {
	struct map_latency map, unmap;
};

/**
 * run_on_cpus() - one thread each for the @nr contexts, started together
 *
 * Thread i is CPU i of the machine, or shares one where there are not as many.
 */
void run_on_cpus(struct machine *m, void (*fn)(void *ctx), void *ctxs, size_t ctx_size,
		 int nr);

/** For @o->seconds. False: out of simulated memory. */
bool map_kernel_measure(struct machine *m, struct device *dev, const struct map_options *o,
			struct map_latencies *ret);

#endif
