/* SPDX-License-Identifier: MIT */
/*
 * Where QEMU is known to differ from the manual, by name.
 *
 * Each deviation says, from the question and our answer, what QEMU answers instead.
 * They are applied one after another, and the result must be QEMU's answer exactly: a
 * difference that no deviation foretells fails, and so does one that is foretold and
 * not there. One that never fires fails too, so that a mended QEMU is noticed.
 */
#ifndef TESTS_ORACLE_DEVIATIONS_H
#define TESTS_ORACLE_DEVIATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ours.h"

struct question {
	const struct setting *setting;
	struct ours *ours;
	uint32_t va;
	enum ask ask;
};

struct deviation {
	const char *name;
	const char *manual;		/* chapter of DDI 0406C */
	bool (*applies)(const struct question *q, uint64_t par);
	uint64_t (*becomes)(const struct question *q, uint64_t par);
	uint64_t count;
};

extern struct deviation par_deviations[];
extern const size_t nr_par_deviations;

/* @par as QEMU would put it; @ret_applied: a bit for each deviation that took part. */
uint64_t par_as_qemu_says(const struct question *q, uint64_t par, uint64_t *ret_applied);
void par_deviations_count(uint64_t applied);

#endif
