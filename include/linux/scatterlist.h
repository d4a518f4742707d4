/* SPDX-License-Identifier: MIT */
/*
 * Scattered memory as one list.
 *
 * Two lists in one: the CPU's entries (page, offset, length; orig_nents of
 * them), and after mapping the device's (dma_address, dma_length; nents of them,
 * which may be fewer). for_each_sgtable_sg() walks the first,
 * for_each_sgtable_dma_sg() the second; sync and unmap want the first.
 *
 * Entries live on the host, not in simulated memory: a list from
 * sg_alloc_table() may be filled by any code. A list that a driver puts into
 * memory from kmalloc() works too, and so do iterators.
 *
 * Context: any, as far as a function's gfp allows.
 * Source: include/linux/scatterlist.h, lib/scatterlist.c, lib/sg_split.c, lib/sg_pool.c.
 */
#ifndef _ARMDMA_LINUX_SCATTERLIST_H
#define _ARMDMA_LINUX_SCATTERLIST_H

#include <linux/bug.h>
#include <linux/mm.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct scatterlist - one run of physical memory
 * @page_link:   struct page *, and in bits [1:0]: 1 this entry points to the next
 *               array, 2 this entry is the last
 * @offset:      bytes from the start of the page; may exceed a page
 * @length:      bytes
 * @dma_address: what to tell the device, once mapped
 * @dma_length:  bytes at @dma_address
 * @dma_flags:   SG_DMA_*: what who mapped it wants to remember
 */
struct scatterlist {
	unsigned long page_link;
	unsigned int offset;
	unsigned int length;
	dma_addr_t dma_address;
	unsigned int dma_length;
	unsigned int dma_flags;
};

#define sg_dma_address(sg)	((sg)->dma_address)
#define sg_dma_len(sg)		((sg)->dma_length)

/**
 * struct sg_table - a list and its two lengths
 * @nents:      entries that the device sees, after dma_map_sgtable()
 * @orig_nents: entries that the CPU sees
 */
struct sg_table {
	struct scatterlist *sgl;
	unsigned int nents;
	unsigned int orig_nents;
};

/**
 * struct sg_append_table - a list that is made in several calls
 * @sgt:         what there is so far
 * @prv:         the last entry that holds memory; NULL: none yet
 * @total_nents: entries that there is room for
 */
struct sg_append_table {
	struct sg_table sgt;
	struct scatterlist *prv;
	unsigned int total_nents;
};

#define SG_CHAIN		0x01UL
#define SG_END			0x02UL
#define SG_PAGE_LINK_MASK	(SG_CHAIN | SG_END)

/* Entries of one array: a page's worth. The last links to the next array. */
#define SG_MAX_SINGLE_ALLOC	(PAGE_SIZE / sizeof(struct scatterlist))
/* Of sg_alloc_table_chained(), behind the caller's own. */
#define SG_CHUNK_SIZE		128
#define SG_MAX_SEGMENTS		2048

static inline bool sg_is_chain(struct scatterlist *sg)
{
	return sg->page_link & SG_CHAIN;
}

static inline bool sg_is_last(struct scatterlist *sg)
{
	return sg->page_link & SG_END;
}

static inline struct scatterlist *sg_chain_ptr(struct scatterlist *sg)
{
	return (struct scatterlist *)(sg->page_link & ~SG_PAGE_LINK_MASK);
}

static inline void sg_assign_page(struct scatterlist *sg, struct page *page)
{
	sg->page_link = (sg->page_link & SG_PAGE_LINK_MASK) | (unsigned long)page;
}

static inline void sg_set_page(struct scatterlist *sg, struct page *page,
			       unsigned int len, unsigned int offset)
{
	sg_assign_page(sg, page);
	sg->offset = offset;
	sg->length = len;
}

/** @len and @offset may exceed a page, and no more than 4 GiB. */
static inline void sg_set_folio(struct scatterlist *sg, struct folio *folio, size_t len,
				size_t offset)
{
	WARN_ON(len > ~0U || offset > ~0U);
	sg_set_page(sg, &folio->page, (unsigned int)len, (unsigned int)offset);
}

static inline struct page *sg_page(struct scatterlist *sg)
{
	return (struct page *)(sg->page_link & ~SG_PAGE_LINK_MASK);
}

/** @buf: in the linear map. */
static inline void sg_set_buf(struct scatterlist *sg, const void *buf, unsigned int len)
{
	sg_set_page(sg, virt_to_page(buf), len, (unsigned int)offset_in_page(buf));
}

static inline void sg_mark_end(struct scatterlist *sg)
{
	sg->page_link = (sg->page_link | SG_END) & ~SG_CHAIN;
}

