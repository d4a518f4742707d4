/* SPDX-License-Identifier: MIT */
/*
 * Page tables in ARM's long descriptors: map, unmap, look.
 *
 * One call walks once, to the table that its pages lie in, and does as many of them as lie
 * in it; the rest is another call's. Entries are looked at together and written together.
 *
 *	unmap part of a block    a table of smaller pages takes its place, by cmpxchg, with
 *	                         the part left out; and so on down to the size wanted
 *	map a block over tables  they go, with all that is in them
 *
 * An entry that leads to a table is stored, cleaned, and stored again with LPAE_SW_SYNC:
 * who finds it without that bit cannot know that a walker sees it, and cleans it too.
 *
 * Linux: drivers/iommu/io-pgtable-arm.c.
 */
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/mm.h>

#include "io-pgtable-arm.h"
#include "table-run.h"

/* ---- tables ------------------------------------------------------------------------- */

static u64 *new_table(struct lpae *d, gfp_t gfp)
{
	return table_alloc(&d->t, &(struct table_wish){
		.len = lpae_granule(d), .gfp = gfp,
		.limit = GENMASK_ULL(LPAE_MAX_BITS - 1, 0),
	});
}

static void drop_table(struct lpae *d, u64 *table)
{
	table_free(&d->t, table, lpae_granule(d));
}

/* In the place of @old, unless somebody was faster. Return: what was there. */
static u64 install_table(struct lpae *d, u64 *table, u64 *slot, u64 old)
{
	const struct pt_fmt *f = &d->t.format;
	u64 pte = f->table_entry(f, 0, table_pa(&d->t, table)), was;

	tables_order(&d->t);
	was = pte_cmpxchg64(&d->t, slot, old, pte);
	if (d->t.iop.cfg.coherent_walk || was & LPAE_SW_SYNC)
		return was;
	tables_clean(&d->t, slot, sizeof(*slot));
	if (was == old)
		pte_store64(&d->t, slot, pte | LPAE_SW_SYNC);
	return was;
}

/* Return: the entry that is there now; 0: no memory. */
static u64 add_table(struct lpae *d, u64 *slot, gfp_t gfp)
{
	u64 *table = new_table(d, gfp), was;

	if (!table)
		return 0;
	was = install_table(d, table, slot, 0);
	if (!was)
		return pte_load64(&d->t, slot);
	drop_table(d, table);
	return was;
}

void lpae_free_tables(struct lpae *d, int lvl, u64 *table)
{
	u32 nr = lpae_nr_entries(d, lvl);

	for (u32 i = 0; lvl < LPAE_LAST_LEVEL && i < nr; i++) {
		u64 pte = pte_load64(&d->t, table + i);

		if (lpae_is_table(pte, lvl))
			lpae_free_tables(d, lvl + 1, lpae_table(d, pte));
	}
	table_free(&d->t, table, lvl == (int)d->start ? d->t.root_len : lpae_granule(d));
}

static int report_mapped(unsigned long iova)
{
	WARN(true, "IOVA %#lx is mapped already", iova);
	return -EEXIST;
}

/* Entries of @slot's table from it on; of a first level in pieces, of its piece. */
static inline size_t nr_left(const struct lpae *d, const u64 *slot, int lvl)
{
	size_t idx = (uintptr_t)slot / sizeof(*slot) & d->table_mask;

	if (unlikely(lvl == (int)d->start && d->root_mask < d->table_mask))
		return d->root_mask + 1 - (size_t)(slot - (u64 *)d->t.root);
	return d->table_mask + 1 - idx;
}

static inline size_t nr_here(const struct lpae *d, const u64 *slot, int lvl, size_t pgcount)
{
	return pgcount == 1 ? 1 : min(pgcount, nr_left(d, slot, lvl));
}

/* ---- map ------------------------------------------------------------------------------ */

static void fill_slowly(u64 *slot, size_t nr, u64 pte, phys_addr_t pa, size_t pgsize)
{
	for (size_t i = 0; i < nr; i++)
		slot[i] = pte | lpae_pa_bits(pa + i * pgsize);
}

/* @pte lacks the address. Beyond 48 bits it does not grow evenly. */
static void fill(struct lpae *d, u64 *slot, size_t nr, u64 pte, phys_addr_t pa, size_t pgsize)
{
	pte_before_store(&d->t, slot, nr * sizeof(*slot));
	if (likely((pa + nr * pgsize - 1) >> 48 == 0))
		run64_fill(slot, nr, pte | (pa & LPAE_PA_MASK), pgsize);
	else
		fill_slowly(slot, nr, pte, pa, pgsize);
	tables_clean(&d->t, slot, nr * sizeof(*slot));
}

