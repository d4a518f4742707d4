/* SPDX-License-Identifier: MIT */
/* Cached memory that changes hands, and lists over coherent memory; see programs.c. */
#include "programs.h"
#include "verbs.h"

#define RX 256
#define guilty static noinline

/* ---- program device-write-over-dirty wrong */
guilty u8 *rx_alloc_ungiven(struct device *eth, dma_addr_t *dma)
{
	return dma_alloc_noncoherent(eth, RX, dma, DMA_FROM_DEVICE, GFP_KERNEL);
}

void rx_first_wrong(struct device *eth)
{
	dma_addr_t dma;
	u8 *buf = rx_alloc_ungiven(eth, &dma);

	device_writes(eth, dma, 0x44, RX);	/* over the zeros in the cache */
	dma_sync_single_for_cpu(eth, dma, RX, DMA_FROM_DEVICE);
	cpu_reads(buf);
	dma_free_noncoherent(eth, RX, buf, dma, DMA_FROM_DEVICE);
}
/* ---- end */

/* ---- program device-write-over-dirty right */
guilty u8 *rx_alloc(struct device *eth, dma_addr_t *dma)
{
	u8 *buf = dma_alloc_noncoherent(eth, RX, dma, DMA_FROM_DEVICE, GFP_KERNEL);

	dma_sync_single_for_device(eth, *dma, RX, DMA_FROM_DEVICE);
	return buf;
}

void rx_first_right(struct device *eth)
{
	dma_addr_t dma;
	u8 *buf = rx_alloc(eth, &dma);

	device_writes(eth, dma, 0x44, RX);
	dma_sync_single_for_cpu(eth, dma, RX, DMA_FROM_DEVICE);
	cpu_reads(buf);
	dma_free_noncoherent(eth, RX, buf, dma, DMA_FROM_DEVICE);
}
/* ---- end */

/* ---- program map-coherent wrong */
guilty int share_map(struct device *eth, struct sg_table *sgt)
{
	return dma_map_sgtable(eth, sgt, DMA_TO_DEVICE, 0);
}

void share_wrong(struct device *eth)
{
	struct sg_table sgt;
	dma_addr_t dma;
	u8 *frame = dma_alloc_coherent(eth, RX, &dma, GFP_KERNEL);

	WARN_ON(dma_get_sgtable(eth, &sgt, frame, dma, RX));
	WARN_ON(share_map(eth, &sgt));
	device_reads(eth, sg_dma_address(sgt.sgl), RX);
	dma_unmap_sgtable(eth, &sgt, DMA_TO_DEVICE, 0);
	sg_free_table(&sgt);
	dma_free_coherent(eth, RX, frame, dma);
}
/* ---- end */

/* ---- program map-coherent right */
void share_right(struct device *eth)
{
	struct sg_table sgt;
	dma_addr_t dma;
	u8 *frame = dma_alloc_coherent(eth, RX, &dma, GFP_KERNEL);

	WARN_ON(dma_get_sgtable(eth, &sgt, frame, dma, RX));
	WARN_ON(dma_map_sgtable(eth, &sgt, DMA_TO_DEVICE, DMA_ATTR_SKIP_CPU_SYNC));
	device_reads(eth, sg_dma_address(sgt.sgl), RX);
	dma_unmap_sgtable(eth, &sgt, DMA_TO_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	sg_free_table(&sgt);
	dma_free_coherent(eth, RX, frame, dma);
}
/* ---- end */
