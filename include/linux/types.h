/* SPDX-License-Identifier: MIT */
/*
 * The kernel's integer types, on a host that has headers of this name too.
 *
 * System headers include <linux/types.h> for __u64 and friends and may find
 * this file first, so the system's own comes first here. Nothing else may.
 *
 * Addresses are 64 bits wide, as in a multi-platform kernel with LPAE. The
 * host's `unsigned long` is 64 bits where an Arm's is 32: the low half of a
 * pointer into simulated memory is the Arm virtual address.
 */
#ifndef _ARMDMA_LINUX_TYPES_H
#define _ARMDMA_LINUX_TYPES_H

#include_next <linux/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

typedef u64 phys_addr_t;	/* what the CPU's bus carries */
typedef u64 dma_addr_t;		/* what a device puts on its bus */
typedef phys_addr_t resource_size_t;
typedef unsigned int gfp_t;

typedef struct {
	int counter;
} atomic_t;

/* @bits bits in words of the host: <linux/bitops.h>. */
#define DECLARE_BITMAP(name, bits) \
	unsigned long name[((bits) + 8 * sizeof(long) - 1) / (8 * sizeof(long))]

struct list_head {
	struct list_head *next, *prev;
};

#endif
