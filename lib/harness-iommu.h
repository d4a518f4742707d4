/* SPDX-License-Identifier: MIT */
/* The board's IOMMUs: models on the bus, their drivers, and the devices behind them. */
#ifndef LIB_HARNESS_IOMMU_H
#define LIB_HARNESS_IOMMU_H

#include <glib.h>
#include <stdbool.h>
#include <armdma/iommu-dma.h>

struct board_master;
struct device;
struct iommu_hw;
struct kernel;
struct machine;
struct master;

/* @hw: of each of board.iommus: its model, or NULL; @added: those that it has not */
struct harness_iommus {
	GPtrArray *hw;
	GArray *stands_in;		/* of bool */
	GPtrArray *added;		/* of struct added_iommu * */
};

/* Before boot: models of what is modelled; by @mode, or of everything, or nothing. */
void harness_iommus_attach(struct harness_iommus *i, struct machine *m, enum iommu_mode mode);
/* Their platform devices: what stands in for another kind is for its own driver alone. */
void harness_iommus_prepare(const struct harness_iommus *i, struct kernel *k);
/* A master of the board goes through them, if all that its streams need are there. */
void harness_iommus_connect(const struct harness_iommus *i, struct master *d,
			    const struct board_master *at);
/* @dev, which is at the bus and has no driver, goes through one that is added. */
int harness_iommus_add(struct harness_iommus *i, struct device *dev, struct device *like);
/* The drivers go; the models are the machine's. */
void harness_iommus_done(struct harness_iommus *i, struct kernel *k);

#endif
