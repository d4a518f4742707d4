/* SPDX-License-Identifier: MIT */
/*
 * The walker, one descriptor at a time, by what cpu_translate() and real accesses
 * say. Facts: DDI 0406C, B3.5, B3.8, B3.13; constants of Linux's proc-v7.
 */
#include "rig.h"

#define MIB	(1u << 20)
#define VA	0x12300000u	/* its MiB is unmapped in a new rig */

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

static const char *cacheability(unsigned c)
{
	static const char *const names[] = { "NC", "WBWA", "WT", "WB" };

	return names[c];
}

/* "Normal inner WBWA outer WBWA shareable", "Device shareable", ... */
static char *attrs_text(struct mem_attrs a)
{
	const char *s = a.is_shareable ? " shareable" : "";

	if (a.type == MEM_NORMAL)
		return g_strdup_printf("Normal inner %s outer %s%s", cacheability(a.inner),
				       cacheability(a.outer), s);
	return g_strdup_printf("%s%s", a.type == MEM_DEVICE ? "Device" : "SO", s);
}

static void expects_attrs(struct rig *rig, uint32_t desc, const char *want)
{
	g_autofree char *got = NULL;

	writes_level1(rig, VA, FIXTURE_DRAM_PA | desc);
	got = attrs_text(translates(rig, VA).attrs);
	if (g_strcmp0(got, want))
		fail_msg("section %#x is [%s], expected [%s]", desc, got, want);
}

/* Section bits. */
#define SECTION		(2u | 1u << 10)		/* AP = 01: privileged read and write */
#define S_BIT		(1u << 16)
#define TEX(n)		((uint32_t)(n) << 12)
#define C_BIT		(1u << 3)
#define B_BIT		(1u << 2)

static void linux_prrr_and_nmrr_decode_as_linux_means_them(void **state)
{
	struct rig *rig = *state;
	/* n is TEX[0]:C:B; TEX[2:1] belong to the OS and change nothing. */
	static const struct {
		uint32_t bits;
		const char *private, *shared;
	} want[8] = {
		{ 0,                       "SO shareable", "SO shareable" },
		{ B_BIT,                   "Normal inner NC outer NC",
					   "Normal inner NC outer NC shareable" },
		{ C_BIT,                   "Normal inner WT outer WT",
					   "Normal inner WT outer WT shareable" },
		{ C_BIT | B_BIT,           "Normal inner WB outer WB",
					   "Normal inner WB outer WB shareable" },
		{ TEX(1),                  "Device", "Device shareable" },
		{ TEX(1) | B_BIT,          "SO shareable", "SO shareable" },
		{ TEX(1) | C_BIT,          "SO shareable", "SO shareable" },
		{ TEX(1) | C_BIT | B_BIT,  "Normal inner WBWA outer WBWA",
					   "Normal inner WBWA outer WBWA shareable" },
	};

	for (unsigned n = 0; n < 8; n++) {
		expects_attrs(rig, SECTION | want[n].bits, want[n].private);
		expects_attrs(rig, SECTION | want[n].bits | S_BIT, want[n].shared);
		expects_attrs(rig, SECTION | want[n].bits | TEX(6), want[n].private);
	}
}

/* PRRR[19:16] are NS1, NS0, DS1, DS0: here each is the opposite of what S says. */
static void prrr_may_turn_shareability_round(void **state)
{
	struct rig *rig = *state;

	cpu_cp15_write(rig->cpu, CP15_PRRR, (LINUX_PRRR & ~0xf0000u) | 0x50000u);
	expects_attrs(rig, SECTION | B_BIT, "Normal inner NC outer NC shareable");
	expects_attrs(rig, SECTION | B_BIT | S_BIT, "Normal inner NC outer NC");
	cpu_cp15_write(rig->cpu, CP15_PRRR, (LINUX_PRRR & ~0xf0000u) | 0x20000u);
	expects_attrs(rig, SECTION | B_BIT | S_BIT, "Normal inner NC outer NC");
	expects_attrs(rig, SECTION | TEX(1) | S_BIT, "Device shareable");
	expects_attrs(rig, SECTION | TEX(1), "Device");
}

