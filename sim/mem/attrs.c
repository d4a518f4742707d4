/* SPDX-License-Identifier: MIT */
/* Memory types (DDI 0406C, B3.8): see attrs.h. */
#include "attrs.h"

enum share { NOT_SHARED, SHARED_INNER, SHARED_OUTER };

static enum share share_of(bool is_shareable, bool is_inner_only)
{
	return !is_shareable ? NOT_SHARED : is_inner_only ? SHARED_INNER : SHARED_OUTER;
}

static struct mem_attrs normal(unsigned inner, unsigned outer, enum share share)
{
	return (struct mem_attrs){
		.type = MEM_NORMAL, .inner = (uint8_t)inner, .outer = (uint8_t)outer,
		.is_shareable = share != NOT_SHARED,
		.is_outer_shareable = share == SHARED_OUTER,
	};
}

static struct mem_attrs device(enum share share)
{
	return (struct mem_attrs){
		.type = MEM_DEVICE, .is_shareable = share != NOT_SHARED,
		.is_outer_shareable = share == SHARED_OUTER,
	};
}

/* Without remap there is no NOS: shareable reaches the Outer Shareable domain. */
struct mem_attrs attrs_plain(struct desc_attrs d)
{
	unsigned cb = (unsigned)d.c << 1 | d.b;
	enum share share = share_of(d.s, false);

	if (d.tex & 4)		/* 1BB AA: outer BB, inner AA, as RGN encodes them */
		return normal(cb, d.tex & 3, share);

	switch (d.tex << 2 | cb) {
	case 0x1: return device(SHARED_OUTER);
	case 0x2: return normal(CACHE_WT, CACHE_WT, share);
	case 0x3: return normal(CACHE_WB, CACHE_WB, share);
	case 0x4: return normal(CACHE_NONE, CACHE_NONE, share);
	case 0x7: return normal(CACHE_WBWA, CACHE_WBWA, share);
	case 0x8: return device(NOT_SHARED);
	default:  return attrs_strongly_ordered();
	}
}

struct mem_attrs attrs_remapped(struct desc_attrs d, uint32_t prrr, uint32_t nmrr)
{
	unsigned n = (d.tex & 1u) << 2 | (unsigned)d.c << 1 | d.b;
	bool is_inner_only = prrr >> (24 + n) & 1;	/* NOSn */

	switch (prrr >> (2 * n) & 3) {
	case 1:				/* DS1 is bit 17, DS0 bit 16 */
		return device(share_of(prrr >> (16 + d.s) & 1, is_inner_only));
	case 2:				/* NS1 is bit 19, NS0 bit 18 */
		return normal(nmrr >> (2 * n) & 3, nmrr >> (2 * n + 16) & 3,
			      share_of(prrr >> (18 + d.s) & 1, is_inner_only));
	default:
		return attrs_strongly_ordered();
	}
}

/* One half of a byte of MAIR for Normal memory: xxRW, with xx the kind of cache. */
static enum cacheability half_of_mair(unsigned half)
{
	switch (half >> 2) {
	case 0:				/* 00RW: write-through, transient; 0000 reserved */
		return half ? CACHE_WT : CACHE_NONE;
	case 1:				/* 01RW: write-back, transient; 0100 non-cacheable */
		return !(half & 3) ? CACHE_NONE : half & 1 ? CACHE_WBWA : CACHE_WB;
	case 2:
		return CACHE_WT;
	default:
		return half & 1 ? CACHE_WBWA : CACHE_WB;
	}
}

static enum share share_of_sh(unsigned sh)
{
	return share_of(sh & 2, sh & 1);
}

struct mem_attrs attrs_of_mair(uint8_t mair, unsigned sh)
{
	if (mair == 0x04)
		return device(SHARED_OUTER);
	if (!(mair >> 4))
		return attrs_strongly_ordered();
	return normal(half_of_mair(mair & 15), half_of_mair(mair >> 4), share_of_sh(sh));
}

struct mem_attrs attrs_of_ttbr(uint32_t ttbr)
{
	unsigned irgn = (ttbr & 1) << 1 | (ttbr >> 6 & 1);

	return normal(irgn, ttbr >> 3 & 3, share_of(ttbr >> 1 & 1, ttbr >> 5 & 1));
}

struct mem_attrs attrs_of_ttbr_up(uint32_t ttbr)
{
	return normal(ttbr & 1 ? CACHE_WB : CACHE_NONE, ttbr >> 3 & 3,
		      share_of(ttbr >> 1 & 1, ttbr >> 5 & 1));
}

struct mem_attrs attrs_of_ttbcr(uint32_t ttbcr)
{
	return normal(ttbcr & 3, ttbcr >> 2 & 3, share_of_sh(ttbcr >> 4 & 3));
}
