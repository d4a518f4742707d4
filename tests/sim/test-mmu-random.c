/* SPDX-License-Identifier: MIT */
/*
 * Tables and registers that nobody would write: whatever is in them, nothing crashes, and
 * all that can be asked of the walker agrees: walk, address translation operation, load,
 * maintenance, and the search for aliases.
 *
 * Tables lie in one stretch of 128 KiB and mostly point into it or into DRAM, so that
 * walks get far; a part of all words is noise. What is UNPREDICTABLE is not asked where
 * answers shall agree: copies of a large page are copies, and a TTBR leads to a first level.
 */
#include "rig.h"

#define MIB		(1u << 20)
#define GIB		(1u << 30)
#define TABLES_PA	(FIXTURE_DRAM_PA + 0x200000u)
#define TABLES_LEN	0x20000u
#define LEVEL2_PA	(TABLES_PA + TABLES_LEN / 2)
#define NR_MACHINES	12
#define NR_QUESTIONS	400
#define NR_ALIASES	4096

#define SCTLR_EE	(1u << 25)
#define SCTLR_RANDOM	(SCTLR_C | 3u << 8 | 3u << 19 | 1u << 23 | SCTLR_TRE | SCTLR_AFE)
#define EAE		(1u << 31)

enum format { SHORT_A9, SHORT_A15, LONG_A15, SHORT_V6, SHORT_V5, NR_FORMATS };

struct fuzz {
	struct rig *rig;
	GRand *rand;
	enum format format;
	uint32_t sctlr;
};

static struct core_part part;

static struct board *board_of(enum format f)
{
	struct board *b = f == SHORT_A9 ? fixture_board_a9_pl310() : fixture_board_a15();

	if (f < SHORT_V6)
		return b;
	part = *((struct board_cpu *)g_ptr_array_index(b->cpus, 0))->part;
	part.arch = f == SHORT_V5 ? 5 : 6;
	part.tables = f == SHORT_V5 ? TABLES_V5 : TABLES_V6;
	part.has_lpae = part.is_mp = false;
	for (unsigned i = 0; i < b->cpus->len; i++)
		((struct board_cpu *)g_ptr_array_index(b->cpus, i))->part = &part;
	return b;
}

static uint32_t any(struct fuzz *f, uint32_t bound)
{
	return (uint32_t)g_rand_int_range(f->rand, 0, (gint32)bound);
}

static uint32_t any_word(struct fuzz *f)
{
	return g_rand_int(f->rand);
}

/* Somewhere in DRAM or in the tables, aligned to @align. */
static uint32_t any_place(struct fuzz *f, uint32_t align)
{
	bool is_table = any(f, 2);

	return (is_table ? TABLES_PA + any(f, TABLES_LEN)
			 : FIXTURE_DRAM_PA + any(f, FIXTURE_DRAM_LEN)) & ~(align - 1);
}

/* ---- tables ----------------------------------------------------------------- */

/* First level. A table lies in the second half, or nowhere; there are no supersections. */
static uint32_t first_level(struct fuzz *f)
{
	uint32_t desc = any(f, 4) ? any_place(f, MIB) | (any_word(f) & 0x3fffc) | 2 : any_word(f);
	uint32_t table = any(f, 8) ? LEVEL2_PA + any(f, TABLES_LEN / 2) : 0x1000;
	bool is_fine = f->format == SHORT_V5 && any(f, 2);

	desc &= ~(1u << 18);
	if (any(f, 2) || (desc & 3) == 1 || (desc & 3) == 3)
		desc = (table & ~0xfffu) | (desc & 0x1fc) | (is_fine ? 3 : 1);
	return desc;
}

