/* SPDX-License-Identifier: MIT */
/*
 * The driver of Allwinner's IOMMU: see sun50i.h.
 *
 * Leaves out: blocking (the core has an empty domain for that).
 */
#include <linux/mod_devicetable.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/printk.h>
#include <linux/sizes.h>

#include "../drivers.h"
#include "sun50i.h"

static const struct iommu_ops sun50i_ops;

static struct sun50i_domain *domain_of(struct iommu_domain *domain)
{
	return container_of(domain, struct sun50i_domain, paging.domain);
}

/* ---- invalidation --------------------------------------------------------- */

static void each_mmu(struct sun50i_domain *d, unsigned long iova, size_t len,
		     void (*does)(struct sun50i_mmu *mmu, unsigned long iova, size_t len))
{
	unsigned long flags;
	struct sun50i_mmu *mmu;

	spin_lock_irqsave(&d->lock, flags);
	list_for_each_entry(mmu, &d->mmus, entry) {
		spin_lock(&mmu->lock);
		if (mmu->is_awake)
			does(mmu, iova, len);
		spin_unlock(&mmu->lock);
	}
	spin_unlock_irqrestore(&d->lock, flags);
}

static void flush_one(struct sun50i_mmu *mmu, unsigned long iova, size_t len)
{
	sun50i_hw_flush(mmu);
}

static void tlb_flush_all(void *cookie)
{
	each_mmu(cookie, 0, 0, flush_one);
}

static void tlb_flush_walk(unsigned long iova, size_t size, size_t granule, void *cookie)
{
	tlb_flush_all(cookie);
}

static void tlb_add_page(struct iommu_iotlb_gather *gather, unsigned long iova, size_t granule,
			 void *cookie)
{
	struct sun50i_domain *d = cookie;

	if (gather)
		iommu_iotlb_gather_add_page(&d->paging.domain, gather, iova, granule);
	else
		each_mmu(d, iova, granule, sun50i_hw_invalidate);
}

static const struct iommu_flush_ops flush_ops = {
	.tlb_flush_all = tlb_flush_all, .tlb_flush_walk = tlb_flush_walk,
	.tlb_add_page = tlb_add_page,
};

static void linked(void *cookie, unsigned long iova, size_t len)
{
	each_mmu(cookie, iova, len, sun50i_hw_forget_tables);
}

static void sun50i_flush_iotlb_all(struct iommu_domain *domain)
{
	tlb_flush_all(domain_of(domain));
}

static void sun50i_iotlb_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *gather)
{
	if (gather->end)
		each_mmu(domain_of(domain), gather->start, gather->end - gather->start + 1,
			 sun50i_hw_invalidate);
}

static int sun50i_iotlb_sync_map(struct iommu_domain *domain, unsigned long iova, size_t size)
{
	each_mmu(domain_of(domain), iova, size, sun50i_hw_invalidate);
	return 0;
}

/* ---- domains --------------------------------------------------------- */

/* The walker snoops where the tree says so of the IOMMU. */
static bool is_coherent(struct device *dev)
{
	const struct sun50i_mmu *mmu = dev ? dev_iommu_priv_get(dev) : NULL;

	return mmu && mmu->dev->dma_coherent;
}

static struct iommu_domain *sun50i_domain_alloc_paging(struct device *dev)
{
	struct sun50i_domain *d = core_domain_alloc(dev, sizeof(*d));

	if (!d)
		return NULL;
	spin_lock_init(&d->lock);
	INIT_LIST_HEAD(&d->mmus);
	d->paging.pgtbl = two_level_alloc(&(struct two_level_cfg){
		.format = &sun50i_format, .linked = linked,
		.cfg = { .oas = 32, .tlb = &flush_ops, .pgsize_bitmap = SZ_4K,
			 .coherent_walk = is_coherent(dev) },
	}, d);
	if (!d->paging.pgtbl) {
		g_free(d);
		return NULL;
	}
	d->paging.domain.geometry = (struct iommu_domain_geometry){
		.aperture_end = U32_MAX, .force_aperture = true,
	};
	return &d->paging.domain;
}

static void sun50i_domain_free(struct iommu_domain *domain)
{
	struct sun50i_domain *d = domain_of(domain);

	WARN_ON(!list_empty(&d->mmus));
	two_level_free(d->paging.pgtbl);
	g_free(d);
}

