/* SPDX-License-Identifier: MIT */
/* Where a rule begins and ends: one byte more or less, one call more or less. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <unistd.h>
#include <glib.h>
#include <glib/gstdio.h>

#include <armdma/harness.h>
#include <armdma/machine.h>
#include "verbs.h"

#define LEN 512

struct rig {
	struct harness *h;
	struct device *eth;
};

static struct rig starts_on(const char *name, struct harness_config cfg)
{
	g_autoptr(GError) error = NULL;
	struct rig rig;

	cfg.board = name;
	cfg.hazards.is_quiet = true;
	rig.h = harness_start(&cfg, &error);
	if (!rig.h)
		fail_msg("%s", error->message);
	rig.eth = harness_device_new(rig.h, "eth0", !strcmp(name, "coherent"));
	return rig;
}

static struct rig starts(void)
{
	return starts_on("a9-pl310", (struct harness_config){ 0 });
}

/* @times of @c and nothing else, so far. */
static void has_only(const struct rig *rig, enum hazard_class c, uint64_t times)
{
	const struct hazard_engine *e = harness_hazards(rig->h);

	for (unsigned i = 0; i < NR_HAZARD_CLASSES; i++) {
		uint64_t expected = i == c ? times : 0;

		if (hazard_count(e, i) != expected)
			fail_msg("%s: %u times, expected %u", hazard_title(i),
				 (unsigned)hazard_count(e, i), (unsigned)expected);
	}
}

static void is_clean(const struct rig *rig)
{
	assert_int_equal(hazard_count(harness_hazards(rig->h), NR_HAZARD_CLASSES), 0);
}

static dma_addr_t map(const struct rig *rig, void *buf, size_t len,
		      enum dma_data_direction dir)
{
	dma_addr_t dma = dma_map_single(rig->eth, buf, len, dir);

	assert_int_equal(dma_mapping_error(rig->eth, dma), 0);
	return dma;
}

static void ends(struct rig *rig, int status)
{
	assert_int_equal(harness_finish(rig->h), status);
}

/* ---- lines ------------------------------------------------------------- */

static void maps_two_32_bytes_apart(const struct rig *rig)
{
	u8 *both = kmalloc(64, GFP_KERNEL);
	dma_addr_t first = map(rig, both, 32, DMA_FROM_DEVICE);
	dma_addr_t second = map(rig, both + 32, 32, DMA_FROM_DEVICE);

	dma_unmap_single(rig->eth, second, 32, DMA_FROM_DEVICE);
	dma_unmap_single(rig->eth, first, 32, DMA_FROM_DEVICE);
	kfree(both);
}

static void buffers_32_bytes_apart_share_a_line_of_64_only(void **state)
{
	struct rig rig = starts();

	maps_two_32_bytes_apart(&rig);
	is_clean(&rig);
	ends(&rig, 0);

	rig = starts_on("a7-quad", (struct harness_config){ 0 });
	maps_two_32_bytes_apart(&rig);
	has_only(&rig, HAZARD_LINE_SHARED, 1);
	ends(&rig, 1);
}

