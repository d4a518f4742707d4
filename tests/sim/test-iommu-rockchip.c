/* SPDX-License-Identifier: MIT */
/*
 * Rockchip's IOMMU as hardware, programmed through its registers, with tables that the test
 * writes by itself. What is expected is what <armdma/rockchip-iommu.h> says.
 */
#include "story.h"

#include <string.h>
#include <armdma/bus.h>
#include <armdma/rockchip-iommu.h>
#include <armdma/run.h>

#define IO_VA		0x70000000u
#define IO_INTO		0x300u
#define DIRECTORY	(PLAY_PA + 0x80000u)
#define PAGE_TABLE	(PLAY_PA + 0x81000u)	/* of all 4 MiB that are used */
#define IOVA		0x12345000u
#define READABLE	2u
#define WRITABLE	4u

struct bench {
	struct rig *rig;
	struct iommu_hw *i;
};

static void writes_reg(struct bench *b, uint32_t reg, uint32_t value)
{
	assert_true(cpu_store(b->rig->cpu, IO_VA + IO_INTO + reg, &value, sizeof(value), NULL));
}

static uint32_t reads_reg(struct bench *b, uint32_t reg)
{
	uint32_t value = 0;

	assert_true(cpu_load(b->rig->cpu, IO_VA + IO_INTO + reg, &value, sizeof(value), NULL));
	return value;
}

static void commands(struct bench *b, enum rk_mmu_command command)
{
	writes_reg(b, RK_MMU_COMMAND, command);
}

/* As on boards, in the middle of a page. */
static struct bench *bench_on(struct rig *rig, const struct iommu_hw_knobs *knobs)
{
	struct bench *b = g_new0(struct bench, 1);
	uint64_t pa = bus_find_room(rig->m, 0x1000);

	b->rig = rig;
	b->i = rockchip_iommu_new(rig->m, &(struct rockchip_iommu_config){
		.name = "mmu", .reg_pa = pa + IO_INTO, .reg_len = 0x100, .knobs = *knobs });
	maps(rig, IO_VA, (uint32_t)pa, 0x1000, DEVICE);
	master_attach_iommu(rig->eth, b->i, 0);
	return b;
}

static struct bench *bench_with(struct iommu_hw_knobs knobs)
{
	return bench_on(rig_a9(), &knobs);
}

static void bench_free(struct bench *b)
{
	rig_free(b->rig);
	g_free(b);
}

static void turns_on(struct bench *b)
{
	writes_reg(b, RK_MMU_DTE_ADDR, DIRECTORY);
	writes_reg(b, RK_MMU_INT_MASK, RK_MMU_INT_PAGE_FAULT | RK_MMU_INT_BUS_ERROR);
	commands(b, RK_MMU_ENABLE_PAGING);
}

static void writes_pte(struct bench *b, uint32_t iova, uint32_t pte)
{
	writes_descriptor(b->rig, DIRECTORY + (iova >> 22) * 4, PAGE_TABLE | 1);
	writes_descriptor(b->rig, PAGE_TABLE + (iova >> 12 & 0x3ff) * 4, pte);
}

static void maps_page(struct bench *b, uint32_t iova, uint32_t pa)
{
	writes_pte(b, iova, pa | READABLE | WRITABLE | 1);
}

static struct master_fault reads_at(struct bench *b, uint64_t iova)
{
	char byte;

	return master_read(b->rig->eth, iova, &byte, 1);
}

static struct iommu_hw_result asks(struct bench *b, uint32_t iova, bool is_write)
{
	return iommu_hw_translate(b->i, &(struct iommu_hw_access){
		.iova = iova, .len = 1, .is_write = is_write });
}

/* What a driver's interrupt handler does. */
static void takes_fault(struct bench *b)
{
	writes_reg(b, RK_MMU_INT_CLEAR, reads_reg(b, RK_MMU_INT_STATUS));
	commands(b, RK_MMU_ZAP_CACHE);
	commands(b, RK_MMU_FAULT_DONE);
}

static const struct iommu_hw_knobs loses_faults = { .misbehaves = ROCKCHIP_LOSES_FAULTS };
static const struct iommu_hw_knobs zaps_one_page = { .misbehaves = ROCKCHIP_ZAPS_ONE_PAGE };

/* ---- translation -------------------------------------------------------------------- */

