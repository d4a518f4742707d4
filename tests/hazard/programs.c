/* SPDX-License-Identifier: MIT */
/*
 * Driver code, wrong and right. Each part between "program" and "end" is shown in
 * docs/hazards.md as it stands; what a report blames is a function of its own.
 */
#include "programs.h"
#include "verbs.h"

#define RX 256
#define guilty static noinline

/* Compilers may merge functions with equal bodies; a report needs their names. */
#define APART(n) __asm__ volatile("# " #n)

guilty dma_addr_t rx_map(struct device *eth, u8 *buf)
{
	dma_addr_t dma = dma_map_single(eth, buf, RX, DMA_FROM_DEVICE);

	WARN_ON(dma_mapping_error(eth, dma));
	return dma;
}

guilty dma_addr_t tx_map(struct device *eth, u8 *buf)
{
	dma_addr_t dma = dma_map_single(eth, buf, RX, DMA_TO_DEVICE);

	WARN_ON(dma_mapping_error(eth, dma));
	return dma;
}

/* ---- program cpu-read-stale wrong */
guilty u8 rx_poll_unsynced(u8 *buf)
{
	return cpu_reads(buf);		/* the line that the first look brought in */
}

guilty void rx_two_packets_wrong(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_map(eth, buf);

	device_writes(eth, dma, 0x11, RX);
	dma_sync_single_for_cpu(eth, dma, RX, DMA_FROM_DEVICE);
	cpu_reads(buf);

	device_writes(eth, dma, 0x22, RX);
	rx_poll_unsynced(buf);

	dma_unmap_single(eth, dma, RX, DMA_FROM_DEVICE);
	kfree(buf);
}
/* ---- end */

/* ---- program cpu-read-stale right */
guilty void rx_two_packets(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_map(eth, buf);

	device_writes(eth, dma, 0x11, RX);
	dma_sync_single_for_cpu(eth, dma, RX, DMA_FROM_DEVICE);
	cpu_reads(buf);
	dma_sync_single_for_device(eth, dma, RX, DMA_FROM_DEVICE);

	device_writes(eth, dma, 0x22, RX);
	dma_sync_single_for_cpu(eth, dma, RX, DMA_FROM_DEVICE);
	cpu_reads(buf);

	dma_unmap_single(eth, dma, RX, DMA_FROM_DEVICE);
	kfree(buf);
}
/* ---- end */

/* ---- program device-read-stale wrong */
guilty void tx_send_unsynced(struct device *eth, u8 *buf)
{
	dma_addr_t dma = dma_map_single_attrs(eth, buf, RX, DMA_TO_DEVICE,
					      DMA_ATTR_SKIP_CPU_SYNC);

	WARN_ON(dma_mapping_error(eth, dma));
	device_reads(eth, dma, RX);	/* whatever memory held before */
	dma_unmap_single_attrs(eth, dma, RX, DMA_TO_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
}

guilty void tx_wrong(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);

	cpu_fills(buf, 0x33, RX);
	tx_send_unsynced(eth, buf);
	kfree(buf);
}
/* ---- end */

/* ---- program device-read-stale right */
guilty void tx_send(struct device *eth, u8 *buf)
{
	dma_addr_t dma = dma_map_single_attrs(eth, buf, RX, DMA_TO_DEVICE,
					      DMA_ATTR_SKIP_CPU_SYNC);

	WARN_ON(dma_mapping_error(eth, dma));
	dma_sync_single_for_device(eth, dma, RX, DMA_TO_DEVICE);
	device_reads(eth, dma, RX);
	dma_unmap_single_attrs(eth, dma, RX, DMA_TO_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
}

guilty void tx_right(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);

	cpu_fills(buf, 0x33, RX);
	tx_send(eth, buf);
	kfree(buf);
}
/* ---- end */

/* ---- program device-write-lost wrong */
struct rx_slot {
	u8 state;			/* the driver's, in the line of ... */
	u8 data[RX];			/* ... what the device writes */
};

guilty void slot_mark(struct rx_slot *slot)
{
	cpu_writes(&slot->state, 1);
}

