/* SPDX-License-Identifier: MIT */
/* Memory for both sides at once: its strategies, and why mapping it twice goes wrong. */
#include <linux/dma-map-ops.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>
#include <armdma/observe.h>

#include "lib/mm/kernel.h"
#include "support/rig.h"

#define LEN		(3 * PAGE_SIZE)
#define NR_SEEDS	48

static void *gets(struct rig *rig, size_t len, dma_addr_t *ret_dma)
{
	void *p = dma_alloc_coherent(rig->dev, len, ret_dma, GFP_KERNEL);

	if (!p)
		fail_msg("dma_alloc_coherent(%zu) failed on %s", len, rig->on->name);
	return p;
}

/* Before ARMv6 what is not cached is Strongly-ordered, or at most buffered. */
static enum cacheability cacheability_of(struct rig *rig, const void *p)
{
	struct translation t = cpu_translate(rig->cpu, (uint32_t)(uintptr_t)p, true);

	assert_int_equal(t.fault.kind, FAULT_NONE);
	if (rig->on->is & ON_V5 && t.attrs.type != MEM_NORMAL)
		return CACHE_NONE;
	assert_int_equal(t.attrs.type, MEM_NORMAL);
	assert_int_equal(t.attrs.inner, t.attrs.outer);
	return t.attrs.inner;
}

static void both_see_each_other_without_a_sync(struct rig *rig)
{
	dma_addr_t dma;
	char *p = gets(rig, LEN, &dma);

	for (unsigned i = 0; i < 4; i++) {
		cpu_fills(rig, p, LEN, 2 * i);
		expects_device_finds(rig, dma, LEN, 2 * i);
		device_fills(rig, dma, LEN, 2 * i + 1);
		expects_cpu_finds(rig, p, LEN, 2 * i + 1);
	}
	dma_free_coherent(rig->dev, LEN, p, dma);
}

static void it_is_zero_for_both_whatever_was_there(struct rig *rig)
{
	uint8_t zeros[LEN] = { 0 }, got[LEN];

	for (unsigned i = 0; i < 3; i++) {
		dma_addr_t dma;
		char *p = gets(rig, LEN, &dma);

		cpu_load(rig->cpu, (uint32_t)(uintptr_t)p, got, LEN, NULL);
		assert_memory_equal(got, zeros, LEN);
		master_read(rig->hw, dma, got, LEN);
		assert_memory_equal(got, zeros, LEN);
		cpu_fills(rig, p, LEN, i + 1);
		dma_free_coherent(rig->dev, LEN, p, dma);
	}
}

static void it_is_aligned_to_its_order(struct rig *rig)
{
	static const size_t lens[] = { 1, 4096, 4097, 12288, 65536, 65537, 262144 };

	for (size_t i = 0; i < G_N_ELEMENTS(lens); i++) {
		size_t align = PAGE_SIZE << get_order(lens[i]);
		dma_addr_t dma, page_dma;
		void *page = gets(rig, 1, &page_dma);
		void *p = gets(rig, lens[i], &dma);

		assert_int_equal(dma & (align - 1), 0);
		if (!(rig->on->is & (ON_TWICE | ON_ELSEWHERE)))
			assert_int_equal((uintptr_t)p & (align - 1), 0);
		dma_free_coherent(rig->dev, lens[i], p, dma);
		dma_free_coherent(rig->dev, 1, page, page_dma);
	}
}

static void it_is_uncached_for_a_device_that_does_not_snoop(struct rig *rig)
{
	dma_addr_t dma;
	void *p = gets(rig, LEN, &dma);

	assert_int_equal(cacheability_of(rig, p), CACHE_NONE);
	dma_free_coherent(rig->dev, LEN, p, dma);
}

static void it_is_cached_for_a_device_that_snoops(struct rig *rig)
{
	dma_addr_t dma;
	void *p = gets(rig, LEN, &dma);

	assert_int_not_equal(cacheability_of(rig, p), CACHE_NONE);
	assert_int_equal(virt_to_phys(p), dma);
	dma_free_coherent(rig->dev, LEN, p, dma);
}

/* How many live translations lead to the memory. */
static size_t aliases(struct rig *rig, dma_addr_t dma)
{
	struct translation t[4];

	return cpu_find_aliases(rig->cpu, dma, t, G_N_ELEMENTS(t));
}

static void cma_memory_has_one_mapping_and_is_given_back_cached(struct rig *rig)
{
	dma_addr_t dma;
	char *p = gets(rig, LEN, &dma);

	assert_int_equal(aliases(rig, dma), 1);
	assert_int_equal(virt_to_phys(p), dma);
	dma_free_coherent(rig->dev, LEN, p, dma);
	assert_int_equal(aliases(rig, dma), 1);
	assert_int_not_equal(cacheability_of(rig, p), CACHE_NONE);
}

