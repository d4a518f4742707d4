/* SPDX-License-Identifier: MIT */
/*
 * IOMMUs as hardware: the reference one, programmed through its registers, with tables
 * that the test writes by itself.
 */
#include "story.h"

#include <string.h>
#include <armdma/bus.h>
#include <armdma/reference-iommu.h>
#include <armdma/run.h>

#define IO_VA		0x70000000u
#define TABLES		(PLAY_PA + 0x80000u)	/* the first level; others follow */
#define IOVA		0x00300000u		/* short: the fourth entry of the first level */
#define STREAM		5u

struct bench {
	struct rig *rig;
	struct iommu_hw *i;
	uint32_t io_va;
};

static void writes_reg(struct bench *b, uint32_t reg, uint32_t value)
{
	assert_true(cpu_store(b->rig->cpu, b->io_va + reg, &value, sizeof(value), NULL));
}

static uint32_t reads_reg(struct bench *b, uint32_t reg)
{
	uint32_t value = 0;

	assert_true(cpu_load(b->rig->cpu, b->io_va + reg, &value, sizeof(value), NULL));
	return value;
}

static struct bench *bench_with(struct rig *rig, const struct ref_config *cfg)
{
	struct bench *b = g_new0(struct bench, 1);

	b->rig = rig;
	b->io_va = IO_VA;
	b->i = ref_iommu_new(rig->m, cfg);
	assert_non_null(b->i);
	maps(rig, IO_VA, (uint32_t)iommu_hw_reg_pa(b->i), REF_LEN, DEVICE);
	assert_int_equal(master_attach_iommu(rig->eth, b->i, STREAM), 0);
	return b;
}

static struct bench *bench_new(const struct ref_config *cfg)
{
	return bench_with(rig_a9(), cfg);
}

static void bench_free(struct bench *b)
{
	rig_free(b->rig);
	g_free(b);
}

/* Context 0 translates STREAM by short descriptors at TABLES. */
static void turns_on(struct bench *b, uint32_t context_bits)
{
	writes_reg(b, REF_STREAM(0), STREAM);
	writes_reg(b, REF_ROUTE(0), REF_ROUTE_OF(REF_ROUTE_TRANSLATE, 0));
	writes_reg(b, REF_TTBR(0), TABLES);
	writes_reg(b, REF_CONTEXT(0), REF_CONTEXT_ENABLE | REF_CONTEXT_FORMAT(REF_SHORT) |
		   context_bits);
	writes_reg(b, REF_CONTROL, REF_CONTROL_ENABLE | REF_CONTROL_IRQ | REF_CONTROL_REFUSE);
}

/* A small page, everybody's to read and write, past every cache. */
static void maps_page(struct bench *b, uint32_t iova, uint32_t pa)
{
	writes_descriptor(b->rig, TABLES + (iova >> 20) * 4, (TABLES + 0x4000) | 1);
	writes_descriptor(b->rig, TABLES + 0x4000 + (iova >> 12 & 0xff) * 4,
			  pa | 2 | 3u << 4 | 1u << 11);
}

static void unmaps_page(struct bench *b, uint32_t iova)
{
	writes_descriptor(b->rig, TABLES + 0x4000 + (iova >> 12 & 0xff) * 4, 0);
}

static void commands(struct bench *b, enum ref_command op, uint32_t iova, uint32_t len)
{
	writes_reg(b, REF_INV_IOVA, iova);
	writes_reg(b, REF_INV_LEN, len);
	writes_reg(b, REF_COMMAND, REF_COMMAND_OF(op, 0, 0));
}

static void syncs(struct bench *b)
{
	writes_reg(b, REF_SYNC, 1);
	while (reads_reg(b, REF_SYNC) & REF_SYNC_BUSY)
		;
}

static struct master_fault reads_at(struct bench *b, uint64_t iova)
{
	char byte;

	return master_read(b->rig->eth, iova, &byte, 1);
}

#define expects_refused(b, iova, why) do {					\
	struct master_fault f_ = reads_at(b, iova);				\
										\
	assert_int_equal(f_.kind, MASTER_IOMMU_FAULT);				\
	assert_int_equal(f_.reason, why);					\
	assert_int_equal(f_.dma, iova);						\
} while (0)

static struct iommu_hw_counters iommu_counts(struct bench *b)
{
	struct iommu_hw_counters c;

	iommu_hw_count(b->i, &c);
	return c;
}

/* ---- on and off ------------------------------------------------------------------- */

static void out_of_reset_everything_is_bypassed(void **state)
{
	struct bench *b = bench_new(&(struct ref_config){ .name = "mmu" });

	device_writes(b->rig, PLAY_PA, "direct");
	expects_dram(b->rig, PLAY_PA, "direct");
	assert_int_equal(reads_reg(b, REF_ID), REF_ID_MAGIC);
	assert_int_equal(iommu_counts(b).bypasses, 1);
	bench_free(b);
}

static void a_page_is_translated_and_its_neighbour_is_not(void **state)
{
	struct bench *b = bench_new(&(struct ref_config){ .name = "mmu" });

	turns_on(b, 0);
	maps_page(b, IOVA, PLAY_PA + 0x5000);
	device_writes(b->rig, IOVA + 4, "through");
	expects_dram(b->rig, PLAY_PA + 0x5004, "through");
	expects_refused(b, IOVA + 0x1000u, IOMMU_HW_TRANSLATION);
	bench_free(b);
}

