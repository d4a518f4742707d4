/* SPDX-License-Identifier: MIT */
/*
 * User mode, address spaces, and the abort that software mends. Facts: DDI 0406C, B3.7
 * "Memory access control", B3.9.1 "General TLB maintenance", B1.9.9 "Data Abort".
 */
#include "rig.h"
#include "sim/sim.h"

#include <string.h>

#define PAGE	4096u
#define V	0x10000000u	/* a page of the address space */
#define FAR_VA	0x20000000u	/* nothing is there */

/* ---- one CPU, two address spaces: B's tables begin as a copy of nothing ---------- */

struct spaces {
	struct rig *a;
	struct rig b;
};

static struct spaces *now;	/* for the handler */
static unsigned nr_aborts;

static int setup(void **state)
{
	struct spaces *s = g_new0(struct spaces, 1);

	s->a = rig_a9();
	s->b = *s->a;
	s->b.table_pa += 0x80000;
	s->b.next_table_pa = s->b.table_pa + 0x4000;
	maps(&s->b, K, PLAY_PA, PAGE, CACHED);
	device_writes(s->a, PLAY_PA, "one");
	device_writes(s->a, PLAY_PA + PAGE, "two");
	maps(s->a, V, PLAY_PA, PAGE, CACHED | NON_GLOBAL);
	maps(&s->b, V, PLAY_PA + PAGE, PAGE, CACHED | NON_GLOBAL);
	now = s;
	nr_aborts = 0;
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct spaces *s = *state;

	rig_free(s->a);
	g_free(s);
	return 0;
}

/* By way of the first one's tables, as Linux: never new tables with an old ASID. */
static void switches_to(const struct rig *rig, uint32_t asid)
{
	cpu_cp15_write(rig->cpu, CP15_TTBR0, now->a->table_pa);
	cpu_isb(rig->cpu);
	cpu_cp15_write(rig->cpu, CP15_CONTEXTIDR, asid);
	cpu_isb(rig->cpu);
	cpu_cp15_write(rig->cpu, CP15_TTBR0, rig->table_pa);
	cpu_isb(rig->cpu);
}

/* A plain load, as instrumented code does it. */
static void expects_native(struct rig *rig, uint32_t va, const char *text)
{
	char got[16] = "";

	cpu_before_load(rig->cpu, va, strlen(text), NULL);
	memcpy(got, machine_ptr(rig->m, va), strlen(text));
	assert_string_equal(got, text);
}

static void stores_native(struct rig *rig, uint32_t va, const char *text)
{
	cpu_before_store(rig->cpu, va, strlen(text), NULL);
	memcpy(machine_ptr(rig->m, va), text, strlen(text));
}

static void the_window_shows_the_address_space_that_was_switched_to(void **state)
{
	struct spaces *s = *state;

	for (unsigned i = 0; i < 3; i++) {
		switches_to(s->a, 1);
		expects_native(s->a, V, "one");
		switches_to(&s->b, 2);
		expects_native(&s->b, V, "two");
	}
}

static void a_plain_store_lands_in_the_space_that_it_was_made_in(void **state)
{
	struct spaces *s = *state;

	switches_to(s->a, 1);
	stores_native(s->a, V, "uno");
	switches_to(&s->b, 2);
	expects_native(&s->b, V, "two");
	stores_native(&s->b, V, "due");
	switches_to(s->a, 1);
	expects_native(s->a, V, "uno");
}

static void tables_without_another_asid_leave_the_old_translations(void **state)
{
	struct spaces *s = *state;

	switches_to(s->a, 1);
	expects_native(s->a, V, "one");
	cpu_cp15_write(s->a->cpu, CP15_TTBR0, s->b.table_pa);
	expects_native(s->a, V, "one");
	cpu_tlbi(s->a->cpu, TLBI_ASID, 1);
	expects_native(s->a, V, "two");
}

/* ---- who may ------------------------------------------------------------------------ */

/* The descriptor of V in the rig's tables: PLAY_PA, cached, with AP[2:0] of @ap. */
static void maps_with_ap(struct rig *rig, uint32_t ap)
{
	writes_level2(rig, V, PLAY_PA | 2 | 7u << 6 | 1u << 10 | 3u << 2 |
		      (ap & 3) << 4 | (ap >> 2) << 9);
	cpu_tlbi(rig->cpu, TLBI_ALL, 0);
}

static bool may_load(struct rig *rig)
{
	uint8_t byte;

	return cpu_load(rig->cpu, V, &byte, 1, NULL);
}

static bool may_store(struct rig *rig)
{
	return cpu_store(rig->cpu, V, "x", 1, NULL);
}

