/* SPDX-License-Identifier: MIT */
/*
 * What translation costs: explicit loads that hit the TLB, walks of the tables, and
 * misses that fill the TLB; in the exact gear, on board a9-pl310, hazards on.
 *
 * Bounds: a hit is a call, a word of the TLB, a byte of state and the copy of the
 * bytes. A walk reads a descriptor for each level through the caches that TTBR
 * names. A miss that fills may have to show the page in the window besides, which is
 * a system call of the host: a microsecond.
 */
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <armdma/cpu.h>
#include <armdma/hazard.h>
#include <armdma/master.h>

#include "contest.h"
#include "valgrind.h"

#define MODE_COUNTED	"--counted"
#define MIB		(1u << 20)
#define PAGE		4096u
#define NR_MIB		64u		/* that are mapped, by sections and by pages */

#define TABLE_PA	0x80004000u	/* first level, 16 KiB */
#define PAGES_PA	0x80008000u	/* second level, 1 KiB for each MiB */
#define DATA_PA		0x80100000u

#define SECTIONS_VA	0x40000000u
#define PAGES_VA	0x50000000u

#define SCTLR_MMU_AND_CACHES	(1u << 28 | 1u << 2 | 1u << 0)	/* TRE, C, M */
#define TTBR_WBWA		(1u << 6 | 1u << 3)		/* walks look into caches */
#define LINUX_PRRR		0xff0a81a8u
#define LINUX_NMRR		0x40e040e0u

#define SECTION_WBWA		0x1140eu	/* AP 01, TEX[0] C B 111, S */
#define SMALL_PAGE_WBWA		0x0045eu
#define TABLE			1u

struct walk_bench {
	struct machine *machine;
	struct cpu *cpu;
	struct hazard_engine *hazards;
	struct bench_report *report;
	GHashTable *counts;
	uint64_t ns;
	bool no_valgrind;
	uint32_t va;			/* of the mapping under test */
	uint32_t state;			/* of the generator that picks pages */
};

/* ---- the machine ---------------------------------------------------------------- */

static void put(struct master *d, uint32_t pa, uint32_t desc)
{
	g_assert(master_write(d, pa, &desc, sizeof(desc)).kind == MASTER_OK);
}

/* The same memory twice: by sections, and by small pages. */
static void write_tables(struct machine *m)
{
	struct master *d = master_new(m, &(struct master_config){ .name = "debug" });

	for (uint32_t i = 0; i < NR_MIB; i++) {
		uint32_t pa = DATA_PA + i * MIB, table = PAGES_PA + i * 1024;

		put(d, TABLE_PA + (SECTIONS_VA / MIB + i) * 4, pa | SECTION_WBWA);
		put(d, TABLE_PA + (PAGES_VA / MIB + i) * 4, table | TABLE);
		for (uint32_t n = 0; n < MIB / PAGE; n++)
			put(d, table + n * 4, (pa + n * PAGE) | SMALL_PAGE_WBWA);
	}
	master_free(d);
}

static void mmu_on(struct cpu *c)
{
	cpu_cp15_write(c, CP15_TTBR0, TABLE_PA | TTBR_WBWA);
	cpu_cp15_write(c, CP15_DACR, 1);
	cpu_cp15_write(c, CP15_PRRR, LINUX_PRRR);
	cpu_cp15_write(c, CP15_NMRR, LINUX_NMRR);
	cpu_cp15_write(c, CP15_SCTLR, SCTLR_MMU_AND_CACHES);
	cpu_isb(c);
}

static bool start(struct walk_bench *b, struct board *where, GError **error)
{
	b->machine = machine_new(&(struct machine_config){ .board = where }, error);
	if (!b->machine)
		return false;
	write_tables(b->machine);
	b->hazards = hazard_attach(b->machine, &(struct hazard_config){ .is_quiet = true });
	b->cpu = machine_cpu(b->machine, 0);
	mmu_on(b->cpu);
	return true;
}

static void finish(struct walk_bench *b)
{
	hazard_detach(b->hazards);
	machine_free(b->machine);
}

/* ---- what is timed ------------------------------------------------------------------ */

static uint32_t any_page(struct walk_bench *b)
{
	b->state = b->state * 1664525u + 1013904223u;
	return b->va + (b->state >> 18) % (NR_MIB * MIB / PAGE) * PAGE;
}

static void load(struct cpu *c, uint32_t va)
{
	uint32_t value;

	g_assert(cpu_load(c, va, &value, sizeof(value), NULL));
}

static void hit_one(void *arg, size_t nr)
{
	struct walk_bench *b = arg;

	while (nr--)
		load(b->cpu, b->va);
}

/* A line of each page, so that all of them fit into L1. */
static void hit_many(void *arg, size_t nr)
{
	struct walk_bench *b = arg;

	while (nr--)
		load(b->cpu, b->va + (nr & 63) * (PAGE + 32));
}

static void store_one(void *arg, size_t nr)
{
	struct walk_bench *b = arg;
	uint32_t value = 0;

	while (nr--)
		g_assert(cpu_store(b->cpu, b->va, &value, sizeof(value), NULL));
}

