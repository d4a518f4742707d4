/* SPDX-License-Identifier: MIT */
/*
 * Tables of two levels: whatever the format, what DRAM holds after each call leads where a
 * map of pages says; whole and in part; and nothing is freed that somebody may still find.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <armdma/harness.h>
#include <armdma/pgtable.h>
#include <linux/kernel.h>
#include <linux/sizes.h>

#include "lib/iommu/table.h"
#include "lib/iommu/two-level.h"

#define RW		(IOMMU_READ | IOMMU_WRITE)
#define NR_PAGES	0x3000u			/* 48 MiB from FIRST on */
#define FIRST		0x1f000000ul
#define STEPS		600u

/* ---- formats, as plain as can be: address | what it is ---------------------------------- */

enum { IS_TABLE = 1, IS_LEAF = 2, IS_LARGE = 4, MAY_WRITE = 8 };

/* Bits 39:32 of an address are bits 11:4 of an entry, where there are such. */
static u32 put_pa(const struct pt_fmt *f, phys_addr_t pa)
{
	return (u32)pa | (f->quirks ? (u32)(pa >> 32 & 0xff) << 4 : 0);
}

static phys_addr_t get_pa(const struct pt_fmt *f, u32 entry)
{
	return (entry & 0xfffff000u) | (f->quirks ? (phys_addr_t)(entry >> 4 & 0xff) << 32 : 0);
}

static struct pt_entry decode(const struct pt_fmt *f, unsigned lvl, u64 entry)
{
	const struct pt_level *l = &f->level[lvl];
	unsigned log2 = l->va_shift + (entry & IS_LARGE ? l->contig_log2 : 0);

	if (entry & IS_LEAF)
		return (struct pt_entry){
			.kind = PT_LEAF, .len = 1ull << log2,
			.pa = get_pa(f, (u32)entry) >> log2 << log2,
			.prot = IOMMU_READ | (entry & MAY_WRITE ? IOMMU_WRITE : 0),
		};
	if (entry & IS_TABLE && !lvl)
		return (struct pt_entry){
			.kind = PT_TABLE,
			.pa = f->quirks ? get_pa(f, (u32)entry) : entry & ~(u64)0x3ff,
		};
	return (struct pt_entry){ .kind = PT_INVALID };
}

static u64 table_entry(const struct pt_fmt *f, unsigned lvl, phys_addr_t pa)
{
	return put_pa(f, pa) | IS_TABLE;
}

/* Wide ones have no room for a flag that says who may write. */
static u64 leaf_entry(const struct pt_fmt *f, unsigned lvl, phys_addr_t pa, int prot,
		      bool is_contig)
{
	return put_pa(f, pa) | IS_LEAF | (is_contig ? IS_LARGE : 0) |
	       (prot & IOMMU_WRITE ? MAY_WRITE : 0);
}

#define FUNCTIONS	.decode = decode, .table_entry = table_entry, .leaf_entry = leaf_entry

static const struct pt_fmt formats[] = {
	{ "small pages", 2, { { 20, 12, 2, false, 0 }, { 12, 8, 2, true, 0 } }, FUNCTIONS },
	{ "all sizes", 2, { { 20, 12, 2, true, 4 }, { 12, 8, 2, true, 4 } }, FUNCTIONS },
	{ "no supersections", 2, { { 20, 12, 2, true, 0 }, { 12, 8, 2, true, 4 } }, FUNCTIONS },
	{ "ten and ten", 2, { { 22, 10, 2, false, 0 }, { 12, 10, 2, true, 0 } }, FUNCTIONS },
};

/* ---- a set of tables, and what they ought to say ------------------------------------------ */

static struct harness *h;
static struct io_pgtable_ops *ops;
static const struct pt_fmt *format;
static u64 pages[NR_PAGES];			/* pa | 1; 0: nothing */
static unsigned nr_walk_flushes, nr_linked;
static uint64_t tables_at_flush;
static u64 dice;

static u32 below(u32 n)
{
	dice = dice * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)((dice >> 32) * n >> 32);
}

static uint64_t tables_now(void)
{
	struct pgtable_counts c;

	pgtable_counts_all(harness_machine(h), &c);
	return c.nr_tables;
}

static void flush_walk(unsigned long iova, size_t size, size_t granule, void *cookie)
{
	nr_walk_flushes++;
	tables_at_flush = tables_now();
}

static void add_page(struct iommu_iotlb_gather *gather, unsigned long iova, size_t granule,
		     void *cookie)
{
}

static void linked(void *cookie, unsigned long iova, size_t len)
{
	nr_linked++;
}

static const struct iommu_flush_ops tlb = {
	.tlb_flush_walk = flush_walk, .tlb_add_page = add_page,
};

static void makes(const struct pt_fmt *f, bool links_empty)
{
	format = f;
	memset(pages, 0, sizeof(pages));
	nr_walk_flushes = nr_linked = 0;
	ops = two_level_alloc(&(struct two_level_cfg){
		.format = f, .links_empty = links_empty, .linked = linked,
		.cfg = { .oas = 32, .tlb = &tlb },
	}, NULL);
	assert_non_null(ops);
}