static void a_transfer_crosses_pages_that_lie_apart(void **state)
{
	struct bench *b = bench_new(&(struct ref_config){ .name = "mmu" });

	turns_on(b, 0);
	maps_page(b, IOVA, PLAY_PA + 0x5000);
	maps_page(b, IOVA + 0x1000, PLAY_PA + 0x9000);
	device_writes(b->rig, IOVA + 0xffe, "abcd");
	expects_dram(b->rig, PLAY_PA + 0x5ffe, "ab");
	expects_dram(b->rig, PLAY_PA + 0x9000, "cd");
	bench_free(b);
}

static void observers_see_the_iova_and_where_it_led(void **state)
{
	struct bench *b = bench_new(&(struct ref_config){ .name = "mmu" });
	struct story *s;

	turns_on(b, 0);
	maps_page(b, IOVA, PLAY_PA);
	s = story_new(b->rig);
	device_writes(b->rig, IOVA, "x");
	reads_at(b, IOVA + 0x2000);
	expects_story(s, "eth0 iommu mmu stream 5 write 0x300000: none\n"
			 "eth0 dma-write +0 1 'x'\n"
			 "eth0 iommu mmu stream 5 read 0x302000: translation\n"
			 "eth0 master-fault dma 0x302000 kind 3\n");
	story_free(s);
	bench_free(b);
}

/* ---- whose bytes a walk reads ----------------------------------------------------- */

static void expects_walk_past_cache(enum iommu_hw_walker walker, bool sees_level1,
				    bool sees_level2)
{
	struct bench *b = bench_new(&(struct ref_config){ .walker = walker });
	uint32_t table_va = K + (TABLES - PLAY_PA) + 0x4000;
	uint32_t desc = (PLAY_PA + 0x5000) | 2 | 3u << 4;

	turns_on(b, 0);
	maps_page(b, IOVA, 0);
	unmaps_page(b, IOVA);
	touches(b->rig, table_va);
	assert_true(cpu_store(b->rig->cpu, table_va, &desc, sizeof(desc), NULL));
	assert_int_equal(reads_at(b, IOVA).kind, sees_level1 ? MASTER_OK : MASTER_IOMMU_FAULT);
	commands(b, REF_INV_ALL, 0, 0);
	cleans(b->rig, table_va);
	assert_int_equal(reads_at(b, IOVA).kind, sees_level2 ? MASTER_OK : MASTER_IOMMU_FAULT);
	commands(b, REF_INV_ALL, 0, 0);
	pl310_writes(b->rig, 0x7b0, TABLES + 0x4000);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_OK);
	bench_free(b);
}

static void a_walker_sees_what_its_port_sees(void **state)
{
	expects_walk_past_cache(IOMMU_HW_WALKS_DRAM, false, false);
	expects_walk_past_cache(IOMMU_HW_WALKS_LEVEL2, false, true);
	expects_walk_past_cache(IOMMU_HW_WALKS_SNOOPING, true, true);
}

/* ---- what is held ------------------------------------------------------------------- */

static void a_translation_outlives_its_descriptor_until_it_is_invalidated(void **state)
{
	struct bench *b = bench_new(&(struct ref_config){ .name = "mmu" });

	turns_on(b, 0);
	maps_page(b, IOVA, PLAY_PA);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_OK);
	unmaps_page(b, IOVA);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_OK);
	commands(b, REF_INV_VA, IOVA + 0x1000, 0);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_OK);
	commands(b, REF_INV_VA, IOVA + 0xabc, 0);
	expects_refused(b, IOVA, IOMMU_HW_TRANSLATION);
	assert_int_equal(iommu_counts(b).invalidated, 1);
	assert_int_equal(iommu_counts(b).invalidations[IOMMU_HW_VA], 2);
	bench_free(b);
}

static void a_tlb_that_ignores_an_address_holds_it(void **state)
{
	struct bench *b = bench_new(&(struct ref_config){ .misbehaves = REF_IGNORES_INV_VA });

	turns_on(b, 0);
	maps_page(b, IOVA, PLAY_PA);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_OK);
	unmaps_page(b, IOVA);
	commands(b, REF_INV_VA, IOVA, 0);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_OK);
	commands(b, REF_INV_RANGE, IOVA, 0x1000);
	expects_refused(b, IOVA, IOMMU_HW_TRANSLATION);
	bench_free(b);
}

static void a_table_outlives_its_descriptor_in_the_walk_cache(void **state)
{
	struct bench *b = bench_new(&(struct ref_config){ .name = "mmu" });

	turns_on(b, 0);
	maps_page(b, IOVA, PLAY_PA);
	maps_page(b, IOVA + 0x1000, PLAY_PA);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_OK);
	writes_descriptor(b->rig, TABLES + (IOVA >> 20) * 4, 0);
	commands(b, REF_INV_RANGE, IOVA, 0x100000);
	assert_int_equal(reads_at(b, IOVA + 0x1000).kind, MASTER_OK);
	assert_int_equal(iommu_counts(b).walk_cache_hits, 1);
	assert_int_equal(iommu_counts(b).walk_reads, 3);
	commands(b, REF_INV_WALK, IOVA, 0x100000);
	expects_refused(b, IOVA + 0x1000u, IOMMU_HW_TRANSLATION);
	bench_free(b);
}

static void that_nothing_is_there_may_be_held_too(void **state)
{
	for (int caches = 0; caches < 2; caches++) {
		struct bench *b = bench_new(&(struct ref_config){ .caches_negative = caches });

		turns_on(b, 0);
		maps_page(b, IOVA + 0x1000, PLAY_PA);
		expects_refused(b, IOVA, IOMMU_HW_TRANSLATION);
		maps_page(b, IOVA, PLAY_PA);
		assert_int_equal(reads_at(b, IOVA).kind,
				 caches ? MASTER_IOMMU_FAULT : MASTER_OK);
		assert_int_equal(iommu_counts(b).negative_hits, caches);
		commands(b, REF_INV_VA, IOVA, 0);
		assert_int_equal(reads_at(b, IOVA).kind, MASTER_OK);
		bench_free(b);
	}
}

