/* SPDX-License-Identifier: MIT */
/*
 * Addresses of the ARM32 backend: how large a space becomes, and which address comes next,
 * against a twin that has one byte for each page. Linux's own code judges the same in suite
 * kernel.
 */
#include <string.h>

#include "lib/dma/arm-iommu.h"
#include "support/rig.h"

#define BITMAP_PAGES	32768u

/* What the space of @size bytes at @base becomes. */
static struct dma_iommu_mapping space(struct rig *rig, dma_addr_t base, u64 size)
{
	struct dma_iommu_mapping m = { .kernel = rig->dev->kernel };

	assert_int_equal(arm_iova_layout(&m, base, size), 0);
	assert_int_equal(arm_iova_init(&m), 0);
	return m;
}

static void expects_layout(struct rig *rig, u64 size, size_t bits, unsigned int extensions)
{
	struct dma_iommu_mapping m = space(rig, 0, size);

	if (m.bits != bits || m.extensions != extensions)
		fail_msg("%#llx bytes: %u bitmaps of %zu pages, expected %u of %zu",
			 (unsigned long long)size, m.extensions, m.bits, extensions, bits);
	assert_int_equal(m.nr_bitmaps, 1);
	arm_iova_done(&m);
}

static void a_space_is_of_whole_words_of_an_arm(struct rig *rig)
{
	expects_layout(rig, 4096, 32, 1);
	expects_layout(rig, 32 * 4096, 32, 1);
	expects_layout(rig, 33 * 4096, 64, 1);
	expects_layout(rig, 33 * 4096 - 1, 32, 1);
	expects_layout(rig, SZ_128M, BITMAP_PAGES, 1);
}

static void of_many_bitmaps_only_whole_ones_count(struct rig *rig)
{
	expects_layout(rig, SZ_128M + SZ_64M, BITMAP_PAGES, 1);
	expects_layout(rig, SZ_256M, BITMAP_PAGES, 2);
	expects_layout(rig, SZ_256M - 1, BITMAP_PAGES, 2);
	expects_layout(rig, SZ_4G, BITMAP_PAGES, 32);
}

static void a_space_of_nothing_or_too_much_is_refused(struct rig *rig)
{
	struct dma_iommu_mapping m = { .kernel = rig->dev->kernel };

	assert_int_equal(arm_iova_layout(&m, 0, 0), -EINVAL);
	assert_int_equal(arm_iova_layout(&m, 0, 4095), -EINVAL);
	assert_int_equal(arm_iova_layout(&m, 0, SZ_4G + 1), -ERANGE);
	assert_int_equal(arm_iova_layout(&m, 0, 1ull << 40), -ERANGE);
}

static void the_first_address_is_the_base_even_0(struct rig *rig)
{
	struct dma_iommu_mapping zero = space(rig, 0, SZ_64M);
	struct dma_iommu_mapping high = space(rig, 0x80000000, SZ_64M);

	assert_int_equal(arm_iova_alloc(&zero, 1), 0);
	assert_int_equal(arm_iova_alloc(&zero, 4096), 4096);
	assert_int_equal(arm_iova_alloc(&high, 4097), 0x80000000);
	assert_int_equal(arm_iova_alloc(&high, 1), 0x80002000);
	arm_iova_done(&zero);
	arm_iova_done(&high);
}

static void addresses_are_multiples_of_the_size_but_at_most_of_1_mib(struct rig *rig)
{
	struct dma_iommu_mapping m = space(rig, 0, SZ_64M);

	assert_int_equal(arm_iova_alloc(&m, 4096), 0);
	assert_int_equal(arm_iova_alloc(&m, 3 * 4096), 4 * 4096);
	assert_int_equal(arm_iova_alloc(&m, SZ_64K), SZ_64K);
	assert_int_equal(arm_iova_alloc(&m, SZ_4M), SZ_1M);
	assert_int_equal(arm_iova_alloc(&m, 4096), 4096);
	arm_iova_done(&m);
}

static void no_address_range_runs_from_one_bitmap_into_the_next(struct rig *rig)
{
	struct dma_iommu_mapping m = space(rig, 0, SZ_256M);

	assert_int_equal(arm_iova_alloc(&m, SZ_64M), 0);
	assert_int_equal(arm_iova_alloc(&m, SZ_128M), SZ_128M);
	assert_int_equal(m.nr_bitmaps, 2);
	assert_true(arm_iova_alloc(&m, SZ_128M) == DMA_MAPPING_ERROR);
	assert_true(arm_iova_alloc(&m, SZ_256M) == DMA_MAPPING_ERROR);
	arm_iova_free(&m, 0, SZ_64M);
	assert_int_equal(arm_iova_alloc(&m, SZ_128M), 0);
	arm_iova_done(&m);
}

/* As in Linux: the bitmap is made, and stays, when it cannot hold the request either. */
static void a_request_that_fits_nowhere_still_makes_the_next_bitmap(struct rig *rig)
{
	struct dma_iommu_mapping m = space(rig, 0, SZ_4G);

	for (unsigned i = 2; i <= 32; i++) {
		assert_true(arm_iova_alloc(&m, SZ_256M) == DMA_MAPPING_ERROR);
		assert_int_equal(m.nr_bitmaps, i);
	}
	assert_true(arm_iova_alloc(&m, SZ_256M) == DMA_MAPPING_ERROR);
	assert_int_equal(m.nr_bitmaps, 32);
	arm_iova_done(&m);
}

