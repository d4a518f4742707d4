/* SPDX-License-Identifier: MIT */
/*
 * What TLBs hold, and for whom: each CPU its own, of which the window shows one.
 * Facts: DDI 0406C, B3.9 "Translation Lookaside Buffers", B3.10 "TLB maintenance
 * requirements".
 */
#include "rig.h"

#include <string.h>

#define PAGE	4096u

/* ---- a second CPU ---------------------------------------------------------- */

struct pair {
	struct rig *first;
	struct rig second;	/* the same machine as CPU 1 sees it, with tables of its own */
};

static void boots(struct rig *rig, const struct cpu *like)
{
	for (enum cp15_reg reg = CP15_ACTLR; reg < CP15_DFSR; reg++)
		cpu_cp15_write(rig->cpu, reg, cpu_cp15_read((struct cpu *)(uintptr_t)like, reg));
	cpu_cp15_write(rig->cpu, CP15_TTBR0, rig->table_pa);
	cpu_cp15_write(rig->cpu, CP15_SCTLR, SCTLR_M | SCTLR_C | SCTLR_TRE);
}

static int setup_pair(void **state)
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

static int teardown_pair(void **state)
{
	struct pair *p = *state;

	rig_free(p->first);
	g_free(p);
	return 0;
}

/* A plain load, as an instrumented driver on that CPU does it. */
static void expects_native(struct rig *rig, uint32_t va, const char *text)
{
	char got[16] = "";

	cpu_enter(rig->cpu);
	cpu_before_load(rig->cpu, va, strlen(text), NULL);
	memcpy(got, machine_ptr(rig->m, va), strlen(text));
	cpu_enter(NULL);
	assert_string_equal(got, text);
}

static void each_cpu_translates_by_its_own_tables(void **state)
{
	struct pair *p = *state;

	maps(&p->second, K, PLAY_PA + PAGE, PAGE, CACHED);
	for (unsigned i = 0; i < 3; i++) {
		expects_read(p->first, K, "one");
		expects_read(&p->second, K, "two");
	}
	assert_int_equal(counts(p->first).tlb_fills, 3);	/* the PL310's page too */
}

static void a_plain_load_sees_what_its_own_cpu_translates(void **state)
{
	struct pair *p = *state;

	maps(&p->second, K, PLAY_PA + PAGE, PAGE, CACHED);
	for (unsigned i = 0; i < 3; i++) {
		expects_native(p->first, K, "one");
		expects_native(&p->second, K, "two");
	}
	maps(&p->second, K + PAGE, FIXTURE_PL310_PA, PAGE, DEVICE);
	expects_native(p->first, K + PAGE, "two");
	cpu_before_load(p->second.cpu, K + PAGE, 4, NULL);
	assert_int_equal(*(volatile uint32_t *)machine_ptr(p->first->m, K + PAGE) >> 24, 0x41);
	expects_native(p->first, K + PAGE, "two");
}

static void a_plain_store_lands_where_its_own_cpu_translates(void **state)
{
	struct pair *p = *state;
	volatile char *k = machine_ptr(p->first->m, K);

	maps(&p->second, K, PLAY_PA + PAGE, PAGE, UNCACHED);
	for (char i = '0'; i < '3'; i++) {
		cpu_before_store(p->first->cpu, K, 1, NULL);
		*k = i;
		cpu_before_store(p->second.cpu, K, 1, NULL);
		*k = (char)(i + 5);
	}
	expects_read(p->first, K, "2ne");
	expects_read(&p->second, K, "7wo");
}

/* The state of K's first line that the hooks go by. */
static const uint8_t *shown_state(const struct rig *rig)
{
	return window_of(machine_window(rig->m))->page_state[K >> 12];
}

static void the_hooks_go_by_the_cpu_that_was_entered(void **state)
{
	struct pair *p = *state;

	expects_native(p->first, K, "one");
	assert_non_null(shown_state(p->first));
	cpu_enter(p->second.cpu);
	assert_null(shown_state(p->first));
	maps(&p->second, K, PLAY_PA, PAGE, CACHED);
	expects_native(&p->second, K, "one");		/* the same translation as CPU 0's */
	cpu_enter(p->first->cpu);
	assert_non_null(shown_state(p->first));		/* so nothing was taken away from it */
	cpu_enter(NULL);
}

static void an_explicit_access_of_another_cpu_leaves_the_hooks_alone(void **state)
{
	struct pair *p = *state;

	maps(&p->second, K, PLAY_PA + PAGE, PAGE, CACHED);
	expects_native(p->first, K, "one");
	expects_read(&p->second, K, "two");
	assert_non_null(shown_state(p->first));
	assert_memory_equal(machine_ptr(p->first->m, K), "one", 3);
}

static void what_another_cpu_is_shown_is_no_hit_any_longer(void **state)
{
	struct pair *p = *state;

	maps(&p->second, K, PLAY_PA + PAGE, PAGE, CACHED);
	expects_native(p->first, K, "one");
	expects_native(&p->second, K, "two");
	cpu_enter(p->first->cpu);
	assert_null(shown_state(p->first));
	cpu_enter(NULL);
}

static void a_section_of_one_cpu_may_hold_a_page_of_another(void **state)
{
	struct pair *p = *state;

	writes_level1(p->first, 0x12300000, PLAY_PA | 1 << 10 | 0xe | 1 << 12 | 1 << 16);
	maps(&p->second, 0x12300000 + PAGE, PLAY_PA, PAGE, CACHED);
	for (unsigned i = 0; i < 2; i++) {
		expects_native(p->first, 0x12300000, "one");
		expects_native(p->first, 0x12300000 + PAGE, "two");
		expects_native(&p->second, 0x12300000 + PAGE, "one");
	}
	cpu_tlbi(p->first->cpu, TLBI_MVA, 0x12300000);
	expects_native(&p->second, 0x12300000 + PAGE, "one");
	expects_native(p->first, 0x12300000 + PAGE, "two");
}

#define pair_test(name)	cmocka_unit_test_setup_teardown(name, setup_pair, teardown_pair)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pair_test(each_cpu_translates_by_its_own_tables),
		pair_test(a_plain_load_sees_what_its_own_cpu_translates),
		pair_test(a_plain_store_lands_where_its_own_cpu_translates),
		pair_test(the_hooks_go_by_the_cpu_that_was_entered),
		pair_test(an_explicit_access_of_another_cpu_leaves_the_hooks_alone),
		pair_test(what_another_cpu_is_shown_is_no_hit_any_longer),
		pair_test(a_section_of_one_cpu_may_hold_a_page_of_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
