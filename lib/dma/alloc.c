/* SPDX-License-Identifier: MIT */
/*
 * Memory for the CPU and a device: the half of the switchboard that allocates. See
 * mapping.c.
 *
 * Linux: kernel/dma/mapping.c.
 */
#include "arm-iommu.h"
#include "dma-iommu.h"
#include "request.h"

/* Is what it sees in a row scattered in memory? */
static bool is_translated(const struct device *dev)
{
	return dev->dma_iommu || to_dma_iommu_mapping(dev);
}

/* PHYS_ADDR_MAX: nowhere. */
static phys_addr_t phys_behind(struct device *dev, dma_addr_t dma)
{
	const struct dma_iommu_mapping *mapping = to_dma_iommu_mapping(dev);
	phys_addr_t pa;

	if (!mapping)
		return dma_iommu_phys(dev, dma);
	pa = iommu_iova_to_phys(mapping->domain, dma);
	return pa ? pa : PHYS_ADDR_MAX;
}

/* Bytes from @dma on, at most @len, that lie in memory as the device sees them. */
static size_t run_at(struct device *dev, dma_addr_t dma, size_t len, phys_addr_t *ret_pa)
{
	size_t done = PAGE_SIZE - (dma & ~PAGE_MASK);

	*ret_pa = phys_behind(dev, dma);
	while (done < len && phys_behind(dev, dma + done) == *ret_pa + done)
		done += PAGE_SIZE;
	return min(done, len);
}

static int nr_runs(struct device *dev, dma_addr_t dma, size_t len)
{
	phys_addr_t pa;
	int nr = 0;

	for (size_t done = 0; done < len; nr++)
		done += run_at(dev, dma + done, len - done, &pa);
	return nr;
}

/* One note for each piece of memory, as of a list; what is freed is named by the first. */
static void note_scattered(const struct request *r, enum ledger_kind kind, dma_addr_t dma)
{
	struct ledger_note n;
	size_t done = 0;

	note_fill(&n, kind, r, dma);
	n.nents = nr_runs(r->dev, dma, r->size);
	n.len = run_at(r->dev, dma, r->size, &n.pa);
	if (kind == LEDGER_FREE_COHERENT)
		n.len = r->size;
	for (;; n.sg_index++) {
		kernel_note(r->dev->kernel, &n);
		done += n.len;
		if (done >= r->size)
			return;
		n.dma = dma + done;
		n.va = (const char *)r->va + done;
		n.len = run_at(r->dev, n.dma, r->size - done, &n.pa);
	}
}

static void note_coherent(const struct request *r, enum ledger_kind kind, dma_addr_t dma)
{
	struct ledger_note n;

	if (!is_listening(r->dev))
		return;
	note_fill(&n, kind, r, dma);
	n.pa = dev_coherent_pa(r->dev, r->va);
	n.is_device_memory = n.pa != PHYS_ADDR_MAX;
	if (n.pa == PHYS_ADDR_MAX && is_translated(r->dev))
		return note_scattered(r, kind, dma);
	if (n.pa == PHYS_ADDR_MAX)
		n.pa = dma_to_phys(r->dev, dma);
	kernel_note(r->dev->kernel, &n);
}

void request_complain_of_sleep(struct device *dev, const char *what, const void *site)
{
	if (is_listening(dev))
		kernel_note(dev->kernel, &(struct ledger_note){
			.kind = LEDGER_SLEEPS, .dev = dev, .what = what, .site = site,
		});
}

/* From @dev's own memory, if it has any; else by whoever maps for it. */
static void *take_memory(const struct request *r, dma_addr_t *ret_dma, gfp_t gfp)
{
	struct device *dev = r->dev;
	void *va = NULL;

	if (dma_alloc_from_dev_coherent(dev, (ssize_t)r->size, ret_dma, &va))
		return va;
	gfp &= ~(__GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM);
	if (allocs_direct(dev)) {
		va = dma_direct_alloc(dev, r->size, ret_dma, gfp, r->attrs);
		if (va && !dev_is_dma_coherent(dev))
			arm_dma_set_site(dev->kernel, va, r->site);
		return va;
	}
	if (dev->dma_iommu) {
		va = iommu_dma_alloc(dev, r->size, ret_dma, gfp, r->attrs);
		if (va && !dev_is_dma_coherent(dev))
			arm_dma_set_site(dev->kernel, va, r->site);
		return va;
	}
	return dev->dma_ops->alloc ? dev->dma_ops->alloc(dev, r->size, ret_dma, gfp, r->attrs)
				   : NULL;
}

