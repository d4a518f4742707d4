/* SPDX-License-Identifier: MIT */
/*
 * What the DMA API over an IOMMU keeps for later: IOVAs by CPUs and in depots, which time and
 * CPUs that go away bring back; the one long flush queue of who finds flushing expensive; and
 * whose page-table entries share a cache line.
 */
#include <armdma/iommu-dma.h>
#include <linux/dma-map-ops.h>
#include <linux/iommu.h>
#include <linux/ktime.h>

#include "support/mock-iommu.h"
#include "support/rig.h"

#include "lib/dma/dma-iommu.h"
#include "lib/iommu/dma-hooks.h"
#include "lib/iommu/iova.h"

#define MAGAZINE	127u		/* ranges, as Linux has it */
#define MS		1000000ull	/* ns */

static struct iova_stats kept(struct rig *rig)
{
	struct iova_stats s;

	iova_domain_stats(&cookie_of(rig->dev)->iovad, &s);
	return s;
}

static struct mock_iommu *puts_behind(struct rig *rig, const struct mock_config *cfg)
{
	struct mock_iommu *mmu = mock_new(cfg);

	mmu->is_silent = true;
	assert_true(rig->dev->dma_iommu);
	return mmu;
}

/* @nr pages at once, which are all unmapped then. */
static void maps_many(struct rig *rig, unsigned nr)
{
	dma_addr_t *dma = g_new(dma_addr_t, nr);
	void *p = allocates(rig, 64);

	for (unsigned i = 0; i < nr; i++)
		dma[i] = maps(rig, p, 64, DMA_TO_DEVICE);
	for (unsigned i = 0; i < nr; i++)
		dma_unmap_single(rig->dev, dma[i], 64, DMA_TO_DEVICE);
	kfree(p);
	g_free(dma);
}

/* ---- IOVAs ------------------------------------------------------------------------------- */

static void depots_shrink_with_time_to_a_magazine_for_each_cpu(struct rig *rig)
{
	struct mock_iommu *mmu = puts_behind(rig, &(struct mock_config){ .pgsizes = SZ_4K });
	unsigned nr_cpus = machine_nr_cpus(rig->m);
	unsigned long nr = (nr_cpus + 2 + 2) * MAGAZINE;	/* two are the CPU's */

	maps_many(rig, nr);
	assert_int_equal(kept(rig).nr_kept, nr);
	harness_pass_time(rig->h, 90 * MS);
	assert_int_equal(kept(rig).nr_kept, nr);
	harness_pass_time(rig->h, 30 * MS);
	assert_int_equal(kept(rig).nr_kept, nr - MAGAZINE);
	harness_pass_time(rig->h, 110 * MS);
	assert_int_equal(kept(rig).nr_kept, nr - 2 * MAGAZINE);
	harness_pass_time(rig->h, 1000 * MS);
	assert_int_equal(kept(rig).nr_kept, nr - 2 * MAGAZINE);
	mock_free(mmu);
}

/* It was pending then. */
static void a_domain_goes_before_its_depots_were_looked_at(struct rig *rig)
{
	struct mock_iommu *mmu = puts_behind(rig, &(struct mock_config){ .pgsizes = SZ_4K });

	maps_many(rig, 8 * MAGAZINE);
	mock_free(mmu);
	assert_false(rig->dev->dma_iommu);
	harness_pass_time(rig->h, 1000 * MS);
}

static void a_cpu_that_has_gone_away_keeps_nothing(struct rig *rig)
{
	struct mock_iommu *mmu = puts_behind(rig, &(struct mock_config){ .pgsizes = SZ_4K });
	struct cpu *me = cpu_enter(machine_cpu(rig->m, 1));

	maps_many(rig, 200);
	cpu_enter(me);
	maps_many(rig, 10);
	assert_int_equal(kept(rig).nr_kept, 210);
	harness_cpu_dead(rig->h, 1);
	assert_int_equal(kept(rig).nr_kept, 10);
	harness_cpu_dead(rig->h, 99);
	assert_int_equal(kept(rig).nr_kept, 10);
	me = cpu_enter(machine_cpu(rig->m, 1));
	maps_many(rig, 3);
	cpu_enter(me);
	assert_int_equal(kept(rig).nr_kept, 13);
	harness_cpu_dead(rig->h, 0);
	assert_int_equal(kept(rig).nr_kept, 3);
	mock_free(mmu);
}

/* ---- flush queues ------------------------------------------------------------------------ */

static struct iommu_dma_counters counts(struct rig *rig)
{
	struct iommu_dma_counters c;

	assert_true(iommu_dma_count(rig->dev, &c));
	return c;
}

static struct mock_iommu *puts_behind_shadowing(struct rig *rig)
{
	iommu_set_default_type(machine_software(rig->m), IOMMU_DOMAIN_DMA_FQ);
	return puts_behind(rig, &(struct mock_config){
		.pgsizes = SZ_4K, .defers_flush = true, .shadows_on_flush = true });
}

static dma_addr_t unmaps_one(struct rig *rig, void *p)
{
	dma_addr_t dma = maps(rig, p, 64, DMA_TO_DEVICE);

	dma_unmap_single(rig->dev, dma, 64, DMA_TO_DEVICE);
	return dma;
}

