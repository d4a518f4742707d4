/* SPDX-License-Identifier: MIT */
/*
 * What is done unasked, when it is not drawn: a script does exactly what it says, a run
 * that was recorded can be told again, and the two adversaries are as bad as they can be
 * and never worse than the architecture lets them.
 */
#include "story.h"

#include <armdma/run.h>
#include <string.h>

#include "sim/sim.h"

#define LINE		32u
#define NR_SEEDS	60u
#define P		"0x80100000"	/* PLAY_PA, in scripts */
#define BELL_PA		0xa0000000u
#define BELL		0x61000000u

G_STATIC_ASSERT(PLAY_PA == 0x80100000u);

static struct rig *rig_watched(struct machine_config cfg)
{
	struct rig *rig = rig_a9_of(&cfg);

	machine_watch(rig->m, PLAY_PA, 4096);
	return rig;
}

static struct rig *rig_scripted(const char *text)
{
	g_autoptr(machine_script) s = machine_script_parse(text, NULL);

	assert_non_null(s);
	return rig_watched((struct machine_config){ .chooser = CHOOSER_SCRIPT, .script = s });
}

static void expects_outcome(struct rig *rig, unsigned nr_done, unsigned nr_skipped,
			    unsigned nr_waiting)
{
	struct machine_script_outcome o;

	machine_script_ask(rig->m, &o);
	assert_int_equal(o.nr_done, nr_done);
	assert_int_equal(o.nr_skipped, nr_skipped);
	assert_int_equal(o.nr_waiting, nr_waiting);
}

/* ---- a script ---------------------------------------------------------------- */

/* What the CPU reads after two writes of the device, without any maintenance. */
static void expects_read_after_two(const char *script, const char *text)
{
	struct rig *rig = rig_scripted(script);

	device_writes(rig, PLAY_PA, "one");
	device_writes(rig, PLAY_PA, "two");
	expects_read(rig, K, text);
	rig_free(rig);
}

static void a_fill_comes_right_before_its_event_or_right_after_it(void **state)
{
	expects_read_after_two("", "two");
	expects_read_after_two("fill " P "@1", "");
	expects_read_after_two("fill " P "@1+", "one");
	expects_read_after_two("fill " P "@2", "one");
	expects_read_after_two("fill " P "@2+", "two");
	expects_read_after_two("fill " P "@3", "two");
	expects_read_after_two("fill2 " P "@2", "one");
	expects_read_after_two("fill 0x8010001f@2", "one");
	expects_read_after_two("fill 0x80100020@2", "two");
	expects_read_after_two("fill 0x800fffe0@1", "two");
}

static void a_prefetch_brings_the_line_after(void **state)
{
	struct rig *rig = rig_scripted("prefetch " P "@2");

	device_writes(rig, PLAY_PA, "x");
	expects_line(rig, PLAY_PA + LINE, "L1 -, L2 -");
	device_writes(rig, PLAY_PA, "x");
	expects_line(rig, PLAY_PA, "L1 -, L2 -");
	expects_line(rig, PLAY_PA + LINE, "L1 clean, L2 clean");
	rig_free(rig);
}

/* What DRAM holds after the CPU and then the device wrote, and the copies were thrown away. */
static void expects_left(const char *script, const char *text)
{
	struct rig *rig = rig_scripted(script);

	writes(rig, K, "cpu");
	device_writes(rig, PLAY_PA, "dev");
	pl310_writes(rig, 0x770, PLAY_PA);
	invalidates(rig, K);
	expects_dram(rig, PLAY_PA, text);
	rig_free(rig);
}

static void an_eviction_takes_dirty_bytes_outward_level_by_level(void **state)
{
	expects_left("", "dev");
	expects_left("evict " P "@2+", "dev");
	expects_left("evict " P "@2+,evict2 " P "@2+", "cpu");
	expects_left("evict2 " P "@2+,evict " P "@2+", "dev");
	expects_left("evict " P "@2,evict2 " P "@2", "dev");
	expects_left("evict " P "@3,evict2 " P "@3", "cpu");
}

