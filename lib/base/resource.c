/* SPDX-License-Identifier: MIT */
/*
 * Who has asked for which registers; and mapping them for a driver's life.
 *
 * Linux: kernel/resource.c, lib/devres.c.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/ioport.h>

#include "../mm/kernel.h"
#include "driver.h"

static bool is_taken(const struct kernel *k, const struct resource *r)
{
	for (guint i = 0; k->regions && i < k->regions->len; i++) {
		if (resource_overlaps(k->regions->pdata[i], r))
			return true;
	}
	return false;
}

struct resource *request_mem_region(resource_size_t start, resource_size_t n, const char *name)
{
	struct resource r = DEFINE_RES_MEM_NAMED(start, n, name);
	struct kernel *k = kernel_current();
	struct resource *mine;

	if (!k || !n || is_taken(k, &r) || kernel_fails(k))
		return NULL;
	mine = g_new(struct resource, 1);
	*mine = r;
	if (!k->regions)
		k->regions = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(k->regions, mine);
	return mine;
}

void release_mem_region(resource_size_t start, resource_size_t n)
{
	struct kernel *k = kernel_current();

	for (guint i = 0; k && k->regions && i < k->regions->len; i++) {
		const struct resource *r = k->regions->pdata[i];

		if (r->start == start && resource_size(r) == n) {
			g_ptr_array_remove_index(k->regions, i);
			return;
		}
	}
	WARN(1, "Trying to free nonexistent resource <%016llx-%016llx>",
	     (unsigned long long)start, (unsigned long long)(start + n - 1));
}

void regions_done(struct kernel *k)
{
	g_clear_pointer(&k->regions, g_ptr_array_unref);
}

/* ---- for a driver's life ---------------------------------------------------------------- */

struct region {
	resource_size_t start, n;
};

static void devm_region_release(struct device *dev, void *res)
{
	const struct region *r = res;

	(void)dev;
	release_mem_region(r->start, r->n);
}

static int is_same_region(struct device *dev, void *res, void *data)
{
	const struct region *r = res, *asked = data;

	(void)dev;
	return r->start == asked->start && r->n == asked->n;
}

struct resource *devm_request_mem_region(struct device *dev, resource_size_t start,
					 resource_size_t n, const char *name)
{
	struct region *note = devres_alloc(devm_region_release, sizeof(*note), GFP_KERNEL);
	struct resource *r = note ? request_mem_region(start, n, name) : NULL;

	if (!r) {
		devres_free(note);
		return NULL;
	}
	*note = (struct region){ start, n };
	devres_add(dev, note);
	return r;
}

void devm_release_mem_region(struct device *dev, resource_size_t start, resource_size_t n)
{
	struct region asked = { start, n };

	WARN_ON(devres_release(dev, devm_region_release, is_same_region, &asked));
}

struct mapping {
	volatile void __iomem *p;
};

static void devm_ioremap_release(struct device *dev, void *res)
{
	(void)dev;
	iounmap(((const struct mapping *)res)->p);
}

static int is_same_mapping(struct device *dev, void *res, void *data)
{
	(void)dev;
	return ((const struct mapping *)res)->p == ((const struct mapping *)data)->p;
}

typedef void __iomem *(*map_fn)(phys_addr_t pa, size_t size);

static void __iomem *map(struct device *dev, resource_size_t offset, resource_size_t size,
			 map_fn how)
{
	struct mapping *note = devres_alloc(devm_ioremap_release, sizeof(*note), GFP_KERNEL);
	void __iomem *p = note ? how(offset, size) : NULL;

	if (!p) {
		devres_free(note);
		return NULL;
	}
	note->p = p;
	devres_add(dev, note);
	return p;
}

void __iomem *devm_ioremap(struct device *dev, resource_size_t offset, resource_size_t size)
{
	return map(dev, offset, size, ioremap);
}

void __iomem *devm_ioremap_wc(struct device *dev, resource_size_t offset, resource_size_t size)
{
	return map(dev, offset, size, ioremap_wc);
}

void devm_iounmap(struct device *dev, volatile void __iomem *p)
{
	struct mapping asked = { p };

	WARN_ON(devres_release(dev, devm_ioremap_release, is_same_mapping, &asked));
}

static void __iomem *refuse(struct device *dev, int err, const char *why,
			    const struct resource *res)
{
	return (void __iomem *)ERR_PTR(dev_err_probe(dev, err, "%s %pR\n", why, (void *)res));
}

void __iomem *devm_ioremap_resource(struct device *dev, const struct resource *res)
{
	resource_size_t size;
	void __iomem *p;

	if (!res || resource_type(res) != IORESOURCE_MEM)
		return refuse(dev, -EINVAL, "invalid resource", res);
	size = resource_size(res);
	if (!devm_request_mem_region(dev, res->start, size, res->name))
		return refuse(dev, -EBUSY, "can't request region for resource", res);
	p = devm_ioremap(dev, res->start, size);
	if (p)
		return p;
	devm_release_mem_region(dev, res->start, size);
	return refuse(dev, -ENOMEM, "ioremap failed for resource", res);
}
