/* SPDX-License-Identifier: MIT */
/*
 * dmabounce: how Arm bounced before it had swiotlb, for parts that cannot reach all of
 * memory, or may not touch some of it (SA-1111, IXP4xx). Gone in Linux 6.0.
 *
 *   buffer  --copy-->  safe buffer: coherent, so uncached  <-->  device
 *           <--copy--
 *
 * A mapping that the mask does not cover, or that @needs_bounce says yes to, gets a
 * safe buffer of its own: from the pool of small ones, from that of large ones, or by
 * itself. Everything else is mapped directly. Which copies are made:
 *
 *                        TO_DEVICE   FROM_DEVICE   BIDIRECTIONAL
 *   map                  in          -             in
 *   sync_for_device      in          -             in
 *   sync_for_cpu         -           out           out
 *   unmap                -           out           out
 *
 * swiotlb of 6.12 makes the same ones and one more: it copies in at every map,
 * FROM_DEVICE too. Here bytes that the device did not write come back as whatever the
 * safe buffer held.
 *
 * Source: arch/arm/include/asm/dma-mapping.h and arch/arm/common/dmabounce.c of Linux
 * 5.x, from memory: neither is in 6.12.
 */
#ifndef _ARMDMA_ASM_DMA_MAPPING_H
#define _ARMDMA_ASM_DMA_MAPPING_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct device;

/**
 * dmabounce_register_dev() - let @dev bounce
 * @small_buffer_size: bytes of a block of the first pool, at least 1
 * @large_buffer_size: of the second, more than that; 0: there is none, and what is not
 *                     small is allocated for itself
 * @needs_bounce_fn:   is asked about every mapping that the mask covers: its device
 *                     address if it were direct, and bytes. Not 0: bounce
 *
 * Sets the device's dma_map_ops. A mapping of more bytes than its mask has addresses is
 * refused. dma_set_mask() fails from then on: the mask is what it is.
 * Context: process.
 * Return: 0; -ENOMEM (a retry may help).
 */
int dmabounce_register_dev(struct device *dev, unsigned long small_buffer_size,
			   unsigned long large_buffer_size,
			   int (*needs_bounce_fn)(struct device *, dma_addr_t, size_t));

/**
 * dmabounce_unregister_dev() - direct again
 *
 * Nothing may be mapped; what is, is said, and its safe buffers go all the same.
 * Context: process.
 */
void dmabounce_unregister_dev(struct device *dev);

#ifdef __cplusplus
}
#endif
#endif
