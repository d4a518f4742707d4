/* SPDX-License-Identifier: MIT */
/*
 * Whose a group's DMA is: drivers that use the DMA API, as many as there are devices; or
 * one owner, who brings domains of his own. Never both.
 *
 *	owner_cnt 0             nobody's
 *	owner_cnt n, owner NULL n drivers are bound
 *	owner_cnt n, owner      claimed n times by one owner, blocked until he attaches
 *
 * Linux: drivers/iommu/iommu.c, iommu_*_dma_owner(), iommu_device_*_default_domain().
 */
#include "core.h"

/* Somebody has attached what is not the default. */
static bool is_default(const struct iommu_group *group)
{
	return group->domain == group->default_domain && list_empty(&group->pasids);
}

static int use_default(struct iommu_group *group)
{
	if (!group->default_domain)
		return -EPROBE_DEFER;
	if (group->owner_cnt && (group->owner || !is_default(group)))
		return -EBUSY;
	group->owner_cnt++;
	return 0;
}

int iommu_device_use_default_domain(struct device *dev)
{
	struct iommu_group *group = dev->iommu_group;
	int ret;

	if (!group)
		return 0;
	mutex_lock(&group->mutex);
	ret = use_default(group);
	mutex_unlock(&group->mutex);
	return ret;
}

void iommu_device_unuse_default_domain(struct device *dev)
{
	struct iommu_group *group = dev->iommu_group;

	if (!group)
		return;
	mutex_lock(&group->mutex);
	if (!WARN_ON(!group->owner_cnt || !list_empty(&group->pasids)))
		group->owner_cnt--;
	mutex_unlock(&group->mutex);
}

/* ---- claims ------------------------------------------------------------------------------ */

/* An empty domain with page tables blocks as well, where the driver has nothing better. */
static int make_blocking_domain(struct iommu_group *group)
{
	struct iommu_domain *domain;

	if (group->blocking_domain)
		return 0;
	domain = group_domain_alloc(group, IOMMU_DOMAIN_BLOCKED);
	if (IS_ERR(domain))
		domain = group_domain_alloc(group, IOMMU_DOMAIN_UNMANAGED);
	if (IS_ERR(domain))
		return (int)PTR_ERR(domain);
	group->blocking_domain = domain;
	return 0;
}

static int take(struct iommu_group *group, void *owner)
{
	int ret;

	if ((group->domain && group->domain != group->default_domain) ||
	    !list_empty(&group->pasids))
		return -EBUSY;
	ret = make_blocking_domain(group);
	if (!ret)
		ret = group_set_domain(group, group->blocking_domain);
	if (ret)
		return ret;
	group->owner = owner;
	group->owner_cnt++;
	return 0;
}

int iommu_group_claim_dma_owner(struct iommu_group *group, void *owner)
{
	int ret;

	if (WARN_ON(!owner))
		return -EINVAL;
	mutex_lock(&group->mutex);
	ret = group->owner_cnt ? -EPERM : take(group, owner);
	mutex_unlock(&group->mutex);
	return ret;
}

int iommu_device_claim_dma_owner(struct device *dev, void *owner)
{
	struct iommu_group *group = dev->iommu_group;
	int ret = 0;

	if (WARN_ON(!owner))
		return -EINVAL;
	if (!group)
		return -ENODEV;
	mutex_lock(&group->mutex);
	if (!group->owner_cnt)
		ret = take(group, owner);
	else if (group->owner != owner)
		ret = -EPERM;
	else
		group->owner_cnt++;
	mutex_unlock(&group->mutex);
	return ret;
}

static void give_back(struct iommu_group *group)
{
	if (WARN_ON(!group->owner_cnt || !group->owner || !list_empty(&group->pasids)))
		return;
	group->owner_cnt = 0;
	group->owner = NULL;
	group_set_core_domain(group);
}

void iommu_group_release_dma_owner(struct iommu_group *group)
{
	mutex_lock(&group->mutex);
	give_back(group);
	mutex_unlock(&group->mutex);
}

void iommu_device_release_dma_owner(struct device *dev)
{
	struct iommu_group *group = dev->iommu_group;

	mutex_lock(&group->mutex);
	if (group->owner_cnt > 1)
		group->owner_cnt--;
	else
		give_back(group);
	mutex_unlock(&group->mutex);
}

bool iommu_group_dma_owner_claimed(struct iommu_group *group)
{
	bool is_claimed;

	mutex_lock(&group->mutex);
	is_claimed = group->owner_cnt != 0;
	mutex_unlock(&group->mutex);
	return is_claimed;
}
