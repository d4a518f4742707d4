/* SPDX-License-Identifier: MIT */
/*
 * Contiguous areas: memory that is lent to movable pages until somebody wants a piece of
 * it in one run. Then what lives there moves out.
 *
 *	area    [ free ][ movable ][ free ][ ours ][ movable, pinned ][ free ]
 *	want       |<----------->|  free pages are claimed, the movable one copied to
 *	                            another place and its owner told
 *	want                               no: next place    |<- no: pinned ->|
 *
 * First fit; a run whose pages do not all move is given back, and the next is tried.
 * One at a time is served, so that two do not chase each other's pages.
 *
 * A movable page is one whose owner called __SetPageMovable(). Its owner says whether it
 * can go now (isolate_page), copies it and turns its own mappings to the new page
 * (migrate_page), or takes it back (putback_page): <linux/migrate.h>.
 *
 * Where the linear map has an area, it has it in 4 KiB pages, so that the attributes of
 * each can change.
 *
 * Linux: mm/cma.c, alloc_contig_range() of mm/page_alloc.c, mm/migrate.c.
 */
#include <linux/cma.h>
#include <linux/migrate.h>

#include "kernel.h"

/* ---- sets of pages -------------------------------------------------------------------- */

static size_t find_clear_run_from(const struct bits *b, size_t from, size_t nr, size_t align,
				  size_t offset)
{
	size_t first = ALIGN(from + offset, align) - offset;

	while (first + nr <= b->nr) {
		size_t set = bits_next(b, first);

		if (set >= first + nr)
			return first;
		first = ALIGN(set + 1 + offset, align) - offset;
	}
	return b->nr;
}

size_t bits_find_clear_run(const struct bits *b, size_t nr, size_t align)
{
	return find_clear_run_from(b, 0, nr, align, 0);
}

void bits_add_run(struct bits *b, size_t first, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		bits_add(b, first + i);
}

void bits_drop_run(struct bits *b, size_t first, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		bits_drop(b, first + i);
}

/* ---- movable pages --------------------------------------------------------- */

void __SetPageMovable(struct page *page, const struct movable_operations *ops)
{
	__atomic_store_n(&page->movable_ops, ops, __ATOMIC_RELEASE);
}

void __ClearPageMovable(struct page *page)
{
	__atomic_store_n(&page->movable_ops, NULL, __ATOMIC_RELEASE);
}

int __PageMovable(const struct page *page)
{
	return __atomic_load_n(&page->movable_ops, __ATOMIC_ACQUIRE) != NULL;
}

/* One more holder, unless it is going away. */
static bool get_page_unless_zero(struct page *page)
{
	int held = page_count(page);

	while (held && !__atomic_compare_exchange_n(&page->_refcount.counter, &held, held + 1,
						     false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		;
	return held != 0;
}

/* The new page holds what the old did; whoever else held that has not let go, or has. */
static int finish_move(struct page *page, struct page *dst)
{
	put_page(dst);
	if (page_count(page) == 1)
		return 0;
	put_page(page);
	return -EBUSY;
}

static int move_to(struct kernel *k, struct page *page, const struct movable_operations *ops,
		   gfp_t gfp)
{
	struct page *dst = kernel_alloc_pages(k, gfp, 0, NULL);
	int err = dst ? ops->migrate_page(dst, page, MIGRATE_SYNC) : -ENOMEM;

	if (!err)
		return finish_move(page, dst);
	ops->putback_page(page);
	if (dst)
		put_page(dst);
	put_page(page);
	return err == -ENOMEM ? err : -EBUSY;
}

/* Afterwards nobody but the caller holds @page. Under cma_mutex. */
static int move_out(struct kernel *k, struct page *page, gfp_t gfp)
{
	const struct movable_operations *ops =
		__atomic_load_n(&page->movable_ops, __ATOMIC_ACQUIRE);

	if (!ops || !get_page_unless_zero(page))
		return -EBUSY;
	if (!ops->isolate_page(page, 0)) {
		put_page(page);
		return -EBUSY;
	}
	return move_to(k, page, ops, gfp);
}

int cma_evict(struct kernel *k, struct page *page)
{
	int err;

	mutex_lock(&k->cma_mutex);
	err = move_out(k, page, GFP_HIGHUSER);
	mutex_unlock(&k->cma_mutex);
	if (!err)
		put_page(page);
	return err;
}

/* ---- a run of pages --------------------------------------------------------- */

static void claim(struct page *page)
{
	page->flags = PAGE_IS_CLAIMED;
	page->order = 0;
	page->movable_ops = NULL;
	atomic_set(&page->_refcount, 1);
}

static void claim_free_pages(struct kernel *k, size_t first, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		struct page *page = &k->mem_map->pages[first + i];

		if (!(page->flags & PAGE_IS_CLAIMED) && page_alloc_claim(k, first + i))
			claim(page);
	}
}

static int claim_used_pages(struct kernel *k, size_t first, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		struct page *page = &k->mem_map->pages[first + i];
		int err = 0;

		if (page->flags & PAGE_IS_CLAIMED)
			continue;
		if (!page_alloc_claim(k, first + i))
			err = move_out(k, page, GFP_HIGHUSER_MOVABLE);
		if (err)
			return err;
		claim(page);
	}
	return 0;
}

