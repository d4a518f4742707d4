/* SPDX-License-Identifier: MIT */
/*
 * The data TLB: one word per 4 KiB page of virtual address, 0 where no
 * translation is held. A word is written and read whole, so threads of the fast
 * gear look it up without a lock.
 *
 *	 63    61    60:58  57:54  53 52 51:50  49:48  47:46  45:38  37  36:31  30:28  27:0
 *	valid quarters size domain OS S  outer  inner  type   ASID   nG  perms  kind PA[39:12]
 *
 * perms is enum mmu_perm; S and OS are the shareability: of any kind, and beyond the
 * Inner Shareable domain.
 *
 * A leaf larger than a page fills all of its words at once and leaves whole.
 *
 * It holds every translation ever used until it is invalidated or until a leaf
 * of another size takes its place: a superset of what any hardware may hold, so
 * that a forgotten invalidation is certain to be seen.
 *
 * Each CPU has its own; in the fast gear, whose CPUs are threads of one program,
 * they share one.
 *
 * Leaves out: entries of two address spaces at once (a change of ASID evicts
 * non-global entries), TLB conflict aborts.
 *
 * Spec: DDI 0406C, B3.9 "Translation Lookaside Buffers".
 */
#ifndef SIM_CPU_TLB_H
#define SIM_CPU_TLB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <armdma/cpu.h>
#include "../mem/dram.h"
#include "mmu.h"

#define TLB_PAGES	(1u << 20)
#define TLB_MIB		4096u

/* What is behind a page, and so how it is accessed. */
enum page_kind {
	PAGE_CACHED,		/* the inner image, through L1 */
	PAGE_UNCACHED,		/* DRAM itself */
	PAGE_LOOKED_UP,		/* uncached, but level 2 may take part: the nc image */
	PAGE_IO,		/* registers on the bus */
	PAGE_VOID		/* nobody answers there */
};

struct tlb {
	uint64_t *words;			/* TLB_PAGES */
	uint8_t **page_state;			/* TLB_PAGES: see window.h; NULL in the fast gear */
	uint16_t nr_live[TLB_MIB];		/* non-zero words in each MiB */
};

#define TLB_VALID	(1ull << 63)
#define TLB_PERMS_SHIFT	31
#define TLB_READABLE	((uint64_t)PERM_READ << TLB_PERMS_SHIFT)
#define TLB_WRITABLE	((uint64_t)PERM_WRITE << TLB_PERMS_SHIFT)
#define TLB_NON_GLOBAL	(1ull << 37)
#define TLB_SIZE_SHIFT	58
/* ARMv5: each KiB has its own AP, kept where the ASID is; perms are those of any. */
#define TLB_QUARTERS	(1ull << 61)

/* By the size field: 4, 16, 64 KiB, 1, 2, 16 MiB, 1 GiB. */
extern const uint8_t tlb_leaf_shift[8];

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
	return 1u << tlb_leaf_shift[word >> TLB_SIZE_SHIFT & 7];
}

static inline unsigned tlb_asid(uint64_t word)
{
	return word >> 38 & 0xff;
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

/* NULL where the host has no room. */
struct tlb *tlb_new(bool is_fast);
void tlb_free(struct tlb *t);	/* NULL is fine */

/*
 * The word for @va, filled by a walk if need be; 0 with @ret_fault if the access
 * is refused. Permissions are checked; whether anybody answers is not.
 */
uint64_t tlb_translate(struct cpu *c, uint32_t va, bool is_write, struct cpu_fault *ret_fault);

/* The same for maintenance, which needs a translation but no permission. */
uint64_t tlb_find(struct cpu *c, uint32_t va, bool is_write, struct cpu_fault *ret_fault);

/* Forget everything, as any hardware may at any time. */
void tlb_evict_all(struct cpu *c);
/* Forget the non-global translations of @asid. */
void tlb_evict_asid(struct cpu *c, unsigned asid);
/* The same memory is now accessed otherwise, or by somebody else: on every CPU. */
void tlb_reconsider(struct machine *m);

/* Does a translation that some CPU holds make @pa cacheable? */
bool tlb_holds_cacheable(const struct machine *m, uint64_t pa, struct mem_attrs *ret_attrs);

#endif
