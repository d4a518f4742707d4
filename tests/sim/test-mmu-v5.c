/* SPDX-License-Identifier: MIT */
/*
 * Short descriptors before ARMv7: subpages, fine tables, SCTLR.S, R and XP. Facts: DDI
 * 0100I, B4.7; DDI 0198D, 3.2; DDI 0301H, 6.11.
 *
 * The cores are an A9 whose part says otherwise: only what the walker asks matters.
 */
#include "rig.h"

#define MIB		(1u << 20)
#define VA		0x12300000u	/* its MiB is unmapped in a new rig */
#define DOMAIN(n)	((uint32_t)(n) << 5)

#define SCTLR_S		(1u << 8)
#define SCTLR_R		(1u << 9)

#define COARSE		1u
#define SECTION		2u
#define FINE		3u
#define LARGE		1u
#define SMALL		2u
#define EXTENDED	3u		/* in a coarse table... */
#define TINY		3u		/* ...and in a fine one */
#define C_BIT		(1u << 3)
#define B_BIT		(1u << 2)
#define AP(n)		((uint32_t)(n) << 4)
#define AP4(a3, a2, a1, a0) ((a3) << 10 | (a2) << 8 | (a1) << 6 | (a0) << 4)
#define SECTION_AP(n)	((uint32_t)(n) << 10)

#define NR_V5_ASKS	4

static struct core_part part;

static struct rig *rig_of_v5_or_v6(int arch, enum table_format tables)
{
	struct board *b = fixture_board_a9_pl310();
	struct rig *rig;

	part = *((struct board_cpu *)g_ptr_array_index(b->cpus, 0))->part;
	part.arch = arch;
	part.tables = tables;
	part.is_mp = false;
	for (unsigned i = 0; i < b->cpus->len; i++)
		((struct board_cpu *)g_ptr_array_index(b->cpus, i))->part = &part;
	rig = rig_new(b, &(struct machine_config){ .seed = 0 });
	cpu_cp15_write(rig->cpu, CP15_SCTLR, SCTLR_M | SCTLR_C);
	return rig;
}

static int setup_v5(void **state)
{
	*state = rig_of_v5_or_v6(5, TABLES_V5);
	return 0;
}

