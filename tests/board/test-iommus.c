/* SPDX-License-Identifier: MIT */
/* IOMMUs of a tree: which model, at which registers, on which lines, turned how. */
#include <string.h>

#include "rig.h"

#define GIC	"gic: interrupt-controller { interrupt-controller; #interrupt-cells = <3>; };"
#define CMU	"cmu: clocks { #clock-cells = <1>; #reset-cells = <2>; };" \
		"xtal: xtal { compatible = \"fixed-clock\"; #clock-cells = <0>; };" \
		"pd: pd { #power-domain-cells = <0>; };"
#define REF	"compatible = \"armdma,reference-iommu\"; #iommu-cells = <0>;"

#define ROOT	"interrupt-parent = <&gic>; compatible = \"acme,one\", \"acme,family\";"
#define BOARD(lines)	CELLS ROOT CPU_A9 MEMORY GIC CMU lines
#define MMU(lines)	SOC("mmu@1000 { reg = <0x1000 0x100>, <0x3000 0x200>;" REF lines " };")
#define ROCKCHIP(lines)	SOC("mmu@1000 { compatible = \"rockchip,iommu\"; #iommu-cells = <0>;" \
			    "reg = <0x1000 0x100>;" lines " };")

static const struct board_iommu *iommu_of(const struct board *b)
{
	assert_int_equal(b->iommus->len, 1);
	return g_ptr_array_index(b->iommus, 0);
}

static void every_range_of_registers_is_read(void **state)
{
	const struct board_iommu *i = iommu_of(board_of(BOARD(MMU(""))));

	assert_int_equal(i->regs->len, 2);
	assert_int_equal(i->reg_pa, 0x1000);
	assert_int_equal(i->reg_len, 0x100);
	assert_int_equal(g_array_index(i->regs, struct board_bank, 1).pa, 0x3000);
	assert_int_equal(g_array_index(i->regs, struct board_bank, 1).len, 0x200);
}

static void its_model_goes_by_any_of_its_compatibles(void **state)
{
	const struct board *b = board_of(BOARD(SOC(
		"mmu@1000 { compatible = \"acme,mmu-9\", \"armdma,reference-iommu\";"
		" #iommu-cells = <0>; };")));

	assert_string_equal(iommu_of(b)->kind, "reference");
	assert_string_equal(iommu_of(b)->compatible, "acme,mmu-9");
	assert_true(iommu_of(b)->is_modelled);
	assert_true(board_iommu_is_compatible(b, iommu_of(b), "armdma,reference-iommu"));
}

static void interrupts_belong_to_the_nearest_parent_that_is_named(void **state)
{
	const struct board_iommu *i = iommu_of(board_of(BOARD(MMU(
		"interrupts = <0 23 4>, <0 24 4>;"))));
	const struct board_irq *irq = &g_array_index(i->irqs, struct board_irq, 1);

	assert_int_equal(i->irqs->len, 2);
	assert_string_equal(irq->controller, "/interrupt-controller");
	assert_int_equal(irq->nr_cells, 3);
	assert_int_equal(irq->cells[1], 24);
}

static void interrupts_extended_come_first(void **state)
{
	const struct board_iommu *i = iommu_of(board_of(BOARD(
		"comb: combiner { #interrupt-cells = <2>; };"
		MMU("interrupts = <0 23 4>; interrupts-extended = <&comb 2 0>, <&gic 1 2 3>;"))));
	const struct board_irq *irq = &g_array_index(i->irqs, struct board_irq, 0);

	assert_int_equal(i->irqs->len, 2);
	assert_string_equal(irq->controller, "/combiner");
	assert_int_equal(irq->nr_cells, 2);
	assert_int_equal(irq->cells[0], 2);
}

static void expects_supply(const struct board_iommu *i, unsigned idx, enum supply_kind kind,
			   const char *name, const char *provider, unsigned nr_cells)
{
	const struct board_supply *s = &g_array_index(i->supplies, struct board_supply, idx);

	assert_int_equal(s->kind, kind);
	assert_string_equal(s->name, name);
	assert_string_equal(s->provider, provider);
	assert_int_equal(s->nr_cells, nr_cells);
}

