/* SPDX-License-Identifier: MIT */
/*
 * The loops of bench/access, by what they hit.
 *
 * Bounds: a hit through the hooks is a call, three loads that depend on each other
 * and a compare. A miss is a door, a victim, its state, and a copy of 32 bytes where
 * the copy is not there already; reads of more than a few MiB wait for the host's
 * own caches besides.
 */
#include "access.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include "access-loops.h"

#define KIB	1024u
#define MIB	(1024u * 1024)

enum how { NATIVE, FLOOR, HOOKED, EXPLICIT, TRIAL, TAGS, NR_HOWS };

static const char *const how_names[NR_HOWS] = {
	[NATIVE] = "native", [FLOOR] = "floor", [HOOKED] = "hooked",
	[EXPLICIT] = "explicit", [TRIAL] = "trial", [TAGS] = "tags",
};

#define ALL_HOWS(loop) {							\
	[NATIVE] = native_##loop, [FLOOR] = floor_##loop, [HOOKED] = hooked_##loop, \
	[EXPLICIT] = explicit_##loop, [TRIAL] = trial_##loop, [TAGS] = tags_##loop,	\
}

/* What is wanted of the hooked loop, or of both ways through the machine. */
enum want {
	WANT_NOTHING,
	WANT_HIT,		/* at most @bound ns over the native loop */
	WANT_TRIAL,		/* no slower than the trial */
	WANT_RATE		/* at least @bound million accesses a second */
};

struct workload {
	const char *name;
	size_t bytes;
	bench_op *op[NR_HOWS];
	enum want want[2];
	double bound;
	bool is_for_peer;	/* cachegrind runs it, too */
};

static const struct workload workloads[] = {
	{ "read 16K", 16 * KIB, ALL_HOWS(read), { WANT_HIT }, 2 },
	{ "write 16K", 16 * KIB, ALL_HOWS(write), { WANT_HIT }, 2 },
	{ "random 16K", 16 * KIB, ALL_HOWS(random), { WANT_HIT }, 2 },
	{ "read 64M", 64 * MIB, ALL_HOWS(read), { WANT_TRIAL, WANT_RATE }, 375, true },
	{ "write 64M", 64 * MIB, ALL_HOWS(write), { WANT_TRIAL } },
	{ "random 64K", 64 * KIB, ALL_HOWS(random), { WANT_RATE }, 150, true },
	{ "random 1M", MIB, ALL_HOWS(random), { WANT_TRIAL } },
	{ "random 16M", 16 * MIB, ALL_HOWS(random), { WANT_RATE }, 80, true },
	{ "copy 8M", 8 * MIB, ALL_HOWS(copy), { WANT_RATE }, 290, true },
};

static bool is_of_machine(enum how how)
{
	return how == HOOKED || how == EXPLICIT;
}

/* Written to once: memory that never was is all one page of zeros. */
static void *host_memory(size_t len)
{
	void *p = g_malloc(len);

	memset(p, 1, len);
	return p;
}

/* ---- cachegrind ------------------------------------------------------------------ */

#define PEER_OPS	(2u << 20)

int access_loops_peer(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(workloads); i++) {
		const struct workload *w = &workloads[i];
		g_autofree uint32_t *words = w->is_for_peer ? host_memory(w->bytes) : NULL;
		struct loop_arg a = { .words = words, .nr = w->bytes / WORD_BYTES };
		uint64_t began;

		if (!w->is_for_peer)
			continue;
		w->op[NATIVE](&a, PEER_OPS);
		began = clock_ns();
		w->op[NATIVE](&a, PEER_OPS);
		printf("%s=%.2f\n", w->name, (double)(clock_ns() - began) / PEER_OPS);
	}
	return 0;
}

/* "read 64M=9.03" lines, or NULL where there is no valgrind. */
static char *run_peer(const struct access_bench *b)
{
	static const char *const args[] = {
		"--tool=cachegrind", "--cache-sim=yes", "--D1=32768,4,32", "--LL=1048576,16,32",
		"--cachegrind-out-file=/dev/null", NULL
	};
	g_autoptr(GError) error = NULL;
	char *lines;

	if (b->no_valgrind)
		return NULL;
	lines = bench_under(args, MODE_PEER, &error);
	if (!lines)
		printf("cachegrind was not run: %s.\n", error->message);
	return lines;
}

static double peer_ns(const char *lines, const struct workload *w)
{
	g_autofree char *key = g_strconcat(w->name, "=", NULL);
	const char *at = lines ? strstr(lines, key) : NULL;

	return at ? g_ascii_strtod(at + strlen(key), NULL) : NAN;
}

/* ---- the tables ------------------------------------------------------------------- */

static void print_or_dash(const char *format, int width, double value)
{
	if (isfinite(value))
		printf(format, value);
	else
		printf("%*s", width, "-");
}

static void add_row(struct access_bench *b, const char *workload, const char *how, double ns,
		    double min, double native)
{
	g_autofree char *name = g_strconcat(workload, "/", how, NULL);

	bench_report_add(b->report, &(struct bench_row){
		.name = name, .unit = "ns/access", .value = ns, .min = min,
		.vs = "native", .ratio = min / native,
	});
}

static void say_loop(struct access_bench *b, const struct workload *w,
		     const struct contestant *c, double peer)
{
	double native = contest_min(&c[NATIVE]);

	printf("%-12s", w->name);
	for (size_t i = 0; i < NR_HOWS; i++) {
		printf("%10.2f", contest_min(&c[i]));
		add_row(b, w->name, how_names[i], contest_median(&c[i]), contest_min(&c[i]),
			native);
	}
	print_or_dash("%12.2f", 12, peer);
	if (isfinite(peer))
		add_row(b, w->name, "cachegrind", peer, peer, native);
	putchar('\n');
}

