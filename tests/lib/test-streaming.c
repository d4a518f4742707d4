/* SPDX-License-Identifier: MIT */
/* One buffer at a time: who sees what, and what it costs. */
#include <stdio.h>
#include <linux/vmalloc.h>
#include <armdma/observe.h>

#include "support/rig.h"

#define LEN	256

/* ---- bytes ---------------------------------------------------------------------- */

static void the_device_sees_what_the_cpu_wrote_before_mapping(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	dma_addr_t dma;

	cpu_writes(rig, p, "hello");
	dma = maps(rig, p, LEN, DMA_TO_DEVICE);
	expects_device_reads(rig, dma, "hello");
	dma_unmap_single(rig->dev, dma, LEN, DMA_TO_DEVICE);
}

static void the_cpu_sees_what_the_device_wrote_after_unmapping(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	dma_addr_t dma;

	cpu_writes(rig, p, "old");
	dma = maps(rig, p, LEN, DMA_FROM_DEVICE);
	device_writes(rig, dma, "new");
	dma_unmap_single(rig->dev, dma, LEN, DMA_FROM_DEVICE);
	expects_cpu_reads(rig, p, "new");
}

static void both_directions_work_in_one_mapping(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	dma_addr_t dma;

	cpu_writes(rig, p, "question");
	dma = maps(rig, p, LEN, DMA_BIDIRECTIONAL);
	expects_device_reads(rig, dma, "question");
	device_writes(rig, dma, "answer..");
	dma_unmap_single(rig->dev, dma, LEN, DMA_BIDIRECTIONAL);
	expects_cpu_reads(rig, p, "answer..");
}

static void a_write_after_mapping_does_not_reach_the_device(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	dma_addr_t dma;

	cpu_writes(rig, p, "in time");
	dma = maps(rig, p, LEN, DMA_TO_DEVICE);
	cpu_writes(rig, p, "too late");
	expects_device_reads(rig, dma, "in time");
}

static void a_write_that_misses_goes_by_a_cache_that_reads_fill(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	dma_addr_t dma = maps(rig, p, LEN, DMA_BIDIRECTIONAL);

	dma_sync_single_for_device(rig->dev, dma, LEN, DMA_FROM_DEVICE);
	cpu_writes(rig, p, "goes by");
	expects_device_reads(rig, dma, "goes by");
	expects_cpu_reads(rig, p, "goes by");
	cpu_writes(rig, p, "stays..");
	expects_device_reads(rig, dma, "goes by");
	dma_unmap_single(rig->dev, dma, LEN, DMA_BIDIRECTIONAL);
}

/* Nothing is invalidated after DMA: the driver's read in between was the mistake. */
static void a_line_read_while_mapped_stays_stale(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	dma_addr_t dma;

	cpu_writes(rig, p, "old");
	dma = maps(rig, p, LEN, DMA_BIDIRECTIONAL);
	expects_cpu_reads(rig, p, "old");
	device_writes(rig, dma, "new");
	dma_unmap_single(rig->dev, dma, LEN, DMA_BIDIRECTIONAL);
	expects_cpu_reads(rig, p, "old");
}

static void a_line_read_while_mapped_is_stale_until_the_sync(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	dma_addr_t dma;

	cpu_writes(rig, p, "old");
	dma_unmap_single(rig->dev, maps(rig, p, LEN, DMA_TO_DEVICE), LEN, DMA_TO_DEVICE);
	dma = maps(rig, p, LEN, DMA_FROM_DEVICE);
	expects_cpu_reads(rig, p, "old");
	device_writes(rig, dma, "new");
	expects_cpu_reads(rig, p, "old");
	dma_sync_single_for_cpu(rig->dev, dma, LEN, DMA_FROM_DEVICE);
	expects_cpu_reads(rig, p, "new");
}

static void syncing_a_part_leaves_the_rest(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	dma_addr_t dma = maps(rig, p, LEN, DMA_FROM_DEVICE);

	dma_sync_single_for_cpu(rig->dev, dma, LEN, DMA_FROM_DEVICE);
	cpu_holds(rig, p, LEN);
	cpu_writes(rig, p, "first.");
	cpu_writes(rig, p + 128, "second");
	dma_sync_single_for_device(rig->dev, dma, LEN, DMA_BIDIRECTIONAL);
	device_writes(rig, dma, "FIRST.");
	device_writes(rig, dma + 128, "SECOND");
	expects_cpu_reads(rig, p, "first.");
	expects_cpu_reads(rig, p + 128, "second");
	dma_sync_single_range_for_cpu(rig->dev, dma, 128, 128, DMA_FROM_DEVICE);
	expects_cpu_reads(rig, p, "first.");
	expects_cpu_reads(rig, p + 128, "SECOND");
}

