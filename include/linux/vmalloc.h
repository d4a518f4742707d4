/* SPDX-License-Identifier: MIT */
/*
 * Page-wise mappings beside the linear map.
 *
 * A page that vmap() maps stays in the linear map too: two virtual addresses,
 * one physical one. On v7 the caches do not mind as long as both are mapped
 * alike; with another @prot they do, and that is what this library can show.
 *
 * Context: process; may allocate page tables. Source: mm/vmalloc.c.
 */
#ifndef _ARMDMA_LINUX_VMALLOC_H
#define _ARMDMA_LINUX_VMALLOC_H

#include <linux/pgtable.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VM_IOREMAP	0x00000001UL
#define VM_ALLOC	0x00000002UL
#define VM_MAP		0x00000004UL
#define VM_DMA_COHERENT	0x00000010UL	/* memory that dma_alloc_*() gave */

/**
 * vmap() - map @count pages in a row
 * @pages: borrowed for the call; the caller keeps its references
 *
 * Return: address, yours to vunmap(); NULL when the area or memory for page
 * tables is used up.
 */
void *vmap(struct page **pages, unsigned int count, unsigned long flags, pgprot_t prot);
void vunmap(const void *va);			/* NULL is fine */

/**
 * flush_kernel_vmap_range() - what the CPU wrote at @vaddr goes to memory
 * invalidate_kernel_vmap_range() - what a device wrote will be seen at @vaddr
 *
 * For memory that has a second address by vmap() and is synced by its first: before
 * dma_sync_*_for_device(), and after dma_sync_*_for_cpu(). Where caches do not tell
 * addresses of a page apart they do nothing. Linux has them in <linux/highmem.h>.
 */
void flush_kernel_vmap_range(void *vaddr, int size);
void invalidate_kernel_vmap_range(void *vaddr, int size);

/** Pages one by one, mapped in a row. vfree() takes NULL. */
void *vmalloc(unsigned long size);
void *vzalloc(unsigned long size);
void vfree(const void *va);

#ifdef __cplusplus
}
#endif
#endif
