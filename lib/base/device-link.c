/* SPDX-License-Identifier: MIT */
/*
 * Links between devices: consumers need suppliers.
 *
 * Leaves out: probing in the order of links, sync_state(): of a managed link that matters
 * here when it goes, and to runtime PM and the system's sleep.
 * Linux: drivers/base/core.c.
 */
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/slab.h>

#include "../mm/kernel.h"
#include "pm.h"

#define MANAGED (DL_FLAG_AUTOREMOVE_CONSUMER | DL_FLAG_AUTOREMOVE_SUPPLIER | \
		 DL_FLAG_AUTOPROBE_CONSUMER | DL_FLAG_SYNC_STATE_ONLY | DL_FLAG_INFERRED | \
		 DL_FLAG_CYCLE)
#define AUTOREMOVE (DL_FLAG_AUTOREMOVE_CONSUMER | DL_FLAG_AUTOREMOVE_SUPPLIER)
#define VALID (MANAGED | DL_FLAG_STATELESS | DL_FLAG_PM_RUNTIME | DL_FLAG_RPM_ACTIVE)

static struct dev_links_info *links_of(struct device *dev)
{
	if (!dev->links.suppliers.next) {
		INIT_LIST_HEAD(&dev->links.suppliers);
		INIT_LIST_HEAD(&dev->links.consumers);
	}
	return &dev->links;
}

static struct mutex *lock_of(struct device *dev)
{
	struct pm_core *core = pm_core(dev->kernel ? dev->kernel : kernel_current());

	return core ? &core->link_lock : NULL;
}

/* Does @dev need @target, by whatever way? */
static bool needs(struct device *dev, const struct device *target)
{
	struct device_link *link;

	if (dev == target)
		return true;
	if (dev->parent && needs(dev->parent, target))
		return true;
	list_for_each_entry(link, &links_of(dev)->suppliers, c_node)
		if (needs(link->supplier, target))
			return true;
	return false;
}

static bool flags_are_valid(u32 flags)
{
	if (flags & ~VALID)
		return false;
	if (flags & DL_FLAG_STATELESS && flags & MANAGED)
		return false;
	return !(flags & DL_FLAG_AUTOPROBE_CONSUMER && flags & AUTOREMOVE);
}

static struct device_link *find(struct device *consumer, struct device *supplier)
{
	struct device_link *link;

	list_for_each_entry(link, &links_of(supplier)->consumers, s_node)
		if (link->consumer == consumer)
			return link;
	return NULL;
}

/* A link that is there already: what @flags want beside. */
static void widen(struct device_link *link, u32 flags)
{
	if (flags & DL_FLAG_PM_RUNTIME && !(link->flags & DL_FLAG_PM_RUNTIME)) {
		pm_of(link->consumer)->links_count++;
		link->flags |= DL_FLAG_PM_RUNTIME;
	}
	if (flags & DL_FLAG_STATELESS) {
		kref_get(&link->kref);
		link->flags |= DL_FLAG_STATELESS;
		return;
	}
	if (flags & DL_FLAG_AUTOREMOVE_SUPPLIER && link->flags & DL_FLAG_AUTOREMOVE_CONSUMER)
		link->flags = (link->flags & ~AUTOREMOVE) | DL_FLAG_AUTOREMOVE_SUPPLIER;
	else if (!(flags & AUTOREMOVE))
		link->flags &= ~AUTOREMOVE;
	if (!(link->flags & DL_FLAG_MANAGED))
		kref_get(&link->kref);
	link->flags |= DL_FLAG_MANAGED;
}

static struct device_link *create(struct device *consumer, struct device *supplier, u32 flags)
{
	struct device_link *link = calloc(1, sizeof(*link));

	if (!link)
		return NULL;
	*link = (struct device_link){
		.supplier = get_device(supplier), .consumer = get_device(consumer),
		.flags = flags,
	};
	kref_init(&link->kref);
	if (flags & DL_FLAG_PM_RUNTIME)
		pm_of(consumer)->links_count++;
	list_add_tail(&link->s_node, &links_of(supplier)->consumers);
	list_add_tail(&link->c_node, &links_of(consumer)->suppliers);
	return link;
}

static struct device_link *get_link(struct device *consumer, struct device *supplier, u32 flags)
{
	struct device_link *link;

	if (!(flags & DL_FLAG_SYNC_STATE_ONLY) && needs(supplier, consumer))
		return NULL;
	link = find(consumer, supplier);
	if (link)
		widen(link, flags);
	else
		link = create(consumer, supplier, flags);
	if (link && flags & DL_FLAG_PM_RUNTIME && flags & DL_FLAG_RPM_ACTIVE)
		link->rpm_active++;
	return link;
}

