/* SPDX-License-Identifier: MIT */
/* Contiguous areas: lent to pages that can move, and taken back in one piece. */
#include <string.h>
#include <linux/cma.h>
#include <linux/dma-map-ops.h>
#include <linux/highmem.h>
#include <linux/migrate.h>
#include <linux/of_reserved_mem.h>

#include "lib/mm/kernel.h"
#include "support/big-boards.h"
#include "support/board-fixture.h"

#define CODEC_CMA	0xa0000000u

/* ---- an owner of movable pages ------------------------------------------------------- */

/* Who has a page now; by page index, so that an owner finds itself. */
static struct page **owned;
static size_t nr_owned, nr_moved, nr_put_back;
static int migrate_error;

static size_t owner_of(const struct page *page)
{
	for (size_t i = 0; i < nr_owned; i++)
		if (owned[i] == page)
			return i;
	fail_msg("nobody owns this page");
	return 0;
}

static bool isolates(struct page *page, isolate_mode_t mode)
{
	(void)owner_of(page);
	return page_count(page) == 2;
}

static int migrates(struct page *dst, struct page *src, enum migrate_mode mode);
static void puts_back(struct page *page)
{
	(void)owner_of(page);
	nr_put_back++;
}

static const struct movable_operations ops = { isolates, migrates, puts_back };

static int migrates(struct page *dst, struct page *src, enum migrate_mode mode)
{
	if (migrate_error)
		return migrate_error;
	copy_highpage(dst, src);
	get_page(dst);
	owned[owner_of(src)] = dst;
	__ClearPageMovable(src);
	__SetPageMovable(dst, &ops);
	put_page(src);
	nr_moved++;
	return 0;
}

static struct cma *area(const struct rig *rig)
{
	return cma_at(rig->dev->kernel, CODEC_CMA);
}

static bool is_in_area(const struct rig *rig, const struct page *page)
{
	return cma_pages_valid(area(rig), page, 1);
}

/* Movable pages until the area lends no more: those of the area are kept. */
static void fills_area(struct rig *rig)
{
	GPtrArray *others = g_ptr_array_new();
	struct page *page;

	nr_owned = nr_moved = nr_put_back = 0;
	migrate_error = 0;
	owned = g_new0(struct page *, cma_get_size(area(rig)) >> PAGE_SHIFT);
	while ((page = alloc_page(GFP_USER | __GFP_MOVABLE))) {
		if (is_in_area(rig, page)) {
			memset_page(page, 0, (int)nr_owned & 0xff, 64);
			__SetPageMovable(page, &ops);
			owned[nr_owned++] = page;
		} else {
			g_ptr_array_add(others, page);
		}
	}
	for (guint i = 0; i < others->len; i++)
		__free_page(g_ptr_array_index(others, i));
	g_ptr_array_free(others, TRUE);
	assert_int_equal(nr_owned, cma_get_size(area(rig)) >> PAGE_SHIFT);
}

static void expects_bytes(void)
{
	for (size_t i = 0; i < nr_owned; i++) {
		u8 bytes[64];

		memcpy_from_page((char *)bytes, owned[i], 0, 64);
		for (int j = 0; j < 64; j++)
			assert_int_equal(bytes[j], i & 0xff);
	}
}

static void frees_owned(void)
{
	for (size_t i = 0; i < nr_owned; i++)
		put_page(owned[i]);
	g_clear_pointer(&owned, g_free);
}

/* ---- lending --------------------------------------------------------------------------- */

static void who_cannot_move_never_gets_a_page_of_an_area(struct rig *rig)
{
	struct kernel *k = rig->dev->kernel;
	GPtrArray *all = g_ptr_array_new();
	struct page *page;

	while ((page = alloc_page(GFP_HIGHUSER))) {
		if (cma_at(k, page_to_phys(page)))
			fail_msg("pa %#llx is of an area",
				 (unsigned long long)page_to_phys(page));
		g_ptr_array_add(all, page);
	}
	page = alloc_page(GFP_HIGHUSER_MOVABLE);
	assert_non_null(page);
	assert_non_null(cma_at(k, page_to_phys(page)));
	assert_null(alloc_pages(GFP_HIGHUSER_MOVABLE, 1));
	__free_page(page);
	for (guint i = 0; i < all->len; i++)
		__free_page(g_ptr_array_index(all, i));
	g_ptr_array_free(all, TRUE);
}

