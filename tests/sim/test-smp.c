/* SPDX-License-Identifier: MIT */
/*
 * Level 1 caches of several CPUs: coherent for shareable memory, each for itself
 * otherwise. Facts: DDI 0406C, A3.5.7 and B2.2; DDI 0388I, 7.4.3; DDI 0407G, 2.1.
 *
 *   K  shareable    P  the same memory, not shareable
 */
#include "rig.h"

#include <string.h>
#include "sim/sim.h"

#define P	0x48000000u
#define PAGE	4096u
#define LINE	32u

struct pair {
	struct rig *rig;		/* CPU 0's */
	struct rig other;		/* CPU 1's */
};

static int setup(void **state)
{
	struct pair *p = g_new0(struct pair, 1);

	p->rig = rig_a9();
	maps(p->rig, P, PLAY_PA, 0x10000, CACHED | NOT_SHAREABLE);
	p->other = rig_of_cpu(p->rig, 1);
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct pair *p = *state;
	bool is_valid;

	(void)counts(p->rig);		/* settles what is pending */
	is_valid = inner_valid(p->rig->m);
	rig_free(p->rig);
	g_free(p);
	return is_valid ? 0 : -1;
}

static void native_store(struct rig *rig, uint32_t va, const char *text)
{
	cpu_enter(rig->cpu);
	cpu_before_store(rig->cpu, va, strlen(text), NULL);
	memcpy(machine_ptr(rig->m, va), text, strlen(text));
	cpu_enter(NULL);
}

static void expects_native(struct rig *rig, uint32_t va, const char *text)
{
	char got[64] = "";

	cpu_enter(rig->cpu);
	cpu_before_load(rig->cpu, va, strlen(text), NULL);
	memcpy(got, machine_ptr(rig->m, va), strlen(text));
	cpu_enter(NULL);
	assert_string_equal(got, text);
}

static uint8_t state_of(struct rig *rig, uint32_t va)
{
	uint8_t **page = rig->cpu->tlb->page_state;

	return page[va / PAGE] ? page[va / PAGE][va % PAGE / LINE] : 0;
}

/* ---- coherent ----------------------------------------------------------------- */

static void a_load_sees_what_another_cpu_stored(void **state)
{
	struct pair *p = *state;

	writes(p->rig, K, "zero");
	expects_read(&p->other, K, "zero");
	writes(&p->other, K, "one.");
	expects_read(p->rig, K, "one.");
	expects_dram(p->rig, PLAY_PA, "");	/* and nothing went out for it */
}

static void plain_accesses_of_two_cpus_agree(void **state)
{
	struct pair *p = *state;

	for (unsigned i = 0; i < 20; i++) {
		g_autofree char *mine = g_strdup_printf("mine %02u", i);
		g_autofree char *theirs = g_strdup_printf("them %02u", i);

		native_store(p->rig, K, mine);
		expects_native(&p->other, K, mine);
		native_store(&p->other, K, theirs);
		expects_native(p->rig, K, theirs);
		expects_native(p->rig, K, theirs);
	}
}

static void a_store_takes_the_only_copy(void **state)
{
	struct pair *p = *state;

	native_store(p->rig, K, "mine");
	assert_int_equal(state_of(p->rig, K) & LINE_STORE_MASK, LINE_STORE_OK);
	expects_native(&p->other, K, "mine");
	assert_int_equal(state_of(p->rig, K) & LINE_STORE_MASK, LINE_STORE_OK & ~LINE_UNIQUE);
	assert_int_equal(state_of(&p->other, K) & LINE_STORE_MASK, LINE_LOAD_OK);
	native_store(&p->other, K, "them");
	assert_int_equal(state_of(p->rig, K) & LINE_VALID, 0);
	assert_int_equal(state_of(&p->other, K) & LINE_STORE_MASK, LINE_STORE_OK);
}

static void a_store_to_a_shared_line_keeps_the_other_bytes_dirty(void **state)
{
	struct pair *p = *state;

	writes(p->rig, K, "dirty bytes");
	expects_read(&p->other, K, "dirty bytes");
	writes(&p->other, K, "D");
	cleans(&p->other, K);
	expects_dram(p->rig, PLAY_PA, "");		/* the PL310 has them */
	pl310_writes(p->rig, 0x7b0, PLAY_PA);
	expects_dram(p->rig, PLAY_PA, "Dirty bytes");
}

