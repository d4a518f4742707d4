/* SPDX-License-Identifier: MIT */
/*
 * The rule set dma-debug finds what Linux's dma-debug finds, and is as blind. Each play is a
 * driver's calls, with the only class that they are told as; the order is that of the checks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/device.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <armdma/harness.h>

#include "programs.h"
#include "verbs.h"

#define LEN	256u
#define MAX_MAPPINGS 10u

static dma_addr_t map(struct device *eth, void *buf, size_t len, enum dma_data_direction dir)
{
	dma_addr_t dma = dma_map_single(eth, buf, len, dir);

	assert_int_equal(dma_mapping_error(eth, dma), 0);
	return dma;
}

/* A buffer, mapped FROM_DEVICE, goes to @calls, which leave nothing mapped. */
static void with_buffer(struct device *eth, void (*calls)(struct device *eth, dma_addr_t dma))
{
	u8 *buf = kmalloc(LEN, GFP_KERNEL);

	calls(eth, map(eth, buf, LEN, DMA_FROM_DEVICE));
	kfree(buf);
}

/* ---- unmaps --------------------------------------------------------------------------- */

static void error_value_unmapped(struct device *eth)
{
	dma_unmap_single(eth, DMA_MAPPING_ERROR, LEN, DMA_FROM_DEVICE);
}

static void twice(struct device *eth, dma_addr_t dma)
{
	dma_unmap_single(eth, dma, LEN, DMA_FROM_DEVICE);
	dma_unmap_single(eth, dma, LEN, DMA_FROM_DEVICE);
}

static void unmapped_twice(struct device *eth)
{
	with_buffer(eth, twice);
}

static void half(struct device *eth, dma_addr_t dma)
{
	dma_unmap_single(eth, dma, LEN / 2, DMA_FROM_DEVICE);
}

static void unmapped_by_half(struct device *eth)
{
	with_buffer(eth, half);
}

static void as_resource(struct device *eth, dma_addr_t dma)
{
	dma_unmap_resource(eth, dma, LEN, DMA_FROM_DEVICE, 0);
}

static void unmapped_as_a_resource(struct device *eth)
{
	with_buffer(eth, as_resource);
}

static void freed_at_another_cpu_address(struct device *eth)
{
	dma_addr_t dma;
	u8 *va = dma_alloc_coherent(eth, 2 * PAGE_SIZE, &dma, GFP_KERNEL);

	dma_free_coherent(eth, 2 * PAGE_SIZE, va + PAGE_SIZE, dma);
}

static void with_list(struct device *eth, void (*calls)(struct device *eth,
							struct scatterlist *sg))
{
	u8 *bufs[2] = { kmalloc(LEN, GFP_KERNEL), kmalloc(LEN, GFP_KERNEL) };
	struct scatterlist sg[2];

	sg_init_table(sg, 2);
	sg_set_buf(&sg[0], bufs[0], LEN);
	sg_set_buf(&sg[1], bufs[1], LEN);
	assert_int_equal(dma_map_sg(eth, sg, 2, DMA_FROM_DEVICE), 2);
	calls(eth, sg);
	kfree(bufs[0]);
	kfree(bufs[1]);
}

static void by_three(struct device *eth, struct scatterlist *sg)
{
	dma_unmap_sg(eth, sg, 3, DMA_FROM_DEVICE);
}

static void list_unmapped_with_too_many_entries(struct device *eth)
{
	with_list(eth, by_three);
}

static void other_way(struct device *eth, dma_addr_t dma)
{
	dma_unmap_single(eth, dma, LEN, DMA_BIDIRECTIONAL);
}

static void unmapped_the_other_way(struct device *eth)
{
	with_buffer(eth, other_way);
}

static void never_asked_about(struct device *eth)
{
	u8 *buf = kmalloc(LEN, GFP_KERNEL);

	dma_unmap_single(eth, dma_map_single(eth, buf, LEN, DMA_FROM_DEVICE), LEN,
			 DMA_FROM_DEVICE);
	kfree(buf);
}

/* ---- what may not be mapped ---------------------------------------------------------------- */

static void stack_mapped(struct device *eth)
{
	u8 buf[LEN];

	assert_int_equal(dma_mapping_error(eth, dma_map_single(eth, buf, LEN, DMA_TO_DEVICE)),
			 -ENOMEM);
}

