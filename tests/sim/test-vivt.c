/* SPDX-License-Identifier: MIT */
/*
 * A virtually indexed, virtually tagged data cache, as an ARM926 has. Lines belong to
 * virtual addresses: they outlive translations, and one memory may be in many. Facts:
 * DDI 0198D, 4.1 and 4.3; DDI 0406C, D15 (ARMv4 and ARMv5).
 *
 *   K  and  A   two mappings of the same memory
 */
#include "rig.h"

#include <string.h>
#include "sim/sim.h"

#define KIB	1024u
#define PAGE	4096u
#define A	0x48000000u

static const struct core_part arm926 = {
	.compatible = "test,arm926", .name = "ARM926", .arch = 5, .is_modelled = true,
	.tables = TABLES_V7,		/* the rig's; the cache knows nothing of them */
	.l1i = { 16 * KIB, 32, 4 }, .l1i_indexing = INDEX_VIVT,
	.l1d = { 16 * KIB, 32, 4 }, .l1d_indexing = INDEX_VIVT,
};

static struct rig *rig_of_vivt(enum chooser_mode chooser, uint64_t seed)
{
	struct rig *rig = rig_new(fixture_board_of(&arm926, 1), &(struct machine_config){
		.chooser = chooser, .seed = seed });

	maps(rig, K, PLAY_PA, 0x20000, CACHED);
	maps(rig, A, PLAY_PA, 0x20000, CACHED);
	maps(rig, U, PLAY_PA, 0x20000, UNCACHED);
	return rig;
}

static int setup(void **state)
{
	*state = rig_of_vivt(CHOOSER_NOMINAL, 0);
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;
	bool is_valid;

	(void)counts(rig);		/* settles */
	is_valid = inner_valid(rig->m);
	rig_free(rig);
	return is_valid ? 0 : -1;
}

static void dirties(struct rig *rig, uint32_t va, const char *text)
{
	touches(rig, va);
	writes(rig, va, text);
}

static void remaps(struct rig *rig, uint32_t va, uint32_t pa)
{
	maps(rig, va, pa, PAGE, CACHED);
	cpu_tlbi(rig->cpu, TLBI_MVA, va);
}

/* A synonym: H62. */
static void two_addresses_of_one_memory_have_two_lines(void **state)
{
	struct rig *rig = *state;

	dirties(rig, K, "kernel");
	expects_read(rig, A, "");
	dirties(rig, A, "user..");
	expects_read(rig, K, "kernel");
	cleans(rig, A);
	expects_dram(rig, PLAY_PA, "user..");
	cleans(rig, K);
	expects_dram(rig, PLAY_PA, "kernel");
}

/* A homonym: the address now means other memory, and its old line hits. */
static void a_line_outlives_its_translation_and_hits(void **state)
{
	struct rig *rig = *state;

	device_writes(rig, PLAY_PA + PAGE, "new process");
	dirties(rig, K, "old process");
	remaps(rig, K, PLAY_PA + PAGE);
	expects_read(rig, K, "old process");
}

static void a_line_left_behind_is_written_back_to_where_it_came_from(void **state)
{
	struct rig *rig = *state;

	dirties(rig, K, "old process");
	remaps(rig, K, PLAY_PA + PAGE);
	cleans_and_invalidates(rig, K);
	expects_dram(rig, PLAY_PA, "old process");
	expects_dram(rig, PLAY_PA + PAGE, "");
	expects_read(rig, K, "");
}

/* The PA tag beside each line: an eviction needs no translation. */
static void an_eviction_needs_no_translation(void **state)
{
	struct rig *rig = *state;

	dirties(rig, K, "left alone");
	unmaps(rig, K);
	cpu_tlbi(rig->cpu, TLBI_MVA, K);
	for (unsigned round = 0; round < 8; round++)
		for (uint32_t at = 0x1000; at < 0x20000; at += 0x1000)
			touches(rig, K + at);
	assert_false(machine_line(rig->m, 1, PLAY_PA).is_valid);
	expects_dram(rig, PLAY_PA, "left alone");
}