static int setup_v6(void **state)
{
	*state = rig_of_v5_or_v6(6, TABLES_V6);
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

static void sets_sctlr(struct rig *rig, uint32_t more)
{
	cpu_cp15_write(rig->cpu, CP15_SCTLR, SCTLR_M | SCTLR_C | more);
}

/* A table of 1024 entries for VA's MiB; its address. */
static uint32_t makes_fine_table(struct rig *rig)
{
	uint32_t pa = (rig->next_table_pa + 0xfff) & ~0xfffu;

	rig->next_table_pa = pa + 0x1000;
	writes_level1(rig, VA, pa | FINE);
	return pa;
}

static struct translation translates(struct rig *rig, uint32_t va)
{
	struct translation t = cpu_translate(rig->cpu, va, false);

	if (t.fault.kind != FAULT_NONE)
		fail_msg("va %#x does not translate: FSR %#x", va, t.fault.dfsr);
	return t;
}

static void expects_leaf(struct rig *rig, uint32_t va, uint64_t pa, uint32_t va_first,
			 uint32_t len)
{
	struct translation t = translates(rig, va);

	assert_int_equal(t.pa, pa);
	assert_int_equal(t.va_first, va_first);
	assert_int_equal(t.len, len);
}

/* "rw rw": privileged, then user. */
static void expects_perms(struct rig *rig, uint32_t va, const char *want)
{
	static const struct walk_ask asks[NR_V5_ASKS] = {
		{}, { .is_write = true }, { .is_user = true },
		{ .is_user = true, .is_write = true },
	};
	char got[] = "-- --";

	for (unsigned i = 0; i < NR_V5_ASKS; i++)
		if (cpu_walk(rig->cpu, va, asks[i]).fault.kind == FAULT_NONE)
			got[i + i / 2] = asks[i].is_write ? 'w' : 'r';
	if (strcmp(got, want))
		fail_msg("va %#x is [%s], expected [%s]", va, got, want);
}

/* ---- leaves ---------------------------------------------------------------- */

static void every_size_of_page_translates(void **state)
{
	struct rig *rig = *state;
	uint32_t fine;

	writes_level1(rig, VA, 0x81200000u | SECTION | SECTION_AP(1));
	expects_leaf(rig, VA + 0x45678, 0x81245678, VA, MIB);
	writes_level1(rig, VA, 0);
	writes_level2(rig, VA + 0x3000, 0x81203000u | SMALL | AP4(1, 1, 1, 1));
	expects_leaf(rig, VA + 0x3abc, 0x81203abc, VA + 0x3000, 0x1000);
	writes_level2(rig, VA + 0x4000, 0x81204000u | EXTENDED | AP(1));
	expects_leaf(rig, VA + 0x4abc, 0x81204abc, VA + 0x4000, 0x1000);
	for (uint32_t i = 0; i < 16; i++)
		writes_level2(rig, VA + 0x10000 + i * 0x1000,
			      0x81210000u | LARGE | AP4(1, 1, 1, 1));
	expects_leaf(rig, VA + 0x1abcd, 0x8121abcd, VA + 0x10000, 0x10000);

	fine = makes_fine_table(rig);
	writes_descriptor(rig, fine + 4 * 4, 0x81201400u | TINY | AP(1));
	expects_leaf(rig, VA + 0x1234, 0x81201634, VA + 0x1000, 0x400);
	for (uint32_t i = 0; i < 4; i++)
		writes_descriptor(rig, fine + (8 + i) * 4, 0x81203000u | SMALL | AP4(1, 1, 1, 1));
	expects_leaf(rig, VA + 0x2fff, 0x81203fff, VA + 0x2000, 0x1000);
}

static void the_quarters_of_a_large_page_are_four_of_16_kib(void **state)
{
	struct rig *rig = *state;

	for (uint32_t i = 0; i < 16; i++)
		writes_level2(rig, VA + i * 0x1000, 0x81210000u | LARGE | AP4(3, 2, 1, 0));
	cpu_cp15_write(rig->cpu, CP15_DACR, 1);
	assert_int_equal(cpu_translate(rig->cpu, VA, false).fault.dfsr, 0x00f);
	expects_leaf(rig, VA + 0x4567, 0x81214567, VA + 0x4000, 0x4000);
	expects_perms(rig, VA + 0x3fff, "-- --");
	expects_perms(rig, VA + 0x4000, "rw --");
	expects_perms(rig, VA + 0x8000, "rw r-");
	expects_perms(rig, VA + 0xc000, "rw rw");
	touches(rig, VA + 0x4000);
	expects_fault(rig, VA + 0x3000, true, FAULT_PERMISSION, 0x00f);	/* no WnR before v6 */
}

static void the_quarters_of_a_small_page_bind_accesses(void **state)
{
	struct rig *rig = *state;

	sets_sctlr(rig, SCTLR_S);			/* AP = 0 is read-only */
	writes_level2(rig, VA, PLAY_PA | SMALL | AP4(0, 1, 0, 3));
	expects_perms(rig, VA + 0x000, "rw rw");
	expects_perms(rig, VA + 0x400, "r- --");
	expects_perms(rig, VA + 0x800, "rw --");
	expects_perms(rig, VA + 0xfff, "r- --");
	writes(rig, VA + 0x3fc, "abcd");
	touches(rig, VA + 0x400);
	expects_fault(rig, VA + 0x400, true, FAULT_PERMISSION, 0x00f);
	writes(rig, VA + 0x800, "efgh");
	expects_read(rig, VA + 0x800, "efgh");
	expects_fault(rig, VA + 0xc00, true, FAULT_PERMISSION, 0x00f);
	assert_false(cpu_store(rig->cpu, VA + 0x3fc, "12345678", 8, NULL));
	expects_read(rig, VA + 0x3fc, "1234");		/* as far as it could get */
}

static void four_tiny_pages_side_by_side_are_a_page(void **state)
{
	struct rig *rig = *state;
	uint32_t fine = makes_fine_table(rig);

	for (uint32_t i = 0; i < 4; i++)
		writes_descriptor(rig, fine + i * 4,
				  (PLAY_PA + i * 0x400) | TINY | C_BIT | B_BIT | AP(i));
	expects_leaf(rig, VA + 0x7ff, PLAY_PA + 0x7ff, VA, 0x1000);
	writes(rig, VA + 0x400, "tiny");
	expects_read(rig, VA + 0x400, "tiny");
	expects_fault(rig, VA, false, FAULT_PERMISSION, 0x00f);
}

static void tiny_pages_apart_are_known_to_a_walk_only(void **state)
{
	struct rig *rig = *state;
	uint32_t fine = makes_fine_table(rig);

	writes_descriptor(rig, fine, PLAY_PA | TINY | AP(1));
	expects_leaf(rig, VA + 0x123, PLAY_PA + 0x123, VA, 0x400);
	expects_fault(rig, VA + 0x400, false, FAULT_TRANSLATION, 0x007);
	expects_fault(rig, VA, false, FAULT_EXTERNAL, 0x008);
	assert_false(cpu_dc(rig->cpu, DC_CLEAN, VA));
}

static void tiny_pages_of_different_kinds_are_no_page(void **state)
{
	struct rig *rig = *state;
	uint32_t fine = makes_fine_table(rig);

	for (uint32_t i = 0; i < 4; i++)
		writes_descriptor(rig, fine + i * 4, (PLAY_PA + i * 0x400) | TINY | AP(1) |
						     (i == 2 ? C_BIT : 0));
	expects_leaf(rig, VA + 0x400, PLAY_PA + 0x400, VA + 0x400, 0x400);
	assert_int_equal(translates(rig, VA + 0x800).attrs.inner, CACHE_WT);
}

/* A compiler's hook, which knows of pages only, must come and ask each time. */
static void quarters_are_not_for_the_fast_path(void **state)
{
	struct rig *rig = *state;
	const struct window *w = window_of(machine_window(rig->m));

	writes_level2(rig, VA, PLAY_PA | SMALL | C_BIT | B_BIT | AP4(1, 1, 1, 1));
	cpu_before_load(rig->cpu, VA + 0x400, 4, NULL);
	assert_non_null(w->page_state[VA >> 12]);
	writes_level2(rig, VA, PLAY_PA | SMALL | C_BIT | B_BIT | AP4(1, 1, 1, 0));
	cpu_tlbi(rig->cpu, TLBI_ALL, 0);
	cpu_before_load(rig->cpu, VA + 0x400, 4, NULL);
	assert_null(w->page_state[VA >> 12]);
}

/* ---- permissions ------------------------------------------------------------- */

static void s_and_r_say_what_ap_0_means(void **state)
{
	struct rig *rig = *state;

	writes_level1(rig, VA, 0x81200000u | SECTION);
	expects_perms(rig, VA, "-- --");
	sets_sctlr(rig, SCTLR_S);
	expects_perms(rig, VA, "r- --");
	sets_sctlr(rig, SCTLR_R);
	expects_perms(rig, VA, "r- r-");
	sets_sctlr(rig, SCTLR_S | SCTLR_R);		/* reserved */
	expects_perms(rig, VA, "-- --");
}

static void a_change_of_s_reaches_held_translations(void **state)
{
	struct rig *rig = *state;

	writes_level1(rig, VA, PLAY_PA | SECTION);
	sets_sctlr(rig, SCTLR_S);
	touches(rig, VA);
	sets_sctlr(rig, 0);
	expects_fault(rig, VA, false, FAULT_PERMISSION, 0x00d);
}

static void bits_of_armv7_mean_nothing(void **state)
{
	struct rig *rig = *state;
	struct translation t;

	/* nG, S, APX and XN, and the access flag of an SCTLR that has none. */
	sets_sctlr(rig, SCTLR_AFE | SCTLR_TRE);
	writes_level1(rig, VA, 0x81200000u | SECTION | SECTION_AP(2) | 7 << 15 | 1 << 4 |
			       C_BIT | B_BIT);
	expects_perms(rig, VA, "rw r-");
	t = cpu_walk(rig->cpu, VA, (struct walk_ask){ .is_fetch = true });
	assert_int_equal(t.fault.kind, FAULT_NONE);
	assert_int_equal(t.attrs.inner, CACHE_WB);
	assert_false(t.attrs.is_shareable);
	assert_false(t.is_non_global);
	cpu_cp15_write(rig->cpu, CP15_TTBCR, 1);	/* there is one TTBR */
	assert_int_equal(cpu_cp15_read(rig->cpu, CP15_TTBCR), 0);
}

static void c_and_b_are_all_that_says_of_what_kind(void **state)
{
	struct rig *rig = *state;
	static const uint8_t want[4][2] = {
		{ MEM_STRONGLY_ORDERED, CACHE_NONE }, { MEM_DEVICE, CACHE_NONE },
		{ MEM_NORMAL, CACHE_WT }, { MEM_NORMAL, CACHE_WB },
	};

	for (uint32_t cb = 0; cb < 4; cb++) {
		struct translation t;

		writes_level2(rig, VA, PLAY_PA | SMALL | cb << 2 | AP4(1, 1, 1, 1));
		t = translates(rig, VA);
		assert_int_equal(t.attrs.type, want[cb][0]);
		assert_int_equal(t.attrs.inner, want[cb][1]);
	}
}

static void uncached_memory_takes_any_access(void **state)
{
	struct rig *rig = *state;

	writes_level2(rig, VA, PLAY_PA | SMALL | AP4(1, 1, 1, 1));
	writes(rig, VA + 1, "odd");
	expects_read(rig, VA + 1, "odd");
}

static void domains_and_missing_entries_fault_as_ever(void **state)
{
	struct rig *rig = *state;

	expects_fault(rig, VA, true, FAULT_TRANSLATION, 0x005);
	writes_level1(rig, VA, 0x81200000u | SECTION | DOMAIN(5) | SECTION_AP(3));
	expects_fault(rig, VA, false, FAULT_DOMAIN, 0x059);
	writes_level1(rig, VA, 0);
	writes_level2(rig, VA, PLAY_PA | SMALL | AP4(3, 3, 3, 3));
	expects_fault(rig, VA + 0x1000, false, FAULT_TRANSLATION, 0x007);
	writes_level1(rig, VA, 0x00001000u | FINE | DOMAIN(2));
	expects_fault(rig, VA, true, FAULT_WALK_EXTERNAL, 0x02e);
}

static void every_alias_is_found(void **state)
{
	struct rig *rig = *state;
	struct translation t[8];
	uint32_t fine;

	assert_int_equal(cpu_find_aliases(rig->cpu, PLAY_PA + 0x456, t, 8), 0);
	writes_level1(rig, VA - MIB, (PLAY_PA & ~(MIB - 1)) | SECTION | SECTION_AP(1));
	for (uint32_t i = 0; i < 16; i++)
		writes_level2(rig, VA - 2 * MIB + i * 0x1000,
			      (PLAY_PA & ~0xffffu) | LARGE | AP4(1, 1, 2, 3));
	fine = makes_fine_table(rig);
	writes_descriptor(rig, fine + 7 * 4, (PLAY_PA + 0x400) | TINY | AP(1));
	writes_descriptor(rig, fine + 8 * 4, (PLAY_PA + 0x800) | TINY | AP(1));
	assert_int_equal(cpu_find_aliases(rig->cpu, PLAY_PA + 0x456, t, 8), 3);
	assert_int_equal(t[0].va_first, VA - 2 * MIB);
	assert_int_equal(t[0].len, 0x4000);
	assert_int_equal(t[1].va_first, VA - MIB);
	assert_int_equal(t[2].va_first, VA + 0x1c00);
	assert_int_equal(t[2].len, 0x400);
}

/* ---- ARMv6 ----------------------------------------------------------------------- */

static void xp_chooses_the_format(void **state)
{
	struct rig *rig = *state;
	struct walk_ask fetch = { .is_fetch = true };

	/* AP3..1 of one format, nG, S, APX and TEX of the other. */
	writes_level2(rig, VA, PLAY_PA | EXTENDED | AP(1) | 1 << 9 | 1 << 10 | 1 << 11);
	expects_perms(rig, VA, "rw --");
	assert_int_equal(cpu_walk(rig->cpu, VA, fetch).fault.kind, FAULT_NONE);
	assert_false(translates(rig, VA).is_non_global);
	sets_sctlr(rig, SCTLR_XP);
	expects_perms(rig, VA, "r- --");
	assert_int_equal(cpu_walk(rig->cpu, VA, fetch).fault.dfsr, 0x00f);
	assert_true(translates(rig, VA).is_non_global);
}

static void a_change_of_xp_reaches_held_translations(void **state)
{
	struct rig *rig = *state;

	writes_level2(rig, VA, PLAY_PA | EXTENDED | AP(1) | 1 << 9);
	writes(rig, VA, "free");
	sets_sctlr(rig, SCTLR_XP);
	expects_fault(rig, VA, true, FAULT_PERMISSION, 0x80f);
}

static void v6_has_tex_and_supersections_in_both_formats(void **state)
{
	struct rig *rig = *state;

	for (uint32_t xp = 0; xp < 2; xp++) {
		sets_sctlr(rig, xp ? SCTLR_XP : 0);
		writes_level2(rig, VA, PLAY_PA | EXTENDED | AP(1) | 1 << 6 | C_BIT | B_BIT);
		assert_int_equal(translates(rig, VA).attrs.inner, CACHE_WBWA);
		writes_level1(rig, VA + 16 * MIB, 0x85000000u | SECTION | 1u << 18 |
						   SECTION_AP(1) | 1u << 12);
		expects_leaf(rig, VA + 16 * MIB, 0x85000000u + (VA & 0xffffff),
			     (VA + 16 * MIB) & 0xff000000, 16 * MIB);
		assert_int_equal(translates(rig, VA + 16 * MIB).attrs.type, MEM_NORMAL);
	}
}

static void v6_has_no_fine_tables(void **state)
{
	struct rig *rig = *state;

	makes_fine_table(rig);
	expects_fault(rig, VA, true, FAULT_TRANSLATION, 0x805);
	sets_sctlr(rig, SCTLR_XP);
	expects_fault(rig, VA, true, FAULT_TRANSLATION, 0x805);
}

static void s_and_r_are_heard_in_both_formats(void **state)
{
	struct rig *rig = *state;

	writes_level1(rig, VA, 0x81200000u | SECTION);
	sets_sctlr(rig, SCTLR_XP | SCTLR_R);
	expects_perms(rig, VA, "r- r-");
	sets_sctlr(rig, SCTLR_XP);
	expects_perms(rig, VA, "-- --");
	sets_sctlr(rig, SCTLR_XP | SCTLR_AFE | SCTLR_R);	/* with AFE there is no AP = 0 */
	writes_level1(rig, VA, 0x81200000u | SECTION | SECTION_AP(1));
	expects_perms(rig, VA, "rw --");
}

#define v5(name)	cmocka_unit_test_setup_teardown(name, setup_v5, teardown)
#define v6(name)	cmocka_unit_test_setup_teardown(name, setup_v6, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		v5(every_size_of_page_translates),
		v5(the_quarters_of_a_large_page_are_four_of_16_kib),
		v5(the_quarters_of_a_small_page_bind_accesses),
		v5(four_tiny_pages_side_by_side_are_a_page),
		v5(tiny_pages_apart_are_known_to_a_walk_only),
		v5(tiny_pages_of_different_kinds_are_no_page),
		v5(quarters_are_not_for_the_fast_path),
		v5(s_and_r_say_what_ap_0_means),
		v5(a_change_of_s_reaches_held_translations),
		v5(bits_of_armv7_mean_nothing),
		v5(c_and_b_are_all_that_says_of_what_kind),
		v5(uncached_memory_takes_any_access),
		v5(domains_and_missing_entries_fault_as_ever),
		v5(every_alias_is_found),
		v6(xp_chooses_the_format),
		v6(a_change_of_xp_reaches_held_translations),
		v6(v6_has_tex_and_supersections_in_both_formats),
		v6(v6_has_no_fine_tables),
		v6(s_and_r_are_heard_in_both_formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