static void the_second_mapping_lasts_until_the_memory_is_freed(struct rig *rig)
{
	dma_addr_t dma;
	char *p = gets(rig, LEN, &dma);
	void *linear = phys_to_virt(dma);

	assert_true(is_vmalloc_addr(p));
	assert_int_equal(aliases(rig, dma), 2);
	assert_int_equal(cacheability_of(rig, p), CACHE_NONE);
	assert_int_not_equal(cacheability_of(rig, linear), CACHE_NONE);
	dma_free_coherent(rig->dev, LEN, p, dma);
	assert_int_equal(aliases(rig, dma), 1);
	assert_int_equal(cpu_translate(rig->cpu, (uint32_t)(uintptr_t)p, false).fault.kind,
			 FAULT_TRANSLATION);
}

static void atomic_memory_comes_from_a_pool_of_256_kib(struct rig *rig)
{
	struct machine_counters before, after;
	void *p[65];
	dma_addr_t dma[65];
	int nr = 0;

	machine_count(rig->m, &before);
	while (nr < 65 && (p[nr] = dma_alloc_coherent(rig->dev, PAGE_SIZE, &dma[nr], GFP_ATOMIC)))
		nr++;
	machine_count(rig->m, &after);
	assert_int_equal(nr, 64);
	assert_int_equal(after.tlb_invalidations, before.tlb_invalidations);
	assert_int_equal(cacheability_of(rig, p[0]), CACHE_NONE);
	dma_free_coherent(rig->dev, PAGE_SIZE, p[10], dma[10]);
	assert_ptr_equal(dma_alloc_coherent(rig->dev, PAGE_SIZE, &dma[10], GFP_ATOMIC), p[10]);
	while (nr--)
		dma_free_coherent(rig->dev, PAGE_SIZE, p[nr], dma[nr]);
}

static phys_addr_t accepted_below;

static bool is_accepted(struct device *dev, phys_addr_t pa, size_t size)
{
	return pa < accepted_below;
}

static void whoever_asks_the_pool_itself_gets_its_pages(struct rig *rig)
{
	struct page *page;
	void *va, *other;

	page = dma_alloc_from_pool(rig->dev, 3 * PAGE_SIZE, &va, GFP_ATOMIC, NULL);
	assert_non_null(page);
	assert_int_equal(cpu_translate(rig->cpu, (u32)(uintptr_t)va, false).pa,
			 page_to_phys(page));
	assert_int_equal(cacheability_of(rig, va), CACHE_NONE);
	accepted_below = page_to_phys(page);
	assert_null(dma_alloc_from_pool(rig->dev, PAGE_SIZE, &other, GFP_ATOMIC | __GFP_NOWARN,
					is_accepted));
	accepted_below = PHYS_ADDR_MAX;
	assert_non_null(dma_alloc_from_pool(rig->dev, PAGE_SIZE, &other, GFP_ATOMIC,
					    is_accepted));
	assert_null(dma_alloc_from_pool(rig->dev, SZ_8M, &other, GFP_ATOMIC | __GFP_NOWARN, NULL));
	assert_false(dma_free_from_pool(rig->dev, rig, PAGE_SIZE));
	assert_false(dma_free_from_pool(rig->dev, va, SZ_8M));
	assert_true(dma_free_from_pool(rig->dev, other, PAGE_SIZE));
	assert_true(dma_free_from_pool(rig->dev, va, 3 * PAGE_SIZE));
	assert_ptr_equal(dma_alloc_from_pool(rig->dev, PAGE_SIZE, &other, GFP_ATOMIC, NULL), page);
	assert_ptr_equal(other, va);
	assert_true(dma_free_from_pool(rig->dev, other, PAGE_SIZE));
}

/* The rig asks for 1 MiB: coherent_pool=1M. */
static void the_pool_is_as_large_as_it_was_asked_to_be(struct rig *rig)
{
	void *p[17];
	dma_addr_t dma[17];
	int nr = 0;

	while (nr < 17 && (p[nr] = dma_alloc_coherent(rig->dev, SZ_64K, &dma[nr], GFP_KERNEL)))
		nr++;
	assert_int_equal(nr, 16);
	assert_null(dma_alloc_coherent(rig->dev, PAGE_SIZE, &dma[16], GFP_ATOMIC));
	while (nr--)
		dma_free_coherent(rig->dev, SZ_64K, p[nr], dma[nr]);
}

