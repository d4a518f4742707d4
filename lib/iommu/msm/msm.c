/* SPDX-License-Identifier: MIT */
/*
 * Qualcomm's MSM IOMMUs as devices, and the devices behind them: see msm.h.
 *
 * In a device's fwspec an ID is the IOMMU's registers, which begin at a multiple of 64 KiB,
 * and a MID below.
 */
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>
#include <linux/printk.h>

#include "../dma-hooks.h"
#include "../drivers.h"
#include "msm.h"

#define ID_OF(base, mid)	((u32)(base) | (mid))
#define ID_BASE(id)		((id) & 0xffff0000u)
#define ID_MID(id)		((id) & 0xffffu)

/* ---- the devices behind them -------------------------------------------------------- */

static u32 base_of(const struct msm_mmu *mmu)
{
	return (u32)to_platform_device(mmu->dev)->resource[0].start;
}

static struct msm_mmu *find_mmu(struct kernel *k, u32 base)
{
	struct iommu_device *i;

	list_for_each_entry(i, &k->iommu->devices, list) {
		struct msm_mmu *mmu = container_of(i, struct msm_mmu, iommu);

		if (i->ops == &msm_iommu_ops && base_of(mmu) == base)
			return mmu;
	}
	return NULL;
}

static int msm_of_xlate(struct device *dev, const struct of_phandle_args *args)
{
	const struct msm_mmu *mmu = core_node_drvdata(args->np);
	u32 id;

	if (!mmu)
		return -ENODEV;
	if (args->args_count != 1 || args->args[0] >= mmu->nr_mids) {
		pr_err("%s: %s has no such MID\n", dev_name(dev), dev_name(mmu->dev));
		return -EINVAL;
	}
	id = ID_OF(base_of(mmu), args->args[0]);
	return iommu_fwspec_add_ids(dev, &id, 1);
}

/* NULL: it is behind more IOMMUs than we have room for. */
static struct msm_place *place_in(struct msm_master *m, struct msm_mmu *mmu)
{
	for (unsigned n = 0; n < m->nr_places; n++)
		if (m->places[n].mmu == mmu)
			return &m->places[n];
	if (m->nr_places == MSM_MAX_PLACES)
		return NULL;
	m->places[m->nr_places] = (struct msm_place){ .mmu = mmu, .bank = MSM_NOWHERE };
	return &m->places[m->nr_places++];
}

static bool has_mid(const struct msm_place *p, u32 mid)
{
	for (unsigned n = 0; n < p->nr_mids; n++)
		if (p->mids[n] == mid)
			return true;
	return false;
}

static int add_mid(struct kernel *k, struct msm_master *m, u32 id)
{
	struct msm_mmu *mmu = find_mmu(k, ID_BASE(id));
	struct msm_place *p = mmu ? place_in(m, mmu) : NULL;

	if (!p)
		return mmu ? -ENOSPC : -ENODEV;
	if (!has_mid(p, ID_MID(id)))
		p->mids[p->nr_mids++] = (u8)ID_MID(id);
	return 0;
}

static void own(struct device *dev, const struct msm_place *p)
{
	unsigned long flags;

	spin_lock_irqsave(&p->mmu->lock, flags);
	for (unsigned n = 0; n < p->nr_mids; n++) {
		struct msm_mid *mid = &p->mmu->mids[p->mids[n]];

		if (!mid->nr_users++)
			mid->owner = dev;
	}
	spin_unlock_irqrestore(&p->mmu->lock, flags);
}

static void disown(struct device *dev, const struct msm_place *p)
{
	unsigned long flags;

	spin_lock_irqsave(&p->mmu->lock, flags);
	for (unsigned n = 0; n < p->nr_mids; n++) {
		struct msm_mid *mid = &p->mmu->mids[p->mids[n]];

		mid->nr_users--;
		if (mid->owner == dev)
			mid->owner = NULL;
	}
	spin_unlock_irqrestore(&p->mmu->lock, flags);
}

/* Its IOMMUs have power while it has. */
static void link_power(struct device *dev, struct msm_place *p)
{
	if (p->mmu->has_power_domain)
		p->link = device_link_add(dev, p->mmu->dev, DL_FLAG_STATELESS | DL_FLAG_PM_RUNTIME);
}

static struct iommu_device *msm_probe_device(struct device *dev)
{
	const struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(dev);
	struct msm_master *m;
	int ret = 0;

	if (!fwspec || !fwspec->num_ids)
		return ERR_PTR(-ENODEV);
	m = core_alloc(dev->kernel, sizeof(*m));
	if (!m)
		return ERR_PTR(-ENOMEM);
	for (unsigned n = 0; n < fwspec->num_ids && !ret; n++)
		ret = add_mid(dev->kernel, m, fwspec->ids[n]);
	if (ret) {
		g_free(m);
		return ERR_PTR(ret);
	}
	for (unsigned n = 0; n < m->nr_places; n++) {
		own(dev, &m->places[n]);
		link_power(dev, &m->places[n]);
	}
	dev_iommu_priv_set(dev, m);
	return &m->places[0].mmu->iommu;
}

static void msm_release_device(struct device *dev)
{
	struct msm_master *m = dev_iommu_priv_get(dev);

	msm_detach(m);
	for (unsigned n = 0; n < m->nr_places; n++) {
		if (m->places[n].link)
			device_link_del(m->places[n].link);
		disown(dev, &m->places[n]);
	}
	dev_iommu_priv_set(dev, NULL);
	g_free(m);
}

/* Whoever shares a MID with another one shares all of it. */
static struct iommu_group *msm_device_group(struct device *dev)
{
	const struct msm_master *m = dev_iommu_priv_get(dev);

