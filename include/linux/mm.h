/* SPDX-License-Identifier: MIT */
/*
 * Pages, and the linear map: every page of lowmem is mapped, cached, at
 * PAGE_OFFSET + its distance from the start of DRAM, in 1 MiB sections (4 KiB
 * pages in the CMA area). The low 32 bits of such a pointer are its Arm virtual
 * address.
 *
 *   struct page  <- virt_to_page() -  pointer  - virt_to_phys() ->  phys_addr_t
 *                - page_address() ->           <- phys_to_virt() -
 *
 * DRAM beyond lowmem (768 MiB from its start) is highmem, as far as 4 GiB: it has
 * struct pages, but no address until somebody maps it; see <linux/highmem.h>.
 * Memory that the board reserves with no-map has a struct page and nothing else.
 *
 * Context of everything here: any. None allocates or sleeps.
 * Source: include/linux/mm.h, arch/arm/include/asm/memory.h.
 */
#ifndef _ARMDMA_LINUX_MM_H
#define _ARMDMA_LINUX_MM_H

#include <linux/mmdebug.h>
#include <linux/align.h>
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/mm_types.h>
#include <linux/pgtable.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PAGE_SHIFT		12
#ifndef PAGE_SIZE
#define PAGE_SIZE		(1UL << PAGE_SHIFT)
#endif
#ifndef PAGE_MASK
#define PAGE_MASK		(~(PAGE_SIZE - 1))
#endif
#define PAGE_ALIGN(n)		ALIGN(n, PAGE_SIZE)
#define PAGE_ALIGNED(n)		IS_ALIGNED((unsigned long)(n), PAGE_SIZE)
#define offset_in_page(p)	((unsigned long)(p) & ~PAGE_MASK)

#define PAGE_OFFSET		0xc0000000UL

#define PFN_UP(x)		(((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x)		((x) >> PAGE_SHIFT)
#define PFN_PHYS(x)		((phys_addr_t)(x) << PAGE_SHIFT)
#define PHYS_PFN(x)		((unsigned long)((x) >> PAGE_SHIFT))

/**
 * virt_to_page() - the page that holds @va
 *
 * Return: NULL where Linux would compute a pointer to nowhere: @va is not in
 * the linear map of a live machine (host stack, host heap, vmalloc, ioremap, kmap).
 */
struct page *virt_to_page(const void *va);
/**
 * page_address() - linear-map address of the page's first byte
 *
 * Return: of a highmem page where kmap() has it, for as long as it is kmapped; NULL
 * when it is not.
 */
void *page_address(const struct page *page);
/** The page lies beyond lowmem. */
bool PageHighMem(const struct page *page);
/** The page is nobody's to allocate: page tables, reserved memory, no-map. */
bool PageReserved(const struct page *page);
/** The page @n after @page; they follow one another in memory as they do here. */
#define nth_page(page, n)	((page) + (n))
/** One past the last byte of the linear map of the current machine; NULL without one. */
#define high_memory		high_memory_of_current()
void *high_memory_of_current(void);
#define page_to_virt(page)	page_address(page)

unsigned long page_to_pfn(const struct page *page);
/** NULL unless pfn_valid(). Of the current machine, see cpu_enter(). */
struct page *pfn_to_page(unsigned long pfn);
bool pfn_valid(unsigned long pfn);
/** It is memory that may be mapped: pfn_valid(), and not reserved with no-map. */
bool pfn_is_map_memory(unsigned long pfn);
phys_addr_t page_to_phys(const struct page *page);
/** The @n-th page behind @page. */
#define nth_page(page, n)	((page) + (n))
#define phys_to_page(pa)	pfn_to_page(PHYS_PFN(pa))

/** Of a linear-map address; PHYS_ADDR_MAX of any other. */
phys_addr_t virt_to_phys(const volatile void *va);
/** NULL unless @pa is in lowmem. Of the current machine. */
void *phys_to_virt(phys_addr_t pa);
#define __pa(va)		virt_to_phys((const volatile void *)(unsigned long)(va))
#define __va(pa)		phys_to_virt((phys_addr_t)(pa))
bool virt_addr_valid(const void *va);

/** In the area of vmalloc(), vmap() and ioremap(), or the consistent window. */
bool is_vmalloc_addr(const void *va);
/** The page mapped there; NULL where none is: registers, or nothing. */
struct page *vmalloc_to_page(const void *va);

static inline int page_ref_count(const struct page *page)
{
	return __atomic_load_n(&page->_refcount.counter, __ATOMIC_RELAXED);
}
#define page_count(page)	page_ref_count(page)

/** One more user. @page must be allocated. */
void get_page(struct page *page);
/** One fewer; the last one frees the page, of the order that it was taken with. */
void put_page(struct page *page);

/** Smallest order of pages that holds @size bytes; 0 for 0. */
static inline int get_order(unsigned long size)
{
	return size <= PAGE_SIZE ? 0 : 64 - __builtin_clzl((size - 1) >> PAGE_SHIFT);
}

/* ---- memory of processes: <armdma/process.h> makes them --------------------------- */

