/* SPDX-License-Identifier: MIT */
/*
 * Drivers of the platform bus: see driver.h.
 *
 * The order in which things happen is Linux's; one thread does them all.
 *
 * Linux: drivers/base/dd.c, drivers/base/bus.c.
 */
#include <stdarg.h>
#include <string.h>
#include <linux/err.h>
#include <linux/of_device.h>
#include <linux/platform_device.h>

#include "../mm/kernel.h"
#include "devres.h"
#include "driver.h"
#include "pm.h"

static struct drivers *drivers_of(const struct device *dev)
{
	return dev->kernel->drivers;
}

/* ---- who matches whom -------------------------------------------------------------- */

int of_driver_match_device(const struct device *dev, const struct device_driver *drv)
{
	return of_match_device(drv->of_match_table, dev) != NULL;
}

static const struct platform_device_id *match_id(const struct platform_device_id *id,
						 const struct platform_device *pdev)
{
	for (; id && id->name[0]; id++) {
		if (!strcmp(pdev->name, id->name))
			return id;
	}
	return NULL;
}

/* Linux: platform_match(). */
static bool matches(struct platform_device *pdev, const struct platform_driver *drv)
{
	if (pdev->driver_override)
		return !strcmp(pdev->driver_override, drv->driver.name);
	if (of_driver_match_device(&pdev->dev, &drv->driver))
		return true;
	if (!drv->id_table)
		return !strcmp(pdev->name, drv->driver.name);
	pdev->id_entry = match_id(drv->id_table, pdev);
	return pdev->id_entry;
}

/* ---- probing -------------------------------------------------------------------------- */

static int call_probe(struct platform_device *pdev, const struct platform_driver *drv)
{
	int ret = drv->probe ? drv->probe(pdev) : 0;

	if (ret == -EPROBE_DEFER && drv->prevent_deferred_probe) {
		dev_warn(&pdev->dev, "probe deferral not supported\n");
		return -ENXIO;
	}
	return ret;
}

/* It is as if it had never had one. */
static void unbind_cleanup(struct device *dev, const void *site)
{
	struct drivers *d = drivers_of(dev);

	devres_release_all(dev);
	if (d->hooks.cleanup)
		d->hooks.cleanup(dev, site);
	dev->driver = NULL;
	dev->driver_data = NULL;
}

static int configure(struct device *dev, const struct platform_driver *drv)
{
	struct drivers *d = drivers_of(dev);

	if (!d->hooks.configure || dev->is_bound)
		return 0;
	return d->hooks.configure(d->hooks.owner, dev,
				  !d->is_over && !drv->prevent_deferred_probe);
}

static int really_probe(struct platform_device *pdev, struct platform_driver *drv)
{
	struct device *dev = &pdev->dev;
	int ret;

	platform_device_plug(pdev);
	dev->driver = &drv->driver;
	ret = configure(dev, drv);
	if (!ret)
		ret = call_probe(pdev, drv);
	if (ret)
		unbind_cleanup(dev, drv->probe);
	return ret;
}

static void defer(struct drivers *d, struct device *dev)
{
	if (!g_ptr_array_find(d->deferred, dev, NULL))
		g_ptr_array_add(d->deferred, dev);
}

static void trigger(struct drivers *d);

/* 1: it is bound. 0: it is not, and another may try. Or -EPROBE_DEFER. */
static int probe_with(struct platform_device *pdev, struct platform_driver *drv)
{
	struct drivers *d = drivers_of(&pdev->dev);
	int ret;

	pm_probe_begin(&pdev->dev);
	ret = really_probe(pdev, drv);
	pm_probe_end(&pdev->dev);
	switch (ret) {
	case 0:
		g_ptr_array_add(d->bound, &pdev->dev);
		g_ptr_array_remove(d->deferred, &pdev->dev);
		trigger(d);
		return 1;
	case -EPROBE_DEFER:
		defer(d, &pdev->dev);
		return ret;
	case -ENODEV:
	case -ENXIO:
		return 0;
	default:
		dev_err(&pdev->dev, "probe with driver %s failed with error %d\n",
			drv->driver.name, ret);
		return 0;
	}
}