static size_t clear_and_free(struct lpae *d, u64 *slot, unsigned long iova, size_t pgsize,
			     int lvl, u64 pte)
{
	pte_store64(&d->t, slot, 0);
	tables_clean(&d->t, slot, sizeof(*slot));
	io_pgtable_tlb_flush_walk(&d->t.iop, iova, pgsize, lpae_granule(d));
	lpae_free_tables(d, lvl + 1, lpae_table(d, pte));
	return pgsize;
}

/* Tables in the way go; anything else stays. */
static int make_room(struct lpae *d, u64 *slot, size_t nr, unsigned long iova, size_t pgsize,
		     int lvl)
{
	pte_before_load(&d->t, slot, nr * sizeof(*slot));
	for (size_t i = run64_empty(slot, nr); i < nr; i++) {
		u64 pte = pte_load64(&d->t, slot + i);

		if (lpae_is_table(pte, lvl))
			clear_and_free(d, slot + i, iova + i * pgsize, pgsize, lvl, pte);
		else if (pte)
			return report_mapped(iova + i * pgsize);
	}
	return 0;
}

static inline int map_at(struct lpae *d, u64 *slot, int lvl, unsigned long iova,
			 phys_addr_t pa, size_t pgsize, size_t pgcount, u64 pte, size_t *mapped)
{
	size_t nr = nr_here(d, slot, lvl, pgcount);
	int err;

	pte |= lpae_leaf_type(d, lvl);
	if (nr == 1 && likely(!pte_load64(&d->t, slot))) {
		pte_store64(&d->t, slot, pte | lpae_pa_bits(pa));
		tables_clean(&d->t, slot, sizeof(*slot));
		*mapped += pgsize;
		return 0;
	}
	err = make_room(d, slot, nr, iova, pgsize, lvl);
	if (err || !nr)
		return err;
	fill(d, slot, nr, pte, pa, pgsize);
	*mapped += nr * pgsize;
	return 0;
}

/* From an entry one level down. Return: 0; or why not, and *@ret_table is not set. */
static inline int descend(struct lpae *d, u64 *slot, int lvl, unsigned long iova, gfp_t gfp,
			  u64 **ret_table)
{
	u64 pte = pte_load64(&d->t, slot);

	if (unlikely(!pte)) {
		pte = add_table(d, slot, gfp);
		if (!pte)
			return -ENOMEM;
	} else if (!(pte & LPAE_SW_SYNC)) {
		tables_clean(&d->t, slot, sizeof(*slot));
	}
	if (unlikely(!lpae_is_table(pte, lvl)))
		return report_mapped(iova);
	*ret_table = lpae_table(d, pte);
	return 0;
}

static inline int map(struct lpae *d, unsigned long iova, phys_addr_t pa, size_t pgsize,
		      size_t pgcount, u64 pte, gfp_t gfp, size_t *mapped)
{
	unsigned shift = d->root_shift;
	u64 *slot = (u64 *)d->t.root + (iova >> shift & d->root_mask);

	for (int lvl = (int)d->start; ; lvl++) {
		u64 *table = NULL;
		int err;

		if (pgsize == (size_t)1 << shift)
			return map_at(d, slot, lvl, iova, pa, pgsize, pgcount, pte, mapped);
		if (WARN(lvl == LPAE_LAST_LEVEL, "no page has %#zx bytes", pgsize))
			return -EINVAL;
		err = descend(d, slot, lvl, iova, gfp, &table);
		if (unlikely(err))
			return err;
		shift -= d->bits;
		slot = table + (iova >> shift & d->table_mask);
	}
}

/* Does @iova have as many bits as it may? With TTBR1 those above are ones. */
static inline bool has_bad_iova(const struct lpae *d, unsigned long iova)
{
	long above = (long)iova >> d->t.iop.cfg.ias;

	return (d->t.iop.cfg.quirks & IO_PGTABLE_QUIRK_ARM_TTBR1 ? ~above : above) != 0;
}

static inline bool is_bad_size(const struct lpae *d, size_t pgsize)
{
	return !pgsize || pgsize & ~d->t.iop.cfg.pgsize_bitmap;
}

