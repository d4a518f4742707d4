/* SPDX-License-Identifier: MIT */
/*
 * Page tables in ARM's long descriptors: which are possible, and what the hardware's
 * registers must be for them.
 *
 * Linux: drivers/iommu/io-pgtable-arm.c.
 */
#include <linux/kernel.h>
#include <linux/mm.h>

#include "io-pgtable-arm.h"

enum { RGN_NC, RGN_WBWA };
enum { SH_OUTER = 2, SH_INNER = 3 };

/* The granule: the CPU's page if it is wanted, else the largest below it, or above. */
static unsigned long granule_of(unsigned long sizes)
{
	unsigned long below = sizes & (PAGE_SIZE - 1);

	if (sizes & PAGE_SIZE)
		return PAGE_SIZE;
	if (below)
		return 1ul << (63 - __builtin_clzl(below));
	return sizes & -sizes;
}

static void restrict_sizes(struct io_pgtable_cfg *cfg)
{
	unsigned long granule = granule_of(cfg->pgsize_bitmap), sizes = 0;
	unsigned most_bits = granule == SZ_64K ? LPAE_MAX_BITS : 48;

	if (granule == SZ_4K)
		sizes = SZ_4K | SZ_2M | SZ_1G;
	else if (granule == SZ_16K)
		sizes = SZ_16K | SZ_32M;
	else if (granule == SZ_64K)
		sizes = SZ_64K | SZ_512M | (cfg->oas > 48 ? BIT(42) : 0);
	cfg->pgsize_bitmap &= sizes;
	cfg->ias = min(cfg->ias, most_bits);
	cfg->oas = min(cfg->oas, most_bits);
}

static void precompute(struct lpae *d, enum io_pgtable_fmt fmt, const struct io_pgtable_cfg *cfg)
{
	struct pt_fmt *f = &d->t.format;

	arm_lpae_format(fmt, cfg, f);
	d->fmt = fmt;
	d->bits = f->granule_shift - LPAE_ENTRY_LOG2;
	d->start = LPAE_MAX_LEVELS - f->nr_levels;
	d->root_bits = f->level[0].idx_bits;
	d->root_shift = f->level[0].va_shift;
	d->root_mask = (1u << d->root_bits) - 1;
	d->table_mask = (1u << d->bits) - 1;
	d->is_64k = f->granule_shift == 16;
	d->table_pa_mask = LPAE_PA_MASK & ~(u64)(lpae_granule(d) - 1);
	d->last_type = fmt == ARM_MALI_LPAE ? LPAE_TYPE_BLOCK : LPAE_TYPE_PAGE;
	for (int prot = 0; prot < LPAE_NR_PROTS; prot++)
		d->leaf[prot] = lpae_leaf_bits(fmt, cfg->quirks, prot);
}

/* Of the usual shapes, 4 KiB and three or four levels, with their own loops. */
static const struct io_pgtable_ops *ops_for(const struct lpae *d)
{
	static const struct io_pgtable_ops any = {
		lpae_map_pages, lpae_unmap_pages, lpae_iova_to_phys,
		lpae_read_and_clear_dirty,
	}, three = {
		lpae_map_pages_3x9, lpae_unmap_pages_3x9, lpae_iova_to_phys_3x9,
		lpae_read_and_clear_dirty,
	}, four = {
		lpae_map_pages_4x9, lpae_unmap_pages_4x9, lpae_iova_to_phys_4x9,
		lpae_read_and_clear_dirty,
	};

	if (d->t.is_exact || d->bits != 9 || d->start > 1)
		return &any;
	return d->start ? &three : &four;
}

/* Everything but the first level. NULL: not possible. */
static struct lpae *begin(enum io_pgtable_fmt fmt, struct io_pgtable_cfg *cfg, void *cookie)
{
	struct lpae *d;

