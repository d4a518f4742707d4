/* SPDX-License-Identifier: MIT */
/*
 * Short descriptors of ARMv7: who may do what, PAR, where and how a walk reads. Facts: DDI
 * 0406C, B3.5, B3.7, B3.13, B4.1.112 and B4.1.154. See test-mmu.c for the rest.
 */
#include "rig.h"

#define MIB		(1u << 20)
#define VA		0x12300000u	/* its MiB is unmapped in a new rig */

#define SCTLR_A		(1u << 1)
#define SCTLR_WXN	(1u << 19)
#define SCTLR_UWXN	(1u << 20)
#define SCTLR_EE	(1u << 25)

#define SECTION		2u
#define SECTION_AP(n)	(((uint32_t)(n) & 3) << 10 | ((uint32_t)(n) >> 2) << 15)
#define SECTION_XN	(1u << 4)
#define SECTION_PXN	(1u << 0)
#define SECTION_S	(1u << 16)
#define SUPER		(1u << 18)
#define TABLE_PXN	(1u << 2)
#define LARGE		1u
#define SMALL		2u
#define LARGE_XN	(1u << 15)
#define SMALL_XN	(1u << 0)
#define PAGE_AP(n)	(((uint32_t)(n) & 3) << 4 | ((uint32_t)(n) >> 2) << 9)
#define DOMAIN(n)	((uint32_t)(n) << 5)

#define TTBR_IRGN_0	(1u << 6)
#define TTBR_RGN_WBWA	(1u << 3)
#define TTBR_IRGN_1	(1u << 0)	/* without multiprocessing: C */

static struct core_part part;

static int setup(void **state)
{
	*state = rig_a9();
	return 0;
}

static int setup_a15(void **state)
{
	*state = rig_new(fixture_board_a15(), &(struct machine_config){ .seed = 0 });
	return 0;
}

/* An A9 whose walker reads L1, as that of the fixture does not. */
static int setup_a9_in_l1(void **state)
{
	struct board *b = fixture_board_a9_pl310();

	part = *((struct board_cpu *)g_ptr_array_index(b->cpus, 0))->part;
	part.walks_in_l1 = true;
	for (unsigned i = 0; i < b->cpus->len; i++)
		((struct board_cpu *)g_ptr_array_index(b->cpus, i))->part = &part;
	*state = rig_new(b, &(struct machine_config){ .seed = 0 });
	return 0;
}

/* An A15 without its multiprocessing extensions, whose walker reads L1 all the same. */
static int setup_up(void **state)
{
	struct board *b = fixture_board_a15();

	g_ptr_array_remove_index(b->cpus, 1);
	part = *((struct board_cpu *)g_ptr_array_index(b->cpus, 0))->part;
	part.is_mp = false;
	((struct board_cpu *)g_ptr_array_index(b->cpus, 0))->part = &part;
	*state = rig_new(b, &(struct machine_config){ .seed = 0 });
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

static void sets_sctlr(struct rig *rig, uint32_t more)
{
	cpu_cp15_write(rig->cpu, CP15_SCTLR, SCTLR_M | SCTLR_C | SCTLR_TRE | more);
}

static uint32_t par_of(struct rig *rig, enum ats_op op, uint32_t va)
{
	assert_true(cpu_ats(rig->cpu, op, va));
	assert_int_equal(cpu_cp15_read64(rig->cpu, CP15_PAR) >> 32, 0);
	return cpu_cp15_read(rig->cpu, CP15_PAR);
}

/* ---- who may do what --------------------------------------------------------- */

/* "rwx rwx": privileged, then user. */
static void expects_perms(struct rig *rig, uint32_t va, const char *want)
{
	char got[] = "--- ---";

	for (unsigned i = 0; i < 6; i++) {
		struct walk_ask ask = {
			.is_user = i / 3, .is_write = i % 3 == 1, .is_fetch = i % 3 == 2,
		};
		struct translation t = cpu_walk(rig->cpu, va, ask);

		if (t.fault.kind == FAULT_NONE)
			got[i + i / 3] = "rwx"[i % 3];
		else
			assert_int_equal(t.fault.kind, FAULT_PERMISSION);
	}
	if (strcmp(got, want))
		fail_msg("va %#x is [%s], expected [%s]", va, got, want);
}

struct perms_row {
	uint32_t sctlr, desc;
	const char *want;
};

static void expects_rows(struct rig *rig, const struct perms_row *rows, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		sets_sctlr(rig, rows[i].sctlr);
		writes_level1(rig, VA, FIXTURE_DRAM_PA | SECTION | rows[i].desc);
		expects_perms(rig, VA, rows[i].want);
	}
}

