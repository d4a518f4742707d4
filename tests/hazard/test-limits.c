/* SPDX-License-Identifier: MIT */
/*
 * Where rules that need no luck end: order between CPU and device, what a map is given, what
 * nobody wrote. What each of them finds is tests/zoo's; here is what it must not find, and
 * what only just counts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <armdma/bus.h>
#include <armdma/cpu.h>
#include <armdma/harness.h>
#include <linux/dmapool.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include "verbs.h"

#define FLAG	64u
#define BODY	0u

struct bench {
	struct harness *h;
	struct device *dev;
	void __iomem *bell;
	u8 *ring;
	dma_addr_t dma;
};

static bool bell_read(void *opaque, struct cpu *c, uint64_t reg, unsigned len, uint64_t *ret)
{
	*ret = 0;
	return true;
}

static bool bell_write(void *opaque, struct cpu *c, uint64_t reg, unsigned len, uint64_t value)
{
	return true;
}

static const struct bus_ops bell_ops = { .read = bell_read, .write = bell_write };

static void starts_with(struct bench *b, const char *name,
			enum coherent_strategy coherent)
{
	struct harness_config cfg = {
		.board = name, .coherent = coherent, .hazards.is_quiet = true,
	};
	uint64_t pa;

	*b = (struct bench){ .h = harness_start_or_exit(&cfg) };
	b->dev = harness_device_new(b->h, "nic", false);
	pa = bus_find_room(harness_machine(b->h), 4096);
	bus_attach(harness_machine(b->h), &(struct bus_device){
		.pa = pa, .len = 4096, .ops = &bell_ops, .opaque = b });
	b->bell = ioremap(pa, 4096);
	b->ring = dma_alloc_coherent(b->dev, 4096, &b->dma, GFP_KERNEL);
	assert_non_null(b->ring);
}

static void starts(struct bench *b)
{
	starts_with(b, "a9-pl310", COHERENT_CMA);
}

static u64 count(const struct bench *b, enum hazard_class c)
{
	return hazard_count(harness_hazards(b->h), c);
}

static void ends(struct bench *b, u64 nr)
{
	dma_free_coherent(b->dev, 4096, b->ring, b->dma);
	iounmap(b->bell);
	assert_int_equal(count(b, NR_HAZARD_CLASSES), nr);
	assert_int_equal(harness_finish(b->h), nr ? 1 : 0);
}

/* ---- stores, and doorbells ------------------------------------------------------------ */

static void a_dmb_before_the_doorbell_is_enough(void **state)
{
	struct bench b;

	starts(&b);
	cpu_writes(b.ring, 1);
	dma_wmb();
	writel_relaxed(1, b.bell);
	device_reads(b.dev, b.dma, 4);
	ends(&b, 0);
}

static void what_is_stored_after_the_doorbell_is_no_part_of_it(void **state)
{
	struct bench b;

	starts(&b);
	writel_relaxed(1, b.bell);
	cpu_writes(b.ring, 1);
	device_reads(b.dev, b.dma, 4);
	ends(&b, 0);
}

static void a_device_that_looks_once_all_is_visible_finds_it(void **state)
{
	struct bench b;

	starts(&b);
	cpu_writes(b.ring, 1);
	writel_relaxed(1, b.bell);
	wmb();
	device_reads(b.dev, b.dma, 4);
	ends(&b, 0);
}

static void a_doorbell_too_early_is_told_once_for_each_pair_of_sites(void **state)
{
	struct bench b;

	starts(&b);
	for (u8 i = 1; i < 4; i++) {
		cpu_writes(b.ring, i);
		writel_relaxed(1, b.bell);
		device_reads(b.dev, b.dma, 4);
	}
	assert_int_equal(count(&b, HAZARD_DOORBELL_EARLY), 3);
	ends(&b, 3);
}

