/* SPDX-License-Identifier: MIT */
/*
 * What a store buffer lets others see, and when. CHOOSER_LAZY shows in one run what is
 * allowed at all; CHOOSER_RANDOM has to find it, and must never find more.
 *
 * A doorbell is a device whose write is the moment to look at memory.
 */
#include "story.h"

#include "sim/sim.h"

#define NR_SEEDS	200u
#define BELL_PA		0xa0000000u
#define BELL		0x61000000u

struct bell {
	struct rig *rig;
	uint32_t pa;		/* what the device reads when it is rung */
	char got[8];
	unsigned nr_rings;
};

static bool bell_read(void *opaque, struct cpu *c, uint64_t reg, unsigned len,
		      uint64_t *ret_value)
{
	const struct bell *bell = opaque;

	*ret_value = bell->nr_rings;
	return true;
}

static bool bell_write(void *opaque, struct cpu *c, uint64_t reg, unsigned len, uint64_t value)
{
	struct bell *bell = opaque;

	bell->nr_rings++;
	return master_read(bell->rig->eth, bell->pa, bell->got, 3).kind == MASTER_OK;
}

static const struct bus_ops bell_ops = { .read = bell_read, .write = bell_write };

static struct rig *rig_of(enum chooser_mode chooser, uint64_t seed)
{
	struct rig *rig = rig_a9_with(GEAR_EXACT, chooser, seed);

	pl310_writes(rig, 0x100, 0);		/* its own store buffer is for test-errata.c */
	writes(rig, U, "old");
	writes(rig, U + 0x100, "old");
	cpu_dsb(rig->cpu, BARRIER_SY);
	/* As when devices are agents of their own: they look at any time. */
	order_set_concurrent(rig->m, true);
	return rig;
}

static void attach_bell(struct bell *bell, struct rig *rig, uint32_t pa)
{
	*bell = (struct bell){ .rig = rig, .pa = pa };
	bus_attach(rig->m, &(struct bus_device){
		.pa = BELL_PA, .len = 0x1000, .ops = &bell_ops, .opaque = bell });
	maps(rig, BELL, BELL_PA, 0x1000, DEVICE);
}

static void rings(struct rig *rig)
{
	uint32_t one = 1;

	assert_true(cpu_store(rig->cpu, BELL, &one, sizeof(one), NULL));
}

