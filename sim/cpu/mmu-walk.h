/* SPDX-License-Identifier: MIT */
/* What the walkers of all formats share. Private to mmu-*.c. */
#ifndef SIM_CPU_MMU_WALK_H
#define SIM_CPU_MMU_WALK_H

#include "mmu.h"
#include "../sim.h"

#define SCTLR_M		(1u << 0)
#define SCTLR_C		(1u << 2)
#define SCTLR_WXN	(1u << 19)
#define SCTLR_UWXN	(1u << 20)
#define SCTLR_EE	(1u << 25)
#define SCTLR_TRE	(1u << 28)
#define SCTLR_AFE	(1u << 29)

#define TTBCR_A1	(1u << 22)	/* with EAE: the ASID is TTBR1's */
#define TTBCR_EAE	(1u << 31)
#define TTBR_ASID_SHIFT	48

static inline bool mmu_is_long(const struct cpu *c)
{
	return c->reg[CP15_TTBCR] & TTBCR_EAE;
}

/* One walk: who asks, and for what. */
struct walk {
	const struct cpu *c;
	uint32_t va;
	struct walk_ask ask;
	bool is_ats;			/* the tables' attributes are wanted, whatever SCTLR.C */
};

static inline struct leaf walk_refused(const struct walk *w, enum fault_kind kind, int level,
				       unsigned domain)
{
	return (struct leaf){
		.fault = mmu_fault(w->c, kind, level, domain, w->va, w->ask),
	};
}

/* ---- mmu-table.c -------------------------------------------------------- */

/* Where a walk reads: at which level its reads start, and in which byte order. */
struct table_view {
	const struct machine *m;
	const struct cpu *c;
	bool is_inner;			/* L1 takes part */
	bool is_outer;			/* level 2 does */
	bool is_big_endian;
};

/* @a: what TTBR or TTBCR say of table memory. */
struct table_view table_view(const struct cpu *c, struct mem_attrs a);

/* @nr descriptors; false when no DRAM answers at @pa. */
bool table_read32(const struct table_view *v, uint64_t pa, uint32_t *ret_desc, size_t nr);
bool table_read64(const struct table_view *v, uint64_t pa, uint64_t *ret_desc, size_t nr);

/* ---- mmu-fault.c -------------------------------------------------------- */

/* What an address translation operation that found @l for @va answers. */
uint64_t par_of(const struct cpu *c, const struct leaf *l, uint32_t va);

/* ---- mmu.c -------------------------------------------------------------- */

/*
 * Add to @perms of loads and stores what may be executed: what may be read and is not
 * marked never, nor by SCTLR because it can be written.
 */
uint8_t perms_with_fetch(const struct cpu *c, unsigned perms, bool is_xn, bool is_pxn);

/* What @a, of the tables, is to who asks: with the caches off, no memory is cacheable. */
static inline struct mem_attrs walk_attrs(const struct walk *w, struct mem_attrs a)
{
	if (!w->is_ats && !(w->c->reg[CP15_SCTLR] & SCTLR_C))
		a.inner = a.outer = CACHE_NONE;
	return a;
}

struct alias_search {
	struct cpu *cpu;
	uint64_t pa;
	uint32_t va_first, va_last;	/* where the tables being searched translate */
	struct translation *ret;
	size_t nr_room, nr_found;
};

/* Worth decoding: nearly all of the thousands of descriptors are not. */
static inline bool alias_is_within(const struct alias_search *s, uint64_t desc, uint64_t len)
{
	return !((s->pa ^ desc) & ~(len - 1));
}

/* Count @l if it maps what is searched for. */
void alias_consider(struct alias_search *s, const struct leaf *l);

/* ---- the formats -------------------------------------------------------- */

struct leaf short_walk(const struct walk *w);
void short_search(struct alias_search *s);

/* What a leaf of either short format says, wherever it says it. */
struct short_desc {
	uint64_t pa;			/* bits below @len are ignored */
	uint32_t len;
	uint8_t domain;
	uint8_t ap;			/* AP[2:0] */
	bool is_xn, is_pxn, is_non_global;
	struct desc_attrs attrs;
};

bool short_is_v5(const struct cpu *c);
struct leaf short_leaf(const struct walk *w, int level, const struct short_desc *d);
/* As if its domain were a client. */
uint8_t short_perms(const struct cpu *c, const struct short_desc *d);
/* What DACR makes of that; nothing at all if it denies the domain. */
uint8_t short_domain_perms(const struct cpu *c, unsigned perms, unsigned domain);
bool short_is_denied(const struct cpu *c, unsigned domain);

/* The second level of ARMv5; a fine table is one of 1024 entries. */
struct leaf v5_page_leaf(const struct walk *w, uint32_t desc, uint32_t table);
struct leaf v5_walk_fine(const struct walk *w, const struct table_view *v, uint32_t table);
void v5_search_fine(struct alias_search *s, const struct table_view *v, uint32_t va,
		    uint32_t table);

struct leaf long_walk(const struct walk *w);
void long_search(struct alias_search *s);

#endif
