/* SPDX-License-Identifier: MIT */
/*
 * The platform bus: devices of the board's tree, and drivers that take them.
 *
 *	node --harness_start()--> struct platform_device --match--> ->probe(pdev)
 *	      compatible                                  of_match_table
 *	      reg, interrupts --> platform_get_resource(), platform_get_irq()
 *
 * Every available node that the CPU's bus reaches and that has a compatible is a device,
 * and so is what the harness makes (<armdma/harness.h>): to_platform_device() of it works.
 * Where a driver registers, it is tried on each device that has none, in the tree's order.
 * Before ->probe the device is behind its IOMMU. What returns -EPROBE_DEFER is tried again
 * each time another device has got its driver. A driver goes, with ->remove, the latest
 * first, when harness_finish() is called, the device is unbound, or it unregisters.
 *
 * Context: process, one thread at a time.
 *
 * Leaves out: sysfs, uevents; ->suspend and ->resume are not called (@driver.pm is).
 * Source: include/linux/platform_device.h, drivers/base/platform.c.
 */
#ifndef _ARMDMA_LINUX_PLATFORM_DEVICE_H
#define _ARMDMA_LINUX_PLATFORM_DEVICE_H

#include <linux/container_of.h>
#include <linux/device.h>
#include <linux/init.h>
#include <linux/ioport.h>
#include <linux/property.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PLATFORM_DEVID_NONE	(-1)
#define PLATFORM_DEVID_AUTO	(-2)

extern const struct bus_type platform_bus_type;

/**
 * struct platform_device - one device
 * @name:     of a device of the tree as dev_name() has it: "13620000.sysmmu"
 * @platform_dma_mask, @dma_parms: where dev.dma_mask and dev.dma_parms point
 * @num_resources, @resource: of a device of the tree its reg; lines are asked of the tree
 * @id_entry: of the driver's id_table, by which it matched
 * @driver_override: NULL, or the name of the one driver that may have it
 */
struct platform_device {
	const char *name;
	int id;
	struct device dev;
	u64 platform_dma_mask;
	struct device_dma_parameters dma_parms;
	u32 num_resources;
	struct resource *resource;
	const struct platform_device_id *id_entry;
	const char *driver_override;
};

/**
 * struct platform_driver - what takes them
 * @probe:    0: it has the device; -EPROBE_DEFER: later; -ENODEV, -ENXIO: it is none of
 *            its own; other errors are said
 * @remove:   it is given back; what devm_*() made goes after it
 * @shutdown: the machine halts, and the driver stays: see suppress_bind_attrs
 * @id_table: by name, where no of_match_table has it; or NULL
 * @prevent_deferred_probe: -EPROBE_DEFER becomes -ENXIO
 * @driver_managed_dma: the driver maps for itself: no default domain is claimed
 */
struct platform_driver {
	int (*probe)(struct platform_device *pdev);
	union {
		void (*remove)(struct platform_device *pdev);
		void (*remove_new)(struct platform_device *pdev);
	};
	void (*shutdown)(struct platform_device *pdev);
	struct device_driver driver;
	const struct platform_device_id *id_table;
	bool prevent_deferred_probe;
	bool driver_managed_dma;
};

#define to_platform_device(d)	container_of((d), struct platform_device, dev)
#define to_platform_driver(drv)	container_of((drv), struct platform_driver, driver)

/**
 * platform_driver_register() - look for its devices, now and as others come
 * platform_driver_probe() - the same with that ->probe, which must not defer; later
 *                           devices are not looked for
 * platform_driver_unregister() - give its devices back, and be gone
 *
 * Return: 0; -EBUSY: it is registered, or has no ->probe; -ENODEV: no machine runs; of the
 * second also: it has found none.
 */
int platform_driver_register(struct platform_driver *drv);
int platform_driver_probe(struct platform_driver *drv,
			  int (*probe)(struct platform_device *pdev));
void platform_driver_unregister(struct platform_driver *drv);

#define builtin_platform_driver(__platform_driver) \
	builtin_driver(__platform_driver, platform_driver_register)
#define module_platform_driver(__platform_driver) \
	module_driver(__platform_driver, platform_driver_register, \
		      platform_driver_unregister)
#define builtin_platform_driver_probe(__platform_driver, __platform_probe)	\
static int __init __platform_driver##_init(void)				\
{										\
	return platform_driver_probe(&(__platform_driver), __platform_probe);	\
}										\
device_initcall(__platform_driver##_init)
#define module_platform_driver_probe(__platform_driver, __platform_probe)	\
static int __init __platform_driver##_init(void)				\
{										\
	return platform_driver_probe(&(__platform_driver), __platform_probe);	\
}										\
module_init(__platform_driver##_init);						\
static void __exit __platform_driver##_exit(void)				\
{										\
	platform_driver_unregister(&(__platform_driver));			\
}										\
module_exit(__platform_driver##_exit)

static inline void *platform_get_drvdata(const struct platform_device *pdev)
{
	return dev_get_drvdata(&pdev->dev);
}

static inline void platform_set_drvdata(struct platform_device *pdev, void *data)
{
	dev_set_drvdata(&pdev->dev, data);
}

static inline const struct platform_device_id *
platform_get_device_id(const struct platform_device *pdev)
{
	return pdev->id_entry;
}

/** One holder more or fewer, as of_find_device_by_node() made one. NULL is fine. */
static inline void platform_device_put(struct platform_device *pdev)
{
	if (pdev)
		put_device(&pdev->dev);
}

/* ---- what it has: NULL or a negative errno where there is no such thing ------------- */

/** @type: IORESOURCE_MEM; @num: of those */
struct resource *platform_get_resource(struct platform_device *pdev, unsigned int type,
				       unsigned int num);
/** By reg-names. */
struct resource *platform_get_resource_byname(struct platform_device *pdev, unsigned int type,
					      const char *name);
/**
 * devm_platform_ioremap_resource() - registers @index, mapped for the driver's life
 *
 * Return: or ERR_PTR(): -EINVAL: there are none; -EBUSY: another driver has them; -ENOMEM.
 */
void __iomem *devm_platform_ioremap_resource(struct platform_device *pdev,
					     unsigned int index);
void __iomem *devm_platform_ioremap_resource_byname(struct platform_device *pdev,
						    const char *name);
/** @res: NULL, or filled in */
void __iomem *devm_platform_get_and_ioremap_resource(struct platform_device *pdev,
						     unsigned int index,
						     struct resource **res);

/**
 * platform_get_irq() - the number of its interrupt @num, for request_irq()
 *
 * Return: more than 0; -ENXIO: it has none; others of of_irq_get(). It says so, where the
 * _optional ones do not.
 */
int platform_get_irq(struct platform_device *pdev, unsigned int num);
int platform_get_irq_optional(struct platform_device *pdev, unsigned int num);
int platform_get_irq_byname(struct platform_device *pdev, const char *name);
int platform_get_irq_byname_optional(struct platform_device *pdev, const char *name);
int platform_irq_count(struct platform_device *pdev);

#ifdef __cplusplus
}
#endif
#endif
