/* SPDX-License-Identifier: MIT */
/*
 * OMAP's tables: Arm's short descriptors without permissions, but with how data is swapped
 * for a big-endian master.
 *
 *            table     section, supersection          large page     small page
 *   1:0      1         2                              1              2 or 3
 *   mixed              17                             11             11
 *   endian             15                             9              9
 *   element            11:10                          5:4            5:4
 *
 * Spec: SWPU177, 15.3.3 "Translation tables". Linux: drivers/iommu/omap-iopgtable.h.
 */
#include "omap.h"

/* Of a page's descriptor as RAM has it: mixed 6, element size 8:7, endianness 9. */
static uint32_t ram_attrs(uint64_t raw)
{
	return (uint32_t)((raw >> 11 & 1) << 6 | (raw >> 4 & 3) << 7 | (raw >> 9 & 1) << 9);
}

static void leaf(struct pt_entry *e, uint64_t raw, unsigned size_log2, uint32_t attrs)
{
	e->kind = PT_LEAF;
	e->size_log2 = (uint8_t)size_log2;
	e->pa = (uint32_t)raw >> size_log2 << size_log2;
	e->perms = UINT8_MAX;
	e->attrs = attrs;
}

static void decode_first(uint64_t raw, struct pt_entry *e)
{
	if ((raw & 3) == 1) {
		e->kind = PT_TABLE;
		e->pa = (uint32_t)raw & ~0x3ffull;
	} else if ((raw & 3) == 2) {
		leaf(e, raw, raw >> 18 & 1 ? 24 : 20, ram_attrs(raw >> 6));
	}
}

static void decode(const struct pt_format *f, unsigned level, uint64_t raw, struct pt_entry *ret)
{
	*ret = (struct pt_entry){ .kind = PT_INVALID };
	if (!level)
		decode_first(raw, ret);
	else if (raw & 3)
		leaf(ret, raw, raw & 2 ? 12 : 16, ram_attrs(raw));
}

void pt_omap(struct pt_format *f)
{
	*f = (struct pt_format){
		.decode = decode, .stage = 1, .first_level = 1, .nr_levels = 2,
		.input_bits = 32, .output_bits = 32, .granule_log2 = 12, .ignores_perms = true,
		.levels = { { 20, 12, 2 }, { 12, 8, 2 } },
	};
}
