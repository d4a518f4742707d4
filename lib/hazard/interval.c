/* SPDX-License-Identifier: MIT */
/* An augmented treap by recursion: its depth is logarithmic, so the stack is safe. */
#include "interval.h"

#include <glib.h>

/* Finaliser of splitmix64 (Steele, Lea, Flood 2014): one to one, so no ties. */
static uint64_t priority(const struct interval *n)
{
	uint64_t z = n->age + 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static bool is_before(const struct interval *a, const struct interval *b)
{
	return a->first != b->first ? a->first < b->first : a->age < b->age;
}

static void refresh(struct interval *n)
{
	n->max_last = n->last;
	if (n->left)
		n->max_last = MAX(n->max_last, n->left->max_last);
	if (n->right)
		n->max_last = MAX(n->max_last, n->right->max_last);
}

/* Nodes before @at go to @ret_left, the others to @ret_right. */
static void split(struct interval *n, const struct interval *at,
		  struct interval **ret_left, struct interval **ret_right)
{
	if (!n) {
		*ret_left = *ret_right = NULL;
		return;
	}
	if (is_before(n, at)) {
		split(n->right, at, &n->right, ret_right);
		*ret_left = n;
	} else {
		split(n->left, at, ret_left, &n->left);
		*ret_right = n;
	}
	refresh(n);
}

/* Every node of @a is before every node of @b. */
static struct interval *merge(struct interval *a, struct interval *b)
{
	if (!a || !b)
		return a ? a : b;
	if (priority(a) > priority(b)) {
		a->right = merge(a->right, b);
		refresh(a);
		return a;
	}
	b->left = merge(a, b->left);
	refresh(b);
	return b;
}

void interval_insert(struct interval **root, struct interval *node)
{
	struct interval *n = *root;

	g_assert(node->first <= node->last);
	if (n && priority(n) > priority(node)) {
		interval_insert(is_before(node, n) ? &n->left : &n->right, node);
		refresh(n);
		return;
	}
	split(n, node, &node->left, &node->right);
	refresh(node);
	*root = node;
}

void interval_remove(struct interval **root, struct interval *node)
{
	struct interval *n = *root;

	g_assert(n);
	if (n == node) {
		*root = merge(n->left, n->right);
		return;
	}
	interval_remove(is_before(node, n) ? &n->left : &n->right, node);
	refresh(n);
}

bool interval_each(struct interval *n, uint64_t first, uint64_t last,
		   interval_visit visit, void *data)
{
	if (!n || n->max_last < first)
		return true;
	if (!interval_each(n->left, first, last, visit, data))
		return false;
	if (n->first > last)
		return true;
	if (n->last >= first && !visit(n, data))
		return false;
	return interval_each(n->right, first, last, visit, data);
}

static bool child_is_valid(const struct interval *n, const struct interval *child,
			   bool is_left)
{
	if (!child)
		return true;
	return is_before(child, n) == is_left && priority(child) < priority(n) &&
	       child->max_last <= n->max_last && interval_valid(child);
}

bool interval_valid(const struct interval *n)
{
	if (!n)
		return true;
	return child_is_valid(n, n->left, true) && child_is_valid(n, n->right, false) &&
	       (n->max_last == n->last || (n->left && n->left->max_last == n->max_last) ||
		(n->right && n->right->max_last == n->max_last));
}
