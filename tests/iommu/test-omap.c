/* SPDX-License-Identifier: MIT */
/*
 * Our driver of OMAP's MMUs on their registers: what it programs, in which order, and what
 * it does where Linux's does not; see lib/iommu/omap/omap.h and omap.dts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/omap-iommu.h>
#include <linux/pm_runtime.h>
#include <linux/sizes.h>
#include <armdma/harness.h>
#include <armdma/omap-iommu.h>
#include <armdma/supply.h>

#include "contract.h"
#include "lib/iommu/omap/omap.h"
#include "verbs.h"

#define IOVA		0x00300000u

struct bench {
	struct harness *h;
	struct device *dev;		/* the master */
	struct master *master;
	struct iommu_domain *domain;
	struct iommu_hw *hw;		/* the first of its MMUs */
	void __iomem *regs;
};

static struct harness *starts(const char *cpu, const struct iommu_hw_knobs *knobs)
{
	struct harness_config cfg = { .board = OMAP_BOARD, .no_hazards = true, .cpu = cpu };
	struct harness *h;

	if (knobs)
		cfg.iommu_knobs = *knobs;
	h = harness_start(&cfg, NULL);
	assert_non_null(h);
	return h;
}

static struct bench *bench_new(const char *path)
{
	struct bench *b = g_new0(struct bench, 1);

	b->h = starts(NULL, NULL);
	b->dev = harness_device(b->h, path);
	b->master = harness_master(b->dev);
	b->hw = master_iommu(b->master, 0, NULL);
	assert_non_null(b->hw);
	b->regs = ioremap(iommu_hw_reg_pa(b->hw), OMAP_MMU_LEN);
	b->domain = attaches(b->dev);
	return b;
}

static void bench_free(struct bench *b)
{
	detaches(b->dev, b->domain);
	iounmap(b->regs);
	harness_finish(b->h);
	g_free(b);
}

#define ISP	"/soc/isp@10200000"
#define IPU	"/soc/ipu@10210000"
#define DSP	"/soc/dsp@10220000"

static u32 reads_reg(struct bench *b, u32 reg)
{
	return readl((u8 __iomem *)b->regs + reg);
}

static void writes_reg(struct bench *b, u32 reg, u32 value)
{
	writel(value, (u8 __iomem *)b->regs + reg);
}

static void maps(struct bench *b, unsigned long iova, phys_addr_t pa, size_t len)
{
	assert_int_equal(iommu_map(b->domain, iova, pa, len, RW, GFP_KERNEL), 0);
}

static void unmaps(struct bench *b, unsigned long iova, size_t len)
{
	assert_int_equal(iommu_unmap(b->domain, iova, len), len);
}

static enum master_fault_kind reads_at(struct bench *b, u64 iova)
{
	char byte;

	return master_read(b->master, iova, &byte, 1).kind;
}

static struct iommu_hw_result asks(struct iommu_hw *hw, u32 iova)
{
	return iommu_hw_translate(hw, &(struct iommu_hw_access){ .iova = iova, .len = 1 });
}

#define expects_hit(b, iova, want_pa) do {					\
	struct iommu_hw_result r_ = asks((b)->hw, iova);			\
										\
	assert_int_equal(r_.outcome, IOMMU_HW_HIT);				\
	assert_int_equal(r_.pa, want_pa);					\
} while (0)

/* By runtime PM, which its MMUs follow. */
static void sleeps(struct device *dev)
{
	pm_runtime_enable(dev);
	assert_int_equal(pm_runtime_resume_and_get(dev), 0);
	assert_int_equal(pm_runtime_put_sync(dev), 0);
	flush_workqueue(pm_wq);			/* suppliers sleep a little later */
}

static void wakes(struct device *dev)
{
	assert_int_equal(pm_runtime_resume_and_get(dev), 0);
	pm_runtime_disable(dev);
}

/* Entries of the TLB that are valid. */
static unsigned nr_held(struct bench *b, u32 nr_entries)
{
	u32 lock = reads_reg(b, OMAP_MMU_LOCK);
	unsigned nr = 0;

	for (u32 n = 0; n < nr_entries; n++) {
		writes_reg(b, OMAP_MMU_LOCK, OMAP_MMU_LOCK_OF(0, n));
		nr += !!(reads_reg(b, OMAP_MMU_READ_CAM) & OMAP_MMU_CAM_V);
	}
	writes_reg(b, OMAP_MMU_LOCK, lock);
	return nr;
}

/* ---- programming ----------------------------------------------------------------- */

