/* SPDX-License-Identifier: MIT */
/*
 * Memory types: what TEX, C, B and S of a short descriptor say, and what a byte of
 * MAIR and SH say for a long one.
 *
 * Inline, for a walk must be quick, and these five bytes do not travel well in registers.
 *
 * Leaves out: allocation and transient hints (the byte itself goes with a translation).
 *
 * Spec: DDI 0406C, B3.8 "Memory region attributes".
 */
#ifndef SIM_MEM_ATTRS_H
#define SIM_MEM_ATTRS_H

#include <stdint.h>
#include <armdma/cpu.h>

enum attrs_share { NOT_SHARED, SHARED_INNER, SHARED_OUTER };

static inline enum attrs_share attrs_share_of(bool is_shareable, bool is_inner_only)
{
	return !is_shareable ? NOT_SHARED : is_inner_only ? SHARED_INNER : SHARED_OUTER;
}

static inline struct mem_attrs attrs_normal(unsigned inner, unsigned outer, enum attrs_share share)
{
	return (struct mem_attrs){
		.type = MEM_NORMAL, .inner = (uint8_t)inner, .outer = (uint8_t)outer,
		.is_shareable = share != NOT_SHARED,
		.is_outer_shareable = share == SHARED_OUTER,
	};
}

static inline struct mem_attrs attrs_device(enum attrs_share share)
{
	return (struct mem_attrs){
		.type = MEM_DEVICE, .is_shareable = share != NOT_SHARED,
		.is_outer_shareable = share == SHARED_OUTER,
	};
}

static inline struct mem_attrs attrs_strongly_ordered(void)
{
	return (struct mem_attrs){
		.type = MEM_STRONGLY_ORDERED, .is_shareable = true, .is_outer_shareable = true,
	};
}

/* The attribute bits of a leaf descriptor, wherever it keeps them. */
struct desc_attrs {
	uint8_t tex;		/* 3 bits */
	bool c, b, s;
};

/*
 * SCTLR.TRE = 0. Reserved encodings are taken as Strongly-ordered. There is no NOS:
 * shareable reaches the Outer Shareable domain.
 */
static inline struct mem_attrs attrs_plain(struct desc_attrs d)
{
	unsigned cb = (unsigned)d.c << 1 | d.b;
	enum attrs_share share = attrs_share_of(d.s, false);

	if (d.tex & 4)		/* 1BB AA: outer BB, inner AA, as RGN encodes them */
		return attrs_normal(cb, d.tex & 3, share);

	switch (d.tex << 2 | cb) {
	case 0x1: return attrs_device(SHARED_OUTER);
	case 0x2: return attrs_normal(CACHE_WT, CACHE_WT, share);
	case 0x3: return attrs_normal(CACHE_WB, CACHE_WB, share);
	case 0x4: return attrs_normal(CACHE_NONE, CACHE_NONE, share);
	case 0x7: return attrs_normal(CACHE_WBWA, CACHE_WBWA, share);
	case 0x8: return attrs_device(NOT_SHARED);
	default:  return attrs_strongly_ordered();
	}
}

/*
 * SCTLR.TRE = 1: TEX[0]:C:B selects fields of PRRR and NMRR. What 6 means is
 * IMPLEMENTATION DEFINED: the same, here.
 */
static inline struct mem_attrs attrs_remapped(struct desc_attrs d, uint32_t prrr, uint32_t nmrr)
{
	unsigned n = (d.tex & 1u) << 2 | (unsigned)d.c << 1 | d.b;
	bool is_inner_only = prrr >> (24 + n) & 1;	/* NOSn */

	switch (prrr >> (2 * n) & 3) {
	case 1:				/* DS1 is bit 17, DS0 bit 16 */
		return attrs_device(attrs_share_of(prrr >> (16 + d.s) & 1, is_inner_only));
	case 2:				/* NS1 is bit 19, NS0 bit 18 */
		return attrs_normal(nmrr >> (2 * n) & 3, nmrr >> (2 * n + 16) & 3,
			      attrs_share_of(prrr >> (18 + d.s) & 1, is_inner_only));
	default:
		return attrs_strongly_ordered();
	}
}

/* One half of a byte of MAIR for Normal memory: xxRW, with xx the kind of cache. */
static inline enum cacheability attrs_half_of_mair(unsigned half)
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

static inline enum attrs_share attrs_share_of_sh(unsigned sh)
{
	return attrs_share_of(sh & 2, sh & 1);
}

/*
 * Long descriptors. Reserved bytes are taken as Strongly-ordered, a reserved half as
 * non-cacheable, and SH = 0b01 as not shareable.
 */
static inline struct mem_attrs attrs_of_mair(uint8_t mair, unsigned sh)
{
	if (mair == 0x04)
		return attrs_device(SHARED_OUTER);
	if (!(mair >> 4))
		return attrs_strongly_ordered();
	return attrs_normal(attrs_half_of_mair(mair & 15), attrs_half_of_mair(mair >> 4),
			    attrs_share_of_sh(sh));
}

/* Does an access with these look into caches that others share? */
static inline bool attrs_are_snooped(struct mem_attrs a)
{
	return a.type == MEM_NORMAL && a.inner != CACHE_NONE && a.is_shareable;
}

/* Of a table walk: IRGN, RGN, S and NOS of a TTBR, in the format with multiprocessing... */
static inline struct mem_attrs attrs_of_ttbr(uint32_t ttbr)
{
	unsigned irgn = (ttbr & 1) << 1 | (ttbr >> 6 & 1);

	return attrs_normal(irgn, ttbr >> 3 & 3, attrs_share_of(ttbr >> 1 & 1, ttbr >> 5 & 1));
}

/* ...and in the one without, where a single bit says inner cacheable. */
static inline struct mem_attrs attrs_of_ttbr_up(uint32_t ttbr)
{
	return attrs_normal(ttbr & 1 ? CACHE_WB : CACHE_NONE, ttbr >> 3 & 3,
		      attrs_share_of(ttbr >> 1 & 1, ttbr >> 5 & 1));
}

/* IRGNn, ORGNn and SHn of a TTBCR: @ttbcr shifted so that IRGN is bit 0. */
static inline struct mem_attrs attrs_of_ttbcr(uint32_t ttbcr)
{
	return attrs_normal(ttbcr & 3, ttbcr >> 2 & 3, attrs_share_of_sh(ttbcr >> 4 & 3));
}

#endif
