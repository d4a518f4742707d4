/* SPDX-License-Identifier: MIT */
/*
 * bench/map -i: the same work by our code and by Linux's, behind an IOMMU without a TLB,
 * and what both sides do.
 */
#ifndef BENCH_MAP_IOMMU_H
#define BENCH_MAP_IOMMU_H

#include "map.h"
#include "map-twin.h"

/* ---- map-iommu-side.c: who maps ------------------------------------------------------- */

/**
 * struct map_side - our device and Linux's, behind one format, strict or lazy
 * @dev:    ours; @cpu its machine's first
 * @twin:   NULL: Linux's source was not there
 * @page:   the memory that is mapped: 2 MiB, aligned; @sparse and @dense are lists of it
 */
struct map_side {
	struct machine *machine;
	struct device *dev;
	const struct map_twin *twin;
	struct twin_side *theirs;
	struct page *page;
	size_t len;
	unsigned stride;
	struct scatterlist sparse[MAP_TWIN_SG], dense[MAP_TWIN_SG];
};

extern const char *const map_format_names[NR_MAP_FORMATS];

/* An IOMMU that serves all devices of @h's machine: by name lpae39..., lpae48..., v7s... */
struct map_iommu;
struct map_iommu *map_iommu_new(struct harness *h, bool is_lazy);
void map_iommu_free(struct map_iommu *iommu);

/* False: the machine has no memory. @twin is the one that is open, or NULL. */
bool map_side_begin(struct map_side *s, struct harness *h, enum map_format format, bool is_lazy,
		    const struct map_twin *twin);
void map_side_end(struct map_side *s);

/* What a thread does first: it is CPU @cpu of @s's machine, or of Linux's. */
void map_enter_ours(struct map_side *s, unsigned cpu);
void map_enter_theirs(struct map_side *s, unsigned cpu);

/* bench_op of a struct map_side: pairs of @len, and lists. */
bench_op map_our_pairs, map_our_sparse, map_our_dense;
bench_op map_their_pairs, map_their_inner, map_their_sparse, map_their_dense;

/* ---- map-duo.c: two threads ------------------------------------------------------------ */

/**
 * struct map_duo - @op on one thread, and on two CPUs at once
 * @enter:  in each thread, with its number
 * @args:   of each thread
 * @alone, @both: ns per operation; of @both only samples during which the other thread made
 *          progress too
 * @share:  how many of the samples those were
 */
struct map_duo {
	bench_op *op;
	void (*enter)(struct map_side *s, unsigned cpu);
	struct map_side *args[2];
	struct timing alone, both;
	double share;
};

void map_duo_run(struct map_duo *d, uint64_t ns);
void map_duo_done(struct map_duo *d);

/* ---- map-iommu-count.c ----------------------------------------------------------------- */

/* In the child that counts instructions; what follows is the path of Linux's side, or "". */
#define MAP_IOMMU_COUNTED	"--counted-iommu:"

/* ---- map-iommu.c ------------------------------------------------------------------------- */

/* What -i takes; MAP_IOMMU_OFF: no IOMMU, the other tables. */
enum map_iommu_mode { MAP_IOMMU_OFF, MAP_IOMMU_STRICT, MAP_IOMMU_LAZY, MAP_IOMMU_BOTH };

int map_iommu_count(const char *twin_path);
void map_iommu_instructions(const struct map_bench *b, enum map_iommu_mode mode,
			    const char *twin_path);

/* Stays open. NULL: one sentence in @error. */
const struct map_twin *map_twin_open(const char *path, GError **error);

/* All rows of -i. False: one sentence in @error. */
bool map_iommu(struct map_bench *b, enum map_iommu_mode mode, const char *twin_path,
	       GError **error);

#endif