static void ap_binds_both_privileges(void **state)
{
	static const struct perms_row rows[] = {
		{ 0, SECTION_AP(0), "--- ---" }, { 0, SECTION_AP(1), "rwx ---" },
		{ 0, SECTION_AP(2), "rwx r-x" }, { 0, SECTION_AP(3), "rwx rwx" },
		{ 0, SECTION_AP(4), "--- ---" }, { 0, SECTION_AP(5), "r-x ---" },
		{ 0, SECTION_AP(6), "r-x r-x" }, { 0, SECTION_AP(7), "r-x r-x" },
		{ SCTLR_AFE, SECTION_AP(1), "rwx ---" }, { SCTLR_AFE, SECTION_AP(3), "rwx rwx" },
		{ SCTLR_AFE, SECTION_AP(5), "r-x ---" }, { SCTLR_AFE, SECTION_AP(7), "r-x r-x" },
		{ 0, SECTION_AP(3) | SECTION_XN, "rw- rw-" },
	};

	expects_rows(*state, rows, G_N_ELEMENTS(rows));
}

static void pxn_wxn_and_uwxn_bind_fetches_where_the_core_has_them(void **state)
{
	static const struct perms_row rows[] = {
		{ 0, SECTION_AP(3) | SECTION_PXN, "rw- rwx" },
		{ 0, SECTION_AP(6) | SECTION_PXN, "r-- r-x" },
		{ SCTLR_WXN, SECTION_AP(1), "rw- ---" },
		{ SCTLR_WXN, SECTION_AP(2), "rw- r-x" },
		{ SCTLR_WXN, SECTION_AP(3), "rw- rw-" },
		{ SCTLR_WXN, SECTION_AP(7), "r-x r-x" },
		{ SCTLR_UWXN, SECTION_AP(2), "rwx r-x" },
		{ SCTLR_UWXN, SECTION_AP(3), "rw- rwx" },
	};

	expects_rows(*state, rows, G_N_ELEMENTS(rows));
}

static void a_cortex_a9_has_neither_pxn_nor_wxn(void **state)
{
	static const struct perms_row rows[] = {
		{ SCTLR_WXN | SCTLR_UWXN, SECTION_AP(3), "rwx rwx" },
	};

	expects_rows(*state, rows, G_N_ELEMENTS(rows));
	writes_level2(*state, VA + MIB, FIXTURE_DRAM_PA | SMALL | PAGE_AP(3));
	writes_level1(*state, VA, (((struct rig *)*state)->next_table_pa - 0x400) | 1 | TABLE_PXN);
	expects_perms(*state, VA, "rwx rwx");
}

static void xn_sits_where_each_size_keeps_it(void **state)
{
	struct rig *rig = *state;
	uint32_t table;

	writes_level2(rig, VA, FIXTURE_DRAM_PA | SMALL | PAGE_AP(3) | SMALL_XN);
	expects_perms(rig, VA, "rw- rw-");
	writes_level2(rig, VA, FIXTURE_DRAM_PA | SMALL | PAGE_AP(3));
	expects_perms(rig, VA, "rwx rwx");
	for (uint32_t i = 0; i < 16; i++)
		writes_level2(rig, VA + i * 0x1000, FIXTURE_DRAM_PA | LARGE | PAGE_AP(3) |
						    LARGE_XN);
	expects_perms(rig, VA, "rw- rw-");
	for (uint32_t i = 0; i < 16; i++)
		writes_level2(rig, VA + i * 0x1000, FIXTURE_DRAM_PA | LARGE | PAGE_AP(3));
	table = rig->next_table_pa - 0x400;
	expects_perms(rig, VA, "rwx rwx");
	writes_level1(rig, VA, table | 1 | TABLE_PXN);
	expects_perms(rig, VA, "rw- rwx");
}

static void a_manager_may_do_anything(void **state)
{
	struct rig *rig = *state;

	cpu_cp15_write(rig->cpu, CP15_DACR, 3u << 10 | 1);
	writes_level1(rig, VA, FIXTURE_DRAM_PA | SECTION | DOMAIN(5) | SECTION_XN | SECTION_PXN);
	expects_perms(rig, VA, "rwx rwx");
	sets_sctlr(rig, SCTLR_AFE);			/* but for the access flag */
	assert_int_equal(cpu_translate(rig->cpu, VA, false).fault.dfsr, 0x053);
}

