/* SPDX-License-Identifier: MIT */
/*
 * Page tables of two levels with entries of 32 bits, in whatever format a row says
 * (pt-format.h): what OMAP, Exynos, Rockchip, Allwinner have in common. Their drivers use
 * them as others use io_pgtable_ops.
 *
 *	map      an entry that is in use is refused, -EEXIST. A table is cleaned before the
 *	         entry that leads to it is stored, and an empty one that is in the way of a
 *	         section is unlinked, cleaned, flushed, and only then freed
 *	unmap    any part of what is mapped: a page that is larger is split first, its
 *	         pieces lead where it led, and whoever holds it is told to forget it
 *
 * One set of tables serves all IOMMUs of a domain. Sizes of pages need not be those of
 * leaves: a run of smaller leaves is as good.
 *
 * Context: as the calls of struct io_pgtable_ops; several CPUs at once, for IOVAs that do
 * not overlap.
 */
#ifndef LIB_IOMMU_TWO_LEVEL_H
#define LIB_IOMMU_TWO_LEVEL_H

#include <linux/io-pgtable.h>

#include "pt-format.h"

/**
 * struct two_level_cfg - what is wanted
 * @format: two levels; copied. An entry of 0 is invalid in it
 * @cfg:    .coherent_walk, .tlb, .iommu_dev, .oas (bits of a physical address, of tables,
 *          too) and .pgsize_bitmap count. .tlb's functions get the cookie
 * @links_empty: entries of the first level that lead nowhere lead to one table of zeros
 * @linked: an entry of the first level that led nowhere leads somewhere now, and the
 *          walker sees it; for who holds on to such. May be NULL
 */
struct two_level_cfg {
	const struct pt_fmt *format;
	struct io_pgtable_cfg cfg;
	bool links_empty;
	void (*linked)(void *cookie, unsigned long iova, size_t len);
};

/* NULL: no memory, or none that the walker reaches. */
struct io_pgtable_ops *two_level_alloc(const struct two_level_cfg *cfg, void *cookie);
/* NULL is fine. Nobody walks them any more. */
void two_level_free(struct io_pgtable_ops *ops);
phys_addr_t two_level_root(const struct io_pgtable_ops *ops);

#endif
