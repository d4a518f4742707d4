/* SPDX-License-Identifier: MIT */
/*
 * Devices of a trace behind IOMMUs: where they are put, what is counted, and the kernel's
 * own calls beside ours, each as a trace of a few lines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <json-glib/json-glib.h>

#include "replay-rig.h"
#include "replay/report-iommu.h"

/* ---- IOVA spaces, against a page for a byte --------------------------------- */

#define SPACE_PAGES	256u

static unsigned runs_of(const bool *pages)
{
	unsigned nr = 0;

	for (unsigned i = 1; i <= SPACE_PAGES; i++)
		nr += pages[i] && !pages[i - 1];
	return nr;
}

static unsigned count_of(const bool *pages)
{
	unsigned nr = 0;

	for (unsigned i = 0; i <= SPACE_PAGES; i++)
		nr += pages[i];
	return nr;
}

static bool is_all(const bool *pages, unsigned from, unsigned nr, bool value)
{
	for (unsigned i = from; i < from + nr; i++)
		if (pages[i] != value)
			return false;
	return true;
}

static void set_all(bool *pages, unsigned from, unsigned nr, bool value)
{
	for (unsigned i = from; i < from + nr; i++)
		pages[i] = value;
}

/* Ranges of up to 8 pages come and go; each is the unmap of one map. */
static void runs_are_counted_as_ranges_come_and_go(void **state)
{
	struct iova_space *s = iova_space_new();
	bool pages[SPACE_PAGES + 2] = { false };
	unsigned length[SPACE_PAGES + 2] = { 0 };
	uint32_t random = 1;

	for (unsigned i = 0; i < 20000; i++) {
		unsigned nr, from;

		random = random * 1664525 + 1013904223;
		from = 1 + (random >> 8) % (SPACE_PAGES - 8);
		nr = 1 + (random >> 24) % 8;
		if (length[from]) {
			iova_space_unmap(s, from * 4096, length[from] * 4096);
			set_all(pages, from, length[from], false);
			length[from] = 0;
		} else if (is_all(pages, from, nr, false)) {
			iova_space_map(s, from * 4096, nr * 4096);
			set_all(pages, from, nr, true);
			length[from] = nr;
		}
		assert_int_equal(s->runs, runs_of(pages));
		assert_int_equal(s->pages, count_of(pages));
	}
	assert_true(s->runs_peak > 20);
	iova_space_free(s);
}

static void what_several_calls_mapped_one_unmaps(void **state)
{
	struct iova_space *s = iova_space_new();

	iova_space_map(s, 0x1000, 0x2000);
	iova_space_map(s, 0x3000, 0x1000);
	iova_space_map(s, 0x8000, 0x1000);
	assert_int_equal(s->runs, 2);
	iova_space_unmap(s, 0x1000, 0x3000);
	assert_int_equal(s->runs, 1);
	assert_int_equal(s->pages, 1);
	assert_int_equal(s->pages_peak, 4);
	assert_int_equal(iova_space_span(s), 0x8000);
	iova_space_free(s);
}

/* ---- where devices are put ----------------------------------------------------- */

static const struct replay_config strict = { .iommu = "strict" };
static const struct replay_config lazy = { .iommu = "lazy" };

static const struct replay_device *device_of(const struct replay_report *rep, const char *name)
{
	for (unsigned i = 0; i < rep->devices->len; i++)
		if (!strcmp(report_device(rep, i)->name, name))
			return report_device(rep, i);
	fail_msg("no device %s", name);
	return NULL;
}

static void without_the_option_there_is_no_iommu(void **state)
{
	g_autoptr(replay_report) rep = replays(MAP("eth0", TO, "40001000", "64")
					       UNMAP("eth0", TO, "40001000", "64"));

	is_clean(rep);
	assert_false(says_iommus(rep));
	assert_null(device_of(rep, "eth0")->unit);
}

