/* SPDX-License-Identifier: MIT */
/*
 * OMAP's MMU as hardware, programmed through its registers as <armdma/omap-iommu.h> and
 * TI's manuals say, with tables that the test writes by itself.
 */
#include "rig.h"

#include <string.h>
#include <armdma/bus.h>
#include <armdma/omap-iommu.h>

#define IO_VA		0x70000000u
#define SYS_VA		0x70010000u
#define SYS_PA		0x40d00000u
#define TABLES		(PLAY_PA + 0x80000u)	/* the first level; the second follows */
#define IOVA		0x00300000u
#define GOLDEN_IRQS	0x1eu			/* what Linux enables with the walker on */
#define GOLDEN_CNTL	0x06u

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

static struct bench *bench_new(const struct omap_iommu_config *cfg)
{
	struct bench *b = g_new0(struct bench, 1);

	b->rig = rig_a9();
	b->io_va = IO_VA;
	b->i = omap_iommu_new(b->rig->m, cfg);
	assert_non_null(b->i);
	maps(b->rig, IO_VA, (uint32_t)iommu_hw_reg_pa(b->i), 0x1000, DEVICE);
	assert_int_equal(master_attach_iommu(b->rig->eth, b->i, 0), 0);
	return b;
}

static void bench_free(struct bench *b)
{
	rig_free(b->rig);
	g_free(b);
}

/* As Linux does, the walker on. */
static void turns_on(struct bench *b)
{
	writes_reg(b, OMAP_MMU_TTB, TABLES);
	writes_reg(b, OMAP_MMU_IRQENABLE, GOLDEN_IRQS);
	writes_reg(b, OMAP_MMU_CNTL, (reads_reg(b, OMAP_MMU_CNTL) & ~0xeu) | GOLDEN_CNTL);
}

/* Software loads the TLB. */
static void turns_on_unwalked(struct bench *b)
{
	writes_reg(b, OMAP_MMU_IRQENABLE, 0x17);
	writes_reg(b, OMAP_MMU_CNTL, OMAP_MMU_CNTL_MMU_EN);
}

static struct bench *bench_on(const struct omap_iommu_config *cfg)
{
	struct bench *b = bench_new(cfg);

	turns_on(b);
	return b;
}

static void writes_first(struct bench *b, uint32_t iova, uint32_t desc)
{
	writes_descriptor(b->rig, TABLES + (iova >> 20) * 4, desc);
}

static void maps_small(struct bench *b, uint32_t iova, uint32_t desc)
{
	writes_first(b, iova, (TABLES + 0x4000) | 1);
	writes_descriptor(b->rig, TABLES + 0x4000 + (iova >> 12 & 0xff) * 4, desc);
}

static void maps_page(struct bench *b, uint32_t iova, uint32_t pa)
{
	maps_small(b, iova, pa | 2);
}

static struct master_fault reads_at(struct bench *b, uint64_t iova)
{
	char byte;

	return master_read(b->rig->eth, iova, &byte, 1);
}

static struct iommu_hw_result asks(struct bench *b, uint32_t iova)
{
	return iommu_hw_translate(b->i, &(struct iommu_hw_access){ .iova = iova, .len = 1 });
}

static struct iommu_hw_result asks_as_debugger(struct bench *b, uint32_t iova)
{
	return iommu_hw_translate(b->i, &(struct iommu_hw_access){
		.stream = OMAP_MMU_STREAM_EMU, .iova = iova, .len = 1 });
}

#define expects_hit(b, iova, want_pa) do {					\
	struct iommu_hw_result r_ = asks(b, iova);				\
										\
	assert_int_equal(r_.outcome, IOMMU_HW_HIT);				\
	assert_int_equal(r_.pa, want_pa);					\
} while (0)

#define expects_stall(b, iova, irq) do {					\
	assert_int_equal(asks(b, iova).outcome, IOMMU_HW_STALL);		\
	assert_int_equal(reads_reg(b, OMAP_MMU_IRQSTATUS), irq);		\
	assert_int_equal(reads_reg(b, OMAP_MMU_FAULT_AD), iova);		\
	writes_reg(b, OMAP_MMU_IRQSTATUS, irq);					\
} while (0)

static void points_at(struct bench *b, uint32_t base, uint32_t victim)
{
	writes_reg(b, OMAP_MMU_LOCK, OMAP_MMU_LOCK_OF(base, victim));
}