static inline void sg_unmark_end(struct scatterlist *sg)
{
	sg->page_link &= ~SG_END;
}

/** The end is behind entry @nents - 1; the others stay as they are. */
static inline void sg_init_marker(struct scatterlist *sgl, unsigned int nents)
{
	sg_mark_end(&sgl[nents - 1]);
}

#define SG_DMA_BUS_ADDRESS	(1 << 0)	/* not mapped: the bus's own address */
#define SG_DMA_SWIOTLB		(1 << 1)	/* some entry of the list may bounce */

static inline bool sg_dma_is_bus_address(struct scatterlist *sg)
{
	return sg->dma_flags & SG_DMA_BUS_ADDRESS;
}

static inline void sg_dma_mark_bus_address(struct scatterlist *sg)
{
	sg->dma_flags |= SG_DMA_BUS_ADDRESS;
}

static inline void sg_dma_unmark_bus_address(struct scatterlist *sg)
{
	sg->dma_flags &= ~(unsigned int)SG_DMA_BUS_ADDRESS;
}

static inline bool sg_dma_is_swiotlb(struct scatterlist *sg)
{
	return sg->dma_flags & SG_DMA_SWIOTLB;
}

static inline void sg_dma_mark_swiotlb(struct scatterlist *sg)
{
	sg->dma_flags |= SG_DMA_SWIOTLB;
}

/** Physical address of the first byte; not what a device must be told. */
static inline dma_addr_t sg_phys(struct scatterlist *sg)
{
	return page_to_phys(sg_page(sg)) + sg->offset;
}

static inline void *sg_virt(struct scatterlist *sg)
{
	return (char *)page_address(sg_page(sg)) + sg->offset;
}

/** The entry after @sg, following a link; NULL after the last. */
struct scatterlist *sg_next(struct scatterlist *sg);
/** Entry @nents - 1, which must be marked as the last: else a warning. */
struct scatterlist *sg_last(struct scatterlist *sgl, unsigned int nents);
int sg_nents(struct scatterlist *sg);
/**
 * Entries needed to hold @len bytes: 0 for 0, -EINVAL when the list is shorter.
 */
int sg_nents_for_len(struct scatterlist *sg, u64 len);

#define for_each_sg(sglist, sg, nr, i) \
	for (i = 0, sg = (sglist); i < (nr); i++, sg = sg_next(sg))
#define for_each_sgtable_sg(sgt, sg, i) \
	for_each_sg((sgt)->sgl, sg, (sgt)->orig_nents, i)
#define for_each_sgtable_dma_sg(sgt, sg, i) \
	for_each_sg((sgt)->sgl, sg, (sgt)->nents, i)

/** All zero, the last entry marked. @nents at least 1. */
void sg_init_table(struct scatterlist *sgl, unsigned int nents);
void sg_init_one(struct scatterlist *sg, const void *buf, unsigned int buflen);
/** Make entry @prv_nents - 1 of @prv, which then holds no memory, a link to @sgl. */
void sg_chain(struct scatterlist *prv, unsigned int prv_nents, struct scatterlist *sgl);

/**
 * sg_alloc_table() - a list of @nents empty entries
 *
 * Return: 0, and @table is yours to sg_free_table(); -EINVAL when @nents is 0
 * (a retry cannot help), -ENOMEM (it may). On failure @table is empty, and
 * freeing it is harmless.
 */
int sg_alloc_table(struct sg_table *table, unsigned int nents, gfp_t gfp);
void sg_free_table(struct sg_table *table);

/** Gives an uninitialized array of that many entries; takes it back. */
typedef struct scatterlist *(sg_alloc_fn)(unsigned int nents, gfp_t gfp);
typedef void (sg_free_fn)(struct scatterlist *sgl, unsigned int nents);

/**
 * __sg_alloc_table() - the same from @alloc_fn, in arrays of at most @max_ents
 * @first_chunk: the first array, of @nents_first_chunk entries; NULL and 0: from
 *               @alloc_fn like the others
 *
 * On failure the table holds what there was, for __sg_free_table() to free, which
 * wants the same numbers; @num_ents is the table's orig_nents.
 */
int __sg_alloc_table(struct sg_table *table, unsigned int nents, unsigned int max_ents,
		     struct scatterlist *first_chunk, unsigned int nents_first_chunk,
		     gfp_t gfp, sg_alloc_fn *alloc_fn);
void __sg_free_table(struct sg_table *table, unsigned int max_ents,
		     unsigned int nents_first_chunk, sg_free_fn *free_fn,
		     unsigned int num_ents);

