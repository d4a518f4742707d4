/* SPDX-License-Identifier: MIT */
/*
 * Time and memory that a board of 2 GiB takes before it is used, and what a page of
 * DRAM costs once it is: state of its lines, and the hazard engine's shadow of a
 * buffer that a device writes. Each in a process of its own, whose resident pages the
 * kernel counts.
 *
 * Bound: bytes that lie in images are not overhead but what is simulated; they are
 * shared memory, everything else is anonymous.
 */
#include "access.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>
#include <linux/dma-mapping.h>
#include <armdma/cpu.h>
#include <armdma/master.h>

#define NR_STARTS	5

struct footprint {
	double start_ms, start_mb;
	double read_percent, dma_percent;
};

/* "VmRSS:	   12345 kB" of /proc/self/status, in bytes. */
static double resident(const char *key)
{
	g_autofree char *text = NULL;
	const char *at;

	if (!g_file_get_contents("/proc/self/status", &text, NULL, NULL))
		return 0;
	at = strstr(text, key);
	return at ? 1024 * g_ascii_strtod(at + strlen(key), NULL) : 0;
}

/* The machine is left to the end of the process. */
static bool start_board(struct footprint *f)
{
	double before = resident("VmRSS:");
	uint64_t began = clock_ns();

	if (!access_start(BENCH_BOARDS "/access-2g.dtb", false, NULL))
		return false;
	f->start_ms = (double)(clock_ns() - began) / 1e6;
	f->start_mb = (resident("VmRSS:") - before) / 1e6;
	return true;
}

static void read_lines(struct cpu *c, void *memory)
{
	uint32_t va = (uint32_t)(uintptr_t)memory, value;

	for (uint32_t at = 0; at < MEMORY_BYTES; at += 32)
		g_assert(cpu_load(c, va + at, &value, sizeof(value), NULL));
}

static void dma_all(struct harness *h, void *memory)
{
	struct device *dev = harness_device_new(h, "bench", false);
	g_autofree void *buf = g_malloc0(MEMORY_BYTES);
	dma_addr_t dma = dma_map_single(dev, memory, MEMORY_BYTES, DMA_FROM_DEVICE);

	g_assert(!dma_mapping_error(dev, dma));
	g_assert(master_write(harness_master(dev), dma, buf, MEMORY_BYTES).kind == MASTER_OK);
}

static bool touch(struct footprint *f)
{
	struct harness *h = access_start(BENCH_BOARDS "/access-32k-1m.dtb", false, NULL);
	void *memory = h ? access_memory() : NULL;
	double before = resident("RssAnon:");

	if (!memory)
		return false;
	read_lines(machine_cpu(harness_machine(h), 0), memory);
	f->read_percent = 100 * (resident("RssAnon:") - before) / MEMORY_BYTES;
	dma_all(h, memory);
	f->dma_percent = 100 * (resident("RssAnon:") - before) / MEMORY_BYTES;
	return true;
}

/* In a child, whose answer comes through a pipe. */
static bool apart(bool (*what)(struct footprint *f), struct footprint *ret)
{
	int ends[2], status;
	bool is_whole;
	pid_t child;

	if (pipe(ends) != 0)
		return false;
	child = fork();
	if (child == 0) {
		struct footprint f = { 0 };
		bool is_done = what(&f) && write(ends[1], &f, sizeof(f)) == sizeof(f);

		_exit(is_done ? 0 : 1);
	}
	close(ends[1]);
	is_whole = child > 0 && read(ends[0], ret, sizeof(*ret)) == sizeof(*ret);
	close(ends[0]);
	if (child > 0)
		waitpid(child, &status, 0);
	return is_whole;
}

bool access_footprint(struct access_bench *b, GError **error)
{
	struct footprint least = { 0 }, f;

	for (unsigned i = 0; i < NR_STARTS; i++) {
		if (!apart(start_board, &f))
			goto failed;
		if (!i || f.start_ms < least.start_ms)
			least = f;
	}
	say_target(b, "start of a 2 GiB board", "ms", least.start_ms, AT_MOST, 50);
	say_target(b, "memory of a 2 GiB board at start", "MB", least.start_mb, AT_MOST, 40);
	if (!apart(touch, &f))
		goto failed;
	say_target(b, "state of DRAM that a CPU has read", "% of it", f.read_percent, AT_MOST, 6);
	say_target(b, "state and shadow once a device has written it", "% of it", f.dma_percent,
		   AT_MOST, 6);
	return true;
failed:
	g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
			    "a board could not be started in a process of its own");
	return false;
}
