/* SPDX-License-Identifier: MIT */
/*
 *	chunk: | header | piece | piece | free -+ | piece | free |  never used  |
 *	                                        +-----------^
 *	IOVA_CHUNK_LEN bytes at a multiple of it, so that a piece finds its header
 */
#include <stdlib.h>

#include "../mm/kernel.h"
#include "iova-pool.h"


#define CACHE_LINE	64u

struct piece {
	struct piece *next;
};

struct iova_chunk {
	struct iova_chunk *next, *prev;
	struct piece *free;
	unsigned nr_used;
	unsigned nr_touched;		/* pieces beyond were never given out */
} __attribute__((__aligned__(CACHE_LINE)));

void iova_pool_init(struct iova_pool *pool, unsigned size)
{
	*pool = (struct iova_pool){
		.size = size,
		.nr_each = (IOVA_CHUNK_LEN - (unsigned)sizeof(struct iova_chunk)) / size,
	};
}

static void free_all(struct iova_chunk *c)
{
	while (c) {
		struct iova_chunk *next = c->next;

		free(c);
		c = next;
	}
}

void iova_pool_done(struct iova_pool *pool)
{
	free_all(pool->roomy);
	free_all(pool->full);
	iova_pool_init(pool, pool->size);
}

/* ---- lists: the first of roomy is where pieces come from ---------------- */

static void push(struct iova_chunk **head, struct iova_chunk *c)
{
	c->prev = NULL;
	c->next = *head;
	if (c->next)
		c->next->prev = c;
	*head = c;
}

static void drop(struct iova_chunk **head, struct iova_chunk *c)
{
	if (c->next)
		c->next->prev = c->prev;
	if (c->prev)
		c->prev->next = c->next;
	else
		*head = c->next;
}

/* ---- chunks ---------------- */

static struct iova_chunk *new_chunk(void)
{
	struct kernel *k = kernel_current();
	struct iova_chunk *c;

	if (k && kernel_fails(k))
		return NULL;
	c = aligned_alloc(IOVA_CHUNK_LEN, IOVA_CHUNK_LEN);
	if (c)
		*c = (struct iova_chunk){ .free = NULL };
	return c;
}

bool iova_pool_grow(struct iova_pool *pool, unsigned nr)
{
	while (pool->nr_free < nr) {
		struct iova_chunk *c = new_chunk();

		if (!c)
			return false;
		push(&pool->roomy, c);
		pool->nr_free += pool->nr_each;
		pool->nr_chunks++;
	}
	return true;
}

static void give_back(struct iova_pool *pool, struct iova_chunk *c)
{
	drop(&pool->roomy, c);
	pool->nr_free -= pool->nr_each;
	pool->nr_chunks--;
	free(c);
}

/* ---- pieces ---------------- */

void *iova_pool_alloc(struct iova_pool *pool)
{
	struct iova_chunk *c = pool->roomy;
	struct piece *p = c->free;

	if (p)
		c->free = p->next;
	else
		p = (void *)((char *)(c + 1) + (size_t)c->nr_touched++ * pool->size);
	pool->nr_free--;
	if (unlikely(++c->nr_used == pool->nr_each)) {
		drop(&pool->roomy, c);
		push(&pool->full, c);
	}
	return p;
}

void iova_pool_free(struct iova_pool *pool, void *piece)
{
	struct iova_chunk *c = (void *)((uintptr_t)piece & ~(uintptr_t)(IOVA_CHUNK_LEN - 1));
	struct piece *p = piece;

	p->next = c->free;
	c->free = p;
	pool->nr_free++;
	if (unlikely(c->nr_used-- == pool->nr_each)) {
		drop(&pool->full, c);
		push(&pool->roomy, c);
	}
	if (unlikely(!c->nr_used) && pool->nr_free >= 2ul * pool->nr_each)
		give_back(pool, c);
}
