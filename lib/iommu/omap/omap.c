/* SPDX-License-Identifier: MIT */
/*
 * The driver of OMAP's MMUs: see omap.h.
 *
 * A device may be behind several MMUs: all of them walk its domain's tables. An MMU does
 * not sleep before the device behind it does, by a link between the two: accesses go
 * through it, translated or not.
 *
 * Leaves out: pages with another endianness; masters that the tree puts behind more than
 * OMAP_MAX_MMUS.
 */
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/omap-iommu.h>
#include <linux/pm_runtime.h>
#include <linux/sizes.h>

#include "omap.h"

/* Awake from the start: the device need not use runtime PM. */
#define LINK	(DL_FLAG_STATELESS | DL_FLAG_PM_RUNTIME | DL_FLAG_RPM_ACTIVE)

#define SIZES	(SZ_4K | SZ_64K | SZ_1M | SZ_16M)

/* ---- invalidation: what the page tables ask for ---------------------------------- */

static void flush(struct omap_domain *d, u32 iova, u64 len)
{
	struct omap_mmu *mmu;
	unsigned long flags;

	spin_lock_irqsave(&d->lock, flags);
	list_for_each_entry(mmu, &d->mmus, in_domain) {
		spin_lock(&mmu->lock);
		if (mmu->is_awake)		/* else waking flushes all */
			omap_hw_flush(mmu, iova, len);
		spin_unlock(&mmu->lock);
	}
	spin_unlock_irqrestore(&d->lock, flags);
}

static void tlb_flush_all(void *cookie)
{
	flush(cookie, 0, SZ_4G);
}

static void tlb_flush_walk(unsigned long iova, size_t size, size_t granule, void *cookie)
{
	flush(cookie, (u32)iova, size);
}

static void tlb_add_page(struct iommu_iotlb_gather *gather, unsigned long iova, size_t granule,
			 void *cookie)
{
	struct omap_domain *d = cookie;

	if (gather)
		iommu_iotlb_gather_add_page(&d->paging.domain, gather, iova, granule);
	else
		flush(d, (u32)iova, granule);
}

static const struct iommu_flush_ops flush_ops = {
	.tlb_flush_all = tlb_flush_all, .tlb_flush_walk = tlb_flush_walk,
	.tlb_add_page = tlb_add_page,
};

static void omap_flush_iotlb_all(struct iommu_domain *domain)
{
	tlb_flush_all(omap_domain_of(domain));
}

static void omap_iotlb_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *gather)
{
	if (gather->end)
		flush(omap_domain_of(domain), (u32)gather->start,
		      (u64)gather->end - gather->start + 1);
}

/* The TLB holds nothing of what was not there; but somebody may wait for it. */
static int omap_iotlb_sync_map(struct iommu_domain *domain, unsigned long iova, size_t size)
{
	struct omap_domain *d = omap_domain_of(domain);

	if (unlikely(READ_ONCE(d->is_waiting)))
		omap_fault_mapped(d);
	return 0;
}

/* ---- domains --------------------------------------------------------------------- */

/* Tables lie where @client's MMUs, if there is one, can read them. */
static bool make_tables(struct omap_domain *d, const struct omap_client *client)
{
	const struct two_level_cfg cfg = {
		.format = &omap_format,
		.cfg = {
			.pgsize_bitmap = SIZES, .ias = 32, .oas = 32, .tlb = &flush_ops,
			.iommu_dev = client ? client->mmus[0]->dev : NULL,
		},
	};

	d->paging.pgtbl = two_level_alloc(&cfg, d);
	return d->paging.pgtbl;
}

static struct iommu_domain *omap_domain_alloc_paging(struct device *dev)
{
	struct omap_domain *d = core_domain_alloc(dev, sizeof(*d));

