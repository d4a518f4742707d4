/* SPDX-License-Identifier: MIT */
/*
 * The DMA API over an IOMMU: one buffer, syncs, limits. See <linux/iommu-dma.h>.
 *
 *	must it be bounced?  -> swiotlb, in pages of its own
 *	does it snoop?  no -->  clean or invalidate the lines
 *	an IOVA, and the page tables lead from there
 *
 * An unmap asks the page tables for the physical address only where somebody needs it: for
 * the caches of a device that does not snoop, or because the buffer may have bounced.
 *
 * Leaves out: PCI, with its first choice of addresses below 4 GiB, windows of host bridges
 * and peer-to-peer memory.
 * Differs from Linux: an unmap of what is not mapped frees no IOVA.
 * Linux: drivers/iommu/dma-iommu.c.
 */
#include "../iommu/iova-rcache.h"
#include "../iommu/map.h"
#include "dma-iommu.h"

/* ---- ranges ------------------------------------------------------------------------------ */

static inline int prot_of(enum dma_data_direction dir, bool is_coherent, unsigned long attrs)
{
	static const u8 rights[] = {
		[DMA_BIDIRECTIONAL] = IOMMU_READ | IOMMU_WRITE,
		[DMA_TO_DEVICE] = IOMMU_READ,
		[DMA_FROM_DEVICE] = IOMMU_WRITE,
		[DMA_NONE] = 0,
	};

	if (unlikely(dir == DMA_NONE))
		return 0;
	return rights[dir] | (is_coherent ? IOMMU_CACHE : 0) |
	       (attrs & DMA_ATTR_PRIVILEGED ? IOMMU_PRIV : 0);
}

int dma_iommu_prot(enum dma_data_direction dir, bool is_coherent, unsigned long attrs)
{
	return prot_of(dir, is_coherent, attrs);
}

static __always_inline dma_addr_t alloc_iova_of(struct iommu_dma_cookie *c,
						const struct device *dev, size_t size, u64 limit)
{
	if (unlikely(dev->bus_dma_limit) && limit > dev->bus_dma_limit)
		limit = dev->bus_dma_limit;
	if (limit > c->limit)
		limit = c->limit;
	if (likely(size == c->mask + 1))
		return (dma_addr_t)alloc_iova_one(&c->iovad, limit >> c->shift) << c->shift;
	return (dma_addr_t)alloc_iova_fast(&c->iovad, size >> c->shift, limit >> c->shift, true)
	       << c->shift;
}

static __always_inline void free_iova_of(struct iommu_dma_cookie *c, dma_addr_t iova, size_t size)
{
	if (likely(size == c->mask + 1))
		free_iova_one(&c->iovad, iova >> c->shift);
	else
		free_iova_fast(&c->iovad, iova >> c->shift, size >> c->shift);
}

dma_addr_t dma_iommu_alloc_iova(struct iommu_dma_cookie *c, struct device *dev, size_t size,
				u64 mask)
{
	return alloc_iova_of(c, dev, size, mask ? mask : U64_MAX);
}

void dma_iommu_free_iova(struct iommu_dma_cookie *c, dma_addr_t iova, size_t size)
{
	free_iova_of(c, iova, size);
}

static noinline int attach_now(struct device *dev)
{
	return iommu_deferred_attach(dev, cookie_of(dev)->domain);
}

static inline int attach_deferred(struct device *dev)
{
	return likely(!dev->iommu->attach_deferred) ? 0 : attach_now(dev);
}

int dma_iommu_attach_deferred(struct device *dev)
{
	return attach_deferred(dev);
}

static noinline void complain_of_alignment(struct device *dev)
{
	if (dev_warns_first(dev, WARNED_MIN_ALIGN))
		dev_WARN(dev, "Unsupported alignment constraint\n");
}

/* Where in a page a buffer lies is kept, and no more of its address. */
static inline bool keeps_enough(struct device *dev, const struct iommu_dma_cookie *c)
{
	if (likely(dma_get_min_align_mask(dev) <= c->mask))
		return true;
	complain_of_alignment(dev);
	return false;
}

