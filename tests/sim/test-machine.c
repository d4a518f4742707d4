/* SPDX-License-Identifier: MIT */
/* Building machines, what their registers say of them, and the fast gear. */
#include "rig.h"
#include "sim/sim.h"

#include <string.h>

static struct machine *build(const struct board *b, enum machine_gear gear)
{
	return machine_new(&(struct machine_config){ .board = b, .gear = gear, .seed = 42 }, NULL);
}

static void a_new_machine_is_in_reset(void **state)
{
	g_autoptr(board) b = fixture_board_a9_pl310();
	g_autoptr(machine) m = build(b, GEAR_EXACT);
	struct machine_counters zero = { .faults = 0 }, c;
	uint32_t word = 1;

	assert_ptr_equal(machine_board(m), b);
	assert_int_equal(machine_gear(m), GEAR_EXACT);
	assert_int_equal(machine_seed(m), 42);
	assert_int_equal(machine_step(m), 0);
	assert_int_equal(machine_nr_cpus(m), 2);
	assert_null(machine_cpu(m, 2));
	assert_int_equal(cpu_index(machine_cpu(m, 1)), 1);
	assert_ptr_equal(cpu_machine(machine_cpu(m, 1)), m);
	assert_int_equal(cpu_cp15_read(machine_cpu(m, 0), CP15_SCTLR), 0);
	machine_count(m, &c);
	assert_memory_equal(&c, &zero, sizeof(c));
	assert_true(cpu_load(machine_cpu(m, 0), FIXTURE_DRAM_PA, &word, 4, NULL));
	assert_int_equal(word, 0);
	assert_null(machine_software(m));
	machine_set_software(m, b);
	assert_ptr_equal(machine_software(m), b);
}

static void sixteen_machines_live_at_once_and_no_more(void **state)
{
	g_autoptr(board) b = fixture_board_a9_pl310();
	g_autoptr(GError) error = NULL;
	struct machine *m[17];

	for (unsigned i = 0; i < 16; i++) {
		m[i] = build(b, i & 1 ? GEAR_FAST : GEAR_EXACT);
		assert_non_null(m[i]);
		assert_ptr_equal(machine_of(machine_ptr(m[i], 0xffffffff)), m[i]);
	}
	m[16] = machine_new(&(struct machine_config){ .board = b }, &error);
	assert_null(m[16]);
	assert_true(g_error_matches(error, BOARD_ERROR, BOARD_ERROR_UNREADABLE));
	machine_free(m[7]);
	m[7] = build(b, GEAR_EXACT);
	assert_non_null(m[7]);
	for (unsigned i = 0; i < 16; i++)
		machine_free(m[i]);
	machine_free(NULL);
}

static void machines_do_not_share_memory(void **state)
{
	struct rig *a = rig_a9(), *b = rig_a9();

	writes(a, K, "of a");
	writes(b, K, "of b");
	expects_read(a, K, "of a");
	expects_read(b, K, "of b");
	rig_free(a);
	rig_free(b);
}

static void a_board_that_cannot_be_built_is_refused(void **state)
{
	g_autoptr(board) b = fixture_board_a9_pl310();
	g_autoptr(GError) error = NULL;

	g_array_set_size(b->banks, 0);
	assert_null(machine_new(&(struct machine_config){ .board = b }, &error));
	assert_true(g_error_matches(error, BOARD_ERROR, BOARD_ERROR_UNSUPPORTED));
}

static void dram_is_where_the_board_says(void **state)
{
	g_autoptr(board) b = fixture_board_a15();
	g_autoptr(machine) m = build(b, GEAR_EXACT);
	char bytes[8] = "";

	assert_true(machine_is_dram(m, 0x80000000, 512u << 20));
	assert_false(machine_is_dram(m, 0x80000000, (512u << 20) + 1));
	assert_false(machine_is_dram(m, 0x7fffffff, 2));
	assert_true(machine_is_dram(m, 0x20fffffff, 1));
	assert_false(machine_is_dram(m, 0x210000000, 1));
	assert_true(machine_peek(m, VIEW_DRAM, 0x200000000, bytes, 8));
	assert_false(machine_peek(m, VIEW_DRAM, 0x20ffffffc, bytes, 8));
}

