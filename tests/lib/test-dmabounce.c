/* SPDX-License-Identifier: MIT */
/* dmabounce by itself; what it shares with every backend is in test-conformance.c. */
#include <asm/dma-mapping.h>
#include <linux/dma-map-ops.h>

#include "support/rig.h"
#include "lib/mm/kernel.h"

enum { SMALL = 512, LARGE = 4096 };

static int all_of_it(struct device *dev, dma_addr_t dma, size_t size)
{
	return 1;
}

static int nothing(struct device *dev, dma_addr_t dma, size_t size)
{
	return 0;
}

/* Two pages that this part's bus cannot be trusted with. */
static dma_addr_t bad_from;

static int a_bad_place(struct device *dev, dma_addr_t dma, size_t size)
{
	return dma < bad_from + 2 * PAGE_SIZE && dma + size > bad_from;
}

static void bounces(struct rig *rig, int (*needs)(struct device *, dma_addr_t, size_t))
{
	assert_int_equal(dmabounce_register_dev(rig->dev, SMALL, LARGE, needs), 0);
}

static void what_needs_no_bounce_is_mapped_directly(struct rig *rig)
{
	char *p = allocates(rig, 4 * PAGE_SIZE);
	dma_addr_t good, bad;

	bounces(rig, a_bad_place);
	bad_from = virt_to_phys(p) + PAGE_SIZE;
	good = maps(rig, p, PAGE_SIZE, DMA_TO_DEVICE);
	bad = maps(rig, p + PAGE_SIZE - 1, 2, DMA_TO_DEVICE);
	assert_int_equal(good, virt_to_phys(p));
	assert_int_not_equal(bad, virt_to_phys(p) + PAGE_SIZE - 1);
	dma_unmap_single(rig->dev, good, PAGE_SIZE, DMA_TO_DEVICE);
	dma_unmap_single(rig->dev, bad, 2, DMA_TO_DEVICE);
}

/* Blocks of a pool lie in one page, the next one a size further on. */
static void the_size_chooses_the_pool(struct rig *rig)
{
	char *p = allocates(rig, SZ_64K);
	dma_addr_t a[2], b[2], c;

	bounces(rig, all_of_it);
	for (int i = 0; i < 2; i++) {
		a[i] = maps(rig, p, i ? SMALL : 1, DMA_TO_DEVICE);
		b[i] = maps(rig, p, i ? LARGE : SMALL + 1, DMA_TO_DEVICE);
	}
	c = maps(rig, p, LARGE + 1, DMA_TO_DEVICE);
	assert_int_equal(a[0] & PAGE_MASK, a[1] & PAGE_MASK);
	assert_int_equal(a[1] - a[0], SMALL);
	assert_int_not_equal(b[0] & PAGE_MASK, b[1] & PAGE_MASK);
	assert_int_equal(c & ~PAGE_MASK, 0);
	for (int i = 0; i < 2; i++) {
		dma_unmap_single(rig->dev, a[i], i ? SMALL : 1, DMA_TO_DEVICE);
		dma_unmap_single(rig->dev, b[i], i ? LARGE : SMALL + 1, DMA_TO_DEVICE);
	}
	dma_unmap_single(rig->dev, c, LARGE + 1, DMA_TO_DEVICE);
}

/* swiotlb copies in FROM_DEVICE, too; here what an earlier mapping left comes out. */
static void bytes_that_the_device_left_alone_are_an_earlier_mappings(struct rig *rig)
{
	char *old = allocates(rig, SMALL), *new = allocates(rig, SMALL);
	dma_addr_t dma;

	bounces(rig, all_of_it);
	cpu_writes(rig, old, "....somebody else's");
	dma = maps(rig, old, SMALL, DMA_TO_DEVICE);
	dma_unmap_single(rig->dev, dma, SMALL, DMA_TO_DEVICE);
	cpu_writes(rig, new, "0123456789 and 9 more");
	dma = maps(rig, new, SMALL, DMA_FROM_DEVICE);
	device_writes(rig, dma + 32, "xx");
	dma_unmap_single(rig->dev, dma, SMALL, DMA_FROM_DEVICE);
	expects_cpu_reads(rig, new + 32, "xx");
	/* The pool's list of free blocks went through the first two words. */
	expects_cpu_reads(rig, new + 16, "e's");
}