/* All of them whole pages. */
static inline int map_pages_of(const struct iommu_dma_cookie *c, dma_addr_t iova, phys_addr_t pa,
			       size_t len, int prot)
{
	if (likely(len == c->mask + 1))
		return iommu_map_one(c->domain, iova, pa, len, prot);
	return iommu_map_for(c->domain, iova, pa, len, prot, GFP_ATOMIC, NULL);
}

static __always_inline dma_addr_t map_range(struct device *dev, phys_addr_t pa, size_t size,
					    int prot, u64 limit)
{
	struct iommu_dma_cookie *c = cookie_of(dev);
	size_t offset = page_offset_of(c, pa);
	size_t len = whole_pages(c, size + offset);
	dma_addr_t iova;

	if (unlikely(attach_deferred(dev)) || unlikely(!keeps_enough(dev, c)))
		return DMA_MAPPING_ERROR;
	iova = alloc_iova_of(c, dev, len, limit);
	if (unlikely(!iova))
		return DMA_MAPPING_ERROR;
	if (unlikely(map_pages_of(c, iova, pa - offset, len, prot))) {
		dma_iommu_free_iova(c, iova, len);
		return DMA_MAPPING_ERROR;
	}
	count_rounding(c, len - size);
	return iova + offset;
}

dma_addr_t dma_iommu_map_range(struct device *dev, phys_addr_t pa, size_t size, int prot,
			       u64 mask)
{
	return map_range(dev, pa, size, prot, mask ? mask : U64_MAX);
}

/* Whose IOVAs they are is not known then: better nobody gets them again. */
static noinline void complain_of_unmap(struct device *dev, dma_addr_t dma, size_t unmapped,
				       size_t len)
{
	WARN(true, "%s: unmapping %zu bytes at dma %#llx, where %zu were mapped", dev_name(dev),
	     len, (unsigned long long)dma, unmapped);
}

/* Until the hardware has forgotten them, or now if that did not work. */
static __always_inline void finish_unmap(struct device *dev, struct iommu_dma_cookie *c,
					 dma_addr_t iova, size_t len, size_t unmapped,
					 struct iommu_iotlb_gather *gather)
{
	if (gather->queued && likely(unmapped == len)) {
		dma_iommu_queue(c, iova, len, &gather->freelist);
		return;
	}
	if (likely(c->domain->ops->iotlb_sync != NULL))
		c->domain->ops->iotlb_sync(c->domain, gather);
	if (unlikely(unmapped != len)) {
		complain_of_unmap(dev, iova, unmapped, len);
		return;
	}
	usage_add(&c->usage[cpu_now(c)].nr_strict, 1);
	free_iova_of(c, iova, len);
}

static __always_inline void unmap_range(struct device *dev, dma_addr_t dma, size_t size)
{
	struct iommu_dma_cookie *c = cookie_of(dev);
	size_t offset = page_offset_of(c, dma);
	size_t len = whole_pages(c, size + offset);
	dma_addr_t iova = dma - offset;
	struct iommu_iotlb_gather gather;
	size_t unmapped;

	iommu_iotlb_gather_init(&gather);
	gather.queued = __atomic_load_n(&c->fq_domain, __ATOMIC_ACQUIRE) != NULL;
	if (likely(len == c->mask + 1))
		unmapped = iommu_unmap_one(c->domain, iova, len, &gather);
	else
		unmapped = iommu_unmap_fast(c->domain, iova, len, &gather);
	finish_unmap(dev, c, iova, len, unmapped, &gather);
}

void dma_iommu_unmap_range(struct device *dev, dma_addr_t dma, size_t size)
{
	unmap_range(dev, dma, size);
}

/* ---- one buffer -------------------------------------------------------------------------- */

static u64 mask_of(const struct device *dev)
{
	u64 mask = *dev->dma_mask;

	return mask ? mask : DMA_BIT_MASK(32);
}

static inline bool may_bounce(struct device *dev, size_t size, enum dma_data_direction dir)
{
	if (likely(!dev->untrusted) && likely(!dev->kernel->config.bounces_kmalloc))
		return false;
	return dev->untrusted || dma_kmalloc_needs_bounce(dev, size, dir);
}

