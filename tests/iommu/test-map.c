/* SPDX-License-Identifier: MIT */
/*
 * Mapping and unmapping: which pages are used, what is left after a failure, and when a
 * device hears of it.
 *
 * Which pages is checked against the rule taken one page at a time: the largest that the
 * domain has, that is left to map, and that divides both addresses.
 */
#include <linux/bitops.h>
#include <linux/scatterlist.h>

#include "rig.h"

#define RW	(IOMMU_READ | IOMMU_WRITE)
#define CASES	200000u

static struct mock_iommu *mmu;
static struct iommu_domain *own;

static int start_attached(const struct mock_config *cfg)
{
	mmu = mock_new(cfg);
	own = new_domain(a);
	assert_int_equal(iommu_attach_device(own, a), 0);
	g_string_truncate(mmu->log, 0);
	return 0;
}

static void stop_attached(void)
{
	iommu_detach_device(own, a);
	iommu_domain_free(own);
	mock_free(mmu);
}

/* ---- the rule --------------------------------------------------------------------------- */

static u64 lcg = 1;

static u64 draw(void)
{
	lcg = lcg * 6364136223846793005u + 1442695040888963407u;
	return lcg >> 16;
}

/* What is left to map, and the size of the pages before. */
static struct {
	unsigned long iova, pgsizes;
	phys_addr_t pa;
	size_t left, last_pgsize;
	unsigned nr_calls;
} rest;

static size_t next_page(void)
{
	for (int bit = 63; bit >= 0; bit--) {
		u64 size = 1ull << bit;

		if (rest.pgsizes & size && size <= rest.left && !(rest.iova & (size - 1)) &&
		    !(rest.pa & (size - 1)))
			return size;
	}
	return 0;
}

static void expects_run(unsigned long iova, phys_addr_t pa, size_t pgsize, size_t pgcount)
{
	assert_int_equal(iova, rest.iova);
	assert_int_equal(pa, rest.pa);
	assert_true(pgcount && pgsize != rest.last_pgsize);
	rest.last_pgsize = pgsize;
	rest.nr_calls++;
	if (pgcount > 64) {		/* all of one size: look at both ends */
		assert_int_equal(next_page(), pgsize);
		rest.iova += pgsize * (pgcount - 2);
		rest.pa += pgsize * (pgcount - 2);
		rest.left -= pgsize * (pgcount - 2);
		pgcount = 2;
	}
	for (; pgcount; pgcount--) {
		assert_int_equal(next_page(), pgsize);
		rest.iova += pgsize;
		rest.pa += pgsize;
		rest.left -= pgsize;
	}
}

static int check_map(struct iommu_domain *domain, unsigned long iova, phys_addr_t pa,
		     size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	expects_run(iova, pa, pgsize, pgcount);
	*mapped += pgsize * pgcount;
	return 0;
}

static size_t check_unmap(struct iommu_domain *domain, unsigned long iova, size_t pgsize,
			  size_t pgcount, struct iommu_iotlb_gather *gather)
{
	expects_run(iova, iova, pgsize, pgcount);
	return pgsize * pgcount;
}

static const struct iommu_domain_ops check_ops = {
	.map_pages = check_map, .unmap_pages = check_unmap,
};

static unsigned long draw_pgsizes(unsigned *ret_min_bit)
{
	static const unsigned long known[] = {
		SZ_4K, SZ_4K | SZ_64K | SZ_1M | SZ_16M, SZ_4K | SZ_2M | SZ_1G,
		SZ_4K | SZ_64K | SZ_2M | SZ_32M | SZ_1G, SZ_64K | SZ_1M, 0x007ff000,
	};
	unsigned long sizes = draw() % 2 ? known[draw() % ARRAY_SIZE(known)] :
					   (draw() & 0x3fffffff000ul) | BIT(12 + draw() % 10);

	*ret_min_bit = (unsigned)__ffs(sizes);
	return sizes;
}