/* Second level: by sixteens, or where fine tables make it so, by sixty-fours and fours. */
static void fills_second_level(struct fuzz *f, uint32_t *ret_desc)
{
	uint32_t group = f->format == SHORT_V5 ? 64 : 16, small = group / 16;
	uint32_t large = any_place(f, 0x10000) | (any_word(f) & 0xfffc) | 1;
	bool is_large = !any(f, 4);

	for (uint32_t i = 0; i < group; i++) {
		if (is_large)
			ret_desc[i] = large;
		else if (i % small == 0 && any(f, 4))
			ret_desc[i] = any_place(f, 4096) | (any_word(f) & 0xffd) | 2;
		else if (i % small == 0)
			ret_desc[i] = any(f, 2) ? 0 : any_word(f) | 2;
		else
			ret_desc[i] = ret_desc[i - 1];
	}
}

static uint64_t long_descriptor(struct fuzz *f)
{
	uint64_t noise = (uint64_t)any_word(f) << 32 | any_word(f);
	uint64_t high = noise & 0xfff0000000000000ull;

	switch (any(f, 8)) {
	case 0:
		return noise;
	case 1: case 2: case 3:
		return any_place(f, 4096) | (noise & 0xffc) | 3 | high;
	case 4:
		return any_place(f, 2 * MIB) | (noise & 0xffc) | 1 << 10 | 1 | high;
	default:
		return any_place(f, 4096) | (noise & 0xffc) | 1 << 10 | 3 | high;
	}
}

static void fills_long(struct fuzz *f, uint64_t *ret_desc)
{
	for (uint32_t i = 0; i < TABLES_LEN / 8; i++) {
		uint64_t desc = long_descriptor(f);

		ret_desc[i] = f->sctlr & SCTLR_EE ? __builtin_bswap64(desc) : desc;
	}
}

static void fills_short(struct fuzz *f, uint32_t *ret_desc)
{
	uint32_t i = 0;

	for (; i < TABLES_LEN / 8; i++)
		ret_desc[i] = first_level(f);
	for (; i < TABLES_LEN / 4; i += 64)
		for (uint32_t done = 0; done < 64; done += f->format == SHORT_V5 ? 64 : 16)
			fills_second_level(f, &ret_desc[i + done]);
	for (i = 0; f->sctlr & SCTLR_EE && i < TABLES_LEN / 4; i++)
		ret_desc[i] = __builtin_bswap32(ret_desc[i]);
}

static void fills_tables(struct fuzz *f)
{
	static uint64_t bytes[TABLES_LEN / 8];

	if (f->format == LONG_A15)
		fills_long(f, bytes);
	else
		fills_short(f, (uint32_t *)(void *)bytes);
	assert_int_equal(master_write(f->rig->debug, TABLES_PA, bytes, TABLES_LEN).kind,
			 MASTER_OK);
}

/* ---- registers ---------------------------------------------------------------- */

static void sets_registers(struct fuzz *f)
{
	struct cpu *c = f->rig->cpu;
	uint32_t ttbcr = any_word(f) & (any(f, 2) ? 0x37 : 0x07);

	if (f->format == LONG_A15)
		ttbcr = EAE | (any_word(f) & (any(f, 2) ? ~0x00800080u : 0x3f073f07u));
	cpu_cp15_write(c, CP15_SCTLR, 0);
	cpu_cp15_write(c, CP15_TTBCR, ttbcr);
	for (unsigned i = 0; i < 2; i++)
		cpu_cp15_write64(c, i ? CP15_TTBR1 : CP15_TTBR0, (uint64_t)any_word(f) << 48 |
				 TABLES_PA | (any_word(f) & (TABLES_LEN / 4 - 1)));
	cpu_cp15_write(c, CP15_DACR, any_word(f) | (any(f, 2) ? 0x55555555 : 0));
	cpu_cp15_write(c, CP15_PRRR, any_word(f));
	cpu_cp15_write(c, CP15_NMRR, any_word(f));
	cpu_cp15_write(c, CP15_CONTEXTIDR, any_word(f));
	cpu_cp15_write(c, CP15_SCTLR, f->sctlr);
}