guilty void rx_slot_wrong(struct device *eth)
{
	struct rx_slot *slot = kmalloc(sizeof(*slot), GFP_KERNEL);
	dma_addr_t dma = rx_map(eth, slot->data);

	slot_mark(slot);
	device_writes(eth, dma, 0x44, RX);
	dma_unmap_single(eth, dma, RX, DMA_FROM_DEVICE);
	kfree(slot);
}
/* ---- end */

/* ---- program device-write-lost right */
struct rx_slot_apart {
	u8 state;
	u8 data[RX] __attribute__((aligned(ARCH_DMA_MINALIGN)));
};

guilty void rx_slot_right(struct device *eth)
{
	struct rx_slot_apart *slot = kmalloc(sizeof(*slot), GFP_KERNEL);
	dma_addr_t dma = rx_map(eth, slot->data);

	cpu_writes(&slot->state, 1);
	device_writes(eth, dma, 0x44, RX);
	dma_unmap_single(eth, dma, RX, DMA_FROM_DEVICE);
	kfree(slot);
}
/* ---- end */

/* ---- program cpu-write-lost wrong */
guilty void rx_done_after_decrypt(struct device *eth, dma_addr_t dma)
{
	dma_unmap_single(eth, dma, RX, DMA_FROM_DEVICE);
}

guilty void rx_decrypt_wrong(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_map(eth, buf);

	device_writes(eth, dma, 0x55, RX);
	dma_sync_single_for_cpu(eth, dma, RX, DMA_FROM_DEVICE);
	cpu_fills(buf, 0x66, RX);	/* decrypt in place */
	rx_done_after_decrypt(eth, dma);
	cpu_reads(buf);			/* encrypted again */
	kfree(buf);
}
/* ---- end */

/* ---- program cpu-write-lost right */
guilty void rx_decrypt_right(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_map(eth, buf);

	device_writes(eth, dma, 0x55, RX);
	dma_unmap_single(eth, dma, RX, DMA_FROM_DEVICE);
	cpu_fills(buf, 0x66, RX);
	cpu_reads(buf);
	kfree(buf);
}
/* ---- end */

/* ---- program cpu-read-while-mapped wrong */
guilty u8 rx_peek(u8 *buf)
{
	return cpu_reads(buf);
}

guilty void rx_peek_wrong(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_map(eth, buf);

	device_writes(eth, dma, 0x77, RX);
	rx_peek(buf);
	dma_unmap_single(eth, dma, RX, DMA_FROM_DEVICE);
	kfree(buf);
}
/* ---- end */

/* ---- program cpu-read-while-mapped right */
guilty void rx_peek_right(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_map(eth, buf);

	device_writes(eth, dma, 0x77, RX);
	dma_unmap_single(eth, dma, RX, DMA_FROM_DEVICE);
	cpu_reads(buf);
	kfree(buf);
}
/* ---- end */

/* ---- program cpu-write-while-mapped wrong */
guilty void tx_fix_checksum(u8 *buf)
{
	cpu_writes(buf + 16, 0x99);
}

guilty void tx_late_wrong(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma;

	cpu_fills(buf, 0x88, RX);
	dma = tx_map(eth, buf);
	tx_fix_checksum(buf);
	device_reads(eth, dma, RX);
	dma_unmap_single(eth, dma, RX, DMA_TO_DEVICE);
	kfree(buf);
}
/* ---- end */

/* ---- program cpu-write-while-mapped right */
guilty void tx_late_right(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma;

	cpu_fills(buf, 0x88, RX);
	cpu_writes(buf + 16, 0x99);
	dma = tx_map(eth, buf);
	device_reads(eth, dma, RX);
	dma_unmap_single(eth, dma, RX, DMA_TO_DEVICE);
	kfree(buf);
}
/* ---- end */

/* ---- program device-access-unmapped wrong */
guilty void rx_stop_too_early(struct device *eth, dma_addr_t dma)
{
	dma_unmap_single(eth, dma, RX, DMA_FROM_DEVICE);
}

