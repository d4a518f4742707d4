/* SPDX-License-Identifier: MIT */
/*
 * Long descriptors: granules of 4, 16 and 64 KiB, stages 1 and 2, the contiguous hint, the
 * access flag and the dirty bit modifier.
 *
 * Leaves out: NS, 52-bit addresses of the small granules (LPA2), stage 1 and 2 of one
 * access.
 *
 * Spec: DDI 0406C, B3.6 "Long-descriptor translation table format"; DDI 0487, D8.3
 * "Translation table descriptor formats" (granules, DBM), D8.2 (starting level).
 */
#include "../mem/attrs.h"
#include "format.h"

#define BIT_OF(raw, n)	((raw) >> (n) & 1)
#define DIRTY_MODIFIER	51
#define ALL_USER	(IOTLB_USER_READ | IOTLB_USER_WRITE | IOTLB_USER_FETCH)

/* With 64 KiB, bits 15:12 are bits 51:48. */
static uint64_t output(const struct pt_format *f, uint64_t raw, unsigned low)
{
	uint64_t pa = raw & ((1ull << 48) - 1);

	if (f->granule_log2 == 16)
		return (pa >> low << low) | (raw >> 12 & 0xf) << 48;
	return pa >> low << low;
}

/* AP[2:1] in bits 7:6; never executed, by the user in bit 54, privileged in bit 53. */
static uint8_t perms_stage1(uint64_t raw)
{
	uint8_t perms = IOTLB_READ;

	if (!BIT_OF(raw, 7))
		perms |= IOTLB_WRITE;
	if (BIT_OF(raw, 6))
		perms |= (uint8_t)(perms << 2);
	if (BIT_OF(raw, 6) && !BIT_OF(raw, 54))
		perms |= IOTLB_USER_FETCH;
	if (!BIT_OF(raw, 53))
		perms |= IOTLB_FETCH;
	return perms;
}

/* S2AP in bits 7:6, XN in bit 54; privileged or not is stage 1's matter. */
static uint8_t perms_stage2(uint64_t raw)
{
	uint8_t perms = 0;

	if (BIT_OF(raw, 6))
		perms |= IOTLB_READ | IOTLB_USER_READ;
	if (BIT_OF(raw, 7))
		perms |= IOTLB_WRITE | IOTLB_USER_WRITE;
	if (BIT_OF(raw, 6) && !BIT_OF(raw, 54))
		perms |= IOTLB_FETCH | IOTLB_USER_FETCH;
	return perms;
}

/* APTable 62:61, UXNTable 60, PXNTable 59: of stage 1. */
static uint8_t restrains(uint64_t raw)
{
	uint8_t none = 0;

	if (BIT_OF(raw, 61))
		none |= ALL_USER;
	if (BIT_OF(raw, 62))
		none |= IOTLB_WRITE | IOTLB_USER_WRITE;
	if (BIT_OF(raw, 60))
		none |= IOTLB_USER_FETCH;
	if (BIT_OF(raw, 59))
		none |= IOTLB_FETCH;
	return none;
}

/* Bit 7 is read-only at stage 1, and writable at stage 2. */
static void decode_dirty(const struct pt_format *f, uint64_t raw, struct pt_entry *e)
{
	bool is_read_only = f->stage == 1 ? BIT_OF(raw, 7) : !BIT_OF(raw, 7);

	e->is_clean = BIT_OF(raw, DIRTY_MODIFIER) && is_read_only;
	e->dirtied = raw ^ 1ull << 7;
}

/* Stage 2's own, in bits 5:2: kind and outer, inner; as in MAIR but for its lowest two. */
static struct mem_attrs attrs_stage2(uint64_t raw)
{
	static const uint8_t half[4] = { 0x0, 0x4, 0x8, 0xc };
	unsigned outer = half[raw >> 4 & 3], inner = half[raw >> 2 & 3];

	return attrs_of_mair((uint8_t)(outer << 4 | (outer ? inner : 0)), raw >> 8 & 3);
}

