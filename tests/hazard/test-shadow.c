/* SPDX-License-Identifier: MIT */
/*
 * The shadow that is told of many lines at once against one that is told of each.
 *
 * Both look at the same DRAM. Devices write it in ranges, a CPU past its caches byte by
 * byte; memory is freed and mapped again. In the end both must know the same newest
 * bytes, the same writers and the same last event of every line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <glib.h>

#include "lib/hazard/engine.h"

#define NR_PAGES	3u
#define NR_BYTES	(NR_PAGES * PAGE_BYTES)
#define BASE		0x80400000u
#define LINE		32u
#define NR_SEQUENCES	3000u

struct pair {
	struct board *board;
	struct machine *machine;
	struct master *device;
	struct shadow bulk, single;
	uint64_t seq, step;
	GRand *rand;
};

static void begins(struct pair *t)
{
	shadow_init(&t->bulk, t->machine);
	shadow_init(&t->single, t->machine);
	t->seq = t->step = 0;
}

static void ends(struct pair *t)
{
	shadow_done(&t->bulk);
	shadow_done(&t->single);
}

static void reaches_dram(struct pair *t, const struct observe_event *ev)
{
	assert_int_equal(master_write(t->device, ev->pa, ev->bytes, ev->len).kind, MASTER_OK);
}

/* ---- what both are told ---------------------------------------------------- */

static struct record record_of(const struct observe_event *ev, enum record_kind kind,
			       uint64_t seq)
{
	return (struct record){
		.seq = seq, .step = ev->step, .pa = ev->pa, .dma = ev->dma,
		.len = (uint32_t)ev->len, .kind = (uint8_t)kind,
	};
}

struct listener {
	struct shadow *shadow;
	uint64_t seq;
	unsigned nr_visits;
};

static void hears_of_line(void *listener, const struct observe_event *ev)
{
	struct listener *l = listener;
	bool is_device = ev->kind == OBSERVE_DMA_WRITE;
	struct record r = record_of(ev, is_device ? RECORD_DEVICE_WROTE : RECORD_CPU_WROTE,
				    l->seq);
	struct shadow_line *line = shadow_line_of(l->shadow, ev);

	l->nr_visits++;
	if (!line || ev->kind == OBSERVE_DMA_READ)
		return;
	shadow_write(line, ev, is_device ? WRITER_DEVICE : WRITER_CPU);
	history_add(&line->history, &r);
}

static void hears_of_each_line(struct pair *t, const struct observe_event *ev)
{
	struct listener l = { .shadow = &t->single, .seq = t->seq };

	for (uint64_t pa = ev->pa, stop; pa < ev->pa + ev->len; pa = stop) {
		stop = MIN((pa / LINE + 1) * LINE, ev->pa + ev->len);

		struct observe_event part = shadow_part(ev, pa - ev->pa, stop - pa);

		hears_of_line(&l, &part);
	}
}

static struct observe_event any_range(struct pair *t, enum observe_kind kind, uint8_t *bytes)
{
	uint64_t from = (uint64_t)g_rand_int_range(t->rand, 0, NR_BYTES);
	uint64_t len = 1 + (uint64_t)g_rand_int_range(t->rand, 0,
						      g_rand_boolean(t->rand) ? NR_BYTES : 300);
	struct observe_event ev = {
		.kind = kind, .pa = BASE + from, .dma = from, .line_bytes = LINE,
		.bytes = bytes, .step = t->step + 1,
	};

	if (g_rand_boolean(t->rand))	/* whole lines are the common case */
		ev.pa &= ~(uint64_t)(LINE - 1);
	ev.len = MIN(len, BASE + NR_BYTES - ev.pa);
	ev.dma = ev.pa - BASE;
	for (size_t i = 0; i < ev.len; i++)
		bytes[i] = (uint8_t)g_rand_int(t->rand);
	t->step += (ev.pa + ev.len - 1) / LINE - ev.pa / LINE + 1;
	t->seq++;
	return ev;
}

static void device_writes(struct pair *t)
{
	uint8_t bytes[NR_BYTES];
	struct observe_event ev = any_range(t, OBSERVE_DMA_WRITE, bytes);
	struct record r = record_of(&ev, RECORD_DEVICE_WROTE, t->seq);
	struct shared_record *wrote = shared_record_new(&r);
	struct listener l = { .shadow = &t->bulk, .seq = t->seq };

	shadow_bulk_write(&t->bulk, &ev, wrote, hears_of_line, &l);
	shared_record_unref(wrote);
	hears_of_each_line(t, &ev);
	reaches_dram(t, &ev);
}