static const u8 constant[LEN] = { 1 };
static u8 variable[LEN] = { 1 };

static void constant_mapped(struct device *eth)
{
	dma_addr_t dma = dma_map_single(eth, (void *)(uintptr_t)constant, LEN, DMA_TO_DEVICE);

	assert_int_equal(dma_mapping_error(eth, dma), -ENOMEM);
}

static void variable_mapped(struct device *eth)
{
	dma_addr_t dma = dma_map_single(eth, variable, LEN, DMA_TO_DEVICE);

	assert_int_equal(dma_mapping_error(eth, dma), -ENOMEM);
}

static void vmalloc_mapped(struct device *eth)
{
	void *buf = vmalloc(PAGE_SIZE);

	assert_int_equal(dma_mapping_error(eth, dma_map_single(eth, buf, LEN, DMA_TO_DEVICE)),
			 -ENOMEM);
	vfree(buf);
}

/* ---- syncs --------------------------------------------------------------------------------- */

static void beside(struct device *eth, dma_addr_t dma)
{
	dma_sync_single_for_cpu(eth, dma + PAGE_SIZE, LEN, DMA_FROM_DEVICE);
	dma_unmap_single(eth, dma, LEN, DMA_FROM_DEVICE);
}

static void synced_where_nothing_is(struct device *eth)
{
	with_buffer(eth, beside);
}

static void too_far(struct device *eth, dma_addr_t dma)
{
	dma_sync_single_for_cpu(eth, dma + LEN / 2, LEN, DMA_FROM_DEVICE);
	dma_unmap_single(eth, dma, LEN, DMA_FROM_DEVICE);
}

static void synced_past_the_end(struct device *eth)
{
	with_buffer(eth, too_far);
}

static void inside(struct device *eth, dma_addr_t dma)
{
	dma_sync_single_for_cpu(eth, dma + LEN / 2, LEN / 2, DMA_FROM_DEVICE);
	dma_sync_single_for_device(eth, dma + LEN / 2, LEN / 2, DMA_FROM_DEVICE);
	dma_unmap_single(eth, dma, LEN, DMA_FROM_DEVICE);
}

static void synced_in_part(struct device *eth)
{
	with_buffer(eth, inside);
}

/* The mapping begins in an earlier bucket of the table than what is synced. */
static void synced_far_behind_the_beginning(struct device *eth)
{
	u8 *buf = kmalloc(8 * PAGE_SIZE, GFP_KERNEL);
	dma_addr_t dma = map(eth, buf, 8 * PAGE_SIZE, DMA_FROM_DEVICE);

	dma_sync_single_for_cpu(eth, dma + 7 * PAGE_SIZE, LEN, DMA_FROM_DEVICE);
	dma_unmap_single(eth, dma, 8 * PAGE_SIZE, DMA_FROM_DEVICE);
	kfree(buf);
}

static void for_cpu_to_device(struct device *eth, dma_addr_t dma)
{
	dma_sync_single_for_cpu(eth, dma, LEN, DMA_TO_DEVICE);
	dma_unmap_single(eth, dma, LEN, DMA_FROM_DEVICE);
}

static void synced_the_other_way(struct device *eth)
{
	with_buffer(eth, for_cpu_to_device);
}

static void for_device_both_ways(struct device *eth, dma_addr_t dma)
{
	dma_sync_single_for_device(eth, dma, LEN, DMA_BIDIRECTIONAL);
	dma_unmap_single(eth, dma, LEN, DMA_FROM_DEVICE);
}

static void write_only_synced_for_the_device(struct device *eth)
{
	with_buffer(eth, for_device_both_ways);
}

static void read_only_synced_for_the_cpu(struct device *eth)
{
	u8 *buf = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = map(eth, buf, LEN, DMA_TO_DEVICE);

	dma_sync_single_for_cpu(eth, dma, LEN, DMA_FROM_DEVICE);
	dma_unmap_single(eth, dma, LEN, DMA_TO_DEVICE);
	kfree(buf);
}

