/* SPDX-License-Identifier: MIT */
/*
 * Tables of System MMUs: cousins of ARMv7's short descriptors, with permissions of their own,
 * and from version 5 on with addresses of 36 bits, shifted right by 4.
 *
 * Leaves out: supersections of 16 MiB, from version 5 on.
 *
 * Linux: drivers/iommu/exynos-iommu.c.
 */
#include "sysmmu.h"

#define MAY_READ	(IOTLB_READ | IOTLB_USER_READ | IOTLB_FETCH | IOTLB_USER_FETCH)
#define MAY_WRITE	(IOTLB_WRITE | IOTLB_USER_WRITE)

static void leaf(const struct pt_format *f, struct pt_entry *e, uint64_t pa, unsigned size_log2,
		 unsigned perms)
{
	e->kind = PT_LEAF;
	e->size_log2 = (uint8_t)size_log2;
	e->pa = pa >> size_log2 << size_log2;
	e->perms = (uint8_t)(f->ignores_perms ? MAY_READ | MAY_WRITE : perms);
}

static void table(struct pt_entry *e, uint64_t pa)
{
	e->kind = PT_TABLE;
	e->pa = pa & ~0x3ffull;
}

/* ---- versions 1 to 3 ---------------- */

static unsigned perms_v1(uint64_t raw, unsigned access, unsigned read_only)
{
	if (!(raw >> access & 1))
		return 0;
	return raw >> read_only & 1 ? MAY_READ : MAY_READ | MAY_WRITE;
}

static void decode_v1(const struct pt_format *f, unsigned level, uint64_t raw,
		      struct pt_entry *ret)
{
	*ret = (struct pt_entry){ .kind = PT_INVALID };
	if (level && raw & 3)
		leaf(f, ret, raw, raw & 2 ? 12 : 16, perms_v1(raw, 4, 9));
	else if (!level && (raw & 3) == 1)
		table(ret, raw);
	else if (!level && (raw & 3) == 2)
		leaf(f, ret, raw, raw >> 18 & 1 ? 24 : 20, perms_v1(raw, 10, 15));
}

/* ---- from version 5 on ---------------- */

static unsigned perms_v5(uint64_t raw, unsigned at)
{
	return (raw >> at & 1 ? MAY_READ : 0u) | (raw >> at & 2 ? MAY_WRITE : 0u);
}

static void decode_v5(const struct pt_format *f, unsigned level, uint64_t raw,
		      struct pt_entry *ret)
{
	*ret = (struct pt_entry){ .kind = PT_INVALID };
	if (level && raw & 3)
		leaf(f, ret, raw << 4, raw & 2 ? 12 : 16, perms_v5(raw, 2));
	else if (!level && (raw & 3) == 1)
		table(ret, raw << 4);
	else if (!level && (raw & 3) == 2)
		leaf(f, ret, raw << 4, 20, perms_v5(raw, 4));
}

/* ---- both ---------------- */

static void set_format(struct pt_format *f, unsigned output_bits,
		       void (*decode)(const struct pt_format *f, unsigned level, uint64_t raw,
				      struct pt_entry *ret))
{
	*f = (struct pt_format){
		.decode = decode, .stage = 1, .first_level = 1, .nr_levels = 2,
		.input_bits = 32, .output_bits = (uint8_t)output_bits, .granule_log2 = 12,
		.levels = { { 20, 12, 2 }, { 12, 8, 2 } },
	};
}

void sysmmu_format_v1(struct pt_format *f)
{
	set_format(f, 32, decode_v1);
}

void sysmmu_format_v5(struct pt_format *f)
{
	set_format(f, 36, decode_v5);
}
