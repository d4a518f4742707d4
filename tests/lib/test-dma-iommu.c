/* SPDX-License-Identifier: MIT */
/*
 * The DMA API over an IOMMU's driver: addresses, protection, lists, memory, flush queues,
 * doorbells. The driver is a mock; data through a real one is the conformance suite's.
 */
#include <armdma/iommu-dma.h>
#include <linux/dma-map-ops.h>
#include <linux/iommu-dma.h>
#include <linux/iommu.h>
#include <linux/iova.h>
#include <linux/ktime.h>
#include <linux/msi.h>
#include <linux/vmalloc.h>

#include "support/mock-iommu.h"
#include "support/rig.h"

#include "lib/dma/dma-iommu.h"
#include "lib/iommu/dma-hooks.h"
#include "lib/iommu/iova.h"

static struct kernel *kernel_of_rig(struct rig *rig)
{
	return machine_software(rig->m);
}

static struct mock_iommu *puts_behind(struct rig *rig, const struct mock_config *cfg)
{
	struct mock_iommu *mmu = mock_new(cfg);

	mmu->is_silent = true;
	assert_true(rig->dev->dma_iommu);
	return mmu;
}

static struct mock_iommu *puts_behind_lazy(struct rig *rig, bool is_capable)
{
	iommu_set_default_type(kernel_of_rig(rig), IOMMU_DOMAIN_DMA_FQ);
	return puts_behind(rig, &(struct mock_config){ .defers_flush = is_capable });
}

static struct iommu_domain *domain_of(struct rig *rig)
{
	return iommu_get_dma_domain(rig->dev);
}

static struct iommu_dma_counters counts(struct rig *rig)
{
	struct iommu_dma_counters c;

	assert_true(iommu_dma_count(rig->dev, &c));
	return c;
}

static bool is_reached(struct rig *rig, dma_addr_t dma, int prot)
{
	phys_addr_t pa;

	return mock_translate(rig->dev, dma, prot, &pa);
}

static void expects_place(struct rig *rig, dma_addr_t dma, phys_addr_t pa)
{
	phys_addr_t got;

	assert_true(mock_translate(rig->dev, dma, IOMMU_READ, &got));
	assert_int_equal(got, pa);
}

/* ---- one buffer -------------------------------------------------------------------- */

static void a_buffer_is_mapped_by_whole_pages_as_its_direction_says(struct rig *rig)
{
	static const struct {
		enum dma_data_direction dir;
		int prot;
	} cases[] = {
		{ DMA_TO_DEVICE, IOMMU_READ }, { DMA_FROM_DEVICE, IOMMU_WRITE },
		{ DMA_BIDIRECTIONAL, IOMMU_READ | IOMMU_WRITE },
	};
	struct mock_iommu *mmu = puts_behind(rig, &(struct mock_config){ .is_coherent = true });
	int cache = rig->on->is & ON_COHERENT ? IOMMU_CACHE : 0;
	char *p = (char *)__get_free_pages(GFP_KERNEL, 1) + 4000;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		dma_addr_t dma = maps(rig, p, 200, cases[i].dir);

		assert_int_equal(dma & 4095, 4000);
		assert_int_equal(mock_nr_pages(domain_of(rig)), 2);
		assert_int_equal(mock_prot(domain_of(rig), dma), cases[i].prot | cache);
		assert_int_equal(iommu_iova_to_phys(domain_of(rig), dma), virt_to_phys(p));
		dma_unmap_single(rig->dev, dma, 200, cases[i].dir);
		assert_int_equal(mock_nr_pages(domain_of(rig)), 0);
		assert_false(is_reached(rig, dma, cases[i].prot));
	}
	assert_int_equal(counts(rig).nr_strict_unmaps, 3);
	assert_int_equal(counts(rig).rounding_bytes, 3 * (8192 - 200));
	free_pages((unsigned long)(p - 4000), 1);
	mock_free(mmu);
}

static void privilege_is_passed_on(struct rig *rig)
{
	struct mock_iommu *mmu = puts_behind(rig, &(struct mock_config){ 0 });
	void *p = allocates(rig, 64);
	dma_addr_t dma = dma_map_single_attrs(rig->dev, p, 64, DMA_TO_DEVICE, DMA_ATTR_PRIVILEGED);

	assert_true(mock_prot(domain_of(rig), dma) & IOMMU_PRIV);
	dma_unmap_single_attrs(rig->dev, dma, 64, DMA_TO_DEVICE, DMA_ATTR_PRIVILEGED);
	kfree(p);
	mock_free(mmu);
}

