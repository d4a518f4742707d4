/* SPDX-License-Identifier: MIT */
/* The driver of Rockchip's IOMMUs: see rockchip.h. */
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>
#include <linux/property.h>
#include <linux/sizes.h>

#include "../dma-hooks.h"
#include "../drivers.h"
#include "../two-level.h"
#include "rockchip.h"

#define PAGE_SIZES	0x007ff000u	/* each power of two that one page table maps */

static const struct iommu_ops rk_ops;

/* ---- zaps: what the page tables ask for ---------------------------------------------- */

static void zap(struct rk_domain *d, u64 iova, u64 len)
{
	struct rk_iommu *rk;
	unsigned long flags;

	spin_lock_irqsave(&d->lock, flags);
	list_for_each_entry(rk, &d->iommus, of_domain)
		rk_hw_zap(rk, iova, len);
	spin_unlock_irqrestore(&d->lock, flags);
}

static void tlb_flush_all(void *cookie)
{
	zap(cookie, 0, SZ_4G);
}

static void tlb_flush_walk(unsigned long iova, size_t size, size_t granule, void *cookie)
{
	zap(cookie, iova, size);
}

static void tlb_add_page(struct iommu_iotlb_gather *gather, unsigned long iova, size_t granule,
			 void *cookie)
{
	struct rk_domain *d = cookie;

	if (gather)
		iommu_iotlb_gather_add_page(&d->paging.domain, gather, iova, granule);
	else
		zap(d, iova, granule);
}

static const struct iommu_flush_ops rk_flush_ops = {
	.tlb_flush_all = tlb_flush_all, .tlb_flush_walk = tlb_flush_walk,
	.tlb_add_page = tlb_add_page,
};

static void rk_flush_iotlb_all(struct iommu_domain *domain)
{
	tlb_flush_all(rk_domain_of(domain));
}

static void rk_iotlb_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *gather)
{
	if (gather->end)
		zap(rk_domain_of(domain), gather->start, (u64)gather->end - gather->start + 1);
}

/*
 * What was not valid is held, too, with the line that it came in. Linux's driver zaps the
 * first and the last page, since nothing in between can share a line with what was mapped
 * before; that is true while a zap drops whole lines and nothing is fetched ahead.
 */
static int rk_iotlb_sync_map(struct iommu_domain *domain, unsigned long iova, size_t size)
{
	zap(rk_domain_of(domain), iova, size);
	return 0;
}

/* ---- domains ------------------------------------------------------------------------------ */

/* The first IOMMU decides the version, and is the one for which tables are cleaned. */
static int finalise(struct rk_domain *d, const struct rk_iommu *rk)
{
	const struct two_level_cfg cfg = {
		.format = rk_format(rk->version),
		.cfg = {
			.pgsize_bitmap = PAGE_SIZES, .ias = 32, .oas = rk->version == 2 ? 40 : 32,
			.tlb = &rk_flush_ops, .iommu_dev = rk->dev,
		},
	};

	d->version = rk->version;
	d->paging.pgtbl = two_level_alloc(&cfg, d);
	return d->paging.pgtbl ? 0 : -ENOMEM;
}

static struct iommu_domain *rk_domain_alloc_paging(struct device *dev)
{
	struct rk_master *m = dev ? dev_iommu_priv_get(dev) : NULL;
	struct rk_domain *d = core_domain_alloc(dev, sizeof(*d));

	if (!d)
		return NULL;
	spin_lock_init(&d->lock);
	INIT_LIST_HEAD(&d->iommus);
	d->paging.domain.geometry = (struct iommu_domain_geometry){
		.aperture_end = DMA_BIT_MASK(32), .force_aperture = true,
	};
	if (m && finalise(d, m->iommus[0])) {
		g_free(d);
		return NULL;
	}
	return &d->paging.domain;
}

static void rk_domain_free(struct iommu_domain *domain)
{
	struct rk_domain *d = rk_domain_of(domain);

	WARN_ON(!list_empty(&d->iommus));
	two_level_free(d->paging.pgtbl);
	g_free(d);
}

