/* SPDX-License-Identifier: MIT */
/*
 * Platform devices: one of each node that memory-mapped devices are, and what a driver
 * asks of it.
 *
 * Linux makes devices of the children of the root and of buses that are compatible with
 * "simple-bus" and the like; drivers of other buses (ti,sysc, a USB wrapper) make those of
 * their own children. Here there is no such driver to wait for: every child of a bus that
 * passes addresses on is a device at once.
 *
 * Leaves out: devices made by board files.
 * Linux: drivers/of/platform.c, drivers/base/platform.c.
 */
#include <string.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/of_address.h>
#include <linux/of_irq.h>
#include <linux/of_platform.h>
#include <linux/platform_device.h>

#include "../mm/kernel.h"
#include "driver.h"
#include "of.h"
#include "pm.h"

/* ---- names --------------------------------------------------------------------------- */

/* "1c0f000.mmc"; without registers "soc:thermal". Linux: of_device_make_bus_id(). */
static char *name_of(struct device_node *np)
{
	g_autofree char *tail = g_strdup("");

	for (; np->parent; np = np->parent) {
		const __be32 *reg = of_get_address(np, 0, NULL, NULL);
		u64 pa = reg ? of_translate_address(np, reg) : OF_BAD_ADDR;
		const char *sep = *tail ? ":" : "";
		char *longer;

		if (pa != OF_BAD_ADDR)
			return g_strdup_printf("%llx.%s%s%s", (unsigned long long)pa, np->name,
					       sep, tail);
		longer = g_strconcat(np->full_name, sep, tail, NULL);
		g_free(tail);
		tail = longer;
	}
	return g_steal_pointer(&tail);
}

/* ---- making them ------------------------------------------------------------------------ */

static void read_resources(struct platform_device *pdev, struct device_node *np)
{
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(struct resource));
	struct resource r;

	for (int i = 0; !of_address_to_resource(np, i, &r); i++)
		g_array_append_val(all, r);
	pdev->num_resources = all->len;
	pdev->resource = (struct resource *)(void *)g_array_free(g_steal_pointer(&all), FALSE);
}

static struct device *parent_of(struct kernel *k, const struct device_node *np)
{
	for (np = np->parent; np; np = np->parent) {
		struct platform_device *pdev = platform_device_of(k, np);

		if (pdev)
			return &pdev->dev;
	}
	return NULL;
}

struct platform_device *platform_device_new(struct kernel *k, const char *name,
					    struct device_node *np)
{
	struct platform_device *pdev = g_new0(struct platform_device, 1);
	struct device *dev = &pdev->dev;

	dev->init_name = name ? g_strdup(name) : name_of(np);
	pdev->name = dev->init_name;
	pdev->id = PLATFORM_DEVID_NONE;
	pdev->platform_dma_mask = DMA_BIT_MASK(32);
	dev->dma_mask = &pdev->platform_dma_mask;
	dev->coherent_dma_mask = DMA_BIT_MASK(32);
	dev->dma_parms = &pdev->dma_parms;
	dev->kernel = k;
	dev->bus = &platform_bus_type;
	device_initialize(dev);
	if (!np)
		return pdev;
	dev->of_node = np;
	dev->parent = parent_of(k, np);
	np->fwnode.dev = dev;
	read_resources(pdev, np);
	return pdev;
}

void platform_device_free(struct platform_device *pdev)
{
	pm_forget(&pdev->dev);
	if (pdev->dev.of_node)
		pdev->dev.of_node->fwnode.dev = NULL;
	g_free(pdev->resource);
	g_free((char *)(uintptr_t)pdev->dev.init_name);
	g_free(pdev);
}

struct platform_device *platform_device_of(struct kernel *k, const struct device_node *np)
{
	(void)k;
	return np && np->fwnode.dev ? to_platform_device(np->fwnode.dev) : NULL;
}

void platform_device_plug(struct platform_device *pdev)
{
	const struct driver_hooks *hooks = &pdev->dev.kernel->drivers->hooks;

	if (!pdev->dev.master && hooks->plug)
		hooks->plug(hooks->owner, pdev);
}

/* ---- which nodes are devices -------------------------------------------------------------- */

static bool all_are_available(const struct device_node *np)
{
	for (; np; np = np->parent) {
		if (!of_device_is_available(np))
			return false;
	}
	return true;
}

