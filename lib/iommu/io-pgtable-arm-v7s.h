/* SPDX-License-Identifier: MIT */
/*
 * ARM's short descriptors, as IOMMUs use them: the bits.
 *
 *	level 1, 1 MiB   table    | base 31:10          |   ...    | NS 3 |     01 |
 *	                 section  | base 31:20 |NS|cont 18| nG S AP2 TEX AP1 AF | XN 4 | C B 10 |
 *	level 2, 4 KiB   large    | base 31:16 | XN 15 | TEX 14:12 | nG S AP2 AP1 AF | C B 01 |
 *	                 small    | base 31:12 | nG S AP2 TEX AP1 AF              | C B 1 XN |
 *
 * A supersection is one section sixteen times, a large page one entry sixteen times.
 *
 * Spec: DDI 0406C, B3.5.1; MediaTek's bits: drivers/iommu/io-pgtable-arm-v7s.c.
 */
#ifndef LIB_IOMMU_IO_PGTABLE_ARM_V7S_H
#define LIB_IOMMU_IO_PGTABLE_ARM_V7S_H

#include <linux/sizes.h>

#include "pt-format.h"

#define V7S_SECTION_SHIFT	20
#define V7S_PAGE_SHIFT		12
#define V7S_TABLE_ENTRIES	256u
#define V7S_TABLE_LEN		SZ_1K
#define V7S_CONT		16u

#define V7S_TYPE_MASK		0x3u
#define V7S_TYPE_TABLE		0x1u	/* level 1 */
#define V7S_TYPE_LARGE		0x1u	/* level 2 */
#define V7S_TYPE_PAGE		0x2u	/* a section, or small */
#define V7S_B			0x4u
#define V7S_C			0x8u
#define V7S_TABLE_NS		0x8u
#define V7S_SECTION_NS		(1u << 19)
#define V7S_SECTION_CONT	(1u << 18)
#define V7S_SECTION_XN		(1u << 4)
#define V7S_SMALL_XN		(1u << 0)
#define V7S_LARGE_XN		(1u << 15)
#define V7S_SMALL_TEX		(7u << 6)
#define V7S_LARGE_TEX		(7u << 12)

/* What follows is eight bits in a row, from bit 10 of a section, from bit 4 of a page. */
#define V7S_ATTR_SHIFT(lvl)	((lvl) == 1 ? 10 : 4)
#define V7S_ATTR_AF		0x01u
#define V7S_ATTR_UNPRIV		0x02u
#define V7S_ATTR_TEX0		0x04u
#define V7S_ATTR_TEX		0x1cu
#define V7S_ATTR_RDONLY		0x20u
#define V7S_ATTR_S		0x40u
#define V7S_ATTR_NG		0x80u

#define V7S_MTK_PA32		(1u << 9)
#define V7S_MTK_PA33		(1u << 4)
#define V7S_MTK_PA34		(1u << 5)

static inline bool v7s_is_table(u32 pte)
{
	return (pte & V7S_TYPE_MASK) == V7S_TYPE_TABLE;
}

static inline bool v7s_is_valid(u32 pte)
{
	return pte & V7S_TYPE_MASK;
}

/* Is it one of sixteen? At level 1 a table is not. */
static inline bool v7s_is_cont(u32 pte, int lvl)
{
	if (lvl == 1)
		return !v7s_is_table(pte) && pte & V7S_SECTION_CONT;
	return !(pte & V7S_TYPE_PAGE);
}

/* Bits 34:32 of @pa where MediaTek has them, and back. */
static inline u32 v7s_mtk_bits(phys_addr_t pa)
{
	return (pa >> 32 & 1 ? V7S_MTK_PA32 : 0) | (pa >> 33 & 1 ? V7S_MTK_PA33 : 0) |
	       (pa >> 34 & 1 ? V7S_MTK_PA34 : 0);
}

static inline phys_addr_t v7s_mtk_pa(u32 pte)
{
	return (pte & V7S_MTK_PA32 ? BIT_ULL(32) : 0) | (pte & V7S_MTK_PA33 ? BIT_ULL(33) : 0) |
	       (pte & V7S_MTK_PA34 ? BIT_ULL(34) : 0);
}

/* The four sizes of pages; level 2 has the first two. */
enum v7s_size { V7S_4K, V7S_64K, V7S_1M, V7S_16M, V7S_NR_SIZES };

static inline int v7s_level(enum v7s_size size)
{
	return size < V7S_1M ? 2 : 1;
}

/* Log2 entries of its level that one takes, and how many these are. */
static inline unsigned v7s_entries_log2(enum v7s_size size)
{
	return size & 1 ? 4 : 0;
}

static inline unsigned v7s_entries(enum v7s_size size)
{
	return 1u << v7s_entries_log2(size);
}

/* io-pgtable-arm-v7s-format.c: a leaf's bits but its address, and its rights. */
u32 v7s_leaf_bits(unsigned long quirks, enum v7s_size size, int prot);
/* Of one entry of its own: not one of sixteen. */
int v7s_leaf_prot(u32 pte, int lvl);
/* One of sixteen as an entry of its own; the address stays. */
u32 v7s_single(u32 pte, int lvl);
/* What a leaf maps: the address, less what its size has in common with the IOVA. */
phys_addr_t v7s_leaf_pa(unsigned long quirks, u32 pte, int lvl);

#endif