/* One round under the chooser's freedom; the fills that nobody asked for. */
static unsigned nr_unasked(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	struct machine_counters now;
	dma_addr_t dma = maps(rig, p, LEN, DMA_FROM_DEVICE);

	machine_watch(rig->m, virt_to_phys(p), LEN);
	for (unsigned i = 0; i < 8; i++)
		device_fills(rig, dma, LEN, i);
	dma_unmap_single(rig->dev, dma, LEN, DMA_FROM_DEVICE);
	expects_cpu_finds(rig, p, LEN, 7);
	machine_unwatch(rig->m, virt_to_phys(p), LEN);
	machine_count(rig->m, &now);
	return (unsigned)now.level[0].speculated;
}

/* Else the sync after DMA, which is none there, would leave old lines behind. */
static void cores_before_armv6_fetch_nothing_unasked(struct rig *rig)
{
	unsigned nr = 0;

	for (uint64_t seed = 0; seed < 16; seed++) {
		struct rig *r = rig_new(rig->on, CHOOSER_RANDOM, seed);

		nr += nr_unasked(r);
		rig_free(r);
	}
	if (rig->on->is & ON_V5)
		assert_int_equal(nr, 0);
	else
		assert_int_not_equal(nr, 0);
}

static void ownership_goes_back_and_forth_by_syncs(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	dma_addr_t dma = maps(rig, p, LEN, DMA_BIDIRECTIONAL);

	for (unsigned i = 0; i < 4; i++) {
		dma_sync_single_for_cpu(rig->dev, dma, LEN, DMA_BIDIRECTIONAL);
		cpu_fills(rig, p, LEN, 2 * i);
		dma_sync_single_for_device(rig->dev, dma, LEN, DMA_BIDIRECTIONAL);
		expects_device_finds(rig, dma, LEN, 2 * i);
		device_fills(rig, dma, LEN, 2 * i + 1);
		dma_sync_single_for_cpu(rig->dev, dma, LEN, DMA_BIDIRECTIONAL);
		expects_cpu_finds(rig, p, LEN, 2 * i + 1);
		dma_sync_single_for_device(rig->dev, dma, LEN, DMA_BIDIRECTIONAL);
	}
	dma_unmap_single(rig->dev, dma, LEN, DMA_BIDIRECTIONAL);
}

static void what_the_device_does_not_write_survives(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	dma_addr_t dma;

	cpu_writes(rig, p, "0123456789");
	dma = maps(rig, p, LEN, DMA_BIDIRECTIONAL);
	device_writes(rig, dma + 4, "xx");
	dma_unmap_single(rig->dev, dma, LEN, DMA_BIDIRECTIONAL);
	expects_cpu_reads(rig, p, "0123xx6789");
}

static void a_neighbour_in_the_edge_line_survives_mapping(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	dma_addr_t dma;

	cpu_writes(rig, p, "neighbour");
	dma = maps(rig, p + 16, 64, DMA_FROM_DEVICE);
	device_writes(rig, dma, "data");
	dma_unmap_single(rig->dev, dma, 64, DMA_FROM_DEVICE);
	expects_cpu_reads(rig, p, "neighbour");
	expects_cpu_reads(rig, p + 16, "data");
}

static void a_neighbour_written_meanwhile_overwrites_the_device(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	dma_addr_t dma;

	cpu_writes(rig, p + 16, "old!");
	dma = maps(rig, p + 16, 64, DMA_FROM_DEVICE);
	cpu_holds(rig, p, 32);
	cpu_writes(rig, p, "neighbour");
	device_writes(rig, dma, "data");
	dma_unmap_single(rig->dev, dma, 64, DMA_FROM_DEVICE);
	expects_cpu_reads(rig, p, "neighbour");
	expects_cpu_reads(rig, p + 16, "old!");
}

