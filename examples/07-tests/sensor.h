/* SPDX-License-Identifier: MIT */
/* A sensor that writes samples into a buffer of the driver's. */
#ifndef SENSOR_H
#define SENSOR_H

#include <linux/dma-mapping.h>

#define SENSOR_SAMPLES	64

struct sensor {
	struct device *dev;
	u32 *samples;
	dma_addr_t dma;
};

int sensor_open(struct sensor *s, struct device *dev);
void sensor_close(struct sensor *s);
/* The newest sample. */
u32 sensor_read(struct sensor *s);
/* The same in a hurry: wrong from the second time on. */
u32 sensor_read_hasty(struct sensor *s);

#endif