static void a_small_tlb_makes_room(void **state)
{
	struct bench *b = bench_new(&(struct ref_config){ .tlb_entries = 4, .tlb_ways = 2 });

	turns_on(b, 0);
	for (uint32_t n = 0; n < 16; n++)
		maps_page(b, IOVA + n * 0x1000, PLAY_PA + n * 0x1000);
	for (uint32_t n = 0; n < 16; n++)
		assert_int_equal(reads_at(b, IOVA + n * 0x1000).kind, MASTER_OK);
	assert_int_equal(iommu_counts(b).evictions, 12);
	assert_int_equal(reads_at(b, IOVA + 15 * 0x1000).kind, MASTER_OK);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_OK);
	assert_int_equal(iommu_counts(b).hits, 1);
	assert_int_equal(iommu_counts(b).misses, 17);
	bench_free(b);
}

static void what_is_fetched_ahead_is_held(void **state)
{
	struct bench *b = bench_new(&(struct ref_config){ .prefetch = 2 });

	turns_on(b, 0);
	for (uint32_t n = 0; n < 4; n++)
		maps_page(b, IOVA + n * 0x1000, PLAY_PA);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_OK);
	assert_int_equal(iommu_counts(b).prefetches, 2);
	unmaps_page(b, IOVA + 0x2000);
	assert_int_equal(reads_at(b, IOVA + 0x2000).kind, MASTER_OK);
	assert_int_equal(iommu_counts(b).misses, 1);
	bench_free(b);
}

/* ---- commands ------------------------------------------------------------------------ */

static void a_command_in_flight_has_not_happened(void **state)
{
	struct bench *b = bench_new(&(struct ref_config){ .delay = 20 });

	turns_on(b, 0);
	maps_page(b, IOVA, PLAY_PA);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_OK);
	unmaps_page(b, IOVA);
	commands(b, REF_INV_VA, IOVA, 0);
	assert_int_equal(reads_reg(b, REF_COMMANDS) & 0xff, 1);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_OK);
	syncs(b);
	expects_refused(b, IOVA, IOMMU_HW_TRANSLATION);
	assert_int_equal(reads_reg(b, REF_COMMANDS) & 0xff, 0);
	bench_free(b);
}

static void a_command_too_many_is_lost_and_says_so(void **state)
{
	struct bench *b = bench_new(&(struct ref_config){ .delay = 1000, .command_depth = 2 });

	turns_on(b, 0);
	commands(b, REF_INV_ALL, 0, 0);
	commands(b, REF_INV_ALL, 0, 0);
	assert_int_equal(reads_reg(b, REF_COMMANDS), 2);
	commands(b, REF_INV_ALL, 0, 0);
	assert_int_equal(reads_reg(b, REF_COMMANDS), 2 | REF_COMMANDS_LOST);
	writes_reg(b, REF_COMMANDS, REF_COMMANDS_LOST);
	assert_int_equal(reads_reg(b, REF_COMMANDS), 2);
	syncs(b);
	assert_int_equal(iommu_counts(b).invalidations[IOMMU_HW_ALL], 2);
	bench_free(b);
}

/* ---- faults --------------------------------------------------------------------------- */

static void a_fault_is_recorded_until_it_is_cleared(void **state)
{
	struct bench *b = bench_new(&(struct ref_config){ .fault_depth = 2 });
	unsigned irq = iommu_hw_irq(b->i);

	turns_on(b, 0);
	maps_page(b, IOVA + 0x8000, PLAY_PA);
	assert_false(bus_irq_is_high(b->rig->m, irq));
	expects_refused(b, IOVA + 0x10u, IOMMU_HW_TRANSLATION);
	assert_true(bus_irq_is_high(b->rig->m, irq));
	assert_int_equal(bus_next_irq(b->rig->m, 0), irq);
	master_write(b->rig->eth, IOVA + 0x1000, "x", 1);
	expects_refused(b, IOVA + 0x2000u, IOMMU_HW_TRANSLATION);
	assert_int_equal(reads_reg(b, REF_FAULT), REF_FAULT_VALID | REF_FAULT_OVERFLOW |
			 IOMMU_HW_TRANSLATION << 8 | 2 << 12);
	assert_int_equal(reads_reg(b, REF_FAULT_IOVA), IOVA + 0x10);
	assert_int_equal(reads_reg(b, REF_FAULT_STREAM), STREAM);
	writes_reg(b, REF_FAULT, REF_FAULT_VALID | REF_FAULT_OVERFLOW);
	assert_int_equal(reads_reg(b, REF_FAULT), REF_FAULT_VALID | REF_FAULT_WRITE |
			 IOMMU_HW_TRANSLATION << 8 | 2 << 12);
	assert_true(bus_irq_is_high(b->rig->m, irq));
	writes_reg(b, REF_FAULT, REF_FAULT_VALID);
	assert_int_equal(reads_reg(b, REF_FAULT), 0);
	assert_false(bus_irq_is_high(b->rig->m, irq));
	assert_int_equal(iommu_counts(b).faults_lost, 1);
	bench_free(b);
}