static void an_area_lends_first_when_it_has_most_of_what_is_free(struct rig *rig)
{
	GPtrArray *blocks = g_ptr_array_new();
	struct page *page = alloc_page(GFP_USER | __GFP_MOVABLE);

	/* There is plenty: an ordinary page. */
	assert_null(cma_at(rig->dev->kernel, page_to_phys(page)));
	__free_page(page);
	while ((page = alloc_pages(GFP_USER, MAX_PAGE_ORDER)))
		g_ptr_array_add(blocks, page);
	page = alloc_page(GFP_USER | __GFP_MOVABLE);
	assert_non_null(cma_at(rig->dev->kernel, page_to_phys(page)));
	__free_page(page);
	for (guint i = 0; i < blocks->len; i++)
		__free_pages(g_ptr_array_index(blocks, i), MAX_PAGE_ORDER);
	g_ptr_array_free(blocks, TRUE);
}

/* ---- taking back ------------------------------------------------------------------------- */

static void pages_that_are_in_the_way_move_with_their_bytes(struct rig *rig)
{
	struct page *run;

	fills_area(rig);
	run = cma_alloc(area(rig), 300, 8, false);
	assert_non_null(run);
	assert_int_equal(page_to_pfn(run) & 255, 0);
	assert_int_equal(nr_moved, 300);
	for (size_t i = 0; i < nr_owned; i++)
		assert_false(owned[i] >= run && owned[i] < run + 300);
	for (unsigned i = 0; i < 300; i++)
		assert_int_equal(page_count(run + i), 1);
	expects_bytes();
	assert_true(cma_release(area(rig), run, 300));
	frees_owned();
}

static void a_run_with_a_pinned_page_is_passed_over(struct rig *rig)
{
	struct page *first = pfn_to_page(PHYS_PFN(CODEC_CMA)), *run;

	fills_area(rig);
	get_page(first + 3);
	run = cma_alloc(area(rig), 16, 4, false);
	assert_ptr_equal(run, first + 16);
	assert_ptr_equal(owned[owner_of(first + 3)], first + 3);
	expects_bytes();
	assert_true(cma_release(area(rig), run, 16));
	put_page(first + 3);
	run = cma_alloc(area(rig), 16, 4, false);
	assert_ptr_equal(run, first);
	assert_true(cma_release(area(rig), run, 16));
	frees_owned();
}

static void with_a_pinned_page_in_every_run_there_is_none(struct rig *rig)
{
	struct page *first = pfn_to_page(PHYS_PFN(CODEC_CMA)), *run;
	size_t nr = cma_get_size(area(rig)) >> PAGE_SHIFT;

	fills_area(rig);
	for (size_t i = 0; i < nr; i += 64)
		get_page(first + i);
	listens(rig);
	assert_null(cma_alloc(area(rig), 64, 0, false));
	expects_warning(rig, "alloc failed, req-size: 64 pages, ret: -16");
	listens(rig);
	assert_null(cma_alloc(area(rig), 64, 0, true));
	expects_warning(rig, NULL);
	expects_bytes();
	run = cma_alloc(area(rig), 63, 0, false);
	assert_ptr_equal(run, first + 1);
	assert_true(cma_release(area(rig), run, 63));
	for (size_t i = 0; i < nr; i += 64)
		put_page(first + i);
	frees_owned();
}

static void a_page_without_an_owner_stays(struct rig *rig)
{
	struct page *first = pfn_to_page(PHYS_PFN(CODEC_CMA)), *run;

	fills_area(rig);
	__ClearPageMovable(first);
	run = cma_alloc(area(rig), 1, 0, false);
	assert_ptr_equal(run, first + 1);
	assert_true(cma_release(area(rig), run, 1));
	frees_owned();
}

