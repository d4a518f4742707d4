/* SPDX-License-Identifier: MIT */
/*
 * What firmware says of a device, by its identity alone: two handles are the same node
 * or they are not. A test that has no device tree may declare handles of its own.
 *
 * Leaves out: operations (there is one kind of firmware; @ops tells its nodes from others),
 * reference counts (nodes live as long as their board), links between suppliers and
 * consumers.
 * Source: include/linux/fwnode.h.
 */
#ifndef _ARMDMA_LINUX_FWNODE_H
#define _ARMDMA_LINUX_FWNODE_H

struct device;
struct fwnode_operations;

/** @ops: of the kind of firmware, or NULL; @dev: the device that was made of it, or NULL */
struct fwnode_handle {
	const struct fwnode_operations *ops;
	struct device *dev;
};

#endif