static void a_fetch_tells_neither_direction_nor_domain(void **state)
{
	struct rig *rig = *state;
	struct walk_ask fetch = { .is_fetch = true };
	struct translation t;

	cpu_cp15_write(rig->cpu, CP15_DACR, 1u << 10 | 1);
	writes_level1(rig, VA, FIXTURE_DRAM_PA | SECTION | DOMAIN(5) | SECTION_XN |
			       SECTION_AP(3));
	t = cpu_walk(rig->cpu, VA, fetch);
	assert_true(t.fault.is_fetch);
	assert_int_equal(t.fault.dfsr, 0x00d);
	cpu_cp15_write(rig->cpu, CP15_DACR, 1);
	assert_int_equal(cpu_walk(rig->cpu, VA, fetch).fault.dfsr, 0x009);
	assert_int_equal(cpu_walk(rig->cpu, VA + MIB, fetch).fault.dfsr, 0x005);
}

static void fetches_need_no_mmu(void **state)
{
	struct rig *rig = *state;
	char got[5] = "";

	device_writes(rig, PLAY_PA, "code");
	assert_true(cpu_fetch(rig->cpu, K, got, 4, NULL));
	assert_string_equal(got, "code");
	maps(rig, K, PLAY_PA, 4096, DEVICE);
	cpu_tlbi(rig->cpu, TLBI_ALL, 0);
	assert_false(cpu_fetch(rig->cpu, K, got, 4, NULL));
	device_writes(rig, PLAY_PA, "boot");
	cpu_cp15_write(rig->cpu, CP15_SCTLR, 0);
	assert_true(cpu_fetch(rig->cpu, PLAY_PA, got, 4, NULL));
	assert_string_equal(got, "boot");
	assert_false(cpu_fetch(rig->cpu, 0x1000, got, 4, NULL));
	assert_int_equal(cpu_cp15_read(rig->cpu, CP15_IFSR), 0x008);
	assert_int_equal(cpu_cp15_read(rig->cpu, CP15_IFAR), 0x1000);
}

static void sctlr_a_forbids_what_is_not_aligned(void **state)
{
	struct rig *rig = *state;
	char bytes[8];

	assert_true(cpu_load(rig->cpu, K + 1, bytes, 4, NULL));
	sets_sctlr(rig, SCTLR_A);
	expects_fault(rig, K + 1, false, FAULT_ALIGNMENT, 0x001);
	expects_fault(rig, K + 2, true, FAULT_ALIGNMENT, 0x801);
	assert_false(cpu_load(rig->cpu, K + 1, bytes, 2, NULL));
	assert_false(cpu_load(rig->cpu, K + 4, bytes, 8, NULL));
	assert_true(cpu_load(rig->cpu, K + 2, bytes, 2, NULL));
	assert_true(cpu_load(rig->cpu, K + 1, bytes, 7, NULL));		/* bytes, one by one */
	expects_fault(rig, VA + 1, false, FAULT_ALIGNMENT, 0x001);	/* before translation */
}

/* ---- PAR ------------------------------------------------------------------------ */

