/* SPDX-License-Identifier: MIT */
/* Streaming DMA to and from memory that the linear map has not got. */
#include <string.h>
#include <linux/highmem.h>
#include <linux/scatterlist.h>

#include "lib/mm/kernel.h"
#include "support/big-boards.h"

#define LOWMEM_END	0xb0000000u

static struct page *allocates_high(unsigned order)
{
	struct page *page = alloc_pages(GFP_HIGHUSER, order);

	assert_non_null(page);
	assert_true(PageHighMem(page));
	return page;
}

static void cpu_writes_page(struct rig *rig, struct page *page, size_t offset, const char *text)
{
	char *p = kmap_local_page(page);

	cpu_writes(rig, p + offset, text);
	kunmap_local(p);
}

static void expects_cpu_reads_page(struct rig *rig, struct page *page, size_t offset,
				   const char *text)
{
	char *p = kmap_local_page(page);

	expects_cpu_reads(rig, p + offset, text);
	kunmap_local(p);
}

/* So that a line of it is in the caches, clean, and would hide what the device writes. */
static void cpu_holds_page(struct rig *rig, struct page *page)
{
	char *p = kmap_local_page(page);

	cpu_holds(rig, p, PAGE_SIZE);
	kunmap_local(p);
}

static dma_addr_t maps_page(struct rig *rig, struct page *page, size_t offset, size_t len,
			    enum dma_data_direction dir)
{
	dma_addr_t dma = dma_map_page(rig->dev, page, offset, len, dir);

	assert_int_equal(dma_mapping_error(rig->dev, dma), 0);
	return dma;
}

/* ---- one page ------------------------------------------------------------------------ */

static void the_device_reads_what_the_cpu_wrote(struct rig *rig)
{
	struct page *page = allocates_high(0);
	dma_addr_t dma;

	cpu_writes_page(rig, page, 100, "to the device");
	dma = maps_page(rig, page, 100, 64, DMA_TO_DEVICE);
	expects_device_reads(rig, dma, "to the device");
	dma_unmap_page(rig->dev, dma, 64, DMA_TO_DEVICE);
	assert_null(page_address(page));
	__free_page(page);
}

