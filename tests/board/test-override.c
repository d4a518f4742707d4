/* SPDX-License-Identifier: MIT */
/*
 * board_set_cpu(): another core, or other caches, than the tree's.
 */
#include <string.h>

#include "rig.h"

#define A9_PL310 CELLS CPU_A9 SOC("l2: cache-controller@1000 {" \
	" compatible = \"arm,pl310-cache\"; reg = <0x1000 0x1000>; };") MEMORY
#define A9_TUNED CELLS CPU_OF("compatible = \"arm,cortex-a9\"; d-cache-size = <0x4000>;") MEMORY

static struct board *board_with(const char *body, const char *spec)
{
	g_autoptr(GError) error = NULL;
	struct board *b = board_of(body);

	if (!board_set_cpu(b, spec, &error))
		fail_msg("%s: %s", spec, error->message);
	assert_string_equal(b->cpu_spec, spec);
	return b;
}

static void is_core(const char *spec, const char *name)
{
	assert_string_equal(cpu_of(board_with(A9_TUNED, spec), 0)->part->name, name);
}

static void a_core_has_three_names_in_any_case(void **state)
{
	is_core("cortex-a7", "Cortex-A7");
	is_core("arm,cortex-a7", "Cortex-A7");
	is_core("CORTEX-A7", "Cortex-A7");
	is_core("StrongARM SA-1100", "StrongARM SA-1100");
	is_core("arm,cortex-a7,l1d=16K", "Cortex-A7");
}

static void another_core_brings_its_own_caches(void **state)
{
	const struct board_cpu *c = cpu_of(board_with(A9_TUNED, "cortex-a7"), 0);

	has_cache(c->l1d, 32, 4, 64);
	has_cache(c->l2, 512, 8, 64);
	assert_true(c->l1d.is_assumed);
	assert_string_equal(c->compatible, "arm,cortex-a7");
	assert_string_equal(c->path, "/cpus/cpu@0");
}

static void the_same_core_by_name_forgets_what_the_tree_said(void **state)
{
	has_cache(cpu_of(board_with(A9_TUNED, "cortex-a9"), 0)->l1d, 32, 4, 32);
}

static void items_alone_change_the_trees_own_core(void **state)
{
	const struct board_cpu *c = cpu_of(board_with(A9_TUNED, "l1i=64K"), 0);

	has_cache(c->l1i, 64, 4, 32);
	has_cache(c->l1d, 16, 4, 32);
	assert_false(c->l1i.is_assumed);
}

static void a_cache_is_size_ways_line_and_words(void **state)
{
	const struct board_cpu *c = cpu_of(board_with(A9_TUNED,
		"l1d=64K/8/64/lru/ra,l2=1M/16/128/rr/wa,l1i=8192/1"), 0);

	has_cache(c->l1d, 64, 8, 64);
	assert_int_equal(c->l1d.replacement, CACHE_LRU);
	assert_false(c->l1d.write_allocate);
	has_cache(c->l2, 1024, 16, 128);
	assert_int_equal(c->l2.replacement, CACHE_ROUND_ROBIN);
	assert_true(c->l2.write_allocate);
	has_cache(c->l1i, 8, 1, 32);
}

static void words_may_follow_the_size_at_once(void **state)
{
	const struct board_cpu *c = cpu_of(board_with(A9_TUNED, "l1d=16K/random/wa"), 0);

	has_cache(c->l1d, 16, 4, 32);
	assert_true(c->l1d.write_allocate);
}

static void ways_that_do_not_divide_a_size_give_way(void **state)
{
	has_cache(cpu_of(board_with(A9_TUNED, "l1i=48K"), 0)->l1i, 48, 3, 32);
}

static void cpus_are_copied_and_counted(void **state)
{
	const struct board *b = board_with(A9_TUNED, "l1d=8K,cpus=3");

	assert_int_equal(b->cpus->len, 3);
	has_cache(cpu_of(b, 2)->l1d, 8, 4, 32);
	assert_string_equal(cpu_of(b, 2)->path, "/cpus/cpu@2");
	assert_int_equal(board_with(CELLS CPU_A9 MEMORY, "cortex-a7,cpus=1")->cpus->len, 1);
}

static void a_tree_without_cpus_gets_one(void **state)
{
	const struct board *b = board_with(CELLS MEMORY, "cortex-a8");

	assert_int_equal(b->cpus->len, 1);
	refuses(b, "(a machine can be built)");
}

