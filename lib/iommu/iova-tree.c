/* SPDX-License-Identifier: MIT */
/*
 * Full blocks are split; where ranges come one below the other, as a top-down search
 * makes them, into what is there and nothing, so that blocks stay full. Blocks with a
 * few entries join a neighbour that has room, if both have the same parent. A separator
 * may be lower than all that is below it, never higher.
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

/* ---- the order of a block -------------------------------------------------------- */

#define IN_ORDER	0xfedcba9876543210ull
#define EACH		0x1111111111111111ull

/* The lowest @nr numbers. */
static u64 first_of(u64 order, unsigned nr)
{
	return nr < TREE_FAN ? order & ((1ull << (4 * nr)) - 1) : order;
}

static unsigned pos_of(const struct iova_block *b, unsigned slot)
{
	u64 x = b->order ^ slot * EACH;		/* 0 where it is */

	return (unsigned)__builtin_ctzll((x - EACH) & ~x & EACH << 3) / 4;
}

/* A free slot becomes the @pos-th. */
static unsigned open_slot(struct iova_block *b, unsigned pos)
{
	unsigned slot = iova_tree_slot(b, b->nr);
	u64 below = first_of(b->order, pos), behind = first_of(b->order, b->nr) ^ below;
	u64 rest = b->order ^ first_of(b->order, b->nr + 1u);

	b->order = below | (u64)slot << (4 * pos) | behind << 4 | rest;
	b->nr++;
	return slot;
}

static void clear(struct iova_block *b, unsigned slot)
{
	b->key[slot] = IOVA_ANCHOR;
	b->fit[slot] = 0;
	b->len[slot] = 0;
}

/* The @pos-th becomes a free slot. */
static void close_slot(struct iova_block *b, unsigned pos)
{
	unsigned slot = iova_tree_slot(b, pos);
	u64 below = first_of(b->order, pos);
	u64 behind = first_of(b->order, b->nr) ^ first_of(b->order, pos + 1);
	u64 rest = b->order ^ first_of(b->order, b->nr);

	b->nr--;
	b->order = below | behind >> 4 | (u64)slot << (4 * b->nr) | rest;
	clear(b, slot);
}

/* What is in @slot now knows where it is. */
static void settle(struct iova_block *b, unsigned slot)
{
	struct iova_block *child = b->at[slot];
	struct iova *iova = b->at[slot];

	if (b->is_leaf) {
		iova->leaf = b;
		iova->slot = slot;
	} else {
		child->parent = b;
		child->slot = (unsigned short)slot;
	}
}

static struct iova_block *new_block(struct iova_tree *t, bool is_leaf)
{
	struct iova_block *b = iova_pool_alloc(&t->blocks);

	b->order = IN_ORDER;
	b->parent = b->prev = b->next = NULL;
	b->nr = b->slot = 0;
	b->is_leaf = is_leaf;
	for (unsigned slot = 0; slot < TREE_FAN; slot++)
		clear(b, slot);
	return b;
}

/* All of @from, from the @pos-th on, become the last of @to. */
static void move_tail(struct iova_block *to, struct iova_block *from, unsigned pos)
{
	while (from->nr > pos) {
		unsigned slot = iova_tree_slot(from, pos), into = open_slot(to, to->nr);

		to->key[into] = from->key[slot];
		to->fit[into] = from->fit[slot];
		to->len[into] = from->len[slot];
		to->at[into] = from->at[slot];
		settle(to, into);
		close_slot(from, pos);
	}
}

/* ---- what inner blocks say --------------------------------------------------------- */

static unsigned long largest(const unsigned long *of)
{
	unsigned long a = 0, b = 0, any = 0;

	for (unsigned i = 0; i < TREE_FAN; i++)
		any |= of[i];
	if (!any)
		return 0;
	for (unsigned i = 0; i < TREE_FAN; i += 2) {
		a = of[i] > a ? of[i] : a;
		b = of[i + 1] > b ? of[i + 1] : b;
	}
	return a > b ? a : b;
}