static void a_stalled_master_waits_until_it_is_resumed(void **state)
{
	struct bench *b = bench_new(&(struct ref_config){ .name = "mmu" });
	struct master_fault f;

	turns_on(b, REF_CONTEXT_STALL);
	maps_page(b, IOVA + 0x1000, PLAY_PA);
	f = master_write(b->rig->eth, IOVA, "x", 1);
	assert_int_equal(f.kind, MASTER_STALLED);
	assert_int_equal(reads_at(b, IOVA + 0x1000).kind, MASTER_STALLED);	/* by its port */
	assert_true(reads_reg(b, REF_FAULT) & REF_FAULT_STALLED);
	maps_page(b, IOVA, PLAY_PA + 0x3000);
	writes_reg(b, REF_RESUME, reads_reg(b, REF_FAULT_STALL));
	writes_reg(b, REF_FAULT, REF_FAULT_VALID);
	device_writes(b->rig, IOVA, "again");
	expects_dram(b->rig, PLAY_PA + 0x3000, "again");

	assert_int_equal(reads_at(b, IOVA + 0x2000).kind, MASTER_STALLED);
	writes_reg(b, REF_RESUME, reads_reg(b, REF_FAULT_STALL) | REF_RESUME_TERMINATE);
	expects_refused(b, IOVA + 0x2000u, IOMMU_HW_TRANSLATION);
	assert_int_equal(reads_at(b, IOVA + 0x1000).kind, MASTER_OK);
	bench_free(b);
}

/* As software would: on its interrupt it maps the page and resumes. */
static struct bench *pager;

static void mends(struct machine *m)
{
	struct bench *b = pager;

	while (reads_reg(b, REF_FAULT) & REF_FAULT_VALID) {
		maps_page(b, reads_reg(b, REF_FAULT_IOVA) & ~0xfffu, PLAY_PA + 0x6000);
		writes_reg(b, REF_RESUME, reads_reg(b, REF_FAULT_STALL));
		writes_reg(b, REF_FAULT, REF_FAULT_VALID);
	}
}

static void software_that_hears_of_a_stall_can_mend_it_in_time(void **state)
{
	struct bench *b = bench_new(&(struct ref_config){ .name = "mmu" });

	pager = b;
	turns_on(b, REF_CONTEXT_STALL);
	bus_on_irq(b->rig->m, mends);
	device_writes(b->rig, IOVA, "paged in");
	expects_dram(b->rig, PLAY_PA + 0x6000, "paged in");
	assert_int_equal(iommu_counts(b).stalls, 1);
	bench_free(b);
}

static void device_agent(void *arg)
{
	struct bench *b = arg;

	device_writes(b->rig, IOVA, "by an agent");
}

static void cpu_agent(void *arg)
{
	struct bench *b = arg;

	while (!bus_irqs_high(b->rig->m))
		run_yield();
	mends(b->rig->m);
}

static void a_stalled_agent_lets_the_others_mend_it(void **state)
{
	struct bench *b = bench_new(&(struct ref_config){ .name = "mmu" });
	const struct run_agent agents[] = {
		{ .fn = device_agent, .arg = b },
		{ .cpu = b->rig->cpu, .fn = cpu_agent, .arg = b },
	};

	pager = b;
	turns_on(b, REF_CONTEXT_STALL);
	machine_run(b->rig->m, agents, G_N_ELEMENTS(agents));
	expects_dram(b->rig, PLAY_PA + 0x6000, "by an agent");
	bench_free(b);
}

/* ---- routes ---------------------------------------------------------------------------- */

static void a_stream_goes_where_its_route_says(void **state)
{
	struct bench *b = bench_new(&(struct ref_config){ .name = "mmu" });
	char got[4] = "old";

	turns_on(b, 0);
	maps_page(b, IOVA, PLAY_PA);
	writes_reg(b, REF_REDIRECT, PLAY_PA + 0xe000);
	writes_reg(b, REF_ROUTE(0), REF_ROUTE_OF(REF_ROUTE_REDIRECT, 0));
	device_writes(b->rig, IOVA + 0x1123, "lost");
	expects_dram(b->rig, PLAY_PA + 0xe123, "lost");
	writes_reg(b, REF_ROUTE(0), REF_ROUTE_OF(REF_ROUTE_DROP, 0));
	device_writes(b->rig, IOVA, "gone");
	expects_dram(b->rig, PLAY_PA, "");
	assert_int_equal(master_read(b->rig->eth, IOVA, got, 4).kind, MASTER_OK);
	assert_int_equal(got[0], 0);
	writes_reg(b, REF_ROUTE(0), REF_ROUTE_OF(REF_ROUTE_FAULT, 0));
	expects_refused(b, IOVA, IOMMU_HW_NO_STREAM);
	writes_reg(b, REF_ROUTE(0), REF_ROUTE_OF(REF_ROUTE_BYPASS, 0));
	device_writes(b->rig, PLAY_PA, "by");
	expects_dram(b->rig, PLAY_PA, "by");
	bench_free(b);
}

static void a_mask_takes_many_streams_and_two_matches_are_refused(void **state)
{
	struct bench *b = bench_new(&(struct ref_config){ .name = "mmu" });

	turns_on(b, 0);
	maps_page(b, IOVA, PLAY_PA);
	writes_reg(b, REF_STREAM(0), 4 | 3u << 16);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_OK);
	writes_reg(b, REF_STREAM(1), STREAM);
	writes_reg(b, REF_ROUTE(1), REF_ROUTE_OF(REF_ROUTE_BYPASS, 0));
	expects_refused(b, IOVA, IOMMU_HW_STREAM_TWICE);
	writes_reg(b, REF_ROUTE(1), 0);
	writes_reg(b, REF_STREAM(0), 8 | 3u << 16);
	expects_refused(b, IOVA, IOMMU_HW_NO_STREAM);
	bench_free(b);
}

