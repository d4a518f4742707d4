// SPDX-License-Identifier: MIT
/*
 * 2011, item 1: dma_alloc_coherent() made memory uncached by mapping it a second
 * time, and left the cached mapping where it was. A correct driver then reads
 * wrong bytes, once in a while, on a Cortex-A9 with a PL310.
 *
 *	2011-coherent [SEEDS [STRATEGY...]]
 *
 * The same driver, the same device and the same seeds run three times: with the
 * allocator of 2011; with it on a board whose PL310 ignores the shareable
 * attribute (aux bit 22), which is how boards lived with it; and with the
 * repaired allocator, which leaves one mapping.
 *
 * With strategies (cma, legacy2011, remap, carveout, highmem, pool, hardware: see
 * <armdma/coherent.h>) those are what it runs with instead.
 *
 * Exit status 0: each behaved as announced. 1: one did not. 2: bad arguments.
 */
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/harness.h>

#define POLLS		16
#define DEFAULT_SEEDS	100

struct scene {
	const char *what;
	const char *board;
	enum coherent_strategy coherent;
	bool goes_wrong;
};

/* Those that can be asked for by name; @what is the name. */
static const struct scene named[] = {
	{ "legacy2011", "a9-pl310", COHERENT_LEGACY2011, true },
	{ "remap", "a9-pl310", COHERENT_REMAP, true },
	{ "cma", "a9-pl310", COHERENT_CMA, false },
	{ "carveout", "a9-pl310", COHERENT_CARVEOUT, false },
	{ "highmem", "a9-pl310-2g", COHERENT_HIGHMEM, false },
	{ "pool", "a9-pl310", COHERENT_POOL, false },
	{ "hardware", "a9-pl310", COHERENT_HARDWARE, false },
};

static const struct scene scenes[] = {
	{ "2011: cached and uncached mapping", "a9-pl310",
	  COHERENT_LEGACY2011, true },
	{ "2011, PL310 with shared-override", "a9-pl310-shared-override",
	  COHERENT_LEGACY2011, false },
	{ "repaired: one mapping", "a9-pl310",
	  COHERENT_CMA, false },
};

/* What one descriptor looked like from each side when the driver gave up. */
struct sight {
	unsigned int desc;
	u32 device_wrote, cpu_reads, l2_holds, dram_holds;
};

/* The device's half: take the descriptor, do the work, write the status. */
static bool engine_completes(struct engine *e, unsigned int i, u32 done)
{
	struct master *port = harness_master(e->dev);
	u64 at = e->ring_dma + i * sizeof(struct engine_desc) +
		 offsetof(struct engine_desc, status);
	u32 status;

	if (master_read(port, at, &status, sizeof(status)).kind != MASTER_OK ||
	    status != DESC_OWNED_BY_DEVICE)
		return false;
	return master_write(port, at, &done, sizeof(done)).kind == MASTER_OK;
}

static bool driver_sees(struct engine *e, unsigned int i, u32 done, u32 *ret_last)
{
	for (int poll = 0; poll < POLLS; poll++) {
		*ret_last = engine_poll(e, i);
		if (*ret_last == done)
			return true;
	}
	return false;
}

static struct sight look(struct harness *h, struct engine *e, unsigned int i,
			 u32 done, u32 cpu_reads)
{
	struct sight s = { .desc = i, .device_wrote = done, .cpu_reads = cpu_reads };
	u64 pa = e->ring_dma + i * sizeof(struct engine_desc) +
		 offsetof(struct engine_desc, status);

	machine_peek(harness_machine(h), VIEW_OUTER, pa, &s.l2_holds, sizeof(u32));
	machine_peek(harness_machine(h), VIEW_DRAM, pa, &s.dram_holds, sizeof(u32));
	return s;
}