/* A number with some of its low bits clear, so that large pages have their turn. */
static u64 draw_aligned(unsigned min_bit, unsigned max_bit)
{
	unsigned bit = min_bit + draw() % 16;

	return (draw() & ((1ull << max_bit) - 1)) >> bit << bit;
}

static void pages_are_the_largest_that_fit_in_as_few_calls_as_can_be(void **state)
{
	struct iommu_domain domain = { .type = IOMMU_DOMAIN_UNMANAGED, .ops = &check_ops };

	for (unsigned i = 0; i < CASES; i++) {
		unsigned min_bit;
		size_t size;

		domain.pgsize_bitmap = rest.pgsizes = draw_pgsizes(&min_bit);
		rest.iova = draw_aligned(min_bit, 40);
		rest.pa = draw() % 4 ? draw_aligned(min_bit, 40) : rest.iova + SZ_4G;
		size = ((draw() % 64 + 1) << min_bit) +
		       draw_aligned(min_bit, min_bit + draw() % 16);
		rest.left = size;
		rest.last_pgsize = 0;
		if (i % 2) {
			rest.pa = rest.iova;
			assert_int_equal(iommu_unmap(&domain, rest.iova, size), size);
		} else {
			assert_int_equal(iommu_map(&domain, rest.iova, rest.pa, size, RW,
						   GFP_KERNEL), 0);
		}
		assert_int_equal(rest.left, 0);
	}
	assert_true(rest.nr_calls > CASES * 3 / 2);	/* not all of one size */
}

static void the_last_byte_of_the_address_space_can_be_mapped(void **state)
{
	struct iommu_domain domain = {
		.type = IOMMU_DOMAIN_UNMANAGED, .ops = &check_ops, .pgsize_bitmap = SZ_4K | SZ_2M,
	};

	rest.pgsizes = domain.pgsize_bitmap;
	rest.iova = 0ul - SZ_2M - SZ_4K;
	rest.pa = SZ_4G - SZ_4K;
	rest.left = SZ_2M + SZ_4K;
	rest.last_pgsize = 0;
	assert_int_equal(iommu_map(&domain, rest.iova, rest.pa, rest.left, RW, GFP_KERNEL), 0);
	assert_int_equal(rest.left, 0);
}

/* ---- calls ------------------------------------------------------------------------------ */

static void a_range_grows_into_larger_pages_and_shrinks_again(void **state)
{
	start_attached(&(struct mock_config){ .pgsizes = SZ_4K | SZ_64K | SZ_1M });
	assert_int_equal(iommu_map(own, 0xfe000, 0x800fe000, 0x114000, RW, GFP_KERNEL), 0);
	expects_calls(mmu, "map fe000 800fe000 1000*2 rw; map 100000 80100000 100000*1 rw; "
			   "map 200000 80200000 10000*1 rw; map 210000 80210000 1000*2 rw; ");
	assert_int_equal(iommu_iova_to_phys(own, 0x123456), 0x80123456);
	assert_int_equal(iommu_iova_to_phys(own, 0x211fff), 0x80211fff);
	assert_int_equal(iommu_iova_to_phys(own, 0x212000), 0);
	assert_int_equal(iommu_unmap(own, 0xfe000, 0x114000), 0x114000);
	expects_calls(mmu, "unmap fe000 1000*2; unmap 100000 100000*1; sync fe000-fffff; "
			   "unmap 200000 10000*1; sync 100000-1fffff; unmap 210000 1000*2; "
			   "sync 200000-20ffff; sync 210000-211fff; ");
	assert_int_equal(mock_nr_pages(own), 0);
	stop_attached();
}

static void what_is_not_aligned_is_refused(void **state)
{
	start_attached(&(struct mock_config){ .pgsizes = SZ_4K | SZ_2M });
	assert_int_equal(iommu_map(own, 0x1800, 0x1000, SZ_4K, RW, GFP_KERNEL), -EINVAL);
	assert_int_equal(iommu_map(own, 0x1000, 0x1800, SZ_4K, RW, GFP_KERNEL), -EINVAL);
	assert_int_equal(iommu_map(own, 0x1000, 0x1000, SZ_2K, RW, GFP_KERNEL), -EINVAL);
	assert_int_equal(iommu_unmap(own, 0x1800, SZ_4K), 0);
	assert_int_equal(iommu_unmap(own, 0x1000, SZ_2K), 0);
	assert_int_equal(mmu->nr[MOCK_MAP] + mmu->nr[MOCK_UNMAP], 0);
	stop_attached();
}

