/* SPDX-License-Identifier: MIT */
/*
 * Whose turn it is, which way it goes, what bounces and who snoops: rules that are about
 * the device as much as about the driver, where they end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib.h>

#include <armdma/harness.h>
#include <linux/device.h>
#include "verbs.h"

#define LEN	256
#define LARGE	4096

struct rig {
	struct harness *h;
	struct device *eth;
	u8 *buf;
	dma_addr_t dma;
};

static struct rig starts(struct harness_config cfg, bool snoops)
{
	g_autoptr(GError) error = NULL;
	struct rig rig;

	cfg.board = "a9-pl310";
	cfg.hazards.is_quiet = true;
	rig.h = harness_start(&cfg, &error);
	if (!rig.h)
		fail_msg("%s", error->message);
	rig.eth = harness_device_new(rig.h, "eth0", snoops);
	rig.buf = kmalloc(LARGE, GFP_KERNEL);
	cpu_fills(rig.buf, 0x11, LARGE);
	return rig;
}

static struct rig starts_bounced(void)
{
	return starts((struct harness_config){ .swiotlb_force = true }, false);
}

static struct rig starts_portable(bool snoops)
{
	return starts((struct harness_config){ .hazards.portable = true }, snoops);
}

static void maps(struct rig *rig, size_t len, enum dma_data_direction dir)
{
	rig->dma = dma_map_single(rig->eth, rig->buf, len, dir);
	assert_int_equal(dma_mapping_error(rig->eth, rig->dma), 0);
}

static void unmaps_skipping(struct rig *rig, size_t len, enum dma_data_direction dir)
{
	dma_unmap_single_attrs(rig->eth, rig->dma, len, dir, DMA_ATTR_SKIP_CPU_SYNC);
}

static void has_only(const struct rig *rig, enum hazard_class c)
{
	const struct hazard_engine *e = harness_hazards(rig->h);
	uint64_t nr = hazard_count(e, c);

	if (!nr)
		fail_msg("%s was not reported", hazard_title(c));
	assert_int_equal(hazard_count(e, NR_HAZARD_CLASSES), nr);
}

static void ends_with(struct rig *rig, enum hazard_class c)
{
	kfree(rig->buf);
	has_only(rig, c);
	harness_finish(rig->h);
}

static void ends_clean(struct rig *rig)
{
	kfree(rig->buf);
	assert_int_equal(harness_finish(rig->h), 0);
}

/* ---- bounces ------------------------------------------------------- */

static void a_sync_copies_what_the_device_wrote(void **state)
{
	struct rig rig = starts_bounced();

	maps(&rig, LEN, DMA_FROM_DEVICE);
	device_writes(rig.eth, rig.dma, 0x22, LEN);
	dma_sync_single_for_cpu(rig.eth, rig.dma, LEN, DMA_FROM_DEVICE);
	assert_int_equal(cpu_reads(rig.buf), 0x22);
	unmaps_skipping(&rig, LEN, DMA_FROM_DEVICE);
	assert_int_equal(cpu_reads(rig.buf + 1), 0x22);
	ends_clean(&rig);
}

static void what_was_not_copied_is_missed(void **state)
{
	struct rig rig = starts_bounced();

	maps(&rig, LEN, DMA_FROM_DEVICE);
	device_writes(rig.eth, rig.dma, 0x22, LEN);
	unmaps_skipping(&rig, LEN, DMA_FROM_DEVICE);
	assert_int_equal(cpu_reads(rig.buf + LEN - 1), 0x11);
	ends_with(&rig, HAZARD_BOUNCE_NOT_COPIED);
}

static void a_large_transfer_is_missed_line_by_line(void **state)
{
	struct rig rig = starts_bounced();

	maps(&rig, LARGE, DMA_FROM_DEVICE);
	device_writes(rig.eth, rig.dma, 0x22, LARGE);
	unmaps_skipping(&rig, LARGE, DMA_FROM_DEVICE);
	cpu_reads(rig.buf + 3000);
	ends_with(&rig, HAZARD_BOUNCE_NOT_COPIED);
}

