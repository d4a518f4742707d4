/* SPDX-License-Identifier: MIT */
/*
 * Operations on many lines at once against as many on one line: the same machine twice,
 * which differ in nothing that an observer, a counter or memory could tell.
 */
#include <stdlib.h>
#include <string.h>
#include <glib.h>

#include "rig.h"

#define SPAN	(64u << 10)
#define LINE	32u

/* An event of one line, or the part of a larger one that is about it. */
struct told {
	enum observe_kind kind;
	uint64_t pa, step;
	uint32_t va;
	bool is_dirty;
	int level;
	enum observe_cause cause;
	enum observe_answer answer;
};

struct side {
	struct rig *rig, peer;		/* its CPU 0, which maintains; its CPU 1 */
	struct observer observer;
	GArray *told;
	bool is_at_once;
	bool is_random;
};

static void on_event(struct observer *o, const struct observe_event *ev)
{
	struct side *s = (struct side *)((char *)o - offsetof(struct side, observer));

	if (ev->kind == OBSERVE_MAINTAIN)
		return;		/* of as many lines as were asked for at once; takes no step */
	for (size_t at = 0; at < MAX(ev->len, 1); at += LINE) {
		struct told t;

		memset(&t, 0, sizeof(t));
		t.kind = ev->kind;
		t.pa = ev->pa + at;
		t.va = ev->va + (uint32_t)at;
		t.step = ev->step + at / LINE;
		t.is_dirty = ev->is_dirty;
		t.level = ev->level;
		t.cause = ev->cause;
		t.answer = ev->answer;
		g_array_append_val(s->told, t);
	}
}

static void side_starts(struct side *s, bool is_at_once, enum machine_gear gear,
			enum chooser_mode chooser)
{
	*s = (struct side){
		.rig = rig_a9_with(gear, chooser, 3), .is_at_once = is_at_once,
		.is_random = chooser == CHOOSER_RANDOM,
		.observer = { .event = on_event },
		.told = g_array_new(FALSE, FALSE, sizeof(struct told)),
	};
	s->peer = rig_of_cpu(s->rig, 1);
	machine_observe(s->rig->m, &s->observer);
}

static void side_ends(struct side *s)
{
	machine_unobserve(s->rig->m, &s->observer);
	g_array_free(s->told, TRUE);
	rig_free(s->rig);
}

/* ---- what both do -------------------------------------------------------------- */

static void maintains(struct side *s, enum dc_op op, uint32_t at, uint32_t len)
{
	struct cpu *c = s->rig->cpu;

	if (s->is_at_once || s->is_random) {	/* where each operation draws once more */
		assert_true(cpu_dc_range(c, op, K + at, len));
		return;
	}
	for (uint32_t va = (K + at) & ~(LINE - 1); va < K + at + len; va += LINE)
		assert_true(cpu_dc(c, op, va));
}

static void maintains_outer(struct side *s, uint32_t reg, uint32_t at, uint32_t len)
{
	uint32_t pa = (PLAY_PA + at) & ~(LINE - 1);
	uint32_t nr = (PLAY_PA + at + len - pa + LINE - 1) / LINE;

	if (s->is_at_once) {
		assert_true(cpu_store_run(s->rig->cpu, PL310_VA + reg, pa, LINE, nr, NULL));
		return;
	}
	for (; nr; nr--, pa += LINE)
		pl310_writes(s->rig, reg, pa);
}

struct deed {
	unsigned what;
	uint32_t at, len, value;
};

static void goes_on(struct side *s, const struct deed *d)
{
	static const uint32_t regs[] = { 0x770, 0x7b0, 0x7f0 };
	struct cpu *c = d->value & 1 ? s->peer.cpu : s->rig->cpu;
	uint32_t word = d->at & ~3u, got;

	switch (d->what) {
	case 0: case 1: case 2: case 3:
		assert_true(cpu_store(c, K + word, &d->value, 4, NULL));
		break;
	case 4: case 5:
		assert_true(cpu_load(c, K + word, &got, 4, NULL));
		break;
	case 6:
		machine_watch(s->rig->m, PLAY_PA + d->at, d->len);
		break;
	case 7:
		machine_unwatch(s->rig->m, PLAY_PA + d->at, d->len);
		break;
	case 8: case 9: case 10:
		maintains(s, (enum dc_op)(d->what - 8), d->at, d->len);
		break;
	default:
		maintains_outer(s, regs[d->what - 11], d->at, d->len);
		break;
	}
}

