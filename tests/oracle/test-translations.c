/* SPDX-License-Identifier: MIT */
/*
 * Address translation operations, ours against QEMU's: PA, fault status and, where QEMU
 * gives them, attributes must agree.
 *
 * What a Non-secure translation leaves UNKNOWN (PAR.NS) is not compared.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "answer.h"
#include "trial.h"

#define VAS_PER_SETTING	300u
#define RUNS_OF_LONG	25u		/* 60 settings each, in six places: 10.8 million */

static const struct {
	const char *name;
	struct walk_ask ask;
} asks[NR_ASKS] = {
	[ASK_READ]       = { "PL1 read", { 0 } },
	[ASK_WRITE]      = { "PL1 write", { .is_write = true } },
	[ASK_USER_READ]  = { "PL0 read", { .is_user = true } },
	[ASK_USER_WRITE] = { "PL0 write", { .is_user = true, .is_write = true } },
};

static struct dice va_dice(const struct trial *t)
{
	return (struct dice){ ~t->setting->seed };
}

static void ask(struct trial *t, struct job_file *job)
{
	struct dice d = va_dice(t);

	job_word(job, JOB_TRANSLATE);
	job_word(job, VAS_PER_SETTING);
	for (unsigned i = 0; i < VAS_PER_SETTING; i++)
		job_word(job, setting_draw_va(t->setting, &d));
}

/* The external abort of a walk, which is taken as a data abort, in PAR's form. */
static uint64_t answered(const struct trial *t, const uint32_t *words)
{
	if (words[1] == ANSWER_WALK_ABORT)
		return par_of_fsr(setting_is_long(t->setting), words[0]);
	return (uint64_t)words[1] << 32 | words[0];
}

static void compare(struct trial *t, const uint32_t *answers)
{
	struct dice d = va_dice(t);

	for (unsigned i = 0; i < VAS_PER_SETTING; i++) {
		uint32_t va = setting_draw_va(t->setting, &d);

		for (unsigned k = 0; k < NR_ASKS; k++, answers += 2) {
			uint64_t theirs = answered(t, answers);

			trial_compare(t, &(struct question){
				.setting = t->setting, .ours = t->ours, .va = va,
				.ask = asks[k].ask, .again = ours_par,
			}, asks[k].name, par_is_fault(theirs) ? ~0ull : ~(uint64_t)PAR_NS, theirs);
		}
	}
}

static const struct trial_subject translations = {
	.purpose = FOR_TRANSLATIONS, .deviations = par_deviations,
	.nr_answer_words = VAS_PER_SETTING * NR_ASKS * 2, .nr_runs_of_long = RUNS_OF_LONG,
	.ask = ask, .compare = compare,
};

int main(int argc, char **argv)
{
	return trial_main(&translations, "translate", argv[1]);
}
