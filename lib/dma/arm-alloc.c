/* SPDX-License-Identifier: MIT */
/*
 * Memory that the CPU and a non-coherent device share at any time: which allocator it
 * comes from, and who gets it back.
 *
 *   may sleep   strategy      allocator
 *   any         legacy2011    legacy: a second mapping in the window
 *   any         carveout      carveout: memory that is mapped since boot
 *   any         pool          pool
 *   yes         cma           cma: the linear map's own entries change
 *   yes         remap         remap: a second mapping by vmap()
 *   yes         highmem       highmem: the only mapping, of highmem
 *   no          these three   pool
 *
 * With the strategy "hardware" every device snoops, and nobody asks here.
 *
 * A buffer is remembered by the address that its owner got, and freed by who gave it.
 *
 * Behind an IOMMU the device reaches all memory: dma-iommu-alloc.c maps what it gets here.
 *
 * Differs from Linux: memory out of the device's reach is not handed out; the size that
 * counts when freeing is the one that was asked for.
 *
 * Linux: arch/arm/mm/dma-mapping.c; 2.6.39's for legacy2011.
 */
#include "arm-alloc.h"

/* Page by page, each mapped for as long as it takes. */
static void clear_high(struct kernel *k, phys_addr_t pa, size_t size)
{
	struct port *p = &k->port;

	for (size_t done = 0; done < size; done += PAGE_SIZE) {
		u32 va = port_kmap_local(p, pa + done, PAGE_KERNEL);

		port_zero(port_ptr(p, va), PAGE_SIZE);
		dmac_flush_range(p, va, PAGE_SIZE);
		port_kunmap_local(p, va);
	}
}

void arm_dma_clear_buffer(struct kernel *k, struct page *page, size_t size)
{
	phys_addr_t pa = page_pa(k, page);

	if (page_is_high(k, page)) {
		clear_high(k, pa, size);
	} else {
		port_zero(page_address(page), size);
		if (!k->forgets_flush)
			dmac_flush_range(&k->port, port_pa_to_va(&k->port, pa), (u32)size);
	}
	if (!k->forgets_flush)
		outer_flush_range(&k->port, pa, (u32)size);
}

/* ---- buffers ------------------------------------------------------------------------ */

static void remember(struct arm_dma_buf *b)
{
	struct kernel *k = b->kernel;

	spin_lock(&k->arm_dma_bufs_lock);
	list_add(&b->link, &k->arm_dma_bufs);
	spin_unlock(&k->arm_dma_bufs_lock);
}

static struct arm_dma_buf *take(struct kernel *k, const void *virt)
{
	struct arm_dma_buf *b, *found = NULL;

	spin_lock(&k->arm_dma_bufs_lock);
	list_for_each_entry(b, &k->arm_dma_bufs, link) {
		if (b->virt == virt) {
			list_del(&b->link);
			found = b;
			break;
		}
	}
	spin_unlock(&k->arm_dma_bufs_lock);
	return found;
}

/* The buffer that @virt points into. */
static struct arm_dma_buf *find(struct kernel *k, const void *virt)
{
	struct arm_dma_buf *b;

	list_for_each_entry(b, &k->arm_dma_bufs, link)
		if ((size_t)((const char *)virt - (const char *)b->virt) < b->size)
			return b;
	return NULL;
}

const void *arm_dma_site(struct kernel *k, const void *virt)
{
	const struct arm_dma_buf *b;
	const void *site;

	spin_lock(&k->arm_dma_bufs_lock);
	b = find(k, virt);
	site = b ? b->site : NULL;
	spin_unlock(&k->arm_dma_bufs_lock);
	return site;
}

/* The newest comes first, so this is quick. */
void arm_dma_set_site(struct kernel *k, const void *virt, const void *site)
{
	struct arm_dma_buf *b;

	spin_lock(&k->arm_dma_bufs_lock);
	b = find(k, virt);
	if (b)
		b->site = site;
	spin_unlock(&k->arm_dma_bufs_lock);
}

static const struct arm_dma_allocator *choose(const struct kernel *k, gfp_t gfp)
{
	switch (k->config.coherent) {
	case COHERENT_LEGACY2011:
		return &legacy_allocator;
	case COHERENT_REMAP:
		return gfpflags_allow_blocking(gfp) ? &remap_allocator : &pool_allocator;
	case COHERENT_POOL:
		return &pool_allocator;
	case COHERENT_CARVEOUT:
		return &carveout_allocator;
	case COHERENT_HIGHMEM:
		return gfpflags_allow_blocking(gfp) ? &highmem_allocator : &pool_allocator;
	default:
		return gfpflags_allow_blocking(gfp) ? &cma_allocator : &pool_allocator;
	}
}

static gfp_t zone_flags(const struct device *dev)
{
	u64 mask = min_not_zero(dev->coherent_dma_mask, dev->bus_dma_limit);

	if (dev->dma_iommu)
		return 0;
	return mask < DMA_BIT_MASK(32) || dev->dma_range_map ? GFP_DMA : 0;
}

static struct arm_dma_buf *new_buf(struct device *dev, size_t size, gfp_t gfp,
				   unsigned long attrs)
{
	struct kernel *k = dev->kernel;
	struct arm_dma_buf *b = kernel_fails(k) ? NULL : g_new0(struct arm_dma_buf, 1);

	if (!b)
		return NULL;
	b->allocator = choose(k, gfp);
	b->dev = dev;
	b->kernel = k;
	b->size = size;
	b->gfp = gfp | zone_flags(dev);
	b->prot = dma_pgprot(dev, PAGE_KERNEL, attrs);
	b->wants_va = !(attrs & DMA_ATTR_NO_KERNEL_MAPPING);
	return b;
}

static bool fill_buf(struct arm_dma_buf *b)
{
	if (!b->allocator->alloc(b))
		return false;
	if (b->dev->dma_iommu || dma_coherent_ok(b->dev, b->pa, b->size))
		return true;
	b->allocator->free(b);
	return false;
}

void *arch_dma_alloc(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp,
		     unsigned long attrs)
{
	struct arm_dma_buf *b = new_buf(dev, PAGE_ALIGN(size), gfp, attrs);

	might_sleep_if(gfpflags_allow_blocking(gfp));
	if (!b)
		return NULL;
	if (!fill_buf(b)) {
		g_free(b);
		return NULL;
	}
	if (!b->wants_va && port_is_ram(&dev->kernel->port, b->pa, b->size))
		b->virt = kernel_page(dev->kernel, b->pa);
	remember(b);
	*dma_handle = dev->dma_iommu ? b->pa : phys_to_dma(dev, b->pa);
	return b->virt;
}

void arch_dma_free(struct device *dev, size_t size, void *cpu_addr, dma_addr_t dma_addr,
		   unsigned long attrs)
{
	struct arm_dma_buf *b = take(dev->kernel, cpu_addr);

	if (WARN(!b, "%s: freeing invalid buffer", dev_name(dev)))
		return;
	b->allocator->free(b);
	g_free(b);
}

/* ---- boot --------------------------------------------------------------------------- */

void coherent_init(struct kernel *k)
{
	INIT_LIST_HEAD(&k->arm_dma_bufs);
	INIT_LIST_HEAD(&k->coherent_mems);
	carveout_init(k);
	atomic_pool_init(k);
}

/* What nobody freed is not mapped by anyone else: the machine goes, too. */
void coherent_exit(struct kernel *k)
{
	struct arm_dma_buf *b, *next;

	list_for_each_entry_safe(b, next, &k->arm_dma_bufs, link)
		g_free(b);
	atomic_pool_exit(k);
	coherent_mems_exit(k);
}
