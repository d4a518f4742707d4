/* SPDX-License-Identifier: MIT */
/*
 * Direct mapping: the device puts physical addresses on its bus, shifted where the
 * bus has dma-ranges.
 *
 *	bounce always? -------------------------------> swiotlb
 *	in reach?  no --> bounce buffers? -- yes -----> swiotlb
 *	    |                     `-- no ------------> refused
 *	coherent, or told not to?  -- yes ------------> nothing to do
 *	    `-- no ----> clean or invalidate the lines
 *
 * Linux: kernel/dma/direct.[ch], include/linux/dma-direct.h.
 */
#include <stdlib.h>

#include "dma.h"

/* ---- addresses ---------------------------------------------------------------------- */

static const struct bus_dma_region *region_of_phys(const struct bus_dma_region *m,
						   phys_addr_t paddr)
{
	for (; m->size; m++)
		if (paddr - m->cpu_start < m->size)
			return m;
	return NULL;
}

static const struct bus_dma_region *region_of_dma(const struct bus_dma_region *m, dma_addr_t dma)
{
	for (; m->size; m++)
		if (dma - m->dma_start < m->size)
			return m;
	return NULL;
}

dma_addr_t phys_to_dma(struct device *dev, phys_addr_t paddr)
{
	const struct bus_dma_region *m;

	if (likely(!dev->dma_range_map))
		return paddr;
	m = region_of_phys(dev->dma_range_map, paddr);
	return m ? paddr - m->cpu_start + m->dma_start : DMA_MAPPING_ERROR;
}

phys_addr_t dma_to_phys(struct device *dev, dma_addr_t dma)
{
	const struct bus_dma_region *m;

	if (likely(!dev->dma_range_map))
		return dma;
	m = region_of_dma(dev->dma_range_map, dma);
	return m ? dma - m->dma_start + m->cpu_start : PHYS_ADDR_MAX;
}

bool dma_capable(struct device *dev, dma_addr_t dma, size_t size, bool is_ram)
{
	if (dma == DMA_MAPPING_ERROR)
		return false;
	return dma + size - 1 <= min_not_zero(*dev->dma_mask, dev->bus_dma_limit);
}

bool dma_coherent_ok(struct device *dev, phys_addr_t phys, size_t size)
{
	dma_addr_t dma = phys_to_dma(dev, phys);

	return dma != DMA_MAPPING_ERROR &&
	       dma + size - 1 <= min_not_zero(dev->coherent_dma_mask, dev->bus_dma_limit);
}

int dma_direct_set_offset(struct device *dev, phys_addr_t cpu_start, dma_addr_t dma_start,
			  u64 size)
{
	struct bus_dma_region *map;

	if (dev->dma_range_map) {
		dev_err(dev, "attempt to add DMA range to existing map\n");
		return -EINVAL;
	}
	if (cpu_start == dma_start)
		return 0;
	map = g_try_new0(struct bus_dma_region, 2);
	if (!map)
		return -ENOMEM;
	map[0] = (struct bus_dma_region){ cpu_start, dma_start, size };
	dev->dma_range_map = map;
	return 0;
}

/* ---- one buffer ---------------------------------------------------------------------- */

static void warn_overflow(struct device *dev, unsigned what, dma_addr_t dma, size_t size)
{
	if (dev_warns_first(dev, what))
		dev_WARN(dev, "DMA addr %#llx+%zu overflow (mask %llx, bus limit %llx).",
			 (unsigned long long)dma, size, (unsigned long long)*dev->dma_mask,
			 (unsigned long long)dev->bus_dma_limit);
}

static bool needs_cache_work(struct device *dev, unsigned long attrs)
{
	return !dev_is_dma_coherent(dev) && !(attrs & DMA_ATTR_SKIP_CPU_SYNC);
}

static dma_addr_t map_out_of_reach(struct device *dev, phys_addr_t pa, size_t size,
				   enum dma_data_direction dir, unsigned long attrs,
				   enum ledger_why *ret_why)
{
	if (is_swiotlb_active(dev))
		return swiotlb_map_why(dev, pa, size, dir, attrs, ret_why);
	warn_overflow(dev, WARNED_OVERFLOW, to_dma(dev, pa), size);
	*ret_why = WHY_MASK;
	return DMA_MAPPING_ERROR;
}