/* What implements allocation must find the handle on the host. */
static void *alloc_request(struct request *r, dma_addr_t *ret_handle, gfp_t gfp)
{
	struct device *dev = r->dev;
	dma_addr_t dma = DMA_MAPPING_ERROR;
	void *va;

	WARN(!dev->coherent_dma_mask, "%s: no coherent_dma_mask", dev_name(dev));
	if (WARN(gfp & __GFP_COMP, "%s: coherent memory cannot be a compound page",
		 dev_name(dev)))
		return NULL;
	request_may_sleep(dev, gfp, "dma_alloc_attrs()", r->site);
	va = take_memory(r, &dma, gfp);
	if (!va)
		return NULL;
	port_copy_in(ret_handle, &dma, sizeof(dma));
	r->va = va;
	note_coherent(r, LEDGER_ALLOC_COHERENT, dma);
	return va;
}

/* Its own memory may be freed in any context. */
static void free_own(const struct request *r, dma_addr_t dma)
{
	note_coherent(r, LEDGER_FREE_COHERENT, dma);
	dma_release_from_dev_coherent(r->dev, get_order(r->size), (void *)(uintptr_t)r->va);
}

static void free_request(const struct request *r, dma_addr_t dma)
{
	struct device *dev = r->dev;

	if (dev_coherent_pa(dev, r->va) != PHYS_ADDR_MAX)
		return free_own(r, dma);
	if (WARN(irqs_disabled(), "%s: dma_free_attrs() with interrupts off may sleep",
		 dev_name(dev)))
		request_complain_of_sleep(dev, "dma_free_attrs()", r->site);
	if (!r->va)
		return;
	note_coherent(r, LEDGER_FREE_COHERENT, dma);
	if (allocs_direct(dev))
		dma_direct_free(dev, r->size, (void *)(uintptr_t)r->va, dma, r->attrs);
	else if (dev->dma_iommu)
		iommu_dma_free(dev, r->size, (void *)(uintptr_t)r->va, dma, r->attrs);
	else if (dev->dma_ops->free)
		dev->dma_ops->free(dev, r->size, (void *)(uintptr_t)r->va, dma, r->attrs);
}

static struct request memory_request(struct device *dev, size_t size, const void *va,
				     unsigned long attrs, const void *site)
{
	return (struct request){ dev, 0, va, size, DMA_BIDIRECTIONAL, attrs, site };
}

void *dma_alloc_attrs_at(struct device *dev, size_t size, dma_addr_t *ret_handle, gfp_t gfp,
			 unsigned long attrs, const void *site)
{
	struct request r = memory_request(dev, size, NULL, attrs, site);

	return alloc_request(&r, ret_handle, gfp);
}

void dma_free_attrs_at(struct device *dev, size_t size, void *va, dma_addr_t dma,
		       unsigned long attrs, const void *site)
{
	struct request r = memory_request(dev, size, va, attrs, site);

	free_request(&r, dma);
}

void *dma_alloc_attrs(struct device *dev, size_t size, dma_addr_t *ret_handle, gfp_t gfp,
		      unsigned long attrs)
{
	return dma_alloc_attrs_at(dev, size, ret_handle, gfp, attrs, __builtin_return_address(0));
}

void dma_free_attrs(struct device *dev, size_t size, void *va, dma_addr_t dma,
		    unsigned long attrs)
{
	dma_free_attrs_at(dev, size, va, dma, attrs, __builtin_return_address(0));
}

void *dma_alloc_coherent(struct device *dev, size_t size, dma_addr_t *ret_handle, gfp_t gfp)
{
	return dma_alloc_attrs_at(dev, size, ret_handle, gfp, no_warn_of(gfp),
				  __builtin_return_address(0));
}

void dma_free_coherent(struct device *dev, size_t size, void *va, dma_addr_t dma)
{
	dma_free_attrs_at(dev, size, va, dma, 0, __builtin_return_address(0));
}

void *dma_alloc_wc(struct device *dev, size_t size, dma_addr_t *ret_handle, gfp_t gfp)
{
	return dma_alloc_attrs_at(dev, size, ret_handle, gfp,
				  DMA_ATTR_WRITE_COMBINE | no_warn_of(gfp),
				  __builtin_return_address(0));
}

void dma_free_wc(struct device *dev, size_t size, void *va, dma_addr_t dma)
{
	dma_free_attrs_at(dev, size, va, dma, DMA_ATTR_WRITE_COMBINE,
			  __builtin_return_address(0));
}

pgprot_t dma_pgprot(struct device *dev, pgprot_t prot, unsigned long attrs)
{
	if (dev_is_dma_coherent(dev))
		return prot;
	return attrs & DMA_ATTR_WRITE_COMBINE ? pgprot_writecombine(prot)
					      : pgprot_dmacoherent(prot);
}