static void bidirectional_synced_anyhow(struct device *eth)
{
	u8 *buf = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = map(eth, buf, LEN, DMA_BIDIRECTIONAL);

	dma_sync_single_for_cpu(eth, dma, LEN, DMA_TO_DEVICE);
	dma_unmap_single(eth, dma, LEN, DMA_BIDIRECTIONAL);
	kfree(buf);
}

static void one_synced(struct device *eth, struct scatterlist *sg)
{
	dma_sync_sg_for_cpu(eth, sg, 1, DMA_FROM_DEVICE);
	dma_unmap_sg(eth, sg, 2, DMA_FROM_DEVICE);
}

static void list_synced_with_too_few_entries(struct device *eth)
{
	with_list(eth, one_synced);
}

static void afterwards(struct device *eth, struct scatterlist *sg)
{
	dma_unmap_sg(eth, sg, 2, DMA_FROM_DEVICE);
	dma_sync_sg_for_cpu(eth, sg, 2, DMA_FROM_DEVICE);
}

static void list_synced_after_its_unmap(struct device *eth)
{
	with_list(eth, afterwards);
}

/* ---- segments ------------------------------------------------------------------------------ */

static void list_undone(struct device *eth, struct scatterlist *sg)
{
	dma_unmap_sg(eth, sg, 2, DMA_FROM_DEVICE);
}

static void list_mapped(struct device *eth)
{
	with_list(eth, list_undone);
}

static void entries_longer_than_the_device_takes(struct device *eth)
{
	static struct device_dma_parameters parms;

	eth->dma_parms = &parms;
	dma_set_max_seg_size(eth, LEN / 2);
	with_list(eth, list_undone);
	eth->dma_parms = NULL;
}

static void entries_across_a_boundary(struct device *eth)
{
	static struct device_dma_parameters parms;

	eth->dma_parms = &parms;
	dma_set_max_seg_size(eth, LEN);
	dma_set_seg_boundary(eth, LEN / 2 - 1);
	with_list(eth, list_undone);
	eth->dma_parms = NULL;
}

/* ---- lines --------------------------------------------------------------------------------- */

/* Two mappings of one buffer, the second @offset behind the first. */
static void two_mappings(struct device *eth, size_t offset, enum dma_data_direction second_dir,
			 unsigned long attrs)
{
	u8 *buf = kmalloc(2 * LEN, GFP_KERNEL);
	dma_addr_t a = map(eth, buf, LEN, DMA_FROM_DEVICE);
	dma_addr_t b = dma_map_single_attrs(eth, buf + offset, LEN, second_dir, attrs);

	assert_int_equal(dma_mapping_error(eth, b), 0);
	dma_unmap_single_attrs(eth, b, LEN, second_dir, attrs);
	dma_unmap_single(eth, a, LEN, DMA_FROM_DEVICE);
	kfree(buf);
}

static void two_begin_in_one_line(struct device *eth)
{
	two_mappings(eth, 32, DMA_FROM_DEVICE, 0);
}

static void two_overlap_but_at_their_beginnings(struct device *eth)
{
	two_mappings(eth, LEN / 2, DMA_FROM_DEVICE, 0);
}

static void one_of_two_is_only_read(struct device *eth)
{
	two_mappings(eth, 32, DMA_TO_DEVICE, 0);
}