static void without_remap_tex_c_and_b_mean_what_the_manual_lists(void **state)
{
	struct rig *rig = *state;
	static const struct {
		unsigned tex, cb;
		const char *want;
	} rows[] = {
		{ 0, 0, "SO shareable" },
		{ 0, 1, "Device shareable" },
		{ 0, 2, "Normal inner WT outer WT" },
		{ 0, 3, "Normal inner WB outer WB" },
		{ 1, 0, "Normal inner NC outer NC" },
		{ 1, 3, "Normal inner WBWA outer WBWA" },
		{ 2, 0, "Device" },
		{ 4, 1, "Normal inner WBWA outer NC" },
		{ 5, 0, "Normal inner NC outer WBWA" },
		{ 6, 3, "Normal inner WB outer WT" },
		{ 7, 2, "Normal inner WT outer WB" },
	};

	cpu_cp15_write(rig->cpu, CP15_SCTLR, SCTLR_M | SCTLR_C);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		expects_attrs(rig, SECTION | TEX(rows[i].tex) | rows[i].cb << 2, rows[i].want);
	expects_attrs(rig, SECTION | TEX(1) | C_BIT | B_BIT | S_BIT,
		      "Normal inner WBWA outer WBWA shareable");
	expects_attrs(rig, SECTION | TEX(2) | S_BIT, "Device");
}

static void with_the_cache_off_all_normal_memory_is_uncached(void **state)
{
	struct rig *rig = *state;

	cpu_cp15_write(rig->cpu, CP15_SCTLR, SCTLR_M | SCTLR_TRE);
	expects_attrs(rig, SECTION | TEX(1) | C_BIT | B_BIT, "Normal inner NC outer NC");
	writes(rig, K, "through");
	expects_dram(rig, PLAY_PA, "through");
}

static void every_leaf_size_translates(void **state)
{
	struct rig *rig = *state;
	uint32_t super = 0x20000000u;

	writes_level1(rig, VA, 0x84500000u | SECTION);
	expects_leaf(rig, VA + 0xabcde, 0x845abcde, VA, MIB);

	for (uint32_t i = 0; i < 16; i++)
		writes_level1(rig, super + i * MIB, 0x85000000u | 1u << 18 | SECTION);
	expects_leaf(rig, super + 0x765432, 0x85765432, super, 16 * MIB);

	writes_level1(rig, VA, 0);
	for (uint32_t i = 0; i < 16; i++)
		writes_level2(rig, VA + 0x30000 + i * 0x1000, 0x80670000u | 1 | 1 << 4);
	expects_leaf(rig, VA + 0x3f123, 0x8067f123, VA + 0x30000, 0x10000);

	writes_level2(rig, VA + 0x5000, 0x80123000u | 2 | 1 << 4);
	expects_leaf(rig, VA + 0x5678, 0x80123678, VA + 0x5000, 0x1000);
	writes_level2(rig, VA + 0x5000, 0x80123000u | 3 | 1 << 4);	/* XN */
	expects_leaf(rig, VA + 0x5678, 0x80123678, VA + 0x5000, 0x1000);
}

static void page_attributes_sit_where_each_size_keeps_them(void **state)
{
	struct rig *rig = *state;
	g_autofree char *large = NULL, *small = NULL;

	for (uint32_t i = 0; i < 16; i++)
		writes_level2(rig, VA + i * 0x1000,
			      0x80670000u | 1 | 1 << 4 | 1 << 12 | 3 << 2 | 1 << 10);
	writes_level2(rig, VA + 0x20000, 0x80123000u | 2 | 1 << 4 | 1 << 6 | 3 << 2);
	large = attrs_text(translates(rig, VA).attrs);
	small = attrs_text(translates(rig, VA + 0x20000).attrs);
	assert_string_equal(large, "Normal inner WBWA outer WBWA shareable");
	assert_string_equal(small, "Normal inner WBWA outer WBWA");
}

