/* SPDX-License-Identifier: MIT */
/*
 * Included before tools/testing/scatterlist/main.c. The test makes up its pages: page n
 * is the address n * PAGE_SIZE. Ours must be pages of a machine, so at the two functions
 * that take them, page n becomes the n-th page behind the start of lowmem.
 */
#ifndef TESTS_KERNEL_SCATTERLIST_SHIM_H
#define TESTS_KERNEL_SCATTERLIST_SHIM_H

#include <limits.h>
#include <stdlib.h>
#include <linux/errno.h>
#include <linux/scatterlist.h>

int kernel_main(void);
struct page **real_pages(struct page **made_up, unsigned n_pages);

#define main	kernel_main
#define sg_alloc_append_table_from_pages(table, pages, n_pages, ...)			\
	sg_alloc_append_table_from_pages(table, real_pages(pages, n_pages), n_pages,	\
					 __VA_ARGS__)
#define sg_alloc_table_from_pages_segment(table, pages, n_pages, ...)			\
	sg_alloc_table_from_pages_segment(table, real_pages(pages, n_pages), n_pages,	\
					  __VA_ARGS__)

#endif
