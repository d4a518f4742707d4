/* SPDX-License-Identifier: MIT */
/*
 * Which bytes a replayed trace moves and where they come to lie: mappings, lists, what the
 * trace's memory becomes on the board, and cache lines that are shared.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "replay-rig.h"
#include "replay/report.h"

/* ---- nothing wrong ------------------------------------------------------ */

static void a_buffer_in_each_direction_moves_and_is_right(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP("eth0", TO, "40001000", "2048")
		UNMAP("eth0", TO, "40001000", "2048")
		MAP("eth0", FROM, "40002000", "2048")
		UNMAP("eth0", FROM, "40002000", "2048")
		MAP("eth0", BIDI, "40003000", "2048")
		UNMAP("eth0", BIDI, "40003000", "2048"));

	is_clean(rep);
	assert_int_equal(rep->total.moved[CPU_WROTE], 4096);
	assert_int_equal(rep->total.moved[DEVICE_READ], 4096);
	assert_int_equal(rep->total.moved[DEVICE_WROTE], 4096);
	assert_int_equal(rep->total.moved[CPU_READ], 4096);
	assert_int_equal(rep->total.checked, 8192);
}

static void the_fast_gear_moves_nothing_and_counts_the_same(void **state)
{
	struct replay_config fast = { .gear = GEAR_FAST };
	const char *events = MAP("eth0", FROM, "40001000", "4096")
			     UNMAP("eth0", FROM, "40001000", "4096");
	g_autoptr(replay_report) a = replays(events);
	g_autoptr(replay_report) b = replays_with(events, &fast);

	is_clean(b);
	assert_int_equal(b->total.checked, 0);
	assert_int_equal(b->total.cost[COST_UNMAP].sum.level[0].invalidated, 128);
	assert_int_equal(a->total.cost[COST_UNMAP].sum.level[0].invalidated, 128);
}

/* 4096 bytes are 128 lines of 32 bytes, at each of two levels. */
static void maintenance_is_counted_by_call_and_level(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP("eth0", TO, "40001000", "4096")
		UNMAP("eth0", TO, "40001000", "4096")
		MAP("eth0", FROM, "40002000", "4096")
		UNMAP("eth0", FROM, "40002000", "4096"));
	const struct cost *map = &rep->total.cost[COST_MAP];
	const struct cost *unmap = &rep->total.cost[COST_UNMAP];

	for (int l = 0; l < 2; l++) {
		assert_int_equal(map->sum.level[l].cleaned, 128);
		assert_int_equal(map->sum.level[l].invalidated, 128);
		assert_int_equal(unmap->sum.level[l].cleaned, 0);
		assert_int_equal(unmap->sum.level[l].invalidated, 128);
	}
	assert_int_equal(map->sum.level[0].written_back, 128);
	assert_int_equal(map->calls, 2);
	assert_int_equal(unmap->calls, 2);
}

static void a_coherent_device_costs_nothing(void **state)
{
	char *devices[] = { (char *)"eth9=coherent", NULL };
	struct replay_config cfg = { .devices = devices };
	g_autoptr(replay_report) rep = replays_with(
		MAP("eth9", BIDI, "40001010", "100")
		UNMAP("eth9", BIDI, "40001010", "100"), &cfg);

	is_clean(rep);
	assert_int_equal(rep->total.checked, 200);
	assert_int_equal(rep->total.cost[COST_MAP].sum.level[0].cleaned, 0);
	assert_int_equal(rep->total.cost[COST_UNMAP].sum.level[0].invalidated, 0);
}

static void a_device_is_found_on_the_board_by_its_linux_name(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP("10010000.ethernet", TO, "40001000", "64")
		UNMAP("10010000.ethernet", TO, "40001000", "64")
		MAP("0000:00:01.0", TO, "40001000", "64")
		UNMAP("0000:00:01.0", TO, "40001000", "64"));
	const struct replay_device *found_one = rep->devices->pdata[0];
	const struct replay_device *generic = rep->devices->pdata[1];

	is_clean(rep);
	assert_non_null(found_one->master_path);
	assert_non_null(strstr(found_one->master_path, "ethernet@10010000"));
	assert_null(generic->master_path);
}

