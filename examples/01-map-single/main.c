/* SPDX-License-Identifier: MIT */
/*
 * One buffer to a device and one back, with every step in its place.
 *
 * Expected verdict: clean. Nothing here is special to armdma but the parts that
 * start the machine and play the device; leave out any dma_*() line, and the
 * report says which.
 */
#include <stdio.h>
#include <string.h>
#include <armdma/harness.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>

static const char question[] = "what is at sector 7?";

/* The device: reads a question where it is told, answers in capital letters. */
static void device_answers(struct master *port, u64 from, u64 to, size_t len)
{
	char text[64];

	master_read(port, from, text, len);
	for (size_t i = 0; i < len; i++) {
		if (text[i] >= 'a' && text[i] <= 'z')
			text[i] += 'A' - 'a';
	}
	master_write(port, to, text, len);
}

/* The driver's part. */
static int ask(struct device *dev, char *request, char *reply, size_t len)
{
	dma_addr_t request_dma, reply_dma;

	memcpy(request, question, len);			/* the CPU's turn */

	request_dma = dma_map_single(dev, request, len, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, request_dma))
		return -ENOMEM;
	reply_dma = dma_map_single(dev, reply, len, DMA_FROM_DEVICE);
	if (dma_mapping_error(dev, reply_dma)) {
		dma_unmap_single(dev, request_dma, len, DMA_TO_DEVICE);
		return -ENOMEM;
	}

	device_answers(harness_master(dev), request_dma, reply_dma, len);

	dma_unmap_single(dev, reply_dma, len, DMA_FROM_DEVICE);
	dma_unmap_single(dev, request_dma, len, DMA_TO_DEVICE);
	return strcmp(reply, "WHAT IS AT SECTOR 7?") ? -EIO : 0;
}

int main(void)
{
	struct harness *h = harness_start_or_exit(NULL);
	struct device *disk = harness_device(h, "disk0");
	/* Buffers of their own: kmalloc() never puts two into one cache line. */
	char *request = kmalloc(sizeof(question), GFP_KERNEL);
	char *reply = kmalloc(sizeof(question), GFP_KERNEL);
	int err = ask(disk, request, reply, sizeof(question));

	printf("the device answered: %s\n", err ? "nothing useful" : "as it should");
	kfree(reply);
	kfree(request);
	return harness_finish(h);
}
