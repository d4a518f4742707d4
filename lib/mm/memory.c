/* SPDX-License-Identifier: MIT */
/*
 * What is behind user addresses: pages that a driver maps, and pages that a fault finds.
 *
 *	vma             maps                     counted   who frees the page
 *	VM_PFNMAP       bare frames              no        whoever allocated it, and too
 *	                                                   early is his own fault
 *	VM_MIXEDMAP     a driver's pages         yes       the last of both
 *	anonymous       zeros, at a fault        yes       the last user
 *
 * In a private VM_PFNMAP range what was copied on a write is counted: it is the page
 * that is not where vm_pgoff says.
 *
 * Leaves out: young and dirty (a page is writable from the start), swap, huge pages,
 * the page cache. Shared anonymous memory is there whole from the start, and so the same
 * for all who inherit it.
 * Linux: mm/memory.c.
 */
#include <linux/cacheflush.h>
#include <linux/highmem.h>

#include "user.h"

struct page *vm_normal_page(const struct vm_area_struct *vma, u32 va, phys_addr_t pa)
{
	struct kernel *k = user_mm_of(vma->vm_mm)->kernel;
	unsigned long off = (va - (u32)vma->vm_start) >> PAGE_SHIFT;
	struct page *page;

	if (vma->vm_flags & VM_PFNMAP &&
	    (!is_cow_mapping(vma->vm_flags) || PHYS_PFN(pa) == vma->vm_pgoff + off))
		return NULL;
	if (!port_is_ram(&k->port, pa, PAGE_SIZE))
		return NULL;
	page = kernel_page(k, pa);
	return page == k->users->zero_page ? NULL : page;
}

/* ---- tables ------------------------------------------------------------------------- */

int set_pte(struct vm_area_struct *vma, u32 va, phys_addr_t pa, pgprot_t prot)
{
	struct user_mm *u = user_mm_of(vma->vm_mm);

	sync_dcache(u->kernel, pa);
	return space_map(&u->kernel->port, &u->space, va, pa, prot);
}

/* Without ASIDs a TLB holds nothing of somebody who is not there. */
void flush_tlb_range(struct vm_area_struct *vma, u32 va, u32 len)
{
	struct user_mm *u = user_mm_of(vma->vm_mm);

	if (u->kernel->port.arch != PORT_V5 || user_is_here(u))
		space_flush_tlb(&u->kernel->port, va, len, user_asid(u));
}

static void note_mapped(struct vm_area_struct *vma, u32 va, phys_addr_t pa, u32 len,
			bool is_counted, const void *site)
{
	struct user_mm *u = user_mm_of(vma->vm_mm);

	user_tell(u->kernel, &(struct user_note){
		.what = USER_MAPPED, .mm = u, .va = (void *)user_ptr(u, va), .pa = pa,
		.len = len, .is_counted = is_counted,
		.site = vma->vm_site ? vma->vm_site : site,
	});
}

static void unmap_page(struct vm_area_struct *vma, u32 va)
{
	struct user_mm *u = user_mm_of(vma->vm_mm);
	struct space_page at = space_look(&u->kernel->port, &u->space, va);
	struct page *page;

	if (!at.desc)
		return;
	space_unmap(&u->kernel->port, &u->space, va);
	flush_tlb_range(vma, va, PAGE_SIZE);
	page = vm_normal_page(vma, va, at.pa);
	user_tell(u->kernel, &(struct user_note){
		.what = USER_UNMAPPED, .mm = u, .va = (void *)user_ptr(u, va), .pa = at.pa,
		.len = PAGE_SIZE,
	});
	if (page)
		put_page(page);
}

void unmap_range(struct vm_area_struct *vma, u32 va, u32 len)
{
	flush_cache_range(vma, vma->vm_start + (va - (u32)vma->vm_start),
			  vma->vm_start + (va - (u32)vma->vm_start) + len);
	for (u32 done = 0; done < len; done += PAGE_SIZE)
		unmap_page(vma, va + done);
}

