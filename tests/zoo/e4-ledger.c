/* SPDX-License-Identifier: MIT */
/*
 * Hazards 52 to 66: what is mapped, for whom, at which addresses, and given back how. 54, the
 * leak, is in e0-first.c. In 64 the driver is right by the book, and Linux's operations on 32-bit
 * Arm are not: examples/r4-sleeps-in-atomic.
 */
#include <linux/scatterlist.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "zoo.h"

#define RX	512
#define TX	256

/* ---- 52 to 56: single buffers ------------------------------------------------------------ */

/* A device with few address lines: its ring takes all the pages that there are addresses for. */
struct ring {
	u8 *page;
	unsigned nr;
	dma_addr_t dma[8];
};

static void ring_fills(struct zoo *z, struct ring *ring)
{
	dma_set_mask(z->dev, DMA_BIT_MASK(14));
	ring->page = kmalloc(PAGE_SIZE, GFP_KERNEL);
	for (ring->nr = 0; ring->nr < ARRAY_SIZE(ring->dma); ring->nr++) {
		dma_addr_t dma = dma_map_single(z->dev, ring->page, PAGE_SIZE, DMA_TO_DEVICE);

		if (dma_mapping_error(z->dev, dma))
			break;
		ring->dma[ring->nr] = dma;
	}
}

static void ring_empties(struct zoo *z, struct ring *ring)
{
	while (ring->nr)
		dma_unmap_single(z->dev, ring->dma[--ring->nr], PAGE_SIZE, DMA_TO_DEVICE);
	kfree(ring->page);
}

/* ---- zoo 052 wrong */
static noinline void rx_start_unasked(struct zoo *z, u8 *buf)
{
	dma_addr_t dma = dma_map_single(z->dev, buf, RX, DMA_FROM_DEVICE);

	zoo_device_writes(z, dma, 0x11, RX);	/* at ~0, where nothing is */
}

void zoo_052_wrong(struct zoo *z)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	struct ring ring;

	ring_fills(z, &ring);
	rx_start_unasked(z, buf);
	kfree(buf);
	ring_empties(z, &ring);
}
/* ---- end */

/* ---- zoo 052 right */
static noinline int rx_start_asked(struct zoo *z, u8 *buf)
{
	dma_addr_t dma = dma_map_single(z->dev, buf, RX, DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		return -ENOMEM;
	zoo_device_writes(z, dma, 0x11, RX);
	dma_unmap_single(z->dev, dma, RX, DMA_FROM_DEVICE);
	return 0;
}

void zoo_052_right(struct zoo *z)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	struct ring ring;

	ring_fills(z, &ring);
	rx_start_asked(z, buf);
	ring_empties(z, &ring);
	rx_start_asked(z, buf);
	kfree(buf);
}
/* ---- end */

/* ---- zoo 053 wrong */
static noinline int tx_start_unless_zero(struct zoo *z, void *page, dma_addr_t *ret)
{
	*ret = dma_map_single(z->dev, page, PAGE_SIZE, DMA_TO_DEVICE);
	if (!*ret)			/* a perfectly good address */
		return -ENOMEM;
	return dma_mapping_error(z->dev, *ret);
}

void zoo_053_wrong(struct zoo *z)
{
	void *page = kmalloc(PAGE_SIZE, GFP_KERNEL);
	dma_addr_t dma;

	if (tx_start_unless_zero(z, page, &dma))
		return;			/* for all it knows, the page is its own to free */
	zoo_device_reads(z, dma, TX);
	dma_unmap_single(z->dev, dma, PAGE_SIZE, DMA_TO_DEVICE);
	kfree(page);
}
/* ---- end */

/* ---- zoo 053 right */
static noinline int tx_start_unless_error(struct zoo *z, void *page, dma_addr_t *ret)
{
	*ret = dma_map_single(z->dev, page, PAGE_SIZE, DMA_TO_DEVICE);
	return dma_mapping_error(z->dev, *ret);
}

