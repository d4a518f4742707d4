/* SPDX-License-Identifier: MIT */
/*
 * The ARM32 backend's address spaces, and devices in them: <asm/dma-iommu.h>.
 *
 * Differs from Linux, where this and the other way behind an IOMMU are never in one kernel:
 * here set_dma_ops() takes a device from the other way, and back.
 *
 * Linux: arch/arm/mm/dma-mapping.c.
 */
#include <linux/dma-direct.h>
#include <linux/iommu.h>

#include "arm-iommu.h"

/* What Linux's iommu_ops has. Nothing serves dma_alloc_pages(), nothing asks for masks. */
static const struct dma_map_ops arm_iommu_ops = {
	.alloc = arm_iommu_alloc_attrs, .free = arm_iommu_free_attrs,
	.mmap = arm_iommu_mmap_attrs, .get_sgtable = arm_iommu_get_sgtable,
	.map_page = arm_iommu_map_page, .unmap_page = arm_iommu_unmap_page,
	.map_sg = arm_iommu_map_sg, .unmap_sg = arm_iommu_unmap_sg,
	.map_resource = arm_iommu_map_resource, .unmap_resource = arm_iommu_unmap_resource,
	.sync_single_for_cpu = arm_iommu_sync_single_for_cpu,
	.sync_single_for_device = arm_iommu_sync_single_for_device,
	.sync_sg_for_cpu = arm_iommu_sync_sg_for_cpu,
	.sync_sg_for_device = arm_iommu_sync_sg_for_device,
};

bool arm_iommu_maps(const struct device *dev)
{
	return dev->dma_ops == &arm_iommu_ops;
}

/* ---- address spaces -------------------------------------------------------------------- */

static void free_mapping(struct dma_iommu_mapping *mapping)
{
	if (!IS_ERR_OR_NULL(mapping->domain))
		iommu_domain_free(mapping->domain);
	arm_iova_done(mapping);
	g_free(mapping);
}

static int fill_mapping(struct dma_iommu_mapping *mapping, struct device *dev, dma_addr_t base,
			u64 size)
{
	int err = arm_iova_layout(mapping, base, size);

	if (!err)
		err = arm_iova_init(mapping);
	if (err)
		return err;
	mapping->domain = iommu_paging_domain_alloc(dev);
	return PTR_ERR_OR_ZERO(mapping->domain);
}

struct dma_iommu_mapping *arm_iommu_create_mapping(struct device *dev, dma_addr_t base,
						   u64 size)
{
	struct dma_iommu_mapping *mapping;
	int err;

	if (kernel_fails(dev->kernel))
		return ERR_PTR(-ENOMEM);
	mapping = g_new0(struct dma_iommu_mapping, 1);
	mapping->kernel = dev->kernel;
	kref_init(&mapping->kref);
	err = fill_mapping(mapping, dev, base, size);
	if (!err)
		return mapping;
	free_mapping(mapping);
	return ERR_PTR(err);
}

static void release_mapping(struct kref *kref)
{
	free_mapping(container_of(kref, struct dma_iommu_mapping, kref));
}

void arm_iommu_release_mapping(struct dma_iommu_mapping *mapping)
{
	if (mapping)
		kref_put(&mapping->kref, release_mapping);
}

/* ---- devices --------------------------------------------------------------------------- */

int arm_iommu_attach_device(struct device *dev, struct dma_iommu_mapping *mapping)
{
	int err = iommu_attach_device(mapping->domain, dev);

	if (err)
		return err;
	kref_get(&mapping->kref);
	to_dma_iommu_mapping(dev) = mapping;
	set_dma_ops(dev, &arm_iommu_ops);
	return 0;
}

void arm_iommu_detach_device(struct device *dev)
{
	struct dma_iommu_mapping *mapping = to_dma_iommu_mapping(dev);

	if (!mapping) {
		dev_warn(dev, "Not attached\n");
		return;
	}
	iommu_detach_device(mapping->domain, dev);
	arm_iommu_release_mapping(mapping);
	to_dma_iommu_mapping(dev) = NULL;
	set_dma_ops(dev, NULL);
}

/*
 * The bus's window, or all of 32 bits. As in Linux, whose highest address is the last one
 * and not the one behind it, the window's size is one byte short.
 */
static struct dma_iommu_mapping *mapping_of_bus(struct device *dev)
{
	const struct bus_dma_region *map = dev->dma_range_map;
	dma_addr_t base = map ? dma_range_map_min(map) : 0;
	u64 size = map ? dma_range_map_max(map) - base : SZ_4G;
	struct dma_iommu_mapping *mapping = arm_iommu_create_mapping(dev, base, size);

	if (IS_ERR(mapping))
		pr_warn("Failed to create %llu-byte IOMMU mapping for device %s\n",
			(unsigned long long)size, dev_name(dev));
	return mapping;
}

int arm_setup_iommu_dma_ops(struct device *dev)
{
	struct dma_iommu_mapping *mapping = mapping_of_bus(dev);
	int err;

	if (IS_ERR(mapping))
		return (int)PTR_ERR(mapping);
	err = arm_iommu_attach_device(dev, mapping);
	dev->archdata.dma_ops_setup = !err;
	if (!err)
		return 0;
	pr_warn("Failed to attached device %s to IOMMU_mapping\n", dev_name(dev));
	arm_iommu_release_mapping(mapping);
	return err;
}

/* A mapping that somebody else made stays his, but is not this device's any longer. */
void arm_teardown_iommu_dma_ops(struct device *dev)
{
	struct dma_iommu_mapping *mapping = to_dma_iommu_mapping(dev);

	if (!mapping)
		return;
	arm_iommu_detach_device(dev);
	if (dev->archdata.dma_ops_setup)
		arm_iommu_release_mapping(mapping);
	dev->archdata.dma_ops_setup = false;
}