static void without_paging_everything_passes(void **state)
{
	struct bench *b = bench_with((struct iommu_hw_knobs){ 0 });

	device_writes(b->rig, PLAY_PA, "direct");
	expects_dram(b->rig, PLAY_PA, "direct");
	assert_int_equal(reads_reg(b, RK_MMU_STATUS),
			 RK_MMU_STATUS_IDLE | RK_MMU_STATUS_REPLAY_EMPTY);
	bench_free(b);
}

static void a_page_is_translated_and_may_be_what_its_bits_say(void **state)
{
	struct bench *b = bench_with(loses_faults);

	turns_on(b);
	maps_page(b, IOVA, PLAY_PA + 0x5000);
	device_writes(b->rig, IOVA + 4, "through");
	expects_dram(b->rig, PLAY_PA + 0x5004, "through");
	for (unsigned perms = 0; perms < 4; perms++) {
		writes_pte(b, IOVA, (PLAY_PA + 0x5000) | perms << 1 | 1);
		writes_reg(b, RK_MMU_ZAP_ONE_LINE, IOVA);
		assert_int_equal(asks(b, IOVA, false).outcome,
				 perms & 1 ? IOMMU_HW_HIT : IOMMU_HW_FAULT);
		assert_int_equal(asks(b, IOVA, true).outcome,
				 perms & 2 ? IOMMU_HW_HIT : IOMMU_HW_FAULT);
	}
	bench_free(b);
}

static void version_2_keeps_eight_more_bits_of_addresses(void **state)
{
	struct bench *b = bench_with((struct iommu_hw_knobs){ .version = 2 });
	struct iommu_hw_result r;

	writes_reg(b, RK_MMU_DTE_ADDR, 0xcafebabe);
	assert_int_equal(reads_reg(b, RK_MMU_DTE_ADDR), 0xcafebab0);
	turns_on(b);
	writes_pte(b, IOVA, 0x98765000u | 0x3u << 8 | 0xau << 4 | READABLE | 1);
	r = asks(b, IOVA + 0x123, false);
	assert_int_equal(r.outcome, IOMMU_HW_HIT);
	assert_true(r.pa == 0xa398765123ull);
	bench_free(b);
}

static void version_1_ignores_those_bits(void **state)
{
	struct bench *b = bench_with((struct iommu_hw_knobs){ 0 });

	writes_reg(b, RK_MMU_DTE_ADDR, 0xcafebabe);
	assert_int_equal(reads_reg(b, RK_MMU_DTE_ADDR), 0xcafeb000);
	turns_on(b);
	writes_pte(b, IOVA, 0x98765000u | 0x1f8u | READABLE | 1);
	assert_true(asks(b, IOVA, false).pa == 0x98765000u);
	bench_free(b);
}

static void addresses_past_32_bits_fault(void **state)
{
	struct bench *b = bench_with(loses_faults);

	turns_on(b);
	maps_page(b, IOVA, PLAY_PA);
	assert_int_equal(reads_at(b, IOVA | 1ull << 32).kind, MASTER_IOMMU_FAULT);
	bench_free(b);
}

/* ---- lines --------------------------------------------------------------------------------- */

static void a_neighbour_that_was_not_valid_is_held_so_until_a_zap(void **state)
{
	struct bench *b = bench_with((struct iommu_hw_knobs){ 0 });

	turns_on(b);
	maps_page(b, IOVA, PLAY_PA);
	assert_int_equal(asks(b, IOVA, false).outcome, IOMMU_HW_HIT);
	maps_page(b, IOVA + 0x1000, PLAY_PA + 0x1000);		/* of one line of 16 */
	assert_int_equal(asks(b, IOVA + 0x1000, false).outcome, IOMMU_HW_STALL);
	writes_reg(b, RK_MMU_ZAP_ONE_LINE, IOVA + 0x2000);	/* that, too, is of that line */
	commands(b, RK_MMU_FAULT_DONE);
	assert_int_equal(asks(b, IOVA + 0x1000, false).outcome, IOMMU_HW_HIT);
	bench_free(b);
}

static void a_line_of_one_descriptor_has_no_neighbours(void **state)
{
	struct bench *b = bench_with((struct iommu_hw_knobs){ .line_len = 4 });

	turns_on(b);
	maps_page(b, IOVA, PLAY_PA);
	assert_int_equal(asks(b, IOVA, false).outcome, IOMMU_HW_HIT);
	maps_page(b, IOVA + 0x1000, PLAY_PA + 0x1000);
	assert_int_equal(asks(b, IOVA + 0x1000, false).outcome, IOMMU_HW_HIT);
	bench_free(b);
}

