/* SPDX-License-Identifier: MIT */
/*
 * Reserved memory and the devices that it is for.
 *
 * Linux: drivers/of/of_reserved_mem.c, and the device_init functions in
 * kernel/dma/{coherent,contiguous,swiotlb}.c.
 */
#include <linux/of.h>
#include <linux/of_reserved_mem.h>

#include "dma.h"

/* What the board says of the master that @np is; NULL: it is none. */
static const struct board_master *master_of(const struct device_node *np)
{
	return np->is_iommu ? NULL : np->data;
}

static const struct board_reserved *entry(const struct kernel *k, const struct device_node *np,
					  int idx)
{
	const struct board *b = machine_board(k->port.machine);
	const struct board_master *m = master_of(np);
	const GArray *regions = m ? m->regions : NULL;
	unsigned at;

	if (!regions || idx < 0 || (guint)idx >= regions->len)
		return NULL;
	at = g_array_index(regions, unsigned, idx);
	return at == BOARD_NO_REGION ? NULL : g_ptr_array_index(b->reserved, at);
}

static int attach(struct device *dev, struct reserved_region *r)
{
	switch (r->use) {
	case REGION_COHERENT:
		/* A device of the board has it from the start; its driver may ask again. */
		return dev->dma_mem && dev->dma_mem == r->mem ? 0 : coherent_bind_region(dev, r);
	case REGION_RESTRICTED:
		return restricted_attach(dev, r->pa, r->len);
	case REGION_CMA:
		dev->cma_area = cma_at(dev->kernel, r->pa);
		return 0;
	default:
		return -EINVAL;
	}
}

int of_reserved_mem_device_init_by_idx(struct device *dev, struct device_node *np, int idx)
{
	const struct board_reserved *node;
	struct reserved_region *r;
	int ret;

	if (!dev || !np)
		return -EINVAL;
	node = entry(dev->kernel, np, idx);
	if (!node)
		return -ENODEV;
	if (node->is_disabled)
		return 0;
	r = reserved_of(dev->kernel, node);
	ret = r ? attach(dev, r) : -EINVAL;
	if (!ret)
		dev_info(dev, "assigned reserved memory node %s\n", node->name);
	return ret;
}

void of_reserved_mem_device_release(struct device *dev)
{
	dev->cma_area = NULL;
	dma_release_coherent_memory(dev);
	restricted_detach(dev);
}