static void a_supersection_reaches_above_4_gib_where_the_core_can(void **state)
{
	struct rig *rig = *state;

	for (uint32_t i = 0; i < 16; i++)
		writes_level1(rig, VA + i * MIB, 2u << 20 | 1u << 18 | SECTION);
	expects_leaf(rig, VA, 0x200000000u + (VA & 0xffffff), VA & 0xff000000, 16 * MIB);
}

static void a_supersection_is_always_in_domain_0(void **state)
{
	struct rig *rig = *state;

	for (uint32_t i = 0; i < 16; i++)	/* what would be domain 5 is part of the PA */
		writes_level1(rig, VA + i * MIB, 0x85000000 | 5 << 5 | 1u << 18 | SECTION);
	touches(rig, VA);
}

static void a_supersection_of_a_cortex_a9_has_32_bits(void **state)
{
	struct rig *rig = *state;

	for (uint32_t i = 0; i < 16; i++)
		writes_level1(rig, VA + i * MIB, 0x85000000 | 2u << 20 | 1u << 18 | SECTION);
	expects_leaf(rig, VA, 0x85000000u + (VA & 0xffffff), VA & 0xff000000, 16 * MIB);
}

static void missing_descriptors_fault_at_their_level(void **state)
{
	struct rig *rig = *state;

	expects_fault(rig, VA, false, FAULT_TRANSLATION, 0x005);
	expects_fault(rig, VA, true, FAULT_TRANSLATION, 0x805);
	writes_level2(rig, VA + 0x1000, 0x80123000u | 2 | 1 << 4);
	expects_fault(rig, VA, false, FAULT_TRANSLATION, 0x007);
	writes_level1(rig, VA, 3 | SECTION);	/* 0b11: reserved, for the A9 has no PXN */
	expects_fault(rig, VA, false, FAULT_TRANSLATION, 0x005);
}

static void a_table_outside_memory_is_an_external_abort_of_the_walk(void **state)
{
	struct rig *rig = *state;

	writes_level1(rig, VA, 0x00001001u | 3 << 5);
	expects_fault(rig, VA, false, FAULT_WALK_EXTERNAL, 0x03e);
	cpu_cp15_write(rig->cpu, CP15_TTBR0, 0x00004000);
	cpu_tlbi(rig->cpu, TLBI_ALL, 0);
	expects_fault(rig, VA, false, FAULT_WALK_EXTERNAL, 0x00c);
}

static void domains_decide_before_permissions(void **state)
{
	struct rig *rig = *state;

	writes_level1(rig, VA, 0x80000000u | 2 | 5 << 5);	/* domain 5, AP = 000 */
	expects_fault(rig, VA, false, FAULT_DOMAIN, 0x059);
	cpu_cp15_write(rig->cpu, CP15_DACR, 1 | 2u << 10);	/* reserved: as no access */
	expects_fault(rig, VA, false, FAULT_DOMAIN, 0x059);
	cpu_cp15_write(rig->cpu, CP15_DACR, 1 | 1u << 10);	/* client: AP counts */
	expects_fault(rig, VA, false, FAULT_PERMISSION, 0x05d);
	cpu_cp15_write(rig->cpu, CP15_DACR, 1 | 3u << 10);	/* manager: it does not */
	touches(rig, VA);
	writes(rig, VA, "free");
	expects_read(rig, VA, "free");
}

static void a_page_takes_its_domain_from_the_table(void **state)
{
	struct rig *rig = *state;

	writes_level2(rig, VA, 0x80123000u | 2 | 1 << 4);
	writes_level1(rig, VA, (rig->next_table_pa - 0x400) | 1 | 7 << 5);
	expects_fault(rig, VA, true, FAULT_DOMAIN, 0x87b);
	expects_fault(rig, VA + 0x1000, true, FAULT_TRANSLATION, 0x877);
}