static int setup(void **state)
{
	*state = rig_of(CHOOSER_LAZY, 0);
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

/* ---- one store ------------------------------------ */

static void a_held_store_is_seen_by_its_own_cpu_alone(void **state)
{
	struct rig *rig = *state;

	writes(rig, U, "new");
	expects_read(rig, U, "new");
	expects_device_read(rig, PLAY_PA, "old");
	expects_dram(rig, PLAY_PA, "old");
}

static void a_dsb_makes_it_seen(void **state)
{
	struct rig *rig = *state;

	writes(rig, U, "new");
	cpu_dsb(rig->cpu, BARRIER_ST);
	expects_device_read(rig, PLAY_PA, "new");
}

static void a_dmb_completes_nothing(void **state)
{
	struct rig *rig = *state;

	writes(rig, U, "new");
	cpu_dmb(rig->cpu, BARRIER_SY);
	expects_device_read(rig, PLAY_PA, "old");
}

static void nominal_holds_nothing(void **state)
{
	struct rig *rig = rig_of(CHOOSER_NOMINAL, 0);

	writes(rig, U, "new");
	expects_device_read(rig, PLAY_PA, "new");
	rig_free(rig);
}

static void it_is_seen_in_a_finite_time(void **state)
{
	struct rig *rig = *state;

	writes(rig, U, "new");
	for (unsigned i = 0; i < 1000; i++)
		touches(rig, U + 0x2000);
	expects_device_read(rig, PLAY_PA, "new");
}

static void the_youngest_of_two_to_the_same_bytes_wins(void **state)
{
	struct rig *rig = *state;

	writes(rig, U, "one");
	writes(rig, U + 2, "two");
	expects_read(rig, U, "ontwo");
	writes(rig, U + 1, "x");
	cpu_dsb(rig->cpu, BARRIER_SY);
	expects_device_read(rig, PLAY_PA, "oxtwo");
}

static void a_store_of_many_lines_is_forwarded_whole(void **state)
{
	struct rig *rig = *state;
	uint8_t out[600], back[600];

	for (unsigned i = 0; i < sizeof(out); i++)
		out[i] = (uint8_t)(i * 7);
	assert_true(cpu_store(rig->cpu, U + 5, out, sizeof(out), NULL));
	assert_true(cpu_load(rig->cpu, U + 5, back, sizeof(back), NULL));
	assert_memory_equal(out, back, sizeof(out));
	cpu_dsb(rig->cpu, BARRIER_SY);
	assert_true(machine_peek(rig->m, VIEW_DRAM, PLAY_PA + 5, back, sizeof(back)));
	assert_memory_equal(out, back, sizeof(out));
}

static void strongly_ordered_memory_waits_for_nobody(void **state)
{
	struct rig *rig = *state;

	maps(rig, U + 0x10000, PLAY_PA + 0x1000, 0x1000, STRONGLY_ORDERED);
	assert_true(cpu_store(rig->cpu, U + 0x10000, "seen", 4, NULL));
	expects_device_read(rig, PLAY_PA + 0x1000, "seen");
}

/* ---- two stores ------------------------------------ */

static void a_younger_store_overtakes(void **state)
{
	struct rig *rig = *state;

	writes(rig, U, "new");
	writes(rig, U + 0x100, "new");
	expects_device_read(rig, PLAY_PA + 0x100, "new");
	expects_device_read(rig, PLAY_PA, "old");
}

static void a_younger_store_overtakes_within_a_line(void **state)
{
	struct rig *rig = *state;

	writes(rig, U, "new");
	writes(rig, U + 8, "own");
	expects_device_read(rig, PLAY_PA + 8, "own");
	expects_device_read(rig, PLAY_PA, "old");
}

static void does_not_overtake(struct rig *rig, enum barrier_kind kind)
{
	writes(rig, U, "new");
	cpu_dmb(rig->cpu, kind);
	writes(rig, U + 0x100, "new");
	expects_device_read(rig, PLAY_PA + 0x100, "old");
	for (unsigned i = 0; i < 1000; i++) {
		char first[3], second[3];

		master_read(rig->eth, PLAY_PA + 0x100, second, sizeof(second));
		master_read(rig->eth, PLAY_PA, first, sizeof(first));
		if (second[0] == 'n')
			assert_memory_equal(first, "new", 3);
	}
	expects_device_read(rig, PLAY_PA + 0x100, "new");
}

static void no_store_overtakes_a_dmb(void **state)
{
	does_not_overtake(*state, BARRIER_SY);
}

static void no_store_overtakes_a_dmb_of_stores(void **state)
{
	does_not_overtake(*state, BARRIER_ST);
}

static void a_full_dmb_orders_a_store_against_a_load(void **state)
{
	struct rig *rig = *state;

	writes(rig, U, "new");
	cpu_dmb(rig->cpu, BARRIER_SY);
	touches(rig, U + 0x100);
	expects_device_read(rig, PLAY_PA, "new");
}

static void a_dmb_of_stores_does_not(void **state)
{
	struct rig *rig = *state;

	writes(rig, U, "new");
	cpu_dmb(rig->cpu, BARRIER_ST);
	touches(rig, U + 0x100);
	expects_device_read(rig, PLAY_PA, "old");
}

static void an_isb_orders_no_data(void **state)
{
	struct rig *rig = *state;

	writes(rig, U, "new");
	cpu_isb(rig->cpu);
	expects_device_read(rig, PLAY_PA, "old");
}

/* ---- doorbells ------------------------------------ */

static void a_doorbell_overtakes_the_data(void **state)
{
	struct rig *rig = *state;
	struct bell bell;

	attach_bell(&bell, rig, PLAY_PA);
	writes(rig, U, "new");
	rings(rig);
	assert_memory_equal(bell.got, "old", 3);
}

static void a_doorbell_does_not_overtake_a_dmb(void **state)
{
	struct rig *rig = *state;
	struct bell bell;

	attach_bell(&bell, rig, PLAY_PA);
	writes(rig, U, "new");
	cpu_dmb(rig->cpu, BARRIER_ST);
	rings(rig);
	assert_memory_equal(bell.got, "new", 3);
}

static void reading_a_register_flushes_no_memory(void **state)
{
	struct rig *rig = *state;
	struct bell bell;
	uint32_t value;

	attach_bell(&bell, rig, PLAY_PA);
	rings(rig);
	writes(rig, U, "new");
	assert_true(cpu_load(rig->cpu, BELL, &value, sizeof(value), NULL));
	assert_int_equal(value, 1);
	expects_device_read(rig, PLAY_PA, "old");
}

/* Played by hand, a device looks after the fact, unless a doorbell came before the data. */
static void a_device_played_by_hand_finds_what_no_doorbell_overtook(void **state)
{
	struct rig *rig = *state;
	struct bell bell;

	order_set_concurrent(rig->m, false);
	attach_bell(&bell, rig, PLAY_PA);
	writes(rig, U + 0x100, "new");
	expects_device_read(rig, PLAY_PA + 0x100, "new");
	writes(rig, U, "new");
	rings(rig);
	assert_memory_equal(bell.got, "old", 3);
	expects_device_read(rig, PLAY_PA, "old");
}

/* ---- cached lines ------------------------------------ */

/* Its masters snoop, and so look past the store buffer into level 1. */
static struct rig *rig_coherent(enum chooser_mode chooser, uint64_t seed)
{
	struct rig *rig = rig_new(fixture_board_coherent(), &(struct machine_config){
		.chooser = chooser, .seed = seed });

	maps(rig, K, PLAY_PA, 0x10000, CACHED);
	machine_watch(rig->m, PLAY_PA, 0x1000);
	writes(rig, K, "old");
	cpu_dsb(rig->cpu, BARRIER_SY);
	order_set_concurrent(rig->m, true);
	return rig;
}

static void a_cached_store_is_held_from_who_snoops(void **state)
{
	struct rig *rig = rig_coherent(CHOOSER_LAZY, 0);

	writes(rig, K, "new");
	expects_read(rig, K, "new");
	expects_device_read(rig, PLAY_PA, "old");
	cpu_dsb(rig->cpu, BARRIER_ST);
	expects_device_read(rig, PLAY_PA, "new");
	rig_free(rig);
}

static void so_is_a_native_store(void **state)
{
	struct rig *rig = rig_coherent(CHOOSER_LAZY, 0);
	char *p = machine_ptr(rig->m, K);

	cpu_before_store(rig->cpu, K + 1, 1, NULL);
	p[1] = 'W';
	expects_device_read(rig, PLAY_PA, "old");
	cpu_before_load(rig->cpu, K, 3, NULL);
	assert_memory_equal(p, "oWd", 3);
	expects_device_read(rig, PLAY_PA, "old");
	cpu_dsb(rig->cpu, BARRIER_ST);
	expects_device_read(rig, PLAY_PA, "oWd");
	rig_free(rig);
}

static void two_native_loads_in_a_row_both_see_it(void **state)
{
	struct rig *rig = rig_coherent(CHOOSER_LAZY, 0);
	char *p = machine_ptr(rig->m, K);

	writes(rig, K, "new");
	cpu_before_load(rig->cpu, K, 3, NULL);
	cpu_before_load(rig->cpu, K + 0x80, 3, NULL);
	assert_memory_equal(p, "new", 3);
	cpu_before_store(rig->cpu, K + 0x200, 1, NULL);
	assert_memory_equal(p, "new", 3);
	expects_device_read(rig, PLAY_PA, "old");
	rig_free(rig);
}

static void maintenance_takes_what_was_stored_to_its_line(void **state)
{
	struct rig *rig = rig_coherent(CHOOSER_LAZY, 0);

	writes(rig, K, "new");
	cleans(rig, K);
	expects_dram(rig, PLAY_PA, "\0\0\0");
	cpu_dsb(rig->cpu, BARRIER_ST);
	expects_dram(rig, PLAY_PA, "new");
	rig_free(rig);
}

static void what_maintenance_did_is_certain_after_a_dsb(void **state)
{
	struct rig *rig = rig_coherent(CHOOSER_LAZY, 0);

	writes(rig, K, "new");
	cpu_dsb(rig->cpu, BARRIER_SY);
	cleans(rig, K);
	cpu_dmb(rig->cpu, BARRIER_SY);
	expects_dram(rig, PLAY_PA, "\0\0\0");
	cpu_dsb(rig->cpu, BARRIER_SY);
	expects_dram(rig, PLAY_PA, "new");
	rig_free(rig);
}

static void loads_and_stores_of_a_line_wait_for_maintenance_of_it(void **state)
{
	struct rig *rig = rig_coherent(CHOOSER_LAZY, 0);

	writes(rig, K, "new");
	cleans(rig, K);
	writes(rig, K, "more");
	touches(rig, K + 0x100);
	expects_dram(rig, PLAY_PA, "\0\0\0");
	expects_read(rig, K, "more");
	expects_dram(rig, PLAY_PA, "new");
	rig_free(rig);
}

static void maintenance_of_lines_that_nobody_watches_is_done_at_once(void **state)
{
	struct rig *rig = rig_coherent(CHOOSER_LAZY, 0);

	machine_unwatch(rig->m, PLAY_PA, 0x1000);
	writes(rig, K, "new");
	cleans(rig, K);
	expects_dram(rig, PLAY_PA, "new");
	rig_free(rig);
}

static void a_line_that_nobody_watches_any_more_holds_nothing_back(void **state)
{
	struct rig *rig = rig_coherent(CHOOSER_LAZY, 0);

	writes(rig, K, "new");
	machine_unwatch(rig->m, PLAY_PA, 0x1000);
	expects_device_read(rig, PLAY_PA, "new");
	rig_free(rig);
}

/* ---- what observers are told ------------------------------------ */

static void a_store_is_told_in_program_order_and_its_drain_apart(void **state)
{
	struct rig *rig = *state;
	struct story *s;

	machine_watch(rig->m, PLAY_PA, 64);
	s = story_new(rig);
	writes(rig, U, "one");
	writes(rig, U + 8, "two");
	cpu_dsb(rig->cpu, BARRIER_SY);
	expects_story(s,
		"cpu0 store +0 3 'one'\n"
		"cpu0 store +0x8 3 'two'\n"
		"cpu0 drain +0x8 3 'two'\n"
		"cpu0 drain +0 3 'one'\n");
	story_free(s);
}

struct judge {
	struct observer observer;
	enum observe_order last;
};

static void on_read(struct observer *o, const struct observe_event *ev)
{
	if (ev->kind == OBSERVE_DMA_READ)
		((struct judge *)o)->last = ev->order;
}

static void a_reader_that_comes_too_early_is_told_from_one_that_was_misled(void **state)
{
	struct rig *rig = *state;
	struct judge judge = { .observer.event = on_read };
	struct bell bell;

	attach_bell(&bell, rig, PLAY_PA + 0x400);
	machine_observe(rig->m, &judge.observer);
	expects_device_read(rig, PLAY_PA, "old");
	assert_int_equal(judge.last, ORDER_KEPT);
	writes(rig, U, "new");
	writes(rig, U + 0x100, "new");
	expects_device_read(rig, PLAY_PA, "old");
	assert_int_equal(judge.last, ORDER_RACE);
	expects_device_read(rig, PLAY_PA + 0x100, "new");
	expects_device_read(rig, PLAY_PA, "old");
	assert_int_equal(judge.last, ORDER_BROKEN_BY_MEMORY);
	rings(rig);
	expects_device_read(rig, PLAY_PA, "old");
	assert_int_equal(judge.last, ORDER_BROKEN_BY_REGISTER);
	cpu_dsb(rig->cpu, BARRIER_SY);
	expects_device_read(rig, PLAY_PA, "new");
	assert_int_equal(judge.last, ORDER_KEPT);
	machine_unobserve(rig->m, &judge.observer);
}

/* ---- drawn from the seed ------------------------------------ */

/* Bit 0: the first store was seen; bit 1: the second. */
static unsigned two_stores(uint64_t seed, bool has_dmb)
{
	struct rig *rig = rig_of(CHOOSER_RANDOM, seed);
	char first, second;

	writes(rig, U, "new");
	if (has_dmb)
		cpu_dmb(rig->cpu, BARRIER_ST);
	writes(rig, U + 0x100, "new");
	master_read(rig->eth, PLAY_PA + 0x100, &second, 1);
	master_read(rig->eth, PLAY_PA, &first, 1);
	rig_free(rig);
	return (first == 'n') | (second == 'n') << 1;
}

static unsigned outcomes(bool has_dmb)
{
	unsigned seen = 0;

	for (uint64_t seed = 0; seed < NR_SEEDS; seed++)
		seen |= 1u << two_stores(seed, has_dmb);
	return seen;
}

static void random_finds_every_order(void **state)
{
	assert_int_equal(outcomes(false), 1u << 0 | 1u << 1 | 1u << 2 | 1u << 3);
}

static void random_never_breaks_a_dmb(void **state)
{
	assert_int_equal(outcomes(true), 1u << 0 | 1u << 1 | 1u << 3);
}

/* A store never joins one from before a DMB, which may drain before its own elders. */
static void random_merges_nothing_over_a_dmb(void **state)
{
	for (uint64_t seed = 0; seed < NR_SEEDS; seed++) {
		struct rig *rig = rig_of(CHOOSER_RANDOM, seed);
		char elder, again;

		writes(rig, U + 0x100, "new");
		writes(rig, U, "new");
		cpu_dmb(rig->cpu, BARRIER_ST);
		writes(rig, U, "2nd");
		master_read(rig->eth, PLAY_PA, &again, 1);
		master_read(rig->eth, PLAY_PA + 0x100, &elder, 1);
		if (again == '2')
			assert_int_equal(elder, 'n');
		rig_free(rig);
	}
}

/* Alone, a CPU cannot tell that it has a store buffer, whatever barriers it uses. */
static void alone_with(struct rig *rig, guint32 seed)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
	uint8_t flat[512] = { 0 }, got[64];

	for (unsigned i = 0; i < 2000; i++) {
		uint32_t off = (uint32_t)g_rand_int_range(rand, 0, 448);
		size_t len = (size_t)g_rand_int_range(rand, 1, 64);
		uint8_t byte = (uint8_t)i;

		switch (g_rand_int_range(rand, 0, 8)) {
		case 0: case 1: case 2:
			memset(flat + off, byte, len);
			memset(got, byte, len);
			assert_true(cpu_store(rig->cpu, U + 0x1000 + off, got, len, NULL));
			break;
		case 3:
			memset(flat + off, byte, len);
			cpu_before_store(rig->cpu, U + 0x1000 + off, len, NULL);
			memset(machine_ptr(rig->m, U + 0x1000 + off), byte, len);
			break;
		case 4:
			cpu_dmb(rig->cpu, byte & 1);
			break;
		case 5:
			cpu_before_load(rig->cpu, U + 0x1000 + off, len, NULL);
			assert_memory_equal(machine_ptr(rig->m, U + 0x1000 + off), flat + off,
					    len);
			break;
		default:
			assert_true(cpu_load(rig->cpu, U + 0x1000 + off, got, len, NULL));
			assert_memory_equal(got, flat + off, len);
		}
	}
}

