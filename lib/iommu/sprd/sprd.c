/* SPDX-License-Identifier: MIT */
/* The driver of Spreadtrum's IOMMUs: see sprd.h. */
#include <linux/dma-mapping.h>
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>

#include "../dma-hooks.h"
#include "../drivers.h"
#include "../table-run.h"
#include "sprd.h"

static const struct iommu_ops sprd_ops;

/* ---- mapping ------------------------------------------------------------------------ */

static bool is_inside(unsigned long iova, size_t len)
{
	return iova < SPRD_APERTURE && len <= SPRD_APERTURE - iova;
}

/* As long as nothing is in the way. */
static size_t fill_free(struct sprd_domain *d, u32 *slot, size_t nr, u32 page)
{
	size_t len = nr * sizeof(*slot);

	pte_before_load(&d->tables, slot, len);
	if (run32_empty(slot, nr) < nr)
		return 0;
	pte_before_store(&d->tables, slot, len);
	run32_fill(slot, nr, page, 1);
	tables_complete(&d->tables);
	return nr;
}

/* As far as something is mapped. */
static size_t clear_used(struct sprd_domain *d, u32 *slot, size_t nr)
{
	pte_before_load(&d->tables, slot, nr * sizeof(*slot));
	nr = run32_having(slot, nr, ~0u);
	if (!nr)
		return 0;
	pte_before_store(&d->tables, slot, nr * sizeof(*slot));
	run_clear(slot, nr * sizeof(*slot));
	tables_complete(&d->tables);
	return nr;
}

static int sprd_map_pages(struct iommu_domain *domain, unsigned long iova, phys_addr_t pa,
			  size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	struct sprd_domain *d = sprd_domain_of(domain);
	unsigned long flags;
	size_t nr;

	if (!d->table)
		return -ENODEV;
	if (!is_inside(iova, pgsize * pgcount) || pa + pgsize * pgcount > SZ_4G)
		return -ERANGE;
	spin_lock_irqsave(&d->lock, flags);
	nr = fill_free(d, d->table + iova / SZ_4K, pgcount, (u32)(pa / SZ_4K));
	spin_unlock_irqrestore(&d->lock, flags);
	*mapped = nr * SZ_4K;
	return nr ? 0 : -EEXIST;
}

static size_t sprd_unmap_pages(struct iommu_domain *domain, unsigned long iova, size_t pgsize,
			       size_t pgcount, struct iommu_iotlb_gather *gather)
{
	struct sprd_domain *d = sprd_domain_of(domain);
	unsigned long flags;
	size_t nr;

	if (!d->table || !is_inside(iova, pgsize * pgcount))
		return 0;
	spin_lock_irqsave(&d->lock, flags);
	nr = clear_used(d, d->table + iova / SZ_4K, pgcount);
	spin_unlock_irqrestore(&d->lock, flags);
	if (nr)
		iommu_iotlb_gather_add_range(gather, iova, nr * SZ_4K);
	return nr * SZ_4K;
}

static phys_addr_t sprd_iova_to_phys(struct iommu_domain *domain, dma_addr_t iova)
{
	struct sprd_domain *d = sprd_domain_of(domain);
	u32 page;

	if (!d->table || iova >= SPRD_APERTURE)
		return 0;
	page = pte_load32(&d->tables, d->table + iova / SZ_4K);
	return page ? (phys_addr_t)page * SZ_4K + iova % SZ_4K : 0;
}

/* ---- what is held ----------------------------------------------------------------------- */

static void update(struct sprd_domain *d)
{
	struct sprd_iommu *s;
	unsigned long flags;

	spin_lock_irqsave(&d->lock, flags);
	list_for_each_entry(s, &d->iommus, of_domain)
		sprd_hw_update(s);
	spin_unlock_irqrestore(&d->lock, flags);
}

static void sprd_flush_iotlb_all(struct iommu_domain *domain)
{
	update(sprd_domain_of(domain));
}

static void sprd_iotlb_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *gather)
{
	if (gather->end)
		update(sprd_domain_of(domain));
}

