/* SPDX-License-Identifier: MIT */
/* The rig of the library's tests: see rig.h. */
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/port/port.h"

#define MAX_TEXT	64
#define POOL_LEN	SZ_4M		/* small, so that filling it is quick */

#define ON_OLD		(ON_UP | ON_LINE32 | ON_ONE_LEVEL | ON_READ_ALLOCATE | ON_ALIASING)

static const struct platform platforms[] = {
	{ "a9-pl310",		"a9-pl310",	ON_PL310 | ON_LINE32 },
	{ "a9-pl310-legacy",	"a9-pl310",	ON_PL310 | ON_LINE32 | ON_LEGACY,
	  COHERENT_LEGACY2011 },
	{ "a9-pl310-override",	"a9-pl310-shared-override",
						ON_PL310 | ON_LINE32 | ON_OVERRIDE },
	{ "a9-pl310-bounce",	"a9-pl310",	ON_PL310 | ON_LINE32 | ON_BOUNCE },
	{ "a7-quad",		"a7-quad",	0 },
	{ "a7-quad-legacy",	"a7-quad",	ON_LEGACY,	COHERENT_LEGACY2011 },
	{ "a7-quad-bounce",	"a7-quad",	ON_BOUNCE },
	{ "a8-up",		"a8-up",	ON_UP },
	{ "a15-coherent",	"a15-lpae",	ON_COHERENT },
	{ "a15-coherent-bounce", "a15-lpae",	ON_COHERENT | ON_BOUNCE },
	{ "a7-quad-fast",	"a7-quad",	ON_FAST },
	{ "pj4b-aurora",	"pj4b-aurora",	ON_UP | ON_LINE32 | ON_AURORA },
	{ "arm1176",		"arm1176",	ON_OLD | ON_V6 },
	{ "arm926",		"arm926",	ON_OLD | ON_V5 },
};

/* Those whose coherent memory is the only thing about them. */
static const struct platform strategies[] = {
	{ "a9-pl310-remap",	"a9-pl310",	ON_PL310 | ON_LINE32 | ON_REMAP,
	  COHERENT_REMAP },
	{ "a9-override-remap",	"a9-pl310-shared-override",
				ON_PL310 | ON_LINE32 | ON_OVERRIDE | ON_REMAP, COHERENT_REMAP },
	{ "a7-quad-remap",	"a7-quad",	ON_REMAP,	COHERENT_REMAP },
	{ "a8-up-remap",	"a8-up",	ON_UP | ON_REMAP, COHERENT_REMAP },
	{ "arm926-remap",	"arm926",	ON_OLD | ON_V5 | ON_REMAP, COHERENT_REMAP },
	{ "arm1176-remap",	"arm1176",	ON_OLD | ON_V6 | ON_REMAP, COHERENT_REMAP },
	{ "a9-pl310-pool",	"a9-pl310",	ON_PL310 | ON_LINE32 | ON_POOL,
	  COHERENT_POOL },
	{ "arm926-pool",	"arm926",	ON_OLD | ON_V5 | ON_POOL, COHERENT_POOL },
	{ "a9-pl310-carveout",	"a9-pl310",	ON_PL310 | ON_LINE32 | ON_CARVEOUT,
	  COHERENT_CARVEOUT },
	{ "a7-quad-carveout",	"a7-quad",	ON_CARVEOUT,	COHERENT_CARVEOUT },
	{ "arm926-carveout",	"arm926",	ON_OLD | ON_V5 | ON_CARVEOUT, COHERENT_CARVEOUT },
	{ "a9-2g-highmem",	"a9-pl310-2g",	ON_PL310 | ON_LINE32 | ON_HIGHMEM,
	  COHERENT_HIGHMEM },
	{ "a15-2g-highmem",	"a9-pl310-2g",	ON_HIGHMEM,	COHERENT_HIGHMEM,
	  "cortex-a15,outer=0" },
	{ "a9-pl310-hardware",	"a9-pl310",	ON_PL310 | ON_LINE32 | ON_COHERENT,
	  COHERENT_HARDWARE },
};

struct rig *rig_new(const struct platform *on, enum chooser_mode chooser, uint64_t seed)
{
	struct rig *rig = g_new0(struct rig, 1);
	g_autoptr(GError) error = NULL;
	const struct harness_config cfg = {
		.board = on->board, .cpu = on->cpu, .chooser = chooser, .seed = seed,
		.gear = on->is & ON_FAST ? GEAR_FAST : GEAR_EXACT,
		.coherent = on->coherent,
		.coherent_pool_bytes = on->is & ON_POOL ? SZ_1M : 0,
		.swiotlb_force = on->is & ON_BOUNCE, .swiotlb_bytes = POOL_LEN,
		.no_hazards = true,
	};