static void off_is_off_on_a_board_with_iommus_too(void **state)
{
	struct replay_config off = { .iommu = "off", .board = "a9-iommu" };
	g_autoptr(replay_report) rep = replays_with(
		MAP("10010000.ethernet", TO, "40001000", "64")
		UNMAP("10010000.ethernet", TO, "40001000", "64"), &off);

	is_clean(rep);
	assert_false(says_iommus(rep));
	assert_non_null(device_of(rep, "10010000.ethernet")->bypassed);
}

static void a_device_without_an_iommu_gets_one_of_its_own(void **state)
{
	g_autoptr(replay_report) rep = replays_with(
		MAP("eth0", BIDI, "40001100", "1500")
		MAP("eth1", BIDI, "40003000", "64")
		UNMAP("eth0", BIDI, "40001100", "1500")
		UNMAP("eth1", BIDI, "40003000", "64"), &strict);
	const struct replay_device *a = device_of(rep, "eth0"), *b = device_of(rep, "eth1");
	g_autofree char *words = device_iommu_words(a);

	is_clean(rep);
	assert_int_equal(rep->total.checked, 2 * 1564);
	assert_true(a->unit->is_added);
	assert_true(a->space != b->space);
	assert_true(a->unit != b->unit || a->stream != b->stream);
	assert_non_null(strstr(words, "a reference IOMMU that the board has not"));
}

static void a_board_s_iommu_is_used_by_its_ids(void **state)
{
	struct replay_config cfg = { .iommu = "strict", .board = "a9-iommu" };
	g_autoptr(replay_report) rep = replays_with(
		MAP("10080000.camera", FROM, "40001000", "4096")
		MAP("10090000.video-codec", TO, "40008000", "4096")
		MAP("100a0000.gpu", TO, "4000a000", "4096")
		UNMAP("10080000.camera", FROM, "40001000", "4096")
		UNMAP("10090000.video-codec", TO, "40008000", "4096")
		UNMAP("100a0000.gpu", TO, "4000a000", "4096"), &cfg);
	const struct replay_device *camera = device_of(rep, "10080000.camera");
	const struct replay_device *codec = device_of(rep, "10090000.video-codec");
	const struct replay_device *gpu = device_of(rep, "100a0000.gpu");

	is_clean(rep);
	assert_false(camera->unit->is_added);
	assert_null(camera->unit->stands_for);
	assert_true(camera->unit == codec->unit && camera->unit == gpu->unit);
	assert_int_equal(camera->unit->nr_devices, 3);
	/* The same IDs are one group; another one is another. */
	assert_true(camera->space == codec->space);
	assert_true(camera->space != gpu->space);
	assert_string_equal(camera->space->devices, "10080000.camera, 10090000.video-codec");
}

static void without_the_option_a_modelled_iommu_of_the_board_is_used(void **state)
{
	struct replay_config cfg = { .board = "a9-iommu" };
	g_autoptr(replay_report) rep = replays_with(
		MAP("10010000.ethernet", TO, "40001000", "64")
		MAP("eth9", TO, "40002000", "64")
		UNMAP("10010000.ethernet", TO, "40001000", "64")
		UNMAP("eth9", TO, "40002000", "64"), &cfg);

	is_clean(rep);
	assert_non_null(device_of(rep, "10010000.ethernet")->space);
	assert_null(device_of(rep, "eth9")->unit);
	assert_string_equal(rep->iommu.mode, "board");
}

/* Kernels map an IOMMU's tables as buffers of the IOMMU. It does not translate for itself. */
static void an_iommu_of_the_trace_stays_at_the_bus(void **state)
{
	g_autoptr(replay_report) rep = replays_with(
		MAP("9050000.smmuv3", TO, "40001000", "4096")
		MAP("13620000.sysmmu", TO, "40002000", "4096")
		MAP("fe5a0000.mmu-radio", TO, "40003000", "4096")
		UNMAP("9050000.smmuv3", TO, "40001000", "4096"), &strict);

	is_clean(rep);
	assert_null(device_of(rep, "9050000.smmuv3")->unit);
	assert_null(device_of(rep, "13620000.sysmmu")->unit);
	assert_non_null(device_of(rep, "fe5a0000.mmu-radio")->unit);
}

