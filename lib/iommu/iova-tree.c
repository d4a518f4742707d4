/* SPDX-License-Identifier: MIT */
/*
 * Full blocks are split; where ranges come one below the other, as a top-down search
 * makes them, into what is there and nothing, so that blocks stay full. Blocks with a
 * few entries join a neighbour that has room. A separator may be lower than all that is
 * below it, never higher.
 *
 * Left out: rotation between neighbours that are too full to be joined.
 */
#include <string.h>
#include <linux/compiler.h>

#include "iova-pool.h"
#include "iova-tree.h"

#define FEW	(TREE_FAN / 4)
#define MANY	(TREE_FAN * 3 / 4)

void iova_tree_init(struct iova_tree *t)
{
	*t = (struct iova_tree){ .root = NULL };
	iova_pool_init(&t->blocks, sizeof(struct iova_block));
	iova_pool_init(&t->iovas, sizeof(struct iova));
}

void iova_tree_done(struct iova_tree *t)
{
	iova_pool_done(&t->blocks);
	iova_pool_done(&t->iovas);
	iova_tree_init(t);
}

/* ---- gaps ---------------- */

/* What is left of [@lo, @hi) behind the first multiple of 2^@order. */
static unsigned long room_at_order(unsigned long lo, unsigned long hi, unsigned order)
{
	unsigned long mask, start;

	if (order >= 64)
		return lo ? 0 : hi;
	mask = (1UL << order) - 1;
	start = (lo + mask) & ~mask;
	return start < lo || start > hi ? 0 : hi - start;
}

/* The largest size-aligned request that [@lo, @hi) holds: see the header. */
static unsigned long fit_of(unsigned long lo, unsigned long hi)
{
	unsigned order;
	unsigned long rest;

	if (hi - lo <= 1)
		return hi - lo;
	order = (unsigned)__fls(hi - lo);
	if (room_at_order(lo, hi, order) < 1UL << order)
		order--;
	rest = room_at_order(lo, hi, order + 1);
	return rest > 1UL << order ? rest : 1UL << order;
}

static unsigned long largest(const unsigned long *of)
{
	unsigned long a = of[0], b = of[1];

	for (unsigned i = 2; i < TREE_FAN; i += 2) {
		a = of[i] > a ? of[i] : a;
		b = of[i + 1] > b ? of[i + 1] : b;
	}
	return a > b ? a : b;
}

/* Of one block, what its parent says of it. Return: did that change? */
static bool summarize(struct iova_block *b)
{
	struct iova_block *up = b->parent;
	unsigned long len = largest(b->len), fit = largest(b->fit);

	if (up->len[b->slot] == len && up->fit[b->slot] == fit)
		return false;
	up->len[b->slot] = len;
	up->fit[b->slot] = fit;
	return true;
}

static void summarize_up(struct iova_block *b)
{
	while (b->parent && summarize(b))
		b = b->parent;
}

/* The same where @len and @fit can only have made it more. */
static void raise_up(struct iova_block *b, unsigned long len, unsigned long fit)
{
	for (; b->parent; b = b->parent) {
		unsigned long *up_len = &b->parent->len[b->slot];
		unsigned long *up_fit = &b->parent->fit[b->slot];

		if (*up_len >= len && *up_fit >= fit)
			return;
		*up_len = *up_len > len ? *up_len : len;
		*up_fit = *up_fit > fit ? *up_fit : fit;
	}
}

static void set_gap(struct iova_at at, unsigned long from)
{
	at.leaf->len[at.slot] = at.leaf->key[at.slot] - from;
	at.leaf->fit[at.slot] = fit_of(from, at.leaf->key[at.slot]);
}

unsigned long iova_tree_largest_gap(const struct iova_tree *t)
{
	return t->root ? largest(t->root->len) : 0;
}

/* ---- finding ---------------- */

/* How many keys are at most @pfn. No branch: which one it is cannot be predicted. */
static unsigned nr_at_most(const struct iova_block *b, unsigned long pfn)
{
	unsigned a = 0, c = 0;

	for (unsigned i = 0; i < TREE_FAN; i += 2) {
		a += b->key[i] <= pfn;
		c += b->key[i + 1] <= pfn;
	}
	a += c;
	return a < b->nr ? a : b->nr;
}

