/* SPDX-License-Identifier: MIT */
/*
 * The copy of an address space, and the copy of a page at the first write.
 *
 *	before fork      after it                 after the parent writes
 *	parent -> page   parent -> page, r/o      parent -> copy
 *	                 child  -> page, r/o      child  -> page
 *
 * It is the one who writes first who gets the copy: a device that was given the page's
 * address goes on with the page, which is now the child's alone. Hence pins: a pinned
 * page is copied for the child during the fork, and stays the parent's.
 *
 * A page is its user's own when nobody else counts it. (Linux has a bit of the page for
 * that, PageAnonExclusive, and asks the count only where it is clear.)
 *
 * Linux: mm/memory.c copy_page_range(), do_wp_page(); kernel/fork.c dup_mmap().
 */
#include <linux/cacheflush.h>
#include <linux/highmem.h>

#include "user.h"

bool page_maybe_pinned(const struct page *page)
{
	return page_count(page) >= PIN_BIAS;
}

/* ---- fork -------------------------------------------------------------------------- */

static pgprot_t read_only(pgprot_t prot)
{
	prot.bits |= L_PTE_RDONLY;
	return prot;
}

static pgprot_t writable(pgprot_t prot)
{
	prot.bits &= ~L_PTE_RDONLY;
	return prot;
}

/* Now, for what is pinned must not be write-protected. */
static int copy_pinned(struct vm_area_struct *to, u32 va, struct page *page)
{
	struct kernel *k = user_mm_of(to->vm_mm)->kernel;
	struct page *copy = alloc_user_page(k, va);
	int err;

	if (!copy)
		return -ENOMEM;
	copy_highpage(copy, page);
	err = set_pte(to, va, page_pa(k, copy), writable(to->vm_page_prot));
	if (err)
		put_page(copy);
	else
		update_mmu_cache(to, va, copy);
	return err;
}

static void note_inherited(struct vm_area_struct *to, u32 va, phys_addr_t pa, bool is_counted)
{
	struct user_mm *u = user_mm_of(to->vm_mm);

	user_tell(u->kernel, &(struct user_note){
		.what = USER_INHERITED, .mm = u, .va = (void *)user_ptr(u, va), .pa = pa,
		.len = PAGE_SIZE, .is_counted = is_counted,
	});
}

static int share_page(struct vm_area_struct *to, struct vm_area_struct *from, u32 va,
		      struct space_page at, struct page *page)
{
	pgprot_t prot = to->vm_page_prot;
	int err;

	if (is_cow_mapping(from->vm_flags)) {
		prot = read_only(prot);
		if (at.is_writable)
			set_pte(from, va, at.pa, prot);
	}
	err = set_pte(to, va, at.pa, prot);
	if (err)
		return err;
	if (page)
		get_page(page);
	if (!page || !(page->flags & PAGE_IS_ANON))
		note_inherited(to, va, at.pa, page);
	return 0;
}

static int copy_page(struct vm_area_struct *to, struct vm_area_struct *from, u32 va)
{
	struct user_mm *u = user_mm_of(from->vm_mm);
	struct space_page at = space_look(&u->kernel->port, &u->space, va);
	struct page *page;

	if (!at.desc)
		return 0;
	page = vm_normal_page(from, va, at.pa);
	if (page && page->flags & PAGE_IS_ANON && is_cow_mapping(from->vm_flags) &&
	    u->has_pinned && page_maybe_pinned(page))
		return copy_pinned(to, va, page);
	return share_page(to, from, va, at, page);
}

/* What a fault would find again need not be copied. */
static bool needs_copy(const struct vm_area_struct *vma)
{
	return vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP) || vma_is_anonymous(vma) ||
	       is_cow_mapping(vma->vm_flags);
}

static int copy_range(struct vm_area_struct *to, struct vm_area_struct *from)
{
	int err = 0;

	for (unsigned long va = from->vm_start; va < from->vm_end && !err; va += PAGE_SIZE)
		err = copy_page(to, from, (u32)va);
	flush_tlb_range(from, (u32)from->vm_start, (u32)(from->vm_end - from->vm_start));
	return err;
}

static int dup_vma(struct user_mm *to, struct vm_area_struct *from)
{
	struct vm_area_struct *copy;

	if (from->vm_flags & VM_DONTCOPY)
		return 0;
	copy = vma_copy(from, to);
	if (!copy)
		return -ENOMEM;
	list_add_tail(&copy->vm_list, &to->mm.vmas);
	to->mm.map_count++;
	if (copy->vm_ops && copy->vm_ops->open)
		copy->vm_ops->open(copy);
	return needs_copy(from) ? copy_range(copy, from) : 0;
}

struct user_mm *dup_mm(struct user_mm *old)
{
	struct user_mm *u = mm_alloc(old->kernel);
	struct vm_area_struct *vma;
	int err = 0;

	if (!u)
		return NULL;
	user_lock(old);
	user_lock(u);			/* pages that are its own already may not move */
	flush_cache_mm(&old->mm);
	list_for_each_entry(vma, &old->mm.vmas, vm_list) {
		err = dup_vma(u, vma);
		if (err)
			break;
	}
	user_unlock(u);
	user_unlock(old);
	if (!err)
		return u;
	mmput(u);
	return NULL;
}

/* ---- the first write ------------------------------------------------------------------ */

static vm_fault_t make_writable(struct vm_area_struct *vma, u32 va, phys_addr_t pa)
{
	set_pte(vma, va, pa, writable(vma->vm_page_prot));
	flush_tlb_range(vma, va, PAGE_SIZE);
	return 0;
}

/* Bare frames are read as their user reads them; the zero page need not be. */
static void copy_old(struct vm_area_struct *vma, u32 va, struct page *old,
		     phys_addr_t old_pa, struct page *copy)
{
	struct user_mm *u = user_mm_of(vma->vm_mm);
	struct kernel *k = u->kernel;

	flush_cache_page(vma, user_ptr(u, va), PHYS_PFN(old_pa));
	if (old)
		copy_highpage(copy, old);
	else if (!k->users->zero_page || old_pa != page_pa(k, k->users->zero_page))
		phys_copy_in(k, page_pa(k, copy), (void *)user_ptr(u, va), PAGE_SIZE);
}

static vm_fault_t wp_page_copy(struct vm_area_struct *vma, u32 va, struct page *old,
			       phys_addr_t old_pa)
{
	struct user_mm *u = user_mm_of(vma->vm_mm);
	struct kernel *k = u->kernel;
	struct page *copy = alloc_user_page(k, va);

	if (!copy)
		return VM_FAULT_OOM;
	copy_old(vma, va, old, old_pa, copy);
	set_pte(vma, va, page_pa(k, copy), writable(vma->vm_page_prot));
	flush_tlb_range(vma, va, PAGE_SIZE);
	update_mmu_cache(vma, va, copy);
	user_tell(k, &(struct user_note){
		.what = USER_COPIED, .mm = u, .va = (void *)user_ptr(u, va), .pa = old_pa,
		.new_pa = page_pa(k, copy), .len = PAGE_SIZE, .site = u->fault_site,
	});
	if (old)
		put_page(old);
	return 0;
}

vm_fault_t do_wp_page(struct vm_area_struct *vma, u32 va, struct space_page was)
{
	struct page *page = vm_normal_page(vma, va, was.pa);

	if (vma->vm_flags & (VM_SHARED | VM_MAYSHARE) ||
	    (page && page->flags & PAGE_IS_ANON && page_count(page) == 1))
		return make_writable(vma, va, was.pa);
	return wp_page_copy(vma, va, page, was.pa);
}
