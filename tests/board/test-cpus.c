/* SPDX-License-Identifier: MIT */
/*
 * CPUs, caches and the outer cache: the table of parts, and what the tree overrides.
 */
#include "rig.h"

#define TWO_CPUS(first, second) \
	"cpus { #address-cells = <1>; #size-cells = <0>;" \
	" cpu@0 { device_type = \"cpu\"; reg = <0>;" first " };" \
	" cpu@1 { device_type = \"cpu\"; reg = <1>;" second " }; };"
#define A15	"compatible = \"arm,cortex-a15\";"
#define A9	"compatible = \"arm,cortex-a9\";"
#define PL310(lines) \
	SOC("l2: cache-controller@1000 { compatible = \"arm,pl310-cache\";" \
	    " reg = <0x1000 0x1000>; cache-unified; cache-level = <2>;" lines " };")

static void a_core_gets_its_caches_from_the_table(void **state)
{
	const struct board_cpu *c = cpu_of(board_of(CELLS CPU_OF(A15) MEMORY), 0);

	assert_string_equal(c->part->name, "Cortex-A15");
	has_cache(c->l1i, 32, 2, 64);
	has_cache(c->l1d, 32, 2, 64);
	has_cache(c->l2, 1024, 16, 64);
	assert_false(c->l1d.is_assumed);		/* the part has this size only */
	assert_true(c->l2.is_assumed);			/* and any of four of this one */
}

static void a_core_without_level_two_has_none(void **state)
{
	assert_int_equal(cpu_of(board_of(CELLS CPU_A9 MEMORY), 0)->l2.bytes, 0);
}

static void the_tree_overrides_the_table(void **state)
{
	const struct board_cpu *c = cpu_of(board_of(CELLS CPU_OF(A9
		"d-cache-size = <0x4000>; i-cache-size = <0x10000>;") MEMORY), 0);

	has_cache(c->l1d, 16, 4, 32);
	has_cache(c->l1i, 64, 4, 32);
	assert_false(c->l1d.is_assumed);
}

static void a_line_size_in_the_tree_counts(void **state)
{
	const struct board_cpu *c = cpu_of(board_of(CELLS CPU_OF(A9
		"d-cache-size = <0x8000>; d-cache-line-size = <64>;") MEMORY), 0);

	has_cache(c->l1d, 32, 4, 64);
}

static void the_number_of_sets_gives_the_ways(void **state)
{
	const struct board_cpu *c = cpu_of(board_of(CELLS CPU_OF(A9
		"d-cache-size = <0x8000>; d-cache-sets = <128>;") MEMORY), 0);

	has_cache(c->l1d, 32, 8, 32);
}

static void a_size_that_the_usual_ways_do_not_divide_gets_ways_that_do(void **state)
{
	const struct board_cpu *c = cpu_of(board_of(CELLS CPU_OF(A9
		"i-cache-size = <0xc000>;") MEMORY), 0);

	has_cache(c->l1i, 48, 3, 32);
}

static void a_size_of_zero_says_nothing(void **state)
{
	const struct board_cpu *c = cpu_of(board_of(CELLS CPU_OF(A9
		"d-cache-size = <0>;") MEMORY), 0);

	has_cache(c->l1d, 32, 4, 32);
	assert_true(c->l1d.is_assumed);
}

static void cpus_share_the_level_two_they_both_name(void **state)
{
	const struct board *b = board_of(CELLS TWO_CPUS(A15 "next-level-cache = <&l2>;",
							 A15 "next-level-cache = <&l2>;")
		"l2: l2 { compatible = \"cache\"; cache-size = <0x200000>; cache-line-size = <64>;"
		" cache-sets = <2048>; };" MEMORY);

	has_cache(cpu_of(b, 0)->l2, 2048, 16, 64);
	has_cache(cpu_of(b, 1)->l2, 2048, 16, 64);
	assert_false(cpu_of(b, 0)->l2.is_assumed);
}

static void a_pl310_that_a_cpu_names_is_not_its_level_two(void **state)
{
	const struct board *b = board_of(CELLS CPU_OF(A9 "next-level-cache = <&l2>;")
					 PL310("cache-size = <0x80000>;") MEMORY);

	assert_int_equal(cpu_of(b, 0)->l2.bytes, 0);
	has_cache(b->outer.cache, 512, 8, 32);
}

static void a_pl310_beside_an_integrated_level_two_changes_nothing_in_it(void **state)
{
	const struct board *b = board_of(CELLS CPU_OF(A15 "next-level-cache = <&l2>;")
					 PL310("cache-size = <0x80000>;") MEMORY);

	has_cache(cpu_of(b, 0)->l2, 1024, 16, 64);
	assert_true(cpu_of(b, 0)->l2.is_assumed);
}