static void passthrough_translates_nothing(void **state)
{
	struct replay_config cfg = { .iommu = "passthrough" };
	g_autoptr(replay_report) rep = replays_with(MAP("eth0", TO, "40001000", "64")
						    UNMAP("eth0", TO, "40001000", "64"), &cfg);
	const struct replay_device *dev = device_of(rep, "eth0");

	is_clean(rep);
	assert_null(dev->space);
	assert_int_equal(rep->total.iommu.calls[IOMMU_MAPS], 0);
	assert_int_equal(dev->unit->counters.misses, 0);
	assert_true(dev->unit->counters.bypasses > 0);
}

static void a_device_that_was_removed_begins_with_a_new_space(void **state)
{
	g_autoptr(replay_report) rep = replays_with(
		MAP("0000:00:01.0", TO, "40001000", "64")
		UNMAP("0000:00:01.0", TO, "40001000", "64")
		"remove_device_from_group: IOMMU: groupID=0 device=0000:00:01.0\n"
		"add_device_to_group: IOMMU: groupID=0 device=0000:00:01.0\n"
		MAP("0000:00:01.0", TO, "40001000", "64")
		UNMAP("0000:00:01.0", TO, "40001000", "64"), &strict);

	is_clean(rep);
	assert_int_equal(rep->devices->len, 1);
	assert_int_equal(rep->iommu.spaces->len, 2);
}

static void what_was_one_group_in_the_trace_is_one_here(void **state)
{
	g_autoptr(replay_report) rep = replays_with(
		"add_device_to_group: IOMMU: groupID=3 device=0000:01:00.0\n"
		"add_device_to_group: IOMMU: groupID=3 device=0000:01:00.1\n"
		"add_device_to_group: IOMMU: groupID=4 device=0000:02:00.0\n"
		MAP("0000:01:00.0", TO, "40001000", "4096")
		MAP("0000:01:00.1", FROM, "40002000", "4096")
		MAP("0000:02:00.0", TO, "40003000", "4096")
		UNMAP("0000:01:00.0", TO, "40001000", "4096")
		UNMAP("0000:01:00.1", FROM, "40002000", "4096")
		UNMAP("0000:02:00.0", TO, "40003000", "4096"), &strict);

	is_clean(rep);
	assert_true(device_of(rep, "0000:01:00.0")->space == device_of(rep, "0000:01:00.1")->space);
	assert_true(device_of(rep, "0000:01:00.0")->space != device_of(rep, "0000:02:00.0")->space);
}

/* Merged or not, the engine knows where each entry's memory is. */
static void the_arm32_backend_maps_lists_without_a_hazard(void **state)
{
	struct replay_config cfg = { .iommu = "strict", .iova = "bitmap" };
	g_autoptr(replay_report) rep = replays_with(
		"dma_map_sg: eth0 dir=FROM_DEVICE nents=2/2 ents=2/2 "
		"dma_addrs={0x40001000,0x40007000} sizes={0x1000,0x200} "
		"phys_addrs={0x40001000,0x40007000} attrs=\n"
		"dma_unmap_sg: eth0 dir=FROM_DEVICE phys_addrs={0x40001000,0x40007000} attrs=\n",
		&cfg);

	is_clean(rep);
	assert_int_equal(rep->total.checked, 0x1200);
}

/* From the bottom up, one CPU as the other; and strict. */
static void addresses_come_from_who_is_asked_for(void **state)
{
	static const char events[] = MAP("eth0", TO, "40001000", "4096")
				     MAP("eth0", TO, "40002000", "4096");
	struct replay_config cfg = { .iommu = "strict", .iova = "linux" };
	g_autoptr(replay_report) top = replays_with(events, &cfg);
	g_autoptr(replay_report) apart = NULL, bottom = NULL;

	cfg.iova = "spread";
	apart = replays_with(events, &cfg);
	cfg.iova = "bitmap";
	bottom = replays_with(events, &cfg);
	assert_int_equal(report_space(top, 0)->iovas->highest, 0xffffffff);
	assert_int_equal(iova_space_span(report_space(top, 0)->iovas), 8192);
	assert_true(iova_space_span(report_space(apart, 0)->iovas) > 8192);
	assert_int_equal(report_space(bottom, 0)->iovas->lowest, 0);
	assert_int_equal(iova_space_span(report_space(bottom, 0)->iovas), 8192);
}

