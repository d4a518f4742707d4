/* SPDX-License-Identifier: MIT */
/*
 * The ARM32 backend behind an IOMMU in software: what it does right, and the faults of Linux
 * 6.12 that it has on purpose. That it is the same as Linux call for call is the matter of
 * suite kernel.
 */
#include <asm/device.h>
#include <asm/dma-iommu.h>
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/irqflags.h>
#include <linux/vmalloc.h>

#include "lib/mm/kernel.h"
#include "support/mock-iommu.h"
#include "support/rig.h"

/* ---- devices behind it -------------------------------------------------------------- */

/* The rig's device is another from here on. */
static struct mock_iommu *behind(struct rig *rig)
{
	struct mock_iommu *mmu = mock_new(&(struct mock_config){ .pgsizes = SZ_4K });

	mmu->is_silent = true;
	rig->dev = harness_device_new(rig->h, "dut", rig->on->is & ON_COHERENT);
	assert_int_equal(harness_set_iova(rig->dev, IOVA_BITMAP), 0);
	return mmu;
}

static void ends(struct rig *rig, struct mock_iommu *mmu)
{
	assert_int_equal(harness_set_iova(rig->dev, IOVA_DMA_IOMMU), 0);
	mock_free(mmu);
}

static struct iommu_domain *domain_of(struct rig *rig)
{
	return to_dma_iommu_mapping(rig->dev)->domain;
}

static unsigned nr_pages(struct rig *rig)
{
	return mock_nr_pages(domain_of(rig));
}

/* The next address is not 0. */
static void uses_up_page_0(struct rig *rig)
{
	struct scatterlist sg;

	sg_init_one(&sg, allocates(rig, 64), 64);
	assert_int_equal(dma_map_sg(rig->dev, &sg, 1, DMA_TO_DEVICE), 1);
	assert_int_equal(sg_dma_address(&sg) & PAGE_MASK, 0);
}

static phys_addr_t where(struct rig *rig, dma_addr_t dma)
{
	phys_addr_t pa;

	if (!mock_translate(rig->dev, dma, IOMMU_READ, &pa) &&
	    !mock_translate(rig->dev, dma, IOMMU_WRITE, &pa))
		fail_msg("%#llx is not mapped", (unsigned long long)dma);
	return pa;
}

/* ---- page 0: R1 --------------------------------------------------------------------- */

