/* SPDX-License-Identifier: MIT */
/*
 * Items of one size, by number: 1, 2, 3, ... One range of host addresses is reserved
 * for all that there can be, and gets memory as they are first used, so that number and
 * pointer are an addition apart and nothing ever moves.
 *
 * What is free hangs together by its first four bytes.
 */
#ifndef LIB_HAZARD_SHELF_H
#define LIB_HAZARD_SHELF_H

#include <stddef.h>
#include <stdint.h>
#include <linux/spinlock.h>

struct shelf {
	char *base;
	size_t item_bytes;
	size_t ready_bytes;	/* that have memory */
	uint32_t nr_items;	/* that fit into the reserved range */
	uint32_t nr_begun;	/* ever given out; number 0 is nobody's */
	uint32_t free;
	spinlock_t lock;
};

/* Room for @nr_items; for fewer where the host has no such range left. */
void shelf_init(struct shelf *s, size_t item_bytes, uint32_t nr_items);
void shelf_done(struct shelf *s);

/* @nr items in a chain, ending with 0. Their bytes are anything. */
uint32_t shelf_take(struct shelf *s, unsigned nr);
/* The chain from @first to @last comes back. */
void shelf_give(struct shelf *s, uint32_t first, uint32_t last);

static inline void *shelf_at(const struct shelf *s, uint32_t number)
{
	return s->base + (size_t)number * s->item_bytes;
}

static inline uint32_t shelf_number(const struct shelf *s, const void *item)
{
	return (uint32_t)((size_t)((const char *)item - s->base) / s->item_bytes);
}

/* The next of a chain. */
static inline uint32_t *shelf_link(const struct shelf *s, uint32_t number)
{
	return shelf_at(s, number);
}

#endif
