/* SPDX-License-Identifier: MIT */
/*
 * The page allocator: buddies.
 *
 * A block of order n is 2^n pages, aligned to its size. A free block and its buddy,
 * the one that differs in bit n of the index, merge into one of the next order.
 *
 *	order 2   [       0       ]
 *	order 1   [   0   ][   2   ]
 *	order 0   [ 0 ][ 1 ][ 2 ][ 3 ]
 *
 * A page is free iff exactly one free block of any order covers it. Allocation takes
 * the lowest block of the smallest order that is enough, so a run repeats exactly.
 *
 * The pages of contiguous areas (cma.c) are buddies of their own: single movable pages
 * may have them, nothing else.
 *
 * Leaves out: per-CPU lists, other migration types, watermarks, compaction; movable
 * blocks of more than a page in contiguous areas.
 * Linux: mm/page_alloc.c.
 */
#include <linux/mm.h>

#include "kernel.h"

bool page_is_free(const struct kernel *k, size_t idx)
{
	for (unsigned order = 0; order < NR_ORDERS; order++)
		if (bits_has(&k->free[order], idx >> order) ||
		    bits_has(&k->cma_free[order], idx >> order))
			return true;
	return false;
}

static struct cma *area_of(const struct kernel *k, size_t idx)
{
	return cma_at(k, page_pa(k, &k->mem_map->pages[idx]));
}

/* @change pages more from @idx on, all of one zone; @is_lent: of an area. */
static void count_free(struct kernel *k, bool is_lent, size_t idx, long change)
{
	if (is_lent) {
		k->nr_zone_cma_free[zone_type_of(k, idx)] += (size_t)change;
		return;
	}
	k->nr_free_pages += (size_t)change;
	k->nr_zone_free[zone_type_of(k, idx)] += (size_t)change;
}

/* Blocks never reach across the border of two zones, nor of an area. */
static void put_block(struct kernel *k, size_t idx, unsigned order)
{
	const struct cma *area = area_of(k, idx);
	const struct zone *z = &k->zone[zone_type_of(k, idx)];
	struct bits *free = area ? k->cma_free : k->free;
	size_t first = area ? area->first : z->first;
	size_t end = area ? area->first + area->used.nr : z->end;

	count_free(k, area != NULL, idx, 1l << order);
	for (; order < MAX_PAGE_ORDER; order++) {
		size_t buddy = idx ^ (size_t)1 << order;

		if (buddy < first || buddy + ((size_t)1 << order) > end ||
		    !bits_has(&free[order], buddy >> order))
			break;
		bits_drop(&free[order], buddy >> order);
		idx &= ~((size_t)1 << order);
	}
	bits_add(&free[order], idx >> order);
}

/* Of a block of @order around @idx, all is free but the 2^@want pages there. */
static void split_block(struct bits *free, size_t idx, unsigned order, unsigned want)
{
	while (order-- > want)
		bits_add(&free[order], (idx >> order) ^ 1);
}

/* The lowest that is enough. Return: index of its first page, or nr_pages. */
static size_t take_block(struct kernel *k, struct bits *free, const struct zone *in,
			 unsigned want)
{
	for (unsigned order = want; order < NR_ORDERS; order++) {
		size_t first = (in->first + ((size_t)1 << order) - 1) >> order;
		size_t block = bits_next(&free[order], first);

		if (block << order >= in->end)
			continue;
		bits_drop(&free[order], block);
		split_block(free, block << order, order, want);
		return block << order;
	}
	return k->nr_pages;
}

static size_t take_ordinary(struct kernel *k, enum zone_type type, unsigned order)
{
	size_t idx = take_block(k, k->free, &k->zone[type], order);

	if (idx < k->nr_pages)
		count_free(k, false, idx, -(1l << order));
	return idx;
}