static noinline int map_any(struct io_pgtable_ops *ops, unsigned long iova, phys_addr_t pa,
			    size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	struct lpae *d = lpae_of(ops);
	int err;

	if (WARN(is_bad_size(d, pgsize), "no page has %#zx bytes", pgsize))
		return -EINVAL;
	if (WARN(has_bad_iova(d, iova) || pa >> d->t.iop.cfg.oas,
		 "IOVA %#lx or pa %#llx has too many bits", iova, (unsigned long long)pa))
		return -ERANGE;
	if (!(prot & (IOMMU_READ | IOMMU_WRITE)))
		return -EINVAL;
	err = map(d, iova, pa, pgsize, pgcount, d->leaf[prot & (LPAE_NR_PROTS - 1)], gfp, mapped);
	tables_complete(&d->t);
	return err;
}

/* The entry for the granule at @iova, of plain memory; NULL: there is no table for it. */
static __always_inline u64 *plain_slot(const struct lpae *d, unsigned long iova,
				       unsigned levels, unsigned bits)
{
	unsigned shift = levels * bits + LPAE_ENTRY_LOG2;
	u64 *slot = (u64 *)d->t.root + (iova >> shift & d->root_mask);

	for (unsigned left = levels - 1; left; left--) {
		u64 pte = READ_ONCE(*slot);

		if (unlikely((pte & LPAE_TYPE_MASK) != LPAE_TYPE_TABLE))
			return NULL;
		shift -= bits;
		slot = lpae_table(d, pte) + (iova >> shift & ((1u << bits) - 1));
	}
	return slot;
}

/* May the short way be tried: one page of the granule, and nothing but a store to do? */
static inline bool is_simple(const struct lpae *d, unsigned long iova, size_t pgsize,
			     size_t pgcount)
{
	return likely(pgcount == 1 && pgsize == d->simple_pgsize && !has_bad_iova(d, iova));
}

/* @levels and @bits as for plain_slot(); addresses above 48 bits are map_any()'s. */
static __always_inline int map_pages(struct lpae *d, unsigned long iova, phys_addr_t pa,
				     size_t pgsize, size_t pgcount, int prot, gfp_t gfp,
				     size_t *mapped, unsigned levels, unsigned bits)
{
	if (is_simple(d, iova, pgsize, pgcount) && likely(!(pa >> d->simple_oas)) &&
	    likely(prot & (IOMMU_READ | IOMMU_WRITE))) {
		u64 *slot = plain_slot(d, iova, levels, bits);

		if (likely(slot && !READ_ONCE(*slot))) {
			WRITE_ONCE(*slot, d->leaf[prot & (LPAE_NR_PROTS - 1)] | d->last_type |
					  (pa & LPAE_PA_MASK));
			*mapped += pgsize;
			return 0;
		}
	}
	return map_any(&d->t.iop.ops, iova, pa, pgsize, pgcount, prot, gfp, mapped);
}

int lpae_map_pages(struct io_pgtable_ops *ops, unsigned long iova, phys_addr_t pa,
		   size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	struct lpae *d = lpae_of(ops);

	return map_pages(d, iova, pa, pgsize, pgcount, prot, gfp, mapped,
			 LPAE_MAX_LEVELS - d->start, d->bits);
}

int lpae_map_pages_3x9(struct io_pgtable_ops *ops, unsigned long iova, phys_addr_t pa,
		       size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	return map_pages(lpae_of(ops), iova, pa, pgsize, pgcount, prot, gfp, mapped, 3, 9);
}

int lpae_map_pages_4x9(struct io_pgtable_ops *ops, unsigned long iova, phys_addr_t pa,
		       size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	return map_pages(lpae_of(ops), iova, pa, pgsize, pgcount, prot, gfp, mapped, 4, 9);
}

/* ---- unmap ------------------------------------------------------------------------------ */

static void add_pages(struct lpae *d, struct iommu_iotlb_gather *gather, unsigned long iova,
		      size_t pgsize, size_t nr)
{
	for (; nr; nr--, iova += pgsize)
		io_pgtable_tlb_add_page(&d->t.iop, gather, iova, pgsize);
}

/* Of @nr entries, some of which are tables, or nothing. Return: how many there were. */
static size_t clear_mixed(struct lpae *d, u64 *slot, size_t nr, int lvl, unsigned long iova,
			  size_t pgsize)
{
	size_t i = 0;

	for (; i < nr; i++) {
		u64 pte = pte_load64(&d->t, slot + i);

		if (WARN(!pte, "IOVA %#lx is not mapped", iova + i * pgsize))
			break;
		if (!lpae_is_leaf(d, pte, lvl))
			clear_and_free(d, slot + i, iova + i * pgsize, pgsize, lvl, pte);
	}
	return i;
}

