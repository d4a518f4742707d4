/* SPDX-License-Identifier: MIT */
/*
 * A device's own reserved memory: its memory-region in the board's device tree.
 *
 *   shared-dma-pool, no-map     dma_alloc_coherent() takes from there alone (*)
 *   shared-dma-pool, reusable   contiguous memory comes from there
 *   restricted-dma-pool         every mapping bounces through it (*)
 *
 * (*) devices of the board have it from the start; asking again is fine.
 *
 * Context: process.
 * Source: drivers/of/of_reserved_mem.c.
 */
#ifndef _ARMDMA_LINUX_OF_RESERVED_MEM_H
#define _ARMDMA_LINUX_OF_RESERVED_MEM_H

#include <linux/device.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * of_reserved_mem_device_init_by_idx() - give @dev the region that is entry @idx of
 *                                        @np's memory-region
 * @np: dev->of_node, or that of another device
 *
 * Return: 0, also when the tree disables the region;
 *   -EINVAL  @np is NULL, the region could not be had, or is for no such use
 *   -ENODEV  there is no such entry
 *   -EBUSY   @dev has other coherent memory of its own already
 *   -ENOMEM  out of memory; a retry may help
 */
int of_reserved_mem_device_init_by_idx(struct device *dev, struct device_node *np, int idx);
static inline int of_reserved_mem_device_init(struct device *dev)
{
	return of_reserved_mem_device_init_by_idx(dev, dev->of_node, 0);
}

/** From now on @dev is as if it had none; what it has of it must be freed before. */
void of_reserved_mem_device_release(struct device *dev);

#ifdef __cplusplus
}
#endif
#endif
