/* SPDX-License-Identifier: MIT */
/*
 * Bounce buffers: memory that every device reaches, and copies.
 *
 *   buffer (out of reach)  --copy, clean-->  slots (in reach)  <-->  device
 *                          <--invalidate, copy--
 *
 * Slots of 2 KiB; one mapping takes a run of them inside a segment of 128, so at
 * most 256 KiB. Mapping copies the buffer in even when the device will only
 * write, so that bytes it does not write survive. For a device that does not snoop
 * they do not, as in Linux 6.12 on Arm: the copy is still in the cache when mapping
 * FROM_DEVICE invalidates the slot.
 *
 * The pool is made when the first device comes that cannot reach all of memory,
 * or at boot when every mapping shall bounce.
 *
 * Leaves out: restricted pools, dynamic and transient pools, SWIOTLB for
 * unaligned kmalloc() (Arm does not select it).
 * Source: kernel/dma/swiotlb.c.
 */
#ifndef _ARMDMA_LINUX_SWIOTLB_H
#define _ARMDMA_LINUX_SWIOTLB_H

#include <linux/dma-direction.h>
#include <linux/device.h>

#ifdef __cplusplus
extern "C" {
#endif

#define IO_TLB_SHIFT		11
#define IO_TLB_SIZE		(1 << IO_TLB_SHIFT)
#define IO_TLB_SEGSIZE		128
#define IO_TLB_DEFAULT_SIZE	(64UL << 20)

/**
 * swiotlb_map() - bounce [@paddr, +@size) and make the slot the device's
 * Return: device address; DMA_MAPPING_ERROR when no run of slots is free (a retry
 * may help) or @size is too large (it cannot).
 */
dma_addr_t swiotlb_map(struct device *dev, phys_addr_t paddr, size_t size,
		       enum dma_data_direction dir, unsigned long attrs);

/**
 * swiotlb_tbl_map_single() - the same without cache maintenance
 * @alloc_align_mask: low bits of the slot that must be 0
 * Return: physical address in a slot, or (phys_addr_t)DMA_MAPPING_ERROR.
 */
phys_addr_t swiotlb_tbl_map_single(struct device *dev, phys_addr_t orig_paddr, size_t size,
				   unsigned int alloc_align_mask,
				   enum dma_data_direction dir, unsigned long attrs);

/* These do nothing unless @paddr lies in a slot. */
void swiotlb_tbl_unmap_single(struct device *dev, phys_addr_t paddr, size_t size,
			      enum dma_data_direction dir, unsigned long attrs);
void swiotlb_sync_single_for_device(struct device *dev, phys_addr_t paddr, size_t size,
				    enum dma_data_direction dir);
void swiotlb_sync_single_for_cpu(struct device *dev, phys_addr_t paddr, size_t size,
				 enum dma_data_direction dir);

bool is_swiotlb_buffer(struct device *dev, phys_addr_t paddr);
bool is_swiotlb_active(struct device *dev);
bool is_swiotlb_force_bounce(struct device *dev);
/** Bytes of the largest mapping, less what the device's alignment costs. */
size_t swiotlb_max_mapping_size(struct device *dev);

#ifdef __cplusplus
}
#endif
#endif