dma_addr_t direct_map_phys(struct device *dev, phys_addr_t pa, size_t size,
			   enum dma_data_direction dir, unsigned long attrs,
			   enum ledger_why *ret_why)
{
	const struct io_tlb_mem *mem = bounce_mem(dev);
	dma_addr_t dma = to_dma(dev, pa);

	if (unlikely(mem && mem->force_bounce))
		return swiotlb_map_why(dev, pa, size, dir, attrs, ret_why);
	if (unlikely(!dma_capable(dev, dma, size, true)) ||
	    dma_kmalloc_needs_bounce(dev, size, dir))
		return map_out_of_reach(dev, pa, size, dir, attrs, ret_why);
	if (needs_cache_work(dev, attrs))
		port_sync_for_device(dev_port(dev), pa, size, dir);
	return dma;
}

dma_addr_t dma_direct_map_page(struct device *dev, struct page *page, unsigned long offset,
			       size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	enum ledger_why why;

	return direct_map_phys(dev, page_to_phys(page) + offset, size, dir, attrs, &why);
}

static void sync_for_cpu(struct device *dev, phys_addr_t pa, size_t size,
			 enum dma_data_direction dir)
{
	if (!dev_is_dma_coherent(dev))
		port_sync_for_cpu(dev_port(dev), pa, size, dir);
	if (is_bounced(dev, pa))
		swiotlb_sync_single_for_cpu(dev, pa, size, dir);
}

void dma_direct_unmap_page(struct device *dev, dma_addr_t dma, size_t size,
			   enum dma_data_direction dir, unsigned long attrs)
{
	phys_addr_t pa = to_phys(dev, dma);

	if (!(attrs & DMA_ATTR_SKIP_CPU_SYNC))
		sync_for_cpu(dev, pa, size, dir);
	if (is_bounced(dev, pa))
		swiotlb_tbl_unmap_single(dev, pa, size, dir, attrs | DMA_ATTR_SKIP_CPU_SYNC);
}

dma_addr_t dma_direct_map_resource(struct device *dev, phys_addr_t paddr, size_t size,
				   enum dma_data_direction dir, unsigned long attrs)
{
	if (dma_capable(dev, paddr, size, false))
		return paddr;
	warn_overflow(dev, WARNED_RESOURCE, paddr, size);
	return DMA_MAPPING_ERROR;
}

void dma_direct_sync_single_for_device(struct device *dev, dma_addr_t dma, size_t size,
				       enum dma_data_direction dir)
{
	phys_addr_t pa = to_phys(dev, dma);

	if (is_bounced(dev, pa))
		swiotlb_sync_single_for_device(dev, pa, size, dir);
	if (!dev_is_dma_coherent(dev))
		port_sync_for_device(dev_port(dev), pa, size, dir);
}

void dma_direct_sync_single_for_cpu(struct device *dev, dma_addr_t dma, size_t size,
				    enum dma_data_direction dir)
{
	sync_for_cpu(dev, to_phys(dev, dma), size, dir);
}

/* ---- lists --------------------------------------------------------------------------- */

int dma_direct_map_sg(struct device *dev, struct scatterlist *sgl, int nents,
		      enum dma_data_direction dir, unsigned long attrs)
{
	enum ledger_why why;
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i) {
		dma_addr_t dma;

		port_before_load(sg, sizeof(*sg));
		dma = direct_map_phys(dev, sg_phys(sg), sg->length, dir, attrs, &why);
		port_before_store(sg, sizeof(*sg));
		sg->dma_address = dma;
		if (dma == DMA_MAPPING_ERROR) {
			dma_direct_unmap_sg(dev, sgl, i, dir, attrs | DMA_ATTR_SKIP_CPU_SYNC);
			return -EIO;
		}
		sg_dma_len(sg) = sg->length;
	}
	return nents;
}

void dma_direct_unmap_sg(struct device *dev, struct scatterlist *sgl, int nents,
			 enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	for_each_sg_there(sgl, sg, nents, i)
		dma_direct_unmap_page(dev, sg->dma_address, sg_dma_len(sg), dir, attrs);
}

void dma_direct_sync_sg_for_device(struct device *dev, struct scatterlist *sgl, int nents,
				   enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	for_each_sg_there(sgl, sg, nents, i)
		dma_direct_sync_single_for_device(dev, sg_dma_address(sg), sg->length, dir);
}

