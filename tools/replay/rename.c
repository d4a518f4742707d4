/* SPDX-License-Identifier: MIT */
/*
 * Trace pages get board pages.
 *
 *   trace    |....|AAAA|BBBB|....|CCCC|      64 KiB groups of physical memory
 *                  |    |         |
 *   board      [ AAAA BBBB ]   [ CCCC ]      blocks of the page allocator
 *
 * Two mappings of one trace page are of one board page, and offsets within a
 * group are kept, so everything up to 64 KiB pages keeps its place in the line,
 * the page and the section. A buffer over several groups needs them side by
 * side, hence blocks. A block is 4 MiB of the trace's memory as long as there is
 * DRAM to spare, so that a buffer seldom meets a neighbour that was put
 * elsewhere; else it is just the groups that are asked for.
 *
 * A block without live segments is idle: it keeps its place until memory is
 * short, then the one that was idle longest goes. Buffers that straddle blocks
 * that are in use elsewhere get memory of their own: that breaks sharing, and is
 * counted as a conflict.
 */
#include <linux/gfp.h>
#include <linux/mm.h>

#include "engine.h"

#define ARENA_GROUPS	64u		/* 4 MiB, the largest order of the allocator */
#define CHUNK_BYTES	(PAGE_SIZE << MAX_PAGE_ORDER)
#define GROUP_ORDER	(GROUP_SHIFT - PAGE_SHIFT)

/* Idle blocks may keep so many golden pages: 32 MiB. */
#define MAX_IDLE_PAGES	8192u
/* Arenas of 4 MiB may take so much DRAM: what a long run can touch on the host. */
#define MAX_ARENA_BYTES	(256u << 20)

struct block {
	struct page *page;
	unsigned nr_chunks;		/* of the largest order; 0: one of @order */
	unsigned order;
	uint64_t pa;
	uint32_t va;
	bool is_private;		/* no group of it can be found by number */
	bool is_arena;
	unsigned nr_live;
	unsigned nr_golden;
	GList idle;			/* in renamer.idle; data is the block, or NULL */
	unsigned nr_groups;
	struct group groups[];
};

struct renamer {
	struct replay *r;
	GHashTable *groups;		/* by number */
	GQueue idle;			/* blocks, longest idle first */
	unsigned idle_pages;
	uint64_t lowmem_bytes, arena_bytes, arena_limit;
};

static struct rename_stats *stats(struct renamer *n)
{
	return &n->r->rep->renamed;
}

/* ---- blocks ----------------------------------------------------------- */

/* Larger than the allocator's largest: neighbours, found by taking them in order. */
static struct page *chunks_take(unsigned nr_chunks)
{
	g_autoptr(GPtrArray) taken = g_ptr_array_new();
	struct page *first = NULL;
	unsigned run = 0, from = 0;
	struct page *page;

	while (run < nr_chunks && (page = alloc_pages(GFP_KERNEL | __GFP_NOWARN,
						       MAX_PAGE_ORDER))) {
		struct page *last = taken->len ? taken->pdata[taken->len - 1] : NULL;

		g_ptr_array_add(taken, page);
		if (last && page_to_phys(page) == page_to_phys(last) + CHUNK_BYTES) {
			run++;
		} else {
			run = 1;
			from = taken->len - 1;
		}
	}
	if (run == nr_chunks)
		first = taken->pdata[from];
	for (unsigned i = 0; i < taken->len; i++)
		if (!first || i < from)
			__free_pages(taken->pdata[i], MAX_PAGE_ORDER);
	return first;
}

static struct page *pages_take(unsigned nr_groups, unsigned *ret_order,
			       unsigned *ret_chunks)
{
	*ret_order = get_order((unsigned long)nr_groups << GROUP_SHIFT);
	*ret_chunks = 0;
	if (*ret_order <= MAX_PAGE_ORDER)
		return alloc_pages(GFP_KERNEL | __GFP_NOWARN, *ret_order);
	*ret_order = MAX_PAGE_ORDER;
	*ret_chunks = (nr_groups + ARENA_GROUPS - 1) / ARENA_GROUPS;
	return chunks_take(*ret_chunks);
}

static void block_idle_remove(struct renamer *n, struct block *b)
{
	if (!b->idle.data)
		return;
	g_queue_unlink(&n->idle, &b->idle);
	b->idle.data = NULL;
	n->idle_pages -= b->nr_golden;
}