/* The leaf that @pfn belongs to; what is below the first separator is the first's. */
static struct iova_block *leaf_of(const struct iova_tree *t, unsigned long pfn)
{
	struct iova_block *b = t->root;

	while (!b->is_leaf) {
		unsigned nr = nr_at_most(b, pfn);

		b = b->at[nr ? nr - 1 : 0];
	}
	return b;
}

static const struct iova_at nowhere;

struct iova_at iova_tree_at(const struct iova_tree *t, unsigned long pfn)
{
	struct iova_block *leaf;
	unsigned nr;

	if (!t->root)
		return nowhere;
	leaf = leaf_of(t, pfn);
	nr = nr_at_most(leaf, pfn);
	if (nr)
		return (struct iova_at){ leaf, nr - 1 };
	return leaf->prev ? (struct iova_at){ leaf->prev, leaf->prev->nr - 1u } : nowhere;
}

struct iova_at iova_tree_first(const struct iova_tree *t)
{
	struct iova_block *b = t->root;

	if (!b)
		return nowhere;
	while (!b->is_leaf)
		b = b->at[0];
	return (struct iova_at){ b, 0 };
}

struct iova_at iova_tree_next(struct iova_at at)
{
	return at.slot + 1u < at.leaf->nr ? (struct iova_at){ at.leaf, at.slot + 1 }
					  : (struct iova_at){ at.leaf->next, 0 };
}

struct iova_at iova_tree_prev(struct iova_at at)
{
	struct iova_block *prev = at.leaf->prev;

	if (at.slot)
		return (struct iova_at){ at.leaf, at.slot - 1 };
	return prev ? (struct iova_at){ prev, prev->nr - 1u } : nowhere;
}

/* The last of the first @nr that is at least @size; -1: none. */
static int last_with(const unsigned long *of, int nr, unsigned long size)
{
	while (--nr >= 0 && of[nr] < size)
		;
	return nr;
}

static const unsigned long *rooms(const struct iova_block *b, bool aligned)
{
	return aligned ? b->fit : b->len;
}

struct iova_at iova_tree_fit_below(struct iova_at at, unsigned long size, bool aligned)
{
	struct iova_block *b = at.leaf;
	int slot = last_with(rooms(b, aligned), (int)at.slot + 1, size);

	while (slot < 0) {
		if (!b->parent)
			return nowhere;
		slot = last_with(rooms(b->parent, aligned), b->slot, size);
		b = b->parent;
	}
	while (!b->is_leaf) {
		b = b->at[slot];
		slot = last_with(rooms(b, aligned), b->nr, size);
	}
	return (struct iova_at){ b, (unsigned)slot };
}

/* ---- entries of a block ---------------- */

static void clear_from(struct iova_block *b, unsigned slot)
{
	for (unsigned i = slot; i < TREE_FAN; i++) {
		b->key[i] = IOVA_ANCHOR;
		b->len[i] = 0;
		b->fit[i] = 0;
	}
}

/* Children know where they are. */
static void adopt(struct iova_block *b, unsigned slot)
{
	if (b->is_leaf)
		return;
	for (; slot < b->nr; slot++) {
		struct iova_block *child = b->at[slot];

		child->parent = b;
		child->slot = (unsigned short)slot;
	}
}

static void open_slot(struct iova_block *b, unsigned slot)
{
	size_t nr = b->nr++ - slot;

	memmove(&b->key[slot + 1], &b->key[slot], nr * sizeof(b->key[0]));
	memmove(&b->len[slot + 1], &b->len[slot], nr * sizeof(b->len[0]));
	memmove(&b->fit[slot + 1], &b->fit[slot], nr * sizeof(b->fit[0]));
	memmove(&b->at[slot + 1], &b->at[slot], nr * sizeof(b->at[0]));
}

