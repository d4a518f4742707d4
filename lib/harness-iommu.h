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
struct iommu_hw_knobs;
struct kernel;
struct machine;
struct master;

/*
 * @units: of each of board.iommus, the models at its registers: a GPtrArray of struct
 * iommu_hw *, empty if it has none; @added: those that the board has not
 */
struct harness_iommus {
	GPtrArray *units;
	GArray *stands_in;		/* of bool */
	GPtrArray *added;		/* of struct added_iommu * */
};

/*
 * Before boot: models of what is modelled; by @mode, or of everything, or nothing. False:
 * @knobs make no sense.
 */
bool harness_iommus_attach(struct harness_iommus *i, struct machine *m, enum iommu_mode mode,
			   const struct iommu_hw_knobs *knobs, GError **error);
/* The first of board.iommus[@iommu]; NULL: it has none. */
struct iommu_hw *harness_iommus_hw(const struct harness_iommus *i, guint iommu);
/* Their platform devices: what stands in for another kind is for its own driver alone. */
void harness_iommus_prepare(const struct harness_iommus *i, struct kernel *k);
/* Drivers have come or gone: what has none is bypassed. */
void harness_iommus_settle(const struct harness_iommus *i, struct kernel *k);
/* A master of the board goes through them, if all that its streams need are there. */
void harness_iommus_connect(const struct harness_iommus *i, struct master *d,
			    const struct board_master *at);
/* @dev, which is at the bus and has no driver, goes through one that is added. */
int harness_iommus_add(struct harness_iommus *i, struct device *dev, struct device *like);
/* The drivers go; the models are the machine's. */
void harness_iommus_done(struct harness_iommus *i, struct kernel *k);

#endif
