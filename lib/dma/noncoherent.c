/* SPDX-License-Identifier: MIT */
/*
 * Cached memory that is mapped for a device from the start, and changes hands by syncs
 * alone: the part of the switchboard that gives it. See mapping.c.
 *
 *	dma_alloc_pages          pages in a row
 *	dma_alloc_noncoherent    the same by address
 *	dma_alloc_noncontiguous  pages that an IOMMU puts in a row; without one, a list of
 *	                         one entry, of pages in a row
 *
 * Clearing comes last and through the cache: the lines are dirty, and the memory is the
 * CPU's, until the first sync for the device.
 *
 * Linux: kernel/dma/mapping.c.
 */
#include <linux/iommu-dma.h>
#include <linux/vmalloc.h>

#include "request.h"

static bool refuses(struct device *dev, enum dma_data_direction dir, gfp_t gfp)
{
	return WARN(!valid_dma_direction(dir), "BUG: DMA direction %d", (int)dir) ||
	       WARN(!dev->coherent_dma_mask, "%s: no coherent_dma_mask", dev_name(dev)) ||
	       WARN(gfp & (__GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM),
		    "%s: the zone is the device's affair, not its driver's", dev_name(dev)) ||
	       WARN(gfp & __GFP_COMP, "%s: DMA memory cannot be a compound page",
		    dev_name(dev));
}

static struct page *take_pages(struct device *dev, size_t size, dma_addr_t *ret_dma,
			       enum dma_data_direction dir, gfp_t gfp)
{
	if (refuses(dev, dir, gfp))
		return NULL;
	size = PAGE_ALIGN(size);
	if (allocs_direct(dev))
		return dma_direct_alloc_pages(dev, size, ret_dma, dir, gfp);
	if (dev->dma_iommu)
		return dma_common_alloc_pages(dev, size, ret_dma, dir, gfp);
	if (!dev->dma_ops->alloc_pages_op)
		return NULL;
	return dev->dma_ops->alloc_pages_op(dev, size, ret_dma, dir, gfp);
}

static void give_pages_back(struct device *dev, size_t size, struct page *page, dma_addr_t dma,
			    enum dma_data_direction dir)
{
	size = PAGE_ALIGN(size);
	if (allocs_direct(dev))
		dma_direct_free_pages(dev, size, page, dma, dir);
	else if (dev->dma_iommu)
		dma_common_free_pages(dev, size, page, dma, dir);
	else if (dev->dma_ops->free_pages)
		dev->dma_ops->free_pages(dev, size, page, dma, dir);
}

static void note(const struct request *r, enum ledger_kind kind, dma_addr_t dma)
{
	if (is_listening(r->dev)) {
		struct ledger_note n = note_of(kind, r, dma);

		n.nents = 1;
		kernel_note(r->dev->kernel, &n);
	}
}

static struct request pages_request(struct device *dev, size_t size, struct page *page,
				    enum dma_data_direction dir, const void *site)
{
	return (struct request){
		.dev = dev, .pa = page_to_phys(page), .va = page_address(page), .size = size,
		.dir = dir, .site = site,
	};
}

/* What a driver gives back may be anything. */
static bool is_page_of(struct device *dev, struct page *page)
{
	return !WARN(!page || page_kernel(page) != dev->kernel, "%s: freeing invalid buffer",
		     dev_name(dev));
}

/* ---- pages ------------------------------------------------------------------------ */

static struct page *alloc_pages_at(struct device *dev, size_t size, dma_addr_t *ret_handle,
				   enum dma_data_direction dir, gfp_t gfp, const void *site)
{
	struct page *page;
	struct request r;
	dma_addr_t dma;

	request_may_sleep(dev, gfp, "dma_alloc_pages()", site);
	page = take_pages(dev, size, &dma, dir, gfp);
	if (!page)
		return NULL;
	port_copy_in(ret_handle, &dma, sizeof(dma));
	r = pages_request(dev, size, page, dir, site);
	note(&r, LEDGER_ALLOC_PAGES, dma);
	return page;
}

