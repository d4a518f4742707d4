/* SPDX-License-Identifier: MIT */
/* Who watches the core's trace points: see <armdma/iommu-watch.h>. */
#include "core.h"
#include "trace.h"

struct iommu_watcher *iommu_watched;

static void tell_of_reserved(struct iommu_watcher *w, struct device *dev)
{
	struct iommu_resv_region *region;
	LIST_HEAD(regions);

	if (!w->reserved)
		return;
	iommu_get_resv_regions(dev, &regions);
	list_for_each_entry(region, &regions, list)
		w->reserved(w, dev, region->start, region->start + region->length - 1,
			    region->type);
	iommu_put_resv_regions(dev, &regions);
}

/* Who comes late learns where devices are by now. */
static void tell_of_attached(struct iommu_watcher *w)
{
	const struct kernel *k = kernel_current();
	struct device *dev;

	if (!w->attach || !k || !k->iommu)
		return;
	list_for_each_entry(dev, &k->iommu->bus, bus_node) {
		const struct iommu_domain *domain = iommu_get_domain_for_dev(dev);

		if (!domain || !(domain->type & __IOMMU_DOMAIN_PAGING))
			continue;
		w->attach(w, domain, dev);
		tell_of_reserved(w, dev);
	}
}

void iommu_watch(struct iommu_watcher *w)
{
	struct iommu_watcher **last = &iommu_watched;

	while (*last)
		last = &(*last)->next;
	w->next = NULL;
	*last = w;
	tell_of_attached(w);
}

void iommu_unwatch(struct iommu_watcher *w)
{
	for (struct iommu_watcher **at = &iommu_watched; *at; at = &(*at)->next) {
		if (*at != w)
			continue;
		*at = w->next;
		return;
	}
}

#define TELL(what, ...) \
	for (struct iommu_watcher *w = iommu_watched; w; w = w->next) \
		if (w->what) \
			w->what(w, __VA_ARGS__)

void trace_map_told(const struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr,
		    size_t size, int prot, const void *site)
{
	TELL(map, domain, iova, paddr, size, prot, site);
}

void trace_sync_map_told(const struct iommu_domain *domain, unsigned long iova, size_t size)
{
	TELL(sync_map, domain, iova, size);
}

void trace_unmapping_told(const struct iommu_domain *domain)
{
	TELL(unmapping, domain);
}

void trace_unmap_told(const struct iommu_domain *domain, unsigned long iova, size_t size,
		      size_t unmapped, const struct iommu_iotlb_gather *gather, const void *site)
{
	TELL(unmap, domain, iova, size, unmapped, gather, site);
}

void trace_sync_told(const struct iommu_domain *domain, const struct iommu_iotlb_gather *gather)
{
	TELL(sync, domain, gather);
}

void trace_attach_told(const struct iommu_domain *domain, const struct device *dev)
{
	TELL(attach, domain, dev);
}

void trace_switched_told(const struct device *dev, const void *site)
{
	TELL(switched, dev, site);
}

void trace_refused_told(const struct iommu_domain *domain, unsigned long iova, size_t size,
			int err, const void *site)
{
	TELL(refused, domain, iova, size, err, site);
}

void trace_reserved_told(const struct device *dev, uint64_t first, uint64_t last, int type)
{
	TELL(reserved, dev, first, last, type);
}

void trace_gone_told(const struct iommu_domain *domain)
{
	TELL(gone, domain);
}

void trace_fault_told(const struct device *dev, unsigned long iova, int flags)
{
	TELL(fault, dev, iova, flags);
}
