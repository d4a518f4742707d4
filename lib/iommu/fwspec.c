/* SPDX-License-Identifier: MIT */
/*
 * What a device has of the core, and how it shows itself to its IOMMUs.
 *
 * Linux: drivers/iommu/iommu.c, dev_iommu_*() and iommu_fwspec_*().
 */
#include <string.h>

#include "core.h"

static size_t fwspec_size(unsigned int num_ids)
{
	return sizeof(struct iommu_fwspec) + num_ids * sizeof(u32);
}

struct dev_iommu *dev_iommu_get(struct device *dev)
{
	if (!dev->iommu)
		dev->iommu = core_alloc(dev->kernel, sizeof(*dev->iommu));
	return dev->iommu;
}

void dev_iommu_free(struct device *dev)
{
	iommu_fwspec_free(dev);
	g_free(dev->iommu);
	dev->iommu = NULL;
}

void dev_iommu_priv_set(struct device *dev, void *priv)
{
	dev->iommu->priv = priv;
}

int iommu_fwspec_init(struct device *dev, struct fwnode_handle *iommu_fwnode)
{
	const struct iommu_ops *ops = iommu_ops_from_fwnode(dev->kernel, iommu_fwnode);
	struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(dev);

	if (!ops)
		return -EPROBE_DEFER;
	if (fwspec)
		return ops == iommu_ops_from_fwnode(dev->kernel, fwspec->iommu_fwnode) ?
		       0 : -EINVAL;
	if (!dev_iommu_get(dev))
		return -ENOMEM;
	fwspec = core_alloc(dev->kernel, fwspec_size(0));
	if (!fwspec)
		return -ENOMEM;
	fwspec->iommu_fwnode = iommu_fwnode;
	dev_iommu_fwspec_set(dev, fwspec);
	return 0;
}

void iommu_fwspec_free(struct device *dev)
{
	if (!dev->iommu)
		return;
	g_free(dev->iommu->fwspec);
	dev->iommu->fwspec = NULL;
}

int iommu_fwspec_add_ids(struct device *dev, const u32 *ids, int num_ids)
{
	const struct iommu_fwspec *old = dev_iommu_fwspec_get(dev);
	struct iommu_fwspec *fwspec;

	if (!old || num_ids < 0)
		return -EINVAL;
	fwspec = core_alloc(dev->kernel, fwspec_size(old->num_ids + (unsigned int)num_ids));
	if (!fwspec)
		return -ENOMEM;
	memcpy(fwspec, old, fwspec_size(old->num_ids));
	if (num_ids)
		memcpy(&fwspec->ids[old->num_ids], ids, (size_t)num_ids * sizeof(*ids));
	fwspec->num_ids += (unsigned int)num_ids;
	iommu_fwspec_free(dev);
	dev_iommu_fwspec_set(dev, fwspec);
	return 0;
}