/* ---- what is counted ------------------------------------------------------------ */

static void each_call_and_each_byte_beyond_is_counted(void **state)
{
	g_autoptr(replay_report) rep = replays_with(
		MAP("eth0", TO, "40001100", "256")
		MAP("eth0", FROM, "40003f00", "512")
		UNMAP("eth0", TO, "40001100", "256")
		UNMAP("eth0", FROM, "40003f00", "512"), &strict);
	const struct iommu_tally *t = &rep->total.iommu;

	is_clean(rep);
	assert_int_equal(t->calls[IOMMU_MAPS], 2);
	assert_int_equal(t->calls[IOMMU_UNMAPS], 2);
	assert_int_equal(t->mapped_bytes, 3 * 4096);
	assert_int_equal(t->exposed_sum, 3 * 4096 - 256 - 512);
	assert_int_equal(t->exposed_peak, 3 * 4096 - 256 - 512);
	assert_int_equal(t->exposed, 0);
	/* Two lines, of 1 ms each, from each map to its unmap. */
	assert_int_equal(t->exposed_byte_us, (3 * 4096 - 256 - 512) * 2000);
	assert_true(rep->iommu.tables.peak_bytes >= 4096);
}

/* A buffer that is whole pages shares none; an allocation has its pages alone. */
static void whole_pages_and_allocations_expose_nothing(void **state)
{
	g_autoptr(replay_report) rep = replays_with(
		MAP("eth0", TO, "40001000", "8192")
		ALLOC("eth0", "60000000", "100")
		UNMAP("eth0", TO, "40001000", "8192")
		FREE("eth0", "60000000", "100"), &strict);

	is_clean(rep);
	assert_int_equal(rep->total.iommu.exposed_sum, 0);
	assert_int_equal(rep->total.iommu.mapped_bytes, 3 * 4096);
}

static void translations_are_counted_in_both_gears(void **state)
{
	struct replay_config fast = { .iommu = "strict", .gear = GEAR_FAST };
	const char *events = MAP("eth0", TO, "40001000", "16384")
			     UNMAP("eth0", TO, "40001000", "16384");
	g_autoptr(replay_report) a = replays_with(events, &strict);
	g_autoptr(replay_report) b = replays_with(events, &fast);
	const struct iommu_hw_counters *exact = &report_unit(a, 0)->counters;
	const struct iommu_hw_counters *probed = &report_unit(b, 0)->counters;

	is_clean(a);
	is_clean(b);
	assert_int_equal(exact->misses, 4);
	assert_int_equal(exact->walks, 4);
	assert_true(exact->walk_reads >= 4);
	assert_int_equal(probed->misses, exact->misses);
	assert_int_equal(probed->hits, exact->hits);
	assert_int_equal(b->total.iommu.probes, 4);
	assert_int_equal(a->total.iommu.probes, 0);
}

static void strict_unmaps_leave_no_window(void **state)
{
	g_autoptr(replay_report) rep = replays_with(MAP("eth0", TO, "40001000", "4096")
						    UNMAP("eth0", TO, "40001000", "4096"),
						    &strict);
	const struct device_space *space = report_space(rep, 0);

	is_clean(rep);
	assert_false(space->counters.is_lazy);
	assert_int_equal(space->counters.nr_strict_unmaps, 1);
	assert_int_equal(space->counters.longest_window_ns, 0);
	assert_int_equal(unit_invalidations(report_unit(rep, 0)) > 0, 1);
}

#define PAIR(dma)	MAP("eth0", TO, dma, "4096") UNMAP("eth0", TO, dma, "4096")