static void close_slot(struct iova_block *b, unsigned slot)
{
	size_t nr = --b->nr - slot;

	memmove(&b->key[slot], &b->key[slot + 1], nr * sizeof(b->key[0]));
	memmove(&b->len[slot], &b->len[slot + 1], nr * sizeof(b->len[0]));
	memmove(&b->fit[slot], &b->fit[slot + 1], nr * sizeof(b->fit[0]));
	memmove(&b->at[slot], &b->at[slot + 1], nr * sizeof(b->at[0]));
	b->key[b->nr] = IOVA_ANCHOR;
	b->len[b->nr] = 0;
	b->fit[b->nr] = 0;
	adopt(b, slot);
}

/* All of @from behind @slot of it become the last of @to. */
static void move_tail(struct iova_block *to, struct iova_block *from, unsigned slot)
{
	size_t nr = from->nr - slot;
	unsigned at = to->nr;

	memcpy(&to->key[at], &from->key[slot], nr * sizeof(to->key[0]));
	memcpy(&to->len[at], &from->len[slot], nr * sizeof(to->len[0]));
	memcpy(&to->fit[at], &from->fit[slot], nr * sizeof(to->fit[0]));
	memcpy(&to->at[at], &from->at[slot], nr * sizeof(to->at[0]));
	to->nr = (unsigned short)(at + nr);
	from->nr = (unsigned short)slot;
	clear_from(from, slot);
	adopt(to, at);
}

static struct iova_block *new_block(struct iova_tree *t, bool is_leaf)
{
	struct iova_block *b = iova_pool_alloc(&t->blocks);

	b->parent = b->prev = b->next = NULL;
	b->nr = b->slot = 0;
	b->is_leaf = is_leaf;
	clear_from(b, 0);
	return b;
}

/* ---- growing ---------------- */

static void grow_root(struct iova_tree *t)
{
	struct iova_block *old = t->root, *root = new_block(t, false);

	root->nr = 1;
	root->key[0] = 0;
	root->at[0] = old;
	adopt(root, 0);
	summarize(old);
	t->root = root;
	t->levels++;
}

static void link_behind(struct iova_block *b, struct iova_block *right)
{
	right->prev = b;
	right->next = b->next;
	if (right->next)
		right->next->prev = right;
	b->next = right;
}

/* How many of a full block stay in it when one more comes at @slot. */
static unsigned nr_to_keep(const struct iova_block *b, unsigned slot)
{
	if (b->is_leaf)
		return slot ? TREE_FAN / 2 : 0;
	return slot > 1 ? TREE_FAN / 2 : 1;
}

/* @b gets a neighbour above it, with its upper entries; its parent has room. */
static void split(struct iova_tree *t, struct iova_block *b, unsigned slot)
{
	struct iova_block *right = new_block(t, b->is_leaf), *up = b->parent;

	move_tail(right, b, nr_to_keep(b, slot));
	if (b->is_leaf)
		link_behind(b, right);
	open_slot(up, b->slot + 1u);
	up->key[b->slot + 1] = right->key[0];
	up->at[b->slot + 1] = right;
	adopt(up, b->slot + 1u);
	summarize(right);
	summarize(b);
}

/* Room for one more at @slot of @b, which is full; so has its parent, then. */
static void make_room(struct iova_tree *t, struct iova_block *b, unsigned slot)
{
	if (!b->parent)
		grow_root(t);
	if (b->parent->nr == TREE_FAN)
		make_room(t, b->parent, b->slot + 1u);
	split(t, b, slot);
}

/* Whoever looks for @pfn comes to @b: no separator on the way is above it. */
static void lower_separator(struct iova_block *b, unsigned long pfn)
{
	for (; b->parent; b = b->parent) {
		if (b->parent->key[b->slot] > pfn)
			b->parent->key[b->slot] = pfn;
		if (b->slot)
			return;
	}
}

bool iova_tree_prepare(struct iova_tree *t, struct iova *anchor)
{
	if (!iova_pool_prepare(&t->blocks, t->levels + 2) || !iova_pool_prepare(&t->iovas, 1))
		return false;
	if (likely(t->root != NULL))
		return true;
	t->root = new_block(t, true);
	t->levels = 1;
	t->root->nr = 1;
	t->root->at[0] = anchor;
	set_gap((struct iova_at){ t->root, 0 }, 0);
	t->nr = 1;
	return iova_pool_prepare(&t->blocks, t->levels + 2);
}