static void only_domains_with_page_tables_map(void **state)
{
	struct iommu_domain identity = { .type = IOMMU_DOMAIN_IDENTITY, .pgsize_bitmap = SZ_4K };
	struct iommu_domain_ops none = { .attach_dev = NULL };
	struct iommu_domain empty = { .type = IOMMU_DOMAIN_UNMANAGED, .pgsize_bitmap = SZ_4K };
	struct iommu_domain blocked = { .type = IOMMU_DOMAIN_BLOCKED };

	identity.ops = empty.ops = &none;
	assert_int_equal(iommu_map(&identity, 0, 0, SZ_4K, RW, GFP_KERNEL), -EINVAL);
	assert_int_equal(iommu_unmap(&identity, 0, SZ_4K), 0);
	assert_int_equal(iommu_map(&empty, 0, 0, SZ_4K, RW, GFP_KERNEL), -ENODEV);
	assert_int_equal(iommu_unmap(&empty, 0, SZ_4K), 0);
	empty.ops = &check_ops;
	empty.pgsize_bitmap = 0;
	assert_int_equal(iommu_map(&empty, 0, 0, SZ_4K, RW, GFP_KERNEL), -ENODEV);
	assert_int_equal(iommu_iova_to_phys(&identity, 0x1234), 0x1234);
	assert_int_equal(iommu_iova_to_phys(&blocked, 0x1234), 0);
}

static void flags_of_zones_are_refused(void **state)
{
	struct scatterlist sg;

	start_attached(&(struct mock_config){ .pgsizes = SZ_4K });
	sg_init_table(&sg, 1);
	assert_int_equal(iommu_map(own, 0, 0, SZ_4K, RW, GFP_KERNEL | __GFP_DMA), -EINVAL);
	assert_int_equal(iommu_map(own, 0, 0, SZ_4K, RW, GFP_KERNEL | __GFP_HIGHMEM), -EINVAL);
	assert_int_equal(iommu_map_sg(own, 0, &sg, 1, RW, GFP_KERNEL | __GFP_COMP), -EINVAL);
	assert_int_equal(mmu->nr[MOCK_MAP], 0);
	stop_attached();
}

static void after_a_failure_midway_nothing_stays_mapped(void **state)
{
	start_attached(&(struct mock_config){ .pgsizes = SZ_4K | SZ_64K });
	for (long pages = 0; pages < 5; pages++) {
		mmu->map_budget = pages;
		assert_int_equal(iommu_map(own, 0xe000, 0x8000e000, 0x24000, RW, GFP_KERNEL),
				 -ENOMEM);
		assert_int_equal(mock_nr_pages(own), 0);
	}
	mmu->map_budget = 0;
	assert_int_equal(iommu_map(own, 0x1000, 0x80000000, SZ_4K, RW, GFP_KERNEL), -ENOMEM);
	mmu->map_budget = 6;
	assert_int_equal(iommu_map(own, 0xe000, 0x8000e000, 0x24000, RW, GFP_KERNEL), 0);
	stop_attached();
}

static void what_was_mapped_before_survives_a_failure(void **state)
{
	start_attached(&(struct mock_config){ .pgsizes = SZ_4K });
	assert_int_equal(iommu_map(own, 0x4000, 0x80000000, SZ_4K, RW, GFP_KERNEL), 0);
	assert_int_equal(iommu_map(own, 0x2000, 0x90000000, SZ_16K, RW, GFP_KERNEL), -EEXIST);
	assert_int_equal(mock_nr_pages(own), 1);
	assert_int_equal(iommu_iova_to_phys(own, 0x4000), 0x80000000);
	assert_int_equal(iommu_map(own, 0x4000, 0x90000000, SZ_4K, RW, GFP_KERNEL), -EEXIST);
	assert_int_equal(iommu_iova_to_phys(own, 0x4000), 0x80000000);
	stop_attached();
}

