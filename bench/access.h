/* SPDX-License-Identifier: MIT */
/* The parts of bench/access. */
#ifndef BENCH_ACCESS_H
#define BENCH_ACCESS_H

#include <stdbool.h>
#include <glib.h>
#include <armdma/harness.h>
#include "contest.h"
#include "valgrind.h"

/* Arguments of the children: see valgrind.h. */
#define MODE_COUNTED	"--counted"
#define MODE_PEER	"--peer"

struct access_bench {
	struct harness *h;		/* with hazards */
	void *memory;			/* MEMORY_BYTES of simulated memory */
	struct bench_report *report;
	GHashTable *counts;		/* name -> instructions; see bench_count_of() */
	uint64_t ns;			/* for each figure */
	bool no_valgrind;
};

#define MEMORY_BYTES	(64u << 20)

/** A machine of that board file; one sentence in @error, and NULL. */
struct harness *access_start(const char *file, bool no_hazards, GError **error);

/** [MEMORY_BYTES] in a row, or NULL. Lives as long as the machine. */
void *access_memory(void);

/* ---- the parts: each prints its table and adds its rows --------------------- */

/** Loops, watched and not. */
void access_loops(struct access_bench *b);
/** The same, in the child that counts, and in the one that cachegrind watches. */
void access_loops_count(struct access_bench *b);
int access_loops_peer(void);

/** DMA and maintenance of memory that no cache holds. */
bool access_dma(struct access_bench *b, GError **error);

/** What a board costs before it is used, and what a touched page costs. */
bool access_footprint(struct access_bench *b, GError **error);

/* ---- saying it ---------------------------------------------------------------- */

enum target_kind { AT_MOST, AT_LEAST };

/**
 * say_target() - one line of the list at the end, one row
 *
 * The row's ratio says how far it is reached: 1 and more is, whatever the kind.
 */
void say_target(struct access_bench *b, const char *name, const char *unit, double value,
		enum target_kind kind, double bound);

#endif
