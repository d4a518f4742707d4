/* SPDX-License-Identifier: MIT */
/*
 * For whom TLBs hold what they hold: each CPU has its own, of which the window shows one, and
 * each address space its entries; and whom an operation reaches.
 * Facts: DDI 0406C, B3.9 "Translation Lookaside Buffers", B3.10 "TLB maintenance
 * requirements".
 */
#include "tlb-rig.h"

/* ---- a second CPU ---------------------------------------------------------- */

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

/* ---- address spaces ---------------------------------------------------------- */

static void nothing_is_lost_by_a_change_of_address_space(void **state)
{
	struct rig *rig = *state;
	uint64_t nr_fills;

	holds_in_space(rig, 1, 0, "one");
	holds_in_space(rig, 2, 1, "two");
	unmaps(rig, K);
	nr_fills = counts(rig).tlb_fills;
	for (unsigned i = 0; i < 3; i++) {
		enters_space(rig, 1);
		expects_read(rig, K, "one");
		expects_native(rig, K, "one");
		enters_space(rig, 2);
		expects_read(rig, K, "two");
		expects_native(rig, K, "two");
	}
	assert_int_equal(counts(rig).tlb_fills, nr_fills);
	enters_space(rig, 3);
	expects_fault(rig, K, false, FAULT_TRANSLATION, 0x007);
}

static void a_global_entry_is_every_address_spaces(void **state)
{
	struct rig *rig = *state;

	expects_read(rig, K, "one");
	unmaps(rig, K);
	for (unsigned asid = 0; asid < 256; asid++) {
		enters_space(rig, asid);
		expects_read(rig, K, "one");
	}
}

static void operations_by_asid_leave_other_spaces_and_global_entries(void **state)
{
	struct rig *rig = *state;

	expects_read(rig, K + 2 * PAGE, "six");		/* global */
	unmaps(rig, K + 2 * PAGE);
	holds_in_space(rig, 1, 0, "one");
	holds_in_space(rig, 2, 1, "two");
	unmaps(rig, K);
	cpu_tlbi(rig->cpu, TLBI_ASID, 1);		/* not the current one */
	expects_read(rig, K, "two");
	enters_space(rig, 1);
	expects_fault(rig, K, false, FAULT_TRANSLATION, 0x007);
	expects_read(rig, K + 2 * PAGE, "six");
	cpu_tlbi(rig->cpu, TLBI_ASID, 2);
	enters_space(rig, 2);
	expects_fault(rig, K, false, FAULT_TRANSLATION, 0x007);
	expects_read(rig, K + 2 * PAGE, "six");
}

static void operations_by_address_mean_the_asid_that_they_name(void **state)
{
	struct rig *rig = *state;

	holds_in_space(rig, 1, 0, "one");
	holds_in_space(rig, 2, 1, "two");
	unmaps(rig, K);
	cpu_tlbi(rig->cpu, TLBI_MVA, K | 1);
	expects_read(rig, K, "two");
	cpu_tlbi(rig->cpu, TLBI_MVA, (K + PAGE) | 2);	/* another page */
	expects_read(rig, K, "two");
	enters_space(rig, 1);
	expects_fault(rig, K, false, FAULT_TRANSLATION, 0x007);
}

static void operations_by_address_of_all_asids_mean_all(void **state)
{
	struct rig *rig = *state;

	holds_in_space(rig, 1, 0, "one");
	holds_in_space(rig, 2, 1, "two");
	unmaps(rig, K);
	cpu_tlbi(rig->cpu, TLBI_MVAA, K + 0xfff);
	for (unsigned asid = 1; asid < 3; asid++) {
		enters_space(rig, asid);
		expects_fault(rig, K, false, FAULT_TRANSLATION, 0x007);
	}
}

static void what_the_mmu_held_is_there_when_it_is_on_again(void **state)
{
	struct rig *rig = *state;
	uint32_t word;

	expects_read(rig, K, "one");
	unmaps(rig, K);
	cpu_cp15_write(rig->cpu, CP15_SCTLR, SCTLR_C | SCTLR_TRE);
	expects_fault(rig, K, false, FAULT_EXTERNAL, 0x008);	/* nobody is at that pa */
	assert_true(cpu_load(rig->cpu, PLAY_PA + PAGE, &word, 4, NULL));	/* as it is */
	assert_memory_equal(&word, "two", 3);
	cpu_cp15_write(rig->cpu, CP15_SCTLR, SCTLR_M | SCTLR_C | SCTLR_TRE);
	expects_read(rig, K, "one");
	cpu_tlbi(rig->cpu, TLBI_MVA, K);
	expects_fault(rig, K, false, FAULT_TRANSLATION, 0x007);
}

