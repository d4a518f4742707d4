/* SPDX-License-Identifier: MIT */
/*
 * Domains for accesses that carry a PASID, beside the one that is attached; and PASIDs
 * that are unique on the machine.
 *
 * Linux: drivers/iommu/iommu.c, iommu_attach_device_pasid() and on.
 */
#include "core.h"

/* Something is attached by this PASID; @handle may be NULL. */
struct pasid_entry {
	struct numbered number;
	struct iommu_attach_handle *handle;
};

static struct pasid_entry *find(struct iommu_group *group, ioasid_t pasid)
{
	struct pasid_entry *e;

	list_for_each_entry(e, &group->pasids, number.entry) {
		if (e->number.nr == pasid)
			return e;
	}
	return NULL;
}

static void drop(struct pasid_entry *e)
{
	list_del(&e->number.entry);
	g_free(e);
}

static bool is_in_reach(struct iommu_group *group, ioasid_t pasid)
{
	struct group_device *gdev;

	for_each_group_device(group, gdev) {
		u32 max = gdev->dev->iommu->max_pasids;

		if (max && pasid >= max)
			return false;
	}
	return true;
}

/* From all members before @end, or from all. Those that send no PASIDs have none. */
static void unset(struct iommu_group *group, ioasid_t pasid, struct iommu_domain *domain,
		  const struct group_device *end)
{
	struct group_device *gdev;

	for_each_group_device(group, gdev) {
		if (gdev == end)
			return;
		if (gdev->dev->iommu->max_pasids)
			dev_iommu_ops(gdev->dev)->remove_dev_pasid(gdev->dev, pasid, domain);
	}
}

static int set(struct iommu_group *group, ioasid_t pasid, struct iommu_domain *domain)
{
	struct group_device *gdev;
	int ret;

	for_each_group_device(group, gdev) {
		if (!gdev->dev->iommu->max_pasids)
			continue;
		ret = domain->ops->set_dev_pasid(domain, gdev->dev, pasid, NULL);
		if (ret) {
			unset(group, pasid, domain, gdev);
			return ret;
		}
	}
	return 0;
}

/* The group is locked. */
static int attach(struct iommu_group *group, ioasid_t pasid, struct iommu_domain *domain,
		  struct iommu_attach_handle *handle)
{
	struct pasid_entry *e;
	int ret;

	if (!is_in_reach(group, pasid))
		return -EINVAL;
	if (find(group, pasid))
		return -EBUSY;
	e = core_alloc(group->kernel, sizeof(*e));
	if (!e)
		return -ENOMEM;
	if (handle)
		handle->domain = domain;
	e->handle = handle;
	g_assert(number_take(&group->pasids, &e->number, pasid, pasid));
	ret = set(group, pasid, domain);
	if (ret)
		drop(e);
	return ret;
}

int iommu_attach_device_pasid(struct iommu_domain *domain, struct device *dev, ioasid_t pasid,
			      struct iommu_attach_handle *handle)
{
	struct iommu_group *group = dev->iommu_group;
	int ret;

	if (!domain->ops->set_dev_pasid)
		return -EOPNOTSUPP;
	if (!group)
		return -ENODEV;
	if (!dev_has_iommu(dev) || dev_iommu_ops(dev) != domain->owner ||
	    pasid == IOMMU_NO_PASID)
		return -EINVAL;
	mutex_lock(&group->mutex);
	ret = attach(group, pasid, domain, handle);
	mutex_unlock(&group->mutex);
	return ret;
}

void iommu_detach_device_pasid(struct iommu_domain *domain, struct device *dev, ioasid_t pasid)
{
	struct iommu_group *group = dev->iommu_group;
	struct pasid_entry *e;

	mutex_lock(&group->mutex);
	e = find(group, pasid);
	unset(group, pasid, domain, NULL);
	if (e)
		drop(e);
	mutex_unlock(&group->mutex);
}

struct iommu_attach_handle *iommu_attach_handle_get(struct iommu_group *group, ioasid_t pasid,
						    unsigned int type)
{
	struct iommu_attach_handle *handle;
	struct pasid_entry *e;

	mutex_lock(&group->mutex);
	e = find(group, pasid);
	handle = e ? e->handle : NULL;
	mutex_unlock(&group->mutex);
	if (!handle)
		return ERR_PTR(-ENOENT);
	if (type && handle->domain->type != type)
		return ERR_PTR(-EBUSY);
	return handle;
}

/* ---- of the machine ------------------------------------------------------------------------ */

ioasid_t iommu_alloc_global_pasid(struct device *dev)
{
	struct iommu_core *core = dev->kernel->iommu;
	struct numbered *n;
	bool is_taken;

	if (!dev->iommu || !dev->iommu->max_pasids)
		return IOMMU_PASID_INVALID;
	n = core_alloc(dev->kernel, sizeof(*n));
	if (!n)
		return IOMMU_PASID_INVALID;
	spin_lock(&core->device_lock);
	is_taken = number_take(&core->pasids, n, IOMMU_FIRST_GLOBAL_PASID,
			       dev->iommu->max_pasids - 1);
	spin_unlock(&core->device_lock);
	if (is_taken)
		return n->nr;
	g_free(n);
	return IOMMU_PASID_INVALID;
}

void iommu_free_global_pasid(ioasid_t pasid)
{
	struct iommu_core *core = kernel_current()->iommu;
	struct numbered *n, *next;

	if (WARN_ON(pasid == IOMMU_PASID_INVALID))
		return;
	spin_lock(&core->device_lock);
	list_for_each_entry_safe(n, next, &core->pasids, entry) {
		if (n->nr != pasid)
			continue;
		list_del(&n->entry);
		g_free(n);
	}
	spin_unlock(&core->device_lock);
}
