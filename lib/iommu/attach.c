/* SPDX-License-Identifier: MIT */
/*
 * What a group's accesses go through. All devices of a group change together; where one
 * refuses, those that have changed go back.
 *
 * Linux: drivers/iommu/iommu.c, iommu_attach_*() and __iommu_group_set_domain_internal().
 */
#include "core.h"
#include "trace.h"

static int attach(struct iommu_domain *domain, struct device *dev)
{
	int ret;

	if (!domain->ops->attach_dev)
		return -ENODEV;
	trace_attach(NULL, dev);
	ret = domain->ops->attach_dev(domain, dev);
	if (ret)
		return ret;
	dev->iommu->attach_deferred = 0;
	trace_attach(domain, dev);
	return 0;
}

static bool blocks(const struct iommu_group *group, const struct iommu_domain *domain)
{
	return domain->type == IOMMU_DOMAIN_BLOCKED || domain == group->blocking_domain;
}

int device_set_domain(struct iommu_group *group, struct device *dev,
		      struct iommu_domain *new_domain, bool must_succeed)
{
	int ret;

	if (dev->iommu->require_direct && blocks(group, new_domain)) {
		dev_warn(dev, "firmware wants memory of it mapped 1:1: it cannot be blocked\n");
		return -EINVAL;
	}
	if (dev->iommu->attach_deferred) {
		if (new_domain == group->default_domain)
			return 0;
		dev->iommu->attach_deferred = 0;
	}
	ret = attach(new_domain, dev);
	/* Rather nothing gets through than something through a domain that will be freed. */
	if (ret && must_succeed && group->blocking_domain &&
	    group->blocking_domain != new_domain)
		attach(group->blocking_domain, dev);
	return ret;
}

/* Up to @last, which has refused, back to what is attached; at first that is nothing. */
static void revert(struct iommu_group *group, const struct group_device *last)
{
	struct group_device *gdev;

	for_each_group_device(group, gdev) {
		if (group->domain)
			WARN_ON(device_set_domain(group, gdev->dev, group->domain, true));
		if (gdev == last)
			return;
	}
}

static int set_domain(struct iommu_group *group, struct iommu_domain *new_domain,
		      bool must_succeed)
{
	struct group_device *gdev;
	int result = 0;

	if (group->domain == new_domain)
		return 0;
	if (WARN_ON(!new_domain))
		return -EINVAL;
	for_each_group_device(group, gdev) {
		int ret = device_set_domain(group, gdev->dev, new_domain, must_succeed);

		if (ret && !must_succeed) {
			revert(group, gdev);
			return ret;
		}
		if (ret)
			result = ret;
	}
	group->domain = new_domain;
	return result;
}

int group_set_domain(struct iommu_group *group, struct iommu_domain *new_domain)
{
	return set_domain(group, new_domain, false);
}

int group_set_domain_must(struct iommu_group *group, struct iommu_domain *new_domain)
{
	return set_domain(group, new_domain, true);
}

void group_set_core_domain(struct iommu_group *group)
{
	WARN_ON(set_domain(group, group->owner ? group->blocking_domain : group->default_domain,
			   true));
}

/* ---- attach and detach ----------------------------------------------------------------------- */

/* The group is locked. */
static int attach_group(struct iommu_domain *domain, struct iommu_group *group)
{
	struct device *dev;

	if (group->domain && group->domain != group->default_domain &&
	    group->domain != group->blocking_domain)
		return -EBUSY;
	if (list_empty(&group->devices))
		return -EINVAL;
	dev = group_first_dev(group);
	if (!dev_has_iommu(dev) || dev_iommu_ops(dev) != domain->owner)
		return -EINVAL;
	return group_set_domain(group, domain);
}

/* What a driver asked for is done. */
static void told_switched(const struct iommu_group *group, const void *site)
{
	const struct group_device *gdev;

	for_each_group_device(group, gdev)
		trace_switched(gdev->dev, site);
}

int iommu_attach_group(struct iommu_domain *domain, struct iommu_group *group)
{
	int ret;

	mutex_lock(&group->mutex);
	ret = attach_group(domain, group);
	if (!ret)
		told_switched(group, __builtin_return_address(0));
	mutex_unlock(&group->mutex);
	return ret;
}

void iommu_detach_group(struct iommu_domain *domain, struct iommu_group *group)
{
	(void)domain;
	mutex_lock(&group->mutex);
	group_set_core_domain(group);
	told_switched(group, __builtin_return_address(0));
	mutex_unlock(&group->mutex);
}

int iommu_group_replace_domain(struct iommu_group *group, struct iommu_domain *new_domain)
{
	int ret;

	if (!new_domain)
		return -EINVAL;
	mutex_lock(&group->mutex);
	ret = group_set_domain(group, new_domain);
	if (!ret)
		told_switched(group, __builtin_return_address(0));
	mutex_unlock(&group->mutex);
	return ret;
}

static bool is_alone(const struct iommu_group *group)
{
	return !list_empty(&group->devices) && group->devices.next == group->devices.prev;
}

int iommu_attach_device(struct iommu_domain *domain, struct device *dev)
{
	struct iommu_group *group = dev->iommu_group;
	int ret;

	if (!group)
		return -ENODEV;
	mutex_lock(&group->mutex);
	ret = is_alone(group) ? attach_group(domain, group) : -EINVAL;
	if (!ret)
		told_switched(group, __builtin_return_address(0));
	mutex_unlock(&group->mutex);
	return ret;
}

void iommu_detach_device(struct iommu_domain *domain, struct device *dev)
{
	struct iommu_group *group = dev->iommu_group;

	if (!group)
		return;
	mutex_lock(&group->mutex);
	if (!WARN_ON(domain != group->domain) && !WARN_ON(!is_alone(group))) {
		group_set_core_domain(group);
		told_switched(group, __builtin_return_address(0));
	}
	mutex_unlock(&group->mutex);
}

int iommu_deferred_attach(struct device *dev, struct iommu_domain *domain)
{
	return dev->iommu && dev->iommu->attach_deferred ? attach(domain, dev) : 0;
}

struct iommu_domain *iommu_get_domain_for_dev(struct device *dev)
{
	return dev->iommu_group ? dev->iommu_group->domain : NULL;
}

struct iommu_domain *iommu_get_dma_domain(struct device *dev)
{
	return dev->iommu_group->default_domain;
}
