/* SPDX-License-Identifier: MIT */
/* E1 and E2, lines: what shares a cache line with a buffer, and whom that hurts. */
#include "zoo.h"

#define LEN	256

/* ---- zoo 018 wrong */
static noinline dma_addr_t overlay_map(struct zoo *z, u8 *picture)
{
	return dma_map_single(z->dev2, picture, LEN, DMA_FROM_DEVICE);
}

void zoo_018_wrong(struct zoo *z)
{
	u8 *picture = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, picture, LEN, DMA_FROM_DEVICE), dma2;

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_writes(z, dma, 0x18, LEN);
	dma2 = overlay_map(z, picture);		/* the first device is not done yet */
	if (!dma_mapping_error(z->dev2, dma2))
		dma_unmap_single(z->dev2, dma2, LEN, DMA_FROM_DEVICE);
	dma_unmap_single(z->dev, dma, LEN, DMA_FROM_DEVICE);
out:
	kfree(picture);
}
/* ---- end */

/* ---- zoo 018 right */
void zoo_018_right(struct zoo *z)
{
	u8 *picture = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, picture, LEN, DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	zoo_device_writes(z, dma, 0x18, LEN);
	dma_unmap_single(z->dev, dma, LEN, DMA_FROM_DEVICE);
	dma = dma_map_single(z->dev2, picture, LEN, DMA_BIDIRECTIONAL);
	if (!dma_mapping_error(z->dev2, dma))
		dma_unmap_single(z->dev2, dma, LEN, DMA_BIDIRECTIONAL);
out:
	kfree(picture);
}
/* ---- end */

/* ---- zoo 019 wrong */
static noinline dma_addr_t trailer_map(struct zoo *z, u8 *trailer, size_t len)
{
	return dma_map_single(z->dev, trailer, len, DMA_FROM_DEVICE);
}

void zoo_019_wrong(struct zoo *z)
{
	u8 *frame = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, frame, LEN - 8, DMA_FROM_DEVICE), end;

	if (dma_mapping_error(z->dev, dma))
		goto out;
	end = trailer_map(z, frame + LEN - 8, 8);	/* in the last line of the frame */
	if (!dma_mapping_error(z->dev, end))
		dma_unmap_single(z->dev, end, 8, DMA_FROM_DEVICE);
	dma_unmap_single(z->dev, dma, LEN - 8, DMA_FROM_DEVICE);
out:
	kfree(frame);
}
/* ---- end */

/* ---- zoo 019 right */
void zoo_019_right(struct zoo *z)
{
	u8 *frame = kmalloc(LEN, GFP_KERNEL);
	u8 *trailer = kmalloc(8, GFP_KERNEL);		/* of a line of its own */
	dma_addr_t dma = dma_map_single(z->dev, frame, LEN - 8, DMA_FROM_DEVICE), end;

	if (dma_mapping_error(z->dev, dma))
		goto out;
	end = dma_map_single(z->dev, trailer, 8, DMA_FROM_DEVICE);
	if (!dma_mapping_error(z->dev, end))
		dma_unmap_single(z->dev, end, 8, DMA_FROM_DEVICE);
	dma_unmap_single(z->dev, dma, LEN - 8, DMA_FROM_DEVICE);
out:
	kfree(trailer);
	kfree(frame);
}
/* ---- end */

/* ---- zoo 020 wrong */
static noinline dma_addr_t status_map(struct zoo *z, u8 *status)
{
	return dma_map_single(z->dev, status, 1, DMA_FROM_DEVICE);
}

void zoo_020_wrong(struct zoo *z)
{
	u8 *command = kzalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, command, LEN, DMA_TO_DEVICE), status;

	if (dma_mapping_error(z->dev, dma))
		goto out;
	status = status_map(z, command + LEN - 1);	/* its last byte, the other way */
	if (!dma_mapping_error(z->dev, status))
		dma_unmap_single(z->dev, status, 1, DMA_FROM_DEVICE);
	dma_unmap_single(z->dev, dma, LEN, DMA_TO_DEVICE);
out:
	kfree(command);
}
/* ---- end */

/* ---- zoo 020 right */
void zoo_020_right(struct zoo *z)
{
	u8 *command = kzalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, command, LEN, DMA_BIDIRECTIONAL);

	if (!dma_mapping_error(z->dev, dma))
		dma_unmap_single(z->dev, dma, LEN, DMA_BIDIRECTIONAL);
	kfree(command);
}
/* ---- end */

/* ---- zoo 022 wrong */
struct slot {
	u8 state;			/* the driver's, in the line of ... */
	u8 data[LEN - 1];		/* ... what the device writes */
};

static noinline void slot_set_state(struct slot *slot)
{
	slot->state++;
}

