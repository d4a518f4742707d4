/* SPDX-License-Identifier: MIT */
/*
 * Page tables in ARM's short descriptors: 4 KiB, 64 KiB, 1 MiB and 16 MiB.
 *
 * Pages of one call that lie in one table are looked at together and written together:
 * the first level is read once for them. What comes out, word for word, is what Linux
 * writes page by page.
 *
 *	unmap part of		large page, supersection    sixteen entries of their own,
 *				                            under a lock: they cannot be
 *				                            exchanged at once
 *				section                     a table in its place, by cmpxchg
 *
 * Of a section that is split, Linux 6.12 loses the address: what is left of it maps
 * physical memory from 0 on. And unmapping pages of a supersection fails the first time,
 * but in its first MiB. So it is here, unless the kernel is LINUX_REPAIRED.
 *
 * Two differences where Linux writes beyond a table: an IOVA that is no multiple of 64 KiB
 * or 16 MiB is refused, and so is a page size other than those four.
 *
 * Linux: drivers/iommu/io-pgtable-arm-v7s.c.
 */
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>

#include "io-pgtable-arm-v7s.h"
#include "table.h"
#include "table-run.h"

#define NR_PROTS	64	/* of IOMMU_READ to IOMMU_PRIV */

/**
 * struct v7s - one set of tables
 * @root_mask: entries of the first level, less one
 * @table_mask: the address in an entry of the first level
 * @is_mtk:    addresses have bits 34:32
 * @is_simple: they have not, and entries are plain memory
 * @leaf:      every leaf that there is, but for its address
 */
struct v7s {
	struct tables t;
	u32 root_mask;
	bool is_mtk;
	bool is_simple;
	u32 leaf[V7S_NR_SIZES][NR_PROTS];
	spinlock_t split_lock;
};

static struct v7s *v7s_of(struct io_pgtable_ops *ops)
{
	return container_of(tables_of(ops), struct v7s, t);
}

static inline u32 *root_slot(const struct v7s *d, unsigned long iova)
{
	return (u32 *)d->t.root + (iova >> V7S_SECTION_SHIFT & d->root_mask);
}

static inline u32 *table_of(const struct v7s *d, u32 pte)
{
	phys_addr_t pa = pte & ~(u32)(V7S_TABLE_LEN - 1);

	return table_ptr(&d->t, unlikely(d->is_mtk) ? pa | v7s_mtk_pa(pte) : pa);
}

static inline unsigned slot_idx(unsigned long iova)
{
	return iova >> V7S_PAGE_SHIFT & (V7S_TABLE_ENTRIES - 1);
}

/* V7S_NR_SIZES: there is no such size, or it does not lie so. */
static inline enum v7s_size size_of(const struct v7s *d, unsigned long iova, size_t pgsize)
{
	if (pgsize == SZ_4K)
		return V7S_4K;
	if (pgsize == SZ_1M)
		return V7S_1M;
	if (pgsize == SZ_64K && !(iova & (SZ_64K - 1)))
		return V7S_64K;
	if (pgsize == SZ_16M && !(iova & (SZ_16M - 1)) && d->root_mask >= V7S_CONT - 1)
		return V7S_16M;
	return V7S_NR_SIZES;
}

/* ---- tables ------------------------------------------------------------------------- */

static u32 *new_table(struct v7s *d, gfp_t gfp)
{
	bool has_high = d->t.iop.cfg.quirks & IO_PGTABLE_QUIRK_ARM_MTK_TTBR_EXT;

	return table_alloc(&d->t, &(struct table_wish){
		.len = V7S_TABLE_LEN, .gfp = has_high ? gfp : gfp | __GFP_DMA,
		.limit = has_high ? (1ull << d->t.iop.cfg.oas) - 1 : U32_MAX,
	});
}

static void drop_table(struct v7s *d, u32 *table)
{
	table_free(&d->t, table, V7S_TABLE_LEN);
}