static void summarize(struct iova_block *b)
{
	b->parent->len[b->slot] = largest(b->len);
	b->parent->fit[b->slot] = largest(b->fit);
}

/* A gap of @len and @fit came into @b. */
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

/* A gap of @fit left @b. What is said of len stays. */
static void lower_up(struct iova_block *b, unsigned long fit)
{
	for (; b->parent; b = b->parent) {
		unsigned long *up = &b->parent->fit[b->slot], now;

		if (*up > fit)
			return;
		now = largest(b->fit);
		if (*up == now)
			return;
		*up = now;
	}
}

static void set_gap(struct iova_block *leaf, unsigned slot, unsigned long from)
{
	leaf->len[slot] = leaf->key[slot] - from;
	leaf->fit[slot] = fit_of(from, leaf->key[slot]);
}

/* ---- finding --------------------------------------------------------------------------- */

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

/* All of it is needed, and its parts should not be waited for one by one. */
static inline void expect(const struct iova_block *b)
{
	for (size_t at = 0; at < sizeof(*b); at += 64)
		__builtin_prefetch((const char *)b + at);
}

/* The leaf that @pfn belongs to; what is below the first separator is the first's. */
static struct iova_block *leaf_of(const struct iova_tree *t, unsigned long pfn)
{
	struct iova_block *b = t->root;

