/* SPDX-License-Identifier: MIT */
/*
 * Pieces of host memory of one size, in chunks: none costs a malloc(), and a chunk that
 * nobody uses goes back, but for one. The last piece freed of a chunk is the next to be
 * given out, since it is in the cache.
 *
 * Context: any; the caller's lock.
 */
#ifndef LIB_IOMMU_IOVA_POOL_H
#define LIB_IOMMU_IOVA_POOL_H

#include <linux/iova.h>

#define IOVA_CHUNK_LEN	16384u

/* @size: at least a pointer's, a multiple of 8. Takes no memory. */
void iova_pool_init(struct iova_pool *pool, unsigned size);
/* All pieces are gone. */
void iova_pool_done(struct iova_pool *pool);

/* Slow: get memory until the next @nr calls of iova_pool_alloc() succeed; false: there is none. */
bool iova_pool_grow(struct iova_pool *pool, unsigned nr);

static inline bool iova_pool_prepare(struct iova_pool *pool, unsigned nr)
{
	return likely(pool->nr_free >= nr) || iova_pool_grow(pool, nr);
}

/* Not cleared. Only after iova_pool_prepare(). */
void *iova_pool_alloc(struct iova_pool *pool);
void iova_pool_free(struct iova_pool *pool, void *piece);

#endif
