/* SPDX-License-Identifier: MIT */
/*
 * The DMA API over an IOMMU: memory for the CPU and a device.
 *
 *	may sleep, need not be     pages from anywhere, in a row for the device and, by
 *	in one piece               vmap(), for the CPU
 *	else, a device that snoops one piece of the page allocator or a contiguous area
 *	else                       one piece by arch_dma_alloc(): of a contiguous area, or
 *	                           the pool of those who must not sleep
 *
 * What a device that does not snoop shares with the CPU is mapped uncached, and shall be
 * so everywhere. Pages of highmem are in no other mapping. Where those of a contiguous
 * area are used (strategy cma), the linear map's entries change. For what is left, all of
 * it with the strategy remap, the linear map has a cached mapping as well: as in Linux,
 * which does nothing about it, and a report says so.
 *
 * Differs from Linux: that; and with the strategies legacy2011, pool and carveout there is
 * one piece always, as these say where memory comes from.
 * Linux: drivers/iommu/dma-iommu.c, iommu_dma_alloc() and around it.
 */
#include <linux/cma.h>
#include <linux/highmem.h>
#include <linux/vmalloc.h>

#include "arm-alloc.h"
#include "dma-iommu.h"
#include "../iommu/map.h"

/* ---- pages from anywhere ----------------------------------------------------------------- */

/* What is asked for, and what there is of it. */
struct page_set {
	struct device *dev;
	struct page **pages;
	unsigned count;			/* wanted */
	unsigned nr;			/* taken so far */
	gfp_t gfp;
	bool is_uncached;
};

static struct page *take_uncached_area(const struct page_set *s, unsigned order)
{
	const struct kernel *k = s->dev->kernel;

	if (!s->is_uncached || k->config.coherent != COHERENT_CMA || k->nr_zone_free[ZONE_HIGHMEM])
		return NULL;
	return dma_alloc_from_contiguous(s->dev, (size_t)1 << order, order, true);
}

static struct page *take_block(const struct page_set *s, unsigned order, bool is_last_try)
{
	struct page *page = take_uncached_area(s, order);

	if (page)
		return page;
	page = kernel_alloc_pages(s->dev->kernel, s->gfp | (is_last_try ? 0 : __GFP_NORETRY),
				  order, NULL);
	if (page && order)
		split_page(page, order);
	return page;
}

/* The largest block of @orders (a bit for each) that there is. 0: none. */
static unsigned take_some(struct page_set *s, unsigned long *orders)
{
	*orders &= GENMASK(__fls(s->count - s->nr), 0);
	while (*orders) {
		unsigned order = (unsigned)__fls(*orders);
		struct page *page = take_block(s, order, *orders == 1ul << order);

		if (page) {
			for (unsigned i = 0; i < 1u << order; i++)
				s->pages[s->nr++] = page + i;
			return 1u << order;
		}
		*orders &= ~(1ul << order);
	}
	return 0;
}

/* Of a contiguous area, so that the linear map is what we make it, if it has it? */
static bool is_of_area(const struct kernel *k, struct page *page)
{
	return cma_at(k, page_pa(k, page)) != NULL;
}

/* As many of the pages from @first on as follow each other in memory and are alike. */
static unsigned run_len(const struct kernel *k, struct page **pages, unsigned nr, unsigned first)
{
	bool is_area = is_of_area(k, pages[first]);
	unsigned end = first + 1;

	while (end < nr && pages[end] == pages[end - 1] + 1 && is_of_area(k, pages[end]) == is_area)
		end++;
	return end - first;
}

static void free_area_run(struct device *dev, struct page *page, size_t len)
{
	struct kernel *k = dev->kernel;

	if (!page_is_high(k, page))
		arm_dma_set_linear(k, page_pa(k, page), (u32)len, PAGE_KERNEL);
	contiguous_free(dev, page, len);
}

/* Somebody who counted a page keeps it. */
static void free_pages_of(struct device *dev, struct page **pages, unsigned nr)
{
	unsigned len;

	for (unsigned i = 0; i < nr; i += len) {
		len = run_len(dev->kernel, pages, nr, i);
		if (is_of_area(dev->kernel, pages[i]))
			free_area_run(dev, pages[i], (size_t)len << PAGE_SHIFT);
		else
			for (unsigned j = 0; j < len; j++)
				__free_page(pages[i + j]);
	}
	dma_let_go(dev->kernel, pages);
}

/* Zeros, and no cache holds any of it. */
static void clear_run(struct kernel *k, struct page *page, size_t len, pgprot_t prot)
{
	phys_addr_t pa = page_pa(k, page);

	if (is_of_area(k, page) && !page_is_high(k, page)) {
		phys_zero(k, pa, len);
		arm_dma_set_linear(k, pa, (u32)len, prot);
		port_flush_memory(&k->port, pa, (u32)len);
	} else {
		arm_dma_clear_buffer(k, page, len);
	}
}

