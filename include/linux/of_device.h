/* SPDX-License-Identifier: MIT */
/* Devices of nodes. Source: include/linux/of_device.h. */
#ifndef _ARMDMA_LINUX_OF_DEVICE_H
#define _ARMDMA_LINUX_OF_DEVICE_H

#include <linux/device/driver.h>
#include <linux/of.h>
#include <linux/of_platform.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Does @drv's of_match_table have @dev's node? 1 or 0. */
int of_driver_match_device(const struct device *dev, const struct device_driver *drv);

#ifdef __cplusplus
}
#endif
#endif
