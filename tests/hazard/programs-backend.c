/* SPDX-License-Identifier: MIT */
/* The programs about who maps for a device; see programs.c. */
#include <linux/dma-map-ops.h>

#include "programs.h"
#include "verbs.h"

#define TX 256
#define guilty noinline

static noinline dma_addr_t tx_map(struct device *eth, u8 *buf)
{
	dma_addr_t dma = dma_map_single(eth, buf, TX, DMA_TO_DEVICE);

	WARN_ON(dma_mapping_error(eth, dma));
	return dma;
}

/* ---- program backend-switched wrong */
static guilty void eth_refuses_dma(struct device *eth)
{
	set_dma_ops(eth, &dma_dummy_ops);
}

void backend_switched_wrong(struct device *eth)
{
	u8 *buf = kmalloc(TX, GFP_KERNEL);
	dma_addr_t dma = tx_map(eth, buf);

	eth_refuses_dma(eth);
	dma_unmap_single(eth, dma, TX, DMA_TO_DEVICE);
	kfree(buf);
}
/* ---- end */

/* ---- program backend-switched right */
void backend_switched_right(struct device *eth)
{
	u8 *buf = kmalloc(TX, GFP_KERNEL);
	dma_addr_t dma = tx_map(eth, buf);

	dma_unmap_single(eth, dma, TX, DMA_TO_DEVICE);
	set_dma_ops(eth, &dma_dummy_ops);
	kfree(buf);
}
/* ---- end */
