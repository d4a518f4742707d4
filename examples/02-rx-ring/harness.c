/* SPDX-License-Identifier: MIT */
/*
 * The harness: starts a machine, plays the hardware of the NIC, and is the network
 * stack that looks at what the driver received.
 */
#include <stdio.h>
#include <string.h>
#include <armdma/harness.h>

#include "nic.h"

#define NR_FRAMES	6	/* more than the ring holds: buffers are used again */
#define FRAME_BYTES	64

static unsigned int nr_received, nr_wrong;

/* Frame @n as it was on the wire. */
static void make_frame(unsigned int n, char *ret_frame)
{
	memset(ret_frame, 'a' + n, FRAME_BYTES);
	snprintf(ret_frame, FRAME_BYTES, "frame %u", n);
}

void netif_receive(const void *frame, size_t len)
{
	char expected[FRAME_BYTES];

	make_frame(nr_received, expected);
	if (len != FRAME_BYTES || memcmp(frame, expected, FRAME_BYTES))
		nr_wrong++;
	nr_received++;
}

/* The hardware: a frame arrives, and goes where descriptor @i says. */
static void hardware_receives(struct master *port, dma_addr_t ring, unsigned int i,
			      unsigned int n)
{
	u64 at = ring + i * sizeof(struct nic_desc);
	struct nic_desc desc;
	char frame[FRAME_BYTES];

	master_read(port, at, &desc, sizeof(desc));
	if (!(desc.status & NIC_OWN))
		return;			/* no descriptor is ours: the frame is lost */
	make_frame(n, frame);
	master_write(port, desc.buffer, frame, sizeof(frame));
	desc.status = sizeof(frame);
	master_write(port, at, &desc.status, sizeof(desc.status));
}

int main(void)
{
	struct harness *h = harness_start_or_exit(NULL);
	struct nic nic;
	struct device *eth0 = harness_device(h, "eth0");

	if (nic_open(&nic, eth0))
		return 2;
	for (unsigned int n = 0; n < NR_FRAMES; n++) {
		hardware_receives(harness_master(eth0), nic.ring_dma, n % NIC_RING_SIZE, n);
		nic_poll(&nic, NIC_RING_SIZE);
	}
	nic_stop(&nic);
	printf("%u frames sent, %u received, %u of them wrong\n", NR_FRAMES, nr_received,
	       nr_wrong);
	return harness_finish(h);
}
