/* SPDX-License-Identifier: MIT */
/*
 * Page tables of IOMMUs: which file knows which format.
 *
 * Linux: drivers/iommu/io-pgtable.c.
 */
#include <linux/io-pgtable.h>

static const struct io_pgtable_init_fns *const io_pgtable_init_table[IO_PGTABLE_NUM_FMTS] = {
	[ARM_32_LPAE_S1] = &io_pgtable_arm_32_lpae_s1_init_fns,
	[ARM_32_LPAE_S2] = &io_pgtable_arm_32_lpae_s2_init_fns,
	[ARM_64_LPAE_S1] = &io_pgtable_arm_64_lpae_s1_init_fns,
	[ARM_64_LPAE_S2] = &io_pgtable_arm_64_lpae_s2_init_fns,
	[ARM_MALI_LPAE] = &io_pgtable_arm_mali_lpae_init_fns,
	[ARM_V7S] = &io_pgtable_arm_v7s_init_fns,
};

static bool may_allocate(const struct io_pgtable_init_fns *fns, const struct io_pgtable_cfg *cfg)
{
	if (!cfg->alloc && !cfg->free)
		return true;
	return cfg->alloc && cfg->free && fns->caps & IO_PGTABLE_CAP_CUSTOM_ALLOCATOR;
}

struct io_pgtable_ops *alloc_io_pgtable_ops(enum io_pgtable_fmt fmt,
					    struct io_pgtable_cfg *cfg, void *cookie)
{
	const struct io_pgtable_init_fns *fns;
	struct io_pgtable *iop;

	if ((unsigned)fmt >= IO_PGTABLE_NUM_FMTS)
		return NULL;
	fns = io_pgtable_init_table[fmt];
	if (!fns || !may_allocate(fns, cfg))
		return NULL;
	iop = fns->alloc(cfg, cookie);
	if (!iop)
		return NULL;
	iop->fmt = fmt;
	iop->cookie = cookie;
	iop->cfg = *cfg;
	return &iop->ops;
}

void free_io_pgtable_ops(struct io_pgtable_ops *ops)
{
	struct io_pgtable *iop;

	if (!ops)
		return;
	iop = io_pgtable_ops_to_pgtable(ops);
	io_pgtable_tlb_flush_all(iop);
	io_pgtable_init_table[iop->fmt]->free(iop);
}
