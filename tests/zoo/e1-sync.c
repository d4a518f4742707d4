/* SPDX-License-Identifier: MIT */
/*
 * E1, ownership: whose the bytes are between a map and its unmap, and the syncs that hand
 * them over.
 *
 * A store that has to stay in a cache is an update of what was read: there are cores whose
 * stores bring no line in.
 */
#include "zoo.h"

#define LEN	256

/* What a driver does with what it reads: here, add it up. */
unsigned int e1_sum;

/* ---- zoo 001 wrong */
static noinline void rx_peek(const u8 *frame)
{
	e1_sum += frame[0];
}

void zoo_001_wrong(struct zoo *z)
{
	u8 *frame = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, frame, LEN, DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_writes(z, dma, 0x11, LEN);
	rx_peek(frame);			/* it is still the device's */
	dma_unmap_single(z->dev, dma, LEN, DMA_FROM_DEVICE);
out:
	kfree(frame);
}
/* ---- end */

/* ---- zoo 001 right */
void zoo_001_right(struct zoo *z)
{
	u8 *frame = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, frame, LEN, DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_writes(z, dma, 0x11, LEN);
	dma_unmap_single(z->dev, dma, LEN, DMA_FROM_DEVICE);
	e1_sum += frame[0];
out:
	kfree(frame);
}
/* ---- end */

/* ---- zoo 002 wrong */
static noinline void tx_mark_sent(u8 *frame)
{
	frame[0] |= 0x80;
}

void zoo_002_wrong(struct zoo *z)
{
	u8 *frame = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma;

	memset(frame, 0x22, LEN);
	dma = dma_map_single(z->dev, frame, LEN, DMA_TO_DEVICE);
	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_reads(z, dma, LEN);
	tx_mark_sent(frame);		/* were it to be sent again, this would not be */
	dma_unmap_single(z->dev, dma, LEN, DMA_TO_DEVICE);
out:
	kfree(frame);
}
/* ---- end */

/* ---- zoo 002 right */
void zoo_002_right(struct zoo *z)
{
	u8 *frame = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma;

	memset(frame, 0x22, LEN);
	dma = dma_map_single(z->dev, frame, LEN, DMA_TO_DEVICE);
	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_reads(z, dma, LEN);
	dma_unmap_single(z->dev, dma, LEN, DMA_TO_DEVICE);
	frame[0] |= 0x80;
out:
	kfree(frame);
}
/* ---- end */

/* ---- zoo 003 wrong */
static noinline void rx_clear_len(u8 *frame)
{
	frame[0] = 0;
}

void zoo_003_wrong(struct zoo *z)
{
	u8 *frame = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, frame, LEN, DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	rx_clear_len(frame);		/* so that old lengths are not taken for new ones */
	zoo_device_writes(z, dma, 0x33, LEN);
	dma_unmap_single(z->dev, dma, LEN, DMA_FROM_DEVICE);
out:
	kfree(frame);
}
/* ---- end */

