/* SPDX-License-Identifier: MIT */
/*
 * OMAP MMUs' registers: see omap.h and <armdma/omap-iommu.h>.
 *
 * A flush by address reaches an entry of any size that has it; that CAM's size does not
 * count is the manual's word. In case it does, each size is named: four pairs of writes
 * for a page, where reading the TLB through would be a hundred accesses.
 */
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/pm_runtime.h>
#include <linux/sizes.h>

#include "omap.h"

#define FLUSH_PAGES	16u		/* of a range: beyond, all is flushed */

/* ---- flushes --------------------------------------------------------------------- */

static void flush_tag(struct omap_mmu *mmu, u32 cam)
{
	omap_write(mmu, OMAP_MMU_CAM, cam | OMAP_MMU_CAM_V);
	omap_write(mmu, OMAP_MMU_FLUSH_ENTRY, 1);
}

static void flush_of_size(struct omap_mmu *mmu, u32 iova, u64 len, u32 size, u32 code)
{
	for (u64 at = iova; at < iova + len; at = (at & ~(u64)(size - 1)) + size)
		flush_tag(mmu, (u32)at | code);
}

static void flush_range(struct omap_mmu *mmu, u32 iova, u64 len)
{
	flush_of_size(mmu, iova, len, SZ_4K, OMAP_MMU_CAM_4K);
	flush_of_size(mmu, iova, len, SZ_64K, OMAP_MMU_CAM_64K);
	flush_of_size(mmu, iova, len, SZ_1M, OMAP_MMU_CAM_1M);
	flush_of_size(mmu, iova, len, SZ_16M, OMAP_MMU_CAM_16M);
}

/* Those of @mmu->preserved go from the TLB, too; GFLUSH spares them. */
static void flush_preserved(struct omap_mmu *mmu)
{
	for (unsigned n = 0; n < mmu->nr_preserved; n++)
		flush_tag(mmu, mmu->preserved[n].cam);
}

static bool overlaps(const struct omap_preserved *p, u32 iova, u64 len)
{
	return p->iova < iova + len && iova < (u64)p->iova + p->len;
}

/* What overlaps is preserved no longer. */
static void drop_preserved(struct omap_mmu *mmu, u32 iova, u64 len)
{
	unsigned kept = 0;

	for (unsigned n = 0; n < mmu->nr_preserved; n++)
		if (!overlaps(&mmu->preserved[n], iova, len))
			mmu->preserved[kept++] = mmu->preserved[n];
	mmu->nr_preserved = kept;
}

/* At 0, 1, ...: where no other copy is, for two of them were a fault. */
void omap_hw_load_preserved(struct omap_mmu *mmu)
{
	for (unsigned n = 0; n < mmu->nr_preserved; n++) {
		const struct omap_preserved *p = &mmu->preserved[n];

		omap_write(mmu, OMAP_MMU_LOCK, OMAP_MMU_LOCK_OF(n, n));
		omap_write(mmu, OMAP_MMU_CAM, p->cam);
		omap_write(mmu, OMAP_MMU_RAM, p->ram);
		omap_write(mmu, OMAP_MMU_FLUSH_ENTRY, 1);
		omap_write(mmu, OMAP_MMU_LD_TLB, 1);
	}
	omap_write(mmu, OMAP_MMU_LOCK,
		   OMAP_MMU_LOCK_OF(mmu->nr_preserved, mmu->nr_preserved));
}

static void flush_and_reload(struct omap_mmu *mmu, u32 iova, u64 len)
{
	flush_preserved(mmu);
	drop_preserved(mmu, iova, len);
	omap_hw_load_preserved(mmu);
}

static bool has_preserved(const struct omap_mmu *mmu, u32 iova, u64 len)
{
	for (unsigned n = 0; n < mmu->nr_preserved; n++)
		if (overlaps(&mmu->preserved[n], iova, len))
			return true;
	return false;
}

/* Posted writes have arrived when a read is answered. */
void omap_hw_flush(struct omap_mmu *mmu, u32 iova, u64 len)
{
	wmb();
	if (len > FLUSH_PAGES * SZ_4K)
		omap_write(mmu, OMAP_MMU_GFLUSH, 1);
	else
		flush_range(mmu, iova, len);
	if (unlikely(has_preserved(mmu, iova, len)))
		flush_and_reload(mmu, iova, len);
	omap_read(mmu, OMAP_MMU_LOCK);
}

/* ---- programming ----------------------------------------------------------------- */

/* While it translates nothing: firmware may have left entries with P. */
static void flush_everything(struct omap_mmu *mmu)
{
	omap_write(mmu, OMAP_MMU_GFLUSH, 1);
	for (unsigned n = 0; n < mmu->nr_entries; n++) {
		u32 cam;

		omap_write(mmu, OMAP_MMU_LOCK, OMAP_MMU_LOCK_OF(0, n));
		cam = omap_read(mmu, OMAP_MMU_READ_CAM);
		if (cam & OMAP_MMU_CAM_V)
			flush_tag(mmu, cam);
	}
}

static void enable(struct omap_mmu *mmu)
{
	omap_write(mmu, OMAP_MMU_TTB, (u32)two_level_root(mmu->domain->paging.pgtbl));
	if (mmu->has_gp_reg)
		omap_write(mmu, OMAP_MMU_GP_REG,
			   mmu->wants_bus_errors ? OMAP_MMU_BUS_ERR_BACK : 0);
	omap_write(mmu, OMAP_MMU_IRQENABLE, OMAP_FAULTS);
	omap_write(mmu, OMAP_MMU_CNTL, OMAP_MMU_CNTL_MMU_EN | OMAP_MMU_CNTL_TWL_EN);
}

void omap_hw_program(struct omap_mmu *mmu)
{
	wmb();
	omap_write(mmu, OMAP_MMU_CNTL, 0);
	omap_write(mmu, OMAP_MMU_IRQENABLE, 0);
	flush_everything(mmu);
	omap_hw_load_preserved(mmu);
	mmu->is_waiting = mmu->has_told = false;
	if (mmu->domain)
		enable(mmu);
	omap_write(mmu, OMAP_MMU_IRQSTATUS, OMAP_MMU_IRQ_ALL);
	omap_read(mmu, OMAP_MMU_CNTL);
}

/* ---- power ----------------------------------------------------------------------- */

static void set_system(struct omap_mmu *mmu, bool is_on)
{
	if (mmu->system)
		regmap_update_bits(mmu->system, OMAP_DSP_SYS_MMU_CONFIG, mmu->system_bit,
				   is_on ? mmu->system_bit : 0);
}

int omap_hw_suspend(struct device *dev)
{
	struct omap_mmu *mmu = dev_get_drvdata(dev);
	unsigned long flags;

	spin_lock_irqsave(&mmu->lock, flags);
	omap_write(mmu, OMAP_MMU_IRQENABLE, 0);
	omap_write(mmu, OMAP_MMU_CNTL, 0);
	mmu->is_awake = false;
	spin_unlock_irqrestore(&mmu->lock, flags);
	set_system(mmu, false);
	return 0;
}

int omap_hw_resume(struct device *dev)
{
	struct omap_mmu *mmu = dev_get_drvdata(dev);
	unsigned long flags;

	set_system(mmu, true);
	spin_lock_irqsave(&mmu->lock, flags);
	mmu->is_awake = true;
	omap_hw_program(mmu);
	spin_unlock_irqrestore(&mmu->lock, flags);
	return 0;
}
