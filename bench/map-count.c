/* SPDX-License-Identifier: MIT */
/*
 * Instructions of a map with its dma_mapping_error(), and of an unmap, ledger off and on:
 * under valgrind, which counts the same in every run.
 */
#include "map.h"

#include <math.h>
#include <stdio.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include "valgrind.h"

#define NR_HANDLES	(2 * BENCH_COUNT_OPS + 1)	/* what bench_count() asks for */
#define NR_PAGES	64u

struct counted {
	struct device *dev;
	void *pages[NR_PAGES];
	dma_addr_t live[NR_HANDLES];
	size_t nr_mapped, nr_unmapped;
};

static void map_many(void *arg, size_t nr)
{
	struct counted *c = arg;

	for (; nr--; c->nr_mapped++) {
		dma_addr_t dma = dma_map_single(c->dev, c->pages[c->nr_mapped % NR_PAGES],
						PAGE_SIZE, DMA_TO_DEVICE);

		g_assert(!dma_mapping_error(c->dev, dma));
		c->live[c->nr_mapped] = dma;
	}
}

static void map_and_unmap(void *arg, size_t nr)
{
	struct counted *c = arg;

	while (nr--) {
		dma_addr_t dma = dma_map_single(c->dev, c->pages[0], PAGE_SIZE, DMA_TO_DEVICE);

		g_assert(!dma_mapping_error(c->dev, dma));
		dma_unmap_single(c->dev, dma, PAGE_SIZE, DMA_TO_DEVICE);
	}
}

static void unmap_many(void *arg, size_t nr)
{
	struct counted *c = arg;

	for (; nr--; c->nr_unmapped++)
		dma_unmap_single(c->dev, c->live[c->nr_unmapped], PAGE_SIZE, DMA_TO_DEVICE);
}

static const struct {
	const char *name, *with_ledger;
	bench_op *op;
	bool is_noncoherent;
} subjects[] = {
	{ "map, check", "map, check, ledger", map_many, false },
	{ "unmap", "unmap, ledger", unmap_many, false },
	{ "map, check, unmap", "map, check, unmap, ledger", map_and_unmap, false },
	{ "map, check, unmap, non-coherent", "map, check, unmap, non-coherent, ledger",
	  map_and_unmap, true },
};

static void count_all(struct counted *c, struct harness *h, bool has_ledger)
{
	struct device *coherent = harness_device_new(h, "coherent", true);
	struct device *noncoherent = harness_device_new(h, "noncoherent", false);

	for (unsigned i = 0; i < NR_PAGES; i++)
		c->pages[i] = (void *)__get_free_pages(GFP_KERNEL, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++) {
		c->dev = subjects[i].is_noncoherent ? noncoherent : coherent;
		bench_count(has_ledger ? subjects[i].with_ledger : subjects[i].name,
			    subjects[i].op, c);
	}
}

int map_count_instructions(void)
{
	for (int has_ledger = 0; has_ledger < 2; has_ledger++) {
		const struct harness_config cfg = {
			.gear = GEAR_FAST, .no_hazards = !has_ledger,
			.hazards = { .is_quiet = true },
		};
		g_autoptr(GError) error = NULL;
		struct harness *h = harness_start(&cfg, &error);
		g_autofree struct counted *c = g_new0(struct counted, 1);

		if (!h)
			return 2;
		count_all(c, h, has_ledger);
		harness_finish(h);
	}
	return 0;
}

/* ---- the parent's part --------------------------------------------------------------- */

static void say(const struct map_bench *b, GHashTable *counts, const char *name)
{
	g_autofree char *row = g_strconcat("instructions/", name, NULL);
	double nr = bench_count_of(counts, name);

	if (!isfinite(nr))
		return;
	g_print("%-42s %8.1f\n", name, nr);
	bench_report_add(b->report, &(struct bench_row){
		.name = row, .unit = "instructions/op", .value = nr, .min = nr,
	});
}

void map_instructions(const struct map_bench *b)
{
	GHashTable *counts = bench_counts(MAP_COUNTED);

	if (g_hash_table_size(counts))
		g_print("\n%-42s %8s\n", "fast gear", "instr.");
	for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++) {
		say(b, counts, subjects[i].name);
		say(b, counts, subjects[i].with_ledger);
	}
	g_hash_table_unref(counts);
}