static void block_free(struct renamer *n, struct block *b)
{
	block_idle_remove(n, b);
	for (unsigned i = 0; i < b->nr_groups; i++) {
		struct group *g = &b->groups[i];

		if (!b->is_private)
			g_hash_table_remove(n->groups, &g->number);
		for (unsigned p = 0; p < GROUP_PAGES; p++)
			g_free(g->golden[p]);
		if (g->live)
			g_ptr_array_free(g->live, TRUE);
	}
	if (b->is_arena)
		n->arena_bytes -= (uint64_t)b->nr_groups << GROUP_SHIFT;
	for (unsigned i = 0; i < b->nr_chunks; i++)
		__free_pages(b->page + i * (CHUNK_BYTES / PAGE_SIZE), MAX_PAGE_ORDER);
	if (!b->nr_chunks)
		__free_pages(b->page, b->order);
	stats(n)->groups -= b->nr_groups;
	g_free(b);
}

static bool idle_recycle(struct renamer *n)
{
	struct block *b = g_queue_peek_head(&n->idle);

	if (!b)
		return false;
	stats(n)->recycled++;
	block_free(n, b);
	return true;
}

/* Groups @first.. of the trace, or nobody's with is_private. NULL: DRAM is full. */
static struct block *block_new(struct renamer *n, uint64_t first, unsigned nr_groups,
			       bool is_private)
{
	unsigned order, nr_chunks;
	struct page *page;

	while (!(page = pages_take(nr_groups, &order, &nr_chunks)))
		if (!idle_recycle(n))
			return NULL;

	struct block *b = g_malloc0(sizeof(*b) + nr_groups * sizeof(b->groups[0]));

	b->page = page;
	b->order = order;
	b->nr_chunks = nr_chunks;
	b->pa = page_to_phys(page);
	b->va = (uint32_t)(uintptr_t)page_address(page);
	b->is_private = is_private;
	b->nr_groups = nr_groups;
	for (unsigned i = 0; i < nr_groups; i++) {
		struct group *g = &b->groups[i];

		g->block = b;
		g->number = first + i;
		g->pa = b->pa + ((uint64_t)i << GROUP_SHIFT);
		if (!is_private)
			g_hash_table_insert(n->groups, &g->number, g);
	}
	stats(n)->blocks++;
	stats(n)->groups += nr_groups;
	stats(n)->groups_peak = MAX(stats(n)->groups_peak, stats(n)->groups);
	return b;
}

/* ---- segments ----------------------------------------------------------- */

static void segment_hold(struct renamer *n, struct segment *seg, struct block *b,
			 uint64_t pa, size_t len)
{
	seg->block = b;
	seg->pa = pa;
	seg->va = b->va + (uint32_t)(pa - b->pa);
	seg->len = len;
	block_idle_remove(n, b);
	b->nr_live++;
	for (uint64_t at = pa & ~(uint64_t)(GROUP_BYTES - 1); at < pa + len; at += GROUP_BYTES) {
		struct group *g = rename_group(seg, at);

		if (!g->live)
			g->live = g_ptr_array_new();
		g_ptr_array_add(g->live, seg);
	}
}

void rename_drop(struct renamer *n, struct segment *seg)
{
	struct block *b = seg->block;

	if (!b)
		return;
	seg->block = NULL;
	for (uint64_t at = seg->pa & ~(uint64_t)(GROUP_BYTES - 1); at < seg->pa + seg->len;
	     at += GROUP_BYTES)
		g_ptr_array_remove_fast(b->groups[(at - b->pa) >> GROUP_SHIFT].live, seg);
	if (--b->nr_live)
		return;
	if (b->is_private) {
		block_free(n, b);
		return;
	}
	b->idle.data = b;
	g_queue_push_tail_link(&n->idle, &b->idle);
	n->idle_pages += b->nr_golden;
	while (n->idle_pages > MAX_IDLE_PAGES)
		idle_recycle(n);
}

struct group *rename_group(const struct segment *seg, uint64_t pa)
{
	return &seg->block->groups[(pa - seg->block->pa) >> GROUP_SHIFT];
}

uint8_t *rename_golden(struct group *g, uint64_t pa, bool *ret_is_new)
{
	uint8_t **page = &g->golden[(pa - g->pa) >> PAGE_SHIFT];

	*ret_is_new = !*page;
	if (!*page) {
		*page = g_malloc0(PAGE_SIZE);
		g->block->nr_golden++;
	}
	return *page;
}

/* ---- where a buffer goes -------------------------------------------------- */

/* Are groups @first..@last side by side in one block? Then that block. */
static struct block *block_of_span(struct renamer *n, uint64_t first, uint64_t last,
				   bool *ret_is_new, bool *ret_in_use)
{
	struct group *head = g_hash_table_lookup(n->groups, &first);
	bool is_one = head;

	*ret_is_new = true;
	*ret_in_use = false;
	for (uint64_t i = first; i <= last; i++) {
		struct group *g = g_hash_table_lookup(n->groups, &i);

		if (!g || !head || g->block != head->block)
			is_one = false;
		if (g) {
			*ret_is_new = false;
			*ret_in_use |= g->block->nr_live > 0;
		}
	}
	return is_one ? head->block : NULL;
}