static void an_owner_that_fails_gets_its_page_back(struct rig *rig)
{
	fills_area(rig);
	migrate_error = -EAGAIN;
	assert_null(cma_alloc(area(rig), 1024, 8, true));
	assert_int_equal(nr_moved, 0);
	assert_true(nr_put_back > 0);
	for (size_t i = 0; i < nr_owned; i++)
		assert_int_equal(page_count(owned[i]), 1);
	expects_bytes();
	frees_owned();
}

/* Every allocation on the way fails in turn: nothing is lost, and the next succeeds. */
static void a_failed_allocation_costs_nobody_a_byte(struct rig *rig)
{
	struct page *run = NULL;
	unsigned nth;

	fills_area(rig);
	for (nth = 1; !run; nth++) {
		harness_fail_allocation(rig->h, nth);
		run = cma_alloc(area(rig), 8, 0, true);
		expects_bytes();
	}
	harness_fail_allocation(rig->h, 0);
	assert_true(nth > 4);
	assert_true(cma_release(area(rig), run, 8));
	frees_owned();
}

static void what_is_released_is_lent_again(struct rig *rig)
{
	struct kernel *k = rig->dev->kernel;
	size_t before[NR_ZONES];
	struct page *run;

	memcpy(before, k->nr_zone_cma_free, sizeof(before));
	run = cma_alloc(area(rig), cma_get_size(area(rig)) >> PAGE_SHIFT, 0, false);
	assert_non_null(run);
	assert_null(cma_alloc(area(rig), 1, 0, true));
	assert_true(cma_release(area(rig), run, cma_get_size(area(rig)) >> PAGE_SHIFT));
	assert_memory_equal(before, k->nr_zone_cma_free, sizeof(before));
	fills_area(rig);
	frees_owned();
}

static void what_is_not_of_the_area_is_not_released(struct rig *rig)
{
	struct page *page = alloc_page(GFP_KERNEL), *run = cma_alloc(area(rig), 2, 0, false);

	assert_false(cma_release(area(rig), page, 1));
	assert_false(cma_release(area(rig), NULL, 1));
	assert_false(cma_release(NULL, run, 2));
	assert_true(cma_release(area(rig), run, 2));
	listens(rig);
	assert_false(cma_release(area(rig), run, 2));
	expects_warning(rig, "pages that are not taken");
	__free_page(page);
}

static void taken_pages_are_not_freed_as_ordinary_ones(struct rig *rig)
{
	struct page *run = cma_alloc(area(rig), 1, 0, false);

	listens(rig);
	__free_page(run);
	expects_warning(rig, "not allocated");
	assert_true(cma_release(area(rig), run, 1));
}

/* ---- devices -------------------------------------------------------------------------------- */

static void a_device_takes_from_the_area_that_the_board_gives_it(struct rig *rig)
{
	struct device *codec = harness_device(rig->h, "10050000.video-codec");
	struct page *page;

	assert_ptr_equal(dev_get_cma_area(codec), rig->dev->kernel->dma_contiguous_default_area);
	assert_int_equal(of_reserved_mem_device_init(codec), 0);
	assert_ptr_equal(dev_get_cma_area(codec), area(rig));
	page = dma_alloc_contiguous(codec, PAGE_SIZE, GFP_KERNEL);
	assert_int_equal(page_to_phys(page), CODEC_CMA);
	dma_free_contiguous(codec, page, PAGE_SIZE);
	of_reserved_mem_device_release(codec);
	assert_ptr_equal(dev_get_cma_area(codec), rig->dev->kernel->dma_contiguous_default_area);
}

