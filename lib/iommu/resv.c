/* SPDX-License-Identifier: MIT */
/*
 * IOVAs that are not free: whose they are, and those that must lead to themselves.
 *
 * Linux: drivers/iommu/iommu.c, iommu_*_resv_region*() and
 * iommu_create_device_direct_mappings().
 */
#include <stdio.h>

#include "core.h"
#include "map.h"

struct iommu_resv_region *iommu_alloc_resv_region(phys_addr_t start, size_t length, int prot,
						  enum iommu_resv_type type, gfp_t gfp)
{
	struct iommu_resv_region *region = core_alloc(kernel_current(), sizeof(*region));

	(void)gfp;
	if (!region)
		return NULL;
	INIT_LIST_HEAD(&region->list);
	region->start = start;
	region->length = length;
	region->prot = prot;
	region->type = type;
	return region;
}

static void free_region(struct device *dev, struct iommu_resv_region *region)
{
	list_del(&region->list);
	if (region->free)
		region->free(dev, region);
	else
		g_free(region);
}

void iommu_get_resv_regions(struct device *dev, struct list_head *list)
{
	const struct iommu_ops *ops = dev_iommu_ops(dev);

	if (ops->get_resv_regions)
		ops->get_resv_regions(dev, list);
}

void iommu_put_resv_regions(struct device *dev, struct list_head *list)
{
	struct iommu_resv_region *region, *next;

	list_for_each_entry_safe(region, next, list, list)
		free_region(dev, region);
}

/* ---- of a group ------------------------------------------------------------------------ */

static phys_addr_t last_of(const struct iommu_resv_region *region)
{
	return region->start + region->length - 1;
}

/* By start; of those that begin together, by type. */
static void insert_sorted(struct iommu_resv_region *new, struct list_head *head)
{
	struct iommu_resv_region *pos;

	list_for_each_entry(pos, head, list) {
		if (new->start < pos->start ||
		    (new->start == pos->start && new->type <= pos->type))
			break;
	}
	list_add_tail(&new->list, &pos->list);
}

static bool touch(const struct iommu_resv_region *low, const struct iommu_resv_region *high)
{
	return high->start <= last_of(low) || high->start - last_of(low) == 1;
}

/* Regions of @type that overlap, or touch, become the first of them. */
static void merge(struct list_head *head, enum iommu_resv_type type)
{
	struct iommu_resv_region *region, *next, *low = NULL;

	list_for_each_entry_safe(region, next, head, list) {
		if (region->type != type)
			continue;
		if (!low || !touch(low, region)) {
			low = region;
			continue;
		}
		low->length = MAX(last_of(low), last_of(region)) - low->start + 1;
		free_region(NULL, region);
	}
}

static int add_copy(const struct iommu_resv_region *region, struct list_head *head)
{
	struct iommu_resv_region *copy =
		iommu_alloc_resv_region(region->start, region->length, region->prot,
					region->type, GFP_KERNEL);

	if (!copy)
		return -ENOMEM;
	insert_sorted(copy, head);
	merge(head, copy->type);
	return 0;
}

static int add_copies_of(struct device *dev, struct list_head *head)
{
	struct iommu_resv_region *region;
	LIST_HEAD(own);
	int ret = 0;

	iommu_get_resv_regions(dev, &own);
	list_for_each_entry(region, &own, list) {
		ret = add_copy(region, head);
		if (ret)
			break;
	}
	iommu_put_resv_regions(dev, &own);
	return ret;
}

int iommu_get_group_resv_regions(struct iommu_group *group, struct list_head *head)
{
	struct group_device *gdev;
	int ret = 0;

	mutex_lock(&group->mutex);
	for_each_group_device(group, gdev) {
		if (!dev_has_iommu(gdev->dev))
			break;
		ret = add_copies_of(gdev->dev, head);
		if (ret)
			break;
	}
	mutex_unlock(&group->mutex);
	return ret;
}

static const char *const type_names[] = {
	[IOMMU_RESV_DIRECT] = "direct",
	[IOMMU_RESV_DIRECT_RELAXABLE] = "direct-relaxable",
	[IOMMU_RESV_RESERVED] = "reserved",
	[IOMMU_RESV_MSI] = "msi",
	[IOMMU_RESV_SW_MSI] = "msi",
};

int iommu_group_show_resv_regions(struct iommu_group *group, char *buf, size_t size)
{
	struct iommu_resv_region *region;
	LIST_HEAD(regions);
	int len = 0;

	if (size)
		buf[0] = '\0';
	iommu_get_group_resv_regions(group, &regions);
	list_for_each_entry(region, &regions, list) {
		char line[64];
		int n = snprintf(line, sizeof(line), "0x%016llx 0x%016llx %s\n",
				 (unsigned long long)region->start,
				 (unsigned long long)last_of(region), type_names[region->type]);

		if ((size_t)len + (size_t)n + 1 > size)
			break;
		memcpy(buf + len, line, (size_t)n + 1);
		len += n;
	}
	iommu_put_resv_regions(NULL, &regions);
	return len;
}

/* ---- 1:1 --------------------------------------------------------------------------------- */

/* Map what of [@iova, @end) is not mapped yet; another device may have done the rest. */
static int map_holes(struct iommu_domain *domain, dma_addr_t iova, dma_addr_t end,
		     unsigned long pgsize, int prot)
{
	while (iova < end) {
		dma_addr_t start;
		int ret;

		while (iova < end && iommu_iova_to_phys(domain, iova))
			iova += pgsize;
		start = iova;
		while (iova < end && !iommu_iova_to_phys(domain, iova))
			iova += pgsize;
		ret = start < iova ? iommu_map_for(domain, start, start, iova - start, prot,
						   GFP_KERNEL, NULL) : 0;
		if (ret)
			return ret;
	}
	return 0;
}

/* Linux rounds both ends up. */
static int map_region(struct iommu_domain *domain, const struct iommu_resv_region *region,
		      unsigned long pgsize)
{
	return map_holes(domain, ALIGN(region->start, (phys_addr_t)pgsize),
			 ALIGN(region->start + region->length, (phys_addr_t)pgsize), pgsize,
			 region->prot);
}

static bool is_direct(const struct iommu_resv_region *region)
{
	return region->type == IOMMU_RESV_DIRECT || region->type == IOMMU_RESV_DIRECT_RELAXABLE;
}

int create_direct_mappings(struct iommu_domain *domain, struct device *dev)
{
	unsigned long pgsize = domain->pgsize_bitmap & -domain->pgsize_bitmap;
	struct iommu_resv_region *region;
	LIST_HEAD(regions);
	int ret = 0;

	if (WARN_ON_ONCE(iommu_is_dma_domain(domain) && !pgsize))
		return -EINVAL;
	iommu_get_resv_regions(dev, &regions);
	list_for_each_entry(region, &regions, list) {
		trace_reserved(dev, region->start, last_of(region), region->type);
		if (region->type == IOMMU_RESV_DIRECT)
			dev->iommu->require_direct = 1;
		if (is_direct(region) && iommu_is_dma_domain(domain) && !ret)
			ret = map_region(domain, region, pgsize);
	}
	if (!list_empty(&regions) && iommu_is_dma_domain(domain) && !ret)
		iommu_flush_iotlb_all(domain);
	iommu_put_resv_regions(dev, &regions);
	return ret;
}
