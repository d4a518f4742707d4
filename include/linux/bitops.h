/* SPDX-License-Identifier: MIT */
/*
 * Finding bits. ffs and fls count from 1 and give 0 for 0; __ffs and __fls
 * count from 0 and must not be given 0.
 */
#ifndef _ARMDMA_LINUX_BITOPS_H
#define _ARMDMA_LINUX_BITOPS_H

#include <linux/bits.h>
#include <linux/types.h>

static inline unsigned long __ffs(unsigned long word)
{
	return (unsigned long)__builtin_ctzl(word);
}

static inline unsigned long __fls(unsigned long word)
{
	return 63UL - (unsigned long)__builtin_clzl(word);
}

static inline int fls(unsigned int word)
{
	return word ? 32 - __builtin_clz(word) : 0;
}

static inline int fls64(u64 word)
{
	return word ? 64 - __builtin_clzll(word) : 0;
}

static inline unsigned int hweight32(u32 word)
{
	return (unsigned int)__builtin_popcount(word);
}

static inline unsigned int hweight64(u64 word)
{
	return (unsigned int)__builtin_popcountll(word);
}

#endif
