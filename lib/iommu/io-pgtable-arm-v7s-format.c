/* SPDX-License-Identifier: MIT */
/*
 * ARM's short descriptors: what bits say, and which bits say it.
 *
 * With TEX remap off or on, the same three kinds of memory have these bits: device B;
 * normal, not cached TEX0; normal, write-back TEX0, C and B. Permissions are the
 * simplified ones (AP2, AP1), and AP0 is the access flag.
 *
 * Spec: DDI 0406C, B3.5 to B3.8. Linux: drivers/iommu/io-pgtable-arm-v7s.c.
 */
#include "io-pgtable-arm-v7s.h"

static u32 section_or_small(unsigned long quirks, int lvl, int prot)
{
	bool has_perms = !(quirks & IO_PGTABLE_QUIRK_NO_PERMS);
	u32 attr = V7S_ATTR_NG | V7S_ATTR_S, pte = V7S_TYPE_PAGE;

	if (!(prot & IOMMU_MMIO))
		attr |= V7S_ATTR_TEX0;
	if (has_perms)
		attr |= V7S_ATTR_AF | (prot & IOMMU_PRIV ? 0 : V7S_ATTR_UNPRIV) |
			(prot & IOMMU_WRITE ? 0 : V7S_ATTR_RDONLY);
	if (has_perms && prot & IOMMU_NOEXEC)
		pte |= lvl == 1 ? V7S_SECTION_XN : V7S_SMALL_XN;
	if (prot & IOMMU_MMIO)
		pte |= V7S_B;
	else if (prot & IOMMU_CACHE)
		pte |= V7S_B | V7S_C;
	if (lvl == 1 && quirks & IO_PGTABLE_QUIRK_ARM_NS)
		pte |= V7S_SECTION_NS;
	return pte | attr << V7S_ATTR_SHIFT(lvl);
}

/* TEX and XN of a large page are elsewhere. */
static u32 large_of_small(u32 pte)
{
	u32 moved = pte & V7S_SMALL_TEX;
	bool is_xn = pte & V7S_SMALL_XN;

	pte &= ~(V7S_SMALL_TEX | V7S_SMALL_XN | V7S_TYPE_PAGE);
	return pte | moved << 6 | (is_xn ? V7S_LARGE_XN : 0) | V7S_TYPE_LARGE;
}

u32 v7s_leaf_bits(unsigned long quirks, enum v7s_size size, int prot)
{
	u32 pte = section_or_small(quirks, v7s_level(size), prot);

	if (size == V7S_64K)
		return large_of_small(pte);
	return size == V7S_16M ? pte | V7S_SECTION_CONT : pte;
}

u32 v7s_single(u32 pte, int lvl)
{
	u32 moved = pte & V7S_LARGE_TEX;
	bool is_xn = pte & V7S_LARGE_XN;

	if (lvl == 1)
		return pte & ~V7S_SECTION_CONT;
	pte &= ~(V7S_LARGE_TEX | V7S_LARGE_XN | V7S_TYPE_LARGE);
	return pte | moved >> 6 | (is_xn ? V7S_SMALL_XN : 0) | V7S_TYPE_PAGE;
}

int v7s_leaf_prot(u32 pte, int lvl)
{
	u32 attr = pte >> V7S_ATTR_SHIFT(lvl);
	int prot = IOMMU_READ;

	if (!(attr & V7S_ATTR_RDONLY))
		prot |= IOMMU_WRITE;
	if (!(attr & V7S_ATTR_UNPRIV))
		prot |= IOMMU_PRIV;
	if (!(attr & V7S_ATTR_TEX))
		prot |= IOMMU_MMIO;
	else if (pte & V7S_C)
		prot |= IOMMU_CACHE;
	if (pte & (lvl == 1 ? V7S_SECTION_XN : V7S_SMALL_XN))
		prot |= IOMMU_NOEXEC;
	return prot;
}

