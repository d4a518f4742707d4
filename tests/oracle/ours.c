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

#include "ours.h"

struct ours {
	struct board *board;
	struct machine *m;
	struct cpu *cpu;
	struct master *debug;		/* writes tables */
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
	cpu_cp15_write(o->cpu, CP15_TTBCR, s->ttbcr);
	cpu_cp15_write(o->cpu, CP15_TTBR0, (uint32_t)s->ttbr[0]);
	cpu_cp15_write(o->cpu, CP15_TTBR1, (uint32_t)s->ttbr[1]);
	cpu_cp15_write(o->cpu, CP15_DACR, s->dacr);
	cpu_cp15_write(o->cpu, CP15_PRRR, s->prrr);
	cpu_cp15_write(o->cpu, CP15_NMRR, s->nmrr);
	cpu_cp15_write(o->cpu, CP15_SCTLR, s->sctlr);
	cpu_tlbi(o->cpu, TLBI_ALL, 0);
}

uint64_t ours_par(struct ours *o, uint32_t va, enum ask ask)
{
	struct translation t = cpu_translate(o->cpu, va, ask == ASK_WRITE);

	if (t.fault.kind != FAULT_NONE)
		return (t.fault.dfsr & 15) << 1 | 1;
	if (t.len == 16u << 20)
		return (t.pa & 0xff000000u) | (t.pa >> 32 & 0xff) << 16 | 2;
	return t.pa & 0xfffff000u;
}

uint64_t ours_par_with(struct ours *o, uint32_t va, enum ask ask, uint32_t sctlr)
{
	uint32_t old = cpu_cp15_read(o->cpu, CP15_SCTLR);
	uint64_t par;

	cpu_cp15_write(o->cpu, CP15_SCTLR, sctlr);
	par = ours_par(o, va, ask);
	cpu_cp15_write(o->cpu, CP15_SCTLR, old);
	return par;
}