static void mapping_that_skips_syncs_may_share_its_lines(void **state)
{
	struct rig rig = starts();
	u8 *buf = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t whole, part;

	whole = dma_map_single_attrs(rig.eth, buf, LEN, DMA_FROM_DEVICE,
				     DMA_ATTR_SKIP_CPU_SYNC);
	assert_int_equal(dma_mapping_error(rig.eth, whole), 0);
	part = map(&rig, buf + 64, 64, DMA_FROM_DEVICE);
	dma_unmap_single(rig.eth, part, 64, DMA_FROM_DEVICE);
	dma_unmap_single_attrs(rig.eth, whole, LEN, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	kfree(buf);
	is_clean(&rig);
	ends(&rig, 0);
}

/* ---- owners --------------------------------------------------------------- */

static void sync_of_a_part_gives_that_part_only(void **state)
{
	struct rig rig = starts();
	u8 *buf = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = map(&rig, buf, LEN, DMA_FROM_DEVICE);

	dma_sync_single_range_for_cpu(rig.eth, dma, 64, 64, DMA_FROM_DEVICE);
	cpu_reads(buf + 64);
	cpu_reads(buf + 127);
	is_clean(&rig);
	cpu_reads(buf + 63);
	has_only(&rig, HAZARD_CPU_READ_WHILE_MAPPED, 1);
	cpu_reads(buf + 128);
	has_only(&rig, HAZARD_CPU_READ_WHILE_MAPPED, 2);
	dma_unmap_single(rig.eth, dma, LEN, DMA_FROM_DEVICE);
	kfree(buf);
	ends(&rig, 1);
}

static void parts_synced_one_by_one_are_the_cpus_together(void **state)
{
	struct rig rig = starts();
	u8 *buf = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = map(&rig, buf, LEN, DMA_BIDIRECTIONAL);

	for (unsigned at = LEN; at; at -= 64)
		dma_sync_single_range_for_cpu(rig.eth, dma, at - 64, 64, DMA_BIDIRECTIONAL);
	cpu_scans(buf, LEN);
	is_clean(&rig);
	dma_sync_single_range_for_device(rig.eth, dma, 256, 64, DMA_BIDIRECTIONAL);
	cpu_fills(buf, 1, 256);
	cpu_fills(buf + 320, 1, LEN - 320);
	is_clean(&rig);
	cpu_writes(buf + 319, 1);
	has_only(&rig, HAZARD_CPU_WRITE_WHILE_MAPPED, 1);
	dma_unmap_single(rig.eth, dma, LEN, DMA_BIDIRECTIONAL);
	kfree(buf);
	ends(&rig, 1);
}

static void store_to_a_bounced_buffer_is_lost_on_a_coherent_device_too(void **state)
{
	struct rig rig = starts_on("coherent", (struct harness_config){ .swiotlb_force = true });
	u8 *buf = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = map(&rig, buf, LEN, DMA_TO_DEVICE);

	cpu_writes(buf, 1);
	has_only(&rig, HAZARD_CPU_WRITE_WHILE_MAPPED, 1);
	dma_unmap_single(rig.eth, dma, LEN, DMA_TO_DEVICE);
	kfree(buf);
	ends(&rig, 1);
}

static void second_entry_of_a_list_is_watched_like_the_first(void **state)
{
	struct rig rig = starts();
	u8 *buf = kmalloc(4 * LEN, GFP_KERNEL);
	struct scatterlist sg[2];

	sg_init_table(sg, 2);
	sg_set_buf(&sg[0], buf, LEN);
	sg_set_buf(&sg[1], buf + 2 * LEN, LEN);
	assert_int_equal(dma_map_sg(rig.eth, sg, 2, DMA_FROM_DEVICE), 2);
	dma_sync_sg_for_cpu(rig.eth, sg, 2, DMA_FROM_DEVICE);
	cpu_reads(buf + 2 * LEN);
	is_clean(&rig);
	device_writes(rig.eth, sg_dma_address(&sg[1]), 7, 1);
	cpu_reads(buf + 2 * LEN);
	has_only(&rig, HAZARD_CPU_READ_STALE, 1);
	dma_unmap_sg(rig.eth, sg, 2, DMA_FROM_DEVICE);
	kfree(buf);
	ends(&rig, 1);
}

static void sync_of_fewer_entries_than_were_mapped_is_noticed(void **state)
{
	struct rig rig = starts();
	u8 *buf = kmalloc(LEN, GFP_KERNEL);
	struct scatterlist sg[2];

	sg_init_table(sg, 2);
	sg_set_buf(&sg[0], buf, 128);
	sg_set_buf(&sg[1], buf + 256, 128);
	assert_int_equal(dma_map_sg(rig.eth, sg, 2, DMA_FROM_DEVICE), 2);
	dma_sync_sg_for_cpu(rig.eth, sg, 1, DMA_FROM_DEVICE);
	has_only(&rig, HAZARD_SYNC_RANGE, 1);
	dma_unmap_sg(rig.eth, sg, 2, DMA_FROM_DEVICE);
	kfree(buf);
	ends(&rig, 1);
}

/* ---- devices ---------------------------------------------------------------- */

static void device_that_goes_one_byte_too_far_is_caught(void **state)
{
	struct rig rig = starts();
	u8 *buf = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = map(&rig, buf, 100, DMA_FROM_DEVICE);

	device_writes(rig.eth, dma + 99, 1, 1);
	is_clean(&rig);
	device_writes(rig.eth, dma + 99, 1, 2);
	has_only(&rig, HAZARD_DEVICE_ACCESS_UNMAPPED, 1);
	dma_unmap_single(rig.eth, dma, 100, DMA_FROM_DEVICE);
	kfree(buf);
	ends(&rig, 1);
}

static void physical_address_is_no_mapping(void **state)
{
	struct rig rig = starts();
	u8 *buf = kmalloc(LEN, GFP_KERNEL);

	device_reads(rig.eth, virt_to_phys(buf), 1);
	has_only(&rig, HAZARD_DEVICE_ACCESS_UNMAPPED, 1);
	kfree(buf);
	ends(&rig, 1);
}

static void mapping_of_one_device_is_none_of_another(void **state)
{
	struct rig rig = starts();
	struct device *other = harness_device_new(rig.h, "other", false);
	u8 *buf = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = map(&rig, buf, LEN, DMA_TO_DEVICE);

	device_reads(other, dma, 1);
	has_only(&rig, HAZARD_WRONG_DEVICE, 1);
	dma_unmap_single(rig.eth, dma, LEN, DMA_TO_DEVICE);
	kfree(buf);
	ends(&rig, 1);
}

/* What a device did where nothing is mapped says nothing about later mappings. */
static void stray_dma_spoils_no_later_mapping(void **state)
{
	struct rig rig = starts();
	u8 *page = kmalloc(4096, GFP_KERNEL);
	dma_addr_t dma = map(&rig, page, 64, DMA_TO_DEVICE);

	device_reads(rig.eth, dma + 2048, 4);
	has_only(&rig, HAZARD_DEVICE_ACCESS_UNMAPPED, 1);
	cpu_fills(page + 2048, 0x5c, 64);	/* unseen: nobody watches that line yet */
	dma_unmap_single(rig.eth, dma, 64, DMA_TO_DEVICE);
	dma = map(&rig, page + 2048, 64, DMA_TO_DEVICE);
	assert_int_equal(device_reads(rig.eth, dma, 64), 0x5c);
	cpu_scans(page + 2048, 64);
	dma_unmap_single(rig.eth, dma, 64, DMA_TO_DEVICE);
	kfree(page);
	has_only(&rig, HAZARD_DEVICE_ACCESS_UNMAPPED, 1);
	ends(&rig, 1);
}

static void device_given_the_error_address_is_told_apart(void **state)
{
	struct rig rig = starts();

	device_writes(rig.eth, DMA_MAPPING_ERROR, 1, 1);
	has_only(&rig, HAZARD_MAPPING_ERROR_USED, 1);
	ends(&rig, 1);
}

/* ---- the ledger ---------------------------------------------------------------- */

static void one_question_vouches_for_one_of_two_equal_mappings(void **state)
{
	struct rig rig = starts();
	u8 *buf = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(rig.eth, buf, LEN, DMA_TO_DEVICE);

	assert_int_equal(dma_map_single(rig.eth, buf, LEN, DMA_TO_DEVICE), dma);
	assert_int_equal(dma_mapping_error(rig.eth, dma), 0);
	dma_unmap_single(rig.eth, dma, LEN, DMA_TO_DEVICE);
	dma_unmap_single(rig.eth, dma, LEN, DMA_TO_DEVICE);
	has_only(&rig, HAZARD_MAPPING_UNCHECKED, 1);
	kfree(buf);
	ends(&rig, 1);
}

static void unmap_takes_the_mapping_that_it_fits(void **state)
{
	struct rig rig = starts();
	u8 *buf = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t small = map(&rig, buf, 64, DMA_TO_DEVICE);
	dma_addr_t large = map(&rig, buf, LEN, DMA_TO_DEVICE);

	assert_int_equal(small, large);
	dma_unmap_single(rig.eth, large, LEN, DMA_TO_DEVICE);
	dma_unmap_single(rig.eth, small, 64, DMA_TO_DEVICE);
	kfree(buf);
	is_clean(&rig);
	ends(&rig, 0);
}

static noinline void leaks(const struct rig *rig, u8 *buf)
{
	assert_int_equal(dma_mapping_error(rig->eth, dma_map_single(rig->eth, buf, 64,
								     DMA_TO_DEVICE)), 0);
}

static void leaks_of_one_place_are_one_report_with_a_count(void **state)
{
	g_autofree char *path = g_strdup_printf("%s/leaks-%d.json", g_get_tmp_dir(),
						(int)getpid());
	struct rig rig = starts_on("a9-pl310", (struct harness_config){
		.hazards = { .json_path = path } });
	u8 *buf = kmalloc(LEN, GFP_KERNEL);
	g_autofree char *json = NULL;

	for (unsigned i = 0; i < 5; i++)
		leaks(&rig, buf + 64 * i);
	ends(&rig, 1);
	assert_true(g_file_get_contents(path, &json, NULL, NULL));
	assert_non_null(strstr(json, "\"hazards\" : 1,"));
	assert_non_null(strstr(json, "\"times\" : 5,"));
	g_unlink(path);
}

static void coherent_memory_can_leak_too(void **state)
{
	struct rig rig = starts();
	dma_addr_t dma;

	assert_non_null(dma_alloc_coherent(rig.eth, 4096, &dma, GFP_KERNEL));
	is_clean(&rig);
	ends(&rig, 1);
}

static void device_may_reach_all_that_a_coherent_allocation_asked_for(void **state)
{
	struct rig rig = starts();
	dma_addr_t dma;
	u8 *ring = dma_alloc_coherent(rig.eth, 100, &dma, GFP_KERNEL);

	device_writes(rig.eth, dma + 99, 1, 1);
	is_clean(&rig);
	device_writes(rig.eth, dma + 100, 1, 1);
	has_only(&rig, HAZARD_DEVICE_ACCESS_UNMAPPED, 1);
	dma_free_coherent(rig.eth, 100, ring, dma);
	ends(&rig, 1);
}

static void object_freed_under_a_mapping_is_reported_once(void **state)
{
	struct rig rig = starts();
	u8 *buf = kmalloc(4096, GFP_KERNEL);
	dma_addr_t dma = map(&rig, buf, 4096, DMA_FROM_DEVICE);

	kfree(buf);		/* the object, and with it the page */
	has_only(&rig, HAZARD_FREE_WHILE_MAPPED, 1);
	dma_unmap_single(rig.eth, dma, 4096, DMA_FROM_DEVICE);
	has_only(&rig, HAZARD_FREE_WHILE_MAPPED, 1);
	ends(&rig, 1);
}

static void three_hundred_thousand_live_mappings_are_kept_apart(void **state)
{
	const unsigned nr = 300000;
	struct rig rig = starts_on("a7-quad", (struct harness_config){ .gear = GEAR_FAST });
	u8 *buf = kmalloc(64 * 65536, GFP_KERNEL);
	g_autofree dma_addr_t *dma = g_new(dma_addr_t, nr);

	for (unsigned i = 0; i < nr; i++)
		dma[i] = map(&rig, buf + i % 65536 * 64, 64, DMA_TO_DEVICE);
	for (unsigned i = 0; i < nr; i++)
		dma_unmap_single(rig.eth, dma[nr - 1 - i], 64, DMA_TO_DEVICE);
	kfree(buf);
	is_clean(&rig);
	ends(&rig, 0);
}

/* ---- the report's own file ----------------------------------------------------- */

static void report_that_cannot_be_written_is_status_2(void **state)
{
	struct rig rig = starts_on("a9-pl310", (struct harness_config){
		.hazards = { .json_path = "/nonexistent/folder/report.json" } });

	ends(&rig, 2);
}

static void engine_that_is_off_costs_and_says_nothing(void **state)
{
	struct rig rig = starts_on("a9-pl310", (struct harness_config){ .no_hazards = true });

	assert_null(harness_hazards(rig.h));
	map(&rig, kmalloc(LEN, GFP_KERNEL), LEN, DMA_TO_DEVICE);
	ends(&rig, 0);
}

/* Its entries have no pages: there is nothing to look for but the address in them. */
static void list_that_was_never_set_is_an_unknown_one(void **state)
{
	struct rig rig = starts();
	struct scatterlist sg[2];

	sg_init_table(sg, 2);
	assert_int_equal(dma_map_sg(rig.eth, sg, 2, DMA_TO_DEVICE), 0);
	has_only(&rig, HAZARD_MAP_NOT_MEMORY, 1);
	dma_unmap_sg(rig.eth, sg, 2, DMA_TO_DEVICE);
	assert_int_equal(hazard_count(harness_hazards(rig.h), HAZARD_UNMAP_UNKNOWN), 1);
	assert_int_equal(harness_finish(rig.h), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buffers_32_bytes_apart_share_a_line_of_64_only),
		cmocka_unit_test(mapping_that_skips_syncs_may_share_its_lines),
		cmocka_unit_test(sync_of_a_part_gives_that_part_only),
		cmocka_unit_test(parts_synced_one_by_one_are_the_cpus_together),
		cmocka_unit_test(store_to_a_bounced_buffer_is_lost_on_a_coherent_device_too),
		cmocka_unit_test(second_entry_of_a_list_is_watched_like_the_first),
		cmocka_unit_test(sync_of_fewer_entries_than_were_mapped_is_noticed),
		cmocka_unit_test(device_that_goes_one_byte_too_far_is_caught),
		cmocka_unit_test(physical_address_is_no_mapping),
		cmocka_unit_test(mapping_of_one_device_is_none_of_another),
		cmocka_unit_test(stray_dma_spoils_no_later_mapping),
		cmocka_unit_test(device_given_the_error_address_is_told_apart),
		cmocka_unit_test(one_question_vouches_for_one_of_two_equal_mappings),
		cmocka_unit_test(unmap_takes_the_mapping_that_it_fits),
		cmocka_unit_test(leaks_of_one_place_are_one_report_with_a_count),
		cmocka_unit_test(coherent_memory_can_leak_too),
		cmocka_unit_test(device_may_reach_all_that_a_coherent_allocation_asked_for),
		cmocka_unit_test(object_freed_under_a_mapping_is_reported_once),
		cmocka_unit_test(three_hundred_thousand_live_mappings_are_kept_apart),
		cmocka_unit_test(list_that_was_never_set_is_an_unknown_one),
		cmocka_unit_test(report_that_cannot_be_written_is_status_2),
		cmocka_unit_test(engine_that_is_off_costs_and_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