void dma_direct_sync_sg_for_cpu(struct device *dev, struct scatterlist *sgl, int nents,
				enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	for_each_sg_there(sgl, sg, nents, i)
		dma_direct_sync_single_for_cpu(dev, sg_dma_address(sg), sg->length, dir);
}

/* ---- memory for both ------------------------------------------------------------------ */

static struct page *alloc_restricted(struct device *dev, size_t size)
{
	struct page *page = swiotlb_alloc(dev, size);

	if (!page || dma_coherent_ok(dev, page_to_phys(page), size))
		return page;
	swiotlb_free(dev, page, size);
	return NULL;
}

static void free_in_reach(struct device *dev, struct page *page, size_t size)
{
	if (!swiotlb_free(dev, page, size) && !contiguous_free(dev, page, size))
		free_page_run(page, size, NULL);
}

/* Who may wait for pages to move gets more than one page from a contiguous area. */
static struct page *alloc_contiguous(struct device *dev, size_t size, gfp_t gfp)
{
	struct page *page = dma_alloc_contiguous(dev, size, gfp);

	if (!page || (!PageHighMem(page) && dma_coherent_ok(dev, page_to_phys(page), size)))
		return page;
	dma_free_contiguous(dev, page, size);
	return NULL;
}

/* Any memory first; if the device does not reach that, what all devices reach. */
static struct page *alloc_in_reach(struct device *dev, size_t size, gfp_t gfp)
{
	struct page *page;

	if (unlikely(is_swiotlb_for_alloc(dev)))
		return alloc_restricted(dev, size);
	page = alloc_contiguous(dev, size, gfp);
	if (page)
		return page;
	page = alloc_page_run(dev->kernel, size, gfp, NULL);
	if (!page || dma_coherent_ok(dev, page_to_phys(page), size))
		return page;
	free_page_run(page, size, NULL);
	page = alloc_page_run(dev->kernel, size, gfp | GFP_DMA, NULL);
	if (!page || dma_coherent_ok(dev, page_to_phys(page), size))
		return page;
	free_page_run(page, size, NULL);
	return NULL;
}

/* Arm has no way to make pages of a restricted pool uncached. */
static void *no_uncached_memory(struct device *dev)
{
	if (dev_warns_first(dev, WARNED_NO_UNCACHED))
		dev_warn(dev, "coherent DMA allocations not supported out of a restricted "
			 "pool, as the device does not snoop\n");
	return NULL;
}

/* @ret_page stays untouched on failure. */
static void *alloc_memory(struct device *dev, size_t size, gfp_t gfp, bool is_mapped,
			  struct page **ret_page)
{
	struct page *page;

	page = alloc_in_reach(dev, size, gfp);
	if (!page)
		return NULL;
	*ret_page = page;
	if (!is_mapped)
		return page;
	port_zero(page_address(page), size);
	return page_address(page);
}

/*
 * Linux serves what needs no mapping before it asks the architecture: on Arm such memory
 * is neither cleared nor flushed, as examples/r2-no-kernel-mapping shows. Repaired, a
 * non-coherent device's comes from Arm's allocator like all other.
 */
static bool is_cookie(const struct device *dev, unsigned long attrs)
{
	return attrs & DMA_ATTR_NO_KERNEL_MAPPING &&
	       (dev->dma_coherent || !dev->kernel->config.is_repaired);
}

void *dma_direct_alloc(struct device *dev, size_t size, dma_addr_t *ret_handle, gfp_t gfp,
		       unsigned long attrs)
{
	bool is_restricted = is_swiotlb_for_alloc(dev);
	bool is_mapped = !(attrs & DMA_ATTR_NO_KERNEL_MAPPING) || is_restricted;
	struct page *page;
	void *va;

	if (!size || size > SZ_2G)
		return NULL;
	if (!dev_is_dma_coherent(dev) && (is_mapped || dev->kernel->config.is_repaired))
		return is_restricted ? no_uncached_memory(dev)
				     : arch_dma_alloc(dev, size, ret_handle, gfp, attrs);
	va = alloc_memory(dev, PAGE_ALIGN(size), gfp, is_mapped, &page);
	if (va)
		*ret_handle = phys_to_dma(dev, page_to_phys(page));
	return va;
}

