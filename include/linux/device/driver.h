/* SPDX-License-Identifier: MIT */
/*
 * A driver, as every bus has it. Those of the platform bus are all that there are:
 * <linux/platform_device.h>.
 *
 * Leaves out: sysfs, asynchronous probing, other buses.
 * Source: include/linux/device/driver.h.
 */
#ifndef _ARMDMA_LINUX_DEVICE_DRIVER_H
#define _ARMDMA_LINUX_DEVICE_DRIVER_H

#include <linux/compiler.h>
#include <linux/mod_devicetable.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct acpi_device_id;
struct attribute_group;
struct bus_type;
struct dev_pm_ops;
struct device;
struct module;

/** Probing is always synchronous, whatever a driver prefers. */
enum probe_type {
	PROBE_DEFAULT_STRATEGY,
	PROBE_PREFER_ASYNCHRONOUS,
	PROBE_FORCE_SYNCHRONOUS,
};

/**
 * struct device_driver - what a bus knows of a driver
 * @name:           for messages, and for devices that match by name
 * @bus:            set when it registers
 * @suppress_bind_attrs: it is never unbound: ->shutdown, if it has one, is its end
 * @of_match_table: the nodes that are its own, or NULL
 * @pm:             power management, <linux/pm.h>, or NULL
 *
 * @owner, @mod_name, @probe_type, @acpi_match_table, @groups, @dev_groups are taken, and
 * nobody looks at them.
 */
struct device_driver {
	const char *name;
	const struct bus_type *bus;
	struct module *owner;
	const char *mod_name;
	bool suppress_bind_attrs;
	enum probe_type probe_type;
	const struct of_device_id *of_match_table;
	const struct acpi_device_id *acpi_match_table;
	const struct attribute_group **groups;
	const struct attribute_group **dev_groups;
	const struct dev_pm_ops *pm;
};

/**
 * driver_for_each_device() - @fn for each device that @drv is bound to, in the order of
 * binding
 * @start: after this one; NULL: from the first
 *
 * Return: 0, or what @fn returned first that is not.
 */
int __must_check driver_for_each_device(struct device_driver *drv, struct device *start,
					void *data, int (*fn)(struct device *dev, void *));

/** A file of a driver that is nothing but registering and unregistering. */
#define module_driver(__driver, __register, __unregister, ...)		\
static int __init __driver##_init(void)					\
{									\
	return __register(&(__driver), ##__VA_ARGS__);			\
}									\
module_init(__driver##_init);						\
static void __exit __driver##_exit(void)				\
{									\
	__unregister(&(__driver), ##__VA_ARGS__);			\
}									\
module_exit(__driver##_exit)

#define builtin_driver(__driver, __register, ...)			\
static int __init __driver##_init(void)					\
{									\
	return __register(&(__driver), ##__VA_ARGS__);			\
}									\
device_initcall(__driver##_init)

/**
 * driver_deferred_probe_check_state() - what a driver returns that a supplier is missing
 *
 * Return: -EPROBE_DEFER while drivers may still register; -ENODEV once all that there are
 * have: then it is not worth waiting.
 */
int driver_deferred_probe_check_state(struct device *dev);

#ifdef __cplusplus
}
#endif
#endif
