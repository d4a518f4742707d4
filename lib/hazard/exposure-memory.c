/* SPDX-License-Identifier: MIT */
/*
 * Whose each byte of memory is, by what the allocators tell.
 *
 *	pages     runs that were allocated by one call; freed in whole or in part
 *	objects   of slabs, within such pages: as long as they were asked for, so that what
 *	          an allocator rounds up to is nothing
 *	metadata  what somebody declared, until the memory is freed
 *
 * Leaves out: what was allocated before anybody listened.
 */
#include "exposure.h"

#include <string.h>

struct page_run {
	unsigned nr_refs;		/* pages of it that are not freed */
	bool is_slab;			/* who has it is said by its objects */
};

struct piece {
	struct interval range;
};

static gpointer page_key(uint64_t pa)
{
	return GSIZE_TO_POINTER((gsize)(pa / PAGE_BYTES));
}

static void run_unref(gpointer p)
{
	struct page_run *run = p;

	if (!--run->nr_refs)
		g_free(run);
}

void memory_map_init(struct memory_map *map)
{
	map->pages = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, run_unref);
}

/* ---- pieces: objects and metadata ------------------------------------------------------ */

static void piece_add(struct memory_map *map, struct interval **root, uint64_t pa, uint64_t len)
{
	struct piece *p = g_new0(struct piece, 1);

	p->range = (struct interval){ .first = pa, .last = pa + len - 1, .age = ++map->age };
	interval_insert(root, &p->range);
}

static bool take_first(struct interval *node, void *found)
{
	*(struct interval **)found = node;
	return false;
}

static struct interval *first_in(struct interval *root, uint64_t first, uint64_t last)
{
	struct interval *node = NULL;

	interval_each(root, first, last, take_first, &node);
	return node;
}

static void pieces_forget(struct interval **root, uint64_t first, uint64_t last)
{
	struct interval *node;

	while ((node = first_in(*root, first, last)) != NULL) {
		interval_remove(root, node);
		g_free((struct piece *)(void *)((char *)node - offsetof(struct piece, range)));
	}
}

void memory_map_done(struct memory_map *map)
{
	pieces_forget(&map->objects, 0, UINT64_MAX);
	pieces_forget(&map->metadata, 0, UINT64_MAX);
	g_hash_table_destroy(map->pages);
}

void memory_map_metadata(struct memory_map *map, uint64_t pa, uint64_t len)
{
	if (len)
		piece_add(map, &map->metadata, pa, len);
}

/* ---- what the allocators tell ---------------------------------------------------------- */

static struct page_run *run_at(const struct memory_map *map, uint64_t pa)
{
	return g_hash_table_lookup(map->pages, page_key(pa));
}

static void pages_allocated(struct memory_map *map, const struct ledger_note *n)
{
	struct page_run *run = g_new0(struct page_run, 1);

	run->nr_refs = 1;
	for (uint64_t pa = n->pa; pa < n->pa + n->len; pa += PAGE_BYTES) {
		run->nr_refs++;
		g_hash_table_replace(map->pages, page_key(pa), run);
	}
	run_unref(run);
}

static void forget_pieces_of(struct memory_map *map, const struct ledger_note *n)
{
	pieces_forget(&map->objects, n->pa, n->pa + n->len - 1);
	pieces_forget(&map->metadata, n->pa, n->pa + n->len - 1);
}

static void pages_freed(struct memory_map *map, const struct ledger_note *n)
{
	forget_pieces_of(map, n);
	for (uint64_t pa = n->pa; pa < n->pa + n->len; pa += PAGE_BYTES)
		g_hash_table_remove(map->pages, page_key(pa));
}

static void object_allocated(struct memory_map *map, const struct ledger_note *n)
{
	struct page_run *run = run_at(map, n->pa);

	if (run)
		run->is_slab = true;
	piece_add(map, &map->objects, n->pa, n->len);
}

void memory_map_note(struct memory_map *map, const struct ledger_note *n)
{
	if (!n->len)
		return;
	switch (n->kind) {
	case LEDGER_PAGES_ALLOCATED:
		pages_allocated(map, n);
		break;
	case LEDGER_PAGES_FREED:
		pages_freed(map, n);
		break;
	case LEDGER_SLAB_ALLOCATED:
		object_allocated(map, n);
		break;
	case LEDGER_SLAB_FREED:
		forget_pieces_of(map, n);
		break;
	default:
		break;
	}
}

/* ---- asking ---------------------------------------------------------------------------- */

struct canvas {
	uint64_t from, to;
	const struct interval *own;	/* the object that the buffer is in; NULL: none */
	uint8_t *tenants;
};

static void fill(const struct canvas *c, uint64_t first, uint64_t end, enum tenant t)
{
	first = MAX(first, c->from);
	end = MIN(end, c->to);
	if (first < end)
		memset(c->tenants + (first - c->from), (int)t, (size_t)(end - first));
}

static void paint_pages(const struct memory_map *map, const struct canvas *c,
			const struct page_run *own)
{
	for (uint64_t pa = c->from & ~(uint64_t)(PAGE_BYTES - 1); pa < c->to; pa += PAGE_BYTES) {
		const struct page_run *run = run_at(map, pa);

		if (run && !run->is_slab)
			fill(c, pa, pa + PAGE_BYTES, run == own ? TENANT_OWN : TENANT_OTHER);
	}
}

static bool paint_object(struct interval *node, void *canvas)
{
	const struct canvas *c = canvas;

	fill(c, node->first, node->last + 1, node == c->own ? TENANT_OWN : TENANT_OTHER);
	return true;
}

static bool paint_metadata(struct interval *node, void *canvas)
{
	fill(canvas, node->first, node->last + 1, TENANT_METADATA);
	return true;
}

void memory_map_paint(const struct memory_map *map, uint64_t from, uint64_t to,
		      uint64_t buffer_pa, uint8_t *ret_tenants)
{
	struct canvas c = {
		.from = from, .to = to, .tenants = ret_tenants,
		.own = first_in(map->objects, buffer_pa, buffer_pa),
	};

	memset(ret_tenants, TENANT_NONE, (size_t)(to - from));
	paint_pages(map, &c, run_at(map, buffer_pa));
	interval_each(map->objects, from, to - 1, paint_object, &c);
	interval_each(map->metadata, from, to - 1, paint_metadata, &c);
}