/* Return: descriptors whose completion the driver never saw; the first in @ret. */
static unsigned int work(struct harness *h, struct engine *e, struct sight *ret)
{
	unsigned int missed = 0;

	for (unsigned int i = 0; i < ENGINE_NR_DESC; i++) {
		u32 done = DESC_DONE | (0x600d00u + i) << 4, seen;

		engine_submit(e, i, 64);
		if (!engine_completes(e, i, done))
			seen = engine_poll(e, i);
		else if (driver_sees(e, i, done, &seen))
			continue;
		if (!missed++)
			*ret = look(h, e, i, done, seen);
	}
	return missed;
}

static struct harness *boot(const struct scene *scene, u64 seed, bool is_quiet)
{
	struct harness_config cfg = {
		.board = scene->board,
		.chooser = CHOOSER_RANDOM,
		.seed = seed,
		.coherent = scene->coherent,
		.hazards = { .is_quiet = is_quiet, .text = stdout },
	};
	g_autoptr(GError) error = NULL;
	struct harness *h = harness_start(&cfg, &error);

	if (!h) {
		fprintf(stderr, "2011-coherent: %s\n", error->message);
		exit(2);
	}
	return h;
}

static unsigned int run(const struct scene *scene, u64 seed, bool is_quiet,
			struct sight *ret)
{
	struct harness *h = boot(scene, seed, is_quiet);
	struct engine e;
	unsigned int missed;

	if (engine_probe(&e, harness_device_new(h, "engine0", false))) {
		fprintf(stderr, "2011-coherent: no coherent memory\n");
		exit(2);
	}
	missed = work(h, &e, ret);
	engine_remove(&e);
	harness_finish(h);
	return missed;
}

static void show(const struct scene *scene, u64 seed)
{
	struct sight s = { 0 };

	printf("\nSeed %llu, as the machine saw it:\n\n", (unsigned long long)seed);
	run(scene, seed, false, &s);
	printf("\n  descriptor %u\n"
	       "    the device wrote   %08x\n"
	       "    DRAM holds         %08x\n"
	       "    the PL310 holds    %08x   filled through the cached mapping\n"
	       "    the driver reads   %08x   through the uncached one, %d times\n\n",
	       s.desc, s.device_wrote, s.dram_holds, s.l2_holds, s.cpu_reads, POLLS);
}

/* Return: did this scene behave as announced? */
static bool play(const struct scene *scene, unsigned int seeds)
{
	unsigned int bad_seeds = 0;
	u64 first = 0;
	struct sight s;

	for (u64 seed = 1; seed <= seeds; seed++) {
		if (!run(scene, seed, true, &s))
			continue;
		if (!bad_seeds++)
			first = seed;
	}
	printf("%-36s %-26s %4u of %u runs go wrong\n", scene->what, scene->board,
	       bad_seeds, seeds);
	if (scene->goes_wrong && bad_seeds)
		show(scene, first);
	return scene->goes_wrong == (bad_seeds != 0);
}

static const struct scene *scene_called(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(named); i++)
		if (!strcmp(named[i].what, name))
			return &named[i];
	fprintf(stderr, "2011-coherent: there is no strategy \"%s\"\n", name);
	exit(2);
}

int main(int argc, char **argv)
{
	unsigned long seeds = DEFAULT_SEEDS;
	bool as_announced = true;
	char *end = NULL;

	if (argc > 1)
		seeds = strtoul(argv[1], &end, 0);
	if (end && (*end || !seeds || seeds > 100000)) {
		fprintf(stderr, "usage: 2011-coherent [SEEDS [STRATEGY...]], 1 to 100000 seeds\n");
		return 2;
	}
	for (int i = 2; i < argc; i++)
		as_announced &= play(scene_called(argv[i]), (unsigned int)seeds);
	for (size_t i = 0; argc < 3 && i < G_N_ELEMENTS(scenes); i++)
		as_announced &= play(&scenes[i], (unsigned int)seeds);
	return as_announced ? 0 : 1;
}
