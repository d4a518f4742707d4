/* SPDX-License-Identifier: MIT */
/*
 * kmem_cache: objects of one size, a block of pages of them at a time.
 *
 *	block: [ object ][ object ] ...    struct page . slab_free: ..11.1, private_data: cache
 *
 * As in slab.c what is free is known on the host only. A block has at most 64 objects; one of
 * which all are free goes back to the page allocator.
 *
 * Leaves out: merging of caches that are alike, per-CPU slabs, poisoning, usercopy.
 * Linux: mm/slub.c, mm/slab_common.c.
 */
#include <stdlib.h>
#include <string.h>
#include <linux/slab.h>

#include "kernel.h"

#define MAX_OBJECTS	64u

struct kmem_cache {
	struct kernel *kernel;
	char *name;
	unsigned size;			/* as asked for */
	unsigned step;			/* from one object to the next */
	unsigned order, nr_objects;	/* of a block */
	gfp_t gfp;
	void (*ctor)(void *object);
	struct list_head node;		/* in the kernel's list */
	spinlock_t lock;
	struct list_head partial;	/* blocks with a free object, the latest first */
	size_t nr_used;
};

/* ---- shape ----------------------------------------------------------------------------- */

/* A line of its own, for objects that are not smaller than half of one. */
static unsigned align_of(unsigned size, unsigned align, slab_flags_t flags)
{
	unsigned line = L1_CACHE_BYTES;

	if (flags & SLAB_HWCACHE_ALIGN) {
		while (size <= line / 2)
			line /= 2;
		align = MAX(align, line);
	}
	return ALIGN(MAX(align, (unsigned)ARCH_SLAB_MINALIGN), (unsigned)ARCH_SLAB_MINALIGN);
}

static unsigned objects_of(unsigned order, unsigned step)
{
	return (unsigned)MIN((PAGE_SIZE << order) / step, (size_t)MAX_OBJECTS);
}

static gfp_t gfp_of(slab_flags_t flags)
{
	gfp_t gfp = flags & SLAB_CACHE_DMA ? GFP_DMA : 0;

	return gfp | (flags & SLAB_CACHE_DMA32 ? GFP_DMA32 : 0);
}

static struct kmem_cache *new_cache(struct kernel *k, const char *name, unsigned size,
				    unsigned align, slab_flags_t flags)
{
	struct kmem_cache *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->kernel = k;
	s->name = strdup(name);
	s->size = size;
	s->step = ALIGN(size, align_of(size, align, flags));
	s->order = (unsigned)get_order(MAX(s->step, align));
	s->nr_objects = objects_of(s->order, s->step);
	s->gfp = gfp_of(flags);
	spin_lock_init(&s->lock);
	INIT_LIST_HEAD(&s->partial);
	return s;
}

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *object))
{
	struct kernel *k = kernel_current();
	struct kmem_cache *s;

	if (WARN(!name || !size || size > KMALLOC_MAX_SIZE || align & (align - 1) ||
		 align > KMALLOC_MAX_SIZE, "kmem_cache_create() of %u bytes, align %u", size,
		 align))
		return NULL;
	s = k && !kernel_fails(k) ? new_cache(k, name, size, align, flags) : NULL;
	if (!s)
		return NULL;
	s->ctor = ctor;
	spin_lock(&k->slab_lock);
	list_add(&s->node, &k->slab_caches);
	spin_unlock(&k->slab_lock);
	return s;
}

static void free_cache(struct kmem_cache *s)
{
	list_del(&s->node);
	free(s->name);
	free(s);
}

void kmem_cache_destroy(struct kmem_cache *s)
{
	struct kernel *k;

	if (!s)
		return;
	if (WARN(s->nr_used, "kmem_cache_destroy %s: Slab cache still has objects", s->name))
		return;
	k = s->kernel;
	spin_lock(&k->slab_lock);
	free_cache(s);
	spin_unlock(&k->slab_lock);
}

void slab_caches_done(struct kernel *k)
{
	struct kmem_cache *s, *next;

	list_for_each_entry_safe(s, next, &k->slab_caches, node)
		free_cache(s);
}

unsigned int kmem_cache_size(struct kmem_cache *s)
{
	return s->size;
}

/* ---- taking ------------------------------------------------------------------------------ */

static u64 all_free(const struct kmem_cache *s)
{
	return ~0ull >> (MAX_OBJECTS - s->nr_objects);
}

static void *object_at(const struct kmem_cache *s, const struct page *page, unsigned idx)
{
	return (char *)page_address(page) + (size_t)idx * s->step;
}

/* NULL when no block has a free one. */
static void *take(struct kmem_cache *s)
{
	struct page *page;
	unsigned idx;

	if (list_empty(&s->partial))
		return NULL;
	page = list_first_entry(&s->partial, struct page, lru);
	idx = (unsigned)__builtin_ctzll(page->slab_free);
	page->slab_free &= page->slab_free - 1;
	page->nr_slab_used++;
	if (!page->slab_free)
		list_del(&page->lru);
	s->nr_used++;
	return object_at(s, page, idx);
}

