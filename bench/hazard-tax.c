/* SPDX-License-Identifier: MIT */
/*
 * What watching costs, in instructions, exact gear: no engine; what is observed alone, with
 * return addresses; with whole stacks (backtrace=full); with what is drawn (html=); with
 * what could have happened (may=on). Of the same work.
 *
 *	hazard-tax [--json FILE]
 *
 * Counted by callgrind, so that it is the same in every run. A row is one round of its
 * work; a load and a store are of one word, DMA of 4 KiB in one call.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <armdma/cpu.h>
#include <armdma/harness.h>
#include <armdma/master.h>

#include "valgrind.h"

#define COUNTED		"--counted"
#define SHARE		1024u		/* operations that make one round of work */
#define FRAME		1536u
#define BLOCK		65536u

struct work {
	struct device *dev;
	struct master *port;
	struct cpu *cpu;
	u8 *memory, *ring;
	dma_addr_t ring_dma;
	u8 *always;			/* mapped as long as there is work */
	dma_addr_t live;
	u8 frame[BLOCK];
};

static void reads(struct work *w, void *at, size_t len, size_t stride)
{
	u32 word;

	for (size_t i = 0; i < len; i += stride)
		g_assert(cpu_load(w->cpu, (u32)(uintptr_t)at + (u32)i, &word, 4, NULL));
}

static void stores(struct work *w, void *at, size_t len)
{
	for (u32 i = 0; i < len; i += 4)
		g_assert(cpu_store(w->cpu, (u32)(uintptr_t)at + i, &i, 4, NULL));
}

static dma_addr_t mapped(struct work *w, size_t len, enum dma_data_direction dir)
{
	dma_addr_t dma = dma_map_single(w->dev, w->memory, len, dir);

	g_assert(!dma_mapping_error(w->dev, dma));
	return dma;
}

static void arrives(struct work *w, size_t len)
{
	dma_addr_t dma = mapped(w, len, DMA_FROM_DEVICE);

	g_assert(!master_write(w->port, dma, w->frame, len).kind);
	dma_unmap_single(w->dev, dma, len, DMA_FROM_DEVICE);
}

static void receive_and_read(struct work *w)
{
	arrives(w, FRAME);
	reads(w, w->memory, FRAME, 4);
}

static void receive_and_look(struct work *w)
{
	arrives(w, FRAME);
	reads(w, w->memory, 64, 4);
}

static void write_and_send(struct work *w)
{
	dma_addr_t dma;

	stores(w, w->memory, FRAME);
	dma = mapped(w, FRAME, DMA_TO_DEVICE);
	g_assert(!master_read(w->port, dma, w->frame, FRAME).kind);
	dma_unmap_single(w->dev, dma, FRAME, DMA_TO_DEVICE);
}

static void go_round(struct work *w)
{
	for (unsigned i = 0; i < 32; i++) {
		stores(w, w->ring + i * 16, 16);
		g_assert(!master_read(w->port, w->ring_dma + i * 16, w->frame, 16).kind);
		g_assert(!master_write(w->port, w->ring_dma + i * 16 + 12, w->frame, 4).kind);
		reads(w, w->ring + i * 16, 16, 4);
	}
}

static void read_a_block(struct work *w)
{
	arrives(w, BLOCK);
	reads(w, w->memory, BLOCK, 512);
}

/* ---- one thing at a time ------------------------------------------------------------- */

static void map_and_unmap(struct work *w)
{
	dma_unmap_single(w->dev, mapped(w, FRAME, DMA_TO_DEVICE), FRAME, DMA_TO_DEVICE);
}

static void sync_back(struct work *w)
{
	dma_sync_single_for_device(w->dev, w->live, FRAME, DMA_BIDIRECTIONAL);
}

/* Of coherent memory, which may be accessed at any time, and is watched. */
static void load_one(struct work *w)
{
	reads(w, w->ring, 4, 4);
}

static void store_one(struct work *w)
{
	stores(w, w->ring, 4);
}

static void dma_in(struct work *w)
{
	g_assert(!master_write(w->port, w->live, w->frame, 4096).kind);
}

static void dma_out(struct work *w)
{
	g_assert(!master_read(w->port, w->live, w->frame, 4096).kind);
}

