/* SPDX-License-Identifier: MIT */
/*
 * Every strategy for coherent memory on every kind of core: which of the known ways to go
 * wrong it survives, and what it costs. The first tables are the same on every host and
 * are those of docs/coherent-memory.md; --ns measures this one.
 *
 *	coherent            tables, in Markdown
 *	coherent --ns       nanoseconds of the host for an allocation and its free
 */
#include "coherent.h"

#include <stdio.h>
#include <string.h>

#include "harness.h"

#define NS_MS		60		/* of measuring, for each row */

static const struct {
	const char *what, *board, *cpu;
} cores[] = {
	{ "Cortex-A8", "a8-up", NULL },
	{ "Cortex-A9 x 2, PL310, bit 22 clear", "a9-pl310", NULL },
	{ "Cortex-A9 x 2, PL310, bit 22 set", "a9-pl310-shared-override", NULL },
	{ "Cortex-A7 x 4", "a7-quad", NULL },
	{ "Cortex-A15 x 2", "a15-lpae", NULL },
	{ "ARM1176", "arm1176", NULL },
	{ "ARM926", "arm926", NULL },
	{ "Cortex-A9 x 2, PL310, bit 22 clear, 2 GiB", "a9-pl310-2g", NULL },
	{ "Cortex-A15 x 2, 2 GiB", "a9-pl310-2g", "cortex-a15,outer=0" },
};

static const struct {
	const char *name;
	enum coherent_strategy is;
} strategies[] = {
	{ "legacy2011", COHERENT_LEGACY2011 }, { "remap", COHERENT_REMAP },
	{ "cma", COHERENT_CMA }, { "carveout", COHERENT_CARVEOUT },
	{ "highmem", COHERENT_HIGHMEM }, { "pool", COHERENT_POOL },
	{ "hardware", COHERENT_HARDWARE },
};

/* ---- scenes ------------------------------------------------------------------------ */

static bool is_cached(const struct mem_attrs *a)
{
	return a->type == MEM_NORMAL && a->inner != CACHE_NONE;
}

/* A cached mapping of the buffer's first byte besides its own. */
static uint32_t find_cached(struct scene *s)
{
	struct translation t[8];
	size_t nr = MIN(cpu_find_aliases(s->cpu, s->dma, t, G_N_ELEMENTS(t)), G_N_ELEMENTS(t));

	for (size_t i = 0; i < nr; i++) {
		uint32_t va = t[i].va_first + (uint32_t)(s->dma & (t[i].len - 1));

		if (is_cached(&t[i].attrs) && va != (uint32_t)(uintptr_t)s->u)
			return va;
	}
	return 0;
}

static struct harness *boot(size_t core, size_t strategy, enum chooser_mode chooser,
			    enum machine_gear gear, GError **error)
{
	const struct harness_config cfg = {
		.board = cores[core].board, .cpu = cores[core].cpu, .chooser = chooser,
		.gear = gear, .coherent = strategies[strategy].is, .no_hazards = true,
	};

	return harness_start(&cfg, error);
}

/* False: this machine cannot; why is in @error. */
static bool scene_new(struct scene *s, size_t core, size_t strategy, enum chooser_mode chooser,
		      GError **error)
{
	memset(s, 0, sizeof(*s));
	s->h = boot(core, strategy, chooser, GEAR_EXACT, error);
	if (!s->h)
		return false;
	s->m = harness_machine(s->h);
	s->cpu = machine_cpu(s->m, 0);
	s->dev = harness_device_new(s->h, "dev0", false);
	s->hw = harness_master(s->dev);
	s->u = dma_alloc_coherent(s->dev, BUFFER_LEN, &s->dma, GFP_KERNEL);
	g_assert(s->u);
	s->k = find_cached(s);
	s->any = s->k ? s->k : (uint32_t)(uintptr_t)phys_to_virt(s->dma);
	return true;
}

static void scene_free(struct scene *s)
{
	if (s->u)
		dma_free_coherent(s->dev, BUFFER_LEN, s->u, s->dma);
	harness_finish(s->h);
}

/* ---- what it survives ---------------------------------------------------------------- */

static const char *verdict_name(enum verdict v)
{
	static const char *const name[] = {
		[SURVIVES] = "ok", [STALE] = "**stale**", [LOST] = "**lost**",
		[LEAKED] = "**leaked**", [NOT_HERE] = "-",
	};

	return name[v];
}

/* "uncached 0xd0..., cached linear map": what the buffer's mappings are. */
static const char *mappings_of(struct scene *s)
{
	struct translation t = cpu_translate(s->cpu, (uint32_t)(uintptr_t)s->u, true);

	if (is_cached(&t.attrs))
		return "cached; the device snoops";
	if (s->k)
		return t.attrs.type == MEM_NORMAL ? "NC, and a cached one"
						  : "SO, and a cached one";
	if (s->any)
		return t.attrs.type == MEM_NORMAL ? "NC, the linear map's own"
						  : "SO, the linear map's own";
	return t.attrs.type == MEM_NORMAL ? "NC, no other" : "SO, no other";
}