static void registers_are_mapped_as_such_and_never_snooped(struct rig *rig)
{
	struct mock_iommu *mmu = puts_behind(rig, &(struct mock_config){ .is_coherent = true });
	dma_addr_t dma = dma_map_resource(rig->dev, 0x10020, 16, DMA_BIDIRECTIONAL, 0);

	assert_int_equal(dma_mapping_error(rig->dev, dma), 0);
	assert_int_equal(mock_prot(domain_of(rig), dma),
			 IOMMU_READ | IOMMU_WRITE | IOMMU_MMIO);
	expects_place(rig, dma, 0x10020);
	dma_unmap_resource(rig->dev, dma, 16, DMA_BIDIRECTIONAL, 0);
	assert_int_equal(mock_nr_pages(domain_of(rig)), 0);
	mock_free(mmu);
}

static void addresses_obey_the_mask_and_are_never_0(struct rig *rig)
{
	struct mock_iommu *mmu = puts_behind(rig, &(struct mock_config){ 0 });
	void *p = allocates(rig, 64);
	dma_addr_t got[16];
	unsigned nr = 0;

	assert_int_equal(dma_set_mask(rig->dev, 0xffff), 0);
	for (; nr < 16; nr++) {
		got[nr] = dma_map_single(rig->dev, p, 64, DMA_TO_DEVICE);
		if (dma_mapping_error(rig->dev, got[nr]))
			break;
		assert_in_range(got[nr], 4096, 0xffff);
	}
	assert_int_equal(nr, 15);
	while (nr--)
		dma_unmap_single(rig->dev, got[nr], 64, DMA_TO_DEVICE);
	kfree(p);
	mock_free(mmu);
}

static void reserved_regions_are_nobodys(struct rig *rig)
{
	static const struct mock_resv resv[] = {
		{ 0x2000, 0x3000, IOMMU_RESV_RESERVED },
		{ 0x8000, 0x2000, IOMMU_RESV_MSI },
		{ 0xa000, 0x1000, IOMMU_RESV_SW_MSI },
	};
	struct mock_iommu *mmu = puts_behind(rig, &(struct mock_config){ .resv = resv,
									   .nr_resv = 3 });
	void *p = allocates(rig, 64);
	dma_addr_t dma;
	unsigned nr = 0;

	assert_int_equal(dma_set_mask(rig->dev, 0xffff), 0);
	while (!dma_mapping_error(rig->dev, dma = dma_map_single(rig->dev, p, 64,
								  DMA_TO_DEVICE))) {
		assert_false((dma >= 0x2000 && dma < 0x5000) || (dma >= 0x8000 && dma < 0xa000));
		nr++;
	}
	assert_int_equal(nr, 15 - 5);
	mock_free(mmu);
	kfree(p);
}

static void a_driver_out_of_memory_is_a_failed_mapping_that_leaves_nothing(struct rig *rig)
{
	struct mock_iommu *mmu = puts_behind(rig, &(struct mock_config){ 0 });
	void *p = (void *)__get_free_pages(GFP_KERNEL, 2);

	mmu->map_budget = 2;
	assert_int_equal(dma_map_single(rig->dev, p, 4 * PAGE_SIZE, DMA_TO_DEVICE),
			 DMA_MAPPING_ERROR);
	assert_int_equal(mock_nr_pages(domain_of(rig)), 0);
	mmu->map_budget = -1;
	dma_unmap_single(rig->dev, maps(rig, p, 4 * PAGE_SIZE, DMA_TO_DEVICE), 4 * PAGE_SIZE,
			 DMA_TO_DEVICE);
	free_pages((unsigned long)p, 2);
	mock_free(mmu);
}

static void what_is_not_mapped_is_unmapped_with_a_warning(struct rig *rig)
{
	struct mock_iommu *mmu = puts_behind(rig, &(struct mock_config){ 0 });

	listens(rig);
	dma_unmap_single(rig->dev, 0x5000, 64, DMA_TO_DEVICE);
	expects_warning(rig, "unmapping");
	mock_free(mmu);
}

