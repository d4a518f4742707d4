/* SPDX-License-Identifier: MIT */
/*
 * Tables of two levels, of any format that a row describes: see two-level.h.
 *
 * A page that is split is replaced at once, without a moment in which nothing is there: a
 * device may be using the rest of it. Both translations are the same until the TLBs have
 * been told.
 *
 * Leaves out: giving back tables that have become empty, before they are in the way.
 * Linux: the table code of drivers/iommu/{omap,exynos,rockchip,sun50i}-iommu.c, which each
 * have their own.
 */
#include <linux/kernel.h>
#include <linux/spinlock.h>

#include "table.h"
#include "table-run.h"
#include "two-level.h"

/**
 * struct two_level - one set
 * @empty: what an entry of the first level holds that leads nowhere
 * @zeros: the table that it leads to, or NULL
 * @split_lock: who splits
 */
struct two_level {
	struct tables t;
	u32 empty;
	u32 *zeros;
	void (*linked)(void *cookie, unsigned long iova, size_t len);
	spinlock_t split_lock;
};

/* A size that one entry, or a row of equal ones, maps. */
struct leaf {
	unsigned lvl;
	bool is_contig;
	size_t len;
	unsigned nr_entries;
};

static struct two_level *two_level_of(const struct io_pgtable_ops *ops)
{
	return container_of(tables_of(ops), struct two_level, t);
}

/* ---- where things are --------------------------------------------------------- */

static const struct pt_level *level(const struct two_level *d, unsigned lvl)
{
	return &d->t.format.level[lvl];
}

static size_t span(const struct two_level *d, unsigned lvl)
{
	return 1ul << level(d, lvl)->va_shift;
}

static unsigned nr_entries(const struct two_level *d, unsigned lvl)
{
	return 1u << level(d, lvl)->idx_bits;
}

static size_t table_len(const struct two_level *d, unsigned lvl)
{
	return nr_entries(d, lvl) * sizeof(u32);
}

static unsigned index_of(const struct two_level *d, unsigned lvl, unsigned long iova)
{
	return iova >> level(d, lvl)->va_shift & (nr_entries(d, lvl) - 1);
}

static u32 *root_slot(const struct two_level *d, unsigned long iova)
{
	return (u32 *)d->t.root + index_of(d, 0, iova);
}

static struct pt_entry decode(const struct two_level *d, unsigned lvl, u32 pte)
{
	if (!lvl && pte == d->empty)
		return (struct pt_entry){ .kind = PT_INVALID };
	return d->t.format.decode(&d->t.format, lvl, pte);
}

static struct leaf leaf_of(const struct two_level *d, unsigned lvl, bool is_contig)
{
	unsigned log2 = is_contig ? level(d, lvl)->contig_log2 : 0;

	return (struct leaf){ lvl, is_contig, span(d, lvl) << log2, 1u << log2 };
}

/* The largest that makes up pages of @pgsize, which IOVA and pa are multiples of. */
static struct leaf choose_leaf(const struct two_level *d, size_t pgsize)
{
	for (unsigned lvl = 0; lvl < 2; lvl++) {
		struct leaf contig = leaf_of(d, lvl, true), single = leaf_of(d, lvl, false);

		if (!level(d, lvl)->may_be_leaf)
			continue;
		if (contig.nr_entries > 1 && contig.len <= pgsize)
			return contig;
		if (single.len <= pgsize)
			return single;
	}
	return (struct leaf){ 0 };
}

/* ---- entries of any size --------------------------------------------------------- */

static u32 leaf_entry(const struct two_level *d, const struct leaf *l, phys_addr_t pa, int prot)
{
	return (u32)d->t.format.leaf_entry(&d->t.format, l->lvl, pa, prot, l->is_contig);
}

/* Neighbours differ by the same amount as long as the upper half of the address stays. */
static void fill_singles(const struct two_level *d, u32 *slot, size_t nr, const struct leaf *l,
			 phys_addr_t pa, int prot)
{
	while (nr) {
		size_t until = (size_t)((SZ_4G - (pa & (SZ_4G - 1))) / l->len);
		size_t run = min(nr, until);
		u32 first = leaf_entry(d, l, pa, prot);
		u32 step = run > 1 ? leaf_entry(d, l, pa + l->len, prot) - first : 0;

		run32_fill(slot, run, first, step);
		slot += run;
		nr -= run;
		pa += run * l->len;
	}
}