static void clear_uncached(const struct page_set *s, unsigned long attrs)
{
	pgprot_t prot = dma_pgprot(s->dev, PAGE_KERNEL, attrs);
	struct kernel *k = s->dev->kernel;
	unsigned len;

	for (unsigned i = 0; i < s->nr; i += len) {
		len = run_len(k, s->pages, s->nr, i);
		clear_run(k, s->pages[i], (size_t)len << PAGE_SHIFT, prot);
	}
}

static bool fill(struct page_set *s, unsigned long orders)
{
	orders &= GENMASK(MAX_PAGE_ORDER, 0);
	while (s->nr < s->count)
		if (!take_some(s, &orders))
			return false;
	return true;
}

/* An IOMMU maps any memory. */
static struct page **take_pages(struct device *dev, unsigned count, unsigned long orders, gfp_t gfp,
				bool is_uncached, unsigned long attrs)
{
	struct page_set s = {
		.dev = dev, .count = count, .is_uncached = is_uncached,
		.gfp = gfp | __GFP_NOWARN | __GFP_HIGHMEM | (is_uncached ? 0 : __GFP_ZERO),
	};

	s.pages = dma_keep(dev->kernel, count * sizeof(*s.pages), NULL);
	if (!s.pages)
		return NULL;
	if (!fill(&s, orders)) {
		free_pages_of(dev, s.pages, s.nr);
		return NULL;
	}
	if (is_uncached)
		clear_uncached(&s, attrs);
	return s.pages;
}

/* ---- and in a row for the device --------------------------------------------------------- */

/* What of the IOMMU's pages is worth asking for; @ret_size grows to whole ones of them. */
static unsigned long orders_of(const struct iommu_domain *domain, unsigned long attrs,
			       size_t *ret_size)
{
	unsigned long sizes = domain->pgsize_bitmap;
	unsigned long least = sizes & -sizes;

	if (least < PAGE_SIZE) {
		least = PAGE_SIZE;
		sizes |= PAGE_SIZE;
	} else {
		*ret_size = ALIGN(*ret_size, least);
	}
	return (attrs & DMA_ATTR_ALLOC_SINGLE_PAGES ? least : sizes) >> PAGE_SHIFT;
}

/* Lists beside the pages may come from anywhere, too. */
static bool map_list(struct device *dev, dma_addr_t iova, struct sg_table *sgt, size_t size,
		     int prot, gfp_t gfp)
{
	gfp &= ~(gfp_t)(__GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM | __GFP_COMP | __GFP_ZERO);
	return iommu_map_sg_for(cookie_of(dev)->domain, iova, sgt->sgl, sgt->orig_nents, prot, gfp,
				NULL) == (ssize_t)size;
}

static bool map_pages(struct device *dev, struct page **pages, unsigned count, size_t size,
		      struct sg_table *sgt, gfp_t gfp, unsigned long attrs)
{
	struct iommu_dma_cookie *c = cookie_of(dev);
	int prot = dma_iommu_prot(DMA_BIDIRECTIONAL, dev_is_dma_coherent(dev), attrs);
	dma_addr_t iova = dma_iommu_alloc_iova(c, dev, size, dev->coherent_dma_mask);

	if (!iova)
		return false;
	if (sg_alloc_table_from_pages(sgt, pages, count, 0, size, GFP_KERNEL))
		goto free_iova;
	if (!map_list(dev, iova, sgt, size, prot, gfp))
		goto free_table;
	sgt->sgl->dma_address = iova;
	sg_dma_len(sgt->sgl) = (unsigned int)size;
	return true;
free_table:
	sg_free_table(sgt);
free_iova:
	dma_iommu_free_iova(c, iova, size);
	return false;
}

/* @is_uncached: it shall be no cached memory; else the caches are not asked. */
static struct page **alloc_noncontiguous(struct device *dev, size_t size, struct sg_table *sgt,
					 gfp_t gfp, unsigned long attrs, bool is_uncached)
{
	struct iommu_dma_cookie *c = cookie_of(dev);
	unsigned long orders = orders_of(c->domain, attrs, &size);
	unsigned count = (unsigned)(PAGE_ALIGN(size) >> PAGE_SHIFT);
	struct page **pages;

	if (!size || dma_iommu_attach_deferred(dev))
		return NULL;
	pages = take_pages(dev, count, orders, gfp, is_uncached, attrs);
	if (!pages)
		return NULL;
	if (map_pages(dev, pages, count, whole_pages(c, size), sgt, gfp, attrs))
		return pages;
	free_pages_of(dev, pages, count);
	return NULL;
}

static unsigned nr_pages_of(const struct device *dev, size_t size)
{
	return (unsigned)(PAGE_ALIGN(whole_pages(cookie_of(dev), size)) >> PAGE_SHIFT);
}