static size_t clear_run(struct lpae *d, u64 *slot, size_t nr, int lvl, unsigned long iova,
			size_t pgsize)
{
	pte_before_load(&d->t, slot, nr * sizeof(*slot));
	if (unlikely(run64_of_type(slot, nr, lpae_leaf_type(d, lvl)) < nr))
		nr = clear_mixed(d, slot, nr, lvl, iova, pgsize);
	if (nr) {
		pte_before_store(&d->t, slot, nr * sizeof(*slot));
		run_clear(slot, nr * sizeof(*slot));
		tables_clean(&d->t, slot, nr * sizeof(*slot));
	}
	return nr;
}

/* @pte is what @slot has, and not 0. */
static inline size_t unmap_at(struct lpae *d, u64 *slot, u64 pte, int lvl, unsigned long iova,
			      size_t pgsize, size_t pgcount, struct iommu_iotlb_gather *gather)
{
	size_t nr = nr_here(d, slot, lvl, pgcount);

	if (nr == 1 && likely(lpae_is_leaf(d, pte, lvl))) {
		pte_store64(&d->t, slot, 0);
		tables_clean(&d->t, slot, sizeof(*slot));
	} else {
		nr = clear_run(d, slot, nr, lvl, iova, pgsize);
	}
	if (gather && !gather->queued)
		add_pages(d, gather, iova, pgsize, nr);
	return nr * pgsize;
}

static size_t split_block(struct lpae *d, u64 *slot, u64 block, int lvl, unsigned long iova,
			  size_t pgsize, size_t pgcount, struct iommu_iotlb_gather *gather);

/* From @slot of level @lvl on. */
static inline size_t unmap_from(struct lpae *d, u64 *slot, int lvl, unsigned long iova,
				size_t pgsize, size_t pgcount, struct iommu_iotlb_gather *gather)
{
	unsigned shift = lpae_shift(d, lvl);

	for (;; lvl++) {
		u64 pte = pte_load64(&d->t, slot);

		if (WARN(!pte, "IOVA %#lx is not mapped", iova))
			return 0;
		if (pgsize == (size_t)1 << shift)
			return unmap_at(d, slot, pte, lvl, iova, pgsize, pgcount, gather);
		if (WARN(lvl == LPAE_LAST_LEVEL, "no page has %#zx bytes", pgsize))
			return 0;
		if (unlikely(!lpae_is_table(pte, lvl)))
			return split_block(d, slot, pte, lvl + 1, iova, pgsize, pgcount, gather);
		shift -= d->bits;
		slot = lpae_table(d, pte) + (iova >> shift & d->table_mask);
	}
}

/* All that @block maps, in @table of level @lvl, but @nr entries from @hole on. */
static void fill_rest(struct lpae *d, u64 *table, u64 block, int lvl, const u64 *hole, size_t nr)
{
	size_t entries = d->table_mask + 1, first = nr ? (size_t)(hole - table) : entries;
	size_t pgsize = (size_t)1 << lpae_shift(d, lvl);
	phys_addr_t pa = lpae_pa(d->is_64k, block);
	u64 pte = (block & LPAE_ATTRS) | lpae_leaf_type(d, lvl);

	if (first)
		fill(d, table, first, pte, pa, pgsize);
	if (first + nr < entries)
		fill(d, table + first + nr, entries - first - nr, pte,
		     pa + (first + nr) * pgsize, pgsize);
}

static size_t split_block(struct lpae *d, u64 *slot, u64 block, int lvl, unsigned long iova,
			  size_t pgsize, size_t pgcount, struct iommu_iotlb_gather *gather)
{
	u64 *table = new_table(d, GFP_ATOMIC), *hole, was;
	size_t nr = 0;

	if (!table)
		return 0;
	hole = lpae_slot(d, table, lvl, iova);
	if (pgsize == (size_t)1 << lpae_shift(d, lvl))
		nr = nr_here(d, hole, lvl, pgcount);
	fill_rest(d, table, block, lvl, hole, nr);
	was = install_table(d, table, slot, block);
	if (was == block && nr) {
		add_pages(d, gather, iova, pgsize, nr);
		return nr * pgsize;
	}
	if (was != block) {
		drop_table(d, table);
		if (!lpae_is_table(was, lvl - 1))
			return 0;
		table = lpae_table(d, was);
	}
	return unmap_from(d, lpae_slot(d, table, lvl, iova), lvl, iova, pgsize, pgcount, gather);
}

