/* SPDX-License-Identifier: MIT */
/* Single bits and runs of bits; both ends of a run are included. */
#ifndef _ARMDMA_LINUX_BITS_H
#define _ARMDMA_LINUX_BITS_H

#define BITS_PER_BYTE		8
#ifndef BITS_PER_LONG
#define BITS_PER_LONG		64	/* of the host, see types.h */
#endif

#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define GENMASK(high, low)	((~0UL << (low)) & (~0UL >> (63 - (high))))
#define GENMASK_ULL(high, low)	((~0ULL << (low)) & (~0ULL >> (63 - (high))))

#endif
