/* SPDX-License-Identifier: MIT */
/*
 * Cache lines as a multi-platform v7 kernel assumes them: 64 bytes. A board's
 * own line may be 32 (Cortex-A9, PL310); alignment to 64 suits both.
 */
#ifndef _ARMDMA_LINUX_CACHE_H
#define _ARMDMA_LINUX_CACHE_H

#include <linux/types.h>

#define L1_CACHE_SHIFT		6
#define L1_CACHE_BYTES		(1 << L1_CACHE_SHIFT)
#define SMP_CACHE_BYTES		L1_CACHE_BYTES
#define ARCH_DMA_MINALIGN	L1_CACHE_BYTES

#define ____cacheline_aligned	__attribute__((__aligned__(L1_CACHE_BYTES)))
#define __dma_aligned		____cacheline_aligned

/* Marks of no bytes, to which an attribute may be added. */
#define __cacheline_group_begin(GROUP)	__u8 __cacheline_group_begin__##GROUP[0]
#define __cacheline_group_end(GROUP)	__u8 __cacheline_group_end__##GROUP[0]

#endif