static void a_store_after_a_remap_goes_to_the_old_memory(void **state)
{
	struct rig *rig = *state;

	touches(rig, K);
	remaps(rig, K, PLAY_PA + PAGE);
	writes(rig, K, "meant for the new page");
	cpu_dc_all(rig->cpu, DC_CLEAN_INVALIDATE);
	expects_dram(rig, PLAY_PA, "meant for the new page");
	expects_dram(rig, PLAY_PA + PAGE, "");
}

static void plain_accesses_follow_the_virtual_address(void **state)
{
	struct rig *rig = *state;
	char *k = machine_ptr(rig->m, K), *a = machine_ptr(rig->m, A);

	touches(rig, K);
	touches(rig, A);
	cpu_before_store(rig->cpu, K, 6, NULL);
	memcpy(k, "kernel", 6);
	cpu_before_store(rig->cpu, A, 6, NULL);
	memcpy(a, "user..", 6);
	cpu_before_load(rig->cpu, K, 6, NULL);
	assert_memory_equal(k, "kernel", 6);
	remaps(rig, K, PLAY_PA + PAGE);
	cpu_before_load(rig->cpu, K, 6, NULL);
	assert_memory_equal(k, "kernel", 6);
	expects_read(rig, A, "user..");
}

static void maintenance_is_by_virtual_address_alone(void **state)
{
	struct rig *rig = *state;

	dirties(rig, A, "user data");
	cleans(rig, K);
	expects_device_read(rig, PLAY_PA, "");
	cleans(rig, A);
	expects_device_read(rig, PLAY_PA, "user data");
}

static void test_clean_and_invalidate_empties_the_cache_for_a_new_process(void **state)
{
	struct rig *rig = *state;

	for (uint32_t at = 0; at < 0x1000; at += 32)
		dirties(rig, K + at, "old");
	while (!(cpu_dc_test_clean(rig->cpu, true) & 1u << 30))
		;
	remaps(rig, K, PLAY_PA + PAGE);
	expects_read(rig, K, "");
	for (uint32_t at = 0; at < 0x1000; at += 32)
		expects_dram(rig, PLAY_PA + at, "old");
}

static void looking_by_physical_address_finds_lines_under_any_virtual_one(void **state)
{
	struct rig *rig = *state;
	char got[6] = "";

	touches(rig, K + 64);
	dirties(rig, A + 64, "dirty");
	assert_true(machine_peek(rig->m, VIEW_CPU, PLAY_PA + 64, got, 5));
	assert_string_equal(got, "dirty");
	assert_true(machine_line(rig->m, 1, PLAY_PA + 64).is_dirty);
	assert_false(machine_line(rig->m, 1, PLAY_PA + 128).is_valid);
}

struct ear {
	struct observer o;
	unsigned nr_write_backs;
	uint64_t pa;
};

static void hears(struct observer *o, const struct observe_event *ev)
{
	struct ear *ear = (struct ear *)o;

	if (ev->kind != OBSERVE_WRITE_BACK)
		return;
	ear->nr_write_backs++;
	ear->pa = ev->pa;
}

static void a_line_is_watched_by_its_memory(void **state)
{
	struct rig *rig = *state;
	struct ear ear = { .o.event = hears };

	touches(rig, K);
	machine_observe(rig->m, &ear.o);
	machine_watch(rig->m, PLAY_PA, 32);
	writes(rig, K, "dirty");
	remaps(rig, K, PLAY_PA + PAGE);
	cpu_dc_all(rig->cpu, DC_CLEAN);
	assert_int_equal(ear.nr_write_backs, 1);
	assert_int_equal(ear.pa, PLAY_PA);
	machine_unobserve(rig->m, &ear.o);
}