	restrict_sizes(cfg);
	if (!(cfg->pgsize_bitmap & (SZ_4K | SZ_16K | SZ_64K)) ||
	    cfg->ias <= (unsigned)__builtin_ctzl(cfg->pgsize_bitmap))
		return NULL;
	d = g_new0(struct lpae, 1);
	if (!tables_init(&d->t, cfg, cookie)) {
		g_free(d);
		return NULL;
	}
	precompute(d, fmt, cfg);
	d->simple_pgsize = d->t.is_plain ? lpae_granule(d) : SIZE_MAX;
	d->simple_oas = min(cfg->oas, 48u);
	d->t.iop.ops = *ops_for(d);
	return d;
}

static bool has_root(struct lpae *d)
{
	return tables_alloc_root(&d->t, &(struct table_wish){
		.len = sizeof(u64) << d->root_bits, .gfp = GFP_KERNEL,
		.limit = GENMASK_ULL(LPAE_MAX_BITS - 1, 0),
	});
}

static void lpae_free(struct io_pgtable *iop)
{
	struct lpae *d = container_of(iop, struct lpae, t.iop);

	lpae_free_tables(d, (int)d->start, d->t.root);
	g_free(d);
}

/* ---- registers ------------------------------------------------------------------------ */

/* What is written for so many bits; -1: nothing can be. */
static int size_code(unsigned oas)
{
	static const u8 bits[] = { 32, 36, 40, 42, 44, 48, 52 };

	for (unsigned i = 0; i < ARRAY_SIZE(bits); i++)
		if (bits[i] == oas)
			return (int)i;
	return -1;
}

/* TG1 is coded otherwise. */
static u32 granule_code(const struct lpae *d, bool is_tg1)
{
	switch (lpae_granule(d)) {
	case SZ_4K:
		return is_tg1 ? 2 : 0;
	case SZ_16K:
		return is_tg1 ? 1 : 2;
	default:
		return is_tg1 ? 3 : 1;
	}
}

static bool set_tcr(const struct lpae *d, struct io_pgtable_cfg *cfg)
{
	__typeof__(&cfg->arm_lpae_s1_cfg.tcr) tcr = &cfg->arm_lpae_s1_cfg.tcr;
	bool is_outer = cfg->quirks & IO_PGTABLE_QUIRK_ARM_OUTER_WBWA;
	int ips = size_code(cfg->oas);

	if (ips < 0 || (cfg->coherent_walk && is_outer))
		return false;
	tcr->sh = cfg->coherent_walk ? SH_INNER : SH_OUTER;
	tcr->irgn = cfg->coherent_walk ? RGN_WBWA : RGN_NC;
	tcr->orgn = cfg->coherent_walk || is_outer ? RGN_WBWA : RGN_NC;
	tcr->tg = granule_code(d, cfg->quirks & IO_PGTABLE_QUIRK_ARM_TTBR1);
	tcr->ips = (u32)ips;
	tcr->tsz = 64 - cfg->ias;
	return true;
}

/* SL0 counts from the other end, and for 4 KiB from another place. */
static bool set_vtcr(const struct lpae *d, struct io_pgtable_cfg *cfg)
{
	__typeof__(&cfg->arm_lpae_s2_cfg.vtcr) vtcr = &cfg->arm_lpae_s2_cfg.vtcr;
	u32 sl = d->start + (lpae_granule(d) == SZ_4K);
	int ps = size_code(cfg->oas);

	if (ps < 0)
		return false;
	vtcr->sh = cfg->coherent_walk ? SH_INNER : SH_OUTER;
	vtcr->irgn = cfg->coherent_walk ? RGN_WBWA : RGN_NC;
	vtcr->orgn = cfg->coherent_walk ? RGN_WBWA : RGN_NC;
	vtcr->tg = granule_code(d, false);
	vtcr->ps = (u32)ps;
	vtcr->tsz = 64 - cfg->ias;
	vtcr->sl = ~sl & 3;
	return true;
}

/* ---- formats ---------------------------------------------------------------------------- */

#define S1_QUIRKS	(IO_PGTABLE_QUIRK_ARM_NS | IO_PGTABLE_QUIRK_ARM_TTBR1 | \
			 IO_PGTABLE_QUIRK_ARM_OUTER_WBWA | IO_PGTABLE_QUIRK_ARM_HD)

