// SPDX-License-Identifier: MIT
/*
 * A driver that submits from its interrupt handler, under a lock that such a handler takes:
 * all three calls are allowed there. There is nothing wrong with it.
 */
#include "driver.h"

#include <linux/errno.h>
#include <linux/scatterlist.h>

int queue_submit_page(struct queue *q, void *buffer)
{
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	q->page = dma_map_single(q->dev, buffer, BUFFER_LEN, DMA_TO_DEVICE);
	spin_unlock_irqrestore(&q->lock, flags);
	if (dma_mapping_error(q->dev, q->page))
		return -ENOMEM;
	dma_unmap_single(q->dev, q->page, BUFFER_LEN, DMA_TO_DEVICE);
	return 0;
}

int queue_submit_list(struct queue *q, void *buffer)
{
	struct scatterlist sg;
	unsigned long flags;
	unsigned int nents;

	sg_init_one(&sg, buffer, BUFFER_LEN);
	spin_lock_irqsave(&q->lock, flags);
	nents = dma_map_sg(q->dev, &sg, 1, DMA_TO_DEVICE);
	spin_unlock_irqrestore(&q->lock, flags);
	if (!nents)
		return -ENOMEM;
	dma_unmap_sg(q->dev, &sg, 1, DMA_TO_DEVICE);
	return 0;
}

int queue_alloc_descriptor(struct queue *q)
{
	unsigned long flags;
	void *descriptor;

	spin_lock_irqsave(&q->lock, flags);
	descriptor = dma_alloc_coherent(q->dev, 64, &q->coherent, GFP_ATOMIC);
	spin_unlock_irqrestore(&q->lock, flags);
	if (!descriptor)
		return -ENOMEM;
	dma_free_coherent(q->dev, 64, descriptor, q->coherent);
	return 0;
}
