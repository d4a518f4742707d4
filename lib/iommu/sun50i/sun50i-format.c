/* SPDX-License-Identifier: MIT */
/*
 * Tables of Allwinner's IOMMU: an entry names an authority, and registers say what that
 * allows. sun50i-hw.c sets authorities up as the two bits of IOMMU_READ and IOMMU_WRITE.
 */
#include "sun50i.h"

#define PAGE_IS_VALID	2u
#define TABLE_IS_VALID	1u

static struct pt_entry decode(const struct pt_fmt *f, unsigned lvl, u64 entry)
{
	if (!lvl && (entry & 3) == TABLE_IS_VALID)
		return (struct pt_entry){ .kind = PT_TABLE, .pa = entry & 0xfffffc00u };
	if (lvl && entry & PAGE_IS_VALID)
		return (struct pt_entry){
			.kind = PT_LEAF, .pa = entry & 0xfffff000u, .len = SZ_4K,
			.prot = entry >> 4 & (IOMMU_READ | IOMMU_WRITE),
		};
	return (struct pt_entry){ .kind = PT_INVALID };
}

static u64 table_entry(const struct pt_fmt *f, unsigned lvl, phys_addr_t pa)
{
	return pa | TABLE_IS_VALID;
}

static u64 leaf_entry(const struct pt_fmt *f, unsigned lvl, phys_addr_t pa, int prot,
		      bool is_contig)
{
	return pa | (u64)(prot & (IOMMU_READ | IOMMU_WRITE)) << 4 | PAGE_IS_VALID;
}

const struct pt_fmt sun50i_format = {
	.name = "sun50i", .nr_levels = 2, .granule_shift = 12,
	.level = { { 20, 12, 2, false, 0 }, { 12, 8, 2, true, 0 } },
	.decode = decode, .table_entry = table_entry, .leaf_entry = leaf_entry,
};