guilty void rx_stop_wrong(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_map(eth, buf);

	rx_stop_too_early(eth, dma);
	device_writes(eth, dma, 0xaa, 16);	/* nobody told the device */
	kfree(buf);
}
/* ---- end */

/* ---- program device-access-unmapped right */
guilty void rx_stop_right(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_map(eth, buf);

	device_writes(eth, dma, 0xaa, 16);
	dma_unmap_single(eth, dma, RX, DMA_FROM_DEVICE);	/* once it has stopped */
	kfree(buf);
}
/* ---- end */

/* ---- program device-write-to-device wrong */
guilty dma_addr_t cmd_map(struct device *eth, u8 *cmd)
{
	dma_addr_t dma = dma_map_single(eth, cmd, RX, DMA_TO_DEVICE);

	WARN_ON(dma_mapping_error(eth, dma));
	return dma;
}

guilty void cmd_wrong(struct device *eth)
{
	u8 *cmd = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma;

	cpu_fills(cmd, 0xbb, RX);
	dma = cmd_map(eth, cmd);
	device_reads(eth, dma, RX);
	device_writes(eth, dma, 0x01, 1);	/* its status, in place */
	dma_unmap_single(eth, dma, RX, DMA_TO_DEVICE);
	kfree(cmd);
}
/* ---- end */

/* ---- program device-write-to-device right */
guilty void cmd_right(struct device *eth)
{
	u8 *cmd = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma;

	cpu_fills(cmd, 0xbb, RX);
	dma = dma_map_single(eth, cmd, RX, DMA_BIDIRECTIONAL);
	WARN_ON(dma_mapping_error(eth, dma));
	device_reads(eth, dma, RX);
	device_writes(eth, dma, 0x01, 1);
	dma_unmap_single(eth, dma, RX, DMA_BIDIRECTIONAL);
	cpu_reads(cmd);
	kfree(cmd);
}
/* ---- end */

/* ---- program alias-attributes wrong */
/* With ARMDMA_OPTIONS=coherent=legacy2011: the allocator of 2011. */
guilty u8 *ring_alloc(struct device *eth, dma_addr_t *ret_dma)
{
	return dma_alloc_coherent(eth, 4096, ret_dma, GFP_KERNEL);
}

guilty void ring(struct device *eth)
{
	dma_addr_t dma;
	u8 *desc = ring_alloc(eth, &dma);

	cpu_writes(desc, 1);
	device_reads(eth, dma, 1);
	device_writes(eth, dma, 2, 1);
	cpu_reads(desc);
	dma_free_coherent(eth, 4096, desc, dma);
}
/* ---- end */

/* ---- program alias-attributes right */
/* The same driver with coherent=cma: one mapping, and it is uncached. */
guilty void ring_right(struct device *eth)
{
	APART(ring_right);
	ring(eth);
}
/* ---- end */

/* ---- program unmap-unknown wrong */
guilty void tx_complete_again(struct device *eth, dma_addr_t dma)
{
	dma_unmap_single(eth, dma, RX, DMA_TO_DEVICE);
}

guilty void tx_unmaps_twice(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = tx_map(eth, buf);

	dma_unmap_single(eth, dma, RX, DMA_TO_DEVICE);
	tx_complete_again(eth, dma);
	kfree(buf);
}
/* ---- end */

/* ---- program unmap-unknown right */
guilty void tx_unmaps_once(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = tx_map(eth, buf);

	dma_unmap_single(eth, dma, RX, DMA_TO_DEVICE);
	kfree(buf);
}
/* ---- end */

/* ---- program unmap-size wrong */
guilty void rx_unmap_received(struct device *eth, dma_addr_t dma, size_t received)
{
	dma_unmap_single(eth, dma, received, DMA_FROM_DEVICE);
}

guilty void rx_short_wrong(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_map(eth, buf);

	device_writes(eth, dma, 0xcc, 60);
	rx_unmap_received(eth, dma, 60);
	kfree(buf);
}
/* ---- end */

/* ---- program unmap-size right */
guilty void rx_short_right(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_map(eth, buf);

	device_writes(eth, dma, 0xcc, 60);
	dma_unmap_single(eth, dma, RX, DMA_FROM_DEVICE);
	kfree(buf);
}
/* ---- end */

