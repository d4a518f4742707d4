/* SPDX-License-Identifier: MIT */
/*
 * kmalloc(): classes of equal pieces, a page of them at a time; from 2 KiB up whole
 * pages.
 *
 *	page:  [ piece 0 ][ piece 1 ] ...     struct page . slab_free: ..11.1
 *
 * What is free is known on the host only, so nothing is written into free memory. A
 * page of which something is free is on its class's list, the latest first; a page of
 * which all is free goes back to the page allocator.
 *
 * Named caches are slab-cache.c's. Leaves out: per-CPU slabs, poisoning.
 * Linux: mm/slub.c, mm/slab_common.c.
 */
#include <linux/slab.h>

#include "kernel.h"

static const u16 class_size[NR_SLAB_CLASSES] = { 64, 128, 192, 256, 512, 1024, 2048 };

static unsigned class_for(size_t size)
{
	unsigned class = 0;

	while (class < NR_SLAB_CLASSES && class_size[class] < size)
		class++;
	return class;
}

static unsigned pieces_of(unsigned class)
{
	return (unsigned)PAGE_SIZE / class_size[class];
}

static u64 all_free(unsigned class)
{
	return ~0ull >> (64 - pieces_of(class));
}

void slab_init(struct kernel *k)
{
	for (unsigned class = 0; class < NR_SLAB_CLASSES; class++)
		INIT_LIST_HEAD(&k->slab_partial[class]);
	INIT_LIST_HEAD(&k->slab_caches);
}

/* NULL when the class has no page with a free piece. */
static void *take_piece(struct kernel *k, unsigned class)
{
	struct list_head *partial = &k->slab_partial[class];
	struct page *page;
	unsigned piece;

	if (list_empty(partial))
		return NULL;
	page = list_first_entry(partial, struct page, lru);
	piece = (unsigned)__builtin_ctzll(page->slab_free);
	page->slab_free &= page->slab_free - 1;
	page->nr_slab_used++;
	if (!page->slab_free)
		list_del(&page->lru);
	return (char *)page_address(page) + piece * class_size[class];
}

static bool add_slab(struct kernel *k, unsigned class, gfp_t flags, const void *site)
{
	struct page *page = kernel_alloc_pages(k, flags & ~__GFP_ZERO, 0, site);

	if (!page)
		return false;
	page->flags = PAGE_IS_SLAB;
	page->slab_class = (u8)class;
	page->nr_slab_used = 0;
	page->slab_free = all_free(class);
	spin_lock(&k->slab_lock);
	list_add(&page->lru, &k->slab_partial[class]);
	spin_unlock(&k->slab_lock);
	return true;
}

static void *alloc_small(struct kernel *k, unsigned class, gfp_t flags, const void *site)
{
	void *p;

	if (kernel_fails(k))
		return NULL;
	do {
		spin_lock(&k->slab_lock);
		p = take_piece(k, class);
		spin_unlock(&k->slab_lock);
	} while (!p && add_slab(k, class, flags, site));
	return p;
}

static void *alloc_large(struct kernel *k, size_t size, gfp_t flags, const void *site)
{
	struct page *page = kernel_alloc_pages(k, flags & ~__GFP_ZERO,
					       (unsigned)get_order(size), site);

	if (!page)
		return NULL;
	page->flags = PAGE_IS_LARGE;
	return page_address(page);
}

void *kernel_kmalloc(struct kernel *k, size_t size, gfp_t flags, const void *site)
{
	unsigned class = class_for(size);
	void *p;

	if (!size)
		return ZERO_SIZE_PTR;
	if (!k || size > KMALLOC_MAX_SIZE)
		return NULL;
	if (WARN(flags & __GFP_HIGHMEM, "kmalloc() from highmem"))
		flags &= ~__GFP_HIGHMEM;
	p = class < NR_SLAB_CLASSES ? alloc_small(k, class, flags, site)
				    : alloc_large(k, size, flags, site);
	if (p)
		kernel_tell(k, SLAB_ALLOCATED, virt_to_phys(p), size, site);
	if (p && flags & __GFP_ZERO)
		port_zero(p, size);
	return p;
}

static void *alloc_at(size_t size, gfp_t flags, const void *site)
{
	return kernel_kmalloc(kernel_current(), size, flags, site);
}

/* SIZE_MAX, which is refused, where the product overflows. */
static size_t product(size_t n, size_t size)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? SIZE_MAX : bytes;
}

