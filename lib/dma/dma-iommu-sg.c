/* SPDX-License-Identifier: MIT */
/*
 * The DMA API over an IOMMU: lists.
 *
 *	measure   how long is the block?              see dma-iommu-sg.h
 *	map       memory that follows on is one call of the driver; and tell, in the same
 *	          list, what the device's entries are
 *
 * The entries themselves are left alone, so a failure has nothing to restore.
 *
 * Leaves out: peer-to-peer memory of PCI, whose entries have addresses before.
 * Linux: drivers/iommu/dma-iommu.c, iommu_dma_map_sg() and around it.
 */
#include "../iommu/map.h"
#include "dma-iommu.h"
#include "dma-iommu-sg.h"

/* A list and what the device wants of it. */
struct sg_job {
	struct device *dev;
	struct iommu_dma_cookie *cookie;
	struct scatterlist *sg;
	int nents;
	int prot;
	size_t len;			/* of the block */
	size_t padding, rounding;	/* bytes of it that are none of the list's */
};

static struct sg_layout layout_of(const struct sg_job *job)
{
	return (struct sg_layout){
		.mask = job->cookie->mask, .boundary = dma_get_seg_boundary(job->dev),
	};
}

/* ---- ownership --------------------------------------------------------------------------- */

static void sync_entry(struct device *dev, struct scatterlist *sg, bool is_swiotlb,
		       bool is_for_device, enum dma_data_direction dir)
{
	if (is_swiotlb && is_for_device)
		iommu_dma_sync_single_for_device(dev, sg_dma_address(sg), sg->length, dir);
	else if (is_swiotlb)
		iommu_dma_sync_single_for_cpu(dev, sg_dma_address(sg), sg->length, dir);
	else if (is_for_device)
		port_sync_for_device(dev_port(dev), sg_phys(sg), sg->length, dir);
	else
		port_sync_for_cpu(dev_port(dev), sg_phys(sg), sg->length, dir);
}

static void sync_list(struct device *dev, struct scatterlist *sgl, int nelems, bool is_swiotlb,
		      bool is_for_device, enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	if (!is_swiotlb && dev_is_dma_coherent(dev))
		return;
	for_each_sg_there(sgl, sg, nelems, i)
		sync_entry(dev, sg, is_swiotlb, is_for_device, dir);
}

/* The first entry says it of all. */
static bool is_list_bounced(struct scatterlist *sgl)
{
	port_before_load(sgl, sizeof(*sgl));
	return sg_dma_is_swiotlb(sgl);
}

void iommu_dma_sync_sg_for_cpu(struct device *dev, struct scatterlist *sgl, int nelems,
			       enum dma_data_direction dir)
{
	sync_list(dev, sgl, nelems, is_list_bounced(sgl), false, dir);
}

void iommu_dma_sync_sg_for_device(struct device *dev, struct scatterlist *sgl, int nelems,
				  enum dma_data_direction dir)
{
	sync_list(dev, sgl, nelems, is_list_bounced(sgl), true, dir);
}

/* ---- measure ----------------------------------------------------------------------------- */

/* An entry, padding included, must be one that a list could have. */
static bool is_too_long(struct sg_layout *l, const struct sg_piece *p)
{
	bool is_long = p->len > UINT_MAX || l->prev_len + p->pad > UINT_MAX;

	l->prev_len = p->len;
	return is_long;
}

static int measure(struct sg_job *job)
{
	struct sg_layout l = layout_of(job);
	struct scatterlist *sg;
	int i;

	for_each_sg_step(job->sg, sg, job->nents, i) {
		struct sg_piece p;

		port_before_load(sg, sizeof(*sg));
		p = sg_layout_next(&l, sg);
		if (unlikely(is_too_long(&l, &p)))
			return -EINVAL;
	}
	job->len = l.total;
	job->padding = l.padding;
	job->rounding = l.total - l.bytes - l.padding;
	return 0;
}

static void count(const struct sg_job *job)
{
	count_rounding(job->cookie, job->rounding);
	if (unlikely(job->padding))
		usage_add(&job->cookie->usage[cpu_now(job->cookie)].padding, job->padding);
}

/* ---- map, and tell ------------------------------------------------------------------------ */

