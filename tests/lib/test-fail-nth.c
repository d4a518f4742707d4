/* SPDX-License-Identifier: MIT */
/*
 * Every allocation on every path of the DMA API, failed in turn.
 *
 *	reference machine:  body()                                  -> what it leaves
 *	for n = 1, 2, ...   until a run has fewer than n allocations:
 *	    new machine:    body() whose n-th allocation fails      -> the documented error,
 *	                                                               nothing more left
 *	                    body()                                  -> works, and leaves what
 *	                                                               the reference left
 *
 * What a body may leave is what Linux keeps too: page tables, slabs, grown pools. The
 * hazards watch: whoever unmaps or frees too little or too much on an error path is told
 * of. Memory on the host is the sanitizer's business.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <armdma/harness.h>
#include <armdma/process.h>
#include <asm/dma-iommu.h>
#include <asm/dma-mapping.h>
#include <linux/cma.h>
#include <linux/dma-map-ops.h>
#include <linux/dmapool.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/iommu.h>
#include <linux/mman.h>
#include <linux/of_reserved_mem.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "lib/dma/dma-iommu.h"
#include "lib/dma/swiotlb.h"
#include "lib/iommu/iova.h"
#include "lib/mm/kernel.h"

#define MANY	300u		/* entries of a list: more than one array */
#define MOST	64u		/* allocations of one body */
#define REFUSED	(-ENOMEM)
#define NO_MAP_PA	0xfe000000u	/* of a9-pl310-2g: memory that is not the kernel's */

struct run {
	struct harness *h;
	struct device *dev;
	struct kernel *k;
};

/* ---- what is taken -------------------------------------------------------------------- */

/* @iovas: of the device's domain, but for what is kept for its next mappings. */
struct census {
	size_t pages, cma, areas, slots, bufs, pools, iovas;
};

/* Of all contiguous areas. */
static size_t cma_pages_in_use(const struct kernel *k)
{
	size_t nr = 0;

	for (unsigned i = 0; i < k->nr_cma; i++)
		nr += cma_get_size(&k->cma[i]) >> PAGE_SHIFT;
	for (unsigned z = 0; z < NR_ZONES; z++)
		nr -= k->nr_zone_cma_free[z];
	return nr;
}

static size_t length(const struct list_head *head)
{
	const struct list_head *at;
	size_t nr = 0;

	list_for_each(at, head)
		nr++;
	return nr;
}

static size_t iovas_in_use(struct run *r)
{
	struct iommu_dma_cookie *c = cookie_of(r->dev);
	struct iova_stats s = { 0 };

	if (c)
		iova_domain_stats(&c->iovad, &s);
	return s.nr_nodes - s.nr_kept;
}

/* Flush queues have let go of what they hold, by then. */
static struct census census_of(struct run *r)
{
	const struct kernel *k = r->k;

	harness_pass_time(r->h, 30000000);
	return (struct census){
		.pages = k->nr_pages - k->nr_free_pages,
		.cma = cma_pages_in_use(k),
		.areas = g_list_length(k->vmalloc_space.areas) +
			 g_list_length(k->consistent_space.areas),
		.slots = k->io_tlb_mem ? k->io_tlb_mem->used : 0,
		.bufs = length(&k->arm_dma_bufs) + length(&k->coherent_mems),
		.pools = length(&k->dma_pools),
		.iovas = iovas_in_use(r),
	};
}

static void expects_same(const char *when, struct census got, struct census want)
{
	if (memcmp(&got, &want, sizeof(got)))
		fail_msg("%s: pages %zu of %zu, CMA %zu of %zu, areas %zu of %zu, slots %zu of "
			 "%zu, buffers %zu of %zu, pools %zu of %zu, IOVAs %zu of %zu", when,
			 got.pages, want.pages, got.cma, want.cma, got.areas, want.areas,
			 got.slots, want.slots, got.bufs, want.bufs, got.pools, want.pools,
			 got.iovas, want.iovas);
}

/* Nothing is left but what may be: part of what a whole run leaves. */
static void expects_no_more(const char *when, struct census got, struct census before,
			    struct census whole)
{
	struct census at_most = whole;

	at_most.pages = max(before.pages, whole.pages);
	if (got.pages > at_most.pages || got.cma > whole.cma || got.areas > whole.areas ||
	    got.slots > whole.slots || got.bufs > whole.bufs || got.pools > whole.pools ||
	    got.iovas > whole.iovas)
		expects_same(when, got, at_most);
}

