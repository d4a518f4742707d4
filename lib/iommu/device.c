/* SPDX-License-Identifier: MIT */
/*
 * IOMMUs register, devices come, and each finds its IOMMU by the firmware node that its
 * fwspec names. So drivers of different IOMMUs live side by side.
 *
 * Leaves out: module references, links in sysfs, the requester IDs of PCI.
 * Linux: drivers/iommu/iommu.c, first part.
 */
#include <linux/of_iommu.h>
#include <linux/platform_device.h>
#include <linux/property.h>

#include "core.h"
#include "trace.h"

const struct iommu_ops *iommu_ops_from_fwnode(struct kernel *k,
					      const struct fwnode_handle *fwnode)
{
	const struct iommu_ops *ops = NULL;
	struct iommu_device *iommu;

	spin_lock(&k->iommu->device_lock);
	list_for_each_entry(iommu, &k->iommu->devices, list) {
		if (iommu->fwnode == fwnode) {
			ops = iommu->ops;
			break;
		}
	}
	spin_unlock(&k->iommu->device_lock);
	return ops;
}

/* ---- one device gets its IOMMU --------------------------------------------------------- */

static u32 max_pasids_of(struct device *dev)
{
	const struct device_node *np = dev->of_node;
	const struct board_master *m = np && !np->is_iommu ? np->data : NULL;
	u32 own = m && m->pasid_bits ? 1u << m->pasid_bits : 0;

	return MIN(own, dev->iommu->iommu_dev->max_pasids);
}

static struct iommu_group *find_group(struct device *dev, const struct iommu_ops *ops)
{
	struct iommu_group *group = ops->device_group(dev);

	if (WARN_ON_ONCE(!group))
		return ERR_PTR(-EINVAL);
	return group;
}

/* The driver takes it, and says with whom it shares. On failure it is as before. */
static int init_device(struct device *dev, const struct iommu_ops *ops)
{
	struct iommu_device *iommu;
	struct iommu_group *group;

	if (!dev_iommu_get(dev))
		return -ENOMEM;
	iommu = ops->probe_device(dev);
	if (IS_ERR(iommu)) {
		dev_iommu_free(dev);
		return (int)PTR_ERR(iommu);
	}
	dev->iommu->iommu_dev = iommu;
	group = find_group(dev, ops);
	if (IS_ERR(group)) {
		if (ops->release_device)
			ops->release_device(dev);
		dev_iommu_free(dev);
		return (int)PTR_ERR(group);
	}
	dev->iommu_group = group;
	dev->iommu->max_pasids = max_pasids_of(dev);
	if (ops->is_attach_deferred)
		dev->iommu->attach_deferred = ops->is_attach_deferred(dev);
	return 0;
}

static void free_group_domains(struct iommu_group *group)
{
	if (group->default_domain)
		iommu_domain_free(group->default_domain);
	if (group->blocking_domain)
		iommu_domain_free(group->blocking_domain);
	group->default_domain = NULL;
	group->blocking_domain = NULL;
	group->domain = NULL;
}

/* @dev is in the list of its group, which is locked, no longer. */
static void deinit_device(struct device *dev)
{
	struct iommu_group *group = dev->iommu_group;
	const struct iommu_ops *ops = dev_iommu_ops(dev);

	trace_attach(NULL, dev);
	if (!dev->iommu->attach_deferred && ops->release_domain)
		ops->release_domain->ops->attach_dev(ops->release_domain, dev);
	if (ops->release_device)
		ops->release_device(dev);
	if (list_empty(&group->devices))
		free_group_domains(group);
	dev->iommu_group = NULL;
	dev->dma_iommu = false;
	dev_iommu_free(dev);
}

/*
 * Attach a new member to what its group has. @group_list: groups without a default domain
 * are put there, instead of getting one before all their members are known.
 */
static int join(struct iommu_group *group, struct device *dev, struct list_head *group_list)
{
	int ret;

	if (group->default_domain)
		create_direct_mappings(group->default_domain, dev);
	if (group->domain) {
		ret = device_set_domain(group, dev, group->domain, false);
		if (ret)
			return ret;
	} else if (!group->default_domain && !group_list) {
		ret = group_setup_default_domain(group, 0);
		if (ret)
			return ret;
	} else if (!group->default_domain && list_empty(&group->entry)) {
		list_add_tail(&group->entry, group_list);
	}
	if (group->default_domain)
		core_setup_dma_ops(dev);
	return 0;
}

