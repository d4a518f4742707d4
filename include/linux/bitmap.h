/* SPDX-License-Identifier: MIT */
/*
 * Runs of bits in an array of words of the host.
 *
 * Leaves out: all that no file here asks for; one bit at a time is <linux/find.h>.
 * Source: include/linux/bitmap.h, lib/bitmap.c.
 */
#ifndef _ARMDMA_LINUX_BITMAP_H
#define _ARMDMA_LINUX_BITMAP_H

#include <linux/bitops.h>
#include <linux/find.h>

/* The bits of the word of @start that [@start, @end) has, which is not empty. */
static inline unsigned long _bitmap_word_mask(unsigned long start, unsigned long end)
{
	unsigned long first = start % BITS_PER_LONG;
	unsigned long room = BITS_PER_LONG - first;
	unsigned long nr = end - start < room ? end - start : room;

	return (~0UL >> (BITS_PER_LONG - nr)) << first;
}

static inline unsigned long _bitmap_next_word(unsigned long start)
{
	return (start | (BITS_PER_LONG - 1UL)) + 1;
}

/** bitmap_set(), bitmap_clear() - @nbits bits from @start on */
static inline void bitmap_set(unsigned long *map, unsigned int start, unsigned int nbits)
{
	unsigned long end = (unsigned long)start + nbits;

	for (unsigned long at = start; at < end; at = _bitmap_next_word(at))
		map[at / BITS_PER_LONG] |= _bitmap_word_mask(at, end);
}

static inline void bitmap_clear(unsigned long *map, unsigned int start, unsigned int nbits)
{
	unsigned long end = (unsigned long)start + nbits;

	for (unsigned long at = start; at < end; at = _bitmap_next_word(at))
		map[at / BITS_PER_LONG] &= ~_bitmap_word_mask(at, end);
}

static inline void bitmap_zero(unsigned long *map, unsigned int nbits)
{
	bitmap_clear(map, 0, nbits);
}

/**
 * bitmap_find_next_zero_area() - the first run of @nr clear bits from @start on that begins
 *                                at a multiple of @align_mask + 1, a power of two
 * Return: where it begins; more than @size when there is none below it.
 */
static inline unsigned long bitmap_find_next_zero_area(const unsigned long *map,
						       unsigned long size, unsigned long start,
						       unsigned int nr, unsigned long align_mask)
{
	unsigned long at = find_next_zero_bit(map, size, start);

	for (;;) {
		unsigned long taken;

		at = (at + align_mask) & ~align_mask;
		if (at + nr > size)
			return at + nr;
		taken = find_next_bit(map, at + nr, at);
		if (taken == at + nr)
			return at;
		at = find_next_zero_bit(map, size, taken + 1);
	}
}

#endif
