/* SPDX-License-Identifier: MIT */
/*
 * dmabounce: safe buffers, see <asm/dma-mapping.h>.
 *
 *	dma_map_page() --> safe buffer needed?  no --> direct
 *	                     `-- yes --> small pool / large pool / dma_alloc_coherent()
 *
 * A safe buffer is found again by the device address, so a sync of any part of it works.
 * Lists go an entry at a time, as all of Arm's did then.
 *
 * Leaves out: its counters in sysfs; highmem, which it refused.
 * Linux: arch/arm/common/dmabounce.c up to 5.19, from memory.
 */
#include <asm/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/list.h>

#include "dma.h"

#define TOO_BIG		(-E2BIG)

struct dmabounce_pool {
	unsigned long size;		/* 0: there is none */
	struct dma_pool *pool;
};

struct dmabounce_device_info {
	struct device *dev;
	struct list_head safe_buffers;
	struct dmabounce_pool small, large;
	spinlock_t lock;
	int (*needs_bounce)(struct device *dev, dma_addr_t dma, size_t size);
};

/**
 * struct safe_buffer - one mapping that bounces
 * @pool: NULL: it was allocated by itself
 */
struct safe_buffer {
	struct list_head node;
	void *ptr;
	size_t size;
	enum dma_data_direction dir;
	struct dmabounce_pool *pool;
	void *safe;
	dma_addr_t safe_dma;
};

/* ---- safe buffers --------------------------------------------------------------------- */

static struct dmabounce_pool *pool_for(struct dmabounce_device_info *info, size_t size)
{
	if (size <= info->small.size)
		return &info->small;
	return size <= info->large.size ? &info->large : NULL;
}

static bool get_memory(struct device *dev, struct safe_buffer *b)
{
	b->pool = pool_for(dev->dmabounce, b->size);
	b->safe = b->pool ? dma_pool_alloc(b->pool->pool, GFP_ATOMIC, &b->safe_dma)
			  : dma_alloc_coherent(dev, b->size, &b->safe_dma, GFP_ATOMIC);
	return b->safe;
}

static void put_memory(struct device *dev, struct safe_buffer *b)
{
	if (b->pool)
		dma_pool_free(b->pool->pool, b->safe, b->safe_dma);
	else
		dma_free_coherent(dev, b->size, b->safe, b->safe_dma);
}

static struct safe_buffer *new_safe_buffer(struct device *dev, void *ptr, size_t size,
					   enum dma_data_direction dir)
{
	struct dmabounce_device_info *info = dev->dmabounce;
	struct safe_buffer *b;

	if (kernel_fails(dev->kernel))
		return NULL;
	b = g_new0(struct safe_buffer, 1);
	b->ptr = ptr;
	b->size = size;
	b->dir = dir;
	if (!get_memory(dev, b)) {
		g_free(b);
		return NULL;
	}
	spin_lock(&info->lock);
	list_add(&b->node, &info->safe_buffers);
	spin_unlock(&info->lock);
	return b;
}

static void free_safe_buffer(struct device *dev, struct safe_buffer *b)
{
	struct dmabounce_device_info *info = dev->dmabounce;

	spin_lock(&info->lock);
	list_del(&b->node);
	spin_unlock(&info->lock);
	put_memory(dev, b);
	g_free(b);
}

/* The one that @dma lies in, or NULL: it was mapped directly. */
static struct safe_buffer *find_safe_buffer(struct device *dev, dma_addr_t dma)
{
	struct dmabounce_device_info *info = dev->dmabounce;
	struct safe_buffer *b, *found = NULL;

	spin_lock(&info->lock);
	list_for_each_entry(b, &info->safe_buffers, node) {
		if (dma - b->safe_dma < b->size) {
			found = b;
			break;
		}
	}
	spin_unlock(&info->lock);
	return found;
}

/* ---- one buffer ----------------------------------------------------------------------- */

/* 0, 1, or TOO_BIG. A mask of all bits limits nothing. */
static int needs_bounce(struct device *dev, dma_addr_t dma, size_t size)
{
	u64 mask = dev->dma_mask ? *dev->dma_mask : ~0ull;
	u64 limit = (mask + 1) & ~mask;

	if (limit && size > limit) {
		dev_err(dev, "DMA mapping too big (requested %#zx mask %#llx)\n", size,
			(unsigned long long)mask);
		return TOO_BIG;
	}
	if ((dma | (dma + size - 1)) & ~mask)
		return 1;
	return !!dev->dmabounce->needs_bounce(dev, dma, size);
}

