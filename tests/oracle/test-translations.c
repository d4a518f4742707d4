/* SPDX-License-Identifier: MIT */
/*
 * Address translation operations, ours against QEMU's: PA, fault status and, where QEMU
 * gives them, attributes must agree.
 *
 *   ARMDMA_LONG          50 times as many
 *   ARMDMA_ORACLE_SEED   start from this setting, as a failure prints it
 *
 * What a Non-secure translation leaves UNKNOWN (PAR.NS) is not compared.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "deviations.h"
#include "job.h"
#include "ours.h"
#include "par.h"
#include "setting.h"

#define FIRST_SEED	0x5eed0000u
#define VAS_PER_SETTING	500u
#define SETTINGS_PER_RUN 60u
#define RUNS_OF_LONG	50u
#define MAX_TOLD	5u

static const char *folder;		/* of the stubs and boards */
static uint64_t nr_compared;

/* What one start of QEMU is asked: settings whose seeds follow one another. */
struct batch {
	const struct oracle_machine *on;
	enum setting_format format;
	struct ours *ours;
	struct setting *setting;
	struct dice vas;
	unsigned nr_wrong;
};

static void become(struct batch *b, uint64_t seed)
{
	setting_draw(b->setting, b->on, b->format, FOR_TRANSLATIONS, seed);
	b->vas = (struct dice){ ~seed };
}

static void ask_qemu(struct batch *b, struct job_file *job, uint64_t seed)
{
	become(b, seed);
	job_setting(job, b->setting);
	job_word(job, JOB_TRANSLATE);
	job_word(job, VAS_PER_SETTING);
	for (unsigned i = 0; i < VAS_PER_SETTING; i++)
		job_word(job, setting_draw_va(b->setting, &b->vas));
}

/* The external abort of a walk, which QEMU takes as a data abort, in PAR's form. */
static uint64_t par_of_abort(const struct batch *b, uint32_t dfsr)
{
	bool is_long = setting_is_long(b->setting);

	return par_fault(is_long, is_long ? dfsr & 0x3f : (dfsr >> 10 & 1) << 4 | (dfsr & 15));
}

static uint64_t answered(const struct batch *b, const uint32_t *words)
{
	if (words[1] == ANSWER_WALK_ABORT)
		return par_of_abort(b, words[0]);
	return (uint64_t)words[1] << 32 | words[0];
}

static void tell(struct batch *b, const struct question *q, uint64_t ours, uint64_t expected,
		 uint64_t theirs)
{
	static const char *const asks[NR_ASKS] = { "PL1 read", "PL1 write", "PL0 read", "PL0 write" };
	const struct setting *s = b->setting;

	if (b->nr_wrong++ >= MAX_TOLD)
		return;
	print_error("%s, ARMDMA_ORACLE_SEED=%#" PRIx64 ": %s of va %#010x: "
		    "ours %#" PRIx64 ", from QEMU expected %#" PRIx64 ", got %#" PRIx64 "\n"
		    "    SCTLR %#010x TTBCR %#010x TTBR0 %#" PRIx64 " TTBR1 %#" PRIx64
		    " DACR %#010x MAIR %#010x %#010x\n",
		    b->on->name, s->seed, asks[q->ask], q->va, ours, expected, theirs,
		    s->sctlr, s->ttbcr, s->ttbr[0], s->ttbr[1], s->dacr, s->prrr, s->nmrr);
}

static void compare_one(struct batch *b, const struct question *q, uint64_t theirs)
{
	uint64_t ours = ours_par(b->ours, q->va, q->ask), applied;
	uint64_t expected = par_as_qemu_says(q, ours, &applied);

	if (!par_is_fault(expected))
		theirs &= ~(uint64_t)PAR_NS;
	if (expected != theirs) {
		tell(b, q, ours, expected, theirs);
		return;
	}
	par_deviations_count(applied);
	nr_compared++;
}

static const uint32_t *compare(struct batch *b, const uint32_t *answers, uint64_t seed)
{
	become(b, seed);
	ours_become(b->ours, b->setting);
	for (unsigned i = 0; i < VAS_PER_SETTING; i++) {
		uint32_t va = setting_draw_va(b->setting, &b->vas);

		for (unsigned ask = 0; ask < NR_ASKS; ask++, answers += 2) {
			if (ask > ASK_WRITE)
				continue;
			compare_one(b, &(struct question){
				.setting = b->setting, .ours = b->ours, .va = va,
				.ask = (enum ask)ask,
			}, answered(b, answers));
		}
	}
	return answers;
}

static void run(struct batch *b, uint64_t seed)
{
	struct job_file *job = job_new();
	g_autofree uint32_t *answers = NULL;
	const uint32_t *at;

	for (unsigned i = 0; i < SETTINGS_PER_RUN; i++)
		ask_qemu(b, job, seed + i);
	answers = job_run(job, b->on, folder,
			  SETTINGS_PER_RUN * VAS_PER_SETTING * NR_ASKS * 2);
	job_free(job);
	at = answers;
	for (unsigned i = 0; i < SETTINGS_PER_RUN; i++)
		at = compare(b, at, seed + i);
}

static uint64_t first_seed(void)
{
	const char *text = getenv("ARMDMA_ORACLE_SEED");

	return text ? strtoull(text, NULL, 0) : FIRST_SEED;
}

static void agree(const struct oracle_machine *on, enum setting_format format)
{
	g_autofree struct setting *s = g_new(struct setting, 1);
	struct batch b = { .on = on, .format = format, .setting = s };
	unsigned nr_runs = getenv("ARMDMA_LONG") ? RUNS_OF_LONG : 1;

	job_needs_qemu(folder);
	b.ours = ours_new(on, folder);
	for (unsigned i = 0; i < nr_runs && !b.nr_wrong; i++)
		run(&b, first_seed() + i * SETTINGS_PER_RUN);
	ours_free(b.ours);
	if (b.nr_wrong)
		fail_msg("%u answers differ", b.nr_wrong);
}

static void short_descriptors_agree(void **state)
{
	agree(*state, SHORT_DESCRIPTORS);
}

static void every_deviation_fired(void **state)
{
	job_needs_qemu(folder);
	print_message("# %" PRIu64 " translations compared\n", nr_compared);
	for (size_t i = 0; i < nr_par_deviations; i++)
		print_message("# %8" PRIu64 "  %s (%s)\n", par_deviations[i].count,
			      par_deviations[i].name, par_deviations[i].manual);
	for (size_t i = 0; i < nr_par_deviations; i++)
		if (!par_deviations[i].count)
			fail_msg("never fired: %s", par_deviations[i].name);
}

#define SHORT(core)	{							\
	.name = "short descriptors agree with QEMU's Cortex-" core,		\
	.test_func = short_descriptors_agree, .initial_state = (void *)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		SHORT("A7") &oracle_a7 },
		SHORT("A8") &oracle_a8 },
		SHORT("A9") &oracle_a9 },
		SHORT("A15") &oracle_a15 },
		cmocka_unit_test(every_deviation_fired),
	};

	folder = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