/* Everything touched once, or the host's own page faults would be measured. */
static void warm_up(const struct loop_arg *a)
{
	uint32_t value;

	for (size_t i = 0; i < a->nr; i += MODEL_LINE / WORD_BYTES)
		g_assert(cpu_load(a->cpu, (uint32_t)(uintptr_t)&a->words[i], &value,
				  sizeof(value), NULL));
}

static void measure(struct access_bench *b, const struct workload *w, void *host,
		    double *ret_min, double peer)
{
	struct loop_arg host_arg = { .words = host, .nr = w->bytes / WORD_BYTES };
	struct loop_arg arg = {
		.words = b->memory, .nr = w->bytes / WORD_BYTES,
		.cpu = machine_cpu(harness_machine(b->h), 0),
	};
	struct contestant c[NR_HOWS];

	models_init(host, w->bytes);
	warm_up(&arg);
	for (size_t i = 0; i < NR_HOWS; i++)
		c[i] = (struct contestant){
			.name = how_names[i], .op = w->op[i],
			.arg = is_of_machine(i) ? &arg : &host_arg,
		};
	contest_run(c, NR_HOWS, b->ns);
	say_loop(b, w, c, peer);
	for (size_t i = 0; i < NR_HOWS; i++)
		ret_min[i] = contest_min(&c[i]);
	contest_done(c, NR_HOWS);
	models_done();
}

static char *count_name(const struct workload *w, enum how how)
{
	return g_strconcat(w->name, "/", how_names[how], NULL);
}

static void say_counts_of(struct access_bench *b, const struct workload *w)
{
	printf("%-12s", w->name);
	for (size_t i = 0; i < NR_HOWS; i++) {
		g_autofree char *name = count_name(w, i);
		g_autofree char *native = count_name(w, NATIVE);
		g_autofree char *row = g_strconcat(name, "/instructions", NULL);
		double nr = bench_count_of(b->counts, name);

		print_or_dash("%10.2f", 10, nr);
		if (isfinite(nr))
			bench_report_add(b->report, &(struct bench_row){
				.name = row, .unit = "instructions/access", .value = nr,
				.min = nr, .vs = "native",
				.ratio = nr / bench_count_of(b->counts, native),
			});
	}
	putchar('\n');
}

static void say_header(const char *what)
{
	printf("\n%-12s", what);
	for (size_t i = 0; i < NR_HOWS; i++)
		printf("%10s", how_names[i]);
}

static void say_counts(struct access_bench *b)
{
	if (!g_hash_table_size(b->counts))
		return;
	say_header("instructions");
	putchar('\n');
	for (size_t i = 0; i < G_N_ELEMENTS(workloads); i++)
		say_counts_of(b, &workloads[i]);
}

/* ---- what is wanted ------------------------------------------------------------------ */

static void say_want(struct access_bench *b, const struct workload *w, enum want want,
		     enum how how, const double *ns)
{
	static const char *const of[] = {
		[WANT_HIT] = "over the native loop", [WANT_TRIAL] = "beside the trial",
		[WANT_RATE] = "accesses",
	};
	g_autofree char *name = want ? g_strdup_printf("%s %s, %s", w->name, how_names[how],
						       of[want]) : NULL;

	if (want == WANT_HIT)
		say_target(b, name, "ns", MAX(ns[how] - ns[NATIVE], 0.01), AT_MOST, w->bound);
	else if (want == WANT_TRIAL)
		say_target(b, name, "ns", ns[how], AT_MOST, ns[TRIAL]);
	else if (want == WANT_RATE)
		say_target(b, name, "million/s", 1000 / ns[how], AT_LEAST, w->bound);
}

static void say_wants(struct access_bench *b, double min[][NR_HOWS])
{
	putchar('\n');
	for (size_t i = 0; i < G_N_ELEMENTS(workloads); i++)
		for (size_t n = 0; n < G_N_ELEMENTS(workloads[i].want); n++)
			say_want(b, &workloads[i], workloads[i].want[n], HOOKED, min[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(workloads); i++)
		if (workloads[i].want[0] == WANT_RATE || workloads[i].want[1] == WANT_RATE)
			say_want(b, &workloads[i], WANT_RATE, EXPLICIT, min[i]);
}

void access_loops(struct access_bench *b)
{
	g_autofree void *host = host_memory(MEMORY_BYTES);
	g_autofree char *peer = run_peer(b);
	double min[G_N_ELEMENTS(workloads)][NR_HOWS];

	say_header("ns");
	printf("%12s\n", "cachegrind");
	for (size_t i = 0; i < G_N_ELEMENTS(workloads); i++)
		measure(b, &workloads[i], host, min[i], peer_ns(peer, &workloads[i]));
	say_counts(b);
	say_wants(b, min);
}

/* ---- the child that counts ------------------------------------------------------------ */

static void count_loops(struct access_bench *b, const struct workload *w, void *host)
{
	struct loop_arg host_arg = { .words = host, .nr = w->bytes / WORD_BYTES };
	struct loop_arg arg = {
		.words = b->memory, .nr = w->bytes / WORD_BYTES,
		.cpu = machine_cpu(harness_machine(b->h), 0),
	};

	models_init(host, w->bytes);
	for (size_t i = 0; i < NR_HOWS; i++) {
		g_autofree char *name = count_name(w, i);

		bench_count(name, w->op[i], is_of_machine(i) ? &arg : &host_arg);
	}
	models_done();
}

void access_loops_count(struct access_bench *b)
{
	g_autofree void *host = host_memory(MEMORY_BYTES);

	for (size_t i = 0; i < G_N_ELEMENTS(workloads); i++)
		count_loops(b, &workloads[i], host);
}