static int probe(struct device *dev, struct list_head *group_list)
{
	struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(dev);
	const struct iommu_ops *ops =
		iommu_ops_from_fwnode(dev->kernel, fwspec ? fwspec->iommu_fwnode : NULL);
	struct iommu_group *group;
	struct group_device *gdev;
	int ret;

	if (!ops)
		return -ENODEV;
	if (dev->iommu_group)
		return 0;
	ret = init_device(dev, ops);
	if (ret)
		return ret;
	group = dev->iommu_group;
	gdev = group_alloc_device(group, dev);
	mutex_lock(&group->mutex);
	ret = gdev ? 0 : -ENOMEM;
	if (gdev) {
		list_add_tail(&gdev->list, &group->devices);
		ret = join(group, dev, group_list);
	}
	if (ret) {
		if (gdev) {
			list_del(&gdev->list);
			group_free_device(group, gdev);
		}
		deinit_device(dev);
	}
	mutex_unlock(&group->mutex);
	if (ret)
		iommu_group_put(group);
	return ret;
}

static void finish(struct device *dev)
{
	const struct iommu_ops *ops = dev_iommu_ops(dev);

	if (ops->probe_finalize)
		ops->probe_finalize(dev);
}

int iommu_probe_device(struct device *dev)
{
	struct iommu_core *core = dev->kernel->iommu;
	int ret;

	mutex_lock(&core->probe_lock);
	ret = probe(dev, NULL);
	mutex_unlock(&core->probe_lock);
	if (!ret)
		finish(dev);
	return ret;
}

void group_remove_device(struct device *dev)
{
	struct iommu_group *group = dev->iommu_group;
	struct group_device *gdev, *next;

	mutex_lock(&group->mutex);
	list_for_each_entry_safe(gdev, next, &group->devices, list) {
		if (gdev->dev != dev)
			continue;
		list_del(&gdev->list);
		group_free_device(group, gdev);
		if (dev_has_iommu(dev))
			deinit_device(dev);
		else
			dev->iommu_group = NULL;
	}
	mutex_unlock(&group->mutex);
	iommu_group_put(group);
}

static void release_device(struct device *dev)
{
	if (dev->iommu_group)
		group_remove_device(dev);
	if (dev->iommu)
		dev_iommu_free(dev);
}

/* ---- all devices of the machine ----------------------------------------------------------- */

const struct bus_type platform_bus_type = { .name = "platform" };

static int probe_bus(struct iommu_core *core, struct list_head *group_list)
{
	struct device *dev;
	int ret;

	list_for_each_entry(dev, &core->bus, bus_node) {
		mutex_lock(&core->probe_lock);
		ret = probe(dev, group_list);
		mutex_unlock(&core->probe_lock);
		if (ret && ret != -ENODEV)
			return ret;
	}
	return 0;
}

/* All members of a group are there: now it can be known which domain suits them. */
static int complete_group(struct iommu_group *group)
{
	struct group_device *gdev;
	int ret;

	mutex_lock(&group->mutex);
	ret = group_setup_default_domain(group, 0);
	if (!ret) {
		for_each_group_device(group, gdev)
			core_setup_dma_ops(gdev->dev);
	}
	mutex_unlock(&group->mutex);
	if (ret)
		return ret;
	for_each_group_device(group, gdev)
		finish(gdev->dev);
	return 0;
}

static int probe_all(struct iommu_core *core)
{
	struct iommu_group *group, *next;
	LIST_HEAD(group_list);
	int ret = probe_bus(core, &group_list);

	list_for_each_entry_safe(group, next, &group_list, entry) {
		list_del_init(&group->entry);
		if (!ret)
			ret = complete_group(group);
	}
	return ret;
}

int bus_iommu_probe(const struct bus_type *bus)
{
	return bus == &platform_bus_type ? probe_all(kernel_current()->iommu) : 0;
}

bool iommu_present(const struct bus_type *bus)
{
	return bus == &platform_bus_type && !list_empty(&kernel_current()->iommu->devices);
}

static struct kernel *kernel_for(const struct device *dev)
{
	return dev && dev->kernel ? dev->kernel : kernel_current();
}

int iommu_device_register(struct iommu_device *iommu, const struct iommu_ops *ops,
			  struct device *hwdev)
{
	struct iommu_core *core = kernel_for(hwdev)->iommu;
	int ret;