/* In the place of @old, unless somebody was faster. Return: what was there. */
static u32 install_table(struct v7s *d, u32 *table, u32 *slot, u32 old)
{
	const struct pt_fmt *f = &d->t.format;
	u32 pte = (u32)f->table_entry(f, 0, table_pa(&d->t, table));

	tables_order(&d->t);
	old = pte_cmpxchg32(&d->t, slot, old, pte);
	tables_clean(&d->t, slot, sizeof(*slot));
	return old;
}

/* Return: the entry that is there now; 0: no memory. */
static u32 add_table(struct v7s *d, u32 *slot, gfp_t gfp)
{
	u32 *table = new_table(d, gfp), old;

	if (!table)
		return 0;
	old = install_table(d, table, slot, 0);
	if (!old)
		return pte_load32(&d->t, slot);
	drop_table(d, table);
	return old;
}

static int report_mapped(unsigned long iova)
{
	WARN(true, "IOVA %#lx is mapped already", iova);
	return -EEXIST;
}

/* The table for @iova, which may be new. */
static inline int get_table(struct v7s *d, unsigned long iova, gfp_t gfp, u32 **ret)
{
	u32 *slot = root_slot(d, iova);
	u32 pte = pte_load32(&d->t, slot);

	if (unlikely(!pte)) {
		pte = add_table(d, slot, gfp);
		if (!pte)
			return -ENOMEM;
	} else {
		tables_clean(&d->t, slot, sizeof(*slot));
	}
	if (unlikely(!v7s_is_table(pte)))
		return report_mapped(iova);
	*ret = table_of(d, pte);
	return 0;
}

/* ---- map ------------------------------------------------------------------------------ */

static inline u32 leaf_at(const struct v7s *d, enum v7s_size size, phys_addr_t pa, int prot)
{
	u32 pte = d->leaf[size][prot & (NR_PROTS - 1)];

	pte |= (u32)pa & ~0u << (size < V7S_1M ? V7S_PAGE_SHIFT : V7S_SECTION_SHIFT);
	return unlikely(d->is_mtk) ? pte | v7s_mtk_bits(pa) : pte;
}

/* Pages from @pa on whose bits 34:32 are the same. */
static size_t nr_until_4g(const struct v7s *d, phys_addr_t pa, size_t pgsize)
{
	if (likely(!d->is_mtk))
		return SIZE_MAX;
	return max((size_t)1, (size_t)((SZ_4G - (pa & (SZ_4G - 1))) / pgsize));
}

static void fill_small(u32 *slot, size_t nr, u32 pte)
{
	run32_fill(slot, nr, pte, SZ_4K);
}

static void fill_large(u32 *slot, size_t nr, u32 pte)
{
	for (; nr; nr--, slot += V7S_CONT, pte += SZ_64K)
		run32_set(slot, V7S_CONT, pte);
}

/* As many of @nr pages as find no entry in their way. Return: how many. */
static size_t fill_table(struct v7s *d, u32 *slot, size_t nr, enum v7s_size size, u32 pte)
{
	size_t per_log2 = v7s_entries_log2(size), len = (nr << per_log2) * sizeof(*slot);

	pte_before_load(&d->t, slot, len);
	nr = run32_empty(slot, nr << per_log2) >> per_log2;
	len = (nr << per_log2) * sizeof(*slot);
	if (!nr)
		return 0;
	pte_before_store(&d->t, slot, len);
	if (!per_log2)
		fill_small(slot, nr, pte);
	else
		fill_large(slot, nr, pte);
	tables_clean(&d->t, slot, len);
	return nr;
}

/* One small page, whose table is there, with nothing but a store to do. False: not so. */
static inline bool map_one(struct v7s *d, unsigned long iova, phys_addr_t pa, int prot)
{
	u32 pte = READ_ONCE(*root_slot(d, iova)), *slot;

	if (unlikely(!v7s_is_table(pte)))
		return false;
	slot = (u32 *)table_ptr(&d->t, pte & ~(V7S_TABLE_LEN - 1u)) + slot_idx(iova);
	if (unlikely(READ_ONCE(*slot)))
		return false;
	WRITE_ONCE(*slot, d->leaf[V7S_4K][prot & (NR_PROTS - 1)] | ((u32)pa & ~(SZ_4K - 1u)));
	return true;
}

