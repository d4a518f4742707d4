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
	    g->replacement >= NR_CACHE_REPLACEMENTS || g->nr_ways > 64)
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
		if (p->is_modelled && !p->l1d.bytes)
			fail_msg("%s: no model has this", p->compatible);
	}
}

static const struct core_part *part(const char *name)
{
	const struct core_part *p = core_part_named(name);

	if (!p)
		fail_msg("%s is not in the table", name);
	return p;
}

/* Of each architecture what its manual makes true of every core. */
static void a_core_is_as_its_architecture_has_it(void **state)
{
	for (unsigned i = 0; core_part_at(i); i++) {
		const struct core_part *p = core_part_at(i);
		bool has_no_mmu = p->why_not && strstr(p->why_not, "MMU");

		if (has_no_mmu)
			continue;
		if (p->arch >= 7 ? p->l1d_indexing != INDEX_PIPT || p->tables != TABLES_V7
		    : p->arch == 6 ? p->l1d_indexing == INDEX_VIVT || p->tables != TABLES_V6
		    : p->l1d_indexing != INDEX_VIVT || p->tables != TABLES_V5)
			fail_msg("%s is not of ARMv%d", p->compatible, p->arch);
		if ((p->broadcasts && !p->is_mp) || (p->arch < 7 && p->walks_in_l1) ||
		    (p->has_lpae && !p->is_mp) || (p->l2_inclusion && !p->l2.bytes))
			fail_msg("%s contradicts itself", p->compatible);
	}
}

/* ID, and TLB entries by ways: the manuals' figures once more, typed by another hand. */
static void figures_are_those_of_the_manuals(void **state)
{
	static const struct {
		const char *name;
		uint32_t midr;
		unsigned entries, ways;
	} known[] = {
		{ "cortex-a5", 0x410fc050, 128, 2 }, { "cortex-a7", 0x410fc070, 256, 2 },
		{ "cortex-a8", 0x410fc080, 32, 0 }, { "cortex-a9", 0x410fc090, 128, 2 },
		{ "cortex-a15", 0x410fc0f0, 512, 4 }, { "cortex-a17", 0x410fc0e0, 1024, 4 },
		{ "cortex-a35", 0x410fd040, 512, 2 }, { "cortex-a53", 0x410fd030, 512, 4 },
		{ "cortex-a57", 0x410fd070, 1024, 4 }, { "arm926ej-s", 0x41069260, 64, 2 },
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(known); i++) {
		const struct core_part *p = part(known[i].name);

		assert_int_equal(p->midr, known[i].midr);
		assert_int_equal(p->tlb.nr_entries, known[i].entries);
		assert_int_equal(p->tlb.nr_ways, known[i].ways);
	}
}

static void a_tlb_is_made_of_equal_ways(void **state)
{
	for (unsigned i = 0; core_part_at(i); i++) {
		const struct tlb_shape *t = &core_part_at(i)->tlb;

		if (t->nr_ways && !is_power_of_2(t->nr_entries / t->nr_ways))
			fail_msg("%s: its TLB is none", core_part_at(i)->compatible);
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
		PARTS_TEST(a_core_is_as_its_architecture_has_it),
		PARTS_TEST(figures_are_those_of_the_manuals),
		PARTS_TEST(a_tlb_is_made_of_equal_ways),
		PARTS_TEST(every_modelled_core_becomes_a_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