/* That nothing was there is held, too. */
static int sprd_iotlb_sync_map(struct iommu_domain *domain, unsigned long iova, size_t size)
{
	update(sprd_domain_of(domain));
	return 0;
}

/* ---- domains -------------------------------------------------------------------------------- */

static int finalise(struct sprd_domain *d, const struct sprd_iommu *s)
{
	const struct io_pgtable_cfg cfg = { .coherent_walk = true, .iommu_dev = s->dev };

	d->tables.format.level[0].entry_log2 = 2;
	if (!tables_init(&d->tables, &cfg, d))
		return -ENODEV;
	d->table = dma_alloc_coherent(s->dev, SPRD_TABLE_LEN, &d->table_dma, GFP_KERNEL);
	d->table_dev = s->dev;
	return d->table ? 0 : -ENOMEM;
}

static struct iommu_domain *sprd_domain_alloc_paging(struct device *dev)
{
	struct sprd_iommu *s = dev ? dev_iommu_priv_get(dev) : NULL;
	struct sprd_domain *d = core_domain_alloc(dev, sizeof(*d));

	if (!d)
		return NULL;
	spin_lock_init(&d->lock);
	INIT_LIST_HEAD(&d->iommus);
	d->domain.geometry = (struct iommu_domain_geometry){
		.aperture_end = SPRD_APERTURE - 1, .force_aperture = true,
	};
	if (s && finalise(d, s)) {
		g_free(d);
		return NULL;
	}
	return &d->domain;
}

static void sprd_domain_free(struct iommu_domain *domain)
{
	struct sprd_domain *d = sprd_domain_of(domain);

	WARN_ON(!list_empty(&d->iommus));
	if (d->table)
		dma_free_coherent(d->table_dev, SPRD_TABLE_LEN, d->table, d->table_dma);
	g_free(d);
}

/* ---- attaching ---------------------------------------------------------------------------- */

static void leave(struct sprd_iommu *s)
{
	struct sprd_domain *d = s->domain;
	unsigned long flags;

	sprd_hw_stop(s);
	if (!d)
		return;
	spin_lock_irqsave(&d->lock, flags);
	list_del_init(&s->of_domain);
	spin_unlock_irqrestore(&d->lock, flags);
	s->domain = NULL;
}

static void enter(struct sprd_iommu *s, struct sprd_domain *d)
{
	unsigned long flags;

	spin_lock_irqsave(&d->lock, flags);
	list_add_tail(&s->of_domain, &d->iommus);
	spin_unlock_irqrestore(&d->lock, flags);
	s->domain = d;
	sprd_hw_start(s, d->table_dma);
}

static int sprd_attach_dev(struct iommu_domain *domain, struct device *dev)
{
	struct sprd_iommu *s = dev_iommu_priv_get(dev);
	struct sprd_domain *d = sprd_domain_of(domain);
	int ret = d->table ? 0 : finalise(d, s);

	if (ret || s->domain == d)
		return ret;
	leave(s);
	enter(s, d);
	return 0;
}

static int sprd_attach_identity(struct iommu_domain *domain, struct device *dev)
{
	leave(dev_iommu_priv_get(dev));
	return 0;
}

static struct iommu_domain sprd_identity = {
	.type = IOMMU_DOMAIN_IDENTITY,
	.ops = &(const struct iommu_domain_ops){ .attach_dev = sprd_attach_identity },
};

/* ---- devices ------------------------------------------------------------------------------- */

static int sprd_of_xlate(struct device *dev, const struct of_phandle_args *args)
{
	struct sprd_iommu *s = core_node_drvdata(args->np);

	if (!s)
		return -ENODEV;
	if (dev_iommu_priv_get(dev) && dev_iommu_priv_get(dev) != s)
		return -EINVAL;			/* one of them alone could be programmed */
	dev_iommu_priv_set(dev, s);
	return 0;
}

static struct iommu_device *sprd_probe_device(struct device *dev)
{
	struct sprd_iommu *s = dev_iommu_priv_get(dev);