static void coherent_memory_comes_from_the_devices_own_area(struct rig *rig)
{
	struct device *codec = harness_device(rig->h, "10050000.video-codec");
	dma_addr_t dma;
	void *p;

	assert_int_equal(of_reserved_mem_device_init(codec), 0);
	fills_area(rig);
	p = dma_alloc_coherent(codec, SZ_64K, &dma, GFP_KERNEL);
	assert_non_null(p);
	assert_true(dma >= CODEC_CMA && dma < CODEC_CMA + SZ_16M);
	expects_cpu_zeros(rig, p, SZ_64K);
	cpu_writes(rig, p, "uncached");
	cpu_dsb(rig->cpu, BARRIER_SY);
	expects_device_reads(rig, dma, "uncached");
	expects_bytes();
	dma_free_coherent(codec, SZ_64K, p, dma);
	frees_owned();
}

static void the_boards_default_area_is_the_machines(struct rig *rig)
{
	struct cma *cma = rig->dev->kernel->dma_contiguous_default_area;

	assert_string_equal(cma_get_name(cma), "linux,cma");
	assert_int_equal(cma_get_base(cma), 0xb0000000u - SZ_16M);
	assert_int_equal(cma_get_size(cma), SZ_16M);
}

static void one_page_is_not_taken_from_the_machines_area(struct rig *rig)
{
	struct page *page;

	assert_null(dma_alloc_contiguous(rig->dev, PAGE_SIZE, GFP_KERNEL));
	assert_null(dma_alloc_contiguous(rig->dev, SZ_64K, GFP_ATOMIC));
	page = dma_alloc_contiguous(rig->dev, SZ_64K, GFP_KERNEL);
	assert_int_equal(page_to_pfn(page) & 15, 0);
	dma_free_contiguous(rig->dev, page, SZ_64K);
	page = alloc_pages(GFP_KERNEL, 1);
	dma_free_contiguous(rig->dev, page, 2 * PAGE_SIZE);
	assert_false(dma_release_from_contiguous(rig->dev, page, 2));
}

static bool is_of_an_area(const struct rig *rig, const struct page *page)
{
	const struct cma *cma = dev_get_cma_area(rig->dev);

	return page_to_phys(page) - cma_get_base(cma) < cma_get_size(cma);
}

/* Who may wait for them to be cleared, and wants more than one: as in Linux. */
static void cached_memory_comes_from_an_area_too(struct rig *rig)
{
	dma_addr_t dma, dma_of_one, dma_at_once;
	struct page *page = dma_alloc_pages(rig->dev, SZ_64K, &dma, DMA_TO_DEVICE, GFP_KERNEL);
	struct page *one = dma_alloc_pages(rig->dev, PAGE_SIZE, &dma_of_one, DMA_TO_DEVICE,
					   GFP_KERNEL);
	struct page *at_once = dma_alloc_pages(rig->dev, SZ_64K, &dma_at_once, DMA_TO_DEVICE,
					       GFP_ATOMIC);

	assert_true(is_of_an_area(rig, page));
	assert_false(is_of_an_area(rig, one));
	assert_false(is_of_an_area(rig, at_once));
	dma_free_pages(rig->dev, SZ_64K, at_once, dma_at_once, DMA_TO_DEVICE);
	dma_free_pages(rig->dev, PAGE_SIZE, one, dma_of_one, DMA_TO_DEVICE);
	dma_free_pages(rig->dev, SZ_64K, page, dma, DMA_TO_DEVICE);
	listens(rig);
	dma_free_pages(rig->dev, SZ_64K, page, dma, DMA_TO_DEVICE);
	expects_warning(rig, "cma_release() of pages that are not taken");
	assert_ptr_equal(dma_alloc_pages(rig->dev, SZ_64K, &dma, DMA_TO_DEVICE, GFP_KERNEL), page);
	dma_free_pages(rig->dev, SZ_64K, page, dma, DMA_TO_DEVICE);
}

static void alignment_is_one_mebibyte_at_most(struct rig *rig)
{
	struct page *one = dma_alloc_from_contiguous(rig->dev, 1, 0, false);
	struct page *page = dma_alloc_from_contiguous(rig->dev, 512, 9, false);

	assert_int_equal(page_to_pfn(page) & 255, 0);
	assert_int_equal(page_to_pfn(page) & 511, 256);
	assert_true(dma_release_from_contiguous(rig->dev, page, 512));
	assert_true(dma_release_from_contiguous(rig->dev, one, 1));
}

