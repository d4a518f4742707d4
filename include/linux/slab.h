/* SPDX-License-Identifier: MIT */
/*
 * Small pieces of simulated memory.
 *
 * Sizes are rounded up to 64, 128, 192, 256, 512, 1024, 2048 bytes or whole
 * pages. Every piece starts on ARCH_DMA_MINALIGN, so two of them never share a
 * cache line of a v7 CPU; a power of two is aligned to its size. Free memory is
 * not poisoned: its bytes are what the last owner left.
 *
 * Objects of one size may have a cache of their own, with an alignment of their own.
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

/** Of a cache: objects on lines of their own; in ZONE_DMA; below 4 GiB, as all memory here. */
typedef unsigned int slab_flags_t;
#define SLAB_HWCACHE_ALIGN	((slab_flags_t)0x00002000u)
#define SLAB_CACHE_DMA		((slab_flags_t)0x00004000u)
#define SLAB_CACHE_DMA32	((slab_flags_t)0x00008000u)
/* Taken, and nothing changes. */
#define SLAB_CONSISTENCY_CHECKS	((slab_flags_t)0x00000100u)
#define SLAB_RED_ZONE		((slab_flags_t)0x00000400u)
#define SLAB_POISON		((slab_flags_t)0x00000800u)
#define SLAB_STORE_USER		((slab_flags_t)0x00010000u)
#define SLAB_PANIC		((slab_flags_t)0x00040000u)
#define SLAB_RECLAIM_ACCOUNT	((slab_flags_t)0x00020000u)
#define SLAB_ACCOUNT		((slab_flags_t)0x04000000u)
#define ARCH_SLAB_MINALIGN	8u

struct kmem_cache;

/**
 * kmem_cache_create() - a cache of objects of @size bytes each, at multiples of @align
 * @name:  for reports; copied
 * @align: a power of two, or 0: 8
 * @ctor:  called once for each object when its memory is taken in, or NULL
 *
 * Without SLAB_HWCACHE_ALIGN and with a small @align, objects share cache lines.
 * Context: process.
 * Return: yours to kmem_cache_destroy(); NULL: wrong arguments, which is a warning, or no
 * memory. kmem_cache_destroy() of one that still has objects is a warning, and it stays.
 */
struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *object));
void kmem_cache_destroy(struct kmem_cache *s);		/* NULL is fine */
unsigned int kmem_cache_size(struct kmem_cache *s);
#define KMEM_CACHE(__struct, __flags)						\
	kmem_cache_create(#__struct, sizeof(struct __struct),			\
			  __alignof__(struct __struct), (__flags), NULL)

/** Return: yours to kmem_cache_free() or kfree(); NULL: memory is used up. */
void *kmem_cache_alloc(struct kmem_cache *s, gfp_t flags);
void *kmem_cache_zalloc(struct kmem_cache *s, gfp_t flags);
/** NULL is fine. What is not of @s, or free already: a warning. */
void kmem_cache_free(struct kmem_cache *s, void *p);

/** Bytes that may be used at @p, at least what was asked for; 0 for NULL. */
size_t ksize(const void *p);

#ifdef __cplusplus
}
#endif
#endif