static const struct subject {
	const char *name;
	void (*round)(struct work *w);
} subjects[] = {
	{ "a frame comes, all of it is read", receive_and_read },
	{ "a frame comes, its header is read", receive_and_look },
	{ "a frame is written and sent", write_and_send },
	{ "a ring of descriptors", go_round },
	{ "64 KiB come, some are read", read_a_block },
	{ "map and unmap, 1.5 KiB", map_and_unmap },
	{ "sync for the device, 1.5 KiB", sync_back },
	{ "a load of coherent memory", load_one },
	{ "a store to coherent memory", store_one },
	{ "the device writes 4 KiB", dma_in },
	{ "the device reads 4 KiB", dma_out },
};

enum watch { NO_ENGINE, OBSERVED, FULL, DRAWN, WITH_MAY, NR_WATCHES };
static const char *const watch_names[NR_WATCHES] = {
	"no engine", "observed", "full", "html", "may"
};

struct turn {
	struct work *work;
	const struct subject *subject;
};

static void in_rounds(void *arg, size_t nr)
{
	const struct turn *t = arg;

	for (size_t i = 0; i < nr; i += SHARE)
		t->subject->round(t->work);
}

static char *row_name(size_t subject, int watch)
{
	return g_strdup_printf("%s, %s", subjects[subject].name, watch_names[watch]);
}

/* ---- the child ------------------------------------------------------------------ */

static void count_all(struct work *w, int watch)
{
	for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++) {
		struct turn t = { w, &subjects[i] };
		g_autofree char *name = row_name(i, watch);

		bench_count(name, in_rounds, &t);
	}
}

static int count(void)
{
	for (int watch = 0; watch < NR_WATCHES; watch++) {
		struct harness_config cfg = {
			.no_hazards = watch == NO_ENGINE,
			.hazards = {
				.is_quiet = true, .no_may = watch != WITH_MAY,
				.full_backtrace = watch == FULL,
				.html_path = watch == DRAWN ? "/dev/null" : NULL,
			},
		};
		struct harness *h = harness_start(&cfg, NULL);
		g_autofree struct work *w = g_new0(struct work, 1);

		if (!h)
			return 2;
		w->dev = harness_device(h, "eth0");
		w->port = harness_master(w->dev);
		w->cpu = machine_cpu(harness_machine(h), 0);
		w->memory = (u8 *)__get_free_pages(GFP_KERNEL, 4);
		w->ring = dma_alloc_coherent(w->dev, 4096, &w->ring_dma, GFP_KERNEL);
		w->always = (u8 *)__get_free_page(GFP_KERNEL);
		w->live = dma_map_single(w->dev, w->always, 4096, DMA_BIDIRECTIONAL);
		g_assert(!dma_mapping_error(w->dev, w->live));
		count_all(w, watch);
		dma_unmap_single(w->dev, w->live, 4096, DMA_BIDIRECTIONAL);
		dma_free_coherent(w->dev, 4096, w->ring, w->ring_dma);
		harness_finish(h);
	}
	return 0;
}

/* ---- the parent ------------------------------------------------------------------- */

static void say(struct bench_report *report, GHashTable *counts, size_t subject)
{
	double nr[NR_WATCHES];

	for (int watch = 0; watch < NR_WATCHES; watch++) {
		g_autofree char *name = row_name(subject, watch);

		nr[watch] = bench_count_of(counts, name) * SHARE;
		if (!isfinite(nr[watch]))
			return;
		bench_report_add(report, &(struct bench_row){
			.name = name, .unit = "instructions/round", .value = nr[watch],
			.min = nr[watch], .vs = watch_names[NO_ENGINE],
			.ratio = nr[watch] / nr[NO_ENGINE],
		});
	}
	printf("%-36s", subjects[subject].name);
	for (int watch = 0; watch < NR_WATCHES; watch++)
		printf("%11.0f", nr[watch]);
	printf("%10.2f\n", nr[WITH_MAY] / nr[OBSERVED]);
}

static int say_error(const GError *error)
{
	fprintf(stderr, "hazard-tax: %s\n", error->message);
	return 2;
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	struct bench_report *report;
	GHashTable *counts;
	bool is_done;

	if (argc == 2 && !strcmp(argv[1], COUNTED))
		return count();
	report = bench_report_new("hazard-tax", "exact", 0,
				  argc == 3 && !strcmp(argv[1], "--json") ? argv[2] : NULL, &error);
	if (!report)
		return say_error(error);
	counts = bench_counts(COUNTED);
	printf("%-36s", "instructions");
	for (int watch = 0; watch < NR_WATCHES; watch++)
		printf("%11s", watch_names[watch]);
	printf("%10s\n", "may/obs.");
	for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++)
		say(report, counts, i);
	g_hash_table_unref(counts);
	is_done = bench_report_finish(report, &error) == 0;
	bench_report_free(report);
	return is_done ? 0 : say_error(error);
}
