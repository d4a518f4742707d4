/* SPDX-License-Identifier: MIT */
/*
 * Lists page by page, and copies into and out of them.
 *
 *	entries   [ page 3 + 100, 9000 bytes      ][ page 9 + 0, 50 bytes ]
 *	pages       3          4          5          9
 *	pieces      [100,4096) [0,4096)   [0,908)    [0,50)     of sg_miter_next()
 *
 * Iterators may lie in simulated memory, in a driver's own structure: they are read
 * and written whole.
 *
 * Linux: lib/scatterlist.c.
 */
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/scatterlist.h>

#include "kernel.h"

/* ---- pages --------------------------------------------------------------------- */

void __sg_page_iter_start(struct sg_page_iter *piter, struct scatterlist *sglist,
			  unsigned int nents, unsigned long pgoffset)
{
	port_before_store(piter, sizeof(*piter));
	*piter = (struct sg_page_iter){
		.sg = sglist, .__nents = nents, .sg_pgoffset = (unsigned int)pgoffset,
	};
}

static unsigned int pages_spanned(struct scatterlist *sg)
{
	port_before_load(sg, sizeof(*sg));
	return (unsigned int)(PAGE_ALIGN((u64)sg->offset + sg->length) >> PAGE_SHIFT);
}

static unsigned int dma_pages_spanned(struct scatterlist *sg)
{
	port_before_load(sg, sizeof(*sg));
	return (unsigned int)(PAGE_ALIGN((u64)sg->offset + sg_dma_len(sg)) >> PAGE_SHIFT);
}

static bool advance(struct sg_page_iter *it, unsigned int (*nr_pages)(struct scatterlist *))
{
	if (!it->__nents || !it->sg)
		return false;
	it->sg_pgoffset += (unsigned int)it->__pg_advance;
	it->__pg_advance = 1;
	for (unsigned int nr = nr_pages(it->sg); it->sg_pgoffset >= nr; nr = nr_pages(it->sg)) {
		it->sg_pgoffset -= nr;
		it->sg = sg_next(it->sg);
		if (!--it->__nents || !it->sg)
			return false;
	}
	return true;
}

static bool advance_driver(struct sg_page_iter *piter,
			   unsigned int (*nr_pages)(struct scatterlist *))
{
	struct sg_page_iter it;
	bool is_there;

	port_copy_out(&it, piter, sizeof(it));
	is_there = advance(&it, nr_pages);
	port_copy_in(piter, &it, sizeof(it));
	return is_there;
}

bool __sg_page_iter_next(struct sg_page_iter *piter)
{
	return advance_driver(piter, pages_spanned);
}

bool __sg_page_iter_dma_next(struct sg_dma_page_iter *dma_iter)
{
	return advance_driver(&dma_iter->base, dma_pages_spanned);
}

/* ---- pieces that are mapped ------------------------------------------------------ */

static void miter_start(struct sg_mapping_iter *m, struct scatterlist *sgl, unsigned int nents,
			unsigned int flags)
{
	*m = (struct sg_mapping_iter){ .__flags = flags };
	m->piter.sg = sgl;
	m->piter.__nents = nents;
}

/* To the page where the next piece begins; the offset of an entry may exceed a page. */
static bool miter_find_piece(struct sg_mapping_iter *m)
{
	struct sg_page_iter *it = &m->piter;
	u64 left;

	if (m->__remaining)
		return true;
	if (!advance(it, pages_spanned))
		return false;
	m->__offset = it->sg_pgoffset ? 0 : it->sg->offset;
	it->sg_pgoffset += m->__offset >> PAGE_SHIFT;
	m->__offset &= ~PAGE_MASK;
	left = (u64)it->sg->offset + it->sg->length - ((u64)it->sg_pgoffset << PAGE_SHIFT) -
	       m->__offset;
	m->__remaining = (unsigned int)min_t(u64, left, PAGE_SIZE - m->__offset);
	return true;
}

static void *miter_map(const struct sg_mapping_iter *m)
{
	if (m->__flags & SG_MITER_ATOMIC)
		return kmap_atomic(m->page);
	return m->__flags & SG_MITER_LOCAL ? kmap_local_page(m->page) : kmap(m->page);
}

static void miter_unmap(const struct sg_mapping_iter *m)
{
	if (m->__flags & (SG_MITER_ATOMIC | SG_MITER_LOCAL))
		kunmap_local(m->addr);
	else
		kunmap(m->page);
}

static void miter_stop(struct sg_mapping_iter *m)
{
	if (!m->addr)
		return;
	if (WARN(m->consumed > m->length, "%zu bytes of a piece of %zu were consumed",
		 m->consumed, m->length))
		m->consumed = m->length;
	m->__offset += (unsigned int)m->consumed;
	m->__remaining -= (unsigned int)m->consumed;
	miter_unmap(m);
	m->page = NULL;
	m->addr = NULL;
	m->length = 0;
	m->consumed = 0;
}

