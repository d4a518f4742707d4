/* SPDX-License-Identifier: MIT */
/*
 * Several agents at once, and the one scheduler that says whose turn it is. No cmocka in
 * agents: an assertion of it would jump out of their threads.
 */
#include <armdma/run.h>
#include "rig.h"
#include "sim/bus/bus.h"

#include <string.h>

#define PAGE		4096u
#define MIB		(1u << 20)
#define NR_STEPS	20

static struct rig *rig_both_cpus(enum machine_gear gear, enum chooser_mode chooser,
				 uint64_t seed)
{
	struct rig *rig = rig_a9_with(gear, chooser, seed);
	struct cpu *other = machine_cpu(rig->m, 1);

	for (enum cp15_reg reg = CP15_ACTLR; reg < CP15_DFSR; reg++)
		cpu_cp15_write(other, reg, cpu_cp15_read(rig->cpu, reg));
	cpu_cp15_write(other, CP15_SCTLR, cpu_cp15_read(rig->cpu, CP15_SCTLR));
	return rig;
}

/* ---- who was when ------------------------------------------------------------- */

/* Each agent writes its letter once for each of its steps. */
struct story {
	char text[256];
	size_t len;
};

struct teller {
	struct rig *rig;
	struct story *story;
	char letter;
};

static void says(struct teller *t)
{
	t->story->text[t->story->len++] = t->letter;
}

static void tells_by_loads(void *arg)
{
	struct teller *t = arg;
	char byte;

	for (unsigned i = 0; i < NR_STEPS; i++) {
		cpu_load(cpu_current(), U + i, &byte, 1, NULL);
		says(t);
	}
}

static void tells_by_dma(void *arg)
{
	struct teller *t = arg;
	char byte;

	for (unsigned i = 0; i < NR_STEPS; i++) {
		master_read(t->rig->eth, PLAY_PA, &byte, 1);
		says(t);
	}
}

static char *story_of(enum chooser_mode chooser, uint64_t seed)
{
	struct rig *rig = rig_both_cpus(GEAR_EXACT, chooser, seed);
	struct story story = { .len = 0 };
	struct teller a = { rig, &story, 'a' }, b = { rig, &story, 'b' }, d = { rig, &story, 'd' };

	machine_run(rig->m, (const struct run_agent[]){
		{ machine_cpu(rig->m, 0), tells_by_loads, &a },
		{ machine_cpu(rig->m, 1), tells_by_loads, &b },
		{ NULL, tells_by_dma, &d },
	}, 3);
	rig_free(rig);
	return g_strdup(story.text);
}

static void nominally_each_agent_runs_to_its_end(void **state)
{
	g_autofree char *story = story_of(CHOOSER_NOMINAL, 1);

	assert_string_equal(story, "aaaaaaaaaaaaaaaaaaaa" "bbbbbbbbbbbbbbbbbbbb"
				   "dddddddddddddddddddd");
}

static void the_same_seed_gives_the_same_turns(void **state)
{
	for (uint64_t seed = 0; seed < 10; seed++) {
		g_autofree char *once = story_of(CHOOSER_RANDOM, seed);
		g_autofree char *again = story_of(CHOOSER_RANDOM, seed);
		g_autofree char *other = story_of(CHOOSER_RANDOM, seed + 1);

		assert_string_equal(once, again);
		assert_string_not_equal(once, other);
		assert_int_equal(strlen(once), 3 * NR_STEPS);
	}
}

static unsigned changes_in(const char *story)
{
	unsigned nr = 0;

	for (const char *p = story; p[0] && p[1]; p++)
		nr += p[0] != p[1];
	return nr;
}

static void every_step_may_be_somebody_elses(void **state)
{
	g_autoptr(GHashTable) beginnings = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
								 NULL);

	for (uint64_t seed = 0; seed < 200; seed++) {
		g_autofree char *story = story_of(CHOOSER_RANDOM, seed);

		assert_in_range(changes_in(story), 15, 59);	/* about 40 of 59 */
		g_hash_table_add(beginnings, g_strndup(story, 3));
	}
	assert_int_equal(g_hash_table_size(beginnings), 27);
}