static void *alloc_remapped(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp,
			    unsigned long attrs)
{
	struct sg_table sgt;
	struct page **pages = alloc_noncontiguous(dev, size, &sgt, gfp, attrs,
						  !dev_is_dma_coherent(dev));
	dma_addr_t iova;
	void *va;

	if (!pages)
		return NULL;
	iova = sg_dma_address(sgt.sgl);
	sg_free_table(&sgt);
	va = dma_common_pages_remap(pages, size, dma_pgprot(dev, PAGE_KERNEL, attrs),
				    __builtin_return_address(0));
	if (va) {
		*handle = iova;
		return va;
	}
	dma_iommu_unmap_range(dev, iova, size);
	free_pages_of(dev, pages, nr_pages_of(dev, size));
	return NULL;
}

/* ---- one piece --------------------------------------------------------------------------- */

static void *take_snooped(struct device *dev, size_t size, phys_addr_t *ret_pa, gfp_t gfp)
{
	struct page *page = dma_alloc_contiguous(dev, size, gfp);
	void *va;

	if (!page)
		page = kernel_alloc_pages(dev->kernel, gfp, (unsigned)get_order(size), NULL);
	if (!page)
		return NULL;
	*ret_pa = page_to_phys(page);
	va = PageHighMem(page) ? dma_common_contiguous_remap(page, size, PAGE_KERNEL,
							     __builtin_return_address(0))
			       : page_address(page);
	if (!va) {
		dma_free_contiguous(dev, page, size);
		return NULL;
	}
	phys_zero(dev->kernel, *ret_pa, size);
	return va;
}

static void free_snooped(struct device *dev, size_t size, void *va)
{
	bool is_remapped = is_vmalloc_addr(va);
	struct page *page = is_remapped ? vmalloc_to_page(va) : virt_to_page(va);

	if (WARN(!page || page_kernel(page) != dev->kernel, "%s: freeing invalid buffer",
		 dev_name(dev)))
		return;
	if (is_remapped)
		dma_common_free_remap(va, size);
	dma_free_contiguous(dev, page, size);
}

static void *alloc_piece(struct device *dev, size_t size, phys_addr_t *ret_pa, gfp_t gfp,
			 unsigned long attrs)
{
	if (dev_is_dma_coherent(dev))
		return take_snooped(dev, PAGE_ALIGN(size), ret_pa, gfp);
	return arch_dma_alloc(dev, size, ret_pa, gfp, attrs & ~DMA_ATTR_NO_KERNEL_MAPPING);
}

static void free_piece(struct device *dev, size_t size, void *va)
{
	if (dev_is_dma_coherent(dev))
		free_snooped(dev, PAGE_ALIGN(size), va);
	else
		arch_dma_free(dev, size, va, 0, 0);
}

static void *alloc_contiguous(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp,
			      unsigned long attrs)
{
	int prot = dma_iommu_prot(DMA_BIDIRECTIONAL, dev_is_dma_coherent(dev), attrs);
	phys_addr_t pa;
	void *va = alloc_piece(dev, size, &pa, gfp, attrs);
	dma_addr_t dma;

	if (!va)
		return NULL;
	dma = dma_iommu_map_range(dev, pa, size, prot, dev->coherent_dma_mask);
	if (dma == DMA_MAPPING_ERROR) {
		free_piece(dev, size, va);
		return NULL;
	}
	*handle = dma;
	return va;
}

/* ---- coherent memory --------------------------------------------------------------------- */

static bool may_be_scattered(const struct device *dev, gfp_t gfp, unsigned long attrs)
{
	enum coherent_strategy how = dev->kernel->config.coherent;

	if (!gfpflags_allow_blocking(gfp) || attrs & DMA_ATTR_FORCE_CONTIGUOUS)
		return false;
	return dev->dma_coherent || how == COHERENT_CMA || how == COHERENT_REMAP ||
	       how == COHERENT_HIGHMEM;
}

void *iommu_dma_alloc(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp,
		      unsigned long attrs)
{
	if (!size || size > SZ_2G)
		return NULL;
	if (may_be_scattered(dev, gfp, attrs))
		return alloc_remapped(dev, size, handle, gfp, attrs);
	return alloc_contiguous(dev, size, handle, gfp, attrs);
}

void iommu_dma_free(struct device *dev, size_t size, void *cpu_addr, dma_addr_t handle,
		    unsigned long attrs)
{
	struct page **pages = dma_common_find_pages(cpu_addr);

	dma_iommu_unmap_range(dev, handle, size);
	if (!pages) {
		free_piece(dev, size, cpu_addr);
		return;
	}
	dma_common_free_remap(cpu_addr, PAGE_ALIGN(size));
	free_pages_of(dev, pages, nr_pages_of(dev, size));
}