/* ---- attaching ------------------------------------------------------------------------------ */

/* Who zaps for @from, or @to, finds it there or not; who takes interrupts, one of them. */
static void move(struct rk_iommu *rk, struct rk_domain *from, struct rk_domain *to,
		 struct device *user)
{
	unsigned long flags;

	if (from) {
		spin_lock_irqsave(&from->lock, flags);
		list_del_init(&rk->of_domain);
		spin_unlock_irqrestore(&from->lock, flags);
	}
	spin_lock_irqsave(&rk->lock, flags);
	rk->domain = to;
	rk->user = user;
	spin_unlock_irqrestore(&rk->lock, flags);
	if (to) {
		spin_lock_irqsave(&to->lock, flags);
		list_add_tail(&rk->of_domain, &to->iommus);
		spin_unlock_irqrestore(&to->lock, flags);
	}
}

static int start(struct rk_iommu *rk)
{
	return rk_hw_start(rk, two_level_root(rk->domain->paging.pgtbl));
}

/*
 * It is woken, and sleeps again if nobody uses it: so no transition of runtime PM is under
 * way while the domain changes. @to NULL: bypassed.
 */
static int switch_to(struct rk_iommu *rk, struct rk_domain *to, struct device *user)
{
	int ret = 0;

	if (rk->domain == to) {
		rk->user = user;
		return 0;
	}
	ret = pm_runtime_resume_and_get(rk->dev);
	if (ret)
		return ret;
	rk_hw_stop(rk);
	move(rk, rk->domain, to, user);
	if (to)
		ret = start(rk);
	if (ret)
		move(rk, to, NULL, NULL);
	pm_runtime_put(rk->dev);
	return ret;
}

static bool fits(const struct rk_domain *d, const struct rk_master *m)
{
	for (unsigned n = 0; n < m->nr; n++)
		if (m->iommus[n]->version != d->version)
			return false;
	return true;
}

static int rk_attach_dev(struct iommu_domain *domain, struct device *dev)
{
	struct rk_domain *d = rk_domain_of(domain);
	struct rk_master *m = dev_iommu_priv_get(dev);
	int ret = d->paging.pgtbl ? 0 : finalise(d, m->iommus[0]);

	if (!ret && !fits(d, m))
		ret = -EINVAL;
	for (unsigned n = 0; !ret && n < m->nr; n++)
		ret = switch_to(m->iommus[n], d, dev);
	for (unsigned n = 0; ret && n < m->nr; n++)
		if (m->iommus[n]->domain == d)
			switch_to(m->iommus[n], NULL, NULL);
	return ret;
}

static int rk_attach_identity(struct iommu_domain *domain, struct device *dev)
{
	struct rk_master *m = dev_iommu_priv_get(dev);
	int ret = 0;

	for (unsigned n = 0; !ret && n < m->nr; n++)
		ret = switch_to(m->iommus[n], NULL, NULL);
	return ret;
}

static struct iommu_domain rk_identity = {
	.type = IOMMU_DOMAIN_IDENTITY,
	.ops = &(const struct iommu_domain_ops){ .attach_dev = rk_attach_identity },
};

/* ---- devices --------------------------------------------------------------------------------- */

/* What it makes goes with the first of them, if another is not there and @dev is not probed. */
static int rk_of_xlate(struct device *dev, const struct of_phandle_args *args)
{
	struct rk_master *m = dev_iommu_priv_get(dev);
	struct rk_iommu *rk = core_node_drvdata(args->np);

	if (!rk)
		return -ENODEV;
	if (!m)
		m = core_devm_alloc(rk->dev, sizeof(*m));
	if (!m)
		return -ENOMEM;
	dev_iommu_priv_set(dev, m);
	if (m->nr == RK_MAX_IOMMUS)
		return -ENOSPC;
	m->iommus[m->nr++] = rk;
	return 0;
}

