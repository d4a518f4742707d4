/* SPDX-License-Identifier: MIT */
/*
 * Users' pages for a driver, who will hand them to a device.
 *
 * get_user_pages() keeps a page from being freed. pin_user_pages() also keeps it where
 * it is: a fork copies it for the child, so that the device and the user go on sharing
 * it. What a driver mapped with remap_pfn_range() is nobody's page: -EFAULT.
 *
 * A page that is pinned for long (FOLL_LONGTERM) leaves its contiguous area first: it
 * would be in the way there for as long.
 *
 * Linux: mm/gup.c.
 */
#include <linux/cacheflush.h>

#include "user.h"

#define FOLL_KNOWN	(FOLL_WRITE | FOLL_GET | FOLL_PIN | FOLL_FORCE | FOLL_NOFAULT | \
			 FOLL_LONGTERM | FOLL_FAST_ONLY)

static bool may_get(const struct vm_area_struct *vma, unsigned int flags)
{
	if (vma->vm_flags & (VM_IO | VM_PFNMAP))
		return false;
	if (flags & FOLL_FORCE)
		return vma->vm_flags & (flags & FOLL_WRITE ? VM_MAYWRITE : VM_MAYREAD);
	return vma->vm_flags & (flags & FOLL_WRITE ? VM_WRITE : VM_READ);
}

/* A page that a later write of its user would be copied away from. */
static bool must_unshare(const struct page *page, const struct space_page *at,
			 unsigned int flags)
{
	return flags & FOLL_PIN && page && page->flags & PAGE_IS_ANON && !at->is_writable &&
	       page_count(page) > 1;
}

static bool is_ready(const struct vm_area_struct *vma, u32 va, unsigned int flags,
		     struct space_page *ret_at)
{
	struct user_mm *u = user_mm_of(vma->vm_mm);

	*ret_at = space_look(&u->kernel->port, &u->space, va);
	if (!ret_at->desc || (flags & FOLL_WRITE && !ret_at->is_writable))
		return false;
	return !must_unshare(vm_normal_page(vma, va, ret_at->pa), ret_at, flags);
}

/* What is asked of the process, and by whom. */
struct gup {
	struct user_mm *u;
	unsigned int flags;
	const void *site;
};

static void note_taken(const struct gup *g, u32 va, phys_addr_t pa)
{
	user_tell(g->u->kernel, &(struct user_note){
		.what = USER_TAKEN, .mm = g->u, .va = (void *)user_ptr(g->u, va), .pa = pa,
		.len = PAGE_SIZE, .is_counted = g->flags & FOLL_PIN, .site = g->site,
	});
}

static struct page *take(const struct gup *g, struct vm_area_struct *vma, u32 va,
			 phys_addr_t pa)
{
	struct kernel *k = g->u->kernel;
	struct page *zero = k->users->zero_page;
	struct page *page = vm_normal_page(vma, va, pa);

	if (zero && pa == page_pa(k, zero))
		return zero;
	if (!page)
		return NULL;
	atomic_add(g->flags & FOLL_PIN ? PIN_BIAS : 1, &page->_refcount);
	flush_anon_page(vma, page, user_ptr(g->u, va));
	flush_dcache_page(page);
	note_taken(g, va, pa);
	return page;
}

/* What is there, made ready if need be: 0 or a negative errno. */
static int make_ready(const struct gup *g, struct vm_area_struct *vma, u32 va,
		      struct space_page *ret_at)
{
	unsigned int flags = g->flags;
	vm_fault_t ret;

	if (is_ready(vma, va, flags, ret_at))
		return 0;
	if (flags & FOLL_NOFAULT)
		return -EFAULT;
	ret = ret_at->desc
		? do_wp_page(vma, va, *ret_at)
		: handle_mm_fault(vma, va, flags & FOLL_WRITE ? FAULT_FLAG_WRITE : 0);
	if (ret & VM_FAULT_OOM)
		return -ENOMEM;
	return !(ret & VM_FAULT_ERROR) && is_ready(vma, va, flags, ret_at) ? 0 : -EFAULT;
}

/* As in Linux what cannot leave is -ENOMEM, whatever keeps it. */
static int leave_area(const struct gup *g, struct vm_area_struct *vma, u32 va,
		      struct space_page *at)
{
	struct kernel *k = g->u->kernel;
	struct page *page = vm_normal_page(vma, va, at->pa);

