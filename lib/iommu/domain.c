/* SPDX-License-Identifier: MIT */
/*
 * Domains are made and freed.
 *
 * Linux: drivers/iommu/iommu.c, __iommu_domain_alloc() and its callers.
 */
#include "core.h"
#include "trace.h"

/* A static one, or what the driver allocates. */
static struct iommu_domain *ask_driver(const struct iommu_ops *ops, struct device *dev,
				       unsigned int type)
{
	struct iommu_domain *domain;

	if (type & __IOMMU_DOMAIN_PAGING && ops->domain_alloc_paging)
		domain = ops->domain_alloc_paging(dev);
	else if (ops->domain_alloc)
		domain = ops->domain_alloc(type & IOMMU_DOMAIN_ALLOC_FLAGS);
	else
		return ERR_PTR(-EOPNOTSUPP);
	return domain ? domain : ERR_PTR(-ENOMEM);
}

struct iommu_domain *domain_alloc(const struct iommu_ops *ops, struct kernel *k,
				  struct device *dev, unsigned int type)
{
	struct iommu_domain *domain;
	int ret;

	if (type == IOMMU_DOMAIN_IDENTITY && ops->identity_domain)
		return ops->identity_domain;
	if (type == IOMMU_DOMAIN_BLOCKED && ops->blocked_domain)
		return ops->blocked_domain;
	domain = ask_driver(ops, dev, type);
	if (IS_ERR(domain))
		return domain;
	domain->type = type;
	domain->owner = ops;
	if (!domain->pgsize_bitmap)
		domain->pgsize_bitmap = ops->pgsize_bitmap;
	if (!domain->ops)
		domain->ops = ops->default_domain_ops;
	ret = iommu_is_dma_domain(domain) ? core_get_dma_cookie(k, domain) : 0;
	if (!ret)
		return domain;
	iommu_domain_free(domain);
	return ERR_PTR(ret);
}

struct iommu_domain *group_domain_alloc(struct iommu_group *group, unsigned int type)
{
	struct device *dev = group_first_dev(group);

	return domain_alloc(dev_iommu_ops(dev), dev->kernel, dev, type);
}

struct iommu_domain *iommu_paging_domain_alloc(struct device *dev)
{
	if (!dev_has_iommu(dev))
		return ERR_PTR(-ENODEV);
	return domain_alloc(dev_iommu_ops(dev), dev->kernel, dev, IOMMU_DOMAIN_UNMANAGED);
}

/* The only driver that has devices on @bus; NULL: there is none, or more than one. */
static const struct iommu_ops *only_ops(struct iommu_core *core, const struct bus_type *bus)
{
	const struct iommu_ops *ops = NULL;
	struct device *dev;

	list_for_each_entry(dev, &core->bus, bus_node) {
		if (dev->bus != bus || !dev_has_iommu(dev))
			continue;
		if (WARN_ONCE(ops && ops != dev_iommu_ops(dev), "IOMMUs of several drivers: "
			      "iommu_domain_alloc() cannot choose, use "
			      "iommu_paging_domain_alloc()\n"))
			return NULL;
		ops = dev_iommu_ops(dev);
	}
	return ops;
}

struct iommu_domain *iommu_domain_alloc(const struct bus_type *bus)
{
	struct kernel *k = kernel_current();
	const struct iommu_ops *ops = only_ops(k->iommu, bus);
	struct iommu_domain *domain;

	if (!ops)
		return NULL;
	domain = domain_alloc(ops, k, NULL, IOMMU_DOMAIN_UNMANAGED);
	return IS_ERR(domain) ? NULL : domain;
}

void iommu_domain_free(struct iommu_domain *domain)
{
	core_put_dma_cookie(kernel_current(), domain);
	trace_gone(domain);
	if (domain->ops->free)
		domain->ops->free(domain);
}

/* ---- before it is attached ---------------------------------------------------------------- */

int iommu_enable_nesting(struct iommu_domain *domain)
{
	if (domain->type != IOMMU_DOMAIN_UNMANAGED || !domain->ops->enable_nesting)
		return -EINVAL;
	return domain->ops->enable_nesting(domain);
}

int iommu_set_pgtable_quirks(struct iommu_domain *domain, unsigned long quirks)
{
	if (domain->type != IOMMU_DOMAIN_UNMANAGED || !domain->ops->set_pgtable_quirks)
		return -EINVAL;
	return domain->ops->set_pgtable_quirks(domain, quirks);
}

/* ---- faults ------------------------------------------------------------------------------- */

void iommu_set_fault_handler(struct iommu_domain *domain, iommu_fault_handler_t handler,
			     void *token)
{
	domain->handler = handler;
	domain->handler_token = token;
}

int report_iommu_fault(struct iommu_domain *domain, struct device *dev, unsigned long iova,
		       int flags)
{
	int ret = domain->handler
		  ? domain->handler(domain, dev, iova, flags, domain->handler_token) : -ENOSYS;

	trace_io_page_fault(dev, iova, flags);
	return ret;
}
