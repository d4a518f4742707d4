/* SPDX-License-Identifier: MIT */
/*
 * Registers that several drivers share: nodes that are compatible with "syscon".
 *
 * All who ask for a node get the same regmap (<linux/regmap.h>), made by the first. Where no
 * model stands behind the node's registers, there are plain ones from then on: each
 * keeps what was written.
 *
 * Context: process.
 * Return: the library's; an ERR_PTR(): -ENODEV: no such node; -EPROBE_DEFER: it is no
 * "syscon"; -ENOMEM: its registers cannot be mapped.
 *
 * Leaves out: reg-io-width other than 32 bits, hardware locks, clocks of the block.
 * Source: include/linux/mfd/syscon.h, drivers/mfd/syscon.c.
 */
#ifndef _ARMDMA_LINUX_MFD_SYSCON_H
#define _ARMDMA_LINUX_MFD_SYSCON_H

#include <linux/err.h>
#include <linux/regmap.h>

#ifdef __cplusplus
extern "C" {
#endif

struct device_node;

struct regmap *syscon_node_to_regmap(struct device_node *np);
/** The same, "syscon" or not. */
struct regmap *device_node_to_regmap(struct device_node *np);
struct regmap *syscon_regmap_lookup_by_compatible(const char *compatible);
/** @property: whose first cell leads there; NULL: @np itself */
struct regmap *syscon_regmap_lookup_by_phandle(struct device_node *np, const char *property);
/** And @arg_count cells that follow. */
struct regmap *syscon_regmap_lookup_by_phandle_args(struct device_node *np, const char *property,
						    int arg_count, unsigned int *out_args);
/** NULL where the property is missing. */
struct regmap *syscon_regmap_lookup_by_phandle_optional(struct device_node *np,
							const char *property);

#ifdef __cplusplus
}
#endif
#endif