static void turns_are_drawn_from_a_stream_of_their_own(void **state)
{
	struct rig *rig = rig_both_cpus(GEAR_EXACT, CHOOSER_RANDOM, 3);
	struct rig *alone = rig_both_cpus(GEAR_EXACT, CHOOSER_RANDOM, 3);
	struct story story = { .len = 0 };
	struct teller a = { rig, &story, 'a' }, b = { rig, &story, 'b' };
	char byte;

	machine_run(rig->m, (const struct run_agent[]){
		{ rig->cpu, tells_by_loads, &a }, { machine_cpu(rig->m, 1), tells_by_loads, &b },
	}, 2);
	machine_watch(rig->m, PLAY_PA, MIB);
	machine_watch(alone->m, PLAY_PA, MIB);
	for (unsigned i = 0; i < 200; i++) {		/* the other choices are as ever */
		cpu_load(rig->cpu, K + 32 * i, &byte, 1, NULL);
		cpu_load(alone->cpu, K + 32 * i, &byte, 1, NULL);
		assert_int_equal(counts(rig).level[0].speculated,
				 counts(alone).level[0].speculated);
	}
	rig_free(rig);
	rig_free(alone);
}

/* ---- what they see ------------------------------------------------------------- */

struct talk {
	struct rig *rig;
	uint32_t data_va, flag_va;
	char got[8];
};

static void sends(void *arg)
{
	struct talk *t = arg;

	cpu_store(cpu_current(), t->data_va, "mail", 4, NULL);
	cpu_dmb(cpu_current(), BARRIER_SY);
	cpu_store(cpu_current(), t->flag_va, "!", 1, NULL);
}

static void awaits(void *arg)
{
	struct talk *t = arg;
	char flag = 0;

	while (flag != '!') {
		g_assert_true(run_yield());
		cpu_load(cpu_current(), t->flag_va, &flag, 1, NULL);
	}
	cpu_dmb(cpu_current(), BARRIER_SY);
	cpu_load(cpu_current(), t->data_va, t->got, 4, NULL);
}

static void an_agent_that_yields_sees_what_another_sends(void **state)
{
	static const enum chooser_mode modes[] = { CHOOSER_NOMINAL, CHOOSER_RANDOM };

	for (unsigned i = 0; i < 50; i++) {
		struct rig *rig = rig_both_cpus(GEAR_EXACT, modes[i % 2], i);
		struct talk t = { .rig = rig, .data_va = K, .flag_va = K + PAGE };

		machine_run(rig->m, (const struct run_agent[]){
			{ machine_cpu(rig->m, 1), awaits, &t }, { rig->cpu, sends, &t },
		}, 2);
		assert_string_equal(t.got, "mail");
		rig_free(rig);
	}
}

static void yields_often(void *arg)
{
	struct teller *t = arg;

	for (unsigned i = 0; i < 3; i++) {
		says(t);
		g_assert_true(run_yield());
	}
}

static void nominally_a_yield_goes_round(void **state)
{
	struct rig *rig = rig_both_cpus(GEAR_EXACT, CHOOSER_NOMINAL, 0);
	struct story story = { .len = 0 };
	struct teller a = { rig, &story, 'a' }, b = { rig, &story, 'b' }, c = { rig, &story, 'c' };

	machine_run(rig->m, (const struct run_agent[]){
		{ NULL, yields_often, &a }, { NULL, yields_often, &b }, { NULL, yields_often, &c },
	}, 3);
	assert_string_equal(story.text, "abcabcabc");
	assert_false(run_yield());
	rig_free(rig);
}

/* A plain store, of which the machine learns only with its next event. */
static void stores_natively(void *arg)
{
	struct talk *t = arg;

	cpu_before_store(cpu_current(), t->data_va, 4, NULL);
	memcpy(machine_ptr(t->rig->m, t->data_va), "late", 4);
}

static void reads_by_dma(void *arg)
{
	struct talk *t = arg;

	master_read(t->rig->eth, PLAY_PA, t->got, 4);
}

static void the_last_store_of_an_agent_is_not_lost(void **state)
{
	struct rig *rig = rig_both_cpus(GEAR_EXACT, CHOOSER_NOMINAL, 0);
	struct talk t = { .rig = rig, .data_va = U };

	machine_run(rig->m, (const struct run_agent[]){
		{ rig->cpu, stores_natively, &t }, { NULL, reads_by_dma, &t },
	}, 2);
	assert_string_equal(t.got, "late");
	rig_free(rig);
}

/* ---- in the middle ---------------------------------------------------------------- */

#define NR_LINES	8u
#define LEN		(NR_LINES * 32)

struct tear {
	struct rig *rig;
	char bytes[LEN];
};

static void stores_lines(void *arg)
{
	struct tear *t = arg;

	cpu_store(cpu_current(), U, t->bytes, LEN, NULL);
}

static void cleans_lines(void *arg)
{
	cpu_dc_range(cpu_current(), DC_CLEAN, K, LEN);
}

static void writes_by_dma(void *arg)
{
	struct tear *t = arg;

	master_write(t->rig->eth, PLAY_PA, t->bytes, LEN);
}