static void walk(void *arg, size_t nr)
{
	struct walk_bench *b = arg;

	while (nr--)
		g_assert(cpu_translate(b->cpu, any_page(b), false).fault.kind == FAULT_NONE);
}

static void miss(void *arg, size_t nr)
{
	struct walk_bench *b = arg;

	while (nr--) {
		uint32_t va = any_page(b);

		cpu_tlbi(b->cpu, TLBI_MVA, va);
		load(b->cpu, va);
	}
}

static const struct subject {
	const char *name;
	bench_op *op;
	uint32_t va;
	double bound;			/* ns; 0: nothing is wanted of it */
} subjects[] = {
	{ "load, TLB hit, one page", hit_one, PAGES_VA, 5 },
	{ "load, TLB hit, 64 pages", hit_many, PAGES_VA, 5 },
	{ "store, TLB hit, one page", store_one, PAGES_VA, 5 },
	{ "walk to a section", walk, SECTIONS_VA, 80 },
	{ "walk to a small page", walk, PAGES_VA, 80 },
	{ "TLBI, miss, load: section", miss, SECTIONS_VA, 0 },
	{ "TLBI, miss, load: small page", miss, PAGES_VA, 0 },
};

/* ---- saying it ------------------------------------------------------------------------- */

static void add_target(struct walk_bench *b, const struct subject *s, double ns)
{
	g_autofree char *name = g_strconcat("target/", s->name, NULL);

	if (s->bound > 0)
		bench_report_add(b->report, &(struct bench_row){
			.name = name, .unit = "ns", .value = ns, .min = ns, .vs = "target",
			.ratio = s->bound / ns,
		});
}

static void add_count(struct walk_bench *b, const struct subject *s, double nr)
{
	g_autofree char *name = g_strconcat(s->name, "/instructions", NULL);

	if (isfinite(nr))
		bench_report_add(b->report, &(struct bench_row){
			.name = name, .unit = "instructions/op", .value = nr, .min = nr,
		});
}

static void say(struct walk_bench *b, const struct subject *s, struct contestant *c)
{
	double ns = contest_min(c), nr = bench_count_of(b->counts, s->name);

	printf("%-30s %9.2f %9.2f %8.2f ", s->name, ns, contest_median(c),
	       timing_ratio(&c->timing));
	printf(isfinite(nr) ? "%10.1f " : "         - ", nr);
	if (s->bound > 0)
		printf(" <= %3.0f ns: %s", s->bound, ns <= s->bound ? "reached" : "missed");
	putchar('\n');
	bench_report_add(b->report, &(struct bench_row){
		.name = s->name, .unit = "ns/op", .value = contest_median(c), .min = ns,
		.vs = YARDSTICK, .ratio = timing_ratio(&c->timing),
	});
	add_count(b, s, nr);
	add_target(b, s, ns);
}

static void measure(struct walk_bench *b)
{
	printf("%-30s %9s %9s %8s %10s\n", "translation", "min ns", "p50 ns", "x add",
	       "instr.");
	for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++) {
		struct contestant c = { .op = subjects[i].op, .arg = b };

		b->va = subjects[i].va;
		contest_run(&c, 1, b->ns);
		say(b, &subjects[i], &c);
		contest_done(&c, 1);
	}
}

static void count(struct walk_bench *b)
{
	for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++) {
		b->va = subjects[i].va;
		bench_count(subjects[i].name, subjects[i].op, b);
	}
}

/* ---- the run ------------------------------------------------------------------------------ */

static int refuse(const GError *error)
{
	fprintf(stderr, "walk: %s\n", error->message);
	return 2;
}

static int run(struct walk_bench *b, const char *json, GError **error)
{
	g_autoptr(board) where = board_open("a9-pl310", error);
	int status = 2;

	b->report = bench_report_new("walk", "exact", 0, json, error);
	if (!b->report)
		return 2;
	b->counts = b->no_valgrind ? g_hash_table_new(g_str_hash, g_str_equal)
				   : bench_counts(MODE_COUNTED);
	if (where && start(b, where, error)) {
		measure(b);
		finish(b);
		status = bench_report_finish(b->report, error);
	}
	g_hash_table_unref(b->counts);
	bench_report_free(b->report);
	return status;
}

static int run_counted(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(board) where = board_open("a9-pl310", &error);
	struct walk_bench b = { 0 };

	if (!where || !start(&b, where, &error))
		return refuse(error);
	count(&b);
	finish(&b);
	return 0;
}

int main(int argc, char **argv)
{
	struct walk_bench b = { 0 };
	g_autoptr(GError) error = NULL;
	struct bench_options o = { .ms = 200, .no_valgrind = &b.no_valgrind };
	int status;

	setlocale(LC_CTYPE, "");
	if (argc == 2 && !strcmp(argv[1], MODE_COUNTED))
		return run_counted();
	if (!bench_parse(&argc, &argv, "- time translation", &o, &error))
		return refuse(error);
	b.ns = (uint64_t)o.ms * 1000000;
	status = run(&b, o.json, &error);
	g_free(o.json);
	return error ? refuse(error) : status;
}
