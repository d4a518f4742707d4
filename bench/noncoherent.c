/* SPDX-License-Identifier: MIT */
/*
 * Which memory a driver should share with its device: cached and synced, or uncached?
 *
 * Rounds of a driver's loop on one board, exact gear, nothing else on it. What counts
 * is counted by the machine; the last column is those counts times the costs below.
 * The device's own transfers cost the same either way and are left out.
 *
 *	             cached                              uncached, write-combining
 *	device->CPU  sync for device, DMA, sync for CPU, read      DMA, read
 *	CPU->device  write, sync for device, DMA                   write, DMA
 *	both ways    ... sync for CPU, read and write, sync ...    DMA, read and write, DMA
 *
 * The machine has no clock: cycles are not measured. Costs are round figures for a
 * Cortex-A9 of 1 GHz with a PL310 and DDR memory, and yours to replace: -c dram=120.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include <armdma/cpu.h>
#include <armdma/harness.h>
#include <armdma/observe.h>
#include <linux/dma-direct.h>
#include <linux/dma-mapping.h>
#include "harness.h"

/* ---- costs ---------------------------------------------------------------------- */

enum cost {
	COST_HIT,		/* an access that a cache answers */
	COST_FILL,		/* a line into L1, from L2 or past it */
	COST_DRAM,		/* a line from memory */
	COST_WRITE_BACK,	/* a dirty line that moves outward, each level */
	COST_LOAD,		/* one load that no cache answers */
	COST_STORE,		/* one store that no cache takes */
	COST_LINE_OP,		/* maintenance of a line by CP15 */
	COST_OUTER_OP,		/* and by a register of the outer cache */
	COST_BARRIER,		/* a DSB, or a sync of the outer cache */
	NR_COSTS
};

static struct {
	const char *name;
	unsigned cycles;
} costs[NR_COSTS] = {
	[COST_HIT] = { "hit", 1 },
	[COST_FILL] = { "fill", 25 },
	[COST_DRAM] = { "dram", 80 },
	[COST_WRITE_BACK] = { "writeback", 10 },
	[COST_LOAD] = { "load", 90 },
	[COST_STORE] = { "store", 10 },
	[COST_LINE_OP] = { "lineop", 6 },
	[COST_OUTER_OP] = { "outerop", 20 },
	[COST_BARRIER] = { "barrier", 30 },
};

/* "dram=120" */
static gboolean take_cost(const char *option, const char *value, void *data, GError **error)
{
	const char *equals = strchr(value, '=');
	guint64 cycles;

	for (size_t i = 0; equals && i < NR_COSTS; i++) {
		if (strlen(costs[i].name) != (size_t)(equals - value) ||
		    strncmp(costs[i].name, value, (size_t)(equals - value)))
			continue;
		if (!g_ascii_string_to_unsigned(equals + 1, 10, 0, 100000, &cycles, error))
			return false;
		costs[i].cycles = (unsigned)cycles;
		return true;
	}
	g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
		    "%s: no such cost; they are hit, fill, dram, writeback, load, store, lineop, "
		    "outerop and barrier", value);
	return false;
}

/* ---- counts --------------------------------------------------------------------- */

struct counts {
	u64 loads, stores;		/* in all */
	u64 dram_loads, dram_stores;	/* past all caches */
	u64 fills, dram_fills, write_backs;
	u64 line_ops, outer_ops, barriers;
};

/* Told of every access to the memory in question. */
struct counter {
	struct observer observer;
	struct machine *m;
	struct counts now;
	struct machine_counters mark;
};

static void on_event(struct observer *o, const struct observe_event *ev)
{
	struct counter *c = (struct counter *)o;
	bool is_uncached = ev->attrs.inner == CACHE_NONE;

	if (ev->kind == OBSERVE_LOAD) {
		c->now.loads++;
		c->now.dram_loads += is_uncached && ev->answer == ANSWER_DRAM;
	} else if (ev->kind == OBSERVE_STORE) {
		c->now.stores++;
		c->now.dram_stores += is_uncached;
	}
}

static void counter_begin(struct counter *c)
{
	memset(&c->now, 0, sizeof(c->now));
	machine_count(c->m, &c->mark);
}

