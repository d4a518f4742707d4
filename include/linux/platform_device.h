/* SPDX-License-Identifier: MIT */
/*
 * The shape of a platform driver, so that its tables compile. No bus matches
 * devices to drivers: the test calls probe().
 */
#ifndef _ARMDMA_LINUX_PLATFORM_DEVICE_H
#define _ARMDMA_LINUX_PLATFORM_DEVICE_H

#include <linux/container_of.h>
#include <linux/device.h>

extern const struct bus_type platform_bus_type;

struct platform_device {
	const char *name;
	int id;
	struct device dev;
};

struct device_driver {
	const char *name;
	const struct dev_pm_ops *pm;
};

struct platform_driver {
	int (*probe)(struct platform_device *pdev);
	void (*remove)(struct platform_device *pdev);
	struct device_driver driver;
};

#define to_platform_device(d)	container_of(d, struct platform_device, dev)

static inline void *platform_get_drvdata(const struct platform_device *pdev)
{
	return dev_get_drvdata(&pdev->dev);
}

static inline void platform_set_drvdata(struct platform_device *pdev, void *data)
{
	dev_set_drvdata(&pdev->dev, data);
}

#endif
