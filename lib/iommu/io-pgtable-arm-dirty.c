/* SPDX-License-Identifier: MIT */
/*
 * Which pages a device wrote. A writable page has DBM; while it is clean it is read-only
 * as well, and the walker that lets a write through takes that bit away.
 *
 * Linux: drivers/iommu/io-pgtable-arm.c.
 */
#include <linux/bug.h>

#include "io-pgtable-arm.h"

struct look {
	struct iommu_dirty_bitmap *dirty;
	unsigned long flags;
	u64 at, end;			/* IOVA */
};

static bool is_written(u64 pte)
{
	return (pte & (LPAE_S1_RDONLY | LPAE_DBM)) == LPAE_DBM;
}

static void look_at_leaf(struct lpae *d, struct look *l, u64 *slot, u64 pte, int lvl)
{
	u64 len = 1ull << lpae_shift(d, lvl);

	if (is_written(pte)) {
		iommu_dirty_bitmap_record(l->dirty, l->at, len);
		if (!(l->flags & IOMMU_DIRTY_NO_CLEAR))
			pte_or64(&d->t, slot, LPAE_S1_RDONLY);
	}
	l->at += len;
}

static int look_in_table(struct lpae *d, struct look *l, u64 *table, int lvl)
{
	u64 *end = table + lpae_nr_entries(d, lvl);
	int err = 0;

	for (u64 *slot = lpae_slot(d, table, lvl, l->at);
	     !err && slot < end && l->at < l->end; slot++) {
		u64 pte = pte_load64(&d->t, slot);

		if (lpae_is_leaf(d, pte, lvl))
			look_at_leaf(d, l, slot, pte, lvl);
		else if (WARN(!lpae_is_table(pte, lvl), "IOVA %#llx is not mapped",
			      (unsigned long long)l->at))
			err = -EINVAL;
		else
			err = look_in_table(d, l, lpae_table(d, pte), lvl + 1);
	}
	return err;
}

int lpae_read_and_clear_dirty(struct io_pgtable_ops *ops, unsigned long iova, size_t size,
			      unsigned long flags, struct iommu_dirty_bitmap *dirty)
{
	struct lpae *d = lpae_of(ops);
	struct look l = { dirty, flags, iova, iova + size };

	if (WARN(!size, "nothing to look at") ||
	    WARN((iova + size - 1) >> d->t.iop.cfg.ias, "IOVA %#lx has too many bits",
		 iova + size - 1))
		return -EINVAL;
	if (d->fmt != ARM_64_LPAE_S1)
		return -EINVAL;
	return look_in_table(d, &l, d->t.root, (int)d->start);
}
