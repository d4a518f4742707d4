/* SPDX-License-Identifier: MIT */
/* The bench of sim/'s tests: see rig.h. */
#include "rig.h"

#include <string.h>

#define MIB	(1u << 20)
#define PAGE	4096u

#define rig_check(rig, ok, ...)	do { if (!(ok)) fail_msg(__VA_ARGS__); } while (0)

static enum table_format tables_of(const struct rig *rig)
{
	const struct board_cpu *b = g_ptr_array_index(rig->board->cpus, 0);

	return b->part->tables;
}

static uint32_t sctlr_of(const struct rig *rig)
{
	switch (tables_of(rig)) {
	case TABLES_V5:	return SCTLR_M | SCTLR_C;
	case TABLES_V6: return SCTLR_M | SCTLR_C | SCTLR_TRE | SCTLR_XP;
	default:	return SCTLR_M | SCTLR_C | SCTLR_TRE;
	}
}

static void turn_mmu_on(struct rig *rig)
{
	struct cpu *c = rig->cpu;

	cpu_cp15_write(c, CP15_PRRR, LINUX_PRRR);
	cpu_cp15_write(c, CP15_NMRR, LINUX_NMRR);
	cpu_cp15_write(c, CP15_DACR, 1);
	cpu_cp15_write(c, CP15_TTBR0, rig->table_pa);
	cpu_cp15_write(c, CP15_SCTLR, sctlr_of(rig));
}

struct rig *rig_new(struct board *b, const struct machine_config *cfg)
{
	struct rig *rig = g_new0(struct rig, 1);
	struct machine_config own = *cfg;
	g_autoptr(GError) error = NULL;
	const struct board_master *eth = g_ptr_array_index(b->masters, 0);

	own.board = b;
	rig->board = b;
	rig->m = machine_new(&own, &error);
	rig_check(rig, rig->m, "no machine: %s", error->message);
	rig->cpu = machine_cpu(rig->m, 0);
	rig->eth = master_new(rig->m, &(struct master_config){
		.name = "eth0", .is_coherent = eth->is_coherent });
	rig->debug = master_new(rig->m, &(struct master_config){ .name = "debug" });
	rig->table_pa = FIXTURE_DRAM_PA + FIXTURE_DRAM_LEN - MIB;
	rig->next_table_pa = rig->table_pa + 0x4000;
	turn_mmu_on(rig);
	return rig;
}

void rig_free(struct rig *rig)
{
	machine_free(rig->m);
	board_free(rig->board);
	g_free(rig);
}

struct rig *rig_a9_of(const struct machine_config *cfg)
{
	struct rig *rig = rig_new(fixture_board_a9_pl310(), cfg);

	maps(rig, K, PLAY_PA, MIB, CACHED);
	maps(rig, U, PLAY_PA, MIB, UNCACHED);
	maps(rig, PL310_VA, FIXTURE_PL310_PA, PAGE, DEVICE);
	pl310_writes(rig, 0x100, 1);
	return rig;
}

struct rig *rig_a9_with(enum machine_gear gear, enum chooser_mode chooser, uint64_t seed)
{
	return rig_a9_of(&(struct machine_config){
		.gear = gear, .chooser = chooser, .seed = seed });
}

struct rig *rig_a9(void)
{
	return rig_a9_with(GEAR_EXACT, CHOOSER_NOMINAL, 0);
}

struct rig rig_of_cpu(const struct rig *rig, unsigned idx)
{
	struct rig other = *rig;

	other.cpu = machine_cpu(rig->m, idx);
	for (enum cp15_reg reg = CP15_ACTLR; reg < CP15_DFSR; reg++)
		cpu_cp15_write(other.cpu, reg, cpu_cp15_read(rig->cpu, reg));
	cpu_cp15_write(other.cpu, CP15_SCTLR, cpu_cp15_read(rig->cpu, CP15_SCTLR));
	return other;
}

/* ---- tables ------------------------------------------------------------------ */

static uint32_t reads_descriptor(struct rig *rig, uint64_t pa)
{
	uint32_t desc;

	machine_peek(rig->m, VIEW_DRAM, pa, &desc, sizeof(desc));
	return desc;
}

void writes_descriptor(struct rig *rig, uint64_t pa, uint32_t desc)
{
	struct master_fault f = master_write(rig->debug, pa, &desc, sizeof(desc));

	rig_check(rig, f.kind == MASTER_OK, "no DRAM for a descriptor at %#llx",
		  (unsigned long long)pa);
}

void writes_level1(struct rig *rig, uint32_t va, uint32_t desc)
{
	writes_descriptor(rig, rig->table_pa + (va >> 20) * 4, desc);
}

void writes_level2(struct rig *rig, uint32_t va, uint32_t desc)
{
	uint32_t table = reads_descriptor(rig, rig->table_pa + (va >> 20) * 4);

	if (!table) {
		table = rig->next_table_pa | 1;
		rig->next_table_pa += 0x400;
		writes_level1(rig, va, table);
	}
	writes_descriptor(rig, (table & ~0x3ffu) + (va >> 12 & 0xff) * 4, desc);
}

static uint32_t small_page(uint32_t pa, enum mapping how)
{
	uint32_t n = how & 7;

	return pa | 2 | (n & 3) << 2 | 1 << 4 | (n >> 2) << 6 |
	       (how & READ_ONLY ? 1u << 9 : 0) | (how & NOT_SHAREABLE ? 0 : 1u << 10) |
	       (how & NON_GLOBAL ? 1u << 11 : 0);
}

