/* SPDX-License-Identifier: MIT */
/*
 * Platform devices of nodes. The harness has made one of every available node of a bus
 * that memory-mapped devices are on, so populating a bus finds its work done.
 *
 * Source: include/linux/of_platform.h.
 */
#ifndef _ARMDMA_LINUX_OF_PLATFORM_H
#define _ARMDMA_LINUX_OF_PLATFORM_H

#include <linux/mod_devicetable.h>
#include <linux/of.h>
#include <linux/platform_device.h>

#ifdef __cplusplus
extern "C" {
#endif

struct of_dev_auxdata;

/** The device of @np, held: yours to platform_device_put(); NULL: it has none. */
struct platform_device *of_find_device_by_node(struct device_node *np);

static inline int of_platform_populate(struct device_node *root,
				       const struct of_device_id *matches,
				       const struct of_dev_auxdata *lookup,
				       struct device *parent)
{
	(void)root;
	(void)matches;
	(void)lookup;
	(void)parent;
	return 0;
}

static inline int of_platform_default_populate(struct device_node *root,
					       const struct of_dev_auxdata *lookup,
					       struct device *parent)
{
	return of_platform_populate(root, NULL, lookup, parent);
}

static inline int devm_of_platform_populate(struct device *dev)
{
	return of_platform_populate(NULL, NULL, NULL, dev);
}

static inline void of_platform_depopulate(struct device *parent)
{
	(void)parent;
}

#ifdef __cplusplus
}
#endif
#endif