static unsigned leaf_shift(u32 pte, int lvl)
{
	return (lvl == 1 ? V7S_SECTION_SHIFT : V7S_PAGE_SHIFT) + (v7s_is_cont(pte, lvl) ? 4 : 0);
}

phys_addr_t v7s_leaf_pa(unsigned long quirks, u32 pte, int lvl)
{
	phys_addr_t pa = pte & ~0u << leaf_shift(pte, lvl);

	return quirks & IO_PGTABLE_QUIRK_ARM_MTK_EXT ? pa | v7s_mtk_pa(pte) : pa;
}

/* ---- for pt_walk() -------------------------------------------------------------------- */

/* Without permissions their bits are the address's. */
static int prot_of(const struct pt_fmt *f, u32 pte, int lvl)
{
	int prot = v7s_leaf_prot(v7s_is_cont(pte, lvl) ? v7s_single(pte, lvl) : pte, lvl);

	if (f->quirks & IO_PGTABLE_QUIRK_NO_PERMS)
		return (prot & (IOMMU_MMIO | IOMMU_CACHE)) | IOMMU_READ | IOMMU_WRITE;
	return prot;
}

static struct pt_entry decode(const struct pt_fmt *f, unsigned lvl, u64 entry)
{
	u32 pte = (u32)entry;
	int arm_lvl = (int)lvl + 1;

	if (!v7s_is_valid(pte))
		return (struct pt_entry){ .kind = PT_INVALID };
	if (!lvl && v7s_is_table(pte))
		return (struct pt_entry){
			.kind = PT_TABLE,
			.pa = (pte & ~(u32)(V7S_TABLE_LEN - 1)) |
			      (f->quirks & IO_PGTABLE_QUIRK_ARM_MTK_EXT ? v7s_mtk_pa(pte) : 0),
		};
	return (struct pt_entry){
		.kind = PT_LEAF, .pa = v7s_leaf_pa(f->quirks, pte, arm_lvl),
		.len = 1ull << leaf_shift(pte, arm_lvl),
		.prot = prot_of(f, pte, arm_lvl),
	};
}

static u64 table_entry(const struct pt_fmt *f, unsigned lvl, phys_addr_t pa)
{
	u32 pte = (u32)pa | V7S_TYPE_TABLE;

	(void)lvl;
	if (f->quirks & IO_PGTABLE_QUIRK_ARM_MTK_TTBR_EXT)
		pte |= v7s_mtk_bits(pa);
	return f->quirks & IO_PGTABLE_QUIRK_ARM_NS ? pte | V7S_TABLE_NS : pte;
}

static u64 leaf_entry(const struct pt_fmt *f, unsigned lvl, phys_addr_t pa, int prot,
		      bool is_contig)
{
	enum v7s_size size = (enum v7s_size)((lvl ? V7S_4K : V7S_1M) + is_contig);
	u32 pte = v7s_leaf_bits(f->quirks, size, prot);

	pte |= (u32)pa & ~0u << (lvl ? V7S_PAGE_SHIFT : V7S_SECTION_SHIFT);
	return f->quirks & IO_PGTABLE_QUIRK_ARM_MTK_EXT ? pte | v7s_mtk_bits(pa) : pte;
}

void arm_v7s_format(const struct io_pgtable_cfg *cfg, struct pt_fmt *ret)
{
	*ret = (struct pt_fmt){
		.name = "v7s", .fmt = ARM_V7S, .quirks = cfg->quirks,
		.granule_shift = V7S_PAGE_SHIFT, .nr_levels = 2,
		.level = {
			{ V7S_SECTION_SHIFT, (u8)(cfg->ias - V7S_SECTION_SHIFT), 2, true, 4 },
			{ V7S_PAGE_SHIFT, 8, 2, true, 4 },
		},
		.decode = decode, .table_entry = table_entry, .leaf_entry = leaf_entry,
	};
}