/* ---- renaming ----------------------------------------------------------- */

static void two_mappings_of_one_page_share_its_bytes(void **state)
{
	/* The second device reads what the CPU wrote for the first: no refill between. */
	g_autoptr(replay_report) rep = replays(
		MAP("eth0", TO, "940001000", "4096")
		MAP("mmc0", TO, "940001000", "4096")
		UNMAP("mmc0", TO, "940001000", "4096")
		UNMAP("eth0", TO, "940001000", "4096"));

	is_clean(rep);
	assert_int_equal(rep->total.moved[CPU_WROTE], 4096);
	assert_int_equal(rep->total.moved[DEVICE_READ], 8192);
	assert_int_equal(rep->total.left_alone, 4096);
	assert_int_equal(rep->renamed.phys_lowest, 0x940001000);
}

static void a_buffer_over_two_megabytes_stays_in_one_piece(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP("eth0", TO, "403ff800", "2099200")
		UNMAP("eth0", TO, "403ff800", "2099200"));

	is_clean(rep);
	found(rep, FIND_RENAME_CONFLICT, 0);
	assert_int_equal(rep->total.moved[DEVICE_READ], 2099200);
}

static void a_buffer_larger_than_the_allocator_gives_still_maps(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP("eth0", TO, "40000000", "9437184")
		UNMAP("eth0", TO, "40000000", "9437184"));

	is_clean(rep);
	assert_int_equal(rep->total.moved[DEVICE_READ], 9437184);
}

static void a_buffer_larger_than_the_board_is_refused(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP("eth0", TO, "40000000", "4294967296")
		UNMAP("eth0", TO, "40000000", "4294967296"));

	only_trouble(rep, FIND_REFUSED, 1);
	says(rep, FIND_REFUSED, "larger than the board's memory");
}

/* Both ends are in use, in blocks of 4 MiB of which nobody knew they would meet. */
static void a_conflict_that_cannot_be_kept_is_counted(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP("eth0", FROM, "403ff000", "4096")
		MAP("eth0", FROM, "40400000", "4096")
		MAP("mmc0", TO, "403fe000", "16384")
		UNMAP("mmc0", TO, "403fe000", "16384")
		UNMAP("eth0", FROM, "403ff000", "4096")
		UNMAP("eth0", FROM, "40400000", "4096"));

	is_clean(rep);
	found(rep, FIND_RENAME_CONFLICT, 1);
	assert_int_equal(rep->renamed.conflicts, 1);
}

/* 3000 pages, 16 MiB apart: 46 GiB of trace memory on a board of 256 MiB. */
static void memory_that_nobody_uses_makes_room(void **state)
{
	g_autoptr(GString) events = g_string_new(NULL);
	struct replay_config fast = { .gear = GEAR_FAST };
	g_autoptr(replay_report) rep = NULL;

	for (uint64_t i = 0; i < 3000; i++)
		g_string_append_printf(events,
			"dma_map_page: eth0 dir=TO_DEVICE dma_addr=%" G_GINT64_MODIFIER "x "
			"size=4096 phys_addr=%" G_GINT64_MODIFIER "x attrs=\n"
			"dma_unmap_page: eth0 dir=TO_DEVICE dma_addr=%" G_GINT64_MODIFIER "x "
			"size=4096 attrs=\n", i << 24, i << 24, i << 24);
	rep = replays_with(events->str, &fast);
	is_clean(rep);
	assert_true(rep->renamed.recycled > 2000);
	assert_true(rep->renamed.groups_peak << GROUP_SHIFT <= 256 << 20);
}

static void memory_that_is_all_in_use_is_refused(void **state)
{
	g_autoptr(GString) events = g_string_new(NULL);
	struct replay_config fast = { .gear = GEAR_FAST };
	g_autoptr(replay_report) rep = NULL;

	for (uint64_t i = 0; i < 100; i++)
		g_string_append_printf(events,
			"dma_map_page: eth0 dir=TO_DEVICE dma_addr=%" G_GINT64_MODIFIER "x "
			"size=4194304 phys_addr=%" G_GINT64_MODIFIER "x attrs=\n",
			i << 22, i << 22);
	rep = replays_with(events->str, &fast);
	assert_true(rep->total.findings[FIND_REFUSED] > 20);
	assert_true(rep->total.findings[FIND_REFUSED] < 60);
	says(rep, FIND_REFUSED, "memory is full");
}

