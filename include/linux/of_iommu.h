/* SPDX-License-Identifier: MIT */
/*
 * Which IOMMUs the board's device tree puts in front of a device.
 *
 * Context: process.
 * Source: drivers/iommu/of_iommu.c.
 */
#ifndef _ARMDMA_LINUX_OF_IOMMU_H
#define _ARMDMA_LINUX_OF_IOMMU_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct device;
struct device_node;

/**
 * of_iommu_configure() - put @dev behind the IOMMUs that the tree names for @master_np
 * @id: NULL: every entry of its iommus, in order. Else a requester's ID on the bus
 *      behind @master_np, which its iommu-map translates
 *
 * Asked twice, it does nothing the second time.
 * Return: 0: it is behind one;
 *   -ENODEV        the tree names none, it is disabled, or its driver takes no
 *                  specifiers
 *   -EPROBE_DEFER  the driver of one of them has not registered; then a retry helps
 *   -EINVAL        two IOMMUs of different drivers
 *   others         what ->of_xlate or ->probe_device returned; -ENOMEM
 * After a failure the device is as it was.
 */
int of_iommu_configure(struct device *dev, struct device_node *master_np, const u32 *id);

/**
 * of_iommu_get_resv_regions() - what the tree reserves of @dev's IOVAs
 *
 * Each iommu-addresses of its memory-region that names it becomes one entry, of type
 * IOMMU_RESV_DIRECT where IOVA and reg are the same, else IOMMU_RESV_RESERVED. For an
 * IOMMU driver's ->get_resv_regions.
 */
void of_iommu_get_resv_regions(struct device *dev, struct list_head *list);

#ifdef __cplusplus
}
#endif
#endif