static void fill(const struct two_level *d, u32 *slot, size_t nr, const struct leaf *l,
		 phys_addr_t pa, int prot)
{
	size_t len = nr * l->nr_entries * sizeof(*slot);

	pte_before_store(&d->t, slot, len);
	if (!l->is_contig)
		fill_singles(d, slot, nr, l, pa, prot);
	else
		for (size_t n = 0; n < nr; n++)
			run32_set(slot + n * l->nr_entries, l->nr_entries,
				  leaf_entry(d, l, pa + n * l->len, prot));
	tables_clean(&d->t, slot, len);
}

/* ---- tables --------------------------------------------------------- */

static u64 last_pa(const struct two_level *d)
{
	return (1ull << d->t.iop.cfg.oas) - 1;
}

static gfp_t where(const struct two_level *d, gfp_t gfp)
{
	return d->t.iop.cfg.oas <= 32 ? gfp | __GFP_DMA32 : gfp;
}

static u32 *new_table(struct two_level *d, unsigned lvl, gfp_t gfp)
{
	return table_alloc(&d->t, &(struct table_wish){
		.len = table_len(d, lvl), .limit = last_pa(d), .gfp = where(d, gfp),
	});
}

static u32 table_entry(const struct two_level *d, const u32 *table)
{
	return (u32)d->t.format.table_entry(&d->t.format, 0, table_pa(&d->t, table));
}

static void drop_table(struct two_level *d, u32 *table)
{
	table_free(&d->t, table, table_len(d, 1));
}

/* In the place of @old, unless somebody was faster. Return: what was there. */
static u32 link_table(struct two_level *d, u32 *slot, u32 old, const u32 *table)
{
	u32 pte = table_entry(d, table);

	tables_order(&d->t);
	old = pte_cmpxchg32(&d->t, slot, old, pte);
	tables_clean(&d->t, slot, sizeof(*slot));
	return old;
}

static void tell_linked(struct two_level *d, unsigned long iova, size_t len)
{
	if (!d->linked)
		return;
	tables_complete(&d->t);
	d->linked(d->t.iop.cookie, iova & ~(span(d, 0) - 1), len);
}

static int add_table(struct two_level *d, u32 *slot, unsigned long iova, gfp_t gfp)
{
	u32 *table = new_table(d, 1, gfp);

	if (!table)
		return -ENOMEM;
	if (link_table(d, slot, d->empty, table) != d->empty)
		drop_table(d, table);
	else
		tell_linked(d, iova, span(d, 0));
	return 0;
}

/* The table for @iova, which may be new. */
static int get_table(struct two_level *d, unsigned long iova, gfp_t gfp, u32 **ret)
{
	u32 *slot = root_slot(d, iova), pte = pte_load32(&d->t, slot);
	struct pt_entry e;
	int err;

	if (pte == d->empty) {
		err = add_table(d, slot, iova, gfp);
		if (err)
			return err;
		pte = pte_load32(&d->t, slot);
	}
	e = decode(d, 0, pte);
	if (e.kind != PT_TABLE)
		return -EEXIST;
	*ret = table_ptr(&d->t, e.pa);
	return 0;
}

/* ---- map --------------------------------------------------------- */

/* As many of @nr leaves as find no entry in their way. */
static size_t fill_free(struct two_level *d, u32 *slot, size_t nr, const struct leaf *l,
			phys_addr_t pa, int prot)
{
	pte_before_load(&d->t, slot, nr * l->nr_entries * sizeof(*slot));
	nr = run32_empty(slot, nr * l->nr_entries) / l->nr_entries;
	if (nr)
		fill(d, slot, nr, l, pa, prot);
	return nr;
}

struct mapping {
	unsigned long iova;
	phys_addr_t pa;
	size_t len;			/* that is left */
	int prot;
	gfp_t gfp;
};

static void advance(struct mapping *m, size_t len, size_t *mapped)
{
	m->iova += len;
	m->pa += len;
	m->len -= len;
	*mapped += len;
}

