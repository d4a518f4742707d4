/* SPDX-License-Identifier: MIT */
/*
 * Short bent mappings of a device by device address (mapped.h). Behind an IOMMU nearly
 * all are such, each in pages of its own:
 *
 *	number[dma >> 12 & 4095] --> the one mapping that begins there
 *
 * A second one with the same place, a longer or a bounced one is in the device's treap.
 *
 * A place changes hands under the lock of the region of its mapping's memory. Regions of
 * several mappings may want one place, so who takes it says so in one step.
 */
#ifndef LIB_HAZARD_BENDS_H
#define LIB_HAZARD_BENDS_H

#include "engine.h"

#define NR_BENDS	4096u
#define BEND_TAKEN	UINT32_MAX	/* its mapping is not one yet */

struct bends {
	uint32_t number[NR_BENDS];
};

/* NULL until the device has had a bent mapping. */
static inline uint32_t *bend_place(const struct dev_record *d, uint64_t dma)
{
	struct bends *b = __atomic_load_n(&d->bends, __ATOMIC_ACQUIRE);

	return b ? &b->number[dma >> PAGE_BIN_SHIFT & (NR_BENDS - 1)] : NULL;
}

/* May it have a place? */
static inline bool bend_is_short(const struct mapping *m)
{
	return !m->is_bounced && mapped_level(m->pa, m->len) == LEVEL_PAGE;
}

static inline bool bend_take(const struct dev_record *d, uint64_t dma)
{
	uint32_t *place = bend_place(d, dma), none = 0;

	return place && __atomic_compare_exchange_n(place, &none, BEND_TAKEN, false,
						    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* @number 0: it is free again. */
static inline void bend_set(const struct dev_record *d, uint64_t dma, uint32_t number)
{
	__atomic_store_n(bend_place(d, dma), number, __ATOMIC_RELEASE);
}

/* Who has the place of @dma, or NULL. */
static inline struct mapping *bend_at(const struct dev_record *d, uint64_t dma)
{
	const uint32_t *place = bend_place(d, dma);
	uint32_t number = place ? __atomic_load_n(place, __ATOMIC_ACQUIRE) : 0;

	return number == BEND_TAKEN ? NULL : nth_mapping(d->live, number);
}

#endif