static void attaching_programs_the_golden_values(void **state)
{
	struct bench *b = bench_new(IPU);

	assert_int_equal(reads_reg(b, OMAP_MMU_CNTL), 0x6);
	assert_int_equal(reads_reg(b, OMAP_MMU_IRQENABLE), 0x1e);
	assert_int_equal(reads_reg(b, OMAP_MMU_GP_REG), 1);
	assert_int_equal(reads_reg(b, OMAP_MMU_LOCK), 0);
	assert_int_equal(reads_reg(b, OMAP_MMU_TTB) & (SZ_16K - 1), 0);
	assert_int_not_equal(reads_reg(b, OMAP_MMU_TTB), 0);
	bench_free(b);
}

static u32 descriptor(u32 pa)
{
	return *(u32 *)phys_to_virt(pa);
}

static void entries_say_their_type_and_nothing_else(void **state)
{
	struct bench *b = bench_new(IPU);
	u32 ttb = reads_reg(b, OMAP_MMU_TTB), second;

	maps(b, IOVA + 0x3000, PA + 0x3000, SZ_4K);
	maps(b, IOVA + 0x10000, PA + 0x10000, SZ_64K);
	maps(b, 0x00500000, 0x86500000, SZ_1M);
	maps(b, 0x02000000, 0x88000000, SZ_16M);
	second = descriptor(ttb + 4 * 3);
	assert_int_equal(second & 0x3ff, 1);
	second &= ~0x3ffu;
	assert_int_equal(descriptor(second + 4 * 3), (PA + 0x3000) | 2);
	for (u32 n = 0; n < 16; n++) {
		assert_int_equal(descriptor(second + 4 * (16 + n)), (PA + 0x10000) | 1);
		assert_int_equal(descriptor(ttb + 4 * (0x20 + n)), 0x88000000u | 2 | 1u << 18);
	}
	assert_int_equal(descriptor(ttb + 4 * 5), 0x86500000u | 2);
	expects_hit(b, IOVA + 0x3010u, PA + 0x3010u);
	expects_hit(b, IOVA + 0x1f010u, PA + 0x1f010u);
	expects_hit(b, 0x005fffffu, 0x865fffffu);
	expects_hit(b, 0x02ffffffu, 0x88ffffffu);
	bench_free(b);
}

static void identity_passes_addresses_through_a_mmu_that_is_awake(void **state)
{
	struct bench *b = bench_new(IPU);

	detaches(b->dev, b->domain);
	b->domain = b->dev->iommu->iommu_dev->ops->identity_domain;
	assert_int_equal(b->domain->ops->attach_dev(b->domain, b->dev), 0);
	assert_int_equal(asks(b->hw, PA).outcome, IOMMU_HW_BYPASS);
	assert_int_equal(reads_at(b, PA), MASTER_OK);
	b->domain = attaches(b->dev);
	bench_free(b);
}

static void every_mmu_of_a_dsp_walks_the_same_tables(void **state)
{
	struct bench *b = bench_new(DSP);
	struct iommu_hw *edma = master_iommu(b->master, 1, NULL);

	assert_non_null(edma);
	maps(b, IOVA, PA, SZ_4K);
	expects_hit(b, IOVA, PA);
	assert_int_equal(asks(edma, IOVA).pa, PA);
	unmaps(b, IOVA, SZ_4K);
	hushes();
	assert_int_equal(asks(edma, IOVA).outcome, IOMMU_HW_STALL);
	ends_hushing();
	bench_free(b);
}

static void what_firmware_left_preserved_goes_when_a_domain_comes(void **state)
{
	struct bench *b = bench_new(IPU);

	iommu_detach_device(b->domain, b->dev);
	writes_reg(b, OMAP_MMU_LOCK, OMAP_MMU_LOCK_OF(4, 3));
	writes_reg(b, OMAP_MMU_CAM, IOVA | OMAP_MMU_CAM_P | OMAP_MMU_CAM_V | OMAP_MMU_CAM_1M);
	writes_reg(b, OMAP_MMU_RAM, PA);
	writes_reg(b, OMAP_MMU_LD_TLB, 1);
	assert_int_equal(iommu_attach_device(b->domain, b->dev), 0);
	assert_int_equal(nr_held(b, 32), 0);
	assert_int_equal(reads_reg(b, OMAP_MMU_LOCK), 0);
	bench_free(b);
}

/* ---- flushes --------------------------------------------------------------------- */

