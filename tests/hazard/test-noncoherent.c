/* SPDX-License-Identifier: MIT */
/* Memory of dma_alloc_pages() and its like: what the ledger knows of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib.h>

#include <armdma/cpu.h>
#include <armdma/harness.h>
#include "verbs.h"

#define LEN	256

struct rig {
	struct harness *h;
	struct device *eth;
	dma_addr_t dma;
	u8 *va;
};

static struct rig starts_on(const char *name, bool is_bounced)
{
	const struct harness_config cfg = {
		.board = name, .swiotlb_force = is_bounced, .hazards.is_quiet = true,
	};
	g_autoptr(GError) error = NULL;
	struct rig rig = { .h = harness_start(&cfg, &error) };

	if (!rig.h)
		fail_msg("%s", error->message);
	rig.eth = harness_device_new(rig.h, "eth0", false);
	return rig;
}

static struct rig gets(enum dma_data_direction dir)
{
	struct rig rig = starts_on("a9-pl310", false);

	rig.va = dma_alloc_noncoherent(rig.eth, LEN, &rig.dma, dir, GFP_KERNEL);
	assert_non_null(rig.va);
	return rig;
}

static void has_only(const struct rig *rig, enum hazard_class c)
{
	const struct hazard_engine *e = harness_hazards(rig->h);
	uint64_t nr = hazard_count(e, c);

	if (!nr)
		fail_msg("%s was not reported", hazard_title(c));
	assert_int_equal(hazard_count(e, NR_HAZARD_CLASSES), nr);
}

static void ends_clean(struct rig *rig)
{
	assert_int_equal(harness_finish(rig->h), 0);
}

/* The driver's misuse may warn, and that is not what is tested. */
static void ends_dirty(struct rig *rig)
{
	assert_int_equal(harness_finish(rig->h), 1);
}

/* ---- giving back -------------------------------------------------------------------- */

static void memory_that_is_given_back_as_it_was_taken_is_no_hazard(void **state)
{
	struct rig rig = gets(DMA_BIDIRECTIONAL);
	struct sg_table *sgt;
	struct page *page;

	dma_free_pages(rig.eth, LEN, virt_to_page(rig.va), rig.dma, DMA_BIDIRECTIONAL);
	page = dma_alloc_pages(rig.eth, LEN, &rig.dma, DMA_TO_DEVICE, GFP_KERNEL);
	dma_free_noncoherent(rig.eth, LEN, page_address(page), rig.dma, DMA_TO_DEVICE);
	sgt = dma_alloc_noncontiguous(rig.eth, LEN, DMA_FROM_DEVICE, GFP_KERNEL, 0);
	dma_sync_sgtable_for_device(rig.eth, sgt, DMA_FROM_DEVICE);
	device_writes(rig.eth, sg_dma_address(sgt->sgl), 0x11, LEN);
	dma_sync_sgtable_for_cpu(rig.eth, sgt, DMA_FROM_DEVICE);
	cpu_reads(dma_vmap_noncontiguous(rig.eth, LEN, sgt));
	dma_free_noncontiguous(rig.eth, LEN, sgt, DMA_FROM_DEVICE);
	ends_clean(&rig);
}

static void memory_that_is_never_given_back_has_leaked(void **state)
{
	struct rig rig = gets(DMA_TO_DEVICE);

	harness_unbind(rig.eth);
	has_only(&rig, HAZARD_MAPPING_LEAKED);
	ends_dirty(&rig);
}

static void a_list_that_is_never_given_back_has_leaked(void **state)
{
	struct rig rig = starts_on("a9-pl310", false);

	assert_non_null(dma_alloc_noncontiguous(rig.eth, LEN, DMA_TO_DEVICE, GFP_KERNEL, 0));
	harness_unbind(rig.eth);
	has_only(&rig, HAZARD_MAPPING_LEAKED);
	ends_dirty(&rig);
}

static void another_size_is_noticed(void **state)
{
	struct rig rig = gets(DMA_TO_DEVICE);

	dma_free_noncoherent(rig.eth, LEN + 1, rig.va, rig.dma, DMA_TO_DEVICE);
	has_only(&rig, HAZARD_UNMAP_SIZE);
	ends_dirty(&rig);
}

static void another_direction_is_noticed(void **state)
{
	struct rig rig = gets(DMA_TO_DEVICE);

	dma_free_noncoherent(rig.eth, LEN, rig.va, rig.dma, DMA_FROM_DEVICE);
	has_only(&rig, HAZARD_UNMAP_DIRECTION);
	ends_dirty(&rig);
}

static void the_function_for_coherent_memory_is_the_wrong_one(void **state)
{
	struct rig rig = gets(DMA_BIDIRECTIONAL);

	dma_free_coherent(rig.eth, LEN, rig.va, rig.dma);
	has_only(&rig, HAZARD_UNMAP_FUNCTION);
	ends_dirty(&rig);
}