static size_t take_lent(struct kernel *k, enum zone_type type)
{
	size_t idx = k->nr_pages;

	for (unsigned i = 0; i < k->nr_cma && idx == k->nr_pages; i++) {
		const struct cma *area = &k->cma[i];
		const struct zone in = { area->first, area->first + area->used.nr };

		if (zone_type_of(k, area->first) == type)
			idx = take_block(k, k->cma_free, &in, 0);
	}
	if (idx < k->nr_pages)
		count_free(k, true, idx, -1);
	return idx;
}

/* An area lends what it has before the zone gets low: when it is half of what is free. */
static size_t take_from_zone(struct kernel *k, enum zone_type type, gfp_t gfp, unsigned order)
{
	bool may_lend = gfp & __GFP_MOVABLE && !order && k->nr_zone_cma_free[type];
	size_t idx = k->nr_pages;

	if (may_lend && k->nr_zone_cma_free[type] > k->nr_zone_free[type])
		idx = take_lent(k, type);
	if (idx == k->nr_pages)
		idx = take_ordinary(k, type, order);
	if (idx == k->nr_pages && may_lend)
		idx = take_lent(k, type);
	return idx;
}

/* Linux: gfp_zone(). */
static enum zone_type highest_zone(gfp_t gfp)
{
	if (gfp & __GFP_DMA)
		return ZONE_DMA;
	return gfp & __GFP_HIGHMEM ? ZONE_HIGHMEM : ZONE_NORMAL;
}

/* From the zone that fewest can use, down to the one that all can. */
static size_t take_from_zones(struct kernel *k, gfp_t gfp, unsigned order)
{
	size_t idx = k->nr_pages;

	spin_lock(&k->page_lock);
	for (int z = highest_zone(gfp); z >= 0 && idx == k->nr_pages; z--)
		idx = take_from_zone(k, (enum zone_type)z, gfp, order);
	spin_unlock(&k->page_lock);
	return idx;
}

struct page *kernel_alloc_pages(struct kernel *k, gfp_t gfp, unsigned int order,
				const void *site)
{
	struct page *page;
	size_t idx;

	if (!k || order > MAX_PAGE_ORDER || kernel_fails(k))
		return NULL;
	idx = take_from_zones(k, gfp, order);
	if (idx == k->nr_pages)
		return NULL;
	page = &k->mem_map->pages[idx];
	page->flags = 0;
	page->movable_ops = NULL;
	page->order = (u8)order;
	atomic_set(&page->_refcount, 1);
	kernel_tell(k, PAGES_ALLOCATED, page_pa(k, page), PAGE_SIZE << order, site);
	if (gfp & __GFP_ZERO)
		phys_zero(k, page_pa(k, page), PAGE_SIZE << order);
	return page;
}

/* Pages that were never ours to hand out cannot come back either. */
static bool is_taken(const struct kernel *k, size_t idx, unsigned order)
{
	phys_addr_t pa = k->port.lowmem_pa + ((phys_addr_t)idx << PAGE_SHIFT);
	u64 len = PAGE_SIZE << order;
	const struct reserved_region *r = reserved_at(k, pa, len);

	return !(idx & (((size_t)1 << order) - 1)) && port_is_ram(&k->port, pa, len) &&
	       (!r || (r->use == REGION_CMA &&
		       !(k->mem_map->pages[idx].flags & PAGE_IS_CLAIMED))) &&
	       !page_is_free(k, idx) && !page_is_free(k, idx + ((size_t)1 << order) - 1);
}

/* Told before it is free: afterwards somebody else may have it already. */
void kernel_free_pages(struct page *page, unsigned int order, const void *site)
{
	struct kernel *k;
	bool is_ours;

	if (!page || WARN(order > MAX_PAGE_ORDER, "freeing pages of order %u", order))
		return;
	k = page_kernel(page);
	spin_lock(&k->page_lock);
	is_ours = is_taken(k, page_idx(k, page), order);
	spin_unlock(&k->page_lock);
	if (WARN(!is_ours, "freeing 2^%u pages at pa %#llx that are not allocated", order,
		 (unsigned long long)page_pa(k, page)))
		return;
	atomic_set(&page->_refcount, 0);
	kernel_tell(k, PAGES_FREED, page_pa(k, page), PAGE_SIZE << order, site);
	spin_lock(&k->page_lock);
	put_block(k, page_idx(k, page), order);
	spin_unlock(&k->page_lock);
}

