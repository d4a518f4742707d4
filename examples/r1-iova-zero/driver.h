/* SPDX-License-Identifier: MIT */
/* A capture device's driver, as small as such a driver can be. */
#ifndef EXAMPLES_R1_DRIVER_H
#define EXAMPLES_R1_DRIVER_H

#include <linux/device.h>
#include <linux/dma-mapping.h>

#define FRAME_LEN	4096

struct capture {
	struct device *dev;
	u8 *frame;
	dma_addr_t dma;
};

int capture_start(struct capture *c, struct device *dev);
/* The device has filled the frame: how many bytes of it are @value? Then again. */
unsigned int capture_count(struct capture *c, u8 value);
void capture_stop(struct capture *c);

#endif