/* ---- bodies: each undoes what it did, and returns 0 or the first error ---------------- */

static int maps_one(struct run *r)
{
	void *p = kmalloc(512, GFP_KERNEL);
	dma_addr_t dma;
	int err;

	if (!p)
		return -ENOMEM;
	dma = dma_map_single(r->dev, p, 512, DMA_BIDIRECTIONAL);
	err = dma_mapping_error(r->dev, dma);
	if (!err)
		dma_unmap_single(r->dev, dma, 512, DMA_BIDIRECTIONAL);
	kfree(p);
	return err;
}

static int maps_a_page(struct run *r)
{
	struct page *page = alloc_pages(GFP_KERNEL, 1);
	dma_addr_t dma;
	int err;

	if (!page)
		return -ENOMEM;
	dma = dma_map_page(r->dev, page, 64, PAGE_SIZE, DMA_TO_DEVICE);
	err = dma_mapping_error(r->dev, dma);
	if (!err)
		dma_unmap_page(r->dev, dma, PAGE_SIZE, DMA_TO_DEVICE);
	__free_pages(page, 1);
	return err;
}

static int maps_a_list(struct run *r)
{
	struct page *page = alloc_pages(GFP_KERNEL, 0);
	struct scatterlist *sg;
	struct sg_table sgt;
	unsigned i;
	int err;

	if (!page)
		return -ENOMEM;
	err = sg_alloc_table(&sgt, MANY, GFP_KERNEL);
	if (err)
		goto free_page;
	for_each_sgtable_sg(&sgt, sg, i)
		sg_set_page(sg, page, 8, 8 * (i % 64));
	err = dma_map_sgtable(r->dev, &sgt, DMA_TO_DEVICE, 0);
	if (!err)
		dma_unmap_sgtable(r->dev, &sgt, DMA_TO_DEVICE, 0);
	sg_free_table(&sgt);
free_page:
	__free_pages(page, 0);
	return err;
}

static int alloc_and_free(struct run *r, size_t size, gfp_t gfp, unsigned long attrs)
{
	dma_addr_t dma = 77;
	void *va = dma_alloc_attrs(r->dev, size, &dma, gfp, attrs);

	if (!va) {
		assert_int_equal(dma, 77);
		return -ENOMEM;
	}
	dma_free_attrs(r->dev, size, va, dma, attrs);
	return 0;
}

static int allocs_coherent(struct run *r)
{
	return alloc_and_free(r, 3 * PAGE_SIZE, GFP_KERNEL, 0);
}

static int allocs_in_atomic_context(struct run *r)
{
	return alloc_and_free(r, PAGE_SIZE, GFP_ATOMIC, 0);
}

static int allocs_write_combine(struct run *r)
{
	return alloc_and_free(r, PAGE_SIZE, GFP_KERNEL, DMA_ATTR_WRITE_COMBINE);
}

static int allocs_without_a_mapping(struct run *r)
{
	return alloc_and_free(r, 2 * PAGE_SIZE, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);
}

static int allocs_managed(struct run *r)
{
	dma_addr_t dma;
	void *early = dmam_alloc_coherent(r->dev, PAGE_SIZE, &dma, GFP_KERNEL);
	void *p = devm_kmalloc(r->dev, 100, GFP_KERNEL);
	dma_addr_t other;
	void *late = p ? dmam_alloc_attrs(r->dev, PAGE_SIZE, &other, GFP_KERNEL,
					  DMA_ATTR_WRITE_COMBINE) : NULL;
	int err = early && p && late ? 0 : -ENOMEM;

	if (early)
		dmam_free_coherent(r->dev, PAGE_SIZE, early, dma);
	harness_unbind(r->dev);
	return err;
}

/* It grows in the middle. */
static int uses_a_pool(struct run *r)
{
	struct dma_pool *pool = dma_pool_create("pool", r->dev, 2048, 64, 0);
	dma_addr_t dma[3];
	void *va[3] = { NULL };
	unsigned nr = 0;

	if (!pool)
		return -ENOMEM;
	while (nr < 3 && (va[nr] = dma_pool_zalloc(pool, GFP_KERNEL, &dma[nr])))
		nr++;
	for (unsigned i = 0; i < nr; i++)
		dma_pool_free(pool, va[i], dma[i]);
	dma_pool_destroy(pool);
	return nr == 3 ? 0 : -ENOMEM;
}