	if (!(g->flags & FOLL_LONGTERM) || !page || !(page->flags & PAGE_IS_ANON) ||
	    !cma_at(k, at->pa))
		return 0;
	return !cma_evict(k, page) && is_ready(vma, va, g->flags, at) ? 0 : -ENOMEM;
}

/* A page, or a negative errno in @ret_err. */
static struct page *get_one(const struct gup *g, u32 va, int *ret_err)
{
	struct vm_area_struct *vma = user_vma(g->u, va);
	struct page *page = NULL;
	struct space_page at;

	*ret_err = -EFAULT;
	if (!vma || !may_get(vma, g->flags))
		return NULL;
	*ret_err = make_ready(g, vma, va, &at);
	if (!*ret_err)
		*ret_err = leave_area(g, vma, va, &at);
	if (!*ret_err)
		page = take(g, vma, va, at.pa);
	if (!*ret_err && !page)
		*ret_err = -EFAULT;
	return page;
}

static long get_pages(const struct gup *g, unsigned long start, unsigned long nr,
		      struct page **pages)
{
	struct user_mm *u = g->u;
	unsigned int flags = g->flags;
	u32 va = (u32)start & PAGE_MASK;

	if (WARN(flags & ~FOLL_KNOWN, "get_user_pages() with flags %#x", flags))
		return -EINVAL;
	if (port_of((void *)start) != &u->kernel->port || va >= TASK_SIZE ||
	    nr > (TASK_SIZE - va) >> PAGE_SHIFT)
		return -EFAULT;
	if (flags & FOLL_PIN)
		u->has_pinned = true;
	for (unsigned long i = 0; i < nr; i++) {
		int err;
		struct page *page = get_one(g, va + (u32)(i << PAGE_SHIFT), &err);

		if (!page)
			return i ? (long)i : err;
		port_copy_in(&pages[i], &page, sizeof(page));
	}
	return (long)nr;
}

static struct user_mm *current_mm(void)
{
	struct kernel *k = kernel_current();
	struct user_mm *u = k ? user_current(k) : NULL;

	WARN(!u, "user pages are asked for, and there is no process");
	return u;
}

static long get_pages_fast(unsigned long start, int nr, unsigned int flags,
			   struct page **pages, const void *site)
{
	struct gup g = { current_mm(), flags, site };
	long ret;

	if (nr < 0)
		return -EINVAL;
	if (!g.u)
		return -EFAULT;
	user_lock(g.u);
	ret = get_pages(&g, start, (unsigned long)nr, pages);
	user_unlock(g.u);
	return ret;
}

static long get_pages_locked(unsigned long start, unsigned long nr, unsigned int flags,
			     struct page **pages, const void *site)
{
	struct gup g = { current_mm(), flags, site };

	return g.u ? get_pages(&g, start, nr, pages) : -EFAULT;
}

long get_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
		    struct page **pages)
{
	return get_pages_locked(start, nr_pages, gup_flags | FOLL_GET, pages,
				__builtin_return_address(0));
}

long pin_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
		    struct page **pages)
{
	return get_pages_locked(start, nr_pages, gup_flags | FOLL_PIN, pages,
				__builtin_return_address(0));
}

int get_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages)
{
	return (int)get_pages_fast(start, nr_pages, gup_flags | FOLL_GET, pages,
				   __builtin_return_address(0));
}

int pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages)
{
	return (int)get_pages_fast(start, nr_pages, gup_flags | FOLL_PIN, pages,
				   __builtin_return_address(0));
}

void unpin_user_page(struct page *page)
{
	struct kernel *k = page_kernel(page);

	if (page == k->users->zero_page ||
	    WARN(page_count(page) < PIN_BIAS, "unpin_user_page() of what is not pinned"))
		return;
	atomic_sub(PIN_BIAS - 1, &page->_refcount);
	put_page(page);
}

void unpin_user_pages(struct page **pages, unsigned long npages)
{
	for (unsigned long i = 0; i < npages; i++) {
		struct page *page;

		port_copy_out(&page, &pages[i], sizeof(page));
		unpin_user_page(page);
	}
}

void unpin_user_pages_dirty_lock(struct page **pages, unsigned long npages, bool make_dirty)
{
	unpin_user_pages(pages, npages);	/* dirty is what page caches care for */
}

bool page_maybe_dma_pinned(struct page *page)
{
	return page_maybe_pinned(page);
}
