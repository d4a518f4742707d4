/* SPDX-License-Identifier: MIT */
/* Devices and domains behind System MMUs: see exynos.h. */
#include <linux/dma-mapping.h>
#include <linux/iommu.h>
#include <linux/of.h>
#include <linux/pm_runtime.h>
#include <linux/sizes.h>

#include "../dma-hooks.h"
#include "../two-level.h"
#include "exynos.h"

#define PAGE_SIZES	(SZ_4K | SZ_64K | SZ_1M)

/* ---- flushes: what the page tables ask for --------------------------------------------- */

typedef void flush_one(struct exynos_sysmmu *s, u64 iova, u64 last, size_t step);

static void flush_each(struct exynos_domain *d, flush_one *one, u64 iova, u64 last, size_t step)
{
	struct exynos_sysmmu *s;
	unsigned long flags;

	spin_lock_irqsave(&d->lock, flags);
	list_for_each_entry(s, &d->sysmmus, of_domain)
		one(s, iova, last, step);
	spin_unlock_irqrestore(&d->lock, flags);
}

static void everything(struct exynos_sysmmu *s, u64 iova, u64 last, size_t step)
{
	exynos_hw_flush_all(s);
}

static void what_was_empty(struct exynos_sysmmu *s, u64 iova, u64 last, size_t step)
{
	exynos_hw_flush_empty(s, iova, last);
}

/* Such as believe in what was not there are told. */
static void what_was_nothing(struct exynos_sysmmu *s, u64 iova, u64 last, size_t step)
{
	if (s->holds_faults)
		exynos_hw_flush(s, iova, last, step);
}

static void tlb_flush_all(void *cookie)
{
	flush_each(cookie, everything, 0, 0, 0);
}

/* A table goes, or takes the place of a page: seldom. */
static void tlb_flush_walk(unsigned long iova, size_t size, size_t granule, void *cookie)
{
	tlb_flush_all(cookie);
}

static void tlb_add_page(struct iommu_iotlb_gather *gather, unsigned long iova, size_t granule,
			 void *cookie)
{
	struct exynos_domain *d = cookie;

	if (gather)
		iommu_iotlb_gather_add_page(&d->paging.domain, gather, iova, granule);
	else
		flush_each(d, exynos_hw_flush, iova, iova + granule - 1, granule);
}

static const struct iommu_flush_ops flush_ops = {
	.tlb_flush_all = tlb_flush_all, .tlb_flush_walk = tlb_flush_walk,
	.tlb_add_page = tlb_add_page,
};

static void linked(void *cookie, unsigned long iova, size_t len)
{
	flush_each(cookie, what_was_empty, iova, (u64)iova + len - 1, 0);
}

static void exynos_flush_iotlb_all(struct iommu_domain *domain)
{
	tlb_flush_all(exynos_domain_of(domain));
}

static void exynos_iotlb_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *gather)
{
	if (gather->end)
		flush_each(exynos_domain_of(domain), exynos_hw_flush, gather->start, gather->end,
			   gather->pgsize);
}

static int exynos_iotlb_sync_map(struct iommu_domain *domain, unsigned long iova, size_t size)
{
	flush_each(exynos_domain_of(domain), what_was_nothing, iova, (u64)iova + size - 1, SZ_4K);
	return 0;
}

/* ---- domains ---------------- */

/*
 * 3.2 and 3.3 also hold descriptors of the first level that nobody has asked for, and those
 * that lead nowhere must be of a kind that flush entry reaches.
 */
static bool needs_links(const struct exynos_sysmmu *s)
{
	return s->has_flpd && s->holds_faults;
}

/* The first one decides, and is the one for which tables are cleaned. */
static int finalise(struct exynos_domain *d, const struct exynos_sysmmu *s)
{
	const struct two_level_cfg cfg = {
		.format = exynos_format(s),
		.cfg = {
			.pgsize_bitmap = PAGE_SIZES, .ias = 32,
			.oas = SYSMMU_MAJOR(s->version) < 5 ? 32 : 36,
			.tlb = &flush_ops, .iommu_dev = s->dev,
		},
		.links_empty = needs_links(s), .linked = needs_links(s) ? linked : NULL,
	};

	d->format = cfg.format;
	d->links_empty = cfg.links_empty;
	d->paging.pgtbl = two_level_alloc(&cfg, d);
	return d->paging.pgtbl ? 0 : -ENOMEM;
}