static void skip_cpu_sync_leaves_dirty_lines_alone(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	dma_addr_t dma;

	cpu_writes(rig, p, "dirty");
	marks(rig);
	dma = dma_map_single_attrs(rig->dev, p, LEN, DMA_TO_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	dma_unmap_single_attrs(rig->dev, dma, LEN, DMA_TO_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	expects_work(rig, "L1 c0 i0, L2 c0 i0, syncs 0");
}

static void a_page_is_mapped_from_an_offset(struct rig *rig)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 1);
	char *p = page_address(page);
	dma_addr_t dma;

	cpu_fills(rig, p, 2 * PAGE_SIZE, 7);
	dma = dma_map_page(rig->dev, page, 4000, 4000, DMA_TO_DEVICE);
	assert_int_equal(dma_mapping_error(rig->dev, dma), 0);
	for (size_t at = 0; at < 4000; at += 500) {
		uint8_t got, want;

		cpu_load(rig->cpu, (uint32_t)(uintptr_t)(p + 4000 + at), &want, 1, NULL);
		master_read(rig->hw, dma + at, &got, 1);
		assert_int_equal(got, want);
	}
	dma_unmap_page(rig->dev, dma, 4000, DMA_TO_DEVICE);
	__free_pages(page, 1);
}

/* ---- cost: the maintenance contract ------------------------------------------------ */

enum step { MAP, UNMAP, SYNC_FOR_CPU, SYNC_FOR_DEVICE };

/*
 * A range from a 64-byte boundary, and the lines that each level is asked for: a PL310
 * and its syncs, lines of 32 bytes in both; lines of 64, level 2 reached by CP15; ARMv6
 * and ARMv5, lines of 32 in a single level.
 */
static const struct row {
	enum step step;
	enum dma_data_direction dir;
	unsigned at, len;
	const char *on_pl310;
	unsigned syncs;
	const char *on_64, *on_v6, *on_v5;
} rows[] = {
	/* whole lines */
	{ MAP,   DMA_TO_DEVICE,     0, 256, "c8 i0", 1, "c4 i0", "c8 i0", "c8 i0" },
	{ MAP,   DMA_BIDIRECTIONAL, 0, 256, "c8 i0", 1, "c4 i0", "c8 i0", "c8 i8" },
	{ MAP,   DMA_FROM_DEVICE,   0, 256, "c0 i8", 1, "c0 i4", "c0 i8", "c0 i8" },
	{ UNMAP, DMA_TO_DEVICE,     0, 256, "c0 i0", 0, "c0 i0", "c0 i0", "c0 i0" },
	{ UNMAP, DMA_BIDIRECTIONAL, 0, 256, "c0 i8", 1, "c0 i4", "c0 i8", "c0 i0" },
	{ UNMAP, DMA_FROM_DEVICE,   0, 256, "c0 i8", 1, "c0 i4", "c0 i8", "c0 i0" },
	/* both edges partial */
	{ MAP,   DMA_TO_DEVICE,     8,  48, "c2 i0", 1, "c1 i0", "c2 i0", "c2 i0" },
	{ MAP,   DMA_FROM_DEVICE,   8,  48, "c2 i2", 1, "c2 i2", "c2 i2", "c2 i2" },
	{ UNMAP, DMA_FROM_DEVICE,   8,  48, "c2 i2", 1, "c2 i2", "c2 i2", "c0 i0" },
	/* whole lines of 32 bytes, halves of 64 */
	{ MAP,   DMA_FROM_DEVICE,  32,  64, "c0 i2", 1, "c2 i2", "c0 i2", "c0 i2" },
	{ MAP,   DMA_TO_DEVICE,    32,  64, "c2 i0", 1, "c2 i0", "c2 i0", "c2 i0" },
	/* only the end partial */
	{ UNMAP, DMA_BIDIRECTIONAL, 0, 100, "c1 i4", 1, "c1 i2", "c1 i4", "c0 i0" },
	/* a single byte */
	{ MAP,   DMA_TO_DEVICE,    63,   1, "c1 i0", 1, "c1 i0", "c1 i0", "c1 i0" },
	{ MAP,   DMA_FROM_DEVICE,  10,   1, "c2 i2", 1, "c2 i2", "c2 i2", "c2 i1" },
	/* syncs are the same two operations */
	{ SYNC_FOR_DEVICE, DMA_TO_DEVICE,   0, 256, "c8 i0", 1, "c4 i0", "c8 i0", "c8 i0" },
	{ SYNC_FOR_DEVICE, DMA_FROM_DEVICE, 0, 256, "c0 i8", 1, "c0 i4", "c0 i8", "c0 i8" },
	{ SYNC_FOR_CPU,    DMA_TO_DEVICE,   0, 256, "c0 i0", 0, "c0 i0", "c0 i0", "c0 i0" },
	{ SYNC_FOR_CPU,    DMA_FROM_DEVICE, 0, 256, "c0 i8", 1, "c0 i4", "c0 i8", "c0 i0" },
};

