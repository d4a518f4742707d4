/* SPDX-License-Identifier: MIT */
/* Streams: see stream.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/kernel.h>
#include <linux/sizes.h>

#include "lib/iommu/io-pgtable-arm.h"
#include "stream.h"

#define MOST_GRANULES	8192u		/* that are looked at one by one */

/* ---- the TLB, as the tables think of it ------------------------------------------------ */

static void flush_all(void *cookie)
{
	struct stream *s = cookie;

	s->names_all = true;
}

static void flush_walk(unsigned long iova, size_t len, size_t granule, void *cookie)
{
	struct stream *s = cookie;

	g_array_append_val(s->named, ((struct stream_named){ iova, len, granule, false }));
}

static void add_page(struct iommu_iotlb_gather *gather, unsigned long iova, size_t granule,
		     void *cookie)
{
	struct stream *s = cookie;

	g_array_append_val(s->named, ((struct stream_named){ iova, granule, granule, true }));
}

static const struct iommu_flush_ops flush_ops = {
	.tlb_flush_all = flush_all, .tlb_flush_walk = flush_walk, .tlb_add_page = add_page,
};

/* Of QEMU's limits: the upper half of addresses it takes for the lower (smmuv3-limits.c). */
static u64 without_upper(const struct stream *s, u64 iova)
{
	return iova & ((1ull << s->cfg.ias) - 1);
}

void stream_invalidate(struct stream *s)
{
	for (guint i = 0; i < s->named->len; i++) {
		struct stream_named n = g_array_index(s->named, struct stream_named, i);

		for (u64 done = 0; done < n.len; done += n.step)
			smmuv3_invalidate_page(s->smmu, s->asid,
					       without_upper(s, n.iova + done), n.is_leaf);
	}
	if (s->names_all)
		smmuv3_invalidate_asid(s->smmu, s->asid);
	smmuv3_sync(s->smmu);
	g_array_set_size(s->named, 0);
	s->names_all = false;
}

/* ---- looking --------------------------------------------------------------------------- */

static unsigned long whole_iova(const struct stream *s, u64 iova)
{
	return stream_is_upper(s) ? iova | ~0ull << s->cfg.ias : iova;
}

u64 stream_iova_to_phys(const struct stream *s, u64 iova)
{
	return iova >> s->cfg.ias ? 0 : s->ops->iova_to_phys(s->ops, whole_iova(s, iova));
}

static const struct stream_range *last_range(const struct stream *s, u64 iova)
{
	static const struct stream_range none;

	for (unsigned i = s->nr_ranges; i-- > 0; )
		if (iova - s->range[i].iova < s->range[i].len)
			return &s->range[i];
	return &none;
}

u64 stream_pa(const struct stream *s, u64 iova)
{
	const struct stream_range *r = last_range(s, iova);

	return r->prot ? r->pa + (iova - r->iova) : 0;
}

int stream_prot(const struct stream *s, u64 iova)
{
	return last_range(s, iova)->prot;
}

static bool was_ever_mapped(const struct stream *s, u64 iova, u64 len)
{
	for (unsigned i = 0; i < s->nr_ranges; i++)
		if (iova < s->range[i].iova + s->range[i].len && s->range[i].iova < iova + len)
			return true;
	return false;
}

static bool is_free(const struct stream *s, u64 iova, u64 len)
{
	if (len / s->granule > MOST_GRANULES || !was_ever_mapped(s, iova, len))
		return !was_ever_mapped(s, iova, len);
	for (u64 done = 0; done < len; done += s->granule)
		if (stream_pa(s, iova + done))
			return false;
	return true;
}

/* ---- mapping --------------------------------------------------------------------------- */

/* A page as large as all that can be addressed has no level. */
static u64 a_size(struct stream *s)
{
	unsigned long sizes = s->cfg.pgsize_bitmap & ((1ull << s->cfg.ias) - 1);

	for (u32 skip = dice_below(&s->d, (u32)__builtin_popcountl(sizes)); skip; skip--)
		sizes &= sizes - 1;
	return sizes & -sizes;
}

static u64 somewhere(struct stream *s)
{
	u64 iova = dice64(&s->d);

	if (dice_percent(&s->d, 80))
		iova = s->near + iova % (8 * s->block);
	return iova & ((1ull << s->cfg.ias) - 1);
}

/* Some pages; or, of the smallest, all that a table has. */
static size_t a_count(struct stream *s, u64 pgsize)
{
	if (pgsize != s->granule)
		return 1 + dice_below(&s->d, 3);
	return dice_percent(&s->d, 15) ? s->block / s->granule : 1 + dice_below(&s->d, 16);
}