	rig->on = on;
	rig->h = harness_start(&cfg, &error);
	if (!rig->h)
		fail_msg("%s: %s", on->name, error->message);
	rig->m = harness_machine(rig->h);
	rig->cpu = machine_cpu(rig->m, 0);
	rig->dev = harness_device_new(rig->h, "eth0", on->is & ON_COHERENT);
	rig->hw = harness_master(rig->dev);
	return rig;
}

void rig_free(struct rig *rig)
{
	printk_redirect(NULL);
	harness_finish(rig->h);
	g_free(rig);
}

/* ---- running ---------------------------------------------------------------- */

struct run {
	const struct rig_test *test;
	const struct platform *on;
};

static void run_one(void **state)
{
	const struct run *run = *state;
	struct rig *rig = rig_new(run->on, CHOOSER_NOMINAL, 0);

	run->test->body(rig);
	rig_free(rig);
}

static bool fits(const struct rig_test *t, const struct platform *on)
{
	return (on->is & t->needs) == t->needs && !(on->is & t->never);
}

struct suite {
	struct CMUnitTest *units;
	struct run *runs;
	size_t nr;
};

static void add_run(struct suite *s, const struct rig_test *t, const struct platform *on)
{
	if (!fits(t, on))
		return;
	s->runs[s->nr] = (struct run){ t, on };
	s->units[s->nr] = (struct CMUnitTest){
		.name = g_strdup_printf("%s@%s", t->name, on->name),
		.test_func = run_one, .initial_state = &s->runs[s->nr],
	};
	s->nr++;
}

/* A set of platforms, and some more. */
struct places {
	const struct platform *where, *more;
	size_t nr, nr_more;
};

static int run(const struct places *on, const struct rig_test *tests, size_t nr_tests)
{
	size_t room = nr_tests * (on->nr + on->nr_more);
	struct suite s = { g_new0(struct CMUnitTest, room), g_new(struct run, room), 0 };
	int status;

	for (size_t t = 0; t < nr_tests; t++) {
		for (size_t p = 0; p < on->nr; p++)
			add_run(&s, &tests[t], &on->where[p]);
		for (size_t p = 0; p < on->nr_more; p++)
			add_run(&s, &tests[t], &on->more[p]);
	}
	status = _cmocka_run_group_tests("lib", s.units, s.nr, NULL, NULL);
	for (size_t i = 0; i < s.nr; i++)
		g_free((char *)(uintptr_t)s.units[i].name);
	g_free(s.units);
	g_free(s.runs);
	return status;
}

int rig_run(const struct rig_test *tests, size_t nr_tests)
{
	const struct places on = { platforms, NULL, G_N_ELEMENTS(platforms), 0 };

	return run(&on, tests, nr_tests);
}

int rig_run_strategies(const struct rig_test *tests, size_t nr_tests)
{
	const struct places on = { platforms, strategies, G_N_ELEMENTS(platforms),
				   G_N_ELEMENTS(strategies) };

	return run(&on, tests, nr_tests);
}

int rig_run_on(const struct platform *where, size_t nr_platforms,
	       const struct rig_test *tests, size_t nr_tests)
{
	const struct places on = { where, NULL, nr_platforms, 0 };

	return run(&on, tests, nr_tests);
}

/* ---- bytes ------------------------------------------------------------------- */

static uint32_t va_of(const void *p)
{
	return (uint32_t)(uintptr_t)p;
}

static void store(struct rig *rig, void *p, const void *bytes, size_t len)
{
	if (!cpu_store(rig->cpu, va_of(p), bytes, len, NULL))
		fail_msg("the CPU cannot write at va %#x", va_of(p));
}

static void load(struct rig *rig, const void *p, void *bytes, size_t len)
{
	if (!cpu_load(rig->cpu, va_of(p), bytes, len, NULL))
		fail_msg("the CPU cannot read at va %#x", va_of(p));
}

static void send(struct rig *rig, dma_addr_t dma, const void *bytes, size_t len)
{
	if (master_write(rig->hw, dma, bytes, len).kind != MASTER_OK)
		fail_msg("the device cannot write at %#llx", (unsigned long long)dma);
}

static void fetch(struct rig *rig, dma_addr_t dma, void *bytes, size_t len)
{
	if (master_read(rig->hw, dma, bytes, len).kind != MASTER_OK)
		fail_msg("the device cannot read at %#llx", (unsigned long long)dma);
}

static void expect_text(const char *who, const char *got, const char *text)
{
	if (strcmp(got, text))
		fail_msg("%s reads \"%s\", expected \"%s\"", who, got, text);
}

void cpu_writes(struct rig *rig, void *p, const char *text)
{
	store(rig, p, text, strlen(text));
}

void expects_cpu_reads(struct rig *rig, const void *p, const char *text)
{
	char got[MAX_TEXT] = "";

	load(rig, p, got, strlen(text));
	expect_text("the CPU", got, text);
}

void device_writes(struct rig *rig, dma_addr_t dma, const char *text)
{
	send(rig, dma, text, strlen(text));
}

