/* SPDX-License-Identifier: MIT */
/* The parts of bench/map: what was asked for, and the ways of measuring. */
#ifndef BENCH_MAP_H
#define BENCH_MAP_H

#include <stdbool.h>
#include <glib.h>
#include <linux/dma-mapping.h>
#include <armdma/harness.h>
#include "map-kernel.h"

#define MAP_MAX_THREADS	1024

/* Of one machine after the other; the devices are those of the present one. */
struct map_bench {
	struct map_options options;
	int most_live;		/* --live  1..100000000 */
	bool has_ledger;
	size_t most_pages;	/* that may be mapped at once, or 0: page tables want some too */
	const char *where;	/* what names of rows begin with, or NULL */
	struct machine *machine;
	struct device *coherent, *noncoherent;
	struct device *own[MAP_MAX_THREADS];	/* each thread's; coherent */
	struct bench_report *report;
};

/* In the child that counts instructions. */
#define MAP_COUNTED	"--counted"

/** Pairs per second, batch by batch, and the rows of the report. */
void map_pairs_head(void);
bool map_pairs(const struct map_bench *b, GError **error);

/** The same pair with ever more other mappings live. */
void map_live_head(void);
bool map_live(const struct map_bench *b, GError **error);

/** Non-coherent pairs by size: lines, and what each costs. Machines of its own. */
bool map_lines(const struct map_bench *b, GError **error);

/** Instructions of a call: the child's part, and the parent's. */
int map_count_instructions(void);
void map_instructions(const struct map_bench *b);

bool map_out_of_memory(GError **error);

#endif
