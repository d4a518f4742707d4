/* SPDX-License-Identifier: MIT */
/* The bench of whole boards: knobs reach the hardware, and what is broken is found there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <armdma/reference-iommu.h>

#include "platform-bench.h"

static void a_defect_that_a_knob_turns_on_breaks_the_contract(void **state)
{
	static const unsigned defects[] = {
		REF_IGNORES_INV_RANGE, REF_SHORTENS_RANGES, REF_MIXES_CONTEXTS,
		REF_LOSES_FAULTS, REF_CLAIMS_COHERENT,
	};

	for (unsigned n = 0; n < G_N_ELEMENTS(defects); n++) {
		const struct platform_run run = {
			.board = "a9-iommu", .kind = "reference",
			.knobs = { .misbehaves = defects[n],
				   .tlb_entries = IOMMU_HW_UNBOUNDED },
		};
		g_autofree char *broken = platform_play(&run, NULL);

		if (!broken)
			fail_msg("defect %#x: nothing noticed", defects[n]);
	}
}

static void a_kind_that_the_board_has_not_is_said(void **state)
{
	const struct platform_run run = { .board = "a9-pl310", .kind = "omap" };
	g_autofree char *broken = platform_play(&run, NULL);

	assert_string_equal(broken, "no master is behind an IOMMU of kind \"omap\"");
}

static void every_device_and_each_of_its_ports_is_played(void **state)
{
	const struct platform_run run = {
		.board = "a9-iommu", .kind = "reference", .nr_steps = 10,
	};
	struct platform_sum sum = { 0 };
	g_autofree char *broken = platform_play(&run, &sum);

	assert_null(broken);
	assert_int_equal(sum.nr_devices, 6);
	assert_int_equal(sum.nr_ports, 8);
	assert_int_equal(sum.nr_pairs, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_defect_that_a_knob_turns_on_breaks_the_contract),
		cmocka_unit_test(a_kind_that_the_board_has_not_is_said),
		cmocka_unit_test(every_device_and_each_of_its_ports_is_played),
	};

	return cmocka_run_group_tests_name("iommu-platform", tests, NULL, NULL);
}