static void clocks_resets_and_power_are_read_with_their_names(void **state)
{
	const struct board_iommu *i = iommu_of(board_of(BOARD(MMU(
		"clocks = <&cmu 5>, <0>, <&xtal>; clock-names = \"core\", \"none\", \"ref\";"
		"resets = <&cmu 1 2>; power-domains = <&pd>;"))));

	assert_int_equal(i->supplies->len, 4);
	expects_supply(i, 0, SUPPLY_CLOCK, "core", "/clocks", 1);
	expects_supply(i, 1, SUPPLY_CLOCK, "ref", "/xtal", 0);
	expects_supply(i, 2, SUPPLY_RESET, "", "/clocks", 2);
	expects_supply(i, 3, SUPPLY_POWER, "", "/pd", 0);
}

static void a_module_of_ti_is_the_power_of_what_is_in_it(void **state)
{
	const struct board_iommu *i = iommu_of(board_of(BOARD(
		"target-module { compatible = \"ti,sysc-omap2\", \"ti,sysc\";" CELLS " ranges;"
		" mmu@1000 { reg = <0x1000 0x100>;" REF " }; };")));

	assert_int_equal(i->supplies->len, 1);
	expects_supply(i, 0, SUPPLY_POWER, "module", "/target-module", 0);
}

static void knobs_are_of_the_node_and_zero_is_none(void **state)
{
	const struct iommu_hw_knobs *k = &iommu_of(board_of(BOARD(MMU(
		"armdma,tlb-entries = <32>; armdma,tlb-ways = <4>; armdma,prefetch = <0>;"
		"armdma,caches-negative; armdma,draws-victims = <0>; armdma,delay = <3>;"
		"armdma,descriptor-line = <64>; armdma,version = <0x300>;"
		"armdma,walker = \"level2\"; armdma,misbehaves = <5>;"
		"armdma,walk-cache-entries = <2>;"))))->knobs;

	assert_int_equal(k->tlb_entries, 32);
	assert_int_equal(k->tlb_ways, 4);
	assert_int_equal(k->prefetch, IOMMU_HW_NONE);
	assert_int_equal(iommu_hw_knob(k->prefetch, 7), 0);
	assert_int_equal(iommu_hw_knob(k->delay, 7), 3);
	assert_int_equal(iommu_hw_knob(k->walk_cache_entries, 7), 2);
	assert_true(iommu_hw_habit(k->caches_negative, false));
	assert_false(iommu_hw_habit(k->draws_victims, true));
	assert_int_equal(k->line_len, 64);
	assert_int_equal(k->version, 0x300);
	assert_int_equal(k->walker, IOMMU_HW_WALKER_LEVEL2);
	assert_int_equal(k->misbehaves, 5);
}

static void knobs_that_are_not_turned_are_as_the_part_has_them(void **state)
{
	const struct iommu_hw_knobs none = { 0 }, some = { .tlb_entries = 8, .delay = 2 };
	const struct iommu_hw_knobs over = { .delay = IOMMU_HW_NONE, .walker = 1 };
	struct iommu_hw_knobs k = iommu_hw_knobs_over(&over, &some);

	assert_memory_equal(&iommu_of(board_of(BOARD(MMU(""))))->knobs, &none, sizeof(none));
	assert_int_equal(iommu_hw_knob(0, 7), 7);
	assert_true(iommu_hw_habit(IOMMU_HW_AS_PART, true));
	assert_int_equal(k.tlb_entries, 8);
	assert_int_equal(k.delay, IOMMU_HW_NONE);
	assert_int_equal(k.walker, 1);
}

