/* SPDX-License-Identifier: MIT */
/*
 * What the library maps in IOMMUs, and what does not get through them, for who watches: what
 * Linux's trace points iommu:map, iommu:unmap and iommu:io_page_fault tell, and whose IOVAs
 * they are.
 */
#ifndef ARMDMA_IOMMU_WATCH_H
#define ARMDMA_IOMMU_WATCH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct device;
struct iommu_domain;

/**
 * struct iommu_watcher - is told of each iommu_map(), iommu_unmap() and report_iommu_fault()
 * @map:   [@iova, +@len) leads to @pa now. A list is one call for each run of its memory
 * @unmap: it no longer does, but for what TLBs hold; @unmapped of the @len bytes that
 *         were asked for
 * @fault: an access of @dev to @iova did not get through; @flags: IOMMU_FAULT_*. After the
 *         domain's handler, if it has one. Where the IOMMU's driver handles its interrupt.
 *         NULL: nobody wants to know
 *
 * @map and @unmap are called on the thread that maps, which has no lock of the core's. Must
 * not map.
 */
struct iommu_watcher {
	void (*map)(struct iommu_watcher *w, const struct iommu_domain *domain, uint64_t iova,
		    uint64_t pa, size_t len);
	void (*unmap)(struct iommu_watcher *w, const struct iommu_domain *domain, uint64_t iova,
		      size_t len, size_t unmapped);
	void (*fault)(struct iommu_watcher *w, const struct device *dev, uint64_t iova, int flags);
};

/** Of all machines of the process. At most one; borrowed; NULL takes it away. */
void iommu_watch(struct iommu_watcher *w);

#ifdef __cplusplus
}
#endif
#endif