void zap_vma_ptes(struct vm_area_struct *vma, unsigned long va, unsigned long size)
{
	if (va >= vma->vm_start && va + size <= vma->vm_end && vma->vm_flags & VM_PFNMAP)
		unmap_range(vma, (u32)va, (u32)size);
}

/* ---- frames ------------------------------------------------------------------------- */

/* Linux has BUG_ON() for a page that is there already. */
static int map_frame(struct vm_area_struct *vma, u32 va, phys_addr_t pa, pgprot_t prot)
{
	struct user_mm *u = user_mm_of(vma->vm_mm);

	if (WARN(space_look(&u->kernel->port, &u->space, va).desc,
		 "user va %#x is mapped already", va))
		return -EINVAL;
	return set_pte(vma, va, pa, prot);
}

static int map_frames(struct vm_area_struct *vma, u32 va, phys_addr_t pa, u32 len,
		      pgprot_t prot)
{
	for (u32 done = 0; done < len; done += PAGE_SIZE) {
		int err = map_frame(vma, va + done, pa + done, prot);

		if (err) {
			unmap_range(vma, va, done);
			return err;
		}
	}
	return 0;
}

static int remap_frames(struct vm_area_struct *vma, unsigned long va, unsigned long pfn,
			unsigned long size, pgprot_t prot, const void *site)
{
	unsigned long end = va + PAGE_ALIGN(size);
	int err;

	if (WARN(!PAGE_ALIGNED(va), "remap_pfn_range() at %#x", (u32)va) ||
	    WARN(va < vma->vm_start || end > vma->vm_end || va >= end,
		 "remap_pfn_range() of what is not in the vma") ||
	    WARN(PFN_PHYS(pfn) + (end - va) > SZ_4G,
		 "remap_pfn_range() of pfn %#lx, which no descriptor can name", pfn))
		return -EINVAL;
	if (is_cow_mapping(vma->vm_flags)) {
		if (va != vma->vm_start || end != vma->vm_end)
			return -EINVAL;
		vma->vm_pgoff = pfn;
	}
	vm_flags_set(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);
	flush_cache_range(vma, va, end);
	err = map_frames(vma, (u32)va, PFN_PHYS(pfn), (u32)(end - va), prot);
	if (!err)
		note_mapped(vma, (u32)va, PFN_PHYS(pfn), (u32)(end - va), false, site);
	return err;
}

int remap_pfn_range(struct vm_area_struct *vma, unsigned long va, unsigned long pfn,
		    unsigned long size, pgprot_t prot)
{
	return remap_frames(vma, va, pfn, size, prot, __builtin_return_address(0));
}

int vm_iomap_memory(struct vm_area_struct *vma, phys_addr_t start, unsigned long len)
{
	unsigned long pfn = PHYS_PFN(start), pages;

	if (start + len < start)
		return -EINVAL;
	len += offset_in_page(start);
	pages = PFN_UP(len);
	if (vma->vm_pgoff > pages || vma_pages(vma) > pages - vma->vm_pgoff)
		return -EINVAL;
	return remap_frames(vma, vma->vm_start, pfn + vma->vm_pgoff,
			    vma->vm_end - vma->vm_start, vma->vm_page_prot,
			    __builtin_return_address(0));
}

vm_fault_t vmf_insert_pfn_prot(struct vm_area_struct *vma, unsigned long va,
			       unsigned long pfn, pgprot_t prot)
{
	struct user_mm *u = user_mm_of(vma->vm_mm);
	int err;

	if (WARN(!(vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP)),
		 "vmf_insert_pfn() into a vma that is not VM_PFNMAP") ||
	    va < vma->vm_start || va >= vma->vm_end)
		return VM_FAULT_SIGBUS;
	if (space_look(&u->kernel->port, &u->space, (u32)va & PAGE_MASK).desc)
		return VM_FAULT_NOPAGE;
	err = set_pte(vma, (u32)va & PAGE_MASK, PFN_PHYS(pfn), prot);
	if (err)
		return VM_FAULT_OOM;
	note_mapped(vma, (u32)va & PAGE_MASK, PFN_PHYS(pfn), PAGE_SIZE, false,
		    __builtin_return_address(0));
	return VM_FAULT_NOPAGE;
}

