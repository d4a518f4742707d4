/* SPDX-License-Identifier: MIT */
/* The driver: nothing in this file knows of armdma. */
#include <linux/errno.h>
#include <linux/slab.h>

#include "sensor.h"

#define BYTES	(SENSOR_SAMPLES * sizeof(u32))

int sensor_open(struct sensor *s, struct device *dev)
{
	s->dev = dev;
	s->samples = kmalloc(BYTES, GFP_KERNEL);
	if (!s->samples)
		return -ENOMEM;
	s->dma = dma_map_single(dev, s->samples, BYTES, DMA_FROM_DEVICE);
	if (dma_mapping_error(dev, s->dma)) {
		kfree(s->samples);
		return -ENOMEM;
	}
	return 0;
}

void sensor_close(struct sensor *s)
{
	dma_unmap_single(s->dev, s->dma, BYTES, DMA_FROM_DEVICE);
	kfree(s->samples);
}

u32 sensor_read(struct sensor *s)
{
	u32 newest;

	dma_sync_single_for_cpu(s->dev, s->dma, BYTES, DMA_FROM_DEVICE);
	newest = s->samples[SENSOR_SAMPLES - 1];
	dma_sync_single_for_device(s->dev, s->dma, BYTES, DMA_FROM_DEVICE);
	return newest;
}

u32 sensor_read_hasty(struct sensor *s)
{
	return s->samples[SENSOR_SAMPLES - 1];
}
