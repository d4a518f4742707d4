/* SPDX-License-Identifier: MIT */
/*
 * Nodes of the board's device tree, for those who have to name one: an IOMMU's
 * ->of_xlate, a device that shares another's reserved memory. Devices of the harness
 * that the board knows have one in dev->of_node.
 *
 * Nodes live as long as the machine. There is one of every IOMMU and every master.
 *
 * Leaves out: properties (the library reads the tree, see <armdma/board.h>), walking
 * the tree, changing it.
 * Source: include/linux/of.h.
 */
#ifndef _ARMDMA_LINUX_OF_H
#define _ARMDMA_LINUX_OF_H

#include <linux/container_of.h>
#include <linux/fwnode.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct device_node - one node
 * @full_name: its path: "/soc/iommu@13620000"
 * @fwnode:    its identity
 * @data:      what the board says of it: struct board_master or board_iommu
 * @is_iommu:  which of the two
 */
struct device_node {
	const char *full_name;
	struct fwnode_handle fwnode;
	const void *data;
	bool is_iommu;
};

#define MAX_PHANDLE_ARGS	16

/** struct of_phandle_args - a reference to a node, and the numbers that come with it */
struct of_phandle_args {
	struct device_node *np;
	int args_count;
	uint32_t args[MAX_PHANDLE_ARGS];
};

/** NULL of NULL, both ways. */
static inline struct fwnode_handle *of_fwnode_handle(struct device_node *np)
{
	return np ? &np->fwnode : NULL;
}

/** Counted in Linux; here nodes stay. */
static inline struct device_node *of_node_get(struct device_node *np)
{
	return np;
}

static inline void of_node_put(struct device_node *np)
{
	(void)np;
}

/** Is its status other than "disabled"? NULL is not. */
bool of_device_is_available(const struct device_node *np);

/** The node of the machine that runs whose path or Linux name is @path; NULL: none. */
struct device_node *of_find_node_by_path(const char *path);

#ifdef __cplusplus
}
#endif
#endif
