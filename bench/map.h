/* SPDX-License-Identifier: MIT */
/* The parts of bench/map: what was asked for, and the two ways of measuring. */
#ifndef BENCH_MAP_H
#define BENCH_MAP_H

#include <stdbool.h>
#include <glib.h>
#include <linux/dma-mapping.h>
#include <armdma/harness.h>
#include "map-kernel.h"

struct map_bench {
	struct map_options options;
	struct machine *machine;
	struct device *coherent, *noncoherent;
	struct bench_report *report;
};

/** Pairs per second, batch by batch, and the rows of the report. */
bool map_pairs(const struct map_bench *b, GError **error);

bool map_out_of_memory(GError **error);

#endif
