/* SPDX-License-Identifier: MIT */
/*
 * Memory for both sides by the ARM32 backend.
 *
 *	device snoops      pages in a row of the linear map
 *	must not sleep     the atomic pool
 *	FORCE_CONTIGUOUS   the contiguous area, mapped once more, uncached
 *	else               pages from anywhere, 2 MiB, 1 MiB, 64 KiB, 4 KiB at a time, mapped
 *	                   once more, uncached; the linear map keeps its mapping of them
 *
 * Without a kernel mapping the cookie is the array of pages.
 *
 * The first two are one run, but Linux hands iommu_map() an "array" of one page, whatever
 * the size: from the second page on it reads what lies behind a variable on its stack. Here
 * the second page stays unmapped, which is said. Linux does the like when such memory is
 * asked for by mmap() or as a list; here that is -ENXIO, and said.
 *
 * Differs from Linux: the pool clears what it hands out again.
 *
 * Linux: arch/arm/mm/dma-mapping.c.
 */
#include <linux/iommu.h>

#include "arm-alloc.h"
#include "arm-iommu.h"
#include "../iommu/map.h"

static const unsigned int orders[] = { 9, 8, 4, 0 };

/* ---- pages ----------------------------------------------------------------------------- */

/* Of one buffer, while it is made. */
struct pages {
	struct device *dev;
	struct page **page;
	size_t nr;
	gfp_t gfp;
};

static void clear_pages(struct device *dev, struct page *page, size_t size)
{
	if (dev_is_dma_coherent(dev))
		phys_zero(dev->kernel, page_to_phys(page), size);
	else
		arm_dma_clear_buffer(dev->kernel, page, size);
}

static void add_run(struct pages *p, struct page *page, size_t nr)
{
	clear_pages(p->dev, page, nr << PAGE_SHIFT);
	for (size_t i = 0; i < nr; i++)
		p->page[p->nr++] = page + i;
}

static bool take_block(struct pages *p, unsigned int order)
{
	gfp_t gfp = order ? p->gfp | __GFP_NORETRY : p->gfp;
	struct page *page = kernel_alloc_pages(p->dev->kernel, gfp, order, NULL);

	if (!page)
		return false;
	split_page(page, order);
	add_run(p, page, (size_t)1 << order);
	return true;
}

static void free_pages_of(struct pages *p)
{
	while (p->nr)
		kernel_free_pages(p->page[--p->nr], 0, NULL);
}

/* An order is left for good when it fails, or is larger than what is missing. */
static bool take_blocks(struct pages *p, size_t nr, unsigned long attrs)
{
	unsigned int at = attrs & DMA_ATTR_ALLOC_SINGLE_PAGES ? ARRAY_SIZE(orders) - 1 : 0;

	while (p->nr < nr) {
		if (nr - p->nr >= (size_t)1 << orders[at] && take_block(p, orders[at]))
			continue;
		if (!orders[at]) {
			free_pages_of(p);
			return false;
		}
		at++;
	}
	return true;
}

static bool take_contiguous(struct pages *p, size_t nr)
{
	struct page *page = dma_alloc_from_contiguous(p->dev, nr,
						      (unsigned int)get_order(nr << PAGE_SHIFT),
						      p->gfp & __GFP_NOWARN);

	if (page)
		add_run(p, page, nr);
	return page;
}

/* An array of all pages of @size bytes, cleared, and in no cache unless @dev snoops. */
static struct page **take_pages(struct device *dev, size_t size, gfp_t gfp,
				unsigned long attrs)
{
	struct pages p = { dev, NULL, 0, gfp };
	size_t nr = size >> PAGE_SHIFT;
	bool is_taken;

	if (!nr || nr > dev->kernel->nr_pages || kernel_fails(dev->kernel))
		return NULL;
	p.page = g_new(struct page *, nr);
	if (attrs & DMA_ATTR_FORCE_CONTIGUOUS) {
		is_taken = take_contiguous(&p, nr);
	} else {
		p.gfp |= __GFP_NOWARN | __GFP_HIGHMEM;
		is_taken = take_blocks(&p, nr, attrs);
	}
	if (!is_taken)
		g_clear_pointer(&p.page, g_free);
	return p.page;
}

static void give_pages(struct device *dev, struct page **pages, size_t size,
		       unsigned long attrs)
{
	struct pages p = { dev, pages, size >> PAGE_SHIFT, 0 };

	if (attrs & DMA_ATTR_FORCE_CONTIGUOUS)
		dma_release_from_contiguous(dev, pages[0], (int)p.nr);
	else
		free_pages_of(&p);
	g_free(pages);
}

/* ---- addresses ------------------------------------------------------------------------- */

static size_t run_length(struct page *const *pages, size_t nr)
{
	size_t len = 1;

	while (len < nr && page_to_pfn(pages[len]) == page_to_pfn(pages[0]) + len)
		len++;
	return len;
}

/* @pages, of which there are @nr, at addresses in a row for @size bytes. */
static dma_addr_t map_pages(struct device *dev, struct page *const *pages, size_t nr,
			    size_t size, unsigned long attrs)
{
	struct dma_iommu_mapping *mapping = to_dma_iommu_mapping(dev);
	int prot = arm_iommu_prot(DMA_BIDIRECTIONAL, attrs);
	dma_addr_t iova = arm_iova_alloc(mapping, size);

	for (size_t i = 0, len; iova != DMA_MAPPING_ERROR && i < nr; i += len) {
		len = run_length(pages + i, nr - i);
		if (iommu_map_for(mapping->domain, iova + (i << PAGE_SHIFT), page_to_phys(pages[i]),
				  len << PAGE_SHIFT, prot, GFP_KERNEL, NULL) < 0) {
			iommu_unmap(mapping->domain, iova, i << PAGE_SHIFT);
			arm_iova_free(mapping, iova, size);
			return DMA_MAPPING_ERROR;
		}
	}
	return iova;
}