static void a_driver_that_maps_nothing_is_found_out(void **state)
{
	start_attached(&(struct mock_config){ .pgsizes = SZ_4K });
	mmu->maps_nothing = true;
	assert_int_equal(iommu_map(own, 0x2000, 0x90000000, SZ_16K, RW, GFP_KERNEL), -EINVAL);
	stop_attached();
}

static void unmapping_ends_at_a_hole(void **state)
{
	start_attached(&(struct mock_config){ .pgsizes = SZ_4K });
	assert_int_equal(iommu_map(own, 0x1000, 0x80000000, SZ_8K, RW, GFP_KERNEL), 0);
	assert_int_equal(iommu_map(own, 0x4000, 0x80000000, SZ_4K, RW, GFP_KERNEL), 0);
	assert_int_equal(iommu_unmap(own, 0x1000, SZ_16K), SZ_8K);
	assert_int_equal(iommu_unmap(own, 0x1000, SZ_4K), 0);
	assert_int_equal(iommu_iova_to_phys(own, 0x4000), 0x80000000);
	stop_attached();
}

static void unmapping_a_part_of_a_large_page_may_take_all_of_it(void **state)
{
	start_attached(&(struct mock_config){ .pgsizes = SZ_4K | SZ_64K });
	assert_int_equal(iommu_map(own, 0x10000, 0x80000000, SZ_64K, RW, GFP_KERNEL), 0);
	assert_int_equal(iommu_unmap(own, 0x10000, SZ_4K), SZ_64K);
	assert_int_equal(mock_nr_pages(own), 0);
	stop_attached();
}

/* ---- when devices hear of it ------------------------------------------------------------ */

static void after_unmapping_no_access_gets_through(void **state)
{
	phys_addr_t pa;

	start_attached(&(struct mock_config){ .pgsizes = SZ_4K });
	assert_int_equal(iommu_map(own, 0x1000, 0x80000000, SZ_4K, RW, GFP_KERNEL), 0);
	assert_true(mock_translate(a, 0x1000, IOMMU_WRITE, &pa));
	iommu_unmap(own, 0x1000, SZ_4K);
	assert_false(mock_translate(a, 0x1000, IOMMU_WRITE, &pa));
	stop_attached();
}

static void a_fast_unmap_is_complete_with_its_sync(void **state)
{
	struct iommu_iotlb_gather gather;
	phys_addr_t pa;

	start_attached(&(struct mock_config){ .pgsizes = SZ_4K });
	assert_int_equal(iommu_map(own, 0x1000, 0x80000000, SZ_8K, RW, GFP_KERNEL), 0);
	iommu_iotlb_gather_init(&gather);
	assert_int_equal(iommu_unmap_fast(own, 0x1000, SZ_4K, &gather), SZ_4K);
	assert_int_equal(iommu_unmap_fast(own, 0x2000, SZ_4K, &gather), SZ_4K);
	assert_true(mock_translate(a, 0x2000, IOMMU_WRITE, &pa));
	assert_int_equal(gather.start, 0x1000);
	assert_int_equal(gather.end, 0x2fff);
	assert_int_equal(mmu->nr[MOCK_SYNC], 0);
	iommu_iotlb_sync(own, &gather);
	assert_false(mock_translate(a, 0x2000, IOMMU_WRITE, &pa));
	assert_int_equal(gather.start, ULONG_MAX);
	assert_int_equal(gather.end, 0);
	stop_attached();
}