static void takes_step(struct rig *rig, const struct row *row, char *p)
{
	static const char *const step[] = { "map", "unmap", "sync_for_cpu", "sync_for_device" };
	static const char *const dir[] = { "BIDIRECTIONAL", "TO_DEVICE", "FROM_DEVICE" };
	dma_addr_t dma;

	snprintf(rig->what, sizeof(rig->what), "%s %s +%u %u bytes", step[row->step],
		 dir[row->dir], row->at, row->len);
	if (row->step == MAP)
		marks(rig);
	dma = maps(rig, p + row->at, row->len, row->dir);
	if (row->step == MAP)
		return;
	marks(rig);
	if (row->step == UNMAP)
		dma_unmap_single(rig->dev, dma, row->len, row->dir);
	else if (row->step == SYNC_FOR_CPU)
		dma_sync_single_for_cpu(rig->dev, dma, row->len, row->dir);
	else
		dma_sync_single_for_device(rig->dev, dma, row->len, row->dir);
}

static void expects_work_of(struct rig *rig, const struct row *row)
{
	unsigned on = rig->on->is;
	const char *l1 = on & ON_PL310 ? row->on_pl310 : on & ON_V6 ? row->on_v6
			: on & ON_V5 ? row->on_v5 : row->on_64;
	g_autofree char *all = g_strdup_printf("L1 %s, L2 %s, syncs %u", l1,
		on & ON_ONE_LEVEL ? "c0 i0" : l1, on & ON_PL310 ? row->syncs : 0);

	expects_work(rig, all);
}

static void each_step_asks_for_the_lines_of_the_contract(struct rig *rig)
{
	char *p = allocates(rig, LEN);

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		takes_step(rig, &rows[i], p);
		expects_work_of(rig, &rows[i]);
	}
}

/* Its lines are never dirty, so that a partly covered one needs no care either. */
static void aurora_is_asked_for_ranges_and_never_to_clean(struct rig *rig)
{
	static const struct row with_aurora[] = {
		{ MAP,   DMA_TO_DEVICE,   0, 256 },
		{ MAP,   DMA_FROM_DEVICE, 8,  48 },
		{ UNMAP, DMA_FROM_DEVICE, 0, 256 },
		{ UNMAP, DMA_FROM_DEVICE, 64, 1024 + 512 },	/* two ranges of 1 KiB at most */
	};
	static const char *const work[] = {
		"L1 c8 i0, L2 c0 i0, syncs 0",
		"L1 c2 i2, L2 c0 i2, syncs 1",
		"L1 c0 i8, L2 c0 i8, syncs 1",
		"L1 c0 i48, L2 c0 i48, syncs 2",
	};
	char *p = allocates(rig, 2 * PAGE_SIZE);

	for (size_t i = 0; i < G_N_ELEMENTS(with_aurora); i++) {
		takes_step(rig, &with_aurora[i], p);
		expects_work(rig, work[i]);
	}
	/* Across a page there are two ranges, too. */
	marks(rig);
	maps(rig, p + PAGE_SIZE - 64, 128, DMA_FROM_DEVICE);
	expects_work(rig, "L1 c0 i4, L2 c0 i4, syncs 2");
}

static void a_device_that_snoops_costs_nothing(struct rig *rig)
{
	char *p = allocates(rig, LEN);

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		marks(rig);
		takes_step(rig, &rows[i], p);
		expects_work(rig, "L1 c0 i0, L2 c0 i0, syncs 0");
	}
}

/* ---- the watcher ----------------------------------------------------------------------- */

struct logger {
	struct sync_watcher watcher;
	GString *text;
	uint64_t pa;
};

static void log_sync(struct sync_watcher *w, bool is_for_device, uint64_t pa, size_t len, int dir)
{
	struct logger *l = (struct logger *)w;

	g_string_append_printf(l->text, "%s +%d %zu dir %d\n", is_for_device ? "dev" : "cpu",
			       (int)(pa - l->pa), len, dir);
}