static void several_actions_of_a_line_come_in_order_of_time_then_of_the_text(void **state)
{
	struct rig *rig = rig_scripted("evict " P "@2,fill " P "@1,evict2 " P "@2,fill2 " P "@2+");
	struct story *s = story_new(rig);

	device_writes(rig, PLAY_PA, "x");
	device_writes(rig, PLAY_PA, "y");
	expects_outcome(rig, 4, 0, 0);
	expects_line(rig, PLAY_PA, "L1 -, L2 clean");
	story_free(s);
	rig_free(rig);
}

static void what_is_not_legal_then_is_skipped_and_counted(void **state)
{
	struct rig *rig = rig_scripted("evict " P "@1,evict2 " P "@1,fill " P "@1,fill " P "@2,"
				       "hold " P "@3,fill 0x40@1,fill " P "@9");

	expects_outcome(rig, 0, 0, 7);
	touches(rig, K);
	expects_outcome(rig, 1, 2, 4);
	touches(rig, K);
	expects_outcome(rig, 1, 3, 3);
	touches(rig, K);		/* a load cannot wait */
	expects_outcome(rig, 1, 4, 2);
	rig_free(rig);
}

static void a_script_fills_only_through_a_live_cacheable_translation(void **state)
{
	struct rig *rig = rig_scripted("fill " P "@1,fill2 " P "@1,fill " P "@2");

	unmaps(rig, K);
	cpu_tlbi(rig->cpu, TLBI_ALL, 0);
	device_writes(rig, PLAY_PA, "x");
	expects_outcome(rig, 0, 2, 1);
	maps(rig, K, PLAY_PA, 4096, CACHED);
	touches(rig, K + LINE);
	device_writes(rig, PLAY_PA, "x");
	expects_outcome(rig, 1, 2, 0);
	rig_free(rig);
}

/* ---- events -------------------------------------------------------------------- */

static void expects_events(struct rig *rig, uint32_t off, unsigned nr)
{
	assert_int_equal(machine_nr_events(rig->m, PLAY_PA + off), nr);
}

static void plays_one_of_each(struct rig *rig)
{
	unsigned n = 0;

	touches(rig, K);
	expects_events(rig, 0, ++n);
	writes(rig, K, "x");
	expects_events(rig, 0, ++n);
	cleans(rig, K);
	expects_events(rig, 0, ++n);
	invalidates(rig, K);
	expects_events(rig, 0, ++n);
	pl310_writes(rig, 0x7f0, PLAY_PA);
	expects_events(rig, 0, ++n);
	device_writes(rig, PLAY_PA, "x");
	expects_events(rig, 0, ++n);
	expects_device_read(rig, PLAY_PA, "x");
	expects_events(rig, 0, ++n);
	writes(rig, U, "x");
	expects_events(rig, 0, ++n);
	touches(rig, U + LINE);
	expects_events(rig, 0, n);
}

static void each_access_and_operation_is_one_event_of_its_line(void **state)
{
	for (unsigned chooser = CHOOSER_NOMINAL; chooser <= CHOOSER_SCRIPT; chooser++) {
		struct rig *rig = rig_watched((struct machine_config){
			.chooser = chooser, .seed = 4 });

		assert_true(machine_count_events(rig->m));
		plays_one_of_each(rig);
		rig_free(rig);
	}
}

static void nobody_counts_unless_asked(void **state)
{
	struct rig *rig = rig_watched((struct machine_config){ .chooser = CHOOSER_NOMINAL });

	touches(rig, K);
	expects_events(rig, 0, 0);
	assert_true(machine_count_events(rig->m));
	touches(rig, K);
	expects_events(rig, 0, 1);
	rig_free(rig);
}

