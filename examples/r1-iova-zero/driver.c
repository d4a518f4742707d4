// SPDX-License-Identifier: MIT
/*
 * A capture device's driver: one frame, mapped once, which changes hands by syncs. There is
 * nothing wrong with it.
 */
#include "driver.h"

#include <linux/errno.h>
#include <linux/slab.h>

int capture_start(struct capture *c, struct device *dev)
{
	c->dev = dev;
	c->frame = kmalloc(FRAME_LEN, GFP_KERNEL);
	if (!c->frame)
		return -ENOMEM;
	c->dma = dma_map_single(dev, c->frame, FRAME_LEN, DMA_FROM_DEVICE);
	if (!dma_mapping_error(dev, c->dma))
		return 0;
	kfree(c->frame);
	return -ENOMEM;
}

unsigned int capture_count(struct capture *c, u8 value)
{
	unsigned int nr = 0;

	dma_sync_single_for_cpu(c->dev, c->dma, FRAME_LEN, DMA_FROM_DEVICE);
	for (unsigned int i = 0; i < FRAME_LEN; i++)
		nr += c->frame[i] == value;
	dma_sync_single_for_device(c->dev, c->dma, FRAME_LEN, DMA_FROM_DEVICE);
	return nr;
}

void capture_stop(struct capture *c)
{
	dma_unmap_single(c->dev, c->dma, FRAME_LEN, DMA_FROM_DEVICE);
	kfree(c->frame);
}