/* ---- program unmap-direction wrong */
guilty void rx_unmap_as_tx(struct device *eth, dma_addr_t dma)
{
	dma_unmap_single(eth, dma, RX, DMA_TO_DEVICE);
}

guilty void rx_direction_wrong(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_map(eth, buf);

	rx_unmap_as_tx(eth, dma);
	kfree(buf);
}
/* ---- end */

/* ---- program unmap-direction right */
guilty void rx_direction_right(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_map(eth, buf);

	dma_unmap_single(eth, dma, RX, DMA_FROM_DEVICE);
	kfree(buf);
}
/* ---- end */

/* ---- program unmap-function wrong */
guilty void list_unmap_as_single(struct device *eth, struct scatterlist *sg)
{
	dma_unmap_single(eth, sg_dma_address(sg), RX, DMA_TO_DEVICE);
}

guilty void list_function_wrong(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	struct scatterlist sg;

	sg_init_one(&sg, buf, RX);
	if (dma_map_sg(eth, &sg, 1, DMA_TO_DEVICE))
		list_unmap_as_single(eth, &sg);
	kfree(buf);
}
/* ---- end */

/* ---- program unmap-function right */
guilty void list_function_right(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	struct scatterlist sg;

	sg_init_one(&sg, buf, RX);
	if (dma_map_sg(eth, &sg, 1, DMA_TO_DEVICE))
		dma_unmap_sg(eth, &sg, 1, DMA_TO_DEVICE);
	kfree(buf);
}
/* ---- end */

/* ---- program unmap-nents wrong */
guilty void list_unmap_one(struct device *eth, struct scatterlist *sg)
{
	dma_unmap_sg(eth, sg, 1, DMA_TO_DEVICE);
}

guilty void list_nents_wrong(struct device *eth)
{
	u8 *buf = kmalloc(2 * RX, GFP_KERNEL);
	struct scatterlist sg[2];

	sg_init_table(sg, 2);
	sg_set_buf(&sg[0], buf, RX);
	sg_set_buf(&sg[1], buf + RX, RX);
	if (dma_map_sg(eth, sg, 2, DMA_TO_DEVICE))
		list_unmap_one(eth, sg);
	kfree(buf);
}
/* ---- end */

/* ---- program unmap-nents right */
guilty void list_nents_right(struct device *eth)
{
	u8 *buf = kmalloc(2 * RX, GFP_KERNEL);
	struct scatterlist sg[2];

	sg_init_table(sg, 2);
	sg_set_buf(&sg[0], buf, RX);
	sg_set_buf(&sg[1], buf + RX, RX);
	if (dma_map_sg(eth, sg, 2, DMA_TO_DEVICE))
		dma_unmap_sg(eth, sg, 2, DMA_TO_DEVICE);
	kfree(buf);
}
/* ---- end */

/* ---- program sync-unknown wrong */
guilty void rx_sync_after_unmap(struct device *eth, dma_addr_t dma)
{
	dma_sync_single_for_cpu(eth, dma, RX, DMA_FROM_DEVICE);
}

guilty void rx_sync_late_wrong(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_map(eth, buf);

	dma_unmap_single(eth, dma, RX, DMA_FROM_DEVICE);
	rx_sync_after_unmap(eth, dma);
	kfree(buf);
}
/* ---- end */

/* ---- program sync-unknown right */
guilty void rx_sync_right(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_map(eth, buf);

	dma_sync_single_for_cpu(eth, dma, RX, DMA_FROM_DEVICE);
	dma_unmap_single(eth, dma, RX, DMA_FROM_DEVICE);
	kfree(buf);
}
/* ---- end */

/* ---- program sync-range wrong */
guilty void rx_sync_whole_page(struct device *eth, dma_addr_t dma)
{
	dma_sync_single_for_cpu(eth, dma, 4096, DMA_FROM_DEVICE);
}

