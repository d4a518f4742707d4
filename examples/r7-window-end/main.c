// SPDX-License-Identifier: MIT
/*
 * The end of a device's window, in Linux 6.12 on 32-bit Arm behind an IOMMU.
 *
 * Where a bus has dma-ranges, arm_setup_iommu_dma_ops() makes an address space from
 * dma_range_map_min() on, of dma_range_map_max() - dma_range_map_min() bytes. The maximum is
 * the last address of the window, not the one behind it: the size is a byte short, and the
 * last page is lost. What becomes of that is decided by arm_iommu_create_mapping(), which
 * makes bitmaps of whole words of 32 pages, of at most 32768 pages each, and rounds the
 * number of such bitmaps down:
 *
 *	1 page        no bit at all: -EINVAL, and the device is mapped without its IOMMU
 *	32 n + 1      the last page is lost
 *	32 n          32 n - 1 pages are rounded up again: nothing is lost
 *	others        rounded up beyond the end: addresses that its bus does not pass
 *	> 128 MiB     rounded down to 128 MiB: up to half of the window is lost
 *
 * So the page that is lost is the least of it. Ours hands out what the bus passes, from the
 * last page down. As in Linux (iommu_dma_alloc_iova() knows where a window ends, not where
 * it begins), it goes on below the window when that is full.
 *
 * Linux: arch/arm/mm/dma-mapping.c; include/linux/dma-direct.h. Exit status 0: each
 * behaved as announced. 1: one did not.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/dma-direct.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/sizes.h>

#include "../arm32-iommu.h"

#define WINDOW		0x40000000ull
#define MEMORY		0x80000000ull
#define PAGE		4096ull

/* Filled in pieces of @piece bytes; how many go in, and how many outside, on 32-bit Arm. */
static const struct window {
	const char *name;
	u64 size;
	size_t piece;
	bool is_refused;
	u64 lost, outside;
} windows[] = {
	{ "1 page", PAGE, PAGE, true, 0, 0 },
	{ "32 pages", 32 * PAGE, PAGE, false, 0, 0 },
	{ "33 pages", 33 * PAGE, PAGE, false, PAGE, 0 },
	{ "40 pages", 40 * PAGE, PAGE, false, 0, 24 * PAGE },
	{ "200 MiB", 200ull << 20, SZ_1M, false, 72ull << 20, 0 },
	{ "256 MiB", 256ull << 20, SZ_1M, false, 0, 0 },
};
#define NR_WINDOWS	(sizeof(windows) / sizeof(windows[0]))

struct outcome {
	int err;
	u64 inside, beyond;		/* bytes */
	bool has_last_page;
};

/* What the board's device tree would say of its bus. */
static void set_window(struct device *dev, u64 size)
{
	if (dma_direct_set_offset(dev, MEMORY, WINDOW, size)) {
		fprintf(stderr, "r7-window-end: no memory\n");
		exit(2);
	}
	dev->bus_dma_limit = WINDOW + size - 1;
}

/* The same memory again and again: only the addresses count. */
static void fill(struct device *dev, const struct window *w, struct page *page,
		 struct outcome *o, dma_addr_t *dma, size_t most)
{
	size_t nr = 0;

	for (; nr < most; nr++) {
		dma[nr] = dma_map_page(dev, page, 0, w->piece, DMA_TO_DEVICE);
		if (dma_mapping_error(dev, dma[nr]) || dma[nr] < WINDOW)
			break;
		if (dma[nr] + w->piece > WINDOW + w->size)
			o->beyond += w->piece;
		else
			o->inside += w->piece;
		o->has_last_page |= dma[nr] + w->piece == WINDOW + w->size;
	}
	if (nr < most && dma[nr] != DMA_MAPPING_ERROR)
		nr++;
	while (nr--)
		dma_unmap_page(dev, dma[nr], w->piece, DMA_TO_DEVICE);
}

static struct outcome run(enum iova_backend how, const struct window *w)
{
	struct harness *h = harness_start_or_exit(&(struct harness_config){
		.board = EXAMPLE_BOARD, .gear = GEAR_FAST, .no_hazards = true,
	});
	struct device *dev = harness_device(h, EXAMPLE_DEVICE);
	struct page *page = alloc_pages(GFP_KERNEL, (unsigned int)get_order(w->piece));
	size_t most = w->size / w->piece + 64;
	dma_addr_t *dma = calloc(most, sizeof(*dma));
	struct outcome o = { 0 };

	set_window(dev, w->size);
	o.err = harness_set_iova(dev, how);
	if (!o.err && page && dma)
		fill(dev, w, page, &o, dma, most);
	free(dma);
	if (page)
		__free_pages(page, (unsigned int)get_order(w->piece));
	harness_finish(h);
	return o;
}

static bool is_as_announced(const struct window *w, const struct outcome *arm32,
			    const struct outcome *ours)
{
	return w->is_refused == (arm32->err != 0) &&
	       (w->is_refused || arm32->inside == w->size - w->lost) &&
	       arm32->beyond == w->outside &&
	       !ours->err && ours->inside == w->size && !ours->beyond && ours->has_last_page;
}

static void print_row(const struct window *w, const struct outcome *o)
{
	if (o->err) {
		printf("      refused, error %3d", o->err);
		return;
	}
	printf("%12" PRIu64 "%12" PRIu64, (uint64_t)((w->size - o->inside) / PAGE),
	       (uint64_t)(o->beyond / PAGE));
}

int main(void)
{
	int bad = 0;

	printf("  in pages              32-bit Arm                 ours\n"
	       "  window            lost     outside        lost     outside\n");
	for (size_t i = 0; i < NR_WINDOWS; i++) {
		struct outcome arm32 = run(IOVA_BITMAP, &windows[i]);
		struct outcome ours = run(IOVA_DMA_IOMMU, &windows[i]);

		printf("  %-10s", windows[i].name);
		print_row(&windows[i], &arm32);
		print_row(&windows[i], &ours);
		printf("\n");
		bad |= !is_as_announced(&windows[i], &arm32, &ours);
	}
	return bad;
}