static void counter_end(struct counter *c)
{
	const struct machine_counters *was = &c->mark;
	struct machine_counters is;

	machine_count(c->m, &is);
	c->now.fills = is.level[0].filled - was->level[0].filled;
	c->now.dram_fills = is.level[1].filled - was->level[1].filled;
	c->now.write_backs = is.level[0].written_back - was->level[0].written_back +
			     is.level[1].written_back - was->level[1].written_back;
	c->now.line_ops = is.level[0].cleaned - was->level[0].cleaned +
			  is.level[0].invalidated - was->level[0].invalidated;
	c->now.outer_ops = is.level[1].cleaned - was->level[1].cleaned +
			   is.level[1].invalidated - was->level[1].invalidated;
	c->now.barriers = is.outer_syncs - was->outer_syncs + is.barriers - was->barriers;
}

/* Where the second level obeys CP15, its lines cost nothing extra. */
static u64 cycles_of(const struct counts *c, bool has_registers)
{
	u64 answered = c->loads + c->stores - c->dram_loads - c->dram_stores;

	return answered * costs[COST_HIT].cycles + c->fills * costs[COST_FILL].cycles +
	       c->dram_fills * costs[COST_DRAM].cycles +
	       c->write_backs * costs[COST_WRITE_BACK].cycles +
	       c->dram_loads * costs[COST_LOAD].cycles +
	       c->dram_stores * costs[COST_STORE].cycles +
	       c->line_ops * costs[COST_LINE_OP].cycles +
	       (has_registers ? c->outer_ops * costs[COST_OUTER_OP].cycles : 0) +
	       c->barriers * costs[COST_BARRIER].cycles;
}

/* ---- ways: memory, and how it changes hands ------------------------------------- */

enum way { CACHED, UNCACHED, WRITE_COMBINE, NR_WAYS };

static const char *const way_names[NR_WAYS] = { "cached", "uncached", "wc" };

struct bench {
	const char *name;	/* of the board */
	struct harness *h;
	struct cpu *cpu;
	struct device *dev;
	struct counter counter;
	bool has_registers;	/* of an outer cache */
	u8 *transfer;		/* the device's side */
	struct bench_report *report;
};

/* A machine for each figure, so that none hangs on those before it. */
static bool start(struct bench *b, GError **error)
{
	const struct harness_config cfg = { .board = b->name, .no_hazards = true };

	b->h = harness_start(&cfg, error);
	if (!b->h)
		return false;
	b->counter.m = harness_machine(b->h);
	b->counter.observer.event = on_event;
	b->has_registers = board_has_outer(machine_board(b->counter.m));
	b->cpu = machine_cpu(b->counter.m, 0);
	b->dev = harness_device_new(b->h, "bench", false);
	return true;
}

static void stop(struct bench *b)
{
	harness_finish(b->h);
}

struct buf {
	struct bench *b;
	enum way way;
	enum dma_data_direction dir;
	size_t len;
	u32 va;
	void *p;
	dma_addr_t dma;
};

static bool buf_alloc(struct buf *f)
{
	struct device *dev = f->b->dev;

	if (f->way == CACHED)
		f->p = dma_alloc_noncoherent(dev, f->len, &f->dma, f->dir, GFP_KERNEL);
	else if (f->way == UNCACHED)
		f->p = dma_alloc_coherent(dev, f->len, &f->dma, GFP_KERNEL);
	else
		f->p = dma_alloc_wc(dev, f->len, &f->dma, GFP_KERNEL);
	f->va = (u32)(uintptr_t)f->p;
	return f->p;
}

static void buf_free(struct buf *f)
{
	if (f->way == CACHED)
		dma_free_noncoherent(f->b->dev, f->len, f->p, f->dma, f->dir);
	else if (f->way == UNCACHED)
		dma_free_coherent(f->b->dev, f->len, f->p, f->dma);
	else
		dma_free_wc(f->b->dev, f->len, f->p, f->dma);
}

static void to_device(struct buf *f)
{
	if (f->way == CACHED)
		dma_sync_single_for_device(f->b->dev, f->dma, f->len, f->dir);
}

static void to_cpu(struct buf *f)
{
	if (f->way == CACHED)
		dma_sync_single_for_cpu(f->b->dev, f->dma, f->len, f->dir);
}

