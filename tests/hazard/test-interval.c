/* SPDX-License-Identifier: MIT */
/* The interval tree against an array that is searched from end to end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib.h>

#include "lib/hazard/interval.h"

#define NR_NODES 400u

struct twin {
	struct interval *root;
	struct interval node[NR_NODES];
	bool is_in[NR_NODES];
	uint64_t age;
	GRand *rand;
};

static void inserts(struct twin *t, unsigned i)
{
	uint64_t first = g_rand_int_range(t->rand, 0, 1000);

	t->node[i] = (struct interval){
		.first = first, .age = ++t->age,
		.last = first + (uint64_t)g_rand_int_range(t->rand, 0, 60),
	};
	interval_insert(&t->root, &t->node[i]);
	t->is_in[i] = true;
}

static void toggles(struct twin *t, unsigned i)
{
	if (!t->is_in[i]) {
		inserts(t, i);
		return;
	}
	interval_remove(&t->root, &t->node[i]);
	t->is_in[i] = false;
}

struct seen {
	unsigned nr;
	const struct interval *last;
};

static bool see(struct interval *node, void *data)
{
	struct seen *s = data;

	if (s->last)
		assert_true(s->last->first < node->first ||
			    (s->last->first == node->first && s->last->age < node->age));
	s->last = node;
	s->nr++;
	return true;
}

static unsigned count_by_hand(const struct twin *t, uint64_t first, uint64_t last)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < NR_NODES; i++)
		nr += t->is_in[i] && t->node[i].first <= last && t->node[i].last >= first;
	return nr;
}

static void expect_same_answers(const struct twin *t)
{
	uint64_t first = g_rand_int_range(t->rand, 0, 1060);
	uint64_t last = first + (uint64_t)g_rand_int_range(t->rand, 0, 100);
	struct seen s = { 0 };

	interval_each(t->root, first, last, see, &s);
	assert_int_equal(s.nr, count_by_hand(t, first, last));
}

static void tree_finds_what_a_linear_search_finds(void **state)
{
	struct twin *t = g_new0(struct twin, 1);

	t->rand = g_rand_new_with_seed(2011);
	for (unsigned step = 0; step < 20000; step++) {
		toggles(t, (unsigned)g_rand_int_range(t->rand, 0, NR_NODES));
		if (step % 16 == 0)
			assert_true(interval_valid(t->root));
		expect_same_answers(t);
	}
	g_rand_free(t->rand);
	g_free(t);
}

static unsigned depth(const struct interval *n)
{
	unsigned left = n ? depth(n->left) : 0;
	unsigned right = n ? depth(n->right) : 0;

	return n ? 1 + MAX(left, right) : 0;
}

static void three_hundred_thousand_equal_mappings_stay_shallow(void **state)
{
	const unsigned nr = 300000;
	struct interval *node = g_new0(struct interval, nr);
	struct interval *root = NULL;

	for (unsigned i = 0; i < nr; i++) {
		node[i] = (struct interval){ .first = 4096, .last = 8191, .age = i + 1 };
		interval_insert(&root, &node[i]);
	}
	assert_true(depth(root) < 64);
	for (unsigned i = 0; i < nr; i++)
		interval_remove(&root, &node[i]);
	assert_null(root);
	g_free(node);
}

static bool stop_at_first(struct interval *node, void *data)
{
	*(struct interval **)data = node;
	return false;
}

static void the_oldest_of_equal_ones_comes_first(void **state)
{
	struct interval *root = NULL, *found = NULL;
	struct interval node[3] = {
		{ .first = 10, .last = 20, .age = 7 },
		{ .first = 10, .last = 20, .age = 3 },
		{ .first = 10, .last = 20, .age = 5 },
	};

	for (unsigned i = 0; i < 3; i++)
		interval_insert(&root, &node[i]);
	assert_false(interval_each(root, 15, 15, stop_at_first, &found));
	assert_ptr_equal(found, &node[1]);
}

static void the_last_byte_of_the_address_space_can_be_covered(void **state)
{
	struct interval *root = NULL;
	struct interval node = { .first = UINT64_MAX, .last = UINT64_MAX, .age = 1 };
	struct seen s = { 0 };

	interval_insert(&root, &node);
	interval_each(root, UINT64_MAX, UINT64_MAX, see, &s);
	assert_int_equal(s.nr, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree_finds_what_a_linear_search_finds),
		cmocka_unit_test(three_hundred_thousand_equal_mappings_stay_shallow),
		cmocka_unit_test(the_oldest_of_equal_ones_comes_first),
		cmocka_unit_test(the_last_byte_of_the_address_space_can_be_covered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