	iommu->ops = ops;
	if (hwdev)
		iommu->fwnode = dev_fwnode(hwdev);
	spin_lock(&core->device_lock);
	list_add_tail(&iommu->list, &core->devices);
	spin_unlock(&core->device_lock);
	ret = probe_all(core);
	if (ret)
		iommu_device_unregister(iommu);
	return ret;
}

void iommu_device_unregister(struct iommu_device *iommu)
{
	struct iommu_core *core = kernel_for(iommu->dev)->iommu;
	struct device *dev;

	/* Linux crashes here. */
	if (WARN(!iommu->list.next, "iommu_device_unregister() of what has not registered"))
		return;
	list_for_each_entry(dev, &core->bus, bus_node) {
		if (dev->iommu && dev->iommu->iommu_dev == iommu)
			release_device(dev);
	}
	spin_lock(&core->device_lock);
	list_del(&iommu->list);
	spin_unlock(&core->device_lock);
	iommu_group_put(iommu->singleton_group);
	iommu->singleton_group = NULL;
}

int iommu_device_sysfs_add(struct iommu_device *iommu, struct device *parent,
			   const struct attribute_group **groups, const char *fmt, ...)
{
	(void)groups;
	(void)fmt;
	iommu->dev = parent;
	return 0;
}

void iommu_device_sysfs_remove(struct iommu_device *iommu)
{
	iommu->dev = NULL;
}

/* ---- devices come and go --------------------------------------------------------------------- */

void iommu_bus_add_device(struct device *dev)
{
	if (!dev->bus)
		dev->bus = &platform_bus_type;
	list_add_tail(&dev->bus_node, &dev->kernel->iommu->bus);
	iommu_probe_device(dev);
}

void iommu_bus_remove_device(struct device *dev)
{
	if (!dev->bus_node.next)
		return;
	release_device(dev);
	list_del(&dev->bus_node);
	dev->bus_node.next = NULL;
}

static struct group_device *member(struct device *dev)
{
	struct group_device *gdev;

	for_each_group_device(dev->iommu_group, gdev) {
		if (gdev->dev == dev)
			return gdev;
	}
	return NULL;
}

/* A device that stands for all functions behind a PCI host is the first that is mapped. */
static const u32 *requester_of(const struct device *dev)
{
	const struct board_master *m = dev->of_node ? dev->of_node->data : NULL;

	if (!m || dev->of_node->is_iommu || m->streams->len || !m->iommu_maps->len)
		return NULL;
	return &g_array_index(m->iommu_maps, struct board_iommu_map, 0).requester;
}

int iommu_dma_configure(struct device *dev)
{
	int ret;

	if (dev->is_bound)
		return 0;
	dev->is_bound = true;
	ret = dev->kernel->config.iommu == IOMMU_OFF
	      ? -ENODEV : of_iommu_configure(dev, dev->of_node, requester_of(dev));
	if (ret == -EPROBE_DEFER)
		return ret;
	/* Any other failure: Linux binds the driver too, without an IOMMU. */
	ret = iommu_device_use_default_domain(dev);
	if (!ret && dev->iommu_group)
		member(dev)->is_bound = true;
	return ret;
}

void iommu_dma_unconfigure(struct device *dev)
{
	struct group_device *gdev = dev->iommu_group ? member(dev) : NULL;

	dev->is_bound = false;
	if (!gdev || !gdev->is_bound)
		return;
	gdev->is_bound = false;
	iommu_device_unuse_default_domain(dev);
}

/* ---- what a device's IOMMU can do -------------------------------------------- */

bool device_iommu_capable(struct device *dev, enum iommu_cap cap)
{
	return dev_has_iommu(dev) && dev_iommu_ops(dev)->capable &&
	       dev_iommu_ops(dev)->capable(dev, cap);
}

int iommu_dev_enable_feature(struct device *dev, enum iommu_dev_features f)
{
	if (dev_has_iommu(dev) && dev_iommu_ops(dev)->dev_enable_feat)
		return dev_iommu_ops(dev)->dev_enable_feat(dev, f);
	return -ENODEV;
}

int iommu_dev_disable_feature(struct device *dev, enum iommu_dev_features f)
{
	if (dev_has_iommu(dev) && dev_iommu_ops(dev)->dev_disable_feat)
		return dev_iommu_ops(dev)->dev_disable_feat(dev, f);
	return -EBUSY;
}
