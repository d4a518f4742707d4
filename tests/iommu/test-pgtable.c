/* SPDX-License-Identifier: MIT */
/*
 * Page tables of IOMMUs: what a walker finds that reads DRAM alone, what is left when
 * memory runs out, and two threads in one domain. What words they consist of is
 * tests/kernel's, beside Linux's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <armdma/harness.h>
#include <armdma/pgtable.h>
#include <linux/dma-direct.h>
#include <linux/io-pgtable.h>
#include <linux/mm.h>
#include <linux/sizes.h>

#include "lib/iommu/pt-format.h"
#include "lib/iommu/table.h"

/* One of each kind. */
static const struct kind {
	const char *name;
	enum io_pgtable_fmt fmt;
	unsigned long quirks, sizes;
	unsigned ias, oas;
} kinds[] = {
	{ "v7s", ARM_V7S, 0, SZ_4K | SZ_64K | SZ_1M | SZ_16M, 32, 32 },
	{ "v7s MTK", ARM_V7S, IO_PGTABLE_QUIRK_ARM_MTK_EXT | IO_PGTABLE_QUIRK_NO_PERMS |
	  IO_PGTABLE_QUIRK_ARM_MTK_TTBR_EXT, SZ_4K | SZ_64K | SZ_1M | SZ_16M, 34, 35 },
	{ "32 S1", ARM_32_LPAE_S1, 0, SZ_4K | SZ_2M | SZ_1G, 32, 40 },
	{ "32 S2", ARM_32_LPAE_S2, 0, SZ_4K | SZ_2M | SZ_1G, 40, 40 },
	{ "64 S1 4K", ARM_64_LPAE_S1, 0, SZ_4K | SZ_2M | SZ_1G, 48, 48 },
	{ "64 S2 4K", ARM_64_LPAE_S2, 0, SZ_4K | SZ_2M | SZ_1G, 42, 48 },
	{ "64 S1 16K", ARM_64_LPAE_S1, IO_PGTABLE_QUIRK_ARM_NS, SZ_16K | SZ_32M, 40, 48 },
	{ "64 S1 64K", ARM_64_LPAE_S1, 0, SZ_64K | SZ_512M, 48, 52 },
	{ "Mali", ARM_MALI_LPAE, 0, SZ_4K | SZ_2M | SZ_1G, 39, 40 },
};

#define RW	(IOMMU_READ | IOMMU_WRITE)

static struct harness *h;
static struct io_pgtable_cfg cfg;
static struct io_pgtable_ops *ops;

static struct kernel *kernel(void)
{
	return machine_software(harness_machine(h));
}

static int start(enum machine_gear gear, enum linux_behaviour behaviour)
{
	h = harness_start(&(struct harness_config){
		.board = "a9-pl310", .gear = gear, .behaviour = behaviour, .no_hazards = true,
	}, NULL);
	return h ? 0 : -1;
}

static int start_exact(void **state)
{
	return start(GEAR_EXACT, LINUX_6_12);
}

static int start_fast(void **state)
{
	return start(GEAR_FAST, LINUX_6_12);
}

static int start_repaired(void **state)
{
	return start(GEAR_FAST, LINUX_REPAIRED);
}

/* No test leaves a table. */
static int stop(void **state)
{
	struct pgtable_counts c;

	pgtable_counts_all(harness_machine(h), &c);
	harness_finish(h);
	return c.nr_tables || c.bytes ? -1 : 0;
}

static struct io_pgtable_cfg cfg_of(const struct kind *k, bool is_coherent)
{
	return (struct io_pgtable_cfg){
		.quirks = k->quirks, .pgsize_bitmap = k->sizes, .ias = k->ias, .oas = k->oas,
		.coherent_walk = is_coherent,
	};
}

static bool makes(const struct kind *k, bool is_coherent)
{
	cfg = cfg_of(k, is_coherent);
	ops = alloc_io_pgtable_ops(k->fmt, &cfg, NULL);
	return ops != NULL;
}

