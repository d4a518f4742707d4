/* SPDX-License-Identifier: MIT */
/*
 * What the core asks of the DMA API's side of a domain. That side lies above, so it
 * comes down as a table, which lib/dma hands over when the library boots.
 *
 * Linux: drivers/iommu/dma-iommu.h.
 */
#ifndef LIB_IOMMU_DMA_HOOKS_H
#define LIB_IOMMU_DMA_HOOKS_H

#include <linux/iommu.h>

struct kernel;

/**
 * struct iommu_dma_hooks - under Linux's names without iommu_ or iommu_dma_
 * @get_dma_cookie: a DMA domain was allocated: give it its IOVA space. 0, -ENOMEM
 * @put_dma_cookie: a domain of any type goes; it may have no cookie
 * @init_fq:        from now on @domain may invalidate late. 0, or it stays strict
 * @setup_dma_ops:  @dev's default domain is attached: decide on dev->dma_iommu
 */
struct iommu_dma_hooks {
	int (*get_dma_cookie)(struct iommu_domain *domain);
	void (*put_dma_cookie)(struct iommu_domain *domain);
	int (*init_fq)(struct iommu_domain *domain);
	void (*setup_dma_ops)(struct device *dev);
};

/* Before any device comes. Without hooks default domains have no IOVA space. */
void iommu_set_dma_hooks(struct kernel *k, const struct iommu_dma_hooks *hooks);

/* What groups get whose driver does not care: IOMMU_DOMAIN_IDENTITY, _DMA or _DMA_FQ. */
void iommu_set_default_type(struct kernel *k, unsigned int type);

/* For an IOMMU driver's ->get_resv_regions: what firmware says. */
void iommu_dma_get_resv_regions(struct device *dev, struct list_head *list);

#endif