/**
 * sg_alloc_table_chained() - a list that begins in an array of the caller's
 * @table:             its sgl is @first_chunk already
 * @nents_first_chunk: entries there; of one alone no use is made
 *
 * Return: 0, yours to sg_free_table_chained(); -ENOMEM.
 */
int sg_alloc_table_chained(struct sg_table *table, int nents,
			   struct scatterlist *first_chunk, unsigned int nents_first_chunk);
void sg_free_table_chained(struct sg_table *table, unsigned int nents_first_chunk);

/**
 * sg_alloc_table_from_pages_segment() - a list over @n_pages pages
 * @pages:       borrowed
 * @offset:      bytes to skip in the first page, less than a page
 * @size:        bytes in all
 * @max_segment: longest entry in bytes; rounded down to pages
 *
 * Neighbouring pages share an entry.
 * Return: 0; -EINVAL when @max_segment is smaller than a page or there is
 * nothing to map; -ENOMEM.
 */
int sg_alloc_table_from_pages_segment(struct sg_table *sgt, struct page **pages,
				      unsigned int n_pages, unsigned int offset,
				      unsigned long size, unsigned int max_segment,
				      gfp_t gfp);
static inline int sg_alloc_table_from_pages(struct sg_table *sgt, struct page **pages,
					    unsigned int n_pages, unsigned int offset,
					    unsigned long size, gfp_t gfp)
{
	return sg_alloc_table_from_pages_segment(sgt, pages, n_pages, offset, size,
						 ~0U, gfp);
}

/**
 * sg_alloc_append_table_from_pages() - begin such a list, or go on with it
 * @sgt_append: all zero at first
 * @offset:     0 when going on
 * @size:       bytes in these pages
 * @left_pages: how many more pages will come, at most; 0: these are the last
 *
 * The last entry takes in what follows it in memory. As in Linux its length then
 * grows by whole pages, whatever @size says.
 *
 * Return: 0; -EINVAL, as above or for an @offset when going on; -ENOMEM (a retry may
 * help). Whatever it returns, the list is yours to sg_free_append_table(), and holds
 * as many entries as before if it failed.
 */
int sg_alloc_append_table_from_pages(struct sg_append_table *sgt_append,
				     struct page **pages, unsigned int n_pages,
				     unsigned int offset, unsigned long size,
				     unsigned int max_segment, unsigned int left_pages,
				     gfp_t gfp);
void sg_free_append_table(struct sg_append_table *table);

/**
 * sgl_alloc_order() - a list and its memory, @length bytes in blocks of 2^@order pages
 * @length:    1 to 4 GiB - 1
 * @chainable: one entry more, to become a link
 * @nent_p:    how many entries hold memory; may be NULL
 *
 * Return: yours to sgl_free_order() with the same @order; NULL on failure.
 */
struct scatterlist *sgl_alloc_order(unsigned long long length, unsigned int order,
				    bool chainable, gfp_t gfp, unsigned int *nent_p);
struct scatterlist *sgl_alloc(unsigned long long length, gfp_t gfp, unsigned int *nent_p);
/** The memory of the first @nents entries, and the list. */
void sgl_free_n_order(struct scatterlist *sgl, int nents, int order);
void sgl_free_order(struct scatterlist *sgl, int order);
void sgl_free(struct scatterlist *sgl);

/**
 * sg_split() - cut a list into @nb_splits
 * @in_mapped_nents:  what dma_map_sg() returned; 0: it is not mapped
 * @skip:             bytes of @in before the first
 * @split_sizes:      bytes of each
 * @out:              where the new lists go: each yours to kfree()
 * @out_mapped_nents: how many device entries each has, or NULL
 *
 * The memory stays @in's, and so does the mapping: unmap @in.
 * Return: 0; -EINVAL when @in is shorter than all that; -ENOMEM (a retry may help).
 */
int sg_split(struct scatterlist *in, const int in_mapped_nents, const off_t skip,
	     const int nb_splits, const size_t *split_sizes, struct scatterlist **out,
	     int *out_mapped_nents, gfp_t gfp_mask);

/* ---- copying, as the CPU reads and writes ------------------------------- */

/**
 * sg_copy_from_buffer() - into the list
 * sg_copy_to_buffer() - out of the list
 * sg_pcopy_...() - the same from byte @skip of the list on
 * @buf: in simulated memory or on the host
 *
 * Return: bytes copied, @buflen unless the list is shorter.
 */
size_t sg_copy_from_buffer(struct scatterlist *sgl, unsigned int nents,
			   const void *buf, size_t buflen);