	if (!d)
		return NULL;
	spin_lock_init(&d->lock);
	INIT_LIST_HEAD(&d->mmus);
	if (!make_tables(d, dev ? dev_iommu_priv_get(dev) : NULL)) {
		g_free(d);
		return NULL;
	}
	d->paging.domain.geometry = (struct iommu_domain_geometry){
		.aperture_end = U32_MAX, .force_aperture = true,
	};
	return &d->paging.domain;
}

static void omap_domain_free(struct iommu_domain *domain)
{
	struct omap_domain *d = omap_domain_of(domain);

	WARN_ON(!list_empty(&d->mmus));
	two_level_free(d->paging.pgtbl);
	g_free(d);
}

/* ---- attaching ------------------------------------------------------------------- */

static void leave(struct omap_mmu *mmu)
{
	struct omap_domain *old = mmu->domain;
	unsigned long flags;

	if (!old)
		return;
	spin_lock_irqsave(&old->lock, flags);
	list_del_init(&mmu->in_domain);
	spin_unlock_irqrestore(&old->lock, flags);
}

static void enter(struct omap_mmu *mmu, struct omap_domain *d)
{
	unsigned long flags;

	if (!d)
		return;
	spin_lock_irqsave(&d->lock, flags);
	list_add_tail(&mmu->in_domain, &d->mmus);
	spin_unlock_irqrestore(&d->lock, flags);
}

/*
 * From @mmu's domain to @d, NULL being none. It is in @d's list before it walks @d's
 * tables, so that no flush is missed, and leaves the old one when it walks them no more.
 */
static void swap_domain(struct omap_mmu *mmu, struct omap_domain *d, struct device *client)
{
	unsigned long flags;

	spin_lock_irqsave(&mmu->lock, flags);
	omap_write(mmu, OMAP_MMU_CNTL, 0);
	omap_read(mmu, OMAP_MMU_CNTL);
	spin_unlock_irqrestore(&mmu->lock, flags);
	leave(mmu);
	enter(mmu, d);
	spin_lock_irqsave(&mmu->lock, flags);
	mmu->domain = d;
	mmu->client = client;
	mmu->nr_preserved = 0;
	omap_hw_program(mmu);
	spin_unlock_irqrestore(&mmu->lock, flags);
}

/* Awake for the while, even if its device sleeps. */
static int attach_one(struct omap_mmu *mmu, struct omap_domain *d, struct device *dev)
{
	int ret = mmu->domain == d ? 1 : pm_runtime_resume_and_get(mmu->dev);

	if (ret)
		return min(ret, 0);
	swap_domain(mmu, d, dev);
	pm_runtime_put_sync(mmu->dev);
	return 0;
}

/* Either all, or none: those that have been moved go back. */
static int attach_all(struct omap_client *client, struct omap_domain *d, struct device *dev)
{
	struct omap_domain *old = client->mmus[0]->domain;
	int ret;

	for (unsigned n = 0; n < client->nr_mmus; n++) {
		ret = attach_one(client->mmus[n], d, dev);
		if (!ret)
			continue;
		dev_err(dev, "%s does not wake: %d\n", dev_name(client->mmus[n]->dev), ret);
		while (n-- > 0)
			attach_one(client->mmus[n], old, dev);
		return ret;
	}
	return 0;
}

static int omap_attach_dev(struct iommu_domain *domain, struct device *dev)
{
	return attach_all(dev_iommu_priv_get(dev), omap_domain_of(domain), dev);
}

static int omap_attach_identity(struct iommu_domain *domain, struct device *dev)
{
	return attach_all(dev_iommu_priv_get(dev), NULL, dev);
}

static struct iommu_domain omap_identity = {
	.type = IOMMU_DOMAIN_IDENTITY,
	.ops = &(const struct iommu_domain_ops){ .attach_dev = omap_attach_identity },
};

/* ---- sleep, when the master says so ---------------------------------------------- */

/* Those of @domain, which attaching does not change meanwhile. */
static void for_each_mmu(struct iommu_domain *domain, void (*fn)(struct omap_mmu *mmu))
{
	struct omap_mmu *mmu;

	list_for_each_entry(mmu, &omap_domain_of(domain)->mmus, in_domain)
		fn(mmu);
}