/* For [@ret, +@len) in what QEMU has as memory. */
static bool a_pa(struct stream *s, u64 pgsize, u64 len, u64 *ret)
{
	u64 end = min((u64)SMMUV3_RAM_END, 1ull << s->cfg.oas);
	u64 first = (SMMUV3_LANDING_PA + pgsize - 1) & ~(pgsize - 1);

	if (first + len > end)
		return false;
	*ret = first + dice64(&s->d) % ((end - len - first) / pgsize + 1) * pgsize;
	return true;
}

/* As iommu_map() does: a call stops at the end of a table. */
static u64 map_all(struct stream *s, u64 iova, u64 pa, u64 pgsize, size_t nr, int prot)
{
	size_t done = 0, before;

	do {
		before = done;
		s->ops->map_pages(s->ops, whole_iova(s, iova + done), pa + done, pgsize,
				  nr - done / pgsize, prot, GFP_KERNEL, &done);
	} while (done > before && done < nr * pgsize);
	return done;
}

static int a_prot(struct stream *s)
{
	int rights = 1 + (int)dice_below(&s->d, 3);	/* IOMMU_READ, IOMMU_WRITE, both */

	return rights | (int)(dice32(&s->d) & (IOMMU_CACHE | IOMMU_NOEXEC | IOMMU_MMIO |
					       IOMMU_PRIV));
}

static const struct stream_range *note(struct stream *s, u64 iova, u64 len, u64 pa, int prot)
{
	s->range[s->nr_ranges] = (struct stream_range){ iova, len, pa, prot };
	return &s->range[s->nr_ranges++];
}

const struct stream_range *stream_map(struct stream *s)
{
	u64 pgsize = a_size(s), iova, len, pa;
	size_t nr = a_count(s, pgsize);
	int prot = a_prot(s);

	len = nr * pgsize;
	iova = somewhere(s) & ~((len == s->block ? len : pgsize) - 1);
	if (s->nr_ranges == STREAM_MOST_RANGES || iova + len > 1ull << s->cfg.ias ||
	    !is_free(s, iova, len) || !a_pa(s, pgsize, len, &pa))
		return NULL;
	assert_true(map_all(s, iova, pa, pgsize, nr, prot) == len);
	return note(s, iova, len, pa, prot);
}

/* ---- changing -------------------------------------------------------------------------- */

/* The first was mapped. */
static u64 in_range(struct stream *s, u64 align)
{
	const struct stream_range *r;

	do
		r = &s->range[dice_below(&s->d, s->nr_ranges)];
	while (!r->prot);
	return (r->iova + dice64(&s->d) % r->len) & ~(align - 1);
}

/*
 * One block, or table in its place; or pages, and up to a whole table of them. No call
 * goes on into another table.
 */
bool stream_draw_cut(struct stream *s, struct stream_cut *ret)
{
	u64 pgsize = dice_percent(&s->d, 60) ? s->granule : a_size(s), end;
	size_t most = dice_percent(&s->d, 20) ? s->block / s->granule : 12;

	if (!s->nr_ranges || s->nr_ranges == STREAM_MOST_RANGES)
		return false;
	*ret = (struct stream_cut){ .iova = in_range(s, pgsize), .pgsize = pgsize, .nr = 1 };
	if (pgsize != s->granule)
		return stream_pa(s, ret->iova) != 0;
	end = (ret->iova | (s->block - 1)) + 1;
	for (ret->nr = 0; ret->nr < most && ret->iova + ret->nr * pgsize < end; ret->nr++)
		if (!stream_pa(s, ret->iova + ret->nr * pgsize))
			break;
	return ret->nr != 0;
}

void stream_unmap(struct stream *s, const struct stream_cut *cut)
{
	struct iommu_iotlb_gather gather;

	iommu_iotlb_gather_init(&gather);
	assert_true(s->ops->unmap_pages(s->ops, whole_iova(s, cut->iova), cut->pgsize, cut->nr,
					&gather) == cut->nr * cut->pgsize);
	note(s, cut->iova, cut->nr * cut->pgsize, 0, 0);
}

bool stream_draw_table(struct stream *s, struct stream_cut *ret)
{
	u64 iova;

	if (!s->nr_ranges || s->nr_ranges == STREAM_MOST_RANGES || s->block >> s->cfg.ias ||
	    !(s->cfg.pgsize_bitmap & s->block))
		return false;
	iova = in_range(s, s->granule);
	*ret = (struct stream_cut){ .iova = iova & ~(s->block - 1), .pgsize = s->block, .nr = 1 };
	return stream_pa(s, iova) && a_pa(s, s->block, s->block, &ret->pa) &&
	       (*stream_leaf(s, iova) & LPAE_TYPE_MASK) == LPAE_TYPE_PAGE;
}

void stream_map_over(struct stream *s, const struct stream_cut *cut)
{
	int prot = a_prot(s);

	assert_true(map_all(s, cut->iova, cut->pa, cut->pgsize, 1, prot) == cut->pgsize);
	note(s, cut->iova, cut->pgsize, cut->pa, prot);
}

