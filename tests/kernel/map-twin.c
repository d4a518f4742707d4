/* SPDX-License-Identifier: MIT */
/*
 * The glue between bench/map and Linux's own code (map-twin.py): an IOMMU driver as small as
 * one can be, whose TLB operations do nothing, and what of the shim is more than a line.
 *
 * Leaves out: giving anything back before the process ends, but to kmem_cache.
 */
#include <linux/iommu.h>
#include <linux/iova.h>
#include <linux/io-pgtable.h>
#include <linux/dma-mapping.h>
#include <sys/mman.h>
#include "map-twin.h"

#define NR_TWIN_PAGES	(1ul << 20)	/* 4 GiB of struct page, of which few are touched */
#define TABLES_LEN	(64ul << 20)
#define SLAB_LEN	(64u << 10)

/* ---- the rest of the shim -------------------------------------------------------------- */

__thread unsigned long twin_cpu_offset;
struct page *twin_mem_map;

void twin_warn(const char *where)
{
	fprintf(stderr, "map-twin: warning in %s()\n", where);
	abort();
}

static void *reserve(size_t len, int flags)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);

	BUG_ON(p == MAP_FAILED);
	return p;
}

/* From one block, never given back; zero, as fresh memory is. */
static void *carve(char **at, char **end, size_t len, size_t align, size_t block, int flags)
{
	char *p = (char *)ALIGN((uintptr_t)*at, align);

	if (!*at || p + len > *end) {
		*at = reserve(block, flags);
		*end = *at + block;
		p = (char *)ALIGN((uintptr_t)*at, align);
	}
	*at = p + len;
	return p;
}

void *twin_pages(size_t len)
{
	static char *at, *end;
	static spinlock_t lock;
	void *p;

	spin_lock(&lock);
	p = carve(&at, &end, len, len < PAGE_SIZE ? PAGE_SIZE : len, TABLES_LEN, MAP_32BIT);
	spin_unlock(&lock);
	return p;
}

/* For each CPU TWIN_PERCPU_BYTES of its own, at the same offsets. */
void *__alloc_percpu(size_t size, size_t align)
{
	static char *base, *at;
	char *p;

	if (!base || at + size + align > base + TWIN_PERCPU_BYTES)
		base = at = reserve(TWIN_CPUS * TWIN_PERCPU_BYTES, 0);
	p = (char *)ALIGN((uintptr_t)at, align);
	at = p + size;
	return p;
}

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align, unsigned flags,
				     void (*ctor)(void *))
{
	struct kmem_cache *c = malloc(sizeof(*c));

	c->size = size < align ? align : ALIGN(size, 64);
	c->free = __alloc_percpu(64, 64);
	return c;
}

void kmem_cache_destroy(struct kmem_cache *c)
{
	free(c);
}

void *twin_refill(struct kmem_cache *c)
{
	char *slab = twin_pages(SLAB_LEN);
	size_t size = is_power_of_2(c->size) ? c->size : 1ul << fls_long(c->size);

	for (size_t i = SLAB_LEN / size - 1; i; i--)
		kmem_cache_free(c, slab + i * size);
	return slab;
}

/* ---- the driver -------------------------------------------------------------------------- */

struct twin_side {
	struct iommu_domain domain;
	struct io_pgtable_ops *ops;
	struct iommu_group group;
	struct dev_iommu dev_iommu;
	struct device dev;
	u64 mask;
	struct scatterlist sg[MAP_TWIN_SG];
};

static struct io_pgtable_ops *ops_of(struct iommu_domain *domain)
{
	return container_of(domain, struct twin_side, domain)->ops;
}

static int twin_map_pages(struct iommu_domain *domain, unsigned long iova, phys_addr_t pa,
			  size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	struct io_pgtable_ops *ops = ops_of(domain);

	return ops->map_pages(ops, iova, pa, pgsize, pgcount, prot, gfp, mapped);
}

static size_t twin_unmap_pages(struct iommu_domain *domain, unsigned long iova, size_t pgsize,
			       size_t pgcount, struct iommu_iotlb_gather *gather)
{
	struct io_pgtable_ops *ops = ops_of(domain);

	return ops->unmap_pages(ops, iova, pgsize, pgcount, gather);
}

static phys_addr_t twin_iova_to_phys(struct iommu_domain *domain, dma_addr_t iova)
{
	struct io_pgtable_ops *ops = ops_of(domain);

	return ops->iova_to_phys(ops, iova);
}

static void twin_flush_all(struct iommu_domain *domain)
{
}

static void twin_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *gather)
{
}

static const struct iommu_domain_ops domain_ops = {
	.map_pages = twin_map_pages,
	.unmap_pages = twin_unmap_pages,
	.flush_iotlb_all = twin_flush_all,
	.iotlb_sync = twin_sync,
	.iova_to_phys = twin_iova_to_phys,
};

static void tlb_flush_all(void *cookie)
{
}

static void tlb_flush_walk(unsigned long iova, size_t size, size_t granule, void *cookie)
{
}

static void tlb_add_page(struct iommu_iotlb_gather *gather, unsigned long iova, size_t granule,
			 void *cookie)
{
	iommu_iotlb_gather_add_page(cookie, gather, iova, granule);
}

static const struct iommu_flush_ops flush_ops = {
	.tlb_flush_all = tlb_flush_all,
	.tlb_flush_walk = tlb_flush_walk,
	.tlb_add_page = tlb_add_page,
};