static void loads(struct bench *b, uint32_t base, uint32_t victim, uint32_t cam, uint32_t ram)
{
	points_at(b, base, victim);
	writes_reg(b, OMAP_MMU_CAM, cam);
	writes_reg(b, OMAP_MMU_RAM, ram);
	writes_reg(b, OMAP_MMU_LD_TLB, 1);
}

static uint32_t reads_cam(struct bench *b, uint32_t victim)
{
	points_at(b, OMAP_MMU_LOCK_BASE(reads_reg(b, OMAP_MMU_LOCK)), victim);
	return reads_reg(b, OMAP_MMU_READ_CAM);
}

static void flushes(struct bench *b, uint32_t cam)
{
	writes_reg(b, OMAP_MMU_CAM, cam);
	writes_reg(b, OMAP_MMU_FLUSH_ENTRY, 1);
}

static struct iommu_hw_counters iommu_counts(struct bench *b)
{
	struct iommu_hw_counters c;

	iommu_hw_count(b->i, &c);
	return c;
}

#define SMALL(iova)	((iova) | OMAP_MMU_CAM_V | OMAP_MMU_CAM_4K)

/* ---- on and off ------------------------------------------------------------------ */

static void out_of_reset_everything_is_bypassed(void **state)
{
	struct bench *b = bench_new(&(struct omap_iommu_config){ 0 });

	device_writes(b->rig, PLAY_PA, "direct");
	expects_dram(b->rig, PLAY_PA, "direct");
	assert_int_equal(iommu_counts(b).bypasses, 1);
	assert_int_equal(reads_reg(b, OMAP_MMU_SYSSTATUS), OMAP_MMU_RESETDONE);
	assert_int_equal(reads_reg(b, OMAP_MMU_CNTL), 0);
	assert_int_equal(reads_reg(b, OMAP_MMU_WALKING_ST), 0);
	bench_free(b);
}

static void each_part_says_which_it_is(void **state)
{
	static const uint32_t revisions[NR_OMAP_MMU_PARTS] = { 0x11, 0x21, 0x30 };

	for (int part = 0; part < NR_OMAP_MMU_PARTS; part++) {
		struct bench *b = bench_new(&(struct omap_iommu_config){
			.part = (enum omap_mmu_part)part });

		assert_int_equal(reads_reg(b, OMAP_MMU_REVISION), revisions[part]);
		writes_reg(b, OMAP_MMU_GP_REG, ~0u);
		assert_int_equal(reads_reg(b, OMAP_MMU_GP_REG), part != OMAP_MMU_OMAP2);
		bench_free(b);
	}
}

static void the_values_that_linux_programs_translate(void **state)
{
	struct bench *b = bench_on(&(struct omap_iommu_config){ 0 });

	assert_int_equal(reads_reg(b, OMAP_MMU_CNTL), GOLDEN_CNTL);
	assert_int_equal(reads_reg(b, OMAP_MMU_IRQENABLE), GOLDEN_IRQS);
	assert_int_equal(reads_reg(b, OMAP_MMU_TTB), TABLES);
	maps_page(b, IOVA, PLAY_PA + 0x5000);
	device_writes(b->rig, IOVA + 4, "through");
	expects_dram(b->rig, PLAY_PA + 0x5004, "through");
	bench_free(b);
}

static void a_soft_reset_takes_its_time_and_forgets_all(void **state)
{
	struct bench *b = bench_on(&(struct omap_iommu_config){ .knobs = { .delay = 3 } });

	loads(b, 1, 0, SMALL(IOVA) | OMAP_MMU_CAM_P, PLAY_PA);
	writes_reg(b, OMAP_MMU_SYSCONFIG, OMAP_MMU_SOFTRESET | 1);
	assert_int_equal(reads_reg(b, OMAP_MMU_SYSSTATUS), 0);
	assert_int_equal(reads_reg(b, OMAP_MMU_SYSSTATUS), 0);
	assert_int_equal(reads_reg(b, OMAP_MMU_SYSSTATUS), OMAP_MMU_RESETDONE);
	assert_int_equal(reads_reg(b, OMAP_MMU_CNTL), 0);
	assert_int_equal(reads_reg(b, OMAP_MMU_SYSCONFIG), 0);
	assert_int_equal(reads_cam(b, 0) & OMAP_MMU_CAM_V, 0);
	bench_free(b);
}