void zoo_053_right(struct zoo *z)
{
	void *page = kmalloc(PAGE_SIZE, GFP_KERNEL);
	dma_addr_t dma;

	if (!tx_start_unless_error(z, page, &dma)) {
		zoo_device_reads(z, dma, TX);
		dma_unmap_single(z->dev, dma, PAGE_SIZE, DMA_TO_DEVICE);
	}
	kfree(page);
}
/* ---- end */

static noinline dma_addr_t rx_start(struct zoo *z, u8 *buf)
{
	dma_addr_t dma = dma_map_single(z->dev, buf, RX, DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		return DMA_MAPPING_ERROR;
	return dma;
}

static noinline dma_addr_t tx_start(struct zoo *z, u8 *buf)
{
	dma_addr_t dma = dma_map_single(z->dev, buf, TX, DMA_TO_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		return DMA_MAPPING_ERROR;
	zoo_device_reads(z, dma, TX);
	return dma;
}

/* ---- zoo 055 wrong */
static noinline void tx_done(struct zoo *z, dma_addr_t dma)
{
	dma_unmap_single(z->dev, dma, TX, DMA_TO_DEVICE);
}

static noinline void tx_timeout(struct zoo *z, dma_addr_t dma)
{
	dma_unmap_single(z->dev, dma, TX, DMA_TO_DEVICE);	/* tx_done() was faster */
}

void zoo_055_wrong(struct zoo *z)
{
	u8 *buf = kzalloc(TX, GFP_KERNEL);
	dma_addr_t dma = tx_start(z, buf);

	tx_done(z, dma);
	tx_timeout(z, dma);
	kfree(buf);
}
/* ---- end */

/* ---- zoo 055 right */
struct tx_slot {
	dma_addr_t dma;
	bool is_mapped;
};

static noinline void tx_done_or_timeout(struct zoo *z, struct tx_slot *slot)
{
	if (!slot->is_mapped)
		return;
	slot->is_mapped = false;
	dma_unmap_single(z->dev, slot->dma, TX, DMA_TO_DEVICE);
}

void zoo_055_right(struct zoo *z)
{
	u8 *buf = kzalloc(TX, GFP_KERNEL);
	struct tx_slot slot = { tx_start(z, buf), true };

	tx_done_or_timeout(z, &slot);
	tx_done_or_timeout(z, &slot);
	kfree(buf);
}
/* ---- end */

/* ---- zoo 056 wrong */
static noinline void rx_done_packet(struct zoo *z, dma_addr_t dma, size_t packet_len)
{
	dma_unmap_single(z->dev, dma, packet_len, DMA_FROM_DEVICE);
}

void zoo_056_wrong(struct zoo *z)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_start(z, buf);

	zoo_device_writes(z, dma, 0x11, 100);
	rx_done_packet(z, dma, 100);
	kfree(buf);
}
/* ---- end */

/* ---- zoo 056 right */
static noinline void rx_done_buffer(struct zoo *z, dma_addr_t dma)
{
	dma_unmap_single(z->dev, dma, RX, DMA_FROM_DEVICE);
}

void zoo_056_right(struct zoo *z)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_start(z, buf);

	zoo_device_writes(z, dma, 0x11, 100);
	rx_done_buffer(z, dma);
	z->seen = buf[99];
	kfree(buf);
}
/* ---- end */

/* ---- 57 to 60: lists ---------------------------------------------------------------------- */

/* Two pages that follow one another: an IOMMU makes one segment of them. */
static u8 *list_of_pages(struct scatterlist *sg, unsigned nr)
{
	u8 *pages = kmalloc(nr * PAGE_SIZE, GFP_KERNEL);

	sg_init_table(sg, nr);
	for (unsigned i = 0; i < nr; i++)
		sg_set_buf(&sg[i], pages + i * PAGE_SIZE, PAGE_SIZE);
	return pages;
}

/* ---- zoo 057 wrong */
static noinline void rx_program_entries(struct zoo *z, struct scatterlist *sg, int nents)
{
	if (!dma_map_sg(z->dev, sg, nents, DMA_FROM_DEVICE))
		return;
	for (int i = 0; i < nents; i++)		/* there may be fewer segments by now */
		zoo_device_writes(z, sg_dma_address(&sg[i]), 0x22, sg[i].length);
	dma_unmap_sg(z->dev, sg, nents, DMA_FROM_DEVICE);
}

