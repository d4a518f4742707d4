/* SPDX-License-Identifier: MIT */
/*
 * ARM's long descriptors: what bits say, and which bits say it.
 *
 * Stage 1 names memory by an index into MAIR, stage 2 by its attributes; Mali has the
 * attributes of stage 1 and the rights of stage 2.
 *
 * Linux: drivers/iommu/io-pgtable-arm.c.
 */
#include "io-pgtable-arm.h"

static bool is_stage1(enum io_pgtable_fmt fmt)
{
	return fmt == ARM_64_LPAE_S1 || fmt == ARM_32_LPAE_S1;
}

static bool is_stage2(enum io_pgtable_fmt fmt)
{
	return fmt == ARM_64_LPAE_S2 || fmt == ARM_32_LPAE_S2;
}

static u64 rights(enum io_pgtable_fmt fmt, unsigned long quirks, int prot)
{
	u64 pte;

	if (!is_stage1(fmt))
		return (prot & IOMMU_READ ? LPAE_S2_READ : 0) |
		       (prot & IOMMU_WRITE ? LPAE_S2_WRITE : 0);
	pte = LPAE_NG | (prot & IOMMU_PRIV ? 0 : LPAE_S1_UNPRIV);
	if (!(prot & IOMMU_WRITE) && prot & IOMMU_READ)
		return pte | LPAE_S1_RDONLY;
	return quirks & IO_PGTABLE_QUIRK_ARM_HD ? pte | LPAE_DBM : pte;
}

static u64 memory_kind(enum io_pgtable_fmt fmt, int prot)
{
	if (is_stage2(fmt)) {
		if (prot & IOMMU_MMIO)
			return LPAE_S2_MEM_DEV;
		return prot & IOMMU_CACHE ? LPAE_S2_MEM_WB : LPAE_S2_MEM_NC;
	}
	if (prot & IOMMU_MMIO)
		return LPAE_S1_IDX_DEV;
	return prot & IOMMU_CACHE ? LPAE_S1_IDX_CACHE : 0;
}

/* Mali's inner domain is the GPU's own cores. */
u64 lpae_leaf_bits(enum io_pgtable_fmt fmt, unsigned long quirks, int prot)
{
	bool is_mali = fmt == ARM_MALI_LPAE;
	u64 pte = rights(fmt, quirks, prot) | memory_kind(fmt, prot);

	pte |= prot & IOMMU_CACHE && !is_mali ? LPAE_SH_IS : LPAE_SH_OS;
	if (prot & IOMMU_NOEXEC)
		pte |= LPAE_XN;
	if (quirks & IO_PGTABLE_QUIRK_ARM_NS)
		pte |= LPAE_NS;
	return is_mali ? pte : pte | LPAE_AF;
}

/* ---- for pt_walk() -------------------------------------------------------------------- */

static int rights_of(enum io_pgtable_fmt fmt, u64 pte)
{
	int prot = pte & LPAE_XN ? IOMMU_NOEXEC : 0;

	if (!is_stage1(fmt))
		return prot | (pte & LPAE_S2_READ ? IOMMU_READ : 0) |
		       (pte & LPAE_S2_WRITE ? IOMMU_WRITE : 0);
	prot |= IOMMU_READ | (pte & LPAE_S1_UNPRIV ? 0 : IOMMU_PRIV);
	return pte & LPAE_S1_RDONLY && !(pte & LPAE_DBM) ? prot : prot | IOMMU_WRITE;
}

static int memory_of(enum io_pgtable_fmt fmt, u64 pte)
{
	u64 mask = is_stage2(fmt) ? LPAE_S2_MEM_MASK : LPAE_S1_IDX_MASK;
	u64 dev = is_stage2(fmt) ? LPAE_S2_MEM_DEV : LPAE_S1_IDX_DEV;
	u64 cached = is_stage2(fmt) ? LPAE_S2_MEM_WB : LPAE_S1_IDX_CACHE;

	if ((pte & mask) == dev)
		return IOMMU_MMIO;
	return (pte & mask) == cached ? IOMMU_CACHE : 0;
}