guilty void rx_sync_range_wrong(struct device *eth)
{
	u8 *page = kmalloc(4096, GFP_KERNEL);
	dma_addr_t dma = rx_map(eth, page);

	rx_sync_whole_page(eth, dma);
	dma_unmap_single(eth, dma, RX, DMA_FROM_DEVICE);
	kfree(page);
}
/* ---- end */

/* ---- program sync-range right */
guilty void rx_sync_range_right(struct device *eth)
{
	u8 *page = kmalloc(4096, GFP_KERNEL);
	dma_addr_t dma = rx_map(eth, page);

	dma_sync_single_for_cpu(eth, dma, RX, DMA_FROM_DEVICE);
	dma_unmap_single(eth, dma, RX, DMA_FROM_DEVICE);
	kfree(page);
}
/* ---- end */

/* ---- program sync-direction wrong */
guilty void rx_sync_as_tx(struct device *eth, dma_addr_t dma)
{
	dma_sync_single_for_cpu(eth, dma, RX, DMA_TO_DEVICE);
}

guilty void rx_sync_direction_wrong(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_map(eth, buf);

	rx_sync_as_tx(eth, dma);
	dma_unmap_single(eth, dma, RX, DMA_FROM_DEVICE);
	kfree(buf);
}
/* ---- end */

/* ---- program sync-direction right */
guilty void rx_sync_direction_right(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_map(eth, buf);

	dma_sync_single_for_cpu(eth, dma, RX, DMA_FROM_DEVICE);
	dma_unmap_single(eth, dma, RX, DMA_FROM_DEVICE);
	kfree(buf);
}
/* ---- end */

/* ---- program mapping-unchecked wrong */
guilty void tx_forgets_to_ask(struct device *eth, u8 *buf)
{
	dma_addr_t dma = dma_map_single(eth, buf, RX, DMA_TO_DEVICE);

	dma_unmap_single(eth, dma, RX, DMA_TO_DEVICE);
}

guilty void tx_unchecked_wrong(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);

	tx_forgets_to_ask(eth, buf);
	kfree(buf);
}
/* ---- end */

/* ---- program mapping-unchecked right */
guilty void tx_unchecked_right(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(eth, buf, RX, DMA_TO_DEVICE);

	if (!dma_mapping_error(eth, dma))
		dma_unmap_single(eth, dma, RX, DMA_TO_DEVICE);
	kfree(buf);
}
/* ---- end */

/* ---- program mapping-error-used wrong */
guilty void tx_unmap_always(struct device *eth, dma_addr_t dma)
{
	dma_unmap_single(eth, dma, RX, DMA_TO_DEVICE);
}

guilty void tx_error_wrong(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	u64 reach = *eth->dma_mask;
	dma_addr_t dma;

	*eth->dma_mask = DMA_BIT_MASK(20);	/* no memory is that low: the map fails */
	dma = dma_map_single(eth, buf, RX, DMA_TO_DEVICE);
	tx_unmap_always(eth, dma);
	*eth->dma_mask = reach;
	kfree(buf);
}
/* ---- end */

/* ---- program mapping-error-used right */
guilty void tx_error_right(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	u64 reach = *eth->dma_mask;
	dma_addr_t dma;

	*eth->dma_mask = DMA_BIT_MASK(20);
	dma = dma_map_single(eth, buf, RX, DMA_TO_DEVICE);
	if (!dma_mapping_error(eth, dma))
		tx_unmap_always(eth, dma);
	*eth->dma_mask = reach;
	kfree(buf);
}
/* ---- end */

/* ---- program mapping-leaked wrong */
guilty void tx_never_completes(struct device *eth, u8 *page)
{
	dma_addr_t dma = dma_map_single(eth, page, RX, DMA_TO_DEVICE);

	WARN_ON(dma_mapping_error(eth, dma));
}

guilty void tx_leak_wrong(struct device *eth)
{
	tx_never_completes(eth, kmalloc(RX, GFP_KERNEL));
}
/* ---- end */

/* ---- program mapping-leaked right */
guilty void tx_leak_right(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = tx_map(eth, buf);

	dma_unmap_single(eth, dma, RX, DMA_TO_DEVICE);
	kfree(buf);
}
/* ---- end */