void zoo_057_wrong(struct zoo *z)
{
	struct scatterlist sg[2];
	u8 *pages = list_of_pages(sg, 2);

	rx_program_entries(z, sg, 2);
	kfree(pages);
}
/* ---- end */

/* ---- zoo 057 right */
static noinline void rx_program_segments(struct zoo *z, struct scatterlist *sgl, int nents)
{
	int i, nr = dma_map_sg(z->dev, sgl, nents, DMA_FROM_DEVICE);
	struct scatterlist *sg;

	if (!nr)
		return;
	for_each_sg(sgl, sg, nr, i)
		zoo_device_writes(z, sg_dma_address(sg), 0x22, sg_dma_len(sg));
	dma_unmap_sg(z->dev, sgl, nents, DMA_FROM_DEVICE);
}

void zoo_057_right(struct zoo *z)
{
	struct scatterlist sg[2];
	u8 *pages = list_of_pages(sg, 2);

	rx_program_segments(z, sg, 2);
	z->seen = pages[2 * PAGE_SIZE - 1];
	kfree(pages);
}
/* ---- end */

/* ---- zoo 058 wrong */
static noinline void rx_program_physical(struct zoo *z, struct scatterlist *sg)
{
	if (!dma_map_sg(z->dev, sg, 1, DMA_FROM_DEVICE))
		return;
	zoo_device_writes(z, sg_phys(sg), 0x22, sg->length);
	dma_unmap_sg(z->dev, sg, 1, DMA_FROM_DEVICE);
}

void zoo_058_wrong(struct zoo *z)
{
	struct scatterlist sg[1];
	u8 *page = list_of_pages(sg, 1);

	rx_program_physical(z, sg);
	kfree(page);
}
/* ---- end */

/* ---- zoo 058 right */
static noinline void rx_program_dma(struct zoo *z, struct scatterlist *sg)
{
	if (!dma_map_sg(z->dev, sg, 1, DMA_FROM_DEVICE))
		return;
	zoo_device_writes(z, sg_dma_address(sg), 0x22, sg_dma_len(sg));
	dma_unmap_sg(z->dev, sg, 1, DMA_FROM_DEVICE);
}

void zoo_058_right(struct zoo *z)
{
	struct scatterlist sg[1];
	u8 *page = list_of_pages(sg, 1);

	rx_program_dma(z, sg);
	z->seen = page[0];
	kfree(page);
}
/* ---- end */

static noinline int tx_map_list(struct zoo *z, struct scatterlist *sg)
{
	if (!dma_map_sg(z->dev, sg, 1, DMA_TO_DEVICE))
		return -ENOMEM;
	zoo_device_reads(z, sg_dma_address(sg), sg_dma_len(sg));
	return 0;
}

static noinline void tx_unmap_list(struct zoo *z, struct scatterlist *sg)
{
	dma_unmap_sg(z->dev, sg, 1, DMA_TO_DEVICE);
}

/* ---- zoo 059 wrong */
void zoo_059_wrong(struct zoo *z)
{
	u8 *first = kzalloc(TX, GFP_KERNEL), *second = kzalloc(2 * TX, GFP_KERNEL);
	struct scatterlist sg[1];

	sg_init_one(sg, first, TX);
	if (!tx_map_list(z, sg)) {
		sg_set_buf(sg, second, 2 * TX);	/* the next packet, already */
		tx_unmap_list(z, sg);
	}
	kfree(first);
	kfree(second);
}
/* ---- end */

/* ---- zoo 059 right */
void zoo_059_right(struct zoo *z)
{
	u8 *first = kzalloc(TX, GFP_KERNEL), *second = kzalloc(2 * TX, GFP_KERNEL);
	struct scatterlist sg[1];

	sg_init_one(sg, first, TX);
	if (!tx_map_list(z, sg))
		tx_unmap_list(z, sg);
	sg_set_buf(sg, second, 2 * TX);
	if (!tx_map_list(z, sg))
		tx_unmap_list(z, sg);
	kfree(first);
	kfree(second);
}
/* ---- end */

