/* SPDX-License-Identifier: MIT */
/*
 * Direct mapping: a device address is a physical one, shifted by the bus's
 * dma-ranges. For the implementers of mapping operations; drivers use
 * <linux/dma-mapping.h>.
 *
 * Source: include/linux/dma-direct.h, kernel/dma/direct.c.
 */
#ifndef _ARMDMA_LINUX_DMA_DIRECT_H
#define _ARMDMA_LINUX_DMA_DIRECT_H

#include <linux/dma-map-ops.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One window of a bus; a map of them ends with size 0. */
struct bus_dma_region {
	phys_addr_t cpu_start;
	dma_addr_t dma_start;
	u64 size;
};

/** Lowest and highest device address of a map. */
static inline dma_addr_t dma_range_map_min(const struct bus_dma_region *map)
{
	dma_addr_t lowest = ~(dma_addr_t)0;

	for (; map->size; map++)
		lowest = map->dma_start < lowest ? map->dma_start : lowest;
	return lowest;
}

static inline dma_addr_t dma_range_map_max(const struct bus_dma_region *map)
{
	dma_addr_t highest = 0;

	for (; map->size; map++) {
		dma_addr_t last = map->dma_start + map->size - 1;

		highest = last > highest ? last : highest;
	}
	return highest;
}

/** DMA_MAPPING_ERROR when no window holds @paddr. */
dma_addr_t phys_to_dma(struct device *dev, phys_addr_t paddr);
/* Memory is never encrypted here. */
#define phys_to_dma_unencrypted(dev, paddr)	phys_to_dma(dev, paddr)
static inline bool force_dma_unencrypted(struct device *dev)
{
	return false;
}

/** PHYS_ADDR_MAX when no window holds @dma. */
phys_addr_t dma_to_phys(struct device *dev, dma_addr_t dma);

/** Can the device, over this bus, address all of [@dma, +@size)? */
bool dma_capable(struct device *dev, dma_addr_t dma, size_t size, bool is_ram);

dma_addr_t dma_direct_map_page(struct device *dev, struct page *page, unsigned long offset,
			       size_t size, enum dma_data_direction dir,
			       unsigned long attrs);
void dma_direct_unmap_page(struct device *dev, dma_addr_t dma, size_t size,
			   enum dma_data_direction dir, unsigned long attrs);
/** Return: @nents, or -EIO with nothing mapped. */
int dma_direct_map_sg(struct device *dev, struct scatterlist *sgl, int nents,
		      enum dma_data_direction dir, unsigned long attrs);
void dma_direct_unmap_sg(struct device *dev, struct scatterlist *sgl, int nents,
			 enum dma_data_direction dir, unsigned long attrs);
dma_addr_t dma_direct_map_resource(struct device *dev, phys_addr_t paddr, size_t size,
				   enum dma_data_direction dir, unsigned long attrs);

void dma_direct_sync_single_for_cpu(struct device *dev, dma_addr_t dma, size_t size,
				    enum dma_data_direction dir);
void dma_direct_sync_single_for_device(struct device *dev, dma_addr_t dma, size_t size,
				       enum dma_data_direction dir);
void dma_direct_sync_sg_for_cpu(struct device *dev, struct scatterlist *sgl, int nents,
				enum dma_data_direction dir);
void dma_direct_sync_sg_for_device(struct device *dev, struct scatterlist *sgl, int nents,
				   enum dma_data_direction dir);

void *dma_direct_alloc(struct device *dev, size_t size, dma_addr_t *ret_handle, gfp_t gfp,
		       unsigned long attrs);
void dma_direct_free(struct device *dev, size_t size, void *va, dma_addr_t dma,
		     unsigned long attrs);

/** dma_alloc_pages(), of @size whole pages; and back. */
struct page *dma_direct_alloc_pages(struct device *dev, size_t size,
				    dma_addr_t *dma_handle, enum dma_data_direction dir,
				    gfp_t gfp);
void dma_direct_free_pages(struct device *dev, size_t size, struct page *page,
			   dma_addr_t dma_addr, enum dma_data_direction dir);
int dma_direct_get_sgtable(struct device *dev, struct sg_table *sgt, void *cpu_addr,
			   dma_addr_t dma_addr, size_t size, unsigned long attrs);
bool dma_direct_can_mmap(struct device *dev);

/** 1 when masks like @mask can be served, else 0. */
int dma_direct_supported(struct device *dev, u64 mask);
u64 dma_direct_get_required_mask(struct device *dev);
size_t dma_direct_max_mapping_size(struct device *dev);
bool dma_direct_need_sync(struct device *dev, dma_addr_t dma);
/** Does some window cover every bank of memory? */
bool dma_direct_all_ram_mapped(struct device *dev);

#ifdef __cplusplus
}
#endif
#endif