static void what_faults_by_translation_is_never_held(void **state)
{
	struct rig *rig = *state;

	cpu_cp15_write(rig->cpu, CP15_SCTLR, SCTLR_M | SCTLR_C | SCTLR_TRE | SCTLR_AFE);
	unmaps(rig, K);
	expects_fault(rig, K, false, FAULT_TRANSLATION, 0x007);
	writes_level2(rig, K, PLAY_PA | 2 | 3 << 2 | 1 << 6);		/* access flag clear */
	expects_fault(rig, K, false, FAULT_ACCESS_FLAG, 0x006);
	maps(rig, K, PLAY_PA, PAGE, CACHED);
	expects_read(rig, K, "one");
}

static void what_faults_by_permission_may_be_held(void **state)
{
	struct rig *rig = *state;

	maps(rig, K, PLAY_PA, PAGE, (enum mapping)(CACHED | READ_ONLY));
	expects_fault(rig, K, true, FAULT_PERMISSION, 0x80f);
	maps(rig, K, PLAY_PA, PAGE, CACHED);
	expects_fault(rig, K, true, FAULT_PERMISSION, 0x80f);
	cpu_tlbi(rig->cpu, TLBI_MVA, K);
	writes(rig, K, "ONE");
}

static void a_change_of_domains_loses_nothing(void **state)
{
	struct rig *rig = *state;

	maps(rig, K, PLAY_PA, PAGE, (enum mapping)(CACHED | READ_ONLY));
	expects_read(rig, K, "one");
	unmaps(rig, K);
	cpu_cp15_write(rig->cpu, CP15_DACR, 0);			/* no access */
	expects_fault(rig, K, false, FAULT_DOMAIN, 0x00b);
	cpu_cp15_write(rig->cpu, CP15_DACR, 3);			/* manager: all may be done */
	writes(rig, K, "ONE");
	cpu_cp15_write(rig->cpu, CP15_DACR, 2);			/* reserved: none, here */
	expects_fault(rig, K, true, FAULT_DOMAIN, 0x80b);
	cpu_cp15_write(rig->cpu, CP15_DACR, 1);
	expects_read(rig, K, "ONE");
	expects_fault(rig, K, true, FAULT_PERMISSION, 0x80f);
	cpu_tlbi(rig->cpu, TLBI_MVA, K);
	expects_fault(rig, K, false, FAULT_TRANSLATION, 0x007);
}

/* ---- whom an operation reaches ------------------------------------------------------ */

/* Both CPUs hold K, which is not mapped any longer. */
static void both_hold_k(struct pair *p)
{
	maps(&p->second, K, PLAY_PA + PAGE, PAGE, CACHED);
	expects_read(p->first, K, "one");
	expects_read(&p->second, K, "two");
	unmaps(p->first, K);
	unmaps(&p->second, K);
}

static void operations_on_this_cpu_leave_the_other(void **state)
{
	static const enum tlbi_op local[] = {
		TLBI_ALL, TLBI_MVA, TLBI_MVAA, TLBI_I_ALL, TLBI_I_MVA, TLBI_D_ALL, TLBI_D_MVA,
	};
	struct pair *p = *state;

	for (unsigned i = 0; i < G_N_ELEMENTS(local); i++) {
		maps(p->first, K, PLAY_PA, PAGE, CACHED);
		both_hold_k(p);
		cpu_tlbi(p->first->cpu, local[i], K);
		expects_fault(p->first, K, false, FAULT_TRANSLATION, 0x007);
		expects_read(&p->second, K, "two");
		cpu_tlbi(p->second.cpu, TLBI_ALL, 0);
	}
}

static void broadcast_operations_reach_the_other_cpu(void **state)
{
	static const enum tlbi_op broadcast[] = { TLBI_ALL_IS, TLBI_MVA_IS, TLBI_MVAA_IS };
	struct pair *p = *state;

	for (unsigned i = 0; i < G_N_ELEMENTS(broadcast); i++) {
		maps(p->first, K, PLAY_PA, PAGE, CACHED);
		both_hold_k(p);
		cpu_tlbi(p->first->cpu, broadcast[i], K);
		expects_fault(p->first, K, false, FAULT_TRANSLATION, 0x007);
		expects_fault(&p->second, K, false, FAULT_TRANSLATION, 0x007);
	}
}