/* ---- zoo 060 wrong */
static noinline void nic_probe_lengths(struct zoo *z)
{
	dma_set_max_seg_size(z->dev, SZ_64K);	/* its descriptors count up to that */
}

static noinline void tx_start_long(struct zoo *z, struct scatterlist *sg)
{
	if (!dma_map_sg(z->dev, sg, 1, DMA_TO_DEVICE))
		return;
	zoo_device_reads(z, sg_dma_address(sg), SZ_4K);
	dma_unmap_sg(z->dev, sg, 1, DMA_TO_DEVICE);
}

void zoo_060_wrong(struct zoo *z)
{
	u8 *buf = kzalloc(SZ_128K, GFP_KERNEL);
	struct scatterlist sg[1];

	nic_probe_lengths(z);
	sg_init_one(sg, buf, SZ_128K);
	tx_start_long(z, sg);
	kfree(buf);
}
/* ---- end */

/* ---- zoo 060 right */
static noinline void tx_start_in_pieces(struct zoo *z, struct scatterlist *sgl, int nents)
{
	int i, nr = dma_map_sg(z->dev, sgl, nents, DMA_TO_DEVICE);
	struct scatterlist *sg;

	if (!nr)
		return;
	for_each_sg(sgl, sg, nr, i)
		zoo_device_reads(z, sg_dma_address(sg), SZ_4K);
	dma_unmap_sg(z->dev, sgl, nents, DMA_TO_DEVICE);
}

void zoo_060_right(struct zoo *z)
{
	u8 *buf = kzalloc(SZ_128K, GFP_KERNEL);
	struct scatterlist sg[2];

	nic_probe_lengths(z);
	sg_init_table(sg, 2);
	sg_set_buf(&sg[0], buf, SZ_64K);
	sg_set_buf(&sg[1], buf + SZ_64K, SZ_64K);
	tx_start_in_pieces(z, sg, 2);
	kfree(buf);
}
/* ---- end */

/* ---- zoo 060b wrong */
static noinline void tx_start_across(struct zoo *z, struct scatterlist *sg)
{
	if (!dma_map_sg(z->dev, sg, 1, DMA_TO_DEVICE))
		return;
	zoo_device_reads(z, sg_dma_address(sg), SZ_4K);
	dma_unmap_sg(z->dev, sg, 1, DMA_TO_DEVICE);
}

void zoo_060b_wrong(struct zoo *z)
{
	u8 *buf = kzalloc(SZ_128K, GFP_KERNEL);
	struct scatterlist sg[1];

	dma_set_seg_boundary(z->dev, SZ_64K - 1);	/* its counter has 16 bits */
	sg_init_one(sg, buf + SZ_64K - SZ_4K, SZ_8K);
	tx_start_across(z, sg);
	kfree(buf);
}
/* ---- end */

/* ---- zoo 060b right */
void zoo_060b_right(struct zoo *z)
{
	u8 *buf = kzalloc(SZ_128K, GFP_KERNEL);
	struct scatterlist sg[2];

	dma_set_seg_boundary(z->dev, SZ_64K - 1);
	sg_init_table(sg, 2);
	sg_set_buf(&sg[0], buf + SZ_64K - SZ_4K, SZ_4K);
	sg_set_buf(&sg[1], buf + SZ_64K, SZ_4K);
	tx_start_in_pieces(z, sg, 2);
	kfree(buf);
}
/* ---- end */

/* ---- 61 to 63: what the device can -------------------------------------------------------- */

#define LINES	16

/* ---- zoo 061 wrong */
static noinline int nic_probe_wide(struct zoo *z)
{
	return dma_set_mask(z->dev, DMA_BIT_MASK(32));	/* the hardware has 16 lines */
}

void zoo_061_wrong(struct zoo *z)
{
	u8 *buf = kzalloc(SZ_128K, GFP_KERNEL);	/* not where memory begins */
	dma_addr_t dma;

	zoo_device_lines(z, LINES);
	if (!nic_probe_wide(z)) {
		dma = tx_start(z, buf);
		dma_unmap_single(z->dev, dma, TX, DMA_TO_DEVICE);
	}
	kfree(buf);
}
/* ---- end */