/* Memory in a row that is not mapped yet; the block is up to there. */
struct run {
	phys_addr_t pa;
	size_t len;
	size_t mapped;
};

static inline int map_run(const struct sg_job *job, dma_addr_t iova, struct run *r)
{
	struct iommu_domain *domain = job->cookie->domain;
	int err;

	if (likely(r->len == job->cookie->mask + 1))
		err = iommu_map_one_nosync(domain, iova + r->mapped, r->pa, r->len, job->prot);
	else
		err = r->len ? iommu_map_nosync_for(domain, iova + r->mapped, r->pa, r->len,
						    job->prot, GFP_ATOMIC, NULL) : 0;
	if (unlikely(err))
		return err;
	r->mapped += r->len;
	r->len = 0;
	return 0;
}

static inline int add_piece(const struct sg_job *job, dma_addr_t iova, struct run *r,
			    phys_addr_t pa, const struct sg_piece *p)
{
	int err = 0;

	r->len += p->pad;		/* the one before goes on */
	if (r->len && r->pa + r->len != pa)
		err = map_run(job, iova, r);
	if (unlikely(err))
		return err;
	if (!r->len)
		r->pa = pa;
	r->len += p->len;
	return 0;
}

static inline void clear_entry(struct scatterlist *sg)
{
	port_before_store(sg, sizeof(*sg));
	sg_dma_address(sg) = DMA_MAPPING_ERROR;
	sg_dma_len(sg) = 0;
	sg->dma_flags &= ~(unsigned)SG_DMA_SWIOTLB;
}

/*
 * The device's entry that is being made; @len 0: nothing may be added to it. It is never
 * behind the entry of the CPU's that is looked at.
 */
struct segment {
	struct scatterlist *sg;
	unsigned len;
	int nr;
};

static inline void add_to_segment(struct segment *cur, const struct scatterlist *sg,
				  const struct sg_piece *p, dma_addr_t dma,
				  unsigned long boundary, unsigned max_len)
{
	if (cur->len && !p->off && !p->pad && dma & boundary && max_len - cur->len >= sg->length) {
		cur->len += sg->length;
	} else {
		if (cur->nr++)
			cur->sg = sg_step(cur->sg);
		cur->len = sg->length;
		sg_dma_address(cur->sg) = dma + p->off;
	}
	sg_dma_len(cur->sg) = cur->len;
	if (sg->length + p->off < p->len)
		cur->len = 0;
}

static int map_pieces(const struct sg_job *job, dma_addr_t iova, struct run *r,
		      struct segment *cur)
{
	struct kernel *k = job->dev->kernel;
	struct sg_layout l = layout_of(job);
	unsigned max_len = dma_get_max_seg_size(job->dev);
	struct scatterlist *sg;
	int i;

	for_each_sg_step(job->sg, sg, job->nents, i) {
		struct sg_piece p = sg_layout_next(&l, sg);
		phys_addr_t pa = page_pa(k, sg_page(sg)) + sg->offset;
		int err = add_piece(job, iova, r, pa - p.off, &p);

		if (unlikely(err))
			return err;
		clear_entry(sg);
		add_to_segment(cur, sg, &p, iova + p.at, l.boundary, max_len);
	}
	return map_run(job, iova, r);
}

/* Return: the device's entries; or why there are none. */
static int map_block(const struct sg_job *job, dma_addr_t iova)
{
	struct segment cur = { .sg = job->sg };
	struct run r = { .len = 0 };
	int err = map_pieces(job, iova, &r, &cur);

	if (!err && r.mapped)
		err = iommu_sync_map(job->cookie->domain, iova, r.mapped);
	if (likely(!err))
		return cur.nr;
	if (r.mapped)
		iommu_unmap(job->cookie->domain, iova, r.mapped);
	return err;
}

/* ---- bounced ----------------------------------------------------------------------------- */

static bool must_bounce(struct device *dev, struct scatterlist *sgl, int nents,
			enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	if (likely(!dev->untrusted && dma_kmalloc_safe(dev, dir)))
		return false;
	if (dev->untrusted)
		return true;
	for_each_sg(sgl, sg, nents, i) {
		port_before_load(sg, sizeof(*sg));
		if (!dma_kmalloc_size_aligned(sg->length))
			return true;
	}
	return false;
}

