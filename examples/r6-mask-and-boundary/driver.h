/* SPDX-License-Identifier: MIT */
/* A DMA engine's driver: the engine has 24 address lines, and counts in 16 bits. */
#ifndef EXAMPLES_R6_DRIVER_H
#define EXAMPLES_R6_DRIVER_H

#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/scatterlist.h>
#include <linux/sizes.h>

#define BUFFER_LEN	SZ_1M
#define NR_BUFFERS	17
#define NR_PAGES	32

struct engine {
	struct device *dev;
	struct page *buffer[NR_BUFFERS];
	dma_addr_t dma[NR_BUFFERS];
	int nr_mapped;

	struct page *page[NR_PAGES];
	struct sg_table sgt;
};

int engine_probe(struct engine *e, struct device *dev);
void engine_remove(struct engine *e);

/* Map buffers for the engine to fill, until there is no address for one more. */
void engine_map_buffers(struct engine *e);
void engine_unmap_buffers(struct engine *e);

/* The same for a list of single pages. */
int engine_map_list(struct engine *e);
void engine_unmap_list(struct engine *e);

#endif
