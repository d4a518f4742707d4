/* SPDX-License-Identifier: MIT */
/* A driver that submits from its interrupt handler, as most of them do. */
#ifndef EXAMPLES_R4_DRIVER_H
#define EXAMPLES_R4_DRIVER_H

#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/spinlock.h>

#define BUFFER_LEN	2048

struct queue {
	struct device *dev;
	spinlock_t lock;
	dma_addr_t page, list, coherent;
};

/* Nothing of it may sleep: each 0 or -ENOMEM. */
int queue_submit_page(struct queue *q, void *buffer);
int queue_submit_list(struct queue *q, void *buffer);
int queue_alloc_descriptor(struct queue *q);

#endif