bool dma_iommu_may_bounce(struct device *dev, size_t size, enum dma_data_direction dir)
{
	return may_bounce(dev, size, dir);
}

/* The device shall not learn what was in the slot before. */
static void clear_padding(struct device *dev, phys_addr_t pa, size_t size)
{
	size_t mask = cookie_of(dev)->mask;
	phys_addr_t first = pa & ~(phys_addr_t)mask;
	phys_addr_t end = (pa + size + mask) & ~(phys_addr_t)mask;

	phys_zero(dev->kernel, first, (size_t)(pa - first));
	phys_zero(dev->kernel, pa + size, (size_t)(end - pa - size));
}

static phys_addr_t take_bounce(struct device *dev, phys_addr_t pa, size_t size,
			       enum dma_data_direction dir, unsigned long attrs)
{
	struct iommu_dma_cookie *c = cookie_of(dev);
	phys_addr_t slot;

	if (!is_swiotlb_active(dev)) {
		if (dev_warns_first(dev, WARNED_NO_BOUNCE))
			dev_warn(dev, "DMA bounce buffers are inactive, unable to map unaligned "
				 "transaction.\n");
		return (phys_addr_t)DMA_MAPPING_ERROR;
	}
	slot = swiotlb_tbl_map_single(dev, pa, size, (unsigned)c->mask, dir, attrs);
	if (slot != (phys_addr_t)DMA_MAPPING_ERROR && dev->untrusted)
		clear_padding(dev, slot, size);
	return slot;
}

static __always_inline dma_addr_t map_memory(struct device *dev, phys_addr_t pa, size_t size,
					     enum dma_data_direction dir, unsigned long attrs)
{
	bool is_coherent = dev_is_dma_coherent(dev);

	if (!is_coherent && !(attrs & DMA_ATTR_SKIP_CPU_SYNC))
		port_sync_for_device(dev_port(dev), pa, size, dir);
	return map_range(dev, pa, size, prot_of(dir, is_coherent, attrs), mask_of(dev));
}

static noinline dma_addr_t map_bounced(struct device *dev, phys_addr_t pa, size_t size,
			      enum dma_data_direction dir, unsigned long attrs,
			      enum ledger_why *ret_why)
{
	phys_addr_t slot = take_bounce(dev, pa, size, dir, attrs);
	dma_addr_t dma;

	*ret_why = WHY_NO_SLOTS;
	if (slot == (phys_addr_t)DMA_MAPPING_ERROR)
		return DMA_MAPPING_ERROR;
	dma = map_memory(dev, slot, size, dir, attrs);
	if (dma == DMA_MAPPING_ERROR) {
		swiotlb_tbl_unmap_single(dev, slot, size, dir, attrs | DMA_ATTR_SKIP_CPU_SYNC);
		*ret_why = WHY_NO_IOVA;
	}
	return dma;
}

static __always_inline dma_addr_t map_phys(struct device *dev, phys_addr_t pa, size_t size,
					   enum dma_data_direction dir, unsigned long attrs,
					   enum ledger_why *ret_why)
{
	port_run_timers(dev_port(dev));
	if (unlikely(may_bounce(dev, size, dir)) && page_offset_of(cookie_of(dev), pa | size))
		return map_bounced(dev, pa, size, dir, attrs, ret_why);
	*ret_why = WHY_NO_IOVA;
	return map_memory(dev, pa, size, dir, attrs);
}

dma_addr_t dma_iommu_map_phys(struct device *dev, phys_addr_t pa, size_t size,
			      enum dma_data_direction dir, unsigned long attrs,
			      enum ledger_why *ret_why)
{
	return map_phys(dev, pa, size, dir, attrs, ret_why);
}

dma_addr_t dma_iommu_map_plain(struct device *dev, phys_addr_t pa, size_t size,
			       enum dma_data_direction dir, unsigned long attrs)
{
	enum ledger_why why;

	return map_phys(dev, pa, size, dir, attrs, &why);
}