/* Only C and B, and an AP for each quarter. */
static uint32_t small_page_v5(uint32_t pa, enum mapping how)
{
	static const uint32_t cb[8] = {
		[UNCACHED] = 1, [WRITE_THROUGH] = 2, [WRITE_BACK] = 3, [CACHED] = 3,
	};

	return pa | 2 | cb[how & 7] << 2 | 0x550;
}

void maps(struct rig *rig, uint32_t va, uint32_t pa, uint32_t len, enum mapping how)
{
	bool is_v5 = tables_of(rig) == TABLES_V5;

	for (uint32_t done = 0; done < len; done += PAGE)
		writes_level2(rig, va + done, is_v5 ? small_page_v5(pa + done, how)
						    : small_page(pa + done, how));
}

void unmaps(struct rig *rig, uint32_t va)
{
	writes_level2(rig, va, 0);
}

/* ---- data ---------------------------------------------------------------------- */

void writes(struct rig *rig, uint32_t va, const char *text)
{
	bool ok = cpu_store(rig->cpu, va, text, strlen(text), NULL);

	rig_check(rig, ok, "store at va %#x: DFSR %#x", va, cpu_last_fault(rig->cpu).dfsr);
}

void touches(struct rig *rig, uint32_t va)
{
	char byte;
	bool ok = cpu_load(rig->cpu, va, &byte, 1, NULL);

	rig_check(rig, ok, "load at va %#x: DFSR %#x", va, cpu_last_fault(rig->cpu).dfsr);
}

/* Of a text its characters, of none at all a zero byte. */
static size_t text_len(const char *text)
{
	return MAX(strlen(text), 1u);
}

static void expects_bytes(const char *who, uint64_t at, const char *got, const char *want)
{
	if (memcmp(got, want, text_len(want)))
		fail_msg("%s read \"%.*s\" at %#llx, expected \"%s\"", who, (int)text_len(want),
			 got, (unsigned long long)at, want);
}

void expects_read(struct rig *rig, uint32_t va, const char *text)
{
	char got[64] = "";
	bool ok = cpu_load(rig->cpu, va, got, text_len(text), NULL);

	rig_check(rig, ok, "load at va %#x: DFSR %#x", va, cpu_last_fault(rig->cpu).dfsr);
	expects_bytes("the CPU", va, got, text);
}

void device_writes(struct rig *rig, uint32_t pa, const char *text)
{
	assert_int_equal(master_write(rig->eth, pa, text, strlen(text)).kind, MASTER_OK);
}

void expects_device_read(struct rig *rig, uint32_t pa, const char *text)
{
	char got[64] = "";

	assert_int_equal(master_read(rig->eth, pa, got, text_len(text)).kind, MASTER_OK);
	expects_bytes("the device", pa, got, text);
}

void expects_dram(struct rig *rig, uint32_t pa, const char *text)
{
	char got[64] = "";

	assert_true(machine_peek(rig->m, VIEW_DRAM, pa, got, text_len(text)));
	expects_bytes("a probe of DRAM", pa, got, text);
}

void expects_fault(struct rig *rig, uint32_t va, bool is_write, enum fault_kind kind,
		   uint32_t dfsr)
{
	uint32_t word = 0;
	bool ok = is_write ? cpu_store(rig->cpu, va, &word, sizeof(word), NULL)
			   : cpu_load(rig->cpu, va, &word, sizeof(word), NULL);
	struct cpu_fault f = cpu_last_fault(rig->cpu);

	rig_check(rig, !ok, "va %#x: no fault, expected DFSR %#x", va, dfsr);
	assert_int_equal(f.kind, kind);
	assert_int_equal(f.dfsr, dfsr);
	assert_int_equal(f.va, va);
	assert_int_equal(cpu_cp15_read(rig->cpu, CP15_DFSR), dfsr);
	assert_int_equal(cpu_cp15_read(rig->cpu, CP15_DFAR), va);
}

/* ---- maintenance ------------------------------------------------------------------ */

void cleans(struct rig *rig, uint32_t va)
{
	assert_true(cpu_dc(rig->cpu, DC_CLEAN, va));
}

void invalidates(struct rig *rig, uint32_t va)
{
	assert_true(cpu_dc(rig->cpu, DC_INVALIDATE, va));
}

void cleans_and_invalidates(struct rig *rig, uint32_t va)
{
	assert_true(cpu_dc(rig->cpu, DC_CLEAN_INVALIDATE, va));
}

void pl310_writes(struct rig *rig, uint32_t reg, uint32_t value)
{
	assert_true(cpu_store(rig->cpu, PL310_VA + reg, &value, sizeof(value), NULL));
}

void pl310_runs(struct rig *rig, uint32_t reg, uint32_t ways)
{
	pl310_writes(rig, reg, ways);
	while (pl310_reads(rig, reg))
		;
}

uint32_t pl310_reads(struct rig *rig, uint32_t reg)
{
	uint32_t value = 0;

	assert_true(cpu_load(rig->cpu, PL310_VA + reg, &value, sizeof(value), NULL));
	return value;
}

static const char *line_word(struct line_state s)
{
	return !s.is_valid ? "-" : s.is_dirty ? "dirty" : "clean";
}

void expects_line(struct rig *rig, uint32_t pa, const char *drawing)
{
	g_autofree char *got = g_strdup_printf("L1 %s, L2 %s",
					       line_word(machine_line(rig->m, 1, pa)),
					       line_word(machine_line(rig->m, 2, pa)));

	rig_check(rig, !strcmp(got, drawing), "the line at pa %#x is [%s], expected [%s]", pa, got,
		  drawing);
}

struct machine_counters counts(const struct rig *rig)
{
	struct machine_counters c;

	machine_count(rig->m, &c);
	return c;
}
