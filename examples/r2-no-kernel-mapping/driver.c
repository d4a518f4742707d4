// SPDX-License-Identifier: MIT
/*
 * A camera's driver. Its frames go from device to device, so it asks for memory that the
 * kernel need not map: DMA_ATTR_NO_KERNEL_MAPPING, as graphics and video drivers do.
 * There is nothing wrong with it.
 */
#include "driver.h"

#include <linux/errno.h>
#include <linux/gfp.h>

int camera_probe(struct camera *c, struct device *dev)
{
	c->dev = dev;
	c->cookie = dma_alloc_attrs(dev, FRAME_LEN, &c->frame, GFP_KERNEL,
				    DMA_ATTR_NO_KERNEL_MAPPING);
	return c->cookie ? 0 : -ENOMEM;
}

void camera_remove(struct camera *c)
{
	dma_free_attrs(c->dev, FRAME_LEN, c->cookie, c->frame, DMA_ATTR_NO_KERNEL_MAPPING);
}
