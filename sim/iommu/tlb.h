/* SPDX-License-Identifier: MIT */
/*
 * Translations that an IOMMU holds: a TLB of any shape. A walk cache is another one, whose
 * entries are tables instead of pages.
 *
 *   bounded     @nr_entries in sets of @nr_ways; the victim is the oldest, or drawn
 *   pointed at  one set, whose next victim is a register, as are those that are none
 *   unbounded   all, until they are invalidated
 *   indexed     the set is chosen by the page that is asked for, whatever the size of what
 *               translates it: a large page lies in as many sets as it has been used in
 *
 * An entry is found by (context, ASID, address); those that are global, by any ASID. Sizes
 * may be mixed: each that is held is looked for, the smallest first. An entry can say that
 * there is *no* translation (negative); a locked one is nobody's victim and outlives every
 * invalidation but that of all with its lock.
 */
#ifndef SIM_IOMMU_TLB_H
#define SIM_IOMMU_TLB_H

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

struct iommu_hw;

enum iotlb_perm { IOTLB_READ = 1, IOTLB_WRITE = 2, IOTLB_USER_READ = 4, IOTLB_USER_WRITE = 8,
		  IOTLB_FETCH = 16, IOTLB_USER_FETCH = 32 };

struct iotlb_entry {
	uint64_t iova;			/* of its first byte */
	uint64_t pa;			/* of that; of a table, where it lies */
	uint32_t context, asid;
	uint8_t size_log2;
	uint8_t level;			/* at which the walk ended; of a table, whose it is */
	uint8_t perms;			/* enum iotlb_perm; of a table, those it leaves */
	bool is_valid, is_global, is_locked;
	bool is_unsnooped;		/* by the attributes of the page */
	bool is_clean;			/* a write makes the page dirty, by another walk */
	bool is_negative;		/* nothing is there, as ->reason says */
	uint8_t reason;			/* enum iommu_hw_reason */
	bool is_loaded;			/* by software, whatever tables say */
	uint32_t attrs;			/* of the page, as the kind's own registers show them */
	uint64_t born, born_step;	/* when it was read: a moment, and the step */
	uint16_t set;			/* of an indexed TLB: it answers there alone */
};

struct iotlb_shape {
	unsigned nr_entries;		/* 0: unbounded */
	unsigned nr_ways;		/* 0: fully associative; else divides nr_entries */
	bool draws_victims;		/* else the oldest goes */
	bool has_pointer;		/* ->victim is filled next, even if others are free */
	uint8_t index_log2;		/* indexed, by the address from this bit on; 0: it is not */
	unsigned index_sets;		/* then, how many sets: nr_entries / nr_ways if bounded */
};

struct iotlb {
	struct iommu_hw *owner;
	struct iotlb_shape shape;
	struct iotlb_entry *entries;	/* bounded */
	unsigned *next_victim;		/* of each set */
	unsigned base, victim;		/* has_pointer: it goes round in [base, nr_entries) */
	GHashTable *held;		/* unbounded: of struct iotlb_entry, by itself */
	unsigned nr_of_size[64];	/* entries of 1 << n bytes */
	uint64_t sizes;			/* bit n: there are some */
};

/* @owner: whose chooser draws victims, and who counts what goes. */
void iotlb_init(struct iotlb *t, struct iommu_hw *owner, struct iotlb_shape shape);
void iotlb_done(struct iotlb *t);

/* NULL: none. Two that match are the first of them: models that must know ask iotlb_match(). */
const struct iotlb_entry *iotlb_find(const struct iotlb *t, uint32_t context, uint32_t asid,
				     uint64_t iova);
/* As above, among entries of 1 << @size_log2 bytes alone. */
const struct iotlb_entry *iotlb_find_size(const struct iotlb *t, uint32_t context, uint32_t asid,
					  uint64_t iova, unsigned size_log2);
/* How many entries, of whatever size, would answer. */
unsigned iotlb_match(const struct iotlb *t, uint32_t context, uint32_t asid, uint64_t iova);

/* @e is aligned to its size. What had the same name and size is replaced. */
void iotlb_insert(struct iotlb *t, const struct iotlb_entry *e);
/* The same where @iova, which it translates, was asked for: an indexed one holds it there. */
void iotlb_insert_for(struct iotlb *t, const struct iotlb_entry *e, uint64_t iova);

/*
 * Of a bounded one, by place: what is there, valid or not; and @e there, whatever else is
 * held. @e NULL: it is not valid any more.
 */
const struct iotlb_entry *iotlb_at(const struct iotlb *t, unsigned idx);
void iotlb_put(struct iotlb *t, unsigned idx, const struct iotlb_entry *e);

/* What goes: everything that a field given here does not rule out. */
struct iotlb_scope {
	bool has_context, has_asid, has_range;
	bool is_with_locked;
	bool spares_global;		/* an ASID's own alone */
	uint32_t context, asid;
	uint64_t iova, last;		/* entries that touch [iova, last], in the sets of that */
};

/* How many went. */
unsigned iotlb_invalidate(struct iotlb *t, const struct iotlb_scope *s);

#endif