/* Pages of all of a range, however many calls that takes. */
static int maps(unsigned long iova, phys_addr_t pa, size_t pgsize, size_t nr)
{
	size_t want = pgsize * nr, done = 0;

	while (done < want) {
		size_t mapped = 0;
		int err = ops->map_pages(ops, iova + done, pa + done, pgsize,
					 (want - done) / pgsize, RW, GFP_KERNEL, &mapped);

		done += mapped;
		if (err)
			return err;
	}
	return 0;
}

static size_t unmaps(unsigned long iova, size_t pgsize, size_t nr)
{
	size_t want = pgsize * nr, done = 0, now = 1;

	while (done < want && now) {
		now = ops->unmap_pages(ops, iova + done, pgsize, (want - done) / pgsize, NULL);
		done += now;
	}
	return done;
}

/* ---- what a walker finds ------------------------------------------------------------- */

static u64 fetch(void *view, phys_addr_t pa, unsigned len)
{
	u64 entry = 0;

	assert_true(machine_peek(harness_machine(h), *(enum machine_view *)view, pa, &entry, len));
	return entry;
}

/* As the CPU sees the tables, or as DRAM has them: 0 where nothing is mapped. */
static phys_addr_t walks(enum machine_view view, unsigned long iova)
{
	const struct tables *t = tables_of(ops);
	struct pt_entry e = pt_walk(&t->format, table_pa(t, t->root), iova, fetch, &view, NULL);

	return e.kind == PT_LEAF ? e.pa | (iova & (e.len - 1)) : 0;
}

static void expects(unsigned long iova, phys_addr_t pa)
{
	assert_int_equal(ops->iova_to_phys(ops, iova), pa);
	assert_int_equal(walks(VIEW_DRAM, iova), pa);
}

static void a_walker_that_reads_dram_alone_sees_every_call(void **state)
{
	for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
		size_t small = kinds[i].sizes & -kinds[i].sizes;
		size_t large = 1ul << __builtin_ctzl(kinds[i].sizes & ~small);
		unsigned long iova = 2 * large;
		phys_addr_t pa = 6 * large;

		assert_true(makes(&kinds[i], false));
		expects(iova, 0);
		assert_int_equal(maps(iova - 3 * small, pa - 3 * small, small, 6), 0);
		expects(iova - 3 * small, pa - 3 * small);
		expects(iova + 3 * small - 1, pa + 3 * small - 1);
		expects(iova + 3 * small, 0);
		assert_int_equal(unmaps(iova - small, small, 2), 2 * small);
		expects(iova - small, 0);
		expects(iova, 0);
		expects(iova + small + 5, pa + small + 5);
		assert_int_equal(unmaps(iova - 3 * small, small, 2), 2 * small);
		assert_int_equal(unmaps(iova + small, small, 2), 2 * small);
		free_io_pgtable_ops(ops);
	}
}

static void so_it_does_when_a_block_is_split(void **state)
{
	for (unsigned i = 2; i < ARRAY_SIZE(kinds); i++) {
		size_t small = kinds[i].sizes & -kinds[i].sizes;
		size_t large = 1ul << __builtin_ctzl(kinds[i].sizes & ~small);

		assert_true(makes(&kinds[i], false));
		assert_int_equal(maps(2 * large, 4 * large, large, 1), 0);
		expects(2 * large + 77, 4 * large + 77);
		assert_int_equal(unmaps(2 * large + 5 * small, small, 1), small);
		expects(2 * large + 5 * small, 0);
		expects(2 * large + 4 * small, 4 * large + 4 * small);
		expects(3 * large - 1, 5 * large - 1);
		assert_int_equal(maps(2 * large + 5 * small, 0x10000000, small, 1), 0);
		expects(2 * large + 5 * small, 0x10000000);
		free_io_pgtable_ops(ops);
	}
}

static void so_it_does_when_a_large_page_of_sixteen_is_split(void **state)
{
	assert_true(makes(&kinds[0], false));
	assert_int_equal(maps(SZ_1M, SZ_2M, SZ_64K, 2), 0);
	assert_int_equal(unmaps(SZ_1M + SZ_4K, SZ_4K, 1), SZ_4K);
	expects(SZ_1M + SZ_4K, 0);
	expects(SZ_1M + 15 * SZ_4K, SZ_2M + 15 * SZ_4K);
	expects(SZ_1M + SZ_64K + 3, SZ_2M + SZ_64K + 3);
	free_io_pgtable_ops(ops);
}