static void other_properties_are_there_for_who_asks(void **state)
{
	const struct board *b = board_of(BOARD(MMU("qcom,ncb = <3>; acme,pair = <1 2>; acme,no;")));
	const struct board_iommu *i = iommu_of(b);
	uint32_t cells[2] = { 0, 0 };

	assert_int_equal(board_iommu_cells(b, i, "qcom,ncb", cells, 1), 1);
	assert_int_equal(cells[0], 3);
	assert_int_equal(board_iommu_cells(b, i, "acme,pair", cells, 1), 2);
	assert_int_equal(cells[0], 1);
	assert_int_equal(board_iommu_cells(b, i, "acme,none", cells, 2), 0);
	assert_true(board_iommu_has(b, i, "acme,no"));
	assert_false(board_iommu_has(b, i, "acme,none"));
	assert_true(board_is_compatible(b, "acme,family"));
	assert_false(board_is_compatible(b, "acme,other"));
}

static void nonsense_is_refused_with_its_place(void **state)
{
	is_malformed(BOARD(MMU("armdma,tlb-entries = <70000>;")),
		     "test.dtb: /soc/mmu@1000: armdma,tlb-entries is 70000, more than 65536");
	is_malformed(BOARD(MMU("armdma,tlb-entries = <6>; armdma,tlb-ways = <4>;")),
		     "test.dtb: /soc/mmu@1000: armdma,tlb-ways is 4, which does not divide 6 "
		     "entries");
	is_malformed(BOARD(MMU("armdma,tlb-ways = <4>;")),
		     "test.dtb: /soc/mmu@1000: armdma,tlb-ways needs armdma,tlb-entries");
	is_malformed(BOARD(MMU("armdma,walker = \"flying\";")),
		     "test.dtb: /soc/mmu@1000: armdma,walker is not one of dram, snooping, level2");
	is_malformed(BOARD(MMU("armdma,descriptor-line = <24>;")),
		     "test.dtb: /soc/mmu@1000: armdma,descriptor-line is 24, not a power of two of "
		     "4 to 256");
	is_malformed(BOARD(MMU("armdma,tlb-entries = \"many, many\";")),
		     "test.dtb: /soc/mmu@1000: armdma,tlb-entries has 2 cells, where it takes 1");
	is_malformed(BOARD(MMU("armdma,version;")),
		     "test.dtb: /soc/mmu@1000: armdma,version has 0 cells, where it takes 1");
	is_malformed(BOARD(MMU("armdma,caches-negative = <1 0>;")),
		     "test.dtb: /soc/mmu@1000: armdma,caches-negative has 2 cells, where it takes 1");
	is_malformed(BOARD(MMU("armdma,delay = <0xffffffff>;")),
		     "test.dtb: /soc/mmu@1000: armdma,delay is 4294967295, which no IOMMU has");
	is_malformed(BOARD(ROCKCHIP("armdma,version = <3>;")),
		     "test.dtb: /soc/mmu@1000: armdma,version is 0x3, which no IOMMU of kind "
		     "rockchip has");
	is_malformed(BOARD(MMU("clocks = <0x77 1>;")),
		     "test.dtb: /soc/mmu@1000: clocks names phandle 0x77, which no node has");
	is_malformed(BOARD(MMU("resets = <&cmu 1>;")),
		     "test.dtb: /soc/mmu@1000: resets ends in the middle of an entry");
}

#define IOMMUS_TEST(f) cmocka_unit_test_teardown(f, free_boards)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IOMMUS_TEST(every_range_of_registers_is_read),
		IOMMUS_TEST(its_model_goes_by_any_of_its_compatibles),
		IOMMUS_TEST(interrupts_belong_to_the_nearest_parent_that_is_named),
		IOMMUS_TEST(interrupts_extended_come_first),
		IOMMUS_TEST(clocks_resets_and_power_are_read_with_their_names),
		IOMMUS_TEST(a_module_of_ti_is_the_power_of_what_is_in_it),
		IOMMUS_TEST(knobs_are_of_the_node_and_zero_is_none),
		IOMMUS_TEST(knobs_that_are_not_turned_are_as_the_part_has_them),
		IOMMUS_TEST(other_properties_are_there_for_who_asks),
		IOMMUS_TEST(nonsense_is_refused_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
