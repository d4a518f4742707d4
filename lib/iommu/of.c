/* SPDX-License-Identifier: MIT */
/*
 * What the board's tree says of a device's IOMMUs, told to their drivers.
 *
 *	iommus = <&mmu 4>    board_stream    of_phandle_args    ops->of_xlate    fwspec.ids
 *
 * Linux: drivers/iommu/of_iommu.c.
 */
#include <linux/of_iommu.h>
#include <linux/of_platform.h>
#include <linux/platform_device.h>

#include "../base/of.h"
#include "core.h"

static const struct board_master *master_of(const struct device_node *np)
{
	return np && !np->is_iommu ? np->data : NULL;
}

static const struct board *board_of(const struct device *dev)
{
	return machine_board(dev->kernel->port.machine);
}

static struct device_node *iommu_node(struct device *dev, unsigned idx)
{
	return of_node_of_iommu(dev->kernel, g_ptr_array_index(board_of(dev)->iommus, idx));
}

void *core_node_drvdata(struct device_node *np)
{
	struct platform_device *pdev = of_find_device_by_node(np);
	void *data = pdev ? platform_get_drvdata(pdev) : NULL;

	platform_device_put(pdev);
	return data;
}

static int xlate(struct device *dev, const struct of_phandle_args *args)
{
	const struct iommu_ops *ops;
	int ret;

	if (!of_device_is_available(args->np))
		return -ENODEV;
	ret = iommu_fwspec_init(dev, of_fwnode_handle(args->np));
	if (ret)
		return ret;
	ops = iommu_ops_from_fwnode(dev->kernel, of_fwnode_handle(args->np));
	if (ops->of_xlate)
		return ops->of_xlate(dev, args);
	return dev->kernel->config.is_repaired ? 0 : -ENODEV;
}

static int xlate_stream(struct device *dev, const struct board_stream *s)
{
	struct of_phandle_args args = {
		.np = iommu_node(dev, s->iommu), .args_count = s->nr_cells,
	};

	for (unsigned i = 0; i < s->nr_cells; i++)
		args.args[i] = s->cells[i];
	return xlate(dev, &args);
}

static int xlate_streams(struct device *dev, const struct board_master *m)
{
	int ret = -ENODEV;

	for (guint i = 0; i < m->streams->len; i++) {
		ret = xlate_stream(dev, &g_array_index(m->streams, struct board_stream, i));
		if (ret)
			break;
	}
	return ret;
}

static int xlate_requester(struct device *dev, const struct board_master *m, u32 id)
{
	struct of_phandle_args args = { .args_count = 1 };
	int iommu = board_map_requester(m, id, &args.args[0]);

	if (iommu < 0)
		return -ENODEV;
	args.np = iommu_node(dev, (unsigned)iommu);
	return xlate(dev, &args);
}

int of_iommu_configure(struct device *dev, struct device_node *master_np, const u32 *id)
{
	const struct board_master *m = master_of(master_np);
	struct iommu_core *core = dev->kernel->iommu;
	bool was_known;
	int ret;

	if (!m)
		return -ENODEV;
	mutex_lock(&core->probe_lock);
	if (dev_iommu_fwspec_get(dev)) {
		mutex_unlock(&core->probe_lock);
		return 0;
	}
	was_known = dev->iommu;
	ret = id ? xlate_requester(dev, m, *id) : xlate_streams(dev, m);
	if (ret && was_known)
		iommu_fwspec_free(dev);
	else if (ret && dev->iommu)
		dev_iommu_free(dev);
	mutex_unlock(&core->probe_lock);
	return ret ? ret : iommu_probe_device(dev);
}

/* ---- reserved IOVAs --------------------------------------------------------------------- */

/* Where the bus puts it; false: nowhere. */
static bool to_bus(const struct board_master *m, u64 *iova)
{
	for (guint i = 0; i < m->ranges->len; i++) {
		const struct board_range *r = &g_array_index(m->ranges, struct board_range, i);

		if (*iova - r->dma < r->len) {
			*iova += r->pa - r->dma;
			return true;
		}
	}
	return !m->ranges->len;
}

/* Linux calls it reserved, and says so, where IOVA and memory are not the same. */
static enum iommu_resv_type type_of(struct device *dev, const struct board_reserved *r, u64 iova,
				    u64 len)
{
	const struct board_bank *place;

	if (!r->places->len)
		return IOMMU_RESV_RESERVED;
	place = &g_array_index(r->places, struct board_bank, 0);
	if (place->pa == iova && place->len == len)
		return IOMMU_RESV_DIRECT;
	dev_warn(dev, "%s: IOVAs 0x%llx+0x%llx are not where its memory is: reserved only\n",
		 r->name, (unsigned long long)iova, (unsigned long long)len);
	return IOMMU_RESV_RESERVED;
}

static void add_iova(struct device *dev, const struct board_master *m, const struct board_iova *e,
		     struct list_head *list)
{
	const struct board_reserved *r = g_ptr_array_index(board_of(dev)->reserved, e->region);
	int prot = IOMMU_READ | IOMMU_WRITE | (m->is_coherent ? IOMMU_CACHE : 0);
	struct iommu_resv_region *region;
	u64 iova = e->iova;

	if (!e->len || !to_bus(m, &iova)) {
		dev_warn(dev, "%s: IOVAs 0x%llx+0x%llx cannot be reserved\n", r->name,
			 (unsigned long long)e->iova, (unsigned long long)e->len);
		return;
	}
	region = iommu_alloc_resv_region(iova, e->len, prot, type_of(dev, r, iova, e->len),
					 GFP_KERNEL);
	if (region)
		list_add_tail(&region->list, list);
}

void of_iommu_get_resv_regions(struct device *dev, struct list_head *list)
{
	const struct board_master *m = master_of(dev->of_node);

	for (guint i = 0; m && i < m->iovas->len; i++)
		add_iova(dev, m, &g_array_index(m->iovas, struct board_iova, i), list);
}

void iommu_dma_get_resv_regions(struct device *dev, struct list_head *list)
{
	of_iommu_get_resv_regions(dev, list);
}