static void coherent_memory_of_a_no_map_region_is_shared_by_its_devices(struct rig *rig)
{
	struct device *display = harness_device(rig->h, "10040000.display-controller");
	struct device *other = harness_device_new(rig->h, "overlay", rig->on->is & ON_COHERENT);
	dma_addr_t dma[2];
	void *p[2];

	other->of_node = display->of_node;
	assert_int_equal(of_reserved_mem_device_init(display), 0);
	assert_int_equal(of_reserved_mem_device_init(other), 0);
	p[0] = dma_alloc_coherent(display, SZ_64K, &dma[0], GFP_KERNEL);
	p[1] = dma_alloc_coherent(other, SZ_64K, &dma[1], GFP_KERNEL);
	assert_int_equal(dma[0], 0x8fe80000u);
	assert_int_equal(dma[1], 0x8fe90000u);
	cpu_writes(rig, p[0], "pixels");
	cpu_dsb(rig->cpu, BARRIER_SY);
	expects_device_reads(rig, dma[0], "pixels");
	dma_free_coherent(display, SZ_64K, p[0], dma[0]);
	dma_free_coherent(other, SZ_64K, p[1], dma[1]);
	of_reserved_mem_device_release(other);
	of_reserved_mem_device_release(display);
}

static void a_restricted_device_bounces_from_the_start(struct rig *rig)
{
	struct device *wlan = harness_device(rig->h, "10060000.ethernet");
	struct page *page = alloc_page(GFP_HIGHUSER);
	dma_addr_t dma = dma_map_page(wlan, page, 0, 64, DMA_TO_DEVICE);

	assert_int_equal(dma_mapping_error(wlan, dma), 0);
	assert_true(dma >= 0x90040000u && dma < 0x90240000u);
	dma_unmap_page(wlan, dma, 64, DMA_TO_DEVICE);
	__free_page(page);
}

static void a_region_that_is_not_there_is_an_error(struct rig *rig)
{
	struct device *eth = harness_device(rig->h, "10010000.ethernet");
	struct device *codec = harness_device(rig->h, "10050000.video-codec");

	assert_int_equal(of_reserved_mem_device_init(eth), -ENODEV);
	assert_int_equal(of_reserved_mem_device_init(rig->dev), -EINVAL);
	assert_int_equal(of_reserved_mem_device_init_by_idx(codec, codec->of_node, 1), -ENODEV);
	assert_int_equal(of_reserved_mem_device_init_by_idx(eth, codec->of_node, 0), 0);
	assert_ptr_equal(dev_get_cma_area(eth), area(rig));
}

/* ---- other boards ---------------------------------------------------------------------- */

static void a_size_that_is_asked_for_wins_over_the_board(void **state)
{
	const struct harness_config cfg = { .board = "a9-pl310-2g", .cma_bytes = SZ_64M };
	FILE *said = tmpfile();
	struct harness *h;
	struct cma *cma;

	printk_redirect(said);
	h = harness_start(&cfg, NULL);
	printk_redirect(NULL);
	cma = dev_get_cma_area(harness_device(h, "x"));
	assert_int_equal(cma_get_size(cma), SZ_64M);
	assert_string_equal(cma_get_name(cma), "reserved");
	assert_int_equal(harness_finish(h), 0);
	fclose(said);
}

