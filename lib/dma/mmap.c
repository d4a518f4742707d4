/* SPDX-License-Identifier: MIT */
/*
 * Memory of the DMA API, mapped for a process: with the attributes that the kernel has
 * it mapped with, so that nobody has it two ways.
 *
 *	dma_alloc_attrs()          dma_mmap_attrs()           as dma_pgprot() says
 *	dma_alloc_pages()          dma_mmap_pages()           cached: syncs are the user's,
 *	dma_alloc_noncontiguous()  dma_mmap_noncontiguous()   by way of the driver
 *
 * Linux: kernel/dma/mapping.c, direct.c.
 */
#include <linux/iommu-dma.h>

#include "request.h"

bool dma_mmap_fits(const struct vm_area_struct *vma, size_t size)
{
	unsigned long count = PFN_UP(size);

	return vma->vm_pgoff < count && vma_pages(vma) <= count - vma->vm_pgoff;
}

int dma_mmap_remap(struct vm_area_struct *vma, unsigned long pfn)
{
	return remap_pfn_range(vma, vma->vm_start, pfn + vma->vm_pgoff,
			       vma->vm_end - vma->vm_start, vma->vm_page_prot);
}

int dma_direct_mmap(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
		    dma_addr_t dma_addr, size_t size, unsigned long attrs)
{
	int ret = -ENXIO;

	vma->vm_page_prot = dma_pgprot(dev, vma->vm_page_prot, attrs);
	if (dma_mmap_from_dev_coherent(dev, vma, cpu_addr, size, &ret) ||
	    dma_mmap_from_global_coherent(vma, cpu_addr, size, &ret))
		return ret;
	return dma_mmap_fits(vma, size) ? dma_mmap_remap(vma, PHYS_PFN(to_phys(dev, dma_addr)))
				    : -ENXIO;
}

static int mmap_request(const struct request *r, struct vm_area_struct *vma, dma_addr_t dma)
{
	struct device *dev = r->dev;
	void *va = (void *)(uintptr_t)r->va;

	if (allocs_direct(dev))
		return dma_direct_mmap(dev, vma, va, dma, r->size, r->attrs);
	if (dev->dma_iommu)
		return iommu_dma_mmap(dev, vma, va, dma, r->size, r->attrs);
	if (!dev->dma_ops->mmap)
		return -ENXIO;
	return dev->dma_ops->mmap(dev, vma, va, dma, r->size, r->attrs);
}

static int mmap_at(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
		   dma_addr_t dma_addr, size_t size, unsigned long attrs, const void *site)
{
	struct request r = { dev, 0, cpu_addr, size, DMA_BIDIRECTIONAL, attrs, site };
	int err;

	vma->vm_site = r.site;
	err = mmap_request(&r, vma, dma_addr);
	if (!err && is_listening(dev)) {
		struct ledger_note n = note_of(LEDGER_MMAP, &r, dma_addr);

		kernel_note(dev->kernel, &n);
	}
	return err;
}

int dma_mmap_attrs(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
		   dma_addr_t dma_addr, size_t size, unsigned long attrs)
{
	return mmap_at(dev, vma, cpu_addr, dma_addr, size, attrs, __builtin_return_address(0));
}

int dma_mmap_wc(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
		dma_addr_t dma_addr, size_t size)
{
	return mmap_at(dev, vma, cpu_addr, dma_addr, size, DMA_ATTR_WRITE_COMBINE,
		       __builtin_return_address(0));
}

static int mmap_pages(struct device *dev, struct vm_area_struct *vma, size_t size,
		      struct page *page, const void *site)
{
	vma->vm_site = site;
	if (!dma_mmap_fits(vma, size) ||
	    WARN(!page || page_kernel(page) != dev->kernel, "%s: mmap of no page of its machine",
		 dev_name(dev)))
		return -ENXIO;
	return dma_mmap_remap(vma, page_to_pfn(page));
}

int dma_mmap_pages(struct device *dev, struct vm_area_struct *vma, size_t size,
		   struct page *page)
{
	return mmap_pages(dev, vma, size, page, __builtin_return_address(0));
}

int dma_mmap_noncontiguous(struct device *dev, struct vm_area_struct *vma, size_t size,
			   struct sg_table *sgt)
{
	port_before_load(sgt, sizeof(*sgt));
	port_before_load(sgt->sgl, sizeof(*sgt->sgl));
	if (dev->dma_iommu) {
		vma->vm_site = __builtin_return_address(0);
		return iommu_dma_mmap_noncontiguous(dev, vma, size, sgt);
	}
	return mmap_pages(dev, vma, size, sg_page(sgt->sgl), __builtin_return_address(0));
}