static void starts(struct fuzz *f, enum format format, uint32_t seed)
{
	*f = (struct fuzz){ .rand = g_rand_new_with_seed(seed), .format = format };
	f->rig = rig_new(board_of(format), &(struct machine_config){ .seed = 0 });
	f->sctlr = SCTLR_M | (any_word(f) & SCTLR_RANDOM) |
		   (format != SHORT_V5 && any(f, 4) == 0 ? SCTLR_EE : 0);
	fills_tables(f);
	sets_registers(f);
}

static void ends(struct fuzz *f)
{
	rig_free(f->rig);
	g_rand_free(f->rand);
}

/* Where tables can translate, now and then anywhere. */
static uint32_t any_va(struct fuzz *f)
{
	uint32_t va = any_word(f);

	return any(f, 4) ? va & 0x07ffffff : va;
}

/* ---- agreement -------------------------------------------------------------------- */

static void ats_agrees(struct fuzz *f, uint32_t va, struct walk_ask ask, enum ats_op op)
{
	struct translation t = cpu_walk(f->rig->cpu, va, ask);
	uint32_t status_mask = f->format == LONG_A15 ? 0x3f : 0xf;
	bool is_done = cpu_ats(f->rig->cpu, op, va);
	uint64_t par = cpu_cp15_read64(f->rig->cpu, CP15_PAR);

	assert_int_equal(is_done, t.fault.kind != FAULT_WALK_EXTERNAL);
	if (!is_done)
		return;
	assert_int_equal(par & 1, t.fault.kind != FAULT_NONE);
	if (t.fault.kind == FAULT_NONE && t.len != 16 * MIB)
		assert_int_equal(par & 0xfffffff000, t.pa & 0xfffffff000);
	else if (t.fault.kind != FAULT_NONE)
		assert_int_equal(par >> 1 & 0x3f, t.fault.dfsr & status_mask);
}

/* A tiny page of ARMv5 that only a walk knows, whatever its permissions. */
static bool is_lone_tiny(const struct translation *t)
{
	return t->len && t->len < 4096;
}

static void a_load_agrees(struct fuzz *f, uint32_t va)
{
	struct translation t = cpu_translate(f->rig->cpu, va, false);
	struct cpu_fault got;
	uint8_t byte;

	cpu_tlbi(f->rig->cpu, TLBI_MVAA, va);
	if (is_lone_tiny(&t) ||
	    (t.fault.kind == FAULT_NONE && !machine_is_dram(f->rig->m, t.pa, 1)))
		t.fault.kind = FAULT_EXTERNAL;
	assert_int_equal(cpu_load(f->rig->cpu, va, &byte, 1, NULL), t.fault.kind == FAULT_NONE);
	if (t.fault.kind == FAULT_NONE)
		return;
	got = cpu_last_fault(f->rig->cpu);
	assert_int_equal(got.kind, t.fault.kind);
	if (t.fault.kind != FAULT_EXTERNAL)
		assert_int_equal(got.dfsr, t.fault.dfsr);
}

static void maintenance_agrees(struct fuzz *f, uint32_t va)
{
	struct translation t = cpu_translate(f->rig->cpu, va, true);
	bool may = t.fault.kind == FAULT_NONE || t.fault.kind == FAULT_PERMISSION;

	cpu_tlbi(f->rig->cpu, TLBI_MVAA, va);
	assert_int_equal(cpu_dc(f->rig->cpu, DC_CLEAN, va), may && !is_lone_tiny(&t));
}

/* All that a walk finds is among the aliases, and all of them are where they say. */
static void aliases_agree(struct fuzz *f, uint32_t va)
{
	static struct translation found[NR_ALIASES];
	struct cpu *c = f->rig->cpu;
	struct translation t = cpu_translate(c, va, false);
	bool is_found = false;
	size_t nr;

	if (t.fault.kind != FAULT_NONE)
		return;
	nr = MIN(cpu_find_aliases(c, t.pa, found, NR_ALIASES), NR_ALIASES);
	for (size_t i = 0; i < nr; i++) {
		uint32_t at = found[i].va_first | (t.pa & (found[i].len - 1));
		struct translation back = cpu_translate(c, at, false);

		assert_int_equal(found[i].pa, t.pa);
		is_found |= at == va;
		if (back.fault.kind == FAULT_NONE)
			assert_int_equal(back.pa, t.pa);
		else
			assert_int_equal(back.fault.kind, FAULT_PERMISSION);
	}
	assert_true(is_found || nr == NR_ALIASES);
}