static void before_armv6_stores_keep_their_order(void **state)
{
	struct bench b;

	starts_with(&b, "arm926", COHERENT_CMA);
	cpu_writes(b.ring, 1);
	writel_relaxed(1, b.bell);
	device_reads(b.dev, b.dma, 4);
	ends(&b, 0);
}

static void body_and_flag_in_one_burst_are_nobodys_order(void **state)
{
	struct bench b;

	starts(&b);
	cpu_writes(b.ring + FLAG, 1);
	cpu_writes(b.ring + BODY, 2);
	device_reads(b.dev, b.dma, 2 * FLAG);	/* line by line, the younger one first */
	ends(&b, 0);
}

static void a_body_that_was_read_before_the_flag_is_no_news(void **state)
{
	struct bench b;

	starts(&b);
	cpu_writes(b.ring + BODY, 2);
	cpu_writes(b.ring + FLAG, 1);
	device_reads(b.dev, b.dma + BODY, 1);
	device_reads(b.dev, b.dma + FLAG, 1);
	device_reads(b.dev, b.dma + BODY, 1);
	ends(&b, 0);
}

static void a_flag_before_its_body_counts(void **state)
{
	struct bench b;

	starts(&b);
	cpu_writes(b.ring + BODY, 2);
	cpu_writes(b.ring + FLAG, 1);
	device_reads(b.dev, b.dma + FLAG, 1);
	device_reads(b.dev, b.dma + BODY, 1);
	assert_int_equal(count(&b, HAZARD_STORES_REORDERED), 1);
	ends(&b, 1);
}

/* ---- loads --------------------------------------------------------------------------------- */

static void completes(struct bench *b, u8 value)
{
	device_writes(b->dev, b->dma + BODY, value, 1);
	device_writes(b->dev, b->dma + FLAG, value, 1);
}

static void a_barrier_after_the_look_keeps_loads_in_order(void **state)
{
	struct bench b;

	starts(&b);
	cpu_reads(b.ring + FLAG);
	completes(&b, 1);
	cpu_reads(b.ring + FLAG);
	dma_rmb();
	cpu_reads(b.ring + BODY);
	ends(&b, 0);
}

static void a_barrier_for_stores_keeps_no_loads_in_order(void **state)
{
	struct bench b;

	starts(&b);
	cpu_reads(b.ring + FLAG);
	completes(&b, 1);
	cpu_reads(b.ring + FLAG);
	dma_wmb();
	cpu_reads(b.ring + BODY);
	assert_int_equal(count(&b, HAZARD_LOAD_REORDERED), 1);
	ends(&b, 1);
}

static void what_was_there_before_the_last_barrier_cannot_be_older(void **state)
{
	struct bench b;

	starts(&b);
	cpu_reads(b.ring + FLAG);
	completes(&b, 1);
	rmb();
	cpu_reads(b.ring + FLAG);
	cpu_reads(b.ring + BODY);
	ends(&b, 0);
}

static void who_has_not_waited_for_it_learns_nothing_from_it(void **state)
{
	struct bench b;

	starts(&b);
	completes(&b, 1);
	cpu_reads(b.ring + FLAG);
	cpu_reads(b.ring + BODY);
	ends(&b, 0);
}

static void two_flags_that_are_polled_need_no_order(void **state)
{
	struct bench b;

	starts(&b);
	for (u8 i = 1; i < 4; i++) {
		cpu_reads(b.ring + FLAG);
		cpu_reads(b.ring + BODY);
		completes(&b, i);
	}
	ends(&b, 0);
}

static void a_write_that_changes_nothing_is_no_news(void **state)
{
	struct bench b;

	starts(&b);
	cpu_reads(b.ring + FLAG);
	device_writes(b.dev, b.dma + BODY, 0, 1);
	device_writes(b.dev, b.dma + FLAG, 1, 1);
	cpu_reads(b.ring + FLAG);
	cpu_reads(b.ring + BODY);
	ends(&b, 0);
}

