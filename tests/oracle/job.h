/* SPDX-License-Identifier: MIT */
/*
 * A job for the stub (protocol.h): built word by word, run by one start of QEMU.
 */
#ifndef TESTS_ORACLE_JOB_H
#define TESTS_ORACLE_JOB_H

#include <glib.h>

#include "machines.h"
#include "protocol.h"
#include "setting.h"

struct job_file {
	GArray *words;			/* of guint32 */
};

struct job_file *job_new(void);
void job_free(struct job_file *job);

void job_word(struct job_file *job, uint32_t word);
/* Tables and registers of @s, from here on. */
void job_setting(struct job_file *job, const struct setting *s);

/*
 * job_run() - run it on QEMU's @on
 * @folder: where stubs are
 *
 * Fails the test, saying why, when QEMU does not end by itself with @nr_words of
 * answers. Return: the answers, yours to g_free().
 */
uint32_t *job_run(struct job_file *job, const struct oracle_machine *on,
		  const char *folder, size_t nr_words);

/*
 * Whether jobs can be run at all; if not, says why and skips the test. @folder as above.
 */
void job_needs_qemu(const char *folder);

#endif