static void without_memory_for_a_bitmap_there_is_no_address(struct rig *rig)
{
	struct dma_iommu_mapping m = space(rig, 0, SZ_4G);

	assert_int_equal(arm_iova_alloc(&m, SZ_128M), 0);
	harness_fail_allocation(rig->h, 1);
	assert_true(arm_iova_alloc(&m, 4096) == DMA_MAPPING_ERROR);
	assert_int_equal(arm_iova_alloc(&m, 4096), SZ_128M);
	arm_iova_done(&m);
}

static void what_is_of_no_bitmap_is_not_freed(struct rig *rig)
{
	struct dma_iommu_mapping m = space(rig, SZ_1M, SZ_64M);
	static const struct {
		dma_addr_t iova;
		size_t size;
	} wrong[] = {
		{ 0, 4096 }, { SZ_1M - 4096, 4096 }, { SZ_64M + SZ_1M, 4096 },
		{ SZ_64M + SZ_1M - 4096, 8192 }, { DMA_MAPPING_ERROR - 4095, 4096 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		listens(rig);
		arm_iova_free(&m, wrong[i].iova, wrong[i].size);
		expects_warning(rig, "are not of this address space");
	}
	listens(rig);
	arm_iova_free(&m, SZ_1M, 0);
	expects_warning(rig, NULL);
	arm_iova_done(&m);
}

/* ---- the twin ------------------------------------------------------------------------ */

struct twin {
	uint8_t is_used[3 * BITMAP_PAGES];
	unsigned nr_bitmaps;
};

static bool twin_is_free(const struct twin *t, unsigned first, unsigned nr)
{
	for (unsigned i = first; i < first + nr; i++)
		if (t->is_used[i])
			return false;
	return true;
}

/* Its page number, or -1. */
static long twin_alloc(struct twin *t, unsigned nr)
{
	unsigned align = 1;

	while (align < nr && align < 256)
		align *= 2;
	for (unsigned b = 0; b < 3; b++) {
		for (unsigned i = 0; i + nr <= BITMAP_PAGES; i += align) {
			if (twin_is_free(t, b * BITMAP_PAGES + i, nr)) {
				memset(t->is_used + b * BITMAP_PAGES + i, 1, nr);
				return (long)(b * BITMAP_PAGES + i);
			}
		}
	}
	return -1;
}

static void random_requests_get_the_lowest_place_that_fits(struct rig *rig)
{
	enum { NR = 300, MOVES = 6000 };
	struct dma_iommu_mapping m = space(rig, SZ_16M, 3 * SZ_128M);
	struct twin *t = g_new0(struct twin, 1);
	g_autoptr(GRand) rand = g_rand_new_with_seed(7);
	struct {
		long page;
		unsigned nr;
	} live[NR] = { { 0, 0 } };

	for (int move = 0; move < MOVES; move++) {
		int i = g_rand_int_range(rand, 0, NR);
		dma_addr_t got;

		if (live[i].nr) {
			memset(t->is_used + live[i].page, 0, live[i].nr);
			arm_iova_free(&m, SZ_16M + ((dma_addr_t)live[i].page << PAGE_SHIFT),
				      (size_t)live[i].nr << PAGE_SHIFT);
			live[i].nr = 0;
			continue;
		}
		live[i].nr = 1u << g_rand_int_range(rand, 0, 12);
		live[i].nr += (unsigned)g_rand_int_range(rand, 0, (int)live[i].nr);
		live[i].page = twin_alloc(t, live[i].nr);
		got = arm_iova_alloc(&m, (size_t)live[i].nr << PAGE_SHIFT);
		if (live[i].page < 0) {
			assert_true(got == DMA_MAPPING_ERROR);
			live[i].nr = 0;
		} else {
			assert_int_equal(got, SZ_16M + ((dma_addr_t)live[i].page << PAGE_SHIFT));
		}
	}
	g_free(t);
	arm_iova_done(&m);
}

static const struct rig_test tests[] = {
	TEST_ON(a_space_is_of_whole_words_of_an_arm, 0, 0),
	TEST_ON(of_many_bitmaps_only_whole_ones_count, 0, 0),
	TEST_ON(a_space_of_nothing_or_too_much_is_refused, 0, 0),
	TEST_ON(the_first_address_is_the_base_even_0, 0, 0),
	TEST_ON(addresses_are_multiples_of_the_size_but_at_most_of_1_mib, 0, 0),
	TEST_ON(no_address_range_runs_from_one_bitmap_into_the_next, 0, 0),
	TEST_ON(a_request_that_fits_nowhere_still_makes_the_next_bitmap, 0, 0),
	TEST_ON(without_memory_for_a_bitmap_there_is_no_address, 0, 0),
	TEST_ON(what_is_of_no_bitmap_is_not_freed, 0, 0),
	TEST_ON(random_requests_get_the_lowest_place_that_fits, 0, 0),
};

static const struct platform where[] = {
	{ .name = "a7-quad-fast", .board = "a7-quad", .is = ON_FAST },
};

int main(void)
{
	return rig_run_on(where, G_N_ELEMENTS(where), tests, G_N_ELEMENTS(tests));
}
