/* SPDX-License-Identifier: MIT */
/*
 * Devices, drivers, and how they meet.
 *
 *	driver.c      matching, probing, deferring; the devices of the tree
 *	platform.c    what a driver asks of its device
 *	initcall.c    when drivers register
 *
 *	unbound --really_probe()--> bound --device_release_driver()--> unbound
 *	           | -EPROBE_DEFER    |
 *	        deferred <------------'  each binding tries the deferred ones again
 *
 * Linux: drivers/base/dd.c, drivers/base/platform.c, drivers/of/platform.c.
 */
#ifndef LIB_BASE_DRIVER_H
#define LIB_BASE_DRIVER_H

#include <glib.h>
#include <linux/platform_device.h>

struct kernel;

/**
 * struct driver_hooks - what lies above: ports on the bus, IOMMUs, mapping operations
 * @owner: told to the first two
 * @plug:  @pdev gets its port; once, before anybody uses it
 * @configure: what maps for @dev is set up; 0, or -EPROBE_DEFER: its IOMMU is not there yet.
 *         @may_wait: else what is not there by now counts as never
 * @cleanup: the driver is gone: what it left mapped, too
 */
struct driver_hooks {
	void *owner;
	void (*plug)(void *owner, struct platform_device *pdev);
	int (*configure)(void *owner, struct device *dev, bool may_wait);
	void (*cleanup)(struct device *dev, const void *site);
};

/**
 * struct drivers - of one machine
 * @devices:  of struct platform_device *, in the tree's order
 * @drivers:  of struct platform_driver *, as they registered
 * @bound:    of struct device *, in the order of binding
 * @deferred: of struct device *: to be probed again
 * @is_triggered: while @deferred is being tried, somebody bound
 * @is_trying: it is
 * @is_ready: initcalls have run: deferred ones are tried
 * @is_over:  who is not there will not come
 * @module_error, @has_exits: initcall.c's
 */
struct drivers {
	struct driver_hooks hooks;
	GPtrArray *devices;
	GPtrArray *drivers;
	GPtrArray *bound;
	GPtrArray *deferred;
	bool is_triggered, is_trying, is_ready, is_over;
	int module_error;
	bool has_exits;
};

void drivers_init(struct kernel *k);
void drivers_done(struct kernel *k);

/* A device of every node that is one. Before any driver registers. */
void drivers_populate(struct kernel *k, const struct driver_hooks *hooks);
/* All that register at start have: deferred ones are tried, and from now on at once. */
void drivers_ready(struct kernel *k);
/* And whoever still waits waits in vain: it is tried once more, without. */
void drivers_over(struct kernel *k);
/* Every driver goes, the latest bound first, or is told to shut down where it never goes. */
void drivers_shutdown(struct kernel *k);
/* What drivers that stayed have left is freed. */
void drivers_forget(struct kernel *k);

/* A device of a node, or of none; not plugged. Or the one that @np has. */
struct platform_device *platform_device_new(struct kernel *k, const char *name,
					    struct device_node *np);
void platform_device_free(struct platform_device *pdev);
struct platform_device *platform_device_of(struct kernel *k, const struct device_node *np);

/* Is a driver bound that registered? A test may be @dev's driver without. */
bool driver_has(const struct device *dev);

/* Its port, if it has none yet. */
void platform_device_plug(struct platform_device *pdev);

/* initcall.c */
void initcalls_run(struct kernel *k);
void exitcalls_run(struct kernel *k);

/* resource.c */
void regions_done(struct kernel *k);

#endif