/* Who claims that the walker snoops when it does not has tables that nobody can see. */
static void without_cleaning_it_sees_nothing(void **state)
{
	for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
		size_t small = kinds[i].sizes & -kinds[i].sizes;

		assert_true(makes(&kinds[i], true));
		assert_int_equal(maps(SZ_1G, SZ_2G, small, 1), 0);
		assert_int_equal(ops->iova_to_phys(ops, SZ_1G), SZ_2G);
		assert_int_equal(walks(VIEW_CPU, SZ_1G), SZ_2G);
		assert_int_not_equal(walks(VIEW_DRAM, SZ_1G), SZ_2G);
		free_io_pgtable_ops(ops);
	}
}

/* ---- formats as data -------------------------------------------------------------------- */

static int prot_that_is_kept(const struct pt_fmt *f, int prot)
{
	bool is_s1 = f->fmt == ARM_32_LPAE_S1 || f->fmt == ARM_64_LPAE_S1;

	if (prot & IOMMU_MMIO)
		prot &= ~IOMMU_CACHE;
	if (f->fmt == ARM_V7S || is_s1)
		prot |= IOMMU_READ;
	else
		prot &= ~IOMMU_PRIV;
	if (f->quirks & IO_PGTABLE_QUIRK_NO_PERMS)
		prot = (prot & (IOMMU_MMIO | IOMMU_CACHE)) | RW;
	return prot;
}

static void a_leaf_says_what_it_was_made_of(const struct pt_fmt *f, unsigned lvl, int prot,
					    bool is_contig)
{
	phys_addr_t pa = 0xa5000000ull << (f->quirks & IO_PGTABLE_QUIRK_ARM_MTK_EXT ? 3 : 0);
	u64 len = 1ull << (f->level[lvl].va_shift + (is_contig ? f->level[lvl].contig_log2 : 0));
	struct pt_entry e = f->decode(f, lvl, f->leaf_entry(f, lvl, pa & -len, prot, is_contig));

	assert_int_equal(e.kind, PT_LEAF);
	assert_int_equal(e.pa, pa & -len);
	assert_int_equal(e.len, len);
	assert_int_equal(e.prot, prot_that_is_kept(f, prot));
}

static void every_entry_says_what_it_was_made_of(void **state)
{
	for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct pt_fmt *f;
		struct pt_entry e;

		assert_true(makes(&kinds[i], true));
		f = &tables_of(ops)->format;
		for (unsigned lvl = 0; lvl < f->nr_levels; lvl++) {
			assert_int_equal(f->decode(f, lvl, 0).kind, PT_INVALID);
			for (int prot = IOMMU_READ; prot < 64 && f->level[lvl].may_be_leaf; prot++)
				if (prot & RW)
					for (int n = 0; n <= !!f->level[lvl].contig_log2; n++)
						a_leaf_says_what_it_was_made_of(f, lvl, prot, n);
			if (lvl + 1u == f->nr_levels)
				continue;
			e = f->decode(f, lvl, f->table_entry(f, lvl, SZ_2G));
			assert_int_equal(e.kind, PT_TABLE);
			assert_int_equal(e.pa, SZ_2G);
		}
		free_io_pgtable_ops(ops);
	}
}

/* ---- memory -------------------------------------------------------------------------------- */

static size_t nr_free(void)
{
	return kernel()->nr_free_pages;
}

static void tables_go_when_a_block_takes_their_place(void **state)
{
	struct pgtable_counts c;

	for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
		size_t small = kinds[i].sizes & -kinds[i].sizes;
		size_t large = kinds[i].fmt == ARM_V7S ? SZ_1M :
			       1ul << __builtin_ctzl(kinds[i].sizes & ~small);
		uint64_t nr;

		assert_true(makes(&kinds[i], true));
		assert_int_equal(maps(large, large, small, 1), 0);
		pgtable_counts(ops, &c);
		nr = c.nr_tables;
		assert_int_equal(unmaps(large, small, 1), small);
		assert_int_equal(maps(large, 4 * large, large, 1), 0);
		pgtable_counts(ops, &c);
		assert_int_equal(c.nr_tables, nr - 1);
		assert_true(c.peak_bytes > c.bytes && c.nr_allocs == nr);
		free_io_pgtable_ops(ops);
	}
}