static void a_flush_spares_other_pages_and_the_victim(void **state)
{
	struct bench *b = bench_new(IPU);
	u32 lock;

	for (u32 n = 0; n < 5; n++) {
		maps(b, IOVA + n * SZ_4K, PA + n * SZ_4K, SZ_4K);
		expects_hit(b, IOVA + n * SZ_4K, PA + n * SZ_4K);
	}
	lock = reads_reg(b, OMAP_MMU_LOCK);
	assert_int_equal(OMAP_MMU_LOCK_VICTIM(lock), 5);
	unmaps(b, IOVA + 2 * SZ_4K, SZ_4K);
	assert_int_equal(reads_reg(b, OMAP_MMU_LOCK), lock);
	assert_int_equal(nr_held(b, 32), 4);
	bench_free(b);
}

static void the_last_page_of_all_is_flushed(void **state)
{
	static const size_t lens[] = { SZ_4K, SZ_64K, SZ_1M, SZ_16M };
	struct bench *b = bench_new(IPU);

	for (unsigned n = 0; n < ARRAY_SIZE(lens); n++) {
		u32 iova = (u32)-lens[n];

		maps(b, iova, 0x88000000, lens[n]);
		expects_hit(b, UINT32_MAX, 0x88000000u + lens[n] - 1);
		unmaps(b, iova, lens[n]);
		assert_int_equal(nr_held(b, 32), 0);
	}
	bench_free(b);
}

static void part_of_a_large_page_can_go(void **state)
{
	struct bench *b = bench_new(IPU);

	maps(b, IOVA, PA, SZ_64K);
	expects_hit(b, IOVA + 0x5000u, PA + 0x5000u);
	unmaps(b, IOVA + 0x5000, SZ_4K);
	expects_hit(b, IOVA + 0x4000u, PA + 0x4000u);
	expects_hit(b, IOVA + 0x6000u, PA + 0x6000u);
	hushes();
	assert_int_equal(asks(b->hw, IOVA + 0x5000).outcome, IOMMU_HW_FAULT);
	ends_hushing();
	bench_free(b);
}

static void a_section_takes_the_place_of_an_empty_table(void **state)
{
	struct bench *b = bench_new(IPU);

	maps(b, IOVA, PA, SZ_4K);
	expects_hit(b, IOVA, PA);
	unmaps(b, IOVA, SZ_4K);
	maps(b, IOVA, 0x86000000, SZ_1M);
	expects_hit(b, IOVA, 0x86000000u);
	assert_int_equal(iommu_map(b->domain, IOVA + SZ_4K, PA, SZ_4K, RW, GFP_KERNEL), -EEXIST);
	bench_free(b);
}

/* ---- preserved entries ----------------------------------------------------------- */

/* More pages than the TLB has entries, so that all others are replaced. */
static void crowds(struct bench *b)
{
	for (u32 n = 0; n < 40; n++) {
		if (!iommu_iova_to_phys(b->domain, 0x01000000 + n * SZ_4K))
			maps(b, 0x01000000 + n * SZ_4K, PA + n * SZ_4K, SZ_4K);
		expects_hit(b, 0x01000000 + n * SZ_4K, PA + n * SZ_4K);
	}
}

static bool is_held(struct bench *b, u32 iova)
{
	return asks(b->hw, iova).is_tlb_hit;
}

static void a_preserved_page_outlives_crowds_flushes_and_sleep(void **state)
{
	struct bench *b = bench_new(ISP);

	maps(b, IOVA, PA, SZ_4K);
	maps(b, 0x00500000, 0x86500000, SZ_1M);
	assert_int_equal(omap_iommu_preserve(b->dev, IOVA, SZ_4K), 0);
	assert_int_equal(omap_iommu_preserve(b->dev, 0x00500000, SZ_1M), 0);
	crowds(b);
	assert_true(is_held(b, IOVA));
	assert_true(is_held(b, 0x00512345));
	unmaps(b, 0x01000000, 40 * SZ_4K);		/* all are flushed */
	assert_true(is_held(b, IOVA));
	sleeps(b->dev);
	wakes(b->dev);
	assert_int_equal(nr_held(b, 8), 2);
	assert_int_equal(reads_reg(b, OMAP_MMU_LOCK), OMAP_MMU_LOCK_OF(2, 2));
	assert_true(is_held(b, IOVA));
	assert_true(is_held(b, 0x00512345));
	bench_free(b);
}