static void ap_bits_bind_privileged_accesses(void **state)
{
	struct rig *rig = *state;
	static const struct {
		uint32_t ap;
		bool may_read, may_write;
	} rows[] = {
		{ 0, false, false }, { 1, true, true }, { 2, true, true }, { 3, true, true },
		{ 4, false, false }, { 5, true, false }, { 6, true, false }, { 7, true, false },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		uint32_t ap = rows[i].ap;

		writes_level2(rig, VA, 0x80123000u | 2 | (ap & 3) << 4 | (ap >> 2) << 9);
		cpu_tlbi(rig->cpu, TLBI_MVA, VA);
		if (rows[i].may_read)
			touches(rig, VA);
		else
			expects_fault(rig, VA, false, FAULT_PERMISSION, 0x00f);
		if (rows[i].may_write)
			writes(rig, VA, "ok");
		else
			expects_fault(rig, VA, true, FAULT_PERMISSION, 0x80f);
	}
}

static void the_access_flag_faults_when_afe_is_set(void **state)
{
	struct rig *rig = *state;

	cpu_cp15_write(rig->cpu, CP15_SCTLR, SCTLR_M | SCTLR_C | SCTLR_TRE | SCTLR_AFE);
	writes_level2(rig, VA, 0x80123000u | 2 | 2 << 4);
	expects_fault(rig, VA, false, FAULT_ACCESS_FLAG, 0x006);
	writes_level2(rig, VA, 0x80123000u | 2 | 3 << 4);	/* AF set: never cached before */
	writes(rig, VA, "ok");
	writes_level2(rig, VA, 0x80123000u | 2 | 1 << 4 | 1 << 9);
	cpu_tlbi(rig->cpu, TLBI_MVA, VA);
	expects_fault(rig, VA, true, FAULT_PERMISSION, 0x80f);
	writes_level1(rig, VA, 0x80000000u | 2);
	cpu_tlbi(rig->cpu, TLBI_MVA, VA);
	expects_fault(rig, VA, false, FAULT_ACCESS_FLAG, 0x003);
}

static void nobody_at_the_physical_address_is_an_external_abort(void **state)
{
	struct rig *rig = *state;

	writes_level1(rig, VA, 0x10000000u | SECTION);
	expects_fault(rig, VA, false, FAULT_EXTERNAL, 0x008);
	expects_fault(rig, VA, true, FAULT_EXTERNAL, 0x808);
}

static void device_memory_takes_aligned_single_accesses_only(void **state)
{
	struct rig *rig = *state;
	char bytes[16];

	maps(rig, U, PLAY_PA, 0x1000, DEVICE);
	assert_true(cpu_load(rig->cpu, U + 4, bytes, 4, NULL));
	expects_fault(rig, U + 2, false, FAULT_ALIGNMENT, 0x001);
	assert_false(cpu_load(rig->cpu, U, bytes, 3, NULL));
	assert_int_equal(cpu_last_fault(rig->cpu).kind, FAULT_ALIGNMENT);
	assert_false(cpu_store(rig->cpu, U, bytes, 16, NULL));
	assert_true(cpu_load(rig->cpu, K + 2, bytes, 4, NULL));
}

