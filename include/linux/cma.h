/* SPDX-License-Identifier: MIT */
/*
 * Contiguous areas. Drivers come through dma_alloc_contiguous() of
 * <linux/dma-map-ops.h>.
 *
 * Source: include/linux/cma.h, mm/cma.c.
 */
#ifndef _ARMDMA_LINUX_CMA_H
#define _ARMDMA_LINUX_CMA_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cma;
struct page;

/**
 * cma_alloc() - a run of @count pages out of an area
 * @align:   order that the first page's number is a multiple of
 * @no_warn: fail in silence
 *
 * Movable pages that live there are moved out; a run in which one is pinned is passed
 * over. The bytes are what they were.
 *
 * Context: process, may sleep.
 * Return: the first page, each held once, the run yours to cma_release(); NULL when no
 * run can be had. A retry helps once somebody released or unpinned.
 */
struct page *cma_alloc(struct cma *cma, unsigned long count, unsigned int align, bool no_warn);
/** Return: false, and nothing is done, when they are not of @cma. */
bool cma_release(struct cma *cma, const struct page *pages, unsigned long count);
bool cma_pages_valid(struct cma *cma, const struct page *pages, unsigned long count);

phys_addr_t cma_get_base(const struct cma *cma);
unsigned long cma_get_size(const struct cma *cma);	/* bytes */
const char *cma_get_name(const struct cma *cma);

#ifdef __cplusplus
}
#endif
#endif