/* ---- lists -------------------------------------------------------------- */

static void a_list_is_mapped_and_unmapped_by_its_first_page(void **state)
{
	g_autoptr(replay_report) rep = replays(
		SG(FROM, "2/2", "2/2", "0x40001000,0x40007000", "0x1000,0x200",
		   "0x40001000,0x40007000")
		UNMAP_SG(FROM, "0x40001000,0x40007000"));

	is_clean(rep);
	assert_int_equal(rep->total.bytes[TRACE_FROM_DEVICE], 0x1200);
	assert_int_equal(rep->total.moved[CPU_READ], 0x1200);
	assert_int_equal(rep->total.live, 0);
	assert_int_equal(rep->total.live_peak, 1);
}

/* Three pages behind an IOMMU are one entry; the last is not full. */
static void a_merged_list_is_taken_apart_by_pages(void **state)
{
	g_autoptr(replay_report) rep = replays(
		SG(TO, "3/3", "1/1", "0xfffa0000", "0x2200", "0x40001000,0x40003000,0x40009000")
		UNMAP_SG(TO, "0x40001000,0x40003000,0x40009000"));

	is_clean(rep);
	found(rep, FIND_SG_LAYOUT_GUESSED, 1);
	assert_int_equal(rep->total.moved[DEVICE_READ], 0x2200);
}

#define IOMMU_MAP(iova, end, paddr, size) \
	"map: IOMMU: iova=0x00000000" iova " - 0x00000000" end " paddr=0x00000000" paddr \
	" size=" size "\n"

/* The second segment is longer than a page: only iommu:map tells. The same CPU logs. */
static void iommu_map_events_tell_how_long_merged_segments_are(void **state)
{
	g_autoptr(replay_report) rep = replays(
		IOMMU_MAP("fffa0000", "fffa1000", "40001000", "4096")
		MAP("eth0", TO, "41000000", "64")
		IOMMU_MAP("fffa1000", "fffa5000", "40008000", "16384")
		UNMAP("eth0", TO, "41000000", "64")
		SG(TO, "2/2", "1/1", "0xfffa0000", "0x5000", "0x40001000,0x40008000")
		UNMAP_SG(TO, "0x40001000,0x40008000"));

	is_clean(rep);
	found(rep, FIND_SG_LAYOUT_GUESSED, 0);
	assert_int_equal(rep->iommu_map_bytes, 20480);
	assert_int_equal(rep->total.moved[DEVICE_READ], 0x5000 + 64);
}

static void the_tail_of_a_truncated_list_is_not_mapped(void **state)
{
	g_autoptr(replay_report) rep = replays(
		"dma_map_sg: mmc0 dir=TO_DEVICE nents=2/3 ents=1/1 [TRUNCATED] "
		"dma_addrs={0xffc00000} sizes={0x3000} phys_addrs={0x40001000,0x40005000} attrs=\n"
		UNMAP_SG(TO, "0x40001000,0x40005000,0x40009000"));

	is_clean(rep);
	found(rep, FIND_SG_TRUNCATED, 1);
	assert_int_equal(rep->total.bytes[TRACE_TO_DEVICE], 0x3000);
	assert_int_equal(rep->total.moved[DEVICE_READ], 0x2000);
	assert_int_equal(rep->total.live, 0);
}

#define ELSEWHERE	MAP("eth0", TO, "41000000", "64")	/* the other CPU logs */
#define ELSEWHERE_UNMAP	UNMAP("eth0", TO, "41000000", "64")