static void a_device_may_be_attached_by_its_first_mapping(struct rig *rig)
{
	struct mock_iommu *mmu = puts_behind(rig, &(struct mock_config){ .is_deferred = true });
	void *p = allocates(rig, 64);
	dma_addr_t dma;

	assert_null(mock_attached(rig->dev));
	dma = maps(rig, p, 64, DMA_TO_DEVICE);
	assert_ptr_equal(mock_attached(rig->dev), domain_of(rig));
	dma_unmap_single(rig->dev, dma, 64, DMA_TO_DEVICE);
	kfree(p);
	mock_free(mmu);
}

static void limits_are_those_of_the_iommu(struct rig *rig)
{
	struct mock_iommu *mmu = puts_behind(rig, &(struct mock_config){ 0 });

	assert_int_equal(dma_set_mask_and_coherent(rig->dev, DMA_BIT_MASK(20)), 0);
	assert_int_equal(dma_get_merge_boundary(rig->dev), 4095);
	assert_int_equal(dma_opt_mapping_size(rig->dev), 128 * 1024);
	assert_true(dma_max_mapping_size(rig->dev) == SIZE_MAX);
	assert_int_equal(dma_get_required_mask(rig->dev), DMA_BIT_MASK(32));
	assert_true(dma_can_mmap(rig->dev));
	mock_free(mmu);
	assert_int_equal(dma_get_merge_boundary(rig->dev), 0);
}

/* ---- lists --------------------------------------------------------------------------- */

enum { NR = 4 };

/* Entries of one block of pages, in any order, from @at in each. */
static void fills(struct scatterlist *sg, char *p, const unsigned *page, const unsigned *at,
		  const unsigned *len)
{
	sg_init_table(sg, NR);
	for (int i = 0; i < NR; i++)
		sg_set_buf(&sg[i], p + page[i] * PAGE_SIZE + at[i], len[i]);
}

static void entries_merge_where_page_ends_meet(struct rig *rig)
{
	struct mock_iommu *mmu = puts_behind(rig, &(struct mock_config){ 0 });
	char *p = (char *)__get_free_pages(GFP_KERNEL, 3);
	struct scatterlist sg[NR];

	fills(sg, p, (unsigned[]){ 5, 1, 3, 7 }, (unsigned[]){ 96, 0, 0, 32 },
	      (unsigned[]){ 4000, 4096, 100, 64 });
	assert_int_equal(dma_map_sg(rig->dev, sg, NR, DMA_BIDIRECTIONAL), 2);
	assert_int_equal(sg_dma_len(&sg[0]), 4000 + 4096 + 100);
	assert_int_equal(sg_dma_len(&sg[1]), 64);
	assert_int_equal(sg_dma_address(&sg[1]), sg_dma_address(&sg[0]) - 96 + 3 * 4096 + 32);
	assert_int_equal(sg_dma_len(&sg[2]), 0);
	assert_int_equal(sg_dma_address(&sg[2]), DMA_MAPPING_ERROR);
	for (int i = 0; i < NR; i++)
		expects_place(rig, (sg_dma_address(&sg[0]) & ~4095ull) + (unsigned)i * 4096 +
				   sg[i].offset, sg_phys(&sg[i]));
	dma_unmap_sg(rig->dev, sg, NR, DMA_BIDIRECTIONAL);
	assert_int_equal(mock_nr_pages(domain_of(rig)), 0);
	free_pages((unsigned long)p, 3);
	mock_free(mmu);
}

static void no_entry_crosses_a_segment_boundary(struct rig *rig)
{
	struct mock_iommu *mmu = puts_behind(rig, &(struct mock_config){ 0 });
	char *p = (char *)__get_free_pages(GFP_KERNEL, 4);
	struct scatterlist sg[2];

	dma_set_seg_boundary(rig->dev, 4 * 4096 - 1);
	sg_init_table(sg, 2);
	sg_set_buf(&sg[0], p, 3 * 4096);
	sg_set_buf(&sg[1], p + 8 * 4096, 2 * 4096);
	assert_int_equal(dma_map_sg(rig->dev, sg, 2, DMA_TO_DEVICE), 2);
	assert_int_equal(sg_dma_address(&sg[1]) & (4 * 4096 - 1), 0);
	assert_int_equal(counts(rig).padding_bytes, 4096);
	assert_true(is_reached(rig, sg_dma_address(&sg[0]) + 3 * 4096, IOMMU_READ));
	dma_unmap_sg(rig->dev, sg, 2, DMA_TO_DEVICE);
	assert_int_equal(mock_nr_pages(domain_of(rig)), 0);
	free_pages((unsigned long)p, 4);
	mock_free(mmu);
}