static void each_call_is_one_sync_of_the_same_bytes(struct rig *rig)
{
	char *p = allocates(rig, LEN);
	struct logger l = { { log_sync }, g_string_new(NULL), virt_to_phys(p) };
	dma_addr_t dma;

	harness_watch_syncs(rig->h, &l.watcher);
	dma = maps(rig, p + 10, 50, DMA_FROM_DEVICE);
	dma_sync_single_for_cpu(rig->dev, dma + 5, 20, DMA_FROM_DEVICE);
	dma_sync_single_for_device(rig->dev, dma + 5, 20, DMA_FROM_DEVICE);
	dma_unmap_single(rig->dev, dma, 50, DMA_FROM_DEVICE);
	dma = maps(rig, p, LEN, DMA_TO_DEVICE);
	dma_unmap_single(rig->dev, dma, LEN, DMA_TO_DEVICE);
	harness_watch_syncs(rig->h, NULL);
	assert_string_equal(l.text->str,
			    "dev +10 50 dir 2\n"
			    "cpu +15 20 dir 2\n"
			    "dev +15 20 dir 2\n"
			    "cpu +10 50 dir 2\n"
			    "dev +0 256 dir 1\n"
			    "cpu +0 256 dir 1\n");
	g_string_free(l.text, TRUE);
}

/* ---- refusals --------------------------------------------------------------------------- */

static void expects_refusal(struct rig *rig, dma_addr_t dma)
{
	if (dma != DMA_MAPPING_ERROR)
		fail_msg("mapped at %#llx, expected a refusal on %s", (unsigned long long)dma,
			 rig->on->name);
	assert_int_equal(dma_mapping_error(rig->dev, dma), -ENOMEM);
}

static void host_memory_is_refused(struct rig *rig)
{
	char stack[64];
	g_autofree char *heap = g_malloc(64);

	listens(rig);
	expects_refusal(rig, dma_map_single(rig->dev, stack, 64, DMA_TO_DEVICE));
	expects_refusal(rig, dma_map_single(rig->dev, heap, 64, DMA_FROM_DEVICE));
	expects_refusal(rig, dma_map_single(rig->dev, NULL, 64, DMA_FROM_DEVICE));
	expects_refusal(rig, dma_map_page(rig->dev, virt_to_page(stack), 0, 64, DMA_TO_DEVICE));
	expects_warning(rig, NULL);
}

static void vmalloc_memory_is_refused(struct rig *rig)
{
	void *p = vmalloc(PAGE_SIZE);

	assert_non_null(p);
	listens(rig);
	expects_refusal(rig, dma_map_single(rig->dev, p, 64, DMA_TO_DEVICE));
	expects_warning(rig, "eth0: rejecting DMA map of vmalloc memory");
	vfree(p);
}

static void memory_of_another_machine_is_refused(struct rig *rig)
{
	struct rig *other = rig_new(rig->on, CHOOSER_NOMINAL, 0);
	void *p = allocates(other, LEN);

	assert_ptr_equal(machine_of(p), other->m);
	expects_refusal(rig, dma_map_single(rig->dev, p, LEN, DMA_TO_DEVICE));
	expects_refusal(rig, dma_map_page(rig->dev, virt_to_page(p), 0, LEN, DMA_TO_DEVICE));
	rig_free(other);
}

static void a_mapping_beyond_memory_is_refused(struct rig *rig)
{
	void *p = allocates(rig, LEN);

	listens(rig);
	expects_refusal(rig, dma_map_single(rig->dev, p, SZ_2G, DMA_TO_DEVICE));
	expects_warning(rig, "which is not all memory");
}

static void a_wrong_direction_is_a_warning_and_a_refusal(struct rig *rig)
{
	void *p = allocates(rig, LEN);

	listens(rig);
	expects_refusal(rig, dma_map_single(rig->dev, p, LEN, DMA_NONE));
	expects_warning(rig, "BUG: DMA direction 3");
}

static void a_device_without_a_mask_maps_nothing(struct rig *rig)
{
	void *p = allocates(rig, LEN);
	struct scatterlist sg;

	rig->dev->dma_mask = NULL;
	listens(rig);
	expects_refusal(rig, dma_map_single(rig->dev, p, LEN, DMA_TO_DEVICE));
	sg_init_one(&sg, p, LEN);
	assert_int_equal(dma_map_sg(rig->dev, &sg, 1, DMA_TO_DEVICE), 0);
	expects_refusal(rig, dma_map_resource(rig->dev, 0x10000000, 64, DMA_TO_DEVICE, 0));
	expects_warning(rig, "without a dma_mask");
}