static void free_pages_at(struct device *dev, size_t size, struct page *page, dma_addr_t dma,
			  enum dma_data_direction dir, const void *site)
{
	struct request r;

	if (!is_page_of(dev, page))
		return;
	r = pages_request(dev, size, page, dir, site);
	note(&r, LEDGER_FREE_PAGES, dma);
	give_pages_back(dev, size, page, dma, dir);
}

struct page *dma_alloc_pages(struct device *dev, size_t size, dma_addr_t *dma_handle,
			     enum dma_data_direction dir, gfp_t gfp)
{
	return alloc_pages_at(dev, size, dma_handle, dir, gfp, __builtin_return_address(0));
}

void dma_free_pages(struct device *dev, size_t size, struct page *page, dma_addr_t dma_handle,
		    enum dma_data_direction dir)
{
	free_pages_at(dev, size, page, dma_handle, dir, __builtin_return_address(0));
}

void *dma_alloc_noncoherent(struct device *dev, size_t size, dma_addr_t *dma_handle,
			    enum dma_data_direction dir, gfp_t gfp)
{
	struct page *page = alloc_pages_at(dev, size, dma_handle, dir, gfp,
					   __builtin_return_address(0));

	return page ? page_address(page) : NULL;
}

void dma_free_noncoherent(struct device *dev, size_t size, void *vaddr, dma_addr_t dma_handle,
			  enum dma_data_direction dir)
{
	free_pages_at(dev, size, virt_to_page(vaddr), dma_handle, dir,
		      __builtin_return_address(0));
}

/* ---- lists ------------------------------------------------------------------------- */

static void free_list(void *sgt)
{
	sg_free_table(sgt);
}

static struct sg_table *new_table(struct device *dev, gfp_t gfp)
{
	struct sg_table *sgt = dma_keep(dev->kernel, sizeof(*sgt), free_list);

	if (sgt && sg_alloc_table(sgt, 1, gfp)) {
		dma_let_go(dev->kernel, sgt);
		return NULL;
	}
	return sgt;
}

static struct sg_table *alloc_single_sgt(struct device *dev, size_t size,
					 enum dma_data_direction dir, gfp_t gfp)
{
	struct sg_table *sgt = new_table(dev, gfp);
	struct page *page;

	if (!sgt)
		return NULL;
	page = take_pages(dev, size, &sgt->sgl->dma_address, dir, gfp);
	if (!page) {
		dma_let_go(dev->kernel, sgt);
		return NULL;
	}
	sg_set_page(sgt->sgl, page, (unsigned int)PAGE_ALIGN(size), 0);
	sg_dma_len(sgt->sgl) = sgt->sgl->length;
	return sgt;
}

/* One note for each entry of the CPU's; the last may be longer than what was asked for. */
static void note_table(const struct request *whole, struct sg_table *sgt)
{
	dma_addr_t dma = sg_dma_address(sgt->sgl);
	struct request r = *whole;
	struct scatterlist *sg;
	size_t done = 0;
	int i;

	if (!is_listening(r.dev))
		return;
	for_each_sg(sgt->sgl, sg, (int)sgt->orig_nents, i) {
		struct ledger_note n;

		r.pa = sg_phys(sg);
		r.va = kernel_lowmem_ptr(r.dev->kernel, r.pa);
		r.size = min((size_t)sg->length, whole->size - done);
		n = note_of(LEDGER_ALLOC_SGT, &r, dma + done);
		n.nents = (int)sgt->orig_nents;
		n.sg_index = i;
		kernel_note(r.dev->kernel, &n);
		done += r.size;
	}
}