void *kmalloc(size_t size, gfp_t flags)
{
	return alloc_at(size, flags, __builtin_return_address(0));
}

void *kzalloc(size_t size, gfp_t flags)
{
	return alloc_at(size, flags | __GFP_ZERO, __builtin_return_address(0));
}

void *kmalloc_array(size_t n, size_t size, gfp_t flags)
{
	return alloc_at(product(n, size), flags, __builtin_return_address(0));
}

void *kcalloc(size_t n, size_t size, gfp_t flags)
{
	return alloc_at(product(n, size), flags | __GFP_ZERO, __builtin_return_address(0));
}

/* ---- giving back --------------------------------------------------------------- */

/* The page that heads @p's memory, or NULL: kmalloc() never returned @p. */
static struct page *head_of(const void *p)
{
	struct page *page = virt_to_page(p);
	size_t offset = offset_in_page(p);
	unsigned class;

	if (!page)
		return NULL;
	if (page->flags == PAGE_IS_LARGE)
		return offset ? NULL : page;
	if (page->flags != PAGE_IS_SLAB)
		return NULL;
	class = page->slab_class;
	if (offset % class_size[class] ||
	    page->slab_free >> (offset / class_size[class]) & 1)
		return NULL;
	return page;
}

size_t slab_piece_room(const struct page *page, size_t offset)
{
	size_t size = class_size[page->slab_class];

	return size - offset % size;
}

static size_t size_of(const struct page *page)
{
	return page->flags == PAGE_IS_SLAB ? class_size[page->slab_class]
					   : PAGE_SIZE << page->order;
}

/* Return: the page, when nothing of it is in use any longer. */
static struct page *put_piece(struct kernel *k, struct page *page, size_t offset)
{
	unsigned class = page->slab_class;
	bool was_full = !page->slab_free;

	page->slab_free |= 1ull << (offset / class_size[class]);
	if (was_full)
		list_add(&page->lru, &k->slab_partial[class]);
	if (--page->nr_slab_used)
		return NULL;
	list_del(&page->lru);
	return page;
}

static void free_small(struct kernel *k, struct page *page, size_t offset, const void *site)
{
	struct page *empty;

	spin_lock(&k->slab_lock);
	empty = put_piece(k, page, offset);
	if (empty)
		empty->flags = 0;
	spin_unlock(&k->slab_lock);
	if (empty)
		kernel_free_pages(empty, 0, site);
}

void kernel_kfree(const void *p, const void *site)
{
	struct page *page;
	struct kernel *k;

	if (ZERO_OR_NULL_PTR(p))
		return;
	page = head_of(p);
	if (!page && slab_free_object(p, site))
		return;
	if (WARN(!page, "kfree() of what kmalloc() never gave, or of what is free already"))
		return;
	k = page_kernel(page);
	kernel_tell(k, SLAB_FREED, virt_to_phys(p), size_of(page), site);
	if (page->flags == PAGE_IS_SLAB)
		return free_small(k, page, offset_in_page(p), site);
	page->flags = 0;
	kernel_free_pages(page, page->order, site);
}

void kfree(const void *p)
{
	kernel_kfree(p, __builtin_return_address(0));
}

void kfree_sensitive(const void *p)
{
	if (ksize(p))
		port_zero((void *)(uintptr_t)p, ksize(p));
	kernel_kfree(p, __builtin_return_address(0));
}

size_t ksize(const void *p)
{
	struct page *page = ZERO_OR_NULL_PTR(p) ? NULL : head_of(p);

	return page ? size_of(page) : ZERO_OR_NULL_PTR(p) ? 0 : slab_object_size(p);
}

void *krealloc(const void *p, size_t new_size, gfp_t flags)
{
	size_t have = ksize(p);
	void *q;

	if (!new_size) {
		kernel_kfree(p, __builtin_return_address(0));
		return ZERO_SIZE_PTR;
	}
	if (have >= new_size)
		return (void *)(uintptr_t)p;
	q = alloc_at(new_size, flags, __builtin_return_address(0));
	if (q && have) {
		port_copy(q, p, have);
		kernel_kfree(p, __builtin_return_address(0));
	}
	return q;
}

void *kmemdup(const void *src, size_t len, gfp_t flags)
{
	void *p = alloc_at(len, flags, __builtin_return_address(0));

	if (p && len)
		port_copy(p, src, len);
	return p;
}
