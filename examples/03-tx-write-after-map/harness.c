/* SPDX-License-Identifier: MIT */
/* The harness: a machine, and hardware that looks at the frame it sends. */
#include <stdio.h>
#include <string.h>
#include <armdma/harness.h>
#include <linux/slab.h>

#include "tx.h"

static bool hardware_accepts(struct master *port, u64 dma)
{
	struct frame frame;
	u32 sum = 0;

	master_read(port, dma, &frame, sizeof(frame));
	for (unsigned int i = 0; i < sizeof(frame.payload); i++)
		sum += frame.payload[i];
	return frame.checksum == (u16)~sum;
}

int main(void)
{
	struct harness *h = harness_start_or_exit(NULL);
	dma_addr_t dma;
	struct device *eth0 = harness_device(h, "eth0");
	struct frame *frame = kzalloc(sizeof(*frame), GFP_KERNEL);

	frame->length = sizeof(frame->payload);
	memcpy(frame->payload, "hello, wire", 11);
	if (tx_send(eth0, frame, &dma))
		return 2;
	printf("the checksum on the wire is %s\n",
	       hardware_accepts(harness_master(eth0), dma) ? "right" : "wrong");
	tx_done(eth0, dma);
	kfree(frame);
	return harness_finish(h);
}