/* 0, or -ENOMEM from whichever call first had none. */
static int uses_tables(const struct kind *k)
{
	size_t small = k->sizes & -k->sizes, large = 1ul << __builtin_ctzl(k->sizes & ~small);
	int err;

	if (!makes(k, true))
		return -ENOMEM;
	err = maps(large * 3, large * 5, small, 2);
	if (!err)
		err = maps(SZ_1G, SZ_1G, k->fmt == ARM_V7S ? SZ_1M : large, 1);
	if (!err && !unmaps(SZ_1G + small, small, 1))
		err = -ENOMEM;
	free_io_pgtable_ops(ops);
	return err;
}

static void every_allocation_may_fail(void **state)
{
	for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
		size_t before = nr_free();
		unsigned nth = 1;
		int err;

		for (err = -ENOMEM; err; nth++) {
			harness_fail_allocation(h, nth);
			err = uses_tables(&kinds[i]);
			assert_true(!err || err == -ENOMEM);
			assert_true(nth < 30);
			harness_fail_allocation(h, 0);
			assert_int_equal(nr_free(), before);
		}
		assert_true(nth > 3);
	}
}

static unsigned nr_own, nr_own_freed;

static void *own_alloc(void *cookie, size_t size, gfp_t gfp)
{
	assert_ptr_equal(cookie, &nr_own);
	nr_own++;
	return (void *)__get_free_pages(gfp | __GFP_ZERO, (unsigned)get_order(size));
}

static void own_free(void *cookie, void *pages, size_t size)
{
	assert_ptr_equal(cookie, &nr_own);
	nr_own_freed++;
	free_pages((unsigned long)pages, (unsigned)get_order(size));
}

static void tables_may_lie_in_the_driver_s_own_memory(void **state)
{
	cfg = cfg_of(&kinds[4], true);
	cfg.alloc = own_alloc;
	assert_null(alloc_io_pgtable_ops(kinds[4].fmt, &cfg, &nr_own));
	cfg.free = own_free;
	nr_own = nr_own_freed = 0;
	ops = alloc_io_pgtable_ops(kinds[4].fmt, &cfg, &nr_own);
	assert_int_equal(maps(SZ_1G, SZ_1G, SZ_4K, 1), 0);
	assert_int_equal(nr_own, 4);
	free_io_pgtable_ops(ops);
	assert_int_equal(nr_own_freed, 4);
	cfg = cfg_of(&kinds[0], true);
	cfg.alloc = own_alloc;
	cfg.free = own_free;
	assert_null(alloc_io_pgtable_ops(ARM_V7S, &cfg, &nr_own));
}

static void a_walker_whose_bus_shifts_addresses_gets_no_tables(void **state)
{
	static const struct bus_dma_region shifted[] = { { 0x80000000, 0x40000000, SZ_1G }, { 0 } };
	struct device *dev = harness_device(h, "walker");
	const struct bus_dma_region *was = dev->dma_range_map;

	dev->dma_range_map = shifted;
	for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
		cfg = cfg_of(&kinds[i], false);
		cfg.iommu_dev = dev;
		assert_null(alloc_io_pgtable_ops(kinds[i].fmt, &cfg, NULL));
		cfg = cfg_of(&kinds[i], true);
		cfg.iommu_dev = dev;
		ops = alloc_io_pgtable_ops(kinds[i].fmt, &cfg, NULL);
		assert_non_null(ops);
		free_io_pgtable_ops(ops);
	}
	dev->dma_range_map = was;
}

/* ---- errors --------------------------------------------------------------------------------- */

