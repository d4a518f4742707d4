/* SPDX-License-Identifier: MIT */
/*
 * What may be mapped: hazards 25 to 31, 35. Memory of the linear map may, all of it of one
 * allocation; nothing else has the one physical address that a device needs.
 */
#include <linux/highmem.h>
#include <linux/scatterlist.h>
#include <linux/vmalloc.h>

#include "zoo.h"

#define TX	256

/* What all of these drivers do, with whatever they are given. */
static noinline void tx_send(struct zoo *z, void *buf, size_t len)
{
	dma_addr_t dma = dma_map_single(z->dev, buf, len, DMA_TO_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		return;
	zoo_device_reads(z, dma, len);
	dma_unmap_single(z->dev, dma, len, DMA_TO_DEVICE);
}

static noinline void tx_send_copy(struct zoo *z, const void *bytes, size_t len)
{
	u8 *buf = kmalloc(len, GFP_KERNEL);

	memcpy(buf, bytes, len);
	tx_send(z, buf, len);
	kfree(buf);
}

/* ---- zoo 025 wrong */
static noinline void command_send(struct zoo *z)
{
	u8 command[64] = { 0x12, 0x01 };
	dma_addr_t dma = dma_map_single(z->dev, command, sizeof(command), DMA_TO_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		return;
	zoo_device_reads(z, dma, sizeof(command));
	dma_unmap_single(z->dev, dma, sizeof(command), DMA_TO_DEVICE);
}

void zoo_025_wrong(struct zoo *z)
{
	command_send(z);
}
/* ---- end */

/* ---- zoo 025 right */
void zoo_025_right(struct zoo *z)
{
	u8 *command = kzalloc(64, GFP_KERNEL);

	command[0] = 0x12;
	command[1] = 0x01;
	tx_send(z, command, 64);
	kfree(command);
}
/* ---- end */

/* ---- zoo 026 wrong */
static noinline void table_send(struct zoo *z, void *table)
{
	dma_addr_t dma = dma_map_single(z->dev, table, PAGE_SIZE, DMA_TO_DEVICE);

	if (!dma_mapping_error(z->dev, dma))
		dma_unmap_single(z->dev, dma, PAGE_SIZE, DMA_TO_DEVICE);
}

void zoo_026_wrong(struct zoo *z)
{
	u8 *table = vzalloc(4 * PAGE_SIZE);

	table_send(z, table);
	vfree(table);
}
/* ---- end */

/* ---- zoo 026 right */
void zoo_026_right(struct zoo *z)
{
	u8 *table = vzalloc(4 * PAGE_SIZE);
	struct page *page = vmalloc_to_page(table);	/* each page has an address of its own */
	dma_addr_t dma;

	flush_kernel_vmap_range(table, PAGE_SIZE);
	dma = dma_map_page(z->dev, page, 0, PAGE_SIZE, DMA_TO_DEVICE);
	if (!dma_mapping_error(z->dev, dma)) {
		zoo_device_reads(z, dma, PAGE_SIZE);
		dma_unmap_page(z->dev, dma, PAGE_SIZE, DMA_TO_DEVICE);
	}
	vfree(table);
}
/* ---- end */

/* ---- zoo 026b wrong */
static noinline void page_send(struct zoo *z, struct page *page)
{
	void *p = kmap_local_pfn(page_to_pfn(page));
	dma_addr_t dma = dma_map_single(z->dev, p, PAGE_SIZE, DMA_TO_DEVICE);

	if (!dma_mapping_error(z->dev, dma))
		dma_unmap_single(z->dev, dma, PAGE_SIZE, DMA_TO_DEVICE);
	kunmap_local(p);
}

void zoo_026b_wrong(struct zoo *z)
{
	struct page *page = alloc_page(GFP_HIGHUSER | __GFP_ZERO);

	page_send(z, page);
	__free_page(page);
}
/* ---- end */

/* ---- zoo 026b right */
void zoo_026b_right(struct zoo *z)
{
	struct page *page = alloc_page(GFP_HIGHUSER | __GFP_ZERO);
	dma_addr_t dma = dma_map_page(z->dev, page, 0, PAGE_SIZE, DMA_TO_DEVICE);

	if (!dma_mapping_error(z->dev, dma)) {
		zoo_device_reads(z, dma, PAGE_SIZE);
		dma_unmap_page(z->dev, dma, PAGE_SIZE, DMA_TO_DEVICE);
	}
	__free_page(page);
}
/* ---- end */

/* ---- zoo 027 wrong */
static const u8 firmware[TX] = { 0x7f, 'F', 'W', 1 };

static noinline void firmware_send(struct zoo *z)
{
	tx_send(z, (void *)(uintptr_t)firmware, sizeof(firmware));
}

void zoo_027_wrong(struct zoo *z)
{
	firmware_send(z);
}
/* ---- end */

/* ---- zoo 027 right */
void zoo_027_right(struct zoo *z)
{
	tx_send_copy(z, firmware, sizeof(firmware));
}
/* ---- end */

/* ---- zoo 027b wrong */
static noinline void handler_send(struct zoo *z)
{
	tx_send(z, (void *)(uintptr_t)tx_send, 64);	/* code, for the device to run */
}

void zoo_027b_wrong(struct zoo *z)
{
	handler_send(z);
}
/* ---- end */

/* ---- zoo 027b right */
void zoo_027b_right(struct zoo *z)
{
	tx_send_copy(z, (const void *)(uintptr_t)tx_send, 64);
}
/* ---- end */

/* ---- zoo 028 wrong */
static u8 scratch[TX];

void zoo_028_wrong(struct zoo *z)
{
	memset(scratch, 0x28, sizeof(scratch));
	tx_send(z, scratch, sizeof(scratch));
}
/* ---- end */

/* ---- zoo 028 right */
void zoo_028_right(struct zoo *z)
{
	u8 *buf = kmalloc(TX, GFP_KERNEL);

	memset(buf, 0x28, TX);
	tx_send(z, buf, TX);
	kfree(buf);
}
/* ---- end */

/* ---- zoo 028b wrong */
static u8 template[64] = { 0x28, 0x0b };

void zoo_028b_wrong(struct zoo *z)
{
	template[2]++;
	tx_send(z, template, sizeof(template));
}
/* ---- end */

/* ---- zoo 028b right */
void zoo_028b_right(struct zoo *z)
{
	template[2]++;
	tx_send_copy(z, template, sizeof(template));
}
/* ---- end */

/* ---- zoo 029 wrong */
static noinline dma_addr_t rx_map(struct zoo *z, u8 *buf)
{
	dma_addr_t dma = dma_map_single(z->dev, buf, TX, DMA_FROM_DEVICE);

	return dma_mapping_error(z->dev, dma) ? DMA_MAPPING_ERROR : dma;
}

static noinline void rx_drop(u8 *buf)
{
	kfree(buf);		/* the device has it still */
}

void zoo_029_wrong(struct zoo *z)
{
	u8 *buf = kmalloc(TX, GFP_KERNEL);
	dma_addr_t dma = rx_map(z, buf);

	rx_drop(buf);
	dma_unmap_single(z->dev, dma, TX, DMA_FROM_DEVICE);
}
/* ---- end */

/* ---- zoo 029 right */
void zoo_029_right(struct zoo *z)
{
	u8 *buf = kmalloc(TX, GFP_KERNEL);
	dma_addr_t dma = rx_map(z, buf);

	zoo_device_writes(z, dma, 0x29, TX);
	dma_unmap_single(z->dev, dma, TX, DMA_FROM_DEVICE);
	rx_drop(buf);
}
/* ---- end */

/* Two pages that are none of each other's neighbours. */
static void take_apart(struct page *pages[2])
{
	struct page *between;

	pages[0] = alloc_page(GFP_KERNEL | __GFP_ZERO);
	between = alloc_page(GFP_KERNEL);
	pages[1] = alloc_page(GFP_KERNEL | __GFP_ZERO);
	__free_page(between);
}

/* ---- zoo 030 wrong */
static noinline void two_pages_send(struct zoo *z, struct page *pages[2])
{
	dma_addr_t dma = dma_map_page(z->dev, pages[0], 0, 2 * PAGE_SIZE, DMA_TO_DEVICE);

	if (!dma_mapping_error(z->dev, dma))
		dma_unmap_page(z->dev, dma, 2 * PAGE_SIZE, DMA_TO_DEVICE);
}

void zoo_030_wrong(struct zoo *z)
{
	struct page *pages[2];
	u8 *va;

	take_apart(pages);
	va = vmap(pages, 2, VM_MAP, PAGE_KERNEL);	/* in a row, for the CPU */
	memset(va, 0x30, 2 * PAGE_SIZE);
	flush_kernel_vmap_range(va, 2 * PAGE_SIZE);
	two_pages_send(z, pages);
	vunmap(va);
	__free_page(pages[0]);
	__free_page(pages[1]);
}
/* ---- end */

/* ---- zoo 030 right */
static noinline void two_entries_send(struct zoo *z, struct page *pages[2])
{
	struct scatterlist sg[2];
	int nents;

	sg_init_table(sg, 2);
	sg_set_page(&sg[0], pages[0], PAGE_SIZE, 0);
	sg_set_page(&sg[1], pages[1], PAGE_SIZE, 0);
	nents = dma_map_sg(z->dev, sg, 2, DMA_TO_DEVICE);
	if (!nents)
		return;
	for (int i = 0; i < nents; i++)
		zoo_device_reads(z, sg_dma_address(&sg[i]), sg_dma_len(&sg[i]));
	dma_unmap_sg(z->dev, sg, 2, DMA_TO_DEVICE);
}

void zoo_030_right(struct zoo *z)
{
	struct page *pages[2];
	u8 *va;

	take_apart(pages);
	va = vmap(pages, 2, VM_MAP, PAGE_KERNEL);
	memset(va, 0x30, 2 * PAGE_SIZE);
	flush_kernel_vmap_range(va, 2 * PAGE_SIZE);
	two_entries_send(z, pages);
	vunmap(va);
	__free_page(pages[0]);
	__free_page(pages[1]);
}
/* ---- end */

/* ---- zoo 030b wrong */
static noinline void header_send(struct zoo *z, u8 *header)
{
	dma_addr_t dma = dma_map_single(z->dev, header, TX, DMA_TO_DEVICE);

	if (!dma_mapping_error(z->dev, dma))
		dma_unmap_single(z->dev, dma, TX, DMA_TO_DEVICE);
}

void zoo_030b_wrong(struct zoo *z)
{
	u8 *header = kzalloc(64, GFP_KERNEL);		/* and TX was meant */

	header_send(z, header);
	kfree(header);
}
/* ---- end */

/* ---- zoo 030b right */
void zoo_030b_right(struct zoo *z)
{
	u8 *header = kzalloc(TX, GFP_KERNEL);

	header_send(z, header);
	kfree(header);
}
/* ---- end */

/* ---- zoo 031 wrong */
static noinline dma_addr_t buffer_as_registers(struct zoo *z, u8 *buf)
{
	return dma_map_resource(z->dev, virt_to_phys(buf), PAGE_SIZE, DMA_TO_DEVICE, 0);
}

void zoo_031_wrong(struct zoo *z)
{
	u8 *buf = kzalloc(PAGE_SIZE, GFP_KERNEL);
	dma_addr_t dma = buffer_as_registers(z, buf);

	if (!dma_mapping_error(z->dev, dma))
		dma_unmap_resource(z->dev, dma, PAGE_SIZE, DMA_TO_DEVICE, 0);
	kfree(buf);
}
/* ---- end */

/* ---- zoo 031 right */
void zoo_031_right(struct zoo *z)
{
	u8 *buf = kzalloc(PAGE_SIZE, GFP_KERNEL);

	tx_send(z, buf, PAGE_SIZE);
	kfree(buf);
}
/* ---- end */

/* ---- zoo 035 wrong */
static noinline void tail_send(struct zoo *z, u8 *buf, size_t len)
{
	size_t tail = len % TX;			/* of whole blocks, nothing */
	dma_addr_t dma = dma_map_single(z->dev, buf + len - tail, tail, DMA_TO_DEVICE);

	if (!dma_mapping_error(z->dev, dma))
		dma_unmap_single(z->dev, dma, tail, DMA_TO_DEVICE);
}

void zoo_035_wrong(struct zoo *z)
{
	u8 *buf = kzalloc(8 * TX, GFP_KERNEL);

	tail_send(z, buf, 4 * TX);
	kfree(buf);
}
/* ---- end */

/* ---- zoo 035 right */
void zoo_035_right(struct zoo *z)
{
	u8 *buf = kzalloc(8 * TX, GFP_KERNEL);
	size_t len = 4 * TX, tail = len % TX;

	if (tail)
		tx_send(z, buf + len - tail, tail);
	tx_send(z, buf, len);
	kfree(buf);
}
/* ---- end */

/* ---- zoo 035b wrong */
static noinline void rest_send(struct zoo *z, u8 *buf, u32 used, u32 size)
{
	u32 rest = size - used;			/* wraps: more was used than there is */
	dma_addr_t dma = dma_map_single(z->dev, buf, rest, DMA_TO_DEVICE);

	if (!dma_mapping_error(z->dev, dma))
		dma_unmap_single(z->dev, dma, rest, DMA_TO_DEVICE);
}

void zoo_035b_wrong(struct zoo *z)
{
	u8 *buf = kzalloc(TX, GFP_KERNEL);

	rest_send(z, buf, TX + 1, TX);
	kfree(buf);
}
/* ---- end */

/* ---- zoo 035b right */
void zoo_035b_right(struct zoo *z)
{
	u8 *buf = kzalloc(TX, GFP_KERNEL);

	rest_send(z, buf, TX - 64, TX);
	kfree(buf);
}
/* ---- end */

const struct zoo_row zoo_rows_e2_memory[] = {
	{ "025", "a buffer on the stack", zoo_025_wrong, zoo_025_right,
	  HAZARD_MAP_NOT_MEMORY, NEEDS_NOTHING, NULL, "command_send", "on the stack" },
	{ "026", "memory of vmalloc()", zoo_026_wrong, zoo_026_right,
	  HAZARD_MAP_NOT_MEMORY, NEEDS_NOTHING, NULL, "table_send", "vmalloc" },
	{ "026b", "a page by the address that kmap() gave it", zoo_026b_wrong, zoo_026b_right,
	  HAZARD_MAP_NOT_MEMORY, NEEDS_NOTHING, NULL, "page_send", "kmap()" },
	{ "027", "constant data", zoo_027_wrong, zoo_027_right,
	  HAZARD_MAP_NOT_MEMORY, NEEDS_NOTHING, NULL, "tx_send", ".rodata" },
	{ "027b", "code", zoo_027b_wrong, zoo_027b_right,
	  HAZARD_MAP_NOT_MEMORY, NEEDS_NOTHING, NULL, "tx_send", ".text" },
	{ "028", "a variable that begins as zeros", zoo_028_wrong, zoo_028_right,
	  HAZARD_MAP_NOT_MEMORY, NEEDS_NOTHING, NULL, "tx_send", ".bss" },
	{ "028b", "a variable that begins as something else", zoo_028b_wrong, zoo_028b_right,
	  HAZARD_MAP_NOT_MEMORY, NEEDS_NOTHING, NULL, "tx_send", ".data" },
	{ "029", "a buffer that is freed while it is mapped", zoo_029_wrong, zoo_029_right,
	  HAZARD_FREE_WHILE_MAPPED, NEEDS_NOTHING, NULL, "rx_drop", "rx_map" },
	{ "030", "two pages as one, that lie apart", zoo_030_wrong, zoo_030_right,
	  HAZARD_MAP_PAST_ALLOCATION, NEEDS_NOTHING, NULL, "two_pages_send", "<dev>" },
	{ "030b", "more than kmalloc() gave", zoo_030b_wrong, zoo_030b_right,
	  HAZARD_MAP_PAST_ALLOCATION, NEEDS_NOTHING, NULL, "header_send", "<dev>" },
	{ "031", "memory mapped as if it were registers", zoo_031_wrong, zoo_031_right,
	  HAZARD_MAP_RESOURCE_MEMORY, NEEDS_NONCOHERENT, NULL, "buffer_as_registers", "<dev>" },
	{ "035", "nothing, mapped", zoo_035_wrong, zoo_035_right,
	  HAZARD_MAP_SIZE, NEEDS_NOTHING, NULL, "tail_send", "<dev>" },
	{ "035b", "a length that has wrapped", zoo_035b_wrong, zoo_035b_right,
	  HAZARD_MAP_SIZE, NEEDS_NOTHING, NULL, "rest_send", "<dev>" },
	{ 0 }
};
