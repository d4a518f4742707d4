/* SPDX-License-Identifier: MIT */
/*
 * Hazards 67 and 71 to 76: drivers of devices behind an IOMMU, by the DMA API and with
 * domains of their own. 68 to 70 are a matter of the IOMMU's own driver: e5-driver.c.
 */
#include <linux/iommu.h>
#include <linux/sizes.h>

#include "zoo.h"

#define RX	512
#define IOVA	0x10000000ul

static noinline dma_addr_t rx_start(struct zoo *z, u8 *buf)
{
	dma_addr_t dma = dma_map_single(z->dev, buf, RX, DMA_FROM_DEVICE);

	return dma_mapping_error(z->dev, dma) ? DMA_MAPPING_ERROR : dma;
}

static noinline void rx_done(struct zoo *z, dma_addr_t dma)
{
	dma_unmap_single(z->dev, dma, RX, DMA_FROM_DEVICE);
}

/* ---- zoo 067 wrong */
void zoo_067_wrong(struct zoo *z)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_start(z, buf);

	zoo_device_writes(z, dma, 0x11, RX);
	rx_done(z, dma);
	zoo_device_writes(z, dma, 0x22, RX);	/* nobody has stopped it */
	kfree(buf);
}
/* ---- end */

/* ---- zoo 067 right */
void zoo_067_right(struct zoo *z)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_start(z, buf);

	zoo_device_writes(z, dma, 0x11, RX);
	zoo_device_writes(z, dma, 0x22, RX);
	rx_done(z, dma);
	z->seen = buf[0];
	kfree(buf);
}
/* ---- end */

/* ---- zoo 067b wrong */
static noinline void rx_done_and_recycled(struct zoo *z, dma_addr_t dma, u8 *buf)
{
	dma_unmap_single(z->dev, dma, RX, DMA_FROM_DEVICE);
	memset(buf, 0, RX);			/* somebody else's by now */
}

void zoo_067b_wrong(struct zoo *z)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_start(z, buf);

	zoo_device_writes(z, dma, 0x11, RX);
	rx_done_and_recycled(z, dma, buf);
	zoo_device_writes(z, dma, 0x22, RX);	/* the TLB has not been told yet */
	kfree(buf);
}
/* ---- end */

/* ---- zoo 067b right */
void zoo_067b_right(struct zoo *z)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_start(z, buf);

	zoo_device_writes(z, dma, 0x11, RX);
	zoo_device_writes(z, dma, 0x22, RX);
	rx_done_and_recycled(z, dma, buf);
	kfree(buf);
}
/* ---- end */

/* ---- zoo 071 wrong */
static noinline dma_addr_t rx_start_short(struct zoo *z, u8 *buf)
{
	dma_addr_t dma = dma_map_single(z->dev, buf, 64, DMA_FROM_DEVICE);

	return dma_mapping_error(z->dev, dma) ? DMA_MAPPING_ERROR : dma;
}

void zoo_071_wrong(struct zoo *z)
{
	u8 *page = kmalloc(PAGE_SIZE, GFP_KERNEL);
	dma_addr_t dma = rx_start_short(z, page);

	zoo_device_writes(z, dma, 0x33, 128);	/* the IOMMU's page is larger than the buffer */
	dma_unmap_single(z->dev, dma, 64, DMA_FROM_DEVICE);
	kfree(page);
}
/* ---- end */

/* ---- zoo 071 right */
void zoo_071_right(struct zoo *z)
{
	u8 *page = kmalloc(PAGE_SIZE, GFP_KERNEL);
	dma_addr_t dma = rx_start_short(z, page);

	zoo_device_writes(z, dma, 0x33, 64);
	dma_unmap_single(z->dev, dma, 64, DMA_FROM_DEVICE);
	z->seen = page[63];
	kfree(page);
}
/* ---- end */

/* ---- domains of the driver's own ----------------------------------------------------------- */

/* A codec, which has its own idea of where its memory is. */
struct codec {
	struct iommu_domain *domain;
	u8 *page[2];
};

