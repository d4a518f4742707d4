/* SPDX-License-Identifier: MIT */
/*
 * Domains of MSM IOMMUs: their tables, the banks that walk them, and who is attached.
 */
#include "msm.h"

/* ---- invalidation ------------------------------------------------------------------- */

static void invalidate(struct msm_domain *d, unsigned long iova, size_t len, size_t granule)
{
	unsigned long flags;

	spin_lock_irqsave(&d->lock, flags);
	for (unsigned n = 0; n < d->nr_uses; n++) {
		struct msm_mmu *mmu = d->uses[n].mmu;

		spin_lock(&mmu->lock);
		if (len)
			msm_hw_invalidate(mmu, d->uses[n].bank, iova, len, granule);
		else
			msm_hw_invalidate_all(mmu, d->uses[n].bank);
		spin_unlock(&mmu->lock);
	}
	spin_unlock_irqrestore(&d->lock, flags);
}

static void tlb_flush_all(void *cookie)
{
	invalidate(cookie, 0, 0, 0);
}

static void tlb_flush_walk(unsigned long iova, size_t size, size_t granule, void *cookie)
{
	invalidate(cookie, iova, size, granule);
}

static void tlb_add_page(struct iommu_iotlb_gather *gather, unsigned long iova, size_t granule,
			 void *cookie)
{
	struct msm_domain *d = cookie;

	if (gather)
		iommu_iotlb_gather_add_page(&d->paging.domain, gather, iova, granule);
	else
		invalidate(d, iova, granule, granule);
}

static const struct iommu_flush_ops flush_ops = {
	.tlb_flush_all = tlb_flush_all, .tlb_flush_walk = tlb_flush_walk,
	.tlb_add_page = tlb_add_page,
};

static void flush_iotlb_all(struct iommu_domain *domain)
{
	tlb_flush_all(msm_domain_of(domain));
}

static void iotlb_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *gather)
{
	if (gather->end)
		invalidate(msm_domain_of(domain), gather->start,
			   gather->end - gather->start + 1, gather->pgsize);
}

/* The block fetch buffer may have read that nothing was there, page by page. */
static int iotlb_sync_map(struct iommu_domain *domain, unsigned long iova, size_t size)
{
	invalidate(msm_domain_of(domain), iova, size, SZ_4K);
	return 0;
}

/* ---- tables ------------------------------------------------------------------------- */

static bool is_coherent(const struct msm_master *m)
{
	for (unsigned n = 0; n < m->nr_places; n++)
		if (!m->places[n].mmu->is_coherent)
			return false;
	return true;
}

/* The first device decides; tables that are cleaned do for walks that see caches, too. */
static int finalise(struct msm_domain *d, const struct msm_master *m)
{
	d->cfg = (struct io_pgtable_cfg){
		.pgsize_bitmap = SZ_4K | SZ_64K | SZ_1M | SZ_16M, .ias = 32, .oas = 32,
		.coherent_walk = is_coherent(m), .tlb = &flush_ops,
		.iommu_dev = m->places[0].mmu->dev,
	};
	d->paging.pgtbl = alloc_io_pgtable_ops(ARM_V7S, &d->cfg, d);
	if (!d->paging.pgtbl)
		return -ENOMEM;
	d->paging.domain.pgsize_bitmap = d->cfg.pgsize_bitmap;
	d->paging.domain.geometry = (struct iommu_domain_geometry){
		.aperture_end = U32_MAX, .force_aperture = true,
	};
	return 0;
}

struct iommu_domain *msm_domain_alloc_paging(struct device *dev)
{
	struct msm_domain *d = core_domain_alloc(dev, sizeof(*d));

	if (!d)
		return NULL;
	spin_lock_init(&d->lock);
	if (dev && finalise(d, dev_iommu_priv_get(dev))) {
		g_free(d);
		return NULL;
	}
	return &d->paging.domain;
}

static void domain_free(struct iommu_domain *domain)
{
	struct msm_domain *d = msm_domain_of(domain);

	WARN_ON(d->nr_uses);
	free_io_pgtable_ops(d->paging.pgtbl);
	g_free(d);
}