/* Where @at's range is once its leaf has room: below it, in the same leaf if it can be. */
static struct iova_at with_room(struct iova_tree *t, struct iova_at at)
{
	unsigned kept;

	if (at.leaf->nr < TREE_FAN)
		return at;
	kept = nr_to_keep(at.leaf, at.slot);
	make_room(t, at.leaf, at.slot);
	return at.slot <= kept ? at : (struct iova_at){ at.leaf->next, at.slot - kept };
}

void iova_tree_insert(struct iova_tree *t, struct iova_at above, struct iova *iova)
{
	unsigned long from = iova_tree_gap(above);
	struct iova_at at = with_room(t, above);

	open_slot(at.leaf, at.slot);
	at.leaf->key[at.slot] = iova->pfn_lo;
	at.leaf->at[at.slot] = iova;
	set_gap(at, from);
	if (!at.slot)
		lower_separator(at.leaf, iova->pfn_lo);
	above = iova_tree_next(at);
	set_gap(above, iova->pfn_hi + 1);
	summarize_up(at.leaf);
	if (above.leaf != at.leaf)
		summarize_up(above.leaf);
	t->nr++;
}

void iova_tree_extend(struct iova_at at, unsigned long pfn_lo)
{
	unsigned long from = iova_tree_gap(at);

	at.leaf->key[at.slot] = pfn_lo;
	set_gap(at, from);
	if (!at.slot)
		lower_separator(at.leaf, pfn_lo);
	summarize_up(at.leaf);
}

/* ---- shrinking ---------------- */

static void drop_block(struct iova_tree *t, struct iova_block *b)
{
	if (b->prev)
		b->prev->next = b->next;
	if (b->next)
		b->next->prev = b->prev;
	iova_pool_free(&t->blocks, b);
}

static struct iova_block *sibling(const struct iova_block *b, int step)
{
	int slot = b->slot + step;

	return slot < 0 || slot >= b->parent->nr ? NULL : b->parent->at[slot];
}

static bool can_join(const struct iova_block *a, const struct iova_block *b)
{
	return a && b && a->nr + b->nr <= MANY;
}

static void thin_out(struct iova_tree *t, struct iova_block *b);

/* @b is in no block any more. */
static void forget(struct iova_tree *t, struct iova_block *b)
{
	struct iova_block *up = b->parent;

	close_slot(up, b->slot);
	drop_block(t, b);
	thin_out(t, up);
}

static void join(struct iova_tree *t, struct iova_block *left, struct iova_block *right)
{
	/* An inner block's first separator may be anything: its parent's is right. */
	right->key[0] = right->is_leaf ? right->key[0] : right->parent->key[right->slot];
	move_tail(left, right, 0);
	summarize(left);
	forget(t, right);
}

static void shrink_root(struct iova_tree *t)
{
	struct iova_block *root = t->root;

	if (root->is_leaf || root->nr > 1)
		return;
	t->root = root->at[0];
	t->root->parent = NULL;
	t->root->slot = 0;
	t->levels--;
	drop_block(t, root);
	shrink_root(t);
}

/* After @b lost an entry. What its parent says of it is right in the end. */
static void thin_out(struct iova_tree *t, struct iova_block *b)
{
	if (!b->parent)
		shrink_root(t);
	else if (!b->nr)
		forget(t, b);
	else if (b->nr <= FEW && can_join(sibling(b, -1), b))
		join(t, sibling(b, -1), b);
	else if (b->nr <= FEW && can_join(b, sibling(b, 1)))
		join(t, b, sibling(b, 1));
	else
		summarize_up(b);
}

void iova_tree_remove(struct iova_tree *t, struct iova_at at)
{
	struct iova_at above = iova_tree_next(at);

	set_gap(above, iova_tree_gap(at));
	raise_up(above.leaf, above.leaf->len[above.slot], above.leaf->fit[above.slot]);
	close_slot(at.leaf, at.slot);
	t->nr--;
	if (above.leaf != at.leaf || at.leaf->nr <= FEW)
		thin_out(t, at.leaf);
}