static dma_addr_t map_bounced(struct device *dev, void *ptr, size_t size,
			      enum dma_data_direction dir, unsigned long attrs)
{
	struct safe_buffer *b = new_safe_buffer(dev, ptr, size, dir);

	if (!b) {
		dev_err(dev, "unable to map unsafe buffer of %zu bytes\n", size);
		return DMA_MAPPING_ERROR;
	}
	if (dir != DMA_FROM_DEVICE && !(attrs & DMA_ATTR_SKIP_CPU_SYNC))
		port_copy(b->safe, ptr, size);
	return b->safe_dma;
}

static dma_addr_t bounce_map_page(struct device *dev, struct page *page, unsigned long offset,
				  size_t size, enum dma_data_direction dir,
				  unsigned long attrs)
{
	dma_addr_t dma = phys_to_dma(dev, page_to_phys(page) + offset);
	int bounces = needs_bounce(dev, dma, size);

	if (bounces < 0)
		return DMA_MAPPING_ERROR;
	if (bounces && PageHighMem(page)) {
		dev_err(dev, "DMA buffer bouncing of HIGHMEM pages is not supported\n");
		return DMA_MAPPING_ERROR;
	}
	if (bounces)
		return map_bounced(dev, (char *)page_address(page) + offset, size, dir, attrs);
	return dma_direct_map_page(dev, page, offset, size, dir, attrs);
}

/*
 * What was copied out must not stay in the cache alone: it may be a page of a file that
 * user space sees at another address.
 */
static void copy_out(struct device *dev, const struct safe_buffer *b)
{
	port_copy(b->ptr, b->safe, b->size);
	dmac_flush_range(dev_port(dev), port_va(b->ptr), (u32)b->size);
}

static void bounce_unmap_page(struct device *dev, dma_addr_t dma, size_t size,
			      enum dma_data_direction dir, unsigned long attrs)
{
	struct safe_buffer *b = find_safe_buffer(dev, dma);

	if (!b)
		return dma_direct_unmap_page(dev, dma, size, dir, attrs);
	/* Linux has BUG_ON() for these. */
	WARN(b->size != size || b->dir != dir, "%s: unmapping %zu bytes, direction %d, of a safe "
	     "buffer of %zu bytes, direction %d", dev_name(dev), size, (int)dir, b->size,
	     (int)b->dir);
	if (b->dir != DMA_TO_DEVICE && !(attrs & DMA_ATTR_SKIP_CPU_SYNC))
		copy_out(dev, b);
	free_safe_buffer(dev, b);
}

/* ---- syncs ------------------------------------------------------------------------------ */

/* What of the safe buffer is asked for. Linux would copy past its end. */
static size_t part_of(struct device *dev, const struct safe_buffer *b, dma_addr_t dma,
		      size_t size)
{
	size_t room = b->size - (size_t)(dma - b->safe_dma);

	return WARN(size > room, "%s: syncing %zu bytes, %zu are left of the safe buffer",
		    dev_name(dev), size, room) ? room : size;
}

static void bounce_sync_for_cpu(struct device *dev, dma_addr_t dma, size_t size,
				enum dma_data_direction dir)
{
	const struct safe_buffer *b = find_safe_buffer(dev, dma);
	size_t at;

	if (!b)
		return dma_direct_sync_single_for_cpu(dev, dma, size, dir);
	at = (size_t)(dma - b->safe_dma);
	if (dir != DMA_TO_DEVICE)
		port_copy((char *)b->ptr + at, (char *)b->safe + at,
			  part_of(dev, b, dma, size));
}

static void bounce_sync_for_device(struct device *dev, dma_addr_t dma, size_t size,
				   enum dma_data_direction dir)
{
	const struct safe_buffer *b = find_safe_buffer(dev, dma);
	size_t at;

	if (!b)
		return dma_direct_sync_single_for_device(dev, dma, size, dir);
	at = (size_t)(dma - b->safe_dma);
	if (dir != DMA_FROM_DEVICE)
		port_copy((char *)b->safe + at, (char *)b->ptr + at,
			  part_of(dev, b, dma, size));
}

/* ---- lists -------------------------------------------------------------------------------- */

static void bounce_unmap_sg(struct device *dev, struct scatterlist *sgl, int nents,
			    enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	for_each_sg_there(sgl, sg, nents, i)
		bounce_unmap_page(dev, sg_dma_address(sg), sg_dma_len(sg), dir, attrs);
}

