/* SPDX-License-Identifier: MIT */
/* The programs about dma_pools; see programs.c. */
#include <linux/dmapool.h>

#include "programs.h"
#include "verbs.h"

#define DESC 64
#define guilty noinline

static noinline struct dma_pool *desc_pool(struct device *eth)
{
	return dma_pool_create("desc", eth, DESC, DESC, 0);
}

/* ---- program pool-overrun wrong */
static guilty void desc_fill(u8 *desc)
{
	cpu_fills(desc, 0x11, DESC + 8);	/* the next one's link */
}

void pool_overrun_wrong(struct device *eth)
{
	struct dma_pool *pool = desc_pool(eth);
	dma_addr_t dma;
	u8 *desc = dma_pool_alloc(pool, GFP_KERNEL, &dma);

	desc_fill(desc);
	dma_pool_free(pool, desc, dma);
	dma_pool_destroy(pool);
}
/* ---- end */

/* ---- program pool-overrun right */
void pool_overrun_right(struct device *eth)
{
	struct dma_pool *pool = desc_pool(eth);
	dma_addr_t dma;
	u8 *desc = dma_pool_alloc(pool, GFP_KERNEL, &dma);

	cpu_fills(desc, 0x11, DESC);
	device_writes(eth, dma, 0x22, DESC);
	cpu_scans(desc, DESC);
	dma_pool_free(pool, desc, dma);
	dma_pool_destroy(pool);
}
/* ---- end */

/* ---- program pool-use-after-free wrong */
static guilty void desc_free_early(struct dma_pool *pool, u8 *desc, dma_addr_t dma)
{
	dma_pool_free(pool, desc, dma);
}

void pool_after_free_wrong(struct device *eth)
{
	struct dma_pool *pool = desc_pool(eth);
	dma_addr_t dma;
	u8 *desc = dma_pool_alloc(pool, GFP_KERNEL, &dma);

	desc_free_early(pool, desc, dma);
	device_writes(eth, dma + 32, 0x33, 4);	/* its status, a moment late */
	dma_pool_destroy(pool);
}
/* ---- end */

/* ---- program pool-use-after-free right */
void pool_after_free_right(struct device *eth)
{
	struct dma_pool *pool = desc_pool(eth);
	dma_addr_t dma;
	u8 *desc = dma_pool_alloc(pool, GFP_KERNEL, &dma);

	device_writes(eth, dma + 32, 0x33, 4);
	cpu_reads(desc + 32);
	dma_pool_free(pool, desc, dma);		/* once it is done */
	dma_pool_destroy(pool);
}
/* ---- end */

/* ---- program pool-free-wrong wrong */
static guilty void desc_free_again(struct dma_pool *pool, u8 *desc, dma_addr_t dma)
{
	dma_pool_free(pool, desc, dma);
}

void pool_free_wrong(struct device *eth)
{
	struct dma_pool *pool = desc_pool(eth);
	dma_addr_t keep_dma, dma;
	u8 *keep = dma_pool_alloc(pool, GFP_KERNEL, &keep_dma);
	u8 *desc = dma_pool_alloc(pool, GFP_KERNEL, &dma);

	dma_pool_free(pool, desc, dma);
	desc_free_again(pool, desc, dma);
	(void)keep;				/* so that the pool's count comes out even */
	dma_pool_destroy(pool);
}
/* ---- end */

/* ---- program pool-free-wrong right */
void pool_free_right(struct device *eth)
{
	struct dma_pool *pool = desc_pool(eth);
	dma_addr_t keep_dma, dma;
	u8 *keep = dma_pool_alloc(pool, GFP_KERNEL, &keep_dma);
	u8 *desc = dma_pool_alloc(pool, GFP_KERNEL, &dma);

	dma_pool_free(pool, desc, dma);
	dma_pool_free(pool, keep, keep_dma);
	dma_pool_destroy(pool);
}
/* ---- end */

/* ---- program pool-destroy-busy wrong */
static guilty void desc_remove(struct dma_pool *pool)
{
	dma_pool_destroy(pool);
}

void pool_busy_wrong(struct device *eth)
{
	struct dma_pool *pool = desc_pool(eth);
	dma_addr_t dma;

	dma_pool_alloc(pool, GFP_KERNEL, &dma);
	desc_remove(pool);
}
/* ---- end */

/* ---- program pool-destroy-busy right */
void pool_busy_right(struct device *eth)
{
	struct dma_pool *pool = desc_pool(eth);
	dma_addr_t dma;
	u8 *desc = dma_pool_alloc(pool, GFP_KERNEL, &dma);

	dma_pool_free(pool, desc, dma);
	desc_remove(pool);
}
/* ---- end */
