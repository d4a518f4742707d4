/* SPDX-License-Identifier: MIT */
#include "tlb-rig.h"

#include <string.h>

void boots(struct rig *rig, const struct cpu *like)
{
	for (enum cp15_reg reg = CP15_ACTLR; reg < CP15_DFSR; reg++)
		cpu_cp15_write(rig->cpu, reg, cpu_cp15_read((struct cpu *)(uintptr_t)like, reg));
	cpu_cp15_write(rig->cpu, CP15_TTBR0, rig->table_pa);
	cpu_cp15_write(rig->cpu, CP15_SCTLR, SCTLR_M | SCTLR_C | SCTLR_TRE);
}

int setup_pair(void **state)
{
	struct pair *p = g_new0(struct pair, 1);

	p->first = rig_a9();
	p->second = *p->first;
	p->second.cpu = machine_cpu(p->first->m, 1);
	p->second.table_pa += 0x80000;
	p->second.next_table_pa = p->second.table_pa + 0x4000;
	boots(&p->second, p->first->cpu);
	device_writes(p->first, PLAY_PA, "one");
	device_writes(p->first, PLAY_PA + PAGE, "two");
	*state = p;
	return 0;
}

int teardown_pair(void **state)
{
	struct pair *p = *state;

	rig_free(p->first);
	g_free(p);
	return 0;
}

void expects_native(struct rig *rig, uint32_t va, const char *text)
{
	char got[16] = "";

	cpu_enter(rig->cpu);
	cpu_before_load(rig->cpu, va, strlen(text), NULL);
	memcpy(got, machine_ptr(rig->m, va), strlen(text));
	cpu_enter(NULL);
	assert_string_equal(got, text);
}

const uint8_t *shown_state(const struct rig *rig)
{
	return window_of(machine_window(rig->m))->page_state[K >> 12];
}

int setup_lone(void **state)
{
	struct rig *rig = rig_a9();

	device_writes(rig, PLAY_PA, "one");
	device_writes(rig, PLAY_PA + PAGE, "two");
	device_writes(rig, PLAY_PA + 2 * PAGE, "six");
	*state = rig;
	return 0;
}

int teardown_lone(void **state)
{
	rig_free(*state);
	return 0;
}

void enters_space(struct rig *rig, unsigned asid)
{
	cpu_cp15_write(rig->cpu, CP15_CONTEXTIDR, asid);
}

void holds_in_space(struct rig *rig, unsigned asid, unsigned i, const char *text)
{
	enters_space(rig, asid);
	maps(rig, K, PLAY_PA + i * PAGE, PAGE, (enum mapping)(CACHED | NON_GLOBAL));
	expects_read(rig, K, text);
}

static struct core_part altered_part;

struct rig *rig_altered(enum tlb_capacity capacity, void (*alter)(struct core_part *part))
{
	struct board *b = fixture_board_a9_pl310();
	struct rig *rig;

	altered_part = *((struct board_cpu *)g_ptr_array_index(b->cpus, 0))->part;
	alter(&altered_part);
	for (unsigned i = 0; i < b->cpus->len; i++)
		((struct board_cpu *)g_ptr_array_index(b->cpus, i))->part = &altered_part;
	rig = rig_new(b, &(struct machine_config){ .tlb = capacity });
	maps(rig, K, PLAY_PA, 64 * PAGE, CACHED);
	return rig;
}
