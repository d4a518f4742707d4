/* SPDX-License-Identifier: MIT */
/*
 * Mapping, in the largest pages that fit; and back.
 *
 *	iova  ....|4K|4K|----- 64K -----|4K|....      4 KiB up to where 64 KiB divides both
 *	paddr ....|4K|4K|----- 64K -----|4K|....      addresses, then 64 KiB, then the rest
 *
 * A page of the smallest size, which is what drivers map all day, is one call of the
 * driver and no loop. Nothing here locks or allocates.
 *
 * Linux: drivers/iommu/iommu.c, iommu_map() and on.
 */
#include <linux/bitops.h>

#include "core.h"
#include "map.h"
#include "trace.h"

/* No zone, no compound page, for a page table. */
#define BAD_GFP	(__GFP_COMP | __GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM)

static inline unsigned long lowest_bit(unsigned long bits)
{
	return bits & -bits;
}

struct run {
	size_t pgsize;
	size_t count;
};

/*
 * How a mapping of @size bytes begins: so many pages of the largest size that fits; but
 * no more of them than lead to where the next larger size can take over.
 */
static struct run first_run(unsigned long pgsizes, unsigned long iova, phys_addr_t paddr,
			    size_t size)
{
	unsigned long both = iova | paddr;
	unsigned long fitting = pgsizes & (~0ul >> (63 - __fls(size)));
	unsigned int shift;
	size_t next, lead, end;

	if (both)
		fitting &= both ^ (both - 1);
	g_assert(fitting);
	shift = (unsigned int)__fls(fitting);
	next = lowest_bit(pgsizes & ~1ul << shift);
	if (next && !((iova ^ paddr) & (next - 1))) {
		lead = next - (both & (next - 1));
		if (!__builtin_add_overflow(lead, next, &end) && end <= size)
			size = lead;
	}
	return (struct run){ 1ul << shift, size >> shift };
}

/* @both: all that must be aligned, or'ed. */
static inline bool is_mappable(const struct iommu_domain *domain, const void *op,
			       unsigned long min, unsigned long both)
{
	return domain->type & __IOMMU_DOMAIN_PAGING && op && min && !(both & (min - 1));
}

/* Why not? Away from the path of those who are. */
static noinline int refuse(const struct iommu_domain *domain, const void *op,
			   unsigned long iova, phys_addr_t paddr, size_t size)
{
	if (!(domain->type & __IOMMU_DOMAIN_PAGING))
		return -EINVAL;
	if (WARN(!op || !domain->pgsize_bitmap, "an IOMMU's driver that cannot map\n"))
		return -ENODEV;
	pr_err("iommu: unaligned: iova 0x%lx pa 0x%llx size 0x%zx, the smallest page is 0x%lx\n",
	       iova, (unsigned long long)paddr, size, lowest_bit(domain->pgsize_bitmap));
	return -EINVAL;
}

/* ---- map ---------------------------------------------------------------------------------- */

/* Sets *@done to the bytes mapped, whether it fails or not. */
static noinline int map_runs(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr,
		    size_t size, int prot, gfp_t gfp, size_t *done)
{
	for (*done = 0; *done < size; ) {
		struct run run = first_run(domain->pgsize_bitmap, iova + *done, paddr + *done,
					   size - *done);
		size_t mapped = 0;
		int ret = domain->ops->map_pages(domain, iova + *done, paddr + *done, run.pgsize,
						 run.count, prot, gfp, &mapped);

		*done += mapped;
		if (ret)
			return ret;
		if (WARN_ONCE(!mapped, "an IOMMU's driver mapped nothing, and did not say why"))
			return -EINVAL;
	}
	return 0;
}

/* What was mapped of it is no longer. */
static noinline void undo_map(struct iommu_domain *domain, unsigned long iova, size_t size,
			      size_t done, int err, const void *site)
{
	trace_refused(domain, iova, size, err, site);
	if (done)
		iommu_unmap(domain, iova, done);
}