static void put_mmu(struct omap_mmu *mmu)
{
	pm_runtime_put_sync(mmu->dev);
}

static void get_mmu(struct omap_mmu *mmu)
{
	pm_runtime_get_sync(mmu->dev);
}

int omap_iommu_domain_deactivate(struct iommu_domain *domain)
{
	for_each_mmu(domain, put_mmu);
	return 0;
}

int omap_iommu_domain_activate(struct iommu_domain *domain)
{
	for_each_mmu(domain, get_mmu);
	return 0;
}

void omap_iommu_save_ctx(struct device *dev)
{
}

static void restore(struct omap_mmu *mmu)
{
	unsigned long flags;

	spin_lock_irqsave(&mmu->lock, flags);
	if (mmu->is_awake)
		omap_hw_program(mmu);
	spin_unlock_irqrestore(&mmu->lock, flags);
}

void omap_iommu_restore_ctx(struct device *dev)
{
	struct omap_client *client = dev_iommu_priv_get(dev);

	for (unsigned n = 0; client && n < client->nr_mmus; n++)
		restore(client->mmus[n]);
}

/* ---- preserved entries ----------------------------------------------------------- */

static const struct {
	size_t len;
	u32 code;
} sizes[] = {
	{ SZ_4K, OMAP_MMU_CAM_4K }, { SZ_64K, OMAP_MMU_CAM_64K },
	{ SZ_1M, OMAP_MMU_CAM_1M }, { SZ_16M, OMAP_MMU_CAM_16M },
};

static bool make_preserved(struct omap_domain *d, unsigned long iova, size_t len,
			   struct omap_preserved *ret)
{
	phys_addr_t pa = paging_iova_to_phys(&d->paging.domain, iova);
	phys_addr_t last = paging_iova_to_phys(&d->paging.domain, iova + len - 1);

	for (unsigned n = 0; n < ARRAY_SIZE(sizes); n++) {
		if (sizes[n].len != len || !pa || (iova | pa) & (len - 1) || last != pa + len - 1)
			continue;
		*ret = (struct omap_preserved){
			.iova = (u32)iova, .len = len, .ram = (u32)pa,
			.cam = (u32)iova | OMAP_MMU_CAM_P | OMAP_MMU_CAM_V | sizes[n].code,
		};
		return true;
	}
	return false;
}

static int preserve(struct omap_mmu *mmu, const struct omap_preserved *p)
{
	unsigned long flags;
	int ret = 0;

	spin_lock_irqsave(&mmu->lock, flags);
	if (mmu->nr_preserved + 1 >= mmu->nr_entries) {
		ret = -ENOSPC;
	} else {
		mmu->preserved[mmu->nr_preserved++] = *p;
		if (mmu->is_awake)
			omap_hw_load_preserved(mmu);
	}
	spin_unlock_irqrestore(&mmu->lock, flags);
	return ret;
}

int omap_iommu_preserve(struct device *dev, unsigned long iova, size_t len)
{
	struct omap_client *client = dev_iommu_priv_get(dev);
	struct omap_domain *d = client->mmus[0]->domain;
	struct omap_preserved p;
	int ret = d && make_preserved(d, iova, len, &p) ? 0 : -EINVAL;

	for (unsigned n = 0; !ret && n < client->nr_mmus; n++)
		ret = preserve(client->mmus[n], &p);
	return ret;
}

/* ---- devices --------------------------------------------------------------------- */

/* NULL: none of ours, or not yet. */
/* An ID for each MMU: where its registers are. */
static int omap_of_xlate(struct device *dev, const struct of_phandle_args *args)
{
	const struct omap_mmu *mmu = core_node_drvdata(args->np);

	return mmu ? iommu_fwspec_add_ids(dev, &mmu->id, 1) : -ENODEV;
}