/* ---- zoo 061 right */
static noinline int nic_probe_true(struct zoo *z)
{
	return dma_set_mask(z->dev, DMA_BIT_MASK(LINES));
}

void zoo_061_right(struct zoo *z)
{
	u8 *buf = kzalloc(SZ_128K, GFP_KERNEL);	/* not where memory begins */
	dma_addr_t dma;

	zoo_device_lines(z, LINES);
	if (!nic_probe_true(z)) {		/* else there is no DMA for it here */
		dma = tx_start(z, buf);
		dma_unmap_single(z->dev, dma, TX, DMA_TO_DEVICE);
	}
	kfree(buf);
}
/* ---- end */

/* ---- zoo 062 wrong */
static noinline int codec_probe_narrow(struct zoo *z)
{
	return dma_set_mask(z->dev, DMA_BIT_MASK(24));
}

void zoo_062_wrong(struct zoo *z)
{
	u8 *buf = kzalloc(TX, GFP_KERNEL);
	dma_addr_t dma = tx_start(z, buf);

	codec_probe_narrow(z);			/* another part of the same device */
	dma_unmap_single(z->dev, dma, TX, DMA_TO_DEVICE);
	kfree(buf);
}
/* ---- end */

/* ---- zoo 062 right */
void zoo_062_right(struct zoo *z)
{
	u8 *buf = kzalloc(TX, GFP_KERNEL);
	dma_addr_t dma;

	codec_probe_narrow(z);
	dma = tx_start(z, buf);
	dma_unmap_single(z->dev, dma, TX, DMA_TO_DEVICE);
	kfree(buf);
}
/* ---- end */

/* ---- zoo 063 wrong */
static noinline int tx_start_whole(struct zoo *z, u8 *buf, size_t len)
{
	dma_addr_t dma = dma_map_single(z->dev, buf, len, DMA_TO_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		return -EAGAIN;			/* it will never get better */
	dma_unmap_single(z->dev, dma, len, DMA_TO_DEVICE);
	return 0;
}

void zoo_063_wrong(struct zoo *z)
{
	u8 *buf = kzalloc(SZ_1M, GFP_KERNEL);

	tx_start_whole(z, buf, SZ_1M);
	kfree(buf);
}
/* ---- end */

/* ---- zoo 063 right */
void zoo_063_right(struct zoo *z)
{
	u8 *buf = kzalloc(SZ_1M, GFP_KERNEL);
	size_t max = min(dma_max_mapping_size(z->dev), (size_t)SZ_64K);

	for (size_t at = 0; at < SZ_1M; at += max)
		tx_start_whole(z, buf + at, max);
	kfree(buf);
}
/* ---- end */

/* ---- 65, 66: whose it is ------------------------------------------------------------------- */

/* ---- zoo 065 wrong */
void zoo_065_wrong(struct zoo *z)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_start(z, buf);

	zoo_writes(z->dev2, dma, 0x55, RX);	/* it is this one that does the DMA */
	dma_unmap_single(z->dev, dma, RX, DMA_FROM_DEVICE);
	kfree(buf);
}
/* ---- end */

static noinline dma_addr_t rx_start_on(struct device *dev, u8 *buf)
{
	dma_addr_t dma = dma_map_single(dev, buf, RX, DMA_FROM_DEVICE);

	if (dma_mapping_error(dev, dma))
		return DMA_MAPPING_ERROR;
	return dma;
}

/* ---- zoo 065 right */
void zoo_065_right(struct zoo *z)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_start_on(z->dev2, buf);

	zoo_writes(z->dev2, dma, 0x55, RX);
	dma_unmap_single(z->dev2, dma, RX, DMA_FROM_DEVICE);
	z->seen = buf[0];
	kfree(buf);
}
/* ---- end */

/* ---- zoo 065b wrong */
static noinline void rx_done_by_parent(struct zoo *z, dma_addr_t dma)
{
	dma_unmap_single(z->dev2, dma, RX, DMA_FROM_DEVICE);
}

