/* SPDX-License-Identifier: MIT */
/*
 * Memory that has another name as well: hazards 32 to 34. A page that a fork has copied, a
 * second virtual address in a cache that knows them apart, and the instruction cache.
 */
#include <linux/cacheflush.h>
#include <linux/mman.h>
#include <linux/vmalloc.h>
#include <armdma/process.h>

#include "zoo.h"

#define NR_PAGES	4
#define LEN		(NR_PAGES * PAGE_SIZE)
#define CODE		256

/* ---- zoo 032 wrong */
static void user_writes(struct process *app, u8 *p)
{
	process_enter(app);
	*p = 0x32;
	process_leave(app);
}

static noinline struct page *user_page_get(u8 *p)
{
	struct page *page;

	return get_user_pages_fast((unsigned long)p, 1, FOLL_WRITE, &page) == 1 ? page : NULL;
}

static noinline dma_addr_t user_page_map(struct zoo *z, struct page *page)
{
	dma_addr_t dma = dma_map_page(z->dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);

	return dma_mapping_error(z->dev, dma) ? DMA_MAPPING_ERROR : dma;
}

void zoo_032_wrong(struct zoo *z)
{
	struct process *app = process_new(z->h), *child;
	u8 *p = process_mmap(app, NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, NULL, 0);
	struct page *page;
	dma_addr_t dma;

	user_writes(app, p);
	page = user_page_get(p);
	dma = user_page_map(z, page);
	child = process_fork(app);
	user_writes(app, p + PAGE_SIZE - 1);	/* and has a page of its own now */
	zoo_device_writes(z, dma, 0x33, 256);
	dma_unmap_page(z->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	put_page(page);
	process_exit(child);
	process_exit(app);
}
/* ---- end */

/* ---- zoo 032 right */
void zoo_032_right(struct zoo *z)
{
	struct process *app = process_new(z->h), *child;
	u8 *p = process_mmap(app, NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, NULL, 0);
	struct page *page;
	dma_addr_t dma;

	user_writes(app, p);
	if (pin_user_pages_fast((unsigned long)p, 1, FOLL_WRITE, &page) != 1)
		return;
	dma = user_page_map(z, page);
	child = process_fork(app);		/* which gets the copy at once */
	zoo_device_writes(z, dma, 0x33, 256);
	dma_unmap_page(z->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	user_writes(app, p + PAGE_SIZE - 1);
	unpin_user_page(page);
	process_exit(child);
	process_exit(app);
}
/* ---- end */

/* Pages in a row, and another address for them, the other way round. */
static noinline u8 *pages_vmap(struct page *first)
{
	struct page *pages[NR_PAGES];

	for (int i = 0; i < NR_PAGES; i++)
		pages[i] = first + NR_PAGES - 1 - i;
	return vmap(pages, NR_PAGES, VM_MAP, PAGE_KERNEL);
}

static noinline void pages_send(struct zoo *z, struct page *first)
{
	dma_addr_t dma = dma_map_page(z->dev, first, 0, LEN, DMA_TO_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		return;
	zoo_device_reads(z, dma, LEN);
	dma_unmap_page(z->dev, dma, LEN, DMA_TO_DEVICE);
}

/* ---- zoo 033 wrong */
static noinline void vmap_fill(u8 *va)
{
	for (int i = 0; i < NR_PAGES; i++)
		va[i * PAGE_SIZE] |= 0x33;	/* a line that is in the cache, and dirty */
}

void zoo_033_wrong(struct zoo *z)
{
	struct page *first = alloc_pages(GFP_KERNEL | __GFP_ZERO, 2);
	u8 *va = pages_vmap(first);

	vmap_fill(va);
	pages_send(z, first);		/* cleans the lines of the other address */
	vunmap(va);
	__free_pages(first, 2);
}
/* ---- end */

/* ---- zoo 033 right */
void zoo_033_right(struct zoo *z)
{
	struct page *first = alloc_pages(GFP_KERNEL | __GFP_ZERO, 2);
	u8 *va = pages_vmap(first);

	vmap_fill(va);
	flush_kernel_vmap_range(va, LEN);
	pages_send(z, first);
	vunmap(va);
	__free_pages(first, 2);
}
/* ---- end */

static noinline dma_addr_t pages_map(struct zoo *z, struct page *first)
{
	dma_addr_t dma = dma_map_page(z->dev, first, 0, LEN, DMA_FROM_DEVICE);

	return dma_mapping_error(z->dev, dma) ? DMA_MAPPING_ERROR : dma;
}

/* ---- zoo 033b wrong */
static noinline u64 vmap_sum(const u8 *va)
{
	u64 sum = 0;

	for (int i = 0; i < NR_PAGES; i++)
		sum += READ_ONCE(va[i * PAGE_SIZE]);
	return sum;
}

void zoo_033b_wrong(struct zoo *z)
{
	struct page *first = alloc_pages(GFP_KERNEL | __GFP_ZERO, 2);
	u8 *va = pages_vmap(first);
	dma_addr_t dma;

	z->seen = vmap_sum(va);		/* its lines are in the cache now */
	dma = pages_map(z, first);
	zoo_device_writes(z, dma, 0x33, LEN);
	dma_unmap_page(z->dev, dma, LEN, DMA_FROM_DEVICE);
	z->seen = vmap_sum(va);
	vunmap(va);
	__free_pages(first, 2);
}
/* ---- end */

/* ---- zoo 033b right */
void zoo_033b_right(struct zoo *z)
{
	struct page *first = alloc_pages(GFP_KERNEL | __GFP_ZERO, 2);
	u8 *va = pages_vmap(first);
	dma_addr_t dma;

	z->seen = vmap_sum(va);
	dma = pages_map(z, first);
	zoo_device_writes(z, dma, 0x33, LEN);
	dma_unmap_page(z->dev, dma, LEN, DMA_FROM_DEVICE);
	invalidate_kernel_vmap_range(va, LEN);
	z->seen = vmap_sum(va);
	vunmap(va);
	__free_pages(first, 2);
}
/* ---- end */

/* ---- zoo 034 wrong */
static noinline void overlay_load(struct zoo *z, u8 *code, u8 version)
{
	dma_addr_t dma = dma_map_single(z->dev, code, CODE, DMA_FROM_DEVICE);

	if (dma_mapping_error(z->dev, dma))
		return;
	zoo_device_writes(z, dma, version, CODE);
	dma_unmap_single(z->dev, dma, CODE, DMA_FROM_DEVICE);
}

static noinline void overlay_run(struct zoo *z, const u8 *code)
{
	zoo_cpu_executes(z, code, CODE);
}

void zoo_034_wrong(struct zoo *z)
{
	u8 *code = kmalloc(CODE, GFP_KERNEL);

	overlay_load(z, code, 1);
	flush_icache_range((unsigned long)code, (unsigned long)code + CODE);
	overlay_run(z, code);
	overlay_load(z, code, 2);
	overlay_run(z, code);		/* the first one, once more */
	kfree(code);
}
/* ---- end */

/* ---- zoo 034 right */
void zoo_034_right(struct zoo *z)
{
	u8 *code = kmalloc(CODE, GFP_KERNEL);

	for (u8 version = 1; version <= 2; version++) {
		overlay_load(z, code, version);
		flush_icache_range((unsigned long)code, (unsigned long)code + CODE);
		overlay_run(z, code);
	}
	kfree(code);
}
/* ---- end */

/* ---- zoo 034b wrong */
static noinline void code_patch(u8 *code)
{
	WRITE_ONCE(code[4], 0xea);
}

void zoo_034b_wrong(struct zoo *z)
{
	u8 *code = kmalloc(CODE, GFP_KERNEL);

	overlay_load(z, code, 1);
	flush_icache_range((unsigned long)code, (unsigned long)code + CODE);
	overlay_run(z, code);
	code_patch(code);		/* is in the data cache */
	overlay_run(z, code);
	kfree(code);
}
/* ---- end */

/* ---- zoo 034b right */
void zoo_034b_right(struct zoo *z)
{
	u8 *code = kmalloc(CODE, GFP_KERNEL);

	overlay_load(z, code, 1);
	code_patch(code);
	flush_icache_range((unsigned long)code, (unsigned long)code + CODE);
	overlay_run(z, code);
	kfree(code);
}
/* ---- end */

const struct zoo_row zoo_rows_e2_alias[] = {
	{ "032", "a page of a process, taken without a pin", zoo_032_wrong, zoo_032_right,
	  HAZARD_USER_PAGE_COPIED, NEEDS_NOTHING, NULL, "user_page_get", "user_page_map" },
	{ "033", "stores by vmap() that no map cleans", zoo_033_wrong, zoo_033_right,
	  HAZARD_VMAP_NOT_FLUSHED, NEEDS_NONCOHERENT | NEEDS_ALIASING_VIPT, NULL, "pages_send",
	  "pages_vmap" },
	{ "033b", "reads by vmap() that no unmap refreshes", zoo_033b_wrong, zoo_033b_right,
	  HAZARD_VMAP_NOT_FLUSHED, NEEDS_NONCOHERENT | NEEDS_ALIASING_VIPT, NULL, "vmap_sum",
	  "pages_map" },
	{ "034", "code that was loaded over other code", zoo_034_wrong, zoo_034_right,
	  HAZARD_CPU_FETCH_STALE, NEEDS_NOTHING, NULL, "overlay_run", "overlay_load" },
	{ "034b", "code that was patched", zoo_034b_wrong, zoo_034b_right,
	  HAZARD_CPU_FETCH_STALE, NEEDS_NOTHING, NULL, "overlay_run", "code_patch" },
	{ 0 }
};