static void an_unmapped_page_is_preserved_no_longer(void **state)
{
	struct bench *b = bench_new(ISP);

	maps(b, IOVA, PA, SZ_4K);
	maps(b, 0x00500000, 0x86500000, SZ_1M);
	assert_int_equal(omap_iommu_preserve(b->dev, 0x00500000, SZ_1M), 0);
	assert_int_equal(omap_iommu_preserve(b->dev, IOVA, SZ_4K), 0);
	unmaps(b, 0x00500000, SZ_1M);
	assert_int_equal(nr_held(b, 8), 1);
	assert_int_equal(reads_reg(b, OMAP_MMU_LOCK), OMAP_MMU_LOCK_OF(1, 1));
	assert_true(is_held(b, IOVA));
	unmaps(b, IOVA, SZ_4K);
	assert_int_equal(nr_held(b, 8), 0);
	bench_free(b);
}

static void only_what_is_one_page_is_preserved_and_one_entry_is_left(void **state)
{
	struct bench *b = bench_new(ISP);

	assert_int_equal(omap_iommu_preserve(b->dev, IOVA, SZ_4K), -EINVAL);
	for (u32 n = 0; n < 8; n++)
		maps(b, IOVA + n * SZ_4K, PA + n * SZ_4K, SZ_4K);
	assert_int_equal(omap_iommu_preserve(b->dev, IOVA, SZ_8K), -EINVAL);
	assert_int_equal(omap_iommu_preserve(b->dev, IOVA, SZ_64K), -EINVAL);
	for (u32 n = 0; n < 7; n++)
		assert_int_equal(omap_iommu_preserve(b->dev, IOVA + n * SZ_4K, SZ_4K), 0);
	assert_int_equal(omap_iommu_preserve(b->dev, IOVA + 7 * SZ_4K, SZ_4K), -ENOSPC);
	bench_free(b);
}

/* ---- power ----------------------------------------------------------------------- */

static void what_is_unmapped_while_it_sleeps_is_gone_when_it_wakes(void **state)
{
	struct bench *b = bench_new(IPU);

	maps(b, IOVA, PA, SZ_4K);
	maps(b, IOVA + SZ_4K, PA + SZ_4K, SZ_4K);
	expects_hit(b, IOVA, PA);
	sleeps(b->dev);
	assert_int_equal(asks(b->hw, IOVA).reason, IOMMU_HW_OFF);
	unmaps(b, IOVA, SZ_4K);
	maps(b, IOVA + 2 * SZ_4K, PA + 2 * SZ_4K, SZ_4K);
	wakes(b->dev);
	assert_int_equal(reads_reg(b, OMAP_MMU_CNTL), 0x6);
	hushes();
	assert_int_equal(asks(b->hw, IOVA).outcome, IOMMU_HW_FAULT);
	ends_hushing();
	expects_hit(b, IOVA + SZ_4K, PA + SZ_4K);
	expects_hit(b, IOVA + 2u * SZ_4K, PA + 2 * SZ_4K);
	bench_free(b);
}

/* While the master is awake: what drivers of remote processors call. */
static void a_domain_may_let_its_mmus_sleep(void **state)
{
	struct bench *b = bench_new(DSP);

	maps(b, IOVA, PA, SZ_4K);
	pm_runtime_enable(b->dev);
	assert_int_equal(pm_runtime_resume_and_get(b->dev), 0);
	omap_iommu_domain_deactivate(b->domain);
	assert_int_equal(asks(b->hw, IOVA).reason, IOMMU_HW_OFF);
	omap_iommu_domain_activate(b->domain);
	expects_hit(b, IOVA, PA);
	pm_runtime_put_sync(b->dev);
	pm_runtime_disable(b->dev);
	bench_free(b);
}

static void registers_that_were_lost_come_back(void **state)
{
	struct bench *b = bench_new(IPU);

	maps(b, IOVA, PA, SZ_4K);
	omap_iommu_save_ctx(b->dev);
	iommu_hw_set_power(b->hw, false);
	iommu_hw_set_power(b->hw, true);
	assert_int_equal(asks(b->hw, IOVA).outcome, IOMMU_HW_BYPASS);
	omap_iommu_restore_ctx(b->dev);
	expects_hit(b, IOVA, PA);
	bench_free(b);
}

/* Another device's interrupt, on the line that two MMUs share. */
static void a_neighbours_interrupt_does_not_touch_one_that_sleeps(void **state)
{
	struct bench *b = bench_new(IPU);
	struct device *isp = harness_device(b->h, ISP);

	assert_int_equal(iommu_hw_irq(b->hw),
			 iommu_hw_irq(master_iommu(harness_master(isp), 0, NULL)));
	sleeps(isp);
	listens();
	assert_int_equal(reads_at(b, IOVA), MASTER_IOMMU_FAULT);
	expects_said("translation fault");
	wakes(isp);
	bench_free(b);
}