static struct omap_mmu *mmu_of_id(struct iommu_core *core, u32 id)
{
	struct iommu_device *i;
	struct omap_mmu *found = NULL;

	spin_lock(&core->device_lock);
	list_for_each_entry(i, &core->devices, list)
		if (i->ops == &omap_ops && container_of(i, struct omap_mmu, iommu)->id == id)
			found = container_of(i, struct omap_mmu, iommu);
	spin_unlock(&core->device_lock);
	return found;
}

/* It may sleep, walks nobody's tables, and is free for another. */
static void free_mmu(struct omap_mmu *mmu)
{
	if (mmu->domain)
		attach_one(mmu, NULL, NULL);
	device_link_del(mmu->link);
	mmu->link = NULL;
	mmu->owner = NULL;
}

static void lose_mmus(struct omap_client *client)
{
	while (client->nr_mmus > 0)
		free_mmu(client->mmus[--client->nr_mmus]);
}

void omap_client_lose(struct omap_mmu *mmu)
{
	struct omap_client *client = mmu->owner;
	unsigned kept = 0;

	if (!client)
		return;
	for (unsigned n = 0; n < client->nr_mmus; n++)
		if (client->mmus[n] != mmu)
			client->mmus[kept++] = client->mmus[n];
	client->nr_mmus = kept;
	free_mmu(mmu);
}

static int take_mmus(struct omap_client *client, struct device *dev,
		     const struct iommu_fwspec *fwspec)
{
	for (unsigned n = 0; n < fwspec->num_ids; n++) {
		struct omap_mmu *mmu = mmu_of_id(dev->kernel->iommu, fwspec->ids[n]);

		if (!mmu || mmu->owner)
			return mmu ? -EBUSY : -ENODEV;
		mmu->link = device_link_add(dev, mmu->dev, LINK);
		if (!mmu->link)
			return -ENODEV;
		mmu->owner = client;
		client->mmus[client->nr_mmus++] = mmu;
	}
	return 0;
}

static struct iommu_device *omap_probe_device(struct device *dev)
{
	const struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(dev);
	struct omap_client *client;
	int ret;

	if (!fwspec || !fwspec->num_ids || fwspec->num_ids > OMAP_MAX_MMUS)
		return ERR_PTR(-ENODEV);
	client = core_alloc(dev->kernel, sizeof(*client));
	if (!client)
		return ERR_PTR(-ENOMEM);
	ret = take_mmus(client, dev, fwspec);
	if (ret) {
		lose_mmus(client);
		g_free(client);
		return ERR_PTR(ret);
	}
	dev_iommu_priv_set(dev, client);
	return &client->mmus[0]->iommu;
}

static void omap_release_device(struct device *dev)
{
	struct omap_client *client = dev_iommu_priv_get(dev);

	lose_mmus(client);
	dev_iommu_priv_set(dev, NULL);
	g_free(client);
}

static bool omap_capable(struct device *dev, enum iommu_cap cap)
{
	return cap == IOMMU_CAP_DEFERRED_FLUSH;
}

const struct iommu_ops omap_ops = {
	.capable = omap_capable,
	.domain_alloc_paging = omap_domain_alloc_paging,
	.probe_device = omap_probe_device,
	.release_device = omap_release_device,
	.device_group = generic_single_device_group,
	.of_xlate = omap_of_xlate,
	.identity_domain = &omap_identity,
	.pgsize_bitmap = SIZES,
	.default_domain_ops = &(const struct iommu_domain_ops){
		.attach_dev = omap_attach_dev,
		.map_pages = paging_map_pages, .unmap_pages = paging_unmap_pages,
		.flush_iotlb_all = omap_flush_iotlb_all, .iotlb_sync = omap_iotlb_sync,
		.iotlb_sync_map = omap_iotlb_sync_map,
		.iova_to_phys = paging_iova_to_phys, .free = omap_domain_free,
	},
};