static void the_first_page_is_at_0_and_is_never_unmapped(struct rig *rig)
{
	struct mock_iommu *mmu = behind(rig);
	char *p = allocates(rig, PAGE_SIZE);
	dma_addr_t dma = maps(rig, p, PAGE_SIZE, DMA_FROM_DEVICE);

	assert_int_equal(dma, 0);
	dma_unmap_single(rig->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	assert_int_equal(nr_pages(rig), 1);
	assert_int_equal(where(rig, 0), virt_to_phys(p));
	dma = maps(rig, p, PAGE_SIZE, DMA_FROM_DEVICE);
	assert_int_equal(dma, PAGE_SIZE);
	dma_unmap_single(rig->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	assert_int_equal(nr_pages(rig), 1);
	ends(rig, mmu);
}

static void registers_at_0_stay_mapped_too(struct rig *rig)
{
	struct mock_iommu *mmu = behind(rig);
	dma_addr_t dma = dma_map_resource(rig->dev, 0x1040, 64, DMA_TO_DEVICE, 0);

	assert_int_equal(dma, 0x40);
	assert_int_equal(mock_prot(domain_of(rig), 0), IOMMU_READ | IOMMU_MMIO);
	dma_unmap_resource(rig->dev, dma, 64, DMA_TO_DEVICE, 0);
	assert_int_equal(nr_pages(rig), 1);
	ends(rig, mmu);
}

/* What the device wrote afterwards is not seen. */
static void expects_stale(struct rig *rig, char *p, dma_addr_t dma, bool is_stale)
{
	phys_addr_t pa = where(rig, dma);

	device_writes(rig, pa, "first");
	dma_sync_single_for_cpu(rig->dev, dma, 64, DMA_FROM_DEVICE);
	expects_cpu_reads(rig, p, "first");
	dma_sync_single_for_device(rig->dev, dma, 64, DMA_FROM_DEVICE);
	device_writes(rig, pa, "later");
	dma_sync_single_for_cpu(rig->dev, dma, 64, DMA_FROM_DEVICE);
	expects_cpu_reads(rig, p, is_stale ? "first" : "later");
}

static void a_mapping_at_0_is_not_synced(struct rig *rig)
{
	struct mock_iommu *mmu = behind(rig);
	char *p = allocates(rig, 64), *q = allocates(rig, 64);
	dma_addr_t first = maps(rig, p, 64, DMA_FROM_DEVICE);
	dma_addr_t second = maps(rig, q, 64, DMA_FROM_DEVICE);

	assert_true(first < PAGE_SIZE && second >= PAGE_SIZE);
	expects_stale(rig, p, first, true);
	expects_stale(rig, q, second, false);
	dma_unmap_single(rig->dev, second, 64, DMA_FROM_DEVICE);
	ends(rig, mmu);
}

static void a_list_and_coherent_memory_at_0_are_unmapped(struct rig *rig)
{
	struct mock_iommu *mmu = behind(rig);
	struct scatterlist sg;
	dma_addr_t dma;
	void *va;

	sg_init_one(&sg, allocates(rig, 64), 64);
	assert_int_equal(dma_map_sg(rig->dev, &sg, 1, DMA_TO_DEVICE), 1);
	assert_true(sg_dma_address(&sg) < PAGE_SIZE);
	dma_unmap_sg(rig->dev, &sg, 1, DMA_TO_DEVICE);
	assert_int_equal(nr_pages(rig), 0);
	va = dma_alloc_coherent(rig->dev, 64, &dma, GFP_KERNEL);
	assert_non_null(va);
	assert_int_equal(dma, 0);
	dma_free_coherent(rig->dev, 64, va, dma);
	assert_int_equal(nr_pages(rig), 0);
	ends(rig, mmu);
}

/* ---- what it cannot, R3 to R6 ------------------------------------------------------- */

static void memory_that_is_not_coherent_cannot_be_had(struct rig *rig)
{
	struct mock_iommu *mmu = behind(rig);
	dma_addr_t dma;

	assert_null(dma_alloc_pages(rig->dev, PAGE_SIZE, &dma, DMA_TO_DEVICE, GFP_KERNEL));
	assert_null(dma_alloc_noncoherent(rig->dev, 64, &dma, DMA_TO_DEVICE, GFP_KERNEL));
	assert_null(dma_alloc_noncontiguous(rig->dev, 64, DMA_TO_DEVICE, GFP_KERNEL, 0));
	ends(rig, mmu);
}

static void mapping_may_sleep_where_it_must_not(struct rig *rig)
{
	struct mock_iommu *mmu = behind(rig);
	char *p = allocates(rig, 64);
	dma_addr_t dma;
	void *va;

	listens(rig);
	local_irq_disable();
	maps(rig, p, 64, DMA_TO_DEVICE);
	local_irq_enable();
	expects_warning(rig, "sleeping function called");
	listens(rig);
	local_irq_disable();
	va = dma_alloc_coherent(rig->dev, 64, &dma, GFP_ATOMIC);
	local_irq_enable();
	expects_warning(rig, "sleeping function called");
	dma_free_coherent(rig->dev, 64, va, dma);
	ends(rig, mmu);
}

static void nothing_is_mapped_cacheable_even_for_who_snoops(struct rig *rig)
{
	struct mock_iommu *mmu = behind(rig);
	char *p = allocates(rig, 64);
	dma_addr_t dma;
	void *va;

	assert_int_equal(mock_prot(domain_of(rig), maps(rig, p, 64, DMA_BIDIRECTIONAL)),
			 IOMMU_READ | IOMMU_WRITE);
	dma = maps(rig, p, 64, DMA_TO_DEVICE);
	assert_int_equal(mock_prot(domain_of(rig), dma & PAGE_MASK), IOMMU_READ);
	va = dma_alloc_coherent(rig->dev, 64, &dma, GFP_KERNEL);
	assert_int_equal(mock_prot(domain_of(rig), dma), IOMMU_READ | IOMMU_WRITE);
	dma_free_coherent(rig->dev, 64, va, dma);
	ends(rig, mmu);
}

static void a_mask_is_accepted_and_not_heeded(struct rig *rig)
{
	struct mock_iommu *mmu = behind(rig);
	char *p = (char *)__get_free_pages(GFP_KERNEL, 8);

	assert_int_equal(dma_set_mask_and_coherent(rig->dev, DMA_BIT_MASK(20)), 0);
	assert_int_equal(maps(rig, p, SZ_1M, DMA_TO_DEVICE), 0);
	assert_int_equal(maps(rig, p, SZ_1M, DMA_TO_DEVICE), SZ_1M);
	ends(rig, mmu);
	free_pages((unsigned long)p, 8);
}

static void a_segment_runs_across_the_boundary(struct rig *rig)
{
	enum { NR = 32 };
	struct mock_iommu *mmu = behind(rig);
	char *p = (char *)__get_free_pages(GFP_KERNEL, 5);
	struct scatterlist sg[NR];

	dma_set_max_seg_size(rig->dev, SZ_1M);
	dma_set_seg_boundary(rig->dev, SZ_64K - 1);
	sg_init_table(sg, NR);
	for (int i = 0; i < NR; i++)
		sg_set_buf(&sg[i], p + (NR - 1 - i) * PAGE_SIZE, PAGE_SIZE);
	assert_int_equal(dma_map_sg(rig->dev, sg, NR, DMA_TO_DEVICE), 1);
	assert_int_equal(sg_dma_len(sg), NR * PAGE_SIZE);
	assert_int_equal(where(rig, sg_dma_address(sg) + PAGE_SIZE),
			 virt_to_phys(p + (NR - 2) * PAGE_SIZE));
	dma_unmap_sg(rig->dev, sg, NR, DMA_TO_DEVICE);
	assert_int_equal(nr_pages(rig), 0);
	ends(rig, mmu);
	free_pages((unsigned long)p, 5);
}

/* Pages before the one that the buffer begins in were mapped, and are forgotten. */
static void whole_pages_before_a_buffer_stay_mapped(struct rig *rig)
{
	struct mock_iommu *mmu = behind(rig);
	char *p = (char *)__get_free_pages(GFP_KERNEL, 2);
	dma_addr_t dma = dma_map_page(rig->dev, virt_to_page(p), 2 * PAGE_SIZE + 50, 100,
				      DMA_TO_DEVICE);

	assert_int_equal(where(rig, dma), virt_to_phys(p) + 2 * PAGE_SIZE + 50);
	dma_unmap_page(rig->dev, dma, 100, DMA_TO_DEVICE);
	assert_int_equal(nr_pages(rig), 2);
	ends(rig, mmu);
	free_pages((unsigned long)p, 2);
}

/* The same of a list. */
static void whole_pages_before_an_entry_stay_mapped(struct rig *rig)
{
	struct mock_iommu *mmu = behind(rig);
	char *p = (char *)__get_free_pages(GFP_KERNEL, 1);
	struct scatterlist sg;

	sg_init_table(&sg, 1);
	sg_set_page(&sg, virt_to_page(p), 100, PAGE_SIZE + 50);
	assert_int_equal(dma_map_sg(rig->dev, &sg, 1, DMA_TO_DEVICE), 1);
	assert_int_equal(where(rig, sg_dma_address(&sg)), virt_to_phys(p) + PAGE_SIZE + 50);
	assert_int_equal(nr_pages(rig), 2);
	dma_unmap_sg(rig->dev, &sg, 1, DMA_TO_DEVICE);
	assert_int_equal(nr_pages(rig), 1);
	ends(rig, mmu);
	free_pages((unsigned long)p, 1);
}

/* ---- the window: R7 ----------------------------------------------------------------- */

/* Pages that can be mapped in a window of @nr, until there is no address. */
static unsigned fills_window(struct rig *rig, u64 nr)
{
	struct mock_iommu *mmu = mock_new(&(struct mock_config){ .pgsizes = SZ_4K });
	struct device *dev = harness_device_new(rig->h, "windowed", false);
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned mapped = 0;

	mmu->is_silent = true;
	assert_int_equal(dma_direct_set_offset(dev, 0x80000000, 0x40000000, nr * PAGE_SIZE), 0);
	if (!harness_set_iova(dev, IOVA_BITMAP)) {
		while (dma_map_page(dev, page, 0, PAGE_SIZE, DMA_TO_DEVICE) !=
		       DMA_MAPPING_ERROR)
			mapped++;
		harness_set_iova(dev, IOVA_DMA_IOMMU);
	}
	mock_free(mmu);
	__free_page(page);
	return mapped;
}

static void a_window_ends_at_a_word_of_the_bitmap(struct rig *rig)
{
	listens(rig);
	assert_int_equal(fills_window(rig, 1), 0);
	expects_warning(rig, "Failed to create 4095-byte IOMMU mapping for device windowed");
	assert_int_equal(fills_window(rig, 32), 32);
	assert_int_equal(fills_window(rig, 33), 32);
	assert_int_equal(fills_window(rig, 40), 64);
	assert_int_equal(fills_window(rig, 64), 64);
}

/* ---- memory for both ---------------------------------------------------------------- */

static void expects_both_see(struct rig *rig, char *va, dma_addr_t dma, size_t len)
{
	for (size_t i = 0; i < len; i += PAGE_SIZE) {
		cpu_writes(rig, va + i, "of the CPU");
		cpu_dsb(rig->cpu, BARRIER_SY);
		expects_device_reads(rig, where(rig, dma + i), "of the CPU");
		device_writes(rig, where(rig, dma + i), "of the dev");
		expects_cpu_reads(rig, va + i, "of the dev");
	}
}

static void coherent_memory_is_seen_by_both(struct rig *rig)
{
	static const unsigned long attrs[] = {
		0, DMA_ATTR_WRITE_COMBINE, DMA_ATTR_ALLOC_SINGLE_PAGES,
		DMA_ATTR_FORCE_CONTIGUOUS,
	};
	enum { LEN = 21 * 4096 - 100 };
	struct mock_iommu *mmu = behind(rig);
	size_t nr_free = rig->dev->kernel->nr_free_pages;

	for (size_t i = 0; i < G_N_ELEMENTS(attrs); i++) {
		dma_addr_t dma;
		char *va = dma_alloc_attrs(rig->dev, LEN, &dma, GFP_KERNEL, attrs[i]);

		assert_non_null(va);
		expects_cpu_zeros(rig, va, LEN);
		expects_both_see(rig, va, dma, LEN);
		assert_int_equal(nr_pages(rig), 21);
		dma_free_attrs(rig->dev, LEN, va, dma, attrs[i]);
		assert_int_equal(nr_pages(rig), 0);
	}
	assert_int_equal(rig->dev->kernel->nr_free_pages, nr_free);
	ends(rig, mmu);
}

static void without_a_mapping_there_is_a_list_of_its_pages(struct rig *rig)
{
	struct mock_iommu *mmu = behind(rig);
	struct sg_table sgt;
	dma_addr_t dma;
	void *cookie = dma_alloc_attrs(rig->dev, 5 * PAGE_SIZE, &dma, GFP_KERNEL,
				       DMA_ATTR_NO_KERNEL_MAPPING);

	assert_non_null(cookie);
	assert_int_equal(dma_get_sgtable_attrs(rig->dev, &sgt, cookie, dma, 5 * PAGE_SIZE,
					       DMA_ATTR_NO_KERNEL_MAPPING), 0);
	assert_int_equal(sg_phys(sgt.sgl), where(rig, dma));
	sg_free_table(&sgt);
	dma_free_attrs(rig->dev, 5 * PAGE_SIZE, cookie, dma, DMA_ATTR_NO_KERNEL_MAPPING);
	assert_int_equal(nr_pages(rig), 0);
	ends(rig, mmu);
}

static void of_more_than_a_page_that_must_not_sleep_one_is_mapped(struct rig *rig)
{
	struct mock_iommu *mmu = behind(rig);
	struct sg_table sgt;
	phys_addr_t pa;
	dma_addr_t dma;
	void *va;

	listens(rig);
	va = dma_alloc_coherent(rig->dev, 2 * PAGE_SIZE, &dma, GFP_ATOMIC);
	expects_warning(rig, "only the first page is mapped");
	assert_non_null(va);
	where(rig, dma);
	assert_false(mock_translate(rig->dev, dma + PAGE_SIZE, IOMMU_READ, &pa));
	listens(rig);
	assert_int_equal(dma_get_sgtable(rig->dev, &sgt, va, dma, 2 * PAGE_SIZE), -ENXIO);
	expects_warning(rig, rig->on->is & ON_COHERENT ? NULL : "taken for an array");
	dma_free_coherent(rig->dev, 2 * PAGE_SIZE, va, dma);
	assert_int_equal(nr_pages(rig), 0);
	ends(rig, mmu);
}

/* Linux loses the page of a device that snoops where its mapping fails. */
static void who_gets_no_memory_keeps_none(struct rig *rig)
{
	struct mock_iommu *mmu = behind(rig);
	size_t nr_free = rig->dev->kernel->nr_free_pages;
	char *va = NULL;
	dma_addr_t dma;

	for (unsigned nth = 1; !va; nth++) {
		harness_fail_allocation(rig->h, nth);
		va = dma_alloc_coherent(rig->dev, 3 * PAGE_SIZE, &dma, GFP_KERNEL);
		harness_fail_allocation(rig->h, 0);
		if (va)
			dma_free_coherent(rig->dev, 3 * PAGE_SIZE, va, dma);
		assert_int_equal(nr_pages(rig), 0);
		assert_int_equal(rig->dev->kernel->nr_free_pages, nr_free);
	}
	mock_fails(mmu, MOCK_MAP, 1, -ENOMEM);
	assert_null(dma_alloc_coherent(rig->dev, 3 * PAGE_SIZE, &dma, GFP_KERNEL));
	assert_int_equal(rig->dev->kernel->nr_free_pages, nr_free);
	ends(rig, mmu);
}

/* ---- address spaces and devices ------------------------------------------------------ */

static void spaces_that_cannot_be_are_refused(struct rig *rig)
{
	struct mock_iommu *mmu;

	assert_int_equal(PTR_ERR(arm_iommu_create_mapping(rig->dev, 0, SZ_1M)), -ENODEV);
	assert_int_equal(harness_set_iova(rig->dev, IOVA_BITMAP), -ENODEV);
	mmu = behind(rig);
	assert_int_equal(PTR_ERR(arm_iommu_create_mapping(rig->dev, 0, 0)), -EINVAL);
	assert_int_equal(PTR_ERR(arm_iommu_create_mapping(rig->dev, 0, SZ_4G + 1)), -ERANGE);
	for (unsigned nth = 1; nth <= 3; nth++) {
		harness_fail_allocation(rig->h, nth);
		assert_int_equal(PTR_ERR(arm_iommu_create_mapping(rig->dev, 0, SZ_1M)), -ENOMEM);
	}
	harness_fail_allocation(rig->h, 0);
	mock_fails(mmu, MOCK_ALLOC, 1, -ENOSPC);
	assert_true(IS_ERR(arm_iommu_create_mapping(rig->dev, 0, SZ_1M)));
	ends(rig, mmu);
}

static void a_device_in_a_space_gets_no_second_one(struct rig *rig)
{
	struct mock_iommu *mmu = behind(rig);
	struct dma_iommu_mapping *other = arm_iommu_create_mapping(rig->dev, 0, SZ_1M);

	assert_false(IS_ERR(other));
	assert_int_equal(arm_iommu_attach_device(rig->dev, other), -EBUSY);
	assert_true(to_dma_iommu_mapping(rig->dev) != other);
	arm_iommu_release_mapping(other);
	arm_iommu_release_mapping(NULL);
	ends(rig, mmu);
	listens(rig);
	arm_iommu_detach_device(rig->dev);
	expects_warning(rig, "Not attached");
}

static void devices_may_share_a_space(struct rig *rig)
{
	struct mock_iommu *mmu = mock_new(&(struct mock_config){ .pgsizes = SZ_4K });
	struct device *one = harness_device_new(rig->h, "one", false);
	struct device *two = harness_device_new(rig->h, "two", false);
	struct dma_iommu_mapping *both = arm_iommu_create_mapping(one, SZ_1M, SZ_64M);
	char *p = allocates(rig, 64);
	phys_addr_t pa;
	dma_addr_t dma;

	assert_int_equal(arm_iommu_attach_device(one, both), 0);
	assert_int_equal(arm_iommu_attach_device(two, both), 0);
	arm_iommu_release_mapping(both);
	dma = dma_map_single(one, p, 64, DMA_TO_DEVICE);
	assert_true(mock_translate(two, dma, IOMMU_READ, &pa));
	assert_int_equal(pa, virt_to_phys(p));
	dma_unmap_single(one, dma, 64, DMA_TO_DEVICE);
	assert_false(mock_translate(two, dma, IOMMU_READ, &pa));
	arm_iommu_detach_device(one);
	arm_iommu_detach_device(two);
	mock_free(mmu);
}

static void a_driver_that_goes_leaves_no_space_behind(struct rig *rig)
{
	struct mock_iommu *mmu = behind(rig);
	int nr_domains = mmu->nr_domains;

	harness_unbind(rig->dev);
	assert_null(to_dma_iommu_mapping(rig->dev));
	assert_null(get_dma_ops(rig->dev));
	assert_int_equal(mmu->nr_domains, nr_domains - 1);
	mock_free(mmu);
}

static void bytes_arrive_by_pages_and_lists(struct rig *rig)
{
	struct mock_iommu *mmu = behind(rig);
	char *p = allocates(rig, 2 * PAGE_SIZE);
	struct scatterlist sg;
	dma_addr_t dma;

	uses_up_page_0(rig);
	cpu_fills(rig, p, 2 * PAGE_SIZE, 1);
	dma = maps(rig, p + 100, PAGE_SIZE, DMA_BIDIRECTIONAL);
	assert_int_equal(dma & ~PAGE_MASK, 100);
	assert_int_equal(where(rig, dma), virt_to_phys(p) + 100);
	device_fills(rig, where(rig, dma), PAGE_SIZE - 100, 2);
	dma_unmap_single(rig->dev, dma, PAGE_SIZE, DMA_BIDIRECTIONAL);
	expects_cpu_finds(rig, p + 100, PAGE_SIZE - 100, 2);
	sg_init_one(&sg, p, PAGE_SIZE);
	cpu_fills(rig, p, PAGE_SIZE, 3);
	assert_int_equal(dma_map_sg(rig->dev, &sg, 1, DMA_BIDIRECTIONAL), 1);
	expects_device_finds(rig, where(rig, sg_dma_address(&sg)), PAGE_SIZE, 3);
	device_fills(rig, where(rig, sg_dma_address(&sg)), PAGE_SIZE, 4);
	dma_unmap_sg(rig->dev, &sg, 1, DMA_BIDIRECTIONAL);
	expects_cpu_finds(rig, p, PAGE_SIZE, 4);
	ends(rig, mmu);
}

static const struct rig_test tests[] = {
	/*                                                      needs  never */
	TEST_ON(the_first_page_is_at_0_and_is_never_unmapped,    0, 0),
	TEST_ON(registers_at_0_stay_mapped_too,                  0, 0),
	TEST_ON(a_mapping_at_0_is_not_synced,                    0, ON_COHERENT),
	TEST_ON(a_list_and_coherent_memory_at_0_are_unmapped,    0, 0),
	TEST_ON(memory_that_is_not_coherent_cannot_be_had,       0, 0),
	TEST_ON(mapping_may_sleep_where_it_must_not,             0, 0),
	TEST_ON(nothing_is_mapped_cacheable_even_for_who_snoops, 0, 0),
	TEST_ON(a_mask_is_accepted_and_not_heeded,               0, 0),
	TEST_ON(a_segment_runs_across_the_boundary,              0, 0),
	TEST_ON(whole_pages_before_a_buffer_stay_mapped,         0, 0),
	TEST_ON(whole_pages_before_an_entry_stay_mapped,         0, 0),
	TEST_ON(a_window_ends_at_a_word_of_the_bitmap,           0, 0),
	TEST_ON(coherent_memory_is_seen_by_both,                 0, ON_COHERENT),
	TEST_ON(without_a_mapping_there_is_a_list_of_its_pages,  0, ON_COHERENT),
	TEST_ON(of_more_than_a_page_that_must_not_sleep_one_is_mapped, 0, 0),
	TEST_ON(who_gets_no_memory_keeps_none,                   0, ON_COHERENT),
	TEST_ON(spaces_that_cannot_be_are_refused,               0, 0),
	TEST_ON(a_device_in_a_space_gets_no_second_one,          0, 0),
	TEST_ON(devices_may_share_a_space,                       0, 0),
	TEST_ON(a_driver_that_goes_leaves_no_space_behind,       0, 0),
	TEST_ON(bytes_arrive_by_pages_and_lists,                 0, 0),
};

static const struct platform where_to_run[] = {
	{ .name = "a9-pl310", .board = "a9-pl310", .is = ON_PL310 | ON_LINE32 },
	{ .name = "a15-coherent", .board = "a15-lpae", .is = ON_COHERENT },
};

int main(void)
{
	return rig_run_on(where_to_run, G_N_ELEMENTS(where_to_run), tests, G_N_ELEMENTS(tests));
}
