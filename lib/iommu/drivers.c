/* SPDX-License-Identifier: MIT */
/* Our own drivers of IOMMUs: a line for each kind. */
#include "drivers.h"

struct platform_driver *const iommu_drivers[] = {
	&ref_driver,
	NULL
};
