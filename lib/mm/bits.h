/* SPDX-License-Identifier: MIT */
/*
 * A set of small integers that finds its next member fast: a bitmap, and above
 * each 64 bits of it one bit that says whether any is set, and so on up.
 *
 *	level 2   1                                 one word
 *	level 1   1 . 1                             a bit for each word below
 *	level 0   .1.. .... 1..1                    a bit for each integer
 *
 * Four levels hold 2^24 integers.
 */
#ifndef LIB_MM_BITS_H
#define LIB_MM_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <glib.h>
#include <linux/types.h>

#define BITS_LEVELS	4

struct bits {
	size_t nr;			/* integers 0..nr - 1 */
	u64 *level[BITS_LEVELS];
};

static inline void bits_init(struct bits *b, size_t nr)
{
	size_t nr_words = nr;

	g_assert(nr <= (size_t)1 << (6 * BITS_LEVELS));
	b->nr = nr;
	for (unsigned l = 0; l < BITS_LEVELS; l++) {
		nr_words = (nr_words + 63) / 64;
		b->level[l] = g_new0(u64, nr_words + 1);
	}
}

static inline void bits_done(struct bits *b)
{
	for (unsigned l = 0; l < BITS_LEVELS; l++)
		g_clear_pointer(&b->level[l], g_free);
}

static inline bool bits_has(const struct bits *b, size_t i)
{
	return i < b->nr && b->level[0][i / 64] >> (i % 64) & 1;
}

static inline void bits_add(struct bits *b, size_t i)
{
	for (unsigned l = 0; l < BITS_LEVELS; l++, i /= 64)
		b->level[l][i / 64] |= 1ull << (i % 64);
}

static inline void bits_drop(struct bits *b, size_t i)
{
	for (unsigned l = 0; l < BITS_LEVELS; l++, i /= 64) {
		b->level[l][i / 64] &= ~(1ull << (i % 64));
		if (b->level[l][i / 64])
			return;
	}
}

/* The smallest member that is not below @from; b->nr when there is none. */
static inline size_t bits_next(const struct bits *b, size_t from)
{
	unsigned l = 0;
	size_t i = from;

	/* Up, until a word has something at or right of where we stand. */
	for (;; l++) {
		if (l == BITS_LEVELS || i / 64 > (b->nr - 1) >> (6 * (l + 1)))
			return b->nr;

		u64 rest = b->level[l][i / 64] & (~0ull << (i % 64));

		if (rest) {
			i = i / 64 * 64 + (size_t)__builtin_ctzll(rest);
			break;
		}
		i = i / 64 + 1;
	}
	/* Down again, always to the first. */
	while (l--)
		i = i * 64 + (size_t)__builtin_ctzll(b->level[l][i]);
	return i;
}

#endif