static void a_list_that_cannot_be_mapped_is_left_as_it_was(struct rig *rig)
{
	struct mock_iommu *mmu = puts_behind(rig, &(struct mock_config){ 0 });
	char *p = (char *)__get_free_pages(GFP_KERNEL, 3);
	struct scatterlist sg[NR];
	struct sg_table sgt = { sg, NR, NR };

	fills(sg, p, (unsigned[]){ 5, 1, 3, 7 }, (unsigned[]){ 96, 0, 0, 32 },
	      (unsigned[]){ 4000, 4096, 100, 64 });
	mmu->map_budget = 2;
	assert_int_equal(dma_map_sgtable(rig->dev, &sgt, DMA_TO_DEVICE, 0), -ENOMEM);
	mmu->map_budget = -1;
	mock_fails(mmu, MOCK_MAP, 3, -ERANGE);
	assert_int_equal(dma_map_sgtable(rig->dev, &sgt, DMA_TO_DEVICE, 0), -EINVAL);
	assert_int_equal(mock_nr_pages(domain_of(rig)), 0);
	assert_int_equal(sg[0].offset, 96);
	assert_int_equal(sg[0].length, 4000);
	assert_int_equal(sg_dma_address(&sg[0]), DMA_MAPPING_ERROR);
	free_pages((unsigned long)p, 3);
	mock_free(mmu);
}

/* ---- memory -------------------------------------------------------------------------- */

static void memory_for_both_is_scattered_and_in_a_row_for_both(struct rig *rig)
{
	enum { LEN = 40 * 4096 + 100 };
	struct mock_iommu *mmu = puts_behind(rig, &(struct mock_config){ .pgsizes = SZ_4K });
	size_t before = kernel_of_rig(rig)->nr_free_pages;
	dma_addr_t dma;
	char *p = dma_alloc_coherent(rig->dev, LEN, &dma, GFP_KERNEL);
	struct sg_table sgt;

	assert_non_null(p);
	assert_true(is_vmalloc_addr(p));
	expects_cpu_zeros(rig, p, LEN);
	for (size_t at = 0; at < LEN; at += PAGE_SIZE)
		expects_place(rig, dma + at, page_to_phys(vmalloc_to_page(p + at)));
	assert_false(is_reached(rig, dma + 41 * 4096, IOMMU_READ));
	assert_int_equal(dma_get_sgtable(rig->dev, &sgt, p, dma, LEN), 0);
	sg_free_table(&sgt);
	dma_free_coherent(rig->dev, LEN, p, dma);
	assert_int_equal(mock_nr_pages(domain_of(rig)), 0);
	assert_in_range(kernel_of_rig(rig)->nr_free_pages, before - 16, before);
	mock_free(mmu);
}

static void who_must_not_sleep_or_wants_one_piece_gets_one(struct rig *rig)
{
	enum { LEN = 3 * 4096 };
	static const struct {
		gfp_t gfp;
		unsigned long attrs;
	} cases[] = { { GFP_ATOMIC, 0 }, { GFP_KERNEL, DMA_ATTR_FORCE_CONTIGUOUS } };
	struct mock_iommu *mmu = puts_behind(rig, &(struct mock_config){ 0 });

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		dma_addr_t dma;
		void *p = dma_alloc_attrs(rig->dev, LEN, &dma, cases[i].gfp, cases[i].attrs);
		phys_addr_t first;

		assert_non_null(p);
		expects_cpu_zeros(rig, p, LEN);
		assert_true(mock_translate(rig->dev, dma, IOMMU_READ, &first));
		expects_place(rig, dma + 2 * 4096, first + 2 * 4096);
		dma_free_attrs(rig->dev, LEN, p, dma, cases[i].attrs);
		assert_int_equal(mock_nr_pages(domain_of(rig)), 0);
	}
	mock_free(mmu);
}