static int map_in_tables(struct v7s *d, unsigned long iova, phys_addr_t pa,
			 enum v7s_size size, size_t pgcount, int prot, gfp_t gfp,
			 size_t *mapped)
{
	size_t per_log2 = v7s_entries_log2(size), pgsize = (size_t)SZ_4K << per_log2;

	while (pgcount) {
		unsigned idx = slot_idx(iova);
		size_t nr = min(pgcount, (size_t)(V7S_TABLE_ENTRIES - idx) >> per_log2), done;
		u32 *table = NULL;
		int err = get_table(d, iova, gfp, &table);

		if (unlikely(err))
			return err;
		nr = min(nr, nr_until_4g(d, pa, pgsize));
		done = fill_table(d, table + idx, nr, size, leaf_at(d, size, pa, prot));
		iova += done * pgsize;
		pa += done * pgsize;
		*mapped += done * pgsize;
		if (unlikely(done < nr))
			return report_mapped(iova);
		pgcount -= nr;
	}
	return 0;
}

static void drop_section_table(struct v7s *d, unsigned long iova, u32 *slot, u32 pte)
{
	pte_store32(&d->t, slot, 0);
	tables_clean(&d->t, slot, sizeof(*slot));
	io_pgtable_tlb_flush_walk(&d->t.iop, iova, SZ_1M, SZ_4K);
	drop_table(d, table_of(d, pte));
}

/* A table in the way goes, with all that is in it; anything else stays. */
static int make_room(struct v7s *d, unsigned long iova, u32 *slot, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++) {
		u32 pte = pte_load32(&d->t, slot + i);

		if (v7s_is_table(pte))
			drop_section_table(d, iova + i * SZ_1M, slot + i, pte);
		else if (pte)
			return report_mapped(iova + i * SZ_1M);
	}
	return 0;
}

static int map_in_root(struct v7s *d, unsigned long iova, phys_addr_t pa, enum v7s_size size,
		       size_t pgcount, int prot, size_t *mapped)
{
	size_t per = v7s_entries(size), pgsize = per << V7S_SECTION_SHIFT;

	for (; pgcount; pgcount--, iova += pgsize, pa += pgsize, *mapped += pgsize) {
		u32 *slot = root_slot(d, iova);
		int err = make_room(d, iova, slot, (unsigned)per);

		if (err)
			return err;
		pte_before_store(&d->t, slot, per * sizeof(*slot));
		run32_set(slot, per, leaf_at(d, size, pa, prot));
		tables_clean(&d->t, slot, per * sizeof(*slot));
	}
	return 0;
}

static noinline int map_any(struct io_pgtable_ops *ops, unsigned long iova, phys_addr_t pa,
			    size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	struct v7s *d = v7s_of(ops);
	const struct io_pgtable_cfg *cfg = &d->t.iop.cfg;
	enum v7s_size size = size_of(d, iova, pgsize);
	int err;

	if (WARN(iova >> cfg->ias || pa >> cfg->oas, "IOVA %#lx or pa %#llx has too many bits",
		 iova, (unsigned long long)pa))
		return -ERANGE;
	if (!(prot & (IOMMU_READ | IOMMU_WRITE)) || !pgcount)
		return -EINVAL;
	if (WARN(size == V7S_NR_SIZES, "no page of %#zx bytes at IOVA %#lx", pgsize, iova))
		return -EINVAL;
	if (likely(size < V7S_1M))
		err = map_in_tables(d, iova, pa, size, pgcount, prot, gfp, mapped);
	else
		err = map_in_root(d, iova, pa, size, pgcount, prot, mapped);
	tables_complete(&d->t);
	return err;
}

static int v7s_map_pages(struct io_pgtable_ops *ops, unsigned long iova, phys_addr_t pa,
			 size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	struct v7s *d = v7s_of(ops);
	const struct io_pgtable_cfg *cfg = &d->t.iop.cfg;

	if (unlikely(pgsize != SZ_4K || pgcount != 1 || !d->is_simple ||
		     iova >> cfg->ias || pa >> cfg->oas ||
		     !(prot & (IOMMU_READ | IOMMU_WRITE)) || !map_one(d, iova, pa, prot)))
		return map_any(ops, iova, pa, pgsize, pgcount, prot, gfp, mapped);
	*mapped += SZ_4K;
	return 0;
}

