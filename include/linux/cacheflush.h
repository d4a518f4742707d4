/* SPDX-License-Identifier: MIT */
/*
 * Caches that tell the virtual addresses of a page apart: ARMv5's, which are virtually
 * tagged, and those of ARMv6 with colours. On every other core these do nothing, but for
 * flush_icache_range().
 *
 * For DMA none of them is enough, or needed: see <linux/dma-mapping.h>. They make the
 * kernel's and the user's view of a page agree.
 *
 * Context: process. Source: Documentation/core-api/cachetlb.rst, arch/arm/mm/flush.c.
 */
#ifndef _ARMDMA_LINUX_CACHEFLUSH_H
#define _ARMDMA_LINUX_CACHEFLUSH_H

#include <linux/mm.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Of user addresses: written back and dropped. On ARMv6 that is the whole cache. */
void flush_cache_mm(struct mm_struct *mm);
void flush_cache_range(struct vm_area_struct *vma, unsigned long start, unsigned long end);
void flush_cache_page(struct vm_area_struct *vma, unsigned long va, unsigned long pfn);

/** The kernel wrote @page, or is about to read it: its own lines of it are written back. */
void flush_dcache_page(struct page *page);
/**
 * flush_icache_range() - what was written to [@start, @end) may be executed
 *
 * Kernel addresses. Data caches are cleaned to the point of unification, then the lines go
 * out of the instruction caches. On every core: no instruction cache sees what is written.
 */
void flush_icache_range(unsigned long start, unsigned long end);
/** Both, for a page of anonymous memory. */
void flush_anon_page(struct vm_area_struct *vma, struct page *page, unsigned long va);

#ifdef __cplusplus
}
#endif
#endif