static void a_master_with_two_ports_is_translated_twice(void **state)
{
	struct bench *b = bench_new(&(struct ref_config){ .name = "one" });
	struct iommu_hw *other = ref_iommu_new(b->rig->m, &(struct ref_config){ .name = "two" });
	const struct master_ask second = { .port = 1 };
	uint32_t stream;

	assert_int_equal(master_attach_iommu(b->rig->eth, other, 9), 1);
	assert_ptr_equal(master_iommu(b->rig->eth, 1, &stream), other);
	assert_int_equal(stream, 9);
	turns_on(b, 0);
	expects_refused(b, IOVA, IOMMU_HW_TRANSLATION);
	assert_int_equal(master_write_as(b->rig->eth, &second, PLAY_PA, "two", 3).kind, MASTER_OK);
	expects_dram(b->rig, PLAY_PA, "two");
	assert_ptr_not_equal(iommu_hw_reg_pa(other), iommu_hw_reg_pa(b->i));
	bench_free(b);
}

/* ---- clock and power ----------------------------------------------------------------------- */

static void without_power_nothing_answers_and_all_is_lost(void **state)
{
	struct bench *b = bench_new(&(struct ref_config){ .name = "mmu" });
	uint32_t value;

	turns_on(b, 0);
	maps_page(b, IOVA, PLAY_PA);
	iommu_hw_set_clock(b->i, false);
	expects_refused(b, IOVA, IOMMU_HW_OFF);
	assert_false(cpu_load(b->rig->cpu, b->io_va, &value, 4, NULL));
	iommu_hw_set_clock(b->i, true);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_OK);
	iommu_hw_set_power(b->i, false);
	expects_refused(b, IOVA, IOMMU_HW_OFF);
	iommu_hw_set_power(b->i, true);
	assert_int_equal(reads_reg(b, REF_CONTROL), 0);
	assert_int_equal(reads_reg(b, REF_TTBR(0)), 0);
	bench_free(b);
}

/* ---- formats: tables by hand, one of each kind of leaf --------------------------------------- */

struct leaf_case {
	const char *what;
	enum ref_format format;
	uint32_t tcr;
	uint64_t iova;
	struct { uint32_t off; uint64_t desc; } entry[4];	/* in TABLES, desc | it if bit 63 */
	uint64_t pa;			/* where it leads, relative to DRAM */
	bool is_read_only;
	enum iommu_hw_reason refused;
};

#define S1(t0sz, tg)	((t0sz) | (uint32_t)(tg) << 14)
#define S2(t0sz, sl, tg)	((t0sz) | (sl) << 6 | (uint32_t)(tg) << 14)
#define AT_TABLE(off)	(1ull << 63 | (off) | 3)
#define PAGE_RW		(1ull << 10 | 1u << 6 | 3)	/* AF, AP[1], page */
#define BLOCK_RW	(1ull << 10 | 1u << 6 | 1)

static const struct leaf_case leaf_cases[] = {
	{ "section", REF_SHORT, 0, 0x00312345, { { 0xc, 2 | 3u << 10 } }, 0x12345 },
	{ "supersection", REF_SHORT, 0, 0x05312345, { { 0x14c, 2 | 3u << 10 | 1u << 18 } }, 0x312345 },
	{ "large page", REF_SHORT, 0, 0x00312345, { { 0xc, 1ull << 63 | 0x4001 }, { 0x4048, 1 | 3u << 4 | 0x20000 } }, 0x22345 },
	{ "read-only page", REF_SHORT, 0, 0x00312345, { { 0xc, 1ull << 63 | 0x4001 }, { 0x4048, 2 | 3u << 4 | 1u << 9 | 0x7000 } }, 0x7345, true },
	{ "page without its access flag", REF_SHORT, 0, 0x00312345, { { 0xc, 1ull << 63 | 0x4001 }, { 0x4048, 2 | 2u << 4 } }, 0, false, IOMMU_HW_ACCESS_FLAG },
	{ "32-bit block", REF_LONG32_S1, 0, 0xc0234567, { { 0x18, AT_TABLE(0x1000) }, { 0x1008, BLOCK_RW } }, 0x34567 },
	{ "32-bit page", REF_LONG32_S1, 0, 0xc0212345, { { 0x18, AT_TABLE(0x1000) }, { 0x1008, AT_TABLE(0x2000) }, { 0x2090, PAGE_RW | 0x9000 } }, 0x9345 },
	{ "32-bit stage 2 page", REF_LONG32_S2, 1 << 6, 0xc0212345, { { 0x18, AT_TABLE(0x1000) }, { 0x1008, AT_TABLE(0x2000) }, { 0x2090, 3 | 3u << 6 | 1u << 10 | 0x9000 } }, 0x9345 },
	{ "4 KiB, 48 bits", REF_LONG64_S1, S1(16, 0), 0x800040212345, { { 0x800, AT_TABLE(0x1000) }, { 0x1008, AT_TABLE(0x2000) }, { 0x2008, AT_TABLE(0x3000) }, { 0x3090, PAGE_RW | 0x9000 } }, 0x9345 },
	{ "no block at level 0", REF_LONG64_S1, S1(16, 0), 0x800040212345, { { 0x800, BLOCK_RW } }, 0, false, IOMMU_HW_TRANSLATION },
	{ "16 KiB, 36 bits", REF_LONG64_S1, S1(28, 2), 0x402004321, { { 0x1008, AT_TABLE(0x0) } }, 0, false, IOMMU_HW_TRANSLATION },
	{ "16 KiB page, 36 bits", REF_LONG64_S1, S1(28, 2), 0x402004321, { { 0x1008, AT_TABLE(0x8000) }, { 0x8008, PAGE_RW | 0xc000 } }, 0xc321 },
	{ "64 KiB page, 42 bits", REF_LONG64_S1, S1(22, 1), 0x20010321, { { 0x8, AT_TABLE(0x10000) }, { 0x10008, PAGE_RW | 0x20000 } }, 0x20321 },
	{ "64 KiB block", REF_LONG64_S1, S1(22, 1), 0x20010321, { { 0x8, BLOCK_RW } }, 0x10321 },
	{ "stage 2 with joined tables", REF_LONG64_S2, S2(24, 1, 0), 0x8040212345, { { 0x1008, AT_TABLE(0x2000) }, { 0x2008, AT_TABLE(0x3000) }, { 0x3090, 3 | 3u << 6 | 1u << 10 | 0x9000 } }, 0x9345 },
	{ "stage 2 read-only", REF_LONG64_S2, S2(25, 1, 0), 0x40212345, { { 0x8, AT_TABLE(0x2000) }, { 0x2008, AT_TABLE(0x3000) }, { 0x3090, 3 | 1u << 6 | 1u << 10 | 0x9000 } }, 0x9345, true },
	{ "table that takes writing away", REF_LONG64_S1, S1(25, 0), 0x40212345, { { 0x8, AT_TABLE(0x2000) | 1ull << 62 }, { 0x2008, AT_TABLE(0x3000) }, { 0x3090, PAGE_RW | 0x9000 } }, 0x9345, true },
	{ "privileged page", REF_LONG64_S1, S1(25, 0), 0x40212345, { { 0x8, AT_TABLE(0x2000) }, { 0x2008, AT_TABLE(0x3000) }, { 0x3090, (PAGE_RW | 0x9000) & ~(1ull << 6) } }, 0, false, IOMMU_HW_PERMISSION },
	{ "address that is too wide", REF_LONG64_S1, S1(25, 0), 0x40212345, { { 0x8, 3 | 1ull << 41 } }, 0, false, IOMMU_HW_ADDRESS_SIZE },
	{ "table where there is nothing", REF_LONG64_S1, S1(25, 0), 0x40212345, { { 0x8, 3 | 0x1000 } }, 0, false, IOMMU_HW_WALK_EXTERNAL },
	{ "input that is too wide", REF_LONG64_S1, S1(34, 0), 0x40212345, { { 0x8, AT_TABLE(0x2000) } }, 0, false, IOMMU_HW_TRANSLATION },
};

