/* SPDX-License-Identifier: MIT */
/*
 * Long descriptors, by cpu_walk(), real accesses and PAR. Facts: DDI 0406C, B3.6, B3.7,
 * B3.13.3 and B4.1.112; constants of Linux's proc-v7-3level.
 *
 * The tables: one of four entries for all of TTBR0, and what a test hangs below it.
 */
#include "rig.h"

#define MIB		(1u << 20)
#define GIB		(1u << 30)
#define HIGH_PA		0x200000000ull		/* the A15's second bank: 256 MiB */

/* Linux's own values. */
#define LINUX_MAIR0	0xeeaa4400u
#define LINUX_MAIR1	0xff000004u

#define EAE		(1u << 31)
#define T0SZ(n)		((uint32_t)(n))
#define T1SZ(n)		((uint32_t)(n) << 16)
#define EPD0		(1u << 7)
#define EPD1		(1u << 23)
#define A1		(1u << 22)
#define IRGN0(n)	((uint32_t)(n) << 8)
#define IRGN1(n)	((uint32_t)(n) << 24)

#define SCTLR_WXN	(1u << 19)
#define SCTLR_UWXN	(1u << 20)
#define SCTLR_EE	(1u << 25)

#define TABLE		3ull
#define PAGE		3ull
#define BLOCK		1ull
#define ATTR(n)		((uint64_t)(n) << 2)
#define AP(n)		((uint64_t)(n) << 6)	/* AP[2:1] */
#define SH(n)		((uint64_t)(n) << 8)
#define AF		(1ull << 10)
#define NG		(1ull << 11)
#define PXN		(1ull << 53)
#define XN		(1ull << 54)
#define AP_TABLE(n)	((uint64_t)(n) << 61)
#define XN_TABLE	(1ull << 60)
#define PXN_TABLE	(1ull << 59)

#define CACHED_PAGE	(PAGE | AF | ATTR(7))
#define CACHED_BLOCK	(BLOCK | AF | ATTR(7))

/* Table memory, in the rig's reserve. */
#define LEVEL1		(FIXTURE_DRAM_PA + FIXTURE_DRAM_LEN - MIB / 2)
#define LEVEL2		(LEVEL1 + 0x1000)
#define LEVEL3		(LEVEL1 + 0x2000)
#define OTHER		(LEVEL1 + 0x3000)

static void writes64(struct rig *rig, uint64_t pa, uint64_t desc)
{
	assert_int_equal(master_write(rig->debug, pa, &desc, sizeof(desc)).kind, MASTER_OK);
}

static void sets_ttbcr(struct rig *rig, uint32_t value)
{
	cpu_cp15_write(rig->cpu, CP15_TTBCR, EAE | value);
}

static void sets_sctlr(struct rig *rig, uint32_t more)
{
	cpu_cp15_write(rig->cpu, CP15_SCTLR, SCTLR_M | SCTLR_C | more);
}

