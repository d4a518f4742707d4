/* SPDX-License-Identifier: MIT */
/* Masters at a CCI-400: whom they snoop, as its registers say. */
#include "rig.h"

#include <string.h>

#define CCI_PA		0xa0090000u
#define CCI_VA		0x61000000u
#define CCI_BYTES	0x10000u
#define OTHER_PA	(PLAY_PA + 0x100u)
#define OTHER		(K + 0x100u)

#define OVERRIDE	0x0
#define SPECULATION	0x4
#define SECURE		0x8
#define STATUS		0xc
#define SNOOP(n)	(0x1000u * ((n) + 1))
#define SHARE(n)	(SNOOP(n) + 4)
#define BOTH		3u
#define SUPPORTS_BOTH	0xc0000000u
#define SUPPORTS_DVM	0x80000000u

static struct rig *rig;
static struct rig other;		/* the CPU at the other interface, if there is one */
static struct master *gpu;

/* Two Cortex-A15: CPU 0 at interface 3, CPU 1 at @interface. */
static void start_as(bool is_coherent, uint8_t interface, enum machine_gear gear,
		     enum chooser_mode chooser, uint64_t seed)
{
	struct board *b = fixture_board_a15();
	struct board_cpu *second = g_ptr_array_index(b->cpus, 1);

	b->cci400.path = g_strdup("/soc/cci");
	b->cci400.reg_pa = CCI_PA;
	second->has_cci_interface = true;
	second->cci_interface = interface;
	rig = rig_new(b, &(struct machine_config){
		.gear = gear, .chooser = chooser, .seed = seed });
	maps(rig, K, PLAY_PA, 0x10000, CACHED);
	maps(rig, CCI_VA, CCI_PA, CCI_BYTES, DEVICE);
	other = rig_of_cpu(rig, 1);
	gpu = master_new(rig->m, &(struct master_config){
		.name = "gpu", .is_coherent = is_coherent, .port = PORT_ACE_LITE,
		.cci_interface = 2 });
}

static void start(bool is_coherent)
{
	start_as(is_coherent, 4, GEAR_EXACT, CHOOSER_NOMINAL, 0);
}

static int stop(void **state)
{
	rig_free(rig);
	return 0;
}

static void sets(uint32_t reg, uint32_t value)
{
	assert_true(cpu_store(rig->cpu, CCI_VA + reg, &value, sizeof(value), NULL));
}

static uint32_t reads_register(uint32_t reg)
{
	uint32_t value = 0;

	assert_true(cpu_load(rig->cpu, CCI_VA + reg, &value, sizeof(value), NULL));
	return value;
}

static void expects_gpu_read(uint32_t pa, const char *text)
{
	char got[32] = "";

	assert_int_equal(master_read(gpu, pa, got, strlen(text) + !*text).kind, MASTER_OK);
	assert_string_equal(got, text);
}

static void gpu_writes(uint32_t pa, const char *text)
{
	assert_int_equal(master_write(gpu, pa, text, strlen(text)).kind, MASTER_OK);
}

/* ---- transactions ---------------------------------------------------------------- */

static void a_shareable_read_takes_the_cpus_copy(void **state)
{
	start(true);
	writes(rig, K, "dirty");
	expects_gpu_read(PLAY_PA, "dirty");
	expects_dram(rig, PLAY_PA, "");
}

static void a_shareable_write_leaves_no_stale_copy(void **state)
{
	start(true);
	writes(rig, K, "cpu bytes");
	gpu_writes(PLAY_PA, "GPU");
	expects_line(rig, PLAY_PA, "L1 -, L2 -");
	expects_read(rig, K, "GPU bytes");
}

static void with_snoops_off_a_read_gets_stale_bytes(void **state)
{
	start(true);
	sets(SNOOP(3), 0);
	sets(SNOOP(4), 0);
	writes(rig, K, "dirty");
	expects_gpu_read(PLAY_PA, "");
}

static void with_snoops_off_a_write_leaves_the_cpus_copy_stale(void **state)
{
	start(true);
	sets(SNOOP(3), 0);
	sets(SNOOP(4), 0);
	device_writes(rig, PLAY_PA, "old");
	expects_read(rig, K, "old");
	gpu_writes(PLAY_PA, "new");
	expects_read(rig, K, "old");
	expects_dram(rig, PLAY_PA, "new");
}