static void registers_are_mapped_where_they_are_and_memory_with_a_warning(struct rig *rig)
{
	dma_addr_t dma = dma_map_resource(rig->dev, 0x10000040, 64, DMA_BIDIRECTIONAL, 0);
	phys_addr_t pa = virt_to_phys(allocates(rig, 64));

	assert_int_equal(dma, 0x10000040);
	dma_unmap_resource(rig->dev, dma, 64, DMA_BIDIRECTIONAL, 0);
	listens(rig);
	assert_int_equal(dma_map_resource(rig->dev, pa, 64, DMA_TO_DEVICE, 0), pa);
	expects_warning(rig, "mapping memory as a resource");
	listens(rig);
	expects_refusal(rig, dma_map_resource(rig->dev, 0xfffffff0, 64, DMA_TO_DEVICE, 0));
	expects_warning(rig, "overflow (mask ffffffff");
}

static void only_the_error_value_is_an_error(struct rig *rig)
{
	assert_int_equal(dma_mapping_error(rig->dev, 0), 0);
	assert_int_equal(dma_mapping_error(rig->dev, DMA_MAPPING_ERROR - 1), 0);
	assert_int_equal(dma_mapping_error(rig->dev, DMA_MAPPING_ERROR), -ENOMEM);
}

static const struct rig_test tests[] = {
	/*                                                              needs     never */
	TEST_ON(the_device_sees_what_the_cpu_wrote_before_mapping,      0,        0),
	TEST_ON(the_cpu_sees_what_the_device_wrote_after_unmapping,     0,        0),
	TEST_ON(both_directions_work_in_one_mapping,                    0,        0),
	TEST_ON(a_write_after_mapping_does_not_reach_the_device,        ON_BOUNCE, 0),
	TEST_ON(a_write_after_mapping_does_not_reach_the_device,        0, ON_COHERENT | ON_FAST | ON_BOUNCE | ON_READ_ALLOCATE),
	TEST_ON(a_write_that_misses_goes_by_a_cache_that_reads_fill, ON_READ_ALLOCATE, 0),
	TEST_ON(a_line_read_while_mapped_is_stale_until_the_sync,       0, ON_COHERENT | ON_FAST | ON_V5),
	TEST_ON(a_line_read_while_mapped_stays_stale,                   ON_V5, 0),
	TEST_ON(cores_before_armv6_fetch_nothing_unasked,    0, ON_COHERENT | ON_FAST | ON_BOUNCE | ON_LEGACY),
	TEST_ON(syncing_a_part_leaves_the_rest,                         0, ON_COHERENT | ON_FAST | ON_V5),
	TEST_ON(ownership_goes_back_and_forth_by_syncs,                 0,        0),
	TEST_ON(what_the_device_does_not_write_survives,                0,        0),
	TEST_ON(a_neighbour_in_the_edge_line_survives_mapping,          0,        0),
	TEST_ON(a_neighbour_written_meanwhile_overwrites_the_device,    0, ON_COHERENT | ON_BOUNCE | ON_FAST),
	TEST_ON(skip_cpu_sync_leaves_dirty_lines_alone,                 0, ON_BOUNCE),
	TEST_ON(a_page_is_mapped_from_an_offset,                        0,        0),
	TEST_ON(each_step_asks_for_the_lines_of_the_contract,           0, ON_COHERENT | ON_BOUNCE | ON_AURORA),
	TEST_ON(aurora_is_asked_for_ranges_and_never_to_clean,          ON_AURORA, 0),
	TEST_ON(a_device_that_snoops_costs_nothing,                     ON_COHERENT, 0),
	TEST_ON(each_call_is_one_sync_of_the_same_bytes,                0, ON_COHERENT | ON_BOUNCE),
	TEST_ON(host_memory_is_refused,                                 0,        0),
	TEST_ON(vmalloc_memory_is_refused,                              0,        0),
	TEST_ON(memory_of_another_machine_is_refused,                   0,        0),
	TEST_ON(a_mapping_beyond_memory_is_refused,                     0,        0),
	TEST_ON(a_wrong_direction_is_a_warning_and_a_refusal,           0,        0),
	TEST_ON(a_device_without_a_mask_maps_nothing,                   0,        0),
	TEST_ON(registers_are_mapped_where_they_are_and_memory_with_a_warning, 0,     0),
	TEST_ON(only_the_error_value_is_an_error,                       0,        0),
};

int main(void)
{
	return rig_run(tests, G_N_ELEMENTS(tests));
}