static noinline size_t unmap_any(struct io_pgtable_ops *ops, unsigned long iova, size_t pgsize,
				 size_t pgcount, struct iommu_iotlb_gather *gather)
{
	struct lpae *d = lpae_of(ops);

	if (WARN(is_bad_size(d, pgsize) || !pgcount, "no %zu pages of %#zx bytes", pgcount,
		 pgsize) ||
	    WARN(has_bad_iova(d, iova), "IOVA %#lx has too many bits", iova))
		return 0;
	return unmap_from(d, (u64 *)d->t.root + (iova >> d->root_shift & d->root_mask),
			  (int)d->start, iova, pgsize, pgcount, gather);
}

static __always_inline size_t unmap_pages(struct lpae *d, unsigned long iova, size_t pgsize,
					  size_t pgcount, struct iommu_iotlb_gather *gather,
					  unsigned levels, unsigned bits)
{
	u64 *slot = is_simple(d, iova, pgsize, pgcount) ? plain_slot(d, iova, levels, bits) : NULL;

	if (unlikely(!slot || (READ_ONCE(*slot) & LPAE_TYPE_MASK) != d->last_type))
		return unmap_any(&d->t.iop.ops, iova, pgsize, pgcount, gather);
	WRITE_ONCE(*slot, 0);
	if (gather && !gather->queued)
		io_pgtable_tlb_add_page(&d->t.iop, gather, iova, pgsize);
	return pgsize;
}

size_t lpae_unmap_pages(struct io_pgtable_ops *ops, unsigned long iova, size_t pgsize,
			size_t pgcount, struct iommu_iotlb_gather *gather)
{
	struct lpae *d = lpae_of(ops);

	return unmap_pages(d, iova, pgsize, pgcount, gather, LPAE_MAX_LEVELS - d->start, d->bits);
}

size_t lpae_unmap_pages_3x9(struct io_pgtable_ops *ops, unsigned long iova, size_t pgsize,
			    size_t pgcount, struct iommu_iotlb_gather *gather)
{
	return unmap_pages(lpae_of(ops), iova, pgsize, pgcount, gather, 3, 9);
}

size_t lpae_unmap_pages_4x9(struct io_pgtable_ops *ops, unsigned long iova, size_t pgsize,
			    size_t pgcount, struct iommu_iotlb_gather *gather)
{
	return unmap_pages(lpae_of(ops), iova, pgsize, pgcount, gather, 4, 9);
}

/* ---- look ---------------------------------------------------------------------------------- */

/*
 * Of @levels levels with tables of 2^@bits entries, which @is_plain memory holds: constants,
 * but for one caller.
 */
static __always_inline phys_addr_t look(const struct lpae *d, unsigned long iova,
					unsigned levels, unsigned bits, bool is_plain)
{
	unsigned shift = levels * bits + LPAE_ENTRY_LOG2;
	const u64 *slot = (const u64 *)d->t.root + (iova >> shift & d->root_mask);
	bool is_64k = bits == 13;
	u64 pte;

	for (unsigned left = levels - 1; left; left--) {
		pte = is_plain ? READ_ONCE(*slot) : pte_load64(&d->t, slot);
		if (unlikely((pte & LPAE_TYPE_MASK) != LPAE_TYPE_TABLE)) {
			if ((pte & LPAE_TYPE_MASK) != LPAE_TYPE_BLOCK)
				return 0;
			return lpae_pa(is_64k, pte) | (iova & ((1ul << shift) - 1));
		}
		shift -= bits;
		slot = lpae_table(d, pte) + (iova >> shift & ((1u << bits) - 1));
	}
	pte = is_plain ? READ_ONCE(*slot) : pte_load64(&d->t, slot);
	if (unlikely((pte & LPAE_TYPE_MASK) != d->last_type))
		return 0;
	return lpae_pa(is_64k, pte) | (iova & ((1ul << shift) - 1));
}

phys_addr_t lpae_iova_to_phys(struct io_pgtable_ops *ops, unsigned long iova)
{
	const struct lpae *d = lpae_of(ops);

	return look(d, iova, LPAE_MAX_LEVELS - d->start, d->bits, false);
}

phys_addr_t lpae_iova_to_phys_3x9(struct io_pgtable_ops *ops, unsigned long iova)
{
	return look(lpae_of(ops), iova, 3, 9, true);
}

phys_addr_t lpae_iova_to_phys_4x9(struct io_pgtable_ops *ops, unsigned long iova)
{
	return look(lpae_of(ops), iova, 4, 9, true);
}
