/* SPDX-License-Identifier: MIT */
/*
 * What the library maps in IOMMUs, for who watches: what Linux's trace points iommu:map and
 * iommu:unmap tell, and whose IOVAs they are.
 */
#ifndef ARMDMA_IOMMU_WATCH_H
#define ARMDMA_IOMMU_WATCH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct iommu_domain;

/**
 * struct iommu_watcher - is told of each iommu_map() and iommu_unmap()
 * @map:   [@iova, +@len) leads to @pa now. A list is one call for each run of its memory
 * @unmap: it no longer does, but for what TLBs hold; @unmapped of the @len bytes that
 *         were asked for
 *
 * Called on the thread that maps, which has no lock of the core's. Must not map.
 */
struct iommu_watcher {
	void (*map)(struct iommu_watcher *w, const struct iommu_domain *domain, uint64_t iova,
		    uint64_t pa, size_t len);
	void (*unmap)(struct iommu_watcher *w, const struct iommu_domain *domain, uint64_t iova,
		      size_t len, size_t unmapped);
};

/** Of all machines of the process. At most one; borrowed; NULL takes it away. */
void iommu_watch(struct iommu_watcher *w);

#ifdef __cplusplus
}
#endif
#endif