vm_fault_t vmf_insert_pfn(struct vm_area_struct *vma, unsigned long va, unsigned long pfn)
{
	return vmf_insert_pfn_prot(vma, va, pfn, vma->vm_page_prot);
}

/* ---- pages --------------------------------------------------------------------------- */

static int check_insert(const struct user_mm *u, struct page *page)
{
	if (!page || page_kernel(page) != u->kernel || !page_count(page))
		return -EINVAL;
	if (page->flags & (PAGE_IS_ANON | PAGE_IS_SLAB | PAGE_IS_LARGE))
		return -EINVAL;
	flush_dcache_page(page);
	return 0;
}

static int insert_page(struct vm_area_struct *vma, unsigned long va, struct page *page,
		       const void *site)
{
	struct user_mm *u = user_mm_of(vma->vm_mm);
	int err;

	if (va < vma->vm_start || va >= vma->vm_end)
		return -EFAULT;
	if (WARN(vma->vm_flags & VM_PFNMAP, "vm_insert_page() into a VM_PFNMAP vma"))
		return -EINVAL;
	vm_flags_set(vma, VM_MIXEDMAP);
	err = check_insert(u, page);
	if (err)
		return err;
	if (space_look(&u->kernel->port, &u->space, (u32)va).desc)
		return -EBUSY;
	err = set_pte(vma, (u32)va, page_pa(u->kernel, page), vma->vm_page_prot);
	if (err)
		return err;
	get_page(page);
	note_mapped(vma, (u32)va, page_pa(u->kernel, page), PAGE_SIZE, true, site);
	return 0;
}

int vm_insert_page(struct vm_area_struct *vma, unsigned long va, struct page *page)
{
	return insert_page(vma, va, page, __builtin_return_address(0));
}

int vm_insert_pages(struct vm_area_struct *vma, unsigned long va, struct page **pages,
		    unsigned long *num)
{
	unsigned long nr = *num;

	if (va < vma->vm_start || va + (nr << PAGE_SHIFT) > vma->vm_end)
		return -EFAULT;
	for (unsigned long i = 0; i < nr; i++) {
		int err = insert_page(vma, va + (i << PAGE_SHIFT), pages[i],
				      __builtin_return_address(0));

		*num = nr - i - !err;
		if (err)
			return err;
	}
	return 0;
}

static int map_pages(struct vm_area_struct *vma, struct page **pages, unsigned long num,
		     unsigned long offset, const void *site)
{
	unsigned long count = vma_pages(vma);

	if (offset >= num || count > num - offset)
		return -ENXIO;
	for (unsigned long i = 0; i < count; i++) {
		int err = insert_page(vma, vma->vm_start + (i << PAGE_SHIFT),
				      pages[offset + i], site);

		if (err)
			return err;
	}
	return 0;
}

int vm_map_pages(struct vm_area_struct *vma, struct page **pages, unsigned long num)
{
	return map_pages(vma, pages, num, vma->vm_pgoff, __builtin_return_address(0));
}

int vm_map_pages_zero(struct vm_area_struct *vma, struct page **pages, unsigned long num)
{
	return map_pages(vma, pages, num, 0, __builtin_return_address(0));
}

/* ---- faults --------------------------------------------------------------------------- */

struct page *alloc_user_page(struct kernel *k, u32 va)
{
	struct page *page = kernel_alloc_pages(k, GFP_HIGHUSER_MOVABLE | __GFP_ZERO, 0, NULL);

	if (page)
		user_page_init(page, va);
	return page;
}

static struct page *zero_page(struct kernel *k)
{
	struct users *s = k->users;