/* In nominal mode ranges take short cuts; a script's run takes none. */
static void plays_ranges(struct rig *rig)
{
	char buf[3000] = { 0 };

	assert_int_equal(master_write(rig->eth, PLAY_PA + 16, buf, sizeof(buf)).kind, MASTER_OK);
	assert_true(cpu_dc_range(rig->cpu, DC_INVALIDATE, K, 4096));
	assert_true(cpu_dc_range(rig->cpu, DC_CLEAN_INVALIDATE, K, 100));
	touches(rig, K + 64);
	assert_true(cpu_dc_range(rig->cpu, DC_CLEAN, K, 4096));
	assert_true(cpu_store_run(rig->cpu, PL310_VA + 0x770, PLAY_PA, LINE, 20, NULL));
	assert_int_equal(master_read(rig->eth, PLAY_PA + 16, buf, sizeof(buf)).kind, MASTER_OK);
	assert_true(cpu_load(rig->cpu, K + 5, buf, 100, NULL));
}

static void a_range_is_an_event_of_each_of_its_lines_however_it_is_done(void **state)
{
	struct rig *nominal = rig_watched((struct machine_config){ .chooser = CHOOSER_NOMINAL });
	struct rig *scripted = rig_scripted("");

	assert_true(machine_count_events(nominal->m));
	plays_ranges(nominal);
	plays_ranges(scripted);
	for (uint32_t off = 0; off < 4096; off += LINE)
		assert_int_equal(machine_nr_events(nominal->m, PLAY_PA + off),
				 machine_nr_events(scripted->m, PLAY_PA + off));
	expects_events(scripted, 0, 7);
	expects_events(scripted, 2048, 4);
	expects_events(scripted, 4096 - LINE, 2);
	rig_free(nominal);
	rig_free(scripted);
}

static void what_is_not_watched_does_not_count(void **state)
{
	struct rig *rig = rig_scripted("");

	device_writes(rig, PLAY_PA + 4096, "x");
	touches(rig, K + 4096);
	expects_events(rig, 4096, 0);
	rig_free(rig);
}

/* ---- stores that wait ------------------------------------------------------------ */

struct bell {
	struct rig *rig;
	char got[4];
};

static bool bell_write(void *opaque, struct cpu *c, uint64_t reg, unsigned len, uint64_t value)
{
	struct bell *bell = opaque;

	return master_read(bell->rig->eth, PLAY_PA, bell->got, 3).kind == MASTER_OK;
}

static bool bell_read(void *opaque, struct cpu *c, uint64_t reg, unsigned len,
		      uint64_t *ret_value)
{
	*ret_value = 0;
	return true;
}

static const struct bus_ops bell_ops = { .read = bell_read, .write = bell_write };

/* What a device that is rung after a store, and perhaps a barrier or a clean, finds. */
static void expects_rung(const char *script, uint32_t va, bool cleans_it, bool has_barrier,
			 const char *text)
{
	struct rig *rig = rig_scripted(script);
	struct bell bell = { .rig = rig };
	uint32_t one = 1;

	bus_attach(rig->m, &(struct bus_device){
		.pa = BELL_PA, .len = 0x1000, .ops = &bell_ops, .opaque = &bell });
	maps(rig, BELL, BELL_PA, 0x1000, DEVICE);
	pl310_writes(rig, 0x100, 0);
	device_writes(rig, PLAY_PA, "old");
	writes(rig, va, "new");
	if (cleans_it)
		cleans(rig, va);
	if (has_barrier)
		cpu_dsb(rig->cpu, BARRIER_SY);
	assert_true(cpu_store(rig->cpu, BELL, &one, sizeof(one), NULL));
	assert_string_equal(bell.got, text);
	rig_free(rig);
}

static void a_store_that_is_held_waits_for_a_barrier_and_no_other_store_does(void **state)
{
	expects_rung("", U, false, false, "new");
	expects_rung("hold " P "@2", U, false, false, "old");
	expects_rung("hold " P "@2", U, false, true, "new");
	expects_rung("hold 0x80100020@2", U, false, false, "new");
}

static void a_cache_operation_that_is_held_waits_for_a_barrier(void **state)
{
	expects_rung("", K, true, false, "new");
	expects_rung("hold " P "@3", K, true, false, "old");
	expects_rung("hold " P "@3", K, true, true, "new");
	expects_rung("hold " P "@2", K, true, false, "new");
}

