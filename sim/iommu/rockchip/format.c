/* SPDX-License-Identifier: MIT */
/*
 * Directory and page tables of Rockchip's IOMMUs: see <armdma/rockchip-iommu.h>.
 *
 * Source: Linux 6.12, drivers/iommu/rockchip-iommu.c.
 */
#include "format.h"

#define READS	(IOTLB_READ | IOTLB_USER_READ | IOTLB_FETCH | IOTLB_USER_FETCH)
#define WRITES	(IOTLB_WRITE | IOTLB_USER_WRITE)

uint64_t rockchip_pa(unsigned version, uint32_t raw)
{
	uint64_t low = raw & 0xfffff000u;

	if (version < 2)
		return low;
	return low | (uint64_t)(raw >> 8 & 0xf) << 32 | (uint64_t)(raw >> 4 & 0xf) << 36;
}

static void decode(unsigned version, unsigned level, uint64_t raw, struct pt_entry *ret)
{
	*ret = (struct pt_entry){ .kind = PT_INVALID };
	if (!(raw & 1))
		return;
	ret->kind = level ? PT_LEAF : PT_TABLE;
	ret->pa = rockchip_pa(version, (uint32_t)raw);
	ret->size_log2 = 12;
	ret->perms = (raw & 2 ? READS : 0) | (raw & 4 ? WRITES : 0);
}

static void decode_v1(const struct pt_format *f, unsigned level, uint64_t raw,
		      struct pt_entry *ret)
{
	decode(1, level, raw, ret);
}

static void decode_v2(const struct pt_format *f, unsigned level, uint64_t raw,
		      struct pt_entry *ret)
{
	decode(2, level, raw, ret);
}

#define ROW(version, bits) {							\
	.decode = decode_v##version, .stage = 1, .first_level = 1, .nr_levels = 2, \
	.input_bits = 32, .output_bits = bits, .granule_log2 = 12,		\
	.levels = { { 22, 10, 2 }, { 12, 10, 2 } },				\
}

const struct pt_format *rockchip_format(unsigned version)
{
	static const struct pt_format formats[] = { ROW(1, 32), ROW(2, 40) };

	return &formats[version == 2];
}
