/* SPDX-License-Identifier: MIT */
/*
 * The two sides of bench/map -i: devices of ours behind an IOMMU driver as small as one can
 * be, whose TLB operations do nothing, on io-pgtable; and Linux's, which map-twin.h hides.
 *
 * Both map the same physical pages for a device that snoops, with tables that the walker
 * snoops too.
 */
#include "map-iommu.h"

#include <string.h>
#include <armdma/cpu.h>
#include <linux/gfp.h>
#include <linux/io-pgtable.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/sizes.h>

#define MEMORY_ORDER	9	/* 2 MiB */

const char *const map_format_names[NR_MAP_FORMATS] = { "lpae39", "lpae48", "v7s" };

/* ---- the IOMMU --------------------------------------------------------------------------- */

static const struct {
	enum io_pgtable_fmt fmt;
	unsigned ias, oas;
	unsigned long pgsizes;
} formats[NR_MAP_FORMATS] = {
	[MAP_LPAE39] = { ARM_64_LPAE_S1, 39, 40, SZ_4K | SZ_2M | SZ_1G },
	[MAP_LPAE48] = { ARM_64_LPAE_S1, 48, 48, SZ_4K | SZ_2M | SZ_1G },
	[MAP_V7S] = { ARM_V7S, 32, 32, SZ_4K | SZ_64K | SZ_1M | SZ_16M },
};

struct map_iommu {
	struct iommu_device iommu;
	struct iommu_ops ops;
};

struct side_domain {
	struct iommu_domain domain;
	struct io_pgtable_ops *ops;
};

static struct side_domain *side_domain(struct iommu_domain *domain)
{
	return container_of(domain, struct side_domain, domain);
}

static int side_attach(struct iommu_domain *domain, struct device *dev)
{
	return 0;
}

static int side_map_pages(struct iommu_domain *domain, unsigned long iova, phys_addr_t pa,
			  size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	struct io_pgtable_ops *ops = side_domain(domain)->ops;

	return ops->map_pages(ops, iova, pa, pgsize, pgcount, prot, gfp, mapped);
}

static size_t side_unmap_pages(struct iommu_domain *domain, unsigned long iova, size_t pgsize,
			       size_t pgcount, struct iommu_iotlb_gather *gather)
{
	struct io_pgtable_ops *ops = side_domain(domain)->ops;

	return ops->unmap_pages(ops, iova, pgsize, pgcount, gather);
}

static phys_addr_t side_iova_to_phys(struct iommu_domain *domain, dma_addr_t iova)
{
	struct io_pgtable_ops *ops = side_domain(domain)->ops;

	return ops->iova_to_phys(ops, iova);
}

static void side_flush_all(struct iommu_domain *domain)
{
}

static void side_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *gather)
{
}

static void side_free(struct iommu_domain *domain)
{
	free_io_pgtable_ops(side_domain(domain)->ops);
	g_free(side_domain(domain));
}