static struct iommu_domain *exynos_domain_alloc_paging(struct device *dev)
{
	struct exynos_master *m = dev ? dev_iommu_priv_get(dev) : NULL;
	struct exynos_domain *d = core_domain_alloc(dev, sizeof(*d));

	if (!d)
		return NULL;
	spin_lock_init(&d->lock);
	INIT_LIST_HEAD(&d->sysmmus);
	d->paging.domain.geometry = (struct iommu_domain_geometry){
		.aperture_end = DMA_BIT_MASK(32), .force_aperture = true,
	};
	if (m && finalise(d, m->sysmmus[0])) {
		g_free(d);
		return NULL;
	}
	return &d->paging.domain;
}

static void exynos_domain_free(struct iommu_domain *domain)
{
	struct exynos_domain *d = exynos_domain_of(domain);

	WARN_ON(!list_empty(&d->sysmmus));
	two_level_free(d->paging.pgtbl);
	g_free(d);
}

/* ---- attaching ---------------- */

/* Who flushes for @from, or @to, finds it there or not; who takes interrupts, one of them. */
static void move(struct exynos_sysmmu *s, struct exynos_domain *from, struct exynos_domain *to,
		 struct device *user)
{
	unsigned long flags;

	if (from) {
		spin_lock_irqsave(&from->lock, flags);
		list_del_init(&s->of_domain);
		spin_unlock_irqrestore(&from->lock, flags);
	}
	spin_lock_irqsave(&s->lock, flags);
	s->domain = to;
	s->user = user;
	spin_unlock_irqrestore(&s->lock, flags);
	if (to) {
		spin_lock_irqsave(&to->lock, flags);
		list_add_tail(&s->of_domain, &to->sysmmus);
		spin_unlock_irqrestore(&to->lock, flags);
	}
}

void exynos_start(struct exynos_sysmmu *s)
{
	exynos_hw_start(s, two_level_root(s->domain->paging.pgtbl));
}

/*
 * It is woken, and sleeps again if nobody uses it: so no transition of runtime PM is under
 * way while the domain changes. @to NULL: bypassed, which one that cannot be woken any more
 * is as it is. No handler of the old domain runs on.
 */
static int switch_to(struct exynos_sysmmu *s, struct exynos_domain *to, struct device *user)
{
	int ret = pm_runtime_resume_and_get(s->dev);

	if (ret && to)
		return ret;
	move(s, s->domain, to, user);
	if (to)
		exynos_start(s);
	else if (!ret)
		exynos_hw_stop(s);
	synchronize_irq(s->irq);
	if (!ret)
		pm_runtime_put(s->dev);
	return 0;
}

static bool fits(const struct exynos_domain *d, const struct exynos_sysmmu *s)
{
	return d->format == exynos_format(s) && (d->links_empty || !needs_links(s));
}

static bool all_fit(const struct exynos_domain *d, const struct exynos_master *m)
{
	for (unsigned n = 0; n < m->nr; n++)
		if (!fits(d, m->sysmmus[n]))
			return false;
	return true;
}

static int switch_all(struct exynos_master *m, struct exynos_domain *to, struct device *user)
{
	int ret = 0;

	for (unsigned n = 0; !ret && n < m->nr; n++)
		ret = switch_to(m->sysmmus[n], to, user);
	return ret;
}

static int exynos_attach_dev(struct iommu_domain *domain, struct device *dev)
{
	struct exynos_domain *d = exynos_domain_of(domain);
	struct exynos_master *m = dev_iommu_priv_get(dev);
	int ret = d->paging.pgtbl ? 0 : finalise(d, m->sysmmus[0]);

	if (!ret && !all_fit(d, m))
		ret = -EINVAL;
	if (ret)
		return ret;
	ret = switch_all(m, d, dev);
	for (unsigned n = 0; ret && n < m->nr; n++)
		if (m->sysmmus[n]->domain == d)
			switch_to(m->sysmmus[n], NULL, NULL);
	return ret;
}

static int exynos_attach_identity(struct iommu_domain *domain, struct device *dev)
{
	return switch_all(dev_iommu_priv_get(dev), NULL, NULL);
}