static bool print_mappings(size_t core, size_t strategy)
{
	g_autoptr(GError) error = NULL;
	struct scene s;

	if (!scene_new(&s, core, strategy, CHOOSER_NOMINAL, &error)) {
		printf("| %s | cannot: %s |||||||||\n", strategies[strategy].name,
		       strrchr(error->message, ':') + 2);
		return false;
	}
	printf("| %s | %s |", strategies[strategy].name, mappings_of(&s));
	scene_free(&s);
	return true;
}

static void print_verdicts(size_t core, size_t strategy)
{
	for (size_t i = 0; i < NR_TIMELINES; i++) {
		struct scene s;

		scene_new(&s, core, strategy, timelines[i].chooser, NULL);
		printf(" %s |", verdict_name(timelines[i].play(&s)));
		scene_free(&s);
	}
	printf("\n");
}

static void print_survival(void)
{
	for (size_t c = 0; c < G_N_ELEMENTS(cores); c++) {
		printf("**%s**\n\n| strategy | mappings | T1 | T2 | T3 | T4 | T5 | T6 | T7 | T8 |\n"
		       "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
		       cores[c].what);
		for (size_t i = 0; i < G_N_ELEMENTS(strategies); i++)
			if (print_mappings(c, i))
				print_verdicts(c, i);
		printf("\n");
	}
}

/* ---- what it costs -------------------------------------------------------------------- */

struct cost {
	struct machine_counters c;
	struct harness_memory m;
};

static void take_cost(struct scene *s, struct cost *ret)
{
	machine_count(s->m, &ret->c);
	harness_memory(s->h, &ret->m);
}

static void pair(struct scene *s)
{
	dma_addr_t dma;
	void *p = dma_alloc_coherent(s->dev, BUFFER_LEN, &dma, GFP_KERNEL);

	dma_free_coherent(s->dev, BUFFER_LEN, p, dma);
}

/* The second pair: tables that the first one needed stay. */
static void print_cost(size_t core, size_t strategy)
{
	struct cost before, after;
	struct scene s;

	if (!scene_new(&s, core, strategy, CHOOSER_NOMINAL, NULL))
		return;
	pair(&s);
	take_cost(&s, &before);
	pair(&s);
	take_cost(&s, &after);
	printf("| %s | %llu | %llu | %llu | %llu | %llu | %llu |\n", strategies[strategy].name,
	       (unsigned long long)(after.c.tlb_invalidations - before.c.tlb_invalidations),
	       (unsigned long long)(after.m.pte_stores - before.m.pte_stores),
	       (unsigned long long)(after.c.level[0].cleaned - before.c.level[0].cleaned),
	       (unsigned long long)(after.c.level[1].cleaned - before.c.level[1].cleaned),
	       (unsigned long long)after.m.split_sections,
	       (unsigned long long)after.m.carved_bytes / SZ_1K);
	scene_free(&s);
}

static void print_costs(void)
{
	for (size_t c = 0; c < G_N_ELEMENTS(cores); c++) {
		printf("**%s**\n\n| strategy | TLB flushes | PTE stores | L1 lines | L2 lines | "
		       "MiB split | KiB carved out |\n"
		       "| --- | --- | --- | --- | --- | --- | --- |\n", cores[c].what);
		for (size_t i = 0; i < G_N_ELEMENTS(strategies); i++)
			print_cost(c, i);
		printf("\n");
	}
}

/* ---- nanoseconds ------------------------------------------------------------------------ */

static void pairs(void *arg, size_t nr)
{
	while (nr--)
		pair(arg);
}

static void print_ns(size_t core, size_t strategy)
{
	struct scene s = { .h = boot(core, strategy, CHOOSER_NOMINAL, GEAR_FAST, NULL) };
	struct timing t;

	if (!s.h)
		return;
	s.dev = harness_device_new(s.h, "dev0", false);
	timing_init(&t);
	bench_time(pairs, &s, bench_batch(pairs, &s), NS_MS * 1000000ull, &t);
	samples_sort(&t.op);
	samples_sort(&t.yardstick);
	printf("%-44s %-11s %10.0f ns, %7.0f locked adds\n", cores[core].what,
	       strategies[strategy].name, samples_quantile(&t.op, 500), timing_ratio(&t));
	timing_done(&t);
	harness_finish(s.h);
}

int main(int argc, char **argv)
{
	if (argc > 2 || (argc == 2 && strcmp(argv[1], "--ns"))) {
		fprintf(stderr, "usage: coherent [--ns]\n");
		return 2;
	}
	if (argc == 1) {
		print_survival();
		print_costs();
		return 0;
	}
	for (size_t c = 0; c < G_N_ELEMENTS(cores); c++)
		for (size_t i = 0; i < G_N_ELEMENTS(strategies); i++)
			print_ns(c, i);
	return 0;
}