/* Events are 1 ms apart: the timer runs 10 ms after the first unmap, or a tick later. */
static void what_is_lazy_is_reachable_until_the_timer_runs(void **state)
{
	g_autoptr(replay_report) rep = replays_with(
		PAIR("40001000") PAIR("40002000") PAIR("40003000") PAIR("40004000")
		PAIR("40005000") PAIR("40006000") PAIR("40007000") PAIR("40008000")
		PAIR("40009000") PAIR("4000a000") PAIR("4000b000") PAIR("4000c000"), &lazy);
	const struct iommu_dma_counters *c = &report_space(rep, 0)->counters;

	is_clean(rep);
	assert_true(c->is_lazy);
	assert_int_equal(c->nr_queued_unmaps, 12);
	assert_int_equal(c->nr_strict_unmaps, 0);
	assert_true(c->nr_timer_flushes >= 1);
	assert_in_range(c->longest_window_ns, 10000000, 21000000);
	assert_true(c->dead_byte_ns > 4096 * 10000000ull);
	assert_true(report_space(rep, 0)->waiting_peak >= 5);
}

static void iovas_are_counted_in_runs_over_a_span(void **state)
{
	g_autoptr(replay_report) rep = replays_with(
		MAP("eth0", TO, "40001000", "4096") MAP("eth0", TO, "40002000", "4096")
		MAP("eth0", TO, "40003000", "4096") UNMAP("eth0", TO, "40002000", "4096"),
		&strict);
	const struct iova_space *s = report_space(rep, 0)->iovas;

	assert_int_equal(s->pages_peak, 3);
	assert_int_equal(s->runs_at_peak, 1);
	assert_int_equal(s->runs_peak, 2);
	assert_int_equal(iova_space_span(s), 3 * 4096);
}

/* ---- the kernel's own calls ---------------------------------------------------------- */

#define KMAP(iova, end, pa, size) \
	"map: IOMMU: iova=0x" iova " - 0x" end " paddr=0x" pa " size=" size "\n"
#define KUNMAP(iova, end, size) \
	"unmap: IOMMU: iova=0x" iova " - 0x" end " size=" size " unmapped_size=" size "\n"
#define MAP_TO(dma, size, phys) \
	"dma_map_page: eth0 dir=TO_DEVICE dma_addr=" dma " size=" size " phys_addr=" phys \
	" attrs=\n"
#define UNMAP_TO(dma, size) \
	"dma_unmap_page: eth0 dir=TO_DEVICE dma_addr=" dma " size=" size " attrs=\n"

static void judged(const struct replay_report *rep, uint64_t maps, uint64_t same_maps,
		   uint64_t unmaps, uint64_t same_unmaps)
{
	const struct iommu_agreement *a = &rep->iommu_judgement.all;

	assert_int_equal(a->kernel[IOMMU_MAPS], maps);
	assert_int_equal(a->same[IOMMU_MAPS], same_maps);
	assert_int_equal(a->kernel[IOMMU_UNMAPS], unmaps);
	assert_int_equal(a->same[IOMMU_UNMAPS], same_unmaps);
}

static void unexplained(const struct replay_report *rep, uint64_t nr)
{
	assert_int_equal(rep->iommu_judgement.reasons[REASON_NONE], nr);
	found(rep, FIND_IOMMU_CALL, nr);
}

static void calls_like_the_kernel_s_are_the_same(void **state)
{
	g_autoptr(replay_report) rep = replays_with(
		KMAP("fffff000", "100000000", "50000000", "4096")
		MAP_TO("fffff100", "64", "50000100")
		KUNMAP("fffff000", "100000000", "4096")
		UNMAP_TO("fffff100", "64"), &strict);

	is_clean(rep);
	judged(rep, 1, 1, 1, 1);
	assert_int_equal(rep->iommu_judgement.all.mappings, 1);
	assert_int_equal(rep->iommu_judgement.all.same_iova, 1);
	assert_int_equal(rep->iommu_judgement.differences->len, 0);
}

