/* SPDX-License-Identifier: MIT */
/*
 * The data TLB: one word per 4 KiB page of virtual address, 0 where no
 * translation is held. A word is written and read whole, so threads of the fast
 * gear look it up without a lock.
 *
 *	 63   54..51  50     49:48  47:46  45:44  43:36  35  34:33  32  31  30:28  27:0
 *	valid domain  S      outer  inner  type   ASID   nG  size   W   R   kind   PA[39:12]
 *
 * A leaf larger than a page fills all of its words at once and leaves whole.
 *
 * It holds every translation ever used until it is invalidated or until a leaf
 * of another size takes its place: a superset of what any hardware may hold, so
 * that a forgotten invalidation is certain to be seen.
 *
 * Leaves out: a TLB for each CPU (a CPU with other tables evicts all; CPUs with
 * the same tables share), entries of two address spaces at once (a change of
 * ASID evicts non-global entries), TLB conflict aborts.
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
	uint16_t nr_live[TLB_MIB];		/* non-zero words in each MiB */
};

#define TLB_VALID	(1ull << 63)
#define TLB_READABLE	(1ull << 31)
#define TLB_WRITABLE	(1ull << 32)
#define TLB_NON_GLOBAL	(1ull << 35)

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

/* Bytes of the leaf: 4 KiB, 64 KiB, 1 MiB or 16 MiB. */
static inline uint32_t tlb_leaf_bytes(uint64_t word)
{
	return PAGE_BYTES << 4 * (word >> 33 & 3);
}

static inline unsigned tlb_asid(uint64_t word)
{
	return word >> 36 & 0xff;
}

static inline unsigned tlb_domain(uint64_t word)
{
	return word >> 51 & 15;
}

static inline struct mem_attrs tlb_attrs(uint64_t word)
{
	return (struct mem_attrs){
		.type = word >> 44 & 3, .inner = word >> 46 & 3, .outer = word >> 48 & 3,
		.is_shareable = word >> 50 & 1,
	};
}

bool tlb_init(struct tlb *t);
void tlb_done(struct tlb *t);

/*
 * The word for @va, filled by a walk if need be; 0 with @ret_fault if the access
 * is refused. Permissions are checked; whether anybody answers is not.
 */
uint64_t tlb_translate(struct cpu *c, uint32_t va, bool is_write, struct cpu_fault *ret_fault);

/* The same for maintenance, which needs a translation but no permission. */
uint64_t tlb_find(struct cpu *c, uint32_t va, bool is_write, struct cpu_fault *ret_fault);

/* Forget everything, as any hardware may at any time. */
void tlb_evict_all(struct machine *m);
/* Forget the non-global translations of @asid. */
void tlb_evict_asid(struct machine *m, unsigned asid);

/* Is @c's view of the tables what the TLB was filled from? If not, make it so. */
void tlb_show(struct cpu *c);

#endif