static int bounce_map_sg(struct device *dev, struct scatterlist *sgl, int nents,
			 enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i) {
		dma_addr_t dma;

		port_before_load(sg, sizeof(*sg));
		dma = bounce_map_page(dev, sg_page(sg), sg->offset, sg->length, dir, attrs);
		if (dma == DMA_MAPPING_ERROR) {
			bounce_unmap_sg(dev, sgl, i, dir, attrs | DMA_ATTR_SKIP_CPU_SYNC);
			return -EIO;
		}
		port_before_store(sg, sizeof(*sg));
		sg->dma_address = dma;
		sg_dma_len(sg) = sg->length;
	}
	return nents;
}

static void bounce_sync_sg_for_cpu(struct device *dev, struct scatterlist *sgl, int nents,
				   enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	for_each_sg_there(sgl, sg, nents, i)
		bounce_sync_for_cpu(dev, sg_dma_address(sg), sg->length, dir);
}

static void bounce_sync_sg_for_device(struct device *dev, struct scatterlist *sgl, int nents,
				      enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	for_each_sg_there(sgl, sg, nents, i)
		bounce_sync_for_device(dev, sg_dma_address(sg), sg->length, dir);
}

/* ---- registration --------------------------------------------------------------------------- */

/* It was written to mean "done", when masks were set here; 0 came to mean "not supported". */
static int bounce_supported(struct device *dev, u64 mask)
{
	return 0;
}

static const struct dma_map_ops dmabounce_ops = {
	.alloc = dma_direct_alloc, .free = dma_direct_free,
	.map_page = bounce_map_page, .unmap_page = bounce_unmap_page,
	.map_sg = bounce_map_sg, .unmap_sg = bounce_unmap_sg,
	.sync_single_for_cpu = bounce_sync_for_cpu,
	.sync_single_for_device = bounce_sync_for_device,
	.sync_sg_for_cpu = bounce_sync_sg_for_cpu,
	.sync_sg_for_device = bounce_sync_sg_for_device,
	.dma_supported = bounce_supported,
};

static bool make_pool(struct device *dev, struct dmabounce_pool *p, const char *name,
		      unsigned long size)
{
	p->size = size;
	p->pool = size ? dma_pool_create(name, dev, size, 0, 0) : NULL;
	return !size || p->pool;
}

static void free_info(struct dmabounce_device_info *info)
{
	dma_pool_destroy(info->small.pool);
	dma_pool_destroy(info->large.pool);
	g_free(info);
}

int dmabounce_register_dev(struct device *dev, unsigned long small_buffer_size,
			   unsigned long large_buffer_size,
			   int (*needs_bounce_fn)(struct device *, dma_addr_t, size_t))
{
	struct dmabounce_device_info *info;

	if (kernel_fails(dev->kernel))
		return -ENOMEM;
	info = g_new0(struct dmabounce_device_info, 1);
	info->dev = dev;
	info->needs_bounce = needs_bounce_fn;
	INIT_LIST_HEAD(&info->safe_buffers);
	if (!make_pool(dev, &info->small, "small_dmabounce_pool", small_buffer_size) ||
	    !make_pool(dev, &info->large, "large_dmabounce_pool", large_buffer_size)) {
		dev_err(dev, "dmabounce: could not allocate its pools\n");
		free_info(info);
		return -ENOMEM;
	}
	dev->dmabounce = info;
	set_dma_ops(dev, &dmabounce_ops);
	dma_reset_need_sync(dev);
	return 0;
}

static void drop_pending(struct dmabounce_device_info *info)
{
	struct safe_buffer *b, *next;

	if (list_empty(&info->safe_buffers))
		return;
	dev_err(info->dev, "Removing from dmabounce with pending buffers!\n");
	list_for_each_entry_safe(b, next, &info->safe_buffers, node)
		free_safe_buffer(info->dev, b);
}

void dmabounce_unregister_dev(struct device *dev)
{
	struct dmabounce_device_info *info = dev->dmabounce;

	if (!info) {
		dev_warn(dev, "Never registered with dmabounce but attempting to unregister!\n");
		return;
	}
	drop_pending(info);
	free_info(info);	/* while those are there that its pools came from */
	set_dma_ops(dev, NULL);
	dev->dmabounce = NULL;
	arch_setup_dma_ops(dev, dev_is_dma_coherent(dev));
}