/* ---- faults ---------------------------------------------------------------------- */

static void a_handler_that_maps_the_page_lets_the_master_go_on(void **state)
{
	struct bench *b = bench_new(ISP);

	listens_for_faults(b->domain, 0, SZ_4K);
	assert_int_equal(master_write(b->master, IOVA + 0x123, "x", 1).kind, MASTER_OK);
	assert_int_equal(heard.nr, 1);
	assert_ptr_equal(heard.dev, b->dev);
	assert_int_equal(heard.iova, IOVA + 0x123);
	bench_free(b);
}

static void whoever_waits_goes_on_when_the_page_is_mapped(void **state)
{
	struct bench *b = bench_new(ISP);

	listens_for_faults(b->domain, -ENOSYS, 0);
	listens();
	assert_int_equal(reads_at(b, IOVA), MASTER_STALLED);
	expects_said("translation fault: 10200000.isp reads 0x300000\n");
	assert_int_equal(reads_reg(b, OMAP_MMU_IRQENABLE), 0);
	maps(b, IOVA, PA, SZ_4K);
	assert_int_equal(reads_reg(b, OMAP_MMU_IRQENABLE), 0x1e);
	assert_int_equal(reads_at(b, IOVA), MASTER_OK);
	assert_int_equal(heard.nr, 1);
	bench_free(b);
}

static void whoever_waits_is_heard_of_again_if_another_page_is_mapped(void **state)
{
	struct bench *b = bench_new(ISP);

	hushes();
	listens_for_faults(b->domain, -ENOSYS, 0);
	assert_int_equal(reads_at(b, IOVA), MASTER_STALLED);
	maps(b, IOVA + SZ_64K, PA, SZ_4K);
	assert_int_equal(reads_at(b, IOVA), MASTER_STALLED);
	assert_int_equal(heard.nr, 2);
	ends_hushing();
	bench_free(b);
}

static void with_bus_errors_a_fault_says_its_direction_and_is_over(void **state)
{
	struct bench *b = bench_new(IPU);

	listens_for_faults(b->domain, -ENOSYS, 0);
	listens();
	assert_int_equal(master_write(b->master, IOVA, "x", 1).kind, MASTER_IOMMU_FAULT);
	expects_said("translation fault: 10210000.ipu writes 0x300000\n");
	assert_int_equal(heard.flags, IOMMU_FAULT_WRITE);
	assert_int_equal(reads_reg(b, OMAP_MMU_IRQSTATUS), 0);
	maps(b, IOVA, PA, SZ_4K);
	assert_int_equal(reads_at(b, IOVA), MASTER_OK);
	bench_free(b);
}

static void a_dsp_that_nobody_helps_gets_a_bus_error_and_is_heard_once(void **state)
{
	struct bench *b = bench_new(DSP);

	hushes();
	listens_for_faults(b->domain, -ENOSYS, 0);
	assert_int_equal(reads_at(b, IOVA), MASTER_IOMMU_FAULT);
	mb();
	assert_int_equal(heard.nr, 1);
	assert_int_equal(reads_at(b, IOVA + SZ_64K), MASTER_IOMMU_FAULT);
	mb();
	assert_int_equal(heard.nr, 2);
	ends_hushing();
	bench_free(b);
}

static void two_entries_that_match_are_flushed_and_the_walk_decides(void **state)
{
	struct bench *b = bench_new(ISP);

	hushes();
	maps(b, IOVA, PA, SZ_4K);
	for (u32 n = 0; n < 2; n++) {
		writes_reg(b, OMAP_MMU_LOCK, OMAP_MMU_LOCK_OF(0, n));
		writes_reg(b, OMAP_MMU_CAM, IOVA | OMAP_MMU_CAM_V | OMAP_MMU_CAM_4K);
		writes_reg(b, OMAP_MMU_RAM, PA + SZ_64K);
		writes_reg(b, OMAP_MMU_LD_TLB, 1);
	}
	assert_int_equal(reads_at(b, IOVA), MASTER_OK);
	expects_hit(b, IOVA, PA);
	ends_hushing();
	bench_free(b);
}

/* ---- the contract ---------------------------------------------------------------- */

