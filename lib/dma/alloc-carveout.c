/* SPDX-License-Identifier: MIT */
/*
 * carveout: memory that nothing else ever has, not even the linear map. It is the board's
 * default pool (shared-dma-pool, no-map, linux,dma-default), or else a piece as large as
 * a contiguous area would be; mapped once, uncached, when the machine boots.
 *
 *	linear map  |cached|   no entry   |cached|
 *	vmalloc area           |UNCACHED|
 *
 * Works for those who must not sleep, too: nothing is mapped any more.
 *
 * Linux: kernel/dma/coherent.c, CONFIG_DMA_GLOBAL_POOL, which Arm with an MMU does not
 * select: there only a device's own pool works like this.
 */
#include "arm-alloc.h"

static bool carveout_buf_alloc(struct arm_dma_buf *b)
{
	dma_addr_t dma;

	if (kernel_fails(b->kernel))
		return false;
	b->virt = dma_alloc_from_global_coherent(b->dev, (ssize_t)b->size, &dma);
	if (!b->virt)
		return false;
	b->pa = dma_to_phys(b->dev, dma);
	return true;
}

/* The cookie of a buffer without a mapping is no address of it. */
static void carveout_buf_free(struct arm_dma_buf *b)
{
	void *va = global_coherent_va(b->kernel, b->pa);

	dma_release_from_global_coherent(get_order(b->size), va);
}

const struct arm_dma_allocator carveout_allocator = { carveout_buf_alloc, carveout_buf_free };

void carveout_init(struct kernel *k)
{
	const struct reserved_region *r = reserved_default(k);

	if (!r || k->config.coherent != COHERENT_CARVEOUT)
		return;
	if (dma_init_global_coherent_on(k, r->pa, r->len, NULL))
		pr_err("DMA: failed to map %llu KiB for coherent memory\n",
		       (unsigned long long)(r->len / SZ_1K));
}
