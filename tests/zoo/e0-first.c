/* SPDX-License-Identifier: MIT */
/* The two that everybody writes once: the form that the other files follow. */
#include "zoo.h"

#define RX	512
#define TX	256

/* ---- zoo 005 wrong */
static noinline u8 rx_poll_unsynced(const u8 *buf)
{
	return buf[0];		/* from the line that the first look brought in */
}

void zoo_005_wrong(struct zoo *z)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, buf, RX, DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_writes(z, dma, 0x11, RX);
	dma_sync_single_for_cpu(z->dev, dma, RX, DMA_FROM_DEVICE);
	z->seen = buf[0];

	zoo_device_writes(z, dma, 0x22, RX);
	z->seen = rx_poll_unsynced(buf);

	dma_unmap_single(z->dev, dma, RX, DMA_FROM_DEVICE);
out:
	kfree(buf);
}
/* ---- end */

/* ---- zoo 005 right */
static noinline u8 rx_poll(struct zoo *z, const u8 *buf, dma_addr_t dma)
{
	u8 first;

	dma_sync_single_for_cpu(z->dev, dma, RX, DMA_FROM_DEVICE);
	first = buf[0];
	dma_sync_single_for_device(z->dev, dma, RX, DMA_FROM_DEVICE);
	return first;
}

void zoo_005_right(struct zoo *z)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, buf, RX, DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_writes(z, dma, 0x11, RX);
	z->seen = rx_poll(z, buf, dma);
	zoo_device_writes(z, dma, 0x22, RX);
	z->seen = rx_poll(z, buf, dma);
	dma_unmap_single(z->dev, dma, RX, DMA_FROM_DEVICE);
out:
	kfree(buf);
}
/* ---- end */

/* ---- zoo 054 wrong */
static noinline void tx_send_leaking(struct zoo *z, u8 *buf)
{
	dma_addr_t dma = dma_map_single(z->dev, buf, TX, DMA_TO_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		return;
	zoo_device_reads(z, dma, TX);
}				/* the device is done, and nobody unmaps it */

void zoo_054_wrong(struct zoo *z)
{
	u8 *buf = kmalloc(TX, GFP_KERNEL);

	memset(buf, 0x33, TX);
	tx_send_leaking(z, buf);	/* and so it cannot be freed, either */
}
/* ---- end */

/* ---- zoo 054 right */
static noinline void tx_send(struct zoo *z, u8 *buf)
{
	dma_addr_t dma = dma_map_single(z->dev, buf, TX, DMA_TO_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		return;
	zoo_device_reads(z, dma, TX);
	dma_unmap_single(z->dev, dma, TX, DMA_TO_DEVICE);
}

void zoo_054_right(struct zoo *z)
{
	u8 *buf = kmalloc(TX, GFP_KERNEL);

	memset(buf, 0x33, TX);
	tx_send(z, buf);
	kfree(buf);
}
/* ---- end */

const struct zoo_row zoo_rows_e0[] = {
	{ "005", "a look at a receive buffer without sync_for_cpu", zoo_005_wrong, zoo_005_right,
	  HAZARD_CPU_READ_STALE, NEEDS_NONCOHERENT, NULL, "rx_poll_unsynced", "zoo_005_wrong" },
	{ "054", "a mapping that nobody undoes", zoo_054_wrong, zoo_054_right,
	  HAZARD_MAPPING_LEAKED, NEEDS_NOTHING, NULL, "tx_send_leaking", "<dev>" },
	{ 0 }
};