static const struct {
	enum io_pgtable_fmt fmt;
	unsigned ias, oas;
	unsigned long pgsizes;
} formats[NR_MAP_FORMATS] = {
	[MAP_LPAE39] = { ARM_64_LPAE_S1, 39, 40, SZ_4K | SZ_2M | SZ_1G },
	[MAP_LPAE48] = { ARM_64_LPAE_S1, 48, 48, SZ_4K | SZ_2M | SZ_1G },
	[MAP_V7S] = { ARM_V7S, 32, 32, SZ_4K | SZ_64K | SZ_1M | SZ_16M },
};

static void domain_init(struct twin_side *s, enum map_format format, bool is_lazy)
{
	struct io_pgtable_cfg cfg = {
		.pgsize_bitmap = formats[format].pgsizes,
		.ias = formats[format].ias,
		.oas = formats[format].oas,
		.coherent_walk = true,
		.tlb = &flush_ops,
		.iommu_dev = &s->dev,
	};

	s->ops = alloc_io_pgtable_ops(formats[format].fmt, &cfg, &s->domain);
	BUG_ON(!s->ops);
	s->domain.type = is_lazy ? IOMMU_DOMAIN_DMA_FQ : IOMMU_DOMAIN_DMA;
	s->domain.ops = &domain_ops;
	s->domain.pgsize_bitmap = cfg.pgsize_bitmap;
	s->domain.geometry.aperture_end = (1ul << formats[format].ias) - 1;
	s->domain.geometry.force_aperture = true;
	twin_cookie_init(&s->domain, is_lazy);
}

static struct twin_side *twin_open(enum map_format format, bool is_lazy)
{
	struct twin_side *s = aligned_alloc(64, ALIGN(sizeof(*s), 64));

	memset(s, 0, sizeof(*s));
	if (!twin_mem_map) {
		twin_mem_map = reserve(NR_TWIN_PAGES * sizeof(struct page), 0);
		BUG_ON(iova_cache_get());
	}
	s->mask = (1ul << formats[format].ias) - 1;
	s->dev.dma_mask = &s->mask;
	s->dev.dma_coherent = true;
	s->dev.dma_iommu = true;
	s->dev.iommu = &s->dev_iommu;
	s->dev.iommu_group = &s->group;
	s->group.default_domain = &s->domain;
	domain_init(s, format, is_lazy);
	return s;
}

static void twin_enter(unsigned cpu)
{
	BUG_ON(cpu >= TWIN_CPUS);
	twin_cpu_offset = cpu * TWIN_PERCPU_BYTES;
}

/* ---- what is timed ------------------------------------------------------------------------ */

static void twin_pairs(struct twin_side *s, uint64_t pa, size_t len, size_t nr)
{
	while (nr--) {
		dma_addr_t dma = dma_map_page_attrs(&s->dev, pfn_to_page(pa >> PAGE_SHIFT), 0,
						    len, DMA_TO_DEVICE, 0);

		BUG_ON(dma == DMA_MAPPING_ERROR);
		dma_unmap_page_attrs(&s->dev, dma, len, DMA_TO_DEVICE, 0);
	}
}

static void twin_inner(struct twin_side *s, uint64_t pa, size_t len, size_t nr)
{
	while (nr--) {
		dma_addr_t dma = iommu_dma_map_page(&s->dev, pfn_to_page(pa >> PAGE_SHIFT), 0,
						    len, DMA_TO_DEVICE, 0);

		BUG_ON(dma == DMA_MAPPING_ERROR);
		iommu_dma_unmap_page(&s->dev, dma, len, DMA_TO_DEVICE, 0);
	}
}

static int twin_lists(struct twin_side *s, uint64_t pa, unsigned stride, size_t nr)
{
	struct scatterlist sg[MAP_TWIN_SG] = { 0 };
	int ents = 0;

	sg_mark_end(&sg[MAP_TWIN_SG - 1]);
	for (unsigned i = 0; i < MAP_TWIN_SG; i++)
		sg_set_page(&sg[i], pfn_to_page((pa >> PAGE_SHIFT) + i * stride), PAGE_SIZE, 0);
	while (nr--) {
		ents = (int)dma_map_sg_attrs(&s->dev, sg, MAP_TWIN_SG, DMA_TO_DEVICE, 0);
		BUG_ON(!ents);
		dma_unmap_sg_attrs(&s->dev, sg, MAP_TWIN_SG, DMA_TO_DEVICE, 0);
	}
	return ents;
}

static uint64_t twin_translate(struct twin_side *s, uint64_t pa, size_t len, size_t off)
{
	dma_addr_t dma = dma_map_page_attrs(&s->dev, pfn_to_page(pa >> PAGE_SHIFT), 0, len,
					    DMA_TO_DEVICE, 0);
	phys_addr_t found;

	BUG_ON(dma == DMA_MAPPING_ERROR);
	found = iommu_iova_to_phys(&s->domain, dma + off);
	dma_unmap_page_attrs(&s->dev, dma, len, DMA_TO_DEVICE, 0);
	return found;
}

__attribute__((visibility("default"))) extern const struct map_twin map_twin;
const struct map_twin map_twin = {
	.open = twin_open,
	.enter = twin_enter,
	.pairs = twin_pairs,
	.inner = twin_inner,
	.lists = twin_lists,
	.translate = twin_translate,
};
