/* SPDX-License-Identifier: MIT */
/*
 * The driver: a command and its data go to a controller with few slots. Nothing in
 * this file knows of armdma.
 *
 * When the controller is full, both mappings have to be undone. Without -DFIXED one
 * is forgotten, on the path that no test on the desk takes.
 */
#include <linux/errno.h>

#include "ctrl.h"

int ctrl_submit(struct ctrl *ctrl, struct request *rq)
{
	rq->cmd_dma = dma_map_single(ctrl->dev, rq->cmd, CTRL_CMD_SIZE, DMA_TO_DEVICE);
	if (dma_mapping_error(ctrl->dev, rq->cmd_dma))
		return -ENOMEM;
	rq->data_dma = dma_map_single(ctrl->dev, rq->data, CTRL_DATA_SIZE, DMA_FROM_DEVICE);
	if (dma_mapping_error(ctrl->dev, rq->data_dma))
		goto unmap_cmd;
	if (ctrl->nr_busy == CTRL_SLOTS)
		goto unmap_data;
	ctrl->nr_busy++;
	return 0;

unmap_data:
#ifdef FIXED
	dma_unmap_single(ctrl->dev, rq->data_dma, CTRL_DATA_SIZE, DMA_FROM_DEVICE);
#endif
unmap_cmd:
	dma_unmap_single(ctrl->dev, rq->cmd_dma, CTRL_CMD_SIZE, DMA_TO_DEVICE);
	return -EBUSY;
}

void ctrl_complete(struct ctrl *ctrl, struct request *rq)
{
	dma_unmap_single(ctrl->dev, rq->data_dma, CTRL_DATA_SIZE, DMA_FROM_DEVICE);
	dma_unmap_single(ctrl->dev, rq->cmd_dma, CTRL_CMD_SIZE, DMA_TO_DEVICE);
	ctrl->nr_busy--;
}
