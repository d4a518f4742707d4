/* SPDX-License-Identifier: MIT */
/*
 * A TLB, in two layers:
 *
 *   words[va >> 12] --0--> entries (tlb-store.h) --none--> a walk, and a new entry
 *
 * Entries are what the TLB holds, of all address spaces. A word says of one 4 KiB page
 * what the present registers make of an entry; 0 is not known. It is written and read
 * whole, so threads of the fast gear look it up without a lock. What changes the
 * meaning of an entry and not the entry (another ASID, the MMU off, a device on the bus)
 * clears words, and so nothing that is held is lost by it.
 *
 *	 63    62    61:58  57:54  53 52 51:50  49:48  47:46  45:38  37  36:31  30:28  27:0
 *	valid quarters size domain OS S  outer  inner  type   ASID   nG  perms  kind PA[39:12]
 *
 * perms is enum mmu_perm, in a word with DACR's say, in an entry without; S and OS are
 * the shareability: of any kind, and beyond the Inner Shareable domain.
 *
 * Unbounded, it holds every translation ever used until it is invalidated or until a
 * leaf of another size takes its place: a superset of what any hardware may hold, so
 * that a forgotten invalidation is certain to be seen. With the shape of the part, it
 * forgets the oldest.
 *
 * Two entries that match the same access are a conflict: DDI 0406C lets hardware use
 * either, or both at once, or abort. Here the newer one stays, alone, and observers are
 * told.
 *
 * Each CPU has a TLB of its own, of instructions too where the part tells the sides
 * apart; in the fast gear, whose CPUs are threads of one program, they share one.
 *
 * Leaves out: TLB conflict aborts; micro TLBs and lockdown; entries of walks halfway
 * (they would be invalidated with the rest); fills that nobody asked for.
 *
 * Spec: DDI 0406C, B3.9 "Translation Lookaside Buffers", B3.10 "TLB maintenance
 * requirements".
 */
#ifndef SIM_CPU_TLB_H
#define SIM_CPU_TLB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <armdma/cpu.h>
#include "../mem/dram.h"
#include "mmu.h"
#include "tlb-store.h"

#define TLB_PAGES	(1u << 20)

/* What is behind a page, and so how it is accessed. */
enum page_kind {
	PAGE_CACHED,		/* the inner image, through L1 */
	PAGE_UNCACHED,		/* DRAM itself */
	PAGE_LOOKED_UP,		/* uncached, but others may answer: the nc image */
	PAGE_IO,		/* registers on the bus */
	PAGE_VOID		/* nobody answers there */
};

struct tlb {
	uint64_t *words;			/* TLB_PAGES */
	uint8_t **page_state;			/* TLB_PAGES: see window.h; of data, exact gear */
	unsigned asid;				/* whose entries the words know, and global ones */
	uint16_t nr_live[TLB_MIB];		/* non-zero words in each MiB */
	uint16_t nr_local[TLB_MIB];		/* of those, the ASID's alone */
	bool is_of_data;			/* and so the window shows what it holds */
	struct tlb_store store;
};

#define TLB_VALID	(1ull << 63)
#define TLB_PERMS_SHIFT	31
#define TLB_READABLE	((uint64_t)PERM_READ << TLB_PERMS_SHIFT)
#define TLB_WRITABLE	((uint64_t)PERM_WRITE << TLB_PERMS_SHIFT)
#define TLB_NON_GLOBAL	(1ull << 37)
#define TLB_ASID_SHIFT	38
#define TLB_SIZE_SHIFT	58
/* ARMv5: each KiB has its own AP, kept where the ASID is; perms are those of any. */
#define TLB_QUARTERS	(1ull << 62)

/* By the size field: 4, 16, 64 KiB, and 1 MiB to 1 GiB; blocks that T0SZ clips may be any. */
#define TLB_SIZES	16
extern const uint8_t tlb_leaf_shift[TLB_SIZES];

static inline uint64_t tlb_pa(uint64_t word)
{
	return (word & 0xfffffff) << PAGE_SHIFT;
}

static inline enum page_kind tlb_kind(uint64_t word)
{
	return word >> 28 & 7;
}

/* The image that the window shows of a page of RAM: page_kind up to PAGE_LOOKED_UP. */
static inline enum image_kind tlb_image(uint64_t word)
{
	static const enum image_kind image[] = {
		[PAGE_CACHED] = IMAGE_INNER,
		[PAGE_UNCACHED] = IMAGE_DRAM,
		[PAGE_LOOKED_UP] = IMAGE_NC,
	};

	return image[tlb_kind(word)];
}

/* What the window shows of a page of RAM: the frame, its image, and what may be done. */
static inline uint32_t tlb_shown(uint64_t word)
{
	return (uint32_t)(word & 0x3fffffff) | (uint32_t)(word >> 1 & 0xc0000000);
}

/* Bytes of the leaf. */
static inline uint32_t tlb_leaf_bytes(uint64_t word)
{
	return 1u << tlb_leaf_shift[word >> TLB_SIZE_SHIFT & (TLB_SIZES - 1)];
}

static inline unsigned tlb_asid(uint64_t word)
{
	return word >> TLB_ASID_SHIFT & 0xff;
}

static inline bool tlb_matches_asid(uint64_t word, unsigned asid)
{
	return !(word & TLB_NON_GLOBAL) || tlb_asid(word) == asid;
}

static inline unsigned tlb_domain(uint64_t word)
{
	return word >> 54 & 15;
}

static inline struct mem_attrs tlb_attrs(uint64_t word)
{
	return (struct mem_attrs){
		.type = word >> 46 & 3, .inner = word >> 48 & 3, .outer = word >> 50 & 3,
		.is_shareable = word >> 52 & 1, .is_outer_shareable = word >> 53 & 1,
	};
}

/* The TLBs of all CPUs; false where the host has no room. */
bool tlbs_init(struct machine *m);
void tlbs_done(struct machine *m);	/* copes with half-built ones */

/*
 * The word for @va, filled by a walk if need be; 0 with @ret_fault if the access
 * is refused. Permissions are checked; whether anybody answers is not.
 */
uint64_t tlb_translate_as(struct cpu *c, uint32_t va, struct walk_ask ask,
			  struct cpu_fault *ret_fault);
/* The same of a privileged load or store. */
uint64_t tlb_translate(struct cpu *c, uint32_t va, bool is_write, struct cpu_fault *ret_fault);

/* The same for maintenance, which needs a translation but no permission. */
uint64_t tlb_find(struct cpu *c, uint32_t va, bool is_write, struct cpu_fault *ret_fault);

/* Entries of @which with a byte of [va, va + len) leave. */
void tlb_remove(struct cpu *c, struct tlb *t, uint32_t va, uint64_t len, struct tlb_which which);
/* Hold nothing any more, as any hardware may at any time. */
void tlb_evict_all(struct cpu *c);
/* Do its operations by address reach the other CPUs? ID_MMFR3 says so, too. */
bool cpu_broadcasts(const struct cpu *c);
/* What the registers make of entries has changed. */
void tlb_forget_words(struct cpu *c);
/* The ASID may be another now. */
void tlb_turn(struct cpu *c);
/* The same memory is now accessed otherwise, or by somebody else: on every CPU. */
void tlb_reconsider(struct machine *m);

/* Does a translation that the running CPU holds make @pa cacheable? By which address? */
bool tlb_holds_cacheable(const struct machine *m, uint64_t pa, uint32_t *ret_va,
			 struct mem_attrs *ret_attrs);

#endif