void zoo_065b_wrong(struct zoo *z)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_start(z, buf);

	zoo_device_writes(z, dma, 0x55, RX);
	rx_done_by_parent(z, dma);
}
/* ---- end */

/* ---- zoo 065b right */
static noinline void rx_done_by_itself(struct zoo *z, dma_addr_t dma)
{
	dma_unmap_single(z->dev, dma, RX, DMA_FROM_DEVICE);
}

void zoo_065b_right(struct zoo *z)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_start(z, buf);

	zoo_device_writes(z, dma, 0x55, RX);
	rx_done_by_itself(z, dma);
	kfree(buf);
}
/* ---- end */

/* A device that polls its ring for as long as it is on. */
struct nic {
	u8 *ring;
	dma_addr_t dma;
	bool is_on;
};

static noinline void nic_probe(struct zoo *z, struct nic *nic)
{
	nic->ring = kmalloc(RX, GFP_KERNEL);
	nic->dma = rx_start(z, nic->ring);
	nic->is_on = true;
}

static void nic_polls(struct zoo *z, const struct nic *nic)
{
	if (nic->is_on)
		zoo_device_writes(z, nic->dma, 0x66, 4);
}

/* ---- zoo 066 wrong */
static noinline void nic_remove_running(struct zoo *z, struct nic *nic)
{
	dma_unmap_single(z->dev, nic->dma, RX, DMA_FROM_DEVICE);
	kfree(nic->ring);
}

void zoo_066_wrong(struct zoo *z)
{
	struct nic nic;

	nic_probe(z, &nic);
	nic_polls(z, &nic);
	nic_remove_running(z, &nic);
	zoo_driver_gone(z);
	nic_polls(z, &nic);
}
/* ---- end */

/* ---- zoo 066 right */
static noinline void nic_remove_stopped(struct zoo *z, struct nic *nic)
{
	nic->is_on = false;
	dma_unmap_single(z->dev, nic->dma, RX, DMA_FROM_DEVICE);
	kfree(nic->ring);
}

void zoo_066_right(struct zoo *z)
{
	struct nic nic;

	nic_probe(z, &nic);
	nic_polls(z, &nic);
	nic_remove_stopped(z, &nic);
	zoo_driver_gone(z);
	nic_polls(z, &nic);
}
/* ---- end */

#define BOUNCED	(NEEDS_BOUNCE | NEEDS_DIRECT)

/* ---- zoo 064 wrong */
static noinline dma_addr_t tx_start_locked(struct zoo *z, void *page)
{
	DEFINE_SPINLOCK(lock);
	unsigned long flags;
	dma_addr_t dma;

	spin_lock_irqsave(&lock, flags);
	dma = dma_map_single(z->dev, page, PAGE_SIZE, DMA_TO_DEVICE);	/* 32-bit Arm's sleeps */
	spin_unlock_irqrestore(&lock, flags);
	return dma;
}

void zoo_064_wrong(struct zoo *z)
{
	void *page = kzalloc(PAGE_SIZE, GFP_KERNEL);
	dma_addr_t dma = tx_start_locked(z, page);

	if (!dma_mapping_error(z->dev, dma)) {
		zoo_device_reads(z, dma, TX);
		dma_unmap_single(z->dev, dma, PAGE_SIZE, DMA_TO_DEVICE);
	}
	kfree(page);
}
/* ---- end */

/* ---- zoo 064 right */
static noinline dma_addr_t tx_start_unlocked(struct zoo *z, void *page)
{
	return dma_map_single(z->dev, page, PAGE_SIZE, DMA_TO_DEVICE);
}

void zoo_064_right(struct zoo *z)
{
	void *page = kzalloc(PAGE_SIZE, GFP_KERNEL);
	dma_addr_t dma = tx_start_unlocked(z, page);

	if (!dma_mapping_error(z->dev, dma)) {
		zoo_device_reads(z, dma, TX);
		dma_unmap_single(z->dev, dma, PAGE_SIZE, DMA_TO_DEVICE);
	}
	kfree(page);
}
/* ---- end */

