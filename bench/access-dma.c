/* SPDX-License-Identifier: MIT */
/*
 * DMA to and from memory that no cache holds, beside memcpy() of as many bytes over as
 * much memory; and cleaning what is clean.
 *
 * Bounds: the bytes have to be moved once, which is the memcpy(). Watched memory is
 * what the hazard engine looks at: any buffer that is mapped. Cleaning by CP15 is one
 * look at what the caches hold of each page; a PL310 is cleaned line by line through
 * a register, as on the board.
 */
#include "access.h"

#include <stdio.h>
#include <string.h>
#include <linux/dma-mapping.h>
#include <armdma/cpu.h>
#include <armdma/master.h>

#define KIB		1024u
#define REGION_BYTES	(2048 * KIB)	/* that transfers go round in */

/* One way of moving bytes to or from a region, a transfer after the other. */
struct transfers {
	char *host;			/* REGION_BYTES; memcpy()'s own region */
	char *buf;			/* the device's side */
	struct master *master;
	dma_addr_t dma;
	size_t len, at;
};

static size_t next_at(struct transfers *t)
{
	size_t at = t->at;

	t->at = at + 2 * t->len <= REGION_BYTES ? at + t->len : 0;
	return at;
}

static void copy_in(void *arg, size_t nr)
{
	struct transfers *t = arg;

	while (nr--)
		memcpy(t->host + next_at(t), t->buf, t->len);
}

static void copy_out(void *arg, size_t nr)
{
	struct transfers *t = arg;

	while (nr--)
		memcpy(t->buf, t->host + next_at(t), t->len);
}

static void dma_in(void *arg, size_t nr)
{
	struct transfers *t = arg;

	while (nr--)
		g_assert(master_write(t->master, t->dma + next_at(t), t->buf,
				      t->len).kind == MASTER_OK);
}

static void dma_out(void *arg, size_t nr)
{
	struct transfers *t = arg;

	while (nr--)
		g_assert(master_read(t->master, t->dma + next_at(t), t->buf,
				     t->len).kind == MASTER_OK);
}

/* ---- a machine, a device, and a region that no cache holds ----------------------- */

struct side {
	struct harness *h;
	void *region;
	struct device *dev;
	dma_addr_t dma;
};

/* Mapped from the device first, which takes every line of it out of the caches. */
static void side_map(struct side *s, enum dma_data_direction dir)
{
	s->dma = dma_map_single(s->dev, s->region, REGION_BYTES, DMA_FROM_DEVICE);
	g_assert(!dma_mapping_error(s->dev, s->dma));
	if (dir == DMA_FROM_DEVICE)
		return;
	dma_unmap_single(s->dev, s->dma, REGION_BYTES, DMA_FROM_DEVICE);
	s->dma = dma_map_single(s->dev, s->region, REGION_BYTES, dir);
	g_assert(!dma_mapping_error(s->dev, s->dma));
}

static void side_unmap(struct side *s, enum dma_data_direction dir)
{
	dma_unmap_single(s->dev, s->dma, REGION_BYTES, dir);
}

/* ---- bandwidth --------------------------------------------------------------------- */

static const struct {
	const char *name;
	size_t len;
} sizes[] = {
	{ "256", 256 }, { "4K", 4 * KIB }, { "64K", 64 * KIB }, { "1M", 1024 * KIB },
};

enum way { MEMCPY, WATCHED, UNWATCHED, NR_WAYS };

static const char *const way_names[NR_WAYS] = { "memcpy", "watched", "unwatched" };

/* Bytes per nanosecond are GB/s. */
static void say_bandwidth(struct access_bench *b, const char *name, size_t len,
			  const struct contestant *c)
{
	double memcpy_ns = contest_min(&c[MEMCPY]);

	printf("%-16s", name);
	for (size_t i = 0; i < NR_WAYS; i++) {
		double ns = contest_min(&c[i]);
		g_autofree char *row = g_strconcat(name, "/", way_names[i], NULL);

		printf("%10.2f", (double)len / ns);
		bench_report_add(b->report, &(struct bench_row){
			.name = row, .unit = "ns/transfer", .value = contest_median(&c[i]),
			.min = ns, .vs = "memcpy", .ratio = ns / memcpy_ns,
		});
	}
	putchar('\n');
}

static double bandwidth(struct access_bench *b, struct side *sides, bool is_write, size_t size,
			struct transfers *t)
{
	g_autofree char *name = g_strconcat(is_write ? "dma write " : "dma read ",
					    sizes[size].name, NULL);
	struct contestant c[NR_WAYS];
	double ratio;

	for (size_t i = 0; i < NR_WAYS; i++) {
		t[i].len = sizes[size].len;
		t[i].at = 0;
		c[i] = (struct contestant){
			.name = way_names[i], .arg = &t[i],
			.op = i == MEMCPY ? (is_write ? copy_in : copy_out)
					  : (is_write ? dma_in : dma_out),
		};
		if (i != MEMCPY) {
			t[i].master = harness_master(sides[i].dev);
			t[i].dma = sides[i].dma;
		}
	}
	contest_run(c, NR_WAYS, b->ns);
	say_bandwidth(b, name, sizes[size].len, c);
	ratio = contest_min(&c[MEMCPY]) / contest_min(&c[WATCHED]);
	contest_done(c, NR_WAYS);
	return ratio;
}