/* ---- banks -------------------------------------------------------------------------- */

static int find_bank(const struct msm_mmu *mmu, const struct iommu_domain *domain)
{
	for (unsigned n = 0; n < mmu->nr_banks; n++)
		if (mmu->banks[n].domain == domain)
			return (int)n;
	return MSM_NOWHERE;
}

/*
 * Where @domain is already; else one that is free; else the one that @p has to itself and
 * will leave. Under the IOMMU's lock.
 */
static int choose_bank(const struct msm_place *p, const struct iommu_domain *domain)
{
	int bank = find_bank(p->mmu, domain);

	if (bank == MSM_NOWHERE)
		bank = find_bank(p->mmu, NULL);
	if (bank == MSM_NOWHERE && p->bank != MSM_NOWHERE &&
	    p->mmu->banks[p->bank].nr_users == 1)
		bank = p->bank;
	return bank == MSM_NOWHERE ? -ENOSPC : bank;
}

static int add_use(struct msm_domain *d, struct msm_mmu *mmu, unsigned bank)
{
	unsigned long flags;
	int ret = 0;

	spin_lock_irqsave(&d->lock, flags);
	if (d->nr_uses < MSM_MAX_PLACES)
		d->uses[d->nr_uses++] = (struct msm_use){ .mmu = mmu, .bank = bank };
	else
		ret = -ENOSPC;
	spin_unlock_irqrestore(&d->lock, flags);
	return ret;
}

static void drop_use(struct msm_domain *d, const struct msm_mmu *mmu)
{
	unsigned long flags;

	spin_lock_irqsave(&d->lock, flags);
	for (unsigned n = 0; n < d->nr_uses; n++) {
		if (d->uses[n].mmu != mmu)
			continue;
		d->uses[n] = d->uses[--d->nr_uses];
		break;
	}
	spin_unlock_irqrestore(&d->lock, flags);
}

/* Its next owner must not find anything of this one's. */
static void give_bank(struct msm_mmu *mmu, unsigned bank, struct iommu_domain *domain)
{
	unsigned long flags;
	bool is_last;

	spin_lock_irqsave(&mmu->lock, flags);
	is_last = !--mmu->banks[bank].nr_users;
	if (is_last) {
		mmu->banks[bank].domain = NULL;
		msm_hw_set_bank(mmu, bank);
	}
	spin_unlock_irqrestore(&mmu->lock, flags);
	if (is_last && msm_is_paging(domain))
		drop_use(msm_domain_of(domain), mmu);
}

/* ---- attaching ---------------------------------------------------------------------- */

/* What becomes of a place: which bank, and whether it is the one it had, with another owner. */
struct move {
	int bank;
	bool is_taken_over;
};

/* The bank is @domain's from now on, and programmed when all places have one. */
static int take_bank(const struct msm_place *p, struct iommu_domain *domain, struct move *ret)
{
	struct msm_mmu *mmu = p->mmu;
	unsigned long flags;
	bool is_new;

	spin_lock_irqsave(&mmu->lock, flags);
	ret->bank = choose_bank(p, domain);
	is_new = ret->bank >= 0 && mmu->banks[ret->bank].domain != domain;
	ret->is_taken_over = is_new && mmu->banks[ret->bank].domain;
	if (ret->bank >= 0) {
		mmu->banks[ret->bank].domain = domain;
		mmu->banks[ret->bank].nr_users += !ret->is_taken_over;
	}
	spin_unlock_irqrestore(&mmu->lock, flags);
	if (ret->bank < 0)
		return ret->bank;
	if (is_new && msm_is_paging(domain))
		return add_use(msm_domain_of(domain), mmu, (unsigned)ret->bank);
	return 0;
}

/* As if take_bank() had not been. */
static void untake_bank(const struct msm_place *p, struct iommu_domain *domain,
			struct iommu_domain *old, const struct move *to)
{
	struct msm_mmu *mmu = p->mmu;
	unsigned long flags;

	if (!to->is_taken_over) {
		give_bank(mmu, (unsigned)to->bank, domain);
		return;
	}
	spin_lock_irqsave(&mmu->lock, flags);
	mmu->banks[to->bank].domain = old;
	spin_unlock_irqrestore(&mmu->lock, flags);
	if (msm_is_paging(domain))
		drop_use(msm_domain_of(domain), mmu);
}