static void level_2_hears_of_a_write_only_while_some_cluster_does(void **state)
{
	start(true);
	sets(SNOOP(3), 0);
	sets(SNOOP(4), 0);
	writes(rig, K, "cpu bytes");
	assert_true(cpu_dc(rig->cpu, DC_CLEAN_POU, K));
	gpu_writes(PLAY_PA, "GPU");
	expects_line(rig, PLAY_PA, "L1 clean, L2 dirty");
	sets(SNOOP(3), BOTH);
	gpu_writes(PLAY_PA, "gpu");
	expects_line(rig, PLAY_PA, "L1 -, L2 -");
	expects_read(rig, K, "gpu bytes");
}

static void only_the_clusters_that_are_enabled_hear_of_it(void **state)
{
	start(true);
	sets(SNOOP(3), 0);
	writes(rig, K, "first");
	writes(&other, OTHER, "second");
	expects_gpu_read(PLAY_PA, "");
	expects_gpu_read(OTHER_PA, "second");
	gpu_writes(PLAY_PA, "gpu");
	gpu_writes(OTHER_PA, "gpu");
	expects_read(rig, K, "first");
	expects_read(&other, OTHER, "gpuond");
}

static void a_non_shareable_transaction_snoops_nobody(void **state)
{
	start(false);
	writes(rig, K, "cpu");
	expects_gpu_read(PLAY_PA, "");
	gpu_writes(PLAY_PA, "gpu");
	expects_read(rig, K, "cpu");
}

static void an_override_makes_it_shareable_and_another_takes_it_back(void **state)
{
	start(false);
	writes(rig, K, "cpu");
	sets(SHARE(1), 3);
	expects_gpu_read(PLAY_PA, "");
	sets(SHARE(2), 3);
	expects_gpu_read(PLAY_PA, "cpu");
	gpu_writes(PLAY_PA, "gpu");
	expects_read(rig, K, "gpu");
	writes(rig, K, "CPU");
	sets(SHARE(2), 1);
	expects_gpu_read(PLAY_PA, "gpu");
	rig_free(rig);
	start(true);
	writes(rig, K, "cpu");
	sets(SHARE(2), 2);
	expects_gpu_read(PLAY_PA, "");
	sets(SHARE(2), 1);
	expects_gpu_read(PLAY_PA, "cpu");
}

static void control_override_stops_all_snoops_for_as_long_as_it_is_set(void **state)
{
	start(true);
	writes(rig, K, "cpu");
	sets(OVERRIDE, 1);
	expects_gpu_read(PLAY_PA, "");
	assert_int_equal(reads_register(SNOOP(3)), SUPPORTS_DVM | 2);
	sets(OVERRIDE, 0);
	expects_gpu_read(PLAY_PA, "cpu");
	sets(OVERRIDE, 1);
	sets(SNOOP(3), BOTH);
	sets(OVERRIDE, 0);
	assert_int_equal(reads_register(SNOOP(3)), SUPPORTS_BOTH | 2);
}

static void other_ports_do_not_ask_it(void **state)
{
	struct master *bus;
	char got[4] = "";

	start(true);
	bus = master_new(rig->m, &(struct master_config){ .name = "bus", .is_coherent = true });
	sets(OVERRIDE, 1);
	writes(rig, K, "cpu");
	assert_int_equal(master_read(bus, PLAY_PA, got, 3).kind, MASTER_OK);
	assert_string_equal(got, "cpu");
}

static void without_one_the_port_is_like_any_other(void **state)
{
	rig = rig_new(fixture_board_a15(), &(struct machine_config){ .seed = 0 });
	maps(rig, K, PLAY_PA, 0x1000, CACHED);
	gpu = master_new(rig->m, &(struct master_config){
		.name = "gpu", .is_coherent = true, .port = PORT_ACE_LITE });
	writes(rig, K, "cpu");
	expects_gpu_read(PLAY_PA, "cpu");
}

static void memory_that_nobody_holds_moves_whatever_is_enabled(void **state)
{
	static char page[0x8000];

	start(true);
	sets(SNOOP(4), 0);
	memset(page, 'x', sizeof(page));
	assert_int_equal(master_write(gpu, PLAY_PA, page, sizeof(page)).kind, MASTER_OK);
	expects_read(rig, K, "xxxx");
	expects_read(rig, K + 0x7ffc, "xxxx");
}