static int uses_a_managed_pool(struct run *r)
{
	struct dma_pool *pool = dmam_pool_create("pool", r->dev, 64, 64, 0);
	dma_addr_t dma;
	void *va = pool ? dma_pool_alloc(pool, GFP_ATOMIC, &dma) : NULL;

	if (va)
		dma_pool_free(pool, va, dma);
	harness_unbind(r->dev);
	return va ? 0 : -ENOMEM;
}

static int declares_memory_of_its_own(struct run *r)
{
	int err = dma_declare_coherent_memory(r->dev, NO_MAP_PA, NO_MAP_PA, SZ_64K);

	if (err)
		return err;
	err = alloc_and_free(r, PAGE_SIZE, GFP_KERNEL, 0);
	dma_release_coherent_memory(r->dev);
	return err;
}

static int makes_a_table_of_pages(struct run *r)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2), *pages[4];
	struct sg_table sgt;
	int err;

	if (!page)
		return -ENOMEM;
	for (unsigned i = 0; i < 4; i++)
		pages[i] = page + 3 - i;
	err = sg_alloc_table_from_pages(&sgt, pages, 4, 0, 4 * PAGE_SIZE, GFP_KERNEL);
	if (!err)
		sg_free_table(&sgt);
	__free_pages(page, 2);
	return err;
}

static int appends_to_a_table(struct run *r)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2), *pages[4];
	struct sg_append_table table = { 0 };
	int err;

	if (!page)
		return -ENOMEM;
	for (unsigned i = 0; i < 4; i++)
		pages[i] = page + 3 - i;
	err = sg_alloc_append_table_from_pages(&table, pages, 2, 0, 2 * PAGE_SIZE, UINT_MAX, 2,
					       GFP_KERNEL);
	if (!err)
		err = sg_alloc_append_table_from_pages(&table, pages + 2, 2, 0, 2 * PAGE_SIZE,
						       UINT_MAX, 0, GFP_KERNEL);
	sg_free_append_table(&table);
	__free_pages(page, 2);
	return err;
}

static int makes_a_list_with_its_memory(struct run *r)
{
	unsigned nents;
	struct scatterlist *sgl = sgl_alloc(5 * PAGE_SIZE, GFP_KERNEL, &nents);

	if (!sgl)
		return -ENOMEM;
	sgl_free(sgl);
	return 0;
}

static int maps_memory_in_a_row(struct run *r)
{
	void *p = vmalloc(5 * PAGE_SIZE);

	if (!p)
		return -ENOMEM;
	vfree(p);
	return 0;
}

static int allocs_pages(struct run *r)
{
	dma_addr_t dma = 77;
	struct page *page = dma_alloc_pages(r->dev, 3 * PAGE_SIZE, &dma, DMA_BIDIRECTIONAL,
					    GFP_KERNEL);

	if (!page) {
		assert_int_equal(dma, 77);
		return -ENOMEM;
	}
	dma_free_pages(r->dev, 3 * PAGE_SIZE, page, dma, DMA_BIDIRECTIONAL);
	return 0;
}

static int allocs_noncoherent(struct run *r)
{
	dma_addr_t dma;
	void *va = dma_alloc_noncoherent(r->dev, PAGE_SIZE, &dma, DMA_FROM_DEVICE, GFP_ATOMIC);

	if (!va)
		return -ENOMEM;
	dma_free_noncoherent(r->dev, PAGE_SIZE, va, dma, DMA_FROM_DEVICE);
	return 0;
}

static int allocs_noncontiguous_and_maps_it(struct run *r)
{
	struct sg_table *sgt = dma_alloc_noncontiguous(r->dev, 4 * PAGE_SIZE, DMA_TO_DEVICE,
						       GFP_KERNEL, 0);
	void *va;

	if (!sgt)
		return -ENOMEM;
	va = dma_vmap_noncontiguous(r->dev, 4 * PAGE_SIZE, sgt);
	if (va)
		dma_vunmap_noncontiguous(r->dev, va);
	dma_free_noncontiguous(r->dev, 4 * PAGE_SIZE, sgt, DMA_TO_DEVICE);
	return va ? 0 : -ENOMEM;
}