/* "inv before only": right on a core that fetches nothing unasked, whatever the seed. */
static void nothing_is_filled_that_nobody_asked_for(void **state)
{
	for (uint64_t seed = 0; seed < 30; seed++) {
		struct rig *rig = rig_of_vivt(CHOOSER_RANDOM, seed);

		machine_watch(rig->m, PLAY_PA, 128);
		touches(rig, K);
		invalidates(rig, K);
		for (unsigned i = 0; i < 8; i++)
			device_writes(rig, PLAY_PA, "from the device");
		expects_read(rig, K, "from the device");
		assert_int_equal(counts(rig).level[0].speculated, 0);
		rig_free(rig);
	}
}

/* Instructions, too: old code at a new process's address. */
static void instruction_lines_belong_to_virtual_addresses(void **state)
{
	struct rig *rig = *state;
	char got[4];

	cpu_cp15_write(rig->cpu, CP15_SCTLR, cpu_cp15_read(rig->cpu, CP15_SCTLR) | 1u << 12);
	device_writes(rig, PLAY_PA, "old.");
	device_writes(rig, PLAY_PA + PAGE, "new.");
	assert_true(cpu_fetch(rig->cpu, K, got, 4, NULL));
	remaps(rig, K, PLAY_PA + PAGE);
	assert_true(cpu_fetch(rig->cpu, K, got, 4, NULL));
	assert_memory_equal(got, "old.", 4);
	assert_true(cpu_ic(rig->cpu, IC_ALL, 0));
	assert_true(cpu_fetch(rig->cpu, K, got, 4, NULL));
	assert_memory_equal(got, "new.", 4);
}

/*
 * Against a model of unlimited size that is as naive as can be: a byte is in the cache
 * under its virtual address or it is not, with the place that it came from. Only lines
 * whose memory no other address caches are compared, so evictions do not show.
 */
static void random_programs_keep_every_byte_under_its_address(void **state)
{
	struct rig *rig = *state;
	static uint8_t flat[2][0x10000];	/* K's half of the memory, and A's */
	g_autoptr(GRand) rand = g_rand_new_with_seed(5);

	memset(flat, 0, sizeof(flat));
	for (unsigned i = 0; i < 20000; i++) {
		unsigned half = (unsigned)g_rand_int_range(rand, 0, 2);
		guint32 at = (guint32)g_rand_int_range(rand, 0, 0x10000 - 64);
		guint32 len = (guint32)g_rand_int_range(rand, 1, 64);
		uint32_t va = (half ? A + 0x10000 : K) + at;
		uint8_t bytes[64];

		switch (g_rand_int_range(rand, 0, 5)) {
		case 0:
			memset(bytes, (int)i, len);
			memset(flat[half] + at, (int)i, len);
			assert_true(cpu_store(rig->cpu, va, bytes, len, NULL));
			break;
		case 1:
			cpu_before_store(rig->cpu, va, len, NULL);
			memset(machine_ptr(rig->m, va), (int)i, len);
			memset(flat[half] + at, (int)i, len);
			break;
		case 2:
			assert_true(cpu_dc_range(rig->cpu, DC_CLEAN_INVALIDATE, va, len));
			break;
		default:
			assert_true(cpu_load(rig->cpu, va, bytes, len, NULL));
			assert_memory_equal(bytes, flat[half] + at, len);
			break;
		}
	}
}

#define vivt(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		vivt(two_addresses_of_one_memory_have_two_lines),
		vivt(a_line_outlives_its_translation_and_hits),
		vivt(a_line_left_behind_is_written_back_to_where_it_came_from),
		vivt(an_eviction_needs_no_translation),
		vivt(a_store_after_a_remap_goes_to_the_old_memory),
		vivt(plain_accesses_follow_the_virtual_address),
		vivt(maintenance_is_by_virtual_address_alone),
		vivt(test_clean_and_invalidate_empties_the_cache_for_a_new_process),
		vivt(looking_by_physical_address_finds_lines_under_any_virtual_one),
		vivt(a_line_is_watched_by_its_memory),
		cmocka_unit_test(nothing_is_filled_that_nobody_asked_for),
		vivt(instruction_lines_belong_to_virtual_addresses),
		vivt(random_programs_keep_every_byte_under_its_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
