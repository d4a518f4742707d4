/* SPDX-License-Identifier: MIT */
/* Trials: see trial.h. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <glib.h>

#include "qemu.h"
#include "trial.h"

#define FIRST_SEED	0x5eed0000u
#define SETTINGS_PER_RUN 60u
#define MAX_TOLD	5u

static const char *trial_folder;	/* of the stubs and boards */
static const struct trial_subject *trial_subject;
static uint64_t nr_compared;

/* Our machine takes part in asking, too: it says where an access would go. */
static void become(struct trial *t, uint64_t seed)
{
	setting_draw(t->setting, t->place->on, t->place->format, t->subject->purpose, seed);
	ours_become(t->ours, t->setting);
}

static void run(struct trial *t, uint64_t seed)
{
	struct job_file *job = job_new();
	size_t nr = t->subject->nr_answer_words;
	g_autofree uint32_t *answers = NULL;

	for (unsigned i = 0; i < SETTINGS_PER_RUN; i++) {
		become(t, seed + i);
		job_setting(job, t->setting);
		t->subject->ask(t, job);
	}
	answers = job_run(job, t->place->on, trial_folder, SETTINGS_PER_RUN * nr);
	job_free(job);
	for (unsigned i = 0; i < SETTINGS_PER_RUN; i++) {
		become(t, seed + i);
		t->subject->compare(t, answers + i * nr);
	}
}

static uint64_t first_seed(void)
{
	const char *text = getenv("ARMDMA_ORACLE_SEED");

	return text ? strtoull(text, NULL, 0) : FIRST_SEED;
}

static void they_agree(void **state)
{
	g_autofree struct setting *s = g_new(struct setting, 1);
	struct trial t = { .subject = trial_subject, .place = *state, .setting = s };
	unsigned nr_runs = getenv("ARMDMA_LONG") ? trial_subject->nr_runs_of_long : 1;

	job_needs_qemu(trial_folder);
	t.ours = ours_new(t.place->on, trial_folder);
	for (unsigned i = 0; i < nr_runs && !t.nr_wrong; i++)
		run(&t, first_seed() + i * SETTINGS_PER_RUN);
	ours_free(t.ours);
	if (t.nr_wrong)
		fail_msg("%u answers differ", t.nr_wrong);
}

static void tell(struct trial *t, const struct question *q, const char *what, uint64_t ours,
		 uint64_t expected, uint64_t theirs)
{
	const struct setting *s = t->setting;

	if (t->nr_wrong++ >= MAX_TOLD)
		return;
	print_error("%s, ARMDMA_ORACLE_SEED=%#" PRIx64 ": %s of va %#010x: "
		    "ours %#" PRIx64 ", from QEMU expected %#" PRIx64 ", got %#" PRIx64 "\n"
		    "    SCTLR %#010x TTBCR %#010x TTBR0 %#" PRIx64 " TTBR1 %#" PRIx64
		    " DACR %#010x MAIR %#010x %#010x\n",
		    t->place->on->name, s->seed, what, q->va, ours, expected, theirs,
		    s->sctlr, s->ttbcr, s->ttbr[0], s->ttbr[1], s->dacr, s->prrr, s->nmrr);
}

void trial_compare(struct trial *t, const struct question *q, const char *what, uint64_t mask,
		   uint64_t theirs)
{
	uint64_t ours = q->again(q->ours, q->va, q->ask), applied;
	uint64_t expected = answer_of_qemu(t->subject->deviations, q, ours, &applied);

	if ((expected ^ theirs) & mask) {
		tell(t, q, what, ours, expected, theirs);
		return;
	}
	deviations_count(t->subject->deviations, applied);
	nr_compared++;
}

static void every_deviation_fired(void **state)
{
	job_needs_qemu(trial_folder);
	qemu_says_version();
	print_message("# %" PRIu64 " answers compared\n", nr_compared);
	deviations_must_have_fired(trial_subject->deviations);
}

int trial_main(const struct trial_subject *subject, const char *what_they_do,
	       const char *folder)
{
	static struct trial_place places[] = {
		{ &oracle_a7, SHORT_DESCRIPTORS }, { &oracle_a8, SHORT_DESCRIPTORS },
		{ &oracle_a9, SHORT_DESCRIPTORS }, { &oracle_a15, SHORT_DESCRIPTORS },
		{ &oracle_a7, LONG_DESCRIPTORS }, { &oracle_a15, LONG_DESCRIPTORS },
	};
	struct CMUnitTest tests[G_N_ELEMENTS(places) + 1] = {
		[G_N_ELEMENTS(places)] = cmocka_unit_test(every_deviation_fired),
	};
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

	trial_subject = subject;
	trial_folder = folder;
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		bool is_long = places[i].format == LONG_DESCRIPTORS;
		char *name = g_strdup_printf("%s descriptors %s as on QEMU's %s",
					     is_long ? "long" : "short", what_they_do,
					     places[i].on->name);

		g_ptr_array_add(names, name);
		tests[i] = (struct CMUnitTest){
			.name = name, .test_func = they_agree, .initial_state = &places[i],
		};
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
