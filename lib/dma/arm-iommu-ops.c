/* SPDX-License-Identifier: MIT */
/*
 * One buffer by the ARM32 backend: addresses of its own, page tables that are changed at
 * once, and cache maintenance unless the device snoops.
 *
 *	map     clean or invalidate, take addresses, iommu_map()
 *	unmap   ask iommu_iova_to_phys() what it was, invalidate, iommu_unmap(), give back
 *
 * As in Linux, whatever becomes of it: iommu_map() may sleep though the caller may not; no
 * page of a device that snoops is mapped IOMMU_CACHE; and a mapping in page 0, which the
 * bitmaps do hand out, is neither unmapped nor synced.
 *
 * Linux: arch/arm/mm/dma-mapping.c.
 */
#include <linux/iommu.h>

#include "arm-iommu.h"
#include "../iommu/map.h"

int arm_iommu_prot(enum dma_data_direction dir, unsigned long attrs)
{
	int prot = attrs & DMA_ATTR_PRIVILEGED ? IOMMU_PRIV : 0;

	if (dir == DMA_TO_DEVICE || dir == DMA_BIDIRECTIONAL)
		prot |= IOMMU_READ;
	if (dir == DMA_FROM_DEVICE || dir == DMA_BIDIRECTIONAL)
		prot |= IOMMU_WRITE;
	return prot;
}

void arm_iommu_give(struct device *dev, phys_addr_t pa, size_t size,
		    enum dma_data_direction dir)
{
	if (!dev_is_dma_coherent(dev))
		port_sync_for_device(dev_port(dev), pa, size, dir);
}

void arm_iommu_take(struct device *dev, phys_addr_t pa, size_t size,
		    enum dma_data_direction dir)
{
	if (!dev_is_dma_coherent(dev))
		port_sync_for_cpu(dev_port(dev), pa, size, dir);
}

/* ---- addresses ------------------------------------------------------------------------ */

/* The pages that [@handle, +@size) lies in. */
struct pages {
	dma_addr_t iova;
	size_t offset, len;
};

static struct pages pages_of(dma_addr_t handle, size_t size)
{
	size_t offset = handle & ~PAGE_MASK;

	return (struct pages){ handle & PAGE_MASK, offset, PAGE_ALIGN(size + offset) };
}

static void remove_pages(struct device *dev, const struct pages *p)
{
	struct dma_iommu_mapping *mapping = to_dma_iommu_mapping(dev);

	iommu_unmap(mapping->domain, p->iova, p->len);
	arm_iova_free(mapping, p->iova, p->len);
}

void arm_iommu_remove(struct device *dev, dma_addr_t iova, size_t size)
{
	struct pages p = pages_of(iova, size);

	remove_pages(dev, &p);
}

static dma_addr_t map_pages(struct device *dev, phys_addr_t pa, size_t len, int prot)
{
	struct dma_iommu_mapping *mapping = to_dma_iommu_mapping(dev);
	dma_addr_t iova = arm_iova_alloc(mapping, len);

	if (iova == DMA_MAPPING_ERROR ||
	    iommu_map_for(mapping->domain, iova, pa, len, prot, GFP_KERNEL, NULL) >= 0)
		return iova;
	arm_iova_free(mapping, iova, len);
	return DMA_MAPPING_ERROR;
}

/*
 * Where [@handle, +@size) leads; PHYS_ADDR_MAX: not to memory, or, as in Linux, it lies in
 * page 0. Only the first page is looked up: a mapping is of pages in a row.
 */
static phys_addr_t memory_behind(struct device *dev, dma_addr_t handle, size_t size)
{
	struct pages p = pages_of(handle, size);
	phys_addr_t pa;

	if (!p.iova)
		return PHYS_ADDR_MAX;
	pa = iommu_iova_to_phys(to_dma_iommu_mapping(dev)->domain, p.iova) + p.offset;
	return WARN(!port_is_ram(dev_port(dev), pa, size), "%s: no memory is mapped at %#llx",
		    dev_name(dev), (unsigned long long)handle) ? PHYS_ADDR_MAX : pa;
}

/* ---- one buffer ------------------------------------------------------------------------ */

/* All from the start of @page on is mapped, also whole pages before @offset. */
dma_addr_t arm_iommu_map_page(struct device *dev, struct page *page, unsigned long offset,
			      size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	phys_addr_t pa = page_to_phys(page);
	dma_addr_t iova;

	if (!(attrs & DMA_ATTR_SKIP_CPU_SYNC))
		arm_iommu_give(dev, pa + offset, size, dir);
	iova = map_pages(dev, pa, PAGE_ALIGN(size + offset), arm_iommu_prot(dir, attrs));
	return iova == DMA_MAPPING_ERROR ? iova : iova + offset;
}

void arm_iommu_unmap_page(struct device *dev, dma_addr_t handle, size_t size,
			  enum dma_data_direction dir, unsigned long attrs)
{
	struct pages p = pages_of(handle, size);

	if (!p.iova)
		return;
	if (!dev_is_dma_coherent(dev) && !(attrs & DMA_ATTR_SKIP_CPU_SYNC))
		arm_iommu_sync_single_for_cpu(dev, handle, size, dir);
	remove_pages(dev, &p);
}

void arm_iommu_sync_single_for_cpu(struct device *dev, dma_addr_t handle, size_t size,
				   enum dma_data_direction dir)
{
	phys_addr_t pa = dev_is_dma_coherent(dev) ? PHYS_ADDR_MAX
						  : memory_behind(dev, handle, size);

	if (pa != PHYS_ADDR_MAX)
		arm_iommu_take(dev, pa, size, dir);
}

void arm_iommu_sync_single_for_device(struct device *dev, dma_addr_t handle, size_t size,
				      enum dma_data_direction dir)
{
	phys_addr_t pa = dev_is_dma_coherent(dev) ? PHYS_ADDR_MAX
						  : memory_behind(dev, handle, size);

	if (pa != PHYS_ADDR_MAX)
		arm_iommu_give(dev, pa, size, dir);
}

/* ---- registers ------------------------------------------------------------------------- */

dma_addr_t arm_iommu_map_resource(struct device *dev, phys_addr_t pa, size_t size,
				  enum dma_data_direction dir, unsigned long attrs)
{
	size_t offset = pa & ~PAGE_MASK;
	dma_addr_t iova = map_pages(dev, pa & PAGE_MASK, PAGE_ALIGN(size + offset),
				    arm_iommu_prot(dir, attrs) | IOMMU_MMIO);

	return iova == DMA_MAPPING_ERROR ? iova : iova + offset;
}

void arm_iommu_unmap_resource(struct device *dev, dma_addr_t handle, size_t size,
			      enum dma_data_direction dir, unsigned long attrs)
{
	struct pages p = pages_of(handle, size);

	if (p.iova)
		remove_pages(dev, &p);
}