/* Two entries lie side by side: one call. The unmap is logged behind its event. */
static void a_list_s_runs_are_the_kernel_s(void **state)
{
	g_autoptr(replay_report) rep = replays_with(
		KMAP("ffffc000", "ffffe000", "50000000", "8192")
		KMAP("ffffe000", "fffff000", "50009000", "4096")
		"dma_map_sg: eth0 dir=TO_DEVICE nents=3/3 ents=1/1 dma_addrs={0xffffc000} "
		"sizes={0x3000} phys_addrs={0x50000000,0x50001000,0x50009000} attrs=\n"
		"dma_unmap_sg: eth0 dir=TO_DEVICE "
		"phys_addrs={0x50000000,0x50001000,0x50009000} attrs=\n"
		KUNMAP("ffffc000", "fffff000", "12288"), &strict);

	is_clean(rep);
	judged(rep, 2, 2, 1, 1);
	assert_int_equal(rep->iommu_judgement.all.lists, 1);
	assert_int_equal(rep->iommu_judgement.all.same_lists, 1);
}

static void another_size_of_the_kernel_s_is_told(void **state)
{
	g_autoptr(replay_report) rep = replays_with(
		KMAP("fffff000", "100001000", "50000000", "8192")
		MAP_TO("fffff100", "64", "50000100"), &strict);

	judged(rep, 1, 0, 0, 0);
	unexplained(rep, 1);
	says(rep, FIND_IOMMU_CALL, "the kernel iommu_map 0xfffff000 to 0x50000000, 8192 bytes");
}

static void other_memory_of_the_kernel_s_is_told(void **state)
{
	g_autoptr(replay_report) rep = replays_with(
		KMAP("fffff000", "100000000", "50001000", "4096")
		MAP_TO("fffff100", "64", "50000100"), &strict);

	judged(rep, 1, 0, 0, 0);
	unexplained(rep, 1);
}

static void a_kernel_that_unmaps_less_is_told(void **state)
{
	g_autoptr(replay_report) rep = replays_with(
		KMAP("ffffe000", "100000000", "50000000", "8192")
		MAP_TO("ffffe000", "8192", "50000000")
		KUNMAP("ffffe000", "fffff000", "4096")
		UNMAP_TO("ffffe000", "8192"), &strict);

	judged(rep, 1, 1, 1, 0);
	unexplained(rep, 1);
}

/* What no event is at is an interrupt's doorbell; its IOVA is taken, too. */
static void a_doorbell_is_mapped_where_the_kernel_mapped_it(void **state)
{
	g_autoptr(replay_report) rep = replays_with(
		KMAP("fffff000", "100000000", "8090000", "4096")
		KMAP("ffffe000", "fffff000", "50000000", "4096")
		MAP_TO("ffffe100", "64", "50000100"), &strict);

	is_clean(rep);
	judged(rep, 2, 2, 0, 0);
	assert_int_equal(rep->iommu_judgement.all.mappings, 2);
	assert_int_equal(rep->iommu_judgement.all.same_iova, 2);
}

/* A driver that gives out its IOVAs itself maps megabytes. */
static void what_no_event_is_at_and_is_no_doorbell_has_its_reason(void **state)
{
	g_autoptr(replay_report) rep = replays_with(
		KMAP("10000000", "10100000", "60000000", "1048576")
		KMAP("fffff000", "100000000", "50000000", "4096")
		MAP_TO("fffff100", "64", "50000100"), &strict);

	is_clean(rep);
	judged(rep, 2, 1, 0, 0);
	assert_int_equal(rep->iommu_judgement.reasons[REASON_OWN_IOVAS], 1);
	assert_int_equal(rep->iommu_judgement.all.same_iova, 1);
}

static void other_iovas_are_counted_and_the_first_is_told(void **state)
{
	g_autoptr(replay_report) rep = replays_with(
		KMAP("ffff0000", "ffff1000", "50000000", "4096")
		MAP_TO("ffff0100", "64", "50000100"), &strict);
	const struct iommu_agreement *a = &device_of(rep, "eth0")->agreement;

	is_clean(rep);
	judged(rep, 1, 1, 0, 0);
	assert_int_equal(a->same_iova, 0);
	assert_int_equal(a->line, 2);
	assert_int_equal(a->kernel_iova, 0xffff0000);
	assert_int_equal(a->our_iova, 0xfffff000);
}

static void a_trace_without_such_calls_is_not_judged(void **state)
{
	g_autoptr(replay_report) rep = replays_with(MAP("eth0", TO, "50000100", "64")
						    UNMAP("eth0", TO, "50000100", "64"),
						    &strict);
	g_autofree char *sentence = iommu_judgement_sentence(&rep->iommu_judgement);

	assert_null(sentence);
	judged(rep, 0, 0, 0, 0);
}