static void a_queued_unmap_waits_for_a_flush_of_everything(void **state)
{
	struct iommu_iotlb_gather gather;
	phys_addr_t pa;

	start_attached(&(struct mock_config){ .pgsizes = SZ_4K });
	assert_int_equal(iommu_map(own, 0x1000, 0x80000000, SZ_4K, RW, GFP_KERNEL), 0);
	iommu_iotlb_gather_init(&gather);
	gather.queued = true;
	assert_true(iommu_iotlb_gather_queued(&gather));
	assert_false(iommu_iotlb_gather_queued(NULL));
	assert_int_equal(iommu_unmap_fast(own, 0x1000, SZ_4K, &gather), SZ_4K);
	assert_int_equal(gather.end, 0);
	assert_true(mock_translate(a, 0x1000, IOMMU_WRITE, &pa));
	iommu_flush_iotlb_all(own);
	assert_false(mock_translate(a, 0x1000, IOMMU_WRITE, &pa));
	stop_attached();
}

static void what_was_mapped_is_seen_once_the_driver_has_synced_it(void **state)
{
	phys_addr_t pa;

	start_attached(&(struct mock_config){ .pgsizes = SZ_4K, .caches_misses = true });
	assert_int_equal(iommu_map(own, 0x1000, 0x80000000, SZ_8K, RW, GFP_KERNEL), 0);
	expects_calls(mmu, "map 1000 80000000 1000*2 rw; sync_map 1000+2000; ");
	assert_true(mock_translate(a, 0x2fff, IOMMU_READ, &pa));
	stop_attached();
}

static void when_the_sync_of_a_mapping_fails_it_is_taken_back(void **state)
{
	struct scatterlist sg;

	start_attached(&(struct mock_config){ .pgsizes = SZ_4K, .caches_misses = true });
	mock_fails(mmu, MOCK_SYNC_MAP, 1, -EIO);
	assert_int_equal(iommu_map(own, 0x1000, 0x80000000, SZ_8K, RW, GFP_KERNEL), -EIO);
	assert_int_equal(mock_nr_pages(own), 0);
	sg_init_table(&sg, 1);
	sg_set_page(&sg, virt_to_page(phys_to_virt(0x80001000)), SZ_4K, 0);
	mock_fails(mmu, MOCK_SYNC_MAP, 1, -EIO);
	assert_int_equal(iommu_map_sg(own, 0x1000, &sg, 1, RW, GFP_KERNEL), -EIO);
	assert_int_equal(mock_nr_pages(own), 0);
	stop_attached();
}

/* ---- gathers ---------------------------------------------------------------------------- */

static void ranges_that_touch_are_gathered_and_others_are_synced_first(void **state)
{
	struct iommu_iotlb_gather g;

	start_attached(&(struct mock_config){ .pgsizes = SZ_4K });
	iommu_iotlb_gather_init(&g);
	assert_false(iommu_iotlb_gather_is_disjoint(&g, 0x5000, SZ_4K));
	iommu_iotlb_gather_add_page(own, &g, 0x5000, SZ_4K);
	assert_false(iommu_iotlb_gather_is_disjoint(&g, 0x6000, SZ_4K));
	assert_false(iommu_iotlb_gather_is_disjoint(&g, 0x4000, SZ_4K));
	assert_true(iommu_iotlb_gather_is_disjoint(&g, 0x7000, SZ_4K));
	assert_true(iommu_iotlb_gather_is_disjoint(&g, 0x3000, SZ_4K));
	iommu_iotlb_gather_add_page(own, &g, 0x4000, SZ_4K);
	iommu_iotlb_gather_add_page(own, &g, 0x6000, SZ_4K);
	expects_calls(mmu, "");
	iommu_iotlb_gather_add_page(own, &g, 0x8000, SZ_4K);
	expects_calls(mmu, "sync 4000-6fff; ");
	iommu_iotlb_gather_add_page(own, &g, 0x9000, SZ_64K);
	expects_calls(mmu, "sync 8000-8fff; ");
	assert_int_equal(g.pgsize, SZ_64K);
	iommu_iotlb_gather_add_range(&g, 0x100000, SZ_4K);
	assert_int_equal(g.start, 0x9000);
	assert_int_equal(g.end, 0x100fff);
	stop_attached();
}

/* ---- lists ------------------------------------------------------------------------------ */

static void set_sg(struct scatterlist *sg, phys_addr_t pa, unsigned len)
{
	sg_set_page(sg, virt_to_page(phys_to_virt(pa)), len, 0);
}

