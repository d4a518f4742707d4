// SPDX-License-Identifier: MIT
/*
 * The driver of the story. There is nothing wrong with it: it takes coherent
 * memory for its ring, and reads and writes it as the DMA API allows. It is
 * compiled instrumented, so these plain loads and stores are the CPU's.
 */
#include "driver.h"

#include <asm/barrier.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/gfp.h>

#define RING_LEN	(ENGINE_NR_DESC * sizeof(struct engine_desc))

int engine_probe(struct engine *e, struct device *dev)
{
	e->dev = dev;
	e->ring = dma_alloc_coherent(dev, RING_LEN, &e->ring_dma, GFP_KERNEL);
	return e->ring ? 0 : -ENOMEM;
}

void engine_submit(struct engine *e, unsigned int i, u32 len)
{
	e->ring[i].len = len;
	dma_wmb();
	e->ring[i].status = DESC_OWNED_BY_DEVICE;
	wmb();
}

/* noinline, so that a report names it whatever the optimiser thinks. */
noinline u32 engine_poll(struct engine *e, unsigned int i)
{
	return READ_ONCE(e->ring[i].status);
}

void engine_remove(struct engine *e)
{
	dma_free_coherent(e->dev, RING_LEN, e->ring, e->ring_dma);
}
