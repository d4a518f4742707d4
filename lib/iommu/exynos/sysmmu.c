/* SPDX-License-Identifier: MIT */
/* System MMUs as platform devices, their clocks and their power: see exynos.h. */
#include <linux/dma-mapping.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>

#include "../drivers.h"
#include "exynos.h"

/* ---- power ---------------- */

static int enable_clocks(struct exynos_sysmmu *s)
{
	unsigned n = 0;
	int ret = 0;

	while (n < EXYNOS_NR_CLOCKS && !(ret = clk_prepare_enable(s->clocks[n])))
		n++;
	while (ret && n-- > 0)
		clk_disable_unprepare(s->clocks[n]);
	return ret;
}

static void disable_clocks(struct exynos_sysmmu *s)
{
	for (unsigned n = EXYNOS_NR_CLOCKS; n-- > 0;)
		clk_disable_unprepare(s->clocks[n]);
}

static int exynos_runtime_suspend(struct device *dev)
{
	struct exynos_sysmmu *s = dev_get_drvdata(dev);

	exynos_hw_stop(s);
	disable_clocks(s);
	return 0;
}

/* One that nobody is attached to is turned off even so: boot loaders leave some on. */
static int exynos_runtime_resume(struct device *dev)
{
	struct exynos_sysmmu *s = dev_get_drvdata(dev);
	int ret = enable_clocks(s);

	if (ret)
		return ret;
	if (s->domain)
		exynos_start(s);
	else
		exynos_hw_stop(s);
	return 0;
}

static const struct dev_pm_ops exynos_pm_ops = {
	SET_RUNTIME_PM_OPS(exynos_runtime_suspend, exynos_runtime_resume, NULL)
	SET_SYSTEM_SLEEP_PM_OPS(pm_runtime_force_suspend, pm_runtime_force_resume)
};

/* ---- the System MMUs themselves ---------------- */

/* "master" is its device's, and must run while registers are used. */
static int get_clocks(struct exynos_sysmmu *s)
{
	static const char *const names[EXYNOS_NR_CLOCKS] = { "master", "sysmmu", "pclk", "aclk" };

	for (unsigned n = 0; n < EXYNOS_NR_CLOCKS; n++) {
		s->clocks[n] = devm_clk_get_optional(s->dev, names[n]);
		if (IS_ERR(s->clocks[n]))
			return PTR_ERR(s->clocks[n]);
	}
	return 0;
}

static int get_irq(struct platform_device *pdev, struct exynos_sysmmu *s)
{
	int irq = platform_get_irq(pdev, 0);

	if (irq < 0)
		return irq;
	s->irq = (unsigned)irq;
	return devm_request_irq(s->dev, s->irq, exynos_hw_irq, IRQF_SHARED, dev_name(s->dev), s);
}

/* Its power domain, if it has one, is on while runtime PM is not enabled. */
static int identify(struct exynos_sysmmu *s)
{
	int ret = enable_clocks(s);

	if (ret)
		return ret;
	exynos_hw_identify(s);
	disable_clocks(s);
	return dma_set_mask_and_coherent(s->dev,
					 DMA_BIT_MASK(SYSMMU_MAJOR(s->version) < 5 ? 32 : 36));
}

static int get_all(struct platform_device *pdev, struct exynos_sysmmu *s)
{
	int ret;

	s->base = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(s->base))
		return PTR_ERR(s->base);
	ret = get_clocks(s);
	if (!ret)
		ret = identify(s);
	return ret ? ret : get_irq(pdev, s);
}

static int exynos_probe(struct platform_device *pdev)
{
	struct exynos_sysmmu *s = core_devm_alloc(&pdev->dev, sizeof(*s));
	int ret;

	if (!s)
		return -ENOMEM;
	s->dev = &pdev->dev;
	spin_lock_init(&s->lock);
	INIT_LIST_HEAD(&s->of_domain);
	platform_set_drvdata(pdev, s);
	ret = get_all(pdev, s);
	if (ret)
		return ret;
	pm_runtime_enable(s->dev);
	ret = iommu_device_sysfs_add(&s->iommu, s->dev, NULL, "%s", dev_name(s->dev));
	if (!ret)
		ret = iommu_device_register(&s->iommu, &exynos_ops, s->dev);
	if (ret)
		pm_runtime_disable(s->dev);
	return ret;
}

static void exynos_remove(struct platform_device *pdev)
{
	struct exynos_sysmmu *s = platform_get_drvdata(pdev);

	iommu_device_unregister(&s->iommu);
	iommu_device_sysfs_remove(&s->iommu);
	pm_runtime_force_suspend(s->dev);
}

static void exynos_shutdown(struct platform_device *pdev)
{
	pm_runtime_force_suspend(&pdev->dev);
}

static const struct of_device_id matches[] = {
	{ .compatible = SYSMMU_COMPATIBLE },
	{ }
};

struct platform_driver exynos_iommu_driver = {
	.probe = exynos_probe,
	.remove = exynos_remove,
	.shutdown = exynos_shutdown,
	.driver = {
		.name = "exynos-iommu", .of_match_table = matches, .pm = &exynos_pm_ops,
		.suppress_bind_attrs = true,
	},
};