static void cached_memory_is_one_run_for_the_device(struct rig *rig)
{
	enum { LEN = 9 * 4096 };
	struct mock_iommu *mmu = puts_behind(rig, &(struct mock_config){ .pgsizes = SZ_4K });
	struct sg_table *sgt = dma_alloc_noncontiguous(rig->dev, LEN, DMA_FROM_DEVICE, GFP_KERNEL,
						       DMA_ATTR_ALLOC_SINGLE_PAGES);
	void *va;

	assert_non_null(sgt);
	assert_int_equal(sgt->nents, 1);
	assert_int_equal(sg_dma_len(sgt->sgl), LEN);
	va = dma_vmap_noncontiguous(rig->dev, LEN, sgt);
	assert_non_null(va);
	for (size_t at = 0; at < LEN; at += PAGE_SIZE)
		expects_place(rig, sg_dma_address(sgt->sgl) + at,
			      page_to_phys(vmalloc_to_page((char *)va + at)));
	dma_vunmap_noncontiguous(rig->dev, va);
	dma_sync_sgtable_for_device(rig->dev, sgt, DMA_FROM_DEVICE);
	dma_free_noncontiguous(rig->dev, LEN, sgt, DMA_FROM_DEVICE);
	assert_int_equal(mock_nr_pages(domain_of(rig)), 0);
	mock_free(mmu);
}

static void pages_are_mapped_from_the_start(struct rig *rig)
{
	struct mock_iommu *mmu = puts_behind(rig, &(struct mock_config){ 0 });
	dma_addr_t dma;
	struct page *page = dma_alloc_pages(rig->dev, 8192, &dma, DMA_FROM_DEVICE, GFP_KERNEL);

	assert_non_null(page);
	assert_int_equal(mock_prot(domain_of(rig), dma) & ~IOMMU_CACHE, IOMMU_WRITE);
	dma_free_pages(rig->dev, 8192, page, dma, DMA_FROM_DEVICE);
	assert_int_equal(mock_nr_pages(domain_of(rig)), 0);
	mock_free(mmu);
}

/* One of each kind, and all is given back. False: there was no memory. */
static bool allocates_all(struct rig *rig)
{
	enum { LEN = 3 * 4096 };
	struct sg_table *sgt = dma_alloc_noncontiguous(rig->dev, LEN, DMA_TO_DEVICE, GFP_KERNEL, 0);
	struct page *page = NULL;
	void *both = NULL;
	dma_addr_t dma, page_dma;

	if (sgt)
		both = dma_alloc_coherent(rig->dev, LEN, &dma, GFP_KERNEL);
	if (both)
		page = dma_alloc_pages(rig->dev, LEN, &page_dma, DMA_TO_DEVICE, GFP_KERNEL);
	if (page)
		dma_free_pages(rig->dev, LEN, page, page_dma, DMA_TO_DEVICE);
	if (both)
		dma_free_coherent(rig->dev, LEN, both, dma);
	if (sgt)
		dma_free_noncontiguous(rig->dev, LEN, sgt, DMA_TO_DEVICE);
	return page;
}

static void whatever_allocation_fails_nothing_is_left(struct rig *rig)
{
	struct mock_iommu *mmu = puts_behind(rig, &(struct mock_config){ .pgsizes = SZ_4K });
	struct kernel *k = kernel_of_rig(rig);
	unsigned nth = 1;
	size_t before;

	assert_true(allocates_all(rig));
	before = k->nr_free_pages;
	harness_fail_allocation(rig->h, nth);
	while (!allocates_all(rig)) {
		assert_int_equal(mock_nr_pages(domain_of(rig)), 0);
		assert_int_equal(k->nr_free_pages, before);
		harness_fail_allocation(rig->h, ++nth);
	}
	assert_in_range(nth, 8, 100);
	harness_fail_allocation(rig->h, 0);
	mock_free(mmu);
}

/* ---- bounced ------------------------------------------------------------------------- */

/* Of the page at @dma: the stranger finds what the CPU wrote, which is never 0, or 0. */
static void expects_slot_byte(struct rig *rig, dma_addr_t dma, unsigned i, bool is_of_buffer)
{
	phys_addr_t pa;
	char byte;

	assert_true(mock_translate(rig->dev, dma + i, IOMMU_READ, &pa));
	assert_int_equal(master_read(rig->hw, pa, &byte, 1).kind, MASTER_OK);
	if ((byte != 0) != is_of_buffer)
		fail_msg("byte %u of the page is %d", i, byte);
}

