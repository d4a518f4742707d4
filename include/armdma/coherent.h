/* SPDX-License-Identifier: MIT */
/*
 * How dma_alloc_coherent() gives a device that does not snoop memory that no cache
 * comes between: the strategies, one for each machine.
 *
 *              memory            CPU's mapping          and the linear map
 *   cma        contiguous area   its own entries,       is that mapping
 *                                rewritten in place
 *   legacy2011 any pages         consistent window      keeps a cached one
 *   remap      any pages         vmalloc area           keeps a cached one
 *   carveout   kept out of all   vmalloc area, since    has no entry
 *              use at boot       boot
 *   highmem    highmem           vmalloc area           does not reach it
 *   pool       a pool made at    as the pool's memory   as above
 *              boot
 *   hardware   any pages         its own entries,       is that mapping
 *                                cached
 *
 * "hardware" is a machine whose masters all snoop; it needs a core with a port for them.
 * The carve-out is the board's default pool (shared-dma-pool, no-map,
 * linux,dma-default), or else 16 MiB, at most a quarter of the bank. A device that has a
 * region of its own in the tree (memory-region of a shared-dma-pool that is no-map) gets
 * its memory from there, whatever the strategy; harness_device() binds it, where in
 * Linux the driver does by of_reserved_mem_device_init().
 *
 * Whatever the strategy: a request that must not sleep is served from the pool where
 * making a mapping could (not in 2011, whose window had its tables).
 *
 * Source: arch/arm/mm/dma-mapping.c, that of 2.6.39 for legacy2011.
 */
#ifndef ARMDMA_COHERENT_H
#define ARMDMA_COHERENT_H

/** Strategies; all but legacy2011 are what some configuration of Linux 6.12 does. */
enum coherent_strategy {
	COHERENT_CMA,		/* the linear map's own PTEs rewritten: one mapping */
	COHERENT_LEGACY2011,	/* cached linear map kept, uncached window beside it */
	COHERENT_REMAP,		/* the same with vmap(): Linux without a CMA area */
	COHERENT_POOL,		/* nothing but the atomic pool */
	COHERENT_CARVEOUT,	/* reserved memory that the linear map has not got */
	COHERENT_HIGHMEM,	/* pages beyond the linear map */
	COHERENT_HARDWARE	/* all masters snoop: cached, nothing to do */
};

#endif