static void one_of_two_skips_syncs(struct device *eth)
{
	two_mappings(eth, 32, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
}

static void too_many_begin_in_one_line(struct device *eth)
{
	u8 *buf = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma[MAX_MAPPINGS];

	for (unsigned i = 0; i < MAX_MAPPINGS; i++) {
		dma[i] = dma_map_single_attrs(eth, buf + i, LEN - i, DMA_FROM_DEVICE,
					      DMA_ATTR_SKIP_CPU_SYNC);
		assert_int_equal(dma_mapping_error(eth, dma[i]), 0);
	}
	for (unsigned i = 0; i < MAX_MAPPINGS; i++)
		dma_unmap_single_attrs(eth, dma[i], LEN - i, DMA_FROM_DEVICE,
				       DMA_ATTR_SKIP_CPU_SYNC);
	kfree(buf);
}

/* ---- leaks, and what is not seen ----------------------------------------------------------- */

static void left_mapped(struct device *eth)
{
	map(eth, kmalloc(LEN, GFP_KERNEL), LEN, DMA_FROM_DEVICE);
	harness_unbind(eth);
}

/* Of several mappings of one address, none of which an unmap fits, none is found. */
static void one_of_two_equals_unmapped_by_half(struct device *eth)
{
	u8 *buf = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t a = map(eth, buf, LEN, DMA_TO_DEVICE), b = map(eth, buf, LEN, DMA_TO_DEVICE);

	assert_int_equal(a, b);
	dma_unmap_single(eth, a, LEN / 2, DMA_TO_DEVICE);
	dma_unmap_single(eth, a, LEN, DMA_TO_DEVICE);
	dma_unmap_single(eth, b, LEN, DMA_TO_DEVICE);
	kfree(buf);
}

static void two_equals_unmapped(struct device *eth)
{
	u8 *buf = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t a = map(eth, buf, LEN, DMA_TO_DEVICE), b = map(eth, buf, LEN, DMA_TO_DEVICE);

	dma_unmap_single(eth, a, LEN, DMA_TO_DEVICE);
	dma_unmap_single(eth, b, LEN, DMA_TO_DEVICE);
	kfree(buf);
}

static void old_bytes_read(struct device *eth)
{
	u8 *buf = kmalloc(LEN, GFP_KERNEL);
	dma_addr_t dma = map(eth, buf, LEN, DMA_FROM_DEVICE);

	cpu_reads(buf);
	device_writes(eth, dma, 0x55, LEN);
	cpu_reads(buf);
	device_writes(eth, dma + PAGE_SIZE, 0x55, LEN);	/* nobody mapped that for it */
	dma_unmap_single(eth, dma, LEN, DMA_FROM_DEVICE);
	kfree(buf);
}

static void every_kind_of_memory(struct device *eth)
{
	dma_addr_t dma, pool_dma;
	void *va = dma_alloc_coherent(eth, LEN, &dma, GFP_KERNEL);
	struct page *page = dma_alloc_pages(eth, PAGE_SIZE, &pool_dma, DMA_FROM_DEVICE,
					    GFP_KERNEL);
	struct sg_table *sgt = dma_alloc_noncontiguous(eth, 3 * PAGE_SIZE, DMA_FROM_DEVICE,
						       GFP_KERNEL, 0);
	struct dma_pool *pool;

	dma_free_noncontiguous(eth, 3 * PAGE_SIZE, sgt, DMA_FROM_DEVICE);
	dma_free_pages(eth, PAGE_SIZE, page, pool_dma, DMA_FROM_DEVICE);
	dma_free_coherent(eth, LEN, va, dma);
	pool = dma_pool_create("blocks", eth, 64, 64, 0);
	va = dma_pool_alloc(pool, GFP_KERNEL, &dma);
	dma_pool_free(pool, va, dma);
	dma_pool_destroy(pool);
}

#define SILENT NR_HAZARD_CLASSES

static const struct play {
	const char *name;
	void (*calls)(struct device *eth);
	enum hazard_class class;
	unsigned nr;			/* errors told; distinct sites are distinct reports */
} plays[] = {
	{ "1: DMA_MAPPING_ERROR is unmapped", error_value_unmapped, HAZARD_MAPPING_ERROR_USED, 1 },
	{ "2: an unmap of what was unmapped", unmapped_twice, HAZARD_UNMAP_UNKNOWN, 1 },
	{ "3: another size", unmapped_by_half, HAZARD_UNMAP_SIZE, 1 },
	{ "4: another function", unmapped_as_a_resource, HAZARD_UNMAP_FUNCTION, 1 },
	{ "5: another CPU address", freed_at_another_cpu_address, HAZARD_FREE_ADDRESS, 1 },
	{ "6: another number of entries, told of each", list_unmapped_with_too_many_entries, HAZARD_UNMAP_NENTS, 2 },
	{ "7: another direction", unmapped_the_other_way, HAZARD_UNMAP_DIRECTION, 1 },
	{ "8: an error that nobody asked about", never_asked_about, HAZARD_MAPPING_UNCHECKED, 1 },
	{ "9: a stack", stack_mapped, HAZARD_MAP_NOT_MEMORY, 1 },
	{ "10: constants", constant_mapped, HAZARD_MAP_NOT_MEMORY, 1 },
	{ "10: but no variables", variable_mapped, SILENT, 0 },
	{ "12: vmalloc memory", vmalloc_mapped, HAZARD_MAP_NOT_MEMORY, 1 },
	{ "13: a sync of what is not mapped", synced_where_nothing_is, HAZARD_SYNC_UNKNOWN, 1 },
	{ "13: a sync past the end is not known for that", synced_past_the_end, HAZARD_SYNC_UNKNOWN, 1 },
	{ "13: but a part is found", synced_in_part, SILENT, 0 },
	{ "13: wherever its mapping begins", synced_far_behind_the_beginning, SILENT, 0 },
	{ "15: a sync of another direction", synced_the_other_way, HAZARD_SYNC_DIRECTION, 1 },
	{ "16: and for the CPU, of what is only read", read_only_synced_for_the_cpu, HAZARD_SYNC_DIRECTION, 2 },
	{ "17: and for the device, of what is only written", write_only_synced_for_the_device, HAZARD_SYNC_DIRECTION, 2 },
	{ "15: but of DMA_BIDIRECTIONAL all is fine", bidirectional_synced_anyhow, SILENT, 0 },
	{ "18: a sync of another number of entries", list_synced_with_too_few_entries, HAZARD_SYNC_RANGE, 1 },
	{ "13: but a list that is not mapped may be synced", list_synced_after_its_unmap, SILENT, 0 },
	{ "19: entries that are too long", entries_longer_than_the_device_takes, HAZARD_SEGMENT_SIZE, 2 },
	{ "20: entries across a boundary", entries_across_a_boundary, HAZARD_SEGMENT_BOUNDARY, 2 },
	{ "20: but others are fine", list_mapped, SILENT, 0 },
	{ "21: two that begin in one line", two_begin_in_one_line, HAZARD_LINE_SHARED, 1 },
	{ "21: but not two that share other lines", two_overlap_but_at_their_beginnings, SILENT, 0 },
	{ "21: nor with what is only read", one_of_two_is_only_read, SILENT, 0 },
	{ "21: nor with what skips syncs", one_of_two_skips_syncs, SILENT, 0 },
	{ "22: too many in one line, told once", too_many_begin_in_one_line, HAZARD_MAPPING_LEAKED, 1 },
	{ "23: a driver leaves with something mapped", left_mapped, HAZARD_MAPPING_LEAKED, 1 },
	{ "2: of equals that do not fit none is found", one_of_two_equals_unmapped_by_half, HAZARD_UNMAP_UNKNOWN, 1 },
	{ "2: but each that fits is", two_equals_unmapped, SILENT, 0 },
	{ "nothing about bytes and devices", old_bytes_read, SILENT, 0 },
	{ "all kinds of memory are given back without a word", every_kind_of_memory, SILENT, 0 },
};

static void is_told_as_that_alone(void **state)
{
	const struct play *p = *state;
	struct harness_config cfg = {
		.board = "a9-pl310", .hazards = { .is_quiet = true, .rules = RULES_DMA_DEBUG },
	};
	g_autoptr(GError) error = NULL;
	struct harness *h = harness_start(&cfg, &error);
	struct hazard_engine *e;

	if (!h)
		fail_msg("%s", error->message);
	e = harness_hazards(h);
	p->calls(harness_device(h, "10010000.ethernet"));
	for (unsigned c = 0; c < NR_HAZARD_CLASSES; c++)
		if (hazard_count(e, c) != (c == p->class ? p->nr : 0))
			fail_msg("%u times %s", (unsigned)hazard_count(e, c), hazard_title(c));
	assert_int_equal(harness_finish(h), p->class != SILENT);
}

int main(void)
{
	struct CMUnitTest tests[G_N_ELEMENTS(plays)];

	for (size_t i = 0; i < G_N_ELEMENTS(plays); i++)
		tests[i] = (struct CMUnitTest){
			.name = plays[i].name, .test_func = is_told_as_that_alone,
			.initial_state = (void *)(uintptr_t)&plays[i],
		};
	return _cmocka_run_group_tests("dma-debug", tests, G_N_ELEMENTS(tests), NULL, NULL);
}
