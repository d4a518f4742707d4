/* SPDX-License-Identifier: MIT */
/*
 * Bugs that other projects had, by the numbers of the catalogue's references: what was wrong
 * there, as a driver of this machine does it. Z11 to Z14 and Z16 are bugs of IOMMU drivers:
 * z-iommu.c.
 */
#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/sizes.h>

#include "zoo.h"

#define SECTOR	512
#define LINE	128		/* of the largest cache */
#define IOVA	0x10000000ul

static noinline dma_addr_t sector_start(struct zoo *z, u8 *buf, size_t len)
{
	dma_addr_t dma = dma_map_single(z->dev, buf, len, DMA_FROM_DEVICE);

	return dma_mapping_error(z->dev, dma) ? DMA_MAPPING_ERROR : dma;
}

static noinline void sector_done(struct zoo *z, dma_addr_t dma, size_t len)
{
	dma_unmap_single(z->dev, dma, len, DMA_FROM_DEVICE);
}

/* ---- zoo Z01 wrong */
static noinline u8 sector_done_uninvalidated(struct zoo *z, const u8 *buf, dma_addr_t dma)
{
	dma_unmap_single_attrs(z->dev, dma, SECTOR, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	return buf[0];			/* invalidated by the map; since then anything may be */
}

void zoo_Z01_wrong(struct zoo *z)
{
	u8 *buf = kmalloc(SECTOR, GFP_KERNEL);
	dma_addr_t dma = sector_start(z, buf, SECTOR);

	zoo_device_writes(z, dma, 0x11, SECTOR);
	z->seen = sector_done_uninvalidated(z, buf, dma);
	kfree(buf);
}
/* ---- end */

/* ---- zoo Z01 right */
void zoo_Z01_right(struct zoo *z)
{
	u8 *buf = kmalloc(SECTOR, GFP_KERNEL);
	dma_addr_t dma = sector_start(z, buf, SECTOR);

	zoo_device_writes(z, dma, 0x11, SECTOR);
	sector_done(z, dma, SECTOR);
	z->seen = buf[0];
	kfree(buf);
}
/* ---- end */

/* A driver that lets the device write a buffer of its own, and copies from there. */
struct bouncer {
	u8 *own, *to;
	dma_addr_t dma;
};

static noinline void bouncer_copies(struct zoo *z, struct bouncer *b)
{
	memcpy(b->to, b->own, SECTOR);
	z->seen = b->to[SECTOR - 1];
}

/* ---- zoo Z02 wrong */
static noinline void bouncer_reads_twice(struct zoo *z, struct bouncer *b)
{
	b->dma = sector_start(z, b->own, SECTOR);	/* invalidated once, and for all */
	zoo_device_writes(z, b->dma, 0x22, SECTOR);
	dma_sync_single_for_cpu(z->dev, b->dma, SECTOR, DMA_FROM_DEVICE);
	bouncer_copies(z, b);
	zoo_device_writes(z, b->dma, 0x33, SECTOR);	/* the next sector */
	bouncer_copies(z, b);
}

void zoo_Z02_wrong(struct zoo *z)
{
	struct bouncer b = { kmalloc(SECTOR, GFP_KERNEL), kmalloc(SECTOR, GFP_KERNEL), 0 };

	bouncer_reads_twice(z, &b);
	sector_done(z, b.dma, SECTOR);
	kfree(b.own);
	kfree(b.to);
}
/* ---- end */

/* ---- zoo Z02 right */
void zoo_Z02_right(struct zoo *z)
{
	struct bouncer b = { kmalloc(SECTOR, GFP_KERNEL), kmalloc(SECTOR, GFP_KERNEL), 0 };

	b.dma = sector_start(z, b.own, SECTOR);
	for (unsigned sector = 0; sector < 2; sector++) {
		zoo_device_writes(z, b.dma, 0x22, SECTOR);
		dma_sync_single_for_cpu(z->dev, b.dma, SECTOR, DMA_FROM_DEVICE);
		bouncer_copies(z, &b);
		dma_sync_single_for_device(z->dev, b.dma, SECTOR, DMA_FROM_DEVICE);
	}
	sector_done(z, b.dma, SECTOR);
	kfree(b.own);
	kfree(b.to);
}
/* ---- end */

/* ---- zoo Z03 wrong */
static noinline void frame_clear(u8 *buf)
{
	for (unsigned i = 0; i < SECTOR; i++)
		buf[i] &= 0xf0;
}

static noinline dma_addr_t frame_start_uncleaned(struct zoo *z, u8 *buf)
{
	dma_addr_t dma = dma_map_single_attrs(z->dev, buf, SECTOR, DMA_FROM_DEVICE,
					      DMA_ATTR_SKIP_CPU_SYNC);

	return dma_mapping_error(z->dev, dma) ? DMA_MAPPING_ERROR : dma;
}

void zoo_Z03_wrong(struct zoo *z)
{
	u8 *buf = kzalloc(SECTOR, GFP_KERNEL);
	dma_addr_t dma;

	frame_clear(buf);			/* its lines are dirty from here on */
	dma = frame_start_uncleaned(z, buf);
	zoo_device_writes(z, dma, 0x33, SECTOR);
	sector_done(z, dma, SECTOR);
	kfree(buf);
}
/* ---- end */

/* ---- zoo Z03 right */
void zoo_Z03_right(struct zoo *z)
{
	u8 *buf = kzalloc(SECTOR, GFP_KERNEL);
	dma_addr_t dma;

	frame_clear(buf);
	dma = sector_start(z, buf, SECTOR);
	zoo_device_writes(z, dma, 0x33, SECTOR);
	sector_done(z, dma, SECTOR);
	z->seen = buf[0];
	kfree(buf);
}
/* ---- end */

/* ---- zoo Z04 wrong */
static noinline void cache_invalidate_too_far(struct zoo *z, dma_addr_t dma)
{
	dma_sync_single_for_device(z->dev, dma, SECTOR + LINE, DMA_FROM_DEVICE);
}

void zoo_Z04_wrong(struct zoo *z)
{
	u8 *buf = kmalloc(2 * SECTOR, GFP_KERNEL);
	dma_addr_t dma = sector_start(z, buf, SECTOR);

	buf[SECTOR] = 0x44;			/* the neighbour's, about to get lost */
	cache_invalidate_too_far(z, dma);
	zoo_device_writes(z, dma, 0x11, SECTOR);
	sector_done(z, dma, SECTOR);
	kfree(buf);
}
/* ---- end */

/* ---- zoo Z04 right */
void zoo_Z04_right(struct zoo *z)
{
	u8 *buf = kmalloc(2 * SECTOR, GFP_KERNEL);
	dma_addr_t dma = sector_start(z, buf, SECTOR);

	buf[SECTOR] = 0x44;
	dma_sync_single_for_device(z->dev, dma, SECTOR, DMA_FROM_DEVICE);
	zoo_device_writes(z, dma, 0x11, SECTOR);
	sector_done(z, dma, SECTOR);
	z->seen = buf[SECTOR];
	kfree(buf);
}
/* ---- end */

/* ---- zoo Z05 wrong */
static noinline void header_write(u8 *buf)
{
	buf[0] |= 0x55;
}

static noinline u8 header_read(const u8 *buf)
{
	return buf[0];
}

void zoo_Z05_wrong(struct zoo *z)
{
	u8 *buf = kmalloc(SECTOR, GFP_KERNEL);
	dma_addr_t dma = sector_start(z, buf, SECTOR);

	zoo_device_writes(z, dma, 0x11, SECTOR);
	dma_sync_single_for_cpu(z->dev, dma, SECTOR, DMA_FROM_DEVICE);
	header_write(buf);
	sector_done(z, dma, SECTOR);		/* invalidates, and cleans nothing */
	z->seen = header_read(buf);
	kfree(buf);
}
/* ---- end */

/* ---- zoo Z05 right */
void zoo_Z05_right(struct zoo *z)
{
	u8 *buf = kmalloc(SECTOR, GFP_KERNEL);
	dma_addr_t dma = sector_start(z, buf, SECTOR);

	zoo_device_writes(z, dma, 0x11, SECTOR);
	sector_done(z, dma, SECTOR);
	header_write(buf);
	z->seen = header_read(buf);
	kfree(buf);
}
/* ---- end */

/* ---- zoo Z06 wrong */
static noinline void *queue_alloc(struct zoo *z, dma_addr_t *ret)
{
	return dma_alloc_coherent(z->dev, PAGE_SIZE, ret, GFP_KERNEL);
}

static noinline void queue_post(u32 *queue)
{
	WRITE_ONCE(queue[0], READ_ONCE(queue[0]) | 0x66666666);
}

static noinline void queue_run(struct zoo *z, u32 *queue, dma_addr_t dma)
{
	queue_post(queue);
	zoo_device_reads(z, dma, 4);
	dma_free_coherent(z->dev, PAGE_SIZE, queue, dma);
}

void zoo_Z06_wrong(struct zoo *z)
{
	dma_addr_t dma;
	u32 *queue;

	z->dev->dma_coherent = true;	/* what its node says; the bus snoops nothing */
	queue = queue_alloc(z, &dma);
	if (queue)
		queue_run(z, queue, dma);
}
/* ---- end */

/* ---- zoo Z06 right */
void zoo_Z06_right(struct zoo *z)
{
	dma_addr_t dma;
	u32 *queue = queue_alloc(z, &dma);

	if (queue)
		queue_run(z, queue, dma);
}
/* ---- end */

/* ---- zoo Z07 wrong */
static noinline u8 guest_reads(const u8 *ram)
{
	return ram[0];
}

static noinline dma_addr_t emulator_maps(struct zoo *z, u8 *ram)
{
	dma_addr_t dma = dma_map_single_attrs(z->dev, ram, SECTOR, DMA_FROM_DEVICE,
					      DMA_ATTR_SKIP_CPU_SYNC);

	return dma_mapping_error(z->dev, dma) ? DMA_MAPPING_ERROR : dma;
}

void zoo_Z07_wrong(struct zoo *z)
{
	u8 *ram = kzalloc(SECTOR, GFP_KERNEL);
	dma_addr_t dma = sector_start(z, ram, SECTOR);

	zoo_device_writes(z, dma, 0x11, SECTOR);
	sector_done(z, dma, SECTOR);
	z->seen = guest_reads(ram);		/* the line is in the cache */
	dma = emulator_maps(z, ram);
	zoo_device_writes(z, dma, 0x77, SECTOR);	/* past it */
	z->seen = guest_reads(ram);
	dma_unmap_single_attrs(z->dev, dma, SECTOR, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	kfree(ram);
}
/* ---- end */

/* ---- zoo Z07 right */
void zoo_Z07_right(struct zoo *z)
{
	u8 *ram = kzalloc(SECTOR, GFP_KERNEL);

	for (unsigned i = 0; i < 2; i++) {
		dma_addr_t dma = sector_start(z, ram, SECTOR);

		zoo_device_writes(z, dma, 0x77, SECTOR);
		sector_done(z, dma, SECTOR);
		z->seen = guest_reads(ram);
	}
	kfree(ram);
}
/* ---- end */

/* ---- zoo Z08 wrong */
static noinline dma_addr_t stream_maps_again(struct zoo *z, u8 *page)
{
	dma_addr_t dma = dma_map_single(z->dev, page, PAGE_SIZE, DMA_FROM_DEVICE);

	return dma_mapping_error(z->dev, dma) ? DMA_MAPPING_ERROR : dma;
}

void zoo_Z08_wrong(struct zoo *z)
{
	u8 *page = kmalloc(PAGE_SIZE, GFP_KERNEL);
	dma_addr_t first = sector_start(z, page, PAGE_SIZE);
	dma_addr_t second = stream_maps_again(z, page);

	zoo_device_writes(z, second, 0x88, SECTOR);
	sector_done(z, second, PAGE_SIZE);
	sector_done(z, first, PAGE_SIZE);
	kfree(page);
}
/* ---- end */

/* ---- zoo Z08 right */
void zoo_Z08_right(struct zoo *z)
{
	u8 *page = kmalloc(PAGE_SIZE, GFP_KERNEL);
	dma_addr_t dma = sector_start(z, page, PAGE_SIZE);

	zoo_device_writes(z, dma, 0x88, SECTOR);
	sector_done(z, dma, PAGE_SIZE);
	dma = stream_maps_again(z, page);
	zoo_device_writes(z, dma, 0x88, SECTOR);
	sector_done(z, dma, PAGE_SIZE);
	z->seen = page[0];
	kfree(page);
}
/* ---- end */

/* ---- Z09, Z10: a guest's memory ------------------------------------------------------------- */

struct guest {
	struct iommu_domain *domain;
	u8 *ram;
};

static noinline int guest_boots(struct zoo *z, struct guest *g)
{
	g->domain = iommu_paging_domain_alloc(z->dev);
	if (IS_ERR(g->domain))
		return PTR_ERR(g->domain);
	g->ram = kmalloc(4 * SZ_4K, GFP_KERNEL);
	return iommu_attach_device(g->domain, z->dev);
}

static noinline void guest_halts(struct zoo *z, struct guest *g)
{
	iommu_detach_device(g->domain, z->dev);
	iommu_domain_free(g->domain);
	kfree(g->ram);
}

static noinline int region_add(struct guest *g, unsigned long at, unsigned nr_pages)
{
	return iommu_map(g->domain, IOVA + at * SZ_4K, virt_to_phys(g->ram), nr_pages * SZ_4K,
			 IOMMU_READ | IOMMU_WRITE, GFP_KERNEL);
}

static noinline void region_del(struct guest *g, unsigned long at, unsigned nr_pages)
{
	iommu_unmap(g->domain, IOVA + at * SZ_4K, nr_pages * SZ_4K);
}

/* ---- zoo Z09 wrong */
static noinline void region_replace(struct guest *g)
{
	region_del(g, 0, 1);		/* it was two pages; the call is content */
	iommu_map(g->domain, IOVA, virt_to_phys(g->ram + 2 * SZ_4K), 2 * SZ_4K,
		  IOMMU_READ | IOMMU_WRITE, GFP_KERNEL);	/* -EEXIST; so is nobody */
}

void zoo_Z09_wrong(struct zoo *z)
{
	struct guest g;

	if (guest_boots(z, &g))
		return;
	if (!region_add(&g, 0, 2))
		region_replace(&g);
	guest_halts(z, &g);
}
/* ---- end */

/* ---- zoo Z09 right */
void zoo_Z09_right(struct zoo *z)
{
	struct guest g;

	if (guest_boots(z, &g))
		return;
	if (!region_add(&g, 0, 2)) {
		region_del(&g, 0, 2);
		if (!region_add(&g, 0, 2))
			region_del(&g, 0, 2);
	}
	guest_halts(z, &g);
}
/* ---- end */

/* ---- zoo Z10 wrong */
static noinline void region_add_over(struct guest *g)
{
	iommu_map(g->domain, IOVA + SZ_4K, virt_to_phys(g->ram + SZ_4K), 2 * SZ_4K, IOMMU_READ,
		  GFP_KERNEL);
}

void zoo_Z10_wrong(struct zoo *z)
{
	struct guest g;

	if (guest_boots(z, &g))
		return;
	if (!region_add(&g, 0, 2)) {
		region_add_over(&g);		/* of its two pages one is taken */
		region_del(&g, 0, 2);
	}
	guest_halts(z, &g);
}
/* ---- end */

/* ---- zoo Z10 right */
void zoo_Z10_right(struct zoo *z)
{
	struct guest g;

	if (guest_boots(z, &g))
		return;
	if (!region_add(&g, 0, 2) && !region_add(&g, 2, 2)) {
		zoo_device_writes(z, IOVA, 0x11, SZ_4K);
		region_del(&g, 2, 2);
		region_del(&g, 0, 2);
	}
	guest_halts(z, &g);
}
/* ---- end */

/* ---- zoo Z17 wrong */
static noinline int nvme_probe_64bit(struct zoo *z)
{
	return dma_set_mask_and_coherent(z->dev, DMA_BIT_MASK(64));	/* it has 29 lines */
}

void zoo_Z17_wrong(struct zoo *z)
{
	u8 *buf = kmalloc(SECTOR, GFP_KERNEL);
	dma_addr_t dma;

	zoo_device_lines(z, 29);
	if (!nvme_probe_64bit(z)) {
		dma = sector_start(z, buf, SECTOR);
		zoo_device_writes(z, dma, 0x11, 4);
		sector_done(z, dma, SECTOR);
	}
	kfree(buf);
}
/* ---- end */

/* ---- zoo Z17 right */
static noinline int nvme_probe_29bit(struct zoo *z)
{
	return dma_set_mask_and_coherent(z->dev, DMA_BIT_MASK(29));
}

void zoo_Z17_right(struct zoo *z)
{
	u8 *buf = kmalloc(SECTOR, GFP_KERNEL);
	dma_addr_t dma;

	zoo_device_lines(z, 29);
	if (!nvme_probe_29bit(z)) {
		dma = sector_start(z, buf, SECTOR);
		zoo_device_writes(z, dma, 0x11, 4);
		sector_done(z, dma, SECTOR);
		z->seen = buf[0];
	}
	kfree(buf);
}
/* ---- end */

/* As many pages as a device with few address lines can name. */
struct queue {
	u8 *page;
	unsigned nr;
	dma_addr_t dma[8];
};

static void queue_fills(struct zoo *z, struct queue *q)
{
	dma_set_mask(z->dev, DMA_BIT_MASK(14));
	q->page = kmalloc(PAGE_SIZE, GFP_KERNEL);
	for (q->nr = 0; q->nr < ARRAY_SIZE(q->dma); q->nr++) {
		q->dma[q->nr] = dma_map_single(z->dev, q->page, PAGE_SIZE, DMA_TO_DEVICE);
		if (dma_mapping_error(z->dev, q->dma[q->nr]))
			break;
	}
}

static void queue_empties(struct zoo *z, struct queue *q)
{
	while (q->nr)
		dma_unmap_single(z->dev, q->dma[--q->nr], PAGE_SIZE, DMA_TO_DEVICE);
	kfree(q->page);
}

/* ---- zoo Z18 wrong */
static noinline dma_addr_t crypto_maps_and_logs(struct zoo *z, u8 *buf)
{
	dma_addr_t dma = dma_map_single(z->dev, buf, SECTOR, DMA_TO_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		dev_err(z->dev, "cannot map\n");	/* and on it goes */
	return dma;
}

void zoo_Z18_wrong(struct zoo *z)
{
	u8 *buf = kzalloc(SECTOR, GFP_KERNEL);
	struct queue q;
	dma_addr_t dma;

	queue_fills(z, &q);
	dma = crypto_maps_and_logs(z, buf);
	zoo_device_reads(z, dma, 16);
	queue_empties(z, &q);
	kfree(buf);
}
/* ---- end */

/* ---- zoo Z18 right */
static noinline int crypto_maps_or_fails(struct zoo *z, u8 *buf, dma_addr_t *ret)
{
	*ret = dma_map_single(z->dev, buf, SECTOR, DMA_TO_DEVICE);
	if (!dma_mapping_error(z->dev, *ret))
		return 0;
	dev_err(z->dev, "cannot map\n");
	return -ENOMEM;
}

void zoo_Z18_right(struct zoo *z)
{
	u8 *buf = kzalloc(SECTOR, GFP_KERNEL);
	struct queue q;
	dma_addr_t dma;

	queue_fills(z, &q);
	if (!crypto_maps_or_fails(z, buf, &dma))
		zoo_device_reads(z, dma, 16);
	queue_empties(z, &q);
	if (!crypto_maps_or_fails(z, buf, &dma)) {
		zoo_device_reads(z, dma, 16);
		dma_unmap_single(z->dev, dma, SECTOR, DMA_TO_DEVICE);
	}
	kfree(buf);
}
/* ---- end */

/* ---- zoo Z19 wrong */
static noinline void usb_control_from_stack(struct zoo *z)
{
	u8 request[64] = { 1 };
	dma_addr_t dma = dma_map_single(z->dev, request, sizeof(request), DMA_TO_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		return;
	dma_unmap_single(z->dev, dma, sizeof(request), DMA_TO_DEVICE);
}

void zoo_Z19_wrong(struct zoo *z)
{
	usb_control_from_stack(z);
}
/* ---- end */

/* ---- zoo Z19 right */
static noinline void usb_control_from_heap(struct zoo *z)
{
	u8 *request = kzalloc(64, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(z->dev, request, 64, DMA_TO_DEVICE);

	if (!dma_mapping_error(z->dev, dma)) {
		zoo_device_reads(z, dma, 64);
		dma_unmap_single(z->dev, dma, 64, DMA_TO_DEVICE);
	}
	kfree(request);
}

void zoo_Z19_right(struct zoo *z)
{
	usb_control_from_heap(z);
}
/* ---- end */

static noinline void *ring_alloc(struct zoo *z, dma_addr_t *ret)
{
	return dma_alloc_coherent(z->dev, PAGE_SIZE, ret, GFP_KERNEL);
}

/* ---- zoo Z20 wrong */
static noinline void ring_free_swapped(struct zoo *z, void *ring, dma_addr_t dma)
{
	dma_free_coherent(z->dev, PAGE_SIZE, (u8 *)ring + PAGE_SIZE, dma);	/* another's */
}

void zoo_Z20_wrong(struct zoo *z)
{
	dma_addr_t dma;
	void *ring = ring_alloc(z, &dma);

	if (ring)
		ring_free_swapped(z, ring, dma);
}
/* ---- end */

/* ---- zoo Z20 right */
static noinline void ring_free(struct zoo *z, void *ring, dma_addr_t dma)
{
	dma_free_coherent(z->dev, PAGE_SIZE, ring, dma);
}

void zoo_Z20_right(struct zoo *z)
{
	dma_addr_t dma;
	void *ring = ring_alloc(z, &dma);

	if (ring)
		ring_free(z, ring, dma);
}
/* ---- end */

#define NR_TABLES	4

static noinline void tables_map(struct zoo *z, u8 *buf, dma_addr_t *dma)
{
	for (unsigned i = 0; i < NR_TABLES; i++) {
		dma[i] = dma_map_single(z->dev, buf + i * SECTOR, SECTOR, DMA_TO_DEVICE);
		if (dma_mapping_error(z->dev, dma[i]))
			return;
	}
}

/* ---- zoo Z21 wrong */
static noinline void tables_unmap_first(struct zoo *z, dma_addr_t *dma, unsigned nr)
{
	dma_unmap_single(z->dev, dma[0], SECTOR, DMA_TO_DEVICE);	/* @nr of them */
}

void zoo_Z21_wrong(struct zoo *z)
{
	u8 *buf = kzalloc(NR_TABLES * SECTOR, GFP_KERNEL);
	dma_addr_t dma[NR_TABLES];

	tables_map(z, buf, dma);
	tables_unmap_first(z, dma, NR_TABLES);
}
/* ---- end */

/* ---- zoo Z21 right */
static noinline void tables_unmap_all(struct zoo *z, dma_addr_t *dma, unsigned nr)
{
	while (nr)
		dma_unmap_single(z->dev, dma[--nr], SECTOR, DMA_TO_DEVICE);
}

void zoo_Z21_right(struct zoo *z)
{
	u8 *buf = kzalloc(NR_TABLES * SECTOR, GFP_KERNEL);
	dma_addr_t dma[NR_TABLES];

	tables_map(z, buf, dma);
	tables_unmap_all(z, dma, NR_TABLES);
	kfree(buf);
}
/* ---- end */

/* ---- zoo Z22 wrong */
static noinline void guard_fill(u8 *buf)
{
	for (unsigned i = SECTOR; i < 2 * SECTOR; i++)
		buf[i] ^= 0xa5;
}

static noinline u8 guard_check(const u8 *buf)
{
	return buf[2 * SECTOR - 1];
}

void zoo_Z22_wrong(struct zoo *z)
{
	u8 *buf = kzalloc(2 * SECTOR, GFP_KERNEL);
	dma_addr_t dma = sector_start(z, buf, 2 * SECTOR);

	dma_sync_single_for_cpu(z->dev, dma, 2 * SECTOR, DMA_FROM_DEVICE);
	guard_fill(buf);			/* dirty, and never given back */
	zoo_device_writes(z, dma, 0x11, SECTOR);
	sector_done(z, dma, 2 * SECTOR);
	z->seen = guard_check(buf);
	kfree(buf);
}
/* ---- end */

/* ---- zoo Z22 right */
void zoo_Z22_right(struct zoo *z)
{
	u8 *buf = kzalloc(2 * SECTOR, GFP_KERNEL);
	dma_addr_t dma;

	guard_fill(buf);
	dma = sector_start(z, buf, SECTOR);
	zoo_device_writes(z, dma, 0x11, SECTOR);
	sector_done(z, dma, SECTOR);
	z->seen = guard_check(buf);
	kfree(buf);
}
/* ---- end */

#define CACHED	NEEDS_NONCOHERENT

const struct zoo_row zoo_rows_z[] = {
	{ "Z01", "an invalidation before the transfer, and none after it (NuttX, PX4)",
	  zoo_Z01_wrong, zoo_Z01_right, HAZARD_CPU_READ_STALE,
	  CACHED | NEEDS_SPECULATION | NEEDS_EQUAL_LINES, NULL,
	  "sector_done_uninvalidated", "sector_start" },
	{ "Z02", "the same of a bounce buffer that is used again (ArduPilot)", zoo_Z02_wrong,
	  zoo_Z02_right, HAZARD_CPU_READ_STALE, CACHED, NULL, "bouncer_copies", "sector_start" },
	{ "Z03", "no clean before the device writes (sDDF, Atmel)", zoo_Z03_wrong, zoo_Z03_right,
	  HAZARD_DEVICE_WRITE_OVER_DIRTY, CACHED, NULL, "frame_start_uncleaned", "<dev>" },
	{ "Z04", "a range of maintenance that is a line too long (Atmel, NuttX)", zoo_Z04_wrong,
	  zoo_Z04_right, HAZARD_SYNC_RANGE, NEEDS_NOTHING, NULL, "cache_invalidate_too_far",
	  "sector_start" },
	{ "Z05", "an invalidation where a clean was meant, too (hvisor, MCUXpresso)",
	  zoo_Z05_wrong, zoo_Z05_right, HAZARD_CPU_WRITE_LOST, CACHED | NEEDS_SPECULATION, NULL,
	  "sector_done",
	  "header_write" },
	{ "Z06", "one side maps a queue cached, the other does not snoop (Firecracker, sDDF)",
	  zoo_Z06_wrong, zoo_Z06_right, HAZARD_COHERENCE_MISMATCH, CACHED, NULL, "queue_alloc",
	  "queue_post" },
	{ "Z07", "memory written past the cache that holds it (Copperline)", zoo_Z07_wrong,
	  zoo_Z07_right, HAZARD_CPU_READ_STALE, CACHED, NULL, "guest_reads", "emulator_maps" },
	{ "Z08", "one page mapped twice (Asterinas)", zoo_Z08_wrong, zoo_Z08_right,
	  HAZARD_LINE_SHARED, CACHED, NULL, "stream_maps_again", "sector_start" },
	{ "Z09", "an unmap of less than was mapped, and a map over the rest (SPDK)", zoo_Z09_wrong,
	  zoo_Z09_right, HAZARD_IOMMU_MAP_OVERLAP, NEEDS_IOMMU, NULL, "region_replace",
	  "region_add" },
	{ "Z10", "regions of a guest that overlap (libvfio-user)", zoo_Z10_wrong, zoo_Z10_right,
	  HAZARD_IOMMU_MAP_OVERLAP, NEEDS_IOMMU, NULL, "region_add_over", "region_add" },
	{ "Z17", "IOVAs that are wider than the device (unvme, riscv-iommu)", zoo_Z17_wrong,
	  zoo_Z17_right, HAZARD_MASK_EXCEEDED, NEEDS_IOMMU, NULL, "nvme_probe_64bit",
	  "sector_start" },
	{ "Z18", "a failed mapping that is logged, and used (krping, mxs-dcp)", zoo_Z18_wrong,
	  zoo_Z18_right, HAZARD_MAPPING_ERROR_USED, NEEDS_IOMMU, NULL, "crypto_maps_and_logs",
	  "<dev>" },
	{ "Z19", "a request on the stack, given to DMA (dmx_usb)", zoo_Z19_wrong, zoo_Z19_right,
	  HAZARD_MAP_NOT_MEMORY, NEEDS_NOTHING, NULL, "usb_control_from_stack", "<dev>" },
	{ "Z20", "a free that is given one address for another (LKL)", zoo_Z20_wrong,
	  zoo_Z20_right, HAZARD_FREE_ADDRESS, NEEDS_NOTHING, NULL, "ring_free_swapped",
	  "ring_alloc" },
	{ "Z21", "of several entries the first alone is undone (io-pgtable's unmap_pages)",
	  zoo_Z21_wrong, zoo_Z21_right, HAZARD_MAPPING_LEAKED, NEEDS_NOTHING, NULL, "tables_map",
	  "<dev>" },
	{ "Z22", "a guard area that is invalidated, and never flushed (Zephyr)", zoo_Z22_wrong,
	  zoo_Z22_right, HAZARD_CPU_WRITE_LOST, CACHED | NEEDS_SPECULATION, NULL,
	  "sector_done", "guard_fill" },
	{ 0 }
};
