/* SPDX-License-Identifier: MIT */
/* Our own drivers of IOMMUs: a line for each kind. */
#include "drivers.h"

struct platform_driver *const iommu_drivers[] = {
	&exynos_iommu_driver,
	&msm_driver,
	&omap_mmu_driver,
	&ref_driver,
	&sun50i_iommu_driver,
	&rk_iommu_driver,
	&sprd_iommu_driver,
	NULL
};