	if (!s->zero_page)
		s->zero_page = kernel_alloc_pages(k, GFP_KERNEL | __GFP_ZERO, 0, NULL);
	return s->zero_page;
}

/* The pgprot of a page that is its user's own. */
static pgprot_t own_prot(const struct vm_area_struct *vma)
{
	pgprot_t prot = vma->vm_page_prot;

	if (vma->vm_flags & VM_WRITE)
		prot.bits &= ~L_PTE_RDONLY;
	return prot;
}

/* @page's count passes to the mapping, or is given back. */
static vm_fault_t map_fault_page(struct vm_area_struct *vma, u32 va, struct page *page,
				 pgprot_t prot)
{
	struct kernel *k = user_mm_of(vma->vm_mm)->kernel;

	if (set_pte(vma, va, page_pa(k, page), prot)) {
		if (page != k->users->zero_page)
			put_page(page);
		return VM_FAULT_OOM;
	}
	update_mmu_cache(vma, va, page);
	return 0;
}

static vm_fault_t do_anonymous_page(struct vm_area_struct *vma, u32 va, unsigned int flags)
{
	struct kernel *k = user_mm_of(vma->vm_mm)->kernel;
	bool may_be_zero = !(flags & FAULT_FLAG_WRITE) && !(vma->vm_flags & VM_SHARED);
	struct page *page = may_be_zero ? zero_page(k) : alloc_user_page(k, va);
	pgprot_t prot = own_prot(vma);

	if (!page)
		return VM_FAULT_OOM;
	if (may_be_zero)
		prot.bits |= L_PTE_RDONLY;
	return map_fault_page(vma, va, page, prot);
}

/* A private mapping's write: the driver's page is but the original. */
static vm_fault_t map_copy(struct vm_area_struct *vma, u32 va, struct page *original)
{
	struct page *page = alloc_user_page(user_mm_of(vma->vm_mm)->kernel, va);

	if (page)
		copy_highpage(page, original);
	put_page(original);
	return page ? map_fault_page(vma, va, page, own_prot(vma)) : VM_FAULT_OOM;
}

static vm_fault_t do_fault(struct vm_area_struct *vma, u32 va, unsigned int flags)
{
	struct user_mm *u = user_mm_of(vma->vm_mm);
	struct vm_fault vmf = {
		.vma = vma, .gfp_mask = GFP_USER, .flags = flags,
		.pgoff = vma->vm_pgoff + ((va - (u32)vma->vm_start) >> PAGE_SHIFT),
		.address = user_ptr(u, va), .real_address = user_ptr(u, va),
	};
	vm_fault_t ret;

	if (!vma->vm_ops || !vma->vm_ops->fault)
		return VM_FAULT_SIGBUS;
	ret = vma->vm_ops->fault(&vmf);
	if (ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE))
		return ret & VM_FAULT_ERROR;
	if (WARN(!vmf.page || page_kernel(vmf.page) != u->kernel,
		 "a fault handler that gave no page"))
		return VM_FAULT_SIGBUS;
	if (flags & FAULT_FLAG_WRITE && is_cow_mapping(vma->vm_flags))
		return map_copy(vma, va, vmf.page);
	ret = map_fault_page(vma, va, vmf.page, vma->vm_page_prot);
	if (!ret)
		note_mapped(vma, va, page_pa(u->kernel, vmf.page), PAGE_SIZE, true, NULL);
	return ret;
}

vm_fault_t handle_mm_fault(struct vm_area_struct *vma, u32 va, unsigned int flags)
{
	struct user_mm *u = user_mm_of(vma->vm_mm);
	struct space_page at = space_look(&u->kernel->port, &u->space, va & PAGE_MASK);

	va &= PAGE_MASK;
	if (!at.desc)
		return vma_is_anonymous(vma) ? do_anonymous_page(vma, va, flags)
					     : do_fault(vma, va, flags);
	if (flags & FAULT_FLAG_WRITE && !at.is_writable)
		return do_wp_page(vma, va, at);
	return 0;
}
