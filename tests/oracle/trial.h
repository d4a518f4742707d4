/* SPDX-License-Identifier: MIT */
/*
 * A trial: settings whose seeds follow one another, asked to QEMU in one start of it,
 * then to us, and compared.
 *
 *   ARMDMA_LONG          many times as many
 *   ARMDMA_ORACLE_SEED   start from this setting, as a failure prints it
 */
#ifndef TESTS_ORACLE_TRIAL_H
#define TESTS_ORACLE_TRIAL_H

#include "deviations.h"
#include "job.h"
#include "ours.h"
#include "setting.h"

struct trial;

/* What is compared. */
struct trial_subject {
	enum setting_purpose purpose;
	struct deviation *deviations;
	size_t nr_answer_words;			/* of one setting */
	unsigned nr_runs_of_long;
	void (*ask)(struct trial *t, struct job_file *job);
	void (*compare)(struct trial *t, const uint32_t *answers);
};

/* Machine and format of one test. */
struct trial_place {
	const struct oracle_machine *on;
	enum setting_format format;
};

struct trial {
	const struct trial_subject *subject;
	const struct trial_place *place;
	struct setting *setting;		/* the present one */
	struct ours *ours;
	unsigned nr_wrong;
};

/*
 * Compare one answer of QEMU with ours: @again is how we were asked, @what names the
 * question in a report, @mask are the bits that count.
 */
void trial_compare(struct trial *t, const struct question *q, const char *what, uint64_t mask,
		   uint64_t theirs);

/*
 * main() of a program about @subject, which is what descriptors do as on QEMU's: a test
 * for each machine and format, and one that every deviation has fired. Each fails when an
 * answer differs, and skips when there is no QEMU. @folder has the stubs and boards.
 */
int trial_main(const struct trial_subject *subject, const char *what_they_do,
	       const char *folder);

#endif