static void lines_of_slot_and_buffer_need_not_agree(void **state)
{
	struct rig rig = starts_bounced();
	u8 *odd = rig.buf + 13;
	dma_addr_t dma = dma_map_single(rig.eth, odd, 100, DMA_FROM_DEVICE);

	assert_int_equal(dma_mapping_error(rig.eth, dma), 0);
	device_writes(rig.eth, dma + 90, 0x22, 10);
	dma_unmap_single_attrs(rig.eth, dma, 100, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	cpu_reads(odd + 89);		/* as it was, and is */
	cpu_reads(odd + 100);
	assert_int_equal(hazard_count(harness_hazards(rig.h), NR_HAZARD_CLASSES), 0);
	cpu_reads(odd + 90);
	ends_with(&rig, HAZARD_BOUNCE_NOT_COPIED);
}

static void equal_bytes_are_missed_by_nobody(void **state)
{
	struct rig rig = starts_bounced();

	maps(&rig, LEN, DMA_FROM_DEVICE);
	device_writes(rig.eth, rig.dma, 0x11, LEN);
	unmaps_skipping(&rig, LEN, DMA_FROM_DEVICE);
	cpu_scans(rig.buf, LEN);
	ends_clean(&rig);
}

static void what_the_cpu_stores_over_is_missed_by_nobody(void **state)
{
	struct rig rig = starts_bounced();

	maps(&rig, LEN, DMA_FROM_DEVICE);
	device_writes(rig.eth, rig.dma, 0x22, LEN);
	unmaps_skipping(&rig, LEN, DMA_FROM_DEVICE);
	cpu_fills(rig.buf, 0x33, LEN);
	cpu_scans(rig.buf, LEN);
	ends_clean(&rig);
}

static void a_buffer_that_is_mapped_again_is_given_up(void **state)
{
	struct rig rig = starts_bounced();

	maps(&rig, LEN, DMA_FROM_DEVICE);
	device_writes(rig.eth, rig.dma, 0x22, LEN);
	unmaps_skipping(&rig, LEN, DMA_FROM_DEVICE);	/* a bad frame: nobody looks */
	maps(&rig, LEN, DMA_FROM_DEVICE);
	device_writes(rig.eth, rig.dma, 0x44, 10);
	dma_unmap_single(rig.eth, rig.dma, LEN, DMA_FROM_DEVICE);
	cpu_scans(rig.buf, LEN);
	ends_clean(&rig);
}

static void the_device_misses_what_was_not_given_back(void **state)
{
	struct rig rig = starts_bounced();

	maps(&rig, LEN, DMA_BIDIRECTIONAL);
	dma_sync_single_for_cpu(rig.eth, rig.dma, LEN, DMA_BIDIRECTIONAL);
	cpu_writes(rig.buf + 7, 0x55);
	assert_int_equal(device_reads(rig.eth, rig.dma + 7, 1), 0x11);
	dma_unmap_single(rig.eth, rig.dma, LEN, DMA_BIDIRECTIONAL);
	ends_with(&rig, HAZARD_BOUNCE_NOT_COPIED);
}

static void what_was_given_back_the_device_gets(void **state)
{
	struct rig rig = starts_bounced();

	maps(&rig, LEN, DMA_BIDIRECTIONAL);
	dma_sync_single_for_cpu(rig.eth, rig.dma, LEN, DMA_BIDIRECTIONAL);
	cpu_writes(rig.buf + 7, 0x55);
	dma_sync_single_for_device(rig.eth, rig.dma, LEN, DMA_BIDIRECTIONAL);
	assert_int_equal(device_reads(rig.eth, rig.dma + 7, 1), 0x55);
	dma_unmap_single(rig.eth, rig.dma, LEN, DMA_BIDIRECTIONAL);
	ends_clean(&rig);
}

/* ---- one way ------------------------------------------------------- */

static void a_device_that_reads_what_it_is_to_write_is_reported(void **state)
{
	struct rig rig = starts((struct harness_config){ 0 }, false);

	maps(&rig, LARGE, DMA_FROM_DEVICE);	/* watched from here on, and not before */
	device_reads(rig.eth, rig.dma, LARGE);
	dma_unmap_single(rig.eth, rig.dma, LARGE, DMA_FROM_DEVICE);
	ends_with(&rig, HAZARD_DEVICE_READ_FROM_DEVICE);
}

static void a_device_may_read_what_it_wrote(void **state)
{
	struct rig rig = starts((struct harness_config){ 0 }, false);

	maps(&rig, LARGE, DMA_FROM_DEVICE);
	device_writes(rig.eth, rig.dma, 0x22, LARGE);
	device_reads(rig.eth, rig.dma, LARGE);
	device_writes(rig.eth, rig.dma + 5, 0x23, 1);
	device_reads(rig.eth, rig.dma, 16);
	dma_unmap_single(rig.eth, rig.dma, LARGE, DMA_FROM_DEVICE);
	ends_clean(&rig);
}

static void a_device_may_read_by_another_mapping(void **state)
{
	struct rig rig = starts((struct harness_config){ 0 }, false);
	dma_addr_t other;

	maps(&rig, LEN, DMA_FROM_DEVICE);
	other = dma_map_single_attrs(rig.eth, rig.buf, LEN, DMA_TO_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	assert_int_equal(dma_mapping_error(rig.eth, other), 0);
	device_reads(rig.eth, other, 16);
	dma_unmap_single_attrs(rig.eth, other, LEN, DMA_TO_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	dma_unmap_single(rig.eth, rig.dma, LEN, DMA_FROM_DEVICE);
	ends_clean(&rig);
}

static void reads_one_way(struct rig *rig)
{
	maps(rig, LEN, DMA_FROM_DEVICE);
	device_reads(rig->eth, rig->dma, LEN);
	dma_unmap_single(rig->eth, rig->dma, LEN, DMA_FROM_DEVICE);
}

static void a_device_that_snoops_gets_it_all_the_same(void **state)
{
	struct rig rig = starts((struct harness_config){ 0 }, true);

	reads_one_way(&rig);
	ends_clean(&rig);
}

/* The map's copy to the bounce buffer is in the cache, too, when the map invalidates that. */
static void a_bounce_buffer_does_not_help(void **state)
{
	struct rig rig = starts_bounced();

	reads_one_way(&rig);
	ends_with(&rig, HAZARD_DEVICE_READ_FROM_DEVICE);
}

static void elsewhere_it_would_not(void **state)
{
	struct rig rig = starts_portable(true);

	reads_one_way(&rig);
	ends_with(&rig, HAZARD_DEVICE_READ_FROM_DEVICE);
}

/* ---- who snoops ---------------------------------------------------- */

static void receives_twice(struct rig *rig)
{
	maps(rig, LEN, DMA_FROM_DEVICE);
	device_writes(rig->eth, rig->dma, 0x22, LEN);
	dma_sync_single_for_cpu(rig->eth, rig->dma, LEN, DMA_FROM_DEVICE);
	cpu_reads(rig->buf);
	dma_sync_single_for_device(rig->eth, rig->dma, LEN, DMA_FROM_DEVICE);
	device_writes(rig->eth, rig->dma, 0x33, LEN);
	dma_unmap_single(rig->eth, rig->dma, LEN, DMA_FROM_DEVICE);
	cpu_reads(rig->buf);
}

static void maintenance_that_nobody_needs_does_no_harm(void **state)
{
	struct rig rig = starts((struct harness_config){ 0 }, true);

	rig.eth->dma_coherent = false;
	receives_twice(&rig);
	ends_clean(&rig);
}

static void stale_bytes_of_a_device_that_does_not_snoop_are_its_nodes_fault(void **state)
{
	struct rig rig = starts((struct harness_config){ 0 }, false);

	rig.eth->dma_coherent = true;
	receives_twice(&rig);			/* also once the mapping is gone */
	ends_with(&rig, HAZARD_COHERENCE_MISMATCH);
}

/* ---- turns --------------------------------------------------------- */

static void writes_early(struct rig *rig)
{
	maps(rig, LARGE, DMA_FROM_DEVICE);
	dma_sync_single_for_cpu(rig->eth, rig->dma, LARGE, DMA_FROM_DEVICE);
	device_writes(rig->eth, rig->dma, 0x22, LARGE);
	dma_unmap_single(rig->eth, rig->dma, LARGE, DMA_FROM_DEVICE);
}

static void a_device_out_of_turn_is_nobodys_business_here(void **state)
{
	struct rig rig = starts((struct harness_config){ 0 }, false);

	writes_early(&rig);
	ends_clean(&rig);
}

static void a_device_out_of_turn_is_reported_if_asked(void **state)
{
	struct rig rig = starts_portable(false);

	writes_early(&rig);
	ends_with(&rig, HAZARD_DEVICE_WHILE_CPU);
}

static void also_where_it_snoops(void **state)
{
	struct rig rig = starts_portable(true);

	writes_early(&rig);
	ends_with(&rig, HAZARD_DEVICE_WHILE_CPU);
}

static void what_was_given_back_is_the_devices(void **state)
{
	struct rig rig = starts_portable(true);

	receives_twice(&rig);
	ends_clean(&rig);
}

static void what_was_never_synced_is_not_out_of_turn(void **state)
{
	struct rig rig = starts_portable(true);

	rig.dma = dma_map_single_attrs(rig.eth, rig.buf, LEN, DMA_FROM_DEVICE,
				       DMA_ATTR_SKIP_CPU_SYNC);
	assert_int_equal(dma_mapping_error(rig.eth, rig.dma), 0);
	device_writes(rig.eth, rig.dma, 0x22, LEN);
	cpu_reads(rig.buf);
	unmaps_skipping(&rig, LEN, DMA_FROM_DEVICE);
	ends_clean(&rig);
}

static void peeks(struct rig *rig)
{
	maps(rig, LEN, DMA_FROM_DEVICE);
	device_writes(rig->eth, rig->dma, 0x22, LEN);
	cpu_reads(rig->buf);
	dma_unmap_single(rig->eth, rig->dma, LEN, DMA_FROM_DEVICE);
}

static void a_peek_is_fine_where_the_device_snoops(void **state)
{
	struct rig rig = starts((struct harness_config){ 0 }, true);

	peeks(&rig);
	ends_clean(&rig);
}

static void a_peek_is_not_portable(void **state)
{
	struct rig rig = starts_portable(true);

	peeks(&rig);
	ends_with(&rig, HAZARD_CPU_READ_WHILE_MAPPED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sync_copies_what_the_device_wrote),
		cmocka_unit_test(what_was_not_copied_is_missed),
		cmocka_unit_test(a_large_transfer_is_missed_line_by_line),
		cmocka_unit_test(lines_of_slot_and_buffer_need_not_agree),
		cmocka_unit_test(equal_bytes_are_missed_by_nobody),
		cmocka_unit_test(what_the_cpu_stores_over_is_missed_by_nobody),
		cmocka_unit_test(a_buffer_that_is_mapped_again_is_given_up),
		cmocka_unit_test(the_device_misses_what_was_not_given_back),
		cmocka_unit_test(what_was_given_back_the_device_gets),
		cmocka_unit_test(a_device_that_reads_what_it_is_to_write_is_reported),
		cmocka_unit_test(a_device_may_read_what_it_wrote),
		cmocka_unit_test(a_device_may_read_by_another_mapping),
		cmocka_unit_test(a_device_that_snoops_gets_it_all_the_same),
		cmocka_unit_test(a_bounce_buffer_does_not_help),
		cmocka_unit_test(elsewhere_it_would_not),
		cmocka_unit_test(maintenance_that_nobody_needs_does_no_harm),
		cmocka_unit_test(stale_bytes_of_a_device_that_does_not_snoop_are_its_nodes_fault),
		cmocka_unit_test(a_device_out_of_turn_is_nobodys_business_here),
		cmocka_unit_test(a_device_out_of_turn_is_reported_if_asked),
		cmocka_unit_test(also_where_it_snoops),
		cmocka_unit_test(what_was_given_back_is_the_devices),
		cmocka_unit_test(what_was_never_synced_is_not_out_of_turn),
		cmocka_unit_test(a_peek_is_fine_where_the_device_snoops),
		cmocka_unit_test(a_peek_is_not_portable),
	};

	return cmocka_run_group_tests_name("turns", tests, NULL, NULL);
}