static void every_cpu_becomes_the_core(void **state)
{
	const struct board *b = board_with(CELLS "cpus { #address-cells = <1>;"
		" #size-cells = <0>; cpu@0 { compatible = \"acme,core\"; reg = <0>; };"
		" cpu@1 { compatible = \"arm,cortex-a9\"; reg = <1>; status = \"disabled\"; };"
		" };" MEMORY, "cortex-a9");

	assert_string_equal(cpu_of(b, 0)->part->name, "Cortex-A9");
	assert_false(cpu_of(b, 0)->is_disabled);
	assert_true(cpu_of(b, 1)->is_disabled);
}

static void the_outer_cache_changes_or_goes(void **state)
{
	const struct board *b = board_with(A9_PL310, "outer=1M/16");

	has_cache(b->outer.cache, 1024, 16, 32);
	assert_true(board_has_outer(b));
	assert_null(board_with(A9_PL310, "outer=0")->outer.path);
	assert_false(board_has_outer(board_with(A9_PL310, "cortex-a7,outer=0")));
}

static void a_second_level_may_be_taken_away(void **state)
{
	assert_int_equal(cpu_of(board_with(A9_TUNED, "cortex-a7,l2=0"), 0)->l2.bytes, 0);
}

static void three_levels_are_refused(void **state)
{
	refuses(board_with(A9_PL310, "cortex-a15"),
		"test.dtb: its cores have a second level of their own behind which the PL310 is a "
		"third, which is not modelled");
	refuses(board_with(A9_PL310, "cortex-a15,l2=0"), "(a machine can be built)");
}

#define TAUROS2 "l2-cache { compatible = \"marvell,tauros2-cache\"; };"

static void a_tauros2_follows_the_core(void **state)
{
	const struct board *b = board_with(CELLS TAUROS2 MEMORY, "pj4a");

	has_cache(cpu_of(b, 0)->l2, 512, 8, 32);
	refuses(b, "(a machine can be built)");
	assert_int_equal(board_with(CELLS TAUROS2 MEMORY, "mohawk")->outer.kind, OUTER_TAUROS2);
	has_cache(cpu_of(board_with(CELLS TAUROS2 MEMORY, "pj4a,outer=1M"), 0)->l2, 1024, 8, 32);
}

/* ---- what cannot be had ------------------------------------------------------ */

#define NO_WORD	" is not 1 to 64 ways, 16 to 128 bytes of line, random, rr, lru, wa or ra"
#define NO_SIZE	": a size is expected first, as 32K or 1M, 64 MiB at most"
#define NO_ITEM	": after the core come cpus=, l1i=, l1d=, l2= or outer="

static const struct {
	const char *spec, *sentence;
} bad[] = {
	{ "", "a core is expected, or l1d=32K/4/32 and the like" },
	{ "cortex-b9", "\"cortex-b9\" is not in the table of cores" },
	{ "arm,cortex-b9", "\"arm\" is not in the table of cores" },
	{ "cortex-a9,", NO_ITEM },
	{ "cortex-a9,l1d", "l1d" NO_ITEM },
	{ "cortex-a9,l3=1M", "l3=1M" NO_ITEM },
	{ "=", "=" NO_ITEM },
	{ "l1d=", "l1d=" NO_SIZE },
	{ "l1d=K", "l1d=K" NO_SIZE },
	{ "l1d=-1", "l1d=-1" NO_SIZE },
	{ "l1d=32KB", "l1d=32KB" NO_SIZE },
	{ "l1d=65M", "l1d=65M" NO_SIZE },
	{ "l1d=99999999999999999999", "l1d=99999999999999999999" NO_SIZE },
	{ "l1d=18446744073709551616M", "l1d=18446744073709551616M" NO_SIZE },
	{ "l1d=0", "l1d=0: every core here has level 1 caches" },
	{ "l2=0/4", "l2=0/4: a cache of no bytes has no shape" },
	{ "l1d=32K/65", "l1d=32K/65: \"65\"" NO_WORD },
	{ "l1d=32K/4/129", "l1d=32K/4/129: \"129\"" NO_WORD },
	{ "l1d=32K/4/32/fifo", "l1d=32K/4/32/fifo: \"fifo\"" NO_WORD },
	{ "l1d=32K/", "l1d=32K/: \"\"" NO_WORD },
	{ "l1d=32K/4/8", "l1d=32K/4/8: a line is a power of two, 16 to 128 bytes" },
	{ "l1d=32K/4/0", "l1d=32K/4/0: a line is a power of two, 16 to 128 bytes" },
	{ "l1d=32K/3", "l1d=32K/3: lines of 32 bytes in 3 ways cannot make up 32768 bytes" },
	{ "l1d=1000", "l1d=1000: lines of 32 bytes in 1 to 64 ways cannot make up 1000 bytes" },
	{ "l2=1M/17", "l2=1M/17: \"17\" is not 1 to 16 ways, 16 to 128 bytes of line, random, rr, "
	  "lru, wa or ra" },
	{ "cpus=0", "cpus=0: 1 to 8 CPUs are possible" },
	{ "cpus=9", "cpus=9: 1 to 8 CPUs are possible" },
	{ "cpus=2K", "cpus=2K: 1 to 8 CPUs are possible" },
	{ "outer=64K", "outer=64K: 65536 bytes in 8 ways of lines of 32 bytes is not a PL310" },
};