/* What touches page tables, or waits for other CPUs, is neither done nor needed. */
static void atomic_allocation_works_with_interrupts_off(struct rig *rig)
{
	unsigned long flags;
	dma_addr_t dma;
	void *p;

	listens(rig);
	local_irq_save(flags);
	p = dma_alloc_coherent(rig->dev, PAGE_SIZE, &dma, GFP_ATOMIC);
	local_irq_restore(flags);
	expects_warning(rig, NULL);
	assert_non_null(p);
	dma_free_coherent(rig->dev, PAGE_SIZE, p, dma);
}

static void atomic_memory_is_zero_again_for_its_next_owner(struct rig *rig)
{
	dma_addr_t dma;
	void *p = dma_alloc_coherent(rig->dev, PAGE_SIZE, &dma, GFP_ATOMIC);

	cpu_fills(rig, p, PAGE_SIZE, 7);
	dma_free_coherent(rig->dev, PAGE_SIZE, p, dma);
	assert_ptr_equal(dma_alloc_coherent(rig->dev, PAGE_SIZE, &dma, GFP_ATOMIC), p);
	expects_cpu_zeros(rig, p, PAGE_SIZE);
	dma_free_coherent(rig->dev, PAGE_SIZE, p, dma);
}

static void what_may_sleep_warns_where_it_must_not(struct rig *rig)
{
	spinlock_t lock = __SPIN_LOCK_UNLOCKED(lock);
	unsigned long flags;
	dma_addr_t dma;
	void *p;

	listens(rig);
	spin_lock_irqsave(&lock, flags);
	p = gets(rig, PAGE_SIZE, &dma);
	spin_unlock_irqrestore(&lock, flags);
	expects_warning(rig, "BUG: sleeping function called from invalid context");
	listens(rig);
	preempt_disable();
	dma_free_coherent(rig->dev, PAGE_SIZE, p, dma);
	preempt_enable();
	expects_warning(rig, NULL);
}

static void freeing_with_interrupts_off_warns_and_frees(struct rig *rig)
{
	unsigned long flags;
	dma_addr_t dma;
	void *p = gets(rig, PAGE_SIZE, &dma);

	listens(rig);
	local_irq_save(flags);
	assert_true(irqs_disabled());
	dma_free_coherent(rig->dev, PAGE_SIZE, p, dma);
	local_irq_restore(flags);
	assert_false(irqs_disabled());
	expects_warning(rig, "eth0: dma_free_attrs() with interrupts off");
	assert_ptr_equal(gets(rig, PAGE_SIZE, &dma), p);
	dma_free_coherent(rig->dev, PAGE_SIZE, p, dma);
}

static void exhaustion_is_null_and_freeing_helps(struct rig *rig)
{
	static void *p[4096];
	static dma_addr_t dma[4096];
	int nr = 0, again = 0;

	while (nr < 4096 && (p[nr] = dma_alloc_coherent(rig->dev, SZ_64K, &dma[nr], GFP_KERNEL)))
		nr++;
	assert_in_range(nr, 16, 4095);
	for (int i = 0; i < nr; i++)
		dma_free_coherent(rig->dev, SZ_64K, p[i], dma[i]);
	while (again < 4096 &&
	       (p[again] = dma_alloc_coherent(rig->dev, SZ_64K, &dma[again], GFP_KERNEL)))
		again++;
	assert_int_equal(again, nr);
	while (again--)
		dma_free_coherent(rig->dev, SZ_64K, p[again], dma[again]);
}

static void any_failing_allocation_is_null_and_leaks_nothing(struct rig *rig)
{
	dma_addr_t dma = 42, first_dma;
	void *first, *p;
	unsigned nth = 1;

	first = gets(rig, LEN, &first_dma);
	dma_free_coherent(rig->dev, LEN, first, first_dma);
	for (;; nth++) {
		harness_fail_allocation(rig->h, nth);
		p = dma_alloc_coherent(rig->dev, LEN, &dma, GFP_KERNEL);
		if (p)
			break;
		assert_int_equal(dma, 42);
	}
	harness_fail_allocation(rig->h, 0);
	assert_true(nth > 1);
	assert_ptr_equal(p, first);
	assert_int_equal(dma, first_dma);
	dma_free_coherent(rig->dev, LEN, p, dma);
}