static __always_inline int map_range(struct iommu_domain *domain, unsigned long iova,
				     phys_addr_t paddr, size_t size, int prot, gfp_t gfp,
				     const void *site)
{
	const struct iommu_domain_ops *ops = domain->ops;
	unsigned long min = lowest_bit(domain->pgsize_bitmap);
	size_t done = 0;
	int ret;

	if (unlikely(!is_mappable(domain, ops->map_pages, min, iova | paddr | size)))
		return refuse(domain, ops->map_pages, iova, paddr, size);
	if (likely(size == min))
		ret = ops->map_pages(domain, iova, paddr, min, 1, prot, gfp, &done);
	else
		ret = map_runs(domain, iova, paddr, size, prot, gfp, &done);
	if (likely(!ret))
		trace_map(domain, iova, paddr, size, prot, site);
	else
		undo_map(domain, iova, size, done, ret, site);
	return ret;
}

/* Let the hardware see it; if it cannot, nothing was mapped. */
static inline int sync_map(struct iommu_domain *domain, unsigned long iova, size_t size)
{
	int ret;

	ret = iommu_sync_map(domain, iova, size);
	if (unlikely(ret))
		iommu_unmap(domain, iova, size);
	return ret;
}

int iommu_map_nosync_for(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr,
			 size_t size, int prot, gfp_t gfp, const void *site)
{
	if (WARN_ON_ONCE(gfp & BAD_GFP))
		return -EINVAL;
	return map_range(domain, iova, paddr, size, prot, gfp, site);
}

int iommu_map_nosync(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr,
		     size_t size, int prot, gfp_t gfp)
{
	return iommu_map_nosync_for(domain, iova, paddr, size, prot, gfp,
				    __builtin_return_address(0));
}

int iommu_sync_map(struct iommu_domain *domain, unsigned long iova, size_t size)
{
	int ret = domain->ops->iotlb_sync_map
		  ? domain->ops->iotlb_sync_map(domain, iova, size) : 0;

	if (likely(!ret))
		trace_sync_map(domain, iova, size);
	return ret;
}

int iommu_map_for(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr, size_t size,
		  int prot, gfp_t gfp, const void *site)
{
	int ret;

	might_sleep_if(gfpflags_allow_blocking(gfp));
	if (WARN_ON_ONCE(gfp & BAD_GFP))
		return -EINVAL;
	ret = map_range(domain, iova, paddr, size, prot, gfp, site);
	return unlikely(ret) ? ret : sync_map(domain, iova, size);
}

int iommu_map(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr, size_t size,
	      int prot, gfp_t gfp)
{
	return iommu_map_for(domain, iova, paddr, size, prot, gfp, __builtin_return_address(0));
}

/* What of a list is mapped, and the memory behind it that is yet to be. */
struct sg_run {
	size_t mapped;
	phys_addr_t start;
	size_t len;
	const void *site;		/* who maps */
};

static noinline int map_sg_run(struct iommu_domain *domain, unsigned long iova, struct sg_run *run,
		      int prot, gfp_t gfp)
{
	int ret = run->len ? map_range(domain, iova + run->mapped, run->start, run->len, prot,
				       gfp, run->site) : 0;

	if (!ret)
		run->mapped += run->len;
	run->len = 0;
	return ret;
}

static int map_sg_entry(struct iommu_domain *domain, unsigned long iova, struct sg_run *run,
			struct scatterlist *sg, int prot, gfp_t gfp)
{
	phys_addr_t pa = sg_phys(sg);
	int ret = 0;

	if (pa != run->start + run->len)
		ret = map_sg_run(domain, iova, run, prot, gfp);
	if (ret || sg_dma_is_bus_address(sg))
		return ret;
	if (!run->len)
		run->start = pa;
	run->len += sg->length;
	return 0;
}

