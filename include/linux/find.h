/* SPDX-License-Identifier: MIT */
/*
 * The next bit of an array of words, set or clear, from @offset on; @size when there is
 * none below it.
 *
 * Leaves out: and-, or- and wrapping forms, and finding backwards.
 * Source: include/linux/find.h.
 */
#ifndef _ARMDMA_LINUX_FIND_H
#define _ARMDMA_LINUX_FIND_H

#include <linux/bitops.h>

/* @flip: all ones to find what is clear. */
static inline unsigned long _find_next(const unsigned long *map, unsigned long size,
				       unsigned long offset, unsigned long flip)
{
	unsigned long at = offset & ~(BITS_PER_LONG - 1UL);
	unsigned long word;

	if (offset >= size)
		return size;
	word = (map[at / BITS_PER_LONG] ^ flip) & (~0UL << (offset - at));
	while (!word) {
		at += BITS_PER_LONG;
		if (at >= size)
			return size;
		word = map[at / BITS_PER_LONG] ^ flip;
	}
	at += __ffs(word);
	return at < size ? at : size;
}

static inline unsigned long find_next_bit(const unsigned long *map, unsigned long size,
					  unsigned long offset)
{
	return _find_next(map, size, offset, 0);
}

static inline unsigned long find_first_bit(const unsigned long *map, unsigned long size)
{
	return _find_next(map, size, 0, 0);
}

static inline unsigned long find_first_zero_bit(const unsigned long *map, unsigned long size)
{
	return _find_next(map, size, 0, ~0UL);
}

static inline unsigned long find_next_zero_bit(const unsigned long *map, unsigned long size,
					       unsigned long offset)
{
	return _find_next(map, size, offset, ~0UL);
}

#endif
