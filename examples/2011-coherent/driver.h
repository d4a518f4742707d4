/* SPDX-License-Identifier: MIT */
/* A descriptor engine's driver, as small as such a driver can be. */
#ifndef EXAMPLES_2011_DRIVER_H
#define EXAMPLES_2011_DRIVER_H

#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/types.h>

#define ENGINE_NR_DESC	8

/* What the device reads and writes: one cache line each, to be kind. */
struct engine_desc {
	u32 buffer;
	u32 len;
	u32 status;		/* who owns it, and how it went */
	u32 reserved[5];
};

#define DESC_OWNED_BY_DEVICE	0x80000000u
#define DESC_DONE		0x00000001u

struct engine {
	struct device *dev;
	struct engine_desc *ring;
	dma_addr_t ring_dma;
};

int engine_probe(struct engine *e, struct device *dev);
void engine_submit(struct engine *e, unsigned int i, u32 len);
u32 engine_poll(struct engine *e, unsigned int i);
void engine_remove(struct engine *e);

#endif