static void what_cannot_be_mapped_is_refused(void **state)
{
	for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
		size_t small = kinds[i].sizes & -kinds[i].sizes, mapped = 0;
		unsigned long beyond = 1ul << kinds[i].ias;

		assert_true(makes(&kinds[i], true));
		assert_int_equal(maps(SZ_1G, SZ_2G, small, 1), 0);
		assert_int_equal(maps(SZ_1G, SZ_2G, small, 1), -EEXIST);
		assert_int_equal(maps(SZ_1G - small, 0, small, 2), -EEXIST);
		assert_int_equal(maps(beyond, 0, small, 1), -ERANGE);
		assert_int_equal(maps(0, 1ull << kinds[i].oas, small, 1), -ERANGE);
		assert_int_equal(ops->map_pages(ops, 0, 0, small, 1, IOMMU_CACHE, GFP_KERNEL,
						&mapped), -EINVAL);
		assert_int_equal(maps(0, 0, small * 2, 1), -EINVAL);
		assert_int_equal(unmaps(0, small, 1), 0);
		assert_int_equal(unmaps(beyond, small, 1), 0);
		assert_int_equal(ops->iova_to_phys(ops, SZ_1G + 9), SZ_2G + 9);
		free_io_pgtable_ops(ops);
	}
}

static void what_a_format_cannot_do_is_no_set_of_tables(void **state)
{
	static const struct kind bad[] = {
		{ "ias", ARM_V7S, 0, SZ_4K, 33, 32 },
		{ "oas", ARM_V7S, 0, SZ_4K, 32, 33 },
		{ "perms", ARM_V7S, IO_PGTABLE_QUIRK_ARM_MTK_EXT, SZ_4K, 32, 32 },
		{ "ttbr", ARM_V7S, IO_PGTABLE_QUIRK_ARM_MTK_TTBR_EXT, SZ_4K, 32, 32 },
		{ "oas", ARM_64_LPAE_S1, 0, SZ_4K, 48, 41 },
		{ "size", ARM_64_LPAE_S1, 0, SZ_8K, 48, 48 },
		{ "quirk", ARM_64_LPAE_S2, IO_PGTABLE_QUIRK_ARM_NS, SZ_4K, 40, 40 },
		{ "ias", ARM_32_LPAE_S1, 0, SZ_4K, 33, 40 },
		{ "format", APPLE_DART, 0, SZ_4K, 32, 32 },
		{ "format", IO_PGTABLE_NUM_FMTS, 0, SZ_4K, 32, 32 },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(makes(&bad[i], true));
	free_io_pgtable_ops(NULL);
}

/* ---- where Linux is wrong ------------------------------------------------------------------ */

static void what_is_left_of_a_section_keeps_its_address_where_linux_is_repaired(void **state)
{
	assert_true(makes(&kinds[0], true));
	assert_int_equal(maps(SZ_16M, SZ_64M, SZ_16M, 1), 0);
	assert_int_equal(unmaps(SZ_16M + 3 * SZ_1M + SZ_4K, SZ_4K, 1), SZ_4K);
	assert_int_equal(ops->iova_to_phys(ops, SZ_16M + 3 * SZ_1M + SZ_4K), 0);
	assert_int_equal(ops->iova_to_phys(ops, SZ_16M + 3 * SZ_1M + 7), SZ_64M + 3 * SZ_1M + 7);
	assert_int_equal(ops->iova_to_phys(ops, 2 * SZ_16M - 1), SZ_64M + SZ_16M - 1);
	free_io_pgtable_ops(ops);
}

static void in_linux_6_12_it_does_not(void **state)
{
	assert_true(makes(&kinds[0], true));
	assert_int_equal(maps(SZ_16M, SZ_64M, SZ_1M, 1), 0);
	assert_int_equal(unmaps(SZ_16M + SZ_4K, SZ_4K, 1), SZ_4K);
	assert_int_equal(ops->iova_to_phys(ops, SZ_16M + 2 * SZ_4K), 2 * SZ_4K);
	free_io_pgtable_ops(ops);
}

/* ---- who wrote ------------------------------------------------------------------------------- */

static void pages_are_dirty_until_they_are_read(void **state)
{
	struct kind k = kinds[4];
	struct iommu_dirty_bitmap dirty;
	struct iova_bitmap *bitmap;
	u64 bits = 0;

	k.quirks = IO_PGTABLE_QUIRK_ARM_HD;
	assert_true(makes(&k, true));
	assert_int_equal(maps(SZ_1G, SZ_2G, SZ_4K, 8), 0);
	bitmap = iova_bitmap_alloc(SZ_1G, 8 * SZ_4K, SZ_4K, &bits);
	iommu_dirty_bitmap_init(&dirty, bitmap, NULL);
	assert_int_equal(ops->read_and_clear_dirty(ops, SZ_1G + SZ_4K, 2 * SZ_4K,
						   IOMMU_DIRTY_NO_CLEAR, &dirty), 0);
	assert_int_equal(bits, 0x06);
	assert_int_equal(ops->read_and_clear_dirty(ops, SZ_1G, 8 * SZ_4K, 0, &dirty), 0);
	assert_int_equal(bits, 0xff);
	bits = 0;
	assert_int_equal(ops->read_and_clear_dirty(ops, SZ_1G, 8 * SZ_4K, 0, &dirty), 0);
	assert_int_equal(bits, 0);
	assert_int_equal(ops->read_and_clear_dirty(ops, SZ_1G, 9 * SZ_4K, 0, &dirty), -EINVAL);
	iova_bitmap_free(bitmap);
	free_io_pgtable_ops(ops);
}

/* ---- two at once ---------------------------------------------------- */

#define ROUNDS	2000
#define SHARE	SZ_16K		/* of each thread, by turns: tables and lines are shared */

static gpointer maps_its_share(gpointer nr)
{
	unsigned long first = SZ_1G + GPOINTER_TO_UINT(nr) * SHARE;
	bool is_right = true;

	for (unsigned i = 0; i < ROUNDS && is_right; i++) {
		unsigned long iova = first + i % 600 * (2 * SHARE);
		size_t mapped = 0;

		is_right = !ops->map_pages(ops, iova, iova, SZ_4K, 4, RW, GFP_KERNEL, &mapped) &&
			   ops->iova_to_phys(ops, iova + SHARE - 1) == iova + SHARE - 1 &&
			   ops->unmap_pages(ops, iova, SZ_4K, 4, NULL) == SHARE &&
			   !ops->iova_to_phys(ops, iova);
	}
	return GINT_TO_POINTER(is_right);
}

static void two_threads_in_one_domain_do_not_disturb_each_other(void **state)
{
	for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct pgtable_counts c;
		GThread *other;

		if (!(kinds[i].sizes & SZ_4K))
			continue;
		assert_true(makes(&kinds[i], true));
		other = g_thread_new("other", maps_its_share, GUINT_TO_POINTER(1));
		assert_true(GPOINTER_TO_INT(maps_its_share(GUINT_TO_POINTER(0))));
		assert_true(GPOINTER_TO_INT(g_thread_join(other)));
		pgtable_counts(ops, &c);
		assert_true(c.nr_tables <= 24);
		free_io_pgtable_ops(ops);
	}
}