static void power_off_loses_registers_and_locked_entries(void **state)
{
	struct bench *b = bench_on(&(struct omap_iommu_config){ 0 });

	loads(b, 1, 0, SMALL(IOVA) | OMAP_MMU_CAM_P, PLAY_PA);
	iommu_hw_set_power(b->i, false);
	iommu_hw_set_power(b->i, true);
	assert_int_equal(reads_reg(b, OMAP_MMU_TTB), 0);
	assert_int_equal(reads_reg(b, OMAP_MMU_LOCK), 0);
	assert_int_equal(reads_cam(b, 0) & OMAP_MMU_CAM_V, 0);
	bench_free(b);
}

static void between_registers_all_reads_as_zero(void **state)
{
	struct bench *b = bench_new(&(struct omap_iommu_config){ 0 });
	uint16_t half;

	writes_reg(b, 0x20, ~0u);
	assert_int_equal(reads_reg(b, 0x20), 0);
	assert_false(cpu_load(b->rig->cpu, b->io_va, &half, sizeof(half), NULL));
	bench_free(b);
}

/* ---- tables ---------------------------------------------------------------------- */

static void pages_of_all_four_sizes_are_walked(void **state)
{
	struct bench *b = bench_on(&(struct omap_iommu_config){ 0 });

	maps_small(b, IOVA + 0x5000, PLAY_PA | 2);
	maps_small(b, IOVA + 0x6000, (PLAY_PA + 0x1000) | 3);
	maps_small(b, IOVA + 0x1c000, 0x81230000u | 1);
	writes_first(b, 0x00500000, 0x84500000u | 2);
	writes_first(b, 0x01300000, 0x85000000u | 2 | 1u << 18);
	expects_hit(b, IOVA + 0x5123, PLAY_PA + 0x123);
	expects_hit(b, IOVA + 0x6123, PLAY_PA + 0x1123);
	expects_hit(b, IOVA + 0x1c123, 0x8123c123u);
	expects_hit(b, 0x005abcde, 0x845abcdeu);
	expects_hit(b, 0x013abcde, 0x853abcdeu);
	expects_stall(b, IOVA + 0x7000, OMAP_MMU_IRQ_TRANSLATION);
	writes_first(b, 0x00600000, 0x84500000u | 3);
	expects_stall(b, 0x00600000u, OMAP_MMU_IRQ_TRANSLATION);
	bench_free(b);
}

static void how_data_is_swapped_is_read_back_from_ram(void **state)
{
	struct bench *b = bench_on(&(struct omap_iommu_config){ 0 });

	maps_small(b, IOVA, PLAY_PA | 2 | 1u << 11 | 1u << 9 | 2u << 4);
	writes_first(b, 0x00500000, 0x84500000u | 2 | 1u << 17 | 1u << 10);
	expects_hit(b, IOVA, PLAY_PA);
	expects_hit(b, 0x00500000u, 0x84500000u);
	assert_int_equal(reads_cam(b, 0), SMALL(IOVA));
	assert_int_equal(reads_reg(b, OMAP_MMU_READ_RAM), PLAY_PA | 1u << 6 | 2u << 7 | 1u << 9);
	assert_int_equal(reads_cam(b, 1), 0x00500000u | OMAP_MMU_CAM_V | OMAP_MMU_CAM_1M);
	assert_int_equal(reads_reg(b, OMAP_MMU_READ_RAM), 0x84500000u | 1u << 6 | 1u << 7);
	bench_free(b);
}

static void a_table_where_no_memory_is_faults_the_walk(void **state)
{
	struct bench *b = bench_on(&(struct omap_iommu_config){ 0 });

	writes_first(b, IOVA, 0x00001000u | 1);
	expects_stall(b, IOVA, OMAP_MMU_IRQ_TABLEWALK);
	bench_free(b);
}

/* ---- the TLB, by number ---------------------------------------------------------- */

