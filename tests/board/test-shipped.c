/* SPDX-License-Identifier: MIT */
/*
 * The boards that ship with the library: each opens by its name, becomes a machine,
 * and is what its file says that it is for.
 */
#include <string.h>
#include <armdma/machine.h>

#include "rig.h"

static struct board *shipped(const char *name)
{
	g_autoptr(GError) error = NULL;
	struct board *b = board_open(name, &error);

	if (!b)
		fail_msg("%s", error->message);
	return b;
}

static void names_are_ascending(void **state)
{
	const char *const *names = board_shipped_names();

	for (unsigned i = 1; names[i]; i++)
		assert_true(strcmp(names[i - 1], names[i]) < 0);
}

static void every_shipped_board_becomes_a_machine_in_either_gear(void **state)
{
	for (const char *const *name = board_shipped_names(); *name; name++) {
		g_autoptr(board) b = shipped(*name);

		for (enum machine_gear gear = GEAR_EXACT; gear <= GEAR_FAST; gear++) {
			const struct machine_config cfg = { .board = b, .gear = gear };
			g_autoptr(GError) error = NULL;
			g_autoptr(machine) m = machine_new(&cfg, &error);

			if (!m)
				fail_msg("%s", error->message);
		}
	}
}

static void no_shipped_board_leaves_dram_to_be_assumed(void **state)
{
	for (const char *const *name = board_shipped_names(); *name; name++) {
		g_autoptr(board) b = shipped(*name);

		assert_false(bank_of(b, 0)->is_assumed);
	}
}

static void the_a9_has_a_pl310_with_and_without_the_override(void **state)
{
	g_autoptr(board) hazard = shipped("a9-pl310");
	g_autoptr(board) cure = shipped("a9-pl310-shared-override");

	assert_true(hazard->outer.is_modelled);
	assert_false(hazard->outer.shared_override);
	assert_true(cure->outer.shared_override);
	has_cache(hazard->outer.cache, 512, 8, 32);
	has_masters(hazard, "10010000.ethernet 10020000.mmc 10030000.usb");
}

static void the_a9_with_two_gigabytes_gives_three_devices_memory_of_their_own(void **state)
{
	g_autoptr(board) b = shipped("a9-pl310-2g");

	has_bank(b, 0, 0x80000000, 0x80000000);
	assert_string_equal(board_region(b, master_of(b, "10040000.display-controller"))->name,
			    "framebuffer@8fe80000");
	assert_true(board_region(b, master_of(b, "10050000.video-codec"))->is_reusable);
	assert_int_equal(board_region(b, master_of(b, "10060000.ethernet"))->kind,
			 RESERVED_RESTRICTED_POOL);
	assert_null(board_region(b, master_of(b, "10010000.ethernet")));
}

static void the_a15_has_memory_above_and_masters_behind(void **state)
{
	g_autoptr(board) b = shipped("a15-lpae");

	has_bank(b, 0, 0x80000000, 0x20000000);
	has_bank(b, 1, UINT64_C(0x200000000), 0x20000000);
	is_behind(b, "11000000.video-codec", "iommu@11200000");
	is_behind(b, "10010000.ethernet", "");
}

static void the_coherent_one_has_a_master_that_is_not(void **state)
{
	g_autoptr(board) b = shipped("coherent");

	assert_true(master_of(b, "10010000.ethernet")->is_coherent);
	assert_false(master_of(b, "10050000.dma-controller")->is_coherent);
}

static void the_quad_a7_sees_memory_at_zero(void **state)
{
	g_autoptr(board) b = shipped("a7-quad");

	assert_int_equal(b->cpus->len, 4);
	sees(b, "1c0f000.mmc", "40000000+40000000@0");
}

static void the_a8_has_no_serial_port_among_its_masters(void **state)
{
	g_autoptr(board) b = shipped("a8-up");

	has_masters(b, "48100000.ethernet 48056000.dma-controller");
}

static void the_old_ones_have_a_single_level_that_is_not_physical(void **state)
{
	g_autoptr(board) arm926 = shipped("arm926");
	g_autoptr(board) arm1176 = shipped("arm1176");

	has_cache(cpu_of(arm926, 0)->l1d, 16, 4, 32);
	has_cache(cpu_of(arm1176, 0)->l1d, 64, 4, 32);
	assert_int_equal(cpu_of(arm926, 0)->part->l1d_indexing, INDEX_VIVT);
	assert_int_equal(cpu_of(arm1176, 0)->part->l1d_indexing, INDEX_VIPT);
	assert_int_equal(cpu_of(arm926, 0)->l2.bytes + cpu_of(arm1176, 0)->l2.bytes, 0);
}

static void the_pj4b_has_aurora_beside_it(void **state)
{
	g_autoptr(board) b = shipped("pj4b-aurora");

	assert_int_equal(b->outer.kind, OUTER_AURORA);
	assert_true(b->outer.wt_override);
	assert_true(board_has_outer(b));
	has_cache(b->outer.cache, 256, 4, 32);
}

static void any_other_name_is_a_path(void **state)
{
	g_autoptr(GError) error = NULL;

	assert_null(board_open("a9-pl310.dtb", &error));
	assert_string_equal(error->message,
			    "a9-pl310.dtb: cannot be read: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_ascending),
		cmocka_unit_test(every_shipped_board_becomes_a_machine_in_either_gear),
		cmocka_unit_test(no_shipped_board_leaves_dram_to_be_assumed),
		cmocka_unit_test(the_a9_has_a_pl310_with_and_without_the_override),
		cmocka_unit_test(the_a9_with_two_gigabytes_gives_three_devices_memory_of_their_own),
		cmocka_unit_test(the_a15_has_memory_above_and_masters_behind),
		cmocka_unit_test(the_coherent_one_has_a_master_that_is_not),
		cmocka_unit_test(the_quad_a7_sees_memory_at_zero),
		cmocka_unit_test(the_a8_has_no_serial_port_among_its_masters),
		cmocka_unit_test(the_old_ones_have_a_single_level_that_is_not_physical),
		cmocka_unit_test(the_pj4b_has_aurora_beside_it),
		cmocka_unit_test(any_other_name_is_a_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
