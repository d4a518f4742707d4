/* SPDX-License-Identifier: MIT */
/*
 * The switchboard for lists: mapping.c is for one buffer, and says how to read both. The
 * ledger hears of each of the CPU's entries, wherever an IOMMU put it.
 *
 * Linux: kernel/dma/mapping.c.
 */
#include "arm-iommu.h"
#include "dma-iommu.h"
#include "request.h"

struct sg_request {
	struct device *dev;
	struct scatterlist *sg;
	int nents;
	enum dma_data_direction dir;
	unsigned long attrs;
	const void *site;
	u64 sum;			/* sum_of() it, where somebody listens */
};

/*
 * Where the device finds each of the CPU's entries. An IOMMU may have merged them: then the
 * bytes of one follow those of the one before in the same entry of the device.
 */
struct sg_cursor {
	struct scatterlist *segment;
	unsigned int used;		/* bytes of it */
	bool is_merged;
};

static struct sg_cursor cursor_of(const struct sg_request *r)
{
	struct sg_cursor c = { .segment = r->sg };

	port_before_load(r->sg, sizeof(*r->sg));
	c.is_merged = (r->dev->dma_iommu || to_dma_iommu_mapping(r->dev)) &&
		      !sg_dma_is_swiotlb(r->sg);
	return c;
}

static dma_addr_t next_dma(struct sg_cursor *c, struct scatterlist *sg)
{
	dma_addr_t dma;

	if (!c->is_merged || !c->segment)
		return sg_dma_address(sg);
	port_before_load(c->segment, sizeof(*c->segment));
	dma = sg_dma_address(c->segment) + c->used;
	c->used += sg->length;
	if (c->used >= sg_dma_len(c->segment)) {
		c->segment = sg_next(c->segment);
		c->used = 0;
	}
	return dma;
}

/*
 * Whoever changes an entry while it is mapped changes this: memory and lengths, nothing that
 * a map or a mark stores. Order counts.
 */
static u64 sum_of(struct scatterlist *sg, int nents)
{
	u64 sum = 0;

	for (int i = 0; i < nents && sg; i++, sg = i < nents ? sg_next(sg) : NULL) {
		port_before_load(sg, sizeof(*sg));
		sum = sum * 31 + (uintptr_t)sg_page(sg) + sg->offset;
		sum = sum * 31 + sg->length;
	}
	return sum;
}

/* In the fast gear nobody compares them. */
static struct sg_request with_sum(const struct sg_request *r)
{
	struct sg_request heard = *r;

	if (machine_gear(r->dev->kernel->port.machine) == GEAR_EXACT)
		heard.sum = sum_of(r->sg, r->nents);
	return heard;
}

static void note_sg(const struct sg_request *r, enum ledger_kind kind, struct scatterlist *sg,
		    int index, struct sg_cursor *cursor, enum ledger_why why)
{
	struct ledger_note n;

	ledger_note_clear(&n);
	n.kind = kind;
	n.dev = r->dev;
	n.dir = (int)r->dir;
	n.attrs = r->attrs;
	n.nents = r->nents;
	n.sg_index = index;
	n.sgl = r->sg;
	n.sg_sum = r->sum;
	n.why = why;
	n.site = r->site;
	if (sg) {
		port_before_load(sg, sizeof(*sg));
		n.dma = next_dma(cursor, sg);
		n.len = kind == LEDGER_MAP_SG && !cursor->is_merged ? sg_dma_len(sg) : sg->length;
		n.pa = sg_page(sg) ? sg_phys(sg) : PHYS_ADDR_MAX;	/* never set */
		n.va = kernel_lowmem_ptr(r->dev->kernel, n.pa);
	} else {
		n.dma = DMA_MAPPING_ERROR;
	}
	if (kind == LEDGER_MAP_SG)
		request_add_bounce(&n);
	kernel_note(r->dev->kernel, &n);
}

/* As many entries as the ledger is to hear of: of merged ones, the CPU's. */
static void note_mapped_sg(const struct sg_request *r, int ents)
{
	struct sg_request heard;
	struct sg_cursor cursor;
	struct scatterlist *sg;
	int i;

	if (!is_listening(r->dev))
		return;
	heard = with_sum(r);
	cursor = cursor_of(r);
	for_each_sg(r->sg, sg, cursor.is_merged ? r->nents : ents, i)
		note_sg(&heard, LEDGER_MAP_SG, sg, i, &cursor, WHY_NONE);
}