/* Behind an IOMMU each entry of a list is mapped, and that is not cut. */
static void the_tail_of_a_truncated_list_is_told_by_the_iommu(void **state)
{
	g_autoptr(replay_report) rep = replays(
		IOMMU_MAP("ffc00000", "ffc01000", "40001000", "4096")
		ELSEWHERE
		IOMMU_MAP("ffc01000", "ffc02000", "40005000", "4096")
		ELSEWHERE_UNMAP
		IOMMU_MAP("ffc02000", "ffc04000", "40009000", "8192")
		ELSEWHERE
		"dma_map_sg: mmc0 dir=TO_DEVICE nents=2/3 ents=1/1 [TRUNCATED] "
		"dma_addrs={0xffc00000} sizes={0x3200} phys_addrs={0x40001000,0x40005000} attrs=\n"
		ELSEWHERE_UNMAP
		UNMAP_SG(TO, "0x40001000,0x40005000,0x40009000"));

	is_clean(rep);
	found(rep, FIND_SG_TRUNCATED, 1);
	found(rep, FIND_SG_LAYOUT_GUESSED, 0);
	says(rep, FIND_SG_TRUNCATED, "the others told by the IOMMU's");
	assert_int_equal(rep->total.moved[DEVICE_READ], 0x3200 + 2 * 64);
}

/* One run for two entries would be a guess. */
static void a_tail_that_the_iommu_does_not_tell_is_not_mapped(void **state)
{
	g_autoptr(replay_report) rep = replays(
		IOMMU_MAP("ffc00000", "ffc01000", "40001000", "4096")
		ELSEWHERE
		IOMMU_MAP("ffc01000", "ffc02000", "40005000", "4096")
		ELSEWHERE_UNMAP
		IOMMU_MAP("ffc02000", "ffc04000", "40009000", "8192")
		ELSEWHERE
		"dma_map_sg: mmc0 dir=TO_DEVICE nents=2/4 ents=1/1 [TRUNCATED] "
		"dma_addrs={0xffc00000} sizes={0x4000} phys_addrs={0x40001000,0x40005000} attrs=\n"
		ELSEWHERE_UNMAP
		UNMAP_SG(TO, "0x40001000,0x40005000,0x40009000,0x4000a000"));

	is_clean(rep);
	found(rep, FIND_SG_TRUNCATED, 1);
	assert_int_equal(rep->total.moved[DEVICE_READ], 0x2000 + 2 * 64);
}

static void one_iova_of_two_devices_is_two_mappings(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP_AT("eth0", FROM, "fffff000", "4096", "40001000")
		MAP_AT("mmc0", FROM, "fffff000", "4096", "40002000")
		UNMAP("eth0", FROM, "fffff000", "4096")
		UNMAP("mmc0", FROM, "fffff000", "4096"));

	is_clean(rep);
	assert_int_equal(rep->total.live_peak, 2);
	found(rep, FIND_UNMATCHED_UNMAP, 0);
}

/* ---- lines -------------------------------------------------------------- */

/* 16 bytes and one behind them, of one structure: as virtio_blk maps them. */
#define HEADER_AND_STATUS \
	MAP("blk0", TO, "40001000", "16") MAP("blk0", FROM, "40001010", "1") \
	UNMAP("blk0", TO, "40001000", "16") UNMAP("blk0", FROM, "40001010", "1")

static void a_shared_line_is_told_with_how_it_fared_in_the_trace(void **state)
{
	g_autoptr(replay_report) bare = replays(HEADER_AND_STATUS);
	g_autoptr(replay_report) bounced = replays(
		MAP("blk0", TO, "40001000", "16")
		"swiotlb_bounced: dev_name: blk0 dma_mask=ffffffff dev_addr=40001010 size=1 FORCE\n"
		MAP_AT("blk0", FROM, "7e000000", "1", "40001010"));
	g_autoptr(replay_report) maintained = replays(
		"p: (arch_sync_dma_for_device+0x0/0x4) paddr=0x40001000 size=16 dir=1\n"
		MAP("blk0", TO, "40001000", "16")
		"p: (arch_sync_dma_for_device+0x0/0x4) paddr=0x40001010 size=1 dir=2\n"
		MAP("blk0", FROM, "40001010", "1"));
	const struct {
		const struct replay_report *rep;
		const char *words;
	} cases[] = {
		{ bare, "0 bytes apart, as members of one structure are; whether the trace's" },
		{ bounced, "bounced in the trace, which kept them apart" },
		{ maintained, "the trace's kernel maintained the same line" },
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *said = NULL;

		only_trouble(cases[i].rep, FIND_LINE_SHARED, 1);
		said = pair_words(&g_array_index(cases[i].rep->pairs, struct shared_pair, 0));
		if (!strstr(said, cases[i].words))
			fail_msg("%u: %s", i, said);
	}
}

