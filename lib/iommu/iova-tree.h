/* SPDX-License-Identifier: MIT */
/*
 * The ranges of a domain in order, as a B+ tree that knows its gaps.
 *
 *	inner:  | sep 0 | sep 1 | ...      of each subtree: len and fit, the largest below
 *	            |       |
 *	leaf:   | pfn_lo | pfn_lo | ...    of each range: the gap right below it,
 *	          iova     iova              len   its frames
 *	                                     fit   the largest size-aligned request it holds
 *
 * A request of @size, size-aligned, fits a gap exactly if @size <= fit. The gap has an
 * aligned block of 2^k frames and none of 2^(k+1); then every size up to 2^k fits. A size
 * above that, up to 2^(k+1), must begin at a multiple of 2^(k+1), and only the first one
 * in the gap leaves the most room behind it: so many fit, or 2^k if that is less. And a
 * size above 2^(k+1) needs a block that is not there. One number is enough for all sizes
 * and alignments: the highest gap that fits is found on one way up and one way down,
 * whatever was too small or misaligned on it.
 *
 * Entries of a block lie anywhere in it; their order is a word of sixteen 4-bit numbers,
 * so that nothing is moved to make room. The last frame of a range is not in the tree: it
 * is right below the next one's gap.
 *
 * What inner blocks say of fit is exact. Of len it may be too much, until a search that
 * is not aligned comes by and finds out.
 *
 * Context: any; the domain's lock.
 */
#ifndef LIB_IOMMU_IOVA_TREE_H
#define LIB_IOMMU_IOVA_TREE_H

#include <linux/iova.h>

#define IOVA_ANCHOR	(~0UL)
#define TREE_FAN	16

struct iova_block {
	unsigned long key[TREE_FAN];	/* where there is no entry: IOVA_ANCHOR */
	unsigned long fit[TREE_FAN];	/* and 0 */
	unsigned long len[TREE_FAN];
	void *at[TREE_FAN];		/* struct iova, or struct iova_block */
	u64 order;			/* from the lowest 4 bits: slots; from @nr on free ones */
	struct iova_block *parent;
	struct iova_block *prev, *next;	/* of a leaf: its neighbours */
	unsigned short nr, slot;	/* slot: in @parent */
	bool is_leaf;
} __attribute__((__aligned__(64)));

/* The range that is the @pos-th of its leaf. @leaf NULL: there is none. */
struct iova_at {
	struct iova_block *leaf;
	unsigned pos;
};

void iova_tree_init(struct iova_tree *t);
void iova_tree_done(struct iova_tree *t);

/*
 * Get the memory that the next iova_tree_insert() needs, and a struct iova beside;
 * @anchor is put into a tree that has none. False: memory is used up.
 */
bool iova_tree_prepare(struct iova_tree *t, struct iova *anchor);

/* The last range that begins at or below @pfn. */
struct iova_at iova_tree_at(const struct iova_tree *t, unsigned long pfn);
/* Where @iova is, which is in the tree. */
struct iova_at iova_tree_of(const struct iova *iova);
/* The first one of all. */
struct iova_at iova_tree_first(const struct iova_tree *t);
struct iova_at iova_tree_next(struct iova_at at);
struct iova_at iova_tree_prev(struct iova_at at);

/*
 * The highest range, from @at downwards, whose gap has room for @size; @aligned:
 * size-aligned.
 */
struct iova_at iova_tree_fit_below(struct iova_at at, unsigned long size, bool aligned);

/* @iova is in the gap below @at, and now in the tree. */
void iova_tree_insert(struct iova_tree *t, struct iova_at at, struct iova *iova);
/* @at is not the anchor. */
void iova_tree_remove(struct iova_tree *t, struct iova_at at);
/* It begins at @pfn_lo, which is in the gap below it. */
void iova_tree_extend(struct iova_at at, unsigned long pfn_lo);

static inline unsigned iova_tree_slot(const struct iova_block *b, unsigned pos)
{
	return b->order >> (4 * pos) & 15;
}

static inline struct iova *iova_tree_iova(struct iova_at at)
{
	return at.leaf->at[iova_tree_slot(at.leaf, at.pos)];
}

static inline unsigned long iova_tree_lo(struct iova_at at)
{
	return at.leaf->key[iova_tree_slot(at.leaf, at.pos)];
}

/* The first frame of the gap below. */
static inline unsigned long iova_tree_gap(struct iova_at at)
{
	unsigned slot = iova_tree_slot(at.leaf, at.pos);

	return at.leaf->key[slot] - at.leaf->len[slot];
}

#endif