static void entries_in_a_row_are_mapped_as_one(void **state)
{
	struct scatterlist sg[5];
	struct sg_table table = { sg, 5, 5 };

	start_attached(&(struct mock_config){ .pgsizes = SZ_4K | SZ_64K, .caches_misses = true });
	sg_init_table(sg, 5);
	set_sg(&sg[0], 0x80010000, SZ_32K);
	set_sg(&sg[1], 0x80018000, SZ_32K);
	set_sg(&sg[2], 0x80030000, SZ_4K);
	set_sg(&sg[3], 0x80032000, SZ_4K);
	sg_dma_mark_bus_address(&sg[3]);
	set_sg(&sg[4], 0x80031000, SZ_4K);
	assert_int_equal(iommu_map_sgtable(own, 0x100000, &table, RW), SZ_64K + SZ_8K);
	expects_calls(mmu, "map 100000 80010000 10000*1 rw; map 110000 80030000 1000*1 rw; "
			   "map 111000 80031000 1000*1 rw; sync_map 100000+12000; ");
	assert_int_equal(iommu_map_sg(own, 0x200000, sg, 0, RW, GFP_KERNEL), 0);
	stop_attached();
}

static void a_list_that_cannot_be_mapped_leaves_nothing(void **state)
{
	struct scatterlist sg[3];

	start_attached(&(struct mock_config){ .pgsizes = SZ_4K });
	sg_init_table(sg, 3);
	for (unsigned i = 0; i < 3; i++)
		set_sg(&sg[i], 0x80010000 + i * SZ_64K, SZ_8K);
	for (long pages = 0; pages < 6; pages++) {
		mmu->map_budget = pages;
		assert_int_equal(iommu_map_sg(own, 0, sg, 3, RW, GFP_KERNEL), -ENOMEM);
		assert_int_equal(mock_nr_pages(own), 0);
	}
	mmu->map_budget = -1;
	sg[1].length = SZ_2K;
	assert_int_equal(iommu_map_sg(own, 0, sg, 3, RW, GFP_KERNEL), -EINVAL);
	assert_int_equal(mock_nr_pages(own), 0);
	stop_attached();
}

/* ---- dirty pages ------------------------------------------------------------------------ */

static void pages_that_a_device_wrote_are_dirty_until_they_are_read(void **state)
{
	const struct iommu_dirty_ops *ops;
	struct iommu_iotlb_gather gather;
	struct iommu_dirty_bitmap dirty;
	struct iova_bitmap *bitmap;
	u64 words[2] = { 0 };
	phys_addr_t pa;

	start_attached(&(struct mock_config){ .pgsizes = SZ_4K });
	ops = own->dirty_ops;
	bitmap = iova_bitmap_alloc(0x1000, 100 * SZ_4K, SZ_4K, words);
	assert_int_equal(iommu_map(own, 0x1000, 0x80000000, 100 * SZ_4K, RW, GFP_KERNEL), 0);
	assert_int_equal(ops->set_dirty_tracking(own, true), 0);
	assert_true(mock_translate(a, 0x1000, IOMMU_READ, &pa));
	assert_true(mock_translate(a, 0x3004, IOMMU_WRITE, &pa));
	assert_true(mock_translate(a, 0x1000 + 99 * SZ_4K, IOMMU_WRITE, &pa));
	iommu_dirty_bitmap_init(&dirty, bitmap, &gather);
	assert_int_equal(ops->read_and_clear_dirty(own, 0x1000, 100 * SZ_4K, IOMMU_DIRTY_NO_CLEAR,
						   &dirty), 0);
	assert_true(words[0] == 1ull << 2 && words[1] == 1ull << 35);
	assert_int_equal(gather.start, 0x3000);
	assert_int_equal(gather.end, 0x1000 + 100 * SZ_4K - 1);
	words[0] = words[1] = 0;
	assert_int_equal(ops->read_and_clear_dirty(own, 0x1000, 50 * SZ_4K, 0, &dirty), 0);
	assert_true(words[0] == 1ull << 2 && !words[1]);
	words[0] = 0;
	assert_int_equal(ops->read_and_clear_dirty(own, 0x1000, 100 * SZ_4K, 0, &dirty), 0);
	assert_true(!words[0] && words[1] == 1ull << 35);

	dirty.gather = NULL;		/* who has nothing to invalidate */
	iommu_dirty_bitmap_record(&dirty, 0x2000, SZ_4K);
	assert_int_equal(words[0], 1ull << 1);
	iova_bitmap_free(bitmap);
	stop_attached();
}

