/* SPDX-License-Identifier: MIT */
/* Where the rules about blocks of pools begin and end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib.h>

#include <linux/dmapool.h>
#include <armdma/harness.h>
#include "verbs.h"

#define DESC	16		/* two in a line */
#define NR	4

struct rig {
	struct harness *h;
	struct device *eth;
	struct dma_pool *pool;
	u8 *va[NR];		/* one behind the other */
	dma_addr_t dma[NR];
};

static struct rig starts(void)
{
	const struct harness_config cfg = { .board = "a9-pl310", .hazards.is_quiet = true };
	g_autoptr(GError) error = NULL;
	struct rig rig = { .h = harness_start(&cfg, &error) };

	if (!rig.h)
		fail_msg("%s", error->message);
	rig.eth = harness_device_new(rig.h, "eth0", false);
	rig.pool = dma_pool_create("desc", rig.eth, DESC, DESC, 0);
	for (unsigned i = 0; i < NR; i++)
		rig.va[i] = dma_pool_alloc(rig.pool, GFP_KERNEL, &rig.dma[i]);
	return rig;
}

static void gives(struct rig *rig, unsigned i)
{
	dma_pool_free(rig->pool, rig->va[i], rig->dma[i]);
}

static void has_only(const struct rig *rig, enum hazard_class c, uint64_t times)
{
	const struct hazard_engine *e = harness_hazards(rig->h);

	assert_int_equal(hazard_count(e, c), times);
	assert_int_equal(hazard_count(e, NR_HAZARD_CLASSES), times);
}

/* All that is left is given back, and the run ends. */
static void ends(struct rig *rig, unsigned first_left, int status)
{
	for (unsigned i = first_left; i < NR; i++)
		gives(rig, i);
	dma_pool_destroy(rig->pool);
	assert_int_equal(harness_finish(rig->h), status);
}

static void all_of_a_block_may_be_used_by_both(void **state)
{
	struct rig rig = starts();

	for (unsigned i = 0; i < NR; i++) {
		cpu_fills(rig.va[i], (u8)i, DESC);
		device_reads(rig.eth, rig.dma[i], DESC);
		device_writes(rig.eth, rig.dma[i], 7, DESC);
		cpu_scans(rig.va[i], DESC);
	}
	has_only(&rig, HAZARD_POOL_OVERRUN, 0);
	ends(&rig, 0, 0);
}

static void one_byte_past_a_block_is_an_overrun(void **state)
{
	struct rig rig = starts();

	cpu_fills(rig.va[0], 1, DESC + 1);	/* into one that is given, in the same line */
	has_only(&rig, HAZARD_POOL_OVERRUN, 1);
	cpu_reads(rig.va[NR - 1] + DESC);	/* into one that never was */
	has_only(&rig, HAZARD_POOL_OVERRUN, 2);
	device_writes(rig.eth, rig.dma[NR - 1], 1, DESC + 1);
	has_only(&rig, HAZARD_POOL_OVERRUN, 3);
	ends(&rig, 0, 1);
}

static void a_device_that_writes_a_page_overruns(void **state)
{
	struct rig rig = starts();

	device_writes(rig.eth, rig.dma[0], 0, 4096);
	has_only(&rig, HAZARD_POOL_OVERRUN, 1);
	ends(&rig, NR, 1);
}

static void a_write_that_runs_into_a_free_block_is_an_overrun(void **state)
{
	struct rig rig = starts();

	gives(&rig, 1);
	cpu_fills(rig.va[0], 1, DESC + 4);
	has_only(&rig, HAZARD_POOL_OVERRUN, 1);
	gives(&rig, 0);
	ends(&rig, 2, 1);
}