/*
 * MAIR: not cached, write-back, device, and write-back in the outer cache alone. The four
 * above, which nothing uses, are what Linux's arithmetic makes of a sign.
 */
#define MAIR	0xfffffffff404ff44ull

static struct io_pgtable *alloc_s1(enum io_pgtable_fmt fmt, struct io_pgtable_cfg *cfg,
				   void *cookie)
{
	struct lpae *d = cfg->quirks & ~S1_QUIRKS ? NULL : begin(fmt, cfg, cookie);

	if (!d)
		return NULL;
	if (!set_tcr(d, cfg) || !has_root(d)) {
		g_free(d);
		return NULL;
	}
	cfg->arm_lpae_s1_cfg.mair = MAIR;
	cfg->arm_lpae_s1_cfg.ttbr = table_pa(&d->t, d->t.root);
	return &d->t.iop;
}

static struct io_pgtable *alloc_s2(enum io_pgtable_fmt fmt, struct io_pgtable_cfg *cfg,
				   void *cookie)
{
	struct lpae *d = cfg->quirks ? NULL : begin(fmt, cfg, cookie);

	if (!d)
		return NULL;
	if (!set_vtcr(d, cfg) || !has_root(d)) {
		g_free(d);
		return NULL;
	}
	cfg->arm_lpae_s2_cfg.vttbr = table_pa(&d->t, d->t.root);
	return &d->t.iop;
}

static struct io_pgtable *alloc_64_s1(struct io_pgtable_cfg *cfg, void *cookie)
{
	return alloc_s1(ARM_64_LPAE_S1, cfg, cookie);
}

static struct io_pgtable *alloc_64_s2(struct io_pgtable_cfg *cfg, void *cookie)
{
	return alloc_s2(ARM_64_LPAE_S2, cfg, cookie);
}

static struct io_pgtable *alloc_32_s1(struct io_pgtable_cfg *cfg, void *cookie)
{
	if (cfg->ias > 32 || cfg->oas > 40)
		return NULL;
	cfg->pgsize_bitmap &= SZ_4K | SZ_2M | SZ_1G;
	return alloc_s1(ARM_32_LPAE_S1, cfg, cookie);
}

static struct io_pgtable *alloc_32_s2(struct io_pgtable_cfg *cfg, void *cookie)
{
	if (cfg->ias > 40 || cfg->oas > 40)
		return NULL;
	cfg->pgsize_bitmap &= SZ_4K | SZ_2M | SZ_1G;
	return alloc_s2(ARM_32_LPAE_S2, cfg, cookie);
}

/* TRANSTAB: a table, read through the inner cache, and shared where walks are coherent. */
static struct io_pgtable *alloc_mali(struct io_pgtable_cfg *cfg, void *cookie)
{
	struct lpae *d;

	if (cfg->quirks || cfg->ias > 48 || cfg->oas > 40)
		return NULL;
	cfg->pgsize_bitmap &= SZ_4K | SZ_2M | SZ_1G;
	d = begin(ARM_MALI_LPAE, cfg, cookie);
	if (!d)
		return NULL;
	if (!has_root(d)) {
		g_free(d);
		return NULL;
	}
	cfg->arm_mali_lpae_cfg.memattr = 0x888d88;
	cfg->arm_mali_lpae_cfg.transtab = table_pa(&d->t, d->t.root) | 0x7 |
					  (cfg->coherent_walk ? 0x10 : 0);
	return &d->t.iop;
}

#define INIT_FNS(name, make)						\
	struct io_pgtable_init_fns io_pgtable_arm_##name##_init_fns = {	\
		.alloc = make, .free = lpae_free,			\
		.caps = IO_PGTABLE_CAP_CUSTOM_ALLOCATOR,		\
	}

INIT_FNS(32_lpae_s1, alloc_32_s1);
INIT_FNS(32_lpae_s2, alloc_32_s2);
INIT_FNS(64_lpae_s1, alloc_64_s1);
INIT_FNS(64_lpae_s2, alloc_64_s2);
INIT_FNS(mali_lpae, alloc_mali);
