/* SPDX-License-Identifier: MIT */
/* A display's driver, as small as such a driver can be. */
#ifndef EXAMPLES_R5_DRIVER_H
#define EXAMPLES_R5_DRIVER_H

#include <linux/device.h>
#include <linux/dma-mapping.h>

#define FRAME_LEN	4096

struct display {
	struct device *dev;
	u8 *frame;
	dma_addr_t dma;
};

int display_probe(struct display *d, struct device *dev);
/* The frame is all @pixel from now on, for the display to show. */
int display_draw(struct display *d, u8 pixel);
void display_hide(struct display *d);
void display_remove(struct display *d);

#endif