static bool is_unsnooped(const struct pt_format *f, uint64_t raw)
{
	uint8_t mair = (uint8_t)(f->mair >> 8 * (raw >> 2 & 7));

	if (!f->has_attrs)
		return false;
	return !attrs_are_snooped(f->stage == 2 ? attrs_stage2(raw)
						: attrs_of_mair(mair, raw >> 8 & 3));
}

/* What the hint spans: 16 descriptors of 4 KiB's; 128 pages or 32 blocks of 16's; 32 of 64's. */
static uint8_t run_log2(const struct pt_format *f, bool is_page)
{
	if (f->granule_log2 == 12)
		return 4;
	return f->granule_log2 == 14 && is_page ? 7 : 5;
}

static void leaf(const struct pt_format *f, unsigned level, uint64_t raw, struct pt_entry *e)
{
	e->kind = PT_LEAF;
	e->size_log2 = f->levels[level].shift;
	e->pa = output(f, raw, e->size_log2);
	e->perms = f->stage == 1 ? perms_stage1(raw) : perms_stage2(raw);
	e->is_global = f->stage == 1 && !BIT_OF(raw, 11);
	e->is_contiguous = BIT_OF(raw, 52);
	e->run_log2 = run_log2(f, level + 1u == f->nr_levels);
	e->is_unsnooped = is_unsnooped(f, raw);
	e->is_untouched = !BIT_OF(raw, 10);
	e->touched = raw | 1ull << 10;
	decode_dirty(f, raw, e);
}

static bool may_be_block(const struct pt_format *f, unsigned level)
{
	unsigned number = f->first_level + level;

	return number == 2 || (number == 1 && f->granule_log2 == 12);
}

static void decode(const struct pt_format *f, unsigned level, uint64_t raw, struct pt_entry *ret)
{
	bool is_last = level + 1u == f->nr_levels;

	*ret = (struct pt_entry){ .kind = PT_INVALID };
	if (!(raw & 1) || (is_last && !(raw & 2)))
		return;
	if (is_last || (!(raw & 2) && may_be_block(f, level))) {
		leaf(f, level, raw, ret);
	} else if (raw & 2) {
		ret->kind = PT_TABLE;
		ret->pa = output(f, raw, f->granule_log2);
		ret->restrains = f->stage == 1 ? restrains(raw) : 0;
	}
}

/* The level at which @input_bits of address begin to be looked up. */
static int natural_level(unsigned input_bits, unsigned granule_log2)
{
	unsigned bits = granule_log2 - 3;

	return 4 - (int)((input_bits - granule_log2 + bits - 1) / bits);
}

/* Of the first level: what is left; up to 4 more than one table has, where stage 2 joins 16. */
static bool fill_levels(struct pt_format *f, unsigned first)
{
	unsigned bits = f->granule_log2 - 3u;

	f->first_level = (uint8_t)first;
	f->nr_levels = (uint8_t)(4 - first);
	for (unsigned l = 0; l < f->nr_levels; l++)
		f->levels[l] = (struct pt_level){
			.shift = (uint8_t)(f->granule_log2 + bits * (3 - first - l)),
			.bits = (uint8_t)bits, .entry_log2 = 3,
		};
	if (f->input_bits <= f->levels[0].shift)
		return false;
	f->levels[0].bits = (uint8_t)(f->input_bits - f->levels[0].shift);
	return f->levels[0].bits <= bits + (f->stage == 2 ? 4 : 0);
}

bool pt_long(struct pt_format *f, const struct pt_long_ask *ask)
{
	int first = ask->first_level;

	if (ask->granule_log2 != 12 && ask->granule_log2 != 14 && ask->granule_log2 != 16)
		return false;
	if (ask->input_bits <= ask->granule_log2 || ask->input_bits > 52)
		return false;
	if (first < 0)
		first = natural_level(ask->input_bits, ask->granule_log2);
	if (first < 0 || first > 3)
		return false;
	*f = (struct pt_format){
		.decode = decode, .stage = (uint8_t)ask->stage,
		.input_bits = (uint8_t)ask->input_bits, .output_bits = (uint8_t)ask->output_bits,
		.granule_log2 = (uint8_t)ask->granule_log2, .has_access_flag = true,
	};
	return fill_levels(f, (unsigned)first);
}
