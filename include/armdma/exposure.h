/* SPDX-License-Identifier: MIT */
/*
 * Exposure: what a device can reach that is none of its buffers, and for how long it can
 * reach what is not its any more. docs/exposure.md explains the numbers.
 *
 *	page of the IOMMU  [ own | buffer | ..... | neighbour | metadata ]
 *	                     (a)            nothing  (d)          (b)
 *	a page that two mappings lead to: what the other one is for is (c)
 *
 * Asked for by hazard_config.exposure, ARMDMA_OPTIONS=exposure=on; exact gear. No numbers
 * are hazards: they do not change a run's verdict.
 *
 * Leaves out: coherent memory and pages of dma_alloc_pages(), which are the device's own to
 * their end; memory that was allocated before the engine was attached, which counts as
 * nothing.
 */
#ifndef ARMDMA_EXPOSURE_H
#define ARMDMA_EXPOSURE_H

#include <armdma/hazard.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct hazard_exposed - of some mappings, the sum; bytes unless said otherwise
 * @mappings:  how many
 * @mapped:    that the device was given
 * @beyond:    the rest of the pages that they lie in, and what fills up lists (padding)
 * @readable, @writable: of @beyond, by what the IOMMU was asked to allow
 * @own:       (a) of the object or pages that the buffer is a part of
 * @metadata:  (b) that the kernel keeps beside the buffer: hazard_metadata()
 * @shared:    (c) of other live mappings
 * @others:    (d) of anybody else's objects and pages
 * @nothing:   that were never anything's while mapped; what was there before may still be
 *             read
 * @late:      of @others, what came while it was mapped
 * @sharing:   mappings, some page of which another live mapping leads to as well
 *
 * What lives there is looked at whenever it may have changed, and each kind counts with the
 * most that there was at one time: a neighbour that is mapped later is in both (d) and (c).
 */
struct hazard_exposed {
	uint64_t mappings, mapped;
	uint64_t beyond, readable, writable;
	uint64_t own, metadata, shared, others, nothing;
	uint64_t late, sharing;
};

/**
 * struct hazard_window - unmapped, and still within reach: lazy invalidation
 * @unmaps:     pieces whose invalidation was put off; 0: strict, or no IOMMU
 * @bytes:      of those
 * @byte_steps: sum of bytes times steps of the machine from the unmap to the invalidation
 * @byte_ns:    the same with simulated time, which only passes where somebody lets it
 * @longest_steps, @longest_ns: of one unmap
 * @accesses:   of the device that got through meanwhile
 *
 * Devices that share a domain share its windows, and each has all of them.
 */
struct hazard_window {
	uint64_t unmaps, bytes;
	uint64_t byte_steps, byte_ns;
	uint64_t longest_steps, longest_ns;
	uint64_t accesses;
};

/** struct hazard_exposure_site - the mappings that one call made */
struct hazard_exposure_site {
	struct hazard_site site;
	struct hazard_exposed exposed;
};

/**
 * struct hazard_exposure - of one device
 * @driver:      NULL: none is bound, the harness plays it
 * @page_bytes:  of the IOMMU; without one, of the CPU
 * @reaches_all: no IOMMU translates for it. Then it can reach all memory, and the bytes
 *               say what an IOMMU would leave within reach
 * @sites:       @nr_sites of them, in order of appearance
 */
struct hazard_exposure {
	const char *device, *driver;
	uint64_t page_bytes;
	bool reaches_all;
	struct hazard_exposed exposed;
	struct hazard_window window;
	const struct hazard_exposure_site *sites;
	size_t nr_sites;
};

/**
 * hazard_exposure_each() - so far, by device, in order of appearance
 * @visit: false ends it. @x and what it points to live until it returns
 *
 * Windows count once they are over, or at hazard_detach(). Context: while no other thread
 * works on the machine. Return: false if @visit ended it.
 */
bool hazard_exposure_each(struct hazard_engine *e,
			  bool (*visit)(void *ctx, const struct hazard_exposure *x), void *ctx);

/**
 * hazard_metadata() - [@va, +@len) is the kernel's own, within memory that buffers are in
 *
 * For who plays an API that puts its books there, as build_skb() puts struct
 * skb_shared_info behind a packet. Until that memory is freed. @va: as the kernel has it,
 * in the linear map; elsewhere, and without exposure, nothing happens.
 */
void hazard_metadata(struct hazard_engine *e, const volatile void *va, size_t len);

#ifdef __cplusplus
}
#endif
#endif