static void a_load_of_a_peers_line_asks_nobody_below(void **state)
{
	struct pair *p = *state;
	uint64_t filled;

	writes(p->rig, K, "mine");
	filled = counts(p->rig).level[1].filled;
	pl310_writes(p->rig, 0x770, PLAY_PA);		/* level 2 could not answer anyway */
	expects_read(&p->other, K, "mine");
	assert_int_equal(counts(p->rig).level[1].filled, filled);
}

static void maintenance_by_address_reaches_the_other_cpu(void **state)
{
	struct pair *p = *state;

	writes(p->rig, K, "dirty");
	cleans(&p->other, K);
	expects_line(p->rig, PLAY_PA, "L1 clean, L2 dirty");
	writes(p->rig, K, "DIRTY");
	invalidates(&p->other, K);
	expects_line(p->rig, PLAY_PA, "L1 -, L2 dirty");
	expects_read(p->rig, K, "dirty");
}

static void maintenance_through_a_mapping_that_is_not_shareable_stays_at_home(void **state)
{
	struct pair *p = *state;

	writes(p->rig, K, "dirty");
	cleans_and_invalidates(&p->other, P);
	expects_line(p->rig, PLAY_PA, "L1 dirty, L2 clean");
	cleans(p->rig, P);
	expects_line(p->rig, PLAY_PA, "L1 clean, L2 dirty");
}

static void each_cpu_has_room_of_its_own(void **state)
{
	struct pair *p = *state;

	for (uint32_t at = 0; at < 0x8000; at += LINE)
		touches(p->rig, K + at);
	for (uint32_t at = 0; at < 0x8000; at += LINE)
		touches(&p->other, K + 0x8000 + at);
	assert_int_equal(counts(p->rig).level[0].evicted, 0);
	assert_int_equal(counts(p->rig).level[0].filled, 2 * 0x8000 / LINE);
}

static void without_smp_a_shareable_line_is_not_cached(void **state)
{
	struct pair *p = *state;

	assert_int_equal(cpu_cp15_read(p->rig->cpu, CP15_ACTLR) & ACTLR_SMP, ACTLR_SMP);
	cpu_cp15_write(p->rig->cpu, CP15_ACTLR, 0);
	writes(p->rig, K, "past");
	assert_false(machine_line(p->rig->m, 1, PLAY_PA).is_valid);
	writes(p->rig, P + LINE, "held");
	assert_true(machine_line(p->rig->m, 1, PLAY_PA + LINE).is_dirty);
}

/* ---- not coherent: every CPU has its own bytes --------------------------------- */

static void copies_that_are_not_shareable_diverge(void **state)
{
	struct pair *p = *state;

	writes(p->rig, P, "zero");
	expects_read(&p->other, P, "");
	writes(&p->other, P, "one.");
	expects_read(p->rig, P, "zero");
	expects_read(&p->other, P, "one.");
	expects_native(p->rig, P, "zero");
	expects_native(&p->other, P, "one.");
	expects_native(p->rig, P, "zero");
}

static void plain_stores_to_copies_that_diverge_stay_apart(void **state)
{
	struct pair *p = *state;

	native_store(p->rig, P, "zero zero");
	native_store(&p->other, P, "one. one.");
	native_store(&p->other, P + 5, "ONE");
	native_store(p->rig, P + 5, "ZERO");
	expects_native(&p->other, P, "one. ONE.");
	expects_native(p->rig, P, "zero ZERO");
	assert_int_equal(state_of(&p->other, P) & LINE_PRIVATE, LINE_PRIVATE);
	assert_int_equal(state_of(p->rig, P) & LINE_PRIVATE, 0);
}

/* The last write-back wins, whole lines at a time. */
static void write_backs_of_copies_that_diverge_go_over_each_other(void **state)
{
	struct pair *p = *state;

	writes(p->rig, P, "zero");
	writes(&p->other, P + 8, "one.");
	cleans(&p->other, P);
	cleans(p->rig, P);
	pl310_writes(p->rig, 0x7b0, PLAY_PA);
	expects_dram(p->rig, PLAY_PA, "zero");
	expects_dram(p->rig, PLAY_PA + 8, "");
	expects_read(&p->other, P + 8, "one.");
}

/* A3.5.7: mismatched shareability loses coherency (clause b). */
static void a_shareable_access_does_not_see_a_line_that_is_not(void **state)
{
	struct pair *p = *state;

	writes(p->rig, P, "alone");
	expects_read(&p->other, K, "");
	writes(&p->other, K, "share");
	expects_read(p->rig, P, "alone");
	expects_read(p->rig, K, "alone");	/* it hits its own line, whatever S says */
	cleans_and_invalidates(p->rig, P);
	expects_read(p->rig, K, "share");
}