static void writes_entry(struct bench *b, const struct leaf_case *c, uint32_t off, uint64_t desc)
{
	bool is_short = c->format == REF_SHORT;
	bool is_table = desc >> 63;

	desc &= ~(1ull << 63);
	if (is_table)
		desc += TABLES;
	else if (!c->refused)
		desc += FIXTURE_DRAM_PA;
	assert_int_equal(master_write(b->rig->debug, TABLES + off, &desc, is_short ? 4 : 8).kind,
			 MASTER_OK);
}

static void sets_up_case(struct bench *b, const struct leaf_case *c)
{
	turns_on(b, 0);
	for (unsigned n = 0; n < 4; n++)
		if (c->entry[n].desc)
			writes_entry(b, c, c->entry[n].off, c->entry[n].desc);
	writes_reg(b, REF_TCR(0), c->tcr);
	writes_reg(b, REF_CONTEXT(0), REF_CONTEXT_ENABLE | REF_CONTEXT_FORMAT(c->format));
}

static void checks_case(struct bench *b, const struct leaf_case *c, bool is_write)
{
	struct iommu_hw_access a = {
		.stream = STREAM, .iova = c->iova, .len = 1, .is_write = is_write };
	struct iommu_hw_result r = iommu_hw_translate(b->i, &a);
	enum iommu_hw_reason want = c->refused ? c->refused
			: is_write && c->is_read_only ? IOMMU_HW_PERMISSION : IOMMU_HW_OK;

	if (r.reason != want)
		fail_msg("%s: %s, expected %s", c->what, iommu_hw_reason_name(r.reason),
			 iommu_hw_reason_name(want));
	if (want == IOMMU_HW_OK && r.pa != FIXTURE_DRAM_PA + c->pa)
		fail_msg("%s: it leads to %#llx", c->what, (unsigned long long)r.pa);
}

static void every_kind_of_leaf_is_understood(void **state)
{
	for (unsigned n = 0; n < G_N_ELEMENTS(leaf_cases); n++) {
		struct bench *b = bench_new(&(struct ref_config){ .name = "mmu" });

		sets_up_case(b, &leaf_cases[n]);
		checks_case(b, &leaf_cases[n], false);
		checks_case(b, &leaf_cases[n], true);
		bench_free(b);
	}
}

/* ---- memory attributes -------------------------------------------------------------------- */

#define SMALL_PAGE(attrs)	{ { 0xc, 1ull << 63 | 0x4001 },	\
				  { 0x4048, 2 | 3u << 4 | 0x7000 | (attrs) } }
#define LARGE_PAGE(attrs)	{ { 0xc, 1ull << 63 | 0x4001 },	\
				  { 0x4048, 1 | 3u << 4 | 0x20000 | (attrs) } }
#define LONG_PAGE(attrs)	{ { 0x18, AT_TABLE(0x1000) }, { 0x1008, AT_TABLE(0x2000) },	\
				  { 0x2090, PAGE_RW | 0x9000 | (attrs) } }
#define STAGE2_PAGE(attrs)	{ { 0x18, AT_TABLE(0x1000) }, { 0x1008, AT_TABLE(0x2000) },	\
				  { 0x2090, 3 | 3u << 6 | 1u << 10 | 0x9000 | (attrs) } }
