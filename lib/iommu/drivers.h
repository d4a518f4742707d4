/* SPDX-License-Identifier: MIT */
/* Our own drivers of IOMMUs: they take what no driver of the program has taken. */
#ifndef LIB_IOMMU_DRIVERS_H
#define LIB_IOMMU_DRIVERS_H

#include <linux/platform_device.h>

/* Ended by NULL; in this order. */
extern struct platform_driver *const iommu_drivers[];

extern struct platform_driver exynos_iommu_driver;	/* exynos/ */
extern struct platform_driver sun50i_iommu_driver;
extern struct platform_driver msm_driver;	/* msm/msm.c */
extern struct platform_driver omap_mmu_driver;	/* omap/ */
extern struct platform_driver ref_driver;	/* reference.c */
extern struct platform_driver rk_iommu_driver;	/* rockchip/rockchip.c */
extern struct platform_driver sprd_iommu_driver;	/* sprd/sprd.c */

#endif
