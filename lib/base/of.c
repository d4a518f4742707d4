/* SPDX-License-Identifier: MIT */
/*
 * A node for every IOMMU and master of the board, in the board's order.
 *
 * Linux: drivers/of/base.c.
 */
#include <string.h>
#include <linux/of.h>

#include "../mm/kernel.h"
#include "of.h"

struct of_nodes {
	size_t nr;
	struct device_node node[];
};

static const struct board *board_of(const struct kernel *k)
{
	return machine_board(k->port.machine);
}

void of_init(struct kernel *k)
{
	const struct board *b = board_of(k);
	size_t nr = b->iommus->len + b->masters->len;
	struct of_nodes *nodes = g_malloc0(sizeof(*nodes) + nr * sizeof(nodes->node[0]));

	for (guint i = 0; i < b->iommus->len; i++) {
		const struct board_iommu *iommu = g_ptr_array_index(b->iommus, i);

		nodes->node[nodes->nr++] = (struct device_node){
			.full_name = iommu->path, .data = iommu, .is_iommu = true,
		};
	}
	for (guint i = 0; i < b->masters->len; i++) {
		const struct board_master *m = g_ptr_array_index(b->masters, i);

		nodes->node[nodes->nr++] = (struct device_node){
			.full_name = m->path, .data = m,
		};
	}
	k->of_nodes = nodes;
}

void of_done(struct kernel *k)
{
	g_free(k->of_nodes);
	k->of_nodes = NULL;
}

static struct device_node *find_data(struct kernel *k, const void *data)
{
	for (size_t i = 0; data && i < k->of_nodes->nr; i++) {
		if (k->of_nodes->node[i].data == data)
			return &k->of_nodes->node[i];
	}
	return NULL;
}

struct device_node *of_node_of_iommu(struct kernel *k, const struct board_iommu *iommu)
{
	return find_data(k, iommu);
}

struct device_node *of_node_of_master(struct kernel *k, const struct board_master *m)
{
	return find_data(k, m);
}

static const char *device_name(const struct device_node *np)
{
	return np->is_iommu ? ((const struct board_iommu *)np->data)->name :
			      ((const struct board_master *)np->data)->name;
}

bool of_device_is_available(const struct device_node *np)
{
	if (!np)
		return false;
	return np->is_iommu ? !((const struct board_iommu *)np->data)->is_disabled :
			      !((const struct board_master *)np->data)->is_disabled;
}

struct device_node *of_find_node_by_path(const char *path)
{
	struct kernel *k = kernel_current();

	for (size_t i = 0; k && i < k->of_nodes->nr; i++) {
		struct device_node *np = &k->of_nodes->node[i];

		if (!strcmp(np->full_name, path) || !strcmp(device_name(np), path))
			return np;
	}
	return NULL;
}