/* While @dev is active, so are its IOMMUs. */
static struct iommu_device *rk_probe_device(struct device *dev)
{
	struct rk_master *m = dev_iommu_priv_get(dev);

	if (!m)
		return ERR_PTR(-ENODEV);
	for (unsigned n = 0; n < m->nr; n++) {
		m->links[n] = device_link_add(dev, m->iommus[n]->dev,
					      DL_FLAG_STATELESS | DL_FLAG_PM_RUNTIME);
		m->iommus[n]->nr_users++;
	}
	return &m->iommus[0]->iommu;
}

/* The last one takes the domain along; others stay in it. */
static void drop_user(struct rk_iommu *rk, const struct device *dev)
{
	unsigned long flags;

	if (!--rk->nr_users)
		switch_to(rk, NULL, NULL);
	spin_lock_irqsave(&rk->lock, flags);
	if (rk->user == dev)
		rk->user = rk->dev;
	spin_unlock_irqrestore(&rk->lock, flags);
}

static void rk_release_device(struct device *dev)
{
	struct rk_master *m = dev_iommu_priv_get(dev);

	for (unsigned n = 0; n < m->nr; n++) {
		drop_user(m->iommus[n], dev);
		if (m->links[n])
			device_link_del(m->links[n]);
	}
	dev_iommu_priv_set(dev, NULL);
	devm_release_action(m->iommus[0]->dev, g_free, m);
}

static bool rk_capable(struct device *dev, enum iommu_cap cap)
{
	return cap == IOMMU_CAP_DEFERRED_FLUSH;
}

static const struct iommu_ops rk_ops = {
	.capable = rk_capable,
	.domain_alloc_paging = rk_domain_alloc_paging,
	.probe_device = rk_probe_device,
	.release_device = rk_release_device,
	.device_group = generic_single_device_group,
	.get_resv_regions = iommu_dma_get_resv_regions,
	.of_xlate = rk_of_xlate,
	.identity_domain = &rk_identity,
	.pgsize_bitmap = PAGE_SIZES,
	.default_domain_ops = &(const struct iommu_domain_ops){
		.attach_dev = rk_attach_dev,
		.map_pages = paging_map_pages, .unmap_pages = paging_unmap_pages,
		.flush_iotlb_all = rk_flush_iotlb_all, .iotlb_sync = rk_iotlb_sync,
		.iotlb_sync_map = rk_iotlb_sync_map,
		.iova_to_phys = paging_iova_to_phys, .free = rk_domain_free,
	},
};

/* ---- power --------------------------------------------------------------------------------- */

static int rk_runtime_suspend(struct device *dev)
{
	struct rk_iommu *rk = dev_get_drvdata(dev);

	rk_hw_stop(rk);
	clk_bulk_disable(RK_NR_CLOCKS, rk->clocks);
	return 0;
}

/* One that nobody is attached to is turned off even so: boot loaders leave some paging. */
static int rk_runtime_resume(struct device *dev)
{
	struct rk_iommu *rk = dev_get_drvdata(dev);
	int ret = clk_bulk_enable(RK_NR_CLOCKS, rk->clocks);

	if (ret)
		return ret;
	if (rk->domain)
		ret = start(rk);
	else
		rk_hw_stop(rk);
	if (ret)
		clk_bulk_disable(RK_NR_CLOCKS, rk->clocks);
	return ret;
}

static const struct dev_pm_ops rk_pm_ops = {
	SET_RUNTIME_PM_OPS(rk_runtime_suspend, rk_runtime_resume, NULL)
	SET_SYSTEM_SLEEP_PM_OPS(pm_runtime_force_suspend, pm_runtime_force_resume)
};

/* ---- the IOMMUs themselves ------------------------------------------------------------------- */