/* ---- unmap ------------------------------------------------------------------------------ */

/*
 * Return: what is at @slot now; of sixteen that were split here Linux 6.12 returns the
 * first, and so its caller loses a race that there is not.
 */
static u32 split_cont(struct v7s *d, unsigned long iova, u32 *slot, int lvl)
{
	size_t one = lvl == 1 ? SZ_1M : SZ_4K;
	unsigned long flags;
	u32 pte;

	spin_lock_irqsave(&d->split_lock, flags);
	pte = pte_load32(&d->t, slot);
	if (v7s_is_cont(pte, lvl)) {
		u32 *first = (u32 *)((uintptr_t)slot & ~(V7S_CONT * sizeof(*slot) - 1));

		pte_before_store(&d->t, first, V7S_CONT * sizeof(*slot));
		run32_fill(first, V7S_CONT, v7s_single(pte, lvl), (u32)one);
		tables_clean(&d->t, first, V7S_CONT * sizeof(*slot));
		io_pgtable_tlb_flush_walk(&d->t.iop, iova, V7S_CONT * one, V7S_CONT * one);
		pte = pte_load32(&d->t, d->t.kernel->config.is_repaired ? slot : first);
	}
	spin_unlock_irqrestore(&d->split_lock, flags);
	return pte;
}

static void queue_pages(struct v7s *d, struct iommu_iotlb_gather *gather, unsigned long iova,
			size_t nr)
{
	if (iommu_iotlb_gather_queued(gather))
		return;
	for (; nr; nr--, iova += SZ_4K)
		io_pgtable_tlb_add_page(&d->t.iop, gather, iova, SZ_4K);
}

/* Entries from @slot on that can be cleared as they are, of @nr. */
static size_t nr_clearable(const struct v7s *d, const u32 *slot, size_t nr, size_t per)
{
	pte_before_load(&d->t, slot, nr * sizeof(*slot));
	return run32_having(slot, nr, per == 1 ? V7S_TYPE_PAGE : V7S_TYPE_MASK);
}

/* Nothing could be cleared at @slot: it is part of a large page, or nothing. */
static size_t clearable_at_last(struct v7s *d, unsigned long iova, u32 *slot, size_t nr,
				size_t per)
{
	u32 pte = pte_load32(&d->t, slot);

	if (WARN(per > 1 || !v7s_is_valid(pte), "IOVA %#lx is not mapped", iova))
		return 0;
	split_cont(d, iova, slot, 2);
	return nr_clearable(d, slot, nr, per);
}

/* Return: bytes, all in @table. 0: not one page. */
static size_t unmap_in_table(struct v7s *d, u32 *table, unsigned long iova,
			     enum v7s_size size, size_t pgcount,
			     struct iommu_iotlb_gather *gather)
{
	size_t per = v7s_entries(size);
	unsigned idx = slot_idx(iova);
	size_t nr = min(pgcount << v7s_entries_log2(size), (size_t)(V7S_TABLE_ENTRIES - idx));
	u32 *slot = table + idx;
	size_t done = nr_clearable(d, slot, nr, per) & ~(per - 1);

	if (unlikely(!done))
		done = clearable_at_last(d, iova, slot, nr, per) & ~(per - 1);
	if (unlikely(!done))
		return 0;
	pte_before_store(&d->t, slot, done * sizeof(*slot));
	run_clear(slot, done * sizeof(*slot));
	tables_clean(&d->t, slot, done * sizeof(*slot));
	queue_pages(d, gather, iova, done);
	return done << V7S_PAGE_SHIFT;
}

