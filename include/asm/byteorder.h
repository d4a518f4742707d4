/* SPDX-License-Identifier: MIT */
/*
 * The order of bytes: the CPU's is little-endian, and so is the host's.
 *
 * Source: include/uapi/linux/byteorder/little_endian.h, include/linux/byteorder/generic.h.
 */
#ifndef _ARMDMA_ASM_BYTEORDER_H
#define _ARMDMA_ASM_BYTEORDER_H

#include <linux/types.h>

#define swab16(x)		__builtin_bswap16(x)
#define swab32(x)		__builtin_bswap32(x)
#define swab64(x)		__builtin_bswap64(x)

#define cpu_to_le16(x)		((__le16)(u16)(x))
#define cpu_to_le32(x)		((__le32)(u32)(x))
#define cpu_to_le64(x)		((__le64)(u64)(x))
#define le16_to_cpu(x)		((u16)(__le16)(x))
#define le32_to_cpu(x)		((u32)(__le32)(x))
#define le64_to_cpu(x)		((u64)(__le64)(x))
#define cpu_to_be16(x)		((__be16)swab16((u16)(x)))
#define cpu_to_be32(x)		((__be32)swab32((u32)(x)))
#define cpu_to_be64(x)		((__be64)swab64((u64)(x)))
#define be16_to_cpu(x)		((u16)swab16((u16)(__be16)(x)))
#define be32_to_cpu(x)		((u32)swab32((u32)(__be32)(x)))
#define be64_to_cpu(x)		((u64)swab64((u64)(__be64)(x)))

#define le32_to_cpup(p)		le32_to_cpu(*(p))
#define be32_to_cpup(p)		be32_to_cpu(*(p))
#define be64_to_cpup(p)		be64_to_cpu(*(p))

#endif