static void loads_lines(void *arg)
{
	struct tear *t = arg;

	cpu_load(cpu_current(), U, t->bytes, LEN, NULL);
}

static void reads_lines_by_dma(void *arg)
{
	struct tear *t = arg;

	master_read(t->rig->eth, PLAY_PA, t->bytes, LEN);
}

/* How often, of 20 runs, @look saw some of what @act did, and not all. */
static unsigned times_torn(enum chooser_mode chooser, void (*act)(void *), void (*look)(void *),
			   bool is_dirty)
{
	unsigned nr_torn = 0;

	for (uint64_t seed = 0; seed < 20; seed++) {
		struct rig *rig = rig_both_cpus(GEAR_EXACT, chooser, seed);
		struct tear to = { .rig = rig }, from = { .rig = rig };

		memset(to.bytes, 'x', LEN);
		pl310_writes(rig, 0x100, 0);
		if (is_dirty)
			cpu_store(rig->cpu, K, to.bytes, LEN, NULL);
		machine_run(rig->m, (const struct run_agent[]){
			{ rig->cpu, act, &to }, { machine_cpu(rig->m, 1), look, &from },
		}, 2);
		nr_torn += memchr(from.bytes, 'x', LEN) && memchr(from.bytes, 0, LEN);
		rig_free(rig);
	}
	return nr_torn;
}

static void what_is_many_lines_is_interrupted_between_them(void **state)
{
	static const struct {
		void (*act)(void *arg), (*look)(void *arg);
		bool is_dirty;
	} tears[] = {
		{ stores_lines, reads_lines_by_dma, false },
		{ cleans_lines, reads_lines_by_dma, true },
		{ writes_by_dma, loads_lines, false },
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(tears); i++) {
		assert_int_equal(times_torn(CHOOSER_NOMINAL, tears[i].act, tears[i].look,
					    tears[i].is_dirty), 0);
		assert_in_range(times_torn(CHOOSER_RANDOM, tears[i].act, tears[i].look,
					   tears[i].is_dirty), 1, 20);
	}
}

/* ---- whose is what ------------------------------------------------------------------ */

static void checks_whose_window_it_is(void *arg)
{
	struct rig *rig = arg;
	struct window *w = window_of(machine_window(rig->m));
	char byte;

	for (unsigned i = 0; i < NR_STEPS; i++) {
		uint32_t page = cpu_index(cpu_current());	/* each has one of its own */

		cpu_before_load(cpu_current(), K + page * PAGE, 1, NULL);
		memcpy(&byte, machine_ptr(rig->m, K + page * PAGE), 1);
		cpu_dmb(cpu_current(), BARRIER_SY);
		g_assert_nonnull(w->page_state[(K >> 12) + page]);
		g_assert_null(w->page_state[(K >> 12) + !page]);
	}
}

static void the_window_shows_whoever_has_its_turn(void **state)
{
	struct rig *rig = rig_both_cpus(GEAR_EXACT, CHOOSER_RANDOM, 5);

	machine_run(rig->m, (const struct run_agent[]){
		{ rig->cpu, checks_whose_window_it_is, rig },
		{ machine_cpu(rig->m, 1), checks_whose_window_it_is, rig },
	}, 2);
	rig_free(rig);
}

static void after_a_run_the_window_shows_its_caller_again(void **state)
{
	struct rig *rig = rig_both_cpus(GEAR_EXACT, CHOOSER_NOMINAL, 0);
	struct window *w = window_of(machine_window(rig->m));

	cpu_before_load(rig->cpu, K, 1, NULL);
	machine_run(rig->m, (const struct run_agent[]){
		{ machine_cpu(rig->m, 1), checks_whose_window_it_is, rig },
	}, 1);
	assert_null(cpu_current());
	assert_non_null(w->page_state[K >> 12]);
	assert_null(w->page_state[(K >> 12) + 1]);
	rig_free(rig);
}

static bool handler_reads(void *opaque, struct cpu *c, uint64_t off, unsigned len,
			  uint64_t *ret_value)
{
	struct teller *t = opaque;
	char byte;

	for (unsigned i = 0; i < 5; i++) {
		master_read(t->rig->eth, PLAY_PA, &byte, 1);
		g_assert_true(run_yield());	/* an agent, but not now */
		says(t);
	}
	*ret_value = 0;
	return true;
}

static bool handler_refuses(void *opaque, struct cpu *c, uint64_t off, unsigned len,
			    uint64_t value)
{
	return false;
}

static void touches_the_device(void *arg)
{
	uint32_t word;

	g_assert_true(cpu_load(cpu_current(), 0x70000000, &word, 4, NULL));
}

