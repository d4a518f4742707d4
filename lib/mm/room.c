/* SPDX-License-Identifier: MIT */
/*
 * Where the memory that somebody names ends, for those who watch what is mapped.
 *
 * Pages that lie side by side are not told apart: lists and block layers merge what
 * different calls gave them, rightly. Only what is nobody's, or is cut into pieces, ends it.
 *
 * Leaves out: whose the pages are; objects of caches whose blocks are larger than 32 KiB.
 */
#include "kernel.h"

static bool is_end(const struct kernel *k, phys_addr_t pa)
{
	const struct page *page;

	if (!port_is_ram(&k->port, pa, PAGE_SIZE))
		return true;
	page = kernel_page(k, pa);
	return page->flags & (PAGE_IS_SLAB | PAGE_IS_CACHE) ||
	       page_is_free(k, page_idx(k, page));
}

static size_t pages_room(const struct kernel *k, phys_addr_t pa, size_t len)
{
	size_t room = PAGE_SIZE - (pa & ~PAGE_MASK);

	while (room < len && !is_end(k, pa + room))
		room += PAGE_SIZE;
	return room;
}

size_t kernel_room(const struct kernel *k, phys_addr_t pa, size_t len)
{
	const struct page *page = kernel_page(k, pa);
	size_t offset = pa & ~PAGE_MASK, room = 0;
	const void *p = kernel_lowmem_ptr(k, pa);

	if (machine_gear(k->port.machine) == GEAR_FAST)
		return 0;
	if (page->flags == PAGE_IS_SLAB)
		room = slab_piece_room(page, offset);
	else if (page->flags == PAGE_IS_LARGE)
		room = (PAGE_SIZE << page->order) - offset;
	else if (p)
		room = slab_object_room(p);
	return min(room ? room : pages_room(k, pa, len), len);
}
