/* SPDX-License-Identifier: MIT */
/* What the sending driver and its hardware agree on. */
#ifndef EXAMPLES_TX_H
#define EXAMPLES_TX_H

#include <linux/dma-mapping.h>

struct frame {
	u16 length;
	u16 checksum;
	u8 payload[60];
};

/* Hands @frame to the hardware; its address for that goes to @ret_dma. */
int tx_send(struct device *dev, struct frame *frame, dma_addr_t *ret_dma);

/* The hardware is done with it. */
void tx_done(struct device *dev, dma_addr_t dma);

#endif
