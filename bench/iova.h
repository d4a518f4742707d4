/* SPDX-License-Identifier: MIT */
/*
 * Between the files of bench/iova: allocators of one interface, and rows that are asked
 * of all of them in turns.
 */
#ifndef BENCH_IOVA_H
#define BENCH_IOVA_H

#include <stdbool.h>
#include <stdint.h>

#include "contest.h"

struct machine;

#define LIMIT_PFN	((1ul << 36) - 1)

/**
 * struct side - an allocator
 * @alloc, @free:   of up to 32 frames it keeps some, as dma_map_page() has it
 * @search, @give:  never
 * @bytes_each:     host memory for each of @nr ranges; NULL: nobody knows
 */
struct side {
	const char *name;
	void *(*create)(unsigned nr_cpus);
	void (*destroy)(void *d);
	void (*enter)(struct machine *m, unsigned cpu);
	unsigned long (*alloc)(void *d, unsigned long size, unsigned long limit_pfn);
	void (*free)(void *d, unsigned long pfn, unsigned long size);
	unsigned long (*search)(void *d, unsigned long size, unsigned long limit_pfn,
				bool aligned);
	void (*give)(void *d, unsigned long pfn);
	double (*bytes_each)(void *d);
};

enum { OURS, SPREAD, LINUX, NR_SIDES };

/* The last is there only if the environment names Linux's (IOVA_TWIN). */
unsigned iova_sides(struct side sides[NR_SIDES]);

/* Best of some samples, in nanoseconds, for each of the @nr sides. */
void measure_sequence(const struct side *sides, unsigned nr, unsigned nr_live, bool misaligned,
		      double ns[NR_SIDES]);

/* Crews of measure_threads(). APART is what the host's CPUs take from each other. */
enum { ONE_THREAD, APART, TOGETHER, NR_CREWS };

/* The same for each crew: a thread, two in a domain each, two in one. */
void measure_threads(struct machine *m, const struct side *sides, unsigned nr,
		     unsigned long size, double ns[NR_CREWS][NR_SIDES]);

#endif
