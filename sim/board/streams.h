/* SPDX-License-Identifier: MIT */
/* Which IOMMUs a master is behind, and how it shows itself to them. */
#ifndef SIM_BOARD_STREAMS_H
#define SIM_BOARD_STREAMS_H

#include "fdt.h"

/* From a node to its index in board.iommus. */
struct iommu_finder;
typedef struct iommu_finder iommu_finder;
struct iommu_finder *iommu_finder_new(const struct fdt *f);
void iommu_finder_free(struct iommu_finder *f);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(iommu_finder, iommu_finder_free)

/* iommus and iommu-map of @n, into all of @m that speaks of IOMMUs. */
bool read_streams(const struct iommu_finder *f, struct board_master *m,
		  const struct fdt_node *n, GError **error);
/* iommu-addresses of its memory-region, into @m->iovas. */
bool read_iovas(const struct board *b, struct board_master *m, const struct fdt_node *n,
		GError **error);
/* What either made. */
void free_streams(struct board_master *m);

#endif