static void a_walk_fills_at_the_victim_and_goes_round_above_the_base(void **state)
{
	struct bench *b = bench_on(&(struct omap_iommu_config){ .nr_entries = 8 });

	for (uint32_t n = 0; n < 8; n++)
		maps_page(b, IOVA + n * 0x1000, PLAY_PA + n * 0x1000);
	points_at(b, 5, 6);
	for (uint32_t n = 0; n < 4; n++)
		expects_hit(b, IOVA + n * 0x1000, PLAY_PA + n * 0x1000);
	assert_int_equal(reads_reg(b, OMAP_MMU_LOCK), OMAP_MMU_LOCK_OF(5, 7));
	assert_int_equal(reads_cam(b, 5), SMALL(IOVA + 0x2000));
	assert_int_equal(reads_cam(b, 6), SMALL(IOVA + 0x3000));
	assert_int_equal(reads_cam(b, 7), SMALL(IOVA + 0x1000));
	assert_int_equal(iommu_counts(b).evictions, 1);
	bench_free(b);
}

static void victims_may_be_drawn_above_the_base(void **state)
{
	struct bench *b = bench_on(&(struct omap_iommu_config){
		.nr_entries = 8, .knobs = { .draws_victims = IOMMU_HW_YES } });

	points_at(b, 6, 6);
	for (uint32_t n = 0; n < 64; n++) {
		maps_page(b, IOVA + n * 0x1000, PLAY_PA);
		expects_hit(b, IOVA + n * 0x1000, PLAY_PA);
		assert_in_range(OMAP_MMU_LOCK_VICTIM(reads_reg(b, OMAP_MMU_LOCK)), 6, 7);
	}
	assert_int_equal(reads_cam(b, 0) & OMAP_MMU_CAM_V, 0);
	bench_free(b);
}

static void software_loads_what_it_wants_without_tables(void **state)
{
	struct bench *b = bench_new(&(struct omap_iommu_config){ 0 });

	turns_on_unwalked(b);
	maps_page(b, IOVA, PLAY_PA);		/* which nobody walks */
	expects_stall(b, IOVA, OMAP_MMU_IRQ_TLBMISS);
	loads(b, 0, 3, SMALL(IOVA), PLAY_PA + 0x7000);
	loads(b, 0, 4, 0x02000000u | OMAP_MMU_CAM_V | OMAP_MMU_CAM_16M, 0x85000000u);
	assert_int_equal(OMAP_MMU_LOCK_VICTIM(reads_reg(b, OMAP_MMU_LOCK)), 4);
	expects_hit(b, IOVA + 0x10, PLAY_PA + 0x7010);
	expects_hit(b, 0x02abcdefu, 0x85abcdefu);
	loads(b, 0, 3, IOVA | OMAP_MMU_CAM_4K, PLAY_PA);	/* not valid */
	expects_stall(b, IOVA, OMAP_MMU_IRQ_TLBMISS);
	bench_free(b);
}

static void two_entries_that_match_are_a_fault(void **state)
{
	struct bench *b = bench_on(&(struct omap_iommu_config){ 0 });

	loads(b, 0, 0, SMALL(IOVA), PLAY_PA);
	loads(b, 0, 1, SMALL(IOVA), PLAY_PA);
	expects_stall(b, IOVA, OMAP_MMU_IRQ_MULTIHIT);
	loads(b, 0, 1, IOVA | OMAP_MMU_CAM_V | OMAP_MMU_CAM_1M, 0x84000000u);
	expects_stall(b, IOVA, OMAP_MMU_IRQ_MULTIHIT);
	expects_hit(b, IOVA + 0x1000u, 0x84001000u);
	flushes(b, SMALL(IOVA));
	maps_page(b, IOVA, PLAY_PA);
	expects_hit(b, IOVA, PLAY_PA);
	bench_free(b);
}

static void a_global_flush_spares_what_is_preserved_and_nothing_else(void **state)
{
	struct bench *b = bench_on(&(struct omap_iommu_config){ 0 });

	loads(b, 0, 0, SMALL(IOVA) | OMAP_MMU_CAM_P, PLAY_PA);
	loads(b, 2, 1, SMALL(IOVA + 0x1000), PLAY_PA);	/* below the base, without P */
	writes_reg(b, OMAP_MMU_GFLUSH, 1);
	assert_int_equal(reads_cam(b, 0), SMALL(IOVA) | OMAP_MMU_CAM_P);
	assert_int_equal(reads_cam(b, 1) & OMAP_MMU_CAM_V, 0);
	points_at(b, 0, 0);
	writes_reg(b, OMAP_MMU_GFLUSH, 1);
	expects_hit(b, IOVA, PLAY_PA);
	flushes(b, SMALL(IOVA));
	expects_stall(b, IOVA, OMAP_MMU_IRQ_TRANSLATION);
	bench_free(b);
}