/*
 * Somebody else who counts the first page, a process that has it mapped, keeps it; the
 * others are freed at once, for nobody can count those.
 */
static void drop_pages(struct page *page, unsigned int order, const void *site)
{
	if (!page || page_count(page) < 2 || atomic_dec_and_test(&page->_refcount)) {
		kernel_free_pages(page, order, site);
		return;
	}
	page->order = 0;
	while (order--)
		kernel_free_pages(page + ((size_t)1 << order), order, site);
}

void __free_pages(struct page *page, unsigned int order)
{
	drop_pages(page, order, __builtin_return_address(0));
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	return kernel_alloc_pages(kernel_current(), gfp, order, __builtin_return_address(0));
}

static unsigned long address_of(struct page *page)
{
	return page ? (unsigned long)page_address(page) : 0;
}

/* Only the linear map has an address for as long as anyone may want it. */
unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	return address_of(kernel_alloc_pages(kernel_current(), gfp & ~__GFP_HIGHMEM, order,
					     __builtin_return_address(0)));
}

unsigned long get_zeroed_page(gfp_t gfp)
{
	return address_of(kernel_alloc_pages(kernel_current(),
					     (gfp & ~__GFP_HIGHMEM) | __GFP_ZERO, 0,
					     __builtin_return_address(0)));
}

void free_pages(unsigned long va, unsigned int order)
{
	if (va)
		drop_pages(virt_to_page((const void *)va), order, __builtin_return_address(0));
}

void split_page(struct page *page, unsigned int order)
{
	for (size_t i = 0; i < (size_t)1 << order; i++) {
		page[i].order = 0;
		atomic_set(&page[i]._refcount, 1);
	}
}

struct page *alloc_page_run(struct kernel *k, size_t size, gfp_t gfp, const void *site)
{
	unsigned int order = (unsigned int)get_order(size);
	struct page *page = kernel_alloc_pages(k, gfp, order, site);
	size_t nr = PAGE_ALIGN(size) >> PAGE_SHIFT;

	if (!page)
		return NULL;
	split_page(page, order);
	free_page_run(page + nr, (PAGE_SIZE << order) - (nr << PAGE_SHIFT), site);
	return page;
}

void free_page_run(struct page *page, size_t size, const void *site)
{
	for (size_t i = 0; i < PAGE_ALIGN(size) >> PAGE_SHIFT; i++)
		kernel_free_pages(page + i, 0, site);
}

void *alloc_pages_exact(size_t size, gfp_t gfp)
{
	if (WARN(gfp & __GFP_HIGHMEM, "alloc_pages_exact() from highmem"))
		gfp &= ~__GFP_HIGHMEM;
	return (void *)address_of(alloc_page_run(kernel_current(), size, gfp,
						 __builtin_return_address(0)));
}

void free_pages_exact(void *va, size_t size)
{
	if (va)
		free_page_run(virt_to_page(va), size, __builtin_return_address(0));
}

void get_page(struct page *page)
{
	atomic_inc(&page->_refcount);
}

void put_page(struct page *page)
{
	if (atomic_dec_and_test(&page->_refcount))
		kernel_free_pages(page, page->order, __builtin_return_address(0));
}

/* ---- contiguous areas ------------------------------------------------------------- */

