/* SPDX-License-Identifier: MIT */
/*
 * DRAM: what the tree says, and what is assumed where it leaves that to the boot
 * loader.
 */
#include "rig.h"

#define MIB		(UINT64_C(1) << 20)
#define MEM(unit, reg)	"memory@" unit " { device_type = \"memory\"; reg = " reg "; };"
#define WIDE		"#address-cells = <2>; #size-cells = <2>;"
#define DEVICE(unit)	"dev@" unit " { compatible = \"acme,dev\"; reg = <0x" unit " 0x1000>; };"

static void a_bank_is_what_reg_says(void **state)
{
	const struct board *b = board_of(CELLS CPU_A9 MEM("80000000", "<0x80000000 0x20000000>"));

	assert_int_equal(b->banks->len, 1);
	has_bank(b, 0, 0x80000000, 512 * MIB);
	assert_false(bank_of(b, 0)->is_assumed);
}

static void banks_are_sorted(void **state)
{
	const struct board *b = board_of(CELLS CPU_A9
		MEM("c0000000", "<0xc0000000 0x10000000>, <0x40000000 0x10000000>"));

	has_bank(b, 0, 0x40000000, 256 * MIB);
	has_bank(b, 1, 0xc0000000, 256 * MIB);
}

static void banks_that_overlap_or_touch_are_one(void **state)
{
	const struct board *b = board_of(CELLS CPU_A9
		MEM("80000000", "<0x80000000 0x10000000>, <0x88000000 0x10000000>")
		MEM("98000000", "<0x98000000 0x8000000>"));

	assert_int_equal(b->banks->len, 1);
	has_bank(b, 0, 0x80000000, 512 * MIB);
}

static void a_bank_inside_another_adds_nothing(void **state)
{
	const struct board *b = board_of(CELLS CPU_A9
		MEM("80000000", "<0x80000000 0x20000000>, <0x81000000 0x1000000>"));

	assert_int_equal(b->banks->len, 1);
	has_bank(b, 0, 0x80000000, 512 * MIB);
}

static void a_bank_above_four_gigabytes_is_kept(void **state)
{
	const struct board *b = board_of(WIDE CPU_A9
		MEM("80000000", "<0x0 0x80000000 0x0 0x80000000>, <0x8 0x0 0x1 0x0>"));

	has_bank(b, 0, 0x80000000, 2048 * MIB);
	has_bank(b, 1, UINT64_C(0x800000000), 4096 * MIB);
}

static void a_bank_across_four_gigabytes_stays_one(void **state)
{
	const struct board *b = board_of(WIDE CPU_A9
		MEM("80000000", "<0x0 0x80000000 0x1 0x0>"));

	has_bank(b, 0, 0x80000000, 4096 * MIB);
}

static void banks_are_whole_pages(void **state)
{
	const struct board *b = board_of(CELLS CPU_A9 MEM("80000800", "<0x80000800 0x2000>"));

	has_bank(b, 0, 0x80001000, 0x1000);
}

static void a_node_without_device_type_counts_by_its_name(void **state)
{
	has_bank(board_of(CELLS CPU_A9 "memory@80000000 { reg = <0x80000000 0x1000000>; };"), 0,
		 0x80000000, 16 * MIB);
}

static void a_disabled_memory_node_is_no_memory(void **state)
{
	const struct board *b = board_of(CELLS CPU_A9
		MEM("80000000", "<0x80000000 0x10000000>")
		"memory@90000000 { device_type = \"memory\"; reg = <0xa0000000 0x1000000>;"
		" status = \"disabled\"; };");

	assert_int_equal(b->banks->len, 1);
}

static void a_size_left_to_the_boot_loader_is_assumed_at_the_base(void **state)
{
	const struct board *b = board_of(CELLS CPU_A9 MEM("70000000", "<0x70000000 0>"));

	has_bank(b, 0, 0x70000000, 512 * MIB);
	assert_true(bank_of(b, 0)->is_assumed);
}

static void a_base_of_zero_without_a_size_is_no_base(void **state)
{
	has_bank(board_of(CELLS CPU_A9 MEM("0", "<0 0>")), 0, 0x40000000, 512 * MIB);
}

static void an_empty_entry_beside_a_real_one_is_dropped(void **state)
{
	const struct board *b = board_of(CELLS CPU_A9
		MEM("80000000", "<0x80000000 0x10000000>, <0 0>"));

	assert_int_equal(b->banks->len, 1);
	assert_false(bank_of(b, 0)->is_assumed);
}

static void no_memory_node_is_assumed_where_no_register_lies(void **state)
{
	const struct board *b = board_of(CELLS CPU_A9 SOC(DEVICE("48000000")));

	has_bank(b, 0, 0x80000000, 512 * MIB);		/* 0x40000000 holds the device */
	assert_true(bank_of(b, 0)->is_assumed);
}

static void a_carve_out_shows_where_memory_is(void **state)
{
	const struct board *b = board_of(CELLS CPU_A9 "reserved-memory { " CELLS " ranges;"
		" pool { size = <0x100000>; alloc-ranges = <0xc8000000 0x1000000>; }; };");

	has_bank(b, 0, 0xc0000000, 512 * MIB);
}

static void a_window_onto_memory_shows_where_it_starts(void **state)
{
	const struct board *b = board_of(CELLS CPU_A9
		"soc { " CELLS " ranges; dma-ranges = <0 0x60000000 0x40000000>; };");

	has_bank(b, 0, 0x60000000, 512 * MIB);
}

static void memory_is_unknown_when_registers_are_everywhere(void **state)
{
	const struct board *b = board_of(CELLS CPU_A9 SOC(
		DEVICE("10000000") DEVICE("20000000") DEVICE("40000000") DEVICE("60000000")
		DEVICE("80000000") DEVICE("c0000000")));

	assert_int_equal(b->banks->len, 0);
	refuses(b, "test.dtb: its device tree leaves DRAM to the boot loader, and registers lie "
		"wherever it is usually found");
}

#define MEMORY_TEST(f) cmocka_unit_test_teardown(f, free_boards)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MEMORY_TEST(a_bank_is_what_reg_says),
		MEMORY_TEST(banks_are_sorted),
		MEMORY_TEST(banks_that_overlap_or_touch_are_one),
		MEMORY_TEST(a_bank_inside_another_adds_nothing),
		MEMORY_TEST(a_bank_above_four_gigabytes_is_kept),
		MEMORY_TEST(a_bank_across_four_gigabytes_stays_one),
		MEMORY_TEST(banks_are_whole_pages),
		MEMORY_TEST(a_node_without_device_type_counts_by_its_name),
		MEMORY_TEST(a_disabled_memory_node_is_no_memory),
		MEMORY_TEST(a_size_left_to_the_boot_loader_is_assumed_at_the_base),
		MEMORY_TEST(a_base_of_zero_without_a_size_is_no_base),
		MEMORY_TEST(an_empty_entry_beside_a_real_one_is_dropped),
		MEMORY_TEST(no_memory_node_is_assumed_where_no_register_lies),
		MEMORY_TEST(a_carve_out_shows_where_memory_is),
		MEMORY_TEST(a_window_onto_memory_shows_where_it_starts),
		MEMORY_TEST(memory_is_unknown_when_registers_are_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
