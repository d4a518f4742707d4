/* SPDX-License-Identifier: MIT */
/*
 * One memory, two mappings that disagree: every way in which that is known to go wrong,
 * as a timeline with the bytes at each step, and what it takes to get away with it.
 *
 * Facts: DDI 0406C, A3.5.7 "Mismatched memory attributes"; DDI 0246D, 2.3.2. What Linux
 * does: arch/arm/mm/dma-mapping.c, whose allocator without CMA maps twice to this day.
 */
#include "rig.h"

#include <string.h>
#include "sim/sim.h"

#define NR_SEEDS	40u
#define NR_ROUNDS	40u
#define S		0x52000000u	/* a third mapping: Strongly-ordered */
#define K1		0x54000000u	/* and one more cacheable one: not shareable */
#define WAY		0x2000u		/* of L1: lines of one set lie so far apart */

#define PL310_CONTROL	0x100
#define PL310_AUX	0x104
#define PL310_SYNC	0x730
#define PL310_INV_PA	0x770
#define PL310_CLEAN_PA	0x7b0
#define PL310_FLUSH_PA	0x7f0
#define AUX_OVERRIDE	(1u << 22)

static int setup(void **state)
{
	struct rig *rig = rig_a9();

	maps(rig, S, PLAY_PA, 0x1000, STRONGLY_ORDERED);
	*state = rig;
	return 0;
}