ssize_t iommu_map_sg_for(struct iommu_domain *domain, unsigned long iova, struct scatterlist *sg,
			 unsigned int nents, int prot, gfp_t gfp, const void *site)
{
	struct sg_run run = { .site = site };
	int ret = 0;

	might_sleep_if(gfpflags_allow_blocking(gfp));
	if (WARN_ON_ONCE(gfp & BAD_GFP))
		return -EINVAL;
	for (unsigned int i = 0; i < nents && !ret; i++, sg = i < nents ? sg_next(sg) : sg)
		ret = map_sg_entry(domain, iova, &run, sg, prot, gfp);
	if (!ret)
		ret = map_sg_run(domain, iova, &run, prot, gfp);
	if (ret && run.mapped)
		iommu_unmap(domain, iova, run.mapped);
	if (!ret)
		ret = sync_map(domain, iova, run.mapped);
	return ret ? ret : (ssize_t)run.mapped;
}

ssize_t iommu_map_sg(struct iommu_domain *domain, unsigned long iova, struct scatterlist *sg,
		     unsigned int nents, int prot, gfp_t gfp)
{
	return iommu_map_sg_for(domain, iova, sg, nents, prot, gfp, __builtin_return_address(0));
}

/* ---- unmap -------------------------------------------------------------------------------- */

static noinline size_t unmap_runs(struct iommu_domain *domain, unsigned long iova, size_t size,
			 struct iommu_iotlb_gather *gather)
{
	size_t done = 0;

	while (done < size) {
		struct run run = first_run(domain->pgsize_bitmap, iova + done, iova + done,
					   size - done);
		size_t unmapped = domain->ops->unmap_pages(domain, iova + done, run.pgsize,
							   run.count, gather);

		if (!unmapped)
			break;
		done += unmapped;
	}
	return done;
}

static __always_inline size_t unmap_range(struct iommu_domain *domain, unsigned long iova,
					  size_t size, struct iommu_iotlb_gather *gather,
					  const void *site)
{
	const struct iommu_domain_ops *ops = domain->ops;
	unsigned long min = lowest_bit(domain->pgsize_bitmap);
	size_t unmapped;

	if (unlikely(!is_mappable(domain, ops->unmap_pages, min, iova | size))) {
		refuse(domain, ops->unmap_pages, iova, iova, size);
		return 0;
	}
	trace_unmapping(domain);
	if (likely(size == min))
		unmapped = ops->unmap_pages(domain, iova, min, 1, gather);
	else
		unmapped = unmap_runs(domain, iova, size, gather);
	trace_unmap(domain, iova, size, unmapped, gather, site);
	return unmapped;
}

void iommu_iotlb_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *iotlb_gather)
{
	if (domain->ops->iotlb_sync)
		domain->ops->iotlb_sync(domain, iotlb_gather);
	trace_sync(domain, iotlb_gather);
	iommu_iotlb_gather_init(iotlb_gather);
}

void iommu_flush_iotlb_all(struct iommu_domain *domain)
{
	if (domain->ops->flush_iotlb_all)
		domain->ops->flush_iotlb_all(domain);
	trace_sync(domain, NULL);
}

size_t iommu_unmap(struct iommu_domain *domain, unsigned long iova, size_t size)
{
	struct iommu_iotlb_gather gather;
	size_t done;

	iommu_iotlb_gather_init(&gather);
	done = unmap_range(domain, iova, size, &gather, __builtin_return_address(0));
	iommu_iotlb_sync(domain, &gather);
	return done;
}

size_t iommu_unmap_fast(struct iommu_domain *domain, unsigned long iova, size_t size,
			struct iommu_iotlb_gather *iotlb_gather)
{
	return unmap_range(domain, iova, size, iotlb_gather, __builtin_return_address(0));
}

phys_addr_t iommu_iova_to_phys(struct iommu_domain *domain, dma_addr_t iova)
{
	if (domain->type == IOMMU_DOMAIN_IDENTITY)
		return iova;
	if (domain->type == IOMMU_DOMAIN_BLOCKED)
		return 0;
	return domain->ops->iova_to_phys(domain, iova);
}
