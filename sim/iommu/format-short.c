/* SPDX-License-Identifier: MIT */
/*
 * Short descriptors: sections and supersections, large and small pages.
 *
 * Leaves out: domains (all are clients of themselves), and the 40-bit addresses of
 * supersections, which have_wide_pa's are not.
 *
 * Spec: DDI 0406C, B3.5 "Short-descriptor translation table format", B3.7.1. The wide
 * physical addresses are MediaTek's; Linux: drivers/iommu/mtk_iommu.c.
 */
#include "../mem/attrs.h"
#include "format.h"

#define READS	(IOTLB_READ | IOTLB_FETCH)
#define WRITES	IOTLB_WRITE
#define USER(p)	(((p) & (IOTLB_READ | IOTLB_WRITE)) << 2 | ((p) & IOTLB_FETCH) << 1)

/* AP[2:0]: none, rw/-, rw/r, rw/rw, reserved, r/-, r/r, r/r */
static uint8_t perms_of_ap(unsigned ap)
{
	uint8_t priv = !(ap & 3) ? 0 : ap & 4 ? READS : READS | WRITES;
	uint8_t user = (ap & 3) < 2 ? 0 : (ap & 3) == 2 || ap & 4 ? READS : READS | WRITES;

	return priv | USER(user);
}

/* AP[2:1]: rw/-, rw/rw, r/-, r/r */
static uint8_t perms_of_ap_short(unsigned ap)
{
	uint8_t may = ap & 4 ? READS : READS | WRITES;

	return may | (ap & 2 ? USER(may) : 0);
}

static uint64_t wide_pa(uint64_t raw)
{
	return (raw >> 9 & 1) << 32 | (raw >> 4 & 1) << 33 | (raw >> 5 & 1) << 34;
}

static void leaf(const struct pt_format *f, struct pt_entry *e, uint64_t raw, unsigned size_log2,
		 unsigned ap)
{
	e->kind = PT_LEAF;
	e->size_log2 = (uint8_t)size_log2;
	e->pa = (uint32_t)raw >> size_log2 << size_log2;
	if (f->has_wide_pa)
		e->pa |= wide_pa(raw);
	if (f->ignores_perms) {
		e->perms = READS | WRITES | USER(READS | WRITES);
		return;
	}
	e->perms = f->has_access_flag ? perms_of_ap_short(ap) : perms_of_ap(ap);
	e->is_untouched = f->has_access_flag && !f->ignores_access_flag && !(ap & 1);
}

static bool is_snooped(const struct pt_format *f, struct mem_attrs a)
{
	if (!f->has_shares)
		return attrs_are_snooped(a);
	return a.type == MEM_NORMAL && a.inner != CACHE_NONE &&
	       f->shares >> attrs_share_of(a.is_shareable, !a.is_outer_shareable) & 1;
}

static uint32_t shown(struct mem_attrs a)
{
	unsigned inner = a.type == MEM_STRONGLY_ORDERED ? 1 : a.type == MEM_DEVICE ? 3 :
			 a.inner == CACHE_NONE ? 0 : a.inner + 4u;

	return inner | (a.is_shareable ? PT_SHORT_SH : 0) |
	       (a.is_shareable && !a.is_outer_shareable ? PT_SHORT_NOS : 0);
}

/* TEX is where it is in a section, or, of a small page, in bits 8:6. */
static void attributes(const struct pt_format *f, struct pt_entry *e, uint64_t raw, unsigned tex,
		       unsigned s)
{
	struct desc_attrs d = {
		.tex = raw >> tex & 7, .c = raw >> 3 & 1, .b = raw >> 2 & 1, .s = raw >> s & 1,
	};
	struct mem_attrs a = f->is_remapped ?
		attrs_remapped(d, (uint32_t)f->mair, (uint32_t)(f->mair >> 32)) : attrs_plain(d);

	e->is_unsnooped = f->has_attrs && !is_snooped(f, a);
	e->attrs = shown(a);
}

static void never_executed(struct pt_entry *e, bool is_xn)
{
	if (is_xn)
		e->perms &= (uint8_t)~(IOTLB_FETCH | IOTLB_USER_FETCH);
}

static void decode_first(const struct pt_format *f, uint64_t raw, struct pt_entry *e)
{
	unsigned ap = (raw >> 10 & 3) | (raw >> 15 & 1) << 2;

	if ((raw & 3) == 1) {
		e->kind = PT_TABLE;
		e->pa = (uint32_t)raw & ~0x3ffull;
		if (f->has_wide_pa)
			e->pa |= wide_pa(raw);
	} else if (raw & 2) {
		leaf(f, e, raw, raw >> 18 & 1 ? 24 : 20, ap);
		never_executed(e, raw >> 4 & 1 && !f->ignores_perms);
		attributes(f, e, raw, 12, 16);
		e->attrs |= raw >> 19 & 1 ? PT_SHORT_NS : 0;
		e->is_global = !(raw >> 17 & 1);
		e->touched = raw | 1u << 10;
	}
}

static void decode_second(const struct pt_format *f, uint64_t raw, struct pt_entry *e)
{
	unsigned ap = (raw >> 4 & 3) | (raw >> 9 & 1) << 2;
	bool is_small = raw & 2;

	if (!(raw & 3))
		return;
	leaf(f, e, raw, is_small ? 12 : 16, ap);
	never_executed(e, (is_small ? raw & 1 : raw >> 15 & 1) && !f->ignores_perms);
	attributes(f, e, raw, is_small ? 6 : 12, 10);
	e->is_global = !(raw >> 11 & 1);
	e->touched = raw | 1u << 4;
}

static void decode(const struct pt_format *f, unsigned level, uint64_t raw, struct pt_entry *ret)
{
	*ret = (struct pt_entry){ .kind = PT_INVALID };
	if (!level)
		decode_first(f, raw, ret);
	else
		decode_second(f, raw, ret);
}

bool pt_short(struct pt_format *f, const struct pt_short_ask *ask)
{
	if (ask->input_bits <= 20 || ask->input_bits > 34)
		return false;
	*f = (struct pt_format){
		.decode = decode, .stage = 1, .first_level = 1, .nr_levels = 2,
		.input_bits = (uint8_t)ask->input_bits, .output_bits = 35, .granule_log2 = 12,
		.ignores_perms = ask->ignores_perms, .has_access_flag = ask->has_access_flag,
		.has_wide_pa = ask->has_wide_pa,
		.levels = { { 20, (uint8_t)(ask->input_bits - 20), 2 }, { 12, 8, 2 } },
	};
	return true;
}
