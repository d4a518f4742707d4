/* SPDX-License-Identifier: MIT */
/*
 * The driver of the copying engine: an ordinary platform driver, which includes nothing of
 * armdma. It probes from the board's tree, and the engine sleeps while nobody copies.
 *
 * Expected verdict: clean. With -DBROKEN copier_copy() forgets to wake the engine: its
 * registers do not answer.
 */
#include <linux/clk.h>
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>
#include <linux/property.h>
#include <linux/reset.h>

#include "copier.h"

struct copier {
	struct device *dev;
	void __iomem *regs;
	struct clk *clk;
	struct reset_control *rst;
	struct mutex lock;		/* one copy at a time */
	struct completion done;
	u32 max_bytes;
	u32 status;
};

static irqreturn_t copier_irq(int irq, void *data)
{
	struct copier *c = data;

	c->status = readl(c->regs + COPIER_STATUS);
	if (!c->status)
		return IRQ_NONE;
	writel(c->status, c->regs + COPIER_STATUS);
	complete(&c->done);
	return IRQ_HANDLED;
}

static int run(struct copier *c, dma_addr_t dst, dma_addr_t src, size_t len)
{
	reinit_completion(&c->done);
	writel(lower_32_bits(src), c->regs + COPIER_SRC);
	writel(lower_32_bits(dst), c->regs + COPIER_DST);
	writel((u32)len, c->regs + COPIER_LEN);
	if (!wait_for_completion_timeout(&c->done, msecs_to_jiffies(10)))
		return -ETIMEDOUT;
	return c->status & COPIER_ERROR ? -EIO : 0;
}

static int map_and_run(struct copier *c, void *dst, const void *src, size_t len)
{
	dma_addr_t src_dma, dst_dma;
	int ret = -ENOMEM;

	src_dma = dma_map_single(c->dev, (void *)(uintptr_t)src, len, DMA_TO_DEVICE);
	if (dma_mapping_error(c->dev, src_dma))
		return -ENOMEM;
	dst_dma = dma_map_single(c->dev, dst, len, DMA_FROM_DEVICE);
	if (!dma_mapping_error(c->dev, dst_dma)) {
		ret = run(c, dst_dma, src_dma, len);
		dma_unmap_single(c->dev, dst_dma, len, DMA_FROM_DEVICE);
	}
	dma_unmap_single(c->dev, src_dma, len, DMA_TO_DEVICE);
	return ret;
}

int copier_copy(struct device *dev, void *dst, const void *src, size_t len)
{
	struct copier *c = dev_get_drvdata(dev);
	int ret = 0;

	if (!len || len > c->max_bytes)
		return -EINVAL;
#ifndef BROKEN
	ret = pm_runtime_resume_and_get(dev);
#endif
	if (ret)
		return ret;
	mutex_lock(&c->lock);
	ret = map_and_run(c, dst, src, len);
	mutex_unlock(&c->lock);
#ifndef BROKEN
	pm_runtime_put(dev);
#endif
	return ret;
}

static int copier_resume(struct device *dev)
{
	struct copier *c = dev_get_drvdata(dev);
	int ret = clk_prepare_enable(c->clk);

	return ret ? ret : reset_control_deassert(c->rst);
}

static int copier_suspend(struct device *dev)
{
	struct copier *c = dev_get_drvdata(dev);

	reset_control_assert(c->rst);
	clk_disable_unprepare(c->clk);
	return 0;
}

static const struct dev_pm_ops copier_pm = {
	.runtime_suspend = copier_suspend,
	.runtime_resume = copier_resume,
};

static int copier_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct copier *c = devm_kzalloc(dev, sizeof(*c), GFP_KERNEL);
	int irq, ret;

	if (!c)
		return -ENOMEM;
	c->dev = dev;
	mutex_init(&c->lock);
	init_completion(&c->done);
	ret = device_property_read_u32(dev, "armdma,max-bytes", &c->max_bytes);
	if (ret)
		return dev_err_probe(dev, ret, "how much it copies is not said\n");
	c->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(c->regs))
		return PTR_ERR(c->regs);
	c->clk = devm_clk_get(dev, NULL);
	if (IS_ERR(c->clk))
		return dev_err_probe(dev, PTR_ERR(c->clk), "no clock\n");
	c->rst = devm_reset_control_get_exclusive(dev, NULL);
	if (IS_ERR(c->rst))
		return dev_err_probe(dev, PTR_ERR(c->rst), "no reset\n");
	irq = platform_get_irq(pdev, 0);
	if (irq < 0)
		return irq;
	ret = devm_request_irq(dev, irq, copier_irq, 0, NULL, c);
	if (ret)
		return ret;
	ret = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(32));
	if (ret)
		return ret;
	platform_set_drvdata(pdev, c);
	return devm_pm_runtime_enable(dev);
}

static const struct of_device_id copier_of_match[] = {
	{ .compatible = "armdma,copier" },
	{ }
};
MODULE_DEVICE_TABLE(of, copier_of_match);

static struct platform_driver copier_driver = {
	.probe = copier_probe,
	.driver = {
		.name = "copier",
		.of_match_table = copier_of_match,
		.pm = &copier_pm,
	},
};
module_platform_driver(copier_driver);

MODULE_LICENSE("Dual MIT/GPL");