static void senseless_requests_are_refused(struct rig *rig)
{
	dma_addr_t dma;

	listens(rig);
	assert_null(dma_alloc_coherent(rig->dev, LEN, &dma, GFP_KERNEL | __GFP_COMP));
	expects_warning(rig, "cannot be a compound page");
	assert_null(dma_alloc_coherent(rig->dev, 0, &dma, GFP_KERNEL));
	assert_null(dma_alloc_coherent(rig->dev, SZ_1G, &dma, GFP_KERNEL));
	dma_free_coherent(rig->dev, LEN, NULL, 0);
	listens(rig);
	dma_free_coherent(rig->dev, LEN, (void *)&dma, 0);
	expects_warning(rig, "eth0: freeing invalid buffer");
}

static void out_of_the_masks_reach_there_is_nothing(struct rig *rig)
{
	dma_addr_t dma;
	void *p;

	rig->dev->coherent_dma_mask = 0xffff;
	assert_null(dma_alloc_coherent(rig->dev, PAGE_SIZE, &dma, GFP_KERNEL));
	rig->dev->coherent_dma_mask = DMA_BIT_MASK(32);
	p = gets(rig, PAGE_SIZE, &dma);
	dma_free_coherent(rig->dev, PAGE_SIZE, p, dma);
}

static void write_combining_memory_is_uncached_too(struct rig *rig)
{
	dma_addr_t dma;
	void *p = dma_alloc_wc(rig->dev, LEN, &dma, GFP_KERNEL);

	assert_non_null(p);
	assert_int_equal(cacheability_of(rig, p), CACHE_NONE);
	dma_free_wc(rig->dev, LEN, p, dma);
}

static void without_a_kernel_mapping_there_is_a_cookie(struct rig *rig)
{
	dma_addr_t dma;
	struct page *page = dma_alloc_attrs(rig->dev, LEN, &dma, GFP_KERNEL,
					    DMA_ATTR_NO_KERNEL_MAPPING);

	assert_int_equal(page_to_phys(page), dma);
	dma_free_attrs(rig->dev, LEN, page, dma, DMA_ATTR_NO_KERNEL_MAPPING);
}

static void repaired_such_memory_is_cleared_and_in_no_cache(struct rig *rig)
{
	void *before = allocates(rig, PAGE_SIZE);
	uint8_t zeros[PAGE_SIZE] = { 0 }, got[PAGE_SIZE];
	struct page *page;
	dma_addr_t dma;

	rig->dev->kernel->config.is_repaired = true;
	cpu_fills(rig, before, PAGE_SIZE, 1);
	kfree(before);
	page = dma_alloc_attrs(rig->dev, PAGE_SIZE, &dma, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);
	assert_non_null(page);
	master_read(rig->hw, dma, got, PAGE_SIZE);
	assert_memory_equal(got, zeros, PAGE_SIZE);
	assert_false(machine_line(rig->m, 1, dma).is_valid);
	dma_free_attrs(rig->dev, PAGE_SIZE, page, dma, DMA_ATTR_NO_KERNEL_MAPPING);
	assert_ptr_equal(dma_alloc_attrs(rig->dev, PAGE_SIZE, &dma, GFP_KERNEL,
					 DMA_ATTR_NO_KERNEL_MAPPING), page);
	dma_free_attrs(rig->dev, PAGE_SIZE, page, dma, DMA_ATTR_NO_KERNEL_MAPPING);
}

static void the_handle_may_be_in_simulated_memory(struct rig *rig)
{
	dma_addr_t *handle = allocates(rig, sizeof(*handle));
	dma_addr_t dma = 0;
	char *p = dma_alloc_coherent(rig->dev, LEN, handle, GFP_KERNEL);

	cpu_load(rig->cpu, (uint32_t)(uintptr_t)handle, &dma, sizeof(dma), NULL);
	device_writes(rig, dma, "here");
	expects_cpu_reads(rig, p, "here");
	dma_free_coherent(rig->dev, LEN, p, dma);
}

/* ---- 2011 ------------------------------------------------------------------------- */

static struct rig *with_chance(struct rig *rig, uint64_t seed)
{
	return rig_new(rig->on, CHOOSER_RANDOM, seed);
}

/*
 * A device counts up in a descriptor that the driver polls; does it always see it?
 * Hardware takes its freedom on watched lines: they are watched from before the
 * memory is allocated, since a fill while it changes its kind would be stale, too.
 */
static bool polling_goes_wrong(struct rig *rig)
{
	dma_addr_t dma;
	char *desc = gets(rig, PAGE_SIZE, &dma);
	bool is_wrong = false;

	dma_free_coherent(rig->dev, PAGE_SIZE, desc, dma);
	machine_watch(rig->m, dma, PAGE_SIZE);
	desc = gets(rig, PAGE_SIZE, &dma);
	for (uint32_t i = 1; i <= 32; i++) {
		uint32_t seen = 0;

		master_write(rig->hw, dma, &i, sizeof(i));
		cpu_load(rig->cpu, (uint32_t)(uintptr_t)desc, &seen, sizeof(seen), NULL);
		is_wrong |= seen != i;
	}
	machine_unwatch(rig->m, dma, PAGE_SIZE);
	dma_free_coherent(rig->dev, PAGE_SIZE, desc, dma);
	return is_wrong;
}

