/* SPDX-License-Identifier: MIT */
/* /reserved-memory: places, wishes, flags, and whose they are. */
#include "rig.h"

#define BOARD(lines)	CELLS CPU_A9 MEMORY lines
#define DISPLAY(regions) \
	SOC("display@10000000 { compatible = \"acme,display\"; reg = <0x10000000 0x1000>; " \
	    "memory-region = " regions "; };")

static const struct board_reserved *region(const struct board *b, unsigned idx)
{
	assert_true(idx < b->reserved->len);
	return g_ptr_array_index(b->reserved, idx);
}

static void expect_place(const GArray *places, unsigned idx, uint64_t pa, uint64_t len)
{
	const struct board_bank *place;

	assert_true(idx < places->len);
	place = &g_array_index(places, struct board_bank, idx);
	assert_int_equal(place->pa, pa);
	assert_int_equal(place->len, len);
}

static void a_region_with_reg_has_that_place(void **state)
{
	const struct board *b = board_of(BOARD(RESERVED(
		"fb@81000000 { reg = <0x81000000 0x100000>; };")));

	assert_int_equal(b->reserved->len, 1);
	assert_string_equal(region(b, 0)->name, "fb@81000000");
	assert_string_equal(region(b, 0)->path, "/reserved-memory/fb@81000000");
	expect_place(region(b, 0)->places, 0, 0x81000000, 0x100000);
	assert_int_equal(region(b, 0)->len, 0x100000);
	assert_int_equal(region(b, 0)->kind, RESERVED_PLAIN);
}

static void a_region_may_have_several_places(void **state)
{
	const struct board *b = board_of(BOARD(RESERVED(
		"fw@81000000 { reg = <0x81000000 0x1000>, <0x82000000 0>, <0x83000000 0x2000>; };")));

	assert_int_equal(region(b, 0)->places->len, 2);
	expect_place(region(b, 0)->places, 1, 0x83000000, 0x2000);
	assert_int_equal(region(b, 0)->len, 0x1000);
}

static void a_region_with_size_says_what_place_it_wants(void **state)
{
	const struct board *b = board_of(BOARD(RESERVED(
		"pool { size = <0x400000>; alignment = <0x200000>;"
		" alloc-ranges = <0x82000000 0x1000000>, <0x80000000 0x1000000>; };")));

	assert_int_equal(region(b, 0)->places->len, 0);
	assert_int_equal(region(b, 0)->len, 0x400000);
	assert_int_equal(region(b, 0)->alignment, 0x200000);
	expect_place(region(b, 0)->windows, 0, 0x82000000, 0x1000000);
	expect_place(region(b, 0)->windows, 1, 0x80000000, 0x1000000);
}

static void reg_wins_over_size(void **state)
{
	const struct board *b = board_of(BOARD(RESERVED(
		"fb@81000000 { reg = <0x81000000 0x100000>; size = <0x400000>; };")));

	assert_int_equal(region(b, 0)->len, 0x100000);
}

static void flags_are_read(void **state)
{
	const struct board *b = board_of(BOARD(RESERVED(
		"a@81000000 { reg = <0x81000000 0x1000>; no-map; };"
		"b@82000000 { reg = <0x82000000 0x1000>; reusable; linux,cma-default; };"
		"c@83000000 { reg = <0x83000000 0x1000>; linux,dma-default;"
		" status = \"disabled\"; };")));

	assert_true(region(b, 0)->is_no_map && !region(b, 0)->is_reusable);
	assert_true(region(b, 1)->is_reusable && region(b, 1)->is_default_cma);
	assert_false(region(b, 1)->is_no_map || region(b, 1)->is_disabled);
	assert_true(region(b, 2)->is_default_dma && region(b, 2)->is_disabled);
}

static void the_kind_is_found_among_all_compatibles(void **state)
{
	const struct board *b = board_of(BOARD(RESERVED(
		"a@81000000 { reg = <0x81000000 0x1000>;"
		" compatible = \"acme,x\", \"shared-dma-pool\"; };"
		"b@82000000 { reg = <0x82000000 0x1000>;"
		" compatible = \"restricted-dma-pool\"; };")));

	assert_int_equal(region(b, 0)->kind, RESERVED_SHARED_POOL);
	assert_string_equal(region(b, 0)->compatible, "acme,x");
	assert_int_equal(region(b, 1)->kind, RESERVED_RESTRICTED_POOL);
}

static void cells_that_are_not_the_roots_make_the_node_as_if_absent(void **state)
{
	const struct board *b = board_of(BOARD("reserved-memory { #address-cells = <2>;"
		" #size-cells = <2>; ranges; a@1 { reg = <0 0x81000000 0 0x1000>; }; };"));

	assert_int_equal(b->reserved->len, 0);
}

static void without_ranges_the_node_is_as_if_absent(void **state)
{
	const struct board *b = board_of(BOARD("reserved-memory { " CELLS
		" a@1 { reg = <0x81000000 0x1000>; }; };"));

	assert_int_equal(b->reserved->len, 0);
}

static void a_master_names_its_regions_in_order(void **state)
{
	const struct board *b = board_of(BOARD(RESERVED(
		"a: a@81000000 { reg = <0x81000000 0x1000>; };"
		"b: b@82000000 { reg = <0x82000000 0x1000>; };") DISPLAY("<&b &a>")));
	const struct board_master *m = master_of(b, "10000000.display");

	assert_int_equal(m->regions->len, 2);
	assert_int_equal(g_array_index(m->regions, unsigned, 0), 1);
	assert_int_equal(g_array_index(m->regions, unsigned, 1), 0);
	assert_ptr_equal(board_region(b, m), region(b, 1));
}

static void a_memory_region_that_leads_nowhere_keeps_its_place(void **state)
{
	const struct board *b = board_of(BOARD(RESERVED(
		"a: a@81000000 { reg = <0x81000000 0x1000>; };") DISPLAY("<0x77 &a>")));
	const struct board_master *m = master_of(b, "10000000.display");

	assert_int_equal(g_array_index(m->regions, unsigned, 0), BOARD_NO_REGION);
	assert_int_equal(g_array_index(m->regions, unsigned, 1), 0);
	assert_null(board_region(b, m));
}

static void a_master_without_memory_region_has_none(void **state)
{
	const struct board *b = board_of(BOARD(
		SOC("display@10000000 { compatible = \"a,b\"; reg = <0x10000000 0x1000>; };")));

	assert_null(board_region(b, master_of(b, "10000000.display")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_region_with_reg_has_that_place, free_boards),
		cmocka_unit_test_teardown(a_region_may_have_several_places, free_boards),
		cmocka_unit_test_teardown(a_region_with_size_says_what_place_it_wants, free_boards),
		cmocka_unit_test_teardown(reg_wins_over_size, free_boards),
		cmocka_unit_test_teardown(flags_are_read, free_boards),
		cmocka_unit_test_teardown(the_kind_is_found_among_all_compatibles, free_boards),
		cmocka_unit_test_teardown(cells_that_are_not_the_roots_make_the_node_as_if_absent, free_boards),
		cmocka_unit_test_teardown(without_ranges_the_node_is_as_if_absent, free_boards),
		cmocka_unit_test_teardown(a_master_names_its_regions_in_order, free_boards),
		cmocka_unit_test_teardown(a_memory_region_that_leads_nowhere_keeps_its_place, free_boards),
		cmocka_unit_test_teardown(a_master_without_memory_region_has_none, free_boards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
