/* SPDX-License-Identifier: MIT */
/*
 * The readers: each fills its part of a board from a tree.
 *
 *   fdt --+--> read_cpus()     parts.c knows what the tree leaves out
 *         +--> read_outer()
 *         +--> read_memory()
 *         +--> read_iommus() --> read_masters()
 *
 * Each returns false with @error when the tree says something impossible.
 */
#ifndef SIM_BOARD_READ_H
#define SIM_BOARD_READ_H

#include "fdt.h"

bool read_cpus(struct board *b, const struct fdt *f, GError **error);
bool read_outer(struct board *b, const struct fdt *f, GError **error);
bool read_memory(struct board *b, const struct fdt *f, GError **error);
bool read_iommus(struct board *b, const struct fdt *f, GError **error);
bool read_masters(struct board *b, const struct fdt *f, GError **error);

/* The rest of reading the second level, when either of them changed: cpus.c. */
void outer_meet_cpus(struct board *b);
bool outer_is_possible(const struct board_outer *o);

void board_cpu_free(struct board_cpu *c);
void board_iommu_free(struct board_iommu *i);
void board_master_free(struct board_master *m);

#endif
