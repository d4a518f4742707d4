/* SPDX-License-Identifier: MIT */
/* Rounding to a power of two. @a must be one; it is not checked. */
#ifndef _ARMDMA_LINUX_ALIGN_H
#define _ARMDMA_LINUX_ALIGN_H

#define ALIGN(x, a)		(((x) + ((__typeof__(x))(a) - 1)) & ~((__typeof__(x))(a) - 1))
#define ALIGN_DOWN(x, a)	((x) & ~((__typeof__(x))(a) - 1))
#define IS_ALIGNED(x, a)	(((x) & ((__typeof__(x))(a) - 1)) == 0)
#define PTR_ALIGN(p, a)		((__typeof__(p))ALIGN((unsigned long)(p), (a)))

#endif