static void user_mode_may_what_the_tables_give_users(void **state)
{
	/* AP[2:0]: privileged load and store, user load and store. DDI 0406C, table B3-8. */
	static const struct {
		uint32_t ap;
		bool may[4];
	} rows[] = {
		{ 1, { true, true, false, false } },
		{ 2, { true, true, true, false } },
		{ 3, { true, true, true, true } },
		{ 5, { true, false, false, false } },
		{ 7, { true, false, true, false } },
	};
	struct rig *rig = ((struct spaces *)*state)->a;

	for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
		maps_with_ap(rig, rows[i].ap);
		assert_false(cpu_set_user(rig->cpu, false));
		assert_int_equal(may_load(rig), rows[i].may[0]);
		assert_int_equal(may_store(rig), rows[i].may[1]);
		cpu_set_user(rig->cpu, true);
		assert_true(cpu_is_user(rig->cpu));
		assert_int_equal(may_load(rig), rows[i].may[2]);
		assert_int_equal(may_store(rig), rows[i].may[3]);
		assert_true(cpu_set_user(rig->cpu, false));
		assert_int_equal(may_load(rig), rows[i].may[0]);
	}
}

static void the_fast_gear_has_no_user_mode(void **state)
{
	struct rig *rig = rig_a9_with(GEAR_FAST, CHOOSER_NOMINAL, 0);

	assert_false(cpu_set_user(rig->cpu, true));
	assert_false(cpu_is_user(rig->cpu));
	rig_free(rig);
}

/* ---- aborts that are mended ----------------------------------------------------------- */

static bool maps_what_was_missed(struct cpu *c, const struct cpu_fault *f, const void *site)
{
	nr_aborts++;
	assert_false(cpu_is_user(c));
	assert_true(cpu_handles_abort());
	assert_int_equal(cpu_cp15_read(c, CP15_DFAR), f->va);
	if (f->va - V > 4 * PAGE)
		return false;
	/* It has loads and stores of its own; what aborts in it is refused. */
	writes(now->a, K + 64, "mine");
	expects_fault(now->a, FAR_VA, false, FAULT_TRANSLATION, 0x5);
	maps(now->a, f->va & ~(PAGE - 1), PLAY_PA + (f->va & 0xf000), PAGE, CACHED);
	cpu_tlbi(c, TLBI_MVA, f->va & ~(PAGE - 1));
	return true;
}

static void an_access_is_made_again_once_its_page_is_there(void **state)
{
	struct rig *rig = ((struct spaces *)*state)->a;

	unmaps(rig, V);
	cpu_tlbi(rig->cpu, TLBI_ALL, 0);
	machine_on_abort(rig->m, maps_what_was_missed);
	expects_read(rig, V, "one");
	assert_int_equal(nr_aborts, 1);
	expects_native(rig, V + PAGE, "two");
	assert_int_equal(nr_aborts, 2);
	stores_native(rig, V + PAGE, "more");
	expects_read(rig, K + PAGE, "more");
	assert_int_equal(nr_aborts, 2);
}

static void a_long_store_arrives_whole_though_each_of_its_pages_was_missing(void **state)
{
	struct rig *rig = ((struct spaces *)*state)->a;
	static char bytes[3 * PAGE], got[3 * PAGE];

	unmaps(rig, V);
	cpu_tlbi(rig->cpu, TLBI_ALL, 0);
	machine_on_abort(rig->m, maps_what_was_missed);
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 7 + i / 256);
	cpu_before_store(rig->cpu, V + 100, sizeof(bytes), NULL);
	memcpy(machine_ptr(rig->m, V + 100), bytes, sizeof(bytes));
	assert_true(cpu_load(rig->cpu, K + 100, got, sizeof(got), NULL));
	assert_memory_equal(got, bytes, sizeof(got));
	assert_int_equal(nr_aborts, 4);
}

static void an_unannounced_access_may_be_mended_as_well(void **state)
{
	struct rig *rig = ((struct spaces *)*state)->a;

	unmaps(rig, V);
	cpu_tlbi(rig->cpu, TLBI_ALL, 0);
	machine_on_abort(rig->m, maps_what_was_missed);
	assert_int_equal(*(volatile char *)machine_ptr(rig->m, V), 'o');
	assert_int_equal(nr_aborts, 1);
}

static void what_nobody_mends_is_refused(void **state)
{
	struct rig *rig = ((struct spaces *)*state)->a;

	machine_on_abort(rig->m, maps_what_was_missed);
	expects_fault(rig, FAR_VA, true, FAULT_TRANSLATION, 0x805);
	assert_int_equal(nr_aborts, 1);
	machine_on_abort(rig->m, NULL);
	expects_fault(rig, FAR_VA, true, FAULT_TRANSLATION, 0x805);
	assert_int_equal(nr_aborts, 1);
}

#define in_spaces(name)		cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_spaces(the_window_shows_the_address_space_that_was_switched_to),
		in_spaces(a_plain_store_lands_in_the_space_that_it_was_made_in),
		in_spaces(tables_without_another_asid_leave_the_old_translations),
		in_spaces(user_mode_may_what_the_tables_give_users),
		cmocka_unit_test(the_fast_gear_has_no_user_mode),
		in_spaces(an_access_is_made_again_once_its_page_is_there),
		in_spaces(a_long_store_arrives_whole_though_each_of_its_pages_was_missing),
		in_spaces(an_unannounced_access_may_be_mended_as_well),
		in_spaces(what_nobody_mends_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