static void ttbcr_n_splits_the_address_space(void **state)
{
	struct rig *rig = *state;
	uint32_t low_pa = rig->table_pa - 0x8000;	/* a second first-level table */

	writes_descriptor(rig, low_pa + (0x01200000u >> 20) * 4, 0x81200000u | SECTION);
	cpu_cp15_write(rig->cpu, CP15_TTBR1, rig->table_pa);
	cpu_cp15_write(rig->cpu, CP15_TTBR0, low_pa);
	cpu_cp15_write(rig->cpu, CP15_TTBCR, 2);	/* TTBR0 below 1 GiB, 4 KiB of table */
	expects_leaf(rig, 0x01200010, 0x81200010, 0x01200000, MIB);
	expects_leaf(rig, K, PLAY_PA, K, 0x1000);	/* 1 GiB: the first of TTBR1 */
	writes_descriptor(rig, low_pa + (0x3ff00000u >> 20) * 4, 0x83400000u | SECTION);
	expects_leaf(rig, 0x3fffffff, 0x834fffff, 0x3ff00000, MIB);
}

static void ttbr0_of_128_bytes_may_start_anywhere(void **state)
{
	struct rig *rig = *state;
	uint32_t low_pa = rig->table_pa - 0x8000 + 128;

	writes_descriptor(rig, low_pa + 31 * 4, 0x81200000u | SECTION);
	cpu_cp15_write(rig->cpu, CP15_TTBR1, rig->table_pa);
	cpu_cp15_write(rig->cpu, CP15_TTBR0, low_pa);
	cpu_cp15_write(rig->cpu, CP15_TTBCR, 7);
	expects_leaf(rig, 0x01f00000, 0x81200000, 0x01f00000, MIB);
	expects_leaf(rig, K, PLAY_PA, K, 0x1000);
}

static void a_forbidden_walk_is_a_section_translation_fault(void **state)
{
	struct rig *rig = *state;

	cpu_cp15_write(rig->cpu, CP15_TTBR1, rig->table_pa);
	cpu_cp15_write(rig->cpu, CP15_TTBCR, 1 | 1 << 4);
	expects_fault(rig, K, false, FAULT_TRANSLATION, 0x005);
	cpu_cp15_write(rig->cpu, CP15_TTBCR, 2 | 1 << 5);
	expects_fault(rig, K, false, FAULT_TRANSLATION, 0x005);
}

static void the_mmu_off_is_a_flat_strongly_ordered_map(void **state)
{
	struct rig *rig = *state;

	cpu_cp15_write(rig->cpu, CP15_SCTLR, SCTLR_C);
	writes(rig, PLAY_PA, "flat");
	expects_dram(rig, PLAY_PA, "flat");
	assert_int_equal(translates(rig, 0x1234).pa, 0x1234);
	assert_int_equal(translates(rig, 0x1234).attrs.type, MEM_STRONGLY_ORDERED);
}

/* ---- where the walker reads ------------------------------------------------- */

/* The table's own page is mapped cacheable; a descriptor is written by the CPU. */
static void cpu_writes_descriptor_cached(struct rig *rig, uint32_t va, uint32_t desc)
{
	uint32_t table_va = 0x70000000u;

	maps(rig, table_va, rig->table_pa, 0x4000, CACHED);
	assert_true(cpu_store(rig->cpu, table_va + (va >> 20) * 4, &desc, sizeof(desc), NULL));
}

static void a_walker_below_l1_misses_a_descriptor_that_was_not_cleaned(void **state)
{
	struct rig *rig = *state;

	cpu_cp15_write(rig->cpu, CP15_TTBR0, rig->table_pa | 1 << 6 | 1 << 3);
	cpu_writes_descriptor_cached(rig, VA, PLAY_PA | SECTION);
	expects_fault(rig, VA, false, FAULT_TRANSLATION, 0x005);
	cleans(rig, 0x70000000u + (VA >> 20) * 4);		/* as far as the PL310 */
	expects_leaf(rig, VA, PLAY_PA, VA, MIB);
}

static void an_uncached_walk_needs_the_descriptor_in_dram(void **state)
{
	struct rig *rig = *state;

	cpu_writes_descriptor_cached(rig, VA, PLAY_PA | SECTION);
	cleans(rig, 0x70000000u + (VA >> 20) * 4);
	expects_fault(rig, VA, false, FAULT_TRANSLATION, 0x005);
	pl310_writes(rig, 0x7b0, rig->table_pa + (VA >> 20) * 4);
	expects_leaf(rig, VA, PLAY_PA, VA, MIB);
}