struct sg_table *dma_alloc_noncontiguous(struct device *dev, size_t size,
					 enum dma_data_direction dir, gfp_t gfp,
					 unsigned long attrs)
{
	struct sg_table *sgt;
	struct request r;

	if (WARN(attrs & ~DMA_ATTR_ALLOC_SINGLE_PAGES,
		 "%s: the only attribute here is DMA_ATTR_ALLOC_SINGLE_PAGES", dev_name(dev)))
		return NULL;
	if (WARN(gfp & __GFP_COMP, "%s: DMA memory cannot be a compound page", dev_name(dev)))
		return NULL;
	request_may_sleep(dev, gfp, "dma_alloc_noncontiguous()", __builtin_return_address(0));
	sgt = dev->dma_iommu ? iommu_dma_alloc_noncontiguous(dev, size, dir, gfp, attrs)
			     : alloc_single_sgt(dev, size, dir, gfp);
	if (!sgt)
		return NULL;
	sgt->nents = 1;
	r = pages_request(dev, size, sg_page(sgt->sgl), dir, __builtin_return_address(0));
	note_table(&r, sgt);
	return sgt;
}

void dma_free_noncontiguous(struct device *dev, size_t size, struct sg_table *sgt,
			    enum dma_data_direction dir)
{
	struct request r;

	if (WARN(!sgt || !sgt->sgl, "%s: freeing invalid buffer", dev_name(dev)) ||
	    !is_page_of(dev, sg_page(sgt->sgl)))
		return;
	r = pages_request(dev, size, sg_page(sgt->sgl), dir, __builtin_return_address(0));
	note(&r, LEDGER_FREE_SGT, sg_dma_address(sgt->sgl));
	if (dev->dma_iommu) {
		iommu_dma_free_noncontiguous(dev, size, sgt, dir);
		return;
	}
	give_pages_back(dev, size, sg_page(sgt->sgl), sg_dma_address(sgt->sgl), dir);
	dma_let_go(dev->kernel, sgt);
}

void *dma_vmap_noncontiguous(struct device *dev, size_t size, struct sg_table *sgt)
{
	return dev->dma_iommu ? iommu_dma_vmap_noncontiguous(dev, size, sgt)
			      : page_address(sg_page(sgt->sgl));
}

void dma_vunmap_noncontiguous(struct device *dev, void *vaddr)
{
	if (dev->dma_iommu)
		iommu_dma_vunmap_noncontiguous(dev, vaddr);
}

/* ---- lists over coherent memory ------------------------------------------------------ */

static int get_sgtable(struct device *dev, struct sg_table *sgt, void *cpu_addr,
		       dma_addr_t dma_addr, size_t size, unsigned long attrs)
{
	if (allocs_direct(dev))
		return dma_direct_get_sgtable(dev, sgt, cpu_addr, dma_addr, size, attrs);
	if (dev->dma_iommu)
		return iommu_dma_get_sgtable(dev, sgt, cpu_addr, dma_addr, size, attrs);
	if (!dev->dma_ops->get_sgtable)
		return -ENXIO;
	return dev->dma_ops->get_sgtable(dev, sgt, cpu_addr, dma_addr, size, attrs);
}

/* -ENXIO: there are no pages, which Linux asks nobody. */
int dma_get_sgtable_attrs(struct device *dev, struct sg_table *sgt, void *cpu_addr,
			  dma_addr_t dma_addr, size_t size, unsigned long attrs)
{
	struct request r = { dev, 0, cpu_addr, size, DMA_BIDIRECTIONAL, attrs,
			     __builtin_return_address(0) };
	int err = get_sgtable(dev, sgt, cpu_addr, dma_addr, size, attrs);

	if (err == -ENXIO)
		note(&r, LEDGER_NO_PAGE, dma_addr);
	return err;
}

bool dma_can_mmap(struct device *dev)
{
	if (allocs_direct(dev))
		return dma_direct_can_mmap(dev);
	if (dev->dma_iommu)
		return true;
	return dev->dma_ops->mmap;
}