/* ---- registers ------------------------------------------------------------------- */

static void it_starts_as_firmware_leaves_it(void **state)
{
	start(true);
	assert_int_equal(reads_register(SNOOP(0)), SUPPORTS_DVM);
	assert_int_equal(reads_register(SNOOP(2)), SUPPORTS_DVM);
	assert_int_equal(reads_register(SNOOP(3)), SUPPORTS_BOTH | BOTH);
	assert_int_equal(reads_register(SNOOP(4)), SUPPORTS_BOTH | BOTH);
	assert_int_equal(reads_register(STATUS), 0);
}

static void an_interface_without_cpus_supports_nothing(void **state)
{
	start_as(true, 3, GEAR_EXACT, CHOOSER_NOMINAL, 0);
	sets(SNOOP(4), BOTH);
	assert_int_equal(reads_register(SNOOP(4)), 0);
	assert_int_equal(reads_register(SNOOP(3)), SUPPORTS_BOTH | BOTH);
}

static void ace_lite_interfaces_take_dvm_messages_only(void **state)
{
	start(true);
	sets(SNOOP(0), 0xffffffff);
	assert_int_equal(reads_register(SNOOP(0)), SUPPORTS_DVM | 2);
	sets(SHARE(0), 0xffffffff);
	assert_int_equal(reads_register(SHARE(0)), 3);
	sets(SHARE(3), 3);
	assert_int_equal(reads_register(SHARE(3)), 0);
}

static void registers_keep_the_bits_that_they_have(void **state)
{
	start(true);
	sets(OVERRIDE, 0xffffffff);
	sets(SPECULATION, 0xffffffff);
	sets(SECURE, 0xffffffff);
	sets(STATUS, 0xffffffff);
	sets(0x10, 0xffffffff);
	sets(0x6000, 0xffffffff);
	assert_int_equal(reads_register(OVERRIDE), 0x3f);
	assert_int_equal(reads_register(SPECULATION), 0x1f0007);
	assert_int_equal(reads_register(SECURE), 1);
	assert_int_equal(reads_register(STATUS), 0);
	assert_int_equal(reads_register(0x10), 0);
	assert_int_equal(reads_register(0x6000), 0);
}

static void accesses_that_are_no_words_are_refused(void **state)
{
	uint64_t value = 0;

	start(true);
	assert_false(cpu_load(rig->cpu, CCI_VA + SNOOP(3), &value, 1, NULL));
	assert_false(cpu_store(rig->cpu, CCI_VA + SNOOP(3), &value, 2, NULL));
	assert_false(cpu_store(rig->cpu, CCI_VA + SNOOP(3), &value, 8, NULL));
	assert_int_equal(reads_register(SNOOP(3)), SUPPORTS_BOTH | BOTH);
}

static void a_lazy_change_is_in_effect_once_status_was_read(void **state)
{
	start_as(true, 3, GEAR_EXACT, CHOOSER_LAZY, 0);
	writes(rig, K, "cpu");
	sets(SNOOP(3), 0);
	cpu_dsb(rig->cpu, BARRIER_SY);
	expects_gpu_read(PLAY_PA, "cpu");
	assert_int_equal(reads_register(STATUS), 1);
	assert_int_equal(reads_register(STATUS), 0);
	expects_gpu_read(PLAY_PA, "");
}

static bool gpu_hears_at_once(uint64_t seed)
{
	char got[4] = "";

	start_as(true, 3, GEAR_EXACT, CHOOSER_RANDOM, seed);
	writes(rig, K, "cpu");
	sets(SNOOP(3), 0);
	cpu_dsb(rig->cpu, BARRIER_SY);
	assert_int_equal(master_read(gpu, PLAY_PA, got, 3).kind, MASTER_OK);
	while (reads_register(STATUS))
		;
	expects_gpu_read(PLAY_PA, "");
	rig_free(rig);
	return strcmp(got, "cpu") == 0;
}

static void a_random_one_is_seen_early_and_late_and_always_after_polling(void **state)
{
	unsigned nr_late = 0;

	for (uint64_t seed = 0; seed < 64; seed++)
		nr_late += gpu_hears_at_once(seed);
	assert_in_range(nr_late, 8, 56);
}

