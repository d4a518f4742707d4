/* SPDX-License-Identifier: MIT */
/*
 * Devices that a driver or a test makes by itself; the harness makes the others.
 *
 *	device_register()   a port on the root bus, a holder     struct device of theirs
 *	device_del()        the driver is gone
 *	put_device()        the last: the port is gone, ->release
 *
 * Leaves out: sysfs, classes, parents' children, and a bus that looks for drivers.
 * Linux: drivers/base/core.c.
 */
#include <stdarg.h>
#include <linux/atomic.h>
#include <linux/device.h>
#include <linux/dma-map-ops.h>
#include <linux/errno.h>
#include <armdma/master.h>

#include "base/devres.h"
#include "base/driver.h"
#include "base/pm.h"
#include "harness-device.h"
#include "dma/dma.h"
#include "iommu/core.h"

int dev_set_name(struct device *dev, const char *fmt, ...)
{
	va_list args;

	g_free(dev->name);
	va_start(args, fmt);
	dev->name = kernel_vasprintf(fmt, args);
	va_end(args);
	return 0;
}

void device_initialize(struct device *dev)
{
	atomic_set(&dev->refcount, 1);
}

int device_add(struct device *dev)
{
	struct kernel *k = kernel_current();

	if (!dev->init_name && !dev->name)
		return -EINVAL;
	if (!k)
		return -ENODEV;
	dev->kernel = k;
	dev->master = master_new(k->port.machine, &(struct master_config){
		.name = dev_name(dev),
	});
	dev->is_own_master = true;
	iommu_bus_add_device(dev);
	return device_bind(dev, false, false);
}

int device_register(struct device *dev)
{
	device_initialize(dev);
	return device_add(dev);
}

int device_bind(struct device *dev, bool is_coherent, bool may_wait)
{
	int ret;

	if (dev->is_bound)
		return 0;
	pm_bind(dev);
	ret = iommu_dma_configure(dev);
	if (ret == -EPROBE_DEFER && may_wait) {
		iommu_dma_unconfigure(dev);
		return ret;
	}
	arch_setup_dma_ops(dev, is_coherent);
	if (!dev->driver)
		pm_hold_suppliers(dev);
	kernel_note(dev->kernel, &(struct ledger_note){
		.kind = LEDGER_DEVICE_BOUND, .dev = dev,
	});
	return 0;
}

void device_cleanup(struct device *dev, const void *site)
{
	/* First: what it leaves behind is its own doing, not that of the rest. */
	kernel_note(dev->kernel, &(struct ledger_note){
		.kind = LEDGER_DEVICE_GONE, .dev = dev, .site = site,
	});
	arch_teardown_dma_ops(dev);
	iommu_dma_unconfigure(dev);
	pm_unbind(dev);
}

void device_unbind(struct device *dev, const void *site)
{
	if (driver_has(dev)) {
		device_release_driver(dev);
		return;
	}
	devres_release_all(dev);
	device_cleanup(dev, site);
}

static void leave(struct device *dev, const void *site)
{
	device_unbind(dev, site);
	iommu_bus_remove_device(dev);
}

void device_del(struct device *dev)
{
	leave(dev, __builtin_return_address(0));
}

void device_unregister(struct device *dev)
{
	leave(dev, __builtin_return_address(0));
	put_device(dev);
}

struct device *get_device(struct device *dev)
{
	if (dev)
		atomic_inc(&dev->refcount);
	return dev;
}

static void let_go(struct device *dev)
{
	if (dev->kernel)
		devres_forget_all(dev);
	iommu_bus_remove_device(dev);
	pm_forget(dev);
	if (dev->is_own_master)
		master_free(dev->master);
	dev->is_own_master = false;
	dev->master = NULL;
	g_free(dev->name);
	dev->name = NULL;
	if (dev->release)
		dev->release(dev);
}

void put_device(struct device *dev)
{
	if (dev && atomic_dec_and_test(&dev->refcount))
		let_go(dev);
}