static int makes_a_table_of_coherent_memory(struct run *r)
{
	struct sg_table sgt;
	dma_addr_t dma;
	void *va = dma_alloc_coherent(r->dev, 2 * PAGE_SIZE, &dma, GFP_KERNEL);
	int err;

	if (!va)
		return -ENOMEM;
	err = dma_get_sgtable(r->dev, &sgt, va, dma, 2 * PAGE_SIZE);
	if (!err)
		sg_free_table(&sgt);
	dma_free_coherent(r->dev, 2 * PAGE_SIZE, va, dma);
	return err;
}

static int needs_bounce(struct device *dev, dma_addr_t dma, size_t size)
{
	return 1;
}

static int bounces_as_of_old(struct run *r)
{
	int err = dmabounce_register_dev(r->dev, 512, 2048, needs_bounce);

	if (err)
		return err;
	err = maps_one(r);
	dmabounce_unregister_dev(r->dev);
	return err;
}

static int registers_a_device(struct run *r)
{
	struct device dev = { .init_name = "another" };
	int err = device_register(&dev);
	void *p = err ? NULL : devm_kzalloc(&dev, 64, GFP_KERNEL);

	if (!err)
		device_del(&dev);
	put_device(&dev);
	return err ? err : p ? 0 : -ENOMEM;
}

/* More than fits, at once. */
static int fills_the_bounce_buffers(struct run *r)
{
	enum { NR = 6, LEN = SZ_256K };
	dma_addr_t dma[NR];
	void *p = alloc_pages_exact(NR * LEN, GFP_KERNEL);
	int err = p ? 0 : -ENOMEM;
	unsigned nr = 0;

	for (; !err && nr < NR; nr++) {
		dma[nr] = dma_map_single(r->dev, (char *)p + nr * LEN, LEN, DMA_TO_DEVICE);
		err = dma_mapping_error(r->dev, dma[nr]);
		if (err)
			break;
	}
	while (nr--)
		dma_unmap_single(r->dev, dma[nr], LEN, DMA_TO_DEVICE);
	if (p)
		free_pages_exact(p, NR * LEN);
	return err;
}

static int touches(struct process *p, char *user)
{
	process_enter(p);
	process_leave(p);
	return copy_to_user(user, "x", 1) ? -ENOMEM : 0;
}

/* A process's own pages, a child's copy of one, and one more at the write. */
static int forks(struct run *r)
{
	struct process *p = process_new(r->h), *child = NULL;
	char *user = p ? process_mmap(p, NULL, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE, NULL, 0) : NULL;
	int err = !p ? -ENOMEM : IS_ERR(user) ? (int)PTR_ERR(user) : touches(p, user);

	if (!err)
		child = process_fork(p);
	if (!err && !child)
		err = -ENOMEM;
	if (!err)
		err = touches(p, user);
	process_exit(child);
	process_exit(p);
	return err;
}

struct lent {
	struct run *r;
	void *va;
	dma_addr_t dma;
};

static int lend(struct file *file, struct vm_area_struct *vma)
{
	struct lent *l = file->private_data;

	return dma_mmap_coherent(l->r->dev, vma, l->va, l->dma, 3 * PAGE_SIZE);
}

static int maps_for_a_process(struct run *r)
{
	static const struct file_operations fops = { .mmap = lend };
	struct lent l = { .r = r };
	struct file f = { &fops, FMODE_READ | FMODE_WRITE, &l };
	struct process *p = process_new(r->h);
	void *user;
	int err = -ENOMEM;

	if (!p)
		return -ENOMEM;
	l.va = dma_alloc_coherent(r->dev, 3 * PAGE_SIZE, &l.dma, GFP_KERNEL);
	if (l.va) {
		user = process_mmap(p, NULL, 3 * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
				    &f, 0);
		err = IS_ERR(user) ? (int)PTR_ERR(user) : 0;
	}
	process_exit(p);
	if (l.va)
		dma_free_coherent(r->dev, 3 * PAGE_SIZE, l.va, l.dma);
	return err;
}

/* Of the board's region that is this device's: an area, or memory without a mapping. */
static int allocs_of_a_region(struct run *r, const char *name)
{
	struct run its = { r->h, harness_device(r->h, name), r->k };
	int err = of_reserved_mem_device_init(its.dev);

	if (err)
		return err;
	err = maps_for_a_process(&its);
	of_reserved_mem_device_release(its.dev);
	return err;
}

static int allocs_of_its_own_area(struct run *r)
{
	return allocs_of_a_region(r, "10050000.video-codec");
}