static void a_stranger_sees_its_buffer_and_nothing_else(struct rig *rig)
{
	struct mock_iommu *mmu = puts_behind(rig, &(struct mock_config){ 0 });
	char *p = (char *)__get_free_pages(GFP_KERNEL, 0);
	char pattern[PAGE_SIZE];
	struct bounce_counters c;
	dma_addr_t dma;

	harness_distrust_device(rig->dev);
	memset(pattern, 0x5a, sizeof(pattern));
	port_copy_in(p, pattern, sizeof(pattern));
	dma = maps(rig, p + 100, 50, DMA_TO_DEVICE);
	harness_count_bounces(rig->dev, &c);
	assert_true(c.nr_used > 0);
	for (unsigned i = 0; i < 4096; i++)
		expects_slot_byte(rig, dma & ~4095ull, i, (dma & 4095) <= i &&
							   i < (dma & 4095) + 50);
	dma_unmap_single(rig->dev, dma, 50, DMA_TO_DEVICE);
	dma = maps(rig, p, 4096, DMA_TO_DEVICE);
	expects_place(rig, dma, virt_to_phys(p));
	dma_unmap_single(rig->dev, dma, 4096, DMA_TO_DEVICE);
	harness_count_bounces(rig->dev, &c);
	assert_int_equal(c.nr_used, 0);
	free_pages((unsigned long)p, 0);
	mock_free(mmu);
}

/* ---- flush queues -------------------------------------------------------------------- */

static void a_lazy_unmap_is_reached_until_the_timer(struct rig *rig)
{
	struct mock_iommu *mmu = puts_behind_lazy(rig, true);
	void *p = allocates(rig, 64);
	dma_addr_t dma = maps(rig, p, 64, DMA_TO_DEVICE), next;

	assert_true(is_reached(rig, dma, IOMMU_READ));
	dma_unmap_single(rig->dev, dma, 64, DMA_TO_DEVICE);
	assert_int_equal(mmu->nr[MOCK_FLUSH_ALL], 0);
	assert_true(is_reached(rig, dma, IOMMU_READ));
	next = maps(rig, p, 64, DMA_TO_DEVICE);
	assert_int_not_equal(next & ~4095ull, dma & ~4095ull);
	harness_pass_time(rig->h, 9 * NSEC_PER_MSEC);
	assert_true(is_reached(rig, dma, IOMMU_READ));
	harness_pass_time(rig->h, 2 * NSEC_PER_MSEC);
	assert_int_equal(mmu->nr[MOCK_FLUSH_ALL], 1);
	assert_false(is_reached(rig, dma, IOMMU_READ));
	assert_in_range(counts(rig).longest_window_ns, 10 * NSEC_PER_MSEC, 11 * NSEC_PER_MSEC);
	assert_int_equal(counts(rig).dead_byte_ns, 4096 * counts(rig).longest_window_ns);
	assert_int_equal(counts(rig).nr_timer_flushes, 1);
	assert_int_equal(counts(rig).nr_waiting, 0);
	dma_unmap_single(rig->dev, next, 64, DMA_TO_DEVICE);
	kfree(p);
	mock_free(mmu);
}

static void a_full_queue_flushes_at_once(struct rig *rig)
{
	struct mock_iommu *mmu = puts_behind_lazy(rig, true);
	void *p = allocates(rig, 64);

	for (int i = 0; i < 255; i++)
		dma_unmap_single(rig->dev, maps(rig, p, 64, DMA_TO_DEVICE), 64, DMA_TO_DEVICE);
	assert_int_equal(mmu->nr[MOCK_FLUSH_ALL], 0);
	assert_int_equal(counts(rig).nr_waiting, 255);
	dma_unmap_single(rig->dev, maps(rig, p, 64, DMA_TO_DEVICE), 64, DMA_TO_DEVICE);
	assert_int_equal(mmu->nr[MOCK_FLUSH_ALL], 1);
	assert_int_equal(counts(rig).nr_full_flushes, 1);
	assert_int_equal(counts(rig).nr_waiting, 1);
	assert_int_equal(counts(rig).nr_queued_unmaps, 256);
	assert_int_equal(counts(rig).nr_strict_unmaps, 0);
	kfree(p);
	mock_free(mmu);
}

static void who_cannot_flush_late_is_strict(struct rig *rig)
{
	struct mock_iommu *mmu = puts_behind_lazy(rig, false);
	void *p = allocates(rig, 64);
	dma_addr_t dma = maps(rig, p, 64, DMA_TO_DEVICE);

	assert_int_equal(domain_of(rig)->type, IOMMU_DOMAIN_DMA);
	dma_unmap_single(rig->dev, dma, 64, DMA_TO_DEVICE);
	assert_false(is_reached(rig, dma, IOMMU_READ));
	assert_false(counts(rig).is_lazy);
	kfree(p);
	mock_free(mmu);
}