static void give_back(struct kernel *k, size_t first, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		struct page *page = &k->mem_map->pages[first + i];

		if (!(page->flags & PAGE_IS_CLAIMED))
			continue;
		page->flags = 0;
		atomic_set(&page->_refcount, 0);
		page_alloc_unclaim(k, first + i);
	}
}

/* Free ones first, so that what moves out does not move in again behind. */
static int alloc_contig_range(struct kernel *k, size_t first, size_t nr)
{
	int err;

	claim_free_pages(k, first, nr);
	err = claim_used_pages(k, first, nr);
	if (err)
		give_back(k, first, nr);
	return err;
}

/* ---- areas --------------------------------------------------------- */

static size_t take_place(struct cma *cma, size_t from, size_t nr, unsigned align)
{
	size_t at;

	spin_lock(&cma->lock);
	at = find_clear_run_from(&cma->used, from, nr, (size_t)1 << align,
				 (size_t)(cma->pa >> PAGE_SHIFT));
	if (at < cma->used.nr)
		bits_add_run(&cma->used, at, nr);
	spin_unlock(&cma->lock);
	return at;
}

static void give_place(struct cma *cma, size_t at, size_t nr)
{
	spin_lock(&cma->lock);
	bits_drop_run(&cma->used, at, nr);
	spin_unlock(&cma->lock);
}

/* Return: the place in the area, or its end; and why not. */
static size_t find_run(struct cma *cma, size_t nr, unsigned align, int *ret_err)
{
	struct kernel *k = cma->kernel;
	size_t at = take_place(cma, 0, nr, align);

	*ret_err = -ENOMEM;
	while (at < cma->used.nr) {
		mutex_lock(&k->cma_mutex);
		*ret_err = alloc_contig_range(k, cma->first + at, nr);
		mutex_unlock(&k->cma_mutex);
		if (!*ret_err)
			return at;
		give_place(cma, at, nr);
		if (*ret_err != -EBUSY)
			break;
		at = take_place(cma, at + 1, nr, align);
	}
	return cma->used.nr;
}

struct page *cma_alloc(struct cma *cma, unsigned long count, unsigned int align, bool no_warn)
{
	size_t at;
	int err;

	if (!cma || !count || kernel_fails(cma->kernel))
		return NULL;
	at = find_run(cma, count, align, &err);
	if (at < cma->used.nr)
		return &cma->kernel->mem_map->pages[cma->first + at];
	if (!no_warn)
		pr_err("%s: %s: alloc failed, req-size: %lu pages, ret: %d\n", __func__,
		       cma->name, count, err);
	return NULL;
}

bool cma_pages_valid(struct cma *cma, const struct page *pages, unsigned long count)
{
	size_t at;

	if (!cma || !pages || page_kernel(pages) != cma->kernel)
		return false;
	at = page_idx(cma->kernel, pages) - cma->first;
	return at < cma->used.nr && count <= cma->used.nr - at;
}

bool cma_release(struct cma *cma, const struct page *pages, unsigned long count)
{
	size_t at;

	if (!cma_pages_valid(cma, pages, count))
		return false;
	at = page_idx(cma->kernel, pages) - cma->first;
	if (WARN(!(pages->flags & PAGE_IS_CLAIMED), "cma_release() of pages that are not taken: "
		 "pa %#llx", (unsigned long long)page_to_phys(pages)))
		return false;
	kernel_tell(cma->kernel, PAGES_FREED, page_to_phys(pages), count << PAGE_SHIFT,
		    __builtin_return_address(0));
	give_back(cma->kernel, page_idx(cma->kernel, pages), count);
	give_place(cma, at, count);
	return true;
}

phys_addr_t cma_get_base(const struct cma *cma)
{
	return cma->pa;
}

unsigned long cma_get_size(const struct cma *cma)
{
	return cma->used.nr << PAGE_SHIFT;
}

const char *cma_get_name(const struct cma *cma)
{
	return cma->name;
}

/* ---- boot --------------------------------------------------------- */

struct cma *cma_add(struct kernel *k, const char *name, phys_addr_t pa, u64 len)
{
	struct cma *cma;

	if (k->nr_cma == MAX_CMA_AREAS) {
		pr_err("Not enough slots for CMA reserved regions!\n");
		return NULL;
	}
	cma = &k->cma[k->nr_cma++];
	*cma = (struct cma){ .kernel = k, .name = name, .pa = pa };
	cma->first = (size_t)((pa - k->port.lowmem_pa) >> PAGE_SHIFT);
	bits_init(&cma->used, (size_t)(len >> PAGE_SHIFT));
	return cma;
}

struct cma *cma_at(const struct kernel *k, phys_addr_t pa)
{
	for (unsigned i = 0; i < k->nr_cma; i++)
		if (pa - k->cma[i].pa < k->cma[i].used.nr << PAGE_SHIFT)
			return (struct cma *)&k->cma[i];
	return NULL;
}

void cma_done(struct kernel *k)
{
	for (unsigned i = 0; i < k->nr_cma; i++)
		bits_done(&k->cma[i].used);
}
