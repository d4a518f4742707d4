/* SPDX-License-Identifier: MIT */
/*
 * Stacks of the code under test, as raw return addresses; names come when printing.
 *
 * The innermost frames are ours: engine, machine, library. They end at a door, which
 * is a function that the code under test calls: a master's port or the DMA API. What
 * is behind the outermost door, or from the blamed site on, is worth showing.
 */
#define UNW_LOCAL_ONLY
#include <libunwind.h>

#include "engine.h"

#include <string.h>
#include <linux/dma-mapping.h>

struct walk {
	struct stack all;		/* from here outward */
	unsigned outside;		/* first frame behind the outermost door; 0: unknown */
};

static const struct {
	void (*function)(void);
} doors[] = {
#define DOOR(f) { (void (*)(void))(f) }
	DOOR(master_read), DOOR(master_write), DOOR(master_read_as), DOOR(master_write_as),
	DOOR(dma_map_single_attrs), DOOR(dma_unmap_single_attrs),
	DOOR(dma_map_page_attrs), DOOR(dma_unmap_page_attrs),
	DOOR(dma_map_sg_attrs), DOOR(dma_unmap_sg_attrs),
	DOOR(dma_map_sgtable), DOOR(dma_unmap_sgtable),
	DOOR(dma_sync_single_for_cpu), DOOR(dma_sync_single_for_device),
	DOOR(dma_sync_single_range_for_cpu), DOOR(dma_sync_single_range_for_device),
	DOOR(dma_sync_sg_for_cpu), DOOR(dma_sync_sg_for_device),
	DOOR(dma_sync_sgtable_for_cpu), DOOR(dma_sync_sgtable_for_device),
	DOOR(dma_alloc_attrs), DOOR(dma_free_attrs),
	DOOR(dma_alloc_coherent), DOOR(dma_free_coherent),
	DOOR(dma_alloc_pages), DOOR(dma_free_pages),
	DOOR(dma_alloc_noncoherent), DOOR(dma_free_noncoherent),
	DOOR(dma_alloc_noncontiguous), DOOR(dma_free_noncontiguous),
	DOOR(dmam_alloc_attrs), DOOR(dmam_alloc_coherent), DOOR(dmam_free_coherent),
	DOOR(sg_copy_buffer), DOOR(sg_zero_buffer),
};

static bool is_door(unw_cursor_t *cursor)
{
	unw_proc_info_t info;

	if (unw_get_proc_info(cursor, &info))
		return false;
	for (unsigned i = 0; i < G_N_ELEMENTS(doors); i++)
		if (info.start_ip == (unw_word_t)(uintptr_t)doors[i].function)
			return true;
	return false;
}

static struct walk walk_here(void)
{
	struct walk w = { 0 };
	unw_context_t context;
	unw_cursor_t cursor;

	unw_getcontext(&context);
	if (unw_init_local(&cursor, &context))
		return w;
	while (w.all.nr < STACK_MAX && unw_step(&cursor) > 0) {
		unw_word_t ip;

		if (unw_get_reg(&cursor, UNW_REG_IP, &ip) || !ip)
			break;
		w.all.pc[w.all.nr++] = (const void *)(uintptr_t)ip;
		if (is_door(&cursor))
			w.outside = w.all.nr;
	}
	return w;
}

static struct stack from(const struct stack *all, unsigned first)
{
	struct stack s = { .nr = all->nr - first };

	memcpy(s.pc, all->pc + first, s.nr * sizeof(s.pc[0]));
	return s;
}

struct stack stack_here(const void *site)
{
	struct walk w = walk_here();

	for (unsigned i = 0; site && i < w.all.nr; i++)
		if (w.all.pc[i] == site)
			return from(&w.all, MAX(i, w.outside));
	if (!site && w.outside && w.outside < w.all.nr)
		return from(&w.all, w.outside);
	return (struct stack){ 0 };
}

/* ---- each different one once --------------------------------------- */

static guint stack_hash(const void *p)
{
	const struct stack *s = p;
	guint h = s->nr;

	for (unsigned i = 0; i < s->nr; i++)
		h = h * 31 + g_direct_hash(s->pc[i]);
	return h;
}

static gboolean stack_equal(const void *a, const void *b)
{
	const struct stack *x = a, *y = b;

	return x->nr == y->nr && !memcmp(x->pc, y->pc, x->nr * sizeof(x->pc[0]));
}

void stacks_init(struct stacks *s)
{
	s->all = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(s->all, NULL);
	s->ids = g_hash_table_new(stack_hash, stack_equal);
}

void stacks_done(struct stacks *s)
{
	g_hash_table_destroy(s->ids);
	g_ptr_array_free(s->all, TRUE);
}

uint32_t stacks_keep(struct stacks *s, struct stack st)
{
	gpointer id = g_hash_table_lookup(s->ids, &st);
	struct stack *kept;

	if (id || !st.nr)
		return (uint32_t)GPOINTER_TO_UINT(id);
	kept = g_memdup2(&st, sizeof(st));
	g_hash_table_insert(s->ids, kept, GUINT_TO_POINTER(s->all->len));
	g_ptr_array_add(s->all, kept);
	return s->all->len - 1;
}

const struct stack *stacks_at(const struct stacks *s, uint32_t id)
{
	return g_ptr_array_index(s->all, id);
}