static void in_the_fast_gear_registers_answer_and_memory_is_coherent(void **state)
{
	start_as(true, 4, GEAR_FAST, CHOOSER_NOMINAL, 0);
	sets(SNOOP(3), 0);
	assert_int_equal(reads_register(SNOOP(3)), SUPPORTS_BOTH);
	writes(rig, K, "cpu");
	expects_gpu_read(PLAY_PA, "cpu");
}

/* ---- any access at all -------------------------------------------------------------- */

static uint32_t number(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static void expects_registers_to_be_possible(void)
{
	uint32_t off = reads_register(OVERRIDE) & BOTH;

	assert_int_equal(reads_register(OVERRIDE) & ~0x3fu, 0);
	for (unsigned i = 0; i < 5; i++) {
		uint32_t v = reads_register(SNOOP(i));

		assert_int_equal(v & ~(SUPPORTS_BOTH | BOTH), 0);
		assert_int_equal(v & BOTH & ~(v >> 30), 0);
		assert_int_equal(v >> 30 & off, 0);
		assert_in_range(reads_register(SHARE(i)), 0, i < 3 ? 3 : 0);
	}
}

static void does_anything(uint32_t *random)
{
	static const uint32_t regs[] = { 0, 4, 8, 0xc, 0x10, 0x1000, 0x1004, 0x3004, 0x4000,
					 0x4004, 0x5000, 0x5004, 0x6000, 0x9004, 0xfffc };
	uint32_t reg = number(random) % 4 ? regs[number(random) % G_N_ELEMENTS(regs)]
					  : number(random) % CCI_BYTES;
	uint32_t len = 1u << number(random) % 4;
	uint64_t value = number(random) * 0x0000010100000101ull;
	char bytes[100];

	reg &= ~(len - 1);
	switch (number(random) % 4) {
	case 0:
		assert_int_equal(cpu_load(rig->cpu, CCI_VA + reg, &value, len, NULL), len == 4);
		break;
	case 1:
		assert_int_equal(cpu_store(rig->cpu, CCI_VA + reg, &value, len, NULL), len == 4);
		break;
	case 2:
		writes(number(random) % 2 ? rig : &other, K + number(random) % 0x1000, "w");
		break;
	default:
		memset(bytes, (int)value, sizeof(bytes));
		master_write(gpu, PLAY_PA + number(random) % 0x1000, bytes, sizeof(bytes));
		master_read(gpu, PLAY_PA + number(random) % 0x1000, bytes, sizeof(bytes));
	}
}

static void no_sequence_of_accesses_does_harm(void **state)
{
	for (unsigned mode = CHOOSER_NOMINAL; mode <= CHOOSER_LAZY; mode++) {
		uint32_t random = mode + 1;

		start_as(true, 4, GEAR_EXACT, mode, mode);
		for (unsigned i = 0; i < 5000; i++) {
			does_anything(&random);
			if (i % 16 == 0)
				expects_registers_to_be_possible();
		}
		if (mode != CHOOSER_LAZY)
			rig_free(rig);
	}
}

#define cci(name)	cmocka_unit_test_teardown(name, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cci(a_shareable_read_takes_the_cpus_copy),
		cci(a_shareable_write_leaves_no_stale_copy),
		cci(with_snoops_off_a_read_gets_stale_bytes),
		cci(with_snoops_off_a_write_leaves_the_cpus_copy_stale),
		cci(level_2_hears_of_a_write_only_while_some_cluster_does),
		cci(only_the_clusters_that_are_enabled_hear_of_it),
		cci(a_non_shareable_transaction_snoops_nobody),
		cci(an_override_makes_it_shareable_and_another_takes_it_back),
		cci(control_override_stops_all_snoops_for_as_long_as_it_is_set),
		cci(other_ports_do_not_ask_it),
		cci(without_one_the_port_is_like_any_other),
		cci(memory_that_nobody_holds_moves_whatever_is_enabled),
		cci(it_starts_as_firmware_leaves_it),
		cci(an_interface_without_cpus_supports_nothing),
		cci(ace_lite_interfaces_take_dvm_messages_only),
		cci(registers_keep_the_bits_that_they_have),
		cci(accesses_that_are_no_words_are_refused),
		cci(a_lazy_change_is_in_effect_once_status_was_read),
		cmocka_unit_test(a_random_one_is_seen_early_and_late_and_always_after_polling),
		cci(in_the_fast_gear_registers_answer_and_memory_is_coherent),
		cci(no_sequence_of_accesses_does_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