static int starts(void **state)
{
	h = harness_start(&(struct harness_config){ .board = "a9-pl310", .no_hazards = true },
			  NULL);
	return h ? 0 : -1;
}

static int stops(void **state)
{
	uint64_t left = tables_now();

	harness_finish(h);
	return left ? -1 : 0;
}

static u64 fetch(void *view, phys_addr_t pa, unsigned len)
{
	u64 entry = 0;

	assert_true(machine_peek(harness_machine(h), VIEW_DRAM, pa, &entry, len));
	return entry;
}

/* A large page is all there, or there is none: hardware may look at any of its entries. */
static void is_whole(unsigned long iova, const struct pt_entry *e)
{
	unsigned first = (unsigned)(((iova & ~(e->len - 1)) - FIRST) / SZ_4K);

	for (unsigned n = 0; n < e->len / SZ_4K; n++)
		assert_true(pages[first + n]);
}

/* As a walker that reads DRAM finds it. */
static u64 walks(unsigned long iova)
{
	struct pt_entry e = pt_walk(format, two_level_root(ops), iova, fetch, NULL, NULL);

	if (e.kind == PT_LEAF)
		is_whole(iova, &e);
	return e.kind == PT_LEAF ? e.pa + (iova & (e.len - 1)) : 0;
}

static void agrees(unsigned page)
{
	unsigned long iova = FIRST + (unsigned long)page * SZ_4K + 0x123;
	u64 want = pages[page] ? (pages[page] & ~1ull) + 0x123 : 0;

	assert_int_equal(ops->iova_to_phys(ops, iova), want);
	assert_int_equal(walks(iova), want);
}

static void notes(unsigned page, size_t nr, u64 pa)
{
	for (size_t n = 0; n < nr; n++)
		pages[page + n] = pa ? (pa + n * SZ_4K) | 1 : 0;
}

static int maps(unsigned page, u64 pa, size_t pgsize, size_t pgcount)
{
	size_t mapped = 0;
	int err = ops->map_pages(ops, FIRST + (unsigned long)page * SZ_4K, pa, pgsize, pgcount,
				 RW, GFP_KERNEL, &mapped);

	notes(page, mapped / SZ_4K, pa);
	return err;
}

static size_t unmaps(unsigned page, size_t pgsize, size_t pgcount)
{
	size_t done = ops->unmap_pages(ops, FIRST + (unsigned long)page * SZ_4K, pgsize, pgcount,
				       NULL);

	notes(page, done / SZ_4K, 0);
	return done;
}

/* ---- tests --------------------------------------------------------- */

static bool is_free(unsigned page, size_t nr)
{
	for (size_t n = 0; n < nr; n++)
		if (pages[page + n])
			return false;
	return true;
}

static unsigned nr_mapped(unsigned page, unsigned most)
{
	unsigned nr = 0;

	while (nr < most && page + nr < NR_PAGES && pages[page + nr])
		nr++;
	return nr;
}

static size_t chooses_size(void)
{
	static const size_t some[] = { SZ_4K, SZ_4K, SZ_64K, SZ_1M, SZ_1M, SZ_16M };

	return some[below(ARRAY_SIZE(some))];
}

static void maps_some(void)
{
	size_t pgsize = chooses_size(), per = pgsize / SZ_4K;
	unsigned page = below(NR_PAGES) & ~(unsigned)(per - 1), count = 1 + below(4);
	u64 pa = 0x40000000 + ((u64)below(0x4000) * SZ_4K & ~(u64)(pgsize - 1));
	bool fits = page + per * count <= NR_PAGES;

	if (!fits)
		return;
	if (is_free(page, per * count))
		assert_int_equal(maps(page, pa, pgsize, count), 0);
	else
		assert_int_equal(maps(page, pa, pgsize, count), -EEXIST);
}

/* Any part of what is mapped. */
static void unmaps_some(void)
{
	unsigned page = below(NR_PAGES), most = below(4) ? 40 : 5000, nr;

	nr = nr_mapped(page, 1 + below(most));
	if (nr)
		assert_int_equal(unmaps(page, SZ_4K, nr), (size_t)nr * SZ_4K);
	else
		assert_int_equal(unmaps(page, SZ_4K, 1), 0);
}

static void plays(unsigned long seed)
{
	dice = seed;
	for (unsigned n = 0; n < STEPS; n++) {
		if (below(5) < 2)
			maps_some();
		else
			unmaps_some();
		for (unsigned i = 0; i < 20; i++)
			agrees(below(NR_PAGES));
	}
	for (unsigned page = 0; page < NR_PAGES; page++)
		agrees(page);
}

static void dram_leads_where_it_should_whatever_the_format(void **state)
{
	for (unsigned n = 0; n < ARRAY_SIZE(formats); n++) {
		makes(&formats[n], false);
		plays(n + 1);
		two_level_free(ops);
		makes(&formats[n], true);
		plays(n + 100);
		two_level_free(ops);
	}
}

