/* SPDX-License-Identifier: MIT */
/*
 * Stacks of the code under test, as raw return addresses; names come when printing.
 *
 * The innermost frames are ours: engine, machine, library. They end at the frame
 * that returns to the site that is blamed, or at the port that a test plays.
 */
#define UNW_LOCAL_ONLY
#include <libunwind.h>

#include "engine.h"

#include <string.h>

struct walk {
	struct stack all;		/* from here outward */
	unsigned outside;		/* first frame beyond the machine's own; 0: unknown */
};

/* Is this frame one of the doors through which a test plays a device? */
static bool is_door(unw_cursor_t *cursor)
{
	unw_proc_info_t info;

	if (unw_get_proc_info(cursor, &info))
		return false;
	return info.start_ip == (unw_word_t)(uintptr_t)master_read ||
	       info.start_ip == (unw_word_t)(uintptr_t)master_write;
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
			return from(&w.all, i);
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
