/* SPDX-License-Identifier: MIT */
/*
 * Highmem: memory that the linear map has no room for. A page of it has an address
 * only while it is mapped.
 *
 *   kmap_local_page()   for a moment, for this CPU: the last mapped is unmapped first;
 *                       at most 16 at a time
 *   kmap()              for as long as you like, for all CPUs; 512 pages in all
 *
 * Of a page of lowmem each of them is page_address(), and unmapping does nothing.
 * Where to unmap one may name any byte of the page.
 *
 * Context: kmap() may sleep, the others may be called anywhere.
 * Source: include/linux/highmem.h, highmem-internal.h, mm/highmem.c.
 */
#ifndef _ARMDMA_LINUX_HIGHMEM_H
#define _ARMDMA_LINUX_HIGHMEM_H

#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/vmalloc.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * kmap() - the address of a page, mapped if need be
 *
 * Return: yours to kunmap(), once for each kmap(). NULL, with a warning, where all
 * 512 places are in use: Linux sleeps until somebody unmaps, which nobody here could.
 */
void *kmap(struct page *page);
void kunmap(struct page *page);
/** Unmap what nobody uses any longer; kunmap() alone leaves that for later. */
void kmap_flush_unused(void);
/** The page behind an address that kmap(), kmap_local_page() or the linear map gave. */
struct page *kmap_to_page(void *va);

/**
 * kmap_high_get() - the address of a highmem page that is kmapped already
 *
 * Return: yours to kunmap_high(); NULL when it is not mapped.
 */
void *kmap_high_get(struct page *page);
void kunmap_high(struct page *page);

/**
 * kmap_local_page() - map a page for a moment, for this CPU
 *
 * Return: yours to kunmap_local(); NULL, with a warning, when 16 are mapped.
 */
void *kmap_local_page(struct page *page);
void *kmap_local_page_prot(struct page *page, pgprot_t prot);
/** By its number; of lowmem too a mapping of its own is made. */
void *kmap_local_pfn(unsigned long pfn);
void kunmap_local(const void *va);

/* Before 5.11 these were the names; they disabled preemption, too. */
static inline void *kmap_atomic(struct page *page)
{
	return kmap_local_page(page);
}

static inline void *kmap_atomic_prot(struct page *page, pgprot_t prot)
{
	return kmap_local_page_prot(page, prot);
}

static inline void *kmap_atomic_pfn(unsigned long pfn)
{
	return kmap_local_pfn(pfn);
}

static inline void kunmap_atomic(const void *va)
{
	kunmap_local(va);
}

/** Pages of highmem: in all, and those that are free; of the current machine. */
unsigned long totalhigh_pages(void);
unsigned long nr_free_highpages(void);

/* ---- bytes of a page, whether it has an address or not ------------------------- */

/** All of a page becomes zeros. */
void clear_highpage(struct page *page);
/** One page's bytes become another's. */
void copy_highpage(struct page *to, struct page *from);
/** @size bytes from @offset in the page on; they end in that page. */
void memcpy_from_page(char *to, struct page *page, size_t offset, size_t size);
void memcpy_to_page(struct page *page, size_t offset, const char *from, size_t size);
void memset_page(struct page *page, size_t offset, int val, size_t size);

static inline void memzero_page(struct page *page, size_t offset, size_t size)
{
	memset_page(page, offset, 0, size);
}

static inline void zero_user_segment(struct page *page, unsigned int start, unsigned int end)
{
	if (end > start)
		memzero_page(page, start, end - start);
}

static inline void zero_user(struct page *page, unsigned int start, unsigned int size)
{
	zero_user_segment(page, start, start + size);
}

#ifdef __cplusplus
}
#endif
#endif