static void a_cpu_alone_sees_what_it_wrote(void **state)
{
	for (guint32 seed = 0; seed < 50; seed++) {
		struct rig *rig = rig_of(seed % 5 ? CHOOSER_RANDOM : CHOOSER_LAZY, seed);

		alone_with(rig, seed);
		rig_free(rig);
	}
}

#define lazy_test(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		lazy_test(a_held_store_is_seen_by_its_own_cpu_alone),
		lazy_test(a_dsb_makes_it_seen),
		lazy_test(a_dmb_completes_nothing),
		cmocka_unit_test(nominal_holds_nothing),
		lazy_test(it_is_seen_in_a_finite_time),
		lazy_test(the_youngest_of_two_to_the_same_bytes_wins),
		lazy_test(a_store_of_many_lines_is_forwarded_whole),
		lazy_test(strongly_ordered_memory_waits_for_nobody),
		lazy_test(a_younger_store_overtakes),
		lazy_test(a_younger_store_overtakes_within_a_line),
		lazy_test(no_store_overtakes_a_dmb),
		lazy_test(no_store_overtakes_a_dmb_of_stores),
		lazy_test(a_full_dmb_orders_a_store_against_a_load),
		lazy_test(a_dmb_of_stores_does_not),
		lazy_test(an_isb_orders_no_data),
		lazy_test(a_doorbell_overtakes_the_data),
		lazy_test(a_doorbell_does_not_overtake_a_dmb),
		lazy_test(reading_a_register_flushes_no_memory),
		lazy_test(a_device_played_by_hand_finds_what_no_doorbell_overtook),
		cmocka_unit_test(a_cached_store_is_held_from_who_snoops),
		cmocka_unit_test(so_is_a_native_store),
		cmocka_unit_test(two_native_loads_in_a_row_both_see_it),
		cmocka_unit_test(maintenance_takes_what_was_stored_to_its_line),
		cmocka_unit_test(what_maintenance_did_is_certain_after_a_dsb),
		cmocka_unit_test(loads_and_stores_of_a_line_wait_for_maintenance_of_it),
		cmocka_unit_test(maintenance_of_lines_that_nobody_watches_is_done_at_once),
		cmocka_unit_test(a_line_that_nobody_watches_any_more_holds_nothing_back),
		lazy_test(a_store_is_told_in_program_order_and_its_drain_apart),
		lazy_test(a_reader_that_comes_too_early_is_told_from_one_that_was_misled),
		cmocka_unit_test(random_finds_every_order),
		cmocka_unit_test(random_never_breaks_a_dmb),
		cmocka_unit_test(random_merges_nothing_over_a_dmb),
		cmocka_unit_test(a_cpu_alone_sees_what_it_wrote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
