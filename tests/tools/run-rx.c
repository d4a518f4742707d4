/* SPDX-License-Identifier: MIT */
/*
 * A driver that receives once. Its line is invalidated before the DMA; after it, too, if
 * RIGHT is defined. If LATE is, it looks before the DMA as well. What it does besides when
 * it sees old bytes: CRASHES, HANGS, FAILS.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <armdma/harness.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>

#define LEN	32

#ifdef RIGHT
#define HOW	0
#else
#define HOW	DMA_ATTR_SKIP_CPU_SYNC
#endif

static noinline int rx_look(const char *buf)
{
	return buf[0];
}

static noinline int rx_once(struct device *dev, char *buf)
{
	dma_addr_t dma = dma_map_single(dev, buf, LEN, DMA_FROM_DEVICE);

	if (dma_mapping_error(dev, dma))
		return -ENOMEM;
#ifdef LATE
	if (rx_look(buf))
		return 0;
#endif
	master_write(harness_master(dev), dma, "a packet of thirty-two bytes....", LEN);
	dma_unmap_single_attrs(dev, dma, LEN, DMA_FROM_DEVICE, HOW);
	return rx_look(buf);
}

static void goes_wrong(void)
{
#if defined(CRASHES)
	fputs("there is no packet\n", stderr);
	abort();
#elif defined(HANGS)
	for (volatile int i = 0;; i++)
		;
#elif defined(FAILS)
	exit(7);
#endif
}

int main(void)
{
	struct harness *h = harness_start_or_exit(NULL);
	struct device *eth0 = harness_device(h, "eth0");
	char *buf = kzalloc(LEN, GFP_KERNEL);
	bool is_right = rx_once(eth0, buf) == 'a';

	printf("%s\n", is_right ? "a packet" : "no packet");
	if (!is_right)
		goes_wrong();
	kfree(buf);
	return harness_finish(h);
}