static void a_flushed_entry_is_the_one_that_cam_names(void **state)
{
	struct bench *b = bench_on(&(struct omap_iommu_config){ 0 });

	maps_small(b, IOVA + 0x10000, 0x81230000u | 1);
	maps_page(b, IOVA, PLAY_PA);
	expects_hit(b, IOVA + 0x10000u, 0x81230000u);
	expects_hit(b, IOVA, PLAY_PA);
	maps_small(b, IOVA + 0x10000, 0);
	maps_small(b, IOVA, 0);
	flushes(b, SMALL(IOVA + 0x1000));
	expects_hit(b, IOVA, PLAY_PA);
	flushes(b, (IOVA + 0x1f000) | OMAP_MMU_CAM_V | OMAP_MMU_CAM_64K);
	expects_hit(b, IOVA, PLAY_PA);
	expects_stall(b, IOVA + 0x10000u, OMAP_MMU_IRQ_TRANSLATION);
	assert_int_equal(iommu_counts(b).invalidations[IOMMU_HW_VA], 2);
	assert_int_equal(iommu_counts(b).invalidated, 1);
	bench_free(b);
}

static void pointers_beyond_the_last_entry_reach_nothing(void **state)
{
	struct bench *b = bench_on(&(struct omap_iommu_config){ .nr_entries = 8 });

	loads(b, 0, 8, SMALL(IOVA), PLAY_PA);
	assert_int_equal(reads_reg(b, OMAP_MMU_READ_CAM), 0);
	assert_int_equal(reads_reg(b, OMAP_MMU_READ_RAM), 0);
	maps_page(b, IOVA, PLAY_PA);
	expects_hit(b, IOVA, PLAY_PA);		/* the last one is never locked */
	assert_int_equal(reads_cam(b, 7), SMALL(IOVA));
	bench_free(b);
}

/* ---- faults ---------------------------------------------------------------------- */

static struct bench *taken_by;
static uint32_t mends_at;

/* An interrupt handler that maps the page. */
static void takes(struct machine *m)
{
	if (!bus_next_irq(m, 0))
		return;
	assert_int_equal(bus_next_irq(m, 0), iommu_hw_irq(taken_by->i));
	assert_int_equal(reads_reg(taken_by, OMAP_MMU_FAULT_AD), mends_at);
	maps_page(taken_by, mends_at & ~0xfffu, PLAY_PA);
	writes_reg(taken_by, OMAP_MMU_IRQSTATUS, OMAP_MMU_IRQ_ALL);
}

static void a_fault_waits_until_it_is_cleared_and_is_tried_again(void **state)
{
	struct bench *b = bench_on(&(struct omap_iommu_config){ 0 });

	taken_by = b;
	mends_at = IOVA + 4;
	bus_on_irq(b->rig->m, takes);
	device_writes(b->rig, IOVA + 4, "mended");
	expects_dram(b->rig, PLAY_PA + 4, "mended");
	assert_int_equal(iommu_counts(b).stalls, 1);
	assert_false(bus_irq_is_high(b->rig->m, iommu_hw_irq(b->i)));
	bench_free(b);
}

static void while_a_fault_is_pending_nothing_else_is_served(void **state)
{
	struct bench *b = bench_on(&(struct omap_iommu_config){ 0 });

	maps_page(b, IOVA + 0x1000, PLAY_PA);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_STALLED);
	assert_int_equal(asks(b, IOVA + 0x1000).outcome, IOMMU_HW_STALL);
	assert_int_equal(reads_reg(b, OMAP_MMU_FAULT_AD), IOVA);
	maps_page(b, IOVA, PLAY_PA);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_STALLED);
	writes_reg(b, OMAP_MMU_IRQSTATUS, OMAP_MMU_IRQ_TLBMISS);	/* another bit */
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_STALLED);
	writes_reg(b, OMAP_MMU_IRQSTATUS, OMAP_MMU_IRQ_TRANSLATION);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_OK);
	expects_hit(b, IOVA + 0x1000u, PLAY_PA);
	bench_free(b);
}

