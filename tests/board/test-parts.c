/* SPDX-License-Identifier: MIT */
/*
 * The table of cores is made of shapes that hardware can have, and every core that
 * is said to be modelled becomes a machine.
 */
#include <string.h>
#include <armdma/machine.h>
#include <sim/board/parts.h>

#include "rig.h"

static bool is_power_of_2(unsigned n)
{
	return n && !(n & (n - 1));
}

static void has_a_possible_shape(const struct core_part *p, const char *which,
				 const struct cache_geometry *g)
{
	if (!g->bytes)
		return;

	unsigned way_bytes = g->bytes / g->nr_ways;

	if (!is_power_of_2(g->line_bytes) || g->line_bytes < 16 || g->line_bytes > 128 ||
	    way_bytes * g->nr_ways != g->bytes || !is_power_of_2(way_bytes / g->line_bytes) ||
	    g->replacement >= NR_CACHE_REPLACEMENTS || (p->is_modelled && g->nr_ways > 16))
		fail_msg("%s: its %s is no cache", p->compatible, which);
}

static void every_cache_of_the_table_is_possible(void **state)
{
	for (unsigned i = 0; core_part_at(i); i++) {
		const struct core_part *p = core_part_at(i);

		has_a_possible_shape(p, "L1I", &p->l1i);
		has_a_possible_shape(p, "L1D", &p->l1d);
		has_a_possible_shape(p, "L2", &p->l2);
	}
}

static void every_core_is_found_by_its_own_compatible(void **state)
{
	for (unsigned i = 0; core_part_at(i); i++)
		assert_ptr_equal(core_part(core_part_at(i)->compatible), core_part_at(i));
	assert_null(core_part("acme,core9000"));
}

static void a_core_is_modelled_or_says_why_not(void **state)
{
	for (unsigned i = 0; core_part_at(i); i++) {
		const struct core_part *p = core_part_at(i);

		if (p->is_modelled != !p->why_not)
			fail_msg("%s: is_modelled and why_not disagree", p->compatible);
		if (p->is_modelled && (p->arch < 7 || !p->l1d.bytes))
			fail_msg("%s: no model has this", p->compatible);
	}
}

static void every_modelled_core_becomes_a_machine(void **state)
{
	for (unsigned i = 0; core_part_at(i); i++) {
		const struct core_part *p = core_part_at(i);
		g_autofree char *cpu = g_strdup_printf(
			CELLS "cpus { #address-cells = <1>; #size-cells = <0>;"
			" cpu@0 { reg = <0>; compatible = \"%s\"; }; };" MEMORY, p->compatible);
		const struct machine_config cfg = { .board = board_of(cpu), .gear = GEAR_EXACT };
		g_autoptr(machine) m = machine_new(&cfg, NULL);

		if (!m != !p->is_modelled)
			fail_msg("%s: %s", p->compatible, m ? "became a machine" : "did not");
	}
}

#define PARTS_TEST(f) cmocka_unit_test_teardown(f, free_boards)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PARTS_TEST(every_cache_of_the_table_is_possible),
		PARTS_TEST(every_core_is_found_by_its_own_compatible),
		PARTS_TEST(a_core_is_modelled_or_says_why_not),
		PARTS_TEST(every_modelled_core_becomes_a_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
