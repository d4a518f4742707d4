/* SPDX-License-Identifier: MIT */
/*
 * OMAP's tables as a row: Arm's short descriptors without permissions. What is mapped is
 * little-endian, and for bytes: no other bit is set.
 *
 * Linux: drivers/iommu/omap-iopgtable.h.
 */
#include "omap.h"

#define TYPE_TABLE	1u
#define TYPE_LARGE	1u	/* of the second level */
#define TYPE_PAGE	2u	/* a section, or small, whose lowest bit may be anything */
#define IS_SUPER	(1u << 18)

static struct pt_entry leaf(u64 entry, unsigned size_log2)
{
	return (struct pt_entry){
		.kind = PT_LEAF, .pa = (u32)entry >> size_log2 << size_log2,
		.len = 1ull << size_log2, .prot = IOMMU_READ | IOMMU_WRITE,
	};
}

static struct pt_entry decode(const struct pt_fmt *f, unsigned lvl, u64 entry)
{
	if (lvl && entry & TYPE_PAGE)
		return leaf(entry, 12);
	if (lvl && entry & TYPE_LARGE)
		return leaf(entry, 16);
	if (!lvl && (entry & 3) == TYPE_PAGE)
		return leaf(entry, entry & IS_SUPER ? 24 : 20);
	if (!lvl && (entry & 3) == TYPE_TABLE)
		return (struct pt_entry){ .kind = PT_TABLE, .pa = entry & 0xfffffc00u };
	return (struct pt_entry){ .kind = PT_INVALID };
}

static u64 table_entry(const struct pt_fmt *f, unsigned lvl, phys_addr_t pa)
{
	return pa | TYPE_TABLE;
}

static u64 leaf_entry(const struct pt_fmt *f, unsigned lvl, phys_addr_t pa, int prot,
		      bool is_contig)
{
	if (lvl)
		return pa | (is_contig ? TYPE_LARGE : TYPE_PAGE);
	return pa | TYPE_PAGE | (is_contig ? IS_SUPER : 0);
}

const struct pt_fmt omap_format = {
	.name = "omap", .nr_levels = 2, .granule_shift = 12,
	.level = { { 20, 12, 2, true, 4 }, { 12, 8, 2, true, 4 } },
	.decode = decode, .table_entry = table_entry, .leaf_entry = leaf_entry,
};
