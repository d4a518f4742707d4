/* SPDX-License-Identifier: MIT */
/* For who brings a driver or takes it away: devices that come and go, and the harness. */
#ifndef LIB_HARNESS_DEVICE_H
#define LIB_HARNESS_DEVICE_H

#include <stdbool.h>

struct device;

/*
 * A driver will be bound to @dev: the IOMMU that its node names, then what maps for it.
 * Nothing if one is already. Linux: platform_dma_configure().
 */
void device_bind(struct device *dev, bool is_coherent);
/* Its managed resources are given back, and the ledger hears that it is gone. */
void device_unbind(struct device *dev, const void *site);

#endif