static const struct {
	const char *name;
	const char *cpu;
	struct iommu_hw_knobs knobs;
} rows[] = {
	{ "as it is", NULL, { 0 } },
	{ "4 entries, drawn, fetching ahead", NULL, { .tlb_entries = 4, .draws_victims = IOMMU_HW_YES, .prefetch = 2 } },
	{ "a line of descriptors at once", NULL, { .line_len = 64 } },
	{ "snooping", NULL, { .walker = IOMMU_HW_WALKER_SNOOPING } },
	{ "lines of 64 bytes", "cortex-a15,outer=0", { 0 } },
	{ "2 entries, lines of 64 bytes", "cortex-a15,outer=0", { .tlb_entries = 2 } },
};

static char *plays(const char *cpu, const struct iommu_hw_knobs *knobs, enum contract_mutant mutant)
{
	struct harness *h = starts(cpu, knobs);
	struct contract c = { .seed = 0x5eed, .nr_steps = 200,
			      .traits = { .has_no_perms = true },
			      .mutant = mutant };
	char *broken;

	c.devices[0] = harness_device(h, ISP);
	c.devices[1] = harness_device(h, DSP);
	for (unsigned n = 0; n < 2; n++)
		c.masters[n] = harness_master(c.devices[n]);
	hushes();
	broken = contract_play(&c);
	ends_hushing();
	harness_finish(h);
	return broken;
}

static void it_keeps_the_contract(void **state)
{
	for (unsigned n = 0; n < ARRAY_SIZE(rows); n++) {
		char *broken = plays(rows[n].cpu, &rows[n].knobs, MUTANT_NONE);

		if (broken)
			fail_msg("%s: %s", rows[n].name, broken);
	}
}

static void every_defect_breaks_it(void **state)
{
	static const struct iommu_hw_knobs defects[] = {
		{ .misbehaves = OMAP_MMU_IGNORES_GFLUSH },
		{ .misbehaves = OMAP_MMU_IGNORES_FLUSH_ENTRY },
		{ .misbehaves = OMAP_MMU_LOSES_FAULTS },
	};
	char *broken;

	for (unsigned n = 0; n < ARRAY_SIZE(defects); n++) {
		broken = plays(NULL, &defects[n], MUTANT_NONE);
		assert_non_null(broken);
		g_free(broken);
	}
	broken = plays(NULL, NULL, MUTANT_SHORT_SYNC);
	assert_non_null(broken);
	g_free(broken);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attaching_programs_the_golden_values),
		cmocka_unit_test(entries_say_their_type_and_nothing_else),
		cmocka_unit_test(identity_passes_addresses_through_a_mmu_that_is_awake),
		cmocka_unit_test(every_mmu_of_a_dsp_walks_the_same_tables),
		cmocka_unit_test(what_firmware_left_preserved_goes_when_a_domain_comes),
		cmocka_unit_test(a_flush_spares_other_pages_and_the_victim),
		cmocka_unit_test(the_last_page_of_all_is_flushed),
		cmocka_unit_test(part_of_a_large_page_can_go),
		cmocka_unit_test(a_section_takes_the_place_of_an_empty_table),
		cmocka_unit_test(a_preserved_page_outlives_crowds_flushes_and_sleep),
		cmocka_unit_test(an_unmapped_page_is_preserved_no_longer),
		cmocka_unit_test(only_what_is_one_page_is_preserved_and_one_entry_is_left),
		cmocka_unit_test(what_is_unmapped_while_it_sleeps_is_gone_when_it_wakes),
		cmocka_unit_test(a_domain_may_let_its_mmus_sleep),
		cmocka_unit_test(registers_that_were_lost_come_back),
		cmocka_unit_test(a_neighbours_interrupt_does_not_touch_one_that_sleeps),
		cmocka_unit_test(a_handler_that_maps_the_page_lets_the_master_go_on),
		cmocka_unit_test(whoever_waits_goes_on_when_the_page_is_mapped),
		cmocka_unit_test(whoever_waits_is_heard_of_again_if_another_page_is_mapped),
		cmocka_unit_test(with_bus_errors_a_fault_says_its_direction_and_is_over),
		cmocka_unit_test(a_dsp_that_nobody_helps_gets_a_bus_error_and_is_heard_once),
		cmocka_unit_test(two_entries_that_match_are_flushed_and_the_walk_decides),
		cmocka_unit_test(it_keeps_the_contract),
		cmocka_unit_test(every_defect_breaks_it),
	};

	return cmocka_run_group_tests_name("iommu-omap", tests, NULL, NULL);
}