/* ---- patterns ------------------------------------------------------------------- */

#define WORD	4u

static void reads(struct buf *f, unsigned step)
{
	u32 word;

	for (u32 at = 0; at < f->len; at += step)
		g_assert(cpu_load(f->b->cpu, f->va + at, &word, WORD, NULL));
}

static void writes(struct buf *f, unsigned step)
{
	for (u32 at = 0; at < f->len; at += step)
		g_assert(cpu_store(f->b->cpu, f->va + at, &at, WORD, NULL));
}

static void read_once(struct buf *f)
{
	reads(f, WORD);
}

static void read_8_times(struct buf *f)
{
	for (unsigned i = 0; i < 8; i++)
		reads(f, WORD);
}

static void read_sparse(struct buf *f)
{
	reads(f, machine_line_max(f->b->counter.m));
}

static void write_once(struct buf *f)
{
	writes(f, WORD);
}

static void write_sparse(struct buf *f)
{
	writes(f, machine_line_max(f->b->counter.m));
}

static void modify(struct buf *f)
{
	u32 word;

	for (u32 at = 0; at < f->len; at += WORD) {
		g_assert(cpu_load(f->b->cpu, f->va + at, &word, WORD, NULL));
		word++;
		g_assert(cpu_store(f->b->cpu, f->va + at, &word, WORD, NULL));
	}
}

static const struct pattern {
	const char *name, *what;
	enum dma_data_direction dir;
	void (*touch)(struct buf *f);
} patterns[] = {
	{ "read", "every word once", DMA_FROM_DEVICE, read_once },
	{ "read-8", "every word, eight times over", DMA_FROM_DEVICE, read_8_times },
	{ "read-sparse", "one word of each line", DMA_FROM_DEVICE, read_sparse },
	{ "write", "every word once", DMA_TO_DEVICE, write_once },
	{ "write-sparse", "one word of each line", DMA_TO_DEVICE, write_sparse },
	{ "modify", "every word read and written", DMA_BIDIRECTIONAL, modify },
};

static void device_fills(struct buf *f)
{
	g_assert(master_write(harness_master(f->b->dev), f->dma, f->b->transfer,
			      f->len).kind == MASTER_OK);
}

static void device_takes(struct buf *f)
{
	g_assert(master_read(harness_master(f->b->dev), f->dma, f->b->transfer,
			     f->len).kind == MASTER_OK);
}

/* One round of the driver's loop. */
static void round_of(struct buf *f, const struct pattern *p)
{
	if (p->dir != DMA_TO_DEVICE) {
		to_device(f);
		device_fills(f);
		to_cpu(f);
	}
	p->touch(f);
	if (p->dir != DMA_FROM_DEVICE) {
		to_device(f);
		device_takes(f);
	}
}

/* ---- measuring ------------------------------------------------------------------ */

struct timed {
	struct buf *f;
	const struct pattern *p;
};

static void rounds(void *arg, size_t nr)
{
	struct timed *t = arg;

	while (nr--)
		round_of(t->f, t->p);
}

static double time_rounds(struct buf *f, const struct pattern *p, int ms)
{
	struct timed arg = { f, p };
	struct timing t;
	double ns;

	timing_init(&t);
	bench_time(rounds, &arg, bench_batch(rounds, &arg), (u64)ms * 1000000u, &t);
	samples_sort(&t.op);
	ns = samples_min(&t.op);
	timing_done(&t);
	return ns;
}

/* The second round: the first finds caches as the allocation left them. */
static struct counts count_round(struct buf *f, const struct pattern *p)
{
	struct counter *c = &f->b->counter;
	u64 pa = dma_to_phys(f->b->dev, f->dma);

	machine_watch(c->m, pa, f->len);
	machine_observe(c->m, &c->observer);
	round_of(f, p);
	counter_begin(c);
	round_of(f, p);
	counter_end(c);
	machine_unobserve(c->m, &c->observer);
	machine_unwatch(c->m, pa, f->len);
	return c->now;
}

#define SIZE_ROOM	32		/* any number, and its unit */

