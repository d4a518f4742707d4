/* SPDX-License-Identifier: MIT */
/*
 * Message signalled interrupts, as far as an IOMMU sees them: a store by a device to the
 * doorbell of an interrupt controller, whose address a DMA domain must translate.
 *
 * Leaves out: interrupt numbers, domains, affinity.
 * Source: include/linux/msi.h.
 */
#ifndef _ARMDMA_LINUX_MSI_H
#define _ARMDMA_LINUX_MSI_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct device;

/** struct msi_msg - what the device stores: @data at the 64-bit address */
struct msi_msg {
	u32 address_lo;
	u32 address_hi;
	u32 data;
};

/**
 * struct msi_desc - one interrupt of one device
 * @iommu_msi_iova:  what the doorbell's address is for the device, less its low bits
 * @iommu_msi_shift: as many low bits of the address stay; 0: all of it does
 */
struct msi_desc {
	struct device *dev;
	struct msi_msg msg;
	u64 iommu_msi_iova : 58;
	u64 iommu_msi_shift : 6;
};

static inline struct device *msi_desc_to_dev(struct msi_desc *desc)
{
	return desc->dev;
}

/** The page of the doorbell is at @msi_iova for the device; @msi_shift 0: as it is. */
static inline void msi_desc_set_iommu_msi_iova(struct msi_desc *desc, u64 msi_iova,
					       unsigned int msi_shift)
{
	desc->iommu_msi_iova = msi_iova >> msi_shift;
	desc->iommu_msi_shift = msi_shift & 0x3f;
}

#ifdef __cplusplus
}
#endif
#endif
