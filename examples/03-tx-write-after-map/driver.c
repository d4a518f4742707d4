/* SPDX-License-Identifier: MIT */
/*
 * The driver: sends a frame whose checksum it fills in. Nothing in this file knows
 * of armdma.
 *
 * Mapping cleans the frame out of the cache, once. Without -DFIXED the checksum is
 * stored after that, into a buffer that is the device's: the store stays in the
 * cache, and the device sends what memory holds.
 */
#include <linux/errno.h>

#include "tx.h"

static u16 frame_checksum(const struct frame *frame)
{
	u32 sum = 0;

	for (unsigned int i = 0; i < sizeof(frame->payload); i++)
		sum += frame->payload[i];
	return ~sum;
}

int tx_send(struct device *dev, struct frame *frame, dma_addr_t *ret_dma)
{
	dma_addr_t dma;

#ifdef FIXED
	frame->checksum = frame_checksum(frame);
#endif
	dma = dma_map_single(dev, frame, sizeof(*frame), DMA_TO_DEVICE);
	if (dma_mapping_error(dev, dma))
		return -ENOMEM;
#ifndef FIXED
	frame->checksum = frame_checksum(frame);
#endif
	*ret_dma = dma;
	return 0;
}

void tx_done(struct device *dev, dma_addr_t dma)
{
	dma_unmap_single(dev, dma, sizeof(struct frame), DMA_TO_DEVICE);
}