static void strict_becomes_lazy_while_it_is_used(struct rig *rig)
{
	struct mock_iommu *mmu = puts_behind(rig, &(struct mock_config){ .defers_flush = true });
	void *p = allocates(rig, 64);
	dma_addr_t dma = maps(rig, p, 64, DMA_TO_DEVICE);

	assert_true(is_reached(rig, dma, IOMMU_READ));
	assert_int_equal(iommu_group_store_type(rig->dev->iommu_group, "DMA-FQ"), 0);
	dma_unmap_single(rig->dev, dma, 64, DMA_TO_DEVICE);
	assert_true(is_reached(rig, dma, IOMMU_READ));
	assert_int_equal(counts(rig).nr_queued_unmaps, 1);
	kfree(p);
	mock_free(mmu);
}

/* ---- doorbells ----------------------------------------------------------------------- */

static void a_doorbell_is_mapped_once_and_composed(struct rig *rig)
{
	struct mock_iommu *mmu = puts_behind(rig, &(struct mock_config){ 0 });
	struct msi_desc a = { .dev = rig->dev }, b = { .dev = rig->dev };
	struct msi_msg msg = { .address_lo = 0x2c001040, .data = 5 };

	assert_int_equal(iommu_dma_prepare_msi(&a, 0x2c001040), 0);
	assert_int_equal(iommu_dma_prepare_msi(&b, 0x2c001080), 0);
	assert_int_equal(mock_nr_pages(domain_of(rig)), 1);
	assert_int_equal(a.iommu_msi_iova, b.iommu_msi_iova);
	iommu_dma_compose_msi_msg(&a, &msg);
	assert_int_equal(mock_prot(domain_of(rig), msg.address_lo),
			 IOMMU_WRITE | IOMMU_NOEXEC | IOMMU_MMIO);
	assert_int_equal(iommu_iova_to_phys(domain_of(rig), msg.address_lo), 0x2c001040);
	assert_int_equal(msg.data, 5);
	mock_free(mmu);
}

static void who_gives_out_iovas_alone_says_where_doorbells_go(struct rig *rig)
{
	struct mock_iommu *mmu = puts_behind(rig, &(struct mock_config){ 0 });
	struct iommu_domain *domain = iommu_paging_domain_alloc(rig->dev);
	struct msi_desc a = { .dev = rig->dev }, b = { .dev = rig->dev };

	assert_int_equal(iommu_get_msi_cookie(domain_of(rig), 0x8000000), -EINVAL);
	assert_int_equal(iommu_get_msi_cookie(domain, 0x8000000), 0);
	assert_int_equal(iommu_get_msi_cookie(domain, 0x8000000), -EEXIST);
	assert_int_equal(iommu_attach_device(domain, rig->dev), 0);
	assert_int_equal(iommu_dma_prepare_msi(&a, 0x2c001040), 0);
	assert_int_equal(iommu_dma_prepare_msi(&b, 0x2c002040), 0);
	assert_int_equal(iommu_iova_to_phys(domain, 0x8000040), 0x2c001040);
	assert_int_equal(iommu_iova_to_phys(domain, 0x8001040), 0x2c002040);
	iommu_detach_device(domain, rig->dev);
	iommu_domain_free(domain);
	mock_free(mmu);
}

/* ---- nothing is left ----------------------------------------------------------------- */

#define LIVE	64

struct live {
	dma_addr_t dma;
	size_t len;
};

/* 10^6 with ARMDMA_LONG; sanitizers and the mock's tree are slow. */
static unsigned nr_random_maps(void)
{
	return g_getenv("ARMDMA_LONG") ? 1000000 : 20000;
}

static void unmaps_live(struct rig *rig, struct live *l)
{
	if (l->len)
		dma_unmap_single(rig->dev, l->dma, l->len, DMA_TO_DEVICE);
	l->len = 0;
}