static bool add_block(struct kmem_cache *s, gfp_t gfp, const void *site)
{
	struct page *page = kernel_alloc_pages(s->kernel, (gfp & ~__GFP_ZERO) | s->gfp, s->order,
					       site);

	if (!page)
		return false;
	page->flags = PAGE_IS_CACHE;
	page->private_data = (unsigned long)s;
	page->nr_slab_used = 0;
	page->slab_free = all_free(s);
	for (unsigned i = 0; s->ctor && i < s->nr_objects; i++)
		s->ctor(object_at(s, page, i));
	spin_lock(&s->lock);
	list_add(&page->lru, &s->partial);
	spin_unlock(&s->lock);
	return true;
}

static void *alloc_at(struct kmem_cache *s, gfp_t gfp, const void *site)
{
	void *p;

	if (kernel_fails(s->kernel))
		return NULL;
	if (WARN(gfp & __GFP_HIGHMEM, "kmem_cache_alloc() from highmem"))
		gfp &= ~__GFP_HIGHMEM;
	do {
		spin_lock(&s->lock);
		p = take(s);
		spin_unlock(&s->lock);
	} while (!p && add_block(s, gfp, site));
	if (p)
		kernel_tell(s->kernel, SLAB_ALLOCATED, virt_to_phys(p), s->size, site);
	if (p && gfp & __GFP_ZERO)
		port_zero(p, s->size);
	return p;
}

void *kmem_cache_alloc(struct kmem_cache *s, gfp_t flags)
{
	return alloc_at(s, flags, __builtin_return_address(0));
}

void *kmem_cache_zalloc(struct kmem_cache *s, gfp_t flags)
{
	return alloc_at(s, flags | __GFP_ZERO, __builtin_return_address(0));
}

/* ---- giving back --------------------------------------------------------------------------- */

/* The block that has @p as an object that is taken, or NULL. */
static struct page *block_of(const void *p, unsigned *ret_idx)
{
	struct page *page = virt_to_page(p);
	const struct kmem_cache *s;
	size_t offset;

	for (unsigned n = 0; page && page->flags != PAGE_IS_CACHE; n++)
		page = n < 1u << MAX_PAGE_ORDER ? virt_to_page((const char *)p - n * PAGE_SIZE)
						: NULL;
	if (!page)
		return NULL;
	s = (const struct kmem_cache *)page->private_data;
	offset = (size_t)((const char *)p - (const char *)page_address(page));
	*ret_idx = (unsigned)(offset / s->step);
	if (offset % s->step || *ret_idx >= s->nr_objects || page->slab_free >> *ret_idx & 1)
		return NULL;
	return page;
}

/* Return: does nobody use the block any more? */
static bool put(struct kmem_cache *s, struct page *page, unsigned idx)
{
	bool was_full = !page->slab_free;

	page->slab_free |= 1ull << idx;
	s->nr_used--;
	if (was_full)
		list_add(&page->lru, &s->partial);
	if (--page->nr_slab_used)
		return false;
	list_del(&page->lru);
	page->flags = 0;
	return true;
}

static void free_object(struct kmem_cache *s, struct page *page, const void *p, unsigned idx,
			const void *site)
{
	bool is_empty;

	kernel_tell(s->kernel, SLAB_FREED, virt_to_phys(p), s->step, site);
	spin_lock(&s->lock);
	is_empty = put(s, page, idx);
	spin_unlock(&s->lock);
	if (is_empty)
		kernel_free_pages(page, s->order, site);
}

void kmem_cache_free(struct kmem_cache *s, void *p)
{
	struct page *page;
	unsigned idx;

	if (!p)
		return;
	page = block_of(p, &idx);
	if (WARN(!page || (struct kmem_cache *)page->private_data != s,
		 "kmem_cache_free() of what is none of %s", s ? s->name : "(null)"))
		return;
	free_object(s, page, p, idx, __builtin_return_address(0));
}

bool slab_free_object(const void *p, const void *site)
{
	unsigned idx;
	struct page *page = block_of(p, &idx);

	if (page)
		free_object((struct kmem_cache *)page->private_data, page, p, idx, site);
	return page != NULL;
}

/* Larger blocks are not looked for: a mapping should not wait for that. */
#define NR_BLOCK_PAGES	8u

size_t slab_object_room(const void *p)
{
	const struct page *page;

	for (unsigned n = 0; n < NR_BLOCK_PAGES; n++) {
		page = virt_to_page((const char *)p - n * PAGE_SIZE);
		if (!page || page->flags == PAGE_IS_CACHE)
			break;
	}
	if (page && page->flags == PAGE_IS_CACHE) {
		const struct kmem_cache *s = (const struct kmem_cache *)page->private_data;
		size_t offset = (size_t)((const char *)p - (const char *)page_address(page));

		if (offset < s->nr_objects * s->step)
			return s->step - offset % s->step;
	}
	return 0;
}

size_t slab_object_size(const void *p)
{
	unsigned idx;
	const struct page *page = block_of(p, &idx);

	return page ? ((const struct kmem_cache *)page->private_data)->size : 0;
}
