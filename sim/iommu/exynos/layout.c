/* SPDX-License-Identifier: MIT */
/*
 * Registers of the System MMU, of each version, and where it tells of faults.
 *
 * Linux: drivers/iommu/exynos-iommu.c (struct sysmmu_variant, fault names).
 */
#include "sysmmu.h"

#define ANY	0xffffffffu

#define COMMON									\
	{ SYSMMU_CTRL, .writable = 7, .wrote = sysmmu_wrote_ctrl },		\
	{ SYSMMU_CFG, .writable = ANY, .wrote = sysmmu_wrote_cfg },		\
	{ SYSMMU_STATUS, .read = sysmmu_read_status },				\
	{ SYSMMU_VERSION_REG, .read = sysmmu_read_version }

/* Table and flushes, of version 5 on, moved to @at. */
#define FLUSHES(at)								\
	{ (at) + SYSMMU_V5_PT_BASE, .writable = ANY },				\
	{ (at) + SYSMMU_V5_FLUSH_ALL, .wrote = sysmmu_wrote_flush_all },	\
	{ (at) + SYSMMU_V5_FLUSH_ENTRY, .wrote = sysmmu_wrote_flush_entry },	\
	{ (at) + SYSMMU_V5_FLUSH_RANGE, .wrote = sysmmu_wrote_flush_range },	\
	{ (at) + SYSMMU_V5_FLUSH_START, 4, 2, .writable = ANY }

#define INTERRUPTS								\
	{ SYSMMU_V5_INT_STATUS },						\
	{ SYSMMU_V5_INT_CLEAR, .wrote = sysmmu_wrote_int_clear }

/* ---- 1 to 3 ---------------- */

static const struct reg_row rows_v1[] = {
	COMMON,
	{ SYSMMU_V1_FLUSH_ALL, .wrote = sysmmu_wrote_flush_all },
	{ SYSMMU_V1_FLUSH_ENTRY, .wrote = sysmmu_wrote_flush_entry },
	{ SYSMMU_V1_PT_BASE, .writable = ANY },
	{ SYSMMU_V1_INT_STATUS },
	{ SYSMMU_V1_INT_CLEAR, .wrote = sysmmu_wrote_int_clear },
	{ SYSMMU_V1_FAULT_VA, 4, 4 },
	{ SYSMMU_V1_PREFETCH, 4, 4, .writable = ANY },
};

static uint8_t bit_v1(enum iommu_hw_reason reason, bool is_write)
{
	switch (reason) {
	case IOMMU_HW_TLB_CONFLICT:
		return is_write ? 2 : 1;
	case IOMMU_HW_WALK_EXTERNAL:
		return 3;
	case IOMMU_HW_PERMISSION:
		return is_write ? 7 : 5;
	default:
		return 0;
	}
}

/* The first of the four is of pages, then come writes, reads, and walks. */
static bool place_v1(enum iommu_hw_reason reason, bool is_write, struct fault_place *ret)
{
	static const uint8_t words[8] = { 0, 2, 1, 3, 2, 2, 1, 1 };

	ret->bit = bit_v1(reason, is_write);
	ret->va_reg = SYSMMU_V1_FAULT_VA + 4u * words[ret->bit];
	ret->info_reg = 0;
	return true;
}

const struct sysmmu_layout sysmmu_layout_v1 = {
	rows_v1, G_N_ELEMENTS(rows_v1), SYSMMU_LEN, SYSMMU_V1_PT_BASE, SYSMMU_V1_INT_STATUS,
	.place_of = place_v1,
};

/* ---- 5 ---------------- */

static const struct reg_row rows_v5[] = {
	COMMON, FLUSHES(0), INTERRUPTS,
	{ SYSMMU_V5_FAULT_AR_VA },
	{ SYSMMU_V5_FAULT_AW_VA },
};

static uint8_t kind_v5(enum iommu_hw_reason reason)
{
	switch (reason) {
	case IOMMU_HW_WALK_EXTERNAL:
		return 0;
	case IOMMU_HW_TLB_CONFLICT:
		return 2;
	case IOMMU_HW_PERMISSION:
		return 3;
	default:
		return 1;
	}
}

static bool place_v5(enum iommu_hw_reason reason, bool is_write, struct fault_place *ret)
{
	*ret = is_write ? (struct fault_place){ 16, SYSMMU_V5_FAULT_AW_VA } :
			  (struct fault_place){ 0, SYSMMU_V5_FAULT_AR_VA };
	ret->bit += kind_v5(reason);
	return true;
}

const struct sysmmu_layout sysmmu_layout_v5 = {
	rows_v5, G_N_ELEMENTS(rows_v5), SYSMMU_LEN, SYSMMU_V5_PT_BASE, SYSMMU_V5_INT_STATUS,
	.base_shift = 12, .place_of = place_v5,
};

/* ---- 7 ---------------- */

static const struct reg_row rows_v7[] = {
	COMMON, FLUSHES(0), INTERRUPTS,
	{ SYSMMU_V7_FAULT_VA },
	{ SYSMMU_V7_FAULT_INFO },
	{ SYSMMU_V7_CAPA0 },
};

static const struct reg_row rows_v7_vm[] = {
	COMMON, FLUSHES(SYSMMU_V7_VM), INTERRUPTS,
	{ SYSMMU_V7_VM_FAULT_VA },
	{ SYSMMU_V7_VM_FAULT_INFO },
	{ SYSMMU_V7_CAPA0, .reset = SYSMMU_V7_HAS_CAPA1 },
	{ SYSMMU_V7_CAPA1, .reset = SYSMMU_V7_HAS_VMS },
	{ SYSMMU_V7_CTRL_VM, .writable = SYSMMU_V7_CTRL_VM_ENABLE | SYSMMU_V7_CTRL_VM_STALL },
};

/* Two entries that hit are nothing it knows of: one of them answers. */
static bool bit_v7(enum iommu_hw_reason reason, uint8_t *ret_bit)
{
	*ret_bit = reason == IOMMU_HW_WALK_EXTERNAL ? 0 : reason == IOMMU_HW_PERMISSION ? 2 : 1;
	return reason != IOMMU_HW_TLB_CONFLICT;
}

static bool place_v7(enum iommu_hw_reason reason, bool is_write, struct fault_place *ret)
{
	*ret = (struct fault_place){ .va_reg = SYSMMU_V7_FAULT_VA,
				     .info_reg = SYSMMU_V7_FAULT_INFO };
	return bit_v7(reason, &ret->bit);
}

static bool place_v7_vm(enum iommu_hw_reason reason, bool is_write, struct fault_place *ret)
{
	*ret = (struct fault_place){ .va_reg = SYSMMU_V7_VM_FAULT_VA,
				     .info_reg = SYSMMU_V7_VM_FAULT_INFO };
	return bit_v7(reason, &ret->bit);
}

const struct sysmmu_layout sysmmu_layout_v7 = {
	rows_v7, G_N_ELEMENTS(rows_v7), SYSMMU_LEN, SYSMMU_V5_PT_BASE, SYSMMU_V5_INT_STATUS,
	.base_shift = 12, .place_of = place_v7,
};

const struct sysmmu_layout sysmmu_layout_v7_vm = {
	rows_v7_vm, G_N_ELEMENTS(rows_v7_vm), SYSMMU_VM_LEN, SYSMMU_V7_VM + SYSMMU_V5_PT_BASE,
	SYSMMU_V5_INT_STATUS, .base_shift = 12, .has_vms = true, .place_of = place_v7_vm,
};
