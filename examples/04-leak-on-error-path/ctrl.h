/* SPDX-License-Identifier: MIT */
/* A controller with CTRL_SLOTS slots for commands. */
#ifndef EXAMPLES_CTRL_H
#define EXAMPLES_CTRL_H

#include <linux/dma-mapping.h>

#define CTRL_SLOTS	2
#define CTRL_CMD_SIZE	64
#define CTRL_DATA_SIZE	512

struct ctrl {
	struct device *dev;
	unsigned int nr_busy;
};

struct request {
	void *cmd, *data;
	dma_addr_t cmd_dma, data_dma;
};

/* Returns 0, or -EBUSY: try again when one has completed. */
int ctrl_submit(struct ctrl *ctrl, struct request *rq);
void ctrl_complete(struct ctrl *ctrl, struct request *rq);

#endif