/* All of @section but the page at @iova. */
static void fill_rest(struct v7s *d, u32 *table, unsigned long iova, enum v7s_size size,
		      u32 section)
{
	int prot = v7s_leaf_prot(section, 1);
	bool keeps_pa = d->t.kernel->config.is_repaired;
	phys_addr_t pa = keeps_pa ? v7s_leaf_pa(d->t.iop.cfg.quirks, section, 1) : 0;
	u32 pte = leaf_at(d, size, pa, prot);

	pte_before_store(&d->t, table, V7S_TABLE_LEN);
	if (size == V7S_4K)
		fill_small(table, V7S_TABLE_ENTRIES, pte);
	else
		fill_large(table, V7S_TABLE_ENTRIES / V7S_CONT, pte);
	run32_set(table + slot_idx(iova), v7s_entries(size), 0);
	tables_clean(&d->t, table, V7S_TABLE_LEN);
}

static size_t split_section(struct v7s *d, u32 *slot, u32 section, unsigned long iova,
			    enum v7s_size size, struct iommu_iotlb_gather *gather)
{
	size_t pgsize = (size_t)v7s_entries(size) << V7S_PAGE_SHIFT;
	u32 *table = new_table(d, GFP_ATOMIC), old;

	if (!table)
		return 0;
	fill_rest(d, table, iova, size, section);
	old = install_table(d, table, slot, section);
	if (old == section) {
		io_pgtable_tlb_add_page(&d->t.iop, gather, iova, pgsize);
		return pgsize;
	}
	drop_table(d, table);
	return v7s_is_table(old) ? unmap_in_table(d, table_of(d, old), iova, size, 1, gather) : 0;
}

static bool is_all_valid(const struct v7s *d, const u32 *slot, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++)
		if (!v7s_is_valid(pte_load32(&d->t, slot + i)))
			return false;
	return true;
}

static void unmap_section(struct v7s *d, u32 *slot, unsigned long iova,
			  struct iommu_iotlb_gather *gather)
{
	u32 pte = pte_load32(&d->t, slot);

	if (v7s_is_table(pte)) {
		drop_section_table(d, iova, slot, pte);
		return;
	}
	pte_store32(&d->t, slot, 0);
	tables_clean(&d->t, slot, sizeof(*slot));
	if (!iommu_iotlb_gather_queued(gather))
		io_pgtable_tlb_add_page(&d->t.iop, gather, iova, SZ_1M);
}

/* One page, of which no table is there. */
static size_t unmap_in_root(struct v7s *d, u32 *slot, unsigned long iova, enum v7s_size size,
			    struct iommu_iotlb_gather *gather)
{
	unsigned nr = size == V7S_16M ? V7S_CONT : 1;
	u32 pte = pte_load32(&d->t, slot);

	if (WARN(!is_all_valid(d, slot, nr), "IOVA %#lx is not mapped", iova))
		return 0;
	if (size != V7S_16M && v7s_is_cont(pte, 1))
		pte = split_cont(d, iova, slot, 1);
	if (size < V7S_1M)
		return split_section(d, slot, pte, iova, size, gather);
	for (unsigned i = 0; i < nr; i++)
		unmap_section(d, slot + i, iova + i * SZ_1M, gather);
	return (size_t)nr << V7S_SECTION_SHIFT;
}

static size_t pages_of(size_t len, enum v7s_size size)
{
	return len >> (V7S_PAGE_SHIFT + v7s_entries_log2(size));
}

static noinline size_t unmap_any(struct io_pgtable_ops *ops, unsigned long iova, size_t pgsize,
				 size_t pgcount, struct iommu_iotlb_gather *gather)
{
	struct v7s *d = v7s_of(ops);
	enum v7s_size size = size_of(d, iova, pgsize);
	size_t want = pgsize * pgcount, unmapped = 0;

	if (WARN(iova >> d->t.iop.cfg.ias, "IOVA %#lx has too many bits", iova) ||
	    WARN(size == V7S_NR_SIZES, "no page of %#zx bytes at IOVA %#lx", pgsize, iova))
		return 0;
	while (unmapped < want) {
		u32 *slot = root_slot(d, iova), pte = pte_load32(&d->t, slot);
		size_t done;

		if (likely(size < V7S_1M && v7s_is_table(pte)))
			done = unmap_in_table(d, table_of(d, pte), iova, size,
					      pages_of(want - unmapped, size), gather);
		else
			done = unmap_in_root(d, slot, iova, size, gather);
		if (!done)
			break;
		unmapped += done;
		iova += done;
	}
	return unmapped;
}

