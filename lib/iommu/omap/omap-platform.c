/* SPDX-License-Identifier: MIT */
/*
 * The platform driver of OMAP's MMUs: see omap.h.
 *
 * Every MMU of a device registers, in the order of the tree, not only the first: which is
 * the first is the device's affair.
 *
 * Linux: the end of drivers/iommu/omap-iommu.c.
 */
#include <linux/io.h>
#include <linux/mfd/syscon.h>
#include <linux/of.h>
#include <linux/of_device.h>
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>

#include "../drivers.h"
#include "omap.h"

/* What a part has; of_device_id's data. */
struct omap_part {
	bool has_gp_reg, has_system;
};

static int get_entries(struct omap_mmu *mmu, struct device_node *np)
{
	u32 nr = OMAP_MMU_MAX_ENTRIES;
	int ret = of_property_read_u32(np, "ti,#tlb-entries", &nr);

	if (ret && ret != -EINVAL)		/* -EINVAL: it is not there */
		return ret;
	if (nr != 8 && nr != OMAP_MMU_MAX_ENTRIES)
		return dev_err_probe(mmu->dev, -EINVAL, "a TLB has 8 or 32 entries, not %u\n", nr);
	mmu->nr_entries = nr;
	return 0;
}

static int get_system(struct omap_mmu *mmu, struct device_node *np)
{
	u32 id = 0;

	mmu->system = syscon_regmap_lookup_by_phandle(np, "ti,syscon-mmuconfig");
	if (IS_ERR(mmu->system))
		return dev_err_probe(mmu->dev, PTR_ERR(mmu->system),
				     "no DSP_SYSTEM: ti,syscon-mmuconfig\n");
	if (of_property_read_u32_index(np, "ti,syscon-mmuconfig", 1, &id) || id > 1)
		return dev_err_probe(mmu->dev, -EINVAL,
				     "which of the DSP's MMUs it is, 0 or 1, is missing\n");
	mmu->system_bit = 1u << (4 * id);
	return 0;
}

static int read_tree(struct omap_mmu *mmu, const struct omap_part *part)
{
	struct device_node *np = mmu->dev->of_node;
	int ret = get_entries(mmu, np);

	mmu->has_gp_reg = part->has_gp_reg;
	mmu->wants_bus_errors = of_property_read_bool(np, "ti,iommu-bus-err-back");
	return ret || !part->has_system ? ret : get_system(mmu, np);
}

static int map_registers(struct omap_mmu *mmu, struct platform_device *pdev)
{
	struct resource *res;

	mmu->regs = devm_platform_get_and_ioremap_resource(pdev, 0, &res);
	if (IS_ERR(mmu->regs))
		return PTR_ERR(mmu->regs);
	mmu->id = (u32)res->start;
	return 0;
}

static int get_irq(struct omap_mmu *mmu, struct platform_device *pdev)
{
	int irq = platform_get_irq(pdev, 0);

	if (irq < 0)
		return irq;
	return devm_request_irq(mmu->dev, (unsigned)irq, omap_fault_irq, IRQF_SHARED,
				dev_name(mmu->dev), mmu);
}

static void free_mmu(void *mmu)
{
	g_free(mmu);
}

static struct omap_mmu *new_mmu(struct device *dev)
{
	struct omap_mmu *mmu = core_alloc(dev->kernel, sizeof(*mmu));

	if (!mmu || devm_add_action_or_reset(dev, free_mmu, mmu))
		return NULL;
	mmu->dev = dev;
	spin_lock_init(&mmu->lock);
	INIT_LIST_HEAD(&mmu->in_domain);
	return mmu;
}

static int omap_mmu_probe(struct platform_device *pdev)
{
	struct omap_mmu *mmu = new_mmu(&pdev->dev);
	int ret = mmu ? read_tree(mmu, of_device_get_match_data(&pdev->dev)) : -ENOMEM;

	if (!ret)
		ret = map_registers(mmu, pdev);
	if (!ret)
		ret = get_irq(mmu, pdev);
	if (!ret)
		ret = devm_pm_runtime_enable(mmu->dev);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, mmu);
	return iommu_device_register(&mmu->iommu, &omap_ops, mmu->dev);
}

static void omap_mmu_remove(struct platform_device *pdev)
{
	struct omap_mmu *mmu = platform_get_drvdata(pdev);

	iommu_device_unregister(&mmu->iommu);
	omap_client_lose(mmu);
}

static const struct omap_part omap2 = { 0 }, omap4 = { .has_gp_reg = true },
			      dsp = { .has_gp_reg = true, .has_system = true };

static const struct of_device_id omap_match[] = {
	{ .compatible = "ti,omap2-iommu", .data = &omap2 },
	{ .compatible = "ti,omap4-iommu", .data = &omap4 },
	{ .compatible = "ti,dra7-iommu", .data = &omap4 },
	{ .compatible = "ti,dra7-dsp-iommu", .data = &dsp },
	{ }
};

static const struct dev_pm_ops omap_pm_ops = {
	SET_LATE_SYSTEM_SLEEP_PM_OPS(pm_runtime_force_suspend, pm_runtime_force_resume)
	SET_RUNTIME_PM_OPS(omap_hw_suspend, omap_hw_resume, NULL)
};

struct platform_driver omap_mmu_driver = {
	.probe = omap_mmu_probe,
	.remove = omap_mmu_remove,
	.driver = {
		.name = "omap-mmu", .of_match_table = omap_match, .pm = &omap_pm_ops,
	},
};