static void the_cpu_reads_what_the_device_wrote(struct rig *rig)
{
	struct page *page = allocates_high(0);
	dma_addr_t dma;

	cpu_writes_page(rig, page, 0, "old bytes");
	cpu_holds_page(rig, page);
	dma = maps_page(rig, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	device_writes(rig, dma, "new bytes");
	dma_unmap_page(rig->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	expects_cpu_reads_page(rig, page, 0, "new bytes");
	__free_page(page);
}

static void a_page_goes_back_and_forth_by_sync(struct rig *rig)
{
	struct page *page = allocates_high(0);
	dma_addr_t dma = maps_page(rig, page, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);

	for (int i = 0; i < 3; i++) {
		dma_sync_single_for_cpu(rig->dev, dma, PAGE_SIZE, DMA_BIDIRECTIONAL);
		cpu_writes_page(rig, page, 8, i & 1 ? "odd " : "even");
		dma_sync_single_for_device(rig->dev, dma, PAGE_SIZE, DMA_BIDIRECTIONAL);
		expects_device_reads(rig, dma + 8, i & 1 ? "odd " : "even");
		device_writes(rig, dma + 8, "dev!");
		dma_sync_single_for_cpu(rig->dev, dma, PAGE_SIZE, DMA_BIDIRECTIONAL);
		expects_cpu_reads_page(rig, page, 8, "dev!");
		dma_sync_single_for_device(rig->dev, dma, PAGE_SIZE, DMA_BIDIRECTIONAL);
	}
	dma_unmap_page(rig->dev, dma, PAGE_SIZE, DMA_BIDIRECTIONAL);
	__free_page(page);
}

/* Where lines belong to virtual addresses, that of kmap() is the one to work on. */
static void a_page_that_stays_kmapped_is_maintained_where_it_is(struct rig *rig)
{
	struct page *page = allocates_high(0);
	char *p = kmap(page);
	dma_addr_t dma;

	cpu_writes(rig, p, "through kmap");
	dma = maps_page(rig, page, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);
	expects_device_reads(rig, dma, "through kmap");
	device_writes(rig, dma, "from outside");
	dma_unmap_page(rig->dev, dma, PAGE_SIZE, DMA_BIDIRECTIONAL);
	expects_cpu_reads(rig, p, "from outside");
	kunmap(page);
	__free_page(page);
}

/* kunmap() leaves it mapped, and maybe dirty. */
static void what_kunmap_left_in_the_cache_reaches_the_device(struct rig *rig)
{
	struct page *page = allocates_high(0);
	dma_addr_t dma;

	cpu_writes(rig, kmap(page), "left behind");
	kunmap(page);
	dma = maps_page(rig, page, 0, 64, DMA_TO_DEVICE);
	expects_device_reads(rig, dma, "left behind");
	dma_unmap_page(rig->dev, dma, 64, DMA_TO_DEVICE);
	kmap_flush_unused();
	__free_page(page);
}

static void a_late_write_stays_in_the_cache(struct rig *rig)
{
	struct page *page = allocates_high(0);
	char *p = kmap(page);
	dma_addr_t dma;

	cpu_writes(rig, p, "before");
	cpu_holds(rig, p, 64);
	dma = maps_page(rig, page, 0, 64, DMA_TO_DEVICE);
	cpu_writes(rig, p, "behind");
	expects_device_reads(rig, dma, "before");
	dma_unmap_page(rig->dev, dma, 64, DMA_TO_DEVICE);
	kunmap(page);
	__free_page(page);
}

/* ---- more than a page ------------------------------------------------------------------ */

static void a_run_of_pages_is_maintained_page_by_page(struct rig *rig)
{
	struct page *page = allocates_high(2);
	size_t len = 3 * PAGE_SIZE;
	dma_addr_t dma;

	for (unsigned i = 0; i < 4; i++)
		cpu_writes_page(rig, page + i, 1024, "one of four");
	dma = maps_page(rig, page, 1000, len, DMA_BIDIRECTIONAL);
	for (unsigned i = 0; i < 3; i++)
		expects_device_reads(rig, dma + 24 + i * PAGE_SIZE, "one of four");
	device_fills(rig, dma, len, 5);
	dma_unmap_page(rig->dev, dma, len, DMA_BIDIRECTIONAL);
	expects_cpu_reads_page(rig, page + 3, 1024, "one of four");
	dma = maps_page(rig, page, 1000, len, DMA_TO_DEVICE);
	expects_device_finds(rig, dma, len, 5);
	dma_unmap_page(rig->dev, dma, len, DMA_TO_DEVICE);
	__free_pages(page, 2);
}

/* As many lines as for lowmem, and one operation on the outer cache for the whole. */
static void a_run_costs_the_lines_that_it_has(struct rig *rig)
{
	struct page *page = allocates_high(1);
	dma_addr_t dma;

	marks(rig);
	dma = maps_page(rig, page, 0, 2 * PAGE_SIZE, DMA_TO_DEVICE);
	/* A walker that reads below L1 needs the two entries cleaned, back and forth. */
	expects_work(rig, rig->on->is & ON_PL310 ? "L1 c256 i0, L2 c256 i0, syncs 1" :
		     rig->on->is & ON_UP ? "L1 c132 i0, L2 c132 i0, syncs 0"
					 : "L1 c128 i0, L2 c128 i0, syncs 0");
	dma_unmap_page(rig->dev, dma, 2 * PAGE_SIZE, DMA_TO_DEVICE);
	__free_pages(page, 1);
}

static void a_buffer_may_reach_from_lowmem_into_highmem(struct rig *rig)
{
	struct page *low = pfn_to_page(PHYS_PFN(LOWMEM_END) - 1);
	dma_addr_t dma;

	assert_false(PageHighMem(low));
	assert_true(PageHighMem(nth_page(low, 1)));
	cpu_writes_page(rig, low, PAGE_SIZE - 4, "low ");
	cpu_writes_page(rig, low + 1, 0, "high");
	dma = maps_page(rig, low, PAGE_SIZE - 4, 8, DMA_TO_DEVICE);
	expects_device_reads(rig, dma, "low high");
	dma_unmap_page(rig->dev, dma, 8, DMA_TO_DEVICE);
}

/* ---- lists --------------------------------------------------------------------------------- */

static void a_list_may_mix_high_and_low_pages(struct rig *rig)
{
	struct page *pages[4] = { allocates_high(1), alloc_page(GFP_KERNEL), allocates_high(0) };
	struct scatterlist sg[3];
	int nents;

	sg_init_table(sg, 3);
	sg_set_page(&sg[0], pages[0], 2 * PAGE_SIZE, 0);
	sg_set_page(&sg[1], pages[1], 100, 50);
	sg_set_page(&sg[2], pages[2], PAGE_SIZE, 0);
	assert_int_equal(sg_copy_from_buffer(sg, 3, "head", 4), 4);
	sg_pcopy_from_buffer(sg, 3, "tail", 4, 3 * PAGE_SIZE + 96);
	nents = dma_map_sg(rig->dev, sg, 3, DMA_BIDIRECTIONAL);
	assert_int_equal(nents, 3);
	expects_device_reads(rig, sg_dma_address(&sg[0]), "head");
	expects_device_reads(rig, sg_dma_address(&sg[2]) + PAGE_SIZE - 4, "tail");
	for (int i = 0; i < 3; i++)
		device_fills(rig, sg_dma_address(&sg[i]), sg_dma_len(&sg[i]), (unsigned)i);
	dma_unmap_sg(rig->dev, sg, 3, DMA_BIDIRECTIONAL);
	nents = dma_map_sg(rig->dev, sg, 3, DMA_TO_DEVICE);
	for (int i = 0; i < nents; i++)
		expects_device_finds(rig, sg_dma_address(&sg[i]), sg_dma_len(&sg[i]), (unsigned)i);
	dma_unmap_sg(rig->dev, sg, 3, DMA_TO_DEVICE);
	__free_pages(pages[0], 1);
	__free_page(pages[1]);
	__free_page(pages[2]);
}

static void an_iterator_maps_each_piece_of_a_list_for_a_while(struct rig *rig)
{
	static const unsigned flags[] = { 0, SG_MITER_ATOMIC, SG_MITER_LOCAL };
	struct page *page = allocates_high(1);
	struct scatterlist sg;

	sg_init_table(&sg, 1);
	sg_set_page(&sg, page, PAGE_SIZE + 500, 100);
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		struct sg_mapping_iter m;
		unsigned nr = 0;

		sg_miter_start(&m, &sg, 1, SG_MITER_TO_SG | flags[i]);
		while (sg_miter_next(&m)) {
			assert_ptr_equal(kmap_to_page(m.addr), page + nr++);
			cpu_fills(rig, m.addr, m.length, 4);
		}
		sg_miter_stop(&m);
		assert_int_equal(nr, 2);
		assert_int_equal(rig->dev->kernel->port.nr_kmaps[0], 0);
	}
	__free_pages(page, 1);
}

/* ---- out of reach -------------------------------------------------------------------------- */

static void what_a_device_does_not_reach_is_bounced(struct rig *rig)
{
	struct page *page = allocates_high(1);
	dma_addr_t dma;

	rig->dev->bus_dma_limit = LOWMEM_END - 1;
	assert_int_equal(dma_set_mask_and_coherent(rig->dev, DMA_BIT_MASK(32)), 0);
	cpu_writes_page(rig, page, PAGE_SIZE - 4, "over");
	cpu_writes_page(rig, page + 1, 0, "flow");
	dma = maps_page(rig, page, 4000, 500, DMA_BIDIRECTIONAL);
	assert_true(dma < LOWMEM_END);
	expects_device_reads(rig, dma + 92, "over");
	expects_device_reads(rig, dma + 96, "flow");
	device_writes(rig, dma + 92, "came back");
	dma_unmap_page(rig->dev, dma, 500, DMA_BIDIRECTIONAL);
	expects_cpu_reads_page(rig, page, PAGE_SIZE - 4, "came");
	expects_cpu_reads_page(rig, page + 1, 0, " back");
	__free_pages(page, 1);
}

static void all_memory_counts_for_the_mask_that_is_required(struct rig *rig)
{
	assert_true(dma_get_required_mask(rig->dev) == DMA_BIT_MASK(32));
}

static void no_map_is_no_memory_to_map(struct rig *rig)
{
	dma_addr_t dma;

	listens(rig);
	dma = dma_map_page(rig->dev, pfn_to_page(PHYS_PFN(0xfe000000)), 0, 64, DMA_TO_DEVICE);
	assert_int_equal(dma_mapping_error(rig->dev, dma), -ENOMEM);
	expects_warning(rig, "not all memory");
}

/* ---- hazards ------------------------------------------------------------------------------- */

/* The engine sees memory, whatever its address is called at the moment. */
static void a_write_to_a_mapped_page_is_a_hazard_there_too(void **state)
{
	FILE *reports = tmpfile();
	struct harness *h = harness_start(&(struct harness_config){
		.board = "a9-pl310-2g", .hazards = { .text = reports },
	}, NULL);
	struct device *dev = harness_device(h, "10010000.ethernet");
	struct page *page = allocates_high(0);
	dma_addr_t dma = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_TO_DEVICE);
	char *p = kmap_local_page(page);

	assert_int_equal(dma_mapping_error(dev, dma), 0);
	cpu_store(machine_cpu(harness_machine(h), 0), (u32)(uintptr_t)p, "late", 4,
		  __builtin_return_address(0));
	kunmap_local(p);
	assert_int_equal(hazard_count(harness_hazards(h), HAZARD_CPU_WRITE_WHILE_MAPPED), 1);
	dma_unmap_page(dev, dma, PAGE_SIZE, DMA_TO_DEVICE);
	__free_page(page);
	assert_int_equal(harness_finish(h), 1);
	fclose(reports);
}