size_t sg_copy_to_buffer(struct scatterlist *sgl, unsigned int nents,
			 void *buf, size_t buflen);
size_t sg_pcopy_from_buffer(struct scatterlist *sgl, unsigned int nents,
			    const void *buf, size_t buflen, off_t skip);
size_t sg_pcopy_to_buffer(struct scatterlist *sgl, unsigned int nents, void *buf,
			  size_t buflen, off_t skip);
size_t sg_copy_buffer(struct scatterlist *sgl, unsigned int nents, void *buf,
		      size_t buflen, off_t skip, bool to_buffer);
size_t sg_zero_buffer(struct scatterlist *sgl, unsigned int nents, size_t buflen,
		      off_t skip);

/* ---- page by page --------------------------------------------------------- */

/**
 * struct sg_page_iter - where a walk over pages is
 * @sg:          the entry
 * @sg_pgoffset: pages from its first
 */
struct sg_page_iter {
	struct scatterlist *sg;
	unsigned int sg_pgoffset;

	unsigned int __nents;		/* entries to go */
	int __pg_advance;		/* pages to the next step */
};

/* The same over what the device sees. Its pages have addresses and no struct page. */
struct sg_dma_page_iter {
	struct sg_page_iter base;
};

void __sg_page_iter_start(struct sg_page_iter *piter, struct scatterlist *sglist,
			  unsigned int nents, unsigned long pgoffset);
bool __sg_page_iter_next(struct sg_page_iter *piter);
bool __sg_page_iter_dma_next(struct sg_dma_page_iter *dma_iter);

static inline struct page *sg_page_iter_page(struct sg_page_iter *piter)
{
	return nth_page(sg_page(piter->sg), piter->sg_pgoffset);
}

/** Of the page's first byte, however far into it the entry begins. */
static inline dma_addr_t sg_page_iter_dma_address(struct sg_dma_page_iter *dma_iter)
{
	return sg_dma_address(dma_iter->base.sg) +
	       ((dma_addr_t)dma_iter->base.sg_pgoffset << PAGE_SHIFT);
}

/** From page @pgoffset of the list on, over at most @nents entries. */
#define for_each_sg_page(sglist, piter, nents, pgoffset)			\
	for (__sg_page_iter_start((piter), (sglist), (nents), (pgoffset));	\
	     __sg_page_iter_next(piter);)
#define for_each_sg_dma_page(sglist, dma_iter, dma_nents, pgoffset)		\
	for (__sg_page_iter_start(&(dma_iter)->base, (sglist), (dma_nents),	\
				  (pgoffset));					\
	     __sg_page_iter_dma_next(dma_iter);)
#define for_each_sgtable_page(sgt, piter, pgoffset) \
	for_each_sg_page((sgt)->sgl, piter, (sgt)->orig_nents, pgoffset)
#define for_each_sgtable_dma_page(sgt, dma_iter, pgoffset) \
	for_each_sg_dma_page((sgt)->sgl, dma_iter, (sgt)->nents, pgoffset)

#define SG_MITER_ATOMIC		(1 << 0)	/* the piece may be used in any context */
#define SG_MITER_TO_SG		(1 << 1)	/* the CPU writes it */
#define SG_MITER_FROM_SG	(1 << 2)	/* the CPU reads it */
#define SG_MITER_LOCAL		(1 << 3)	/* of highmem: mapped for this CPU alone */

/**
 * struct sg_mapping_iter - a walk over pieces of at most a page that the CPU may touch
 * @page:     of the piece
 * @addr:     where it is; valid until the next call
 * @length:   bytes there
 * @consumed: bytes of them that are done with: all, unless the driver says fewer
 */
struct sg_mapping_iter {
	struct page *page;
	void *addr;
	size_t length;
	size_t consumed;
	struct sg_page_iter piter;

	unsigned int __offset;		/* in the page */
	unsigned int __remaining;	/* of the piece */
	unsigned int __flags;
};

/** @flags: SG_MITER_TO_SG, SG_MITER_FROM_SG or both; else a warning. */
void sg_miter_start(struct sg_mapping_iter *miter, struct scatterlist *sgl,
		    unsigned int nents, unsigned int flags);
/** @offset bytes on from where it is. Return: false when the list is shorter. */
bool sg_miter_skip(struct sg_mapping_iter *miter, off_t offset);
/** To the next piece, or what is left of this one. Return: false at the end. */
bool sg_miter_next(struct sg_mapping_iter *miter);
/** The piece is touched no more; sg_miter_next() may go on later. */
void sg_miter_stop(struct sg_mapping_iter *miter);

#ifdef __cplusplus
}
#endif
#endif