static noinline int codec_opens(struct zoo *z, struct codec *c)
{
	c->domain = iommu_paging_domain_alloc(z->dev);
	if (IS_ERR(c->domain))
		return PTR_ERR(c->domain);
	c->page[0] = kmalloc(SZ_4K, GFP_KERNEL);
	c->page[1] = kmalloc(SZ_4K, GFP_KERNEL);
	return iommu_attach_device(c->domain, z->dev);
}

static noinline void codec_closes(struct zoo *z, struct codec *c)
{
	iommu_detach_device(c->domain, z->dev);
	iommu_domain_free(c->domain);
	kfree(c->page[0]);
	kfree(c->page[1]);
}

static noinline int codec_maps_frame(struct codec *c, unsigned long iova, u8 *page)
{
	return iommu_map(c->domain, iova, virt_to_phys(page), SZ_4K, IOMMU_READ | IOMMU_WRITE,
			 GFP_KERNEL);
}

static noinline void codec_unmaps(struct codec *c, unsigned long iova, size_t len)
{
	iommu_unmap(c->domain, iova, len);
}

/* ---- zoo 072 wrong */
static noinline void mailbox_ask(u32 *mailbox)
{
	mailbox[0] = 1;
}

static noinline dma_addr_t mailbox_lend(struct zoo *z, u32 *mailbox, enum dma_data_direction dir)
{
	return dma_map_single(z->dev, mailbox, RX, dir);
}

void zoo_072_wrong(struct zoo *z)
{
	u32 *mailbox = kzalloc(RX, GFP_KERNEL);
	dma_addr_t dma;

	mailbox_ask(mailbox);
	dma = mailbox_lend(z, mailbox, DMA_FROM_DEVICE);
	if (!dma_mapping_error(z->dev, dma)) {
		zoo_device_reads(z, dma, sizeof(*mailbox));	/* to write is all it may */
		zoo_device_writes(z, dma, 0x44, RX);
		dma_unmap_single(z->dev, dma, RX, DMA_FROM_DEVICE);
	}
	kfree(mailbox);
}
/* ---- end */

/* ---- zoo 072 right */
void zoo_072_right(struct zoo *z)
{
	u32 *mailbox = kzalloc(RX, GFP_KERNEL);
	dma_addr_t dma;

	mailbox_ask(mailbox);
	dma = mailbox_lend(z, mailbox, DMA_BIDIRECTIONAL);
	if (!dma_mapping_error(z->dev, dma)) {
		zoo_device_reads(z, dma, sizeof(*mailbox));
		zoo_device_writes(z, dma, 0x44, RX);
		dma_unmap_single(z->dev, dma, RX, DMA_BIDIRECTIONAL);
	}
	kfree(mailbox);
}
/* ---- end */

/* ---- zoo 073 wrong */
static noinline void codec_maps_next(struct codec *c, unsigned long iova, u8 *page)
{
	iommu_map(c->domain, iova, virt_to_phys(page), SZ_4K, IOMMU_READ | IOMMU_WRITE,
		  GFP_KERNEL);			/* -EEXIST, and nobody looks */
}

void zoo_073_wrong(struct zoo *z)
{
	struct codec c;

	if (codec_opens(z, &c))
		return;
	if (!codec_maps_frame(&c, IOVA, c.page[0])) {
		codec_maps_next(&c, IOVA, c.page[1]);
		zoo_device_writes(z, IOVA, 0x44, 64);	/* to the first frame, still */
		codec_unmaps(&c, IOVA, SZ_4K);
	}
	codec_closes(z, &c);
}
/* ---- end */

/* ---- zoo 073 right */
void zoo_073_right(struct zoo *z)
{
	struct codec c;

	if (codec_opens(z, &c))
		return;
	for (unsigned frame = 0; frame < 2; frame++) {
		if (codec_maps_frame(&c, IOVA, c.page[frame]))
			break;
		zoo_device_writes(z, IOVA, 0x44, 64);
		codec_unmaps(&c, IOVA, SZ_4K);
	}
	codec_closes(z, &c);
}
/* ---- end */

/* ---- zoo 073b wrong */
static noinline void codec_unmaps_all(struct codec *c)
{
	iommu_unmap(c->domain, IOVA, 2 * SZ_4K);	/* of which half was ever mapped */
}

