/* SPDX-License-Identifier: MIT */
/*
 * The firmware node of a device.
 *
 * Leaves out: properties: the library reads the tree, see <armdma/board.h>.
 * Source: include/linux/property.h.
 */
#ifndef _ARMDMA_LINUX_PROPERTY_H
#define _ARMDMA_LINUX_PROPERTY_H

#include <linux/device.h>
#include <linux/of.h>

/** NULL: it has none. */
static inline struct fwnode_handle *dev_fwnode(const struct device *dev)
{
	return dev->of_node ? of_fwnode_handle(dev->of_node) : dev->fwnode;
}

#endif