/* ---- one run --------------------------------------------------------------------------- */

/* Linux's error path gives back what is the pool's, and forgets what is not. */
static void *alloc_simple(struct device *dev, size_t size, dma_addr_t *ret_handle, gfp_t gfp,
			  unsigned long attrs)
{
	bool is_coherent = dev_is_dma_coherent(dev);
	struct page *page;
	void *va;

	if (is_coherent) {
		page = alloc_page_run(dev->kernel, size, gfp, NULL);
		va = page ? page_address(page) : NULL;
		if (page)
			clear_pages(dev, page, size);
	} else {
		page = dma_alloc_from_pool(dev, size, &va, gfp | __GFP_NOWARN, NULL);
	}
	if (!page)
		return NULL;
	WARN(size > PAGE_SIZE, "%s: BUG: %zu bytes by way of one struct page; only the first "
	     "page is mapped", dev_name(dev), size);
	*ret_handle = map_pages(dev, &page, 1, size, attrs);
	if (*ret_handle != DMA_MAPPING_ERROR)
		return va;
	dma_free_from_pool(dev, va, size);
	return NULL;
}

static void free_simple(struct device *dev, size_t size, void *va, dma_addr_t handle)
{
	arm_iommu_remove(dev, handle, size);
	if (!dev_is_dma_coherent(dev))
		dma_free_from_pool(dev, va, size);
	else if (!WARN(!virt_to_page(va), "%s: freeing invalid buffer", dev_name(dev)))
		free_page_run(virt_to_page(va), size, NULL);
}

/* ---- buffers --------------------------------------------------------------------------- */

/*
 * The array of what was allocated: the cookie itself, or kept by the mapping. NULL: it has
 * none, and of memory that Linux would take for its own array that is said.
 */
static struct page **find_pages(struct device *dev, void *cpu_addr, unsigned long attrs)
{
	bool is_memory = kernel_of(cpu_addr) != NULL;

	if (WARN(atomic_pool_has(dev->kernel, cpu_addr, PAGE_SIZE) ||
		 (is_memory && attrs & DMA_ATTR_NO_KERNEL_MAPPING),
		 "%s: BUG: memory taken for an array of its pages", dev_name(dev)))
		return NULL;
	if (attrs & DMA_ATTR_NO_KERNEL_MAPPING)
		return cpu_addr;
	return is_memory ? dma_common_find_pages(cpu_addr) : NULL;
}

/* Where the CPU finds them, or the cookie. */
static void *map_for_cpu(struct device *dev, struct page **pages, size_t size,
			 unsigned long attrs)
{
	if (attrs & DMA_ATTR_NO_KERNEL_MAPPING)
		return pages;
	return dma_common_pages_remap(pages, size, dma_pgprot(dev, PAGE_KERNEL, attrs),
				      __builtin_return_address(0));
}

void *arm_iommu_alloc_attrs(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp,
			    unsigned long attrs)
{
	struct page **pages;
	void *va;

	size = PAGE_ALIGN(size);
	if (dev_is_dma_coherent(dev) || !gfpflags_allow_blocking(gfp))
		return alloc_simple(dev, size, handle, gfp, attrs);
	pages = take_pages(dev, size, gfp, attrs);
	if (!pages)
		return NULL;
	*handle = map_pages(dev, pages, size >> PAGE_SHIFT, size, attrs);
	if (*handle != DMA_MAPPING_ERROR) {
		va = map_for_cpu(dev, pages, size, attrs);
		if (va)
			return va;
		arm_iommu_remove(dev, *handle, size);
	}
	give_pages(dev, pages, size, attrs);
	return NULL;
}

void arm_iommu_free_attrs(struct device *dev, size_t size, void *cpu_addr, dma_addr_t handle,
			  unsigned long attrs)
{
	struct page **pages;

	size = PAGE_ALIGN(size);
	if (dev_is_dma_coherent(dev) || atomic_pool_has(dev->kernel, cpu_addr, size))
		return free_simple(dev, size, cpu_addr, handle);
	pages = find_pages(dev, cpu_addr, attrs);
	if (WARN(!pages, "%s: trying to free invalid coherent area", dev_name(dev)))
		return;
	if (!(attrs & DMA_ATTR_NO_KERNEL_MAPPING))
		dma_common_free_remap(cpu_addr, size);
	arm_iommu_remove(dev, handle, size);
	give_pages(dev, pages, size, attrs);
}

/* ---- for others to map ------------------------------------------------------------------ */

int arm_iommu_mmap_attrs(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
			 dma_addr_t dma_addr, size_t size, unsigned long attrs)
{
	struct page **pages = find_pages(dev, cpu_addr, attrs);
	unsigned long nr = PAGE_ALIGN(size) >> PAGE_SHIFT;
	int err;

	if (!pages || vma->vm_pgoff >= nr)
		return -ENXIO;
	vma->vm_page_prot = dma_pgprot(dev, vma->vm_page_prot, attrs);
	err = vm_map_pages(vma, pages, nr);
	if (err)
		pr_err("Remapping memory failed: %d\n", err);
	return err;
}

int arm_iommu_get_sgtable(struct device *dev, struct sg_table *sgt, void *cpu_addr,
			  dma_addr_t dma_addr, size_t size, unsigned long attrs)
{
	struct page **pages = find_pages(dev, cpu_addr, attrs);

	if (!pages)
		return -ENXIO;
	return sg_alloc_table_from_pages(sgt, pages, (unsigned int)(PAGE_ALIGN(size) >> PAGE_SHIFT),
					 0, size, GFP_KERNEL);
}