static int take_all(struct msm_master *m, struct iommu_domain *domain, struct move *moves)
{
	for (unsigned n = 0; n < m->nr_places; n++) {
		int ret = take_bank(&m->places[n], domain, &moves[n]);

		if (!ret)
			continue;
		for (unsigned i = n + (moves[n].bank >= 0); i-- > 0;)
			untake_bank(&m->places[i], domain, m->domain, &moves[i]);
		return ret;
	}
	return 0;
}

/* No access is translated by half a bank: the MIDs lead nowhere meanwhile. */
static void move(struct msm_place *p, struct iommu_domain *old, const struct move *to)
{
	struct msm_mmu *mmu = p->mmu;
	unsigned long flags;
	int was = p->bank;

	spin_lock_irqsave(&mmu->lock, flags);
	msm_hw_route(mmu, p, MSM_NOWHERE);
	if (to->is_taken_over || mmu->banks[to->bank].nr_users == 1)
		msm_hw_set_bank(mmu, (unsigned)to->bank);
	msm_hw_route(mmu, p, to->bank);
	p->bank = to->bank;
	spin_unlock_irqrestore(&mmu->lock, flags);
	if (to->is_taken_over && msm_is_paging(old))
		drop_use(msm_domain_of(old), mmu);
	else if (!to->is_taken_over && was != MSM_NOWHERE)
		give_bank(mmu, (unsigned)was, old);
}

static int attach(struct iommu_domain *domain, struct msm_master *m)
{
	struct move moves[MSM_MAX_PLACES];
	int ret;

	if (m->domain == domain)
		return 0;
	ret = take_all(m, domain, moves);
	if (ret)
		return ret;
	for (unsigned n = 0; n < m->nr_places; n++)
		move(&m->places[n], m->domain, &moves[n]);
	m->domain = domain;
	return 0;
}

static int attach_dev(struct iommu_domain *domain, struct device *dev)
{
	struct msm_domain *d = msm_domain_of(domain);
	struct msm_master *m = dev_iommu_priv_get(dev);
	int ret = d->paging.pgtbl ? 0 : finalise(d, m);

	if (!ret && d->cfg.coherent_walk && !is_coherent(m))
		ret = -EINVAL;
	return ret ? ret : attach(domain, m);
}

static int attach_identity(struct iommu_domain *domain, struct device *dev)
{
	return attach(domain, dev_iommu_priv_get(dev));
}

void msm_detach(struct msm_master *m)
{
	for (unsigned n = 0; n < m->nr_places; n++) {
		struct msm_place *p = &m->places[n];
		unsigned long flags;
		int was = p->bank;

		spin_lock_irqsave(&p->mmu->lock, flags);
		msm_hw_route(p->mmu, p, MSM_NOWHERE);
		p->bank = MSM_NOWHERE;
		spin_unlock_irqrestore(&p->mmu->lock, flags);
		if (was != MSM_NOWHERE)
			give_bank(p->mmu, (unsigned)was, m->domain);
	}
	m->domain = NULL;
}

static int attach_blocked(struct iommu_domain *domain, struct device *dev)
{
	msm_detach(dev_iommu_priv_get(dev));
	return 0;
}

struct iommu_domain msm_identity = {
	.type = IOMMU_DOMAIN_IDENTITY,
	.ops = &(const struct iommu_domain_ops){ .attach_dev = attach_identity },
};

struct iommu_domain msm_blocked = {
	.type = IOMMU_DOMAIN_BLOCKED,
	.ops = &(const struct iommu_domain_ops){ .attach_dev = attach_blocked },
};

const struct iommu_domain_ops msm_domain_ops = {
	.attach_dev = attach_dev, .map_pages = paging_map_pages, .unmap_pages = paging_unmap_pages,
	.flush_iotlb_all = flush_iotlb_all, .iotlb_sync = iotlb_sync,
	.iotlb_sync_map = iotlb_sync_map, .iova_to_phys = paging_iova_to_phys, .free = domain_free,
};