static int set_half(struct iova_bitmap *bitmap, unsigned long iova, size_t length, void *opaque)
{
	assert_int_equal(iova, 0x10000);
	assert_int_equal(length, SZ_64K);
	iova_bitmap_set(bitmap, iova, length / 2);
	return *(int *)opaque;
}

static void a_bitmap_takes_every_page_that_a_range_touches_and_nothing_outside(void **state)
{
	u64 words[2] = { 0, ~0ull };
	struct iova_bitmap *bitmap = iova_bitmap_alloc(0x10000, SZ_64K, SZ_4K, words);
	int seven = 7;

	assert_int_equal(iova_bitmap_for_each(bitmap, &seven, set_half), 7);
	assert_int_equal(words[0], 0xff);
	words[0] = 0;
	iova_bitmap_set(bitmap, 0x10fff, 2);
	assert_int_equal(words[0], 3);
	iova_bitmap_set(bitmap, 0x1f000, SZ_1M);
	iova_bitmap_set(bitmap, 0x1f000, ~0ul);
	iova_bitmap_set(bitmap, 0, 0x11000);
	iova_bitmap_set(bitmap, 0, SZ_64K);
	iova_bitmap_set(bitmap, 0x20000, SZ_4K);
	iova_bitmap_set(bitmap, 0x12000, 0);
	assert_int_equal(words[0], 0x8003);
	assert_true(words[1] == ~0ull);
	iova_bitmap_free(bitmap);
	assert_int_equal(PTR_ERR(iova_bitmap_alloc(0, 0, SZ_4K, words)), -EINVAL);
	assert_int_equal(PTR_ERR(iova_bitmap_alloc(0, SZ_4K, 3000, words)), -EINVAL);
	harness_fail_allocation(the_harness, 1);
	assert_int_equal(PTR_ERR(iova_bitmap_alloc(0, SZ_4K, SZ_4K, words)), -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(pages_are_the_largest_that_fit_in_as_few_calls_as_can_be),
		PLAIN(the_last_byte_of_the_address_space_can_be_mapped),
		PLAIN(a_range_grows_into_larger_pages_and_shrinks_again),
		PLAIN(what_is_not_aligned_is_refused),
		PLAIN(only_domains_with_page_tables_map),
		PLAIN(flags_of_zones_are_refused),
		PLAIN(after_a_failure_midway_nothing_stays_mapped),
		PLAIN(what_was_mapped_before_survives_a_failure),
		PLAIN(a_driver_that_maps_nothing_is_found_out),
		PLAIN(unmapping_ends_at_a_hole),
		PLAIN(unmapping_a_part_of_a_large_page_may_take_all_of_it),
		PLAIN(after_unmapping_no_access_gets_through),
		PLAIN(a_fast_unmap_is_complete_with_its_sync),
		PLAIN(a_queued_unmap_waits_for_a_flush_of_everything),
		PLAIN(what_was_mapped_is_seen_once_the_driver_has_synced_it),
		PLAIN(when_the_sync_of_a_mapping_fails_it_is_taken_back),
		PLAIN(ranges_that_touch_are_gathered_and_others_are_synced_first),
		PLAIN(entries_in_a_row_are_mapped_as_one),
		PLAIN(a_list_that_cannot_be_mapped_leaves_nothing),
		PLAIN(pages_that_a_device_wrote_are_dirty_until_they_are_read),
		PLAIN(a_bitmap_takes_every_page_that_a_range_touches_and_nothing_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