static int allocs_of_its_own_memory(struct run *r)
{
	return allocs_of_a_region(r, "10040000.display-controller");
}

/* ---- domains ------------------------------------------------------------------------------ */

static int maps_in_domain(struct iommu_domain *domain)
{
	const int prot = IOMMU_READ | IOMMU_WRITE;
	int err = iommu_map(domain, SZ_1M - SZ_64K, SZ_1G + SZ_64K, SZ_128K, prot, GFP_KERNEL);

	if (err) {
		assert_int_equal(iommu_iova_to_phys(domain, SZ_1M - SZ_64K), 0);
		return err;
	}
	assert_int_equal(iommu_unmap(domain, SZ_1M - SZ_64K, SZ_128K), SZ_128K);
	return 0;
}

/* The device maps by the DMA API again afterwards, whatever failed. */
static int attaches_a_domain_of_its_own(struct run *r)
{
	struct iommu_group *group = iommu_group_get(r->dev);
	struct iommu_domain *domain = iommu_paging_domain_alloc(r->dev);
	int err = PTR_ERR_OR_ZERO(domain);

	if (!err) {
		err = iommu_attach_group(domain, group);
		if (!err) {
			err = maps_in_domain(domain);
			iommu_detach_group(domain, group);
		}
		iommu_domain_free(domain);
	}
	iommu_group_put(group);
	assert_ptr_equal(iommu_get_domain_for_dev(r->dev), iommu_get_dma_domain(r->dev));
	return err;
}

/* Its own error may be the bitmap's: there it is asked for less, or none is left. */
static int maps_as_32_bit_arm(struct run *r)
{
	int err = harness_set_iova(r->dev, IOVA_BITMAP);

	if (err) {
		assert_true(r->dev->dma_iommu);
		return err;
	}
	err = maps_a_list(r);
	if (!err)
		err = alloc_and_free(r, 3 * PAGE_SIZE, GFP_KERNEL, 0);
	assert_int_equal(harness_set_iova(r->dev, IOVA_DMA_IOMMU), 0);
	return err;
}

/* ---- where -------------------------------------------------------------------------------- */

#define ON_CMA		(1u << 0)
#define ON_REMAP	(1u << 1)
#define ON_LEGACY	(1u << 2)
#define ON_POOL		(1u << 3)
#define ON_BOUNCE	(1u << 4)
#define ON_DYNAMIC	(1u << 5)
#define ON_COHERENT	(1u << 6)
#define ON_2G		(1u << 7)
#define ON_CARVEOUT	(1u << 8)
#define ON_HIGHMEM	(1u << 9)
#define ON_IOMMU	(1u << 10)

/* Where the paths differ; elsewhere they are the same. */
#define STREAMING	(ON_CMA | ON_BOUNCE | ON_DYNAMIC | ON_COHERENT | ON_IOMMU)
#define COHERENT	(ON_CMA | ON_REMAP | ON_LEGACY | ON_POOL | ON_COHERENT | ON_CARVEOUT | \
			 ON_HIGHMEM | ON_IOMMU)
#define MANAGED		(ON_CMA | ON_REMAP | ON_POOL)
#define CACHED		(ON_CMA | ON_COHERENT | ON_2G | ON_IOMMU)

static const struct place {
	const char *name;
	unsigned is;
	struct harness_config cfg;
	const char *device;		/* of the board; NULL: at its bus */
} places[] = {
	{ "cma", ON_CMA, { .board = "a9-pl310" } },
	{ "remap", ON_REMAP, { .board = "a9-pl310", .coherent = COHERENT_REMAP } },
	{ "legacy2011", ON_LEGACY, { .board = "a9-pl310", .coherent = COHERENT_LEGACY2011 } },
	{ "pool", ON_POOL, { .board = "a9-pl310", .coherent = COHERENT_POOL } },
	{ "bounce", ON_BOUNCE, { .board = "a7-quad", .swiotlb_force = true,
				 .swiotlb_bytes = SZ_2M } },
	{ "bounce-dynamic", ON_DYNAMIC, { .board = "a7-quad", .swiotlb_force = true,
					  .swiotlb_bytes = SZ_1M, .swiotlb_dynamic = true } },
	{ "2g", ON_2G, { .board = "a9-pl310-2g" } },
	{ "carveout", ON_CARVEOUT, { .board = "a9-pl310", .coherent = COHERENT_CARVEOUT } },
	{ "highmem", ON_HIGHMEM, { .board = "a9-pl310-2g", .coherent = COHERENT_HIGHMEM } },
	{ "coherent", ON_COHERENT, { .board = "a15-lpae" } },
	{ "v7s", ON_IOMMU, { .board = "a9-iommu" }, "10010000.ethernet" },
	{ "v7s-lazy", ON_IOMMU, { .board = "a9-iommu", .iommu = IOMMU_LAZY }, "10010000.ethernet" },
	{ "lpae", ON_IOMMU, { .board = "a9-iommu" }, "100a0000.gpu" },
	{ "lpae-lazy", ON_IOMMU, { .board = "a9-iommu", .iommu = IOMMU_LAZY }, "100a0000.gpu" },
};

