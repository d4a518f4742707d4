/* SPDX-License-Identifier: MIT */
/*
 * Who writes, who reads. TO_DEVICE: the CPU wrote, the device will read.
 * FROM_DEVICE: the device will write, the CPU will read. NONE is for debugging
 * only; no call accepts it.
 */
#ifndef _ARMDMA_LINUX_DMA_DIRECTION_H
#define _ARMDMA_LINUX_DMA_DIRECTION_H

enum dma_data_direction {
	DMA_BIDIRECTIONAL = 0,
	DMA_TO_DEVICE = 1,
	DMA_FROM_DEVICE = 2,
	DMA_NONE = 3,
};

static inline int valid_dma_direction(enum dma_data_direction dir)
{
	return dir == DMA_BIDIRECTIONAL || dir == DMA_TO_DEVICE || dir == DMA_FROM_DEVICE;
}

#endif
