/* SPDX-License-Identifier: MIT */
/* Knobs that come from outside: a board's tree, or harness_start(). */
#ifndef SIM_IOMMU_KNOBS_H
#define SIM_IOMMU_KNOBS_H

#include <glib.h>
#include <armdma/iommu-knobs.h>

/*
 * What no IOMMU can be like, by the names of the tree's properties, as the end of a
 * sentence; yours to g_free(). NULL: all of it makes sense.
 */
char *iommu_hw_knobs_fault(const struct iommu_hw_knobs *k);

#endif