static int map_in_table(struct two_level *d, const struct leaf *l, struct mapping *m,
			size_t *mapped)
{
	unsigned idx = index_of(d, 1, m->iova);
	size_t room = (nr_entries(d, 1) - idx) / l->nr_entries;
	size_t nr = min(room, m->len / l->len), done;
	u32 *table = NULL;
	int err = get_table(d, m->iova, m->gfp, &table);

	if (err)
		return err;
	done = fill_free(d, table + idx, nr, l, m->pa, m->prot);
	advance(m, done * l->len, mapped);
	return done < nr ? -EEXIST : 0;
}

static bool is_empty_table(const struct two_level *d, const u32 *table)
{
	pte_before_load(&d->t, table, table_len(d, 1));
	return run32_empty(table, nr_entries(d, 1)) == nr_entries(d, 1);
}

/* Nobody finds its way to @table any more, nor remembers it, when it is freed. */
static void unlink_table(struct two_level *d, u32 *slot, unsigned long iova, u32 *table)
{
	pte_store32(&d->t, slot, d->empty);
	tables_clean(&d->t, slot, sizeof(*slot));
	tables_complete(&d->t);
	io_pgtable_tlb_flush_walk(&d->t.iop, iova & ~(span(d, 0) - 1), span(d, 0), span(d, 1));
	drop_table(d, table);
}

static int make_room(struct two_level *d, u32 *slot, unsigned long iova)
{
	struct pt_entry e = decode(d, 0, pte_load32(&d->t, slot));

	if (e.kind == PT_INVALID)
		return 0;
	if (e.kind != PT_TABLE || !is_empty_table(d, table_ptr(&d->t, e.pa)))
		return -EEXIST;
	unlink_table(d, slot, iova, table_ptr(&d->t, e.pa));
	return 0;
}

static int map_in_root(struct two_level *d, const struct leaf *l, struct mapping *m,
		       size_t *mapped)
{
	u32 *slot = root_slot(d, m->iova);

	for (unsigned n = 0; n < l->nr_entries; n++) {
		int err = make_room(d, slot + n, m->iova + n * span(d, 0));

		if (err)
			return err;
	}
	fill(d, slot, 1, l, m->pa, m->prot);
	tell_linked(d, m->iova, l->len);
	advance(m, l->len, mapped);
	return 0;
}

static bool is_possible(const struct two_level *d, const struct mapping *m, size_t pgsize)
{
	const struct io_pgtable_cfg *cfg = &d->t.iop.cfg;
	u64 last = (u64)m->iova + m->len - 1;

	return m->len && !((m->iova | m->pa) & (pgsize - 1)) && last >> cfg->ias == 0 &&
	       last >= m->iova && (m->pa + m->len - 1) >> cfg->oas == 0;
}

static int map_pages(struct io_pgtable_ops *ops, unsigned long iova, phys_addr_t pa,
		     size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	struct two_level *d = two_level_of(ops);
	struct leaf l = choose_leaf(d, pgsize);
	struct mapping m = { iova, pa, pgsize * pgcount, prot, gfp };
	int err = 0;

	if (!l.len || !is_possible(d, &m, pgsize))
		return -EINVAL;
	if (!(prot & (IOMMU_READ | IOMMU_WRITE)))
		return -EINVAL;
	while (m.len && !err)
		err = l.lvl ? map_in_table(d, &l, &m, mapped) : map_in_root(d, &l, &m, mapped);
	tables_complete(&d->t);
	return err;
}

/* ---- split --------------------------------------------------------- */

/* A row of equal entries becomes entries of their own. Under the lock. */
static void split_row(struct two_level *d, u32 *slot, unsigned lvl, const struct pt_entry *e)
{
	struct leaf single = leaf_of(d, lvl, false);

	fill(d, slot, e->len / single.len, &single, e->pa, e->prot);
}

/* A section becomes a table. Under the lock. */
static int split_section(struct two_level *d, u32 *slot, const struct pt_entry *e)
{
	struct leaf single = leaf_of(d, 1, false);
	u32 *table = new_table(d, 1, GFP_ATOMIC);

	if (!table)
		return -ENOMEM;
	fill(d, table, nr_entries(d, 1), &single, e->pa, e->prot);
	link_table(d, slot, pte_load32(&d->t, slot), table);
	return 0;
}