static struct deed some_deed(GRand *rand)
{
	static const uint32_t lens[] = { 1, 100, 4096, 4100, 16384 };
	uint32_t len = lens[g_rand_int_range(rand, 0, G_N_ELEMENTS(lens))];

	return (struct deed){
		.what = (unsigned)g_rand_int_range(rand, 0, 14), .len = len,
		.at = (uint32_t)g_rand_int_range(rand, 0, (gint32)(SPAN - len)),
		.value = g_rand_int(rand),
	};
}

static void expect_alike(struct side *a, struct side *b)
{
	struct machine_counters x = counts(a->rig), y = counts(b->rig);
	g_autofree uint8_t *one = g_malloc(SPAN), *other = g_malloc(SPAN);

	assert_int_equal(a->told->len, b->told->len);
	if (a->told->len)
		assert_memory_equal(a->told->data, b->told->data,
				    a->told->len * sizeof(struct told));
	assert_memory_equal(&x, &y, sizeof(x));
	for (int view = VIEW_CPU; view <= VIEW_DRAM; view++) {
		assert_true(machine_peek(a->rig->m, view, PLAY_PA, one, SPAN));
		assert_true(machine_peek(b->rig->m, view, PLAY_PA, other, SPAN));
		assert_memory_equal(one, other, SPAN);
	}
	assert_int_equal(machine_step(a->rig->m), machine_step(b->rig->m));
	g_array_set_size(a->told, 0);
	g_array_set_size(b->told, 0);
}

static void compare(enum machine_gear gear, enum chooser_mode chooser)
{
	struct side many, one;
	GRand *rand = g_rand_new_with_seed(1);

	side_starts(&many, true, gear, chooser);
	side_starts(&one, false, gear, chooser);
	for (unsigned i = 0; i < 4000; i++) {
		struct deed d = some_deed(rand);

		goes_on(&many, &d);
		goes_on(&one, &d);
		if (i % 50 == 0)
			expect_alike(&many, &one);
	}
	expect_alike(&many, &one);
	side_ends(&one);
	side_ends(&many);
	g_rand_free(rand);
}

static void a_range_is_its_lines_one_by_one(void **state)
{
	compare(GEAR_EXACT, CHOOSER_NOMINAL);
}

static void so_it_is_where_chance_comes_in(void **state)
{
	compare(GEAR_EXACT, CHOOSER_RANDOM);
}

static void so_it_is_in_the_fast_gear(void **state)
{
	compare(GEAR_FAST, CHOOSER_NOMINAL);
}

/* ---- stores by the run ------------------------------------------------------------- */

static void a_run_of_stores_to_memory_is_stores(void **state)
{
	struct rig *rig = rig_a9();
	uint32_t value;

	assert_true(cpu_store_run(rig->cpu, K, 7, 5, 3, NULL));
	assert_true(cpu_load(rig->cpu, K, &value, 4, NULL));
	assert_int_equal(value, 17);
	rig_free(rig);
}

static void a_run_of_stores_ends_at_an_abort(void **state)
{
	struct rig *rig = rig_a9();

	assert_false(cpu_store_run(rig->cpu, 0x70000000, 0, 32, 3, NULL));
	assert_int_equal(cpu_last_fault(rig->cpu).kind, FAULT_TRANSLATION);
	assert_int_equal(counts(rig).faults, 1);
	rig_free(rig);
}

static void a_run_of_no_stores_does_nothing(void **state)
{
	struct rig *rig = rig_a9();

	assert_true(cpu_store_run(rig->cpu, 0x70000000, 0, 32, 0, NULL));
	assert_int_equal(counts(rig).faults, 0);
	rig_free(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_is_its_lines_one_by_one),
		cmocka_unit_test(so_it_is_where_chance_comes_in),
		cmocka_unit_test(so_it_is_in_the_fast_gear),
		cmocka_unit_test(a_run_of_stores_to_memory_is_stores),
		cmocka_unit_test(a_run_of_stores_ends_at_an_abort),
		cmocka_unit_test(a_run_of_no_stores_does_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