static void the_line_follows_what_is_enabled(void **state)
{
	struct bench *b = bench_on(&(struct omap_iommu_config){ 0 });

	writes_reg(b, OMAP_MMU_IRQENABLE, 0);
	asks(b, IOVA);
	assert_int_equal(reads_reg(b, OMAP_MMU_IRQSTATUS), OMAP_MMU_IRQ_TRANSLATION);
	assert_false(bus_irq_is_high(b->rig->m, iommu_hw_irq(b->i)));
	writes_reg(b, OMAP_MMU_IRQENABLE, GOLDEN_IRQS);
	assert_true(bus_irq_is_high(b->rig->m, iommu_hw_irq(b->i)));
	writes_reg(b, OMAP_MMU_IRQSTATUS, OMAP_MMU_IRQ_ALL);
	assert_false(bus_irq_is_high(b->rig->m, iommu_hw_irq(b->i)));
	bench_free(b);
}

static void with_bus_errors_back_nobody_waits_and_the_status_says_what_it_was(void **state)
{
	struct bench *b = bench_on(&(struct omap_iommu_config){ .part = OMAP_MMU_OMAP4 });

	assert_int_equal(reads_at(b, IOVA).kind, MASTER_STALLED);
	writes_reg(b, OMAP_MMU_GP_REG, OMAP_MMU_BUS_ERR_BACK);
	writes_reg(b, OMAP_MMU_IRQSTATUS, OMAP_MMU_IRQ_ALL);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_IOMMU_FAULT);	/* the retry */
	assert_int_equal(reads_reg(b, OMAP_MMU_FAULT_STATUS), OMAP_MMU_FAULT_RECORDED);
	writes_reg(b, OMAP_MMU_IRQSTATUS, OMAP_MMU_IRQ_ALL);
	assert_int_equal(reads_reg(b, OMAP_MMU_FAULT_STATUS), 0);
	assert_int_equal(master_write(b->rig->eth, IOVA + 8, "x", 1).kind, MASTER_IOMMU_FAULT);
	assert_int_equal(reads_at(b, IOVA + 0x40).kind, MASTER_IOMMU_FAULT);	/* lost */
	assert_int_equal(reads_reg(b, OMAP_MMU_FAULT_STATUS),
			 OMAP_MMU_FAULT_RECORDED | OMAP_MMU_FAULT_WRITE);
	assert_int_equal(reads_reg(b, OMAP_MMU_FAULT_AD), IOVA + 8);
	assert_int_equal(iommu_counts(b).faults_lost, 1);
	bench_free(b);
}

static void a_debugger_leaves_no_trace_unless_it_may(void **state)
{
	struct bench *b = bench_on(&(struct omap_iommu_config){ 0 });

	maps_page(b, IOVA, PLAY_PA);
	assert_int_equal(asks_as_debugger(b, IOVA).outcome, IOMMU_HW_HIT);
	assert_int_equal(reads_cam(b, 0) & OMAP_MMU_CAM_V, 0);
	assert_int_equal(asks_as_debugger(b, IOVA + 0x1000).outcome, IOMMU_HW_ABORT);
	assert_int_equal(reads_reg(b, OMAP_MMU_IRQSTATUS), 0);
	writes_reg(b, OMAP_MMU_CNTL, GOLDEN_CNTL | OMAP_MMU_CNTL_EMUTLBUPDATE);
	points_at(b, 0, 0);
	assert_int_equal(asks_as_debugger(b, IOVA).outcome, IOMMU_HW_HIT);
	assert_int_equal(reads_cam(b, 0), SMALL(IOVA));
	writes_reg(b, OMAP_MMU_CNTL, OMAP_MMU_CNTL_MMU_EN);
	assert_int_equal(asks_as_debugger(b, IOVA + 0x1000).outcome, IOMMU_HW_STALL);
	assert_int_equal(reads_reg(b, OMAP_MMU_IRQSTATUS), OMAP_MMU_IRQ_EMUMISS);
	assert_int_equal(reads_reg(b, OMAP_MMU_EMU_FAULT_AD), IOVA + 0x1000);
	assert_int_equal(reads_reg(b, OMAP_MMU_FAULT_AD), 0);
	bench_free(b);
}

