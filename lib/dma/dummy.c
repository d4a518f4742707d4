/* SPDX-License-Identifier: MIT */
/*
 * Operations of a device that must not do DMA: all of them fail, and unmapping, which
 * then nobody has a reason for, warns. Linux: kernel/dma/dummy.c.
 */
#include <linux/dma-map-ops.h>

static int dummy_mmap(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
		      dma_addr_t dma_addr, size_t size, unsigned long attrs)
{
	return -ENXIO;
}

static dma_addr_t dummy_map_page(struct device *dev, struct page *page, unsigned long offset,
				 size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	return DMA_MAPPING_ERROR;
}

static void dummy_unmap_page(struct device *dev, dma_addr_t dma_handle, size_t size,
			     enum dma_data_direction dir, unsigned long attrs)
{
	dev_WARN(dev, "unmapping what cannot have been mapped");
}

static int dummy_map_sg(struct device *dev, struct scatterlist *sg, int nents,
			enum dma_data_direction dir, unsigned long attrs)
{
	return -EINVAL;
}

static void dummy_unmap_sg(struct device *dev, struct scatterlist *sg, int nents,
			   enum dma_data_direction dir, unsigned long attrs)
{
	dev_WARN(dev, "unmapping what cannot have been mapped");
}

static int dummy_supported(struct device *dev, u64 mask)
{
	return 0;
}

const struct dma_map_ops dma_dummy_ops = {
	.mmap = dummy_mmap,
	.map_page = dummy_map_page,
	.unmap_page = dummy_unmap_page,
	.map_sg = dummy_map_sg,
	.unmap_sg = dummy_unmap_sg,
	.dma_supported = dummy_supported,
};
