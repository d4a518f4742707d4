/* SPDX-License-Identifier: MIT */
/*
 * The TLB as software sees it: entries by number, that it reads, loads and flushes.
 *
 * Spec: SWPU177, 15.3.4 "TLB", 15.4.1 "MMU programming".
 */
#include "omap.h"

static const uint8_t size_log2_of[4] = {
	[OMAP_MMU_CAM_1M] = 20, [OMAP_MMU_CAM_64K] = 16, [OMAP_MMU_CAM_4K] = 12,
	[OMAP_MMU_CAM_16M] = 24,
};

static uint32_t size_code(unsigned size_log2)
{
	uint32_t code = 0;

	while (size_log2_of[code] != size_log2)
		code++;
	return code;
}

static bool misbehaves(const struct omap_mmu *o, enum omap_mmu_misbehaviour how)
{
	return o->cfg.knobs.misbehaves & how;
}

/* ---- which entry ----------------------------------------------------------------- */

uint32_t omap_read_lock(void *opaque, unsigned idx, uint32_t held)
{
	const struct omap_mmu *o = opaque;

	return OMAP_MMU_LOCK_OF(o->walker.tlb.base, o->walker.tlb.victim);
}

/* Beyond the last entry is nothing: pointers stay as they are where that matters. */
void omap_wrote_lock(void *opaque, unsigned idx, uint32_t value)
{
	struct omap_mmu *o = opaque;

	o->walker.tlb.base = OMAP_MMU_LOCK_BASE(value);
	o->walker.tlb.victim = OMAP_MMU_LOCK_VICTIM(value);
}

static bool points_at_one(const struct omap_mmu *o)
{
	return o->walker.tlb.victim < o->walker.tlb.shape.nr_entries;
}

/* ---- loading --------------------------------------------------------------------- */

static struct iotlb_entry entry_of(uint32_t cam, uint32_t ram)
{
	unsigned size_log2 = size_log2_of[cam & 3];

	return (struct iotlb_entry){
		.iova = cam >> size_log2 << size_log2, .pa = ram >> size_log2 << size_log2,
		.size_log2 = (uint8_t)size_log2, .level = size_log2 < 20 ? 2 : 1,
		.perms = UINT8_MAX, .is_locked = cam & OMAP_MMU_CAM_P, .is_loaded = true,
		.attrs = ram & OMAP_RAM_ATTRS,
	};
}

void omap_wrote_ld_tlb(void *opaque, unsigned idx, uint32_t value)
{
	struct omap_mmu *o = opaque;
	uint32_t cam = omap_held(o, OMAP_MMU_CAM);
	struct iotlb_entry e = entry_of(cam, omap_held(o, OMAP_MMU_RAM));

	if (value & 1 && points_at_one(o))
		iotlb_put(&o->walker.tlb, o->walker.tlb.victim, cam & OMAP_MMU_CAM_V ? &e : NULL);
}

/* ---- reading --------------------------------------------------------------------- */

uint32_t omap_read_cam(void *opaque, unsigned idx, uint32_t held)
{
	const struct omap_mmu *o = opaque;
	const struct iotlb_entry *e;

	if (!points_at_one(o))
		return 0;
	e = iotlb_at(&o->walker.tlb, o->walker.tlb.victim);
	if (!e->size_log2)
		return 0;
	return (uint32_t)e->iova | (e->is_locked ? OMAP_MMU_CAM_P : 0) |
	       (e->is_valid ? OMAP_MMU_CAM_V : 0) | size_code(e->size_log2);
}

uint32_t omap_read_ram(void *opaque, unsigned idx, uint32_t held)
{
	const struct omap_mmu *o = opaque;
	const struct iotlb_entry *e;

	if (!points_at_one(o))
		return 0;
	e = iotlb_at(&o->walker.tlb, o->walker.tlb.victim);
	return (uint32_t)e->pa | e->attrs;
}

/* ---- flushing -------------------------------------------------------------------- */

static void flush(struct omap_mmu *o, enum iommu_hw_scope counted, const struct iotlb_scope *s,
		  enum omap_mmu_misbehaviour ignored)
{
	o->hw->counts.invalidations[counted]++;
	if (!misbehaves(o, ignored))
		walk_invalidate(&o->walker, s, true, false);
}

void omap_wrote_gflush(void *opaque, unsigned idx, uint32_t value)
{
	const struct iotlb_scope all = { .is_with_locked = false };

	if (value & 1)
		flush(opaque, IOMMU_HW_ALL, &all, OMAP_MMU_IGNORES_GFLUSH);
}

/* By the tag alone: whatever size CAM says, and whatever size has it. */
void omap_wrote_flush_entry(void *opaque, unsigned idx, uint32_t value)
{
	struct omap_mmu *o = opaque;
	uint32_t tag = omap_held(o, OMAP_MMU_CAM) & ~0xfffu;
	const struct iotlb_scope s = {
		.has_range = true, .is_with_locked = true, .iova = tag, .last = tag,
	};

	if (value & 1)
		flush(o, IOMMU_HW_VA, &s, OMAP_MMU_IGNORES_FLUSH_ENTRY);
}