/*
 * What @slot has a part of, of which @iova is, in smaller pieces; somebody else may have
 * done it already. The TLBs hear of it before any of the pieces goes.
 */
static int split(struct two_level *d, u32 *slot, unsigned lvl, unsigned long iova)
{
	unsigned long flags;
	struct pt_entry e;
	int err = 0;

	spin_lock_irqsave(&d->split_lock, flags);
	e = decode(d, lvl, pte_load32(&d->t, slot));
	if (e.kind == PT_LEAF && e.len > span(d, lvl))
		split_row(d, slot - (index_of(d, lvl, iova) & (e.len / span(d, lvl) - 1)), lvl, &e);
	else if (e.kind == PT_LEAF && !lvl)
		err = split_section(d, slot, &e);
	if (e.kind == PT_LEAF && !err) {
		tables_complete(&d->t);
		io_pgtable_tlb_flush_walk(&d->t.iop, iova & ~(e.len - 1), e.len, span(d, 1));
	}
	spin_unlock_irqrestore(&d->split_lock, flags);
	return err;
}

/* ---- unmap --------------------------------------------------------- */

static void clear(struct two_level *d, u32 *slot, size_t nr, u32 to)
{
	pte_before_store(&d->t, slot, nr * sizeof(*slot));
	if (to)
		run32_set(slot, nr, to);
	else
		run_clear(slot, nr * sizeof(*slot));
	tables_clean(&d->t, slot, nr * sizeof(*slot));
}

static void forget(struct two_level *d, struct iommu_iotlb_gather *gather, unsigned long iova,
		   size_t len, size_t granule)
{
	if (iommu_iotlb_gather_queued(gather))
		return;
	for (size_t off = 0; off < len; off += granule)
		io_pgtable_tlb_add_page(&d->t.iop, gather, iova + off, granule);
}

/* Does a larger page lie across @iova, of which only a part goes? */
static bool is_cut(const struct two_level *d, const u32 *slot, unsigned long iova)
{
	struct pt_entry e = decode(d, 1, pte_load32(&d->t, slot));

	return e.kind == PT_LEAF && iova & (e.len - 1);
}

static void split_at(struct two_level *d, u32 *table, unsigned idx, unsigned long iova)
{
	if (idx < nr_entries(d, 1) && is_cut(d, table + idx, iova))
		split(d, table + idx, 1, iova);
}

/* Return: bytes that are not mapped any more; 0: nothing was. */
static size_t unmap_in_table(struct two_level *d, u32 *table, unsigned long iova, size_t len,
			     struct iommu_iotlb_gather *gather)
{
	unsigned idx = index_of(d, 1, iova);
	size_t nr = min((size_t)(nr_entries(d, 1) - idx), len / span(d, 1));
	u32 *slot = table + idx;

	split_at(d, table, idx, iova);
	split_at(d, table, idx + (unsigned)nr, iova + nr * span(d, 1));
	pte_before_load(&d->t, slot, nr * sizeof(*slot));
	nr = run32_having(slot, nr, ~0u);
	if (!nr)
		return 0;
	clear(d, slot, nr, 0);
	forget(d, gather, iova, nr * span(d, 1), span(d, 1));
	return nr * span(d, 1);
}

static bool is_whole(const struct pt_entry *e, unsigned long iova, size_t len)
{
	return !(iova & (e->len - 1)) && len >= e->len;
}

static size_t unmap_in_root(struct two_level *d, u32 *slot, const struct pt_entry *e,
			    unsigned long iova, struct iommu_iotlb_gather *gather)
{
	clear(d, slot, e->len / span(d, 0), d->empty);
	forget(d, gather, iova, e->len, e->len);
	return e->len;
}

static size_t unmap_some(struct two_level *d, unsigned long iova, size_t len,
			 struct iommu_iotlb_gather *gather)
{
	u32 *slot = root_slot(d, iova);
	struct pt_entry e = decode(d, 0, pte_load32(&d->t, slot));

	while (e.kind == PT_LEAF && !is_whole(&e, iova, len)) {
		if (split(d, slot, 0, iova))
			return 0;
		e = decode(d, 0, pte_load32(&d->t, slot));
	}
	if (e.kind == PT_TABLE)
		return unmap_in_table(d, table_ptr(&d->t, e.pa), iova, len, gather);
	return e.kind == PT_LEAF ? unmap_in_root(d, slot, &e, iova, gather) : 0;
}