int device_attach(struct device *dev)
{
	struct drivers *d = drivers_of(dev);
	struct platform_device *pdev = to_platform_device(dev);
	int ret = 0;

	if (dev->driver)
		return 1;
	for (guint i = 0; !ret && i < d->drivers->len; i++) {
		struct platform_driver *drv = d->drivers->pdata[i];

		if (matches(pdev, drv))
			ret = probe_with(pdev, drv);
	}
	return ret;
}

/* ---- deferred ones ------------------------------------------------------------------------ */

static void try_all(struct drivers *d)
{
	g_autoptr(GPtrArray) all = g_steal_pointer(&d->deferred);

	d->deferred = g_ptr_array_new();
	for (guint i = 0; i < all->len; i++) {
		if (device_attach(all->pdata[i]) < 0)
			continue;
	}
}

/* Ends, since each round but the last has bound a device. */
static void trigger(struct drivers *d)
{
	d->is_triggered = true;
	if (d->is_trying || !d->is_ready)
		return;
	d->is_trying = true;
	while (d->is_triggered) {
		d->is_triggered = false;
		try_all(d);
	}
	d->is_trying = false;
}

int driver_deferred_probe_check_state(struct device *dev)
{
	return drivers_of(dev)->is_over ? -ENODEV : -EPROBE_DEFER;
}

void drivers_ready(struct kernel *k)
{
	k->drivers->is_ready = true;
	trigger(k->drivers);
}

void drivers_over(struct kernel *k)
{
	k->drivers->is_over = true;
	trigger(k->drivers);
}

/* ---- drivers come and go -------------------------------------------------------------------- */

static void try_devices(struct drivers *d, struct platform_driver *drv)
{
	for (guint i = 0; i < d->devices->len; i++) {
		struct platform_device *pdev = d->devices->pdata[i];

		if (!pdev->dev.driver && matches(pdev, drv))
			probe_with(pdev, drv);
	}
}

static bool is_known(const struct drivers *d, const struct platform_driver *drv)
{
	return g_ptr_array_find(d->drivers, drv, NULL);
}

int platform_driver_register(struct platform_driver *drv)
{
	struct kernel *k = kernel_current();

	if (!k)
		return -ENODEV;
	if (is_known(k->drivers, drv)) {
		pr_err("Error: Driver '%s' is already registered, aborting...\n",
		       drv->driver.name);
		return -EBUSY;
	}
	drv->driver.bus = &platform_bus_type;
	g_ptr_array_add(k->drivers->drivers, drv);
	try_devices(k->drivers, drv);
	return 0;
}

static bool has_devices(const struct drivers *d, const struct platform_driver *drv)
{
	for (guint i = 0; i < d->bound->len; i++) {
		if (((const struct device *)d->bound->pdata[i])->driver == &drv->driver)
			return true;
	}
	return false;
}

int platform_driver_probe(struct platform_driver *drv,
			  int (*probe)(struct platform_device *pdev))
{
	int ret;

	drv->prevent_deferred_probe = true;
	drv->driver.suppress_bind_attrs = true;
	drv->probe = probe;
	ret = platform_driver_register(drv);
	if (ret || has_devices(kernel_current()->drivers, drv))
		return ret;
	platform_driver_unregister(drv);
	return -ENODEV;
}

int driver_for_each_device(struct device_driver *drv, struct device *start, void *data,
			   int (*fn)(struct device *dev, void *))
{
	struct drivers *d = kernel_current()->drivers;
	bool is_on = !start;
	int ret = 0;

	for (guint i = 0; !ret && i < d->bound->len; i++) {
		struct device *dev = d->bound->pdata[i];

		if (is_on && dev->driver == drv)
			ret = fn(dev, data);
		is_on |= dev == start;
	}
	return ret;
}