u64 stream_draw_iova(struct stream *s)
{
	u64 iova = dice64(&s->d);

	switch (dice_below(&s->d, 16)) {
	case 0:
		break;
	case 1:
		iova &= (1ull << 48) - 1;
		break;
	case 2 ... 4:
		iova = somewhere(s);
		break;
	default:
		iova = s->nr_ranges ? in_range(s, 4) : somewhere(s);
		if (dice_percent(&s->d, 20))
			iova += dice_percent(&s->d, 50) ? s->granule : -s->granule;
	}
	return iova & ~3ull;
}

/* ---- QEMU's copy ----------------------------------------------------------------------- */

static u64 *qemu_table(const struct stream *s, phys_addr_t pa, unsigned lvl)
{
	const struct pt_level *l = &tables_of(s->ops)->format.level[lvl];

	return qtest_ram(s->smmu->q, pa, sizeof(u64) << l->idx_bits);
}

static void publish_table(struct stream *s, phys_addr_t pa, unsigned lvl)
{
	const struct pt_fmt *f = &tables_of(s->ops)->format;
	size_t nr = (size_t)1 << f->level[lvl].idx_bits;
	u64 *to = qemu_table(s, pa, lvl);

	assert_int_equal(master_read(s->walker, pa, to, nr * sizeof(*to)).kind, MASTER_OK);
	for (size_t i = 0; i < nr; i++) {
		struct pt_entry e = { 0 };

		if (to[i])
			e = f->decode(f, lvl, to[i]);
		if (e.kind == PT_TABLE)
			publish_table(s, e.pa, lvl + 1);
	}
}

void stream_publish(struct stream *s)
{
	publish_table(s, s->cfg.arm_lpae_s1_cfg.ttbr, 0);
}

u64 *stream_leaf(const struct stream *s, u64 iova)
{
	const struct pt_fmt *f = &tables_of(s->ops)->format;
	phys_addr_t pa = s->cfg.arm_lpae_s1_cfg.ttbr;

	for (unsigned lvl = 0; lvl < f->nr_levels; lvl++) {
		const struct pt_level *l = &f->level[lvl];
		u64 *slot = qemu_table(s, pa, lvl) +
			    (iova >> l->va_shift & ((1ull << l->idx_bits) - 1));
		struct pt_entry e = f->decode(f, lvl, *slot);

		if (e.kind == PT_LEAF)
			return slot;
		assert_int_equal(e.kind, PT_TABLE);
		pa = e.pa;
	}
	return NULL;
}

/* ---- beginning ------------------------------------------------------------------------- */

/* Of those that QEMU's SMMU accepts. */
static struct io_pgtable_cfg a_cfg(struct dice *d, bool walks_coherently)
{
	static const unsigned long sizes[] = {
		SZ_4K | SZ_2M | SZ_1G, SZ_4K, SZ_16K | SZ_32M, SZ_64K | SZ_512M,
	};
	static const unsigned oas[] = { 32, 36, 40, 42, 44, 48 };
	struct io_pgtable_cfg cfg = {
		.pgsize_bitmap = dice_of(d, sizes), .ias = 25 + dice_below(d, 24),
		.oas = dice_of(d, oas), .coherent_walk = walks_coherently, .tlb = &flush_ops,
	};

	cfg.quirks = dice32(d) & (IO_PGTABLE_QUIRK_ARM_NS | IO_PGTABLE_QUIRK_ARM_HD);
	if (dice_percent(d, 30))
		cfg.quirks |= IO_PGTABLE_QUIRK_ARM_TTBR1;
	return cfg;
}

void stream_begin(struct stream *s, struct smmuv3 *smmu, struct master *walker,
		  unsigned device, bool walks_coherently, u64 seed)
{
	*s = (struct stream){
		.smmu = smmu, .walker = walker, .device = device, .asid = (u16)(7 + device),
		.d = { seed }, .named = g_array_new(false, false, sizeof(struct stream_named)),
	};
	s->cfg = a_cfg(&s->d, walks_coherently);
	s->is_privileged = dice_percent(&s->d, 60);
	s->ops = alloc_io_pgtable_ops(ARM_64_LPAE_S1, &s->cfg, s);
	assert_non_null(s->ops);
	s->granule = s->cfg.pgsize_bitmap & -s->cfg.pgsize_bitmap;
	s->block = s->granule * (s->granule / sizeof(u64));
	s->near = dice64(&s->d) & ((1ull << s->cfg.ias) - 1);
	stream_publish(s);
	smmuv3_attach(smmu, device, &s->cfg, s->asid, s->is_privileged);
}

void stream_end(struct stream *s)
{
	free_io_pgtable_ops(s->ops);
	g_array_unref(s->named);
}
