/* SPDX-License-Identifier: MIT */
/*
 * The driver: nothing in this file knows of armdma.
 *
 * Receive buffers are mapped once and recycled. The CPU only reads them, so from ARMv6
 * on no dma_sync_single_for_device() is needed before the device gets one back; but one
 * line has to stand before the CPU looks at what arrived. Without -DFIXED it does
 * not, and the driver works: for the first NIC_RING_SIZE frames.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/barrier.h>

#include "nic.h"

static void nic_give_to_device(struct nic *nic, unsigned int i)
{
	nic->ring[i].buffer = nic->buf_dma[i];
	dma_wmb();
	WRITE_ONCE(nic->ring[i].status, NIC_OWN);
}

static int nic_fill(struct nic *nic, unsigned int i)
{
	nic->buf[i] = kmalloc(NIC_BUF_SIZE, GFP_KERNEL);
	if (!nic->buf[i])
		return -ENOMEM;
	nic->buf_dma[i] = dma_map_single(nic->dev, nic->buf[i], NIC_BUF_SIZE,
					 DMA_FROM_DEVICE);
	if (dma_mapping_error(nic->dev, nic->buf_dma[i])) {
		kfree(nic->buf[i]);
		nic->buf[i] = NULL;
		return -ENOMEM;
	}
	nic_give_to_device(nic, i);
	return 0;
}

int nic_open(struct nic *nic, struct device *dev)
{
	memset(nic, 0, sizeof(*nic));
	nic->dev = dev;
	nic->ring = dma_alloc_coherent(dev, NIC_RING_SIZE * sizeof(*nic->ring),
				       &nic->ring_dma, GFP_KERNEL);
	if (!nic->ring)
		return -ENOMEM;
	for (unsigned int i = 0; i < NIC_RING_SIZE; i++) {
		int err = nic_fill(nic, i);

		if (err) {
			nic_stop(nic);
			return err;
		}
	}
	return 0;
}

/* Copy-break: the frame moves into a buffer of its own, ours goes round again. */
static int nic_receive(struct nic *nic, unsigned int i, size_t len)
{
	void *frame = kmalloc(len, GFP_ATOMIC);

	if (!frame)
		return -ENOMEM;
#ifdef FIXED
	dma_sync_single_for_cpu(nic->dev, nic->buf_dma[i], len, DMA_FROM_DEVICE);
#endif
	memcpy(frame, nic->buf[i], len);
	netif_receive(frame, len);
	kfree(frame);
	return 0;
}

/* Returns the number of frames received, at most @budget. */
int nic_poll(struct nic *nic, int budget)
{
	int done;

	for (done = 0; done < budget; done++) {
		unsigned int i = nic->next;
		u32 status = READ_ONCE(nic->ring[i].status);

		if (status & NIC_OWN)
			break;
		dma_rmb();		/* the length before the frame */
		if (nic_receive(nic, i, status & NIC_LEN_MASK))
			break;
		nic_give_to_device(nic, i);
		nic->next = (i + 1) % NIC_RING_SIZE;
	}
	return done;
}

void nic_stop(struct nic *nic)
{
	for (unsigned int i = 0; i < NIC_RING_SIZE; i++) {
		if (!nic->buf[i])
			continue;
		dma_unmap_single(nic->dev, nic->buf_dma[i], NIC_BUF_SIZE,
				 DMA_FROM_DEVICE);
		kfree(nic->buf[i]);
	}
	dma_free_coherent(nic->dev, NIC_RING_SIZE * sizeof(*nic->ring), nic->ring,
			  nic->ring_dma);
}