static int setup(void **state)
{
	struct rig *rig = rig_new(fixture_board_a15(), &(struct machine_config){ .seed = 0 });

	cpu_cp15_write(rig->cpu, CP15_MAIR0, LINUX_MAIR0);
	cpu_cp15_write(rig->cpu, CP15_MAIR1, LINUX_MAIR1);
	cpu_cp15_write(rig->cpu, CP15_DACR, 0);		/* there are no domains */
	cpu_cp15_write64(rig->cpu, CP15_TTBR0, LEVEL1);
	cpu_cp15_write64(rig->cpu, CP15_TTBR1, OTHER);
	sets_ttbcr(rig, 0);
	sets_sctlr(rig, 0);
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

static struct translation translates(struct rig *rig, uint32_t va)
{
	struct translation t = cpu_translate(rig->cpu, va, false);

	if (t.fault.kind != FAULT_NONE)
		fail_msg("va %#x does not translate: DFSR %#x", va, t.fault.dfsr);
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

/* The page at va 0x40000000 hangs on LEVEL3, its table at LEVEL2. */
static void maps_page(struct rig *rig, uint64_t table1, uint64_t table2, uint64_t desc)
{
	writes64(rig, LEVEL1 + 8, LEVEL2 | TABLE | table1);
	writes64(rig, LEVEL2, LEVEL3 | TABLE | table2);
	writes64(rig, LEVEL3, desc);
	cpu_tlbi(rig->cpu, TLBI_ALL, 0);
}

static uint64_t par_of(struct rig *rig, enum ats_op op, uint32_t va)
{
	assert_true(cpu_ats(rig->cpu, op, va));
	return cpu_cp15_read64(rig->cpu, CP15_PAR);
}

/* ---- sizes and regions -------------------------------------------------- */

static void each_level_has_its_leaf(void **state)
{
	struct rig *rig = *state;

	writes64(rig, LEVEL1 + 2 * 8, 0x80000000ull | CACHED_BLOCK);
	expects_leaf(rig, 0x81234567, 0x81234567, 0x80000000, GIB);
	maps_page(rig, 0, 0, PLAY_PA | CACHED_PAGE);
	expects_leaf(rig, 0x40000123, PLAY_PA + 0x123, 0x40000000, 0x1000);
	writes64(rig, LEVEL2 + 511 * 8, (HIGH_PA + 2 * MIB) | CACHED_BLOCK);
	expects_leaf(rig, 0x7fffffff, HIGH_PA + 4 * MIB - 1, 0x7fe00000, 2 * MIB);
	writes64(rig, LEVEL3 + 511 * 8, 0xfffffff000ull | CACHED_PAGE);
	expects_leaf(rig, 0x401ff004, 0xfffffff004ull, 0x401ff000, 0x1000);
}

static void bytes_go_through_every_size_of_leaf(void **state)
{
	struct rig *rig = *state;

	writes64(rig, LEVEL1 + 2 * 8, 0x80000000ull | CACHED_BLOCK);
	maps_page(rig, 0, 0, PLAY_PA | CACHED_PAGE);
	writes64(rig, LEVEL2 + 8, (PLAY_PA & ~(2ull * MIB - 1)) | CACHED_BLOCK);
	writes(rig, 0x40000000, "page");
	expects_read(rig, 0x80000000 + (PLAY_PA & (GIB - 1)), "page");
	expects_read(rig, 0x40200000 + (PLAY_PA & (2 * MIB - 1)), "page");
	cpu_tlbi(rig->cpu, TLBI_MVA, 0xbffff000);	/* any address drops the whole block */
	writes64(rig, LEVEL1 + 2 * 8, 0);
	expects_fault(rig, 0x80000000 + (PLAY_PA & (GIB - 1)), false, FAULT_TRANSLATION, 0x205);
}

static void memory_above_4_gib_holds_bytes(void **state)
{
	struct rig *rig = *state;
	char got[5] = "";

	maps_page(rig, 0, 0, HIGH_PA | CACHED_PAGE);
	writes(rig, 0x40000000, "high");
	expects_read(rig, 0x40000000, "high");
	cleans(rig, 0x40000000);
	assert_true(machine_peek(rig->m, VIEW_DRAM, HIGH_PA, got, 4));
	assert_string_equal(got, "high");
}

static void t0sz_and_t1sz_cut_the_address_space(void **state)
{
	struct rig *rig = *state;
	static const struct {
		uint32_t ttbcr, va;
		uint64_t entry_pa;	/* 0: in neither half */
		uint32_t block;		/* bytes that an entry of that table spans */
	} rows[] = {
		{ 0,                  0x00000000, LEVEL1, GIB },
		{ 0,                  0xffffffff, LEVEL1 + 3 * 8, GIB },
		{ T0SZ(1),            0x7fffffff, LEVEL1 + 8, GIB },
		{ T0SZ(1),            0x80000000, OTHER + 2 * 8, GIB },
		{ T0SZ(1) | T1SZ(1),  0xc0000000, OTHER + 8, GIB },
		{ T1SZ(1),            0x7fffffff, LEVEL1 + 8, GIB },
		{ T1SZ(1),            0x80000000, OTHER, GIB },
		{ T1SZ(2),            0xbfffffff, LEVEL1 + 2 * 8, GIB },
		{ T1SZ(2),            0xc0000000, OTHER, 2 * MIB },
		{ T1SZ(2),            0xffe00000, OTHER + 511 * 8, 2 * MIB },
		{ T0SZ(2) | T1SZ(2),  0x3fffffff, LEVEL1 + 511 * 8, 2 * MIB },
		{ T0SZ(2) | T1SZ(2),   0x40000000, 0 },
		{ T0SZ(2) | T1SZ(2),   0xbfffffff, 0 },
		{ T0SZ(7),            0x01ffffff, LEVEL1 + 15 * 8, 2 * MIB },
		{ T0SZ(7),            0x02000000, OTHER, GIB },
		{ T0SZ(7) | T1SZ(7),  0xfe000000, OTHER, 2 * MIB },
		{ T0SZ(7) | T1SZ(7),  0xffffffff, OTHER + 15 * 8, 2 * MIB },
		{ T0SZ(7) | T1SZ(7),   0xfdffffff, 0 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		uint32_t va = rows[i].va;
		struct translation t;

		sets_ttbcr(rig, rows[i].ttbcr);
		if (rows[i].entry_pa)
			writes64(rig, rows[i].entry_pa, 0x80000000ull | CACHED_BLOCK);
		t = cpu_translate(rig->cpu, va, false);
		if ((t.fault.kind == FAULT_NONE) != !!rows[i].entry_pa)
			fail_msg("row %zu, va %#x: DFSR %#x", i, va, t.fault.dfsr);
		if (!rows[i].entry_pa) {
			assert_int_equal(t.fault.dfsr, 0x205);
			continue;
		}
		assert_int_equal(t.pa, 0x80000000 | (va & (rows[i].block - 1)));
		writes64(rig, rows[i].entry_pa, 0);
		assert_int_equal(cpu_translate(rig->cpu, va, false).fault.kind,
				 FAULT_TRANSLATION);
	}
}

static void a_block_does_not_reach_past_its_half(void **state)
{
	struct rig *rig = *state;

	sets_ttbcr(rig, T1SZ(3));	/* TTBR1 has the upper half of the last GiB */
	writes64(rig, LEVEL1 + 3 * 8, 0x80000000ull | CACHED_BLOCK);
	expects_leaf(rig, 0xc0345678, 0x80345678, 0xc0200000, 2 * MIB);
	touches(rig, 0xc0345678);
	assert_int_equal(cpu_translate(rig->cpu, 0xe0000000, false).fault.dfsr, 0x206);
}

static void a_forbidden_half_is_a_level_1_fault(void **state)
{
	struct rig *rig = *state;

	writes64(rig, LEVEL1, 0x80000000ull | CACHED_BLOCK);
	writes64(rig, OTHER + 8, 0x80000000ull | CACHED_BLOCK);
	sets_ttbcr(rig, T0SZ(1) | T1SZ(1));
	touches(rig, 0);
	touches(rig, 0xc0000000);
	sets_ttbcr(rig, T0SZ(1) | T1SZ(1) | EPD0);
	expects_fault(rig, 0, true, FAULT_TRANSLATION, 0xa05);
	touches(rig, 0xc0000000);
	sets_ttbcr(rig, T0SZ(1) | T1SZ(1) | EPD1);
	touches(rig, 0);
	expects_fault(rig, 0xc0000000, false, FAULT_TRANSLATION, 0x205);
}

/* ---- faults ------------------------------------------------------------- */

static void invalid_entries_fault_at_their_level(void **state)
{
	struct rig *rig = *state;

	writes64(rig, LEVEL1 + 8, 2 | AF);
	expects_fault(rig, 0x40000000, false, FAULT_TRANSLATION, 0x205);
	maps_page(rig, 0, 0, 2 | AF);
	expects_fault(rig, 0x40000000, false, FAULT_TRANSLATION, 0x207);
	writes64(rig, LEVEL3, PLAY_PA | AF | 1);	/* a block has no place at level 3 */
	expects_fault(rig, 0x40000000, true, FAULT_TRANSLATION, 0xa07);
	writes64(rig, LEVEL2, 0x80000000 | AF | 2);
	expects_fault(rig, 0x40000000, false, FAULT_TRANSLATION, 0x206);
}

static void the_access_flag_is_always_checked(void **state)
{
	struct rig *rig = *state;

	maps_page(rig, 0, 0, PLAY_PA | PAGE | ATTR(7));
	expects_fault(rig, 0x40000000, false, FAULT_ACCESS_FLAG, 0x20b);
	writes64(rig, LEVEL2 + 8, 0x80000000 | BLOCK | AP(2));
	expects_fault(rig, 0x40200000, true, FAULT_ACCESS_FLAG, 0xa0a);	/* before AP */
	writes64(rig, LEVEL1, 0x80000000 | BLOCK);
	expects_fault(rig, 0, false, FAULT_ACCESS_FLAG, 0x209);
}

static void a_table_outside_memory_is_an_external_abort_of_the_walk(void **state)
{
	struct rig *rig = *state;

	writes64(rig, LEVEL1 + 8, 0x1000 | TABLE);
	expects_fault(rig, 0x40000000, false, FAULT_WALK_EXTERNAL, 0x216);
	writes64(rig, LEVEL1 + 8, LEVEL2 | TABLE);
	writes64(rig, LEVEL2, 0xff00000000ull | TABLE);
	expects_fault(rig, 0x40000000, true, FAULT_WALK_EXTERNAL, 0xa17);
	cpu_cp15_write64(rig->cpu, CP15_TTBR0, 0xff00000000ull);
	expects_fault(rig, 0x40000000, false, FAULT_WALK_EXTERNAL, 0x215);
	maps_page(rig, 0, 0, 0x10000000 | CACHED_PAGE);
	cpu_cp15_write64(rig->cpu, CP15_TTBR0, LEVEL1);
	expects_fault(rig, 0x40000000, true, FAULT_EXTERNAL, 0xa10);
}

/* ---- permissions -------------------------------------------------------- */

/* "rwx rwx": privileged, then user. */
static char *perms_text(struct rig *rig, uint32_t va)
{
	static const struct {
		struct walk_ask ask;
		char letter;
	} asks[] = {
		{ { .is_user = false }, 'r' }, { { .is_write = true }, 'w' },
		{ { .is_fetch = true }, 'x' }, { { .is_user = false }, ' ' },
		{ { .is_user = true }, 'r' }, { { .is_user = true, .is_write = true }, 'w' },
		{ { .is_user = true, .is_fetch = true }, 'x' },
	};
	GString *s = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(asks); i++) {
		struct translation t = cpu_walk(rig->cpu, va, asks[i].ask);

		if (t.fault.kind != FAULT_NONE)
			assert_int_equal(t.fault.kind, FAULT_PERMISSION);
		g_string_append_c(s, asks[i].letter == ' ' ? ' ' :
				  t.fault.kind == FAULT_NONE ? asks[i].letter : '-');
	}
	return g_string_free(s, FALSE);
}

static void permissions_and_what_tables_take_of_them(void **state)
{
	struct rig *rig = *state;
	static const struct {
		uint32_t sctlr;
		uint64_t table1, table2, desc;
		const char *want;
	} rows[] = {
		{ 0, 0, 0, AP(0), "rwx ---" },
		{ 0, 0, 0, AP(1), "rwx rwx" },
		{ 0, 0, 0, AP(2), "r-x ---" },
		{ 0, 0, 0, AP(3), "r-x r-x" },
		{ 0, 0, 0, AP(1) | XN, "rw- rw-" },
		{ 0, 0, 0, AP(1) | PXN, "rw- rwx" },
		{ 0, AP_TABLE(1), 0, AP(1), "rwx ---" },
		{ 0, 0, AP_TABLE(1), AP(1), "rwx ---" },
		{ 0, AP_TABLE(2), 0, AP(1), "r-x r-x" },
		{ 0, 0, AP_TABLE(2), AP(1), "r-x r-x" },
		{ 0, AP_TABLE(2), AP_TABLE(1), AP(1), "r-x ---" },
		{ 0, XN_TABLE, 0, AP(1), "rw- rw-" },
		{ 0, 0, XN_TABLE, AP(1), "rw- rw-" },
		{ 0, PXN_TABLE, 0, AP(1), "rw- rwx" },
		{ 0, 0, PXN_TABLE, AP(3), "r-- r-x" },
		{ SCTLR_WXN, 0, 0, AP(0), "rw- ---" },
		{ SCTLR_WXN, 0, 0, AP(1), "rw- rw-" },
		{ SCTLR_WXN, 0, 0, AP(3), "r-x r-x" },
		{ SCTLR_WXN, AP_TABLE(2), 0, AP(1), "r-x r-x" },
		{ SCTLR_UWXN, 0, 0, AP(0), "rwx ---" },
		{ SCTLR_UWXN, 0, 0, AP(1), "rw- rwx" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *got = NULL;

		sets_sctlr(rig, rows[i].sctlr);
		maps_page(rig, rows[i].table1, rows[i].table2,
			  PLAY_PA | CACHED_PAGE | rows[i].desc);
		got = perms_text(rig, 0x40000000);
		if (strcmp(got, rows[i].want))
			fail_msg("row %zu is [%s], expected [%s]", i, got, rows[i].want);
	}
}

static void real_accesses_obey_and_tell_in_the_long_format(void **state)
{
	struct rig *rig = *state;

	maps_page(rig, 0, 0, PLAY_PA | CACHED_PAGE | AP(2));
	touches(rig, 0x40000000);
	expects_fault(rig, 0x40000004, true, FAULT_PERMISSION, 0xa0f);
	writes64(rig, LEVEL2 + 8, 0x80000000 | CACHED_BLOCK | AP(2));
	touches(rig, 0x40200000);
	expects_fault(rig, 0x40200000, true, FAULT_PERMISSION, 0xa0e);
	writes64(rig, LEVEL1, 0x80000000 | CACHED_BLOCK | AP(2));
	expects_fault(rig, 0x00000000, true, FAULT_PERMISSION, 0xa0d);
}

static void misaligned_accesses_tell_in_the_long_format(void **state)
{
	struct rig *rig = *state;

	maps_page(rig, 0, 0, PLAY_PA | PAGE | AF | ATTR(4));
	touches(rig, 0x40000001);
	expects_fault(rig, 0x40000001, true, FAULT_ALIGNMENT, 0xa21);
}

static void a_fetch_tells_no_direction(void **state)
{
	struct rig *rig = *state;
	struct translation t;

	maps_page(rig, 0, 0, PLAY_PA | CACHED_PAGE | XN);
	t = cpu_walk(rig->cpu, 0x40000000, (struct walk_ask){ .is_fetch = true });
	assert_int_equal(t.fault.dfsr, 0x20f);
	assert_true(t.fault.is_fetch);
}

/* ---- attributes --------------------------------------------------------- */

static const char *cacheability(unsigned c)
{
	static const char *const names[] = { "NC", "WBWA", "WT", "WB" };

	return names[c];
}

static char *attrs_text(struct mem_attrs a)
{
	const char *s = !a.is_shareable ? "" : a.is_outer_shareable ? " outer" : " inner";

	if (a.type == MEM_NORMAL)
		return g_strdup_printf("Normal %s/%s%s", cacheability(a.inner),
				       cacheability(a.outer), s);
	return g_strdup_printf("%s%s", a.type == MEM_DEVICE ? "Device" : "SO", s);
}

static void expects_mair(struct rig *rig, uint8_t mair, unsigned sh, const char *want)
{
	g_autofree char *got = NULL;
	struct translation t;

	cpu_cp15_write(rig->cpu, CP15_MAIR1, (uint32_t)mair << 8);	/* index 5 */
	maps_page(rig, 0, 0, PLAY_PA | PAGE | AF | ATTR(5) | SH(sh));
	t = translates(rig, 0x40000000);
	assert_int_equal(t.mair, mair);
	got = attrs_text(t.attrs);
	if (strcmp(got, want))
		fail_msg("MAIR %#x SH %u is [%s], expected [%s]", mair, sh, got, want);
}

static void every_kind_of_mair_byte_decodes(void **state)
{
	struct rig *rig = *state;

	expects_mair(rig, 0x00, 0, "SO outer");
	expects_mair(rig, 0x04, 0, "Device outer");
	expects_mair(rig, 0x08, 3, "SO outer");		/* reserved */
	expects_mair(rig, 0x44, 0, "Normal NC/NC");
	expects_mair(rig, 0x44, 3, "Normal NC/NC inner");
	expects_mair(rig, 0xff, 2, "Normal WBWA/WBWA outer");
	expects_mair(rig, 0xff, 1, "Normal WBWA/WBWA");	/* SH = 0b01: reserved */
	expects_mair(rig, 0xee, 3, "Normal WB/WB inner");
	expects_mair(rig, 0xcc, 0, "Normal WB/WB");	/* no hint at all */
	expects_mair(rig, 0xdd, 0, "Normal WBWA/WBWA");	/* write-allocate only */
	expects_mair(rig, 0xaa, 0, "Normal WT/WT");
	expects_mair(rig, 0x88, 0, "Normal WT/WT");
	expects_mair(rig, 0x4f, 0, "Normal WBWA/NC");
	expects_mair(rig, 0xf4, 0, "Normal NC/WBWA");
	expects_mair(rig, 0xae, 0, "Normal WB/WT");
	expects_mair(rig, 0x33, 0, "Normal WT/WT");	/* transient */
	expects_mair(rig, 0x66, 0, "Normal WB/WB");	/* transient */
	expects_mair(rig, 0x77, 0, "Normal WBWA/WBWA");	/* transient */
	expects_mair(rig, 0xf0, 0, "Normal NC/WBWA");	/* reserved inner half */
}

static void linux_mair_decodes_as_linux_means_it(void **state)
{
	struct rig *rig = *state;
	static const char *const want[8] = {
		"SO outer", "Normal NC/NC inner", "Normal WT/WT inner", "Normal WB/WB inner",
		"Device outer", "SO outer", "SO outer", "Normal WBWA/WBWA inner",
	};

	for (unsigned n = 0; n < 8; n++) {
		g_autofree char *got = NULL;

		maps_page(rig, 0, 0, PLAY_PA | PAGE | AF | ATTR(n) | SH(3));
		got = attrs_text(translates(rig, 0x40000000).attrs);
		if (strcmp(got, want[n]))
			fail_msg("index %u is [%s], expected [%s]", n, got, want[n]);
	}
}

/* ---- PAR ---------------------------------------------------------------- */

static void par_has_64_bits(void **state)
{
	struct rig *rig = *state;

	maps_page(rig, 0, 0, (HIGH_PA + 0x5000) | CACHED_PAGE | SH(3));
	assert_int_equal(par_of(rig, ATS1CPR, 0x40000abc), 0xff00000200005980ull);
	maps_page(rig, 0, 0, PLAY_PA | PAGE | AF | ATTR(2) | AP(3) | SH(2));
	assert_int_equal(par_of(rig, ATS1CUR, 0x40000000), 0xaa00000000000900ull | PLAY_PA);
	assert_int_equal(par_of(rig, ATS1CUW, 0x40000000), 0x81f);
	assert_int_equal(par_of(rig, ATS1CPW, 0x40000000), 0x81f);
	maps_page(rig, 0, 0, PLAY_PA | PAGE | AF | ATTR(4) | SH(3));	/* Device: outer */
	assert_int_equal(par_of(rig, ATS1CPW, 0x40000000), 0x0400000000000900ull | PLAY_PA);
	assert_int_equal(par_of(rig, ATS1CUR, 0x40000000), 0x81f);
	maps_page(rig, 0, 0, PLAY_PA | PAGE | ATTR(7));
	assert_int_equal(par_of(rig, ATS1CPR, 0x40000000), 0x817);
	assert_int_equal(par_of(rig, ATS1CPR, 0x40200000), 0x80d);
	assert_int_equal(par_of(rig, ATS1CPR, 0x00000000), 0x80b);
	assert_int_equal(cpu_cp15_read(rig->cpu, CP15_PAR), 0x80b);
}

static void par_does_not_hear_of_the_cache_enable(void **state)
{
	struct rig *rig = *state;

	maps_page(rig, 0, 0, PLAY_PA | CACHED_PAGE | SH(3));
	cpu_cp15_write(rig->cpu, CP15_SCTLR, SCTLR_M);
	assert_int_equal(translates(rig, 0x40000000).attrs.inner, CACHE_NONE);
	assert_int_equal(par_of(rig, ATS1CPR, 0x40000000), 0xff00000000000980ull | PLAY_PA);
	cpu_cp15_write(rig->cpu, CP15_SCTLR, SCTLR_C);		/* off: flat, Strongly-ordered */
	assert_int_equal(par_of(rig, ATS1CUW, 0x12345678), 0x0000000012345900ull);
}

static void an_abort_of_the_walk_is_not_an_answer(void **state)
{
	struct rig *rig = *state;

	cpu_cp15_write64(rig->cpu, CP15_PAR, 0x1100000000000001ull);
	writes64(rig, LEVEL1 + 8, 0x1000 | TABLE);
	assert_false(cpu_ats(rig->cpu, ATS1CUW, 0x40000004));
	assert_int_equal(cpu_cp15_read64(rig->cpu, CP15_PAR), 0x1100000000000001ull);
	assert_int_equal(cpu_cp15_read(rig->cpu, CP15_DFSR), 0xa16);
	assert_int_equal(cpu_cp15_read(rig->cpu, CP15_DFAR), 0x40000004);
}

/* ---- address spaces, byte order, aliases -------------------------------- */

static void the_asid_is_that_of_the_ttbr_that_a1_names(void **state)
{
	struct rig *rig = *state;

	cpu_cp15_write64(rig->cpu, CP15_TTBR0, 7ull << 48 | LEVEL1);
	device_writes(rig, PLAY_PA, "one");
	device_writes(rig, PLAY_PA + 0x1000, "two");
	maps_page(rig, 0, 0, PLAY_PA | CACHED_PAGE | NG);
	expects_read(rig, 0x40000000, "one");
	writes64(rig, LEVEL3, (PLAY_PA + 0x1000) | CACHED_PAGE | NG);
	cpu_cp15_write(rig->cpu, CP15_CONTEXTIDR, 0x99);	/* not an ASID here */
	cpu_cp15_write64(rig->cpu, CP15_TTBR1, 9ull << 48 | OTHER);
	cpu_tlbi(rig->cpu, TLBI_ASID, 9);
	expects_read(rig, 0x40000000, "one");
	cpu_cp15_write(rig->cpu, CP15_TTBR0, LEVEL1);	/* the low half: the same ASID */
	assert_int_equal(cpu_cp15_read64(rig->cpu, CP15_TTBR0), 7ull << 48 | LEVEL1);
	expects_read(rig, 0x40000000, "one");
	cpu_cp15_write64(rig->cpu, CP15_TTBR0, 8ull << 48 | LEVEL1);
	expects_read(rig, 0x40000000, "two");
	sets_ttbcr(rig, A1);
	writes64(rig, LEVEL3, PLAY_PA | CACHED_PAGE | NG);
	expects_read(rig, 0x40000000, "one");
	writes64(rig, LEVEL3, (PLAY_PA + 0x1000) | CACHED_PAGE | NG);
	cpu_tlbi(rig->cpu, TLBI_ASID, 8);
	expects_read(rig, 0x40000000, "one");
	cpu_tlbi(rig->cpu, TLBI_ASID, 9);
	expects_read(rig, 0x40000000, "two");
}

static void ee_turns_descriptors_round(void **state)
{
	struct rig *rig = *state;

	writes64(rig, LEVEL1, __builtin_bswap64(0x80000000ull | CACHED_BLOCK));
	assert_int_equal(cpu_translate(rig->cpu, 0x1234, false).fault.kind, FAULT_TRANSLATION);
	sets_sctlr(rig, SCTLR_EE);
	expects_leaf(rig, 0x1234, 0x80001234, 0, GIB);
}

/* A level 2 entry is dirty in L1: do walks with these bits in TTBCR see it? */
static bool is_seen(struct rig *rig, uint32_t ttbcr)
{
	uint64_t desc = 0x80000000ull | CACHED_BLOCK;

	sets_ttbcr(rig, 0);
	maps_page(rig, 0, 0, LEVEL2 | CACHED_PAGE);
	writes64(rig, LEVEL2 + 8, 0);
	assert_true(cpu_store(rig->cpu, 0x40000008, &desc, sizeof(desc), NULL));
	sets_ttbcr(rig, ttbcr);
	return cpu_translate(rig->cpu, 0x40200000, false).fault.kind == FAULT_NONE;
}

static void irgn_leads_a_walk_through_l1(void **state)
{
	struct rig *rig = *state;

	assert_false(is_seen(rig, 0));
	assert_true(is_seen(rig, IRGN0(1)));
	assert_true(is_seen(rig, IRGN0(2)));
	assert_false(is_seen(rig, IRGN1(1)));		/* the other half's */
	cpu_cp15_write64(rig->cpu, CP15_TTBR1, LEVEL1);
	assert_false(is_seen(rig, T0SZ(2) | T1SZ(0) | IRGN0(1)));
	assert_true(is_seen(rig, T0SZ(2) | T1SZ(0) | IRGN1(1)));
}

static void every_alias_is_found(void **state)
{
	struct rig *rig = *state;
	struct translation t[8];

	writes64(rig, LEVEL1 + 2 * 8, 0x80000000ull | CACHED_BLOCK);
	maps_page(rig, 0, 0, PLAY_PA | PAGE | AF | ATTR(1));
	writes64(rig, LEVEL2 + 5 * 8, (PLAY_PA & ~(2ull * MIB - 1)) | CACHED_BLOCK);
	writes64(rig, LEVEL3 + 8, PLAY_PA | PAGE);		/* no access flag: not live */
	assert_int_equal(cpu_find_aliases(rig->cpu, PLAY_PA + 0x123, t, 8), 3);
	assert_int_equal(t[0].va_first, 0x40000000);
	assert_int_equal(t[0].attrs.inner, CACHE_NONE);
	assert_int_equal(t[0].mair, 0x44);
	assert_int_equal(t[1].va_first, 0x40a00000);
	assert_int_equal(t[1].len, 2 * MIB);
	assert_int_equal(t[2].va_first, 0x80000000);
	assert_int_equal(t[2].pa, PLAY_PA + 0x123);
	assert_int_equal(cpu_find_aliases(rig->cpu, HIGH_PA, t, 8), 0);
	writes64(rig, LEVEL3 + 8, HIGH_PA | CACHED_PAGE);
	assert_int_equal(cpu_find_aliases(rig->cpu, HIGH_PA + 8, t, 8), 1);

	sets_ttbcr(rig, T1SZ(2));	/* the same tables once more, above */
	cpu_cp15_write64(rig->cpu, CP15_TTBR1, LEVEL2);
	assert_int_equal(cpu_find_aliases(rig->cpu, HIGH_PA + 8, t, 8), 2);
	assert_int_equal(t[1].va_first, 0xc0001000);
	sets_ttbcr(rig, T1SZ(2) | EPD0);
	assert_int_equal(cpu_find_aliases(rig->cpu, HIGH_PA + 8, t, 8), 1);
	sets_ttbcr(rig, T1SZ(2) | EPD1);
	assert_int_equal(cpu_find_aliases(rig->cpu, HIGH_PA + 8, t, 8), 1);

	sets_ttbcr(rig, T0SZ(3));	/* the first 512 MiB of TTBR1's table are not its own */
	cpu_cp15_write64(rig->cpu, CP15_TTBR1, OTHER);
	cpu_cp15_write64(rig->cpu, CP15_TTBR0, OTHER + 0x1000);
	writes64(rig, OTHER, 0x80000000ull | CACHED_BLOCK);
	assert_int_equal(cpu_find_aliases(rig->cpu, 0x80000000, t, 8), 0);
	assert_int_equal(cpu_find_aliases(rig->cpu, 0xa0000000, t, 8), 1);
	assert_int_equal(translates(rig, 0x20000000).pa, 0xa0000000);
}

static void without_lpae_eae_stays_clear(void **state)
{
	struct rig *rig = rig_a9();

	cpu_cp15_write(rig->cpu, CP15_TTBCR, EAE | 0x37);
	assert_int_equal(cpu_cp15_read(rig->cpu, CP15_TTBCR), 0x37);
	cpu_cp15_write64(rig->cpu, CP15_TTBR0, 1ull << 48 | rig->table_pa);
	assert_int_equal(cpu_cp15_read64(rig->cpu, CP15_TTBR0), rig->table_pa);
	rig_free(rig);
}

#define walk(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		walk(each_level_has_its_leaf),
		walk(bytes_go_through_every_size_of_leaf),
		walk(memory_above_4_gib_holds_bytes),
		walk(t0sz_and_t1sz_cut_the_address_space),
		walk(a_block_does_not_reach_past_its_half),
		walk(a_forbidden_half_is_a_level_1_fault),
		walk(invalid_entries_fault_at_their_level),
		walk(the_access_flag_is_always_checked),
		walk(a_table_outside_memory_is_an_external_abort_of_the_walk),
		walk(permissions_and_what_tables_take_of_them),
		walk(real_accesses_obey_and_tell_in_the_long_format),
		walk(misaligned_accesses_tell_in_the_long_format),
		walk(a_fetch_tells_no_direction),
		walk(every_kind_of_mair_byte_decodes),
		walk(linux_mair_decodes_as_linux_means_it),
		walk(par_has_64_bits),
		walk(par_does_not_hear_of_the_cache_enable),
		walk(an_abort_of_the_walk_is_not_an_answer),
		walk(the_asid_is_that_of_the_ttbr_that_a1_names),
		walk(ee_turns_descriptors_round),
		walk(irgn_leads_a_walk_through_l1),
		walk(every_alias_is_found),
		cmocka_unit_test(without_lpae_eae_stays_clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