void dma_direct_free(struct device *dev, size_t size, void *va, dma_addr_t dma,
		     unsigned long attrs)
{
	bool is_restricted = is_swiotlb_for_alloc(dev);
	struct page *page;

	size = PAGE_ALIGN(size);
	if (is_cookie(dev, attrs) && !is_restricted)
		return free_in_reach(dev, va, size);
	if (!dev_is_dma_coherent(dev) && !is_restricted)
		return arch_dma_free(dev, size, va, dma, attrs);
	page = virt_to_page(va);
	if (!WARN(!page || page_kernel(page) != dev->kernel, "%s: freeing invalid buffer",
		  dev_name(dev)))
		free_in_reach(dev, page, size);
}

struct page *dma_direct_alloc_pages(struct device *dev, size_t size, dma_addr_t *dma_handle,
				    enum dma_data_direction dir, gfp_t gfp)
{
	struct page *page;

	if (!size || size > SZ_2G)
		return NULL;
	page = alloc_in_reach(dev, size, gfp);
	if (!page)
		return NULL;
	port_zero(page_address(page), size);
	*dma_handle = phys_to_dma(dev, page_to_phys(page));
	return page;
}

void dma_direct_free_pages(struct device *dev, size_t size, struct page *page,
			   dma_addr_t dma_addr, enum dma_data_direction dir)
{
	free_in_reach(dev, page, size);
}

/* Memory of a device's own has no pages; Linux makes some up. */
int dma_direct_get_sgtable(struct device *dev, struct sg_table *sgt, void *cpu_addr,
			   dma_addr_t dma_addr, size_t size, unsigned long attrs)
{
	phys_addr_t pa = dma_to_phys(dev, dma_addr);
	int err;

	if (WARN(!port_is_ram(dev_port(dev), pa, PAGE_ALIGN(size)),
		 "%s: no pages behind the memory of a list", dev_name(dev)))
		return -ENXIO;
	err = sg_alloc_table(sgt, 1, GFP_KERNEL);
	if (err)
		return err;
	sg_set_page(sgt->sgl, kernel_page(dev->kernel, pa), (unsigned int)PAGE_ALIGN(size), 0);
	return 0;
}

/* What is mapped uncached for the kernel can be for a process. */
bool dma_direct_can_mmap(struct device *dev)
{
	return true;
}

/* ---- reach ----------------------------------------------------------------------------- */

static phys_addr_t last_page(const struct kernel *k)
{
	return k->port.lowmem_pa + ((phys_addr_t)(k->nr_pages - 1) << PAGE_SHIFT);
}

u64 dma_direct_get_required_mask(struct device *dev)
{
	u64 highest = phys_to_dma(dev, last_page(dev->kernel));

	return (1ull << (fls64(highest) - 1)) * 2 - 1;
}

/* 32 bits always do: either they reach all, or the rest is bounced. */
int dma_direct_supported(struct device *dev, u64 mask)
{
	u64 must_reach;

	if (mask >= DMA_BIT_MASK(32))
		return 1;
	must_reach = min(last_page(dev->kernel), dev->kernel->zone_dma_limit);
	return mask >= phys_to_dma(dev, must_reach);
}

size_t dma_direct_max_mapping_size(struct device *dev)
{
	if (is_swiotlb_active(dev) &&
	    (dma_addressing_limited(dev) || is_swiotlb_force_bounce(dev)))
		return swiotlb_max_mapping_size(dev);
	return SIZE_MAX;
}

bool dma_direct_need_sync(struct device *dev, dma_addr_t dma)
{
	return !dev_is_dma_coherent(dev) || is_bounced(dev, dma_to_phys(dev, dma));
}

static bool is_mapped(const struct bus_dma_region *map, phys_addr_t pa, phys_addr_t end)
{
	while (pa < end) {
		const struct bus_dma_region *m = region_of_phys(map, pa);

		if (!m)
			return false;
		pa = m->cpu_start + m->size;
	}
	return true;
}

bool dma_direct_all_ram_mapped(struct device *dev)
{
	const struct port *p = dev_port(dev);

	if (!dev->dma_range_map)
		return true;
	for (unsigned i = 0; i < p->nr_banks; i++)
		if (!is_mapped(dev->dma_range_map, p->bank[i].pa,
			       p->bank[i].pa + p->bank[i].len))
			return false;
	return true;
}