const struct zoo_row zoo_rows_e4[] = {
	{ "052", "a failed mapping that nobody asks about, given to the device", zoo_052_wrong,
	  zoo_052_right, HAZARD_MAPPING_ERROR_USED, NEEDS_IOMMU, NULL, "rx_start_unasked",
	  "<dev>" },
	{ "053", "address 0 taken for an error: what was mapped there is lost", zoo_053_wrong,
	  zoo_053_right, HAZARD_MAPPING_LEAKED, NEEDS_IOMMU, "iova=bitmap",
	  "tx_start_unless_zero", "<dev>" },
	{ "055", "an unmap by the timeout of what was unmapped already", zoo_055_wrong,
	  zoo_055_right, HAZARD_UNMAP_UNKNOWN, NEEDS_NOTHING, NULL, "tx_timeout", "tx_done" },
	{ "056", "an unmap of the packet's length, not the buffer's", zoo_056_wrong, zoo_056_right,
	  HAZARD_UNMAP_SIZE, NEEDS_NOTHING, NULL, "rx_done_packet", "rx_start" },
	{ "057", "entries of a list given to the device, not segments", zoo_057_wrong,
	  zoo_057_right, HAZARD_MAPPING_ERROR_USED, NEEDS_IOMMU, NULL, "rx_program_entries",
	  "<dev>" },
	{ "058", "a physical address given to a device behind an IOMMU", zoo_058_wrong,
	  zoo_058_right, HAZARD_DEVICE_ACCESS_UNMAPPED, NEEDS_IOMMU, NULL,
	  "rx_program_physical", "<dev>" },
	{ "059", "a list that gets its next packet while it is mapped", zoo_059_wrong,
	  zoo_059_right, HAZARD_SG_MODIFIED, NEEDS_NONCOHERENT, NULL, "tx_unmap_list",
	  "tx_map_list" },
	{ "060", "a segment longer than the device can count", zoo_060_wrong, zoo_060_right,
	  HAZARD_SEGMENT_SIZE, NEEDS_NOTHING, NULL, "tx_start_long", "<dev>" },
	{ "060b", "a segment across the device's boundary", zoo_060b_wrong, zoo_060b_right,
	  HAZARD_SEGMENT_BOUNDARY, NEEDS_DIRECT, NULL, "tx_start_across", "<dev>" },
	{ "061", "a DMA mask wider than the device's address lines", zoo_061_wrong, zoo_061_right,
	  HAZARD_MASK_EXCEEDED, NEEDS_NOTHING, NULL, "nic_probe_wide", "tx_start" },
	{ "062", "a mask made narrower below what is mapped", zoo_062_wrong, zoo_062_right,
	  HAZARD_MASK_CHANGED, NEEDS_IOMMU, NULL, "codec_probe_narrow", "tx_start" },
	{ "063", "a mapping longer than any bounce buffer", zoo_063_wrong, zoo_063_right,
	  HAZARD_MAPPING_TOO_LARGE, BOUNCED, "swiotlb=force", "tx_start_whole", "<dev>" },
	{ "064", "a map under a lock, where mapping may sleep", zoo_064_wrong, zoo_064_right,
	  HAZARD_SLEEPS_IN_ATOMIC, NEEDS_IOMMU, "iova=bitmap", "tx_start_locked", "<dev>" },
	{ "065", "a buffer mapped for one device and used by another", zoo_065_wrong,
	  zoo_065_right, HAZARD_WRONG_DEVICE, NEEDS_NOTHING, NULL, "rx_start", "<dev2>" },
	{ "065b", "a buffer unmapped for another device than it was mapped for", zoo_065b_wrong,
	  zoo_065b_right, HAZARD_WRONG_DEVICE, NEEDS_NOTHING, NULL, "rx_done_by_parent",
	  "rx_start" },
	{ "066", "a device that goes on when its driver is gone", zoo_066_wrong, zoo_066_right,
	  HAZARD_DEVICE_UNBOUND, NEEDS_NOTHING, NULL, "nic_remove_running", "<dev>" },
	{ 0 }
};