static void a_broadcast_by_asid_reaches_the_other_cpu(void **state)
{
	struct pair *p = *state;

	holds_in_space(&p->second, 5, 1, "two");
	unmaps(&p->second, K);
	cpu_tlbi(p->first->cpu, TLBI_ASID, 5);
	expects_read(&p->second, K, "two");
	cpu_tlbi(p->first->cpu, TLBI_ASID_IS, 5);
	expects_fault(&p->second, K, false, FAULT_TRANSLATION, 0x007);
}

static void a_cpu_that_left_coherency_hears_no_broadcast(void **state)
{
	struct pair *p = *state;
	uint32_t actlr = cpu_cp15_read(p->second.cpu, CP15_ACTLR);

	for (unsigned i = 0; i < 2; i++) {
		struct rig *deaf = i ? p->first : &p->second, *other = i ? &p->second : p->first;

		maps(p->first, K, PLAY_PA, PAGE, CACHED);
		cpu_cp15_write(deaf->cpu, CP15_ACTLR, 0);
		both_hold_k(p);
		cpu_tlbi(other->cpu, TLBI_ALL_IS, 0);
		expects_read(deaf, K, i ? "one" : "two");
		cpu_cp15_write(deaf->cpu, CP15_ACTLR, actlr);	/* and drops all here */
	}
}

static void lacks_multiprocessing(struct core_part *part)
{
	part->is_mp = false;
}

static void without_multiprocessing_nothing_is_broadcast(void **state)
{
	struct rig *rig = rig_altered(TLB_UNBOUNDED, lacks_multiprocessing);
	struct rig second = *rig;

	second.cpu = machine_cpu(rig->m, 1);
	boots(&second, rig->cpu);
	device_writes(rig, PLAY_PA, "one");
	expects_read(&second, K, "one");
	unmaps(rig, K);
	cpu_tlbi(rig->cpu, TLBI_ALL_IS, 0);
	expects_read(&second, K, "one");
	cpu_tlbi(second.cpu, TLBI_ALL_IS, 0);
	expects_fault(&second, K, false, FAULT_TRANSLATION, 0x007);
	rig_free(rig);
}

static void has_a_tlb_for_each_side(struct core_part *part)
{
	part->tlb_is_split = true;
}

static bool fetches(struct rig *rig, uint32_t va)
{
	struct cpu_fault f;

	return tlb_translate_as(rig->cpu, va, (struct walk_ask){ .is_fetch = true }, &f);
}

static void separate_tlbs_are_invalidated_separately(void **state)
{
	struct rig *rig = rig_altered(TLB_UNBOUNDED, has_a_tlb_for_each_side);

	device_writes(rig, PLAY_PA, "one");
	for (unsigned i = 0; i < 6; i++) {
		static const enum tlbi_op of_data[] = { TLBI_D_ALL, TLBI_D_MVA, TLBI_D_ASID };
		static const enum tlbi_op of_code[] = { TLBI_I_ALL, TLBI_I_MVA, TLBI_I_ASID };
		bool is_of_data = i % 2;

		maps(rig, K, PLAY_PA, PAGE, (enum mapping)(CACHED | NON_GLOBAL));
		assert_true(fetches(rig, K));
		expects_read(rig, K, "one");
		unmaps(rig, K);
		cpu_tlbi(rig->cpu, is_of_data ? of_data[i / 2] : of_code[i / 2],
			 i < 4 ? K : 0);
		assert_int_equal(fetches(rig, K), is_of_data);
		if (is_of_data)
			expects_fault(rig, K, false, FAULT_TRANSLATION, 0x007);
		else
			expects_read(rig, K, "one");
		cpu_tlbi(rig->cpu, TLBI_ALL, 0);
		assert_false(fetches(rig, K));
		expects_fault(rig, K, false, FAULT_TRANSLATION, 0x007);
	}
	rig_free(rig);
}

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
		test(nothing_is_lost_by_a_change_of_address_space),
		test(a_global_entry_is_every_address_spaces),
		test(operations_by_asid_leave_other_spaces_and_global_entries),
		test(operations_by_address_mean_the_asid_that_they_name),
		test(operations_by_address_of_all_asids_mean_all),
		test(what_the_mmu_held_is_there_when_it_is_on_again),
		test(what_faults_by_translation_is_never_held),
		test(what_faults_by_permission_may_be_held),
		test(a_change_of_domains_loses_nothing),
		pair_test(operations_on_this_cpu_leave_the_other),
		pair_test(broadcast_operations_reach_the_other_cpu),
		pair_test(a_broadcast_by_asid_reaches_the_other_cpu),
		pair_test(a_cpu_that_left_coherency_hears_no_broadcast),
		cmocka_unit_test(without_multiprocessing_nothing_is_broadcast),
		cmocka_unit_test(separate_tlbs_are_invalidated_separately),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