static bool is_known_sg_error(int err)
{
	return err == -EINVAL || err == -ENOMEM || err == -EIO || err == -EREMOTEIO;
}

/* A list whose entries are no memory of this machine must not get further. */
static enum ledger_why check_sg(const struct sg_request *r)
{
	struct kernel *k = r->dev->kernel;
	struct scatterlist *sg;
	int i;

	for_each_sg_step(r->sg, sg, r->nents, i) {
		if (WARN(!sg, "%s: a list of fewer than %d entries", dev_name(r->dev),
			 r->nents))
			return WHY_NOT_RAM;
		port_before_load(sg, sizeof(*sg));
		if (!sg_page(sg) || page_kernel(sg_page(sg)) != k)
			return WHY_NOT_SIMULATED;
		if (WARN(!port_is_ram(&k->port, page_pa(k, sg_page(sg)) + sg->offset,
					 sg->length),
			 "%s: entry %d of a list is not all memory", dev_name(r->dev), i))
			return WHY_NOT_RAM;
	}
	return WHY_NONE;
}

/* Return: entries mapped, more than 0; or a negative errno, and @ret_why. */
static int map_sg_checked(const struct sg_request *r, enum ledger_why *ret_why)
{
	struct device *dev = r->dev;
	int ents;

	*ret_why = check_sg(r);
	if (*ret_why)
		return -EIO;
	if (maps_direct(dev)) {
		*ret_why = WHY_MASK;
		ents = dma_direct_map_sg(dev, r->sg, r->nents, r->dir, r->attrs);
	} else if (dev->dma_iommu) {
		*ret_why = WHY_NO_IOVA;
		ents = iommu_dma_map_sg(dev, r->sg, r->nents, r->dir, r->attrs);
	} else {
		if (arm_iommu_maps(dev))
			request_may_sleep(dev, GFP_KERNEL, "dma_map_sg()", r->site);
		ents = dev->dma_ops->map_sg(dev, r->sg, r->nents, r->dir, r->attrs);
	}
	if (WARN(ents <= 0 && !is_known_sg_error(ents), "%s: map_sg() returned %d",
		 dev_name(dev), ents))
		return -EIO;
	return ents;
}

static int map_sg_request(const struct sg_request *r)
{
	enum ledger_why why = WHY_NONE;
	int ents;

	if (is_bad_dir(r->dir) || lacks_mask(r->dev))
		return 0;
	ents = map_sg_checked(r, &why);
	if (ents > 0)
		note_mapped_sg(r, ents);
	else if (is_listening(r->dev))
		note_sg(r, LEDGER_MAP_REFUSED, NULL, 0, NULL, why);
	return ents;
}

unsigned int dma_map_sg_attrs(struct device *dev, struct scatterlist *sg, int nents,
			      enum dma_data_direction dir, unsigned long attrs)
{
	int ents = map_sg_request(&(struct sg_request){ dev, sg, nents, dir, attrs,
							__builtin_return_address(0) });

	return ents < 0 ? 0 : (unsigned int)ents;
}

int dma_map_sgtable(struct device *dev, struct sg_table *sgt, enum dma_data_direction dir,
		    unsigned long attrs)
{
	int ents;

	port_before_load(sgt, sizeof(*sgt));
	ents = map_sg_request(&(struct sg_request){ dev, sgt->sgl, (int)sgt->orig_nents, dir,
						    attrs, __builtin_return_address(0) });
	if (ents < 0)
		return ents;
	port_before_store(sgt, sizeof(*sgt));
	sgt->nents = (unsigned int)ents;
	return 0;
}

/* The ledger first: afterwards the entries may be anything. */
static void unmap_sg_request(const struct sg_request *r)
{
	struct device *dev = r->dev;

	if (is_bad_dir(r->dir))
		return;
	if (is_listening(dev)) {
		struct sg_request heard = with_sum(r);
		struct sg_cursor cursor = cursor_of(r);

		note_sg(&heard, LEDGER_UNMAP_SG, r->sg, 0, &cursor, WHY_NONE);
	}
	if (maps_direct(dev))
		dma_direct_unmap_sg(dev, r->sg, r->nents, r->dir, r->attrs);
	else if (dev->dma_iommu)
		iommu_dma_unmap_sg(dev, r->sg, r->nents, r->dir, r->attrs);
	else if (dev->dma_ops->unmap_sg)
		dev->dma_ops->unmap_sg(dev, r->sg, r->nents, r->dir, r->attrs);
}