static void say_size(char *text, size_t room, size_t len)
{
	if (len < SZ_1K)
		snprintf(text, room, "%zu B", len);
	else if (len < SZ_1M)
		snprintf(text, room, "%zu KiB", len / SZ_1K);
	else
		snprintf(text, room, "%zu MiB", len / SZ_1M);
}

/**
 * struct row - one round, three ways
 * @ns: on the host, or 0
 */
struct row {
	struct counts counts[NR_WAYS];
	u64 cycles[NR_WAYS];
	double ns[NR_WAYS];
};

static void say_row(const struct pattern *p, size_t len, const struct row *r, bool is_timed)
{
	const struct counts *c = &r->counts[CACHED];
	char size[SIZE_ROOM];

	say_size(size, sizeof(size), len);
	printf("%-12s %7s |%8llu %7llu %8llu %8llu %5llu %11llu |", p->name, size,
	       (unsigned long long)c->fills, (unsigned long long)c->dram_fills,
	       (unsigned long long)c->write_backs,
	       (unsigned long long)(c->line_ops + c->outer_ops), (unsigned long long)c->barriers,
	       (unsigned long long)r->cycles[CACHED]);
	printf("%8llu %8llu %11llu |%11llu", (unsigned long long)r->counts[UNCACHED].dram_loads,
	       (unsigned long long)r->counts[UNCACHED].dram_stores,
	       (unsigned long long)r->cycles[UNCACHED],
	       (unsigned long long)r->cycles[WRITE_COMBINE]);
	for (size_t way = 0; is_timed && way < NR_WAYS; way++)
		printf("%s%11.0f", way ? "" : " |", r->ns[way]);
	putchar('\n');
}

static void add_row(struct bench *b, const struct pattern *p, size_t len, enum way way,
		    const struct row *r)
{
	g_autofree char *name = g_strdup_printf("%s %zu/%s", p->name, len, way_names[way]);
	double cycles = (double)r->cycles[way];

	bench_report_add(b->report, &(struct bench_row){
		.name = name, .unit = "cycles", .value = cycles, .min = cycles,
		.vs = "uncached", .ratio = cycles / (double)r->cycles[UNCACHED],
	});
}

static void measure_way(struct bench *b, const struct pattern *p, size_t len, enum way way,
			int ms, struct row *r)
{
	struct buf f = { .b = b, .way = way, .dir = p->dir, .len = len };

	if (!start(b, NULL) || !buf_alloc(&f))
		g_error("the board has no room for a buffer of %zu bytes", len);
	r->counts[way] = count_round(&f, p);
	r->cycles[way] = cycles_of(&r->counts[way], b->has_registers);
	if (ms)
		r->ns[way] = time_rounds(&f, p, ms);
	buf_free(&f);
	stop(b);
}

/* One line. Return: is cached memory the cheapest? */
static bool measure(struct bench *b, const struct pattern *p, size_t len, int ms)
{
	struct row r = { .ns = { 0 } };

	for (size_t way = 0; way < NR_WAYS; way++)
		measure_way(b, p, len, (enum way)way, ms, &r);
	for (size_t way = 0; way < NR_WAYS; way++)
		add_row(b, p, len, (enum way)way, &r);
	say_row(p, len, &r, ms);
	return r.cycles[CACHED] < MIN(r.cycles[UNCACHED], r.cycles[WRITE_COMBINE]);
}

/* ---- where it turns ------------------------------------------------------------- */

#define MIN_LEN		64u
#define MAX_LEN		SZ_4M
#define STEP		4u
#define MAX_SIZES	16

/* By size, from MIN_LEN on. */
struct verdict {
	bool is_cached_cheaper[MAX_SIZES];
	size_t nr;
};

static void say_turns(const struct pattern *p, const struct verdict *v)
{
	size_t len = MIN_LEN;
	char size[SIZE_ROOM];

	printf("%-12s %-30s %s", p->name, p->what, v->is_cached_cheaper[0] ? "cached" : "uncached");
	for (size_t i = 1; i < v->nr; i++) {
		len *= STEP;
		if (v->is_cached_cheaper[i] == v->is_cached_cheaper[i - 1])
			continue;
		say_size(size, sizeof(size), len);
		printf(", from %s on %s", size, v->is_cached_cheaper[i] ? "cached" : "uncached");
	}
	putchar('\n');
}