static size_t unmap_pages(struct io_pgtable_ops *ops, unsigned long iova, size_t pgsize,
			  size_t pgcount, struct iommu_iotlb_gather *gather)
{
	struct two_level *d = two_level_of(ops);
	size_t want = pgsize * pgcount, unmapped = 0, done = 1;

	if ((u64)iova >> d->t.iop.cfg.ias || (iova | pgsize) & (span(d, 1) - 1))
		return 0;
	while (unmapped < want && done) {
		done = unmap_some(d, iova + unmapped, want - unmapped, gather);
		unmapped += done;
	}
	tables_complete(&d->t);
	return unmapped;
}

/* ---- look --------------------------------------------------------- */

static phys_addr_t leaf_to_phys(const struct pt_entry *e, unsigned long iova)
{
	return e->kind == PT_LEAF ? e->pa | (iova & (e->len - 1)) : 0;
}

static phys_addr_t iova_to_phys(struct io_pgtable_ops *ops, unsigned long iova)
{
	const struct two_level *d = two_level_of(ops);
	struct pt_entry e;

	if ((u64)iova >> d->t.iop.cfg.ias)
		return 0;
	e = decode(d, 0, pte_load32(&d->t, root_slot(d, iova)));
	if (e.kind == PT_TABLE) {
		const u32 *table = table_ptr(&d->t, e.pa);

		e = decode(d, 1, pte_load32(&d->t, table + index_of(d, 1, iova)));
	}
	return leaf_to_phys(&e, iova);
}

/* ---- make and free --------------------------------------------------------- */

static void drop_all(struct two_level *d)
{
	for (unsigned n = 0; n < nr_entries(d, 0); n++) {
		struct pt_entry e = decode(d, 0, pte_load32(&d->t, (u32 *)d->t.root + n));

		if (e.kind == PT_TABLE)
			drop_table(d, table_ptr(&d->t, e.pa));
	}
	table_free(&d->t, d->t.root, d->t.root_len);
	if (d->zeros)
		drop_table(d, d->zeros);
}

static bool link_empty(struct two_level *d)
{
	d->zeros = new_table(d, 1, GFP_KERNEL);
	if (!d->zeros)
		return false;
	d->empty = table_entry(d, d->zeros);
	clear(d, d->t.root, nr_entries(d, 0), d->empty);
	tables_complete(&d->t);
	return true;
}

static bool build(struct two_level *d, const struct two_level_cfg *cfg, void *cookie)
{
	if (!tables_init(&d->t, &cfg->cfg, cookie))
		return false;
	d->t.format = *cfg->format;
	d->t.iop.cfg.ias = level(d, 0)->va_shift + level(d, 0)->idx_bits;
	d->t.takes_pieces = true;
	if (!tables_alloc_root(&d->t, &(struct table_wish){
			.len = table_len(d, 0), .limit = last_pa(d),
			.gfp = where(d, GFP_KERNEL) }))
		return false;
	if (!cfg->links_empty || link_empty(d))
		return true;
	table_free(&d->t, d->t.root, d->t.root_len);
	return false;
}

struct io_pgtable_ops *two_level_alloc(const struct two_level_cfg *cfg, void *cookie)
{
	struct two_level *d = g_new0(struct two_level, 1);

	if (!build(d, cfg, cookie)) {
		g_free(d);
		return NULL;
	}
	d->linked = cfg->linked;
	spin_lock_init(&d->split_lock);
	d->t.iop.ops = (struct io_pgtable_ops){
		.map_pages = map_pages, .unmap_pages = unmap_pages, .iova_to_phys = iova_to_phys,
	};
	return &d->t.iop.ops;
}

void two_level_free(struct io_pgtable_ops *ops)
{
	struct two_level *d;

	if (!ops)
		return;
	d = two_level_of(ops);
	drop_all(d);
	g_free(d);
}

phys_addr_t two_level_root(const struct io_pgtable_ops *ops)
{
	const struct two_level *d = two_level_of(ops);

	return table_pa(&d->t, d->t.root);
}