static int setup_lazy(void **state)
{
	struct rig *rig = rig_a9_with(GEAR_EXACT, CHOOSER_LAZY, 0);

	maps(rig, S, PLAY_PA, 0x1000, STRONGLY_ORDERED);
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

/* Without level 2 a line that L1 evicts goes to DRAM. */
static void switches_level_2(struct rig *rig, bool is_on)
{
	pl310_writes(rig, PL310_CONTROL, is_on);
}

static void evicts(struct rig *rig)
{
	for (uint32_t i = 1; machine_line(rig->m, 1, PLAY_PA).is_valid; i++)
		touches(rig, K + i * WAY);
}

/* ---- T1 to T8 --------------------------------------------------------------- */

static void t1_a_line_of_the_cached_alias_is_read_when_memory_is_newer(void **state)
{
	struct rig *rig = *state;

	writes(rig, U, "v0");
	touches(rig, K);			/* speculation would do */
	device_writes(rig, PLAY_PA, "v1");
	expects_dram(rig, PLAY_PA, "v1");
	expects_read(rig, K, "v0");
	switches_level_2(rig, false);
	writes(rig, U, "v2");			/* the CPU's own store does no better */
	expects_dram(rig, PLAY_PA, "v2");
	expects_read(rig, K, "v0");
}

static void t2_a_dirty_line_goes_over_an_uncached_store(void **state)
{
	struct rig *rig = *state;

	switches_level_2(rig, false);
	writes(rig, K, "dirty");
	writes(rig, U, "v1");
	expects_dram(rig, PLAY_PA, "v1");
	expects_read(rig, U, "v1");
	evicts(rig);
	expects_dram(rig, PLAY_PA, "dirty");
	expects_read(rig, U, "dirty");
}

/* A descriptor: the device clears its OWN flag, and it is set again. */
static void t3_a_dirty_line_goes_over_what_the_device_wrote(void **state)
{
	struct rig *rig = *state;

	switches_level_2(rig, false);
	writes(rig, K, "OWN");
	device_writes(rig, PLAY_PA, "don");
	expects_read(rig, U, "don");
	evicts(rig);
	expects_read(rig, U, "OWN");
	expects_device_read(rig, PLAY_PA, "OWN");
}

static void t4_pl310_answers_uncached_reads_from_a_stale_line(void **state)
{
	struct rig *rig = *state;

	writes(rig, U, "v0");
	touches(rig, K);			/* now in L2 as well */
	device_writes(rig, PLAY_PA, "v1");
	expects_read(rig, U, "v0");
	invalidates(rig, K);			/* L1 has no say in it */
	expects_read(rig, U, "v0");
	expects_dram(rig, PLAY_PA, "v1");
	pl310_writes(rig, PL310_INV_PA, PLAY_PA);
	expects_read(rig, U, "v1");
}

/* A whole line at once replaces every byte, so nothing of the dirty one is missed. */
static void t5_with_bit_13_a_whole_uncached_line_drops_the_dirty_one_in_level_2(void **state)
{
	struct rig *rig = *state;

	switches_level_2(rig, false);
	pl310_writes(rig, PL310_AUX, pl310_reads(rig, PL310_AUX) | PL310_AUX_SHARED_INVALIDATE);
	switches_level_2(rig, true);
	writes(rig, K, "dirty");
	cleans_and_invalidates(rig, K);
	expects_line(rig, PLAY_PA, "L1 -, L2 dirty");
	writes(rig, U, "a line is as long as 32 letters.");
	pl310_writes(rig, PL310_SYNC, 0);
	expects_line(rig, PLAY_PA, "L1 -, L2 -");
	expects_dram(rig, PLAY_PA, "a line is as long as 32 letters.");
}

static void t6_setting_bit_22_over_a_dirty_level_2_loses_what_is_written_next(void **state)
{
	struct rig *rig = *state;

	writes(rig, K, "old");
	cleans(rig, K);
	expects_line(rig, PLAY_PA, "L1 clean, L2 dirty");
	switches_level_2(rig, false);		/* nothing is flushed */
	pl310_writes(rig, PL310_AUX, pl310_reads(rig, PL310_AUX) | AUX_OVERRIDE);
	switches_level_2(rig, true);
	writes(rig, U, "new");			/* passes the dirty line by */
	pl310_writes(rig, PL310_SYNC, 0);
	expects_dram(rig, PLAY_PA, "new");
	expects_read(rig, U, "new");
	pl310_writes(rig, PL310_CLEAN_PA, PLAY_PA);
	expects_dram(rig, PLAY_PA, "old");
	expects_read(rig, U, "old");
}

/* Two stores of one CPU to one place: the later one to be executed is lost. */
static void t7_strongly_ordered_is_not_ordered_against_its_normal_alias(void **state)
{
	struct rig *rig = *state;

	assert_true(cpu_store(rig->cpu, S, "base", 4, NULL));
	assert_true(cpu_store(rig->cpu, U, "one!", 4, NULL));
	assert_true(cpu_store(rig->cpu, S, "two!", 4, NULL));
	expects_dram(rig, PLAY_PA, "two!");
	cpu_dsb(rig->cpu, BARRIER_SY);
	pl310_writes(rig, PL310_SYNC, 0);
	expects_dram(rig, PLAY_PA, "one!");
	expects_read(rig, S, "one!");
}

static void t8_a_freed_buffer_leaks_what_it_held_before_it_was_cleared(void **state)
{
	struct rig *rig = *state;

	switches_level_2(rig, false);
	writes(rig, U, "secret..");
	touches(rig, K);			/* speculation, while it was a DMA buffer */
	writes(rig, U, "00000000");		/* cleared through the only mapping in use */
	expects_dram(rig, PLAY_PA, "00000000");
	unmaps(rig, U);
	cpu_tlbi(rig->cpu, TLBI_ALL, 0);
	writes(rig, K, "new");			/* its next owner stores three bytes */
	expects_read(rig, K, "newret..");
	evicts(rig);
	expects_dram(rig, PLAY_PA, "newret..");
}

/* ---- what A3.5.7 says may be lost ----------------------------------------------- */

static void a_read_may_not_return_this_cpus_last_store(void **state)
{
	struct rig *rig = *state;

	switches_level_2(rig, false);
	writes(rig, K, "old");
	cleans(rig, K);
	writes(rig, U, "new");
	expects_read(rig, K, "old");
	expects_read(rig, U, "new");
	writes(rig, K, "newer");
	expects_read(rig, U, "new");
}

static void stores_through_different_mappings_may_be_reordered(void **state)
{
	struct rig *rig = *state;

	switches_level_2(rig, false);
	writes(rig, U, "first");		/* is held */
	writes(rig, K, "after");
	evicts(rig);
	expects_dram(rig, PLAY_PA, "after");
	cpu_dsb(rig->cpu, BARRIER_SY);
	expects_dram(rig, PLAY_PA, "first");
	expects_read(rig, K, "first");
}

static void bytes_that_share_a_granule_with_a_dirty_line_are_reverted(void **state)
{
	struct rig *rig = *state;

	switches_level_2(rig, false);
	writes(rig, U, "0123456789");
	writes(rig, K + 8, "XY");		/* other bytes of the same line */
	writes(rig, U, "abcd");
	device_writes(rig, PLAY_PA + 4, "efgh");
	expects_dram(rig, PLAY_PA, "abcdefgh89");
	evicts(rig);
	expects_dram(rig, PLAY_PA, "01234567XY");
}

/* ---- what software can do: same shareability, and maintenance at each change ------- */

static void flushes(struct rig *rig)
{
	cleans_and_invalidates(rig, K);
	cpu_dsb(rig->cpu, BARRIER_SY);
	pl310_writes(rig, PL310_FLUSH_PA, PLAY_PA);
	pl310_writes(rig, PL310_SYNC, 0);
	cleans_and_invalidates(rig, K);		/* what L2 gave back meanwhile */
	cpu_dsb(rig->cpu, BARRIER_SY);
}

/* One round through both mappings; @has_maintenance: by the book. True: bytes were wrong. */
static bool goes_wrong(struct rig *rig, unsigned round, bool has_maintenance)
{
	char by_k[8], by_u[8], got[8];

	g_snprintf(by_k, sizeof(by_k), "k%05u", round);
	g_snprintf(by_u, sizeof(by_u), "u%05u", round);
	writes(rig, K, by_k);
	if (has_maintenance)
		flushes(rig);			/* (ii) after a cached store: clean */
	assert_true(cpu_load(rig->cpu, U, got, 6, NULL));
	if (memcmp(got, by_k, 6))
		return true;
	if (has_maintenance)
		flushes(rig);			/* (i) before an uncached store */
	writes(rig, U, by_u);
	if (has_maintenance)
		flushes(rig);			/* (iii) before a cached load: invalidate */
	assert_true(cpu_load(rig->cpu, K, got, 6, NULL));
	return memcmp(got, by_u, 6) != 0;
}

static struct rig *rig_watched(uint64_t seed, bool has_override)
{
	struct rig *rig = rig_a9_with(GEAR_EXACT, CHOOSER_RANDOM, seed);

	if (has_override) {
		switches_level_2(rig, false);
		pl310_writes(rig, PL310_AUX, pl310_reads(rig, PL310_AUX) | AUX_OVERRIDE);
		switches_level_2(rig, true);
	}
	machine_watch(rig->m, PLAY_PA, 0x1000);
	return rig;
}

static unsigned nr_wrong_rounds(bool has_maintenance)
{
	unsigned nr = 0;

	for (uint64_t seed = 0; seed < NR_SEEDS; seed++) {
		struct rig *rig = rig_watched(seed, seed & 1);

		for (unsigned i = 0; i < NR_ROUNDS; i++)
			nr += goes_wrong(rig, i, has_maintenance);
		rig_free(rig);
	}
	return nr;
}

static void maintenance_at_each_change_of_mapping_keeps_all_bytes(void **state)
{
	assert_int_equal(nr_wrong_rounds(true), 0);
	assert_true(nr_wrong_rounds(false) > 0);
}

/* ---- the four conditions under which a double mapping is survived -------------------- */

/*
 * A coherent buffer as Linux's allocator without CMA makes it: cleared through the linear
 * map, by whichever CPU it ran on; flushed; then used through an uncached mapping, with
 * the linear one still live and free to be speculated through. It works as long as
 */
enum broken {
	NOTHING,
	FLUSH,			/* (1) the cached lines have been flushed from all levels */
	NO_STORES,		/* (2) nobody stores through the cached mapping */
	NO_LOOK_UP,		/* (3) uncached accesses are not answered by a cache */
	SHAREABILITY,		/* (4) both mappings agree on shareability */
};

static void enters_like(struct cpu *to, const struct cpu *from)
{
	static const enum cp15_reg regs[] = {
		CP15_PRRR, CP15_NMRR, CP15_DACR, CP15_TTBR0, CP15_SCTLR,
	};

	for (size_t i = 0; i < G_N_ELEMENTS(regs); i++)
		cpu_cp15_write(to, regs[i], cpu_cp15_read((struct cpu *)(uintptr_t)from, regs[i]));
}

static void allocates(struct rig *rig, uint32_t cached, enum broken broken)
{
	struct cpu *other = machine_cpu(rig->m, 1);

	enters_like(other, rig->cpu);
	assert_true(cpu_store(other, cached, "cleared.", 8, NULL));
	cpu_dsb(other, BARRIER_SY);
	if (broken == FLUSH)
		return;
	assert_true(cpu_dc(rig->cpu, DC_CLEAN_INVALIDATE, cached));
	cpu_dsb(rig->cpu, BARRIER_SY);
	pl310_writes(rig, PL310_FLUSH_PA, PLAY_PA);
	pl310_writes(rig, PL310_SYNC, 0);
}

/* The CPU and the device pass a word to and fro. */
static bool use_goes_wrong(struct rig *rig, uint32_t cached, enum broken broken)
{
	for (unsigned i = 0; i < NR_ROUNDS; i++) {
		char word[8], got[8];

		g_snprintf(word, sizeof(word), "c%05u", i);
		writes(rig, U, word);
		cpu_dsb(rig->cpu, BARRIER_ST);
		pl310_writes(rig, PL310_SYNC, 0);
		master_read(rig->eth, PLAY_PA, got, 6);
		if (memcmp(got, word, 6))
			return true;
		if (broken == NO_STORES && i == 3)
			writes(rig, cached + 24, "x");
		word[0] = 'd';
		master_write(rig->eth, PLAY_PA, word, 6);
		assert_true(cpu_load(rig->cpu, U, got, 6, NULL));
		if (memcmp(got, word, 6))
			return true;
	}
	return false;
}

static bool goes_wrong_without(enum broken broken, uint64_t seed)
{
	struct rig *rig = rig_watched(seed, broken != NO_LOOK_UP);
	uint32_t cached = broken == SHAREABILITY ? K1 : K;
	bool is_wrong;

	if (broken == SHAREABILITY) {
		unmaps(rig, K);
		maps(rig, K1, PLAY_PA, 0x1000, (enum mapping)(CACHED | NOT_SHAREABLE));
		cpu_tlbi(rig->cpu, TLBI_ALL, 0);
	}
	allocates(rig, cached, broken);
	is_wrong = use_goes_wrong(rig, cached, broken);
	rig_free(rig);
	return is_wrong;
}

static unsigned nr_wrong_without(enum broken broken)
{
	unsigned nr = 0;

	for (uint64_t seed = 0; seed < NR_SEEDS; seed++)
		nr += goes_wrong_without(broken, seed);
	return nr;
}

static void a_double_mapping_works_while_four_conditions_hold(void **state)
{
	assert_int_equal(nr_wrong_without(NOTHING), 0);
}

static void it_needs_the_cached_lines_flushed(void **state)
{
	assert_true(nr_wrong_without(FLUSH) > 0);
}

static void it_needs_nobody_to_store_through_the_cached_mapping(void **state)
{
	assert_true(nr_wrong_without(NO_STORES) > 0);
}

static void it_needs_uncached_accesses_to_pass_the_caches_by(void **state)
{
	assert_true(nr_wrong_without(NO_LOOK_UP) > 0);
}

static void it_needs_both_mappings_to_agree_on_shareability(void **state)
{
	assert_true(nr_wrong_without(SHAREABILITY) > 0);
}

#define timeline(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
#define lazily(f)	cmocka_unit_test_setup_teardown(f, setup_lazy, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		timeline(t1_a_line_of_the_cached_alias_is_read_when_memory_is_newer),
		timeline(t2_a_dirty_line_goes_over_an_uncached_store),
		timeline(t3_a_dirty_line_goes_over_what_the_device_wrote),
		timeline(t4_pl310_answers_uncached_reads_from_a_stale_line),
		timeline(t5_with_bit_13_a_whole_uncached_line_drops_the_dirty_one_in_level_2),
		timeline(t6_setting_bit_22_over_a_dirty_level_2_loses_what_is_written_next),
		lazily(t7_strongly_ordered_is_not_ordered_against_its_normal_alias),
		timeline(t8_a_freed_buffer_leaks_what_it_held_before_it_was_cleared),
		timeline(a_read_may_not_return_this_cpus_last_store),
		lazily(stores_through_different_mappings_may_be_reordered),
		timeline(bytes_that_share_a_granule_with_a_dirty_line_are_reverted),
		cmocka_unit_test(maintenance_at_each_change_of_mapping_keeps_all_bytes),
		cmocka_unit_test(a_double_mapping_works_while_four_conditions_hold),
		cmocka_unit_test(it_needs_the_cached_lines_flushed),
		cmocka_unit_test(it_needs_nobody_to_store_through_the_cached_mapping),
		cmocka_unit_test(it_needs_uncached_accesses_to_pass_the_caches_by),
		cmocka_unit_test(it_needs_both_mappings_to_agree_on_shareability),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
