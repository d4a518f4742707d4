/* SPDX-License-Identifier: MIT */
/*
 * What a device can reach, and how large a mapping may be: the switchboard's answers. See
 * mapping.c.
 *
 * Linux: kernel/dma/mapping.c.
 */
#include <linux/iommu-dma.h>

#include "arm-iommu.h"
#include "request.h"

/* Behind an IOMMU any mask will do: addresses are made to fit. */
static bool is_mask_supported(struct device *dev, u64 mask)
{
	if (dev->dma_iommu)
		return true;
	if (!dev->dma_ops)
		return dma_direct_supported(dev, mask);
	return !dev->dma_ops->dma_supported || dev->dma_ops->dma_supported(dev, mask);
}

/* Who has nothing to do in a sync need not be called. */
static void setup_need_sync(struct device *dev)
{
	const struct dma_map_ops *ops = dev->dma_ops;

	if (dev->dma_iommu || maps_direct(dev))
		dev->dma_skip_sync = dev_is_dma_coherent(dev);
	else
		dev->dma_skip_sync = !ops->sync_single_for_cpu && !ops->sync_single_for_device &&
				     !ops->sync_sg_for_cpu && !ops->sync_sg_for_device;
}

static void note_mask(struct device *dev, enum ledger_kind kind, u64 mask, const void *site)
{
	if (dev->kernel)
		kernel_note(dev->kernel, &(struct ledger_note){
			.kind = kind, .dev = dev, .dma = mask, .site = site,
		});
}

static int set_mask(struct device *dev, u64 mask, const void *site)
{
	if (!dev->dma_mask || !is_mask_supported(dev, mask))
		return -EIO;
	*dev->dma_mask = mask;
	setup_need_sync(dev);
	swiotlb_setup_device(dev);
	note_mask(dev, LEDGER_MASK_SET, mask, site);
	return 0;
}

static int set_coherent_mask(struct device *dev, u64 mask, const void *site)
{
	if (!is_mask_supported(dev, mask))
		return -EIO;
	dev->coherent_dma_mask = mask;
	note_mask(dev, LEDGER_COHERENT_MASK_SET, mask, site);
	return 0;
}

/* Whoever can stream to a mask can allocate below it: Linux does not ask again. */
static int set_both(struct device *dev, u64 mask, const void *site)
{
	int err = set_mask(dev, mask, site);

	if (!err)
		set_coherent_mask(dev, mask, site);
	return err;
}

int dma_set_mask(struct device *dev, u64 mask)
{
	return set_mask(dev, mask, __builtin_return_address(0));
}

int dma_set_coherent_mask(struct device *dev, u64 mask)
{
	return set_coherent_mask(dev, mask, __builtin_return_address(0));
}

int dma_set_mask_and_coherent(struct device *dev, u64 mask)
{
	return set_both(dev, mask, __builtin_return_address(0));
}

int dma_coerce_mask_and_coherent(struct device *dev, u64 mask)
{
	dev->dma_mask = &dev->coherent_dma_mask;
	return set_both(dev, mask, __builtin_return_address(0));
}

u64 dma_get_mask(struct device *dev)
{
	return dev->dma_mask && *dev->dma_mask ? *dev->dma_mask : DMA_BIT_MASK(32);
}

u64 dma_get_required_mask(struct device *dev)
{
	if (dev->dma_iommu)
		return DMA_BIT_MASK(32);
	if (allocs_direct(dev))
		return dma_direct_get_required_mask(dev);
	if (dev->dma_ops->get_required_mask)
		return dev->dma_ops->get_required_mask(dev);
	return DMA_BIT_MASK(32);
}

bool dma_addressing_limited(struct device *dev)
{
	if (min_not_zero(dma_get_mask(dev), dev->bus_dma_limit) < dma_get_required_mask(dev))
		return true;
	return !dev->dma_iommu && !dev->dma_ops && !dma_direct_all_ram_mapped(dev);
}

size_t dma_max_mapping_size(struct device *dev)
{
	if (dev->dma_iommu)
		return iommu_dma_max_mapping_size(dev);
	if (maps_direct(dev))
		return dma_direct_max_mapping_size(dev);
	if (dev->dma_ops->max_mapping_size)
		return dev->dma_ops->max_mapping_size(dev);
	return SIZE_MAX;
}

size_t dma_opt_mapping_size(struct device *dev)
{
	size_t best = SIZE_MAX;

	if (dev->dma_iommu)
		best = iommu_dma_opt_mapping_size();
	else if (dev->dma_ops && dev->dma_ops->opt_mapping_size)
		best = dev->dma_ops->opt_mapping_size();
	return min(dma_max_mapping_size(dev), best);
}

unsigned long dma_get_merge_boundary(struct device *dev)
{
	if (dev->dma_iommu)
		return iommu_dma_get_merge_boundary(dev);
	if (!dev->dma_ops || !dev->dma_ops->get_merge_boundary)
		return 0;
	return dev->dma_ops->get_merge_boundary(dev);
}

bool dma_pci_p2pdma_supported(struct device *dev)
{
	return !dev->dma_ops;
}

void set_dma_ops(struct device *dev, const struct dma_map_ops *ops)
{
	if (dev->dma_ops == ops)
		return;
	dev->dma_ops = ops;
	dev->dma_iommu = !ops && dev->iommu_dma;
	kernel_note(dev->kernel, &(struct ledger_note){
		.kind = LEDGER_BACKEND_SET, .dev = dev, .site = __builtin_return_address(0),
	});
}

void dma_setup_device(struct device *dev)
{
	setup_need_sync(dev);
	swiotlb_setup_device(dev);
}

void arch_setup_dma_ops(struct device *dev, bool coherent)
{
	dev->dma_coherent = coherent;
	if (dev->kernel->config.iova_bitmap && !dev->dma_ops && device_iommu_mapped(dev))
		arm_setup_iommu_dma_ops(dev);
	dma_setup_device(dev);
}

void arch_teardown_dma_ops(struct device *dev)
{
	arm_teardown_iommu_dma_ops(dev);
}
