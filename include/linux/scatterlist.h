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
 * memory from kmalloc() works too.
 *
 * Source: include/linux/scatterlist.h, lib/scatterlist.c.
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
 */
struct scatterlist {
	unsigned long page_link;
	unsigned int offset;
	unsigned int length;
	dma_addr_t dma_address;
	unsigned int dma_length;
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

#define SG_CHAIN		0x01UL
#define SG_END			0x02UL
#define SG_PAGE_LINK_MASK	(SG_CHAIN | SG_END)

/* Entries of one array: a page's worth. The last links to the next array. */
#define SG_MAX_SINGLE_ALLOC	(PAGE_SIZE / sizeof(struct scatterlist))

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
 * sg_copy_from_buffer() - into the list, as the CPU writes
 * sg_copy_to_buffer() - out of the list, as the CPU reads
 * @buf: in simulated memory or on the host
 *
 * Return: bytes copied, @buflen unless the list is shorter.
 */
size_t sg_copy_from_buffer(struct scatterlist *sgl, unsigned int nents,
			   const void *buf, size_t buflen);
size_t sg_copy_to_buffer(struct scatterlist *sgl, unsigned int nents,
			 void *buf, size_t buflen);

#ifdef __cplusplus
}
#endif
#endif