static bool miter_skip(struct sg_mapping_iter *m, u64 offset)
{
	miter_stop(m);
	while (offset) {
		unsigned int piece;

		if (!miter_find_piece(m))
			return false;
		piece = (unsigned int)min_t(u64, offset, m->__remaining);
		m->__offset += piece;
		m->__remaining -= piece;
		offset -= piece;
	}
	return true;
}

static bool miter_next(struct sg_mapping_iter *m)
{
	miter_stop(m);
	if (!miter_find_piece(m))
		return false;
	m->page = sg_page_iter_page(&m->piter);
	m->addr = miter_map(m);
	if (!m->addr)
		return false;
	m->addr = (char *)m->addr + m->__offset;
	m->length = m->__remaining;
	m->consumed = m->__remaining;
	return true;
}

void sg_miter_start(struct sg_mapping_iter *miter, struct scatterlist *sgl, unsigned int nents,
		    unsigned int flags)
{
	struct sg_mapping_iter m;

	WARN(!(flags & (SG_MITER_TO_SG | SG_MITER_FROM_SG)),
	     "sg_miter_start() without SG_MITER_TO_SG or SG_MITER_FROM_SG");
	miter_start(&m, sgl, nents, flags);
	port_copy_in(miter, &m, sizeof(m));
}

bool sg_miter_skip(struct sg_mapping_iter *miter, off_t offset)
{
	struct sg_mapping_iter m;
	bool is_there;

	port_copy_out(&m, miter, sizeof(m));
	is_there = miter_skip(&m, (u64)offset);
	port_copy_in(miter, &m, sizeof(m));
	return is_there;
}

bool sg_miter_next(struct sg_mapping_iter *miter)
{
	struct sg_mapping_iter m;
	bool is_there;

	port_copy_out(&m, miter, sizeof(m));
	is_there = miter_next(&m);
	port_copy_in(miter, &m, sizeof(m));
	return is_there;
}

void sg_miter_stop(struct sg_mapping_iter *miter)
{
	struct sg_mapping_iter m;

	port_copy_out(&m, miter, sizeof(m));
	miter_stop(&m);
	port_copy_in(miter, &m, sizeof(m));
}

/* ---- copying ---------------------------------------------------------------------- */

typedef void (*piece_fn)(void *piece, char *buf, size_t len);

/* @fn for each piece from byte @skip on, with its place in @buf, if any. Return: bytes in all. */
static size_t each_piece(struct scatterlist *sgl, unsigned int nents, char *buf, size_t buflen,
			 off_t skip, unsigned int flags, piece_fn fn)
{
	struct sg_mapping_iter m;
	size_t done = 0;

	miter_start(&m, sgl, nents, SG_MITER_ATOMIC | flags);
	if (!miter_skip(&m, (u64)skip))
		return 0;
	while (done < buflen && miter_next(&m)) {
		size_t len = min_t(size_t, m.length, buflen - done);

		fn(m.addr, buf ? buf + done : NULL, len);
		done += len;
	}
	miter_stop(&m);
	return done;
}

static void copy_to_buf(void *piece, char *buf, size_t len)
{
	port_copy(buf, piece, len);
}

static void copy_from_buf(void *piece, char *buf, size_t len)
{
	port_copy(piece, buf, len);
}

static void zero(void *piece, char *buf, size_t len)
{
	port_zero(piece, len);
}

size_t sg_copy_buffer(struct scatterlist *sgl, unsigned int nents, void *buf, size_t buflen,
		      off_t skip, bool to_buffer)
{
	return each_piece(sgl, nents, buf, buflen, skip,
			  to_buffer ? SG_MITER_FROM_SG : SG_MITER_TO_SG,
			  to_buffer ? copy_to_buf : copy_from_buf);
}

size_t sg_copy_from_buffer(struct scatterlist *sgl, unsigned int nents, const void *buf,
			   size_t buflen)
{
	return sg_copy_buffer(sgl, nents, (void *)(uintptr_t)buf, buflen, 0, false);
}

size_t sg_copy_to_buffer(struct scatterlist *sgl, unsigned int nents, void *buf, size_t buflen)
{
	return sg_copy_buffer(sgl, nents, buf, buflen, 0, true);
}

size_t sg_pcopy_from_buffer(struct scatterlist *sgl, unsigned int nents, const void *buf,
			    size_t buflen, off_t skip)
{
	return sg_copy_buffer(sgl, nents, (void *)(uintptr_t)buf, buflen, skip, false);
}

size_t sg_pcopy_to_buffer(struct scatterlist *sgl, unsigned int nents, void *buf, size_t buflen,
			  off_t skip)
{
	return sg_copy_buffer(sgl, nents, buf, buflen, skip, true);
}

size_t sg_zero_buffer(struct scatterlist *sgl, unsigned int nents, size_t buflen, off_t skip)
{
	return each_piece(sgl, nents, NULL, buflen, skip, SG_MITER_TO_SG, zero);
}