#define TEX0_C_B		(1u << 6 | 1u << 3 | 1u << 2)
#define S_BIT			(1u << 10)
#define INDEX(n)		((n) << 2)
#define SH_INNER		(3u << 8)
#define MAIR			0x04ff44u	/* not cached, write-back, device */

static const struct {
	struct leaf_case leaf;
	bool is_snooped;
} attr_cases[] = {
	{ { "write-back page", REF_SHORT, 0, 0x00312345, SMALL_PAGE(TEX0_C_B | S_BIT) }, true },
	{ { "the same, not shareable", REF_SHORT, 0, 0x00312345, SMALL_PAGE(TEX0_C_B) } },
	{ { "uncached page", REF_SHORT, 0, 0x00312345, SMALL_PAGE(1u << 6 | S_BIT) } },
	{ { "page of a device", REF_SHORT, 0, 0x00312345, SMALL_PAGE(1u << 2 | S_BIT) } },
	{ { "write-back large page", REF_SHORT, 0, 0x00312345, LARGE_PAGE(1u << 12 | 0xc | S_BIT) }, true },
	{ { "write-back section", REF_SHORT, 0, 0x00312345, { { 0xc, 2 | 3u << 10 | 1u << 12 | 0xc | 1u << 16 } } }, true },
	{ { "uncached section", REF_SHORT, 0, 0x00312345, { { 0xc, 2 | 3u << 10 | 1u << 12 | 1u << 16 } } } },
	{ { "index of write-back", REF_LONG32_S1, 0, 0xc0212345, LONG_PAGE(INDEX(1u) | SH_INNER) }, true },
	{ { "the same, not shareable", REF_LONG32_S1, 0, 0xc0212345, LONG_PAGE(INDEX(1u)) } },
	{ { "index of not cached", REF_LONG32_S1, 0, 0xc0212345, LONG_PAGE(INDEX(0u) | SH_INNER) } },
	{ { "index of a device", REF_LONG32_S1, 0, 0xc0212345, LONG_PAGE(INDEX(2u) | SH_INNER) } },
	{ { "stage 2's write-back", REF_LONG32_S2, 1 << 6, 0xc0212345, STAGE2_PAGE(0xfu << 2 | SH_INNER) }, true },
	{ { "stage 2's not cached", REF_LONG32_S2, 1 << 6, 0xc0212345, STAGE2_PAGE(0x5u << 2 | SH_INNER) } },
	{ { "stage 2's device", REF_LONG32_S2, 1 << 6, 0xc0212345, STAGE2_PAGE(0x1u << 2 | SH_INNER) } },
};

static bool is_unsnooped(struct bench *b, const struct leaf_case *c, uint32_t context_bits)
{
	struct iommu_hw_access a = { .stream = STREAM, .iova = c->iova, .len = 1 };
	struct iommu_hw_result r;

	writes_reg(b, REF_CONTEXT(0), REF_CONTEXT_ENABLE | REF_CONTEXT_FORMAT(c->format) |
		   context_bits);
	commands(b, REF_INV_ALL, 0, 0);
	syncs(b);
	r = iommu_hw_translate(b->i, &a);
	if (r.outcome != IOMMU_HW_HIT)
		fail_msg("%s: %s", c->what, iommu_hw_reason_name(r.reason));
	return r.is_unsnooped;
}

static void only_what_is_cacheable_and_shareable_is_snooped(void **state)
{
	for (unsigned n = 0; n < G_N_ELEMENTS(attr_cases); n++) {
		const struct leaf_case *c = &attr_cases[n].leaf;
		struct bench *b = bench_new(&(struct ref_config){ .name = "mmu" });

		sets_up_case(b, c);
		writes_reg(b, REF_MAIR(0), MAIR);
		assert_false(is_unsnooped(b, c, 0));
		if (is_unsnooped(b, c, REF_CONTEXT_ATTRIBUTES) == attr_cases[n].is_snooped)
			fail_msg("%s", c->what);
		bench_free(b);
	}
}

/* The CPU's newest bytes, or what memory has. */
static void expects_byte(struct bench *b, struct master *coherent, uint32_t attrs, char want)
{
	char got = 0;

	writes_descriptor(b->rig, TABLES + 0x4000, (PLAY_PA + 0x5000) | 2 | 3u << 4 | attrs);
	commands(b, REF_INV_ALL, 0, 0);
	syncs(b);
	assert_int_equal(master_read(coherent, IOVA, &got, 1).kind, MASTER_OK);
	assert_int_equal(got, want);
}

static void a_coherent_master_reads_memory_past_the_caches_where_attributes_say_so(void **state)
{
	struct bench *b = bench_new(&(struct ref_config){ .name = "mmu" });
	struct master *gpu = master_new(b->rig->m, &(struct master_config){
		.name = "gpu", .is_coherent = true,
	});

	master_attach_iommu(gpu, b->i, STREAM);
	turns_on(b, REF_CONTEXT_ATTRIBUTES);
	maps_page(b, IOVA, PLAY_PA + 0x5000);
	assert_int_equal(master_write(b->rig->debug, PLAY_PA + 0x5000, "old", 3).kind, MASTER_OK);
	writes(b->rig, K + 0x5000, "new");
	expects_byte(b, gpu, TEX0_C_B | S_BIT, 'n');
	expects_byte(b, gpu, 1u << 6 | S_BIT, 'o');
	expects_byte(b, gpu, TEX0_C_B | S_BIT, 'n');
	turns_on(b, 0);
	expects_byte(b, gpu, 1u << 6 | S_BIT, 'n');
	bench_free(b);
}