static void where_flushing_is_expensive_all_cpus_fill_one_queue_of_32768(struct rig *rig)
{
	struct mock_iommu *mmu = puts_behind_shadowing(rig);
	struct cpu *me = cpu_current();
	void *p = allocates(rig, 64);

	for (unsigned i = 0; i < 32767; i++) {
		cpu_enter(machine_cpu(rig->m, i % 2));
		unmaps_one(rig, p);
	}
	assert_int_equal(mmu->nr[MOCK_FLUSH_ALL], 0);
	assert_int_equal(counts(rig).nr_waiting, 32767);
	unmaps_one(rig, p);
	cpu_enter(me);
	assert_int_equal(mmu->nr[MOCK_FLUSH_ALL], 1);
	assert_int_equal(counts(rig).nr_full_flushes, 1);
	assert_int_equal(counts(rig).nr_waiting, 1);
	kfree(p);
	mock_free(mmu);
}

static void where_flushing_is_expensive_an_unmap_is_reached_for_a_second(struct rig *rig)
{
	struct mock_iommu *mmu = puts_behind_shadowing(rig);
	void *p = allocates(rig, 64);
	dma_addr_t dma = unmaps_one(rig, p);
	phys_addr_t pa;

	harness_pass_time(rig->h, 990 * MS);
	assert_true(mock_translate(rig->dev, dma, IOMMU_READ, &pa));
	harness_pass_time(rig->h, 30 * MS);
	assert_false(mock_translate(rig->dev, dma, IOMMU_READ, &pa));
	assert_int_equal(counts(rig).nr_timer_flushes, 1);
	assert_in_range(counts(rig).longest_window_ns, 1000 * MS, 1020 * MS);
	kfree(p);
	mock_free(mmu);
}

/* ---- the policy -------------------------------------------------------------------------- */

enum { NR_MAPPED = 40 };		/* of each thread; more than one line has */

struct mapper {
	struct rig *rig;
	unsigned cpu;
	GThread *thread;
	dma_addr_t dma[NR_MAPPED];
};

static gpointer maps_on_its_cpu(gpointer data)
{
	struct mapper *m = data;
	void *p;

	cpu_enter(machine_cpu(m->rig->m, m->cpu));
	p = kzalloc(PAGE_SIZE, GFP_KERNEL);
	for (unsigned i = 0; i < NR_MAPPED; i++)
		m->dma[i] = dma_map_single(m->rig->dev, p, PAGE_SIZE, DMA_TO_DEVICE);
	return p;
}

static void unmaps_and_frees(struct mapper *m, void *p)
{
	for (unsigned i = 0; i < NR_MAPPED; i++)
		dma_unmap_single(m->rig->dev, m->dma[i], PAGE_SIZE, DMA_TO_DEVICE);
	kfree(p);
}

/* Entries of 32 pages fill at least one line of a cache, whatever the format. */
static bool share_a_line(const struct mapper *a, const struct mapper *b)
{
	for (unsigned i = 0; i < NR_MAPPED; i++) {
		assert_int_not_equal(a->dma[i], DMA_MAPPING_ERROR);
		for (unsigned j = 0; j < NR_MAPPED; j++)
			if (a->dma[i] / (32 * PAGE_SIZE) == b->dma[j] / (32 * PAGE_SIZE))
				return true;
	}
	return false;
}

static bool two_threads_share_a_line(const struct harness_config *cfg, bool is_at_once)
{
	struct rig rig = { .h = harness_start(cfg, NULL) };
	struct mapper a = { &rig, 0 }, b = { &rig, 1 };
	void *of_a, *of_b;
	bool is_shared;

	rig.m = harness_machine(rig.h);
	rig.dev = harness_device_new(rig.h, "dut", false);
	assert_int_equal(harness_add_iommu(rig.h, rig.dev, NULL), 0);
	a.thread = g_thread_new("a", maps_on_its_cpu, &a);
	of_a = is_at_once ? NULL : g_thread_join(a.thread);
	b.thread = g_thread_new("b", maps_on_its_cpu, &b);
	of_b = g_thread_join(b.thread);
	if (is_at_once)
		of_a = g_thread_join(a.thread);
	is_shared = share_a_line(&a, &b);
	unmaps_and_frees(&a, of_a);
	unmaps_and_frees(&b, of_b);
	harness_finish(rig.h);
	return is_shared;
}

static void threads_whose_iovas_are_spread_share_no_line_of_entries(struct rig *rig)
{
	struct harness_config cfg = {
		.board = "a7-quad", .gear = GEAR_FAST, .no_hazards = true,
	};

	assert_true(harness_config_set(&cfg, "iova", "dma-iommu", NULL));
	assert_true(two_threads_share_a_line(&cfg, false));
	assert_true(harness_config_set(&cfg, "iova", "spread", NULL));
	assert_false(two_threads_share_a_line(&cfg, false));
	assert_false(two_threads_share_a_line(&cfg, true));
	cpu_enter(rig->cpu);
}

static const struct rig_test tests[] = {
	TEST_ON(depots_shrink_with_time_to_a_magazine_for_each_cpu, 0, 0),
	TEST_ON(a_domain_goes_before_its_depots_were_looked_at, 0, 0),
	TEST_ON(a_cpu_that_has_gone_away_keeps_nothing, 0, 0),
	TEST_ON(where_flushing_is_expensive_all_cpus_fill_one_queue_of_32768, ON_FAST, 0),
	TEST_ON(where_flushing_is_expensive_an_unmap_is_reached_for_a_second, 0, 0),
	TEST_ON(threads_whose_iovas_are_spread_share_no_line_of_entries, ON_FAST, 0),
};

static const struct platform platforms[] = {
	{ "a9-pl310",		"a9-pl310",	ON_PL310 | ON_LINE32 },
	{ "a7-quad-fast",	"a7-quad",	ON_FAST },
};

int main(void)
{
	return rig_run_on(platforms, G_N_ELEMENTS(platforms), tests, G_N_ELEMENTS(tests));
}
