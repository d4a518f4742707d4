/* SPDX-License-Identifier: MIT */
/* Divisions that a 32-bit CPU has no instruction for. Source: include/linux/math64.h. */
#ifndef _ARMDMA_LINUX_MATH64_H
#define _ARMDMA_LINUX_MATH64_H

#include <linux/types.h>

/** @n becomes the quotient. Return: the remainder. */
#define do_div(n, base) __extension__({			\
	u32 __base = (base);				\
	u32 __rem = (u32)((u64)(n) % __base);		\
	(n) = (u64)(n) / __base;			\
	__rem; })

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	*remainder = (u32)(dividend % divisor);
	return dividend / divisor;
}

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}

static inline s64 div_s64(s64 dividend, s32 divisor)
{
	return dividend / divisor;
}

#endif
