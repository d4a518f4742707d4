/* SPDX-License-Identifier: MIT */
/*
 * Small pieces of simulated memory.
 *
 * Sizes are rounded up to 64, 128, 192, 256, 512, 1024, 2048 bytes or whole
 * pages. Every piece starts on ARCH_DMA_MINALIGN, so two of them never share a
 * cache line of a v7 CPU; a power of two is aligned to its size. Free memory is
 * not poisoned: its bytes are what the last owner left.
 *
 * Context: any; @flags as in gfp.h. Source: mm/slub.c, include/linux/slab.h.
 */
#ifndef _ARMDMA_LINUX_SLAB_H
#define _ARMDMA_LINUX_SLAB_H

#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/gfp.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ARCH_KMALLOC_MINALIGN	ARCH_DMA_MINALIGN
#define KMALLOC_MAX_SIZE	(1UL << 22)

/* What kmalloc(0) returns: not NULL, not memory, and kfree() takes it. */
#define ZERO_SIZE_PTR		((void *)16)
#define ZERO_OR_NULL_PTR(p)	((unsigned long)(p) <= (unsigned long)ZERO_SIZE_PTR)

/**
 * kmalloc() - @size bytes, not cleared
 * kzalloc() - cleared, through the cached linear map
 * kcalloc(), kmalloc_array() - @n times @size; NULL when the product overflows
 *
 * Return: yours to kfree(); NULL when memory is used up or @size exceeds
 * KMALLOC_MAX_SIZE. Trying again helps only after something was freed.
 */
void *kmalloc(size_t size, gfp_t flags);
void *kzalloc(size_t size, gfp_t flags);
void *kmalloc_array(size_t n, size_t size, gfp_t flags);
void *kcalloc(size_t n, size_t size, gfp_t flags);

/**
 * krealloc() - grow or shrink, keeping the bytes; NULL @p is kmalloc()
 * Return: the new place, the old one is dead; NULL: the old one is untouched.
 * @new_size 0 frees and returns ZERO_SIZE_PTR.
 */
void *krealloc(const void *p, size_t new_size, gfp_t flags) __must_check;

void *kmemdup(const void *src, size_t len, gfp_t flags);

/** NULL and ZERO_SIZE_PTR are fine. Anything else not from here: a warning. */
void kfree(const void *p);
/** Clears first. */
void kfree_sensitive(const void *p);

/** Bytes that may be used at @p, at least what was asked for; 0 for NULL. */
size_t ksize(const void *p);

#ifdef __cplusplus
}
#endif
#endif
