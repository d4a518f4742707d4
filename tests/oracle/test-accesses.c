/* SPDX-License-Identifier: MIT */
/*
 * Loads, stores and fetches at PL1 and PL0, ours against QEMU's: who may execute what,
 * and what FSR and FAR say of those that may not.
 *
 * Of accesses that are done, a load on QEMU must return and a store must reach the word
 * at the address that *we* translate to; a fetch finds an instruction that ends it.
 * Ours are real accesses where our CPU makes such ones (loads and stores at PL1), the
 * walker's word elsewhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "answer.h"
#include "trial.h"

#define PROBES_PER_SETTING 120u
#define RUNS_OF_LONG	20u

struct probe {
	uint32_t va;
	enum access_kind kind;
	uint32_t pa;			/* in the landing; 0: elsewhere */
};

static const struct {
	const char *name;
	struct walk_ask ask;
} kinds[NR_ACCESS_KINDS] = {
	[ACCESS_LOAD]       = { "PL1 load", { 0 } },
	[ACCESS_STORE]      = { "PL1 store", { .is_write = true } },
	[ACCESS_USER_LOAD]  = { "PL0 load", { .is_user = true } },
	[ACCESS_USER_STORE] = { "PL0 store", { .is_user = true, .is_write = true } },
	[ACCESS_FETCH]      = { "PL1 fetch", { .is_fetch = true } },
	[ACCESS_USER_FETCH] = { "PL0 fetch", { .is_user = true, .is_fetch = true } },
};

/* An undefined instruction that no other page holds: UDF #(page number). */
static uint32_t word_at(uint32_t pa)
{
	uint32_t page = pa >> 12 & 0xffff;

	return 0xe7f000f0u | (page >> 4) << 8 | (page & 15);
}

/* Where @va leads when nothing is forbidden, so that QEMU cannot surprise us there. */
static uint32_t landing_of(struct trial *t, uint32_t va)
{
	const struct setting *s = t->setting;
	uint32_t first = s->on->ram_pa + LANDING_OFFSET;
	uint64_t pa;

	if (!ours_target(t->ours, va, &pa) || pa - first >= LANDING_LEN)
		return 0;
	return (uint32_t)pa;
}

/* Only where it is sure to fault, and where our CPU makes the access itself. */
static bool may_be_misaligned(const struct setting *s, enum access_kind kind)
{
	return s->sctlr & SCTLR_A && (kind == ACCESS_LOAD || kind == ACCESS_STORE);
}

static void draw_probes(struct trial *t, struct probe *probes)
{
	const struct setting *s = t->setting;
	struct dice d = { ~s->seed };

	ours_set_dacr(t->ours, ~0u);
	ours_set_sctlr(t->ours, s->sctlr & ~SCTLR_AFE);
	for (unsigned i = 0; i < PROBES_PER_SETTING; i++) {
		probes[i].va = setting_draw_va(s, &d);
		probes[i].kind = (enum access_kind)dice_below(&d, NR_ACCESS_KINDS);
		probes[i].pa = landing_of(t, probes[i].va);
		if (may_be_misaligned(s, probes[i].kind) && dice_percent(&d, 20))
			probes[i].va += 1 + dice_below(&d, 3);
	}
	ours_become(t->ours, s);
}

static void ask(struct trial *t, struct job_file *job)
{
	struct probe probes[PROBES_PER_SETTING];

	draw_probes(t, probes);
	job_word(job, JOB_ACCESS);
	job_word(job, t->setting->helper_va);
	job_word(job, PROBES_PER_SETTING);
	for (unsigned i = 0; i < PROBES_PER_SETTING; i++) {
		job_word(job, probes[i].va);
		job_word(job, probes[i].kind);
		job_word(job, probes[i].pa);
		job_word(job, word_at(probes[i].pa));
	}
}

/* How the helper page was left by an access of that kind that was not refused. */
static uint32_t way_out(enum access_kind kind)
{
	return kind < ACCESS_FETCH ? WHERE_DONE(kind) : WHERE_UNDEFINED;
}

static uint64_t answered(const struct probe *p, const uint32_t *words)
{
	bool is_fetch = kinds[p->kind].ask.is_fetch;
	uint32_t abort = is_fetch ? WHERE_PREFETCH_ABORT : WHERE_DATA_ABORT;

	if (words[ACCESS_WHERE] == abort)
		return answer_abort(words[ACCESS_FSR], words[ACCESS_FAR]);
	if (words[ACCESS_WHERE] != way_out(p->kind))
		fail_msg("%s of va %#x ended at +%#x of the helper page", kinds[p->kind].name,
			 p->va, words[ACCESS_WHERE]);
	if (!is_fetch && words[ACCESS_DATA] != word_at(p->pa))
		fail_msg("%s of va %#x met %#x at pa %#x", kinds[p->kind].name, p->va,
			 words[ACCESS_DATA], p->pa);
	return ANSWER_DONE;
}

static void compare(struct trial *t, const uint32_t *answers)
{
	struct probe probes[PROBES_PER_SETTING];

	draw_probes(t, probes);
	for (unsigned i = 0; i < PROBES_PER_SETTING; i++, answers += NR_ACCESS_WORDS) {
		const struct probe *p = &probes[i];

		trial_compare(t, &(struct question){
			.setting = t->setting, .ours = t->ours, .va = p->va,
			.ask = kinds[p->kind].ask, .again = ours_access,
		}, kinds[p->kind].name, ~0ull, answered(p, answers));
	}
}

static const struct trial_subject accesses = {
	.purpose = FOR_ACCESSES, .deviations = access_deviations,
	.nr_answer_words = PROBES_PER_SETTING * NR_ACCESS_WORDS, .nr_runs_of_long = RUNS_OF_LONG,
	.ask = ask, .compare = compare,
};

int main(int argc, char **argv)
{
	return trial_main(&accesses, "let accesses through", argv[1]);
}
