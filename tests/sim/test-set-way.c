/* SPDX-License-Identifier: MIT */
/*
 * Maintenance by set and way, of whole caches, to the point of unification, and the
 * registers by which software learns of shapes. Facts: DDI 0406C, B4.1.19, B4.1.20,
 * B4.1.42, B4.2.1; DDI 0198D, 2.3.3 and 2.3.8; the cores' TRMs.
 */
#include "rig.h"

#include <string.h>
#include "sim/sim.h"

/* The Cortex-A9 of the rig: 4 ways of 256 sets of 32 bytes. */
#define SET(n)	((n) << 5)
#define WAY(n)	((uint32_t)(n) << 30)

static int setup(void **state)
{
	*state = rig_a9();
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

static void a_clean_by_set_and_way_writes_one_line_back(void **state)
{
	struct rig *rig = *state;

	writes(rig, K + 0x40, "set 2");		/* empty ways are filled from 0 up */
	cpu_dc_set_way(rig->cpu, DC_CLEAN, SET(2) | WAY(1));
	expects_line(rig, PLAY_PA + 0x40, "L1 dirty, L2 clean");
	cpu_dc_set_way(rig->cpu, DC_CLEAN, SET(3) | WAY(0));
	expects_line(rig, PLAY_PA + 0x40, "L1 dirty, L2 clean");
	cpu_dc_set_way(rig->cpu, DC_CLEAN, SET(2) | WAY(0));
	expects_line(rig, PLAY_PA + 0x40, "L1 clean, L2 dirty");
	assert_int_equal(counts(rig).level[0].cleaned, 3);
}

static void an_invalidate_by_set_and_way_loses_a_dirty_line(void **state)
{
	struct rig *rig = *state;

	writes(rig, K, "lost");
	writes(rig, K + 0x2000, "kept");	/* the same set, way 1 */
	cpu_dc_set_way(rig->cpu, DC_INVALIDATE, SET(0) | WAY(0));
	expects_read(rig, K, "");
	expects_read(rig, K + 0x2000, "kept");
	cpu_dc_set_way(rig->cpu, DC_CLEAN_INVALIDATE, SET(0) | WAY(1));
	expects_line(rig, PLAY_PA + 0x2000, "L1 -, L2 dirty");
	assert_int_equal(counts(rig).level[0].dropped, 1);
}

static void a_pl310_is_no_level_of_set_and_way(void **state)
{
	struct rig *rig = *state;

	writes(rig, K, "bytes");
	cleans(rig, K);
	for (uint32_t way = 0; way < 4; way++)
		cpu_dc_set_way(rig->cpu, DC_CLEAN_INVALIDATE, WAY(way) | 1 << 1);
	expects_line(rig, PLAY_PA, "L1 clean, L2 dirty");
}

static void other_cpus_keep_what_they_have(void **state)
{
	struct rig *rig = *state, other = rig_of_cpu(rig, 1);

	writes(rig, K, "mine");
	cpu_dc_all(other.cpu, DC_CLEAN_INVALIDATE);
	expects_line(rig, PLAY_PA, "L1 dirty, L2 clean");
	cpu_dc_all(rig->cpu, DC_CLEAN_INVALIDATE);
	expects_line(rig, PLAY_PA, "L1 -, L2 dirty");
}

/* As v7_flush_dcache_all does it: every level to LoC that CLIDR and CCSIDR tell of. */
static void flushes_all(struct cpu *c)
{
	uint32_t clidr = cpu_cp15_read(c, CP15_CLIDR);

	for (uint32_t level = 0; level < (clidr >> 24 & 7); level++) {
		cpu_cp15_write(c, CP15_CSSELR, level << 1);

		uint32_t id = cpu_cp15_read(c, CP15_CCSIDR);
		uint32_t last_way = id >> 3 & 0x3ff, last_set = id >> 13 & 0x7fff;
		unsigned way_shift = (unsigned)__builtin_clz(last_way);

		for (uint32_t way = 0; way <= last_way; way++)
			for (uint32_t set = 0; set <= last_set; set++)
				cpu_dc_set_way(c, DC_CLEAN_INVALIDATE, level << 1 |
					       way << way_shift | set << ((id & 7) + 4));
	}
}

static void the_loop_over_clidr_and_ccsidr_empties_every_level(void **state)
{
	struct rig *rig = rig_new(fixture_board_a15(), &(struct machine_config){ .seed = 3 });

	maps(rig, K, PLAY_PA, 0x40000, CACHED);
	for (uint32_t at = 0; at < 0x40000; at += 52)
		writes(rig, K + at, "dirty");
	flushes_all(rig->cpu);
	for (uint32_t at = 0; at < 0x40000; at += 64)
		expects_line(rig, PLAY_PA + at, "L1 -, L2 -");
	for (uint32_t at = 0; at < 0x40000; at += 52)
		expects_dram(rig, PLAY_PA + at, "dirty");
	assert_true(inner_valid(rig->m) && outer_valid(rig->m));
	rig_free(rig);
}

static void values_that_name_nothing_do_no_harm(void **state)
{
	struct rig *rig = *state;
	g_autoptr(GRand) rand = g_rand_new_with_seed(1);

	writes(rig, K, "some");
	for (unsigned i = 0; i < 5000; i++)
		cpu_dc_set_way(rig->cpu, (enum dc_op)g_rand_int_range(rand, 0, 4),
			       g_rand_int(rand));
	assert_true(inner_valid(rig->m));
}

/* ---- whole caches, as v5 and v6 have it -------------------------------------- */

static void whole_cache_operations_do_all_lines(void **state)
{
	struct rig *rig = *state;

	for (uint32_t at = 0; at < 0x1000; at += 32)
		writes(rig, K + at, "dirty");
	cpu_dc_all(rig->cpu, DC_CLEAN);
	expects_line(rig, PLAY_PA + 0xfe0, "L1 clean, L2 dirty");
	writes(rig, K, "again");
	cpu_dc_all(rig->cpu, DC_INVALIDATE);
	expects_line(rig, PLAY_PA, "L1 -, L2 dirty");
	expects_read(rig, K, "dirty");
	assert_int_equal(counts(rig).level[0].cleaned, 1024);
	assert_int_equal(counts(rig).level[0].invalidated, 1024);
}

static void test_and_clean_ends_when_no_line_is_dirty(void **state)
{
	struct rig *rig = *state;
	unsigned nr = 0;

	for (uint32_t at = 0; at < 10 * 32; at += 32)
		writes(rig, K + at, "dirty");
	do {
		nr++;
		assert_true(nr <= 10);
	} while (!(cpu_dc_test_clean(rig->cpu, false) & 1u << 30));
	assert_int_equal(nr, 10);
	expects_line(rig, PLAY_PA, "L1 clean, L2 dirty");
	writes(rig, K, "dirty");
	assert_int_equal(cpu_dc_test_clean(rig->cpu, true), 1u << 30);
	expects_line(rig, PLAY_PA, "L1 -, L2 dirty");
	expects_line(rig, PLAY_PA + 64, "L1 -, L2 dirty");
}

/* ---- the point of unification -------------------------------------------------- */

static void a_clean_to_the_point_of_unification_leaves_level_2_dirty(void **state)
{
	struct rig *rig = rig_new(fixture_board_a15(), &(struct machine_config){ .seed = 0 });

	maps(rig, K, PLAY_PA, 0x1000, CACHED);
	writes(rig, K, "code?");
	assert_true(cpu_dc_range(rig->cpu, DC_CLEAN_POU, K, 5));
	expects_line(rig, PLAY_PA, "L1 clean, L2 dirty");
	expects_dram(rig, PLAY_PA, "");
	assert_int_equal(counts(rig).level[0].cleaned, 1);
	assert_int_equal(counts(rig).level[1].cleaned, 0);
	cleans(rig, K);
	expects_dram(rig, PLAY_PA, "code?");
	rig_free(rig);
}

/* ---- ranges ---------------------------------------------------------------------- */

/* Pages that hold nothing to do are told by their summary, and counted all the same. */
static void a_range_is_counted_whether_or_not_anything_is_held(void **state)
{
	struct rig *rig = *state;

	writes(rig, K + 0x5008, "in the middle");
	assert_true(cpu_dc_range(rig->cpu, DC_CLEAN, K + 16, 0x10000 - 16));
	assert_int_equal(counts(rig).level[0].cleaned, 0x10000 / 32);
	assert_int_equal(counts(rig).level[0].written_back, 1);
	expects_line(rig, PLAY_PA + 0x5000, "L1 clean, L2 dirty");
	assert_true(cpu_dc_range(rig->cpu, DC_INVALIDATE, K, 0x10000));
	expects_line(rig, PLAY_PA + 0x5000, "L1 -, L2 dirty");
}

/* ---- what registers say -------------------------------------------------------------- */

#define KIB	1024u

struct shape {
	struct cache_geometry g;
	bool wt_is_nc;
	uint32_t ccsidr;
};

static struct cpu *cpu_with(struct core_part *part, struct machine **ret_m)
{
	struct board *b = fixture_board_of(part, 1);
	struct cpu *c;

	*ret_m = machine_new(&(struct machine_config){ .board = b }, NULL);
	assert_non_null(*ret_m);
	c = machine_cpu(*ret_m, 0);
	machine_set_software(*ret_m, b);
	return c;
}

static void done_with(struct machine *m)
{
	struct board *b = machine_software(m);

	machine_free(m);
	board_free(b);
}

static void ccsidr_of_the_cores_is_that_of_their_manuals(void **state)
{
	static const struct shape shapes[] = {
		/* A9 and A5; A7 and A17; A15; A8 with 16 KiB */
		{ { 32 * KIB, 32, 4, .write_allocate = true }, true, 0x701fe019 },
		{ { 32 * KIB, 64, 4, .write_allocate = true }, true, 0x700fe01a },
		{ { 32 * KIB, 64, 2, .write_allocate = true }, true, 0x701fe00a },
		{ { 16 * KIB, 64, 4 }, false, 0xe007e01a },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
		struct core_part part = {
			.compatible = "test", .name = "test", .arch = 7, .is_modelled = true,
			.l1d = shapes[i].g, .wt_is_nc = shapes[i].wt_is_nc,
			.l1i = { 32 * KIB, 32, 2 }, .tables = TABLES_V7,
			.l2 = { 512 * KIB, 64, 8, .write_allocate = true },
		};
		struct machine *m;
		struct cpu *c = cpu_with(&part, &m);

		assert_int_equal(cpu_cp15_read(c, CP15_CCSIDR), shapes[i].ccsidr);
		cpu_cp15_write(c, CP15_CSSELR, 1);
		assert_int_equal(cpu_cp15_read(c, CP15_CCSIDR), 0x203fe009);	/* A7's */
		cpu_cp15_write(c, CP15_CSSELR, 2);
		assert_int_equal(cpu_cp15_read(c, CP15_CCSIDR) & 0x0fffffff, 0x007fe03a);
		cpu_cp15_write(c, CP15_CSSELR, 4);
		assert_int_equal(cpu_cp15_read(c, CP15_CCSIDR), 0);
		assert_int_equal(cpu_cp15_read(c, CP15_CLIDR), 0x0a200023);
		done_with(m);
	}
}

static void ctr_says_how_instruction_caches_are_indexed(void **state)
{
	static const struct {
		uint8_t indexing;
		uint16_t l1d_line, l1i_line;
		uint32_t ctr;
	} ctrs[] = {
		{ INDEX_PIPT, 64, 64, 0x8444c004 },	/* A15 */
		{ INDEX_VIPT, 64, 32, 0x84448003 },	/* A7 */
		{ INDEX_VIPT, 32, 32, 0x83338003 },	/* A9 r2 and later */
	};

	for (size_t i = 0; i < G_N_ELEMENTS(ctrs); i++) {
		struct core_part part = {
			.compatible = "test", .name = "test", .arch = 7, .is_modelled = true,
			.l1d = { 32 * KIB, ctrs[i].l1d_line, 4 },
			.l1i = { 32 * KIB, ctrs[i].l1i_line, 2 }, .tables = TABLES_V7,
			.l1i_indexing = ctrs[i].indexing,
		};
		struct machine *m;
		struct cpu *c = cpu_with(&part, &m);

		assert_int_equal(cpu_cp15_read(c, CP15_CTR), ctrs[i].ctr);
		done_with(m);
	}
}

/* DDI 0198D, Table 2-9: 16 KiB each, 4 ways, 8 words a line. ARM1176: P from 32 KiB on. */
static void ctr_of_older_cores_has_their_format(void **state)
{
	static const struct {
		int arch;
		uint8_t indexing;
		uint32_t kib, ctr;
	} ctrs[] = {
		{ 5, INDEX_VIVT, 16, 0x1d152152 },
		{ 6, INDEX_VIPT, 16, 0x1d152152 },
		{ 6, INDEX_VIPT, 32, 0x1d992992 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(ctrs); i++) {
		struct core_part part = {
			.compatible = "test", .name = "test", .arch = ctrs[i].arch,
			.is_modelled = true, .l1d = { ctrs[i].kib * KIB, 32, 4 },
			.l1i = { ctrs[i].kib * KIB, 32, 4 }, .tables = TABLES_V7,
			.l1i_indexing = ctrs[i].indexing, .l1d_indexing = ctrs[i].indexing,
		};
		struct machine *m;
		struct cpu *c = cpu_with(&part, &m);

		assert_int_equal(cpu_cp15_read(c, CP15_CTR), ctrs[i].ctr);
		assert_int_equal(cpu_cp15_read(c, CP15_CLIDR), 0);
		done_with(m);
	}
}

#define on_a9(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_a9(a_clean_by_set_and_way_writes_one_line_back),
		on_a9(an_invalidate_by_set_and_way_loses_a_dirty_line),
		on_a9(a_pl310_is_no_level_of_set_and_way),
		on_a9(other_cpus_keep_what_they_have),
		cmocka_unit_test(the_loop_over_clidr_and_ccsidr_empties_every_level),
		on_a9(values_that_name_nothing_do_no_harm),
		on_a9(whole_cache_operations_do_all_lines),
		on_a9(test_and_clean_ends_when_no_line_is_dirty),
		cmocka_unit_test(a_clean_to_the_point_of_unification_leaves_level_2_dirty),
		on_a9(a_range_is_counted_whether_or_not_anything_is_held),
		cmocka_unit_test(ccsidr_of_the_cores_is_that_of_their_manuals),
		cmocka_unit_test(ctr_says_how_instruction_caches_are_indexed),
		cmocka_unit_test(ctr_of_older_cores_has_their_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
