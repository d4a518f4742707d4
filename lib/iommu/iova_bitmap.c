/* SPDX-License-Identifier: MIT */
/*
 * Dirty pages as bits in the caller's words.
 *
 * Leaves out: user memory, pinned a window at a time: here the words are just there.
 * Linux: drivers/iommu/iommufd/iova_bitmap.c.
 */
#include <linux/bitops.h>

#include "core.h"

struct iova_bitmap {
	unsigned long iova;
	size_t length;
	unsigned int shift;
	u64 *data;
};

struct iova_bitmap *iova_bitmap_alloc(unsigned long iova, size_t length,
				      unsigned long page_size, u64 __user *data)
{
	struct iova_bitmap *bitmap;

	if (!length || !page_size || page_size & (page_size - 1))
		return ERR_PTR(-EINVAL);
	bitmap = core_alloc(kernel_current(), sizeof(*bitmap));
	if (!bitmap)
		return ERR_PTR(-ENOMEM);
	bitmap->iova = iova;
	bitmap->length = length;
	bitmap->shift = (unsigned int)__ffs(page_size);
	bitmap->data = data;
	return bitmap;
}

void iova_bitmap_free(struct iova_bitmap *bitmap)
{
	g_free(bitmap);
}

int iova_bitmap_for_each(struct iova_bitmap *bitmap, void *opaque, iova_bitmap_fn_t fn)
{
	return fn(bitmap, bitmap->iova, bitmap->length, opaque);
}

void iova_bitmap_set(struct iova_bitmap *bitmap, unsigned long iova, size_t length)
{
	unsigned long last = bitmap->iova + (bitmap->length - 1);
	unsigned long to = length && length - 1 < ~0ul - iova ? iova + length - 1 : ~0ul;
	unsigned long from = MAX(iova, bitmap->iova);

	if (!length || from > last || to < bitmap->iova)
		return;
	to = MIN(to, last);
	for (unsigned long bit = (from - bitmap->iova) >> bitmap->shift;
	     bit <= (to - bitmap->iova) >> bitmap->shift; bit++)
		bitmap->data[bit / 64] |= 1ull << bit % 64;
}
