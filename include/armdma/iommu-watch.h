/* SPDX-License-Identifier: MIT */
/*
 * What the library maps in IOMMUs, when that holds, and what does not get through them, for
 * who watches: what Linux's trace points iommu:map, iommu:unmap, iommu:attach_device_to_domain
 * and iommu:io_page_fault tell, whose IOVAs they are, and from when on devices must be
 * served so.
 *
 *   iommu_map()         map, then sync_map     until then a device may still be refused
 *   iommu_unmap()       unmap, then sync       until then it may still get through
 *   a lazy dma_unmap    unmap ... flush_all
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
struct iommu_iotlb_gather;

/**
 * struct iommu_watcher - is told of what the IOMMU core is asked for; what is NULL, of that not
 * @map:   [@iova, +@len) leads to @pa now, with @prot: IOMMU_READ, ... A list is one call for
 *         each run of its memory. @site: return address of the call; NULL: the DMA API did it
 * @sync_map: and devices get there: what iommu_map() promises when it returns
 * @unmapping: an unmap in @domain begins
 * @unmap: it no longer does, but for what TLBs hold; @unmapped of the @len bytes that
 *         were asked for. @gather: what is invalidated with it, which says when
 * @sync:  nothing that was unmapped with @gather gets through any more; NULL: nothing that
 *         was unmapped before that began
 * @attach: from now on accesses of @dev are translated by @domain; NULL: by none with
 *         tables, or it is about to change
 * @switched: a driver asked for it, and accesses of @dev now go by other tables than before, or
 *         by none; after @attach. @site: return address of the call
 * @refused: [@iova, +@len) was to be mapped and is not: @err, a negative errno, of the IOMMU's
 *         driver, or of the core
 * @reserved: accesses of @dev to [@first, @last] never reach what is mapped there, or must lead
 *         to themselves: of type @type, an enum iommu_resv_type. Told when @dev is probed
 * @gone:  @domain is freed
 * @fault: an access of @dev to @iova did not get through; @flags: IOMMU_FAULT_*. After the
 *         domain's handler, if it has one. Where the IOMMU's driver handles its interrupt
 *
 * Called on the thread that maps, which has no lock of the core's; @attach with its group's.
 * Must not map, attach or watch.
 */
struct iommu_watcher {
	void (*map)(struct iommu_watcher *w, const struct iommu_domain *domain, uint64_t iova,
		    uint64_t pa, size_t len, int prot, const void *site);
	void (*sync_map)(struct iommu_watcher *w, const struct iommu_domain *domain,
			 uint64_t iova, size_t len);
	void (*unmapping)(struct iommu_watcher *w, const struct iommu_domain *domain);
	void (*unmap)(struct iommu_watcher *w, const struct iommu_domain *domain, uint64_t iova,
		      size_t len, size_t unmapped, const struct iommu_iotlb_gather *gather,
		      const void *site);
	void (*sync)(struct iommu_watcher *w, const struct iommu_domain *domain,
		     const struct iommu_iotlb_gather *gather);
	void (*attach)(struct iommu_watcher *w, const struct iommu_domain *domain,
		       const struct device *dev);
	void (*switched)(struct iommu_watcher *w, const struct device *dev, const void *site);
	void (*refused)(struct iommu_watcher *w, const struct iommu_domain *domain, uint64_t iova,
			size_t len, int err, const void *site);
	void (*reserved)(struct iommu_watcher *w, const struct device *dev, uint64_t first,
			 uint64_t last, int type);
	void (*gone)(struct iommu_watcher *w, const struct iommu_domain *domain);
	void (*fault)(struct iommu_watcher *w, const struct device *dev, uint64_t iova, int flags);
	struct iommu_watcher *next;	/* the core's */
};

/**
 * iommu_watch() - tell @w of all machines of the process, after those who watch already;
 *                 first of the devices of the present one that are attached by now
 * iommu_unwatch() - no more; who does not watch is fine
 *
 * @w is borrowed. Context: while no other thread maps.
 */
void iommu_watch(struct iommu_watcher *w);
void iommu_unwatch(struct iommu_watcher *w);

#ifdef __cplusplus
}
#endif
#endif