static void banks_that_touch_are_crossed(void **state)
{
	struct board *b = fixture_board_a9_pl310();
	struct rig *rig;

	/* Two halves of one stretch of memory, as some boot loaders describe it. */
	g_array_index(b->banks, struct board_bank, 0).len = FIXTURE_DRAM_LEN / 2;
	g_array_append_val(b->banks, ((struct board_bank){
		.pa = FIXTURE_DRAM_PA + FIXTURE_DRAM_LEN / 2, .len = FIXTURE_DRAM_LEN / 2 }));
	rig = rig_new(b, &(struct machine_config){ .seed = 0 });
	device_writes(rig, FIXTURE_DRAM_PA + FIXTURE_DRAM_LEN / 2 - 4, "leftright");
	expects_dram(rig, FIXTURE_DRAM_PA + FIXTURE_DRAM_LEN / 2 - 4, "leftright");
	expects_dram(rig, FIXTURE_DRAM_PA + FIXTURE_DRAM_LEN / 2, "right");
	rig_free(rig);
}

/* Values: those of the cores' manuals; A9's CTR and CLIDR differ, see cp15.c. */
static void id_registers_follow_the_geometry(void **state)
{
	g_autoptr(board) a9 = fixture_board_a9_pl310();
	g_autoptr(board) a15 = fixture_board_a15();
	g_autoptr(machine) m9 = build(a9, GEAR_EXACT);
	g_autoptr(machine) m15 = build(a15, GEAR_EXACT);
	struct cpu *c9 = machine_cpu(m9, 0), *c15 = machine_cpu(m15, 0);

	assert_int_equal(cpu_cp15_read(c9, CP15_CCSIDR), 0x701fe019);
	cpu_cp15_write(c9, CP15_CSSELR, 1);
	assert_int_equal(cpu_cp15_read(c9, CP15_CCSIDR), 0x201fe019);
	assert_int_equal(cpu_cp15_read(c9, CP15_CLIDR), 0x09200003);
	assert_int_equal(cpu_cp15_read(c9, CP15_CTR), 0x83338003);
	assert_int_equal(cpu_cp15_read(c9, CP15_ID_MMFR3), 0x00002111);

	assert_int_equal(cpu_cp15_read(c15, CP15_CCSIDR), 0x701fe00a);
	cpu_cp15_write(c15, CP15_CSSELR, 1);
	assert_int_equal(cpu_cp15_read(c15, CP15_CCSIDR), 0x201fe00a);
	cpu_cp15_write(c15, CP15_CSSELR, 2);
	assert_int_equal(cpu_cp15_read(c15, CP15_CCSIDR), 0x707fe07a);
	cpu_cp15_write(c15, CP15_CSSELR, 4);
	assert_int_equal(cpu_cp15_read(c15, CP15_CCSIDR), 0);
	assert_int_equal(cpu_cp15_read(c15, CP15_CLIDR), 0x0a200023);
	assert_int_equal(cpu_cp15_read(c15, CP15_CTR), 0x8444c004);
	assert_int_equal(cpu_cp15_read(c15, CP15_ID_MMFR3), 0x02102211);
}

static void read_only_registers_ignore_writes(void **state)
{
	g_autoptr(board) b = fixture_board_a15();
	g_autoptr(machine) m = build(b, GEAR_EXACT);
	struct cpu *c = machine_cpu(m, 0);
	uint32_t ctr = cpu_cp15_read(c, CP15_CTR);

	cpu_cp15_write(c, CP15_CTR, 0);
	assert_int_equal(cpu_cp15_read(c, CP15_CTR), ctr);
	cpu_cp15_write64(c, CP15_MPIDR, 0);
	assert_int_equal(cpu_cp15_read(c, CP15_MPIDR), 0x80000000);
	cpu_cp15_write(c, CP15_PAR, 0x1234);
	assert_int_equal(cpu_cp15_read(c, CP15_PAR), 0x1234);
}

/* ---- the bus -------------------------------------------------------------------- */

static bool reads_its_offset(void *opaque, struct cpu *c, uint64_t reg, unsigned len,
			     uint64_t *ret_value)
{
	*ret_value = reg;
	return true;
}

