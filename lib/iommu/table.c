/* SPDX-License-Identifier: MIT */
/*
 * Memory of page tables: whole pages of the page allocator, pieces of the slab's, or the
 * driver's own; cleaned where the walker does not snoop, and counted.
 *
 * To a walker a table has the address that its bus gives it, and an entry has room for
 * the physical one: if they differ, the table is refused, as Linux does.
 *
 * Linux: __arm_lpae_alloc_pages() in drivers/iommu/io-pgtable-arm.c,
 * __arm_v7s_alloc_table() in io-pgtable-arm-v7s.c, drivers/iommu/iommu-pages.h.
 */
#include <linux/device.h>
#include <linux/dma-direct.h>
#include <linux/slab.h>

#include "table.h"

bool tables_init(struct tables *t, const struct io_pgtable_cfg *cfg, void *cookie)
{
	struct kernel *k = cfg->iommu_dev ? cfg->iommu_dev->kernel : NULL;

	if (!k)
		k = kernel_current();
	if (!k)
		return false;
	t->iop.cfg = *cfg;
	t->iop.cookie = cookie;
	t->kernel = k;
	t->is_exact = machine_gear(k->port.machine) == GEAR_EXACT;
	t->is_plain = !t->is_exact && cfg->coherent_walk;
	t->linear = (uintptr_t)kernel_ptr(k, k->port.lowmem_pa) - (uintptr_t)k->port.lowmem_pa;
	return true;
}

void tables_clean_slow(const struct tables *t, const void *p, size_t len)
{
	port_sync_for_device(&t->kernel->port, table_pa(t, p), len, DMA_TO_DEVICE);
}

/* ---- counts ------------------------------------------------------------------------ */

static void raise_to(uint64_t *most, uint64_t value)
{
	uint64_t seen = __atomic_load_n(most, __ATOMIC_RELAXED);

	while (seen < value &&
	       !__atomic_compare_exchange_n(most, &seen, value, true, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED))
		;
}

static void count_alloc(struct pgtable_counts *c, size_t len)
{
	uint64_t bytes = __atomic_add_fetch(&c->bytes, len, __ATOMIC_RELAXED);

	__atomic_add_fetch(&c->nr_tables, 1, __ATOMIC_RELAXED);
	__atomic_add_fetch(&c->nr_allocs, 1, __ATOMIC_RELAXED);
	raise_to(&c->peak_bytes, bytes);
}

static void count_free(struct pgtable_counts *c, size_t len)
{
	__atomic_sub_fetch(&c->bytes, len, __ATOMIC_RELAXED);
	__atomic_sub_fetch(&c->nr_tables, 1, __ATOMIC_RELAXED);
}

void pgtable_counts(const struct io_pgtable_ops *ops, struct pgtable_counts *ret)
{
	*ret = tables_of(ops)->counts;
}

void pgtable_counts_all(const struct machine *m, struct pgtable_counts *ret)
{
	const struct kernel *k = machine_software(m);

	*ret = k ? k->pgtable_counts : (struct pgtable_counts){ 0 };
}

/* One thread at a time is what the exact gear has. */
void pte_before_store_exact(const struct tables *t, void *p, size_t len)
{
	t->kernel->pgtable_counts.nr_stores += len >> t->format.level[0].entry_log2;
	port_before_store_slow(p, len);
}

/* ---- memory ------------------------------------------------------------------------ */

static bool is_piece(const struct tables *t, size_t len)
{
	return t->takes_pieces && len < PAGE_SIZE;
}

static void *take(struct tables *t, const struct table_wish *w)
{
	gfp_t gfp = (w->gfp & ~__GFP_HIGHMEM) | __GFP_ZERO;
	struct page *page;

	if (t->iop.cfg.alloc)
		return t->iop.cfg.alloc(t->iop.cookie, w->len, w->gfp);
	if (is_piece(t, w->len))
		return kernel_kmalloc(t->kernel, w->len, gfp, NULL);
	page = kernel_alloc_pages(t->kernel, gfp, (unsigned)get_order(w->len), NULL);
	return page ? page_address(page) : NULL;
}

static void give_back(struct tables *t, void *p, size_t len)
{
	if (t->iop.cfg.free)
		t->iop.cfg.free(t->iop.cookie, p, len);
	else if (is_piece(t, len))
		kernel_kfree(p, NULL);
	else
		kernel_free_pages(virt_to_page(p), (unsigned)get_order(len), NULL);
}

/* Can the walker, on its bus, read what is at @pa under that address? */
static bool is_reachable(const struct tables *t, phys_addr_t pa, size_t len)
{
	struct device *dev = t->iop.cfg.iommu_dev;

	if (t->iop.cfg.coherent_walk || !dev)
		return true;
	return phys_to_dma(dev, pa) == pa &&
	       (!dev->dma_mask || dma_capable(dev, pa, len, true));
}

static const char *why_not(const struct tables *t, const void *p, const struct table_wish *w)
{
	phys_addr_t pa = virt_to_phys(p);

	if (pa == PHYS_ADDR_MAX || kernel_of(p) != t->kernel)
		return "it is no memory of this machine's linear map";
	if (pa + w->len - 1 > w->limit)
		return "it does not fit in an entry";
	if (!is_reachable(t, pa, w->len))
		return "to the walker it has another address, or none";
	return NULL;
}

static const char *name_of(const struct tables *t)
{
	return t->iop.cfg.iommu_dev ? dev_name(t->iop.cfg.iommu_dev) : "io-pgtable";
}

void *table_alloc(struct tables *t, const struct table_wish *w)
{
	void *p = take(t, w);
	const char *why = p ? why_not(t, p, w) : NULL;

	if (why) {
		pr_err("%s: page table refused: %s\n", name_of(t), why);
		give_back(t, p, w->len);
		return NULL;
	}
	if (!p)
		return NULL;
	tables_clean(t, p, w->len);
	count_alloc(&t->counts, w->len);
	count_alloc(&t->kernel->pgtable_counts, w->len);
	return p;
}

void table_free(struct tables *t, void *p, size_t len)
{
	count_free(&t->counts, len);
	count_free(&t->kernel->pgtable_counts, len);
	give_back(t, p, len);
}

bool tables_alloc_root(struct tables *t, const struct table_wish *w)
{
	t->root = table_alloc(t, w);
	t->root_len = w->len;
	if (t->root)
		tables_complete(t);
	return t->root != NULL;
}