struct device_link *device_link_add(struct device *consumer, struct device *supplier, u32 flags)
{
	bool is_held = flags & DL_FLAG_PM_RUNTIME && flags & DL_FLAG_RPM_ACTIVE;
	struct device_link *link = NULL;
	struct mutex *lock;

	if (!consumer || !supplier || consumer == supplier || !flags_are_valid(flags))
		return NULL;
	if (is_held && pm_runtime_resume_and_get(supplier) < 0)
		return NULL;
	if (!(flags & DL_FLAG_STATELESS))
		flags |= DL_FLAG_MANAGED;
	lock = lock_of(supplier);
	if (lock) {
		mutex_lock(lock);
		link = get_link(consumer, supplier, flags);
		mutex_unlock(lock);
	}
	if (!link && is_held)
		pm_runtime_put(supplier);
	else if (link && flags & DL_FLAG_PM_RUNTIME && flags & DL_FLAG_MANAGED &&
		 pm_of(consumer)->is_probing)
		pm_runtime_resume(supplier);
	return link;
}

/* ---- going ---------------------------------------------------------------------------- */

static void release_supplier(struct device_link *link)
{
	for (; link->rpm_active; link->rpm_active--)
		pm_runtime_put_noidle(link->supplier);
}

static void release(struct kref *kref)
{
	struct device_link *link = container_of(kref, struct device_link, kref);

	list_del(&link->s_node);
	list_del(&link->c_node);
	if (link->flags & DL_FLAG_PM_RUNTIME) {
		pm_of(link->consumer)->links_count--;
		release_supplier(link);
		pm_request_idle(link->supplier);
	}
	put_device(link->supplier);
	put_device(link->consumer);
	free(link);
}

static void put_link(struct device_link *link)
{
	if (WARN(!(link->flags & DL_FLAG_STATELESS),
		 "Unable to drop a managed device link reference"))
		return;
	kref_put(&link->kref, release);
}

void device_link_del(struct device_link *link)
{
	struct mutex *lock = lock_of(link->supplier);

	mutex_lock(lock);
	put_link(link);
	mutex_unlock(lock);
}

void device_link_remove(void *consumer, struct device *supplier)
{
	struct mutex *lock;
	struct device_link *link;

	if (WARN_ON(consumer == supplier))
		return;
	lock = lock_of(supplier);
	mutex_lock(lock);
	link = find(consumer, supplier);
	if (link)
		put_link(link);
	mutex_unlock(lock);
}

/* All of @nodes with any of @flags, as if everybody who has one had let go. */
static void drop_links(struct list_head *suppliers, struct list_head *consumers, u32 of_supplier,
		       u32 of_consumer)
{
	struct device_link *link, *next;

	list_for_each_entry_safe(link, next, suppliers, c_node)
		if (link->flags & of_supplier)
			release(&link->kref);
	list_for_each_entry_safe(link, next, consumers, s_node)
		if (link->flags & of_consumer)
			release(&link->kref);
}

static void drop(struct device *dev, u32 as_consumer, u32 as_supplier)
{
	struct mutex *lock = lock_of(dev);

	if (!lock || !dev->links.suppliers.next)
		return;
	mutex_lock(lock);
	drop_links(&dev->links.suppliers, &dev->links.consumers, as_consumer, as_supplier);
	mutex_unlock(lock);
}

void device_links_unbind(struct device *dev)
{
	drop(dev, DL_FLAG_AUTOREMOVE_CONSUMER, DL_FLAG_AUTOREMOVE_SUPPLIER);
}

void device_links_purge(struct device *dev)
{
	drop(dev, UINT32_MAX, UINT32_MAX);
}

/* ---- runtime PM ------------------------------------------------------------------------- */

static int get_supplier(struct device_link *link)
{
	int ret;

	if (!(link->flags & DL_FLAG_PM_RUNTIME))
		return 0;
	ret = pm_runtime_get_sync(link->supplier);
	if (ret < 0 && ret != -EACCES) {	/* a supplier without runtime PM is there */
		pm_runtime_put_noidle(link->supplier);
		return ret;
	}
	link->rpm_active++;
	return 0;
}

int device_links_get_suppliers(struct device *dev)
{
	struct device_link *link;
	int ret = 0;

	list_for_each_entry(link, &links_of(dev)->suppliers, c_node) {
		ret = get_supplier(link);
		if (ret)
			break;
	}
	if (ret)
		device_links_put_suppliers(dev, true);
	return ret;
}

void device_links_put_suppliers(struct device *dev, bool may_idle)
{
	struct device_link *link;

	list_for_each_entry(link, &links_of(dev)->suppliers, c_node) {
		release_supplier(link);
		if (may_idle)
			pm_request_idle(link->supplier);
	}
}

void device_links_idle_suppliers(struct device *dev)
{
	struct device_link *link;

	list_for_each_entry(link, &links_of(dev)->suppliers, c_node)
		pm_request_idle(link->supplier);
}
