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
	struct walk_ask ask;
	uint64_t (*again)(struct ours *o, uint32_t va, struct walk_ask ask);
};

struct deviation {
	const char *name;
	const char *manual;		/* chapter of DDI 0406C */
	bool (*applies)(const struct question *q, uint64_t answer);
	uint64_t (*becomes)(const struct question *q, uint64_t answer);
	uint64_t count;
};

/* A table ends with a name of NULL. */
extern struct deviation par_deviations[], access_deviations[];

/* @answer as QEMU would put it; @ret_applied: a bit for each deviation that took part. */
uint64_t answer_of_qemu(const struct deviation *table, const struct question *q,
			uint64_t answer, uint64_t *ret_applied);
void deviations_count(struct deviation *table, uint64_t applied);

/* Print the counts; fail the test if one is zero. */
void deviations_must_have_fired(const struct deviation *table);

#endif