/* An area takes its pages back, whoever counts them: the process must not seem to. */
static int mmap_area_pages(struct vm_area_struct *vma, struct page **pages)
{
	unsigned long at = vma->vm_start;
	int err = 0;

	for (pages += vma->vm_pgoff; !err && at < vma->vm_end; at += PAGE_SIZE)
		err = remap_pfn_range(vma, at, page_to_pfn(*pages++), PAGE_SIZE,
				      vma->vm_page_prot);
	return err;
}

static bool has_area_pages(const struct kernel *k, struct page **pages, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++)
		if (is_of_area(k, pages[i]))
			return true;
	return false;
}

static int mmap_pages(struct device *dev, struct vm_area_struct *vma, struct page **pages,
		      size_t size)
{
	unsigned nr = (unsigned)(PAGE_ALIGN(size) >> PAGE_SHIFT);

	return has_area_pages(dev->kernel, pages, nr) ? mmap_area_pages(vma, pages)
						      : vm_map_pages(vma, pages, nr);
}

int iommu_dma_mmap(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
		   dma_addr_t dma_addr, size_t size, unsigned long attrs)
{
	struct page **pages = dma_common_find_pages(cpu_addr);
	int ret = -ENXIO;

	vma->vm_page_prot = dma_pgprot(dev, vma->vm_page_prot, attrs);
	if (dma_mmap_from_dev_coherent(dev, vma, cpu_addr, size, &ret))
		return ret;
	if (!dma_mmap_fits(vma, size))
		return -ENXIO;
	if (pages)
		return mmap_pages(dev, vma, pages, size);
	return dma_mmap_remap(vma, PHYS_PFN(dma_iommu_phys(dev, dma_addr)));
}

int iommu_dma_get_sgtable(struct device *dev, struct sg_table *sgt, void *cpu_addr,
			  dma_addr_t dma_addr, size_t size, unsigned long attrs)
{
	struct page **pages = dma_common_find_pages(cpu_addr);
	size_t len = PAGE_ALIGN(size);
	phys_addr_t pa;
	int err;

	if (pages)
		return sg_alloc_table_from_pages(sgt, pages, (unsigned)(len >> PAGE_SHIFT), 0, size,
						 GFP_KERNEL);
	pa = dma_iommu_phys(dev, dma_addr);
	if (WARN(!port_is_ram(dev_port(dev), pa, len), "%s: no pages behind the memory of a list",
		 dev_name(dev)))
		return -ENXIO;
	err = sg_alloc_table(sgt, 1, GFP_KERNEL);
	if (!err)
		sg_set_page(sgt->sgl, kernel_page(dev->kernel, pa), (unsigned int)len, 0);
	return err;
}

/* ---- memory that changes hands ----------------------------------------------------------- */

/* A table, and what it was made of. */
struct dma_sgt_handle {
	struct sg_table sgt;
	struct page **pages;
};

static struct dma_sgt_handle *handle_of(struct sg_table *sgt)
{
	return container_of(sgt, struct dma_sgt_handle, sgt);
}

static void free_list(void *handle)
{
	struct dma_sgt_handle *h = handle;

	sg_free_table(&h->sgt);
}

struct sg_table *iommu_dma_alloc_noncontiguous(struct device *dev, size_t size,
					       enum dma_data_direction dir, gfp_t gfp,
					       unsigned long attrs)
{
	struct dma_sgt_handle *h = dma_keep(dev->kernel, sizeof(*h), free_list);

	if (!h)
		return NULL;
	h->pages = alloc_noncontiguous(dev, size, &h->sgt, gfp, attrs, false);
	if (h->pages)
		return &h->sgt;
	dma_let_go(dev->kernel, h);
	return NULL;
}

void iommu_dma_free_noncontiguous(struct device *dev, size_t size, struct sg_table *sgt,
				  enum dma_data_direction dir)
{
	struct dma_sgt_handle *h = handle_of(sgt);

	dma_iommu_unmap_range(dev, sg_dma_address(sgt->sgl), size);
	free_pages_of(dev, h->pages, nr_pages_of(dev, size));
	dma_let_go(dev->kernel, h);
}

void *iommu_dma_vmap_noncontiguous(struct device *dev, size_t size, struct sg_table *sgt)
{
	return vmap(handle_of(sgt)->pages, (unsigned)(PAGE_ALIGN(size) >> PAGE_SHIFT), VM_MAP,
		    PAGE_KERNEL);
}

int iommu_dma_mmap_noncontiguous(struct device *dev, struct vm_area_struct *vma, size_t size,
				 struct sg_table *sgt)
{
	if (!dma_mmap_fits(vma, size))
		return -ENXIO;
	return vm_map_pages(vma, handle_of(sgt)->pages, PAGE_ALIGN(size) >> PAGE_SHIFT);
}