static void the_direction_chooses_the_copies(struct rig *rig)
{
	static const struct {
		enum dma_data_direction dir;
		bool is_in, is_out;
	} cases[] = {
		{ DMA_TO_DEVICE, true, false }, { DMA_FROM_DEVICE, false, true },
		{ DMA_BIDIRECTIONAL, true, true },
	};
	char *p = allocates(rig, SMALL);

	bounces(rig, all_of_it);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		dma_addr_t dma;

		cpu_writes(rig, p + 100, "aaa");
		dma = maps(rig, p, SMALL, cases[i].dir);
		device_writes(rig, dma + 100, "bbb");
		cpu_writes(rig, p + 100, "ccc");
		dma_sync_single_for_device(rig->dev, dma + 100, 3, cases[i].dir);
		expects_device_reads(rig, dma + 100, cases[i].is_in ? "ccc" : "bbb");
		device_writes(rig, dma + 100, "ddd");
		dma_sync_single_for_cpu(rig->dev, dma + 100, 3, cases[i].dir);
		expects_cpu_reads(rig, p + 100, cases[i].is_out ? "ddd" : "ccc");
		device_writes(rig, dma + 100, "eee");
		dma_unmap_single(rig->dev, dma, SMALL, cases[i].dir);
		expects_cpu_reads(rig, p + 100, cases[i].is_out ? "eee" : "ccc");
	}
}

static void what_the_mask_misses_bounces_unasked(struct rig *rig)
{
	char *p = allocates(rig, SMALL);
	dma_addr_t dma;

	bounces(rig, nothing);
	dma = maps(rig, p, SMALL, DMA_TO_DEVICE);
	assert_int_equal(dma, virt_to_phys(p));
	dma_unmap_single(rig->dev, dma, SMALL, DMA_TO_DEVICE);
	*rig->dev->dma_mask = virt_to_phys(p) & ~(u64)(SZ_1M - 1);
	*rig->dev->dma_mask |= SZ_64K - 1;	/* bits 16 to 19 are missing */
	p = (char *)allocates(rig, SZ_512K) + SZ_64K;
	dma = maps(rig, p, SMALL, DMA_TO_DEVICE);
	assert_int_not_equal(dma, virt_to_phys(p));
	dma_unmap_single(rig->dev, dma, SMALL, DMA_TO_DEVICE);
}

static void more_than_the_mask_has_addresses_is_refused(struct rig *rig)
{
	char *p = allocates(rig, SZ_128K);

	bounces(rig, nothing);
	*rig->dev->dma_mask = 0xffff;
	listens(rig);
	assert_int_equal(dma_map_single(rig->dev, p, SZ_64K + 1, DMA_TO_DEVICE),
			 DMA_MAPPING_ERROR);
	expects_warning(rig, "eth0: DMA mapping too big (requested 0x10001 mask 0xffff)");
}

static void masks_cannot_be_set_any_longer(struct rig *rig)
{
	bounces(rig, nothing);
	assert_int_equal(dma_set_mask(rig->dev, DMA_BIT_MASK(32)), -EIO);
	dmabounce_unregister_dev(rig->dev);
	assert_int_equal(dma_set_mask(rig->dev, DMA_BIT_MASK(32)), 0);
}

