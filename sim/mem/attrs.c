/* SPDX-License-Identifier: MIT */
/*
 * Memory types (DDI 0406C, B3.8).
 *
 * Leaves out: inner against outer shareability (NOS): one shareability domain.
 */
#include "attrs.h"

static struct mem_attrs normal(unsigned inner, unsigned outer, bool is_shareable)
{
	return (struct mem_attrs){
		.type = MEM_NORMAL, .inner = (uint8_t)inner, .outer = (uint8_t)outer,
		.is_shareable = is_shareable,
	};
}

static struct mem_attrs device(bool is_shareable)
{
	return (struct mem_attrs){ .type = MEM_DEVICE, .is_shareable = is_shareable };
}

struct mem_attrs attrs_plain(struct desc_attrs d)
{
	unsigned cb = (unsigned)d.c << 1 | d.b;

	if (d.tex & 4)		/* 1BB AA: outer BB, inner AA, as RGN encodes them */
		return normal(cb, d.tex & 3, d.s);

	switch (d.tex << 2 | cb) {
	case 0x1: return device(true);
	case 0x2: return normal(CACHE_WT, CACHE_WT, d.s);
	case 0x3: return normal(CACHE_WB, CACHE_WB, d.s);
	case 0x4: return normal(CACHE_NONE, CACHE_NONE, d.s);
	case 0x7: return normal(CACHE_WBWA, CACHE_WBWA, d.s);
	case 0x8: return device(false);
	default:  return attrs_strongly_ordered();
	}
}

struct mem_attrs attrs_remapped(struct desc_attrs d, uint32_t prrr, uint32_t nmrr)
{
	unsigned n = (d.tex & 1u) << 2 | (unsigned)d.c << 1 | d.b;

	switch (prrr >> (2 * n) & 3) {
	case 1:				/* DS1 is bit 17, DS0 bit 16 */
		return device(prrr >> (16 + d.s) & 1);
	case 2:				/* NS1 is bit 19, NS0 bit 18 */
		return normal(nmrr >> (2 * n) & 3, nmrr >> (2 * n + 16) & 3,
			      prrr >> (18 + d.s) & 1);
	default:
		return attrs_strongly_ordered();
	}
}

struct mem_attrs attrs_of_ttbr(uint32_t ttbr)
{
	unsigned irgn = (ttbr & 1) << 1 | (ttbr >> 6 & 1);

	return normal(irgn, ttbr >> 3 & 3, ttbr >> 1 & 1);
}