static void what_is_mapped_is_refused_and_stays(void **state)
{
	makes(&formats[1], false);
	assert_int_equal(maps(0x100, 0x40000000, SZ_1M, 1), 0);
	assert_int_equal(maps(0x110, 0x50000000, SZ_4K, 1), -EEXIST);
	agrees(0x110);
	assert_int_equal(maps(0x200, 0x40000000, SZ_4K, 1), 0);
	assert_int_equal(maps(0x200, 0x50000000, SZ_1M, 1), -EEXIST);
	agrees(0x200);
	two_level_free(ops);
}

static void an_empty_table_goes_after_the_flush_that_says_so(void **state)
{
	makes(&formats[1], false);
	assert_int_equal(maps(0, 0x40000000, SZ_4K, 1), 0);
	assert_int_equal(unmaps(0, SZ_4K, 1), SZ_4K);
	assert_int_equal(tables_now(), 2);
	assert_int_equal(maps(0, 0x40000000, SZ_1M, 1), 0);
	assert_int_equal(nr_walk_flushes, 1);
	assert_int_equal(tables_at_flush, 2);
	assert_int_equal(tables_now(), 1);
	agrees(0);
	two_level_free(ops);
}

static void what_is_split_is_flushed_and_the_rest_stays(void **state)
{
	makes(&formats[1], false);
	assert_int_equal(maps(0, 0x40000000, SZ_16M, 1), 0);
	assert_int_equal(unmaps(0x234, SZ_4K, 1), SZ_4K);
	assert_int_equal(nr_walk_flushes, 2);		/* into sections, and one of these */
	for (unsigned page = 0; page < SZ_16M / SZ_4K; page++)
		agrees(page);
	two_level_free(ops);
}

static void who_holds_empty_links_hears_of_new_ones(void **state)
{
	makes(&formats[2], true);
	assert_int_equal(maps(0, 0x40000000, SZ_4K, 1), 0);
	assert_int_equal(nr_linked, 1);
	assert_int_equal(maps(1, 0x40001000, SZ_4K, 1), 0);
	assert_int_equal(nr_linked, 1);
	assert_int_equal(maps(0x100, 0x40000000, SZ_1M, 1), 0);
	assert_int_equal(nr_linked, 2);
	two_level_free(ops);
}

static void nonsense_is_refused(void **state)
{
	size_t mapped = 0;

	makes(&formats[1], false);
	assert_int_equal(ops->map_pages(ops, 0x1800, 0x40000000, SZ_4K, 1, RW, GFP_KERNEL, &mapped),
			 -EINVAL);
	assert_int_equal(ops->map_pages(ops, 0x100000000, 0x40000000, SZ_4K, 1, RW, GFP_KERNEL,
					&mapped), -EINVAL);
	assert_int_equal(ops->map_pages(ops, 0, 0x100000000, SZ_4K, 1, RW, GFP_KERNEL, &mapped),
			 -EINVAL);
	assert_int_equal(ops->map_pages(ops, 0, 0x40000000, SZ_4K, 1, 0, GFP_KERNEL, &mapped),
			 -EINVAL);
	assert_int_equal(ops->map_pages(ops, 0, 0x40000000, 0x800, 1, RW, GFP_KERNEL, &mapped),
			 -EINVAL);
	assert_int_equal(ops->map_pages(ops, 0xfffff000, 0x40000000, SZ_4K, 2, RW, GFP_KERNEL,
					&mapped), -EINVAL);
	assert_int_equal(mapped, 0);
	assert_int_equal(ops->unmap_pages(ops, 0x100000000, SZ_4K, 1, NULL), 0);
	assert_int_equal(ops->iova_to_phys(ops, 0x100000000), 0);
	two_level_free(ops);
}

/* At each allocation in turn: what was mapped before it is, and no table is lost. */
static void memory_that_runs_out_leaves_whole_tables(void **state)
{
	int err = -ENOMEM;

	for (unsigned nth = 1; err; nth++) {
		makes(&formats[0], false);
		harness_fail_allocation(h, nth);
		err = maps(0, 0x40000000, SZ_4K, 0x300);
		harness_fail_allocation(h, 0);
		assert_true(!err || err == -ENOMEM);
		for (unsigned page = 0; page < 0x300; page++)
			agrees(page);
		two_level_free(ops);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(dram_leads_where_it_should_whatever_the_format,
						starts, stops),
		cmocka_unit_test_setup_teardown(what_is_mapped_is_refused_and_stays, starts, stops),
		cmocka_unit_test_setup_teardown(an_empty_table_goes_after_the_flush_that_says_so,
						starts, stops),
		cmocka_unit_test_setup_teardown(what_is_split_is_flushed_and_the_rest_stays,
						starts, stops),
		cmocka_unit_test_setup_teardown(who_holds_empty_links_hears_of_new_ones,
						starts, stops),
		cmocka_unit_test_setup_teardown(nonsense_is_refused, starts, stops),
		cmocka_unit_test_setup_teardown(memory_that_runs_out_leaves_whole_tables,
						starts, stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