static void device_reads(struct pair *t)
{
	uint8_t bytes[NR_BYTES];
	struct observe_event ev = any_range(t, OBSERVE_DMA_READ, bytes);
	struct listener l = { .shadow = &t->bulk, .seq = t->seq };
	bool is_whole = !(ev.pa % LINE) && !(ev.len % LINE);

	assert_true(machine_peek(t->machine, VIEW_DRAM, ev.pa, bytes, ev.len));
	shadow_bulk_read(&t->bulk, &ev, hears_of_line, &l);
	if (is_whole && shadow_page_find(&t->bulk, ev.pa) &&
	    ev.len <= PAGE_BYTES - ev.pa % PAGE_BYTES)
		assert_int_equal(l.nr_visits, 0);	/* all of it is the newest */
	hears_of_each_line(t, &ev);
}

/* Uncached: DRAM has the bytes when it is told. */
static void cpu_stores(struct pair *t)
{
	uint8_t bytes[NR_BYTES];
	struct observe_event ev = any_range(t, OBSERVE_STORE, bytes);
	struct listener l = { .shadow = &t->bulk, .seq = t->seq };

	ev.len = MIN(ev.len, LINE - ev.pa % LINE);
	reaches_dram(t, &ev);
	hears_of_line(&l, &ev);
	hears_of_each_line(t, &ev);
}

static void is_mapped(struct pair *t)
{
	uint64_t from = (uint64_t)g_rand_int_range(t->rand, 0, NR_BYTES);
	uint64_t len = 1 + (uint64_t)g_rand_int_range(t->rand, 0, (gint32)(NR_BYTES - from));

	shadow_watch(&t->bulk, BASE + from, len);
	shadow_watch(&t->single, BASE + from, len);
}

static void is_freed(struct pair *t)
{
	uint64_t from = (uint64_t)g_rand_int_range(t->rand, 0, NR_BYTES);
	uint64_t len = 1 + (uint64_t)g_rand_int_range(t->rand, 0, (gint32)(NR_BYTES - from));

	shadow_forget(&t->bulk, BASE + from, len);
	shadow_forget(&t->single, BASE + from, len);
}

/* ---- comparing ---------------------------------------------------------------- */

static const struct record *latest(const struct shadow_line *l)
{
	return l->history.nr ? history_at(&l->history, l->history.nr - 1u) : NULL;
}

static void agree_on_history(const struct shadow_line *a, const struct shadow_line *b)
{
	const struct record *x = latest(a), *y = latest(b);

	assert_int_equal(!x, !y);
	if (!x)
		return;
	assert_int_equal(x->kind, y->kind);
	assert_int_equal(x->seq, y->seq);
	assert_int_equal(x->step, y->step);
	assert_int_equal(x->pa, y->pa);
	assert_int_equal(x->dma, y->dma);
	assert_int_equal(x->len, y->len);
}

/* A line that only one of them was told of: nobody has written it since. */
static bool is_nobodys(const struct shadow_line *l, unsigned i)
{
	return l->writer[i] == WRITER_NOBODY || l->writer[i] == WRITER_INITIAL;
}

static void agree_on_line(struct pair *t, uint64_t pa)
{
	struct shadow_line *b = shadow_find(&t->single, pa), *a = shadow_find(&t->bulk, pa);

	if (!a) {	/* nothing happened to it, though it was read */
		assert_true(!b || !latest(b));
		return;
	}
	assert_non_null(b);
	for (unsigned i = 0; i < LINE; i++) {
		if (is_nobodys(a, i) && is_nobodys(b, i))
			continue;
		assert_int_equal(a->writer[i], b->writer[i]);
		assert_int_equal(a->golden[i], b->golden[i]);
	}
	agree_on_history(a, b);
}

static void one_sequence(struct pair *t)
{
	static void (*const deeds[])(struct pair *t) = {
		device_writes, device_writes, device_writes, device_reads, cpu_stores,
		is_mapped, is_freed,
	};
	int nr = g_rand_int_range(t->rand, 1, 40);

	begins(t);
	shadow_watch(&t->bulk, BASE, NR_BYTES);
	shadow_watch(&t->single, BASE, NR_BYTES);
	while (nr--)
		deeds[g_rand_int_range(t->rand, 0, G_N_ELEMENTS(deeds))](t);
	assert_int_equal(t->bulk.nr_lines, t->single.nr_lines);
	for (uint64_t at = 0; at < NR_BYTES; at += LINE)
		agree_on_line(t, BASE + at);
	ends(t);
}

static void ranges_are_what_their_lines_are(void **state)
{
	struct pair t = { .board = board_open("a9-pl310", NULL), .rand = g_rand_new_with_seed(1) };

	t.machine = machine_new(&(struct machine_config){ .board = t.board }, NULL);
	assert_non_null(t.machine);
	t.device = master_new(t.machine, &(struct master_config){ .name = "device" });
	for (unsigned i = 0; i < NR_SEQUENCES; i++)
		one_sequence(&t);
	g_rand_free(t.rand);
	machine_free(t.machine);
	board_free(t.board);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_are_what_their_lines_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