	while (!b->is_leaf) {
		unsigned nr = nr_at_most(b, pfn);

		b = b->at[iova_tree_slot(b, nr ? nr - 1 : 0)];
		expect(b);
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

struct iova_at iova_tree_of(const struct iova *iova)
{
	return (struct iova_at){ iova->leaf, pos_of(iova->leaf, (unsigned)iova->slot) };
}

struct iova_at iova_tree_first(const struct iova_tree *t)
{
	struct iova_block *b = t->root;

	if (!b)
		return nowhere;
	while (!b->is_leaf)
		b = b->at[iova_tree_slot(b, 0)];
	return (struct iova_at){ b, 0 };
}

struct iova_at iova_tree_next(struct iova_at at)
{
	return at.pos + 1 < at.leaf->nr ? (struct iova_at){ at.leaf, at.pos + 1 }
					: (struct iova_at){ at.leaf->next, 0 };
}

struct iova_at iova_tree_prev(struct iova_at at)
{
	struct iova_block *prev = at.leaf->prev;

	if (at.pos)
		return (struct iova_at){ at.leaf, at.pos - 1 };
	return prev ? (struct iova_at){ prev, prev->nr - 1u } : nowhere;
}

/* ---- searching: of the first @nr of a block, the last that has room; -1: none --------- */

static int last_fit(const struct iova_block *b, unsigned nr, unsigned long size)
{
	int pos = (int)nr;

	while (--pos >= 0 && b->fit[iova_tree_slot(b, (unsigned)pos)] < size)
		;
	return pos;
}

/* The same for a request that is not aligned: do not believe what may be too much. */
static int last_len(struct iova_block *b, unsigned nr, unsigned long size)
{
	int pos = (int)nr;

	while (--pos >= 0) {
		unsigned slot = iova_tree_slot(b, (unsigned)pos);
		struct iova_block *child = b->at[slot];

		if (b->len[slot] < size)
			continue;
		if (b->is_leaf || last_len(child, child->nr, size) >= 0)
			break;
		b->len[slot] = largest(child->len);
	}
	return pos;
}

static int last_room(struct iova_block *b, unsigned nr, unsigned long size, bool aligned)
{
	return aligned ? last_fit(b, nr, size) : last_len(b, nr, size);
}

struct iova_at iova_tree_fit_below(struct iova_at at, unsigned long size, bool aligned)
{
	struct iova_block *b = at.leaf;
	int pos = last_room(b, at.pos + 1, size, aligned);

	for (; pos < 0; b = b->parent) {
		if (!b->parent)
			return nowhere;
		pos = last_room(b->parent, pos_of(b->parent, b->slot), size, aligned);
	}
	while (!b->is_leaf) {
		b = b->at[iova_tree_slot(b, (unsigned)pos)];
		pos = last_room(b, b->nr, size, aligned);
	}
	return (struct iova_at){ b, (unsigned)pos };
}

/* ---- growing ----------------------------------------------------------------------------- */

static void grow_root(struct iova_tree *t)
{
	struct iova_block *old = t->root, *root = new_block(t, false);
	unsigned slot = open_slot(root, 0);

	root->key[slot] = 0;
	root->at[slot] = old;
	settle(root, slot);
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

/* How many of a full block stay in it when one more comes at @pos. */
static unsigned nr_to_keep(const struct iova_block *b, unsigned pos)
{
	if (b->is_leaf)
		return pos ? TREE_FAN / 2 : 0;
	return pos > 1 ? TREE_FAN / 2 : 1;
}

/* @b gets a neighbour above it, with its upper entries; its parent has room. */
static void split(struct iova_tree *t, struct iova_block *b, unsigned pos)
{
	struct iova_block *right = new_block(t, b->is_leaf), *up = b->parent;
	unsigned slot = open_slot(up, pos_of(up, b->slot) + 1);

	move_tail(right, b, nr_to_keep(b, pos));
	if (b->is_leaf)
		link_behind(b, right);
	up->key[slot] = right->key[iova_tree_slot(right, 0)];
	up->at[slot] = right;
	settle(up, slot);
	summarize(right);
	summarize(b);
}

/* Room for one more at @pos of @b, which is full; so has its parent, then. */
static void make_room(struct iova_tree *t, struct iova_block *b, unsigned pos)
{
	if (!b->parent)
		grow_root(t);
	if (b->parent->nr == TREE_FAN)
		make_room(t, b->parent, pos_of(b->parent, b->slot) + 1);
	split(t, b, pos);
}

/* Whoever looks for @pfn comes to @b: no separator on the way is above it. */
static void lower_separator(struct iova_block *b, unsigned long pfn)
{
	for (; b->parent; b = b->parent) {
		if (b->parent->key[b->slot] > pfn)
			b->parent->key[b->slot] = pfn;
		if (pos_of(b->parent, b->slot))
			return;
	}
}

/* Below it, who looks comes to the block before @b. */
static unsigned long separator(const struct iova_block *b)
{
	while (b->parent && !pos_of(b->parent, b->slot))
		b = b->parent;
	return b->parent ? b->parent->key[b->slot] : 0;
}

static void put(struct iova_block *leaf, unsigned pos, struct iova *iova, unsigned long from)
{
	unsigned slot = open_slot(leaf, pos);

	leaf->key[slot] = iova->pfn_lo;
	leaf->at[slot] = iova;
	settle(leaf, slot);
	set_gap(leaf, slot, from);
}

bool iova_tree_prepare(struct iova_tree *t, struct iova *anchor)
{
	if (!iova_pool_prepare(&t->blocks, t->levels + 2) || !iova_pool_prepare(&t->iovas, 1))
		return false;
	if (likely(t->root != NULL))
		return true;
	t->root = new_block(t, true);
	t->levels = 1;
	t->nr = 1;
	put(t->root, 0, anchor, 0);
	return iova_pool_prepare(&t->blocks, t->levels + 2);
}

/* Where what is right below @at goes: in its leaf, once that has room, or in the one before. */
static struct iova_at place_for(struct iova_tree *t, struct iova_at at, unsigned long pfn)
{
	struct iova_block *prev = at.leaf->prev;
	unsigned kept;

	if (!at.pos && prev && prev->nr < TREE_FAN && separator(at.leaf) > pfn)
		return (struct iova_at){ prev, prev->nr };
	if (likely(at.leaf->nr < TREE_FAN))
		return at;
	kept = nr_to_keep(at.leaf, at.pos);
	make_room(t, at.leaf, at.pos);
	return at.pos <= kept ? at : (struct iova_at){ at.leaf->next, at.pos - kept };
}

void iova_tree_insert(struct iova_tree *t, struct iova_at above, struct iova *iova)
{
	struct iova_at at = place_for(t, above, iova->pfn_lo);
	struct iova_block *owner;
	unsigned long from, fit;
	unsigned slot;

	/* The range above may have moved with its gap. */
	above = at.pos < at.leaf->nr ? at : (struct iova_at){ at.leaf->next, 0 };
	owner = above.leaf;
	slot = iova_tree_slot(owner, above.pos);
	from = iova_tree_gap(above);
	fit = owner->fit[slot];
	set_gap(owner, slot, iova->pfn_hi + 1);
	put(at.leaf, at.pos, iova, from);
	if (!at.pos)
		lower_separator(at.leaf, iova->pfn_lo);
	if (owner != at.leaf)
		raise_up(at.leaf, iova->pfn_lo - from, at.leaf->fit[iova->slot]);
	lower_up(owner, fit);
	t->nr++;
}

void iova_tree_extend(struct iova_at at, unsigned long pfn_lo)
{
	unsigned slot = iova_tree_slot(at.leaf, at.pos);
	unsigned long from = iova_tree_gap(at), fit = at.leaf->fit[slot];

	at.leaf->key[slot] = pfn_lo;
	set_gap(at.leaf, slot, from);
	if (!at.pos)
		lower_separator(at.leaf, pfn_lo);
	lower_up(at.leaf, fit);
}

/* ---- shrinking ----------------------------------------------------------------------------- */

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
	int pos = (int)pos_of(b->parent, b->slot) + step;

	return pos < 0 || pos >= b->parent->nr
	       ? NULL : b->parent->at[iova_tree_slot(b->parent, (unsigned)pos)];
}

static bool can_join(const struct iova_block *a, const struct iova_block *b)
{
	return a && b && a->nr + b->nr <= MANY;
}

static void thin_out(struct iova_tree *t, struct iova_block *b);

/* Nothing is left in @b: out of its parent with it. */
static void forget(struct iova_tree *t, struct iova_block *b)
{
	struct iova_block *up = b->parent;

	close_slot(up, pos_of(up, b->slot));
	drop_block(t, b);
	thin_out(t, up);
}

static void join(struct iova_tree *t, struct iova_block *left, struct iova_block *right)
{
	/* An inner block's first separator may be anything: its parent's is right. */
	if (!right->is_leaf)
		right->key[iova_tree_slot(right, 0)] = right->parent->key[right->slot];
	move_tail(left, right, 0);
	summarize(left);
	forget(t, right);
}

static void shrink_root(struct iova_tree *t)
{
	struct iova_block *root = t->root;

	if (root->is_leaf || root->nr > 1)
		return;
	t->root = root->at[iova_tree_slot(root, 0)];
	t->root->parent = NULL;
	t->levels--;
	drop_block(t, root);
	shrink_root(t);
}

/* After @b lost an entry; what its parent says of it is right. */
static void thin_out(struct iova_tree *t, struct iova_block *b)
{
	if (b->nr > FEW)
		return;
	if (!b->parent)
		shrink_root(t);
	else if (!b->nr)
		forget(t, b);
	else if (can_join(sibling(b, -1), b))
		join(t, sibling(b, -1), b);
	else if (can_join(b, sibling(b, 1)))
		join(t, b, sibling(b, 1));
}

void iova_tree_remove(struct iova_tree *t, struct iova_at at)
{
	struct iova_at above = iova_tree_next(at);
	unsigned slot = iova_tree_slot(above.leaf, above.pos);
	unsigned long fit = at.leaf->fit[iova_tree_slot(at.leaf, at.pos)];

	set_gap(above.leaf, slot, iova_tree_gap(at));
	raise_up(above.leaf, above.leaf->len[slot], above.leaf->fit[slot]);
	close_slot(at.leaf, at.pos);
	if (above.leaf != at.leaf)
		lower_up(at.leaf, fit);
	t->nr--;
	thin_out(t, at.leaf);
}
