/* SPDX-License-Identifier: MIT */
/*
 * /sys/kernel/debug/dma_map_benchmark, served by this library to the kernel's own
 * program: linked with --wrap=open and --wrap=ioctl, opening that file boots a machine
 * and the one ioctl measures on it, as bench/map does.
 *
 * Arguments are refused as the kernel refuses them, with its error and its words.
 * Linux: kernel/dma/map_benchmark.c.
 */
#define pr_fmt(fmt) "map_benchmark: " fmt

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <armdma/harness.h>
#include <linux/dma-mapping.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/map_benchmark.h>

#include "bench/map-kernel.h"

#define SERVED "/sys/kernel/debug/dma_map_benchmark"

int __real_open(const char *path, int flags, ...);
int __real_ioctl(int fd, unsigned long request, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);

static struct harness *harness;
static struct device *dev;
static int served_fd = -1;

/* ---- what is refused, in the kernel's order ---------------------------------------------- */

static const char *complaint(const struct map_benchmark *p)
{
	if (p->threads == 0 || p->threads > DMA_MAP_MAX_THREADS)
		return "invalid thread number";
	if (p->seconds == 0 || p->seconds > DMA_MAP_MAX_SECONDS)
		return "invalid duration seconds";
	if (p->dma_trans_ns > DMA_MAP_MAX_TRANS_DELAY)
		return "invalid transmission delay";
	if (p->node != -1 && (p->node < 0 || p->node >= NR_NODES))
		return "invalid numa node";
	if (p->granule < 1 || p->granule > 1024)
		return "invalid granule size";
	if (p->dma_dir > DMA_MAP_FROM_DEVICE)
		return "invalid DMA direction";
	return NULL;
}

static struct map_options options_of(const struct map_benchmark *p)
{
	return (struct map_options){
		.threads = (int)p->threads, .seconds = (int)p->seconds, .node = p->node,
		.dma_bits = (int)p->dma_bits, .dma_dir = (int)p->dma_dir,
		.dma_trans_ns = (int)p->dma_trans_ns, .granule = (int)p->granule,
	};
}

static int measure(struct map_benchmark *p)
{
	const struct map_options o = options_of(p);
	struct map_latencies found;

	if (!map_kernel_measure(harness_machine(harness), dev, &o, &found))
		return -ENOMEM;
	p->avg_map_100ns = (u64)(found.map.mean / 100);
	p->map_stddev = (u64)(found.map.deviation / 100);
	p->avg_unmap_100ns = (u64)(found.unmap.mean / 100);
	p->unmap_stddev = (u64)(found.unmap.deviation / 100);
	return 0;
}

static int serve(struct map_benchmark *p)
{
	const char *wrong = complaint(p);
	u64 old_mask = dma_get_mask(dev);
	int err;

	if (wrong) {
		pr_err("%s\n", wrong);
		return -EINVAL;
	}
	if (dma_set_mask(dev, DMA_BIT_MASK(p->dma_bits))) {
		pr_err("failed to set dma_mask on device %s\n", dev_name(dev));
		return -EINVAL;
	}
	err = measure(p);
	dma_set_mask(dev, old_mask);
	return err;
}

/* ---- the two calls ------------------------------------------------------------------------ */

static void finish(void)
{
	harness_finish(harness);
}

static void start(void)
{
	const struct harness_config cfg = { .gear = GEAR_FAST, .no_hazards = true };

	harness = harness_start_or_exit(&cfg);
	dev = harness_device_new(harness, "dma_map_benchmark", false);
	atexit(finish);
}

int __wrap_open(const char *path, int flags, ...)
{
	va_list args;
	int mode;

	va_start(args, flags);
	mode = flags & O_CREAT ? va_arg(args, int) : 0;
	va_end(args);
	if (strcmp(path, SERVED))
		return __real_open(path, flags, mode);
	if (!harness)
		start();
	served_fd = __real_open("/dev/null", flags);
	return served_fd;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;
	int err;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	if (fd != served_fd)
		return __real_ioctl(fd, request, arg);
	err = (u32)request == (u32)DMA_MAP_BENCHMARK ? serve(arg) : -EINVAL;
	errno = -err;
	return err ? -1 : 0;
}
