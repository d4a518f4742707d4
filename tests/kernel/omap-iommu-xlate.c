/* SPDX-License-Identifier: MIT */
/*
 * drivers/iommu/omap-iommu.c, unmodified, with the ->of_xlate that it lacks: without one the
 * core of 6.12 never puts a device behind its IOMMU. Its operations are constant, so
 * the member is smuggled in before another, after all headers have been read.
 */
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/iommu.h>
#include <linux/of.h>
#include <linux/of_platform.h>
#include <linux/platform_device.h>

/* #iommu-cells is 0: the driver looks at "iommus" by itself. */
static int without_cells(struct device *dev, const struct of_phandle_args *args)
{
	return 0;
}

#define device_group	of_xlate = without_cells, .device_group
#include OMAP_IOMMU_C