static void a_clean_run_over_highmem_is_clean(void **state)
{
	FILE *reports = tmpfile();
	struct harness *h = harness_start(&(struct harness_config){
		.board = "a9-pl310-2g", .hazards = { .text = reports },
	}, NULL);
	struct device *dev = harness_device(h, "10010000.ethernet");
	struct page *page = allocates_high(0);
	dma_addr_t dma;
	char got[8] = "";

	memset_page(page, 0, 7, PAGE_SIZE);
	dma = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	assert_int_equal(dma_mapping_error(dev, dma), 0);
	assert_int_equal(master_write(harness_master(dev), dma, "arrived", 8).kind, MASTER_OK);
	dma_unmap_page(dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	memcpy_from_page(got, page, 0, 8);
	assert_string_equal(got, "arrived");
	__free_page(page);
	assert_int_equal(harness_finish(h), 0);
	fclose(reports);
}

static const struct rig_test tests[] = {
	/*                                                     needs   never */
	TEST_ON(the_device_reads_what_the_cpu_wrote,           0,      0),
	TEST_ON(the_cpu_reads_what_the_device_wrote,           0,      0),
	TEST_ON(a_page_goes_back_and_forth_by_sync,            0,      0),
	TEST_ON(a_page_that_stays_kmapped_is_maintained_where_it_is, 0, 0),
	TEST_ON(what_kunmap_left_in_the_cache_reaches_the_device, 0,   0),
	TEST_ON(a_late_write_stays_in_the_cache,               0,      ON_COHERENT | ON_FAST),
	TEST_ON(a_run_of_pages_is_maintained_page_by_page,     0,      0),
	TEST_ON(a_run_costs_the_lines_that_it_has,             0,
		ON_COHERENT | ON_BOUNCE | ON_V5 | ON_FAST),
	TEST_ON(a_buffer_may_reach_from_lowmem_into_highmem,   0,      0),
	TEST_ON(a_list_may_mix_high_and_low_pages,             0,      0),
	TEST_ON(an_iterator_maps_each_piece_of_a_list_for_a_while, 0,  0),
	TEST_ON(what_a_device_does_not_reach_is_bounced,       0,      0),
	TEST_ON(all_memory_counts_for_the_mask_that_is_required, 0,    0),
	TEST_ON(no_map_is_no_memory_to_map,                    0,      0),
};

static const struct CMUnitTest alone[] = {
	cmocka_unit_test(a_write_to_a_mapped_page_is_a_hazard_there_too),
	cmocka_unit_test(a_clean_run_over_highmem_is_clean),
};

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "alone"))
		return cmocka_run_group_tests_name("lib", alone, NULL, NULL);
	return rig_run_on(big_platforms, G_N_ELEMENTS(big_platforms), tests,
			  G_N_ELEMENTS(tests));
}