bool driver_has(const struct device *dev)
{
	return g_ptr_array_find(drivers_of(dev)->bound, dev, NULL);
}

static void release_driver(struct device *dev, const void *site)
{
	struct platform_driver *drv = driver_has(dev) ? to_platform_driver(dev->driver) : NULL;

	if (!drv)
		return;
	if (drv->remove)
		drv->remove(to_platform_device(dev));
	g_ptr_array_remove(drivers_of(dev)->bound, dev);
	unbind_cleanup(dev, site);
}

void device_release_driver(struct device *dev)
{
	release_driver(dev, __builtin_return_address(0));
}

/* The latest bound first. */
static void release_all(struct drivers *d, const struct platform_driver *drv, const void *site)
{
	for (guint i = d->bound->len; i-- > 0;) {
		struct device *dev = d->bound->pdata[i];

		if (dev->driver == &drv->driver)
			release_driver(dev, site);
	}
}

void platform_driver_unregister(struct platform_driver *drv)
{
	struct kernel *k = kernel_current();

	if (!k || WARN(!is_known(k->drivers, drv), "Unexpected driver unregister!"))
		return;
	release_all(k->drivers, drv, __builtin_return_address(0));
	g_ptr_array_remove(k->drivers->drivers, drv);
}

/* ---- the end ------------------------------------------------------------------------------ */

static void shut_down(struct device *dev, const void *site)
{
	struct platform_driver *drv = to_platform_driver(dev->driver);

	if (!drv->driver.suppress_bind_attrs) {
		release_driver(dev, site);
		return;
	}
	pm_runtime_get_noresume(dev);		/* as device_shutdown(): no suspend from here on */
	pm_runtime_barrier(dev);
	if (drv->shutdown)
		drv->shutdown(to_platform_device(dev));
}

void drivers_shutdown(struct kernel *k)
{
	g_autoptr(GPtrArray) bound = g_ptr_array_copy(k->drivers->bound, NULL, NULL);

	for (guint i = bound->len; i-- > 0;) {
		struct device *dev = bound->pdata[i];

		if (dev->driver)
			shut_down(dev, __builtin_return_address(0));
	}
	exitcalls_run(k);
}

void drivers_forget(struct kernel *k)
{
	struct drivers *d = k->drivers;

	for (guint i = d->bound->len; i-- > 0;) {
		struct device *dev = d->bound->pdata[i];

		devres_release_all(dev);
		dev->driver = NULL;
	}
	g_ptr_array_set_size(d->bound, 0);
}

void drivers_init(struct kernel *k)
{
	struct drivers *d = g_new0(struct drivers, 1);

	d->devices = g_ptr_array_new();
	d->drivers = g_ptr_array_new();
	d->bound = g_ptr_array_new();
	d->deferred = g_ptr_array_new();
	k->drivers = d;
}

void drivers_done(struct kernel *k)
{
	struct drivers *d = g_steal_pointer(&k->drivers);

	for (guint i = 0; i < d->devices->len; i++)
		platform_device_free(d->devices->pdata[i]);
	g_ptr_array_unref(d->devices);
	g_ptr_array_unref(d->drivers);
	g_ptr_array_unref(d->bound);
	g_ptr_array_unref(d->deferred);
	g_free(d);
}

/* ---- messages ------------------------------------------------------------------------------- */

const char *dev_driver_string(const struct device *dev)
{
	if (dev->driver)
		return dev->driver->name;
	return dev->bus ? dev->bus->name : "";
}

int dev_err_probe(const struct device *dev, int err, const char *fmt, ...)
{
	struct va_format text = { .fmt = fmt };
	va_list args;

	if (err == -EPROBE_DEFER || err == -ENOMEM)
		return err;
	va_start(args, fmt);
	text.va = &args;
	dev_err(dev, "error %pe: %pV", ERR_PTR(err), (void *)&text);
	va_end(args);
	return err;
}