	if (!s)
		return ERR_PTR(-ENODEV);
	s->nr_users++;
	return &s->iommu;
}

/* The last one takes the domain along; others stay in it. */
static void sprd_release_device(struct device *dev)
{
	struct sprd_iommu *s = dev_iommu_priv_get(dev);

	if (!--s->nr_users)
		leave(s);
	dev_iommu_priv_set(dev, NULL);
}

static bool sprd_capable(struct device *dev, enum iommu_cap cap)
{
	return cap == IOMMU_CAP_DEFERRED_FLUSH;
}

static const struct iommu_ops sprd_ops = {
	.capable = sprd_capable,
	.domain_alloc_paging = sprd_domain_alloc_paging,
	.probe_device = sprd_probe_device,
	.release_device = sprd_release_device,
	.device_group = generic_single_device_group,
	.get_resv_regions = iommu_dma_get_resv_regions,
	.of_xlate = sprd_of_xlate,
	.identity_domain = &sprd_identity,
	.pgsize_bitmap = SZ_4K,
	.default_domain_ops = &(const struct iommu_domain_ops){
		.attach_dev = sprd_attach_dev,
		.map_pages = sprd_map_pages, .unmap_pages = sprd_unmap_pages,
		.flush_iotlb_all = sprd_flush_iotlb_all, .iotlb_sync = sprd_iotlb_sync,
		.iotlb_sync_map = sprd_iotlb_sync_map,
		.iova_to_phys = sprd_iova_to_phys, .free = sprd_domain_free,
	},
};

/* ---- the IOMMUs themselves ------------------------------------------------------------------- */

/* Found, clocked, known, and off, whatever a boot loader has left. */
static int start(struct platform_device *pdev, struct sprd_iommu *s)
{
	int ret;

	s->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(s->regs))
		return PTR_ERR(s->regs);
	s->clock = devm_clk_get_optional(s->dev, NULL);
	if (IS_ERR(s->clock))
		return PTR_ERR(s->clock);
	ret = clk_prepare_enable(s->clock);
	if (ret)
		return ret;
	ret = sprd_hw_identify(s);
	if (ret)
		clk_disable_unprepare(s->clock);
	else
		sprd_hw_stop(s);
	return ret;
}

static void stop(struct sprd_iommu *s)
{
	sprd_hw_stop(s);
	clk_disable_unprepare(s->clock);
	dma_free_coherent(s->dev, SZ_4K, s->nowhere, s->nowhere_dma);
}

static int sprd_probe(struct platform_device *pdev)
{
	struct sprd_iommu *s = core_devm_alloc(&pdev->dev, sizeof(*s));
	int ret;

	if (!s)
		return -ENOMEM;
	s->dev = &pdev->dev;
	INIT_LIST_HEAD(&s->of_domain);
	platform_set_drvdata(pdev, s);
	s->nowhere = dma_alloc_coherent(s->dev, SZ_4K, &s->nowhere_dma, GFP_KERNEL);
	if (!s->nowhere)
		return -ENOMEM;
	ret = start(pdev, s);
	if (ret) {
		dma_free_coherent(s->dev, SZ_4K, s->nowhere, s->nowhere_dma);
		return ret;
	}
	ret = iommu_device_sysfs_add(&s->iommu, s->dev, NULL, "%s", dev_name(s->dev));
	if (!ret)
		ret = iommu_device_register(&s->iommu, &sprd_ops, s->dev);
	if (ret)
		stop(s);
	return ret;
}

static void sprd_remove(struct platform_device *pdev)
{
	struct sprd_iommu *s = platform_get_drvdata(pdev);

	iommu_device_unregister(&s->iommu);
	iommu_device_sysfs_remove(&s->iommu);
	stop(s);
}

static const struct of_device_id sprd_matches[] = {
	{ .compatible = "sprd,iommu-v1" },
	{ }
};

struct platform_driver sprd_iommu_driver = {
	.probe = sprd_probe,
	.remove = sprd_remove,
	.driver = {
		.name = "sprd-iommu", .of_match_table = sprd_matches,
	},
};
