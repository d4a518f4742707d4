/* SPDX-License-Identifier: MIT */
/*
 * A small network interface: what its driver and its hardware agree on.
 *
 *	ring: NIC_RING_SIZE descriptors in coherent memory
 *	      | status | buffer | --> one receive buffer each, mapped for streaming
 *
 * The device fills the buffer of a descriptor that it owns, stores the length, and
 * hands the descriptor over by clearing NIC_OWN.
 */
#ifndef EXAMPLES_NIC_H
#define EXAMPLES_NIC_H

#include <linux/dma-mapping.h>

#define NIC_RING_SIZE	4
#define NIC_BUF_SIZE	1536

#define NIC_OWN		0x80000000u	/* the device's to fill */
#define NIC_LEN_MASK	0x0000ffffu

struct nic_desc {
	u32 status;
	u32 buffer;			/* device address */
};

struct nic {
	struct device *dev;
	struct nic_desc *ring;
	dma_addr_t ring_dma;
	unsigned int next;		/* descriptor that completes next */
	void *buf[NIC_RING_SIZE];
	dma_addr_t buf_dma[NIC_RING_SIZE];
};

int nic_open(struct nic *nic, struct device *dev);
int nic_poll(struct nic *nic, int budget);
void nic_stop(struct nic *nic);

/* The network stack: a received frame goes up. */
void netif_receive(const void *frame, size_t len);

#endif
