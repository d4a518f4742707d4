/* SPDX-License-Identifier: MIT */
/* For who takes a driver away: the harness. Linux: drivers/base/base.h. */
#ifndef LIB_BASE_DEVRES_H
#define LIB_BASE_DEVRES_H

struct device;

/* Give back all that @dev's driver has, the latest first. Return: how much that was. */
int devres_release_all(struct device *dev);
/* The device is freed: notes that were added since are too, and nothing is called. */
void devres_forget_all(struct device *dev);

#endif
