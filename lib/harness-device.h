/* SPDX-License-Identifier: MIT */
/* For who takes a driver away: devices that go, and the harness. */
#ifndef LIB_HARNESS_DEVICE_H
#define LIB_HARNESS_DEVICE_H

struct device;

/* Its managed resources are given back, and the ledger hears that it is gone. */
void device_unbind(struct device *dev, const void *site);

#endif