static struct iommu_domain identity = {
	.type = IOMMU_DOMAIN_IDENTITY,
	.ops = &(const struct iommu_domain_ops){ .attach_dev = exynos_attach_identity },
};

/* ---- devices ---------------- */

static bool has(const struct exynos_master *m, const struct exynos_sysmmu *s)
{
	for (unsigned n = 0; n < m->nr; n++)
		if (m->sysmmus[n] == s)
			return true;
	return false;
}

/* What it makes goes with the first of them, if another is not there and @dev is not probed. */
static int exynos_of_xlate(struct device *dev, const struct of_phandle_args *args)
{
	struct exynos_master *m = dev_iommu_priv_get(dev);
	struct exynos_sysmmu *s = core_node_drvdata(args->np);

	if (!s)
		return -ENODEV;
	if (!m)
		m = core_devm_alloc(s->dev, sizeof(*m));
	if (!m)
		return -ENOMEM;
	dev_iommu_priv_set(dev, m);
	if (has(m, s))
		return 0;
	if (m->nr == EXYNOS_MAX_SYSMMUS)
		return -ENOSPC;
	m->sysmmus[m->nr++] = s;
	return 0;
}

/* While @dev is active, so are they. */
static struct iommu_device *exynos_probe_device(struct device *dev)
{
	struct exynos_master *m = dev_iommu_priv_get(dev);

	if (!m)
		return ERR_PTR(-ENODEV);
	for (unsigned n = 0; n < m->nr; n++) {
		struct exynos_sysmmu *s = m->sysmmus[n];

		m->links[n] = device_link_add(dev, s->dev,
					      DL_FLAG_STATELESS | DL_FLAG_PM_RUNTIME);
		s->first = s->nr_users++ ? s->first : dev;
	}
	return &m->sysmmus[0]->iommu;
}

/* The last one takes the domain along; others stay in it. */
static void drop_user(struct exynos_sysmmu *s, const struct device *dev)
{
	unsigned long flags;

	if (!--s->nr_users)
		switch_to(s, NULL, NULL);
	if (s->first == dev)
		s->first = NULL;
	spin_lock_irqsave(&s->lock, flags);
	if (s->user == dev)
		s->user = s->dev;
	spin_unlock_irqrestore(&s->lock, flags);
}

static void exynos_release_device(struct device *dev)
{
	struct exynos_master *m = dev_iommu_priv_get(dev);

	for (unsigned n = 0; n < m->nr; n++) {
		drop_user(m->sysmmus[n], dev);
		if (m->links[n])
			device_link_del(m->links[n]);
	}
	dev_iommu_priv_set(dev, NULL);
	devm_release_action(m->sysmmus[0]->dev, g_free, m);
}

/* Nothing tells the accesses of those apart that are behind the same one. */
static struct iommu_group *exynos_device_group(struct device *dev)
{
	const struct exynos_master *m = dev_iommu_priv_get(dev);

	for (unsigned n = 0; n < m->nr; n++) {
		struct device *first = m->sysmmus[n]->first;

		if (first && first != dev && first->iommu_group)
			return iommu_group_ref_get(first->iommu_group);
	}
	return generic_device_group(dev);
}

static bool exynos_capable(struct device *dev, enum iommu_cap cap)
{
	return cap == IOMMU_CAP_DEFERRED_FLUSH;
}

const struct iommu_ops exynos_ops = {
	.capable = exynos_capable,
	.domain_alloc_paging = exynos_domain_alloc_paging,
	.probe_device = exynos_probe_device,
	.release_device = exynos_release_device,
	.device_group = exynos_device_group,
	.get_resv_regions = iommu_dma_get_resv_regions,
	.of_xlate = exynos_of_xlate,
	.identity_domain = &identity,
	.pgsize_bitmap = PAGE_SIZES,
	.default_domain_ops = &(const struct iommu_domain_ops){
		.attach_dev = exynos_attach_dev,
		.map_pages = paging_map_pages, .unmap_pages = paging_unmap_pages,
		.flush_iotlb_all = exynos_flush_iotlb_all, .iotlb_sync = exynos_iotlb_sync,
		.iotlb_sync_map = exynos_iotlb_sync_map,
		.iova_to_phys = paging_iova_to_phys, .free = exynos_domain_free,
	},
};
