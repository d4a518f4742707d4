/* SPDX-License-Identifier: MIT */
/*
 * What versions of the System MMU have, and which SoC has which.
 *
 * What is known is said in Linux's driver: the sets of version 2, what 3.x does to faulty
 * descriptors, who has an FLPD cache. All other sizes, and the versions of SoCs, are guesses
 * that knobs replace.
 *
 * Linux: drivers/iommu/exynos-iommu.c.
 */
#include <armdma/board.h>

#include "sysmmu.h"

#define V1	&sysmmu_layout_v1, sysmmu_format_v1
#define V5	&sysmmu_layout_v5, sysmmu_format_v5
#define V7	&sysmmu_layout_v7, sysmmu_format_v5

static const struct sysmmu_part parts[] = {
	{ SYSMMU_VERSION(1, 0), V1, .tlb_entries = 64 },
	{ SYSMMU_VERSION(2, 0), V1, .tlb_entries = 512, .tlb_ways = 8, .is_indexed = true },
	{ SYSMMU_VERSION(3, 0), V1, .tlb_entries = 64, .tlb_ways = 4, .caches_negative = true,
	  .line_len = 128 },
	{ SYSMMU_VERSION(3, 2), V1, .tlb_entries = 128, .tlb_ways = 4, .caches_negative = true,
	  .line_len = 256, .flpd_entries = 16, .entry_reaches_flpd = true },
	{ SYSMMU_VERSION(3, 3), V1, .tlb_entries = 128, .tlb_ways = 4, .caches_negative = true,
	  .line_len = 128, .prefetch = 32, .flpd_entries = 16, .entry_reaches_flpd = true },
	{ SYSMMU_VERSION(5, 0), V5, .tlb_entries = 128, .tlb_ways = 4, .flpd_entries = 16 },
	{ SYSMMU_VERSION(7, 0), V7, .tlb_entries = 512, .tlb_ways = 4, .flpd_entries = 32 },
};

const struct sysmmu_part *sysmmu_part_of(uint32_t version)
{
	const struct sysmmu_part *found = &parts[0];

	for (size_t n = 0; n < G_N_ELEMENTS(parts); n++)
		if (parts[n].version <= version)
			found = &parts[n];
	return found;
}

static const struct {
	const char *compatible;
	uint32_t version;
} socs[] = {
	{ "samsung,exynos3250", SYSMMU_VERSION(3, 3) },
	{ "samsung,exynos4210", SYSMMU_VERSION(1, 0) },
	{ "samsung,exynos4212", SYSMMU_VERSION(2, 0) },
	{ "samsung,exynos4412", SYSMMU_VERSION(2, 0) },
	{ "samsung,exynos5250", SYSMMU_VERSION(3, 1) },
	{ "samsung,exynos5260", SYSMMU_VERSION(3, 2) },
	{ "samsung,exynos5410", SYSMMU_VERSION(3, 2) },
	{ "samsung,exynos5420", SYSMMU_VERSION(3, 3) },
	{ "samsung,exynos5422", SYSMMU_VERSION(3, 3) },
	{ "samsung,exynos5800", SYSMMU_VERSION(3, 3) },
	{ "samsung,exynos5433", SYSMMU_VERSION(5, 0) },
	{ "samsung,exynos7", SYSMMU_VERSION(5, 1) },
	{ "samsung,exynos850", SYSMMU_VERSION(7, 2) | SYSMMU_WITH_VMS },
	{ "samsung,exynosautov9", SYSMMU_VERSION(7, 4) | SYSMMU_WITH_VMS },
};

uint32_t sysmmu_version_of_board(const struct board *b)
{
	for (size_t n = 0; n < G_N_ELEMENTS(socs); n++)
		if (board_is_compatible(b, socs[n].compatible))
			return socs[n].version;
	return 0;
}