static const struct iommu_domain_ops domain_ops = {
	.attach_dev = side_attach,
	.map_pages = side_map_pages,
	.unmap_pages = side_unmap_pages,
	.flush_iotlb_all = side_flush_all,
	.iotlb_sync = side_sync,
	.iova_to_phys = side_iova_to_phys,
	.free = side_free,
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

/* The format is in the device's name. */
static enum map_format format_of(struct device *dev)
{
	enum map_format f = MAP_LPAE39;

	while (f < NR_MAP_FORMATS && !g_str_has_prefix(dev_name(dev), map_format_names[f]))
		f++;
	return f;
}

static struct iommu_domain *side_domain_alloc(struct device *dev)
{
	struct side_domain *d = g_new0(struct side_domain, 1);
	enum map_format format = format_of(dev);
	struct io_pgtable_cfg cfg = {
		.pgsize_bitmap = formats[format].pgsizes,
		.ias = formats[format].ias,
		.oas = formats[format].oas,
		.coherent_walk = true,
		.tlb = &flush_ops,
		.iommu_dev = dev,
	};

	d->ops = alloc_io_pgtable_ops(formats[format].fmt, &cfg, &d->domain);
	g_assert(d->ops);
	d->domain.pgsize_bitmap = cfg.pgsize_bitmap;
	d->domain.geometry.aperture_end = (1ul << formats[format].ias) - 1;
	d->domain.geometry.force_aperture = true;
	return &d->domain;
}

static struct map_iommu *the_iommu;	/* of the machine whose devices are being made */

static struct iommu_device *side_probe(struct device *dev)
{
	return format_of(dev) < NR_MAP_FORMATS ? &the_iommu->iommu : ERR_PTR(-ENODEV);
}

static bool side_capable(struct device *dev, enum iommu_cap cap)
{
	return cap == IOMMU_CAP_CACHE_COHERENCY || cap == IOMMU_CAP_DEFERRED_FLUSH;
}

static int side_strict(struct device *dev)
{
	return IOMMU_DOMAIN_DMA;
}

static int side_lazy(struct device *dev)
{
	return IOMMU_DOMAIN_DMA_FQ;
}

struct map_iommu *map_iommu_new(struct harness *h, bool is_lazy)
{
	struct map_iommu *iommu = g_new0(struct map_iommu, 1);

	cpu_enter(machine_cpu(harness_machine(h), 0));
	iommu->ops = (struct iommu_ops){
		.capable = side_capable,
		.domain_alloc_paging = side_domain_alloc,
		.probe_device = side_probe,
		.device_group = generic_device_group,
		.def_domain_type = is_lazy ? side_lazy : side_strict,
		.default_domain_ops = &domain_ops,
		.pgsize_bitmap = SZ_4K,
	};
	the_iommu = iommu;
	g_assert(iommu_device_register(&iommu->iommu, &iommu->ops, NULL) == 0);
	return iommu;
}

/* After its machine. */
void map_iommu_free(struct map_iommu *iommu)
{
	g_free(iommu);
}

/* ---- the devices ------------------------------------------------------------------------- */

static void make_list(struct scatterlist *sg, struct page *page, unsigned stride)
{
	sg_init_table(sg, MAP_TWIN_SG);
	for (unsigned i = 0; i < MAP_TWIN_SG; i++)
		sg_set_page(&sg[i], page + i * stride, PAGE_SIZE, 0);
}

/* What both sides are measured at, they do. */
static void open_theirs(struct map_side *s, enum map_format format, bool is_lazy)
{
	phys_addr_t pa = page_to_phys(s->page);
	dma_addr_t dma = dma_map_page(s->dev, s->page, 0, SZ_64K, DMA_TO_DEVICE);

	g_assert(dma != DMA_MAPPING_ERROR);
	g_assert(iommu_iova_to_phys(iommu_get_domain_for_dev(s->dev), dma + 5000) == pa + 5000);
	dma_unmap_page(s->dev, dma, SZ_64K, DMA_TO_DEVICE);
	s->twin->enter(0);
	s->theirs = s->twin->open(format, is_lazy);
	g_assert(s->twin->translate(s->theirs, pa, SZ_64K, 5000) == pa + 5000);
}

bool map_side_begin(struct map_side *s, struct harness *h, enum map_format format, bool is_lazy,
		    const struct map_twin *twin)
{
	static unsigned nr;
	g_autofree char *name = g_strdup_printf("%s-%u", map_format_names[format], nr++);

	*s = (struct map_side){ .machine = harness_machine(h), .twin = twin, .len = PAGE_SIZE };
	map_enter_ours(s, 0);
	s->dev = harness_device_new(h, name, true);
	g_assert(s->dev->dma_iommu);
	g_assert(dma_set_mask(s->dev, DMA_BIT_MASK(formats[format].ias)) == 0);
	s->page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, MEMORY_ORDER);
	if (!s->page)
		return false;
	make_list(s->sparse, s->page, 2);
	make_list(s->dense, s->page, 1);
	if (twin)
		open_theirs(s, format, is_lazy);
	return true;
}

void map_side_end(struct map_side *s)
{
	map_enter_ours(s, 0);
	if (s->page)
		__free_pages(s->page, MEMORY_ORDER);
}

void map_enter_ours(struct map_side *s, unsigned cpu)
{
	cpu_enter(machine_cpu(s->machine, cpu % machine_nr_cpus(s->machine)));
}

void map_enter_theirs(struct map_side *s, unsigned cpu)
{
	s->twin->enter(cpu);
}

/* ---- what they do ------------------------------------------------------------------------ */

void map_our_pairs(void *arg, size_t nr)
{
	const struct map_side *s = arg;
	struct device *dev = s->dev;
	size_t len = s->len;

	while (nr--) {
		dma_addr_t dma = dma_map_page_attrs(dev, s->page, 0, len, DMA_TO_DEVICE, 0);

		g_assert(dma != DMA_MAPPING_ERROR);
		dma_unmap_page_attrs(dev, dma, len, DMA_TO_DEVICE, 0);
	}
}

static void lists(const struct map_side *s, struct scatterlist *sg, size_t nr)
{
	while (nr--) {
		g_assert(dma_map_sg_attrs(s->dev, sg, MAP_TWIN_SG, DMA_TO_DEVICE, 0));
		dma_unmap_sg_attrs(s->dev, sg, MAP_TWIN_SG, DMA_TO_DEVICE, 0);
	}
}

void map_our_sparse(void *arg, size_t nr)
{
	struct map_side *s = arg;

	lists(s, s->sparse, nr);
}

void map_our_dense(void *arg, size_t nr)
{
	struct map_side *s = arg;

	lists(s, s->dense, nr);
}

void map_their_pairs(void *arg, size_t nr)
{
	struct map_side *s = arg;

	s->twin->pairs(s->theirs, page_to_phys(s->page), s->len, nr);
}

void map_their_inner(void *arg, size_t nr)
{
	struct map_side *s = arg;

	s->twin->inner(s->theirs, page_to_phys(s->page), s->len, nr);
}

void map_their_sparse(void *arg, size_t nr)
{
	struct map_side *s = arg;

	s->twin->lists(s->theirs, page_to_phys(s->page), 2, nr);
}

void map_their_dense(void *arg, size_t nr)
{
	struct map_side *s = arg;

	s->twin->lists(s->theirs, page_to_phys(s->page), 1, nr);
}
