/* SPDX-License-Identifier: MIT */
/*
 * Included before lib/scatterlist.c: its functions get names of their own, so that ours
 * can stand beside them; and what it wants of headers that we do not have.
 */
#ifndef TESTS_KERNEL_SG_TWIN_H
#define TESTS_KERNEL_SG_TWIN_H

#define sg_next				twin_sg_next
#define sg_nents			twin_sg_nents
#define sg_nents_for_len		twin_sg_nents_for_len
#define sg_last				twin_sg_last
#define sg_init_table			twin_sg_init_table
#define sg_init_one			twin_sg_init_one
#define __sg_free_table			twin___sg_free_table
#define sg_free_append_table		twin_sg_free_append_table
#define sg_free_table			twin_sg_free_table
#define __sg_alloc_table		twin___sg_alloc_table
#define sg_alloc_table			twin_sg_alloc_table
#define sg_alloc_append_table_from_pages twin_sg_alloc_append_table_from_pages
#define sg_alloc_table_from_pages_segment twin_sg_alloc_table_from_pages_segment
#define sgl_alloc_order			twin_sgl_alloc_order
#define sgl_alloc			twin_sgl_alloc
#define sgl_free_n_order		twin_sgl_free_n_order
#define sgl_free_order			twin_sgl_free_order
#define sgl_free			twin_sgl_free
#define __sg_page_iter_start		twin___sg_page_iter_start
#define __sg_page_iter_next		twin___sg_page_iter_next
#define __sg_page_iter_dma_next		twin___sg_page_iter_dma_next
#define sg_miter_start			twin_sg_miter_start
#define sg_miter_skip			twin_sg_miter_skip
#define sg_miter_next			twin_sg_miter_next
#define sg_miter_stop			twin_sg_miter_stop
#define sg_copy_buffer			twin_sg_copy_buffer
#define sg_copy_from_buffer		twin_sg_copy_from_buffer
#define sg_copy_to_buffer		twin_sg_copy_to_buffer
#define sg_pcopy_from_buffer		twin_sg_pcopy_from_buffer
#define sg_pcopy_to_buffer		twin_sg_pcopy_to_buffer
#define sg_zero_buffer			twin_sg_zero_buffer

#include <linux/kernel.h>
#include <linux/scatterlist.h>

#define IS_ENABLED(option)	0
#define pagefault_disabled()	true
#define zone_device_pages_have_same_pgmap(a, b)	((void)(a), (void)(b), true)

/* An inline of Linux's header, a part of sg_chain() in ours. */
static inline void __sg_chain(struct scatterlist *link, struct scatterlist *sgl)
{
	*link = (struct scatterlist){ .page_link = (unsigned long)sgl | SG_CHAIN };
}

#define kmemleak_alloc(...)	((void)0)
#define kmemleak_free(...)	((void)0)

#endif
