/* SPDX-License-Identifier: MIT */
/* The bench of whole boards: knobs reach the hardware, and what is broken is found there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <armdma/exynos-iommu.h>
#include <armdma/msm-iommu.h>
#include <armdma/omap-iommu.h>
#include <armdma/reference-iommu.h>
#include <armdma/rockchip-iommu.h>
#include <armdma/sprd-iommu.h>

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

/* So that no trait of a kind hides it. */
static void on_each_kind_defects_break_the_contract(void **state)
{
	static const struct platform_run defects[] = {
		{ "Exynos, keeps entries", EXYNOS_BOARD, "exynos", .knobs.misbehaves = SYSMMU_IGNORES_ENTRY },
		{ "Exynos, loses faults", EXYNOS_BOARD, "exynos", .knobs.misbehaves = SYSMMU_LOSES_FAULTS },
		{ "MSM, keeps entries", MSM_BOARD, "msm", .knobs.misbehaves = MSM_IGNORES_TLBIVA },
		{ "MSM, loses faults", MSM_BOARD, "msm", .knobs.misbehaves = MSM_LOSES_FAULTS },
		{ "MSM, ignores permissions", MSM_BOARD, "msm", .knobs.misbehaves = MSM_IGNORES_PERMS },
		{ "OMAP, keeps entries", OMAP_BOARD, "omap", .knobs.misbehaves = OMAP_MMU_IGNORES_FLUSH_ENTRY },
		{ "OMAP, loses faults", OMAP_BOARD, "omap", .knobs.misbehaves = OMAP_MMU_LOSES_FAULTS },
		{ "Rockchip, keeps entries", ROCKCHIP_BOARD, "rockchip", .knobs.misbehaves = ROCKCHIP_IGNORES_ZAP_CACHE },
		{ "Rockchip, loses faults", ROCKCHIP_BOARD, "rockchip", .knobs.misbehaves = ROCKCHIP_LOSES_FAULTS },
		{ "Spreadtrum, keeps entries", SPRD_BOARD, "sprd", .knobs.misbehaves = SPRD_IGNORES_UPDATE },
		{ "Spreadtrum, zero is a page", SPRD_BOARD, "sprd", .knobs.misbehaves = SPRD_ZERO_IS_A_PAGE },
		{ "Spreadtrum, no sync", SPRD_BOARD, "sprd", .mutant = MUTANT_NO_SYNC },
		{ "sun50i, no sync", "iommu-sun50i", "sun50i", .mutant = MUTANT_NO_SYNC },
		{ "sun50i, a short sync", "iommu-sun50i", "sun50i", .mutant = MUTANT_SHORT_SYNC },
	};

	for (unsigned n = 0; n < G_N_ELEMENTS(defects); n++) {
		g_autofree char *broken = platform_play(&defects[n], NULL);

		if (!broken)
			fail_msg("%s: nothing noticed", defects[n].name);
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
		cmocka_unit_test(on_each_kind_defects_break_the_contract),
		cmocka_unit_test(a_kind_that_the_board_has_not_is_said),
		cmocka_unit_test(every_device_and_each_of_its_ports_is_played),
	};

	return cmocka_run_group_tests_name("iommu-platform", tests, NULL, NULL);
}