/**
 * struct scenario
 * @at_least: allocations that it has, wherever it runs
 * @also: another error that it may return than -ENOMEM
 * @falls_back: where what a contiguous area has not got comes from elsewhere, or what
 *	cannot be had in one piece comes in more
 * @may_go_on: a failed allocation need not fail all of it
 */
static const struct scenario {
	const char *name;
	int (*body)(struct run *r);
	unsigned at_least;
	unsigned where;
	bool may_go_on;
	int also;
	unsigned falls_back;
} scenarios[] = {
	{ "dma_map_single", maps_one, 2, STREAMING },
	{ "dma_map_page", maps_a_page, 1, STREAMING },
	{ "dma_map_sgtable", maps_a_list, 3, STREAMING },
	{ "dma_map_single of more than there are bounce buffers", fills_the_bounce_buffers, 2,
	  ON_DYNAMIC, true },
	{ "dma_alloc_coherent", allocs_coherent, 1, COHERENT,
	  .falls_back = ON_COHERENT | ON_IOMMU },
	{ "dma_alloc_coherent in atomic context", allocs_in_atomic_context, 1, COHERENT },
	{ "dma_alloc_wc", allocs_write_combine, 1, COHERENT, .falls_back = ON_IOMMU },
	{ "dma_alloc_attrs without a kernel mapping", allocs_without_a_mapping, 1, COHERENT,
	  .falls_back = COHERENT },
	{ "dmam_alloc_coherent and devm_kmalloc", allocs_managed, 5, MANAGED },
	{ "dma_pool_alloc", uses_a_pool, 5, MANAGED },
	{ "dmam_pool_create", uses_a_managed_pool, 4, MANAGED },
	/* The range cannot be mapped, for whatever reason. */
	{ "dma_declare_coherent_memory", declares_memory_of_its_own, 3, ON_2G,
	  .also = -EINVAL },
	{ "dma_alloc_pages", allocs_pages, 1, CACHED, .falls_back = CACHED },
	{ "dma_alloc_noncoherent", allocs_noncoherent, 1, CACHED },
	{ "dma_vmap_noncontiguous", allocs_noncontiguous_and_maps_it, 3, CACHED,
	  .falls_back = CACHED },
	{ "dma_get_sgtable", makes_a_table_of_coherent_memory, 2,
	  ON_CMA | ON_REMAP | ON_POOL | ON_COHERENT, .falls_back = ON_COHERENT },
	{ "dmabounce", bounces_as_of_old, 5, ON_CMA | ON_REMAP },
	{ "device_register and devm_kzalloc", registers_a_device, 2, ON_CMA },
	{ "sg_alloc_table_from_pages", makes_a_table_of_pages, 2, ON_CMA },
	{ "sg_alloc_append_table_from_pages", appends_to_a_table, 2, ON_CMA },
	{ "sgl_alloc", makes_a_list_with_its_memory, 6, ON_CMA },
	{ "dma_mmap_coherent", maps_for_a_process, 4, COHERENT,
	  .falls_back = ON_COHERENT | ON_IOMMU },
	{ "process_fork and a write", forks, 7, ON_CMA | ON_2G },
	{ "memory of a device's own area", allocs_of_its_own_area, 4, ON_2G },
	/* It has it from the start, and when that failed, from its driver's asking. */
	{ "memory of a device's own region", allocs_of_its_own_memory, 4, ON_2G,
	  .may_go_on = true },
	{ "vmalloc", maps_memory_in_a_row, 6, ON_CMA },
	{ "iommu_attach_group and iommu_map", attaches_a_domain_of_its_own, 4, ON_IOMMU },
	{ "arm_iommu_attach_device and dma_map_sgtable", maps_as_32_bit_arm, 8, ON_IOMMU },
};