static void a_plain_range_over_lines_of_both_kinds(void **state)
{
	struct pair *p = *state;
	char got[3 * LINE];

	writes(p->rig, P + LINE, "middle");
	writes(&p->other, P, "first");
	writes(&p->other, P + LINE, "MIDDLE");
	writes(&p->other, P + 2 * LINE, "last");
	cpu_enter(p->other.cpu);
	cpu_before_load(p->other.cpu, P, sizeof(got), NULL);
	memcpy(got, machine_ptr(p->rig->m, P), sizeof(got));
	cpu_enter(NULL);
	assert_string_equal(got, "first");
	assert_string_equal(got + LINE, "MIDDLE");
	assert_string_equal(got + 2 * LINE, "last");
	expects_native(p->rig, P + LINE, "middle");
}

static void a_private_line_that_is_evicted_is_written_back(void **state)
{
	struct pair *p = *state;

	writes(p->rig, P, "zero");
	writes(&p->other, P, "one.");
	for (uint32_t at = 0x2000; at < 0x10000; at += 0x2000)
		for (unsigned i = 0; i < 20; i++)
			touches(&p->other, P + at);
	for (uint32_t at = 0x10000; at < 0x100000; at += 0x2000)
		touches(&p->other, K + at);
	pl310_writes(p->rig, 0x7b0, PLAY_PA);
	expects_dram(p->rig, PLAY_PA, "one.");
	expects_read(p->rig, P, "zero");
}

static void a_snooping_master_does_not_see_a_line_that_is_not_shareable(void **state)
{
	struct pair *p = *state;
	struct place at = { PLAY_PA, PLAY_PA - FIXTURE_DRAM_PA };
	char got[5] = "";

	writes(p->rig, P, "alone");
	assert_false(inner_snoop_read(p->rig->m, INNER_EVERY_CPU, at, got, 5));
	cleans_and_invalidates(p->rig, P);
	writes(p->rig, K, "share");
	assert_true(inner_snoop_read(p->rig->m, INNER_EVERY_CPU, at, got, 5));
	assert_memory_equal(got, "share", 5);
}

/* A page's summary has eight bits for them. */
static void the_ninth_cpu_is_another_than_the_first(void **state)
{
	static const struct core_part part = {
		.compatible = "test,a9", .name = "one of nine", .arch = 7, .is_modelled = true,
		.is_mp = true, .broadcasts = true, .wt_is_nc = true, .tables = TABLES_V7,
		.l1d = { .bytes = 0x8000, .line_bytes = 32, .nr_ways = 4,
			 .write_allocate = true },
	};
	struct rig *rig = rig_new(fixture_board_of(&part, 9), &(struct machine_config){
		.seed = 0 });
	struct rig ninth;

	maps(rig, K, PLAY_PA, PAGE, CACHED);
	ninth = rig_of_cpu(rig, 8);
	for (unsigned i = 0; i < 8; i++) {
		g_autofree char *first = g_strdup_printf("first %02u", i);
		g_autofree char *last = g_strdup_printf("ninth %02u", i);

		native_store(rig, K, first);
		expects_native(&ninth, K, first);
		native_store(&ninth, K + 64 * i, last);
		expects_native(rig, K + 64 * i, last);
		(void)counts(rig);
		assert_true(inner_valid(rig->m));
	}
	rig_free(rig);
}

static void a_snooping_write_leaves_a_line_that_is_not_shareable(void **state)
{
	struct pair *p = *state;
	struct place at = { PLAY_PA, PLAY_PA - FIXTURE_DRAM_PA };

	writes(p->rig, P, "alone");
	writes(p->rig, K + LINE, "share");
	inner_snoop_clean_invalidate(p->rig->m, INNER_EVERY_CPU, at, 2 * LINE);
	expects_line(p->rig, PLAY_PA, "L1 dirty, L2 clean");
	expects_line(p->rig, PLAY_PA + LINE, "L1 -, L2 dirty");
}

/* ---- any program ----------------------------------------------------------------- */

/*
 * Bytes of shareable memory that several CPUs access in any order are those of one flat
 * memory; of memory that is not shareable, each CPU's cache of unlimited history would
 * be needed, so there only the invariants are looked at.
 */
