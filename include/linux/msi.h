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
 * @iommu_cookie: what the IOMMU's DMA domain remembers of it; its own
 */
struct msi_desc {
	struct device *dev;
	struct msi_msg msg;
	const void *iommu_cookie;
};

static inline struct device *msi_desc_to_dev(struct msi_desc *desc)
{
	return desc->dev;
}

static inline const void *msi_desc_get_iommu_cookie(struct msi_desc *desc)
{
	return desc->iommu_cookie;
}

static inline void msi_desc_set_iommu_cookie(struct msi_desc *desc, const void *iommu_cookie)
{
	desc->iommu_cookie = iommu_cookie;
}

#ifdef __cplusplus
}
#endif
#endif
