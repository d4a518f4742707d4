/* SPDX-License-Identifier: MIT */
/* The model's side: see ours.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib.h>

#include <armdma/machine.h>
#include <armdma/master.h>

#include "answer.h"
#include "ours.h"

struct ours {
	struct board *board;
	struct machine *m;
	struct cpu *cpu;
	struct master *debug;		/* writes tables */
	bool is_long;
};

struct ours *ours_new(const struct oracle_machine *on, const char *folder)
{
	struct ours *o = g_new0(struct ours, 1);
	g_autofree char *path = g_build_filename(folder, on->board, NULL);
	g_autoptr(GError) error = NULL;

	o->board = board_load(path, &error);
	if (!o->board)
		fail_msg("%s", error->message);
	o->m = machine_new(&(struct machine_config){ .board = o->board }, &error);
	if (!o->m)
		fail_msg("%s", error->message);
	o->cpu = machine_cpu(o->m, 0);
	o->debug = master_new(o->m, &(struct master_config){ .name = "debug" });
	return o;
}

void ours_free(struct ours *o)
{
	machine_free(o->m);
	board_free(o->board);
	g_free(o);
}

void ours_become(struct ours *o, const struct setting *s)
{
	struct master_fault f = master_write(o->debug, s->tables_pa, s->words, 4 * s->nr_words);

	assert_int_equal(f.kind, MASTER_OK);
	o->is_long = setting_is_long(s);
	cpu_cp15_write(o->cpu, CP15_TTBCR, s->ttbcr);
	cpu_cp15_write64(o->cpu, CP15_TTBR0, s->ttbr[0]);
	cpu_cp15_write64(o->cpu, CP15_TTBR1, s->ttbr[1]);
	cpu_cp15_write(o->cpu, CP15_DACR, s->dacr);
	cpu_cp15_write(o->cpu, CP15_PRRR, s->prrr);
	cpu_cp15_write(o->cpu, CP15_NMRR, s->nmrr);
	cpu_cp15_write(o->cpu, CP15_SCTLR, s->sctlr);
	cpu_tlbi(o->cpu, TLBI_ALL, 0);
}

void ours_set_sctlr(struct ours *o, uint32_t sctlr)
{
	cpu_cp15_write(o->cpu, CP15_SCTLR, sctlr);
}

void ours_set_dacr(struct ours *o, uint32_t dacr)
{
	cpu_cp15_write(o->cpu, CP15_DACR, dacr);
}

/* ---- translations ------------------------------------------------------------------ */

uint64_t ours_par(struct ours *o, uint32_t va, struct walk_ask ask)
{
	static const enum ats_op ops[2][2] = { { ATS1CPR, ATS1CPW }, { ATS1CUR, ATS1CUW } };

	if (!cpu_ats(o->cpu, ops[ask.is_user][ask.is_write], va))
		return par_of_fsr(o->is_long, cpu_last_fault(o->cpu).dfsr);
	return cpu_cp15_read64(o->cpu, CP15_PAR);
}

/* ---- accesses ------------------------------------------------------------------------- */

/* An abort's registers, as an access left them. */
static uint64_t abort_of(struct ours *o)
{
	return answer_abort(cpu_cp15_read(o->cpu, CP15_DFSR), cpu_cp15_read(o->cpu, CP15_DFAR));
}

static uint64_t real_access(struct ours *o, uint32_t va, bool is_write)
{
	uint32_t word = 0;
	bool ok = is_write ? cpu_store(o->cpu, va, &word, sizeof(word), NULL)
			   : cpu_load(o->cpu, va, &word, sizeof(word), NULL);

	return ok ? ANSWER_DONE : abort_of(o);
}

/* What our CPU never does by itself, PL0 accesses and fetches: as its walker says. */
static uint64_t walked_access(struct ours *o, uint32_t va, struct walk_ask ask)
{
	struct translation t = cpu_walk(o->cpu, va, ask);

	if (t.fault.kind != FAULT_NONE)
		return answer_abort(t.fault.dfsr, t.fault.va);
	if (!machine_is_dram(o->m, t.pa, 4))
		return answer_abort((o->is_long ? FSR_LPAE | 0x10 : 0x08) |
				    (ask.is_write ? FSR_WNR : 0), va);
	return ANSWER_DONE;
}

uint64_t ours_access(struct ours *o, uint32_t va, struct walk_ask ask)
{
	uint64_t answer;

	if (va & 3)			/* nothing that a walker knows */
		return real_access(o, va, ask.is_write);
	answer = walked_access(o, va, ask);
	if (ask.is_user || ask.is_fetch)
		return answer;
	if (real_access(o, va, ask.is_write) != answer)
		fail_msg("our walk of va %#x and our access to it disagree", va);
	return answer;
}

bool ours_target(struct ours *o, uint32_t va, uint64_t *ret_pa)
{
	struct translation t = cpu_walk(o->cpu, va, (struct walk_ask){ 0 });

	*ret_pa = t.pa;
	return t.fault.kind == FAULT_NONE;
}