/* ---- what a map is given ------------------------------------------------------------ */

static void maps(struct bench *b, void *p, size_t len)
{
	dma_addr_t dma = dma_map_single(b->dev, p, len, DMA_TO_DEVICE);

	assert_int_equal(dma_mapping_error(b->dev, dma), 0);
	dma_unmap_single(b->dev, dma, len, DMA_TO_DEVICE);
}

static void a_piece_of_kmalloc_is_mapped_to_its_end_and_no_further(void **state)
{
	struct bench b;
	u8 *p;

	starts(&b);
	p = kzalloc(100, GFP_KERNEL);		/* a piece of 128 */
	maps(&b, p, 128);
	maps(&b, p + 64, 64);
	assert_int_equal(count(&b, HAZARD_MAP_PAST_ALLOCATION), 0);
	maps(&b, p + 64, 65);
	assert_int_equal(count(&b, HAZARD_MAP_PAST_ALLOCATION), 1);
	kfree(p);
	ends(&b, 1);
}

static void whole_pages_of_kmalloc_end_where_they_end(void **state)
{
	struct bench b;
	u8 *p;

	starts(&b);
	p = kzalloc(3 * PAGE_SIZE, GFP_KERNEL);	/* four */
	maps(&b, p, 4 * PAGE_SIZE);
	maps(&b, p + 64, 4 * PAGE_SIZE);
	assert_int_equal(count(&b, HAZARD_MAP_PAST_ALLOCATION), 1);
	kfree(p);
	ends(&b, 1);
}

static void an_object_of_a_cache_ends_where_the_next_begins(void **state)
{
	struct kmem_cache *cache;
	struct bench b;
	u8 *p;

	starts(&b);
	cache = kmem_cache_create("request", 256, 64, 0, NULL);
	p = kmem_cache_zalloc(cache, GFP_KERNEL);
	maps(&b, p, 256);
	maps(&b, p, 257);
	assert_int_equal(count(&b, HAZARD_MAP_PAST_ALLOCATION), 1);
	kmem_cache_free(cache, p);
	kmem_cache_destroy(cache);
	ends(&b, 1);
}

static void pages_side_by_side_may_be_merged(void **state)
{
	struct page *a, *next;
	struct bench b;

	starts(&b);
	a = alloc_page(GFP_KERNEL);
	next = alloc_page(GFP_KERNEL);
	assert_ptr_equal(next, a + 1);		/* the lowest free one, each time */
	maps(&b, page_address(a), 2 * PAGE_SIZE);
	__free_page(a);
	__free_page(next);
	ends(&b, 0);
}

/* ---- the rest -------------------------------------------------------------------------- */

static void attributes_that_change_nothing_may_be_left_out(void **state)
{
	struct bench b;
	dma_addr_t dma;
	void *p;

	starts(&b);
	p = dma_alloc_wc(b.dev, 4096, &dma, GFP_KERNEL);
	dma_free_coherent(b.dev, 4096, p, dma);
	ends(&b, 0);
}

static void what_must_not_sleep_may_be_called_anywhere(void **state)
{
	unsigned long flags;
	struct bench b;
	dma_addr_t dma;
	void *p;

	starts(&b);
	local_irq_save(flags);
	p = dma_alloc_coherent(b.dev, 4096, &dma, GFP_ATOMIC);
	local_irq_restore(flags);
	dma_free_coherent(b.dev, 4096, p, dma);
	ends(&b, 0);
}

