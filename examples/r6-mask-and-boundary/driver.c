// SPDX-License-Identifier: MIT
/*
 * A DMA engine's driver. It says what the engine can do, looks at what each call returns, and
 * gives the engine what the list says. There is nothing wrong with it.
 */
#include "driver.h"

#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/mm.h>

static int get_memory(struct engine *e)
{
	for (int i = 0; i < NR_BUFFERS; i++) {
		e->buffer[i] = alloc_pages(GFP_KERNEL, (unsigned int)get_order(BUFFER_LEN));
		if (!e->buffer[i])
			return -ENOMEM;
	}
	for (int i = 0; i < NR_PAGES; i++) {
		e->page[i] = alloc_page(GFP_KERNEL);
		if (!e->page[i])
			return -ENOMEM;
	}
	return 0;
}

int engine_probe(struct engine *e, struct device *dev)
{
	int err = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(24));

	e->dev = dev;
	if (err)
		return err;
	dma_set_max_seg_size(dev, SZ_4M);
	dma_set_seg_boundary(dev, SZ_64K - 1);
	return get_memory(e);
}

void engine_remove(struct engine *e)
{
	for (int i = 0; i < NR_BUFFERS; i++)
		if (e->buffer[i])
			__free_pages(e->buffer[i], (unsigned int)get_order(BUFFER_LEN));
	for (int i = 0; i < NR_PAGES; i++)
		if (e->page[i])
			__free_page(e->page[i]);
}

void engine_map_buffers(struct engine *e)
{
	for (e->nr_mapped = 0; e->nr_mapped < NR_BUFFERS; e->nr_mapped++) {
		dma_addr_t dma = dma_map_page(e->dev, e->buffer[e->nr_mapped], 0, BUFFER_LEN,
					      DMA_FROM_DEVICE);

		if (dma_mapping_error(e->dev, dma))
			return;
		e->dma[e->nr_mapped] = dma;
	}
}

void engine_unmap_buffers(struct engine *e)
{
	while (e->nr_mapped)
		dma_unmap_page(e->dev, e->dma[--e->nr_mapped], BUFFER_LEN, DMA_FROM_DEVICE);
}

int engine_map_list(struct engine *e)
{
	struct scatterlist *sg;
	int err = sg_alloc_table(&e->sgt, NR_PAGES, GFP_KERNEL);
	unsigned int i;

	if (err)
		return err;
	for_each_sgtable_sg(&e->sgt, sg, i)
		sg_set_page(sg, e->page[i], PAGE_SIZE, 0);
	err = dma_map_sgtable(e->dev, &e->sgt, DMA_FROM_DEVICE, 0);
	if (err)
		sg_free_table(&e->sgt);
	return err;
}

void engine_unmap_list(struct engine *e)
{
	dma_unmap_sgtable(e->dev, &e->sgt, DMA_FROM_DEVICE, 0);
	sg_free_table(&e->sgt);
}
