/* SPDX-License-Identifier: MIT */
/*
 * Trace points of the core: a test of one pointer while nobody watches.
 * Linux: include/trace/events/iommu.h.
 */
#ifndef LIB_IOMMU_TRACE_H
#define LIB_IOMMU_TRACE_H

#include <armdma/iommu-watch.h>
#include <linux/iommu.h>

/* NULL: nobody. Hidden: else each look would be two loads. */
extern struct iommu_watcher *iommu_watched __attribute__((visibility("hidden")));

void trace_map_told(const struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr,
		    size_t size, int prot, const void *site);
void trace_sync_map_told(const struct iommu_domain *domain, unsigned long iova, size_t size);
void trace_unmapping_told(const struct iommu_domain *domain);
void trace_unmap_told(const struct iommu_domain *domain, unsigned long iova, size_t size,
		      size_t unmapped, const struct iommu_iotlb_gather *gather,
		      const void *site);
void trace_sync_told(const struct iommu_domain *domain, const struct iommu_iotlb_gather *gather);
void trace_attach_told(const struct iommu_domain *domain, const struct device *dev);
void trace_switched_told(const struct device *dev, const void *site);
void trace_refused_told(const struct iommu_domain *domain, unsigned long iova, size_t size,
			int err, const void *site);
void trace_reserved_told(const struct device *dev, uint64_t first, uint64_t last, int type);
void trace_gone_told(const struct iommu_domain *domain);
void trace_fault_told(const struct device *dev, unsigned long iova, int flags);

static inline void trace_map(const struct iommu_domain *domain, unsigned long iova,
			     phys_addr_t paddr, size_t size, int prot, const void *site)
{
	if (unlikely(iommu_watched))
		trace_map_told(domain, iova, paddr, size, prot, site);
}

static inline void trace_sync_map(const struct iommu_domain *domain, unsigned long iova,
				  size_t size)
{
	if (unlikely(iommu_watched))
		trace_sync_map_told(domain, iova, size);
}

static inline void trace_unmapping(const struct iommu_domain *domain)
{
	if (unlikely(iommu_watched))
		trace_unmapping_told(domain);
}

static inline void trace_unmap(const struct iommu_domain *domain, unsigned long iova, size_t size,
			       size_t unmapped_size, const struct iommu_iotlb_gather *gather,
			       const void *site)
{
	if (unlikely(iommu_watched))
		trace_unmap_told(domain, iova, size, unmapped_size, gather, site);
}

/* @gather NULL: of everything. */
static inline void trace_sync(const struct iommu_domain *domain,
			      const struct iommu_iotlb_gather *gather)
{
	if (unlikely(iommu_watched))
		trace_sync_told(domain, gather);
}

/* One that does not translate is as good as none. */
static inline void trace_attach(const struct iommu_domain *domain, const struct device *dev)
{
	if (unlikely(iommu_watched))
		trace_attach_told(domain && domain->type & __IOMMU_DOMAIN_PAGING ? domain : NULL,
				  dev);
}

static inline void trace_switched(const struct device *dev, const void *site)
{
	if (unlikely(iommu_watched))
		trace_switched_told(dev, site);
}

static inline void trace_refused(const struct iommu_domain *domain, unsigned long iova,
				 size_t size, int err, const void *site)
{
	if (unlikely(iommu_watched))
		trace_refused_told(domain, iova, size, err, site);
}

static inline void trace_reserved(const struct device *dev, uint64_t first, uint64_t last,
				  int type)
{
	if (unlikely(iommu_watched))
		trace_reserved_told(dev, first, last, type);
}

static inline void trace_gone(const struct iommu_domain *domain)
{
	if (unlikely(iommu_watched))
		trace_gone_told(domain);
}

static inline void trace_io_page_fault(const struct device *dev, unsigned long iova, int flags)
{
	if (unlikely(iommu_watched))
		trace_fault_told(dev, iova, flags);
}

#endif
