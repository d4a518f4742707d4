/* SPDX-License-Identifier: MIT */
/* Address space first, memory 2 MiB at a time: see shelf.h. */
#include "shelf.h"

#include <glib.h>
#include <sys/mman.h>

#define CHUNK_BYTES	(2u << 20)	/* a huge page of the host, where it has them */

static size_t range_bytes(const struct shelf *s)
{
	size_t bytes = (size_t)s->nr_items * s->item_bytes;

	return (bytes + CHUNK_BYTES - 1) & ~(size_t)(CHUNK_BYTES - 1);
}

/* From a multiple of a chunk on, or no chunk could be one of the host's pages. */
static char *reserve(size_t bytes)
{
	char *p = mmap(NULL, bytes + CHUNK_BYTES, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t before = -(uintptr_t)p & (CHUNK_BYTES - 1);

	if (p == MAP_FAILED)
		return NULL;
	if (before)
		munmap(p, before);
	munmap(p + before + bytes, CHUNK_BYTES - before);
	return p + before;
}

void shelf_init(struct shelf *s, size_t item_bytes, uint32_t nr_items)
{
	*s = (struct shelf){ .item_bytes = item_bytes, .nr_items = nr_items, .nr_begun = 1 };
	while (!(s->base = reserve(range_bytes(s)))) {
		s->nr_items /= 2;
		g_assert(s->nr_items);
	}
}

void shelf_done(struct shelf *s)
{
	munmap(s->base, range_bytes(s));
	s->base = NULL;
}

/* The first chunk stays in small pages: most programs need little of it. */
static void make_ready(struct shelf *s)
{
	char *chunk = s->base + s->ready_bytes;

	if (s->ready_bytes + CHUNK_BYTES > range_bytes(s) ||
	    mprotect(chunk, CHUNK_BYTES, PROT_READ | PROT_WRITE))
		g_error("no host memory for more than %u records of mappings", s->nr_begun);
	if (s->ready_bytes)
		madvise(chunk, CHUNK_BYTES, MADV_HUGEPAGE);
	s->ready_bytes += CHUNK_BYTES;
}

static uint32_t begin_one(struct shelf *s)
{
	while ((s->nr_begun + (size_t)1) * s->item_bytes > s->ready_bytes)
		make_ready(s);
	return s->nr_begun++;
}

static uint32_t take_one(struct shelf *s)
{
	uint32_t number = s->free;

	if (!number)
		return begin_one(s);
	s->free = *shelf_link(s, number);
	return number;
}

uint32_t shelf_take(struct shelf *s, unsigned nr)
{
	uint32_t chain = 0, *end = &chain;

	spin_lock(&s->lock);
	while (nr--) {
		*end = take_one(s);
		end = shelf_link(s, *end);
	}
	*end = 0;
	spin_unlock(&s->lock);
	return chain;
}

void shelf_give(struct shelf *s, uint32_t first, uint32_t last)
{
	spin_lock(&s->lock);
	*shelf_link(s, last) = s->free;
	s->free = first;
	spin_unlock(&s->lock);
}