static void enter(struct sun50i_mmu *mmu, struct sun50i_domain *d)
{
	unsigned long flags;

	spin_lock_irqsave(&d->lock, flags);
	spin_lock(&mmu->lock);
	mmu->domain = d;
	mmu->is_awake = true;
	list_add_tail(&mmu->entry, &d->mmus);
	sun50i_hw_program(mmu, two_level_root(d->paging.pgtbl));
	spin_unlock(&mmu->lock);
	spin_unlock_irqrestore(&d->lock, flags);
}

/* It translates by nobody's tables any more; if another's follow at once, it stays on. */
static void leave(struct sun50i_mmu *mmu, bool stays_on)
{
	struct sun50i_domain *d = mmu->domain;
	unsigned long flags;

	spin_lock_irqsave(&d->lock, flags);
	spin_lock(&mmu->lock);
	if (mmu->is_awake && !stays_on)
		sun50i_hw_stop(mmu);
	mmu->domain = NULL;
	list_del_init(&mmu->entry);
	spin_unlock(&mmu->lock);
	spin_unlock_irqrestore(&d->lock, flags);
}

static void go_to_sleep(struct sun50i_mmu *mmu)
{
	unsigned long flags;

	spin_lock_irqsave(&mmu->lock, flags);
	mmu->is_awake = false;
	spin_unlock_irqrestore(&mmu->lock, flags);
	sun50i_hw_sleep(mmu);
}

/* A group has one domain: what another device of it has done is done. */
static int sun50i_attach_dev(struct iommu_domain *domain, struct device *dev)
{
	struct sun50i_mmu *mmu = dev_iommu_priv_get(dev);
	int ret = 0;

	if (mmu->domain == domain_of(domain))
		return 0;
	if (mmu->domain)
		leave(mmu, true);
	else
		ret = sun50i_hw_wake(mmu);
	if (!ret)
		enter(mmu, domain_of(domain));
	return ret;
}

static int sun50i_attach_identity(struct iommu_domain *domain, struct device *dev)
{
	struct sun50i_mmu *mmu = dev_iommu_priv_get(dev);

	if (mmu->domain) {
		leave(mmu, false);
		go_to_sleep(mmu);
	}
	return 0;
}

static struct iommu_domain sun50i_identity = {
	.type = IOMMU_DOMAIN_IDENTITY,
	.ops = &(const struct iommu_domain_ops){ .attach_dev = sun50i_attach_identity },
};

/* ---- devices --------------------------------------------------------- */

/* All entries of a device name one IOMMU; they may be several masters. */
static int sun50i_of_xlate(struct device *dev, const struct of_phandle_args *args)
{
	struct sun50i_mmu *mmu = core_node_drvdata(args->np);
	struct sun50i_mmu *before = dev_iommu_priv_get(dev);
	u32 master = args->args_count ? args->args[0] : 0;

	if (!mmu)
		return -ENODEV;
	if (master >= SUN50I_MASTERS || (before && before != mmu))
		return -EINVAL;
	dev_iommu_priv_set(dev, mmu);
	return iommu_fwspec_add_ids(dev, &master, 1);
}

static void name_masters(struct device *dev, struct device *who)
{
	const struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(dev);
	struct sun50i_mmu *mmu = dev_iommu_priv_get(dev);

	for (unsigned n = 0; n < fwspec->num_ids; n++)
		if (who || mmu->masters[fwspec->ids[n]] == dev)
			mmu->masters[fwspec->ids[n]] = who;
}

static struct iommu_device *sun50i_probe_device(struct device *dev)
{
	struct sun50i_mmu *mmu = dev_iommu_priv_get(dev);

	if (!mmu)
		return ERR_PTR(-ENODEV);
	name_masters(dev, dev);
	return &mmu->iommu;
}

/* The last one that goes takes the domain along. */
static void sun50i_release_device(struct device *dev)
{
	struct sun50i_mmu *mmu = dev_iommu_priv_get(dev);
	bool is_last = true;

	name_masters(dev, NULL);
	for (unsigned m = 0; m < SUN50I_MASTERS; m++)
		is_last &= !mmu->masters[m];
	if (is_last)
		sun50i_attach_identity(NULL, dev);
}

static bool sun50i_capable(struct device *dev, enum iommu_cap cap)
{
	return cap == IOMMU_CAP_DEFERRED_FLUSH ||
	       (cap == IOMMU_CAP_CACHE_COHERENCY && dev->dma_coherent);
}

