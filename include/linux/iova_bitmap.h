/* SPDX-License-Identifier: MIT */
/*
 * Which pages of a range of IOVA are dirty: one bit each, in the caller's own words.
 *
 * Context: process; one thread at a time.
 * Source: include/linux/iova_bitmap.h, drivers/iommu/iommufd/iova_bitmap.c.
 */
#ifndef _ARMDMA_LINUX_IOVA_BITMAP_H
#define _ARMDMA_LINUX_IOVA_BITMAP_H

#include <linux/compiler.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct iova_bitmap;

/** Return: 0, or an error that ends the walk. */
typedef int (*iova_bitmap_fn_t)(struct iova_bitmap *bitmap, unsigned long iova,
				size_t length, void *opaque);

/**
 * iova_bitmap_alloc() - look at @data as the dirty bits of [@iova, +@length)
 * @page_size: bytes that one bit stands for; a power of two
 * @data:      one bit for each page, the first in bit 0 of word 0; borrowed
 *
 * Return: yours to iova_bitmap_free(); ERR_PTR(-ENOMEM) (a retry may help), or
 * ERR_PTR(-EINVAL) for a length of 0 or a page size that is no power of two.
 */
struct iova_bitmap *iova_bitmap_alloc(unsigned long iova, size_t length,
				      unsigned long page_size, u64 __user *data);
void iova_bitmap_free(struct iova_bitmap *bitmap);

/** Call @fn once with the whole range. Return: what it returned. */
int iova_bitmap_for_each(struct iova_bitmap *bitmap, void *opaque, iova_bitmap_fn_t fn);

/** [@iova, +@length) is dirty: every page that it touches. What is outside is ignored. */
void iova_bitmap_set(struct iova_bitmap *bitmap, unsigned long iova, size_t length);

#ifdef __cplusplus
}
#endif
#endif