static void what_was_mapped_before_the_trace_has_its_reason(void **state)
{
	g_autoptr(replay_report) rep = replays_with(
		KUNMAP("fffff000", "100000000", "4096")
		UNMAP_TO("fffff100", "64")
		KMAP("ffffe000", "fffff000", "50000000", "4096")
		MAP_TO("ffffe100", "64", "50000100"), &strict);

	is_clean(rep);
	judged(rep, 1, 1, 1, 0);
	assert_int_equal(rep->iommu_judgement.reasons[REASON_NOT_MAPPED], 1);
}

/* ---- reports ------------------------------------------------------------------------ */

static void the_three_reports_tell_it(void **state)
{
	g_autoptr(replay_report) rep = replays_with(
		KMAP("fffff000", "100000000", "50000000", "4096")
		MAP_TO("fffff100", "64", "50000100")
		KUNMAP("fffff000", "100000000", "4096")
		UNMAP_TO("fffff100", "64"), &lazy);
	g_autofree char *json = replay_json(rep), *html = replay_html(rep);
	g_autofree char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	replay_print(rep, out);
	fclose(out);
	assert_non_null(strstr(text, "IOMMUs: lazy"));
	assert_non_null(strstr(text, "2 of 2 calls as the kernel made them"));
	assert_non_null(strstr(json, "\"queued_unmaps\" : 1"));
	assert_non_null(strstr(html, "<h2>IOMMUs: lazy</h2>"));
	assert_non_null(strstr(html, "IOVAs of eth0 over time"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_are_counted_as_ranges_come_and_go),
		cmocka_unit_test(what_several_calls_mapped_one_unmaps),
		cmocka_unit_test(without_the_option_there_is_no_iommu),
		cmocka_unit_test(off_is_off_on_a_board_with_iommus_too),
		cmocka_unit_test(a_device_without_an_iommu_gets_one_of_its_own),
		cmocka_unit_test(a_board_s_iommu_is_used_by_its_ids),
		cmocka_unit_test(without_the_option_a_modelled_iommu_of_the_board_is_used),
		cmocka_unit_test(an_iommu_of_the_trace_stays_at_the_bus),
		cmocka_unit_test(passthrough_translates_nothing),
		cmocka_unit_test(a_device_that_was_removed_begins_with_a_new_space),
		cmocka_unit_test(what_was_one_group_in_the_trace_is_one_here),
		cmocka_unit_test(the_arm32_backend_maps_lists_without_a_hazard),
		cmocka_unit_test(addresses_come_from_who_is_asked_for),
		cmocka_unit_test(each_call_and_each_byte_beyond_is_counted),
		cmocka_unit_test(whole_pages_and_allocations_expose_nothing),
		cmocka_unit_test(translations_are_counted_in_both_gears),
		cmocka_unit_test(strict_unmaps_leave_no_window),
		cmocka_unit_test(what_is_lazy_is_reachable_until_the_timer_runs),
		cmocka_unit_test(iovas_are_counted_in_runs_over_a_span),
		cmocka_unit_test(calls_like_the_kernel_s_are_the_same),
		cmocka_unit_test(a_list_s_runs_are_the_kernel_s),
		cmocka_unit_test(another_size_of_the_kernel_s_is_told),
		cmocka_unit_test(other_memory_of_the_kernel_s_is_told),
		cmocka_unit_test(a_kernel_that_unmaps_less_is_told),
		cmocka_unit_test(a_doorbell_is_mapped_where_the_kernel_mapped_it),
		cmocka_unit_test(what_no_event_is_at_and_is_no_doorbell_has_its_reason),
		cmocka_unit_test(other_iovas_are_counted_and_the_first_is_told),
		cmocka_unit_test(a_trace_without_such_calls_is_not_judged),
		cmocka_unit_test(what_was_mapped_before_the_trace_has_its_reason),
		cmocka_unit_test(the_three_reports_tell_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