void zoo_022_wrong(struct zoo *z)
{
	struct slot *slot = kzalloc(sizeof(*slot), GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, slot->data, sizeof(slot->data),
					DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	slot_set_state(slot);
	zoo_device_writes(z, dma, 0x22, sizeof(slot->data));
	dma_sync_single_for_device(z->dev, dma, sizeof(slot->data), DMA_FROM_DEVICE);
	dma_unmap_single(z->dev, dma, sizeof(slot->data), DMA_FROM_DEVICE);
out:
	kfree(slot);
}
/* ---- end */

/* ---- zoo 022 right */
struct slot_apart {
	u8 state;
	u8 data[LEN - 1] __aligned(ARCH_DMA_MINALIGN);
};

void zoo_022_right(struct zoo *z)
{
	struct slot_apart *slot = kzalloc(sizeof(*slot), GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, slot->data, sizeof(slot->data),
					DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	slot->state++;
	zoo_device_writes(z, dma, 0x22, sizeof(slot->data));
	dma_sync_single_for_device(z->dev, dma, sizeof(slot->data), DMA_FROM_DEVICE);
	dma_unmap_single(z->dev, dma, sizeof(slot->data), DMA_FROM_DEVICE);
out:
	kfree(slot);
}
/* ---- end */

/* ---- zoo 023 wrong */
struct packet {
	u8 data[60];			/* ends in the middle of a line, ... */
	u8 nr_seen;			/* ... where this begins */
};

static noinline void packet_count(struct packet *p)
{
	p->nr_seen++;
}

void zoo_023_wrong(struct zoo *z)
{
	struct packet *p = kzalloc(sizeof(*p), GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, p->data, sizeof(p->data), DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	packet_count(p);
	zoo_device_writes(z, dma, 0x23, sizeof(p->data));
	dma_sync_single_for_device(z->dev, dma, sizeof(p->data), DMA_FROM_DEVICE);
	dma_unmap_single(z->dev, dma, sizeof(p->data), DMA_FROM_DEVICE);
out:
	kfree(p);
}
/* ---- end */

/* ---- zoo 023 right */
struct packet_apart {
	u8 data[60];
	u8 nr_seen __aligned(ARCH_DMA_MINALIGN);
};

void zoo_023_right(struct zoo *z)
{
	struct packet_apart *p = kzalloc(sizeof(*p), GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, p->data, sizeof(p->data), DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	p->nr_seen++;
	zoo_device_writes(z, dma, 0x23, sizeof(p->data));
	dma_sync_single_for_device(z->dev, dma, sizeof(p->data), DMA_FROM_DEVICE);
	dma_unmap_single(z->dev, dma, sizeof(p->data), DMA_FROM_DEVICE);
out:
	kfree(p);
}
/* ---- end */

/* ---- zoo 024 wrong */
#define LINE_OF_A9	32

struct cell {
	u8 state;
	u8 data[LEN / 2] __aligned(LINE_OF_A9);	/* and where lines are longer? */
};

static noinline void cell_set_state(struct cell *cell)
{
	cell->state++;
}

void zoo_024_wrong(struct zoo *z)
{
	struct cell *cell = kzalloc(sizeof(*cell), GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, cell->data, sizeof(cell->data),
					DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	cell_set_state(cell);
	zoo_device_writes(z, dma, 0x24, sizeof(cell->data));
	dma_sync_single_for_device(z->dev, dma, sizeof(cell->data), DMA_FROM_DEVICE);
	dma_unmap_single(z->dev, dma, sizeof(cell->data), DMA_FROM_DEVICE);
out:
	kfree(cell);
}
/* ---- end */

/* ---- zoo 024 right */
void zoo_024_right(struct zoo *z)
{
	size_t line = dma_get_cache_alignment();
	u8 *cell = kzalloc(line + LEN / 2, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, cell + line, LEN / 2, DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		goto out;
	cell[0]++;
	zoo_device_writes(z, dma, 0x24, LEN / 2);
	dma_sync_single_for_device(z->dev, dma, LEN / 2, DMA_FROM_DEVICE);
	dma_unmap_single(z->dev, dma, LEN / 2, DMA_FROM_DEVICE);
out:
	kfree(cell);
}
/* ---- end */

const struct zoo_row zoo_rows_lines[] = {
	{ "018", "one buffer mapped for two devices that write it", zoo_018_wrong, zoo_018_right,
	  HAZARD_LINE_SHARED, NEEDS_NONCOHERENT, NULL, "overlay_map", "zoo_018_wrong",
	  .harmless_without = NEEDS_NONCOHERENT },
	{ "019", "two mappings that meet in a line, the last of one", zoo_019_wrong,
	  zoo_019_right, HAZARD_LINE_SHARED, NEEDS_NONCOHERENT, NULL, "trailer_map",
	  "zoo_019_wrong",
	  .harmless_without = NEEDS_NONCOHERENT },
	{ "020", "a buffer to be read, a part of it to be written", zoo_020_wrong, zoo_020_right,
	  HAZARD_LINE_SHARED, NEEDS_NONCOHERENT, NULL, "status_map", "zoo_020_wrong",
	  .harmless_without = NEEDS_NONCOHERENT },
	{ "022", "a member before the buffer, in its first line", zoo_022_wrong, zoo_022_right,
	  HAZARD_DEVICE_WRITE_LOST, NEEDS_NONCOHERENT, NULL, "slot_set_state",
	  "zoo_022_wrong",
	  .harmless_without = NEEDS_NONCOHERENT },
	{ "023", "a member behind the buffer, in its last line", zoo_023_wrong, zoo_023_right,
	  HAZARD_DEVICE_WRITE_LOST, NEEDS_NONCOHERENT, NULL, "packet_count", "zoo_023_wrong",
	  .harmless_without = NEEDS_NONCOHERENT },
	{ "024", "lines taken to be 32 bytes long", zoo_024_wrong, zoo_024_right,
	  HAZARD_DEVICE_WRITE_LOST, NEEDS_NONCOHERENT | NEEDS_LONG_LINE, NULL,
	  "cell_set_state", "zoo_024_wrong",
	  .harmless_without = NEEDS_NONCOHERENT | NEEDS_LONG_LINE },
	{ 0 }
};