static void the_directory_is_held_by_lines_too(void **state)
{
	struct bench *b = bench_with((struct iommu_hw_knobs){ 0 });
	uint32_t next = IOVA + (1u << 22);

	turns_on(b);
	maps_page(b, IOVA, PLAY_PA);
	assert_int_equal(asks(b, IOVA, false).outcome, IOMMU_HW_HIT);
	maps_page(b, next, PLAY_PA);
	assert_int_equal(asks(b, next, false).outcome, IOMMU_HW_STALL);
	writes_reg(b, RK_MMU_ZAP_ONE_LINE, next);
	commands(b, RK_MMU_FAULT_DONE);
	assert_int_equal(asks(b, next, false).outcome, IOMMU_HW_HIT);
	bench_free(b);
}

static void a_zap_that_drops_one_page_leaves_the_rest_of_the_line(void **state)
{
	struct bench *b = bench_with(zaps_one_page);

	turns_on(b);
	maps_page(b, IOVA, PLAY_PA);
	assert_int_equal(asks(b, IOVA, false).outcome, IOMMU_HW_HIT);
	maps_page(b, IOVA + 0x1000, PLAY_PA);
	writes_reg(b, RK_MMU_ZAP_ONE_LINE, IOVA);
	assert_int_equal(asks(b, IOVA + 0x1000, false).outcome, IOMMU_HW_STALL);
	bench_free(b);
}

static void what_is_held_outlives_its_descriptor_until_it_is_zapped(void **state)
{
	struct bench *b = bench_with((struct iommu_hw_knobs){ 0 });

	turns_on(b);
	maps_page(b, IOVA, PLAY_PA);
	assert_int_equal(asks(b, IOVA, false).outcome, IOMMU_HW_HIT);
	writes_pte(b, IOVA, 0);
	assert_int_equal(asks(b, IOVA, false).outcome, IOMMU_HW_HIT);
	writes_reg(b, RK_MMU_ZAP_ONE_LINE, IOVA);
	assert_int_equal(asks(b, IOVA, false).outcome, IOMMU_HW_STALL);
	bench_free(b);
}

/* ---- faults ----------------------------------------------------------------------------- */

static void a_page_fault_stops_the_mmu_until_it_is_done(void **state)
{
	struct bench *b = bench_with((struct iommu_hw_knobs){ 0 });
	unsigned irq = iommu_hw_irq(b->i);

	turns_on(b);
	maps_page(b, IOVA, PLAY_PA);
	assert_int_equal(master_write(b->rig->eth, IOVA + 0x1008, "x", 1).kind, MASTER_STALLED);
	assert_true(bus_irq_is_high(b->rig->m, irq));
	assert_int_equal(reads_reg(b, RK_MMU_FAULT_ADDR), IOVA + 0x1008);
	assert_int_equal(reads_reg(b, RK_MMU_RAWSTAT), RK_MMU_INT_PAGE_FAULT);
	assert_int_equal(reads_reg(b, RK_MMU_INT_STATUS), RK_MMU_INT_PAGE_FAULT);
	assert_int_equal(reads_reg(b, RK_MMU_STATUS), RK_MMU_STATUS_PAGING | RK_MMU_STATUS_FAULT |
			 RK_MMU_STATUS_IDLE | RK_MMU_STATUS_FAULT_WRITE);
	assert_int_equal(asks(b, IOVA, false).reason, IOMMU_HW_BLOCKED);
	writes_reg(b, RK_MMU_INT_CLEAR, RK_MMU_INT_PAGE_FAULT);
	assert_false(bus_irq_is_high(b->rig->m, irq));
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_STALLED);
	takes_fault(b);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_OK);
	bench_free(b);
}

static void what_is_masked_makes_no_interrupt_but_is_in_rawstat(void **state)
{
	struct bench *b = bench_with((struct iommu_hw_knobs){ 0 });

	turns_on(b);
	writes_reg(b, RK_MMU_INT_MASK, 0);
	assert_int_equal(asks(b, IOVA, false).outcome, IOMMU_HW_STALL);
	assert_int_equal(reads_reg(b, RK_MMU_INT_STATUS), 0);
	assert_int_equal(reads_reg(b, RK_MMU_RAWSTAT), RK_MMU_INT_PAGE_FAULT);
	assert_false(bus_irq_is_high(b->rig->m, iommu_hw_irq(b->i)));
	writes_reg(b, RK_MMU_INT_MASK, RK_MMU_INT_PAGE_FAULT);
	assert_true(bus_irq_is_high(b->rig->m, iommu_hw_irq(b->i)));
	bench_free(b);
}

