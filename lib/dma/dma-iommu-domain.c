/* SPDX-License-Identifier: MIT */
/*
 * The DMA API's side of a domain: made by the IOMMU core with the domain, set up by the
 * first device that maps through it, gone with the domain. See dma-iommu.c.
 *
 * Linux: drivers/iommu/dma-iommu.c, iommu_dma_init_domain() and around it.
 */
#include <stdlib.h>

#include "../iommu/core.h"
#include "../iommu/iova.h"
#include "dma-iommu.h"

/* ---- a cookie ---------------------------------------------------------------------------- */

static struct iommu_dma_cookie *new_cookie(struct iommu_domain *domain,
					   enum iommu_dma_cookie_type type)
{
	struct iommu_dma_cookie *c = aligned_alloc(__alignof__(*c), sizeof(*c));

	if (!c)
		return NULL;
	memset(c, 0, sizeof(*c));
	c->type = type;
	c->domain = domain;
	INIT_LIST_HEAD(&c->msi_pages);
	mutex_init(&c->mutex);
	mutex_init(&c->msi_lock);
	return c;
}

static int get_cookie(struct iommu_domain *domain, enum iommu_dma_cookie_type type)
{
	if (domain->iova_cookie)
		return -EEXIST;
	domain->iova_cookie = new_cookie(domain, type);
	return domain->iova_cookie ? 0 : -ENOMEM;
}

static int get_dma_cookie(struct iommu_domain *domain)
{
	return get_cookie(domain, IOMMU_DMA_IOVA_COOKIE);
}

/* A doorbell takes a page of the CPU's. */
int iommu_get_msi_cookie(struct iommu_domain *domain, dma_addr_t base)
{
	int err = domain->type == IOMMU_DOMAIN_UNMANAGED
		  ? get_cookie(domain, IOMMU_DMA_MSI_COOKIE) : -EINVAL;

	if (err)
		return err;
	domain->iova_cookie->shift = PAGE_SHIFT;
	domain->iova_cookie->mask = ~PAGE_MASK;
	domain->iova_cookie->msi_iova = base;
	return 0;
}

static void put_dma_cookie(struct iommu_domain *domain)
{
	struct iommu_dma_cookie *c = domain->iova_cookie;

	if (!c)
		return;
	if (c->type == IOMMU_DMA_IOVA_COOKIE && c->kernel) {
		dma_iommu_free_fq(c);
		port_delete_timer_sync(&c->kernel->port, &c->trim_timer);
		put_iova_domain(&c->iovad);
	}
	dma_iommu_free_msi(c);
	free(c);
	domain->iova_cookie = NULL;
}

/* ---- set up by a device ------------------------------------------------------------------ */

static u64 first_of(const struct bus_dma_region *m)
{
	u64 first = U64_MAX;

	for (; m->size; m++)
		first = min(first, (u64)m->dma_start);
	return first;
}

static u64 last_of(const struct bus_dma_region *m)
{
	u64 last = 0;

	for (; m->size; m++)
		last = max(last, (u64)(m->dma_start + m->size - 1));
	return last;
}

/* Does the domain translate anything that the device can put on its bus? */
static bool is_in_reach(const struct device *dev, const struct iommu_domain *domain)
{
	const struct bus_dma_region *map = dev->dma_range_map;

	if (!map || (first_of(map) <= domain->geometry.aperture_end &&
		     last_of(map) >= domain->geometry.aperture_start))
		return true;
	pr_warn("specified DMA range outside IOMMU capability\n");
	return false;
}

/* Where software puts doorbells is as good as any other. */
static int reserve_region(struct iommu_dma_cookie *c, const struct iommu_resv_region *r)
{
	phys_addr_t end = r->start + r->length;

	if (r->type == IOMMU_RESV_SW_MSI || !r->length)
		return 0;
	reserve_iova(&c->iovad, r->start >> c->shift, (end - 1) >> c->shift);
	return r->type == IOMMU_RESV_MSI ? dma_iommu_keep_msi_region(c, r->start, end) : 0;
}

static int reserve_regions(struct iommu_dma_cookie *c, struct device *dev)
{
	struct iommu_resv_region *r;
	LIST_HEAD(regions);
	int err = 0;

	iommu_get_resv_regions(dev, &regions);
	list_for_each_entry(r, &regions, list) {
		err = reserve_region(c, r);
		if (err)
			break;
	}
	iommu_put_resv_regions(dev, &regions);
	return err;
}

/* Who cannot do it late does it at once. */
static void choose_type(struct iommu_dma_cookie *c, struct device *dev)
{
	struct iommu_domain *domain = c->domain;

	dma_iommu_fq_options(&c->fq_options, dev);
	if (domain->type == IOMMU_DOMAIN_DMA_FQ &&
	    (!device_iommu_capable(dev, IOMMU_CAP_DEFERRED_FLUSH) || dma_iommu_init_fq(domain)))
		domain->type = IOMMU_DOMAIN_DMA;
}

/* At the time of the depot that is due first; it may be pending for a later one. */
static void start_trim_timer(struct iova_domain *iovad)
{
	struct iommu_dma_cookie *c = container_of(iovad, struct iommu_dma_cookie, iovad);
	u64 at = iova_domain_trim_at(iovad);

	if (at != U64_MAX)
		port_mod_timer(&c->kernel->port, &c->trim_timer,
			       (unsigned long)(at / (NSEC_PER_SEC / HZ)));
}