struct test {
	const struct scenario *s;
	const struct place *at;
};

static struct run starts(const struct place *at)
{
	struct harness_config cfg = at->cfg;
	g_autoptr(GError) error = NULL;
	struct run r;

	cfg.gear = GEAR_FAST;		/* the ledger and the allocators are the same */
	cfg.hazards.is_quiet = true;
	r.h = harness_start(&cfg, &error);
	if (!r.h)
		fail_msg("%s", error->message);
	r.dev = at->device ? harness_device(r.h, at->device)
			   : harness_device_new(r.h, "eth0", at->is & ON_COHERENT);
	assert_int_equal(r.dev->dma_iommu, !!(at->is & ON_IOMMU));
	r.k = r.dev->kernel;
	return r;
}

/* Two mappings of one page are what these strategies are about. */
static void ends(struct run *r)
{
	const struct hazard_engine *e = harness_hazards(r->h);

	for (unsigned c = 0; c < NR_HAZARD_CLASSES; c++)
		if (c != HAZARD_ALIAS_ATTRIBUTES && hazard_count(e, c))
			fail_msg("a hazard: %s", hazard_title(c));
	harness_finish(r->h);
}

static struct census reference(const struct test *t)
{
	struct run r = starts(t->at);
	struct census whole;

	assert_int_equal(t->s->body(&r), 0);
	whole = census_of(&r);
	ends(&r);
	return whole;
}

/* A search for an IOVA that fails, in either of two pools, is made once more, as Linux does. */
static bool may_go_unnoticed(const struct test *t, unsigned *nr_unnoticed)
{
	bool searches_again = t->at->is & ON_IOMMU && ++*nr_unnoticed <= 2;

	return t->s->may_go_on || t->s->falls_back & t->at->is || searches_again;
}

/* False: it has fewer than @nth allocations. */
static bool fails_nth(const struct test *t, unsigned nth, struct census whole,
		      unsigned *nr_unnoticed)
{
	struct run r = starts(t->at);
	struct census before = census_of(&r);
	g_autofree char *when = g_strdup_printf("allocation %u failed", nth);
	bool is_failed;
	int err;

	harness_fail_allocation(r.h, nth);
	err = t->s->body(&r);
	is_failed = !r.k->fail_countdown;
	harness_fail_allocation(r.h, 0);
	if (err && (!is_failed || (err != REFUSED && err != t->s->also)))
		fail_msg("%s: the error is %d", when, err);
	if (!err && is_failed && !may_go_unnoticed(t, nr_unnoticed))
		fail_msg("%s, and nobody noticed", when);
	expects_no_more(when, census_of(&r), before, whole);
	assert_int_equal(t->s->body(&r), 0);
	if (!t->s->may_go_on)
		expects_same("a retry", census_of(&r), whole);
	ends(&r);
	return is_failed;
}

static void each_failed_allocation_is_an_error_and_no_leak(void **state)
{
	const struct test *t = *state;
	struct census whole = reference(t);
	unsigned nth = 1, nr_unnoticed = 0;

	while (nth <= MOST && fails_nth(t, nth, whole, &nr_unnoticed))
		nth++;
	if (nth > MOST || nth <= t->s->at_least)
		fail_msg("%u allocations; at least %u were expected", nth - 1, t->s->at_least);
}

int main(void)
{
	static struct test tests[ARRAY_SIZE(scenarios) * ARRAY_SIZE(places)];
	static struct CMUnitTest units[ARRAY_SIZE(tests)];
	size_t nr = 0;
	int status;

	for (size_t s = 0; s < ARRAY_SIZE(scenarios); s++) {
		for (size_t p = 0; p < ARRAY_SIZE(places); p++) {
			if (!(scenarios[s].where & places[p].is))
				continue;
			tests[nr] = (struct test){ &scenarios[s], &places[p] };
			units[nr] = (struct CMUnitTest){
				.name = g_strdup_printf("%s@%s", scenarios[s].name,
							places[p].name),
				.test_func = each_failed_allocation_is_an_error_and_no_leak,
				.initial_state = &tests[nr],
			};
			nr++;
		}
	}
	status = _cmocka_run_group_tests("fail-nth", units, nr, NULL, NULL);
	for (size_t i = 0; i < nr; i++)
		g_free((char *)(uintptr_t)units[i].name);
	return status;
}