/* ---- records ----------------------------------------------------------------------- */

/* Receive into memory that is invalidated before the DMA and, if at all, wrongly after. */
static bool is_stale(const struct machine_config *cfg)
{
	struct rig *rig = rig_watched(*cfg);
	char got[4];

	writes(rig, K, "old!");
	cleans_and_invalidates(rig, K);
	cpu_dsb(rig->cpu, BARRIER_SY);
	pl310_writes(rig, 0x7f0, PLAY_PA);
	device_writes(rig, PLAY_PA, "new!");
	assert_true(cpu_load(rig->cpu, K, got, 4, NULL));
	rig_free(rig);
	return memcmp(got, "new!", 4) != 0;
}

static char *record_of(struct machine_config cfg, bool *ret_is_stale)
{
	char *text = NULL;
	size_t len;

	cfg.record = open_memstream(&text, &len);
	*ret_is_stale = is_stale(&cfg);
	fclose(cfg.record);
	return text;
}

static void a_recorded_run_told_again_ends_the_same(void **state)
{
	unsigned nr_stale = 0;

	for (uint64_t seed = 0; seed < NR_SEEDS; seed++) {
		bool was_stale;
		char *text = record_of((struct machine_config){
			.chooser = CHOOSER_RANDOM, .seed = seed }, &was_stale);
		g_autoptr(machine_script) s = machine_script_parse(text, NULL);

		assert_non_null(s);
		assert_int_equal(is_stale(&(struct machine_config){
			.chooser = CHOOSER_SCRIPT, .seed = seed, .script = s }), was_stale);
		nr_stale += was_stale;
		free(text);
	}
	assert_in_range(nr_stale, 1, NR_SEEDS - 1);
}

static guint64 log_of(struct machine_config cfg, FILE *record)
{
	struct rig *rig;
	struct story *s;
	guint64 hash;

	cfg.record = record;
	rig = rig_watched(cfg);
	s = story_new(rig);
	for (unsigned i = 0; i < 60; i++) {
		device_writes(rig, PLAY_PA + i % 7 * 40, "device");
		touches(rig, K + i % 5 * 40);
		pl310_writes(rig, 0x7f0, PLAY_PA + i % 7 * 40);
	}
	hash = s->hash;
	story_free(s);
	rig_free(rig);
	return hash;
}

/* Without stores, of which a record keeps no drains, it is the same run in every byte. */
static void a_recorded_run_without_stores_told_again_is_the_same_run(void **state)
{
	static const enum chooser_mode choosers[] = {
		CHOOSER_RANDOM, CHOOSER_EVICT, CHOOSER_RETAIN
	};

	for (size_t i = 0; i < G_N_ELEMENTS(choosers); i++) {
		struct machine_config cfg = { .chooser = choosers[i], .seed = 11 };
		char *text = NULL, *again = NULL;
		size_t len;
		FILE *record = open_memstream(&text, &len);
		guint64 hash = log_of(cfg, record);
		g_autoptr(machine_script) s = NULL;

		fclose(record);
		s = machine_script_parse(text, NULL);
		assert_true(machine_script_length(s) > 10);
		record = open_memstream(&again, &len);
		assert_true(log_of((struct machine_config){
			.chooser = CHOOSER_SCRIPT, .seed = 11, .script = s }, record) == hash);
		fclose(record);
		assert_string_equal(again, text);
		free(text);
		free(again);
	}
}

static void lazy_stores_are_recorded_as_held(void **state)
{
	char *text = NULL;
	size_t len;
	FILE *record = open_memstream(&text, &len);
	struct rig *rig = rig_watched((struct machine_config){
		.chooser = CHOOSER_LAZY, .record = record });

	touches(rig, U);
	writes(rig, U, "x");
	writes(rig, U + LINE, "y");
	rig_free(rig);
	fclose(record);
	assert_string_equal(text, "hold " P "@2\nhold 0x80100020@1\n");
	free(text);
}

/* ---- turns --------------------------------------------------------------------------- */

static char told[64];
static size_t nr_told;

