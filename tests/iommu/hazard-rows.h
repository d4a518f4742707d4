/* SPDX-License-Identifier: MIT */
/*
 * Failing programs of IOMMU drivers, as rows: a correct driver, what it is made to do (a
 * play), and the one thing that does not arrive (mutate.h). Each row is run twice: mutated,
 * its class of hazard must be reported and no other, naming the IOMMU and the IOVA; not
 * mutated, its corrected twin must be silent.
 *
 *	static const struct hazard_row rows[] = {
 *		{ "an unmap that invalidates nothing", 'B', HAZARD_IOMMU_TLB_STALE, play_unmap,
 *		  { MUTATE_DROP, .reg = REF_COMMAND } },
 *	};
 *	static const struct hazard_kind kind = { "reference", start, NULL, rows, nr };
 *	... hazard_rows_main(&kind, argc, argv)
 *
 * A kind's start() boots a machine with hazards on (hazard_bench_boot()) and says which
 * device is played. With an argument "--matrix" the program runs nothing; it prints a line
 * "kind letter class: row" for each row, which docs/platforms.md is made of. With "--reports"
 * it prints what is reported of each.
 */
#ifndef TESTS_IOMMU_HAZARD_ROWS_H
#define TESTS_IOMMU_HAZARD_ROWS_H

#include <stdio.h>
#include <armdma/harness.h>
#include <armdma/hazard.h>
#include <armdma/master.h>
#include <linux/iommu.h>

#include "support/mutate.h"

#define PLAY_IOVA	0x10000000u	/* 16 MiB of IOVAs from there on are the play's */
#define PLAY_PA		0x84000000u	/* as much DRAM, nobody's */

struct hazard_row;

/**
 * struct hazard_bench - what a play plays on
 * @h, @dev, @master: set by the kind's start()
 * @hw:     the IOMMU before the master's first port
 * @domain: a paging domain of @dev; attached, unless the row attaches by itself
 * @priv:   the kind's
 */
struct hazard_bench {
	const struct hazard_row *row;
	struct harness *h;
	struct device *dev;
	struct master *master;
	struct iommu_hw *hw;
	struct iommu_domain *domain;
	struct mutator *mu;
	bool is_mutated;
	FILE *text;			/* the rig's */
	void *priv;
};

/**
 * struct hazard_row - one failing program and its twin
 * @letter:   class of the catalogue of IOMMU hazards, 'A' to 'Q'
 * @expected: what is reported
 * @play:     what happens; it arms and disarms where the driver's fault belongs
 * @mutation: .what MUTATE_NOTHING: the play itself leaves something out if @is_mutated
 * @hw:       the kind's own: how the hardware is to be
 * @chooser:  of the machine
 * @attaches: the play attaches @domain itself
 * @is_refused: its device asks for what is not mapped, where no driver could mend that: the
 *            twin is not silent, but device-access-unmapped is all that it is told of
 * @says:     words of the report, or NULL
 */
struct hazard_row {
	const char *name;
	char letter;
	enum hazard_class expected;
	void (*play)(struct hazard_bench *b);
	struct mutation mutation;
	const void *hw;
	enum chooser_mode chooser;
	bool attaches, is_refused;
	const char *says;
};

struct hazard_kind {
	const char *name;
	void (*start)(struct hazard_bench *b);	/* sets h, dev, master */
	void (*stop)(struct hazard_bench *b);	/* before the harness is finished; or NULL */
	const struct hazard_row *rows;
	size_t nr_rows;
};

int hazard_rows_main(const struct hazard_kind *kind, int argc, char **argv);

/* For start(): @cfg with the row's chooser, hazards on, and reports kept for the rig. */
struct harness *hazard_bench_boot(struct hazard_bench *b, const struct harness_config *cfg);

/*
 * A start() of its own: board @dtb with these knobs, its IOMMUs and their drivers; @device, behind
 * IOMMUs, is kept awake by runtime PM until hazard_bench_sleeps(), which is a stop().
 */
void hazard_bench_board(struct hazard_bench *b, const char *dtb,
			const struct iommu_hw_knobs *knobs, const char *device);
void hazard_bench_sleeps(struct hazard_bench *b);

/* ---- verbs, for plays ----------------------------------------------------------- */

/* From here on the driver's fault is on; off. */
void play_arms(struct hazard_bench *b);
void play_disarms(struct hazard_bench *b);
/* [iova, +len) of the play's IOVAs to as much of its memory at @pa. Must succeed. */
void play_maps(struct hazard_bench *b, u64 iova, u64 pa, size_t len);
void play_unmaps(struct hazard_bench *b, u64 iova, size_t len);
/* The device reads; true: it got through. */
bool play_reads(struct hazard_bench *b, u64 iova);
/* By every port, what a read would get, which is no access of the device. */
void play_probes(struct hazard_bench *b, u64 iova);

/*
 * Stores to the descriptors that lead to @iova may be late from now on: only those to lines
 * that somebody watches can be (armdma/observe.h), and our drivers' tables are not the DMA
 * API's.
 */
void play_watches_tables(struct hazard_bench *b, u64 iova);

/* ---- plays that every kind can have ------------------------------------------------ */

/* A page is mapped; the device reads it. */
void play_map(struct hazard_bench *b);
/* The same, where hardware has looked before. */
void play_map_touched(struct hazard_bench *b);
/* A page is mapped beside one that the device used. */
void play_map_neighbour(struct hazard_bench *b);
/* A page that the device used is unmapped. */
void play_unmap(struct hazard_bench *b);
/* The same, of 64 KiB at once. */
void play_unmap_64k(struct hazard_bench *b);
/* The same, and the tables' lines are watched: with CHOOSER_LAZY stores to them may be late. */
void play_unmap_late(struct hazard_bench *b);
/* Pages of 4 KiB make way for a block of 2 MiB, which the device uses. */
void play_table_to_block(struct hazard_bench *b);
/* The same, and the table's memory is somebody else's by then. */
void play_table_reused(struct hazard_bench *b);
/* A page is used, gone, and part of a block that the device uses elsewhere. */
void play_two_sizes(struct hazard_bench *b);
/* The domain is attached, then used. Rows with @attaches. */
void play_attach(struct hazard_bench *b);
/* The device reads where its fault handler maps. */
void play_demand(struct hazard_bench *b);
/* Its driver's side: a register is read; the clock is off if @is_mutated. */
void play_unclocked(struct hazard_bench *b);
/* The device works; its IOMMU's clock is off if @is_mutated. */
void play_unclocked_access(struct hazard_bench *b);
/* Power goes and comes by runtime PM; what is mutated belongs to the resume. */
void play_runtime_sleep(struct hazard_bench *b);

#endif
