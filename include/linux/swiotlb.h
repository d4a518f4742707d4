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
 * There may be more (Linux: CONFIG_SWIOTLB_DYNAMIC; here swiotlb=dynamic): when no
 * slots are free, a pool for that one mapping is made, and another of 1 to 4 MiB for all
 * by the time of the next. And there may be restricted ones: all that one device may
 * touch, from /reserved-memory.
 *
 * Leaves out: memory encryption; what only an architecture's boot code calls; bouncing
 * of unaligned kmalloc() (Arm does not select it).
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

/** The pool that @paddr lies in, of those @dev bounces through; NULL: no bounce buffer. */
struct io_tlb_pool *swiotlb_find_pool(struct device *dev, phys_addr_t paddr);

bool is_swiotlb_active(struct device *dev);
bool is_swiotlb_force_bounce(struct device *dev);
/** Its memory for both sides comes out of its bounce buffers, which are restricted. */
bool is_swiotlb_for_alloc(struct device *dev);
/** Bytes of the largest mapping, less what the device's alignment costs. */
size_t swiotlb_max_mapping_size(struct device *dev);

/** The machine's own bounce buffers from now on. */
void swiotlb_dev_init(struct device *dev);

/* Of the machine's own, which the current CPU belongs to; asking for the base ends growth. */
bool is_swiotlb_allocated(void);
phys_addr_t default_swiotlb_base(void);
phys_addr_t default_swiotlb_limit(void);

/**
 * swiotlb_alloc() - pages out of the bounce buffers of @dev, neither zeroed nor flushed
 * @size: bytes; aligned to the power of two of pages that holds them; at most 256 KiB
 * Return: yours to swiotlb_free() with the same @size; NULL when nothing fits.
 */
struct page *swiotlb_alloc(struct device *dev, size_t size);
/** Return: false: @page is none of them. */
bool swiotlb_free(struct device *dev, struct page *page, size_t size);

#ifdef __cplusplus
}
#endif
#endif
