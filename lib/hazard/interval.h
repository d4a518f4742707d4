/* SPDX-License-Identifier: MIT */
/*
 * A set of closed intervals, ordered by first byte and then by age; several may
 * be equal. A treap, augmented with the largest end below each node:
 *
 *	node->max_last == max(node->last, left->max_last, right->max_last)
 *
 * so that finding who covers a byte among 300,000 takes a few dozen steps. The
 * heap's priorities are a hash of @age: balanced, and the same in every run.
 */
#ifndef LIB_HAZARD_INTERVAL_H
#define LIB_HAZARD_INTERVAL_H

#include <stdbool.h>
#include <stdint.h>

struct interval {
	uint64_t first, last;	/* inclusive, so that 2^64 - 1 can be covered */
	uint64_t age;		/* unique within a tree */
	uint64_t max_last;
	struct interval *left, *right;
};

/* Return false to stop. */
typedef bool (*interval_visit)(struct interval *node, void *data);

/* @node->first, last and age are set; the rest is ours while it is in the tree. */
void interval_insert(struct interval **root, struct interval *node);
/* @node must be in the tree. */
void interval_remove(struct interval **root, struct interval *node);
/*
 * Call @visit for each that meets [first, last], in order. The tree must not
 * change meanwhile. Return: false if a visit stopped it.
 */
bool interval_each(struct interval *root, uint64_t first, uint64_t last,
		   interval_visit visit, void *data);
/* Heap order, key order and max_last of every node. For tests. */
bool interval_valid(const struct interval *root);

#endif