static void a_walker_in_l1_sees_a_descriptor_at_once(void **state)
{
	struct rig *rig = *state;

	cpu_cp15_write(rig->cpu, CP15_TTBR0, rig->table_pa | 1 << 6 | 1 << 3);
	cpu_writes_descriptor_cached(rig, VA, PLAY_PA | SECTION);
	expects_leaf(rig, VA, PLAY_PA, VA, MIB);
}

/* ---- the TLB ------------------------------------------------------------------ */

static void a_stale_translation_is_used_until_it_is_invalidated(void **state)
{
	struct rig *rig = *state;

	device_writes(rig, PLAY_PA, "one");
	device_writes(rig, PLAY_PA + 0x1000, "two");
	expects_read(rig, K, "one");
	maps(rig, K, PLAY_PA + 0x1000, 0x1000, CACHED);
	expects_read(rig, K, "one");
	assert_int_equal(translates(rig, K).pa, PLAY_PA + 0x1000);	/* a walk knows better */
	cpu_tlbi(rig->cpu, TLBI_MVA, K);
	expects_read(rig, K, "two");
	unmaps(rig, K);
	expects_read(rig, K, "two");
	cpu_tlbi(rig->cpu, TLBI_ALL, 0);
	expects_fault(rig, K, false, FAULT_TRANSLATION, 0x007);
}

static void invalidating_one_address_drops_the_whole_section(void **state)
{
	struct rig *rig = *state;

	writes_level1(rig, VA, PLAY_PA | SECTION);
	device_writes(rig, PLAY_PA, "once");
	expects_read(rig, VA, "once");
	writes_level1(rig, VA, 0);
	cpu_tlbi(rig->cpu, TLBI_MVAA, VA + 0xff000);
	expects_fault(rig, VA, false, FAULT_TRANSLATION, 0x005);
}

static void asids_keep_non_global_pages_apart(void **state)
{
	struct rig *rig = *state;

	cpu_cp15_write(rig->cpu, CP15_CONTEXTIDR, 1);
	maps(rig, K, PLAY_PA, 0x1000, (enum mapping)(CACHED | NON_GLOBAL));
	device_writes(rig, PLAY_PA, "one");
	device_writes(rig, PLAY_PA + 0x1000, "two");
	expects_read(rig, K, "one");
	touches(rig, K + 0x2000);
	maps(rig, K, PLAY_PA + 0x1000, 0x1000, (enum mapping)(CACHED | NON_GLOBAL));
	cpu_tlbi(rig->cpu, TLBI_MVA, K | 2);		/* another address space's */
	expects_read(rig, K, "one");
	cpu_tlbi(rig->cpu, TLBI_ASID, 2);
	expects_read(rig, K, "one");
	cpu_cp15_write(rig->cpu, CP15_CONTEXTIDR, 2);
	expects_read(rig, K, "two");
	maps(rig, K, PLAY_PA, 0x1000, (enum mapping)(CACHED | NON_GLOBAL));
	cpu_tlbi(rig->cpu, TLBI_ASID, 2);
	expects_read(rig, K, "one");
}

static void global_pages_belong_to_every_asid(void **state)
{
	struct rig *rig = *state;

	device_writes(rig, PLAY_PA, "one");
	expects_read(rig, K, "one");
	unmaps(rig, K);
	cpu_tlbi(rig->cpu, TLBI_ASID, 0);
	cpu_cp15_write(rig->cpu, CP15_CONTEXTIDR, 9);
	expects_read(rig, K, "one");
	cpu_tlbi(rig->cpu, TLBI_MVA, K | 3);
	expects_fault(rig, K, false, FAULT_TRANSLATION, 0x007);
}