/* ---- zoo 003 right */
void zoo_003_right(struct zoo *z)
{
	u8 *frame = kzalloc(LEN, GFP_KERNEL);	/* before the map */
	dma_addr_t dma = dma_map_single(z->dev, frame, LEN, DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_writes(z, dma, 0x33, LEN);
	dma_unmap_single(z->dev, dma, LEN, DMA_FROM_DEVICE);
out:
	kfree(frame);
}
/* ---- end */

/* ---- zoo 004 wrong */
static noinline void tx_next(u8 *frame)
{
	frame[0]++;			/* its sequence number */
}

void zoo_004_wrong(struct zoo *z)
{
	u8 *frame = kzalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, frame, LEN, DMA_TO_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_reads(z, dma, LEN);
	dma_sync_single_for_cpu(z->dev, dma, LEN, DMA_TO_DEVICE);
	tx_next(frame);
	zoo_device_reads(z, dma, LEN);	/* the first one once more */
	dma_unmap_single(z->dev, dma, LEN, DMA_TO_DEVICE);
out:
	kfree(frame);
}
/* ---- end */

/* ---- zoo 004 right */
void zoo_004_right(struct zoo *z)
{
	u8 *frame = kzalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, frame, LEN, DMA_TO_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_reads(z, dma, LEN);
	dma_sync_single_for_cpu(z->dev, dma, LEN, DMA_TO_DEVICE);
	frame[0]++;
	dma_sync_single_for_device(z->dev, dma, LEN, DMA_TO_DEVICE);
	zoo_device_reads(z, dma, LEN);
	dma_unmap_single(z->dev, dma, LEN, DMA_TO_DEVICE);
out:
	kfree(frame);
}
/* ---- end */

/* ---- zoo 006 wrong */
static noinline void request_again(u8 *request)
{
	request[0]++;
}

void zoo_006_wrong(struct zoo *z)
{
	u8 *request = kzalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, request, LEN, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_reads(z, dma, LEN);
	zoo_device_writes(z, dma, 0x66, LEN);	/* the answer goes where the request was */
	dma_sync_single_for_cpu(z->dev, dma, LEN, DMA_BIDIRECTIONAL);
	request_again(request);			/* synced after the device, not before it */
	zoo_device_reads(z, dma, LEN);
	dma_unmap_single(z->dev, dma, LEN, DMA_BIDIRECTIONAL);
out:
	kfree(request);
}
/* ---- end */

/* ---- zoo 006 right */
void zoo_006_right(struct zoo *z)
{
	u8 *request = kzalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, request, LEN, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_reads(z, dma, LEN);
	zoo_device_writes(z, dma, 0x66, LEN);
	dma_sync_single_for_cpu(z->dev, dma, LEN, DMA_BIDIRECTIONAL);
	request[0]++;
	dma_sync_single_for_device(z->dev, dma, LEN, DMA_BIDIRECTIONAL);
	zoo_device_reads(z, dma, LEN);
	dma_unmap_single(z->dev, dma, LEN, DMA_BIDIRECTIONAL);
out:
	kfree(request);
}
/* ---- end */

/* ---- zoo 007 wrong */
static noinline void rx_sync_as_if_sent(struct zoo *z, dma_addr_t dma)
{
	dma_sync_single_for_cpu(z->dev, dma, LEN, DMA_TO_DEVICE);
}

void zoo_007_wrong(struct zoo *z)
{
	u8 *frame = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, frame, LEN, DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_writes(z, dma, 0x77, LEN);
	rx_sync_as_if_sent(z, dma);		/* which invalidates nothing */
	dma_unmap_single(z->dev, dma, LEN, DMA_FROM_DEVICE);
out:
	kfree(frame);
}
/* ---- end */

/* ---- zoo 007 right */
void zoo_007_right(struct zoo *z)
{
	u8 *frame = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, frame, LEN, DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_writes(z, dma, 0x77, LEN);
	dma_sync_single_for_cpu(z->dev, dma, LEN, DMA_FROM_DEVICE);
	e1_sum += frame[0];
	dma_unmap_single(z->dev, dma, LEN, DMA_FROM_DEVICE);
out:
	kfree(frame);
}
/* ---- end */

/* ---- zoo 008 wrong */
static noinline dma_addr_t command_map(struct zoo *z, u8 *command)
{
	return dma_map_single(z->dev, command, LEN, DMA_TO_DEVICE);
}

void zoo_008_wrong(struct zoo *z)
{
	u8 *command = kzalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = command_map(z, command);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_reads(z, dma, LEN);
	zoo_device_writes(z, dma + LEN - 1, 0x88, 1);	/* its status goes into it */
	dma_unmap_single(z->dev, dma, LEN, DMA_TO_DEVICE);
out:
	kfree(command);
}
/* ---- end */

/* ---- zoo 008 right */
void zoo_008_right(struct zoo *z)
{
	u8 *command = kzalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, command, LEN, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_reads(z, dma, LEN);
	zoo_device_writes(z, dma + LEN - 1, 0x88, 1);
	dma_unmap_single(z->dev, dma, LEN, DMA_BIDIRECTIONAL);
	e1_sum += command[LEN - 1];
out:
	kfree(command);
}
/* ---- end */

/* ---- zoo 011 wrong */
#define HEADER	64

static noinline void rx_payload(const u8 *frame)
{
	e1_sum += frame[LEN - 1];
}

void zoo_011_wrong(struct zoo *z)
{
	u8 *frame = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, frame, LEN, DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_writes(z, dma, 0xb1, LEN);
	dma_sync_single_for_cpu(z->dev, dma, LEN, DMA_FROM_DEVICE);
	rx_payload(frame);
	dma_sync_single_for_device(z->dev, dma, HEADER, DMA_FROM_DEVICE);

	zoo_device_writes(z, dma, 0xb2, LEN);
	dma_sync_single_for_cpu(z->dev, dma, HEADER, DMA_FROM_DEVICE);
	rx_payload(frame);			/* the first frame's */
	dma_unmap_single(z->dev, dma, LEN, DMA_FROM_DEVICE);
out:
	kfree(frame);
}
/* ---- end */

/* ---- zoo 011 right */
void zoo_011_right(struct zoo *z)
{
	u8 *frame = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, frame, LEN, DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_writes(z, dma, 0xb1, LEN);
	dma_sync_single_for_cpu(z->dev, dma, LEN, DMA_FROM_DEVICE);
	e1_sum += frame[LEN - 1];
	dma_sync_single_for_device(z->dev, dma, LEN, DMA_FROM_DEVICE);

	zoo_device_writes(z, dma, 0xb2, LEN);
	dma_sync_single_for_cpu(z->dev, dma, LEN, DMA_FROM_DEVICE);
	e1_sum += frame[LEN - 1];
	dma_unmap_single(z->dev, dma, LEN, DMA_FROM_DEVICE);
out:
	kfree(frame);
}
/* ---- end */

/* ---- zoo 012 wrong */
#define SLOT	16		/* of a ring of small packets */

static noinline void slot_mark_seen(u8 *slot)
{
	slot[0] |= 0x80;
}

void zoo_012_wrong(struct zoo *z)
{
	u8 *ring = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, ring, LEN, DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_writes(z, dma, 0x01, SLOT);
	dma_sync_single_for_cpu(z->dev, dma, SLOT, DMA_FROM_DEVICE);
	slot_mark_seen(ring);
	zoo_device_writes(z, dma + SLOT, 0x02, SLOT);	/* the next packet, in the same line */
	dma_sync_single_for_device(z->dev, dma, SLOT, DMA_FROM_DEVICE);
	dma_unmap_single(z->dev, dma, LEN, DMA_FROM_DEVICE);
out:
	kfree(ring);
}
/* ---- end */

/* ---- zoo 012 right */
void zoo_012_right(struct zoo *z)
{
	size_t slot = dma_get_cache_alignment();
	u8 *ring = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, ring, LEN, DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_writes(z, dma, 0x01, SLOT);
	dma_sync_single_for_cpu(z->dev, dma, slot, DMA_FROM_DEVICE);
	ring[0] |= 0x80;
	zoo_device_writes(z, dma + slot, 0x02, SLOT);
	dma_sync_single_for_device(z->dev, dma, slot, DMA_FROM_DEVICE);
	dma_unmap_single(z->dev, dma, LEN, DMA_FROM_DEVICE);
out:
	kfree(ring);
}
/* ---- end */

/* ---- zoo 013 wrong */
static noinline void rx_decrypt(u8 *frame)
{
	for (unsigned int i = 0; i < LEN; i++)
		frame[i] ^= 0xff;
}

static noinline void rx_done(struct zoo *z, dma_addr_t dma)
{
	dma_unmap_single(z->dev, dma, LEN, DMA_FROM_DEVICE);
}

void zoo_013_wrong(struct zoo *z)
{
	u8 *frame = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, frame, LEN, DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_writes(z, dma, 0xd1, LEN);
	dma_sync_single_for_cpu(z->dev, dma, LEN, DMA_FROM_DEVICE);
	rx_decrypt(frame);
	rx_done(z, dma);
	e1_sum += frame[0];		/* encrypted again */
out:
	kfree(frame);
}
/* ---- end */

/* ---- zoo 013 right */
static noinline void rx_decipher(u8 *frame)
{
	for (unsigned int i = 0; i < LEN; i++)
		frame[i] = ~frame[i];
}

void zoo_013_right(struct zoo *z)
{
	u8 *frame = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, frame, LEN, DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_writes(z, dma, 0xd1, LEN);
	dma_unmap_single(z->dev, dma, LEN, DMA_FROM_DEVICE);
	rx_decipher(frame);
	e1_sum += frame[0];
out:
	kfree(frame);
}
/* ---- end */

/* ---- zoo 014 wrong */
static noinline u8 *rx_alloc(struct zoo *z, dma_addr_t *ret_dma)
{
	return dma_alloc_noncoherent(z->dev, LEN, ret_dma, DMA_FROM_DEVICE, GFP_KERNEL);
}

static noinline void rx_init(u8 *frame)
{
	frame[0]--;			/* the lines are dirty, if the clearing did not do it */
}

void zoo_014_wrong(struct zoo *z)
{
	dma_addr_t dma;
	u8 *frame = rx_alloc(z, &dma);

	if (!frame)
		return;
	rx_init(frame);
	zoo_device_writes(z, dma, 0xe1, LEN);	/* nobody gave it to the device */
	dma_sync_single_for_cpu(z->dev, dma, LEN, DMA_FROM_DEVICE);
	dma_free_noncoherent(z->dev, LEN, frame, dma, DMA_FROM_DEVICE);
}
/* ---- end */

/* ---- zoo 014 right */
void zoo_014_right(struct zoo *z)
{
	dma_addr_t dma;
	u8 *frame = dma_alloc_noncoherent(z->dev, LEN, &dma, DMA_FROM_DEVICE, GFP_KERNEL);

	if (!frame)
		return;
	frame[0]--;
	dma_sync_single_for_device(z->dev, dma, LEN, DMA_FROM_DEVICE);
	zoo_device_writes(z, dma, 0xe1, LEN);
	dma_sync_single_for_cpu(z->dev, dma, LEN, DMA_FROM_DEVICE);
	e1_sum += frame[0];
	dma_free_noncoherent(z->dev, LEN, frame, dma, DMA_FROM_DEVICE);
}
/* ---- end */

/* ---- zoo 016 wrong */
static noinline void tx_fill(u8 *frame)
{
	for (unsigned int i = 0; i < LEN; i++)
		frame[i]++;
}

static noinline void tx_send(struct zoo *z, u8 *frame, unsigned long attrs)
{
	dma_addr_t dma = dma_map_single_attrs(z->dev, frame, LEN, DMA_TO_DEVICE, attrs);

	if (dma_mapping_error(z->dev, dma))
		return;
	zoo_device_reads(z, dma, LEN);
	dma_unmap_single_attrs(z->dev, dma, LEN, DMA_TO_DEVICE, attrs);
}

void zoo_016_wrong(struct zoo *z)
{
	u8 *frame = kzalloc(LEN, GFP_KERNEL);

	tx_send(z, frame, 0);
	tx_fill(frame);
	tx_send(z, frame, DMA_ATTR_SKIP_CPU_SYNC);	/* it was mapped before, was it not? */
	kfree(frame);
}
/* ---- end */

/* ---- zoo 016 right */
void zoo_016_right(struct zoo *z)
{
	u8 *frame = kzalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single_attrs(z->dev, frame, LEN, DMA_TO_DEVICE,
					      DMA_ATTR_SKIP_CPU_SYNC);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	frame[0]++;
	dma_sync_single_for_device(z->dev, dma, LEN, DMA_TO_DEVICE);
	zoo_device_reads(z, dma, LEN);
	dma_unmap_single_attrs(z->dev, dma, LEN, DMA_TO_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
out:
	kfree(frame);
}
/* ---- end */

const struct zoo_row zoo_rows_e1[] = {
	{ "001", "a look at a receive buffer while it is mapped", zoo_001_wrong, zoo_001_right,
	  HAZARD_CPU_READ_WHILE_MAPPED, NEEDS_NONCOHERENT, NULL, "rx_peek", "zoo_001_wrong",
	  .harmless_without = NEEDS_NONCOHERENT },
	{ "002", "a store to a frame that is mapped to be sent", zoo_002_wrong, zoo_002_right,
	  HAZARD_CPU_WRITE_WHILE_MAPPED, NEEDS_NONCOHERENT, NULL, "tx_mark_sent",
	  "zoo_002_wrong",
	  .harmless_without = NEEDS_NONCOHERENT },
	{ "003", "a store to a buffer that the device is to fill", zoo_003_wrong, zoo_003_right,
	  HAZARD_CPU_WRITE_WHILE_MAPPED, NEEDS_NONCOHERENT, NULL, "rx_clear_len",
	  "zoo_003_wrong",
	  .harmless_without = NEEDS_NONCOHERENT },
	{ "004", "a mapping sent again without sync_for_device", zoo_004_wrong, zoo_004_right,
	  HAZARD_DEVICE_READ_STALE, NEEDS_NONCOHERENT, NULL, "tx_next", "zoo_004_wrong",
	  .harmless_without = NEEDS_NONCOHERENT },
	{ "006", "a bidirectional buffer synced one way only", zoo_006_wrong, zoo_006_right,
	  HAZARD_DEVICE_READ_STALE, NEEDS_NONCOHERENT, NULL, "request_again", "zoo_006_wrong",
	  .harmless_without = NEEDS_NONCOHERENT },
	{ "007", "a sync in the wrong direction", zoo_007_wrong, zoo_007_right,
	  HAZARD_SYNC_DIRECTION, NEEDS_NOTHING, NULL, "rx_sync_as_if_sent", "zoo_007_wrong" },
	{ "008", "the device writes what was mapped to be read", zoo_008_wrong, zoo_008_right,
	  HAZARD_DEVICE_WRITE_TO_DEVICE, NEEDS_NOTHING, NULL, "command_map", "<dev>" },
	{ "011", "a sync of the header, and a look at the payload", zoo_011_wrong, zoo_011_right,
	  HAZARD_CPU_READ_STALE, NEEDS_NONCOHERENT, NULL, "rx_payload", "zoo_011_wrong",
	  .harmless_without = NEEDS_NONCOHERENT },
	{ "012", "syncs of less than a line", zoo_012_wrong, zoo_012_right,
	  HAZARD_DEVICE_WRITE_LOST, NEEDS_NONCOHERENT, NULL, "slot_mark_seen", "zoo_012_wrong",
	  .harmless_without = NEEDS_NONCOHERENT },
	{ "013", "stores to a received frame before its unmap", zoo_013_wrong, zoo_013_right,
	  HAZARD_CPU_WRITE_LOST, NEEDS_NONCOHERENT | NEEDS_SPECULATION, NULL, "rx_done",
	  "rx_decrypt",
	  .harmless_without = NEEDS_NONCOHERENT | NEEDS_SPECULATION },
	{ "014", "noncoherent memory that nobody gave to the device", zoo_014_wrong,
	  zoo_014_right, HAZARD_DEVICE_WRITE_OVER_DIRTY, NEEDS_NONCOHERENT, NULL, "rx_alloc",
	  "rx_init",
	  .harmless_without = NEEDS_NONCOHERENT },
	{ "016", "DMA_ATTR_SKIP_CPU_SYNC, and nobody else syncs", zoo_016_wrong, zoo_016_right,
	  HAZARD_DEVICE_READ_STALE, NEEDS_NONCOHERENT, NULL, "tx_send", "tx_fill",
	  .harmless_without = NEEDS_NONCOHERENT },
	{ 0 }
};
