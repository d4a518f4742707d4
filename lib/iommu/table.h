/* SPDX-License-Identifier: MIT */
/*
 * Entries of page tables in simulated memory, for both gears, and the memory itself.
 *
 *	fast gear    an entry is a word of the window, and all see it at once
 *	exact gear   a store goes into this CPU's cache; tables_clean() takes it to where a
 *	             walker that does not snoop reads
 *
 * So every access asks one question that is always answered the same. Barriers of Arm are
 * for the exact gear; in the fast gear the host's do, which on x86 are none.
 *
 * Linux: the like is spread over drivers/iommu/io-pgtable-arm*.c, iommu-pages.h.
 */
#ifndef LIB_IOMMU_TABLE_H
#define LIB_IOMMU_TABLE_H

#include <armdma/pgtable.h>
#include <asm/barrier.h>
#include <linux/io-pgtable.h>

#include "../mm/kernel.h"
#include "pt-format.h"

/**
 * struct tables - one set of tables; what every format of ours begins with
 * @iop:      as Linux has it; first
 * @linear:   what to add to a physical address of a table for its host address
 * @is_exact: entries are in caches
 * @is_plain: a store is all there is to do: the fast gear, and a walker that snoops
 * @takes_pieces: tables of less than a page share pages; else each has a page
 * @root:     the first level; @root_len bytes
 * @format:   how to read them
 * @counts:   changed with atomic adds
 */
struct tables {
	struct io_pgtable iop;
	uintptr_t linear;
	bool is_exact;
	bool is_plain;
	bool takes_pieces;
	struct kernel *kernel;
	void *root;
	size_t root_len;
	struct pt_fmt format;
	struct pgtable_counts counts;
};

static inline struct tables *tables_of(const struct io_pgtable_ops *ops)
{
	return container_of(io_pgtable_ops_to_pgtable(ops), struct tables, iop);
}

/* ---- where ------------------------------------------------------------------------- */

static inline void *table_ptr(const struct tables *t, phys_addr_t pa)
{
	return (void *)(t->linear + (uintptr_t)pa);
}

static inline phys_addr_t table_pa(const struct tables *t, const void *p)
{
	return (phys_addr_t)((uintptr_t)p - t->linear);
}

/* ---- entries ------------------------------------------------------------------------ */

/* Before @len bytes at @p are read natively, or written. */
static inline void pte_before_load(const struct tables *t, const void *p, size_t len)
{
	if (unlikely(t->is_exact))
		port_before_load_slow(p, len);
}

void pte_before_store_exact(const struct tables *t, void *p, size_t len);

static inline void pte_before_store(const struct tables *t, void *p, size_t len)
{
	if (unlikely(t->is_exact))
		pte_before_store_exact(t, p, len);
}

static inline u32 pte_load32(const struct tables *t, const u32 *p)
{
	pte_before_load(t, p, sizeof(*p));
	return READ_ONCE(*p);
}

static inline u64 pte_load64(const struct tables *t, const u64 *p)
{
	pte_before_load(t, p, sizeof(*p));
	return READ_ONCE(*p);
}

static inline void pte_store32(const struct tables *t, u32 *p, u32 pte)
{
	pte_before_store(t, p, sizeof(*p));
	WRITE_ONCE(*p, pte);
}

static inline void pte_store64(const struct tables *t, u64 *p, u64 pte)
{
	pte_before_store(t, p, sizeof(*p));
	WRITE_ONCE(*p, pte);
}

/* If it is still @old it becomes @pte. Return: what it was. */
static inline u32 pte_cmpxchg32(const struct tables *t, u32 *p, u32 old, u32 pte)
{
	pte_before_load(t, p, sizeof(*p));
	pte_before_store(t, p, sizeof(*p));
	__atomic_compare_exchange_n(p, &old, pte, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
	return old;
}

static inline u64 pte_cmpxchg64(const struct tables *t, u64 *p, u64 old, u64 pte)
{
	pte_before_load(t, p, sizeof(*p));
	pte_before_store(t, p, sizeof(*p));
	__atomic_compare_exchange_n(p, &old, pte, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
	return old;
}

static inline void pte_or64(const struct tables *t, u64 *p, u64 bits)
{
	pte_before_load(t, p, sizeof(*p));
	pte_before_store(t, p, sizeof(*p));
	__atomic_fetch_or(p, bits, __ATOMIC_RELAXED);
}

/* ---- what a walker sees ---------------------------------------------------------------- */

void tables_clean_slow(const struct tables *t, const void *p, size_t len);

/* [@p, +@len) is where the walker reads. */
static inline void tables_clean(const struct tables *t, const void *p, size_t len)
{
	if (unlikely(!t->iop.cfg.coherent_walk))
		tables_clean_slow(t, p, len);
}

/* A walker that sees what is stored from here on sees what was before: dma_wmb(). */
static inline void tables_order(const struct tables *t)
{
	__atomic_thread_fence(__ATOMIC_RELEASE);
	if (unlikely(t->is_exact))
		dma_wmb();
}

/* All stores are done when the caller goes on: wmb(). */
static inline void tables_complete(const struct tables *t)
{
	__atomic_thread_fence(__ATOMIC_RELEASE);
	if (unlikely(t->is_exact))
		wmb();
}

/* ---- memory: table.c -------------------------------------------------------------------- */

/* Takes over @cfg and @cookie. False: there is no machine. */
bool tables_init(struct tables *t, const struct io_pgtable_cfg *cfg, void *cookie);

/**
 * struct table_wish - a table that is wanted
 * @limit: the last byte that it may have
 * @gfp:   __GFP_ZERO is implied
 */
struct table_wish {
	size_t len;
	u64 limit;
	gfp_t gfp;
};

/*
 * Zeroed, and where the walker reads; less than a page: aligned to @len. NULL: no memory;
 * or it would not do, which is said.
 */
void *table_alloc(struct tables *t, const struct table_wish *w);
void table_free(struct tables *t, void *p, size_t len);

/* The first level: @t->root and @t->root_len. */
bool tables_alloc_root(struct tables *t, const struct table_wish *w);

#endif