dma_addr_t iommu_dma_map_page(struct device *dev, struct page *page, unsigned long offset,
			      size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	enum ledger_why why;

	return dma_iommu_map_phys(dev, page_to_phys(page) + offset, size, dir, attrs, &why);
}

phys_addr_t dma_iommu_phys(struct device *dev, dma_addr_t dma)
{
	return iommu_iova_to_phys(cookie_of(dev)->domain, dma);
}

/* A device that snoops has been marked since it bounced. */
static bool needs_phys(const struct device *dev, unsigned long attrs)
{
	if (likely(dev->dma_skip_sync))
		return false;
	return !(attrs & DMA_ATTR_SKIP_CPU_SYNC) || bounce_mem(dev);
}

static noinline void unmap_known(struct device *dev, dma_addr_t dma, size_t size,
			enum dma_data_direction dir, unsigned long attrs)
{
	phys_addr_t pa = dma_iommu_phys(dev, dma);

	if (WARN(!pa, "%s: unmapping dma %#llx, where nothing is mapped", dev_name(dev),
		 (unsigned long long)dma))
		return;
	if (!(attrs & DMA_ATTR_SKIP_CPU_SYNC) && !dev_is_dma_coherent(dev))
		port_sync_for_cpu(dev_port(dev), pa, size, dir);
	dma_iommu_unmap_range(dev, dma, size);
	swiotlb_tbl_unmap_single(dev, pa, size, dir, attrs);
}

void iommu_dma_unmap_page(struct device *dev, dma_addr_t dma_handle, size_t size,
			  enum dma_data_direction dir, unsigned long attrs)
{
	port_run_timers(dev_port(dev));
	if (unlikely(needs_phys(dev, attrs)))
		unmap_known(dev, dma_handle, size, dir, attrs);
	else
		unmap_range(dev, dma_handle, size);
}

dma_addr_t iommu_dma_map_resource(struct device *dev, phys_addr_t phys, size_t size,
				  enum dma_data_direction dir, unsigned long attrs)
{
	return dma_iommu_map_range(dev, phys, size,
				   dma_iommu_prot(dir, false, attrs) | IOMMU_MMIO, mask_of(dev));
}

void iommu_dma_unmap_resource(struct device *dev, dma_addr_t handle, size_t size,
			      enum dma_data_direction dir, unsigned long attrs)
{
	dma_iommu_unmap_range(dev, handle, size);
}

/* ---- ownership --------------------------------------------------------------------------- */

static bool is_nothing_to_sync(struct device *dev, size_t size, enum dma_data_direction dir)
{
	return dev_is_dma_coherent(dev) && !dma_iommu_may_bounce(dev, size, dir);
}

void iommu_dma_sync_single_for_cpu(struct device *dev, dma_addr_t dma_handle, size_t size,
				   enum dma_data_direction dir)
{
	phys_addr_t pa;

	if (is_nothing_to_sync(dev, size, dir))
		return;
	pa = dma_iommu_phys(dev, dma_handle);
	if (!pa)
		return;
	if (!dev_is_dma_coherent(dev))
		port_sync_for_cpu(dev_port(dev), pa, size, dir);
	swiotlb_sync_single_for_cpu(dev, pa, size, dir);
}

void iommu_dma_sync_single_for_device(struct device *dev, dma_addr_t dma_handle, size_t size,
				      enum dma_data_direction dir)
{
	phys_addr_t pa;

	if (is_nothing_to_sync(dev, size, dir))
		return;
	pa = dma_iommu_phys(dev, dma_handle);
	if (!pa)
		return;
	swiotlb_sync_single_for_device(dev, pa, size, dir);
	if (!dev_is_dma_coherent(dev))
		port_sync_for_device(dev_port(dev), pa, size, dir);
}

/* ---- limits ------------------------------------------------------------------------------ */

unsigned long iommu_dma_get_merge_boundary(struct device *dev)
{
	return cookie_of(dev)->mask;
}

size_t iommu_dma_opt_mapping_size(void)
{
	return iova_rcache_range();
}

size_t iommu_dma_max_mapping_size(struct device *dev)
{
	return dev->untrusted ? swiotlb_max_mapping_size(dev) : SIZE_MAX;
}
