/* SPDX-License-Identifier: MIT */
/*
 * Numbers from a seed: SplitMix64 (Steele, Lea, Flood 2014), which any seed suits, so
 * that each setting has one of its own and can be had again alone.
 */
#ifndef TESTS_ORACLE_DICE_H
#define TESTS_ORACLE_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
	uint64_t state;
};

static inline uint64_t dice64(struct dice *d)
{
	uint64_t z = d->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static inline uint32_t dice32(struct dice *d)
{
	return (uint32_t)(dice64(d) >> 32);
}

/* 0..n-1; the bias of a few parts in 2^32 does not matter here. */
static inline uint32_t dice_below(struct dice *d, uint32_t n)
{
	return (uint32_t)((uint64_t)dice32(d) * n >> 32);
}

static inline bool dice_percent(struct dice *d, unsigned percent)
{
	return dice_below(d, 100) < percent;
}

#define dice_of(d, array)	((array)[dice_below(d, sizeof(array) / sizeof((array)[0]))])

#endif