/* 16 bytes each, in one line of 32. */
static void two_written_buffers_in_one_line_are_trouble(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP("eth0", FROM, "40001000", "16")
		MAP("mmc0", FROM, "40001010", "16")
		UNMAP("mmc0", FROM, "40001010", "16")
		UNMAP("eth0", FROM, "40001000", "16"));
	const struct shared_pair *pair;

	found(rep, FIND_LINE_SHARED, 1);
	assert_int_equal(rep->pairs->len, 1);
	pair = &g_array_index(rep->pairs, struct shared_pair, 0);
	assert_string_equal(pair->a->name, "eth0");
	assert_string_equal(pair->b->name, "mmc0");
	assert_int_equal(pair->levels, 3);
	assert_true(pair->is_harmful);
}

/*
 * The CPU fills its half of the line, which makes the line dirty, old half of the
 * device included; the device writes; the map cleans the line over it.
 */
static void a_fill_beside_a_live_buffer_loses_what_the_device_wrote(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP("eth0", FROM, "40001000", "16")
		MAP("mmc0", TO, "40001010", "16")
		UNMAP("mmc0", TO, "40001010", "16")
		UNMAP("eth0", FROM, "40001000", "16"));
	const struct shared_pair *pair = &g_array_index(rep->pairs, struct shared_pair, 0);

	found(rep, FIND_LINE_SHARED, 1);
	assert_int_equal(rep->total.findings[FIND_CPU_READ_WRONG], 16);
	assert_int_equal(pair->wrong, 16);
	assert_int_equal(rep->hazards[HAZARD_DEVICE_WRITE_LOST] > 0, 1);
	found(rep, FIND_HAZARD, 0);
}

static void two_read_buffers_in_one_line_are_harmless(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP("eth0", TO, "40001000", "16")
		MAP("mmc0", TO, "40001010", "16")
		UNMAP("mmc0", TO, "40001010", "16")
		UNMAP("eth0", TO, "40001000", "16"));

	is_clean(rep);
	found(rep, FIND_LINE_SHARED_HARMLESS, 1);
}

/* Neighbours 32 bytes apart: two lines of an A9, one line of an A15. */
static void it_depends_on_the_board_whether_a_line_is_shared(void **state)
{
	const char *events = MAP("eth0", FROM, "40001000", "32")
			     MAP("eth1", FROM, "40001020", "32");
	struct replay_config a15 = { .board = "a15-lpae" };
	g_autoptr(replay_report) small = replays(events);
	g_autoptr(replay_report) large = replays_with(events, &a15);

	found(small, FIND_LINE_SHARED, 0);
	found(large, FIND_LINE_SHARED, 1);
}

static void edges_are_counted_by_direction(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP("eth0", TO, "40001004", "28")
		MAP("eth0", FROM, "40002000", "33")
		MAP("eth0", BIDI, "40003000", "64"));

	assert_int_equal(rep->total.edges[0].unaligned[TRACE_TO_DEVICE], 1);
	assert_int_equal(rep->total.edges[0].unaligned[TRACE_FROM_DEVICE], 1);
	assert_int_equal(rep->total.edges[0].unaligned[TRACE_BIDI], 0);
	assert_int_equal(rep->total.edges[0].mappings, 2);
}

static void overlapping_buffers_are_one_buffer_mapped_twice(void **state)
{
	g_autoptr(replay_report) rep = replays(
		MAP("eth0", FROM, "40001000", "48")
		MAP("eth1", FROM, "40001010", "48")
		UNMAP("eth1", FROM, "40001010", "48")
		UNMAP("eth0", FROM, "40001000", "48"));

	found(rep, FIND_LINE_SHARED, 0);
	assert_int_equal(rep->total.wrong, 0);
}

/* ---- hazards of the engine, of which one is feigned --------------------------- */