static void unmap_bounced(struct device *dev, struct scatterlist *sgl, int nents,
			  enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	for_each_sg_there(sgl, sg, nents, i)
		iommu_dma_unmap_page(dev, sg_dma_address(sg), sg_dma_len(sg), dir, attrs);
}

/* Each entry by itself, and none is merged with another. */
static int map_bounced(struct device *dev, struct scatterlist *sgl, int nents,
		       enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	enum ledger_why why;
	int i;

	sg_dma_mark_swiotlb(sgl);
	for_each_sg(sgl, sg, nents, i) {
		dma_addr_t dma;

		port_before_load(sg, sizeof(*sg));
		dma = dma_iommu_map_phys(dev, sg_phys(sg), sg->length, dir, attrs, &why);
		port_before_store(sg, sizeof(*sg));
		sg_dma_address(sg) = dma;
		if (dma == DMA_MAPPING_ERROR) {
			unmap_bounced(dev, sgl, i, dir, attrs | DMA_ATTR_SKIP_CPU_SYNC);
			return -EIO;
		}
		sg_dma_len(sg) = sg->length;
	}
	return nents;
}

/* ---- all of it --------------------------------------------------------------------------- */

/* As those who map a table tell errors that a retry helps against from others. */
static int give_up(const struct sg_job *job, int err)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(job->sg, sg, job->nents, i)
		clear_entry(sg);
	return err == -ENOMEM ? -ENOMEM : -EINVAL;
}

static int map_list(struct sg_job *job)
{
	int nr = measure(job);
	dma_addr_t iova;

	if (unlikely(nr))
		return give_up(job, nr);
	if (unlikely(!job->len))
		return map_block(job, 0);
	iova = dma_iommu_alloc_iova(job->cookie, job->dev, job->len, dma_get_mask(job->dev));
	if (unlikely(!iova))
		return give_up(job, -ENOMEM);
	nr = map_block(job, iova);
	if (likely(nr >= 0)) {
		count(job);
		return nr;
	}
	dma_iommu_free_iova(job->cookie, iova, job->len);
	return give_up(job, nr);
}

int iommu_dma_map_sg(struct device *dev, struct scatterlist *sg, int nents,
		     enum dma_data_direction dir, unsigned long attrs)
{
	struct sg_job job = {
		.dev = dev, .cookie = cookie_of(dev), .sg = sg, .nents = nents,
		.prot = dma_iommu_prot(dir, dev_is_dma_coherent(dev), attrs),
	};

	port_run_timers(dev_port(dev));
	if (dma_iommu_attach_deferred(dev))
		return -EINVAL;
	if (unlikely(must_bounce(dev, sg, nents, dir)))
		return map_bounced(dev, sg, nents, dir, attrs);
	if (!(attrs & DMA_ATTR_SKIP_CPU_SYNC))
		sync_list(dev, sg, nents, false, true, dir);
	return map_list(&job);
}

/* From the first of the device's entries to the end of the last. */
static size_t block_len(struct scatterlist *sgl, int nents)
{
	dma_addr_t end = 0;
	struct scatterlist *sg;
	int i;

	for_each_sg_step(sgl, sg, nents, i) {
		if (!sg || !sg_dma_len(sg))
			break;
		port_before_load(sg, sizeof(*sg));
		end = sg_dma_address(sg) + sg_dma_len(sg);
	}
	return end ? (size_t)(end - sg_dma_address(sgl)) : 0;
}

void iommu_dma_unmap_sg(struct device *dev, struct scatterlist *sg, int nents,
			enum dma_data_direction dir, unsigned long attrs)
{
	size_t len;

	port_run_timers(dev_port(dev));
	if (is_list_bounced(sg)) {
		unmap_bounced(dev, sg, nents, dir, attrs);
		return;
	}
	if (!(attrs & DMA_ATTR_SKIP_CPU_SYNC))
		sync_list(dev, sg, nents, false, false, dir);
	len = block_len(sg, nents);
	if (len)
		dma_iommu_unmap_range(dev, sg_dma_address(sg), len);
}