static void each_defect_is_one(void **state)
{
	struct bench *b = bench_on(&(struct omap_iommu_config){ .knobs = {
		.misbehaves = OMAP_MMU_IGNORES_GFLUSH | OMAP_MMU_IGNORES_FLUSH_ENTRY |
			      OMAP_MMU_LOSES_FAULTS } });

	loads(b, 0, 0, SMALL(IOVA), PLAY_PA);
	writes_reg(b, OMAP_MMU_GFLUSH, 1);
	flushes(b, SMALL(IOVA));
	expects_hit(b, IOVA, PLAY_PA);
	asks(b, IOVA + 0x1000);
	assert_int_equal(reads_reg(b, OMAP_MMU_IRQSTATUS), OMAP_MMU_IRQ_TRANSLATION);
	assert_false(bus_irq_is_high(b->rig->m, iommu_hw_irq(b->i)));
	bench_free(b);
}

/* ---- DRA7's DSP ------------------------------------------------------------------ */

static void a_dsp_has_two_that_its_system_registers_enable(void **state)
{
	struct bench *b = bench_on(&(struct omap_iommu_config){
		.part = OMAP_MMU_DRA7, .name = "mdma", .system_pa = SYS_PA });
	struct iommu_hw *edma = omap_iommu_new(b->rig->m, &(struct omap_iommu_config){
		.part = OMAP_MMU_DRA7, .name = "edma", .system_pa = SYS_PA, .id = 1 });
	struct bench sys = { .rig = b->rig, .io_va = SYS_VA };
	struct bench second = { .rig = b->rig, .io_va = IO_VA + 0x2000, .i = edma };

	maps(b->rig, SYS_VA, SYS_PA, 0x1000, DEVICE);
	maps(b->rig, second.io_va, (uint32_t)iommu_hw_reg_pa(edma), 0x1000, DEVICE);
	turns_on(&second);
	maps_page(b, IOVA, PLAY_PA);
	assert_int_equal(asks(b, IOVA).outcome, IOMMU_HW_BYPASS);
	writes_reg(&sys, OMAP_DSP_SYS_MMU_CONFIG, 1u << 4);
	assert_int_equal(asks(b, IOVA).outcome, IOMMU_HW_BYPASS);
	expects_hit(&second, IOVA, PLAY_PA);
	writes_reg(&sys, OMAP_DSP_SYS_MMU_CONFIG, 1u << 4 | 1);
	expects_hit(b, IOVA, PLAY_PA);
	assert_int_equal(reads_reg(&sys, OMAP_DSP_SYS_MMU_CONFIG), 0x11);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(out_of_reset_everything_is_bypassed),
		cmocka_unit_test(each_part_says_which_it_is),
		cmocka_unit_test(the_values_that_linux_programs_translate),
		cmocka_unit_test(a_soft_reset_takes_its_time_and_forgets_all),
		cmocka_unit_test(power_off_loses_registers_and_locked_entries),
		cmocka_unit_test(between_registers_all_reads_as_zero),
		cmocka_unit_test(pages_of_all_four_sizes_are_walked),
		cmocka_unit_test(how_data_is_swapped_is_read_back_from_ram),
		cmocka_unit_test(a_table_where_no_memory_is_faults_the_walk),
		cmocka_unit_test(a_walk_fills_at_the_victim_and_goes_round_above_the_base),
		cmocka_unit_test(victims_may_be_drawn_above_the_base),
		cmocka_unit_test(software_loads_what_it_wants_without_tables),
		cmocka_unit_test(two_entries_that_match_are_a_fault),
		cmocka_unit_test(a_global_flush_spares_what_is_preserved_and_nothing_else),
		cmocka_unit_test(a_flushed_entry_is_the_one_that_cam_names),
		cmocka_unit_test(pointers_beyond_the_last_entry_reach_nothing),
		cmocka_unit_test(a_fault_waits_until_it_is_cleared_and_is_tried_again),
		cmocka_unit_test(while_a_fault_is_pending_nothing_else_is_served),
		cmocka_unit_test(the_line_follows_what_is_enabled),
		cmocka_unit_test(with_bus_errors_back_nobody_waits_and_the_status_says_what_it_was),
		cmocka_unit_test(a_debugger_leaves_no_trace_unless_it_may),
		cmocka_unit_test(each_defect_is_one),
		cmocka_unit_test(a_dsp_has_two_that_its_system_registers_enable),
	};

	return cmocka_run_group_tests_name("sim-omap", tests, NULL, NULL);
}
