/* SPDX-License-Identifier: MIT */
/*
 * Tables of System MMUs, as rows: words of versions 1 to 3, and of those from 5 on, whose
 * addresses have 36 bits and are shifted right by 4.
 *
 * Linux: drivers/iommu/exynos-iommu.c.
 */
#include <linux/sizes.h>

#include "exynos.h"

#define RW		(IOMMU_READ | IOMMU_WRITE)

/* Where words of a format have what: of sections, and of pages. */
struct words {
	unsigned shift;			/* of addresses */
	u32 (*perms)(unsigned lvl, int prot);
	int (*prot)(unsigned lvl, u32 word);
};

/* ---- versions 1 to 3: what may be written may be read ------------------------------ */

static u32 perms_v1(unsigned lvl, int prot)
{
	u32 access = lvl ? 1u << 4 : 1u << 10, read_only = lvl ? 1u << 9 : 1u << 15;

	return prot & IOMMU_WRITE ? access : access | read_only;
}

static int prot_v1(unsigned lvl, u32 word)
{
	u32 access = lvl ? 1u << 4 : 1u << 10, read_only = lvl ? 1u << 9 : 1u << 15;

	if (!(word & access))
		return 0;
	return word & read_only ? IOMMU_READ : RW;
}

/* ---- from version 5 on ---------------- */

static u32 perms_v5(unsigned lvl, int prot)
{
	unsigned at = lvl ? 2 : 4;

	return (prot & IOMMU_READ ? 1u << at : 0) | (prot & IOMMU_WRITE ? 2u << at : 0);
}

static int prot_v5(unsigned lvl, u32 word)
{
	unsigned at = lvl ? 2 : 4;

	return (word >> at & 1 ? IOMMU_READ : 0) | (word >> at & 2 ? IOMMU_WRITE : 0);
}

static const struct words words_v1 = { 0, perms_v1, prot_v1 };
static const struct words words_v5 = { 4, perms_v5, prot_v5 };

/* ---- both ---------------- */

static struct pt_entry leaf(const struct words *b, unsigned lvl, u32 word, u64 len)
{
	phys_addr_t pa = (phys_addr_t)word << b->shift;

	return (struct pt_entry){ PT_LEAF, pa & ~(len - 1), len, b->prot(lvl, word) };
}

static struct pt_entry decode(const struct words *b, unsigned lvl, u32 word)
{
	phys_addr_t pa = (phys_addr_t)word << b->shift;

	if (lvl && word & 3)
		return leaf(b, lvl, word, word & 2 ? SZ_4K : SZ_64K);
	if (!lvl && (word & 3) == 2)
		return leaf(b, lvl, word, SZ_1M);
	if (!lvl && (word & 3) == 1)
		return (struct pt_entry){ .kind = PT_TABLE, .pa = pa & ~0x3ffull };
	return (struct pt_entry){ .kind = PT_INVALID };
}

static u64 leaf_entry(const struct words *b, unsigned lvl, phys_addr_t pa, int prot,
		      bool is_contig)
{
	return pa >> b->shift | b->perms(lvl, prot) | (is_contig ? 1 : 2);
}

#define FORMAT(v)									\
static struct pt_entry decode_##v(const struct pt_fmt *f, unsigned lvl, u64 entry)	\
{											\
	return decode(&words_##v, lvl, (u32)entry);					\
}											\
static u64 table_entry_##v(const struct pt_fmt *f, unsigned lvl, phys_addr_t pa)	\
{											\
	return pa >> words_##v.shift | 1;						\
}											\
static u64 leaf_entry_##v(const struct pt_fmt *f, unsigned lvl, phys_addr_t pa,		\
			  int prot, bool is_contig)					\
{											\
	return leaf_entry(&words_##v, lvl, pa, prot, is_contig);				\
}											\
const struct pt_fmt exynos_format_##v = {						\
	.name = "exynos " #v, .nr_levels = 2, .granule_shift = 12,			\
	.level = {									\
		{ .va_shift = 20, .idx_bits = 12, .entry_log2 = 2, .may_be_leaf = true },	\
		{ .va_shift = 12, .idx_bits = 8, .entry_log2 = 2, .may_be_leaf = true,	\
		  .contig_log2 = 4 },							\
	},										\
	.decode = decode_##v, .table_entry = table_entry_##v,				\
	.leaf_entry = leaf_entry_##v,							\
}

FORMAT(v1);
FORMAT(v5);