static struct bench *handled;
static bool mends;

static void handles(struct machine *m)
{
	if (mends)
		maps_page(handled, reads_reg(handled, RK_MMU_FAULT_ADDR) & ~0xfffu,
			  PLAY_PA + 0x6000);
	takes_fault(handled);
}

static void what_was_mended_is_made_again_and_what_was_not_ends(void **state)
{
	struct bench *b = bench_with((struct iommu_hw_knobs){ 0 });

	turns_on(b);
	handled = b;
	bus_on_irq(b->rig->m, handles);
	mends = true;
	device_writes(b->rig, IOVA, "paged in");
	expects_dram(b->rig, PLAY_PA + 0x6000, "paged in");
	mends = false;
	assert_int_equal(reads_at(b, IOVA + 0x2000).kind, MASTER_IOMMU_FAULT);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_OK);
	assert_int_equal(reads_reg(b, RK_MMU_RAWSTAT), 0);
	bench_free(b);
}

static void where_done_ends_the_access_it_is_not_made_again(void **state)
{
	struct bench *b = bench_with((struct iommu_hw_knobs){ .misbehaves = ROCKCHIP_DONE_ENDS });

	turns_on(b);
	handled = b;
	bus_on_irq(b->rig->m, handles);
	mends = true;
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_IOMMU_FAULT);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_OK);
	bench_free(b);
}

static void a_table_that_nobody_answers_for_is_a_bus_error_and_no_stop(void **state)
{
	struct bench *b = bench_with((struct iommu_hw_knobs){ 0 });

	turns_on(b);
	maps_page(b, IOVA, PLAY_PA);
	writes_descriptor(b->rig, DIRECTORY, 0x1000u | 1);
	assert_int_equal(reads_at(b, 0x5000).kind, MASTER_IOMMU_FAULT);
	assert_int_equal(reads_reg(b, RK_MMU_RAWSTAT), RK_MMU_INT_BUS_ERROR);
	assert_int_equal(reads_reg(b, RK_MMU_FAULT_ADDR), 0x5000);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_OK);
	bench_free(b);
}

/* ---- commands ----------------------------------------------------------------------------- */

static uint32_t status_of(struct bench *b)
{
	return reads_reg(b, RK_MMU_STATUS) & (RK_MMU_STATUS_PAGING | RK_MMU_STATUS_STALLED |
					      RK_MMU_STATUS_FAULT);
}

static void a_command_in_the_wrong_state_is_ignored(void **state)
{
	struct bench *b = bench_with((struct iommu_hw_knobs){ 0 });

	commands(b, RK_MMU_ENABLE_STALL);
	assert_int_equal(status_of(b), 0);
	turns_on(b);
	commands(b, RK_MMU_DISABLE_PAGING);
	assert_int_equal(status_of(b), RK_MMU_STATUS_PAGING);
	commands(b, 7);
	asks(b, IOVA, false);
	commands(b, RK_MMU_ENABLE_STALL);
	assert_int_equal(status_of(b), RK_MMU_STATUS_PAGING | RK_MMU_STATUS_FAULT);
	commands(b, RK_MMU_FAULT_DONE);
	commands(b, RK_MMU_ENABLE_STALL);
	assert_int_equal(status_of(b), RK_MMU_STATUS_PAGING | RK_MMU_STATUS_STALLED);
	commands(b, RK_MMU_DISABLE_PAGING);
	assert_int_equal(status_of(b), RK_MMU_STATUS_STALLED);
	commands(b, RK_MMU_DISABLE_STALL);
	assert_int_equal(status_of(b), 0);
	bench_free(b);
}

static void who_is_stalled_waits_and_goes_on(void **state)
{
	struct bench *b = bench_with((struct iommu_hw_knobs){ 0 });

	turns_on(b);
	maps_page(b, IOVA, PLAY_PA);
	commands(b, RK_MMU_ENABLE_STALL);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_STALLED);
	assert_int_equal(reads_reg(b, RK_MMU_RAWSTAT), 0);
	assert_false(reads_reg(b, RK_MMU_STATUS) & RK_MMU_STATUS_REPLAY_EMPTY);
	commands(b, RK_MMU_DISABLE_STALL);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_OK);
	assert_true(reads_reg(b, RK_MMU_STATUS) & RK_MMU_STATUS_REPLAY_EMPTY);
	bench_free(b);
}