static void a_block_is_free_from_the_call_on_until_it_is_given_again(void **state)
{
	struct rig rig = starts();

	gives(&rig, 2);
	cpu_reads(rig.va[2] + 8);
	has_only(&rig, HAZARD_POOL_USE_AFTER_FREE, 1);
	device_reads(rig.eth, rig.dma[2], 4);
	has_only(&rig, HAZARD_POOL_USE_AFTER_FREE, 2);
	rig.va[2] = dma_pool_zalloc(rig.pool, GFP_KERNEL, &rig.dma[2]);
	cpu_writes(rig.va[2], 1);
	device_writes(rig.eth, rig.dma[2], 1, 4);
	has_only(&rig, HAZARD_POOL_USE_AFTER_FREE, 2);
	ends(&rig, 0, 1);
}

static void a_block_belongs_to_the_pool_that_gave_it(void **state)
{
	struct rig rig = starts();
	struct dma_pool *other = dma_pool_create("other", rig.eth, DESC, DESC, 0);
	dma_addr_t dma;

	dma_pool_alloc(other, GFP_KERNEL, &dma);
	dma_pool_free(other, rig.va[0], rig.dma[0]);
	has_only(&rig, HAZARD_POOL_FREE, 1);
	ends(&rig, 1, 1);	/* one too few, and the other's count is even */
}

static void a_block_has_one_dma_address(void **state)
{
	struct rig rig = starts();

	dma_pool_free(rig.pool, rig.va[0], rig.dma[1]);
	has_only(&rig, HAZARD_POOL_FREE, 1);
	ends(&rig, 1, 1);
}

static void what_no_pool_gave_cannot_be_freed(void **state)
{
	struct rig rig = starts();
	u8 *buf = kmalloc(DESC, GFP_KERNEL);

	dma_pool_free(rig.pool, rig.va[0] + 4, rig.dma[0] + 4);
	has_only(&rig, HAZARD_POOL_FREE, 1);
	dma_pool_free(rig.pool, buf, virt_to_phys(buf));
	has_only(&rig, HAZARD_POOL_FREE, 2);
	kfree(buf);
	harness_finish(rig.h);
}

static void a_pool_that_nobody_destroys_is_one_leak(void **state)
{
	struct rig rig = starts();

	for (unsigned i = 0; i < NR; i++)
		gives(&rig, i);
	assert_int_equal(harness_finish(rig.h), 1);
}

static void a_busy_pool_is_told_of_once(void **state)
{
	struct rig rig = starts();

	dma_pool_destroy(rig.pool);
	has_only(&rig, HAZARD_POOL_BUSY, 1);
	device_writes(rig.eth, rig.dma[0], 1, 4);	/* why the memory stays */
	has_only(&rig, HAZARD_POOL_BUSY, 1);
	assert_int_equal(harness_finish(rig.h), 1);
}

static void memory_that_was_a_pools_is_anybodys(void **state)
{
	struct rig rig = starts();
	dma_addr_t dma;
	u8 *va;

	for (unsigned i = 0; i < NR; i++)
		gives(&rig, i);
	dma_pool_destroy(rig.pool);
	va = dma_alloc_coherent(rig.eth, 4096, &dma, GFP_KERNEL);
	assert_ptr_equal(va, rig.va[0]);
	cpu_fills(va, 1, 4096);
	device_writes(rig.eth, dma, 2, 4096);
	dma_free_coherent(rig.eth, 4096, va, dma);
	assert_int_equal(harness_finish(rig.h), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_a_block_may_be_used_by_both),
		cmocka_unit_test(one_byte_past_a_block_is_an_overrun),
		cmocka_unit_test(a_device_that_writes_a_page_overruns),
		cmocka_unit_test(a_write_that_runs_into_a_free_block_is_an_overrun),
		cmocka_unit_test(a_block_is_free_from_the_call_on_until_it_is_given_again),
		cmocka_unit_test(a_block_belongs_to_the_pool_that_gave_it),
		cmocka_unit_test(a_block_has_one_dma_address),
		cmocka_unit_test(what_no_pool_gave_cannot_be_freed),
		cmocka_unit_test(a_pool_that_nobody_destroys_is_one_leak),
		cmocka_unit_test(a_busy_pool_is_told_of_once),
		cmocka_unit_test(memory_that_was_a_pools_is_anybodys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