static void another_cpu_with_its_mmu_off_sees_physical_memory(void **state)
{
	struct rig *rig = *state;
	uint32_t word = 0;

	writes(rig, K, "cpu0");
	assert_true(cpu_store(machine_cpu(rig->m, 1), PLAY_PA + 64, "cpu1", 4, NULL));
	assert_false(cpu_load(machine_cpu(rig->m, 1), K, &word, 4, NULL));
	assert_int_equal(cpu_last_fault(machine_cpu(rig->m, 1)).kind, FAULT_EXTERNAL);
	expects_read(rig, K, "cpu0");
	expects_read(rig, K + 64, "cpu1");
}

/* ---- the question backwards -------------------------------------------------------- */

static void every_alias_of_a_page_is_found(void **state)
{
	struct rig *rig = *state;
	struct translation t[4];

	assert_int_equal(cpu_find_aliases(rig->cpu, PLAY_PA + 0x1234, t, 4), 2);
	assert_int_equal(t[0].va_first, K + 0x1000);
	assert_int_equal(t[0].pa, PLAY_PA + 0x1234);
	assert_int_equal(t[0].attrs.inner, CACHE_WBWA);
	assert_int_equal(t[1].va_first, U + 0x1000);
	assert_int_equal(t[1].attrs.inner, CACHE_NONE);

	writes_level1(rig, VA, PLAY_PA | SECTION);
	for (uint32_t i = 0; i < 16; i++)
		writes_level2(rig, VA + MIB + i * 0x1000, PLAY_PA | 1 | 1 << 4);
	assert_int_equal(cpu_find_aliases(rig->cpu, PLAY_PA + 0x1234, t, 1), 4);
	assert_int_equal(t[0].va_first, VA);
	unmaps(rig, K + 0x1000);
	assert_int_equal(cpu_find_aliases(rig->cpu, PLAY_PA + 0x1234, NULL, 0), 3);
}

#define walk(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)
#define walk_a15(name)	cmocka_unit_test_setup_teardown(name, setup_a15, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		walk(linux_prrr_and_nmrr_decode_as_linux_means_them),
		walk(prrr_may_turn_shareability_round),
		walk(without_remap_tex_c_and_b_mean_what_the_manual_lists),
		walk(with_the_cache_off_all_normal_memory_is_uncached),
		walk(every_leaf_size_translates),
		walk(page_attributes_sit_where_each_size_keeps_them),
		walk_a15(a_supersection_reaches_above_4_gib_where_the_core_can),
		walk(a_supersection_is_always_in_domain_0),
		walk(a_supersection_of_a_cortex_a9_has_32_bits),
		walk(missing_descriptors_fault_at_their_level),
		walk(a_table_outside_memory_is_an_external_abort_of_the_walk),
		walk(domains_decide_before_permissions),
		walk(a_page_takes_its_domain_from_the_table),
		walk(ap_bits_bind_privileged_accesses),
		walk(the_access_flag_faults_when_afe_is_set),
		walk(nobody_at_the_physical_address_is_an_external_abort),
		walk(device_memory_takes_aligned_single_accesses_only),
		walk(ttbcr_n_splits_the_address_space),
		walk(ttbr0_of_128_bytes_may_start_anywhere),
		walk(a_forbidden_walk_is_a_section_translation_fault),
		walk(the_mmu_off_is_a_flat_strongly_ordered_map),
		walk(a_walker_below_l1_misses_a_descriptor_that_was_not_cleaned),
		walk(an_uncached_walk_needs_the_descriptor_in_dram),
		walk_a15(a_walker_in_l1_sees_a_descriptor_at_once),
		walk(a_stale_translation_is_used_until_it_is_invalidated),
		walk(invalidating_one_address_drops_the_whole_section),
		walk(asids_keep_non_global_pages_apart),
		walk(global_pages_belong_to_every_asid),
		walk(another_cpu_with_its_mmu_off_sees_physical_memory),
		walk(every_alias_of_a_page_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