/* ---- program free-while-mapped wrong */
guilty void rx_drop(u8 *buf)
{
	kfree(buf);
}

guilty void rx_free_wrong(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_map(eth, buf);

	rx_drop(buf);
	dma_unmap_single(eth, dma, RX, DMA_FROM_DEVICE);
}
/* ---- end */

/* ---- program free-while-mapped right */
guilty void rx_free_right(struct device *eth)
{
	u8 *buf = kmalloc(RX, GFP_KERNEL);
	dma_addr_t dma = rx_map(eth, buf);

	dma_unmap_single(eth, dma, RX, DMA_FROM_DEVICE);
	rx_drop(buf);
}
/* ---- end */

/* ---- program map-not-memory wrong */
guilty void cmd_on_the_stack(struct device *eth)
{
	u8 cmd[64] = { 1 };
	dma_addr_t dma = dma_map_single(eth, cmd, sizeof(cmd), DMA_TO_DEVICE);

	if (!dma_mapping_error(eth, dma))
		dma_unmap_single(eth, dma, sizeof(cmd), DMA_TO_DEVICE);
}
/* ---- end */

/* ---- program map-not-memory right */
guilty void cmd_from_kmalloc(struct device *eth)
{
	u8 *cmd = kmalloc(64, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(eth, cmd, 64, DMA_TO_DEVICE);

	if (!dma_mapping_error(eth, dma))
		dma_unmap_single(eth, dma, 64, DMA_TO_DEVICE);
	kfree(cmd);
}
/* ---- end */

/* ---- program line-shared wrong */
guilty dma_addr_t status_map(struct device *eth, u8 *status)
{
	dma_addr_t dma = dma_map_single(eth, status, 16, DMA_FROM_DEVICE);

	WARN_ON(dma_mapping_error(eth, dma));
	return dma;
}

guilty void two_in_a_line(struct device *eth)
{
	u8 *both = kmalloc(32, GFP_KERNEL);
	dma_addr_t first = status_map(eth, both);
	dma_addr_t second = status_map(eth, both + 16);

	dma_unmap_single(eth, second, 16, DMA_FROM_DEVICE);
	dma_unmap_single(eth, first, 16, DMA_FROM_DEVICE);
	kfree(both);
}
/* ---- end */

/* ---- program line-shared right */
guilty void two_lines(struct device *eth)
{
	u8 *both = kmalloc(2 * ARCH_DMA_MINALIGN, GFP_KERNEL);
	dma_addr_t first = status_map(eth, both);
	dma_addr_t second = status_map(eth, both + ARCH_DMA_MINALIGN);

	dma_unmap_single(eth, second, 16, DMA_FROM_DEVICE);
	dma_unmap_single(eth, first, 16, DMA_FROM_DEVICE);
	kfree(both);
}
/* ---- end */

/* ---- program cpu-abort wrong */
guilty u8 reads_through_null(struct device *eth)
{
	struct { u8 pad[16], state; } *nothing = machine_window(master_machine(eth->master));

	return cpu_reads(&nothing->state);
}

guilty void abort_wrong(struct device *eth)
{
	reads_through_null(eth);
}
/* ---- end */

/* ---- program cpu-abort right */
guilty void abort_right(struct device *eth)
{
	u8 *something = kzalloc(32, GFP_KERNEL);

	cpu_reads(something + 16);
	kfree(something);
}
/* ---- end */

#define FIRST(c, w, a, b) \
	[HAZARD_##c] = { HAZARD_##c, HAZARD_##c, w, COHERENT_CMA, a, b }

const struct program programs[NR_PROGRAMS] = {
	FIRST(CPU_READ_STALE, ON_NON_COHERENT, rx_two_packets_wrong, rx_two_packets),
	FIRST(DEVICE_READ_STALE, ON_NON_COHERENT, tx_wrong, tx_right),
	FIRST(DEVICE_WRITE_LOST, ON_NON_COHERENT, rx_slot_wrong, rx_slot_right),
	FIRST(CPU_WRITE_LOST, ON_NON_COHERENT, rx_decrypt_wrong, rx_decrypt_right),
	FIRST(DEVICE_WRITE_OVER_DIRTY, ON_NON_COHERENT, rx_first_wrong, rx_first_right),
	FIRST(CPU_READ_WHILE_MAPPED, ON_NON_COHERENT, rx_peek_wrong, rx_peek_right),
	[HAZARD_CPU_WRITE_WHILE_MAPPED] = {
		HAZARD_CPU_WRITE_WHILE_MAPPED, HAZARD_DEVICE_READ_STALE, ON_NON_COHERENT,
		COHERENT_CMA, tx_late_wrong, tx_late_right },
	FIRST(DEVICE_ACCESS_UNMAPPED, EVERYWHERE, rx_stop_wrong, rx_stop_right),
	FIRST(DEVICE_WRITE_TO_DEVICE, EVERYWHERE, cmd_wrong, cmd_right),
	FIRST(ALIAS_TYPE, EVERYWHERE, mailbox_wrong, mailbox_right),
	[HAZARD_ALIAS_ATTRIBUTES] = {
		HAZARD_ALIAS_ATTRIBUTES, HAZARD_ALIAS_ATTRIBUTES, ON_NON_COHERENT,
		COHERENT_LEGACY2011, ring, ring_right },
	FIRST(UNMAP_UNKNOWN, EVERYWHERE, tx_unmaps_twice, tx_unmaps_once),
	FIRST(UNMAP_SIZE, EVERYWHERE, rx_short_wrong, rx_short_right),
	FIRST(UNMAP_DIRECTION, EVERYWHERE, rx_direction_wrong, rx_direction_right),
	FIRST(UNMAP_FUNCTION, EVERYWHERE, list_function_wrong, list_function_right),
	FIRST(UNMAP_NENTS, EVERYWHERE, list_nents_wrong, list_nents_right),
	FIRST(SYNC_UNKNOWN, EVERYWHERE, rx_sync_late_wrong, rx_sync_right),
	FIRST(SYNC_RANGE, EVERYWHERE, rx_sync_range_wrong, rx_sync_range_right),
	FIRST(SYNC_DIRECTION, EVERYWHERE, rx_sync_direction_wrong, rx_sync_direction_right),
	FIRST(MAPPING_UNCHECKED, EVERYWHERE, tx_unchecked_wrong, tx_unchecked_right),
	FIRST(MAPPING_ERROR_USED, EVERYWHERE, tx_error_wrong, tx_error_right),
	FIRST(MAPPING_LEAKED, EVERYWHERE, tx_leak_wrong, tx_leak_right),
	FIRST(BACKEND_SWITCHED, EVERYWHERE, backend_switched_wrong, backend_switched_right),
	FIRST(FREE_WHILE_MAPPED, EVERYWHERE, rx_free_wrong, rx_free_right),
	FIRST(MAP_NOT_MEMORY, EVERYWHERE, cmd_on_the_stack, cmd_from_kmalloc),
	FIRST(MAP_COHERENT, ON_NON_COHERENT, share_wrong, share_right),
	FIRST(LINE_SHARED, ON_NON_COHERENT, two_in_a_line, two_lines),
	FIRST(POOL_OVERRUN, EVERYWHERE, pool_overrun_wrong, pool_overrun_right),
	FIRST(POOL_USE_AFTER_FREE, EVERYWHERE, pool_after_free_wrong, pool_after_free_right),
	FIRST(POOL_FREE, EVERYWHERE, pool_free_wrong, pool_free_right),
	FIRST(POOL_BUSY, EVERYWHERE, pool_busy_wrong, pool_busy_right),
	FIRST(FREE_WHILE_USER_MAPPED, EVERYWHERE, user_free_wrong, user_free_right),
	FIRST(MMAP_ATTRIBUTES, ON_NON_COHERENT, user_attrs_wrong, user_attrs_right),
	FIRST(USER_PAGE_COPIED, EVERYWHERE, user_fork_wrong, user_fork_right),
	FIRST(CPU_ABORT, EVERYWHERE, abort_wrong, abort_right),
};