static const struct iommu_ops sun50i_ops = {
	.capable = sun50i_capable,
	.domain_alloc_paging = sun50i_domain_alloc_paging,
	.probe_device = sun50i_probe_device,
	.release_device = sun50i_release_device,
	.device_group = generic_single_device_group,
	.get_resv_regions = iommu_dma_get_resv_regions,
	.of_xlate = sun50i_of_xlate,
	.identity_domain = &sun50i_identity,
	.pgsize_bitmap = SZ_4K,
	.default_domain_ops = &(const struct iommu_domain_ops){
		.attach_dev = sun50i_attach_dev,
		.map_pages = paging_map_pages, .unmap_pages = paging_unmap_pages,
		.flush_iotlb_all = sun50i_flush_iotlb_all, .iotlb_sync = sun50i_iotlb_sync,
		.iotlb_sync_map = sun50i_iotlb_sync_map,
		.iova_to_phys = paging_iova_to_phys, .free = sun50i_domain_free,
	},
};

/* ---- the IOMMU itself --------------------------------------------------------- */

static int get_resources(struct platform_device *pdev, struct sun50i_mmu *mmu)
{
	int irq = platform_get_irq(pdev, 0);

	if (irq < 0)
		return irq;
	mmu->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(mmu->regs))
		return PTR_ERR(mmu->regs);
	mmu->clk = devm_clk_get(&pdev->dev, NULL);
	if (IS_ERR(mmu->clk))
		return PTR_ERR(mmu->clk);
	mmu->reset = devm_reset_control_get(&pdev->dev, NULL);
	if (IS_ERR(mmu->reset))
		return PTR_ERR(mmu->reset);
	return devm_request_irq(&pdev->dev, (unsigned)irq, sun50i_irq, 0, dev_name(&pdev->dev),
				mmu);
}

static int sun50i_probe(struct platform_device *pdev)
{
	struct sun50i_mmu *mmu = core_alloc(pdev->dev.kernel, sizeof(*mmu));
	int ret;

	if (!mmu)
		return -ENOMEM;
	mmu->dev = &pdev->dev;
	spin_lock_init(&mmu->lock);
	INIT_LIST_HEAD(&mmu->entry);
	platform_set_drvdata(pdev, mmu);
	ret = get_resources(pdev, mmu);
	if (!ret)
		ret = iommu_device_register(&mmu->iommu, &sun50i_ops, &pdev->dev);
	if (ret)
		g_free(mmu);
	return ret;
}

static void sun50i_remove(struct platform_device *pdev)
{
	struct sun50i_mmu *mmu = platform_get_drvdata(pdev);

	iommu_device_unregister(&mmu->iommu);
	devm_free_irq(&pdev->dev, (unsigned)platform_get_irq(pdev, 0), mmu);
	g_free(mmu);
}

static int sun50i_suspend(struct device *dev)
{
	struct sun50i_mmu *mmu = dev_get_drvdata(dev);

	if (mmu->domain)
		go_to_sleep(mmu);
	return 0;
}

static int sun50i_resume(struct device *dev)
{
	struct sun50i_mmu *mmu = dev_get_drvdata(dev);
	unsigned long flags;
	int ret;

	if (!mmu->domain)
		return 0;
	ret = sun50i_hw_wake(mmu);
	if (ret)
		return ret;
	spin_lock_irqsave(&mmu->lock, flags);
	mmu->is_awake = true;
	sun50i_hw_program(mmu, two_level_root(mmu->domain->paging.pgtbl));
	spin_unlock_irqrestore(&mmu->lock, flags);
	return 0;
}

static const struct dev_pm_ops sun50i_pm = {
	SET_LATE_SYSTEM_SLEEP_PM_OPS(sun50i_suspend, sun50i_resume)
};

static const struct of_device_id sun50i_ids[] = {
	{ .compatible = "allwinner,sun50i-h6-iommu" },
	{ .compatible = "allwinner,sun50i-h616-iommu" },
	{ }
};

struct platform_driver sun50i_iommu_driver = {
	.probe = sun50i_probe,
	.remove = sun50i_remove,
	.driver = {
		.name = "sun50i-iommu", .of_match_table = sun50i_ids, .pm = &sun50i_pm,
	},
};