void zoo_073b_wrong(struct zoo *z)
{
	struct codec c;

	if (codec_opens(z, &c))
		return;
	if (!codec_maps_frame(&c, IOVA, c.page[0]))
		codec_unmaps_all(&c);
	codec_closes(z, &c);
}
/* ---- end */

/* ---- zoo 073b right */
void zoo_073b_right(struct zoo *z)
{
	struct codec c;

	if (codec_opens(z, &c))
		return;
	if (!codec_maps_frame(&c, IOVA, c.page[0]) &&
	    !codec_maps_frame(&c, IOVA + SZ_4K, c.page[1]))
		codec_unmaps_all(&c);
	codec_closes(z, &c);
}
/* ---- end */

/* ---- zoo 074 wrong */
static noinline void codec_borrows_addresses(struct zoo *z, u8 *page)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(z->dev);

	if (iommu_map(domain, IOVA, virt_to_phys(page), SZ_4K, IOMMU_READ | IOMMU_WRITE,
		      GFP_KERNEL))		/* the DMA API may have given it to somebody */
		return;
	zoo_device_reads(z, IOVA, 64);
	iommu_unmap(domain, IOVA, SZ_4K);
}

void zoo_074_wrong(struct zoo *z)
{
	u8 *page = kzalloc(SZ_4K, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, page, SZ_4K, DMA_TO_DEVICE);

	if (!dma_mapping_error(z->dev, dma)) {
		codec_borrows_addresses(z, page);
		dma_unmap_single(z->dev, dma, SZ_4K, DMA_TO_DEVICE);
	}
	kfree(page);
}
/* ---- end */

/* ---- zoo 074 right */
void zoo_074_right(struct zoo *z)
{
	struct codec c;

	if (codec_opens(z, &c))
		return;
	if (!codec_maps_frame(&c, IOVA, c.page[0])) {
		zoo_device_writes(z, IOVA, 0x44, 64);
		codec_unmaps(&c, IOVA, SZ_4K);
	}
	codec_closes(z, &c);
}
/* ---- end */

/* ---- zoo 074b wrong */
static noinline int codec_maps_beyond(struct codec *c, unsigned long iova)
{
	return iommu_map(c->domain, iova, virt_to_phys(c->page[0]), SZ_4K,
			 IOMMU_READ | IOMMU_WRITE, GFP_KERNEL);
}

void zoo_074b_wrong(struct zoo *z)
{
	struct codec c;

	if (codec_opens(z, &c))
		return;
	codec_maps_beyond(&c, (unsigned long)c.domain->geometry.aperture_end + 1);
	codec_closes(z, &c);
}
/* ---- end */

/* ---- zoo 074b right */
void zoo_074b_right(struct zoo *z)
{
	unsigned long last;
	struct codec c;

	if (codec_opens(z, &c))
		return;
	last = (unsigned long)c.domain->geometry.aperture_end - SZ_4K + 1;
	if (!codec_maps_beyond(&c, last))
		codec_unmaps(&c, last, SZ_4K);
	codec_closes(z, &c);
}
/* ---- end */

/* ---- zoo 075 wrong */
void zoo_075_wrong(struct zoo *z)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_start(z, buf);
	struct codec c;

	if (!codec_opens(z, &c))	/* from here on @dma leads nowhere */
		codec_closes(z, &c);
	rx_done(z, dma);
	kfree(buf);
}
/* ---- end */

/* ---- zoo 075 right */
void zoo_075_right(struct zoo *z)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_start(z, buf);
	struct codec c;

	zoo_device_writes(z, dma, 0x11, RX);
	rx_done(z, dma);
	if (!codec_opens(z, &c))
		codec_closes(z, &c);
	kfree(buf);
}
/* ---- end */

/* ---- zoo 075b wrong */
static noinline void codec_detaches_running(struct zoo *z, struct codec *c)
{
	iommu_detach_device(c->domain, z->dev);
	zoo_device_writes(z, IOVA, 0x44, 64);		/* the frame is not done */
	iommu_unmap(c->domain, IOVA, SZ_4K);
	iommu_attach_device(c->domain, z->dev);
}

void zoo_075b_wrong(struct zoo *z)
{
	struct codec c;

	if (codec_opens(z, &c))
		return;
	if (!codec_maps_frame(&c, IOVA, c.page[0]))
		codec_detaches_running(z, &c);
	codec_closes(z, &c);
}
/* ---- end */