void expects_device_reads(struct rig *rig, dma_addr_t dma, const char *text)
{
	char got[MAX_TEXT] = "";

	fetch(rig, dma, got, strlen(text));
	expect_text("the device", got, text);
}

/* No two lines of it alike, whatever the length of a line. */
static void make_pattern(uint8_t *bytes, size_t len, unsigned salt)
{
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(i ^ (i >> 8) * 31 ^ salt * 0x9d);
}

static void expect_pattern(const char *who, const uint8_t *got, size_t len, unsigned salt)
{
	g_autofree uint8_t *want = g_malloc(len);

	make_pattern(want, len, salt);
	for (size_t i = 0; i < len; i++)
		if (got[i] != want[i])
			fail_msg("%s finds %#x at byte %zu of %zu, expected %#x", who, got[i], i,
				 len, want[i]);
}

void cpu_holds(struct rig *rig, const void *p, size_t len)
{
	for (size_t at = 0; at < len; at += 16) {
		uint8_t byte;

		if (!cpu_load(rig->cpu, va_of(p) + (uint32_t)at, &byte, 1, NULL))
			fail_msg("the CPU cannot read at va %#x", va_of(p));
	}
}

void cpu_fills(struct rig *rig, void *p, size_t len, unsigned salt)
{
	g_autofree uint8_t *bytes = g_malloc(len);

	make_pattern(bytes, len, salt);
	store(rig, p, bytes, len);
}

void expects_cpu_finds(struct rig *rig, const void *p, size_t len, unsigned salt)
{
	g_autofree uint8_t *bytes = g_malloc(len);

	load(rig, p, bytes, len);
	expect_pattern("the CPU", bytes, len, salt);
}

void expects_cpu_zeros(struct rig *rig, const void *p, size_t len)
{
	g_autofree uint8_t *bytes = g_malloc(len);

	load(rig, p, bytes, len);
	for (size_t i = 0; i < len; i++)
		if (bytes[i])
			fail_msg("the CPU reads %#x at byte %zu, expected zeros", bytes[i], i);
}

void device_fills(struct rig *rig, dma_addr_t dma, size_t len, unsigned salt)
{
	g_autofree uint8_t *bytes = g_malloc(len);

	make_pattern(bytes, len, salt);
	send(rig, dma, bytes, len);
}

void expects_device_finds(struct rig *rig, dma_addr_t dma, size_t len, unsigned salt)
{
	g_autofree uint8_t *bytes = g_malloc(len);

	fetch(rig, dma, bytes, len);
	expect_pattern("the device", bytes, len, salt);
}

/* ---- memory --------------------------------------------------------------------- */

void *allocates(struct rig *rig, size_t len)
{
	void *p = kzalloc(len, GFP_KERNEL);

	if (!p)
		fail_msg("kzalloc(%zu) failed on %s", len, rig->on->name);
	return p;
}

dma_addr_t maps(struct rig *rig, void *p, size_t len, enum dma_data_direction dir)
{
	dma_addr_t dma = dma_map_single(rig->dev, p, len, dir);

	if (dma_mapping_error(rig->dev, dma))
		fail_msg("mapping %zu bytes failed on %s", len, rig->on->name);
	return dma;
}

/* ---- cost ------------------------------------------------------------------------ */

void marks(struct rig *rig)
{
	machine_count(rig->m, &rig->at_mark);
}

void expects_work(struct rig *rig, const char *drawing)
{
	const struct machine_counters *was = &rig->at_mark;
	struct machine_counters now;
	g_autofree char *got = NULL;

	machine_count(rig->m, &now);
	got = g_strdup_printf("L1 c%d i%d, L2 c%d i%d, syncs %d",
			      (int)(now.level[0].cleaned - was->level[0].cleaned),
			      (int)(now.level[0].invalidated - was->level[0].invalidated),
			      (int)(now.level[1].cleaned - was->level[1].cleaned),
			      (int)(now.level[1].invalidated - was->level[1].invalidated),
			      (int)(now.outer_syncs - was->outer_syncs));
	if (strcmp(got, drawing))
		fail_msg("%s: the work is [%s], expected [%s]", rig->what, got, drawing);
}

/* ---- messages --------------------------------------------------------------------- */

static FILE *heard;

void listens(struct rig *rig)
{
	heard = tmpfile();
	if (!heard)
		fail_msg("%s: no temporary file", rig->on->name);
	printk_redirect(heard);
}

void expects_warning(struct rig *rig, const char *text)
{
	char got[512] = "";
	size_t len;

	printk_redirect(NULL);
	rewind(heard);
	len = fread(got, 1, sizeof(got) - 1, heard);
	fclose(heard);
	if (text ? !strstr(got, text) : len)
		fail_msg("%s: printed \"%s\", expected \"%s\"", rig->on->name, got,
			 text ? text : "");
}