static bool is_last(const struct pt_fmt *f, unsigned lvl)
{
	return lvl + 1u == f->nr_levels;
}

static u64 leaf_type(const struct pt_fmt *f, unsigned lvl)
{
	return is_last(f, lvl) && f->fmt != ARM_MALI_LPAE ? LPAE_TYPE_PAGE : LPAE_TYPE_BLOCK;
}

static struct pt_entry decode(const struct pt_fmt *f, unsigned lvl, u64 pte)
{
	phys_addr_t pa = lpae_pa(f->granule_shift == 16, pte);

	if ((pte & LPAE_TYPE_MASK) == leaf_type(f, lvl))
		return (struct pt_entry){
			.kind = PT_LEAF, .pa = pa, .len = 1ull << f->level[lvl].va_shift,
			.prot = rights_of(f->fmt, pte) | memory_of(f->fmt, pte),
		};
	if (!is_last(f, lvl) && (pte & LPAE_TYPE_MASK) == LPAE_TYPE_TABLE)
		return (struct pt_entry){ .kind = PT_TABLE, .pa = pa };
	return (struct pt_entry){ .kind = PT_INVALID };
}

static u64 table_entry(const struct pt_fmt *f, unsigned lvl, phys_addr_t pa)
{
	u64 pte = lpae_pa_bits(pa) | LPAE_TYPE_TABLE;

	(void)lvl;
	return f->quirks & IO_PGTABLE_QUIRK_ARM_NS ? pte | LPAE_NSTABLE : pte;
}

static u64 leaf_entry(const struct pt_fmt *f, unsigned lvl, phys_addr_t pa, int prot,
		      bool is_contig)
{
	(void)is_contig;
	return lpae_pa_bits(pa) | lpae_leaf_bits(f->fmt, f->quirks, prot) | leaf_type(f, lvl);
}

static void set_levels(struct pt_fmt *ret, const struct io_pgtable_cfg *cfg, unsigned start,
		       unsigned root_bits)
{
	unsigned bits = ret->granule_shift - LPAE_ENTRY_LOG2;

	ret->nr_levels = (u8)(LPAE_MAX_LEVELS - start);
	for (unsigned i = 0; i < ret->nr_levels; i++) {
		unsigned shift = (LPAE_MAX_LEVELS - start - i) * bits + LPAE_ENTRY_LOG2;

		ret->level[i] = (struct pt_level){
			(u8)shift, (u8)(i ? bits : root_bits), LPAE_ENTRY_LOG2,
			cfg->pgsize_bitmap >> shift & 1, 0,
		};
	}
}

/* Levels and the bits of the first: from what is left of an IOVA above a page. */
void arm_lpae_format(enum io_pgtable_fmt fmt, const struct io_pgtable_cfg *cfg,
		     struct pt_fmt *ret)
{
	unsigned page_shift = (unsigned)__builtin_ctzl(cfg->pgsize_bitmap);
	unsigned bits = page_shift - LPAE_ENTRY_LOG2, va_bits = cfg->ias - page_shift;
	unsigned levels = (va_bits + bits - 1) / bits;
	unsigned start = LPAE_MAX_LEVELS - levels, root_bits = va_bits - bits * (levels - 1);

	if (is_stage2(fmt) && !start && 1u << root_bits <= LPAE_S2_MAX_CONCAT) {
		root_bits += bits;
		start++;
	}
	if (fmt == ARM_MALI_LPAE && start) {
		start = 0;
		root_bits = 0;
	}
	*ret = (struct pt_fmt){
		.name = is_stage1(fmt) ? "LPAE stage 1" : is_stage2(fmt) ? "LPAE stage 2" : "Mali",
		.fmt = fmt, .quirks = cfg->quirks, .granule_shift = (u8)page_shift,
		.decode = decode, .table_entry = table_entry, .leaf_entry = leaf_entry,
	};
	set_levels(ret, cfg, start, root_bits);
}