void dma_unmap_sg_attrs(struct device *dev, struct scatterlist *sg, int nents,
			enum dma_data_direction dir, unsigned long attrs)
{
	unmap_sg_request(&(struct sg_request){ dev, sg, nents, dir, attrs,
					       __builtin_return_address(0) });
}

void dma_unmap_sgtable(struct device *dev, struct sg_table *sgt, enum dma_data_direction dir,
		       unsigned long attrs)
{
	port_before_load(sgt, sizeof(*sgt));
	unmap_sg_request(&(struct sg_request){ dev, sgt->sgl, (int)sgt->orig_nents, dir, attrs,
					       __builtin_return_address(0) });
}

/* ---- ownership ----------------------------------------------------------------------- */

/* One note for each entry, since the entries are what was mapped. */
static void note_sync_sg(const struct sg_request *r, enum ledger_kind kind)
{
	struct sg_request heard;
	struct sg_cursor cursor;
	struct scatterlist *sg;
	int i;

	if (!is_listening(r->dev))
		return;
	heard = with_sum(r);
	cursor = cursor_of(r);
	for_each_sg(r->sg, sg, r->nents, i) {
		if (!sg)
			return;
		note_sg(&heard, kind, sg, i, &cursor, WHY_NONE);
	}
}

static void sync_sg_for_cpu(const struct sg_request *r)
{
	struct device *dev = r->dev;

	if (is_bad_dir(r->dir))
		return;
	if (!dma_dev_need_sync(dev))
		;
	else if (maps_direct(dev))
		dma_direct_sync_sg_for_cpu(dev, r->sg, r->nents, r->dir);
	else if (dev->dma_iommu)
		iommu_dma_sync_sg_for_cpu(dev, r->sg, r->nents, r->dir);
	else if (dev->dma_ops->sync_sg_for_cpu)
		dev->dma_ops->sync_sg_for_cpu(dev, r->sg, r->nents, r->dir);
	note_sync_sg(r, LEDGER_SYNC_SG_FOR_CPU);
}

static void sync_sg_for_device(const struct sg_request *r)
{
	struct device *dev = r->dev;

	if (is_bad_dir(r->dir))
		return;
	if (!dma_dev_need_sync(dev))
		;
	else if (maps_direct(dev))
		dma_direct_sync_sg_for_device(dev, r->sg, r->nents, r->dir);
	else if (dev->dma_iommu)
		iommu_dma_sync_sg_for_device(dev, r->sg, r->nents, r->dir);
	else if (dev->dma_ops->sync_sg_for_device)
		dev->dma_ops->sync_sg_for_device(dev, r->sg, r->nents, r->dir);
	note_sync_sg(r, LEDGER_SYNC_SG_FOR_DEVICE);
}

void dma_sync_sg_for_cpu(struct device *dev, struct scatterlist *sg, int nelems,
			 enum dma_data_direction dir)
{
	sync_sg_for_cpu(&(struct sg_request){ dev, sg, nelems, dir, 0,
					      __builtin_return_address(0) });
}

void dma_sync_sg_for_device(struct device *dev, struct scatterlist *sg, int nelems,
			    enum dma_data_direction dir)
{
	sync_sg_for_device(&(struct sg_request){ dev, sg, nelems, dir, 0,
						 __builtin_return_address(0) });
}

void dma_sync_sgtable_for_cpu(struct device *dev, struct sg_table *sgt,
			      enum dma_data_direction dir)
{
	port_before_load(sgt, sizeof(*sgt));
	sync_sg_for_cpu(&(struct sg_request){ dev, sgt->sgl, (int)sgt->orig_nents, dir, 0,
					      __builtin_return_address(0) });
}

void dma_sync_sgtable_for_device(struct device *dev, struct sg_table *sgt,
				 enum dma_data_direction dir)
{
	port_before_load(sgt, sizeof(*sgt));
	sync_sg_for_device(&(struct sg_request){ dev, sgt->sgl, (int)sgt->orig_nents, dir, 0,
						 __builtin_return_address(0) });
}
