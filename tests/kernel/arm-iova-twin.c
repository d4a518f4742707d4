/* SPDX-License-Identifier: MIT */
/*
 * Addresses of our ARM32 backend against those of Linux's own: the same space must have the
 * same bitmaps, and the same requests the same answers.
 *
 *	arm-iova-twin REQUESTS [SEED]
 */
#include <stdio.h>
#include <stdlib.h>
#include <linux/err.h>

#include "../../lib/dma/arm-iommu.h"

struct dma_iommu_mapping *twin_create(struct device *dev, dma_addr_t base, u64 size);
void twin_release(struct dma_iommu_mapping *mapping);
dma_addr_t twin_alloc(struct dma_iommu_mapping *mapping, size_t size);
void twin_free(struct dma_iommu_mapping *mapping, dma_addr_t iova, size_t size);

#ifndef MISTAKE
#define MISTAKE		0	/* in what Linux's is told */
#endif
#define MOST_LIVE	2000u
#define PER_SPACE	20000u

struct live {
	dma_addr_t iova;
	size_t size;
};

static struct kernel no_failures;
static struct device device;
static struct live live[MOST_LIVE];
static unsigned nr_live;
static u64 state;

static unsigned draw(unsigned below)
{
	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)((state >> 33) % below);
}

static int differ(const char *what, u64 ours, u64 linuxes)
{
	if (ours == linuxes)
		return 0;
	printf("%s: ours %#llx, Linux's %#llx\n", what, (unsigned long long)ours,
	       (unsigned long long)linuxes);
	return 1;
}

/* Of no size at all, of all bitmaps, of a page too much or too little, of anything. */
static u64 draw_space(void)
{
	static const u64 odd[] = {
		0, 4095, 4096, 33 * 4096, 40 * 4096, SZ_64M, SZ_128M, SZ_128M + 4096,
		200ull << 20, SZ_256M, SZ_4G - 1, SZ_4G, SZ_4G + 1, SZ_4G + 4096,
	};
	u64 pages = 1ull << draw(20);

	return draw(3) ? pages * 4096 + draw(pages < 4096 ? (unsigned)pages * 4096 : 1u << 24)
		       : odd[draw(G_N_ELEMENTS(odd))];
}

static size_t draw_size(void)
{
	switch (draw(8)) {
	case 0:
		return 1 + draw(SZ_16M);
	case 1:
		return 1 + draw(SZ_1M);
	case 2:
		return draw(50) ? 4096 : SZ_128M - draw(2) * 4096 + draw(2);
	default:
		return 1 + draw(16 * 4096);
	}
}

static int try_alloc(struct dma_iommu_mapping *ours, struct dma_iommu_mapping *linuxes)
{
	struct live *l = &live[nr_live];
	dma_addr_t theirs;

	l->size = PAGE_ALIGN(draw_size());
	l->iova = arm_iova_alloc(ours, l->size);
	theirs = twin_alloc(linuxes, l->size + MISTAKE);
	nr_live += l->iova != DMA_MAPPING_ERROR;
	return differ("address", l->iova, theirs) ||
	       differ("bitmaps", ours->nr_bitmaps, linuxes->nr_bitmaps);
}

static void free_one(struct dma_iommu_mapping *ours, struct dma_iommu_mapping *linuxes)
{
	unsigned i = draw(nr_live);

	arm_iova_free(ours, live[i].iova, live[i].size);
	twin_free(linuxes, live[i].iova, live[i].size);
	live[i] = live[--nr_live];
}

/* Fuller and emptier by turns. */
static int try_requests(struct dma_iommu_mapping *ours, struct dma_iommu_mapping *linuxes,
			unsigned nr)
{
	unsigned allocs = 1 + draw(9);
	int bad = 0;

	for (unsigned i = 0; i < nr && !bad; i++) {
		if (i % 1000 == 0)
			allocs = 1 + draw(9);
		if (nr_live < MOST_LIVE && (!nr_live || draw(10) < allocs))
			bad = try_alloc(ours, linuxes);
		else
			free_one(ours, linuxes);
	}
	return bad;
}

static int layouts_differ(const struct dma_iommu_mapping *ours,
			  const struct dma_iommu_mapping *linuxes)
{
	return differ("bits", ours->bits, linuxes->bits) ||
	       differ("bitmap_size", ours->bitmap_size, linuxes->bitmap_size) ||
	       differ("extensions", ours->extensions, linuxes->extensions) ||
	       differ("base", ours->base, linuxes->base);
}

static int try_space(unsigned nr)
{
	struct dma_iommu_mapping ours = { .kernel = &no_failures };
	dma_addr_t base = (dma_addr_t)draw(4) << 28;
	u64 size = draw_space();
	struct dma_iommu_mapping *linuxes = twin_create(&device, base, size);
	int err = arm_iova_layout(&ours, base, size);
	int bad;

	if (IS_ERR(linuxes) || err)
		return differ("error", (u64)err, (u64)PTR_ERR_OR_ZERO(linuxes));
	if (arm_iova_init(&ours))
		return differ("memory", 0, 1);
	nr_live = 0;
	bad = layouts_differ(&ours, linuxes) || try_requests(&ours, linuxes, nr);
	if (bad)
		printf("a space of %#llx bytes\n", (unsigned long long)size);
	arm_iova_done(&ours);
	twin_release(linuxes);
	return bad;
}

int main(int argc, char **argv)
{
	unsigned requests = argc > 1 ? (unsigned)atoi(argv[1]) : 1, done = 0;
	int bad = 0;

	state = argc > 2 ? strtoull(argv[2], NULL, 0) : 2011;
	for (; done < requests && !bad; done += PER_SPACE)
		bad = try_space(PER_SPACE);
	if (bad)
		printf("request %u\n", done);
	return bad;
}