/* One small page that is there, with nothing but a store to do. False: not so. */
static inline bool unmap_one(struct v7s *d, unsigned long iova)
{
	u32 pte = READ_ONCE(*root_slot(d, iova)), *slot;

	if (unlikely(!v7s_is_table(pte)))
		return false;
	slot = (u32 *)table_ptr(&d->t, pte & ~(V7S_TABLE_LEN - 1u)) + slot_idx(iova);
	if (unlikely(!(READ_ONCE(*slot) & V7S_TYPE_PAGE)))
		return false;
	WRITE_ONCE(*slot, 0);
	return true;
}

static size_t v7s_unmap_pages(struct io_pgtable_ops *ops, unsigned long iova, size_t pgsize,
			      size_t pgcount, struct iommu_iotlb_gather *gather)
{
	struct v7s *d = v7s_of(ops);

	if (unlikely(pgsize != SZ_4K || pgcount != 1 || !d->is_simple ||
		     iova >> d->t.iop.cfg.ias || !unmap_one(d, iova)))
		return unmap_any(ops, iova, pgsize, pgcount, gather);
	if (!iommu_iotlb_gather_queued(gather))
		io_pgtable_tlb_add_page(&d->t.iop, gather, iova, SZ_4K);
	return SZ_4K;
}

/* ---- look ---------------------------------------------------------------------------------- */

static inline phys_addr_t leaf_to_phys(u32 pte, unsigned shift, unsigned long iova)
{
	return (pte & ~0u << shift) | (iova & ~(~0ul << shift));
}

/* @is_plain is a constant: entries are plain memory, and addresses have 32 bits. */
static __always_inline phys_addr_t look(const struct v7s *d, unsigned long iova, bool is_plain)
{
	const u32 *slot = root_slot(d, iova);
	u32 pte = is_plain ? READ_ONCE(*slot) : pte_load32(&d->t, slot);
	unsigned shift = V7S_SECTION_SHIFT;
	bool is_cont;

	if (likely(v7s_is_table(pte))) {
		slot = is_plain ? table_ptr(&d->t, pte & ~(V7S_TABLE_LEN - 1u)) : table_of(d, pte);
		slot += slot_idx(iova);
		pte = is_plain ? READ_ONCE(*slot) : pte_load32(&d->t, slot);
		shift = V7S_PAGE_SHIFT;
		if (is_plain && likely(pte & V7S_TYPE_PAGE))
			return leaf_to_phys(pte, V7S_PAGE_SHIFT, iova);
		is_cont = !(pte & V7S_TYPE_PAGE);
	} else {
		is_cont = pte & V7S_SECTION_CONT;
		if (is_plain && likely(!is_cont && v7s_is_valid(pte)))
			return leaf_to_phys(pte, V7S_SECTION_SHIFT, iova);
	}
	if (!v7s_is_valid(pte))
		return 0;
	return leaf_to_phys(pte, shift + (is_cont ? 4 : 0), iova) |
	       (!is_plain && d->is_mtk ? v7s_mtk_pa(pte) : 0);
}

static phys_addr_t v7s_iova_to_phys(struct io_pgtable_ops *ops, unsigned long iova)
{
	return look(v7s_of(ops), iova, false);
}

static phys_addr_t v7s_iova_to_phys_plain(struct io_pgtable_ops *ops, unsigned long iova)
{
	return look(v7s_of(ops), iova, true);
}

/* ---- make and free --------------------------------------------------------------------------- */

#define QUIRKS	(IO_PGTABLE_QUIRK_ARM_NS | IO_PGTABLE_QUIRK_NO_PERMS | \
		 IO_PGTABLE_QUIRK_ARM_MTK_EXT | IO_PGTABLE_QUIRK_ARM_MTK_TTBR_EXT)