static void tells(void *arg)
{
	char byte;

	for (unsigned i = 0; i < 20; i++) {
		cpu_load(cpu_current(), U + i, &byte, 1, NULL);
		told[nr_told++] = *(char *)arg;
	}
}

static char *story_of(struct machine_config cfg)
{
	struct rig *rig = rig_watched(cfg);
	struct rig other = rig_of_cpu(rig, 1);
	char a = 'a', b = 'b';

	nr_told = 0;
	machine_run(rig->m, (const struct run_agent[]){
		{ rig->cpu, tells, &a }, { other.cpu, tells, &b } }, 2);
	rig_free(rig);
	return g_strndup(told, nr_told);
}

static void turns_are_those_of_the_same_seed(void **state)
{
	g_autoptr(machine_script) turns = machine_script_parse("turns", NULL);
	g_autofree char *random = story_of((struct machine_config){
		.chooser = CHOOSER_RANDOM, .seed = 3 });
	g_autofree char *scripted = story_of((struct machine_config){
		.chooser = CHOOSER_SCRIPT, .seed = 3, .script = turns });
	g_autofree char *without = story_of((struct machine_config){
		.chooser = CHOOSER_SCRIPT, .seed = 3 });

	assert_string_equal(random, scripted);
	assert_string_equal(without, "aaaaaaaaaaaaaaaaaaaa" "bbbbbbbbbbbbbbbbbbbb");
}

/* ---- adversaries ------------------------------------------------------------------------ */

static struct rig *rig_worst(enum chooser_mode chooser)
{
	return rig_watched((struct machine_config){ .chooser = chooser });
}

static void both_show_what_is_invalidated_too_early(void **state)
{
	assert_true(is_stale(&(struct machine_config){ .chooser = CHOOSER_EVICT }));
	assert_true(is_stale(&(struct machine_config){ .chooser = CHOOSER_RETAIN }));
	assert_false(is_stale(&(struct machine_config){ .chooser = CHOOSER_NOMINAL }));
}

/* A level that is invalidated before the one below it comes back from there. */
static void both_show_levels_that_are_invalidated_in_the_wrong_order(void **state)
{
	for (unsigned chooser = CHOOSER_EVICT; chooser <= CHOOSER_RETAIN; chooser++) {
		struct rig *rig = rig_worst(chooser);

		touches(rig, K);
		device_writes(rig, PLAY_PA, "new");
		invalidates(rig, K);
		cpu_dsb(rig->cpu, BARRIER_SY);
		pl310_writes(rig, 0x770, PLAY_PA);
		expects_read(rig, K, "");
		rig_free(rig);
	}
}

static void only_the_one_that_evicts_shows_dirty_bytes_over_the_devices(void **state)
{
	for (unsigned chooser = CHOOSER_EVICT; chooser <= CHOOSER_RETAIN; chooser++) {
		struct rig *rig = rig_worst(chooser);

		writes(rig, K, "cpu");
		device_writes(rig, PLAY_PA, "dev");
		expects_dram(rig, PLAY_PA, chooser == CHOOSER_EVICT ? "cpu" : "dev");
		rig_free(rig);
	}
}

/* The neighbour of a buffer in its line is written while the device has the buffer. */
static void a_store_beside_what_the_device_wrote_overwrites_it_when_evicted(void **state)
{
	for (unsigned chooser = CHOOSER_EVICT; chooser <= CHOOSER_RETAIN; chooser++) {
		struct rig *rig = rig_worst(chooser);

		device_writes(rig, PLAY_PA, "dev");
		writes(rig, K + 16, "neighbour");
		expects_dram(rig, PLAY_PA, chooser == CHOOSER_EVICT ? "" : "dev");
		expects_dram(rig, PLAY_PA + 16, chooser == CHOOSER_EVICT ? "neighbour" : "");
		rig_free(rig);
	}
}

static void both_keep_what_was_not_cleaned_from_the_device(void **state)
{
	for (unsigned chooser = CHOOSER_EVICT; chooser <= CHOOSER_RETAIN; chooser++) {
		struct rig *rig = rig_worst(chooser);

		writes(rig, K, "cpu");
		expects_device_read(rig, PLAY_PA, "");
		rig_free(rig);
	}
}

