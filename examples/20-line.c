/* SPDX-License-Identifier: MIT */
/* The shortest driver that goes wrong: it polls a buffer that is the device's. */
#include <stdio.h>
#include <armdma/harness.h>
#include <linux/dma-mapping.h>

static int has_arrived(const char *buf)
{
	return buf[0] != 0;
}

int main(void)
{
	struct harness *h = harness_start_or_exit(NULL);
	struct device *eth0 = harness_device(h, "eth0");
	char *buf = kzalloc(64, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(eth0, buf, 64, DMA_FROM_DEVICE);

	if (dma_mapping_error(eth0, dma) || has_arrived(buf))
		return 2;
	master_write(harness_master(eth0), dma, "packet", 6);	/* the hardware */
	puts(has_arrived(buf) ? "a packet" : "still no packet");
	dma_unmap_single(eth0, dma, 64, DMA_FROM_DEVICE);
	kfree(buf);
	return harness_finish(h);
}