static uint64_t feigned_line;		/* 0: none */
static unsigned countdown;		/* of questions, until there is one more */
static bool is_feigned;

uint64_t __real_hazard_count(const struct hazard_engine *e, enum hazard_class c);
uint64_t __wrap_hazard_count(const struct hazard_engine *e, enum hazard_class c);
void __real_apply_event(struct replay *r, const struct trace_event *ev);
void __wrap_apply_event(struct replay *r, const struct trace_event *ev);

uint64_t __wrap_hazard_count(const struct hazard_engine *e, enum hazard_class c)
{
	bool is_it = c == HAZARD_CPU_WRITE_WHILE_MAPPED && is_feigned;

	if (countdown && !--countdown)
		is_feigned = true;
	return __real_hazard_count(e, c) + is_it;
}

void __wrap_apply_event(struct replay *r, const struct trace_event *ev)
{
	/* Each class is asked once before the call: after that it is there. */
	if (feigned_line && ev->line == feigned_line)
		countdown = NR_HAZARD_CLASSES;
	__real_apply_event(r, ev);
}

static void a_hazard_is_told_only_by_a_finding_of_its_event(void **state)
{
	static const char events[] =
		MAP("eth0", TO, "40001000", "64") TO_DEV("eth0", TO, "40001000", "64")
		MAP("eth0", TO, "40002000", "64") UNMAP("eth0", TO, "40001000", "64")
		UNMAP("eth0", TO, "40002000", "64");
	g_autoptr(replay_report) told = replays(events);

	found(told, FIND_SYNC_NOT_TAKEN, 1);
	found(told, FIND_HAZARD, 0);
	feigned_line = 3;

	g_autoptr(replay_report) untold = replays(events);

	feigned_line = 0;
	is_feigned = false;
	found(untold, FIND_SYNC_NOT_TAKEN, 1);
	found(untold, FIND_HAZARD, 1);
	assert_false(replay_is_clean(untold));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_buffer_in_each_direction_moves_and_is_right),
		cmocka_unit_test(the_fast_gear_moves_nothing_and_counts_the_same),
		cmocka_unit_test(maintenance_is_counted_by_call_and_level),
		cmocka_unit_test(a_coherent_device_costs_nothing),
		cmocka_unit_test(a_device_is_found_on_the_board_by_its_linux_name),
		cmocka_unit_test(two_mappings_of_one_page_share_its_bytes),
		cmocka_unit_test(a_buffer_over_two_megabytes_stays_in_one_piece),
		cmocka_unit_test(a_buffer_larger_than_the_allocator_gives_still_maps),
		cmocka_unit_test(a_buffer_larger_than_the_board_is_refused),
		cmocka_unit_test(a_conflict_that_cannot_be_kept_is_counted),
		cmocka_unit_test(memory_that_nobody_uses_makes_room),
		cmocka_unit_test(memory_that_is_all_in_use_is_refused),
		cmocka_unit_test(a_list_is_mapped_and_unmapped_by_its_first_page),
		cmocka_unit_test(a_merged_list_is_taken_apart_by_pages),
		cmocka_unit_test(iommu_map_events_tell_how_long_merged_segments_are),
		cmocka_unit_test(the_tail_of_a_truncated_list_is_not_mapped),
		cmocka_unit_test(the_tail_of_a_truncated_list_is_told_by_the_iommu),
		cmocka_unit_test(a_tail_that_the_iommu_does_not_tell_is_not_mapped),
		cmocka_unit_test(one_iova_of_two_devices_is_two_mappings),
		cmocka_unit_test(a_shared_line_is_told_with_how_it_fared_in_the_trace),
		cmocka_unit_test(two_written_buffers_in_one_line_are_trouble),
		cmocka_unit_test(a_fill_beside_a_live_buffer_loses_what_the_device_wrote),
		cmocka_unit_test(two_read_buffers_in_one_line_are_harmless),
		cmocka_unit_test(it_depends_on_the_board_whether_a_line_is_shared),
		cmocka_unit_test(edges_are_counted_by_direction),
		cmocka_unit_test(overlapping_buffers_are_one_buffer_mapped_twice),
		cmocka_unit_test(a_hazard_is_told_only_by_a_finding_of_its_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
