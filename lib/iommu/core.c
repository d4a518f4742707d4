/* SPDX-License-Identifier: MIT */
/*
 * The core of one machine begins and ends; what it asks of lib/dma.
 *
 * Linux: drivers/iommu/iommu.c, iommu_subsys_init() and the defaults.
 */
#include "core.h"

void iommu_core_init(struct kernel *k)
{
	struct iommu_core *core = g_new0(struct iommu_core, 1);

	mutex_init(&core->probe_lock);
	spin_lock_init(&core->device_lock);
	INIT_LIST_HEAD(&core->devices);
	INIT_LIST_HEAD(&core->bus);
	INIT_LIST_HEAD(&core->groups);
	INIT_LIST_HEAD(&core->pasids);
	/* As an Arm kernel is configured: IOMMU_DEFAULT_DMA_STRICT. */
	core->def_domain_type = IOMMU_DOMAIN_DMA;
	core->dma_strict = true;
	k->iommu = core;
}

void iommu_core_done(struct kernel *k)
{
	struct numbered *n, *next;

	list_for_each_entry_safe(n, next, &k->iommu->pasids, entry)
		g_free(n);
	g_free(k->iommu);
	k->iommu = NULL;
}

void *core_devm_alloc(struct device *dev, size_t size)
{
	void *p = core_alloc(dev->kernel, size);

	return p && devm_add_action_or_reset(dev, g_free, p) ? NULL : p;
}

bool number_take(struct list_head *list, struct numbered *n, u32 first, u32 last)
{
	struct numbered *pos;
	u32 nr = first;

	list_for_each_entry(pos, list, entry) {
		if (pos->nr > nr)
			break;
		nr = pos->nr + 1;
	}
	if (nr > last)
		return false;
	n->nr = nr;
	list_add_tail(&n->entry, &pos->entry);
	return true;
}

/* ---- defaults ------------------------------------------------------------------------- */

void iommu_set_default_type(struct kernel *k, unsigned int type)
{
	k->iommu->def_domain_type = type;
	k->iommu->dma_strict = type != IOMMU_DOMAIN_DMA_FQ;
}

void iommu_set_default_passthrough(bool cmd_line)
{
	(void)cmd_line;
	kernel_current()->iommu->def_domain_type = IOMMU_DOMAIN_IDENTITY;
}

void iommu_set_default_translated(bool cmd_line)
{
	(void)cmd_line;
	kernel_current()->iommu->def_domain_type = IOMMU_DOMAIN_DMA;
}

bool iommu_default_passthrough(void)
{
	return kernel_current()->iommu->def_domain_type == IOMMU_DOMAIN_IDENTITY;
}

void iommu_set_dma_strict(void)
{
	struct iommu_core *core = kernel_current()->iommu;

	core->dma_strict = true;
	if (core->def_domain_type == IOMMU_DOMAIN_DMA_FQ)
		core->def_domain_type = IOMMU_DOMAIN_DMA;
}

/* ---- hooks ------------------------------------------------------------------------------ */

void iommu_set_dma_hooks(struct kernel *k, const struct iommu_dma_hooks *hooks)
{
	k->iommu->hooks = hooks;
}

int core_get_dma_cookie(struct kernel *k, struct iommu_domain *domain)
{
	return k->iommu->hooks ? k->iommu->hooks->get_dma_cookie(domain) : 0;
}

void core_put_dma_cookie(struct kernel *k, struct iommu_domain *domain)
{
	if (k->iommu->hooks)
		k->iommu->hooks->put_dma_cookie(domain);
}

int core_init_fq(struct kernel *k, struct iommu_domain *domain)
{
	return k->iommu->hooks ? k->iommu->hooks->init_fq(domain) : -EINVAL;
}

void core_setup_dma_ops(struct device *dev)
{
	if (dev->kernel->iommu->hooks)
		dev->kernel->iommu->hooks->setup_dma_ops(dev);
}