/* The top of memory is where a region without a window goes, and that is highmem. */
static void an_area_in_highmem_gives_coherent_memory_elsewhere(void **state)
{
	struct board *b = fixture_board_a15();
	const struct machine_config cfg = { .board = b };
	struct board_reserved r = {
		.name = (char *)(uintptr_t)"linux,cma", .kind = RESERVED_SHARED_POOL,
		.len = SZ_4M, .is_reusable = true, .is_default_cma = true,
	};
	u64 dma_mask = DMA_BIT_MASK(32);
	struct device dev = { .init_name = "dev", .dma_mask = &dma_mask,
			      .coherent_dma_mask = DMA_BIT_MASK(32) };
	struct machine *m;
	struct kernel *k;
	dma_addr_t dma;
	char *p, got[8] = "";

	r.places = g_array_new(FALSE, FALSE, sizeof(struct board_bank));
	r.windows = g_array_new(FALSE, FALSE, sizeof(struct board_bank));
	g_ptr_array_add(b->reserved, &r);
	g_array_index(b->banks, struct board_bank, 0).len = SZ_1G;
	m = machine_new(&cfg, NULL);
	k = kernel_boot(m, NULL, NULL);
	assert_non_null(k);
	assert_int_equal(k->cma_pa, FIXTURE_DRAM_PA + SZ_1G - SZ_4M);
	dev.kernel = k;
	p = dma_alloc_coherent(&dev, SZ_64K, &dma, GFP_KERNEL);
	assert_non_null(p);
	assert_true(is_vmalloc_addr(p));
	assert_true(cpu_store(machine_cpu(m, 0), (u32)(uintptr_t)p, "direct", 6, NULL));
	cpu_dsb(machine_cpu(m, 0), BARRIER_SY);
	assert_true(machine_peek(m, VIEW_DRAM, dma, got, 6));
	assert_string_equal(got, "direct");
	dma_free_coherent(&dev, SZ_64K, p, dma);
	kernel_halt(k);
	machine_free(m);
	g_array_unref(r.places);
	g_array_unref(r.windows);
	board_free(b);
}

static const struct rig_test tests[] = {
	/*                                                            needs never */
	TEST_ON(who_cannot_move_never_gets_a_page_of_an_area,         0,    0),
	TEST_ON(an_area_lends_first_when_it_has_most_of_what_is_free, 0,    0),
	TEST_ON(pages_that_are_in_the_way_move_with_their_bytes,      0,    0),
	TEST_ON(a_run_with_a_pinned_page_is_passed_over,              0,    0),
	TEST_ON(with_a_pinned_page_in_every_run_there_is_none,        0,    0),
	TEST_ON(a_page_without_an_owner_stays,                        0,    0),
	TEST_ON(an_owner_that_fails_gets_its_page_back,               0,    0),
	TEST_ON(a_failed_allocation_costs_nobody_a_byte,              0,    0),
	TEST_ON(what_is_released_is_lent_again,                       0,    0),
	TEST_ON(what_is_not_of_the_area_is_not_released,              0,    0),
	TEST_ON(taken_pages_are_not_freed_as_ordinary_ones,           0,    0),
	TEST_ON(a_device_takes_from_the_area_that_the_board_gives_it, 0,    0),
	TEST_ON(coherent_memory_comes_from_the_devices_own_area,      0,    0),
	TEST_ON(the_boards_default_area_is_the_machines,              0,    0),
	TEST_ON(one_page_is_not_taken_from_the_machines_area,         0,    0),
	TEST_ON(cached_memory_comes_from_an_area_too,                 0,    0),
	TEST_ON(alignment_is_one_mebibyte_at_most,                    0,    0),
	TEST_ON(coherent_memory_of_a_no_map_region_is_shared_by_its_devices, 0, ON_BOUNCE),
	TEST_ON(a_restricted_device_bounces_from_the_start,           0,    0),
	TEST_ON(a_region_that_is_not_there_is_an_error,               0,    0),
};

static const struct CMUnitTest alone[] = {
	cmocka_unit_test(a_size_that_is_asked_for_wins_over_the_board),
	cmocka_unit_test(an_area_in_highmem_gives_coherent_memory_elsewhere),
};

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "alone"))
		return cmocka_run_group_tests_name("lib", alone, NULL, NULL);
	return rig_run_on(big_platforms, G_N_ELEMENTS(big_platforms), tests,
			  G_N_ELEMENTS(tests));
}