static void span_retire(struct renamer *n, uint64_t first, uint64_t last)
{
	for (uint64_t i = first; i <= last; i++) {
		struct group *g = g_hash_table_lookup(n->groups, &i);

		if (g) {
			stats(n)->recycled++;
			block_free(n, g->block);
		}
	}
}

/* The 4 MiB of trace memory around @first..@last, if nothing of it is placed yet. */
static struct block *arena_new(struct renamer *n, uint64_t first, uint64_t last)
{
	uint64_t from = first / ARENA_GROUPS * ARENA_GROUPS;
	bool is_new, in_use;

	if (last >= from + ARENA_GROUPS)
		return NULL;
	block_of_span(n, from, from + ARENA_GROUPS - 1, &is_new, &in_use);
	if (!is_new)
		return NULL;
	while (n->arena_bytes + CHUNK_BYTES > n->arena_limit)
		if (!idle_recycle(n))
			return NULL;

	struct block *b = block_new(n, from, ARENA_GROUPS, false);

	if (b) {
		b->is_arena = true;
		n->arena_bytes += CHUNK_BYTES;
	}
	return b;
}

static struct block *span_place(struct renamer *n, uint64_t first, uint64_t last,
				bool *ret_is_conflict)
{
	bool is_new, in_use;
	struct block *b = block_of_span(n, first, last, &is_new, &in_use);
	unsigned nr = last - first + 1;

	*ret_is_conflict = !b && in_use;
	if (b)
		return b;
	if (in_use)
		return block_new(n, first, nr, true);
	span_retire(n, first, last);
	b = arena_new(n, first, last);
	return b ? b : block_new(n, first, nr, false);
}

static void note_phys(struct renamer *n, uint64_t phys, size_t len)
{
	struct rename_stats *s = stats(n);

	s->phys_lowest = MIN(s->phys_lowest, phys);
	s->phys_highest = MAX(s->phys_highest, phys + len - 1);
}

enum rename_result rename_take(struct renamer *n, uint64_t phys, size_t len,
			       struct segment *ret_seg)
{
	uint64_t first = phys >> GROUP_SHIFT, last = (phys + len - 1) >> GROUP_SHIFT;
	bool is_conflict;

	if (len > n->lowmem_bytes || phys + len < phys)
		return RENAME_TOO_LARGE;
	note_phys(n, phys, len);

	struct block *b = span_place(n, first, last, &is_conflict);

	if (!b)
		return RENAME_FULL;
	if (is_conflict) {
		stats(n)->conflicts++;
		replay_find(n->r, ret_seg->owner->dev, FIND_RENAME_CONFLICT,
			    "%zu bytes at 0x%" G_GINT64_MODIFIER "x straddle memory that "
			    "is in use elsewhere on the board", len, phys);
	}
	segment_hold(n, ret_seg, b, b->pa + (phys - (b->groups[0].number << GROUP_SHIFT)), len);
	return RENAME_OK;
}

enum rename_result rename_take_anonymous(struct renamer *n, size_t len,
					 struct segment *ret_seg)
{
	if (len > n->lowmem_bytes)
		return RENAME_TOO_LARGE;

	struct block *b = block_new(n, 0, (len + GROUP_BYTES - 1) >> GROUP_SHIFT, true);

	if (!b)
		return RENAME_FULL;
	stats(n)->anonymous++;
	ret_seg->is_anonymous = true;
	segment_hold(n, ret_seg, b, b->pa, len);
	return RENAME_OK;
}

uint64_t rename_lookup(const struct renamer *n, uint64_t phys)
{
	uint64_t number = phys >> GROUP_SHIFT;
	const struct group *g = g_hash_table_lookup(n->groups, &number);

	return g ? g->pa + (phys & (GROUP_BYTES - 1)) : UINT64_MAX;
}

uint64_t rename_trace_of(const struct segment *seg, uint64_t pa)
{
	const struct block *b = seg->block;

	if (!b || seg->is_anonymous)
		return JUDGE_ANY;
	return (b->groups[0].number << GROUP_SHIFT) + (pa - b->pa);
}

struct renamer *renamer_new(struct replay *r)
{
	struct renamer *n = g_new0(struct renamer, 1);

	n->r = r;
	n->groups = g_hash_table_new(g_int64_hash, g_int64_equal);
	g_queue_init(&n->idle);
	n->lowmem_bytes = r->rep->lowmem_bytes;
	n->arena_limit = MIN(n->lowmem_bytes / 2, MAX_ARENA_BYTES);
	stats(n)->phys_lowest = UINT64_MAX;
	return n;
}

void renamer_free(struct renamer *n)
{
	if (!n)
		return;
	while (idle_recycle(n))
		;
	g_hash_table_unref(n->groups);
	g_free(n);
}