static void on_trim_timer(struct timer_list *t)
{
	struct iommu_dma_cookie *c = from_timer(c, t, trim_timer);

	iova_domain_trim(&c->iovad, port_now(&c->kernel->port));
	start_trim_timer(&c->iovad);
}

static int fill_cookie(struct iommu_dma_cookie *c, struct device *dev, unsigned long start_pfn)
{
	const struct iommu_domain_geometry *g = &c->domain->geometry;
	int err;

	c->mask = (1ul << c->shift) - 1;
	c->limit = g->force_aperture ? g->aperture_end : U64_MAX;
	init_iova_domain(&c->iovad, 1ul << c->shift, start_pfn);
	err = iova_domain_init_rcaches(&c->iovad);
	if (err) {
		put_iova_domain(&c->iovad);
		return err;
	}
	c->kernel = dev->kernel;
	for (unsigned i = 0; i < machine_nr_cpus(c->kernel->port.machine) && i < PORT_MAX_CPUS; i++)
		c->cpus[i] = machine_cpu(c->kernel->port.machine, i);
	timer_setup(&c->trim_timer, on_trim_timer, 0);
	c->iovad.depot_filled = start_trim_timer;
	choose_type(c, dev);
	return reserve_regions(c, dev);
}

/* What the first device has set up must do for the others of its group. */
static int check_cookie(const struct iommu_dma_cookie *c, unsigned shift, unsigned long start_pfn)
{
	if (c->shift == shift && c->iovad.start_pfn == start_pfn)
		return 0;
	pr_warn("Incompatible range for DMA domain\n");
	return -EFAULT;
}

/* Page 0 is nobody's: drivers and hardware take address 0 for none. */
static int init_domain(struct iommu_domain *domain, struct device *dev)
{
	struct iommu_dma_cookie *c = domain->iova_cookie;
	unsigned shift = (unsigned)__ffs(domain->pgsize_bitmap);
	unsigned long start_pfn = max(1ul, (unsigned long)(domain->geometry.aperture_start >>
							   shift));
	int err;

	if (!c || c->type != IOMMU_DMA_IOVA_COOKIE)
		return -EINVAL;
	if (!is_in_reach(dev, domain))
		return -EFAULT;
	mutex_lock(&c->mutex);
	if (c->kernel) {
		err = check_cookie(c, shift, start_pfn);
	} else {
		c->shift = shift;
		err = fill_cookie(c, dev, start_pfn);
	}
	mutex_unlock(&c->mutex);
	return err;
}

/* Operations of the device's own, those of <asm/dma-iommu.h>, come before. */
static void setup_dma_ops(struct device *dev)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(dev);
	bool is_ours = domain && iommu_is_dma_domain(domain);

	if (is_ours && init_domain(domain, dev)) {
		pr_warn("Failed to set up IOMMU for device %s; retaining platform DMA ops\n",
			dev_name(dev));
		is_ours = false;
	}
	dev->iommu_dma = is_ours ? domain->iova_cookie : NULL;
	dev->dma_iommu = is_ours && !dev->dma_ops;
	dma_setup_device(dev);
}

/* ---- the core ---------------------------------------------------------------------------- */

static const struct iommu_dma_hooks hooks = {
	.get_dma_cookie = get_dma_cookie, .put_dma_cookie = put_dma_cookie,
	.init_fq = dma_iommu_init_fq, .setup_dma_ops = setup_dma_ops,
};

/* Unless told otherwise the core's default, which is strict. */
void dma_iommu_boot(struct kernel *k)
{
	iommu_set_dma_hooks(k, &hooks);
	if (k->config.iommu == IOMMU_LAZY)
		iommu_set_default_type(k, IOMMU_DOMAIN_DMA_FQ);
	else if (k->config.iommu == IOMMU_PASSTHROUGH)
		iommu_set_default_type(k, IOMMU_DOMAIN_IDENTITY);
}

/* Flush queues of it stay: whoever runs the timer frees what is in them. */
void dma_iommu_cpu_dead(struct kernel *k, unsigned cpu)
{
	struct iommu_core *core = k->iommu;
	struct iommu_group *group;

	mutex_lock(&core->probe_lock);
	list_for_each_entry(group, &core->groups, number.entry) {
		struct iommu_domain *domain = group->default_domain;
		struct iommu_dma_cookie *c = domain ? domain->iova_cookie : NULL;

		if (c && c->type == IOMMU_DMA_IOVA_COOKIE && c->kernel)
			iova_domain_cpu_dead(&c->iovad, cpu);
	}
	mutex_unlock(&core->probe_lock);
}

/* ---- <armdma/iommu-dma.h> ---------------------------------------------------------------- */

bool iommu_dma_count(const struct device *dev, struct iommu_dma_counters *ret_counters)
{
	struct iommu_dma_cookie *c = cookie_of(dev);

	*ret_counters = (struct iommu_dma_counters){ .is_lazy = false };
	if (!c)
		return false;
	for (unsigned i = 0; i < PORT_MAX_CPUS; i++) {
		const struct dma_iommu_usage *u = &c->usage[i];

		ret_counters->nr_strict_unmaps += u->nr_strict;
		ret_counters->rounding_bytes += u->rounding;
		ret_counters->padding_bytes += u->padding;
	}
	dma_iommu_count_fq(c, ret_counters);
	return true;
}