static unsigned seeds_that_go_wrong(struct rig *rig)
{
	unsigned nr = 0;

	for (uint64_t seed = 0; seed < NR_SEEDS; seed++) {
		struct rig *r = with_chance(rig, seed);

		nr += polling_goes_wrong(r);
		rig_free(r);
	}
	return nr;
}

static void polling_through_the_second_mapping_goes_stale(struct rig *rig)
{
	assert_in_range(seeds_that_go_wrong(rig), NR_SEEDS / 2, NR_SEEDS);
}

static void polling_never_goes_stale(struct rig *rig)
{
	assert_int_equal(seeds_that_go_wrong(rig), 0);
}

static const struct rig_test tests[] = {
	/*                                                       needs        never */
	TEST_ON(both_see_each_other_without_a_sync,              0,           0),
	TEST_ON(it_is_zero_for_both_whatever_was_there,          0,           0),
	TEST_ON(it_is_aligned_to_its_order,                      0,           ON_POOL),
	TEST_ON(it_is_uncached_for_a_device_that_does_not_snoop, 0,           ON_COHERENT),
	TEST_ON(it_is_cached_for_a_device_that_snoops,           ON_COHERENT, 0),
	TEST_ON(cma_memory_has_one_mapping_and_is_given_back_cached, 0,
		ON_COHERENT | ON_TWICE | ON_POOL | ON_ELSEWHERE),
	TEST_ON(the_second_mapping_lasts_until_the_memory_is_freed, ON_LEGACY, 0),
	TEST_ON(the_second_mapping_lasts_until_the_memory_is_freed, ON_REMAP, 0),
	TEST_ON(atomic_memory_comes_from_a_pool_of_256_kib,      0,
		ON_COHERENT | ON_LEGACY | ON_POOL | ON_CARVEOUT),
	TEST_ON(whoever_asks_the_pool_itself_gets_its_pages,     0,
		ON_COHERENT | ON_LEGACY | ON_CARVEOUT),
	TEST_ON(the_pool_is_as_large_as_it_was_asked_to_be,      ON_POOL,     0),
	TEST_ON(atomic_allocation_works_with_interrupts_off,     0,           0),
	TEST_ON(atomic_memory_is_zero_again_for_its_next_owner,  0, ON_COHERENT | ON_LEGACY),
	TEST_ON(what_may_sleep_warns_where_it_must_not,          0,           ON_COHERENT),
	TEST_ON(freeing_with_interrupts_off_warns_and_frees,     0,           0),
	TEST_ON(exhaustion_is_null_and_freeing_helps,            0,
		ON_COHERENT | ON_POOL | ON_REMAP | ON_HIGHMEM),
	/* A device that snoops is served elsewhere when a contiguous area fails. */
	TEST_ON(any_failing_allocation_is_null_and_leaks_nothing, 0,          ON_COHERENT),
	TEST_ON(senseless_requests_are_refused,                  0,           0),
	TEST_ON(out_of_the_masks_reach_there_is_nothing,         0,           0),
	TEST_ON(write_combining_memory_is_uncached_too,          0,           ON_COHERENT),
	TEST_ON(without_a_kernel_mapping_there_is_a_cookie,      0,           0),
	TEST_ON(repaired_such_memory_is_cleared_and_in_no_cache, 0,           ON_COHERENT),
	TEST_ON(the_handle_may_be_in_simulated_memory,           0,           0),
	TEST_ON(polling_through_the_second_mapping_goes_stale,   ON_LEGACY | ON_PL310, 0),
	TEST_ON(polling_through_the_second_mapping_goes_stale,   ON_REMAP | ON_PL310, ON_OVERRIDE),
	TEST_ON(polling_never_goes_stale,                        0, ON_TWICE | ON_FAST | ON_BOUNCE),
	TEST_ON(polling_never_goes_stale,                        ON_LEGACY,   ON_PL310),
	TEST_ON(polling_never_goes_stale,                        ON_REMAP,    ON_PL310),
	TEST_ON(polling_never_goes_stale,                        ON_REMAP | ON_OVERRIDE, 0),
};

int main(void)
{
	return rig_run_strategies(tests, G_N_ELEMENTS(tests));
}