static void asks_everything(struct fuzz *f)
{
	uint32_t va = any_va(f);

	ats_agrees(f, va, (struct walk_ask){ .is_write = false }, ATS1CPR);
	ats_agrees(f, va, (struct walk_ask){ .is_write = true }, ATS1CPW);
	ats_agrees(f, va, (struct walk_ask){ .is_user = true }, ATS1CUR);
	ats_agrees(f, va, (struct walk_ask){ .is_user = true, .is_write = true }, ATS1CUW);
	a_load_agrees(f, va);
	maintenance_agrees(f, va);
}

static void agrees_in(enum format format)
{
	for (uint32_t seed = 0; seed < NR_MACHINES; seed++) {
		struct fuzz f;

		starts(&f, format, seed);
		for (unsigned i = 0; i < 3; i++)
			aliases_agree(&f, any_va(&f));
		for (unsigned i = 0; i < NR_QUESTIONS; i++)
			asks_everything(&f);
		ends(&f);
	}
}

static void all_answers_agree_on_an_a9(void **state)
{
	agrees_in(SHORT_A9);
}

static void all_answers_agree_on_an_a15(void **state)
{
	agrees_in(SHORT_A15);
}

static void all_answers_agree_with_long_descriptors(void **state)
{
	agrees_in(LONG_A15);
}

static void all_answers_agree_on_armv6(void **state)
{
	agrees_in(SHORT_V6);
}

static void all_answers_agree_on_armv5(void **state)
{
	agrees_in(SHORT_V5);
}

/* ---- anything goes ------------------------------------------------------------------ */

static void writes_anything(struct fuzz *f)
{
	uint64_t value = (uint64_t)any_word(f) << 32 | any_word(f);

	cpu_cp15_write64(f->rig->cpu, any(f, NR_CP15_REGS), value);
}

/* Stores may hit the tables themselves; pages of 1 GiB come and go. */
static void does_anything(struct fuzz *f)
{
	static struct translation found[4];
	struct cpu *c = f->rig->cpu;
	uint32_t va = any_va(f);
	uint64_t word = any_word(f);

	switch (any(f, 10)) {
	case 0:
		writes_anything(f);
		break;
	case 1:
		cpu_tlbi(c, any(f, 4), va);
		break;
	case 2:
		cpu_dc_range(c, any(f, 3), va, any(f, 256));
		break;
	case 3:
		cpu_ats(c, any(f, 4), va);
		break;
	case 4:
		cpu_cp15_read64(c, any(f, NR_CP15_REGS));
		break;
	case 5:
		cpu_walk(c, va, (struct walk_ask){ .is_fetch = true, .is_user = any(f, 2) });
		break;
	case 6:
		if (!any(f, 16))
			cpu_find_aliases(c, any_place(f, 1), found, G_N_ELEMENTS(found));
		break;
	case 7: case 8:
		cpu_store(c, va, &word, 1 + any(f, 8), NULL);
		break;
	default:
		cpu_load(c, va, &word, 1 + any(f, 8), NULL);
	}
}

static void nothing_that_software_writes_is_fatal(void **state)
{
	for (uint32_t seed = 0; seed < 4 * NR_FORMATS; seed++) {
		struct fuzz f;

		starts(&f, seed % NR_FORMATS, seed);
		for (unsigned i = 0; i < 2000; i++)
			does_anything(&f);
		ends(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_answers_agree_on_an_a9),
		cmocka_unit_test(all_answers_agree_on_an_a15),
		cmocka_unit_test(all_answers_agree_with_long_descriptors),
		cmocka_unit_test(all_answers_agree_on_armv6),
		cmocka_unit_test(all_answers_agree_on_armv5),
		cmocka_unit_test(nothing_that_software_writes_is_fatal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
