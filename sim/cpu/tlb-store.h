/* SPDX-License-Identifier: MIT */
/*
 * The entries of a TLB: leaves that walks found, by address and address space.
 *
 *   sets[hash or index of va] --> entry --> entry --> 0      the newest first
 *
 * Unbounded, the sets double as entries come. With the shape of a part, a set holds as
 * many as it has ways, and the oldest leaves for a new one: round robin.
 *
 * No two entries here match one access: whoever adds one removes what overlaps it first.
 */
#ifndef SIM_CPU_TLB_STORE_H
#define SIM_CPU_TLB_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <armdma/board.h>

#define TLB_MIB		4096u

/* @word is a word of tlb.h, of the first page; its kind is left open. */
struct tlb_entry {
	uint64_t word;
	uint32_t va_first;
	uint32_t next;			/* in its set, or among the free: an index; 0 ends */
};

struct tlb_store {
	struct tlb_entry *entries;	/* [1, nr_room) */
	uint32_t *sets;
	uint32_t set_mask;
	uint32_t nr, nr_room, free;
	unsigned nr_ways;		/* 0: unbounded */
	uint32_t sizes;			/* a bit for each size of which there are entries */
	uint32_t nr_of_size[16];
	uint32_t nr_small[TLB_MIB];	/* smaller than 1 MiB, in each MiB */
};

/* Which entries are meant: those of @asid, global ones, or both; or of any ASID. */
struct tlb_which {
	bool of_any_asid;
	bool of_asid;
	bool global;
	uint8_t asid;
};

/* @shape: of a real TLB; @nr_entries 0: unbounded. */
void tlb_store_init(struct tlb_store *s, struct tlb_shape shape);
void tlb_store_done(struct tlb_store *s);

/* The entry that translates @va in address space @asid, or NULL; good until a change. */
const struct tlb_entry *tlb_store_find(const struct tlb_store *s, uint32_t va, unsigned asid);

/* True: there was no way free, and @ret_evicted left. */
bool tlb_store_add(struct tlb_store *s, uint64_t word, uint32_t va_first,
		   struct tlb_entry *ret_evicted);

/* Remove every entry meant that has a byte of [va, va + len), and tell of each. */
typedef void (*tlb_leave_fn)(void *opaque, const struct tlb_entry *e);
void tlb_store_remove(struct tlb_store *s, uint32_t va, uint64_t len, struct tlb_which which,
		      tlb_leave_fn leave, void *opaque);

/* Call @look with each entry, until it says true; did it? */
typedef bool (*tlb_look_fn)(void *opaque, const struct tlb_entry *e);
bool tlb_store_any(const struct tlb_store *s, tlb_look_fn look, void *opaque);

#endif
