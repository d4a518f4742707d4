/* SPDX-License-Identifier: MIT */
/* A camera's driver, as small as such a driver can be. */
#ifndef EXAMPLES_R2_DRIVER_H
#define EXAMPLES_R2_DRIVER_H

#include <linux/device.h>
#include <linux/dma-mapping.h>

#define FRAME_LEN	4096

struct camera {
	struct device *dev;
	void *cookie;		/* no address: nothing may be done through it */
	dma_addr_t frame;
};

int camera_probe(struct camera *c, struct device *dev);
void camera_remove(struct camera *c);

#endif
