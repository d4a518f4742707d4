/* SPDX-License-Identifier: MIT */
/*
 * What CONFIG_DMA_MAP_BENCHMARK measures, on this machine: each thread maps and
 * unmaps a buffer of its own, which it has dirtied before unless only the device
 * writes to it, and times each of the two calls by itself.
 *
 * Bound: the clock. Two readings take some 50 ns, as long as the call between
 * them, so these averages flatter nobody; map-pairs.c has the better figures.
 * They are here to be set beside a real kernel's.
 *
 * One difference: the kernel adds up whole units of 100 ns, in which most calls
 * here would be 0; we add up nanoseconds and round once, at the end.
 */
#include "map-kernel.h"

#include <math.h>
#include <string.h>
#include <linux/gfp.h>
#include <linux/mm.h>

struct sums {
	double sum, sum_of_squares;	/* ns */
};

struct kernel_thread {
	struct device *dev;
	const struct map_options *options;
	bool is_out_of_memory;
	uint64_t nr_loops;
	struct sums map, unmap;
};

static void sums_add(struct sums *l, uint64_t ns)
{
	l->sum += (double)ns;
	l->sum_of_squares += (double)ns * (double)ns;
}

static void wait_ns(uint64_t ns)
{
	uint64_t stop = clock_ns() + ns;

	while (clock_ns() < stop)
		;
}

static bool loop_once(struct kernel_thread *t, void *buf, size_t len)
{
	const struct map_options *o = t->options;
	struct device *dev = t->dev;
	uint64_t began;
	dma_addr_t dma;

	if (o->dma_dir != DMA_FROM_DEVICE)
		memset(buf, 0x66, len);

	began = clock_ns();
	dma = dma_map_single(dev, buf, len, o->dma_dir);
	if (dma_mapping_error(dev, dma))
		return false;
	sums_add(&t->map, clock_ns() - began);

	if (o->dma_trans_ns)
		wait_ns((uint64_t)o->dma_trans_ns);

	began = clock_ns();
	dma_unmap_single(dev, dma, len, o->dma_dir);
	sums_add(&t->unmap, clock_ns() - began);
	t->nr_loops++;
	return true;
}

static void kernel_thread(void *ctx)
{
	struct kernel_thread *t = ctx;
	const struct map_options *o = t->options;
	size_t len = (size_t)o->granule * PAGE_SIZE;
	uint64_t stop = clock_ns() + (uint64_t)o->seconds * 1000000000u;
	void *buf = alloc_pages_exact(len, GFP_KERNEL);

	t->is_out_of_memory = !buf;
	while (!t->is_out_of_memory && clock_ns() < stop)
		t->is_out_of_memory = !loop_once(t, buf, len);
	if (buf)
		free_pages_exact(buf, len);
}

static void sum_up(struct kernel_thread *sum, const struct kernel_thread *t)
{
	sum->is_out_of_memory |= t->is_out_of_memory;
	sum->nr_loops += t->nr_loops;
	sum->map.sum += t->map.sum;
	sum->map.sum_of_squares += t->map.sum_of_squares;
	sum->unmap.sum += t->unmap.sum;
	sum->unmap.sum_of_squares += t->unmap.sum_of_squares;
}

static struct map_latency latency_of(const struct sums *l, uint64_t nr)
{
	double mean = nr ? l->sum / (double)nr : 0;
	double variance = nr ? l->sum_of_squares / (double)nr - mean * mean : 0;

	return (struct map_latency){ mean, sqrt(fmax(variance, 0)) };
}

bool map_kernel_measure(struct machine *m, struct device *dev, const struct map_options *o,
			struct map_latencies *ret)
{
	g_autofree struct kernel_thread *threads = g_new0(struct kernel_thread, o->threads);
	struct kernel_thread sum = { .dev = dev };

	for (int i = 0; i < o->threads; i++)
		threads[i] = (struct kernel_thread){ .dev = dev, .options = o };
	run_on_cpus(m, kernel_thread, threads, sizeof(*threads), o->threads);
	for (int i = 0; i < o->threads; i++)
		sum_up(&sum, &threads[i]);
	if (sum.is_out_of_memory)
		return false;
	ret->map = latency_of(&sum.map, sum.nr_loops);
	ret->unmap = latency_of(&sum.unmap, sum.nr_loops);
	return true;
}
