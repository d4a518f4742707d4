/* SPDX-License-Identifier: MIT */
/* For who brings a driver or takes it away: devices that come and go, and the harness. */
#ifndef LIB_HARNESS_DEVICE_H
#define LIB_HARNESS_DEVICE_H

#include <stdbool.h>

struct device;

/*
 * A driver will be bound to @dev: the IOMMU that its node names, then what maps for it.
 * Nothing if one is already. Linux: platform_dma_configure().
 *
 * Return: 0; if it @may_wait, -EPROBE_DEFER: its IOMMU's driver has not registered. Else it
 * goes past that IOMMU.
 */
int device_bind(struct device *dev, bool is_coherent, bool may_wait);
/* The driver has gone, with its managed resources; the ledger hears of it. */
void device_cleanup(struct device *dev, const void *site);
/* The driver goes, be it one that registered or whoever had it before. */
void device_unbind(struct device *dev, const void *site);

#endif