/* ---- zoo 075b right */
void zoo_075b_right(struct zoo *z)
{
	struct codec c;

	if (codec_opens(z, &c))
		return;
	if (!codec_maps_frame(&c, IOVA, c.page[0])) {
		zoo_device_writes(z, IOVA, 0x44, 64);
		codec_unmaps(&c, IOVA, SZ_4K);
	}
	codec_closes(z, &c);
}
/* ---- end */

/* ---- zoo 076 wrong */
void zoo_076_wrong(struct zoo *z)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_start(z, buf);

	zoo_writes(z->dev2, dma, 0x55, RX);	/* its IOMMU takes it for the other */
	rx_done(z, dma);
	kfree(buf);
}
/* ---- end */

/* ---- zoo 076 right */
void zoo_076_right(struct zoo *z)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev2, buf, RX, DMA_FROM_DEVICE);

	if (!dma_mapping_error(z->dev2, dma)) {
		zoo_writes(z->dev2, dma, 0x55, RX);
		dma_unmap_single(z->dev2, dma, RX, DMA_FROM_DEVICE);
	}
	kfree(buf);
}
/* ---- end */

const struct zoo_row zoo_rows_e5[] = {
	{ "067", "DMA after the unmap", zoo_067_wrong, zoo_067_right,
	  HAZARD_DEVICE_ACCESS_UNMAPPED, NEEDS_NOTHING, NULL, "rx_done", "<dev>" },
	{ "067b", "DMA after the unmap, which a lazy IOMMU lets through", zoo_067b_wrong,
	  zoo_067b_right, HAZARD_DEVICE_ACCESS_UNMAPPED, NEEDS_IOMMU, "iommu=lazy",
	  "rx_done_and_recycled", "<dev>" },
	{ "071", "bytes beside the buffer, in the same page of the IOMMU", zoo_071_wrong,
	  zoo_071_right, HAZARD_DEVICE_ACCESS_UNMAPPED, NEEDS_IOMMU, NULL, "rx_start_short",
	  "<dev>" },
	{ "072", "a device that reads what it was only lent to write", zoo_072_wrong,
	  zoo_072_right, HAZARD_DEVICE_READ_FROM_DEVICE, NEEDS_IOMMU | NEEDS_NONCOHERENT, NULL,
	  "mailbox_lend", "<dev>" },
	{ "073", "iommu_map() where something is mapped, and -EEXIST ignored", zoo_073_wrong,
	  zoo_073_right, HAZARD_IOMMU_MAP_OVERLAP, NEEDS_IOMMU, NULL, "codec_maps_next",
	  "codec_maps_frame" },
	{ "073b", "iommu_unmap() of more than is mapped", zoo_073b_wrong, zoo_073b_right,
	  HAZARD_IOMMU_UNMAP_PARTIAL, NEEDS_IOMMU, NULL, "codec_unmaps_all",
	  "codec_maps_frame" },
	{ "074", "an address taken out of the DMA API's domain without asking", zoo_074_wrong,
	  zoo_074_right, HAZARD_IOVA_RESERVED, NEEDS_IOMMU, NULL, "codec_borrows_addresses",
	  NULL },
	{ "074b", "an address beyond the domain's aperture", zoo_074b_wrong, zoo_074b_right,
	  HAZARD_IOVA_RESERVED, NEEDS_IOMMU, NULL, "codec_maps_beyond", NULL },
	{ "075", "another domain attached under live mappings", zoo_075_wrong, zoo_075_right,
	  HAZARD_IOMMU_DETACH_LIVE, NEEDS_IOMMU, NULL, "codec_opens", "rx_start" },
	{ "075b", "a device that goes on after the detach", zoo_075b_wrong, zoo_075b_right,
	  HAZARD_IOMMU_DETACH_LIVE, NEEDS_IOMMU, NULL, "codec_detaches_running",
	  "codec_maps_frame" },
	{ "076", "a device that uses what is mapped for its neighbour of one group", zoo_076_wrong,
	  zoo_076_right, HAZARD_IOMMU_GROUP_SHARED, NEEDS_GROUP, NULL, "rx_start", "<dev2>" },
	{ 0 }
};