static bool remembers(void *opaque, struct cpu *c, uint64_t reg, unsigned len, uint64_t value)
{
	*(uint64_t *)opaque = value;
	return true;
}

static void a_device_answers_once_it_is_on_the_bus(void **state)
{
	static const struct bus_ops ops = { .read = reads_its_offset, .write = remembers };
	struct rig *rig = rig_a9();
	uint64_t written = 0;
	uint32_t word = 0x5a;

	maps(rig, 0x70000000, 0x10000000, 0x1000, DEVICE);
	expects_fault(rig, 0x70000000, false, FAULT_EXTERNAL, 0x008);
	bus_attach(rig->m, &(struct bus_device){
		.pa = 0x10000000, .len = 0x100, .ops = &ops, .opaque = &written });
	assert_true(cpu_store(rig->cpu, 0x70000010, &word, 4, NULL));
	assert_int_equal(written, 0x5a);
	assert_true(cpu_load(rig->cpu, 0x70000010, &word, 4, NULL));
	assert_int_equal(word, 0x10);
	expects_fault(rig, 0x70000100, true, FAULT_EXTERNAL, 0x808);
	rig_free(rig);
}

static void barriers_and_translations_are_counted(void **state)
{
	struct rig *rig = rig_a9();

	cpu_dsb(rig->cpu, BARRIER_SY);
	cpu_dmb(rig->cpu, BARRIER_SY);
	cpu_isb(rig->cpu);
	touches(rig, K);
	touches(rig, K + 8);
	cpu_tlbi(rig->cpu, TLBI_ALL, 0);
	assert_int_equal(counts(rig).barriers, 2);
	assert_int_equal(counts(rig).tlb_fills, 2);	/* K's page and the PL310's */
	assert_int_equal(counts(rig).tlb_invalidations, 1);
	rig_free(rig);
}

/* ---- the fast gear -------------------------------------------------------------- */

static void in_the_fast_gear_all_views_are_dram(void **state)
{
	struct rig *rig = rig_a9_with(GEAR_FAST, CHOOSER_RANDOM, 1);
	char *k = machine_ptr(rig->m, K), *u = machine_ptr(rig->m, U);
	struct window *w = window_of(k);

	assert_true(w->is_plain);
	assert_null(w->page_state);
	memcpy(k, "plain", 5);
	assert_memory_equal(u, "plain", 5);
	expects_device_read(rig, PLAY_PA, "plain");
	device_writes(rig, PLAY_PA, "DEVIC");
	assert_memory_equal(k, "DEVIC", 5);
	writes(rig, K, "store");
	expects_read(rig, U, "store");
	expects_line(rig, PLAY_PA, "L1 -, L2 -");
	assert_int_equal(counts(rig).level[0].filled, 0);
	rig_free(rig);
}

static void in_the_fast_gear_maintenance_only_counts(void **state)
{
	struct rig *fast = rig_a9_with(GEAR_FAST, CHOOSER_NOMINAL, 0);
	struct rig *exact = rig_a9();
	struct rig *both[] = { fast, exact };

	for (unsigned i = 0; i < 2; i++) {
		assert_true(cpu_dc_range(both[i]->cpu, DC_CLEAN, K + 31, 1000));
		assert_true(cpu_dc_range(both[i]->cpu, DC_INVALIDATE, K, 4096));
		assert_true(cpu_dc(both[i]->cpu, DC_CLEAN_INVALIDATE, K));
		pl310_writes(both[i], 0x7b0, PLAY_PA);
		pl310_runs(both[i], 0x77c, 0xff);
		pl310_writes(both[i], 0x730, 0);
	}
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(counts(fast).level[i].cleaned, counts(exact).level[i].cleaned);
		assert_int_equal(counts(fast).level[i].invalidated,
				 counts(exact).level[i].invalidated);
	}
	assert_int_equal(counts(fast).level[0].cleaned, 1 + 1031 / 32 + 1);
	assert_int_equal(counts(fast).outer_syncs, 1);
	rig_free(fast);
	rig_free(exact);
}

