/* SPDX-License-Identifier: MIT */
/*
 * Directory and page tables of Rockchip's IOMMUs, as rows: see <armdma/rockchip-iommu.h>.
 * Version 2 has bits 39:32 of an address where version 1 has cache hints: ->quirks is 1.
 */
#include <linux/iommu.h>

#include "rockchip.h"

#define VALID		1u
#define READABLE	2u
#define WRITABLE	4u

static u64 pack(const struct pt_fmt *f, phys_addr_t pa)
{
	u64 low = pa & 0xfffff000u;

	if (!f->quirks)
		return low | VALID;
	return low | (pa >> 32 & 0xf) << 8 | (pa >> 36 & 0xf) << 4 | VALID;
}

static phys_addr_t unpack(const struct pt_fmt *f, u64 entry)
{
	u64 low = entry & 0xfffff000u;

	if (!f->quirks)
		return low;
	return low | (entry >> 8 & 0xf) << 32 | (entry >> 4 & 0xf) << 36;
}

static struct pt_entry decode(const struct pt_fmt *f, unsigned lvl, u64 entry)
{
	struct pt_entry e = { .kind = PT_INVALID };

	if (!(entry & VALID))
		return e;
	e.kind = lvl ? PT_LEAF : PT_TABLE;
	e.pa = unpack(f, entry);
	e.len = 1ull << f->level[lvl].va_shift;
	if (lvl)
		e.prot = (entry & READABLE ? IOMMU_READ : 0) |
			 (entry & WRITABLE ? IOMMU_WRITE : 0);
	return e;
}

static u64 table_entry(const struct pt_fmt *f, unsigned lvl, phys_addr_t pa)
{
	return pack(f, pa);
}

static u64 leaf_entry(const struct pt_fmt *f, unsigned lvl, phys_addr_t pa, int prot,
		      bool is_contig)
{
	return pack(f, pa) | (prot & IOMMU_READ ? READABLE : 0) |
	       (prot & IOMMU_WRITE ? WRITABLE : 0);
}

#define ROW(which, is_wide) {								\
	.name = which, .quirks = is_wide, .nr_levels = 2, .granule_shift = 12,	\
	.level = { { .va_shift = 22, .idx_bits = 10, .entry_log2 = 2 },		\
		   { .va_shift = 12, .idx_bits = 10, .entry_log2 = 2, .may_be_leaf = true } }, \
	.decode = decode, .table_entry = table_entry, .leaf_entry = leaf_entry,	\
}

const struct pt_fmt rk_format_v1 = ROW("rockchip v1", 0);
const struct pt_fmt rk_format_v2 = ROW("rockchip v2", 1);