#define VM_NONE		0x00000000UL
#define VM_READ		0x00000001UL
#define VM_WRITE	0x00000002UL
#define VM_EXEC		0x00000004UL
#define VM_SHARED	0x00000008UL
#define VM_MAYREAD	0x00000010UL
#define VM_MAYWRITE	0x00000020UL
#define VM_MAYEXEC	0x00000040UL
#define VM_MAYSHARE	0x00000080UL
#define VM_PFNMAP	0x00000400UL	/* bare frames, which nobody counts */
#define VM_IO		0x00004000UL	/* not for get_user_pages() */
#define VM_DONTCOPY	0x00020000UL	/* a fork leaves it out */
#define VM_DONTEXPAND	0x00040000UL	/* nothing here would expand it */
#define VM_DONTDUMP	0x04000000UL	/* nothing here would dump it */
#define VM_MIXEDMAP	0x10000000UL	/* pages of a driver, which are counted */

static inline unsigned long vma_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->__vm_flags |= flags;
}

static inline void vm_flags_clear(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->__vm_flags &= ~flags;
}

static inline void vm_flags_mod(struct vm_area_struct *vma, vm_flags_t set, vm_flags_t clear)
{
	vma->__vm_flags = (vma->__vm_flags | set) & ~clear;
}

/** How a range with these VM_* is mapped, unless its driver says otherwise. */
pgprot_t vm_get_page_prot(vm_flags_t flags);

/** The first range that ends above @va. vma_lookup(): the one that holds it. Or NULL. */
struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long va);
struct vm_area_struct *vma_lookup(struct mm_struct *mm, unsigned long va);

/**
 * remap_pfn_range() - map @size bytes of frames from @pfn on at @va
 * @va:   in @vma, page-aligned; of a private writable @vma, all of it
 * @prot: mostly vma->vm_page_prot; memory of dma_alloc_coherent() goes through
 *        dma_mmap_attrs() instead, which finds the one that agrees with the kernel's
 *
 * Marks @vma VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP. Frames are not counted:
 * unmap before you free. Context: a driver's mmap(), or a fault handler.
 * Return: 0, -EINVAL or -ENOMEM, and then nothing of the range is mapped.
 */
int remap_pfn_range(struct vm_area_struct *vma, unsigned long va, unsigned long pfn,
		    unsigned long size, pgprot_t prot);
#define io_remap_pfn_range(vma, va, pfn, size, prot) \
	remap_pfn_range(vma, va, pfn, size, prot)

/** All of @vma, vm_pgoff pages into [@start, +@len). -EINVAL where that is not enough. */
int vm_iomap_memory(struct vm_area_struct *vma, phys_addr_t start, unsigned long len);

/**
 * vm_insert_page() - map one page of the driver's, and count it
 * @page: allocated, of order 0 (or split_page()), not kmalloc()'s
 *
 * Marks @vma VM_MIXEDMAP. Return: 0; -EFAULT outside @vma, -EINVAL for such a page,
 * -EBUSY where one is mapped, -ENOMEM.
 */
int vm_insert_page(struct vm_area_struct *vma, unsigned long va, struct page *page);
/** *@num pages; afterwards *@num says how many were left. */
int vm_insert_pages(struct vm_area_struct *vma, unsigned long va, struct page **pages,
		    unsigned long *num);
/**
 * vm_map_pages() - all of @vma with @pages from vm_pgoff on
 * vm_map_pages_zero() - the same from the first one on
 *
 * Return: -ENXIO where @num pages do not reach; else as vm_insert_page().
 */
int vm_map_pages(struct vm_area_struct *vma, struct page **pages, unsigned long num);
int vm_map_pages_zero(struct vm_area_struct *vma, struct page **pages, unsigned long num);

/** From vm_operations_struct.fault: map @pfn; what to return from there. */
vm_fault_t vmf_insert_pfn(struct vm_area_struct *vma, unsigned long va, unsigned long pfn);
vm_fault_t vmf_insert_pfn_prot(struct vm_area_struct *vma, unsigned long va,
			       unsigned long pfn, pgprot_t prot);

/** Unmap part of a VM_PFNMAP range, which its driver is to fill again. */
void zap_vma_ptes(struct vm_area_struct *vma, unsigned long va, unsigned long size);

#define FOLL_WRITE	0x001u
#define FOLL_GET	0x002u
#define FOLL_FORCE	0x008u
#define FOLL_NOFAULT	0x020u
#define FOLL_LONGTERM	0x100u
#define FOLL_PIN	0x80000u
#define FOLL_FAST_ONLY	0x100000u

/**
 * get_user_pages() - the pages behind @start of the current process, one more count each
 * pin_user_pages() - the same, and they stay the user's though he forks: for DMA
 * @start: a user's pointer, as a number
 * @gup_flags: FOLL_WRITE if the device writes; FOLL_LONGTERM if they are kept for long:
 *             what is in a contiguous area leaves it first
 *
 * They may be highmem: kmap() them, page_address() is NULL.
 *
 * The _fast ones take mmap_lock; the others are called under it.
 * Return: how many there are in @pages, which may be fewer; a negative errno if none:
 * -EFAULT where the user may not, or what is mapped has no pages; -ENOMEM, also where
 * FOLL_LONGTERM's pages cannot leave: a retry helps once nobody counts them. Yours to
 * put_page(), or after a pin to unpin_user_page().
 */
long get_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
		    struct page **pages);
int get_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages);
long pin_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
		    struct page **pages);
int pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages);
void unpin_user_page(struct page *page);
void unpin_user_pages(struct page **pages, unsigned long npages);
void unpin_user_pages_dirty_lock(struct page **pages, unsigned long npages, bool make_dirty);
bool page_maybe_dma_pinned(struct page *page);

#ifdef __cplusplus
}
#endif
#endif
