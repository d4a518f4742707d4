/* SPDX-License-Identifier: MIT */
/*
 * Groups: devices that the hardware cannot tell apart, and that therefore share a domain.
 *
 * A group lives as long as somebody holds it; each of its devices does.
 * Leaves out: the functions of PCI, which find their group by their place on the bus.
 * Linux: drivers/iommu/iommu.c, iommu_group_*().
 */
#include "core.h"

struct iommu_group *iommu_group_alloc(void)
{
	struct kernel *k = kernel_current();
	struct iommu_group *group = core_alloc(k, sizeof(*group));

	if (!group)
		return ERR_PTR(-ENOMEM);
	group->kernel = k;
	atomic_set(&group->refcount, 1);
	mutex_init(&group->mutex);
	INIT_LIST_HEAD(&group->devices);
	INIT_LIST_HEAD(&group->pasids);
	INIT_LIST_HEAD(&group->entry);
	spin_lock(&k->iommu->device_lock);
	number_take(&k->iommu->groups, &group->number, 0, UINT32_MAX - 1);
	spin_unlock(&k->iommu->device_lock);
	return group;
}

static void release(struct iommu_group *group)
{
	if (group->iommu_data_release)
		group->iommu_data_release(group->iommu_data);
	WARN_ON(group->default_domain);
	WARN_ON(group->blocking_domain);
	spin_lock(&group->kernel->iommu->device_lock);
	list_del(&group->number.entry);
	spin_unlock(&group->kernel->iommu->device_lock);
	g_free(group->name);
	g_free(group);
}

struct iommu_group *iommu_group_ref_get(struct iommu_group *group)
{
	atomic_inc(&group->refcount);
	return group;
}

struct iommu_group *iommu_group_get(struct device *dev)
{
	return dev->iommu_group ? iommu_group_ref_get(dev->iommu_group) : NULL;
}

void iommu_group_put(struct iommu_group *group)
{
	if (group && atomic_dec_and_test(&group->refcount))
		release(group);
}

int iommu_group_id(struct iommu_group *group)
{
	return (int)group->number.nr;
}

int iommu_group_set_name(struct iommu_group *group, const char *name)
{
	g_clear_pointer(&group->name, g_free);
	if (!name)
		return 0;
	if (kernel_fails(group->kernel))
		return -ENOMEM;
	group->name = g_strdup(name);
	return 0;
}

void *iommu_group_get_iommudata(struct iommu_group *group)
{
	return group->iommu_data;
}

void iommu_group_set_iommudata(struct iommu_group *group, void *iommu_data,
			       void (*release_data)(void *iommu_data))
{
	group->iommu_data = iommu_data;
	group->iommu_data_release = release_data;
}

/* ---- members -------------------------------------------------------------------------- */

struct group_device *group_alloc_device(struct iommu_group *group, struct device *dev)
{
	struct group_device *gdev = core_alloc(group->kernel, sizeof(*gdev));

	if (gdev)
		gdev->dev = dev;
	return gdev;
}

void group_free_device(struct iommu_group *group, struct group_device *gdev)
{
	/* It takes its driver along. */
	if (gdev->is_bound)
		group->owner_cnt--;
	if (list_empty(&group->devices))
		WARN_ON(group->owner_cnt || group->domain != group->default_domain);
	g_free(gdev);
}

int iommu_group_add_device(struct iommu_group *group, struct device *dev)
{
	struct group_device *gdev = group_alloc_device(group, dev);

	if (!gdev)
		return -ENOMEM;
	dev->iommu_group = iommu_group_ref_get(group);
	mutex_lock(&group->mutex);
	list_add_tail(&gdev->list, &group->devices);
	mutex_unlock(&group->mutex);
	return 0;
}

void iommu_group_remove_device(struct device *dev)
{
	if (dev->iommu_group)
		group_remove_device(dev);
}

int iommu_group_for_each_dev(struct iommu_group *group, void *data,
			     int (*fn)(struct device *dev, void *data))
{
	struct group_device *gdev;
	int ret = 0;

	mutex_lock(&group->mutex);
	for_each_group_device(group, gdev) {
		ret = fn(gdev->dev, data);
		if (ret)
			break;
	}
	mutex_unlock(&group->mutex);
	return ret;
}

/* ---- for ->device_group ------------------------------------------------------------------ */

struct iommu_group *generic_device_group(struct device *dev)
{
	(void)dev;
	return iommu_group_alloc();
}

struct iommu_group *generic_single_device_group(struct device *dev)
{
	struct iommu_device *iommu = dev->iommu->iommu_dev;

	if (!iommu->singleton_group) {
		struct iommu_group *group = iommu_group_alloc();

		if (IS_ERR(group))
			return group;
		iommu->singleton_group = group;
	}
	return iommu_group_ref_get(iommu->singleton_group);
}