static void par_tells_place_and_kind(void **state)
{
	struct rig *rig = *state;
	uint32_t pa = FIXTURE_DRAM_PA;
	static const struct {
		uint32_t n;		/* TEX[0]:C:B */
		uint32_t par;		/* not shareable: Inner, Outer */
	} kinds[] = {
		{ 0, 0x090 }, { 1, 0x000 }, { 2, 0x068 }, { 3, 0x07c }, { 4, 0x030 },
		{ 7, 0x054 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		uint32_t n = kinds[i].n, desc = SECTION | SECTION_AP(1) | (n & 3) << 2 |
						(n >> 2) << 12;
		uint32_t nos = kinds[i].n ? 0x480 : 0x080;	/* SH; Linux: inner only */

		writes_level1(rig, VA, pa | desc);
		assert_int_equal(par_of(rig, ATS1CPR, VA + 0x12345), pa | 0x12000 | kinds[i].par);
		writes_level1(rig, VA, pa | desc | SECTION_S);
		assert_int_equal(par_of(rig, ATS1CPW, VA), pa | kinds[i].par | nos);
	}
	cpu_cp15_write(rig->cpu, CP15_PRRR, LINUX_PRRR & 0x00ffffff);	/* outer, too */
	assert_int_equal(par_of(rig, ATS1CPW, VA), pa | 0x054 | 0x080);
	assert_true(cpu_translate(rig->cpu, VA, true).attrs.is_outer_shareable);
}

/* Linux's NMRR has the same in both halves. */
static void inner_and_outer_are_two_fields(void **state)
{
	struct rig *rig = *state;
	uint32_t cb = 3u << 2;
	struct mem_attrs a;

	cpu_cp15_write(rig->cpu, CP15_NMRR, 2u << 6 | 1u << 22);		/* n = 3 */
	writes_level1(rig, VA, FIXTURE_DRAM_PA | SECTION | SECTION_AP(1) | cb);
	a = cpu_translate(rig->cpu, VA, false).attrs;
	assert_int_equal(a.inner, CACHE_WT);
	assert_int_equal(a.outer, CACHE_WBWA);
	assert_int_equal(par_of(rig, ATS1CPR, VA), FIXTURE_DRAM_PA | 6 << 4 | 1 << 2);
}

static void par_of_a_supersection_has_40_bits(void **state)
{
	struct rig *rig = *state;

	for (uint32_t i = 0; i < 16; i++)
		writes_level1(rig, VA + i * MIB, 0x98u << 24 | 2u << 20 | 5u << 5 | SUPER |
						 SECTION | SECTION_AP(1) | 1u << 2);
	assert_int_equal(par_of(rig, ATS1CPR, VA + 0x12345), 0x98520002);
	cpu_cp15_write(rig->cpu, CP15_SCTLR, SCTLR_C);		/* flat: no supersection */
	assert_int_equal(par_of(rig, ATS1CUW, 0x98765432), 0x98765090);
}

static void par_tells_faults(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(par_of(rig, ATS1CPR, VA), 0x00b);
	writes_level2(rig, VA, FIXTURE_DRAM_PA | SMALL | PAGE_AP(1));
	assert_int_equal(par_of(rig, ATS1CPW, VA + 0x1000), 0x00f);
	assert_int_equal(par_of(rig, ATS1CUR, VA), 0x01f);
	assert_int_equal(par_of(rig, ATS1CPR, VA), FIXTURE_DRAM_PA | 0x090);
	writes_level2(rig, VA, FIXTURE_DRAM_PA | SMALL | PAGE_AP(2));
	assert_int_equal(par_of(rig, ATS1CUR, VA), FIXTURE_DRAM_PA | 0x090);
	assert_int_equal(par_of(rig, ATS1CUW, VA), 0x01f);
	sets_sctlr(rig, SCTLR_AFE);
	assert_int_equal(par_of(rig, ATS1CUW, VA), 0x00d);
	cpu_cp15_write(rig->cpu, CP15_DACR, 0);
	sets_sctlr(rig, 0);
	assert_int_equal(par_of(rig, ATS1CPR, VA), 0x017);
}

static void an_abort_of_the_walk_is_not_an_answer(void **state)
{
	struct rig *rig = *state;

	cpu_cp15_write(rig->cpu, CP15_PAR, 0x12345);
	writes_level1(rig, VA, 0x00001001);
	assert_false(cpu_ats(rig->cpu, ATS1CPW, VA + 4));
	assert_int_equal(cpu_cp15_read(rig->cpu, CP15_PAR), 0x12345);
	assert_int_equal(cpu_cp15_read(rig->cpu, CP15_DFSR), 0x80e);
	assert_int_equal(cpu_cp15_read(rig->cpu, CP15_DFAR), VA + 4);
	assert_int_equal(cpu_last_fault(rig->cpu).kind, FAULT_WALK_EXTERNAL);
}

/* ---- reading tables ---------------------------------------------------------------- */

static void ee_turns_descriptors_round(void **state)
{
	struct rig *rig = *state;

	writes_level1(rig, VA, __builtin_bswap32(FIXTURE_DRAM_PA | SECTION | SECTION_AP(1)));
	assert_int_equal(cpu_translate(rig->cpu, VA, false).fault.kind, FAULT_TRANSLATION);
	sets_sctlr(rig, SCTLR_EE);
	assert_int_equal(cpu_translate(rig->cpu, VA, false).pa, FIXTURE_DRAM_PA);
}

/* Is a descriptor that is dirty in L1 seen by walks with these bits in TTBR0? */
static bool is_seen(struct rig *rig, uint32_t ttbr_bits)
{
	uint32_t table_va = 0x70000000u, desc = FIXTURE_DRAM_PA | SECTION | SECTION_AP(1);

	maps(rig, table_va, rig->table_pa, 0x4000, CACHED);
	assert_true(cpu_store(rig->cpu, table_va + (VA >> 20) * 4, &desc, sizeof(desc), NULL));
	cpu_cp15_write(rig->cpu, CP15_TTBR0, rig->table_pa | ttbr_bits);
	return cpu_translate(rig->cpu, VA, false).fault.kind == FAULT_NONE;
}

static void irgn_of_two_bits_leads_a_walk_through_l1(void **state)
{
	struct rig *rig = *state;

	assert_false(is_seen(rig, 0));
	assert_true(is_seen(rig, TTBR_IRGN_0));
	assert_true(is_seen(rig, TTBR_IRGN_1));
	assert_true(is_seen(rig, TTBR_IRGN_0 | TTBR_IRGN_1));
	cpu_cp15_write(rig->cpu, CP15_SCTLR, SCTLR_M | SCTLR_TRE);	/* caches off: around */
	assert_int_equal(cpu_translate(rig->cpu, VA, false).fault.kind, FAULT_TRANSLATION);
}

static void without_multiprocessing_one_bit_says_cacheable(void **state)
{
	struct rig *rig = *state;

	assert_false(is_seen(rig, TTBR_IRGN_0));
	assert_true(is_seen(rig, TTBR_IRGN_1));
}

static void rgn_leads_a_walk_through_level_2_or_around_it(void **state)
{
	struct rig *rig = *state;

	maps(rig, PL310_VA, FIXTURE_PL310_PA, 4096, DEVICE);
	pl310_writes(rig, 0x100, 1);
	assert_true(is_seen(rig, TTBR_IRGN_0));
	cleans(rig, 0x70000000u + (VA >> 20) * 4);	/* as far as the PL310, which keeps it */
	invalidates(rig, 0x70000000u + (VA >> 20) * 4);
	assert_int_equal(cpu_translate(rig->cpu, VA, false).fault.kind, FAULT_TRANSLATION);
	cpu_cp15_write(rig->cpu, CP15_TTBR0, rig->table_pa | TTBR_IRGN_0 | TTBR_RGN_WBWA);
	assert_int_equal(cpu_translate(rig->cpu, VA, false).fault.kind, FAULT_NONE);
	cpu_cp15_write(rig->cpu, CP15_TTBR0, rig->table_pa | TTBR_RGN_WBWA);
	assert_int_equal(cpu_translate(rig->cpu, VA, false).fault.kind, FAULT_NONE);
}

/* ---- who the core says it is ----------------------------------------------------------- */

static void cores_tell_their_names_and_features(void **state)
{
	struct rig *a9 = rig_a9(), *a15 = *state;

	assert_int_equal(cpu_cp15_read(a9->cpu, CP15_MIDR), 0x410fc090);
	assert_int_equal(cpu_cp15_read(machine_cpu(a9->m, 1), CP15_MPIDR), 0x80000001);
	assert_int_equal(cpu_cp15_read(a9->cpu, CP15_ID_MMFR0), 0x00100103);
	assert_int_equal(cpu_cp15_read(a9->cpu, CP15_ID_MMFR2), 0x01230000);
	assert_int_equal(cpu_cp15_read(a9->cpu, CP15_TLBTR), 0);
	assert_int_equal(cpu_cp15_read(a15->cpu, CP15_MIDR), 0x410fc0f0);
	assert_int_equal(cpu_cp15_read(a15->cpu, CP15_ID_MMFR0) & 0xf, 5);
	assert_int_equal(cpu_cp15_read(a15->cpu, CP15_ID_MMFR2), 0x01240000);
	cpu_cp15_write(a15->cpu, CP15_MIDR, 0);
	assert_int_equal(cpu_cp15_read(a15->cpu, CP15_MIDR), 0x410fc0f0);
	rig_free(a9);
}

#define walk(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)
#define walk_a15(name)	cmocka_unit_test_setup_teardown(name, setup_a15, teardown)
#define walk_a9_in_l1(name) \
	cmocka_unit_test_setup_teardown(name, setup_a9_in_l1, teardown)
#define walk_up(name)	cmocka_unit_test_setup_teardown(name, setup_up, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		walk(ap_binds_both_privileges),
		walk_a15(pxn_wxn_and_uwxn_bind_fetches_where_the_core_has_them),
		walk(a_cortex_a9_has_neither_pxn_nor_wxn),
		walk_a15(xn_sits_where_each_size_keeps_it),
		walk_a15(a_manager_may_do_anything),
		walk(a_fetch_tells_neither_direction_nor_domain),
		walk(fetches_need_no_mmu),
		walk(sctlr_a_forbids_what_is_not_aligned),
		walk(par_tells_place_and_kind),
		walk(inner_and_outer_are_two_fields),
		walk_a15(par_of_a_supersection_has_40_bits),
		walk(par_tells_faults),
		walk(an_abort_of_the_walk_is_not_an_answer),
		walk(ee_turns_descriptors_round),
		walk_a15(irgn_of_two_bits_leads_a_walk_through_l1),
		walk_a9_in_l1(rgn_leads_a_walk_through_level_2_or_around_it),
		walk_up(without_multiprocessing_one_bit_says_cacheable),
		walk_a15(cores_tell_their_names_and_features),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