static void the_first_compatible_that_the_table_knows_is_the_core(void **state)
{
	const struct board *b = board_of(CELLS
		CPU_OF("compatible = \"acme,core9000\", \"arm,cortex-a7\";") MEMORY);

	assert_string_equal(cpu_of(b, 0)->part->name, "Cortex-A7");
	assert_string_equal(cpu_of(b, 0)->compatible, "acme,core9000");
}

static void the_first_cpu_that_is_not_disabled_boots(void **state)
{
	const struct board *b = board_of(CELLS
		TWO_CPUS(A15 "status = \"disabled\";", A15 "status = \"okay\";") MEMORY);

	assert_true(cpu_of(b, 0)->is_disabled);
	assert_ptr_equal(board_boot_cpu(b), cpu_of(b, 1));
}

static void nodes_that_are_no_cpus_are_not_counted(void **state)
{
	const struct board *b = board_of(CELLS "cpus { #address-cells = <1>; #size-cells = <0>;"
		" cpu-map { cluster0 { core0 { }; }; }; idle-states { };"
		" PowerPC@0 { device_type = \"cpu\"; reg = <0>; };"
		" cpu@1 { reg = <1>; }; };" MEMORY);

	assert_int_equal(b->cpus->len, 2);
}

static void a_pl310_tells_its_registers_and_flags(void **state)
{
	const struct board *b = board_of(CELLS CPU_OF(A9)
		PL310("arm,shared-override; arm,io-coherent; cache-size = <0x100000>;"
		      "cache-sets = <2048>; cache-line-size = <32>;") MEMORY);

	assert_true(b->outer.is_modelled);
	assert_true(b->outer.shared_override);
	assert_true(b->outer.is_io_coherent);
	assert_int_equal(b->outer.reg_pa, 0x1000);
	has_cache(b->outer.cache, 1024, 16, 32);
	assert_false(b->outer.cache.is_assumed);
}

static void a_pl310_without_a_size_is_assumed(void **state)
{
	const struct board *b = board_of(CELLS CPU_OF(A9) PL310("") MEMORY);

	has_cache(b->outer.cache, 512, 8, 32);
	assert_true(b->outer.cache.is_assumed);
	assert_false(b->outer.shared_override);
}

static void a_cache_that_the_cores_operations_reach_is_their_second_level(void **state)
{
	const struct board *b = board_of(CELLS CPU_OF("compatible = \"marvell,pj4a\";")
		"l2-cache { compatible = \"marvell,tauros2-cache\"; cache-size = <0x40000>; };"
		MEMORY);

	has_cache(cpu_of(b, 0)->l2, 256, 8, 32);
	assert_int_equal(b->outer.kind, OUTER_INTEGRATED);
	assert_true(b->outer.is_modelled);
	assert_false(board_has_outer(b));
}

static void a_disabled_outer_cache_is_none(void **state)
{
	assert_null(board_of(CELLS CPU_OF(A9) PL310("status = \"disabled\";") MEMORY)->outer.path);
}

#define CPUS_TEST(f) cmocka_unit_test_teardown(f, free_boards)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CPUS_TEST(a_core_gets_its_caches_from_the_table),
		CPUS_TEST(a_core_without_level_two_has_none),
		CPUS_TEST(the_tree_overrides_the_table),
		CPUS_TEST(a_line_size_in_the_tree_counts),
		CPUS_TEST(the_number_of_sets_gives_the_ways),
		CPUS_TEST(a_size_that_the_usual_ways_do_not_divide_gets_ways_that_do),
		CPUS_TEST(a_size_of_zero_says_nothing),
		CPUS_TEST(cpus_share_the_level_two_they_both_name),
		CPUS_TEST(a_pl310_that_a_cpu_names_is_not_its_level_two),
		CPUS_TEST(a_pl310_beside_an_integrated_level_two_changes_nothing_in_it),
		CPUS_TEST(the_first_compatible_that_the_table_knows_is_the_core),
		CPUS_TEST(the_first_cpu_that_is_not_disabled_boots),
		CPUS_TEST(nodes_that_are_no_cpus_are_not_counted),
		CPUS_TEST(a_pl310_tells_its_registers_and_flags),
		CPUS_TEST(a_pl310_without_a_size_is_assumed),
		CPUS_TEST(a_cache_that_the_cores_operations_reach_is_their_second_level),
		CPUS_TEST(a_disabled_outer_cache_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