	for (unsigned n = 0; n < m->nr_places; n++) {
		const struct msm_place *p = &m->places[n];

		for (unsigned i = 0; i < p->nr_mids; i++) {
			struct device *other = p->mmu->mids[p->mids[i]].owner;

			if (other && other != dev && other->iommu_group)
				return iommu_group_ref_get(other->iommu_group);
		}
	}
	return generic_device_group(dev);
}

static bool msm_capable(struct device *dev, enum iommu_cap cap)
{
	return cap == IOMMU_CAP_NOEXEC || cap == IOMMU_CAP_DEFERRED_FLUSH;
}

const struct iommu_ops msm_iommu_ops = {
	.capable = msm_capable,
	.domain_alloc_paging = msm_domain_alloc_paging,
	.probe_device = msm_probe_device,
	.release_device = msm_release_device,
	.device_group = msm_device_group,
	.get_resv_regions = iommu_dma_get_resv_regions,
	.of_xlate = msm_of_xlate,
	.identity_domain = &msm_identity,
	.blocked_domain = &msm_blocked,
	.pgsize_bitmap = SZ_4K | SZ_64K | SZ_1M | SZ_16M,
	.default_domain_ops = &msm_domain_ops,
};

/* ---- sleep -------------------------------------------------------------------------- */

static int msm_suspend(struct device *dev)
{
	struct msm_mmu *mmu = dev_get_drvdata(dev);
	unsigned long flags;

	spin_lock_irqsave(&mmu->lock, flags);
	mmu->is_powered = false;
	spin_unlock_irqrestore(&mmu->lock, flags);
	return 0;
}

static int msm_resume(struct device *dev)
{
	msm_hw_restore(dev_get_drvdata(dev));
	return 0;
}

/* Without runtime PM nobody says whether it has power: then it has, but in the system's sleep. */
static int msm_sleep(struct device *dev)
{
	return pm_runtime_enabled(dev) ? pm_runtime_force_suspend(dev) : msm_suspend(dev);
}

static int msm_wake(struct device *dev)
{
	const struct msm_mmu *mmu = dev_get_drvdata(dev);

	return mmu->has_power_domain ? pm_runtime_force_resume(dev) : msm_resume(dev);
}

static const struct dev_pm_ops msm_pm_ops = {
	SET_RUNTIME_PM_OPS(msm_suspend, msm_resume, NULL)
	SET_LATE_SYSTEM_SLEEP_PM_OPS(msm_sleep, msm_wake)
};

/* ---- the IOMMUs themselves ---------------------------------------------------------- */

static int find_banks(struct msm_mmu *mmu)
{
	u32 nr = 0;
	int ret = of_property_read_u32(mmu->dev->of_node, "qcom,ncb", &nr);

	if (ret || !nr || nr > MSM_IOMMU_MAX_CONTEXTS)
		return dev_err_probe(mmu->dev, -EINVAL, "qcom,ncb is not 1 to %u\n",
				     MSM_IOMMU_MAX_CONTEXTS);
	mmu->nr_banks = nr;
	return 0;
}

static int find_resources(struct msm_mmu *mmu, struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;

	mmu->pclk = devm_clk_get_prepared(dev, "smmu_pclk");
	if (IS_ERR(mmu->pclk))
		return dev_err_probe(dev, (int)PTR_ERR(mmu->pclk), "no smmu_pclk\n");
	mmu->clk = devm_clk_get_prepared(dev, "iommu_clk");
	if (IS_ERR(mmu->clk))
		return dev_err_probe(dev, (int)PTR_ERR(mmu->clk), "no iommu_clk\n");
	mmu->regs = devm_platform_ioremap_resource(pdev, 0);
	return IS_ERR(mmu->regs) ? (int)PTR_ERR(mmu->regs) : find_banks(mmu);
}

static int start(struct msm_mmu *mmu, struct platform_device *pdev)
{
	int irq = platform_get_irq(pdev, 0), ret;

	if (irq < 0)
		return irq;
	mmu->has_power_domain = of_property_present(mmu->dev->of_node, "power-domains");
	if (mmu->has_power_domain) {
		devm_pm_runtime_enable(mmu->dev);
		pm_runtime_get_sync(mmu->dev);
	}
	ret = msm_hw_start(mmu);
	if (!ret)
		ret = msm_request_irq(mmu, irq);
	if (!ret)
		ret = iommu_device_register(&mmu->iommu, &msm_iommu_ops, mmu->dev);
	if (mmu->has_power_domain)
		pm_runtime_put_sync(mmu->dev);
	return ret;
}

static void free_mmu(void *mmu)
{
	g_free(mmu);
}

static int msm_probe(struct platform_device *pdev)
{
	struct msm_mmu *mmu = core_alloc(pdev->dev.kernel, sizeof(*mmu));
	int ret;

	if (!mmu)
		return -ENOMEM;
	mmu->dev = &pdev->dev;
	mmu->is_coherent = of_dma_is_coherent(pdev->dev.of_node);
	spin_lock_init(&mmu->lock);
	ret = devm_add_action_or_reset(&pdev->dev, free_mmu, mmu);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, mmu);
	ret = find_resources(mmu, pdev);
	return ret ? ret : start(mmu, pdev);
}

static void msm_remove(struct platform_device *pdev)
{
	struct msm_mmu *mmu = platform_get_drvdata(pdev);

	iommu_device_unregister(&mmu->iommu);
	msm_hw_stop(mmu);
}

static const struct of_device_id msm_match[] = {
	{ .compatible = MSM_IOMMU_COMPATIBLE },
	{ .compatible = "" }
};

struct platform_driver msm_driver = {
	.probe = msm_probe,
	.remove = msm_remove,
	.driver = {
		.name = "msm_iommu", .of_match_table = msm_match, .pm = &msm_pm_ops,
		.suppress_bind_attrs = true,
	},
};