static void receives(struct rig *rig, const char *text)
{
	invalidates(rig, K);
	cpu_dsb(rig->cpu, BARRIER_SY);
	pl310_writes(rig, 0x770, PLAY_PA);
	pl310_writes(rig, 0x730, 0);
	device_writes(rig, PLAY_PA, text);
	pl310_writes(rig, 0x770, PLAY_PA);
	pl310_writes(rig, 0x730, 0);
	invalidates(rig, K);
	cpu_dsb(rig->cpu, BARRIER_SY);
	expects_read(rig, K, text);
}

static void sends(struct rig *rig, const char *text)
{
	writes(rig, K, text);
	cleans(rig, K);
	cpu_dsb(rig->cpu, BARRIER_SY);
	pl310_writes(rig, 0x7b0, PLAY_PA);
	pl310_writes(rig, 0x730, 0);
	expects_device_read(rig, PLAY_PA, text);
}

static void neither_breaks_what_is_right(void **state)
{
	for (unsigned chooser = CHOOSER_EVICT; chooser <= CHOOSER_RETAIN; chooser++) {
		struct rig *rig = rig_worst(chooser);

		for (unsigned i = 0; i < 3; i++) {
			sends(rig, "sent");
			receives(rig, "received");
		}
		assert_true(counts(rig).level[0].speculated > 0);
		assert_true(inner_valid(rig->m));
		assert_true(outer_valid(rig->m));
		rig_free(rig);
	}
}

/* After a round that was right, the next wrong one is seen as well as the first. */
static void a_line_that_is_up_to_date_again_is_not_evicted_early(void **state)
{
	struct rig *rig = rig_worst(CHOOSER_EVICT);

	receives(rig, "received");
	writes(rig, K, "cpu");
	expects_line(rig, PLAY_PA, "L1 dirty, L2 clean");
	device_writes(rig, PLAY_PA, "dev");
	expects_dram(rig, PLAY_PA, "cpueived");
	rig_free(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fill_comes_right_before_its_event_or_right_after_it),
		cmocka_unit_test(a_prefetch_brings_the_line_after),
		cmocka_unit_test(an_eviction_takes_dirty_bytes_outward_level_by_level),
		cmocka_unit_test(several_actions_of_a_line_come_in_order_of_time_then_of_the_text),
		cmocka_unit_test(what_is_not_legal_then_is_skipped_and_counted),
		cmocka_unit_test(a_script_fills_only_through_a_live_cacheable_translation),
		cmocka_unit_test(each_access_and_operation_is_one_event_of_its_line),
		cmocka_unit_test(nobody_counts_unless_asked),
		cmocka_unit_test(a_range_is_an_event_of_each_of_its_lines_however_it_is_done),
		cmocka_unit_test(what_is_not_watched_does_not_count),
		cmocka_unit_test(a_store_that_is_held_waits_for_a_barrier_and_no_other_store_does),
		cmocka_unit_test(a_cache_operation_that_is_held_waits_for_a_barrier),
		cmocka_unit_test(a_recorded_run_told_again_ends_the_same),
		cmocka_unit_test(a_recorded_run_without_stores_told_again_is_the_same_run),
		cmocka_unit_test(lazy_stores_are_recorded_as_held),
		cmocka_unit_test(turns_are_those_of_the_same_seed),
		cmocka_unit_test(both_show_what_is_invalidated_too_early),
		cmocka_unit_test(both_show_levels_that_are_invalidated_in_the_wrong_order),
		cmocka_unit_test(only_the_one_that_evicts_shows_dirty_bytes_over_the_devices),
		cmocka_unit_test(a_store_beside_what_the_device_wrote_overwrites_it_when_evicted),
		cmocka_unit_test(both_keep_what_was_not_cleaned_from_the_device),
		cmocka_unit_test(neither_breaks_what_is_right),
		cmocka_unit_test(a_line_that_is_up_to_date_again_is_not_evicted_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