static int get_registers(struct platform_device *pdev, struct rk_iommu *rk)
{
	struct resource *res;

	while (rk->nr_banks < RK_MAX_BANKS &&
	       (res = platform_get_resource(pdev, IORESOURCE_MEM, rk->nr_banks))) {
		void __iomem *regs = devm_ioremap_resource(&pdev->dev, res);

		if (IS_ERR(regs))
			return PTR_ERR(regs);
		rk->regs[rk->nr_banks++] = regs;
	}
	return rk->nr_banks ? 0 : -ENODEV;
}

/* Old trees have none. */
static int get_clocks(struct rk_iommu *rk)
{
	int ret;

	rk->clocks[0].id = "aclk";
	rk->clocks[1].id = "iface";
	ret = devm_clk_bulk_get_optional(rk->dev, RK_NR_CLOCKS, rk->clocks);
	return ret ? ret : clk_bulk_prepare(RK_NR_CLOCKS, rk->clocks);
}

static int get_irqs(struct platform_device *pdev, struct rk_iommu *rk)
{
	int nr = platform_irq_count(pdev);

	for (int n = 0; n < nr; n++) {
		int irq = platform_get_irq(pdev, (unsigned)n);
		int ret = irq < 0 ? irq :
			  devm_request_irq(rk->dev, (unsigned)irq, rk_hw_irq, IRQF_SHARED,
					   dev_name(rk->dev), rk);

		if (ret)
			return ret;
	}
	return nr < 0 ? nr : 0;
}

static int get_all(struct platform_device *pdev, struct rk_iommu *rk)
{
	int ret = get_registers(pdev, rk);

	if (!ret)
		ret = get_clocks(rk);
	if (ret)
		return ret;
	ret = get_irqs(pdev, rk);
	if (!ret)
		ret = dma_set_mask_and_coherent(rk->dev, DMA_BIT_MASK(rk->version == 2 ? 40 : 32));
	if (ret)
		clk_bulk_unprepare(RK_NR_CLOCKS, rk->clocks);
	return ret;
}

static int rk_probe(struct platform_device *pdev)
{
	struct rk_iommu *rk = core_devm_alloc(&pdev->dev, sizeof(*rk));
	int ret;

	if (!rk)
		return -ENOMEM;
	rk->dev = &pdev->dev;
	rk->version = (unsigned)(uintptr_t)of_device_get_match_data(rk->dev);
	rk->has_no_reset = device_property_read_bool(rk->dev, "rockchip,disable-mmu-reset");
	spin_lock_init(&rk->lock);
	INIT_LIST_HEAD(&rk->of_domain);
	platform_set_drvdata(pdev, rk);
	ret = get_all(pdev, rk);
	if (ret)
		return ret;
	pm_runtime_enable(rk->dev);
	ret = iommu_device_sysfs_add(&rk->iommu, rk->dev, NULL, "%s", dev_name(rk->dev));
	if (!ret)
		ret = iommu_device_register(&rk->iommu, &rk_ops, rk->dev);
	if (ret) {
		pm_runtime_disable(rk->dev);
		clk_bulk_unprepare(RK_NR_CLOCKS, rk->clocks);
	}
	return ret;
}

static void rk_remove(struct platform_device *pdev)
{
	struct rk_iommu *rk = platform_get_drvdata(pdev);

	iommu_device_unregister(&rk->iommu);
	iommu_device_sysfs_remove(&rk->iommu);
	pm_runtime_force_suspend(rk->dev);
	clk_bulk_unprepare(RK_NR_CLOCKS, rk->clocks);
}

static void rk_shutdown(struct platform_device *pdev)
{
	pm_runtime_force_suspend(&pdev->dev);
}

static const struct of_device_id rk_matches[] = {
	{ .compatible = "rockchip,iommu", .data = (const void *)1 },
	{ .compatible = "rockchip,rk3568-iommu", .data = (const void *)2 },
	{ }
};

struct platform_driver rk_iommu_driver = {
	.probe = rk_probe,
	.remove = rk_remove,
	.shutdown = rk_shutdown,
	.driver = {
		.name = "rockchip-iommu", .of_match_table = rk_matches, .pm = &rk_pm_ops,
	},
};
