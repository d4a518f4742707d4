/* SPDX-License-Identifier: MIT */
/*
 * The usual access, in few steps: within a line, to write-back memory that this CPU's
 * level 1 cache holds, or may fetch without asking anybody. Whatever is unusual in any
 * way is refused here, and goes the long way (access.h), which would have the same
 * outcome for the usual one too.
 *
 * Bound: a TLB word and a mask, a bank, a state byte; a miss besides what inner_quick()
 * says.
 */
#ifndef SIM_CPU_QUICK_H
#define SIM_CPU_QUICK_H

#include "access.h"

/* Normal, write-back inner and outer, in RAM: bits of a TLB word (tlb.h). */
#define QUICK_TYPE		((uint64_t)MEM_NORMAL << 46)
#define QUICK_WRITE_BACK	(1ull << 48 | 1ull << 50)
#define QUICK_SHAREABLE		(1ull << 52)
#define QUICK_WANT		(TLB_VALID | QUICK_TYPE | QUICK_WRITE_BACK)
#define QUICK_MASK		(TLB_VALID | TLB_QUARTERS | 7ull << 28 | 3ull << 46 | \
				 QUICK_WRITE_BACK)

G_STATIC_ASSERT(PAGE_CACHED == 0);
G_STATIC_ASSERT((CACHE_WBWA & CACHE_WB & 1) && !(CACHE_NONE & 1) && !(CACHE_WT & 1));

/* Is this a machine, and a moment, in which an access is nobody else's event? */
static inline bool quick_may(const struct cpu *c)
{
	const struct machine *m = c->machine;

	return m->is_quick && m->running == c && !m->pending.cpu && !m->run;
}

static inline bool quick_word(const struct cpu *c, uint64_t word, bool is_store)
{
	uint64_t perm = is_store ? TLB_WRITABLE : TLB_READABLE;
	uint64_t shareable = c->machine->inner.is_many ? QUICK_SHAREABLE : 0;

	return (word & (QUICK_MASK | perm | shareable)) == (QUICK_WANT | perm | shareable);
}

/* Level 1 does not have the line ready: it may be a short matter all the same. */
bool quick_miss(struct cpu *c, uint32_t va, uint64_t word, struct place at, bool is_store,
		const void *site);

/*
 * Where quick_may(): the line of @va is in level 1, ready for that access, and its bytes
 * at @ret_at of the image. False: take the long way.
 */
static inline __attribute__((always_inline)) bool
quick_access(struct cpu *c, uint32_t va, size_t len, bool is_store, const void *site,
	     struct place *ret_at)
{
	struct machine *m = c->machine;
	uint64_t word = c->tlb->words[va >> PAGE_SHIFT];
	uint32_t line_bytes = inner_line_bytes(&m->inner);
	uint8_t state;

	if (!quick_word(c, word, is_store) ||
	    (va & (line_bytes - 1)) + len > line_bytes)
		return false;
	*ret_at = place_of(m, word, va);
	state = *inner_state(&c->l1, ret_at->off);
	return likely((state & (is_store ? LINE_STORE_MASK : LINE_LOAD_MASK)) ==
		      (is_store ? LINE_STORE_OK : LINE_LOAD_OK)) ||
	       quick_miss(c, va, word, *ret_at, is_store, site);
}

#endif
