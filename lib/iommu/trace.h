/* SPDX-License-Identifier: MIT */
/*
 * Three trace points of the core. Linux: include/trace/events/iommu.h.
 */
#ifndef LIB_IOMMU_TRACE_H
#define LIB_IOMMU_TRACE_H

#include <armdma/iommu-watch.h>
#include <linux/compiler.h>
#include <linux/types.h>

/* NULL: nobody. Hidden: else each look would be two loads. */
extern struct iommu_watcher *iommu_watched __attribute__((visibility("hidden")));

static inline void trace_map(const struct iommu_domain *domain, unsigned long iova,
			     phys_addr_t paddr, size_t size)
{
	if (unlikely(iommu_watched))
		iommu_watched->map(iommu_watched, domain, iova, paddr, size);
}

static inline void trace_unmap(const struct iommu_domain *domain, unsigned long iova, size_t size,
			       size_t unmapped_size)
{
	if (unlikely(iommu_watched))
		iommu_watched->unmap(iommu_watched, domain, iova, size, unmapped_size);
}

static inline void trace_io_page_fault(const struct device *dev, unsigned long iova, int flags)
{
	if (unlikely(iommu_watched) && iommu_watched->fault)
		iommu_watched->fault(iommu_watched, dev, iova, flags);
}

#endif
