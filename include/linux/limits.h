/* SPDX-License-Identifier: MIT */
/* The system's limits, and the largest values of the kernel's types. */
#ifndef _ARMDMA_LINUX_LIMITS_H
#define _ARMDMA_LINUX_LIMITS_H

#include_next <linux/limits.h>
#include <linux/types.h>
#include <limits.h>

#define U8_MAX		((u8)~0U)
#define U16_MAX		((u16)~0U)
#define U32_MAX		((u32)~0U)
#define U64_MAX		((u64)~0ULL)
#define PHYS_ADDR_MAX	(~(phys_addr_t)0)

#endif