static struct verdict measure_pattern(struct bench *b, const struct pattern *p, size_t max_len,
				      int ms)
{
	struct verdict v = { .nr = 0 };

	for (size_t len = MIN_LEN; len <= max_len; len *= STEP)
		v.is_cached_cheaper[v.nr++] = measure(b, p, len, ms);
	return v;
}

static void say_head(bool is_timed)
{
	printf("%20s |%-52s |%-29s |%11s%s\n", "", " cached, synced", " uncached", "wc",
	       is_timed ? " | host ns" : "");
	printf("%-12s %7s |%8s %7s %8s %8s %5s %11s |%8s %8s %11s |%11s", "pattern", "size",
	       "fills", "of dram", "written", "line ops", "barr.", "cycles", "loads", "stores",
	       "cycles", "cycles");
	if (is_timed)
		printf(" |%11s%11s%11s", way_names[CACHED], way_names[UNCACHED],
		       way_names[WRITE_COMBINE]);
	putchar('\n');
}

static void measure_all(struct bench *b, size_t max_len, int ms)
{
	struct verdict v[G_N_ELEMENTS(patterns)];

	say_head(ms);
	for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++)
		v[i] = measure_pattern(b, &patterns[i], max_len, ms);
	printf("\ncheaper:\n");
	for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++)
		say_turns(&patterns[i], &v[i]);
}

/* ---- being asked ---------------------------------------------------------------- */

struct options {
	char *board, *json;
	int max_kib, ms;
};

static bool parse(int *argc, char ***argv, struct options *o, GError **error)
{
	g_autoptr(GOptionContext) context =
		g_option_context_new("- count what cached and uncached DMA memory cost");
	const GOptionEntry entries[] = {
		{ "board", 'b', 0, G_OPTION_ARG_STRING, &o->board, "[a9-pl310]", "NAME" },
		{ "cost", 'c', 0, G_OPTION_ARG_CALLBACK, (void *)(uintptr_t)take_cost,
		  "cycles of one event; may come often", "NAME=CYCLES" },
		{ "max", 'x', 0, G_OPTION_ARG_INT, &o->max_kib, "largest buffer, 1..4096 [4096]",
		  "KIB" },
		{ "milliseconds", 'm', 0, G_OPTION_ARG_INT, &o->ms,
		  "also time each row on the host for so long, 1..60000", "N" },
		{ "json", 0, 0, G_OPTION_ARG_FILENAME, &o->json, "also write the rows", "FILE" },
		G_OPTION_ENTRY_NULL
	};

	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, argc, argv, error))
		return false;
	if (*argc == 1 && o->max_kib >= 1 && o->max_kib <= 4096 && o->ms >= 0 && o->ms <= 60000)
		return true;
	g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
			    "an argument too many, or a number out of its range: see --help");
	return false;
}

static int refuse(const GError *error)
{
	fprintf(stderr, "noncoherent: %s\n", error->message);
	return 2;
}

static void say_costs(const char *name)
{
	printf("board %s, cycles:", name);
	for (size_t i = 0; i < NR_COSTS; i++)
		printf(" %s %u", costs[i].name, costs[i].cycles);
	printf("\n\n");
}

static int run(const struct options *o)
{
	g_autoptr(GError) error = NULL;
	struct bench b = {
		.name = o->board ? o->board : "a9-pl310",
		.report = bench_report_new("noncoherent", "exact", 0, o->json, &error),
	};
	int status = 2;

	if (b.report && start(&b, &error)) {
		stop(&b);
		b.transfer = g_malloc0(MAX_LEN);
		say_costs(b.name);
		measure_all(&b, (size_t)o->max_kib * SZ_1K, o->ms);
		status = bench_report_finish(b.report, &error);
	}
	bench_report_free(b.report);
	g_free(b.transfer);
	return status ? refuse(error) : 0;
}

int main(int argc, char **argv)
{
	struct options o = { .max_kib = 4096 };
	g_autoptr(GError) error = NULL;
	int status;

	setlocale(LC_CTYPE, "");
	status = parse(&argc, &argv, &o, &error) ? run(&o) : refuse(error);
	g_free(o.board);
	g_free(o.json);
	return status;
}
