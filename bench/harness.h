/* SPDX-License-Identifier: MIT */
/*
 * What every benchmark shares: a clock that is read rarely, a yardstick, and
 * one way to say what was measured.
 *
 *   batch       so many operations between two readings of the clock that the
 *               clock is under 1 % of the time
 *   sample      nanoseconds per operation over one batch
 *   yardstick   a locked add, timed between the batches of the same run on the
 *               same thread: the machine gets faster and slower, and the ratio
 *               of two things that happened together mostly does not
 *
 * Not malloc as yardstick: it gets slower as the heap ages.
 */
#ifndef BENCH_HARNESS_H
#define BENCH_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <glib.h>

#define YARDSTICK	"locked add"

/** Nanoseconds of the host's monotonic clock. */
uint64_t clock_ns(void);

/* ---- samples --------------------------------------------------------- */

/**
 * struct samples - nanoseconds per operation, one of each batch
 *
 * Of a long run every second one is kept, then every fourth...: the memory is
 * bounded and the distribution stays.
 */
struct samples {
	double *ns;
	size_t nr, room;
	unsigned stride, until_next;
};

void samples_init(struct samples *s);
void samples_add(struct samples *s, double ns);
void samples_add_all(struct samples *s, const struct samples *from);
/** Sort; the three below want it done. */
void samples_sort(struct samples *s);
double samples_min(const struct samples *s);
/** @permille 500 is the median, 990 is p99; nearest rank. NAN of nothing. */
double samples_quantile(const struct samples *s, unsigned permille);
void samples_done(struct samples *s);

/* ---- timing ---------------------------------------------------------- */

/** Do the operation @nr times. */
typedef void bench_op(void *arg, size_t nr);

/**
 * struct timing - what bench_time() found
 * @op:        of the operation
 * @yardstick: of the locked add, beside it
 * @nr_ops:    operations in the batches that were timed
 * @busy_ns:   time they took, yardstick excluded
 */
struct timing {
	struct samples op, yardstick;
	uint64_t nr_ops, busy_ns;
};

void timing_init(struct timing *t);
void timing_done(struct timing *t);

/** The size of a batch for this operation; runs it for a few milliseconds. */
size_t bench_batch(bench_op *op, void *arg);

/** Time batches of @nr until @duration_ns are over, yardstick between them. */
void bench_time(bench_op *op, void *arg, size_t nr, uint64_t duration_ns,
		struct timing *ret);

/** Median of the operation over median of the yardstick. */
double timing_ratio(const struct timing *t);

/* ---- being asked ------------------------------------------------------ */

/**
 * struct bench_options - what a benchmark of the exact gear is asked
 * @ms:          for each row, milliseconds; on entry the default
 * @json:        file for the rows, or NULL; the caller's to free
 * @no_valgrind: where to say that instructions shall not be counted; NULL: none ever are
 */
struct bench_options {
	int ms;
	char *json;
	bool *no_valgrind;
};

/** False, with one sentence, for what is no such option or out of range. */
bool bench_parse(int *argc, char ***argv, const char *summary, struct bench_options *o,
		 GError **error);

/* ---- saying it ------------------------------------------------------- */

struct bench_report;

/**
 * bench_report_new() - results of one run
 * @bench:     "map"
 * @gear:      "fast", "exact", or "none" where no machine runs
 * @seed:      of the machine's chooser
 * @json_path: NULL: no JSON
 * @error:     one sentence when @json_path cannot be written
 *
 * The path is tried at once, before minutes of measuring; nothing is left there
 * until bench_report_finish().
 */
struct bench_report *bench_report_new(const char *bench, const char *gear, uint64_t seed,
				      const char *json_path, GError **error);

/**
 * struct bench_row - one figure
 * @min:   least value seen (of a rate: of the slowest thread)
 * @vs:    what @ratio compares with; NULL: nothing
 */
struct bench_row {
	const char *name, *unit;
	double value, min;
	const char *vs;
	double ratio;
};
void bench_report_add(struct bench_report *r, const struct bench_row *row);

/** Write the JSON, whole or not at all. Return: the exit status, 0 or 2. */
int bench_report_finish(struct bench_report *r, GError **error);
void bench_report_free(struct bench_report *r);	/* NULL is fine */

/** "gcc 12.2.0", "Intel(R) Xeon(R) ...", "41d32cd": what a figure depends on. */
const char *bench_compiler(void);
const char *bench_cpu(void);
const char *bench_commit(void);

#endif
