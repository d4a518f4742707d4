/* SPDX-License-Identifier: MIT */
/*
 * E1, the device's side: what it does out of turn or the wrong way, and what the library was
 * told of it that is not so.
 */
#include "zoo.h"

#define LEN	256

unsigned int devices_sum;

/* ---- zoo 009 wrong */
static noinline void request_fill(u8 *request)
{
	for (unsigned int i = 0; i < LEN; i++)
		request[i]++;
}

static noinline dma_addr_t request_map(struct zoo *z, u8 *request, enum dma_data_direction dir)
{
	return dma_map_single(z->dev, request, LEN, dir);
}

void zoo_009_wrong(struct zoo *z)
{
	u8 *request = kzalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = request_map(z, request, DMA_TO_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_reads(z, dma, LEN);		/* the first one, as it should be */
	dma_unmap_single(z->dev, dma, LEN, DMA_TO_DEVICE);

	request_fill(request);
	dma = request_map(z, request, DMA_FROM_DEVICE);
	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_reads(z, dma, LEN);		/* the map threw it away */
	zoo_device_writes(z, dma, 0x99, LEN);
	dma_unmap_single(z->dev, dma, LEN, DMA_FROM_DEVICE);
out:
	kfree(request);
}
/* ---- end */

/* ---- zoo 009 right */
void zoo_009_right(struct zoo *z)
{
	u8 *request = kzalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, request, LEN, DMA_TO_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_reads(z, dma, LEN);
	dma_unmap_single(z->dev, dma, LEN, DMA_TO_DEVICE);

	request[0]++;
	dma = dma_map_single(z->dev, request, LEN, DMA_BIDIRECTIONAL);
	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_reads(z, dma, LEN);
	zoo_device_writes(z, dma, 0x99, LEN);
	dma_unmap_single(z->dev, dma, LEN, DMA_BIDIRECTIONAL);
out:
	kfree(request);
}
/* ---- end */

/* ---- zoo 010 wrong */
static noinline void rx_take_early(struct zoo *z, dma_addr_t dma)
{
	dma_sync_single_for_cpu(z->dev, dma, LEN, DMA_FROM_DEVICE);
}

void zoo_010_wrong(struct zoo *z)
{
	u8 *frame = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, frame, LEN, DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_writes(z, dma, 0xa1, LEN / 2);
	rx_take_early(z, dma);			/* nobody asked whether it is complete */
	zoo_device_writes(z, dma + LEN / 2, 0xa1, LEN / 2);
	devices_sum += frame[LEN - 1];
	dma_unmap_single(z->dev, dma, LEN, DMA_FROM_DEVICE);
out:
	kfree(frame);
}
/* ---- end */

/* ---- zoo 010 right */
void zoo_010_right(struct zoo *z)
{
	u8 *frame = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, frame, LEN, DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_writes(z, dma, 0xa1, LEN / 2);
	zoo_device_writes(z, dma + LEN / 2, 0xa1, LEN / 2);
	dma_sync_single_for_cpu(z->dev, dma, LEN, DMA_FROM_DEVICE);	/* it has said so */
	devices_sum += frame[LEN - 1];
	dma_unmap_single(z->dev, dma, LEN, DMA_FROM_DEVICE);
out:
	kfree(frame);
}
/* ---- end */

/* ---- zoo 015 wrong */
static noinline void rx_look(struct zoo *z, const u8 *frame, dma_addr_t dma, bool needs_sync)
{
	if (needs_sync)
		dma_sync_single_for_cpu(z->dev, dma, LEN, DMA_FROM_DEVICE);
	devices_sum += frame[0];
}

void zoo_015_wrong(struct zoo *z)
{
	u8 *frame = kzalloc(LEN, GFP_KERNEL);
	bool needs_sync;
	dma_addr_t dma;

	dma_set_mask(z->dev, DMA_BIT_MASK(32));
	needs_sync = dma_dev_need_sync(z->dev);	/* at probe, once and for all */
	dma = dma_map_single(z->dev, frame, LEN, DMA_FROM_DEVICE);
	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_writes(z, dma, 0xf1, LEN);
	rx_look(z, frame, dma, needs_sync);
	dma_unmap_single(z->dev, dma, LEN, DMA_FROM_DEVICE);
out:
	kfree(frame);
}
/* ---- end */

/* ---- zoo 015 right */
void zoo_015_right(struct zoo *z)
{
	u8 *frame = kzalloc(LEN, GFP_KERNEL);
	dma_addr_t dma;

	dma_set_mask(z->dev, DMA_BIT_MASK(32));
	dma = dma_map_single(z->dev, frame, LEN, DMA_FROM_DEVICE);
	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_writes(z, dma, 0xf1, LEN);
	if (dma_need_sync(z->dev, dma))		/* of this mapping, now */
		dma_sync_single_for_cpu(z->dev, dma, LEN, DMA_FROM_DEVICE);
	devices_sum += frame[0];
	dma_unmap_single(z->dev, dma, LEN, DMA_FROM_DEVICE);
out:
	kfree(frame);
}
/* ---- end */

/* ---- zoo 017 wrong */
static noinline void rx_unmap_unsynced(struct zoo *z, dma_addr_t dma)
{
	dma_unmap_single_attrs(z->dev, dma, LEN, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
}

static noinline void rx_first_byte(const u8 *frame)
{
	devices_sum += frame[0];
}

void zoo_017_wrong(struct zoo *z)
{
	u8 *frame = kzalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, frame, LEN, DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_writes(z, dma, 0x71, LEN);
	rx_unmap_unsynced(z, dma);	/* the bounce buffer goes, and the frame with it */
	rx_first_byte(frame);
out:
	kfree(frame);
}
/* ---- end */

/* ---- zoo 017 right */
void zoo_017_right(struct zoo *z)
{
	u8 *frame = kzalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, frame, LEN, DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_writes(z, dma, 0x71, LEN);
	dma_sync_single_for_cpu(z->dev, dma, LEN, DMA_FROM_DEVICE);
	dma_unmap_single_attrs(z->dev, dma, LEN, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	devices_sum += frame[0];
out:
	kfree(frame);
}
/* ---- end */

/* ---- zoo 021 wrong */
static noinline void tx_fill(u8 *frame)
{
	for (unsigned int i = 0; i < LEN; i++)
		frame[i]--;
}

static noinline void tx_send(struct zoo *z, u8 *frame)
{
	dma_addr_t dma = dma_map_single(z->dev, frame, LEN, DMA_TO_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		return;
	zoo_device_reads(z, dma, LEN);
	dma_unmap_single(z->dev, dma, LEN, DMA_TO_DEVICE);
}

void zoo_021_wrong(struct zoo *z)
{
	u8 *frame = kzalloc(LEN, GFP_KERNEL);

	tx_send(z, frame);
	z->dev->dma_coherent = true;	/* as of_dma_configure() does: the node says so */
	tx_fill(frame);
	tx_send(z, frame);
	kfree(frame);
}
/* ---- end */

/* ---- zoo 021 right */
void zoo_021_right(struct zoo *z)
{
	u8 *frame = kzalloc(LEN, GFP_KERNEL);

	tx_send(z, frame);
	frame[0]--;
	tx_send(z, frame);		/* the node does not say so, and neither does the bus */
	kfree(frame);
}
/* ---- end */

const struct zoo_row zoo_rows_devices[] = {
	{ "009", "a request that is mapped for the device to write", zoo_009_wrong,
	  zoo_009_right, HAZARD_DEVICE_READ_FROM_DEVICE, NEEDS_NONCOHERENT, NULL, "request_map",
	  "request_fill",
	  .harmless_without = NEEDS_NONCOHERENT },
	{ "010", "a sync for the CPU before the device is done", zoo_010_wrong, zoo_010_right,
	  HAZARD_DEVICE_WHILE_CPU, NEEDS_NOTHING, "portable=on", "rx_take_early",
	  "zoo_010_wrong" },
	{ "015", "syncs left out, by an answer from before the first bounce", zoo_015_wrong,
	  zoo_015_right, HAZARD_BOUNCE_NOT_COPIED, NEEDS_COHERENT | NEEDS_BOUNCE | NEEDS_DIRECT,
	  "swiotlb=force", "rx_look", "zoo_015_wrong",
	  .harmless_without = NEEDS_COHERENT },
	{ "017", "an unmap without sync of what was bounced", zoo_017_wrong, zoo_017_right,
	  HAZARD_BOUNCE_NOT_COPIED, NEEDS_BOUNCE | NEEDS_DIRECT, "swiotlb=force",
	  "rx_unmap_unsynced", "rx_first_byte" },
	{ "021", "dma-coherent where nobody snoops", zoo_021_wrong, zoo_021_right,
	  HAZARD_COHERENCE_MISMATCH, NEEDS_NONCOHERENT, NULL, "tx_send", "tx_fill",
	  .harmless_without = NEEDS_NONCOHERENT },
	{ 0 }
};