static bool is_possible(const struct io_pgtable_cfg *cfg)
{
	bool is_mtk = cfg->quirks & IO_PGTABLE_QUIRK_ARM_MTK_EXT;

	if (cfg->ias > (is_mtk ? 34 : 32) || cfg->ias < V7S_SECTION_SHIFT)
		return false;
	if (cfg->oas > (is_mtk ? 35 : 32) || cfg->quirks & ~QUIRKS)
		return false;
	if (is_mtk && !(cfg->quirks & IO_PGTABLE_QUIRK_NO_PERMS))
		return false;
	return is_mtk || !(cfg->quirks & IO_PGTABLE_QUIRK_ARM_MTK_TTBR_EXT);
}

/*
 * PRRR: 1 is device memory, 4 and 7 are normal; device is shareable, normal as S says,
 * 7 inner shareable. NMRR: 7 is write-back, write-allocate. TTBR: shareable, and walks
 * cached like 7 where they are coherent.
 */
static void set_registers(const struct v7s *d, struct io_pgtable_cfg *cfg)
{
	phys_addr_t pa = table_pa(&d->t, d->t.root);

	cfg->arm_v7s_cfg.tcr = 0;
	cfg->arm_v7s_cfg.prrr = 0x800b8204;
	cfg->arm_v7s_cfg.nmrr = 0x40004000;
	if (d->is_mtk)
		cfg->arm_v7s_cfg.ttbr = (u32)pa | (u32)(pa >> 32);
	else
		cfg->arm_v7s_cfg.ttbr = (u32)pa | (cfg->coherent_walk ? 0x6a : 0x02);
}

static void precompute(struct v7s *d, const struct io_pgtable_cfg *cfg)
{
	d->root_mask = (1u << (cfg->ias - V7S_SECTION_SHIFT)) - 1;
	d->is_mtk = cfg->quirks & IO_PGTABLE_QUIRK_ARM_MTK_EXT;
	d->is_simple = d->t.is_plain && !d->is_mtk;
	for (enum v7s_size size = 0; size < V7S_NR_SIZES; size++)
		for (int prot = 0; prot < NR_PROTS; prot++)
			d->leaf[size][prot] = v7s_leaf_bits(cfg->quirks, size, prot);
	arm_v7s_format(cfg, &d->t.format);
}

static struct io_pgtable *v7s_alloc(struct io_pgtable_cfg *cfg, void *cookie)
{
	bool has_high = cfg->quirks & IO_PGTABLE_QUIRK_ARM_MTK_TTBR_EXT;
	struct v7s *d;

	if (!is_possible(cfg))
		return NULL;
	d = g_new0(struct v7s, 1);
	if (!tables_init(&d->t, cfg, cookie))
		goto free;
	spin_lock_init(&d->split_lock);
	d->t.takes_pieces = true;
	d->t.iop.ops = (struct io_pgtable_ops){
		.map_pages = v7s_map_pages, .unmap_pages = v7s_unmap_pages,
		.iova_to_phys = v7s_iova_to_phys,
	};
	cfg->pgsize_bitmap &= SZ_4K | SZ_64K | SZ_1M | SZ_16M;
	precompute(d, cfg);
	if (!d->t.is_exact && !d->is_mtk)
		d->t.iop.ops.iova_to_phys = v7s_iova_to_phys_plain;
	if (!tables_alloc_root(&d->t, &(struct table_wish){
			.len = max(PAGE_SIZE, (d->root_mask + 1ul) * sizeof(u32)),
			.gfp = has_high ? GFP_KERNEL : GFP_DMA,
			.limit = has_high ? (1ull << cfg->oas) - 1 : U32_MAX }))
		goto free;
	set_registers(d, cfg);
	return &d->t.iop;
free:
	g_free(d);
	return NULL;
}

static void v7s_free(struct io_pgtable *iop)
{
	struct v7s *d = container_of(iop, struct v7s, t.iop);

	for (u32 i = 0; i <= d->root_mask; i++) {
		u32 pte = pte_load32(&d->t, (u32 *)d->t.root + i);

		if (v7s_is_table(pte))
			drop_table(d, table_of(d, pte));
	}
	table_free(&d->t, d->t.root, d->t.root_len);
	g_free(d);
}

struct io_pgtable_init_fns io_pgtable_arm_v7s_init_fns = {
	.alloc = v7s_alloc,
	.free = v7s_free,
};
