/* SPDX-License-Identifier: MIT */
/*
 * How a list lies in its block of IOVAs, entry after entry:
 *
 *	|off|== length ==|rest| pad |off|== length ==|rest| ...
 *	 `------ len --------'
 *
 * An entry takes whole pages of the IOMMU. Where the next one would cross a segment
 * boundary of the device, padding comes before it, as part of the one before: what memory
 * has there is mapped as well. The block is aligned to its size, rounded up to a power of
 * two, so boundaries are known before the block is.
 */
#ifndef LIB_DMA_DMA_IOMMU_SG_H
#define LIB_DMA_DMA_IOMMU_SG_H

#include <linux/compiler.h>
#include <linux/scatterlist.h>
#include <linux/types.h>

/**
 * struct sg_layout - where a walk over a list is
 * @mask:     bytes of a page of the IOMMU, less 1
 * @boundary: dma_get_seg_boundary()
 * @total:    bytes of the block so far
 * @prev_len: of the entry before, padding included
 * @padding:  of the whole list so far
 * @bytes:    of the entries themselves
 */
struct sg_layout {
	size_t mask;
	unsigned long boundary;
	size_t total;
	size_t prev_len;
	size_t padding, bytes;
};

/** struct sg_piece - one entry of it: see above; @at: where it begins in the block */
struct sg_piece {
	size_t off, len, pad, at;
};

static inline struct sg_piece sg_layout_next(struct sg_layout *l, const struct scatterlist *sg)
{
	struct sg_piece p = { .off = sg->offset & l->mask };
	size_t pad = (l->boundary - l->total + 1) & l->boundary;

	p.len = (sg->length + p.off + l->mask) & ~l->mask;
	if (unlikely(pad) && pad < p.len - 1)
		p.pad = pad;
	p.at = l->total + p.pad;
	l->padding += p.pad;
	l->bytes += sg->length;
	l->total = p.at + p.len;
	return p;
}

#endif