static void cannot_be_had(struct board *b, const char *spec, const char *sentence)
{
	g_autoptr(GError) error = NULL;

	assert_false(board_set_cpu(b, spec, &error));
	assert_string_equal(error->message, sentence);
	assert_true(g_error_matches(error, BOARD_ERROR, BOARD_ERROR_MALFORMED));
}

static void what_cannot_be_had_is_one_sentence(void **state)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++)
		cannot_be_had(board_of(A9_PL310), bad[i].spec, bad[i].sentence);
}

static void what_the_tree_has_not_cannot_be_changed(void **state)
{
	cannot_be_had(board_of(CELLS MEMORY), "l1d=32K",
		      "l1d=32K: the device tree names no CPU: name its core first");
	cannot_be_had(board_of(CELLS MEMORY), "cpus=2",
		      "cpus=2: the device tree names no core that is known: name one first");
	cannot_be_had(board_of(CELLS CPU_A9 MEMORY), "outer=1M",
		      "outer=1M: the device tree has no outer cache");
}

static void nothing_is_taken_away_where_nothing_is(void **state)
{
	struct board *b = board_of(CELLS CPU_A9 MEMORY);

	assert_true(board_set_cpu(b, "outer=0", NULL));
	assert_null(b->outer.path);
}

static void a_board_is_all_changed_or_not_at_all(void **state)
{
	struct board *b = board_of(A9_PL310);

	cannot_be_had(b, "cortex-a7,cpus=4,outer=0,l1d=1",
		      "l1d=1: lines of 64 bytes in 1 to 64 ways cannot make up 1 bytes");
	assert_int_equal(b->cpus->len, 1);
	assert_string_equal(cpu_of(b, 0)->part->name, "Cortex-A9");
	assert_true(board_has_outer(b));
	assert_null(b->cpu_spec);
}

#define OVERRIDE_TEST(f) cmocka_unit_test_teardown(f, free_boards)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OVERRIDE_TEST(a_core_has_three_names_in_any_case),
		OVERRIDE_TEST(another_core_brings_its_own_caches),
		OVERRIDE_TEST(the_same_core_by_name_forgets_what_the_tree_said),
		OVERRIDE_TEST(items_alone_change_the_trees_own_core),
		OVERRIDE_TEST(a_cache_is_size_ways_line_and_words),
		OVERRIDE_TEST(words_may_follow_the_size_at_once),
		OVERRIDE_TEST(ways_that_do_not_divide_a_size_give_way),
		OVERRIDE_TEST(cpus_are_copied_and_counted),
		OVERRIDE_TEST(a_tree_without_cpus_gets_one),
		OVERRIDE_TEST(every_cpu_becomes_the_core),
		OVERRIDE_TEST(the_outer_cache_changes_or_goes),
		OVERRIDE_TEST(a_second_level_may_be_taken_away),
		OVERRIDE_TEST(three_levels_are_refused),
		OVERRIDE_TEST(a_tauros2_follows_the_core),
		OVERRIDE_TEST(what_cannot_be_had_is_one_sentence),
		OVERRIDE_TEST(what_the_tree_has_not_cannot_be_changed),
		OVERRIDE_TEST(nothing_is_taken_away_where_nothing_is),
		OVERRIDE_TEST(a_board_is_all_changed_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