#define EXACT(f)	cmocka_unit_test_setup_teardown(f, start_exact, stop)
#define FAST(f)		cmocka_unit_test_setup_teardown(f, start_fast, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EXACT(a_walker_that_reads_dram_alone_sees_every_call),
		EXACT(so_it_does_when_a_block_is_split),
		EXACT(so_it_does_when_a_large_page_of_sixteen_is_split),
		EXACT(without_cleaning_it_sees_nothing),
		FAST(every_entry_says_what_it_was_made_of),
		FAST(tables_go_when_a_block_takes_their_place),
		EXACT(every_allocation_may_fail),
		FAST(tables_may_lie_in_the_driver_s_own_memory),
		FAST(a_walker_whose_bus_shifts_addresses_gets_no_tables),
		FAST(what_cannot_be_mapped_is_refused),
		EXACT(what_cannot_be_mapped_is_refused),
		FAST(what_a_format_cannot_do_is_no_set_of_tables),
		cmocka_unit_test_setup_teardown(
			what_is_left_of_a_section_keeps_its_address_where_linux_is_repaired,
			start_repaired, stop),
		FAST(in_linux_6_12_it_does_not),
		FAST(pages_are_dirty_until_they_are_read),
		EXACT(pages_are_dirty_until_they_are_read),
		FAST(two_threads_in_one_domain_do_not_disturb_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