static void a_command_takes_its_time(void **state)
{
	struct bench *b = bench_with((struct iommu_hw_knobs){ .delay = 3 });

	commands(b, RK_MMU_ENABLE_PAGING);
	assert_int_equal(status_of(b), 0);
	assert_int_equal(status_of(b), 0);
	assert_int_equal(status_of(b), RK_MMU_STATUS_PAGING);
	commands(b, RK_MMU_ENABLE_STALL);
	assert_true(reads_reg(b, RK_MMU_STATUS) & RK_MMU_STATUS_STALLING);
	assert_int_equal(status_of(b), RK_MMU_STATUS_PAGING);
	assert_int_equal(reads_reg(b, RK_MMU_STATUS) &
			 (RK_MMU_STATUS_STALLED | RK_MMU_STATUS_STALLING), RK_MMU_STATUS_STALLED);
	bench_free(b);
}

static void a_reset_forgets_everything_and_ends_who_waits(void **state)
{
	struct bench *b = bench_with((struct iommu_hw_knobs){ 0 });

	turns_on(b);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_STALLED);
	commands(b, RK_MMU_FORCE_RESET);
	assert_int_equal(reads_reg(b, RK_MMU_DTE_ADDR), 0);
	assert_int_equal(reads_reg(b, RK_MMU_INT_MASK), 0);
	assert_int_equal(reads_reg(b, RK_MMU_RAWSTAT), 0);
	assert_int_equal(status_of(b), 0);
	assert_false(bus_irq_is_high(b->rig->m, iommu_hw_irq(b->i)));
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_IOMMU_FAULT);	/* the one that waited */
	device_writes(b->rig, PLAY_PA, "bypassed");
	bench_free(b);
}

static void power_off_loses_tables_faults_and_what_is_held(void **state)
{
	struct bench *b = bench_with((struct iommu_hw_knobs){ 0 });

	turns_on(b);
	maps_page(b, IOVA, PLAY_PA);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_OK);
	assert_int_equal(reads_at(b, IOVA + 0x1000).kind, MASTER_STALLED);
	iommu_hw_set_power(b->i, false);
	assert_false(bus_irq_is_high(b->rig->m, iommu_hw_irq(b->i)));
	iommu_hw_set_power(b->i, true);
	assert_int_equal(status_of(b), 0);
	assert_int_equal(reads_reg(b, RK_MMU_DTE_ADDR), 0);
	writes_pte(b, IOVA, 0);
	turns_on(b);
	assert_int_equal(asks(b, IOVA, false).reason, IOMMU_HW_TRANSLATION);
	bench_free(b);
}

/* ---- parts that are worse ------------------------------------------------------------------- */

static void where_reset_is_unusable_only_power_helps(void **state)
{
	struct bench *b = bench_with((struct iommu_hw_knobs){
		.misbehaves = ROCKCHIP_RESET_UNUSABLE });

	turns_on(b);
	commands(b, RK_MMU_FORCE_RESET);
	assert_int_equal(reads_reg(b, RK_MMU_DTE_ADDR), DIRECTORY);
	commands(b, RK_MMU_ENABLE_STALL);
	assert_int_equal(status_of(b), RK_MMU_STATUS_PAGING);
	iommu_hw_set_power(b->i, false);
	iommu_hw_set_power(b->i, true);
	turns_on(b);
	commands(b, RK_MMU_ENABLE_STALL);
	assert_int_equal(status_of(b), RK_MMU_STATUS_PAGING | RK_MMU_STATUS_STALLED);
	bench_free(b);
}

static void a_limit_on_the_fetch_of_a_dte_hangs_it(void **state)
{
	struct bench *b = bench_with((struct iommu_hw_knobs){
		.misbehaves = ROCKCHIP_DTE_TIME_LIMIT });

	turns_on(b);
	maps_page(b, IOVA, PLAY_PA);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_STALLED);
	assert_false(reads_reg(b, RK_MMU_STATUS) & RK_MMU_STATUS_IDLE);
	commands(b, RK_MMU_ENABLE_STALL);
	commands(b, RK_MMU_FAULT_DONE);
	assert_int_equal(status_of(b), RK_MMU_STATUS_PAGING);
	commands(b, RK_MMU_FORCE_RESET);
	writes_reg(b, RK_MMU_AUTO_GATING, RK_MMU_NO_DTE_TIME_LIMIT);
	turns_on(b);
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_IOMMU_FAULT);	/* the one that waited */
	assert_int_equal(reads_at(b, IOVA).kind, MASTER_OK);
	bench_free(b);
}