static void random_maps_leave_no_iova(struct rig *rig, bool is_lazy)
{
	static const struct mock_resv resv[] = { { 0x100000, 0x4000, IOMMU_RESV_RESERVED } };
	struct mock_iommu *mmu;
	char *p = (char *)__get_free_pages(GFP_KERNEL, 6);
	g_autoptr(GRand) rand = g_rand_new_with_seed(5);
	struct live live[LIVE] = { { 0 } };
	struct iova_stats stats;

	iommu_set_default_type(kernel_of_rig(rig), is_lazy ? IOMMU_DOMAIN_DMA_FQ
							   : IOMMU_DOMAIN_DMA);
	mmu = puts_behind(rig, &(struct mock_config){ .defers_flush = true, .resv = resv,
						      .nr_resv = 1 });
	for (unsigned i = 0; i < nr_random_maps(); i++) {
		struct live *l = &live[g_rand_int_range(rand, 0, LIVE)];
		size_t at = (size_t)g_rand_int_range(rand, 0, 8192);

		unmaps_live(rig, l);
		l->len = (size_t)g_rand_int_range(rand, 1, i % 16 ? 5000 : 200000);
		l->dma = maps(rig, p + at, l->len, DMA_TO_DEVICE);
	}
	for (unsigned i = 0; i < LIVE; i++)
		unmaps_live(rig, &live[i]);
	harness_pass_time(rig->h, 20 * NSEC_PER_MSEC);
	assert_int_equal(mock_nr_pages(domain_of(rig)), 0);
	iova_rcaches_flush(&rig->dev->iommu_dma->iovad);
	iova_domain_stats(&rig->dev->iommu_dma->iovad, &stats);
	assert_int_equal(stats.nr_nodes, 1);		/* what is reserved; and the anchor */
	free_pages((unsigned long)p, 6);
	mock_free(mmu);
}

static void strict_mappings_leave_the_anchor_and_what_is_reserved(struct rig *rig)
{
	random_maps_leave_no_iova(rig, false);
}

static void lazy_mappings_leave_the_anchor_and_what_is_reserved(struct rig *rig)
{
	random_maps_leave_no_iova(rig, true);
}

static const struct rig_test tests[] = {
	TEST_ON(a_buffer_is_mapped_by_whole_pages_as_its_direction_says, 0, 0),
	TEST_ON(privilege_is_passed_on, 0, 0),
	TEST_ON(registers_are_mapped_as_such_and_never_snooped, 0, 0),
	TEST_ON(addresses_obey_the_mask_and_are_never_0, 0, 0),
	TEST_ON(reserved_regions_are_nobodys, 0, 0),
	TEST_ON(a_driver_out_of_memory_is_a_failed_mapping_that_leaves_nothing, 0, 0),
	TEST_ON(what_is_not_mapped_is_unmapped_with_a_warning, 0, 0),
	TEST_ON(a_device_may_be_attached_by_its_first_mapping, 0, 0),
	TEST_ON(limits_are_those_of_the_iommu, 0, 0),
	TEST_ON(entries_merge_where_page_ends_meet, 0, 0),
	TEST_ON(no_entry_crosses_a_segment_boundary, 0, 0),
	TEST_ON(a_list_that_cannot_be_mapped_is_left_as_it_was, 0, 0),
	TEST_ON(memory_for_both_is_scattered_and_in_a_row_for_both, 0, 0),
	TEST_ON(who_must_not_sleep_or_wants_one_piece_gets_one, 0, 0),
	TEST_ON(cached_memory_is_one_run_for_the_device, 0, 0),
	TEST_ON(pages_are_mapped_from_the_start, 0, 0),
	TEST_ON(whatever_allocation_fails_nothing_is_left, 0, 0),
	TEST_ON(a_stranger_sees_its_buffer_and_nothing_else, 0, 0),
	TEST_ON(a_lazy_unmap_is_reached_until_the_timer, 0, 0),
	TEST_ON(a_full_queue_flushes_at_once, 0, 0),
	TEST_ON(who_cannot_flush_late_is_strict, 0, 0),
	TEST_ON(strict_becomes_lazy_while_it_is_used, 0, 0),
	TEST_ON(a_doorbell_is_mapped_once_and_composed, 0, 0),
	TEST_ON(who_gives_out_iovas_alone_says_where_doorbells_go, 0, 0),
	TEST_ON(strict_mappings_leave_the_anchor_and_what_is_reserved, ON_FAST, 0),
	TEST_ON(lazy_mappings_leave_the_anchor_and_what_is_reserved, ON_FAST, 0),
};

static const struct platform platforms[] = {
	{ "a9-pl310",		"a9-pl310",	ON_PL310 | ON_LINE32 },
	{ "a15-coherent",	"a15-lpae",	ON_COHERENT },
	{ "a7-quad-fast",	"a7-quad",	ON_FAST },
};

int main(void)
{
	return rig_run_on(platforms, G_N_ELEMENTS(platforms), tests, G_N_ELEMENTS(tests));
}