static void random_programs_of_two_cpus_see_one_memory(void **state)
{
	struct pair *p = *state;
	static uint8_t flat[0x4000];
	g_autoptr(GRand) rand = g_rand_new_with_seed(7);

	memset(flat, 0, sizeof(flat));
	for (unsigned i = 0; i < 20000; i++) {
		struct rig *who = g_rand_boolean(rand) ? p->rig : &p->other;
		guint32 at = (guint32)g_rand_int_range(rand, 0, sizeof(flat) - 64);
		guint32 len = (guint32)g_rand_int_range(rand, 1, 64);
		uint8_t bytes[64];

		switch (g_rand_int_range(rand, 0, 6)) {
		case 0: case 1:
			memset(bytes, (int)i, len);
			memset(flat + at, (int)i, len);
			assert_true(cpu_store(who->cpu, K + at, bytes, len, NULL));
			break;
		case 2:
			cpu_enter(who->cpu);
			cpu_before_store(who->cpu, K + at, len, NULL);
			memset(machine_ptr(p->rig->m, K + at), (int)i, len);
			memset(flat + at, (int)i, len);
			cpu_enter(NULL);
			break;
		case 3:
			assert_true(cpu_dc_range(who->cpu, g_rand_boolean(rand) ? DC_CLEAN :
						 DC_CLEAN_INVALIDATE, K + at, len));
			break;
		default:
			assert_true(cpu_load(who->cpu, K + at, bytes, len, NULL));
			assert_memory_equal(bytes, flat + at, len);
			break;
		}
	}
}

static void random_programs_keep_lines_that_diverge_apart(void **state)
{
	struct pair *p = *state;
	g_autoptr(GRand) rand = g_rand_new_with_seed(11);

	for (unsigned i = 0; i < 4000; i++) {
		struct rig *who = g_rand_boolean(rand) ? p->rig : &p->other;
		guint32 at = (guint32)g_rand_int_range(rand, 0, 0x3fc0);
		uint32_t va = (g_rand_boolean(rand) ? P : K) + at;
		guint32 len = (guint32)g_rand_int_range(rand, 1, 64);
		uint8_t bytes[64] = { 0 }, again[64];

		switch (g_rand_int_range(rand, 0, 4)) {
		case 0:
			assert_true(cpu_store(who->cpu, va, bytes, len, NULL));
			break;
		case 1:
			cpu_enter(who->cpu);
			cpu_before_store(who->cpu, va, len, NULL);
			memset(machine_ptr(p->rig->m, va), (int)i, len);
			cpu_enter(NULL);
			assert_true(cpu_load(who->cpu, va, again, len, NULL));
			memset(bytes, (int)i, len);
			assert_memory_equal(bytes, again, len);	/* one's own last write */
			break;
		case 2:
			assert_true(cpu_dc_range(who->cpu, (enum dc_op)g_rand_int_range(rand, 0,
						 3), va, len));
			break;
		default:
			assert_true(cpu_load(who->cpu, va, bytes, len, NULL));
			cpu_enter(who->cpu);
			cpu_before_load(who->cpu, va, len, NULL);
			memcpy(again, machine_ptr(p->rig->m, va), len);
			cpu_enter(NULL);
			assert_memory_equal(bytes, again, len);
			break;
		}
		if (i % 64 == 0) {
			(void)counts(p->rig);
			assert_true(inner_valid(p->rig->m));
		}
	}
}

#define on_two(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_two(a_load_sees_what_another_cpu_stored),
		on_two(plain_accesses_of_two_cpus_agree),
		on_two(a_store_takes_the_only_copy),
		on_two(a_store_to_a_shared_line_keeps_the_other_bytes_dirty),
		on_two(a_load_of_a_peers_line_asks_nobody_below),
		on_two(maintenance_by_address_reaches_the_other_cpu),
		on_two(maintenance_through_a_mapping_that_is_not_shareable_stays_at_home),
		on_two(each_cpu_has_room_of_its_own),
		on_two(without_smp_a_shareable_line_is_not_cached),
		on_two(copies_that_are_not_shareable_diverge),
		on_two(plain_stores_to_copies_that_diverge_stay_apart),
		on_two(write_backs_of_copies_that_diverge_go_over_each_other),
		on_two(a_shareable_access_does_not_see_a_line_that_is_not),
		on_two(a_plain_range_over_lines_of_both_kinds),
		on_two(a_private_line_that_is_evicted_is_written_back),
		on_two(a_snooping_master_does_not_see_a_line_that_is_not_shareable),
		on_two(a_snooping_write_leaves_a_line_that_is_not_shareable),
		cmocka_unit_test(the_ninth_cpu_is_another_than_the_first),
		on_two(random_programs_of_two_cpus_see_one_memory),
		on_two(random_programs_keep_lines_that_diverge_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