static void bandwidths(struct access_bench *b, struct side *sides, bool is_write,
		       struct transfers *t, double *ret_ratio)
{
	enum dma_data_direction dir = is_write ? DMA_FROM_DEVICE : DMA_TO_DEVICE;

	for (size_t i = WATCHED; i < NR_WAYS; i++)
		side_map(&sides[i], dir);
	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++)
		ret_ratio[i] = bandwidth(b, sides, is_write, i, t);
	for (size_t i = WATCHED; i < NR_WAYS; i++)
		side_unmap(&sides[i], dir);
}

static void say_targets(struct access_bench *b, const char *what, const double *ratio)
{
	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
		g_autofree char *name = g_strdup_printf("%s %s, watched, beside memcpy()", what,
							sizes[i].name);

		say_target(b, name, "% of it", 100 * ratio[i], AT_LEAST, 50);
	}
}

static void measure_dma(struct access_bench *b, struct side *sides)
{
	g_autofree char *host = g_malloc(REGION_BYTES), *buf = g_malloc(REGION_BYTES);
	struct transfers t[NR_WAYS];
	double in[G_N_ELEMENTS(sizes)], out[G_N_ELEMENTS(sizes)];

	memset(host, 1, REGION_BYTES);
	memset(buf, 2, REGION_BYTES);
	for (size_t i = 0; i < NR_WAYS; i++)
		t[i] = (struct transfers){ .host = host, .buf = buf };
	printf("\n%-16s%10s%10s%10s\n", "GB/s", way_names[0], way_names[1], way_names[2]);
	bandwidths(b, sides, true, t, in);
	bandwidths(b, sides, false, t, out);
	putchar('\n');
	say_targets(b, "dma write", in);
	say_targets(b, "dma read", out);
}

/* ---- maintenance ------------------------------------------------------------------- */

struct clean {
	struct side *side;
	struct cpu *cpu;
};

static void clean_range(void *arg, size_t nr)
{
	struct clean *c = arg;

	while (nr--)
		g_assert(cpu_dc_range(c->cpu, DC_CLEAN, (uint32_t)(uintptr_t)c->side->region,
				      REGION_BYTES));
}

static void sync_range(void *arg, size_t nr)
{
	struct clean *c = arg;

	while (nr--)
		dma_sync_single_for_device(c->side->dev, c->side->dma, REGION_BYTES,
					   DMA_TO_DEVICE);
}

static void read_all(struct clean *c)
{
	uint32_t va = (uint32_t)(uintptr_t)c->side->region, value;

	for (uint32_t at = 0; at < REGION_BYTES; at += 16)
		g_assert(cpu_load(c->cpu, va + at, &value, sizeof(value), NULL));
}

static void time_clean(struct access_bench *b, const char *name, bench_op *op, struct clean *arg,
		       double bound_us)
{
	struct contestant c = { .name = name, .op = op, .arg = arg };
	g_autofree char *row = g_strconcat("clean 2M, ", name, NULL);

	contest_run(&c, 1, b->ns);
	bench_report_add(b->report, &(struct bench_row){
		.name = row, .unit = "us", .value = contest_median(&c) / 1000,
		.min = contest_min(&c) / 1000, .vs = YARDSTICK,
		.ratio = timing_ratio(&c.timing),
	});
	if (bound_us > 0)
		say_target(b, row, "us", contest_min(&c) / 1000, AT_MOST, bound_us);
	else
		printf("%-44s %10.2f us\n", row, contest_min(&c) / 1000);
	contest_done(&c, 1);
}

static void measure_cleans(struct access_bench *b, struct side *s)
{
	struct clean c = { s, machine_cpu(harness_machine(s->h), 0) };

	putchar('\n');
	side_map(s, DMA_FROM_DEVICE);
	side_unmap(s, DMA_FROM_DEVICE);
	time_clean(b, "nothing held", clean_range, &c, 10);
	read_all(&c);
	time_clean(b, "held, clean", clean_range, &c, 10);
	side_map(s, DMA_TO_DEVICE);
	time_clean(b, "nothing held, watched", clean_range, &c, 10);
	read_all(&c);
	time_clean(b, "held, clean, watched", clean_range, &c, 10);
	time_clean(b, "by dma_sync, with a PL310", sync_range, &c, 0);
	side_unmap(s, DMA_TO_DEVICE);
}

bool access_dma(struct access_bench *b, GError **error)
{
	struct side sides[NR_WAYS] = {
		[WATCHED] = { .h = b->h, .region = b->memory },
	};
	struct side *plain = &sides[UNWATCHED];

	plain->h = access_start(BENCH_BOARDS "/access-32k-1m.dtb", true, error);
	if (!plain->h)
		return false;
	plain->region = access_memory();
	for (size_t i = WATCHED; i < NR_WAYS; i++)
		sides[i].dev = harness_device_new(sides[i].h, "bench", false);
	measure_dma(b, sides);
	measure_cleans(b, &sides[WATCHED]);
	harness_finish(plain->h);
	return true;
}
