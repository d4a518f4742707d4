/* SPDX-License-Identifier: MIT */
/*
 * Registers of Allwinner's IOMMU: see sun50i.h. writel() is ordered after stores to tables
 * and their cleaning; what polls for the end returns when no old translation is left.
 */
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/printk.h>
#include <linux/sizes.h>

#include "sun50i.h"

#define POLL_US			1
#define TIMEOUT_US		2000

/* Invalidations by address are ten times as many accesses as that of all. */
#define MOST_BLOCKS		8u

static void write_reg(struct sun50i_mmu *mmu, u32 reg, u32 value)
{
	writel(value, mmu->regs + reg);
}

static void wait_for(struct sun50i_mmu *mmu, u32 reg)
{
	u32 busy;

	if (readl_poll_timeout_atomic(mmu->regs + reg, busy, !busy, POLL_US, TIMEOUT_US))
		dev_err(mmu->dev, "invalidation not over after %u us\n", TIMEOUT_US);
}

/* ---- invalidation --------------------------------------------------------- */

void sun50i_hw_flush(struct sun50i_mmu *mmu)
{
	write_reg(mmu, SUN50I_TLB_FLUSH,
		  SUN50I_ALL_MASTERS | SUN50I_MACRO | SUN50I_WALK_CACHE);
	wait_for(mmu, SUN50I_TLB_FLUSH);
}

/* While clocks may stop, invalidations by address are lost. */
static void keep_clocks(struct sun50i_mmu *mmu, bool keeps)
{
	write_reg(mmu, SUN50I_AUTO_GATING, !keeps);
}

/* The largest block at @iova that is aligned and not beyond @len. */
static size_t block_at(unsigned long iova, size_t len)
{
	size_t block = SZ_4K;

	while (block * 2 <= len && !(iova & (block * 2 - 1)))
		block *= 2;
	return block;
}

static unsigned nr_blocks(unsigned long iova, size_t len)
{
	unsigned nr = 0;

	while (len) {
		size_t block = block_at(iova, len);

		iova += block;
		len -= block;
		nr++;
	}
	return nr;
}

static void invalidate_block(struct sun50i_mmu *mmu, unsigned long iova, size_t block)
{
	write_reg(mmu, SUN50I_IVLD_ADDR, (u32)iova);
	write_reg(mmu, SUN50I_IVLD_MASK, (u32)~(block - 1));
	write_reg(mmu, SUN50I_IVLD, 1);
	wait_for(mmu, SUN50I_IVLD);
}

void sun50i_hw_invalidate(struct sun50i_mmu *mmu, unsigned long iova, size_t len)
{
	if (nr_blocks(iova, len) > MOST_BLOCKS) {
		sun50i_hw_flush(mmu);
		return;
	}
	keep_clocks(mmu, true);
	while (len) {
		size_t block = block_at(iova, len);

		invalidate_block(mmu, iova, block);
		iova += block;
		len -= block;
	}
	keep_clocks(mmu, false);
}

void sun50i_hw_forget_tables(struct sun50i_mmu *mmu, unsigned long iova, size_t len)
{
	keep_clocks(mmu, true);
	for (size_t off = 0; off < len; off += SZ_1M) {
		write_reg(mmu, SUN50I_PC_IVLD_ADDR, (u32)(iova + off));
		write_reg(mmu, SUN50I_PC_IVLD, 1);
		wait_for(mmu, SUN50I_PC_IVLD);
	}
	keep_clocks(mmu, false);
}

/* ---- from nothing to translating ----------------------------------------------------------- */

/* Of one authority: what its number, as bits of IOMMU_READ and IOMMU_WRITE, leaves out. */
static u32 forbidden(unsigned authority)
{
	u32 bits = 0;

	for (unsigned m = 0; m < SUN50I_MASTERS; m++) {
		bits |= authority & IOMMU_READ ? 0 : SUN50I_NO_READ(m);
		bits |= authority & IOMMU_WRITE ? 0 : SUN50I_NO_WRITE(m);
	}
	return bits;
}

static void set_authorities(struct sun50i_mmu *mmu)
{
	for (unsigned n = 0; n < SUN50I_AUTHORITIES; n += 2)
		write_reg(mmu, SUN50I_AUT_CTRL(n / 2), forbidden(n) | forbidden(n + 1) << 16);
}

void sun50i_hw_program(struct sun50i_mmu *mmu, phys_addr_t root)
{
	write_reg(mmu, SUN50I_TTB, (u32)root);
	write_reg(mmu, SUN50I_PREFETCH, SUN50I_ALL_MASTERS);
	write_reg(mmu, SUN50I_BYPASS, 0);
	write_reg(mmu, SUN50I_INT_ENABLE, SUN50I_INT_L1 | SUN50I_INT_L2 | SUN50I_ALL_MASTERS);
	set_authorities(mmu);
	sun50i_hw_flush(mmu);
	keep_clocks(mmu, false);
	write_reg(mmu, SUN50I_ENABLE, 1);
}

void sun50i_hw_stop(struct sun50i_mmu *mmu)
{
	write_reg(mmu, SUN50I_ENABLE, 0);
	write_reg(mmu, SUN50I_INT_ENABLE, 0);
	write_reg(mmu, SUN50I_TTB, 0);
}

int sun50i_hw_wake(struct sun50i_mmu *mmu)
{
	int ret = reset_control_deassert(mmu->reset);

	if (ret)
		return ret;
	ret = clk_prepare_enable(mmu->clk);
	if (ret)
		reset_control_assert(mmu->reset);
	return ret;
}

void sun50i_hw_sleep(struct sun50i_mmu *mmu)
{
	clk_disable_unprepare(mmu->clk);
	reset_control_assert(mmu->reset);
}
