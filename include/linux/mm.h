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
 * DRAM beyond lowmem (768 MiB from its start) is not used.
 *
 * Context of everything here: any. None allocates or sleeps.
 * Source: include/linux/mm.h, arch/arm/include/asm/memory.h.
 */
#ifndef _ARMDMA_LINUX_MM_H
#define _ARMDMA_LINUX_MM_H

#include <linux/align.h>
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/mm_types.h>
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
 * the linear map of a live machine (host stack, host heap, vmalloc, ioremap).
 */
struct page *virt_to_page(const void *va);
/** Linear-map address of the page's first byte. */
void *page_address(const struct page *page);
#define page_to_virt(page)	page_address(page)

unsigned long page_to_pfn(const struct page *page);
/** NULL unless pfn_valid(). Of the current machine, see cpu_enter(). */
struct page *pfn_to_page(unsigned long pfn);
bool pfn_valid(unsigned long pfn);
phys_addr_t page_to_phys(const struct page *page);
/** The @n-th page behind @page. */
#define nth_page(page, n)	((page) + (n))
#define phys_to_page(pa)	pfn_to_page(PHYS_PFN(pa))

/** Of a linear-map address; PHYS_ADDR_MAX of any other. */
phys_addr_t virt_to_phys(const volatile void *va);
/** NULL unless @pa is in lowmem. Of the current machine. */
void *phys_to_virt(phys_addr_t pa);
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

#define PageHighMem(page)	((void)(page), 0)

#ifdef __cplusplus
}
#endif
#endif