static void a_block_is_read_by_whoever_has_written_it(void **state)
{
	struct dma_pool *pool;
	struct bench b;
	dma_addr_t dma;
	u8 *p;

	starts(&b);
	pool = dma_pool_create("block", b.dev, 64, 64, 0);
	p = dma_pool_alloc(pool, GFP_KERNEL, &dma);
	cpu_writes(p, 1);
	device_writes(b.dev, dma + 8, 2, 4);
	cpu_reads(p);
	cpu_reads(p + 11);
	cpu_scans(p, 64);			/* a copy of it all */
	assert_int_equal(count(&b, HAZARD_READ_UNINITIALISED), 0);
	cpu_reads(p + 12);
	assert_int_equal(count(&b, HAZARD_READ_UNINITIALISED), 1);
	dma_pool_free(pool, p, dma);
	p = dma_pool_zalloc(pool, GFP_KERNEL, &dma);
	cpu_reads(p + 12);
	dma_pool_free(pool, p, dma);
	dma_pool_destroy(pool);
	ends(&b, 1);
}

static void the_linear_map_is_an_alias_where_it_is_left_as_it_was(void **state)
{
	struct bench b;

	starts_with(&b, "a9-pl310", COHERENT_REMAP);
	assert_int_equal(count(&b, HAZARD_ALIAS_ATTRIBUTES), 1);	/* that it is there */
	cpu_reads(phys_to_virt(b.dma));
	assert_int_equal(count(&b, HAZARD_COHERENT_ALIAS), 1);		/* that it is used */
	ends(&b, 2);
}

static void code_that_is_new_to_the_cache_is_what_memory_holds(void **state)
{
	u8 code[64];
	struct bench b;
	dma_addr_t dma;
	u8 *p;

	starts(&b);
	p = kmalloc(64, GFP_KERNEL);
	dma = dma_map_single(b.dev, p, 64, DMA_FROM_DEVICE);
	assert_int_equal(dma_mapping_error(b.dev, dma), 0);
	device_writes(b.dev, dma, 0x5a, 64);
	dma_unmap_single(b.dev, dma, 64, DMA_FROM_DEVICE);
	assert_true(cpu_fetch(machine_cpu(harness_machine(b.h), 0), (u32)(uintptr_t)p, code, 64,
			      NULL));
	assert_int_equal(code[63], 0x5a);
	kfree(p);
	ends(&b, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dmb_before_the_doorbell_is_enough),
		cmocka_unit_test(what_is_stored_after_the_doorbell_is_no_part_of_it),
		cmocka_unit_test(a_device_that_looks_once_all_is_visible_finds_it),
		cmocka_unit_test(a_doorbell_too_early_is_told_once_for_each_pair_of_sites),
		cmocka_unit_test(before_armv6_stores_keep_their_order),
		cmocka_unit_test(body_and_flag_in_one_burst_are_nobodys_order),
		cmocka_unit_test(a_body_that_was_read_before_the_flag_is_no_news),
		cmocka_unit_test(a_flag_before_its_body_counts),
		cmocka_unit_test(a_barrier_after_the_look_keeps_loads_in_order),
		cmocka_unit_test(a_barrier_for_stores_keeps_no_loads_in_order),
		cmocka_unit_test(what_was_there_before_the_last_barrier_cannot_be_older),
		cmocka_unit_test(who_has_not_waited_for_it_learns_nothing_from_it),
		cmocka_unit_test(two_flags_that_are_polled_need_no_order),
		cmocka_unit_test(a_write_that_changes_nothing_is_no_news),
		cmocka_unit_test(a_piece_of_kmalloc_is_mapped_to_its_end_and_no_further),
		cmocka_unit_test(whole_pages_of_kmalloc_end_where_they_end),
		cmocka_unit_test(an_object_of_a_cache_ends_where_the_next_begins),
		cmocka_unit_test(pages_side_by_side_may_be_merged),
		cmocka_unit_test(attributes_that_change_nothing_may_be_left_out),
		cmocka_unit_test(what_must_not_sleep_may_be_called_anywhere),
		cmocka_unit_test(a_block_is_read_by_whoever_has_written_it),
		cmocka_unit_test(the_linear_map_is_an_alias_where_it_is_left_as_it_was),
		cmocka_unit_test(code_that_is_new_to_the_cache_is_what_memory_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
