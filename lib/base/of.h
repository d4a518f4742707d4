/* SPDX-License-Identifier: MIT */
/* For who makes devices of a board: the harness. */
#ifndef LIB_BASE_OF_H
#define LIB_BASE_OF_H

#include <linux/of.h>

struct board_iommu;
struct board_master;
struct kernel;

void of_init(struct kernel *k);
void of_done(struct kernel *k);
/* The node of one of the board's own; NULL of NULL. */
struct device_node *of_node_of_iommu(struct kernel *k, const struct board_iommu *iommu);
struct device_node *of_node_of_master(struct kernel *k, const struct board_master *m);
/* What the board calls @np's device; NULL: the board does not know it. */
const char *of_board_name(const struct device_node *np);

#endif