static void the_function_for_cached_memory_is_the_wrong_one_for_coherent(void **state)
{
	struct rig rig = starts_on("a15-lpae", false);
	struct device *snoops = harness_device_new(rig.h, "snoops", true);
	void *p = dma_alloc_coherent(snoops, LEN, &rig.dma, GFP_KERNEL);

	dma_free_noncoherent(snoops, LEN, p, rig.dma, DMA_BIDIRECTIONAL);
	has_only(&rig, HAZARD_UNMAP_FUNCTION);
	ends_dirty(&rig);
}

static void an_unmap_does_not_give_it_back(void **state)
{
	struct rig rig = gets(DMA_TO_DEVICE);

	dma_unmap_single(rig.eth, rig.dma, LEN, DMA_TO_DEVICE);
	has_only(&rig, HAZARD_UNMAP_FUNCTION);
	ends_dirty(&rig);
}

static void giving_it_back_twice_is_noticed(void **state)
{
	struct rig rig = gets(DMA_TO_DEVICE);

	dma_free_noncoherent(rig.eth, LEN, rig.va, rig.dma, DMA_TO_DEVICE);
	dma_free_noncoherent(rig.eth, LEN, rig.va, rig.dma, DMA_TO_DEVICE);
	has_only(&rig, HAZARD_UNMAP_UNKNOWN);
	ends_dirty(&rig);
}

static void pages_freed_behind_its_back_are_noticed(void **state)
{
	struct rig rig = gets(DMA_TO_DEVICE);

	__free_page(virt_to_page(rig.va));
	has_only(&rig, HAZARD_FREE_WHILE_MAPPED);
	ends_dirty(&rig);
}

static void a_device_that_goes_on_is_noticed(void **state)
{
	struct rig rig = gets(DMA_TO_DEVICE);

	dma_sync_single_for_device(rig.eth, rig.dma, LEN, DMA_TO_DEVICE);
	dma_free_noncoherent(rig.eth, LEN, rig.va, rig.dma, DMA_TO_DEVICE);
	device_reads(rig.eth, rig.dma, LEN);
	has_only(&rig, HAZARD_DEVICE_ACCESS_UNMAPPED);
	ends_dirty(&rig);
}

/* ---- whose it is ------------------------------------------------------------------------ */

static void it_is_the_cpus_until_a_sync_and_the_devices_after(void **state)
{
	struct rig rig = gets(DMA_BIDIRECTIONAL);

	cpu_fills(rig.va, 0x11, LEN);
	cpu_reads(rig.va);
	assert_int_equal(hazard_count(harness_hazards(rig.h), NR_HAZARD_CLASSES), 0);
	dma_sync_single_for_device(rig.eth, rig.dma, LEN, DMA_BIDIRECTIONAL);
	cpu_reads(rig.va);
	has_only(&rig, HAZARD_CPU_READ_WHILE_MAPPED);
	dma_free_noncoherent(rig.eth, LEN, rig.va, rig.dma, DMA_BIDIRECTIONAL);
	ends_dirty(&rig);
}

static void a_device_that_reads_before_the_sync_reads_old_bytes(void **state)
{
	struct rig rig = gets(DMA_TO_DEVICE);

	cpu_fills(rig.va, 0x11, LEN);
	device_reads(rig.eth, rig.dma, LEN);
	has_only(&rig, HAZARD_DEVICE_READ_STALE);
	dma_free_noncoherent(rig.eth, LEN, rig.va, rig.dma, DMA_TO_DEVICE);
	ends_dirty(&rig);
}

/* ---- dirty lines under what a device writes --------------------------------------------- */

static void zeros_in_the_cache_may_go_over_what_the_device_writes(void **state)
{
	struct rig rig = gets(DMA_FROM_DEVICE);

	device_writes(rig.eth, rig.dma, 0x11, LEN);
	has_only(&rig, HAZARD_DEVICE_WRITE_OVER_DIRTY);
	dma_free_noncoherent(rig.eth, LEN, rig.va, rig.dma, DMA_FROM_DEVICE);
	ends_dirty(&rig);
}

/* Cleaning the line is what an eviction does to it, at a moment of our choice. */
static void and_when_they_do_what_is_lost_is_shown(void **state)
{
	struct rig rig = gets(DMA_FROM_DEVICE);
	struct cpu *cpu = machine_cpu(harness_machine(rig.h), 0);
	const struct hazard_engine *e = harness_hazards(rig.h);

	device_writes(rig.eth, rig.dma, 0x11, LEN);
	cpu_dc_range(cpu, DC_CLEAN, (uint32_t)(uintptr_t)rig.va, LEN);
	dma_sync_single_for_device(rig.eth, rig.dma, LEN, DMA_TO_DEVICE);
	assert_int_equal(hazard_count(e, HAZARD_DEVICE_WRITE_OVER_DIRTY), LEN / 32);
	assert_int_not_equal(hazard_count(e, HAZARD_DEVICE_WRITE_LOST), 0);
	dma_free_noncoherent(rig.eth, LEN, rig.va, rig.dma, DMA_FROM_DEVICE);
	ends_dirty(&rig);
}