static void in_the_fast_gear_a_translation_lives_until_it_is_invalidated(void **state)
{
	struct rig *rig = rig_a9_with(GEAR_FAST, CHOOSER_NOMINAL, 0);
	volatile char *k = machine_ptr(rig->m, K);

	device_writes(rig, PLAY_PA, "1");
	device_writes(rig, PLAY_PA + 0x1000, "2");
	assert_int_equal(*k, '1');
	maps(rig, K, PLAY_PA + 0x1000, 0x1000, CACHED);
	assert_int_equal(*k, '1');
	cpu_tlbi(rig->cpu, TLBI_MVA, K);
	assert_int_equal(*k, '2');
	expects_fault(rig, 0x12345678, true, FAULT_TRANSLATION, 0x805);
	rig_free(rig);
}

/* Stores, maintenance and TLB invalidations of the very pages that the other one uses. */
static gpointer hammers(gpointer data)
{
	struct cpu *c = data;
	volatile char *k = machine_ptr(cpu_machine(c), K);

	cpu_enter(c);
	for (unsigned i = 0; i < 2000; i++) {
		unsigned page = i % 64;

		k[page * 4096 + cpu_index(c)] = (char)('0' + i / 64 % 10);
		cpu_dc_range(c, DC_CLEAN, K, 4096);
		if (i % 10 == 0)
			cpu_tlbi(c, TLBI_MVA, K + page * 4096);
	}
	cpu_enter(NULL);
	return NULL;
}

static void boots_second_cpu_like_the_first(struct rig *rig)
{
	for (enum cp15_reg reg = CP15_SCTLR; reg < CP15_DFSR; reg++)
		cpu_cp15_write(machine_cpu(rig->m, 1), reg, cpu_cp15_read(rig->cpu, reg));
}

static void in_the_fast_gear_threads_run_in_parallel(void **state)
{
	struct rig *rig = rig_a9_with(GEAR_FAST, CHOOSER_NOMINAL, 0);
	GThread *threads[2];

	boots_second_cpu_like_the_first(rig);
	for (unsigned i = 0; i < 2; i++)
		threads[i] = g_thread_new("cpu", hammers, machine_cpu(rig->m, i));
	for (unsigned i = 0; i < 2; i++)
		g_thread_join(threads[i]);
	expects_dram(rig, PLAY_PA, "11");		/* 2000 is 31 rounds and 16 pages */
	expects_dram(rig, PLAY_PA + 63 * 4096, "00");
	assert_int_equal(counts(rig).level[0].cleaned, 2 * 2000 * 4096 / 32);
	assert_int_equal(counts(rig).tlb_invalidations, 2 * 200);
	rig_free(rig);
}

static void a_thread_is_the_cpu_that_it_entered(void **state)
{
	struct rig *rig = rig_a9();

	assert_null(cpu_enter(machine_cpu(rig->m, 1)));
	assert_ptr_equal(cpu_current(), machine_cpu(rig->m, 1));
	assert_ptr_equal(cpu_enter(rig->cpu), machine_cpu(rig->m, 1));
	rig_free(rig);
	assert_null(cpu_current());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_machine_is_in_reset),
		cmocka_unit_test(sixteen_machines_live_at_once_and_no_more),
		cmocka_unit_test(machines_do_not_share_memory),
		cmocka_unit_test(a_board_that_cannot_be_built_is_refused),
		cmocka_unit_test(dram_is_where_the_board_says),
		cmocka_unit_test(banks_that_touch_are_crossed),
		cmocka_unit_test(id_registers_follow_the_geometry),
		cmocka_unit_test(read_only_registers_ignore_writes),
		cmocka_unit_test(a_device_answers_once_it_is_on_the_bus),
		cmocka_unit_test(barriers_and_translations_are_counted),
		cmocka_unit_test(in_the_fast_gear_all_views_are_dram),
		cmocka_unit_test(in_the_fast_gear_maintenance_only_counts),
		cmocka_unit_test(in_the_fast_gear_a_translation_lives_until_it_is_invalidated),
		cmocka_unit_test(in_the_fast_gear_threads_run_in_parallel),
		cmocka_unit_test(a_thread_is_the_cpu_that_it_entered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