static void a_handler_of_a_device_is_one_event(void **state)
{
	static const struct bus_ops ops = { .read = handler_reads, .write = handler_refuses };

	for (uint64_t seed = 0; seed < 20; seed++) {
		struct rig *rig = rig_both_cpus(GEAR_EXACT, CHOOSER_RANDOM, seed);
		struct story story = { .len = 0 };
		struct teller d = { rig, &story, 'd' }, b = { rig, &story, 'b' };

		maps(rig, 0x70000000, 0x10000000, PAGE, DEVICE);
		bus_attach(rig->m, &(struct bus_device){
			.pa = 0x10000000, .len = 0x100, .ops = &ops, .opaque = &d });
		machine_run(rig->m, (const struct run_agent[]){
			{ rig->cpu, touches_the_device, NULL },
			{ machine_cpu(rig->m, 1), tells_by_loads, &b },
		}, 2);
		assert_non_null(strstr(story.text, "ddddd"));
		rig_free(rig);
	}
}

/* ---- counts, and nobody --------------------------------------------------------------- */

static void works(void *arg)
{
	struct rig *rig = arg;
	struct cpu *c = cpu_current();
	uint32_t va = K + cpu_index(c) * 64 * PAGE;

	for (uint32_t i = 0; i < 50; i++) {
		cpu_store(c, va + i * 100, &i, sizeof(i), NULL);
		cpu_dc(c, DC_CLEAN, va + i * 50);
		cpu_dsb(c, BARRIER_SY);
		if (i % 10 == 0)
			cpu_tlbi(c, TLBI_MVA, va);
		master_write(rig->eth, PLAY_PA + i * 4, &i, sizeof(i));
	}
}

static struct machine_counters counts_of_a_run(uint64_t seed, uint64_t *ret_step)
{
	struct rig *rig = rig_both_cpus(GEAR_EXACT, CHOOSER_RANDOM, seed);
	struct machine_counters sum;

	machine_watch(rig->m, PLAY_PA, MIB);
	machine_run(rig->m, (const struct run_agent[]){
		{ rig->cpu, works, rig }, { machine_cpu(rig->m, 1), works, rig },
	}, 2);
	sum = counts(rig);
	*ret_step = machine_step(rig->m);
	rig_free(rig);
	return sum;
}

static void event_counts_are_the_same_for_the_same_seed(void **state)
{
	for (uint64_t seed = 0; seed < 5; seed++) {
		uint64_t step, step_again, step_other;
		struct machine_counters once = counts_of_a_run(seed, &step);
		struct machine_counters again = counts_of_a_run(seed, &step_again);

		counts_of_a_run(seed + 1, &step_other);
		assert_memory_equal(&once, &again, sizeof(once));
		assert_int_equal(step, step_again);
		assert_int_not_equal(step, step_other);
	}
}

static void a_run_of_nobody_is_over_at_once(void **state)
{
	struct rig *rig = rig_a9();

	machine_run(rig->m, NULL, 0);
	expects_read(rig, K, "");
	rig_free(rig);
}

static void counts_up(void *arg)
{
	g_atomic_int_inc((gint *)arg);
	while (g_atomic_int_get((gint *)arg) < 2)	/* never, if they took turns */
		;
	g_assert_false(run_yield());
}

static void in_the_fast_gear_all_run_at_once(void **state)
{
	struct rig *rig = rig_both_cpus(GEAR_FAST, CHOOSER_NOMINAL, 0);
	gint nr = 0;

	machine_run(rig->m, (const struct run_agent[]){
		{ rig->cpu, counts_up, &nr }, { machine_cpu(rig->m, 1), counts_up, &nr },
	}, 2);
	assert_int_equal(nr, 2);
	rig_free(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nominally_each_agent_runs_to_its_end),
		cmocka_unit_test(the_same_seed_gives_the_same_turns),
		cmocka_unit_test(every_step_may_be_somebody_elses),
		cmocka_unit_test(turns_are_drawn_from_a_stream_of_their_own),
		cmocka_unit_test(an_agent_that_yields_sees_what_another_sends),
		cmocka_unit_test(nominally_a_yield_goes_round),
		cmocka_unit_test(the_last_store_of_an_agent_is_not_lost),
		cmocka_unit_test(what_is_many_lines_is_interrupted_between_them),
		cmocka_unit_test(the_window_shows_whoever_has_its_turn),
		cmocka_unit_test(after_a_run_the_window_shows_its_caller_again),
		cmocka_unit_test(a_handler_of_a_device_is_one_event),
		cmocka_unit_test(event_counts_are_the_same_for_the_same_seed),
		cmocka_unit_test(a_run_of_nobody_is_over_at_once),
		cmocka_unit_test(in_the_fast_gear_all_run_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