static void a_boot_loader_may_have_left_it_with_a_fault(void **state)
{
	struct bench *b = bench_with((struct iommu_hw_knobs){ .misbehaves = ROCKCHIP_BOOT_FAULT });

	assert_int_equal(status_of(b), RK_MMU_STATUS_PAGING | RK_MMU_STATUS_FAULT);
	commands(b, RK_MMU_ENABLE_STALL);
	assert_int_equal(status_of(b), RK_MMU_STATUS_PAGING | RK_MMU_STATUS_FAULT);
	commands(b, RK_MMU_FAULT_DONE);
	commands(b, RK_MMU_ENABLE_STALL);
	assert_int_equal(status_of(b), RK_MMU_STATUS_PAGING | RK_MMU_STATUS_STALLED);
	iommu_hw_set_power(b->i, false);
	iommu_hw_set_power(b->i, true);
	assert_int_equal(status_of(b), 0);
	bench_free(b);
}

/* ---- agents ---------------------------------------------------------------------- */

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
	handles(b->rig->m);
}

static void a_device_that_waits_lets_the_cpu_mend_it(void **state)
{
	struct bench *b = bench_with((struct iommu_hw_knobs){ .delay = 2 });
	const struct run_agent agents[] = {
		{ .fn = device_agent, .arg = b },
		{ .cpu = b->rig->cpu, .fn = cpu_agent, .arg = b },
	};

	handled = b;
	mends = true;
	turns_on(b);
	while (!status_of(b))
		;
	machine_run(b->rig->m, agents, G_N_ELEMENTS(agents));
	expects_dram(b->rig, PLAY_PA + 0x6000, "by an agent");
	bench_free(b);
}

static void the_fast_gear_translates_too(void **state)
{
	struct bench *b = bench_on(rig_a9_with(GEAR_FAST, CHOOSER_NOMINAL, 1),
				   &(struct iommu_hw_knobs){ .tlb_entries = 4, .tlb_ways = 2 });

	turns_on(b);
	for (uint32_t n = 0; n < 40; n++)
		maps_page(b, IOVA + n * 0x1000, PLAY_PA + n * 0x1000);
	for (uint32_t n = 0; n < 40; n++)
		assert_true(asks(b, IOVA + n * 0x1000, true).pa == PLAY_PA + n * 0x1000);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_paging_everything_passes),
		cmocka_unit_test(a_page_is_translated_and_may_be_what_its_bits_say),
		cmocka_unit_test(version_2_keeps_eight_more_bits_of_addresses),
		cmocka_unit_test(version_1_ignores_those_bits),
		cmocka_unit_test(addresses_past_32_bits_fault),
		cmocka_unit_test(a_neighbour_that_was_not_valid_is_held_so_until_a_zap),
		cmocka_unit_test(a_line_of_one_descriptor_has_no_neighbours),
		cmocka_unit_test(the_directory_is_held_by_lines_too),
		cmocka_unit_test(a_zap_that_drops_one_page_leaves_the_rest_of_the_line),
		cmocka_unit_test(what_is_held_outlives_its_descriptor_until_it_is_zapped),
		cmocka_unit_test(a_page_fault_stops_the_mmu_until_it_is_done),
		cmocka_unit_test(what_is_masked_makes_no_interrupt_but_is_in_rawstat),
		cmocka_unit_test(what_was_mended_is_made_again_and_what_was_not_ends),
		cmocka_unit_test(where_done_ends_the_access_it_is_not_made_again),
		cmocka_unit_test(a_table_that_nobody_answers_for_is_a_bus_error_and_no_stop),
		cmocka_unit_test(a_command_in_the_wrong_state_is_ignored),
		cmocka_unit_test(who_is_stalled_waits_and_goes_on),
		cmocka_unit_test(a_command_takes_its_time),
		cmocka_unit_test(a_reset_forgets_everything_and_ends_who_waits),
		cmocka_unit_test(power_off_loses_tables_faults_and_what_is_held),
		cmocka_unit_test(where_reset_is_unusable_only_power_helps),
		cmocka_unit_test(a_limit_on_the_fetch_of_a_dte_hangs_it),
		cmocka_unit_test(a_boot_loader_may_have_left_it_with_a_fault),
		cmocka_unit_test(a_device_that_waits_lets_the_cpu_mend_it),
		cmocka_unit_test(the_fast_gear_translates_too),
	};

	return cmocka_run_group_tests_name("sim-iommu-rockchip", tests, NULL, NULL);
}
