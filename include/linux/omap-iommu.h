/* SPDX-License-Identifier: MIT */
/*
 * What a master behind OMAP's MMUs may ask of their driver.
 *
 *	omap_iommu_domain_deactivate(domain)	the MMUs may sleep: the master does
 *	omap_iommu_domain_activate(domain)	they are as they were
 *
 * Source: include/linux/omap-iommu.h.
 */
#ifndef _ARMDMA_LINUX_OMAP_IOMMU_H
#define _ARMDMA_LINUX_OMAP_IOMMU_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct device;
struct iommu_domain;

/**
 * omap_iommu_save_ctx(), _restore_ctx() - around what makes @dev's MMUs lose registers
 *
 * Without runtime PM, as OMAP3's camera driver does it. Ours has nothing to save: it
 * knows what it has programmed. Context: process.
 */
void omap_iommu_save_ctx(struct device *dev);
void omap_iommu_restore_ctx(struct device *dev);

/**
 * omap_iommu_domain_deactivate() - as often as omap_iommu_domain_activate() will be called
 *
 * @domain: of a driver of OMAP's MMUs, attached; nothing happens if it is not. Mapping and
 *          unmapping go on meanwhile.
 * Context: process. Return: 0.
 */
int omap_iommu_domain_deactivate(struct iommu_domain *domain);
int omap_iommu_domain_activate(struct iommu_domain *domain);

#ifdef __cplusplus
}
#endif
#endif