bool page_alloc_claim(struct kernel *k, size_t idx)
{
	bool is_ours = false;

	spin_lock(&k->page_lock);
	for (unsigned order = 0; order < NR_ORDERS && !is_ours; order++) {
		if (!bits_has(&k->cma_free[order], idx >> order))
			continue;
		bits_drop(&k->cma_free[order], idx >> order);
		split_block(k->cma_free, idx, order, 0);
		count_free(k, true, idx, -1);
		is_ours = true;
	}
	spin_unlock(&k->page_lock);
	return is_ours;
}

void page_alloc_unclaim(struct kernel *k, size_t idx)
{
	spin_lock(&k->page_lock);
	put_block(k, idx, 0);
	spin_unlock(&k->page_lock);
}

/* ---- boot ------------------------------------------------------------------------- */

void page_alloc_init(struct kernel *k)
{
	size_t nr_low = min((size_t)k->port.lowmem_len >> PAGE_SHIFT, k->nr_pages);
	u64 dma_end = k->zone_dma_limit + 1;
	size_t border = 0;

	if (dma_end > k->port.lowmem_pa)
		border = (size_t)min((u64)nr_low, (dma_end - k->port.lowmem_pa) >> PAGE_SHIFT);
	k->zone[ZONE_DMA] = (struct zone){ 0, border };
	k->zone[ZONE_NORMAL] = (struct zone){ border, nr_low };
	k->zone[ZONE_HIGHMEM] = (struct zone){ nr_low, k->nr_pages };
	for (unsigned order = 0; order < NR_ORDERS; order++) {
		bits_init(&k->free[order], (k->nr_pages >> order) + 1);
		bits_init(&k->cma_free[order], (k->nr_pages >> order) + 1);
	}
}

void page_alloc_done(struct kernel *k)
{
	for (unsigned order = 0; order < NR_ORDERS; order++) {
		bits_done(&k->free[order]);
		bits_done(&k->cma_free[order]);
	}
}

/* The largest aligned block at @idx that ends by @end. */
static unsigned order_at(size_t idx, size_t end)
{
	unsigned order = 0;

	while (order < MAX_PAGE_ORDER && !(idx >> order & 1) &&
	       idx + ((size_t)2 << order) <= end)
		order++;
	return order;
}

void page_alloc_add(struct kernel *k, phys_addr_t pa, u64 len)
{
	size_t idx = (size_t)((pa - k->port.lowmem_pa) >> PAGE_SHIFT);
	size_t end = idx + (size_t)(len >> PAGE_SHIFT);

	while (idx < end) {
		unsigned order = order_at(idx, min(end, k->zone[zone_type_of(k, idx)].end));

		put_block(k, idx, order);
		idx += (size_t)1 << order;
	}
}

/* Largest blocks in a row from @block on, all free. */
static bool is_free_run(const struct kernel *k, size_t block, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (!bits_has(&k->free[MAX_PAGE_ORDER], block + i))
			return false;
	return true;
}

phys_addr_t page_alloc_carve(struct kernel *k, size_t len, u64 limit)
{
	const size_t block_len = PAGE_SIZE << MAX_PAGE_ORDER;
	struct bits *blocks = &k->free[MAX_PAGE_ORDER];
	size_t nr = DIV_ROUND_UP(len, block_len);
	phys_addr_t pa = 0;

	spin_lock(&k->page_lock);
	for (size_t b = bits_next(blocks, 0); b < blocks->nr; b = bits_next(blocks, b + 1)) {
		phys_addr_t at = k->port.lowmem_pa + (phys_addr_t)b * block_len;

		if (at + nr * block_len - 1 > limit ||
		    at + nr * block_len > k->port.lowmem_pa + k->port.lowmem_len)
			break;
		if (!is_free_run(k, b, nr))
			continue;
		for (size_t i = 0; i < nr; i++) {
			bits_drop(blocks, b + i);
			count_free(k, false, (b + i) << MAX_PAGE_ORDER,
				   -(1l << MAX_PAGE_ORDER));
		}
		pa = at;
		break;
	}
	spin_unlock(&k->page_lock);
	return pa;
}
