/* SPDX-License-Identifier: MIT */
/*
 * The benchmark once more, under valgrind: as a child that counts its instructions
 * (callgrind), or that runs its own loops while cachegrind simulates its caches.
 *
 *   parent                          child, with MODE as its only argument
 *   bench_counts("MODE") ---------> bench_count("name", op, arg) for each operation
 *   name --> instructions  <------- callgrind's dumps
 *
 * Where there is no valgrind, or no valgrind/callgrind.h when this was built, nothing
 * is counted, and why is said.
 */
#ifndef BENCH_VALGRIND_H
#define BENCH_VALGRIND_H

#include <glib.h>
#include "harness.h"

#define BENCH_COUNT_OPS	32768u	/* operations that are counted; as many before, to warm up */

/** In the child: count the instructions of @op. */
void bench_count(const char *name, bench_op *op, void *arg);

/**
 * bench_counts() - in the parent
 *
 * Return: name -> double *, instructions of one operation; empty, after one sentence
 * on stdout, where nothing could be counted. Yours to unref.
 */
GHashTable *bench_counts(const char *mode);

/** NAN where it was not counted. */
double bench_count_of(GHashTable *counts, const char *name);

/** What the child wrote to stdout under that tool; NULL, with why in @error. */
char *bench_under(const char *const *tool_args, const char *mode, GError **error);

#endif