/* ---- descriptors that the walker updates ---------------------------------------------------- */

static void the_walker_sets_access_flag_and_dirty_state(void **state)
{
	static const struct leaf_case c = {
		"clean page", REF_LONG64_S1, S1(25, 0), 0x40212345,
		{ { 0x8, AT_TABLE(0x2000) }, { 0x2008, AT_TABLE(0x3000) },
		  { 0x3090, 3 | 1u << 6 | 1u << 7 | 1ull << 51 | 0x9000 } }, 0x9345 };
	struct bench *b = bench_new(&(struct ref_config){ .name = "mmu" });
	uint64_t desc = 0;

	sets_up_case(b, &c);
	writes_reg(b, REF_CONTEXT(0), REF_CONTEXT_ENABLE | REF_CONTEXT_FORMAT(c.format) |
		   REF_CONTEXT_SET_ACCESS | REF_CONTEXT_SET_DIRTY);
	checks_case(b, &c, false);
	machine_peek(b->rig->m, VIEW_DRAM, TABLES + 0x3090, &desc, sizeof(desc));
	assert_true(desc & 1u << 10);
	assert_true(desc & 1u << 7);
	checks_case(b, &c, true);
	machine_peek(b->rig->m, VIEW_DRAM, TABLES + 0x3090, &desc, sizeof(desc));
	assert_false(desc & 1u << 7);
	checks_case(b, &c, true);
	assert_int_equal(iommu_counts(b).hits, 1);
	bench_free(b);
}

static void a_run_with_the_contiguous_hint_may_be_one_entry(void **state)
{
	for (int uses = 0; uses < 2; uses++) {
		struct bench *b = bench_new(&(struct ref_config){ .uses_contiguous = uses });
		struct leaf_case c = {
			"run", REF_LONG64_S1, S1(25, 0), 0x40212345,
			{ { 0x8, AT_TABLE(0x2000) }, { 0x2008, AT_TABLE(0x3000) } }, 0x22345 };

		sets_up_case(b, &c);
		for (uint32_t n = 0; n < 16; n++)
			writes_entry(b, &c, 0x3080 + n * 8,
				     (PAGE_RW | 1ull << 52 | 0x20000) + n * 0x1000);
		checks_case(b, &c, false);
		c.iova += 0x1000;
		c.pa += 0x1000;
		checks_case(b, &c, false);
		assert_int_equal(iommu_counts(b).misses, uses ? 1 : 2);
		bench_free(b);
	}
}

/* ---- the fast gear -------------------------------------------------------------------------- */

static void the_fast_gear_translates_too(void **state)
{
	struct bench *b = bench_with(rig_a9_with(GEAR_FAST, CHOOSER_NOMINAL, 0),
				     &(struct ref_config){ .name = "mmu" });

	turns_on(b, 0);
	maps_page(b, IOVA, PLAY_PA + 0x5000);
	device_writes(b->rig, IOVA + 0xff8, "abcdefgh");
	expects_dram(b->rig, PLAY_PA + 0x5ff8, "abcdefgh");
	expects_refused(b, IOVA + 0x1000u, IOMMU_HW_TRANSLATION);
	unmaps_page(b, IOVA);
	commands(b, REF_INV_RANGE, IOVA, 0x1000);
	expects_refused(b, IOVA, IOMMU_HW_TRANSLATION);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(out_of_reset_everything_is_bypassed),
		cmocka_unit_test(a_page_is_translated_and_its_neighbour_is_not),
		cmocka_unit_test(a_transfer_crosses_pages_that_lie_apart),
		cmocka_unit_test(observers_see_the_iova_and_where_it_led),
		cmocka_unit_test(a_walker_sees_what_its_port_sees),
		cmocka_unit_test(a_translation_outlives_its_descriptor_until_it_is_invalidated),
		cmocka_unit_test(a_tlb_that_ignores_an_address_holds_it),
		cmocka_unit_test(a_table_outlives_its_descriptor_in_the_walk_cache),
		cmocka_unit_test(that_nothing_is_there_may_be_held_too),
		cmocka_unit_test(a_small_tlb_makes_room),
		cmocka_unit_test(what_is_fetched_ahead_is_held),
		cmocka_unit_test(a_command_in_flight_has_not_happened),
		cmocka_unit_test(a_command_too_many_is_lost_and_says_so),
		cmocka_unit_test(a_fault_is_recorded_until_it_is_cleared),
		cmocka_unit_test(a_stalled_master_waits_until_it_is_resumed),
		cmocka_unit_test(software_that_hears_of_a_stall_can_mend_it_in_time),
		cmocka_unit_test(a_stalled_agent_lets_the_others_mend_it),
		cmocka_unit_test(a_stream_goes_where_its_route_says),
		cmocka_unit_test(a_mask_takes_many_streams_and_two_matches_are_refused),
		cmocka_unit_test(a_master_with_two_ports_is_translated_twice),
		cmocka_unit_test(without_power_nothing_answers_and_all_is_lost),
		cmocka_unit_test(every_kind_of_leaf_is_understood),
		cmocka_unit_test(only_what_is_cacheable_and_shareable_is_snooped),
		cmocka_unit_test(
			a_coherent_master_reads_memory_past_the_caches_where_attributes_say_so),
		cmocka_unit_test(the_walker_sets_access_flag_and_dirty_state),
		cmocka_unit_test(a_run_with_the_contiguous_hint_may_be_one_entry),
		cmocka_unit_test(the_fast_gear_translates_too),
	};

	return cmocka_run_group_tests_name("sim-iommu", tests, NULL, NULL);
}
