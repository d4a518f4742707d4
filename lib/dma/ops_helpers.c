/* SPDX-License-Identifier: MIT */
/*
 * For those who implement dma_map_ops: memory of the linear map, mapped by their own
 * map_page().
 *
 * Linux: kernel/dma/ops_helpers.c.
 */
#include <linux/iommu-dma.h>

#include "dma.h"

/* The page behind coherent memory, wherever that is mapped; NULL where none is. */
static struct page *page_of(void *cpu_addr)
{
	return is_vmalloc_addr(cpu_addr) ? vmalloc_to_page(cpu_addr) : virt_to_page(cpu_addr);
}

int dma_common_get_sgtable(struct device *dev, struct sg_table *sgt, void *cpu_addr,
			   dma_addr_t dma_addr, size_t size, unsigned long attrs)
{
	struct page *page = page_of(cpu_addr);
	int err;

	if (WARN(!page, "%s: no page behind the memory of a list", dev_name(dev)))
		return -ENXIO;
	err = sg_alloc_table(sgt, 1, GFP_KERNEL);
	if (err)
		return err;
	sg_set_page(sgt->sgl, page, (unsigned int)PAGE_ALIGN(size), 0);
	return 0;
}

int dma_common_mmap(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
		    dma_addr_t dma_addr, size_t size, unsigned long attrs)
{
	struct page *page = page_of(cpu_addr);
	int ret = -ENXIO;

	vma->vm_page_prot = dma_pgprot(dev, vma->vm_page_prot, attrs);
	if (dma_mmap_from_dev_coherent(dev, vma, cpu_addr, size, &ret))
		return ret;
	return page && dma_mmap_fits(vma, size) ? dma_mmap_remap(vma, page_to_pfn(page)) : -ENXIO;
}

/* Clearing comes after the mapping, which must not clean what is not there yet. */
struct page *dma_common_alloc_pages(struct device *dev, size_t size, dma_addr_t *dma_handle,
				    enum dma_data_direction dir, gfp_t gfp)
{
	struct page *page = alloc_page_run(dev->kernel, size, gfp, NULL);

	if (!page)
		return NULL;
	*dma_handle = dev->dma_iommu
		? iommu_dma_map_page(dev, page, 0, size, dir, DMA_ATTR_SKIP_CPU_SYNC)
		: dev->dma_ops->map_page(dev, page, 0, size, dir, DMA_ATTR_SKIP_CPU_SYNC);
	if (*dma_handle == DMA_MAPPING_ERROR) {
		free_page_run(page, size, NULL);
		return NULL;
	}
	port_zero(page_address(page), size);
	return page;
}

void dma_common_free_pages(struct device *dev, size_t size, struct page *page,
			   dma_addr_t dma_handle, enum dma_data_direction dir)
{
	if (dev->dma_iommu)
		iommu_dma_unmap_page(dev, dma_handle, size, dir, DMA_ATTR_SKIP_CPU_SYNC);
	else if (dev->dma_ops->unmap_page)
		dev->dma_ops->unmap_page(dev, dma_handle, size, dir, DMA_ATTR_SKIP_CPU_SYNC);
	free_page_run(page, size, NULL);
}