/* Do its children have addresses, or none to be had? */
static bool is_bus(const struct device_node *np)
{
	static const char *const simple[] = {
		"simple-bus", "simple-mfd", "isa", "arm,amba-bus", "simple-pm-bus", NULL
	};

	if (of_node_is_root(np))
		return true;
	if (of_node_is_type(np, "pci") || of_node_name_eq(np, "reserved-memory"))
		return false;
	return of_property_present(np, "ranges") || of_device_compatible_match(np, simple) > 0;
}

static bool is_device(const struct device_node *np)
{
	if (!np->parent || !all_are_available(np))
		return false;
	return np->data || (of_property_present(np, "compatible") && is_bus(np->parent));
}

void drivers_populate(struct kernel *k, const struct driver_hooks *hooks)
{
	struct device_node *np;

	k->drivers->hooks = *hooks;
	for_each_of_allnodes(np) {
		if (is_device(np))
			g_ptr_array_add(k->drivers->devices,
					platform_device_new(k, of_board_name(np), np));
	}
}

struct platform_device *of_find_device_by_node(struct device_node *np)
{
	struct kernel *k = kernel_current();
	struct platform_device *pdev = k ? platform_device_of(k, np) : NULL;

	if (pdev)
		get_device(&pdev->dev);
	return pdev;
}

/* ---- registers ------------------------------------------------------------------------------ */

struct resource *platform_get_resource(struct platform_device *pdev, unsigned int type,
				       unsigned int num)
{
	for (u32 i = 0; i < pdev->num_resources; i++) {
		struct resource *r = &pdev->resource[i];

		if (resource_type(r) == type && !num--)
			return r;
	}
	return NULL;
}

struct resource *platform_get_resource_byname(struct platform_device *pdev, unsigned int type,
					      const char *name)
{
	for (u32 i = 0; i < pdev->num_resources; i++) {
		struct resource *r = &pdev->resource[i];

		if (r->name && resource_type(r) == type && !strcmp(r->name, name))
			return r;
	}
	return NULL;
}

void __iomem *devm_platform_get_and_ioremap_resource(struct platform_device *pdev,
						     unsigned int index, struct resource **res)
{
	struct resource *r = platform_get_resource(pdev, IORESOURCE_MEM, index);

	if (res)
		*res = r;
	return devm_ioremap_resource(&pdev->dev, r);
}

void __iomem *devm_platform_ioremap_resource(struct platform_device *pdev, unsigned int index)
{
	return devm_platform_get_and_ioremap_resource(pdev, index, NULL);
}

void __iomem *devm_platform_ioremap_resource_byname(struct platform_device *pdev,
						    const char *name)
{
	return devm_ioremap_resource(&pdev->dev,
				     platform_get_resource_byname(pdev, IORESOURCE_MEM, name));
}

/* ---- interrupts --------------------------------------------------------------------------- */

int platform_get_irq_optional(struct platform_device *pdev, unsigned int num)
{
	const struct resource *r;
	int ret = -EINVAL;

	if (pdev->dev.of_node)
		ret = of_irq_get(pdev->dev.of_node, (int)num);
	if (ret > 0 || ret == -EPROBE_DEFER || ret == -ENOSPC)
		return ret;
	r = platform_get_resource(pdev, IORESOURCE_IRQ, num);
	return r ? (int)r->start : -ENXIO;
}

int platform_get_irq(struct platform_device *pdev, unsigned int num)
{
	int ret = platform_get_irq_optional(pdev, num);

	if (ret < 0)
		return dev_err_probe(&pdev->dev, ret, "IRQ index %u not found\n", num);
	return ret;
}

int platform_get_irq_byname_optional(struct platform_device *pdev, const char *name)
{
	const struct resource *r;
	int ret = -EINVAL;

	if (pdev->dev.of_node)
		ret = of_irq_get_byname(pdev->dev.of_node, name);
	if (ret > 0 || ret == -EPROBE_DEFER || ret == -ENOSPC)
		return ret;
	r = platform_get_resource_byname(pdev, IORESOURCE_IRQ, name);
	return r ? (int)r->start : -ENXIO;
}

int platform_get_irq_byname(struct platform_device *pdev, const char *name)
{
	int ret = platform_get_irq_byname_optional(pdev, name);

	if (ret < 0)
		return dev_err_probe(&pdev->dev, ret, "IRQ %s not found\n", name);
	return ret;
}

int platform_irq_count(struct platform_device *pdev)
{
	int nr = 0, ret;

	while ((ret = platform_get_irq_optional(pdev, (unsigned)nr)) >= 0)
		nr++;
	return ret == -EPROBE_DEFER ? ret : nr;
}