static void unregistering_makes_it_direct_again(struct rig *rig)
{
	char *p = allocates(rig, SMALL);
	struct kernel *k = rig->dev->kernel;
	size_t nr_free = k->nr_free_pages;
	dma_addr_t dma;

	bounces(rig, all_of_it);
	dma = maps(rig, p, SMALL, DMA_TO_DEVICE);
	assert_int_not_equal(dma, virt_to_phys(p));
	dma_unmap_single(rig->dev, dma, SMALL, DMA_TO_DEVICE);
	dmabounce_unregister_dev(rig->dev);
	assert_int_equal(k->nr_free_pages, nr_free);
	assert_int_equal(maps(rig, p, SMALL, DMA_TO_DEVICE), virt_to_phys(p));
	listens(rig);
	dmabounce_unregister_dev(rig->dev);
	expects_warning(rig, "eth0: Never registered with dmabounce");
}

static void pending_buffers_are_said_and_dropped(struct rig *rig)
{
	bounces(rig, all_of_it);
	maps(rig, allocates(rig, SMALL), SMALL, DMA_TO_DEVICE);
	maps(rig, allocates(rig, SZ_8K), SZ_8K, DMA_FROM_DEVICE);
	listens(rig);
	dmabounce_unregister_dev(rig->dev);
	expects_warning(rig, "eth0: Removing from dmabounce with pending buffers!");
}

static void an_unmap_that_does_not_fit_is_a_warning(struct rig *rig)
{
	char *p = allocates(rig, SMALL);
	dma_addr_t dma;

	bounces(rig, all_of_it);
	dma = maps(rig, p, 100, DMA_TO_DEVICE);
	listens(rig);
	dma_sync_single_for_device(rig->dev, dma + 90, 20, DMA_TO_DEVICE);
	expects_warning(rig, "syncing 20 bytes, 10 are left of the safe buffer");
	listens(rig);
	dma_unmap_single(rig->dev, dma, 200, DMA_TO_DEVICE);
	expects_warning(rig, "unmapping 200 bytes, direction 1, of a safe buffer of 100 bytes");
}

static void every_allocation_may_fail(struct rig *rig)
{
	char *p = allocates(rig, SMALL);
	struct kernel *k = rig->dev->kernel;
	size_t nr_free = k->nr_free_pages;
	int err = -ENOMEM;
	dma_addr_t dma;
	unsigned nth;

	for (nth = 1; err == -ENOMEM; nth++) {
		harness_fail_allocation(rig->h, nth);
		err = dmabounce_register_dev(rig->dev, SMALL, LARGE, all_of_it);
		harness_fail_allocation(rig->h, 0);
		assert_true(err == 0 || err == -ENOMEM);
		if (err)
			assert_int_equal(k->nr_free_pages, nr_free);
	}
	assert_true(nth > 2);
	for (nth = 1; nth < 3; nth++) {
		listens(rig);
		harness_fail_allocation(rig->h, nth);
		dma = dma_map_single(rig->dev, p, SMALL, DMA_TO_DEVICE);
		harness_fail_allocation(rig->h, 0);
		assert_int_equal(dma, DMA_MAPPING_ERROR);
		expects_warning(rig, "unable to map unsafe buffer");
	}
}

static const struct rig_test tests[] = {
	/*                                                              needs  never */
	TEST_ON(what_needs_no_bounce_is_mapped_directly,                0,     ON_BOUNCE),
	TEST_ON(the_size_chooses_the_pool,                              0,     0),
	TEST_ON(bytes_that_the_device_left_alone_are_an_earlier_mappings, 0,   0),
	TEST_ON(the_direction_chooses_the_copies,                       0,     0),
	TEST_ON(what_the_mask_misses_bounces_unasked,                   0,     ON_BOUNCE),
	TEST_ON(more_than_the_mask_has_addresses_is_refused,            0,     0),
	TEST_ON(masks_cannot_be_set_any_longer,                         0,     0),
	TEST_ON(unregistering_makes_it_direct_again,                    0,     ON_BOUNCE),
	TEST_ON(pending_buffers_are_said_and_dropped,                   0,     0),
	TEST_ON(an_unmap_that_does_not_fit_is_a_warning,                0,     0),
	TEST_ON(every_allocation_may_fail,                              ON_FAST, 0),
};

int main(void)
{
	return rig_run(tests, G_N_ELEMENTS(tests));
}
