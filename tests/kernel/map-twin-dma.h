/* SPDX-License-Identifier: MIT */
/*
 * Included before what map-twin.py has cut out of mapping.c and dma-iommu.c. Operations
 * of a device's own are never set here; their type must be complete.
 */
#ifndef MAP_TWIN_DMA_H
#define MAP_TWIN_DMA_H

struct dma_map_ops {
	dma_addr_t (*map_page)(struct device *, struct page *, unsigned long, size_t,
			       enum dma_data_direction, unsigned long);
	void (*unmap_page)(struct device *, dma_addr_t, size_t, enum dma_data_direction,
			   unsigned long);
	int (*map_sg)(struct device *, struct scatterlist *, int, enum dma_data_direction,
		      unsigned long);
	void (*unmap_sg)(struct device *, struct scatterlist *, int, enum dma_data_direction,
			 unsigned long);
};

#endif