static void a_store_after_the_sync_for_the_cpu_is_as_bad(void **state)
{
	struct rig rig = gets(DMA_BIDIRECTIONAL);

	dma_sync_single_for_device(rig.eth, rig.dma, LEN, DMA_BIDIRECTIONAL);
	device_writes(rig.eth, rig.dma, 0x11, LEN);
	dma_sync_single_for_cpu(rig.eth, rig.dma, LEN, DMA_BIDIRECTIONAL);
	cpu_reads(rig.va);
	cpu_writes(rig.va, 0x22);
	device_writes(rig.eth, rig.dma + 64, 0x33, 64);	/* other lines: harmless */
	assert_int_equal(hazard_count(harness_hazards(rig.h), NR_HAZARD_CLASSES), 0);
	device_writes(rig.eth, rig.dma + 4, 0x33, 4);
	has_only(&rig, HAZARD_DEVICE_WRITE_OVER_DIRTY);
	dma_free_noncoherent(rig.eth, LEN, rig.va, rig.dma, DMA_BIDIRECTIONAL);
	ends_dirty(&rig);
}

static void a_mapping_that_skips_its_sync_is_as_bad(void **state)
{
	struct rig rig = starts_on("a9-pl310", false);
	u8 *buf = kzalloc(LEN, GFP_KERNEL);

	rig.dma = dma_map_single_attrs(rig.eth, buf, LEN, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	assert_int_equal(dma_mapping_error(rig.eth, rig.dma), 0);
	device_writes(rig.eth, rig.dma, 0x11, LEN);
	has_only(&rig, HAZARD_DEVICE_WRITE_OVER_DIRTY);
	dma_unmap_single(rig.eth, rig.dma, LEN, DMA_FROM_DEVICE);
	kfree(buf);
	ends_dirty(&rig);
}

/* What is wrong there is another thing, and said. */
static void a_write_that_was_not_mapped_for_is_no_matter_of_lines(void **state)
{
	struct rig rig = gets(DMA_TO_DEVICE);

	device_writes(rig.eth, rig.dma, 0x11, LEN);
	has_only(&rig, HAZARD_DEVICE_WRITE_TO_DEVICE);
	dma_free_noncoherent(rig.eth, LEN, rig.va, rig.dma, DMA_TO_DEVICE);
	ends_dirty(&rig);
}

static void a_device_that_peeks_at_clean_lines_is_left_alone(void **state)
{
	struct rig rig = gets(DMA_FROM_DEVICE);

	dma_sync_single_for_device(rig.eth, rig.dma, LEN, DMA_FROM_DEVICE);
	dma_sync_single_for_cpu(rig.eth, rig.dma, LEN, DMA_FROM_DEVICE);
	cpu_reads(rig.va);
	device_writes(rig.eth, rig.dma, 0x11, LEN);
	assert_int_equal(hazard_count(harness_hazards(rig.h), NR_HAZARD_CLASSES), 0);
	dma_free_noncoherent(rig.eth, LEN, rig.va, rig.dma, DMA_FROM_DEVICE);
	ends_clean(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_that_is_given_back_as_it_was_taken_is_no_hazard),
		cmocka_unit_test(memory_that_is_never_given_back_has_leaked),
		cmocka_unit_test(a_list_that_is_never_given_back_has_leaked),
		cmocka_unit_test(another_size_is_noticed),
		cmocka_unit_test(another_direction_is_noticed),
		cmocka_unit_test(the_function_for_coherent_memory_is_the_wrong_one),
		cmocka_unit_test(the_function_for_cached_memory_is_the_wrong_one_for_coherent),
		cmocka_unit_test(an_unmap_does_not_give_it_back),
		cmocka_unit_test(giving_it_back_twice_is_noticed),
		cmocka_unit_test(pages_freed_behind_its_back_are_noticed),
		cmocka_unit_test(a_device_that_goes_on_is_noticed),
		cmocka_unit_test(it_is_the_cpus_until_a_sync_and_the_devices_after),
		cmocka_unit_test(a_device_that_reads_before_the_sync_reads_old_bytes),
		cmocka_unit_test(zeros_in_the_cache_may_go_over_what_the_device_writes),
		cmocka_unit_test(and_when_they_do_what_is_lost_is_shown),
		cmocka_unit_test(a_store_after_the_sync_for_the_cpu_is_as_bad),
		cmocka_unit_test(a_mapping_that_skips_its_sync_is_as_bad),
		cmocka_unit_test(a_write_that_was_not_mapped_for_is_no_matter_of_lines),
		cmocka_unit_test(a_device_that_peeks_at_clean_lines_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
